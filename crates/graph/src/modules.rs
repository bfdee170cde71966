//! Which modules import which, and which of them an app's build reads.

mod aliases;

mod graph;

mod kept;

mod kind;

mod made;

mod paths;

mod reach;

mod record;

mod resolve;

mod text;

pub use aliases::{Aliases, is_read, read_extended};
pub use graph::{Found, Graph, Node};
pub use kind::{
    Kind, MANIFEST_VARIABLE, configures_bundler, is_configuration, is_known_data, is_of_shell, names_plugins, read,
};
pub use made::{Made, is_of_bundler, leaves_outside, texts};
pub use paths::{before_pattern, beginnings, head_of, is_bare, is_looked_through, names_of, through};
pub use reach::{COMPILERS, Reached, Subject, Walk};
pub use record::{Import, Language, Passed, Record, Settings, Wanted};
pub use resolve::{REPLACING, Resolver, folder_of, folders_above, package_of};

#[cfg(test)]
mod tests;
