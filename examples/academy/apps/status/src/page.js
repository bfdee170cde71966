/** The status page as text; there is no reason for more. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { links, markSvg, name } from "@academy/brand";

const theme = readFileSync(fileURLToPath(import.meta.resolve("@academy/brand/theme.css")), "utf8");
const styles = readFileSync(new URL("page.css", import.meta.url), "utf8");

export function page({ about, services, incidents }) {
  const down = services.filter((service) => !service.up);
  const headline = down.length === 0 ? "Everything works" : `${down.length} of ${services.length} parts do not answer`;
  return `<!doctype html>
<html lang="en" data-app="${escape(about.app)}" data-version="${escape(about.version)}" data-environment="${escape(about.environment)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Status · ${name}</title>
<link rel="icon" href="data:,">
<style>${theme}${styles}</style>
</head>
<body>
${about.banner === "" ? "" : `<div class="banner" role="status">${escape(about.banner)}</div>`}
<header class="top"><div class="wide">
<a class="top-mark" href="/">${markSvg(30)}${name}</a>
<nav>${links.filter(({ key }) => key !== "search").map(link).join("")}</nav>
</div></header>
<main class="wide">
<section class="headline ${down.length === 0 ? "headline-good" : "headline-bad"}"><h1>${headline}</h1><p>Asked just now, from inside.</p></section>
<table><thead><tr><th>Part</th><th>State</th><th>Version</th><th>Answer</th></tr></thead><tbody>
${services.map(row).join("\n")}
</tbody></table>
<h2>What happened before</h2>
${incidents.map(incident).join("\n")}
</main>
<footer class="wide faint" data-app="${escape(about.app)}" data-version="${escape(about.version)}">Rendered by ${escape(about.app)} ${escape(about.version)} · ${escape(about.environment)}</footer>
</body>
</html>
`;
}

export function escape(text) {
  return String(text).replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function link({ key, href, label }) {
  return `<a href="${href}"${key === "status" ? ' aria-current="page"' : ""}>${label}</a>`;
}

function row({ app, title, up, version, ms }) {
  const state = up ? '<span class="state state-up">up</span>' : '<span class="state state-down">down</span>';
  return `<tr data-service="${escape(app)}" data-up="${up}"><td>${escape(title)}</td><td>${state}</td><td><code>${escape(version || "–")}</code></td><td>${ms} ms</td></tr>`;
}

function incident({ day, app, title, text, minutes }) {
  return `<article><time datetime="${escape(day)}">${escape(day)}</time><div><h3>${escape(title)}</h3><p class="soft">${escape(text)}</p><small>${escape(app)}, ${minutes} minutes</small></div></article>`;
}
