export const name: string;
export type LinkKey = "home" | "catalog" | "search" | "learn" | "enterprise" | "status" | "profile";
export const links: readonly { key: LinkKey; href: string; label: string }[];
export const mark: readonly string[];
export function markSvg(size?: number): string;
