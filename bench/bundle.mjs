/** Bundles apps of a workspace from its sources, in place of their builds: packages from outside are left out. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, normalize, relative, resolve } from "node:path";

export const quiet = { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "pipe"] };

/** Installs packages (`name@version`) into a folder, and returns its `require`. */
export function installed(folder, packages) {
  writeFileSync(join(folder, "package.json"), "{}");
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", ...packages], { ...quiet, cwd: folder });
  return createRequire(join(folder, "package.json"));
}

/** Whether a member is an app that a bundler builds. */
export const isBuilt = ({ kind }) => ["server", "static", "worker"].includes(kind);

/** Whether a file may be a module of what is built: no declarations, no configuration. */
export const isModule = (file) => /\.([jt]sx?|m[jt]s)$/.test(file) && !/\.d\.ts$|\.config\./.test(file);

/** Whether a file configures what builds an app, which is run by no bundler here. */
export const isConfiguration = (file) => /\.config\.\w+$/.test(file);

/** Whether a file's name says that it is for tests, stories and the like, which are no entries of what is built. */
export const isForTests = (file) => /(^|\/)(__\w+__|tests?|e2e|cypress|\.?storybook)\/|\.(test|spec|stories|cosmos|cy)\.|mock|fixture|(^|\/)(test|jest|vitest)[^/]*$/i.test(file);

/** The path in the repository of what esbuild calls an input. */
export const pathOf = (input) => normalize(input.replace(/^[a-z-]+:/, ""));

/** Modules that none of them imports, and one of each circle that nothing else does. */
export function roots(modules, { inputs }) {
  const imports = new Map(Object.entries(inputs).map(([input, { imports }]) => [pathOf(input), imports.map(({ path }) => pathOf(path))]));
  const imported = new Set(modules.flatMap((module) => (imports.get(module) ?? []).filter((path) => path !== module)));
  const seen = new Set();
  const enter = (module) => {
    const waiting = [module];
    for (let at = waiting.pop(); at; at = waiting.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      waiting.push(...(imports.get(at) ?? []));
    }
  };
  const entries = modules.filter((module) => !imported.has(module));
  entries.forEach(enter);
  for (const module of modules) {
    if (seen.has(module)) continue;
    entries.push(module);
    enter(module);
  }
  return entries;
}

/** What is another when anything of a bundle is. */
export const digest = ({ outputFiles }) => outputFiles.map(({ path, hash }) => `${path} ${hash}`).join("\n");

/** What went wrong first when esbuild failed. */
export function problem(error) {
  const [first] = error.errors ?? [];
  return `${first?.text ?? error} (${first?.location?.file ?? ""})`;
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

/** Endings of what is no source. */
const ASSETS = ["svg", "png", "jpg", "jpeg", "gif", "webp", "avif", "ico", "woff", "woff2", "ttf", "otf", "eot", "mp3", "mp4", "webm", "pdf", "md", "mdx", "txt", "yml", "yaml", "graphql", "po", "wasm", "webmanifest", "scss", "sass", "less", "styl"];

/** What bundles modules of a repository into one: a function from their paths to esbuild's options. */
export function bundling(repository, members) {
  const manifests = new Map();
  const byName = new Map();
  for (const { path } of members) {
    const file = join(repository, path, "package.json");
    if (!existsSync(file)) continue;
    const manifest = JSON.parse(readFileSync(file, "utf8"));
    manifests.set(join(repository, path), manifest);
    if (manifest.name) byName.set(manifest.name, { folder: join(repository, path), manifest });
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

  async function resolved(build, asked) {
    const at = (path) => ({ path, sideEffects: hasSideEffects(path) });
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
  }

  // Which files there are does not change while this is used, so nothing is looked for twice.
  const known = new Map();
  const workspace = {
    name: "workspace",
    setup(build) {
      build.onResolve({ filter: /.*/ }, async (asked) => {
        if (asked.pluginData === "again") return undefined;
        const key = [asked.importer === "<stdin>", asked.kind, asked.resolveDir, asked.path].join("\0");
        if (!known.has(key)) known.set(key, await resolved(build, asked));
        return known.get(key);
      });
    },
  };

  return (paths, { assets = "binary" } = {}) => {
    const imports = paths.map((path, at) => `import * as m${at} from ${JSON.stringify(join(repository, path))};`);
    const contents = `${imports.join("\n")}\nglobalThis.all = [${paths.map((_, at) => `m${at}`)}];`;
    const stdin = { contents, resolveDir: repository, loader: "ts" };
    const ofAssets = Object.fromEntries(ASSETS.map((ending) => [`.${ending}`, assets]));
    const loader = { ".js": "jsx", ".vue": "text", ".svelte": "text", ".astro": "text", ".html": "text", ...ofAssets };
    // Nothing is written, but files beside the bundle have to have a folder to be in.
    const output = { write: false, outdir: join(repository, "bundle"), format: "esm", metafile: true, minify: true, treeShaking: true };
    return { stdin, absWorkingDir: repository, bundle: true, ...output, logLevel: "silent", plugins: [workspace], jsx: "automatic", loader, platform: "node" };
  };
}
