import assert from "node:assert/strict";
import { test } from "node:test";
import { localeFor, translator } from "../src/index.js";

test("the language is the best that a browser asks for", () => {
  const check = (header, locale) => assert.equal(localeFor(header), locale, header);
  check(undefined, "en");
  check("", "en");
  check("fr,it;q=0.5", "en");
  check("de-AT,en;q=0.5", "de");
  check("de;q=0.2,en-GB;q=0.9", "en");
  check("de;q=0,fr", "en");
});

test("names in a text are replaced by values", () => {
  assert.equal(translator("en")("card.weeks", { count: 6 }), "6 weeks");
  assert.equal(translator("de")("card.weeks", { count: 6 }), "6 Wochen");
  assert.equal(translator("en")("card.weeks"), "{count} weeks");
});
