//! What builds wait for: `turbo.json`, `nx.json` and `project.json`.
#![no_main]

use std::collections::BTreeMap;

use graph::pipeline::{BUILD, File, Pipeline};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use model::RepoPath;

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    frontage_fuzz::mutate(data, size, max_size, seed)
});

fuzz_target!(|input: &[u8]| {
    let mut root = Vec::new();
    let mut members: BTreeMap<RepoPath, Vec<File>> = BTreeMap::new();
    for (path, text) in frontage_fuzz::texts(input) {
        let folder = path.rsplit_once('/').and_then(|(folder, _)| folder.parse().ok());
        let file = File { path, text };
        match folder {
            Some(folder) => members.entry(folder).or_default().push(file),
            None => root.push(file),
        }
    }
    let name = |folder: &RepoPath| Some(folder.as_str().rsplit('/').next()?.to_owned());
    let (pipeline, _) = Pipeline::read(&root, &members, &RepoPath::root(), name);
    for member in members.keys() {
        for task in pipeline.own(member, BUILD) {
            let _ = (pipeline.needed(member, &task), pipeline.elsewhere(member, &task));
            let _ = pipeline.command(member, &task);
        }
    }
});
