//! A small notation for repositories in tests.
//!
//! One line for each thing; a later line about the same thing replaces it, so that a change is a text as well:
//!
//!     shop*: ui react ~kit          an app `apps/shop` that imports two packages, and needs one for development
//!     ui: tokens                    a package `packages/ui` without a build
//!     ui!: tokens                   the same with a build
//!     #react 1.2.0: scheduler       a package from outside, installed at the root; it needs another
//!     #apps/shop/node_modules/react 2.0.0
//!     apps/shop/a.ts = one\ntwo     a file
//!     apps/shop/b.ts -> ../a.ts     a symbolic link
//!     - apps/shop/a.ts              no such file
//!     - ui                          no such member

use std::collections::{BTreeMap, BTreeSet};

use model::{AppName, EnvironmentName, RepoPath, Toolchain};
use serde_json::{Map, Value, json};

use crate::git::{SYMBOLIC_LINK, Snapshot};
use crate::inputs::Inputs;
use crate::plan::{Planned, Toolchains, inputs, plan, together};
use crate::workspace::{Unreadable, Workspace};

mod managers;

pub use managers::{MANAGERS, Manager};

/// A repository that a test describes.
#[derive(Clone, Debug, Default)]
pub struct World {
    members: BTreeMap<String, Member>,
    outside: BTreeMap<String, Outside>,
    files: BTreeMap<String, (&'static str, Vec<u8>)>,
}

#[derive(Clone, Debug)]
struct Member {
    is_app: bool,
    is_built: bool,
    needs: Vec<String>,
}

#[derive(Clone, Debug)]
struct Outside {
    version: String,
    needs: Vec<String>,
}

impl World {
    /// The repository of a text.
    pub fn of(text: &str) -> World {
        let mut world = World::default();
        world.apply(text);
        world
    }

    /// The repository after the changes of a text.
    pub fn with(&self, changes: &str) -> World {
        let mut world = self.clone();
        world.apply(changes);
        world
    }

    /// Its files.
    pub fn snapshot(&self) -> Snapshot {
        let folder =
            |name: &str, member: &Member| format!("{}/{name}", if member.is_app { "apps" } else { "packages" });
        let mut files = BTreeMap::new();
        let root = json!({"name": "root", "workspaces": ["apps/*", "packages/*"]});
        files.insert("package.json".to_owned(), ("100644", root.to_string().into_bytes()));
        for (name, member) in &self.members {
            let manifest = self.manifest(name, member).to_string().into_bytes();
            files.insert(format!("{}/package.json", folder(name, member)), ("100644", manifest));
            // What listens is a server.
            let source =
                if member.is_app { format!("createServer({name});") } else { format!("export default {name};") };
            let needed = member.needs.iter().filter(|needed| !needed.starts_with('~'));
            let source = needed.map(|needed| format!("import '{needed}';\n")).chain([source]).collect::<String>();
            files.insert(format!("{}/index.ts", folder(name, member)), ("100644", source.into_bytes()));
        }
        if !self.outside.is_empty() {
            let folders = self.members.iter().map(|(name, member)| (name.as_str(), folder(name, member)));
            files.insert("package-lock.json".to_owned(), ("100644", self.lockfile(folders).to_string().into_bytes()));
        }
        files.extend(self.files.clone());
        Snapshot::in_memory(&files)
    }

    /// The same repository under another package manager; none if that has no way to write it.
    pub fn under(&self, manager: Manager) -> Option<World> {
        let snapshot = self.snapshot();
        let manifest = |path: &str| {
            let folder = path.strip_suffix("package.json")?.trim_end_matches('/').to_owned();
            let text = snapshot.read([path]).ok()?.remove(path)?;
            Some((folder, serde_json::from_slice(&text).ok()?))
        };
        let manifests: BTreeMap<String, Value> = snapshot.files.keys().filter_map(|path| manifest(path)).collect();
        let mut world = self.clone();
        for (path, text) in managers::files(self, manager, &manifests)? {
            world.files.insert(path.to_owned(), ("100644", text.into_bytes()));
        }
        world.outside.clear();
        Some(world)
    }

    /// Its workspace.
    pub fn workspace(&self) -> Result<Workspace, Unreadable> {
        Workspace::read(self.snapshot())
    }

    fn apply(&mut self, text: &str) {
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(gone) = line.strip_prefix("- ") {
                assert!(
                    self.files.remove(gone).is_some() | self.members.remove(gone).is_some(),
                    "there is no `{gone}`"
                );
            } else if let Some(outside) = line.strip_prefix('#') {
                let (what, needs) = outside.split_once(':').unwrap_or((outside, ""));
                let (place, version) = what.trim().split_once(' ').expect("a version follows");
                let place =
                    if place.contains("node_modules") { place.to_owned() } else { format!("node_modules/{place}") };
                self.outside.insert(place, Outside { version: version.to_owned(), needs: words(needs) });
            } else if let Some((path, target)) = line.split_once(" -> ") {
                self.files.insert(path.to_owned(), (SYMBOLIC_LINK, target.as_bytes().to_vec()));
            } else if let Some((path, content)) =
                line.split_once(" = ").or_else(|| Some((line.strip_suffix(" =")?, "")))
            {
                self.files.insert(path.to_owned(), ("100644", content.replace("\\n", "\n").into_bytes()));
            } else {
                let (name, needs) = line.split_once(':').unwrap_or((line, ""));
                let plain = name.trim_end_matches(['*', '!']);
                let is_app = name.ends_with('*');
                let member = Member { is_app, is_built: is_app || name.ends_with('!'), needs: words(needs) };
                self.members.insert(plain.to_owned(), member);
            }
        }
    }

    fn manifest(&self, name: &str, member: &Member) -> Value {
        let (dev, run): (Vec<&String>, Vec<&String>) = member.needs.iter().partition(|name| name.starts_with('~'));
        let mut manifest = json!({"name": name, "dependencies": table(run), "devDependencies": table(dev)});
        if member.is_app {
            manifest["scripts"] = json!({"build": "vite build", "start": "node server.js"});
        } else if member.is_built {
            manifest["scripts"] = json!({"build": "tsc"});
        }
        manifest
    }

    fn lockfile<'a>(&self, folders: impl Iterator<Item = (&'a str, String)>) -> Value {
        let mut packages = Map::new();
        for (name, folder) in folders {
            packages.insert(format!("node_modules/{name}"), json!({"resolved": folder, "link": true}));
        }
        for (place, Outside { version, needs }) in &self.outside {
            let name = place.rsplit("node_modules/").next().unwrap_or(place);
            let integrity = format!("sha512-{name}-{version}");
            let needs = table(needs.iter().collect());
            packages.insert(place.clone(), json!({"version": version, "integrity": integrity, "dependencies": needs}));
        }
        json!({"lockfileVersion": 3, "packages": packages})
    }
}

/// Toolchains.
pub fn toolchains() -> Toolchains {
    let toolchain = Toolchain {
        node: "22.1.0".to_owned(),
        package_manager: "npm@11.1.0".to_owned(),
        platform: "linux-x64-glibc".to_owned(),
        compilers: String::new(),
    };
    [(RepoPath::root(), toolchain)].into()
}

/// Every app's build, by the app's name.
///
/// Planning twice gives the same, with others as well as alone, and every task comes after those that it needs.
pub fn plans(workspace: &Workspace) -> BTreeMap<String, Planned> {
    let one = |app| plan(workspace, app, &EnvironmentName::production(), &toolchains());
    let plans: BTreeMap<String, Planned> =
        workspace.apps.iter().map(|(name, app)| (name.to_string(), one(app))).collect();
    let (production, toolchains) = (EnvironmentName::production(), toolchains());
    let with_others: Vec<(AppName, Inputs)> =
        together(workspace, workspace.apps.values(), &production, &toolchains, None, |planned| planned.inputs);
    assert_eq!(inputs(workspace, &production, &toolchains), with_others.iter().cloned().collect());
    for ((name, app), (_, inputs)) in workspace.apps.iter().zip(&with_others) {
        let planned = &plans[name.as_str()];
        assert_eq!(planned.tasks, one(app).tasks);
        assert_eq!(planned.inputs, *inputs, "{name}");
        let mut before = BTreeSet::new();
        for task in &planned.tasks {
            assert!(task.needs.iter().all(|key| before.contains(key)), "`{}` comes too early", task.package);
            assert!(before.insert(task.key.clone()), "`{}` is there twice", task.package);
        }
    }
    plans
}

/// What is wrong, as a person reads it.
pub fn problems(unreadable: Unreadable) -> String {
    match unreadable {
        Unreadable::Commit(problems) => {
            let lines = problems.iter().map(|problem| format!("{:?}: {problem}\n", problem.severity));
            lines.collect::<String>().replace("Error: ", "error: ").replace("Warning: ", "warning: ")
        }
        Unreadable::Git(error) => format!("git: {error}\n"),
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn table(names: Vec<&String>) -> Value {
    Value::Object(names.into_iter().map(|name| (name.trim_start_matches('~').to_owned(), json!("*"))).collect())
}
