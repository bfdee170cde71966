//! Apps that misbehave, each in its own way, beside one that does not: each is said in words, nothing of the machine
//! is touched, and the good one is built and answers all the while.
//!
//! Needs user namespaces, control groups and Node.js.

mod world;

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use world::World;

/// Answers on the port that it is told.
const SERVER: &str = "require('http').createServer((_, answer) => answer.end('well')).listen(process.env.PORT)";

/// Starts ever more processes, and goes on when it may not.
const FORKS: &str = "const { spawn } = require('child_process');
const more = () => { const child = spawn('sleep', ['2718']); child.on('error', () => setTimeout(more, 5)); child.on('spawn', more); };
more(); more();";

/// Answers on a port of its own choice, over IPv6 alone.
const SIX: &str = "require('http').createServer((_, answer) => answer.end('six')).listen(5006, '::1')";

/// Answers on a socket in a file, which nobody can ask.
const SOCKET: &str = "require('http').createServer((_, answer) => answer.end('no')).listen('/tmp/own.sock')";

/// Prints 100 MB, much of it in one line.
const LOUD: &str = "const fs = require('fs');
fs.writeSync(1, 'x'.repeat(1 << 20));
for (let megabyte = 0; megabyte < 99; megabyte++) fs.writeSync(1, ('y'.repeat(1023) + '\\n').repeat(1024));
fs.writeSync(1, '\\nthat was all\\n');";

/// Writes wherever it can, and leaves links that lead out.
const OUTSIDE: &str = "const fs = require('fs');
for (const path of ['/etc/misbehaviour', '/usr/misbehaviour', '/misbehaviour', '/opt/toolchains/misbehaviour', '../good/server.js', '../../../misbehaviour', '../../.git/misbehaviour']) {
  try { fs.writeFileSync(path, 'was here'); } catch {}
}
fs.mkdirSync('dist', { recursive: true });
fs.writeFileSync('dist/index.html', '<p>a page</p>');
fs.symlinkSync('/etc', 'dist/etc');
fs.symlinkSync('../../../../../../etc/passwd', 'dist/passwd.txt');";

fn manifest(name: &str, scripts: &Value) -> String {
    json!({"name": name, "private": true, "scripts": scripts}).to_string()
}

#[test]
fn one_good_app_beside_nine_bad_ones() {
    let builds = |file: &str| json!({"build": format!("node {file}"), "start": "node server.js"});
    let starts = |command: &str| json!({"start": command});
    let apps: [(&str, Value, &str, &str); 10] = [
        ("good", starts("node server.js"), "server.js", SERVER),
        ("forks", builds("build.js"), "build.js", FORKS),
        ("endless", builds("build.js"), "build.js", "console.log('begun'); setInterval(() => {}, 1000)"),
        (
            "throws",
            builds("build.js"),
            "build.js",
            "throw new Error('no colour is set: getaddrinfo EAI_AGAIN colours.invalid')",
        ),
        ("loud", builds("build.js"), "build.js", LOUD),
        ("outside", json!({"build": "node build.js"}), "build.js", OUTSIDE),
        ("daemon", starts("nohup node server.js > /dev/null 2>&1 &"), "server.js", SERVER),
        ("swarm", starts("node server.js"), "server.js", FORKS),
        ("six", starts("node server.js"), "server.js", SIX),
        ("socket", starts("node server.js"), "server.js", SOCKET),
    ];
    let mut files = vec![("package.json".to_owned(), r#"{"private": true, "workspaces": ["apps/*"]}"#.to_owned())];
    for (name, scripts, file, text) in &apps {
        files.push((format!("apps/{name}/package.json"), manifest(name, scripts)));
        files.push((format!("apps/{name}/server.js"), SERVER.to_owned()));
        files.push((format!("apps/{name}/{file}"), (*text).to_owned()));
    }
    files.push(("frontage.toml".to_owned(), "[apps.outside]\noutput = \"dist\"\n".to_owned()));
    let mut world = World::empty();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    world.repository_of(&files);
    world.start(&["up", "--build-minutes", "2"]);

    // What is well is live long before the last of the others is given up.
    world.wait_for_live(&["good", "six", "loud", "outside"]);
    let answers = |app: &str| world.get(&format!("{app}.localhost"), "/").body;
    assert_eq!(answers("good"), "well", "what another build wrote over its file is seen by nobody");
    assert_eq!((answers("six").as_str(), answers("loud").as_str()), ("six", "well"));
    assert_eq!(answers("outside"), "<p>a page</p>");
    for path in ["/etc/passwd", "/etc/", "/passwd.txt"] {
        let answer = world.get("outside.localhost", path);
        assert!(!answer.body.contains("root:"), "no link leads out, {path}: {answer:?}");
    }

    let said = |app: &str, parts: &[&str]| {
        world.wait_within(&format!("`{app}` being given up: {parts:?}"), Duration::from_secs(240), |world| {
            let condition = condition(world, app)?;
            parts.iter().all(|part| condition.contains(part)).then_some(())
        });
    };
    said("throws", &["build failed", "exited with status 1"]);
    let hint = state(&world, "throws").expect("it is known")["hint"].to_string();
    assert!(hint.contains("build_network = true"), "what helps a build, not a start: {hint}");
    said("daemon", &["ended by itself, with status 0", "has to stay in the foreground"]);
    said("forks", &["was killed: out of processes"]);
    said("endless", &["was killed: out of time"]);
    said("socket", &["it listens on a Unix socket and on no port"]);
    let printed = world.printed();
    for words in ["no colour is set", "4096 processes and threads at once", "--build-minutes"] {
        assert!(printed.contains(words), "`{words}` is said:\n{printed}");
    }

    // What forks while it runs is a worker, as it opens no port; it has as many processes as it may, and no more.
    assert_eq!(condition(&world, "swarm").as_deref(), Some("live"));
    let forked = world.processes().into_iter().filter(|process| process.contains("sleep 2718")).count();
    assert!((100..512).contains(&forked), "{forked} processes");

    assert_eq!(answers("good"), "well");
    for path in ["/etc/misbehaviour", "/usr/misbehaviour", "/misbehaviour", "/opt/toolchains/misbehaviour"] {
        assert!(!Path::new(path).exists(), "{path}");
    }
    assert_eq!(world.git(&["status", "--porcelain"]), "", "nothing in the repository was touched");
    assert!(!world.repository().join(".git/misbehaviour").exists());
    // Logs are bounded: two files of 16 MiB each, and the last line is there.
    let logs = fs::read_dir(world.data().join("logs/builds")).expect("logs").flatten();
    let written: u64 = logs.map(|log| log.metadata().expect("a file").len()).sum();
    assert!((16 << 20..40 << 20).contains(&written), "{written} bytes of logs");
    let is_whole = |log: fs::DirEntry| fs::read_to_string(log.path()).is_ok_and(|text| text.contains("that was all"));
    assert!(fs::read_dir(world.data().join("logs/builds")).expect("logs").flatten().any(is_whole));
    world.down();
    let left: Vec<String> = world.processes().into_iter().filter(|process| process.contains("2718")).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// How an app stands, in a sentence.
fn condition(world: &World, app: &str) -> Option<String> {
    state(world, app)?["condition"].as_str().map(str::to_owned)
}

/// What `status` says of an app.
fn state(world: &World, app: &str) -> Option<Value> {
    world.environment("production")?["apps"].as_array()?.iter().find(|it| it["name"] == app).cloned()
}
