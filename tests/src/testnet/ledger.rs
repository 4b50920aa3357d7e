//! Whether the nodes of a network agree, and what their chain holds.

use super::Testnet;
use crate::rpc::Rpc;
use anyhow::{anyhow, ensure, Context, Result};
use medchain_runtime::{Access, Appointments, Consortium, Quotas, Registry, Reports, Rounds};
use serde_json::Value;
use sp_core::storage::Storage;
use sp_io::hashing::blake2_256;
use sp_runtime::TryRuntimeError;
use std::collections::BTreeMap;

/// What went through the finalized chain: how often each transaction did, by its hash.
pub type Transactions = BTreeMap<[u8; 32], usize>;

/// Makes sure that every node that runs has the same finalized chain, as far as all have finalized it; gives the number
/// of the last block of that.
///
/// # Errors
/// If two differ, or one does not answer.
pub fn ensure_one_chain(network: &Testnet) -> Result<u64> {
    let mut nodes = Vec::new();
    for participant in network.participants().iter().filter(|participant| participant.node.is_running()) {
        let rpc = participant.rpc()?;
        let finalized = rpc.finalized().with_context(|| participant.name.clone())?;
        nodes.push((participant.name.as_str(), rpc, finalized));
    }
    let common = nodes.iter().map(|(_, _, finalized)| *finalized).min().context("no node runs")?;
    let mut hashes = Vec::new();
    for (name, rpc, _) in &nodes {
        hashes.push((name, rpc.block_hash(common)?));
    }
    let (first, expected) = hashes.first().context("no node runs")?;
    for (name, hash) in &hashes {
        ensure!(hash == expected, "{name} and {first} have finalized different blocks {common}");
    }
    Ok(common)
}

/// The transactions of the blocks from number `from` to number `to`, as a node has them.
///
/// # Errors
/// If the node lacks a block.
pub fn transactions(rpc: &Rpc, from: u64, to: u64) -> Result<Transactions> {
    let mut found = Transactions::new();
    for number in from..=to {
        let hash = rpc.block_hash(number)?.with_context(|| format!("block {number} is missing"))?;
        let block = rpc.answer("chain_getBlock", vec![hash.into()])?;
        let extrinsics = block.pointer("/block/extrinsics").and_then(Value::as_array);
        for extrinsic in extrinsics.with_context(|| format!("the body of block {number} is missing"))? {
            *found.entry(blake2_256(&bytes(extrinsic)?)).or_default() += 1;
        }
    }
    Ok(found)
}

/// The state that a node has finalized, in memory.
///
/// # Errors
/// If the node does not give it.
pub fn snapshot(rpc: &Rpc) -> Result<Storage> {
    let finalized = rpc.answer("chain_getFinalizedHead", vec![])?;
    let pairs = rpc.answer("state_getPairs", vec!["0x".into(), finalized])?;
    let mut storage = Storage::default();
    for pair in pairs.as_array().context("the state is no list")? {
        let (Some(key), Some(value)) = (pair.get(0), pair.get(1)) else { continue };
        storage.top.insert(bytes(key)?, bytes(value)?);
    }
    Ok(storage)
}

/// Checks the invariants of our pallets over the state that a node has finalized; gives the number of entries.
///
/// # Errors
/// The invariant that does not hold.
pub fn check_state(rpc: &Rpc) -> Result<usize> {
    let storage = snapshot(rpc)?;
    let entries = storage.top.len();
    within(storage, check_invariants)?;
    Ok(entries)
}

/// Does something in a state, as the runtime would.
///
/// # Errors
/// What it fails with.
pub fn within<T>(storage: Storage, act: impl FnOnce() -> Result<T, TryRuntimeError>) -> Result<T> {
    let done = sp_io::TestExternalities::new(storage).execute_with(act);
    done.map_err(|error| anyhow!("an invariant of the state does not hold: {error:?}"))
}

/// Checks the invariants of our pallets, in a state.
///
/// # Errors
/// The invariant that does not hold.
pub fn check_invariants() -> Result<(), TryRuntimeError> {
    Registry::do_try_state()?;
    Appointments::do_try_state()?;
    Reports::do_try_state()?;
    Access::do_try_state()?;
    Quotas::do_try_state()?;
    Consortium::do_try_state()?;
    Rounds::do_try_state()
}

fn bytes(text: &Value) -> Result<Vec<u8>> {
    let text = text.as_str().context("no text")?;
    Ok(hex::decode(text.trim_start_matches("0x"))?)
}
