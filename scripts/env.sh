# Environment shared by every script: the compiler that can build the runtime, and where builds go.
# Sourced, not run. Respects what the caller has set.

MEDCHAIN_ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

# One build folder outside the clone serves every checkout, so that a fresh clone rebuilds only our own crates.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/medchain/target}"
# Tools that setup.sh builds (taplo, cargo-deny) live beside it.
export MEDCHAIN_TOOLS="${MEDCHAIN_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/medchain/tools}"
export MEDCHAIN_WASM_TARGET=wasm32v1-none

# The first compiler that has the wasm target wins: the caller's (rustup, usually), then the distribution's,
# whose wasm target setup.sh builds from its own sources.
medchain_has_wasm_target() {
    local rustc="$1" sysroot
    sysroot="$("$rustc" --print sysroot 2>/dev/null)" || return 1
    compgen -G "$sysroot/lib/rustlib/$MEDCHAIN_WASM_TARGET/lib/libcore-*.rlib" >/dev/null
}

medchain_select_compiler() {
    if command -v rustc >/dev/null && medchain_has_wasm_target rustc; then
        return 0
    fi
    if [[ -x /usr/bin/rustc && -x /usr/bin/cargo ]] && medchain_has_wasm_target /usr/bin/rustc; then
        export PATH="/usr/bin:$PATH"
        unset RUSTC RUSTDOC RUSTUP_TOOLCHAIN
        return 0
    fi
    return 1
}

medchain_select_compiler || true
export PATH="$MEDCHAIN_TOOLS/bin:$PATH"
