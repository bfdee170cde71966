/** The server of the catalog. */
import { apiAddress, createClient, queryFrom } from "@academy/api-client";
import { servePages } from "@academy/page/server";
import client from "virtual:client-files";
import { App, type CatalogProps } from "./app.js";

const api = createClient(apiAddress(process.env));

servePages<CatalogProps>({
  app: "catalog",
  client,
  App,
  respond: async (visit) => {
    if (visit.path !== "/catalog" && visit.path !== "/catalog/") return undefined;
    const query = queryFrom(visit.query);
    return {
      title: `${query.category || "All courses"} · Academy`,
      description: "Every course of the academy, by category, level, language and price.",
      props: { query, result: await api.courses(query) },
    };
  },
});
