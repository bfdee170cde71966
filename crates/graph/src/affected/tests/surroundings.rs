//! Cases of what stands around modules: scripts and what they call, what is installed and how, what task runners are told,
//! and files that only certain programs know to be theirs.

use expect_test::{Expect, expect};

use super::{check, lines};
use crate::analysis::tests::is_told_from;
use crate::notation::World;

/// A shop and a blog, of which the shop imports a package.
const SITE: &str = "
    shop*: ui
    blog*
    ui
    packages/ui/index.ts = export const one = 1
    apps/shop/index.ts = import 'ui'; createServer(1)
";

/// Scripts of the shop.
fn shop(scripts: &str) -> String {
    format!(r#"apps/shop/package.json = {{"name": "shop", "dependencies": {{"ui": "*"}}, "scripts": {{{scripts}}}}}"#)
}

/// Fields of the root's manifest besides.
fn root(fields: &str) -> String {
    format!(r#"package.json = {{"name": "root", "workspaces": ["apps/*", "packages/*"], {fields}}}"#)
}

/// A change of the site with something added.
fn near(added: &str, change: &str, expected: Expect) {
    check(&format!("{SITE}{added}"), change, expected);
}

/// The same where another package manager would need other files.
fn near_as_it_is(added: &str, change: &str, expected: Expect) {
    let base = World::of(&format!("{SITE}{added}"));
    let head = base.with(change);
    is_told_from(&base.snapshot(), &head.snapshot());
    expected.assert_eq(&lines(&base, &head));
}

#[test]
fn data_may_be_called_like_a_test() {
    let built = shop(r#""build": "vite build", "start": "node a.js""#);
    let with = |file: &str, expected: Expect| {
        near(&format!("{built}\napps/shop/{file} = a"), &format!("apps/shop/{file} = b"), expected);
    };
    with("public/openapi.spec.json", expect!["shop: `apps/shop/public/openapi.spec.json` changed"]);
    with("public/__fixtures__/one.test.js", expect!["shop: `apps/shop/public/__fixtures__/one.test.js` changed"]);
    with("messages/common.cy.json", expect!["shop: `apps/shop/messages/common.cy.json` changed"]);
    with("content/a.spec.md", expect!["shop: `apps/shop/content/a.spec.md` changed"]);
    with(".env.test", expect!["shop: `apps/shop/.env.test` changed"]);
    with("src/a.spec.ts", expect![]);
    with("src/a.stories.vue", expect![]);
    with("src/a.stories.mdx", expect![]);
    with("src/a.test.mdx", expect!["shop: `apps/shop/src/a.test.mdx` changed"]);
}

#[test]
fn scripts_are_called_in_many_ways() {
    let with = |build: &str, expected: Expect| {
        let scripts = |one: &str| {
            shop(&format!(r#""build": "{build}", "start": "node a.js", "gen:one": "{one}", "other": "tsc""#))
        };
        near_as_it_is(&scripts("vite build"), &scripts("vite build --mode staging"), expected);
    };
    let told = || expect!["shop: `apps/shop/package.json` changed (script `gen:one`)"];
    with("run-s gen:*", told());
    with("run-p other 'gen:one {@}' --", told());
    with("concurrently 'npm:gen:one' 'tsc -w'", told());
    with("node --run gen:one", told());
    with("pnpm -s run gen:one", told());
    with("cross-env A=1 npm run gen:one", told());
    with("sh -c 'npm run gen:one'", told());
    with("pnpm run '/^gen:/'", told());
    with("run-s other && npm run gen:$WHICH", told());
    with("run-s other && npm run gen:${WHICH}", told());
    with("vite build", expect![]);
    with("run-s other", expect![]);
}

#[test]
fn scripts_run_what_is_elsewhere() {
    let with = |build: &str, change: &str, expected: Expect| {
        let added = format!(
            "{}\n{}\n{}\ntools\npackages/tools/gen.mjs = 1\npackages/tools/data.json = 1\ntools/gen.mjs = import './value.mjs'\ntools/value.mjs = 1",
            shop(&format!(r#""build": "{build}", "start": "node a.js""#)),
            root(r#""scripts": {"gen": "node tools/gen.mjs"}"#),
            r#"packages/tools/package.json = {"name": "tools", "scripts": {"gen": "node gen.mjs"}}"#,
        );
        near_as_it_is(&added, change, expected);
    };
    let root_script = root(r#""scripts": {"gen": "node tools/gen.mjs --all"}"#);
    with("pnpm -w run gen && vite build", &root_script, expect!["shop: `package.json` changed (script `gen`)"]);
    with("pnpm -w run gen && vite build", "tools/value.mjs = 2", expect!["shop: `tools/value.mjs` changed"]);
    with(
        "npm run gen --prefix ../.. && vite build",
        "tools/gen.mjs = 2",
        expect![[r#"
        shop: `tools/gen.mjs` changed
        shop: `tools/value.mjs` changed (removed)"#]],
    );
    with("vite build", &root_script, expect![]);
    let data = "packages/tools/data.json = 2";
    with(
        "pnpm --filter tools gen && vite build",
        data,
        expect![
            "shop: `packages/tools/data.json` may matter (`pnpm --filter tools gen && vite build` names it), needed through tools"
        ],
    );
    with(
        "pnpm -C ../../packages/tools gen && vite build",
        data,
        expect!["shop: `packages/tools/data.json` changed, needed through tools"],
    );
    with("vite build", data, expect![]);
}

#[test]
fn what_runs_after_an_install_of_all_counts_for_all() {
    let with = |script: &str, change: &str, expected: Expect| {
        let fields = format!(r#""scripts": {{"postinstall": "{script}", "setup": "node scripts/fix.mjs"}}"#);
        let added = format!("{}\nscripts/fix.mjs = import './help.mjs'\nscripts/help.mjs = 1", root(&fields));
        near_as_it_is(&added, change, expected);
    };
    let both = || {
        expect![[r#"
            blog: `scripts/help.mjs` changed
            shop: `scripts/help.mjs` changed"#]]
    };
    with("node scripts/fix.mjs", "scripts/help.mjs = 2", both());
    with("npm run setup", "scripts/help.mjs = 2", both());
    with("husky", "scripts/help.mjs = 2", expect![]);
}

#[test]
fn words_of_a_shell_are_understood() {
    let with = |build: &str, expected: Expect| {
        let scripts = shop(&format!(r#""build": "{build}", "start": "node a.js""#));
        near(&format!("{scripts}\nversion.txt = 1"), "version.txt = 2", expected);
    };
    let told = || expect!["shop: `version.txt` changed"];
    with("VITE_V=$(cat ../../version.txt) vite build", told());
    with("VITE_V=`cat ../../version.txt` vite build", told());
    with("cp ../../*.txt public && vite build", told());
    with("cp ../../{version,other}.txt public && vite build", told());
    with("cp $PWD/../../version.txt public; vite build", told());
    with("vite build", expect![]);
}

#[test]
fn a_command_names_a_file_beside_it() {
    let with = |build: &str, expected: Expect| {
        let scripts = shop(&format!(r#""build": "{build}", "start": "node a.js""#));
        let file = |text: &str| format!("apps/shop/vite.test.config.ts = {text}");
        near(&format!("{scripts}\n{}", file("import 'ui'")), &file("import 'ui'; more()"), expected);
    };
    with("vite build --config vite.test.config.ts", expect!["shop: `apps/shop/vite.test.config.ts` changed"]);
    with("vite build", expect![]);
}

#[test]
fn what_programs_are_run_by_counts_where_one_is_run() {
    let with = |build: &str, expected: Expect| {
        let scripts = shop(&format!(r#""build": "{build}", "start": "node a.js""#));
        let files = "apps/shop/Makefile = a \n Makefile = a \n tools/gen.mjs = 1 \n apps/shop/build.sh = node ../../tools/gen.mjs";
        near(&format!("{scripts}\n{files}"), "apps/shop/Makefile = b \n Makefile = b \n tools/gen.mjs = 2", expected);
    };
    with("vite build", expect![]);
    let makes = expect![[r#"
        shop: `apps/shop/Makefile` changed
        shop: `Makefile` may matter (it belongs to no package, so any build may read it)"#]];
    with("make build", makes);
    with("sh ./build.sh", expect!["shop: `tools/gen.mjs` changed"]);
}

#[test]
fn shells_read_what_they_name() {
    let with = |build: &str, expected: Expect| {
        let scripts = shop(&format!(r#""build": "{build}", "start": "node a.js""#));
        near(
            &format!("{scripts} \n shared/a.txt = 1 \n shared/b.css = 1 \n packages/ui/unused.ts = console.log(1)"),
            "shared/a.txt = 2 \n shared/b.css = 2 \n packages/ui/unused.ts = console.log(2)",
            expected,
        );
    };
    with("vite build > build.log 2>&1 && touch dist/.nojekyll && mv dist out || exit $?", expect![]);
    with("cd src && vite build", expect![]);
    with("cat ../../shared/a.txt > public/a.txt && vite build", expect!["shop: `shared/a.txt` changed"]);
    with("vite build < ../../shared/b.css", expect!["shop: `shared/b.css` changed"]);
    with("shx cp -r ../../shared/*.txt public && vite build", expect!["shop: `shared/a.txt` changed"]);
    with(
        "find ../../shared -name a.txt && vite build",
        expect![[r#"
        shop: `shared/a.txt` changed
        shop: `shared/b.css` changed"#]],
    );
    with(
        "vite build | upload",
        expect!["shop: `shared/a.txt` may matter (it belongs to no package, so any build may read it)"],
    );
}

#[test]
fn patches_count_for_who_has_the_package() {
    let site = "
        shop*: react
        blog*: clsx
        #react 1.2.0
        #clsx 2.0.0
        patches/react+1.2.0.patch = a
        patches/@scope+react+1.2.0.patch = a
    ";
    let with = |fields: &str, expected: Expect| {
        check(&format!("{site}\n{}", root(fields)), "patches/react+1.2.0.patch = b", expected);
    };
    with(r#""scripts": {"postinstall": "patch-package"}"#, expect!["shop: `patches/react+1.2.0.patch` changed"]);
    with(r#""scripts": {"postinstall": "patch-package --patch-dir other"}"#, expect![]);
    with(
        r#""patchedDependencies": {"react@1.2.0": "patches/react+1.2.0.patch"}"#,
        expect!["shop: `patches/react+1.2.0.patch` changed"],
    );
    with(r#""private": true"#, expect![]);
}

#[test]
fn folders_that_packages_are_installed_from_count() {
    let lock = r#"package-lock.json = {"lockfileVersion": 3, "packages": {"": {}, "apps/shop": {"dependencies": {"dep": "file:../../vendor/dep"}}, "node_modules/dep": {"resolved": "vendor/dep", "link": true}, "vendor/dep": {"name": "dep"}, "node_modules/shop": {"resolved": "apps/shop", "link": true}, "node_modules/blog": {"resolved": "apps/blog", "link": true}, "node_modules/ui": {"resolved": "packages/ui", "link": true}}}"#;
    let manifest = r#"apps/shop/package.json = {"name": "shop", "dependencies": {"dep": "file:../../vendor/dep"}, "scripts": {"build": "vite build", "start": "node a.js"}}"#;
    let files = "vendor/dep/package.json = {} \n vendor/dep/lib.js = import '../shared/a.js' \n vendor/dep/lib.test.js = 1 \n vendor/shared/a.js = 1";
    let with =
        |change: &str, expected: Expect| near_as_it_is(&format!("{lock}\n{manifest}\n{files}"), change, expected);
    with(
        "vendor/dep/lib.js = 2",
        expect![[r#"
        shop: `vendor/dep/lib.js` changed
        shop: `vendor/shared/a.js` changed (removed)"#]],
    );
    with("vendor/shared/a.js = 2", expect!["shop: `vendor/shared/a.js` changed"]);
    with("vendor/dep/lib.test.js = 2", expect![]);
}

#[test]
fn a_server_runs_with_what_it_asks_for_to_run() {
    let with = |table: &str| {
        format!(
            r#"apps/shop/package.json = {{"name": "shop", "{table}": {{"react": "*"}}, "scripts": {{"build": "vite build", "start": "node a.js"}}}}"#
        )
    };
    near(
        &format!("#react 1.2.0\n{}", with("devDependencies")),
        &with("dependencies"),
        expect!["shop: `dependencies` changed (which of what it asks for it runs with)"],
    );
}

#[test]
fn settings_of_package_managers_count() {
    let with = |settings: &str, change: &str, expected: Expect| {
        let file = |settings: &str| format!("pnpm-workspace.yaml = packages: ['apps/*', 'packages/*']\\n{settings}");
        let lock = "pnpm-lock.yaml = lockfileVersion: '9.0'\\nimporters:\\n  .: {}\\n  apps/shop:\\n    dependencies:\\n      react: {specifier: '*', version: 1.2.0}\\npackages:\\n  react@1.2.0: {resolution: {integrity: sha512-a}}\\nsnapshots:\\n  react@1.2.0: {}";
        let manifest = r#"apps/shop/package.json = {"name": "shop", "dependencies": {"react": "*"}, "scripts": {"build": "vite build", "start": "node a.js"}}"#;
        near_as_it_is(&format!("{lock}\n{manifest}\n{}", file(settings)), &file(change), expected);
    };
    with(
        "nodeLinker: isolated",
        "nodeLinker: hoisted",
        expect![[r#"
        blog: `pnpm-workspace.yaml` changed (field `nodeLinker`)
        shop: `pnpm-workspace.yaml` changed (field `nodeLinker`)"#]],
    );
    with(
        "",
        "onlyBuiltDependencies: [react]",
        expect!["shop: `pnpm-workspace.yaml` changed (field `onlyBuiltDependencies` added)"],
    );
    with("", "onlyBuiltDependencies: [other]", expect![]);
    with("", "minimumReleaseAge: 1000", expect![]);
    // Bun's.
    near_as_it_is(
        "bunfig.toml = a \n bun.lock = {\"lockfileVersion\": 1, \"workspaces\": {}, \"packages\": {}}",
        "bunfig.toml = b",
        expect![[r#"
            blog: `bunfig.toml` changed
            shop: `bunfig.toml` changed"#]],
    );
    near_as_it_is("bunfig.toml = a", "bunfig.toml = b", expect![]);
}

#[test]
fn what_task_runners_are_told_counts() {
    let files = "config/flags.json = 1 \n content/a.md = 1 \n tools/gen.mjs = 1 \n README.md = 1";
    let change = "config/flags.json = 2 \n content/a.md = 2 \n tools/gen.mjs = 2 \n README.md = 2";
    let with = |told: &str, expected: Expect| {
        near(&format!("{}\n{files}\n{told}", root(r#""scripts": {"gen": "node tools/gen.mjs"}"#)), change, expected)
    };
    with("", expect![]);
    with(
        r#"turbo.json = {"globalDependencies": ["config/*.json", "README.md"], "tasks": {"build": {}}}"#,
        expect![[r#"
        blog: `config/flags.json` changed
        shop: `config/flags.json` changed"#]],
    );
    for pattern in ["**/tokens.json", "**/*.json", "*.json"] {
        let told = format!("{SITE} \n tokens.json = 1 \n turbo.json = {{\"globalDependencies\": [\"{pattern}\"]}}");
        let said = lines(&World::of(&told), &World::of(&told).with("tokens.json = 2"));
        assert_eq!(said, "blog: `tokens.json` changed\nshop: `tokens.json` changed", "{pattern}");
    }
    with(
        r#"turbo.json = {"tasks": {"build": {"inputs": ["$TURBO_DEFAULT$", "$TURBO_ROOT$/content/**"]}}}"#,
        expect![[r#"
        blog: `content/a.md` changed
        shop: `content/a.md` changed"#]],
    );
    with(
        "turbo.json = {\"tasks\": {\"build\": {}}} \n apps/shop/turbo.json = {\"extends\": [\"//\"], \"tasks\": {\"build\": {\"inputs\": [\"../../content/**\", \"src/**\"]}}}",
        expect!["shop: `content/a.md` changed"],
    );
    with(
        r#"turbo.json = {"tasks": {"build": {"dependsOn": ["//#gen"]}, "//#gen": {}}}"#,
        expect![[r#"
        blog: `tools/gen.mjs` changed
        shop: `tools/gen.mjs` changed"#]],
    );
    with(
        r#"nx.json = {"namedInputs": {"default": ["{projectRoot}/**/*", "shared"], "shared": ["{workspaceRoot}/config/flags.json"]}, "targetDefaults": {"build": {"inputs": ["default", "!{workspaceRoot}/content/**"]}}}"#,
        expect![[r#"
            blog: `config/flags.json` changed
            shop: `config/flags.json` changed"#]],
    );
    with(
        "nx.json = {} \n apps/shop/project.json = {\"name\": \"shop\", \"targets\": {\"build\": {\"inputs\": [{\"fileset\": \"{workspaceRoot}/content/**\"}]}}}",
        expect!["shop: `content/a.md` changed"],
    );
}

#[test]
fn projects_are_needed_by_what_they_are_called() {
    let told = |files: &str| {
        let lib = "lib \n packages/lib/project.json = {\"name\": \"own-name\", \"tags\": [\"of-all\"], \"targets\": {\"gen\": {\"command\": \"node packages/lib/gen.mjs\"}}} \n packages/lib/gen.mjs = 1 \n packages/lib/a.ts = 1";
        let base = World::of(&format!("{SITE}nx.json = {{}} \n {lib} \n {files}"));
        let head = base.with("packages/lib/gen.mjs = 2 \n packages/lib/a.ts = 2");
        is_told_from(&base.snapshot(), &head.snapshot());
        lines(&base, &head)
    };
    let project = |field: &str| {
        told(&format!(r#"apps/shop/project.json = {{{field} "targets": {{"build": {{"command": "vite build"}}}}}}"#))
    };
    assert_eq!(project(""), "");
    for needed in ["own-name", "lib", "own-*", "tag:of-*"] {
        let told = project(&format!(r#""implicitDependencies": ["{needed}"],"#));
        let whole = ["a.ts", "gen.mjs"].map(|name| {
            format!(
                "shop: `packages/lib/{name}` may matter (`project.json` says that it is needed), needed through lib"
            )
        });
        assert_eq!(told, whole.join("\n"), "{needed}");
    }
    for needed in [r#""!own-name""#, r#""own-*", "!lib""#, r#""tag:on-*""#, r#""shop""#, r#""[""#] {
        assert_eq!(project(&format!(r#""implicitDependencies": [{needed}],"#)), "", "{needed}");
    }
    let waits = expect![[r#"
        shop: `packages/lib/a.ts` changed, needed through lib
        shop: `packages/lib/gen.mjs` changed, needed through lib"#]];
    let target = r#""targets": {"build": {"dependsOn": ["own-name:gen"]}}"#;
    waits.assert_eq(&told(&format!("apps/shop/project.json = {{{target}}}")));
    waits.assert_eq(&told(&shop(&format!(r#""build": "vite build", "start": "node a.js"}}, "nx": {{{target}"#))));
}

#[test]
fn files_of_programs_name_others() {
    let with = |file: &str, expected: Expect| {
        let files = "shared/a.ts = 1 \n shared/deep/b.svg = 1 \n shared/c.graphql = 1";
        near(
            &format!("{files}\napps/shop/{file}"),
            "shared/a.ts = 2 \n shared/deep/b.svg = 2 \n shared/c.graphql = 2",
            expected,
        );
    };
    with(
        r#"angular.json = {"projects": {"shop": {"assets": [{"glob": "**/*", "input": "../../shared/deep"}], "scripts": ["../../shared/a.ts"]}}}"#,
        expect![[r#"
            shop: `shared/a.ts` changed
            shop: `shared/deep/b.svg` changed"#]],
    );
    with("codegen.yml = schema: ../../shared/c.graphql", expect!["shop: `shared/c.graphql` changed"]);
    with("one.graphql = #import '../../shared/c.graphql'", expect!["shop: `shared/c.graphql` changed"]);
    with(
        "nuxt.config.ts = export default { css: ['~~/../../shared/a.ts'], dirs: ['../../../shared/deep'] }",
        expect![[r#"
            shop: `shared/a.ts` changed
            shop: `shared/deep/b.svg` changed"#]],
    );
    with(
        "a.js = require.context('../../shared', true)",
        expect![[r#"
        shop: `shared/a.ts` changed
        shop: `shared/c.graphql` changed
        shop: `shared/deep/b.svg` changed"#]],
    );
    with("a.js = require.context('../..', false)", expect![]);
    with(
        "a.js = import '../../shared/*.ts'; import text from 'bundle-text:../../shared/c.graphql'",
        expect![[r#"
        shop: `shared/a.ts` changed
        shop: `shared/c.graphql` changed"#]],
    );
    with(
        "next.config.js = config.resolve.alias['@brand'] = path.join(root, 'shared')",
        expect![[r#"
        shop: `shared/a.ts` changed
        shop: `shared/c.graphql` changed
        shop: `shared/deep/b.svg` changed"#]],
    );
    with("a.js = choose(root, 'shared')", expect![]);
    with("a.js = path.join(root, 'shared', 'deep')", expect!["shop: `shared/deep/b.svg` changed"]);
    with("a.js = path.join(root, 'packages')", expect![]);
    with("a.js = path.join(root, 'shared')", expect![]);
    with("vite.config.js = root + '/shared/a.ts'", expect!["shop: `shared/a.ts` changed"]);
    with("vite.config.js = `${root}/shared/a.ts`", expect!["shop: `shared/a.ts` changed"]);
    with(
        "a.vue = <style>a { background: url(../../shared/deep/b.svg) }</style>",
        expect!["shop: `shared/deep/b.svg` changed"],
    );
    with(
        "a.vue = <img srcset='../../shared/deep/b.svg 1x, ../../shared/a.ts 2x'>",
        expect![[r#"
        shop: `shared/a.ts` changed
        shop: `shared/deep/b.svg` changed"#]],
    );
    with("a.js = css`background: url(../../shared/deep/b.svg)`", expect!["shop: `shared/deep/b.svg` changed"]);
    with(
        "vite.config.ts = export default { jsxInject: \"import { h } from '../../shared/a'\" }",
        expect!["shop: `shared/a.ts` changed"],
    );
    with("index.html = <link rel=stylesheet href=../../shared/a.ts>", expect!["shop: `shared/a.ts` changed"]);
}

#[test]
fn what_jsx_becomes_is_imported() {
    let with = |file: &str, expected: Expect| {
        let jsx = "jsx \n packages/jsx/package.json = {\"name\": \"jsx\", \"sideEffects\": false, \"exports\": {\"./*\": \"./*.ts\"}} \n packages/jsx/jsx-runtime.ts = export const jsx = 1";
        near(&format!("{jsx}\napps/shop/{file}"), "packages/jsx/jsx-runtime.ts = export const jsx = 2", expected);
    };
    with(
        "a.tsx = /** @jsxImportSource jsx */ <p />",
        expect!["shop: `packages/jsx/jsx-runtime.ts` changed, needed through jsx"],
    );
    with(
        "vite.config.ts = export default { esbuild: { jsxImportSource: 'jsx' } }",
        expect!["shop: `packages/jsx/jsx-runtime.ts` changed, needed through jsx"],
    );
    with("a.tsx = <p />", expect![]);
}

#[test]
fn compilers_look_above_each_package() {
    let with = |own: &str, expected: Expect| {
        near(
            &format!(
                "group/ui/package.json = {{\"name\": \"inner\"}} \n group/ui/index.ts = 1 \n group/tsconfig.json = {{}} \n {own} \n {} \n apps/shop/index.ts = import '../../group/ui'; createServer(1)",
                root(r#""private": true"#).replace(r#""packages/*""#, r#""packages/*", "group/*""#)
            ),
            r#"group/tsconfig.json = {"compilerOptions": {"target": "es5"}}"#,
            expected,
        );
    };
    with("", expect!["shop: `group/tsconfig.json` changed"]);
    with("group/ui/tsconfig.json = {}", expect![]);
}

#[test]
fn what_relay_makes_of_a_query_is_imported() {
    let made = "packages/ui/__generated__/A.graphql.ts = 1";
    let change = "packages/ui/__generated__/A.graphql.ts = 2";
    let query = "packages/ui/index.ts = export const one = graphql`query A { a }`";
    near(
        &format!("{made}\n{query}"),
        change,
        expect!["shop: `packages/ui/__generated__/A.graphql.ts` changed, needed through ui"],
    );
    near(made, change, expect![]);
}

#[test]
fn lists_of_browsers_may_be_others() {
    let with = |root_fields: &str, file: &str, expected: Expect| {
        let list = "browsers \n packages/browsers/package.json = {\"name\": \"@acme/browsers\"} \n packages/browsers/index.js = module.exports = ['last 1 version']";
        near(
            &format!("{list}\n{}\n{file}", root(root_fields)),
            "packages/browsers/index.js = module.exports = ['last 2 versions']",
            expected,
        );
    };
    with(
        r#""browserslist": ["extends @acme/browsers"]"#,
        "",
        expect![[r#"
        blog: `packages/browsers/index.js` may matter (`browserslist` extends it), needed through @acme/browsers
        shop: `packages/browsers/index.js` may matter (`browserslist` extends it), needed through @acme/browsers"#]],
    );
    with(r#""browserslist": ["last 1 version"]"#, "", expect![]);
    with(
        r#""private": true"#,
        "apps/shop/.browserslistrc = extends @acme/browsers",
        expect!["shop: `packages/browsers/index.js` changed, needed through @acme/browsers"],
    );
    with(
        r#""private": true"#,
        ".browserslistrc = extends @acme/browsers",
        expect![[r#"
        blog: `packages/browsers/index.js` changed, needed through @acme/browsers
        shop: `packages/browsers/index.js` changed, needed through @acme/browsers"#]],
    );
}

#[test]
fn plugins_of_configuration_above_are_run() {
    let with = |file: &str, expected: Expect| {
        near(
            &format!("tools/plugin.cjs = require('./part.cjs') \n tools/part.cjs = 1 \n {file}"),
            "tools/part.cjs = 2",
            expected,
        );
    };
    with(
        r#"babel.config.json = {"plugins": ["./tools/plugin.cjs"]}"#,
        expect![[r#"
        blog: `tools/part.cjs` changed
        shop: `tools/part.cjs` changed"#]],
    );
    with(r#"other.config.json = {"plugins": ["./tools/plugin.cjs"]}"#, expect![]);
}

#[test]
fn a_script_whose_name_is_not_told_may_read_anything() {
    let with = |build: &str, expected: Expect| {
        let scripts = shop(&format!(r#""build": "{build}", "start": "node a.js", "gen": "tsc""#));
        near_as_it_is(&format!("{scripts}\ndata.bin = 1"), "data.bin = 2", expected);
    };
    with(
        "npm run $TASK && vite build",
        expect!["shop: `data.bin` may matter (it belongs to no package, so any build may read it)"],
    );
    with("npm run gen && vite build", expect![]);
}

#[test]
fn what_calls_more_scripts_than_are_followed_may_read_anything() {
    let with = |count: usize, expected: Expect| {
        let scripts: Vec<String> = (0..count).map(|at| format!(r#""s{at}": "npm run s{}""#, at + 1)).collect();
        let scripts = shop(&format!(r#""build": "run-s s1", "start": "node a.js", {}"#, scripts.join(", ")));
        near_as_it_is(&format!("{scripts}\ndata.bin = 1"), "data.bin = 2", expected);
    };
    with(900, expect![]);
    with(1100, expect!["shop: `data.bin` may matter (it belongs to no package, so any build may read it)"]);
}

#[test]
fn hostile_lists_end() {
    let names: Vec<String> = (0..60)
        .map(|at| format!(r#""s{at}": "npm run {}""#, (0..60).map(|at| format!("s{at}")).collect::<Vec<_>>().join(" ")))
        .collect();
    let scripts = shop(&format!(r#""build": "run-s s1", "start": "node a.js", {}"#, names.join(", ")));
    near_as_it_is(
        &scripts,
        "packages/ui/index.ts = export const one = 2",
        expect!["shop: `packages/ui/index.ts` changed, needed through ui"],
    );
    let inputs = [r#""default""#; 8].join(", ");
    near_as_it_is(
        &format!(r#"nx.json = {{"namedInputs": {{"default": [{inputs}, "{{workspaceRoot}}/a.json"]}}}}"#),
        "a.json = 1",
        expect![[r#"
            blog: `a.json` changed (added)
            shop: `a.json` changed (added)"#]],
    );
    let page = format!("apps/shop/index.html = {}", "src=../".repeat(20_000));
    near_as_it_is(
        &page,
        "packages/ui/index.ts = export const one = 2",
        expect!["shop: `packages/ui/index.ts` changed, needed through ui"],
    );
    let document = format!("apps/shop/a.md = {}", "@include:![".repeat(10_000));
    near_as_it_is(
        &document,
        "packages/ui/index.ts = export const one = 2",
        expect!["shop: `packages/ui/index.ts` changed, needed through ui"],
    );
}

/// Whether another content of a file is a reason for the shop, and the only one for anybody.
fn chooses_the_shop_alone(site: &str, file: &str) {
    let said = lines(&World::of(site), &World::of(site).with(&format!("{file} = export const changed = 1")));
    assert!(said.starts_with(&format!("shop: `{file}` changed")) && said.lines().count() == 1, "{file}: {said}");
}

#[test]
fn configuration_of_a_package_finds_its_neighbours() {
    let site = r#"
        shop*: ui
        blog*
        ui
        assets
        lib
        vite-config
        apps/shop/package.json = {"name": "shop", "dependencies": {"vite-config": "*"}, "scripts": {"build": "vite build"}}
        apps/shop/index.html = <script type=module src=/index.ts></script>
        apps/shop/index.ts = import { x } from '@lib/x'; console.log(x)
        apps/shop/vite.config.ts = import { make } from 'vite-config'; export default { ...make({ brand: 'acme' }) }
        packages/vite-config/index.ts = const packages = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..'); export const make = ({ brand }) => ({ publicDir: path.join(packages, 'assets/public'), resolve: { alias: { '@lib': path.join(packages, 'lib/src') } } })
        packages/assets/public/x.txt = x
        packages/lib/src/x.ts = export const x = 1
    "#;
    for file in ["packages/assets/public/x.txt", "packages/assets/public/y.txt", "packages/lib/src/x.ts"] {
        chooses_the_shop_alone(site, file);
    }
    check(site, "packages/lib/test/x.ts = 2", expect![]);
}

#[test]
fn a_package_whose_place_is_asked_for_may_be_read_whole() {
    let site = |config: &str| {
        format!("shop*: kit \n kit \n packages/kit/dyn.js = export const dyn = 'mt-1'
            apps/shop/index.html = <script type=module src=/index.ts></script>
            apps/shop/package.json = {{\"name\": \"shop\", \"dependencies\": {{\"kit\": \"*\"}}, \"scripts\": {{\"build\": \"vite build\"}}}} \n {config}")
    };
    let change = "packages/kit/dyn.js = export const dyn = 'mt-2'";
    for config in [
        "apps/shop/tailwind.config.cjs = module.exports = { content: ['./src/**/*.js', path.join(path.dirname(require.resolve('kit')), '**/*.js')] }",
        "apps/shop/vite.config.mjs = const kit = dirname(fileURLToPath(import.meta.resolve('kit'))); export default { plugins: [copy({ targets: [{ src: join(kit, 'img/*') }] })] }",
    ] {
        let said = lines(&World::of(&site(config)), &World::of(&site(config)).with(change));
        assert!(
            said.starts_with("shop: `packages/kit/dyn.js` may matter") && said.contains("names where it is installed"),
            "{said}"
        );
    }
    check(&site("apps/shop/vite.config.mjs = const kit = require.resolve('kit')"), change, expect![]);
}

#[test]
fn aliases_for_folders_above_are_tried() {
    let site = r#"
        shop*
        x
        apps/shop/package.json = {"name": "shop", "scripts": {"build": "vite build"}}
        apps/shop/index.html = <script type=module src=/index.ts></script>
        apps/shop/vite.config.ts = export default { resolve: { alias: { '~': path.resolve(__dirname, '../..'), '@apps': path.resolve(__dirname, '..') } } }
        apps/shop/index.ts = import { i } from '~/packages/x/src/i'; import { y } from '~/shared/y'; import { nav } from '@apps/common/nav'; console.log(i, y, nav)
        packages/x/src/i.ts = export const i = 1
        packages/x/src/j.ts = export const j = 1
        shared/y.ts = export const y = 1
        apps/common/nav.ts = export const nav = 1
    "#;
    for file in ["packages/x/src/i.ts", "shared/y.ts", "apps/common/nav.ts"] {
        chooses_the_shop_alone(site, file);
    }
    check(site, "packages/x/src/j.ts = export const j = 2", expect![]);
}

#[test]
fn a_folder_above_is_looked_through_for_classes() {
    let site = r#"
        shop*: ui
        ui
        apps/shop/package.json = {"name": "shop", "dependencies": {"ui": "*"}, "scripts": {"build": "vite build"}}
        apps/shop/index.html = <script type=module src=/index.ts></script>
        apps/shop/index.ts = import 'ui/globals.css'
        #tailwindcss 4.0.0
        packages/ui/package.json = {"name": "ui", "dependencies": {"tailwindcss": "*"}, "sideEffects": ["**/*.css"], "exports": {".": "./src/index.ts", "./globals.css": "./src/styles/globals.css"}}
        packages/ui/src/styles/globals.css = @import "tailwindcss"; @source "../";
        packages/ui/src/unused.ts = export const unused = 'mt-1'
        packages/ui/src/unused.test.ts = 'mt-1'
        packages/ui/other/a.ts = 'mt-1'
    "#;
    check(
        site,
        "packages/ui/src/unused.ts = export const unused = 'mt-2' \n packages/ui/src/unused.test.ts = 'mt-2' \n packages/ui/other/a.ts = 'mt-2'",
        expect!["shop: `packages/ui/src/unused.ts` changed, needed through ui"],
    );
}

#[test]
fn a_source_finds_what_its_package_has_for_development() {
    let site = r#"
        shop*: clsx ui
        ui: ~clsx
        #clsx 2.1.1
        #packages/ui/node_modules/clsx 2.1.0
        packages/ui/index.ts = import clsx from 'clsx'; export default clsx
    "#;
    check(site, "#packages/ui/node_modules/clsx 1.1.1", expect!["shop: dependency `clsx` changed (2.1.0 → 1.1.1)"]);
    check(
        &format!("{site} \n packages/ui/index.ts = export default 1"),
        "#packages/ui/node_modules/clsx 1.1.1",
        expect![],
    );
}

#[test]
fn pages_of_components_show_pictures_too() {
    let page = "---\\ncover: ../../pictures/cover.png\\n---\\n![a](../../pictures/pic.png)\\n<A />";
    let site = format!(
        "shop* \n pictures/cover.png = 1 \n pictures/pic.png = 1 \n pictures/other.png = 1 \n apps/shop/page.mdx = {page}
        apps/shop/index.ts = import './page.mdx'; createServer()"
    );
    check(
        &site,
        "pictures/cover.png = 2 \n pictures/pic.png = 2 \n pictures/other.png = 2",
        expect![[r#"
            shop: `pictures/cover.png` changed
            shop: `pictures/pic.png` changed"#]],
    );
}
