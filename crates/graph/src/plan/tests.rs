//! Tests of plans: which tasks an app's build is made of, in which order, and what each is shown, needs and runs.

use expect_test::{Expect, expect};
use model::{Environmental, TaskKind};

use super::{Planned, WantedToolchain, build_variables};
use crate::notation::{World, plans, problems};

fn planned(text: &str, app: &str) -> Planned {
    let workspace = World::of(text).workspace().map_err(problems).unwrap();
    plans(&workspace).remove(app).unwrap()
}

/// Every app's tasks in order, each with the packages whose outputs are laid under it, nearest first.
fn check_order(text: &str, expected: Expect) {
    let workspace = World::of(text).workspace().map_err(problems).unwrap();
    let mut lines: Vec<String> = workspace.warnings.iter().map(|warning| format!("warning: {warning}")).collect();
    for planned in plans(&workspace).values() {
        let name = |key| planned.tasks.iter().find(|task| &task.key == key).map(|task| task.package.clone());
        let tasks = planned.tasks.iter().map(|task| {
            let needs: Vec<String> = task.needs.iter().filter_map(name).collect();
            let kind = if task.kind == TaskKind::Package { "" } else { "*" };
            format!("{}{kind}({})", task.package, needs.join(" "))
        });
        lines.push(tasks.collect::<Vec<_>>().join(" "));
    }
    expected.assert_eq(&lines.join("\n"));
}

/// The files that an app's tasks are shown.
fn check_shown(text: &str, app: &str, expected: Expect) {
    let planned = planned(text, app);
    let tasks = planned.tasks.iter().map(|task| {
        let shown: Vec<&str> = task.shown.iter().map(|file| file.path.as_str()).collect();
        format!("{}: {}", task.package, shown.join(" "))
    });
    expected.assert_eq(&tasks.collect::<Vec<_>>().join("\n"));
}

/// The commands that an app's tasks run.
fn check_steps(text: &str, app: &str, expected: Expect) {
    let planned = planned(text, app);
    let steps = planned.tasks.iter().flat_map(|task| &task.steps);
    let lines = steps.map(|step| format!("{} in `{}`: {}", step.name, step.folder, step.command));
    expected.assert_eq(&lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn packages_are_built_before_those_that_need_them() {
    check_order("shop*", expect!["shop*()"]);
    check_order("shop*: ui \n ui", expect!["shop*()"]);
    check_order("shop*: ui \n ui!: tokens \n tokens!", expect!["tokens() ui(tokens) shop*(ui tokens)"]);
    check_order("shop*: a b \n a!: b \n b!", expect!["b() a(b) shop*(a b)"]);
    check_order("shop*: a b \n a! \n b!: a", expect!["a() b(a) shop*(a b)"]);
    check_order("shop*: a \n a: b \n b!: c \n c: d \n d!", expect!["d() b(d) shop*(b d)"]);
    check_order("shop*: a z \n a!: m \n m!: z \n z!: b \n b!", expect!["b() z(b) m(z b) a(m z b) shop*(a z m b)"]);
    check_order(
        "shop*: ~kit \n blog*: kit \n kit!: ~gen \n gen!",
        expect![[r#"
        gen() kit(gen) blog*(kit gen)
        gen() kit(gen) shop*(kit gen)"#]],
    );
    check_order(
        "shop*: ui \n blog*: shop \n ui!",
        expect![[r#"
        ui() shop(ui) blog*(shop ui)
        ui() shop*(ui)"#]],
    );
}

#[test]
fn a_circle_is_warned_of_and_cut_in_one_place() {
    check_order(
        "shop*: a \n a!: b \n b!: a",
        expect![[r#"
        warning: packages/a/package.json: packages need each other in a circle: `a`, `b`; they are built in this order, each without the output of those after it
        a() b(a) shop*(a b)"#]],
    );
    check_order(
        "shop*: b \n a!: b \n b!: a",
        expect![[r#"
        warning: packages/a/package.json: packages need each other in a circle: `a`, `b`; they are built in this order, each without the output of those after it
        a() b(a) shop*(b a)"#]],
    );
    check_order(
        "shop*: a \n a: b \n b: a",
        expect![[r#"
        warning: packages/a/package.json: packages need each other in a circle: `a`, `b`
        shop*()"#]],
    );
    check_order(
        "shop*: a \n a!: b x \n b!: c \n c!: a \n x!",
        expect![[r#"
        warning: packages/a/package.json: packages need each other in a circle: `a`, `b`, `c`; they are built in this order, each without the output of those after it
        x() a(x) b(a x) c(a b x) shop*(a b x c)"#]],
    );
    check_order(
        "shop*: ui \n ui!: shop",
        expect![[r#"
        warning: packages/ui/package.json: packages need each other in a circle: `ui`, `shop`; they are built in this order, each without the output of those after it
        ui() shop*(ui)"#]],
    );
    check_order(
        "one*: other \n other*: one",
        expect![[r#"
        warning: apps/one/package.json: packages need each other in a circle: `one`, `other`; they are built in this order, each without the output of those after it
        one() other(one) one*(other)
        one() other*(one)"#]],
    );
    check_order(
        "shop*: a \n a!: ~test \n test!: a",
        expect![[r#"
        warning: packages/a/package.json: packages need each other in a circle: `a`, `test`; they are built in this order, each without the output of those after it
        a() test(a) shop*(a test)"#]],
    );
    check_order("shop*: shop a \n a!: a", expect!["a() shop*(a)"]);
}

#[test]
fn a_circle_elsewhere_changes_no_key() {
    let site = "shop*: ui \n ui!: tokens \n tokens!";
    let circle = format!("{site} \n a!: b ui \n b!: a");
    assert_eq!(planned(site, "shop").key, planned(&circle, "shop").key);
}

#[test]
fn a_long_chain_needs_no_deep_stack() {
    let chain = |built: &str, length: u32| {
        let links = (0..length).map(|number| format!("p{number}{built}: p{}", number + 1));
        format!("shop*: p0 \n p{length}{built} \n {}", links.collect::<Vec<_>>().join("\n"))
    };
    assert_eq!(planned(&chain("!", 100), "shop").tasks.len(), 102);
    assert_eq!(planned(&chain("", 3000), "shop").tasks.len(), 1);
}

#[test]
fn what_a_task_is_shown() {
    let site = "
        shop*: ui react
        blog*
        ui!: tokens
        tokens
        alone
        #react 1.0.0
        apps/shop/deep/a.test.ts = t
        apps/shop/README.md = content
        apps/tsconfig.json = {}
        README.md = words
        docs/guide.md = words
        tools/README.md = may be read
        tools/a.js = a
        .npmrc = a
        frontage.toml = [apps.shop]\\nignore = [\"deep\"]
    ";
    check_shown(
        site,
        "shop",
        expect![[r#"
            ui: .npmrc package-lock.json package.json packages/tokens/index.ts packages/tokens/package.json packages/ui/index.ts packages/ui/package.json
            shop: .npmrc apps/shop/index.ts apps/shop/package.json apps/tsconfig.json package-lock.json package.json packages/tokens/index.ts packages/tokens/package.json packages/ui/index.ts packages/ui/package.json"#]],
    );
    check_shown(
        site,
        "blog",
        expect![
            "blog: .npmrc apps/blog/index.ts apps/blog/package.json apps/tsconfig.json package-lock.json package.json"
        ],
    );
}

#[test]
fn what_outputs_ask_for_is_shown() {
    let site = r#"
        shop*: ui
        ui: tokens theme
        tokens: words
        theme
        words
        alone
        #vite 6.0.0
        apps/shop/package.json = {"name": "shop", "dependencies": {"ui": "*"}, "devDependencies": {"vite": "*"}, "scripts": {"build": "vite build"}}
        apps/shop/index.ts = import { button } from 'ui'; button()
        apps/shop/index.html = <script type="module" src="/index.ts"></script>
        packages/ui/package.json = {"name": "ui", "type": "module", "main": "dist/index.js", "dependencies": {"tokens": "*", "theme": "*"}, "scripts": {"build": "BUILD"}}
        packages/ui/index.ts = export {}
        packages/ui/src/index.ts = import { round } from 'tokens'; import '../button.css'; import { dark } from 'theme'; export const button = () => round(dark)
        packages/ui/button.css = a {}
        packages/ui/src/index.test.ts = import { light } from 'theme/unused'
        packages/tokens/package.json = {"name": "tokens", "main": "dist/index.js", "dependencies": {"words": "*"}, "scripts": {"build": "tsc"}}
        packages/tokens/index.ts = export {}
        packages/tokens/src/index.ts = import { one } from 'words'; export const round = (a) => one + a
        packages/theme/index.ts = export { dark } from './dark'
        packages/theme/dark.ts = export const dark = 1
        packages/theme/unused.ts = export const light = 1
        packages/words/index.ts = export const one = 1
    "#;
    // Whether outputs are followed to their sources or count whole.
    for build in ["tsc", "made-by-hand"] {
        check_shown(
            &site.replace("BUILD", build),
            "shop",
            expect![[r#"
                tokens: package-lock.json package.json packages/tokens/index.ts packages/tokens/package.json packages/tokens/src/index.ts packages/words/index.ts packages/words/package.json
                ui: package-lock.json package.json packages/theme/dark.ts packages/theme/index.ts packages/theme/package.json packages/theme/unused.ts packages/tokens/package.json packages/ui/button.css packages/ui/index.ts packages/ui/package.json packages/ui/src/index.test.ts packages/ui/src/index.ts packages/words/index.ts packages/words/package.json
                shop: apps/shop/index.html apps/shop/index.ts apps/shop/package.json package-lock.json package.json packages/theme/dark.ts packages/theme/index.ts packages/theme/package.json packages/tokens/package.json packages/ui/button.css packages/ui/package.json packages/words/index.ts packages/words/package.json"#]],
        );
    }
}

#[test]
fn what_is_imported_without_being_named_is_shown_and_not_built() {
    let site = "
        shop*
        ui!: icons
        icons!
        alone
        tsconfig.json = {'compilerOptions': {'paths': {'@x/*': ['packages/*/index.ts']}}}
        apps/shop/a.ts = import '@x/ui';
    ";
    check_shown(
        &site.replace('\'', "\""),
        "shop",
        expect![[r#"
        icons: package.json packages/icons/index.ts packages/icons/package.json tsconfig.json
        shop: apps/shop/a.ts apps/shop/index.ts apps/shop/package.json package.json packages/icons/index.ts packages/icons/package.json packages/ui/index.ts packages/ui/package.json tsconfig.json"#]],
    );
}

#[test]
fn a_member_inside_another() {
    let site = r#"
        shop*
        package.json = {"workspaces": ["apps/**"]}
        apps/shop/plugins/one/package.json = {"name": "one"}
        apps/shop/plugins/one/a.ts = a
        apps/shop/plugins/a.ts = a
        apps/shop-two/package.json = {"name": "two"}
    "#;
    check_shown(
        site,
        "shop",
        expect!["shop: apps/shop/index.ts apps/shop/package.json apps/shop/plugins/a.ts package.json"],
    );
}

#[test]
fn a_folder_with_characters_of_globs() {
    let site = r#"
        apps/[x]*{y}/package.json = {"name": "x", "scripts": {"build": "b", "start": "s"}, "frontage": {"ignore": ["a.ts"]}}
        apps/[x]*{y}/a.ts = ignored
        apps/[x]*{y}/b.ts = shown
    "#;
    check_shown(site, "x-y", expect!["x: apps/[x]*{y}/b.ts apps/[x]*{y}/package.json package.json"]);
}

#[test]
fn steps() {
    check_steps(
        "shop*: ui \n ui!",
        "shop",
        expect![[r#"
        build in `packages/ui`: tsc
        build in `apps/shop`: vite build"#]],
    );
    check_steps(
        r#"
        shop*: ui
        package.json = {"workspaces": ["apps/*", "packages/*"], "scripts": {"prepare": "husky", "build": "all"}}
        packages/ui/package.json = {"name": "ui", "scripts": {"prebuild": "clean", "build": "tsc", "postinstall": "gen"}}
        "#,
        "shop",
        expect![[r#"
            prepare in ``: husky
            postinstall in `packages/ui`: gen
            build in `packages/ui`: ( clean ) && ( tsc )
            prepare in ``: husky
            build in `apps/shop`: vite build"#]],
    );
    check_steps(
        "shop* \n frontage.toml = [apps.shop]\\nbuild = \"make\"",
        "shop",
        expect!["build in `apps/shop`: make"],
    );
}

#[test]
fn what_an_image_holds() {
    let site = r#"
        shop*: ui react ~kit ~vite
        ui: clsx
        kit: lodash
        #react 1.0.0: scheduler
        #scheduler 1.0.0
        #clsx 1.0.0
        #packages/ui/node_modules/clsx 2.0.0
        #lodash 1.0.0
        #vite 1.0.0
    "#;
    let planned = planned(site, "shop");
    let TaskKind::App { packages, wanted, .. } = &planned.tasks.last().unwrap().kind else { panic!() };
    expect![[r#"
        [RepoPath("packages/kit"), RepoPath("packages/ui")]
        {RepoPath(""): [], RepoPath("apps/shop"): ["react", "ui"], RepoPath("packages/ui"): ["clsx"]}"#]]
    .assert_eq(&format!("{packages:?}\n{wanted:?}"));
}

#[test]
fn the_install_layer() {
    let site = "shop*: react \n #react 1.0.0 \n .npmrc = a=1 \n patches/react.patch = p \n apps/shop/a.ts = a";
    let install = |text: &str| planned(text, "shop").tasks.pop().unwrap().install;
    let layer = install(site).unwrap();
    let files: Vec<&str> = layer.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(files, [".npmrc", "package-lock.json", "patches/react.patch"]);
    assert_eq!(install(&format!("{site} \n apps/shop/a.ts = other")).unwrap().key, layer.key);
    assert_ne!(install(&format!("{site} \n #react 1.1.0")).unwrap().key, layer.key);
    assert_ne!(install(&format!("{site} \n .npmrc = a=2")).unwrap().key, layer.key);
    assert_eq!(install("shop*"), None);
}

#[test]
fn variables_for_each_kind_of_environment() {
    let workspace = World::of("shop*").workspace().unwrap();
    let mut app = workspace.apps.into_values().next().unwrap();
    let same = |value: &str| Environmental::Same(value.to_owned());
    let per_kind = Environmental::PerKind { production: Some("p".to_owned()), preview: None };
    app.env = [("VITE_A", same("a")), ("SECRET", same("s")), ("FLAVOUR", per_kind.clone()), ("VITE_B", per_kind)]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
    app.build_env = vec!["FLAVOUR".to_owned(), "UNSET".to_owned()];
    let given = |environment: &str| {
        let variables = build_variables(&app, &environment.parse().unwrap());
        variables.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(given("production"), "FLAVOUR=p VITE_A=a VITE_B=p");
    assert_eq!(given("feat-x"), "VITE_A=a");
}

fn check_wanted(files: &str, expected: Expect) {
    let workspace = World::of(&format!("shop* \n {files}")).workspace().unwrap();
    let root = workspace.roots.values().next().unwrap();
    let WantedToolchain { node, manager, manager_version } = WantedToolchain::of(&workspace, root);
    let said = |said: Option<(String, String)>| {
        said.map_or_else(|| "any".to_owned(), |(version, file)| format!("{version} by {file}"))
    };
    expected.assert_eq(&format!("Node.js {}, {manager} {}", said(node), said(manager_version)));
}

#[test]
fn the_toolchain_that_is_asked_for() {
    check_wanted("", expect!["Node.js any, npm any"]);
    check_wanted(".nvmrc = v20.1.0\n", expect!["Node.js 20.1.0 by .nvmrc, npm any"]);
    check_wanted(
        ".nvmrc = # the long-term one\\nlts/jod\\n \n .node-version = 18",
        expect!["Node.js lts/jod by .nvmrc, npm any"],
    );
    check_wanted(".node-version = 18.1", expect!["Node.js 18.1 by .node-version, npm any"]);
    check_wanted(".nvmrc = \\n \n .node-version = 18.1", expect!["Node.js 18.1 by .node-version, npm any"]);
    check_wanted(
        r#"package.json = {"workspaces": ["apps/*"], "engines": {"node": ">=20"}, "packageManager": "npm@11.1.0+sha512.abc"}"#,
        expect!["Node.js >=20 by package.json, npm 11.1.0+sha512.abc by package.json"],
    );
    check_wanted(
        r#"package.json = {"workspaces": ["apps/*"], "engines": [1], "packageManager": 7}"#,
        expect!["Node.js any, npm any"],
    );
}
