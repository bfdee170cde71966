/** A query with a part of it replaced. What is found then is something else, so it begins at the first page again. */
export function changed(query, part) {
  return { ...query, page: 1, ...part };
}
