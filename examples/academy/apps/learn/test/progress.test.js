import assert from "node:assert/strict";
import { test } from "node:test";
import { loginAddress, oneMore, overall } from "../src/progress.js";

test("lessons add up", () => {
  assert.deepEqual(overall([]), { done: 0, lessons: 0, share: 0 });
  assert.deepEqual(overall([{ done: 3, lessons: 8 }, { done: 1, lessons: 8 }]), { done: 4, lessons: 16, share: 0.25 });
});

test("a course ends with its last lesson", () => {
  assert.equal(oneMore({ done: 3, lessons: 8, next: "" }).done, 4);
  assert.equal(oneMore({ done: 8, lessons: 8, next: "" }).done, 8);
});

test("the login is on the site that the visitor asked, and leads back", () => {
  assert.equal(loginAddress("https://academy.example", "/learn"), "https://academy.example/profile/login?next=/learn");
  assert.equal(loginAddress("http://pr-7.localhost:8080", "/learn/a&b"), "http://pr-7.localhost:8080/profile/login?next=/learn/a%26b");
});
