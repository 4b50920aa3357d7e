//! One node with other settings than the ones it has by itself, each on a chain of its own: what the settings are worth.

use crate::{
    ceiling,
    ledger::Ledger,
    members::Members,
    mix::Plan,
    offer::{offer, Pace},
    progress, share,
    watch::Watch,
    Arguments, BACKLOG, FOR_THE_MOST,
};
use anyhow::{ensure, Context, Result};
use medchain_bench_report::{Figure, Plot, Section};
use medchain_sdk::Client;
use medchain_tests::{
    block_on,
    node::{free_port, Node, DEVELOPMENT},
};
use sp_core::{ecdsa, ed25519, sr25519};
use std::path::{Path, PathBuf};

/// What else is measured, each under its name.
#[derive(Debug, clap::Args)]
pub struct Others {
    /// Measure a chain of this specification too, such as one with another runtime.
    #[arg(long, value_name = "NAME=FILE", value_parser = named, requires = "tuning")]
    chain: Vec<(String, PathBuf)>,
    /// Measure this build of the node too.
    #[arg(long, value_name = "NAME=FILE", value_parser = named, requires = "tuning")]
    node: Vec<(String, PathBuf)>,
    /// Leave out the settings that are measured otherwise.
    #[arg(long, requires = "tuning")]
    only_others: bool,
}

/// A name, and the file that it stands for.
fn named(text: &str) -> Result<(String, PathBuf)> {
    let (name, file) = text.split_once('=').context("write it as NAME=FILE")?;
    ensure!(!name.is_empty(), "it needs a name");
    let file = Path::new(file).canonicalize().with_context(|| format!("there is no {file}"))?;
    Ok((name.to_owned(), file))
}

/// What is different about a node.
#[derive(Default)]
struct Setting {
    name: String,
    /// Arguments that it has besides.
    arguments: Vec<String>,
    /// How many connections calls go over, where not over as many as by themselves.
    connections: Option<u16>,
    /// Another build of it.
    program: Option<PathBuf>,
}

/// The length of a signed message, in bytes, about that of a call of the mix.
const MESSAGE: usize = 300;

/// What is different, and the node's arguments for it.
const SETTINGS: [(&str, &[&str]); 6] = [
    ("a fork-aware pool", &["--pool-type", "fork-aware"]),
    ("a pool of 2,048 calls", &["--pool-limit", "2048"]),
    ("no cache of the trie", &["--trie-cache-size", "0"]),
    (
        "an instance of the runtime for each call",
        &["--wasmtime-instantiation-strategy", "recreate-instance-copy-on-write"],
    ),
    ("an archive", &["--state-pruning", "archive", "--blocks-pruning", "archive"]),
    ("everything logged", &["--log", "debug"]),
];

/// All that is measured beside the node as it is.
fn settings(others: &Others) -> Vec<Setting> {
    let known = SETTINGS.map(|(name, arguments)| Setting {
        name: name.to_owned(),
        arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
        ..Setting::default()
    });
    let over = [1, 32].map(|connections| Setting {
        name: format!("{connections} connections"),
        connections: Some(connections),
        ..Setting::default()
    });
    let chains = others.chain.iter().map(|(name, file)| Setting {
        name: name.clone(),
        arguments: vec!["--chain".to_owned(), file.display().to_string()],
        ..Setting::default()
    });
    let nodes = others.node.iter().map(|(name, program)| Setting {
        name: name.clone(),
        program: Some(program.clone()),
        ..Setting::default()
    });
    let known = known.into_iter().chain(over).filter(|_| !others.only_others);
    known.chain(chains).chain(nodes).collect()
}

/// Measures the most calls a second of one node with each setting.
///
/// # Errors
/// If a node cannot be started, or takes no call.
pub fn measure(arguments: &Arguments) -> Result<()> {
    let Arguments { size, connections, others, json, .. } = arguments;
    let plan = Plan::new(*size)?;
    let mut section = Section::new("tuning");
    section.note(format!(
        "The medical mix on one node, as many calls as it takes: {} acts for each setting, over {connections} connections, on a new \
         chain. The node as it is comes first and last: what differs between the two is noise.",
        share(size.acts, FOR_THE_MOST)
    ));
    let as_it_is = Setting::default();
    let first = most(&plan, *connections, &as_it_is)?;
    section.add(Figure::new("as it is, finalized calls", first.per_second, "/s"));
    section.add(Figure::new("as it is, calls in the fullest block", first.fullest, ""));
    let mut bars = vec![("as it is".to_owned(), 1.0)];
    for setting in settings(others) {
        progress(&setting.name);
        let most = most(&plan, *connections, &setting)?;
        let (name, of_first) = (setting.name, most.per_second / first.per_second);
        section.add(Figure::new(format!("{name}, finalized calls"), most.per_second, "/s"));
        section.add(Figure::new(format!("{name}, of what it is"), of_first, ""));
        section.add(Figure::new(format!("{name}, calls in the fullest block"), most.fullest, ""));
        bars.push((name, of_first));
    }
    let last = most(&plan, *connections, &as_it_is)?;
    section.add(Figure::new("as it is, again, of what it is", last.per_second / first.per_second, ""));
    for (name, verified) in [
        ("sr25519", ceiling::verifications::<sr25519::Pair>(MESSAGE)),
        ("ed25519", ceiling::verifications::<ed25519::Pair>(MESSAGE)),
        ("ecdsa", ceiling::verifications::<ecdsa::Pair>(MESSAGE)),
    ] {
        section.add(Figure::new(format!("{name} verifications, one core"), verified, "/s"));
    }
    let title = "Finalized calls with a setting, of those with none".to_owned();
    section.plots.push(Plot::Bars { title, unit: String::new(), bars });
    section.write(json.as_deref())
}

/// What a node took.
struct Most {
    /// Finalized calls a second.
    per_second: f64,
    /// Calls in the fullest block.
    fullest: f64,
}

/// How many calls become final on a node with this setting.
fn most(plan: &Plan, connections: u16, setting: &Setting) -> Result<Most> {
    let connections = setting.connections.unwrap_or(connections);
    let folder = tempfile::Builder::new().prefix("medchain-load-bench-").tempdir()?;
    let arguments = DEVELOPMENT.map(str::to_owned).into_iter().chain(setting.arguments.iter().cloned()).collect();
    let mut node = Node::prepare(&folder.path().join("node"), free_port()?, arguments)?;
    if let Some(program) = &setting.program {
        node.set_program(program.clone());
    }
    node.launch()?;
    node.wait_moving()?;
    let clients = (0..connections).map(|_| Ok(block_on(Client::connect(&node.url()))?)).collect::<Result<Vec<_>>>()?;
    let watch = block_on(async { Watch::begin(Client::connect(&node.url()).await?).await })?;
    let mut members = block_on(Members::make(&clients, &node.rpc()?, &watch, plan))?;
    let count = share(plan.size.acts, FOR_THE_MOST);
    let acts = block_on(members.sign_acts(&plan.acts[..count]))?;
    let begun = watch.heads().0 + 1;
    let outcome = block_on(offer(&clients, &watch, acts, Pace { rate: None, backlog: BACKLOG }))?;
    ensure!(outcome.finalized > 0, "no call became final: {:?}", outcome.refused);
    let ledger = Ledger::read(&node.rpc()?, begun, watch.heads().1)?;
    block_on(watch.end());
    node.stop()?;
    Ok(Most { per_second: outcome.per_second, fullest: ledger.fullest.0 as f64 })
}
