#!/usr/bin/env bash
# Plays a record's whole life on a fresh development chain of its own, and everything that must be refused on the way.
#
#   scripts/demo.sh                  with the repository's synthetic samples
#   scripts/demo.sh [--keep] FILE…   with files of any type and size; --keep leaves chain, vault and keys on disk
#
# Ends non-zero if a step fails or something is not refused as it should be.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# shellcheck source=scripts/env.sh
source "$root/scripts/env.sh"
"$root/scripts/setup.sh"
# What setup.sh has just installed.
# shellcheck source=scripts/env.sh
source "$root/scripts/env.sh"
cargo build --manifest-path "$root/Cargo.toml" --quiet --workspace --bins
exec "$CARGO_TARGET_DIR/debug/medchain-demo" "$@"
