import assert from "node:assert/strict";
import { test } from "node:test";
import { kept } from "../src/kept.js";

test("a value is loaded once for everybody, and again when it is old", async () => {
  let time = 0;
  let loads = 0;
  const get = kept(async () => ++loads, 10, () => time);
  assert.deepEqual(await Promise.all([get(), get()]), [1, 1]);
  time = 9;
  assert.equal(await get(), 1);
  time = 10;
  assert.equal(await get(), 2);
});

test("an old value is better than none, and none is an error", async () => {
  let time = 0;
  let answer = async () => { throw new Error("away"); };
  const get = kept(() => answer(), 10, () => time);
  await assert.rejects(get(), /away/);
  answer = async () => "here";
  assert.equal(await get(), "here");
  answer = async () => { throw new Error("away"); };
  time = 50;
  assert.equal(await get(), "here");
});
