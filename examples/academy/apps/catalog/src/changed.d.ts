import type { CourseQuery } from "@academy/api-client";
export function changed(query: CourseQuery, part: Partial<CourseQuery>): CourseQuery;
