#!/usr/bin/env bash
# Measures and prints figures: `bench.sh calls` each call beside a remark of the same length, `bench.sh growth [--records N]`
# listings on a small and on a large chain, `bench.sh vault [--quick | --mib N]` storing and fetching beside plain HTTP, Bitswap
# beside Helia, and the node's memory, `bench.sh net` four validators: inclusion, finality, and blocks with one of them away.
# Wants an idle machine.
set -euo pipefail
SCRIPTS="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
source "$SCRIPTS/env.sh"
cd "$MEDCHAIN_ROOT"

case "${1:-}" in
    calls | growth)
        cargo build --workspace --all-targets --locked
        exec "$CARGO_TARGET_DIR/debug/medchain-runtime-bench" "$@"
        ;;
    vault)
        shift
        (cd tests/interop && npm ci --silent --no-audit --no-fund)
        cargo build --workspace --all-targets --locked
        exec "$CARGO_TARGET_DIR/debug/medchain-vault-bench" "$@"
        ;;
    net)
        shift
        cargo build --workspace --all-targets --locked
        exec "$CARGO_TARGET_DIR/debug/medchain-net-bench" "$@"
        ;;
    *)
        echo "usage: $0 calls | growth [--records N] | vault [--quick | --mib N] | net [--rate CALLS] [--seconds N] [--slots N]" >&2
        exit 2
        ;;
esac
