/** What a letter of this weight costs, in words. */
export function postage(grams: number): string {
  return grams <= 20 ? "one blue stamp" : `${Math.ceil(grams / 20)} blue stamps`;
}
