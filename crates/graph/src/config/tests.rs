//! Tests of configuration: what is wrong with it, at which place, and what is meant by it.

use expect_test::{Expect, expect};

use super::{AppConfig, Config, Diagnostic, read, read_manifest};
use crate::patience::Patience;

fn check(text: &str, expected: Expect) {
    let (_, problems) = read(text.as_bytes());
    expected.assert_eq(&words(&problems));
}

/// Under `"frontage"` in a manifest.
fn check_manifest(content: &str, expected: Expect) {
    let (_, problems) = read_manifest("apps/shop/package.json", content.as_bytes());
    expected.assert_eq(&words(&problems));
}

fn config(text: &str) -> Config {
    let (config, problems) = read(text.as_bytes());
    assert_eq!(problems, []);
    config
}

fn app(text: &str) -> AppConfig {
    config(&format!("[apps.shop]\n{text}")).apps.remove("shop").unwrap()
}

fn words(problems: &[Diagnostic]) -> String {
    problems.iter().map(Diagnostic::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn unknown_keys_suggest_what_was_meant() {
    check(
        "[apps.shop]\npath = \"apps/shop\"\nroute = [\"/shop\"]",
        expect![[r#"
        frontage.toml:3:1: unknown key `route`
        hint: did you mean `routes`?"#]],
    );
    check(
        "[app.shop]",
        expect![[r#"
        frontage.toml:1:2: unknown key `app`
        hint: did you mean `apps`?"#]],
    );
    check(
        "[site]\nprodution = \"main\"",
        expect![[r#"
        frontage.toml:2:1: unknown key `prodution`
        hint: did you mean `production`?"#]],
    );
    check("zzz = 1", expect!["frontage.toml:1:1: unknown key `zzz`"]);
    check(
        "[apps.shop.env]\nA = { staging = \"a\", prod = \"b\" }",
        expect![[r#"
        frontage.toml:2:7: unknown key `staging`
        frontage.toml:2:22: unknown key `prod`
        hint: did you mean `production`?"#]],
    );
    check("[upstreams.api]\nurl = \"http://a\"\ntimeout = 3", expect!["frontage.toml:3:1: unknown key `timeout`"]);
    check(
        "[apps]\nshop.memry = \"1 GiB\"",
        expect![[r#"
        frontage.toml:2:6: unknown key `memry`
        hint: did you mean `memory`?"#]],
    );
}

#[test]
fn every_problem_is_reported() {
    check(
        "site = 1\n[apps.shop]\nroutes = \"/a\"\n  cpu = \"2\"\n[apps.blog]\ncommit = 0",
        expect![[r#"
        frontage.toml:1:8: `site` must be a table
        frontage.toml:3:10: `routes` must be a list of texts
        frontage.toml:4:9: `cpu` must be a number of cores from 0.01 to 1024
        frontage.toml:6:10: `commit` must be `true` or `false`"#]],
    );
}

#[test]
fn wrong_types() {
    check("apps = 1", expect!["frontage.toml:1:8: `apps` must be a table"]);
    check("[apps]\nshop = \"apps/shop\"", expect!["frontage.toml:2:8: `shop` must be a table"]);
    check("[[apps.shop]]\npath = \"a\"", expect!["frontage.toml:1:1: `shop` must be a table"]);
    check(
        "[apps.shop]\nroutes = [1, \"/a\", [\"/b\"]]",
        expect![[r#"
            frontage.toml:2:11: `routes` must be a list of texts that are not empty
            frontage.toml:2:20: `routes` must be a list of texts that are not empty"#]],
    );
    check(
        "[apps.shop]\nbuild = \"\"\nstart = true\nbuild_network = \"yes\"",
        expect![[r#"
        frontage.toml:2:9: `build` must be a text that is not empty
        frontage.toml:3:9: `start` must be a command, or `false` for a static app
        frontage.toml:4:17: `build_network` must be `true` or `false`"#]],
    );
    check("[apps.shop]\nenv = [\"A\"]", expect!["frontage.toml:2:7: `env` must be a table of variables"]);
    check(
        "[apps.shop.env]\nPORT = 3000\n\"A B\" = \"x\"\n1A = \"x\"",
        expect![[r#"
        frontage.toml:2:8: `PORT` must be a text, or a table with `production` and `preview`
        frontage.toml:3:1: `A B` cannot be a variable's name
        frontage.toml:4:1: `1A` cannot be a variable's name"#]],
    );
    check(
        "[apps.shop]\nnetwork = \"some\"\nbuild = 1979-05-27",
        expect![[r#"
        frontage.toml:2:11: `network` must be "host", "none" or "all"
        frontage.toml:3:9: `build` must be a text that is not empty"#]],
    );
    check(
        "[site]\ndefault = { name = \"shop\" }",
        expect!["frontage.toml:2:11: `default` must be a text that is not empty"],
    );
}

#[test]
fn numbers() {
    check(
        "[apps.shop]\ncpu = 0\ninstances = 1.5",
        expect![[r#"
        frontage.toml:2:7: `cpu` must be a number of cores from 0.01 to 1024
        frontage.toml:3:13: `instances` must be a whole number from 1 to 100"#]],
    );
    check(
        "[apps.shop]\ncpu = nan\ninstances = 1000000",
        expect![[r#"
        frontage.toml:2:7: `cpu` must be a number of cores from 0.01 to 1024
        frontage.toml:3:13: `instances` must be a whole number from 1 to 100"#]],
    );
    check(
        "[apps.shop]\ncpu = inf\ninstances = -9223372036854775808",
        expect![[r#"
        frontage.toml:2:7: `cpu` must be a number of cores from 0.01 to 1024
        frontage.toml:3:13: `instances` must be a whole number from 1 to 100"#]],
    );
    check("[apps.shop]\ninstances = 9223372036854775808", expect!["frontage.toml:2:13: integer number overflowed"]);
    assert_eq!(app("cpu = 0.5").cpu_millis, Some(500));
    assert_eq!(app("instances = 2.0").instances, Some(2));
}

#[test]
fn memory() {
    check(
        "[apps.shop]\nmemory = 256",
        expect![[r#"frontage.toml:2:10: `memory` must be an amount such as "256 MiB""#]],
    );
    check(
        "[apps.shop]\nmemory = \"256\"",
        expect![[r#"frontage.toml:2:10: `memory` must be an amount such as "256 MiB""#]],
    );
    check(
        "[apps.shop]\nmemory = \"256 mib\"",
        expect![[r#"frontage.toml:2:10: `memory` must be an amount such as "256 MiB""#]],
    );
    check(
        "[apps.shop]\nmemory = \"1.2.3 GiB\"",
        expect![[r#"frontage.toml:2:10: `memory` must be an amount such as "256 MiB""#]],
    );
    check(
        "[apps.shop]\nmemory = \"MiB\"",
        expect![[r#"frontage.toml:2:10: `memory` must be an amount such as "256 MiB""#]],
    );
    check(
        "[apps.shop]\nmemory = \"-1 GiB\"",
        expect![[r#"frontage.toml:2:10: `memory` must be an amount such as "256 MiB""#]],
    );
    check(
        "[apps.shop]\nmemory = \"8 MiB\"",
        expect!["frontage.toml:2:10: `memory` of 8 MiB is too little: Node.js does not start in less than 32 MiB"],
    );
    check(
        "[apps.shop]\nmemory = \"99999999999999999999999 GiB\"",
        expect!["frontage.toml:2:10: `memory` of 99999999999999999999999 GiB is too much: no machine has that"],
    );
    assert_eq!(app("memory = \"256MiB\"").memory_bytes, Some(256 << 20));
    assert_eq!(app("memory = \"0.5 GB\"").memory_bytes, Some(500_000_000));
}

#[test]
fn routes() {
    check(
        "[apps.shop]\nroutes = [\"shop\"]",
        expect![[
            r#"frontage.toml:2:11: `shop` is no route: it must be a path prefix such as `/catalog`, in ASCII, without `*`, `?` or `%`"#
        ]],
    );
    check(
        "[apps.shop]\nroutes = [\"/shop/*\", \"/a?b\", \"//a\", \"/a/../b\", \"/ä\"]",
        expect![[r#"
            frontage.toml:2:11: `/shop/*` is no route: it must be a path prefix such as `/catalog`, in ASCII, without `*`, `?` or `%`
            frontage.toml:2:22: `/a?b` is no route: it must be a path prefix such as `/catalog`, in ASCII, without `*`, `?` or `%`
            frontage.toml:2:30: `//a` is no route: it must be a path prefix such as `/catalog`, in ASCII, without `*`, `?` or `%`
            frontage.toml:2:37: `/a/../b` is no route: it holds `.` or `..`
            frontage.toml:2:48: `/ä` is no route: it must be a path prefix such as `/catalog`, in ASCII, without `*`, `?` or `%`"#]],
    );
    let routes = app("routes = [\"/\", \"/shop/\", \"/a.b/c\"]").routes.unwrap();
    assert_eq!(routes.iter().map(|(route, _)| route.as_str()).collect::<Vec<_>>(), ["/", "/shop", "/a.b/c"]);
}

#[test]
fn names_are_dns_labels() {
    check(
        "[apps.My_Shop]",
        expect![[r#"
        frontage.toml:1:7: `My_Shop` cannot be an app's name: it must be lower-case letters, digits and single dashes, at most 40
        hint: `[apps.my-shop]` with `path` naming its folder"#]],
    );
    check(
        "[apps.\"\"]\n[apps.\"日本\"]\n[apps.a--b]",
        expect![[r#"
        frontage.toml:1:7: `` cannot be an app's name: it must be lower-case letters, digits and single dashes, at most 40
        hint: `[apps.e3b0c4]` with `path` naming its folder
        frontage.toml:2:7: `日本` cannot be an app's name: it must be lower-case letters, digits and single dashes, at most 40
        hint: `[apps.cf2abf]` with `path` naming its folder
        frontage.toml:3:7: `a--b` cannot be an app's name: it must be lower-case letters, digits and single dashes, at most 40
        hint: `[apps.a-b]` with `path` naming its folder"#]],
    );
    check(
        &format!("[apps.{}]", "a".repeat(41)),
        expect![[r#"
        frontage.toml:1:7: `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` cannot be an app's name: it must be lower-case letters, digits and single dashes, at most 40
        hint: `[apps.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-c0f8bd]` with `path` naming its folder"#]],
    );
    check(
        "[upstreams.\"Courses API\"]\nurl = \"https://a\"",
        expect![[r#"
        frontage.toml:1:12: `Courses API` cannot be an upstream's name: it must be lower-case letters, digits and single dashes, at most 40
        hint: `[upstreams.courses-api]`"#]],
    );
}

#[test]
fn upstreams() {
    check(
        "[upstreams.api]\nurl = \"ftp://a\"",
        expect!["frontage.toml:2:7: `url` must begin with `http://` or `https://`"],
    );
    check("[upstreams.api]\nroutes = [\"/api\"]", expect!["frontage.toml:1:12: the upstream `api` has no `url`"]);
    check("[upstreams]\napi = \"http://a\"", expect!["frontage.toml:2:7: `api` must be a table"]);
    let config = config("[upstreams.api]\nurl = \"https://a\"\nroutes = [\"/api\"]");
    assert_eq!(config.upstreams["api"].url, "https://a");
}

#[test]
fn paths_stay_inside() {
    check(
        "[apps.shop]\npath = \"../shop\"\noutput = \"dist/../../x\"",
        expect![[r#"
            frontage.toml:3:10: `output` leads out by `..`: `dist/../../x`
            hint: a path that begins with `/` begins at the workspace's root, any other in the app's folder"#]],
    );
    check(
        "[apps.shop]\nhealth = \"up\"",
        expect!["frontage.toml:2:10: `health` must be a path that begins with `/`, not `up`"],
    );
    check(
        "[apps.shop]\nignore = [\"../a\", \"!a\", \"{a\", \"[z-a]\"]",
        expect![[r#"
        frontage.toml:2:11: `../a` leaves the app's folder
        hint: a leading `/` begins at the workspace's root
        frontage.toml:2:19: `!a`: globs of `ignore` cannot be negated
        frontage.toml:2:25: `{a` is no glob: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)
        frontage.toml:2:31: `[z-a]` is no glob: invalid range; 'z' > 'a'"#]],
    );
    check(
        &format!("[apps.shop]\ninputs = [\"{}\"]", "{a,b}".repeat(200)),
        expect![[
            r#"frontage.toml:2:11: `{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}` is no glob: it is longer than 500 characters"#
        ]],
    );
    assert_eq!(app("path = \"./apps//shop/\"").path.as_deref(), Some("apps/shop"));
    assert_eq!(app("path = \"/apps/shop\"").path.as_deref(), Some("apps/shop"));
    assert_eq!(app("output = \"./dist/\"").output.as_deref(), Some("dist"));
}

#[test]
fn what_does_not_parse() {
    check("[apps.shop\npath = 1", expect!["frontage.toml:1:11: unclosed table, expected `]`"]);
    check("[apps.shop]\nbuild = \"a\"\nbuild = \"b\"", expect!["frontage.toml:3:1: duplicate key"]);
    check("[apps.shop]\n[apps.shop]", expect!["frontage.toml:2:7: duplicate key"]);
    check(
        &format!("a = {}", "[".repeat(100_000)),
        expect!["frontage.toml:1:85: cannot recurse further; max recursion depth met"],
    );
    check(&format!("{}a = 1", "a.".repeat(100_000)), expect!["frontage.toml:1:1: recursion limit"]);
    expect!["frontage.toml: it is not UTF-8"].assert_eq(&words(&read(b"a = \"\xff\"").1));
    assert_eq!(read(b"").1, []);
    assert_eq!(read("\u{feff}[site]\r\nproduction = \"main\"\r\n".as_bytes()).1, []);
}

#[test]
fn many_keys_take_no_time() {
    let text: String = (0..20_000).map(|number| format!("k{number} = 1\n")).collect();
    assert_eq!(read(text.as_bytes()).1.len(), 20_000);
}

#[test]
fn in_a_manifest() {
    check_manifest(
        "{\n  \"name\": \"frontage\",\n  \"frontage\": {\n    \"rotes\": []\n  }\n}",
        expect![[r#"
        apps/shop/package.json:4:5: unknown key `rotes`
        hint: did you mean `routes`?"#]],
    );
    check_manifest(
        "{\"keywords\": [\"frontage\"], \"frontage\": 7}",
        expect!["apps/shop/package.json:1:40: `frontage` must be a table"],
    );
    check_manifest(
        "{\"frontage\": {\"memory\": \"1\", \"env\": {\"A\": null, \"B\\u0020\": \"x\"}, \"start\": false}}",
        expect![[r#"
            apps/shop/package.json:1:25: `memory` must be an amount such as "256 MiB"
            apps/shop/package.json:1:43: `A` must be a text, or a table with `production` and `preview`
            apps/shop/package.json:1:49: `B ` cannot be a variable's name"#]],
    );
    check_manifest(
        "\u{feff}{\"a\": \"\\\"frontage\\\": {\", \"frontage\": {\"cpu\": -1e300}}",
        expect!["apps/shop/package.json:1:47: `cpu` must be a number of cores from 0.01 to 1024"],
    );
    let (app, problems) = read_manifest(
        "package.json",
        br#"{"x": [1, {"frontage": 1}, "}"], "frontage": {"routes": ["/a", "/b"], "cpu": 2, "env": {"A": {"preview": "p"}}, "commit": true}}"#,
    );
    assert_eq!(problems, []);
    assert_eq!(app.routes.unwrap()[1].1.at, (1, 64));
    assert_eq!((app.cpu_millis, app.commit), (Some(2000), Some(true)));
}

#[test]
fn the_file_at_the_root_beats_the_manifest_key_by_key() {
    let strong = app("build = \"make\"\n[apps.shop.env]\nA = \"strong\"");
    let (weak, _) = read_manifest(
        "package.json",
        br#"{"frontage": {"build": "npm run build", "health": "/up", "env": {"A": "weak", "B": "weak"}}}"#,
    );
    let joined = strong.over(weak);
    assert_eq!((joined.build.as_deref(), joined.health.as_deref()), (Some("make"), Some("/up")));
    expect![[r#"{"A": Same("strong"), "B": Same("weak")}"#]].assert_eq(&format!("{:?}", joined.env.unwrap()));
}

/// Each of many places in one long line is found without reading all that is before it.
#[test]
fn long_lines_take_no_time() {
    let patience = Patience::begins();
    let routes = |count: usize| (0..count).map(|at| format!(r#""/é{at}""#)).collect::<Vec<_>>().join(",");
    let (_, problems) =
        read_manifest("a", format!(r#"{{"frontage": {{"routes": [{}]}}}}"#, routes(100_000)).as_bytes());
    assert_eq!(problems.last().and_then(|problem| problem.column), Some(988_906));
    let (_, problems) = read(format!("[apps.a]\nroutes = [{}]", routes(100_000)).as_bytes());
    assert_eq!(words(&problems), "frontage.toml: it is longer than 1 MB");
    patience.ends();
}
