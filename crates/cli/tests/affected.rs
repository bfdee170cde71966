//! `frontage affected` and `frontage inputs`: what they answer of a repository, with nothing but git.

mod world;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};
use world::World;

const SHOP: &str = r#"{"name": "shop", "dependencies": {"ui": "*"}, "scripts": {"build": "vite build"}}"#;

/// Two apps, of which one imports a package.
fn repository() -> World {
    let world = World::empty();
    world.repository_of(&[
        ("package.json", r#"{"name": "root", "private": true, "workspaces": ["apps/*", "packages/*"]}"#),
        ("apps/shop/package.json", SHOP),
        ("apps/shop/index.html", "<script type=module src=./main.ts></script>"),
        ("apps/shop/main.ts", "import { Button } from 'ui';\nButton();\n"),
        ("apps/shop/vite.config.ts", "export default {};\n"),
        ("apps/blog/package.json", r#"{"name": "blog", "scripts": {"build": "vite build"}}"#),
        ("apps/blog/index.html", "<p>"),
        ("apps/blog/vite.config.ts", "export default {};\n"),
        ("packages/ui/package.json", r#"{"name": "ui", "exports": {".": "./button.ts", "./icon": "./icon.ts"}}"#),
        ("packages/ui/button.ts", "export const Button = () => 1;\n"),
        ("packages/ui/icon.ts", "export const Icon = () => 1;\n"),
    ]);
    world
}

/// Names of affected apps, each with the paths of its reasons.
fn marked(answer: &Value) -> Value {
    let apps = answer["apps"].as_array().expect("apps").iter();
    let marked = apps.filter(|app| app["affected"] == true).map(|app| {
        let reasons = app["reasons"].as_array().expect("reasons").iter();
        (app["name"].as_str().expect("a name").to_owned(), reasons.map(|reason| reason["path"].clone()).collect())
    });
    Value::Object(marked.collect())
}

#[test]
fn two_commits_are_compared() {
    let world = repository();
    let base = world.git(&["rev-parse", "HEAD"]).trim().to_owned();
    let icon = world.add("packages/ui/icon.ts", "export const Icon = () => 2;\n");
    let answer = world.ask(&["affected", "--base", &base, "--head", "HEAD"]);
    assert_eq!((&answer["base"], &answer["head"]), (&json!(base), &json!(icon.trim())));
    assert_eq!(marked(&answer), json!({}), "nobody imports the icon");
    assert_eq!(answer["apps"].as_array().map(Vec::len), Some(2), "every app is listed");
    assert!(answer["took_ms"].is_u64() && answer["warnings"].is_array());
    world.add("packages/ui/button.ts", "export const Button = () => 2;\n");
    let answer = world.ask(&["affected", "--base", &base]);
    assert_eq!(marked(&answer), json!({"shop": ["packages/ui/button.ts"]}));
    let reason = &answer["apps"][1]["reasons"][0];
    assert_eq!(reason, &json!({"kind": "package", "path": "packages/ui/button.ts", "via": ["ui"], "detail": ""}));
    // The other way round is the same.
    let back = world.ask(&["affected", "--base", "HEAD", "--head", &base]);
    assert_eq!(marked(&back), json!({"shop": ["packages/ui/button.ts"]}));
}

#[test]
fn the_base_is_where_a_branch_began_and_on_production_what_was_built() {
    let world = repository();
    let answer = world.ask(&["affected"]);
    assert_eq!((&answer["base"], &answer["apps"][0]["reasons"][0]["kind"]), (&Value::Null, &json!("new")));
    assert_eq!(answer["apps"][0]["base"], Value::Null, "it was never built");
    let base = world.git(&["rev-parse", "HEAD"]).trim().to_owned();
    world.git(&["switch", "--quiet", "--create", "fix"]);
    world.add("apps/blog/index.html", "<h1>");
    let answer = world.ask(&["affected"]);
    assert_eq!(answer["base"], json!(base));
    assert_eq!(marked(&answer), json!({"blog": ["apps/blog/index.html"]}));
}

#[test]
fn the_working_tree_is_compared_if_asked_for() {
    let world = repository();
    world.write("apps/shop/new.ts", "export {};\n");
    let answer = world.ask(&["affected", "--base", "HEAD"]);
    assert_eq!(marked(&answer), json!({}));
    let answer = world.ask(&["affected", "--base", "HEAD", "--working-tree"]);
    assert_eq!(answer["head"], Value::Null);
    assert_eq!(marked(&answer), json!({"shop": ["apps/shop/new.ts"]}));
}

#[test]
fn toolchains_and_submodules_count_as_each_commit_has_them() {
    let world = repository();
    let set = |version: &str| {
        let text = format!(
            r#"{{"name": "root", "private": true, "workspaces": ["apps/*", "packages/*"], "packageManager": "npm@{version}"}}"#
        );
        world.write("package.json", &text);
        world.commit("version");
    };
    set("11.0.0");
    set("11.1.0");
    let answer = world.ask(&["affected", "--base", "HEAD~1"]);
    let reason =
        json!({"kind": "toolchain", "path": "package manager", "via": [], "detail": "npm@11.0.0 → npm@11.1.0"});
    assert_eq!((&answer["apps"][0]["reasons"], &answer["apps"][1]["reasons"]), (&json!([reason]), &json!([reason])));
    set("11.1.0+sha512.abc");
    assert_eq!(marked(&world.ask(&["affected", "--base", "HEAD~1"])), json!({}), "a hash is none of it");
    // A commit of another repository, below an app and below nobody.
    let id = world.git(&["rev-parse", "HEAD"]).trim().to_owned();
    let add = |path: &str, id: &str| {
        world.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{id},{path}")]);
        world.git(&["commit", "--quiet", "--message", "submodule"]);
    };
    add("apps/shop/content", &id);
    assert_eq!(marked(&world.ask(&["affected", "--base", "HEAD~1"])), json!({"shop": ["apps/shop/content"]}));
    let other = world.git(&["rev-parse", "HEAD"]).trim().to_owned();
    add("apps/shop/content", &other);
    assert_eq!(marked(&world.ask(&["affected", "--base", "HEAD~1"])), json!({"shop": ["apps/shop/content"]}));
    add("vendor", &id);
    assert_eq!(marked(&world.ask(&["affected", "--base", "HEAD~1"])), json!({"blog": ["vendor"], "shop": ["vendor"]}));
}

#[test]
fn what_cannot_be_written_and_who_cannot_be_asked_for_is_told() {
    let world = repository();
    for arguments in [&["affected", "shop"] as &[&str], &["affected", "--base", "HEAD", "shop"]] {
        let output = world.run(arguments);
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains("error: `shop` cannot be looked at alone") && text.contains("hint: "), "{text}");
    }
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("the full device");
    let mut command = world.command();
    command.arg("-C").arg(world.repository()).args(["affected", "--base", "HEAD", "--json"]);
    let output = command.stdout(full).stderr(std::process::Stdio::piped()).output().expect("frontage runs");
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("error: what was found could not be written"), "{text}");
}

#[test]
fn what_names_no_commit_is_refused_and_a_base_that_cannot_be_used_is_doubt() {
    let world = repository();
    let output = world.run(&["affected", "--base", "nowhere"]);
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("`nowhere` names no commit"), "{text}");
    world.write("package.json", "{");
    let broken = world.commit("broken").trim().to_owned();
    world.write("package.json", r#"{"name": "root", "workspaces": ["apps/*", "packages/*"]}"#);
    world.commit("mended");
    let answer = world.ask(&["affected", "--base", &broken]);
    let kinds = answer["apps"].as_array().expect("apps").iter().map(|app| &app["reasons"][0]["kind"]);
    assert!(kinds.into_iter().all(|kind| kind == "unknown"), "{answer}");
    let output = world.run(&["affected", "--head", &broken, "--base", "HEAD"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn inputs_tell_what_counts_and_what_is_shown() {
    let world = repository();
    let answer = world.ask(&["inputs", "shop"]);
    let counted = answer["counted"].as_array().expect("counted");
    let has = |name: &str| counted.iter().any(|piece| piece["kind"] == "file" && piece["name"] == name);
    assert!(has("packages/ui/button.ts") && has("apps/shop/main.ts"));
    assert!(!has("packages/ui/icon.ts") && !has("apps/blog/index.html"));
    assert!(answer["shown"].as_array().expect("shown").contains(&json!("packages/ui/button.ts")));
    let output = world.run(&["inputs", "nobody"]);
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(text.contains("there is no app `nobody`") && text.contains("`blog`, `shop`"), "{text}");
}

#[test]
fn without_history_in_common_every_app_is_built() {
    let world = repository();
    world.git(&["switch", "--quiet", "--orphan", "other"]);
    world.git(&["checkout", "--quiet", "main", "--", "."]);
    world.commit("the same files, with another beginning");
    let answer = world.ask(&["affected"]);
    let reasons = answer["apps"].as_array().expect("apps").iter().map(|app| &app["reasons"][0]);
    assert!(reasons.clone().all(|reason| reason["kind"] == "unknown"), "{answer}");
    assert_eq!(reasons.count(), 2);
}

#[test]
fn a_shallow_clone_answers_by_what_is_known_and_else_chooses_every_app() {
    let origin = repository();
    origin.write("frontage.toml", "[site]\nproduction = \"main\"\n");
    let base = origin.commit("where production is");
    origin.git(&["switch", "--quiet", "--create", "fix"]);
    origin.add("packages/ui/button.ts", "export const Button = () => 2;\n");
    let shallow = World::empty();
    let url = format!("file://{}", origin.repository().display());
    let place = shallow.repository().display().to_string();
    origin.git(&["clone", "--quiet", "--depth", "1", &url, &place]);
    let unknown = |answer: &Value| {
        let apps = answer["apps"].as_array().expect("apps").clone();
        apps.len() == 2 && apps.iter().all(|app| app["reasons"][0]["kind"] == "unknown")
    };
    // Nothing is known of the base, and at the second time of the head.
    for _ in 0..2 {
        let answer = shallow.ask(&["affected", "--base", &base]);
        assert!(unknown(&answer) && answer["base"] == json!(base), "{answer}");
        let detail = answer["apps"][0]["reasons"][0]["detail"].as_str().expect("a detail").to_owned();
        assert!(detail.contains("names no commit"), "{detail}");
    }
    // Nor where production is.
    let answer = shallow.ask(&["affected"]);
    assert!(unknown(&answer) && answer["base"] == Value::Null, "{answer}");
    let why = shallow.run(&["why", "blog", "--base", &base]);
    assert!(why.status.success(), "{}", String::from_utf8_lossy(&why.stderr));
    // A data directory that was kept since the base was looked at knows it.
    let whole = origin.ask(&["affected", "--base", &base]);
    fs::remove_dir_all(shallow.data()).expect("it is there");
    fs::rename(origin.data(), shallow.data()).expect("it can be moved");
    let answer = shallow.ask(&["affected", "--base", &base]);
    assert_eq!(answer["apps"], whole["apps"]);
    assert_eq!(marked(&answer), json!({"shop": ["packages/ui/button.ts"]}));
    // A shortened id could be any.
    let output = shallow.run(&["affected", "--base", &base[..10]]);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && text.contains("git fetch --unshallow"), "{text}");
}

#[test]
fn a_repository_may_name_its_objects_by_sha_256() {
    let world = repository();
    fs::remove_dir_all(world.repository().join(".git")).expect("it is there");
    let base = world.begin("sha256");
    world.add("packages/ui/button.ts", "export const Button = () => 2;\n");
    let answer = world.ask(&["affected", "--base", &base]);
    assert_eq!((base.len(), &answer["base"]), (64, &json!(base)));
    assert_eq!(marked(&answer), json!({"shop": ["packages/ui/button.ts"]}));
    world.write("apps/blog/index.html", "<h1>");
    let answer = world.ask(&["affected", "--base", "HEAD", "--working-tree"]);
    assert_eq!(marked(&answer), json!({"blog": ["apps/blog/index.html"]}));
}

#[test]
fn a_merge_of_many_is_compared_with_each_and_taken_back_as_one() {
    let world = repository();
    for (branch, path) in [("page", "apps/blog/index.html"), ("button", "packages/ui/button.ts"), ("read", "README.md")]
    {
        world.git(&["switch", "--quiet", "--create", branch, "main"]);
        world.add(path, "export const Button = () => 2;\n");
    }
    world.git(&["switch", "--quiet", "main"]);
    world.git(&["merge", "--quiet", "--no-ff", "--message", "all", "page", "button", "read"]);
    let of = |base: &str| marked(&world.ask(&["affected", "--base", base]));
    assert_eq!(of("HEAD^1"), json!({"blog": ["apps/blog/index.html"], "shop": ["packages/ui/button.ts"]}));
    assert_eq!(of("HEAD^2"), json!({"shop": ["packages/ui/button.ts"]}));
    assert_eq!(of("HEAD^3"), json!({"blog": ["apps/blog/index.html"]}));
    world.git(&["revert", "--no-edit", "--mainline", "1", "HEAD"]);
    assert_eq!(of("HEAD~1"), json!({"blog": ["apps/blog/index.html"], "shop": ["packages/ui/button.ts"]}));
    assert_eq!(of("HEAD~2"), json!({}), "nothing is left of it");
}

#[test]
fn names_that_differ_in_case_modes_and_links_count() {
    let world = repository();
    let commit = |change: &dyn Fn()| {
        change();
        world.git(&["add", "--all"]);
        world.git(&["commit", "--quiet", "--message", "change"]);
        let answer = world.ask(&["affected", "--base", "HEAD~1"]);
        let shop = answer["apps"].as_array().expect("apps").iter().find(|app| app["name"] == "shop").expect("a shop");
        assert_eq!(answer["apps"][0]["affected"], json!(false), "{answer}");
        shop["reasons"].as_array().expect("reasons").clone()
    };
    let moved = |from: &str, to: &str| {
        world.git(&["mv", from, to]);
    };
    // What is imported is nowhere then.
    let reasons = commit(&|| moved("packages/ui/button.ts", "packages/ui/Button.ts"));
    let unknown = |reason: &Value| reason["kind"] == "unknown" && reason["path"] == "packages/ui/Button.ts";
    assert!(reasons.iter().any(unknown), "{reasons:?}");
    let reasons = commit(&|| moved("packages/ui/Button.ts", "packages/ui/button.ts"));
    assert!(reasons.iter().any(|reason| reason["path"] == "packages/ui/button.ts"), "{reasons:?}");
    assert_eq!(
        commit(&|| moved("packages/ui/icon.ts", "packages/ui/Icon.ts")),
        Vec::<Value>::new(),
        "nobody imports it"
    );
    let mode = |path: &str| {
        let path = world.repository().join(path);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a mode");
    };
    assert_eq!(commit(&|| mode("apps/shop/main.ts"))[0]["path"], "apps/shop/main.ts");
    let link = |target: &str| {
        let path = world.repository().join("apps/shop/shared.ts");
        drop(fs::remove_file(&path));
        std::os::unix::fs::symlink(target, path).expect("a link");
    };
    assert_eq!(commit(&|| link("../../packages/ui/Icon.ts"))[0]["path"], "apps/shop/shared.ts");
    let icon = commit(&|| world.write("packages/ui/Icon.ts", "export const Icon = () => 2;\n"));
    assert_eq!(icon[0]["path"], "packages/ui/Icon.ts", "it is read through the link");
    let reasons = commit(&|| link("../../packages/ui/button.ts"));
    assert!(reasons.iter().any(|reason| reason["path"] == "apps/shop/shared.ts"), "{reasons:?}");
}

#[test]
fn contents_are_those_that_git_keeps() {
    let world = repository();
    world.write("apps/shop/logo.png", "large");
    // As Git LFS has it: what is committed points to what is there.
    world.git(&["config", "filter.lfs.clean", "sed s/^/oid:/"]);
    world.git(&["config", "filter.lfs.smudge", "sed s/^oid://"]);
    world.write(".gitattributes", "*.png filter=lfs -text\n");
    world.commit("pointers");
    assert_eq!(world.git(&["show", "HEAD:apps/shop/logo.png"]), "oid:large");
    let of = |more: &[&str]| marked(&world.ask(&[&["affected", "--base", "HEAD"] as &[&str], more].concat()));
    let touched = |path: &str| {
        let file = fs::File::options().append(true).open(world.repository().join(path)).expect("a file");
        file.set_modified(std::time::UNIX_EPOCH).expect("a time");
    };
    touched("apps/shop/logo.png");
    assert_eq!(of(&["--working-tree"]), json!({}));
    world.write("apps/shop/logo.png", "larger");
    assert_eq!(of(&["--working-tree"]), json!({"shop": ["apps/shop/logo.png"]}));
    world.commit("another pointer");
    assert_eq!(marked(&world.ask(&["affected", "--base", "HEAD~1"])), json!({"shop": ["apps/shop/logo.png"]}));
    // Ends of lines that git checks out are no change; those that are committed are one.
    world.git(&["config", "core.autocrlf", "true"]);
    let button = world.repository().join("packages/ui/button.ts");
    fs::remove_file(&button).expect("it is there");
    world.git(&["checkout", "--quiet", "--", "packages/ui"]);
    assert!(fs::read_to_string(&button).expect("a module").ends_with("\r\n"));
    touched("packages/ui/button.ts");
    assert_eq!(of(&["--working-tree"]), json!({}));
    world.git(&["config", "core.autocrlf", "false"]);
    world.commit("ends of lines");
    assert_eq!(marked(&world.ask(&["affected", "--base", "HEAD~1"])), json!({"shop": ["packages/ui/button.ts"]}));
    fs::write(world.repository().join("apps/blog/cover.bin"), [0, 159, 146, 150, 255]).expect("it can be written");
    assert_eq!(of(&["--working-tree"]), json!({"blog": ["apps/blog/cover.bin"]}));
}

#[test]
fn a_sparse_checkout_lacks_nothing() {
    let world = repository();
    world.git(&["sparse-checkout", "set", "apps/blog"]);
    assert!(!world.repository().join("packages").exists());
    let of = || marked(&world.ask(&["affected", "--base", "HEAD", "--working-tree"]));
    assert_eq!(of(), json!({}));
    world.write("apps/blog/index.html", "<h1>");
    assert_eq!(of(), json!({"blog": ["apps/blog/index.html"]}));
    world.commit("a heading");
    let answer = world.ask(&["affected", "--base", "HEAD~1"]);
    assert_eq!(marked(&answer), json!({"blog": ["apps/blog/index.html"]}));
}

#[test]
fn what_is_known_of_other_commits_changes_no_answer() {
    let world = repository();
    let mut commits = vec![world.git(&["rev-parse", "HEAD"]).trim().to_owned()];
    for (path, content) in [
        ("packages/ui/button.ts", "export const Button = () => 2;\n"),
        ("packages/ui/icon.ts", "export const Icon = () => 2;\n"),
        ("apps/shop/main.ts", "import { Icon } from 'ui/icon';\nIcon();\n"),
        ("packages/ui/icon.ts", "export const Icon = () => 3;\n"),
        ("apps/blog/new.ts", "export default 1;\n"),
    ] {
        commits.push(world.add(path, content).trim().to_owned());
    }
    let answers = |data: &dyn Fn(usize) -> String| -> Vec<Value> {
        let pairs = commits.windows(2).map(|pair| (&pair[0], &pair[1])).chain([(&commits[0], &commits[5])]);
        let answers = pairs.enumerate().map(|(at, (base, head))| {
            let mut answer = world.ask(&["affected", "--base", base, "--head", head, "--data", &data(at)]);
            answer["took_ms"] = Value::Null;
            answer
        });
        answers.collect()
    };
    let folder = tempfile::tempdir().expect("a folder");
    let below = |name: String| folder.path().join(name).display().to_string();
    let cold = answers(&|at| below(format!("cold-{at}")));
    let expected: Vec<Value> = vec![
        json!({"shop": ["packages/ui/button.ts"]}),
        json!({}),
        json!({"shop": ["apps/shop/main.ts", "packages/ui/icon.ts"]}),
        json!({"shop": ["packages/ui/icon.ts"]}),
        json!({"blog": ["apps/blog/new.ts"]}),
    ];
    assert_eq!(cold[..5].iter().map(marked).collect::<Vec<_>>(), expected);
    let warm = |_| below("warm".to_owned());
    assert_eq!(answers(&warm), cold);
    assert_eq!(answers(&warm), cold, "when everything is known");
    // Nothing depends on what is kept: it may be damaged, or the folder may be one that cannot be written.
    for entry in std::fs::read_dir(folder.path().join("warm/knowledge/commits")).expect("commits are kept") {
        std::fs::write(entry.expect("an entry").path(), "nonsense").expect("it can be written");
    }
    std::fs::write(folder.path().join("warm/knowledge/contents"), "nonsense").expect("it can be written");
    assert_eq!(answers(&warm), cold);
    std::fs::write(folder.path().join("file"), "").expect("it can be written");
    assert_eq!(answers(&|_| below("file/below".to_owned())), cold);
}

#[test]
fn why_tells_the_way_from_file_to_file() {
    let world = repository();
    let base = world.git(&["rev-parse", "HEAD"]).trim().to_owned();
    world.add("packages/ui/button.ts", "export const Other = () => 2;\n");
    world.add("packages/ui/icon.ts", "export const Icons = () => 2;\n");
    let answer = world.ask(&["why", "shop", "--base", &base]);
    assert_eq!((&answer["app"], &answer["base"], &answer["affected"]), (&json!("shop"), &json!(base), &json!(true)));
    let way = json!({"built": "apps/shop", "steps": [{"file": "apps/shop/main.ts", "does": "imports `Button` of"}], "doubt": null});
    assert_eq!(answer["reasons"][0]["way"], way);
    assert_eq!(answer["unread"], json!(["packages/ui/icon.ts"]));
    let said = |arguments: &[&str]| {
        let output = world.run(arguments);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("text")
    };
    let short = &base[..10];
    expect_test::expect![[r#"
        `shop` is affected since BASE
        `packages/ui/button.ts` changed, needed through ui
            `apps/shop/main.ts` imports `Button` of it
            the build of `shop` reads that by itself
    "#]]
    .assert_eq(&said(&["why", "shop", "--base", &base]).replace(short, "BASE"));
    expect_test::expect![[r#"
        `blog` is not affected since BASE
        `packages/ui/button.ts` differs, but not in what its build reads
        `packages/ui/icon.ts` differs, but not in what its build reads
    "#]]
    .assert_eq(&said(&["why", "blog", "--base", &base]).replace(short, "BASE"));
    let dot = said(&["why", "shop", "--base", &base, "--dot"]);
    assert!(dot.starts_with("digraph \"shop\" {") && dot.contains("n0 -> n1 [penwidth=2]"), "{dot}");
    let page = said(&["why", "shop", "--base", &base, "--html"]);
    assert!(page.contains("<g class=\"changed\" data-at=\"1\"><title>packages/ui</title>"), "{page}");
    let refused = world.run(&["why", "shpo", "--base", &base]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("there is no app `shpo`"));
}

#[test]
fn a_way_through_configurations_that_refer_to_each_other_ends() {
    let world = repository();
    world.write(
        "apps/shop/package.json",
        r#"{"name": "shop", "devDependencies": {"vite-tsconfig-paths": "6.0.0"}, "scripts": {"build": "vite build"}}"#,
    );
    world.write("apps/shop/main.ts", "export {};\n");
    world.write("tsconfig.json", r#"{"files": [], "references": [{"path": "./packages/ui"}]}"#);
    world.write("packages/ui/tsconfig.json", r#"{"references": [{"path": "../.."}], "compilerOptions": {}}"#);
    let base = world.commit("a circle").trim().to_owned();
    world.replace("packages/ui/tsconfig.json", "{}", r#"{"target": "es5"}"#);
    let answer = world.ask(&["why", "shop", "--base", &base]);
    let way = json!({"built": "apps/shop", "steps": [{"file": "tsconfig.json", "does": "refers to"}], "doubt": null});
    assert_eq!(answer["reasons"][0]["way"], way, "{answer}");
}

/// What of a value is not as a schema says; only what our schema uses is understood, and anything else in it fails.
fn violations(schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (word, said) in schema.as_object().expect("a schema is an object") {
        let of_type = |name: &Value| match name.as_str().expect("a type") {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_u64() || value.is_i64(),
            "null" => value.is_null(),
            other => panic!("`{other}` is no type that is understood"),
        };
        let is_kept = match word.as_str() {
            "$schema" | "title" | "description" => true,
            "type" => said.as_array().map_or_else(|| of_type(said), |types| types.iter().any(of_type)),
            "required" => {
                said.as_array().expect("names").iter().all(|name| value.get(name.as_str().expect("a name")).is_some())
            }
            "additionalProperties" => {
                let known = schema["properties"].as_object().expect("properties");
                value.as_object().is_some_and(|fields| fields.keys().all(|field| known.contains_key(field)))
            }
            "properties" => {
                for (field, schema) in said.as_object().expect("properties") {
                    let inner = value.get(field).into_iter();
                    found.extend(inner.flat_map(|value| violations(schema, value, &format!("{at}.{field}"))));
                }
                true
            }
            "items" => {
                let items = value.as_array().into_iter().flatten();
                found.extend(items.flat_map(|item| violations(said, item, &format!("{at}[]"))));
                true
            }
            "enum" => said.as_array().expect("values").contains(value),
            "minimum" => value.as_i64() >= said.as_i64(),
            "pattern" => value.as_str().is_none_or(|id| {
                matches!(id.len(), 40 | 64) && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            }),
            other => panic!("`{other}` is nothing that is understood"),
        };
        if !is_kept {
            found.push(format!("{at}: {word}: {value}"));
        }
    }
    found
}

#[test]
fn answers_are_as_the_published_schema_says() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../docs/reference/affected.schema.json")).expect("JSON");
    let world = repository();
    let base = world.git(&["rev-parse", "HEAD"]).trim().to_owned();
    world.add("packages/ui/button.ts", "import 'blog';\n");
    world.add("frontage.toml", "[apps.shop]\ncommit = true\n");
    std::fs::write(world.repository().join("apps/shop/main.ts"), "").expect("it can be written");
    for arguments in [&["--base", &*base][..], &["--base", &base, "--working-tree"], &[], &["--base", "HEAD"]] {
        let answer = world.ask(&[&["affected"], arguments].concat());
        assert_eq!(violations(&schema, &answer, "answer"), Vec::<String>::new(), "{answer:#}");
    }
    let answer = world.ask(&["affected", "--base", &base]);
    assert!(answer["warnings"].to_string().contains("does not ask for `blog`"), "{answer:#}");
    let mut other = answer.clone();
    other["apps"][0]["reasons"] = json!([{"kind": "weather", "path": "", "via": [], "detail": ""}]);
    other["head"] = json!("HEAD");
    assert_eq!(violations(&schema, &other, "answer").len(), 2);
}

#[test]
fn a_working_tree_is_watched() {
    let mut world = repository();
    let base = world.git(&["rev-parse", "HEAD"]).trim().to_owned();
    world.write(".gitignore", "*.log\n");
    world.commit("what is ignored");
    world.start_asking(&["affected", "--watch", "--json", "--base", &base]);
    let mut told = 0;
    let mut answer = |world: &World, expected: Value| {
        world.wait("the next answer", |world| {
            let printed = world.printed();
            let answers: Vec<Value> = printed.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
            (answers.len() > told).then(|| assert_eq!(marked(&answers[told]), expected, "{printed}"))
        });
        told += 1;
    };
    answer(&world, json!({}));
    // Contents alone, of a package and of an app.
    world.write("packages/ui/button.ts", "export const Button = () => 2;\n");
    answer(&world, json!({"shop": ["packages/ui/button.ts"]}));
    // As editors write: into another file, which is moved into its place.
    world.write("apps/blog/.index.html.swp", "<p>Hello");
    fs::rename(world.repository().join("apps/blog/.index.html.swp"), world.repository().join("apps/blog/index.html"))
        .unwrap();
    answer(&world, json!({"blog": ["apps/blog/index.html"], "shop": ["packages/ui/button.ts"]}));
    // What git ignores, and the same content once more, say nothing; a folder that is new does, and is watched as well.
    world.write("apps/blog/server.log", "a line");
    world.write("packages/ui/button.ts", "export const Button = () => 2;\n");
    world.write("apps/blog/pages/one/a.ts", "export {};\n");
    let blog = json!(["apps/blog/index.html", "apps/blog/pages/one/a.ts"]);
    answer(&world, json!({"blog": blog, "shop": ["packages/ui/button.ts"]}));
    world.write("apps/blog/pages/one/a.ts", "export const a = 1;\n");
    answer(&world, json!({"blog": blog, "shop": ["packages/ui/button.ts"]}));
    fs::remove_dir_all(world.repository().join("apps/blog/pages")).unwrap();
    answer(&world, json!({"blog": ["apps/blog/index.html"], "shop": ["packages/ui/button.ts"]}));
    // What cannot be used is told, and the next save mends it.
    world.write("apps/shop/package.json", "{");
    world.wait("an error", |world| world.printed().contains("error: the working tree cannot be used").then_some(()));
    world.write("apps/shop/package.json", SHOP);
    answer(&world, json!({"blog": ["apps/blog/index.html"], "shop": ["packages/ui/button.ts"]}));
    // Another commit is checked out, by which nothing is ignored.
    world.git(&["checkout", "--quiet", "--force", &base]);
    answer(&world, json!({"blog": ["apps/blog/server.log"]}));
    world.kill();
}
