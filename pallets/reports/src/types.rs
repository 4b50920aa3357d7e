//! What the pallet stores.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use medchain_primitives::{
    ContentRoot, EnvelopeHash, MemberId, Moment, RecordId, RecordInfo, RecordKind, RecordStatus,
};
use scale_info::TypeInfo;

/// An anchored record. Its content and envelope are in the vault; here is what binds them to a patient and an author.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Record {
    /// Whose record it is: the patient, or for a certificate the professional.
    pub patient: MemberId,
    /// Who wrote it.
    pub author: MemberId,
    /// What it is.
    pub kind: RecordKind,
    /// Where it stands.
    pub status: RecordStatus,
    /// The content's root digest.
    pub content: ContentRoot,
    /// Bytes of ciphertext.
    pub size: u64,
    /// The envelope's SHA-256.
    pub envelope: EnvelopeHash,
    /// When it was anchored, in milliseconds.
    pub anchored_at: Moment,
    /// The record that it replaces.
    pub supersedes: Option<RecordId>,
    /// The record that replaces it.
    pub superseded_by: Option<RecordId>,
    /// Fills that a prescription allows; 0 for other kinds.
    pub fills: u8,
}

impl Record {
    /// What other pallets need to know of it.
    pub fn info(&self) -> RecordInfo {
        RecordInfo { patient: self.patient, author: self.author, kind: self.kind, status: self.status }
    }
}

/// What an author gives with a new record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Document {
    /// The content's root digest.
    pub content: ContentRoot,
    /// Bytes of ciphertext.
    pub size: u64,
    /// The envelope's SHA-256.
    pub envelope: EnvelopeHash,
    /// Fills that a prescription allows.
    pub fills: u8,
}
