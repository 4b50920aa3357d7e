#!/usr/bin/env bash
# Installs what a bare Debian 12 or Ubuntu machine lacks to build, run and test MedChain. Idempotent.
#
#   scripts/setup.sh          everything that building, running and testing need
#   scripts/setup.sh --check  also the tools of the static checks (taplo, cargo-deny)
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

WITH_CHECK_TOOLS=false
case "${1:-}" in
    "") ;;
    --check) WITH_CHECK_TOOLS=true ;;
    *) echo "usage: scripts/setup.sh [--check]" >&2; exit 2 ;;
esac

TAPLO_VERSION=0.9.0
TAPLO_CLI_VERSION=0.7.0 # the npm package that carries it
CARGO_DENY_VERSION=0.20.2

say() { printf 'setup: %s\n' "$*" >&2; }

as_root() {
    if [[ $(id -u) -eq 0 ]]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else say "error: need root for: $*"; say "hint: run scripts/setup.sh once as root, or install sudo"; exit 1
    fi
}

APT_UPDATED=false
apt_install() {
    if ! command -v apt-get >/dev/null; then
        say "error: missing packages: $*"
        say "hint: this script knows Debian and Ubuntu; install these packages' counterparts and run it again"
        exit 1
    fi
    if ! $APT_UPDATED; then
        say "updating the package lists"
        as_root apt-get update -qq
        APT_UPDATED=true
    fi
    say "installing: $*"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# --- C toolchain and build tools -------------------------------------------------------------------------------
missing=()
need() { command -v "$1" >/dev/null || missing+=("$2"); }
need g++ g++
need make make
need cmake cmake
need clang clang
need protoc protobuf-compiler
need pkg-config pkg-config
need curl curl
need jq jq
need git git
need openssl openssl # certificates for tests of TLS
need ip iproute2 # networks of their own for tests
need wg wireguard-tools
need wireguard-go wireguard-go # where the kernel has no WireGuard
need node nodejs
need npm npm
# The gateway's link store links PostgreSQL's client library; its tests start a server of their own.
[[ -e /usr/include/postgresql/libpq-fe.h || -e /usr/include/libpq-fe.h ]] || missing+=(libpq-dev)
compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || missing+=(postgresql)
compgen -G '/usr/lib/llvm-*/lib/libclang*.so*' >/dev/null || missing+=(libclang-dev)
[[ -e /usr/include/google/protobuf/descriptor.proto ]] || missing+=(libprotobuf-dev)
[[ -e /etc/ssl/certs/ca-certificates.crt ]] || missing+=(ca-certificates)
compgen -G '/usr/lib/*/faketime/libfaketime.so.1' >/dev/null || missing+=(libfaketime)
if ((${#missing[@]})); then apt_install "${missing[@]}"; fi

# The browser that the portal's tests drive. Ubuntu has it as a snap only; without it those tests are left out.
# The answer is taken whole: a reader that stops early would end apt-cache, and the pipe would count as failed.
if ! command -v chromium >/dev/null && [[ "$(apt-cache policy chromium 2>/dev/null)" =~ Candidate:\ [0-9] ]]; then
    apt_install chromium
fi

# --- a Rust compiler with the runtime's wasm target -------------------------------------------------------------
# The distribution's compiler has the sources of its library but not the wasm target: build core and alloc once.
# Bitcode is embedded because the runtime is linked with LTO.
build_wasm_target() {
    say "building the $MEDCHAIN_WASM_TARGET library from rust-web-src (half a minute)"
    local work sysroot
    work="$(mktemp -d)"
    sysroot="$(/usr/bin/rustc --print sysroot)"
    mkdir -p "$work/src"
    printf '#![no_std]\n#[panic_handler]\nfn panic(_: &core::panic::PanicInfo) -> ! { loop {} }\n' >"$work/src/lib.rs"
    printf '[package]\nname = "sysroot"\nversion = "0.0.0"\nedition = "2021"\n[lib]\ncrate-type = ["cdylib"]\n' >"$work/Cargo.toml"
    (
        cd "$work"
        unset RUSTC RUSTDOC RUSTUP_TOOLCHAIN
        # The distribution's tools first, so that no shim takes their place.
        PATH="/usr/bin:$PATH" CARGO_TARGET_DIR="$work/target" RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Cembed-bitcode=yes \
            /usr/bin/cargo build --quiet --release --target "$MEDCHAIN_WASM_TARGET" -Zbuild-std=core,alloc
    )
    local lib="$sysroot/lib/rustlib/$MEDCHAIN_WASM_TARGET/lib"
    as_root mkdir -p "$lib"
    as_root cp "$work/target/$MEDCHAIN_WASM_TARGET/release/deps/"lib{core,alloc,compiler_builtins}-*.rlib "$lib/"
    rm -rf "$work"
}

if ! medchain_select_compiler; then
    if command -v rustup >/dev/null && timeout 60 rustup target add "$MEDCHAIN_WASM_TARGET" >/dev/null 2>&1 \
        && timeout 60 rustup component add clippy rustfmt >/dev/null 2>&1; then
        say "added $MEDCHAIN_WASM_TARGET to the rustup toolchain"
    else
        say "rustup cannot add $MEDCHAIN_WASM_TARGET here; using the distribution's compiler"
        apt_install rustc-web cargo-web rust-web-src rust-web-llvm rust-web-clippy rustfmt-web
        [[ -x /usr/bin/rust-lld ]] || apt_install lld-22
        medchain_has_wasm_target /usr/bin/rustc || build_wasm_target
    fi
    if ! medchain_select_compiler; then
        say "error: no Rust compiler with the target $MEDCHAIN_WASM_TARGET"
        say "hint: install rustup from https://rustup.rs and run: rustup target add $MEDCHAIN_WASM_TARGET"
        exit 1
    fi
fi

# --- tools of the static checks ---------------------------------------------------------------------------------
if $WITH_CHECK_TOOLS; then
    taplo="$MEDCHAIN_TOOLS/bin/taplo"
    if [[ "$("$taplo" --version 2>/dev/null)" != *"$TAPLO_VERSION"* ]]; then
        say "installing taplo $TAPLO_CLI_VERSION"
        mkdir -p "$MEDCHAIN_TOOLS/bin"
        npm install --silent --no-audit --no-fund --prefix "$MEDCHAIN_TOOLS/npm" "@taplo/cli@$TAPLO_CLI_VERSION"
        ln -sf "$MEDCHAIN_TOOLS/npm/node_modules/.bin/taplo" "$taplo"
    fi
    if [[ "$("$MEDCHAIN_TOOLS/bin/cargo-deny" --version 2>/dev/null)" != *"$CARGO_DENY_VERSION"* ]]; then
        say "building cargo-deny $CARGO_DENY_VERSION (some minutes, once)"
        CARGO_TARGET_DIR="$MEDCHAIN_TOOLS/target" cargo install --quiet --locked --debug --root "$MEDCHAIN_TOOLS" \
            --version "$CARGO_DENY_VERSION" cargo-deny
        rm -rf "$MEDCHAIN_TOOLS/target"
    fi
fi

say "ready: $(rustc --version)"
