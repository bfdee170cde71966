#!/usr/bin/env bash
# Whether `frontage affected` marks every app that the last commits of a repository got into: what bundles apps from their
# sources at a commit and at its first parent says which are different, and Frontage is asked about the two.
#
#   cargo xtask bench commits REPOSITORY [COMMITS]
#
# REPOSITORY is any git repository with its history; COMMITS (default 40) of them along first parents from its HEAD. What is
# marked for packages from outside and configuration alone, of which a bundle shows nothing, is told apart. Raw output goes
# to bench/runs/; the exit status is 1 if an app's bundle is different and Frontage does not mark it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

[ $# -ge 1 ] || { sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
esbuild=0.28.2
cargo build --release --locked --package frontage
frontage=$(readlink -f "${CARGO_TARGET_DIR:-target}/release/frontage")
node bench/commits.mjs "$frontage" "$(readlink -f "$1")" "${2:-40}" "$esbuild"
