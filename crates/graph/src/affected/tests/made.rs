//! Cases of packages whose outputs are imported: which of their sources get into an app that is bundled, and which do not.

use expect_test::{Expect, expect};

use super::check;

/// A shop for browsers that uses a button of a package with a dialog besides; `BUILD` builds the package.
const SITE: &str = r#"
    shop*: ui
    #vite 6.0.0
    ui
    apps/shop/index.ts = export {}
    packages/ui/index.ts = export {}
    apps/shop/package.json = {"name": "shop", "dependencies": {"ui": "*"}, "devDependencies": {"vite": "*"}, "scripts": {"build": "vite build"}}
    apps/shop/index.html = <script type="module" src="/src/main.ts"></script>
    apps/shop/src/main.ts = import { button } from 'ui'; button()
    packages/ui/package.json = {"name": "ui", "type": "module", "sideEffects": false, "exports": {".": "./dist/index.js", "./dialog": "./dist/dialog.js"}, "scripts": {"build": "BUILD"}}
    packages/ui/src/index.ts = export { button } from './button'; export { dialog } from './dialog'; export type { Size } from './types'
    packages/ui/src/button.ts = import { round } from './round'; import type { Size } from './types'; export const button = (size: Size) => round(size)
    packages/ui/src/round.ts = export const round = Math.round
    packages/ui/src/dialog.ts = export const dialog = 1
    packages/ui/src/types.ts = export type Size = number
"#;

/// A package between the shop and the button.
const PANEL: &str = r#"
    panel: ui
    apps/shop/package.json = {"name": "shop", "dependencies": {"panel": "*"}, "devDependencies": {"vite": "*"}, "scripts": {"build": "vite build"}}
    apps/shop/src/main.ts = import { panel } from 'panel'; panel()
"#;

const DIALOG: &str = "packages/ui/src/dialog.ts = export const dialog = 2";
const BUTTON: &str = "packages/ui/src/button.ts = export const button = 2";
const ROUND: &str = "packages/ui/src/round.ts = export const round = Math.floor";
const TYPES: &str = "packages/ui/src/types.ts = export type Size = bigint";

/// A change of the site, whose package is built by a command, with something added.
fn built_by(command: &str, added: &str, change: &str, expected: Expect) {
    check(&format!("{}\n{added}", SITE.replace("BUILD", command)), change, expected);
}

fn config(name: &str, entries: &str) -> String {
    format!("packages/ui/{name}.config.ts = export default {{ entry: [{entries}] }}")
}

#[test]
fn what_nothing_asks_for_does_not_count() {
    let tools = r#"
        testing
        deep
        apps/shop/package.json = {"name": "shop", "dependencies": {"ui": "*"}, "devDependencies": {"vite": "*", "testing": "*"}, "scripts": {"build": "vite build"}}
        apps/shop/cypress/a.ts = import 'testing'
        packages/testing/package.json = {"name": "testing", "main": "dist/a.js", "dependencies": {"deep": "*"}, "scripts": {"build": "tsc"}}
        packages/testing/src/a.ts = import 'deep'
        packages/deep/package.json = {"name": "deep", "main": "dist/a.js", "scripts": {"build": "upload"}}
        packages/deep/src/a.ts = 1
    "#;
    let change = r#"
        packages/testing/src/a.ts = import 'deep'; console.log(2)
        packages/testing/package.json = {"name": "testing", "main": "dist/a.js", "dependencies": {"deep": "*"}, "scripts": {"build": "tsc -b"}}
        packages/deep/src/a.ts = 2
    "#;
    let with = |added: &str, expected: Expect| built_by("tsc", &format!("{tools}\n{added}"), change, expected);
    with("", expect![]);
    with(
        "apps/shop/src/more.ts = import 'testing'",
        expect![[r#"
        shop: `packages/deep/src/a.ts` changed, needed through deep → testing
        shop: `packages/testing/package.json` changed (script `build`), needed through testing
        shop: `packages/testing/src/a.ts` changed, needed through testing"#]],
    );
    with(
        "apps/shop/src/more.ts = import 'deep'",
        expect!["shop: `packages/deep/src/a.ts` changed, needed through deep"],
    );
    with(
        "apps/shop/vite.config.ts = import 'testing'",
        expect![[r#"
        shop: `packages/deep/src/a.ts` changed, needed through deep → testing
        shop: `packages/testing/package.json` changed (script `build`), needed through testing
        shop: `packages/testing/src/a.ts` changed, needed through testing"#]],
    );
    with(
        "packages/ui/src/button.ts = import 'deep'; export const button = 1",
        expect!["shop: `packages/deep/src/a.ts` changed, needed through deep → testing"],
    );
}

#[test]
fn what_is_used_counts() {
    built_by(
        "tsc",
        "",
        BUTTON,
        expect![[r#"
        shop: `packages/ui/src/button.ts` changed, needed through ui
        shop: `packages/ui/src/round.ts` changed (no longer read), needed through ui"#]],
    );
    built_by("tsc", "", ROUND, expect!["shop: `packages/ui/src/round.ts` changed, needed through ui"]);
    built_by("tsc", "", DIALOG, expect![]);
    built_by("tsc", "", TYPES, expect![]);
    built_by("tsc", "", "packages/ui/src/new.ts = export const n = 1", expect![]);
    built_by("rm -rf dist && tsc -p .", "", DIALOG, expect![]);
    // What was not used is now.
    built_by(
        "tsc",
        "",
        "apps/shop/src/main.ts = import { dialog } from 'ui'; dialog()",
        expect![[r#"
            shop: `apps/shop/src/main.ts` changed
            shop: `packages/ui/src/button.ts` changed (no longer read), needed through ui
            shop: `packages/ui/src/dialog.ts` changed (read now), needed through ui
            shop: `packages/ui/src/index.ts` changed (what it exports), needed through ui
            shop: `packages/ui/src/round.ts` changed (no longer read), needed through ui"#]],
    );
    // What it is configured by.
    built_by(
        "tsc",
        r#"packages/ui/tsconfig.json = {"compilerOptions": {"target": "es2020"}}"#,
        r#"packages/ui/tsconfig.json = {"compilerOptions": {"target": "es2022"}}"#,
        expect!["shop: `packages/ui/tsconfig.json` changed, needed through ui"],
    );
}

#[test]
fn modules_that_lie_in_one_file_count_together() {
    // A bundle, out of which side effects of a dialog cannot be told.
    built_by(
        "tsdown",
        &config("tsdown", "'src/index.ts'"),
        DIALOG,
        expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"],
    );
    built_by("tsdown", &config("tsdown", "'src/index.ts'"), TYPES, expect![]);
    built_by("tsdown", "", DIALOG, expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"]);
    built_by("tsup src/index.ts", "", DIALOG, expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"]);
    built_by("tsup src/index.ts", "", TYPES, expect![]);
    // A file of each.
    built_by("tsdown", &config("tsdown", "'src/*.ts'"), DIALOG, expect![]);
    built_by(
        "tsdown",
        &config("tsdown", "'src/*.ts'"),
        BUTTON,
        expect![[r#"
        shop: `packages/ui/src/button.ts` changed, needed through ui
        shop: `packages/ui/src/round.ts` changed (no longer read), needed through ui"#]],
    );
    // A file of each, and one of all.
    built_by(
        "tsdown",
        &config("tsdown", "'src/*.ts', 'src/index.ts'"),
        DIALOG,
        expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"],
    );
    // Its files hold what others hold.
    built_by(
        "tsup",
        &config("tsup", "'src/*.ts'"),
        DIALOG,
        expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"],
    );
    // Who cannot leave out a module leaves out none.
    built_by(
        "tsc",
        r#"packages/ui/package.json = {"name": "ui", "exports": "./dist/index.js", "scripts": {"build": "tsc"}}"#,
        DIALOG,
        expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"],
    );
    // What is no ECMAScript module is taken whole.
    built_by(
        "tsc",
        r#"packages/ui/package.json = {"name": "ui", "sideEffects": false, "main": "./dist/index.js", "scripts": {"build": "tsc"}}"#,
        DIALOG,
        expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"],
    );
    built_by(
        "tsc",
        r#"packages/ui/package.json = {"name": "ui", "sideEffects": false, "main": "./dist/cjs/index.js", "module": "./dist/esm/index.js", "scripts": {"build": "tsc"}}"#,
        DIALOG,
        expect![],
    );
    // What shares a file with others decides what that is called.
    let shared = format!(
        "{}\napps/shop/src/main.ts = import {{ dialog }} from 'ui/dialog'; dialog()",
        config("tsup", "'src/index.ts', 'src/dialog.ts'")
    );
    built_by(
        "tsup",
        &shared,
        "packages/ui/src/button.ts = import { round } from './round'; import { dialog } from './dialog'; export const button = dialog(round)",
        expect!["shop: `packages/ui/src/button.ts` changed (what it exports), needed through ui"],
    );
    built_by(
        "tsup",
        &shared,
        "packages/ui/src/button.ts = import { round } from './round'; export const button = () => round(2)",
        expect![],
    );
    // Entries beside each other.
    built_by(
        "tsup",
        &format!("{}\napps/shop/src/main.ts = import 'ui/dialog'", config("tsup", "'src/index.ts', 'src/dialog.ts'")),
        BUTTON,
        expect!["shop: `packages/ui/src/button.ts` changed (no longer read), needed through ui"],
    );
    built_by(
        "tsup",
        &format!(
            "{}\napps/shop/src/main.ts = import {{ dialog }} from 'ui/dialog'",
            config("tsup", "'src/index.ts', 'src/dialog.ts'")
        ),
        DIALOG,
        expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"],
    );
}

#[test]
fn builds_that_are_not_known_count_whole() {
    for command in ["./make.sh", "gulp", "tsc && ./after.sh", "webpack", "tailwindcss -i src/a.css && tsc", "ttsc"] {
        check(
            &SITE.replace("BUILD", command),
            DIALOG,
            expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"],
        );
    }
    // A script may put together what was made.
    built_by(
        "tsc && node after.mjs",
        "packages/ui/after.mjs = go()",
        DIALOG,
        expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"],
    );
    built_by("tsc && node after.mjs", "packages/ui/after.mjs = go()", TYPES, expect![]);
    built_by(
        "node before.mjs && tsc",
        "packages/ui/before.mjs = read('./src/types.ts')",
        TYPES,
        expect!["shop: `packages/ui/src/types.ts` changed, needed through ui"],
    );
    // Configured in the manifest.
    built_by(
        "tsup",
        r#"packages/ui/package.json = {"name": "ui", "sideEffects": false, "exports": "./dist/index.js", "scripts": {"build": "tsup"}, "tsup": {"entry": ["src/index.ts"]}}"#,
        TYPES,
        expect!["shop: `packages/ui/src/types.ts` changed, needed through ui"],
    );
    // An entry that is another file's source.
    built_by(
        "vite build",
        &config("vite", "'src/main.ts'"),
        TYPES,
        expect!["shop: `packages/ui/src/types.ts` changed, needed through ui"],
    );
    built_by("vite build", &config("vite", "'./src/index.ts'"), TYPES, expect![]);
    built_by("rollup -c", "", TYPES, expect!["shop: `packages/ui/src/types.ts` changed, needed through ui"]);
    // One of this name may be called so.
    built_by(
        "tsup",
        &format!(
            "{}\npackages/ui/src/client/index.ts = export const c = 1",
            config("tsup", "'src/index.ts', 'src/client/index.ts'")
        ),
        "packages/ui/src/client/index.ts = export const c = 2",
        expect!["shop: `packages/ui/src/client/index.ts` changed, needed through ui"],
    );
}

#[test]
fn what_its_configuration_reads_counts() {
    let import = "packages/ui/tsdown.config.ts = import { dialog } from './src/dialog'; export default { entry: ['src/*.ts'], define: { dialog } }";
    built_by("tsdown", import, DIALOG, expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"]);
    let banner =
        "packages/ui/tsdown.config.ts = export default { entry: ['src/*.ts'], banner: read('./src/types.ts') }";
    built_by("tsdown", banner, TYPES, expect!["shop: `packages/ui/src/types.ts` changed, needed through ui"]);
    let folder = "packages/ui/tsdown.config.ts = export default { entry: ['src/*.ts'], plugins: [pages('./src/pages')] }\npackages/ui/src/pages/a.ts = export const a = 1";
    built_by(
        "tsdown",
        folder,
        "packages/ui/src/pages/a.ts = export const a = 2",
        expect!["shop: `packages/ui/src/pages/a.ts` changed, needed through ui"],
    );
    let alias =
        "packages/ui/tsdown.config.ts = export default { entry: ['src/*.ts'], alias: { '@': resolve('./src') } }";
    built_by("tsdown", alias, TYPES, expect![]);
    let tests = "packages/ui/vitest.config.ts = export default { setup: './src/dialog.ts' }";
    built_by("tsc", tests, DIALOG, expect![]);
}

#[test]
fn who_takes_more_than_modules_counts_all() {
    // A server finds its packages as they are.
    built_by(
        "tsc",
        "apps/shop/package.json = {\"name\": \"shop\", \"dependencies\": {\"ui\": \"*\"}, \"scripts\": {\"build\": \"vite build\", \"start\": \"node a.js\"}}\n apps/shop/src/main.ts = import { button } from 'ui'; createServer(button)\n- apps/shop/index.html",
        DIALOG,
        expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"],
    );
    // Types are checked.
    built_by(
        "tsc",
        r#"apps/shop/package.json = {"name": "shop", "dependencies": {"ui": "*"}, "devDependencies": {"vite": "*"}, "scripts": {"build": "tsc && vite build"}}"#,
        TYPES,
        expect!["shop: `packages/ui/src/types.ts` changed (its types), needed through ui"],
    );
    built_by(
        "tsc",
        r#"apps/shop/package.json = {"name": "shop", "dependencies": {"ui": "*"}, "devDependencies": {"vite": "*"}, "scripts": {"build": "tsc && vite build"}}"#,
        "packages/ui/src/globals.ts = declare global { interface Window { ui: 1 } }",
        expect!["shop: `packages/ui/src/globals.ts` changed (read now), needed through ui"],
    );
    // What is made is named by its place.
    built_by(
        "tsc",
        "apps/shop/tailwind.config.js = module.exports = { content: ['../../packages/ui/dist/**/*.js'] }",
        DIALOG,
        expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"],
    );
    built_by(
        "tsc",
        "apps/shop/tailwind.config.js = module.exports = { content: ['../../packages/u*/dist/**/*.js'] }",
        DIALOG,
        expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"],
    );
    built_by(
        "tsc",
        "apps/shop/src/a.css = @source '../../../packages/ui/dist';\n apps/shop/src/main.ts = import './a.css'; import { button } from 'ui'; button()",
        DIALOG,
        expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"],
    );
    built_by(
        "tsc",
        "apps/shop/tailwind.config.js = module.exports = { content: ['node_modules/ui/dist/**/*.js'] }",
        DIALOG,
        expect![
            "shop: `packages/ui/src/dialog.ts` may matter (`apps/shop/tailwind.config.js` names where it is installed), needed through ui"
        ],
    );
    built_by(
        "tsc",
        r#"apps/shop/package.json = {"name": "shop", "dependencies": {"ui": "*"}, "devDependencies": {"vite": "*"}, "scripts": {"build": "cp ../../packages/ui/dist/dialog.js public/ && vite build"}}"#,
        DIALOG,
        expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"],
    );
    built_by(
        "tsc",
        "apps/shop/src/a.css = @source '../../../**/*.js';\n apps/shop/src/main.ts = import './a.css'; import { button } from 'ui'; button()",
        DIALOG,
        expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"],
    );
    // It has a program.
    built_by(
        "tsc",
        r#"packages/ui/package.json = {"name": "ui", "bin": "./dist/dialog.js", "sideEffects": false, "exports": "./dist/index.js", "scripts": {"build": "tsc"}}"#,
        DIALOG,
        expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"],
    );
    // Its text is taken.
    built_by(
        "tsc",
        "apps/shop/src/main.ts = import text from 'ui?raw'; say(text)",
        DIALOG,
        expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"],
    );
    built_by(
        "tsc",
        "apps/shop/src/main.ts = import text from 'ui/dialog?raw'; say(text)",
        BUTTON,
        expect!["shop: `packages/ui/src/button.ts` changed, needed through ui"],
    );
    // All of it is taken.
    built_by(
        "tsc",
        "apps/shop/src/main.ts = import * as ui from 'ui'; ui[name]()",
        DIALOG,
        expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"],
    );
    built_by(
        "tsc",
        "apps/shop/src/main.ts = const ui = require('ui')",
        DIALOG,
        expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"],
    );
    // It imports what is only known when it runs.
    built_by(
        "tsc",
        "packages/ui/src/round.ts = export const round = await import(name)",
        DIALOG,
        expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"],
    );
    // What it imports is nowhere.
    built_by(
        "tsc",
        "packages/ui/src/round.ts = export { round } from './generated'",
        DIALOG,
        expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"],
    );
}

#[test]
fn styles_of_what_is_made() {
    // They are put together of all modules.
    built_by(
        "vite build",
        &format!(
            "{}\napps/shop/src/main.ts = import 'ui/style.css'\n{}",
            config("vite", "'./src/index.ts'"),
            r#"packages/ui/package.json = {"name": "ui", "sideEffects": false, "exports": {".": "./dist/index.js", "./style.css": "./dist/style.css"}, "scripts": {"build": "vite build"}}"#
        ),
        DIALOG,
        expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"],
    );
    built_by(
        "tsc",
        "packages/ui/src/round.ts = import './round.css'; export const round = 1\n packages/ui/src/round.css = a {}",
        DIALOG,
        expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"],
    );
    // They are copied.
    let copied = r#"
        packages/ui/package.json = {"name": "ui", "sideEffects": false, "exports": {".": "./dist/index.js", "./styles/a.css": "./dist/styles/a.css"}, "scripts": {"build": "tsc && cp -r src/styles dist/styles"}}
        packages/ui/src/styles/a.css = a {}
        apps/shop/src/main.ts = import 'ui/styles/a.css'; import { button } from 'ui'; button()
    "#;
    built_by("tsc", copied, DIALOG, expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"]);
    built_by(
        "tsc",
        copied,
        "packages/ui/src/styles/a.css = b {}",
        expect!["shop: `packages/ui/src/styles/a.css` changed, needed through ui"],
    );
    // Vue makes something of types.
    built_by(
        "vite build",
        &format!(
            "{}\npackages/ui/src/button.ts = export {{ default as button }} from './Button.vue'\npackages/ui/src/Button.vue = <script setup lang=\"ts\">import type {{ Size }} from './types'; defineProps<Size>()</script>",
            config("vite", "'./src/index.ts'")
        ),
        TYPES,
        expect!["shop: `packages/ui/src/types.ts` changed, needed through ui"],
    );
}

#[test]
fn a_package_that_only_checks_gets_into_nothing() {
    let site = |name: &str| {
        format!(
            r#"
            shop*
            rules
            #vite 6.0.0
            apps/shop/package.json = {{"name": "shop", "devDependencies": {{"{name}": "*", "vite": "*"}}, "scripts": {{"build": "vite build"}}}}
            apps/shop/index.ts = export {{}}
            apps/shop/index.html = <script type="module" src="/main.ts"></script>
            apps/shop/main.ts = go()
            packages/rules/package.json = {{"name": "{name}", "main": "./dist/index.js", "scripts": {{"build": "./make.sh"}}}}
            packages/rules/index.ts = export {{}}
            packages/rules/src/index.ts = export const rule = 1
            "#
        )
    };
    let rule = "packages/rules/src/index.ts = export const rule = 2";
    check(&site("eslint-plugin-acme"), rule, expect![]);
    check(&site("acme-rules"), rule, expect!["shop: `packages/rules/src/index.ts` changed, needed through acme-rules"]);
    let linting = "apps/shop/eslint.config.js = import 'eslint-plugin-acme'";
    check(&format!("{}\n{linting}", site("eslint-plugin-acme")), rule, expect![]);
    let importing = "apps/shop/main.ts = import 'eslint-plugin-acme'";
    check(
        &format!("{}\n{importing}", site("eslint-plugin-acme")),
        rule,
        expect!["shop: `packages/rules/src/index.ts` changed, needed through eslint-plugin-acme"],
    );
}

/// The package stands on tokens, which are built as well.
const TOKENS: &str = r#"
    tokens
    packages/tokens/index.ts = export {}
    packages/tokens/package.json = {"name": "tokens", "type": "module", "sideEffects": false, "exports": "./dist/index.js", "scripts": {"build": "tsc"}}
    packages/tokens/src/index.ts = export { red } from './red'; export { blue } from './blue'
    packages/tokens/src/red.ts = export const red = 1
    packages/tokens/src/blue.ts = export const blue = 1
    packages/ui/src/round.ts = import { red } from 'tokens'; export const round = red
"#;

const RED: &str = "packages/tokens/src/red.ts = export const red = 2";
const BLUE: &str = "packages/tokens/src/blue.ts = export const blue = 2";

/// The manifest of the package, which asks for tokens in a table.
fn asking(table: &str, build: &str) -> String {
    format!(
        r#"packages/ui/package.json = {{"name": "ui", "type": "module", "sideEffects": false, "exports": "./dist/index.js", "{table}": {{"tokens": "*"}}, "scripts": {{"build": "{build}"}}}}"#
    )
}

#[test]
fn packages_behind_packages() {
    let with = |manifest: String| format!("{TOKENS}\n{manifest}");
    built_by(
        "",
        &with(asking("dependencies", "tsc")),
        RED,
        expect!["shop: `packages/tokens/src/red.ts` changed, needed through tokens → ui"],
    );
    built_by("", &with(asking("dependencies", "tsc")), BLUE, expect![]);
    // What is asked for by a module that is not used.
    let unused = "packages/ui/src/dialog.ts = import { blue } from 'tokens'; export const dialog = blue";
    built_by("", &with(format!("{}\n{unused}", asking("dependencies", "tsc"))), BLUE, expect![]);
    // Left outside by a plugin of a bundler that would put it in.
    let vite = |plugin: &str, passed: &str, output: &str| {
        let config = format!(
            "packages/ui/vite.config.ts = import {{ externalizeDeps }} from 'vite-plugin-externalize-deps'; export default {{ plugins: [{plugin}], build: {{ lib: {{ entry: ['./src/index.ts'] }}, rollupOptions: {{ output: {{ {output} }} }} }} }}"
        );
        let added = format!(
            "#vite-plugin-externalize-deps 1.0.0\n{}\n{passed}\n{config}",
            asking("dependencies", "vite build")
        );
        with(
            added.replace("\"scripts\"", "\"devDependencies\": {\"vite-plugin-externalize-deps\": \"*\"}, \"scripts\""),
        )
    };
    let (blue, externals) =
        (|| expect!["shop: `packages/tokens/src/blue.ts` changed, needed through tokens → ui"], "externalizeDeps()");
    built_by(
        "",
        &vite(externals, "", ""),
        RED,
        expect!["shop: `packages/tokens/src/red.ts` changed, needed through tokens → ui"],
    );
    built_by("", &vite(externals, "", ""), BLUE, expect![]);
    let passed = "packages/ui/src/index.ts = export { button } from './button'; export { blue } from 'tokens'";
    built_by("", &vite(externals, passed, ""), BLUE, expect![]);
    built_by("", &vite("externalizeDeps({ except: ['tokens'] })", passed, ""), BLUE, blue());
    let without = vite("", passed, "").replace("'vite-plugin-externalize-deps'", "'vite'");
    built_by("", &without, BLUE, blue());
    // A file of each module.
    let dialog = || expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"];
    built_by("", &vite(externals, "", ""), DIALOG, dialog());
    built_by("", &vite(externals, "", "preserveModules: true"), DIALOG, expect![]);
    built_by("", &vite(externals, "", "preserveModules: false"), DIALOG, dialog());
    // Another output besides, of the same configuration and of another.
    let twice = vite(externals, "", "preserveModules: true")
        .replace("\"vite build\"", "\"vite build && vite build -c vite.all.config.ts\"");
    built_by("", &twice, DIALOG, dialog());
    let other = format!(
        "{}\npackages/ui/vite.all.config.ts = export default {{ build: {{}} }}",
        vite(externals, "", "preserveModules: true")
    );
    built_by("", &other, DIALOG, dialog());
    let two = "[{ entry: ['src/index.ts'], unbundle: true }, { entry: ['src/all.ts'] }]";
    let bundled = |entries: &str| {
        format!(
            "{}\npackages/ui/src/all.ts = export {{}}\npackages/ui/tsdown.config.ts = export default {entries}",
            with(asking("dependencies", "tsdown"))
        )
    };
    built_by("", &bundled(two), DIALOG, dialog());
    built_by("", &bundled("[{ entry: ['src/index.ts'], unbundle: true }]"), DIALOG, expect![]);
    // An option by which dependencies are put in.
    built_by("", &vite("externalizeDeps({ deps: false })", passed, ""), BLUE, blue());
    built_by(
        "",
        &vite(externals, "", "preserveModules: true, format: 'es' }, other: { format: 'umd'"),
        DIALOG,
        dialog(),
    );
    // What its own compiler refers to.
    let refers = r#"packages/ui/tsconfig.json = {"references": [{"path": "../tokens"}]}"#;
    let open = "packages/tokens/tsconfig.json = {}\npackages/tokens/src/open.ts = export const open = (name: string) => import(name)";
    for build in ["tsc", "tsc -b"] {
        let referring = with(format!("{}\n{refers}\n{open}", asking("dependencies", build)));
        built_by("", &referring, BLUE, expect![]);
    }
    // Imported by what is made.
    built_by(
        "",
        &with(asking("dependencies", "tsup src/index.ts")),
        RED,
        expect!["shop: `packages/tokens/src/red.ts` changed, needed through tokens → ui"],
    );
    built_by("", &with(asking("dependencies", "tsup src/index.ts")), BLUE, expect![]);
    // Passed on by what is made: Vite 8 keeps it.
    let passed = "packages/ui/src/index.ts = export { button } from './button'; export * from 'tokens'";
    let outside = with(format!("{}\n{passed}", asking("dependencies", "tsup src/index.ts")));
    built_by("", &outside, BLUE, expect![]);
    built_by(
        "",
        &format!("{outside}\n#vite 8.0.0"),
        BLUE,
        expect!["shop: `packages/tokens/src/blue.ts` changed, needed through tokens → ui"],
    );
    // Put in.
    built_by(
        "",
        &with(format!("{}\n{passed}", asking("devDependencies", "tsup src/index.ts"))),
        BLUE,
        expect!["shop: `packages/tokens/src/blue.ts` changed, needed through tokens → ui"],
    );
    built_by(
        "",
        &with(format!(
            "{}\n{passed}\npackages/ui/tsup.config.ts = export default {{ entry: ['src/index.ts'], noExternal: [/./] }}",
            asking("dependencies", "tsup")
        )),
        BLUE,
        expect!["shop: `packages/tokens/src/blue.ts` changed, needed through tokens → ui"],
    );
    // A file of each entry, of which one holds what is put in.
    let config = |more: &str| format!("packages/ui/tsdown.config.ts = export default {{ entry: ['src/*.ts']{more} }}");
    let apart = |more: &str| format!("{TOKENS}\n{}\n{passed}\n{}", asking("dependencies", "tsdown"), config(more));
    built_by("", &apart(""), BLUE, expect![]);
    built_by(
        "",
        &apart(", noExternal: [/./]"),
        BLUE,
        expect!["shop: `packages/tokens/src/blue.ts` changed, needed through tokens → ui"],
    );
    let put_in = format!("{TOKENS}\n{}\n{passed}\n{}", asking("devDependencies", "tsdown"), config(""));
    built_by("", &put_in, BLUE, expect!["shop: `packages/tokens/src/blue.ts` changed, needed through tokens → ui"]);
    // A package without a build is a part of who imports it.
    let base = "base\npackages/base/index.ts = export const base = 1\npackages/ui/src/round.ts = import { base } from 'base'; export const round = base";
    let unused = "base\npackages/base/index.ts = export const base = 1\npackages/ui/src/dialog.ts = import { base } from 'base'; export const dialog = base";
    let other = "packages/base/index.ts = export const base = 2";
    built_by("tsc", base, other, expect!["shop: `packages/base/index.ts` changed, needed through base → ui"]);
    built_by("tsc", unused, other, expect![]);
    // Its program may be run by the build of the package.
    let run = r#"packages/tokens/package.json = {"name": "tokens", "type": "module", "sideEffects": false, "bin": "./dist/blue.js", "exports": "./dist/index.js", "scripts": {"build": "tsc"}}"#;
    built_by(
        "",
        &with(format!("{}\n{run}", asking("dependencies", "tsc"))),
        BLUE,
        expect!["shop: `packages/tokens/src/blue.ts` changed, needed through tokens → ui"],
    );
    // Read by what configures it.
    let configured = "packages/ui/tsup.config.ts = import { blue } from 'tokens'; export default { entry: ['src/index.ts'], define: { blue } }";
    built_by(
        "",
        &with(format!("{}\n{configured}", asking("dependencies", "tsup"))),
        BLUE,
        expect!["shop: `packages/tokens/src/blue.ts` changed, needed through tokens → ui"],
    );
    // One that is not known reads all that lies under it.
    built_by(
        "",
        &with(asking("dependencies", "./make.sh")),
        BLUE,
        expect!["shop: `packages/tokens/src/blue.ts` changed, needed through tokens → ui"],
    );
}

#[test]
fn barrels_count_by_what_is_asked_of_them() {
    let index = |text: &str| format!("packages/ui/src/index.ts = {text}");
    let same = "export { button } from './button'; export { dialog } from './dialog'; export { round } from './round'";
    built_by("tsc", "", &index(same), expect![]);
    built_by("tsc", "", &index("/* a */ export { button } from './button'"), expect![]);
    built_by(
        "tsc",
        "",
        &index("export { dialog as button } from './dialog'"),
        expect![[r#"
            shop: `packages/ui/src/button.ts` changed (no longer read), needed through ui
            shop: `packages/ui/src/dialog.ts` changed (read now), needed through ui
            shop: `packages/ui/src/index.ts` changed (what it exports), needed through ui
            shop: `packages/ui/src/round.ts` changed (no longer read), needed through ui"#]],
    );
    built_by("tsc", "", &index("export { button } from './button'; export * from './dialog'"), expect![]);
    built_by(
        "tsc",
        "",
        &index("export { button } from './button'; export * from 'react'"),
        expect![[r#"
            shop: `packages/ui/index.ts` changed (as it is written now), needed through ui
            shop: `packages/ui/src/button.ts` changed (as it is written now), needed through ui
            shop: `packages/ui/src/dialog.ts` changed (read now), needed through ui
            shop: `packages/ui/src/index.ts` changed (used now), needed through ui
            shop: `packages/ui/src/round.ts` changed (as it is written now), needed through ui
            shop: `packages/ui/src/types.ts` changed (read now), needed through ui"#]],
    );
    built_by(
        "tsc",
        "",
        &index("'use client'; export { button } from './button'"),
        expect!["shop: `packages/ui/src/index.ts` changed (used now), needed through ui"],
    );
    built_by(
        "tsc",
        "",
        &index("export { button } from './button'; log()"),
        expect!["shop: `packages/ui/src/index.ts` changed (used now), needed through ui"],
    );
    built_by(
        "tsc",
        "",
        &index("import './dialog'; export { button } from './button'"),
        expect!["shop: `packages/ui/src/index.ts` changed (used now), needed through ui"],
    );
    built_by(
        "tsc",
        &index("export { button } from './button'; export * from 'react'"),
        &index(same),
        expect![[r#"
        shop: `packages/ui/index.ts` changed (without its types now), needed through ui
        shop: `packages/ui/src/button.ts` changed (without its types now), needed through ui
        shop: `packages/ui/src/dialog.ts` changed (no longer read), needed through ui
        shop: `packages/ui/src/index.ts` changed (no longer used), needed through ui
        shop: `packages/ui/src/round.ts` changed (without its types now), needed through ui
        shop: `packages/ui/src/types.ts` changed (no longer read), needed through ui"#]],
    );
    // What is not used counts where a build fails by it.
    built_by(
        "tsc",
        "",
        "packages/ui/src/dialog.ts = export const other = 1",
        expect!["shop: `packages/ui/src/dialog.ts` changed (read now), needed through ui"],
    );
    built_by(
        "tsc",
        "",
        "- packages/ui/src/dialog.ts",
        expect![[r#"
            shop: `packages/ui/index.ts` changed (as it is written now), needed through ui
            shop: `packages/ui/src/button.ts` changed (as it is written now), needed through ui
            shop: `packages/ui/src/index.ts` changed (used now), needed through ui
            shop: `packages/ui/src/round.ts` changed (as it is written now), needed through ui
            shop: `packages/ui/src/types.ts` changed (read now), needed through ui"#]],
    );
    built_by("tsc", "", "packages/ui/src/dialog.ts = export const dialog = 1; export const more = 2", expect![]);
    built_by("tsc", "", "packages/ui/src/dialog.ts = export const dialog = 1; export type More = 2", expect![]);
}

/// The manifest of the package with other fields, built by a command.
fn package(fields: &str, build: &str) -> String {
    format!(
        r#"packages/ui/package.json = {{"name": "ui", "sideEffects": false, {fields}, "scripts": {{"build": "{build}"}}}}"#
    )
}

#[test]
fn what_is_no_entry_sets_nothing_apart() {
    let tailwind = "packages/ui/tailwind.config.ts = export default { content: ['./src/**/*.{ts,tsx}'] }";
    built_by("tsdown", tailwind, DIALOG, expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"]);
    let watch = "packages/ui/tsdown.config.ts = export default { watch: ['src/*.ts'] }";
    built_by("tsdown", watch, DIALOG, expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"]);
    let chunks =
        "packages/ui/tsdown.config.ts = export default { entry: ['src/*.ts'], outputOptions: { advancedChunks: {} } }";
    built_by("tsdown", chunks, DIALOG, expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"]);
    // One that is put together may be any.
    let joined =
        "packages/ui/tsdown.config.ts = export default { entry: { index: path.join(__dirname, 'lib', 'main.ts') } }";
    built_by("tsdown", joined, TYPES, expect!["shop: `packages/ui/src/types.ts` changed, needed through ui"]);
    let several = "packages/ui/vite.config.ts = export default { entry: { index: './src/index.ts', ...named(globSync('src/parts/*/index.ts')) } }\npackages/ui/src/parts/a/index.ts = export const a = 1";
    built_by(
        "vite build",
        several,
        "packages/ui/src/parts/a/index.ts = export const a = 2",
        expect!["shop: `packages/ui/src/parts/a/index.ts` changed, needed through ui"],
    );
}

#[test]
fn what_is_there_may_be_made_again() {
    built_by(
        "tsc",
        "packages/ui/dist/index.js = export const button = 0",
        BUTTON,
        expect![[r#"
        shop: `packages/ui/src/button.ts` changed, needed through ui
        shop: `packages/ui/src/round.ts` changed (no longer read), needed through ui"#]],
    );
    built_by(
        "tsc",
        "packages/ui/dist/index.d.ts = export const button: unknown",
        ROUND,
        expect!["shop: `packages/ui/src/round.ts` changed, needed through ui"],
    );
    // Something else is put in its place.
    let renamed =
        package(r#""type": "module", "exports": "./dist/index.js""#, "tsc && cp dist/dialog.js dist/index.js");
    built_by("", &renamed, DIALOG, expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"]);
    // Another source has this name.
    let lib = "packages/ui/lib/parts/a/index.ts = export const a = 1\npackages/ui/src/parts.ts = export const p = 1\napps/shop/src/main.ts = import 'ui/dist/parts/a/index.js'";
    let open = package(r#""type": "module", "main": "./dist/index.js""#, "tsc");
    built_by(
        "",
        &format!("{open}\n{lib}"),
        "packages/ui/lib/parts/a/index.ts = export const a = 2",
        expect!["shop: `packages/ui/lib/parts/a/index.ts` changed, needed through ui"],
    );
}

#[test]
fn modules_are_what_the_manifest_says() {
    // CommonJS by the name of an import.
    let imported = package(r#""exports": {".": {"import": "./dist/index.js", "require": "./dist/index.js"}}"#, "tsc");
    built_by("", &imported, DIALOG, expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"]);
    let cjs = package(r#""type": "module", "exports": {".": "./dist/index.cjs"}"#, "tsc");
    built_by("", &cjs, DIALOG, expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"]);
    let both = package(
        r#""type": "module", "exports": {".": {"import": "./dist/index.js", "require": "./dist/index.cjs"}}"#,
        "tsc",
    );
    built_by("", &both, DIALOG, expect![]);
    // A manifest of its own for what is made, which says nothing of side effects.
    let nested = package(
        r#""type": "module", "exports": "./dist/esm/index.js""#,
        "tsc && cp esm.package.json dist/esm/package.json",
    );
    built_by(
        "",
        &format!("{nested}\npackages/ui/esm.package.json = {{}}"),
        DIALOG,
        expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"],
    );
    // Another file for browsers.
    let browser = package(
        r#""type": "module", "main": "./dist/index.js", "browser": {"./dist/round.js": "./dist/dialog.js"}"#,
        "tsc",
    );
    built_by("", &browser, DIALOG, expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"]);
    built_by("", &package(r#""type": "module", "main": "./dist/index.js", "browser": {}"#, "tsc"), DIALOG, expect![]);
}

#[test]
fn modules_that_are_asked_for_in_other_ways() {
    let by_url = "packages/ui/src/round.ts = export const round = new Worker(new URL('dialog.ts', import.meta.url))";
    built_by("tsc", by_url, DIALOG, expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"]);
    let by_glob = "packages/ui/src/round.ts = export const round = import.meta.glob('/src/di*.ts')";
    built_by("tsc", by_glob, DIALOG, expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"]);
    // Styles are taken out of what is opened.
    let extracted = r#"
        #unocss 1.0.0
        apps/shop/package.json = {"name": "shop", "dependencies": {"ui": "*"}, "devDependencies": {"vite": "*", "unocss": "*"}, "scripts": {"build": "vite build"}}
    "#;
    built_by("tsc", extracted, DIALOG, expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"]);
}

#[test]
fn who_checks_types_counts_what_is_declared() {
    let check_types = |added: &str, change: &str, expected: Expect| {
        let site = SITE.replace("BUILD", "tsc").replace("\"vite build\"", "\"tsc -b && vite build\"");
        check(&format!("{site}\n{added}"), change, expected);
    };
    let dialog = |text: &str| format!("packages/ui/src/dialog.ts = {text}");
    let function = |body: &str| dialog(&format!("export function dialog(size = 1): number {{ {body} }}"));
    check_types(&function("return size"), &function("return size + 1"), expect![]);
    check_types("", ROUND, expect!["shop: `packages/ui/src/round.ts` changed, needed through ui"]);
    check_types("", TYPES, expect!["shop: `packages/ui/src/types.ts` changed (its types), needed through ui"]);
    let changed = |before: &str, after: &str, expected: Expect| check_types(&dialog(before), &dialog(after), expected);
    let types = || expect!["shop: `packages/ui/src/dialog.ts` changed (its types), needed through ui"];
    // What is inferred is inferred from the body.
    changed("export const dialog = () => 1", "export const dialog = () => '1'", types());
    changed("export const dialog = (): number => 1", "export const dialog = (): number => 2", expect![]);
    changed("export const dialog = (): number => 1", "export const dialog = (): bigint => 1n", types());
    changed(
        "export class Dialog { open(): void { go() } size() { return 1 } }",
        "export class Dialog { open(): void { stop() } size() { return 1 } }",
        expect![],
    );
    changed(
        "export class Dialog { open(): void { go() } size() { return 1 } }",
        "export class Dialog { open(): void { go() } size() { return '1' } }",
        types(),
    );
    // What is in a body that counts counts.
    changed(
        "export const dialog = () => { const f = (): number => 1; return f }",
        "export const dialog = () => { const f = (): number => 2; return f }",
        types(),
    );
    // Nobody sees the type of what is private to a class that says all others.
    changed(
        "export class Dialog { #size?: number; open(): void { go() } #go() { return 1 } }",
        "export class Dialog { #size!: number; open(): void { go() } #go() { return '1' } }",
        expect![],
    );
    changed(
        "export class Dialog { #size?: number; open() { return this.#size } }",
        "export class Dialog { #size!: number; open() { return this.#size } }",
        types(),
    );
    changed(
        "export class Dialog { #size = 1; size = this.#size }",
        "export class Dialog { #size = '1'; size = this.#size }",
        types(),
    );
    changed("export class Dialog { #size = 1\\n }", "export class Dialog {\\n }", types());
    // But for that from which a type is inferred.
    let inferred = |size: &str, all: &str| {
        format!(
            "export class Dialog {{ #size{size}; #all{all}; get size() {{ return this.#sized() }} #sized() {{ return this.#size }} }}"
        )
    };
    changed(&inferred(" = 1", "?: 1"), &inferred(" = 1", "!: 1"), expect![]);
    changed(&inferred(" = 1", "?: 1"), &inferred(" = '1'", "?: 1"), types());
    let constructed =
        |all: &str| format!("export class Dialog {{ #all{all}; size; constructor() {{ this.size = this.#all }} }}");
    changed(&constructed(" = 1"), &constructed(" = '1'"), types());
    // A constructor gives fields their types.
    changed(
        "export class Dialog { size; constructor() { this.size = 1 } }",
        "export class Dialog { size; constructor() { this.size = '1' } }",
        types(),
    );
    // What functions assign changes what others return.
    changed(
        "let size: number | string = 1; export function set(): void { size = 2 } export const dialog = () => size",
        "let size: number | string = 1; export function set(): void { size = '' } export const dialog = () => size",
        types(),
    );
    // Comments, but for directives.
    changed("export const dialog = 1", "/* Two. */ export const dialog = 1", expect![]);
    changed("export const dialog = 1", "/** @internal */ export const dialog = 1", types());
    changed("export const dialog = 1", "/// <reference types='node' />\\nexport const dialog = 1", types());
    // Blanks, but for those of a text, which is a type.
    changed("export const dialog = 'a b'", "export  const dialog  = 'a b'", expect![]);
    changed("export const dialog = 'a b'", "export const dialog = 'a  b'", types());
    // What it exports, and what passes that on.
    check_types(
        "",
        "packages/ui/src/index.ts = export { button } from './button'",
        expect!["shop: `packages/ui/src/index.ts` changed (its types), needed through ui"],
    );
    // A package's types are known by JavaScript alone.
    let of_script = "packages/ui/src/dialog.js = export const dialog = 1\npackages/ui/src/index.ts = export { button } from './button'; export { dialog } from './dialog.js'";
    check_types(
        of_script,
        "packages/ui/src/dialog.js = export const dialog = 2",
        expect!["shop: `packages/ui/src/dialog.js` changed, needed through ui"],
    );
    // A script of the package that nobody imports has no types for anybody.
    let script = "packages/ui/scripts/pack.js = pack(1)";
    check_types(script, "packages/ui/scripts/pack.js = pack(2)", expect![]);
    // The sources are checked as well, where they are named or referred to.
    let names = r#"apps/shop/tsconfig.json = {"include": ["src", "../../packages/ui/src"]}"#;
    check_types(
        &format!("{names}\n{}", function("return size")),
        &function("return size + 1"),
        expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"],
    );
    // What compilers of packages extend is another thing.
    let blue = |body: &str| format!("packages/tokens/src/blue.ts = export function blue(): number {{ return {body} }}");
    let extends = r#"packages/tokens/tsconfig.json = {"extends": "../../tsconfig.json"}
        tsconfig.json = {"include": ["**/*.ts"]}"#;
    let tokens = TOKENS.replace(
        r#""exports": "./dist/index.js""#,
        r#""exports": {"source": "./src/index.ts", "default": "./dist/index.js"}"#,
    );
    let behind = format!("{tokens}\n{}\n{extends}", asking("dependencies", "tsc"));
    check_types(&format!("{behind}\n{}", blue("1")), &blue("2"), expect![]);
    let unbuilt = |body: &str| {
        format!(
            "base\npackages/base/index.ts = export const base = (): number => {body}\npackages/ui/src/dialog.ts = import type {{ base }} from 'base'; export const dialog = 1 as ReturnType<typeof base>"
        )
    };
    check_types(
        &unbuilt("1"),
        &unbuilt("2"),
        expect!["shop: `packages/base/index.ts` changed, needed through base → ui"],
    );
    let refers = r#"apps/shop/tsconfig.json = {"references": [{"path": "../../packages/ui"}]}"#;
    check_types(
        &format!("{refers}\n{}", function("return size")),
        &function("return size + 1"),
        expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"],
    );
}

#[test]
fn a_condition_of_the_repository_holds_for_who_is_told_of_it() {
    let with = |build: &str, added: &str, expected: Expect| {
        let package = r#"packages/ui/package.json = {"name": "ui", "type": "module", "sideEffects": false, "exports": {".": {"@acme/source": "./src/index.ts", "types": "./dist/index.d.ts", "default": "./dist/index.js"}}, "scripts": {"build": "tsc"}}"#;
        let site = SITE.replace("\"vite build\"", &format!("\"{build}\""));
        let dialog =
            |body: &str| format!("packages/ui/src/dialog.ts = export function dialog(): number {{ return {body} }}");
        check(&format!("{site}\n{package}\n{added}\n{}", dialog("1")), &dialog("2"), expected);
    };
    let counts = || expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"];
    with("vite build", "", expect![]);
    with("tsc && vite build", "", expect![]);
    // By the configuration of a compiler, or what that extends; by the nearest above.
    let told = |path: &str| format!(r#"{path} = {{"compilerOptions": {{"customConditions": ["@acme/source"]}}}}"#);
    with("tsc && vite build", &told("apps/shop/tsconfig.json"), counts());
    with("tsc && vite build", &told("tsconfig.json"), counts());
    let own = r#"apps/shop/tsconfig.json = {"compilerOptions": {}}"#;
    with("tsc && vite build", &format!("{}\n{own}", told("tsconfig.json")), expect![]);
    let extending = r#"apps/shop/tsconfig.json = {"extends": "../../tsconfig.json"}"#;
    with("tsc && vite build", &format!("{}\n{extending}", told("tsconfig.json")), counts());
    // By what a package has that holds such files, and in doubt by what is nowhere.
    let shared = r#"packages/tsconfig/package.json = {"name": "@acme/tsconfig"}
        packages/tsconfig/base.json = {"compilerOptions": {"customConditions": ["@acme/source"]}}
        apps/shop/tsconfig.json = {"extends": "@acme/tsconfig/base.json"}"#;
    with("tsc && vite build", shared, counts());
    with("tsc && vite build", r#"apps/shop/tsconfig.json = {"extends": "./generated/base.json"}"#, counts());
    with("tsc && vite build", r#"apps/shop/tsconfig.json = {"extends": "@vue/tsconfig/tsconfig.dom.json"}"#, expect![]);
    // By a command, or the configuration of a bundler.
    with("tsc --customConditions @acme/source && vite build", "", counts());
    let config = "apps/shop/vite.config.ts = export default { resolve: { conditions: ['@acme/source'] } }";
    with("tsc && vite build", config, counts());
    // Of what it imports.
    let imported = "apps/shop/vite.config.ts = export { default } from '../../shared'\nshared.ts = export default { resolve: { conditions: ['@acme/source'] } }";
    with("tsc && vite build", imported, counts());
    // Of a package that is built by itself.
    with(
        "tsc && vite build",
        "packages/ui/vitest.config.ts = export default { resolve: { conditions: ['@acme/source'] } }",
        expect![],
    );
    // Another tool may take any that is not of this kind.
    let parcel = r#"packages/ui/package.json = {"name": "ui", "type": "module", "sideEffects": false, "exports": {".": {"source": "./src/index.ts", "default": "./dist/index.js"}}, "scripts": {"build": "tsc"}}"#;
    with("tsc && parcel build", parcel, counts());
}

#[test]
fn bundlers_heed_no_conditions_of_compilers() {
    let with = |added: &str, expected: Expect| {
        let package = r#"packages/ui/package.json = {"name": "ui", "type": "module", "sideEffects": false, "exports": {".": {"@acme/source": "./src/index.ts", "default": "./dist/index.js"}}, "scripts": {"build": "tsc"}}
            tsconfig.json = {"compilerOptions": {"customConditions": ["@acme/source"]}}"#;
        let button = |of: &str| format!("packages/ui/src/button.ts = export const button = (size: {of}) => size");
        built_by("", &format!("{package}\n{added}\n{}", button("1")), &button("2"), expected);
    };
    with("", expect![]);
    // But by plugins that ask compilers, and where it is taken from what configures these.
    let counts = || expect!["shop: `packages/ui/src/button.ts` changed, needed through ui"];
    for plugin in ["@rollup/plugin-typescript", "rollup-plugin-typescript", "rollup-plugin-ts"] {
        let plugin = format!(
            r#"apps/shop/package.json = {{"name": "shop", "dependencies": {{"ui": "*"}}, "devDependencies": {{"vite": "*", "{plugin}": "*"}}, "scripts": {{"build": "vite build"}}}}
            #{plugin} 12.0.0"#
        );
        with(&plugin, counts());
    }
    let taken = "import { compilerOptions } from '../../tsconfig.json'; export default { resolve: { conditions: compilerOptions.customConditions } }";
    with(&format!("apps/shop/vite.config.ts = {taken}"), counts());
    for text in [
        "readFileSync('../../tsconfig.json')",
        "join(root, 'tsconfig.json')",
        "find('tsconfig.json')",
        "load('tsconfig')",
    ] {
        with(&format!("apps/shop/vite.config.ts = const {{ compilerOptions }} = JSON.parse({text})"), counts());
    }
    with("apps/shop/vite.config.ts = const name = 'tsconfig'; export default load(name)", counts());
    with("apps/shop/vite.config.ts = const { compilerOptions } = JSON.parse('{}')", expect![]);
    // Who knows what a package from outside configures.
    with("apps/shop/vite.config.ts = export { default } from 'acme-preset'", counts());
    with("apps/shop/vite.config.ts = export { default } from 'acme-vite-plugin'", expect![]);
}

#[test]
fn entries_are_found_by_the_names_that_they_are_given() {
    let with = |config: &str, change: &str, expected: Expect| {
        let package = r#"packages/ui/package.json = {"name": "ui", "type": "module", "sideEffects": false, "exports": {"development": "./build/dev.js", "default": "./build/index.js"}, "scripts": {"build": "tsdown"}}"#;
        built_by("", &format!("{package}\npackages/ui/tsdown.config.ts = {config}"), change, expected);
    };
    let apart = "packages/ui/src/apart.ts = export const apart = 2";
    let both = "export default [{ entry: { index: 'src/index.ts' } }, { entry: { dev: 'src/index.ts' } }]";
    with(both, apart, expect![]);
    with(both, ROUND, expect!["shop: `packages/ui/src/round.ts` changed, needed through ui"]);
    // Given to a function.
    let by_function = "const of = (entry) => ({ entry, dts: true }); export default [of({ index: 'src/index.ts' }), of({ dev: 'src/index.ts' })]";
    with(by_function, apart, expect![]);
    with(by_function, TYPES, expect![]);
    // Another module of the name of one.
    with(
        "export default { entry: { index: 'src/dialog.ts', dev: 'src/index.ts' } }",
        DIALOG,
        expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"],
    );
    // One of which it is not told what it is made of.
    with(
        "export default { entry: { index: 'src/index.ts' }, plugins: [make('dev')] }",
        TYPES,
        expect!["shop: `packages/ui/src/types.ts` changed, needed through ui"],
    );
}

#[test]
fn what_only_tests_of_a_package_import_counts_for_nobody_who_bundles_it() {
    let package = r#"packages/ui/package.json = {"name": "ui", "type": "module", "sideEffects": false, "exports": "./dist/index.js", "devDependencies": {"@testing-library/dom": "*"}, "scripts": {"build": "BUILD"}}"#;
    let with = |build: &str, at: &str, added: &str, expected: Expect| {
        let base = format!("{}\n#@testing-library/dom 10.0.0\n{added}", package.replace("BUILD", build));
        built_by(
            "",
            &format!("{base}\npackages/ui/{at} = import '@testing-library/dom'"),
            "#@testing-library/dom 10.1.0",
            expected,
        );
    };
    let counts = || expect!["shop: dependency `@testing-library/dom` changed (10.0.0 → 10.1.0)"];
    with("tsc", "src/button.test.ts", "", expect![]);
    with("tsc", "test-setup.ts", "", expect!["shop: dependency `@testing-library/dom` changed (10.0.0 → 10.1.0)"]);
    with("tsdown", "test-setup.ts", "", expect!["shop: dependency `@testing-library/dom` changed (10.0.0 → 10.1.0)"]);
    with("tsc", "src/round.ts", "", counts());
    // Who takes the package as it is takes what prepares its tests.
    let server = r#"apps/shop/package.json = {"name": "shop", "dependencies": {"ui": "*"}, "scripts": {"build": "vite build", "start": "node a.js"}}
        apps/shop/src/main.ts = import { button } from 'ui'; createServer(button)
        - apps/shop/index.html"#;
    with("tsc", "test-setup.ts", server, counts());
}

#[test]
fn what_a_script_of_a_package_reads_of_its_manifest_counts_for_nobody_who_bundles_it() {
    let manifest = |version: &str| {
        format!(
            r#"packages/ui/package.json = {{"name": "ui", "version": "{version}", "type": "module", "sideEffects": false, "exports": "./dist/index.js", "scripts": {{"build": "tsc"}}}}"#
        )
    };
    let with = |added: &str, expected: Expect| {
        built_by("", &format!("{}\n{added}", manifest("1.0.0")), &manifest("1.0.1"), expected);
    };
    with("packages/ui/scripts/pack.js = import manifest from '../package.json'; pack(manifest)", expect![]);
    with("packages/ui/scripts/pack.js = pack(readPackageUpSync())", expect![]);
    with(
        "packages/ui/src/round.ts = import { version } from '../package.json'; export const round = version",
        expect!["shop: `packages/ui/package.json` changed (field `version`), needed through ui"],
    );
    with(
        "packages/ui/src/round.ts = import manifest from '../package.json'; export const round = manifest",
        expect!["shop: `packages/ui/package.json` changed, needed through ui"],
    );
    with(
        "packages/ui/scripts/pack.js = import '@testing-library/dom'\npackages/ui/src/round.ts = export const round = readPackageUpSync()",
        expect!["shop: `packages/ui/package.json` changed (field `version`), needed through ui"],
    );
}

#[test]
fn who_keeps_what_nobody_uses_counts_all() {
    let counts = || expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"];
    let config = |text: &str| format!("apps/shop/vite.config.ts = {text}");
    built_by("tsc", &config("export default { build: { rollupOptions: { treeshake: false } } }"), DIALOG, counts());
    built_by("tsc", &config("export default { build: { rollupOptions: { treeshake: true } } }"), DIALOG, expect![]);
    built_by("tsc", &config("export default { plugins: [new ModuleFederationPlugin({ shared })] }"), DIALOG, counts());
    // Components are imported by rules.
    let found = r#"
        #unplugin-vue-components 1.0.0
        apps/shop/package.json = {"name": "shop", "dependencies": {"ui": "*"}, "devDependencies": {"vite": "*", "unplugin-vue-components": "*"}, "scripts": {"build": "vite build"}}
    "#;
    built_by("tsc", found, DIALOG, counts());
    // What configures the build runs all of it.
    built_by("tsc", &config("import { button } from 'ui'; export default { define: button() }"), DIALOG, counts());
    // What is only called so does not, as Angular has it.
    let named = "apps/shop/src/app.config.ts = import { button } from 'ui'; export const config = button()\napps/shop/src/main.ts = import { config } from './app.config'; config()";
    built_by("tsc", named, DIALOG, expect![]);
    // A script reads it from where it runs.
    let script = "packages/ui/scripts/make.mjs = write('src/made.json', read('src/types.ts'))";
    built_by(
        "node scripts/make.mjs && tsc",
        script,
        TYPES,
        expect!["shop: `packages/ui/src/types.ts` changed, needed through ui"],
    );
}

#[test]
fn of_what_a_package_that_counts_whole_needs_counts_what_it_asks_for() {
    let site = |module: &str, other: &str| {
        format!(
            r#"{PANEL}
            #{other} 3.0.0
            packages/panel/package.json = {{"name": "panel", "type": "module", "exports": {{".": "./dist/index.js"}}, "dependencies": {{"ui": "*", "{other}": "*"}}, "scripts": {{"build": "vite build"}}}}
            packages/panel/vite.config.ts = export default {{ build: {{ lib: {{ entry: 'src/index.ts' }} }} }}
            packages/panel/src/index.ts = export const panel = 1; {module}
            packages/panel/src/other.ts = import {{ round }} from 'ui'; export const other = round
            packages/panel/src/panel.css = a {{}}
            packages/panel/src/Panel.vue = <script setup>import {{ round }} from 'ui'</script>
            packages/ui/src/index.ts = export {{ round }} from './round'; export {{ dialog }} from './dialog'"#
        )
    };
    let styles =
        |change: &str, expected: Expect| built_by("tsc", &site("import './panel.css'", "deep"), change, expected);
    styles(DIALOG, expect![]);
    styles(ROUND, expect!["shop: `packages/ui/src/round.ts` changed, needed through ui → panel"]);
    let other = "packages/panel/src/other.ts = export const other = 1";
    styles(other, expect!["shop: `packages/panel/src/other.ts` changed, needed through panel"]);
    // Vue makes something of types that are not checked, whosever they are.
    let vue = site("import './Panel.vue'", "vue");
    built_by("tsc", &vue, TYPES, expect!["shop: `packages/ui/src/types.ts` changed, needed through ui → panel"]);
    let props = |size: &str| format!("packages/panel/src/props.ts = export type Size = {size}; export const props = 1");
    let vue = format!("{vue}\n{}", props("number"));
    built_by(
        "tsc",
        &vue,
        &props("bigint"),
        expect!["shop: `packages/panel/src/props.ts` changed, needed through panel"],
    );
}

/// The same shop with a server, which a framework has Vite make.
fn kit(name: &str, dependencies: &str) -> String {
    let dependencies: Vec<&str> = dependencies.split(' ').collect();
    let asked: Vec<String> = dependencies.iter().map(|name| format!(r#""{name}": "*""#)).collect();
    let installed: Vec<String> = dependencies.iter().map(|name| format!("#{name} 2.0.0")).collect();
    let [asked, installed] = [asked.join(", "), installed.join("\n")];
    format!(
        r#"{installed}
        apps/shop/package.json = {{"name": "shop", "dependencies": {{"ui": "*"}}, "devDependencies": {{"vite": "*", {asked}}}, "scripts": {{"build": "vite build", "start": "node build"}}}}
        apps/shop/src/routes/page.ts = import {{ button }} from 'ui'; button()
        apps/shop/{name}.config.js = export default {{}}"#
    )
}

#[test]
fn servers_that_vite_makes_hold_what_they_import_of_linked_packages() {
    let whole = || expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"];
    let kits = [
        kit("svelte", "@sveltejs/kit @sveltejs/adapter-node"),
        kit("react-router", "@react-router/dev @react-router/node"),
    ];
    for kit in kits {
        let with =
            |added: &str, change: &str, expected: Expect| built_by("tsc", &format!("{kit}\n{added}"), change, expected);
        with("", DIALOG, expect![]);
        with("", ROUND, expect!["shop: `packages/ui/src/round.ts` changed, needed through ui"]);
        with("apps/shop/src/more.ts = import { dialog } from 'ui'; dialog()", DIALOG, whole());
        with("apps/shop/server.js = import { dialog } from 'ui'; dialog()", DIALOG, whole());
        // It may be told to leave them outside.
        for config in [
            "export default { ssr: { external: ['ui'] } }",
            "export default { resolve: { preserveSymlinks: true } }",
            "import { shared } from '../../shared.js'; export default shared",
            "import { shared } from 'made'; export default shared",
        ] {
            let outside = format!(
                r#"apps/shop/vite.config.js = {config}
                shared.js = export const shared = {{ build: {{ rollupOptions: {{ external: () => true }} }} }}
                packages/made/package.json = {{"name": "made", "type": "module", "main": "dist/a.js", "scripts": {{"build": "tsc"}}}}
                packages/made/src/a.ts = export const shared = {{}}"#
            );
            with(&outside, DIALOG, whole());
        }
        with("apps/shop/vite.config.js = export default { ssr: { noExternal: true } }", DIALOG, expect![]);
    }
    let plugin = kit("svelte", "@sveltejs/kit @sveltejs/adapter-node rollup-plugin-node-externals");
    built_by("tsc", &plugin, DIALOG, whole());
    // Next.js keeps what is marked for clients, used or not.
    let next = kit("next", "next").replace("vite build", "next build").replace("node build", "next start");
    built_by("tsc", &next, DIALOG, whole());
    let unchecked = "apps/shop/next.config.js = module.exports = { typescript: { ignoreBuildErrors: true } }";
    built_by("tsc", &format!("{next}\n{unchecked}"), DIALOG, whole());
    // So may others what a directive places.
    let astro = kit("astro", "astro @astrojs/node").replace("vite build", "astro build");
    let adapter = "apps/shop/astro.config.js = import node from '@astrojs/node'; export default { adapter: node() }";
    let astro = format!("{astro}\n{adapter}");
    built_by("tsc", &astro, DIALOG, expect![]);
    built_by("tsc", &format!("{astro}\npackages/ui/src/a.ts = 'use server'; export const a = 1"), DIALOG, whole());
    built_by("tsc", &format!("{astro}\npackages/ui/src/a.ts = 'use strict'; export const a = 1"), DIALOG, expect![]);
    built_by("tsc", "packages/ui/src/a.ts = 'use server'; export const a = 1", DIALOG, expect![]);
}

#[test]
fn servers_that_run_more_than_what_vite_makes_find_packages_as_they_are() {
    let whole = || expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"];
    let kit = kit("react-router", "@react-router/dev @react-router/node");
    let scripted = |build: &str, start: &str, expected: Expect| {
        let kit =
            kit.replace(r#""vite build""#, &format!("\"{build}\"")).replace(r#""node build""#, &format!("\"{start}\""));
        let server = "apps/shop/server.js = import { button } from 'ui'; import './build/index.js'; button()";
        let loaded = "apps/shop/instrument.mjs = import { button } from 'ui'; button()";
        built_by("tsc", &format!("{kit}\n{server}\n{loaded}"), DIALOG, expected);
    };
    for start in [
        "node build",
        "NODE_ENV=production node --enable-source-maps --env-file=.env build/server.js",
        "react-router-serve ./build/server/index.js",
    ] {
        scripted("react-router build", start, expect![]);
    }
    for start in [
        "node server.js",
        "node ./server",
        "node --import ./instrument.mjs build",
        "node -r ./instrument.mjs build",
        "node --import=ui/register build",
        "NODE_OPTIONS='--import ./instrument.mjs' node build",
    ] {
        scripted("react-router build", start, whole());
    }
    let types = expect!["shop: `packages/ui/src/dialog.ts` changed (its types), needed through ui"];
    let configured = |env: &str| {
        let app = format!(
            "frontage.toml = [apps.shop]\\npath = \"apps/shop\"\\nenv = {{ {env} = \"--import ./instrument.mjs\" }}"
        );
        format!("{kit}\n{app}\napps/shop/instrument.mjs = import {{ button }} from 'ui'; button()")
    };
    built_by("tsc", &configured("NODE_OPTIONS"), DIALOG, whole());
    built_by("tsc", &configured("OPTIONS"), DIALOG, expect![]);
    scripted("react-router typegen && tsc --noEmit && react-router build", "node build", types);
    for build in [
        "react-router build && tsc -p server",
        "react-router build && esbuild server.js --packages=external --outfile=build/main.js",
        "react-router build -c build/server.mjs",
        "vite build --config=build/server.mjs",
    ] {
        scripted(build, "node build", whole());
    }
}

#[test]
fn what_may_leave_packages_outside_is_looked_for_wherever_configuration_is() {
    let whole = || expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"];
    let kit = kit("svelte", "@sveltejs/kit @sveltejs/adapter-node");
    let with = |added: &str, expected: Expect| built_by("tsc", &format!("{kit}\n{added}"), DIALOG, expected);
    let config = |text: &str| format!("apps/shop/vite.config.ts = {text}");
    with(
        &config("import ssr from './ssr.json'; export default { ssr }\napps/shop/ssr.json = {\"external\": [\"ui\"]}"),
        whole(),
    );
    with(&config("export default JSON.parse(readFileSync('./ssr.json'))\napps/shop/ssr.json = {\"ssr\": {}}"), whole());
    with(&config("import { version } from './package.json'; export default { define: { version } }"), expect![]);
    with(
        &config("const config = { resolve: {} }; config.resolve.preserveSymlinks = true; export default config"),
        whole(),
    );
    with(&config("const config = { ssr: {} }; config.ssr['external'] = true; export default config"), whole());
    with(&config("import { config } from '@acme/vite'; export default config"), whole());
    with(&config("export { default } from 'acme-preset'"), whole());
    let typed = "import type { A } from './a'; import { config } from '@acme/vite'; export default config";
    with(&format!("{}\napps/shop/a.ts = export type A = 1", config(typed)), whole());
    with(
        &config(
            "import path from 'path'; import { readFileSync } from 'node:fs'; import { sveltekit } from '@sveltejs/kit/vite'; import paths from 'vite-tsconfig-paths'; import svg from '@acme/vite-plugin-svg'; import { defineConfig } from 'vite'; export default defineConfig({ plugins: [sveltekit()] })",
        ),
        expect![],
    );
    // Past a file that is no module.
    with(
        &config(
            "import './a.svg'; import { more } from './more'; export default more\napps/shop/a.svg = <svg/>\napps/shop/more.ts = export const more = { ssr: { external: true } }",
        ),
        whole(),
    );
    // Copies of members, as if they were installed.
    let injected = r#"apps/shop/package.json = {"name": "shop", "dependencies": {"ui": "*"}, "dependenciesMeta": {"ui": {"injected": INJECTED}}, "devDependencies": {"vite": "*", "@sveltejs/kit": "*", "@sveltejs/adapter-node": "*"}, "scripts": {"build": "vite build", "start": "node build"}}"#;
    with(&injected.replace("INJECTED", "true"), whole());
    with(&injected.replace("INJECTED", "false"), expect![]);
    with(".npmrc = inject-workspace-packages = true", whole());
    with(".npmrc = inject-workspace-packages=false\\nprovenance=true", expect![]);
}

#[test]
fn packages_whose_bundler_keeps_what_nobody_uses_count_whole() {
    let site = |config: &str, tool: &str| {
        format!(
            r#"{PANEL}
            #{tool} 3.0.0
            packages/panel/package.json = {{"name": "panel", "type": "module", "sideEffects": false, "exports": {{".": "./dist/index.js"}}, "devDependencies": {{"ui": "*", "{tool}": "*"}}, "scripts": {{"build": "vite build"}}}}
            packages/panel/vite.config.ts = {config}
            packages/panel/src/index.ts = import {{ button }} from 'ui'; export const panel = () => button
            shared.ts = export const shared = {{ rollupOptions: {{ treeshake: false }} }}
            packages/made/package.json = {{"name": "made", "type": "module", "main": "dist/a.js", "scripts": {{"build": "tsc"}}}}
            packages/made/src/a.ts = export const shared = {{ rollupOptions: {{ treeshake: false }} }}"#
        )
    };
    let with = |config: &str, tool: &str, expected: Expect| built_by("tsc", &site(config, tool), DIALOG, expected);
    let whole = || expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui → panel"];
    with("export default { build: { lib: { entry: 'src/index.ts' } } }", "deep", expect![]);
    with(
        "export default { build: { lib: { entry: 'src/index.ts' }, rollupOptions: { treeshake: false } } }",
        "deep",
        whole(),
    );
    for text in ["treeshake", "treeshake: !1", "treeshake: isFast ? false : true"] {
        let config =
            format!("export default {{ build: {{ lib: {{ entry: 'src/index.ts' }}, rollupOptions: {{ {text} }} }} }}");
        with(&config, "deep", whole());
    }
    with(
        "const config = { build: { lib: { entry: 'src/index.ts' } } }; config.build.treeshake = false; export default config",
        "deep",
        whole(),
    );
    with(
        "export default { build: { lib: { entry: 'src/index.ts' }, rollupOptions: { treeshake: { annotations: true } } } }",
        "deep",
        expect![],
    );
    with(
        "import { shared } from 'made'; export default { build: { lib: { entry: 'src/index.ts' }, ...shared } }",
        "deep",
        whole(),
    );
    with(
        "import { shared } from '../../shared'; export default { build: { lib: { entry: 'src/index.ts' }, ...shared } }",
        "deep",
        whole(),
    );
    with("export default { build: { lib: { entry: 'src/index.ts' } } }", "@stylexjs/rollup-plugin-stylex", whole());
    with("export default { build: { lib: { entry: 'src/index.ts' } } }", "unplugin-auto-import", whole());
}

#[test]
fn what_nitro_makes_is_followed_as_well() {
    let start =
        kit("app", "vinxi @solidjs/start").replace("vite build", "vinxi build").replace("node build", "vinxi start");
    let whole = || expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"];
    built_by("tsc", &start, DIALOG, expect![]);
    built_by("tsc", &start, ROUND, expect!["shop: `packages/ui/src/round.ts` changed, needed through ui"]);
    built_by("tsc", &format!("{start}\npackages/ui/src/a.ts = 'use server'; export const a = 1"), DIALOG, whole());
}

#[test]
fn what_configures_the_build_of_a_followed_package_counts() {
    let others = r#"
        packages/jsx/package.json = {"name": "@acme/jsx", "type": "module", "sideEffects": false, "exports": {"./jsx-runtime": "./dist/jsx-runtime.js"}, "scripts": {"build": "tsc"}}
        packages/jsx/src/jsx-runtime.ts = export const jsx = 1
        packages/bt/package.json = {"name": "@acme/bt", "main": "index.js"}
        packages/bt/index.js = module.exports = 1
        packages/ui/src/button.tsx = export const button = () => <b />
        - packages/ui/src/button.ts"#;
    let with = |build: &str, added: &str, change: &str, expected: Expect| {
        built_by(build, &format!("{others}\n{added}"), change, expected);
    };
    let jsx = "packages/jsx/src/jsx-runtime.ts = export const jsx = 2";
    let needed = || expect!["shop: `packages/jsx/src/jsx-runtime.ts` changed, needed through @acme/jsx → ui"];
    let source = |path: &str| {
        format!(r#"{path} = {{"compilerOptions": {{"jsx": "react-jsx", "jsxImportSource": "@acme/jsx"}}}}"#)
    };
    let needs = r#"packages/ui/package.json = {"name": "ui", "type": "module", "sideEffects": false, "exports": {".": "./dist/index.js"}, "dependencies": {"@acme/jsx": "*"}, "devDependencies": {"@acme/bt": "*"}, "scripts": {"build": "BUILD"}}"#;
    let own = format!("{}\n{}", source("packages/ui/tsconfig.json"), needs.replace("BUILD", "tsc"));
    with("tsc", &own, jsx, needed());
    let extended = format!(
        "{}\npackages/ui/tsconfig.json = {{\"extends\": \"../../tsconfig.base.json\"}}\n{}",
        source("tsconfig.base.json"),
        needs.replace("BUILD", "tsc")
    );
    with("tsc", &extended, jsx, needed());
    with("tsc", &needs.replace("BUILD", "tsc"), jsx, expect![]);
    // Plugins by their names.
    let plugin = "packages/bt/index.js = module.exports = 2";
    let config = |plugins: &str| {
        format!(
            "{}\npackages/ui/vite.config.ts = export default {{ plugins: [react({{ babel: {{ plugins: [{plugins}] }} }})], build: {{ lib: {{ entry: 'src/index.ts' }} }} }}",
            needs.replace("BUILD", "vite build")
        )
    };
    with(
        "vite build",
        &config("'@acme/bt'"),
        plugin,
        expect!["shop: `packages/bt/index.js` changed, needed through @acme/bt → ui"],
    );
    with("vite build", &config(""), plugin, expect![]);
}

#[test]
fn what_is_taken_as_text_counts_as_it_is_written() {
    let with = |button: &str, expected: Expect| {
        let package = format!(
            "packages/ui/src/button.ts = {button}\npackages/ui/src/snippet.ts = const a: number = 1; export const snippet = a"
        );
        let snippet = "packages/ui/src/snippet.ts = const a: string = 1; export const snippet = a";
        built_by("tsc", &package, snippet, expected);
    };
    let counts = || expect!["shop: `packages/ui/src/snippet.ts` changed, needed through ui"];
    with("import { snippet } from './snippet'; export const button = () => snippet", expect![]);
    with("import code from './snippet.ts?raw'; export const button = () => code", counts());
    with("import code from '!!raw-loader!./snippet.ts'; export const button = () => code", counts());
    with("export const button = () => import.meta.glob('./snip*.ts', { query: '?raw', eager: true })", counts());
}

#[test]
fn patterns_may_mean_what_a_compiler_makes() {
    for pattern in ["'./locales/*.js'", "['./locales/*.js'], { eager: true }"] {
        let package = format!(
            "packages/ui/src/button.ts = export const button = () => import.meta.glob({pattern})\npackages/ui/src/locales/en.ts = export const en = 1"
        );
        let locale = "packages/ui/src/locales/en.ts = export const en = 2";
        built_by("tsc", &package, locale, expect!["shop: `packages/ui/src/locales/en.ts` changed, needed through ui"]);
    }
}

#[test]
fn who_looks_for_classes_in_what_is_made_takes_them_of_all_of_it() {
    let with = |source: &str, expected: Expect| {
        let site = format!(
            r#"#tailwindcss 4.1.0
            apps/shop/package.json = {{"name": "shop", "dependencies": {{"ui": "*"}}, "devDependencies": {{"vite": "*", "tailwindcss": "*"}}, "scripts": {{"build": "vite build"}}}}
            apps/shop/src/main.ts = import './main.css'; import {{ button }} from 'ui'; button()
            apps/shop/src/main.css = @import 'tailwindcss'; @import 'ui/styles.css';
            packages/ui/package.json = {{"name": "ui", "type": "module", "sideEffects": false, "exports": {{".": "./dist/index.js", "./styles.css": "./styles.css"}}, "scripts": {{"build": "tsc"}}}}
            packages/ui/styles.css = {source}"#
        );
        built_by("tsc", &site, DIALOG, expected);
    };
    let counts = || expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"];
    for source in ["./dist", "./dist/**/*.js", "../ui/dist", "../../packages/ui/dist"] {
        with(&format!("@source '{source}';"), counts());
    }
    with("a {}", expect![]);
    with("@source './styles.css';", expect![]);
}

#[test]
fn what_modules_are_shared_at_run_time_is_kept_whole() {
    let with = |config: &str, expected: Expect| {
        built_by("tsc", &format!("apps/shop/vite.config.ts = {config}"), DIALOG, expected);
    };
    let whole = || expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"];
    with(
        "import { federation } from '@module-federation/vite'; import pkg from './package.json'; export default { plugins: [federation({ shared: pkg.dependencies })] }",
        whole(),
    );
    with(
        "import federation from '@originjs/vite-plugin-federation'; export default { plugins: [federation(shared)] }",
        whole(),
    );
    with("import react from '@vitejs/plugin-react'; export default { plugins: [react()] }", expect![]);
}

#[test]
fn what_a_preset_brings_takes_part() {
    let with = |tool: &str, expected: Expect| {
        let preset = format!(
            r#"apps/shop/vite.config.ts = import preset from 'preset'; export default preset()
            packages/preset/package.json = {{"name": "preset", "main": "index.js", "dependencies": {{"{tool}": "*"}}}}
            packages/preset/index.js = import tool from '{tool}'; export default () => ({{ plugins: [tool()] }})
            #{tool} 1.0.0"#
        );
        built_by("tsc", &preset, DIALOG, expected);
    };
    with("unocss", expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"]);
    with("unplugin-vue-components", expect!["shop: `packages/ui/src/dialog.ts` changed, needed through ui"]);
    with("vite-plugin-svgr", expect![]);
}

#[test]
fn a_member_that_is_copied_is_no_tool_whatever_it_is_called() {
    let with = |build: &str, expected: Expect| {
        let site = format!(
            r#"apps/shop/package.json = {{"name": "shop", "dependencies": {{"ui": "*"}}, "devDependencies": {{"vite": "*", "@acme/storybook": "*"}}, "scripts": {{"build": "{build}"}}}}
            packages/sb/package.json = {{"name": "@acme/storybook", "scripts": {{"build": "storybook build"}}}}
            packages/sb/main.ts = export default 1"#
        );
        built_by("tsc", &site, "packages/sb/main.ts = export default 2", expected);
    };
    with(
        "vite build && cp -r ../../packages/sb/storybook-static dist/storybook",
        expect!["shop: `packages/sb/main.ts` changed, needed through @acme/storybook"],
    );
    with("vite build", expect![]);
}

#[test]
fn types_are_no_part_of_what_is_bundled() {
    let button = |text: &str| format!("packages/ui/src/button.ts = import {{ round }} from './round'; {text}");
    let written = |text: &str| button(&format!("import type {{ Size }} from './types'; export const button = {text}"));
    let changed = || expect!["shop: `packages/ui/src/button.ts` changed, needed through ui"];
    for text in [
        "(size: Size | string) => round(size)",
        "<T extends Size>(size: T): number => round(size)",
        "(size: Size) =>   round(size as number)",
        "(size: Size) => round<number>(size) satisfies number",
        "(size: Size) => round(size)\\ninterface More { more: 1 } export type Less = 1; type Other = More",
        "(size: Size) => round(size)\\nexport type { Size }; export type * from './types'; import type * as all from './types'",
        "(size: Size) => round(size)\\nfunction more(a: 1): 2; export function less(a: 1): 2;",
    ] {
        built_by("tsc", "", &written(text), expect![]);
    }
    for text in [
        "(size: Size) => round(size, 1)",
        "(size: Size) => round(size)!",
        "(size?: Size) => round(size)",
        "(size: Size) => round(<number>size)",
        "(size: Size) => /* @__PURE__ */ round(size)",
        "(size: Size) => round(size)\\n/* one */ interface More {}",
        "(size: Size) => round(size); enum More { more }",
        "(size: Size) => round(size); declare const more: 1",
        "(size: Size) => round(size); export function less(a: 1) {}",
        "(size: Size) => round(size); import { type Less } from './types'",
        "(size: Size) => round(size); export { type Size }",
    ] {
        built_by("tsc", "", &written(text), changed());
    }
    // Blanks between words, and those that mean something.
    for [before, after] in
        [["'a b'", "'a  b'"], ["/a b/", "/a  b/"], ["`a ${1} b`", "`a ${1}  b`"], ["'a'", "'a '"], ["'a\\tb'", "'a b'"]]
    {
        built_by("tsc", &written(before), &written(after), changed());
    }
    // What is said of a type may be taken away with it.
    let said = |text: &str| written(&format!("1\\n{text}"));
    let before = said("/* one */ type One = 1;\\nlog()");
    built_by("tsc", &before, &said("type One = 1;\\n/* one */\\nlog()"), changed());
    built_by("tsc", &before, &said("/* one */ type One = 2;\\nlog()"), expect![]);
    let class = |text: &str| written(&format!("1; export class Box<T> {{ {text} }}"));
    built_by("tsc", &class("put(a: T): T { return a }"), &class("put(a: 1): 1; put(a: T): 1 { return a }"), expect![]);
    built_by("tsc", &class("put(a: T) { return a }"), &class("put(a: T) { return a } take() {}"), changed());
    built_by("tsc", &class("put: 1"), &class("put: T"), expect![]);
    built_by("tsc", &class("put: 1"), &class("readonly put: 1"), changed());
    // What is decorated may have its types written down.
    built_by("tsc", &class("@put() put: 1"), &class("@put() put: T"), changed());
    // Types that are checked count by what is declared.
    let checks = r#"apps/shop/package.json = {"name": "shop", "dependencies": {"ui": "*"}, "devDependencies": {"vite": "*"}, "scripts": {"build": "tsc && vite build"}}"#;
    let inside = |of: &str| written(&format!("(size: Size): Size => {{ const it: {of} = size; return round(it) }}"));
    built_by("tsc", &format!("{checks}\n{}", inside("Size")), &inside("unknown"), expect![]);
    built_by(
        "tsc",
        checks,
        &written("(size: Size | string) => round(size)"),
        expect!["shop: `packages/ui/src/button.ts` changed (its types), needed through ui"],
    );
    built_by("tsc", checks, &written("(size: Size) => round(size, 1)"), changed());
    // Something makes names of a module's text, or checks of types.
    let types = written("(size: Size | string) => round(size)");
    for name in ["babel-plugin-styled-components", "typia", "ts-json-schema-generator"] {
        let more = format!(
            r#"packages/ui/package.json = {{"name": "ui", "type": "module", "sideEffects": false, "exports": {{".": "./dist/index.js"}}, "devDependencies": {{"{name}": "*"}}, "scripts": {{"build": "tsc"}}}}
            #{name} 1.0.0"#
        );
        built_by("tsc", &more, &types, changed());
    }
    // Maps of sources are read by what bundles.
    for (name, command) in [
        ("parcel", "parcel build index.html"),
        ("source-map-loader", "vite build"),
        ("vite", "vite build && bun build src/main.ts"),
    ] {
        let more = format!(
            r#"apps/shop/package.json = {{"name": "shop", "dependencies": {{"ui": "*"}}, "devDependencies": {{"{name}": "*"}}, "scripts": {{"build": "{command}"}}}}
            #{name} 6.0.0"#
        );
        built_by("tsc", &more, &types, changed());
    }
    // Of a module that is read as it is, all counts.
    let source = r#"packages/ui/package.json = {"name": "ui", "type": "module", "sideEffects": false, "exports": {".": "./src/index.ts"}, "scripts": {"build": "tsc"}}"#;
    built_by("tsc", source, &types, changed());
}
