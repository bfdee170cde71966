/** What the courses API speaks of. */

export type Level = "beginner" | "intermediate" | "advanced";

export interface Course {
  slug: string;
  title: string;
  summary: string;
  category: string;
  level: Level;
  language: string;
  provider: string;
  instructor: string;
  /** From 0 to 5, one decimal. */
  rating: number;
  learners: number;
  weeks: number;
  /** In whole euros; 0 is free. */
  price: number;
  /** The first day, as `2026-09-14`. */
  starts: string;
}

export interface Module {
  title: string;
  lessons: { title: string; minutes: number }[];
}

export interface Review {
  author: string;
  rating: number;
  text: string;
}

export interface CourseDetail extends Course {
  outcomes: string[];
  modules: Module[];
  reviews: Review[];
  /** How many of a hundred learners are still with the course in each week. */
  retention: number[];
}

export interface CourseQuery {
  q: string;
  category: string;
  level: string;
  language: string;
  price: "" | "free" | "paid";
  sort: "popular" | "rating" | "newest" | "title";
  /** From 1. */
  page: number;
}

export interface Facet {
  value: string;
  count: number;
}

export interface CoursePage {
  courses: Course[];
  total: number;
  pages: number;
  facets: { category: Facet[]; level: Facet[]; language: Facet[] };
}

export interface Enrolment {
  course: Course;
  /** Lessons done and in all. */
  done: number;
  lessons: number;
  next: string;
}

export interface Statistics {
  courses: number;
  learners: number;
  providers: number;
  categories: Facet[];
}
