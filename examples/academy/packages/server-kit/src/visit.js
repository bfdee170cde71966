/** A request as the apps see it. */

/** Reads what can be read without waiting; the form is read when it is asked for. */
export function visitOf(request, formLimitBytes) {
  const { host, protocol } = addressOf(request.headers);
  const url = new URL(request.url, `${protocol}://${host}`);
  return {
    method: request.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    host,
    protocol,
    origin: `${protocol}://${host}`,
    form: () => readForm(request, formLimitBytes),
  };
}

/** Whether a browser sent this from one of our own pages, as far as `Origin` tells. */
export function sameOrigin(visit) {
  const { origin } = visit.headers;
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === visit.headers.host;
}

function addressOf(headers) {
  const first = (value) => String(value ?? "").split(",")[0].trim();
  return {
    host: first(headers["x-forwarded-host"]) || headers.host || "localhost",
    protocol: first(headers["x-forwarded-proto"]) || "http",
  };
}

async function readForm(request, limitBytes) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > limitBytes) throw Object.assign(new Error(`a form of more than ${limitBytes} bytes`), { status: 413 });
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
}
