#!/usr/bin/env bash
# How `frontage affected` grows with a repository: generated workspaces, each ten times as large as the one before.
#
#   cargo xtask bench scale [FILES...]
#
# FILES are numbers of source files (default 1000 10000 100000), fifty to a package, twenty packages to an app; a package
# imports from five others, through a barrel. Asked about a commit that changes one module: with nothing known, with the
# base known, and where an import is added besides; medians of five. Raw output goes to bench/runs/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cargo build --release --locked --package frontage
frontage=$(readlink -f "${CARGO_TARGET_DIR:-target}/release/frontage")
node bench/scale.mjs "$frontage" "${@:-1000 10000 100000}"
