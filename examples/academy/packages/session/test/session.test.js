import assert from "node:assert/strict";
import { test } from "node:test";
import { signedIn, signIn, signOut } from "../src/index.js";

const ada = { name: "ada", fullName: "Ada Lovelace" };
const secret = "s3cret";
const now = Date.parse("2026-01-01T00:00:00Z");
const day = 24 * 3600 * 1000;
const cookie = (header) => header.split(";")[0];

test("a cookie proves who signed in, for a week, with the same secret", () => {
  const good = cookie(signIn(ada, { now, secret }));
  const check = (header, at, key, user) => assert.deepEqual(signedIn(header, { now: at, secret: key }), user, header);
  check(good, now, secret, ada);
  check(`theme=dark; ${good}`, now + 6 * day, secret, ada);
  check(good, now + 8 * day, secret, undefined);
  check(good, now, "another", undefined);
  check(good.slice(0, -1), now, secret, undefined);
  check(`${good}x`, now, secret, undefined);
  check(good.replace(/\..*/, "."), now, secret, undefined);
  check(undefined, now, secret, undefined);
  check("academy_session=", now, secret, undefined);
});

test("scripts cannot read the cookie, and it is only sent where it belongs", () => {
  assert.match(signIn(ada, { now, secret }), /; HttpOnly; SameSite=Lax$/);
  assert.match(signIn(ada, { now, secret, secure: true }), /; Secure/);
});

test("signing out forgets the cookie", () => {
  assert.match(signOut(), /^academy_session=; Max-Age=0; Path=\//);
});
