#!/usr/bin/env bash
# Runs every test: unit and integration tests of all crates, end-to-end tests against real nodes, and the
# JavaScript clients. Arguments go to `cargo test`.
set -euo pipefail
SCRIPTS="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
"$SCRIPTS/setup.sh"
# shellcheck source=scripts/env.sh
source "$SCRIPTS/env.sh"
cd "$MEDCHAIN_ROOT"

# The end-to-end tests drive these programs.
cargo build --workspace --bins --locked
cargo test --workspace --locked "$@"

(
    cd tests/clients-js
    npm ci --silent --no-audit --no-fund
    MEDCHAIN_NODE="$CARGO_TARGET_DIR/debug/medchain-node" npm test
)

(
    cd tests/links-js
    npm ci --silent --no-audit --no-fund
    MEDCHAIN_NODE="$CARGO_TARGET_DIR/debug/medchain-node" npm test
)

(
    cd tests/interop
    npm ci --silent --no-audit --no-fund
    MEDCHAIN_NODE="$CARGO_TARGET_DIR/debug/medchain-node" npm test
)

(
    cd benches/peers
    npm ci --silent --no-audit --no-fund
    npm test
)

# The portal: types, lints, unit tests, vectors, the size of its first view; and its flow in browsers, where there is one.
(
    cd clients/portal
    npm ci --silent --no-audit --no-fund
    npm run --silent check
    if [[ -x "${CHROMIUM:-/usr/bin/chromium}" ]]; then
        MEDCHAIN_NODE="$CARGO_TARGET_DIR/debug/medchain-node" node e2e/run.mjs
        node scripts/build-hash.mjs
    else
        echo "test: there is no Chromium; the portal's flow in browsers was left out" >&2
    fi
)
