//! Static apps: the folder of pages that a build left, and what answers where there is no page.

use std::collections::{BTreeMap, BTreeSet};

use model::{Framework, Start, resolved};

use super::look::{Look, listed, repo_path};
use super::{Kept, Missing, Outcome, Public, prefix};

/// Where each framework leaves its pages, the usual place first.
const PLACES: [(Framework, &[&str]); 17] = [
    (Framework::Next, &["out"]),
    (Framework::Nuxt, &[".output/public", "dist"]),
    (Framework::Nitro, &[".output/public", "dist/client", "dist/public", "dist"]),
    (Framework::ReactRouter, &["build/client", "dist/client"]),
    (Framework::Remix, &["build/client"]),
    (Framework::Astro, &["dist", "dist/client"]),
    (Framework::SvelteKit, &["build"]),
    (Framework::Docusaurus, &["build"]),
    (Framework::VitePress, &[".vitepress/dist", "docs/.vitepress/dist", "src/.vitepress/dist"]),
    (Framework::Gatsby, &["public"]),
    (Framework::CreateReactApp, &["build"]),
    (Framework::Angular, &["dist/browser", "dist"]),
    (Framework::Eleventy, &["_site"]),
    (Framework::Storybook, &["storybook-static"]),
    (Framework::Vite, &["dist", "dist/client", "build"]),
    (Framework::Bundler, &["dist", "build"]),
    (Framework::Nest, &[]),
];

/// Where builds without a known framework leave their pages, where nothing else tells.
const USUAL: [&str; 7] = ["dist", "build", "out", "dist/client", "build/client", "_site", "public"];

/// Where pages are that no build makes.
const UNBUILT: [&str; 8] = ["", "public", "dist", "build", "www", "site", "static", "html"];

/// Pages that frameworks write for all paths that have no page of their own.
const SHELLS: [&str; 3] = ["__spa-fallback.html", "200.html", "index.csr.html"];

/// What a static app is served from.
pub fn outcome(look: &Look<'_>) -> Result<Outcome, Missing> {
    let (folder, corrections) = folder(look)?;
    let mut outcome = served(look, &folder);
    outcome.corrections.splice(0..0, corrections);
    Ok(outcome)
}

/// The folder of pages, and what that corrects.
fn folder(look: &Look<'_>) -> Result<(String, Vec<String>), Missing> {
    if let Some(output) = &look.app.output {
        return configured(look, output).map(|folder| (folder, Vec::new()));
    }
    if look.app.build.is_none() {
        return unbuilt(look).map(|folder| (folder, Vec::new()));
    }
    let guess = look.app.output_guess.as_deref();
    let guessed = guess.and_then(|guess| configured(look, guess).ok());
    if let Some(folder) = guessed.filter(|folder| look.below(folder).any(|name| name.ends_with(".html"))) {
        return Ok((for_browsers(look, folder), Vec::new()));
    }
    let places = look.app.framework.and_then(|framework| PLACES.iter().find(|(one, _)| *one == framework));
    let places = places.map_or(&[][..], |(_, places)| places);
    let has_index = |folder: &String| look.has(&join(folder, "index.html"));
    // Below Angular's `dist` there may be a server besides.
    let is_mixed = look.app.framework == Some(Framework::Angular);
    let has_pages = |folder: &String| !is_mixed && look.below(folder).any(|name| name.ends_with(".html"));
    let there: Vec<String> = places.iter().map(|place| look.at(place)).collect();
    let usual = there.iter().find(|folder| has_index(folder)).or_else(|| there.iter().find(|folder| has_pages(folder)));
    if let Some(folder) = usual {
        let folder = for_browsers(look, folder.clone());
        let is_first = places.first().is_some_and(|first| look.at(first) == folder);
        let corrections = if is_first { Vec::new() } else { correction(look, places, &folder) };
        return Ok((folder, corrections));
    }
    let found = for_browsers(look, found(look, places)?);
    let corrections = correction(look, places, &found);
    Ok((found, corrections))
}

/// Beside a server's code what is for browsers lies in a folder of its own.
fn for_browsers(look: &Look<'_>, folder: String) -> String {
    let client = join(&folder, "client");
    let has_both = look.has_folder(&client) && look.has_folder(&join(&folder, "server"));
    if has_both && !look.has(&join(&folder, "index.html")) { client } else { folder }
}

/// The folder that `output` names.
pub fn configured(look: &Look<'_>, output: &str) -> Result<String, Missing> {
    let named = match output.strip_prefix('/') {
        Some(from_root) => resolved("", from_root),
        None => resolved("", &look.at(output)),
    };
    match named {
        Some(folder) if look.has_folder(&folder) => Ok(folder),
        _ => {
            let folders: Vec<String> = look.page_folders().iter().map(|folder| look.named(folder)).collect();
            Err(look.missing(format!("there is no folder `{output}`, which `output` names"), "output", &folders))
        }
    }
}

/// The folder of an app that is not built.
fn unbuilt(look: &Look<'_>) -> Result<String, Missing> {
    let folders = UNBUILT.iter().map(|folder| look.at(folder));
    let is_page = |folder: &String| look.has(&join(folder, "index.html"));
    folders.into_iter().find(is_page).ok_or_else(|| {
        look.missing("the app has no build, and no `index.html` in its folder".to_owned(), "output", &[])
    })
}

/// The one folder of pages that the build wrote somewhere else.
fn found(look: &Look<'_>, places: &[&str]) -> Result<String, Missing> {
    let mut folders = look.page_folders();
    if look.app.framework == Some(Framework::Angular) {
        // A project's folder, with `browser` in it; with a folder per language below that.
        if let Some(browser) = folders.iter().find_map(|folder| up_to(folder, "browser")) {
            return Ok(browser);
        }
    }
    if look.app.framework == Some(Framework::VitePress)
        && let Some(dist) = folders.iter().find(|folder| folder.ends_with(".vitepress/dist"))
    {
        return Ok(dist.clone());
    }
    // What lies in the app's folder is its own; outside, what is called as the app is.
    let own: Vec<String> = folders.iter().filter(|folder| look.is_own(folder)).cloned().collect();
    let app = look.app.path.as_str().rsplit('/').next().unwrap_or_default();
    let called = |folder: &&String| folder.split('/').any(|part| part == app || part == look.app.name.as_str());
    let named: Vec<String> = folders.iter().filter(called).cloned().collect();
    if !own.is_empty() {
        folders = own;
    } else if !named.is_empty() {
        folders = named;
    }
    let usual = USUAL.iter().map(|usual| look.at(usual)).find(|usual| folders.contains(usual));
    match (folders.as_slice(), usual) {
        ([only], _) => Ok(only.clone()),
        (_, Some(usual)) => Ok(usual),
        (folders, None) => {
            let looked_for = match places {
                [] => "no folder with an `index.html` was written".to_owned(),
                places => format!("there are no pages in {}", listed(places)),
            };
            let looked_for =
                if folders.is_empty() { looked_for } else { "several folders have an `index.html`".to_owned() };
            let names: Vec<String> = folders.iter().take(6).map(|folder| look.named(folder)).collect();
            Err(look.missing(looked_for, "output", &names))
        }
    }
}

fn up_to(folder: &str, name: &str) -> Option<String> {
    let parts: Vec<&str> = folder.split('/').collect();
    let at = parts.iter().position(|part| *part == name)?;
    Some(parts[..=at].join("/"))
}

fn correction(look: &Look<'_>, places: &[&str], found: &str) -> Vec<String> {
    let is_usual = |place: &&str| found.ends_with(&format!("/{place}")) || found == *place;
    match (places.first(), look.app.framework) {
        // That its folder is called after the project is no surprise.
        (_, Some(Framework::Angular)) | (None, _) => Vec::new(),
        (Some(first), _) if is_usual(first) => Vec::new(),
        (Some(first), _) => {
            vec![format!("`output` was guessed as `{first}`; the build left `{}`", look.named(found))]
        }
    }
}

/// How the pages of a folder are served.
pub fn served(look: &Look<'_>, folder: &str) -> Outcome {
    let (base, corrections) = base(look, folder);
    let below = |name: &str| look.has(&join(folder, name));
    // Some frameworks put the prefix into the folder as well.
    let inner = base.strip_prefix('/').filter(|inner| below(&format!("{inner}/index.html")) && !below("index.html"));
    let (before, folder_of_pages) = match inner {
        Some(inner) => (String::new(), join(folder, inner)),
        None => (base.clone(), folder.to_owned()),
    };
    let url = |name: &str| format!("{base}/{name}");
    let not_found = look.has(&join(&folder_of_pages, "404.html")).then(|| url("404.html"));
    let shell = shell(look, &folder_of_pages).map(|name| url(&name));
    Outcome {
        start: Start::Static,
        public: repo_path(folder).map(|folder| Public { folder, prefix: before }).into_iter().collect(),
        base_path: base.clone(),
        shell,
        not_found,
        kept: Kept::Nothing,
        copied: Vec::new(),
        env: BTreeMap::new(),
        corrections,
    }
}

/// The prefix of pages and files of a folder: what its pages say, else what the configuration did.
fn base(look: &Look<'_>, folder: &str) -> (String, Vec<String>) {
    let said = look.app.base_path.clone();
    let deduced = prefix::deduce(look, folder).or_else(|| of_svelte_kit(look, folder));
    match (said, deduced) {
        (Some(said), Some(deduced)) if said != deduced => {
            // A folder that holds the prefix already.
            let inner = said.trim_start_matches('/');
            if deduced.is_empty() && look.has_folder(&join(folder, inner)) {
                return (said, Vec::new());
            }
            let root = |path: &str| if path.is_empty() { "/".to_owned() } else { path.to_owned() };
            let words = format!("the base path was read as `{}`; the pages have `{}`", root(&said), root(&deduced));
            (deduced, vec![words])
        }
        (_, Some(deduced)) if deduced.is_empty() => (only_folder(look, folder).unwrap_or_default(), Vec::new()),
        (_, Some(deduced)) => (deduced, Vec::new()),
        (said, None) => (said.unwrap_or_default(), Vec::new()),
    }
}

/// Pages of SvelteKit name their files relative to themselves, and say the prefix besides.
fn of_svelte_kit(look: &Look<'_>, folder: &str) -> Option<String> {
    if look.app.framework != Some(Framework::SvelteKit) {
        return None;
    }
    let page = look.below(folder).find(|name| name.ends_with(".html"))?;
    let text = look.tree.read(&join(folder, page))?;
    let (_, rest) = text.split_once("assets: \"")?;
    rest.find('"').map(|end| super::look::prefix(&rest[..end]))
}

/// The prefix that all files of a folder have in their names.
fn only_folder(look: &Look<'_>, folder: &str) -> Option<String> {
    let firsts: BTreeSet<&str> = look.below(folder).map(|name| name.split('/').next().unwrap_or(name)).collect();
    let first = firsts.first().filter(|_| firsts.len() == 1)?;
    look.has(&join(folder, &format!("{first}/index.html"))).then(|| format!("/{first}"))
}

/// The page from which a browser renders every path that has no page of its own, if there is one.
fn shell(look: &Look<'_>, folder: &str) -> Option<String> {
    let has = |name: &str| look.has(&join(folder, name));
    if let Some(shell) = SHELLS.iter().find(|name| has(name)) {
        return Some((*shell).to_owned());
    }
    let index = || Some("index.html".to_owned()).filter(|name| has(name));
    match look.app.framework {
        Some(Framework::CreateReactApp | Framework::ReactRouter | Framework::Remix | Framework::Angular) => index(),
        Some(Framework::SvelteKit) => svelte_fallback(look, folder),
        Some(Framework::Nitro) if has("_shell.html") => Some("_shell.html".to_owned()),
        Some(Framework::Vite | Framework::Bundler | Framework::Nitro) | None => {
            let is_single = !has("404.html") && built_pages(look, folder).eq(["index.html"]);
            if is_single || redirects_to_index(look, folder) { index() } else { None }
        }
        Some(_) => {
            if redirects_to_index(look, folder) {
                index()
            } else {
                None
            }
        }
    }
}

/// Pages of a folder, without those that are copied from the app's `public` as they are.
fn built_pages<'a>(look: &Look<'a>, folder: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    let public = look.at("public");
    let is_built = move |look: Look<'a>, name: &str| !look.has(&join(&public, name));
    let look = *look;
    look.below(folder).filter(move |name| name.ends_with(".html") && is_built(look, name))
}

/// Whether a host's file in the folder sends every path to the index page: `/* /index.html 200`.
fn redirects_to_index(look: &Look<'_>, folder: &str) -> bool {
    let lines = look.tree.read(&join(folder, "_redirects")).unwrap_or_default();
    lines.lines().any(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        matches!(words.as_slice(), ["/*", "/index.html", "200" | "200!", ..])
    })
}

/// SvelteKit's fallback page, which may have any name: it starts without the data of a page.
fn svelte_fallback(look: &Look<'_>, folder: &str) -> Option<String> {
    let pages = look.below(folder).filter(|name| name.ends_with(".html") && !name.contains('/') && *name != "404.html");
    let mut pages: Vec<&str> = pages.collect();
    pages.sort_by_key(|name| *name == "index.html");
    let is_fallback = |name: &&&str| {
        let text = look.tree.read(&join(folder, name)).unwrap_or_default();
        text.contains("kit.start(app, element)") || text.contains(".start(app, element);")
    };
    pages.iter().find(is_fallback).map(|name| (*name).to_owned())
}

/// A folder of public assets that a server leaves besides its own pages.
pub fn beside_server(look: &Look<'_>) -> Result<Option<String>, Missing> {
    const CLIENTS: [&str; 5] = ["dist/client", "build/client", ".output/public", "dist/public", "build/public"];
    if let Some(output) = &look.app.output {
        return configured(look, output).map(Some);
    }
    Ok(CLIENTS.iter().map(|folder| look.at(folder)).find(|folder| look.has_folder(folder)))
}

/// The prefix of a server's public assets, and its shell.
pub fn of_server(look: &Look<'_>, folder: &str) -> (Public, String, Option<String>) {
    let base = prefix::deduce(look, folder).or_else(|| look.app.base_path.clone()).unwrap_or_default();
    let shell = look.has(&join(folder, "index.html")).then(|| format!("{base}/index.html"));
    let folder = repo_path(folder).unwrap_or_else(|| look.app.path.clone());
    (Public { folder, prefix: base.clone() }, base, shell)
}

/// A folder and a name in it.
pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
