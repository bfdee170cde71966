/** Measures what `bench/adopt.sh` asks for, and prints medians and the ratio. */
import { execFileSync, spawn } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { cpus, tmpdir, totalmem } from "node:os";
import { basename, join } from "node:path";
import { parseEnv } from "node:util";

const [frontage, source, app, install, build, start, rounds] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "frontage-adopt-"));
const git = (cwd, ...words) => execFileSync("git", words, { cwd, encoding: "utf8" }).trim();
const commit = git(".", "rev-parse", "--short=10", "HEAD");
const name = basename(source) === "repo" ? basename(join(source, "..")) : basename(source);
const raw = join("bench/runs", `adopt-${name.replace(/[^\w-]+/g, "-")}-${new Date().toISOString().slice(0, 10)}-${commit}.txt`);
const figures = {};

mkdirSync("bench/runs", { recursive: true });
writeFileSync(
  raw,
  `# ${name} at ${git(source, "rev-parse", "--short=10", "HEAD")}, app ${app}\n` +
    `# by hand: ${install} && ${build}; ${start}\n` +
    `# frontage ${commit}, ${cpus().length} × ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GiB, node ${process.version}\n` +
    "# round who milliseconds\n",
);

/** How long a page may take to come, in milliseconds. */
const PATIENCE = 30 * 60_000;

/** Waits until a page is answered; when that was. */
async function page(port, host, ended) {
  const status = () =>
    new Promise((resolve) => {
      const asked = request({ host: "127.0.0.1", port, path: "/", headers: { host: `${host}:${port}`, accept: "text/html" } }, (answer) => {
        answer.resume();
        answer.on("end", () => resolve(answer.statusCode));
      });
      asked.on("error", () => resolve(0));
      asked.end();
    });
  for (const until = performance.now() + PATIENCE; performance.now() < until; ) {
    const answered = await status();
    if (answered >= 200 && answered < 400) return performance.now();
    if (ended()) throw new Error("it ended before it answered");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("no page came");
}

function clone(round, who) {
  const target = join(folder, `${who}-${round}`);
  execFileSync("git", ["clone", "--quiet", source, target], { stdio: ["ignore", "ignore", "inherit"] });
  return target;
}

function end(child) {
  // The whole group: a shell passes nothing on.
  return new Promise((resolve) => {
    const late = setTimeout(() => process.kill(-child.pid, "SIGKILL"), 60_000);
    child.on("exit", () => {
      clearTimeout(late);
      resolve();
    });
    process.kill(-child.pid, "SIGINT");
  });
}

async function measure(round, who, run) {
  const since = performance.now();
  const target = clone(round, who);
  const { child, port, host } = run(target);
  let isOver = false;
  child.on("exit", () => (isOver = true));
  const took = (await page(port, host, () => isOver)) - since;
  await end(child).catch(() => {});
  (figures[who] ??= []).push(took);
  appendFileSync(raw, `${round} ${who} ${Math.round(took)}\n`);
  rmSync(target, { recursive: true, force: true });
}

const variables = process.env.ENV_FILE ? parseEnv(readFileSync(process.env.ENV_FILE, "utf8")) : {};

function byHand(target) {
  const home = join(folder, "home");
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home);
  const port = Number(process.env.HAND_PORT ?? 8197);
  const env = { ...process.env, ...variables, HOME: home, npm_config_cache: join(home, "npm"), PORT: String(port), CI: "1", TURBO_TELEMETRY_DISABLED: "1", NEXT_TELEMETRY_DISABLED: "1" };
  delete env.XDG_CACHE_HOME;
  if (process.env.NODE_BIN) env.PATH = `${process.env.NODE_BIN}:${env.PATH}`;
  const text = `set -e; { ${install}; }; { ${build}; }; exec sh -c ${JSON.stringify(start)}`;
  const child = spawn("sh", ["-c", text], { cwd: target, env, detached: true, stdio: ["ignore", "ignore", "inherit"] });
  return { child, port, host: "localhost" };
}

function ours(target) {
  const data = join(folder, "data");
  rmSync(data, { recursive: true, force: true });
  const words = ["--data", data, "up", target, "--listen", "127.0.0.1:8198"];
  if (process.env.ENV_FILE) words.push("--env-file", process.env.ENV_FILE);
  const child = spawn(frontage, words, { detached: true, stdio: ["ignore", "ignore", "inherit"] });
  return { child, port: 8198, host: `${app}.localhost` };
}

for (let round = 1; round <= Number(rounds); round += 1) {
  await measure(round, "frontage", ours);
  await measure(round, "hand", byHand);
}
rmSync(folder, { recursive: true, force: true });

const median = (who) => figures[who].toSorted((one, other) => one - other)[Math.floor(figures[who].length / 2)];
const say = (line) => {
  console.log(line);
  appendFileSync(raw, `# ${line}\n`);
};
for (const who of Object.keys(figures)) say(`${who}: median ${(median(who) / 1000).toFixed(1)} s of ${figures[who].length}`);
say(`from clone to first page: frontage ÷ by hand = ${(median("frontage") / median("hand")).toFixed(2)}`);
