#!/usr/bin/env bash
# Runs a network of four validators and a full node on loopback: see scripts/testnet.sh --help.
set -euo pipefail
SCRIPTS="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
source "$SCRIPTS/env.sh"

TESTNET="$CARGO_TARGET_DIR/debug/medchain-testnet"
# What starts something builds first; the others talk to the network that runs, and build only what is missing.
BUILD=false
case "${1:-start}" in
    start|--nodes|--nodes=*|--fresh|--rpc-port|--rpc-port=*|--prometheus-port|--prometheus-port=*|--folder|--folder=*) BUILD=true ;;
esac
if $BUILD || [[ ! -x "$TESTNET" ]]; then
    "$SCRIPTS/setup.sh"
    # setup.sh may just have installed the compiler.
    source "$SCRIPTS/env.sh"
    (cd "$MEDCHAIN_ROOT" && cargo build --workspace --bins --locked)
fi
exec "$TESTNET" "$@"
