//! Tests of what no build reads.

use std::collections::BTreeSet;

use super::{
    Reads, checks_while_bundling, is_tool, is_unread, makes_of_data, may_check_types, may_read_anything, names,
};

#[test]
fn tests_stories_and_documents_are_no_part_of_a_build() {
    let unread = [
        "src/cart.test.ts",
        "src/Cart.stories.tsx",
        "src/__tests__/cart.ts",
        "src/__snapshots__/cart.snap",
        "cart.e2e-spec.ts",
        "test/setup.ts",
        "e2e/login.ts",
        "README.md",
        "CHANGELOG.md",
        "LICENSE-MIT",
        ".eslintrc.json",
        "eslint.config.mjs",
        "vitest.config.ts",
        "jest.config.js",
        ".prettierrc",
        ".storybook/main.ts",
        ".github/workflows/ci.yml",
        "Dockerfile",
        "turbo.json",
    ];
    for path in unread {
        assert!(Reads::default().leaves_out(path), "{path}");
        assert!(is_unread(path), "{path}");
    }
    assert!(is_unread("docs/adr/1.md") && is_unread("roadmap.md"));
}

#[test]
fn configuration_of_servers_is_no_part_of_a_build() {
    for path in ["nginx.conf", "nginx/nginx.conf", "docker/default.conf.template"] {
        assert!(Reads::default().leaves_out(path), "{path}");
    }
    for path in ["public/nginx.conf", "src/nginx/nginx.conf", "nginx/page.ts", "site.conf"] {
        assert!(!Reads::default().leaves_out(path), "{path}");
    }
}

#[test]
fn what_only_looks_like_a_test_is_read() {
    let read = [
        "src/test.ts",
        "src/test/fixtures.ts",
        "src/routes/docs/page.tsx",
        "src/docs/intro.md",
        "content/README.md",
        "pages/cart.test.tsx",
        "src/pages/a.spec.tsx",
        "src/latest.ts",
        "src/contest.config.ts",
        "vite.config.ts",
        "postcss.config.js",
        ".browserslistrc",
        ".babelrc",
        "src/test.css",
    ];
    for path in read {
        assert!(!Reads::default().leaves_out(path), "{path}");
        assert!(!is_unread(path), "{path}");
    }
    // Of a member these are pages as often as not.
    assert!(!Reads::default().leaves_out("docs/intro.md") && !Reads::default().leaves_out("index.md"));
}

#[test]
fn what_a_build_is_about_is_read() {
    let storybook = Reads { stories: true, ..Reads::default() };
    assert!(!storybook.leaves_out("src/Cart.stories.tsx") && !storybook.leaves_out(".storybook/main.ts"));
    assert!(storybook.leaves_out("src/cart.test.ts"));
    let pages = Reads { documents: true, ..Reads::default() };
    assert!(!pages.leaves_out("README.md") && pages.leaves_out("Dockerfile"));
    let folder = Reads { all: true, ..Reads::default() };
    assert!(!folder.leaves_out("test/index.html"));
}

#[test]
fn commands_and_packages() {
    for command in [
        "vite build",
        "tsc -b && vite build",
        "NODE_ENV=production next build",
        "rimraf dist && tsup",
        "node build.mjs",
    ] {
        assert!(!may_read_anything(command, &BTreeSet::new()), "{command}");
    }
    for command in ["./build.sh", "vite build && make", "node -e 'copy()'"] {
        assert!(may_read_anything(command, &BTreeSet::new()), "{command}");
    }
    for command in ["tsc -b && vite build", "next build", "astro check && astro build", "make"] {
        assert!(may_check_types(command, false), "{command}");
    }
    for command in ["vite build", "react-router build", "astro build", "rimraf dist && vite build"] {
        assert!(!may_check_types(command, false), "{command}");
    }
    assert!(names("cp -r node_modules/@a/b/dist public", "@a/b") && names("gen && vite build", "gen"));
    assert!(!names("vite build", "ui") && !names("generate", "gen"));
    assert!(is_tool("@acme/eslint-config") && !is_tool("@acme/ui"));
}

#[test]
fn bundlers_check_by_plugins() {
    for package in ["vite-plugin-eslint", "eslint-webpack-plugin", "@rsbuild/plugin-eslint"] {
        assert!(checks_while_bundling(package), "{package}");
    }
    for package in ["vitest", "@vitest/eslint-plugin", "vite-plugin-svgr"] {
        assert!(!checks_while_bundling(package), "{package}");
    }
}

#[test]
fn what_generates_from_data() {
    let is_told =
        |commands: &[&str]| makes_of_data(&commands.iter().map(|command| (*command).to_owned()).collect::<Vec<_>>());
    for commands in [
        &["prisma generate"] as &[&str],
        &["npx prisma generate --schema schema.prisma", "rimraf generated"],
        &["dotenv -e ../../.env -- prisma generate"],
        &["lingui compile --typescript"],
        &["echo nothing", "husky"],
        &["openapi-typescript ../api/openapi.yaml -o src/api.ts"],
    ] {
        assert!(is_told(commands), "{commands:?}");
    }
    for commands in [&[] as &[&str], &["prisma generate && tsc"], &["prisma db seed"], &["lingui extract"]] {
        assert!(!is_told(commands), "{commands:?}");
    }
}
