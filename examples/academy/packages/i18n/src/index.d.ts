import type { Locale, MessageKey } from "./generated/messages.js";
export type { Locale, MessageKey };
export type Translate = (key: MessageKey, values?: Record<string, string | number>) => string;
export const locales: readonly Locale[];
export function localeFor(acceptLanguage: string | undefined): Locale;
export function translator(locale: Locale): Translate;
