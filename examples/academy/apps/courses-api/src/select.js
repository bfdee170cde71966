/** Which courses a query means, a page at a time. */

const LARGEST_PAGE = 100;
const USUAL_PAGE = 24;

const ORDERS = {
  popular: () => 0,
  rating: (one, other) => other.rating - one.rating,
  newest: (one, other) => (one.starts < other.starts ? 1 : one.starts > other.starts ? -1 : 0),
  title: (one, other) => (one.title < other.title ? -1 : 1),
};

/** `courses` come with the most popular first, which also decides between equals. */
export function select(courses, parameters) {
  const wanted = (name) => parameters.get(name) ?? "";
  const words = wanted("q").toLowerCase().slice(0, 100).split(/\s+/).filter(Boolean);
  const tests = {
    q: (course) => words.every((word) => textOf(course).includes(word)),
    price: (course) => !["free", "paid"].includes(wanted("price")) || (course.price === 0) === (wanted("price") === "free"),
    category: (course) => wanted("category") === "" || course.category === wanted("category"),
    level: (course) => wanted("level") === "" || course.level === wanted("level"),
    language: (course) => wanted("language") === "" || course.language === wanted("language"),
  };
  const passing = (without) => {
    const left = Object.entries(tests).filter(([name]) => name !== without);
    return courses.filter((course) => left.every(([, test]) => test(course)));
  };
  const found = passing().sort(ORDERS[wanted("sort")] ?? ORDERS.popular);
  const size = whole(wanted("size"), USUAL_PAGE, LARGEST_PAGE);
  const pages = Math.max(1, Math.ceil(found.length / size));
  const page = whole(wanted("page"), 1, pages);
  return {
    courses: found.slice((page - 1) * size, page * size),
    total: found.length,
    pages,
    facets: {
      category: count(passing("category"), "category"),
      level: count(passing("level"), "level"),
      language: count(passing("language"), "language"),
    },
  };
}

function textOf({ title, category, provider, instructor }) {
  return `${title} ${category} ${provider} ${instructor}`.toLowerCase();
}

/** A whole number from 1 to the largest, or what is usual if there is none. */
function whole(text, usual, largest) {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? Math.min(value, largest) : usual;
}

/** How often each value occurs, by name. */
function count(courses, field) {
  const counts = new Map();
  for (const course of courses) counts.set(course[field], (counts.get(course[field]) ?? 0) + 1);
  return [...counts].map(([value, times]) => ({ value, count: times })).sort((one, other) => (one.value < other.value ? -1 : 1));
}
