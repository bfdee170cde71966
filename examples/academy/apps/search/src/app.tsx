/** Search: results as fast as they are typed, also for words that are nearly right. */
import type { Course } from "@academy/api-client";
import { CourseGrid } from "@academy/course-card";
import { Footer } from "@academy/footer";
import { Header } from "@academy/header";
import { useFrame } from "@academy/page";
import { Button, number } from "@academy/ui";
import { useEffect, useState } from "react";
import "./app.css";

export interface SearchProps {
  words: string;
  found: Course[];
  /** How many courses are looked through. */
  size: number;
}

const IDEAS = ["Machine Learning", "Photography", "Spanish", "Public Speaking", "Piano", "Beekeeping", "Compilers", "Sleep"];
const TYPING_PAUSE_MS = 160;

export function App({ words: initialWords, found: initialFound, size }: SearchProps) {
  const { about, locale } = useFrame();
  const [words, setWords] = useState(initialWords);
  const found = useFound(words, { words: initialWords, found: initialFound });
  return (
    <>
      <Header current="search" locale={locale} />
      <main id="content">
        <section className="search-top">
          <div className="wide">
            <h1>What do you want to learn?</h1>
            <form className="search-form" action="/search" role="search">
              <input className="input" type="search" name="q" autoComplete="off" aria-label="Words" placeholder={`Look through ${number(size)} courses`} value={words} onChange={(event) => setWords(event.target.value)} />
              <Button type="submit">Search</Button>
            </form>
            <div className="search-ideas">
              {IDEAS.map((idea) => (
                <Button key={idea} type="button" look="line" data-idea={idea} onClick={() => setWords(idea)}>
                  {idea}
                </Button>
              ))}
            </div>
          </div>
        </section>
        <section className="wide search-results" aria-live="polite" data-found={found.length}>
          {words.trim() === "" ? (
            <p className="soft">Type a word, or try one of the ideas above. A slip of the pen does no harm.</p>
          ) : found.length === 0 ? (
            <p className="soft">{`Nothing is like “${words}”.`}</p>
          ) : (
            <>
              <h2>{`Best for “${words}”`}</h2>
              <CourseGrid courses={found} locale={locale} />
            </>
          )}
        </section>
      </main>
      <Footer locale={locale} app={about.app} version={about.version} note={about.environment} />
    </>
  );
}

/** What is found for the words in the box, a moment after they were typed; the address follows. */
function useFound(words: string, initial: { words: string; found: Course[] }): Course[] {
  const [answer, setAnswer] = useState(initial);
  useEffect(() => {
    if (words === answer.words) return undefined;
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      const query = words.trim() === "" ? "" : `?${new URLSearchParams({ q: words })}`;
      try {
        const response = await fetch(`/search/find${query}`, { signal: stop.signal });
        if (!response.ok) return;
        setAnswer({ words, found: (await response.json()) as Course[] });
        history.replaceState(null, "", `/search${query}`);
      } catch (error) {
        if (!stop.signal.aborted) console.warn("the search did not answer:", error);
      }
    }, TYPING_PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [words, answer.words]);
  return answer.found;
}
