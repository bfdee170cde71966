//! Astro: pages alone, or with a server by its Node adapter.
//!
//! Source: docs.astro.build, "@astrojs/node"; `dist/server/entry.mjs` as Astro 3 to 7 write it.

use model::{Serving, Start};

use super::look::{Look, parent, prefix, repo_path};
use super::{Missing, Outcome, Public, pages, pages::join};

/// What other adapters leave, and whose they are.
const OTHERS: [(&str, &str); 6] = [
    (".vercel/output", "@astrojs/vercel"),
    (".netlify/build", "@astrojs/netlify"),
    (".netlify/v1", "@astrojs/netlify"),
    ("dist/_worker.js", "@astrojs/cloudflare"),
    ("dist/server/wrangler.json", "@astrojs/cloudflare"),
    ("dist/server/entry.deno.mjs", "a Deno adapter"),
];

/// What a build of Astro is started with.
pub fn outcome(look: &Look<'_>) -> Result<Outcome, Missing> {
    let other = OTHERS.iter().find(|(place, _)| {
        let place = look.at(place);
        look.has(&place) || look.has_folder(&place)
    });
    let entry = entry(look);
    match (entry, other) {
        (_, Some((_, adapter))) if look.app.start.is_none() => Err(Missing {
            looked_for: format!("it was built for another host, by `{adapter}`"),
            hint: "build it with `@astrojs/node` (`mode: \"standalone\"`) to have it served here".to_owned(),
        }),
        (Some(entry), _) => Ok(server(look, &entry)),
        (None, _) => {
            let mut outcome = pages::outcome(look)?;
            if look.app.serving == Serving::Server {
                outcome.corrections.push("it was taken for a server; the build left pages only".to_owned());
            }
            Ok(outcome)
        }
    }
}

/// The server's entry; `outDir` may have another name.
fn entry(look: &Look<'_>) -> Option<String> {
    let usual = look.at("dist/server/entry.mjs");
    if look.has(&usual) {
        return Some(usual);
    }
    let mut below = look.below(look.app.path.as_str());
    below.find(|name| name.ends_with("/server/entry.mjs") && look.wrote(&look.at(name))).map(|name| look.at(name))
}

fn server(look: &Look<'_>, entry: &str) -> Outcome {
    let server = parent(entry);
    let client = join(parent(server), "client");
    let manifest = Manifest::read(look, server);
    let command = if manifest.is_middleware {
        // As a module it answers requests for a server of the app's own, and has one besides.
        let module = format!("./{}", look.named(entry).trim_start_matches("./"));
        format!("node --input-type=module -e 'import {{ startServer }} from \"{module}\"; startServer()'")
    } else {
        format!("node {}", look.named(entry))
    };
    let mut outcome = look.process(command);
    if manifest.is_middleware && look.app.start.is_none() {
        let words = "the Node adapter was built as middleware (`mode: \"middleware\"`); its own server is started";
        outcome.corrections.push(words.to_owned());
    }
    outcome.base_path = manifest.base.or_else(|| look.app.base_path.clone()).unwrap_or_default();
    let folder = repo_path(&client).filter(|_| look.has_folder(&client));
    let prefix = outcome.base_path.clone();
    outcome.public = folder.into_iter().map(|folder| Public { folder, prefix: prefix.clone() }).collect();
    if look.app.serving == Serving::Static && matches!(outcome.start, Start::Server { .. }) {
        outcome.corrections.push("it was taken for a static app; the build left a server".to_owned());
    }
    outcome
}

/// What the server says of itself.
#[derive(Default)]
struct Manifest {
    base: Option<String>,
    is_middleware: bool,
}

impl Manifest {
    fn read(look: &Look<'_>, server: &str) -> Manifest {
        let mut manifest = Manifest::default();
        for name in look.below(server).filter(|name| name.ends_with(".mjs") || name.ends_with(".js")) {
            // Pages are many, and say nothing of it.
            if name.starts_with("pages/") || name.starts_with("chunks/pages/") {
                continue;
            }
            let Some(text) = look.tree.read(&join(server, name)) else { continue };
            if manifest.base.is_none() && text.contains("\"adapterName\"") {
                manifest.base = between(&text, "\"base\":\"", "\"").map(prefix);
            }
            let modes = [
                "mode = \"middleware\"",
                "\"mode\":\"middleware\"",
                "\"mode\": \"middleware\"",
                "mode: \"middleware\"",
            ];
            manifest.is_middleware |= text.contains("startServer") && modes.iter().any(|mode| text.contains(mode));
        }
        manifest
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(value, _)| value)
}
