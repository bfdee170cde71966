//! Trees as people would draw them: one line for each manifest or link.

use super::*;
use expect_test::{Expect, expect};

/// Lines of a tree: `path = {manifest}` makes a package, `path -> target` a link, `path: text` a file, `path/` a folder.
fn tree(lines: &str) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let place = |path: &str| {
            let place = root.path().join(path.trim());
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            place
        };
        if let Some((path, target)) = line.split_once(" -> ") {
            std::os::unix::fs::symlink(target, place(path)).unwrap();
        } else if let Some((path, text)) = line.split_once(" = ") {
            fs::create_dir_all(place(path)).unwrap();
            fs::write(place(&format!("{path}/package.json")), text).unwrap();
        } else if let Some((path, text)) = line.split_once(": ") {
            fs::write(place(path), text.replace("\\n", "\n")).unwrap();
        } else {
            fs::create_dir_all(place(line)).unwrap();
        }
    }
    root
}

fn wanted(text: &str) -> Wanted {
    text.split(';')
        .map(|entry| {
            let (folder, names) = entry.split_once(':').unwrap();
            (folder.trim().parse().unwrap(), names.split_whitespace().map(str::to_owned).collect())
        })
        .collect()
}

fn show(closure: &Closure) -> String {
    let packages = closure.packages.iter().map(|path| path.display().to_string());
    let links = closure.links.iter().map(|(link, target)| format!("{} -> {}", link.display(), target.display()));
    let programs = closure.programs.iter().map(|path| format!("{} (program)", path.display()));
    let outside = closure.outside.iter().map(|path| format!("{} (outside)", path.display()));
    packages.chain(links).chain(programs).chain(outside).collect::<Vec<_>>().join("\n")
}

/// Members are `apps/web`, `packages/ui` and `packages/dev`; only the first two may be wanted.
fn check(lines: &str, want: &str, expected: Expect) {
    let root = tree(lines);
    let members = ["", "apps/web", "packages/ui", "packages/dev"].map(PathBuf::from).into();
    let installed = Installed { layer: root.path(), manifests: root.path(), members: &members };
    expected.assert_eq(&show(&installed.closure(&wanted(want))));
}

#[test]
fn side_by_side() {
    check(
        r#"
        node_modules/react = {"dependencies": {"loose": "1"}}
        node_modules/loose = {"optionalDependencies": {"absent": "1"}, "peerDependencies": {"peer": "1", "maybe": "1"}, "peerDependenciesMeta": {"maybe": {"optional": true}}}
        node_modules/peer = {}
        node_modules/maybe = {}
        node_modules/@s/a = {"dependencies": {"loose": "2"}}
        node_modules/@s/a/node_modules/loose = {}
        node_modules/vite = {}
        node_modules/ui -> ../packages/ui
        node_modules/dev -> ../packages/dev
        packages/ui/node_modules/clsx = {}
        node_modules/clsx = {}
        node_modules/.bin/loose -> ../loose/cli.js
        node_modules/.bin/vite -> ../vite/cli.js
        node_modules/loose/cli.js: x
        node_modules/vite/cli.js: x
        "#,
        "apps/web: react @s/a ui dev; packages/ui: clsx",
        expect![[r#"
            node_modules/@s/a
            node_modules/@s/a/node_modules/loose
            node_modules/loose
            node_modules/peer
            node_modules/react
            packages/ui/node_modules/clsx
            node_modules/.bin/loose -> ../loose/cli.js
            node_modules/ui -> ../packages/ui"#]],
    );
}

#[test]
fn each_in_a_folder_of_its_own() {
    check(
        r#"
        node_modules/.pnpm/next@1/node_modules/next = {"dependencies": {"styled": "1"}, "peerDependencies": {"sass": "1", "pg": "1"}, "peerDependenciesMeta": {"sass": {"optional": true}, "pg": {"optional": true}}}
        node_modules/.pnpm/next@1/node_modules/next/cli.js: x
        node_modules/.pnpm/next@1/node_modules/styled -> ../../styled@1/node_modules/styled
        node_modules/.pnpm/next@1/node_modules/sass -> ../../sass@1/node_modules/sass
        node_modules/.pnpm/next@1/node_modules/pg -> ../../pg@1/node_modules/pg
        node_modules/.pnpm/styled@1/node_modules/styled = {}
        node_modules/.pnpm/sass@1/node_modules/sass = {}
        node_modules/.pnpm/pg@1/node_modules/pg = {}
        node_modules/.pnpm/node_modules/styled -> ../styled@1/node_modules/styled
        node_modules/.pnpm/node_modules/sass -> ../sass@1/node_modules/sass
        apps/web/node_modules/next -> ../../../node_modules/.pnpm/next@1/node_modules/next
        apps/web/node_modules/pg -> ../../../node_modules/.pnpm/pg@1/node_modules/pg
        apps/web/node_modules/sass -> ../../../node_modules/.pnpm/sass@1/node_modules/sass
        apps/web/node_modules/ui -> ../../../packages/ui
        apps/web/node_modules/.bin/next: #!/bin/sh\nbasedir=x\n  exec node  "$basedir/../next/cli.js" "$@"
        apps/web/node_modules/.bin/sass: #!/bin/sh\nbasedir=x\n  exec node  "$basedir/../sass/cli.js" "$@"
        node_modules/.pnpm/sass@1/node_modules/sass/cli.js: x
        "#,
        "apps/web: next pg ui; packages/ui:",
        expect![[r#"
            node_modules/.pnpm/next@1/node_modules/next
            node_modules/.pnpm/pg@1/node_modules/pg
            node_modules/.pnpm/styled@1/node_modules/styled
            apps/web/node_modules/next -> ../../../node_modules/.pnpm/next@1/node_modules/next
            apps/web/node_modules/pg -> ../../../node_modules/.pnpm/pg@1/node_modules/pg
            apps/web/node_modules/ui -> ../../../packages/ui
            node_modules/.pnpm/next@1/node_modules/pg -> ../../pg@1/node_modules/pg
            node_modules/.pnpm/next@1/node_modules/styled -> ../../styled@1/node_modules/styled
            node_modules/.pnpm/node_modules/styled -> ../styled@1/node_modules/styled
            apps/web/node_modules/.bin/next (program)"#]],
    );
}

#[test]
fn folders_that_are_no_members() {
    check(
        r#"
        node_modules/vendored -> ../vendor/vendored
        vendor/vendored = {"dependencies": {"inner": "1"}}
        node_modules/inner = {}
        node_modules/built -> ../packages/ui/dist
        "#,
        "apps/web: vendored built",
        expect![[r#"
            node_modules/inner
            node_modules/built -> ../packages/ui/dist
            node_modules/vendored -> ../vendor/vendored
            packages/ui/dist (outside)
            vendor/vendored (outside)"#]],
    );
}

#[test]
fn trees_that_mean_harm() {
    check(
        r#"
        node_modules/circle -> circle
        node_modules/one -> two
        node_modules/two -> one
        node_modules/etc -> /etc
        node_modules/up -> ../../../../../../../../etc
        node_modules/all -> ../node_modules
        node_modules/store -> .pnpm
        node_modules/.pnpm/x/y: z
        node_modules/file: no folder
        node_modules/inside -> /srv/repo/node_modules/fine
        node_modules/fine = {"dependencies": {"../../etc": "1", "": "1", "/etc": "1", "..": "1", "fine": "1", "__proto__": "1"}}
        node_modules/broken = {"dependencies":
        node_modules/strange = [1]
        node_modules/deep/node_modules/deep -> ../..
        node_modules/deep/node_modules/deep2 = {}
        "#,
        "apps/web: circle one two etc up all store file inside fine broken strange deep ../x @s",
        expect![[r#"
            node_modules/broken
            node_modules/deep
            node_modules/fine
            node_modules/strange
            node_modules/inside -> /srv/repo/node_modules/fine"#]],
    );
}

#[test]
fn programs_are_found_by_their_words() {
    let root = tree(
        r#"
        node_modules/.bin/tsx -> ../tsx/dist/cli.mjs
        node_modules/tsx = {}
        apps/web/node_modules/.bin/next: #!/bin/sh\n  exec node  "$basedir/../next/dist/bin/next" "$@"
        apps/web/node_modules/.bin/scoped -> ../../../../node_modules/@s/cli/bin/x.js
        node_modules/.bin/bad -> /etc/passwd
        "#,
    );
    let members = BTreeSet::new();
    let installed = Installed { layer: root.path(), manifests: root.path(), members: &members };
    let folder = "apps/web".parse().unwrap();
    let words = ["next", "start", "tsx", "bad", "scoped", "../x", "node"];
    let found: Vec<String> =
        installed.programs(&folder, words).into_iter().map(|(folder, names)| format!("{folder}: {names:?}")).collect();
    assert_eq!(found, [r#": ["tsx"]"#, r#"apps/web: ["next", "@s/cli"]"#]);
}

#[test]
fn a_chain_of_many_packages() {
    let root = tempfile::tempdir().unwrap();
    for number in 0..2_000 {
        let folder = root.path().join(format!("node_modules/p{number}"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("package.json"), format!(r#"{{"dependencies": {{"p{}": "1"}}}}"#, number + 1)).unwrap();
    }
    let members = BTreeSet::new();
    let installed = Installed { layer: root.path(), manifests: root.path(), members: &members };
    assert_eq!(installed.closure(&wanted("apps/web: p0")).packages.len(), 2_000);
}

#[test]
fn scripts_in_bin_say_what_they_start() {
    let check = |line: &str, expected: Option<&str>| {
        let text = format!("#!/bin/sh\nexport NODE_PATH=\"$basedir_abs\"/'../x'\n{line}\nexit $?\n");
        assert_eq!(target_of_script(&text).as_deref(), expected.map(Path::new), "{line}");
    };
    check(r#"  exec node  "$basedir/../next/dist/bin/next" "$@""#, Some("../next/dist/bin/next"));
    check(r#""$basedir/../esbuild/bin/esbuild"   "$@""#, Some("../esbuild/bin/esbuild"));
    check(r#"exec node "$basedir_abs"/'../next/dist/bin/next'   "$@""#, Some("../next/dist/bin/next"));
    let both = "  exec \"$basedir/node.exe\"  \"$basedir_win\"/'../x/cli.js' \"$@\"\nelse\n  exec node  \"$basedir_abs\"/'../x/cli.js' \"$@\"";
    check(both, Some("../x/cli.js"));
    check("echo nothing", None);
}

#[test]
fn packages_with_scripts_are_found_in_every_layout() {
    let root = tree(
        r#"
        node_modules/esbuild = {"scripts": {"postinstall": "x"}}
        node_modules/plain = {"scripts": {"test": "x"}}
        node_modules/plain/node_modules/@s/nested = {"scripts": {"install": "x"}}
        node_modules/plain/fixtures/not = {"scripts": {"install": "x"}}
        node_modules/.bun/addon@1/node_modules/addon = {}
        node_modules/.bun/addon@1/node_modules/addon/binding.gyp: x
        apps/web/node_modules/own = {"scripts": {"preinstall": "x"}}
        node_modules/linked -> ../apps
        "#,
    );
    assert_eq!(with_scripts(root.path()), ["@s/nested", "addon", "esbuild", "own"]);
}
