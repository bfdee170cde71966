/** A client of the courses API, for servers and browsers. */
export type { Course, CourseDetail, CoursePage, CourseQuery, Enrolment, Facet, Level, Module, Review, Statistics } from "./types.js";
export { apiAddress } from "./address.js";
export { createClient, NotFound, UpstreamFailed, type Client } from "./client.js";
export { queryFrom, queryString } from "./query.js";
