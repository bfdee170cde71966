//! A route table made ready to decide: hosts, routes and assets by what requests name them by.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use api::assets::{Asset, AssetIndex};
use api::table::{Absence, AppReleases, FORMAT, Release, RouteTable};
use model::{AppName, Digest, EnvironmentName, Label, Serving};

/// A route table made ready to decide.
#[derive(Debug, Default)]
pub struct Index {
    /// The generation of the table.
    pub generation: u64,
    /// The host part under which releases are addressed between edge and balancer.
    pub internal_domain: String,
    /// Releases by label.
    pub releases: BTreeMap<Label, Release>,
    /// Where each host leads, in lower case and without a port.
    pub hosts: HashMap<String, Place>,
    /// Environments, with what falls through to production filled in.
    pub environments: BTreeMap<EnvironmentName, Environment>,
}

/// Where a host leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The site of an environment.
    Site(EnvironmentName),
    /// An app's own host in an environment.
    App(EnvironmentName, AppName),
    /// A preview that is asleep.
    Asleep(EnvironmentName),
}

/// An environment as requests meet it.
#[derive(Debug, Default)]
pub struct Environment {
    /// The host of its site.
    pub site: String,
    /// Each app's own host here.
    pub hosts: BTreeMap<AppName, String>,
    /// Prefixes and the apps that claim them, longest first.
    pub routes: Vec<(String, AppName)>,
    /// The app that answers what no route claims.
    pub default_app: Option<AppName>,
    /// Releases by app, production's where it has none of its own.
    pub apps: BTreeMap<AppName, AppReleases>,
    /// Apps that cannot answer, workers that do not run, and why.
    pub absent: BTreeMap<AppName, Absence>,
    /// How each app is served, as far as it is known.
    pub kinds: BTreeMap<AppName, Serving>,
    /// Whether it is known which apps there are.
    pub is_known: bool,
    /// Members of the workspace that are not served, by folder, and why.
    pub not_served: BTreeMap<String, String>,
    /// Why the newest commit cannot be used, if it cannot.
    pub problems: Vec<String>,
    /// Of each static app the pages that answer where it has no file, the nearest first.
    pub stand_ins: BTreeMap<AppName, Vec<StandIn>>,
    /// Every asset by path: who has it, what it is, and whether it belongs to a live release.
    pub assets: HashMap<String, Vec<Candidate>>,
}

/// An asset that a path may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Whose it is.
    pub app: AppName,
    /// What it is.
    pub asset: Asset,
    /// How old it is: 0 in the live release, else the place among kept ones.
    pub age: usize,
}

/// A page of a static app that answers, at and below a folder, where there is no file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandIn {
    /// The folder, without a trailing `/`.
    pub folder: String,
    /// As what.
    pub role: Role,
    /// The page's path.
    pub page: String,
}

/// As what a page answers where there is no file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It finds out in the browser what to show: the shell of a single-page app.
    Shell,
    /// It says that there is no such page.
    NotFound,
}

/// Reads asset indexes by digest.
pub trait Indexes {
    /// The index with this digest.
    ///
    /// # Errors
    /// If it is not there or not readable, in words.
    fn read(&mut self, digest: &Digest) -> Result<AssetIndex, String>;
}

impl Index {
    /// Makes a table ready.
    ///
    /// # Errors
    /// If it cannot be used whole, in words.
    pub fn of(table: &RouteTable, indexes: &mut dyn Indexes) -> Result<Index, String> {
        if table.format != FORMAT {
            return Err(format!("its format is {}, and {FORMAT} is understood", table.format));
        }
        let production = EnvironmentName::production();
        let mut index = Index {
            generation: table.generation,
            internal_domain: table.internal_domain.clone(),
            releases: table.releases.clone(),
            ..Index::default()
        };
        for (host, environment) in &table.sleeping {
            index.hosts.insert(host.clone(), Place::Asleep(environment.clone()));
        }
        for (name, environment) in &table.environments {
            index.hosts.insert(environment.site.clone(), Place::Site(name.clone()));
            for (host, app) in &environment.hosts {
                index.hosts.insert(host.clone(), Place::App(name.clone(), app.clone()));
            }
            let below = table.environments.get(&production).filter(|_| *name != production);
            let merged = merge(environment, below);
            let assets = assets(&merged.apps, &index.releases, indexes)?;
            let stand_ins = stand_ins(&merged.apps, &index.releases, &assets);
            index.environments.insert(name.clone(), Environment { assets, stand_ins, ..merged });
        }
        if let Some(site) = index.hosts.get(&table.domain).cloned() {
            for alias in ["127.0.0.1", "[::1]"] {
                index.hosts.entry(alias.to_owned()).or_insert_with(|| site.clone());
            }
        }
        Ok(index)
    }
}

/// An environment with what falls through to production.
fn merge(own: &api::table::Environment, below: Option<&api::table::Environment>) -> Environment {
    let is_worker = |app: &AppName| own.kinds.get(app) == Some(&Serving::Worker);
    let mut apps = below.map(|below| below.apps.clone()).unwrap_or_default();
    // What cannot answer here yet keeps its routes below, and says there why it cannot.
    apps.retain(|app, _| !own.absent.contains_key(app) && !is_worker(app));
    let from_below = below.into_iter().flat_map(|below| &below.routes);
    let from_below = from_below.filter(|route| !own.apps.contains_key(&route.app) && !is_worker(&route.app));
    let mut routes: Vec<(String, AppName)> =
        own.routes.iter().chain(from_below).map(|route| (route.prefix.clone(), route.app.clone())).collect();
    // The longest is asked first; of two that are the same, the environment's own.
    routes.sort_by_key(|(prefix, _)| Reverse(prefix.len()));
    apps.extend(own.apps.clone());
    let mut absent = below.map(|below| below.absent.clone()).unwrap_or_default();
    absent.retain(|app, _| !own.kinds.contains_key(app));
    absent.extend(own.absent.clone());
    absent.retain(|app, _| !apps.contains_key(app));
    let mut kinds = below.map(|below| below.kinds.clone()).unwrap_or_default();
    kinds.extend(own.kinds.clone());
    let known = if own.is_known { own } else { below.unwrap_or(own) };
    Environment {
        site: own.site.clone(),
        hosts: own.hosts.iter().map(|(host, app)| (app.clone(), host.clone())).collect(),
        routes,
        default_app: own.default_app.clone().or_else(|| below.and_then(|below| below.default_app.clone())),
        apps,
        absent,
        kinds,
        is_known: known.is_known,
        not_served: known.not_served.clone(),
        problems: own.problems.clone(),
        assets: HashMap::new(),
        stand_ins: BTreeMap::new(),
    }
}

/// The pages of static apps that answer where there is no file: what a release names, and by convention each
/// `200.html` and `404.html` for its folder. The one that says that nothing is there says so outside the app, too.
fn stand_ins(
    apps: &BTreeMap<AppName, AppReleases>,
    releases: &BTreeMap<Label, Release>,
    assets: &HashMap<String, Vec<Candidate>>,
) -> BTreeMap<AppName, Vec<StandIn>> {
    let mut stand_ins: BTreeMap<AppName, Vec<StandIn>> = BTreeMap::new();
    let stand_in = |folder: &str, role, page: &str| StandIn { folder: folder.to_owned(), role, page: page.to_owned() };
    let is_static = |app: &AppName| releases.get(&apps[app].live).is_some_and(|release| release.is_static);
    for (path, candidates) in assets {
        let Some((folder, name)) = path.rsplit_once('/') else { continue };
        let role = match name {
            "200.html" => Role::Shell,
            "404.html" => Role::NotFound,
            _ => continue,
        };
        for candidate in candidates.iter().filter(|candidate| candidate.age == 0 && is_static(&candidate.app)) {
            stand_ins.entry(candidate.app.clone()).or_default().push(stand_in(folder, role, path));
        }
    }
    for (app, running) in apps {
        let Some(release) = releases.get(&running.live).filter(|release| release.is_static) else { continue };
        let of_app = stand_ins.entry(app.clone()).or_default();
        if let Some(shell) = &release.shell {
            of_app.push(stand_in(shell.rsplit_once('/').map_or("", |(folder, _)| folder), Role::Shell, shell));
        }
        of_app.extend(release.not_found.iter().map(|page| stand_in("", Role::NotFound, page)));
        // Of a shell that is named and one that is found by convention, the named one.
        of_app.sort_by_key(|it| (Reverse(it.folder.len()), it.role, Some(&it.page) != release.shell.as_ref()));
    }
    stand_ins
}

fn assets(
    apps: &BTreeMap<AppName, AppReleases>,
    releases: &BTreeMap<Label, Release>,
    indexes: &mut dyn Indexes,
) -> Result<HashMap<String, Vec<Candidate>>, String> {
    let mut assets: HashMap<String, Vec<Candidate>> = HashMap::new();
    for (app, running) in apps {
        let live = releases
            .get(&running.live)
            .ok_or_else(|| format!("it names `{}` and does not describe it", running.live))?;
        for (age, digest) in [&live.assets].into_iter().chain(&running.kept).enumerate() {
            let index = match indexes.read(digest) {
                Ok(index) => index,
                // A kept one that is gone is missed by nobody but old pages.
                Err(_) if age > 0 => continue,
                Err(because) => return Err(format!("the assets of `{}` are unreadable: {because}", live.version)),
            };
            for (path, asset) in index.assets {
                assets.entry(path).or_default().push(Candidate { app: app.clone(), asset, age });
            }
        }
    }
    Ok(assets)
}
