//! A route table made ready to decide: hosts, routes and assets by what requests name them by.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use api::assets::{Asset, AssetIndex};
use api::table::{AppReleases, FORMAT, Release, RouteTable};
use model::{AppName, Digest, EnvironmentName, Label};

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
    /// Apps that cannot answer yet, and why.
    pub absent: BTreeMap<AppName, String>,
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
            index.environments.insert(name.clone(), Environment { assets, ..merged });
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
    let mut apps = below.map(|below| below.apps.clone()).unwrap_or_default();
    // What cannot answer here yet keeps its routes below, and says there why it cannot.
    apps.retain(|app, _| !own.absent.contains_key(app));
    let from_below =
        below.into_iter().flat_map(|below| &below.routes).filter(|route| !own.apps.contains_key(&route.app));
    let mut routes: Vec<(String, AppName)> =
        own.routes.iter().chain(from_below).map(|route| (route.prefix.clone(), route.app.clone())).collect();
    // The longest is asked first; of two that are the same, the environment's own.
    routes.sort_by_key(|(prefix, _)| Reverse(prefix.len()));
    apps.extend(own.apps.clone());
    let mut absent = below.map(|below| below.absent.clone()).unwrap_or_default();
    absent.extend(own.absent.clone());
    absent.retain(|app, _| !apps.contains_key(app));
    Environment {
        site: own.site.clone(),
        hosts: own.hosts.iter().map(|(host, app)| (app.clone(), host.clone())).collect(),
        routes,
        default_app: own.default_app.clone().or_else(|| below.and_then(|below| below.default_app.clone())),
        apps,
        absent,
        assets: HashMap::new(),
    }
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
