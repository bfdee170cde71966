/** A small HTTP server: one function turns a visit into an answer; health, assets and draining are taken care of. */
import { createServer } from "node:http";
import { about } from "./about.js";
import { staticFiles } from "./static.js";
import { visitOf } from "./visit.js";

export { about } from "./about.js";
export { staticFiles } from "./static.js";
export { sameOrigin } from "./visit.js";

/** Connections outlive the pauses of whoever keeps a pool of them in front of us. */
const KEEP_ALIVE_MS = 75_000;

const FORM_LIMIT_BYTES = 64 * 1024;

/** An answer of HTML. */
export function html(body, { status = 200, headers = {} } = {}) {
  return { status, headers: { "content-type": "text/html; charset=utf-8", "cache-control": "private, no-cache", ...headers }, body };
}

/** An answer of JSON. */
export function json(value, { status = 200, headers = {} } = {}) {
  return { status, headers: { "content-type": "application/json; charset=utf-8", ...headers }, body: JSON.stringify(value) };
}

/** An answer of plain text. */
export function text(body, { status = 200, headers = {} } = {}) {
  return { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers }, body };
}

/** An answer that sends the browser elsewhere. */
export function redirect(location, { status = 302, headers = {} } = {}) {
  return { status, headers: { location, "cache-control": "no-store", ...headers }, body: "" };
}

/**
 * Answers visits at `PORT` (or the given port) until told to stop.
 * `base` is the path that the app lives under, "" at the root; `assets` the folder of its public files.
 */
export function serve({ app, base = "", assets, port = Number(process.env.PORT ?? 3000), respond }) {
  const files = assets === undefined ? () => undefined : staticFiles(assets, base);
  const running = about(app);
  const server = createServer((request, response) => {
    answer(request, { base, files, respond })
      .catch((error) => failure(request, error))
      .then((result) => write(request, response, result, running));
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = KEEP_ALIVE_MS + 5_000;
  server.listen(port, "0.0.0.0", () => console.log(`${app} ${running.version} listens on ${server.address().port}`));
  for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => stop(server));
  return server;
}

async function answer(request, { base, files, respond }) {
  const visit = visitOf(request, FORM_LIMIT_BYTES);
  if (visit.path === `${base}/healthz`) return text("ok\n");
  return (await files(visit)) ?? (await respond(visit)) ?? text("not found\n", { status: 404 });
}

function failure(request, error) {
  console.error(`${request.method} ${request.url} failed:`, error);
  return text("this page could not be made; the reason is in the log\n", { status: error.status ?? 500 });
}

function write(request, response, { status, headers, body }, running) {
  response.writeHead(status, { ...headers, "x-academy-app": running.app, "x-academy-version": running.version });
  if (request.method === "HEAD") response.end();
  else if (typeof body === "function") body(response);
  else response.end(body);
}

function stop(server) {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
}
