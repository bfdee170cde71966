//! Cases of what is run: what configures a build, scripts, and the commands and paths in their texts.

use expect_test::{Expect, expect};

use super::lines;
use crate::analysis::tests::is_told_from;
use crate::notation::World;

/// A shop and a package with a script, and files that belong to nobody.
const SITE: &str = r#"
    shop*
    em
    packages/em/package.json = {"name": "em", "scripts": {"emit": "node h.mjs"}}
    packages/em/h.mjs = console.log(1)
    shared/a.txt = 1
    shared/deep/b.txt = 1
    other/c.txt = 1
    LICENSE = 1
    lib/x.mjs = 1
"#;

/// A change of all of them but for the manifest.
const CHANGE: &str = r#"
    packages/em/h.mjs = console.log(2)
    shared/a.txt = 2
    shared/deep/b.txt = 2
    other/c.txt = 2
    LICENSE = 2
    lib/x.mjs = 2
"#;

/// What there is to say where anything may be read.
fn anything() -> Expect {
    expect![[r#"
        shop: `other/c.txt` may matter (it belongs to no package, so any build may read it)
        shop: `shared/a.txt` may matter (it belongs to no package, so any build may read it)
        shop: `shared/deep/b.txt` may matter (it belongs to no package, so any build may read it)"#]]
}

fn with(added: &str, expected: Expect) {
    let base = World::of(&format!("{SITE}{added}"));
    let head = base.with(CHANGE);
    is_told_from(&base.snapshot(), &head.snapshot());
    expected.assert_eq(&lines(&base, &head));
}

/// The site with a build.
fn built(build: &str, files: &str, expected: Expect) {
    let scripts = format!(
        r#"apps/shop/package.json = {{"name": "shop", "scripts": {{"build": "{build}", "start": "node a.js"}}}}"#
    );
    with(&format!("{scripts}\n{files}"), expected);
}

#[test]
fn commands_in_texts_are_commands() {
    let configured = |text: &str, expected: Expect| {
        built("vite build", &format!("apps/shop/vite.config.mjs = import 'node:child_process'; {text}"), expected);
    };
    configured("execSync('cat ../../shared/a.txt')", expect!["shop: `shared/a.txt` changed"]);
    configured("execSync(`cat ../../shared/a.txt > ${out}`)", expect!["shop: `shared/a.txt` changed"]);
    configured("spawnSync('cp', ['-r', '../../shared/deep', 'public'])", expect!["shop: `shared/deep/b.txt` changed"]);
    configured("execa({ shell: true })`cat ../../shared/a.txt`", expect!["shop: `shared/a.txt` changed"]);
    configured("fork('../../lib/x.mjs')", expect!["shop: `lib/x.mjs` changed"]);
    configured("spawnSync(process.execPath, ['../../lib/x.mjs'])", expect!["shop: `lib/x.mjs` changed"]);
    configured(
        "execSync('npm --prefix ../../packages/em run emit')",
        expect!["shop: `packages/em/h.mjs` changed, needed through em"],
    );
    configured(
        "spawnSync(process.execPath, ['../../lib/run.mjs']) \n lib/run.mjs = import 'child_process'; execSync('npm --prefix ../../packages/em run emit')",
        expect!["shop: `packages/em/h.mjs` changed, needed through em"],
    );
    configured(&format!("execSync('git rev-parse {}')", "a".repeat(1900)), expect![]);
    configured(&format!("execSync('git rev-parse {}')", "a".repeat(2000)), anything());
    configured("execSync('git rev-parse --short HEAD')", expect![]);
    configured(
        "execSync('git ls-files ../../shared')",
        expect![[r#"
        shop: `shared/a.txt` changed
        shop: `shared/deep/b.txt` changed
        shop: `other/c.txt` may matter (it belongs to no package, so any build may read it)"#]],
    );
    configured("execSync('upload')", anything());
    configured("pattern.exec('upload')", expect![]);
    configured("child_process.exec('cat ../../shared/a.txt')", expect!["shop: `shared/a.txt` changed"]);
    built("vite build", "apps/shop/vite.config.mjs = sh('upload')", expect![]);
    // A script that is not told may be any, whatever else is called.
    let runs = |called: &str, expected: Expect| {
        let manifest = format!(
            r#"apps/shop/package.json = {{"name": "shop", "scripts": {{"build": "npm run pre && {called}", "pre": "vite build", "start": "node a.js"}}}}"#
        );
        with(&manifest, expected);
    };
    runs("npm run $TARGET", anything());
    runs("yarn workspace $PACKAGE pre", anything());
    runs("npm run pre $OPTIONS", expect![]);
    // A package manager that is told nothing installs.
    built("yarn && vite build", "", expect![]);
    built("yarn pre && vite build", "", anything());
    // Of what configures checks, and of what is only bundled, none.
    built("vite build", "apps/shop/playwright.config.mjs = import 'child_process'; execSync('upload')", expect![]);
    built("vite build", "apps/shop/src/a.ts = import 'child_process'; execSync('upload')", expect![]);
    built(
        "node ../../lib/run.mjs",
        "lib/run.mjs = import 'child_process'; execSync('cat ../../shared/a.txt')",
        expect!["shop: `shared/a.txt` changed"],
    );
    built(
        "node b.mjs",
        "apps/shop/b.mjs = import './c.mjs' \n apps/shop/c.mjs = import 'child_process'; execSync('cat ../../shared/a.txt')",
        expect!["shop: `shared/a.txt` changed"],
    );
    built(
        "sh b.sh",
        "apps/shop/b.sh = # upload\\nnpm --prefix ../../packages/em run emit",
        expect!["shop: `packages/em/h.mjs` changed, needed through em"],
    );
}

#[test]
fn paths_behind_folders_that_are_not_told() {
    let configured =
        |text: &str, expected: Expect| built("vite build", &format!("apps/shop/vite.config.mjs = {text}"), expected);
    configured("root + '/shared/deep'", expect!["shop: `shared/deep/b.txt` changed"]);
    configured("`${root}/shared/deep`", expect!["shop: `shared/deep/b.txt` changed"]);
    configured("at('shared', 'deep')", expect!["shop: `shared/deep/b.txt` changed"]);
    configured("at('LICENSE')", expect!["shop: `LICENSE` changed"]);
    configured("at('packages')", expect![]);
    configured("t('shared')", expect![]);
    configured("at('shared', name)", expect![]);
    configured(
        "const at = (...parts) => join(root, 'shared', ...parts); at('deep')",
        expect![[r#"
        shop: `shared/a.txt` changed
        shop: `shared/deep/b.txt` changed"#]],
    );
    configured(
        "const of = (...parts) => join(root, 'packages', ...parts); of('em', 'h.mjs') \n packages/em/package.json = {\"name\": \"@acme/em\"}",
        expect!["shop: `packages/em/h.mjs` changed, needed through @acme/em"],
    );
    // Modules that configuration imports, whatever comes first, and those that only are called so.
    built(
        "vite build",
        "apps/shop/astro.config.mjs = import './paths.mjs' \n apps/shop/paths.mjs = at('other')",
        expect!["shop: `other/c.txt` changed"],
    );
    built(
        "vite build",
        "apps/shop/tsconfig.json = {\"include\": [\"src\"]} \n apps/shop/src/paths.ts = at('other')",
        expect![],
    );
    built(
        "vite build",
        "apps/shop/src/a.ts = import { join } from 'path'; new URL('./a', import.meta.url); at('other')",
        expect![],
    );
    configured("import './paths.mjs' \n apps/shop/paths.mjs = at('other')", expect!["shop: `other/c.txt` changed"]);
    built("vite build", "apps/shop/src/paths.mjs = at('other')", expect![]);
    built("vite build", "apps/shop/src/config.mjs = at('other')", expect![]);
    built(
        "vite build",
        "apps/shop/src/read.mjs = import fs from 'node:fs'; at('other')",
        expect!["shop: `other/c.txt` changed"],
    );
}

#[test]
fn what_reads_files_may_name_others_than_before() {
    let reads = |name: &str| format!("apps/shop/src/read.mjs = import fs from 'node:fs'; const from = '{name}'");
    let base = World::of(&format!("{SITE}{}", reads("shared/none")));
    let head = base.with(&reads("shared/deep"));
    is_told_from(&base.snapshot(), &head.snapshot());
    expect![[r#"
        shop: `apps/shop/src/read.mjs` changed
        shop: `shared/deep/b.txt` changed (added)"#]]
    .assert_eq(&lines(&base, &head));
}

#[test]
fn scripts_name_paths_from_where_they_run() {
    let run =
        |text: &str, expected: Expect| built("node ../../lib/run.mjs", &format!("lib/run.mjs = {text}"), expected);
    run("import fs from 'fs'; fs.readFileSync('../../shared/a.txt')", expect!["shop: `shared/a.txt` changed"]);
    run("import fs from 'fs'; fs.readFileSync('shared/a.txt')", expect!["shop: `shared/a.txt` changed"]);
    run("import fs from 'fs'; fs.readFileSync(__dirname + '/x.mjs')", expect!["shop: `lib/x.mjs` changed"]);
    run("console.log('../../shared/a.txt')", expect!["shop: `shared/a.txt` changed"]);
    let of_package = |text: &str, expected: Expect| {
        let manifest =
            "packages/em/package.json = {\"name\": \"em\", \"main\": \"src/i.js\"} \n packages/em/src/i.js = ";
        built(
            "vite build",
            &format!("apps/shop/a.js = import 'em' \n {manifest} import fs from 'fs'; {text}"),
            expected,
        );
    };
    of_package("fs.readFileSync('./h.mjs')", expect!["shop: `packages/em/h.mjs` changed, needed through em"]);
    of_package("format(`./${path}`)", expect![]);
}

#[test]
fn texts_name_packages_and_files_in_ways_of_their_own() {
    // A package names something in itself.
    let routes = |entry: &str, expected: Expect| {
        let manifest = "packages/em/package.json = {\"name\": \"em\", \"main\": \"i.js\"}";
        let files = format!("packages/em/i.js = inject({{ entrypoint: '{entry}' }}) \n apps/shop/a.js = import 'em'");
        built("vite build", &format!("{manifest} \n {files}"), expected);
    };
    routes("em/h.mjs", expect!["shop: `packages/em/h.mjs` changed, needed through em"]);
    routes("other/h.mjs", expect![]);
    // What configures generators at the root names files without a dot in front.
    let generated = |name: &str, expected: Expect| {
        let command = format!("graphql-codegen --config ../../{name} && vite build");
        built(&command, &format!("{name} = schema: shared/*.txt"), expected);
    };
    generated("graphql.config.yml", expect!["shop: `shared/a.txt` changed"]);
    generated("plain.config.yml", expect![]);
}

#[test]
fn what_is_extended_is_configuration_whatever_it_is_called() {
    let with = |extended: &str, expected: Expect| {
        built(
            "vite build",
            &format!(
                "apps/shop/tsconfig.json = {{\"extends\": \"{extended}\"}} \n cfg/base.json = {{\"extends\": \"./more.json\"}} \n cfg/more.json = {{\"compilerOptions\": {{\"paths\": {{\"#lib/*\": [\"../lib/*\"]}}}}}} \n apps/shop/src/a.ts = import '#lib/x'"
            ),
            expected,
        );
    };
    with("../../cfg/base.json", expect!["shop: `lib/x.mjs` changed"]);
    with("../../cfg/base", expect!["shop: `lib/x.mjs` changed"]);
    with("../../cfg/none.json", expect![]);
}

#[test]
fn what_nx_has_for_targets_in_general_counts() {
    let of = |scripts: &str, nx: &str, target: &str, expected: Expect| {
        let manifest =
            format!(r#"apps/shop/package.json = {{"name": "shop", "scripts": {{{scripts}"start": "node a.js"}}}}"#);
        let project = format!(r#"apps/shop/project.json = {{"name": "shop", "targets": {{"build": {target}}}}}"#);
        with(&format!("{manifest} \n nx.json = {nx} \n {project}"), expected);
    };
    let by_command = |nx: &str, target: &str, expected: Expect| of("", nx, target, expected);
    by_command("{}", r#"{"command": "vite build", "options": {"cwd": "apps/shop"}}"#, expect![]);
    by_command(
        r#"{"targetDefaults": {"build": {"command": "node lib/x.mjs"}}}"#,
        "{}",
        expect!["shop: `lib/x.mjs` changed"],
    );
    by_command(
        "{}",
        r#"{"command": "vite build", "options": {"cwd": "apps/shop", "args": "--in=../../shared/a.txt"}}"#,
        expect!["shop: `shared/a.txt` changed"],
    );
    by_command(
        "{}",
        r#"{"command": "vite build", "options": {"cwd": "apps/shop", "args": ["-i", "../../shared/a.txt"]}}"#,
        expect!["shop: `shared/a.txt` changed"],
    );
    by_command(
        "{}",
        r#"{"command": "nx run em:emit", "options": {"cwd": "apps/shop"}}"#,
        expect!["shop: `packages/em/h.mjs` may matter (`nx run em:emit` names it), needed through em"],
    );
    let command = r#"{"targetDefaults": {"build": {"options": {"command": "cat ../../shared/a.txt"}}}}"#;
    by_command(command, r#"{"options": {"cwd": "apps/shop"}}"#, expect!["shop: `shared/a.txt` changed"]);
    // Who has a name first keeps it; of many at once it is not told whose tasks they are.
    let of_another = "{} \n zz \n packages/zz/project.json = {\"name\": \"em\"}";
    by_command(
        of_another,
        r#"{"command": "nx run em:emit", "options": {"cwd": "apps/shop"}}"#,
        expect!["shop: `packages/em/h.mjs` may matter (`nx run em:emit` names it), needed through em"],
    );
    let pre = r#"}, "pre": {"command": "cat other/c.txt""#;
    let many = |command: &str| format!(r#"{{"command": "{command}", "options": {{"cwd": "apps/shop"}}{pre}}}"#);
    by_command("{}", &many("nx run pre"), expect!["shop: `other/c.txt` changed"]);
    by_command("{}", &many("nx run build"), expect!["shop: `other/c.txt` changed"]);
    by_command(
        "{}",
        &many("nx run-many -t build"),
        expect![[r#"
        shop: `other/c.txt` changed
        shop: `shared/a.txt` may matter (it belongs to no package, so any build may read it)
        shop: `shared/deep/b.txt` may matter (it belongs to no package, so any build may read it)"#]],
    );
    let by_executor = |nx: &str, target: &str, expected: Expect| of(r#""build": "vite build", "#, nx, target, expected);
    by_executor("{}", r#"{"executor": "./other:run"}"#, expect!["shop: `other/c.txt` changed"]);
    by_executor("{}", r#"{"executor": "em:run"}"#, expect!["shop: `packages/em/h.mjs` changed"]);
    by_executor("{}", r#"{"executor": "@nx/vite:build"}"#, expect![]);
    let checked = r#"{"executor": "@nx/jest:jest", "options": {"jestConfig": "other/c.txt"}}"#;
    by_executor(
        "{}",
        &format!(r#"{{"executor": "@nx/vite:build"}}, "unit": {checked}, "lint": {{"config": "shared/a.txt"}}"#),
        expect![],
    );
    by_executor(
        "{}",
        r#"{"executor": "@nx/vite:build", "options": {"config": "../../other/c.txt"}}"#,
        expect!["shop: `other/c.txt` changed"],
    );
    let defaults = r#"{"targetDefaults": {"@nx/vite:build": {"options": {"settings": "lib/x.mjs"}}}}"#;
    by_executor(defaults, r#"{"executor": "@nx/vite:build"}"#, expect!["shop: `lib/x.mjs` changed"]);
    let checks = r#"{"targetDefaults": {"lint": {"options": {"config": "other/c.txt"}}}}"#;
    by_executor(checks, "{}", expect![]);
    let from_root = r#"{"options": {"assets": [{"glob": "shared/a.txt", "input": ".", "output": "."}]}}"#;
    by_executor("{}", from_root, expect!["shop: `shared/a.txt` changed"]);
    let assets = r#"{"options": {"assets": ["other/c.txt", {"glob": "*.txt", "input": "shared", "output": "."}]}}"#;
    by_executor(
        "{}",
        assets,
        expect![[r#"
        shop: `other/c.txt` changed
        shop: `shared/a.txt` changed"#]],
    );
    by_executor(
        r#"{"plugins": ["@nx/vite", {"plugin": "./other/plugin.cjs"}]}"#,
        "{}",
        expect!["shop: `other/c.txt` changed"],
    );
}

#[test]
fn templates_name_others_without_quotes() {
    let files = |text: &str, expected: Expect| built("vite build", text, expected);
    files("apps/shop/a.pug = extends ../../shared/deep/b.txt", expect!["shop: `shared/deep/b.txt` changed"]);
    files("apps/shop/a.pug = div\\n  include:raw ../../shared/a.txt", expect!["shop: `shared/a.txt` changed"]);
    let package =
        "packages/em/package.json = {\"name\": \"em\", \"main\": \"./i.js\"} \n packages/em/i.js = import './a.pug'";
    let of_package = |text: &str, expected: Expect| {
        let files = format!("{package} \n packages/em/a.pug = {text} \n apps/shop/a.js = import 'em'");
        built("vite build", &files, expected);
    };
    of_package("include:verbatim h.mjs", expect!["shop: `packages/em/h.mjs` changed, needed through em"]);
    of_package("included h.mjs", expect![]);
    files(
        "apps/shop/a.vue = <template lang=\"pug\">\\ninclude ../../shared/a.txt\\n</template>",
        expect!["shop: `shared/a.txt` changed"],
    );
    files("apps/shop/a.vue = <template>\\ninclude ../../shared/a.txt\\n</template>", expect![]);
    files("apps/shop/a.ejs = <%= require('../../lib/x.mjs') %>", expect!["shop: `lib/x.mjs` changed"]);
    files("apps/shop/a.hbs = {{> ../../shared/a.txt}}", expect!["shop: `shared/a.txt` changed"]);
    files(
        "apps/shop/docs/a.md = ---\\nlayout: ../../../shared/a.txt\\n---\\n../../../shared/deep/b.txt",
        expect!["shop: `shared/a.txt` changed"],
    );
    files(
        "apps/shop/docs/a.md = <script setup></script>\\n<!--@include: ../../../shared/a.txt-->",
        expect!["shop: `shared/a.txt` changed"],
    );
    files("apps/shop/docs/a.md = @include ../../../shared/a.txt", expect!["shop: `shared/a.txt` changed"]);
}

#[test]
fn variables_of_shells_and_of_make_are_put_in_their_places() {
    let make = |text: &str, expected: Expect| built("make", &format!("apps/shop/Makefile = {text}"), expected);
    make(
        "TOP := ../..\\nLIB = $(TOP)/lib\\nall:\\n\tnode $(LIB)/x.mjs",
        expect![[r#"
        shop: `lib/x.mjs` changed
        shop: `other/c.txt` may matter (it belongs to no package, so any build may read it)
        shop: `shared/a.txt` may matter (it belongs to no package, so any build may read it)
        shop: `shared/deep/b.txt` may matter (it belongs to no package, so any build may read it)"#]],
    );
    make("all:\\n\tnode $(LIB)/x.mjs", anything());
    let shell = |text: &str, expected: Expect| built("sh b.sh", &format!("apps/shop/b.sh = {text}"), expected);
    shell("export LIB=\"../../lib\"\\nnode ${LIB}/x.mjs", expect!["shop: `lib/x.mjs` changed"]);
    shell("#!/bin/sh\\n# npm --prefix ../../packages/em run emit\\n# ../../lib/x.mjs", expect![]);
    shell("LIB=$(find_it)\\nnode $LIB/x.mjs", anything());
}

#[test]
fn what_tells_programs_that_write_code_is_not_read_by_those_that_may_read_anything() {
    let near = |file: &str, expected: Expect| {
        let manifest =
            r#"apps/shop/package.json = {"name": "shop", "scripts": {"build": "upload", "start": "node a.js"}}"#;
        let base = World::of(&format!("{SITE}{manifest}"));
        let head = base.with(&format!("{file} = 2"));
        expected.assert_eq(&lines(&base, &head));
    };
    near(".claude/skills/a.mjs", expect![]);
    near("other/AGENTS.md", expect![]);
    near(
        "other/NOTES.md",
        expect!["shop: `other/NOTES.md` may matter (added; it belongs to no package, so any build may read it)"],
    );
}

#[test]
fn scripts_of_shells_are_told_by_their_texts() {
    let shell = |text: &str, expected: Expect| built("sh b.sh", &format!("apps/shop/b.sh = {text}"), expected);
    shell("#!/bin/sh\\nset -e\\nvite build # that's it\\n", expect![]);
    shell("vite build # it's\\ncat ../../shared/a.txt", expect!["shop: `shared/a.txt` changed"]);
    shell("vite build # it's\\nupload", anything());
    shell(
        "cat \\\\n../../shared",
        expect![[r#"
        shop: `shared/a.txt` changed
        shop: `shared/deep/b.txt` changed
        shop: `other/c.txt` may matter (it belongs to no package, so any build may read it)"#]],
    );
    shell("cat <<END > a\\nit's\\nEND\\nvite build", anything());
    shell("cd ../.. && vite build", anything());
    shell(
        "LIB=$(find ../../lib)\\nnode $LIB/x.mjs",
        expect![[r#"
        shop: `lib/x.mjs` changed
        shop: `other/c.txt` may matter (it belongs to no package, so any build may read it)
        shop: `shared/a.txt` may matter (it belongs to no package, so any build may read it)
        shop: `shared/deep/b.txt` may matter (it belongs to no package, so any build may read it)"#]],
    );
    shell("cat <<END > a\\necho it's\\nEND", anything());
    shell("cp -r \\\\n../.. dist", anything());
    let elsewhere = "packages/em/package.json = {\"name\": \"em\", \"scripts\": {\"emit\": \"sh ./c.sh\"}}";
    shell(
        &format!("sh ./c.sh; npm --prefix ../../packages/em run emit \n apps/shop/c.sh = vite build \n {elsewhere}"),
        expect![[r#"
            shop: `packages/em/h.mjs` changed, needed through em
            shop: `other/c.txt` may matter (it belongs to no package, so any build may read it)
            shop: `shared/a.txt` may matter (it belongs to no package, so any build may read it)
            shop: `shared/deep/b.txt` may matter (it belongs to no package, so any build may read it)"#]],
    );
    // What is not written as it is meant names nothing.
    shell("cat \"../../shared/a b.txt\"", anything());
    shell(
        "vite build --mode=\"../../shared\"; echo \"see ../x y\"",
        expect![[r#"
        shop: `shared/a.txt` changed
        shop: `shared/deep/b.txt` changed"#]],
    );
    shell("cat ../../sh\"are\"d/a.txt", anything());
    shell(
        "cat ../../shared/[a].txt",
        expect![[r#"
        shop: `shared/a.txt` changed
        shop: `shared/deep/b.txt` changed
        shop: `other/c.txt` may matter (it belongs to no package, so any build may read it)"#]],
    );
    shell("A=../../sh\"are\"d\\ncat $A/a.txt", anything());
    shell(
        "sass ../../shared:dist",
        expect![[r#"
        shop: `shared/a.txt` changed
        shop: `shared/deep/b.txt` changed"#]],
    );
    shell("cp -r ../.. dist", anything());
    // A variable is told if it has one value, up to the end of its name.
    shell(
        "A=../../shared\\ncat $A/a.txt",
        expect![[r#"
        shop: `shared/a.txt` changed
        shop: `shared/deep/b.txt` changed"#]],
    );
    shell(
        "A=../../shared\\ncat $AB/a.txt",
        expect![[r#"
        shop: `shared/a.txt` changed
        shop: `shared/deep/b.txt` changed
        shop: `other/c.txt` may matter (it belongs to no package, so any build may read it)"#]],
    );
    shell(
        "A=../../shared\\nA=../../other\\ncat $A/c.txt",
        expect![[r#"
        shop: `other/c.txt` changed
        shop: `shared/a.txt` changed
        shop: `shared/deep/b.txt` changed"#]],
    );
    shell("A=../../sha\\nA+=red\\ncat $A/a.txt", anything());
    shell(
        "A=../../shared;B=1\\ncat $A/a.txt",
        expect![[r#"
        shop: `shared/a.txt` changed
        shop: `shared/deep/b.txt` changed
        shop: `other/c.txt` may matter (it belongs to no package, so any build may read it)"#]],
    );
    shell(
        "if [ -d public ]; then\\n  A=../../shared\\nfi\\ncat $A/a.txt",
        expect![[r#"
        shop: `shared/a.txt` changed
        shop: `shared/deep/b.txt` changed
        shop: `other/c.txt` may matter (it belongs to no package, so any build may read it)"#]],
    );
    shell(
        "A=../../shared\\nA=$B\\ncat $A/a.txt",
        expect![[r#"
        shop: `shared/a.txt` changed
        shop: `shared/deep/b.txt` changed
        shop: `other/c.txt` may matter (it belongs to no package, so any build may read it)"#]],
    );
    shell(
        "A=../../shared\\nA+=../../shared\\ncat $A/a.txt",
        expect![[r#"
        shop: `shared/a.txt` changed
        shop: `shared/deep/b.txt` changed
        shop: `other/c.txt` may matter (it belongs to no package, so any build may read it)"#]],
    );
    shell("A=\"x\"y\\necho $A\\nupload", anything());
    shell("sh ./c.sh \n apps/shop/c.sh = vite build", expect![]);
    shell("sh ./c.sh \n apps/shop/c.sh = upload", anything());
    shell("sh ./none.sh", anything());
    built("./b.sh", "apps/shop/b.sh = vite build", expect![]);
    built("bash -e b.sh", "apps/shop/b.sh = vite build", expect![]);
    built("sh b", "apps/shop/b = vite build", anything());
    built("sh none.sh", "", anything());
    built("node $TOOL", "", anything());
    built("node $PWD/b.mjs", "apps/shop/b.mjs = 1", expect![]);
}

#[test]
fn what_wireit_runs_counts() {
    let wired = |wireit: &str, expected: Expect| {
        with(
            &format!(
                r#"apps/shop/package.json = {{"name": "shop", "scripts": {{"build": "wireit", "pre": "wireit", "start": "node a.js"}}, "wireit": {{"build": {wireit}, "pre": {{"command": "cat ../../other/c.txt"}}}}}}"#
            ),
            expected,
        );
    };
    wired(r#"{"command": "vite build"}"#, expect![]);
    wired(r#"{"command": "node ../../lib/x.mjs"}"#, expect!["shop: `lib/x.mjs` changed"]);
    wired(r#"{"dependencies": ["pre"]}"#, expect!["shop: `other/c.txt` changed"]);
    wired(r#"{"files": []}"#, anything());
    wired(
        r#"{"command": "vite build", "dependencies": ["pre", {"script": "../../packages/em:emit"}]}"#,
        expect![[r#"
        shop: `other/c.txt` changed
        shop: `packages/em/h.mjs` changed, needed through em"#]],
    );
}
