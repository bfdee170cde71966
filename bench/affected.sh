#!/usr/bin/env bash
# Which apps `frontage affected`, Turborepo, Nx and moon mark over the last commits of a repository, and how long each takes.
#
#   cargo xtask bench affected REPOSITORY [COMMITS] [--apps GLOBS]
#
# REPOSITORY is any git repository with its history; COMMITS (default 40) of them along first parents from its HEAD, each
# compared with its first parent. All are asked one after the other, commit by commit, about the members that Frontage
# takes for apps, or those in folders that GLOBS (with commas between) mean, whatever they look like. What a tool needs
# besides – `frontage.toml`, `turbo.json`, `nx.json`, moon's files – is in both sides of each of its comparisons and in
# no other tool's. Nx is asked twice, as it comes and with `projectsAffectedByDependencyUpdates: "auto"`; its plugins are
# left out. moon gets dependencies from manifests. Frontage is asked with an empty data directory, and with one where only
# the base was asked about; Nx and moon keep their caches. Raw output goes to bench/runs/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

[ $# -ge 1 ] || { sed -n '2,13s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
cargo build --release --locked --package frontage
frontage=$(readlink -f "${CARGO_TARGET_DIR:-target}/release/frontage")
node bench/affected.mjs "$frontage" "$(readlink -f "$1")" "${@:2}"
