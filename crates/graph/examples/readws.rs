//! x
fn main() {
    for path in std::env::args().skip(1) {
        let t = std::time::Instant::now();
        let repo = graph::Repository::open(std::path::Path::new(&path)).unwrap();
        let head = repo.resolve("HEAD").unwrap();
        let snapshot = repo.snapshot(&head).unwrap();
        match graph::Workspace::read(snapshot) {
            Ok(w) => {
                println!(
                    "== {path} {:?} roots {:?} members {} apps {} default {:?}",
                    t.elapsed(),
                    w.roots
                        .values()
                        .map(|r| format!(
                            "{}:{}:{:?}",
                            r.folder,
                            r.manager,
                            r.lockfile.as_ref().map(|l| l.version().to_owned())
                        ))
                        .collect::<Vec<_>>(),
                    w.members.len(),
                    w.apps.len(),
                    w.default_app.as_ref().map(|a| a.to_string())
                );
                for r in w.roots.values() {
                    println!("   wanted {:?}", graph::WantedToolchain::of(&w, r));
                }
                for a in w.apps.values() {
                    println!(
                        "   {} {:?} {:?} at {} build={:?} start={:?} out={:?}",
                        a.name, a.serving, a.framework, a.path, a.build, a.start, a.output_guess
                    );
                }
                println!(
                    "   built: {:?}",
                    w.members
                        .values()
                        .filter(|m| m.has_task())
                        .map(|m| format!("{}{}{:?}", m.name, if m.is_built { "*" } else { "" }, m.wanted_scripts))
                        .collect::<Vec<_>>()
                );
                for p in w.warnings.iter().filter(|p| !p.message.contains("symbolic link")).take(8) {
                    println!("   {p}");
                }
                let tc = model::Toolchain {
                    node: "22.1.0".into(),
                    package_manager: "npm@11".into(),
                    platform: "x".into(),
                    compilers: String::new(),
                };
                let tcs = w.roots.keys().map(|k| (k.clone(), tc.clone())).collect();
                let t = std::time::Instant::now();
                for a in w.apps.values() {
                    let p = graph::plan::plan(&w, a, &model::EnvironmentName::production(), &tcs);
                    let last = p.tasks.last().unwrap();
                    println!(
                        "     plan {}: {} tasks, {} shown, steps {:?}",
                        a.name,
                        p.tasks.len(),
                        last.shown.len(),
                        last.steps.iter().map(|s| format!("{}@{}", s.name, s.folder)).collect::<Vec<_>>()
                    );
                }
                println!("   planned in {:?}", t.elapsed());
            }
            Err(graph::workspace::Unreadable::Commit(problems)) => {
                println!("== {path} UNREADABLE");
                for p in problems.iter().filter(|p| p.severity == graph::Severity::Error).take(6) {
                    println!("   {p}");
                }
            }
            Err(graph::workspace::Unreadable::Git(e)) => println!("== {path} GIT {e}"),
        }
    }
}
