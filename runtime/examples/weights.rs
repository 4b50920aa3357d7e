//! Measures the cost of every call and extension and writes `runtime/src/weights/`; run it by `scripts/weights.sh`.
//!
//! The benchmarks run natively over a state in memory that counts which keys are read and written. The node runs the
//! runtime as compiled WebAssembly, which takes up to twice as long; the times are therefore doubled. Database
//! accesses are counted here and priced by the runtime's `DbWeight`.
#![allow(missing_docs)]

#[path = "weights/state.rs"]
mod state;

use frame_benchmarking::{
    runtime_decl_for_benchmark::BenchmarkV2, Analysis, BenchmarkBatch, BenchmarkConfig, BenchmarkMetadata,
    BenchmarkParameter, BenchmarkResult, BenchmarkSelector,
};
use medchain_runtime::Runtime;
use state::CountingState;
use std::{error::Error, fmt::Write as _, fs, path::Path};

/// How many values of each component are measured, and how often each.
const STEPS: u32 = 16;
const REPEATS: u32 = 20;
/// Compiled WebAssembly takes at most this many times as long as native code.
const WASM_FACTOR: u128 = 2;

fn main() -> Result<(), Box<dyn Error>> {
    let only_verify = std::env::args().any(|argument| argument == "--verify");
    let state = CountingState::of_development_chain()?;
    let (list, _) = state.run(|| Runtime::benchmark_metadata(false));
    for pallet in list {
        let name = String::from_utf8(pallet.pallet.clone())?;
        let mut body = String::new();
        for benchmark in &pallet.benchmarks {
            let results = measure(&state, &pallet.pallet, &pallet.instance, benchmark, only_verify)?;
            let call = String::from_utf8(benchmark.name.clone())?;
            // A benchmark cannot have every name that a call has.
            let call = call.strip_suffix("_call").unwrap_or(&call);
            body.push_str(&function(call, benchmark, &results)?);
            eprintln!("{name}.{call}: {} results", results.len());
        }
        if !only_verify {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/weights");
            fs::create_dir_all(&folder)?;
            fs::write(folder.join(format!("{name}.rs")), file(&name, &body)?)?;
        }
    }
    Ok(())
}

/// Runs a benchmark over its components' values: each in steps, the others at their greatest.
fn measure(
    state: &CountingState,
    pallet: &[u8],
    instance: &[u8],
    benchmark: &BenchmarkMetadata,
    only_verify: bool,
) -> Result<Vec<BenchmarkResult>, Box<dyn Error>> {
    let greatest: Vec<_> = benchmark.components.iter().map(|(name, _, high)| (*name, *high)).collect();
    let mut choices: Vec<Vec<(BenchmarkParameter, u32)>> = Vec::new();
    for (index, (_, low, high)) in benchmark.components.iter().enumerate() {
        let steps = STEPS.min(high - low + 1).max(2);
        for step in 0..steps {
            let mut choice = greatest.clone();
            choice[index].1 = low + (high - low) * step / (steps - 1);
            choices.push(choice);
        }
    }
    if choices.is_empty() {
        choices.push(Vec::new());
    }
    let run = |choice: &[(BenchmarkParameter, u32)], verify, internal_repeats| {
        let config = BenchmarkConfig {
            pallet: pallet.to_vec(),
            instance: instance.to_vec(),
            benchmark: benchmark.name.clone(),
            selected_components: choice.to_vec(),
            verify,
            internal_repeats,
        };
        state.run(|| Runtime::dispatch_benchmark(config))
    };
    let mut results = Vec::new();
    for choice in choices {
        run(&choice, true, 1)?;
        if only_verify {
            continue;
        }
        let batches: Vec<BenchmarkBatch> = run(&choice, false, REPEATS)?;
        results.extend(batches.into_iter().flat_map(|batch| batch.results));
    }
    Ok(results)
}

fn function(
    call: &str,
    benchmark: &BenchmarkMetadata,
    results: &Vec<BenchmarkResult>,
) -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    if results.is_empty() {
        return Ok(text);
    }
    let fit = |selector| Analysis::min_squares_iqr(results, selector).map_err(|error| error.to_string());
    let (time, reads, writes) =
        (fit(BenchmarkSelector::ExtrinsicTime)?, fit(BenchmarkSelector::Reads)?, fit(BenchmarkSelector::Writes)?);
    let parameters: Vec<_> = benchmark.components.iter().map(|(name, ..)| format!("{name:?}: u32")).collect();
    writeln!(text, "    // Least: {} ps.", time.minimum * WASM_FACTOR)?;
    writeln!(text, "    fn {call}({}) -> Weight {{", parameters.join(", "))?;
    writeln!(text, "        Weight::from_parts({}, 0)", grouped(time.base * WASM_FACTOR))?;
    writeln!(text, "            .saturating_add(T::DbWeight::get().reads_writes({}, {}))", reads.base, writes.base)?;
    for (index, (name, ..)) in benchmark.components.iter().enumerate() {
        let slope = |analysis: &Analysis| analysis.slopes.get(index).copied().unwrap_or(0);
        let time = grouped(slope(&time) * WASM_FACTOR);
        writeln!(text, "            .saturating_add(Weight::from_parts({time}, 0).saturating_mul({name:?}.into()))")?;
        let (reads, writes) = (slope(&reads), slope(&writes));
        if reads + writes > 0 {
            let accesses = format!("T::DbWeight::get().reads_writes({reads}, {writes})");
            writeln!(text, "            .saturating_add({accesses}.saturating_mul({name:?}.into()))")?;
        }
    }
    writeln!(text, "    }}\n")?;
    Ok(text)
}

/// A number with its digits in threes.
fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

fn file(pallet: &str, body: &str) -> Result<String, Box<dyn Error>> {
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor = processor
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split(':').nth(1))
        .map_or("unknown", str::trim);
    let profile = if cfg!(debug_assertions) { "development, with debug assertions" } else { "release" };
    Ok(format!(
        "//! The measured cost of the calls and extensions of `{pallet}`. Generated by `scripts/weights.sh`; not to be edited.
//!
//! - Machine: {processor}
//! - Steps: {STEPS}, repeats: {REPEATS}; profile: {profile}
//! - Measured natively over a state in memory, times multiplied by {WASM_FACTOR} for compiled WebAssembly
//! - No storage proofs: the chain is no parachain, so that the proof size is zero

use core::marker::PhantomData;
use frame_support::{{traits::Get, weights::Weight}};

/// The measured cost of each call and extension.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> {pallet}::WeightInfo for WeightInfo<T> {{
{}
}}
",
        body.trim_end()
    ))
}
