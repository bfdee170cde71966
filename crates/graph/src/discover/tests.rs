//! Workspaces of small repositories: their files, a line each, and then what is found.

use expect_test::{Expect, expect};

use super::*;

/// Finds the workspaces of a repository. A line is a path, or a path, ` = ` and a text.
fn check(files: &str, expect: Expect) {
    let lines = files.lines().map(str::trim).filter(|line| !line.is_empty());
    let files: BTreeMap<String, String> = lines
        .map(|line| {
            let (path, text) = line.split_once(" = ").unwrap_or((line, ""));
            let text = if text.is_empty() && path.ends_with("package.json") { "{}" } else { text };
            (path.to_owned(), text.replace("\\n", "\n"))
        })
        .collect();
    let found = discover(&files);
    let mut told = String::new();
    for root in &found.roots {
        let manager = root.manager.map_or("no manager".to_owned(), |manager| manager.to_string());
        let lockfile = root.lockfile.as_deref().unwrap_or("no lockfile");
        let members: Vec<&str> = root.members.iter().map(shown).collect();
        let head = format!("{} by {:?}, {manager}, {lockfile}", shown(&root.folder), root.said_by);
        told.push_str(&format!("{head}: {}\n", members.join(" ")));
    }
    for problem in &found.problems {
        told.push_str(&format!("{problem}\n"));
    }
    expect.assert_eq(&told);
}

fn shown(path: &RepoPath) -> &str {
    if path.is_root() { "." } else { path.as_str() }
}

#[test]
fn what_names_the_members() {
    check(
        r#"
        package.json = {"workspaces": ["apps/*", "packages/**"]}
        package-lock.json
        apps/shop/package.json
        apps/shop/nested/package.json
        apps/notes.md
        packages/ui/core/package.json
        packages/ui/node_modules/x/package.json
        other/package.json
        "#,
        expect![[r#"
            . by Workspaces, npm, package-lock.json: . apps/shop packages/ui/core
        "#]],
    );
    check(
        r#"
        package.json = {"workspaces": {"packages": ["./apps/*/", "libs/ui"], "nohoist": ["**"]}}
        yarn.lock = # yarn lockfile v1
        apps/shop/package.json
        libs/ui/package.json
        "#,
        expect![[r#"
            . by Workspaces, Yarn 1, yarn.lock: . apps/shop libs/ui
        "#]],
    );
    check(
        r#"
        pnpm-workspace.yaml = packages:\n  - "apps/**"\n  - "!**/legacy/**"\n  - packages/ui\ncatalog:\n  react: ^19
        pnpm-lock.yaml
        package.json
        apps/shop/package.json
        apps/legacy/old/package.json
        packages/ui/package.json
        "#,
        expect![[r#"
            . by PnpmWorkspace, pnpm, pnpm-lock.yaml: . apps/shop packages/ui
        "#]],
    );
}

#[test]
fn of_two_that_differ_the_one_that_the_package_manager_reads() {
    check(
        r#"
        pnpm-workspace.yaml = packages: ["apps/*"]
        package.json = {"workspaces": ["packages/*"]}
        apps/shop/package.json
        packages/ui/package.json
        "#,
        expect![[r#"
            . by PnpmWorkspace, no manager, no lockfile: . apps/shop
        "#]],
    );
    check(
        r#"
        pnpm-workspace.yaml = packages: ["apps/*"]
        package.json = {"workspaces": ["packages/*"], "packageManager": "bun@1.2.0"}
        bun.lock
        apps/shop/package.json
        packages/ui/package.json
        "#,
        expect![[r#"
            . by Workspaces, Bun, bun.lock: . packages/ui
        "#]],
    );
    check(
        r#"
        pnpm-workspace.yaml = onlyBuiltDependencies: [esbuild]
        package.json = {"workspaces": ["packages/*"]}
        packages/ui/package.json
        "#,
        expect![[r#"
            . by Workspaces, no manager, no lockfile: . packages/ui
        "#]],
    );
}

#[test]
fn globs_that_exclude_and_globs_that_leave() {
    check(
        r#"
        package.json = {"workspaces": ["packages/*", "!packages/old*", "packages/older", "../elsewhere/*", "[", "packages/../apps/*"]}
        bun.lockb
        packages/ui/package.json
        packages/old/package.json
        packages/older/package.json
        apps/shop/package.json
        "#,
        expect![[r#"
            . by Workspaces, Bun, bun.lockb: . apps/shop packages/older packages/ui
            package.json: the workspace glob `../elsewhere/*` leaves the repository
            hint: members lie in the repository that is served: take the glob out, or move them
            package.json: the workspace glob `[` cannot be read: unclosed character class; missing ']'
        "#]],
    );
    check(
        r#"
        web/pnpm-workspace.yaml = packages: ["apps/*", "../shared/*", "../../out"]
        web/pnpm-lock.yaml
        web/apps/shop/package.json
        shared/ui/package.json
        "#,
        expect![[r#"
            web by PnpmWorkspace, pnpm, web/pnpm-lock.yaml: shared/ui web/apps/shop
            web/pnpm-workspace.yaml: the workspace glob `../../out` leaves the repository
            hint: members lie in the repository that is served: take the glob out, or move them
        "#]],
    );
}

#[test]
fn projects_of_nx() {
    check(
        r#"
        package.json
        nx.json
        package-lock.json
        apps/shop/project.json
        libs/ui/project.json
        "#,
        expect![[r#"
            . by Nx, npm, package-lock.json: . apps/shop libs/ui
        "#]],
    );
    check(
        r#"
        package.json = {"workspaces": ["packages/*"]}
        nx.json
        yarn.lock = __metadata:\n  version: 8
        packages/ui/package.json
        apps/shop/project.json
        "#,
        expect![[r#"
            . by Workspaces, Yarn, yarn.lock: . apps/shop packages/ui
        "#]],
    );
}

#[test]
fn lockfiles_and_single_packages() {
    check(
        r#"
        client/package.json
        client/package-lock.json
        server/package.json
        server/yarn.lock
        server/.yarnrc.yml
        tests/fixtures/app/package.json
        tests/fixtures/app/package-lock.json
        .github/action/package.json
        .github/action/package-lock.json
        readme.md
        "#,
        expect![[r#"
            client by Lockfile, npm, client/package-lock.json: client
            server by Lockfile, Yarn, server/yarn.lock: server
        "#]],
    );
    check(
        "package.json\npnpm-lock.yaml\nindex.html",
        expect![[r#"
        . by Lockfile, pnpm, pnpm-lock.yaml: .
    "#]],
    );
    check(
        "package.json\ndocs/package.json",
        expect![[r#"
        . by Alone, no manager, no lockfile: .
    "#]],
    );
    check(
        "a/package.json\nb/package.json\nc/d/package.json",
        expect![[r#"
        a by Alone, no manager, no lockfile: a
        b by Alone, no manager, no lockfile: b
    "#]],
    );
    check(
        "examples/a/package.json\nexamples/a/package-lock.json",
        expect![[r#"
        examples/a by Lockfile, npm, examples/a/package-lock.json: examples/a
    "#]],
    );
    check("readme.md", expect![[r#""#]]);
    check(
        r#"
        package.json = {"packageManager": "pnpm@10.0.0"}
        pnpm-lock.yaml
        pnpm-workspace.yaml = onlyBuiltDependencies: [esbuild]
        docs/package.json
        docs/package-lock.json
        "#,
        expect![[r#"
            . by Lockfile, pnpm, pnpm-lock.yaml: .
            docs by Lockfile, npm, docs/package-lock.json: docs
        "#]],
    );
}

#[test]
fn workspaces_in_folders() {
    check(
        r#"
        go.mod
        web/pnpm-workspace.yaml = packages: ["apps/*"]
        web/package.json
        web/pnpm-lock.yaml
        web/apps/shop/package.json
        sdk/package.json
        sdk/package-lock.json
        "#,
        expect![[r#"
            sdk by Lockfile, npm, sdk/package-lock.json: sdk
            web by PnpmWorkspace, pnpm, web/pnpm-lock.yaml: web web/apps/shop
        "#]],
    );
    check(
        r#"
        package.json = {"workspaces": ["packages/*"]}
        yarn.lock = __metadata:
        packages/ui/package.json
        www/package.json = {"workspaces": ["apps/*"], "packageManager": "yarn@4.1.0"}
        www/yarn.lock
        www/apps/docs/package.json
        examples/one/package.json
        examples/one/package-lock.json
        templates/monorepo/package.json = {"workspaces": ["apps/*"]}
        templates/monorepo/yarn.lock
        templates/monorepo/apps/web/package.json
        "#,
        expect![[r#"
            . by Workspaces, Yarn, yarn.lock: . packages/ui
            www by Workspaces, Yarn, www/yarn.lock: www www/apps/docs
        "#]],
    );
}

#[test]
fn package_managers_and_lockfiles() {
    check(
        "package.json = {\"packageManager\": \"pnpm@9.0.0\"}\npnpm-lock.yaml\npackage-lock.json",
        expect![[r#"
        . by Lockfile, pnpm, pnpm-lock.yaml: .
    "#]],
    );
    check(
        "package.json = {\"packageManager\": \"pnpm@9.0.0\"}\npackage-lock.json",
        expect![[r#"
        . by Lockfile, pnpm, no lockfile: .
        package.json: `packageManager` is `pnpm@9.0.0`, but the lockfile is `package-lock.json`
        hint: commit the lockfile of that package manager, or name the other
    "#]],
    );
    check(
        "package.json\npnpm-lock.yaml\npackage-lock.json",
        expect![[r#"
        . by Lockfile, no manager, no lockfile: .
        package.json: there are several lockfiles: `package-lock.json`, `pnpm-lock.yaml`
        hint: keep one of them, or say which by `packageManager` in `package.json`
    "#]],
    );
    check(
        "package.json\npnpm-lock.yaml\nyarn.lock\npnpm-workspace.yaml",
        expect![[r#"
        . by Lockfile, pnpm, pnpm-lock.yaml: .
    "#]],
    );
    check(
        "package.json\nnpm-shrinkwrap.json\npackage-lock.json",
        expect![[r#"
        . by Lockfile, npm, npm-shrinkwrap.json: .
    "#]],
    );
    check(
        "package.json\nbun.lock\nbun.lockb",
        expect![[r#"
        . by Lockfile, Bun, bun.lock: .
    "#]],
    );
    check(
        "package.json = {\"packageManager\": \"yarn@1.22.22+sha512.abc\"}",
        expect![[r#"
        . by Alone, Yarn 1, no lockfile: .
    "#]],
    );
    check(
        "package.json = {\"devEngines\": {\"packageManager\": {\"name\": \"pnpm\"}}}\npnpm-lock.yaml",
        expect![[r#"
            . by Lockfile, pnpm, pnpm-lock.yaml: .
        "#]],
    );
    check(
        "package.json = {\"packageManager\": \"cargo@1\"}",
        expect![[r#"
            . by Alone, no manager, no lockfile: .
            package.json: `packageManager` is `cargo@1`; npm, pnpm, Yarn and Bun can be had
            hint: name one of them, in the version that writes the lockfile, such as `npm@11.1.0`
        "#]],
    );
    check(
        "package.json\nyarn.lock\n.yarnrc.yml",
        expect![[r#"
        . by Lockfile, Yarn, yarn.lock: .
    "#]],
    );
}

#[test]
fn what_cannot_be_read_is_told() {
    check(
        "package.json = {\"workspaces\": \"apps/*\"}\napps/a/package.json",
        expect![[r#"
        . by Alone, no manager, no lockfile: .
        package.json: `workspaces` must be a list of globs
        hint: name the members' folders: `"workspaces": ["apps/*", "packages/*"]`
    "#]],
    );
    check(
        "package.json = {\"workspaces\": [1]}",
        expect![[r#"
        . by Alone, no manager, no lockfile: .
        package.json: `workspaces` must be a list of globs
        hint: name the members' folders: `"workspaces": ["apps/*", "packages/*"]`
    "#]],
    );
    check(
        "package.json = {",
        expect![[r#"
        . by Alone, no manager, no lockfile: .
        package.json:1:1: it cannot be read: EOF while parsing an object
    "#]],
    );
    check(
        "package.json\npnpm-workspace.yaml = packages: {a: [",
        expect![[r#"
            . by Alone, no manager, no lockfile: .
            pnpm-workspace.yaml:1:11: it cannot be read: expected sequence start
        "#]],
    );
    check(
        "package.json\npnpm-workspace.yaml = packages: 3",
        expect![[r#"
            . by Alone, no manager, no lockfile: .
            pnpm-workspace.yaml:1:11: it cannot be read: expected sequence start
        "#]],
    );
    check(
        "package.json\npnpm-workspace.yaml = # nothing",
        expect![[r#"
        . by Alone, no manager, no lockfile: .
    "#]],
    );
    check(
        "package.json = {\"workspaces\": []}\npackage-lock.json",
        expect![[r#"
        . by Lockfile, npm, package-lock.json: .
    "#]],
    );
}
