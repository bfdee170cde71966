import { readFile } from "node:fs/promises";
import express from "express";

const sailings = JSON.parse(await readFile(new URL("../generated/sailings.json", import.meta.url), "utf8"));
const app = express();

app.get("/", (request, response) => {
  response.json({ note: "Puffin sails even in snow", captain: process.env.CAPTAIN ?? "ashore" });
});

app.get("/sailings", (request, response) => {
  response.json(sailings);
});

app.listen(process.env.PORT ?? 4000);
