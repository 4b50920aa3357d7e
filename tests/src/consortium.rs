//! Three nodes of one chain.

use crate::{
    args,
    attack::{OnDisk, Ticket},
    life::PATIENT,
    node::{free_port, Node},
    wait::wait_for,
    world::World,
};
use anyhow::{ensure, Context, Result};
use base64::{engine::general_purpose::STANDARD, Engine};
use medchain_primitives::TicketOperation;
use medchain_runtime_api::RecordView;
use medchain_vault::DagBuilder;
use serde_json::{json, Value};
use std::time::Duration;

/// How long a node that was away may take until it is connected to the others again.
const TOLD_WITHIN: Duration = Duration::from_secs(60);

/// The nodes' network identities: well-known keys and the peers that they are.
const IDENTITIES: [(&str, &str); 3] = [
    (
        "0000000000000000000000000000000000000000000000000000000000000001",
        "12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp",
    ),
    (
        "0000000000000000000000000000000000000000000000000000000000000002",
        "12D3KooWHdiAxVd8uMQR1hGWXccidmfCwLqcMpGwR6QcTP6QRMuD",
    ),
    (
        "0000000000000000000000000000000000000000000000000000000000000003",
        "12D3KooWSCufgHzV4fCwRijfH2k3abrpAJxTKxEvN1FDuRXA2U9x",
    ),
];

/// The validator of [`World`], which has reserved the clinic, and two full nodes: the clinic fetches everything, and the
/// stranger, which nobody has reserved, nothing by itself.
#[derive(Debug)]
pub struct Consortium {
    /// A full node that the validator has reserved.
    pub clinic: Node,
    /// A full node that nobody has reserved.
    pub stranger: Node,
    /// The validator, and a patient under a doctor's care.
    pub world: World,
}

fn address(ports: &[u16; 3], node: usize) -> String {
    format!("/ip4/127.0.0.1/tcp/{}/p2p/{}", ports[node], IDENTITIES[node].1)
}

fn arguments(ports: &[u16; 3], node: usize, more: &[&str]) -> Vec<String> {
    let listen = format!("/ip4/127.0.0.1/tcp/{}", ports[node]);
    let common = ["--node-key", IDENTITIES[node].0, "--listen-addr", &listen, "--no-mdns"];
    common.iter().chain(more).map(|argument| (*argument).to_owned()).collect()
}

impl Consortium {
    /// Starts the nodes and registers the members.
    pub fn make() -> Result<Self> {
        let ports = [free_port()?, free_port()?, free_port()?];
        let world = World::make_with(|folder| {
            Node::start_with(folder, arguments(&ports, 0, &["--dev", "--reserved-nodes", &address(&ports, 1)]))
        })?;
        let start = |node: usize, name: &str, more: &[&str]| {
            let first = address(&ports, 0);
            let more = [["--chain", "dev", "--bootnodes", &first].as_slice(), more].concat();
            Node::start_with(&world.folder().join(name), arguments(&ports, node, &more))
        };
        let clinic =
            start(1, "clinic", &["--vault-scrub-pace", "200", "--prometheus-port", &free_port()?.to_string()])?;
        let stranger = start(2, "stranger", &["--vault-replicate", "none", "--vault-collect-after", "0.1"])?;
        Ok(Self { clinic, stranger, world })
    }

    /// A right ticket of the patient's for reading a record of hers through a node, not signed yet.
    pub fn right_ticket(&self, node: &Node, record: &RecordView) -> Result<Ticket> {
        Ticket::right(&node.rpc()?, &self.world.cli.identity(PATIENT)?, TicketOperation::Read, record.content)
    }

    /// The same, signed.
    pub fn patients_ticket(&self, node: &Node, record: &RecordView) -> Result<Value> {
        Ok(self.right_ticket(node, record)?.signed(&self.world.cli.identity(PATIENT)?))
    }

    /// Reads a record's content through a node, leaf by leaf.
    pub fn read(&self, node: &Node, record: &RecordView) -> Result<Vec<u8>> {
        let ticket = self.patients_ticket(node, record)?;
        let rpc = node.rpc()?;
        let root = rpc.answer("vault_root", vec![ticket.clone(), json!(record.id)])?;
        let root = medchain_vault::RootBlock::parse(&STANDARD.decode(root.as_str().unwrap_or_default())?)?;
        let mut bytes = Vec::new();
        for index in 0..root.leaf_count() {
            let leaf = rpc.answer("vault_leaf", vec![ticket.clone(), json!(record.id), json!(index)])?;
            bytes.extend(STANDARD.decode(leaf.as_str().unwrap_or_default())?);
        }
        ensure!(DagBuilder::build(&bytes[..])?.root().0 == record.content.0, "another content was read");
        Ok(bytes)
    }

    /// What so many nodes state of a record's erasure, as soon as the validator is connected to all of them: the report,
    /// and their statements.
    pub fn erasure_told_by(&self, record: &RecordView, nodes: usize) -> Result<(Value, Vec<Value>)> {
        let (mut report, mut told) = (Value::Null, Vec::new());
        let outcome = wait_for("the nodes tell of the erasure", TOLD_WITHIN, || {
            report = self.world.cli.json(None, args!["record", "erasure", record.id.to_string()])?;
            told = report["nodes"].as_array().cloned().unwrap_or_default();
            Ok(told.len() == nodes)
        });
        outcome.with_context(|| format!("{nodes} were to: {report}"))?;
        Ok((report, told))
    }

    /// What a node has of a record on its disk.
    pub fn on_disk(&self, node: &Node, record: &RecordView) -> Result<OnDisk> {
        Ok(OnDisk::of(&node.vault()?, record.content, record.envelope))
    }
}

/// Where all leaves of a record are over HTTP.
pub fn leaves_of(record: &RecordView) -> String {
    format!("/vault/1/records/{}/leaves/0", record.id)
}
