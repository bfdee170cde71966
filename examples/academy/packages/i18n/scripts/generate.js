/** Turns `messages/*.json` into the module that `src/index.js` imports, and into the type of its keys. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";

const folder = new URL("../messages/", import.meta.url);
const output = new URL("../src/generated/", import.meta.url);

const messages = {};
for (const file of readdirSync(folder).filter((name) => name.endsWith(".json")).sort()) {
  messages[file.slice(0, -".json".length)] = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
}
const keys = Object.keys(messages.en);
for (const [locale, texts] of Object.entries(messages)) {
  const missing = keys.filter((key) => !(key in texts));
  const unknown = Object.keys(texts).filter((key) => !keys.includes(key));
  if (missing.length + unknown.length > 0) {
    throw new Error(`messages/${locale}.json: missing [${missing}], unknown [${unknown}]`);
  }
}

mkdirSync(output, { recursive: true });
writeFileSync(new URL("messages.js", output), `export const messages = ${JSON.stringify(messages, null, 2)};\n`);
writeFileSync(
  new URL("messages.d.ts", output),
  `export type Locale = ${Object.keys(messages).map((locale) => JSON.stringify(locale)).join(" | ")};\n` +
    `export type MessageKey =\n  | ${keys.map((key) => JSON.stringify(key)).join("\n  | ")};\n` +
    `export const messages: Record<Locale, Record<MessageKey, string>>;\n`,
);
