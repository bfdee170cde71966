//! Tests of what packages are there for.

use super::{checks_while_bundling, is_tool};

#[test]
fn tools_are_told_by_name() {
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
