//! `frontage affected --verify` over the academy: what builds read that they are not shown, and what does not count.
//!
//! Needs user namespaces, Node.js and the npm registry.

mod world;

use serde_json::{Value, json};
use world::World;

/// A configuration that puts the text of a file into the page, in a way that no graph can tell.
const READING: &str = r#"
import { commitTag } from "@academy/vite-config";
import react from "@vitejs/plugin-react";
import { existsSync, readFileSync } from "node:fs";
import { defineConfig } from "vite";

const path = PARTS.join("/");
const __SAID__ = JSON.stringify(existsSync(path) ? readFileSync(path, "utf8") : "nothing");

export default defineConfig({ base: "/enterprise/", plugins: [react(), commitTag()], define: { __SAID__ } });
"#;

/// Has the page say what such a file says.
fn says(world: &World, parts: &str) {
    world.write("apps/enterprise/vite.config.ts", &READING.replace("PARTS", parts));
    world.commit(parts);
}

/// The answer about an app, and the exit status.
fn verified(world: &World, app: &str) -> (Value, Option<i32>) {
    let output = world.run(&["affected", "--verify", app, "--json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|cause| panic!("{cause}: {output:?}"));
    (answer["apps"][0].clone(), output.status.code())
}

#[test]
fn builds_are_looked_at() {
    let mut world = World::demo();
    let (enterprise, status) = verified(&world, "enterprise");
    assert_eq!((&enterprise["unknown"], &enterprise["outcome"]), (&json!([]), &json!("same")), "{enterprise}");
    assert_eq!(status, Some(0));
    let replaced = enterprise["replaced"].as_array().expect("paths");
    assert!(replaced.contains(&json!("apps/enterprise/test/estimate.test.js")), "{enterprise}");

    let first = "import \"@academy/brand/theme.css\";";
    let saying = format!("{first}\ndeclare const __SAID__: string;\nconsole.log(__SAID__);");
    world.replace("apps/enterprise/src/main.tsx", first, &saying);
    world.write("notes/today.txt", "A note that nobody imports.\n");
    says(&world, r#"[["..", "..", "no"].join("/") + "tes", "today.txt"]"#);
    let (enterprise, status) = verified(&world, "enterprise");
    assert_eq!(enterprise["unknown"], json!([{"path": "notes/today.txt", "by": "@academy/enterprise"}]));
    assert_eq!(status, Some(1));

    says(&world, r#"["te" + "st", "estimate.test.js"]"#);
    let (enterprise, status) = verified(&world, "enterprise");
    assert_eq!((&enterprise["unknown"], &enterprise["outcome"]), (&json!([]), &json!("differs")), "{enterprise}");
    assert!(enterprise["differing"].as_array().is_some_and(|files| !files.is_empty()), "{enterprise}");
    assert_eq!(status, Some(1));

    // What a killed run has left is removed by the next one, and two do not get in each other's way.
    let own = world.data().join("verify");
    std::fs::create_dir_all(own.join("sandboxes/builds/left/upper")).expect("it can be made");
    let (enterprise, _) = verified(&world, "enterprise");
    assert_eq!(enterprise["outcome"], json!("differs"));
    assert!(!own.join("sandboxes/builds/left").exists());
    let lock = std::fs::File::options().write(true).open(own.join("lock")).expect("it is there");
    lock.lock().expect("nobody has it");
    let refused = world.run(&["affected", "--verify", "enterprise"]);
    assert_eq!(refused.status.code(), Some(2), "{}", String::from_utf8_lossy(&refused.stderr));
    drop(lock);

    let refused = world.run(&["affected", "--verify", "nowhere"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).starts_with("error: there is no app `nowhere`"));
    world.down();
}

/// A page that holds what three packages say: the app asks for one, whose output asks for another, and that for a third that
/// is used as it is.
const DEEP: [(&str, &str); 14] = [
    ("package.json", r#"{"name": "deep", "private": true, "workspaces": ["apps/*", "packages/*"]}"#),
    ("package-lock.json", LOCKED),
    (".gitignore", "node_modules\ndist\n"),
    ("frontage.toml", "[apps.web]\npath = \"apps/web\"\n"),
    (
        "apps/web/package.json",
        r#"{"name": "web", "dependencies": {"ui": "*"}, "scripts": {"build": "node build.mjs"}}"#,
    ),
    ("apps/web/index.html", "<p>a page</p>\n"),
    (
        "apps/web/build.mjs",
        "import { mkdirSync, writeFileSync } from 'node:fs'; import said from 'ui';\n\
         mkdirSync('dist'); writeFileSync('dist/index.html', `<p>${said}</p>`);\n",
    ),
    ("packages/ui/package.json", BUILT_UI),
    ("packages/ui/src/index.js", "import said from 'tokens'; export default `ui, ${said}`;\n"),
    ("packages/tokens/package.json", BUILT_TOKENS),
    ("packages/tokens/src/index.js", "import said from 'words'; export default `tokens, ${said}`;\n"),
    ("packages/words/package.json", r#"{"name": "words", "type": "module", "main": "lib/index.js"}"#),
    ("packages/words/lib/index.js", "export { said as default } from './said.js';\n"),
    ("packages/words/lib/said.js", "export const said = 'words';\n"),
];
const LOCKED: &str = r#"{"name": "deep", "lockfileVersion": 3, "packages": {
    "": {"name": "deep", "workspaces": ["apps/*", "packages/*"]},
    "apps/web": {"name": "web", "dependencies": {"ui": "*"}},
    "packages/ui": {"name": "ui", "dependencies": {"tokens": "*"}},
    "packages/tokens": {"name": "tokens", "dependencies": {"words": "*"}},
    "packages/words": {"name": "words"},
    "node_modules/web": {"resolved": "apps/web", "link": true},
    "node_modules/ui": {"resolved": "packages/ui", "link": true},
    "node_modules/tokens": {"resolved": "packages/tokens", "link": true},
    "node_modules/words": {"resolved": "packages/words", "link": true}
}}"#;
const BUILT_UI: &str = r#"{"name": "ui", "type": "module", "main": "dist/index.js", "dependencies": {"tokens": "*"},
    "scripts": {"build": "mkdir -p dist && cp src/index.js dist"}}"#;
const BUILT_TOKENS: &str = r#"{"name": "tokens", "type": "module", "main": "dist/index.js", "dependencies": {"words": "*"},
    "scripts": {"build": "mkdir -p dist && cp src/index.js dist"}}"#;

#[test]
fn what_outputs_ask_for_is_there() {
    let mut world = World::empty();
    world.repository_of(&DEEP);
    world.start(&["up"]);
    world.wait_for_live(&["web"]);
    assert_eq!(world.get("localhost", "/").body, "<p>ui, tokens, words</p>");
    world.down();
    let (web, status) = verified(&world, "web");
    assert_eq!((&web["unknown"], &web["outcome"]), (&json!([]), &json!("nothing")), "{web}");
    assert_eq!(status, Some(0));
}
