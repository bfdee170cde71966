/** The home page, and the page for addresses that nobody knows. */
import { CourseGrid } from "@academy/course-card";
import type { Course, Statistics } from "@academy/api-client";
import { Footer } from "@academy/footer";
import { Header } from "@academy/header";
import { Deferred, useFrame } from "@academy/page";
import { Badge, LinkButton, number, Quote, Stat, Tabs } from "@academy/ui";
import "./app.css";

export type HomeProps = { page: "home"; popular: Course[]; fresh: Course[]; free: Course[] } | { page: "missing"; path: string };

export function App(props: HomeProps) {
  const { about, locale } = useFrame();
  return (
    <>
      <Header current="home" locale={locale} />
      <main id="content">{props.page === "home" ? <Home {...props} /> : <Missing path={props.path} />}</main>
      <Footer locale={locale} app={about.app} version={about.version} note={about.environment} />
    </>
  );
}

function Home({ popular, fresh, free }: Extract<HomeProps, { page: "home" }>) {
  const { locale } = useFrame();
  const grid = (courses: Course[]) => <CourseGrid courses={courses} locale={locale} />;
  return (
    <>
      <Hero />
      <div className="wide">
        <Deferred<Statistics> name="statistics" fallback={<Waiting />}>
          {(statistics) => <Numbers statistics={statistics} />}
        </Deferred>
        <section className="home-part">
          <div className="home-title">
            <h2>Courses that people finish</h2>
            <a href="/catalog">All courses →</a>
          </div>
          <Tabs
            tabs={[
              { title: "Popular", content: grid(popular) },
              { title: "Coming up", content: grid(fresh) },
              { title: "Free", content: grid(free) },
            ]}
          />
        </section>
        <Voices />
        <section className="home-team">
          <div>
            <h2>Learning for your whole team</h2>
            <p>One bill, one overview, and courses that fit the week of people who have a job to do.</p>
          </div>
          <LinkButton look="line" href="/enterprise">
            Academy for enterprise
          </LinkButton>
        </section>
      </div>
    </>
  );
}

function Hero() {
  const { base } = useFrame();
  return (
    <section className="hero">
      <div className="wide hero-row">
        <div className="hero-words">
          <Badge tone="brand">New: the autumn term begins on 7 September</Badge>
          <h1>Learn something that stays with you.</h1>
          <p className="soft">Courses by people who do it for a living, at your own pace, with projects that you will want to show.</p>
          <form className="hero-search" action="/search" role="search">
            <input className="input" type="search" name="q" placeholder="Rust, jazz harmony, marine biology…" aria-label="What do you want to learn?" />
            <button className="button button-solid" type="submit">
              Find courses
            </button>
          </form>
          <p className="hero-hints faint">
            Often looked for: <a href="/search?q=machine+learning">Machine Learning</a>, <a href="/search?q=piano">Piano</a>,{" "}
            <a href="/search?q=negotiation">Negotiation</a>
          </p>
        </div>
        <img className="hero-image" src={`${base}hero.svg`} width="560" height="440" alt="A lesson in progress, with charts, notes and a rising sun" />
      </div>
    </section>
  );
}

function Numbers({ statistics }: { statistics: Statistics | null }) {
  if (statistics === null) return <Waiting />;
  return (
    <>
      <section className="home-numbers" aria-label="The academy in numbers">
        <Stat value={number(statistics.courses)} label="courses" />
        <Stat value={number(statistics.learners)} label="learners" />
        <Stat value={number(statistics.providers)} label="universities and studios" />
        <Stat value={number(statistics.categories.length)} label="fields of knowledge" />
      </section>
      <nav className="home-fields" aria-label="Fields of knowledge">
        {statistics.categories.map(({ value, count }) => (
          <a key={value} href={`/catalog?category=${encodeURIComponent(value).replaceAll("%20", "+")}`}>
            <strong>{value}</strong>
            <span>{`${count} courses`}</span>
          </a>
        ))}
      </nav>
    </>
  );
}

function Waiting() {
  return <section className="home-numbers home-waiting" aria-busy="true" />;
}

function Voices() {
  return (
    <section className="home-voices">
      <Quote text="I changed careers on Tuesday evenings. The projects were what I showed in the interview." author="Nora Bergström" role="Data analyst, Gothenburg" />
      <Quote text="My students arrive having already tried. That is the best thing that can happen to a teacher." author="Samuel Okafor" role="Instructor, Harbor University" />
    </section>
  );
}

function Missing({ path }: { path: string }) {
  return (
    <section className="wide home-missing">
      <strong>404</strong>
      <h1>There is nothing here</h1>
      <p className="soft">
        No page has the address <code>{path}</code>. Perhaps it moved to the next chapter.
      </p>
      <LinkButton href="/">To the first page</LinkButton>
    </section>
  );
}
