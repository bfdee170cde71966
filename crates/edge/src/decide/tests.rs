//! Decisions as data: a site in a few lines, a request, and what is done with it.

use std::collections::BTreeMap;

use api::assets::AssetIndex;
use api::table::{AppReleases, FORMAT, Route, RouteTable};
use expect_test::{Expect, expect};
use model::name::host_label;
use model::{BuildKey, Digest, Version};

use super::*;
use crate::index::Indexes;

/// Decides a request to a site. The request: `POST localhost/path?query from /page`, where `POST` and what follows
/// the path may be left out. The site, line by line:
///
/// - `production default=home` begins an environment, `asleep old` is one that sleeps;
/// - `shop route=/shop base=/shop shell=/shop/index.html missing=/shop/gone.html static before : /a.js=1 /b-0f.js#=2`
///   is an app, with assets by path and content, `#` where the name holds a hash;
/// - `shop kept : /a.js=0` are assets of an earlier version;
/// - `shop absent` is an app without a release, `mailer worker` one that nobody asks.
#[track_caller]
fn check(site: &str, request: &str, expected: Expect) {
    let index = Site::read(site).index().unwrap();
    let asked = asked(request);
    expected.assert_eq(&show(decide(&index, asked)));
}

/// The same for an instance of `environment` that asks for `app` at its `.internal` name.
#[track_caller]
fn check_internal(site: &str, environment: &str, app: &str, path: &str, expected: Expect) {
    let index = Site::read(site).index().unwrap();
    let request = format!("{app}.internal{path}");
    let asked = asked(&request);
    expected.assert_eq(&show(own_host(&index, asked, &environment.parse().unwrap(), &app.parse().unwrap())));
}

fn asked(request: &str) -> Asked<'_> {
    let (request, referer) = match request.split_once(" from ") {
        Some((request, referer)) => (request, Some(referer)),
        None => (request, None),
    };
    let (method, address) = request.split_once(' ').unwrap_or(("GET", request));
    let at = address.find('/').expect("a path");
    let (host, path) = address.split_at(at);
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    Asked { host, path, query, referer, reads: matches!(method, "GET" | "HEAD") }
}

fn show(decision: Decision) -> String {
    let show_at = |at: &At| {
        let label = at.release.as_str();
        format!("{label} in {} by {}", at.environment, at.rule)
    };
    match decision {
        Decision::Asset { at, asset, immutable } => {
            let content = (0..=9).find(|digit: &u8| Digest::of(digit.to_string().as_bytes()) == asset.digest);
            let forever = if immutable { ", immutable" } else { "" };
            format!("file {} of {}{forever}", content.expect("contents are digits"), show_at(&at))
        }
        Decision::NotFound { at, asset } => {
            let content = (0..=9).find(|digit: &u8| Digest::of(digit.to_string().as_bytes()) == asset.digest);
            format!("404 with file {} of {}", content.expect("contents are digits"), show_at(&at))
        }
        Decision::NotAllowed { at } => format!("405 of {}", show_at(&at)),
        Decision::Server { at, fallback } => {
            let fallback = fallback.map(|label| format!(", before {label}")).unwrap_or_default();
            format!("{}{fallback}", show_at(&at))
        }
        Decision::Redirect { at, path, permanent } => {
            format!("{} {path} of {}", if permanent { "always to" } else { "to" }, show_at(&at))
        }
        Decision::List(environment) => format!("list of {environment}"),
        Decision::Absent { environment, app, absence } => {
            format!("{app} in {environment} is absent: {}", absence.because)
        }
        Decision::Asleep(environment) => format!("{environment} is asleep"),
        Decision::Nothing { environment: Some(environment), because } => format!("nothing in {environment}: {because}"),
        Decision::Nothing { environment: None, because } => format!("nothing: {because}"),
    }
}

struct Site {
    table: RouteTable,
    indexes: BTreeMap<Digest, AssetIndex>,
}

impl Indexes for BTreeMap<Digest, AssetIndex> {
    fn read(&mut self, digest: &Digest) -> Result<AssetIndex, String> {
        self.get(digest).cloned().ok_or_else(|| "it is gone".to_owned())
    }
}

impl Site {
    fn read(text: &str) -> Site {
        let table = RouteTable {
            format: FORMAT,
            generation: 1,
            domain: "localhost".to_owned(),
            internal_domain: "release.internal".to_owned(),
            environments: BTreeMap::new(),
            sleeping: BTreeMap::new(),
            releases: BTreeMap::new(),
            listeners: BTreeMap::new(),
        };
        let mut site = Site { table, indexes: BTreeMap::new() };
        let mut environment = EnvironmentName::production();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let (line, assets) = line.split_once(" :").unwrap_or((line, ""));
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["asleep", name] => {
                    site.table.sleeping.insert(format!("{name}.localhost"), name.parse().unwrap());
                }
                [name, app @ ..] if app.iter().all(|word| word.starts_with("default=")) && !line.starts_with("  ") => {
                    environment = name.parse().unwrap();
                    let default_app = app.first().map(|word| word["default=".len()..].parse().unwrap());
                    let host = if environment.is_production() { String::new() } else { format!("{environment}.") };
                    let site_host = format!("{host}localhost");
                    let added = api::table::Environment { site: site_host, default_app, ..Default::default() };
                    site.table.environments.insert(environment.clone(), added);
                }
                [app, words @ ..] => site.app(&environment, &app.parse().unwrap(), words, assets),
                [] => {}
            }
        }
        site.hosts();
        site
    }

    fn app(&mut self, name: &EnvironmentName, app: &AppName, words: &[&str], assets: &str) {
        let digest = Digest::of(format!("{name} {app} {assets}").as_bytes());
        self.indexes.insert(digest.clone(), index_of(assets));
        let environment = self.table.environments.get_mut(name).expect("an environment comes first");
        let kind = match words {
            ["worker", ..] => Serving::Worker,
            _ if words.contains(&"static") => Serving::Static,
            _ => Serving::Server,
        };
        if *words != ["kept"] {
            environment.kinds.insert(app.clone(), kind);
        }
        match words {
            ["worker"] => return,
            ["absent"] | ["worker", "absent"] => {
                let absence = Absence { because: "its build failed".to_owned(), ..Absence::default() };
                environment.absent.insert(app.clone(), absence);
                return;
            }
            ["kept"] => {
                environment.apps.get_mut(app).expect("what is live comes first").kept.push(digest);
                return;
            }
            _ => {}
        }
        let label: Label =
            format!("{app}-{}", if name.is_production() { "live" } else { name.as_str() }).parse().unwrap();
        let mut release = Release {
            version: Version { app: app.clone(), key: BuildKey::over(b"key") },
            environment: name.clone(),
            assets: digest,
            base_path: String::new(),
            shell: None,
            not_found: None,
            is_static: words.contains(&"static"),
            targets: Vec::new(),
            trouble: None,
        };
        let mut releases = AppReleases { live: label.clone(), fallback: None, kept: Vec::new() };
        for word in words {
            match word.split_once('=') {
                Some(("route", prefix)) => {
                    environment.routes.push(Route { prefix: prefix.to_owned(), app: app.clone() });
                }
                Some(("base", path)) => release.base_path = path.to_owned(),
                Some(("shell", path)) => release.shell = Some(path.to_owned()),
                Some(("missing", path)) => release.not_found = Some(path.to_owned()),
                None if *word == "before" => releases.fallback = Some(format!("{app}-before").parse().unwrap()),
                _ => assert_eq!(*word, "static"),
            }
        }
        environment.apps.insert(app.clone(), releases);
        self.table.releases.insert(label, release);
    }

    /// Every app has a host of its own in every environment, as the controller writes it.
    fn hosts(&mut self) {
        let all =
            |environment: &api::table::Environment| -> Vec<AppName> { environment.kinds.keys().cloned().collect() };
        let production = self.table.environments.get(&EnvironmentName::production()).map(all).unwrap_or_default();
        for (name, environment) in &mut self.table.environments {
            for app in all(environment).iter().chain(&production) {
                environment.hosts.insert(format!("{}.localhost", host_label(app, name)), app.clone());
            }
        }
    }

    fn index(mut self) -> Result<Index, String> {
        Index::of(&self.table, &mut self.indexes)
    }
}

fn index_of(assets: &str) -> AssetIndex {
    let assets = assets.split_whitespace().map(|text| {
        let (path, content) = text.split_once('=').expect("path=content");
        let asset = Asset {
            digest: Digest::of(content.as_bytes()),
            bytes: 1,
            content_type: "text/plain".to_owned(),
            hashed_name: path.ends_with('#'),
            encodings: Vec::new(),
        };
        (path.trim_end_matches('#').replace('_', " "), asset)
    });
    AssetIndex { assets: assets.collect() }
}

/// A default app, two with routes, and one without.
const SITE: &str = "
production default=home
  home route=/home : /favicon.svg=1 /home.js=2 /shop/intruder.js=3
  shop route=/shop route=/cart before : /favicon.svg=4 /shop/a-0f.js#=5 /robots.txt=6 /shared-1a.js#=7
  shop-admin route=/shop/admin : /robots.txt=8 /shared-1a.js#=7
  docs : /docs.js=9
";

#[test]
fn first_comes_a_declared_route() {
    check(SITE, "localhost/shop", expect!["shop-live in production by route /shop, before shop-before"]);
    check(SITE, "localhost/shop/", expect!["shop-live in production by route /shop, before shop-before"]);
    check(SITE, "localhost/shop/x/y?z", expect!["shop-live in production by route /shop, before shop-before"]);
    check(SITE, "localhost/shop.data", expect!["shop-live in production by route /shop, before shop-before"]);
    check(SITE, "localhost/cart.data/x", expect!["home-live in production by default"]);
    check(SITE, "localhost/shopping", expect!["home-live in production by default"]);
    check(SITE, "localhost/Shop", expect!["home-live in production by default"]);
    // The longest by whole segments.
    check(SITE, "localhost/shop/admin/x", expect!["shop-admin-live in production by route /shop/admin"]);
    check(SITE, "localhost/shop/administrator", expect!["shop-live in production by route /shop, before shop-before"]);
    // Below a route only its app's own files count.
    check(SITE, "localhost/shop/a-0f.js", expect!["file 5 of shop-live in production by route /shop, immutable"]);
    check(SITE, "localhost/shop/intruder.js", expect!["shop-live in production by route /shop, before shop-before"]);
    // The default app's own routes come last, with the default app.
    check(SITE, "localhost/home/x", expect!["home-live in production by default"]);
}

#[test]
fn a_path_is_the_same_however_it_is_encoded() {
    check(SITE, "localhost/%73hop/x", expect!["shop-live in production by route /shop, before shop-before"]);
    check(SITE, "localhost/shop%2Fx", expect!["home-live in production by default"]);
    check(SITE, "localhost/shop/a-0f%2Ejs", expect!["file 5 of shop-live in production by route /shop, immutable"]);
    check(
        "production default=home\n  home : /über_uns.html=1",
        "localhost/%C3%BCber%20uns.html",
        expect!["file 1 of home-live in production by asset"],
    );
    check(SITE, "localhost/%FF%FE", expect!["home-live in production by default"]);
    check(
        "production default=home\n  home route=/",
        "localhost/%2F..%2Fx",
        expect!["home-live in production by default"],
    );
}

#[test]
fn second_come_files_by_exact_path() {
    check(SITE, "localhost/docs.js", expect!["file 9 of docs-live in production by asset"]);
    check(SITE, "localhost/docs.js/", expect!["home-live in production by default"]);
    check(SITE, "localhost/docs.js?v=1", expect!["file 9 of docs-live in production by asset"]);
    // One content is served whoever built it.
    check(SITE, "localhost/shared-1a.js", expect!["file 7 of shop-live in production by asset, immutable"]);
    // Of several contents the default app's.
    check(SITE, "localhost/favicon.svg", expect!["file 1 of home-live in production by asset"]);
    // Without one nobody can know: the answer names the line to declare.
    check(
        SITE,
        "localhost/robots.txt",
        expect![[
            r#"nothing in production: `shop` and `shop-admin` have different files `/robots.txt`: declare whose it is, `routes = ["/robots.txt"]` under `[apps.NAME]` in `frontage.toml`, or ask an app's own host"#
        ]],
    );
}

#[test]
fn files_of_earlier_versions_are_kept() {
    let kept = "
production default=home
  home
  shop : /a.js=2 /b-0f.js#=2 /same.txt=1
  shop kept : /a.js=1 /b-0f.js#=1 /c-0f.js#=1 /same.txt=3
  shop kept : /a.js=0 /d.js=0
  docs : /same.txt=1
";
    // Within one app the decided release's.
    check(kept, "localhost/a.js", expect!["file 2 of shop-live in production by asset"]);
    check(kept, "localhost/c-0f.js", expect!["file 1 of shop-live in production by asset, immutable"]);
    check(kept, "localhost/d.js", expect!["file 0 of shop-live in production by asset"]);
    check(kept, "shop.localhost/a.js", expect!["file 2 of shop-live in production by host"]);
    // A name that had two contents is not immutable, whatever it looks like.
    check(kept, "localhost/b-0f.js", expect!["file 2 of shop-live in production by asset"]);
    // What the live ones agree upon is one content.
    check(kept, "localhost/same.txt", expect!["file 1 of docs-live in production by asset"]);
}

#[test]
fn a_file_answers_reading_alone() {
    check(SITE, "POST localhost/docs.js", expect!["home-live in production by default"]);
    check(SITE, "POST localhost/shop/a-0f.js", expect!["shop-live in production by route /shop, before shop-before"]);
    check(SITE, "POST localhost/robots.txt", expect!["home-live in production by default"]);
    check(SITE, "POST docs.localhost/docs.js", expect!["docs-live in production by host"]);
}

#[test]
fn third_come_endpoints_of_frameworks() {
    check(SITE, "localhost/_next/image?url=%2Fdocs.js&w=64", expect!["docs-live in production by framework"]);
    check(
        SITE,
        "localhost/_next/image?w=64&url=%2Fdocs.js%3Fv%3D1 from /shop/x",
        expect!["docs-live in production by framework"],
    );
    check(SITE, "localhost/_image?href=/docs.js from /shop/x", expect!["docs-live in production by framework"]);
    check(
        SITE,
        "localhost/_next/image?url=/gone.png from /shop/x",
        expect!["shop-live in production by framework, before shop-before"],
    );
    // Whose it is cannot be told by the file: the page tells.
    check(
        SITE,
        "localhost/_next/image?url=/robots.txt from /shop/x",
        expect!["shop-live in production by framework, before shop-before"],
    );
    check(SITE, "localhost/_next/image?url=/favicon.svg from /shop/x", expect!["home-live in production by framework"]);
    check(
        SITE,
        "localhost/__manifest?p=%2Fshop from /shop/x",
        expect!["shop-live in production by framework, before shop-before"],
    );
    check(
        SITE,
        "localhost/_next/data/build/shop.json from /shop/x",
        expect!["shop-live in production by framework, before shop-before"],
    );
    check(SITE, "localhost/__manifest", expect!["home-live in production by default"]);
    check(SITE, "localhost/__manifest from /elsewhere", expect!["home-live in production by default"]);
    // The list is closed.
    check(SITE, "localhost/_next/imagery from /shop/x", expect!["home-live in production by default"]);
    check(SITE, "localhost/_actions/x from /shop/x", expect!["home-live in production by default"]);
    check(
        "production default=home\n  home\n  docs : /a_b.png=1",
        "localhost/_next/image?url=%2Fa%2520b.png",
        expect!["docs-live in production by framework"],
    );
}

#[test]
fn last_comes_the_default_app() {
    check(SITE, "localhost/", expect!["home-live in production by default"]);
    check(SITE, "localhost/anything", expect!["home-live in production by default"]);
    let without = "production\n  shop route=/shop\n  docs : /docs.js=9\n  blog absent";
    check(without, "localhost/", expect!["list of production"]);
    check(
        without,
        "localhost/x/y",
        expect![[
            r#"nothing in production: no route claims `/x/y`: declare one, `routes = ["/x"]` under `[apps.NAME]` in `frontage.toml`"#
        ]],
    );
    check(without, "localhost/docs.js", expect!["file 9 of docs-live in production by asset"]);
    check(
        "production default=home\n  home absent",
        "localhost/x",
        expect!["home in production is absent: its build failed"],
    );
}

#[test]
fn every_app_has_a_host_of_its_own() {
    check(SITE, "docs.localhost/", expect!["docs-live in production by host"]);
    check(SITE, "docs.localhost/docs.js", expect!["file 9 of docs-live in production by host"]);
    check(SITE, "shop.localhost/elsewhere", expect!["shop-live in production by host, before shop-before"]);
    // Others' routes and files are not there.
    check(SITE, "docs.localhost/shop", expect!["docs-live in production by host"]);
    check(SITE, "docs.localhost/home.js", expect!["docs-live in production by host"]);
    let based = "production\n  docs base=/docs : /docs/a.js=1\n  blog absent";
    check(based, "docs.localhost/", expect!["to /docs of docs-live in production by host"]);
    check(based, "docs.localhost/docs", expect!["docs-live in production by host"]);
    check(based, "docs.localhost/docs/a.js", expect!["file 1 of docs-live in production by host"]);
    check(based, "docs.localhost/x", expect!["docs-live in production by host"]);
    check(
        based,
        "localhost/docs",
        expect![[
            r#"nothing in production: no route claims `/docs`: declare one, `routes = ["/docs"]` under `[apps.NAME]` in `frontage.toml`"#
        ]],
    );
    check(based, "blog.localhost/", expect!["blog in production is absent: its build failed"]);
}

#[test]
fn hosts_are_known_or_they_are_not() {
    check(SITE, "127.0.0.1/docs.js", expect!["file 9 of docs-live in production by asset"]);
    check(SITE, "[::1]/docs.js", expect!["file 9 of docs-live in production by asset"]);
    check(SITE, "elsewhere.localhost/", expect!["nothing: no app or environment has the host `elsewhere.localhost`"]);
    check(SITE, "example.org/", expect!["nothing: no app or environment has the host `example.org`"]);
    check("production\nasleep old", "old.localhost/x", expect!["old is asleep"]);
}

/// A preview that changes `shop`, adds `blog`, and whose `docs` does not build.
const PREVIEW: &str = "
production default=home
  home : /home.js=1 /logo.svg=1
  shop route=/shop : /shop-0f.js#=1 /common.js=1
  docs route=/docs : /docs.js=1
  wiki absent
feat-x
  shop route=/store : /shop-0f.js#=2 /new.js=2 /logo.svg=1
  blog route=/blog : /blog.js=2
  docs absent
asleep feat-y
";

#[test]
fn a_preview_falls_through_to_production() {
    check(PREVIEW, "feat-x.localhost/", expect!["home-live in feat-x by default"]);
    check(PREVIEW, "feat-x.localhost/home.js", expect!["file 1 of home-live in feat-x by asset"]);
    check(PREVIEW, "feat-x.localhost/logo.svg", expect!["file 1 of home-live in feat-x by asset"]);
    check(PREVIEW, "home--feat-x.localhost/", expect!["home-live in feat-x by host"]);
    // What it holds is its own, routes and files alike.
    check(PREVIEW, "feat-x.localhost/store", expect!["shop-feat-x in feat-x by route /store"]);
    check(PREVIEW, "feat-x.localhost/shop", expect!["home-live in feat-x by default"]);
    check(PREVIEW, "feat-x.localhost/shop-0f.js", expect!["file 2 of shop-feat-x in feat-x by asset, immutable"]);
    check(PREVIEW, "feat-x.localhost/common.js", expect!["home-live in feat-x by default"]);
    check(PREVIEW, "feat-x.localhost/blog", expect!["blog-feat-x in feat-x by route /blog"]);
    check(PREVIEW, "shop--feat-x.localhost/new.js", expect!["file 2 of shop-feat-x in feat-x by host"]);
    check(PREVIEW, "blog--feat-x.localhost/", expect!["blog-feat-x in feat-x by host"]);
    // What it could not build is not production's: that would pass for it.
    check(PREVIEW, "feat-x.localhost/docs", expect!["docs in feat-x is absent: its build failed"]);
    check(PREVIEW, "docs--feat-x.localhost/", expect!["docs in feat-x is absent: its build failed"]);
    check(PREVIEW, "feat-x.localhost/docs.js", expect!["home-live in feat-x by default"]);
    // Its own route beats the same of production.
    let moved = "production default=home\n  home\n  a route=/x\nfeat-x\n  z route=/x";
    check(moved, "feat-x.localhost/x", expect!["z-feat-x in feat-x by route /x"]);
}

#[test]
fn production_serves_nothing_of_a_preview() {
    check(PREVIEW, "localhost/new.js", expect!["home-live in production by default"]);
    check(PREVIEW, "localhost/blog.js", expect!["home-live in production by default"]);
    check(PREVIEW, "localhost/blog", expect!["home-live in production by default"]);
    check(PREVIEW, "localhost/store", expect!["home-live in production by default"]);
    check(PREVIEW, "localhost/shop-0f.js", expect!["file 1 of shop-live in production by asset, immutable"]);
    check(PREVIEW, "blog.localhost/", expect!["nothing: no app or environment has the host `blog.localhost`"]);
    check(PREVIEW, "shop.localhost/new.js", expect!["shop-live in production by host"]);
    check(PREVIEW, "feat-y.localhost/", expect!["feat-y is asleep"]);
}

/// Static apps of each kind, each on its own host and at routes.
const STATIC: &str = "
production
  docs static route=/docs base=/docs : /docs/index.html=1 /docs/about.html=2 /docs/guide/index.html=3 /docs/a.css=4 /docs/both.html=5 /docs/both/index.html=6
  docs kept : /docs/gone.html=7 /docs/old-0f.css#=8
  plain static : /index.html=1 /404.html=2 /news/index.html=3 /news/404.html=4 /news/old/a.html=5
  single static route=/single base=/single shell=/single/index.html missing=/single/404.html : /single/index.html=7 /single/a.js=8 /single/404.html=9
  spa static shell=/index.html : /index.html=7 /a.js=8 /handbook/index.html=1 /handbook/404.html=2
  kit static : /index.html=1 /200.html=2 /about.html=3 /admin/200.html=4
  named static missing=/not-there/index.html : /index.html=1 /not-there/index.html=2
";

#[test]
fn a_static_app_is_its_files() {
    let check = |request: &str, expected: Expect| check(STATIC, request, expected);
    check("docs.localhost/docs/a.css", expect!["file 4 of docs-live in production by host"]);
    check("localhost/docs/a.css", expect!["file 4 of docs-live in production by route /docs"]);
    check("localhost/docs/a.css?v=2", expect!["file 4 of docs-live in production by route /docs"]);
    check("localhost/docs/about.html", expect!["file 2 of docs-live in production by route /docs"]);
    check("localhost/docs/index.html", expect!["file 1 of docs-live in production by route /docs"]);
    check("localhost/docs/A.css", expect!["nothing in production: `docs` has no file `/docs/A.css`"]);
    check("localhost/docs/nowhere", expect!["nothing in production: `docs` has no file `/docs/nowhere`"]);
    // Files of earlier versions are kept, pages by their address are not: one that is gone is gone.
    check("localhost/docs/old-0f.css", expect!["file 8 of docs-live in production by route /docs, immutable"]);
    check("localhost/docs/gone.html", expect!["file 7 of docs-live in production by route /docs"]);
    check("localhost/docs/gone", expect!["nothing in production: `docs` has no file `/docs/gone`"]);
    let default = "production default=web\n  web static : /index.html=1 /news/index.html=2";
    self::check(default, "localhost/", expect!["file 1 of web-live in production by default"]);
    self::check(default, "localhost/news", expect!["always to /news/ of web-live in production by default"]);
}

#[test]
fn a_page_has_one_address() {
    let check = |request: &str, expected: Expect| check(STATIC, request, expected);
    check("localhost/docs/about", expect!["file 2 of docs-live in production by route /docs"]);
    check("localhost/docs/about/", expect!["always to /docs/about of docs-live in production by route /docs"]);
    check("localhost/docs/guide/", expect!["file 3 of docs-live in production by route /docs"]);
    check("localhost/docs/guide", expect!["always to /docs/guide/ of docs-live in production by route /docs"]);
    // A page and a folder of the same name are two pages.
    check("localhost/docs/both", expect!["file 5 of docs-live in production by route /docs"]);
    check("localhost/docs/both/", expect!["file 6 of docs-live in production by route /docs"]);
    // Where an app begins is a folder, too.
    check("localhost/docs/", expect!["file 1 of docs-live in production by route /docs"]);
    check("localhost/docs", expect!["always to /docs/ of docs-live in production by route /docs"]);
    check("docs.localhost/", expect!["to /docs/ of docs-live in production by host"]);
    check("plain.localhost/", expect!["file 1 of plain-live in production by host"]);
    // What is no page is no page with or without `/`.
    check("localhost/docs/a.css/", expect!["nothing in production: `docs` has no file `/docs/a.css/`"]);
    check("localhost/docs/guide//", expect!["always to /docs/guide/ of docs-live in production by route /docs"]);
    check("localhost/docs/guide///", expect!["nothing in production: `docs` has no file `/docs/guide///`"]);
    check("plain.localhost//news", expect!["404 with file 2 of plain-live in production by host"]);
}

#[test]
fn names_of_pages_come_encoded() {
    let site = "production\n  blog static : /über_uns.html=1 /日本/index.html=2 /a%b.html=3 /404.html=4";
    check(site, "blog.localhost/%C3%BCber%20uns", expect!["file 1 of blog-live in production by host"]);
    check(
        site,
        "blog.localhost/%C3%BCber%20uns/",
        expect!["always to /%C3%BCber%20uns of blog-live in production by host"],
    );
    check(site, "blog.localhost/%E6%97%A5%E6%9C%AC/", expect!["file 2 of blog-live in production by host"]);
    check(
        site,
        "blog.localhost/%E6%97%A5%E6%9C%AC",
        expect!["always to /%E6%97%A5%E6%9C%AC/ of blog-live in production by host"],
    );
    check(site, "blog.localhost/a%25b", expect!["file 3 of blog-live in production by host"]);
    check(site, "blog.localhost/%FF", expect!["404 with file 4 of blog-live in production by host"]);
}

#[test]
fn what_is_missing_is_said_by_the_nearest_page_that_says_so() {
    let check = |request: &str, expected: Expect| check(STATIC, request, expected);
    check("plain.localhost/nowhere", expect!["404 with file 2 of plain-live in production by host"]);
    check("plain.localhost/missing.js", expect!["404 with file 2 of plain-live in production by host"]);
    check("plain.localhost/news/nowhere", expect!["404 with file 4 of plain-live in production by host"]);
    check("plain.localhost/news/old/nowhere/x", expect!["404 with file 4 of plain-live in production by host"]);
    check("plain.localhost/newspaper", expect!["404 with file 2 of plain-live in production by host"]);
    check("named.localhost/x/y", expect!["404 with file 2 of named-live in production by host"]);
    // Of an app with a base path also outside of it.
    check("single.localhost/elsewhere", expect!["404 with file 9 of single-live in production by host"]);
    // Asked for by its name, it is a file like any other.
    check("plain.localhost/404.html", expect!["file 2 of plain-live in production by host"]);
    // A page of an earlier version says nothing.
    let kept = "production\n  web static : /index.html=1\n  web kept : /404.html=2";
    self::check(kept, "web.localhost/x", expect!["nothing in production: `web` has no file `/x`"]);
    // A server says so itself.
    let server = "production\n  web missing=/404.html : /404.html=2 /200.html=3";
    self::check(server, "web.localhost/x", expect!["web-live in production by host"]);
}

#[test]
fn a_shell_answers_for_pages_at_and_below_its_folder() {
    let check = |request: &str, expected: Expect| check(STATIC, request, expected);
    check("localhost/single", expect!["file 7 of single-live in production by route /single"]);
    check("localhost/single/", expect!["file 7 of single-live in production by route /single"]);
    check("single.localhost/", expect!["to /single of single-live in production by host"]);
    check("localhost/single/users/7", expect!["file 7 of single-live in production by route /single"]);
    check("localhost/single/users/7/", expect!["file 7 of single-live in production by route /single"]);
    check("localhost/single/a.js", expect!["file 8 of single-live in production by route /single"]);
    check("spa.localhost/anything", expect!["file 7 of spa-live in production by host"]);
    // By convention, without being named.
    check("kit.localhost/anything", expect!["file 2 of kit-live in production by host"]);
    check("kit.localhost/about", expect!["file 3 of kit-live in production by host"]);
    check("kit.localhost/admin/users", expect!["file 4 of kit-live in production by host"]);
    // Not for what is asked for as a file.
    check("localhost/single/missing.js", expect!["404 with file 9 of single-live in production by route /single"]);
    check("spa.localhost/missing.js", expect!["nothing in production: `spa` has no file `/missing.js`"]);
    check("spa.localhost/.env", expect!["nothing in production: `spa` has no file `/.env`"]);
    check("spa.localhost/assets/x.woff2", expect!["nothing in production: `spa` has no file `/assets/x.woff2`"]);
    check("spa.localhost/missing%2Ejs", expect!["nothing in production: `spa` has no file `/missing%2Ejs`"]);
    check("spa.localhost/v1.2", expect!["file 7 of spa-live in production by host"]);
    check("spa.localhost/a@1.0.0/b", expect!["file 7 of spa-live in production by host"]);
    check("spa.localhost/a.b/c", expect!["file 7 of spa-live in production by host"]);
    // A folder that says what is missing in it says so.
    check("spa.localhost/handbook/nowhere", expect!["404 with file 2 of spa-live in production by host"]);
}

#[test]
fn files_take_nothing() {
    let check = |request: &str, expected: Expect| check(STATIC, request, expected);
    check("POST localhost/docs/about", expect!["405 of docs-live in production by route /docs"]);
    check("POST localhost/docs/a.css", expect!["405 of docs-live in production by route /docs"]);
    check("POST spa.localhost/users/7", expect!["405 of spa-live in production by host"]);
    check("DELETE plain.localhost/nowhere", expect!["405 of plain-live in production by host"]);
    check("HEAD spa.localhost/users/7", expect!["file 7 of spa-live in production by host"]);
}

#[test]
fn nobody_asks_a_worker() {
    let site = "
production default=mailer
  mailer worker
  sweeper worker absent
  shop : /a.js=1
  queue route=/queue
feat-x
  queue worker
  mailer worker absent
feat-y
  sweeper worker
";
    let is_worker = expect!["nothing in production: `mailer` is a worker: it runs, and nobody sends it requests"];
    check(site, "mailer.localhost/", is_worker);
    check(
        site,
        "sweeper.localhost/",
        expect!["nothing in production: `sweeper` is a worker: it runs, and nobody sends it requests"],
    );
    check_internal(
        site,
        "production",
        "mailer",
        "/",
        expect!["nothing in production: `mailer` is a worker: it runs, and nobody sends it requests"],
    );
    check(
        site,
        "localhost/",
        expect!["nothing in production: `mailer` is a worker: it runs, and nobody sends it requests"],
    );
    // Also where production has a server of that name.
    check(site, "queue.localhost/", expect!["queue-live in production by host"]);
    check(
        site,
        "queue--feat-x.localhost/",
        expect!["nothing in feat-x: `queue` is a worker: it runs, and nobody sends it requests"],
    );
    check(
        site,
        "feat-x.localhost/queue/x",
        expect!["nothing in feat-x: `mailer` is a worker: it runs, and nobody sends it requests"],
    );
    // What falls through is as it is there.
    check(
        site,
        "sweeper--feat-x.localhost/",
        expect!["nothing in feat-x: `sweeper` is a worker: it runs, and nobody sends it requests"],
    );
    let index = Site::read(site).index().unwrap();
    let absent = |name: &str| {
        index.environments[&name.parse::<EnvironmentName>().unwrap()]
            .absent
            .keys()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(absent("production"), ["sweeper"]);
    assert_eq!(absent("feat-x"), ["mailer", "sweeper"]);
    assert_eq!(absent("feat-y"), [""; 0], "its own runs");
}

#[test]
fn instances_ask_for_apps_of_their_environment() {
    check_internal(PREVIEW, "feat-x", "shop", "/api", expect!["shop-feat-x in feat-x by host"]);
    check_internal(PREVIEW, "feat-x", "home", "/api", expect!["home-live in feat-x by host"]);
    check_internal(PREVIEW, "production", "shop", "/api", expect!["shop-live in production by host"]);
    check_internal(
        PREVIEW,
        "production",
        "blog",
        "/api",
        expect!["nothing in production: `blog` is no app of `production`"],
    );
    check_internal(PREVIEW, "feat-x", "docs", "/api", expect!["docs in feat-x is absent: its build failed"]);
    check_internal(PREVIEW, "feat-y", "shop", "/api", expect!["feat-y is asleep"]);
    check_internal(
        PREVIEW,
        "production",
        "nobody",
        "/api",
        expect!["nothing in production: `nobody` is no app of `production`"],
    );
}

#[test]
fn a_table_is_used_whole_or_not_at_all() {
    let refused = |change: fn(&mut Site), expected: Expect| {
        let mut site = Site::read(PREVIEW);
        change(&mut site);
        expected.assert_eq(&site.index().map(|_| "used".to_owned()).unwrap_or_else(|because| because));
    };
    refused(|_| {}, expect!["used"]);
    refused(|site| site.table.format += 1, expect!["its format is 3, and 2 is understood"]);
    refused(|site| site.table.releases.clear(), expect!["it names `blog-feat-x` and does not describe it"]);
    refused(|site| site.indexes.clear(), expect!["the assets of `blog@2c70e12b` are unreadable: it is gone"]);
    // Files of an earlier version are missed by nobody but old pages.
    refused(
        |site| {
            let home = site.table.environments.get_mut(&EnvironmentName::production()).unwrap();
            home.apps.get_mut(&"home".parse().unwrap()).unwrap().kept.push(Digest::of(b"gone"));
        },
        expect!["used"],
    );
}
