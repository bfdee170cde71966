/** The catalog: everything there is, narrowed down in the browser without another page. */
import { queryString, type CoursePage, type CourseQuery } from "@academy/api-client";
import { CourseGrid } from "@academy/course-card";
import { Footer } from "@academy/footer";
import { Header } from "@academy/header";
import { useFrame } from "@academy/page";
import { Badge, Button, Field, number, Rating, Select } from "@academy/ui";
import { useState } from "react";
import { useCourses } from "./use-courses.js";
import "./app.css";

export interface CatalogProps {
  query: CourseQuery;
  result: CoursePage;
}

const SORTS = [
  { value: "popular", label: "Most popular" },
  { value: "rating", label: "Best rated" },
  { value: "newest", label: "Latest start" },
  { value: "title", label: "By title" },
];

const PRICES = [
  { value: "", label: "Any price" },
  { value: "free", label: "Free" },
  { value: "paid", label: "Paid" },
];

export function App(initial: CatalogProps) {
  const { about, locale } = useFrame();
  const { query, result, busy, change } = useCourses(initial);
  const [view, setView] = useState<"cards" | "list">("cards");
  return (
    <>
      <Header current="catalog" locale={locale} />
      <main id="content" className="wide catalog">
        <div className="catalog-title">
          <h1>{query.category === "" ? "All courses" : query.category}</h1>
          <p className="soft">
            <strong data-total={result.total}>{number(result.total)}</strong> {result.total === 1 ? "course" : "courses"}
          </p>
        </div>
        <div className="catalog-row">
          <Filters query={query} result={result} change={change} />
          <section className="catalog-results" aria-live="polite" aria-busy={busy}>
            <div className="catalog-views" role="group" aria-label="View">
              {(["cards", "list"] as const).map((name) => (
                <Button key={name} type="button" look={name === view ? "quiet" : "line"} data-view={name} aria-pressed={name === view} onClick={() => setView(name)}>
                  {name === "cards" ? "Cards" : "List"}
                </Button>
              ))}
            </div>
            {result.courses.length === 0 ? <Nothing /> : view === "cards" ? <CourseGrid courses={result.courses} locale={locale} /> : <List result={result} />}
            <Pages query={query} result={result} change={change} />
          </section>
        </div>
      </main>
      <Footer locale={locale} app={about.app} version={about.version} note={about.environment} />
    </>
  );
}

interface Narrowing {
  query: CourseQuery;
  result: CoursePage;
  change: (part: Partial<CourseQuery>) => void;
}

function Filters({ query, result, change }: Narrowing) {
  const facet = (name: "category" | "level" | "language", all: string) => [
    { value: "", label: all },
    ...result.facets[name].map(({ value, count }) => ({ value, label: `${value[0]?.toUpperCase()}${value.slice(1)} (${count})` })),
  ];
  return (
    <form
      className="catalog-filters"
      action="/catalog"
      onSubmit={(event) => {
        event.preventDefault();
        change({});
      }}
    >
      <Field label="Words" type="search" name="q" placeholder="Title, instructor, school" value={query.q} onChange={(event) => change({ q: event.target.value })} />
      <Select label="Category" name="category" options={facet("category", "Every category")} value={query.category} onChange={(event) => change({ category: event.target.value })} />
      <Select label="Level" name="level" options={facet("level", "Every level")} value={query.level} onChange={(event) => change({ level: event.target.value })} />
      <Select label="Language" name="language" options={facet("language", "Every language")} value={query.language} onChange={(event) => change({ language: event.target.value })} />
      <Select label="Price" name="price" options={PRICES} value={query.price} onChange={(event) => change({ price: event.target.value as CourseQuery["price"] })} />
      <Select label="Order" name="sort" options={SORTS} value={query.sort} onChange={(event) => change({ sort: event.target.value as CourseQuery["sort"] })} />
      <Button type="submit">Show courses</Button>
      <a className="catalog-reset" href="/catalog">
        Start over
      </a>
    </form>
  );
}

function List({ result }: { result: CoursePage }) {
  return (
    <ul className="catalog-list">
      {result.courses.map((course) => (
        <li key={course.slug}>
          <a href={`/course/${course.slug}`}>
            <strong>{course.title}</strong>
            <span className="soft">{course.provider}</span>
          </a>
          <Rating value={course.rating} />
          <Badge>{course.level}</Badge>
        </li>
      ))}
    </ul>
  );
}

function Pages({ query, result, change }: Narrowing) {
  const page = Math.min(query.page, result.pages);
  const link = (to: number, words: string, relation: string) => (
    <a
      className="button button-line"
      rel={relation}
      href={`/catalog${queryString({ ...query, page: to })}`}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        change({ page: to });
        window.scrollTo({ top: 0 });
      }}
    >
      {words}
    </a>
  );
  return (
    <nav className="catalog-pages" aria-label="Pages">
      {page > 1 ? link(page - 1, "← Back", "prev") : <span />}
      <span className="faint">{`Page ${page} of ${result.pages}`}</span>
      {page < result.pages ? link(page + 1, "Next →", "next") : <span />}
    </nav>
  );
}

function Nothing() {
  return (
    <div className="catalog-nothing">
      <h3>No course is like that</h3>
      <p className="soft">Try fewer words, or another level.</p>
    </div>
  );
}
