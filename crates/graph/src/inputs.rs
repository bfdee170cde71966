//! What a build's key covers, piece by piece, so that two keys can be compared and their difference explained.
//!
//! The key is over what a piece is and what it contains. How it reaches the build only explains it: a path that
//! is now needed through another package gives the same key.

use std::collections::BTreeMap;
use std::fmt::Write as _;

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
    Toolchain(&'static str),
    /// Something that is configured of the build.
    Setting(&'static str),
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
    },
    /// It belongs to no member and governs this one: it lies in a folder above.
    Above,
    /// It belongs to no member, so any build may read it.
    Unowned,
}

/// What tells one content of a component from another, and how the component reaches the build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The content: an object id, a version, a value.
    pub content: String,
    /// How it reaches the build.
    pub reach: Reach,
}

/// Everything that a key covers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inputs {
    components: BTreeMap<Component, Counted>,
    /// Keys of the builds whose outputs are laid under this one, by folder.
    needs: BTreeMap<String, BuildKey>,
    /// What those keys cover besides; the key covers it through them.
    behind: BTreeMap<Component, Counted>,
}

impl Inputs {
    /// Adds a component of the build's own.
    pub fn add(&mut self, component: Component, content: impl Into<String>) {
        self.add_reached(component, content, Reach::Own);
    }

    /// Adds a component with how it reaches the build.
    pub fn add_reached(&mut self, component: Component, content: impl Into<String>, reach: Reach) {
        self.components.insert(component, Counted { content: content.into(), reach });
    }

    /// Adds the build of a member that is needed, reached through `via`. Its key counts; `covered` is what that
    /// covers and may explain it.
    pub fn add_need<'a>(
        &mut self,
        folder: &str,
        via: &[String],
        key: BuildKey,
        covered: impl Iterator<Item = (&'a Component, &'a Counted)>,
    ) {
        self.needs.insert(folder.to_owned(), key);
        for (component, counted) in covered {
            if self.components.contains_key(component) {
                continue;
            }
            let reach = match &counted.reach {
                Reach::Own => Reach::Package { folder: folder.to_owned(), via: via.to_vec() },
                Reach::Package { folder, via: before } => {
                    Reach::Package { folder: folder.clone(), via: [before, via].concat() }
                }
                outside => outside.clone(),
            };
            self.behind.insert(component.clone(), Counted { content: counted.content.clone(), reach });
        }
    }

    /// Its components, without those of builds that it needs.
    pub fn own(&self) -> impl Iterator<Item = (&Component, &Counted)> {
        self.components.iter()
    }

    /// A component, if it is not only one of a build that it needs.
    pub fn own_part(&self, component: &Component) -> Option<&Counted> {
        self.components.get(component)
    }

    /// Its components and those of every build that it needs.
    pub fn all(&self) -> BTreeMap<&Component, &Counted> {
        self.behind.iter().chain(&self.components).collect()
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
