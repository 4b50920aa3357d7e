//! Keeps what the chain anchors: contents and envelopes that this node is to hold and does not are fetched from peers.
//!
//! What is missing is not remembered anywhere: records have consecutive numbers, so the list is read from the finalized
//! state, from the first record at every start and after that from the last one seen. A warp-synchronised node, one that
//! was away and one whose vault was deleted do the same as any other. Once in an hour it begins anew, for what was lost
//! meanwhile.

use crate::{
    ipfs::{FetchError, Fetcher},
    peers::{own_keys, validators, Asker, EnvelopeError, ValidatorClient},
    service::{Block, BlockNumber},
    vault_metrics::VaultMetrics,
};
use futures::{stream::FuturesUnordered, FutureExt, StreamExt};
use medchain_primitives::{RecordId, RecordStatus};
use medchain_runtime_api::{AccessApi, RecordView, ReportsApi};
use medchain_vault::{ContentRoot, ContentStore, VaultError};
use sc_client_api::BlockchainEvents;
use sc_consensus_aura::SyncOracle;
use sp_api::ApiError;
use sp_keystore::KeystorePtr;
use std::{
    collections::{BTreeMap, HashSet},
    str::FromStr,
    sync::{
        atomic::{AtomicUsize, Ordering},
        Arc, Mutex, MutexGuard, PoisonError,
    },
    time::{Duration, Instant},
};

const LOG: &str = "vault";

/// How many records are worked on at a time. What they hold in memory is bounded by the fetcher.
const RECORDS_IN_FLIGHT: usize = 8;
/// How many records are looked at in one go, so that fetching goes on between.
const PAGE: usize = 256;
/// No more records are looked at while so many wait.
const MISSING_MAX: usize = 100_000;
/// The longest time between two attempts.
const RETRY_MAX: Duration = Duration::from_secs(300);
/// The most blocks that are looked through one by one.
const BLOCKS_MAX: BlockNumber = 2048;
/// How often all records are looked at again.
const RESCAN: Duration = Duration::from_secs(60 * 60);
/// How often the loop looks up when nothing happens.
const TICK: Duration = Duration::from_millis(500);

/// Which contents a node fetches without being asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Replicate {
    /// Every one.
    #[default]
    All,
    /// None: what is stored here or read through this node stays, nothing else comes.
    None,
    /// Each content on so many validators, chosen by rendezvous hashing over their keys.
    Copies(u32),
}

impl FromStr for Replicate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self::All),
            "none" => Ok(Self::None),
            number => match number.parse() {
                Ok(copies) if copies > 0 => Ok(Self::Copies(copies)),
                _ => Err("give all, none, or how many validators shall hold each content".into()),
            },
        }
    }
}

impl Replicate {
    /// Whether a node with `own` keys is to hold a content. Each validator draws a number for it from its key; the
    /// lowest hold it. When a validator comes or goes, only the contents change place that it holds.
    pub fn includes(self, content: ContentRoot, own: &[[u8; 32]], validators: &[[u8; 32]]) -> bool {
        let copies = match self {
            Self::All => return true,
            Self::None => return false,
            Self::Copies(copies) => copies as usize,
        };
        let mut drawn: Vec<_> = validators
            .iter()
            .map(|key| (sp_io::hashing::blake2_256(&[content.0.as_slice(), key].concat()), key))
            .collect();
        drawn.sort_unstable();
        drawn.iter().take(copies).any(|(_, key)| own.contains(key))
    }
}

/// How far replication is, for operators.
#[derive(Default)]
pub struct ReplicationStatus {
    missing: AtomicUsize,
}

impl ReplicationStatus {
    /// Records whose content or envelope is still to be fetched.
    pub fn missing(&self) -> usize {
        self.missing.load(Ordering::Relaxed)
    }
}

/// The envelopes that records had before they were resealed, by record: each is deleted here once the node holds the
/// record's new one. In memory alone: what a node that stops does not delete is a seal for an earlier key of the record's
/// owner, and goes with the record.
#[derive(Default)]
pub struct Replaced(Mutex<BTreeMap<RecordId, Vec<[u8; 32]>>>);

impl Replaced {
    /// Notes the hash of an envelope that was replaced, in a final block.
    pub fn add(&self, record: RecordId, envelope: [u8; 32]) {
        self.lock().entry(record).or_default().push(envelope);
    }

    fn records(&self) -> Vec<RecordId> {
        self.lock().keys().copied().collect()
    }

    fn take(&self, record: RecordId) -> Vec<[u8; 32]> {
        self.lock().remove(&record).unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<RecordId, Vec<[u8; 32]>>> {
        // Every change is a single step, so that what a panicking thread leaves is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a record's content or envelope is not here yet.
#[derive(Debug, thiserror::Error)]
enum ReplicationError {
    #[error("{0}")]
    Content(#[from] FetchError),
    #[error("{0}")]
    Envelope(#[from] EnvelopeError),
    #[error("{0}")]
    Vault(#[from] VaultError),
    #[error("{0}")]
    Runtime(#[from] ApiError),
    #[error("{0}")]
    Database(#[from] sp_blockchain::Error),
}

/// When a missing record is tried next.
struct Waiting {
    attempts: u32,
    not_before: Instant,
}

/// Which contents a node is to hold.
pub struct Share {
    /// Where the keys are by which it is one of the validators.
    pub keystore: KeystorePtr,
    /// Of all contents, these.
    pub replicate: Replicate,
}

/// Follows finality and fetches.
pub struct Replication<C, S> {
    client: Arc<C>,
    sync: Arc<S>,
    keeper: Arc<Keeper<C>>,
    share: Share,
    replaced: Arc<Replaced>,
    status: Arc<ReplicationStatus>,
    metrics: VaultMetrics,
    next: RecordId,
    /// The block after the last one that was looked through for lodged emergency capsules.
    next_block: BlockNumber,
    missing: BTreeMap<RecordId, Waiting>,
}

/// Fetches single records.
pub struct Keeper<C> {
    client: Arc<C>,
    vault: Arc<dyn ContentStore>,
    fetcher: Arc<Fetcher>,
    asker: Arc<Asker<C>>,
}

impl<C: ValidatorClient> Keeper<C> {
    /// Over these.
    pub fn new(client: Arc<C>, vault: Arc<dyn ContentStore>, fetcher: Arc<Fetcher>, asker: Arc<Asker<C>>) -> Self {
        Self { client, vault, fetcher, asker }
    }

    /// The record as the finalized block shows it.
    fn record(&self, id: RecordId) -> Result<Option<RecordView>, ApiError> {
        self.client.runtime_api().record(self.client.info().finalized_hash, id)
    }

    /// The hashes of what lies beside the record's content: its envelope, and its emergency capsule if there is one.
    fn beside(&self, record: &RecordView) -> Result<Vec<[u8; 32]>, ApiError> {
        let finalized = self.client.info().finalized_hash;
        let capsule = self.client.runtime_api().emergency_capsule(finalized, record.id)?;
        Ok([record.envelope.0].into_iter().chain(capsule.map(|lodged| lodged.capsule.0)).collect())
    }

    /// Whether nothing of the record is missing here.
    fn is_kept(&self, record: &RecordView) -> Result<bool, ApiError> {
        let content = ContentRoot(record.content.0);
        let held = self.vault.envelopes(content).unwrap_or_default();
        Ok(self.vault.contains(content) && self.beside(record)?.iter().all(|hash| held.contains(hash)))
    }

    /// The records for which this block, if it is known here, lodged an emergency capsule.
    fn lodged_in(&self, number: BlockNumber) -> Result<Vec<RecordId>, ReplicationError> {
        let Some(block) = self.client.hash(number)? else { return Ok(Vec::new()) };
        let changes = self.client.runtime_api().emergency_capsule_changes(block)?;
        Ok(changes.into_iter().filter(|change| change.lodged).map(|change| change.record).collect())
    }

    /// Fetches what is missing of a record, because somebody reads it through this node.
    pub async fn keep_read(&self, id: RecordId) {
        if let Err(error) = self.keep(id).await {
            log::debug!(target: LOG, "record {id} is read through this node and not kept whole: {error}");
        }
    }

    /// Fetches what is missing of a record.
    async fn keep(&self, id: RecordId) -> Result<(), ReplicationError> {
        let Some(record) = self.record(id)?.filter(|record| record.status != RecordStatus::Erased) else {
            return Ok(());
        };
        let content = ContentRoot(record.content.0);
        let fetched = self.fetcher.content(content).await;
        if fetched.is_ok() && !self.vault.contains(content) {
            // Somebody reads it through this node, and so it is on its way.
            return Err(FetchError::Overloaded.into());
        }
        fetched?;
        let mut outcome = Ok(());
        for hash in self.beside(&record)? {
            let kept = self.keep_beside(content, hash).await;
            outcome = outcome.and(kept);
        }
        self.undo_if_erased(id)?;
        outcome
    }

    /// Fetches an envelope or emergency capsule, if it is missing.
    async fn keep_beside(&self, content: ContentRoot, hash: [u8; 32]) -> Result<(), ReplicationError> {
        match self.vault.envelope(content, hash) {
            Ok(_) => Ok(()),
            Err(VaultError::NotFound) => {
                let envelope = self.asker.envelope(content, hash).await?;
                self.vault.add_envelope(content, &envelope)?;
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes envelopes that a record had before; says whether all of them went, which they do once its new one is held.
    fn drop_replaced(&self, id: RecordId, envelopes: &[[u8; 32]]) -> Result<bool, ReplicationError> {
        let Some(record) = self.record(id)? else { return Ok(false) };
        if record.status != RecordStatus::Erased && !self.is_kept(&record)? {
            return Ok(false);
        }
        for envelope in envelopes.iter().filter(|envelope| **envelope != record.envelope.0) {
            self.vault.delete_envelope(ContentRoot(record.content.0), *envelope)?;
        }
        Ok(true)
    }

    /// Deletes what was fetched while its record was being erased. The erasure itself deletes what was there before.
    fn undo_if_erased(&self, id: RecordId) -> Result<(), ReplicationError> {
        let Some(record) = self.record(id)?.filter(|record| record.status == RecordStatus::Erased) else {
            return Ok(());
        };
        let content = ContentRoot(record.content.0);
        self.vault.delete_envelope(content, record.envelope.0)?;
        let info = self.client.info();
        if !self.client.runtime_api().is_anchored(info.finalized_hash, record.content)?
            && !self.client.runtime_api().is_anchored(info.best_hash, record.content)?
        {
            self.vault.delete_content(content)?;
        }
        Ok(())
    }
}

impl<C, S> Replication<C, S>
where
    C: ValidatorClient + BlockchainEvents<Block>,
    S: SyncOracle + Send + Sync + 'static,
{
    /// For this chain.
    pub fn new(
        client: Arc<C>,
        sync: Arc<S>,
        keeper: Arc<Keeper<C>>,
        share: Share,
        replaced: Arc<Replaced>,
        status: Arc<ReplicationStatus>,
        metrics: VaultMetrics,
    ) -> Self {
        // What was lodged before is found with its record.
        let next_block = client.info().finalized_number.saturating_add(1);
        Self {
            client,
            sync,
            keeper,
            share,
            replaced,
            status,
            metrics,
            next: RecordId::FIRST,
            next_block,
            missing: BTreeMap::new(),
        }
    }

    /// Runs until the node stops. Blocks on the disk: give it a thread of its own.
    pub async fn run(mut self) {
        let mut finalized = self.client.finality_notification_stream();
        let mut running = FuturesUnordered::new();
        let mut started_over = Instant::now();
        let mut working: HashSet<RecordId> = HashSet::new();
        loop {
            if started_over.elapsed() > RESCAN {
                (self.next, started_over) = (RecordId::FIRST, Instant::now());
            }
            let more = match self.scan().and_then(|more| self.scan_lodgings().map(|()| more)) {
                Ok(more) => more,
                Err(error) => {
                    log::warn!(target: LOG, "the records cannot be read now: {error}");
                    false
                }
            };
            let now = Instant::now();
            let ready: Vec<RecordId> = self
                .missing
                .iter()
                .filter(|(id, waiting)| waiting.not_before <= now && !working.contains(*id))
                .map(|(id, _)| *id)
                .take(RECORDS_IN_FLIGHT.saturating_sub(working.len()))
                .collect();
            for id in ready {
                working.insert(id);
                let keeper = self.keeper.clone();
                running.push(async move { (id, keeper.keep(id).await) });
            }
            self.status.missing.store(self.missing.len(), Ordering::Relaxed);
            self.metrics.lacks(self.missing.len(), working.len());
            let pause = if more { Duration::ZERO } else { TICK };
            futures::select! {
                notification = finalized.next().fuse() => if notification.is_none() { return },
                done = running.select_next_some() => {
                    let (id, result) = done;
                    working.remove(&id);
                    self.finished(id, result);
                }
                () = tokio::time::sleep(pause).fuse() => {}
            }
        }
    }

    fn finished(&mut self, id: RecordId, result: Result<(), ReplicationError>) {
        match result {
            Ok(()) => {
                self.missing.remove(&id);
                self.drop_replaced(id);
            }
            Err(error) => {
                if let Some(waiting) = self.missing.get_mut(&id) {
                    let pause = Duration::from_secs(1 << waiting.attempts.min(9)).min(RETRY_MAX);
                    waiting.attempts = waiting.attempts.saturating_add(1);
                    waiting.not_before = Instant::now() + pause;
                    log::debug!(target: LOG, "record {id} is not here whole: {error}; again in {} s", pause.as_secs());
                }
            }
        }
    }

    /// Deletes the envelopes that a record had before, or lets them wait.
    fn drop_replaced(&self, id: RecordId) {
        let envelopes = self.replaced.take(id);
        match self.keeper.drop_replaced(id, &envelopes) {
            Ok(true) => {}
            Ok(false) => envelopes.into_iter().for_each(|envelope| self.replaced.add(id, envelope)),
            Err(error) => log::warn!(target: LOG, "a replaced envelope of record {id} is not deleted: {error}"),
        }
    }

    /// Has the new envelopes of resealed records fetched, where their contents are held.
    fn follow_reseals(&mut self) -> Result<(), ApiError> {
        for id in self.replaced.records() {
            let record = self.keeper.record(id)?;
            if record.is_some_and(|record| self.keeper.vault.contains(ContentRoot(record.content.0))) {
                self.missing.entry(id).or_insert(Waiting { attempts: 0, not_before: Instant::now() });
            } else {
                self.replaced.take(id);
            }
        }
        Ok(())
    }

    /// Looks at the next records; says whether there are more.
    fn scan(&mut self) -> Result<bool, ReplicationError> {
        self.follow_reseals()?;
        if self.share.replicate == Replicate::None {
            return Ok(false);
        }
        // While blocks fly past, most of what they anchor may be erased again further on.
        if self.sync.is_major_syncing() || self.missing.len() >= MISSING_MAX {
            return Ok(false);
        }
        let (own, validators) = match self.share.replicate {
            Replicate::Copies(_) => (own_keys(&self.share.keystore), validators(&*self.client)),
            Replicate::All | Replicate::None => Default::default(),
        };
        for _ in 0..PAGE {
            let Some(record) = self.keeper.record(self.next)? else { return Ok(false) };
            if record.status != RecordStatus::Erased
                && self.share.replicate.includes(ContentRoot(record.content.0), &own, &validators)
                && !self.keeper.is_kept(&record)?
            {
                self.lacks(record.id);
            }
            match self.next.next() {
                Some(next) => self.next = next,
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Looks through the blocks that have become final for emergency capsules of records that were looked at before.
    fn scan_lodgings(&mut self) -> Result<(), ReplicationError> {
        let finalized = self.client.info().finalized_number;
        if self.sync.is_major_syncing() || finalized.saturating_sub(self.next_block) > BLOCKS_MAX {
            // All records are looked at again instead.
            (self.next, self.next_block) = (RecordId::FIRST, finalized.saturating_add(1));
            return Ok(());
        }
        while self.next_block <= finalized {
            for id in self.keeper.lodged_in(self.next_block)? {
                // What this node is not to hold, it does not hold.
                if let Some(record) = self.keeper.record(id)?.filter(|record| record.id < self.next) {
                    if self.keeper.vault.contains(ContentRoot(record.content.0)) && !self.keeper.is_kept(&record)? {
                        self.lacks(id);
                    }
                }
            }
            self.next_block = self.next_block.saturating_add(1);
        }
        Ok(())
    }

    fn lacks(&mut self, id: RecordId) {
        self.missing.entry(id).or_insert(Waiting { attempts: 0, not_before: Instant::now() });
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn key(number: u8) -> [u8; 32] {
        [number; 32]
    }

    fn content(number: u32) -> ContentRoot {
        ContentRoot(sp_io::hashing::blake2_256(&number.to_le_bytes()))
    }

    fn holders(number: u32, copies: u32, validators: &[[u8; 32]]) -> Vec<[u8; 32]> {
        let replicate = Replicate::Copies(copies);
        validators.iter().copied().filter(|own| replicate.includes(content(number), &[*own], validators)).collect()
    }

    #[test]
    fn the_option_says_all_none_or_a_number() {
        assert_eq!("all".parse(), Ok(Replicate::All));
        assert_eq!("none".parse(), Ok(Replicate::None));
        assert_eq!("3".parse(), Ok(Replicate::Copies(3)));
        for wrong in ["0", "", "-1", "some", "4294967296"] {
            assert!(wrong.parse::<Replicate>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn each_content_is_on_as_many_validators_as_asked_and_they_share_evenly() {
        let validators: Vec<_> = (1..=5).map(key).collect();
        let mut held = [0u32; 5];
        for number in 0..1000 {
            let holders = holders(number, 2, &validators);
            assert_eq!(holders.len(), 2);
            for (held, validator) in held.iter_mut().zip(&validators) {
                *held += u32::from(holders.contains(validator));
            }
        }
        assert!(held.iter().all(|held| (340..460).contains(held)), "{held:?}");
        assert_eq!(holders(1, 9, &validators).len(), 5);
        assert!(Replicate::All.includes(content(1), &[], &validators));
        assert!(!Replicate::None.includes(content(1), &validators, &validators));
        assert!(!Replicate::Copies(2).includes(content(1), &[key(9)], &validators));
    }

    #[test]
    fn a_validator_that_leaves_moves_only_what_it_held() {
        let all: Vec<_> = (1..=5).map(key).collect();
        let (gone, rest) = all.split_first().unwrap();
        for number in 0..200 {
            let before = holders(number, 2, &all);
            let after = holders(number, 2, rest);
            assert!(before.iter().filter(|holder| *holder != gone).all(|holder| after.contains(holder)));
        }
    }
}
