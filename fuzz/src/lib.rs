//! What the targets have in common: how bytes are several files, and how an input is made longer.
//!
//! An input is a text in which `=== PATH` begins a file and `=== PATH -> TARGET` is a symbolic link, so that seeds can
//! be written by hand and findings read. What stands before the first such line is nobody's.

use std::collections::BTreeMap;

use graph::git::SYMBOLIC_LINK;
use graph::{Snapshot, Workspace, plan};
use libfuzzer_sys::fuzzer_mutate;
use model::{EnvironmentName, RepoPath};

/// What begins the line that names a file.
const MARK: &[u8] = b"=== ";

/// Modes and contents by path, as [`Snapshot::in_memory`] takes them.
pub type Files = BTreeMap<String, (&'static str, Vec<u8>)>;

/// The files of an input; of several with one path the last.
pub fn files(input: &[u8]) -> Files {
    let mut files = Files::new();
    let mut path: Option<String> = None;
    for line in input.split_inclusive(|byte| *byte == b'\n') {
        if let Some(name) = line.strip_prefix(MARK) {
            let name = String::from_utf8_lossy(name);
            let name = name.trim_end_matches('\n');
            let (name, file) = match name.split_once(" -> ") {
                Some((name, target)) => (name, (SYMBOLIC_LINK, target.as_bytes().to_vec())),
                None => (name, ("100644", Vec::new())),
            };
            path = is_possible(name).then(|| name.to_owned());
            files.extend(path.clone().map(|path| (path, file)));
        } else if let Some((mode, content)) = path.as_ref().and_then(|path| files.get_mut(path)) {
            if *mode != SYMBOLIC_LINK {
                content.extend(line);
            }
        }
    }
    without_what_lies_in_files(files)
}

/// The same as texts, as the finder of workspaces and the rules see them.
pub fn texts(input: &[u8]) -> BTreeMap<String, String> {
    let text = |(path, (_, content)): (String, (&str, Vec<u8>))| (path, String::from_utf8_lossy(&content).into_owned());
    files(input).into_iter().map(text).collect()
}

/// Reads a workspace and plans every app of it.
pub fn read_and_plan(files: &Files) {
    let Ok(workspace) = Workspace::read(Snapshot::in_memory(files)) else { return };
    let toolchains = plan::as_written(&workspace);
    let inputs = plan::inputs(&workspace, &EnvironmentName::production(), &toolchains);
    for (name, app) in &workspace.apps {
        assert_eq!(inputs[name].key(), plan::plan(&workspace, app, &EnvironmentName::production(), &toolchains).key);
        graph::variables::unset(&workspace, app).expect("nothing in memory is missing");
    }
}

/// Changes an input as libFuzzer does, and now and then says a part of it again and again, by itself or with a number in
/// it: what takes time by the square of a length is found only where something is long.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut random = Random(u64::from(seed) | 1 << 40);
    if random.below(24) > 0 || size < 2 {
        return fuzzer_mutate(data, size, max_size);
    }
    let from = random.below(size);
    let longest = if random.below(2) == 0 { 12 } else { 200 };
    let length = 1 + random.below(longest.min(size - from));
    let part = data[from..from + length].to_vec();
    let number_at = (random.below(2) == 0).then(|| random.below(length));
    let room = max_size.saturating_sub(size) / (1 + random.below(4));
    let rest = data[from + length..size].to_vec();
    let mut repeated = Vec::new();
    for number in 0.. {
        let mut once = part.clone();
        if let Some(at) = number_at {
            once.splice(at..at, number.to_string().into_bytes());
        }
        if repeated.len() + once.len() > room {
            break;
        }
        repeated.extend(once);
    }
    let whole = [&data[..from + length], &repeated, &rest].concat();
    data[..whole.len()].copy_from_slice(&whole);
    whole.len()
}

/// Git lists no other paths.
fn is_possible(path: &str) -> bool {
    let parts = || path.split('/');
    path.parse::<RepoPath>().is_ok() && !path.is_empty() && !parts().any(|part| part.eq_ignore_ascii_case(".git"))
}

/// A path is of a file or of a folder.
fn without_what_lies_in_files(mut files: Files) -> Files {
    let paths: Vec<String> = files.keys().cloned().collect();
    for path in paths {
        if path.match_indices('/').any(|(at, _)| files.contains_key(&path[..at])) {
            files.remove(&path);
        }
    }
    files
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }
}
