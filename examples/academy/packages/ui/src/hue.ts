/** Numbers that depend on a text alone, the same on every machine. */

/** FNV-1a, 32 bits. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** A hue in degrees. */
export function hueOf(text: string): number {
  return hashOf(text) % 360;
}
