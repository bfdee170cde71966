/** The courses API: JSON below `/api`, for the other apps and for browsers. */
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { json, serve } from "@academy/server-kit";
import { categories, courses, detailOf, enrolmentsOf, findCourse, relatedTo, statistics } from "./courses.js";
import { select } from "./select.js";

/** Recommendations take their time everywhere; pages must not wait for them. */
const RELATED_PAUSE_MS = 150;

const options = { headers: { "cache-control": "no-cache" } };
const missing = (what) => json({ error: `${what} is not there` }, { ...options, status: 404 });

serve({
  app: "courses-api",
  base: "/api",
  assets: fileURLToPath(new URL("../public/api", import.meta.url)),
  respond: async ({ method, path, query }) => {
    if (method !== "GET" && method !== "HEAD") return json({ error: "this API can only be read" }, { status: 405, headers: { allow: "GET, HEAD" } });
    const value = await valueAt(path, query);
    return value === undefined ? missing(path) : json(value, options);
  },
});

async function valueAt(path, query) {
  switch (path) {
    case "/api":
      return { courses: "/api/courses", categories: "/api/categories", statistics: "/api/statistics", description: "/api/openapi.json" };
    case "/api/courses":
      return select(courses, query);
    case "/api/courses/all":
      return courses;
    case "/api/categories":
      return categories;
    case "/api/statistics":
      return statistics;
  }
  const learner = /^\/api\/learners\/([^/]+)\/courses$/.exec(path)?.[1];
  if (learner !== undefined) return enrolmentsOf(learner);
  const [, slug, related] = /^\/api\/courses\/([^/]+)(\/related)?$/.exec(path) ?? [];
  const course = slug === undefined ? undefined : findCourse(slug);
  if (course === undefined) return undefined;
  if (related === undefined) return detailOf(course);
  await pause(RELATED_PAUSE_MS);
  return relatedTo(course);
}
