//! The whole way over the academy: commits become pages, previews, rollbacks; nothing is lost and nothing is left.
//!
//! Needs user namespaces, Node.js, the npm registry and, for the browser's part, Chromium.

mod world;

use std::fs;
use std::process::Command;

use world::{APPS, World};

#[test]
fn every_page_is_there_in_its_browser_too() {
    let mut world = World::demo();
    let pages = [
        ("home", "/", "Learn something that stays with you."),
        ("catalog", "/catalog?category=Physics", "data-total=\"168\""),
        ("course", "/course/introduction-to-rust", "What you will learn"),
        ("search", "/search?q=watercolor+paintng", "Watercolour Painting"),
        ("profile", "/profile/login", "a password of at least 4 characters"),
        ("status", "/status", "data-service=\"courses-api\" data-up=\"true\""),
        ("courses-api", "/api/courses/introduction-to-rust", "\"title\":\"Introduction to Rust\""),
        ("enterprise", "/enterprise/pricing", "/enterprise/assets/"),
    ];
    for (app, path, text) in pages {
        for host in ["localhost".to_owned(), format!("{app}.localhost")] {
            let answer = world.get(&host, path);
            assert_eq!(answer.status, 200, "{host}{path}");
            assert!(answer.body.contains(text), "{host}{path} contains {text}");
        }
    }
    let learn = world.get("localhost", "/learn");
    let login = format!("http://localhost:{}/profile/login?next=/learn", world.port);
    assert_eq!((learn.status, learn.header("location")), (302, Some(login.as_str())));
    browser(&world);
    world.down();
}

fn browser(world: &World) {
    let output = Command::new("node")
        .args(["--test", "academy.test.mjs"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/browser"))
        .env("SITE", format!("http://localhost:{}", world.port))
        .output()
        .expect("node starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn a_commit_builds_what_it_affects_and_nothing_else() {
    let mut world = World::demo();
    let with_header = ["catalog", "course", "enterprise", "home", "learn", "profile", "search"];
    let check = |commit: &str, expected: &[&str], reason: &str| {
        assert_eq!(world.affected("production", commit), expected, "{commit}");
        for (app, reasons) in world.planned("production", commit).unwrap_or_default() {
            assert!(reasons.iter().any(|it| it.contains(reason)), "{app}: {reasons:?} say {reason}");
        }
    };
    let header = "`packages/header/src/index.tsx` changed, needed through @academy/header";
    check(&world.add("packages/header/src/index.tsx", "// Another line."), &with_header, header);
    check(
        &world.add("apps/catalog/src/app.tsx", "// Another line."),
        &["catalog"],
        "`apps/catalog/src/app.tsx` changed",
    );
    let index = "`packages/search-index/src/index.ts` changed, needed through @academy/search-index";
    check(&world.add("packages/search-index/src/index.ts", "// Another line."), &["search"], index);
    check(&world.add("README.md", "Another line."), &[], "");
    other_version(&world, "fuse.js", "7.4.2");
    check(&world.commit("fuse.js: 7.4.2"), &["search"], "dependency `fuse.js` changed (7.5.0 → 7.4.2)");
    let builds = world.ask(&["builds"]);
    let of_catalog = builds.as_array().expect("builds").iter().filter(|build| build["package"] == "@academy/catalog");
    assert_eq!(of_catalog.count(), 3, "{builds}");
    world.down();
}

/// Puts another version of a package into the lockfile, and into nothing else.
fn other_version(world: &World, package: &str, version: &str) {
    let view = |field: &str| {
        let output =
            Command::new("npm").args(["view", &format!("{package}@{version}"), field]).output().expect("npm starts");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let place = world.repository().join("package-lock.json");
    let mut lockfile: serde_json::Value = serde_json::from_slice(&fs::read(&place).expect("a lockfile")).expect("JSON");
    let entry = &mut lockfile["packages"][format!("node_modules/{package}")];
    entry["version"] = version.into();
    entry["integrity"] = view("dist.integrity").into();
    entry["resolved"] = format!("https://registry.npmjs.org/{package}/-/{package}-{version}.tgz").into();
    fs::write(place, serde_json::to_string_pretty(&lockfile).expect("JSON")).expect("it can be written");
}

#[test]
fn a_branch_is_laid_over_production() {
    let mut world = World::demo();
    world.git(&["switch", "--quiet", "--create", "feat/New-Catalog"]);
    let commit = world.replace("apps/catalog/src/app.tsx", "\"All courses\"", "\"Every single course\"");
    world.settled("feat-new-catalog", &commit);
    for host in ["feat-new-catalog.localhost", "catalog--feat-new-catalog.localhost"] {
        let page = world.get(host, "/catalog");
        assert!(
            page.body.contains("Every single course") && page.body.contains("You are looking at a preview"),
            "{host}"
        );
        assert_eq!(page.attribute("data-environment"), Some("feat-new-catalog"));
    }
    let home = world.get("feat-new-catalog.localhost", "/");
    assert_eq!(home.attribute("data-environment"), Some("production"));
    assert!(!world.get("localhost", "/catalog").body.contains("Every single course"));
    renderers_fall_through(&mut world);
    world.git(&["switch", "--quiet", "main"]);
    world.git(&["branch", "--quiet", "--delete", "--force", "feat/New-Catalog"]);
    world.wait("the preview's end", |world| world.environment("feat-new-catalog").is_none().then_some(()));
    world.wait("its instance's end", |world| {
        let report = world.ask(&["status"])["report"].clone();
        (report["instances"].as_array().map(Vec::len) == Some(APPS.len() - 1)).then_some(())
    });
    assert_eq!(world.get("feat-new-catalog.localhost", "/catalog").status, 404);
    let table = fs::read_to_string(world.data().join("edge/table.json")).expect("a table");
    assert!(!table.contains("feat-new-catalog"), "the route table still names it");
    world.down();
}

/// From renderer to renderer: the preview's own API answers the preview's catalog, and no other.
fn renderers_fall_through(world: &mut World) {
    let logged = |world: &World, environment: &str| {
        world
            .logged()
            .iter()
            .filter(|it| it["client"] == "internal" && it["environment"] == environment)
            .cloned()
            .collect::<Vec<_>>()
    };
    let calls = logged(world, "feat-new-catalog");
    let production = world.version("courses-api");
    assert!(!calls.is_empty() && calls.iter().all(|call| call["version"] == production.as_str()), "{calls:?}");
    let commit = world.replace("apps/courses-api/src/seed.js", "Physics", "Natural Philosophy");
    world.settled("feat-new-catalog", &commit);
    let shows = |world: &World, host: &str| world.get(host, "/catalog").body.contains("Natural Philosophy");
    assert!(shows(world, "feat-new-catalog.localhost"));
    assert!(!shows(world, "localhost"));
}

#[test]
fn of_three_hundred_branches_the_ten_newest_are_built() {
    let mut world = World::empty();
    prepare_branches(&world);
    world.start(&["up"]);
    let awake = |world: &World| -> Vec<String> {
        let status = world.ask(&["status"]);
        let all = status["environments"].as_array().cloned().unwrap_or_default();
        let awake = all.iter().filter(|it| it["awake"] == true && it["name"] != "production");
        awake.filter_map(|it| it["name"].as_str().map(str::to_owned)).collect()
    };
    let expected: Vec<String> = (1..=10).map(|number| format!("young-{number:02}")).collect();
    // Also the page that asks for patience names its environment.
    let is_live = |world: &World, name: &str| {
        let answer = world.get(&format!("{name}.localhost"), "/");
        answer.status == 200 && answer.body.contains(name)
    };
    world.wait("ten previews being live", |world| {
        expected.iter().all(|name| world.environment(name).is_some() && is_live(world, name)).then_some(())
    });
    assert_eq!(awake(&world), expected);
    let asleep = world.get("young-11.localhost", "/");
    assert_eq!((asleep.status, asleep.header("retry-after")), (503, Some("2")));
    world.wait("the eleventh being live", |world| is_live(world, "young-11").then_some(()));
    assert_eq!(awake(&world).len(), 11);
    world.down();
}

/// A small workspace: one app without dependencies, 15 young branches and 285 old ones.
fn prepare_branches(world: &World) {
    let build =
        r#"{"name": "web", "private": true, "scripts": {"build": "cp name.txt built.txt", "start": "node server.js"}}"#;
    let server = "require('http').createServer((_, answer) => answer.end(require('fs').readFileSync('built.txt'))).listen(process.env.PORT)\n";
    world.repository_of(&[
        ("package.json", r#"{"name": "small", "private": true, "workspaces": ["apps/*"]}"#),
        ("apps/web/package.json", build),
        ("apps/web/server.js", server),
        ("apps/web/name.txt", "main\n"),
    ]);
    let hour = 3600;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let tree = world.git(&["rev-parse", "HEAD"]);
    for number in 1..=300_u64 {
        let (name, age) = if number <= 15 {
            (format!("young-{number:02}"), number * hour)
        } else {
            (format!("old-{number}"), (20 * 24 + number) * hour)
        };
        world.write("apps/web/name.txt", &format!("{name}\n"));
        let date = format!("{} +0000", now - age);
        world.git(&["add", "--all"]);
        let tree_id = world.git(&["write-tree"]);
        let output = Command::new("git")
            .arg("-C")
            .arg(world.repository())
            .args(["commit-tree", "-p", &tree, "-m", &name, &tree_id])
            .env("GIT_COMMITTER_DATE", &date)
            .env("GIT_AUTHOR_DATE", &date)
            .output()
            .expect("git starts");
        let commit = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        world.git(&["branch", &name, &commit]);
    }
    world.git(&["reset", "--quiet", "--hard", "HEAD"]);
}

#[test]
fn bad_commits_change_nothing_and_good_ones_go_on() {
    let mut world = World::demo();
    let before = world.version("catalog");
    let still_serves = |world: &World| {
        assert_eq!(world.version("catalog"), before);
        assert_eq!(world.get("localhost", "/catalog").status, 200);
    };
    let type_error = world.add("apps/catalog/src/app.tsx", "export const wrong: number = \"a text\";");
    world.settled("production", &type_error);
    still_serves(&world);
    let printed = world.printed();
    assert!(printed.contains("building `@academy/catalog` failed") && printed.contains("TS2322"), "{printed}");
    world.git(&["revert", "--no-edit", "HEAD"]);

    let crash = world.replace("apps/catalog/package.json", "\"start\": \"", "\"start\": \"echo going down; exit 7; ");
    world.settled("production", &crash);
    still_serves(&world);
    let printed = world.printed();
    assert!(
        printed.contains("deploying `catalog` failed: exited with status 7") && printed.contains("| going down"),
        "{printed}"
    );
    world.git(&["revert", "--no-edit", "HEAD"]);

    let dies = world.replace(
        "apps/catalog/package.json",
        "\"start\": \"",
        "\"start\": \"(sleep 20; echo I die; kill -9 1; kill -9 $$; kill -9 -1) & ",
    );
    world.wait("the release going live", |world| (world.version("catalog") != before).then_some(()));
    world.wait("the return", |world| world.printed().contains("failed after it went live").then_some(()));
    world.settled("production", &dies);
    still_serves(&world);
    world.git(&["revert", "--no-edit", "HEAD"]);

    let good = world.add("apps/catalog/src/app.tsx", "// A good line.");
    world.settled("production", &good);
    assert_ne!(world.version("catalog"), before);
    assert_eq!(world.get("localhost", "/catalog").status, 200);
    world.down();
}

#[test]
fn a_release_that_never_becomes_healthy_is_given_up() {
    let mut world = World::demo();
    let before = world.version("status");
    world.replace("apps/status/package.json", "\"start\": \"", "\"start\": \"echo waiting for nothing; sleep 1000; ");
    world.wait("the end of patience", |world| {
        world.printed().contains("deploying `status` failed: it did not become healthy within 60 s").then_some(())
    });
    assert!(world.printed().contains("| waiting for nothing"));
    assert_eq!(world.version("status"), before);
    assert_eq!(world.get("localhost", "/status").status, 200);
    world.down();
}

#[test]
fn a_rollback_builds_nothing_and_survives() {
    let mut world = World::demo();
    let first = world.version("status");
    let commit = world.add("apps/status/src/page.js", "// Another line.");
    world.settled("production", &commit);
    let second = world.version("status");
    assert_ne!(first, second);
    let builds = world.ask(&["builds"]).as_array().map(Vec::len);
    let output = world.run(&["rollback", "status"]);
    assert!(output.status.success(), "{output:?}");
    world.wait("the rollback", |world| (world.version("status") == first).then_some(()));
    world.kill();
    assert_eq!(world.get("localhost", "/status").attribute("data-version"), Some(first.as_str()));
    world.start(&["up"]);
    let commit = world.add("apps/status/src/page.js", "// And another.");
    world.settled("production", &commit);
    assert_eq!(world.version("status"), first, "a pin outlives restarts and commits");
    assert_eq!(world.ask(&["builds"]).as_array().map(Vec::len), builds.map(|count| count + 1));
    assert!(world.run(&["unpin", "status"]).status.success());
    world.wait("following again", |world| (![&first, &second].contains(&&world.version("status"))).then_some(()));
    world.down();
}

#[test]
fn a_secret_is_a_release_without_a_build() {
    let mut world = World::demo();
    let release = |world: &World| world.environment("production").expect("production")["apps"][6]["release"].clone();
    let (before, version) = (release(&world), world.version("profile"));
    let builds = world.ask(&["builds"]);
    let output =
        world.run_with(&["secret", "set", "SESSION_SECRET", "--app", "profile"], "a value that nobody may see\n");
    assert!(output.status.success(), "{output:?}");
    world.wait("a new release", |world| (release(world) != before).then_some(()));
    assert_eq!(world.version("profile"), version);
    assert_eq!(world.ask(&["builds"]), builds);
    let database = fs::read(world.data().join("frontage.db")).expect("a database");
    let wal = fs::read(world.data().join("frontage.db-wal")).unwrap_or_default();
    let holds = |bytes: &[u8]| bytes.windows(17).any(|part| part == b"a value that nobo");
    assert!(!holds(&database) && !holds(&wal), "the log holds a secret's value");
    world.down();
}
