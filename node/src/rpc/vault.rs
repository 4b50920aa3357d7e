//! `vault_*`: storing and serving contents, against tickets, and releasing committee halves. The gate decides; here
//! bytes become base64 and back.

use crate::{
    gate::{now, Gate, SealedRelease},
    rpc::{
        failure::{failure, Code},
        medchain::Id,
        ChainClient,
    },
    service::Hash,
    ticket::Ticket,
};
use base64::{engine::general_purpose::STANDARD, Engine};
use jsonrpsee::{
    core::{server::ConnectionId, RpcResult},
    proc_macros::rpc,
    Extensions,
};
use medchain_primitives::{limits, Moment, RecordId};
use medchain_sealing::emergency::EMERGENCY_CAPSULE_BYTES;
use medchain_vault::{dag::MAX_ROOT_BYTES, LEAF_BYTES};
use serde::Serialize;
use serde_json::{json, Value};
use sp_core::Bytes;
use std::sync::Arc;

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
    /// Where leaves travel by plain HTTP, if they do. Without a host, it is the one that this was asked of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<String>,
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

impl From<SealedRelease> for Release {
    fn from(SealedRelease { index, sealed }: SealedRelease) -> Self {
        Self { index, sealed: sealed.into() }
    }
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

/// A node's signed word that it has deleted what it held of an erased record.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeErasure {
    /// The node's network identity.
    pub node: String,
    /// The Ed25519 key of that identity.
    pub key: Hash,
    /// When it deleted, in milliseconds since 1970 by its clock.
    pub deleted_at: Moment,
    /// Its signature over `medchain/erased/v1`, the genesis hash, the record's number as 8 bytes in little-endian order,
    /// the content's root digest and `deletedAt` likewise.
    pub signature: Bytes,
    /// If the node is a validator's: the validator's signature over the same.
    pub validator: Option<ValidatorSignature>,
}

/// A validator's signature.
#[derive(Clone, Debug, Serialize)]
pub struct ValidatorSignature {
    /// Its block-authoring key, sr25519.
    pub key: Hash,
    /// The signature.
    pub signature: Bytes,
}

/// What `vault_erasure` answers.
#[derive(Clone, Debug, Serialize)]
pub struct Erasure {
    /// The content's CID.
    pub content: String,
    /// The nodes that say that they have deleted it.
    pub nodes: Vec<NodeErasure>,
    /// The connected nodes that do not say so, by network identity.
    pub silent: Vec<String>,
}

/// What `vault_status` answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VaultStatus {
    /// How many contents the vault holds.
    pub contents: u64,
    /// How many leaves they have together.
    pub leaves: u64,
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
/// disk fails or is full. A connection has at most 16 calls under way; 7110 refuses more. Bytes travel as base64 with
/// padding.
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
    #[method(name = "vault_begin", blocking, with_extensions)]
    fn begin(&self, ticket: Ticket, #[argument(rename = "rootBlock")] root_block: String) -> RpcResult<Upload>;

    /// Takes one leaf of an upload: at most 1 MiB, in any order, repeatable.
    ///
    /// Example: `vault_putLeaf(ticket, 0, "…")` gives `null`.
    /// Errors: 7101, 7105 (`base64`, `tooLarge`, `noSuchLeaf`, `leafLength`, `wrongLeaf`), 7106 (`unknownUpload`), 7108.
    #[method(name = "vault_putLeaf", blocking, with_extensions)]
    fn put_leaf(&self, ticket: Ticket, index: u32, data: String) -> RpcResult<()>;

    /// Ends an upload with its envelope. Once it answers, content and envelope are durable. May be repeated.
    ///
    /// Example: `vault_finish(ticket, "…")` gives `{"content": "bafybei…", "envelope": "0x…"}`.
    /// Errors: 7101, 7102 (`noAllowance`, `tooManyEnvelopes`), 7105 (not an envelope), 7106 (`unknownUpload`,
    /// `incomplete` with `missing`), 7108.
    #[method(name = "vault_finish", blocking, with_extensions)]
    fn finish(&self, ticket: Ticket, envelope: String) -> RpcResult<Stored>;

    /// Which validators have said, each with its signature, that they hold the ticket's content whole: an uploader asks
    /// until there are as many as it wants. Contents spread once a record that anchors them is final.
    ///
    /// Example: `vault_copies(ticket)` gives `[{"key": "0x…", "at": 1800000000000, "signature": "0x…"}]`.
    /// Errors: 7101.
    #[method(name = "vault_copies", blocking, with_extensions)]
    fn copies(&self, ticket: Ticket) -> RpcResult<Vec<Copy>>;

    /// Gives up an upload and deletes what it sent. Does nothing if there is none.
    ///
    /// Example: `vault_abort(ticket)` gives `null`. Errors: 7101, 7108.
    #[method(name = "vault_abort", blocking, with_extensions)]
    fn abort(&self, ticket: Ticket) -> RpcResult<()>;

    /// The root block of a record's content. What this node does not hold, here and in the next three methods, it fetches
    /// from its peers, and keeps.
    ///
    /// Example: `vault_root(ticket, 3)` gives `"EjcK…"`.
    /// Errors: 7101, 7103 (data: `pallet`, `error`, `text`, or `reason`), 7104 (no such record), 7107 (not held here), 7108.
    #[method(name = "vault_root", blocking, with_extensions)]
    fn root(&self, ticket: Ticket, record: Id) -> RpcResult<String>;

    /// One leaf of a record's content, verified against the root. A corrupt one is repaired from a peer.
    ///
    /// Example: `vault_leaf(ticket, 3, 0)` gives `"…"`.
    /// Errors: 7101, 7103, 7104, 7105 (`noSuchLeaf`), 7107 (`notFound`, `corruptLeaf`), 7108.
    #[method(name = "vault_leaf", blocking, with_extensions)]
    fn leaf(&self, ticket: Ticket, record: Id, index: u32) -> RpcResult<String>;

    /// The envelope of a record.
    ///
    /// Example: `vault_envelope(ticket, 3)` gives `"…"`. Errors: 7101, 7103, 7104, 7107, 7108.
    #[method(name = "vault_envelope", blocking, with_extensions)]
    fn envelope(&self, ticket: Ticket, record: Id) -> RpcResult<String>;

    /// This node's partial releases of a record's committee half, wrapped to the encryption key that the finalized state
    /// shows for the account.
    ///
    /// Example: `vault_release(ticket, 3)` gives `[{"index": 1, "sealed": "0x…"}]`.
    /// Errors: 7101, 7103 (besides: `capsule` for a capsule made for another record's author or patient, `noEncryptionKey`
    /// for an administrator without one), 7104, 7107, 7108, 7109 (this node is not in the release committee of that epoch).
    #[method(name = "vault_release", blocking, with_extensions)]
    fn release(&self, ticket: Ticket, record: Id) -> RpcResult<Vec<Release>>;

    /// Adds an envelope to a record of the ticket's account, before `Reports.reseal` names it: the envelope before with
    /// other seals, one of them for the owner's current key. With a ticket for storing the record's content. Envelopes that
    /// are never named stay, as far as there is room for them beside the content.
    ///
    /// Example: `vault_reseal(ticket, 3, "…")` gives `{"content": "bafybei…", "envelope": "0x…"}`.
    /// Errors: 7101, 7102 (`tooManyEnvelopes`), 7103 (besides: `notOwner`), 7104, 7105 (not an envelope, `otherCapsule`,
    /// `notSealedToOwner`), 7107, 7108.
    #[method(name = "vault_reseal", blocking, with_extensions)]
    fn reseal(&self, ticket: Ticket, record: Id, envelope: String) -> RpcResult<Stored>;

    /// Takes the emergency capsule of a record, once the chain names its hash. With a ticket for storing the record's
    /// content. May be repeated.
    ///
    /// Example: `vault_lodgeEmergency(ticket, 3, "…")` gives `null`.
    /// Errors: 7101, 7102 (`notLodged`), 7104, 7105 (`emergencyCapsule`: not one of this record by who lodged it), 7107, 7108.
    #[method(name = "vault_lodgeEmergency", blocking, with_extensions)]
    fn lodge_emergency(&self, ticket: Ticket, record: Id, capsule: String) -> RpcResult<()>;

    /// The emergency capsule of a record, for the doctor within the window of its emergency opening.
    ///
    /// Example: `vault_emergencyCapsule(ticket, 3)` gives `"…"`.
    /// Errors: 7101, 7103 (besides: `noEmergency` for who reads the record otherwise), 7104, 7107, 7108.
    #[method(name = "vault_emergencyCapsule", blocking, with_extensions)]
    fn emergency_capsule(&self, ticket: Ticket, record: Id) -> RpcResult<String>;

    /// This node's partial releases of what a record's emergency capsule holds, as `vault_release` gives those of its
    /// committee half, for the doctor within the window of its emergency opening.
    ///
    /// Example: `vault_releaseEmergency(ticket, 3)` gives `[{"index": 1, "sealed": "0x…"}]`.
    /// Errors: 7101, 7103 (besides: `noEmergency`), 7104, 7107, 7108, 7109.
    #[method(name = "vault_releaseEmergency", blocking, with_extensions)]
    fn release_emergency(&self, ticket: Ticket, record: Id) -> RpcResult<Vec<Release>>;

    /// Which nodes have deleted an erased record, and when, each by its signature: this node and those connected to it.
    /// Needs no ticket: that a record is erased is on chain.
    ///
    /// Example: `vault_erasure(3)` gives `{"content": "bafybei…", "nodes": [{"node": "12D3KooW…", "key": "0x…",
    /// "deletedAt": 1800000000000, "signature": "0x…", "validator": null}], "silent": []}`.
    /// Errors: 7104, 7111 (the record is not erased).
    #[method(name = "vault_erasure", blocking, with_extensions)]
    fn erasure(&self, record: Id) -> RpcResult<Erasure>;

    /// What the vault holds. Only on a trusted connection (`--rpc-methods unsafe` or a local one).
    ///
    /// Example: `vault_status()` gives `{"contents": 12, "leaves": 74, "bytes": 73400320, "staged": 0, "missing": 0, "inFlight": 0}`.
    /// Errors: −32601 elsewhere.
    #[method(name = "vault_status", blocking, with_extensions)]
    fn status(&self) -> RpcResult<VaultStatus>;
}

/// The methods' implementation.
pub struct VaultRpc<C> {
    gate: Arc<Gate<C>>,
}

impl<C: ChainClient> VaultRpc<C> {
    /// Behind this gate.
    pub fn new(gate: Arc<Gate<C>>) -> Self {
        Self { gate }
    }

    /// Answers a call of the connection that the extensions tell.
    fn call<T>(
        &self,
        extensions: &Extensions,
        method: &'static str,
        answer: impl FnOnce() -> RpcResult<T>,
    ) -> RpcResult<T> {
        let connection = extensions.get::<ConnectionId>().map_or(0, |connection| connection.0);
        self.gate.call(method, connection, answer)
    }
}

impl<C: ChainClient> VaultApiServer for VaultRpc<C> {
    fn challenge(&self) -> RpcResult<Challenge> {
        let (now, deps) = (now()?, self.gate.deps());
        Ok(Challenge {
            challenge: deps.tickets.challenge(now).into(),
            now,
            genesis: deps.tickets.genesis().into(),
            ticket_lifetime_max: limits::TICKET_LIFETIME_MAX,
            http: deps.http.clone(),
        })
    }

    fn begin(&self, extensions: &Extensions, ticket: Ticket, root_block: String) -> RpcResult<Upload> {
        self.call(extensions, "vault_begin", || {
            let progress = self.gate.begin(&ticket, &decode(&root_block, MAX_ROOT_BYTES)?)?;
            Ok(Upload {
                content: progress.root.to_string(),
                leaves: progress.leaves,
                missing: progress.missing.iter().map(|range| (range.start, range.end)).collect(),
            })
        })
    }

    fn put_leaf(&self, extensions: &Extensions, ticket: Ticket, index: u32, data: String) -> RpcResult<()> {
        self.call(extensions, "vault_putLeaf", || self.gate.put_leaf(&ticket, index, &decode(&data, LEAF_BYTES)?))
    }

    fn finish(&self, extensions: &Extensions, ticket: Ticket, envelope: String) -> RpcResult<Stored> {
        self.call(extensions, "vault_finish", || {
            let bytes = decode(&envelope, limits::ENVELOPE_MAX as usize)?;
            let (content, envelope) = self.gate.finish(&ticket, &bytes)?;
            Ok(Stored { content: content.to_string(), envelope: envelope.into() })
        })
    }

    fn abort(&self, extensions: &Extensions, ticket: Ticket) -> RpcResult<()> {
        self.call(extensions, "vault_abort", || self.gate.abort(&ticket))
    }

    fn copies(&self, extensions: &Extensions, ticket: Ticket) -> RpcResult<Vec<Copy>> {
        self.call(extensions, "vault_copies", || {
            let copies = self.gate.copies(&ticket)?.into_iter().map(|holding| Copy {
                key: holding.key.into(),
                at: holding.at,
                signature: holding.signature.to_vec().into(),
            });
            Ok(copies.collect())
        })
    }

    fn root(&self, extensions: &Extensions, ticket: Ticket, record: Id) -> RpcResult<String> {
        self.call(extensions, "vault_root", || {
            let reading = self.gate.authorize(&ticket, RecordId(record.0))?;
            Ok(STANDARD.encode(self.gate.root(&reading)?.bytes()))
        })
    }

    fn leaf(&self, extensions: &Extensions, ticket: Ticket, record: Id, index: u32) -> RpcResult<String> {
        self.call(extensions, "vault_leaf", || {
            let reading = self.gate.authorize(&ticket, RecordId(record.0))?;
            Ok(STANDARD.encode(self.gate.leaf(&reading, index)?))
        })
    }

    fn envelope(&self, extensions: &Extensions, ticket: Ticket, record: Id) -> RpcResult<String> {
        self.call(extensions, "vault_envelope", || {
            let reading = self.gate.authorize(&ticket, RecordId(record.0))?;
            Ok(STANDARD.encode(self.gate.envelope(&reading)?))
        })
    }

    fn release(&self, extensions: &Extensions, ticket: Ticket, record: Id) -> RpcResult<Vec<Release>> {
        self.call(extensions, "vault_release", || {
            let reading = self.gate.authorize(&ticket, RecordId(record.0))?;
            Ok(self.gate.release(&reading, &ticket, false)?.into_iter().map(Release::from).collect())
        })
    }

    fn reseal(&self, extensions: &Extensions, ticket: Ticket, record: Id, envelope: String) -> RpcResult<Stored> {
        self.call(extensions, "vault_reseal", || {
            let envelope = decode(&envelope, limits::ENVELOPE_MAX as usize)?;
            let (content, envelope) = self.gate.reseal(&ticket, RecordId(record.0), &envelope)?;
            Ok(Stored { content: content.to_string(), envelope: envelope.into() })
        })
    }

    fn lodge_emergency(&self, extensions: &Extensions, ticket: Ticket, record: Id, capsule: String) -> RpcResult<()> {
        self.call(extensions, "vault_lodgeEmergency", || {
            let capsule = decode(&capsule, EMERGENCY_CAPSULE_BYTES)?;
            self.gate.lodge_emergency(&ticket, RecordId(record.0), &capsule)
        })
    }

    fn emergency_capsule(&self, extensions: &Extensions, ticket: Ticket, record: Id) -> RpcResult<String> {
        self.call(extensions, "vault_emergencyCapsule", || {
            let reading = self.gate.authorize(&ticket, RecordId(record.0))?;
            Ok(STANDARD.encode(self.gate.emergency_capsule(&reading)?.to_bytes()))
        })
    }

    fn release_emergency(&self, extensions: &Extensions, ticket: Ticket, record: Id) -> RpcResult<Vec<Release>> {
        self.call(extensions, "vault_releaseEmergency", || {
            let reading = self.gate.authorize(&ticket, RecordId(record.0))?;
            Ok(self.gate.release(&reading, &ticket, true)?.into_iter().map(Release::from).collect())
        })
    }

    fn erasure(&self, extensions: &Extensions, record: Id) -> RpcResult<Erasure> {
        self.call(extensions, "vault_erasure", || {
            let report = self.gate.erasure(RecordId(record.0))?;
            let nodes = report.nodes.into_iter().map(|(node, erased)| NodeErasure {
                node: node.to_string(),
                key: erased.key.into(),
                deleted_at: erased.at,
                signature: erased.signature.to_vec().into(),
                validator: erased.validator.map(|(key, signature)| ValidatorSignature {
                    key: key.into(),
                    signature: signature.to_vec().into(),
                }),
            });
            Ok(Erasure {
                content: report.content.to_string(),
                nodes: nodes.collect(),
                silent: report.silent.iter().map(ToString::to_string).collect(),
            })
        })
    }

    fn status(&self, extensions: &Extensions) -> RpcResult<VaultStatus> {
        sc_rpc_api::check_if_safe(extensions)?;
        let (stats, deps) = (self.gate.stats(), self.gate.deps());
        Ok(VaultStatus {
            contents: stats.contents,
            leaves: stats.leaves,
            bytes: stats.content_bytes,
            staged: stats.staged_bytes,
            missing: deps.replication.missing(),
            in_flight: deps.fetcher.contents_in_flight(),
        })
    }
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
