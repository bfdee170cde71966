//! SvelteKit: the server of `adapter-node`, pages of `adapter-static`, or Vite's preview of what no adapter packed.
//!
//! Source: svelte.dev, "Node servers" and "Static site generation"; what SvelteKit 2 and 3 write.

use std::collections::BTreeSet;

use model::{Serving, Start};

use super::look::{Look, parent, repo_path};
use super::{Kept, Missing, Outcome, Public, pages, pages::join};

/// What other adapters leave, and whose they are.
const OTHERS: [(&str, &str); 4] = [
    (".vercel/output", "adapter-vercel"),
    (".netlify", "adapter-netlify"),
    (".svelte-kit/cloudflare", "adapter-cloudflare"),
    (".svelte-kit/cloudflare-workers", "adapter-cloudflare-workers"),
];

/// What a build of SvelteKit is started with.
pub fn outcome(look: &Look<'_>) -> Result<Outcome, Missing> {
    if let Some(index) = node_server(look) {
        return Ok(server(look, &index));
    }
    // What is configured to be static is looked for as such, and a folder of pages is no server.
    let pages = pages::outcome(look);
    if look.app.output.is_some() || pages.is_ok() {
        let mut outcome = pages?;
        if look.app.serving == Serving::Server {
            outcome.corrections.push("it was taken for a server; `adapter-static` left pages only".to_owned());
        }
        return Ok(outcome);
    }
    let other = OTHERS.iter().find(|(folder, _)| look.has_folder(&look.at(folder)));
    if look.has(&look.at(".svelte-kit/output/server/index.js")) && look.installed("vite") {
        return Ok(preview(look, other.map(|(_, adapter)| *adapter)));
    }
    let looked_for = match other {
        Some((_, adapter)) => format!("it was built for another host, by `{adapter}`"),
        None => "there is neither `build/index.js` nor a folder of pages".to_owned(),
    };
    let hint = "build it with `@sveltejs/adapter-node` or `@sveltejs/adapter-static` to have it served here";
    Err(Missing { looked_for, hint: hint.to_owned() })
}

/// `index.js` of `adapter-node`, in `build` or where its `out` says.
fn node_server(look: &Look<'_>) -> Option<String> {
    let mut below = look.below(look.app.path.as_str()).filter(|name| name.ends_with("handler.js"));
    let is_adapter = |folder: &str| {
        look.has(&join(folder, "index.js"))
            && look.has_folder(&join(folder, "client"))
            && look.has_folder(&join(folder, "server"))
    };
    below.find_map(|name| {
        let folder = look.at(parent(name));
        let is_hidden = name.starts_with('.') || folder == look.app.path.as_str();
        (!is_hidden && is_adapter(&folder)).then(|| join(&folder, "index.js"))
    })
}

fn server(look: &Look<'_>, index: &str) -> Outcome {
    let folder = parent(index);
    let prefix = prefix_of_variables(look, folder);
    let program = format!("node {}", look.named(folder));
    // Its variables may have names of their own, which every instance's `PORT` is not among.
    let command = match prefix.as_str() {
        "" => program,
        prefix => format!("{prefix}HOST=$HOST {prefix}PORT=$PORT {program}"),
    };
    let mut outcome = look.process(command);
    // Without it every request is taken for one by HTTPS, and forms that were sent by HTTP are refused.
    outcome.env.insert(format!("{prefix}PROTOCOL_HEADER"), "x-forwarded-proto".to_owned());
    // Client files lie below the base path.
    let client = join(folder, "client");
    let said = ["adapter-node.js", "handler.js", "server/manifest.js"].iter().find_map(|name| {
        let text = look.tree.read(&join(folder, name))?;
        let rest = text.split_once("base = \"").map(|(_, rest)| rest)?;
        rest.find('"').map(|end| super::look::prefix(&rest[..end]))
    });
    let inner = look.below(&client).find_map(|name| name.split_once("/_app/").map(|(before, _)| format!("/{before}")));
    outcome.base_path = said.or(inner).unwrap_or_default();
    outcome.public = repo_path(&client).map(|folder| Public { folder, prefix: String::new() }).into_iter().collect();
    if look.app.serving == Serving::Static {
        outcome.corrections.push("it was taken for a static app; the build left a server".to_owned());
    }
    outcome
}

/// What stands before the names of its variables (`envPrefix`), as SvelteKit 2 and 3 write it.
fn prefix_of_variables(look: &Look<'_>, folder: &str) -> String {
    let places = [("adapter-node.js", "env_prefix = \""), ("env.js", "name.startsWith(\"")];
    let found = places.iter().find_map(|(name, before)| {
        let text = look.tree.read(&join(folder, name))?;
        let (_, rest) = text.split_once(before)?;
        rest.find('"').map(|end| rest[..end].to_owned())
    });
    found.unwrap_or_default()
}

/// Vite serves what SvelteKit built before any adapter packs it.
fn preview(look: &Look<'_>, adapter: Option<&str>) -> Outcome {
    let manifest = look.json(&look.at("package.json"));
    let names = |key: &str| manifest[key].as_object().map(|names| names.keys().cloned().collect()).unwrap_or_default();
    let mut runners: BTreeSet<String> = names("devDependencies");
    runners.extend(["vite".to_owned(), "@sveltejs/kit".to_owned()]);
    let mut outcome = look.process("vite preview --host 0.0.0.0 --port $PORT --strictPort".to_owned());
    let client = look.at(".svelte-kit/output/client");
    let inner = look.below(&client).find_map(|name| name.split_once("/_app/").map(|(before, _)| format!("/{before}")));
    outcome.base_path = inner.or_else(|| look.app.base_path.clone()).unwrap_or_default();
    outcome.public = repo_path(&client).map(|folder| Public { folder, prefix: String::new() }).into_iter().collect();
    outcome.kept = Kept::Members { besides: BTreeSet::new(), runners };
    outcome.start = Start::Server { command: outcome.start.command().unwrap_or_default().to_owned() };
    let adapter = adapter.unwrap_or("adapter-auto");
    outcome.corrections.push(format!(
        "`{adapter}` packs nothing for this platform, so `vite preview` serves it; `@sveltejs/adapter-node` is made for that"
    ));
    outcome
}
