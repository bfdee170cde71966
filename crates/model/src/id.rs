//! One type per kind of id, so that the compiler keeps them apart.

use std::borrow::Borrow;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use crate::name::{AppName, EnvironmentName};

/// A text that is not an id of the kind that was asked for.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct NotAnId {
    text: String,
    expected: &'static str,
}

macro_rules! id {
    ($(#[$docs:meta])* $name:ident, $expected:literal, $valid:expr) => {
        $(#[$docs])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAnId;

            fn try_from(text: String) -> Result<$name, NotAnId> {
                let valid: fn(&str) -> bool = $valid;
                if valid(&text) { Ok($name(text)) } else { Err(NotAnId { text, expected: $expected }) }
            }
        }

        impl std::str::FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<$name, NotAnId> {
                $name::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(&self.0)
            }
        }
    };
}

id!(
    /// A repository on this machine: 12 hex digits over the canonical path of git's common folder.
    RepositoryId, "twelve hex digits", |text| text.len() == 12 && is_hex(text)
);
id!(
    /// A commit: the full object id, 40 hex digits or 64.
    CommitId, "a full commit id", |text| matches!(text.len(), 40 | 64) && is_hex(text)
);
id!(
    /// The content hash of everything a task may depend on: 64 hex digits (SHA-256).
    BuildKey, "a build key", |text| text.len() == 64 && is_hex(text)
);
id!(
    /// The digest of a stored content, written as in OCI: `sha256:` and 64 hex digits.
    Digest, "a sha256 digest", |text| text.strip_prefix("sha256:").is_some_and(|digits| digits.len() == 64 && is_hex(digits))
);
id!(
    /// A release's DNS label, such as `catalog-b81d04e6`. Allocated and looked up, never parsed.
    Label, "a DNS label", |text| !text.is_empty() && text.len() <= 63 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
);
id!(
    /// One running copy of a release: its label, a dash and a number.
    InstanceId, "an instance id", |text| !text.is_empty() && text.len() <= 80 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
);
id!(
    /// A path inside the repository: `/` between parts, no `.` or `..`, empty for the root.
    RepoPath, "a path inside the repository", |text| text.is_empty() || text.split('/').all(|part| !matches!(part, "" | "." | ".."))
);

impl RepositoryId {
    /// The id of the repository whose common folder (`git rev-parse --git-common-dir`) has this
    /// canonical path.
    pub fn of_common_folder(path: &std::path::Path) -> RepositoryId {
        RepositoryId(sha256_hex(path.as_os_str().as_encoded_bytes())[..12].to_owned())
    }
}

impl CommitId {
    /// The first ten digits, for people.
    pub fn short(&self) -> &str {
        &self.0[..10]
    }
}

impl BuildKey {
    /// The key over a canonical text: the caller decides what counts and in what order.
    pub fn over(canonical: &[u8]) -> BuildKey {
        BuildKey(sha256_hex(canonical))
    }

    /// The first eight digits: what a version shows of it.
    pub fn short(&self) -> &str {
        &self.0[..8]
    }
}

impl Digest {
    /// The digest of `content`.
    pub fn of(content: &[u8]) -> Digest {
        Digest(format!("sha256:{}", sha256_hex(content)))
    }

    /// The 64 hex digits without `sha256:`.
    pub fn hex(&self) -> &str {
        &self.0["sha256:".len()..]
    }
}

impl Label {
    /// The label of a release: the app's name and eight hex digits over environment, app, version and
    /// configuration.
    pub fn of_release(environment: &EnvironmentName, app: &AppName, key: &BuildKey, configuration: &Digest) -> Label {
        let identity = format!("{environment}\n{app}\n{key}\n{configuration}\n");
        Label(format!("{app}-{}", &sha256_hex(identity.as_bytes())[..8]))
    }
}

impl InstanceId {
    /// The `number`th instance of a release; numbers are never used twice for one release.
    pub fn of(label: &Label, number: u32) -> InstanceId {
        InstanceId(format!("{label}-{number}"))
    }
}

impl RepoPath {
    /// The root of the repository.
    pub fn root() -> RepoPath {
        RepoPath(String::new())
    }

    /// Whether this is the repository's root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `path` is this path or lies below it.
    pub fn holds(&self, path: &str) -> bool {
        self.is_root() || path.strip_prefix(&self.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// What of a path is behind this one; all of one that does not lie below.
    pub fn below<'p>(&self, path: &'p str) -> &'p str {
        if self.holds(path) { path[self.0.len()..].trim_start_matches('/') } else { path }
    }

    /// This path and `below` it, as text.
    pub fn join(&self, below: &str) -> String {
        if self.is_root() { below.to_owned() } else { format!("{}/{below}", self.0) }
    }
}

/// Found in a map by its text: the folders above a file are many where a path is long.
impl Borrow<str> for RepoPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// A path that is written relative to a folder, from the repository's root: without `.` and `..`, by its words alone; none
/// if it leaves the repository.
pub fn resolved(folder: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// An app's immutable, addressable artifact: `catalog@3f9a1c2b`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Version {
    /// The app.
    pub app: AppName,
    /// The key of the build that made it.
    pub key: BuildKey,
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&format!("{}@{}", self.app, self.key.short()))
    }
}

fn sha256_hex(content: &[u8]) -> String {
    hex::encode(sha2::Sha256::digest(content))
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_holds_itself_and_what_is_below() {
        let path: RepoPath = "apps/catalog".parse().unwrap();
        assert!(path.holds("apps/catalog"));
        assert!(path.holds("apps/catalog/src/a.ts"));
        assert!(!path.holds("apps/catalog-admin/a.ts"));
        assert!(RepoPath::root().holds("anything"));
        assert!("../x".parse::<RepoPath>().is_err());
        assert!("a//b".parse::<RepoPath>().is_err());
    }

    #[test]
    fn a_label_depends_on_all_that_a_release_is() {
        let app: AppName = "catalog".parse().unwrap();
        let label = |environment: &str, key: &[u8], configuration: &[u8]| {
            Label::of_release(&environment.parse().unwrap(), &app, &BuildKey::over(key), &Digest::of(configuration))
        };
        let first = label("production", b"k", b"c");
        assert_eq!(first, label("production", b"k", b"c"));
        assert_ne!(first, label("feat-x", b"k", b"c"));
        assert_ne!(first, label("production", b"l", b"c"));
        assert_ne!(first, label("production", b"k", b"d"));
        assert!(first.as_str().starts_with("catalog-"));
    }
}
