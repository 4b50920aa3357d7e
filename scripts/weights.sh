#!/usr/bin/env bash
# Measures every call and extension and writes runtime/src/weights/. `--verify` only runs each benchmark once and checks
# its effect. Takes some minutes, and an idle machine.
set -euo pipefail
SCRIPTS="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
source "$SCRIPTS/env.sh"
cd "$MEDCHAIN_ROOT"

# The weights are of the native runtime; its WebAssembly is not needed.
SKIP_WASM_BUILD=1 cargo run --release --locked --package medchain-runtime --features weights --example weights -- "$@"
[[ "${1:-}" == "--verify" ]] || cargo fmt --package medchain-runtime
