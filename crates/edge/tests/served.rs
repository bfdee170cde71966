//! An edge over a table file, asked over TCP: static sites, forms as frameworks check them, and its own pages.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;

use api::assets::{Asset, AssetIndex};
use api::layout::DataDirectory;
use api::table::{Absence, Address, AppReleases, Environment, FORMAT, Release, RouteTable, Target};
use model::{AppName, BuildKey, Digest, EnvironmentName, Label, Serving, Version};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// An edge with these apps, and where it listens.
struct Edge {
    listening: SocketAddr,
    /// Its data directory, which lives as long as it does.
    _folder: tempfile::TempDir,
}

/// An answer as it came.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.into_iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

impl Edge {
    /// Starts one; `describe` fills its production and says where releases are.
    async fn start(describe: impl FnOnce(&DataDirectory, &mut RouteTable)) -> Edge {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDirectory::at(folder.path());
        let mut table = RouteTable {
            format: FORMAT,
            generation: 1,
            domain: "localhost".to_owned(),
            internal_domain: "release.internal".to_owned(),
            environments: BTreeMap::new(),
            sleeping: BTreeMap::new(),
            releases: BTreeMap::new(),
            listeners: BTreeMap::new(),
        };
        let site = Environment { site: "localhost".to_owned(), is_known: true, ..Environment::default() };
        table.environments.insert(EnvironmentName::production(), site);
        describe(&data, &mut table);
        fs::create_dir_all(data.edge()).unwrap();
        fs::write(data.table(), serde_json::to_vec(&table).unwrap()).unwrap();
        let listening = free_address();
        tokio::spawn(async move { edge::run(data, listening).await.unwrap() });
        for _ in 0..200 {
            if TcpStream::connect(listening).await.is_ok() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        Edge { listening, _folder: folder }
    }

    /// Asks `host` (without a port) for something; headers are lines.
    async fn ask(&self, method: &str, host: &str, path: &str, headers: &[String], body: &str) -> Answer {
        let mut stream = TcpStream::connect(self.listening).await.unwrap();
        let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        let length = if body.is_empty() { String::new() } else { format!("content-length: {}\r\n", body.len()) };
        let text = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}:{}\r\nconnection: close\r\n{length}{headers}\r\n{body}",
            self.listening.port()
        );
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let text = String::from_utf8(answer).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").expect("an answer has a head");
        let status = head.split_whitespace().nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }

    async fn get(&self, host: &str, path: &str, headers: &[&str]) -> Answer {
        let headers: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
        self.ask("GET", host, path, &headers, "").await
    }
}

fn free_address() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Adds an app with a host of its own.
fn add(table: &mut RouteTable, app: &str, kind: Serving) {
    let app: AppName = app.parse().unwrap();
    let production = table.environments.get_mut(&EnvironmentName::production()).unwrap();
    production.hosts.insert(format!("{app}.localhost"), app.clone());
    production.kinds.insert(app, kind);
}

/// Adds an app that is live, with files by path and content.
fn add_live(data: &DataDirectory, table: &mut RouteTable, app: &str, files: &[(&str, &str)], targets: Vec<Target>) {
    let kind = if targets.is_empty() { Serving::Static } else { Serving::Server };
    add(table, app, kind);
    let keep = |content: &[u8]| {
        let digest = Digest::of(content);
        let place = data.asset(&digest);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, content).unwrap();
        digest
    };
    let assets = files.iter().map(|(path, content)| {
        let asset = Asset {
            digest: keep(content.as_bytes()),
            bytes: content.len() as u64,
            content_type: "text/html; charset=utf-8".to_owned(),
            hashed_name: false,
            encodings: Vec::new(),
        };
        ((*path).to_owned(), asset)
    });
    let index = AssetIndex { assets: assets.collect() };
    let app: AppName = app.parse().unwrap();
    let label: Label = format!("{app}-live").parse().unwrap();
    let release = Release {
        version: Version { app: app.clone(), key: BuildKey::over(b"key") },
        environment: EnvironmentName::production(),
        assets: keep(&serde_json::to_vec(&index).unwrap()),
        base_path: String::new(),
        shell: None,
        not_found: None,
        is_static: kind == Serving::Static,
        targets,
        trouble: None,
    };
    table.releases.insert(label.clone(), release);
    let production = table.environments.get_mut(&EnvironmentName::production()).unwrap();
    production.apps.insert(app, AppReleases { live: label, fallback: None, kept: Vec::new() });
}

#[tokio::test]
async fn a_static_site_is_read_as_files_are() {
    let files = [
        ("/index.html", "the beginning"),
        ("/about.html", "about us"),
        ("/docs/index.html", "the documents"),
        ("/404.html", "nothing of ours"),
    ];
    let edge = Edge::start(|data, table| add_live(data, table, "site", &files, Vec::new())).await;
    let host = "site.localhost";

    let about = edge.get(host, "/about", &[]).await;
    assert_eq!((about.status, about.body.as_str()), (200, "about us"));
    let etag = about.header("etag").expect("a page can be asked for again").to_owned();
    let again = edge.get(host, "/about", &[&format!("if-none-match: {etag}")]).await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    let part = edge.get(host, "/about", &["range: bytes=0-4"]).await;
    assert_eq!((part.status, part.body.as_str()), (206, "about"));
    let head = edge.ask("HEAD", host, "/about", &["range: bytes=0-4".to_owned()], "").await;
    assert_eq!((head.status, head.header("content-length"), head.body.as_str()), (200, Some("8"), ""));

    let redirect = edge.get(host, "/docs?page=2", &[]).await;
    assert_eq!((redirect.status, redirect.header("location")), (308, Some("/docs/?page=2")));
    assert_eq!(redirect.header("cache-control"), Some("no-store"));

    let refused = edge.ask("POST", host, "/about", &[], "a=b").await;
    assert_eq!((refused.status, refused.header("allow")), (405, Some("GET, HEAD")));
}

#[tokio::test]
async fn a_page_that_says_that_nothing_is_there_says_it_to_everybody() {
    let files = [("/index.html", "the beginning"), ("/404.html", "nothing of ours")];
    let edge = Edge::start(|data, table| add_live(data, table, "site", &files, Vec::new())).await;
    let host = "site.localhost";
    let plain = edge.get(host, "/nowhere", &[]).await;
    assert_eq!((plain.status, plain.body.as_str()), (404, "nothing of ours"));
    assert_eq!((plain.header("etag"), plain.header("cache-control")), (None, Some("no-store")));
    // Also to somebody who has it, or wants a part of what is not there.
    let etag = edge.get(host, "/404.html", &[]).await.header("etag").unwrap().to_owned();
    for condition in [format!("if-none-match: {etag}"), "if-none-match: *".to_owned(), "range: bytes=0-3".to_owned()] {
        let answer = edge.get(host, "/nowhere", &[&condition]).await;
        assert_eq!((answer.status, answer.body.as_str()), (404, "nothing of ours"), "{condition}");
    }
    let head = edge.ask("HEAD", host, "/nowhere", &[], "").await;
    assert_eq!((head.status, head.header("content-length"), head.body.as_str()), (404, Some("15"), ""));
}

/// What a renderer was asked: its headers by lower-case name, and its body.
struct Asked {
    path: String,
    headers: BTreeMap<String, String>,
    body: String,
}

/// A renderer that checks where a form comes from as frameworks do, and then redirects by an absolute address:
///
/// - `/next`: a server action's `Origin` must have the host in `X-Forwarded-Host`, else `Host`, and the two must agree
///   (`action-handler.ts`);
/// - `/astro`: `Origin` must be the origin of the request's own address, made of `Host` (`checkOrigin`);
/// - `/router`: `Origin` must have the host in `X-Forwarded-Host`, else `Host` (`throwIfPotentialCSRFAttack`);
/// - `/express`: behind a trusted proxy the address is made of `X-Forwarded-Proto` and `X-Forwarded-Host`;
/// - `/port`: an address that is put together of its parts, as Node adapters can be told to.
fn render(asked: &Asked) -> String {
    let header = |name: &str| asked.headers.get(name).map(String::as_str).unwrap_or_default();
    let refused = |status: &str| format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
    let origin_host = header("origin").split_once("://").map_or("", |(_, host)| host);
    let (host, forwarded) = (header("host"), header("x-forwarded-host"));
    let address = match asked.path.as_str() {
        "/next" if origin_host != forwarded || forwarded != host => return refused("500 Internal Server Error"),
        "/astro" if header("origin") != format!("http://{host}") => return refused("403 Forbidden"),
        "/router" if origin_host != forwarded => return refused("400 Bad Request"),
        "/express" => format!("{}://{forwarded}", header("x-forwarded-proto")),
        "/port" => {
            let name = forwarded.split(':').next().unwrap();
            format!("{}://{name}:{}", header("x-forwarded-proto"), header("x-forwarded-port"))
        }
        _ => format!("http://{host}"),
    };
    let told = format!("{} {}", asked.body, header("forwarded"));
    let length = told.len();
    format!("HTTP/1.1 303 See Other\r\nlocation: {address}/done\r\ncontent-length: {length}\r\n\r\n{told}")
}

async fn renderer() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let Some(asked) = read(&mut stream).await else { return };
                let _ = stream.write_all(render(&asked).as_bytes()).await;
            });
        }
    });
    address
}

/// Reads one request with a body of a known length.
async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut text = Vec::new();
    loop {
        let read = std::str::from_utf8(&text).unwrap();
        if let Some((head, body)) = read.split_once("\r\n\r\n") {
            let pairs = head.lines().skip(1).filter_map(|line| line.split_once(": "));
            let headers: BTreeMap<_, _> = pairs.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
            let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                let path = head.split_whitespace().nth(1).unwrap().to_owned();
                return Some(Asked { path, body: body.to_owned(), headers });
            }
        }
        let mut more = [0; 4096];
        match stream.read(&mut more).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => text.extend_from_slice(&more[..count]),
        }
    }
}

#[tokio::test]
async fn forms_and_absolute_redirects_work_as_frameworks_check_them() {
    let address = renderer().await;
    let edge = Edge::start(|data, table| {
        let target = Target { instance: "shop-live-1".parse().unwrap(), address: Address::Tcp(address.to_string()) };
        add_live(data, table, "shop", &[], vec![target]);
    })
    .await;
    let port = edge.listening.port();
    let forms = [
        "content-type: application/x-www-form-urlencoded".to_owned(),
        format!("origin: http://shop.localhost:{port}"),
        // What a client says of itself by the edge's headers counts for nothing.
        "x-forwarded-host: evil.example".to_owned(),
        "x-forwarded-proto: https".to_owned(),
        "x-forwarded-port: 1".to_owned(),
        "forwarded: host=evil.example".to_owned(),
    ];
    for path in ["/next", "/astro", "/router", "/express", "/port"] {
        let answer = edge.ask("POST", "shop.localhost", path, &forms, "name=x").await;
        let location = format!("http://shop.localhost:{port}/done");
        assert_eq!((answer.status, answer.header("location")), (303, Some(location.as_str())), "{path}");
        let told = format!("name=x for=127.0.0.1;host=\"shop.localhost:{port}\";proto=http");
        assert_eq!(answer.body, told, "{path}");
    }
    // From elsewhere it stays refused.
    for (path, status) in [("/next", 500), ("/astro", 403), ("/router", 400)] {
        let foreign = ["origin: http://evil.example".to_owned(), "x-forwarded-host: evil.example".to_owned()];
        assert_eq!(edge.ask("POST", "shop.localhost", path, &foreign, "name=x").await.status, status, "{path}");
    }
}

#[tokio::test]
async fn an_apps_last_words_are_for_who_is_here() {
    let words = "Error: connect ECONNREFUSED <127.0.0.1:5432>";
    let absence = Absence {
        because: "it could not be started: exited with status 1".to_owned(),
        is_passing: false,
        last_lines: vec![words.to_owned()],
    };
    let edge = Edge::start(|data, table| {
        add(table, "shop", Serving::Server);
        let production = table.environments.get_mut(&EnvironmentName::production()).unwrap();
        production.absent.insert("shop".parse().unwrap(), absence.clone());
        let nowhere = Target { instance: "cart-live-1".parse().unwrap(), address: Address::Tcp(String::new()) };
        add_live(data, table, "cart", &[], vec![nowhere]);
        let release = table.releases.get_mut(&"cart-live".parse::<Label>().unwrap()).unwrap();
        release.targets.clear();
        release.trouble = Some(absence);
    })
    .await;
    for (host, retry_after) in [("shop.localhost", "10"), ("cart.localhost", "10")] {
        let here = edge.get(host, "/", &[]).await;
        assert_eq!((here.status, here.header("retry-after")), (503, Some(retry_after)));
        assert!(here.body.contains("exited with status 1"), "{}", here.body);
        assert!(here.body.contains("Error: connect ECONNREFUSED &lt;127.0.0.1:5432&gt;"), "{}", here.body);
        let passed_on = edge.get(host, "/", &["x-forwarded-for: 192.0.2.7"]).await;
        assert!(passed_on.body.contains("exited with status 1"), "{}", passed_on.body);
        assert!(!passed_on.body.contains("ECONNREFUSED"), "{}", passed_on.body);
    }
}

#[tokio::test]
async fn a_site_without_a_default_app_lists_what_there_is() {
    let edge = Edge::start(|data, table| {
        add_live(data, table, "docs", &[("/index.html", "docs")], Vec::new());
        add(table, "mailer", Serving::Worker);
        let production = table.environments.get_mut(&EnvironmentName::production()).unwrap();
        production.not_served.insert("packages/ui".to_owned(), "a library".to_owned());
    })
    .await;
    let list = edge.get("localhost", "/", &[]).await;
    let port = edge.listening.port();
    assert_eq!(list.status, 200);
    assert!(list.body.contains(&format!("<a href=\"http://docs.localhost:{port}/\">docs</a>")), "{}", list.body);
    assert!(list.body.contains("packages/ui") && list.body.contains("a library"), "{}", list.body);
    let worker = edge.get("mailer.localhost", "/", &[]).await;
    assert!(worker.status == 404 && worker.body.contains("`mailer` is a worker"), "{}", worker.body);
    // An unknown host learns nothing of the others.
    let unknown = edge.get("unknown.localhost", "/", &[]).await;
    assert_eq!(unknown.status, 404);
    assert!(!unknown.body.contains("docs") && !unknown.body.contains("mailer"), "{}", unknown.body);
}
