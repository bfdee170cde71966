/** All courses, made once when the server starts, and what can be said about one of them. */
import { numbers, pick, some } from "./chance.js";
import * as seed from "./seed.js";

const FIRST_DAY = Date.UTC(2026, 8, 7);
const FAVOURITE_LEARNERS = 184_000;
const WEEK_MS = 7 * 24 * 3600 * 1000;

/** Courses, the most popular first. */
export const courses = seed.categories
  .flatMap(({ name, topics }) => topics.flatMap((topic) => seed.formats.map((format) => makeCourse(name, topic, format))))
  .sort((one, other) => other.learners - one.learners || (one.slug < other.slug ? -1 : 1));

const bySlug = new Map(courses.map((course) => [course.slug, course]));

/** How many courses there are of each category, in the order of the seed. */
export const categories = seed.categories.map(({ name, topics }) => ({ value: name, count: topics.length * seed.formats.length }));

/** What a course is about; not part of what the API tells, as its title says it. */
const topics = new Map(
  seed.categories.flatMap(({ topics: names }) => names.flatMap((topic) => seed.formats.map(({ title }) => [slugOf(fill(title, topic)), topic]))),
);

export function findCourse(slug) {
  return bySlug.get(slug);
}

/** A course with everything that its own page shows. */
export function detailOf(course) {
  const next = numbers(`${course.slug}/detail`);
  const topic = topics.get(course.slug);
  const modules = some(next, seed.modules, Math.min(course.weeks, seed.modules.length)).map((module) => ({
    title: fill(module.title, topic),
    lessons: module.lessons.map((title) => ({ title: fill(title, topic), minutes: 4 + Math.floor(next() * 22) })),
  }));
  const reviews = some(next, seed.reviews, 3).map((text) => ({
    author: personOf(next),
    rating: course.rating > 4.4 && next() > 0.3 ? 5 : 4,
    text: fill(text, topic),
  }));
  return { ...course, outcomes: some(next, seed.outcomes, 4).map((text) => fill(text, topic)), modules, reviews, retention: retentionOf(next, course.weeks) };
}

/** Courses on the same topic first, then the most popular ones of the category. */
export function relatedTo(course, count = 4) {
  const topic = topics.get(course.slug);
  const others = courses.filter((other) => other.slug !== course.slug && other.category === course.category);
  const near = others.filter((other) => topics.get(other.slug) === topic).slice(0, count / 2);
  return [...near, ...others.filter((other) => !near.includes(other))].slice(0, count);
}

/** What a learner is taking; everybody who asks has begun something. */
export function enrolmentsOf(learner) {
  const next = numbers(`learner/${learner}`);
  return some(next, courses.slice(0, 120), 5).map((course) => {
    const lessons = detailOf(course).modules.flatMap((module) => module.lessons);
    const done = Math.floor(next() * lessons.length);
    return { course, done, lessons: lessons.length, next: lessons[done].title };
  });
}

export const statistics = {
  courses: courses.length,
  learners: courses.reduce((sum, course) => sum + course.learners, 0),
  providers: seed.providers.length,
  categories,
};

function makeCourse(category, topic, format) {
  const title = fill(format.title, topic);
  const slug = slugOf(title);
  const next = numbers(slug);
  const favourite = seed.favourites.indexOf(slug);
  return {
    slug,
    title,
    summary: fill(format.summary, topic),
    category,
    level: format.level,
    language: pick(next, seed.languages),
    provider: pick(next, seed.providers),
    instructor: personOf(next),
    rating: Math.round(favourite < 0 ? 36 + 14 * Math.sqrt(next()) : 46 + 4 * next()) / 10,
    learners: Math.round(240 + 38_000 * next() ** 5 + (favourite < 0 ? 0 : FAVOURITE_LEARNERS * (1 - favourite / 20))),
    weeks: 3 + Math.floor(next() * 8),
    price: pick(next, seed.prices),
    starts: new Date(FIRST_DAY + WEEK_MS * Math.floor(next() * 40)).toISOString().slice(0, 10),
  };
}

function retentionOf(next, weeks) {
  const values = [100];
  while (values.length < weeks) values.push(Math.round(values.at(-1) * (0.86 + 0.12 * next())));
  return values;
}

function personOf(next) {
  return `${pick(next, seed.firstNames)} ${pick(next, seed.lastNames)}`;
}

function fill(text, topic) {
  return text.replace("The {topic}", topic.startsWith("The ") ? topic : `The ${topic}`).replaceAll("{topic}", topic);
}

function slugOf(title) {
  return title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
}
