import path from "node:path";
import { nextBoat } from "@river/timetable";
import express from "express";

const app = express();
const port = Number(process.env.PORT ?? 3000);
const ferryman = process.env.FERRYMAN ?? "on the far bank";

app.use(express.urlencoded());
app.use("/files", express.static(path.join(__dirname, "..", "public")));

function page(body: string): string {
  return `<!doctype html><meta charset="utf-8"><title>Ferry</title><link rel="stylesheet" href="/files/ferry.css">${body}`;
}

app.get("/", (_request, response) => {
  response.send(page(`<h1>Ring twice if the fog is thick</h1><p>The ferryman is ${ferryman}.</p><p>After ten the boat leaves at ${nextBoat(10)}.</p>`));
});

app.get("/boats/:hour", (request, response) => {
  response.json({ next: nextBoat(Number(request.params.hour)) });
});

app.get("/form", (_request, response) => {
  response.send(page(`<form method="post"><label>Cargo: <input name="word"></label><button>Load</button></form>`));
});

app.post("/form", (request, response) => {
  const cargo = String(request.body.word).replace(/[^\w ]/g, "");
  response.send(page(`<h1>Loaded: ${cargo}</h1>`));
});

app.get("/away", (request, response) => {
  response.redirect(new URL("/boats/8", `${request.protocol}://${request.host}`).toString());
});

app.listen(port, () => console.log(`The ferry waits at ${port}`));
