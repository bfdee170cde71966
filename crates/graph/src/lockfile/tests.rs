//! Tests of lockfiles: what closures hold in every format, and lockfiles that cannot be read.

use std::collections::BTreeMap;
use std::fmt::Write;

use expect_test::{Expect, expect};
use serde_json::Value;

use super::{Lockfile, Reading};
use crate::manifest::Manifest;
use crate::patience::Patience;

/// One workspace as each package manager writes it: `apps/shop` wants react, react-dom, another react under the
/// name of `old`, a package that is patched, the member `ui` and the folder `vendor/lib`.
const EVERY: [(&str, &str); 8] = [
    ("package-lock.json", include_str!("samples/npm-1.json")),
    ("package-lock.json", include_str!("samples/npm-3.json")),
    ("pnpm-lock.yaml", include_str!("samples/pnpm-5.4.yaml")),
    ("pnpm-lock.yaml", include_str!("samples/pnpm-6.0.yaml")),
    ("pnpm-lock.yaml", include_str!("samples/pnpm-9.0.yaml")),
    ("yarn.lock", include_str!("samples/yarn-1.lock")),
    ("yarn.lock", include_str!("samples/yarn-8.lock")),
    ("bun.lock", include_str!("samples/bun-1.lock")),
];

/// What `apps/shop` wants in them.
const WANTED: &str =
    "react@^19.0.0 react-dom@^19.0.0 old@npm:react@^18.0.0 patched@1.0.0 ui@workspace:* lib@file:../../vendor/lib";

fn read(file: &str, text: &str) -> Lockfile {
    Lockfile::read(file, text.as_bytes()).unwrap()
}

fn wanted(text: &str) -> BTreeMap<&str, &str> {
    text.split_whitespace().map(super::descriptors::split).collect()
}

fn shown(lockfile: &Lockfile, folder: &str, names: &str) -> String {
    let closure =
        lockfile.closure(folder, &wanted(names), &|folder| folder.starts_with("apps/") || folder == "packages/ui");
    let installed = closure.installed.iter().map(|(place, installed)| format!("{place} {}", installed.version));
    let links = closure.links.iter().map(|(place, target)| format!("{place} -> {target}"));
    installed.map(|line| line.trim_end().to_owned()).chain(links).collect::<Vec<_>>().join("\n")
}

fn check(lockfile: &Lockfile, folder: &str, names: &str, expected: Expect) {
    expected.assert_eq(&shown(lockfile, folder, names));
}

/// Checks places of npm's.
fn check_npm(packages: &str, folder: &str, names: &str, expected: Expect) {
    let text = format!(r#"{{"lockfileVersion": 3, "packages": {{{packages}}}}}"#);
    check(&read("package-lock.json", &text), folder, names, expected);
}

fn check_unreadable(file: &str, content: &[u8], expected: Expect) {
    expected.assert_eq(&Lockfile::read(file, content).unwrap_err().to_string());
}

#[test]
fn one_workspace_in_every_format() {
    let mut text = String::new();
    for (file, content) in EVERY {
        let lockfile = read(file, content);
        let held = |name: &str, range: &str| if lockfile.holds("apps/shop", name, range) { "" } else { "not " };
        let link = |name: &str, range: &str| lockfile.link("apps/shop", name, range).unwrap_or("nowhere").to_owned();
        writeln!(text, "## {} {} {}", lockfile.manager(), lockfile.version(), lockfile.range()).unwrap();
        writeln!(text, "{}", shown(&lockfile, "apps/shop", WANTED)).unwrap();
        writeln!(text, "react is {}held, absent {}held", held("react", "^19.0.0"), held("absent", "1")).unwrap();
        let (ui, lib) = (link("ui", "workspace:*"), link("lib", "file:../../vendor/lib"));
        writeln!(text, "ui leads to {ui}, lib to {lib}, react to {}", link("react", "^19.0.0")).unwrap();
        writeln!(text, "sources {:?} patches {:?}", lockfile.local_sources(), lockfile.patches()).unwrap();
    }
    expect![[r###"
        ## npm 1 >=7.0.0
        node_modules/js-tokens 4.0.0
        node_modules/loose-envify 1.4.0
        node_modules/old npm:react@18.2.0
        node_modules/patched 1.0.0
        node_modules/react 19.1.0
        node_modules/react-dom 19.1.0
        node_modules/react-dom/node_modules/scheduler 0.26.0
        node_modules/lib -> vendor/lib
        node_modules/ui -> packages/ui
        react is held, absent not held
        ui leads to packages/ui, lib to vendor/lib, react to nowhere
        sources {"packages/ui", "vendor/lib"} patches {}
        ## npm 3 >=7.0.0
        apps/shop/node_modules/react 19.1.0
        apps/shop/node_modules/react-dom 19.1.0
        apps/shop/node_modules/scheduler 0.26.0
        node_modules/js-tokens 4.0.0
        node_modules/loose-envify 1.4.0
        node_modules/old 18.2.0
        node_modules/patched 1.0.0
        node_modules/lib -> vendor/lib
        node_modules/ui -> packages/ui
        react is held, absent not held
        ui leads to packages/ui, lib to vendor/lib, react to nowhere
        sources {"apps/shop", "packages/ui", "vendor/lib"} patches {}
        ## pnpm 5.4 >=7.0.0 <8.0.0
        /js-tokens/4.0.0 4.0.0
        /loose-envify/1.4.0 1.4.0
        /patched/1.0.0_abcdefghijklmnopqrstuvwxyz 1.0.0
        /react-dom/19.1.0_react@19.1.0 19.1.0
        /react/18.2.0 18.2.0
        /react/19.1.0 19.1.0
        /scheduler/0.26.0 0.26.0
        file:vendor/lib 1.0.0
        apps/shop/node_modules/ui -> packages/ui
        react is held, absent not held
        ui leads to packages/ui, lib to vendor/lib, react to nowhere
        sources {"vendor/lib"} patches {"patches/patched@1.0.0.patch"}
        ## pnpm 6.0 >=8.0.0 <9.0.0
        /js-tokens@4.0.0 4.0.0
        /loose-envify@1.4.0 1.4.0
        /patched@1.0.0(patch_hash=abcdefghijklmnopqrstuvwxyz) 1.0.0
        /react-dom@19.1.0(react@19.1.0) 19.1.0
        /react@18.2.0 18.2.0
        /react@19.1.0 19.1.0
        /scheduler@0.26.0 0.26.0
        file:vendor/lib 1.0.0
        apps/shop/node_modules/ui -> packages/ui
        react is held, absent not held
        ui leads to packages/ui, lib to vendor/lib, react to nowhere
        sources {"vendor/lib"} patches {"patches/patched@1.0.0.patch"}
        ## pnpm 9.0 >=9.0.0 <11.0.0
        js-tokens@4.0.0 4.0.0
        lib@file:vendor/lib file:vendor/lib
        loose-envify@1.4.0 1.4.0
        patched@1.0.0(patch_hash=abcdefghijklmnopqrstuvwxyz) 1.0.0
        react-dom@19.1.0(react@19.1.0) 19.1.0
        react@18.2.0 18.2.0
        react@19.1.0 19.1.0
        scheduler@0.26.0 0.26.0
        apps/shop/node_modules/ui -> packages/ui
        react is held, absent not held
        ui leads to packages/ui, lib to vendor/lib, react to nowhere
        sources {"vendor/lib"} patches {"patches/patched@1.0.0.patch"}
        ## Yarn 1 1 >=1.0.0 <2.0.0
        js-tokens@4.0.0 4.0.0
        lib@1.0.0 1.0.0
        loose-envify@1.4.0 1.4.0
        patched@1.0.0 1.0.0
        react-dom@19.1.0 19.1.0
        react@18.2.0 18.2.0
        react@19.1.0 19.1.0
        scheduler@0.26.0 0.26.0
        react is held, absent not held
        ui leads to nowhere, lib to vendor/lib, react to nowhere
        sources {"vendor/lib"} patches {}
        ## Yarn 8 >=4.0.0 <4.14.0
        js-tokens@npm:4.0.0 4.0.0
        lib@file:../../vendor/lib#../../vendor/lib::hash=a1b2c3&locator=shop%40workspace%3Aapps%2Fshop 1.0.0
        loose-envify@npm:1.4.0 1.4.0
        patched@npm:1.0.0 1.0.0
        patched@patch:patched@npm%3A1.0.0#~/.yarn/patches/patched-npm-1.0.0.patch::version=1.0.0&hash=d4e5f6 1.0.0
        react-dom@npm:19.1.0 19.1.0
        react@npm:18.2.0 18.2.0
        react@npm:19.1.0 19.1.0
        scheduler@npm:0.26.0 0.26.0
        ui@workspace:packages/ui -> packages/ui
        react is held, absent not held
        ui leads to packages/ui, lib to vendor/lib, react to nowhere
        sources {"vendor/lib"} patches {".yarn/patches/patched-npm-1.0.0.patch"}
        ## Bun 1 >=1.2.0
        js-tokens 4.0.0
        lib file:vendor/lib
        loose-envify 1.4.0
        old 18.2.0
        patched 1.0.0
        react 19.1.0
        react-dom 19.1.0
        react-dom/scheduler 0.26.0
        ui -> packages/ui
        react is held, absent not held
        ui leads to packages/ui, lib to vendor/lib, react to nowhere
        sources {"vendor/lib"} patches {"patches/patched@1.0.0.patch"}
    "###]]
    .assert_eq(&text);
}

#[test]
fn another_order_is_the_same() {
    fn reversed(value: Value) -> Value {
        match value {
            Value::Object(table) => {
                Value::Object(table.into_iter().rev().map(|(name, value)| (name, reversed(value))).collect())
            }
            value => value,
        }
    }
    for (file, text) in EVERY {
        let other = match file {
            // JSON is YAML.
            "pnpm-lock.yaml" => reversed(serde_saphyr::from_str(text).unwrap()).to_string(),
            "yarn.lock" => text.split("\n\n").collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n\n"),
            _ => reversed(serde_json::from_str(&super::bun::plain(text)).unwrap()).to_string(),
        };
        assert_ne!(other, text);
        assert_eq!(shown(&read(file, &other), "apps/shop", WANTED), shown(&read(file, text), "apps/shop", WANTED));
    }
}

#[test]
fn the_nearest_version_is_found() {
    let packages = r#"
        "node_modules/a": {"version": "1.0.0", "dependencies": {"b": "*"}},
        "node_modules/b": {"version": "1.0.0"},
        "node_modules/a/node_modules/b": {"version": "2.0.0", "dependencies": {"c": "*", "a": "*"}},
        "node_modules/c": {"version": "1.0.0"},
        "node_modules/a-b": {"version": "1.0.0", "dependencies": {"b": "*"}},
        "apps/shop/node_modules/b": {"version": "3.0.0"},
        "node_modules/@scope/d": {"version": "1.0.0", "dependencies": {"b": "*"}},
        "node_modules/@scope/d/node_modules/b": {"version": "4.0.0"}
    "#;
    check_npm(packages, "", "b", expect!["node_modules/b 1.0.0"]);
    check_npm(packages, "apps/shop", "b", expect!["apps/shop/node_modules/b 3.0.0"]);
    check_npm(
        packages,
        "apps/blog",
        "a",
        expect![[r#"
        node_modules/a 1.0.0
        node_modules/a/node_modules/b 2.0.0
        node_modules/c 1.0.0"#]],
    );
    check_npm(
        packages,
        "apps/blog",
        "a-b",
        expect![[r#"
            node_modules/a-b 1.0.0
            node_modules/b 1.0.0"#]],
    );
    check_npm(
        packages,
        "apps/blog",
        "@scope/d",
        expect![[r#"
        node_modules/@scope/d 1.0.0
        node_modules/@scope/d/node_modules/b 4.0.0"#]],
    );
    check_npm(packages, "apps/shop/deep/folder", "b nobody", expect!["apps/shop/node_modules/b 3.0.0"]);
    check_npm(packages, "apps/my_node_modules", "c", expect!["node_modules/c 1.0.0"]);
}

#[test]
fn optional_packages_of_other_platforms_are_held() {
    let packages = r#"
        "node_modules/esbuild": {"version": "1.0.0", "optionalDependencies": {"@esbuild/linux-x64": "1", "@esbuild/darwin-arm64": "1", "absent": "1"}},
        "node_modules/@esbuild/linux-x64": {"version": "1.0.0", "optional": true, "os": ["linux"]},
        "node_modules/@esbuild/darwin-arm64": {"version": "1.0.0", "optional": true, "os": ["darwin"]}
    "#;
    check_npm(
        packages,
        "apps/shop",
        "esbuild",
        expect![[r#"
        node_modules/@esbuild/darwin-arm64 1.0.0
        node_modules/@esbuild/linux-x64 1.0.0
        node_modules/esbuild 1.0.0"#]],
    );
}

#[test]
fn peers_are_held_where_they_are_found() {
    let packages = r#"
        "node_modules/react-dom": {"version": "1.0.0", "peerDependencies": {"react": "*", "optional-peer": "*"}, "peerDependenciesMeta": {"optional-peer": {"optional": true}}},
        "node_modules/react": {"version": "1.0.0", "peer": true}
    "#;
    check_npm(
        packages,
        "apps/shop",
        "react-dom",
        expect![[r#"
        node_modules/react 1.0.0
        node_modules/react-dom 1.0.0"#]],
    );
}

#[test]
fn links_name_folders() {
    let packages = r#"
        "packages/ui": {"name": "ui", "dependencies": {"a": "*"}},
        "node_modules/ui": {"resolved": "packages/ui", "link": true},
        "vendor/lib": {"dependencies": {"a": "*", "lib": "*"}},
        "node_modules/lib": {"resolved": "vendor/lib", "link": true},
        "apps/shop/node_modules/lib": {"resolved": "vendor/lib", "link": true},
        "node_modules/a": {"version": "1.0.0"},
        "node_modules/broken": {"link": true},
        "node_modules/itself": {"resolved": "node_modules/itself", "link": true}
    "#;
    check_npm(packages, "apps/shop", "ui", expect!["node_modules/ui -> packages/ui"]);
    check_npm(
        packages,
        "apps/shop",
        "lib",
        expect![[r#"
            node_modules/a 1.0.0
            apps/shop/node_modules/lib -> vendor/lib
            node_modules/lib -> vendor/lib"#]],
    );
    check_npm(
        packages,
        "apps/shop",
        "broken itself",
        expect![[r#"
        node_modules/broken
        node_modules/itself -> node_modules/itself"#]],
    );
}

#[test]
fn circles_end() {
    let packages = r#"
        "node_modules/a": {"version": "1.0.0", "dependencies": {"b": "*"}},
        "node_modules/b": {"version": "1.0.0", "dependencies": {"a": "*", "b": "*"}}
    "#;
    check_npm(
        packages,
        "",
        "a",
        expect![[r#"
        node_modules/a 1.0.0
        node_modules/b 1.0.0"#]],
    );
}

#[test]
fn strange_entries_are_harmless() {
    let packages = r#"
        "": null, "node_modules/a": 7, "node_modules/b": {"version": 1, "dependencies": ["a"], "link": "yes"},
        "node_modules/c": {"version": "1.0.0", "dependencies": {"": "*", "../../x": "*", "a": {}}}, "///": [], "node_modules": {}
    "#;
    check_npm(
        packages,
        "",
        "a b c / ..",
        expect![[r#"
            node_modules/a
            node_modules/b
            node_modules/c 1.0.0"#]],
    );
    let text = r#"{"lockfileVersion": 1, "workspaces": {"": []}, "packages": {"": [], "a": {}, "b": [1], "c": ["c"], "@d": ["@d@1"], "e/": ["e@1", {"dependencies": [1]}]}}"#;
    check(
        &read("bun.lock", text),
        "",
        "a b c @d",
        expect![[r#"
        @d 1
        c"#]],
    );
}

#[test]
fn a_package_without_a_hash_is_told_by_its_source() {
    let packages = r#"{"lockfileVersion": 2, "packages": {"node_modules/a": {"version": "1.0.0", "resolved": "git+ssh://x#abc"}}}"#;
    let lockfile = read("package-lock.json", packages);
    let closure = lockfile.closure("", &wanted("a@1"), &|_| false);
    assert_eq!(closure.installed["node_modules/a"].integrity, "git+ssh://x#abc");
}

#[test]
fn pnpm_without_members() {
    let text = "
lockfileVersion: 5.4
specifiers:
  react: ^18.0.0
dependencies:
  react: 18.2.0
packages:
  /react/18.2.0:
    resolution: {integrity: sha512-react}
    dependencies: {loose-envify: 1.4.0}
  /loose-envify/1.4.0:
    resolution: {integrity: sha512-loose}
";
    let lockfile = read("web/pnpm-lock.yaml", text);
    check(
        &lockfile,
        "",
        "react@^18.0.0",
        expect![[r#"
        /loose-envify/1.4.0 1.4.0
        /react/18.2.0 18.2.0"#]],
    );
    assert!(lockfile.holds("", "react", "^18.0.0"));
    assert!(!lockfile.holds("", "react", "^18.1.0"), "an install that may change nothing would fail");
}

#[test]
fn pnpm_documents_about_itself() {
    let text = "---
lockfileVersion: '9.0'
importers:
  .:
    packageManagerDependencies:
      pnpm: {specifier: 11.1.0, version: 11.1.0}
packages:
  pnpm@11.1.0: {resolution: {integrity: sha512-pnpm}}
---
lockfileVersion: '9.0'
overrides:
  other@>=1 <2: 1.5.0
  bar@1>nested: 1.0.0
importers:
  .:
    devDependencies:
      node: {specifier: runtime:22.1.0, version: runtime:22.1.0}
      other: {specifier: 1.5.0, version: 1.5.0}
      nested: {specifier: 1.0.0, version: 1.0.0}
packages:
  node@runtime:22.1.0:
    hasBin: true
    resolution:
      type: variations
      variants:
        - resolution: {type: binary, url: 'https://x/linux', integrity: sha256-linux, bin: bin/node}
          targets: [{os: linux, cpu: x64}]
        - resolution: {type: binary, url: 'https://x/darwin', integrity: sha256-darwin, bin: bin/node}
  other@1.5.0: {resolution: {integrity: sha512-other}, deprecated: 'yes'}
  nested@1.0.0: {resolution: {type: git, repo: 'https://x/y.git', commit: abc}}
snapshots:
  node@runtime:22.1.0: {}
  other@1.5.0: {}
  nested@1.0.0: {}
";
    let lockfile = read("pnpm-lock.yaml", text);
    assert_eq!(lockfile.range(), ">=11.0.0 <12.0.0");
    let closure = lockfile.closure("", &wanted("node@runtime:22.1.0 nested@1.0.0"), &|_| false);
    let shown: Vec<String> = closure.installed.values().map(|installed| format!("{installed:?}")).collect();
    expect![[r#"
        Installed { name: "nested", version: "1.0.0", integrity: "https://x/y.git#abc", given: "" }
        Installed { name: "node", version: "runtime:22.1.0", integrity: "sha256-linux sha256-darwin", given: "" }"#]]
    .assert_eq(&shown.join("\n"));
    assert!(lockfile.holds("", "other", "^1.0.0") && lockfile.holds("", "nested", "*"), "overrides say so");
    assert!(!lockfile.holds("", "node", "runtime:24"));
}

#[test]
fn pnpm_names_and_versions() {
    let text = "
lockfileVersion: '6.0'
dependencies:
  a: {specifier: 'npm:@scope/b@1', version: '/@scope/b@1.0.0(react@18.2.0)'}
  c: {specifier: 'github:x/c', version: github.com/x/c/abc123}
  '@scope/d': {specifier: 'https://x/d.tgz', version: '@x/d.tgz'}
packages:
  /@scope/b@1.0.0(react@18.2.0): {resolution: {integrity: sha512-b}, dependencies: {react: 18.2.0}}
  /react@18.2.0: {resolution: {integrity: sha512-react}}
  github.com/x/c/abc123: {name: c, version: 1.2.3, resolution: {tarball: 'https://x/c'}}
  '@x/d.tgz': {name: '@scope/d', version: 2.0.0, resolution: {tarball: 'file:vendor/d.tgz'}}
";
    let lockfile = read("pnpm-lock.yaml", text);
    check(
        &lockfile,
        "",
        "a@1 c@1 @scope/d@1",
        expect![[r#"
        /@scope/b@1.0.0(react@18.2.0) 1.0.0
        /react@18.2.0 18.2.0
        @x/d.tgz 2.0.0
        github.com/x/c/abc123 1.2.3"#]],
    );
    assert_eq!(lockfile.local_sources().iter().collect::<Vec<_>>(), ["vendor/d.tgz"]);
}

#[test]
fn yarn_resolutions() {
    let text = r#"# yarn lockfile v1

a@^1.0.0:
  version "1.0.0"
  dependencies:
    b "^1.0.0"

b@2.0.0:
  version "2.0.0"

b@^1.0.0:
  version "1.9.0"
"#;
    let plain = read("yarn.lock", text);
    check(
        &plain,
        "",
        "a@^1.0.0",
        expect![[r#"
        a@1.0.0 1.0.0
        b@1.9.0 1.9.0"#]],
    );
    let root = Manifest::read("package.json", br#"{"resolutions": {"a/b": "2.0.0", "@x/y/**/@z/c@^1": "1"}}"#).unwrap();
    assert_eq!(root.redirected().into_iter().collect::<Vec<_>>(), ["@z/c", "b"]);
    let redirected = std::sync::Arc::new(plain).with_resolutions(&root);
    check(
        &redirected,
        "",
        "a@^1.0.0",
        expect![[r#"
        a@1.0.0 1.0.0
        b@1.9.0 1.9.0
        b@2.0.0 2.0.0"#]],
    );
    assert!(redirected.holds("", "b", "^7"), "it is sent elsewhere");
    assert!(!redirected.holds("", "a", "^7"));
}

#[test]
fn yarn_berry_resolutions_catalogs_and_peers() {
    let text = r#"
__metadata:
  version: 8
  cacheKey: 10c0

"root@workspace:.":
  version: 0.0.0-use.local
  resolution: "root@workspace:."
  dependencies:
    a: "npm:^1.0.0"
    c: "catalog:"
    plugin: "npm:1.0.0"
    lib: "portal:./vendor/lib"
    tool: "npm:1.0.0"
  languageName: unknown
  linkType: soft

"a@npm:^1.0.0":
  version: 1.0.0
  resolution: "a@npm:1.0.0"
  dependencies:
    b: "npm:^1.0.0"
  checksum: 10c0/1e99999999

"b@npm:^1.0.0":
  version: 1.9.0
  resolution: "b@npm:1.9.0"
  checksum: 10c0/b1

"@fill/b@npm:2.0.0, b@npm:@fill/b@2.0.0":
  version: 2.0.0
  resolution: "@fill/b@npm:2.0.0"
  checksum: 10c0/b2

"c@npm:^3.0.0":
  version: 3.0.0
  resolution: "c@npm:3.0.0"
  checksum: 10c0/c

"host@npm:^1.0.0":
  version: 1.0.0
  resolution: "host@npm:1.0.0"
  checksum: 10c0/host

"plugin@npm:1.0.0":
  version: 1.0.0
  resolution: "plugin@npm:1.0.0"
  peerDependencies:
    a: "*"
    host: ^1.0.0
    unused: "*"
  peerDependenciesMeta:
    unused:
      optional: true
  checksum: 10c0/plugin

"unused@npm:1.0.0":
  version: 1.0.0
  resolution: "unused@npm:1.0.0"

"lib@portal:./vendor/lib::locator=root%40workspace%3A.":
  version: 0.0.0-use.local
  resolution: "lib@portal:./vendor/lib::locator=root%40workspace%3A."
  dependencies:
    c: "npm:^3.0.0"
  linkType: soft

"tool@npm:1.0.0":
  version: 1.0.0
  resolution: "tool@npm:1.0.0"

"tool@patch:tool@npm%3A1.0.0#~/.yarn/patches/tool.patch":
  version: 1.0.0
  resolution: "tool@patch:tool@npm%3A1.0.0#~/.yarn/patches/tool.patch::version=1.0.0&hash=abc"

"tool@patch:tool@patch%3Atool@npm%253A1.0.0%23x#optional!./fix.patch&./more.patch::locator=shop%40workspace%3Aapps%2Fshop":
  version: 1.0.0
  resolution: "tool@patch:tool@patch%3Atool@npm%253A1.0.0%23x#optional!./fix.patch::version=1.0.0&hash=abc"
"#;
    let lockfile = read("yarn.lock", text);
    check(
        &lockfile,
        "",
        "a@^1.0.0",
        expect![[r#"
        @fill/b@npm:2.0.0 2.0.0
        a@npm:1.0.0 1.0.0
        b@npm:1.9.0 1.9.0"#]],
    );
    check(&lockfile, "", "c@catalog:", expect!["c@npm:3.0.0 3.0.0"]);
    check(
        &lockfile,
        "",
        "plugin@1.0.0",
        expect![[r#"
        @fill/b@npm:2.0.0 2.0.0
        a@npm:1.0.0 1.0.0
        b@npm:1.9.0 1.9.0
        host@npm:1.0.0 1.0.0
        plugin@npm:1.0.0 1.0.0"#]],
    );
    check(
        &lockfile,
        "",
        "lib@portal:./vendor/lib",
        expect![[r#"
        c@npm:3.0.0 3.0.0
        lib@portal:./vendor/lib::locator=root%40workspace%3A. -> vendor/lib"#]],
    );
    check(
        &lockfile,
        "",
        "tool@1.0.0",
        expect![[r#"
        tool@npm:1.0.0 1.0.0
        tool@patch:tool@npm%3A1.0.0#~/.yarn/patches/tool.patch::version=1.0.0&hash=abc 1.0.0
        tool@patch:tool@patch%3Atool@npm%253A1.0.0%23x#optional!./fix.patch::version=1.0.0&hash=abc 1.0.0"#]],
    );
    assert!(
        lockfile.holds("", "c", "catalog:") && !lockfile.holds("", "c", "^4.0.0") && !lockfile.holds("", "b", "^9")
    );
    expect![[r#"({"vendor/lib"}, {".yarn/patches/tool.patch", "apps/shop/fix.patch", "apps/shop/more.patch"})"#]]
        .assert_eq(&format!("{:?}", (lockfile.local_sources(), lockfile.patches())));
}

#[test]
fn bun_finds_what_a_member_has_of_its_own() {
    let text = r#"{
  "lockfileVersion": 1, // a comment
  "workspaces": {
    "": { "name": "root", "devDependencies": { "a": "^1" } },
    "apps/shop": { "name": "@x/shop", "dependencies": { "a": "^2", "ui": "workspace:*", "b": "1" } },
    "packages/ui": { "name": "ui", "dependencies": { "b": "2" } },
  },
  /* more */ "packages": {
    "a": ["a@1.0.0", "", { "dependencies": { "@s/c": "*" } }, "sha512-a1"],
    "@s/c": ["@s/c@1.0.0", "", {}, "sha512-c1"],
    "@x/shop": ["@x/shop@workspace:apps/shop"],
    "@x/shop/a": ["a@2.0.0", "", { "dependencies": { "@s/c": "*" } }, "sha512-a2"],
    "@x/shop/a/@s/c": ["@s/c@2.0.0", "", { "optionalDependencies": { "d": "*" }, "bin": { "c": "c//c" } }, "sha512-c2"],
    "b": ["b@github:x/b#abc", {}, "x-b-abc"],
    "d": ["d@file:vendor/d.tgz", {}, "sha512-d"],
    "old": ["a@0.1.0", "https://example.com/a.tgz", {}, "sha512-old"],
    "ui": ["ui@workspace:packages/ui"],
    "ui/b": ["b@2.0.0", "", {}, "sha512-b2"],
  },
}"#;
    let lockfile = read("bun.lock", text);
    check(
        &lockfile,
        "",
        "a@^1",
        expect![[r#"
        @s/c 1.0.0
        a 1.0.0"#]],
    );
    check(
        &lockfile,
        "apps/shop",
        "a@^2 ui@workspace:* b@1 d old",
        expect![[r#"
        @x/shop/a 2.0.0
        @x/shop/a/@s/c 2.0.0
        b github:x/b#abc
        d file:vendor/d.tgz
        old 0.1.0
        ui -> packages/ui"#]],
    );
    check(&lockfile, "packages/ui", "b@2", expect!["ui/b 2.0.0"]);
    assert!(lockfile.holds("apps/shop", "a", "^2") && !lockfile.holds("apps/shop", "a", "^1"));
    assert_eq!(lockfile.local_sources().iter().collect::<Vec<_>>(), ["vendor/d.tgz"]);
}

#[test]
fn which_version_reads_what() {
    let check = |file: &str, text: &str, versions: &str, expected: Expect| {
        let lockfile = read(file, text);
        let mut shown = format!("{} {}: {}", lockfile.manager(), lockfile.version(), lockfile.range());
        for version in versions.split(' ') {
            let reading = match lockfile.read_by(version) {
                Reading::Unchanged => "unchanged",
                Reading::Anew => "anew",
                Reading::Unknown => "unknown",
            };
            write!(shown, "; {version} {reading}").unwrap();
        }
        expected.assert_eq(&shown);
    };
    let npm = |version: &str| format!(r#"{{"lockfileVersion": {version}, "packages": {{}}}}"#);
    check(
        "package-lock.json",
        &npm("1"),
        "6.14.18 10.9.0",
        expect!["npm 1: >=7.0.0; 6.14.18 unchanged; 10.9.0 unchanged"],
    );
    check(
        "package-lock.json",
        &npm("2"),
        "6.14.18 10.9.0 latest",
        expect!["npm 2: >=7.0.0; 6.14.18 unchanged; 10.9.0 unchanged; latest unknown"],
    );
    check(
        "package-lock.json",
        &npm("3"),
        "6.14.18 v11.1.0",
        expect!["npm 3: >=7.0.0; 6.14.18 anew; v11.1.0 unchanged"],
    );
    let pnpm = |version: &str| format!("lockfileVersion: {version}\n");
    check(
        "pnpm-lock.yaml",
        &pnpm("5.3"),
        "6.35.1 7.33.7 8.15.9",
        expect!["pnpm 5.3: >=7.0.0 <8.0.0; 6.35.1 unchanged; 7.33.7 unchanged; 8.15.9 anew"],
    );
    check(
        "pnpm-lock.yaml",
        &pnpm("5.4"),
        "7.33.7 8.15.9 9.0.0 10.12.0",
        expect!["pnpm 5.4: >=7.0.0 <8.0.0; 7.33.7 unchanged; 8.15.9 anew; 9.0.0 anew; 10.12.0 anew"],
    );
    check(
        "pnpm-lock.yaml",
        &pnpm("'6.0'"),
        "7.33.7 8.15.9 9.0.0 9.15.9 10.12.0",
        expect!["pnpm 6.0: >=8.0.0 <9.0.0; 7.33.7 anew; 8.15.9 unchanged; 9.0.0 anew; 9.15.9 unchanged; 10.12.0 anew"],
    );
    check("pnpm-lock.yaml", &pnpm("'6.1'"), "8.6.2", expect!["pnpm 6.1: >=8.0.0 <9.0.0; 8.6.2 unchanged"]);
    check(
        "pnpm-lock.yaml",
        &pnpm("'9.0'"),
        "8.15.9 9.0.0 10.12.0 11.0.0-rc.1",
        expect!["pnpm 9.0: >=9.0.0 <11.0.0; 8.15.9 anew; 9.0.0 unchanged; 10.12.0 unchanged; 11.0.0-rc.1 unchanged"],
    );
    check(
        "pnpm-lock.yaml",
        &pnpm("'12.0'"),
        "11.1.0 12.0.0",
        expect!["pnpm 12.0: >=12.0.0; 11.1.0 anew; 12.0.0 unchanged"],
    );
    check(
        "yarn.lock",
        "# yarn lockfile v1\n",
        "1.22.22 4.9.4",
        expect!["Yarn 1 1: >=1.0.0 <2.0.0; 1.22.22 unchanged; 4.9.4 anew"],
    );
    let berry = |version: &str, key: &str| format!("__metadata:\n  version: {version}\n  cacheKey: {key}\n");
    check("yarn.lock", &berry("4", "7"), "2.4.1 3.0.0", expect!["Yarn 4: >=2.0.0 <3.0.0; 2.4.1 unchanged; 3.0.0 anew"]);
    check("yarn.lock", &berry("4", "8"), "2.4.1 3.0.0", expect!["Yarn 4: >=3.0.0 <3.1.0; 2.4.1 anew; 3.0.0 unchanged"]);
    check(
        "yarn.lock",
        &berry("5", "8"),
        "3.0.2 3.1.1 3.2.4",
        expect!["Yarn 5: >=3.1.0 <3.2.0; 3.0.2 anew; 3.1.1 unchanged; 3.2.4 anew"],
    );
    check(
        "yarn.lock",
        &berry("6", "8"),
        "3.1.1 3.8.7 4.0.0",
        expect!["Yarn 6: >=3.2.0 <4.0.0; 3.1.1 anew; 3.8.7 unchanged; 4.0.0 anew"],
    );
    check("yarn.lock", &berry("7", "9"), "3.8.7 4.0.0", expect!["Yarn 7: >=4.0.0-rc.1 <4.0.0; 3.8.7 anew; 4.0.0 anew"]);
    check(
        "yarn.lock",
        &berry("8", "10c0"),
        "3.8.7 4.0.0 4.13.0 4.14.1",
        expect!["Yarn 8: >=4.0.0 <4.14.0; 3.8.7 anew; 4.0.0 unchanged; 4.13.0 unchanged; 4.14.1 anew"],
    );
    check(
        "yarn.lock",
        &berry("9", "10c0"),
        "4.13.0 4.14.1 4.15.0",
        expect!["Yarn 9: >=4.14.0 <4.15.0; 4.13.0 anew; 4.14.1 unchanged; 4.15.0 anew"],
    );
    check(
        "yarn.lock",
        &berry("10", "10c0"),
        "4.14.1 4.18.1",
        expect!["Yarn 10: >=4.15.0 <5.0.0; 4.14.1 anew; 4.18.1 unchanged"],
    );
    for (version, versions, expected) in [
        ("0", "1.1.40 1.2.0", expect!["Bun 0: >=1.1.39 <1.2.0; 1.1.40 unchanged; 1.2.0 anew"]),
        ("1", "1.1.40 1.2.0 1.4.0", expect!["Bun 1: >=1.2.0; 1.1.40 anew; 1.2.0 unchanged; 1.4.0 unchanged"]),
        ("2", "1.3.14 1.4.0", expect!["Bun 2: >=1.4.0; 1.3.14 anew; 1.4.0 unchanged"]),
        ("3", "1.3.14 1.4.0", expect!["Bun 3: >=1.4.0; 1.3.14 anew; 1.4.0 unchanged"]),
    ] {
        check("bun.lock", &npm(version), versions, expected);
    }
}

#[test]
fn unreadable_lockfiles_of_npm() {
    let check = |content: &[u8], expected| check_unreadable("package-lock.json", content, expected);
    check(
        b"",
        expect![[r#"
        package-lock.json:1:1: the lockfile cannot be read: EOF while parsing a value
        hint: `npm install` writes it anew"#]],
    );
    check(
        b"{\n  \"lockfileVersion\": 3,\n<<<<<<< HEAD\n",
        expect![[r#"
        package-lock.json:3:1: the lockfile has an unresolved merge conflict
        hint: `npm install` writes it anew"#]],
    );
    check(
        b"[]",
        expect![[r#"
        package-lock.json: the lockfile has no `lockfileVersion`
        hint: `npm install` writes it anew"#]],
    );
    check(
        b"{\"lockfileVersion\": 4, \"packages\": {}}",
        expect![[r#"
        package-lock.json: the lockfile is of version 4; versions 1 to 3 are read
        hint: `npm install` writes it anew"#]],
    );
    check(
        b"{\"lockfileVersion\": 99999999999999999999, \"packages\": {}}",
        expect![[r#"
        package-lock.json: the lockfile is of version 100000000000000000000; versions 1 to 3 are read
        hint: `npm install` writes it anew"#]],
    );
    check(
        b"{\"lockfileVersion\": \"3\", \"packages\": {}}",
        expect![[r#"
        package-lock.json: the lockfile is of version `3`; versions 1 to 3 are read
        hint: `npm install` writes it anew"#]],
    );
    check(
        b"{\"lockfileVersion\": 3, \"packages\": []}",
        expect![[r#"
        package-lock.json: the lockfile has no table `packages`
        hint: `npm install` writes it anew"#]],
    );
    check(
        b"{\"lockfileVersion\": 3}",
        expect![[r#"
        package-lock.json: the lockfile has no table `packages`
        hint: `npm install` writes it anew"#]],
    );
    check(
        b"{\n\"a\": \"\xff\"}",
        expect![[r#"
        package-lock.json:2:7: the lockfile is not UTF-8
        hint: `npm install` writes it anew"#]],
    );
    check(
        "[".repeat(100_000).as_bytes(),
        expect![[r#"
            package-lock.json:1:128: the lockfile cannot be read: it is nested too deep
            hint: `npm install` writes it anew"#]],
    );
    check(
        &vec![b' '; super::LONGEST + 1],
        expect![[r#"
            package-lock.json: the lockfile is longer than 16 MB
            hint: `npm install` writes it anew"#]],
    );
}

#[test]
fn unreadable_lockfiles_of_pnpm() {
    let check = |content: &str, expected| check_unreadable("web/pnpm-lock.yaml", content.as_bytes(), expected);
    check(
        "",
        expect![[r#"
        web/pnpm-lock.yaml: the lockfile is empty
        hint: `pnpm install` writes it anew"#]],
    );
    check(
        "packages: {}\n",
        expect![[r#"
        web/pnpm-lock.yaml: the lockfile has no `lockfileVersion`
        hint: `pnpm install` writes it anew"#]],
    );
    check(
        "lockfileVersion: '7.0'\n",
        expect![[r#"
        web/pnpm-lock.yaml: the lockfile is of version 7.0; versions 5.0 to 5.4, 6, 9 and 12 are read
        hint: `pnpm install` writes it anew"#]],
    );
    check(
        "lockfileVersion: '13.0'\n",
        expect![[r#"
        web/pnpm-lock.yaml: the lockfile is of version 13.0; versions 5.0 to 5.4, 6, 9 and 12 are read
        hint: `pnpm install` writes it anew"#]],
    );
    check(
        "lockfileVersion: [1]\n",
        expect![[r#"
        web/pnpm-lock.yaml:1:18: the lockfile cannot be read: expected string scalar
        hint: `pnpm install` writes it anew"#]],
    );
    check(
        "lockfileVersion: '9.0'\nimporters:\n  .: {}\n<<<<<<< HEAD\n  a: {}\n=======\n",
        expect![[r#"
        web/pnpm-lock.yaml:4:1: the lockfile has an unresolved merge conflict
        hint: `pnpm install` writes it anew"#]],
    );
    check(
        "lockfileVersion: '9.0'\npackages:\n  a@1.0.0:\n    resolution: {integrity: sha512-",
        expect![[r#"
        web/pnpm-lock.yaml:4:17: the lockfile cannot be read: unclosed bracket '{'
        hint: `pnpm install` writes it anew"#]],
    );
    check(
        "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a: {specifier: ^1.0.0, version: 1.0.0}\n",
        expect![[r#"
        web/pnpm-lock.yaml: the lockfile is not whole: `.` needs `a@1.0.0`, which it does not hold
        hint: `pnpm install` writes it anew"#]],
    );
    check(
        "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a: {specifier: ^1.0.0, version: 1.0.0}\nsnapshots:\n  a@1.0.0:\n    dependencies: {b: 2.0.0}\n",
        expect![[r#"
        web/pnpm-lock.yaml: the lockfile is not whole: `a@1.0.0` needs `b@2.0.0`, which it does not hold
        hint: `pnpm install` writes it anew"#]],
    );
    check(
        "lockfileVersion: '9.0'\nimporters: {}\nimporters: {}\n",
        expect![[r#"
        web/pnpm-lock.yaml:3:1: the lockfile cannot be read: duplicate mapping key `importers` is not allowed here
        hint: `pnpm install` writes it anew"#]],
    );
    check(
        "lockfileVersion: '9.0'\npackages: &a {x: *a}\n",
        expect![[r#"
            web/pnpm-lock.yaml:2:14: the lockfile cannot be read: anchors and aliases are not read
            hint: `pnpm install` writes it anew"#]],
    );
    check(
        &format!("lockfileVersion: '9.0'\nx: {}", "[".repeat(100_000)),
        expect![[r#"
            web/pnpm-lock.yaml:2:36: the lockfile cannot be read: it is nested too deep
            hint: `pnpm install` writes it anew"#]],
    );
    check(
        &format!(
            "lockfileVersion: '9.0'\n{}",
            (0..100).map(|at| format!("{}a:\n", " ".repeat(at))).collect::<String>()
        ),
        expect![[r#"
            web/pnpm-lock.yaml:34:33: the lockfile cannot be read: it is nested too deep
            hint: `pnpm install` writes it anew"#]],
    );
}

#[test]
fn what_nobody_reaches_may_be_left_over() {
    let text = "lockfileVersion: '9.0'\nimporters:\n  .: {}\nsnapshots:\n  a@1.0.0:\n    dependencies: {b: 2.0.0}\n";
    check(&read("pnpm-lock.yaml", text), "", "a", expect!["a@1.0.0 1.0.0"]);
}

#[test]
fn unreadable_lockfiles_of_yarn() {
    let check = |content: &str, expected| check_unreadable("yarn.lock", content.as_bytes(), expected);
    check(
        "# yarn lockfile v2\n",
        expect![[r#"
        yarn.lock: the lockfile is of version 2; version 1 and those of Yarn 2 to 4 are read
        hint: `yarn install` writes it anew"#]],
    );
    check(
        "{\"__metadata\": {\"version\": 11}, \"entries\": {}}",
        expect![[r#"
        yarn.lock: the lockfile is of Yarn 6 or newer; those of Yarn 1 to 4 are read
        hint: `corepack use yarn@4` goes back to Yarn 4"#]],
    );
    check(
        "a@^1.0.0:\n  version \"1.0.0\n",
        expect![[r#"
        yarn.lock:2:3: the lockfile cannot be read: a quoted text has no end
        hint: `yarn install` writes it anew"#]],
    );
    check(
        "a@^1.0.0:\n  version \"1.0.0\"\n  dependencies:\n    b\n",
        expect![[r#"
        yarn.lock:4:5: the lockfile cannot be read: a dependency is a name and a range
        hint: `yarn install` writes it anew"#]],
    );
    check(
        "a@^1.0.0:\n\nb@^1.0.0:\n  version \"1\"\n",
        expect![[r#"
        yarn.lock:2:1: the lockfile is not whole: `a@^1.0.0` has no version
        hint: `yarn install` writes it anew"#]],
    );
    check(
        "a@^1.0.0:\n  resolved \"x\"\n",
        expect![[r#"
        yarn.lock:2:1: the lockfile is not whole: `a@^1.0.0` has no version
        hint: `yarn install` writes it anew"#]],
    );
    check(
        "a@^1.0.0\n",
        expect![[r#"
        yarn.lock:1:1: the lockfile cannot be read: an entry ends with a colon
        hint: `yarn install` writes it anew"#]],
    );
    check(
        "  version \"1\"\n",
        expect![[r#"
        yarn.lock:1:3: the lockfile cannot be read: it begins within an entry
        hint: `yarn install` writes it anew"#]],
    );
    check(
        "a@^1.0.0:\n  version \"1\"\n>>>>>>> theirs\n",
        expect![[r#"
        yarn.lock:3:1: the lockfile has an unresolved merge conflict
        hint: `yarn install` writes it anew"#]],
    );
    check(
        "__metadata:\n  cacheKey: 8\n",
        expect![[r#"
        yarn.lock: the lockfile has no `version` in `__metadata`
        hint: `yarn install` writes it anew"#]],
    );
    check(
        "__metadata:\n  version: 11\n",
        expect![[r#"
        yarn.lock: the lockfile is of version 11; versions 4 to 10 are read
        hint: `yarn install` writes it anew"#]],
    );
    check(
        "__metadata:\n  version: 8\n\n\"root@workspace:.\":\n  version: 0\n  resolution: \"root@workspace:.\"\n  dependencies:\n    a: \"npm:^1.0.0\"\n",
        expect![[r#"
        yarn.lock: the lockfile is not whole: `root@workspace:.` needs `a@npm:^1.0.0`, which it does not hold
        hint: `yarn install` writes it anew"#]],
    );
    check(
        "__metadata:\n  version: 8\n\n\"a@npm:1\":\n  version: [1]\n",
        expect![[r#"
        yarn.lock:5:12: the lockfile cannot be read: expected string scalar
        hint: `yarn install` writes it anew"#]],
    );
}

#[test]
fn unreadable_lockfiles_of_bun() {
    let check = |file, content: &str, expected| check_unreadable(file, content.as_bytes(), expected);
    check(
        "bun.lockb",
        "#!/usr/bin/env bun\nbun-lockfile-format-v0\n",
        expect![[r#"
            bun.lockb: the lockfile is binary, which only Bun reads
            hint: `bun install --save-text-lockfile --frozen-lockfile --lockfile-only` writes `bun.lock`; commit that instead"#]],
    );
    check(
        "bun.lock",
        "#!/usr/bin/env bun\nbun-lockfile-format-v0\n",
        expect![[r#"
            bun.lock: the lockfile is binary, which only Bun reads
            hint: `bun install --save-text-lockfile --frozen-lockfile --lockfile-only` writes `bun.lock`; commit that instead"#]],
    );
    check(
        "bun.lock",
        "{\"lockfileVersion\": 4}",
        expect![[r#"
        bun.lock: the lockfile is of version 4; versions 0 to 3 are read
        hint: `bun install` writes it anew"#]],
    );
    check(
        "bun.lock",
        "{\"lockfileVersion\": 1, \"packages\": {\"a\": ,}}",
        expect![[r#"
        bun.lock:1:43: the lockfile cannot be read: expected value
        hint: `bun install` writes it anew"#]],
    );
    check(
        "bun.lock",
        "{\"lockfileVersion\": 1, /* never ends",
        expect![[r#"
        bun.lock:1:36: the lockfile cannot be read: EOF while parsing a value
        hint: `bun install` writes it anew"#]],
    );
    check(
        "bun.lock",
        "{\"lockfileVersion\": 1, \"packages\": {\"a\": [\"a@1\", \"",
        expect![[r#"
        bun.lock:1:50: the lockfile cannot be read: EOF while parsing a string
        hint: `bun install` writes it anew"#]],
    );
    check("shrinkwrap.yaml", "", expect!["shrinkwrap.yaml: no package manager's lockfile is called so"]);
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    for (file, text) in EVERY {
        let lockfile = read(file, &format!("\u{feff}{text}"));
        assert_eq!(lockfile.version(), read(file, text).version());
    }
}

/// Lockfiles that are damaged in any way are read or refused, whatever is then asked of them. The seed is told.
#[test]
fn damaged_lockfiles_are_harmless() {
    for seed in 1..=600 {
        let done = std::panic::catch_unwind(|| {
            for (file, text) in EVERY {
                let damaged = damaged(text.as_bytes(), seed);
                let Ok(lockfile) = Lockfile::read(file, &damaged) else { continue };
                let root = Manifest::read("package.json", br#"{"resolutions": {"react": "1"}}"#).unwrap();
                let lockfile = std::sync::Arc::new(lockfile);
                for lockfile in [lockfile.clone(), lockfile.with_resolutions(&root)] {
                    for folder in ["", "apps/shop", "packages/ui", "vendor/lib", "node_modules/react", "\u{0}"] {
                        shown(&lockfile, folder, WANTED);
                        for (name, range) in wanted(WANTED) {
                            lockfile.holds(folder, name, range);
                            lockfile.link(folder, name, range);
                        }
                    }
                    lockfile.read_by("1.2.3");
                }
            }
        });
        assert!(done.is_ok(), "seed {seed}");
    }
}

/// Some bytes are changed, cut out, doubled, moved, or replaced by what means something in one of the formats.
fn damaged(content: &[u8], seed: u64) -> Vec<u8> {
    const PIECES: [&str; 24] = [
        "\"",
        "'",
        ":",
        ": ",
        "{",
        "}",
        "[",
        "]",
        ",",
        "\n",
        "\n\n",
        "  ",
        "@",
        "/",
        "(",
        ")",
        "..",
        "npm:",
        "patch:",
        "link:",
        "\u{e9}",
        "%",
        "\\",
        "workspace:",
    ];
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut any = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % (below.max(1) as u64)).expect("it is below a size")
    };
    let mut content = content.to_vec();
    for _ in 0..=any(4) {
        let from = any(content.len());
        let to = (from + any(200)).min(content.len());
        match any(6) {
            0 => content[from..to].iter_mut().take(3).for_each(|byte| *byte ^= 1 << any(7)),
            1 => drop(content.drain(from..to)),
            2 => content.truncate(from),
            3 => {
                let part = content[from..to].to_vec();
                let at = any(content.len());
                content.splice(at..at, part);
            }
            4 => {
                let piece = PIECES[any(PIECES.len())].bytes();
                content.splice(from..from, piece);
            }
            _ => {
                let piece = PIECES[any(PIECES.len())].bytes();
                content.splice(from..to.min(from + 3), piece);
            }
        }
        if content.is_empty() {
            break;
        }
    }
    content
}

/// Large and hostile files take no more time than their size asks for.
#[test]
fn large_lockfiles_take_no_time() {
    let patience = Patience::begins();
    let pnpm = (0..6000).fold("lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      p0: {specifier: '1', version: 1.0.0}\nsnapshots:\n".to_owned(), |mut text, at| {
        writeln!(text, "  p{at}@1.0.0:\n    dependencies:\n      p{}: 1.0.0\n      p{}: 1.0.0\n    optional: true", (at + 1) % 6000, (at * 7) % 6000).unwrap();
        text
    });
    assert_eq!(read("pnpm-lock.yaml", &pnpm).closure("", &wanted("p0@1"), &|_| false).installed.len(), 6000);
    // Each of many deep places wants each of many names.
    let deep: Vec<String> =
        (0..300).map(|depth| format!("{}node_modules/a", "node_modules/a/".repeat(depth))).collect();
    let names: Vec<String> = (0..100).map(|name| format!(r#""n{name}": "*""#)).collect();
    let places = deep.iter().map(|place| format!(r#""{place}": {{"dependencies": {{{}}}}}"#, names.join(", ")));
    let top = (0..100).map(|name| format!(r#""node_modules/n{name}": {{}}"#));
    let npm =
        format!(r#"{{"lockfileVersion": 3, "packages": {{{}}}}}"#, places.chain(top).collect::<Vec<_>>().join(","));
    assert_eq!(read("package-lock.json", &npm).closure("", &wanted("a@1"), &|_| false).installed.len(), 101);
    // Many entries of one name, which many want in a range that nobody has.
    let yarn = (0..3000).fold(String::new(), |mut text, at| {
        writeln!(text, "a@{at}:\n  version \"{at}\"\n  dependencies:\n    a \"absent{at}\"\n").unwrap();
        text
    });
    assert_eq!(read("yarn.lock", &yarn).closure("", &wanted("a@1"), &|_| false).installed.len(), 3000);
    // Many links to a member that wants many names.
    let names: String = (0..5000).map(|at| format!(r#""n{at}": "1","#)).collect();
    let links: String = (0..5000).map(|at| format!(r#""k{at}": ["ui@workspace:ui"],"#)).collect();
    let there: String = (0..5000).map(|at| format!(r#""n{at}": ["n{at}@1.0.0"],"#)).collect();
    let workspaces = format!(r#""workspaces": {{"ui": {{"name": "ui", "dependencies": {{{names}}}}}}}"#);
    let bun = format!(r#"{{"lockfileVersion": 1, {workspaces}, "packages": {{{links}{there}}}}}"#);
    assert_eq!(read("bun.lock", &bun).closure("", &wanted("k0@1"), &|_| false).installed.len(), 5000);
    patience.ends();
}

/// A place may hold the name of what it lies in, and that may be long.
#[test]
fn places_are_not_longer_than_they_may_be() {
    let long = "a".repeat(100_000);
    let names = |text: fn(usize) -> String| (0..1000).map(text).collect::<String>();
    let npm = names(|at| format!(r#""b{at}": {{}}, "#));
    check_unreadable(
        "package-lock.json",
        format!(r#"{{"lockfileVersion": 1, "dependencies": {{"{long}": {{"dependencies": {{{npm}"b": {{}}}}}}}}}}"#)
            .as_bytes(),
        expect![[r#"
            package-lock.json: the lockfile names places that are longer than 32 MB together
            hint: `npm install` writes it anew"#]],
    );
    let pnpm = names(|at| format!("      b{at}: link:b\n"));
    check_unreadable(
        "pnpm-lock.yaml",
        format!("lockfileVersion: 5.4\nimporters:\n  ? {long}\n  : dependencies:\n{pnpm}").as_bytes(),
        expect![[r#"
            pnpm-lock.yaml: the lockfile names places that are longer than 32 MB together
            hint: `pnpm install` writes it anew"#]],
    );
}

#[test]
fn who_is_given_which_version_is_told() {
    let pnpm = |one: &str, nested: &str| {
        read(
            "pnpm-lock.yaml",
            &format!(
                "lockfileVersion: '9.0'
importers:
  apps/a:
    dependencies:
      ms: {{specifier: '*', version: {one}}}
      debug: {{specifier: '*', version: 4.0.0}}
packages:
  ms@2.0.0: {{resolution: {{integrity: sha512-a}}}}
  ms@2.1.0: {{resolution: {{integrity: sha512-b}}}}
  debug@4.0.0: {{resolution: {{integrity: sha512-c}}}}
  other@1.0.0: {{resolution: {{integrity: sha512-d}}}}
snapshots:
  ms@2.0.0: {{}}
  ms@2.1.0: {{}}
  debug@4.0.0: {{dependencies: {{ms: {nested}}}}}
  other@1.0.0: {{dependencies: {{ms: 2.0.0}}}}
"
            ),
        )
    };
    let given = |lockfile: &Lockfile| {
        let closure = lockfile.closure("apps/a", &wanted("debug@*"), &|_| false);
        closure.installed["debug@4.0.0"].content()
    };
    assert_eq!(given(&pnpm("2.0.0", "2.0.0")), given(&pnpm("2.1.0", "2.0.0")));
    assert_ne!(given(&pnpm("2.0.0", "2.0.0")), given(&pnpm("2.0.0", "2.1.0")));
    let found = |lockfile: &Lockfile| lockfile.stands_for("apps/a", "ms", "*").unwrap();
    assert_eq!(found(&pnpm("2.0.0", "2.0.0")), "2.0.0 sha512-a");
    assert_eq!(found(&pnpm("2.1.0", "2.0.0")), "2.1.0 sha512-b");
    let npm =
        read("package-lock.json", r#"{"lockfileVersion": 3, "packages": {"node_modules/ms": {"version": "2.0.0"}}}"#);
    assert_eq!(npm.stands_for("", "ms", "*"), None, "its place tells it");
    assert!(npm.knows("ms") && !npm.knows("debug"));
}

#[test]
fn what_one_range_stands_for_several_times_is_given_as_well() {
    let yarn = |second: &str| {
        let text = format!(
            "# yarn lockfile v1\n\n\na@^1.0.0:\n  version \"1.0.0\"\n  dependencies:\n    b \"^1.0.0\"\n\nb@^1.0.0:\n  version \"1.9.0\"\n\nb@^1.0.0, b@~1:\n  version \"{second}\"\n"
        );
        let lockfile = read("yarn.lock", &text);
        lockfile.closure("", &wanted("a@^1.0.0"), &|_| false).installed["a@1.0.0"].content()
    };
    assert_eq!(yarn("1.8.0"), yarn("1.8.0"));
    assert_ne!(yarn("1.8.0"), yarn("1.8.1"));
}

#[test]
fn yarn_writes_folders_from_the_root() {
    let yarn = read("yarn.lock", "# yarn lockfile v1\n\n\n\"dep@file:vendor/dep\":\n  version \"1.0.0\"\n");
    assert!(yarn.holds("apps/a", "dep", "file:../../vendor/dep"));
    assert!(yarn.holds("", "dep", "file:vendor/dep") && yarn.holds("", "dep", "file:./vendor/dep"));
    assert!(!yarn.holds("apps/a", "dep", "file:../vendor/dep"));
}
