//! Names of apps and environments: what a folder or a branch is called once it must be a DNS label.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The longest name, in bytes; `app--environment` then still fits a DNS label of 63 for most names,
/// and hosts that would not fit are cut by [`host_label`].
pub const LONGEST: usize = 40;

/// The name of an app: lower-case letters, digits and single dashes, at most [`LONGEST`] bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AppName(String);

/// The name of an environment: `production`, or a preview such as `feat-x`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EnvironmentName(String);

/// A text that is not a name; [`Names::allocate`] makes one of any text.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a name: use lower-case letters, digits and single dashes, at most {LONGEST}")]
pub struct NotAName(String);

impl EnvironmentName {
    /// The environment that the public sees.
    pub fn production() -> EnvironmentName {
        EnvironmentName("production".to_owned())
    }

    /// Whether this is the environment that the public sees.
    pub fn is_production(&self) -> bool {
        self.0 == "production"
    }
}

macro_rules! name {
    ($name:ident) => {
        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAName;

            fn try_from(text: String) -> Result<$name, NotAName> {
                if is_name(&text) { Ok($name(text)) } else { Err(NotAName(text)) }
            }
        }

        impl std::str::FromStr for $name {
            type Err = NotAName;

            fn from_str(text: &str) -> Result<$name, NotAName> {
                $name::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(&self.0)
            }
        }
    };
}

name!(AppName);
name!(EnvironmentName);

/// Whether `text` needs no change to be a name.
pub fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST && slug(text) == text
}

/// Allocates names so that no two originals share one: the first to come keeps the plain name.
///
/// Allocate apps before environments, and each in an order that does not depend on when they were
/// seen, and the same repository gives the same names everywhere.
#[derive(Clone, Debug, Default)]
pub struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    /// Names of which `reserved` are taken from the start.
    pub fn reserving<'a>(reserved: impl IntoIterator<Item = &'a str>) -> Names {
        Names { taken: reserved.into_iter().map(str::to_owned).collect() }
    }

    /// The name of `shown` (a folder's or a branch's); `original` tells it from others that read the
    /// same (an app's path, the whole branch name).
    ///
    /// A run of any characters but lower-case letters and digits becomes one `-`. A name that was cut
    /// short, is empty or is taken gets `-` and six hex digits of SHA-256 of `original`.
    pub fn allocate(&mut self, shown: &str, original: &str) -> String {
        let plain = slug(shown);
        let name = if plain.is_empty() || plain.len() > LONGEST || self.taken.contains(&plain) {
            with_digits(&plain, original)
        } else {
            plain
        };
        self.taken.insert(name.clone());
        name
    }

    /// [`Names::allocate`] for an app: `path` is its folder, the last part of which is shown.
    pub fn app(&mut self, path: &str) -> AppName {
        self.app_called(path.rsplit('/').next().unwrap_or(path), path)
    }

    /// [`Names::app`] for an app that is called otherwise than its folder: one at the repository's root.
    pub fn app_called(&mut self, shown: &str, path: &str) -> AppName {
        AppName(self.allocate(shown, path))
    }

    /// [`Names::allocate`] for a branch's preview.
    pub fn environment(&mut self, branch: &str) -> EnvironmentName {
        EnvironmentName(self.allocate(branch, branch))
    }
}

/// The DNS label of an app in an environment's host: `catalog`, or `catalog--feat-x` in a preview.
///
/// A label that would exceed 63 bytes is cut and gets six hex digits over the whole.
pub fn host_label(app: &AppName, environment: &EnvironmentName) -> String {
    if environment.is_production() {
        return app.0.clone();
    }
    let label = format!("{app}--{environment}");
    if label.len() <= 63 { label } else { format!("{}-{}", label[..56].trim_end_matches('-'), six_digits(&label)) }
}

fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for character in text.chars().flat_map(char::to_lowercase) {
        if character.is_ascii_lowercase() || character.is_ascii_digit() {
            slug.push(character);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

fn with_digits(plain: &str, original: &str) -> String {
    let digits = six_digits(original);
    let kept = plain[..plain.len().min(LONGEST - 1 - digits.len())].trim_end_matches('-');
    if kept.is_empty() { digits } else { format!("{kept}-{digits}") }
}

fn six_digits(original: &str) -> String {
    hex::encode(Sha256::digest(original.as_bytes()))[..6].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(branches: &[&str], expected: &[&str]) {
        let mut names = Names::reserving(["production", "catalog"]);
        let allocated: Vec<String> = branches.iter().map(|branch| names.allocate(branch, branch)).collect();
        assert_eq!(allocated, expected);
        assert!(allocated.iter().all(|name| is_name(name)), "{allocated:?}");
    }

    #[test]
    fn branches_become_names() {
        check(&["feat/X"], &["feat-x"]);
        check(&["feat/Ünï_cøde--x"], &["feat-n-c-de-x"]);
        check(&["feat-x", "feat/x"], &["feat-x", "feat-x-79b4cc"]);
        check(&["catalog"], &["catalog-652f55"]);
        check(&["日本"], &["cf2abf"]);
        check(&[&"a".repeat(200)], &[&format!("{}-c2a908", "a".repeat(33))]);
    }

    #[test]
    fn hosts_fit_a_dns_label() {
        let app = AppName("a".repeat(40));
        let environment = EnvironmentName("b".repeat(40));
        assert!(host_label(&app, &environment).len() <= 63);
        assert_eq!(host_label(&"catalog".parse().unwrap(), &"feat-x".parse().unwrap()), "catalog--feat-x");
        assert_eq!(host_label(&"catalog".parse().unwrap(), &EnvironmentName::production()), "catalog");
    }

    #[test]
    fn what_is_not_a_name_is_refused() {
        for text in ["", "-a", "a-", "a--b", "A", "a_b", &"a".repeat(41)] {
            assert!(text.parse::<AppName>().is_err(), "{text}");
        }
    }
}
