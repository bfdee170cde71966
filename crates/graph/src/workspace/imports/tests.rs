//! Tests of aliases: who imports whom without naming it in a manifest.

use std::sync::Arc;

use expect_test::{Expect, expect};

use super::{Modules, quoted};
use crate::git::Snapshot;
use crate::notation::World;
use crate::workspace::Workspace;

/// Which members each app needs.
fn check(text: &str, expected: Expect) {
    let workspace = Workspace::read(World::of(&text.replace('\'', "\"")).snapshot()).expect("it can be read");
    let needs = workspace.apps.values().map(|app| {
        let closure = workspace.closure(&app.path, true);
        let names: String = closure.iter().map(|(path, _)| format!(" {path}")).collect();
        format!("{}:{names}", app.name)
    });
    expected.assert_eq(&needs.collect::<Vec<_>>().join("\n"));
}

const SITE: &str = "
    shop*
    blog*
    ui
    tokens
    alone
    tsconfig.base.json = {'compilerOptions': {'paths': {'@x/ui': ['packages/ui/index.ts'], '@x/*': ['./packages/*/index.ts'], '@/*': ['src/*'],}}} // ours
    packages/ui/tsconfig.lib.json = {'extends': '../../tsconfig.base'}
    packages/ui/index.ts = export * from '@x/tokens';
";

#[test]
fn what_is_imported_by_an_alias_is_needed_with_all_that_it_imports() {
    let shop = "apps/shop/tsconfig.json = {'extends': ['@tsconfig/strict', '../../tsconfig.base.json']}";
    check(
        &format!("{SITE} \n {shop} \n apps/shop/a.tsx = import {{ a }} from '@x/ui'; import '@/b';"),
        expect![[r#"
            blog:
            shop: packages/ui packages/tokens"#]],
    );
    check(
        &format!("{SITE} \n {shop} \n apps/shop/a.d.ts = import '@x/ui' \n apps/shop/b.ts = '@x/nobody' '@x/shop'"),
        expect![[r#"
            blog:
            shop:"#]],
    );
}

#[test]
fn the_nearest_configuration_holds() {
    check(
        "shop* \n ui \n tokens
        tsconfig.json = {'compilerOptions': {'baseUrl': './packages', 'paths': {'ui/*': ['ui/*']}}}
        apps/shop/a.ts = require('ui/button')",
        expect!["shop: packages/ui"],
    );
    check(
        "shop* \n ui \n tokens
        tsconfig.json = {'compilerOptions': {'paths': {'ui': ['packages/ui']}}}
        apps/shop/tsconfig.json = {'extends': '../../tsconfig.json', 'compilerOptions': {'paths': {'ui': ['../../packages/tokens/']}}}
        apps/shop/a.vue = import('ui')",
        expect!["shop: packages/tokens"],
    );
}

#[test]
fn a_base_is_inherited_and_all_files_of_a_folder_count() {
    check(
        "shop* \n ui \n tokens
        tsconfig.base.json = {'compilerOptions': {'baseUrl': '.'}}
        apps/shop/tsconfig.json = {'extends': '../../tsconfig.base.json', 'compilerOptions': {'paths': {'@x/ui': ['packages/ui/index.ts']}}}
        apps/shop/tsconfig.test.json = {'compilerOptions': {'baseUrl': '../..', 'paths': {'@x/ui': ['packages\\\\tokens']}}}
        apps/shop/a.ts = '@x/ui'",
        expect!["shop: packages/tokens packages/ui"],
    );
    check(
        "shop* \n ui \n tokens
        tsconfig.json = {'compilerOptions': {'paths': {'@x/*': ['packages/tokens/index.ts'], '@x/u*': ['packages/u*']}}}
        apps/shop/tsconfig.eslint.json = {}
        apps/shop/a.ts = '@x/ui' '@x/env'",
        expect!["shop: packages/tokens packages/ui"],
    );
    check(
        "shop* \n ui
        tsconfig.json = {'compilerOptions': {'paths': {'ui': ['packages/ui']}}}
        apps/shop/tsconfig.json = {'extends': '../../tsconfig.json', 'compilerOptions': {'paths': {}}}
        apps/shop/a.ts = 'ui'",
        expect!["shop:"],
    );
}

#[test]
fn what_is_imported_is_not_built_but_what_it_needs_is() {
    let site = "
        shop*
        ui!: icons
        icons!
        b!
        a!: b
        one
        two
        tsconfig.json = {'compilerOptions': {'paths': {'@x/*': ['packages/*/src']}}}
        apps/shop/a.ts = '@x/ui' '@x/one'
        packages/b/src/b.test.ts = '@x/a'
        packages/one/index.ts = '@x/two'
        packages/two/index.ts = '@x/one'
    ";
    let workspace = Workspace::read(World::of(&site.replace('\'', "\"")).snapshot()).expect("it can be read");
    assert!(workspace.warnings.is_empty(), "circles of imports are nobody's business: {:?}", workspace.warnings);
    let position = |name: &str| workspace.build_position(&format!("packages/{name}").parse().unwrap());
    assert!(position("b") < position("a"), "a manifest decides, whatever a test imports");
    let built = workspace.built_for(&"apps/shop".parse().unwrap());
    assert_eq!(built.iter().map(ToString::to_string).collect::<Vec<_>>(), ["packages/icons"]);
    assert!(position("icons") < workspace.build_position(&"apps/shop".parse().unwrap()));
}

#[test]
fn strange_configuration_leads_nowhere() {
    let many = ["'./tsconfig.json'"; 30].join(",");
    check(
        &format!("shop* \n tsconfig.json = {{'extends': [{many}]}} \n apps/shop/a.ts = import 'ui'"),
        expect!["shop:"],
    );
    let deep = format!("shop* \n tsconfig.json = {{'compilerOptions': {}", "[".repeat(90_000));
    check(&deep, expect!["shop:"]);
    check(
        "shop* \n ui
        tsconfig.json = {'extends': './tsconfig.json'}
        apps/shop/tsconfig.json = {'extends': '../../tsconfig.json'}
        apps/shop/a.ts = import 'ui'",
        expect!["shop:"],
    );
    check(
        "shop* \n ui
        tsconfig.json = {'compilerOptions': {'paths': {'ui': ['../../../packages/ui'], '*': ['packages/*'], 'x': 1, '': ['packages/ui']}}}
        apps/shop/a.ts = import 'ui'; import 'x'; import ''",
        expect!["shop:"],
    );
}

#[test]
fn names_are_found_in_quotes_of_one_line() {
    // What lies between two texts is taken for one as well, and is no module's name.
    let found = |text| quoted(text).map(|(_, name)| name.to_owned()).collect::<Vec<_>>();
    assert_eq!(found("import a from 'a'\nimport(\"b\")\n`c`"), ["a", "b", "c"]);
    assert_eq!(found("'a', 'b'"), ["a", ", ", "b"]);
    assert_eq!(found("'a\nb' ''"), [" "]);
}

#[test]
fn what_is_imported_by_a_path_is_needed() {
    let site = "
        shop*
        ui
        tokens
        alone
        apps/shop/image/package.json = {'name': 'image'}
        package.json = {'workspaces': ['apps/*', 'packages/*', 'apps/shop/image']}
        apps/shop/image/size.ts = export
        apps/shop/src/page.mdx = import x from '../../../packages/ui/index.ts?raw'
        apps/shop/src/a.tsx = import { size } from '../image/size'; // and '../../../packages/alone/index'
        apps/shop/src/a.css = @import '../../../packages/tokens/index.ts';
        apps/shop/src/b.ts = import '../../../packages/alone/nothing'; import '../src/a'; require('../../../../../out')
    ";
    check(site, expect!["shop: apps/shop/image packages/tokens packages/ui"]);
}

#[test]
fn folders_outside_the_root_are_imported_from() {
    let files = [
        ("ui/package.json", r#"{"name": "ui", "scripts": {"build": "vite build"}}"#),
        ("ui/package-lock.json", r#"{"lockfileVersion": 3, "packages": {"": {"name": "ui"}}}"#),
        ("ui/index.html", "<p>"),
        (
            "ui/tsconfig.json",
            r#"{"compilerOptions": {"paths": {"@words/*": ["../words/*"], "@server/*": ["../server/*"]}}}"#,
        ),
        ("ui/a.ts", "import '@words/en.yaml';"),
        ("words/en.yaml", "a: b"),
        ("server/main.go", "package main"),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), ("100644", text.as_bytes().to_vec())));
    let workspace = Workspace::read(Snapshot::in_memory(&files.into_iter().collect())).expect("it can be read");
    let ui = "ui".parse().unwrap();
    assert!(workspace.does_import(&ui, "words/en.yaml"));
    assert!(!workspace.does_import(&ui, "server/main.go"));
}

#[test]
fn a_content_that_was_seen_in_another_commit_is_not_read_again() {
    let modules = Modules::default();
    let of = |path: &str, text: &str| {
        let files = [(path.to_owned(), ("100644", text.as_bytes().to_vec()))];
        Snapshot::in_memory(&files.into_iter().collect())
    };
    let names = |snapshot: &Snapshot, path| {
        let names = modules.names(snapshot, &[path]).unwrap().remove(path);
        names.iter().flat_map(|names| names.iter()).map(|name| name.text.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names(&of("a.ts", "import 'x'; import 'x'; say('two words')"), "a.ts"), ["x"]);
    assert_eq!(names(&of("a.ts", "import 'y'"), "a.ts"), ["y"]);
    let first = of("b.ts", "import 'x'; import 'x'; say('two words')");
    let object = &first.files["b.ts"].object;
    assert!(modules.lock().contains_key(object));
    modules.lock().insert(object.clone(), Arc::new([]));
    assert!(names(&first, "b.ts").is_empty());
}
