/** The calls there are. Each answers a value or throws. */
import { queryString } from "./query.js";
import type { Course, CourseDetail, CoursePage, CourseQuery, Enrolment, Statistics } from "./types.js";

const TIME_LIMIT_MS = 5_000;

/** The API knows nothing of that name. */
export class NotFound extends Error {
  readonly status = 404;
}

/** The API did not answer, or not with what was asked for. */
export class UpstreamFailed extends Error {
  readonly status = 502;
}

export interface Client {
  courses(query?: Partial<CourseQuery> & { size?: number }): Promise<CoursePage>;
  course(slug: string): Promise<CourseDetail>;
  related(slug: string): Promise<Course[]>;
  allCourses(): Promise<Course[]>;
  enrolments(learner: string): Promise<Enrolment[]>;
  statistics(): Promise<Statistics>;
}

/** A client of the API at an address; in a browser "" means the page's own site. */
export function createClient(address: string, send: typeof fetch = fetch): Client {
  async function get<Value>(path: string): Promise<Value> {
    const answer = await send(`${address}${path}`, {
      headers: { accept: "application/json" },
      signal: AbortSignal.timeout(TIME_LIMIT_MS),
    }).catch((cause: unknown) => {
      throw new UpstreamFailed(`no answer from ${address}${path}`, { cause });
    });
    if (answer.status === 404) throw new NotFound(`${path} is not there`);
    if (!answer.ok) throw new UpstreamFailed(`${address}${path} answered ${answer.status}`);
    if (!answer.headers.get("content-type")?.startsWith("application/json")) {
      throw new UpstreamFailed(`${address}${path} answered something other than JSON`);
    }
    return (await answer.json()) as Value;
  }
  return {
    courses: (query = {}) => get(`/api/courses${queryString(query)}`),
    course: (slug) => get(`/api/courses/${encodeURIComponent(slug)}`),
    related: (slug) => get(`/api/courses/${encodeURIComponent(slug)}/related`),
    allCourses: () => get("/api/courses/all"),
    enrolments: (learner) => get(`/api/learners/${encodeURIComponent(learner)}/courses`),
    statistics: () => get("/api/statistics"),
  };
}
