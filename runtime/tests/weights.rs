//! Every call of our pallets has a measured weight: none is a literal, none is an estimate, none is left out.

use frame_support::traits::GetCallMetadata;
use medchain_runtime::{Runtime, RuntimeCall};
use std::{any::type_name, fs, path::PathBuf};

/// Each of our pallets that has calls: its crate, its name in the runtime, and who says what its calls weigh.
fn pallets() -> [(&'static str, &'static str, &'static str); 7] {
    [
        ("access", "Access", type_name::<<Runtime as pallet_access::Config>::WeightInfo>()),
        ("appointments", "Appointments", type_name::<<Runtime as pallet_appointments::Config>::WeightInfo>()),
        ("committee", "Rounds", type_name::<<Runtime as pallet_committee::Config>::WeightInfo>()),
        ("consortium", "Consortium", type_name::<<Runtime as pallet_consortium::Config>::WeightInfo>()),
        ("quotas", "Quotas", type_name::<<Runtime as pallet_quotas::Config>::WeightInfo>()),
        ("registry", "Registry", type_name::<<Runtime as pallet_registry::Config>::WeightInfo>()),
        ("reports", "Reports", type_name::<<Runtime as pallet_reports::Config>::WeightInfo>()),
    ]
}

fn read(path: &str) -> String {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

#[test]
fn the_runtime_takes_measured_weights() {
    for (pallet, _, weights) in pallets() {
        assert!(
            weights.starts_with(&format!("medchain_runtime::weights::pallet_{pallet}::")),
            "the calls of {pallet} weigh what {weights} says"
        );
    }
}

/// Whether measured weights are in it, or in a function of the pallet's that it calls.
fn is_measured(code: &str, stated: &str) -> bool {
    let mut called =
        stated.split("::<T>").map(|before| before.rsplit(|letter: char| !letter.is_alphanumeric() && letter != '_'));
    let body = |function: &str| code.split(&format!("\nfn {function}<")).nth(1)?.split("\n}").next();
    stated.contains("::WeightInfo::")
        || called.any(|mut words| words.next().and_then(body).is_some_and(|body| is_measured(code, body)))
}

#[test]
fn no_call_has_a_literal_weight() {
    for (pallet, name, _) in pallets() {
        let code = read(&format!("pallets/{pallet}/src/lib.rs"));
        let weights: Vec<_> = code.split("#[pallet::weight(").skip(1).collect();
        assert_eq!(weights.len(), RuntimeCall::get_call_names(name).len(), "{pallet}: a call has no weight of its own");
        for weight in weights {
            let stated = weight.split(")]").next().unwrap_or_default();
            assert!(is_measured(&code, stated), "{pallet}: the weight is {stated}");
        }
    }
}

#[test]
fn the_measured_weights_say_where_they_come_from() {
    for (pallet, ..) in pallets() {
        let weights = read(&format!("runtime/src/weights/pallet_{pallet}.rs"));
        for said in ["//! - Machine: ", "//! - Steps: ", ", repeats: "] {
            assert!(weights.contains(said), "{pallet}: {said}");
        }
        let measured = weights.matches("Weight::from_parts(").count();
        assert!(measured > 0 && weights.matches("Weight::zero").count() == 0, "{pallet}: {measured} are measured");
    }
}

/// The siblings on the path of one value in a trie of a million, in bytes.
const PROOF_PATH: u64 = 7 * 15 * 33;
/// Most bytes of a call's proof, but for the share of each item that it carries: a quarter of what a parachain's block may
/// prove.
const PROOF_MAX: u64 = 10 * 1024 * 1024 / 4;

/// The numbers between a text's parentheses after each mark.
fn numbers(text: &str, mark: &str) -> Vec<(u64, u64)> {
    let pair = |rest: &str| {
        let inside = rest.split(')').next()?.replace('_', "");
        let (first, second) = inside.split_once(',')?;
        Some((first.trim().parse().ok()?, second.trim().parse().ok()?))
    };
    text.split(mark).skip(1).filter_map(pair).collect()
}

#[test]
fn what_is_read_is_in_the_proof_and_the_proof_is_bounded() {
    for (pallet, ..) in pallets() {
        let weights = read(&format!("runtime/src/weights/pallet_{pallet}.rs"));
        let functions: Vec<_> = weights.split("    fn ").skip(1).collect();
        assert!(!functions.is_empty(), "{pallet}");
        for function in functions {
            let name = function.split('(').next().unwrap_or_default();
            // The base, then each component's share.
            let (weights, accesses) = (numbers(function, "from_parts("), numbers(function, "reads_writes("));
            for ((_, proof), (reads, writes)) in weights.iter().zip(&accesses) {
                let least = reads.max(writes) * PROOF_PATH;
                assert!(*proof >= least, "{pallet}.{name}: {proof} bytes for {reads} reads and {writes} writes");
                assert!(*proof <= PROOF_MAX, "{pallet}.{name}: a proof takes {proof} bytes");
            }
            assert!(!weights.is_empty(), "{pallet}.{name} weighs nothing");
        }
    }
}
