import { readFile } from "node:fs/promises";
import express from "express";

const isProduction = process.env.NODE_ENV === "production";
const port = Number(process.env.PORT ?? 5173);
const oven = process.env.OVEN ?? "cooling";
const app = express();

let vite;
if (isProduction) {
  app.use(express.static("dist/client", { index: false }));
} else {
  const { createServer } = await import("vite");
  vite = await createServer({ server: { middlewareMode: true }, appType: "custom" });
  app.use(vite.middlewares);
}

async function page(url) {
  if (isProduction) {
    return { template: await readFile("dist/client/index.html", "utf8"), entry: await import("./dist/server/entry-server.js") };
  }
  const template = await vite.transformIndexHtml(url, await readFile("index.html", "utf8"));
  return { template, entry: await vite.ssrLoadModule("/src/entry-server.jsx") };
}

app.get("/{*path}", async (request, response) => {
  const { template, entry } = await page(request.originalUrl);
  const { html, status } = entry.render(request.path, oven);
  const body = template.replace("<!--bread-->", () => html).replace("<!--oven-->", () => oven);
  response.status(status).type("html").send(body);
});

app.listen(port, () => console.log(`The bakery is open on ${port}`));
