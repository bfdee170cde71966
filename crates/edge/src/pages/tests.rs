//! The page that lists apps, as a person reads it.

use std::collections::BTreeMap;

use api::table::{AppReleases, FORMAT, Release, RouteTable};
use expect_test::{Expect, expect};
use http_body_util::BodyExt;
use model::{BuildKey, Digest, Label, Version};

use super::*;
use crate::index::Indexes;

struct NoFiles;

impl Indexes for NoFiles {
    fn read(&mut self, _: &Digest) -> Result<api::assets::AssetIndex, String> {
        Ok(api::assets::AssetIndex::default())
    }
}

/// Production's table with one app of each kind and state.
fn table() -> RouteTable {
    let mut production = api::table::Environment { site: "localhost".to_owned(), is_known: true, ..Default::default() };
    let mut releases = BTreeMap::new();
    let absence =
        |because: &str, is_passing| Absence { because: because.to_owned(), is_passing, last_lines: Vec::new() };
    let apps = [
        ("docs", Serving::Static, None),
        ("shop", Serving::Server, None),
        ("mailer", Serving::Worker, None),
        ("sweeper", Serving::Worker, Some(absence("it ended and is started again: exited with status 1", true))),
        ("blog", Serving::Server, Some(absence("it is being built", true))),
        ("wiki", Serving::Server, Some(absence("its build failed: no <App>", false))),
    ];
    for (name, kind, absence) in apps {
        let app: AppName = name.parse().unwrap();
        production.hosts.insert(format!("{app}.localhost"), app.clone());
        production.kinds.insert(app.clone(), kind);
        match absence {
            Some(absence) => drop(production.absent.insert(app, absence)),
            None if kind == Serving::Worker => {}
            None => {
                let label: Label = format!("{app}-live").parse().unwrap();
                let release = Release {
                    version: Version { app: app.clone(), key: BuildKey::over(b"key") },
                    environment: EnvironmentName::production(),
                    assets: Digest::of(b"assets"),
                    base_path: String::new(),
                    shell: None,
                    not_found: None,
                    is_static: kind == Serving::Static,
                    targets: Vec::new(),
                    trouble: None,
                };
                releases.insert(label.clone(), release);
                production.apps.insert(app, AppReleases { live: label, fallback: None, kept: Vec::new() });
            }
        }
    }
    production.not_served.insert("apps/phone".to_owned(), "it is an Expo app".to_owned());
    production.not_served.insert("packages/<b>".to_owned(), "it is a library & has no build".to_owned());
    RouteTable {
        format: FORMAT,
        generation: 1,
        domain: "localhost".to_owned(),
        internal_domain: "release.internal".to_owned(),
        environments: BTreeMap::from([(EnvironmentName::production(), production)]),
        sleeping: BTreeMap::new(),
        releases,
        listeners: BTreeMap::new(),
    }
}

fn html(table: &RouteTable, environment: &str) -> String {
    let index = Index::of(table, &mut NoFiles).unwrap();
    let name: EnvironmentName = environment.parse().unwrap();
    let response = list(&index, &name, &index.environments[&name], ":8080");
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let body = runtime.block_on(response.into_body().collect()).unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

/// The page's rows and paragraphs, one a line: cells with `|` between, `→` before where a link leads.
#[track_caller]
fn check(table: &RouteTable, environment: &str, expected: Expect) {
    let html = html(table, environment);
    let (_, content) = html.split_once("</style>").unwrap();
    let lines = content.replace("</tr>", "\n").replace("</p>", "\n").replace("</h1>", "\n").replace("</h2>", "\n");
    let lines = lines.replace("</td><td", " |</td><td").replace("<a href=\"", "→").replace("/\">", " ");
    let mut text = String::new();
    let mut inside = false;
    for letter in lines.chars() {
        match letter {
            '<' => inside = true,
            '>' if inside => inside = false,
            letter if !inside => text.push(letter),
            _ => {}
        }
    }
    expected.assert_eq(&text);
}

#[test]
fn the_list_says_how_each_app_stands_and_what_is_not_served() {
    check(
        &table(),
        "production",
        expect![[r#"
        Apps of localhost
        →http://blog.localhost:8080 blog |server |it is being built
        →http://docs.localhost:8080 docs |static |live
        mailer |worker |runs
        →http://shop.localhost:8080 shop |server |does not answer: no instance is ready
        sweeper |worker |it ended and is started again: exited with status 1
        →http://wiki.localhost:8080 wiki |server |its build failed: no &lt;App&gt;
        Not served
        apps/phone |it is an Expo app
        packages/&lt;b&gt; |it is a library &amp; has no build
        Frontage, 200
    "#]],
    );
}

#[test]
fn a_preview_says_what_it_has_of_production() {
    let mut table = table();
    let mut preview = api::table::Environment { site: "x.localhost".to_owned(), is_known: true, ..Default::default() };
    let shop: AppName = "shop".parse().unwrap();
    preview.hosts = table.environments[&EnvironmentName::production()].hosts.clone();
    preview.kinds.insert(shop.clone(), Serving::Static);
    let label: Label = "shop-x".parse().unwrap();
    let release = Release {
        environment: "x".parse().unwrap(),
        is_static: true,
        ..table.releases[&"shop-live".parse::<Label>().unwrap()].clone()
    };
    table.releases.insert(label.clone(), release);
    preview.apps.insert(shop, AppReleases { live: label, fallback: None, kept: Vec::new() });
    preview.problems.push("two lockfiles".to_owned());
    table.environments.insert("x".parse().unwrap(), preview);
    check(
        &table,
        "x",
        expect![[r#"
        Apps of x.localhost
        The newest commit cannot be used: two lockfiles
        →http://blog.localhost:8080 blog |server |it is being built
        →http://docs.localhost:8080 docs |static |live, as in production
        mailer |worker |runs
        →http://shop.localhost:8080 shop |static |live
        sweeper |worker |it ended and is started again: exited with status 1
        →http://wiki.localhost:8080 wiki |server |its build failed: no &lt;App&gt;
        Frontage, 200
    "#]],
    );
}

#[test]
fn nothing_found_is_said() {
    let mut table = table();
    let production = table.environments.get_mut(&EnvironmentName::production()).unwrap();
    *production = api::table::Environment { site: "localhost".to_owned(), is_known: true, ..Default::default() };
    check(
        &table,
        "production",
        expect![[r#"
        Apps of localhost
        No app was found.
        Frontage, 200
    "#]],
    );
}

#[test]
fn words_of_others_are_text_and_there_is_no_script() {
    let html = html(&table(), "production");
    assert!(html.contains("packages/&lt;b&gt;"), "{html}");
    assert!(html.contains("no &lt;App&gt;"), "{html}");
    assert!(!html.contains("<b>") && !html.contains("<script"), "{html}");
}

#[test]
fn an_address_can_be_written_whatever_is_in_it() {
    let location = |path: &str| redirect(path, true).headers()[LOCATION].to_str().unwrap().to_owned();
    assert_eq!(location("/docs/?a=b%20c"), "/docs/?a=b%20c");
    assert_eq!(location("/über uns/"), "/%C3%BCber%20uns/");
    assert_eq!(location("/a\r\nset-cookie: b"), "/a%0D%0Aset-cookie:%20b");
}
