/** Choices that look like chance and depend on a text alone: the same courses on every machine and every day. */

/** FNV-1a, 32 bits. */
export function hashOf(text) {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** Numbers from 0 to below 1 (mulberry32). */
export function numbers(text) {
  let state = hashOf(text);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** One of the given things. */
export function pick(next, things) {
  return things[Math.floor(next() * things.length)];
}

/** Some of the given things, each at most once, in their own order. */
export function some(next, things, count) {
  const left = things.map((_, index) => index);
  while (left.length > count) left.splice(Math.floor(next() * left.length), 1);
  return left.map((index) => things[index]);
}
