/** What the academy offers to teams; `/enterprise/pricing` is a page of its own that only the browser knows. */
import { Footer } from "@academy/footer";
import { Header } from "@academy/header";
import { localeFor } from "@academy/i18n";
import { Accordion, Badge, Card, LinkButton, number, Quote, Slider, Stat } from "@academy/ui";
import { useState } from "react";
import { estimate } from "./estimate.js";
import "./app.css";

const QUESTIONS = [
  { title: "Can we try it first?", content: "Yes: up to five people for a month, with every course there is." },
  { title: "Who chooses the courses?", content: "Everybody for themselves. You may put together a list that newcomers see first." },
  { title: "What will we know about our people?", content: "Who is taking which course, if they want you to know. Never how long they look at a page." },
  { title: "How is it paid?", content: "With one bill a year. Seats that become free can be given to somebody else." },
];

export function App({ path, commit }: { path: string; commit: string }) {
  const locale = localeFor(navigator.language);
  const isPricing = path.replace(/\/$/, "") === "/enterprise/pricing";
  return (
    <>
      <Header current="enterprise" locale={locale} />
      <main id="content">{isPricing ? <Pricing /> : <Overview />}</main>
      <Footer locale={locale} app="enterprise" version={commit.slice(0, 7)} note="rendered in your browser" />
    </>
  );
}

function Overview() {
  return (
    <>
      <section className="offer">
        <div className="wide">
          <Badge tone="brand">Academy for enterprise</Badge>
          <h1>A team that learns together stays curious.</h1>
          <p>Two thousand courses, one overview, and nothing to install. Your people choose what they need; you see what it does.</p>
          <div className="offer-ways">
            <LinkButton href="/enterprise/pricing">What does it cost?</LinkButton>
            <LinkButton look="line" href="/catalog">
              See the courses
            </LinkButton>
          </div>
        </div>
      </section>
      <div className="wide">
        <section className="offer-numbers">
          <Stat value="340" label="companies learn with us" />
          <Stat value="71 %" label="of courses that are begun are finished" />
          <Stat value="2 days" label="from the first call to the first lesson" />
        </section>
        <section className="offer-row">
          <Quote text="We stopped sending people to seminars. They learn when the question comes up, and the answer stays." author="Ingrid Weber" role="Head of engineering, Tidewater Logistics" />
          <Accordion sections={QUESTIONS} />
        </section>
      </div>
    </>
  );
}

function Pricing() {
  const [seats, setSeats] = useState(25);
  const [years, setYears] = useState(1);
  const { perSeat, total, discount } = estimate(seats, years);
  return (
    <section className="wide pricing">
      <div>
        <h1>What does it cost?</h1>
        <p className="soft">Every seat has every course. The more of you there are, the less each one costs.</p>
      </div>
      <Card className="pricing-card">
        <Slider label="People" value={seats} min={5} max={500} step={5} onChange={setSeats} />
        <Slider label="Years" value={years} min={1} max={3} onChange={setYears} />
        <div className="pricing-result">
          <Stat value={`€${number(perSeat)}`} label="a person and year" />
          <div className="stat">
            <strong data-total={total}>{`€${number(total)}`}</strong>
            <span>altogether</span>
          </div>
          {discount > 0 ? <Badge tone="good">{`${discount} % less`}</Badge> : null}
        </div>
      </Card>
      <a className="pricing-back" href="/enterprise">
        ← Back to the overview
      </a>
    </section>
  );
}
