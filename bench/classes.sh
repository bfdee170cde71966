#!/usr/bin/env bash
# By which kinds of changed files other tools mark apps that `frontage affected` leaves out: from what `bench affected` wrote.
#
#   cargo xtask bench classes RAW REPOSITORY
#
# RAW is a file of bench/runs/ by `bench affected`, REPOSITORY the one that it is about. Each app that a tool marks and Frontage
# does not counts once, by the file of most weight among those that a tool by packages may see: in the app's folder, in those
# of the members that it needs by manifest, and in nobody's. The table is added to RAW.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

[ $# -eq 2 ] || { sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
node bench/classes.mjs "$1" "$(readlink -f "$2")"
