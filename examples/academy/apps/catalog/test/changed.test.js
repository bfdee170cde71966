import assert from "node:assert/strict";
import { test } from "node:test";
import { changed } from "../src/changed.js";

test("other courses begin at the first page, and turning a page keeps the courses", () => {
  const query = { q: "rust", category: "", level: "", language: "", price: "", sort: "popular", page: 3 };
  const check = (part, expected) => assert.deepEqual(changed(query, part), { ...query, ...expected }, JSON.stringify(part));
  check({}, { page: 1 });
  check({ level: "advanced" }, { level: "advanced", page: 1 });
  check({ page: 4 }, { page: 4 });
});
