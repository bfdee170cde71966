import assert from "node:assert/strict";
import { test } from "node:test";
import { createIndex } from "../dist/index.js";

const entry = (slug, title, category, learners = 0) => ({ slug, title, category, learners, instructor: "Mara Lind", provider: "Harbor" });
const index = createIndex([
  entry("rust", "Rust for Curious Programmers", "Computer Science", 10),
  entry("rust-2", "Rust in Practice", "Computer Science", 900),
  entry("paint", "Watercolour Painting", "Arts"),
  entry("sky", "The Night Sky", "Physics"),
]);

test("words find courses, also with a slip of the pen", () => {
  const check = (words, slugs) => assert.deepEqual(index.find(words, 3).map((found) => found.slug), slugs, words);
  check("watercolour", ["paint"]);
  check("watercolor paintng", ["paint"]);
  check("physics", ["sky"]);
  check("rust", ["rust-2", "rust"]);
  check("zzzzzz", []);
  check("", []);
});

test("no more are found than asked for", () => {
  assert.equal(index.find("rust", 1).length, 1);
  assert.equal(index.size, 4);
});
