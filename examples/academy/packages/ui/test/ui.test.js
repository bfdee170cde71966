import assert from "node:assert/strict";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { test } from "node:test";
import * as ui from "../dist/index.js";

const check = (piece, properties, expected) => assert.match(renderToStaticMarkup(createElement(piece, properties)), expected);

test("pieces become the markup that the style sheet expects", () => {
  check(ui.Button, { look: "quiet", children: "Go" }, /^<button class="button button-quiet">Go<\/button>$/);
  check(ui.LinkButton, { href: "/x", className: "wide", children: "Go" }, /^<a class="button button-solid wide" href="\/x">/);
  check(ui.Badge, { tone: "good", children: "Free" }, /^<span class="badge badge-good">Free/);
  check(ui.Avatar, { name: "Ada Lovelace" }, />AL<\/span>$/);
  check(ui.Rating, { value: 4 }, /aria-label="4\.0 of 5 stars"/);
  check(ui.ProgressRing, { value: 0.256 }, /stroke-dasharray="26 100".*26%/);
  check(ui.Tabs, { tabs: [{ title: "One", content: "first" }, { title: "Two", content: "second" }] }, /aria-selected="true"[^>]*>One.*first<\/div>/);
});

test("a course has one picture, and another course another", () => {
  const draw = (seed) => renderToStaticMarkup(createElement(ui.Cover, { seed, kind: "Arts" }));
  assert.equal(draw("a"), draw("a"));
  assert.equal(new Set(["a", "b", "c", "d"].map(draw)).size, 4);
});

test("numbers are written the same everywhere", () => {
  assert.equal(ui.number(1234567.4), "1\u202f234\u202f567");
  assert.equal(ui.number(999), "999");
  assert.equal(ui.price(0, "Free"), "Free");
  assert.equal(ui.price(1200, "Free"), "€1\u202f200");
});
