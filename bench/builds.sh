#!/usr/bin/env bash
# Whether `frontage affected` marks every app that a change gets into, by the apps' own builds: modules of a repository are
# changed one at a time, or its last commits are gone through; the packages that lie in between and the apps are built by
# their scripts before and after, and Frontage is asked about the two.
#
#   cargo xtask bench builds REPOSITORY INSTALL MUTATIONS COMMITS SEED APP...
#
# REPOSITORY is any git repository; a clone of it is changed. INSTALL is the command that installs its packages from outside,
# with the Node.js and package manager that are found on the PATH. APP are folders of apps. MUTATIONS modules of theirs and of
# the packages that they need are drawn by SEED; COMMITS are those along first parents from HEAD. Raw output goes to
# bench/runs/; the exit status is 1 if an app's output is different and Frontage does not mark it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

[ $# -ge 6 ] || { sed -n '2,13s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
parser=7.29.0
cargo build --release --locked --package frontage
frontage=$(readlink -f "${CARGO_TARGET_DIR:-target}/release/frontage")
source=$(readlink -f "$1")
shift
node bench/builds.mjs "$frontage" "$parser" "$source" "$@"
