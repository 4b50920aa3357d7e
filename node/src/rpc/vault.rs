//! `vault_*`: storing and serving contents, against tickets, and releasing committee halves.
//!
//! The chain decides: whoever stores needs an allowance at the best block, whoever reads needs a permit at the finalized
//! block (an opening counts once it is final) and at the best block (a revocation counts at once), and a reader one by
//! this node's clock besides.

use crate::{
    ipfs::{FetchError, Fetcher},
    peers::{Asker, EnvelopeError},
    release_key::ReleaseKeys,
    replication::{Keeper, ReplicationStatus},
    rpc::{
        failure::{failure, reading_refused, runtime_failed, ticket_refused, vault_failed, Code},
        medchain::Id,
        refusal::RefusalTexts,
        AccountId, ChainClient,
    },
    service::{FullClient, Hash},
    ticket::{Bearer, Ticket, TicketGate, TicketRefusal},
    unanchored::Unanchored,
    vault_metrics::VaultMetrics,
};
use base64::{engine::general_purpose::STANDARD, Engine};
use jsonrpsee::{core::RpcResult, proc_macros::rpc, types::ErrorObjectOwned, Extensions};
use medchain_primitives::{limits, ContentRoot, Moment, RecordId, TicketOperation};
use medchain_runtime_api::{AccessApi, ReadPermit, RecordView, RegistryApi, ReportsApi};
use medchain_sealing::{
    committee::CapsuleContext,
    envelope::Envelope,
    keys::EncryptionPublic,
    release::{seal_release, ReleaseContext},
    seal::SealRecipient,
};
use medchain_vault::{dag::MAX_ROOT_BYTES, ContentRoot as Cid, ContentStore, RootBlock, VaultError, LEAF_BYTES};
use serde::Serialize;
use serde_json::{json, Value};
use sp_core::Bytes;
use std::{
    future::Future,
    sync::Arc,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

/// What `vault_challenge` answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Challenge {
    /// 32 bytes to put into tickets.
    pub challenge: Hash,
    /// This node's clock, in milliseconds since 1970.
    pub now: Moment,
    /// The genesis hash of this node's chain.
    pub genesis: Hash,
    /// How long a ticket may be valid, in milliseconds.
    pub ticket_lifetime_max: Moment,
}

/// What `vault_begin` answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Upload {
    /// The content's CID.
    pub content: String,
    /// How many leaves it has.
    pub leaves: u32,
    /// The leaves still to be sent, as ranges from the first to before the second number.
    pub missing: Vec<(u32, u32)>,
}

/// What `vault_finish` answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stored {
    /// The content's CID.
    pub content: String,
    /// The envelope's SHA-256, to be anchored.
    pub envelope: Hash,
}

/// A partial release of a committee half, for its reader alone.
#[derive(Clone, Debug, Serialize)]
pub struct Release {
    /// The number of the committee's member that releases, from 1.
    pub index: u16,
    /// The release, wrapped to the reader's encryption key.
    pub sealed: Bytes,
}

/// A validator's signed word that its node holds a content.
#[derive(Clone, Debug, Serialize)]
pub struct Copy {
    /// The validator's block-authoring key.
    pub key: Hash,
    /// When it was said, in milliseconds since 1970.
    pub at: Moment,
    /// Its sr25519 signature over `medchain/holding/v1`, the genesis hash, the content's root digest and `at` as 8 bytes
    /// in little-endian order.
    pub signature: Bytes,
}

/// What `vault_status` answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VaultStatus {
    /// How many contents the vault holds.
    pub contents: u64,
    /// Their length together, in bytes.
    pub bytes: u64,
    /// The length of what is being uploaded or fetched, in bytes.
    pub staged: u64,
    /// How many records' contents or envelopes are still to be fetched.
    pub missing: usize,
    /// How many contents are being fetched.
    pub in_flight: usize,
}

/// The vault of this node.
///
/// Every method but `vault_challenge` and `vault_status` takes a ticket as `docs/rpc.md` describes it and fails with 7101
/// when it is refused (`data.reason`: `forged`, `expired`, `wrongChain`, `wrongOperation`, `wrongContent`,
/// `unknownChallenge`, `lifetimeTooLong`, `malformed`), with 7001 when the runtime does not answer and with 7108 when the
/// disk fails or is full. Bytes travel as base64 with padding.
#[rpc(server)]
pub trait VaultApi {
    /// A challenge for tickets. Each is accepted for ten to twenty minutes, and not after a restart of the node.
    ///
    /// Example: `vault_challenge()` gives `{"challenge": "0x…", "now": 1800000000000, "genesis": "0x…",
    /// "ticketLifetimeMax": 3600000}`.
    #[method(name = "vault_challenge")]
    fn challenge(&self) -> RpcResult<Challenge>;

    /// Begins or resumes an upload with the content's root block and says which leaves are missing.
    ///
    /// Example: `vault_begin(ticket, "EjcK…")` gives `{"content": "bafybei…", "leaves": 2, "missing": [[0, 2]]}`.
    /// Errors: 7101, 7102 (`noAllowance`, `overAllowance`, `tooManyUploads`), 7105 (not a content's root block), 7108.
    #[method(name = "vault_begin", blocking)]
    fn begin(&self, ticket: Ticket, #[argument(rename = "rootBlock")] root_block: String) -> RpcResult<Upload>;

    /// Takes one leaf of an upload: at most 1 MiB, in any order, repeatable.
    ///
    /// Example: `vault_putLeaf(ticket, 0, "…")` gives `null`.
    /// Errors: 7101, 7105 (`base64`, `tooLarge`, `noSuchLeaf`, `leafLength`, `wrongLeaf`), 7106 (`unknownUpload`), 7108.
    #[method(name = "vault_putLeaf", blocking)]
    fn put_leaf(&self, ticket: Ticket, index: u32, data: String) -> RpcResult<()>;

    /// Ends an upload with its envelope. Once it answers, content and envelope are durable. May be repeated.
    ///
    /// Example: `vault_finish(ticket, "…")` gives `{"content": "bafybei…", "envelope": "0x…"}`.
    /// Errors: 7101, 7102 (`noAllowance`, `tooManyEnvelopes`), 7105 (not an envelope), 7106 (`unknownUpload`,
    /// `incomplete` with `missing`), 7108.
    #[method(name = "vault_finish", blocking)]
    fn finish(&self, ticket: Ticket, envelope: String) -> RpcResult<Stored>;

    /// Which validators have said, each with its signature, that they hold the ticket's content whole: an uploader asks
    /// until there are as many as it wants. Contents spread once a record that anchors them is final.
    ///
    /// Example: `vault_copies(ticket)` gives `[{"key": "0x…", "at": 1800000000000, "signature": "0x…"}]`.
    /// Errors: 7101.
    #[method(name = "vault_copies", blocking)]
    fn copies(&self, ticket: Ticket) -> RpcResult<Vec<Copy>>;

    /// Adds an envelope to a record of the ticket's account, before `Reports.reseal` names it: the envelope before with
    /// other seals, one of them for the owner's current key. The ticket is for `store`. Envelopes that are never named stay,
    /// as far as there is room for them beside the content.
    ///
    /// Example: `vault_reseal(ticket, 3, "…")` gives `{"content": "bafybei…", "envelope": "0x…"}`.
    /// Errors: 7101, 7102 (`tooManyEnvelopes`), 7103 (data: `pallet`, `error`, `text`, or `notOwner`), 7104, 7105 (not an
    /// envelope, `otherCapsule`, `notSealedToOwner`), 7107, 7108.
    #[method(name = "vault_reseal", blocking)]
    fn reseal(&self, ticket: Ticket, record: Id, envelope: String) -> RpcResult<Stored>;

    /// Gives up an upload and deletes what it sent. Does nothing if there is none.
    ///
    /// Example: `vault_abort(ticket)` gives `null`. Errors: 7101, 7108.
    #[method(name = "vault_abort", blocking)]
    fn abort(&self, ticket: Ticket) -> RpcResult<()>;

    /// The root block of a record's content. What this node does not hold, here and in the next three methods, it fetches
    /// from its peers, and keeps.
    ///
    /// Example: `vault_root(ticket, 3)` gives `"EjcK…"`.
    /// Errors: 7101, 7103 (data: `pallet`, `error`, `text`, or `reason`), 7104 (no such record), 7107 (not held here), 7108.
    #[method(name = "vault_root", blocking)]
    fn root(&self, ticket: Ticket, record: Id) -> RpcResult<String>;

    /// One leaf of a record's content, verified against the root. A corrupt one is repaired from a peer.
    ///
    /// Example: `vault_leaf(ticket, 3, 0)` gives `"…"`.
    /// Errors: 7101, 7103, 7104, 7105 (`noSuchLeaf`), 7107 (`notFound`, `corruptLeaf`), 7108.
    #[method(name = "vault_leaf", blocking)]
    fn leaf(&self, ticket: Ticket, record: Id, index: u32) -> RpcResult<String>;

    /// The envelope of a record.
    ///
    /// Example: `vault_envelope(ticket, 3)` gives `"…"`. Errors: 7101, 7103, 7104, 7107, 7108.
    #[method(name = "vault_envelope", blocking)]
    fn envelope(&self, ticket: Ticket, record: Id) -> RpcResult<String>;

    /// This node's partial releases of a record's committee half, wrapped to the encryption key that the finalized state
    /// shows for the account.
    ///
    /// Example: `vault_release(ticket, 3)` gives `[{"index": 1, "sealed": "0x…"}]`.
    /// Errors: 7101, 7103 (besides: `capsule` for a capsule made for another record's author or patient, `noEncryptionKey`
    /// for an administrator without one), 7104, 7107, 7108, 7109 (this node is not in the release committee of that epoch).
    #[method(name = "vault_release", blocking)]
    fn release(&self, ticket: Ticket, record: Id) -> RpcResult<Vec<Release>>;

    /// What the vault holds. Only on a trusted connection (`--rpc-methods unsafe` or a local one).
    ///
    /// Example: `vault_status()` gives `{"contents": 12, "bytes": 73400320, "staged": 0, "missing": 0, "inFlight": 0}`.
    /// Errors: −32601 elsewhere.
    #[method(name = "vault_status", blocking, with_extensions)]
    fn status(&self) -> RpcResult<VaultStatus>;
}

/// What the methods work on.
#[derive(Clone)]
pub struct VaultDeps {
    /// The vault.
    pub vault: Arc<dyn ContentStore>,
    /// Finished contents that no record anchors.
    pub unanchored: Arc<Unanchored>,
    /// The node's shares of the release key.
    pub release_keys: Arc<ReleaseKeys>,
    /// The challenges. Shared, so that every copy of the methods knows them.
    pub tickets: Arc<TicketGate>,
    /// What gets roots and leaves from peers.
    pub fetcher: Arc<Fetcher>,
    /// What gets envelopes and statements from peers.
    pub asker: Arc<Asker<FullClient>>,
    /// What keeps a record that is read through this node.
    pub keeper: Arc<Keeper<FullClient>>,
    /// How far replication is.
    pub replication: Arc<ReplicationStatus>,
    /// What reads are counted in.
    pub metrics: VaultMetrics,
}

/// The methods' implementation.
pub struct VaultRpc<C> {
    client: Arc<C>,
    texts: RefusalTexts<C>,
    deps: VaultDeps,
}

/// A reading that is allowed.
struct Reading {
    account: AccountId,
    content: Cid,
    record: RecordView,
    permit: ReadPermit,
    /// The finalized block at which it was checked.
    finalized: Hash,
}

impl<C: ChainClient> VaultRpc<C> {
    /// Over this client.
    pub fn new(client: Arc<C>, deps: VaultDeps) -> Self {
        Self { texts: RefusalTexts::new(client.clone()), client, deps }
    }

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

    fn authorize(&self, ticket: &Ticket, record: Id, operation: TicketOperation) -> RpcResult<Reading> {
        let now = now()?;
        let record = RecordId(record.0);
        let bearer = self.bearer(ticket, operation)?;
        let info = self.client.info();
        let api = self.client.runtime_api();
        let view = api.record(info.best_hash, record).map_err(runtime_failed)?.ok_or_else(|| {
            failure(Code::UnknownRecord, format!("there is no record {record}"), json!({ "hint": "check its number" }))
        })?;
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
        for permit in [at_best, permit] {
            match permit {
                ReadPermit::Reader { closes_at } if closes_at <= now => {
                    return Err(failure(
                        Code::ReadingRefused,
                        "reading refused: the reading window has closed",
                        json!({
                            "reason": "windowClosed",
                            "hint": "open the record again; without openings left, request it from the patient again",
                        }),
                    ));
                }
                _ => {}
            }
        }
        Ok(Reading {
            account: bearer.account,
            content: bearer.content,
            record: view,
            permit,
            finalized: info.finalized_hash,
        })
    }

    /// The envelope of what may be read: from the vault, or from a validator or reserved peer.
    fn envelope_of(&self, reading: &Reading) -> RpcResult<Vec<u8>> {
        let hash = reading.record.envelope.0;
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

    /// Counts a read and its outcome.
    fn counted<T>(&self, read: impl FnOnce() -> RpcResult<T>) -> RpcResult<T> {
        let started = Instant::now();
        let result = read();
        let code = result.as_ref().map_or_else(ErrorObjectOwned::code, |_| 0);
        self.deps.metrics.called(code, started.elapsed());
        if let Err(error) = &result {
            // Neither who nor what: only why.
            log::info!(target: "vault", "a read was refused with {code}: {}", error.message());
        }
        result
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
}

impl<C: ChainClient> VaultApiServer for VaultRpc<C> {
    fn challenge(&self) -> RpcResult<Challenge> {
        let now = now()?;
        Ok(Challenge {
            challenge: self.deps.tickets.challenge(now).into(),
            now,
            genesis: self.deps.tickets.genesis().into(),
            ticket_lifetime_max: limits::TICKET_LIFETIME_MAX,
        })
    }

    fn begin(&self, ticket: Ticket, root_block: String) -> RpcResult<Upload> {
        let bearer = self.bearer(&ticket, TicketOperation::Store)?;
        let block = decode(&root_block, MAX_ROOT_BYTES)?;
        let content = RootBlock::parse(&block).map_err(|error| vault_failed(error.into()))?.root();
        if content != bearer.content {
            return Err(ticket_refused(TicketRefusal::WrongContent));
        }
        let available = self.allowance(&bearer.account, content)?;
        let progress = self.deps.vault.begin(bearer.account.into(), &block, available).map_err(vault_failed)?;
        Ok(Upload {
            content: progress.root.to_string(),
            leaves: progress.leaves,
            missing: progress.missing.iter().map(|range| (range.start, range.end)).collect(),
        })
    }

    fn put_leaf(&self, ticket: Ticket, index: u32, data: String) -> RpcResult<()> {
        let bearer = self.bearer(&ticket, TicketOperation::Store)?;
        let leaf = decode(&data, LEAF_BYTES)?;
        self.deps.vault.put_leaf(bearer.account.into(), bearer.content, index, &leaf).map_err(vault_failed)
    }

    fn reseal(&self, ticket: Ticket, record: Id, envelope: String) -> RpcResult<Stored> {
        let reading = self.authorize(&ticket, record, TicketOperation::Store)?;
        let refused = |code, message: &str, reason, hint| {
            failure(code, message.to_owned(), json!({ "reason": reason, "hint": hint }))
        };
        if reading.permit != ReadPermit::Owner {
            let hint = "each member reseals its own records";
            return Err(refused(Code::ReadingRefused, "the record is another member's", "notOwner", hint));
        }
        let (bytes, envelope) = parse_envelope(&envelope)?;
        let before = Envelope::from_bytes(&self.envelope_of(&reading)?).map_err(|_| capsule_refused())?;
        if (&envelope.capsule, envelope.epoch) != (&before.capsule, before.epoch) {
            let hint = "replace the seals of the envelope and leave the rest";
            return Err(refused(Code::MalformedContent, "the envelope has another capsule", "otherCapsule", hint));
        }
        let best = self.client.info().best_hash;
        let owner = self.client.runtime_api().member_by_id(best, reading.record.patient).map_err(runtime_failed)?;
        let sealed = owner.is_some_and(|owner| {
            let seal = envelope.seal_for(&SealRecipient::Member(owner.id.0));
            seal.is_some_and(|seal| seal.key_version == owner.key_version)
        });
        if !sealed {
            let (message, hint) = ("the envelope has no seal for its owner's current key", "seal it to that key");
            return Err(refused(Code::MalformedContent, message, "notSealedToOwner", hint));
        }
        self.deps.vault.add_envelope(reading.content, &bytes).map_err(vault_failed)?;
        Ok(Stored { content: reading.content.to_string(), envelope: envelope.hash().into() })
    }

    fn finish(&self, ticket: Ticket, envelope: String) -> RpcResult<Stored> {
        let bearer = self.bearer(&ticket, TicketOperation::Store)?;
        let (bytes, envelope) = parse_envelope(&envelope)?;
        // The account may have been suspended since it began.
        self.allowance(&bearer.account, bearer.content)?;
        let uploader: [u8; 32] = bearer.account.into();
        self.deps.vault.finish(uploader, bearer.content, &bytes).map_err(vault_failed)?;
        let size = self.deps.vault.size(bearer.content).map_err(vault_failed)?;
        self.deps.unanchored.add(uploader, bearer.content, size);
        Ok(Stored { content: bearer.content.to_string(), envelope: envelope.hash().into() })
    }

    fn abort(&self, ticket: Ticket) -> RpcResult<()> {
        let bearer = self.bearer(&ticket, TicketOperation::Store)?;
        self.deps.vault.abort(bearer.account.into(), bearer.content).map(|_| ()).map_err(vault_failed)
    }

    fn copies(&self, ticket: Ticket) -> RpcResult<Vec<Copy>> {
        let bearer = self.bearer(&ticket, TicketOperation::Store)?;
        let holdings = wait(self.deps.asker.holdings(bearer.content))?;
        Ok(holdings
            .into_iter()
            .map(|holding| Copy {
                key: holding.key.into(),
                at: holding.at,
                signature: holding.signature.to_vec().into(),
            })
            .collect())
    }

    fn root(&self, ticket: Ticket, record: Id) -> RpcResult<String> {
        self.counted(|| {
            let reading = self.authorize(&ticket, record, TicketOperation::Read)?;
            let block = wait(self.deps.fetcher.read_root(reading.content))?.map_err(fetch_failed)?;
            self.keep(&reading)?;
            Ok(STANDARD.encode(block.bytes()))
        })
    }

    fn leaf(&self, ticket: Ticket, record: Id, index: u32) -> RpcResult<String> {
        self.counted(|| {
            let reading = self.authorize(&ticket, record, TicketOperation::Read)?;
            // By far the most leaves are here and whole.
            let leaf = match self.deps.vault.leaf(reading.content, index) {
                Ok(leaf) => leaf,
                Err(VaultError::NotFound | VaultError::CorruptLeaf { .. } | VaultError::CorruptRoot) => {
                    self.keep(&reading)?;
                    wait(self.deps.fetcher.read_leaf(reading.content, index))?.map_err(fetch_failed)?
                }
                Err(error) => return Err(vault_failed(error)),
            };
            Ok(STANDARD.encode(leaf))
        })
    }

    fn envelope(&self, ticket: Ticket, record: Id) -> RpcResult<String> {
        self.counted(|| {
            Ok(STANDARD.encode(self.envelope_of(&self.authorize(&ticket, record, TicketOperation::Read)?)?))
        })
    }

    fn release(&self, ticket: Ticket, record: Id) -> RpcResult<Vec<Release>> {
        let reading = self.authorize(&ticket, record, TicketOperation::Read)?;
        let bytes = self.envelope_of(&reading)?;
        let envelope = Envelope::from_bytes(&bytes).map_err(|_| capsule_refused())?;
        let share = self.deps.release_keys.share(envelope.epoch).ok_or_else(|| {
            failure(
                Code::NoReleaseKey,
                "this node holds no share of the release key that the capsule was made to",
                json!({ "epoch": envelope.epoch, "hint": "ask a node of the release committee" }),
            )
        })?;
        let (recipient, key) = self.recipient(&reading)?;
        let genesis = self.deps.tickets.genesis();
        let capsule = CapsuleContext {
            genesis,
            author: reading.record.author.0,
            patient: reading.record.patient.0,
            epoch: envelope.epoch,
        };
        let partial = share.release(&envelope.capsule, &capsule).map_err(|_| capsule_refused())?;
        let context =
            ReleaseContext { genesis, record: reading.record.id.0, content: reading.record.content.0, recipient };
        let sealed = seal_release(&partial, &key, &context).map_err(|_| no_encryption_key())?;
        log::debug!(target: "vault", "released record {} to {recipient:?} by account {}", context.record, reading.account);
        Ok(vec![Release { index: partial.index(), sealed: sealed.into() }])
    }

    fn status(&self, extensions: &Extensions) -> RpcResult<VaultStatus> {
        sc_rpc_api::check_if_safe(extensions)?;
        let stats = self.deps.vault.stats();
        Ok(VaultStatus {
            contents: stats.contents,
            bytes: stats.content_bytes,
            staged: stats.staged_bytes,
            missing: self.deps.replication.missing(),
            in_flight: self.deps.fetcher.contents_in_flight(),
        })
    }
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

fn no_encryption_key() -> ErrorObjectOwned {
    failure(
        Code::ReadingRefused,
        "reading refused: the account has no usable encryption key in the finalized state",
        json!({ "reason": "noEncryptionKey", "hint": "publish an encryption key and wait until that is final" }),
    )
}

/// The bytes of an envelope and what they say.
fn parse_envelope(text: &str) -> RpcResult<(Vec<u8>, Envelope)> {
    let bytes = decode(text, limits::ENVELOPE_MAX as usize)?;
    let envelope = Envelope::from_bytes(&bytes).map_err(|error| {
        failure(
            Code::MalformedContent,
            error.to_string(),
            json!({ "reason": "envelope", "hint": "encode it as primitives/sealing/README.md describes" }),
        )
    })?;
    Ok((bytes, envelope))
}

/// Decodes base64 of at most `limit` bytes, looking at the length first.
fn decode(text: &str, limit: usize) -> RpcResult<Vec<u8>> {
    let malformed = |message: String, data: Value| failure(Code::MalformedContent, message, data);
    if text.len() > limit.div_ceil(3) * 4 {
        return Err(malformed(
            format!("there are more than {limit} bytes"),
            json!({ "reason": "tooLarge", "limit": limit, "hint": "cut contents into leaves of 1 MiB" }),
        ));
    }
    STANDARD.decode(text).map_err(|_| {
        malformed(
            "this is not base64".into(),
            json!({ "reason": "base64", "hint": "use the standard alphabet, with padding" }),
        )
    })
}

/// This node's clock, in milliseconds since 1970.
fn now() -> RpcResult<Moment> {
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
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn base64_is_measured_before_it_is_decoded() {
        assert_eq!(decode("AAEC", 3).unwrap(), [0, 1, 2]);
        assert_eq!(decode("", 3).unwrap(), [0; 0]);
        let too_large = decode("AAECAAEC", 3).unwrap_err();
        assert!(too_large.data().unwrap().get().contains("tooLarge"));
        // Not base64 at all, and yet refused for its length alone.
        let too_large = decode(&"!".repeat(9), 3).unwrap_err();
        assert!(too_large.data().unwrap().get().contains("tooLarge"));
    }

    #[test]
    fn what_is_not_base64_is_refused() {
        for text in ["A", "AAE", "AA-_", "AAE=\n", "====", "ÄÖ=="] {
            let error = decode(text, 1024).unwrap_err();
            assert_eq!(error.code(), 7105);
            assert!(error.data().unwrap().get().contains("base64"), "{text}");
        }
    }
}
