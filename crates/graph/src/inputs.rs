//! What a build's key covers, piece by piece, so that two keys can be compared and their difference explained.
//!
//! The key is over what a piece is and what it contains. How it reaches the build only explains it: a path that
//! is now needed through another package gives the same key.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use model::BuildKey;
use serde::{Deserialize, Serialize};

/// One thing that a key covers. What is built and by which scripts comes first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Component {
    /// A member that is built.
    Built(String),
    /// A script that the build runs.
    Script {
        /// The folder that it runs in.
        folder: String,
        /// Its name.
        name: String,
    },
    /// A file.
    File(String),
    /// A module of which not the content counts: by what it passes on, by what it lacks, or by what it is put together with.
    Signature(String),
    /// A module of which the code counts that is made of it.
    Code(String),
    /// A module of which the types count that it declares.
    Types(String),
    /// A field of a manifest.
    Field {
        /// The manifest.
        file: String,
        /// The field.
        field: String,
    },
    /// A package from outside.
    Dependency {
        /// Its name.
        name: String,
        /// Where it is installed.
        place: String,
    },
    /// A variable that the build is given.
    Variable(String),
    /// A part of the toolchain.
    Toolchain(Cow<'static, str>),
    /// Something that is configured of the build.
    Setting(Cow<'static, str>),
    /// A file that nothing can be told by, so that it counts as it is.
    Unreadable(String),
}

impl Component {
    /// What it is, and its texts: what tells it from any other.
    fn parts(&self) -> [&str; 3] {
        match self {
            Component::Built(folder) => ["built", folder, ""],
            Component::Script { folder, name } => ["script", folder, name],
            Component::File(path) => ["file", path, ""],
            Component::Signature(path) => ["signature", path, ""],
            Component::Code(path) => ["code", path, ""],
            Component::Types(path) => ["types", path, ""],
            Component::Field { file, field } => ["field", file, field],
            Component::Dependency { name, place } => ["dependency", name, place],
            Component::Variable(name) => ["variable", name, ""],
            Component::Toolchain(part) => ["toolchain", part, ""],
            Component::Setting(setting) => ["setting", setting, ""],
            Component::Unreadable(path) => ["unreadable", path, ""],
        }
    }
}

/// How something reaches a build.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Reach {
    /// It is the member's own.
    Own,
    /// It belongs to a member that is needed.
    Package {
        /// That member's folder.
        folder: String,
        /// Through which members that is reached, from it to the one that is built.
        via: Vec<String>,
        /// What could not be told, without which it would not count.
        doubt: Option<String>,
    },
    /// It belongs to no member and governs this one: it lies in a folder above.
    Above,
    /// It belongs to no member, so any build may read it.
    Unowned,
}

impl Reach {
    /// What could not be told, without which a build would not be reached.
    pub fn doubt(&self) -> Option<&str> {
        match self {
            Reach::Package { doubt, .. } => doubt.as_deref(),
            Reach::Unowned => Some("it belongs to no package, so any build may read it"),
            Reach::Own | Reach::Above => None,
        }
    }
}

/// What tells one content of a component from another, and how the component reaches the build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The content: an object id, a version, a value.
    pub content: Arc<str>,
    /// How it reaches the build.
    pub reach: Arc<Reach>,
}

/// What a key covers by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Covered {
    components: BTreeMap<Arc<Component>, Counted>,
    /// Keys of the builds whose outputs are laid under this one, by folder.
    needs: BTreeMap<String, BuildKey>,
}

/// What counts of a module instead of its content.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instead {
    /// What tells its exports from others.
    pub exports: Option<String>,
    /// What tells the code that is made of it from others.
    pub code: Option<String>,
    /// What tells its types from others.
    pub types: Option<String>,
}

/// Everything that a key covers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inputs {
    own: Arc<Covered>,
    /// What the keys of needed builds cover; the key covers it through them.
    behind: Vec<Behind>,
}

/// The build of a member that another build needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behind {
    /// The member's folder.
    pub folder: String,
    /// Through which members it is reached, from it to the one that is built.
    pub via: Vec<String>,
    /// What its key covers.
    pub covered: Arc<Covered>,
}

/// Builds by their keys, with what they became when contents were replaced.
pub type Replaced = HashMap<BuildKey, (BuildKey, Arc<Covered>)>;

impl Behind {
    /// How something that reaches the needed build reaches who needs it.
    fn reach(&self, reach: &Arc<Reach>) -> Arc<Reach> {
        match &**reach {
            Reach::Own => Arc::new(Reach::Package { folder: self.folder.clone(), via: self.via.clone(), doubt: None }),
            Reach::Package { folder, via, doubt } => {
                let via = [via.as_slice(), &self.via].concat();
                Arc::new(Reach::Package { folder: folder.clone(), via, doubt: doubt.clone() })
            }
            Reach::Above | Reach::Unowned => Arc::clone(reach),
        }
    }

    fn counted(&self, counted: &Counted) -> Counted {
        Counted { content: counted.content.clone(), reach: self.reach(&counted.reach) }
    }
}

impl Covered {
    /// What was kept of it.
    pub fn of(components: BTreeMap<Arc<Component>, Counted>, needs: BTreeMap<String, BuildKey>) -> Covered {
        Covered { components, needs }
    }

    /// Its components.
    pub fn components(&self) -> impl Iterator<Item = (&Arc<Component>, &Counted)> {
        self.components.iter()
    }

    /// Whether it has a component.
    pub fn has(&self, component: &Component) -> bool {
        self.components.contains_key(component)
    }

    /// Paths of files that it has, in order, from those that begin so.
    pub fn files_from(&self, beginning: &str) -> impl Iterator<Item = &str> {
        let from = self.components.range(Component::File(beginning.to_owned())..);
        from.map_while(|(component, _)| match &**component {
            Component::File(path) => Some(path.as_str()),
            _ => None,
        })
    }

    /// Keys of the builds whose outputs are laid under this one, by folder.
    pub fn needs(&self) -> &BTreeMap<String, BuildKey> {
        &self.needs
    }

    /// The key over all of it.
    pub fn key(&self) -> BuildKey {
        let mut text = b"frontage build key 4\n".to_vec();
        let mut add = |parts: &[&str]| {
            for part in parts {
                text.extend((part.len() as u64).to_le_bytes());
                text.extend(part.as_bytes());
            }
        };
        for (component, content) in self.contents() {
            let [what, first, second] = component.parts();
            add(&[what, first, second, content]);
        }
        for (folder, key) in &self.needs {
            add(&["needs", folder, key.as_str()]);
        }
        BuildKey::over(&text)
    }

    /// Its components and the content of each: what the key is over, besides what it needs.
    fn contents(&self) -> impl Iterator<Item = (&Component, &str)> {
        self.components.iter().map(|(component, counted)| (&**component, &*counted.content))
    }

    /// How its components reach the build, each way once.
    fn reaches(&self) -> impl Iterator<Item = &Arc<Reach>> {
        let mut seen = HashSet::new();
        let reaches = self.components.values().map(|counted| &counted.reach);
        reaches.filter(move |reach| seen.insert(Arc::as_ptr(reach)))
    }

    /// Whether the keys over both are equal.
    fn is_same(&self, other: &Covered) -> bool {
        self.needs == other.needs && self.contents().eq(other.contents())
    }

    /// Components that the other does not have, or has with another content, and the other way round.
    fn differing<'a>(&'a self, other: &'a Covered, into: &mut BTreeSet<&'a Component>) {
        let (mut own, mut others) = (self.contents().peekable(), other.contents().peekable());
        // Both are in order.
        while let (Some((component, content)), Some((by_other, other_content))) = (own.peek(), others.peek()) {
            match component.cmp(by_other) {
                Ordering::Less => into.extend(own.next().map(|(component, _)| component)),
                Ordering::Greater => into.extend(others.next().map(|(component, _)| component)),
                Ordering::Equal => {
                    into.extend((content != other_content).then_some(*component));
                    own.next();
                    others.next();
                }
            }
        }
        into.extend(own.chain(others).map(|(component, _)| component));
    }

    /// The same without some files, each replaced by what of it is told instead, and with other keys
    /// of builds that it needs.
    pub fn without(&self, files: &BTreeMap<&str, &Instead>, keys: &BTreeMap<&str, BuildKey>) -> Covered {
        let mut changed = self.clone();
        for (path, Instead { exports, code, types }) in files {
            let Some(counted) = changed.components.remove(&Component::File((*path).to_owned())) else { continue };
            let exports = (Component::Signature as fn(String) -> Component, exports);
            let parts = [exports, (Component::Code, code), (Component::Types, types)];
            for (component, content) in parts.into_iter().filter_map(|(part, content)| Some((part, content.as_ref()?)))
            {
                let counted = Counted { content: content.as_str().into(), reach: Arc::clone(&counted.reach) };
                changed.components.insert(Arc::new(component((*path).to_owned())), counted);
            }
        }
        for (folder, key) in &mut changed.needs {
            if let Some(other) = keys.get(folder.as_str()) {
                key.clone_from(other);
            }
        }
        changed
    }

    /// Leaves out components that are not kept.
    pub fn retain(&mut self, is_kept: impl Fn(&Component) -> bool) {
        self.components.retain(|component, _| is_kept(component));
    }

    /// Takes components of a kind from another instead of its own.
    pub fn replace(&mut self, other: &Covered, is_of_kind: impl Fn(&Component) -> bool) {
        self.components.retain(|component, _| !is_of_kind(component));
        let others = other.components.iter().filter(|(component, _)| is_of_kind(component));
        self.components.extend(others.map(|(component, counted)| (Arc::clone(component), counted.clone())));
    }

    /// The same with other contents of components that it has, and other keys of builds that it needs; none if nothing
    /// differs.
    fn with(&self, contents: &BTreeMap<Component, String>, replaced: &Replaced) -> Option<Covered> {
        let new_key = |key: &BuildKey| replaced.get(key).map(|(new, _)| new).filter(|new| *new != key).cloned();
        let has_other = self.needs.values().any(|key| new_key(key).is_some());
        if !has_other && !contents.keys().any(|component| self.components.contains_key(component)) {
            return None;
        }
        let mut changed = self.clone();
        for (component, content) in contents {
            if let Some(counted) = changed.components.get_mut(component) {
                counted.content = content.as_str().into();
            }
        }
        for key in changed.needs.values_mut() {
            *key = new_key(key).unwrap_or_else(|| key.clone());
        }
        Some(changed)
    }
}

impl Inputs {
    /// What was kept of it.
    pub fn of(own: Arc<Covered>, behind: Vec<Behind>) -> Inputs {
        Inputs { own, behind }
    }

    /// Adds a component of the build's own.
    pub fn add(&mut self, component: Component, content: impl AsRef<str>) {
        self.add_reached(component, content, &Arc::new(Reach::Own));
    }

    /// Adds a component with how it reaches the build.
    pub fn add_reached(&mut self, component: Component, content: impl AsRef<str>, reach: &Arc<Reach>) {
        self.add_shared(Arc::new(component), content.as_ref().into(), reach);
    }

    /// Adds a component that others may have as well.
    pub fn add_shared(&mut self, component: Arc<Component>, content: Arc<str>, reach: &Arc<Reach>) {
        let counted = Counted { content, reach: Arc::clone(reach) };
        Arc::make_mut(&mut self.own).components.insert(component, counted);
    }

    /// Leaves out a component of the build's own.
    pub fn leave_out(&mut self, component: &Component) {
        Arc::make_mut(&mut self.own).components.remove(component);
    }

    /// Adds the build of a member that is needed, reached through `via`. Its key counts; what that covers may explain it.
    pub fn add_need(&mut self, folder: &str, via: &[String], key: BuildKey, covered: &Arc<Covered>) {
        Arc::make_mut(&mut self.own).needs.insert(folder.to_owned(), key);
        self.behind.push(Behind { folder: folder.to_owned(), via: via.to_vec(), covered: Arc::clone(covered) });
    }

    /// What its key covers by itself.
    pub fn own(&self) -> &Arc<Covered> {
        &self.own
    }

    /// The builds that it needs.
    pub fn behind(&self) -> &[Behind] {
        &self.behind
    }

    /// A component, if it is not only one of a build that it needs.
    pub fn own_part(&self, component: &Component) -> Option<&Counted> {
        self.own.components.get(component)
    }

    /// A component, its own or of a build that it needs.
    pub fn part(&self, component: &Component) -> Option<Counted> {
        let behind = |behind: &Behind| Some(behind.counted(behind.covered.components.get(component)?));
        self.own_part(component).cloned().or_else(|| self.behind.iter().rev().find_map(behind))
    }

    /// Its components and those of every build that it needs.
    pub fn all(&self) -> BTreeMap<&Component, Counted> {
        let behind = self.behind.iter().flat_map(|behind| {
            behind.covered.components.iter().map(|(component, counted)| (&**component, behind.counted(counted)))
        });
        let own = self.own.components.iter().map(|(component, counted)| (&**component, counted.clone()));
        behind.chain(own).collect()
    }

    /// Components that may differ from the other's; none that is the same in both builds and in those that they need.
    pub fn differing<'a>(&'a self, other: &'a Inputs) -> BTreeSet<&'a Component> {
        let mut differing = BTreeSet::new();
        self.own.differing(&other.own, &mut differing);
        let behind =
            |inputs: &'a Inputs| inputs.behind.iter().map(|behind| (&behind.folder, &*behind.covered)).collect();
        let (own, others): (BTreeMap<&String, &Covered>, BTreeMap<&String, &Covered>) = (behind(self), behind(other));
        for folder in
            own.keys().chain(others.keys()).filter(|folder| self.needs().get(**folder) != other.needs().get(**folder))
        {
            match (own.get(*folder), others.get(*folder)) {
                (Some(own), Some(others)) => own.differing(others, &mut differing),
                (Some(only), None) | (None, Some(only)) => {
                    differing.extend(only.components.keys().map(|component| &**component))
                }
                (None, None) => {}
            }
        }
        differing
    }

    /// Folders of packages that it reads or needs, and through which members each is reached.
    pub fn packages(&self) -> BTreeMap<String, Vec<String>> {
        let mut packages: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for reach in self.own.reaches() {
            if let Reach::Package { folder, via, .. } = &**reach {
                packages.entry(folder.clone()).or_insert_with(|| via.clone());
            }
        }
        for behind in &self.behind {
            packages.entry(behind.folder.clone()).or_insert_with(|| behind.via.clone());
            for reach in behind.covered.reaches() {
                if let Reach::Package { folder, via, .. } = &**reach
                    && !packages.contains_key(folder)
                {
                    packages.insert(folder.clone(), [via.as_slice(), &behind.via].concat());
                }
            }
        }
        packages
    }

    /// Keys of the builds that it needs, by folder.
    pub fn needs(&self) -> &BTreeMap<String, BuildKey> {
        &self.own.needs
    }

    /// The key over all of it.
    pub fn key(&self) -> BuildKey {
        self.own.key()
    }

    /// Whether the keys over both are equal.
    pub fn is_same(&self, other: &Inputs) -> bool {
        self.own.is_same(&other.own)
    }

    /// The same with other contents of those components that it has, itself or in a build that it needs; none if it needs
    /// a build of which it does not know what that covers.
    #[must_use]
    pub fn with(&self, contents: &BTreeMap<Component, String>, replaced: &mut Replaced) -> Option<Inputs> {
        let key = |behind: &Behind| self.own.needs.get(&behind.folder).cloned();
        let known: HashMap<BuildKey, &Arc<Covered>> =
            self.behind.iter().filter_map(|behind| Some((key(behind)?, &behind.covered))).collect();
        // Each after those that it needs; a key holds those of what it needs, so that there is no circle.
        let mut open: Vec<&BuildKey> = self.own.needs.values().collect();
        while let Some(key) = open.pop() {
            if replaced.contains_key(key) {
                continue;
            }
            let covered = *known.get(key)?;
            let before: Vec<&BuildKey> = covered.needs.values().filter(|need| !replaced.contains_key(*need)).collect();
            if before.is_empty() {
                let new = covered.with(contents, replaced).map(|covered| (covered.key(), Arc::new(covered)));
                replaced.insert(key.clone(), new.unwrap_or_else(|| (key.clone(), Arc::clone(covered))));
            } else {
                open.push(key);
                open.extend(before);
            }
        }
        let own = self.own.with(contents, replaced).map_or_else(|| Arc::clone(&self.own), Arc::new);
        let behind = |behind: &Behind| {
            let (_, covered) = &replaced[&key(behind)?];
            Some(Behind { covered: Arc::clone(covered), ..behind.clone() })
        };
        Some(Inputs { own, behind: self.behind.iter().map(behind).collect::<Option<_>>()? })
    }
}
