//! Next.js: the standalone server wherever it nests, `next start` without one, or an exported folder.
//!
//! Source: `required-server-files.json`, `routes-manifest.json` and `export-detail.json` as Next.js 13 to 16 write
//! them, and nextjs.org, "output".

use model::{Start, resolved};
use serde_json::Value;

use super::look::{Look, is_below, parent, prefix, repo_path};
use super::{Copied, Kept, Missing, Outcome, Public, pages, pages::join};

/// Where builds are if nothing else is configured.
const USUAL: &str = ".next";

/// Asks for the standalone server where the configuration says nothing of `output`.
pub const STANDALONE: (&str, &str) = ("NEXT_PRIVATE_STANDALONE", "1");

/// What a build of Next.js is started with.
pub fn outcome(look: &Look<'_>) -> Result<Outcome, Missing> {
    let builds = builds(look);
    let exported = builds.iter().find_map(|build| build.exported(look)).or_else(|| {
        // Next.js 13 and older export by a command of its own, which leaves no record beside the folder.
        let out = look.at("out");
        let is_export = look.app.start.is_none() && look.has(&join(&out, "index.html")) && builds.is_empty();
        is_export.then_some(out)
    });
    if let Some(folder) = exported {
        let mut outcome = pages::served(
            look,
            &match &look.app.output {
                Some(output) => pages::configured(look, output)?,
                None => folder,
            },
        );
        if look.app.serving == model::Serving::Server {
            outcome.corrections.push("it was taken for a server; `output: \"export\"` left pages only".to_owned());
        }
        return Ok(outcome);
    }
    let Some(build) = builds.first() else {
        let looked_for = format!("there is no `{USUAL}/BUILD_ID`, which `next build` writes last");
        return Err(look.missing(looked_for, "output", &[]));
    };
    Ok(match build.standalone(look) {
        Some(server) if holds_next(look, build, &server) => alone(look, build, &server),
        Some(_) => {
            // Next.js 14 and 15 trace from the nearest lockfile on, and leave out what lies above it.
            let mut outcome = whole(look, build);
            let words = "the standalone server was built without its packages; the app is started as a whole";
            outcome.corrections.push(words.to_owned());
            outcome
        }
        None => whole(look, build),
    })
}

/// One build: its `distDir`, and what it was configured with.
struct Build {
    /// Its folder, from the repository's root.
    folder: String,
    config: Value,
    base_path: String,
}

/// Builds that lie in the app's folder, the app's own before others.
fn builds(look: &Look<'_>) -> Vec<Build> {
    let ids = look
        .below(look.app.path.as_str())
        .filter(|name| name.rsplit('/').next() == Some("BUILD_ID") && !name.contains("/standalone/"));
    let mut folders: Vec<String> = ids.map(|name| parent(&look.at(name)).to_owned()).collect();
    folders.sort_by_key(|folder| (!folder.ends_with(USUAL), folder.split('/').count(), folder.clone()));
    let build = |folder: String| {
        let config = look.json(&join(&folder, "required-server-files.json"))["config"].take();
        let routes = look.json(&join(&folder, "routes-manifest.json"));
        let base_path = routes["basePath"].as_str().or(config["basePath"].as_str()).map(prefix).unwrap_or_default();
        Build { folder, config, base_path }
    };
    folders.into_iter().map(build).collect()
}

impl Build {
    /// The folder that it exported.
    fn exported(&self, look: &Look<'_>) -> Option<String> {
        let detail = look.json(&join(&self.folder, "export-detail.json"));
        let says_so = detail["success"] == true || self.config["output"] == "export";
        if !says_so {
            return None;
        }
        let named = detail["outDirectory"].as_str().and_then(|folder| below_repository(look, folder));
        named
            .into_iter()
            .chain([look.at("out"), self.folder.clone()])
            .find(|folder| look.below(folder).any(|name| name.ends_with(".html") && !name.starts_with("server/")))
    }

    /// The standalone server, if it was asked for one.
    fn standalone(&self, look: &Look<'_>) -> Option<String> {
        let folder = join(&self.folder, "standalone");
        let mut servers: Vec<&str> = look.below(&folder).filter(|name| is_server(name)).collect();
        // Below the tracing root it stands where the app stands in the repository. Others may be traced files.
        let own = look.app.path.as_str();
        servers.sort_by_key(|name| {
            let place = parent(name);
            let is_own = !place.is_empty() && (own == place || own.ends_with(&format!("/{place}")));
            (!is_own, name.split('/').count())
        });
        let dist = self.folder.strip_prefix(own).unwrap_or(&self.folder).trim_start_matches('/');
        let is_whole = |name: &&&str| look.has(&join(&join(&folder, parent(name)), &join(dist, "BUILD_ID")));
        let server = servers.iter().find(is_whole).or(servers.first())?;
        Some(join(&folder, server))
    }

    /// Its public folders. Pages may name chunks below `assetPrefix`, which is the base path if nothing else is said.
    fn public(&self, look: &Look<'_>) -> Vec<Public> {
        let base = &self.base_path;
        let asset_prefix = self.config["assetPrefix"].as_str().map(prefix).unwrap_or_default();
        let mut public: Vec<(String, String)> = vec![(join(&self.folder, "static"), format!("{base}/_next/static"))];
        if !asset_prefix.is_empty() && asset_prefix != *base {
            public.push((join(&self.folder, "static"), format!("{asset_prefix}/_next/static")));
        }
        public.push((look.at("public"), base.clone()));
        let there = public.into_iter().filter(|(folder, _)| look.has_folder(folder));
        there.filter_map(|(folder, prefix)| Some(Public { folder: repo_path(&folder)?, prefix })).collect()
    }
}

fn is_server(name: &str) -> bool {
    name == "server.js" || name.ends_with("/server.js")
}

/// Whether a standalone server has its packages in its own folder.
fn holds_next(look: &Look<'_>, build: &Build, server: &str) -> bool {
    let top = join(&build.folder, "standalone");
    let mut folder = parent(server);
    loop {
        if look.tree.exists(&join(folder, "node_modules/next/package.json")) {
            return true;
        }
        if folder == top || !is_below(&top, folder) {
            return false;
        }
        folder = parent(folder);
    }
}

/// The standalone server, with its public files where it looks for them.
fn alone(look: &Look<'_>, build: &Build, server: &str) -> Outcome {
    let beside = parent(server);
    let dist = build.folder.strip_prefix(look.app.path.as_str()).unwrap_or(&build.folder).trim_start_matches('/');
    let copies = [
        (join(&build.folder, "static"), join(beside, &join(dist, "static"))),
        (look.at("public"), join(beside, "public")),
    ];
    let there = copies.into_iter().filter(|(from, _)| look.has_folder(from));
    let copied = there.filter_map(|(from, to)| Some(Copied { from: repo_path(&from)?, to: repo_path(&to)? })).collect();
    let standalone = repo_path(&join(&build.folder, "standalone"));
    Outcome {
        kept: Kept::Alone(standalone.into_iter().collect()),
        copied,
        ..served(look, build, format!("node {}", look.named(server)))
    }
}

/// The whole app with its dependencies, by `next start`.
fn whole(look: &Look<'_>, build: &Build) -> Outcome {
    let mut outcome = served(look, build, "next start".to_owned());
    // It reads its configuration again, and that in TypeScript by TypeScript.
    let reads = look.has(&look.at("next.config.ts")).then_some("typescript");
    let runners = ["next"].into_iter().chain(reads).map(str::to_owned).collect();
    outcome.kept = Kept::Members { besides: std::iter::empty().collect(), runners };
    outcome
}

fn served(look: &Look<'_>, build: &Build, command: String) -> Outcome {
    let said = look.app.base_path.clone().filter(|said| *said != build.base_path);
    let correction = said.map(|said| {
        let built = if build.base_path.is_empty() { "/" } else { &build.base_path };
        format!("the base path was read as `{said}`; it was built for `{built}`")
    });
    Outcome {
        start: Start::Server { command },
        public: build.public(look),
        base_path: build.base_path.clone(),
        corrections: correction.into_iter().collect(),
        ..look.process(String::new())
    }
}

/// A path of the build's sandbox, from the repository's root.
fn below_repository(look: &Look<'_>, path: &str) -> Option<String> {
    let below = path.strip_prefix(model::task::REPOSITORY_FOLDER)?;
    resolved("", below).filter(|folder| is_below(look.app.path.as_str(), folder))
}
