/** Who is signed in, kept in a cookie that nobody else can write. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { parse, serialize } from "cookie";

const COOKIE = "academy_session";
const LIFETIME_S = 7 * 24 * 3600;

/** Good enough on a developer's machine; anywhere else SESSION_SECRET is set. */
const DEVELOPMENT_SECRET = "not a secret: set SESSION_SECRET";

function sign(text, secret) {
  return createHmac("sha256", secret).update(text).digest("base64url");
}

function sessionSecret(environment = process.env) {
  return environment.SESSION_SECRET || DEVELOPMENT_SECRET;
}

/** The `Set-Cookie` header that signs a user in. */
export function signIn(user, { secure = false, now = Date.now(), secret = sessionSecret() } = {}) {
  const payload = Buffer.from(JSON.stringify({ user, until: Math.floor(now / 1000) + LIFETIME_S })).toString("base64url");
  return setCookie(`${payload}.${sign(payload, secret)}`, LIFETIME_S, secure);
}

/** The `Set-Cookie` header that signs out. */
export function signOut({ secure = false } = {}) {
  return setCookie("", 0, secure);
}

/** The user that a request's `Cookie` header proves, or nothing. */
export function signedIn(cookieHeader, { now = Date.now(), secret = sessionSecret() } = {}) {
  const [payload, signature] = (parse(cookieHeader ?? "")[COOKIE] ?? "").split(".");
  if (!payload || !signature) return undefined;
  const expected = Buffer.from(sign(payload, secret));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const { user, until } = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
  return until > now / 1000 ? user : undefined;
}

function setCookie(value, maxAge, secure) {
  return serialize(COOKIE, value, { maxAge, secure, path: "/", httpOnly: true, sameSite: "lax" });
}
