#!/usr/bin/env bash
# How long a page takes while builds run: with builds at the share of processor time that Frontage gives them, and at the
# share that everything has, in turns.
#
#   cargo xtask bench serving [ROUNDS]
#
# Over the academy; in each round all apps that show its header are built, and its first page is asked for again and
# again. Needs root and control groups of version 1 or 2. Raw figures go to bench/runs/, one line a round.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cargo build --release --locked --package frontage
frontage=${CARGO_TARGET_DIR:-target}/release/frontage
node bench/serving.mjs "$(readlink -f "$frontage")" "${1:-5}"
