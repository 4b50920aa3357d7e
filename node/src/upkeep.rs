//! What keeps the vault tidy and whole: contents that no record anchors are collected, and all that is held is read again
//! from time to time and repaired from peers.

use crate::{
    ipfs::Fetcher,
    peers::{Asker, ValidatorClient},
    service::{Block, Hash},
    vault_metrics::VaultMetrics,
};
use codec::Decode;
use medchain_primitives::{ContentRoot as Anchor, Moment};
use medchain_runtime_api::ReportsApi;
use medchain_vault::{ContentRoot, ContentStore, VaultError, LEAF_BYTES};
use sc_client_api::{Backend, StorageKey, StorageProvider};
use sc_consensus_aura::SyncOracle;
use sp_api::ApiError;
use std::{
    marker::PhantomData,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

const LOG: &str = "vault";

/// Uploads to which nothing was written for this long are given up.
const STAGING_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
/// The longest time between two collections.
const COLLECTION_PERIOD_MAX: Duration = Duration::from_secs(600);
/// The shortest.
const COLLECTION_PERIOD_MIN: Duration = Duration::from_secs(1);
/// How old the best block may be for it to say what is anchored, in milliseconds.
const BEST_BLOCK_AGE_MAX: Moment = 10 * 60 * 1000;
/// The pause between two scrubs of the whole vault.
const SCRUB_PAUSE: Duration = Duration::from_secs(60 * 60);
/// The pause before what could not be repaired is tried again; it doubles each time.
const REPAIR_PAUSE: Duration = Duration::from_secs(2);

/// Why nothing was collected this time.
#[derive(Debug, thiserror::Error)]
enum CollectionError {
    #[error("{0}")]
    Vault(#[from] VaultError),
    #[error("{0}")]
    Runtime(#[from] ApiError),
    #[error("{0}")]
    Database(#[from] sp_blockchain::Error),
}

/// Collects contents that no record anchors.
///
/// Nothing is remembered between two collections, and each deletion is whole or undone after a crash: a node may stop at
/// any moment.
pub struct Collection<C, S, B> {
    client: Arc<C>,
    sync: Arc<S>,
    vault: Arc<dyn ContentStore>,
    after: Duration,
    metrics: VaultMetrics,
    backend: PhantomData<fn() -> B>,
}

impl<C, S, B> Collection<C, S, B>
where
    C: ValidatorClient + StorageProvider<Block, B>,
    S: SyncOracle + Send + Sync + 'static,
    B: Backend<Block>,
{
    /// Of what was finished `after` or longer ago.
    pub fn new(
        client: Arc<C>,
        sync: Arc<S>,
        vault: Arc<dyn ContentStore>,
        after: Duration,
        metrics: VaultMetrics,
    ) -> Self {
        Self { client, sync, vault, after, metrics, backend: PhantomData }
    }

    /// Runs until the node stops. Blocks on the disk: give it a thread of its own.
    pub async fn run(self) {
        let period = (self.after / 6).clamp(COLLECTION_PERIOD_MIN, COLLECTION_PERIOD_MAX);
        loop {
            tokio::time::sleep(period).await;
            if let Err(error) = self.collect() {
                log::warn!(target: LOG, "contents without a record are not collected now: {error}");
            }
            if let Err(error) = self.vault.prune_staging(STAGING_LIFETIME) {
                log::warn!(target: LOG, "old uploads are not given up now: {error}");
            }
            self.metrics.holds(self.vault.stats());
        }
    }

    fn collect(&self) -> Result<(), CollectionError> {
        let info = self.client.info();
        // A node that is behind does not see the newest records.
        if self.sync.is_major_syncing() || !self.is_fresh(info.best_hash)? {
            return Ok(());
        }
        let mut collected = 0u32;
        for root in self.vault.list()? {
            let root = root?;
            let finished = match self.vault.finished_at(root) {
                Ok(finished) => finished,
                Err(VaultError::NotFound) => continue,
                Err(error) => return Err(error.into()),
            };
            // A clock that was set back makes it wait.
            if SystemTime::now().duration_since(finished).is_ok_and(|age| age >= self.after)
                && !self.is_anchored(root)?
            {
                self.vault.delete_content(root)?;
                self.metrics.collected();
                collected += 1;
            }
        }
        if collected > 0 {
            log::info!(target: LOG, "collected {collected} contents that no record anchors");
        }
        Ok(())
    }

    fn is_anchored(&self, root: ContentRoot) -> Result<bool, ApiError> {
        let info = self.client.info();
        Ok(self.client.runtime_api().is_anchored(info.best_hash, Anchor(root.0))?
            || self.client.runtime_api().is_anchored(info.finalized_hash, Anchor(root.0))?)
    }

    /// Whether the block is of these minutes, by its own time and this node's clock.
    fn is_fresh(&self, block: Hash) -> Result<bool, sp_blockchain::Error> {
        let key = [sp_io::hashing::twox_128(b"Timestamp"), sp_io::hashing::twox_128(b"Now")].concat();
        let time = self.client.storage(block, &StorageKey(key))?;
        let time = time.and_then(|time| Moment::decode(&mut time.0.as_slice()).ok()).unwrap_or_default();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        Ok(now <= u128::from(time.saturating_add(BEST_BLOCK_AGE_MAX)))
    }
}

/// Reads all that is held again, at a steady pace, and repairs it from peers.
pub struct Scrub<C> {
    vault: Arc<dyn ContentStore>,
    fetcher: Arc<Fetcher>,
    asker: Arc<Asker<C>>,
    metrics: VaultMetrics,
    per_leaf: Duration,
}

impl<C: ValidatorClient> Scrub<C> {
    /// At so many MiB a second, at least 1.
    pub fn new(
        vault: Arc<dyn ContentStore>,
        fetcher: Arc<Fetcher>,
        asker: Arc<Asker<C>>,
        metrics: VaultMetrics,
        pace: u32,
    ) -> Self {
        let per_leaf = Duration::from_secs(LEAF_BYTES as u64) / (1024 * 1024) / pace.max(1);
        Self { vault, fetcher, asker, metrics, per_leaf }
    }

    /// Runs until the node stops. Blocks on the disk: give it a thread of its own.
    pub async fn run(self) {
        loop {
            // The listing is read first: a folder that changes under it may be listed twice or not at all.
            let roots: Result<Vec<_>, _> = self.vault.list().and_then(Iterator::collect);
            let mut damaged = self.damaged(roots.unwrap_or_default()).await;
            // Peers come and go, at the start of a node above all: what nobody could repair is tried again.
            let (mut rest, mut pause) = (SCRUB_PAUSE, REPAIR_PAUSE);
            while !damaged.is_empty() && !rest.is_zero() {
                log::error!(
                    target: LOG,
                    "scrub: {} contents are corrupt and no connected peer could repair them yet",
                    damaged.len()
                );
                let now = pause.min(rest);
                tokio::time::sleep(now).await;
                (rest, pause) = (rest.saturating_sub(now), pause * 2);
                damaged = self.damaged(damaged).await;
            }
            tokio::time::sleep(rest).await;
        }
    }

    /// Which of these contents are corrupt and stay so.
    async fn damaged(&self, roots: Vec<ContentRoot>) -> Vec<ContentRoot> {
        let mut damaged = Vec::new();
        for root in roots {
            if !self.content(root).await {
                damaged.push(root);
            }
        }
        damaged
    }

    /// Reads a content; says whether it is whole, or is again.
    async fn content(&self, root: ContentRoot) -> bool {
        let block = match self.fetcher.read_root(root).await {
            Ok(block) => block,
            Err(_) => return !self.vault.contains(root),
        };
        let mut whole = true;
        for index in 0..block.leaf_count() {
            tokio::time::sleep(self.per_leaf).await;
            whole &= match self.vault.leaf(root, index) {
                Ok(_) => true,
                Err(VaultError::NotFound) => return true,
                Err(VaultError::CorruptLeaf { .. }) => self.fetcher.repair_leaf(root, index).await.is_ok(),
                Err(error) => {
                    log::error!(target: LOG, "scrub: a leaf cannot be read: {error}");
                    false
                }
            };
        }
        for hash in self.vault.envelopes(root).unwrap_or_default() {
            if matches!(self.vault.envelope(root, hash), Err(VaultError::CorruptEnvelope)) {
                let repaired = match self.asker.envelope(root, hash).await {
                    Ok(envelope) => self.vault.add_envelope(root, &envelope).is_ok(),
                    Err(_) => false,
                };
                self.metrics.repaired(repaired);
                whole &= repaired;
            }
        }
        whole
    }
}
