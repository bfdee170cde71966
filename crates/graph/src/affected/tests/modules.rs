//! Cases of modules: a change to one file, and which apps it affects. What must be built has its reason; an empty
//! expectation is an app that must not be built.

use expect_test::{Expect, expect};

use super::{check, compare};
use crate::notation::World;

/// `shop` is built by Vite and takes a button from a package without side effects; `desk` is the same and checks types.
const SITE: &str = r#"
    shop*: ui
    desk*: ui
    ui
    apps/shop/index.ts = import { Button } from 'ui'; createServer(Button)
    apps/desk/index.ts = import { Button } from 'ui'; createServer(Button)
    apps/desk/package.json = {"name": "desk", "dependencies": {"ui": "*"}, "scripts": {"build": "tsc && vite build", "start": "node a.js"}}
    packages/ui/package.json = {"name": "ui", "sideEffects": ["*.css", "./src/polyfill.ts"], "exports": {".": "./src/index.ts", "./theme.css": "./theme.css", "./*": {"types": "./types/*.d.ts", "default": "./src/*.ts"}}}
    packages/ui/src/index.ts = import './polyfill'; export * from './button'; export { Icon } from './icon'; export * as all from './all'; export type { Props } from './props'
    packages/ui/src/button.ts = import { join } from './join'; import type { Props } from './props'; export const Button = join; const later = () => import('./later'); export const Unused = 1
    packages/ui/src/join.ts = export const join = 1
    packages/ui/src/later.ts = export default 1
    packages/ui/src/icon.ts = import './glyphs'; export const Icon = 1
    packages/ui/src/glyphs.ts = export const glyphs = 1
    packages/ui/src/all.ts = export const one = 1
    packages/ui/src/props.ts = export interface Props { a: 1 }
    packages/ui/src/polyfill.ts = globalThis.x = 1
    packages/ui/src/alone.ts = export const alone = 1
    packages/ui/src/button.test.ts = import './alone'
    packages/ui/theme.css = @import './reset.css'; a { background: url(./a.svg) }
    packages/ui/reset.css = a {}
    packages/ui/a.svg = <svg/>
    packages/ui/b.svg = <svg/>
    packages/ui/types/alone.d.ts = declare const x: 1
    tools/names.ts = export const names = 1
"#;

/// The same where `shop` is written anew.
fn with(shop: &str) -> String {
    format!("{SITE} \n apps/shop/index.ts = {shop}; createServer(shop)")
}

#[test]
fn a_relative_name_means_what_lies_beside_each_file_that_has_it() {
    let site = |name: &str, text: &str| {
        format!(
            "shop*: ui \n ui \n packages/ui/index.ts = import './a/{name}'; import './b/{name}'
            packages/ui/a/{name} = {text} \n packages/ui/b/{name} = {text}
            packages/ui/a/y.css = a \n packages/ui/b/y.css = b
            packages/ui/a/y.ts = export const y = 1 \n packages/ui/b/y.ts = export const y = 2"
        )
    };
    for (name, text, asked) in [
        ("x.ts", "import './y'", "y.ts"),
        ("x.ts", "import 'url:./y.css'", "y.css"),
        ("x.ts", "import y from '!!raw-loader!./y.css'", "y.css"),
        ("x.css", "@import './y.css';", "y.css"),
        ("x.css", "@import 'y.css';", "y.css"),
    ] {
        let expected = format!("shop: `packages/ui/b/{asked}` changed, needed through ui");
        let site = site(name, text);
        assert_eq!(
            compare(&World::of(&site), &World::of(&format!("{site} \n packages/ui/b/{asked} = changed"))),
            expected
        );
    }
}

#[test]
fn a_barrel_is_read_through_where_nothing_has_side_effects() {
    let both = |path: &str, expected: Expect| {
        check(SITE, &format!("packages/ui/src/{path} = export const changed = 2"), expected)
    };
    both(
        "button.ts",
        expect![[r#"
            desk: `packages/ui/src/button.ts` changed, needed through ui
            desk: `packages/ui/src/join.ts` changed (no longer read), needed through ui
            desk: `packages/ui/src/later.ts` changed (no longer read), needed through ui
            shop: `packages/ui/src/button.ts` changed (no longer read), needed through ui
            shop: `packages/ui/src/join.ts` changed (no longer read), needed through ui
            shop: `packages/ui/src/later.ts` changed (no longer read), needed through ui"#]],
    );
    both(
        "join.ts",
        expect![[r#"
        desk: `packages/ui/src/join.ts` changed, needed through ui
        shop: `packages/ui/src/join.ts` changed, needed through ui"#]],
    );
    both(
        "polyfill.ts",
        expect![[r#"
        desk: `packages/ui/src/polyfill.ts` changed, needed through ui
        shop: `packages/ui/src/polyfill.ts` changed, needed through ui"#]],
    );
    both(
        "index.ts",
        expect![[r#"
            desk: `packages/ui/src/all.ts` changed (no longer read), needed through ui
            desk: `packages/ui/src/button.ts` changed (no longer read), needed through ui
            desk: `packages/ui/src/glyphs.ts` changed (no longer read), needed through ui
            desk: `packages/ui/src/icon.ts` changed (no longer read), needed through ui
            desk: `packages/ui/src/index.ts` changed, needed through ui
            desk: `packages/ui/src/join.ts` changed (no longer read), needed through ui
            desk: `packages/ui/src/later.ts` changed (no longer read), needed through ui
            desk: `packages/ui/src/polyfill.ts` changed (no longer read), needed through ui
            desk: `packages/ui/src/props.ts` changed (no longer read), needed through ui
            shop: `packages/ui/src/button.ts` changed (no longer read), needed through ui
            shop: `packages/ui/src/index.ts` changed, needed through ui
            shop: `packages/ui/src/join.ts` changed (no longer read), needed through ui
            shop: `packages/ui/src/later.ts` changed (no longer read), needed through ui
            shop: `packages/ui/src/polyfill.ts` changed (no longer read), needed through ui"#]],
    );
    both("alone.ts", expect![]);
    both("button.test.ts", expect![]);
    both(
        "later.ts",
        expect![[r#"
        desk: `packages/ui/src/later.ts` changed, needed through ui
        shop: `packages/ui/src/later.ts` changed, needed through ui"#]],
    );
    // Of what nobody uses only the names count, unless types are checked.
    check(
        SITE,
        "packages/ui/src/icon.ts = import './glyphs'; export const Icon = 2",
        expect!["desk: `packages/ui/src/icon.ts` changed, needed through ui"],
    );
    check(
        SITE,
        "packages/ui/src/icon.ts = import './glyphs'; export const Icon = 1, Other = 1",
        expect!["desk: `packages/ui/src/icon.ts` changed, needed through ui"],
    );
    check(
        SITE,
        "packages/ui/src/glyphs.ts = export const glyphs = 2",
        expect!["desk: `packages/ui/src/glyphs.ts` changed, needed through ui"],
    );
    check(
        SITE,
        "packages/ui/src/all.ts = export const one = 2",
        expect!["desk: `packages/ui/src/all.ts` changed, needed through ui"],
    );
    check(
        SITE,
        "packages/ui/src/props.ts = export interface Props { a: 2 }",
        expect!["desk: `packages/ui/src/props.ts` changed, needed through ui"],
    );
}

#[test]
fn what_is_imported_decides() {
    // Where `shop` is written so, does another icon reach it? It does reach `desk`, which checks types.
    let icon = |shop: &str, expected: Expect| {
        check(&with(shop), "packages/ui/src/icon.ts = export const Icon = 2", expected);
    };
    let both = || {
        expect![[r#"
            desk: `packages/ui/src/glyphs.ts` changed (no longer read), needed through ui
            desk: `packages/ui/src/icon.ts` changed, needed through ui
            shop: `packages/ui/src/icon.ts` changed, needed through ui"#]]
    };
    let one = || {
        expect![[r#"
            desk: `packages/ui/src/glyphs.ts` changed (no longer read), needed through ui
            desk: `packages/ui/src/icon.ts` changed, needed through ui"#]]
    };
    icon("import { Icon } from 'ui'; Icon()", both());
    icon("import * as ui from 'ui'; use(ui)", both());
    icon("import * as ui from 'ui'; ui.Icon()", both());
    icon("import * as ui from 'ui'; export { ui }", both());
    icon("const ui = require('ui')", both());
    icon("import { createRequire } from 'node:module'; createRequire(import.meta.url)('ui')[name]()", both());
    icon("import module from 'node:module'; module.createRequire(import.meta.url)('ui')[name]()", both());
    icon("import('ui')", both());
    icon("export * from 'ui'", both());
    icon("import type { Icon } from 'ui'", one());
    icon("import { Icon } from 'ui'; let x: Icon", one());
    icon("import { Missing } from 'ui'; Missing()", one());
    let glyphs = |shop: &str, expected: Expect| {
        check(&with(shop), "packages/ui/src/glyphs.ts = export const glyphs = 2", expected);
    };
    let of_desk = || expect!["desk: `packages/ui/src/glyphs.ts` changed, needed through ui"];
    glyphs("import { Icon } from 'ui'; Icon()", of_desk());
    glyphs("import * as ui from 'ui'; ui.Icon()", of_desk());
    glyphs("import { Icon } from 'ui/icon'; Icon()", of_desk());
    let join = |shop: &str, expected: Expect| {
        check(&with(shop), "packages/ui/src/join.ts = export const join = 2", expected);
    };
    let of_desk = || expect!["desk: `packages/ui/src/join.ts` changed, needed through ui"];
    join("import { Icon } from 'ui'; Icon()", of_desk());
    join("import { Icon } from 'ui/icon'; Icon()", of_desk());
    join(
        "import * as ui from 'ui'; import join = ui.join; ui.Icon(join)",
        expect![[r#"
            desk: `packages/ui/src/join.ts` changed, needed through ui
            shop: `packages/ui/src/join.ts` changed, needed through ui"#]],
    );
    check(
        &with("import { all } from 'ui'; all()"),
        "packages/ui/src/all.ts = export const one = 2",
        expect![[r#"
            desk: `packages/ui/src/all.ts` changed, needed through ui
            shop: `packages/ui/src/all.ts` changed, needed through ui"#]],
    );
}

#[test]
fn with_side_effects_all_that_is_imported_counts() {
    let site = SITE.replace(r#""sideEffects": ["*.css", "./src/polyfill.ts"], "#, "");
    check(
        &site,
        "packages/ui/src/icon.ts = export const Icon = 2",
        expect![[r#"
            desk: `packages/ui/src/glyphs.ts` changed (no longer read), needed through ui
            desk: `packages/ui/src/icon.ts` changed, needed through ui
            shop: `packages/ui/src/glyphs.ts` changed (no longer read), needed through ui
            shop: `packages/ui/src/icon.ts` changed, needed through ui"#]],
    );
    check(
        &site,
        "packages/ui/src/glyphs.ts = export const glyphs = 2",
        expect![[r#"
        desk: `packages/ui/src/glyphs.ts` changed, needed through ui
        shop: `packages/ui/src/glyphs.ts` changed, needed through ui"#]],
    );
    check(&site, "packages/ui/src/alone.ts = export const alone = 2", expect![]);
    check(
        &site,
        "packages/ui/src/props.ts = export interface Props { a: 2 }",
        expect!["desk: `packages/ui/src/props.ts` changed, needed through ui"],
    );
    let module = SITE.replace("export const glyphs = 1", "module.exports = 1");
    check(
        &module,
        "packages/ui/src/glyphs.ts = module.exports = 2",
        expect![[r#"
        desk: `packages/ui/src/glyphs.ts` changed, needed through ui
        shop: `packages/ui/src/glyphs.ts` changed, needed through ui"#]],
    );
}

#[test]
fn styles_and_images_are_followed() {
    let site = with("import 'ui/theme.css'");
    check(
        &site,
        "packages/ui/theme.css = b {}",
        expect![[r#"
            shop: `packages/ui/a.svg` changed (no longer read), needed through ui
            shop: `packages/ui/reset.css` changed (no longer read), needed through ui
            shop: `packages/ui/theme.css` changed, needed through ui"#]],
    );
    check(&site, "packages/ui/reset.css = b {}", expect!["shop: `packages/ui/reset.css` changed, needed through ui"]);
    check(&site, "packages/ui/a.svg = <svg></svg>", expect!["shop: `packages/ui/a.svg` changed, needed through ui"]);
    check(&site, "packages/ui/b.svg = <svg></svg>", expect![]);
    check(SITE, "packages/ui/a.svg = <svg></svg>", expect![]);
    check(
        SITE,
        "packages/ui/words.json = {}",
        expect![[r#"
            desk: `packages/ui/words.json` changed (read now), needed through ui
            shop: `packages/ui/words.json` changed (read now), needed through ui"#]],
    );
    check(
        SITE,
        "packages/ui/types/alone.d.ts = declare const x: 2",
        expect![[r#"
        desk: `packages/ui/types/alone.d.ts` changed, needed through ui
        shop: `packages/ui/types/alone.d.ts` changed, needed through ui"#]],
    );
    check(SITE, "packages/ui/README.md = words", expect![]);
    check(SITE, "packages/ui/eslint.config.js = export default []", expect![]);
    check(
        SITE,
        "packages/ui/postcss.config.js = export default {}",
        expect![[r#"
            desk: `packages/ui/postcss.config.js` changed (read now), needed through ui
            shop: `packages/ui/postcss.config.js` changed (read now), needed through ui"#]],
    );
    check(
        SITE,
        "packages/ui/tsup.config.ts = export default {}",
        expect![[r#"
            desk: `packages/ui/tsup.config.ts` changed (read now), needed through ui
            shop: `packages/ui/tsup.config.ts` changed (read now), needed through ui"#]],
    );
}

#[test]
fn paths_and_patterns_are_followed() {
    let far = |text: &str, change: &str, expected: Expect| check(&with(text), change, expected);
    far(
        "new URL('../../packages/ui/src/alone.ts', import.meta.url)",
        "packages/ui/src/alone.ts = 2",
        expect!["shop: `packages/ui/src/alone.ts` changed, needed through ui"],
    );
    far(
        "import.meta.glob('../../packages/ui/src/*.ts')",
        "packages/ui/src/alone.ts = 2",
        expect!["shop: `packages/ui/src/alone.ts` changed, needed through ui"],
    );
    far(
        "import.meta.glob('../../packages/ui/src/*.ts')",
        "packages/ui/src/new.ts = 2",
        expect!["shop: `packages/ui/src/new.ts` changed (read now), needed through ui"],
    );
    far(
        "import(`../../packages/ui/src/${name}.ts`)",
        "packages/ui/src/alone.ts = 2",
        expect!["shop: `packages/ui/src/alone.ts` changed, needed through ui"],
    );
    far(
        "import '../../tools/names'",
        "tools/names.ts = export const names = 2",
        expect!["shop: `tools/names.ts` changed"],
    );
    far(
        "read(import.meta.resolve('ui'))",
        "packages/ui/src/join.ts = 2",
        expect![[r#"
        desk: `packages/ui/src/join.ts` changed, needed through ui
        shop: `packages/ui/src/join.ts` changed, needed through ui"#]],
    );
    far(
        "read(find('ui/theme.css'))",
        "packages/ui/a.svg = 2",
        expect!["shop: `packages/ui/a.svg` changed, needed through ui"],
    );
    far("say('ui')", "packages/ui/src/alone.ts = 2", expect![]);
    far("link(`../${name}`)", "packages/ui/src/alone.ts = 2", expect![]);
    far("link(`../${name}`)", "apps/desk/a.ts = 2", expect!["desk: `apps/desk/a.ts` changed (added)"]);
    far("read('../..')", "packages/ui/src/alone.ts = 2", expect![]);
    check(SITE, "tools/names.ts = export const names = 2", expect![]);
    let config = format!(
        "{SITE} \n apps/shop/tailwind.config.js = export default {{ content: ['../../packages/ui/src/**/*.ts'] }}"
    );
    check(
        &config,
        "packages/ui/src/alone.ts = 2",
        expect!["shop: `packages/ui/src/alone.ts` changed, needed through ui"],
    );
    let config = format!("{SITE} \n apps/shop/vite.config.ts = const x = resolve('node_modules/ui/src')");
    check(
        &config,
        "packages/ui/src/alone.ts = 2",
        expect![
            "shop: `packages/ui/src/alone.ts` may matter (`apps/shop/vite.config.ts` names where it is installed), needed through ui"
        ],
    );
}

#[test]
fn what_cannot_be_told_widens_to_the_package() {
    let change = "packages/ui/src/alone.ts = export const alone = 2";
    check(
        &format!("{SITE} \n packages/ui/src/join.ts = export const join = import(name)"),
        change,
        expect![[r#"
            desk: `packages/ui/src/alone.ts` may matter (`packages/ui/src/join.ts` imports what is only known when it runs), needed through ui
            shop: `packages/ui/src/alone.ts` may matter (`packages/ui/src/join.ts` imports what is only known when it runs), needed through ui"#]],
    );
    check(
        &format!("{SITE} \n packages/ui/src/join.ts = export {{ join }} from './generated'"),
        change,
        expect![[r#"
            desk: `packages/ui/src/alone.ts` may matter (`packages/ui/src/join.ts` imports `./generated`, which is nowhere in the commit), needed through ui
            shop: `packages/ui/src/alone.ts` may matter (`packages/ui/src/join.ts` imports `./generated`, which is nowhere in the commit), needed through ui"#]],
    );
    check(
        &format!("{SITE} \n packages/ui/src/join.ts = import '@/unknown'; export const join = 1"),
        change,
        expect![[r#"
            desk: `packages/ui/src/alone.ts` may matter (`packages/ui/src/join.ts` imports `@/unknown`, which is nowhere in the commit), needed through ui
            shop: `packages/ui/src/alone.ts` may matter (`packages/ui/src/join.ts` imports `@/unknown`, which is nowhere in the commit), needed through ui"#]],
    );
    check(
        &format!("{SITE} \n packages/ui/src/join.ts = const = broken; import './alone'"),
        change,
        expect![[r#"
        desk: `packages/ui/src/alone.ts` changed, needed through ui
        shop: `packages/ui/src/alone.ts` changed, needed through ui"#]],
    );
    // All of the app itself counts anyway, and a server finds what the app asks for.
    check(
        &with("import(name)"),
        change,
        expect![
            "shop: `packages/ui/src/alone.ts` may matter (`apps/shop/index.ts` imports what is only known when it runs), needed through ui"
        ],
    );
    // A test is no part of it.
    check(
        &format!("{SITE} \n packages/ui/src/join.ts = export const join = import(name)"),
        "packages/ui/src/button.test.ts = changed",
        expect![],
    );
}

#[test]
fn a_server_finds_what_its_packages_ask_for() {
    let change = "packages/a/index.ts = changed";
    let site = |load: &str| {
        format!(
            "shop*: registry \n registry: a \n a \n b \n packages/registry/index.ts = export const load = (name) => {load}"
        )
    };
    let open = "`packages/registry/index.ts` imports what is only known when it runs";
    let reason = format!("shop: `packages/a/index.ts` may matter ({open}), needed through a → registry");
    for load in ["import(name)", "require(name)", "require(folder + name)"] {
        assert_eq!(compare(&World::of(&site(load)), &World::of(&site(load)).with(change)), reason, "{load}");
    }
    check(&site("name"), change, expect![]);
    check(&site("import(name)"), "packages/b/index.ts = nobody asks for it", expect![]);
    // What bundlers put together for browsers holds none of it.
    let page = "apps/shop/index.ts = import 'registry' \n apps/shop/index.html = <script src=/index.ts></script> \n";
    let page = format!(
        r#"{page} apps/shop/package.json = {{"name": "shop", "dependencies": {{"registry": "*"}}, "scripts": {{"build": "vite build"}}}}"#
    );
    check(&format!("{} \n {page}", site("import(name)")), change, expect![]);
    // A name of which the beginning is known.
    let scoped = r#"
        shop*
        a
        apps/shop/package.json = {"name": "shop", "dependencies": {"@acme/a": "*"}, "scripts": {"build": "vite build", "start": "node server.js"}}
        packages/a/package.json = {"name": "@acme/a"}
        apps/shop/index.ts = createServer((name) => require('@acme/' + name + '/index'))
    "#;
    check(
        scoped,
        change,
        expect![
            "shop: `packages/a/index.ts` may matter (`apps/shop/index.ts` imports `@acme/*`, which is nowhere in the commit), needed through @acme/a"
        ],
    );
}

#[test]
fn a_manifest_between_says_whether_a_module_has_side_effects() {
    let site = r#"
        shop*: ui
        ui
        apps/shop/index.ts = import { a } from 'ui'; createServer(a)
        packages/ui/package.json = {"name": "ui", "sideEffects": false, "main": "esm/index.js"}
        packages/ui/esm/index.js = import './setup.js'; export const a = 1
        packages/ui/esm/setup.js = globalThis.a = 1; export {}
    "#;
    check(site, "packages/ui/esm/setup.js = globalThis.a = 2; export {}", expect![]);
    check(
        &format!("{site} \n packages/ui/esm/package.json = {{\"type\": \"module\"}}"),
        "packages/ui/esm/setup.js = globalThis.a = 2; export {}",
        expect!["shop: `packages/ui/esm/setup.js` changed, needed through ui"],
    );
}

#[test]
fn compilers_configuration_below_a_member_has_names_for_files_as_well() {
    let site = r#"
        shop*
        raw
        other
        apps/shop/client/tsconfig.json = {"compilerOptions": {"paths": {"@raw/*": ["../../../packages/raw/src/*"]}}}
        apps/shop/client/main.ts = import '@raw/a'
        packages/raw/src/a.ts = export const a = 1
    "#;
    check(
        site,
        "packages/raw/src/a.ts = export const a = 2",
        expect!["shop: `packages/raw/src/a.ts` changed, needed through raw"],
    );
    // That of a package inside another is its own.
    let inside = r#"
        package.json = {"workspaces": ["apps/*", "packages/*", "apps/shop/client"]}
        apps/shop/client/package.json = {"name": "client"}
        apps/shop/index.ts = import '@raw/a'; createServer()
    "#;
    check(&format!("{site} \n {inside}"), "packages/raw/src/a.ts = export const a = 2", expect![]);
}

#[test]
fn names_for_files_are_followed() {
    let site = format!(
        "{} \n apps/shop/tsconfig.json = {{\"compilerOptions\": {{\"paths\": {{\"@ui/*\": [\"../../packages/ui/src/*\"]}}}}}}",
        with("import '@ui/alone'")
    );
    check(
        &site,
        "packages/ui/src/alone.ts = 2",
        expect!["shop: `packages/ui/src/alone.ts` changed (read now), needed through ui"],
    );
    check(&site, "packages/ui/src/join.ts = 2", expect!["desk: `packages/ui/src/join.ts` changed, needed through ui"]);
    let own = format!(
        "{SITE} \n packages/ui/tsconfig.json = {{\"compilerOptions\": {{\"baseUrl\": \"./src\"}}}} \n packages/ui/src/join.ts = import 'alone'; export const join = 1"
    );
    check(
        &own,
        "packages/ui/src/alone.ts = 2",
        expect![[r#"
            desk: `packages/ui/src/alone.ts` changed, needed through ui
            shop: `packages/ui/src/alone.ts` changed (read now), needed through ui"#]],
    );
    let by_imports = SITE.replace("\"sideEffects\"", "\"imports\": {\"#a\": \"./src/alone.ts\"}, \"sideEffects\"");
    let by_imports = format!("{by_imports} \n packages/ui/src/join.ts = import '#a'; export const join = 1");
    check(
        &by_imports,
        "packages/ui/src/alone.ts = 2",
        expect![[r#"
            desk: `packages/ui/src/alone.ts` changed, needed through ui
            shop: `packages/ui/src/alone.ts` changed (read now), needed through ui"#]],
    );
    let shared = r#"
        shop*: ~base
        base
        packages/base/tsconfig.json = {}
        apps/shop/tsconfig.json = {"extends": "base/tsconfig.json"}
    "#;
    check(
        shared,
        "packages/base/tsconfig.json = {\"compilerOptions\": {}}",
        expect!["shop: `packages/base/tsconfig.json` changed, needed through base"],
    );
}

#[test]
fn tests_stories_and_documents_count_if_something_imports_them() {
    let site = "shop* \n apps/shop/index.ts = import './a.test'; import text from './README.md?raw'; createServer(1)";
    check(site, "apps/shop/a.test.ts = 2", expect!["shop: `apps/shop/a.test.ts` changed (added)"]);
    check(site, "apps/shop/README.md = words", expect!["shop: `apps/shop/README.md` changed (added)"]);
    check(site, "apps/shop/b.test.ts = 2", expect![]);
    check(site, "apps/shop/a.stories.tsx = 2", expect![]);
    check(site, "apps/shop/test/a.ts = 2", expect![]);
    check(site, "apps/shop/src/test/a.ts = 2", expect!["shop: `apps/shop/src/test/a.ts` changed (added)"]);
    check(site, "apps/shop/pages/a.test.tsx = 2", expect!["shop: `apps/shop/pages/a.test.tsx` changed (added)"]);
    check(site, "apps/shop/.eslintrc.json = {}", expect![]);
    check(site, "apps/shop/vitest.config.ts = 2", expect![]);
    check(site, "apps/shop/docs/a.md = 2", expect!["shop: `apps/shop/docs/a.md` changed (added)"]);
    check(site, ".eslintrc.json = {}", expect![]);
    check(site, "docker-compose.yml = x", expect![]);
    check(site, "bundle-size.json = {}", expect![]);
    check(site, ".browserslistrc = last 2 versions", expect!["shop: `.browserslistrc` changed (added)"]);
    check(site, "apps/api/main.py = of another language", expect![]);
}

#[test]
fn dependencies_count_where_they_are_imported() {
    let site = r#"
        shop*: ui react ~eslint ~prettier
        blog*: ui
        ui: clsx date
        #react 1.0.0
        #clsx 1.0.0
        #date 1.0.0
        #eslint 1.0.0: deep
        #deep 1.0.0
        #prettier 1.0.0
        packages/ui/index.ts = import clsx from 'clsx'; export default clsx
        packages/ui/date.ts = import date from 'date'; export default date
        apps/blog/index.ts = import ui from 'ui'; import 'ui/date'; createServer(ui)
        apps/shop/index.ts = import ui from 'ui'; import 'prettier'; createServer(ui)
    "#;
    check(
        site,
        "#clsx 2.0.0",
        expect![[r#"
        blog: dependency `clsx` changed (1.0.0 → 2.0.0)
        shop: dependency `clsx` changed (1.0.0 → 2.0.0)"#]],
    );
    check(site, "#date 2.0.0", expect!["blog: dependency `date` changed (1.0.0 → 2.0.0)"]);
    check(site, "#react 2.0.0", expect!["shop: dependency `react` changed (1.0.0 → 2.0.0)"]);
    check(site, "#eslint 2.0.0: deep", expect![]);
    check(site, "#deep 2.0.0", expect![]);
    check(site, "#prettier 2.0.0", expect!["shop: dependency `prettier` changed (1.0.0 → 2.0.0)"]);
}

#[test]
fn what_a_command_may_read_counts() {
    let site = |build: &str| {
        format!(
            "shop* \n gen \n packages/gen/package.json = {{\"name\": \"gen\", \"bin\": \"a.js\"}} \n content/a.txt = a \n tools/a.ts = 1 \n apps/shop/package.json = {{\"name\": \"shop\", \"devDependencies\": {{\"gen\": \"*\"}}, \"scripts\": {{\"build\": \"{build}\", \"start\": \"node a.js\"}}}}"
        )
    };
    check(&site("vite build"), "content/a.txt = b", expect![]);
    check(
        &site("./build.sh"),
        "content/a.txt = b",
        expect!["shop: `content/a.txt` may matter (it belongs to no package, so any build may read it)"],
    );
    check(&site("./build.sh"), "tools/a.ts = 2", expect![]);
    check(
        &site("cp -r ../../content public && vite build"),
        "content/a.txt = b",
        expect!["shop: `content/a.txt` changed"],
    );
    check(&site("node ../../tools/a.ts && vite build"), "tools/a.ts = 2", expect!["shop: `tools/a.ts` changed"]);
    check(&site("vite build"), "tools/a.ts = 2", expect![]);
    check(
        &site("gen && vite build"),
        "packages/gen/b.js = new",
        expect![
            "shop: `packages/gen/b.js` may matter (read now; `gen` has a program that a build may run), needed through gen"
        ],
    );
    let without_bin = site("vite build").replace(", \"bin\": \"a.js\"", "").replace("\\\"bin\\\"", "");
    check(&without_bin, "packages/gen/b.js = new", expect![]);
}

#[test]
fn symbolic_links_are_followed() {
    let site = "shop* \n ui \n apps/shop/shared -> ../../packages/ui/src \n apps/shop/one.ts -> ../../packages/ui/one.ts \n packages/ui/src/a.ts = 1 \n packages/ui/one.ts = 1 \n packages/ui/two.ts = 1";
    check(site, "packages/ui/src/a.ts = 2", expect!["shop: `packages/ui/src/a.ts` changed, needed through ui"]);
    check(site, "packages/ui/one.ts = 2", expect!["shop: `packages/ui/one.ts` changed, needed through ui"]);
    check(site, "packages/ui/two.ts = 2", expect![]);
}

#[test]
fn what_a_review_found_missing_counts() {
    let tokens = "shop*: ui \n ui: ~tokens \n tokens \n packages/ui/index.ts = import 'tokens'";
    check(
        tokens,
        "packages/tokens/index.ts = 2",
        expect!["shop: `packages/tokens/index.ts` changed, needed through tokens → ui"],
    );
    let pure = |index: &str, more: &str| {
        format!(
            "shop*: ui \n ui \n packages/ui/package.json = {{\"name\": \"ui\", \"sideEffects\": false}} \n packages/ui/index.ts = {index} \n packages/ui/b/index.ts = export {{ default }} from './b' \n packages/ui/b/b.ts = export default 1 \n apps/shop/index.ts = import {{ B }} from 'ui'; createServer(B) {more}"
        )
    };
    check(
        &pure("import B from './b'; export { B }", ""),
        "packages/ui/b/b.ts = export default 2",
        expect!["shop: `packages/ui/b/b.ts` changed, needed through ui"],
    );
    check(
        &pure("import * as B from './b/b'; export { B }", ""),
        "packages/ui/b/b.ts = export default 2",
        expect!["shop: `packages/ui/b/b.ts` changed, needed through ui"],
    );
    // A server that is run as it is runs all that it imports.
    let served = pure(
        "export { default as B } from './c'; export { default as A } from './b'",
        "\n packages/ui/c.ts = export default 1 \n apps/shop/package.json = {\"name\": \"shop\", \"dependencies\": {\"ui\": \"*\"}, \"scripts\": {\"start\": \"node index.ts\"}}",
    );
    check(
        &served,
        "packages/ui/b/b.ts = export default 2",
        expect!["shop: `packages/ui/b/b.ts` changed, needed through ui"],
    );
}

#[test]
fn tools_find_packages_in_ways_of_their_own() {
    let site = |files: &str| {
        format!(
            "shop*: ui \n ui \n packages/ui/index.ts = 1 \n packages/ui/lib/index.ts = 1 \n packages/ui/lib/a.ts = 1 \n packages/ui/_mixins.scss = a \n packages/ui/a.css = a \n apps/shop/index.ts = createServer(1) \n {files}"
        )
    };
    let alias = site("apps/shop/svelte.config.js = export default { alias: { $ui: '../../packages/ui/lib' } }");
    check(&alias, "packages/ui/lib/a.ts = 2", expect!["shop: `packages/ui/lib/a.ts` changed, needed through ui"]);
    let cwd = site("apps/shop/app/blog/page.tsx = join(process.cwd(), '../../packages/ui/lib')");
    check(&cwd, "packages/ui/lib/a.ts = 2", expect!["shop: `packages/ui/lib/a.ts` changed, needed through ui"]);
    let parts = site("apps/shop/vite.config.ts = resolve(__dirname, '..', '..', 'packages', 'ui', 'lib')");
    check(&parts, "packages/ui/lib/a.ts = 2", expect!["shop: `packages/ui/lib/a.ts` changed, needed through ui"]);
    let from_root = site("apps/shop/vite.config.ts = path.join(root, 'packages', 'ui', 'lib')");
    check(&from_root, "packages/ui/lib/a.ts = 2", expect!["shop: `packages/ui/lib/a.ts` changed, needed through ui"]);
    let words = site("apps/shop/vite.config.ts = choose(root, 'packages', 'ui', 'lib')");
    check(&words, "packages/ui/lib/a.ts = 2", expect![]);
    let behind = site("apps/shop/vite.config.ts = `${__dirname}/../../packages/ui/lib/**`");
    check(&behind, "packages/ui/lib/a.ts = 2", expect!["shop: `packages/ui/lib/a.ts` changed, needed through ui"]);
    let tilde = site("apps/shop/a.scss = @import '~ui/mixins', '~ui/a.css';");
    check(
        &tilde,
        "packages/ui/_mixins.scss = b",
        expect!["shop: `packages/ui/_mixins.scss` changed, needed through ui"],
    );
    check(&tilde, "packages/ui/a.css = b", expect!["shop: `packages/ui/a.css` changed, needed through ui"]);
    let before = site("apps/shop/vite.config.ts = const additionalData = '@use \"ui/mixins\" as *;'");
    check(
        &before,
        "packages/ui/_mixins.scss = b",
        expect!["shop: `packages/ui/_mixins.scss` changed, needed through ui"],
    );
    let manifest = site("apps/shop/tailwind.config.js = require.resolve('ui/package.json')");
    check(
        &manifest,
        "packages/ui/lib/a.ts = 2",
        expect![
            "shop: `packages/ui/lib/a.ts` may matter (`packages/ui/package.json` is asked for, and so perhaps what lies beside it), needed through ui"
        ],
    );
    let version = site("apps/shop/vite.config.js = fs.readFileSync('../../packages/ui/package.json')");
    check(&version, "packages/ui/lib/a.ts = 2", expect![]);
    check(
        &version,
        r#"packages/ui/package.json = {"name": "ui", "version": "2.0.0"}"#,
        expect![[r#"
            shop: `packages/ui/package.json` changed, needed through ui
            shop: `packages/ui/package.json` changed (field `version` added), needed through ui"#]],
    );
    let installed = site("apps/shop/a.ts = import '../../node_modules/ui/lib/a'");
    check(&installed, "packages/ui/lib/a.ts = 2", expect!["shop: `packages/ui/lib/a.ts` changed, needed through ui"]);
    check(&installed, "packages/ui/lib/b.ts = 2", expect![]);
    let unknown = site("apps/shop/a.ts = import '$ui/a'");
    check(
        &unknown,
        "packages/ui/lib/a.ts = 2",
        expect![
            "shop: `packages/ui/lib/a.ts` may matter (`apps/shop/a.ts` imports `$ui/a`, which is nowhere in the commit), needed through ui"
        ],
    );
    let routes = |needs: &str| {
        let manifest = format!(
            r#"apps/shop/package.json = {{"name": "shop", "dependencies": {{"ui": "*", {needs}}}, "scripts": {{"start": "node a.js"}}}}"#
        );
        site(&format!("apps/shop/router.tsx = import {{ routeTree }} from './routeTree.gen' \n {manifest}"))
    };
    check(&routes(r#""@tanstack/router-plugin": "*""#), "packages/ui/lib/a.ts = 2", expect![]);
    check(
        &routes(r#""clsx": "*""#),
        "packages/ui/lib/a.ts = 2",
        expect![
            "shop: `packages/ui/lib/a.ts` may matter (`apps/shop/router.tsx` imports `./routeTree.gen`, which is nowhere in the commit), needed through ui"
        ],
    );
    // Of a package that is not built itself not all counts anyway.
    let of_package = site(
        "packages/ui/index.ts = import './routeTree.gen' \n packages/ui/package.json = {\"name\": \"ui\", \"dependencies\": {\"@tanstack/router-plugin\": \"*\"}} \n apps/shop/a.ts = import 'ui'",
    );
    check(
        &of_package,
        "packages/ui/lib/a.ts = 2",
        expect![
            "shop: `packages/ui/lib/a.ts` may matter (`packages/ui/index.ts` imports `./routeTree.gen`, which is nowhere in the commit), needed through ui"
        ],
    );
    // What is not there may ask for anything that is needed, but not for what only tests import.
    let lacks = |manifest: &str, files: &str| {
        let manifest = format!(
            r#"apps/shop/package.json = {{"name": "shop", {manifest}, "scripts": {{"build": "vite build", "start": "node a.js"}}}}"#
        );
        site(&format!("apps/shop/a.ts = import './made' \n {manifest} \n {files}"))
    };
    let test = "apps/shop/a.test.ts = import 'ui'";
    let told = expect![
        "shop: `packages/ui/lib/a.ts` may matter (`apps/shop/a.ts` imports `./made`, which is nowhere in the commit), needed through ui"
    ];
    check(&lacks(r#""devDependencies": {"ui": "*"}"#, test), "packages/ui/lib/a.ts = 2", expect![]);
    check(&lacks(r#""devDependencies": {"ui": "*"}"#, ""), "packages/ui/lib/a.ts = 2", told);
    let told = expect![
        "shop: `packages/ui/lib/a.ts` may matter (`apps/shop/a.ts` imports `./made`, which is nowhere in the commit), needed through ui"
    ];
    check(&lacks(r#""dependencies": {"ui": "*"}"#, test), "packages/ui/lib/a.ts = 2", told);
    let told = expect![
        "shop: `packages/ui/lib/a.ts` may matter (`apps/shop/a.ts` imports `./made`, which is nowhere in the commit), needed through ui"
    ];
    check(&lacks(r#""dependencies": {"ui": "*"}"#, ""), "packages/ui/lib/a.ts = 2", told);
    let page = site("apps/shop/docs/a.md = import ui from 'ui/lib'");
    check(
        &page,
        "packages/ui/lib/index.ts = 2",
        expect!["shop: `packages/ui/lib/index.ts` changed, needed through ui"],
    );
    let layer = site(
        "packages/ui/nuxt.config.ts = 1 \n apps/shop/nuxt.config.ts = export default { extends: ['../../packages/ui/nuxt.config.ts'] }",
    );
    check(
        &layer,
        "packages/ui/lib/a.ts = 2",
        expect![
            "shop: `packages/ui/lib/a.ts` may matter (`packages/ui/nuxt.config.ts` is asked for, and so perhaps what lies beside it), needed through ui"
        ],
    );
    let route = site("");
    check(
        &route,
        "apps/shop/app/routes/courses.tests.tsx = 2",
        expect!["shop: `apps/shop/app/routes/courses.tests.tsx` changed (added)"],
    );
    check(&route, "apps/shop/spec/openapi.yaml = 2", expect!["shop: `apps/shop/spec/openapi.yaml` changed (added)"]);
}

#[test]
fn each_way_to_a_package_is_enough_by_itself() {
    // The package is reached by another way already, so that nothing widens to it.
    let site = |files: &str| {
        format!(
            "shop*: ui \n ui \n packages/ui/index.ts = 1 \n packages/ui/lib/a.ts = 1 \n packages/ui/a.css = a \n {files}"
        )
    };
    check(
        &site("apps/shop/a.scss = @import '~ui/a.css';"),
        "packages/ui/a.css = b",
        expect!["shop: `packages/ui/a.css` changed, needed through ui"],
    );
    let root = site("apps/shop/vite.config.ts = join(root, 'packages/ui/lib')");
    check(&root, "packages/ui/lib/a.ts = 2", expect!["shop: `packages/ui/lib/a.ts` changed, needed through ui"]);
    check(&site("apps/shop/vite.config.ts = run({ cwd: 'packages/ui' })"), "packages/ui/lib/a.ts = 2", expect![]);
    let output = site("gen! \n apps/shop/a.ts = import '../../packages/gen/dist/a.js'");
    check(
        &output,
        "packages/gen/a.ts = new",
        expect!["shop: `packages/gen/a.ts` changed (read now), needed through gen"],
    );
    let undeclared = site(
        "gen! \n packages/gen/package.json = {\"name\": \"gen\", \"main\": \"dist/a.js\", \"scripts\": {\"build\": \"tsc\"}} \n packages/ui/index.ts = import 'gen'",
    );
    check(
        &undeclared,
        "packages/gen/a.ts = new",
        expect!["shop: `packages/gen/a.ts` changed (read now), needed through gen → ui"],
    );
}

#[test]
fn who_builds_a_package_has_names_for_others() {
    let site = "shop*: ui \n ui \n tokens \n packages/ui/index.ts = import '@x/tokens' \n apps/shop/tsconfig.json = {\"compilerOptions\": {\"paths\": {\"@x/*\": [\"../../packages/*/index.ts\"]}}}";
    check(
        site,
        "packages/tokens/index.ts = 2",
        expect!["shop: `packages/tokens/index.ts` changed, needed through tokens"],
    );
}

#[test]
fn images_of_documents_count() {
    let site = "shop*: content \n content \n packages/content/posts/a.md = ![](./a.png) \n packages/content/posts/a.png = a \n apps/shop/index.ts = import 'content/posts/a.md'; createServer(1)";
    check(
        site,
        "packages/content/posts/a.png = b",
        expect!["shop: `packages/content/posts/a.png` changed, needed through content"],
    );
}

#[test]
fn a_barrel_with_side_effects_keeps_what_it_passes_on() {
    let site = "shop*: ui \n ui \n packages/ui/package.json = {\"name\": \"ui\", \"sideEffects\": [\"index.ts\"]} \n packages/ui/index.ts = export * from './a'; export * from './b' \n packages/ui/a.ts = export const a = 1 \n packages/ui/b.ts = export const b = 1 \n apps/shop/index.ts = import { a } from 'ui'; createServer(a)";
    check(
        site,
        "packages/ui/b.ts = export const b = 2",
        expect!["shop: `packages/ui/b.ts` changed, needed through ui"],
    );
    // One by one.
    let by_name = "packages/ui/index.ts = export { a } from './a'; export { b } from './b'";
    check(&format!("{site}\n{by_name}"), "packages/ui/b.ts = export const b = 2", expect![]);
    check(
        &format!("{site}\n{by_name}"),
        "packages/ui/a.ts = export const a = 2",
        expect!["shop: `packages/ui/a.ts` changed, needed through ui"],
    );
    // By bundlers that leave out what is passed on by a star as well.
    let built = |bundler: &str, version: &str| {
        let manifest = format!(
            r#"apps/shop/package.json = {{"name": "shop", "dependencies": {{"ui": "*"}}, "devDependencies": {{"{bundler}": "*"}}, "scripts": {{"build": "{bundler} build"}}}}"#
        );
        let page = r#"apps/shop/index.html = <script type="module" src="/index.ts"></script>"#;
        format!(
            "{site}\n#{bundler} {version}\n{manifest}\n{page}\napps/shop/index.ts = import {{ a }} from 'ui'; use(a)"
        )
    };
    let b = "packages/ui/b.ts = export const b = 2";
    let counts = || expect!["shop: `packages/ui/b.ts` changed, needed through ui"];
    check(&built("vite", "7.1.0"), b, expect![]);
    check(&built("vite", "8.0.0"), b, counts());
    check(&built("parcel", "2.0.0"), b, expect![]);
}

#[test]
fn what_documents_put_in_counts() {
    let with = |document: &str, change: &str, expected: Expect| {
        let site = format!(
            "shop*: ui \n ui \n packages/ui/index.ts = 1 \n packages/ui/a.ts = 1 \n guides/a.md = a \n apps/shop/index.ts = import './docs/a.md'; createServer(1) \n apps/shop/docs/a.md = {document}"
        );
        check(&site, change, expected);
    };
    let code = "packages/ui/a.ts = 2";
    let of_code = || expect!["shop: `packages/ui/a.ts` changed, needed through ui"];
    with("a", code, expect![]);
    with("<<< ../../../packages/ui/a.ts#region{1,2}", code, of_code());
    with("<<< @/../../../packages/ui/a.ts", code, of_code());
    let guide = "guides/a.md = b";
    let of_guide = || expect!["shop: `guides/a.md` changed"];
    with("a", guide, expect![]);
    with("<!--@include: ../../../guides/a.md{1,3}-->", guide, of_guide());
    with("<!-- @include: ../../../guides/a.md-->", guide, of_guide());
    with("![a](../../../guides/a.md)", guide, of_guide());
    with("[a](../../../guides/a.md)", guide, expect![]);
}

#[test]
fn bundlers_for_some_platforms_take_others_instead() {
    let with = |table: &str, imports: &str, expected: Expect| {
        let site = format!(
            r#"
            shop*: ui
            ui
            packages/ui/package.json = {{"name": "ui", "sideEffects": false, {table}}}
            packages/ui/index.ts = {imports}
            packages/ui/server.ts = export const a = 1
            packages/ui/web.ts = export const a = 1
            apps/shop/index.ts = import {{ a }} from "ui"; createServer(a)
            "#
        );
        check(&site, "packages/ui/web.ts = export const a = 2", expected);
    };
    let web = || expect!["shop: `packages/ui/web.ts` changed, needed through ui"];
    let server = "export { a } from './server'";
    with(r#""browser": "./index.ts""#, server, expect![]);
    with(r#""browser": {"./server.js": "./web.js"}"#, server, web());
    with(r#""browser": {"./server.js": false}"#, server, expect![]);
    with(r#""react-native": {"./server": "./web"}"#, server, web());
    with(r#""alias": {"some-server": "../ui/web.ts"}"#, "export { a } from 'some-server'", web());
    with(r#""browser": {"some-server": "./web.ts"}"#, "export { a } from 'some-server'", web());
    with(
        r#""browser": {"other-server": "./web.ts"}"#,
        "export { a } from 'some-server'",
        expect![
            "shop: `packages/ui/web.ts` may matter (`packages/ui/index.ts` imports `some-server`, which is nowhere in the commit), needed through ui"
        ],
    );
    // The package's own names for others.
    with(
        r##""imports": {"#server": {"browser": "./web.ts", "default": "./server.ts"}}"##,
        "export { a } from '#server'",
        web(),
    );
}

#[test]
fn own_names_may_stand_for_other_packages() {
    let site = |imports: &str| {
        format!(
            r##"
            shop*: ui
            ui
            packages/ui/package.json = {{"name": "ui", "sideEffects": false}}
            packages/ui/index.ts = export {{ a }} from "./a"; export {{ b }} from "./b"
            packages/ui/a.ts = export const a = 1
            packages/ui/b.ts = export const b = 1
            apps/shop/package.json = {{"name": "shop", "dependencies": {{"ui": "*"}}, "imports": {imports}, "scripts": {{"build": "vite build", "start": "node a.js"}}}}
            apps/shop/index.ts = import {{ a }} from "#ui"; createServer(a)
            "##
        )
    };
    let own = site(r##"{"#ui": "ui"}"##);
    check(
        &own,
        "packages/ui/a.ts = export const a = 2",
        expect!["shop: `packages/ui/a.ts` changed, needed through ui"],
    );
    check(&own, "packages/ui/b.ts = export const b = 2", expect![]);
}

#[test]
fn of_several_reasons_for_a_doubt_the_first_is_told() {
    let said = |path: &str, name: &str| {
        let because = format!("`{path}` imports `{name}`, which is nowhere in the commit");
        format!("shop: `packages/ui/other.ts` may matter ({because}), needed through ui")
    };
    for imports in ["import './a'; import './z'", "import './z'; import './a'"] {
        let of_package = format!(
            "shop*: ui \n ui \n packages/ui/other.ts = 1 \n packages/ui/index.ts = {imports} \n packages/ui/a.ts = import './one' \n packages/ui/z.ts = import './two'"
        );
        let found = compare(&World::of(&of_package), &World::of(&of_package).with("packages/ui/other.ts = 2"));
        assert_eq!(found, said("packages/ui/a.ts", "./one"), "{imports}");
        let of_app = format!(
            "shop*: ~ui \n ui \n packages/ui/other.ts = 1 \n apps/shop/index.ts = {imports} \n apps/shop/a.ts = import '$one' \n apps/shop/z.ts = import '$two'"
        );
        let found = compare(&World::of(&of_app), &World::of(&of_app).with("packages/ui/other.ts = 2"));
        assert_eq!(found, said("apps/shop/a.ts", "$one"), "{imports}");
    }
}
