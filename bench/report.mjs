/** Where a bench keeps what it saw: a file in `bench/runs` that is named by the bench, the repository, the day and the commit. */
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { basename, join } from "node:path";

/** Begins such a file about a repository at `source`. */
export function report(bench, source) {
  const own = execFileSync("git", ["rev-parse", "--short=10", "HEAD"], { encoding: "utf8" }).trim();
  const name = basename(source) === "repo" ? basename(join(source, "..")) : basename(source);
  const raw = join("bench/runs", `${bench}-${name.replace(/[^\w-]+/g, "-")}-${new Date().toISOString().slice(0, 10)}-${own}.txt`);
  mkdirSync("bench/runs", { recursive: true });
  writeFileSync(raw, "");
  const write = (text) => appendFileSync(raw, text);
  const say = (line) => {
    console.log(line);
    write(`# ${line}\n`);
  };
  /** On what it ran. */
  const machine = () => `${cpus().length} × ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GiB, node ${process.version}`;
  return { own, name, write, say, machine };
}
