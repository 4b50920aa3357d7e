#!/usr/bin/env bash
# Measures and prints figures: `bench.sh calls` each call beside a remark of the same length, `bench.sh growth` listings on a
# small and on a large chain. Wants an idle machine.
set -euo pipefail
SCRIPTS="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
source "$SCRIPTS/env.sh"
cd "$MEDCHAIN_ROOT"

case "${1:-}" in
    calls | growth)
        exec cargo run --locked --package medchain-runtime-benches -- "$@"
        ;;
    *)
        echo "usage: $0 calls | growth [--records N]" >&2
        exit 2
        ;;
esac
