/** How the other apps are, as their own health checks say. */

const TIME_LIMIT_MS = 2_000;

/** The apps with a server, and where each says how it is. */
export const watched = [
  { app: "home", title: "Home", path: "/healthz" },
  { app: "catalog", title: "Catalog", path: "/catalog/healthz" },
  { app: "course", title: "Course pages", path: "/course/healthz" },
  { app: "search", title: "Search", path: "/search/healthz" },
  { app: "learn", title: "My learning", path: "/learn/healthz" },
  { app: "profile", title: "Profile and login", path: "/profile/healthz" },
  { app: "courses-api", title: "Courses API", path: "/api/healthz" },
];

/** Where an app is for us: as the platform says, or by its name inside the platform. */
export function addressOf(app, environment = process.env) {
  return environment[`FRONTAGE_URL_${app.toUpperCase().replaceAll("-", "_")}`] || `http://${app}.internal`;
}

/** Asks all apps at once; one that does not answer in time is not up. */
export function checkAll(apps = watched, send = fetch, environment = process.env) {
  return Promise.all(
    apps.map(async ({ app, title, path }) => {
      const begun = performance.now();
      const { up, version } = await ask(`${addressOf(app, environment)}${path}`, send);
      return { app, title, up, version, ms: Math.round(performance.now() - begun) };
    }),
  );
}

async function ask(address, send) {
  try {
    const answer = await send(address, { signal: AbortSignal.timeout(TIME_LIMIT_MS) });
    await answer.arrayBuffer();
    return { up: answer.ok, version: answer.headers.get("x-academy-version") ?? "" };
  } catch {
    return { up: false, version: "" };
  }
}
