//! Sandboxes on this machine: what an instance sees, may use and leaves; as root and as an ordinary user.
//!
//! Needs user namespaces and Node.js, and root for the part as an ordinary user.

mod world;

use std::fs;
use std::path::Path;
use std::process::Command;

use engine::InstanceSpec;
use engine_local::LocalRuntime;
use model::{Artifact, EnvironmentName, NetworkAccess, Resources};
use serde_json::Value;
use world::{World, free_port};

/// A server that tells what it sees, and misbehaves when it is asked to.
const SERVER: &str = r#"
const fs = require("node:fs"), net = require("node:net"), http = require("node:http");
const tried = (work) => { try { return work() ?? "done"; } catch (error) { return error.code ?? String(error); } };
const reach = (host, port) => new Promise((resolve) => {
  const socket = net.connect({ host, port, timeout: 2000 }, () => resolve("reached"));
  socket.on("error", (error) => resolve(error.code)).on("timeout", () => resolve("timeout"));
});
const answers = {
  "/sees": async () => ({
    programs: fs.readdirSync("/usr/bin").sort(),
    root: fs.readdirSync("/").sort(),
    processes: fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)).length,
    user: process.getuid(),
    host: require("node:os").hostname(),
    secret: process.env.FRONTAGE_TEST_SECRET ?? null,
    passwords: tried(() => fs.readFileSync("/etc/shadow", "utf8")),
    own: tried(() => fs.writeFileSync("/srv/repo/apps/web/mine", "x")),
    system: tried(() => fs.writeFileSync("/usr/bin/mine", "x")),
    temporary: tried(() => fs.writeFileSync("/tmp/mine", "x")),
    outside: await reach("1.1.1.1", 80),
    host_loopback: await reach("127.0.0.1", Number(process.env.FRONTAGE_TEST_PORT)),
    capabilities: /CapEff:\s*(\w+)/.exec(fs.readFileSync("/proc/self/status", "utf8"))[1],
    no_new_privileges: /NoNewPrivs:\s*(\d)/.exec(fs.readFileSync("/proc/self/status", "utf8"))[1],
    other: await fetch("http://other.internal/").then((answer) => answer.text(), String),
  }),
  "/eat": async () => { const kept = []; for (;;) kept.push(Buffer.alloc(8 << 20, 1)); },
};
http.createServer(async (request, answer) => {
  const work = answers[request.url];
  answer.end(work ? JSON.stringify(await work()) : "here");
}).listen(process.argv[2] ?? process.env.PORT);
"#;

fn repository(world: &World) {
    let configuration = format!(
        "[site]\ndefault = \"web\"\n[apps.web]\nmemory = \"96 MiB\"\n[apps.web.env]\nFRONTAGE_TEST_PORT = \"{}\"\n",
        world.port
    );
    world.repository_of(&[
        ("package.json", r#"{"name": "small", "private": true, "workspaces": ["apps/*"]}"#),
        ("apps/web/package.json", r#"{"name": "web", "scripts": {"build": "true", "start": "node server.js"}}"#),
        ("apps/web/server.js", SERVER),
        // Ignores `PORT`, and listens where it likes.
        (
            "apps/other/package.json",
            r#"{"name": "other", "scripts": {"build": "true", "start": "node server.js 4711"}}"#,
        ),
        ("apps/other/server.js", SERVER),
        ("frontage.toml", &configuration),
    ]);
}

fn sees(world: &World) -> Value {
    serde_json::from_str(&world.get("localhost", "/sees").body).expect("it answers JSON")
}

fn is_isolated(world: &World) {
    let sees = sees(world);
    let programs: Vec<&str> = sees["programs"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert!(programs.contains(&"env") && !programs.contains(&"git") && !programs.contains(&"apt"), "{programs:?}");
    assert_eq!(sees["user"], 1000);
    assert_eq!(sees["host"], "frontage");
    assert!(sees["processes"].as_u64().expect("a number") <= 4, "{sees}");
    assert_eq!(
        (&sees["passwords"], &sees["own"], &sees["system"]),
        (&"ENOENT".into(), &"EROFS".into(), &"EROFS".into()),
        "{sees}"
    );
    assert_eq!(sees["temporary"], "done");
    assert_ne!(sees["outside"], "reached");
    assert_ne!(sees["host_loopback"], "reached", "the host's loopback is not the instance's");
    assert_eq!((&sees["capabilities"], &sees["no_new_privileges"]), (&"0000000000000000".into(), &"1".into()));
    assert_eq!(sees["secret"], Value::Null, "the environment of `up` stays outside");
    assert_eq!(sees["other"], "here", "an app is reached by its `.internal` name");
}

#[test]
fn an_instance_sees_its_layers_and_nothing_else() {
    let mut world = World::empty();
    repository(&world);
    world.start(&["up"]);
    world.wait_for_live(&["web", "other"]);
    is_isolated(&world);
    world.down();
}

#[test]
fn an_ordinary_user_can_do_all_of_it() {
    let mut world = World::empty();
    world.user = Some(54_321);
    repository(&world);
    world.give_to_user();
    world.start(&["up"]);
    world.wait_for_live(&["web", "other"]);
    is_isolated(&world);
    world.down();
}

#[test]
fn memory_is_limited_and_its_end_is_told() {
    let mut world = World::empty();
    repository(&world);
    world.start(&["up"]);
    world.wait_for_live(&["web", "other"]);
    let missing = world.ask(&["status"])["missing"].to_string();
    assert!(!missing.contains("not limited"), "this machine limits nothing: {missing}");
    drop(world.try_get("localhost", "/eat"));
    world.wait("the end being told", |world| world.printed().contains("was killed: out of memory").then_some(()));
    world.wait("another instance", |world| (world.get("localhost", "/").body == "here").then_some(()));
    assert_eq!(world.get("other.localhost", "/").body, "here", "the neighbour noticed nothing");
    world.down();
}

#[test]
fn builds_get_less_processor_time_than_instances() {
    let mut world = World::empty();
    repository(&world);
    world.replace("apps/web/package.json", r#""build": "true""#, r#""build": "sleep 5""#);
    world.start(&["up"]);
    world.wait("a build with a quarter of the usual share", |world| {
        let shares = shares(world);
        (shares == [("cpu.shares", 256)] || shares == [("cpu.weight", 25)]).then_some(())
    });
    world.wait_for_live(&["web", "other"]);
    let shares = shares(&world);
    assert!(shares == [("cpu.shares", 1024); 2] || shares == [("cpu.weight", 100); 2], "{shares:?}");
    world.down();
}

/// The share of processor time of each sandbox, under the name that this machine's control groups have for it.
fn shares(world: &World) -> Vec<(&'static str, u32)> {
    let groups = world.control_groups().into_iter();
    let shares = groups.flat_map(|group| {
        // A sandbox may end while it is looked at.
        let share = |name| Some((name, fs::read_to_string(group.join(name)).ok()?.trim().parse().ok()?));
        ["cpu.shares", "cpu.weight"].into_iter().filter_map(share).collect::<Vec<_>>()
    });
    shares.collect()
}

#[tokio::test]
async fn the_runtime_keeps_what_the_trait_promises() {
    let mut world = World::empty();
    repository(&world);
    world.start(&["up"]);
    world.wait_for_live(&["web", "other"]);
    world.down();
    let artifacts = fs::read_dir(world.data().join("artifacts")).expect("artifacts");
    let records = artifacts.map(|entry| fs::read(entry.expect("an entry").path()).expect("a record"));
    let artifacts: Vec<Artifact> = records.map(|text| serde_json::from_slice(&text).expect("an artifact")).collect();
    for artifact in artifacts {
        let name = artifact.app.name.to_string();
        let spec = InstanceSpec {
            instance: format!("contract-{name}-1").parse().expect("an id"),
            artifact,
            environment: EnvironmentName::production(),
            env: [("FRONTAGE_TEST_PORT".to_owned(), free_port().to_string())].into(),
            resources: Resources::default(),
            network: if name == "web" { NetworkAccess::None } else { NetworkAccess::Host },
            neighbours: Vec::new(),
        };
        let data = api::layout::DataDirectory::at(world.data());
        let driver = LocalRuntime::new(data, env!("CARGO_BIN_EXE_frontage").into(), false);
        engine::contract::runtime(&driver, &spec).await;
    }
}

#[test]
fn images_are_an_oci_layout() {
    let mut world = World::empty();
    repository(&world);
    world.start(&["up"]);
    world.wait_for_live(&["web", "other"]);
    let images = world.data().join("images");
    let read = |path: &Path| -> Value { serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON") };
    let blob = |digest: &Value| images.join("blobs").join(digest.as_str().expect("a digest").replace(':', "/"));
    assert_eq!(read(&images.join("oci-layout"))["imageLayoutVersion"], "1.0.0");
    let index = read(&images.join("index.json"));
    assert_eq!(index["manifests"].as_array().map(Vec::len), Some(2));
    for described in index["manifests"].as_array().expect("manifests") {
        let manifest = read(&blob(&described["digest"]));
        let config = read(&blob(&manifest["config"]["digest"]));
        let layers = manifest["layers"].as_array().expect("layers");
        assert_eq!(config["rootfs"]["diff_ids"].as_array().map(Vec::len), Some(layers.len()));
        for layer in layers {
            let listed = Command::new("tar").arg("-tf").arg(blob(&layer["digest"])).output().expect("tar starts");
            assert!(listed.status.success() && !listed.stdout.is_empty(), "{layer}");
        }
    }
    world.down();
}
