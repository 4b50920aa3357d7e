//! The gate before the vault: what JSON-RPC and HTTP both ask before they store, serve or release anything.
//!
//! The chain decides: whoever stores needs an allowance at the best block, whoever reads needs a permit at the finalized
//! block (an opening counts once it is final) and at the best block (a revocation counts at once), and a reader one by
//! this node's clock besides.

use crate::{
    admission::Admission,
    committee::{self, allowance::Allowance, metrics::CommitteeMetrics, protocol::CommitteeAsker, shares::ReleaseKeys},
    ipfs::{FetchError, Fetcher},
    peers::{Asker, EnvelopeError, ErasureReport, Holding},
    replication::{Keeper, ReplicationStatus},
    rpc::{
        failure::{failure, not_erased, reading_refused, runtime_failed, ticket_refused, vault_failed, Code},
        refusal::RefusalTexts,
        AccountId, ChainClient,
    },
    service::{FullClient, Hash},
    ticket::{Bearer, Ticket, TicketGate, TicketRefusal},
    unanchored::Unanchored,
    vault_metrics::{Source, VaultMetrics},
};
use jsonrpsee::{core::RpcResult, types::ErrorObjectOwned};
use medchain_primitives::{ContentRoot, MemberId, Moment, RecordId, RecordStatus, TicketOperation};
use medchain_runtime_api::{AccessApi, CommitteeView, ReadPermit, RecordView, RegistryApi, ReportsApi};
use medchain_sealing::{
    committee::{Capsule, CapsuleContext},
    emergency::{EmergencyCapsule, EmergencyContext},
    envelope::Envelope,
    keys::EncryptionPublic,
    release::{seal_release, ReleaseContext},
    seal::SealRecipient,
};
use medchain_vault::{ContentRoot as Cid, ContentStore, RootBlock, Stats, UploadProgress, VaultError};
use serde_json::json;
use std::{
    collections::HashMap,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

/// How many releases an account may have at once, and how many a second after that: those of a whole inbox of requests.
const PER_READER: (u32, u32) = (256, 8);
/// For how many readings releases are counted; those that have ended make room.
const READINGS_COUNTED: usize = 100_000;
/// How many releases of one record in one reading window a reader may need: some that were lost on the way, on several
/// devices.
const RELEASES_EXPECTED: u32 = 32;

/// What stands behind the gate.
pub struct VaultDeps {
    /// The vault.
    pub vault: Arc<dyn ContentStore>,
    /// Finished contents that no record anchors.
    pub unanchored: Arc<Unanchored>,
    /// The node's shares of the release key.
    pub release_keys: Arc<ReleaseKeys>,
    /// The challenges.
    pub tickets: TicketGate,
    /// How many calls may be under way.
    pub admission: Arc<Admission>,
    /// What gathers releases from the other members of the committee.
    pub committee: Arc<CommitteeAsker>,
    /// What releases are counted in.
    pub releases: CommitteeMetrics,
    /// What gets roots and leaves from peers.
    pub fetcher: Arc<Fetcher>,
    /// What gets envelopes and statements from peers.
    pub asker: Arc<Asker<FullClient>>,
    /// What keeps a record that is read through this node.
    pub keeper: Arc<Keeper<FullClient>>,
    /// How far replication is.
    pub replication: Arc<ReplicationStatus>,
    /// Where clients find the listener for bulk transfers, if there is one.
    pub http: Option<String>,
    /// What calls are counted in.
    pub metrics: VaultMetrics,
}

/// The gate.
pub struct Gate<C> {
    client: Arc<C>,
    texts: RefusalTexts<C>,
    deps: VaultDeps,
    /// How many releases an account may have.
    per_reader: Allowance<AccountId>,
    /// How often this node has released for a reading.
    given: Mutex<HashMap<(AccountId, RecordId, Moment), u32>>,
}

/// A reading that is allowed.
pub struct Reading {
    account: AccountId,
    content: Cid,
    record: RecordView,
    permit: ReadPermit,
    /// Whether it is one of an emergency opening, at the best block as at the finalized one.
    in_emergency: bool,
    /// The finalized block at which it was checked.
    finalized: Hash,
}

impl Reading {
    /// Whether its window has closed since, by this node's clock.
    pub fn has_closed(&self) -> bool {
        now().map_or(true, |now| has_closed(self.permit, now))
    }
}

/// A partial release of a committee half, wrapped to its reader.
pub struct SealedRelease {
    /// The number of the committee's member that releases, from 1.
    pub index: u16,
    /// The release, wrapped.
    pub sealed: Vec<u8>,
}

impl<C: ChainClient> Gate<C> {
    /// Over this client.
    pub fn new(client: Arc<C>, deps: VaultDeps) -> Self {
        let (size, per_second) = PER_READER;
        Self {
            texts: RefusalTexts::new(client.clone()),
            client,
            deps,
            per_reader: Allowance::new(size, per_second),
            given: Mutex::default(),
        }
    }

    /// What stands behind the gate.
    pub fn deps(&self) -> &VaultDeps {
        &self.deps
    }

    /// Answers a call of a connection: lets it in if not too many are under way, counts it and its outcome, and logs a
    /// refusal.
    ///
    /// # Errors
    /// [`Code::Busy`], and what the call gives.
    pub fn call<T>(
        &self,
        method: &'static str,
        connection: usize,
        answer: impl FnOnce() -> RpcResult<T>,
    ) -> RpcResult<T> {
        let started = Instant::now();
        let result = self.deps.admission.enter(connection).and_then(|_admitted| answer());
        self.count(method, started, result.as_ref().err());
        result
    }

    /// Counts a call and its outcome, and logs a refusal: neither who nor what, only why.
    pub fn count(&self, method: &'static str, started: Instant, refusal: Option<&ErrorObjectOwned>) {
        self.deps.metrics.called(method, refusal.map_or(0, ErrorObjectOwned::code), started.elapsed());
        if let Some(error) = refusal {
            log::info!(target: "vault", "{method} was refused with {}: {}", error.code(), error.message());
        }
    }

    /// Whose ticket this is.
    ///
    /// # Errors
    /// [`Code::Ticket`].
    fn bearer(&self, ticket: &Ticket, operation: TicketOperation) -> RpcResult<Bearer> {
        self.deps.tickets.verify(ticket, operation, now()?).map_err(ticket_refused)
    }

    /// What the account may have in the vault that no record anchors, in bytes, less what it has besides `content`.
    fn allowance(&self, account: &AccountId, content: Cid) -> RpcResult<u64> {
        let best = self.client.info().best_hash;
        let allowance = self.client.runtime_api().store_allowance(best, account.clone()).map_err(runtime_failed)?;
        if allowance == 0 {
            return Err(failure(
                Code::StoringRefused,
                "this account may store nothing",
                json!({
                    "reason": "noAllowance",
                    "hint": "register as a member first; a suspended or rejected professional stores nothing",
                }),
            ));
        }
        let settled = |root: Cid| {
            !self.deps.vault.contains(root)
                || self.client.runtime_api().is_anchored(best, ContentRoot(root.0)).unwrap_or(false)
        };
        Ok(allowance.saturating_sub(self.deps.unanchored.bytes(account.clone().into(), content, settled)))
    }

    /// Begins or resumes an upload.
    ///
    /// # Errors
    /// [`Code::Ticket`], [`Code::StoringRefused`], [`Code::MalformedContent`], [`Code::Storage`].
    pub fn begin(&self, ticket: &Ticket, root_block: &[u8]) -> RpcResult<UploadProgress> {
        let bearer = self.bearer(ticket, TicketOperation::Store)?;
        let content = RootBlock::parse(root_block).map_err(|error| vault_failed(error.into()))?.root();
        if content != bearer.content {
            return Err(ticket_refused(TicketRefusal::WrongContent));
        }
        let available = self.allowance(&bearer.account, content)?;
        self.deps.vault.begin(bearer.account.into(), root_block, available).map_err(vault_failed)
    }

    /// Takes one leaf of an upload.
    ///
    /// # Errors
    /// [`Code::Ticket`], [`Code::MalformedContent`], [`Code::Upload`], [`Code::Storage`].
    pub fn put_leaf(&self, ticket: &Ticket, index: u32, leaf: &[u8]) -> RpcResult<()> {
        let bearer = self.bearer(ticket, TicketOperation::Store)?;
        self.deps.vault.put_leaf(bearer.account.into(), bearer.content, index, leaf).map_err(vault_failed)
    }

    /// Ends an upload with its envelope and gives content and envelope hash.
    ///
    /// # Errors
    /// [`Code::Ticket`], [`Code::StoringRefused`], [`Code::MalformedContent`], [`Code::Upload`], [`Code::Storage`].
    pub fn finish(&self, ticket: &Ticket, envelope: &[u8]) -> RpcResult<(Cid, [u8; 32])> {
        let bearer = self.bearer(ticket, TicketOperation::Store)?;
        let hash = parse_envelope(envelope)?.hash();
        // The account may have been suspended since it began.
        self.allowance(&bearer.account, bearer.content)?;
        let uploader: [u8; 32] = bearer.account.into();
        self.deps.vault.finish(uploader, bearer.content, envelope).map_err(vault_failed)?;
        let size = self.deps.vault.size(bearer.content).map_err(vault_failed)?;
        self.deps.unanchored.add(uploader, bearer.content, size);
        Ok((bearer.content, hash))
    }

    /// Adds an envelope with other seals to a record of the ticket's bearer; gives its content and the envelope's hash.
    ///
    /// # Errors
    /// [`Code::Ticket`], [`Code::ReadingRefused`], [`Code::UnknownRecord`], [`Code::MalformedContent`], [`Code::NotHeld`],
    /// [`Code::Storage`].
    pub fn reseal(&self, ticket: &Ticket, record: RecordId, bytes: &[u8]) -> RpcResult<(Cid, [u8; 32])> {
        let reading = self.authorize_for(TicketOperation::Store, ticket, record)?;
        let refused = |code, message: &str, reason, hint| {
            failure(code, message.to_owned(), json!({ "reason": reason, "hint": hint }))
        };
        if reading.permit != ReadPermit::Owner {
            let hint = "each member reseals its own records";
            return Err(refused(Code::ReadingRefused, "the record is another member's", "notOwner", hint));
        }
        let envelope = parse_envelope(bytes)?;
        let before = Envelope::from_bytes(&self.envelope(&reading)?).map_err(|_| capsule_refused())?;
        let best = self.client.info().best_hash;
        let is_same =
            (&envelope.capsule, envelope.epoch, envelope.carried) == (&before.capsule, before.epoch, before.carried);
        if !is_same && !self.is_carried_over(best, &reading.record, &before, &envelope)? {
            let hint =
                "replace the seals of the envelope and leave the rest, or carry the committee half over to the key in \
                        force";
            return Err(refused(Code::MalformedContent, "the envelope has another capsule", "otherCapsule", hint));
        }
        let owner = self.client.runtime_api().member_by_id(best, reading.record.patient).map_err(runtime_failed)?;
        let sealed = owner.is_some_and(|owner| {
            let seal = envelope.seal_for(&SealRecipient::Member(owner.id.0));
            seal.is_some_and(|seal| seal.key_version == owner.key_version)
        });
        if !sealed {
            let (message, hint) = ("the envelope has no seal for its owner's current key", "seal it to that key");
            return Err(refused(Code::MalformedContent, message, "notSealedToOwner", hint));
        }
        self.deps.vault.add_envelope(reading.content, bytes).map_err(vault_failed)?;
        Ok((reading.content, envelope.hash()))
    }

    /// Whether the owner has carried the committee half of a record over from the key of an earlier epoch to the one in force.
    fn is_carried_over(&self, at: Hash, record: &RecordView, from: &Envelope, to: &Envelope) -> RpcResult<bool> {
        let in_force = self.client.runtime_api().committee(at).map_err(runtime_failed)?;
        Ok(in_force.is_some_and(|in_force| in_force.epoch == to.epoch)
            && from.epoch < to.epoch
            && to.carried.is_some()
            && to.capsule.verify(&self.capsule_context(record, to)).is_ok())
    }

    /// Gives up an upload.
    ///
    /// # Errors
    /// [`Code::Ticket`], [`Code::Storage`].
    pub fn abort(&self, ticket: &Ticket) -> RpcResult<()> {
        let bearer = self.bearer(ticket, TicketOperation::Store)?;
        self.deps.vault.abort(bearer.account.into(), bearer.content).map(|_| ()).map_err(vault_failed)
    }

    /// The statements of the validators that hold the ticket's content.
    ///
    /// # Errors
    /// [`Code::Ticket`].
    pub fn copies(&self, ticket: &Ticket) -> RpcResult<Vec<Holding>> {
        let bearer = self.bearer(ticket, TicketOperation::Store)?;
        wait(self.deps.asker.holdings(bearer.content))
    }

    /// Whether the ticket's bearer may read the record now.
    ///
    /// # Errors
    /// [`Code::Ticket`], [`Code::ReadingRefused`], [`Code::UnknownRecord`].
    pub fn authorize(&self, ticket: &Ticket, record: RecordId) -> RpcResult<Reading> {
        self.authorize_for(TicketOperation::Read, ticket, record)
    }

    /// Whether the bearer of a ticket for this operation may read the record now.
    fn authorize_for(&self, operation: TicketOperation, ticket: &Ticket, record: RecordId) -> RpcResult<Reading> {
        self.authorize_bearer(self.bearer(ticket, operation)?, record)
    }

    /// Whether the bearer of a ticket that was given to another node may read the record now, by this node's own state and
    /// clock. For releases alone: they are of use to the bearer only.
    ///
    /// # Errors
    /// As [`Gate::authorize`].
    pub fn authorize_forwarded(&self, ticket: &Ticket, record: RecordId) -> RpcResult<Reading> {
        let bearer = self.deps.tickets.verify_forwarded(ticket, TicketOperation::Read, now()?);
        self.authorize_bearer(bearer.map_err(ticket_refused)?, record)
    }

    fn authorize_bearer(&self, bearer: Bearer, record: RecordId) -> RpcResult<Reading> {
        let now = now()?;
        let info = self.client.info();
        let view = self.record(info.best_hash, record)?;
        if bearer.content.0 != view.content.0 {
            return Err(ticket_refused(TicketRefusal::WrongContent));
        }
        let permit_at = |at| -> RpcResult<ReadPermit> {
            match self.client.runtime_api().may_read(at, bearer.account.clone(), record).map_err(runtime_failed)? {
                Ok(permit) => Ok(permit),
                Err(error) => Err(reading_refused(&self.texts.explain(at, &error)?)),
            }
        };
        let at_best = permit_at(info.best_hash)?;
        let permit = permit_at(info.finalized_hash)?;
        if [at_best, permit].into_iter().any(|permit| has_closed(permit, now)) {
            return Err(failure(
                Code::ReadingRefused,
                "reading refused: the reading window has closed",
                json!({
                    "reason": "windowClosed",
                    "hint": "open the record again; without openings left, request it from the patient again",
                }),
            ));
        }
        Ok(Reading {
            account: bearer.account,
            content: bearer.content,
            record: view,
            permit,
            in_emergency: [at_best, permit].iter().all(|permit| matches!(permit, ReadPermit::Emergency { .. })),
            finalized: info.finalized_hash,
        })
    }

    fn record(&self, at: Hash, id: RecordId) -> RpcResult<RecordView> {
        self.client.runtime_api().record(at, id).map_err(runtime_failed)?.ok_or_else(|| {
            failure(Code::UnknownRecord, format!("there is no record {id}"), json!({ "hint": "check its number" }))
        })
    }

    /// The root block of what may be read: from the vault or from peers.
    ///
    /// # Errors
    /// [`Code::NotHeld`], [`Code::Storage`].
    pub fn root(&self, reading: &Reading) -> RpcResult<RootBlock> {
        let block = wait(self.deps.fetcher.read_root(reading.content))?.map_err(fetch_failed)?;
        self.keep(reading)?;
        Ok(block)
    }

    /// A leaf of what may be read: from the vault or from peers.
    ///
    /// # Errors
    /// [`Code::MalformedContent`], [`Code::NotHeld`], [`Code::Storage`].
    pub fn leaf(&self, reading: &Reading, index: u32) -> RpcResult<Vec<u8>> {
        // By far the most leaves are here and whole.
        let (leaf, source) = match self.deps.vault.leaf(reading.content, index) {
            Ok(leaf) => (leaf, Source::Vault),
            Err(VaultError::NotFound | VaultError::CorruptLeaf { .. } | VaultError::CorruptRoot) => {
                self.keep(reading)?;
                let leaf = wait(self.deps.fetcher.read_leaf(reading.content, index))?.map_err(fetch_failed)?;
                (leaf, Source::Peers)
            }
            Err(error) => return Err(vault_failed(error)),
        };
        self.deps.metrics.read_leaf(source);
        Ok(leaf)
    }

    /// The envelope of what may be read: from the vault, or from a validator or reserved peer.
    ///
    /// # Errors
    /// [`Code::NotHeld`], [`Code::Storage`].
    pub fn envelope(&self, reading: &Reading) -> RpcResult<Vec<u8>> {
        self.beside(reading, reading.record.envelope.0)
    }

    /// An envelope or emergency capsule: from the vault, or from a validator or reserved peer.
    fn beside(&self, reading: &Reading, hash: [u8; 32]) -> RpcResult<Vec<u8>> {
        let held = match self.deps.vault.envelope(reading.content, hash) {
            Err(error @ (VaultError::NotFound | VaultError::CorruptEnvelope)) => error,
            held => return held.map_err(vault_failed),
        };
        match wait(self.deps.asker.envelope(reading.content, hash))? {
            Ok(envelope) => {
                match self.deps.vault.add_envelope(reading.content, &envelope) {
                    // Where the content is not held, its envelope is not either.
                    Ok(_) | Err(VaultError::NotFound) => Ok(envelope),
                    Err(error) => Err(vault_failed(error)),
                }
            }
            Err(EnvelopeError::NobodyGaveIt) => Err(vault_failed(held)),
            Err(EnvelopeError::Vault(error)) => Err(vault_failed(error)),
        }
    }

    /// Lets a content that is not held here be fetched whole while it is read.
    fn keep(&self, reading: &Reading) -> RpcResult<()> {
        if !self.deps.vault.contains(reading.content) {
            let (keeper, record) = (self.deps.keeper.clone(), reading.record.id);
            runtime()?.spawn(async move { keeper.keep_read(record).await });
        }
        Ok(())
    }

    /// The committee's partial releases for the bearer of this ticket, who may read: this node's own, if it is a member, and
    /// those of the others, which each of them checks for itself. In an emergency they are of the emergency capsule.
    ///
    /// # Errors
    /// [`Code::ReadingRefused`], [`Code::NotHeld`], [`Code::Storage`], [`Code::NoReleaseKey`], [`Code::Busy`].
    pub fn release(&self, reading: &Reading, ticket: &Ticket, emergency: bool) -> RpcResult<Vec<SealedRelease>> {
        let wanted = self.wanted(reading, emergency);
        let committee = match &wanted {
            Ok((_, context)) => self.committee(reading, context.epoch)?,
            // This node has not what says which committee; the others may.
            Err(_) => self.client.runtime_api().committee(reading.finalized).map_err(runtime_failed)?,
        };
        let threshold = committee.map_or(1, |committee| usize::from(committee.threshold));
        let own = self.own_release_of(reading, wanted, false);
        if let Err(error) = &own {
            // What this node refuses for itself it does not ask of others.
            if [Code::ReadingRefused, Code::Busy].iter().any(|code| *code as i32 == error.code()) {
                return own.map(|release| vec![release]);
            }
        }
        let needed = threshold.saturating_sub(usize::from(own.is_ok()));
        if needed == 0 {
            return own.map(|release| vec![release]);
        }
        let mut others = wait(self.deps.committee.releases(ticket, reading.record.id, emergency, needed))?;
        match own {
            Ok(own) => others.insert(0, own),
            Err(error) if others.is_empty() => return Err(error),
            Err(_) => (),
        }
        Ok(others)
    }

    /// This node's partial release for a reading that a peer gathers for.
    ///
    /// # Errors
    /// As [`Gate::release`].
    pub fn release_to_peer(&self, reading: &Reading, emergency: bool) -> RpcResult<SealedRelease> {
        self.own_release_of(reading, self.wanted(reading, emergency), true)
    }

    fn own_release_of(
        &self,
        reading: &Reading,
        wanted: RpcResult<(Capsule, CapsuleContext)>,
        to_peer: bool,
    ) -> RpcResult<SealedRelease> {
        if !self.per_reader.take(reading.account.clone()) {
            return Err(failure(
                Code::Busy,
                "this account has asked for too many releases",
                json!({ "reason": "releases", "hint": "wait a minute" }),
            ));
        }
        let (capsule, context) = wanted?;
        let release = self.release_of(reading, &capsule, &context)?;
        self.count_release(reading, to_peer);
        Ok(release)
    }

    /// What a reading wants released, and what that is bound to: the capsule of the record's envelope, or in an emergency
    /// that of its emergency capsule.
    fn wanted(&self, reading: &Reading, emergency: bool) -> RpcResult<(Capsule, CapsuleContext)> {
        if emergency {
            let (capsule, lodged_by) = self.lodged_capsule(reading)?;
            let context = self.emergency_context(&reading.record, lodged_by, capsule.epoch).capsule();
            return Ok((capsule.capsule, context));
        }
        let envelope = Envelope::from_bytes(&self.envelope(reading)?).map_err(|_| capsule_refused())?;
        let context = self.capsule_context(&reading.record, &envelope);
        Ok((envelope.capsule, context))
    }

    /// What the capsule of a record's envelope is bound to.
    fn capsule_context(&self, record: &RecordView, envelope: &Envelope) -> CapsuleContext {
        envelope.capsule_context(self.deps.tickets.genesis(), record.author.0, record.patient.0)
    }

    /// The committee of the key of this epoch, at the finalized block of a reading.
    fn committee(&self, reading: &Reading, epoch: u32) -> RpcResult<Option<CommitteeView>> {
        committee::of_epoch(&*self.client, reading.finalized, epoch).map_err(runtime_failed)
    }

    /// Counts a release, and warns of more than any reader needs.
    fn count_release(&self, reading: &Reading, to_peer: bool) {
        let closes_at = match reading.permit {
            ReadPermit::Reader { closes_at } | ReadPermit::Emergency { closes_at } => closes_at,
            // These read what is their own, without openings.
            ReadPermit::Owner | ReadPermit::Administrator => 0,
        };
        let of = (reading.account.clone(), reading.record.id, closes_at);
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        if given.len() >= READINGS_COUNTED && !given.contains_key(&of) {
            let now = now().unwrap_or_default();
            given.retain(|(_, _, closes_at), _| *closes_at > now);
            if given.len() >= READINGS_COUNTED {
                given.clear();
            }
        }
        let times = given.entry(of).or_default();
        *times = times.saturating_add(1);
        let times = *times;
        let excess = closes_at != 0 && times > RELEASES_EXPECTED;
        self.deps.releases.released(to_peer, times, excess);
        if excess {
            log::warn!(
                target: "release",
                "{times} releases of record {} in one reading window: somebody asks for more than a reader needs",
                reading.record.id
            );
        }
    }

    /// This node's partial release of a capsule, wrapped to the reader.
    fn release_of(&self, reading: &Reading, capsule: &Capsule, context: &CapsuleContext) -> RpcResult<SealedRelease> {
        let (genesis, epoch) = (context.genesis, context.epoch);
        let committee = self.committee(reading, epoch)?.ok_or_else(|| {
            failure(
                Code::NoReleaseKey,
                format!("the release committee keeps the key of epoch {epoch} no more"),
                json!({ "epoch": epoch, "hint": "its owner did not carry the record over before the key was retired" }),
            )
        })?;
        let share = self.deps.release_keys.of_committee(&committee).ok_or_else(|| {
            failure(
                Code::NoReleaseKey,
                "this node holds no share of the release key that the capsule was made to",
                json!({ "epoch": epoch, "hint": "ask a node of the release committee" }),
            )
        })?;
        let (recipient, key) = self.recipient(reading)?;
        let partial = share.release(capsule, context).map_err(|_| capsule_refused())?;
        let context =
            ReleaseContext { genesis, record: reading.record.id.0, content: reading.record.content.0, recipient };
        let sealed = seal_release(&partial, &key, &context).map_err(|_| no_encryption_key())?;
        Ok(SealedRelease { index: partial.index(), sealed })
    }

    /// Takes the emergency capsule of a record, if the chain names it.
    ///
    /// # Errors
    /// [`Code::Ticket`], [`Code::StoringRefused`], [`Code::UnknownRecord`], [`Code::MalformedContent`], [`Code::NotHeld`],
    /// [`Code::Storage`].
    pub fn lodge_emergency(&self, ticket: &Ticket, record: RecordId, bytes: &[u8]) -> RpcResult<()> {
        let bearer = self.bearer(ticket, TicketOperation::Store)?;
        let capsule = EmergencyCapsule::from_bytes(bytes).map_err(|_| emergency_capsule_malformed())?;
        let best = self.client.info().best_hash;
        let view = self.record(best, record)?;
        if bearer.content.0 != view.content.0 {
            return Err(ticket_refused(TicketRefusal::WrongContent));
        }
        // The chain first: nothing is kept that it does not name.
        let lodged = self.client.runtime_api().emergency_capsule(best, record).map_err(runtime_failed)?;
        let lodged = lodged.filter(|lodged| lodged.capsule.0 == capsule.hash()).ok_or_else(|| {
            failure(
                Code::StoringRefused,
                "the chain names no such emergency capsule for this record",
                json!({ "reason": "notLodged", "hint": "lodge its hash with access.lodge_emergency first" }),
            )
        })?;
        let context = self.emergency_context(&view, lodged.lodged_by, capsule.epoch).capsule();
        if capsule.record != record.0 || capsule.capsule.verify(&context).is_err() {
            return Err(emergency_capsule_malformed());
        }
        self.deps.vault.add_envelope(bearer.content, bytes).map(|_| ()).map_err(vault_failed)
    }

    /// The emergency capsule of what may be read in an emergency.
    ///
    /// # Errors
    /// [`Code::ReadingRefused`], [`Code::NotHeld`], [`Code::Storage`].
    pub fn emergency_capsule(&self, reading: &Reading) -> RpcResult<EmergencyCapsule> {
        self.lodged_capsule(reading).map(|(capsule, _)| capsule)
    }

    /// The emergency capsule of what may be read in an emergency, and who lodged it.
    fn lodged_capsule(&self, reading: &Reading) -> RpcResult<(EmergencyCapsule, MemberId)> {
        if !reading.in_emergency {
            return Err(failure(
                Code::ReadingRefused,
                "reading refused: the account has not opened the record in an emergency",
                json!({ "reason": "noEmergency", "hint": "whoever holds a grant has the patient half in its seal" }),
            ));
        }
        let lodged = self.client.runtime_api().emergency_capsule(reading.finalized, reading.record.id);
        let lodged = lodged.map_err(runtime_failed)?.ok_or_else(emergency_capsule_refused)?;
        let bytes = self.beside(reading, lodged.capsule.0)?;
        let capsule = EmergencyCapsule::from_bytes(&bytes).map_err(|_| emergency_capsule_refused())?;
        Ok((capsule, lodged.lodged_by))
    }

    /// What an emergency capsule that `lodged_by` lodged for this record is bound to.
    fn emergency_context(&self, record: &RecordView, lodged_by: MemberId, epoch: u32) -> EmergencyContext {
        EmergencyContext {
            genesis: self.deps.tickets.genesis(),
            record: record.id.0,
            content: record.content.0,
            lodged_by: lodged_by.0,
            patient: record.patient.0,
            epoch,
        }
    }

    /// To whom a release for this reading is wrapped, by finalized state.
    fn recipient(&self, reading: &Reading) -> RpcResult<(SealRecipient, EncryptionPublic)> {
        let api = self.client.runtime_api();
        let found = if reading.permit == ReadPermit::Administrator {
            let administrators = api.administrators(reading.finalized).map_err(runtime_failed)?;
            administrators
                .into_iter()
                .find(|administrator| administrator.account == reading.account)
                .and_then(|administrator| administrator.encryption_key)
                .map(|key| (SealRecipient::Administrator(reading.account.clone().into()), key))
        } else {
            // Staff hold a copy of their institution's key, to which all that it reads is sealed.
            api.acting(reading.finalized, reading.account.clone())
                .map_err(runtime_failed)?
                .map(|acting| (SealRecipient::Member(acting.member.id.0), acting.member.encryption_key))
        };
        found.map(|(recipient, key)| (recipient, EncryptionPublic(key.0))).ok_or_else(no_encryption_key)
    }

    /// Which nodes have deleted an erased record, and when, each by its signature.
    ///
    /// # Errors
    /// [`Code::UnknownRecord`], [`Code::NotErased`].
    pub fn erasure(&self, record: RecordId) -> RpcResult<ErasureReport> {
        let record = self.record(self.client.info().finalized_hash, record)?;
        if record.status != RecordStatus::Erased {
            return Err(not_erased(record.id));
        }
        wait(self.deps.asker.erasures(record.id, Cid(record.content.0)))
    }

    /// What the vault holds.
    pub fn stats(&self) -> Stats {
        self.deps.vault.stats()
    }
}

/// Whether a reader's window has closed by this clock. It is open up to its last millisecond, and not at it.
fn has_closed(permit: ReadPermit, now: Moment) -> bool {
    matches!(permit, ReadPermit::Reader { closes_at } | ReadPermit::Emergency { closes_at } if closes_at <= now)
}

/// The runtime of this thread, one that may block.
fn runtime() -> RpcResult<tokio::runtime::Handle> {
    tokio::runtime::Handle::try_current().map_err(|_| {
        failure(Code::Storage, "the node is stopping", json!({ "reason": "stopping", "hint": "ask another node" }))
    })
}

/// Waits for peers on a thread that may block.
fn wait<F: Future>(future: F) -> RpcResult<F::Output> {
    Ok(runtime()?.block_on(future))
}

/// What could not be had from peers either.
fn fetch_failed(error: FetchError) -> ErrorObjectOwned {
    match error {
        FetchError::Vault(error) => vault_failed(error),
        FetchError::NobodyHasIt | FetchError::Off | FetchError::NotAContent(_) => vault_failed(VaultError::NotFound),
        FetchError::Overloaded | FetchError::Stopped => failure(
            Code::NotHeld,
            format!("this node does not hold the content: {error}"),
            json!({ "reason": "busy", "hint": "repeat in a moment, or ask another node" }),
        ),
    }
}

/// The envelope that these bytes are.
fn parse_envelope(bytes: &[u8]) -> RpcResult<Envelope> {
    Envelope::from_bytes(bytes).map_err(|error| {
        failure(
            Code::MalformedContent,
            error.to_string(),
            json!({ "reason": "envelope", "hint": "encode it as primitives/sealing/README.md describes" }),
        )
    })
}

fn capsule_refused() -> ErrorObjectOwned {
    failure(
        Code::ReadingRefused,
        "reading refused: the capsule does not belong to this record",
        json!({
            "reason": "capsule",
            "hint": "its author must make a capsule for this chain, author, patient and epoch; anchor the document anew",
        }),
    )
}

fn emergency_capsule_refused() -> ErrorObjectOwned {
    failure(
        Code::ReadingRefused,
        "reading refused: no emergency capsule is lodged for this record",
        json!({ "reason": "emergencyCapsule", "hint": "ask the patient for a grant" }),
    )
}

fn emergency_capsule_malformed() -> ErrorObjectOwned {
    failure(
        Code::MalformedContent,
        "this is no emergency capsule of this record by who lodged it",
        json!({
            "reason": "emergencyCapsule",
            "hint": "make it for this chain, record, patient and epoch, in the name of the account that lodges it",
        }),
    )
}

fn no_encryption_key() -> ErrorObjectOwned {
    failure(
        Code::ReadingRefused,
        "reading refused: the account has no usable encryption key in the finalized state",
        json!({ "reason": "noEncryptionKey", "hint": "publish an encryption key and wait until that is final" }),
    )
}

/// This node's clock, in milliseconds since 1970.
pub fn now() -> RpcResult<Moment> {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| Moment::try_from(since.as_millis()).ok())
        .ok_or_else(|| {
            failure(
                Code::Storage,
                "this node's clock is wrong",
                json!({ "reason": "clock", "hint": "ask another node; tell this one's operator" }),
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_open_up_to_its_end_and_not_a_millisecond_after() {
        let permit = ReadPermit::Reader { closes_at: 1000 };
        assert!(!has_closed(permit, 999));
        assert!(has_closed(permit, 1000));
        assert!(has_closed(permit, 1001));
        assert!(!has_closed(ReadPermit::Emergency { closes_at: 1000 }, 999));
        assert!(has_closed(ReadPermit::Emergency { closes_at: 1000 }, 1000));
        assert!(!has_closed(ReadPermit::Owner, Moment::MAX));
        assert!(!has_closed(ReadPermit::Administrator, Moment::MAX));
    }
}
