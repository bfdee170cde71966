/** Measures what `bench/affected.sh` asks for, and prints counts and medians. */
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { basename, join } from "node:path";
import { quiet, Repository } from "./affected/repository.mjs";
import { attempt, declared, frontage, install, peers, told, VERSIONS } from "./affected/tools.mjs";

const [program, source, ...words] = process.argv.slice(2);
const globs = words.includes("--apps") ? words.splice(words.indexOf("--apps"), 2)[1].split(",") : [];
const count = words[0] ?? "40";
const folder = mkdtempSync(join(tmpdir(), "frontage-affected-"));
const repository = new Repository(source, join(folder, "repository"));
install(join(folder, "peers"), repository);
const ours = frontage(program, repository, folder);
const others = peers(join(folder, "peers"), repository);

const own = execFileSync("git", ["rev-parse", "--short=10", "HEAD"], quiet).trim();
const name = basename(source) === "repo" ? basename(join(source, "..")) : basename(source);
const raw = join("bench/runs", `affected-${name.replace(/[^\w-]+/g, "-")}-${new Date().toISOString().slice(0, 10)}-${own}.txt`);
mkdirSync("bench/runs", { recursive: true });
writeFileSync(
  raw,
  `# ${name} at ${repository.git(["rev-parse", "--short=10", "HEAD"])}, ${count} commits${globs.length ? `, apps are ${globs.join(" ")}` : ""}\n` +
    `# frontage ${own}, ${Object.entries(VERSIONS).map((pair) => pair.join(" ")).join(", ")}\n` +
    `# ${cpus().length} × ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GiB, node ${process.version}\n` +
    "# commit | apps | git diff ms | frontage ms with nothing known, ms with its base known, apps that it marks | of each other tool ms, apps\n" +
    "# below: apps that Frontage marks with the first reason; of each tool those that it alone marks (−), that it does not (+), why it failed (!)\n",
);

/** Whether a path is meant by a glob, of which `*` stands for anything but `/`, and `**` for anything. */
function matches(glob, path) {
  const pattern = glob.replace(/[.+?^${}()|\\]/g, "\\$&").replace(/\*+/g, (stars) => (stars.length > 1 ? ".*" : "[^/]*"));
  return new RegExp(`^${pattern}$`).test(path);
}
const isChosen = (path) => globs.some((glob) => matches(glob, path));

/** The folders that `--apps` means. */
function chosen(commit) {
  const manifests = [...repository.files(commit).keys()].filter((path) => path.endsWith("/package.json"));
  return manifests.map((path) => path.slice(0, -"/package.json".length)).filter(isChosen);
}

const known = new Map();
/** What Frontage needs to stand in a commit, and the workspace's members: what is no member is left out. */
function workspace(commit) {
  const tree = repository.git(["rev-parse", `${commit}^{tree}`]);
  if (known.has(tree)) return known.get(tree);
  let apps = globs.length ? chosen(commit) : [];
  const read = () => {
    const files = new Map(apps.length ? [["frontage.toml", declared(apps)]] : []);
    return { files, members: ours.members(repository.commit(commit, [], files)) };
  };
  let found;
  try {
    found = read();
  } catch (error) {
    const strangers = new Set([...error.message.matchAll(/no workspace member is at `(.+)`/g)].map(([, path]) => path));
    if (!strangers.size) throw error;
    apps = apps.filter((path) => !strangers.has(path));
    found = read();
  }
  known.set(tree, found);
  return found;
}

/** The two commits to compare, with what a tool needs in both. */
function pair(commit, filesOfBase, filesOfHead) {
  const base = repository.commit(`${commit}~1`, [], filesOfBase);
  return { base, head: repository.commit(commit, [base], filesOfHead) };
}

/** Asks Frontage about a commit, and `git diff` for comparison. */
function askOurs(commit) {
  const [before, after] = [workspace(`${commit}~1`), workspace(commit)];
  const asked = pair(commit, before.files, after.files);
  const since = performance.now();
  repository.git(["diff", "--name-only", asked.base, asked.head]);
  const diffMs = performance.now() - since;
  const cold = ours.cold(asked);
  const apps = cold.apps.filter(({ path }) => !globs.length || isChosen(path));
  return { diffMs, coldMs: cold.ms, warmMs: ours.warm(asked).ms, members: after.members, apps };
}

/** Asks a peer about a commit. */
function askPeer(peer, commit, members) {
  const [filesOfBase, filesOfHead] = [`${commit}~1`, commit].map((side) => peer.files(side, commit, members));
  const { base, head } = pair(commit, filesOfBase, filesOfHead);
  repository.git(["checkout", "--quiet", "--force", "--detach", head]);
  return peer.ask({ base, head });
}

const tally = () => ({ builds: 0, failed: 0, buildsThere: 0, ms: [] });
const totals = { all: 0, frontage: tally(), peers: new Map(others.map(({ name }) => [name, tally()])), diffMs: [], warmMs: [] };
for (const commit of repository.git(["rev-list", "--first-parent", `--max-count=${count}`, "HEAD"]).split("\n")) {
  const answer = attempt(() => askOurs(commit));
  if (answer.failed) {
    totals.frontage.failed += 1;
    appendFileSync(raw, `${commit.slice(0, 10)} | frontage failed: ${answer.failed}\n`);
    continue;
  }
  const paths = new Set(answer.apps.map(({ path }) => path));
  const affected = answer.apps.filter(({ affected }) => affected);
  const marked = new Set(affected.map(({ path }) => path));
  totals.all += paths.size;
  totals.frontage.builds += marked.size;
  totals.frontage.ms.push(answer.coldMs);
  totals.warmMs.push(answer.warmMs);
  totals.diffMs.push(answer.diffMs);

  const parts = [`frontage ${Math.round(answer.coldMs)}, warm ${Math.round(answer.warmMs)}, ${marked.size}`];
  const details = affected.map(({ path, reasons }) => `    ${path}: ${told(reasons)}\n`);
  for (const peer of others) {
    const total = totals.peers.get(peer.name);
    const said = attempt(() => askPeer(peer, commit, answer.members));
    if (said.failed) {
      total.failed += 1;
      total.buildsThere += marked.size;
      parts.push(`${peer.name} failed`);
      details.push(`  ! ${peer.name}: ${said.failed}\n`);
      continue;
    }
    const theirs = new Set(said.paths.filter((path) => paths.has(path)));
    total.builds += theirs.size;
    total.ms.push(said.ms);
    parts.push(`${peer.name} ${Math.round(said.ms)}, ${theirs.size}`);
    const alone = [...theirs].filter((path) => !marked.has(path));
    const never = [...marked].filter((path) => !theirs.has(path));
    if (alone.length) details.push(`  − ${peer.name}: ${alone.join(" ")}\n`);
    if (never.length) details.push(`  + ${peer.name}: ${never.join(" ")}\n`);
  }
  appendFileSync(raw, `${commit.slice(0, 10)} | ${paths.size} | ${Math.round(answer.diffMs)} | ${parts.join(" | ")}\n${details.join("")}`);
}
rmSync(folder, { recursive: true, force: true });

const median = (values) => (values.length ? `${Math.round(values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)])} ms` : "–");
const say = (line) => {
  console.log(line);
  appendFileSync(raw, `# ${line}\n`);
};
const peersTotals = [...totals.peers];
if (repository.missing.size) say(`not in the clone, asked about as empty files: ${[...repository.missing].join(" ")}`);
if (totals.frontage.failed) say(`frontage failed on ${totals.frontage.failed} commits, which nobody's sum has`);
for (const [name, { failed, buildsThere }] of peersTotals) {
  if (failed) say(`${name} failed on ${failed} commits, which its sum is without; frontage marks ${buildsThere} there`);
}
say(`app builds: all ${totals.all}, frontage ${totals.frontage.builds}, ${peersTotals.map(([name, { builds }]) => `${name} ${builds}`).join(", ")}`);
say(
  `one answer, median: git diff ${median(totals.diffMs)}, frontage ${median(totals.frontage.ms)} with nothing known, ${median(totals.warmMs)} with the base known, ` +
    peersTotals.map(([name, { ms }]) => `${name} ${median(ms)}`).join(", "),
);
