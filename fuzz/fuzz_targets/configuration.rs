//! `frontage.toml`, and the globs in it.
#![no_main]

use graph::config;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use model::RepoPath;

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    frontage_fuzz::mutate(data, size, max_size, seed)
});

fuzz_target!(|input: &[u8]| {
    let (config, problems) = config::read(input);
    problems.iter().for_each(|problem| drop(problem.to_string()));
    for app in config.apps.values() {
        let globs = [&app.inputs, &app.ignore].into_iter().flatten().flatten();
        if let Ok(globs) = config::glob_set(globs, &RepoPath::root()) {
            globs.is_match("apps/shop/src/index.ts");
        }
    }
});
