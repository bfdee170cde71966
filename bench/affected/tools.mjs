/** The tools that are asked: what each needs to stand in a commit, and how it is asked which projects differ. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { quiet } from "./repository.mjs";

export const VERSIONS = { turbo: "2.11.11", nx: "24.0.6", "@moonrepo/cli": "2.5.5" };

const PATIENCE_MS = 120_000;
/** No daemon, no telemetry, no cloud. */
export const environment = {
  ...process.env,
  CI: "1",
  TURBO_TELEMETRY_DISABLED: "1",
  NX_DAEMON: "false",
  NX_NO_CLOUD: "true",
  NX_TUI: "false",
};

/** Installs the peers into `folder`, and lets the clone find what Nx insists on: itself, and signs of an install. */
export function install(folder, repository) {
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), "{}");
  const wanted = Object.entries(VERSIONS).map(([name, version]) => `${name}@${version}`);
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", ...wanted], { ...quiet, cwd: folder });
  const modules = join(repository.path, "node_modules");
  mkdirSync(modules);
  symlinkSync(join(folder, "node_modules/nx"), join(modules, "nx"));
  writeFileSync(join(modules, ".modules.yaml"), "");
  mkdirSync(join(repository.path, ".git/info"), { recursive: true });
  writeFileSync(join(repository.path, ".git/info/exclude"), "node_modules\n.nx\n.turbo\n.moon/cache\n");
}

/** Runs a program and says how long it took, and what it wrote. */
function run(program, words, options = {}) {
  const since = performance.now();
  const text = execFileSync(program, words, { ...quiet, env: environment, timeout: PATIENCE_MS, ...options });
  return { ms: performance.now() - since, text };
}

/** Frontage by the object database alone; it keeps what it learns in `folder`. */
export function frontage(program, repository, folder) {
  const ask = (data, { base, head }) => {
    const { ms, text } = run(program, ["affected", "-C", repository.path, "--data", data, "--base", base, "--head", head, "--json"]);
    return { ms, ...JSON.parse(text) };
  };
  return {
    /** With a data directory that nobody has used. */
    cold: (pair) => {
      const data = mkdtempSync(join(folder, "data-"));
      const answer = ask(data, pair);
      rmSync(data, { recursive: true, force: true });
      return answer;
    },
    /** With a data directory where only the base was asked about. */
    warm: (pair) => {
      const data = mkdtempSync(join(folder, "data-"));
      ask(data, { base: pair.base, head: pair.base });
      const answer = ask(data, pair);
      rmSync(data, { recursive: true, force: true });
      return answer;
    },
    members: (commit) => {
      const words = ["apps", "-C", repository.path, "--data", join(folder, "data-of-members"), "--head", commit, "--json"];
      return JSON.parse(run(program, words).text).members;
    },
  };
}

/** Frontage's first reason, as short as it can be told, and how many there are besides. */
export function told([{ kind, path, via, detail }, ...more]) {
  const first = [kind, path, via.length && `via ${via.join(" ‹ ")}`, detail].filter(Boolean).join(" ");
  return more.length ? `${first} (and ${more.length} more)` : first;
}

/** A question's answer, or that there is none and why. */
export function attempt(question) {
  try {
    return question();
  } catch (error) {
    return { failed: `${error.stderr || error.message}`.trim().split("\n").slice(0, 3).join(" / ") };
  }
}

/** An app's name of its path: as long as a name may be, and no two alike. */
function appName(path) {
  const name = path.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  return name.length <= 40 ? name : `${name.slice(0, 33)}-${createHash("sha256").update(path).digest("hex").slice(0, 6)}`;
}

/** A `frontage.toml` that makes apps of members, whatever they look like. */
export const declared = (paths) => paths.map((path) => `[apps.${appName(path)}]\npath = ${JSON.stringify(path)}\n`).join("\n");

/** The peers. Each says what to add to a commit – given its head, too, and the head's members –, and answers with the folders of the projects that differ. */
export function peers(folder, repository) {
  const program = (name) => join(folder, "node_modules/.bin", name);
  const here = { cwd: repository.path };
  return [
    { name: "turbo", files: turboFiles(repository), ask: (pair) => askTurbo(program("turbo"), here, pair) },
    { name: "nx", files: nxFiles(repository), ask: (pair) => askNx(program("nx"), here, pair) },
    { name: "nx auto", files: nxFiles(repository, { projectsAffectedByDependencyUpdates: "auto" }), ask: (pair) => askNx(program("nx"), here, pair) },
    { name: "moon", files: moonFiles(repository), ask: (pair) => askMoon(program("moon"), here, pair) },
  ];
}

const turboFiles = (repository) => (commit) => {
  const isThere = ["turbo.json", "turbo.jsonc"].some((path) => repository.text(commit, path) !== undefined);
  return new Map(isThere ? [] : [["turbo.json", '{"tasks":{"build":{"dependsOn":["^build"]}}}']]);
};

function askTurbo(program, here, { base, head }) {
  const query = `query { affectedPackages(base: "${base}", head: "${head}") { items { path } } }`;
  const { ms, text } = run(program, ["query", query], here);
  return { ms, paths: JSON.parse(text).data.affectedPackages.items.map(({ path }) => path) };
}

/** A root that depends on one of these makes Nx read imports as well. So does any setting of its plugin, if it does not say otherwise. */
const READS_IMPORTS = /^@nx\/(workspace|js|node|next|react|angular|web)$/;

/** Nx's own settings without plugins, which would have to be installed, and `js` over those of its own plugin. */
const nxFiles = (repository, js) => (commit) => {
  const { plugins, nxCloudId, nxCloudAccessToken, ...settings } = JSON.parse(repository.text(commit, "nx.json") ?? "{}");
  if (!js) return new Map([["nx.json", JSON.stringify(settings)]]);
  const { dependencies, devDependencies } = JSON.parse(repository.text(commit, "package.json") ?? "{}");
  const analyzeSourceFiles = Object.keys({ ...dependencies, ...devDependencies }).some((name) => READS_IMPORTS.test(name));
  const pluginsConfig = { ...settings.pluginsConfig, "@nx/js": { analyzeSourceFiles, ...settings.pluginsConfig?.["@nx/js"], ...js } };
  return new Map([["nx.json", JSON.stringify({ ...settings, pluginsConfig })]]);
};

function askNx(program, here, { base, head }) {
  const { ms, text } = run(program, ["show", "projects", "--affected", `--base=${base}`, `--head=${head}`, "--json"], here);
  const { nodes } = JSON.parse(readFileSync(join(here.cwd, ".nx/workspace-data/project-graph.json"), "utf8"));
  return { ms, paths: JSON.parse(text.slice(text.indexOf("["))).map((name) => nodes[name].data.root) };
}

/** Projects of the head and what each depends on by its manifest, since reading that takes a plugin from elsewhere. */
const moonFiles = (repository) => (_, commit, members) => {
  const manifests = members.filter(({ path }) => path).map(({ path }) => ({ path, id: path.replace(/[^\w]+/g, "-"), ...JSON.parse(repository.text(commit, `${path}/package.json`) ?? "{}") }));
  const ids = new Map(manifests.filter(({ name }) => name).map(({ name, id }) => [name, id]));
  const projects = Object.fromEntries(manifests.map(({ id, path }) => [id, path]));
  const own = manifests.map(({ path, id, ...manifest }) => {
    const needed = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"].flatMap((key) => Object.keys(manifest[key] ?? {}));
    const dependsOn = [...new Set(needed.map((name) => ids.get(name)).filter((other) => other && other !== id))];
    return [`${path}/moon.yml`, JSON.stringify({ dependsOn })];
  });
  return new Map([[".moon/workspace.yml", JSON.stringify({ projects, telemetry: false })], ...own]);
};

function askMoon(program, here, { base, head }) {
  const changed = run(program, ["query", "changed-files", "--base", base, "--head", head, "--quiet"], here);
  const affected = run(program, ["query", "projects", "--affected", "--downstream", "deep", "--quiet"], { ...here, input: changed.text });
  return { ms: changed.ms + affected.ms, paths: JSON.parse(affected.text).projects.map(({ source }) => source) };
}
