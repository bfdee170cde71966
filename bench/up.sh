#!/usr/bin/env bash
# How long `frontage up`, `turbo run build` and `nx run-many -t build` take over the same tree: everything cold,
# after a change to one app, and after none. Round by round in turns, so that a noisy machine is noisy for all.
#
#   cargo xtask bench up [REPOSITORY] [ROUNDS]
#
# REPOSITORY is any npm workspace with a lockfile (default: examples/academy); in it CHANGED (default:
# apps/catalog/src/app.tsx) is the file that is changed. Raw figures go to bench/runs/, one line a measurement.
# Every peer starts from `npm ci` with a warm npm cache, as Frontage does.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

repository=${1:-examples/academy}
rounds=${2:-5}
changed=${CHANGED:-apps/catalog/src/app.tsx}
turbo=2.11.11
nx=24.0.6

cargo build --release --locked --package frontage
frontage=${CARGO_TARGET_DIR:-target}/release/frontage
node bench/up.mjs "$(readlink -f "$frontage")" "$(readlink -f "$repository")" "$rounds" "$changed" "$turbo" "$nx"
