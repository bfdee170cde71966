//! Which files an import may stand for.
//!
//! A bundler takes one answer, by its conditions, its fields and its order of endings. Which bundler it is and how it is
//! configured is not known here, so an import stands for every file that any of them would take.
//!
//! Sources: nodejs.org, "Modules: Packages"; webpack.js.org, "Resolve"; typescriptlang.org, "Modules - Reference".

use std::collections::{BTreeMap, BTreeSet};

use model::{RepoPath, ShownFile, is_built_in, resolved};
use serde_json::Value;

use super::aliases::Aliases;
use super::record::Language;
use crate::manifest::Manifest;
use crate::workspace::{Member, Needs, owner};

/// Endings that an import may leave out.
const ENDINGS: [&str; 22] = [
    "ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs", "json", "d.ts", "d.mts", "d.cts", "vue", "svelte", "astro",
    "mdx", "css", "scss", "sass", "less", "pcss", "html",
];

/// What may stand between a name and its ending for one platform.
const PLATFORMS: [&str; 8] = ["web", "native", "ios", "android", "browser", "server", "client", "node"];

/// Fields of a manifest that name what the package's name stands for.
const ENTRIES: [&str; 12] = [
    "main",
    "module",
    "browser",
    "types",
    "typings",
    "source",
    "svelte",
    "style",
    "sass",
    "less",
    "react-native",
    "jsnext:main",
];

/// What an import stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// Any of these files.
    Files(Vec<&'a str>),
    /// Something of a member that only its build makes.
    Built(&'a RepoPath),
    /// A package from outside, or what a tool provides.
    Outside,
    /// It cannot be told.
    Unknown,
}

/// Resolves imports in a commit.
pub struct Resolver<'a> {
    files: &'a BTreeMap<String, ShownFile>,
    members: &'a BTreeMap<RepoPath, Member>,
    needs: &'a Needs,
    aliases: &'a BTreeMap<RepoPath, Aliases>,
    /// Members by root and name.
    by_name: BTreeMap<(&'a RepoPath, &'a str), &'a RepoPath>,
    /// Names from outside that any manifest of a root asks for.
    declared: BTreeMap<&'a RepoPath, BTreeSet<&'a str>>,
}

impl<'a> Resolver<'a> {
    /// A resolver for members with their aliases.
    pub fn new(
        files: &'a BTreeMap<String, ShownFile>,
        members: &'a BTreeMap<RepoPath, Member>,
        roots: impl Iterator<Item = (&'a RepoPath, &'a Manifest)>,
        needs: &'a Needs,
        aliases: &'a BTreeMap<RepoPath, Aliases>,
    ) -> Resolver<'a> {
        let by_name = members.values().map(|member| ((&member.root, member.name.as_str()), &member.path)).collect();
        let mut declared: BTreeMap<&RepoPath, BTreeSet<&str>> = BTreeMap::new();
        let manifests = members.values().map(|member| (&member.root, &member.manifest)).chain(roots);
        for (root, manifest) in manifests {
            declared.entry(root).or_default().extend(manifest.all_dependencies().into_keys());
        }
        Resolver { files, members, needs, aliases, by_name, declared }
    }

    /// What an import in a file of a member stands for.
    pub fn import(&self, file: &str, member: &'a RepoPath, name: &str) -> Target<'a> {
        // webpack's loaders stand before a name, and bundlers take a query for how it is imported.
        let name = name.rsplit('!').next().unwrap_or(name);
        let name = name.split('?').next().unwrap_or(name);
        // Sass's and webpack's ways to name a package.
        let name = name.strip_prefix("pkg:").unwrap_or(name);
        let name = name.strip_prefix('~').filter(|rest| !rest.starts_with('/')).unwrap_or(name);
        if name.is_empty() || name.contains(['\0', '\n']) || is_of_scheme(name) {
            return Target::Outside;
        }
        if name == "." || name == ".." || name.starts_with("./") || name.starts_with("../") {
            return self.relative(file, member, name);
        }
        if let Some(below) = name.strip_prefix('/') {
            // Below the folder that is served, or what `public` holds.
            let own = [member.join(below), member.join(&format!("public/{below}"))];
            let found: Vec<&str> = own.iter().flat_map(|path| candidates(self.files, path)).collect();
            return if found.is_empty() { Target::Outside } else { Target::Files(found) };
        }
        if name.starts_with('#')
            && let Some(found) = self.own_import(file, member, name)
        {
            return found;
        }
        let by_alias = self.alias(member, name);
        if !by_alias.is_empty() {
            return Target::Files(by_alias);
        }
        let targets = self.aliases.get(member).map(|aliases| aliases.targets(name)).unwrap_or_default();
        if let Some(other) = targets.iter().find_map(|path| self.other(path, member)) {
            return Target::Built(other);
        }
        self.bare(file, member, name)
    }

    fn alias(&self, member: &RepoPath, name: &str) -> Vec<&'a str> {
        self.aliases.get(member).map(|aliases| by_alias(self.files, aliases, name)).unwrap_or_default()
    }

    /// The member that a text names, and what of it, if it names one.
    pub fn package<'n>(&self, member: &RepoPath, name: &'n str) -> Option<(&'a RepoPath, &'n str)> {
        let (package, below) = parts(name);
        let by_manifest = self.needs.named(member, package);
        let root = &self.members.get(member)?.root;
        let found = by_manifest.or_else(|| self.by_name.get(&(root, package)).copied())?;
        let (found, _) = self.members.get_key_value(found)?;
        Some((found, below))
    }

    /// Files that a path in a text may stand for: a file, one of a shortened name, all below a folder or of a pattern.
    pub fn path(&self, folder: &str, member: &RepoPath, text: &str) -> Vec<&'a str> {
        // A pattern with nothing in front but a way out of the member may be about anything, most often about addresses.
        let head = text.split(['*', '{', '[', '$', '!']).next().filter(|head| head.len() < text.len());
        let leaves = |head: &str| resolved(folder, head).is_none_or(|path| !member.holds(&path));
        let is_bare = |head: &str| head.split('/').all(|part| part.is_empty() || part == "." || part == "..");
        if head.is_some_and(|head| is_bare(head) && leaves(head)) {
            Vec::new()
        } else {
            by_path(self.files, folder, text)
        }
    }

    /// A file by its whole path.
    pub fn file(&self, path: &str) -> Option<&'a str> {
        self.files.get_key_value(path).map(|(path, _)| path.as_str())
    }

    fn relative(&self, file: &str, member: &RepoPath, name: &str) -> Target<'a> {
        let Some(path) = resolved(folder_of(file), name) else { return Target::Unknown };
        let mut found = candidates(self.files, &path);
        if matches!(Language::of(file), Some(Language::Styles | Language::Markup)) {
            found.extend(partials(&path).iter().flat_map(|path| candidates(self.files, path)));
        }
        match self.other(&path, member) {
            _ if !found.is_empty() => Target::Files(found),
            Some(other) => Target::Built(other),
            None => Target::Unknown,
        }
    }

    /// The member, other than this, that a path lies in.
    fn other(&self, path: &str, member: &RepoPath) -> Option<&'a RepoPath> {
        owner(self.members, path).filter(|owner| *owner != member)
    }

    /// What a package imports of its own by `imports`.
    fn own_import(&self, file: &str, member: &'a RepoPath, name: &str) -> Option<Target<'a>> {
        let imports = self.members.get(member)?.manifest.field("imports")?;
        let leaves = matching(imports, name);
        let mut found = Vec::new();
        for leaf in &leaves {
            if let Some(below) = leaf.strip_prefix("./") {
                found.extend(candidates(self.files, &member.join(below)));
            } else if let Target::Files(files) = self.bare(file, member, leaf) {
                found.extend(files);
            }
        }
        match (leaves.is_empty(), found.is_empty()) {
            (true, _) => None,
            (false, true) => Some(Target::Unknown),
            (false, false) => Some(Target::Files(found)),
        }
    }

    fn bare(&self, file: &str, member: &'a RepoPath, name: &str) -> Target<'a> {
        if let Some((package, below)) = self.package(member, name) {
            return self.of_member(package, below);
        }
        let (package, _) = parts(name);
        let root = self.members.get(member).map(|member| &member.root);
        let is_declared = root.is_some_and(|root| self.declared.get(root).is_some_and(|names| names.contains(package)));
        if is_declared {
            return Target::Outside;
        }
        let below =
            |aliases: &Aliases| aliases.below_bases(name).flat_map(|path| candidates(self.files, &path)).collect();
        let mut found: Vec<&str> = self.aliases.get(member).map(below).unwrap_or_default();
        if matches!(Language::of(file), Some(Language::Styles | Language::Markup)) {
            let beside = resolved(folder_of(file), name).unwrap_or_default();
            let partials = partials(&beside);
            found.extend([beside].iter().chain(&partials).flat_map(|path| candidates(self.files, path)));
        }
        if !found.is_empty() {
            return Target::Files(found);
        }
        if is_built_in(package) { Target::Outside } else { Target::Unknown }
    }

    /// What a member offers: by `exports`, else by its entries or its files.
    fn of_member(&self, path: &'a RepoPath, below: &str) -> Target<'a> {
        let Some(member) = self.members.get(path) else { return Target::Unknown };
        let named: Vec<String> = match member.manifest.field("exports") {
            Some(exports) => {
                let wanted = if below.is_empty() { ".".to_owned() } else { format!("./{below}") };
                matching(exports, &wanted)
            }
            None if below.is_empty() => {
                ENTRIES.iter().filter_map(|field| member.manifest.text(field)).map(str::to_owned).collect()
            }
            None => vec![below.to_owned()],
        };
        let at = |named: &String| path.join(named.trim_start_matches("./"));
        let mut found: Vec<&str> = named.iter().flat_map(|named| candidates(self.files, &at(named))).collect();
        if found.is_empty() && !below.is_empty() {
            let plain = path.join(below);
            let partials = partials(&plain);
            found = [plain].iter().chain(&partials).flat_map(|path| candidates(self.files, path)).collect();
        } else if named.is_empty() {
            found = candidates(self.files, &path.join("index"));
        }
        if found.is_empty() { Target::Built(path) } else { Target::Files(found) }
    }
}

/// Files that a name stands for by aliases; by a pattern all that may match it.
pub fn by_alias<'a>(files: &'a BTreeMap<String, ShownFile>, aliases: &Aliases, name: &str) -> Vec<&'a str> {
    let targets = aliases.targets(name).into_iter();
    targets
        .flat_map(|path| if name.contains('*') { by_path(files, "", &path) } else { candidates(files, &path) })
        .collect()
}

/// Files that a path in a text may stand for: a file, one of a shortened name, all below a folder or of a pattern.
pub fn by_path<'a>(files: &'a BTreeMap<String, ShownFile>, folder: &str, text: &str) -> Vec<&'a str> {
    let (head, is_pattern) = match text.find(['*', '{', '[', '$', '!']) {
        Some(at) => (&text[..text[..at].rfind('/').map_or(0, |slash| slash)], true),
        None => (text.trim_end_matches('/'), false),
    };
    let Some(path) = resolved(folder, head.split('?').next().unwrap_or(head)) else { return Vec::new() };
    let found = if is_pattern { Vec::new() } else { candidates(files, &path) };
    // What holds the folder itself is the repository, or the package: a place, and nothing that is read.
    let is_above = path.is_empty() || folder == path || folder.starts_with(&format!("{path}/"));
    if found.contains(&path.as_str()) || is_above && !is_pattern || path.is_empty() {
        return found;
    }
    let prefix = format!("{path}/");
    let below = files.range(prefix.clone()..).take_while(|(path, _)| path.starts_with(&prefix));
    found.into_iter().chain(below.map(|(path, _)| path.as_str())).collect()
}

/// Files that a path may stand for: itself, with an ending, as a folder's index, or TypeScript by the name of what
/// is made of it.
fn candidates<'a>(files: &'a BTreeMap<String, ShownFile>, path: &str) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    let mut add = |path: &str| found.extend(files.get_key_value(path).map(|(path, _)| path.as_str()));
    add(path);
    for (made, sources) in
        [(".js", [".ts", ".tsx"]), (".jsx", [".tsx", ".ts"]), (".mjs", [".mts", ".ts"]), (".cjs", [".cts", ".ts"])]
    {
        if let Some(stem) = path.strip_suffix(made) {
            sources.iter().for_each(|end| add(&format!("{stem}{end}")));
            add(&format!("{stem}.d.ts"));
        }
    }
    for stem in [format!("{path}."), format!("{path}/index.")] {
        let beside = files.range(stem.clone()..).map(|(path, _)| path.as_str());
        for file in beside.take_while(|file| file.starts_with(&stem)) {
            let end = &file[stem.len()..];
            let of_platform = end.split_once('.').filter(|(platform, _)| PLATFORMS.contains(platform));
            if ENDINGS.contains(&end) || of_platform.is_some_and(|(_, end)| ENDINGS.contains(&end)) {
                found.push(file);
            }
        }
    }
    found
}

/// Paths that a table of `exports` or `imports` has for a name, under whichever condition.
fn matching(table: &Value, name: &str) -> Vec<String> {
    let Some(entries) = table.as_object().filter(|entries| entries.keys().all(|key| key.starts_with(['.', '#'])))
    else {
        // The conditions of `.` alone.
        return if name == "." { leaves(table, "") } else { Vec::new() };
    };
    if let Some(value) = entries.get(name) {
        return leaves(value, "");
    }
    let with_star = entries.iter().filter_map(|(key, value)| {
        let (before, after) = key.split_once('*').or_else(|| key.ends_with('/').then_some((key.as_str(), "")))?;
        let middle = name.strip_prefix(before)?.strip_suffix(after)?;
        Some((before.len(), middle, value))
    });
    with_star.max_by_key(|(length, ..)| *length).map(|(_, middle, value)| leaves(value, middle)).unwrap_or_default()
}

fn leaves(value: &Value, middle: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::String(path) if path.ends_with('/') => found.push(format!("{path}{middle}")),
            Value::String(path) => found.push(path.replace('*', middle)),
            Value::Object(conditions) => open.extend(conditions.values()),
            Value::Array(alternatives) => open.extend(alternatives),
            _ => {}
        }
    }
    found
}

/// The package that a name is of.
pub fn package_of(name: &str) -> &str {
    parts(name).0
}

/// A package's name, and what is behind it.
pub fn parts(name: &str) -> (&str, &str) {
    let end = if name.starts_with('@') { name.match_indices('/').nth(1) } else { name.match_indices('/').next() };
    end.map_or((name, ""), |(at, _)| (&name[..at], &name[at + 1..]))
}

/// Whether a name is of a scheme, as `node:fs` or `virtual:pages`; the first letter alone is a drive.
fn is_of_scheme(name: &str) -> bool {
    let end = name.find([':', '/']).unwrap_or(0);
    end > 1 && name[end..].starts_with(':')
}

/// A Sass file by the names that it may have when others import it: with an underscore, or as a folder's index.
fn partials(path: &str) -> [String; 2] {
    let with_underscore =
        path.rsplit_once('/').map_or_else(|| format!("_{path}"), |(folder, name)| format!("{folder}/_{name}"));
    [with_underscore, format!("{path}/_index")]
}

/// The folder of a file; empty for the repository's.
pub fn folder_of(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}
