/** Measures what `bench/affected.sh` asks for, and prints counts and medians. */
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { basename, join } from "node:path";

const [frontage, source, count, turboVersion] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "frontage-affected-"));
const quiet = { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "pipe"] };
const repository = join(folder, "repository");
execFileSync("git", ["clone", "--quiet", "--no-checkout", source, repository], quiet);
const git = (words, options = {}) => execFileSync("git", ["-C", repository, ...words], { ...quiet, ...options }).trim();
const own = execFileSync("git", ["rev-parse", "--short=10", "HEAD"], quiet).trim();
const name = basename(source) === "repo" ? basename(join(source, "..")) : basename(source);
const raw = join("bench/runs", `affected-${name.replace(/[^\w-]+/g, "-")}-${new Date().toISOString().slice(0, 10)}-${own}.txt`);

mkdirSync("bench/runs", { recursive: true });
writeFileSync(
  raw,
  `# ${name} at ${git(["rev-parse", "--short=10", "HEAD"])}, ${count} commits; frontage ${own}, turbo ${turboVersion}\n` +
    `# ${cpus().length} × ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GiB, node ${process.version}\n` +
    "# commit | apps | frontage ms, apps | turbo ms, apps | turbo alone | frontage alone\n",
);

const peers = join(folder, "peers");
mkdirSync(peers);
writeFileSync(join(peers, "package.json"), "{}");
execFileSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", `turbo@${turboVersion}`], { ...quiet, cwd: peers });
const turbo = join(peers, "node_modules/.bin/turbo");
const environment = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", CI: "1" };

/** A commit of the same files and a `turbo.json`. */
function configured(commit, parents) {
  const files = git(["ls-tree", "--name-only", commit]).split("\n");
  if (files.includes("turbo.json") || files.includes("turbo.jsonc")) return commit;
  const env = { ...process.env, GIT_INDEX_FILE: join(folder, "index"), GIT_AUTHOR_NAME: "bench", GIT_AUTHOR_EMAIL: "bench@frontage.invalid", GIT_COMMITTER_NAME: "bench", GIT_COMMITTER_EMAIL: "bench@frontage.invalid" };
  const config = execFileSync("git", ["-C", repository, "hash-object", "-w", "--stdin"], { ...quiet, stdio: ["pipe", "pipe", "pipe"], input: '{"tasks":{"build":{"dependsOn":["^build"]}}}' }).trim();
  git(["read-tree", commit], { env });
  git(["update-index", "--add", "--cacheinfo", `100644,${config},turbo.json`], { env });
  return git(["commit-tree", git(["write-tree"], { env }), "-m", "configured", ...parents.flatMap((parent) => ["-p", parent])], { env });
}

function timed(work) {
  const since = performance.now();
  const result = work();
  return [performance.now() - since, result];
}

const sums = { apps: 0, frontage: 0, turbo: 0 };
const times = { frontage: [], turbo: [] };
for (const commit of git(["rev-list", "--first-parent", `--max-count=${count}`, "HEAD"]).split("\n")) {
  const base = configured(`${commit}~1`, []);
  const head = configured(commit, [base]);
  git(["checkout", "--quiet", "--force", "--detach", head]);
  const [oursMs, answer] = timed(() => execFileSync(frontage, ["affected", "-C", repository, "--base", base, "--head", head, "--json"], quiet));
  const { apps } = JSON.parse(answer);
  const paths = new Set(apps.map(({ path }) => path));
  const query = `query { affectedPackages(base: "${base}", head: "${head}") { items { path } } }`;
  const [theirsMs, said] = timed(() => execFileSync(turbo, ["query", query], { ...quiet, cwd: repository, env: environment }));
  const theirs = new Set(JSON.parse(said).data.affectedPackages.items.map(({ path }) => path).filter((path) => paths.has(path)));
  const ours = new Set(apps.filter(({ affected }) => affected).map(({ path }) => path));
  const only = (one, other) => [...one].filter((path) => !other.has(path)).join(" ") || "–";
  appendFileSync(raw, `${commit.slice(0, 10)} | ${apps.length} | ${Math.round(oursMs)} ${ours.size} | ${Math.round(theirsMs)} ${theirs.size} | ${only(theirs, ours)} | ${only(ours, theirs)}\n`);
  sums.apps += apps.length;
  sums.frontage += ours.size;
  sums.turbo += theirs.size;
  times.frontage.push(oursMs);
  times.turbo.push(theirsMs);
}
rmSync(folder, { recursive: true, force: true });

const median = (values) => Math.round(values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]);
const say = (line) => {
  console.log(line);
  appendFileSync(raw, `# ${line}\n`);
};
say(`app builds: all ${sums.apps}, turbo ${sums.turbo}, frontage ${sums.frontage}; frontage ÷ turbo = ${(sums.frontage / sums.turbo).toFixed(2)}`);
say(`one answer, median: turbo ${median(times.turbo)} ms, frontage ${median(times.frontage)} ms`);
