/** How the academy's rendered apps are built: first the browser's half, then the server that knows its files. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import react from "@vitejs/plugin-react";

const CLIENT_FILES = "virtual:client-files";
const CLIENT_ENTRY = "src/entry-client.tsx";

/** The part of a Vite configuration that all rendered apps share; `base` stays with the app. */
export function rendered() {
  return {
    plugins: [react(), clientFiles()],
    environments: {
      client: {
        build: { outDir: "dist/client", manifest: true, rolldownOptions: { input: CLIENT_ENTRY } },
      },
      ssr: {
        build: { outDir: "dist/server", copyPublicDir: false, rolldownOptions: { input: { server: "src/entry-server.tsx" } } },
      },
    },
    builder: {
      async buildApp(builder) {
        await builder.build(builder.environments.client);
        await builder.build(builder.environments.ssr);
      },
    },
  };
}

/** Names the commit that a page without a server was built from, in a `<meta name="commit">`. */
export function commitTag() {
  const content = execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" }).trim();
  return {
    name: "academy:commit-tag",
    transformIndexHtml: () => [{ tag: "meta", attrs: { name: "commit", content }, injectTo: "head" }],
  };
}

/** Answers `import files from "virtual:client-files"` with what Vite's manifest says. */
function clientFiles() {
  let config;
  return {
    name: "academy:client-files",
    configResolved(resolved) {
      config = resolved;
    },
    resolveId: (id) => (id === CLIENT_FILES ? `\0${CLIENT_FILES}` : undefined),
    load(id) {
      if (id !== `\0${CLIENT_FILES}`) return undefined;
      const manifest = JSON.parse(readFileSync(join(config.root, "dist/client/.vite/manifest.json"), "utf8"));
      const address = (file) => config.base + file;
      const styles = [...stylesOf(CLIENT_ENTRY, manifest)].map(address);
      const files = { base: config.base, styles, scripts: [address(manifest[CLIENT_ENTRY].file)] };
      return `export default ${JSON.stringify(files)};`;
    },
  };
}

/** The style sheets of a chunk and of all that it imports at once, in the order in which they count. */
function stylesOf(name, manifest, seen = new Set()) {
  if (seen.has(name)) return new Set();
  seen.add(name);
  const { imports = [], css = [] } = manifest[name];
  return new Set([...imports.flatMap((imported) => [...stylesOf(imported, manifest, seen)]), ...css]);
}
