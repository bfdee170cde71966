//! `package.json` with what is configured in it, and the commands of its scripts.
#![no_main]

use graph::config;
use graph::detect::command;
use graph::manifest::{LIFECYCLE, Manifest};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    frontage_fuzz::mutate(data, size, max_size, seed)
});

fuzz_target!(|input: &[u8]| {
    let Ok(manifest) = Manifest::read("package.json", input) else { return };
    let _ = config::read_manifest("package.json", input);
    let again = manifest.for_install();
    assert!(Manifest::read("package.json", again.as_bytes()).is_ok(), "what is written of a manifest is one");
    let _ = (manifest.needed(false), manifest.redirected(), manifest.workspaces(), manifest.counted());
    let _ = manifest.text_at(&["devEngines", "packageManager", "version"]);
    for name in ["build", "start", "dev"].iter().chain(&LIFECYCLE) {
        let script = manifest.script_with_hooks(name);
        let expanded = command::expanded(&manifest, name);
        for command in [script, expanded].into_iter().flatten() {
            for program in command::programs(&command) {
                let _ = (program.entry(), program.file(), program.does_watch(), program.port(), program.word());
            }
            let _ = (command::runtime(&command), command::port(&command), command::env_files(&command));
        }
    }
});
