/** The server of the learners' pages: only for those who are signed in. */
import { apiAddress, createClient } from "@academy/api-client";
import { redirect, servePages } from "@academy/page/server";
import { signedIn } from "@academy/session";
import client from "virtual:client-files";
import { App, type LearnProps } from "./app.js";
import { loginAddress } from "./progress.js";

const api = createClient(apiAddress(process.env));

servePages<LearnProps>({
  app: "learn",
  client,
  App,
  respond: async (visit) => {
    const user = signedIn(visit.headers.cookie);
    const path = visit.path.replace(/\/$/, "");
    if (path !== "/learn") return undefined;
    if (user === undefined) return redirect(loginAddress(visit.origin, path));
    return { title: "My learning · Academy", props: { learner: user.fullName, enrolments: await api.enrolments(user.name) } };
  },
});
