//! React Router and Remix: a server bundle for their own runner or the app's server, or pages alone.
//!
//! Source: reactrouter.com, "Deploying"; `build/server/index.js` as React Router 7 and Remix 2 write it, and
//! `build/index.js` with `public/build` as Remix's first compiler does.

use std::collections::BTreeSet;

use model::{Framework, Serving, Start, resolved};

use super::look::{Look, listed, parent, prefix, repo_path};
use super::{Kept, Missing, Outcome, Public, pages, pages::join, process};

/// What a build of React Router or Remix is started with.
pub fn outcome(look: &Look<'_>) -> Result<Outcome, Missing> {
    let bundles = bundles(look);
    let bundle = match bundles.as_slice() {
        [] => return pages_only(look),
        [only] => only.clone(),
        // One per kind of host: the one for Node.js.
        several => match several.iter().find(|bundle| bundle.contains("/nodejs")) {
            Some(bundle) => bundle.clone(),
            None => return Err(several_bundles(look, several)),
        },
    };
    let text = look.tree.read(&bundle).unwrap_or_default();
    let public_path = constant(&text, "publicPath").map(|path| prefix(&path));
    let base = constant(&text, "basename").map(|path| prefix(&path)).unwrap_or_default();
    let mut outcome = look.process(String::new());
    outcome.public = public(look, &bundle, &text, public_path.as_deref().unwrap_or(&base));
    outcome.base_path = base;
    if let Some(start) = &look.app.start {
        outcome.start = Start::Server { command: start.clone() };
        return Ok(outcome);
    }
    let (program, package) = runner(look);
    if !look.installed(package) {
        return own_server(look, outcome, &bundle, package);
    }
    outcome.start = Start::Server { command: format!("{program} {}", look.named(&bundle)) };
    outcome.kept = Kept::Members { besides: BTreeSet::new(), runners: [package.to_owned()].into() };
    if parent(&bundle).contains("/nodejs") {
        let words = "the bundle of another host's preset is run: `build/server/index.js` was expected, the build left";
        outcome.corrections.push(format!("{words} `{}`", look.named(&bundle)));
    }
    Ok(outcome)
}

/// The framework's own runner and its package.
fn runner(look: &Look<'_>) -> (&'static str, &'static str) {
    match look.app.framework {
        Some(Framework::Remix) => ("remix-serve", "@remix-run/serve"),
        _ => ("react-router-serve", "@react-router/serve"),
    }
}

/// Server bundles, in the app's folder.
fn bundles(look: &Look<'_>) -> Vec<String> {
    let below: Vec<&str> = look.below(look.app.path.as_str()).filter(|name| name.ends_with("index.js")).collect();
    let is_written = |name: &&&str| look.wrote(&look.at(name)) || name.starts_with("build/");
    let plain = below.iter().filter(is_written).find(|name| {
        let folder = name.strip_suffix("server/index.js").map(|folder| folder.trim_end_matches('/'));
        folder.is_some_and(|folder| !folder.is_empty() && look.has_folder(&look.at(&join(folder, "client"))))
    });
    if let Some(plain) = plain {
        return vec![look.at(plain)];
    }
    let named: Vec<String> = below
        .iter()
        .filter(is_written)
        .filter(|name| {
            let folder = parent(parent(name));
            folder.rsplit('/').next() == Some("server") && look.has_folder(&look.at(&join(parent(folder), "client")))
        })
        .map(|name| look.at(name))
        .collect();
    if !named.is_empty() {
        return named;
    }
    // Remix's first compiler.
    let classic = look.at("build/index.js");
    let is_classic = look.app.framework == Some(Framework::Remix) && look.has(&classic);
    is_classic.then_some(classic).into_iter().collect()
}

/// The folder for browsers, and what is named beside it.
fn public(look: &Look<'_>, bundle: &str, text: &str, public_path: &str) -> Vec<Public> {
    let written = constant(text, "assetsBuildDirectory").and_then(|folder| resolved("", &look.at(&folder)));
    let beside = || {
        let mut folder = parent(bundle);
        while !folder.is_empty() {
            let client = join(parent(folder), "client");
            if look.has_folder(&client) {
                return Some(client);
            }
            folder = parent(folder);
        }
        None
    };
    let assets = written.filter(|folder| look.has_folder(folder)).or_else(beside);
    let own = look.at("public");
    let is_inside = assets.as_ref().is_some_and(|assets| super::look::is_below(&own, assets));
    let mut public = Vec::new();
    public.extend(assets.map(|assets| (assets, public_path.to_owned())));
    if is_inside && look.has_folder(&own) {
        public.push((own, String::new()));
    }
    public.into_iter().filter_map(|(folder, prefix)| Some(Public { folder: repo_path(&folder)?, prefix })).collect()
}

/// A server of the app's own, where the framework's runner is not installed.
fn own_server(look: &Look<'_>, mut outcome: Outcome, bundle: &str, package: &str) -> Result<Outcome, Missing> {
    let names = ["server.js", "server.mjs", "build/server.js", "dist/server.js", "server/index.js", "server/index.mjs"];
    if let Some(server) = names.iter().map(|name| look.at(name)).find(|server| server != bundle && look.has(server)) {
        outcome.start = Start::Server { command: format!("node {}", look.named(&server)) };
        let words = format!("`{package}` is not installed; the app's own `{}` is started", look.named(&server));
        outcome.corrections.push(words);
        return Ok(outcome);
    }
    // A bundle that opens a socket itself.
    if look.tree.read(bundle).is_some_and(|text| process::listens(&text)) {
        outcome.start = Start::Server { command: format!("node {}", look.named(bundle)) };
        return Ok(outcome);
    }
    Err(Missing {
        looked_for: format!("there is {}, and nothing that serves it", listed(&[look.named(bundle)])),
        hint: format!("add `{package}` to the app's dependencies, or {}", look.line("start", "node server.js")),
    })
}

fn pages_only(look: &Look<'_>) -> Result<Outcome, Missing> {
    let mut outcome = pages::outcome(look)?;
    if look.app.serving == Serving::Server {
        outcome.corrections.push("it was taken for a server; the build left pages only (`ssr: false`)".to_owned());
    }
    Ok(outcome)
}

fn several_bundles(look: &Look<'_>, bundles: &[String]) -> Missing {
    let names: Vec<String> = bundles.iter().map(|bundle| look.named(bundle)).collect();
    let (program, _) = runner(look);
    Missing {
        looked_for: format!("the build left several servers, {}", listed(&names)),
        hint: look.line("start", &format!("{program} {}", names.first().map_or("", String::as_str))),
    }
}

/// The text that a bundle gives to a name: `const basename = "/app/"`.
fn constant(text: &str, name: &str) -> Option<String> {
    text.match_indices(name).find_map(|(at, _)| {
        let is_word = !text[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_' || letter == '.');
        let rest = text[at + name.len()..].trim_start().strip_prefix('=')?.trim_start();
        let quote = rest.chars().next().filter(|quote| is_word && "\"'`".contains(*quote))?;
        let rest = &rest[1..];
        Some(rest[..rest.find(quote)?].to_owned())
    })
}
