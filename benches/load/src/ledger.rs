//! What the finalized chain holds: how often each transaction is there, whether it succeeded, and the events.

use crate::watch::Hash;
use anyhow::{Context, Result};
use codec::Decode;
use frame_support::dispatch::DispatchClass;
use frame_system::{ConsumedWeight, EventRecord, Phase};
use medchain_runtime::{Runtime, RuntimeEvent};
use medchain_tests::rpc::Rpc;
use sp_crypto_hashing::{blake2_256, twox_128};
use std::collections::HashMap;

/// A transaction on chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// How often it is there.
    pub times: usize,
    /// How often it succeeded.
    pub successes: usize,
}

/// The blocks from one to another.
#[derive(Default)]
pub struct Ledger {
    /// The transactions.
    pub entries: HashMap<Hash, Entry>,
    /// The events of what succeeded, in order.
    pub events: Vec<RuntimeEvent>,
    /// The number of the first block that holds any, and of the last.
    pub span: Option<(u64, u64)>,
    /// How many the fullest block holds, and the share of the weight for ordinary calls that they fill there.
    pub fullest: (usize, f64),
}

/// How often so many transactions are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// Exactly once.
    pub once: usize,
    /// More often.
    pub more: usize,
    /// Not at all.
    pub absent: usize,
    /// There, and without effect.
    pub failed: usize,
}

impl Ledger {
    /// Reads the blocks from number `from` to number `to`.
    ///
    /// # Errors
    /// If the node lacks one, or its state.
    pub fn read(rpc: &Rpc, from: u64, to: u64) -> Result<Self> {
        let key = |item: &[u8]| format!("0x{}", hex::encode([twox_128(b"System"), twox_128(item)].concat()));
        let value = |item: &[u8], hash: &str| -> Result<Vec<u8>> {
            let value = rpc.answer("state_getStorage", vec![key(item).into(), hash.into()])?;
            Ok(hex::decode(value.as_str().context("the block lacks a part of its state")?.trim_start_matches("0x"))?)
        };
        let mut ledger = Self::default();
        for number in from..=to {
            let hash = rpc.block_hash(number)?.with_context(|| format!("block {number} is missing"))?;
            let block = rpc.answer("chain_getBlock", vec![hash.clone().into()])?;
            let extrinsics = block.pointer("/block/extrinsics").and_then(|extrinsics| extrinsics.as_array());
            let mut hashes = Vec::new();
            for extrinsic in extrinsics.context("the block has no body")? {
                let text = extrinsic.as_str().context("an extrinsic is no text")?;
                hashes.push(blake2_256(&hex::decode(text.trim_start_matches("0x"))?));
            }
            if hashes.len() > 1 {
                ledger.span = Some((ledger.span.map_or(number, |(first, _)| first), number));
            }
            if hashes.len() > ledger.fullest.0 + 1 {
                let weight = ConsumedWeight::decode(&mut &value(b"BlockWeight", &hash)?[..])?;
                ledger.fullest = (hashes.len() - 1, share_of_limit(&weight));
            }
            let events = Vec::<EventRecord<RuntimeEvent, sp_core::H256>>::decode(&mut &value(b"Events", &hash)?[..])?;
            ledger.add(&hashes, events);
        }
        Ok(ledger)
    }

    fn add(&mut self, hashes: &[Hash], events: Vec<EventRecord<RuntimeEvent, sp_core::H256>>) {
        for hash in hashes {
            self.entries.entry(*hash).or_default().times += 1;
        }
        for record in events {
            let Phase::ApplyExtrinsic(place) = record.phase else { continue };
            if let RuntimeEvent::System(frame_system::Event::ExtrinsicSuccess { .. }) = record.event {
                if let Some(hash) = hashes.get(place as usize) {
                    self.entries.entry(*hash).or_default().successes += 1;
                }
            }
            self.events.push(record.event);
        }
    }

    /// How often each of these is there.
    pub fn times(&self, transactions: &[Hash]) -> Times {
        let mut times = Times::default();
        for hash in transactions {
            let entry = self.entries.get(hash).copied().unwrap_or_default();
            match entry.times {
                0 => times.absent += 1,
                1 => times.once += 1,
                _ => times.more += 1,
            }
            times.failed += usize::from(entry.times > 0 && entry.successes == 0);
        }
        times
    }
}

/// The share of the weight for ordinary calls that a block's fill.
fn share_of_limit(weight: &ConsumedWeight) -> f64 {
    let limits = <Runtime as frame_system::Config>::BlockWeights::get();
    let most = limits.get(DispatchClass::Normal).max_total.unwrap_or(limits.max_block).ref_time();
    weight.get(DispatchClass::Normal).ref_time() as f64 / most as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn success(place: u32) -> EventRecord<RuntimeEvent, sp_core::H256> {
        let event = frame_system::Event::<Runtime>::ExtrinsicSuccess { dispatch_info: Default::default() };
        EventRecord { phase: Phase::ApplyExtrinsic(place), event: event.into(), topics: Vec::new() }
    }

    #[test]
    fn what_is_there_twice_or_failed_is_told_from_what_is_there_once() {
        let mut ledger = Ledger::default();
        ledger.add(&[[0; 32], [1; 32], [2; 32]], vec![success(0), success(1)]);
        ledger.add(&[[0; 32], [1; 32], [3; 32]], vec![success(0), success(1), success(2)]);
        let times = ledger.times(&[[1; 32], [2; 32], [3; 32], [4; 32]]);
        assert_eq!(times, Times { once: 2, more: 1, absent: 1, failed: 1 });
    }
}
