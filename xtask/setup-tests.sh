#!/usr/bin/env bash
# Installs what the tests need and this machine lacks; says each thing it does, does nothing twice.
# `cargo xtask test` runs it first. What it cannot install it names, and fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The newest one that Rust 1.95 builds.
cargo_deny_version=0.20.2

say() { echo "setup-tests: $*" >&2; }

fail() {
    echo "error: $1" >&2
    echo "hint: $2" >&2
    exit 1
}

need() { command -v "$1" >/dev/null 2>&1 || fail "the tests need \`$1\`, which is not in PATH" "$2"; }

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        fail "\`$*\` needs root, and there is no \`sudo\`" "run it as root once, then repeat"
    fi
}

# What nobody but the developer should choose a version of.
need cargo "install Rust 1.95 or newer with rustup"
need node "install Node.js 20 or newer"
need npm "install npm, which comes with Node.js"
node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' ||
    fail "the tests need Node.js 20 or newer, this is $(node --version)" "install a newer Node.js"
cargo fmt --version >/dev/null 2>&1 || fail "\`cargo fmt\` is missing" "rustup component add rustfmt"
cargo clippy --version >/dev/null 2>&1 || fail "\`cargo clippy\` is missing" "rustup component add clippy"

# System packages, each only when the command that it brings is missing.
packages=()
wants() { command -v "$1" >/dev/null 2>&1 || packages+=("${@:2}"); }
wants git git
wants cc gcc libc6-dev
wants chromium chromium fonts-liberation
if [ "${#packages[@]}" -gt 0 ]; then
    command -v apt-get >/dev/null 2>&1 ||
        fail "cannot install ${packages[*]}: no \`apt-get\` here" "install what they are called on this system"
    say "installing ${packages[*]} with apt-get"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi

# The dependency policy's checker. Unoptimised: built in a fraction of the time, and it runs for a second.
if [ "$(cargo deny --version 2>/dev/null)" != "cargo-deny $cargo_deny_version" ]; then
    say "building cargo-deny $cargo_deny_version"
    env -u CARGO_TARGET_DIR CARGO_PROFILE_DEV_DEBUG=0 \
        cargo install --quiet --locked --force --profile dev --no-default-features "cargo-deny@$cargo_deny_version"
fi

# Node packages, again when the lockfile is not the one that was installed.
for folder in tests/browser examples/academy; do
    [ -f "$folder/package-lock.json" ] || fail "there is no $folder/package-lock.json" "restore it: it is committed"
    installed="$folder/node_modules/.installed-lockfile"
    if ! cmp -s "$folder/package-lock.json" "$installed"; then
        say "npm ci in $folder"
        (cd "$folder" && npm ci --no-audit --no-fund)
        mkdir -p "$folder/node_modules"
        cp "$folder/package-lock.json" "$installed"
    fi
done

say "everything the tests need is here"
