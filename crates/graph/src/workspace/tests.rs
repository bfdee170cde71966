//! Tests of workspaces: what a repository holds, and what is wrong with it.

use expect_test::{Expect, expect};

use super::Workspace;
use crate::git::Snapshot;
use crate::notation::{World, problems};
use crate::patience::Patience;
use crate::workspace::Unreadable;

fn check(text: &str, expected: Expect) {
    check_snapshot(World::of(text).snapshot(), expected);
}

fn check_snapshot(snapshot: Snapshot, expected: Expect) {
    let text = match Workspace::read(snapshot) {
        Ok(workspace) => found(&workspace),
        Err(unreadable) => problems(unreadable),
    };
    expected.assert_eq(text.trim_end());
}

fn found(workspace: &Workspace) -> String {
    let mut lines: Vec<String> = workspace.warnings.iter().map(|warning| format!("warning: {warning}")).collect();
    for (name, app) in &workspace.apps {
        let is_default = if workspace.default_app.as_ref() == Some(name) { ", the default" } else { "" };
        let routes = if app.routes.is_empty() { String::new() } else { format!(", {}", app.routes.join(" ")) };
        let base_path = app.base_path.as_ref().map(|path| format!(", base path {path}")).unwrap_or_default();
        lines.push(format!("{name}: {}{routes}{base_path}{is_default}", app.path));
    }
    lines.extend(workspace.skipped.iter().map(|(path, because)| format!("no app: {path}: {because}")));
    lines.join("\n")
}

fn package(name: &str) -> String {
    format!(r#"{{"name": "{name}", "scripts": {{"build": "b", "start": "fastify start"}}}}"#)
}

#[test]
fn apps_are_members_that_build_and_start() {
    check(
        "shop* \n ui! \n tokens",
        expect![[r#"
            shop: apps/shop, the default
            no app: packages/tokens: it is a library: nothing to build or start
            no app: packages/ui: it is a library: nothing to start"#]],
    );
    check(
        r#"shop*
        apps/api/package.json = {"scripts": {"start": "fastify start", "build": " "}}"#,
        expect![[r#"
            api: apps/api
            shop: apps/shop"#]],
    );
    check(
        "shop* \n web* \n app*",
        expect![[r#"
        app: apps/app
        shop: apps/shop
        web: apps/web, the default"#]],
    );
    check(
        "shop* \n blog*",
        expect![[r#"
        blog: apps/blog
        shop: apps/shop"#]],
    );
    check(
        "shop* \n blog* \n frontage.toml = [site]\\ndefault = \"blog\"",
        expect![[r#"
        blog: apps/blog, the default
        shop: apps/shop"#]],
    );
    check(
        r#"shop*
        packages/ui/package.json = {"frontage": {}}"#,
        expect![[r#"
            shop: apps/shop
            ui: packages/ui"#]],
    );
}

#[test]
fn names_come_from_folders() {
    let site = |folders: &[&str]| {
        let files = folders.iter().map(|folder| format!("{folder}/package.json = {}", package(folder)));
        format!("package.json = {{\"workspaces\": [\"**\"]}} \n {}", files.collect::<Vec<_>>().join("\n"))
    };
    check(
        &site(&["apps/My Shop", "apps/Ünï", "apps/日本"]),
        expect![[r#"
        b5266a: apps/日本
        my-shop: apps/My Shop
        n: apps/Ünï"#]],
    );
    check(
        &site(&["apps/shop", "other/shop"]),
        expect![[r#"
        shop: apps/shop
        shop-758bc2: other/shop"#]],
    );
    check(
        &format!("{} \n frontage.toml = [apps.shop]\\npath = \"other/shop\"", site(&["apps/shop", "other/shop"])),
        expect![[r#"
            shop: other/shop
            shop-629ad5: apps/shop"#]],
    );
}

#[test]
fn globs_of_members() {
    let site = |globs: &str| {
        let members = ["apps/shop", "apps/old", "packages/a/deep", "lib", "apps/shop/node_modules/x"];
        let files = members.map(|folder| format!("{folder}/package.json = {}", package(folder)));
        format!("package.json = {{\"workspaces\": {globs}}} \n {}", files.join("\n"))
    };
    check(
        &site(r#"["apps/*"]"#),
        expect![[r#"
        old: apps/old
        shop: apps/shop"#]],
    );
    check(&site(r#"["apps/*", "!apps/old"]"#), expect!["shop: apps/shop, the default"]);
    check(&site(r#"["apps/*", "!apps/*", "apps/old"]"#), expect!["old: apps/old, the default"]);
    check(
        &site(r#"["./apps/shop/", "/lib"]"#),
        expect![[r#"
        lib: lib
        shop: apps/shop"#]],
    );
    check(
        &site(r#"["**"]"#),
        expect![[r#"
        deep: packages/a/deep
        lib: lib
        old: apps/old
        shop: apps/shop"#]],
    );
    check(
        &site(r#"["packages/*"]"#),
        expect![[r#"
            error: no app is found among 1 member
            error: package.json: it is a library: nothing to build or start
            hint: `[apps.NAME]` with `path` in `frontage.toml` makes a member an app"#]],
    );
    check(&site(r#"["packages/**"]"#), expect!["deep: packages/a/deep, the default"]);
    check(&site(r#"{"packages": ["lib"], "nohoist": []}"#), expect!["lib: lib, the default"]);
    check(
        &site(r#"["{apps,packages}/{shop,old}"]"#),
        expect![[r#"
        old: apps/old
        shop: apps/shop"#]],
    );
    check(
        &site(r#"["../**", "apps/*"]"#),
        expect![[r#"
            error: package.json: the workspace glob `../**` leaves the repository
            hint: members lie in the repository that is served: take the glob out, or move them"#]],
    );
    check(
        &site(r#"["apps/[", "{a"]"#),
        expect![[r#"
            error: package.json: the workspace glob `apps/[` cannot be read: unclosed character class; missing ']'
            error: package.json: the workspace glob `{a` cannot be read: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)"#]],
    );
    check(
        &site(r#"[]"#),
        expect![[r#"
            error: no app is found among 1 member
            error: package.json: it is a library: nothing to build or start
            hint: `[apps.NAME]` with `path` in `frontage.toml` makes a member an app"#]],
    );
    check(
        &site(r#"["", "."]"#),
        expect![[r#"
            error: no app is found among 1 member
            error: package.json: it is a library: nothing to build or start
            hint: `[apps.NAME]` with `path` in `frontage.toml` makes a member an app"#]],
    );
}

#[test]
fn no_workspace() {
    check_snapshot(
        Snapshot::in_memory(&[].into()),
        expect![[r#"
            error: there is no `package.json` anywhere in the repository
            hint: `frontage` serves what a `package.json` builds, or an `index.html` as it is"#]],
    );
    check(
        r#"package.json = {"name": "root"}"#,
        expect![[r#"
            error: no app is found among 1 member
            error: package.json: it is a library: nothing to build or start
            hint: `[apps.NAME]` with `path` in `frontage.toml` makes a member an app"#]],
    );
    check(
        "package.json = {} \n pnpm-workspace.yaml = packages",
        expect!["error: pnpm-workspace.yaml:1:1: it cannot be read: expected mapping start"],
    );
    check("package.json = [1]", expect!["error: package.json: it is not a JSON object"]);
    check(
        r#"package.json = {"workspaces": "apps/*"}"#,
        expect![[r#"
            error: package.json: `workspaces` must be a list of globs
            hint: name the members' folders: `"workspaces": ["apps/*", "packages/*"]`"#]],
    );
    check(
        r#"package.json = {"workspaces": ["apps/*", 7]}"#,
        expect![[r#"
            error: package.json: `workspaces` must be a list of globs
            hint: name the members' folders: `"workspaces": ["apps/*", "packages/*"]`"#]],
    );
    check(
        r#"package.json = {"workspaces": {"packages": 1}}"#,
        expect![[r#"
            error: package.json: `workspaces` must be a list of globs
            hint: name the members' folders: `"workspaces": ["apps/*", "packages/*"]`"#]],
    );
    check(
        "package.json = {} \n frontage.toml = [site",
        expect!["error: frontage.toml:1:6: unclosed table, expected `]`"],
    );
}

#[test]
fn no_app() {
    check(
        "ui! \n tokens",
        expect![[r#"
            error: no app is found among 3 members
            error: packages/tokens/package.json: it is a library: nothing to build or start
            error: packages/ui/package.json: it is a library: nothing to start
            hint: `[apps.NAME]` with `path` in `frontage.toml` makes a member an app"#]],
    );
    check(
        "ui \n frontage.toml = [site]\\ndefault = \"shop\"",
        expect![[r#"
            error: no app is found among 2 members
            error: packages/ui/package.json: it is a library: nothing to build or start
            hint: `[apps.NAME]` with `path` in `frontage.toml` makes a member an app"#]],
    );
    check(
        "",
        expect![[r#"
            error: no app is found among 1 member
            error: package.json: it is a library: nothing to build or start
            hint: `[apps.NAME]` with `path` in `frontage.toml` makes a member an app"#]],
    );
}

#[test]
fn json_that_does_not_parse() {
    check(
        "shop* \n packages/ui/package.json = {\\n  \"name\": \"ui\",\\n}",
        expect!["error: packages/ui/package.json:3:1: it cannot be read: trailing comma"],
    );
    check(
        "shop* \n packages/ui/package.json = null",
        expect!["error: packages/ui/package.json: it is not a JSON object"],
    );
    check(
        "shop* \n packages/ui/package.json = ",
        expect!["error: packages/ui/package.json:1:1: it cannot be read: EOF while parsing a value"],
    );
    check(
        "package.json = {\"workspaces\": [",
        expect!["error: package.json:1:16: it cannot be read: EOF while parsing a list"],
    );
    check(
        &format!("shop* \n apps/deep/package.json = {}", "[".repeat(10_000)),
        expect!["error: apps/deep/package.json:1:128: it cannot be read: it is nested too deep"],
    );
    check(
        "shop*: react \n package-lock.json = {,}",
        expect![[r#"
        error: package-lock.json:1:2: the lockfile cannot be read: key must be a string
        hint: `npm install` writes it anew"#]],
    );
}

#[test]
fn strange_types_are_harmless() {
    check(
        r#"
        package.json = {"workspaces": ["apps/*"], "dependencies": [], "scripts": "x", "engines": 1, "packageManager": {}}
        apps/a/package.json = {"name": 7, "scripts": {"build": 1, "start": null}, "dependencies": {"x": 1}, "devDependencies": "y"}
        apps/b/package.json = {"name": "", "scripts": {"build": "b", "start": "fastify start"}, "version": 1e300, "peerDependencies": null}
        "#,
        expect![[r#"
            b: apps/b, the default
            no app: apps/a: it is a library: nothing to build or start"#]],
    );
}

#[test]
fn configuration_in_a_manifest_has_its_place() {
    check(
        r#"apps/c/package.json = {"name": "c", "frontage": null}"#,
        expect!["error: apps/c/package.json:1:27: `frontage` must be a table"],
    );
    check(
        r#"apps/c/package.json = {"name": "c",\n "frontage": {"memory": "1 MiB"}}"#,
        expect![[
            r#"error: apps/c/package.json:2:25: `memory` of 1 MiB is too little: Node.js does not start in less than 32 MiB"#
        ]],
    );
}

#[test]
fn names_that_are_used_twice() {
    check(
        r#"shop*
        packages/a/package.json = {"name": "shop"}"#,
        expect![[r#"
            error: packages/a/package.json: the package name `shop` is used twice: also in `apps/shop`
            hint: give one of them another name"#]],
    );
    check(
        "shop* \n frontage.toml = [apps.one]\\npath = \"apps/shop\"\\n[apps.two]\\npath = \"apps/shop\"",
        expect!["error: frontage.toml:3:7: `one` and `two` are the same app: both are at `apps/shop`"],
    );
    check("shop* \n frontage.toml = [apps.shop]\\n[apps.shop]", expect!["error: frontage.toml:2:7: duplicate key"]);
}

#[test]
fn apps_that_are_configured() {
    check(
        "shop* \n frontage.toml = [apps.store]\\npath = \"apps/shop\"\\nroutes = [\"/store\"]",
        expect!["store: apps/shop, /store, the default"],
    );
    check("ui \n frontage.toml = [apps.ui]\\nstart = \"s\"", expect!["ui: packages/ui, the default"]);
    check(
        "shop* \n frontage.toml = [apps.shpo]",
        expect![[r#"
        error: frontage.toml:1:7: app `shpo`: no workspace member is at `shpo`
        hint: did you mean `shop`?"#]],
    );
    check(
        "shop* \n frontage.toml = [apps.store]\\npath = \"app/shop\"",
        expect![[r#"
        error: frontage.toml:1:7: app `store`: no workspace member is at `app/shop`
        hint: did you mean `apps/shop`?"#]],
    );
    check(
        "shop* \n frontage.toml = [apps.store]\\npath = \".\"",
        expect![[r#"
            shop: apps/shop
            store:"#]],
    );
    check(
        "shop* \n blog* \n frontage.toml = [site]\\ndefault = \"shpo\"",
        expect![[r#"
        error: frontage.toml:2:11: the default app `shpo` is not an app of this workspace
        hint: did you mean `shop`?"#]],
    );
    check(
        "shop* \n frontage.toml = [apps.shop]\\noutput = \"/apps/shop/dist\"",
        expect!["shop: apps/shop, the default"],
    );
    check("shop* \n frontage.toml = [apps.shop]\\n\\noutput = \"/dist\"", expect!["shop: apps/shop, the default"]);
    check(
        "shop* \n frontage.toml = [apps.Shop]",
        expect![[r#"
        error: frontage.toml:1:7: `Shop` cannot be an app's name: it must be lower-case letters, digits and single dashes, at most 40
        hint: `[apps.shop]` with `path` naming its folder"#]],
    );
    check(
        r#"shop*
        packages/shop/package.json = {"name": "x"}
        frontage.toml = [apps.shop]"#,
        expect![[r#"
            shop: apps/shop, the default
            no app: packages/shop: it is a library: nothing to build or start"#]],
    );
    check(
        r#"blog*
        apps/shop/package.json = {"name": "y"}
        packages/shop/package.json = {"name": "x"}
        frontage.toml = [apps.shop]"#,
        expect![[r#"
            error: frontage.toml:1:7: app `shop` may be any of `apps/shop`, `packages/shop`
            hint: `path` names the member's folder"#]],
    );
}

#[test]
fn routes_that_overlap() {
    let routes = |one: &str, other: &str| {
        format!("shop* \n blog* \n frontage.toml = [apps.shop]\\nroutes = {one}\\n[apps.blog]\\nroutes = {other}")
    };
    check(
        &routes(r#"["/shop"]"#, r#"["/shop/blog", "/shopping"]"#),
        expect![[r#"
        blog: apps/blog, /shop/blog /shopping
        shop: apps/shop, /shop"#]],
    );
    check(
        &routes(r#"["/a", "/shop"]"#, r#"["/shop/"]"#),
        expect![[r#"
        error: frontage.toml:2:17: the route `/shop` is claimed by `blog` and `shop`
        hint: a longer route wins over a shorter one; only one app can have each"#]],
    );
    check(
        &routes(r#"["/a", "/a/"]"#, "[]"),
        expect![[r#"
        error: frontage.toml:2:17: the route `/a` is claimed twice by `shop`
        hint: once is enough"#]],
    );
    check(
        r#"shop*
        frontage.toml = [apps.shop]\nroutes = ["/api"]\n[upstreams.api]\nurl = "http://a"\nroutes = ["/api"]"#,
        expect![[r#"
            error: frontage.toml:5:11: the route `/api` is claimed by `shop` and `api`
            hint: a longer route wins over a shorter one; only one app can have each"#]],
    );
    check(
        r#"blog*
        apps/shop/package.json = {"name": "shop",\n  "frontage": {"routes": ["/a"]}}
        frontage.toml = [apps.blog]\nroutes = ["/a"]"#,
        expect![[r#"
            error: apps/shop/package.json:2:27: the route `/a` is claimed by `blog` and `shop`
            hint: a longer route wins over a shorter one; only one app can have each"#]],
    );
}

#[test]
fn lockfiles() {
    check(
        "shop*: react",
        expect![[r#"
        error: package-lock.json: there is no lockfile
        hint: `npm install`, then commit it"#]],
    );
    check(
        "shop*: react \n yarn.lock = x",
        expect![[r#"
            error: yarn.lock:1:1: the lockfile cannot be read: an entry ends with a colon
            hint: `yarn install` writes it anew"#]],
    );
    check(
        "shop*: react \n yarn.lock = x \n #react 1.0.0",
        expect![[r#"
            error: package.json: there are several lockfiles: `package-lock.json`, `yarn.lock`
            hint: keep one of them, or say which by `packageManager` in `package.json`"#]],
    );
    check(
        "shop* \n pnpm-lock.yaml = x",
        expect![[r#"
            error: pnpm-lock.yaml:1:1: the lockfile cannot be read: expected mapping start
            hint: `pnpm install` writes it anew"#]],
    );
    check(
        "shop*: react \n package-lock.json = <<<<<<<",
        expect![[r#"
            error: package-lock.json:1:1: the lockfile has an unresolved merge conflict
            hint: `npm install` writes it anew"#]],
    );
    check(
        r#"shop*: react
        package-lock.json = {"lockfileVersion": 1}"#,
        expect![[r#"
            error: apps/shop/package.json: it needs `react`, which `package-lock.json` does not know
            hint: `npm install`, then commit `package-lock.json`"#]],
    );
    check(
        r#"shop*: react
        npm-shrinkwrap.json = {"lockfileVersion": 3, "packages": {}}"#,
        expect![[r#"
            error: apps/shop/package.json: it needs `react`, which `npm-shrinkwrap.json` does not know
            hint: `npm install`, then commit `npm-shrinkwrap.json`"#]],
    );
}

#[test]
fn a_package_under_another_name() {
    let workspace = World::of(
        r#"
        shop*: button
        ui
        package-lock.json = {"lockfileVersion": 3, "packages": {"node_modules/button": {"resolved": "packages/ui", "link": true}}}
        "#,
    );
    let workspace = workspace.workspace().map_err(problems).unwrap();
    let shop = "apps/shop".parse().unwrap();
    let closure = workspace.closure(&shop, false).ways(|_| true);
    assert_eq!(closure, [(&"packages/ui".parse().unwrap(), vec!["ui".to_owned()])]);
}

#[test]
fn symbolic_links() {
    check("shop* \n apps/shop/a.ts -> ../../packages/b.ts \n a -> .", expect!["shop: apps/shop, the default"]);
    check(
        "shop* \n apps/shop/a -> ../../../etc/passwd",
        expect![[r#"
        warning: apps/shop/a: no build is shown it: it is a symbolic link that leaves the repository
        shop: apps/shop, the default"#]],
    );
    check(
        "shop* \n a -> /etc/passwd",
        expect![[r#"
        warning: a: no build is shown it: it is a symbolic link that leaves the repository
        shop: apps/shop, the default"#]],
    );
    check(
        "shop* \n root -> deep/er/up \n deep/er/up -> ../.. \n b -> root/../x",
        expect![[r#"
        warning: b: no build is shown it: it is a symbolic link that leaves the repository
        shop: apps/shop, the default"#]],
    );
    check("shop* \n one -> other \n other -> one", expect!["shop: apps/shop, the default"]);
    check(
        "shop* \n package.json -> other.json",
        expect![[r#"
        error: package.json: it is a symbolic link, which is not followed
        hint: commit the file itself"#]],
    );
    check(
        "shop* \n frontage.toml -> apps/frontage.toml",
        expect![[r#"
        error: frontage.toml: it is a symbolic link, which is not followed
        hint: commit the file itself"#]],
    );
    check(
        "shop* \n apps/blog/package.json -> ../shop/package.json",
        expect![[r#"
        error: apps/blog/package.json: it is a symbolic link, which is not followed
        hint: commit the file itself"#]],
    );
}

#[test]
fn what_git_cannot_give() {
    let mut snapshot = World::of("shop*").snapshot();
    snapshot.left_out = vec![("vendor/lib".to_owned(), "it is a submodule")];
    check_snapshot(
        snapshot,
        expect![[r#"
        warning: vendor/lib: no build is shown it: it is a submodule
        shop: apps/shop, the default"#]],
    );
    let mut snapshot = World::of("shop*").snapshot();
    snapshot.left_out = vec![("apps/blog".to_owned(), "it is a submodule")];
    check_snapshot(
        snapshot,
        expect![[r#"
            warning: apps/blog: no build is shown it: it is a submodule
            shop: apps/shop, the default"#]],
    );
}

#[test]
fn base_paths_that_are_written_literally() {
    check(
        "shop* \n apps/shop/vite.config.ts = export default { base: '/shop/' }",
        expect!["shop: apps/shop, base path /shop, the default"],
    );
    check(
        "shop* \n apps/shop/next.config.mjs = export default { basePath: \"/shop\" }",
        expect!["shop: apps/shop, base path /shop, the default"],
    );
    check(
        "shop* \n apps/shop/vite.config.ts = const baseUrl = 1; export default { base: `/${x}/` }",
        expect!["shop: apps/shop, the default"],
    );
    check("shop* \n apps/shop/vite.config.ts = base: './' or base: '/'", expect!["shop: apps/shop, the default"]);
    check("shop* \n apps/shop/vite.config.ts = base: '", expect!["shop: apps/shop, the default"]);
    check("shop* \n apps/shop/vite.config.ts = ébase: 'é", expect!["shop: apps/shop, the default"]);
}

#[test]
fn lockfiles_that_the_named_package_manager_would_write_anew() {
    let named = |manager: &str, lockfile: &str| {
        format!("shop* \n package.json = {{\"workspaces\": [\"apps/*\"], {manager}}} \n {lockfile}")
    };
    let pnpm = |manager: &str, version: &str| {
        named(
            manager,
            &format!("pnpm-lock.yaml = lockfileVersion: '{version}'\\nimporters: {{.: {{}}, apps/shop: {{}}}}"),
        )
    };
    check(
        &pnpm(r#""packageManager": "pnpm@10.12.0+sha512.ab""#, "6.0"),
        expect![[r#"
        error: pnpm-lock.yaml: the lockfile is of version 6.0; pnpm 10.12.0, which `package.json` names, would ignore it or write it anew
        hint: `pnpm install` with pnpm 10.12.0, then commit `pnpm-lock.yaml`; or name one that reads it: >=8.0.0 <9.0.0"#]],
    );
    check(
        &pnpm(r#""packageManager": "pnpm@8.15.9""#, "9.0"),
        expect![[r#"
        error: pnpm-lock.yaml: the lockfile is of version 9.0; pnpm 8.15.9, which `package.json` names, would ignore it or write it anew
        hint: `pnpm install` with pnpm 8.15.9, then commit `pnpm-lock.yaml`; or name one that reads it: >=9.0.0 <11.0.0"#]],
    );
    check(
        &pnpm(r#""volta": {"pnpm": "7.33.0"}"#, "9.0"),
        expect![[r#"
        error: pnpm-lock.yaml: the lockfile is of version 9.0; pnpm 7.33.0, which `package.json` names, would ignore it or write it anew
        hint: `pnpm install` with pnpm 7.33.0, then commit `pnpm-lock.yaml`; or name one that reads it: >=9.0.0 <11.0.0"#]],
    );
    check(&pnpm(r#""packageManager": "pnpm@8.15.9""#, "6.0"), expect!["shop: apps/shop, the default"]);
    // Which version of a range it will be is not known yet.
    check(&pnpm(r#""packageManager": "pnpm@10""#, "6.0"), expect!["shop: apps/shop, the default"]);
    check(
        &pnpm(r#""packageManager": "pnpm@10.12.0""#, "13.0"),
        expect![[r#"
        error: pnpm-lock.yaml: the lockfile is of version 13.0; versions 5.0 to 5.4, 6, 9 and 12 are read
        hint: `pnpm install` writes it anew"#]],
    );
    let npm = |version: &str| {
        named(
            &format!(r#""packageManager": "npm@{version}""#),
            r#"package-lock.json = {"lockfileVersion": 3, "packages": {}}"#,
        )
    };
    check(
        &npm("6.14.18"),
        expect![[r#"
        error: package-lock.json: the lockfile is of version 3; npm 6.14.18, which `package.json` names, would ignore it or write it anew
        hint: `npm install` with npm 6.14.18, then commit `package-lock.json`; or name one that reads it: >=7.0.0"#]],
    );
    check(&npm("10.0.0"), expect!["shop: apps/shop, the default"]);
    let yarn = |version: &str, lockfile: &str| {
        named(&format!(r#""packageManager": "yarn@{version}""#), &format!("yarn.lock = {lockfile}"))
    };
    check(
        &yarn("4.9.1", "# yarn lockfile v1\\n"),
        expect![[r#"
        error: yarn.lock: the lockfile is of version 1; yarn 4.9.1, which `package.json` names, would ignore it or write it anew
        hint: `yarn install` with yarn 4.9.1, then commit `yarn.lock`; or name one that reads it: >=1.0.0 <2.0.0"#]],
    );
    check(
        &yarn("1.22.22", "__metadata:\\n  version: 8\\n  cacheKey: 10c0\\n"),
        expect![[r#"
        error: yarn.lock: the lockfile is of version 8; yarn 1.22.22, which `package.json` names, would ignore it or write it anew
        hint: `yarn install` with yarn 1.22.22, then commit `yarn.lock`; or name one that reads it: >=4.0.0 <4.14.0"#]],
    );
}

#[test]
fn package_managers_that_cannot_be_had() {
    let named =
        |value: &str| format!("shop* \n package.json = {{\"workspaces\": [\"apps/*\"], \"packageManager\": {value}}}");
    check(
        &named(r#""bower@1""#),
        expect![[r#"
        error: package.json: `packageManager` is `bower@1`; npm, pnpm, Yarn and Bun can be had
        hint: name one of them, in the version that writes the lockfile, such as `npm@11.1.0`"#]],
    );
    let lockfile = r#"package-lock.json = {"lockfileVersion": 3, "packages": {}}"#;
    check(
        &format!("{}\n{lockfile}", named(r#""bower@1""#)),
        expect![[r#"
        error: package.json: `packageManager` is `bower@1`; npm, pnpm, Yarn and Bun can be had
        hint: name one of them, in the version that writes the lockfile, such as `npm@11.1.0`"#]],
    );
    check(&named(r#""yarn""#), expect!["shop: apps/shop, the default"]);
    check(&named(r#""""#), expect!["shop: apps/shop, the default"]);
    check(&named("7"), expect!["shop: apps/shop, the default"]);
}

#[test]
fn names_of_members_that_pnpm_knows_by_their_folders() {
    let text = |more: &str| {
        format!(
            r#"shop*
            packages/a/package.json = {{"name": "same"}}
            packages/b/package.json = {{"name": "same"}}
            pnpm-workspace.yaml = packages: &all [apps/*, packages/*]\nagain: *all
            {more}"#
        )
    };
    check(
        &text(""),
        expect![[r#"
        shop: apps/shop, the default
        no app: packages/a: it is a library: nothing to build or start
        no app: packages/b: it is a library: nothing to build or start"#]],
    );
    check(
        &text("shop*: same"),
        expect![[r#"
        error: packages/b/package.json: the package name `same` is used twice: also in `packages/a`
        hint: give one of them another name"#]],
    );
}

#[test]
fn manifests_that_are_no_json() {
    let manifest = r#"{"name": "b", "scripts": {"build": "b", "start": "fastify start"}"#;
    let file = |content: &[u8]| {
        let files = [
            ("package.json".to_owned(), ("100644", br#"{"workspaces": ["apps/*"]}"#.to_vec())),
            ("apps/b/package.json".to_owned(), ("100644", content.to_vec())),
        ];
        Snapshot::in_memory(&files.into())
    };
    let with = |more: &str| file(format!("{manifest}{more}").as_bytes());
    check_snapshot(file(format!("\u{feff}{manifest}}}").as_bytes()), expect!["b: apps/b, the default"]);
    check_snapshot(
        with(r#", "__proto__": {"name": "c", "scripts": {"start": "evil"}}}"#),
        expect!["b: apps/b, the default"],
    );
    check_snapshot(
        with(",\n  // why\n  \"x\": 1}"),
        expect![[r#"
        error: apps/b/package.json:2:3: it cannot be read: a comment is no JSON
        hint: take it out: npm, pnpm and Yarn do not read it either"#]],
    );
    check_snapshot(
        with(" /* why */}"),
        expect![[r#"
        error: apps/b/package.json:1:67: it cannot be read: a comment is no JSON
        hint: take it out: npm, pnpm and Yarn do not read it either"#]],
    );
    check_snapshot(
        with(",\0}"),
        expect![[r#"
        error: apps/b/package.json: it cannot be read: it holds a NUL byte
        hint: write it as UTF-8 text"#]],
    );
    let wide: Vec<u8> = format!("\u{feff}{manifest}}}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    check_snapshot(
        file(&wide),
        expect![[r#"
        error: apps/b/package.json: it cannot be read: it holds a NUL byte
        hint: write it as UTF-8 text"#]],
    );
    check_snapshot(
        with(&format!(", \"x\": {}1{}}}", "{\"a\":".repeat(100_000), "}".repeat(100_000))),
        expect!["error: apps/b/package.json:1:703: it cannot be read: it is nested too deep"],
    );
    check_snapshot(
        with(&format!(", \"x\": \"{}\"}}", "x".repeat(50 << 20))),
        expect!["error: apps/b/package.json: it is longer than 4 MB"],
    );
}

#[test]
fn one_root_that_cannot_be_used_beside_one_that_can() {
    let lockfile = r#"{"lockfileVersion": 3, "packages": {}}"#;
    let both = |more: &str| {
        let root = |folder: &str| {
            format!("{folder}/package.json = {} \n {folder}/package-lock.json = {lockfile} \n", package(folder))
        };
        check_roots(&format!("{}{}{more}", root("good"), root("bad")))
    };
    for more in [
        "bad/package-lock.json = {\"lockfileVersion\": 4}",
        "bad/pnpm-lock.yaml = lockfileVersion: '9.0'",
        "bad/package.json = {,",
        "bad/package.json = {\"packageManager\": \"bower@1\"}",
        "bad/package.json = {\"packageManager\": \"npm@6.0.0\"}",
        "bad/package.json = {\"workspaces\": [\"../../x/*\"]}",
        "bad/package.json = {\"workspaces\": 7}",
        "bad/package.json = {\"dependencies\": {\"react\": \"19\"}}",
        "bad/pnpm-workspace.yaml = packages: [",
    ] {
        let said = both(more);
        assert!(
            said.contains("good: good, the default\nno app: bad: bad/") && said.starts_with("warning: bad/"),
            "{said}"
        );
    }
    expect![[r#"
        warning: bad/package.json: there are several lockfiles: `bad/package-lock.json`, `bad/pnpm-lock.yaml`
        hint: keep one of them, or say which by `packageManager` in `package.json`
        good: good, the default
        no app: bad: bad/package.json: there are several lockfiles: `bad/package-lock.json`, `bad/pnpm-lock.yaml`"#]]
    .assert_eq(&both("bad/pnpm-lock.yaml = lockfileVersion: '9.0'"));
    // Where none is left, everything is told.
    expect![[r#"
        error: bad/package.json:1:2: it cannot be read: key must be a string
        error: good/package-lock.json: the lockfile is of version 4; versions 1 to 3 are read
        hint: `npm install` writes it anew
    "#]]
    .assert_eq(&both("bad/package.json = {, \n good/package-lock.json = {\"lockfileVersion\": 4}"));
}

/// What is found in a repository without a manifest at its root.
fn check_roots(text: &str) -> String {
    let lines = text.lines().filter_map(|line| line.trim().split_once(" = "));
    let files = lines.map(|(path, text)| (path.to_owned(), ("100644", text.as_bytes().to_vec())));
    match Workspace::read(Snapshot::in_memory(&files.collect())) {
        Ok(workspace) => found(&workspace),
        Err(unreadable) => problems(unreadable),
    }
}

#[test]
fn what_only_nx_knows_is_not_installed_for_itself() {
    let site = r#"
        shop*
        #react 1.0.0
        nx.json = {}
        libs/kit/project.json = {"name": "kit"}
        libs/kit/package.json = {"name": "@x/kit", "dependencies": {"tslib": "^2.0.0"}}
    "#;
    check(site, expect!["shop: apps/shop, the default\nno app: libs/kit: it is a library: nothing to build or start"]);
    // A member of the package manager's own is.
    let packages = site.replace("libs/kit", "packages/kit");
    check(
        &packages,
        expect![[r#"
        error: packages/kit/package.json: it needs `tslib`, which `package-lock.json` does not know
        hint: `npm install`, then commit `package-lock.json`"#]],
    );
}

/// Many problems, many members of one name and long paths take no time.
#[test]
fn hostile_repositories_take_no_time() {
    let patience = Patience::begins();
    let read = |files: Vec<(String, String)>| {
        let files = files.into_iter().map(|(path, text)| (path, ("100644", text.into_bytes()))).collect();
        Workspace::read(Snapshot::in_memory(&files))
    };
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let wanted: Vec<String> = (0..10_000).map(|at| format!(r#""a{at}": "1""#)).collect();
    let lacking = vec![
        ("package.json".to_owned(), format!(r#"{{"dependencies": {{{}}}}}"#, wanted.join(","))),
        file("package-lock.json", r#"{"lockfileVersion": 3, "packages": {}}"#),
    ];
    let Err(Unreadable::Commit(problems)) = read(lacking) else { panic!("it lacks packages") };
    assert_eq!(problems.len(), 10_000);
    let same = (0..800).map(|at| (format!("packages/{at}/package.json"), r#"{"name": "a"}"#.to_owned()));
    let shop = file("apps/shop/package.json", r#"{"scripts": {"start": "node a.js"}}"#);
    let globs = file("pnpm-workspace.yaml", "packages: ['*/*']");
    let of_one_name = same.chain([shop.clone(), globs.clone()]).collect();
    assert!(read(of_one_name).is_ok());
    let deep = format!("apps/shop/{}", "a/".repeat(2000));
    let imports: String = (0..100).map(|at| format!("import './b{at}';\n")).collect();
    let imported = (0..100).map(|at| (format!("{deep}b{at}.ts"), String::new()));
    assert!(read(imported.chain([(format!("{deep}a.ts"), imports), shop, globs]).collect()).is_ok());
    patience.ends();
}
