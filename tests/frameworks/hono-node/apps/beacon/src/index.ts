import { serve } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { flashes } from "@shoals/signals";
import { Hono } from "hono";

const app = new Hono();

app.use("/static/*", serveStatic({ root: "./" }));

app.get("/", (context) =>
  context.html(
    `<!doctype html><title>Beacon</title><link rel="stylesheet" href="/static/beacon.css">` +
      `<h1>Two ships answered before midnight</h1><p>The wick is ${process.env.WICK ?? "wet"}.</p>`,
  ),
);

app.get("/flash/:word", (context) => context.json({ flashes: flashes(context.req.param("word")) }));

app.get("/away", (context) => context.redirect(new URL("/flash/ab", context.req.url).toString()));

app.notFound((context) => context.text("No light on that rock\n", 404));

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }, ({ port }) => {
  console.log(`The beacon burns on ${port}`);
});
