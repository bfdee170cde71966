/** Measures what `bench/up.sh` asks for, and prints medians and ratios. */
import { execFileSync, spawn } from "node:child_process";
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { environment as plain } from "./affected/tools.mjs";

const [frontage, source, rounds, changed, turboVersion, nxVersion] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "frontage-bench-"));
const commit = execFileSync("git", ["rev-parse", "--short=10", "HEAD"], { encoding: "utf8" }).trim();
const raw = join("bench/runs", `up-${new Date().toISOString().slice(0, 10)}-${commit}.txt`);
const figures = {};

mkdirSync("bench/runs", { recursive: true });
writeFileSync(raw, `# commit ${commit}, ${cpus().length} × ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GiB, node ${process.version}, turbo ${turboVersion}, nx ${nxVersion}\n# round tool case milliseconds\n`);

function note(round, tool, what, ms) {
  (figures[`${tool} ${what}`] ??= []).push(ms);
  appendFileSync(raw, `${round} ${tool} ${what} ${Math.round(ms)}\n`);
}

/** Nx keeps its cache where a cold round can remove it. */
const nxCache = join(folder, "nx-cache");
const environment = {
  ...plain,
  NX_CACHE_DIRECTORY: nxCache,
  NX_WORKSPACE_DATA_DIRECTORY: join(nxCache, "data"),
};

function run(cwd, command, ...args) {
  const since = performance.now();
  execFileSync(command, args, { cwd, stdio: ["ignore", "ignore", "inherit"], env: environment });
  return performance.now() - since;
}

function copyTo(name) {
  const target = join(folder, name);
  const filter = (path) => !/\/(node_modules|dist|generated|\.turbo|\.nx)(\/|$)/.test(path.slice(source.length));
  cpSync(source, target, { recursive: true, filter });
  run(target, "git", "init", "--quiet", "--initial-branch=main");
  run(target, "git", "config", "user.email", "bench@frontage.invalid");
  run(target, "git", "config", "user.name", "Bench");
  return target;
}

function commitAll(target, message) {
  run(target, "git", "add", "--all");
  run(target, "git", "commit", "--quiet", "--allow-empty", "--message", message);
}

/** A peer: the tree with its own configuration file, and the peer among its tools. */
function makePeer(name, version, config, file) {
  const target = copyTo(name);
  const manifest = JSON.parse(readFileSync(join(target, "package.json"), "utf8"));
  manifest.packageManager = `npm@${execFileSync("npm", ["--version"], { encoding: "utf8" }).trim()}`;
  manifest.devDependencies = { ...manifest.devDependencies, [name]: version };
  writeFileSync(join(target, "package.json"), JSON.stringify(manifest, null, 2));
  writeFileSync(join(target, file), JSON.stringify(config, null, 2));
  run(target, "npm", "install", "--no-audit", "--no-fund", "--loglevel=error");
  commitAll(target, "first");
  return target;
}

const turbo = makePeer("turbo", turboVersion, { tasks: { build: { dependsOn: ["^build"], outputs: ["dist/**"] } } }, "turbo.json");
const nx = makePeer("nx", nxVersion, { targetDefaults: { build: { dependsOn: ["^build"], cache: true, outputs: ["{projectRoot}/dist"] } } }, "nx.json");

function peer(round, name, target, ...command) {
  execFileSync("git", ["clean", "-fdxq"], { cwd: target });
  rmSync(nxCache, { recursive: true, force: true });
  const program = join(target, "node_modules/.bin", name);
  const install = run(target, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error");
  const cold = run(target, program, ...command);
  note(round, name, "install", install);
  note(round, name, "cold", install + cold);
  appendFileSync(join(target, changed), `\n// Round ${round}.\n`);
  note(round, name, "one", run(target, program, ...command));
  note(round, name, "none", run(target, program, ...command));
}

/** Runs `up`, and answers how long it took until a line came. */
class Up {
  constructor(repository, data) {
    this.lines = [];
    this.waiting = [];
    this.process = spawn(frontage, ["--data", data, "up", repository, "--listen", "127.0.0.1:8199"], { stdio: ["ignore", "pipe", "inherit"] });
    createInterface({ input: this.process.stdout }).on("line", (line) => {
      this.lines.push({ line, at: performance.now() });
      this.waiting = this.waiting.filter((wait) => !wait());
    });
  }

  /** When the last of `count` lines with this text came, counted from line number `from`. */
  until(text, count, from) {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.lines.slice(from).filter(({ line }) => line.includes(text));
        if (found.length >= count) resolve(found[count - 1].at);
        return found.length >= count;
      };
      if (!look()) this.waiting.push(look);
    });
  }

  end() {
    this.process.kill("SIGINT");
    return new Promise((resolve) => this.process.on("exit", resolve));
  }
}

const repository = copyTo("frontage");
commitAll(repository, "first");
const apps = JSON.parse(execFileSync(frontage, ["check", "--json", repository], { encoding: "utf8" })).apps;
const count = Object.keys(apps).length;
const [app] = Object.entries(apps).find(([, { path }]) => changed.startsWith(`${path}/`));
const member = (name) => JSON.parse(readFileSync(join(repository, apps[name].path, "package.json"), "utf8")).name;

async function ours(round) {
  const data = join(folder, "data");
  const cache = join(folder, "npm-cache");
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data);
  // npm's cache is as warm as the peers' is.
  if (existsSync(cache)) cpSync(cache, join(data, "cache/npm"), { recursive: true });
  if (process.getuid() === 0) execFileSync("chown", ["-R", "101000:101000", ...(existsSync(cache) ? [join(data, "cache")] : [data])]);
  const since = performance.now();
  const up = new Up(repository, data);
  const built = Promise.all(Object.keys(apps).map((name) => up.until(`built \`${member(name)}\``, 1, 0)));
  const live = up.until("is live at", count, 0);
  const cold = Math.max(...(await built)) - since;
  const allLive = (await live) - since;
  if (!existsSync(cache)) {
    cpSync(join(data, "cache/npm"), cache, { recursive: true });
    await up.end();
    return;
  }
  note(round, "frontage", "cold", cold);
  note(round, "frontage", "cold-live", allLive);
  let from = up.lines.length;
  appendFileSync(join(repository, changed), `\n// Round ${round}.\n`);
  commitAll(repository, `round ${round}`);
  let committed = performance.now();
  note(round, "frontage", "one", (await up.until(`built \`${member(app)}\``, 1, from)) - committed);
  note(round, "frontage", "one-live", (await up.until("is live at", 1, from)) - committed);
  from = up.lines.length;
  commitAll(repository, `nothing ${round}`);
  committed = performance.now();
  note(round, "frontage", "none", (await up.until("no app is affected", 1, from)) - committed);
  await up.end();
}

// One round to fill npm's cache; it is not counted.
await ours(0);
for (let round = 1; round <= Number(rounds); round += 1) {
  await ours(round);
  peer(round, "turbo", turbo, "run", "build", "--output-logs=none");
  peer(round, "nx", nx, "run-many", "-t", "build", "--outputStyle=static");
}
rmSync(folder, { recursive: true, force: true });

const median = (name) => figures[name].toSorted((one, other) => one - other)[Math.floor(figures[name].length / 2)];
const say = (line) => {
  console.log(line);
  appendFileSync(raw, `# ${line}\n`);
};
for (const name of Object.keys(figures)) say(`${name}: median ${(median(name) / 1000).toFixed(2)} s of ${figures[name].length}`);
for (const what of ["cold", "one", "none"]) {
  const best = Math.min(median(`turbo ${what}`), median(`nx ${what}`));
  say(`${what}: frontage ÷ better peer = ${(median(`frontage ${what}`) / best).toFixed(2)}`);
}
