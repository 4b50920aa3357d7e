//! `medchain-net-bench`: how fast four validators on this machine include and finalize calls, and how many blocks they
//! make when one is away. Prints figures; ends with 1 if one misses its target.

use anyhow::Result;
use clap::Parser;
use medchain_bench_report::{Figure, Goal, Section};
use medchain_tests::testnet::{
    ledger::{check_state, ensure_one_chain, transactions},
    load::{percentile, Load},
    Plan, Testnet, VALIDATORS,
};
use std::{
    path::PathBuf,
    process::ExitCode,
    thread::sleep,
    time::{Duration, Instant},
};

const SLOT: Duration = Duration::from_secs(2);

/// Inclusion after submission, in slots, at the 95th percentile.
const INCLUDED_WITHIN: f64 = 1.5;
/// Finality after inclusion, in slots, at the 95th percentile.
const FINALIZED_WITHIN: f64 = 3.0;
/// Blocks made with one of four away, as a share of those made by four.
const BLOCKS_WITHOUT_ONE: f64 = 0.70;

/// Measures a network of four validators on this machine.
#[derive(Debug, Parser)]
#[command(name = "scripts/bench.sh net", bin_name = "scripts/bench.sh net")]
struct Arguments {
    /// Calls a second.
    #[arg(long, default_value_t = 10.0)]
    rate: f64,
    /// For how many seconds calls go in.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Over how many slots blocks are counted, with four validators and with three.
    #[arg(long, default_value_t = 40)]
    slots: u32,
    /// Write the figures to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

const BOUND: &str = "four nodes and the client share the machine";

fn main() -> ExitCode {
    match measure(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Says whether every target was met.
fn measure(arguments: &Arguments) -> Result<bool> {
    let folder = tempfile::Builder::new().prefix("medchain-net-bench-").tempdir()?;
    let nodes = VALIDATORS.len();
    let plan = Plan { nodes, folder: folder.path().to_owned(), ports: None, arguments: Vec::new() };
    let began = Instant::now();
    let mut network = Testnet::start(&plan)?;
    network.wait_finalized(1, Duration::from_secs(180))?;
    let mut section = Section::new("net");
    section.note(format!(
        "Four validators on this machine; {} calls a second for {} s, each of which replaces a patient's key; then {} slots with \
         four validators, and as many with one of them killed.",
        arguments.rate, arguments.seconds, arguments.slots
    ));
    section.add(Figure::new("start to moving finality", began.elapsed().as_secs_f64(), "s"));

    let urls: Vec<_> = network.participants().iter().map(|participant| participant.node.url()).collect();
    let patients = whole(arguments.rate * 12.0);
    let load = Load::register(&urls, patients)?;
    let first = network.finalized();
    let running = load.begin(arguments.rate);
    sleep(Duration::from_secs(arguments.seconds));
    let outcome = running.end()?;
    let slots = |durations: Vec<Duration>, share| percentile(durations, share).as_secs_f64() / SLOT.as_secs_f64();
    let included: Vec<_> = outcome.acknowledged.iter().map(|call| call.included).collect();
    let finalized: Vec<_> = outcome.acknowledged.iter().map(|call| call.finalized).collect();
    section.add(Figure::new("calls that became final", outcome.acknowledged.len() as f64, ""));
    section.add(Figure::new("calls without an answer", outcome.unanswered as f64, ""));
    section.add(Figure::new("calls held back", outcome.held_back as f64, ""));
    for (what, durations, most) in [
        ("inclusion after submission", included, INCLUDED_WITHIN),
        ("finality after inclusion", finalized, FINALIZED_WITHIN),
    ] {
        section.add(Figure::new(format!("{what}, p50"), slots(durations.clone(), 0.5), "slots"));
        let p95 = Figure::new(format!("{what}, p95"), slots(durations, 0.95), "slots");
        section.add(p95.with_goal(Goal::AtMost(most), BOUND));
    }

    let four = blocks(&network, arguments.slots)?;
    network.node_mut(nodes - 1).kill()?;
    let three = blocks(&network, arguments.slots)?;
    section.add(Figure::new("blocks per slot, four validators", four, ""));
    section.add(Figure::new("blocks per slot, one away", three, ""));
    let share = Figure::new("share of the healthy rate with one away", three / four, "");
    section.add(share.with_goal(Goal::AtLeast(BLOCKS_WITHOUT_ONE), BOUND));

    let last = ensure_one_chain(&network)?;
    let rpc = network.participants()[0].rpc()?;
    outcome.ensure_once(&transactions(&rpc, first, last)?)?;
    println!("{} entries of state keep the invariants", check_state(&rpc)?);
    section.write(arguments.json.as_deref())?;
    Ok(!section.figures.iter().any(Figure::misses))
}

/// Blocks that the best chain grows by in a slot, over so many slots.
fn blocks(network: &Testnet, slots: u32) -> Result<f64> {
    let rpc = network.participants()[0].rpc()?;
    let before = rpc.best()?;
    sleep(SLOT * slots);
    let made = u32::try_from(rpc.best()? - before)?;
    Ok(f64::from(made) / f64::from(slots))
}

/// A small number, rounded up.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(number: f64) -> usize {
    number.ceil() as usize
}
