//! Tests of affected apps: a repository, a change, and which apps are affected by it, each with every reason.

use std::sync::Arc;

use expect_test::{Expect, expect};
use model::{BuildKey, EnvironmentName, Reason};

use super::{UNTOLD, never_built, reasons, unknown_base};
use crate::analysis::tests::is_told_from;
use crate::inputs::Inputs;
use crate::knowledge::Knowledge;
use crate::notation::{MANAGERS, World, plans, problems, toolchains};
use crate::plan::{Toolchains, as_written, plan};
use crate::workspace::Workspace;

mod made;

mod modules;

mod places;

mod precision;

mod run;

mod surroundings;

/// Two apps of which one needs `ui`, which needs `tokens`; the other stands on `react` alone.
const SITE: &str = "
    shop*: ui react
    blog*: react
    ui: tokens clsx
    tokens
    #react 1.2.0: scheduler
    #scheduler 0.1.0
    #clsx 2.0.0
    apps/shop/src/cart.ts = cart
    packages/tokens/index.ts = export * from './src/colour'
    packages/tokens/src/colour.ts = export const red = 1
";

fn check(base: &str, change: &str, expected: Expect) {
    check_worlds(&World::of(base), &World::of(base).with(change), expected);
}

fn check_worlds(base: &World, head: &World, expected: Expect) {
    expected.assert_eq(&compare(base, head));
}

/// Every app's reasons. An app has some exactly if its key is another, however that was found out. They are the same under
/// every package manager that can have such a repository.
fn compare(base: &World, head: &World) -> String {
    is_told_from(&base.snapshot(), &head.snapshot());
    let lines = lines(base, head);
    for manager in MANAGERS {
        if let (Some(base), Some(head)) = (base.under(manager), head.under(manager)) {
            assert_eq!(self::lines(&base, &head), lines, "{manager:?}");
        }
    }
    lines
}

fn lines(base: &World, head: &World) -> String {
    let knowledge = Knowledge::default();
    let read = |world: &World| Workspace::read_to_compare(world.snapshot(), &knowledge).map_err(problems).unwrap();
    let (base, head) = (plans(&read(base)), plans(&read(head)));
    let mut lines = Vec::new();
    for (app, planned) in &head {
        let reasons = match base.get(app) {
            Some(base) => reasons(&base.inputs, &planned.inputs),
            None => never_built(),
        };
        let is_same = base.get(app).is_some_and(|base| base.key == planned.key);
        assert_eq!(reasons.is_empty(), is_same, "{app}: {reasons:?}");
        assert!(reasons.iter().all(|reason| reason.path != UNTOLD), "{app}: {reasons:?}");
        lines.extend(reasons.iter().map(|reason| format!("{app}: {reason}")));
    }
    lines.join("\n")
}

fn words(reasons: Vec<Reason>) -> String {
    reasons.iter().map(Reason::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn own_files() {
    check(SITE, "", expect![]);
    check(SITE, "apps/shop/src/cart.ts = basket", expect!["shop: `apps/shop/src/cart.ts` changed"]);
    check(SITE, "apps/shop/src/new.ts = new", expect!["shop: `apps/shop/src/new.ts` changed (added)"]);
    check(SITE, "- apps/shop/src/cart.ts", expect!["shop: `apps/shop/src/cart.ts` changed (removed)"]);
    check(SITE, "apps/shop/test/cart.test.ts = test", expect![]);
    check(SITE, "apps/shop/README.md = content may be anything", expect![]);
    check(SITE, "apps/shop/src/cart.ts -> other.ts", expect!["shop: `apps/shop/src/cart.ts` changed"]);
    check(SITE, "apps/shopping/index.ts = of nobody", expect![]);
}

#[test]
fn files_of_packages() {
    check(SITE, "packages/ui/button.ts = nobody imports it", expect![]);
    check(
        SITE,
        "packages/ui/button.ts = new \n packages/ui/index.ts = import 'tokens'; import 'clsx'; import './button'",
        expect![[r#"
            shop: `packages/ui/button.ts` changed (read now), needed through ui
            shop: `packages/ui/index.ts` changed, needed through ui"#]],
    );
    check(
        SITE,
        "packages/ui/theme.json = may be read in another way",
        expect!["shop: `packages/ui/theme.json` changed (read now), needed through ui"],
    );
    check(
        SITE,
        "packages/tokens/src/colour.ts = blue",
        expect!["shop: `packages/tokens/src/colour.ts` changed, needed through tokens → ui"],
    );
    check(
        SITE,
        "- packages/tokens/src/colour.ts",
        expect!["shop: `packages/tokens/src/colour.ts` changed (no longer read), needed through tokens → ui"],
    );
    check(SITE, "alone\n packages/alone/a.ts = nobody needs it", expect![]);
}

#[test]
fn needs_that_come_and_go() {
    check(
        SITE,
        "blog*: react ui \n apps/blog/index.ts = import 'ui'; createServer(blog)",
        expect![[r#"
            blog: `apps/blog/index.ts` changed
            blog: `packages/tokens` changed (needed now), needed through tokens → ui
            blog: `packages/ui` changed (needed now), needed through ui
            blog: dependency `clsx` changed (2.0.0 added)"#]],
    );
    check(
        SITE,
        "shop*: react",
        expect![[r#"
            shop: `apps/shop/index.ts` changed
            shop: `packages/tokens` changed (no longer needed), needed through tokens → ui
            shop: `packages/ui` changed (no longer needed), needed through ui
            shop: dependency `clsx` changed (2.0.0 removed)"#]],
    );
    check(
        SITE,
        "ui: clsx",
        expect![[r#"
        shop: `packages/tokens` changed (no longer needed), needed through tokens → ui
        shop: `packages/ui/index.ts` changed, needed through ui"#]],
    );
    check(SITE, "admin*: ui", expect!["admin: never built"]);
    check(SITE, "- blog", expect![]);
}

#[test]
fn another_way_to_a_package_is_no_change() {
    let site = "shop*: a b \n a: c \n b: c \n c \n packages/a/index.ts = import 'c' \n apps/shop/index.ts = import 'a'; import 'b'; createServer(a)";
    check(site, "a:", expect![]);
    check(site, "shop*: a b c", expect![]);
    check(
        site,
        "a: \n packages/c/index.ts = changed",
        expect!["shop: `packages/c/index.ts` changed, needed through c → a"],
    );
}

#[test]
fn packages_for_development() {
    let kit = "shop*: ~kit ui \n ui: ~storybook \n kit: ~lint \n storybook \n lint";
    check(kit, "packages/kit/a.ts = new", expect![]);
    check(kit, "packages/storybook/a.ts = of a package without a build", expect![]);
    check(kit, "packages/lint/a.ts = of a package without a build", expect![]);
    let built = "shop*: ui \n ui!: ~codegen \n codegen";
    check(built, "packages/codegen/a.ts = new", expect![]);
}

#[test]
fn builds_of_packages() {
    let site = "shop*: ui \n ui!: tokens \n tokens";
    check(
        site,
        "ui: tokens",
        expect!["shop: `packages/ui/package.json` changed (script `build` removed), needed through ui"],
    );
    check(
        site,
        r#"packages/ui/package.json = {"name": "ui", "dependencies": {"tokens": "*"}, "scripts": {"build": "tsc -b"}}"#,
        expect!["shop: `packages/ui/package.json` changed (script `build`), needed through ui"],
    );
    check(
        "shop*: middle \n middle: ui \n ui!: tokens \n tokens",
        r#"packages/ui/package.json = {"name": "ui", "dependencies": {"tokens": "*"}, "scripts": {"build": "tsc -b"}}"#,
        expect!["shop: `packages/ui/package.json` changed (script `build`), needed through ui → middle"],
    );
    check(
        site,
        r#"packages/ui/package.json = {"name": "ui", "dependencies": {"tokens": "*"}, "scripts": {"build": "tsc", "test": "t"}}"#,
        expect![],
    );
    check(
        site,
        "packages/tokens/index.ts = other",
        expect!["shop: `packages/tokens/index.ts` changed, needed through tokens → ui"],
    );
}

#[test]
fn manifests_count_by_field() {
    let with = |fields: &str| {
        format!(
            r#"apps/shop/package.json = {{"name": "shop", "dependencies": {{"ui": "*", "react": "*"}}, "devDependencies": {{}}, "scripts": {{"build": "vite build", "start": "node server.js"}}, {fields}}}"#
        )
    };
    check(
        SITE,
        &with(r#""description": "d", "license": "MIT", "version": "2.0.0", "keywords": []"#),
        expect!["shop: `apps/shop/package.json` changed (field `version` added)"],
    );
    check(SITE, &with(r#""type": "module""#), expect!["shop: `apps/shop/package.json` changed (field `type` added)"]);
    check(
        SITE,
        &with(r#""browserslist": ["defaults"], "sideEffects": false"#),
        expect![[r#"
            shop: `apps/shop/package.json` changed (field `browserslist` added)
            shop: `apps/shop/package.json` changed (field `sideEffects` added)"#]],
    );
    check(
        &format!("{SITE} \n {}", with(r#""type": "module""#)),
        &with(r#""type": "commonjs""#),
        expect!["shop: `apps/shop/package.json` changed (field `type`)"],
    );
    check(
        SITE,
        r#"packages/ui/package.json = {"name": "ui", "dependencies": {"tokens": "*", "clsx": "*"}, "exports": "./a.js"}"#,
        expect!["shop: `packages/ui/package.json` changed (field `exports` added), needed through ui"],
    );
    check(
        SITE,
        r#"package.json = {"name": "root", "workspaces": ["apps/*", "packages/*"], "overrides": {"a": "1"}}"#,
        expect![],
    );
    check(
        SITE,
        r#"package.json = {"name": "root", "workspaces": ["apps/*", "packages/*"], "scripts": {"prepare": "x", "lint": "y"}}"#,
        expect![[r#"
            blog: `package.json` changed (script `prepare` added)
            shop: `package.json` changed (script `prepare` added)"#]],
    );
}

#[test]
fn what_nobody_owns() {
    check(SITE, "README.md = words \n LICENSE = words \n CHANGELOG.md = words", expect![]);
    check(SITE, "docs/a.html = words \n .github/workflows/ci.yml = words \n .gitignore = x", expect![]);
    check(
        SITE,
        "tsconfig.base.json = {}",
        expect![[r#"
            blog: `tsconfig.base.json` changed (added)
            shop: `tsconfig.base.json` changed (added)"#]],
    );
    check(
        SITE,
        ".env.production = A=1 \n apps/postcss.config.js = x",
        expect![[r#"
            blog: `.env.production` changed (added)
            blog: `apps/postcss.config.js` changed (added)
            shop: `.env.production` changed (added)
            shop: `apps/postcss.config.js` changed (added)"#]],
    );
    check(SITE, "tools/generate.js = of nobody", expect![]);
    check(&format!("{SITE} \n tools/generate.js = of nobody"), "tools/generate.js = changed", expect![]);
    check(&format!("{SITE} \n tools/generate.js = of nobody"), "- tools/generate.js", expect![]);
}

#[test]
fn dependencies_by_what_they_resolve_to() {
    check(SITE, "#clsx 2.1.0", expect!["shop: dependency `clsx` changed (2.0.0 → 2.1.0)"]);
    check(
        SITE,
        "#react 1.3.0: scheduler",
        expect![[r#"
            blog: dependency `react` changed (1.2.0 → 1.3.0)
            shop: dependency `react` changed (1.2.0 → 1.3.0)"#]],
    );
    check(
        SITE,
        "#scheduler 0.2.0",
        expect![[r#"
            blog: dependency `scheduler` changed (0.1.0 → 0.2.0)
            shop: dependency `scheduler` changed (0.1.0 → 0.2.0)"#]],
    );
    check(
        SITE,
        "#react 1.2.0: scheduler object \n #object 4.0.0",
        expect![[r#"
            blog: dependency `object` changed (4.0.0 added)
            shop: dependency `object` changed (4.0.0 added)"#]],
    );
    check(
        SITE,
        "#react 1.2.0",
        expect![[r#"
            blog: dependency `scheduler` changed (0.1.0 removed)
            shop: dependency `scheduler` changed (0.1.0 removed)"#]],
    );
    check(SITE, "#nobody 1.0.0", expect![]);
    check(
        SITE,
        "#apps/shop/node_modules/react 2.0.0",
        expect![[r#"
            shop: dependency `react` changed (1.2.0 → 2.0.0)
            shop: dependency `scheduler` changed (0.1.0 removed)"#]],
    );
    check(
        "blog*: react \n shop*: react \n #react 1.2.0 \n #apps/shop/node_modules/react 2.0.0",
        "#apps/shop/node_modules/react 2.1.0",
        expect!["shop: dependency `react` changed (2.0.0 → 2.1.0)"],
    );
    check(
        SITE,
        "#packages/ui/node_modules/clsx 2.0.0",
        expect!["shop: dependency `clsx` changed (2.0.0, installed elsewhere)"],
    );
    let root = r#"package.json = {"workspaces": ["apps/*", "packages/*"], "devDependencies": {"vite": "*"}}"#;
    let site = format!("{SITE} \n {root} \n #vite 7.0.0");
    check(
        &site,
        "#vite 8.0.0",
        expect![[r#"
            blog: dependency `vite` changed (7.0.0 → 8.0.0)
            shop: dependency `vite` changed (7.0.0 → 8.0.0)"#]],
    );
}

#[test]
fn a_dependency_with_the_same_version_and_other_content() {
    let lock = |integrity: &str| {
        format!(
            r#"package-lock.json = {{"lockfileVersion": 3, "packages": {{"node_modules/react": {{"version": "1.2.0", "integrity": "{integrity}"}}}}}}"#
        )
    };
    check(
        &format!("shop*: react \n {}", lock("sha512-one")),
        &lock("sha512-other"),
        expect!["shop: dependency `react` changed (1.2.0 with other content)"],
    );
}

#[test]
fn a_lockfile_that_cannot_be_used_widens_to_all_that_it_is_of() {
    let with = |base: &str, change: &str, expected: Expect| {
        let (base, head) = (World::of(base), World::of(base).with(change));
        is_told_from(&base.snapshot(), &head.snapshot());
        expected.assert_eq(&lines(&base, &head));
    };
    let site = "shop*: react \n blog* \n #react 1.2.0";
    let conflict = |line: &str| format!("package-lock.json = <<<<<<< HEAD\\n{line}");
    with(
        site,
        &conflict("one"),
        expect![[r#"
        blog: `package-lock.json` may matter (the lockfile has an unresolved merge conflict)
        shop: `package-lock.json` may matter (the lockfile has an unresolved merge conflict)"#]],
    );
    with(
        &format!("{site} \n {}", conflict("one")),
        "apps/blog/index.ts = createServer(2)",
        expect!["blog: `apps/blog/index.ts` changed"],
    );
    with(
        &format!("{site} \n {}", conflict("one")),
        &conflict("two"),
        expect![[r#"
        blog: `package-lock.json` may matter (the lockfile has an unresolved merge conflict)
        shop: `package-lock.json` may matter (the lockfile has an unresolved merge conflict)"#]],
    );
    with(&format!("{site} \n {}", conflict("one")), "", expect![]);
    with(
        &format!("{site} \n {}", conflict("one")),
        "- package-lock.json",
        expect![[r#"
        blog: `package-lock.json` may matter (before: the lockfile has an unresolved merge conflict)
        shop: `package-lock.json` may matter (before: the lockfile has an unresolved merge conflict)"#]],
    );
    // What a manifest asks for and it does not know.
    let asks = r#"apps/shop/package.json = {"name": "shop", "dependencies": {"react": "*", "clsx": "*"}, "scripts": {"start": "node a.js"}}"#;
    with(
        site,
        asks,
        expect![[r#"
            blog: `apps/shop/package.json` may matter (it needs `clsx`, which `package-lock.json` does not know)
            shop: `build` changed (how the app is built)
            shop: `dependencies` changed (which of what it asks for it runs with)
            shop: `start` changed (how the app is started)
            shop: `apps/shop/package.json` may matter (it needs `clsx`, which `package-lock.json` does not know)"#]],
    );
    with(
        &format!("{site} \n {asks}"),
        "apps/shop/src/new.ts = new",
        expect!["shop: `apps/shop/src/new.ts` changed (added)"],
    );
    // One that a package manager would not read.
    let pinned = r#"package.json = {"workspaces": ["apps/*", "packages/*"], "packageManager": "npm@6.0.0"}"#;
    with(
        &format!("{site} \n {pinned}"),
        "apps/blog/index.ts = createServer(2)",
        expect!["blog: `apps/blog/index.ts` changed"],
    );
}

#[test]
fn configuration_counts_by_what_it_says_of_the_build() {
    let config = |text: &str| format!("frontage.toml = [apps.shop]\\n{text}");
    check(SITE, &config(r#"routes = ["/shop"]\nmemory = "1 GiB"\ncpu = 2\ninstances = 3\nhealth = "/up""#), expect![]);
    check(SITE, &config(r#"network = "none""#), expect![]);
    check(SITE, &config(r#"build = "make""#), expect!["shop: `build` changed (how the app is built)"]);
    check(
        SITE,
        &config("start = false"),
        expect![[r#"
        shop: `serving` changed (Server → Static)
        shop: `start` changed (how the app is started)"#]],
    );
    check(SITE, &config(r#"output = "dist/client""#), expect!["shop: `output` changed (where its public assets are)"]);
    check(
        SITE,
        &config("build_network = true"),
        expect!["shop: `build_network` changed (whether its build may use the network)"],
    );
    check(
        &format!("{SITE} \n {}", config(r#"build = "make""#)),
        &config(r#"build = "make all""#),
        expect!["shop: `build` changed (how the app is built)"],
    );
}

#[test]
fn variables_of_the_build() {
    let config =
        |text: &str| format!("frontage.toml = [apps.shop]\\nbuild_env = [\"FLAVOUR\"]\\n[apps.shop.env]\\n{text}");
    let site = format!("{SITE} \n {}", config(r#"VITE_API = "one"\nAPI = "one"\nFLAVOUR = "one""#));
    check(
        &site,
        &config(r#"VITE_API = "two"\nAPI = "two"\nFLAVOUR = "one""#),
        expect!["shop: variable `VITE_API` changed"],
    );
    check(
        &site,
        &config(r#"VITE_API = "one"\nAPI = "one"\nFLAVOUR = "two""#),
        expect!["shop: variable `FLAVOUR` changed"],
    );
    check(
        &site,
        &config(r#"API = "one"\nFLAVOUR = "one"\nNEXT_PUBLIC_A = "1""#),
        expect![[r#"
            shop: variable `NEXT_PUBLIC_A` changed (added)
            shop: variable `VITE_API` changed (removed)"#]],
    );
    check(
        &site,
        &config(r#"VITE_API = { production = "one", preview = "two" }\nAPI = "one"\nFLAVOUR = "one""#),
        expect![],
    );
}

#[test]
fn ignored_files_and_more_inputs() {
    let config = r#"frontage.toml = [apps.shop]\nignore = ["stories", "*.md", "/tools/*.sh", "/packages/ui/docs/**"]\ninputs = ["/content/**", "/packages/data/*.json"]"#;
    let site = format!("{SITE} \n data \n {config}");
    check(&site, "apps/shop/stories/deep/a.ts = x \n apps/shop/notes.md = x", expect![]);
    check(
        &site,
        "apps/shop/src/notes.md = below another folder",
        expect!["shop: `apps/shop/src/notes.md` changed (added)"],
    );
    check(&site, "tools/a.sh = ignored by one", expect![]);
    check(&site, "packages/ui/docs/a.mdx = ignored", expect![]);
    check(
        &site,
        "packages/data/a.json = read by nobody else \n packages/data/deep/b.json = not",
        expect!["shop: `packages/data/a.json` changed (added)"],
    );
    check(&site, "content/a.txt = anybody may read it", expect!["shop: `content/a.txt` changed (added)"]);
}

#[test]
fn circles_have_reasons_too() {
    let site = "shop*: a \n a!: b \n b!: a \n packages/b/index.ts = import 'a'";
    check(site, "packages/a/x.ts = new", expect!["shop: `packages/a/x.ts` changed (read now), needed through a"]);
    check(
        &site.replace("b!: a", "b!: ~a"),
        "b!:",
        expect![[r#"
            shop: `packages/a` changed (its build stands on others)
            shop: `packages/b` changed (its build stands on others)"#]],
    );
    check(
        site,
        "b!:",
        expect!["shop: `packages/b/package.json` changed (field `dependencies` removed), needed through b → a"],
    );
    check(
        site,
        r#"packages/b/package.json = {"name": "b", "dependencies": {"a": "*"}, "scripts": {"build": "x"}}"#,
        expect!["shop: `packages/b/package.json` changed (script `build`), needed through b → a"],
    );
    check(
        site,
        r#"a!: 0
        packages/b/package.json = {"name": "0", "dependencies": {"a": "*"}, "scripts": {"build": "tsc"}}"#,
        expect![[r#"
            shop: `packages/a/index.ts` changed, needed through a
            shop: `packages/a/package.json` changed (field `dependencies`), needed through a
            shop: `packages/b/package.json` changed (field `name`), needed through 0 → a"#]],
    );
}

#[test]
fn a_commit_that_a_build_sees_is_an_input() {
    let site = "shop*: \n frontage.toml = [apps.shop]\\ncommit = true";
    let commits = |world: &World| world.snapshot().commit.to_string();
    let (base, head) = (World::of(site), World::of(site).with("README.md = words"));
    let plans = [&base, &head].map(|world| plans(&world.workspace().unwrap()));
    let reasons = reasons(&plans[0]["shop"].inputs, &plans[1]["shop"].inputs);
    let expected = format!("`commit` changed (its build sees it: {} → {})", commits(&base), commits(&head));
    assert_eq!(words(reasons), expected);
}

#[test]
fn the_toolchain_counts() {
    let workspace = World::of("shop*").workspace().unwrap();
    let app = workspace.apps.values().next().unwrap();
    let with = |toolchains: Toolchains| plan(&workspace, app, &EnvironmentName::production(), &toolchains).inputs;
    let mut newer = toolchains();
    for toolchain in newer.values_mut() {
        toolchain.node = "24.0.0".to_owned();
        toolchain.compilers = "gcc 14".to_owned();
    }
    let reasons = reasons(&with(toolchains()), &with(newer));
    expect![[r#"
        toolchain `Node.js` changed (22.1.0 → 24.0.0)
        toolchain `compilers` changed (none → gcc 14)"#]]
    .assert_eq(&words(reasons));
}

#[test]
fn toolchains_count_as_each_commit_writes_them() {
    let base = World::of("shop*: react \n #react 1.2.0");
    let told = |base: &World, change: &str| {
        let inputs = [base, &base.with(change)].map(|world| {
            let workspace =
                Workspace::read_to_compare(world.snapshot(), &Knowledge::default()).map_err(problems).unwrap();
            let app = workspace.apps.values().next().unwrap();
            plan(&workspace, app, &EnvironmentName::production(), &as_written(&workspace)).inputs
        });
        words(reasons(&inputs[0], &inputs[1]))
    };
    let manifest = |manager: &str| format!(r#"package.json = {{"workspaces": ["apps/*", "packages/*"], {manager}}}"#);
    let named = base.with(&manifest(r#""packageManager": "npm@10.0.0""#));
    expect!["toolchain `package manager` changed (npm@10.0.0 → npm@10.9.0)"]
        .assert_eq(&told(&named, &manifest(r#""packageManager": "npm@10.9.0""#)));
    expect![].assert_eq(&told(&named, &manifest(r#""packageManager": "npm@10.0.0+sha512.0""#)));
    expect![[r#"
        `.nvmrc` changed (added)
        toolchain `Node.js` changed (none → 24)"#]]
    .assert_eq(&told(&base, ".nvmrc = 24"));
    // Which one there is can be told by the lockfile as well.
    let unnamed = base.with(&manifest(r#""private": true"#));
    expect!["`package-lock.json` may matter (the lockfile has an unresolved merge conflict)"]
        .assert_eq(&told(&unnamed, "package-lock.json = <<<<<<< HEAD"));
}

#[test]
fn without_a_base_an_app_is_built() {
    expect!["never built"].assert_eq(&words(never_built()));
    expect!["`0123456789` may matter (history was cut short)"]
        .assert_eq(&words(unknown_base("0123456789", "history was cut short")));
}

#[test]
fn what_an_app_ignores_of_a_package_reaches_it_through_the_build_of_that() {
    let config = r#"frontage.toml = [apps.shop]\nignore = ["/packages/ui/docs", "/tools"]"#;
    let site = format!("shop*: ui \n ui!: tokens \n tokens \n {config}");
    check(
        &site,
        "packages/ui/docs/a.json = new",
        expect!["shop: `packages/ui/docs/a.json` changed (read now), needed through ui"],
    );
    check(
        &site,
        "packages/ui/docs/a.json = new \n apps/shop/a.ts = new",
        expect![[r#"
            shop: `apps/shop/a.ts` changed (added)
            shop: `packages/ui/docs/a.json` changed (read now), needed through ui"#]],
    );
    check(&site, "tools/a.js = new", expect![]);
    check(&site.replace("ui!", "ui"), "packages/ui/docs/a.json = new \n tools/a.js = new", expect![]);
}

#[test]
fn to_ignore_something_is_a_change_too() {
    let ignore = r#"frontage.toml = [apps.shop]\nignore = ["/packages/ui/docs"]"#;
    let site = "shop*: ui \n ui! \n packages/ui/docs/a.json = a";
    check(site, ignore, expect!["shop: `packages/ui/docs/a.json` changed (no longer read), needed through ui"]);
    check(
        &format!("{site} \n {ignore}"),
        "- frontage.toml",
        expect!["shop: `packages/ui/docs/a.json` changed (read now), needed through ui"],
    );
    check(
        &site.replace("ui!", "ui"),
        ignore,
        expect!["shop: `packages/ui/docs/a.json` changed (no longer read), needed through ui"],
    );
}

#[test]
fn a_difference_that_only_needs_hold_has_a_reason() {
    let with = |key: &[u8]| {
        let mut inputs = Inputs::default();
        inputs.add_need("packages/ui", &["ui".to_owned()], BuildKey::over(key), &Arc::default());
        inputs
    };
    expect!["`packages/ui` changed (its build stands on others)"]
        .assert_eq(&words(reasons(&with(b"one"), &with(b"other"))));
}

/// Numbers that look random and are the same for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    /// A repository in which anybody may need anybody.
    fn world(&mut self) -> World {
        let names = ["one*", "two*", "a", "b", "c", "d"];
        let mut text = String::new();
        for name in names {
            let built = if !name.ends_with('*') && self.below(2) == 0 { "!" } else { "" };
            let mut needs = String::new();
            for other in names.iter().map(|name| name.trim_end_matches('*')) {
                needs.push_str(&match self.below(8) {
                    0 | 1 => format!("{other} "),
                    2 => format!("~{other} "),
                    _ => String::new(),
                });
            }
            text.push_str(&format!("{name}{built}: {needs}\n"));
        }
        text.push_str(&format!("packages/a/a.ts = {}\n tools/a.js = {}\n", self.below(2), self.below(2)));
        if self.below(2) == 0 {
            text.push_str("frontage.toml = [apps.one]\\nignore = [\"/tools\", \"/packages/a\"]\n");
        }
        World::of(&text)
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "a run that fails shows its seed")]
fn every_difference_of_keys_has_a_reason() {
    for seed in 0..200 {
        println!("seed {seed}");
        let mut random = Random(seed);
        compare(&random.world(), &random.world());
    }
}
