#!/usr/bin/env bash
# Builds the container image, starts docker/compose.yml and plays the demo against it. Not part of continuous integration.
set -euo pipefail
SCRIPTS="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
source "$SCRIPTS/env.sh"
cd "$MEDCHAIN_ROOT"

usage() {
    cat <<'USAGE'
Builds the container image, starts docker/compose.yml and plays the demo against it. Wants root, on Debian 12.

usage: scripts/docker-smoke.sh [--compile]

  --compile   compile inside Docker, as docker/Dockerfile does by default (long); without it, the programs that
              `cargo build` has made are put into the image

Without an engine that answers, one is started for the occasion from Debian's docker.io and ended after it. The base
image is made with debootstrap, so that none is pulled; MEDCHAIN_BASE_IMAGE names another, DEBIAN_MIRROR a mirror.
USAGE
}

PROGRAMS=prebuilt
case "${1:-}" in
    "") ;;
    --compile) PROGRAMS=builder ;;
    -h|--help) usage; exit 0 ;;
    *) echo "error: unknown argument: $1" >&2; echo "hint: scripts/docker-smoke.sh --help" >&2; exit 2 ;;
esac
[[ $(id -u) -eq 0 ]] || { echo "error: debootstrap and a Docker engine need root" >&2; echo "hint: sudo scripts/docker-smoke.sh" >&2; exit 1; }

say() { printf 'docker-smoke: %s\n' "$*" >&2; }
fail() { echo "error: $1" >&2; exit 1; }

export MEDCHAIN_RPC_PORT="${MEDCHAIN_RPC_PORT:-19944}" MEDCHAIN_FULL_RPC_PORT="${MEDCHAIN_FULL_RPC_PORT:-19948}"
for port in "$MEDCHAIN_RPC_PORT" "$MEDCHAIN_FULL_RPC_PORT"; do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
        fail "port $port on this machine is in use; choose others with MEDCHAIN_RPC_PORT and MEDCHAIN_FULL_RPC_PORT"
    fi
done

missing=()
[[ -x /usr/sbin/dockerd ]] || missing+=(docker.io iptables)
command -v debootstrap >/dev/null || missing+=(debootstrap)
command -v docker-compose >/dev/null || missing+=(docker-compose)
if ((${#missing[@]})); then
    say "installing: ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
# Debian's own client: it speaks BuildKit without a plugin.
DOCKER=/usr/bin/docker
export DOCKER_BUILDKIT=1 COMPOSE_PROJECT_NAME=medchain-smoke
export MEDCHAIN_IMAGE=medchain

WORK="$(mktemp -d "${TMPDIR:-/tmp}/medchain-docker-XXXXXX")"
ENGINE=""
COMPOSED=false
finish() {
    trap - EXIT
    if $COMPOSED; then docker-compose --file docker/compose.yml down --volumes >/dev/null 2>&1 || true; fi
    if [[ -n "$ENGINE" ]]; then kill -TERM "$ENGINE" 2>/dev/null || true; wait "$ENGINE" 2>/dev/null || true; fi
    rm -rf "$WORK"
}
trap finish EXIT

# --- an engine ------------------------------------------------------------------------------------------------
if ! "$DOCKER" info >/dev/null 2>&1; then
    say "starting an engine in $WORK"
    dockerd --data-root "$WORK/data" --exec-root "$WORK/exec" --pidfile "$WORK/pid" --host "unix://$WORK/docker.sock" \
        >"$WORK/engine.log" 2>&1 &
    ENGINE=$!
    export DOCKER_HOST="unix://$WORK/docker.sock"
    for _ in $(seq 60); do "$DOCKER" info >/dev/null 2>&1 && break; sleep 1; done
    "$DOCKER" info >/dev/null 2>&1 || { tail -n 20 "$WORK/engine.log" >&2; fail "no Docker engine starts here"; }
fi

# --- a base image -----------------------------------------------------------------------------------------------
BASE="${MEDCHAIN_BASE_IMAGE:-medchain-base:bookworm}"
if ! "$DOCKER" image inspect "$BASE" >/dev/null 2>&1; then
    [[ -z "${MEDCHAIN_BASE_IMAGE:-}" ]] || fail "there is no image $BASE"
    say "making $BASE with debootstrap"
    debootstrap --variant=minbase --include=ca-certificates bookworm "$WORK/root" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >"$WORK/debootstrap.log" 2>&1 \
        || { tail -n 20 "$WORK/debootstrap.log" >&2; fail "debootstrap failed"; }
    tar -C "$WORK/root" --exclude=./var/cache/apt --exclude=./var/lib/apt/lists -c . | "$DOCKER" import - "$BASE" >/dev/null
fi

# --- the image ----------------------------------------------------------------------------------------------------
cargo build --workspace --all-targets --locked
BUILT="$CARGO_TARGET_DIR/debug"
if [[ $PROGRAMS == prebuilt ]]; then
    mkdir -p docker/bin
    for program in medchain-node medchain; do strip -o "docker/bin/$program" "$BUILT/$program"; done
fi
say "building the image"
"$DOCKER" build --file docker/Dockerfile --tag "$MEDCHAIN_IMAGE" --build-arg "PROGRAMS=$PROGRAMS" \
    --build-arg "BUILDER_IMAGE=$BASE" --build-arg "RUNTIME_IMAGE=$BASE" .
[[ "$("$DOCKER" image inspect --format '{{.Config.User}}' "$MEDCHAIN_IMAGE")" == 10001:10001 ]] || fail "the image runs as root"
# Nothing that looks like a key is in any layer.
if "$DOCKER" run --rm --entrypoint find "$MEDCHAIN_IMAGE" / -xdev \( -name 'secret_ed25519' -o -name 'keystore' -o -name '*.pem' \) \
    -not -path '/etc/*' -not -path '/usr/*' 2>/dev/null | grep -q .; then
    fail "the image holds keys"
fi

# --- the network --------------------------------------------------------------------------------------------------
say "starting four validators and a full node"
COMPOSED=true
docker-compose --file docker/compose.yml up --detach
rpc() {
    curl --silent --fail --max-time 5 --header 'Content-Type: application/json' \
        --data "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$1\",\"params\":[$2]}" "http://127.0.0.1:$MEDCHAIN_RPC_PORT" | jq --raw-output "$3"
}
finalized() { rpc chain_getHeader "\"$(rpc chain_getFinalizedHead '' .result)\"" .result.number; }
for _ in $(seq 600); do [[ "$(finalized 2>/dev/null || true)" =~ ^0x[1-9a-f] ]] && break; sleep 1; done
[[ "$(finalized)" =~ ^0x[1-9a-f] ]] || { docker-compose --file docker/compose.yml logs --tail 20 >&2; fail "finality does not move"; }
for service in alice bob charlie dave full; do
    container="$(docker-compose --file docker/compose.yml ps --quiet "$service")"
    for _ in $(seq 60); do
        health="$("$DOCKER" inspect --format '{{.State.Health.Status}}' "$container")"
        [[ "$health" == healthy ]] && break
        sleep 1
    done
    [[ "$health" == healthy ]] || fail "$service is $health"
    if "$DOCKER" exec "$container" touch /usr/local/bin/written 2>/dev/null; then fail "$service can write its root file system"; fi
done
say "all five are healthy, none can write its root file system; finalized $(finalized)"
refused="$(rpc author_rotateKeys '' .error.message)"
[[ "$refused" == *unsafe* || "$refused" == *"not found"* ]] || fail "unsafe methods are served: $refused"

# --- the demo -----------------------------------------------------------------------------------------------------
MEDCHAIN_DEMO_PORT="$MEDCHAIN_RPC_PORT" \
    MEDCHAIN_DEMO_VAULT="$("$DOCKER" volume inspect --format '{{.Mountpoint}}' "${COMPOSE_PROJECT_NAME}_alice-vault")" \
    "$BUILT/medchain-demo"
say "passed"
