/** Compares what `bench/reached.sh` bundles with what is counted. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { bundling, installed, isBuilt, isModule, pathOf, problem, quiet } from "./bundle.mjs";

const [frontage, repository, version] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "frontage-reached-"));
const esbuild = installed(folder, [`esbuild@${version}`])("esbuild");

const ask = (...words) => JSON.parse(execFileSync(frontage, [...words, "-C", repository, "--head", "HEAD", "--json"], quiet));
const { members } = ask("apps");
const options = bundling(repository, members);

let [total, missed] = [0, 0];
for (const { path, app } of members.filter(isBuilt)) {
  const name = app ?? basename(path);
  const listed = execFileSync("git", ["-C", repository, "ls-files", path || "."], quiet).split("\n");
  const { counted, shown } = ask("inputs", name);
  const files = new Set(counted.filter(({ kind }) => kind === "file").map(({ name }) => name));
  const fields = new Set(counted.filter(({ kind }) => kind === "field").map(({ name }) => name.split("#")[0]));
  // Its own modules but for what no build reads, as far as that is no question of imports.
  const own = listed.filter((file) => isModule(file) && files.has(file));
  if (own.length === 0) continue;
  let bundle;
  try {
    bundle = await esbuild.build(options(own));
  } catch (error) {
    console.log(`${path}: not bundled: ${problem(error)}`);
    continue;
  }
  const outputs = Object.values(bundle.metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  const used = new Set(outputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => pathOf(file)));
  used.delete("<stdin>");
  const without = [...used].filter((file) => !files.has(file) && !fields.has(file));
  total += used.size;
  missed += without.length;
  console.log(`${path}: ${used.size} files contribute, ${files.size} count, ${shown.length} are shown, ${without.length} missed ${without.join(" ")}`);
}
rmSync(folder, { recursive: true, force: true });
console.log(`${total} files contribute, ${missed} of them are not counted`);
process.exitCode = missed > 0 ? 1 : 0;
