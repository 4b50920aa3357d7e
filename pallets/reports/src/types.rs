//! What the pallet stores.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use medchain_primitives::{
    limits, ContentRoot, DisputeReason, EnvelopeHash, KeyVersion, MemberId, Moment, ReaderSeal, RecordId, RecordInfo,
    RecordKind, RecordStatus, RetractionReason,
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
    /// The version of its owner's key that the owner's seal in the envelope is for.
    pub key_version: KeyVersion,
    /// When it was anchored, in milliseconds.
    pub anchored_at: Moment,
    /// The record that it replaces.
    pub supersedes: Option<RecordId>,
    /// The record that replaces it.
    pub superseded_by: Option<RecordId>,
    /// Fills that a prescription allows; 0 for other kinds.
    pub fills: u8,
    /// Fills that are neither dispensed nor cancelled.
    pub fills_left: u8,
    /// Until when a prescription may be dispensed, in milliseconds; at that moment it no longer may. `None` for other
    /// kinds.
    pub valid_until: Option<Moment>,
    /// Why its author marked it as entered in error.
    pub retraction: Option<RetractionReason>,
    /// Why its patient disputes it.
    pub dispute: Option<DisputeReason>,
}

impl Record {
    /// What other pallets need to know of it.
    pub fn info(&self) -> RecordInfo {
        let Self { patient, author, kind, status, anchored_at, .. } = *self;
        RecordInfo { patient, author, kind, status, anchored_at }
    }
}

/// The seals of one new record, at most one for each reader.
pub type ReaderSeals = BoundedVec<ReaderSeal, ConstU32<{ limits::NEW_RECORD_SEALS_MAX }>>;

/// What an author gives with a new record.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Document {
    /// The SHA-256 digest of the content's root block.
    pub content: ContentRoot,
    /// Bytes of ciphertext, at most `CONTENT_MAX`, for a profile or certificate `OWN_CONTENT_MAX`.
    pub size: u64,
    /// The SHA-256 digest of the envelope.
    pub envelope: EnvelopeHash,
    /// The version of the key that the owner's seal in the envelope is for: the owner's current one.
    pub key_version: KeyVersion,
    /// Fills that a prescription allows, 1 to `FILLS_MAX`; 0 for other kinds.
    pub fills: u8,
    /// Until when a prescription may be dispensed, in milliseconds, at most `PRESCRIPTION_VALIDITY_MAX` ahead; `None`
    /// for other kinds.
    pub valid_until: Option<Moment>,
    /// The patient half, sealed to each reader whom the patient named beforehand for records of this kind.
    pub seals: ReaderSeals,
}

/// One of the records of a call that anchors many.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct NewRecord {
    /// Whose record it is; the caller itself for a profile or certificate.
    pub patient: MemberId,
    /// What it is.
    pub kind: RecordKind,
    /// The document.
    pub document: Document,
}

/// The records of one call that anchors many.
pub type NewRecords = BoundedVec<NewRecord, ConstU32<{ limits::RECORDS_PER_ANCHOR_MAX }>>;

/// A record whose envelope is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct ResealedRecord {
    /// The record.
    pub record: RecordId,
    /// The SHA-256 digest of the new envelope.
    pub envelope: EnvelopeHash,
}

/// The records of one call that replaces envelopes.
pub type ResealedRecords = BoundedVec<ResealedRecord, ConstU32<{ limits::RECORDS_PER_RESEAL_MAX }>>;

/// One fill of a prescription.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Dispensing<AccountId> {
    /// Which pharmacy dispensed.
    pub pharmacy: MemberId,
    /// When, in milliseconds.
    pub dispensed_at: Moment,
    /// The staff account that dispensed for it; `None` for its own.
    pub staff: Option<AccountId>,
}
