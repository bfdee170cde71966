/**
 * Visits the academy as people do, with Chromium: pages with and without JavaScript, the ways between apps, and the
 * login. `SITE=http://localhost:8080 node --test academy.test.mjs`; `CHROMIUM` names another browser than the system's.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, test } from "node:test";
import { chromium } from "playwright-core";

/** How long a page may take to show what it should, and a test to end. */
const PATIENCE_MS = 15_000;
const TEST_MS = 60_000;

const COURSE = "/course/introduction-to-rust";

/** What the server alone has to put into a page. */
const RENDERED = [
  { app: "home", path: "/", holds: ["Learn something that stays with you.", 'data-course="introduction-to-rust"', "fields of knowledge"] },
  { app: "catalog", path: "/catalog", holds: ['data-total="2016"', 'href="/course/'] },
  { app: "catalog", path: "/catalog?category=Physics", holds: ['data-total="168"', "<h1>Physics</h1>"] },
  { app: "course", path: COURSE, holds: ["<h1>Introduction to Rust</h1>", "What you will learn", 'data-related="'] },
  { app: "search", path: "/search?q=watercolor+paintng", holds: ["Watercolour Painting", 'data-course="'] },
  { app: "profile", path: "/profile/login?next=/learn", holds: ["a password of at least 4 characters", 'name="next" value="/learn"'] },
  { app: "status", path: "/status", holds: ["Everything works", 'data-service="courses-api" data-up="true"'] },
];

/** Where each app with a favicon has a page that needs no login. */
const WITH_FAVICON = ["/", "/catalog", COURSE, "/search", "/profile/login", "/enterprise"];

const site = new URL(wanted("SITE", "the address of the academy, such as http://localhost:8080")).origin;
const browser = await chromium.launch({ executablePath: findChromium(), args: ["--no-sandbox"] });
after(() => browser.close());

for (const { app, path, holds } of RENDERED) {
  visit(`${app} renders ${path} without JavaScript`, { javaScriptEnabled: false }, async (page) => {
    for (const origin of [site, originOf(app)]) {
      const answer = await page.goto(origin + path);
      assert.equal(answer.status(), 200, answer.url());
      await isAt(page, app, path, origin);
      const html = await answer.text();
      for (const text of holds) assert.ok(html.includes(text), `${answer.url()} holds ${text}`);
      await page.locator("h1").waitFor();
    }
  });
}

visit("courses-api answers in JSON", { missing: ["/favicon.ico"] }, async (page) => {
  for (const origin of [site, originOf("courses-api")]) {
    const answer = await page.goto(`${origin}/api/courses?category=Physics`);
    assert.equal(answer.status(), 200);
    assert.match(answer.headers()["content-type"], /^application\/json/);
    const { total, courses } = await answer.json();
    assert.equal(total, 168);
    assert.ok(courses.length > 0 && courses.every(({ category }) => category === "Physics"));
  }
});

visit("the root of an app's own host leads to where the app lives", {}, async (page) => {
  for (const app of ["catalog", "search", "enterprise"]) {
    await page.goto(originOf(app));
    await isAt(page, app, `/${app}`, originOf(app));
  }
});

visit("links lead from app to app", {}, async (page) => {
  const nav = (label) => page.locator("header nav").getByRole("link", { name: label, exact: true }).click();
  await page.goto(site);
  await isAt(page, "home", "/");
  await nav("Catalog");
  await isAt(page, "catalog", "/catalog");
  await page.locator(`a[href="${COURSE}"]`).click();
  await isAt(page, "course", COURSE);
  await page.locator(".course-path a").first().click();
  await isAt(page, "catalog", "/catalog");
  await page.locator(".header-search input").fill("beekeeping");
  await page.locator(".header-search input").press("Enter");
  await isAt(page, "search", "/search?q=beekeeping");
  const card = page.locator(".search-results [data-course]").first();
  const found = await card.getAttribute("href");
  await card.click();
  await isAt(page, "course", found);
  await nav("Enterprise");
  await isAt(page, "enterprise", "/enterprise");
  await page.getByRole("link", { name: "See the courses" }).click();
  await isAt(page, "catalog", "/catalog");
  await nav("Status");
  await isAt(page, "status", "/status");
  await page.locator("header a").first().click();
  await isAt(page, "home", "/");
  await page.goBack();
  await isAt(page, "status", "/status");
});

visit("home is hydrated: its tabs turn", {}, async (page) => {
  await open(page, "/");
  await page.locator("[role=tab]:nth-of-type(3)").click();
  await sees(page, "[role=tab][aria-selected=true]", "Free");
  const prices = await page.locator("[role=tabpanel] .course-card-kind .badge").allTextContents();
  assert.ok(prices.length > 0 && prices.every((price) => price === "Free"), `prices: ${prices}`);
});

visit("catalog is hydrated: it narrows down without another page", {}, async (page) => {
  await open(page, "/catalog");
  const stays = await mark(page);
  await page.locator("[data-view=list]").click();
  await page.locator(".catalog-list").waitFor();
  await page.locator(".catalog-filters select[name=category]").selectOption("Physics");
  await page.locator("[data-total='168']").waitFor();
  await page.waitForURL(`${site}/catalog?category=Physics`);
  await page.locator(".catalog-pages [rel=next]").click();
  await sees(page, ".catalog-pages", "Page 2 of");
  assert.ok(await stays(), "the page was loaded once");
});

visit("course is hydrated: a place can be kept", {}, async (page) => {
  await open(page, COURSE);
  await page.locator("[data-related]").first().waitFor();
  await page.locator("[data-action=enrol]").click();
  await sees(page, "[data-action=enrol][aria-pressed=true]", "You are on the list");
});

visit("course loads its chart when it is asked for", {}, async (page) => {
  const loaded = [];
  page.on("response", (answer) => loaded.push(new URL(answer.url()).pathname));
  await open(page, COURSE);
  await page.waitForLoadState("networkidle");
  assert.equal(await page.locator("svg.course-chart").count(), 0);
  loaded.length = 0;
  await page.locator("[data-action=chart]").click();
  await page.locator("svg.course-chart").waitFor();
  for (const kind of [/^\/course\/assets\/[^/]+\.js$/, /^\/course\/assets\/[^/]+\.css$/]) {
    assert.ok(loaded.some((path) => kind.test(path)), `${kind} is among ${loaded}`);
  }
});

visit("search is hydrated: it finds while one types", {}, async (page) => {
  await open(page, "/search");
  const stays = await mark(page);
  await page.locator("[data-found='0']").waitFor();
  await page.locator("input[aria-label=Words]").pressSequentially("watercolor paintng");
  await page.locator("[data-found]:not([data-found='0'])").waitFor();
  await page.waitForURL(`${site}/search?q=watercolor+paintng`);
  await sees(page, ".course-card:first-child h3", "Watercolour Painting");
  assert.ok(await stays(), "the page was loaded once");
});

visit("profile is hydrated: a password can be looked at", {}, async (page) => {
  await open(page, "/profile/login");
  const password = page.locator("input[name=password]");
  await password.fill("abc");
  await sees(page, "[data-missing='1']", "1 more character");
  assert.equal(await password.getAttribute("type"), "password");
  await page.locator("[data-action=show]").click();
  await page.locator("input[name=password][type=text]").waitFor();
  assert.equal(await password.inputValue(), "abc");
});

visit("learn asks for a login, greets, and forgets", {}, async (page) => {
  await page.goto(`${site}/learn`);
  await isAt(page, "profile", "/profile/login?next=/learn");
  await signIn(page);
  await isAt(page, "learn", "/learn");
  await sees(page, "h1", "Welcome back, Ada Lovelace");
  await page.locator(".header-profile").click();
  await isAt(page, "profile", "/profile");
  await sees(page, "[data-user=ada-lovelace]", "Signed in as ada-lovelace");
  await page.getByRole("button", { name: "Sign out" }).click();
  await isAt(page, "home", "/");
  assert.deepEqual(await page.context().cookies(), []);
  await page.goto(`${site}/learn`);
  await isAt(page, "profile", "/profile/login?next=/learn");
});

visit("the login works without JavaScript", { javaScriptEnabled: false }, async (page) => {
  await page.goto(`${site}/learn`);
  await signIn(page);
  await isAt(page, "learn", "/learn");
  await sees(page, "h1", "Welcome back, Ada Lovelace");
});

visit("learn is hydrated: lessons get done", {}, async (page) => {
  await page.goto(`${site}/learn`);
  await signIn(page);
  await hydrated(page);
  const done = Number(await page.locator("[data-done]").getAttribute("data-done"));
  await page.locator("[data-action=done]:enabled").first().click();
  await sees(page, `[data-done='${done + 1}']`, String(done + 1));
});

visit("enterprise is rendered by the browser", {}, async (page) => {
  for (const origin of [site, originOf("enterprise")]) {
    const answer = await page.goto(`${origin}/enterprise`);
    assert.doesNotMatch(await answer.text(), /A team that learns together/);
    await sees(page, "h1", "A team that learns together stays curious.");
    await page.locator("summary").nth(1).click();
    await sees(page, "details[open]:nth-of-type(2)", "put together a list");
  }
});

visit("enterprise has nothing to show without JavaScript", { javaScriptEnabled: false }, async (page) => {
  const answer = await page.goto(`${site}/enterprise`);
  assert.match(await answer.text(), /<noscript>This page needs JavaScript/);
  assert.equal(await page.locator("h1").count(), 0);
});

visit("enterprise knows pages that are no files", {}, async (page) => {
  await page.goto(`${site}/enterprise/pricing`);
  await sees(page, "[data-total='6000']", "€6 000");
  await page.locator("input[type=range]").first().press("ArrowRight");
  await page.locator("[data-total='7200']").waitFor();
  await page.locator("input[type=range]").first().fill("100");
  await page.locator("[data-total='19700']").waitFor();
  await page.getByRole("link", { name: "Back to the overview" }).click();
  await isAt(page, "enterprise", "/enterprise");
  await page.getByRole("link", { name: "What does it cost?" }).click();
  await isAt(page, "enterprise", "/enterprise/pricing");
});

visit("each app has its own favicon", {}, async (page) => {
  const icons = new Map();
  for (const path of WITH_FAVICON) {
    await page.goto(site + path);
    const { status, type, bytes } = await page.evaluate(fetchIcon);
    assert.equal(status, 200, path);
    assert.match(type, /^image\//, path);
    icons.set(bytes, path);
  }
  assert.equal(icons.size, WITH_FAVICON.length, `different icons: ${[...icons.values()]}`);
});

visit("an address that nobody knows is answered by home", { missing: ["/nobody/knows/this"] }, async (page) => {
  const answer = await page.goto(`${site}/nobody/knows/this`);
  assert.equal(answer.status(), 404);
  await isAt(page, "home", "/nobody/knows/this");
  await hydrated(page);
  await sees(page, "h1", "There is nothing here");
});

/** A test with a page of its own, in which nothing may go wrong unseen; `missing` are paths that may answer 404. */
function visit(name, { missing = [], javaScriptEnabled = true }, body) {
  test(name, { timeout: TEST_MS }, async () => {
    const context = await browser.newContext({ javaScriptEnabled, locale: "en-GB" });
    try {
      context.setDefaultTimeout(PATIENCE_MS);
      const page = await context.newPage();
      const problems = problemsOf(page, missing);
      await body(page).catch((cause) => {
        throw new Error([cause.message, ...problems].join("\n"), { cause });
      });
      assert.deepEqual(problems, []);
    } finally {
      await context.close();
    }
  });
}

/** Gathers errors in scripts and on the console, what React says of hydration, and answers that are failures. */
function problemsOf(page, missing) {
  const problems = [];
  const isMissing = (address) => URL.canParse(address) && missing.includes(new URL(address).pathname);
  page.on("pageerror", (error) => problems.push(`script: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() !== "error" && !/hydrat/i.test(message.text())) return;
    if (!isMissing(message.location().url)) problems.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("response", (answer) => {
    if (answer.status() >= 400 && !isMissing(answer.url())) problems.push(`${answer.status()}: ${answer.url()}`);
  });
  return problems;
}

/** Opens a page of the site and waits until the browser has taken over. */
async function open(page, path) {
  await page.goto(site + path);
  await hydrated(page);
}

function hydrated(page) {
  return page.locator("html[data-hydrated]").waitFor({ state: "attached" });
}

/** Waits until the page is at a path, and made by an app. */
async function isAt(page, app, path, origin = site) {
  await page.waitForURL(origin + path);
  await page.locator(`html[data-app="${app}"]`).waitFor({ state: "attached" });
}

/** Waits until an element is visible and has a text. */
function sees(page, selector, text) {
  return page.locator(selector).filter({ hasText: text }).waitFor();
}

/** Leaves a mark that only lasts as long as the page; the answer tells whether it is still there. */
async function mark(page) {
  await page.evaluate(() => {
    window.marked = true;
  });
  return () => page.evaluate(() => window.marked === true);
}

async function signIn(page) {
  await page.locator("input[name=name]").fill("Ada Lovelace");
  await page.locator("input[name=password]").fill("difference engine");
  await page.locator(".login button[type=submit]").click();
}

/** Runs in the page: the icon that the page names. */
async function fetchIcon() {
  const answer = await fetch(document.querySelector("link[rel=icon]").href);
  return { status: answer.status, type: answer.headers.get("content-type"), bytes: String(new Uint8Array(await answer.arrayBuffer())) };
}

/** The address of an app's own host. */
function originOf(app) {
  return site.replace("://", `://${app}.`);
}

function findChromium() {
  const places = process.env.CHROMIUM ? [process.env.CHROMIUM] : ["/usr/bin/chromium", "/usr/bin/chromium-browser"];
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new Error(`Chromium is missing at ${places.join(" and ")}: install it, or set CHROMIUM to its path`);
  return found;
}

function wanted(variable, what) {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set: it is ${what}`);
  return value;
}
