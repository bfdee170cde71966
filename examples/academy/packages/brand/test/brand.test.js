import assert from "node:assert/strict";
import { test } from "node:test";
import { links, markSvg } from "../src/index.js";

test("every link has an address of its own on the site", () => {
  assert.equal(new Set(links.map((link) => link.href)).size, links.length);
  for (const link of links) assert.match(link.href, /^\/[a-z]*$/);
});

test("the mark is one SVG document", () => {
  assert.match(markSvg(20), /^<svg [^>]*width="20"[^>]*>(<path [^>]*\/>){3}<\/svg>$/);
});
