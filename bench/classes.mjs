/** Tells by which kinds of files other tools mark apps that Frontage leaves out, as `bench/classes.sh` says. */
import { execFileSync } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import { quiet } from "./affected/repository.mjs";

const [raw, source] = process.argv.slice(2);
const git = (...words) => execFileSync("git", ["-C", source, ...words], quiet).trimEnd();

/** Kinds of files, those of most weight first. */
const KINDS = [
  ["a source that does not get into it", /\.([cm]?[jt]sx?|vue|svelte|astro|css|scss|less|html|json[c5]?|graphql|po|ya?ml|svg|png|woff2?|snap)$/],
  ["fields of a manifest that its build does not read", /(^|\/)package\.json$/],
  ["a lockfile, with nothing that is installed for it", /(^|\/)(pnpm-lock\.yaml|package-lock\.json|yarn\.lock|bun\.lock)$/],
  ["what says where members are, or what tools ignore", /(^|\/)(pnpm-workspace\.yaml|turbo\.jsonc?|nx\.json|project\.json|\.\w*ignore|frontage\.toml)$/],
  ["configuration of compilers, of nothing that it builds", /(^|\/)(tsconfig[\w.-]*\.json|\.npmrc|\.nvmrc|\.yarnrc\.yml)$/],
  ["tests, stories, and what only checks", /(^|\/)(__tests__|__mocks__|__snapshots__|e2e|tests?|cypress|playwright|\.storybook)\/|\.(test|spec|stories|test-d|cy)\.|(^|\/)(eslint|prettier|vitest|jest|playwright|knip|biome|\.eslintrc|\.prettierrc)[\w.-]*|test-setup/],
  ["forges, releases, editors", /^(\.github|\.changeset|\.vscode|\.husky|\.nx|\.circleci|\.gitlab|\.cursor|\.claude)\/|(^|\/)(Dockerfile|docker-compose|nginx|renovate|CODEOWNERS|lefthook|\.release-please|release-please)/],
  ["documents", /(^|\/)docs?\/|\.(md|mdx|txt)$/],
];
const REST = "anything else";

/** What a file is: the last kind that it is of is the most precise. */
const kindOf = (path) => KINDS.findLastIndex(([, pattern]) => pattern.test(path));

/** Folders of members with the names that they need. */
function members(commit) {
  const paths = git("ls-tree", "-r", "--name-only", commit).split("\n").filter((path) => /(^|\/)package\.json$/.test(path) && !path.includes("node_modules"));
  const manifests = paths.map((path) => {
    try {
      return [path.slice(0, -"/package.json".length), JSON.parse(git("cat-file", "blob", `${commit}:${path}`))];
    } catch {
      return [path, {}];
    }
  });
  const byName = new Map(manifests.filter(([, { name }]) => name).map(([folder, { name }]) => [name, folder]));
  const needs = new Map(
    manifests.map(([folder, { dependencies, devDependencies, peerDependencies, optionalDependencies }]) => {
      const names = Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies, ...optionalDependencies });
      return [folder, names.map((name) => byName.get(name)).filter((folder) => folder !== undefined)];
    }),
  );
  return needs;
}

/** The folders of what an app needs, its own among them. */
function closure(needs, app) {
  const [found, open] = [new Set([app]), [app]];
  while (open.length) {
    for (const needed of needs.get(open.pop()) ?? []) {
      if (!found.has(needed)) open.push(needed);
      found.add(needed);
    }
  }
  return found;
}

const counts = new Map();
let commit;
for (const line of readFileSync(raw, "utf8").split("\n")) {
  commit = line.match(/^([0-9a-f]{10}) \| /)?.[1] ?? commit;
  const [, peer, apps] = line.match(/^ {2}− ([\w ]+): (.*)$/) ?? [];
  if (!peer) continue;
  const files = git("diff", "--name-only", `${commit}~1`, commit).split("\n").filter(Boolean);
  const needs = members(commit);
  const folders = [...needs.keys()].filter(Boolean).sort((one, other) => other.length - one.length);
  const owner = new Map(files.map((file) => [file, folders.find((folder) => file.startsWith(`${folder}/`))]));
  for (const app of apps.split(" ")) {
    const needed = closure(needs, app);
    const seen = files.filter((file) => owner.get(file) === undefined || needed.has(owner.get(file)));
    const kinds = (seen.length ? seen : files).map(kindOf);
    const known = kinds.filter((kind) => kind >= 0);
    const label = !seen.length ? "files of members that it does not need" : known.length ? KINDS[Math.min(...known)][0] : REST;
    if (!counts.has(label)) counts.set(label, new Map());
    const of = counts.get(label);
    of.set(peer, (of.get(peer) ?? 0) + 1);
    if (!of.has("example")) of.set("example", `${commit} ${app}`);
  }
}

const lines = [...counts].map(([label, of]) => {
  const peers = [...of].filter(([peer]) => peer !== "example").map(([peer, count]) => `${peer} ${count}`);
  return `# not marked by frontage, for ${label}: ${peers.join(", ")} (as ${of.get("example")})`;
});
const text = lines.length ? `${lines.join("\n")}\n` : "# no tool marks an app that frontage does not\n";
process.stdout.write(text);
appendFileSync(raw, text);
