//! What passes through the edge: streams, upgrades, bodies, forwarded names, assets in every form.
//!
//! Needs user namespaces and Node.js.

mod world;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use world::World;

/// A server that tells what it was asked, streams, echoes, and answers a WebSocket's handshake.
const SERVER: &str = r#"
const http = require("node:http"), crypto = require("node:crypto");
const server = http.createServer((request, answer) => {
  if (request.url === "/stream") {
    answer.writeHead(200, { "content-type": "text/event-stream" });
    answer.write("data: first\n\n");
    setTimeout(() => answer.end("data: last\n\n"), 1500);
  } else if (request.url === "/echo") {
    const hash = crypto.createHash("sha256");
    let bytes = 0;
    request.on("data", (chunk) => { hash.update(chunk); bytes += chunk.length; });
    request.on("end", () => answer.end(`${bytes} ${hash.digest("hex")}`));
  } else if (request.url === "/broken") {
    answer.statusCode = 500;
    answer.end("its own page of a failure");
  } else if (request.url === "/cut") {
    answer.writeHead(200, { "content-length": "100" });
    answer.write("half", () => request.socket.destroy());
  } else {
    answer.setHeader("set-cookie", ["one=1", "two=2"]);
    answer.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers }));
  }
});
server.on("upgrade", (request, socket) => {
  const accept = crypto.createHash("sha1").update(request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest("base64");
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`);
  socket.on("data", (data) => socket.write(data));
});
server.listen(process.env.PORT);
"#;

fn up() -> World {
    let mut world = World::empty();
    let script: String = (0..400).map(|number| format!("console.log({number});\n")).collect();
    let build = "mkdir -p dist && cp -r public dist/client && ln -s /etc/passwd dist/client/leak.txt";
    fs::create_dir_all(world.repository().join("apps/web/public")).expect("it can be made");
    std::os::unix::fs::symlink("/etc/hostname", world.repository().join("apps/web/public/inside")).expect("a link");
    world.repository_of(&[
        ("package.json", r#"{"name": "small", "private": true, "workspaces": ["apps/*"]}"#),
        ("apps/web/package.json", r#"{"name": "web", "scripts": {"start": "node server.js"}}"#),
        ("apps/web/server.js", SERVER),
        ("apps/web/public/assets/index-B81d04e6.js", &script),
        ("apps/web/public/robots.txt", "User-agent: *\n"),
        ("apps/web/public/.secret", "nobody's business\n"),
        ("frontage.toml", &format!("[apps.web]\nbuild = \"{build}\"\n")),
    ]);
    world.start(&["up"]);
    world.wait_for_live(&["web"]);
    world
}

fn request(world: &World, method: &str, path: &str, headers: &str) -> world::Answer {
    let text =
        format!("{method} {path} HTTP/1.1\r\nhost: localhost:{}\r\nconnection: close\r\n{headers}\r\n", world.port);
    world.send(text.as_bytes()).expect("an answer")
}

#[test]
fn whatever_a_renderer_and_its_client_say_arrives() {
    let mut world = up();
    tells_who_asked(&world);
    streams(&world);
    upgrades(&world);
    carries_bodies(&world);
    let broken = request(&world, "GET", "/broken", "");
    assert_eq!((broken.status, broken.body.as_str()), (500, "its own page of a failure"));
    let cut = world
        .send(format!("GET /cut HTTP/1.1\r\nhost: localhost:{}\r\nconnection: close\r\n\r\n", world.port).as_bytes());
    assert!(cut.is_ok_and(|cut| cut.body == "half"), "half an answer is not made whole");
    world.down();
}

fn tells_who_asked(world: &World) {
    let headers =
        "x-forwarded-for: 10.0.0.1\r\nx-forwarded-host: evil.example\r\nforwarded: for=10.0.0.1\r\ncookie: a=b\r\n";
    let answer = request(world, "GET", "/x?y=%20z", headers);
    let told: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
    let host = format!("localhost:{}", world.port);
    assert_eq!(told["url"], "/x?y=%20z");
    assert_eq!((&told["headers"]["host"], &told["headers"]["x-forwarded-host"]), (&host.clone().into(), &host.into()));
    assert_eq!((&told["headers"]["x-forwarded-for"], &told["headers"]["cookie"]), (&"127.0.0.1".into(), &"a=b".into()));
    assert!(!answer.body.contains("10.0.0.1") && !answer.body.contains("evil.example"), "{}", answer.body);
    assert_eq!(answer.head.matches("set-cookie: ").count(), 2, "{}", answer.head);
    assert_eq!(request(world, "HEAD", "/x", "").body, "");
}

fn streams(world: &World) {
    let mut stream = TcpStream::connect(("127.0.0.1", world.port)).expect("a connection");
    let since = Instant::now();
    write!(stream, "GET /stream HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").expect("sent");
    let mut heard = String::new();
    let mut buffer = [0; 4096];
    while !heard.contains("data: first") {
        let length = stream.read(&mut buffer).expect("more");
        heard.push_str(&String::from_utf8_lossy(&buffer[..length]));
    }
    assert!(since.elapsed() < Duration::from_millis(1200), "the first event came with the last");
    stream.read_to_string(&mut heard).expect("the rest");
    assert!(heard.contains("data: last"));
}

fn upgrades(world: &World) {
    let mut stream = TcpStream::connect(("127.0.0.1", world.port)).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a limit");
    write!(stream, "GET /socket HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").expect("sent");
    let mut heard = Vec::new();
    let mut buffer = [0; 4096];
    while !heard.ends_with(b"\r\n\r\n") {
        let length = stream.read(&mut buffer).expect("more");
        heard.extend_from_slice(&buffer[..length]);
    }
    let head = String::from_utf8_lossy(&heard).to_ascii_lowercase();
    // The example of RFC 6455, section 1.3.
    assert!(head.starts_with("http/1.1 101") && head.contains("s3pplmbitxaq9kygzzhzrbk+xoo="), "{head}");
    for message in ["hello", "and again"] {
        stream.write_all(message.as_bytes()).expect("sent");
        let length = stream.read(&mut buffer).expect("an echo");
        assert_eq!(&buffer[..length], message.as_bytes());
    }
}

fn carries_bodies(world: &World) {
    let body = vec![b'x'; 8 << 20];
    let mut text = format!(
        "POST /echo HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    text.extend_from_slice(&body);
    let digest = model::Digest::of(&body);
    assert_eq!(world.send(&text).expect("an answer").body, format!("{} {}", body.len(), digest.hex()));
    let chunked = "POST /echo HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n";
    let digest = model::Digest::of(b"hello world");
    assert_eq!(world.send(chunked.as_bytes()).expect("an answer").body, format!("11 {}", digest.hex()));
}

#[test]
fn assets_come_from_the_edge_in_the_form_that_is_asked_for() {
    let mut world = up();
    let plain = request(&world, "GET", "/assets/index-B81d04e6.js", "");
    assert_eq!((plain.status, plain.header("cache-control")), (200, Some("public, max-age=31536000, immutable")));
    assert!(plain.body.starts_with("console.log(0);") && plain.body.ends_with("console.log(399);\n"));
    let brotli = request(&world, "GET", "/assets/index-B81d04e6.js", "accept-encoding: gzip, br\r\n");
    assert_eq!(brotli.header("content-encoding"), Some("br"));
    assert!(brotli.body.len() < plain.body.len() / 2);
    assert_ne!(brotli.header("etag"), plain.header("etag"));
    let etag = plain.head.lines().find_map(|line| line.strip_prefix("etag: ")).expect("an etag").to_owned();
    assert_eq!(request(&world, "GET", "/assets/index-B81d04e6.js", &format!("if-none-match: {etag}\r\n")).status, 304);
    let part = request(&world, "GET", "/assets/index-B81d04e6.js", "range: bytes=0-14\r\n");
    assert_eq!((part.status, part.body.as_str()), (206, "console.log(0);"));
    assert_eq!(request(&world, "GET", "/assets/index-B81d04e6.js", "range: bytes=999999-\r\n").status, 416);
    assert_eq!(
        request(&world, "GET", "/robots.txt", "").header("cache-control"),
        Some("public, max-age=0, must-revalidate")
    );
    assert_eq!(request(&world, "HEAD", "/robots.txt", "").header("content-length"), Some("14"));
    for hidden in ["/.secret", "/leak.txt", "/inside", "/assets/../.secret", "/%2e%2e/%2e%2e/etc/passwd"] {
        let answer = request(&world, "GET", hidden, "");
        assert!(answer.body.starts_with("{\"method\""), "{hidden} is for the renderer to answer: {}", answer.body);
    }
    let entries = world.wait("the log", |world| {
        let logged = world.logged();
        let served = logged.iter().filter(|entry| entry["rule"] == "asset").count();
        (served >= 7).then_some(logged)
    });
    assert!(entries.iter().all(|entry| entry["generation"].as_u64() > Some(0) && entry["id"].is_string()));
    world.down();
}
