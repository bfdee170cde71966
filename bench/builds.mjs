/** Compares what apps' own builds make of a change with which apps `frontage affected` marks, as `bench/builds.sh` asks. */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { quiet, Repository } from "./affected/repository.mjs";
import { declared, told } from "./affected/tools.mjs";
import { installed, isForTests, isModule } from "./bundle.mjs";
import { mutated } from "./mutate.mjs";
import { report } from "./report.mjs";

const [frontage, parserVersion, source, install, mutations, commits, seed, ...apps] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "frontage-builds-"));
const repository = new Repository(source, join(folder, "repository"));
const packages = join(folder, "packages");
mkdirSync(packages);
const { parse } = installed(packages, [`@babel/parser@${parserVersion}`])("@babel/parser");

const { own, name, write, say, machine } = report("builds", source);
say(`${name} at ${repository.git(["rev-parse", "--short=10", "HEAD"])}, ${mutations} mutations by seed ${seed}, ${commits} commits; frontage ${own}`);
say(`${machine()}; installed by \`${install}\``);
say("Every package that an app needs and the app itself are built by `npm run build` in their folders. Outputs are what git");
say("ignores there; compared are all files but source maps and what compilers keep for themselves.");

/** A number below `limit` that only the seed and the words decide. */
const draw = (limit, ...words) => createHash("sha256").update([seed, ...words].join("\0")).digest().readUIntBE(0, 6) % limit;
const data = ["--data", join(folder, "data")];
const ask = (...words) => JSON.parse(execFileSync(frontage, [...words, "-C", repository.path, ...data, "--json"], quiet));
const at = (path) => join(repository.path, path);
const isIn = (path) => (file) => file.startsWith(`${path}/`);
const env = { ...process.env, CI: "1", NX_DAEMON: "false", TURBO_TELEMETRY_DISABLED: "1" };

/** A commit of the same files in which the apps are declared. */
const asked = (commit) => repository.commit(commit, [], new Map([["frontage.toml", declared(apps)]]));

/** Manifests of the checked out tree, by folder. */
function manifests() {
  const files = repository.git(["ls-files", "-z", "*package.json"]).split("\0").filter((file) => file.endsWith("/package.json"));
  return new Map(files.map((file) => [dirname(file), JSON.parse(readFileSync(at(file), "utf8"))]));
}

/** Folders of the members that the apps need and of the apps, each after those that it needs. */
function closure(known) {
  const byName = new Map([...known].map(([path, { name }]) => [name, path]));
  const order = [];
  const needed = new Map();
  const enter = (path, above) => {
    if (above.includes(path) || needed.has(path)) return;
    const { dependencies, devDependencies, optionalDependencies, peerDependencies } = known.get(path) ?? {};
    const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies, ...peerDependencies });
    const direct = names.map((name) => byName.get(name)).filter((found) => found && found !== path);
    direct.forEach((found) => enter(found, [...above, path]));
    needed.set(path, direct);
    order.push(path);
  };
  apps.filter((app) => known.has(app)).forEach((app) => enter(app, []));
  return { order, needed };
}

/** Members that change when those in `first` do, in order. */
function behind({ order, needed }, first) {
  const found = new Set();
  for (const path of order) {
    if (first.includes(path) || needed.get(path).some((direct) => found.has(direct))) found.add(path);
  }
  return order.filter((path) => found.has(path));
}

/** What git ignores in a member, but for packages from outside. */
function outputs(path) {
  const words = ["ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z", "--", `${path}/`];
  const ignored = repository.git(words).split("\0").filter(Boolean);
  return ignored.map((found) => found.replace(/\/$/, "")).filter((found) => !/(^|\/)(node_modules|\.nx|\.turbo)(\/|$)/.test(found));
}

function files(path) {
  if (!statSync(at(path)).isDirectory()) return [path];
  return readdirSync(at(path)).sort().flatMap((entry) => files(`${path}/${entry}`));
}

/** What tells one output of an app from another. */
function digest(path) {
  const compared = outputs(path).flatMap(files).filter((file) => !/\.(map|tsbuildinfo)$|\/\.(vite|cache|angular)\//.test(file));
  const hash = createHash("sha256");
  for (const file of compared) hash.update(`${file}\0`).update(readFileSync(at(file))).update("\0");
  return compared.length === 0 ? "nothing" : hash.digest("hex");
}

/** Builds members; the first that fails, if one does. */
function build(paths, known) {
  for (const path of paths) {
    if (!known.get(path)?.scripts?.build) continue;
    outputs(path).forEach((output) => rmSync(at(output), { recursive: true, force: true }));
    const { status, stdout, stderr } = spawnSync("npm", ["run", "build"], { cwd: at(path), env, encoding: "utf8", maxBuffer: 1 << 28 });
    if (status !== 0) return { path, because: `${stdout}\n${stderr}`.trim().split("\n").slice(-5).join(" / ") };
  }
  return undefined;
}

/** Keeps what was made of members aside; gives what puts it back. */
function kept(paths) {
  const aside = mkdtempSync(join(folder, "kept-"));
  const copies = paths.flatMap(outputs).map((output) => [at(output), join(aside, output)]);
  for (const [from, to] of copies) cpSync(from, to, { recursive: true, verbatimSymlinks: true });
  return () => {
    paths.flatMap(outputs).forEach((output) => rmSync(at(output), { recursive: true, force: true }));
    for (const [from, to] of copies) cpSync(to, from, { recursive: true, verbatimSymlinks: true });
    rmSync(aside, { recursive: true, force: true });
  };
}

const list = (paths) => paths.join(" ") || "–";
const nothing = () => ({ asked: 0, pairs: 0, changed: 0, marked: 0, needless: 0, missed: 0, failed: 0 });

/** Writes down which outputs are different and which apps are marked. */
function compare(what, before, after, answer, sums) {
  const compared = [...before.keys()].filter((path) => after.has(path));
  const different = compared.filter((path) => before.get(path) !== after.get(path));
  const marked = answer.apps.filter(({ path, affected }) => affected && compared.includes(path));
  const paths = marked.map(({ path }) => path);
  const missed = different.filter((path) => !paths.includes(path));
  const needless = marked.filter(({ path }) => !different.includes(path));
  const details = needless.map(({ path, reasons }) => `    needless ${path}: ${told(reasons)}\n`);
  const columns = [different, paths, missed, needless.map(({ path }) => path)].map(list);
  write(`${what} | ${columns.join(" | ")}\n${details.join("")}`);
  sums.asked += 1;
  sums.pairs += compared.length;
  sums.changed += different.length;
  sums.marked += paths.length;
  sums.needless += needless.length;
  sums.missed += missed.length;
}

function summed(what, sums) {
  const percent = Math.round((100 * sums.needless) / Math.max(sums.marked, 1));
  say(`${sums.asked} ${what}, ${sums.pairs} app pairs: ${sums.changed} outputs changed, ${sums.marked} apps marked, ${sums.missed} missed, ${sums.needless} needless (${percent} %); ${sums.failed} did not build`);
}

function checkOut(commit) {
  repository.git(["checkout", "--quiet", "--force", "--detach", commit]);
}

/** Installs, and builds everything twice: what is not the same then cannot be compared. */
function begin(commit) {
  checkOut(commit);
  execFileSync("sh", ["-c", install], { ...quiet, cwd: repository.path, env });
  const known = manifests();
  const members = closure(known);
  const failed = build(members.order, known);
  if (failed) throw new Error(`${failed.path} does not build at ${commit}: ${failed.because}`);
  const first = new Map(apps.filter((app) => known.has(app)).map((app) => [app, digest(app)]));
  build([...first.keys()], known);
  for (const [app, is] of first) {
    if (digest(app) === is) continue;
    say(`${app} is built in another way each time, and left out`);
    first.delete(app);
  }
  return { known, members, digests: first };
}

const tip = repository.git(["rev-parse", "HEAD"]);
const head = asked(tip);
let state = begin(head);
say(`compared: ${list([...state.digests.keys()])}; of ${state.members.order.length} members`);

const sums = nothing();
const drawn = [...repository.files(head).keys()]
  .filter((file) => state.members.order.some((path) => isIn(path)(file)) && isModule(file) && !isForTests(file))
  .map((file) => [draw(2 ** 48, "file", file), file])
  .sort(([one], [other]) => one - other);
write("# file:line | change | outputs changed | apps marked | missed | needless\n");
for (const [, file] of drawn) {
  if (sums.asked === Number(mutations)) break;
  const content = readFileSync(at(file), "utf8");
  const mutation = mutated(parse, file, content, (what, limit) => draw(limit, what, file));
  if (!mutation) continue;
  const owner = state.members.order.filter((path) => isIn(path)(file)).sort((one, other) => other.length - one.length)[0];
  const built = behind(state.members, [owner]);
  const putBack = kept(built);
  writeFileSync(at(file), mutation.source);
  const failed = build(built, state.known);
  const mutant = repository.commit(head, [head], new Map([["frontage.toml", declared(apps)], [file, mutation.source]]));
  if (failed) {
    sums.failed += 1;
    write(`${file}:${mutation.line} | ${mutation.kind} | ${failed.path} does not build\n`);
  } else {
    const after = new Map([...state.digests.keys()].map((app) => [app, built.includes(app) ? digest(app) : state.digests.get(app)]));
    compare(`${file}:${mutation.line} | ${mutation.kind}`, state.digests, after, ask("affected", "--base", head, "--head", mutant), sums);
  }
  writeFileSync(at(file), content);
  putBack();
}
if (Number(mutations)) summed("mutations", sums);

const history = nothing();
const line = repository.git(["rev-list", "--first-parent", `--max-count=${Number(commits) + 1}`, tip]).split("\n").reverse();
if (Number(commits)) {
  state = begin(asked(line[0]));
  write("# commit | outputs changed | apps marked | missed | needless\n");
}
for (const [base, commit] of line.slice(1).map((commit, index) => [line[index], commit])) {
  const changed = repository.git(["diff", "--name-only", "--no-renames", "-z", base, commit]).split("\0").filter(Boolean);
  checkOut(asked(commit));
  const known = manifests();
  const members = closure(known);
  const isInstalled = !changed.some((file) => /(^|\/)(package\.json|pnpm-lock\.yaml|yarn\.lock|package-lock\.json|pnpm-workspace\.yaml|\.npmrc)$/.test(file));
  if (!isInstalled) execFileSync("sh", ["-c", install], { ...quiet, cwd: repository.path, env });
  // What lies in no member may matter to each.
  const isNobodys = (file) => ![...known.keys()].some((path) => isIn(path)(file)) && !/^(docs|\.changeset|\.github)\/|\.md$/.test(file);
  const isAll = !isInstalled || changed.some(isNobodys);
  const built = isAll ? members.order : behind(members, members.order.filter((path) => changed.some(isIn(path))));
  const failed = build(built, known);
  if (failed) {
    history.failed += 1;
    write(`${commit.slice(0, 10)} | ${failed.path} does not build: ${failed.because}\n`);
    state = { known, members, digests: new Map() };
    continue;
  }
  const digests = new Map(apps.filter((app) => known.has(app)).map((app) => [app, built.includes(app) ? digest(app) : state.digests.get(app)]));
  if (state.digests.size) compare(commit.slice(0, 10), state.digests, digests, ask("affected", "--base", asked(base), "--head", asked(commit)), history);
  state = { known, members, digests };
}
if (Number(commits)) summed("commits", history);
rmSync(folder, { recursive: true, force: true });
process.exitCode = sums.missed + history.missed > 0 ? 1 : 0;
