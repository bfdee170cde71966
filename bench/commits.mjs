/** Compares which bundles a commit got into with which apps `frontage affected` marks, as `bench/commits.sh` asks. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { quiet, Repository } from "./affected/repository.mjs";
import { attempt, told } from "./affected/tools.mjs";
import { bundling, digest, installed, isBuilt, isConfiguration, isForTests, isModule, pathOf, problem, roots } from "./bundle.mjs";
import { report } from "./report.mjs";

const [frontage, source, count, version] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "frontage-commits-"));
const repository = new Repository(source, join(folder, "repository"));
const packages = join(folder, "packages");
mkdirSync(packages);
const esbuild = installed(packages, [`esbuild@${version}`])("esbuild");

const { own, name, write, say, machine } = report("commits", source);
say(`${name} at ${repository.git(["rev-parse", "--short=10", "HEAD"])}, ${count} commits; frontage ${own}, esbuild ${version}`);
say(machine());
say("An app is bundled by esbuild from its own modules that no other of them imports, workspace packages by their sources,");
say("packages from outside left out; no plugin and no configuration of its real build is run. Minified names may be others");
say("for no other meaning, and all fields of a JSON file are kept if it is imported whole, so a bundle that is different may");
say("mean the same; one that is the same is truly unchanged.");

const data = ["--data", join(folder, "data")];
const ask = (...words) => JSON.parse(execFileSync(frontage, [...words, "-C", repository.path, ...data, "--json"], quiet));

const isIn = (path) => (file) => path === "" || file.startsWith(`${path}/`);

/** An app's bundle as it is checked out: what tells it from others and which files were opened, or why there is none. */
async function bundled(path, files, options) {
  const modules = files.filter((file) => isIn(path)(file) && isModule(file) && !isForTests(file));
  if (modules.length === 0) return { failed: "no module of its own" };
  try {
    const { metafile } = await esbuild.build({ ...options(modules, { assets: "empty" }), minify: false });
    const inputs = new Set(Object.keys(metafile.inputs).map(pathOf));
    return { digest: digest(await esbuild.build(options(roots(modules, metafile)))), inputs };
  } catch (error) {
    return { failed: problem(error) };
  }
}

/** Whether an app's bundle has to be made again for a file that is another: other apps' files are no part of it. */
function isOf({ path, inputs }, file, members) {
  if (isIn(path)(file) || inputs?.has(file)) return true;
  const owners = members.filter((member) => member.path !== "" && isIn(member.path)(file));
  return owners.length ? owners.some((owner) => !isBuilt(owner)) : isModule(file) || file.endsWith(".json");
}

/** The bundles of a commit's apps by the apps' paths; `beside` is a commit where all but `files` are the same. */
async function bundles(commit, beside, files) {
  const asked = repository.commit(commit, [], new Map());
  const { members, failed } = attempt(() => ask("apps", "--head", asked));
  if (failed) return { commit, failed };
  // Which packages there are, or what kind they are, may be another.
  const isOther = JSON.stringify(members) !== JSON.stringify(beside?.members);
  repository.git(["checkout", "--quiet", "--force", "--detach", asked]);
  const options = bundling(repository.path, members);
  const apps = new Map();
  for (const { path } of members.filter(isBuilt)) {
    const known = beside?.apps?.get(path);
    const isSame = known && !isOther && !files.some((file) => isOf({ path, ...known }, file, members));
    apps.set(path, isSame ? known : await bundled(path, [...repository.files(commit).keys()], options));
  }
  return { commit, members, apps };
}

/** The files that differ between two commits. */
function changed(base, head) {
  return repository.git(["diff", "--name-only", "--no-renames", "-z", base, head]).split("\0").filter(Boolean);
}

/** Whether an app is marked for nothing that gets into a bundle here: packages from outside do not, and nothing is configured. */
const isOutside = ({ reasons }) => reasons.every(({ kind, path }) => ["dependency", "config", "toolchain"].includes(kind) || isConfiguration(path));

const list = (paths) => paths.join(" ") || "–";
const sums = { commits: 0, refused: 0, pairs: 0, alone: 0, failed: 0, changed: 0, marked: 0, outside: 0, needless: 0, unexplained: 0, missed: 0 };

/** Compares the bundles of a commit and its parent, and writes down what Frontage says of the two. */
function compare(before, after, files) {
  const base = repository.commit(before.commit, [], new Map());
  const head = repository.commit(after.commit, [base], new Map());
  const answer = [after, before].find(({ failed }) => failed) ?? attempt(() => ask("affected", "--base", base, "--head", head));
  if (answer.failed) {
    write(`${after.commit.slice(0, 10)} | frontage failed: ${answer.failed}\n`);
    sums.refused += 1;
    return;
  }
  const both = [...after.apps.keys()].filter((path) => before.apps.has(path));
  const pairs = both.filter((path) => !before.apps.get(path).failed && !after.apps.get(path).failed);
  const different = pairs.filter((path) => before.apps.get(path).digest !== after.apps.get(path).digest);
  const affected = answer.apps.filter(({ path, affected }) => affected && pairs.includes(path));
  const marked = affected.map(({ path }) => path);
  const missed = different.filter((path) => !marked.includes(path));
  const unchanged = affected.filter(({ path }) => !different.includes(path));
  const outside = unchanged.filter(isOutside);
  const needless = unchanged.filter((app) => !isOutside(app));
  const inputs = (path) => files.filter((file) => before.apps.get(path).inputs.has(file) || after.apps.get(path).inputs.has(file));
  // Had nothing outside changed as well, these might be missed.
  const isUnexplained = (app) => isOutside(app) && !app.reasons.some(({ path }) => inputs(app.path).includes(path));
  const unexplained = affected.filter((app) => different.includes(app.path) && isUnexplained(app));
  const details = [
    ...outside.map(({ path, reasons }) => `    outside ${path}: ${told(reasons)}\n`),
    ...needless.map(({ path, reasons }) => `    needless ${path}: ${told(reasons)}\n`),
    ...unexplained.map(({ path }) => `  ? unexplained ${path}: ${list(inputs(path))}\n`),
    ...missed.map((path) => `  ! missed ${path}: ${list(inputs(path))}\n`),
  ];
  const columns = [different, marked, missed, outside.map(({ path }) => path), needless.map(({ path }) => path)].map(list);
  write(`${after.commit.slice(0, 10)} | ${pairs.length} | ${columns.join(" | ")}\n${details.join("")}`);
  sums.commits += 1;
  sums.pairs += pairs.length;
  sums.alone += new Set([...before.apps.keys(), ...after.apps.keys()]).size - both.length;
  sums.failed += both.length - pairs.length;
  sums.changed += different.length;
  sums.marked += marked.length;
  sums.outside += outside.length;
  sums.needless += needless.length;
  sums.unexplained += unexplained.length;
  sums.missed += missed.length;
}

write("# commit | apps compared | bundles changed | apps marked | missed | of the others marked for dependencies and configuration alone | needless\n");
const failures = new Map();
let [after, files] = [undefined, []];
for (const commit of repository.git(["rev-list", "--first-parent", `--max-count=${Number(count) + 1}`, "HEAD"]).split("\n")) {
  if (after) files = changed(commit, after.commit);
  const before = await bundles(commit, after, files);
  for (const [path, { failed }] of before.apps ?? []) if (failed) failures.set(path, failed);
  if (after) compare(before, after, files);
  after = before;
}
rmSync(folder, { recursive: true, force: true });

if (repository.missing.size) say(`not in the clone, taken for empty files: ${[...repository.missing].join(" ")}`);
for (const [path, failed] of failures) say(`${path} is not bundled everywhere: ${failed}`);
if (sums.refused) say(`frontage failed on ${sums.refused} commits, which no sum has`);
say(`left out: ${sums.alone} apps that are on one side only, ${sums.failed} that are not bundled on one side`);
if (sums.unexplained) say(`${sums.unexplained} bundles changed by files that no reason names, and are marked for what is outside of them`);
const percent = Math.round((100 * sums.needless) / Math.max(sums.marked - sums.outside, 1));
say(
  `${sums.commits} commits, ${sums.pairs} app pairs: ${sums.changed} bundles changed, ${sums.marked} apps marked, of them ${sums.outside} with the same bundle ` +
    `for dependencies and configuration alone and of the others ${sums.needless} needless (${percent} %); ${sums.missed} missed`,
);
process.exitCode = sums.missed > 0 ? 1 : 0;
