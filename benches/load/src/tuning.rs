//! One node with other settings than the ones it has by itself, each on a chain of its own: what the settings are worth.

use crate::{
    ceiling,
    members::Members,
    mix::{Plan, Size},
    offer::{offer, Pace},
    progress, share,
    watch::Watch,
    BACKLOG, FOR_THE_MOST,
};
use anyhow::{ensure, Result};
use medchain_bench_report::{Figure, Plot, Section};
use medchain_sdk::Client;
use medchain_tests::{
    block_on,
    node::{Node, DEVELOPMENT},
};
use sp_core::{ecdsa, ed25519, sr25519};
use std::path::Path;

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

/// Measures the most calls a second of one node with each setting.
///
/// # Errors
/// If a node cannot be started, or takes no call.
pub fn measure(size: Size, connections: u16, json: Option<&Path>) -> Result<()> {
    let plan = Plan::new(size)?;
    let mut section = Section::new("tuning");
    section.note(format!(
        "The medical mix on one node, as many calls as it takes: {} acts for each setting, over {connections} connections, on a new \
         chain. The node as it is comes first and last: what differs between the two is noise.",
        share(size.acts, FOR_THE_MOST)
    ));
    let first = most(&plan, connections, &[])?;
    section.add(Figure::new("as it is, finalized calls", first, "/s"));
    let mut bars = vec![("as it is".to_owned(), 1.0)];
    let settings = SETTINGS.map(|(name, arguments)| (name.to_owned(), connections, arguments));
    let over = [1, 32].map(|connections| (format!("{connections} connections"), connections, [].as_slice()));
    for (name, connections, arguments) in settings.into_iter().chain(over) {
        progress(&name);
        let most = most(&plan, connections, arguments)?;
        section.add(Figure::new(format!("{name}, finalized calls"), most, "/s"));
        section.add(Figure::new(format!("{name}, of what it is"), most / first, ""));
        bars.push((name, most / first));
    }
    let last = most(&plan, connections, &[])?;
    section.add(Figure::new("as it is, again, of what it is", last / first, ""));
    for (name, verified) in [
        ("sr25519", ceiling::verifications::<sr25519::Pair>(MESSAGE)),
        ("ed25519", ceiling::verifications::<ed25519::Pair>(MESSAGE)),
        ("ecdsa", ceiling::verifications::<ecdsa::Pair>(MESSAGE)),
    ] {
        section.add(Figure::new(format!("{name} verifications, one core"), verified, "/s"));
    }
    let title = "Finalized calls with a setting, of those with none".to_owned();
    section.plots.push(Plot::Bars { title, unit: String::new(), bars });
    section.write(json)
}

/// How many calls a second become final on a node that has these arguments too.
fn most(plan: &Plan, connections: u16, arguments: &[&str]) -> Result<f64> {
    let folder = tempfile::Builder::new().prefix("medchain-load-bench-").tempdir()?;
    let arguments = DEVELOPMENT.iter().chain(arguments).map(|argument| (*argument).to_owned()).collect();
    let mut node = Node::start_with(&folder.path().join("node"), arguments)?;
    let clients = (0..connections).map(|_| Ok(block_on(Client::connect(&node.url()))?)).collect::<Result<Vec<_>>>()?;
    let watch = block_on(async { Watch::begin(Client::connect(&node.url()).await?).await })?;
    let mut members = block_on(Members::make(&clients, &node.rpc()?, &watch, plan))?;
    let count = share(plan.size.acts, FOR_THE_MOST);
    let acts = block_on(members.sign_acts(&plan.acts[..count]))?;
    let outcome = block_on(offer(&clients, &watch, acts, Pace { rate: None, backlog: BACKLOG }))?;
    ensure!(outcome.finalized > 0, "no call became final: {:?}", outcome.refused);
    block_on(watch.end());
    node.stop()?;
    Ok(outcome.per_second)
}
