//! Tests of lockfiles: what closures hold, and lockfiles that cannot be read.

use expect_test::{Expect, expect};

use super::Lockfile;

fn check(packages: &str, folder: &str, names: &[&str], expected: Expect) {
    let text = format!(r#"{{"lockfileVersion": 3, "packages": {{{packages}}}}}"#);
    let lockfile = Lockfile::read("package-lock.json", text.as_bytes()).unwrap();
    let wanted = names.iter().map(|name| (*name, "*")).collect();
    let closure = lockfile.closure(folder, &wanted, &|folder| folder.starts_with("apps/"));
    let installed = closure
        .installed
        .iter()
        .map(|(place, installed)| format!("{place} {}", installed.version).trim_end().to_owned());
    let links = closure.links.iter().map(|(place, target)| format!("{place} -> {target}"));
    expected.assert_eq(&installed.chain(links).collect::<Vec<_>>().join("\n"));
}

fn check_unreadable(content: &[u8], expected: Expect) {
    let problem = Lockfile::read("package-lock.json", content).unwrap_err();
    expected.assert_eq(&problem.to_string());
}

#[test]
fn the_nearest_version_is_found() {
    let packages = r#"
        "node_modules/a": {"version": "1.0.0", "dependencies": {"b": "*"}},
        "node_modules/b": {"version": "1.0.0"},
        "node_modules/a/node_modules/b": {"version": "2.0.0", "dependencies": {"c": "*", "a": "*"}},
        "node_modules/c": {"version": "1.0.0"},
        "apps/shop/node_modules/b": {"version": "3.0.0"},
        "node_modules/@scope/d": {"version": "1.0.0", "dependencies": {"b": "*"}},
        "node_modules/@scope/d/node_modules/b": {"version": "4.0.0"}
    "#;
    check(packages, "", &["b"], expect!["node_modules/b 1.0.0"]);
    check(packages, "apps/shop", &["b"], expect!["apps/shop/node_modules/b 3.0.0"]);
    check(
        packages,
        "apps/blog",
        &["a"],
        expect![[r#"
        node_modules/a 1.0.0
        node_modules/a/node_modules/b 2.0.0
        node_modules/c 1.0.0"#]],
    );
    check(
        packages,
        "apps/blog",
        &["@scope/d"],
        expect![[r#"
        node_modules/@scope/d 1.0.0
        node_modules/@scope/d/node_modules/b 4.0.0"#]],
    );
    check(packages, "apps/shop/deep/folder", &["b", "nobody"], expect!["apps/shop/node_modules/b 3.0.0"]);
    check(packages, "apps/my_node_modules", &["c"], expect!["node_modules/c 1.0.0"]);
}

#[test]
fn optional_packages_of_other_platforms_are_held() {
    let packages = r#"
        "node_modules/esbuild": {"version": "1.0.0", "optionalDependencies": {"@esbuild/linux-x64": "1", "@esbuild/darwin-arm64": "1", "absent": "1"}},
        "node_modules/@esbuild/linux-x64": {"version": "1.0.0", "optional": true, "os": ["linux"]},
        "node_modules/@esbuild/darwin-arm64": {"version": "1.0.0", "optional": true, "os": ["darwin"]}
    "#;
    check(
        packages,
        "apps/shop",
        &["esbuild"],
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
    check(
        packages,
        "apps/shop",
        &["react-dom"],
        expect![[r#"
        node_modules/react 1.0.0
        node_modules/react-dom 1.0.0"#]],
    );
}

#[test]
fn links_name_folders() {
    let packages = r#"
        "apps/ui": {"name": "ui", "dependencies": {"a": "*"}},
        "node_modules/ui": {"resolved": "apps/ui", "link": true},
        "vendor/lib": {"dependencies": {"a": "*", "lib": "*"}},
        "node_modules/lib": {"resolved": "vendor/lib", "link": true},
        "node_modules/a": {"version": "1.0.0"},
        "node_modules/broken": {"link": true},
        "node_modules/itself": {"resolved": "node_modules/itself", "link": true}
    "#;
    check(packages, "apps/shop", &["ui"], expect!["node_modules/ui -> apps/ui"]);
    check(
        packages,
        "apps/shop",
        &["lib"],
        expect![[r#"
        node_modules/a 1.0.0
        node_modules/lib -> vendor/lib"#]],
    );
    check(
        packages,
        "apps/shop",
        &["broken", "itself"],
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
    check(
        packages,
        "",
        &["a"],
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
    check(
        packages,
        "",
        &["a", "b", "c", "", "/", ".."],
        expect![[r#"
            node_modules/a
            node_modules/b
            node_modules/c 1.0.0"#]],
    );
}

#[test]
fn a_package_without_a_hash_is_told_by_its_source() {
    let packages = r#"{"lockfileVersion": 2, "packages": {"node_modules/a": {"version": "1.0.0", "resolved": "git+ssh://x#abc"}}}"#;
    let lockfile = Lockfile::read("package-lock.json", packages.as_bytes()).unwrap();
    let closure = lockfile.closure("", &[("a", "1")].into(), &|_| false);
    assert_eq!(closure.installed["node_modules/a"].integrity, "git+ssh://x#abc");
}

#[test]
fn unreadable_lockfiles() {
    check_unreadable(
        b"",
        expect![[r#"
        package-lock.json:1:1: the lockfile cannot be read: EOF while parsing a value
        hint: `npm install` writes it anew"#]],
    );
    check_unreadable(
        b"{\n  \"lockfileVersion\": 3,\n<<<<<<< HEAD\n",
        expect![[r#"
            package-lock.json:3:1: the lockfile has an unresolved merge conflict
            hint: `npm install` writes it anew"#]],
    );
    check_unreadable(
        b"[]",
        expect![[r#"
        package-lock.json: the lockfile has no `lockfileVersion`
        hint: `npm install` writes it anew"#]],
    );
    check_unreadable(
        b"{\"lockfileVersion\": 1, \"dependencies\": {}}",
        expect![[r#"
        package-lock.json: the lockfile is of version 1; versions 2 and 3 are read
        hint: `npm install` writes it anew"#]],
    );
    check_unreadable(
        b"{\"lockfileVersion\": 99999999999999999999, \"packages\": {}}",
        expect![[r#"
        package-lock.json: the lockfile is of version 1e+20; versions 2 and 3 are read
        hint: `npm install` writes it anew"#]],
    );
    check_unreadable(
        b"{\"lockfileVersion\": \"3\", \"packages\": {}}",
        expect![[r#"
        package-lock.json: the lockfile is of version "3"; versions 2 and 3 are read
        hint: `npm install` writes it anew"#]],
    );
    check_unreadable(
        b"{\"lockfileVersion\": 3, \"packages\": []}",
        expect![[r#"
        package-lock.json: the lockfile has no table `packages`
        hint: `npm install` writes it anew"#]],
    );
    check_unreadable(
        b"{\"lockfileVersion\": 3}",
        expect![[r#"
        package-lock.json: the lockfile has no table `packages`
        hint: `npm install` writes it anew"#]],
    );
    check_unreadable(
        b"{\"a\": \"\xff\"}",
        expect![[r#"
        package-lock.json:1:8: the lockfile cannot be read: invalid unicode code point
        hint: `npm install` writes it anew"#]],
    );
    check_unreadable(
        "[".repeat(100_000).as_bytes(),
        expect![[r#"
        package-lock.json:1:128: the lockfile cannot be read: recursion limit exceeded
        hint: `npm install` writes it anew"#]],
    );
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    let text = "\u{feff}{\"lockfileVersion\": 3, \"packages\": {}}";
    assert_eq!(Lockfile::read("package-lock.json", text.as_bytes()).unwrap().version(), "3");
}
