//! The paths of a commit, each by its place in their order: found by name, by a name that lacks an ending, by folder, and
//! with the member that owns each.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use model::{RepoPath, resolved};

use crate::workspace::Workspace;

/// Endings that an import may leave out.
const ENDINGS: [&str; 23] = [
    "ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs", "json", "d.ts", "d.mts", "d.cts", "vue", "svelte", "astro",
    "mdx", "css", "scss", "sass", "less", "styl", "pcss", "html",
];

/// What may stand between a name and its ending for one platform.
const PLATFORMS: [&str; 8] = ["web", "native", "ios", "android", "browser", "server", "client", "node"];

/// What TypeScript's sources are called by the name of what is made of them.
const MADE: [(&str, [&str; 3]); 4] = [
    (".js", [".ts", ".tsx", ".d.ts"]),
    (".jsx", [".tsx", ".ts", ".d.ts"]),
    (".mjs", [".mts", ".ts", ".d.ts"]),
    (".cjs", [".cts", ".ts", ".d.ts"]),
];

/// By how many texts one with choices is told at most.
const MOST_CHOICES: usize = 20;

/// Of how many patterns it is remembered what they match.
const MOST_MATCHERS: usize = 256;

/// The paths of a commit.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    /// In order.
    all: Vec<String>,
    places: HashMap<String, u32>,
    /// Files by their paths without an ending that an import may leave out.
    stems: HashMap<String, Vec<u32>>,
    members: Vec<RepoPath>,
    /// The place of each file's owner among the members.
    owners: Vec<Option<u32>>,
    /// What patterns match that were asked about.
    matchers: Arc<Mutex<HashMap<String, Option<Arc<GlobSet>>>>>,
}

/// What a path in a text may stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// Files that it names, or that a pattern in it may mean.
    pub files: Vec<u32>,
    /// The folder that it names.
    pub folder: String,
    /// All files below that.
    pub below: Vec<u32>,
    /// Patterns of paths that are looked through for them.
    pub through: Vec<String>,
}

impl Named {
    /// All of them.
    pub fn all(self) -> impl Iterator<Item = u32> {
        self.files.into_iter().chain(self.below)
    }
}

impl Paths {
    /// Of a workspace, whose members and their files are known.
    pub fn new(workspace: &Workspace) -> Paths {
        let all: Vec<String> = workspace.snapshot.files.keys().cloned().collect();
        let mut places = HashMap::with_capacity(all.len());
        let mut stems: HashMap<String, Vec<u32>> = HashMap::new();
        for (path, place) in all.iter().zip(0..) {
            places.insert(path.clone(), place);
            for stem in stems_of(path) {
                stems.entry(stem.to_owned()).or_default().push(place);
            }
        }
        let members: Vec<RepoPath> = workspace.members.keys().filter(|member| !member.is_root()).cloned().collect();
        let mut owners = vec![None; all.len()];
        for (member, at) in members.iter().zip(0..) {
            for file in workspace.files_of(member) {
                owners[places[file.path.as_str()] as usize] = Some(at);
            }
        }
        Paths { all, places, stems, members, owners, matchers: Arc::default() }
    }

    /// The path of a file.
    pub fn path(&self, file: u32) -> &str {
        &self.all[file as usize]
    }

    /// Names of all folders.
    pub fn folders(&self) -> HashSet<Box<str>> {
        let folders = self.all.iter().filter_map(|path| Some(path.rsplit_once('/')?.0));
        folders.flat_map(|folders| folders.split('/')).map(Into::into).collect()
    }

    /// The place of a file.
    pub fn place(&self, path: &str) -> Option<u32> {
        self.places.get(path).copied()
    }

    /// The member with the longest path of those whose folder holds a file, but for one at the repository's root.
    pub fn owner(&self, file: u32) -> Option<&RepoPath> {
        self.owners[file as usize].map(|member| &self.members[member as usize])
    }

    /// Files that a path may stand for: itself, with an ending, as a folder's index, or TypeScript by the name of what
    /// is made of it.
    pub fn candidates(&self, path: &str) -> Vec<u32> {
        // `names_of` says the same of a file.
        let mut found: Vec<u32> = self.place(path).into_iter().collect();
        for (made, sources) in MADE {
            if let Some(stem) = path.strip_suffix(made) {
                found.extend(sources.iter().filter_map(|end| self.place(&format!("{stem}{end}"))));
            }
        }
        let mut of_stem = |stem: &str| found.extend(self.stems.get(stem).into_iter().flatten());
        of_stem(path);
        of_stem(&format!("{path}/index"));
        found
    }

    /// Files that a path in a text may stand for: a file, one of a shortened name, all below a folder or of a pattern.
    pub fn by_text(&self, folder: &str, text: &str) -> Named {
        let divided = divided(text);
        let head = divided.map_or(text.trim_end_matches('/'), |(head, _)| head);
        let is_pattern = divided.is_some();
        let Some(path) = resolved(folder, head.split('?').next().unwrap_or(head)) else { return Named::default() };
        let mut files = if is_pattern { Vec::new() } else { self.candidates(&path) };
        // What holds the folder itself is the repository, or the package: a place, and nothing that is read.
        let is_above = path.is_empty() || folder == path || folder.starts_with(&format!("{path}/"));
        let is_file = self.place(&path).is_some() && !is_pattern;
        if is_file || is_above && !is_pattern || path.is_empty() {
            return Named { files, ..Named::default() };
        }
        if let Some((_, pattern)) = divided {
            files.extend(self.matching(&path, pattern, self.below(&path)));
            return Named { files, through: vec![looked_through(&path, Some(pattern))], ..Named::default() };
        }
        let below: Vec<u32> = self.below(&path).collect();
        let through = (!below.is_empty()).then(|| looked_through(&path, None)).into_iter().collect();
        Named { files, through, below, folder: path }
    }

    /// Files that a pattern or a path in a folder means without doubt, whatever lies in front.
    pub fn meant(&self, folder: &str, text: &str) -> Vec<u32> {
        let divided = divided(text);
        let Some(path) = resolved(folder, divided.map_or(text, |(head, _)| head)) else { return Vec::new() };
        let below: Vec<u32> = match path.as_str() {
            "" => self.below("").collect(),
            path => self.below(path).chain(self.place(path)).collect(),
        };
        let Some((_, pattern)) = divided else { return below };
        self.matching(&path, pattern, below.into_iter())
    }

    /// Those of some files that a pattern below a folder may mean.
    fn matching(&self, folder: &str, pattern: &str, files: impl Iterator<Item = u32> + Clone) -> Vec<u32> {
        let pattern = pattern.trim_end_matches('/');
        if !is_told(pattern) {
            return files.collect();
        }
        // Patterns are slow to make, and of most it is seen by their ends that they match nothing.
        let end = pattern.rfind(['*', '}']).map_or(pattern, |at| &pattern[at + 1..]);
        // Below `**` there may be no folder.
        let end = end.trim_start_matches('/');
        let mut likely = files.clone().filter(|file| self.path(*file).contains(end)).peekable();
        if likely.peek().is_none() {
            return Vec::new();
        }
        let Some(matcher) = self.matcher(pattern) else { return files.collect() };
        let below = |file: &u32| {
            let path = self.path(*file);
            if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') }
        };
        likely.filter(|file| below(file).is_some_and(|path| matcher.is_match(path))).collect()
    }

    /// What a pattern matches; none if it is too long.
    fn matcher(&self, pattern: &str) -> Option<Arc<GlobSet>> {
        let known = || self.matchers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(matcher) = known().get(pattern) {
            return matcher.clone();
        }
        let made = matcher(pattern).map(Arc::new);
        if known().len() < MOST_MATCHERS {
            known().insert(pattern.to_owned(), made.clone());
        }
        made
    }

    /// Files in a folder and below.
    fn below(&self, folder: &str) -> Range<u32> {
        let place = |at| u32::try_from(at).expect("a commit has fewer files");
        if folder.is_empty() {
            return 0..place(self.all.len());
        }
        let prefix = format!("{folder}/");
        let first = self.all.partition_point(|path| *path < prefix);
        let after = self.all[first..].partition_point(|path| path.starts_with(&prefix));
        place(first)..place(first + after)
    }
}

/// Paths that may stand for a file: those of which `Paths::candidates` gives it.
pub fn names_of(file: &str) -> impl Iterator<Item = String> {
    let by_made = move |(made, sources): (&'static str, [&'static str; 3])| {
        sources.into_iter().filter_map(move |end| file.strip_suffix(end)).map(move |stem| format!("{stem}{made}"))
    };
    let of_folder = |stem: &str| stem.strip_suffix("/index").map(str::to_owned);
    let by_stem = stems_of(file).flat_map(move |stem| of_folder(stem).into_iter().chain([stem.to_owned()]));
    by_stem.chain([file.to_owned()]).chain(MADE.into_iter().flat_map(by_made))
}

/// How the paths of other files begin that a path may stand for.
pub fn beginnings(path: &str) -> Vec<String> {
    let of_made = MADE.iter().filter_map(|(made, _)| path.strip_suffix(made)).map(|stem| format!("{stem}."));
    [format!("{path}."), format!("{path}/index.")].into_iter().chain(of_made).collect()
}

/// The folders in front of a pattern; none if a text is none.
pub fn head_of(text: &str) -> Option<&str> {
    divided(text).map(|(head, _)| head)
}

/// The folders in front of a pattern, and the rest of it; none if a text is none.
fn divided(text: &str) -> Option<(&str, &str)> {
    let before = before_pattern(text)?;
    let (head, pattern) = text.split_at(before.rfind('/').unwrap_or(0));
    Some((head, pattern.trim_start_matches('/')))
}

/// What is looked through for a text in a folder, as a pattern of paths.
pub fn through(folder: &str, text: &str) -> Option<String> {
    let divided = divided(text);
    let path = resolved(folder, divided.map_or(text, |(head, _)| head))?;
    Some(looked_through(&path, divided.map(|(_, pattern)| pattern)))
}

fn looked_through(folder: &str, pattern: Option<&str>) -> String {
    let pattern = pattern.filter(|pattern| is_told(pattern)).unwrap_or("**");
    if folder.is_empty() { pattern.to_owned() } else { format!("{}/{pattern}", globset::escape(folder)) }
}

/// Whether one of several patterns of paths that are looked through matches a path.
pub fn is_looked_through(patterns: &BTreeSet<String>, path: &str) -> bool {
    let may_match = |pattern: &&String| before_pattern(pattern).is_none_or(|before| path.starts_with(before));
    patterns.iter().filter(may_match).any(|pattern| matcher(pattern).is_none_or(|matcher| matcher.is_match(path)))
}

/// What stands in front of what is open in a pattern; none if a text is none.
pub fn before_pattern(text: &str) -> Option<&str> {
    text.find(['*', '{', '[', '$', '!']).map(|at| &text[..at])
}

/// Whether a text is a pattern with nothing in front but a way to where it begins: it may be about anything, most often
/// about addresses.
pub fn is_bare(text: &str) -> bool {
    before_pattern(text)
        .is_some_and(|before| before.split('/').all(|part| part.is_empty() || part == "." || part == ".."))
}

/// Whether a pattern says which folders' files of which kind it means, and not all of a kind that there are anywhere.
pub fn means_files(text: &str) -> bool {
    let pattern = divided(text).map_or(text, |(_, pattern)| pattern);
    let (folders, name) = pattern.rsplit_once('/').unwrap_or(("", pattern));
    let is_of_ending = |char: char| char.is_ascii_alphanumeric() || "{,}".contains(char);
    let has_ending =
        name.rsplit_once('.').is_some_and(|(_, ending)| !ending.is_empty() && ending.chars().all(is_of_ending));
    has_ending && !folders.starts_with("**") && is_told(pattern)
}

/// A text with each of its choices in the place of all of them; none if there are no plain ones, or too many.
pub fn expanded(text: &str) -> Option<Vec<String>> {
    if !text.contains('{') || !has_plain_choices(text) {
        return None;
    }
    let mut all = vec![text.to_owned()];
    // All have as many left.
    while all[0].contains('{') {
        let each = all.iter().flat_map(|text| {
            let (before, rest) = text.split_once('{').unwrap_or((text, ""));
            let (inside, behind) = rest.split_once('}').unwrap_or((rest, ""));
            inside.split(',').map(move |choice| format!("{before}{choice}{behind}"))
        });
        all = each.take(MOST_CHOICES + 1).collect();
        if all.len() > MOST_CHOICES {
            return None;
        }
    }
    Some(all)
}

/// Whether it can be told what a pattern matches: what stands in it may be put together while something runs (`$`), or
/// dialects differ about it.
fn is_told(pattern: &str) -> bool {
    let is_open = pattern.contains(['$', '!', '[', '(', '?', '\\']) || pattern.contains("..");
    !is_open && has_plain_choices(pattern)
}

/// What a pattern matches; none if it is too long.
fn matcher(pattern: &str) -> Option<GlobSet> {
    // What matches a folder means all that is in it.
    let patterns = [pattern, &format!("{pattern}/**")];
    let mut globs = GlobSetBuilder::new();
    for pattern in patterns {
        globs.add(GlobBuilder::new(pattern).literal_separator(true).build().ok()?);
    }
    globs.build().ok()
}

/// Whether what stands in braces are choices, none of them empty, and no name of something or range.
fn has_plain_choices(pattern: &str) -> bool {
    let mut rest = pattern;
    while let Some((_, behind)) = rest.split_once('{') {
        let Some((inside, behind)) = behind.split_once('}') else { return false };
        if inside.contains('{') || !inside.contains(',') || inside.split(',').any(str::is_empty) {
            return false;
        }
        rest = behind;
    }
    !rest.contains('}')
}

/// A path without an ending, and without what it says of a platform besides.
fn stems_of(path: &str) -> impl Iterator<Item = &str> {
    let name = path.rfind('/').map_or(0, |slash| slash + 1);
    let dots = path[name..].match_indices('.').map(move |(at, _)| name + at);
    dots.filter_map(move |dot| {
        let end = &path[dot + 1..];
        let of_platform = end.split_once('.').filter(|(platform, _)| PLATFORMS.contains(platform));
        let is_ending = ENDINGS.contains(&end) || of_platform.is_some_and(|(_, end)| ENDINGS.contains(&end));
        is_ending.then_some(&path[..dot])
    })
}
