#!/usr/bin/env bash
# Builds MedChain and runs a fresh development chain with its vault, the portal and a gateway until Ctrl-C.
set -euo pipefail
SCRIPTS="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
source "$SCRIPTS/env.sh"

usage() {
    cat <<'USAGE'
Builds MedChain and runs a fresh development chain with its vault, the portal and a gateway until Ctrl-C.

usage: scripts/run.sh [--release] [--base-path DIR] [--port PORT] [--portal-port PORT] [--no-portal] [--gateway-port PORT]

  --release         build with optimisations (slower to build, faster to run)
  --base-path DIR   keep the chain and the vault in DIR; started again with the same DIR, the chain goes on
                    (default: a temporary folder, removed at the end)
  --port PORT       JSON-RPC port on loopback (default: 9944)
  --portal-port PORT
                    port of the portal on loopback (default: 8080; a free one if it is in use)
  --no-portal       neither build nor serve the portal
  --gateway-port PORT
                    port of the gateway on loopback (default: 8480; a free one if it is in use)
USAGE
}

PROFILE=debug BASE_PATH="" PORT=9944 PORTAL=true PORTAL_PORT=8080 GATEWAY_PORT=8480
usage_error() { echo "error: $1" >&2; echo "hint: scripts/run.sh --help" >&2; exit 2; }
while (($#)); do
    case "$1" in
        --release) PROFILE=release; shift ;;
        --base-path) [[ $# -ge 2 && -n "$2" ]] || usage_error "--base-path needs a folder"; BASE_PATH="$2"; shift 2 ;;
        --port) [[ "${2:-}" =~ ^[0-9]+$ && "$2" -ge 1 && "$2" -le 65535 ]] || usage_error "--port needs a number from 1 to 65535"; PORT="$2"; shift 2 ;;
        --portal-port) [[ "${2:-}" =~ ^[0-9]+$ && "$2" -ge 1 && "$2" -le 65535 ]] || usage_error "--portal-port needs a number from 1 to 65535"; PORTAL_PORT="$2"; shift 2 ;;
        --gateway-port) [[ "${2:-}" =~ ^[0-9]+$ && "$2" -ge 1 && "$2" -le 65535 ]] || usage_error "--gateway-port needs a number from 1 to 65535"; GATEWAY_PORT="$2"; shift 2 ;;
        --no-portal) PORTAL=false; shift ;;
        -h|--help) usage; exit 0 ;;
        *) usage_error "unknown argument: $1" ;;
    esac
done

"$SCRIPTS/setup.sh"
# setup.sh may just have installed the compiler.
source "$SCRIPTS/env.sh"
cd "$MEDCHAIN_ROOT"
build=(cargo build --workspace --bins --locked)
if [[ $PROFILE == release ]]; then build+=(--release); fi
"${build[@]}"
NODE="$CARGO_TARGET_DIR/$PROFILE/medchain-node"
PORTAL_HASH=""
if $PORTAL; then
    echo "building the portal, if it changed" >&2
    PORTAL_HASH="$(node clients/portal/scripts/ensure-built.mjs)"
fi

if (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; then
    echo "error: port $PORT on this machine is in use" >&2
    echo "hint: end what listens there, or choose another with --port" >&2
    exit 1
fi

TEMPORARY=""
if [[ -z "$BASE_PATH" ]]; then
    BASE_PATH="$(mktemp -d "${TMPDIR:-/tmp}/medchain-XXXXXX")"
    TEMPORARY="$BASE_PATH"
fi
mkdir -p "$BASE_PATH"
BASE_PATH="$(cd "$BASE_PATH" && pwd)"

NODE_PID="" PORTAL_PID="" PORTAL_LOG="" GATEWAY_PID="" GATEWAY_LOG=""
finish() {
    trap - EXIT INT TERM
    if [[ -n "$PORTAL_PID" ]]; then kill -TERM "$PORTAL_PID" 2>/dev/null || true; fi
    if [[ -n "$GATEWAY_PID" ]]; then kill -TERM "$GATEWAY_PID" 2>/dev/null || true; fi
    rm -f ${PORTAL_LOG:+"$PORTAL_LOG"} ${GATEWAY_LOG:+"$GATEWAY_LOG"}
    if [[ -n "$NODE_PID" ]] && kill -0 "$NODE_PID" 2>/dev/null; then
        kill -TERM "$NODE_PID" 2>/dev/null || true
        wait "$NODE_PID" 2>/dev/null || true
    fi
    if [[ -n "$TEMPORARY" ]]; then rm -rf "$TEMPORARY"; fi
}
trap finish EXIT
trap 'finish; exit 0' INT TERM

"$NODE" --dev --base-path "$BASE_PATH" --rpc-port "$PORT" --port 0 --no-prometheus --no-mdns &
NODE_PID=$!

rpc() {
    curl --silent --fail --max-time 2 --header 'Content-Type: application/json' \
        --data "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$1\",\"params\":[]}" "http://127.0.0.1:$PORT"
}
block_number() {
    local number
    number="$(rpc chain_getHeader | jq --exit-status --raw-output '.result.number')" && printf '%d' "$number"
}

# Ready when the chain moves: with kept data it goes on from where it was.
started_at=""
number=""
until [[ -n "$started_at" && -n "$number" ]] && ((number > started_at)); do
    if ! kill -0 "$NODE_PID" 2>/dev/null; then
        status=0
        wait "$NODE_PID" || status=$?
        NODE_PID=""
        echo "error: the node ended before its first block (exit code $status)" >&2
        echo "hint: its messages are above; is the folder $BASE_PATH in use by another node?" >&2
        exit 1
    fi
    number="$(block_number 2>/dev/null || true)"
    started_at="${started_at:-$number}"
    sleep 0.2
done

# The gateway acts for an institution: on a development chain for the hospital //Dave, registered at the first start.
MEDCHAIN="$CARGO_TARGET_DIR/$PROFILE/medchain"
medchain() { "$MEDCHAIN" --url "ws://127.0.0.1:$PORT" "$@" >/dev/null; }
if ! medchain --key //Dave member show 2>/dev/null; then
    medchain --key //Alice member publish-key
    certificate="$(mktemp "${TMPDIR:-/tmp}/medchain-certificate-XXXXXX")"
    echo "SYNTHETIC CERTIFICATE of a development chain" >"$certificate"
    medchain --key //Dave member register --role hospital --username gateway-hospital --name "Example Hospital" \
        --licence SYN-0001 --issuer "Example Chamber" --certificate "$certificate"
    rm -f "$certificate"
    medchain --key //Alice member verify gateway-hospital
fi
if (exec 3<>"/dev/tcp/127.0.0.1/$GATEWAY_PORT") 2>/dev/null; then GATEWAY_PORT=0; fi
gateway=(--node "ws://127.0.0.1:$PORT" --key //Dave --listen "127.0.0.1:$GATEWAY_PORT" --admin-listen 127.0.0.1:0
    --store "sqlite:$BASE_PATH/gateway.db")
if $PORTAL; then gateway+=(--portal clients/portal/dist --portal-node "ws://127.0.0.1:$PORT"); fi
GATEWAY_LOG="$(mktemp "${TMPDIR:-/tmp}/medchain-gateway-XXXXXX")"
"$CARGO_TARGET_DIR/$PROFILE/medchain-gateway" "${gateway[@]}" >"$GATEWAY_LOG" &
GATEWAY_PID=$!
until gateway_url="$(sed -n 's/^gateway of institution [0-9]*: //p' "$GATEWAY_LOG")" && [[ -n "$gateway_url" ]]; do
    kill -0 "$GATEWAY_PID" 2>/dev/null || { echo "error: the gateway could not be started" >&2; exit 1; }
    sleep 0.2
done

portal_line=""
if $PORTAL; then
    PORTAL_LOG="$(mktemp "${TMPDIR:-/tmp}/medchain-portal-XXXXXX")"
    node clients/portal/scripts/serve.mjs --node "ws://127.0.0.1:$PORT" --port "$PORTAL_PORT" \
        --gateway "$gateway_url" >"$PORTAL_LOG" &
    PORTAL_PID=$!
    until [[ -s "$PORTAL_LOG" ]]; do
        kill -0 "$PORTAL_PID" 2>/dev/null || { echo "error: the portal could not be served" >&2; exit 1; }
        sleep 0.2
    done
    portal_line="
  portal             $(cat "$PORTAL_LOG")   (build $PORTAL_HASH)"
fi

cat <<BANNER

MedChain is running: block $number is made, the next follow every 2 s.
$portal_line
  gateway            $gateway_url   (links; the portal too)
  JSON-RPC           ws://127.0.0.1:$PORT   http://127.0.0.1:$PORT
  polkadot.js Apps   https://polkadot.js.org/apps/?rpc=ws%3A%2F%2F127.0.0.1%3A$PORT#/explorer
  command line       $CARGO_TARGET_DIR/$PROFILE/medchain --url ws://127.0.0.1:$PORT status
  data folder        $BASE_PATH$([[ -n "$TEMPORARY" ]] && echo " (removed at the end)")
  administrator      //Alice (development only)

Ctrl-C ends it.

BANNER
status=0
wait "$NODE_PID" || status=$?
exit "$status"
