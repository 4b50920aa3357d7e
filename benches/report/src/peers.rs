//! What the driver of `benches/peers` prints, as a section.

use crate::{markdown::number, Figure, Goal, Plot, Run, Section};
use serde::Deserialize;

/// What keeps MedChain from its goal beside a peer.
const BOUND: &str =
    "what bounds one node in the section on load; the peer makes no blocks for others to check in time, nor checks \
                     rights to read and quotas, nor waits for a disk or for finality";

/// How much faster than each peer one node of MedChain shall be.
const GOALS: [(&str, &str, Option<f64>); 4] = [
    ("ganache", "Ganache", Some(20.0)),
    ("ganache-disk", "Ganache on disk", None),
    ("hardhat", "Hardhat's node", Some(5.0)),
    ("anvil", "Anvil", Some(1.0)),
];

/// What the driver prints.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Peers {
    compiler: String,
    acts: u64,
    patients: u64,
    doctors: u64,
    bytes_per_act: f64,
    seconds: f64,
    connections: u64,
    results: Vec<Mode>,
}

#[derive(Debug, Deserialize)]
struct Mode {
    peer: String,
    title: String,
    lacks: Vec<String>,
    failed: Option<String>,
    most: Option<Driven>,
    half: Option<Driven>,
    times: Option<Times>,
    cores: Option<f64>,
    memory: Option<f64>,
    effects: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Driven {
    sent: u64,
    refused: u64,
    per_second: f64,
    latency: Latency,
}

#[derive(Debug, Deserialize)]
struct Latency {
    p50: Option<f64>,
    p95: Option<f64>,
    p99: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct Times {
    absent: u64,
    once: u64,
    more: u64,
}

impl Peers {
    /// The section: every mode, and MedChain of the same run as a multiple of each peer's best.
    pub fn section(&self, run: &Run) -> Section {
        let mut section = Section::new("peers");
        section.note(format!(
            "The workflow as a Solidity contract ({}), on development chains: {} acts of {} patients and {} doctors, signed in \
             advance, {:.0} bytes each, over {} connections, for {} s at most; then at half the speed that they came to. Mined \
             counts as final.",
            self.compiler, self.acts, self.patients, self.doctors, self.bytes_per_act, self.connections, self.seconds
        ));
        let mut lacks: Vec<&String> = Vec::new();
        for lack in self.results.iter().flat_map(|mode| &mode.lacks) {
            if !lacks.contains(&lack) {
                lacks.push(lack);
            }
        }
        section.note("None of them has what a chain of records needs:");
        section.note(lacks.iter().map(|lack| format!("- {lack}")).collect::<Vec<_>>().join("\n"));
        let mut bars = Vec::new();
        for mode in &self.results {
            self.add_mode(&mut section, mode, &mut bars);
        }
        for (network, title) in [("one node", "MedChain, one node"), ("four validators", "MedChain, four validators")] {
            if let Some(calls) = run.value("load", &format!("{network}, finalized calls")) {
                bars.push((title.to_owned(), calls));
            }
        }
        if let Some(ours) = run.value("load", "one node, finalized calls") {
            for (peer, title, goal) in GOALS {
                let Some(best) = self.best(peer) else { continue };
                let figure = Figure::new(format!("one node as a multiple of {title}"), ours / best, "");
                section.add(match goal {
                    Some(goal) => figure.with_goal(Goal::AtLeast(goal), BOUND),
                    None => figure,
                });
            }
        }
        section.plots.push(Plot::Bars { title: "Calls a second in blocks".into(), unit: "/s".into(), bars });
        section
    }

    fn add_mode(&self, section: &mut Section, mode: &Mode, bars: &mut Vec<(String, f64)>) {
        let title = &mode.title;
        if let Some(reason) = &mode.failed {
            let reason = reason.lines().next().unwrap_or_default();
            section.note(format!("{title} could not be measured: {reason}"));
            return;
        }
        let (Some(most), Some(half)) = (&mode.most, &mode.half) else { return };
        section.add(Figure::new(format!("{title}: mined calls"), most.per_second, "/s"));
        bars.push((title.split(',').next().unwrap_or(title).to_owned() + ", " + mode_word(title), most.per_second));
        for (share, value) in [("p50", half.latency.p50), ("p95", half.latency.p95), ("p99", half.latency.p99)] {
            if let Some(value) = value {
                section.add(Figure::new(format!("{title}: mined after, at half of that, {share}"), value, "s"));
            }
        }
        let refused = most.refused + half.refused;
        section.add(Figure::new(format!("{title}: refused"), refused as f64, "calls"));
        if let Some(cores) = mode.cores {
            section.add(Figure::new(format!("{title}: processor"), cores, "cores"));
        }
        if let Some(memory) = mode.memory {
            section.add(Figure::new(format!("{title}: memory at most"), memory / 1_048_576.0, "MiB"));
        }
        if let Some(Times { absent, once, more }) = mode.times {
            let effects = if mode.effects == Some(true) {
                "the contract counts each of them once"
            } else {
                "the contract counts otherwise"
            };
            section.note(format!(
                "{title}: of {} sent, {once} are in blocks exactly once, {more} more often, {absent} not at all; {effects}.",
                number((most.sent + half.sent) as f64)
            ));
        }
    }

    /// The most calls a second of a peer in any of its modes.
    fn best(&self, peer: &str) -> Option<f64> {
        let modes = self.results.iter().filter(|mode| mode.peer == peer);
        modes
            .filter_map(|mode| mode.most.as_ref())
            .map(|most| most.per_second)
            .filter(|calls| *calls > 0.0)
            .reduce(f64::max)
    }
}

/// The rest of a title, for a bar.
fn mode_word(title: &str) -> &str {
    if title.contains("each second") {
        "each second"
    } else {
        "at once"
    }
}
