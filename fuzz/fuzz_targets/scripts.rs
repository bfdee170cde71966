//! Configuration that is a program, read as data, and images' recipes.
#![no_main]

use graph::detect::{container, nx};
use graph::script;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    frontage_fuzz::mutate(data, size, max_size, seed)
});

fuzz_target!(|input: &[u8]| {
    for (path, text) in frontage_fuzz::texts(input) {
        let read = script::read(&path, &text);
        let _ = (read.at("build.outDir"), read.text("base"), read.module_of("adapter"), read.does_import("@"));
        let project = nx::Project::read(&read.value);
        let _ = project.target("build").map(|target| target.option("outputPath"));
        if path.contains("Dockerfile") {
            let _ = container::read(&text);
        }
    }
});
