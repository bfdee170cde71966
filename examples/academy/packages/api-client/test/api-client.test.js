import assert from "node:assert/strict";
import { test } from "node:test";
import { apiAddress, createClient, NotFound, queryFrom, queryString, UpstreamFailed } from "../dist/index.js";

test("a query survives being written and read, and defaults are not written", () => {
  const check = (text, written) => assert.equal(queryString(queryFrom(new URLSearchParams(text))), written, text);
  check("", "");
  check("?q=+rust+&page=1&sort=popular", "?q=rust");
  check("?page=3&level=beginner", "?level=beginner&page=3");
  check("?page=-3&sort=worst&price=high", "");
  check("?price=free", "?price=free");
  check("?q=c%2B%2B&category=Computer+Science", "?q=c%2B%2B&category=Computer+Science");
});

test("the address is the configured one, the platform's, or the name inside it", () => {
  const check = (environment, address) => assert.equal(apiAddress(environment), address);
  check({}, "http://courses-api.internal");
  check({ FRONTAGE_URL_COURSES_API: "http://127.0.0.1:5" }, "http://127.0.0.1:5");
  check({ FRONTAGE_URL_COURSES_API: "http://127.0.0.1:5", API_URL: "http://api.test" }, "http://api.test");
});

test("an answer is a value or an error that says which", async () => {
  const client = (answer) => createClient("http://api.test", async () => answer());
  const good = client(() => Response.json([{ slug: "a" }]));
  assert.deepEqual(await good.allCourses(), [{ slug: "a" }]);
  await assert.rejects(client(() => new Response("", { status: 404 })).course("a"), NotFound);
  await assert.rejects(client(() => new Response("", { status: 500 })).course("a"), UpstreamFailed);
  await assert.rejects(client(() => new Response("<html>")).course("a"), UpstreamFailed);
  await assert.rejects(client(() => { throw new TypeError("fetch failed"); }).course("a"), UpstreamFailed);
});

test("names are written into addresses safely", async () => {
  let asked;
  const client = createClient("", async (address) => { asked = address; return Response.json([]); });
  await client.related("a/b c");
  assert.equal(asked, "/api/courses/a%2Fb%20c/related");
});
