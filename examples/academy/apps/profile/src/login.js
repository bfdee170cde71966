/** What a login may be, and where it may lead. */

export const PASSWORD_LENGTH = 4;

const NAME_LIMIT = 60;

/** Where to go after the login: a path of this site and nothing else; the profile if it is anything else. */
export function localPath(next) {
  const base = "http://site.invalid";
  if (!next?.startsWith("/") || !URL.canParse(next, base)) return "/profile";
  const { origin, pathname, search, hash } = new URL(next, base);
  return origin === base && !pathname.startsWith("//") ? `${pathname}${search}${hash}` : "/profile";
}

/** What is wrong with a name and a password, in words; empty if nothing is. */
export function problemOf(fullName, password) {
  if (nameOf(fullName) === "" || fullName.length > NAME_LIMIT) return `A name has 1 to ${NAME_LIMIT} characters and at least one letter or digit.`;
  if (password.length < PASSWORD_LENGTH) return `A password has at least ${PASSWORD_LENGTH} characters.`;
  return "";
}

/** The short name of somebody: `Ada Lovelace` is `ada-lovelace`. */
export function nameOf(fullName) {
  return fullName.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
}
