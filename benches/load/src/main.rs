//! `medchain-load-bench`: the medical mix on one node and on four validators, open loop at rising rates, beside what the machine
//! could do at most, and one node with other settings. `scripts/bench.sh load` and `scripts/bench.sh tuning` run it.

mod ceiling;
mod ledger;
mod machine;
mod members;
mod mix;
mod offer;
mod tuning;
mod watch;

use anyhow::{ensure, Context, Result};
use clap::Parser;
use ledger::Ledger;
use machine::Usage;
use medchain_bench_report::{disk, Figure, Goal, Plot, Section};
use medchain_sdk::Client;
use medchain_tests::{
    block_on,
    node::Node,
    rpc::Rpc,
    testnet::{ledger::ensure_one_chain, Plan as Network, Testnet, VALIDATORS},
};
use members::Members;
use mix::{Plan, Size};
use offer::{offer, Outcome, Pace, Signed};
use sp_core::sr25519;
use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};
use watch::Watch;

/// The length of a slot, in seconds.
const SLOT: f64 = 2.0;
/// How many transactions may be on their way while as many are offered as are taken. No account's nonce runs further ahead
/// by that than the chain lets it.
const BACKLOG: usize = 3_000;
/// The shares of the most that are offered, one after the other; at the half, waiting is measured.
const RISING: [f64; 4] = [0.25, 0.5, 0.75, 0.9];
const HALF: f64 = 0.5;
/// The share of the acts by which the most is found.
const FOR_THE_MOST: f64 = 0.5;
/// How long one rate is offered at most, in seconds.
const STEP: f64 = 20.0;
/// The share of the acts as many of which are offered as remarks.
const REMARKS: f64 = 0.25;

/// Measures the medical mix on a chain.
#[derive(Debug, Parser)]
#[command(name = "scripts/bench.sh load", bin_name = "scripts/bench.sh load")]
struct Arguments {
    #[command(flatten)]
    size: Size,
    /// Connections over which calls go in.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    connections: u16,
    /// Offer half of the most alone, instead of rising rates.
    #[arg(long)]
    quick: bool,
    /// Measure one network alone.
    #[arg(long, value_name = "one|four")]
    only: Option<String>,
    /// Measure one node with each of some settings instead, one after the other.
    #[arg(long, conflicts_with_all = ["only", "quick"])]
    tuning: bool,
    /// What else the tuning measures beside the settings that it knows.
    #[command(flatten)]
    others: tuning::Others,
    /// Write the figures to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let measured = if arguments.tuning { tuning::measure(&arguments) } else { measure(&arguments) };
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &Arguments) -> Result<()> {
    let plan = Plan::new(arguments.size)?;
    let mut section = Section::new("load");
    section.note(format!(
        "The medical mix (40 % anchor, 20 % request, 15 % grant, 15 % open, 10 % appointment): {} acts of {} patients and {} \
         doctors, signed in advance, offered open loop over {} connections. Nodes and client share the machine. The node is \
         built as `scripts/bench.sh` builds it: our runtime optimised, of the rest the hot crates (see docs/performance.md).",
        plan.size.acts, plan.size.patients, plan.size.doctors, arguments.connections
    ));
    if arguments.only.as_deref() != Some("four") {
        one_node(arguments, &plan, &mut section)?;
    }
    if arguments.only.as_deref() != Some("one") {
        four_validators(arguments, &plan, &mut section)?;
    }
    section.write(arguments.json.as_deref())
}

fn one_node(arguments: &Arguments, plan: &Plan, section: &mut Section) -> Result<()> {
    progress("one node: starting");
    let folder = tempfile::Builder::new().prefix("medchain-load-bench-").tempdir()?;
    let mut node = Node::start(&folder.path().join("node"))?;
    let before = disk(&node.folder().join("base"))?;
    let run = Run { name: "one node", urls: vec![node.url()], rpc: node.rpc()?, pids: vec![node.pid()?] };
    let measured = run.measure(arguments, plan, section, true)?;
    node.stop()?;
    let bytes = disk(&node.folder().join("base"))?.saturating_sub(before) as f64;
    section.add(Figure::new(
        "one node, disk for each call, with members and remarks",
        bytes / plan.size.acts as f64,
        "bytes",
    ));
    let began = Instant::now();
    node.launch()?;
    node.wait_answering()?;
    section.add(Figure::new("one node, until it answers after a restart", began.elapsed().as_secs_f64(), "s"));
    node.stop()?;

    progress("one node: executing the blocks again");
    let (first, last) = measured.span;
    let took = ceiling::execute_again("dev", &node.folder().join("base"), folder.path(), first, last)?;
    let again = measured.calls as f64 / took.as_secs_f64();
    section.add(Figure::new("ceiling: calls executed again", again, "/s"));
    section.add(Figure::new("ceiling: time per call executed again", 1e6 / again, "us"));
    section.add(Figure::new(
        "ceiling: sr25519 verifications, one core",
        ceiling::verifications::<sr25519::Pair>(measured.length),
        "/s",
    ));
    let of_ceiling = Figure::new("one node, of the ceiling by executing again", measured.most / again, "");
    section.add(of_ceiling.with_goal(Goal::AtLeast(0.6), bound(measured.filled)));
    section.plots.push(Plot::Lines {
        title: "One node: p95 in slots over calls a second".to_owned(),
        x: "calls a second offered".to_owned(),
        y: "slots".to_owned(),
        lines: measured.lines,
    });
    Ok(())
}

/// What keeps a node from executing more: that its blocks are full, or that the time to make them is up before.
fn bound(filled: f64) -> &'static str {
    if filled > 0.9 {
        "the weight of a block, which the fullest block filled: ordinary calls may weigh three quarters of two thirds of a slot, and \
         each counts as its worst case"
    } else {
        "the time to make a block: the fullest block was not full by weight. Within a part of the slot the author executes the \
         calls, while on the same cores the pool validates those that come in (each once more than its execution does), the \
         client sends and watches, and the block before is voted on"
    }
}

fn four_validators(arguments: &Arguments, plan: &Plan, section: &mut Section) -> Result<()> {
    progress("four validators: starting");
    let folder = tempfile::Builder::new().prefix("medchain-load-bench-").tempdir()?;
    let network =
        Network { nodes: VALIDATORS.len(), folder: folder.path().to_owned(), ports: None, arguments: Vec::new() };
    let mut network = Testnet::start(&network)?;
    network.wait_finalized(1, Duration::from_secs(180))?;
    let mut pids = Vec::new();
    for participant in network.participants() {
        pids.push(participant.node.pid()?);
    }
    let run = Run {
        name: "four validators",
        urls: network.participants().iter().map(|participant| participant.node.url()).collect(),
        rpc: network.node(0).rpc()?,
        pids,
    };
    let measured = run.measure(arguments, plan, section, false)?;
    ensure_one_chain(&network)?;
    network.stop()?;
    if let Some(again) = section.value("ceiling: calls executed again") {
        section.add(
            Figure::new("four validators, of the ceiling by executing again", measured.most / again, "").with_goal(
                Goal::AtLeast(0.5),
                "four nodes and the client share this machine's cores: each block is executed by its author and by three others",
            ),
        );
    }
    Ok(())
}

/// A chain to measure.
struct Run {
    name: &'static str,
    urls: Vec<String>,
    rpc: Rpc,
    pids: Vec<u32>,
}

/// What was measured.
struct Measured {
    /// The most finalized calls a second.
    most: f64,
    /// How full the fullest block was.
    filled: f64,
    /// The blocks with the calls that came to that, and how many they are.
    span: (u64, u64),
    calls: usize,
    /// The mean length of a call.
    length: usize,
    lines: Vec<(String, Vec<(f64, f64)>)>,
}

impl Run {
    fn measure(&self, arguments: &Arguments, plan: &Plan, section: &mut Section, rising: bool) -> Result<Measured> {
        let (name, began) = (self.name, Instant::now());
        let clients = (0..usize::from(arguments.connections))
            .map(|place| Ok(block_on(Client::connect(&self.urls[place % self.urls.len()]))?))
            .collect::<Result<Vec<_>>>()?;
        let watch = block_on(async { Watch::begin(Client::connect(&self.urls[0]).await?).await })?;
        let mut members = block_on(Members::make(&clients, &self.rpc, &watch, plan))?;
        progress(&format!(
            "{name}: {} members made in {:.0} s",
            plan.size.patients + plan.size.doctors,
            began.elapsed().as_secs_f64()
        ));
        let acts = block_on(members.sign_acts(&plan.acts))?;
        let length = acts.iter().map(|act| act.length).sum::<usize>() / acts.len().max(1);
        let hashes: Vec<_> = acts.iter().map(|act| act.hash).collect();
        let first = watch.heads().0 + 1;

        // First as many as it takes; then rising shares of that.
        let mut rest = acts.into_iter();
        let count = share(plan.size.acts, FOR_THE_MOST);
        progress(&format!("{name}: as many as it takes"));
        let client = Usage::begin(vec![std::process::id()])?;
        let nodes = Usage::begin(self.pids.clone())?;
        let most = block_on(offer(
            &clients,
            &watch,
            rest.by_ref().take(count).collect(),
            Pace { rate: None, backlog: BACKLOG },
        ))?;
        let (nodes, client) = (nodes.end()?, client.end()?);
        ensure!(most.finalized > 0, "no call became final: {:?}", most.refused);
        let ledger = Ledger::read(&self.rpc, first, watch.heads().1)?;
        let span = ledger.span.context("no block holds a call")?;
        section.add(Figure::new(format!("{name}, finalized calls"), most.per_second, "/s"));
        section.add(Figure::new(format!("{name}, calls in the fullest block"), ledger.fullest.0 as f64, ""));
        section.add(Figure::new(
            format!("{name}, weight of the fullest block, of what it may be"),
            ledger.fullest.1,
            "",
        ));
        section.add(Figure::new(format!("{name}, nodes' processor"), nodes.cores, "cores"));
        section.add(Figure::new(format!("{name}, nodes' memory at most"), nodes.memory, "MiB"));
        section.add(Figure::new(format!("{name}, client's processor"), client.cores, "cores"));
        section.add(Figure::new(format!("{name}, client's memory at most"), client.memory, "MiB"));
        section.add(Figure::new(format!("{name}, on their way to a block at most"), most.pool as f64, "calls"));
        section.add(Figure::new(format!("{name}, sent again"), most.again as f64, "times"));

        let shares: Vec<_> =
            RISING.into_iter().filter(|share| *share == HALF || (rising && !arguments.quick)).collect();
        let seconds = (rest.len() as f64 / (most.per_second * shares.iter().sum::<f64>())).min(STEP);
        let (mut inclusion, mut finality) = (Vec::new(), Vec::new());
        let mut failures = most.failures();
        for of in shares {
            let rate = most.per_second * of;
            progress(&format!("{name}: {rate:.0} a second"));
            let acts: Vec<Signed> = rest.by_ref().take(share(1, rate * seconds)).collect();
            let outcome = block_on(offer(&clients, &watch, acts, Pace { rate: Some(rate), backlog: BACKLOG }))?;
            failures += outcome.failures();
            inclusion.push((rate, outcome.inclusion(0.95) / SLOT));
            finality.push((rate, outcome.finality(0.95) / SLOT));
            if of == HALF {
                self.waiting(section, &outcome);
            } else {
                section.add(Figure::new(
                    format!("{name}, finalized calls at {of} of the most"),
                    outcome.per_second,
                    "/s",
                ));
            }
        }
        section.add(Figure::new(format!("{name}, refused for good"), failures as f64, "calls"));
        self.count(section, &watch, &hashes[..hashes.len() - rest.len()], first)?;
        members.take_back(rest.as_slice());

        if rising {
            progress(&format!("{name}: remarks of {length} bytes"));
            let remarks = block_on(members.sign_remarks(share(plan.size.acts, REMARKS), length))?;
            let remarks = block_on(offer(&clients, &watch, remarks, Pace { rate: None, backlog: BACKLOG }))?;
            section.add(Figure::new("ceiling: finalized remarks of the same length", remarks.per_second, "/s"));
            section.add(Figure::new("one node, of the ceiling by remarks", most.per_second / remarks.per_second, ""));
        }
        block_on(watch.end());
        let lines = vec![("inclusion".to_owned(), inclusion), ("finality after inclusion".to_owned(), finality)];
        Ok(Measured { most: most.per_second, filled: ledger.fullest.1, span, calls: most.finalized, length, lines })
    }

    /// How long calls wait at half of the most.
    fn waiting(&self, section: &mut Section, outcome: &Outcome) {
        let name = self.name;
        for (share, goal) in [(0.5, false), (0.95, true), (0.99, false)] {
            for (what, value, most) in [
                ("inclusion after submission", outcome.inclusion(share), 1.5),
                ("finality after inclusion", outcome.finality(share), 3.0),
            ] {
                let figure = Figure::new(
                    format!("{name} at half the most, {what}, p{:.0}", share * 100.0),
                    value / SLOT,
                    "slots",
                );
                section.add(if goal {
                    figure.with_goal(
                        Goal::AtMost(most),
                        "nodes and client share the machine, and a block is made once in a slot",
                    )
                } else {
                    figure
                });
            }
        }
        section.add(Figure::new(
            format!("{name} at half the most, sent late by at most"),
            outcome.behind.as_secs_f64(),
            "s",
        ));
    }

    /// Counts on chain what was offered.
    fn count(&self, section: &mut Section, watch: &Watch, offered: &[watch::Hash], first: u64) -> Result<()> {
        let ledger = Ledger::read(&self.rpc, first, watch.heads().1)?;
        let times = ledger.times(offered);
        let name = self.name;
        section.note(format!(
            "{name}: of {} calls that were offered, {} are in the finalized chain exactly once, {} more often, {} not at all; {} \
             of them had no effect.",
            offered.len(),
            times.once,
            times.more,
            times.absent,
            times.failed
        ));
        section.add(
            Figure::new(
                format!("{name}, exactly once in the finalized chain"),
                times.once as f64 / offered.len() as f64,
                "",
            )
            .with_goal(Goal::AtLeast(1.0), "see the note on what became of the calls"),
        );
        section.add(Figure::new(format!("{name}, without effect"), times.failed as f64, "calls"));
        Ok(())
    }
}

/// A share of a count.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn share(count: usize, share: f64) -> usize {
    (count as f64 * share) as usize
}

fn progress(text: &str) {
    eprintln!("load: {text}");
}
