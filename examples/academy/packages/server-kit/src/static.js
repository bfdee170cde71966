/** Public files of an app, for when nobody in front of it serves them. */
import { readFile } from "node:fs/promises";
import { extname, join, normalize, sep } from "node:path";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".woff2": "font/woff2",
};

const HASHED_NAME = /-[\w-]{8}\.\w+$/;

/** Answers visits to files of a folder that is published under `base`, and nothing else. */
export function staticFiles(folder, base = "") {
  return async (visit) => {
    if (visit.method !== "GET" && visit.method !== "HEAD") return undefined;
    const type = TYPES[extname(visit.path)];
    if (type === undefined || !visit.path.startsWith(`${base}/`)) return undefined;
    const relative = normalize(decodeURIComponent(visit.path.slice(base.length)));
    if (relative.split(sep).some((segment) => segment.startsWith("."))) return undefined;
    try {
      const body = await readFile(join(folder, relative));
      const lasting = HASHED_NAME.test(relative) ? "public, max-age=31536000, immutable" : "public, max-age=60";
      return { status: 200, headers: { "content-type": type, "cache-control": lasting }, body };
    } catch (error) {
      if (error.code === "ENOENT" || error.code === "ENOTDIR" || error.code === "EISDIR") return undefined;
      throw error;
    }
  };
}
