#!/usr/bin/env bash
# Runs a network of four validators and a full node on loopback: see scripts/testnet.sh --help.
set -euo pipefail
SCRIPTS="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
source "$SCRIPTS/env.sh"

# Only what starts something needs a build; the others talk to the network that runs.
case "${1:-start}" in
    start|--nodes|--fresh|--rpc-port|--prometheus-port|--folder)
        "$SCRIPTS/setup.sh"
        # setup.sh may just have installed the compiler.
        source "$SCRIPTS/env.sh"
        (cd "$MEDCHAIN_ROOT" && cargo build --workspace --bins --locked)
        ;;
esac
exec "$CARGO_TARGET_DIR/debug/medchain-testnet" "$@"
