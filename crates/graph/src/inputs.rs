//! What a build's key covers, piece by piece, so that two keys can be compared and their difference explained.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use model::BuildKey;

/// One thing that a key covers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Component {
    /// A file of the member itself.
    File(String),
    /// A file of a member that it needs, and through which members that is reached.
    Package(String, Vec<String>),
    /// A field of a manifest.
    Field {
        /// The manifest.
        file: String,
        /// The field.
        field: String,
        /// Through which members it is reached.
        via: Vec<String>,
    },
    /// A configuration file above the member.
    Config(String),
    /// A file that belongs to no member.
    Doubt(String),
    /// A package from outside, by name and place.
    Dependency(String, String),
    /// A variable that the build is given.
    Variable(String),
    /// A part of the toolchain.
    Toolchain(&'static str),
    /// Something that `frontage.toml` or a script says of the build.
    Setting(&'static str),
}

/// Everything that a key covers: component and what tells one of its contents from another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inputs {
    components: BTreeMap<Component, String>,
}

impl Inputs {
    /// Adds a component.
    pub fn add(&mut self, component: Component, content: impl Into<String>) {
        self.components.insert(component, content.into());
    }

    /// Its components.
    pub fn components(&self) -> &BTreeMap<Component, String> {
        &self.components
    }

    /// The key over all of it.
    pub fn key(&self) -> BuildKey {
        let mut text = String::from("frontage build key 1\n");
        for (component, content) in &self.components {
            // Through which members a thing is reached explains it, and does not change it.
            let named = match component {
                Component::Package(path, _) => Component::Package(path.clone(), Vec::new()),
                Component::Field { file, field, .. } => {
                    Component::Field { file: file.clone(), field: field.clone(), via: Vec::new() }
                }
                other => other.clone(),
            };
            writeln!(text, "{named:?} {content:?}").expect("writing to a string succeeds");
        }
        BuildKey::over(text.as_bytes())
    }
}
