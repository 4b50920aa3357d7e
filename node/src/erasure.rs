//! Deletes from the vault what patients have erased, and the emergency capsules that they have withdrawn, once that is
//! final; and tells which envelopes were replaced.
//!
//! The events of finalized blocks say which records were erased. Where blocks went by that this node cannot look into
//! any more (it was away, or synchronised past them), it goes through all records of the finalized state instead. When a
//! record's erasure was carried out here is kept, so that this node can state it.

use crate::{
    peers::now,
    replication::Replaced,
    rpc::ChainClient,
    service::{Block, BlockNumber, Hash},
};
use codec::{Decode, Encode};
use futures::StreamExt;
use medchain_primitives::{Moment, RecordId, RecordStatus};
use medchain_runtime::RuntimeEvent;
use medchain_runtime_api::{AccessApi, RecordView, ReportsApi};
use medchain_sealing::emergency::EmergencyCapsule;
use medchain_vault::{ContentRoot, ContentStore, VaultError};
use sc_client_api::{backend::AuxStore, Backend, BlockchainEvents, StorageKey, StorageProvider};
use sc_consensus_aura::SyncOracle;
use sp_api::{ApiError, Core};
use std::{marker::PhantomData, sync::Arc};

/// Where the last finalized block whose erasures are done is kept in the database.
const DONE_KEY: &[u8] = b"medchain/erasures-done";

/// What precedes a record's number where the time of its deletion here is kept.
const DELETED_KEY: &[u8] = b"medchain/deleted/";

/// The most blocks whose events are looked at one by one.
const BLOCKS_MAX: BlockNumber = 2048;

const LOG: &str = "vault";

/// Why erasures could not be carried out; they are tried again with the next finalized block.
#[derive(Debug, thiserror::Error)]
enum ErasureError {
    #[error("{0}")]
    Vault(#[from] VaultError),
    #[error("{0}")]
    Runtime(#[from] ApiError),
    #[error("{0}")]
    Database(#[from] sp_blockchain::Error),
}

/// When the erasure of a record was carried out on this node.
pub trait DeletionTimes: Send + Sync {
    /// In milliseconds since 1970 by this node's clock; nothing if it was not.
    fn deleted_at(&self, record: RecordId) -> Option<Moment>;
}

impl<C: AuxStore + Send + Sync> DeletionTimes for C {
    fn deleted_at(&self, record: RecordId) -> Option<Moment> {
        match self.get_aux(&deleted_key(record)) {
            Ok(bytes) => bytes.and_then(|bytes| Moment::decode(&mut bytes.as_slice()).ok()),
            Err(error) => {
                log::error!(target: LOG, "the time of a deletion cannot be read: {error}");
                None
            }
        }
    }
}

fn deleted_key(record: RecordId) -> Vec<u8> {
    [DELETED_KEY, &record.0.to_be_bytes()].concat()
}

/// Carries out erasures.
pub struct Erasures<C, S, B> {
    client: Arc<C>,
    sync: Arc<S>,
    vault: Arc<dyn ContentStore>,
    replaced: Arc<Replaced>,
    backend: PhantomData<fn() -> B>,
}

impl<C, S, B> Erasures<C, S, B>
where
    C: ChainClient + AuxStore + BlockchainEvents<Block> + StorageProvider<Block, B>,
    S: SyncOracle + Send + Sync + 'static,
    B: Backend<Block>,
{
    /// For this chain and vault.
    pub fn new(client: Arc<C>, sync: Arc<S>, vault: Arc<dyn ContentStore>, replaced: Arc<Replaced>) -> Self {
        Self { client, sync, vault, replaced, backend: PhantomData }
    }

    /// Runs until the node stops. Blocks on the disk: give it a thread of its own.
    pub async fn run(self) {
        let mut finalized = self.client.finality_notification_stream();
        self.catch_up();
        while let Some(notification) = finalized.next().await {
            // Frees the block; what is in between is read by number.
            drop(notification);
            self.catch_up();
        }
    }

    fn catch_up(&self) {
        if let Err(error) = self.advance() {
            log::error!(target: LOG, "erasures are not carried out yet: {error}");
        }
    }

    /// Carries out the erasures between the last block done and the finalized one.
    fn advance(&self) -> Result<(), ErasureError> {
        let info = self.client.info();
        let done = self.client.get_aux(DONE_KEY)?.and_then(|bytes| BlockNumber::decode(&mut bytes.as_slice()).ok());
        let first = done.map_or(0, |done| done.saturating_add(1));
        if first > info.finalized_number {
            return Ok(());
        }
        let changed = if info.finalized_number - first < BLOCKS_MAX {
            self.changed_between(first, info.finalized_number)?
        } else {
            None
        };
        match changed {
            Some(changes) => {
                for change in changes {
                    match change {
                        Change::Erased(record) => self.erase(info.finalized_hash, info.best_hash, record)?,
                        Change::Resealed(record, replaced) => self.replaced.add(record, replaced),
                    }
                }
                self.withdraw_between(first, info.finalized_number)?;
            }
            // While blocks fly past, each would start this anew.
            None if self.sync.is_major_syncing() => return Ok(()),
            None => self.sweep(info.finalized_hash, info.best_hash)?,
        }
        self.client.insert_aux(&[(DONE_KEY, info.finalized_number.encode().as_slice())], &[])?;
        Ok(())
    }

    /// What was erased and resealed in these blocks; `None` if the events of one cannot be read.
    fn changed_between(&self, first: BlockNumber, last: BlockNumber) -> Result<Option<Vec<Change>>, ErasureError> {
        let mut changes = Vec::new();
        for number in first..=last {
            let Some(block) = self.client.hash(number)? else { return Ok(None) };
            // Events of another runtime may decode to something else.
            match self.client.runtime_api().version(block) {
                Ok(version) if version.spec_version == medchain_runtime::VERSION.spec_version => {}
                _ => return Ok(None),
            }
            let Ok(events) = self.client.storage(block, &events_key()) else { return Ok(None) };
            let Some(found) = events.map_or(Some(Vec::new()), |events| changes_in(&events.0)) else { return Ok(None) };
            changes.extend(found);
        }
        Ok(Some(changes))
    }

    /// Goes through all records and carries out what is erased.
    fn sweep(&self, finalized: Hash, best: Hash) -> Result<(), ErasureError> {
        let mut next = Some(RecordId::FIRST);
        while let Some(id) = next {
            let Some(record) = self.client.runtime_api().record(finalized, id)? else { break };
            self.erase_if_erased(finalized, best, &record)?;
            next = id.next();
        }
        for content in self.vault.list()? {
            self.withdraw_unnamed(content?)?;
        }
        Ok(())
    }

    /// Deletes the emergency capsules that were withdrawn or replaced in these blocks.
    fn withdraw_between(&self, first: BlockNumber, last: BlockNumber) -> Result<(), ErasureError> {
        for number in first..=last {
            let Some(block) = self.client.hash(number)? else { continue };
            for change in self.client.runtime_api().emergency_capsule_changes(block)? {
                let record = self.client.runtime_api().record(block, change.record)?;
                if let Some(record) = record.filter(|_| !change.lodged) {
                    self.withdraw_if_unnamed(ContentRoot(record.content.0), change.record, change.capsule.0)?;
                }
            }
        }
        Ok(())
    }

    /// Deletes the emergency capsules of a content that the chain does not name.
    fn withdraw_unnamed(&self, content: ContentRoot) -> Result<(), ErasureError> {
        for hash in self.vault.envelopes(content)? {
            let capsule = self.vault.envelope(content, hash).ok();
            if let Some(capsule) = capsule.and_then(|bytes| EmergencyCapsule::from_bytes(&bytes).ok()) {
                self.withdraw_if_unnamed(content, RecordId(capsule.record), hash)?;
            }
        }
        Ok(())
    }

    /// Deletes an emergency capsule, unless the chain names it: it may have been lodged again since.
    fn withdraw_if_unnamed(&self, content: ContentRoot, record: RecordId, hash: [u8; 32]) -> Result<(), ErasureError> {
        let info = self.client.info();
        for block in [info.finalized_hash, info.best_hash] {
            let lodged = self.client.runtime_api().emergency_capsule(block, record)?;
            if lodged.is_some_and(|lodged| lodged.capsule.0 == hash) {
                return Ok(());
            }
        }
        if self.vault.delete_envelope(content, hash)? {
            log::info!(target: LOG, "an emergency capsule of record {record} was withdrawn: deleted");
        }
        Ok(())
    }

    fn erase(&self, finalized: Hash, best: Hash, id: RecordId) -> Result<(), ErasureError> {
        match self.client.runtime_api().record(finalized, id)? {
            Some(record) => self.erase_if_erased(finalized, best, &record),
            None => Ok(()),
        }
    }

    fn erase_if_erased(&self, finalized: Hash, best: Hash, record: &RecordView) -> Result<(), ErasureError> {
        if record.status != RecordStatus::Erased {
            return Ok(());
        }
        let content = ContentRoot(record.content.0);
        let mut deleted = self.vault.delete_envelope(content, record.envelope.0)?;
        let api = self.client.runtime_api();
        // Another record may rest on the same content, or begin to in a block that is not final yet.
        if !api.is_anchored(finalized, record.content)?
            && !self.client.runtime_api().is_anchored(best, record.content)?
        {
            deleted |= self.vault.delete_content(content)?;
        }
        if deleted {
            log::info!(target: LOG, "record {} was erased by its patient: deleted", record.id);
        }
        // Also where nothing was held: from now on it is certain that nothing is.
        if self.client.deleted_at(record.id).is_none() {
            self.client.insert_aux(&[(deleted_key(record.id).as_slice(), now().encode().as_slice())], &[])?;
        }
        Ok(())
    }
}

/// The storage key of the events of a block.
fn events_key() -> StorageKey {
    StorageKey([sp_io::hashing::twox_128(b"System"), sp_io::hashing::twox_128(b"Events")].concat())
}

/// What an event changes for the vault.
enum Change {
    /// A record was erased.
    Erased(RecordId),
    /// A record was resealed; it had this envelope before.
    Resealed(RecordId, [u8; 32]),
}

/// What these events change for the vault; `None` if they cannot be read.
fn changes_in(mut events: &[u8]) -> Option<Vec<Change>> {
    use pallet_reports::Event;
    let events = Vec::<frame_system::EventRecord<RuntimeEvent, Hash>>::decode(&mut events).ok()?;
    let changes = events.into_iter().filter_map(|record| match record.event {
        RuntimeEvent::Reports(Event::RecordErased { record, .. }) => Some(Change::Erased(record)),
        RuntimeEvent::Reports(Event::RecordResealed { record, replaced, .. }) => {
            Some(Change::Resealed(record, replaced.0))
        }
        _ => None,
    });
    Some(changes.collect())
}
