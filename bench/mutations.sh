#!/usr/bin/env bash
# Whether `frontage affected` marks every app that a change gets into: modules of a repository are changed one at a time,
# what bundles apps from their sources before and after says which are different, and Frontage is asked about the commit.
#
#   cargo xtask bench mutations REPOSITORY [COUNT] [SEED]
#
# REPOSITORY is any git repository; a clone of it is changed. COUNT (default 150) tracked modules are drawn by SEED
# (default 1), and one statement of each becomes another. Raw output goes to bench/runs/; the exit status is 1 if an app's
# bundle is different and Frontage does not mark it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

[ $# -ge 1 ] || { sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
esbuild=0.28.2
parser=7.29.0
cargo build --release --locked --package frontage
frontage=$(readlink -f "${CARGO_TARGET_DIR:-target}/release/frontage")
node bench/mutations.mjs "$frontage" "$(readlink -f "$1")" "${2:-150}" "${3:-1}" "$esbuild" "$parser"
