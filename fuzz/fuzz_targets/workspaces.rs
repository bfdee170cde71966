//! A whole repository: read as a workspace, and every app of it planned.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    frontage_fuzz::mutate(data, size, max_size, seed)
});

fuzz_target!(|input: &[u8]| frontage_fuzz::read_and_plan(&frontage_fuzz::files(input)));
