//! Traffic while things change and while things die: a client that never retries, and SIGKILL at different moments.
//!
//! Needs user namespaces, Node.js and the npm registry.

mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use world::{APPS, Answer, World};

/// A page of each app, and its app's name in it.
const PAGES: [(&str, &str, &str); 9] = [
    ("catalog", "/catalog", "data-app=\"catalog\""),
    ("course", "/course/introduction-to-rust", "data-app=\"course\""),
    ("courses-api", "/api/categories", "Computer Science"),
    ("enterprise", "/enterprise", "data-app=\"enterprise\""),
    ("home", "/", "data-app=\"home\""),
    ("learn", "/learn", ""),
    ("profile", "/profile/login", "data-app=\"profile\""),
    ("search", "/search?q=piano", "data-app=\"search\""),
    ("status", "/status", "data-app=\"status\""),
];

/// Apps whose pages name their version.
const VERSIONED: [&str; 6] = ["catalog", "course", "home", "profile", "search", "status"];

/// What a client saw.
#[derive(Debug, Default)]
struct Seen {
    requests: usize,
    failures: Vec<String>,
    /// Versions by app, in the order in which they were seen first.
    versions: BTreeMap<String, Vec<String>>,
}

/// Clients that ask for every app's page at a rate, until they are stopped. They never retry.
struct Traffic {
    going: Arc<AtomicBool>,
    seen: Arc<Mutex<Seen>>,
    clients: Vec<std::thread::JoinHandle<()>>,
}

impl Traffic {
    /// `clients` ask five times a second each, as far as the machine has time for them beside the builds.
    fn start(port: u16, clients: usize) -> Traffic {
        let (going, seen) = (Arc::new(AtomicBool::new(true)), Arc::new(Mutex::new(Seen::default())));
        let clients = (0..clients).map(|client| {
            let (going, seen) = (going.clone(), seen.clone());
            std::thread::spawn(move || ask_until_stopped(port, client, &going, &seen))
        });
        Traffic { clients: clients.collect(), going, seen }
    }

    /// Waits until the clients have seen these versions last.
    fn wait_for(&self, world: &World, versions: &BTreeMap<String, Vec<String>>) {
        world.wait("the newest versions being seen", |_| {
            let seen = self.seen.lock().expect("no client panicked");
            let last = |versions: &BTreeMap<String, Vec<String>>, app: &str| {
                versions.get(app).and_then(|it| it.last()).cloned()
            };
            VERSIONED.iter().all(|app| last(&seen.versions, app) == last(versions, app)).then_some(())
        });
    }

    fn stop(self) -> Seen {
        self.going.store(false, Ordering::Relaxed);
        for client in self.clients {
            client.join().expect("a client ends");
        }
        std::mem::take(&mut *self.seen.lock().expect("no client panicked"))
    }
}

fn ask_until_stopped(port: u16, client: usize, going: &AtomicBool, seen: &Mutex<Seen>) {
    let mut next = Instant::now() + Duration::from_millis(5 * client as u64);
    for number in client.. {
        if !going.load(Ordering::Relaxed) {
            return;
        }
        let now = Instant::now();
        if next > now {
            #[expect(clippy::disallowed_methods, reason = "a client keeps its rate")]
            std::thread::sleep(next - now);
        }
        next += Duration::from_millis(200);
        let (app, path, text) = PAGES[number % PAGES.len()];
        let answer = ask(port, path);
        let mut seen = seen.lock().expect("no client panicked");
        seen.requests += 1;
        match answer {
            Ok(answer) if answer.status < 400 && answer.body.contains(text) => {
                let version = answer.attribute("data-version").unwrap_or_default().to_owned();
                let versions = seen.versions.entry(app.to_owned()).or_default();
                if !version.is_empty() && versions.last() != Some(&version) {
                    versions.push(version);
                }
            }
            Ok(answer) => seen.failures.push(format!("{path}: {} {}", answer.status, answer.body)),
            Err(cause) => seen.failures.push(format!("{path}: {cause}")),
        }
    }
}

fn ask(port: u16, path: &str) -> std::io::Result<Answer> {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\n\r\n")?;
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard)?;
    Answer::read(&heard).ok_or_else(|| std::io::Error::other(format!("broken: {}", String::from_utf8_lossy(&heard))))
}

#[test]
fn no_request_fails_through_five_deployments_and_two_rollbacks() {
    let mut world = World::demo();
    let logged_before = settled_log(&world);
    let mut expected: BTreeMap<String, Vec<String>> =
        APPS.iter().map(|app| ((*app).to_owned(), vec![world.version(app)])).collect();
    let (traffic, since) = (Traffic::start(world.port, 16), Instant::now());
    let mut note = |world: &World| {
        for (app, versions) in &mut expected {
            let version = world.version(app);
            if versions.last() != Some(&version) {
                versions.push(version);
            }
        }
    };
    for (number, path) in [
        "apps/status/src/page.js",
        "packages/header/src/index.tsx",
        "apps/catalog/src/app.tsx",
        "apps/status/src/page.js",
        "packages/ui/src/format.ts",
    ]
    .into_iter()
    .enumerate()
    {
        let commit = world.add(path, &format!("// Deployment {number}."));
        world.settled("production", &commit);
        note(&world);
    }
    for app in ["status", "catalog"] {
        let before = world.version(app);
        assert!(world.run(&["rollback", app]).status.success());
        world.wait("the rollback", |world| (world.version(app) != before).then_some(()));
        note(&world);
    }
    traffic.wait_for(&world, &expected);
    let seen = traffic.stop();
    assert_eq!(seen.failures, Vec::<String>::new(), "of {} requests", seen.requests);
    let seconds = usize::try_from(since.elapsed().as_secs()).expect("a test is short");
    assert!(seen.requests > 50 * seconds, "only {} requests in {seconds} s", seen.requests);
    assert_eq!(settled_log(&world) - logged_before, seen.requests, "the access log tells of every request, once");
    for app in VERSIONED {
        assert_eq!(by_generation(&world, app), expected[app], "versions of {app} in their order");
        let bodies: BTreeSet<&String> = seen.versions[app].iter().collect();
        assert_eq!(bodies, expected[app].iter().collect(), "versions that pages of {app} name");
    }
    world.down();
}

/// Requests of clients outside that the access log tells of, once it is written.
fn settled_log(world: &World) -> usize {
    let count = |world: &World| world.logged().iter().filter(|entry| entry["client"] != "internal").count();
    let mut last = usize::MAX;
    world.wait("the log being written", |world| {
        let now = count(world);
        let is_same = now == last;
        last = now;
        is_same.then_some(now)
    })
}

/// Versions that answered outside clients for an app, in the order of the tables that decided: on their way to
/// different clients two answers may overtake each other.
fn by_generation(world: &World, app: &str) -> Vec<String> {
    let mut entries = world.logged();
    entries.retain(|entry| entry["client"] != "internal" && entry["app"] == app);
    entries.sort_by_key(|entry| entry["generation"].as_u64());
    let mut versions: Vec<String> =
        entries.iter().filter_map(|entry| entry["version"].as_str().map(str::to_owned)).collect();
    versions.dedup();
    versions
}

#[test]
fn killed_at_ten_moments_the_world_is_what_refs_and_pins_say() {
    let mut world = World::demo();
    let first = world.version("status");
    for moment in 0..10_u64 {
        let commit = world.add("packages/header/src/index.tsx", &format!("// Moment {moment}."));
        wait_for(150 * (moment % 5) + 400 * moment);
        match moment % 3 {
            0 => {}
            1 => kill_edge(&world),
            _ => kill_helpers(&world),
        }
        world.kill();
        if moment % 3 == 0 {
            // Without a controller pages keep coming.
            for (_, path, text) in PAGES {
                let answer = world.get("localhost", path);
                assert!(answer.status < 400 && answer.body.contains(text), "{path}: {answer:?}");
            }
        }
        world.start(&["up"]);
        world.settled("production", &commit);
        world.wait_for_live(&APPS);
        for (_, path, text) in PAGES {
            world.wait(&format!("`{path}`"), |world| {
                let answer = world.try_get("localhost", path).ok()?;
                (answer.status < 400 && answer.body.contains(text)).then_some(())
            });
        }
    }
    assert_eq!(world.version("status"), first, "a commit to another package changes nothing here");
    nothing_too_much(&world);
    world.down();
}

/// One sandbox, and no more, for each app with a server, and one edge; counted in the process table.
fn nothing_too_much(world: &World) {
    world.wait("old releases ending", |world| {
        let processes = world.processes();
        let count = |text: &str| processes.iter().filter(|it| it.contains(text)).count();
        // A sandbox is its helper and the first process inside.
        let sandboxes = count("__sandbox") == 2 * (APPS.len() - 1);
        let is_server = |it: &&String| it.split_once(' ').is_some_and(|(_, command)| command.starts_with("node "));
        let servers = processes.iter().filter(is_server).count();
        (sandboxes && count(" edge ") == 1 && servers == APPS.len() - 1).then_some(())
    });
}

fn kill_edge(world: &World) {
    kill(&pids(world, " edge "));
}

/// Helpers before what is in their sandboxes: the other way round an instance ended by itself, and that is its fault.
fn kill_helpers(world: &World) {
    let (inside, helpers): (Vec<u32>, Vec<u32>) = {
        let all = pids(world, "__sandbox");
        all.iter().partition(|pid| parent(**pid).is_some_and(|parent| all.contains(&parent)))
    };
    kill(&helpers);
    kill(&inside);
}

fn pids(world: &World, which: &str) -> Vec<u32> {
    let processes = world.processes();
    let pid = |process: &String| process.split(' ').next().and_then(|pid| pid.parse().ok());
    processes.iter().filter(|process| process.contains(which)).filter_map(pid).collect()
}

fn parent(pid: u32) -> Option<u32> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("PPid:")?.trim().parse().ok())
}

fn kill(pids: &[u32]) {
    for pid in pids {
        let killed = std::process::Command::new("kill").args(["-9", &pid.to_string()]).output().expect("kill starts");
        // It may have ended meanwhile.
        drop(killed);
    }
}

#[expect(clippy::disallowed_methods, reason = "different moments are what is tested")]
fn wait_for(ms: u64) {
    std::thread::sleep(Duration::from_millis(ms));
}
