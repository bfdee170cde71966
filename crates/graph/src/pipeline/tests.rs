//! Tests of pipelines: what runs before a build, and where.

use std::collections::{BTreeMap, BTreeSet};

use expect_test::{Expect, expect};
use model::RepoPath;

use super::{BUILD, File, Pipeline};

/// `root` and the file of the member `apps/shop`, called `shop`, as `turbo.json` or `nx.json` and `project.json`.
fn check(root: &str, member: &str, expected: Expect) {
    let shop: RepoPath = "apps/shop".parse().unwrap();
    let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
    let files = if member.is_empty() { Vec::new() } else { vec![file("apps/shop/x.json", member)] };
    let beside = ["packages/tokens", "packages/api", "packages/web-api"].map(|path| {
        let tags = file("project.json", r#"{"tags": ["kind:library"]}"#);
        (path.parse::<RepoPath>().unwrap(), vec![tags])
    });
    let members = BTreeMap::from_iter(beside.into_iter().chain([(shop.clone(), files)]));
    let roots = [file("x.json", root)];
    let (pipeline, problems) =
        Pipeline::read(&roots, &members, &RepoPath::root(), |path| Some(path.as_str().rsplit('/').next()?.to_owned()));
    let mut text: String = problems.iter().map(|problem| format!("{problem}\n")).collect();
    text.push_str(&format!("own: {}\n", pipeline.own(&shop, BUILD).join(" ")));
    let needed: Vec<String> = pipeline.needed(&shop, BUILD).into_iter().collect();
    text.push_str(&format!("needed: {}\n", needed.join(" ")));
    let elsewhere: Vec<String> = pipeline
        .elsewhere(&shop, BUILD)
        .into_iter()
        .map(|it| format!("{}#{}", it.package.map_or("//".to_owned(), |package| package.to_string()), it.task))
        .collect();
    text.push_str(&format!("elsewhere: {}\n", elsewhere.join(" ")));
    for task in pipeline.own(&shop, BUILD) {
        if let Some(command) = pipeline.command(&shop, &task) {
            text.push_str(&format!("{task} in `{}`: {}\n", command.folder, command.text));
        }
    }
    let text: String = text.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    expected.assert_eq(&text);
}

#[test]
fn turborepo() {
    check(
        r#"{"tasks": {"build": {"dependsOn": ["^build"]}}}"#,
        "",
        expect![[r#"
            own: build
            needed: build
            elsewhere:
        "#]],
    );
    check(
        r#"{
            // The client comes first.
            "pipeline": {"build": {"dependsOn": ["generate", "^build", "^db:generate", "$API_URL"]}, "generate": {"dependsOn": ["^codegen"]},}
        }"#,
        "",
        expect![[r#"
            own: generate build
            needed: build codegen db:generate
            elsewhere:
        "#]],
    );
    check(
        r#"{"tasks": {"build": {"dependsOn": ["^build", "tokens#db:generate"]}, "shop#build": {"dependsOn": ["api#build", "//#gen", "none#build"]}}}"#,
        "",
        expect![[r#"
            own: build
            needed:
            elsewhere: //#gen packages/api#build
        "#]],
    );
    check(
        r#"{"tasks": {"build": {"dependsOn": ["^build"]}}}"#,
        r#"{"extends": ["//"], "tasks": {"build": {"dependsOn": ["prepare-content"], "env": ["X"]}}}"#,
        expect![[r#"
            own: prepare-content build
            needed:
            elsewhere:
        "#]],
    );
    check(
        r#"{"tasks": {"build": {"dependsOn": ["^build"]}}}"#,
        r#"{"extends": ["//"], "tasks": {"build": {"outputs": ["out/**"]}}}"#,
        expect![[r#"
            own: build
            needed: build
            elsewhere:
        "#]],
    );
}

#[test]
fn tasks_that_wait_for_each_other() {
    check(
        r#"{"tasks": {"build": {"dependsOn": ["a"]}, "a": {"dependsOn": ["b"]}, "b": {"dependsOn": ["a", "build"]}}}"#,
        "",
        expect![[r#"
            own: b a build
            needed:
            elsewhere:
        "#]],
    );
}

#[test]
fn nx() {
    check(
        r#"{"targetDefaults": {"build": {"dependsOn": ["^build", {"target": "codegen", "dependencies": true}]}}}"#,
        "",
        expect![[r#"
            own: build
            needed: build codegen
            elsewhere:
        "#]],
    );
    check(
        r#"{"targetDefaults": {"build": {"cache": true}}}"#,
        r#"{"targets": {
            "build": {"executor": "@nx/vite:build", "dependsOn": ["i18n", {"target": "build", "projects": ["tokens"]}]},
            "i18n": {"executor": "nx:run-commands", "options": {"command": "lingui compile", "cwd": "apps/shop"}}
        }}"#,
        expect![[r#"
            own: i18n build
            needed:
            elsewhere: packages/tokens#build
            i18n in `apps/shop`: lingui compile
        "#]],
    );
    check(
        "{}",
        r#"{"targets": {"build": {"options": {"commands": ["one", {"command": "two {projectRoot}"}]}}}}"#,
        expect![[r#"
            own: build
            needed:
            elsewhere:
            build in ``: one && two apps/shop
        "#]],
    );
}

#[test]
fn projects_of_nx_are_told_by_patterns() {
    let waits = |on: &str, expected: Expect| {
        check("{}", &format!(r#"{{"targets": {{"build": {{"dependsOn": [{on}]}}}}}}"#), expected);
    };
    waits(
        r#"{"target": "gen", "projects": "*api"}"#,
        expect![[r#"
        own: build
        needed:
        elsewhere: packages/api#gen packages/web-api#gen
    "#]],
    );
    waits(
        r#"{"target": "gen", "projects": ["tag:kind:*", "!packages/tokens"]}"#,
        expect![[r#"
        own: build
        needed:
        elsewhere: packages/api#gen packages/web-api#gen
    "#]],
    );
    waits(
        r#"{"target": "gen", "projects": ["self", "dependencies", "tokens"]}"#,
        expect![[r#"
        own: gen build
        needed: gen
        elsewhere: packages/tokens#gen
    "#]],
    );
    waits(
        r#"{"target": "gen", "projects": "self"}"#,
        expect![[r#"
        own: gen build
        needed:
        elsewhere:
    "#]],
    );
    waits(
        r#"{"target": "gen"}"#,
        expect![[r#"
        own: gen build
        needed:
        elsewhere:
    "#]],
    );
    waits(
        r#""api:gen", "no:gen""#,
        expect![[r#"
        own: api:gen no:gen build
        needed:
        elsewhere: packages/api#gen
    "#]],
    );
    check(
        r#"{"targetDefaults": {"@nx/vite:build": {"dependsOn": ["i18n"]}, "build": {"dependsOn": ["^build"]}}}"#,
        r#"{"targets": {"build": {"executor": "@nx/vite:build"}}}"#,
        expect![[r#"
            own: i18n build
            needed:
            elsewhere:
        "#]],
    );
}

#[test]
fn what_cannot_be_read() {
    check(
        "{",
        "",
        expect![[r#"
            x.json:1:2: it cannot be read, so what builds wait for is guessed: Unterminated object
            own: build
            needed:
            elsewhere:
        "#]],
    );
    check(
        r#"{"tasks": {"build": {"dependsOn": "^build"}, "x": 7}, "pipeline": []}"#,
        "[]",
        expect![[r#"
            apps/shop/x.json: it is not a JSON object, so what builds wait for is guessed
            own: build
            needed:
            elsewhere:
        "#]],
    );
}

#[test]
fn what_several_tasks_wait_for_runs_once() {
    let tasks: Vec<String> = (0..900).map(|at| format!(r#""t{at}": {{"dependsOn": ["t{}", "t"]}}"#, at + 1)).collect();
    let text = format!(r#"{{"tasks": {{{}}}}}"#, tasks.join(","));
    let file = File { path: "turbo.json".to_owned(), text };
    let (pipeline, _) = Pipeline::read(&[file], &BTreeMap::new(), &RepoPath::root(), |_| None);
    let shop: RepoPath = "apps/shop".parse().unwrap();
    let own = |tasks: &[&str]| pipeline.own_of(&shop, &tasks.iter().map(|task| (*task).to_owned()).collect()).join(" ");
    assert_eq!(own(&["t897", "t899"]), "t900 t t899 t898 t897");
    assert_eq!(own(&["t899", "x"]), "t900 t t899 x");
    let all: BTreeSet<String> = (0..900).map(|at| format!("t{at}")).collect();
    assert_eq!(pipeline.own_of(&shop, &all).len(), 902);
}
