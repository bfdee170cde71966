import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { about, json, redirect, sameOrigin, serve } from "../src/index.js";

const folder = mkdtempSync(join(tmpdir(), "server-kit-"));
writeFileSync(join(folder, "index-a1b2c3d4.js"), "1");
writeFileSync(join(folder, ".secret.txt"), "hidden");

const server = serve({
  app: "shop",
  base: "/shop",
  assets: folder,
  port: 0,
  respond: async (visit) => {
    if (visit.path === "/shop/where") return json({ origin: visit.origin, q: visit.query.get("q") });
    if (visit.path === "/shop/away") return redirect(`${visit.origin}/shop/where`);
    if (visit.path === "/shop/post") return json({ own: sameOrigin(visit), name: (await visit.form()).get("name") });
    if (visit.path === "/shop/broken") throw new Error("on purpose");
    return undefined;
  },
});
await once(server, "listening");
const origin = `http://127.0.0.1:${server.address().port}`;
const get = (path, options = {}) => fetch(`${origin}${path}`, { redirect: "manual", ...options });
after(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

test("visits are answered by path", async () => {
  const check = async (path, status, type) => {
    const answer = await get(path);
    await answer.arrayBuffer();
    assert.equal(answer.status, status, path);
    assert.equal(answer.headers.get("content-type")?.split(";")[0] ?? "", type, path);
    assert.equal(answer.headers.get("x-academy-app"), "shop");
  };
  await check("/shop/healthz", 200, "text/plain");
  await check("/shop/where", 200, "application/json");
  await check("/shop/index-a1b2c3d4.js", 200, "text/javascript");
  await check("/shop/.secret.txt", 404, "text/plain");
  await check("/shop/..%2f..%2fetc%2fpasswd.txt", 404, "text/plain");
  await check("/index-a1b2c3d4.js", 404, "text/plain");
  await check("/shop/nothing", 404, "text/plain");
});

test("a failure is an answer, and the next visit is served", async () => {
  const logged = console.error;
  console.error = () => {};
  assert.equal((await get("/shop/broken")).status, 500);
  console.error = logged;
  assert.equal((await get("/shop/healthz")).status, 200);
});

test("absolute addresses are built from what the client asked for", async () => {
  const headers = { "x-forwarded-host": "academy.example", "x-forwarded-proto": "https" };
  assert.equal((await get("/shop/away", { headers })).headers.get("location"), "https://academy.example/shop/where");
  assert.equal((await get("/shop/away")).headers.get("location"), `${origin}/shop/where`);
});

test("a form is read, and its origin compared with the host", async () => {
  const check = async (headers, own) => {
    const answer = await get("/shop/post", { method: "POST", headers, body: new URLSearchParams({ name: "Ada & co" }) });
    assert.deepEqual(await answer.json(), { own, name: "Ada & co" }, JSON.stringify(headers));
  };
  await check({}, true);
  await check({ origin }, true);
  await check({ origin: "http://elsewhere.example" }, false);
  await check({ origin: "null" }, false);
});

test("what runs here is what the environment says", () => {
  assert.deepEqual(about("shop", {}), { app: "shop", version: "development", commit: "", environment: "development", banner: "" });
  const environment = { FRONTAGE_APP: "shop", FRONTAGE_VERSION: "shop@1", FRONTAGE_COMMIT: "c0ffee", FRONTAGE_ENVIRONMENT: "pr-1", BANNER: "!" };
  assert.deepEqual(about("x", environment), { app: "shop", version: "shop@1", commit: "c0ffee", environment: "pr-1", banner: "!" });
});
