#!/usr/bin/env bash
# Runs every test: unit and integration tests of all crates, end-to-end tests against real nodes, and the
# JavaScript clients. Arguments go to the test programs.
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
    npm ci --loglevel=error --no-audit --no-fund
    npm test
}

# The portal: types, lints, unit tests, vectors, the size of its first view; and its flow in browsers, where there is one.
portal() {
    cd "$MEDCHAIN_ROOT/clients/portal"
    npm ci --loglevel=error --no-audit --no-fund
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
    (npm_test benches/peers)
    (portal)
}

# The test programs, a line each: the folder of their package, what they test, the program.
programs="$(cargo test --workspace --locked --no-run --message-format=json | jq --raw-output '
    select(.reason == "compiler-artifact" and .profile.test and .executable)
    | [(.manifest_path | rtrimstr("/Cargo.toml")), .target.kind[0] + " " + .target.name, .executable] | @tsv')"

# Runs a test program, and tells what it said once it has ended.
run() {
    local folder title program said passed=true
    IFS=$'\t' read -r folder title program <<<"$1"
    shift
    said="$(mktemp)"
    SECONDS=0
    (cd "$folder" && CARGO_MANIFEST_DIR="$folder" "$program" "$@") >"$said" 2>&1 || passed=false
    printf '\ntest: %s of %s, %s s\n' "$title" "${folder#"$MEDCHAIN_ROOT/"}" "$SECONDS"
    cat "$said"
    rm -f "$said"
    $passed
}
export -f run
export MEDCHAIN_ROOT
# Those programs whose line matches, so many at once.
run_those() {
    local at_once="$1" lines="$2"
    shift 2
    [[ -z "$lines" ]] || tr '\n' '\0' <<<"$lines" | xargs --null --no-run-if-empty --max-procs="$at_once" -I{} \
        bash -c '[[ -z "$1" ]] || run "$@"' _ {} "$@"
}
end_to_end="$(grep -P "^\Q$MEDCHAIN_ROOT\E/tests\ttest " <<<"$programs")"

# What JavaScript says is told at the end.
said="$(mktemp)"
trap 'rm -f "$said"' EXIT
(set -e; javascript) >"$said" 2>&1 &
beside=$!
passed=true
run_those 1 "$(grep -vxF "$end_to_end" <<<"$programs")" "$@" || passed=false
cargo test --workspace --locked --doc || passed=false
# The end-to-end tests wait for blocks most of their time, so they wait together; but one measures how long.
run_those 2 "$(grep -v $'\ttest floods\t' <<<"$end_to_end")" "$@" || passed=false
wait "$beside" || passed=false
cat "$said"
run_those 1 "$(grep $'\ttest floods\t' <<<"$end_to_end")" "$@" || passed=false
$passed || { echo "test: something failed" >&2; exit 1; }
