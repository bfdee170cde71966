/** What somebody is learning, and how far they have come. */
import type { Enrolment } from "@academy/api-client";
import { Footer } from "@academy/footer";
import { Header } from "@academy/header";
import { useFrame } from "@academy/page";
import { Button, Card, Cover, LinkButton, Progress, ProgressRing, Stat } from "@academy/ui";
import { useState } from "react";
import { oneMore, overall } from "./progress.js";
import "./app.css";

export interface LearnProps {
  learner: string;
  enrolments: Enrolment[];
}

export function App({ learner, enrolments: initial }: LearnProps) {
  const { about, locale } = useFrame();
  const [enrolments, setEnrolments] = useState(initial);
  const { done, lessons, share } = overall(enrolments);
  return (
    <>
      <Header current="learn" locale={locale} />
      <main id="content">
        <section className="learn-top">
          <div className="wide learn-top-row">
            <div>
              <h1>{`Welcome back, ${learner}`}</h1>
              <p className="soft">A little every day goes a long way. What will it be now?</p>
            </div>
            <ProgressRing value={share} size={96} />
            <Stat value={String(enrolments.length)} label="courses" />
            <div className="stat">
              <strong data-done={done}>{done}</strong>
              <span>{`of ${lessons} lessons done`}</span>
            </div>
          </div>
        </section>
        <div className="wide learn-list">
          {enrolments.map((enrolment) => (
            <Taken
              key={enrolment.course.slug}
              enrolment={enrolment}
              onDone={() => setEnrolments(enrolments.map((other) => (other === enrolment ? oneMore(enrolment) : other)))}
            />
          ))}
          <LinkButton look="line" href="/catalog">
            Find another course
          </LinkButton>
        </div>
      </main>
      <Footer locale={locale} app={about.app} version={about.version} note={about.environment} />
    </>
  );
}

function Taken({ enrolment, onDone }: { enrolment: Enrolment; onDone: () => void }) {
  const { course, done, lessons, next } = enrolment;
  const finished = done === lessons;
  return (
    <Card className="learn-course" data-course={course.slug}>
      <Cover seed={course.slug} kind={course.category} />
      <div className="learn-words">
        <h3>
          <a href={`/course/${course.slug}`}>{course.title}</a>
        </h3>
        <p className="soft">{finished ? "All lessons done" : `Next: ${next}`}</p>
        <Progress value={done / lessons} label={`Progress in ${course.title}`} />
        <span className="faint">{`${done} of ${lessons} lessons`}</span>
      </div>
      <Button look="quiet" type="button" data-action="done" disabled={finished} onClick={onDone}>
        {finished ? "Finished" : "Lesson done"}
      </Button>
    </Card>
  );
}
