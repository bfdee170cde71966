/** The server of the home page. As the site's default app it also answers for addresses that no app claims. */
import { apiAddress, createClient } from "@academy/api-client";
import { servePages } from "@academy/page/server";
import client from "virtual:client-files";
import { App, type HomeProps } from "./app.js";

const SHOWN = 8;

const api = createClient(apiAddress(process.env));

servePages<HomeProps>({
  app: "home",
  client,
  App,
  respond: async ({ path }) => {
    if (path !== "/") return { status: 404, title: "Nothing here · Academy", props: { page: "missing", path } };
    const statistics = api.statistics().catch(() => null);
    const [popular, fresh, free] = await Promise.all([
      api.courses({ size: SHOWN }),
      api.courses({ size: SHOWN, sort: "newest" }),
      api.courses({ size: SHOWN, price: "free" }),
    ]);
    return {
      title: "Academy: learn something that stays with you",
      description: "Online courses by people who do it for a living.",
      props: { page: "home", popular: popular.courses, fresh: fresh.courses, free: free.courses },
      deferred: { statistics },
    };
  },
});
