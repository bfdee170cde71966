import assert from "node:assert/strict";
import { test } from "node:test";
import { localPath, nameOf, problemOf } from "../src/login.js";

test("a login leads to a path of this site and nowhere else", () => {
  const check = (next, path) => assert.equal(localPath(next), path, String(next));
  check("/learn", "/learn");
  check("/catalog?q=rust#top", "/catalog?q=rust#top");
  for (const next of [null, undefined, "", "learn", "//evil.example", "/\\evil.example", "/\t/evil.example", "/.//evil.example", "https://evil.example", "javascript:alert(1)"]) {
    check(next, "/profile");
  }
});

test("a name and a password of four characters are enough", () => {
  assert.equal(problemOf("Ada Lovelace", "1234"), "");
  assert.match(problemOf("Ada", "123"), /password/);
  for (const name of ["", " ", "!?", "a".repeat(61)]) assert.match(problemOf(name, "1234"), /name/, name);
});

test("a short name is made of letters and digits", () => {
  assert.equal(nameOf(" Ada Lovelace "), "ada-lovelace");
  assert.equal(nameOf("Tomás Novák 2"), "tomás-novák-2");
});
