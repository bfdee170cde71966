import assert from "node:assert/strict";
import { test } from "node:test";
import { dayOf, hoursOf, slugOf } from "../src/words.js";

test("an address means a course or none", () => {
  assert.equal(slugOf("/course/advanced-rust"), "advanced-rust");
  assert.equal(slugOf("/course/advanced-rust/"), "advanced-rust");
  for (const path of ["/course", "/course/", "/course/a/b", "/courses/a"]) assert.equal(slugOf(path), undefined, path);
});

test("days and hours are written for people", () => {
  assert.equal(dayOf("2026-09-07"), "7 September 2026");
  const check = (minutes, text) => assert.equal(hoursOf(minutes.map((value) => ({ minutes: value }))), text);
  check([], "0 min");
  check([20, 25], "45 min");
  check([60, 60], "2 h");
  check([60, 30], "1 h 30 min");
});
