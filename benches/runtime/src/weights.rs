//! Measures the cost of every call, hook step and extension and writes `runtime/src/weights/`.
//!
//! The benchmarks run in the runtime's WebAssembly over a state in memory that counts which keys are read and written.
//! Database accesses are counted here and priced by the runtime's `DbWeight`.

use crate::{executor::Executor, state::CountingState};
use anyhow::{anyhow, Context, Result};
use frame_benchmarking::{
    Analysis, BenchmarkBatch, BenchmarkConfig, BenchmarkList, BenchmarkMetadata, BenchmarkParameter, BenchmarkResult,
    BenchmarkSelector,
};
use frame_support::traits::StorageInfo;
use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

/// How many values of each component are measured, and how often each.
const STEPS: u32 = 16;
const REPEATS: u32 = 20;

/// What the proof of one value takes besides the value, in bytes: the siblings on its path in a trie of a million values,
/// and two levels more.
const PROOF_PATH: u64 = 7 * 15 * 33;

/// Most bytes of an entry of each storage item, by its prefix.
type Bounds = BTreeMap<Vec<u8>, u64>;

/// Measures with this runtime, or only checks that each benchmark has its effect.
///
/// # Errors
///
/// When a benchmark fails.
pub fn run(runtime: &Path, only_verify: bool) -> Result<()> {
    let code = fs::read(runtime).with_context(|| format!("{} cannot be read", runtime.display()))?;
    let bench = Bench { executor: Executor::new(code), state: CountingState::of_development_chain()? };
    let (pallets, infos): (Vec<BenchmarkList>, Vec<StorageInfo>) =
        bench.executor.ask(&bench.state, "Benchmark_benchmark_metadata", false)?;
    let bounds: Bounds =
        infos.into_iter().map(|info| (info.prefix, info.max_size.unwrap_or_default().into())).collect();
    for pallet in pallets {
        let name = String::from_utf8(pallet.pallet.clone())?;
        let mut body = String::new();
        for benchmark in &pallet.benchmarks {
            let call = String::from_utf8(benchmark.name.clone())?;
            // A benchmark cannot have every name that a call has.
            let call = call.strip_suffix("_call").unwrap_or(&call);
            let results = bench
                .measure(&pallet, benchmark, &bounds, only_verify)
                .with_context(|| format!("the benchmark of {name}.{call}"))?;
            if !results.is_empty() {
                body.push_str(&function(call, benchmark, &results)?);
            }
            eprintln!("{name}.{call}: {} results", results.len());
        }
        if !only_verify {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../runtime/src/weights");
            fs::create_dir_all(&folder)?;
            fs::write(folder.join(format!("{name}.rs")), file(&name, &body))?;
        }
    }
    Ok(())
}

struct Bench {
    executor: Executor,
    state: CountingState,
}

impl Bench {
    /// Runs a benchmark over its components' values: each in steps, the others at their greatest.
    fn measure(
        &self,
        pallet: &BenchmarkList,
        benchmark: &BenchmarkMetadata,
        bounds: &Bounds,
        only_verify: bool,
    ) -> Result<Vec<BenchmarkResult>> {
        let mut results = Vec::new();
        for choice in choices(benchmark) {
            self.dispatch(pallet, benchmark, &choice, true, 1)?;
            if only_verify {
                continue;
            }
            // The first is for the compiler's and the allocator's sake.
            let batches = self.dispatch(pallet, benchmark, &choice, false, REPEATS + 1)?;
            results.extend(batches.into_iter().flat_map(|batch| batch.results).skip(1));
        }
        for result in &mut results {
            result.proof_size = proof_bound(result, bounds);
        }
        Ok(results)
    }

    fn dispatch(
        &self,
        pallet: &BenchmarkList,
        benchmark: &BenchmarkMetadata,
        choice: &[(BenchmarkParameter, u32)],
        verify: bool,
        internal_repeats: u32,
    ) -> Result<Vec<BenchmarkBatch>> {
        let config = BenchmarkConfig {
            pallet: pallet.pallet.clone(),
            instance: pallet.instance.clone(),
            benchmark: benchmark.name.clone(),
            selected_components: choice.to_vec(),
            verify,
            internal_repeats,
        };
        let outcome: Result<Vec<BenchmarkBatch>, String> =
            self.executor.ask(&self.state, "Benchmark_dispatch_benchmark", config)?;
        outcome.map_err(|error| anyhow!(error))
    }
}

fn choices(benchmark: &BenchmarkMetadata) -> Vec<Vec<(BenchmarkParameter, u32)>> {
    let greatest: Vec<_> = benchmark.components.iter().map(|(name, _, high)| (*name, *high)).collect();
    let mut choices = Vec::new();
    for (index, (_, low, high)) in benchmark.components.iter().enumerate() {
        let steps = STEPS.min(high - low + 1).max(2);
        for step in 0..steps {
            let mut choice = greatest.clone();
            if let Some(component) = choice.get_mut(index) {
                component.1 = low + (high - low) * step / (steps - 1);
            }
            choices.push(choice);
        }
    }
    if choices.is_empty() {
        choices.push(Vec::new());
    }
    choices
}

/// Most bytes that a proof of what a call reads can have.
fn proof_bound(result: &BenchmarkResult, bounds: &Bounds) -> u32 {
    let bound = result.keys.iter().fold(0, |total: u64, (item, reads, writes, _)| {
        let value = bounds.get(item).copied().unwrap_or_default();
        // What is written is proved absent or present too.
        total.saturating_add((value + PROOF_PATH).saturating_mul((*reads).max(*writes).into()))
    });
    u32::try_from(bound).unwrap_or(u32::MAX)
}

fn function(call: &str, benchmark: &BenchmarkMetadata, results: &Vec<BenchmarkResult>) -> Result<String> {
    let fit = |selector| Analysis::min_squares_iqr(results, selector);
    let (time, proof) = (fit(BenchmarkSelector::ExtrinsicTime)?, fit(BenchmarkSelector::ProofSize)?);
    let (reads, writes) = (fit(BenchmarkSelector::Reads)?, fit(BenchmarkSelector::Writes)?);
    let parameters: Vec<_> = benchmark.components.iter().map(|(name, ..)| format!("{name:?}: u32")).collect();
    let mut text = String::new();
    let weight = |time, proof| format!("Weight::from_parts({}, {})", grouped(time), grouped(proof));
    writeln!(text, "    // Least: {} ns.", grouped(time.minimum))?;
    writeln!(text, "    fn {call}({}) -> Weight {{", parameters.join(", "))?;
    writeln!(text, "        {}", weight(time.base, proof.base))?;
    writeln!(text, "            .saturating_add(T::DbWeight::get().reads_writes({}, {}))", reads.base, writes.base)?;
    for (index, (name, ..)) in benchmark.components.iter().enumerate() {
        let slope = |analysis: &Analysis| analysis.slopes.get(index).copied().unwrap_or(0);
        let each = weight(slope(&time), slope(&proof));
        writeln!(text, "            .saturating_add({each}.saturating_mul({name:?}.into()))")?;
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
pub fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

/// The processor's name.
pub fn machine() -> String {
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = processor.lines().find_map(|line| line.strip_prefix("model name")?.split(':').nth(1));
    name.map_or("unknown", str::trim).into()
}

/// The profile that this program was built in.
pub fn profile() -> &'static str {
    if cfg!(debug_assertions) {
        "dev"
    } else {
        "release"
    }
}

fn file(pallet: &str, body: &str) -> String {
    let (machine, profile) = (machine(), profile());
    let body = body.trim_end();
    format!(
        "//! The measured cost of the calls, hooks and extensions of `{pallet}`. Generated by `scripts/weights.sh`; not to be
//! edited.
//!
//! - Machine: {machine}
//! - Steps: {STEPS}, repeats: {REPEATS}
//! - Measured in the runtime's WebAssembly, run by the executor of the `{profile}` profile over a state in memory; database
//!   accesses are counted, and priced by `DbWeight`
//! - The proof size bounds what a proof of the keys read and written takes, by the greatest length of each

use core::marker::PhantomData;
use frame_support::{{traits::Get, weights::Weight}};

/// The measured cost of each call, hook and extension.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> {pallet}::WeightInfo for WeightInfo<T> {{
{body}
}}
"
    )
}
