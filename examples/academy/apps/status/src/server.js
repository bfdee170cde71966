/** The status page's server. It is older than the rest: it has its own port, and reads its file from where it was started. */
import { readFile } from "node:fs/promises";
import { about, html, json, serve } from "@academy/server-kit";
import { checkAll } from "./health.js";
import { page } from "./page.js";

const PORT = 4321;
const INCIDENTS = "./data/incidents.json";

serve({
  app: "status",
  base: "/status",
  port: PORT,
  respond: async ({ path }) => {
    switch (path) {
      case "/status":
      case "/status/":
        return html(page({ about: about("status"), services: await checkAll(), incidents: JSON.parse(await readFile(INCIDENTS, "utf8")) }));
      case "/status/summary":
        return json({ services: await checkAll() }, { headers: { "cache-control": "no-cache" } });
    }
    return undefined;
  },
});
