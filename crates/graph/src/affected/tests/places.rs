//! Cases of folders that configuration puts together and of what it points at besides.

use expect_test::{Expect, expect};

use super::{check, lines};
use crate::notation::World;

/// A shop that Vite builds by a configuration, with folders beside it.
fn shop(config: &str, rest: &str) -> String {
    format!(
        r#"
        shop*: vite-config
        blog*
        vite-config
        brands
        packages/brands/package.json = {{"name": "brands"}}
        packages/brands/acme/logo.svg = 1
        packages/brands/acme/copy.ts = 1
        packages/other/logo.svg = 1
        static/x.txt = 1
        apps/shop/package.json = {{"name": "shop", "dependencies": {{"vite-config": "*"}}, "scripts": {{"build": "vite build"}}}}
        apps/shop/index.html = <script type=module src=/index.ts></script>
        apps/shop/index.ts = console.log(1)
        {config}
        {rest}
        "#
    )
}

/// Who is chosen for other contents of all files beside the shop.
fn beside(config: &str, expected: Expect) {
    check(
        &shop(config, ""),
        "packages/brands/acme/logo.svg = 2 \n packages/other/logo.svg = 2 \n static/x.txt = 2",
        expected,
    );
}

#[test]
fn variables_lead_to_folders() {
    let shared = |text: &str| {
        format!(
            "apps/shop/vite.config.ts = import {{ make }} from 'vite-config'; export default make({{ brand: 'acme' }}) \n packages/vite-config/index.ts = {text}"
        )
    };
    let brand = || expect!["shop: `packages/brands/acme/logo.svg` changed, needed through brands → vite-config"];
    for here in [
        "path.resolve(__dirname, '..')",
        "path.join(import.meta.dirname, '..')",
        "path.dirname(path.dirname(fileURLToPath(import.meta.url)))",
        "path.dirname(__filename) + '/..'",
        "new URL('..', import.meta.url).pathname",
        "fileURLToPath(new URL('../', import.meta.url))",
        "`${__dirname}/..`",
    ] {
        let config =
            |use_of: &str| shared(&format!("const packages = {here}; export const make = ({{ brand }}) => ({use_of})"));
        beside(&config("{ publicDir: path.join(packages, 'brands', brand) }"), brand());
        beside(&config("{ logo: path.join(packages, 'brands', brand, 'logo.svg') }"), brand());
        beside(&config("{ logo: `${packages}/brands/${brand}/logo.svg` }"), brand());
    }
    let deeper = "const packages = path.resolve(__dirname, '..'); const brands = path.join(packages, 'brands'); export const make = ({ brand }) => ({ publicDir: path.join(brands, brand, 'public', '..') })";
    beside(&shared(deeper), brand());
    let url = "const packages = new URL('../', import.meta.url); export const make = () => ({ publicDir: new URL('brands/acme', packages) })";
    beside(&shared(url), brand());
    // What another function makes of it may be anything, and here is nothing.
    beside(
        &shared("const packages = find(__dirname, '..'); export const make = ({ brand }) => packages(brand)"),
        expect![],
    );
    // A name that has several places may be any of them.
    let twice = "const at = new URL('..', import.meta.url); function a() { const at = new URL('../..', import.meta.url); return new URL('static/x.txt', at) } export const make = () => new URL('brands/acme/logo.svg', at)";
    beside(
        &shared(twice),
        expect![[r#"
            shop: `static/x.txt` changed
            shop: `packages/brands/acme/logo.svg` changed, needed through brands → vite-config"#]],
    );
}

#[test]
fn patterns_begin_with_choices() {
    let config =
        |pattern: &str| format!("apps/shop/vite.config.ts = export default {{ plugins: [copy('{pattern}')] }}");
    beside(
        &config("../../{packages,static}/*/*/logo.svg"),
        expect!["shop: `packages/brands/acme/logo.svg` changed, needed through brands"],
    );
    beside(&config("../../*/other/*.svg"), expect!["shop: `packages/other/logo.svg` changed"]);
    beside(&config("../../*/{other,brands}/*.{svg,png}"), expect!["shop: `packages/other/logo.svg` changed"]);
    // Without an ending it is about addresses more often, and all of a kind may be anybody's.
    beside(&config("../../*/other/*"), expect![]);
    beside(&config("../../**/*.svg"), expect![]);
    let many = (0..30).map(|at| format!("{{a{at},b}}")).collect::<String>();
    beside(&config(&format!("../../{many}/x.svg")), expect![]);
    let last = (0..30).map(|at| format!("a{at},")).collect::<String>();
    beside(
        &config(&format!("../../{{{last}packages}}/other/logo.svg")),
        expect!["shop: `packages/other/logo.svg` changed"],
    );
    // Where it begins may be said elsewhere.
    let loader = "apps/shop/vite.config.ts = const root = find(); export default { plugins: [glob({ base: root, pattern: 'packages/*/{acme,other}/*.svg' })] }";
    beside(loader, expect!["shop: `packages/brands/acme/logo.svg` changed, needed through brands"]);
}

#[test]
fn compilers_configuration_is_pointed_at() {
    let site = |config: &str, main: &str| {
        shop(
            &format!("apps/shop/index.ts = {main} \n {config}"),
            r#"
            lib/y.ts = export const y = 1
            apps/shop/tsconfig.json = {"include": ["src"]}
            config/tsconfig.paths.json = {"compilerOptions": {"baseUrl": "..", "paths": {"@lib/*": ["lib/*"]}}}
            "#,
        )
    };
    let (main, change) = ("import { y } from '@lib/y'; console.log(y)", "lib/y.ts = export const y = 2");
    let plugin = "apps/shop/vite.config.ts = export default { plugins: [paths({ projects: ['../../config/tsconfig.paths.json'] })] }";
    let chosen = || expect!["shop: `lib/y.ts` changed"];
    check(&site(plugin, main), change, chosen());
    let script = r#"apps/shop/package.json = {"name": "shop", "dependencies": {"vite-config": "*"}, "scripts": {"build": "tsx --tsconfig=../../config/tsconfig.paths.json build.ts && vite build"}}"#;
    check(&site(script, main), change, chosen());
    check(&site(plugin, "console.log(1)"), change, expect![]);
    // Each file of configuration has aliases of its own, whatever others say of longer names.
    let two = r#"
        apps/shop/tsconfig.json = {"compilerOptions": {"paths": {"@/*": ["./*"]}}}
        apps/shop/tsconfig.other.json = {"compilerOptions": {"paths": {"@/lib/*": ["../../lib/*"]}}}
        apps/shop/lib/y.ts = export const y = 1
        apps/shop/package.json = {"name": "shop", "scripts": {"build": "tsc && vite build"}, "dependencies": {"vite-config": "*"}}
    "#;
    check(&site(two, "import { y } from '@/lib/y'; console.log(y)"), change, chosen());
}

#[test]
fn names_lead_from_where_modules_are_looked_for() {
    let site = |main: &str, config: &str| {
        shop(&format!("apps/shop/index.ts = {main} \n {config}"), "shared/y.ts = 1 \n shared/_theme.scss = a {}")
    };
    let config = "apps/shop/vite.config.ts = export default { css: { scss: { loadPaths: [resolve(__dirname, '../..')], additionalData: `@use 'shared/theme'` } } }";
    check(&site("import 'shared/y'", config), "shared/y.ts = 2", expect!["shop: `shared/y.ts` changed"]);
    check(&site("1", config), "shared/_theme.scss = b {}", expect!["shop: `shared/_theme.scss` changed"]);
}

#[test]
fn what_a_function_is_given_by_default_may_be_a_folder() {
    for text in [
        "import fs from 'node:fs'; export const read = (folder = 'static') => fs.readdirSync(path.join(process.cwd(), '../..', folder))",
        "import fs from 'node:fs'; export const read = ({ folder = 'static' }) => fs.readdirSync(path.join(root, folder))",
    ] {
        let config =
            format!("apps/shop/vite.config.ts = import 'vite-config' \n packages/vite-config/index.ts = {text}");
        beside(&config, expect!["shop: `static/x.txt` changed"]);
    }
}

#[test]
fn configuration_may_lie_in_a_folder_of_its_own() {
    let config = |folder: &str| {
        format!(
            r#"apps/shop/package.json = {{"name": "shop", "dependencies": {{"vite-config": "*"}}, "scripts": {{"build": "vite build -c {folder}/vite.config.ts"}}}}
            apps/shop/{folder}/vite.config.ts = import {{ root }} from './paths'; export default {{ publicDir: path.join(root, 'static') }}"#
        )
    };
    beside(&config("config"), expect!["shop: `static/x.txt` changed"]);
    beside(&config("src/config"), expect![]);
}

#[test]
fn shaders_put_in_others() {
    for (text, name) in [
        ("#include \"../../../shared/noise.glsl\"", "noise.glsl"),
        ("#include <../../../shared/noise.glsl>;", "noise.glsl"),
        ("#pragma glslify: noise = require(../../../shared/noise.glsl)", "noise.glsl"),
        ("#import ../../../shared/noise.wgsl", "noise.wgsl"),
    ] {
        let site = shop(
            "apps/shop/index.ts = import './a/x.frag'",
            &format!(
                "apps/shop/a/x.frag = {text} \n shared/{name} = #include 'more.glsl' \n shared/more.glsl = 1 \n shared/other.glsl = 1"
            ),
        );
        let expected = format!("shop: `shared/more.glsl` changed\nshop: `shared/{name}` changed");
        let change = format!("shared/{name} = #include 'more.glsl';1 \n shared/other.glsl = 2 \n shared/more.glsl = 2");
        let (base, head) = (World::of(&site), World::of(&site).with(&change));
        assert_eq!(lines(&base, &head), expected, "{text}");
    }
}

#[test]
fn styles_load_others_by_name() {
    let site = shop(
        "apps/shop/index.ts = import './a.scss'",
        "apps/shop/a.scss = @use 'sass:meta'; .a { @include meta.load-css('../../shared/theme'); } \n shared/_theme.scss = a {} \n shared/_other.scss = a {}",
    );
    check(
        &site,
        "shared/_theme.scss = b {} \n shared/_other.scss = b {}",
        expect!["shop: `shared/_theme.scss` changed"],
    );
}

#[test]
fn all_folders_of_a_name_are_looked_through_for_classes() {
    let site = |source: &str| {
        shop(
            "#tailwindcss 4.0.0 \n apps/shop/index.ts = import './a.css'",
            &format!(
                r#"apps/shop/package.json = {{"name": "shop", "dependencies": {{"tailwindcss": "*"}}, "scripts": {{"build": "vite build"}}}}
                apps/shop/a.css = @import "tailwindcss"; @source "{source}";"#
            ),
        )
    };
    let change = "packages/brands/acme/copy.ts = 2 \n packages/other/logo.svg = 2";
    check(
        &site("../../*/brands"),
        change,
        expect!["shop: `packages/brands/acme/copy.ts` changed, needed through brands"],
    );
    check(&site("../../**/brands"), change, expect![]);
}

#[test]
fn pages_are_made_of_documents_in_a_folder_above() {
    let site = |folder: &str| {
        format!(
            r#"
            docs*
            ui
            apps/docs/package.json = {{"name": "docs", "scripts": {{"build": "vitepress build"}}}}
            apps/docs/.vitepress/config.ts = export default {{ srcDir: '{folder}', rewrites: {{ 'packages/:name/guide/(.*)': ':name/(.*)' }} }}
            packages/ui/guide/a.md = 1
            packages/ui/README.md = 1
            packages/ui/index.ts = 1
            "#
        )
    };
    let change = "packages/ui/guide/a.md = 2 \n packages/ui/README.md = 2 \n packages/ui/index.ts = 2";
    check(
        &site("../.."),
        change,
        expect![[r#"
            docs: `packages/ui/README.md` changed, needed through ui
            docs: `packages/ui/guide/a.md` changed, needed through ui"#]],
    );
    check(&site("pages"), change, expect![]);
}

#[test]
fn documents_say_what_marks_mean() {
    let site = "
        docs*
        apps/docs/a.md = ![a][pic]\\n\\n[pic]: ../../shared/pic.png\\n[more]: ../../shared/more.md
        apps/docs/index.ts = import './a.md'; createServer(1)
        shared/pic.png = 1
        shared/more.md = 1
    ";
    check(site, "shared/pic.png = 2 \n shared/more.md = 2", expect!["docs: `shared/pic.png` changed"]);
}

#[test]
fn who_shares_packages_says_which_versions() {
    let manifest = |range: &str| {
        format!(r#"packages/kit/package.json = {{"name": "kit", "peerDependencies": {{"react": "{range}"}}}}"#)
    };
    let site = |tools: &str| {
        format!(
            r#"
            shop*: kit
            kit
            #react 18.2.0
            {}
            packages/kit/index.ts = export const kit = 1
            apps/shop/package.json = {{"name": "shop", "dependencies": {{"kit": "*", "react": "18"}}, "devDependencies": {{{tools}}}, "scripts": {{"build": "vite build"}}}}
            apps/shop/index.html = <script type=module src=/index.ts></script>
            apps/shop/index.ts = import 'kit'
            "#,
            manifest("^18.0.0")
        )
    };
    let chosen = || expect!["shop: `packages/kit/package.json` changed (field `peerDependencies`), needed through kit"];
    for tool in ["@module-federation/vite", "webpack"] {
        check(&site(&format!(r#""{tool}": "*""#)), &manifest("^18.2.0"), chosen());
    }
    check(&site(r#""vite": "*""#), &manifest("^18.2.0"), expect![]);
}

/// Who is chosen for a name that comes into another table of a shop that is built with a tool.
fn by_table(tool: &str, files: &str, expected: Expect) {
    let manifest = |table: &str| {
        format!(
            r#"apps/shop/package.json = {{"name": "shop", "devDependencies": {{"@sveltejs/kit": "2", "{tool}": "*"}}, "{table}": {{"clsx": "2"}}, "scripts": {{"build": "vite build"}}}}"#
        )
    };
    let site = format!(
        "shop* \n #@sveltejs/kit 2.0.0 \n #clsx 2.1.1 \n #{tool} 3.0.0 \n {} \n {files}",
        manifest("dependencies")
    );
    check(&site, &manifest("peerDependencies"), expected);
}

#[test]
fn some_leave_outside_what_is_in_some_tables() {
    let counts = || {
        expect![[r#"
            shop: `apps/shop/package.json` changed (field `dependencies` removed)
            shop: `apps/shop/package.json` changed (field `peerDependencies` added)"#]]
    };
    let page =
        "apps/shop/index.html = <script type=module src=/index.ts></script> \n apps/shop/index.ts = import 'clsx'";
    by_table("rollup-plugin-node-externals", page, counts());
    by_table("vite", page, expect![]);
    let server = |adapter: &str| {
        format!(
            "apps/shop/src/routes/page.ts = import 'clsx' \n apps/shop/svelte.config.js = import adapter from '{adapter}'; export default {{ kit: {{ adapter: adapter() }} }}"
        )
    };
    by_table("@sveltejs/adapter-node", &server("@sveltejs/adapter-node"), counts());
    by_table("@sveltejs/adapter-static", &server("@sveltejs/adapter-static"), expect![]);
}

#[test]
fn examples_of_variables_are_read_by_who_asks_for_them() {
    let site = |tool: &str| {
        format!(
            r#"shop*
            #{tool} 1.0.0
            .env.example = A=1
            apps/shop/.env.example = A=1
            apps/shop/package.json = {{"name": "shop", "dependencies": {{"{tool}": "*"}}, "scripts": {{"build": "vite build"}}}}
            apps/shop/index.html = <script type=module src=/index.ts></script>
            apps/shop/index.ts = import '{tool}'"#
        )
    };
    let change =
        ".env.example = A=2 \n apps/shop/.env.example = A=2 \n .tool-versions = python 3 \n .size-limit.json = {}";
    check(&site("dotenv"), change, expect![]);
    check(
        &site("dotenv-safe"),
        change,
        expect![[r#"
            shop: `apps/shop/.env.example` changed
            shop: `.env.example` changed"#]],
    );
}
