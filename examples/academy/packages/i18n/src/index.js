/** The academy's texts in the languages it speaks. The texts are generated from `messages/` by the `prepare` script. */
import { messages } from "./generated/messages.js";

/** The languages there are texts for; the first one is meant when nothing else fits. */
export const locales = ["en", ...Object.keys(messages).filter((locale) => locale !== "en")];

/** The best of our languages for an `Accept-Language` header. */
export function localeFor(acceptLanguage) {
  const wanted = String(acceptLanguage ?? "")
    .split(",")
    .map((part) => {
      const [tag, ...parameters] = part.trim().split(";");
      const quality = parameters.map((text) => /^\s*q=([\d.]+)$/.exec(text)?.[1]).find(Boolean);
      return { locale: tag.toLowerCase().split("-")[0], quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ locale, quality }) => quality > 0 && locales.includes(locale))
    .sort((one, other) => other.quality - one.quality);
  return wanted[0]?.locale ?? locales[0];
}

/** Answers texts of a language, with `{names}` in them replaced by values. */
export function translator(locale) {
  const texts = messages[locale] ?? messages.en;
  return (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
