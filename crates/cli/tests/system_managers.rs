//! Every package manager, in old and new versions: from a lockfile to an app that answers.
//!
//! Needs user namespaces, Node.js and the npm registry.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use api::layout::DataDirectory;
use engine::{BuildFailure, Builder, Built, Error, InstanceSpec, Objects, Probe, Remedy, Runtime};
use engine_local::{LocalBuilder, LocalRuntime, Toolchains};
use model::task::Step;
use model::{
    App, Artifact, BuildKey, EnvironmentName, InstallLayer, NetworkAccess, PackageManager, RepoPath, Resources,
    Serving, ShownFile, Task, TaskKind,
};
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// Answers 200 if everything is there: what the app and its package declare, what only the root has, and what the
/// script sets by a program that is there for development.
const SERVER: &str = r#"
const http = require("node:http"), isOdd = require("is-odd"), lib = require("lib"), kleur = require("kleur");
const works = isOdd(3) && lib.long() === "2 days" && typeof kleur.red === "function" && process.env.SAID === "yes";
http.createServer((request, answer) => { answer.statusCode = works ? 200 : 500; answer.end("here"); }).listen(process.env.PORT);
"#;

/// A repository with one app and one package, and what is made of it.
struct Trial {
    folder: tempfile::TempDir,
    manager: PackageManager,
    named: String,
    /// The folder of the repository that holds the workspace.
    below: RepoPath,
    /// What starts the app.
    start: String,
}

impl Trial {
    /// Over a package manager such as `pnpm@10.32.1`, before it wrote a lockfile.
    fn new(manager: PackageManager, named: &str) -> Trial {
        Trial::below(manager, named, RepoPath::root())
    }

    /// The same, in a folder of the repository.
    fn below(manager: PackageManager, named: &str, below: RepoPath) -> Trial {
        let folder = tempfile::Builder::new().prefix("frontage-test-").tempdir().expect("a temporary folder");
        let start = format!("{} run serve", manager.program());
        let trial = Trial { folder, manager, named: named.to_owned(), below, start };
        let program = manager.program();
        let lib = match manager {
            PackageManager::Npm | PackageManager::YarnClassic => "1.0.0",
            _ => "workspace:*",
        };
        let mut root = json!({
            "name": "small", "private": true, "packageManager": named, "workspaces": ["apps/*", "packages/*"],
            "devDependencies": {"kleur": "4.1.5"}, "dependenciesMeta": {"esbuild": {"built": true}},
            "allowScripts": {"esbuild": true},
        });
        if manager == PackageManager::Pnpm {
            root.as_object_mut().expect("an object").remove("workspaces");
            let settings = "packages:\n  - apps/*\n  - packages/*\nonlyBuiltDependencies:\n  - esbuild\nallowBuilds:\n  esbuild: true\n";
            trial.write("pnpm-workspace.yaml", settings);
        }
        let web = json!({
            "name": "web", "version": "1.0.0", "private": true,
            "scripts": {
                "build": format!("{program} run bundle"),
                "bundle": "esbuild src/server.js --outfile=dist/server.js",
                "serve": "cross-env SAID=yes node dist/server.js",
            },
            "dependencies": {"is-odd": "3.0.1", "lib": lib},
            "devDependencies": {"esbuild": "0.25.0", "cross-env": "7.0.3"},
        });
        trial.write("package.json", &root.to_string());
        trial.write("apps/web/package.json", &web.to_string());
        trial.write("apps/web/src/server.js", SERVER);
        let package = json!({"name": "lib", "version": "1.0.0", "main": "index.js", "dependencies": {"ms": "2.1.3"}});
        trial.write("packages/lib/package.json", &package.to_string());
        trial.write(
            "packages/lib/index.js",
            "exports.long = () => require('ms')(2 * 24 * 60 * 60 * 1000, { long: true });",
        );
        trial
    }

    fn repository(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    /// Where the workspace is.
    fn workspace(&self) -> PathBuf {
        self.repository().join(self.below.as_str())
    }

    /// Where its packages were installed.
    fn workspace_in(&self, task: &Task) -> PathBuf {
        let key = &task.install.as_ref().expect("a layer").key;
        self.data().installs().join(key.as_str()).join(self.below.as_str())
    }

    fn path(&self, below: &str) -> RepoPath {
        self.below.join(below).parse().expect("a path")
    }

    fn data(&self) -> DataDirectory {
        DataDirectory::at(self.folder.path().join("data"))
    }

    fn write(&self, path: &str, text: &str) {
        let place = self.workspace().join(path);
        fs::create_dir_all(place.parent().expect("it has one")).expect("it can be made");
        fs::write(place, text).expect("it can be written");
    }

    /// Has the package manager write a lockfile, without anything that Frontage would set but what keeps its version.
    fn lock(&self) {
        let toolchains = Toolchains::new(self.data());
        let toolchain = toolchains.resolve(None, Some(&self.named)).expect("a toolchain");
        let folders = toolchains.folders(&toolchain);
        let path = std::env::join_paths(
            folders.into_iter().chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
        );
        let arguments: &[&str] = match self.manager {
            PackageManager::Npm => &["install", "--package-lock-only", "--ignore-scripts"],
            PackageManager::Pnpm => &["install", "--lockfile-only", "--ignore-scripts"],
            PackageManager::YarnClassic => &["install", "--ignore-scripts", "--non-interactive"],
            PackageManager::YarnBerry => &["install"],
            PackageManager::Bun => &["install", "--lockfile-only", "--ignore-scripts"],
        };
        if self.manager == PackageManager::YarnBerry {
            self.write("yarn.lock", "");
        }
        let output = Command::new(self.manager.program())
            .args(arguments)
            .current_dir(self.workspace())
            .env("PATH", path.expect("a path"))
            .env("YARN_ENABLE_IMMUTABLE_INSTALLS", "false")
            .env("pnpm_config_pm_on_fail", "ignore")
            // npm 12 allows scripts by where a package came from.
            .env("npm_config_omit_lockfile_registry_resolved", "false")
            .env("npm_config_manage_package_manager_versions", "false")
            .output()
            .expect("it starts");
        assert!(output.status.success(), "{}: {output:?}", self.named);
        for left in ["node_modules", "apps/web/node_modules", "packages/lib/node_modules", ".yarn", ".pnp.cjs"] {
            let place = self.workspace().join(left);
            let _ = fs::remove_dir_all(&place).or_else(|_| fs::remove_file(&place));
        }
    }

    fn git(&self, arguments: &[&str]) -> String {
        git(&self.repository(), arguments)
    }

    /// The task that `graph` would plan.
    fn task(&self) -> Task {
        let toolchain = Toolchains::new(self.data()).resolve(None, Some(&self.named)).expect("a toolchain");
        self.git(&["init", "--quiet"]);
        self.git(&["add", "--all"]);
        self.git(&["-c", "user.name=t", "-c", "user.email=t@t", "commit", "--quiet", "--message", "one"]);
        let shown: Vec<ShownFile> = self
            .git(&["ls-files", "--stage"])
            .lines()
            .map(|line| {
                let (head, path) = line.split_once('\t').expect("a tab");
                let mut words = head.split(' ');
                let mut word = || words.next().expect("a word").to_owned();
                ShownFile { mode: word(), object: word(), path: path.parse().expect("a path") }
            })
            .collect();
        let is_manifest = |file: &&ShownFile| file.path.as_str().ends_with("package.json");
        let manifests: BTreeMap<RepoPath, String> =
            shown.iter().filter(is_manifest).map(|file| (file.path.clone(), self.for_install(&file.path))).collect();
        let is_for_install = |file: &&ShownFile| {
            let path = file.path.as_str().trim_start_matches(self.below.as_str()).trim_start_matches('/');
            !path.starts_with("apps/") && !path.starts_with("packages/") && path != "package.json"
        };
        let files: Vec<ShownFile> = shown.iter().filter(is_for_install).cloned().collect();
        let text = format!("{manifests:?} {files:?} {toolchain:?}");
        let install = InstallLayer {
            key: BuildKey::over(text.as_bytes()),
            manager: self.manager,
            folder: self.below.clone(),
            files,
            manifests,
        };
        let path = self.path("apps/web");
        let program = self.manager.program();
        let app = App {
            serving: Serving::Server,
            start: Some(self.start.clone()),
            ..App::new("web".parse().expect("a name"), path.clone())
        };
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let lib = self.path("packages/lib");
        Task {
            key: BuildKey::over(format!("{text} {shown:?}").as_bytes()),
            member: path.clone(),
            package: "web".to_owned(),
            kind: TaskKind::App {
                app,
                packages: vec![lib.clone()],
                wanted: BTreeMap::from([(path.clone(), names(&["is-odd", "lib"])), (lib, names(&["ms"]))]),
            },
            needs: Vec::new(),
            shown,
            install: Some(install.into()),
            steps: vec![Step { name: "build".to_owned(), folder: path, command: format!("{program} run bundle") }],
            env: BTreeMap::new(),
            toolchain,
            network: false,
            commit: self.git(&["rev-parse", "HEAD"]).trim().parse().expect("a commit"),
        }
    }

    fn for_install(&self, path: &RepoPath) -> String {
        let text = fs::read_to_string(self.repository().join(path.as_str())).expect("a manifest");
        let mut manifest: Value = serde_json::from_str(&text).expect("JSON");
        manifest.as_object_mut().expect("an object").remove("scripts");
        manifest.to_string()
    }

    async fn build(&self, task: &Task) -> Result<Artifact, BuildFailure> {
        let repository = self.repository().join(".git");
        let objects = Arc::new(GitObjects(self.repository()));
        let program = PathBuf::from(env!("CARGO_BIN_EXE_frontage"));
        let builder = LocalBuilder::new(self.data(), repository, objects, program, false);
        let (progress, _ignored) = mpsc::unbounded_channel();
        match builder.build(task, progress).await? {
            Built::Artifact(artifact) => Ok(*artifact),
            Built::Output => panic!("an app leaves an artifact"),
        }
    }

    /// Starts what was built; the status that it answers with.
    async fn answer(&self, artifact: Artifact) -> (Probe, Vec<String>) {
        let runtime = LocalRuntime::new(self.data(), PathBuf::from(env!("CARGO_BIN_EXE_frontage")), false);
        let instance: model::InstanceId = "web-00000000-1".parse().expect("an id");
        let spec = InstanceSpec {
            instance: instance.clone(),
            artifact,
            environment: EnvironmentName::production(),
            env: BTreeMap::new(),
            resources: Resources::default(),
            network: NetworkAccess::None,
            neighbours: Vec::new(),
        };
        runtime.ensure(&spec).await.expect("it starts");
        let mut last = Probe::NotListening;
        for _ in 0..100 {
            last = runtime.probe(&instance, "/", "localhost", Duration::from_secs(2)).await;
            if matches!(last, Probe::Answered(_) | Probe::Gone) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let lines = runtime.last_lines(&instance, 20).await;
        runtime.remove(&instance, Duration::ZERO).await.expect("it ends");
        (last, lines)
    }
}

/// Reads objects by git itself.
struct GitObjects(PathBuf);

impl Objects for GitObjects {
    fn contents(&self, ids: &[&str]) -> Result<Vec<Vec<u8>>, Error> {
        let read = |id: &&str| {
            let output = Command::new("git").arg("-C").arg(&self.0).args(["cat-file", "blob", id]).output();
            output.map(|output| output.stdout).map_err(|cause| Error::new(Remedy::Retry, "no object").because(cause))
        };
        ids.iter().map(read).collect()
    }
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().expect("git starts");
    assert!(output.status.success(), "git {arguments:?}: {output:?}");
    String::from_utf8(output.stdout).expect("text")
}

fn failure(error: BuildFailure) -> String {
    match error {
        BuildFailure::Failed { because, hint, last_lines, .. } => {
            format!("failed: {because}\nhint: {}\n{}", hint.unwrap_or_default(), last_lines.join("\n"))
        }
        BuildFailure::Error(error) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            format!("error: {error}: {cause}")
        }
    }
}

async fn works(manager: PackageManager, named: &str) {
    let trial = Trial::new(manager, named);
    trial.lock();
    answers(&trial).await;
}

/// Builds and starts it; the log of its install.
async fn answers(trial: &Trial) -> String {
    let (task, named) = (trial.task(), &trial.named);
    assert_eq!(&task.toolchain.package_manager, named);
    let artifact = match trial.build(&task).await {
        Ok(artifact) => artifact,
        Err(error) => panic!("{named}: {}", failure(error)),
    };
    let log = trial.data().build_logs().join(format!("{}.log", task.install.as_ref().expect("a layer").key));
    let log = fs::read_to_string(log).expect("a log");
    // npm 12 says nothing of a script, which leaves a program then; under Yarn it says so, and leaves things alone.
    let said = log.contains("esbuild") && log.contains("postinstall");
    let native = trial.workspace_in(&task).join("node_modules/esbuild/bin/esbuild");
    let left = fs::read(native).is_ok_and(|program| program.starts_with(b"\x7fELF"));
    assert!(said || left, "{named}: the script of a package ran: {log}");
    let kinds: Vec<_> = artifact.layers.iter().map(|layer| layer.kind).collect();
    let (answer, lines) = trial.answer(artifact).await;
    assert_eq!(answer, Probe::Answered(200), "{named}: {lines:#?} {kinds:?}");
    assert_eq!(kinds.len(), 4, "{named}: base, dependencies, what is not declared, app: {kinds:?}");
    log
}

#[tokio::test]
async fn npm() {
    works(PackageManager::Npm, "npm@10.9.9").await;
    works(PackageManager::Npm, "npm@11.19.1").await;
    works(PackageManager::Npm, "npm@12.2.0").await;
}

#[tokio::test]
async fn pnpm_with_old_lockfiles() {
    works(PackageManager::Pnpm, "pnpm@8.15.9").await;
    works(PackageManager::Pnpm, "pnpm@9.15.9").await;
}

#[tokio::test]
async fn pnpm() {
    works(PackageManager::Pnpm, "pnpm@10.34.9").await;
    works(PackageManager::Pnpm, "pnpm@11.28.11").await;
    works(PackageManager::Pnpm, "pnpm@12.21.0").await;
}

#[tokio::test]
async fn yarn_1() {
    works(PackageManager::YarnClassic, "yarn@1.22.22").await;
    works(PackageManager::YarnClassic, "yarn@1.19.2").await;
}

#[tokio::test]
async fn yarn() {
    works(PackageManager::YarnBerry, "yarn@3.8.7").await;
    works(PackageManager::YarnBerry, "yarn@4.9.1").await;
    works(PackageManager::YarnBerry, "yarn@4.18.1").await;
}

#[tokio::test]
async fn bun() {
    works(PackageManager::Bun, "bun@1.1.45").await;
    works(PackageManager::Bun, "bun@1.4.5").await;
}

/// Bun as what runs the app, whether or not it is the package manager.
#[tokio::test]
async fn bun_runs_an_app() {
    for (manager, named) in [(PackageManager::Bun, "bun@1.4.5"), (PackageManager::Npm, "npm@11.19.1")] {
        let trial = Trial { start: "SAID=yes bun src/server.js".to_owned(), ..Trial::new(manager, named) };
        trial.lock();
        answers(&trial).await;
    }
}

#[tokio::test]
async fn a_workspace_below_the_root() {
    for (manager, named) in [
        (PackageManager::Npm, "npm@11.19.1"),
        (PackageManager::Pnpm, "pnpm@10.34.9"),
        (PackageManager::YarnBerry, "yarn@4.18.1"),
    ] {
        let trial = Trial::below(manager, named, "code/web".parse().expect("a path"));
        trial.lock();
        answers(&trial).await;
    }
}

/// A repository that commits what Plug'n'Play loads, for another machine.
#[tokio::test]
async fn plug_n_play_is_not_looked_at() {
    let trial = Trial::new(PackageManager::YarnBerry, "yarn@4.18.1");
    trial.lock();
    trial.write(".yarnrc.yml", "nodeLinker: pnp\nyarnPath: .yarn/releases/yarn-4.18.1.cjs\n");
    trial.write(".yarn/releases/yarn-4.18.1.cjs", "throw new Error('it was run')");
    trial.write(".pnp.cjs", "throw new Error('it was loaded')");
    answers(&trial).await;
}

/// Packages side by side under pnpm, and code of the repository that it runs while it fetches.
#[tokio::test]
async fn a_pnpmfile_gets_a_cache_of_its_own() {
    let trial = Trial::new(PackageManager::Pnpm, "pnpm@10.34.9");
    let look = "console.log('cache', require('node:fs').existsSync('/var/cache/packages/store'));\n\
                module.exports = { hooks: { readPackage: (manifest) => manifest } };\n";
    trial.write(".npmrc", "node-linker=hoisted\n");
    trial.write(".pnpmfile.cjs", look);
    trial.lock();
    let log = answers(&trial).await;
    assert!(log.contains("cache false") && !trial.data().package_cache("pnpm").exists(), "{log}");
}

/// A dependency that is in no lockfile: never resolved in silence.
async fn refuses_what_is_not_locked(manager: PackageManager, named: &str) {
    let trial = Trial::new(manager, named);
    trial.lock();
    let package = json!({
        "name": "lib", "version": "1.0.0", "main": "index.js", "dependencies": {"ms": "2.1.3", "left-pad": "1.3.0"},
    });
    trial.write("packages/lib/package.json", &package.to_string());
    let Err(BuildFailure::Failed { hint, because, last_lines, .. }) = trial.build(&trial.task()).await else {
        panic!("{named}: it was built, or we are to blame");
    };
    let hint = hint.expect("a hint");
    let program = manager.program();
    assert!(
        hint.contains(&format!("`{program} install` in the repository")),
        "{named}: {hint} {because} {last_lines:#?}"
    );
    assert!(!trial.data().installs().join("x").exists());
}

#[tokio::test]
async fn a_lockfile_is_kept_to() {
    refuses_what_is_not_locked(PackageManager::Npm, "npm@10.9.9").await;
    refuses_what_is_not_locked(PackageManager::Pnpm, "pnpm@8.15.9").await;
    refuses_what_is_not_locked(PackageManager::Pnpm, "pnpm@10.34.9").await;
    refuses_what_is_not_locked(PackageManager::Pnpm, "pnpm@12.21.0").await;
    refuses_what_is_not_locked(PackageManager::YarnClassic, "yarn@1.22.22").await;
    refuses_what_is_not_locked(PackageManager::YarnBerry, "yarn@4.18.1").await;
    refuses_what_is_not_locked(PackageManager::Bun, "bun@1.1.45").await;
    refuses_what_is_not_locked(PackageManager::Bun, "bun@1.4.5").await;
}

#[tokio::test]
async fn a_lockfile_of_another_version_is_refused() {
    let trial = Trial::new(PackageManager::Pnpm, "pnpm@8.15.9");
    trial.lock();
    let newer = Trial { named: "pnpm@10.34.9".to_owned(), ..trial };
    let Err(error @ BuildFailure::Failed { .. }) = newer.build(&newer.task()).await else { panic!("it was built") };
    let said = failure(error);
    assert!(said.contains("pnpm-lock.yaml"), "{said}");
}

/// Forks without end, and writes wherever it can.
const HARM: &str = r#"
const fs = require("node:fs"), { spawn } = require("node:child_process");
for (const path of ["/etc/harm", "/usr/harm", "/opt/toolchains/harm", "/var/harm", "../../../harm", "/harm"]) {
  try { fs.writeFileSync(path, "harm"); } catch {}
}
try { fs.symlinkSync("/etc", "/srv/repo/node_modules/etc"); } catch {}
console.log("cache", fs.readdirSync("/var/cache/packages"), "settings", fs.existsSync("/etc/npmrc") && fs.readFileSync("/etc/npmrc", "utf8"));
const more = () => { const child = spawn("sleep", ["1000"]); child.on("error", () => setTimeout(more, 5)); child.on("spawn", more); };
more();
"#;

#[tokio::test]
async fn a_script_that_means_harm_harms_nobody() {
    let trial = Trial::new(PackageManager::Npm, "npm@11.19.1");
    trial.write(
        "vendor/harm/package.json",
        r#"{"name": "harm", "version": "1.0.0", "scripts": {"postinstall": "node harm.js"}}"#,
    );
    trial.write("vendor/harm/harm.js", HARM);
    let mut packed = Command::new("npm");
    packed.args(["pack", "--silent", "./harm"]).current_dir(trial.repository().join("vendor"));
    assert!(packed.output().expect("npm starts").status.success());
    fs::remove_dir_all(trial.repository().join("vendor/harm")).expect("it is there");
    let text = fs::read_to_string(trial.repository().join("package.json")).expect("a manifest");
    let mut root: Value = serde_json::from_str(&text).expect("JSON");
    root["dependencies"] = json!({"harm": "file:vendor/harm-1.0.0.tgz"});
    trial.write("package.json", &root.to_string());
    trial.lock();
    let task = trial.task();
    let begun = std::time::Instant::now();
    let said = failure(trial.build(&task).await.expect_err("its limit of processes ends it"));
    assert!(said.contains("was killed: out of processes") && said.contains("4096 processes"), "{said}");
    let log = trial.data().build_logs().join(format!("{}.log", task.install.as_ref().expect("a layer").key));
    let log = fs::read_to_string(log).expect("a log");
    assert!(log.contains("cache [") && !log.contains("_cacache"), "it has a cache of its own: {log}");
    assert!(begun.elapsed() < Duration::from_secs(300), "it is ended soon");
    for path in ["/etc/harm", "/usr/harm", "/var/harm", "/harm"] {
        assert!(!Path::new(path).exists(), "{path}");
    }
    let left = Command::new("pgrep").args(["-fc", "^sleep 1000$"]).output().expect("pgrep starts");
    assert_eq!(String::from_utf8_lossy(&left.stdout).trim(), "0", "nothing of it runs any more");
}

#[test]
fn what_is_asked_for_is_found_or_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let resolve = |node: Option<&str>, manager: Option<&str>| {
        let toolchains = Toolchains::new(DataDirectory::at(folder.path()));
        toolchains.resolve(node.map(|node| (node, ".nvmrc")), manager)
    };
    let refused = |node: Option<&str>, manager: Option<&str>| {
        let error = resolve(node, manager).expect_err("it is refused");
        assert_eq!(error.remedy(), Remedy::ChangeRequest, "{error:?}");
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        format!("{error}: {cause}; {}", error.way_out().unwrap_or_default())
    };
    let said = refused(None, Some("pnpm@99.1.2"));
    assert!(said.contains("no pnpm 99.1.2") && said.contains("the newest is `pnpm@"), "{said}");
    let said = refused(None, Some("deno@2.0.0"));
    assert!(said.contains("npm, pnpm, yarn or bun"), "{said}");
    let said = refused(Some(">=99"), None);
    assert!(said.contains("no Node.js >=99, which `.nvmrc` asks for"), "{said}");
    let said = refused(None, Some(&format!("pnpm@9.15.9+sha512.{}", "0".repeat(128))));
    assert!(said.contains("another content"), "{said}");
    let hash = "68046141893c66fad01c079231128e9afb89ef87e2691d69e4d40eee228988295fd4682181bae55b58418c3a253bde65a505ec7c5f9403ece5cc3cd37dcf2531";
    let exact = resolve(None, Some(&format!("pnpm@9.15.9+sha512.{hash}"))).expect("its hash is right");
    assert_eq!(exact.package_manager, "pnpm@9.15.9");

    let ranged = resolve(Some("18"), Some("yarn@>=3 <4")).expect("a range");
    assert!(ranged.package_manager.starts_with("yarn@3.") && ranged.node.starts_with("18."), "{ranged:?}");
    assert_eq!(resolve(Some("18"), Some("yarn@>=3 <4")).expect("again"), ranged);
    let npm = resolve(Some("lts/hydrogen"), None).expect("an old Node.js");
    assert!(npm.package_manager.starts_with("npm@10."), "an npm that runs on it: {npm:?}");
    let native = resolve(None, Some("pnpm@12")).expect("a native program");
    assert!(native.package_manager.starts_with("pnpm@12."), "{native:?}");
    let follows = resolve(None, Some("pnpm@11.28.11")).expect("Node.js follows its package manager");
    assert!(semver_major(&follows.node) >= 22, "{follows:?}");
    let old = resolve(Some(">=16.17"), Some("pnpm@7.9.5")).expect("an old package manager");
    assert!(semver_major(&old.node) < 20, "one that it runs on, whatever it says: {old:?}");
    let said = refused(Some("20.0.0 - 20.99"), Some("npm@0.0.99"));
    assert!(said.contains("no npm 0.0.99"), "{said}");
}

fn semver_major(version: &str) -> u32 {
    version.split('.').next().and_then(|major| major.parse().ok()).expect("a version")
}
