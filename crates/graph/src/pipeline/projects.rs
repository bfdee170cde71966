//! Members by what task runners call them.
//!
//! Source: nx.dev, "Project configuration", `implicitDependencies` and `dependsOn`; Nx's `findMatchingProjects` for patterns.

use std::collections::{BTreeMap, BTreeSet};

use globset::GlobBuilder;
use model::RepoPath;
use serde_json::Value;

/// What stands before a tag.
const TAG: &str = "tag:";

/// The members of a workspace by their names and tags.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Projects {
    names: BTreeMap<String, RepoPath>,
    tags: BTreeMap<String, BTreeSet<RepoPath>>,
}

impl Projects {
    /// Takes what a member is called; who has a name first keeps it.
    pub fn add_name(&mut self, member: &RepoPath, name: &str) {
        self.names.entry(name.to_owned()).or_insert_with(|| member.clone());
    }

    /// Takes what a file of a member says.
    pub fn add(&mut self, member: &RepoPath, value: &Value) {
        if let Some(name) = value.get("name").and_then(Value::as_str) {
            self.add_name(member, name);
        }
        for tag in value.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            self.tags.entry(tag.to_owned()).or_default().insert(member.clone());
        }
    }

    /// The member that is called so.
    pub fn named(&self, name: &str) -> Option<&RepoPath> {
        self.names.get(name)
    }

    /// The members that patterns stand for: names, tags behind `tag:`, and folders. What an exclamation mark stands before is
    /// taken out again.
    pub fn meant<'p>(&self, patterns: impl Iterator<Item = &'p str> + Clone) -> BTreeSet<&RepoPath> {
        let (no, yes): (Vec<&str>, Vec<&str>) = patterns.partition(|pattern| pattern.starts_with('!'));
        let mut meant: BTreeSet<&RepoPath> = yes.into_iter().flat_map(|pattern| self.meant_by(pattern)).collect();
        for other in no.into_iter().flat_map(|pattern| self.meant_by(&pattern[1..])) {
            meant.remove(other);
        }
        meant
    }

    fn meant_by(&self, pattern: &str) -> BTreeSet<&RepoPath> {
        if let Some(tag) = pattern.strip_prefix(TAG) {
            return matching(self.tags.iter().map(|(name, members)| (name.as_str(), members)), tag)
                .into_iter()
                .flatten()
                .collect();
        }
        let named = matching(self.names.iter().map(|(name, member)| (name.as_str(), member)), pattern);
        let placed = matching(self.names.values().map(|member| (member.as_str(), member)), pattern);
        named.into_iter().chain(placed).collect()
    }
}

/// What stands under names that a pattern matches.
fn matching<'n, T>(named: impl Iterator<Item = (&'n str, T)>, pattern: &str) -> Vec<T> {
    let is_glob = |text: &str| text.contains(['*', '?', '{', '[']);
    let before = pattern.strip_suffix('*').filter(|before| !is_glob(before));
    let is_told = before.is_some() || !is_glob(pattern);
    let glob = (!is_told).then(|| GlobBuilder::new(pattern).literal_separator(false).build());
    let matcher = glob.and_then(Result::ok).map(|glob| glob.compile_matcher());
    let begins = |name: &str| before.is_some_and(|before| name.starts_with(before));
    let matches =
        |name: &str| name == pattern || begins(name) || matcher.as_ref().is_some_and(|matcher| matcher.is_match(name));
    named.filter(|(name, _)| matches(name)).map(|(_, found)| found).collect()
}
