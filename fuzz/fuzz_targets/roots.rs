//! Which folders are roots and members, by whatever says so, and what each member is.
#![no_main]

use graph::detect::{Candidate, detect, detect_declared};
use graph::discover::discover;
use graph::manifest::Manifest;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use model::RepoPath;

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    frontage_fuzz::mutate(data, size, max_size, seed)
});

fuzz_target!(|input: &[u8]| {
    let files = frontage_fuzz::texts(input);
    let manifest = |folder: &RepoPath| {
        let path = folder.join("package.json");
        files.get(&path).and_then(|text| Manifest::read(&path, text.as_bytes()).ok()).unwrap_or_default()
    };
    for root in discover(&files).roots {
        let root_manifest = manifest(&root.folder);
        for member in &root.members {
            let candidate = Candidate {
                path: member,
                root: &root.folder,
                manifest: &manifest(member),
                root_manifest: &root_manifest,
                files: &files,
                is_needed: root.members.len() % 2 == 0,
                is_workspace_root: *member == root.folder && root.members.len() > 1,
            };
            let _ = (detect(&candidate), detect_declared(&candidate));
        }
    }
});
