/** A course at a glance, and many of them. */
import type { Course } from "@academy/api-client";
import { translator, type Locale } from "@academy/i18n";
import { Badge, Cover, number, price, Rating } from "@academy/ui";
import "./course-card.css";

export function CourseCard({ course, locale }: { course: Course; locale: Locale }) {
  const translate = translator(locale);
  return (
    <a className="course-card" href={`/course/${course.slug}`} data-course={course.slug}>
      <Cover seed={course.slug} kind={course.category} />
      <div className="course-card-text">
        <span className="course-card-kind">
          {course.category}
          <Badge tone={course.price === 0 ? "good" : "plain"}>{price(course.price, translate("card.free"))}</Badge>
        </span>
        <h3>{course.title}</h3>
        <p>{course.provider}</p>
        <span className="course-card-facts">
          <Rating value={course.rating} />
          <span>{translate("card.learners", { count: number(course.learners) })}</span>
          <span>{translate(`level.${course.level}`)}</span>
        </span>
      </div>
    </a>
  );
}

export function CourseGrid({ courses, locale }: { courses: Course[]; locale: Locale }) {
  return (
    <div className="course-grid">
      {courses.map((course) => (
        <CourseCard key={course.slug} course={course} locale={locale} />
      ))}
    </div>
  );
}
