/** What every page of the academy shares, with React and without: its name, its mark and the way around. */

export const name = "Academy";

/** The pages that a header links to; `key` is also the key of the label in `@academy/i18n`. */
export const links = [
  { key: "home", href: "/", label: "Home" },
  { key: "catalog", href: "/catalog", label: "Catalog" },
  { key: "search", href: "/search", label: "Search" },
  { key: "learn", href: "/learn", label: "My learning" },
  { key: "enterprise", href: "/enterprise", label: "Enterprise" },
  { key: "status", href: "/status", label: "Status" },
  { key: "profile", href: "/profile", label: "Profile" },
];

/** The paths of the mark, drawn on a square of 32: an open book below a rising sun. */
export const mark = [
  "M16 26.5c-3-2.4-7-3.4-12-3V9.2c5-.4 9 .6 12 3z",
  "M16 26.5c3-2.4 7-3.4 12-3V9.2c-5-.4-9 .6-12 3z",
  "M9.5 6.5a6.5 6.5 0 0 1 13 0q-3.8.4-6.5 2.3-2.7-1.9-6.5-2.3z",
];

/** The mark as an SVG document, for pages that are made of text. */
export function markSvg(size = 28) {
  const paths = mark.map((path, index) => `<path d="${path}" opacity="${[1, 0.72, 0.5][index]}"/>`).join("");
  return `<svg viewBox="0 0 32 32" width="${size}" height="${size}" fill="currentColor" aria-hidden="true">${paths}</svg>`;
}
