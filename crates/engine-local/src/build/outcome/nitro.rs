//! What Nitro builds (Nuxt, TanStack Start, Solid Start, Vinxi): `.output`, which needs nothing besides.
//!
//! Source: nitro.build, "Deploy", and `nitro.json` as Nitro 2 and 3 write it.

use model::{Framework, Serving, Start};

use super::look::{Look, listed, parent, prefix, repo_path};
use super::{Kept, Missing, Outcome, Public, pages, pages::join};

/// Presets of Nitro whose output Node.js runs as it is.
const NODE: [&str; 5] = ["node-server", "node_server", "node", "node-cluster", "bun"];

/// Presets that leave pages only.
const PAGES: [&str; 4] = ["static", "github-pages", "github_pages", "gitlab-pages"];

/// What a build of Nitro is started with.
pub fn outcome(look: &Look<'_>) -> Result<Outcome, Missing> {
    let output = look.at(".output");
    let preset = preset(look);
    if let Some(preset) = preset.as_deref().filter(|preset| !NODE.contains(preset) && !PAGES.contains(preset)) {
        return Err(Missing {
            looked_for: format!("it was built for `{preset}`, not for Node.js"),
            hint: format!(
                "give its build `NITRO_PRESET`: `build_env = [\"NITRO_PRESET\"]` under `[apps.{name}]`, and \
                 `NITRO_PRESET = \"node-server\"` under `[apps.{name}.env]`",
                name = look.app.name
            ),
        });
    }
    let server = join(&output, "server/index.mjs");
    if look.has(&server) {
        return Ok(served(look, &output, &server));
    }
    if let Some(outcome) = without_nitro(look)? {
        return Ok(outcome);
    }
    let mut outcome = pages::outcome(look).map_err(|missing| Missing {
        looked_for: format!(
            "there is neither `.output/server/index.mjs` nor a folder of pages; {}",
            missing.looked_for
        ),
        ..missing
    })?;
    if look.app.serving == Serving::Server {
        outcome.corrections.push("it was taken for a server; the build left pages only".to_owned());
    }
    Ok(outcome)
}

/// The preset that was built for, as Nitro notes it.
fn preset(look: &Look<'_>) -> Option<String> {
    let notes = [".output/nitro.json", ".vercel/output/nitro.json", "dist/nitro.json", ".netlify/nitro.json"];
    let noted = notes.iter().find_map(|note| look.json(&look.at(note))["preset"].as_str().map(str::to_owned));
    let folders = [(".vercel/output", "vercel"), (".netlify/functions-internal", "netlify")];
    let left = || {
        let is_there = |folder: &str| !look.has_folder(&look.at(".output")) && look.has_folder(&look.at(folder));
        folders.iter().find(|(folder, _)| is_there(folder)).map(|(_, preset)| (*preset).to_owned())
    };
    noted.or_else(left)
}

fn served(look: &Look<'_>, output: &str, server: &str) -> Outcome {
    let base = base_path(look, output);
    let public = join(output, "public");
    let folder = repo_path(&public).filter(|_| look.has_folder(&public));
    Outcome {
        start: Start::Server { command: format!("node {}", look.named(server)) },
        public: folder.into_iter().map(|folder| Public { folder, prefix: base.clone() }).collect(),
        base_path: base,
        kept: Kept::Alone(repo_path(output).into_iter().collect()),
        ..look.process(String::new())
    }
}

/// `app.baseURL`, which Nitro writes into the server.
fn base_path(look: &Look<'_>, output: &str) -> String {
    let server = join(output, "server");
    let mut sources: Vec<&str> = look.below(&server).filter(|name| name.ends_with(".mjs")).collect();
    sources.sort_by_key(|name| (!name.contains("nitro") && !name.contains("runtime"), name.len(), *name));
    let found = sources.iter().take(12).find_map(|name| {
        let text = look.tree.read(&join(&server, name))?;
        let (_, rest) = text.split_once("\"baseURL\":").or_else(|| text.split_once("baseURL:"))?;
        let rest = rest.trim_start().strip_prefix(['"', '\'', '`'])?;
        Some(prefix(&rest[..rest.find(['"', '\'', '`'])?]))
    });
    found.or_else(|| look.app.base_path.clone()).unwrap_or_default()
}

/// TanStack Start without Nitro leaves a function that answers requests (`dist/server/server.js`), and a folder for
/// browsers beside it.
fn without_nitro(look: &Look<'_>) -> Result<Option<Outcome>, Missing> {
    if look.app.framework != Some(Framework::Nitro) {
        return Ok(None);
    }
    let client = look.at("dist/client");
    let entries = ["dist/server/server.js", "dist/server/index.js", "dist/server/index.mjs"];
    let Some(entry) = entries.iter().map(|entry| look.at(entry)).find(|entry| look.has(entry)) else { return Ok(None) };
    if look.has(&join(&client, "_shell.html")) {
        let mut outcome = pages::served(look, &client);
        let words = "it is a single-page app: every path is answered by `_shell.html`, and no server functions run";
        outcome.corrections.push(words.to_owned());
        return Ok(Some(outcome));
    }
    let tool = ["srvx"].into_iter().find(|tool| look.installed(tool));
    let Some(tool) = tool else {
        return Err(Missing {
            looked_for: format!(
                "the build left {}, which only answers requests, and no server",
                listed(&[look.named(&entry)])
            ),
            hint: "add `nitro` to the plugins of its Vite configuration, or `srvx` to its dependencies".to_owned(),
        });
    };
    let (public, base, _) = pages::of_server(look, &client);
    let beside = super::look::quoted(&relative(parent(&look.named(&entry)), &look.named(&client)));
    let mut outcome = look.process(format!("{tool} --prod -s {beside} {}", look.named(&entry)));
    outcome.base_path = base;
    outcome.public = vec![public];
    outcome.kept = Kept::Members { besides: std::iter::empty().collect(), runners: [tool.to_owned()].into() };
    Ok(Some(outcome))
}

/// A folder seen from another.
fn relative(from: &str, to: &str) -> String {
    let (from, to): (Vec<&str>, Vec<&str>) = (from.split('/').collect(), to.split('/').collect());
    let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    std::iter::repeat_n("..", from.len() - common).chain(to[common..].iter().copied()).collect::<Vec<_>>().join("/")
}
