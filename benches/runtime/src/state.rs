//! A state in memory that counts the keys that are read and written, as benchmarks need it.

use crate::chain;
use anyhow::Result;
use sp_core::{
    storage::{ChildInfo, StateVersion, TrackedStorageKey},
    H256,
};
use sp_runtime::traits::{BlakeTwo256, Hash as _};
use sp_state_machine::{
    backend::Backend, BackendTransaction, ChildStorageCollection, InMemoryBackend, IterArgs, StateMachineStats,
    StorageCollection, StorageIterator, StorageKey, StorageValue, UsageInfo,
};
use sp_trie::MerkleValue;
use std::{cell::RefCell, collections::BTreeMap, ops::Bound};

/// How many bytes of a key name the storage item: the hashes of pallet and item.
const ITEM_PREFIX: usize = 32;

type Entries = BTreeMap<StorageKey, StorageValue>;

/// The development chain's genesis, to which benchmarks come back, and what they have made of it. The chain has no child
/// tries.
pub struct CountingState {
    genesis: Entries,
    entries: RefCell<Entries>,
    counts: RefCell<BTreeMap<StorageKey, (u32, u32)>>,
    whitelist: RefCell<Vec<TrackedStorageKey>>,
}

impl std::fmt::Debug for CountingState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CountingState")
    }
}

impl CountingState {
    /// The state at the genesis of the development chain.
    pub fn of_development_chain() -> Result<Self> {
        let genesis: Entries = chain::genesis_storage()?.top;
        Ok(Self {
            entries: RefCell::new(genesis.clone()),
            genesis,
            counts: RefCell::default(),
            whitelist: RefCell::default(),
        })
    }

    fn count_read(&self, key: &[u8]) {
        let mut counts = self.counts.borrow_mut();
        match counts.get_mut(key) {
            Some(count) => count.0 += 1,
            None => {
                counts.insert(key.to_vec(), (1, 0));
            }
        }
    }

    fn is_whitelisted(&self, key: &[u8]) -> bool {
        self.whitelist.borrow().iter().any(|tracked| tracked.key == key)
    }

    fn next_after(&self, key: &[u8]) -> Option<StorageKey> {
        let range = (Bound::Excluded(key.to_vec()), Bound::Unbounded);
        self.entries.borrow().range(range).next().map(|(key, _)| key.clone())
    }
}

/// Walks the keys that begin with a prefix.
pub struct Walk {
    prefix: Vec<u8>,
    at: Bound<StorageKey>,
    complete: bool,
}

impl StorageIterator<BlakeTwo256> for Walk {
    type Backend = CountingState;
    type Error = String;

    fn next_key(&mut self, state: &CountingState) -> Option<Result<StorageKey, String>> {
        self.next_pair(state).map(|pair| pair.map(|(key, _)| key))
    }

    fn next_pair(&mut self, state: &CountingState) -> Option<Result<(StorageKey, StorageValue), String>> {
        let found = state
            .entries
            .borrow()
            .range((self.at.clone(), Bound::Unbounded))
            .next()
            .filter(|(key, _)| key.starts_with(&self.prefix))
            .map(|(key, value)| (key.clone(), value.clone()));
        match found {
            Some((key, value)) => {
                state.count_read(&key);
                self.at = Bound::Excluded(key.clone());
                Some(Ok((key, value)))
            }
            None => {
                self.complete = true;
                None
            }
        }
    }

    fn was_complete(&self) -> bool {
        self.complete
    }
}

impl Backend<BlakeTwo256> for CountingState {
    type Error = String;
    type TrieBackendStorage = <InMemoryBackend<BlakeTwo256> as Backend<BlakeTwo256>>::TrieBackendStorage;
    type RawIter = Walk;

    fn storage(&self, key: &[u8]) -> Result<Option<StorageValue>, String> {
        self.count_read(key);
        Ok(self.entries.borrow().get(key).cloned())
    }

    fn storage_hash(&self, key: &[u8]) -> Result<Option<H256>, String> {
        Ok(self.storage(key)?.map(|value| BlakeTwo256::hash(&value)))
    }

    fn closest_merkle_value(&self, _: &[u8]) -> Result<Option<MerkleValue<H256>>, String> {
        Ok(None)
    }

    fn child_closest_merkle_value(&self, _: &ChildInfo, _: &[u8]) -> Result<Option<MerkleValue<H256>>, String> {
        Ok(None)
    }

    fn child_storage(&self, _: &ChildInfo, _: &[u8]) -> Result<Option<StorageValue>, String> {
        Ok(None)
    }

    fn child_storage_hash(&self, _: &ChildInfo, _: &[u8]) -> Result<Option<H256>, String> {
        Ok(None)
    }

    fn next_storage_key(&self, key: &[u8]) -> Result<Option<StorageKey>, String> {
        // A step of an iteration reads the key that it comes to.
        let next = self.next_after(key);
        self.count_read(next.as_deref().unwrap_or(key));
        Ok(next)
    }

    fn next_child_storage_key(&self, _: &ChildInfo, _: &[u8]) -> Result<Option<StorageKey>, String> {
        Ok(None)
    }

    fn storage_root<'a>(
        &self,
        _: impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)>,
        _: StateVersion,
    ) -> (H256, BackendTransaction<BlakeTwo256>) {
        Default::default()
    }

    fn child_storage_root<'a>(
        &self,
        _: &ChildInfo,
        _: impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)>,
        _: StateVersion,
    ) -> (H256, bool, BackendTransaction<BlakeTwo256>) {
        (H256::default(), true, Default::default())
    }

    fn raw_iter(&self, args: IterArgs) -> Result<Walk, String> {
        let prefix = args.prefix.unwrap_or_default().to_vec();
        let at = match args.start_at {
            Some(start) if args.start_at_exclusive => Bound::Excluded(start.to_vec()),
            Some(start) => Bound::Included(start.to_vec()),
            None => Bound::Included(prefix.clone()),
        };
        Ok(Walk { prefix, at, complete: false })
    }

    fn register_overlay_stats(&self, _: &StateMachineStats) {}

    fn usage_info(&self) -> UsageInfo {
        UsageInfo::empty()
    }

    fn wipe(&self) -> Result<(), String> {
        *self.entries.borrow_mut() = self.genesis.clone();
        self.counts.borrow_mut().clear();
        Ok(())
    }

    fn commit(
        &self,
        _: H256,
        _: BackendTransaction<BlakeTwo256>,
        changes: StorageCollection,
        _: ChildStorageCollection,
    ) -> Result<(), String> {
        let (mut entries, mut counts) = (self.entries.borrow_mut(), self.counts.borrow_mut());
        for (key, value) in changes {
            counts.entry(key.clone()).or_default().1 += 1;
            match value {
                Some(value) => entries.insert(key, value),
                None => entries.remove(&key),
            };
        }
        Ok(())
    }

    fn read_write_count(&self) -> (u32, u32, u32, u32) {
        let mut total = (0, 0, 0, 0);
        for (key, (reads, writes)) in self.counts.borrow().iter() {
            if !self.is_whitelisted(key) {
                total.0 += (*reads).min(1);
                total.1 += reads.saturating_sub(1);
                total.2 += (*writes).min(1);
                total.3 += writes.saturating_sub(1);
            }
        }
        total
    }

    fn reset_read_write_count(&self) {
        self.counts.borrow_mut().clear();
    }

    fn get_whitelist(&self) -> Vec<TrackedStorageKey> {
        self.whitelist.borrow().clone()
    }

    fn set_whitelist(&self, whitelist: Vec<TrackedStorageKey>) {
        *self.whitelist.borrow_mut() = whitelist;
    }

    fn proof_size(&self) -> Option<u32> {
        None
    }

    fn get_read_and_written_keys(&self) -> Vec<(Vec<u8>, u32, u32, bool)> {
        let mut items: BTreeMap<Vec<u8>, (u32, u32)> = BTreeMap::new();
        for (key, (reads, writes)) in self.counts.borrow().iter().filter(|(key, _)| !self.is_whitelisted(key)) {
            let item = key.get(..ITEM_PREFIX).unwrap_or(key);
            let counts = items.entry(item.to_vec()).or_default();
            counts.0 += (*reads).min(1);
            counts.1 += (*writes).min(1);
        }
        items.into_iter().map(|(item, (reads, writes))| (item, reads, writes, false)).collect()
    }
}
