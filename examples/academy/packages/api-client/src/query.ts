/** What is asked of the catalog, as a value and as the query of an address. */
import type { CourseQuery } from "./types.js";

const SORTS: readonly CourseQuery["sort"][] = ["popular", "rating", "newest", "title"];
const PRICES: readonly CourseQuery["price"][] = ["free", "paid"];

/** Reads a query; what is missing or makes no sense takes its default. */
export function queryFrom(parameters: URLSearchParams): CourseQuery {
  const sort = SORTS.find((name) => name === parameters.get("sort")) ?? "popular";
  const page = Number(parameters.get("page"));
  return {
    q: (parameters.get("q") ?? "").trim().slice(0, 100),
    category: parameters.get("category") ?? "",
    level: parameters.get("level") ?? "",
    language: parameters.get("language") ?? "",
    price: PRICES.find((name) => name === parameters.get("price")) ?? "",
    sort,
    page: Number.isInteger(page) && page > 0 ? page : 1,
  };
}

/** Writes a query with its `?`, leaving out what is the default; empty if everything is. */
export function queryString(query: Partial<CourseQuery>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    const isDefault = value === "" || (name === "sort" && value === "popular") || (name === "page" && value === 1);
    if (!isDefault) parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}
