//! Rules for members that are not served: tests and tools, command lines, desktop and mobile apps, extensions, what
//! other hosts run, libraries.

use model::resolved;

use super::Answer;
use super::command;
use super::frameworks::HTTP;
use super::member::Member;
use crate::script;

/// Words for folders of tests and examples, in the singular: as a folder on the way, or in a member's own name.
const WORDS: [&str; 20] = [
    "test",
    "testbed",
    "e2e",
    "fixture",
    "example",
    "sample",
    "playground",
    "sandbox",
    "demo",
    "bench",
    "benchmark",
    "template",
    "mock",
    "script",
    "cli",
    "tooling",
    "cypress",
    "playwright",
    "smoke",
    "loadtest",
];

/// Words that say so only as the whole name of a folder.
const FOLDERS: [&str; 4] = ["tool", "starter", "codemod", "stub"];

/// Configuration of hosts that run something else than a process.
const OTHER_RUNTIMES: [(&str, &str); 5] = [
    ("serverless.yml", "it is for functions: `serverless.yml`"),
    ("serverless.yaml", "it is for functions: `serverless.yaml`"),
    ("serverless.ts", "it is for functions: `serverless.ts`"),
    ("partykit.json", "it is for PartyKit: `partykit.json`"),
    ("host.json", "it is for Azure's functions: `host.json`"),
];

/// Dependencies that only what another host runs has.
const OTHER_HOSTS: [(&str, &str); 7] = [
    ("@types/aws-lambda", "it is for AWS Lambda: `@types/aws-lambda`"),
    ("aws-lambda", "it is for AWS Lambda: `aws-lambda`"),
    ("serverless-http", "it is for AWS Lambda: `serverless-http`"),
    ("@vendia/serverless-express", "it is for AWS Lambda: `@vendia/serverless-express`"),
    ("@shopify/mini-oxygen", "it runs on Shopify's Oxygen: `@shopify/mini-oxygen`"),
    ("firebase-functions", "it is for Firebase's functions: `firebase-functions`"),
    ("zapier-platform-core", "it runs inside Zapier: `zapier-platform-core`"),
];

/// Files that say what a library is good for.
const PURPOSES: [(&str, &str); 3] = [
    ("cdk.json", "it describes infrastructure: `cdk.json`"),
    ("Pulumi.yaml", "it describes infrastructure: `Pulumi.yaml`"),
    ("sst.config.ts", "it describes infrastructure: `sst.config.ts`"),
];

pub(super) fn test_or_tool(path: &str) -> Option<&str> {
    let is_one_of = |words: &[&str], part: &str| {
        let part = part.trim_matches('_').to_ascii_lowercase();
        words.contains(&part.as_str()) || part.strip_suffix('s').is_some_and(|part| words.contains(&part))
    };
    let whole = path.split('/').find(|part| is_one_of(&WORDS, part) || is_one_of(&FOLDERS, part));
    let last = path.rsplit('/').next().unwrap_or(path);
    whole.or_else(|| last.split(['-', '_', '.']).find(|word| is_one_of(&WORDS, word)))
}

pub(super) fn test_or_tool_member(member: &Member<'_>) -> Option<Answer> {
    let path = member.folder();
    let word = test_or_tool(&path)?;
    Some(Answer::unserved(format!("it tests, shows or makes something: `{word}` in its path")))
}

pub(super) fn command_line(member: &Member<'_>) -> Option<Answer> {
    let engines = member.manifest.field("engines");
    if engines.is_some_and(|engines| engines.get("vscode").is_some()) {
        return Some(Answer::unserved("it is an editor's extension: `engines.vscode`"));
    }
    if let Some(name) = ["action.yml", "action.yaml"].into_iter().find(|name| member.has(name)) {
        return Some(Answer::unserved(format!("it is a forge's action: `{name}`")));
    }
    let has_bin = member.manifest.field("bin").is_some();
    (has_bin && member.is_publishable())
        .then(|| Answer::unserved("it is a command-line program: `bin`, and not private"))
}

pub(super) fn desktop(member: &Member<'_>) -> Option<Answer> {
    let electron = ["electron", "electron-builder", "electron-vite", "@electron-forge/cli", "electron-nightly"];
    if let Some(name) = member.owns_any(&electron) {
        return Some(Answer::unserved(format!("it is a desktop app: `{name}`")));
    }
    if member.below().any(|path| path.starts_with("src-tauri/")) {
        return Some(Answer::unserved("it is a desktop app: `src-tauri`"));
    }
    // Its own name says whose part it is: the pages of a desktop app run nowhere else.
    if member.folder_name().split(['-', '_', '.']).any(|word| word == "electron") {
        return Some(Answer::unserved("it is a part of a desktop app: `electron` in its name"));
    }
    let files = member.candidate.files;
    let root = &member.candidate.root;
    let path = member.candidate.path;
    for file in files.named("tauri.").filter(|file| file.ends_with(".json") && root.holds(file)) {
        let Some(text) = files.text(file) else { continue };
        let script = script::read(file, text);
        let built = script.text("build.frontendDist").or_else(|| script.text("build.distDir"));
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        let is_own = built.and_then(|built| resolved(folder, built)).is_some_and(|built| path.holds(&built));
        if is_own && !path.is_root() {
            return Some(Answer::unserved(format!("it is a desktop app: `{file}` names it")));
        }
    }
    None
}

pub(super) fn mobile_or_extension(member: &Member<'_>) -> Option<Answer> {
    let has_pages = ["next", "vite", "@remix-run/dev", "@react-router/dev"].iter().any(|name| member.owns(name));
    if let Some(name) = member.owns_any(&["expo", "react-native", "@capacitor/cli"]).filter(|_| !has_pages) {
        return Some(Answer::unserved(format!("it is a mobile app: `{name}`")));
    }
    let tools = ["@crxjs/vite-plugin", "wxt", "plasmo", "@plasmohq/messaging", "web-ext", "@raycast/api"];
    if let Some(name) = member.owns_any(&tools) {
        return Some(Answer::unserved(format!("it is an extension: `{name}`")));
    }
    for name in ["manifest.json", "src/manifest.json", "public/manifest.json", "static/manifest.json"] {
        let Some(script) = member.script(name) else { continue };
        let key = ["manifest_version", "minAppVersion", "editorType"].into_iter().find(|key| script.at(key).is_some());
        if let Some(key) = key.filter(|_| matches!(script.value, script::Value::Table(_))) {
            return Some(Answer::unserved(format!("it is an extension: `{key}` in `{name}`")));
        }
    }
    if let Some(name) = ["stripe-app.json", "forge.yml", "zapier.json"].into_iter().find(|name| member.has(name)) {
        return Some(Answer::unserved(format!("it runs inside another product: `{name}`")));
    }
    let is_hosted = |name: &&str| {
        *name == "mint.json"
            || member
                .script(name)
                .is_some_and(|script| script.text("$schema").is_some_and(|schema| schema.contains("mintlify")))
    };
    let name = ["mint.json", "docs.json"].into_iter().filter(|name| member.has(name)).find(is_hosted)?;
    Some(Answer::unserved(format!("its pages are made and hosted by Mintlify: `{name}`")))
}

pub(super) fn published_library(member: &Member<'_>) -> Option<Answer> {
    let is_published = member.is_publishable() && member.manifest.field("exports").is_some();
    // A server can be published as well, but only a server starts itself, and nobody depends on it.
    let is_server = !member.candidate.is_needed && member.start().is_some() && member.needs_any(&HTTP).is_some();
    (is_published && !is_server).then(|| Answer::unserved("it is a published library: `exports`, and not private"))
}

pub(super) fn other_runtime(member: &Member<'_>) -> Option<Answer> {
    if let Some(name) = cloudflare(member) {
        return Some(Answer::unserved(format!("it runs on Cloudflare Workers: `{name}`")));
    }
    if let Some((_, because)) = OTHER_RUNTIMES.iter().find(|(name, _)| member.has(name)) {
        return Some(Answer::unserved(*because));
    }
    if let Some(name) = wrangler_script(member) {
        return Some(Answer::unserved(format!("it runs on Cloudflare Workers: the script `{name}`")));
    }
    for name in ["template.yaml", "template.yml"] {
        if member.text(name).is_some_and(|text| text.contains("AWS::Serverless")) {
            return Some(Answer::unserved(format!("it is for AWS Lambda: `{name}`")));
        }
    }
    let on_deno = ["start", "dev"].into_iter().find(|name| {
        let command = member.expanded(name);
        command.is_some_and(|command| command::programs(&command).iter().any(|program| program.name == "deno"))
    });
    if let Some(name) = on_deno {
        return Some(Answer::unserved(format!("it runs on Deno: the script `{name}`")));
    }
    let has_node = member.manifest.script("start").is_some() || member.manifest.script("build").is_some();
    let deno = ["deno.json", "deno.jsonc"].into_iter().find(|name| member.has(name) && !has_node)?;
    Some(Answer::unserved(format!("it runs on Deno: `{deno}`")))
}

/// The configuration of a worker of Cloudflare's; not one that only uploads a folder.
pub(super) fn cloudflare(member: &Member<'_>) -> Option<&'static str> {
    let has_main = |name: &&str| match (*name, member.text(name)) {
        ("wrangler.toml", Some(text)) => {
            let document = text.parse::<toml_edit::DocumentMut>();
            document.map_or(true, |document| document.contains_key("main"))
        }
        (name, Some(text)) => script::read(name, text).at("main").is_some(),
        _ => false,
    };
    ["wrangler.toml", "wrangler.jsonc", "wrangler.json"].into_iter().filter(|name| member.has(name)).find(has_main)
}

/// A script that runs or uploads the member as a worker of Cloudflare's: it names a source, or there is no
/// configuration that says which folder is uploaded instead.
fn wrangler_script(member: &Member<'_>) -> Option<&'static str> {
    let is_configured = ["wrangler.toml", "wrangler.jsonc", "wrangler.json"].iter().any(|name| member.has(name));
    let is_worker = |program: &command::Program| {
        let names_source = program.words().any(|word| [".ts", ".tsx", ".js"].iter().any(|end| word.ends_with(end)));
        let is_run = matches!(program.word(), "dev" | "deploy" | "publish");
        program.name == "wrangler" && is_run && (names_source || !is_configured)
    };
    ["deploy", "dev", "start"].into_iter().filter(|_| member.start().is_none()).find(|name| {
        let command = member.expanded(name).unwrap_or_default();
        command::programs(&command).iter().any(is_worker)
    })
}

pub(super) fn library(member: &Member<'_>) -> Option<Answer> {
    if let Some(because) = purpose(member).filter(|_| !member.candidate.is_workspace_root) {
        return Some(Answer::unserved(because));
    }
    let because = match (member.manifest.script("build"), member.candidate.is_workspace_root) {
        (_, true) => "it is the workspace's root",
        (Some(_), _) => "it is a library: nothing to start",
        (None, _) => "it is a library: nothing to build or start",
    };
    Some(Answer::unserved(because))
}

/// What a member is good for that nothing here runs, if a file or a dependency says it. Only where no other rule
/// knows the member: a site may have such dependencies for its examples.
pub(super) fn purpose(member: &Member<'_>) -> Option<&'static str> {
    let file = PURPOSES.iter().find(|(name, _)| member.has(name));
    let known = file.or_else(|| OTHER_HOSTS.iter().find(|(name, _)| member.owns(name)));
    known.map(|(_, because)| *because)
}
