/** Measures what `bench/serving.sh` asks for, and prints medians and ratios. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const [frontage, rounds] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "frontage-bench-"));
const [data, repository] = [join(folder, "data"), join(folder, "repository")];
const address = "127.0.0.1:8719";
const commit = execFileSync("git", ["rev-parse", "--short=10", "HEAD"], { encoding: "utf8" }).trim();
const raw = join("bench/runs", `serving-${new Date().toISOString().slice(0, 10)}-${commit}.txt`);
/** The share that a group has which was given none, by the name of its file. */
const usual = { "cpu.shares": "1024", "cpu.weight": "100" };
const figures = { less: [], usual: [] };

mkdirSync("bench/runs", { recursive: true });
writeFileSync(raw, `# commit ${commit}, ${cpus().length} × ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GiB, node ${process.version}\n# round share builds-ms pages median-ms p95-ms\n`);

function report() {
  const text = execFileSync(frontage, ["--data", data, "-C", repository, "status", "--json"], { encoding: "utf8" });
  return JSON.parse(text);
}

async function until(holds) {
  while (!holds(report())) await sleep(100);
}

/** The folders in a folder whose names begin so; none if it is not there. */
function below(folder, beginning) {
  if (!existsSync(folder)) return [];
  const found = readdirSync(folder, { withFileTypes: true });
  return found.filter((one) => one.isDirectory() && one.name.startsWith(beginning)).map((one) => join(folder, one.name));
}

/** Gives every sandbox the share that a group has by itself, until it is stopped. */
function level() {
  return setInterval(() => {
    const all = ["/sys/fs/cgroup/cpu", "/sys/fs/cgroup"].flatMap((root) => below(root, "frontage-"));
    for (const sandbox of all.flatMap((one) => below(one, ""))) {
      for (const [name, share] of Object.entries(usual)) {
        if (existsSync(join(sandbox, name))) writeFileSync(join(sandbox, name), share);
      }
    }
  }, 50);
}

function at(sorted, part) {
  return Math.round(sorted[Math.floor(sorted.length * part)]);
}

async function round(number, share) {
  const git = (...words) => execFileSync("git", ["-C", repository, ...words]);
  appendFileSync(join(repository, "packages/header/src/index.tsx"), `// Round ${number}, ${share}.\n`);
  const levelling = share === "usual" ? level() : undefined;
  git("commit", "--quiet", "--all", "--message", `round ${number}`);
  await until(({ report }) => report.building > 0);
  const [since, times] = [performance.now(), []];
  do {
    for (let page = 0; page < 10; page += 1) {
      const asked = performance.now();
      const answer = await fetch(`http://${address}/`);
      await answer.text();
      if (!answer.ok) throw new Error(`the page answers ${answer.status}`);
      times.push(performance.now() - asked);
      await sleep(30);
    }
  } while (((now) => now.building + now.queued > 0)(report().report));
  clearInterval(levelling);
  const [builds, sorted] = [Math.round(performance.now() - since), times.sort((one, other) => one - other)];
  figures[share].push({ builds, median: at(sorted, 0.5) });
  appendFileSync(raw, `${number} ${share} ${builds} ${sorted.length} ${at(sorted, 0.5)} ${at(sorted, 0.95)}\n`);
  await until(({ environments }) => environments.every((one) => one.apps.every((app) => app.deploying === null)));
}

function median(values) {
  return values.sort((one, other) => one - other)[Math.floor(values.length / 2)];
}

const up = spawn(frontage, ["--data", data, "demo", repository, "--listen", address], { stdio: "ignore" });
try {
  while (!existsSync(join(data, "report.json")) && up.exitCode === null) await sleep(100);
  await until(({ environments: [production] }) => production?.apps.length > 0 && production.apps.every((app) => app.condition === "live"));
  for (let number = 1; number <= Number(rounds); number += 1) {
    for (const share of ["less", "usual"]) await round(number, share);
  }
  for (const what of ["median", "builds"]) {
    const [less, level] = [figures.less, figures.usual].map((rounds) => median(rounds.map((one) => one[what])));
    console.log(`${what}: ${less} ms with less for builds, ${level} ms with the same for all, ratio ${(less / level).toFixed(2)}`);
  }
  console.log(`raw: ${raw}`);
} finally {
  spawnSync(frontage, ["--data", data, "-C", repository, "down"]);
  rmSync(folder, { recursive: true, force: true });
}
