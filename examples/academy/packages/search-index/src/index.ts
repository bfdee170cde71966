/** Finds courses by words that are nearly right. */
import Fuse from "fuse.js";

/** What of a course can be found. */
export interface Findable {
  slug: string;
  title: string;
  category: string;
  instructor: string;
  provider: string;
  learners: number;
}

export interface SearchIndex<Entry extends Findable> {
  /** The best entries for some words, best first. */
  find(words: string, limit: number): Entry[];
  readonly size: number;
}

/** Titles say most of what a course is about. */
const KEYS = [
  { name: "title", weight: 4 },
  { name: "category", weight: 2 },
  { name: "instructor", weight: 1 },
  { name: "provider", weight: 1 },
];

export function createIndex<Entry extends Findable>(entries: readonly Entry[]): SearchIndex<Entry> {
  const fuse = new Fuse(entries, { keys: KEYS, threshold: 0.34, ignoreLocation: true, includeScore: true, minMatchCharLength: 2 });
  return {
    size: entries.length,
    find(words, limit) {
      const wanted = words.trim().slice(0, 64);
      if (wanted === "") return [];
      const found = fuse.search(wanted);
      found.sort((one, other) => rank(one.score) - rank(other.score) || other.item.learners - one.item.learners);
      return found.slice(0, limit).map((result) => result.item);
    },
  };
}

/** Scores that a person would call equal are equal, so that the popular course comes first. */
function rank(score = 1): number {
  return Math.round(score * 20);
}
