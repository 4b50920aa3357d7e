//! Each call's time, with its signature, beside that of a signed remark of the same length.
//!
//! The story's calls run one after another. Each is timed some times over in a block that is thrown away, in turn with the
//! remark, which an administrator sends at the same moment, since strangers may not; then it happens. A call that carries many items may take
//! that much longer for each of them.

use crate::{
    chain::{Chain, InMemory},
    story::{self, Event},
};
use anyhow::{Context, Result};
use frame_support::traits::GetCallMetadata;
use medchain_bench_report::{Figure, Goal, Plot, Section};
use medchain_runtime::RuntimeCall;
use sp_core::sr25519;
use std::{collections::BTreeSet, path::Path, time::Duration};

/// How often each is timed.
pub const REPEATS: usize = 41;
/// How many times a remark's time a call may take.
const BOUND: f64 = 2.0;
/// The pallets of which every call has to be timed.
const PALLETS: [&str; 4] = ["Registry", "Appointments", "Reports", "Access"];

/// What a call that misses the bound does more than a remark.
const MORE: &str =
    "each call reads and writes several entries of the state, checks rights and emits events; a remark does nothing";

/// Times every call and prints the figures; writes the worst of each call to a file, if one is named.
///
/// # Errors
///
/// When a call of the story is refused, when the story leaves a call out, or when a call takes too long.
pub fn run(json: Option<&Path>) -> Result<()> {
    println!("{:<40} {:>6} {:>7} {:>11} {:>11} {:>7}", "call", "items", "bytes", "remark/us", "per item/us", "ratio");
    let mut chain = Chain::new(story::BEGIN)?;
    let (mut timed, mut beyond, mut figures) = (BTreeSet::new(), Vec::new(), Vec::<Figure>::new());
    for event in story::events() {
        match event {
            Event::Pass(time) => chain.pass(time),
            Event::Rest(blocks) => {
                for _ in 0..blocks {
                    let block = chain.begin()?;
                    chain.end(block)?;
                }
            }
            Event::Call { by, call, items } => {
                let metadata = call.get_call_metadata();
                let name = format!("{}.{}", metadata.pallet_name, metadata.function_name);
                let (length, remark, each) =
                    time(&mut chain, &by, *call, items).with_context(|| format!("{name} in the story"))?;
                let ratio = each.as_secs_f64() / remark.as_secs_f64();
                let (remark, each) = (remark.as_secs_f64() * 1e6, each.as_secs_f64() * 1e6);
                println!("{name:<40} {items:>6} {length:>7} {remark:>11.1} {each:>11.1} {ratio:>7.2}");
                let figure = Figure::new(name.as_str(), ratio, "remarks").with_goal(Goal::AtMost(BOUND), MORE);
                match figures.iter_mut().find(|other| other.name == name) {
                    Some(other) if other.value >= ratio => {}
                    Some(other) => *other = figure,
                    None => figures.push(figure),
                }
                if ratio > BOUND {
                    beyond.push(format!("{name} of {items}: {ratio:.2}"));
                }
                timed.insert((metadata.pallet_name, metadata.function_name));
            }
        }
    }
    for pallet in PALLETS {
        for call in RuntimeCall::get_call_names(pallet) {
            anyhow::ensure!(timed.contains(&(pallet, call)), "the story has no {pallet}.{call}");
        }
    }
    section(figures).write(json)?;
    anyhow::ensure!(beyond.is_empty(), "beyond {BOUND} times a remark: {}", beyond.join(", "));
    Ok(())
}

/// The figures as the report takes them.
fn section(figures: Vec<Figure>) -> Section {
    let mut section = Section::new("calls");
    section.note(format!(
        "Each call of the story, signed, beside a signed remark of the same length, in the node's executor over a state in memory: \
         median of {REPEATS}, for each item that it carries; of a call that happens more than once, the worst."
    ));
    let bars = figures.iter().map(|figure| (figure.name.clone(), figure.value)).collect();
    section.plots.push(Plot::Bars { title: "Each call's time in remarks".into(), unit: String::new(), bars });
    section.figures = figures;
    section
}

/// The length of the transaction, the remark's time, and the call's for each item.
fn time(
    chain: &mut Chain<InMemory>,
    by: &sr25519::Pair,
    call: RuntimeCall,
    items: u32,
) -> Result<(usize, Duration, Duration)> {
    let transaction = chain.signed(by, call)?;
    let administrator = story::administrator();
    let signed_remark = |chain: &Chain<InMemory>, bytes: usize| {
        chain.signed(&administrator, frame_system::Call::remark { remark: vec![0; bytes] }.into())
    };
    let empty = signed_remark(chain, 0)?.len();
    // The lengths that stand before the remark and the transaction grow with them.
    let mut bytes = transaction.len().saturating_sub(empty);
    let mut remark = signed_remark(chain, bytes)?;
    while remark.len() > transaction.len() && bytes > 0 {
        bytes -= 1;
        remark = signed_remark(chain, bytes)?;
    }
    let begun = chain.begin()?;
    let (mut calls, mut remarks) = (Vec::new(), Vec::new());
    for _ in 0..REPEATS {
        remarks.push(chain.apply(&mut begun.clone(), &remark)?);
        calls.push(chain.apply(&mut begun.clone(), &transaction)?);
    }
    let mut block = begun;
    chain.apply(&mut block, &transaction)?;
    chain.end(block)?;
    Ok((transaction.len(), median(remarks), median(calls) / items.max(1)))
}

/// The one in the middle.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
