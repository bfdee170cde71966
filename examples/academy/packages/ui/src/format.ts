/** Numbers as people write them, the same on server and browser whatever their languages are. */

const SPACE = "\u202f";

/** 12345 is written `12 345`. */
export function number(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, SPACE);
}

/** 49 is written `€49`, 0 as the given word. */
export function price(euros: number, free: string): string {
  return euros === 0 ? free : `€${number(euros)}`;
}
