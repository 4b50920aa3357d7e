#!/usr/bin/env bash
# Plays a record's whole life on a fresh development chain of its own, and everything that must be refused on the way.
set -euo pipefail
SCRIPTS="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
source "$SCRIPTS/env.sh"

usage() {
    cat <<'USAGE'
Plays a record's whole life on a fresh development chain of its own, and everything that must be refused on the way.

usage: scripts/demo.sh [--keep] [FILE…]

  FILE…    files of any type and size (default: the synthetic samples in tests/samples)
  --keep   leave chain, vault and keys on disk

Ends non-zero if a step fails or something is not refused as it should be.
USAGE
}

for argument in "$@"; do
    case "$argument" in
        -h|--help) usage; exit 0 ;;
        --keep) ;;
        -*) echo "error: unknown argument: $argument" >&2; echo "hint: scripts/demo.sh --help" >&2; exit 2 ;;
        # Before the build, which may take long.
        *) [[ -f "$argument" ]] || { echo "error: $argument is not a file" >&2; echo "hint: check the path" >&2; exit 2; } ;;
    esac
done

"$SCRIPTS/setup.sh"
# setup.sh may just have installed the compiler.
source "$SCRIPTS/env.sh"
# The files are named from the caller's folder: only the build leaves it.
(cd "$MEDCHAIN_ROOT" && cargo build --workspace --bins --locked)
exec "$CARGO_TARGET_DIR/debug/medchain-demo" "$@"
