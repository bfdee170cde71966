//! What a build's key covers, piece by piece, so that two keys can be compared and their difference explained.
//!
//! The key is over what a piece is and what it contains. How it reaches the build only explains it: a path that
//! is now needed through another package gives the same key.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use model::BuildKey;

/// One thing that a key covers. What is built and by which scripts comes first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
    /// A module that is there without being used, by what it exports.
    Signature(String),
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
}

/// How something reaches a build.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
    pub content: String,
    /// How it reaches the build.
    pub reach: Arc<Reach>,
}

/// The build of a member that another build needs.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Behind {
    folder: String,
    via: Vec<String>,
    covered: Arc<Inputs>,
}

/// Everything that a key covers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inputs {
    components: BTreeMap<Component, Counted>,
    /// Keys of the builds whose outputs are laid under this one, by folder.
    needs: BTreeMap<String, BuildKey>,
    /// What those keys cover; the key covers it through them.
    behind: Vec<Behind>,
}

impl Behind {
    /// What its key covers by itself, and how that reaches who needs it.
    fn components(&self) -> impl Iterator<Item = (&Component, Counted)> {
        let own = Arc::new(Reach::Package { folder: self.folder.clone(), via: self.via.clone(), doubt: None });
        let reach = move |reach: &Arc<Reach>| match &**reach {
            Reach::Own => Arc::clone(&own),
            Reach::Package { folder, via, doubt } => {
                let via = [via.as_slice(), &self.via].concat();
                Arc::new(Reach::Package { folder: folder.clone(), via, doubt: doubt.clone() })
            }
            Reach::Above | Reach::Unowned => Arc::clone(reach),
        };
        let covered = self.covered.components.iter();
        covered.map(move |(component, counted)| {
            (component, Counted { content: counted.content.clone(), reach: reach(&counted.reach) })
        })
    }
}

impl Inputs {
    /// Adds a component of the build's own.
    pub fn add(&mut self, component: Component, content: impl Into<String>) {
        self.add_reached(component, content, &Arc::new(Reach::Own));
    }

    /// Adds a component with how it reaches the build.
    pub fn add_reached(&mut self, component: Component, content: impl Into<String>, reach: &Arc<Reach>) {
        self.components.insert(component, Counted { content: content.into(), reach: Arc::clone(reach) });
    }

    /// Adds the build of a member that is needed, reached through `via`. Its key counts; what that covers may explain it.
    pub fn add_need(&mut self, folder: &str, via: &[String], key: BuildKey, covered: Arc<Inputs>) {
        self.needs.insert(folder.to_owned(), key);
        self.behind.push(Behind { folder: folder.to_owned(), via: via.to_vec(), covered });
    }

    /// A component, if it is not only one of a build that it needs.
    pub fn own_part(&self, component: &Component) -> Option<&Counted> {
        self.components.get(component)
    }

    /// Its components and those of every build that it needs.
    pub fn all(&self) -> BTreeMap<&Component, Counted> {
        let own = self.components.iter().map(|(component, counted)| (component, counted.clone()));
        self.behind.iter().flat_map(Behind::components).chain(own).collect()
    }

    /// Keys of the builds that it needs, by folder.
    pub fn needs(&self) -> &BTreeMap<String, BuildKey> {
        &self.needs
    }

    /// The key over all of it.
    pub fn key(&self) -> BuildKey {
        let mut text = String::from("frontage build key 3\n");
        for (component, Counted { content, .. }) in &self.components {
            writeln!(text, "{component:?} {content:?}").expect("writing to a string succeeds");
        }
        for (folder, key) in &self.needs {
            writeln!(text, "needs {folder:?} {key}").expect("writing to a string succeeds");
        }
        BuildKey::over(text.as_bytes())
    }
}
