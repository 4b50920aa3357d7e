#!/usr/bin/env bash
# The static checks, in one list: formatting, lints, documentation, licences and advisories.
set -euo pipefail
SCRIPTS="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
"$SCRIPTS/setup.sh" --check
# shellcheck source=scripts/env.sh
source "$SCRIPTS/env.sh"
cd "$MEDCHAIN_ROOT"

step() { printf '\ncheck: %s\n' "$*" >&2; }

step "rustfmt"
cargo fmt --all --check

step "taplo"
taplo fmt --check

step "shell scripts parse"
for script in scripts/*.sh .ci/run; do bash -n "$script"; done

step "build (lints and documentation need what the build generates)"
cargo build --workspace --all-targets --locked

step "clippy"
cargo clippy --workspace --all-targets --locked -- --deny warnings

step "rustdoc"
RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps --locked

step "licences, sources, duplicates"
cargo deny --offline --log-level error check licenses bans sources

step "advisories"
# The advisory database is fetched from the internet; without it the last copy serves, or the check says it was left out.
if timeout 60 cargo deny --log-level error fetch db >/dev/null 2>&1; then
    cargo deny --log-level error check --disable-fetch advisories
else
    echo "check: the advisory database cannot be reached; advisories were not checked" >&2
fi

step "all clean"
