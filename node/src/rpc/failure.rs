//! The errors of `medchain_*` and `vault_*`: a documented code, one sentence, and data for machines.

use crate::{rpc::refusal::Refusal, ticket::TicketRefusal};
use jsonrpsee::types::{ErrorObject, ErrorObjectOwned};
use medchain_primitives::RecordId;
use medchain_vault::VaultError;
use serde_json::{json, Value};
use sp_api::ApiError;

/// The error codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The runtime did not answer a call.
    RuntimeApi = 7001,
    /// There is no such block, or its state is pruned.
    UnknownBlock = 7002,
    /// A parameter has the right type and a wrong value.
    BadParameter = 7003,
    /// The alerts of a block are kept no more.
    AlertsGone = 7004,
    /// A subscriber did not take its messages in time.
    SlowSubscriber = 7005,
    /// The ticket is refused.
    Ticket = 7101,
    /// The account may not store this.
    StoringRefused = 7102,
    /// The account may not read this.
    ReadingRefused = 7103,
    /// There is no such record.
    UnknownRecord = 7104,
    /// A root block, leaf, envelope or base64 text is not what it should be.
    MalformedContent = 7105,
    /// No such upload is under way, or leaves are missing.
    Upload = 7106,
    /// This node does not hold the content, or not whole.
    NotHeld = 7107,
    /// The vault's disk failed or is full.
    Storage = 7108,
    /// This node holds no share of the release key.
    NoReleaseKey = 7109,
    /// Too many calls are under way.
    Busy = 7110,
    /// The record is not erased.
    NotErased = 7111,
}

/// An error with this code, sentence and data.
pub fn failure(code: Code, message: impl Into<String>, data: Value) -> ErrorObjectOwned {
    ErrorObject::owned(code as i32, message, (!data.is_null()).then_some(data))
}

/// A parameter whose value is wrong, and what would be right.
pub fn bad_parameter(message: impl Into<String>, hint: impl Into<String>) -> ErrorObjectOwned {
    failure(Code::BadParameter, message, json!({ "hint": hint.into() }))
}

/// The runtime did not answer.
pub fn runtime_failed(error: ApiError) -> ErrorObjectOwned {
    // A pruned state shows only in the text of the error.
    let text = error.to_string();
    if matches!(error, ApiError::UnknownBlock(_)) || text.contains("State already discarded") {
        return unknown_block("the state of this block is not kept here");
    }
    log::debug!(target: "medchain", "runtime API: {text}");
    failure(
        Code::RuntimeApi,
        "the runtime did not answer",
        json!({ "reason": text, "hint": "the chain may run a runtime that this node does not know; update the node" }),
    )
}

/// No such block here.
pub fn unknown_block(message: impl Into<String>) -> ErrorObjectOwned {
    failure(
        Code::UnknownBlock,
        message,
        json!({ "hint": "leave the block out for the best one, or ask a node started with --state-pruning archive" }),
    )
}

/// A refused ticket.
pub fn ticket_refused(refusal: TicketRefusal) -> ErrorObjectOwned {
    failure(Code::Ticket, refusal.to_string(), json!({ "reason": refusal.reason(), "hint": refusal.hint() }))
}

/// A record whose erasure is asked about and that is not erased.
pub fn not_erased(record: RecordId) -> ErrorObjectOwned {
    let hint = "its patient erases it with access.erase; the erasure counts once it is final";
    failure(Code::NotErased, format!("record {record} is not erased"), json!({ "hint": hint }))
}

/// A reading that the runtime refuses.
pub fn reading_refused(refusal: &Refusal) -> ErrorObjectOwned {
    failure(Code::ReadingRefused, format!("reading refused: {}", refusal.text), json!(refusal))
}

/// What the vault refused or could not do.
pub fn vault_failed(error: VaultError) -> ErrorObjectOwned {
    use VaultError as E;
    // The vault's texts give the cause and, behind a semicolon, the remedy.
    let message = error.to_string();
    let (code, mut data) = match error {
        E::OverAllowance { size, available } => {
            (Code::StoringRefused, json!({ "reason": "overAllowance", "size": size, "available": available }))
        }
        E::TooManyUploads { limit } => (Code::StoringRefused, json!({ "reason": "tooManyUploads", "limit": limit })),
        E::TooManyEnvelopes { limit } => {
            (Code::StoringRefused, json!({ "reason": "tooManyEnvelopes", "limit": limit }))
        }
        E::Root(_) => (Code::MalformedContent, json!({ "reason": "rootBlock" })),
        E::NoSuchLeaf { index, leaves } => {
            (Code::MalformedContent, json!({ "reason": "noSuchLeaf", "index": index, "leaves": leaves }))
        }
        E::LeafLength { index, expected, found } => (
            Code::MalformedContent,
            json!({ "reason": "leafLength", "index": index, "expected": expected, "found": found }),
        ),
        E::WrongLeaf { index } => (Code::MalformedContent, json!({ "reason": "wrongLeaf", "index": index })),
        E::EnvelopeTooLarge { bytes, limit } => {
            (Code::MalformedContent, json!({ "reason": "envelopeTooLarge", "bytes": bytes, "limit": limit }))
        }
        E::UnknownUpload => (Code::Upload, json!({ "reason": "unknownUpload" })),
        E::Incomplete { missing } => {
            let missing: Vec<_> = missing.iter().map(|range| (range.start, range.end)).collect();
            (Code::Upload, json!({ "reason": "incomplete", "missing": missing }))
        }
        E::NotFound => (Code::NotHeld, json!({ "reason": "notFound" })),
        E::CorruptLeaf { index } => {
            log::error!(target: "vault", "leaf {index} of a content is corrupt or missing on disk");
            (Code::NotHeld, json!({ "reason": "corruptLeaf", "index": index }))
        }
        E::CorruptRoot => {
            log::error!(target: "vault", "the root block of a content is corrupt or missing on disk");
            (Code::NotHeld, json!({ "reason": "corruptRoot" }))
        }
        E::CorruptEnvelope => {
            log::error!(target: "vault", "an envelope is corrupt on disk");
            (Code::NotHeld, json!({ "reason": "corruptEnvelope" }))
        }
        E::NoSpace => {
            log::error!(target: "vault", "the disk is full");
            (Code::Storage, json!({ "reason": "noSpace" }))
        }
        E::ReadOnly => {
            log::error!(target: "vault", "the disk is read-only");
            (Code::Storage, json!({ "reason": "readOnly" }))
        }
        E::RemoteFailed { .. } => {
            log::error!(target: "vault", "{message}");
            (Code::Storage, json!({ "reason": "remote" }))
        }
        E::InUse | E::RemoteInUse { .. } | E::UnknownLayout { .. } | E::Storage(_) => {
            log::error!(target: "vault", "{message}");
            (Code::Storage, json!({ "reason": "storage" }))
        }
    };
    match message.split_once("; ") {
        Some((cause, remedy)) => {
            data["hint"] = json!(remedy);
            failure(code, cause, data)
        }
        None => failure(code, message, data),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parts(error: &ErrorObjectOwned) -> (i32, Value) {
        (error.code(), serde_json::from_str(error.data().unwrap().get()).unwrap())
    }

    #[test]
    fn an_incomplete_upload_says_which_leaves_are_missing() {
        let error = vault_failed(VaultError::Incomplete { missing: vec![0..2, 5..6] });
        let (code, data) = parts(&error);
        assert_eq!((code, &data["missing"]), (7106, &json!([[0, 2], [5, 6]])));
        assert_eq!(
            (error.message(), &data["hint"]),
            ("3 of the content's leaves are missing", &json!("send them, then finish"))
        );
    }

    #[test]
    fn a_changed_byte_in_the_vault_is_reported_as_not_held() {
        let error = vault_failed(VaultError::CorruptLeaf { index: 3 });
        let (code, data) = parts(&error);
        assert_eq!((code, &data["reason"], &data["index"]), (7107, &json!("corruptLeaf"), &json!(3)));
    }

    #[test]
    fn a_refused_ticket_carries_its_reason() {
        let (code, data) = parts(&ticket_refused(TicketRefusal::Expired));
        assert_eq!((code, &data["reason"]), (7101, &json!("expired")));
    }
}
