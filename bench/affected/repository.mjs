/** A clone whose commits can be given other files, without anything that a repository's owner would notice. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";

export const quiet = { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["pipe", "pipe", "pipe"] };
/** Whoever commits what is added, always at the same time: every run asks about the same commits. */
const PERSON = {
  GIT_AUTHOR_NAME: "bench",
  GIT_AUTHOR_EMAIL: "bench@frontage.invalid",
  GIT_AUTHOR_DATE: "2026-01-01T00:00:00Z",
  GIT_COMMITTER_NAME: "bench",
  GIT_COMMITTER_EMAIL: "bench@frontage.invalid",
  GIT_COMMITTER_DATE: "2026-01-01T00:00:00Z",
};

export class Repository {
  /** Clones `source` to `path`; nothing is checked out. */
  constructor(source, path) {
    this.path = path;
    this.objects = new Map();
    this.listed = new Map();
    this.missing = new Set();
    execFileSync("git", ["clone", "--quiet", "--no-checkout", source, path], quiet);
    this.env = { ...process.env, ...PERSON, GIT_INDEX_FILE: join(path, ".git/bench-index") };
  }

  git(words, options = {}) {
    return execFileSync("git", ["-C", this.path, ...words], { ...quiet, ...options }).trimEnd();
  }

  /** The paths of a commit with their modes and objects; where an object is missing, it is an empty file's. */
  files(commit) {
    if (!this.listed.has(commit)) this.listed.set(commit, this.#list(commit));
    return this.listed.get(commit);
  }

  #list(commit) {
    const entries = this.git(["ls-tree", "-r", "-z", commit]).split("\0").filter(Boolean);
    const files = new Map(entries.map((entry) => entry.match(/^(\d+) \w+ (\w+)\t(.*)$/s)).map(([, mode, object, path]) => [path, { mode, object }]));
    const blobs = [...files].filter(([, { mode }]) => mode !== "160000");
    const told = this.git(["cat-file", "--batch-check"], { input: blobs.map(([, { object }]) => `${object}\n`).join("") }).split("\n");
    blobs.forEach(([path, { mode }], index) => {
      if (!told[index].endsWith(" missing")) return;
      this.missing.add(path);
      files.set(path, { mode, object: this.object(""), isStub: true });
    });
    return files;
  }

  /** What a commit's file says; nothing if it is not there. */
  text(commit, path) {
    const file = this.files(commit).get(path);
    return file && this.git(["cat-file", "blob", file.object]);
  }

  object(text) {
    const key = createHash("sha1").update(text).digest("hex");
    if (!this.objects.has(key)) this.objects.set(key, this.git(["hash-object", "-w", "--stdin"], { input: text }));
    return this.objects.get(key);
  }

  /** A commit of the same files and `added`, a map from paths to texts. */
  commit(commit, parents, added) {
    const stubs = [...this.files(commit)].filter(([, { isStub }]) => isStub);
    if (!added.size && !stubs.length) return this.git(["rev-parse", commit]);
    const lines = [
      ...stubs.map(([path, { mode, object }]) => `${mode} ${object}\t${path}\0`),
      ...[...added].map(([path, text]) => `100644 ${this.object(text)}\t${path}\0`),
    ];
    this.git(["read-tree", commit], { env: this.env });
    this.git(["update-index", "--add", "-z", "--index-info"], { env: this.env, input: lines.join("") });
    const tree = this.git(["write-tree"], { env: this.env });
    return this.git(["commit-tree", tree, "-m", "configured", ...parents.flatMap((parent) => ["-p", parent])], { env: this.env });
  }
}
