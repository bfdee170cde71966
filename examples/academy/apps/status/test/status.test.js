import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, checkAll, watched } from "../src/health.js";
import { page } from "../src/page.js";

const about = { app: "status", version: "status@1", commit: "", environment: "pr-7", banner: "A <preview>" };

test("an app is where the platform says, or at its name", () => {
  assert.equal(addressOf("courses-api", {}), "http://courses-api.internal");
  assert.equal(addressOf("courses-api", { FRONTAGE_URL_COURSES_API: "http://127.0.0.1:9" }), "http://127.0.0.1:9");
});

test("an app that does not answer, or not well, is down", async () => {
  const send = async (address) => {
    if (address.includes("learn")) throw new TypeError("fetch failed");
    return new Response("", { status: address.includes("search") ? 503 : 200, headers: { "x-academy-version": "1" } });
  };
  const states = await checkAll(watched, send, {});
  assert.deepEqual(states.filter(({ up }) => !up).map(({ app }) => app), ["search", "learn"]);
  assert.equal(states[0].version, "1");
});

test("the page says what is up, and nothing that it is told can become markup", () => {
  const service = { app: "home", title: "Home", up: true, version: "<b>", ms: 3 };
  const good = page({ about, services: [service], incidents: [{ day: "2026-01-01", app: "home", title: "a & b", text: "", minutes: 1 }] });
  assert.match(good, /Everything works/);
  assert.match(good, /A &#60;preview&#62;/);
  assert.match(good, /a &#38; b/);
  assert.ok(!good.includes("<b>"));
  assert.match(page({ about, services: [service, { ...service, up: false }], incidents: [] }), /1 of 2 parts do not answer/);
});
