const path = require("node:path");
const express = require("express");

const app = express();
const port = process.env.PORT || 3000;

app.set("trust proxy", "loopback");
app.use(express.urlencoded({ extended: false }));
app.use("/static", express.static(path.join(__dirname, "static"), { maxAge: "1h" }));

function page(title, body) {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title><link rel="stylesheet" href="/static/kiosk.css"></head>
<body>${body}</body>
</html>
`;
}

function escape(text) {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

app.get("/", (request, response) => {
  const seller = process.env.SELLER || "out for coffee";
  response.send(page("Kiosk", `<h1>Old papers are half the price</h1><p>The seller is ${escape(seller)}.</p>`));
});

app.get("/form", (request, response) => {
  response.send(
    page("Order", '<form method="post" action="/form"><label>Which paper? <input name="word" required></label><button>Order</button></form>'),
  );
});

app.post("/form", (request, response) => {
  response.send(page("Ordered", `<h1>Kept under the counter: ${escape(String(request.body.word))}</h1>`));
});

app.get("/away", (request, response) => {
  response.redirect(`${request.protocol}://${request.get("host")}/arrived`);
});

app.get("/arrived", (request, response) => {
  response.send(page("Arrived", "<h1>Round the corner, by the pump</h1>"));
});

app.use((request, response) => {
  response.status(404).send(page("Sold out", "<h1>We never sold that magazine</h1>"));
});

app.listen(port, () => {
  console.log(`The kiosk is open on ${port}`);
});
