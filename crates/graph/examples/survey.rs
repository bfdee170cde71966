//! Prints what the rules say of every member of repositories: `cargo run -p graph --example survey -- PATH…`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use graph::Repository;
use graph::detect::{self, Candidate, Finding};
use graph::discover;
use graph::files::{Contents, Files};
use graph::manifest::Manifest;
use model::RepoPath;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[expect(clippy::print_stdout, reason = "the table is what it is for")]
fn main() -> Result<()> {
    for path in std::env::args().skip(1) {
        println!("# {path}");
        for line in survey(Path::new(&path))? {
            println!("{line}");
        }
    }
    Ok(())
}

fn survey(path: &Path) -> Result<Vec<String>> {
    let repository = Repository::open(path)?;
    let snapshot = repository.snapshot(&repository.resolve("HEAD")?)?;
    let files = Contents::of(&snapshot, |path| detect::is_read(path, |other| snapshot.files.contains_key(other)))?;
    let discovered = discover::discover(&files);
    let mut lines: Vec<String> = discovered.problems.iter().map(|problem| format!("! {problem}")).collect();
    for root in &discovered.roots {
        let manager = root.manager.map_or("-", |manager| manager.program());
        let lockfile = root.lockfile.as_deref().unwrap_or("-");
        lines.push(format!("= {} {:?} {manager} {lockfile}", shown(&root.folder), root.said_by));
        let manifest = |folder: &RepoPath| {
            let file = folder.join("package.json");
            let text = files.text(&file).unwrap_or("{}");
            Manifest::read(&file, text.as_bytes()).unwrap_or_default()
        };
        let root_manifest = manifest(&root.folder);
        let manifests: BTreeMap<&RepoPath, Manifest> =
            root.members.iter().map(|member| (member, manifest(member))).collect();
        let needed: BTreeSet<&str> =
            manifests.values().flat_map(|manifest| manifest.all_dependencies().into_keys()).collect();
        for (path, manifest) in &manifests {
            let finding = detect::detect(&Candidate {
                path,
                root: &root.folder,
                manifest,
                root_manifest: &root_manifest,
                files: &files,
                is_needed: manifest.text("name").is_some_and(|name| needed.contains(name)),
                is_workspace_root: **path == root.folder && root.members.len() > 1,
            });
            lines.push(line(path, &finding));
        }
    }
    Ok(lines)
}

fn line(path: &RepoPath, finding: &Finding) -> String {
    let text = |value: &Option<String>| value.as_deref().unwrap_or("-").replace('\n', " ");
    let framework = finding.framework.map_or_else(|| "-".to_owned(), |framework| format!("{framework:?}"));
    let port = finding.port.map_or_else(|| "-".to_owned(), |port| port.to_string());
    let mut columns = vec![
        shown(path).to_owned(),
        format!("{:?}{}", finding.kind, if finding.is_guess { "?" } else { "" }),
        format!("{:?}", finding.rule),
        framework,
        format!("build: {}", text(&finding.build)),
        format!("start: {}", text(&finding.start)),
        format!("output: {}", text(&finding.output)),
        format!("port: {port}"),
        format!("base: {}", text(&finding.base_path)),
        finding.because.clone(),
    ];
    columns.extend(finding.needs_bun.then(|| "on Bun".to_owned()));
    columns.extend(finding.env_files.iter().map(|file| format!("env file: {file}")));
    columns.extend(finding.notes.iter().map(|note| format!("note: {note}")));
    columns.join(" · ")
}

fn shown(path: &RepoPath) -> &str {
    if path.is_root() { "." } else { path.as_str() }
}
