/** The server of login and profile. */
import { redirect, sameOrigin, servePages, text, type Answer, type Page, type Visit } from "@academy/page/server";
import { signedIn, signIn, signOut } from "@academy/session";
import client from "virtual:client-files";
import { App, type ProfileProps } from "./app.js";
import { localPath, nameOf, problemOf } from "./login.js";
import { describePassword, keepPassword } from "./passwords.js";

type Reply = Page<ProfileProps> | Answer;

servePages<ProfileProps>({
  app: "profile",
  client,
  App,
  respond: async (visit) => {
    const posted = visit.method === "POST";
    if (posted && !sameOrigin(visit)) return text("this form was sent from another site\n", { status: 403 });
    switch (visit.path.replace(/\/$/, "")) {
      case "/profile":
        return profile(visit);
      case "/profile/login":
        return posted ? logIn(visit) : login({ next: localPath(visit.query.get("next")) });
      case "/profile/logout":
        return posted ? away("/", signOut({ secure: isSecure(visit) })) : redirect("/profile");
    }
    return undefined;
  },
});

function profile(visit: Visit): Reply {
  const user = signedIn(visit.headers.cookie);
  if (user === undefined) return redirect("/profile/login");
  return { title: `${user.fullName} · Academy`, props: { page: "profile", ...user, password: describePassword(user.name) } };
}

function login({ next, name = "", problem = "" }: { next: string; name?: string; problem?: string }): Reply {
  return { status: problem === "" ? 200 : 422, title: "Sign in · Academy", props: { page: "login", next, name, problem } };
}

async function logIn(visit: Visit): Promise<Reply> {
  const form = await visit.form();
  const fullName = (form.get("name") ?? "").trim();
  const password = form.get("password") ?? "";
  const next = localPath(form.get("next"));
  const problem = problemOf(fullName, password);
  if (problem !== "") return login({ next, name: fullName, problem });
  const name = nameOf(fullName);
  await keepPassword(name, password);
  return away(next, signIn({ name, fullName }, { secure: isSecure(visit) }));
}

/** Leads away from a form, so that going back does not send it again. */
function away(location: string, cookie: string): Answer {
  return redirect(location, { status: 303, headers: { "set-cookie": cookie } });
}

function isSecure(visit: Visit): boolean {
  return visit.protocol === "https";
}
