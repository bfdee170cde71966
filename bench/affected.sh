#!/usr/bin/env bash
# Which apps `frontage affected` and Turborepo mark over the last commits of a repository, and how long each takes.
#
#   cargo xtask bench affected REPOSITORY [COMMITS]
#
# REPOSITORY is any git repository with its history; COMMITS (default 40) of them along first parents from its HEAD, each
# compared with its first parent. Both are asked one after the other, commit by commit. Where a repository has no
# `turbo.json`, both sides of each comparison get one, so that it is never what changed. Raw output goes to bench/runs/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

[ $# -ge 1 ] || { sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
turbo=2.11.11
cargo build --release --locked --package frontage
frontage=$(readlink -f "${CARGO_TARGET_DIR:-target}/release/frontage")
node bench/affected.mjs "$frontage" "$(readlink -f "$1")" "${2:-40}" "$turbo"
