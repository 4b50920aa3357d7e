//! A network of the `local` chain on loopback: four validators and full nodes, each pair joined by links that can be cut.
//!
//! | module | what it holds |
//! |---|---|
//! | [`link`] | a cable between two nodes |
//! | [`control`] | the process that keeps a network alive between commands |
//! | [`load`] | calls at a steady rate, and what became of them |
//! | [`ledger`] | whether a network's nodes agree, and what their chain holds |
//!
//! The nodes know each other's addresses by `--reserved-nodes` alone: they look for nobody, and believe nobody's word of
//! a private address (`--no-private-ip`), so that there is no way around the links.

pub mod control;
pub mod ledger;
pub mod link;
pub mod load;

use crate::{
    node::{self, free_port, Node, PID_FILE, RUNTIME_CACHE_VARIABLE},
    process,
    rpc::Rpc,
};
use anyhow::{bail, ensure, Context, Result};
use link::Link;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    env, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    thread::sleep,
    time::{Duration, Instant},
};

/// The validators of the `local` chain, by name and option.
pub const VALIDATORS: [&str; 4] = ["alice", "bob", "charlie", "dave"];

/// Fewer nodes than this finalize nothing: more than two thirds of the validators must vote.
pub const NODES_MIN: usize = 3;
/// Every node has a link to every other.
pub const NODES_MAX: usize = 12;

/// How long a node that is alive may take to say how it is.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// What network to make.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How many nodes; the first four are the validators, the others full nodes.
    pub nodes: usize,
    /// Where each has a folder of its own.
    pub folder: PathBuf,
    /// The first of the consecutive ports for JSON-RPC, and of those for Prometheus; free ones, and no Prometheus, if
    /// not given.
    pub ports: Option<(u16, u16)>,
    /// More arguments for every node.
    pub arguments: Vec<String>,
}

/// A node of the network.
#[derive(Debug)]
pub struct Participant {
    /// Its name, which is also that of its folder.
    pub name: String,
    /// Whether it is a validator.
    pub validator: bool,
    /// Its process.
    pub node: Node,
    peer_id: String,
    address: SocketAddr,
    rpc_port: u16,
    prometheus: Option<u16>,
}

/// How a node is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Status {
    /// Its name.
    pub name: String,
    /// Whether it is a validator.
    pub validator: bool,
    /// Its process, if it runs.
    pub pid: Option<u32>,
    /// Where clients connect.
    pub url: String,
    /// What it says of itself, if it answers.
    pub answer: Option<Answer>,
}

/// What a node says of itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answer {
    /// Peers that it is connected to.
    pub peers: u64,
    /// Number of its best block.
    pub best: u64,
    /// Number of its last finalized block.
    pub finalized: u64,
    /// Contents in its vault.
    pub contents: u64,
    /// Contents that it has yet to fetch.
    pub missing: u64,
}

/// A running network. Its nodes are killed when it is dropped.
#[derive(Debug)]
pub struct Testnet {
    participants: Vec<Participant>,
    /// The link by which the first dials the second; none to itself.
    links: Vec<Vec<Option<Link>>>,
    chain: PathBuf,
    common: Vec<String>,
}

impl Testnet {
    /// Makes the network's folders and links, and starts its nodes; their chain may not move yet.
    ///
    /// # Errors
    /// If there are too few or too many nodes, or one does not start.
    pub fn start(plan: &Plan) -> Result<Self> {
        let mut network = Self::prepare(plan)?;
        for (index, participant) in network.participants.iter_mut().enumerate() {
            participant.node.launch()?;
            if index == 0 {
                // It compiles the runtime, and the others take it from where it has put it.
                participant.node.wait_answering()?;
            }
        }
        Ok(network)
    }

    fn prepare(plan: &Plan) -> Result<Self> {
        ensure!(
            (NODES_MIN..=NODES_MAX).contains(&plan.nodes),
            "a network has {NODES_MIN} to {NODES_MAX} nodes: fewer finalize nothing, more are too many for one machine"
        );
        let mut participants = Vec::new();
        for index in 0..plan.nodes {
            participants.push(Participant::prepare(plan, index)?);
        }
        let mut links = Vec::new();
        for (from, dialler) in participants.iter().enumerate() {
            let mut row = Vec::new();
            for (to, participant) in participants.iter().enumerate() {
                let link = || Link::to(participant.address, dialler.node.folder().join(PID_FILE));
                row.push((from != to).then(link).transpose()?);
            }
            links.push(row);
        }
        let (chain, common) = (chain_file(&plan.folder)?, plan.arguments.clone());
        let mut network = Self { participants, links, chain, common };
        for index in 0..plan.nodes {
            let arguments = network.arguments_of(index);
            network.participants[index].node.set_arguments(arguments);
        }
        Ok(network)
    }

    /// What a node is started with.
    fn arguments_of(&self, index: usize) -> Vec<String> {
        let participant = &self.participants[index];
        let mut arguments: Vec<String> = ["--no-mdns", "--reserved-only", "--no-private-ip"].map(Into::into).into();
        let mut option = |name: &str, value: String| arguments.extend([name.to_owned(), value]);
        option("--chain", self.chain.display().to_string());
        option("--name", participant.name.clone());
        option("--node-key-file", participant.node.folder().join(NODE_KEY).display().to_string());
        option("--listen-addr", format!("/ip4/127.0.0.1/tcp/{}", participant.address.port()));
        for (link, peer) in self.links[index].iter().zip(&self.participants) {
            if let Some(link) = link {
                option("--reserved-nodes", format!("/ip4/127.0.0.1/tcp/{}/p2p/{}", link.port(), peer.peer_id));
            }
        }
        if let Some(port) = participant.prometheus {
            option("--prometheus-port", port.to_string());
        }
        if participant.validator {
            arguments.push(format!("--{}", participant.name));
        }
        arguments.extend(self.common.iter().cloned());
        arguments
    }

    /// Every node, the validators first.
    pub fn participants(&self) -> &[Participant] {
        &self.participants
    }

    /// A node by its place.
    pub fn node(&self, index: usize) -> &Node {
        &self.participants[index].node
    }

    /// A node by its place, to be killed or restarted.
    pub fn node_mut(&mut self, index: usize) -> &mut Node {
        &mut self.participants[index].node
    }

    /// The place of the node of this name.
    ///
    /// # Errors
    /// If there is none.
    pub fn index_of(&self, name: &str) -> Result<usize> {
        let found = self.participants.iter().position(|participant| participant.name == name);
        found.with_context(|| {
            let names: Vec<_> = self.participants.iter().map(|participant| participant.name.as_str()).collect();
            format!("there is no node {name:?}; the nodes are {}", names.join(", "))
        })
    }

    /// Waits until every node that runs has finalized `number`.
    ///
    /// # Errors
    /// If one has not within this time, or has ended.
    pub fn wait_finalized(&self, number: u64, within: Duration) -> Result<()> {
        let started = Instant::now();
        for participant in &self.participants {
            if participant.node.pid().is_err() {
                continue;
            }
            loop {
                if participant.rpc()?.finalized().is_ok_and(|finalized| finalized >= number) {
                    break;
                }
                let words = || format!("{}\n{}", participant.name, participant.node.log_tail());
                ensure!(participant.node.is_running(), "a node has ended: {}", words());
                ensure!(started.elapsed() < within, "block {number} is not final within {within:?} on {}", words());
                sleep(Duration::from_millis(100));
            }
        }
        Ok(())
    }

    /// The highest finalized block that any node knows.
    pub fn finalized(&self) -> u64 {
        let finalized = self.participants.iter().filter_map(|participant| participant.rpc().ok()?.finalized().ok());
        finalized.max().unwrap_or(0)
    }

    /// How every node is.
    pub fn status(&self) -> Vec<Status> {
        self.participants.iter().map(Participant::status).collect()
    }

    /// Cuts every link between nodes of different groups, and makes those within a group whole. A node that is in no
    /// group goes with the first.
    pub fn partition(&self, groups: &[Vec<usize>]) {
        let group_of = |node: usize| groups.iter().position(|group| group.contains(&node)).unwrap_or_default();
        for (from, row) in self.links.iter().enumerate() {
            for (to, link) in row.iter().enumerate() {
                if let Some(link) = link {
                    link.set_cut(group_of(from) != group_of(to));
                }
            }
        }
    }

    /// Makes every link whole.
    pub fn heal(&self) {
        self.partition(&[]);
    }

    /// Bytes that the links between these groups have carried.
    pub fn carried_between(&self, one: &[usize], other: &[usize]) -> u64 {
        let pairs = one.iter().flat_map(|&from| other.iter().flat_map(move |&to| [(from, to), (to, from)]));
        pairs.filter_map(|(from, to)| self.links.get(from)?.get(to)?.as_ref()).map(Link::carried).sum()
    }

    /// Ends every node in good order.
    ///
    /// # Errors
    /// If one cannot be ended.
    pub fn stop(&mut self) -> Result<()> {
        for participant in &self.participants {
            if let Ok(pid) = participant.node.pid() {
                // One that is paused hears nothing else.
                participant.node.resume()?;
                process::signal(pid, "TERM")?;
            }
        }
        self.participants.iter_mut().try_for_each(|participant| participant.node.stop())
    }
}

/// The file of a node's network key, in its folder.
const NODE_KEY: &str = "node-key";

impl Participant {
    fn prepare(plan: &Plan, index: usize) -> Result<Self> {
        let (name, validator) = match VALIDATORS.get(index) {
            Some(name) => ((*name).to_owned(), true),
            None if index == VALIDATORS.len() => ("full".to_owned(), false),
            None => (format!("full-{}", index - VALIDATORS.len() + 1), false),
        };
        let folder = plan.folder.join(&name);
        let nth = |first: u16| -> Result<u16> {
            first.checked_add(u16::try_from(index)?).context("the ports go beyond 65535")
        };
        let (rpc_port, prometheus) = match plan.ports {
            Some((rpc, prometheus)) => (nth(rpc)?, Some(nth(prometheus)?)),
            None => (free_port()?, None),
        };
        let mut node = Node::prepare(&folder, rpc_port, Vec::new())?;
        if env::var_os(RUNTIME_CACHE_VARIABLE).is_none() {
            // On one machine, one compilation serves all.
            let cache = plan.folder.join("runtime-cache");
            node.set_environment(RUNTIME_CACHE_VARIABLE, Some(cache.to_str().context("the folder's name is no text")?));
        }
        Ok(Self {
            peer_id: peer_id(&folder.join(NODE_KEY))?,
            address: SocketAddr::from(([127, 0, 0, 1], free_port()?)),
            name,
            validator,
            node,
            rpc_port,
            prometheus,
        })
    }

    /// Its JSON-RPC, which is given up soon if it does not answer.
    pub fn rpc(&self) -> Result<Rpc> {
        Rpc::within(self.rpc_port, ANSWER_WITHIN)
    }

    fn status(&self) -> Status {
        let pid = self.node.pid().ok().filter(|_| self.node.is_running());
        Status {
            name: self.name.clone(),
            validator: self.validator,
            pid,
            url: self.node.url(),
            answer: pid.and_then(|_| self.answer().ok()),
        }
    }

    fn answer(&self) -> Result<Answer> {
        let rpc = self.rpc()?;
        let health = rpc.answer("system_health", vec![])?;
        let vault = rpc.answer("vault_status", vec![])?;
        let number = |of: &Value, field: &str| of.get(field).and_then(Value::as_u64).unwrap_or_default();
        Ok(Answer {
            peers: number(&health, "peers"),
            best: rpc.best()?,
            finalized: rpc.finalized()?,
            contents: number(&vault, "contents"),
            missing: number(&vault, "missing"),
        })
    }
}

/// The peer that a key file makes; makes the file, for its owner alone, if there is none.
fn peer_id(key: &Path) -> Result<String> {
    let binary = process::binary("MEDCHAIN_NODE", "medchain-node")?;
    let command = if key.exists() { "inspect-node-key" } else { "generate-node-key" };
    let output = Command::new(binary).args(["key", command, "--file"]).arg(key).output()?;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    if !output.status.success() {
        bail!("the network key {} cannot be used: {}", key.display(), said.trim());
    }
    let peer = said.split_whitespace().find(|word| word.starts_with("12D3Koo"));
    Ok(peer.with_context(|| format!("the node does not name the peer of its key: {said}"))?.to_owned())
}

/// The file of the chain `local`, taken from where tests share it, or made.
fn chain_file(network: &Path) -> Result<PathBuf> {
    let file = network.join("local.json");
    if !file.exists() {
        let binary = process::binary("MEDCHAIN_NODE", "medchain-node")?;
        let shared = env::var_os(RUNTIME_CACHE_VARIABLE).map_or_else(|| network.to_owned(), PathBuf::from);
        fs::copy(node::chain_file("local", &binary, &shared)?, &file)?;
    }
    Ok(file)
}

/// Reads a partition as people write it: `alice,bob|charlie,dave`.
///
/// # Errors
/// If a name is none of the network's, or stands twice, or there are fewer than two groups.
pub fn parse_partition(network: &Testnet, text: &str) -> Result<Vec<Vec<usize>>> {
    let mut seen = BTreeSet::new();
    let mut groups = Vec::new();
    for group in text.split('|') {
        let mut members = Vec::new();
        for name in group.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            ensure!(seen.insert(name), "{name} is on two sides of the partition");
            members.push(network.index_of(name)?);
        }
        ensure!(!members.is_empty(), "a side of the partition is empty; write it as alice,bob|charlie,dave");
        groups.push(members);
    }
    ensure!(groups.len() > 1, "a partition has two sides; write it as alice,bob|charlie,dave");
    Ok(groups)
}

/// The table that `status` prints.
pub fn table(statuses: &[Status]) -> String {
    let mut lines = vec![format!(
        "{:<10} {:>9} {:>6} {:>8} {:>10}  {:<10} {:<24} {}",
        "node", "process", "peers", "best", "finalized", "validator", "vault", "JSON-RPC"
    )];
    for status in statuses {
        let (peers, best, finalized, vault) = match &status.answer {
            Some(answer) => (
                answer.peers.to_string(),
                answer.best.to_string(),
                answer.finalized.to_string(),
                format!("{} contents, {} missing", answer.contents, answer.missing),
            ),
            None => ("-".into(), "-".into(), "-".into(), if status.pid.is_some() { "no answer" } else { "-" }.into()),
        };
        let process = status.pid.map_or("down".into(), |pid| pid.to_string());
        let validator = if status.validator { "yes" } else { "no" };
        let (name, url) = (&status.name, &status.url);
        lines.push(format!(
            "{name:<10} {process:>9} {peers:>6} {best:>8} {finalized:>10}  {validator:<10} {vault:<24} {url}"
        ));
    }
    lines.join("\n")
}
