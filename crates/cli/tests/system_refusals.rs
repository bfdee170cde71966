//! Bad input: what cannot be used is refused with what failed, on what and what to do, and nothing is lost.
//!
//! Needs user namespaces and Node.js.

mod world;

use std::fs;
use std::process::{Command, Output};

use world::World;

/// A repository with these files in one commit; `-` in place of a text leaves the file out.
fn repository(files: &[(&str, &str)]) -> World {
    let world = World::empty();
    let usual = SMALL.iter().filter(|(path, _)| !files.iter().any(|(other, _)| other == path));
    let all: Vec<(&str, &str)> = usual.chain(files).filter(|(_, text)| *text != "-").copied().collect();
    world.repository_of(&all);
    world
}

/// One app without dependencies.
const SMALL: [(&str, &str); 4] = [
    ("package.json", r#"{"name": "small", "private": true, "workspaces": ["apps/*"]}"#),
    (
        "apps/web/package.json",
        r#"{"name": "web", "private": true, "scripts": {"build": "cp text.txt built.txt", "start": "node server.js"}}"#,
    ),
    ("apps/web/text.txt", "first\n"),
    (
        "apps/web/server.js",
        "require('http').createServer((_, answer) => answer.end(require('fs').readFileSync('built.txt'))).listen(process.env.PORT)\n",
    ),
];

/// `up` refuses with status 2, and says each of these.
fn refuses(world: &World, said: &[&str]) {
    let output = up(world);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.starts_with("error: "), "{text}");
    for part in said {
        assert!(text.contains(part), "`{part}` is said:\n{text}");
    }
}

fn up(world: &World) -> Output {
    world.run(&["up", "--listen", &format!("127.0.0.1:{}", world.port)])
}

#[test]
fn what_is_no_repository_is_refused() {
    let world = World::empty();
    fs::create_dir_all(world.repository()).expect("a folder");
    refuses(&world, &["is not in a git repository", "hint: `git init`"]);
    world.git(&["init", "--quiet", "--initial-branch=main"]);
    refuses(&world, &["has no commits", "hint: `git add"]);
}

#[test]
fn unusable_commits_are_refused_with_their_place() {
    let check = |files: &[(&str, &str)], said: &[&str]| refuses(&repository(files), said);
    let nothing = [("package.json", "-"), ("apps/web/package.json", "-"), ("apps/web/server.js", "-")];
    check(&nothing, &["there is no `package.json` anywhere in the repository", "hint: `frontage` serves"]);
    check(
        &[("package.json", r#"{"name": "small"}"#)],
        &["no app is found among 1 member", "nothing to build or start", "hint: `[apps.NAME]` with `path`"],
    );
    check(&[("package.json", "{")], &["package.json:1:"]);
    check(
        &[("apps/web/package.json", r#"{"name": "web"}"#)],
        &["no app is found among 2 members", "hint: `[apps.NAME]` with `path`"],
    );
    check(&[("frontage.toml", "[apps.web]\nroute = [\"/x\"]\n")], &["frontage.toml:2:1", "did you mean `routes`?"]);
    check(&[("frontage.toml", "[apps.Web_App]\npath = \"apps/web\"\n")], &["frontage.toml:1:", "Web_App"]);
    check(
        &[("frontage.toml", "[apps.one]\npath = \"apps/web\"\n[apps.two]\npath = \"apps/web\"\n")],
        &["are the same app"],
    );
    check(
        &[
            ("apps/other/package.json", r#"{"name": "other", "scripts": {"start": "node x.js", "build": "true"}}"#),
            ("frontage.toml", "[apps.web]\nroutes = [\"/x\"]\n[apps.other]\nroutes = [\"/x\"]\n"),
        ],
        &["frontage.toml:", "`/x`"],
    );
    check(&[("package-lock.json", "{ not json")], &["package-lock.json:1:"]);
    check(&[("frontage.toml", "[site]\nproduction = \"trunk\"\n")], &["there is no branch `trunk`", "`main`"]);
}

#[test]
fn addresses_and_folders_in_use_are_refused() {
    let world = repository(&[]);
    let listener = std::net::TcpListener::bind(("127.0.0.1", world.port)).expect("the port is free");
    refuses(&world, &[&format!("cannot listen on 127.0.0.1:{}", world.port), "hint: name another address"]);
    drop(listener);
    let mut world = world;
    world.start(&["up"]);
    world.wait_for_live(&["web"]);
    refuses(&world, &["another `frontage` works on", "hint: `frontage status` shows it"]);
    world.down();
}

#[test]
fn a_missing_node_is_said() {
    let world = repository(&[]);
    let programs = tempfile::tempdir().expect("a folder");
    for name in ["git", "sh", "cc"] {
        let found = Command::new("sh").args(["-c", &format!("command -v {name}")]).output().expect("sh starts");
        let found = String::from_utf8_lossy(&found.stdout).trim().to_owned();
        std::os::unix::fs::symlink(found, programs.path().join(name)).expect("a link");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_frontage"))
        .env("PATH", programs.path())
        .arg("--data")
        .arg(world.data())
        .arg("up")
        .arg(world.repository())
        .output()
        .expect("frontage starts");
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("there is no Node.js on this machine") && text.contains("hint: install Node.js"), "{text}");
}

#[test]
fn a_damaged_database_is_refused_and_kept() {
    let world = repository(&[]);
    fs::create_dir_all(world.data()).expect("a folder");
    fs::write(world.data().join("frontage.db"), "this is no database, and somebody may want it back").expect("written");
    refuses(&world, &["the state cannot be used", "is damaged", "hint: move the file away"]);
    let kept = fs::read_to_string(world.data().join("frontage.db")).expect("it is there");
    assert_eq!(kept, "this is no database, and somebody may want it back");
}

#[test]
fn a_damaged_table_is_refused_whole_and_written_again() {
    let mut world = repository(&[]);
    world.start(&["up"]);
    world.wait_for_live(&["web"]);
    fs::write(world.data().join("edge/table.json"), "{\"format\": 1, \"gener").expect("written");
    let commit = world.add("apps/web/text.txt", "second");
    assert_eq!(world.get("localhost", "/").status, 200, "the edge keeps its last good table");
    world.settled("production", &commit);
    world.wait("the new page", |world| world.get("localhost", "/").body.contains("second").then_some(()));
    world.kill();
    fs::write(world.data().join("edge/table.json"), "nonsense").expect("written");
    world.start(&["up"]);
    let commit = world.add("apps/web/text.txt", "third");
    world.settled("production", &commit);
    world.wait("the new page", |world| world.get("localhost", "/").body.contains("third").then_some(()));
    world.down();
}

#[test]
fn a_full_disk_is_said_and_got_over() {
    let mut world = repository(&[]);
    fs::create_dir_all(world.data()).expect("a folder");
    let mount = |arguments: &[&str]| {
        let output = Command::new("mount").args(arguments).arg(world.data()).output().expect("mount starts");
        assert!(output.status.success(), "only root can mount: {output:?}");
    };
    mount(&["-t", "tmpfs", "-o", "size=48m", "tmpfs"]);
    let _unmounted = Mounted(world.data());
    world.start(&["up"]);
    world.wait("the full disk being said", |world| world.printed().contains("No space left on device").then_some(()));
    assert!(world.printed().contains("could not be done, and is tried again"), "{}", world.printed());
    Command::new("mount").args(["-o", "remount,size=1g"]).arg(world.data()).status().expect("mount starts");
    world.wait_for_live(&["web"]);
    assert_eq!(world.get("localhost", "/").body, "first\n");
    let output = world.run(&["down"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(world.ended(), 0);
}

/// A mount that goes with its test.
struct Mounted(std::path::PathBuf);

impl Drop for Mounted {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("--lazy").arg(&self.0).status());
    }
}

#[test]
fn strange_branches_have_names_and_hosts() {
    let mut world = repository(&[]);
    world.start(&["up"]);
    world.wait_for_live(&["web"]);
    let long = "x".repeat(200);
    for (branch, environment) in [
        ("feat/Ünï_cøde--x", "feat-n-c-de-x"),
        ("web", "web-"),
        ("production", "production-"),
        (long.as_str(), "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-"),
    ] {
        world.git(&["switch", "--quiet", "--create", branch, "main"]);
        let commit = world.add("apps/web/text.txt", &format!("branch {environment}"));
        let name = world.wait("the environment", |world| {
            let status = world.ask(&["status"]);
            let all = status["environments"].as_array()?.clone();
            all.iter().find(|it| it["head"]["commit"] == commit.as_str())?["name"].as_str().map(str::to_owned)
        });
        assert!(name.starts_with(environment) && name != "production" && name != "web", "{branch}: {name}");
        world.wait("its page", |world| {
            world.get(&format!("{name}.localhost"), "/").body.contains(&format!("branch {environment}")).then_some(())
        });
    }
    assert_eq!(world.get("web.localhost", "/").body, "first\n", "a branch never takes an app's host");
    world.down();
}

#[test]
fn links_submodules_cycles_and_shallow_clones_are_stated() {
    let world = repository(&[
        ("packages/a/package.json", r#"{"name": "a", "dependencies": {"b": "*"}}"#),
        ("packages/b/package.json", r#"{"name": "b", "dependencies": {"a": "*"}}"#),
        ("package.json", r#"{"name": "small", "private": true, "workspaces": ["apps/*", "packages/*"]}"#),
    ]);
    std::os::unix::fs::symlink("/etc/passwd", world.repository().join("apps/web/outside")).expect("a link");
    world.commit("a link that leaves");
    let object = world.git(&["rev-parse", "HEAD"]);
    world.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{object},vendor/theme")]);
    world.git(&["commit", "--quiet", "--message", "a submodule"]);
    let shallow = World::empty();
    let url = format!("file://{}", world.repository().display());
    let cloned = Command::new("git")
        .args(["clone", "--quiet", "--depth", "1", &url])
        .arg(shallow.repository())
        .output()
        .expect("git starts");
    assert!(cloned.status.success(), "{cloned:?}");
    let mut shallow = shallow;
    shallow.start(&["up"]);
    shallow.wait_for_live(&["web"]);
    let printed = shallow.printed();
    for part in ["`a`", "it is a symbolic link that leaves the repository", "it is a submodule"] {
        assert!(printed.contains(part), "`{part}` is said:\n{printed}");
    }
    shallow.down();
}

#[test]
fn hostile_bytes_are_answered_with_400() {
    let mut world = repository(&[]);
    world.start(&["up"]);
    world.wait_for_live(&["web"]);
    for request in [
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: a b\r\n\r\n",
        "GET http://other/ HTTP/1.1\r\nhost: localhost\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: localhost\r\nx y: 1\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        "\u{0}\u{1}\u{2}\r\n\r\n",
    ] {
        let request = request.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");
        let answer = world.send(request.as_bytes()).map(|answer| answer.status);
        assert_eq!(answer.ok(), Some(400), "{request:?}");
    }
    let huge = format!("GET / HTTP/1.1\r\nhost: localhost\r\nx: {}\r\nconnection: close\r\n\r\n", "y".repeat(1 << 20));
    let answer = world.send(huge.as_bytes()).map(|answer| answer.status);
    assert!(matches!(answer, Ok(431) | Err(_)), "{answer:?}");
    assert_eq!(world.get("localhost", "/").status, 200);
    assert_eq!(world.get("nobody.example", "/").status, 404);
    world.down();
}

#[test]
fn what_failed_by_the_network_is_tried_again_with_the_next_commit() {
    let outside = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let port = outside.local_addr().expect("it is bound").port();
    drop(outside);
    let build = format!(
        "fetch('http://127.0.0.1:{port}/').then((it) => it.text()).then((it) => require('fs').writeFileSync('built.txt', it))"
    );
    let mut world = repository(&[
        (
            "apps/web/package.json",
            r#"{"name": "web", "private": true, "scripts": {"build": "node build.js", "start": "node server.js"}}"#,
        ),
        ("apps/web/build.js", &build),
        ("frontage.toml", "[apps.web]\nbuild_network = true\n"),
    ]);
    world.start(&["up"]);
    let condition = |world: &World| Some(world.environment("production")?["apps"][0]["condition"].as_str()?.to_owned());
    world.wait("the build failing", |world| condition(world)?.contains("build failed").then_some(()));
    let outside = std::net::TcpListener::bind(("127.0.0.1", port)).expect("the port is free again");
    std::thread::spawn(move || {
        for stream in outside.incoming().flatten() {
            let answer = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nhere";
            drop(std::io::Write::write_all(&mut &stream, answer.as_bytes()));
        }
    });
    world.git(&["commit", "--quiet", "--allow-empty", "--message", "again"]);
    world.wait_for_live(&["web"]);
    assert_eq!(world.get("web.localhost", "/").body, "here");
    world.down();
}
