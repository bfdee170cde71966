import assert from "node:assert/strict";
import { test } from "node:test";
import { favourites } from "../src/seed.js";
import { categories, courses, detailOf, enrolmentsOf, findCourse, relatedTo, statistics } from "../src/courses.js";
import { select } from "../src/select.js";

test("there are about two thousand courses, each with an address of its own", () => {
  assert.equal(courses.length, 2016);
  assert.equal(new Set(courses.map((course) => course.slug)).size, courses.length);
  assert.equal(statistics.courses, courses.length);
  assert.equal(categories.reduce((sum, { count }) => sum + count, 0), courses.length);
  for (const { slug, rating, price, weeks, starts, title } of courses) {
    assert.match(slug, /^[a-z0-9]+(-[a-z0-9]+)*$/);
    assert.ok(rating >= 3.6 && rating <= 5 && price >= 0 && weeks >= 3 && /^202[67]-\d\d-\d\d$/.test(starts), slug);
    assert.ok(!/\{|\bThe The\b/.test(title), title);
  }
});

test("courses stay what they are", () => {
  for (const slug of favourites) assert.ok(findCourse(slug)?.learners > 60_000, slug);
  const { title, category, level } = findCourse("introduction-to-rust");
  assert.deepEqual({ title, category, level }, { title: "Introduction to Rust", category: "Computer Science", level: "beginner" });
  assert.deepEqual(detailOf(findCourse("introduction-to-rust")), detailOf(findCourse("introduction-to-rust")));
  assert.equal(findCourse("nothing"), undefined);
});

test("a course is complete", () => {
  for (const course of courses) {
    const { outcomes, modules, reviews, retention } = detailOf(course);
    assert.equal(outcomes.length, 4);
    assert.equal(reviews.length, 3);
    assert.ok(modules.length >= 3 && retention.length === course.weeks && retention[0] === 100, course.slug);
  }
  const related = relatedTo(findCourse("advanced-rust"));
  assert.equal(related.length, 4);
  assert.ok(related.every((course) => course.category === "Computer Science" && course.slug !== "advanced-rust"));
  assert.match(related[0].title, /Rust/);
});

test("a learner is taking the same courses each time", () => {
  assert.deepEqual(enrolmentsOf("ada"), enrolmentsOf("ada"));
  assert.notDeepEqual(enrolmentsOf("ada"), enrolmentsOf("grace"));
  for (const { done, lessons, next } of enrolmentsOf("ada")) assert.ok(done < lessons && next !== "");
});

test("a query selects, sorts and counts", () => {
  const ask = (text) => select(courses, new URLSearchParams(text));
  const check = (text, total, pages) => assert.deepEqual([ask(text).total, ask(text).pages], [total, pages], text);
  check("", 2016, 84);
  check("size=5000", 2016, 21);
  check("size=-1&page=x", 2016, 84);
  check("q=advanced+rust", 1, 1);
  check("q=zzzz", 0, 1);
  check("category=Physics", 168, 7);
  check("category=Physics&level=advanced", 42, 2);
  check("price=free&size=100", courses.filter((course) => course.price === 0).length, Math.ceil(courses.filter((course) => course.price === 0).length / 100));
  assert.equal(ask("price=free").total + ask("price=paid").total, 2016);
  assert.equal(ask("category=Physics").facets.category.length, 12);
  assert.deepEqual(ask("category=Physics&level=advanced").facets.level.map(({ count }) => count), [42, 56, 70]);
  assert.deepEqual(ask("page=999").courses, ask("page=84").courses);
  const titles = ask("sort=title&category=Music").courses.map((course) => course.title);
  assert.deepEqual(titles, [...titles].sort());
  const starts = ask("sort=newest").courses.map((course) => course.starts);
  assert.deepEqual(starts, [...starts].sort().reverse());
});
