//! Tests of what no build reads.

use super::{Reads, is_of_agents, is_unread};

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
        "root.eslint.config.js",
        ".attw.json",
        "vitest.config.ts",
        "jest.config.js",
        ".prettierrc",
        ".storybook/main.ts",
        ".github/workflows/ci.yml",
        "Dockerfile",
        "turbo.json",
        ".env.example",
        ".env.local.sample",
        ".gitlab-ci.yml",
        ".size-limit.json",
    ];
    for path in unread {
        assert!(Reads::default().leaves_out(path), "{path}");
        assert!(is_unread(path), "{path}");
    }
    assert!(is_of_agents(".claude/settings.json") && is_of_agents("lib/AGENTS.md") && !is_of_agents("lib/.claude/a"));
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
        ".env.production",
        ".nvmrc",
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
