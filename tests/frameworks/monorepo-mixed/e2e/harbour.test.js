import assert from "node:assert/strict";
import test from "node:test";

test("the harbour answers", async () => {
  const answer = await fetch(process.env.HARBOUR ?? "http://127.0.0.1:4999/");
  assert.equal(answer.status, 200);
});
