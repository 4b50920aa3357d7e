#!/usr/bin/env bash
# Measures every call, hook and extension in the runtime's WebAssembly, and reading and writing in a large database, and writes
# runtime/src/weights/. `--verify` only runs each benchmark once and checks its effect. Takes ten minutes, and an idle machine.
set -euo pipefail
SCRIPTS="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
source "$SCRIPTS/env.sh"
cd "$MEDCHAIN_ROOT"

# The runtime with its benchmarks, built as the node's runtime is; natively it is not needed with them.
RUSTFLAGS="-Clink-arg=--export-table -Clink-arg=--export=__heap_base -Clink-arg=--import-memory --cfg substrate_runtime" \
    cargo rustc --locked --package medchain-runtime --lib --crate-type cdylib --release --target "$MEDCHAIN_WASM_TARGET" \
    --no-default-features --features runtime-benchmarks \
    --config 'profile.release.panic="abort"' --config 'profile.release.lto="thin"'
WASM="$CARGO_TARGET_DIR/$MEDCHAIN_WASM_TARGET/release/medchain_runtime.wasm"

cargo build --workspace --all-targets --locked
"$CARGO_TARGET_DIR/debug/medchain-runtime-bench" weights "$WASM" "$@"
if [[ " $* " != *" --verify "* ]]; then
    "$CARGO_TARGET_DIR/debug/medchain-runtime-bench" storage
    cargo fmt --package medchain-runtime
fi
