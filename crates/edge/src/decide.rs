//! The decision: from a host and a path to an app, its release, or an asset. Pure.

use std::borrow::Cow;

use api::assets::Asset;
use api::table::{Absence, Release};
use model::{AppName, EnvironmentName, Label, Serving};
use percent_encoding::percent_decode_str;

use crate::index::{Candidate, Environment, Index, Place, Role};

/// Endpoints of frameworks that their pages ask for without a prefix.
const FRAMEWORK_PATHS: [&str; 4] = ["/_next/image", "/_next/data", "/__manifest", "/_image"];

/// What a request is decided by.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The host in lower case, without a port.
    pub host: &'a str,
    /// The path as it was sent.
    pub path: &'a str,
    /// The query, without `?`.
    pub query: &'a str,
    /// The path of the page that the request came from.
    pub referer: Option<&'a str>,
    /// Whether it only reads (GET or HEAD): assets answer nothing else.
    pub reads: bool,
}

/// What is done with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// An asset is served.
    Asset {
        /// Where.
        at: At,
        /// Which.
        asset: Asset,
        /// Whether its path never meant anything else.
        immutable: bool,
    },
    /// A static app has no such page, and says so by one of its own.
    NotFound {
        /// Where.
        at: At,
        /// The page that says so.
        asset: Asset,
    },
    /// A static app is asked for something else than reading.
    NotAllowed {
        /// Where.
        at: At,
    },
    /// A release's server is asked.
    Server {
        /// Where.
        at: At,
        /// The release before, if it is kept ready.
        fallback: Option<Label>,
    },
    /// Another address is meant: the path.
    Redirect {
        /// Where.
        at: At,
        /// The path.
        path: String,
        /// Whether it is the page's one address, and not only where an app begins.
        permanent: bool,
    },
    /// A page that lists the apps.
    List(EnvironmentName),
    /// The app cannot answer yet.
    Absent {
        /// The environment.
        environment: EnvironmentName,
        /// The app.
        app: AppName,
        /// Why.
        absence: Absence,
    },
    /// The preview is asleep.
    Asleep(EnvironmentName),
    /// Nothing is there.
    Nothing {
        /// The environment, if the host is known.
        environment: Option<EnvironmentName>,
        /// Why, in a sentence.
        because: String,
    },
}

/// Which app and release was decided for, by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// The environment that was asked for.
    pub environment: EnvironmentName,
    /// The app.
    pub app: AppName,
    /// The release.
    pub release: Label,
    /// By what: `host`, `route /catalog`, `asset`, `framework`, `default`.
    pub rule: String,
}

/// Decides.
pub fn decide(index: &Index, asked: Asked<'_>) -> Decision {
    match index.hosts.get(asked.host) {
        None => Decision::Nothing {
            environment: None,
            because: format!("no app or environment has the host `{}`", asked.host),
        },
        Some(Place::Asleep(environment)) => Decision::Asleep(environment.clone()),
        Some(Place::Site(name)) => match index.environments.get(name) {
            Some(environment) => Decider { index, asked, name, environment }.site(),
            None => Decision::Asleep(name.clone()),
        },
        Some(Place::App(name, app)) => own_host(index, asked, name, app),
    }
}

/// Decides for an app by name, as its own host does: requests to `http://<app>.internal`.
pub fn own_host(index: &Index, asked: Asked<'_>, name: &EnvironmentName, app: &AppName) -> Decision {
    match index.environments.get(name) {
        Some(environment) => Decider { index, asked, name, environment }.app(app, "host".to_owned(), true),
        None => Decision::Asleep(name.clone()),
    }
}

struct Decider<'a> {
    index: &'a Index,
    asked: Asked<'a>,
    name: &'a EnvironmentName,
    environment: &'a Environment,
}

impl Decider<'_> {
    /// The order is a contract: routes, assets, framework endpoints, the default app.
    fn site(&self) -> Decision {
        let default_app = self.environment.default_app.as_ref();
        let path = self.asked.path;
        let claimed = self.claimed(path);
        if let Some((prefix, app)) = claimed.filter(|(_, app)| Some(app) != default_app) {
            return self.app(app, format!("route {prefix}"), false);
        }
        if let Some(decision) = self.shared_asset(default_app) {
            return decision;
        }
        if let Some(app) = self.framework_owner() {
            return self.app(&app, "framework".to_owned(), false);
        }
        match default_app {
            Some(app) => self.app(app, "default".to_owned(), false),
            None if path == "/" => Decision::List(self.name.clone()),
            None => self.nothing(format!(
                "no route claims `{path}`: declare one, `routes = [\"{}\"]` under `[apps.NAME]` in `frontage.toml`",
                first_segment(path)
            )),
        }
    }

    /// The longest route that claims a path.
    fn claimed(&self, path: &str) -> Option<&(String, AppName)> {
        let path = readable(path);
        self.environment.routes.iter().find(|(prefix, _)| claims(prefix, &path))
    }

    fn app(&self, app: &AppName, rule: String, own_host: bool) -> Decision {
        if self.environment.kinds.get(app) == Some(&Serving::Worker) {
            return self.nothing(format!("`{app}` is a worker: it runs, and nobody sends it requests"));
        }
        let Some((at, release)) = self.at(app, rule) else {
            return match self.environment.absent.get(app).cloned() {
                Some(absence) => Decision::Absent { environment: self.name.clone(), app: app.clone(), absence },
                None => self.nothing(format!("`{app}` is no app of `{}`", self.name)),
            };
        };
        if own_host && self.asked.path == "/" && !release.base_path.is_empty() {
            return Decision::Redirect { at, path: self.beginning(app, release), permanent: false };
        }
        if let Some((asset, immutable)) = self.asset_of(app, self.asked.path) {
            return Decision::Asset { at, asset, immutable };
        }
        if !release.is_static {
            let fallback = self.environment.apps.get(app).and_then(|running| running.fallback.clone());
            return Decision::Server { at, fallback };
        }
        self.page_of(app, at)
    }

    /// Where an app with a base path begins: there, or in the folder of that name if the page is a folder's, unless it is
    /// a shell, which takes either.
    fn beginning(&self, app: &AppName, release: &Release) -> String {
        let base_path = &release.base_path;
        let index = format!("{base_path}/index.html");
        let is_folder =
            release.is_static && self.page(app, base_path).is_none() && release.shell.as_ref() != Some(&index);
        if is_folder && self.page(app, &format!("{base_path}/")).is_some() {
            return format!("{base_path}/");
        }
        base_path.clone()
    }

    /// A static app's page, which has one address: `/about` is `about.html`, `/docs/` is `docs/index.html`, and with or
    /// without the last `/` it is redirected to, so that what it refers to is found. Else the nearest page that stands
    /// in for what is not there.
    fn page_of(&self, app: &AppName, at: At) -> Decision {
        if !self.asked.reads {
            return Decision::NotAllowed { at };
        }
        let path = self.asked.path;
        let other = match path.strip_suffix('/') {
            Some(without) => without.to_owned(),
            None => format!("{path}/"),
        };
        if let Some((asset, immutable)) = self.page(app, path) {
            return Decision::Asset { at, asset, immutable };
        }
        let stand_in = self.stand_in(app);
        // A shell reads the address in the browser, and takes either form.
        let is_shell = |asset: &Asset| {
            stand_in.as_ref().is_some_and(|(role, shell)| *role == Role::Shell && shell.digest == asset.digest)
        };
        if self.page(app, &other).is_some_and(|(asset, _)| !is_shell(&asset)) {
            return Decision::Redirect { at, path: other, permanent: true };
        }
        match stand_in {
            Some((Role::Shell, asset)) => Decision::Asset { at, asset, immutable: false },
            Some((Role::NotFound, asset)) => Decision::NotFound { at, asset },
            None => self.nothing(format!("`{app}` has no file `{path}`")),
        }
    }

    /// The file of a page: `/docs/` is `docs/index.html`, `/about` is `about.html`.
    fn page(&self, app: &AppName, path: &str) -> Option<(Asset, bool)> {
        let ending = if path.ends_with('/') { "index.html" } else { ".html" };
        self.live_asset_of(app, &format!("{path}{ending}"))
    }

    /// The nearest page that stands in for what is not there. A shell does so for pages alone: whoever asks for a
    /// script must not be given one.
    fn stand_in(&self, app: &AppName) -> Option<(Role, Asset)> {
        let path = percent_decode_str(self.asked.path).decode_utf8_lossy();
        let is_file = looks_like_a_file(&path);
        let stand_ins = self.environment.stand_ins.get(app).into_iter().flatten();
        let mut fitting = stand_ins.filter(|it| claims(&it.folder, &path) && !(is_file && it.role == Role::Shell));
        fitting.find_map(|it| Some((it.role, self.live(app, &it.page)?)))
    }

    /// A file of an app's live release, by its name as it is.
    fn live(&self, app: &AppName, name: &str) -> Option<Asset> {
        let candidates = self.environment.assets.get(name)?;
        let own = candidates.iter().find(|candidate| &candidate.app == app && candidate.age == 0)?;
        Some(own.asset.clone())
    }

    fn at(&self, app: &AppName, rule: String) -> Option<(At, &Release)> {
        let running = self.environment.apps.get(app)?;
        let release = self.index.releases.get(&running.live)?;
        let at = At { environment: self.name.clone(), app: app.clone(), release: running.live.clone(), rule };
        Some((at, release))
    }

    /// An app's asset: its live release's, else the newest kept one's.
    fn asset_of(&self, app: &AppName, path: &str) -> Option<(Asset, bool)> {
        if !self.asked.reads {
            return None;
        }
        let candidates = self.candidates(path)?;
        let own = candidates.iter().filter(|candidate| &candidate.app == app).min_by_key(|candidate| candidate.age)?;
        Some((own.asset.clone(), is_immutable(candidates)))
    }

    /// An app's asset in its live release: a page that is gone is not found any more.
    fn live_asset_of(&self, app: &AppName, path: &str) -> Option<(Asset, bool)> {
        let is_live = |candidate: &Candidate| &candidate.app == app && candidate.age == 0;
        self.candidates(path)?.iter().any(is_live).then(|| self.asset_of(app, path))?
    }

    /// An asset by exact path alone, whoever built it.
    fn shared_asset(&self, default_app: Option<&AppName>) -> Option<Decision> {
        let candidates = self.candidates(self.asked.path).filter(|_| self.asked.reads)?;
        let Some(app) = owner(candidates, default_app) else {
            let mut apps: Vec<String> = candidates.iter().map(|candidate| format!("`{}`", candidate.app)).collect();
            apps.dedup();
            return Some(self.nothing(format!(
                "{} have different files `{path}`: declare whose it is, `routes = [\"{path}\"]` under `[apps.NAME]` in \
                 `frontage.toml`, or ask an app's own host",
                apps.join(" and "),
                path = self.asked.path
            )));
        };
        let (at, _) = self.at(app, "asset".to_owned())?;
        let (asset, immutable) = self.asset_of(app, self.asked.path)?;
        Some(Decision::Asset { at, asset, immutable })
    }

    fn candidates(&self, path: &str) -> Option<&Vec<Candidate>> {
        let decoded = percent_decode_str(path).decode_utf8().ok()?;
        self.environment.assets.get(decoded.as_ref())
    }

    /// Whose a framework's endpoint is: the owner of the asset in the query, else the app of the page before.
    fn framework_owner(&self) -> Option<AppName> {
        if !FRAMEWORK_PATHS.iter().any(|endpoint| claims(endpoint, self.asked.path)) {
            return None;
        }
        let in_query = self.asked.query.split('&').find_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            matches!(name, "url" | "href").then(|| percent_decode_str(value).decode_utf8_lossy().into_owned())
        });
        let owner = in_query.and_then(|url| {
            let candidates = self.candidates(url.split('?').next().unwrap_or(&url))?;
            owner(candidates, self.environment.default_app.as_ref()).cloned()
        });
        let of_page = || self.claimed(self.asked.referer?).map(|(_, app)| app.clone());
        owner.or_else(of_page)
    }

    fn nothing(&self, because: String) -> Decision {
        Decision::Nothing { environment: Some(self.name.clone()), because }
    }
}

/// Whether a route's prefix claims a path: itself, what is below it by whole segments, and `.data`.
pub fn claims(prefix: &str, path: &str) -> bool {
    let Some(rest) = path.strip_prefix(prefix.trim_end_matches('/')) else { return false };
    rest.is_empty() || rest.starts_with('/') || rest == ".data"
}

/// Whether a path ends like the name of a file: a dot, then letters and digits that begin with a letter. `/v1.2` and
/// `/a@1.0.0` are pages.
fn looks_like_a_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').is_some_and(|(_, ending)| {
        ending.starts_with(|first: char| first.is_ascii_alphabetic())
            && ending.chars().all(|letter| letter.is_ascii_alphanumeric())
    })
}

/// A path as routes are written: a letter is the same however it is encoded, but an encoded `/` ends no segment.
fn readable(path: &str) -> Cow<'_, str> {
    if !path.contains('%') {
        return Cow::Borrowed(path);
    }
    let segments = path.split('/').map(|segment| percent_decode_str(segment).decode_utf8_lossy().replace('/', "%2F"));
    Cow::Owned(segments.collect::<Vec<_>>().join("/"))
}

/// Whose asset a path alone means: anybody's if all apps have the same, else the default app's.
fn owner<'a>(candidates: &'a [Candidate], default_app: Option<&AppName>) -> Option<&'a AppName> {
    // Of each app's, the newest: it comes first.
    let mut newest: Vec<&Candidate> = candidates.iter().collect();
    newest.dedup_by_key(|candidate| &candidate.app);
    let first = newest.first()?;
    if newest.iter().all(|candidate| candidate.asset.digest == first.asset.digest) {
        return Some(&first.app);
    }
    newest.into_iter().map(|candidate| &candidate.app).find(|app| Some(*app) == default_app)
}

fn is_immutable(candidates: &[Candidate]) -> bool {
    let first = &candidates[0].asset;
    first.hashed_name && candidates.iter().all(|candidate| candidate.asset.digest == first.digest)
}

fn first_segment(path: &str) -> String {
    format!("/{}", path.trim_start_matches('/').split('/').next().unwrap_or_default())
}

#[cfg(test)]
mod tests;
