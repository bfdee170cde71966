//! An analysis as it is kept: what many apps share is there once.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use model::{AppName, BuildKey, RepoPath};
use serde::{Deserialize, Serialize};

use super::{Analysed, Analysis, Structure};
use crate::inputs::{Behind, Component, Counted, Covered, Inputs, Reach};

/// What is kept of an analysis.
#[derive(Serialize, Deserialize)]
pub struct Stored<'a> {
    production: Option<String>,
    warnings: Vec<String>,
    structure: Cow<'a, Structure>,
    reaches: Vec<Reach>,
    components: Vec<(Component, String)>,
    packages: Vec<StoredCovered>,
    apps: Vec<StoredApp>,
}

#[derive(Serialize, Deserialize)]
struct StoredCovered {
    /// Places of components with their contents, and of how each is reached.
    components: Vec<(u32, u32)>,
    needs: BTreeMap<String, BuildKey>,
}

#[derive(Serialize, Deserialize)]
struct StoredApp {
    name: AppName,
    path: RepoPath,
    own: StoredCovered,
    /// Folder and way of each build that it needs, and that build's place among the packages.
    behind: Vec<(String, Vec<String>, u32)>,
}

impl<'a> Stored<'a> {
    /// What is kept of an analysis.
    pub fn of(analysis: &'a Analysis) -> Stored<'a> {
        let mut reaches: Table<Arc<Reach>> = Table::default();
        let mut components: Table<(Arc<Component>, Arc<str>)> = Table::default();
        let mut covered = |covered: &Covered| {
            let places = covered.components().map(|(component, Counted { content, reach })| {
                let at = (Arc::as_ptr(component).addr(), content.as_ptr().addr());
                let component = components.place(at, || (Arc::clone(component), Arc::clone(content)));
                (component, reaches.place((Arc::as_ptr(reach).addr(), 0), || Arc::clone(reach)))
            });
            StoredCovered { components: places.collect(), needs: covered.needs().clone() }
        };
        let mut packages: Vec<StoredCovered> = Vec::new();
        let mut places: HashMap<BuildKey, u32> = HashMap::new();
        let mut apps = Vec::new();
        for (name, app) in &analysis.apps {
            let mut behind = Vec::new();
            for needed in app.inputs.behind() {
                let Some(key) = app.inputs.needs().get(&needed.folder) else { continue };
                let place = *places.entry(key.clone()).or_insert_with(|| {
                    packages.push(covered(&needed.covered));
                    u32::try_from(packages.len() - 1).expect("a repository has fewer packages")
                });
                behind.push((needed.folder.clone(), needed.via.clone(), place));
            }
            let own = covered(app.inputs.own());
            apps.push(StoredApp { name: name.clone(), path: app.path.clone(), own, behind });
        }
        Stored {
            production: analysis.production.clone(),
            warnings: analysis.warnings.clone(),
            structure: Cow::Borrowed(&analysis.structure),
            reaches: reaches.all.iter().map(|reach| (**reach).clone()).collect(),
            components: components
                .all
                .iter()
                .map(|(component, content)| ((**component).clone(), (**content).into()))
                .collect(),
            packages,
            apps,
        }
    }

    /// The analysis; none if it does not hang together.
    pub fn analysis(self) -> Option<Analysis> {
        let reaches: Vec<Arc<Reach>> = self.reaches.into_iter().map(Arc::new).collect();
        let components = self.components.into_iter();
        let components: Vec<(Arc<Component>, Arc<str>)> =
            components.map(|(component, content)| (Arc::new(component), content.into())).collect();
        let covered = |stored: StoredCovered| {
            let components = stored.components.into_iter().map(|(component, reach)| {
                let (component, content) = components.get(component as usize)?.clone();
                let reach = Arc::clone(reaches.get(reach as usize)?);
                Some((component, Counted { content, reach }))
            });
            Some(Arc::new(Covered::of(components.collect::<Option<_>>()?, stored.needs)))
        };
        let packages: Vec<Arc<Covered>> = self.packages.into_iter().map(covered).collect::<Option<_>>()?;
        let app = |stored: StoredApp| {
            let behind = stored.behind.into_iter().map(|(folder, via, package)| {
                Some(Behind { folder, via, covered: Arc::clone(packages.get(package as usize)?) })
            });
            let inputs = Inputs::of(covered(stored.own)?, behind.collect::<Option<_>>()?);
            Some((stored.name, Analysed { path: stored.path, inputs }))
        };
        Some(Analysis {
            production: self.production,
            apps: self.apps.into_iter().map(app).collect::<Option<_>>()?,
            warnings: self.warnings,
            structure: Arc::new(self.structure.into_owned()),
        })
    }
}

/// Values in the order in which each was met first.
struct Table<T> {
    all: Vec<T>,
    places: HashMap<T, u32>,
    /// The same by where values lie, which is told faster: most that are equal are shared.
    shared: HashMap<(usize, usize), u32>,
}

impl<T> Default for Table<T> {
    fn default() -> Table<T> {
        Table { all: Vec::new(), places: HashMap::new(), shared: HashMap::new() }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Table<T> {
    /// The place of a value that lies somewhere for as long as the table is filled.
    fn place(&mut self, at: (usize, usize), value: impl FnOnce() -> T) -> u32 {
        let (all, places) = (&mut self.all, &mut self.places);
        *self.shared.entry(at).or_insert_with(|| {
            let value = value();
            *places.entry(value).or_insert_with_key(|value| {
                all.push(value.clone());
                u32::try_from(all.len() - 1).expect("there are fewer of them")
            })
        })
    }
}
