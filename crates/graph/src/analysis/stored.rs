//! An analysis as it is kept: what many apps share is there once.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use model::{AppName, BuildKey, RepoPath};
use serde::{Deserialize, Serialize};

use super::{Analysed, Analysis, Structure};
use crate::inputs::{Behind, Component, Counted, Covered, Inputs, Reach};

/// What is kept of an analysis.
#[derive(Serialize, Deserialize)]
pub struct Stored {
    production: Option<String>,
    warnings: Vec<String>,
    structure: Structure,
    reaches: Vec<Reach>,
    packages: Vec<StoredCovered>,
    apps: Vec<StoredApp>,
}

#[derive(Serialize, Deserialize)]
struct StoredCovered {
    /// Each with its content and the place of how it is reached.
    components: Vec<(Component, String, u32)>,
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

impl Stored {
    /// What is kept of an analysis.
    pub fn of(analysis: &Analysis) -> Stored {
        let mut reaches: Table<Arc<Reach>> = Table { all: Vec::new(), places: HashMap::new() };
        let mut covered = |covered: &Covered| StoredCovered {
            components: covered
                .components()
                .map(|(component, counted)| (component.clone(), counted.content.clone(), reaches.place(&counted.reach)))
                .collect(),
            needs: covered.needs().clone(),
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
            structure: analysis.structure.clone(),
            reaches: reaches.all.iter().map(|reach| (**reach).clone()).collect(),
            packages,
            apps,
        }
    }

    /// The analysis; none if it does not hang together.
    pub fn analysis(self) -> Option<Analysis> {
        let reaches: Vec<Arc<Reach>> = self.reaches.into_iter().map(Arc::new).collect();
        let covered = |stored: StoredCovered| {
            let components = stored.components.into_iter().map(|(component, content, reach)| {
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
            structure: self.structure,
        })
    }
}

/// Values in the order in which each was met first.
struct Table<T> {
    all: Vec<T>,
    places: HashMap<T, u32>,
}

impl<T: Clone + Eq + std::hash::Hash> Table<T> {
    fn place(&mut self, value: &T) -> u32 {
        if let Some(place) = self.places.get(value) {
            return *place;
        }
        let place = u32::try_from(self.all.len()).expect("there are fewer ways");
        self.all.push(value.clone());
        self.places.insert(value.clone(), place);
        place
    }
}
