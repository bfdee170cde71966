/** Compares which bundles a change gets into with which apps `frontage affected` marks, as `bench/mutations.sh` asks. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundling, digest, installed, isBuilt, isConfiguration, isForTests, isModule, pathOf, problem, quiet, roots } from "./bundle.mjs";
import { mutated } from "./mutate.mjs";
import { report } from "./report.mjs";

const [frontage, source, count, seed, esbuildVersion, parserVersion] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "frontage-mutations-"));
const repository = join(folder, "repository");
execFileSync("git", ["clone", "--quiet", "--no-checkout", source, repository], quiet);
const people = { GIT_AUTHOR_NAME: "bench", GIT_AUTHOR_EMAIL: "bench@frontage.invalid", GIT_COMMITTER_NAME: "bench", GIT_COMMITTER_EMAIL: "bench@frontage.invalid" };
const env = { ...process.env, ...people, GIT_INDEX_FILE: join(folder, "index") };
const git = (...words) => execFileSync("git", ["-C", repository, ...words], { ...quiet, env }).trim();
const { own, name, write, say, machine } = report("mutations", source);

const packages = join(folder, "packages");
mkdirSync(packages);
const require = installed(packages, [`esbuild@${esbuildVersion}`, `@babel/parser@${parserVersion}`]);
const esbuild = require("esbuild");
const { parse } = require("@babel/parser");

say(`${name} at ${git("rev-parse", "--short=10", "HEAD")}, ${count} mutations by seed ${seed}; frontage ${own}, esbuild ${esbuildVersion}, @babel/parser ${parserVersion}`);
say(machine());
say("An app is bundled by esbuild from its own modules that no other of them imports, workspace packages by their sources,");
say("packages from outside left out; no plugin and no configuration of its real build is run. Minified names may be others");
say("for no other meaning, so a bundle that is different may mean the same; one that is the same is truly unchanged.");

/** A number below `limit` that only the seed and the words decide. */
const draw = (limit, ...words) => createHash("sha256").update([seed, ...words].join("\0")).digest().readUIntBE(0, 6) % limit;
const ask = (...words) => JSON.parse(execFileSync(frontage, [...words, "-C", repository, "--json"], quiet));

const base = git("rev-parse", "HEAD");
git("read-tree", base);
try {
  git("checkout-index", "--all");
} catch {
  say(`not in the clone, and so left away: ${git("ls-files", "--deleted").split("\n").join(" ")}`);
}
const { members } = ask("apps", "--head", "HEAD");
const options = bundling(repository, members);

/** Files by their paths, no links: mode and blob. */
const tracked = new Map();
for (const line of git("ls-files", "--stage", "-z").split("\0")) {
  const [, mode, blob, file] = /^(100\d+) (\w+) 0\t(.*)$/s.exec(line) ?? [];
  if (file) tracked.set(file, { mode, blob });
}

const apps = [];
for (const { path } of members.filter(isBuilt)) {
  const modules = [...tracked.keys()].filter((file) => (path === "" || file.startsWith(`${path}/`)) && isModule(file) && !isForTests(file));
  try {
    const { metafile } = await esbuild.build({ ...options(modules, { assets: "empty" }), minify: false });
    const entries = roots(modules, metafile);
    const inputs = new Set(Object.keys(metafile.inputs).map(pathOf));
    const context = await esbuild.context({ ...options(entries, { assets: "empty" }), metafile: false });
    apps.push({ path, context, inputs, before: digest(await context.rebuild()) });
    say(`${path}: ${modules.length} modules, of which ${entries.length} are entries, ${inputs.size} files opened`);
  } catch (error) {
    say(`${path}: not bundled: ${problem(error)}`);
  }
}

/** A commit with one file's content in place of what `base` has. */
function committed(file, content) {
  const words = ["-C", repository, "hash-object", "-w", "--stdin"];
  const mutant = execFileSync("git", words, { ...quiet, stdio: ["pipe", "pipe", "pipe"], input: content }).trim();
  const { mode, blob } = tracked.get(file);
  git("update-index", "--cacheinfo", `${mode},${mutant},${file}`);
  const commit = git("commit-tree", git("write-tree"), "-m", `mutated ${file}`, "-p", base);
  git("update-index", "--cacheinfo", `${mode},${blob},${file}`);
  return commit;
}

/** The apps whose bundles are different now that a file is. */
async function changed(file) {
  const paths = [];
  for (const { path, context, inputs, before } of apps) {
    // What is no input cannot change a bundle; one file in twenty is tried all the same.
    if (!inputs.has(file) && draw(20, "control", file) > 0) continue;
    // What does not bundle any more is no longer what it was.
    const isSame = await context.rebuild().then((bundle) => digest(bundle) === before, () => false);
    if (isSame) continue;
    if (!inputs.has(file)) throw new Error(`${file} is no input of ${path} and changes its bundle`);
    paths.push(path);
  }
  return paths;
}

const list = (paths) => paths.join(" ") || "–";
const sums = { mutations: 0, changed: 0, marked: 0, needless: 0, configured: 0, missed: 0 };
const isDrawn = (file) => /\.([jt]sx?|mjs)$/.test(file) && !/(^|\/)node_modules\//.test(file);
const drawn = [...tracked.keys()].filter(isDrawn).map((file) => [draw(2 ** 48, "file", file), file]).sort(([one], [other]) => one - other);
write("# file:line | change | bundles changed | apps marked | missed | needless\n");
for (const [, file] of drawn) {
  if (sums.mutations === Number(count)) break;
  const path = join(repository, file);
  const content = readFileSync(path, "utf8");
  const mutation = mutated(parse, file, content, (what, limit) => draw(limit, what, file));
  if (!mutation) continue;
  writeFileSync(path, mutation.source);
  const different = await changed(file);
  writeFileSync(path, content);
  const answer = ask("affected", "--base", base, "--head", committed(file, mutation.source));
  const marked = answer.apps.filter(({ path, affected }) => affected && apps.some((app) => app.path === path)).map(({ path }) => path);
  const missed = different.filter((path) => !marked.includes(path));
  const needless = marked.filter((path) => !different.includes(path));
  write(`${file}:${mutation.line} | ${mutation.kind} | ${[different, marked, missed, needless].map(list).join(" | ")}\n`);
  sums.mutations += 1;
  sums.changed += different.length;
  sums.marked += marked.length;
  sums.needless += needless.length;
  sums.configured += isConfiguration(file) ? needless.length : 0;
  sums.missed += missed.length;
}
for (const { path, context, before } of apps) {
  if (digest(await context.rebuild()) !== before) throw new Error(`${path} is bundled in another way than at first`);
  await context.dispose();
}
rmSync(folder, { recursive: true, force: true });

const percent = Math.round((100 * sums.needless) / Math.max(sums.marked, 1));
say(`${sums.mutations} mutations: ${sums.changed} bundles changed, ${sums.marked} apps marked, ${sums.missed} missed, ${sums.needless} needless (${percent} %)`);
say(`of what is needless, ${sums.configured} are for configuration, which gets into no bundle here`);
process.exitCode = sums.missed > 0 ? 1 : 0;
