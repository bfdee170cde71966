/** The courses on the page, following what is asked for; the address follows too, so that it can be shared. */
import { createClient, queryString, type CoursePage, type CourseQuery } from "@academy/api-client";
import { useEffect, useRef, useState } from "react";
import { changed } from "./changed.js";

/** Nobody wants an answer for each letter. */
const TYPING_PAUSE_MS = 180;

/** In the browser the API is below `/api` of the same site. */
const api = createClient("");

export function useCourses(initial: { query: CourseQuery; result: CoursePage }) {
  const [query, setQuery] = useState(initial.query);
  const [result, setResult] = useState(initial.result);
  const [busy, setBusy] = useState(false);
  const latest = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  function change(part: Partial<CourseQuery>) {
    const next = changed(query, part);
    const asked = ++latest.current;
    setQuery(next);
    setBusy(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => load(next, asked), "q" in part ? TYPING_PAUSE_MS : 0);
  }

  /** Only the latest answer counts. Without one the server makes the whole page, as it would without scripts. */
  async function load(next: CourseQuery, asked: number) {
    const address = `/catalog${queryString(next)}`;
    try {
      const answer = await api.courses(next);
      if (asked !== latest.current) return;
      setResult(answer);
      setBusy(false);
      history.replaceState(null, "", address);
    } catch {
      if (asked === latest.current) location.assign(address);
    }
  }

  return { query, result, busy, change };
}
