/** Sums over what somebody is learning, and the way to the login for those who have not said who they are. */

/** Lessons done and in all, and what share that is, from 0 to 1. */
export function overall(enrolments) {
  const sum = (field) => enrolments.reduce((total, enrolment) => total + enrolment[field], 0);
  const [done, lessons] = [sum("done"), sum("lessons")];
  return { done, lessons, share: lessons === 0 ? 0 : done / lessons };
}

/** An enrolment after one more lesson. */
export function oneMore(enrolment) {
  return { ...enrolment, done: Math.min(enrolment.done + 1, enrolment.lessons), next: "the lesson after that" };
}

/** Where to log in, as an absolute address of the site that the visitor asked; the login leads back to `path`. */
export function loginAddress(origin, path) {
  return `${origin}/profile/login?next=${encodeURIComponent(path).replaceAll("%2F", "/")}`;
}
