//! A node's database of a chain whose genesis is as large as one wants.

use anyhow::Result;
use medchain_runtime::{opaque::Block, Header};
use sc_client_api::{Backend as _, BlockImportOperation, NewBlockState, TrieCacheContext};
use sc_client_db::{Backend, BlocksPruning, DatabaseSettings, DatabaseSource, PruningMode};
use sp_blockchain::{HeaderBackend, Info};
use sp_core::storage::{StateVersion, Storage};
use sp_runtime::traits::Header as _;
use sp_state_machine::{Backend as _, StorageKey, StorageValue};
use std::path::Path;

/// Bytes of the cache of trie nodes and values: what a node has unless `--trie-cache-size` says otherwise.
pub const TRIE_CACHE: usize = 1024 * 1024 * 1024;
/// After how many blocks a node makes a state canonical.
const CANONICALIZATION_DELAY: u64 = 4096;

/// The state after the genesis.
pub type State = <Backend<Block> as sc_client_api::Backend<Block>>::State;

/// A database that is open.
pub struct Database(Backend<Block>);

impl Database {
    /// Opens the database in a folder, or makes one; with a cache of so many bytes, or none.
    ///
    /// # Errors
    ///
    /// When it cannot be opened.
    pub fn open(folder: &Path, trie_cache: Option<usize>) -> Result<Self> {
        let settings = DatabaseSettings {
            trie_cache_maximum_size: trie_cache,
            state_pruning: Some(PruningMode::ArchiveCanonical),
            source: DatabaseSource::ParityDb { path: folder.to_owned() },
            blocks_pruning: BlocksPruning::KeepFinalized,
            pruning_filters: Vec::new(),
            metrics_registry: None,
        };
        Ok(Self(Backend::new(settings, CANONICALIZATION_DELAY)?))
    }

    /// Writes a genesis with this state.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write_genesis(&self, state: Storage) -> Result<()> {
        let mut operation = self.0.begin_operation()?;
        let root = operation.set_genesis_state(state, true, StateVersion::V1)?;
        let header = Header::new(0, Default::default(), root, Default::default(), Default::default());
        operation.set_block_data(header, Some(Vec::new()), None, None, NewBlockState::Final, true)?;
        Ok(self.0.commit_operation(operation)?)
    }

    /// Writes a block that changes these values and nothing else, and is final.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write_block(&self, changes: &[(StorageKey, StorageValue)]) -> Result<()> {
        let Info { best_hash, best_number, .. } = self.0.blockchain().info();
        let state = self.0.state_at(best_hash, TrieCacheContext::Trusted)?;
        let delta = changes.iter().map(|(key, value)| (&key[..], Some(&value[..])));
        let (root, nodes) = state.storage_root(delta, StateVersion::V1);
        let header = Header::new(best_number + 1, Default::default(), root, best_hash, Default::default());
        let mut operation = self.0.begin_operation()?;
        self.0.begin_state_operation(&mut operation, best_hash)?;
        operation.update_db_storage(nodes)?;
        let changed = changes.iter().map(|(key, value)| (key.clone(), Some(value.clone())));
        operation.update_storage(changed.collect(), Vec::new())?;
        operation.set_block_data(header, Some(Vec::new()), None, None, NewBlockState::Final, true)?;
        Ok(self.0.commit_operation(operation)?)
    }

    /// The state after the last block, read through the cache if there is one.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn state(&self) -> Result<State> {
        Ok(self.0.state_at(self.0.blockchain().info().best_hash, TrieCacheContext::Trusted)?)
    }
}
