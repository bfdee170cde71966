/** Long and short flashes, one letter after the other. */
export function flashes(word: string): string {
  return [...word.toUpperCase()].map((letter) => ((letter.codePointAt(0) ?? 0) % 2 ? "long" : "short")).join(" ");
}
