/** A course: what it teaches, who says so, and what else there is. */
import type { Course, CourseDetail } from "@academy/api-client";
import { Footer } from "@academy/footer";
import { Header } from "@academy/header";
import { Deferred, useFrame } from "@academy/page";
import { Accordion, Avatar, Badge, Button, Card, Cover, LinkButton, number, price, Quote, Rating } from "@academy/ui";
import { lazy, Suspense, useState } from "react";
import { dayOf, hoursOf } from "./words.js";
import "./app.css";

export type CourseProps = { course: CourseDetail } | { course: null; slug: string };

/** Few people ask for it, so nobody else loads it. */
const CourseChart = lazy(async () => ({ default: (await import("@academy/course-chart")).CourseChart }));

export function App(props: CourseProps) {
  const { about, locale } = useFrame();
  return (
    <>
      <Header current="course" locale={locale} />
      <main id="content">{props.course === null ? <Missing slug={props.slug} /> : <Detail course={props.course} />}</main>
      <Footer locale={locale} app={about.app} version={about.version} note={about.environment} />
    </>
  );
}

function Detail({ course }: { course: CourseDetail }) {
  return (
    <article>
      <Top course={course} />
      <div className="wide course-row">
        <div className="course-main">
          <section>
            <h2>What you will learn</h2>
            <ul className="course-outcomes">
              {course.outcomes.map((outcome) => (
                <li key={outcome}>{outcome}</li>
              ))}
            </ul>
          </section>
          <Modules course={course} />
          <Retention course={course} />
          <section>
            <h2>What learners say</h2>
            <div className="course-quotes">
              {course.reviews.map((review) => (
                <Quote key={review.text} text={review.text} author={review.author} role={`${review.rating} of 5 stars`} />
              ))}
            </div>
          </section>
        </div>
        <Enrolment course={course} />
      </div>
      <section className="wide course-related">
        <h2>Goes well with it</h2>
        <Deferred<Course[] | null> name="related" fallback={<div className="course-related-grid course-waiting" aria-busy="true" />}>
          {(courses) => <Related courses={courses ?? []} />}
        </Deferred>
      </section>
    </article>
  );
}

function Top({ course }: { course: CourseDetail }) {
  return (
    <header className="course-top">
      <div className="wide">
        <nav className="course-path" aria-label="Where this is">
          <a href="/catalog">Catalog</a> / <a href={`/catalog?category=${encodeURIComponent(course.category)}`}>{course.category}</a>
        </nav>
        <h1>{course.title}</h1>
        <p>{course.summary}</p>
        <div className="course-facts">
          <Rating value={course.rating} />
          <span>{`${number(course.learners)} learners`}</span>
          <Badge tone="brand">{course.level}</Badge>
          <span>{course.language}</span>
        </div>
        <div className="course-teacher">
          <Avatar name={course.instructor} />
          <span>
            <strong>{course.instructor}</strong>
            <small>{course.provider}</small>
          </span>
        </div>
      </div>
    </header>
  );
}

function Modules({ course }: { course: CourseDetail }) {
  return (
    <section>
      <h2>{`${course.modules.length} modules`}</h2>
      <Accordion
        sections={course.modules.map((module) => ({
          title: module.title,
          note: hoursOf(module.lessons),
          content: (
            <ol className="course-lessons">
              {module.lessons.map((lesson) => (
                <li key={lesson.title}>
                  {lesson.title}
                  <span className="faint">{`${lesson.minutes} min`}</span>
                </li>
              ))}
            </ol>
          ),
        }))}
      />
    </section>
  );
}

function Retention({ course }: { course: CourseDetail }) {
  const [open, setOpen] = useState(false);
  return (
    <section>
      <h2>Who stays until the end</h2>
      <p className="soft">{`Of a hundred learners who begin, ${course.retention.at(-1)} are there in the last week.`}</p>
      {open ? (
        <Suspense fallback={<p className="faint">Drawing…</p>}>
          <CourseChart values={course.retention} />
        </Suspense>
      ) : (
        <Button look="quiet" type="button" className="course-chart-button" data-action="chart" onClick={() => setOpen(true)}>
          Show week by week
        </Button>
      )}
    </section>
  );
}

function Enrolment({ course }: { course: CourseDetail }) {
  const [enrolled, setEnrolled] = useState(false);
  return (
    <aside className="course-side">
      <Card>
        <Cover seed={course.slug} kind={course.category} />
        <div className="course-side-words">
          <strong className="course-price">{price(course.price, "Free")}</strong>
          <Button type="button" data-action="enrol" aria-pressed={enrolled} onClick={() => setEnrolled(!enrolled)}>
            {enrolled ? "You are on the list" : "Keep me a place"}
          </Button>
          <LinkButton look="line" href="/learn">
            To my learning
          </LinkButton>
          <dl>
            <dt>Begins</dt>
            <dd>{dayOf(course.starts)}</dd>
            <dt>Takes</dt>
            <dd>{`${course.weeks} weeks`}</dd>
            <dt>Work</dt>
            <dd>{hoursOf(course.modules.flatMap((module) => module.lessons))}</dd>
            <dt>Certificate</dt>
            <dd>At the end</dd>
          </dl>
        </div>
      </Card>
    </aside>
  );
}

function Related({ courses }: { courses: Course[] }) {
  return (
    <div className="course-related-grid">
      {courses.map((course) => (
        <a key={course.slug} href={`/course/${course.slug}`} data-related={course.slug}>
          <Cover seed={course.slug} kind={course.category} />
          <strong>{course.title}</strong>
          <span className="soft">{course.provider}</span>
        </a>
      ))}
    </div>
  );
}

function Missing({ slug }: { slug: string }) {
  return (
    <section className="wide course-missing">
      <h1>No such course</h1>
      <p className="soft">
        Nobody teaches <code>{slug}</code> here, or not any more.
      </p>
      <LinkButton href="/catalog">See the catalog</LinkButton>
    </section>
  );
}
