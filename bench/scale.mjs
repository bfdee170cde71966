/** Measures what `bench/scale.sh` asks for. */
import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { dirname, join } from "node:path";

const ROUNDS = 5;
const FILES_OF_PACKAGE = 50;
const PACKAGES_OF_APP = 20;
const [program, ...words] = process.argv.slice(2);
const sizes = words.flatMap((word) => word.split(" ")).map(Number);
const quiet = { encoding: "utf8", maxBuffer: 1 << 30, stdio: ["ignore", "pipe", "pipe"] };
const own = execFileSync("git", ["rev-parse", "--short=10", "HEAD"], quiet).trim();
const raw = join("bench/runs", `scale-${new Date().toISOString().slice(0, 10)}-${own}.txt`);
mkdirSync("bench/runs", { recursive: true });
writeFileSync(raw, `# frontage ${own}; ${cpus().length} × ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GiB, node ${process.version}\n`);
const say = (line) => {
  console.log(line);
  appendFileSync(raw, `${line}\n`);
};

/** Writes a workspace of so many source files, and commits it. */
function generate(folder, count) {
  const packages = Math.max(1, Math.round(count / FILES_OF_PACKAGE));
  const apps = Math.max(1, Math.round(packages / PACKAGES_OF_APP));
  const write = (path, text) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write("package.json", JSON.stringify({ name: "root", private: true, workspaces: ["apps/*", "packages/*"] }));
  for (let at = 0; at < packages; at += 1) {
    // Only what came before, so that there is no circle.
    const needed = [1, 2, 3, 5, 8].map((step) => at - step).filter((other) => other >= 0 && Math.floor(other / PACKAGES_OF_APP) === Math.floor(at / PACKAGES_OF_APP));
    const dependencies = Object.fromEntries(needed.map((other) => [`p${other}`, "*"]));
    write(`packages/p${at}/package.json`, JSON.stringify({ name: `p${at}`, version: "1.0.0", main: "src/index.ts", sideEffects: false, dependencies }));
    const modules = Array.from({ length: FILES_OF_PACKAGE - 1 }, (_, number) => number);
    write(`packages/p${at}/src/index.ts`, modules.map((number) => `export * from "./m${number}";\n`).join(""));
    for (const number of modules) {
      const imports = number === 0 ? needed.map((other) => `import { f1 as f${other}_1 } from "p${other}";\n`).join("") : `import { f${number - 1} } from "./m${number - 1}";\n`;
      const used = number === 0 ? needed.map((other) => `f${other}_1()`).join(" + ") || "1" : `f${number - 1}()`;
      write(`packages/p${at}/src/m${number}.ts`, `${imports}\nexport function f${number}(): number {\n  return ${used};\n}\n`);
    }
  }
  for (let at = 0; at < apps; at += 1) {
    const last = Math.min(packages, (at + 1) * PACKAGES_OF_APP) - 1;
    write(`apps/a${at}/package.json`, JSON.stringify({ name: `a${at}`, dependencies: { [`p${last}`]: "*" }, scripts: { build: "vite build" } }));
    write(`apps/a${at}/index.html`, '<script type="module" src="./main.ts"></script>\n');
    write(`apps/a${at}/main.ts`, `import { f3 } from "p${last}";\nf3();\n`);
    write(`apps/a${at}/vite.config.ts`, "export default {};\n");
  }
  return { packages, apps };
}

const median = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];

for (const count of sizes) {
  const folder = mkdtempSync(join(tmpdir(), "frontage-scale-"));
  const repository = join(folder, "repository");
  mkdirSync(repository);
  const git = (...arguments_) => execFileSync("git", ["-C", repository, "-c", "user.name=bench", "-c", "user.email=bench@frontage.invalid", "-c", "gc.auto=0", "-c", "maintenance.auto=false", ...arguments_], quiet).trim();
  const { packages, apps } = generate(repository, count);
  git("init", "--quiet", "--initial-branch", "main");
  const commit = (message) => {
    git("add", "--all");
    git("commit", "--quiet", "--message", message);
    return git("rev-parse", "HEAD");
  };
  const base = commit("base");
  git("gc", "--quiet");
  writeFileSync(join(repository, "packages/p0/src/m1.ts"), "import { f0 } from \"./m0\";\n\nexport function f1(): number {\n  return f0() + 1;\n}\n");
  const content = commit("content");
  writeFileSync(join(repository, "packages/p0/src/m1.ts"), "import { f0 } from \"./m0\";\nimport { f9 } from \"./m9\";\n\nexport function f1(): number {\n  return f0() + f9();\n}\n");
  const structure = commit("structure");
  const ask = (data, from, to) => {
    const since = performance.now();
    const { stdout, stderr, status } = spawnSync("/usr/bin/time", ["-f", "%M", program, "affected", "-C", repository, "--data", data, "--base", from, "--head", to, "--json"], quiet);
    if (status !== 0) throw new Error(stderr);
    return { ms: performance.now() - since, kilobytes: Number(stderr.trim().split("\n").at(-1)), affected: JSON.parse(stdout).apps.filter(({ affected }) => affected).length };
  };
  const asked = { cold: [], content: [], structure: [], diff: [] };
  let [most, marked] = [0, 0];
  for (let round = 0; round < ROUNDS; round += 1) {
    const data = join(folder, `data-${round}`);
    const cold = ask(data, base, base);
    const warm = ask(data, base, content);
    const other = ask(data, content, structure);
    const since = performance.now();
    git("diff", "--name-only", base, content);
    asked.diff.push(performance.now() - since);
    asked.cold.push(cold.ms);
    asked.content.push(warm.ms);
    asked.structure.push(other.ms);
    most = Math.max(most, cold.kilobytes, warm.kilobytes, other.kilobytes);
    marked = warm.affected;
    rmSync(data, { recursive: true, force: true });
  }
  const ms = Object.fromEntries(Object.entries(asked).map(([name, values]) => [name, Math.round(median(values))]));
  say(`${count} files, ${packages} packages, ${apps} apps: with nothing known ${ms.cold} ms, a content ${ms.content} ms, an import ${ms.structure} ms, git diff ${ms.diff} ms; at most ${Math.round(most / 1024)} MiB; the content affects ${marked}`);
  rmSync(folder, { recursive: true, force: true });
}
