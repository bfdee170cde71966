#!/usr/bin/env bash
# Whether everything that gets into a bundle is counted: each app of a repository is bundled from all of its own modules,
# with workspace packages by their sources and packages from outside left out, and what contributes a byte is compared
# with `frontage inputs`.
#
#   cargo xtask bench reached REPOSITORY
#
# REPOSITORY is any git repository whose HEAD is checked out. What is missed is listed; the exit status is 1 then.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

[ $# -ge 1 ] || { sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
esbuild=0.28.2
cargo build --release --locked --package frontage
frontage=$(readlink -f "${CARGO_TARGET_DIR:-target}/release/frontage")
node bench/reached.mjs "$frontage" "$(readlink -f "$1")" "$esbuild"
