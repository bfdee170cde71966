//! Cases of what is near to mattering: texts, versions, configuration and patterns, each where it counts and where it
//! does not.

use expect_test::{Expect, expect};

use super::{check, compare};
use crate::notation::World;

/// A shop that imports a package, which has a module besides and a test.
const SITE: &str = "
    shop*: ui
    ui
    apps/shop/index.ts = import 'ui'; createServer(1)
    packages/ui/index.ts = export const one = 1
    packages/ui/lib/a.ts = export const a = 1
    packages/ui/lib/a.test.ts = test(1)
";

/// The shop's manifest, where it is built by `BUILD`.
const SHOP: &str =
    r#"{"name": "shop", "dependencies": {"ui": "*"}, "scripts": {"build": "BUILD", "start": "node a.js"}}"#;

/// The shop's manifest with a build.
fn built_by(command: &str) -> String {
    format!("apps/shop/package.json = {}", SHOP.replace("BUILD", command))
}

/// A change of the site with something added.
fn near(added: &str, change: &str, expected: Expect) {
    check(&format!("{SITE}{added}"), change, expected);
}

#[test]
fn a_text_is_a_package_where_its_manifest_asks_for_it() {
    // A text by chance.
    near(
        "
            other
            packages/other/index.ts = export const o = 1
            apps/shop/text.ts = translate('other/index')
        ",
        "packages/other/index.ts = export const o = 2",
        expect![],
    );
    // A scoped one.
    near(
        r#"
            packages/other/package.json = {"name": "@acme/other"}
            packages/other/index.ts = export const o = 1
            apps/shop/text.ts = slot("@acme/other/index")
        "#,
        "packages/other/index.ts = export const o = 2",
        expect![],
    );
    // Asked for.
    near(
        r#"
            packages/other/package.json = {"name": "@acme/other"}
            packages/other/index.ts = export const o = 1
            apps/shop/text.ts = plugin("@acme/other/index")
            apps/shop/package.json = {"name": "shop", "dependencies": {"ui": "*", "@acme/other": "*"}, "scripts": {"build": "vite build", "start": "node a.js"}}
        "#,
        "packages/other/index.ts = export const o = 2",
        expect!["shop: `packages/other/index.ts` changed, needed through @acme/other"],
    );
    // An import needs no manifest.
    near(
        "
            other
            packages/other/index.ts = export const o = 1
            apps/shop/text.ts = import 'other'
        ",
        "packages/other/index.ts = export const o = 2",
        expect!["shop: `packages/other/index.ts` changed, needed through other"],
    );
    // Require.resolve needs none.
    near(
        "
            other
            packages/other/index.ts = export const o = 1
            apps/shop/text.ts = require.resolve('other')
        ",
        "packages/other/index.ts = export const o = 2",
        expect!["shop: `packages/other/index.ts` changed, needed through other"],
    );
    // Configuration, scoped.
    near(
        r#"
            packages/other/package.json = {"name": "@acme/other"}
            packages/other/index.ts = export const o = 1
            apps/shop/postcss.config.js = module.exports = { plugins: ["@acme/other"] }
        "#,
        "packages/other/index.ts = export const o = 2",
        expect!["shop: `packages/other/index.ts` changed, needed through @acme/other"],
    );
    // Configuration, one word by chance.
    near(
        r#"
            root
            packages/root/index.ts = export const o = 1
            apps/shop/some.config.json = {"root": true}
        "#,
        "packages/root/index.ts = export const o = 2",
        expect![],
    );
    // Computed names.
    near(
        r#"
            packages/other/package.json = {"name": "@acme/other"}
            packages/other/index.ts = export const o = 1
            apps/shop/text.ts = const name = "@acme/other/index"; import(name)
        "#,
        "packages/other/index.ts = export const o = 2",
        expect!["shop: `packages/other/index.ts` changed, needed through @acme/other"],
    );
    // A compiler extends it.
    near(
        r#"
            packages/other/package.json = {"name": "@acme/other"}
            packages/other/base.json = {"compilerOptions": {"jsx": "react"}}
            apps/shop/tsconfig.json = {"extends": "@acme/other/base.json"}
        "#,
        r#"packages/other/base.json = {"compilerOptions": {"jsx": "preserve"}}"#,
        expect!["shop: `packages/other/base.json` changed, needed through @acme/other"],
    );
}

#[test]
fn what_a_compiler_is_pointed_at_counts_where_it_compiles() {
    let with = |command: &str, compiler: &str| format!("{}\napps/shop/tsconfig.json = {compiler}", built_by(command));
    let include = r#"{"include": ["src", "../../packages/ui/lib/*.ts"]}"#;
    let module = "packages/ui/lib/a.ts = export const a = 2";
    near(&with("vite build", include), module, expect![]);
    near(&with("tsc --noEmit && vite build", include), module, expect![]);
    near(&with("tsc -p .", include), module, expect!["shop: `packages/ui/lib/a.ts` changed, needed through ui"]);
    let files = r#"{"files": ["../../packages/ui/lib/a.ts"]}"#;
    near(&with("tsc", files), module, expect!["shop: `packages/ui/lib/a.ts` changed, needed through ui"]);
    // Not its tests, nor the app's own.
    near(&with("tsc -p .", include), "packages/ui/lib/a.test.ts = test(2)", expect![]);
    let own = format!("{}\napps/shop/src/a.test.ts = test(1)", with("vite build", r#"{"include": ["**/*.ts"]}"#));
    near(&own, "apps/shop/src/a.test.ts = test(2)", expect![]);
}

#[test]
fn of_a_compilers_configuration_counts_what_changes_what_is_made() {
    let with = |command: &str, options: &str, more: &str| {
        let compiler =
            format!("{{\"compilerOptions\": {{\"jsx\": \"react\"{options}}}, \"include\": [\"src\"]{more}}}");
        format!("{}\napps/shop/tsconfig.json = {compiler}", built_by(command))
    };
    let check = |options: &str, more: &str, expected: Expect| {
        near(&with("vite build", "", ""), &with("vite build", options, more), expected);
    };
    check(r#", "noUnusedLocals": true, "skipLibCheck": true"#, "", expect![]);
    check("", r#", "$schema": "any", "display": "any""#, expect![]);
    check(" /* the same */", "", expect![]);
    check(r#", "experimentalDecorators": true"#, "", expect!["shop: `apps/shop/tsconfig.json` changed"]);
    check(r#", "jsxImportSource": "preact""#, "", expect!["shop: `apps/shop/tsconfig.json` changed"]);
    // By which esbuild writes a line, and decorators are told of types.
    check(r#", "strict": true"#, "", expect!["shop: `apps/shop/tsconfig.json` changed"]);
    check(r#", "strictNullChecks": true"#, "", expect!["shop: `apps/shop/tsconfig.json` changed"]);
    // Bundlers, too, look for the configuration that names a module.
    check("", r#", "exclude": ["src/old"]"#, expect!["shop: `apps/shop/tsconfig.json` changed"]);
    check("", r#", "references": [{"path": "../../packages/ui"}]"#, expect!["shop: `apps/shop/tsconfig.json` changed"]);
    let preserved = with("vite build", "", "").replace("react", "preserve");
    near(&with("vite build", "", ""), &preserved, expect!["shop: `apps/shop/tsconfig.json` changed"]);
    let broken = "apps/shop/tsconfig.json = {\"compilerOptions\": {";
    near(&with("vite build", "", ""), broken, expect!["shop: `apps/shop/tsconfig.json` changed"]);
}

#[test]
fn versions_count_for_who_reads_them() {
    // Nobody reads it.
    near(
        r#"packages/ui/package.json = {"name": "ui", "version": "1.0.0", "description": "a", "main": "index.ts"}"#,
        r#"packages/ui/package.json = {"name": "ui", "version": "1.0.1", "description": "a", "main": "index.ts"}"#,
        expect![],
    );
    // An app's own counts.
    near(
        r#"apps/shop/package.json = {"name": "shop", "version": "1.0.0", "dependencies": {"ui": "*"}, "scripts": {"build": "vite build", "start": "node a.js"}}"#,
        r#"apps/shop/package.json = {"name": "shop", "version": "1.0.1", "dependencies": {"ui": "*"}, "scripts": {"build": "vite build", "start": "node a.js"}}"#,
        expect!["shop: `apps/shop/package.json` changed (field `version`)"],
    );
    // A variable of the package manager.
    near(
        r#"
            packages/ui/package.json = {"name": "ui", "version": "1.0.0", "description": "a", "main": "index.ts"}
            packages/ui/index.ts = export const version = process.env.npm_package_version
        "#,
        r#"packages/ui/package.json = {"name": "ui", "version": "1.0.1", "description": "a", "main": "index.ts"}"#,
        expect!["shop: `packages/ui/package.json` changed (field `version`), needed through ui"],
    );
    // A module reads it.
    near(
        r#"
            packages/ui/package.json = {"name": "ui", "version": "1.0.0", "description": "a", "main": "index.ts"}
            packages/ui/index.ts = import pkg from './package.json'; export const version = pkg.version
        "#,
        r#"packages/ui/package.json = {"name": "ui", "version": "1.0.1", "description": "a", "main": "index.ts"}"#,
        expect!["shop: `packages/ui/package.json` changed, needed through ui"],
    );
    // By its name.
    near(
        r#"
            packages/ui/package.json = {"name": "ui", "version": "1.0.0", "description": "a", "main": "index.ts"}
            packages/ui/index.ts = import { version } from './package.json'; export { version }
            apps/shop/index.ts = import { version } from 'ui'; createServer(version)
        "#,
        r#"packages/ui/package.json = {"name": "ui", "version": "1.0.1", "description": "a", "main": "index.ts"}"#,
        expect!["shop: `packages/ui/package.json` changed (field `version`), needed through ui"],
    );
    // A module reads another field.
    near(
        r#"
            packages/ui/package.json = {"name": "ui", "version": "1.0.0", "description": "a", "main": "index.ts"}
            packages/ui/index.ts = import pkg from './package.json'; export const name = pkg.name
        "#,
        r#"packages/ui/package.json = {"name": "ui", "version": "1.0.1", "description": "a", "main": "index.ts"}"#,
        expect!["shop: `packages/ui/package.json` changed, needed through ui"],
    );
    // A field that does not count by itself.
    near(
        r#"
            packages/ui/package.json = {"name": "ui", "version": "1.0.0", "description": "a", "main": "index.ts"}
            packages/ui/index.ts = import pkg from './package.json'; export const text = pkg.description
        "#,
        r#"packages/ui/package.json = {"name": "ui", "version": "1.0.0", "description": "b", "main": "index.ts"}"#,
        expect!["shop: `packages/ui/package.json` changed, needed through ui"],
    );
    // All of it.
    near(
        r#"
            packages/ui/package.json = {"name": "ui", "version": "1.0.0", "description": "a", "main": "index.ts"}
            packages/ui/index.ts = import pkg from './package.json'; export default pkg
        "#,
        r#"packages/ui/package.json = {"name": "ui", "version": "1.0.0", "description": "b", "main": "index.ts"}"#,
        expect!["shop: `packages/ui/package.json` changed, needed through ui"],
    );
    // A part that is taken by a computed name.
    near(
        r#"
            packages/ui/package.json = {"name": "ui", "version": "1.0.0", "description": "a", "main": "index.ts"}
            packages/ui/index.ts = import pkg from './package.json'; export default pkg[field]
        "#,
        r#"packages/ui/package.json = {"name": "ui", "version": "1.0.0", "description": "b", "main": "index.ts"}"#,
        expect!["shop: `packages/ui/package.json` changed, needed through ui"],
    );
    // A plugin shares versions.
    near(
        r#"
            packages/ui/package.json = {"name": "ui", "version": "1.0.0", "description": "a", "main": "index.ts"}
            apps/shop/package.json = {"name": "shop", "dependencies": {"ui": "*"}, "devDependencies": {"webpack": "5"}, "scripts": {"build": "webpack", "start": "node a.js"}}
            #webpack 5.0.0
        "#,
        r#"packages/ui/package.json = {"name": "ui", "version": "1.0.1", "description": "a", "main": "index.ts"}"#,
        expect!["shop: `packages/ui/package.json` changed (field `version`), needed through ui"],
    );
    // A built package.
    near(
        r#"
            ui!
            packages/ui/package.json = {"name": "ui", "version": "1.0.0", "main": "dist/index.js", "scripts": {"build": "tsdown"}}
        "#,
        r#"packages/ui/package.json = {"name": "ui", "version": "1.0.1", "main": "dist/index.js", "scripts": {"build": "tsdown"}}"#,
        expect![],
    );
    // A built package by what may read anything.
    near(
        r#"
            ui!
            packages/ui/package.json = {"name": "ui", "version": "1.0.0", "main": "dist/index.js", "scripts": {"build": "genversion && tsdown"}}
        "#,
        r#"packages/ui/package.json = {"name": "ui", "version": "1.0.1", "main": "dist/index.js", "scripts": {"build": "genversion && tsdown"}}"#,
        expect!["shop: `packages/ui/package.json` changed (field `version`), needed through ui"],
    );
}

#[test]
fn what_configures_tests_and_servers_of_development_does_not_count() {
    // A place in a document is no module.
    near(
        "other\n apps/shop/package.json = {\"name\": \"shop\", \"dependencies\": {\"ui\": \"*\", \"other\": \"*\"}, \"scripts\": {\"build\": \"vite build\", \"start\": \"node a.js\"}}\n packages/other/index.ts = export {}\n apps/shop/page.vue = <a href=\"#\">Up</a><style>a { fill: url(\"#sky\") }</style>",
        "packages/other/index.ts = export const o = 1",
        expect![],
    );
    // Tests of Vite's configuration.
    near(
        "apps/shop/vite.config.ts = export default { test: { setupFiles: ['../../packages/ui/lib/a.ts'] } }",
        "packages/ui/lib/a.ts = export const a = 2",
        expect![],
    );
    near(
        "apps/shop/vite.config.ts = const config = defineConfig({ test: { include: ['../../packages/ui/lib/*'] } }); export default mergeConfig(config, {})",
        "packages/ui/lib/a.ts = export const a = 2",
        expect![],
    );
    // What a plugin is told of a server is about another thing.
    near(
        "apps/shop/vite.config.ts = export default defineConfig(() => { const p = plugin({ server: { entry: '../../packages/ui/lib/a.ts' } }); return { plugins: [p] } })",
        "packages/ui/lib/a.ts = export const a = 2",
        expect!["shop: `packages/ui/lib/a.ts` changed, needed through ui"],
    );
    // What a plugin leaves alone, and what it does not.
    let plugin = |option: &str| {
        format!(
            "apps/shop/vite.config.ts = export default {{ plugins: [copy({{ {option}: ['../../packages/ui/lib'] }})] }}"
        )
    };
    near(&plugin("exclude"), "packages/ui/lib/a.ts = export const a = 2", expect![]);
    near(
        &plugin("include"),
        "packages/ui/lib/a.ts = export const a = 2",
        expect!["shop: `packages/ui/lib/a.ts` changed, needed through ui"],
    );
    // What its server may give away.
    near(
        "apps/shop/vite.config.ts = export default { server: { fs: { allow: ['../../packages/ui/lib'] } } }",
        "packages/ui/lib/a.ts = export const a = 2",
        expect![],
    );
    // What it builds from.
    near(
        "apps/shop/vite.config.ts = export default { build: { lib: { entry: '../../packages/ui/lib/a.ts' } } }",
        "packages/ui/lib/a.ts = export const a = 2",
        expect!["shop: `packages/ui/lib/a.ts` changed, needed through ui"],
    );
    // An import is one all the same.
    near(
        "apps/shop/vite.config.ts = import '../../packages/ui/lib/a'; export default { test: {} }",
        "packages/ui/lib/a.ts = export const a = 2",
        expect!["shop: `packages/ui/lib/a.ts` changed, needed through ui"],
    );
    // The same words elsewhere.
    near(
        "apps/shop/settings.ts = export default { server: { entry: '../../packages/ui/lib/a.ts' } }",
        "packages/ui/lib/a.ts = export const a = 2",
        expect!["shop: `packages/ui/lib/a.ts` changed, needed through ui"],
    );
    // Tests below a folder that configuration names.
    near(
        r#"apps/shop/some.config.json = {"folder": "../../packages/ui/lib"}"#,
        "packages/ui/lib/a.test.ts = test(2)",
        expect![],
    );
    // What else is there.
    near(
        r#"apps/shop/some.config.json = {"folder": "../../packages/ui/lib"}"#,
        "packages/ui/lib/a.ts = export const a = 2",
        expect!["shop: `packages/ui/lib/a.ts` changed, needed through ui"],
    );
    // Classes in tests, where Tailwind looks.
    near(
        "apps/shop/tailwind.config.js = module.exports = { content: ['../../packages/ui/lib'] }",
        "packages/ui/lib/a.test.ts = test(2)",
        expect!["shop: `packages/ui/lib/a.test.ts` changed, needed through ui"],
    );
}

#[test]
fn patterns_mean_what_they_match() {
    // One folder.
    near(
        "apps/shop/text.ts = import.meta.glob('../../packages/ui/lib/*.ts')",
        "packages/ui/lib/a.ts = export const a = 2",
        expect!["shop: `packages/ui/lib/a.ts` changed, needed through ui"],
    );
    // Not below.
    near(
        "
            packages/ui/lib/deep/b.ts = export const b = 1
            apps/shop/text.ts = import.meta.glob('../../packages/ui/lib/*.ts')
        ",
        "packages/ui/lib/deep/b.ts = export const b = 2",
        expect![],
    );
    // All below.
    near(
        "
            packages/ui/lib/deep/b.ts = export const b = 1
            apps/shop/text.ts = import.meta.glob('../../packages/ui/lib/**/*.ts')
        ",
        "packages/ui/lib/deep/b.ts = export const b = 2",
        expect!["shop: `packages/ui/lib/deep/b.ts` changed, needed through ui"],
    );
    // Another ending.
    near(
        "apps/shop/text.ts = import.meta.glob('../../packages/ui/lib/*.vue')",
        "packages/ui/lib/a.ts = export const a = 2",
        expect![],
    );
    // Several endings.
    near(
        "apps/shop/text.ts = import.meta.glob('../../packages/ui/lib/*.{ts,tsx}')",
        "packages/ui/lib/a.ts = export const a = 2",
        expect!["shop: `packages/ui/lib/a.ts` changed, needed through ui"],
    );
    // A folder that matches.
    near(
        "
            packages/ui/lib/deep/b.ts = export const b = 1
            apps/shop/text.ts = copy('../../packages/ui/lib/*')
        ",
        "packages/ui/lib/deep/b.ts = export const b = 2",
        expect!["shop: `packages/ui/lib/deep/b.ts` changed, needed through ui"],
    );
    // What is put in may hold folders.
    near(
        "
            packages/ui/lib/deep/b.ts = export const b = 1
            apps/shop/text.ts = import(`../../packages/ui/lib/${name}.ts`)
        ",
        "packages/ui/lib/deep/b.ts = export const b = 2",
        expect!["shop: `packages/ui/lib/deep/b.ts` changed, needed through ui"],
    );
    // Brackets are names of routes.
    near(
        "
            packages/ui/lib/[id]/b.ts = export const b = 1
            apps/shop/text.ts = read('../../packages/ui/lib/[id]/b.ts')
        ",
        "packages/ui/lib/[id]/b.ts = export const b = 2",
        expect!["shop: `packages/ui/lib/[id]/b.ts` changed, needed through ui"],
    );
    // A test that a pattern matches.
    near(
        "apps/shop/text.ts = import.meta.glob('../../packages/ui/lib/*.ts')",
        "packages/ui/lib/a.test.ts = test(2)",
        expect!["shop: `packages/ui/lib/a.test.ts` changed, needed through ui"],
    );
    // What a document tells of.
    near(
        "
            packages/ui/CHANGES.md = look at './lib/*' and './lib/a.ts'
            apps/shop/text.ts = import changes from '../../packages/ui/CHANGES.md'
        ",
        "packages/ui/lib/b.ts = export const b = 1",
        expect![],
    );
}

#[test]
fn what_names_stand_for_counts() {
    let with = |paths: &str| format!("apps/shop/tsconfig.json = {{\"compilerOptions\": {{\"paths\": {{{paths}}}}}}}");
    let one = with(r#""@ui/*": ["../../packages/ui/lib/*"]"#);
    // A name that nobody uses.
    near(
        &one,
        &with(r#""@ui/*": ["../../packages/ui/lib/*"], "@other/*": ["../other/*"]"#),
        expect!["shop: `apps/shop/tsconfig.json` changed"],
    );
    // A name that stands for another file.
    let used = format!("{one} \n apps/shop/text.ts = import '@ui/a' \n packages/ui/b/a.ts = export const a = 1");
    near(
        &used,
        &with(r#""@ui/*": ["../../packages/ui/b/*"]"#),
        expect![[r#"
            shop: `apps/shop/tsconfig.json` changed
            shop: `packages/ui/b/a.ts` changed (read now), needed through ui
            shop: `packages/ui/lib/a.ts` changed (no longer read), needed through ui"#]],
    );
    // Of several the first is taken.
    let several = with(r#""@ui/*": ["../../packages/ui/lib/*", "../../packages/ui/b/*"]"#);
    near(
        &several,
        &with(r#""@ui/*": ["../../packages/ui/b/*", "../../packages/ui/lib/*"]"#),
        expect!["shop: `apps/shop/tsconfig.json` changed"],
    );
}

#[test]
fn configuration_of_a_compiler_that_is_data_counts_whole() {
    let strict = r#"{"compilerOptions": {"skipLibCheck": true}}"#;
    let lax = r#"{"compilerOptions": {"skipLibCheck": false}}"#;
    let public = |text: &str| format!("apps/shop/public/tsconfig.json = {text}");
    near(&public(strict), &public(lax), expect!["shop: `apps/shop/public/tsconfig.json` changed"]);
    let template = |text: &str| format!("apps/shop/template/tsconfig.json = {text}");
    near(&template(strict), &template(lax), expect!["shop: `apps/shop/template/tsconfig.json` changed"]);
    let read = format!(
        "apps/shop/tsconfig.json = {strict} \n apps/shop/vite.config.ts = import settings from './tsconfig.json'; export default {{}}"
    );
    near(&read, &format!("apps/shop/tsconfig.json = {lax}"), expect!["shop: `apps/shop/tsconfig.json` changed"]);
    near(&format!("apps/shop/tsconfig.json = {strict}"), &format!("apps/shop/tsconfig.json = {lax}"), expect![]);
}

#[test]
fn which_modules_a_compiler_has_counts_for_whoever_looks_there() {
    // Vite takes the settings of those that it names.
    let site = format!("{} \n apps/shop/tsconfig.json = {{\"include\": [\"src\"]}}", built_by("vite build"));
    near(
        &site,
        r#"apps/shop/tsconfig.json = {"include": ["src"], "exclude": ["src/old"]}"#,
        expect!["shop: `apps/shop/tsconfig.json` changed"],
    );
    // What lies above is overruled.
    let above = r#"{"include": ["packages"]}"#;
    near(
        &format!("{site} \n tsconfig.json = {above}"),
        r#"tsconfig.json = {"include": ["packages", "tools"]}"#,
        expect![],
    );
    let none = format!("{} \n tsconfig.json = {above}", built_by("vite build"));
    near(&none, r#"tsconfig.json = {"include": ["packages", "tools"]}"#, expect![]);
    near(&none, r#"tsconfig.json = {"include": ["packages", "apps"]}"#, expect!["shop: `tsconfig.json` changed"]);
    // A compiler may be called in other ways than by its name.
    for command in ["tsc --noEmit false", "node build.mjs"] {
        let site = format!(
            "{} \n apps/shop/tsconfig.json = {{\"include\": [\"../../packages/ui/lib/*.ts\"]}}",
            built_by(command)
        );
        near(
            &site,
            "packages/ui/lib/a.ts = export const a = 2",
            expect!["shop: `packages/ui/lib/a.ts` changed, needed through ui"],
        );
    }
}

#[test]
fn versions_are_read_in_many_ways() {
    let ui = |version: &str| {
        format!(r#"packages/ui/package.json = {{"name": "ui", "version": "{version}", "main": "index.ts"}}"#)
    };
    for reader in [
        "packages/ui/index.ts = export const v = read(folder + '/package.json').version",
        "packages/ui/index.ts = export const v = readPackageUpSync()",
        "packages/ui/index.ts = export const v = ['ui'].map((name) => require(name + '/package.json').version)",
        "apps/shop/.env = VITE_V=$npm_package_version",
    ] {
        let site = format!("{}\n{reader}", ui("1.0.0"));
        near(
            &site,
            &ui("1.0.1"),
            expect!["shop: `packages/ui/package.json` changed (field `version`), needed through ui"],
        );
    }
}

#[test]
fn a_page_by_its_manifest() {
    let with = |more: &str| {
        format!(
            "apps/shop/package.json = {}",
            SHOP.replace("BUILD", "vite build").replace("}}", &format!("}}{more}}}"))
        )
    };
    // Some builds take the address from it.
    near(
        &with(""),
        &with(r#", "homepage": "/shop""#),
        expect!["shop: `apps/shop/package.json` changed (field `homepage` added)"],
    );
    near(&with(""), &with(r#", "description": "a shop""#), expect![]);
}

#[test]
fn options_of_plugins_are_no_options_of_vite() {
    for option in [
        "export default { environments: { server: { input: '../../packages/ui/lib/a.ts' } } }",
        "export default { plugins: [start({ server: { entry: '../../packages/ui/lib/a.ts' } })] }",
        "const options = { test: { path: '../../packages/ui/lib/a.ts' } }; export default copy(options.test)",
    ] {
        near(
            &format!("apps/shop/vite.config.ts = {option}"),
            "packages/ui/lib/a.ts = export const a = 2",
            expect!["shop: `packages/ui/lib/a.ts` changed, needed through ui"],
        );
    }
    let by_call = "apps/shop/vite.config.ts = export default defineConfig(() => ({ test: { setup: '../../packages/ui/lib/a.ts' } }))";
    near(by_call, "packages/ui/lib/a.ts = export const a = 2", expect![]);
}

#[test]
fn dialects_of_patterns_differ() {
    for pattern in ["*.ts{,x}", "{name}.ts", "{{name}}.ts", "a{1..3}.ts", "../{lib,other}/../lib/a.ts"] {
        let site = format!("apps/shop/text.ts = read('../../packages/ui/lib/{pattern}')");
        near(
            &site,
            "packages/ui/lib/a.ts = export const a = 2",
            expect!["shop: `packages/ui/lib/a.ts` changed, needed through ui"],
        );
    }
    let versioned = "packages/ui/lib/v1.0/b.ts = 1 \n apps/shop/text.ts = read('../../packages/ui/lib/v*.0')";
    near(
        versioned,
        "packages/ui/lib/v1.0/b.ts = 2",
        expect!["shop: `packages/ui/lib/v1.0/b.ts` changed, needed through ui"],
    );
}

#[test]
fn a_folder_that_holds_nothing_but_tests_is_meant() {
    let mocks = r#"
        packages/ui/__mocks__/a.ts = export const a = 1
        apps/shop/vite.config.ts = export default { publicDir: '../../packages/ui/__mocks__' }
    "#;
    near(
        mocks,
        "packages/ui/__mocks__/a.ts = export const a = 2",
        expect!["shop: `packages/ui/__mocks__/a.ts` changed, needed through ui"],
    );
}

#[test]
fn a_document_with_a_script_is_a_component() {
    let document = "packages/ui/icons.md = <script setup> const all = import.meta.glob('./lib/*.ts') </script> \n apps/shop/text.ts = import '../../packages/ui/icons.md'";
    near(
        document,
        "packages/ui/lib/a.ts = export const a = 2",
        expect!["shop: `packages/ui/lib/a.ts` changed, needed through ui"],
    );
}

#[test]
fn what_jsx_becomes_is_imported() {
    let site = r#"
        packages/jsx/package.json = {"name": "@x/jsx", "exports": {"./jsx-runtime": "./runtime.ts"}}
        packages/jsx/runtime.ts = export const jsx = 1
        apps/shop/tsconfig.json = {"compilerOptions": {"jsx": "react-jsx", "jsxImportSource": "@x/jsx"}}
    "#;
    near(
        site,
        "packages/jsx/runtime.ts = export const jsx = 2",
        expect!["shop: `packages/jsx/runtime.ts` changed, needed through @x/jsx"],
    );
}

#[test]
fn a_barrel_counts_by_what_is_asked_of_it() {
    let site = |entry: &str| {
        format!(
            r#"
            shop*: ui
            ui
            #vite 6.0.0
            apps/shop/package.json = {{"name": "shop", "dependencies": {{"ui": "*"}}, "devDependencies": {{"vite": "*"}}, "scripts": {{"build": "vite build", "start": "node a.js"}}}}
            apps/shop/index.ts = {entry}; createServer(1)
            packages/ui/package.json = {{"name": "ui", "sideEffects": false}}
            packages/ui/index.ts = export {{ a }} from './a'; export * from './b'
            packages/ui/a.ts = export const a = 1
            packages/ui/b.ts = export const b = 1
            packages/ui/c.ts = export const c = 1
            "#
        )
    };
    let (named, whole) = (site("import { a } from 'ui'; say(a)"), site("import * as ui from 'ui'; say(ui)"));
    let more = "packages/ui/index.ts = export { a } from './a'; export * from './b'; export * from './c'";
    check(&named, more, expect![]);
    check(
        &whole,
        more,
        expect![[r#"
            shop: `packages/ui/c.ts` changed (read now), needed through ui
            shop: `packages/ui/index.ts` changed, needed through ui"#]],
    );
    let other = "packages/ui/index.ts = export { c as a } from './c'; export * from './b'";
    check(
        &named,
        other,
        expect![[r#"
        shop: `packages/ui/a.ts` changed (no longer read), needed through ui
        shop: `packages/ui/c.ts` changed (read now), needed through ui
        shop: `packages/ui/index.ts` changed (what it exports), needed through ui"#]],
    );
    // One of two that may be meant.
    let starred = site("import { b } from 'ui'; say(b)");
    check(
        &starred,
        "packages/ui/index.ts = export { a } from './a'; export * from './b'; export { c } from './c'",
        expect![],
    );
    check(
        &starred,
        "packages/ui/c.ts = export const b = 2 \n packages/ui/index.ts = export * from './b'; export * from './c'",
        expect![[r#"
            shop: `packages/ui/c.ts` changed (read now), needed through ui
            shop: `packages/ui/index.ts` changed (what it exports), needed through ui"#]],
    );
    // What nobody uses and somebody passes on has to be there.
    let passing = "packages/ui/index.ts = export { a } from './a'; export { b } from './b'";
    let named_only = format!("{named}\n{passing}");
    check(&named_only, "packages/ui/b.ts = export const b = 2", expect![]);
    check(&named_only, "packages/ui/b.ts = export const b = 1; export const more = 2", expect![]);
    check(
        &named_only,
        "packages/ui/b.ts = export const other = 1",
        expect!["shop: `packages/ui/b.ts` changed (read now), needed through ui"],
    );
    check(
        &named_only,
        "packages/ui/b.ts = module.exports = { b: 1 }",
        expect!["shop: `packages/ui/b.ts` changed (read now), needed through ui"],
    );
    // Who may have side effects counts as it is.
    let impure = format!("{named}\npackages/ui/package.json = {{\"name\": \"ui\"}}");
    check(
        &impure,
        more,
        expect![[r#"
        shop: `packages/ui/c.ts` changed (read now), needed through ui
        shop: `packages/ui/index.ts` changed, needed through ui"#]],
    );
}

#[test]
fn components_import_by_name() {
    let site = |component: &str| {
        format!(
            r#"
            shop*: ui
            ui
            #vite 6.0.0
            apps/shop/package.json = {{"name": "shop", "dependencies": {{"ui": "*"}}, "devDependencies": {{"vite": "*"}}, "scripts": {{"build": "vite build", "start": "node a.js"}}}}
            apps/shop/index.ts = import './App.svelte'; createServer(1)
            apps/shop/App.svelte = {component}
            packages/ui/package.json = {{"name": "ui", "sideEffects": false}}
            packages/ui/index.ts = export {{ a }} from './a'; export {{ b, c }} from './b'
            packages/ui/a.ts = export const a = 1
            packages/ui/b.ts = export const b = 1; export const c = 1
            "#
        )
    };
    let b = "packages/ui/b.ts = export const b = 2; export const c = 1";
    check(&site("<script>import { a } from 'ui'</script>{a}"), b, expect![]);
    check(
        &site("<script lang=\"ts\">\\nimport {\\n  type T,\\n  b as d,\\n} from \"ui\"</script>{d}"),
        b,
        expect!["shop: `packages/ui/b.ts` changed, needed through ui"],
    );
    check(
        &site("<script>import * as ui from 'ui'</script>{ui[x]}"),
        b,
        expect!["shop: `packages/ui/b.ts` changed, needed through ui"],
    );
    check(&site("<script>import ui, { a } from 'ui'</script>{a}"), b, expect![]);
    check(
        &site("<script>import { a /* b */ } from 'ui'</script>{a}"),
        b,
        expect!["shop: `packages/ui/b.ts` changed, needed through ui"],
    );
    check(
        &site("<script>const { a } = await import('ui')</script>{a}"),
        b,
        expect!["shop: `packages/ui/b.ts` changed, needed through ui"],
    );
    check(
        &site("<script>import './x'; export { b } from 'ui'</script>"),
        b,
        expect!["shop: `packages/ui/b.ts` changed, needed through ui"],
    );
}

#[test]
fn runners_count_where_they_are_called() {
    let site = |build: &str| {
        format!(
            r#"
            shop*: ui
            ui
            #cross-env 7.0.0
            #jsdom 25.0.0
            #terser 5.0.0
            package.json = {{"name": "root", "workspaces": ["apps/*", "packages/*"], "devDependencies": {{"cross-env": "*", "jsdom": "*", "terser": "*"}}}}
            apps/shop/package.json = {{"name": "shop", "dependencies": {{"ui": "*"}}, "scripts": {{"build": "{build}", "start": "node a.js"}}}}
            "#
        )
    };
    check(&site("vite build"), "#cross-env 8.0.0", expect![]);
    check(
        &site("cross-env A=1 vite build"),
        "#cross-env 8.0.0",
        expect!["shop: dependency `cross-env` changed (7.0.0 → 8.0.0)"],
    );
    check(&site("vite build"), "#jsdom 26.0.0", expect![]);
    // Configuration that packages share.
    let shared = |added: &str, expected: Expect| {
        let manifest = site("vite build").replace("\"jsdom\": \"*\"", "\"@acme/vite-config\": \"*\"");
        check(&format!("{manifest}\n#@acme/vite-config 1.0.0\n{added}"), "#@acme/vite-config 1.1.0", expected);
    };
    shared("", expect![]);
    let asked = || expect!["shop: dependency `@acme/vite-config` changed (1.0.0 → 1.1.0)"];
    shared("apps/shop/vite.config.ts = export { default } from '@acme/vite-config'", asked());
    shared("vite.config.ts = export { default } from '@acme/vite-config'", asked());
    check(
        &format!("{}\napps/shop/vite.config.ts = import 'jsdom'", site("vite build")),
        "#jsdom 26.0.0",
        expect!["shop: dependency `jsdom` changed (25.0.0 → 26.0.0)"],
    );
    check(&site("vite build"), "#terser 6.0.0", expect!["shop: dependency `terser` changed (5.0.0 → 6.0.0)"]);
}

#[test]
fn a_compiler_finds_the_nearest_configuration() {
    let changed = r#"tsconfig.json = {"compilerOptions": {"jsx": "preserve"}}"#;
    let root = r#"tsconfig.json = {"compilerOptions": {"jsx": "react"}}"#;
    let own = |member: &str| format!(r#"{member}/tsconfig.json = {{"compilerOptions": {{}}}}"#);
    near(root, changed, expect!["shop: `tsconfig.json` changed"]);
    // What is imported has none.
    near(&format!("{root}\n{}", own("apps/shop")), changed, expect!["shop: `tsconfig.json` changed"]);
    near(&format!("{root}\n{}\n{}", own("apps/shop"), own("packages/ui")), changed, expect![]);
    // It is extended.
    let extending = r#"apps/shop/tsconfig.json = {"extends": "../../tsconfig.json"}"#;
    near(&format!("{root}\n{extending}\n{}", own("packages/ui")), changed, expect!["shop: `tsconfig.json` changed"]);
    // One in between.
    near(&format!("{root}\n{}\n{}", own("apps"), own("packages")), changed, expect![]);
    // A plugin looks for all of them.
    let plugin = r#"
        #vite-tsconfig-paths 5.0.0
        apps/shop/package.json = {"name": "shop", "dependencies": {"ui": "*", "vite-tsconfig-paths": "*"}, "scripts": {"build": "vite build", "start": "node a.js"}}
    "#;
    near(
        &format!("{root}\n{}\n{}\n{plugin}", own("apps/shop"), own("packages/ui")),
        changed,
        expect!["shop: `tsconfig.json` changed"],
    );
    // Which modules it is about matters to those that have any of them.
    let about =
        |exclude: &str| format!(r#"tsconfig.json = {{"include": ["packages/**/*.ts"], "exclude": ["{exclude}"]}}"#);
    let excluding = |one: &str, other: &str, expected: Expect| near(&about(one), &about(other), expected);
    excluding("packages/other", "packages/more", expect![]);
    excluding("packages/other", "packages/ui/lib", expect!["shop: `tsconfig.json` changed"]);
    excluding("packages/other", "packages", expect!["shop: `tsconfig.json` changed"]);
    let referring = |path: &str| format!(r#"tsconfig.json = {{"references": [{{"path": "{path}"}}]}}"#);
    near(&referring("packages/other"), &referring("packages/more"), expect!["shop: `tsconfig.json` changed"]);
    excluding("packages/other", "**/*.spec.ts", expect!["shop: `tsconfig.json` changed"]);
    let shared = "shared/a.ts = export {}\napps/shop/index.ts = import 'ui'; import '../../shared/a'; createServer(1)";
    near(&format!("{}\n{shared}", about("other")), &about("shared"), expect!["shop: `tsconfig.json` changed"]);
    // A module of nobody.
    let nobodys = "shared.ts = export {}\napps/shop/index.ts = import 'ui'; import '../../shared'; createServer(1)";
    near(
        &format!("{root}\n{}\n{}\n{nobodys}", own("apps/shop"), own("packages/ui")),
        changed,
        expect!["shop: `tsconfig.json` changed"],
    );
}

#[test]
fn projects_that_a_compiler_is_referred_to_count_without_being_asked_for() {
    let site = |build: &str, more: &str| {
        format!(
            r#"
            shop*: ui
            ui
            other
            more
            apps/shop/package.json = {{"name": "shop", "dependencies": {{"ui": "*"}}, "scripts": {{"build": "{build}", "start": "node a.js"}}}}
            apps/shop/tsconfig.json = {{"references": [{{"path": "../../packages/other"}}], "include": ["src", "../../types"]}}
            apps/shop/src/index.ts = import 'ui'
            types/global.d.ts = declare const A: string
            types/other.ts = 0
            packages/other/tsconfig.json = {{"include": ["src"], "references": [{{"path": "../more/"}}]}}
            packages/other/src/a.ts = export const a = 1
            packages/other/lib/b.ts = export const b = 1
            packages/more/tsconfig.json = {{"extends": "./tsconfig.base.json"{more}}}
            packages/more/tsconfig.base.json = {{}}
            packages/more/lib/a.ts = export const a = 1
            packages/more/lib/a.test.ts = test(1)
            "#
        )
    };
    let types = "types/global.d.ts = declare const A: number";
    let module = "packages/other/src/a.ts = export const a = 2";
    let nameless = "packages/more/lib/a.ts = export const a = 2";
    for build in ["tsc -b", "vue-tsc --build && vite build"] {
        let with = |more: &str, change: &str, expected: Expect| check(&site(build, more), change, expected);
        with("", types, expect!["shop: `types/global.d.ts` changed"]);
        with("", module, expect!["shop: `packages/other/src/a.ts` changed, needed through other"]);
        with("", "packages/other/lib/b.ts = export const b = 2", expect![]);
        // It says nothing of which modules it is about.
        with("", nameless, expect!["shop: `packages/more/lib/a.ts` changed, needed through more"]);
        with(r#", "include": ["src"]"#, nameless, expect![]);
        with("", "packages/more/lib/a.test.ts = test(2)", expect![]);
    }
    // What is built before is there, and what its checks need is its own matter.
    let needed = |scripts: &str, change: &str, expected: Expect| {
        let ui = format!(
            r#"
            #vitest 3.0.0
            apps/shop/tsconfig.json = {{"references": [{{"path": "../../packages/ui"}}]}}
            packages/ui/package.json = {{"name": "ui", "main": "dist/index.js", "scripts": {{{scripts}}}, "devDependencies": {{"vitest": "*"}}}}
            packages/ui/tsconfig.json = {{}}
            packages/ui/lib/a.ts = export const a = 1
            packages/ui/vitest.config.ts = import 'vitest'
            "#
        );
        check(&format!("{}{ui}", site("tsc -b", "")), change, expected);
    };
    needed(r#""build": "tsc""#, "#vitest 3.0.1", expect![]);
    let source = "packages/ui/lib/a.ts = export const a = 2";
    needed("", source, expect!["shop: `packages/ui/lib/a.ts` changed, needed through ui"]);
    // Who builds none of them reads what configures them.
    for build in ["tsc --noEmit && vite build", "next build", "vite build"] {
        let with = |change: &str, expected: Expect| check(&site(build, ""), change, expected);
        with(module, expect![]);
        with(nameless, expect![]);
        with(
            r#"packages/more/tsconfig.base.json = {"compilerOptions": {"target": "es5"}}"#,
            expect!["shop: `packages/more/tsconfig.base.json` changed, needed through more"],
        );
        with(
            r#"packages/more/tsconfig.json = {"extends": "./tsconfig.base.json", "compilerOptions": {"target": "es5"}}"#,
            expect!["shop: `packages/more/tsconfig.json` changed, needed through more"],
        );
        with(r#"packages/more/tsconfig.json = {"extends": "./tsconfig.base.json", "display": "More"}"#, expect![]);
    }
    // What lies above refers to it, for who looks there.
    let above = |build: &str, added: &str, expected: Expect| {
        let above = r#"
            apps/shop/tsconfig.json = {"include": ["src"]}
            packages/ui/tsconfig.json = {}
            tsconfig.json = {"files": [], "references": [{"path": "./packages/other"}]}
        "#;
        let change = r#"packages/more/tsconfig.base.json = {"compilerOptions": {"target": "es5"}}"#;
        check(&format!("{}{above}{added}", site(build, "")), change, expected);
    };
    above("vite build", "", expect![]);
    let plugin = r#"
        #vite-tsconfig-paths 6.0.0
        apps/shop/package.json = {"name": "shop", "dependencies": {"ui": "*", "vite-tsconfig-paths": "*"}, "scripts": {"build": "vite build", "start": "node a.js"}}
    "#;
    above("", plugin, expect!["shop: `packages/more/tsconfig.base.json` changed, needed through more"]);
    // In a circle.
    let circle = r#"
        packages/more/tsconfig.json = {"extends": "./tsconfig.base.json", "references": [{"path": "../.."}]}
    "#;
    above(
        "",
        &format!("{plugin}{circle}"),
        expect!["shop: `packages/more/tsconfig.base.json` changed, needed through more"],
    );
    // What is extended passes on nothing of what it refers to.
    let extending = r#"
        apps/shop/tsconfig.json = {"extends": "../../tsconfig.json", "include": ["src"]}
        packages/ui/tsconfig.json = {}
        tsconfig.json = {"files": [], "references": [{"path": "./packages/other"}]}
    "#;
    for build in ["tsc -b && vite build", "vite build"] {
        let target = r#"packages/other/tsconfig.json = {"compilerOptions": {"target": "es5"}, "include": ["src"]}"#;
        check(&format!("{}{extending}", site(build, "")), target, expect![]);
        check(&format!("{}{extending}", site(build, "")), module, expect![]);
    }
    // Of what is referred to it matters which modules it is about, wherever it lies.
    let solution = r#"
        apps/shop/tsconfig.json = {"files": [], "references": [{"path": "../../tsconfig.apps.json"}]}
        tsconfig.apps.json = {"include": ["apps/shop/src"], "compilerOptions": {"jsxImportSource": "x"}}
    "#;
    check(
        &format!("{}{solution}", site("vite build", "")),
        r#"tsconfig.apps.json = {"include": ["apps/none"], "compilerOptions": {"jsxImportSource": "x"}}"#,
        expect!["shop: `tsconfig.apps.json` changed"],
    );
    // Its builder, not its projects.
    check(&site("nest build -b swc", ""), module, expect![]);
    // Declarations for all matter where types are checked.
    check(&site("tsc --noEmit && vite build", ""), types, expect!["shop: `types/global.d.ts` changed"]);
    check(&site("vite build", ""), types, expect![]);
    check(&site("tsc --noEmit && vite build", ""), "types/other.ts = 1", expect![]);
}

#[test]
fn a_folder_that_is_served_as_it_is_counts_what_lies_above_by_what_it_changes() {
    let site = r#"
        frontage.toml = [apps.shop]\npath = "apps/shop"
        apps/shop/package.json = {"name": "shop", "dependencies": {"ui": "*"}}
    "#;
    let served = |file: &str, exclude: &str, expected: Expect| {
        let configuration =
            |exclude: &str| format!(r#"{file} = {{"compilerOptions": {{"jsx": "react"}}, "exclude": ["{exclude}"]}}"#);
        near(&format!("{site}\n{}", configuration("packages/other")), &configuration(exclude), expected);
    };
    served("tsconfig.json", "packages/more", expect![]);
    served("tsconfig.json", "packages/ui/lib", expect!["shop: `tsconfig.json` changed"]);
    // What is served is, as it is written.
    served("apps/shop/tsconfig.json", "packages/more", expect!["shop: `apps/shop/tsconfig.json` changed"]);
    near(
        &format!("{site}\napps/shop/tsconfig.json = {{}}"),
        r#"apps/shop/tsconfig.json = {"display": "Shop"}"#,
        expect!["shop: `apps/shop/tsconfig.json` changed"],
    );
    served("apps/shop/data/tsconfig.json", "packages/more", expect!["shop: `apps/shop/data/tsconfig.json` changed"]);
}

#[test]
fn what_is_committed_below_the_output_is_served() {
    let site = |scripts: &str, output: &str, ignored: &str| {
        format!(
            r#"
            shop*:
            apps/shop/package.json = {{"name": "shop", "scripts": {{{scripts}}}}}
            frontage.toml = [apps.shop]\npath = "apps/shop"\noutput = "{output}"\nignore = ["{ignored}"]
            apps/shop/left/a.test.js = 1
            site/a.test.js = 1
            sites/a.test.js = 1
            "#
        )
    };
    let built = r#""build": "vite build""#;
    for scripts in ["", built] {
        let elsewhere = site(scripts, "/site", "none");
        check(&elsewhere, "site/a.test.js = 2", expect!["shop: `site/a.test.js` changed"]);
        check(&elsewhere, "sites/a.test.js = 2", expect![]);
        check(&site(scripts, "/site", "/site/**"), "site/a.test.js = 2", expect![]);
    }
    let changed = "apps/shop/left/a.test.js = 2";
    check(&site(built, "left", "none"), changed, expect!["shop: `apps/shop/left/a.test.js` changed"]);
    check(&site(built, "dist", "none"), changed, expect![]);
    check(&site(built, "/", "none"), "sites/a.test.js = 2", expect!["shop: `sites/a.test.js` changed"]);
}

#[test]
fn what_is_served_as_files_reads_no_version() {
    let site = r#"
        shop*: ui
        ui
        #vite 6.0.0
        apps/shop/index.ts = export {}
        apps/shop/index.html = <script type="module" src="/main.ts"></script>
        apps/shop/main.ts = import 'ui'
    "#;
    let at = |version: &str| {
        format!(
            r#"apps/shop/package.json = {{"name": "shop", "version": "{version}", "dependencies": {{"ui": "*"}}, "devDependencies": {{"vite": "*"}}, "scripts": {{"build": "vite build"}}}}"#
        )
    };
    check(&format!("{site}\n{}", at("1.0.0")), &at("1.0.1"), expect![]);
    let read =
        "apps/shop/vite.config.ts = import { version } from './package.json'; export default { define: { version } }";
    check(
        &format!("{site}\n{}\n{read}", at("1.0.0")),
        &at("1.0.1"),
        expect!["shop: `apps/shop/package.json` changed (field `version`)"],
    );
}

#[test]
fn configuration_above_an_app_runs_what_it_imports() {
    let plugin = "tools/plugin.js = module.exports = 1";
    let changed = "tools/plugin.js = module.exports = 2";
    let postcss = "postcss.config.js = module.exports = { plugins: [require('./tools/plugin')] }";
    near(&format!("{plugin}\n{postcss}"), changed, expect!["shop: `tools/plugin.js` changed"]);
    near(plugin, changed, expect![]);
    // Nothing of what it names.
    let tailwind = "tailwind.config.js = module.exports = { content: ['./tools/**/*.js'] }";
    near(&format!("{plugin}\n{tailwind}"), changed, expect![]);
    // What only checks.
    let linter = "eslint.config.js = import './tools/plugin'";
    near(&format!("{plugin}\n{linter}"), changed, expect![]);
    // A package of the workspace.
    let preset = r#"
        preset
        package.json = {"name": "root", "workspaces": ["apps/*", "packages/*"], "devDependencies": {"@acme/preset": "*"}}
        packages/preset/package.json = {"name": "@acme/preset"}
        packages/preset/index.ts = export default 1
    "#;
    let other = "packages/preset/index.ts = export default 2";
    near(
        &format!("{preset}\nbabel.config.json = {{\"presets\": [\"@acme/preset\"]}}"),
        other,
        expect!["shop: `packages/preset/index.ts` changed, needed through @acme/preset"],
    );
    near(
        &format!("{preset}\nbabel.config.js = module.exports = require('@acme/preset')"),
        other,
        expect!["shop: `packages/preset/index.ts` changed, needed through @acme/preset"],
    );
    near(preset, other, expect![]);
    // What is nowhere is its own matter.
    near("postcss.config.js = require('./generated')", "packages/ui/lib/a.ts = export const a = 2", expect![]);
}

#[test]
fn a_compiler_reads_what_lies_beside_what_it_compiles() {
    let site = r#"
        settings
        packages/settings/package.json = {"name": "settings"}
        packages/settings/react.json = {"compilerOptions": {"jsx": "react"}}
    "#;
    let changed = r#"packages/settings/react.json = {"compilerOptions": {"jsx": "preserve"}}"#;
    let of_ui = |extends: &str| format!("{site}\npackages/ui/tsconfig.json = {{\"extends\": \"{extends}\"}}");
    near(
        &of_ui("../settings/react.json"),
        changed,
        expect!["shop: `packages/settings/react.json` changed, needed through settings → ui"],
    );
    near(
        &of_ui("settings/react.json"),
        changed,
        expect!["shop: `packages/settings/react.json` changed, needed through settings → ui"],
    );
    near(site, changed, expect![]);
    // What it compiles besides is its own matter.
    let compiled =
        format!("{}\npackages/ui/tsconfig.json = {{\"include\": [\"lib\"]}}\n{}", site, built_by("tsc -p ."));
    near(&compiled, "packages/ui/lib/a.ts = export const a = 2", expect![]);
}

#[test]
fn what_git_ignores_matters_to_tailwind() {
    let tailwind = r#"
        #tailwindcss 4.0.0
        apps/shop/package.json = {"name": "shop", "dependencies": {"ui": "*", "tailwindcss": "*"}, "scripts": {"build": "vite build", "start": "node a.js"}}
    "#;
    for ignored in [".gitignore", "apps/shop/.gitignore"] {
        let (base, head) = (format!("{ignored} = dist"), format!("{ignored} = dist\\ngenerated"));
        near(&base, &head, expect![]);
        let said = format!("shop: `{ignored}` changed");
        assert_eq!(
            compare(&World::of(&format!("{SITE}{tailwind}\n{base}")), &World::of(&format!("{SITE}{tailwind}\n{head}"))),
            said
        );
    }
    // The third looks where it is told to.
    let third = format!("{}\napps/shop/.gitignore = dist", tailwind.replace("4.0.0", "3.4.7"));
    near(&third, "apps/shop/.gitignore = generated", expect![]);
    // Unless what it needs brings another one along.
    let brought = format!(
        r#"{third}
        ui: styles
        packages/styles/package.json = {{"name": "styles", "dependencies": {{"@tailwindcss/vite": "*"}}}}
        packages/styles/index.ts = import '@tailwindcss/vite'
        #@tailwindcss/vite 4.1.0: tailwind4
        #tailwind4 4.1.0"#
    );
    near(&brought, "apps/shop/.gitignore = generated", expect!["shop: `apps/shop/.gitignore` changed"]);
    let other = "packages/ui/.gitignore = dist";
    near(
        &format!("{tailwind}\n{other}"),
        "packages/ui/.gitignore = lib",
        expect!["shop: `packages/ui/.gitignore` changed, needed through ui"],
    );
}

#[test]
fn what_tailwind_looks_through_counts_as_it_is() {
    let site = |styles: &str, build: &str| {
        format!(
            r#"
            shop*: ui
            ui
            #tailwindcss 4.0.0
            apps/shop/package.json = {{"name": "shop", "dependencies": {{"ui": "*", "tailwindcss": "*"}}, "scripts": {{"build": "{build}", "start": "node a.js"}}}}
            apps/shop/index.ts = import {{ a }} from 'ui'; import './a.css'; createServer(a)
            apps/shop/a.css = {styles}
            apps/shop/index.test.ts = test('text-red')
            packages/ui/package.json = {{"name": "ui", "sideEffects": false}}
            packages/ui/index.ts = export {{ a }} from './a'; export {{ b }} from './b'
            packages/ui/a.ts = export const a = 1
            packages/ui/b.ts = export const b = 'text-red'
            packages/ui/c.ts = export const c = 'text-red'
            "#
        )
    };
    let (b, c) = ("packages/ui/b.ts = export const b = 'text-blue'", "packages/ui/c.ts = export const c = 'text-blue'");
    let vite = |styles: &str| site(styles, "vite build");
    check(&vite("a {}"), b, expect![]);
    check(
        &vite("@source '../../packages/**/*.ts';"),
        b,
        expect!["shop: `packages/ui/b.ts` changed, needed through ui"],
    );
    check(&vite("@source '../../**/*.ts';"), b, expect!["shop: `packages/ui/b.ts` changed, needed through ui"]);
    // What is not there is not found.
    check(&vite("@source '../../**/*.ts';"), c, expect![]);
    check(&vite("@source '../../packages/ui';"), c, expect!["shop: `packages/ui/c.ts` changed, needed through ui"]);
    // Tests are there where types are checked.
    let test = "apps/shop/index.test.ts = test('text-blue')";
    check(&vite("@import 'tailwindcss';"), test, expect![]);
    check(
        &site("@import 'tailwindcss';", "tsc && vite build"),
        test,
        expect!["shop: `apps/shop/index.test.ts` changed"],
    );
    check(&site("a {}", "tsc && vite build"), test, expect![]);
}

#[test]
fn types_from_outside_count_for_who_checks_them() {
    let site = |build: &str| {
        format!(
            r#"
            shop*
            #vite 6.0.0
            #@types/node 22.0.0
            apps/shop/package.json = {{"name": "shop", "devDependencies": {{"vite": "*", "@types/node": "*"}}, "scripts": {{"build": "{build}"}}}}
            apps/shop/index.html = <script type="module" src="/main.ts"></script>
            apps/shop/main.ts = export {{}}
            "#
        )
    };
    check(&site("vite build"), "#@types/node 22.1.0", expect![]);
    check(
        &site("tsc && vite build"),
        "#@types/node 22.1.0",
        expect!["shop: dependency `@types/node` changed (22.0.0 → 22.1.0)"],
    );
}

#[test]
fn the_version_of_the_root_counts_for_who_reads_it() {
    let root = |version: &str| {
        format!(r#"package.json = {{"name": "root", "version": "{version}", "workspaces": ["apps/*", "packages/*"]}}"#)
    };
    let with = |added: &str, expected: Expect| near(&format!("{}\n{added}", root("1.0.0")), &root("1.0.1"), expected);
    with("", expect![]);
    let read = || expect!["shop: `package.json` changed (field `version`)"];
    with(
        "apps/shop/index.ts = import { version } from '../../package.json'; import 'ui'; createServer(version)",
        read(),
    );
    with("apps/shop/.env = VITE_V=$npm_package_version", read());
    // By what bundlers have built in, but for those of a tool.
    let tool = |name: &str| {
        format!(
            r#"apps/shop/package.json = {{"name": "shop", "dependencies": {{"ui": "*"}}, "devDependencies": {{"{name}": "*"}}, "scripts": {{"build": "vite build", "start": "node a.js"}}}}
            #{name} 5.0.0"#
        )
    };
    with(&tool("webpack"), read());
    with(&tool("@storybook/react-webpack5"), expect![]);
}

#[test]
fn what_commands_copy_counts() {
    let with = |build: &str, expected: Expect| {
        let site = format!("{}\napps/shop/nginx.conf = a\napps/shop/nginx/nginx.conf = a", built_by(build));
        near(&site, "apps/shop/nginx.conf = b\napps/shop/nginx/nginx.conf = b", expected);
    };
    with("vite build", expect![]);
    with("vite build && cp nginx.conf dist", expect!["shop: `apps/shop/nginx.conf` changed"]);
    with("vite build && cp -r nginx dist", expect!["shop: `apps/shop/nginx/nginx.conf` changed"]);
    with("vite build && cp nginx/nginx.conf dist", expect!["shop: `apps/shop/nginx/nginx.conf` changed"]);
}

#[test]
fn types_count_for_who_checks_them() {
    let with = |scripts: &str, added: &str, expected: Expect| {
        let manifest =
            format!(r#"{{"name": "shop", "dependencies": {{"ui": "*", "next": "*"}}, "scripts": {{{scripts}}}}}"#);
        let site = format!(
            r#"
            shop*: ui
            ui
            #next 16.0.0
            apps/shop/package.json = {manifest}
            apps/shop/index.ts = import type {{ Props }} from "ui/types"; createServer(1)
            packages/ui/index.ts = export const one = 1
            packages/ui/types.ts = export type Props = {{ a: 1 }}
            {added}
            "#
        );
        check(&site, "packages/ui/types.ts = export type Props = { a: 2 }", expected);
    };
    let counts = || expect!["shop: `packages/ui/types.ts` changed, needed through ui"];
    let next = r#""build": "next build", "start": "next start""#;
    with(next, "", counts());
    let config = |text: &str| format!("apps/shop/next.config.ts = export default {text}");
    with(next, &config("{ typescript: { ignoreBuildErrors: true } }"), expect![]);
    with(next, &config("wrap({ typescript: { ignoreBuildErrors: true }, other: 1 })"), expect![]);
    with(next, &config("{ typescript: { ignoreBuildErrors: false } }"), counts());
    with(next, &config("{ typescript: { ignoreBuildErrors: isPreview } }"), counts());
    with(
        next,
        &config(
            "isPreview ? { typescript: { ignoreBuildErrors: true } } : { typescript: { ignoreBuildErrors: false } }",
        ),
        counts(),
    );
    for unsure in [
        "{ other: { ignoreBuildErrors: true } }",
        "isPreview ? { typescript: { ignoreBuildErrors: true } } : {}",
        "{ ...(isPreview && { typescript: { ignoreBuildErrors: true } }) }",
    ] {
        with(next, &config(unsure), counts());
    }
    let later = "apps/shop/next.config.js = const config = { typescript: { ignoreBuildErrors: true } }; config.typescript.ignoreBuildErrors = false; module.exports = config";
    with(next, later, counts());
    with(
        r#""build": "tsc && next build", "start": "next start""#,
        &config("{ typescript: { ignoreBuildErrors: true } }"),
        counts(),
    );
    // What is run as it is.
    with(r#""start": "bun run index.ts""#, "", expect![]);
    with(r#""start": "tsx index.ts""#, "", expect![]);
    with(r#""start": "ts-node index.ts""#, "", counts());
    with(r#""start": "node -r ts-node/register index.ts""#, "", counts());
    with(r#""start": "tsc && node index.js""#, "", counts());
}

#[test]
fn what_directives_place_counts_once_it_is_opened() {
    let unchecked = "apps/shop/next.config.ts = export default { typescript: { ignoreBuildErrors: true } }";
    let with = |build: &str, added: &str, change: &str, expected: Expect| {
        let site = format!(
            r#"shop*: ui
            ui
            #next 16.0.0
            #vite 7.0.0
            apps/shop/package.json = {{"name": "shop", "dependencies": {{"ui": "*", "next": "*", "vite": "*"}}, "scripts": {build}}}
            apps/shop/app/page.tsx = import {{ round }} from 'ui'; export default () => round(1)
            packages/ui/package.json = {{"name": "ui", "sideEffects": false, "exports": "./index.ts"}}
            packages/ui/index.ts = export {{ round }} from './round'; export {{ Menu }} from './menu'; export {{ list }} from './list'
            packages/ui/round.ts = export const round = Math.round
            packages/ui/menu.tsx = 'use client'; import {{ icon }} from './icon'; export const Menu = () => icon(1)
            packages/ui/icon.ts = export const icon = (icon: number) => icon; export {{ draw }} from './draw'
            packages/ui/draw.ts = export const draw = 1
            packages/ui/list.tsx = import {{ Item }} from './item'; export const list = () => <Item />
            packages/ui/item.tsx = 'use client'; export const Item = () => <b />
            {added}
            "#
        );
        check(&site, change, expected);
    };
    let next = r#"{"build": "next build", "start": "next start"}"#;
    let menu = "packages/ui/menu.tsx = 'use client'; import { icon } from './icon'; export const Menu = () => icon(2)";
    let icon = "packages/ui/icon.ts = export const icon = (icon: number) => icon + 1; export { draw } from './draw'";
    let item = "packages/ui/item.tsx = 'use client'; export const Item = () => <i />";
    let draw = "packages/ui/draw.ts = export const draw = 2";
    let list = "packages/ui/list.tsx = import { Item } from './item'; export const list = () => <p><Item /></p>";
    with(next, unchecked, menu, expect!["shop: `packages/ui/menu.tsx` changed, needed through ui"]);
    with(next, unchecked, icon, expect!["shop: `packages/ui/icon.ts` changed, needed through ui"]);
    with(next, unchecked, item, expect!["shop: `packages/ui/item.tsx` changed, needed through ui"]);
    with(next, unchecked, draw, expect![]);
    with(next, unchecked, list, expect![]);
    // One that is left out before, and one that is marked now.
    let marked =
        "packages/ui/list.tsx = 'use client'; import { Item } from './item'; export const list = () => <Item />";
    with(next, unchecked, marked, expect!["shop: `packages/ui/list.tsx` changed (read now), needed through ui"]);
    // What only its types are asked of is not opened.
    let types = format!(
        "{unchecked}\npackages/ui/list.tsx = import type {{ Item }} from './item'; export const list = () => 1"
    );
    with(next, &types, item, expect![]);
    // Functions that run on servers.
    let acts = |body: &str| format!("packages/ui/list.tsx = export async function list() {{ {body} }}");
    let with_list = |body: &str| format!("{unchecked}\n{}", acts(body));
    let changed = || expect!["shop: `packages/ui/list.tsx` changed, needed through ui"];
    with(next, &with_list("'use server'; return 1"), &acts("'use server'; return 2"), changed());
    with(next, &with_list("'use strict'; return 1"), &acts("'use strict'; return 2"), expect![]);
    // Vite makes nothing of directives in what browsers get, but by a plugin.
    let vite = r#"{"build": "vite build"}"#;
    let page = "apps/shop/index.html = <script type=\"module\" src=\"/app/page.tsx\"></script>";
    with(vite, page, menu, expect![]);
    with(vite, page, item, expect![]);
    let plugin = r#"#@vitejs/plugin-rsc 1.0.0
        apps/shop/package.json = {"name": "shop", "dependencies": {"ui": "*", "vite": "*", "@vitejs/plugin-rsc": "*"}, "scripts": {"build": "vite build"}}"#;
    let plugin = format!("{page}\n{plugin}");
    with(vite, &plugin, item, expect!["shop: `packages/ui/item.tsx` changed, needed through ui"]);
    with(vite, &plugin, list, expect![]);
    // Next.js does, even if all that it leaves are files.
    let exported =
        "apps/shop/next.config.ts = export default { output: 'export', typescript: { ignoreBuildErrors: true } }";
    with(next, exported, item, expect!["shop: `packages/ui/item.tsx` changed, needed through ui"]);
    with(next, exported, list, expect![]);
}

/// A shop with a package that is made of data.
fn made_of_data(scripts: &str) -> String {
    format!(
        r#"
        shop*: db
        db
        lib
        #prisma 6.0.0
        packages/db/package.json = {{"name": "db", "main": "index.ts", "scripts": {{{scripts}}}, "dependencies": {{"prisma": "*"}}}}
        packages/db/index.ts = export * from "./generated/client"; export * from "./helper"
        packages/db/helper.ts = export const helper = 1
        packages/db/seed.ts = import "lib"
        packages/db/prisma.config.ts = import "./settings"
        packages/db/settings.ts = export const settings = 1
        packages/db/schema.prisma = generator own {{ provider = "tsx ./generator.ts" }}
        packages/db/generator.ts = export const generator = 1
        packages/lib/index.ts = export const lib = 1
        apps/shop/index.ts = import "db"; createServer(1)
        "#
    )
}

#[test]
fn what_is_made_of_data_counts_by_that() {
    let lib = "packages/lib/index.ts = export const lib = 2";
    for scripts in [r#""build": "prisma generate""#, r#""postinstall": "rimraf generated && prisma generate""#] {
        let site = made_of_data(scripts);
        check(&site, lib, expect![]);
        check(&site, "packages/db/seed.ts = seed()", expect![]);
        let schema = r#"generator own { provider = "tsx ./generator.ts" } model A {}"#;
        for (file, text) in [
            ("helper.ts", "export const helper = 2"),
            ("schema.prisma", schema),
            ("generator.ts", "export const generator = 2"),
            ("settings.ts", "export const settings = 2"),
            ("prisma.config.ts", "import './settings'; more()"),
        ] {
            let change = World::of(&site).with(&format!("packages/db/{file} = {text}"));
            let told = format!("shop: `packages/db/{file}` changed, needed through db");
            assert_eq!(compare(&World::of(&site), &change), told, "{scripts}");
        }
    }
    // Another program may read anything of the package.
    check(
        &made_of_data(r#""build": "prisma generate && make""#),
        lib,
        expect![
            "shop: `packages/lib/index.ts` may matter (`packages/db/index.ts` imports `./generated/client`, which is nowhere in the commit), needed through lib → db"
        ],
    );
}

#[test]
fn options_that_name_packages_import_none() {
    let with = |config: &str, expected: Expect| {
        let site = format!(
            r#"
            shop*: ui
            ui
            packages/ui/package.json = {{"name": "ui", "sideEffects": false}}
            packages/ui/index.ts = export {{ a }} from "./a"; export {{ b }} from "./b"
            packages/ui/a.ts = export const a = 1
            packages/ui/b.ts = export const b = 1
            apps/shop/index.ts = import {{ a }} from "ui"; createServer(a)
            apps/shop/package.json = {{"name": "shop", "dependencies": {{"ui": "*"}}, "scripts": {{"build": "vite build", "start": "node a.js"}}}}
            apps/shop/some.config.ts = export default {config}
            "#
        );
        check(&site, "packages/ui/b.ts = export const b = 2", expected);
    };
    with("{ transpilePackages: ['ui'] }", expect![]);
    with("{ ssr: { noExternal: ['ui'] }, optimizeDeps: { include: ['ui'] } }", expect![]);
    with("{ plugins: ['ui'] }", expect!["shop: `packages/ui/b.ts` changed, needed through ui"]);
    with("{ external: [require.resolve('ui')] }", expect!["shop: `packages/ui/b.ts` changed, needed through ui"]);
}

#[test]
fn examples_in_documents_import_nothing() {
    let with = |document: &str, expected: Expect| {
        let site = format!(
            "shop*: ui \n ui \n packages/ui/index.ts = 1 \n apps/shop/index.ts = createServer(1) \n apps/shop/page.mdx = {document}"
        );
        check(&site, "packages/ui/index.ts = 2", expected);
    };
    let counts = || expect!["shop: `packages/ui/index.ts` changed, needed through ui"];
    with("import { a } from 'ui'", counts());
    with("```ts\\nimport { a } from 'ui'\\n```", expect![]);
    with("- ~~~~\\n~~~\\nimport { a } from 'ui'\\n~~~~", expect![]);
    with("```ts twoslash\\nimport { a } from 'ui'\\n```", counts());
    with("```ts\\nlet one\\n```\\nimport { a } from 'ui'", counts());
    with("```ts\\nimport { a } from 'ui'", counts());
    with("```inline``` code\\nimport { a } from 'ui'", counts());
}

#[test]
fn what_somebody_else_needs_may_be_imported() {
    let site = "
        shop*: ui react
        ui
        other
        packages/ui/index.ts = 1
        packages/other/package.json = {\"name\": \"other\", \"dependencies\": {\"clsx\": \"*\"}}
        apps/shop/index.ts = import 'scheduler'; import 'clsx'; import type { A } from 'csstype'; createServer(1)
        #react 1.2.0
        #node_modules/react/node_modules/loose-envify 1.0.0
        #scheduler 0.1.0
        #csstype 3.0.0
        #clsx 2.0.0
    ";
    check(site, "packages/ui/index.ts = 2", expect![]);
    check(site, "#scheduler 0.2.0", expect!["shop: dependency `scheduler` changed (0.1.0 → 0.2.0)"]);
    check(site, "#clsx 2.1.0", expect!["shop: dependency `clsx` changed (2.0.0 → 2.1.0)"]);
    check(site, "#csstype 3.1.0", expect![]);
}

#[test]
fn a_build_that_does_nothing_reads_nothing() {
    let with = |main: &str, script: &str, expected: Expect| {
        let site = format!(
            r#"
            shop*: ui
            ui
            lib
            turbo.json = {{"tasks": {{"build": {{"dependsOn": ["^build"]}}}}}}
            packages/ui/package.json = {{"name": "ui", "main": "{main}", "scripts": {{"build": "{script}"}}}}
            packages/ui/index.ts = export const one = 1
            packages/ui/other.ts = import "lib"
            packages/lib/index.ts = export const lib = 1
            apps/shop/index.ts = import {{ one }} from "ui"; createServer(one)
            "#
        );
        check(&site, "packages/lib/index.ts = export const lib = 2", expected);
    };
    let counts = || expect!["shop: `packages/lib/index.ts` changed, needed through lib → ui"];
    with("index.ts", "echo nothing to build", expect![]);
    with("index.ts", "tsc", counts());
    // What is asked for is made by something else.
    with(
        "dist/index.js",
        "echo built elsewhere",
        expect![
            "shop: `packages/lib/index.ts` may matter (`apps/shop/index.ts` imports of it what is not in the commit), needed through lib → ui"
        ],
    );
}

#[test]
fn what_elements_become_calls_of_is_used() {
    let with = |module: &str, expected: Expect| {
        let site = format!(
            "shop*: ui \n ui \n packages/ui/package.json = {{\"name\": \"ui\", \"sideEffects\": false}} \n packages/ui/index.ts = export const h = 1; export const x = 1 \n apps/shop/index.ts = import './a'; createServer(1) \n apps/shop/a.tsx = {module}"
        );
        check(&site, "packages/ui/index.ts = export const h = 2; export const x = 1", expected);
    };
    let counts = || expect!["shop: `packages/ui/index.ts` changed, needed through ui"];
    with("import { h } from 'ui'; draw(<p />)", counts());
    with("/** @jsx x */ import { x } from 'ui'; draw(<p />)", counts());
    with("import { x } from 'ui'; draw(<p />)", expect![]);
    with("import { h } from 'ui'; draw('p')", expect![]);
}

#[test]
fn some_bundlers_take_all_of_what_data_exports_by_default() {
    let with = |version: &str, file: &str, expected: Expect| {
        let manifest = |text: &str| {
            format!(r#"packages/ui/package.json = {{"name": "ui", "version": "1.0.0", "description": "{text}"}}"#)
        };
        let site = format!(
            r#"
            shop*: ui
            ui
            #vite {version}
            {}
            packages/ui/index.ts = export const one = 1
            apps/shop/package.json = {{"name": "shop", "dependencies": {{"ui": "*"}}, "devDependencies": {{"vite": "*"}}, "scripts": {{"build": "vite build"}}}}
            apps/shop/index.html = <script type="module" src="/index.ts"></script>
            apps/shop/index.ts = import "./a"; import {{ one }} from "ui"
            {file}
            "#,
            manifest("a")
        );
        check(&site, &manifest("b"), expected);
    };
    let by_default = r#"import pkg from "../../packages/ui/package.json"; use(pkg.version)"#;
    with(
        "8.0.0",
        &format!("apps/shop/a.ts = {by_default}"),
        expect!["shop: `packages/ui/package.json` changed, needed through ui"],
    );
    with("7.0.0", &format!("apps/shop/a.ts = {by_default}"), expect![]);
    with("8.0.0", &format!("apps/shop/vite.config.ts = {by_default}"), expect![]);
    with(
        "8.0.0",
        r#"apps/shop/a.ts = import { version } from "../../packages/ui/package.json"; use(version)"#,
        expect![],
    );
}

#[test]
fn what_bundlers_leave_outside_counts_by_its_table() {
    let ui = |tables: &str| {
        format!(
            r#"packages/ui/package.json = {{"name": "ui", "exports": "./dist/index.js", {tables}, "scripts": {{"build": "tsup"}}}}"#
        )
    };
    let site = format!(
        "shop*: ui \n ui \n blog* \n #clsx 2.0.0 \n #tsup 8.0.0 \n tokens
        packages/ui/index.ts = import 'clsx'; import 'tokens'; export const ui = 1
        {}",
        ui(r#""dependencies": {"clsx": "*"}, "devDependencies": {"tsup": "*", "tokens": "*"}"#)
    );
    let change = |tables: &str, expected: Expect| check(&site, &ui(tables), expected);
    change(
        r#""dependencies": {}, "devDependencies": {"tsup": "*", "tokens": "*", "clsx": "*"}"#,
        expect!["shop: `packages/ui/package.json` changed (field `dependencies` removed), needed through ui"],
    );
    change(
        r#""dependencies": {"clsx": "*", "tokens": "*"}, "devDependencies": {"tsup": "*"}"#,
        expect!["shop: `packages/ui/package.json` changed (field `dependencies`), needed through ui"],
    );
    change(
        r#""dependencies": {"clsx": "*"}, "peerDependencies": {"tokens": "*"}, "devDependencies": {"tsup": "*", "tokens": "*"}"#,
        expect!["shop: `packages/ui/package.json` changed (field `peerDependencies` added), needed through ui"],
    );
    // Another range of the same is told by what is installed.
    change(r#""dependencies": {"clsx": "^2.0.0"}, "devDependencies": {"tsup": "*", "tokens": "*"}"#, expect![]);
    // A server that is put together so, and one that is not.
    let server = |build: &str, tables: &str| {
        format!(
            r#"apps/blog/package.json = {{"name": "blog", "main": "dist/index.js", {tables}, "scripts": {{"build": "{build}", "start": "node dist/index.js"}}}}"#
        )
    };
    for (build, expected) in [
        ("tsup", expect!["blog: `apps/blog/package.json` changed (field `dependencies` removed)"]),
        ("vite build", expect![]),
    ] {
        let site = format!("{site} \n {}", server(build, r#""dependencies": {"tokens": "*"}"#));
        check(&site, &server(build, r#""devDependencies": {"tokens": "*"}"#), expected);
    }
    // pnpm links this folder instead of the package's.
    let linked = |folder: &str| {
        ui(&format!(r#""publishConfig": {{"access": "public"{folder}}}, "dependencies": {{"clsx": "*"}}"#))
    };
    check(&format!("{site} \n {}", linked("")), &linked(r#", "tag": "next""#), expect![]);
    check(
        &format!("{site} \n {}", linked("")),
        &linked(r#", "directory": "dist""#),
        expect!["shop: `packages/ui/package.json` changed (field `publishConfig` added), needed through ui"],
    );
}
