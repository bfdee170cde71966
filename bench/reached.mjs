/** Compares what `bench/reached.sh` bundles with what is counted. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join, normalize, relative, resolve } from "node:path";

const [frontage, repository, version] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "frontage-reached-"));
const quiet = { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "pipe"] };
writeFileSync(join(folder, "package.json"), "{}");
execFileSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", `esbuild@${version}`], { ...quiet, cwd: folder });
const esbuild = createRequire(join(folder, "package.json"))("esbuild");

const ask = (...words) => JSON.parse(execFileSync(frontage, [...words, "-C", repository, "--head", "HEAD", "--json"], quiet));
const { members } = ask("apps");
const manifests = new Map();
const byName = new Map();
for (const { path } of members) {
  const file = join(repository, path, "package.json");
  if (!existsSync(file)) continue;
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  manifests.set(join(repository, path), manifest);
  if (manifest.name) byName.set(manifest.name, { folder: join(repository, path), manifest });
}

const isFile = (path) => existsSync(path) && statSync(path).isFile();
const ENDINGS = ["", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".mts", "/index.ts", "/index.tsx", "/index.js"];
const file = (path) => ENDINGS.map((ending) => path + ending).find(isFile);
/** The source of a file, if it is only there after a build. */
const sourceOf = (path) => file(path) ?? file(path.replace(/\/(dist|lib|build)\//, "/src/").replace(/\.(d\.m?ts|[cm]?js)$/, ""));

function leaves(value, middle) {
  if (typeof value === "string") return [value.replace("*", middle)];
  return value ? Object.values(value).flatMap((inner) => leaves(inner, middle)) : [];
}

function exported(exports, key) {
  const hasPaths = typeof exports === "object" && Object.keys(exports).some((name) => name.startsWith("."));
  if (!hasPaths) return key === "." ? leaves(exports, "") : [];
  if (exports[key]) return leaves(exports[key], "");
  for (const [name, value] of Object.entries(exports)) {
    const [before, after] = name.split("*");
    if (after !== undefined && key.startsWith(before) && key.endsWith(after)) return leaves(value, key.slice(before.length, key.length - after.length));
  }
  return [];
}

function member(name) {
  const parts = name.split("/");
  const found = byName.get(name.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0]);
  if (!found) return undefined;
  const below = parts.slice(name.startsWith("@") ? 2 : 1).join("/");
  const { exports, source, module, main } = found.manifest;
  const entries = below ? [below, `src/${below}`] : [source, module, main, "index", "src/index"].filter(Boolean);
  const named = exports ? exported(exports, below ? `./${below}` : ".") : entries;
  const values = named.filter((path) => !path.endsWith(".d.ts"));
  return [...values, ...named].map((path) => sourceOf(join(found.folder, path))).find(Boolean);
}

/** Whether a bundler has to keep a module of which nothing is used. */
function hasSideEffects(path) {
  for (let at = dirname(path); at.startsWith(repository); at = dirname(at)) {
    const manifest = manifests.get(at);
    if (!manifest) continue;
    const said = manifest.sideEffects;
    if (!Array.isArray(said)) return said !== false;
    const below = relative(at, path);
    return said.some((pattern) => {
      const plain = pattern.replace(/^\.\//, "");
      const text = plain.replace(/[.+^$()|]/g, "\\$&").replace(/\*\*\/?/g, "\0").replace(/\*/g, "[^/]*").replaceAll("\0", ".*");
      return new RegExp(`^${plain.includes("/") ? "" : "(.*/)?"}${text}$`).test(below);
    });
  }
  return true;
}

const workspace = {
  name: "workspace",
  setup(build) {
    const at = (path) => ({ path, sideEffects: hasSideEffects(path) });
    build.onResolve({ filter: /.*/ }, async (asked) => {
      if (asked.pluginData === "again") return undefined;
      const name = asked.path.split("?")[0];
      if (asked.importer === "<stdin>") return at(name);
      const beside = name.startsWith(".") && resolve(asked.resolveDir, name);
      if (beside) {
        const found = file(beside) ?? file(beside.replace(/\.js$/, ""));
        return found ? at(found) : { path: name, external: true };
      }
      const found = member(name);
      if (found) return at(found);
      const { importer, kind, resolveDir } = asked;
      const again = await build.resolve(asked.path, { importer, kind, resolveDir, pluginData: "again" });
      const isOwn = again.errors.length === 0 && !again.external && again.path.startsWith(repository) && !again.path.includes("node_modules");
      return isOwn ? at(again.path) : { path: name, external: true };
    });
    const assets = /\.(svg|png|jpe?g|gif|webp|avif|ico|woff2?|ttf|otf|eot|mp3|mp4|webm|pdf|md|mdx|txt|ya?ml|graphql|po|wasm|webmanifest)$/;
    build.onLoad({ filter: assets }, ({ path }) => ({ contents: readFileSync(path), loader: "binary" }));
  },
};

let [total, missed] = [0, 0];
for (const { path, app, kind } of members) {
  if (!["server", "static", "worker"].includes(kind)) continue;
  const name = app ?? basename(path);
  const listed = execFileSync("git", ["-C", repository, "ls-files", path || "."], quiet).split("\n");
  const { counted, shown } = ask("inputs", name);
  const files = new Set(counted.filter(({ kind }) => kind === "file").map(({ name }) => name));
  const fields = new Set(counted.filter(({ kind }) => kind === "field").map(({ name }) => name.split("#")[0]));
  // Its own modules but for what no build reads, as far as that is no question of imports.
  const own = listed.filter((file) => /\.([jt]sx?|m[jt]s)$/.test(file) && !/\.d\.ts$|\.config\./.test(file) && files.has(file));
  if (own.length === 0) continue;
  const contents = `${own.map((file, at) => `import * as m${at} from ${JSON.stringify(join(repository, file))};`).join("\n")}\nglobalThis.all = [${own.map((_, at) => `m${at}`)}];`;
  const loader = { ".js": "jsx", ".vue": "text", ".svelte": "text", ".astro": "text", ".html": "text" };
  let bundle;
  try {
    bundle = await esbuild.build({ stdin: { contents, resolveDir: repository, loader: "ts" }, absWorkingDir: repository, bundle: true, metafile: true, write: false, outdir: folder, format: "esm", minify: true, treeShaking: true, logLevel: "silent", plugins: [workspace], jsx: "automatic", loader, platform: "node" });
  } catch (error) {
    const [first] = error.errors ?? [];
    console.log(`${path}: not bundled: ${first?.text ?? error} (${first?.location?.file ?? ""})`);
    continue;
  }
  const outputs = Object.values(bundle.metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  const used = new Set(outputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => normalize(file.replace(/^[a-z-]+:/, ""))));
  used.delete("<stdin>");
  const without = [...used].filter((file) => !files.has(file) && !fields.has(file));
  total += used.size;
  missed += without.length;
  console.log(`${path}: ${used.size} files contribute, ${files.size} count, ${shown.length} are shown, ${without.length} missed ${without.join(" ")}`);
}
rmSync(folder, { recursive: true, force: true });
console.log(`${total} files contribute, ${missed} of them are not counted`);
process.exitCode = missed > 0 ? 1 : 0;
