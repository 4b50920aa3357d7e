//! `medchain-net-bench`: how fast four validators on this machine include and finalize calls, and how many blocks they
//! make when one is away. Prints figures; ends with 1 if one misses its target.

use anyhow::Result;
use clap::Parser;
use medchain_tests::testnet::{
    ledger::{check_state, ensure_one_chain, transactions},
    load::{percentile, Load},
    Plan, Testnet, VALIDATORS,
};
use std::{
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
}

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
    println!("start to moving finality          {:>8.1} s", began.elapsed().as_secs_f64());

    let urls: Vec<_> = network.participants().iter().map(|participant| participant.node.url()).collect();
    let patients = whole(arguments.rate * 12.0);
    let load = Load::register(&urls, patients)?;
    let first = network.finalized();
    let running = load.begin(arguments.rate);
    sleep(Duration::from_secs(arguments.seconds));
    let outcome = running.end()?;
    let mut met = true;
    let mut line = |what: &str, value: f64, unit: &str, target: Option<(f64, bool)>| match target {
        Some((target, at_least)) => {
            let good = if at_least { value >= target } else { value <= target };
            met &= good;
            let (sign, word) = (if at_least { "≥" } else { "≤" }, if good { "met" } else { "MISSED" });
            println!("{what:<33} {value:>8.2} {unit:<6} target {sign} {target:.2}: {word}");
        }
        None => println!("{what:<33} {value:>8.2} {unit}"),
    };
    let slots = |durations: Vec<Duration>, share| percentile(durations, share).as_secs_f64() / SLOT.as_secs_f64();
    let included: Vec<_> = outcome.acknowledged.iter().map(|call| call.included).collect();
    let finalized: Vec<_> = outcome.acknowledged.iter().map(|call| call.finalized).collect();
    println!(
        "{} calls at {} a second: all final, {} unanswered, {} held back",
        outcome.acknowledged.len(),
        arguments.rate,
        outcome.unanswered,
        outcome.held_back
    );
    line("inclusion after submission, p50", slots(included.clone(), 0.5), "slots", None);
    line("inclusion after submission, p95", slots(included, 0.95), "slots", Some((INCLUDED_WITHIN, false)));
    line("finality after inclusion, p50", slots(finalized.clone(), 0.5), "slots", None);
    line("finality after inclusion, p95", slots(finalized, 0.95), "slots", Some((FINALIZED_WITHIN, false)));

    let four = blocks(&network, arguments.slots)?;
    network.node_mut(nodes - 1).kill()?;
    let three = blocks(&network, arguments.slots)?;
    line("blocks per slot, four validators", four, "", None);
    line("blocks per slot, one away", three, "", None);
    line("share of the healthy rate", three / four, "", Some((BLOCKS_WITHOUT_ONE, true)));

    let last = ensure_one_chain(&network)?;
    let rpc = network.participants()[0].rpc()?;
    outcome.ensure_once(&transactions(&rpc, first, last)?)?;
    println!("{} entries of state keep the invariants", check_state(&rpc)?);
    Ok(met)
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
