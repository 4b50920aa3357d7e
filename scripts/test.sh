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
cargo build --workspace --all-targets --locked

# Each node that a test starts would compile the runtime first; here the first does it for all.
export MEDCHAIN_RUNTIME_CACHE="$CARGO_TARGET_DIR/runtime-cache"

# Installs a folder's packages and runs its tests.
npm_test() {
    cd "$MEDCHAIN_ROOT/$1"
    npm ci --silent --no-audit --no-fund
    npm test
}

(
    cd benches/peers
    npm ci --silent --no-audit --no-fund
    npm test
)

# The portal: types, lints, unit tests, vectors, the size of its first view; and its flow in browsers, where there is one.
portal() {
    cd "$MEDCHAIN_ROOT/clients/portal"
    npm ci --silent --no-audit --no-fund
    npm run --silent check
    if [[ -x "${CHROMIUM:-/usr/bin/chromium}" ]]; then
        node e2e/run.mjs
        node scripts/build-hash.mjs
    else
        echo "test: there is no Chromium; the portal's flow in browsers was left out" >&2
    fi
}

javascript() {
    export MEDCHAIN_NODE="${MEDCHAIN_NODE:-$CARGO_TARGET_DIR/debug/medchain-node}"
    (npm_test tests/clients-js)
    (npm_test tests/links-js)
    (npm_test tests/interop)
    (portal)
}

# Both mostly wait for blocks, so they wait together; what JavaScript says is told at the end.
said="$(mktemp)"
trap 'rm -f "$said"' EXIT
(set -e; javascript) >"$said" 2>&1 &
beside=$!
passed=true
cargo test --workspace --locked "$@" || passed=false
wait "$beside" || passed=false
cat "$said"
$passed
