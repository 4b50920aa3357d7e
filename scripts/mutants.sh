#!/usr/bin/env bash
# Breaks one check of the domain pallets at a time, at random, and says which breakage no unit test notices.
set -euo pipefail
SCRIPTS="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
source "$SCRIPTS/env.sh"
cd "$MEDCHAIN_ROOT"

usage() {
    cat <<'USAGE'
Breaks one check of the domain pallets at a time, at random, and says which breakage no unit test notices.

usage: scripts/mutants.sh [--list] [SAMPLE [SEED]]

  SAMPLE   how many mutants are drawn, or all (160)
  SEED     the number that the draw starts from; the same one draws the same mutants of the same code (1)

  --list   print the mutants that would be tried, and try none

It wants cargo-mutants and perl, and works on a copy of the clone. Figures and survivors go to stdout; what each mutant
was, and what the tests said of it, is left in CARGO_TARGET_DIR/mutants/mutants.out. Exit 1: under 90 % were caught.

CONTRIBUTING.md says what is mutated and what the survivors are.
USAGE
}

list=false sample=160 seed=1 given=0
for argument in "$@"; do
    case "$argument" in
        -h | --help) usage; exit 0 ;;
        --list) list=true; continue ;;
    esac
    given=$((given + 1))
    if ((given == 1)) && [[ "$argument" =~ ^([1-9][0-9]*|all)$ ]]; then sample="$argument"
    elif ((given == 2)) && [[ "$argument" =~ ^[0-9]+$ ]]; then seed="$argument"
    else
        echo "error: $argument is neither a size nor a seed" >&2
        echo "hint: scripts/mutants.sh --help" >&2
        exit 2
    fi
done
if ! cargo mutants --version >/dev/null 2>&1; then
    echo "error: cargo-mutants is not installed" >&2
    echo "hint: cargo install cargo-mutants --locked" >&2
    exit 1
fi
for tool in perl jq; do
    if ! command -v "$tool" >/dev/null; then
        echo "error: $tool is not installed" >&2
        echo "hint: install the package $tool" >&2
        exit 1
    fi
done

PALLETS=(registry appointments reports access)
WORK="$CARGO_TARGET_DIR/mutants"
COPY="$WORK/clone"
says() { echo "mutants: $1" >&2; }

says "copying the clone to $COPY"
rm -rf "$COPY"
mkdir -p "$COPY"
git ls-files -z --cached --others --exclude-standard | tar --create --null --files-from=- --ignore-failed-read |
    tar --extract --touch --directory="$COPY"

# cargo-mutants does not look into macros, where nearly every check is, and leaves no call out. The copy spells out each
# ensure!, and each call of which only the refusal counts, as a match with a guard that lets the act pass, and the type of
# what a check returns. All stay on their lines.
# shellcheck disable=SC2016
SPELL_OUT='
    our $balanced = qr{(?<inside>(?:[^()\[\]\{\}"]|"(?:[^"\\]|\\.)*+"|\((?&inside)\)|\[(?&inside)\]|\{(?&inside)\})*+)};
    s[\bensure!\((?<condition>(?:[^()\[\]\{\}"]|\((?&inside)\)|\[(?&inside)\]|\{(?&inside)\})+?),
        (?<error>\s*[^,()"]+?),?(?<end>\s*)\)(?(DEFINE)$balanced)]
     [match ($+{condition}) { ensured if ensured => (), true | false => return Err(($+{error}$+{end}).into()) }]gx;
    s[^(?<indent>\ +)(?<call>(?:\w+(?:::<T>)?::)*(?:ensure|check)_\w+\((?&inside)\)(?:\.map_err\((?&inside)\))?)\?;(?(DEFINE)$balanced)]
     [$+{indent}match ($+{call}) { ensured if ensured.is_ok() => (), refused => { refused?; } }]gmx;
    s[\bfn\ \w+(?:<[^>]*>)?\((?![^()]*\bOriginFor)(?&inside)\)\ ->\ \KDispatchResult\b(?(DEFINE)$balanced)]
     [Result<(), sp_runtime::DispatchError>]gx;
    die "a check of $ARGV cannot be spelled out: $&\n" if /\bensure!\([^;]*?\bError::[^;]*/;
'
sources=()
for pallet in "${PALLETS[@]}"; do
    for file in "$COPY/pallets/$pallet"/src/*.rs; do
        case "${file##*/}" in
            benchmarking.rs | migrations.rs | mock.rs | try_state.rs | weights.rs) ;;
            *) sources+=("$file") ;;
        esac
    done
done
perl -0777 -pi -e "$SPELL_OUT" "${sources[@]}"

# What only measures, migrates or states invariants is left out. So are a guard that never lets pass, which would double
# what the tests of every success catch, and what never compiles.
options=(--no-config --dir "$COPY"
    --exclude-re '\b(try_(state|links)|benchmark_\w+)\b'
    --exclude-re 'replace match guard ensured(\.is_ok\(\))? with false'
    --exclude-re ' -> DispatchResult|::(new|from|from_iter)\(')
for pallet in "${PALLETS[@]}"; do options+=(--package "pallet-$pallet"); done
for file in benchmarking migrations mock try_state weights; do options+=(--exclude "**/$file.rs"); done
mapfile -t mutants < <(cd "$COPY" && cargo mutants "${options[@]}" --list --json | jq --raw-output '.[].name' | LC_ALL=C sort)
listed="${#mutants[@]}"
if [[ "$sample" != all ]]; then
    # shellcheck disable=SC2016
    mapfile -t mutants < <(printf '%s\n' "${mutants[@]}" | perl -e '
        my ($sample, $seed) = @ARGV;
        srand($seed);
        chomp(my @left = <STDIN>);
        while ($sample-- > 0 && @left) { print splice(@left, int(rand(@left)), 1), "\n" }' "$sample" "$seed" | LC_ALL=C sort)
fi
drawn="${#mutants[@]}"
if $list; then
    printf '%s\n' "${mutants[@]}"
    exit 0
fi

printf '%s\n' "${mutants[@]}" | jq --raw-input --null-input '[inputs]' >"$WORK/drawn.json"
# shellcheck disable=SC2016
jq 'map(gsub("(?<special>[\\\\.+*?()|\\[\\]{}^$])"; "\\\(.special)") | "^\(.)$")' "$WORK/drawn.json" |
    sed '1s/^/examine_re = /' >"$WORK/drawn.toml"
options=("--config=$WORK/drawn.toml" "${options[@]:1}")

# The pallets' own unit tests, without what a debugger would want.
export CARGO_PROFILE_DEV_DEBUG=false
says "trying $drawn of $listed mutants"
status=0
cargo mutants "${options[@]}" --in-place --output "$WORK" --colors never --timeout 120 \
    --cargo-arg=--lib --cargo-arg=--locked >&2 || status=$?
case "$status" in
    0 | 2 | 3) ;; # all caught, some survived, some timed out
    *) exit "$status" ;;
esac

# It tries every deletion of a field, drawn or not; what was not drawn does not count.
jq --slurpfile drawn "$WORK/drawn.json" '
    [.outcomes[] | select(.scenario.Mutant?.name | IN($drawn[0][])) | {name: .scenario.Mutant.name, summary}]' \
    "$WORK/mutants.out/outcomes.json" >"$WORK/outcomes.json"
jq --raw-output --argjson listed "$listed" --arg seed "$seed" '
    def count($summary): map(select(.summary == $summary)) | length;
    "listed    \($listed)",
    "drawn     \(length), from seed \($seed)",
    "caught    \(count("CaughtMutant"))",
    "timed out \(count("Timeout"))",
    "unviable  \(count("Unviable"))",
    "survived  \(count("MissedMutant"))",
    (.[] | select(.summary == "MissedMutant") | "  " + .name)' "$WORK/outcomes.json"
# A mutant that never ends is noticed as well.
if ! jq --exit-status 'map(select(.summary != "Unviable"))
    | (map(select(.summary != "MissedMutant")) | length) >= 0.9 * length' "$WORK/outcomes.json" >/dev/null; then
    says "under 90 % of the mutants that compile were caught"
    exit 1
fi
