/** Addresses, days and hours as the page writes them; in words that do not depend on anybody's settings. */

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/** The course that an address means, if it is a course's. */
export function slugOf(path) {
  return /^\/course\/([^/]+)\/?$/.exec(path)?.[1];
}

/** `2026-09-07` is written `7 September 2026`. */
export function dayOf(date) {
  const [year, month, day] = date.split("-").map(Number);
  return `${day} ${MONTHS[month - 1]} ${year}`;
}

/** The length of some lessons: `45 min`, `2 h`, `1 h 30 min`. */
export function hoursOf(lessons) {
  const minutes = lessons.reduce((sum, lesson) => sum + lesson.minutes, 0);
  const hours = Math.floor(minutes / 60);
  return [hours > 0 ? `${hours} h` : "", minutes % 60 > 0 || hours === 0 ? `${minutes % 60} min` : ""].filter(Boolean).join(" ");
}
