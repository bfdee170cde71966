/** The server of the search: it keeps an index of all courses and asks for them again now and then. */
import { apiAddress, createClient } from "@academy/api-client";
import { json, servePages } from "@academy/page/server";
import { createIndex } from "@academy/search-index";
import client from "virtual:client-files";
import { App, type SearchProps } from "./app.js";
import { kept } from "./kept.js";

const LIFETIME_MS = 60_000;
const SHOWN = 12;

const api = createClient(apiAddress(process.env));
const courses = kept(async () => createIndex(await api.allCourses()), LIFETIME_MS);

servePages<SearchProps>({
  app: "search",
  client,
  App,
  respond: async ({ path, query }) => {
    if (!["/search", "/search/", "/search/find"].includes(path)) return undefined;
    const index = await courses();
    const words = (query.get("q") ?? "").trim().slice(0, 64);
    const found = index.find(words, SHOWN);
    if (path === "/search/find") return json(found, { headers: { "cache-control": "no-cache" } });
    return { title: words === "" ? "Search · Academy" : `${words} · Academy`, props: { words, found, size: index.size } };
  },
});
