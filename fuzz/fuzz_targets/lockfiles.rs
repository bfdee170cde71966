//! Lockfiles of every package manager, and what manifests beside them find in them.
#![no_main]

use std::sync::Arc;

use graph::lockfile::{FILES, Lockfile};
use graph::manifest::Manifest;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    frontage_fuzz::mutate(data, size, max_size, seed)
});

fuzz_target!(|input: &[u8]| {
    let files = frontage_fuzz::files(input);
    let manifests = files.iter().filter_map(|(path, (_, content))| {
        let folder = path.strip_suffix("package.json")?.trim_end_matches('/');
        Some((folder, Manifest::read(path, content).ok()?))
    });
    let manifests: Vec<(&str, Manifest)> = manifests.collect();
    let root = manifests.first().map(|(_, manifest)| manifest.clone()).unwrap_or_default();
    for (path, (_, content)) in &files {
        if !FILES.contains(&path.as_str()) {
            continue;
        }
        let Ok(lockfile) = Lockfile::read(path, content) else { continue };
        let lockfile = Arc::new(lockfile).with_resolutions(&root);
        let _ = lockfile.read_by("9.1.0");
        for (folder, manifest) in &manifests {
            let wanted = manifest.all_dependencies();
            let _ = lockfile.closure(folder, &wanted, &|folder| folder.len() % 2 == 0);
            for (name, range) in wanted {
                lockfile.holds(folder, name, range);
                let _ = lockfile.link(folder, name, range);
            }
        }
    }
});
