//! Modules of every language and the names that stand for them, in a workspace of an app and a package.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};

/// What every input is laid over; it may go on with the last file.
const AROUND: &[u8] = br#"
=== package.json
{"name": "root", "private": true, "workspaces": ["apps/*", "packages/*"]}
=== apps/shop/package.json
{"name": "shop", "private": true, "scripts": {"build": "vite build"}, "dependencies": {"ui": "*"}}
=== apps/shop/index.html
<script type="module" src="/src/main.tsx"></script>
=== apps/shop/vite.config.ts
export default { base: "/" };
=== packages/ui/package.json
{"name": "ui", "exports": {".": "./src/index.ts", "./*": "./src/*.ts"}, "sideEffects": ["*.css"]}
=== packages/ui/src/index.ts
export * from "./button";
=== packages/ui/src/button.ts
export const button = 1;
=== packages/ui/src/more.ts
"#;

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    frontage_fuzz::mutate(data, size, max_size, seed)
});

fuzz_target!(|input: &[u8]| frontage_fuzz::read_and_plan(&frontage_fuzz::files(&[AROUND, input].concat())));
