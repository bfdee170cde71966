import assert from "node:assert/strict";
import { test } from "node:test";
import { estimate } from "../src/estimate.js";

test("more people and more years cost less each", () => {
  const check = (seats, years, expected) => assert.deepEqual(estimate(seats, years), expected);
  check(25, 1, { perSeat: 240, total: 6000, discount: 0 });
  check(50, 1, { perSeat: 216, total: 10_800, discount: 10 });
  check(100, 2, { perSeat: 185, total: 37_000, discount: 23 });
  check(500, 3, { perSeat: 156, total: 234_000, discount: 35 });
});
