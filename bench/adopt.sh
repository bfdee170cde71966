#!/usr/bin/env bash
# How long it takes from `git clone` to the first page of somebody's monorepo: by `frontage up`, and by hand as its
# README says. Round by round in turns, everything cold each time: caches of package managers and data directory.
#
#   cargo xtask bench adopt REPOSITORY APP INSTALL BUILD START [ROUNDS]
#
# REPOSITORY is any git repository, APP the app whose page is waited for (as `frontage apps` calls it), INSTALL, BUILD and
# START are the shell commands of who does it by hand, in the repository's root; START is given PORT and has to listen
# there, or on HAND_PORT if that is set. NODE_BIN is a folder of Node.js for the one by hand, if the machine's is too old
# (Frontage fetches its own). ENV_FILE is a file of variables for both. Raw figures go to bench/runs/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

[ $# -ge 5 ] || { sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
repository=$(readlink -f "$1")
cargo build --release --locked --package frontage
frontage=$(readlink -f "${CARGO_TARGET_DIR:-target}/release/frontage")
node bench/adopt.mjs "$frontage" "$repository" "$2" "$3" "$4" "$5" "${6:-5}"
