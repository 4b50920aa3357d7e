//! What the pallet stores, and what its calls take.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use medchain_primitives::{
    limits, CommitteePoint, EmergencyCapsuleHash, EmergencyReason, GrantBasis, GuardianScope, KeyVersion,
    LinkCommitment, MemberId, Moment, Purpose, ReadingId, RecordId, RecordKinds, RequestId, ReviewOutcome,
    VersionedSeal,
};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// The records of one request, without duplicates.
pub type RequestRecords = BoundedVec<RecordId, ConstU32<{ limits::RECORDS_PER_REQUEST_MAX }>>;

/// The requests that wait for a patient's answer, in the order of their numbers.
pub type Inbox = BoundedVec<RequestId, ConstU32<{ limits::INBOX_MAX }>>;

/// The records of one call that grants, each with its seal.
pub type RecordGrants = BoundedVec<RecordGrant, ConstU32<{ limits::RECORDS_PER_REQUEST_MAX }>>;

/// A record to grant, and its patient half sealed to the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct RecordGrant {
    /// The record.
    pub record: RecordId,
    /// The patient half, sealed to the reader's current key.
    pub seal: VersionedSeal,
}

/// How long and how often a requester asks to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct AskedTerms {
    /// How long the grant shall be of use, in milliseconds.
    pub duration: Moment,
    /// How many openings it shall have.
    pub openings: u32,
}

/// A professional's asking to read records.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct AccessRequest<AccountId> {
    /// Who asks.
    pub requester: MemberId,
    /// Who is asked.
    pub patient: MemberId,
    /// The records that the patient has not granted yet; never empty.
    pub records: RequestRecords,
    /// What for.
    pub purpose: Purpose,
    /// How long and how often it asks to read; `None` leaves that to the patient.
    pub asked: Option<AskedTerms>,
    /// When it was made, in milliseconds.
    pub requested_at: Moment,
    /// Until when it waits, in milliseconds; at that moment it no longer does.
    pub expires_at: Moment,
    /// The staff account that asked for the requester; `None` for its own.
    pub staff: Option<AccountId>,
}

/// Consent for one reader and one record.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Grant {
    /// The patient half, sealed to the reader.
    pub seal: VersionedSeal,
    /// What for.
    pub purpose: Purpose,
    /// On what it rests.
    pub basis: GrantBasis,
    /// Who gave it: the patient, a guardian in the patient's name, or for a shared profile the doctor.
    pub granted_by: MemberId,
    /// When it was given, in milliseconds.
    pub granted_at: Moment,
    /// Until when it can be used, in milliseconds; at that moment it no longer can.
    pub expires_at: Moment,
    /// What the request asked for that it answers; it may give less, or more.
    pub asked: Option<AskedTerms>,
    /// How many openings it was given with.
    pub openings: u32,
    /// How many of them are left.
    pub openings_left: u32,
}

/// A patient's consent that authors seal new records to a reader, until a date.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct StandingConsent {
    /// For which kinds of record.
    pub kinds: RecordKinds,
    /// What for.
    pub purpose: Purpose,
    /// Who gave it: the patient, or a guardian in the patient's name.
    pub given_by: MemberId,
    /// Since when, without interruption, in milliseconds. Grants from before do not rest on it.
    pub since: Moment,
    /// Until when, in milliseconds; at that moment it no longer stands.
    pub until: Moment,
}

/// A patient's appointment of another patient to act in its name.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Guardianship {
    /// What the guardian may do.
    pub scope: GuardianScope,
    /// Since when, without interruption, in milliseconds. Grants from before do not rest on it.
    pub since: Moment,
    /// Until when, in milliseconds; at that moment it no longer stands.
    pub until: Moment,
}

/// What ends at a moment and is then removed.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Expiring {
    /// A request that waits.
    Request(RequestId),
    /// A grant of a record to a reader.
    Grant(RecordId, MemberId),
    /// The window of a doctor's emergency opening of a record.
    EmergencyWindow(RecordId, MemberId),
}

/// The minutes after an opening in which the committee releases and nodes serve.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct ReadingWindow<AccountId, BlockNumber> {
    /// When the record was opened, in milliseconds.
    pub opened_at: Moment,
    /// When the window ends, in milliseconds; at that moment it is closed. Never after the grant's end.
    pub closes_at: Moment,
    /// The block of the opening. The window counts once that block is final.
    pub opened_in: BlockNumber,
    /// The staff account that opened the record, and that alone reads it; `None` for the reader's own.
    pub staff: Option<AccountId>,
}

/// An entry of the read log: one opening of one record.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Reading<AccountId, BlockNumber> {
    /// What was opened.
    pub record: RecordId,
    /// Whose record it is.
    pub patient: MemberId,
    /// Who opened it.
    pub reader: MemberId,
    /// What for.
    pub purpose: Purpose,
    /// On what the grant rested.
    pub basis: GrantBasis,
    /// When, in milliseconds.
    pub opened_at: Moment,
    /// In which block.
    pub opened_in: BlockNumber,
    /// The staff account that opened it for the reader; `None` for its own.
    pub staff: Option<AccountId>,
}

/// The records of one link, each once.
pub type LinkRecords = BoundedVec<RecordId, ConstU32<{ limits::LINK_RECORDS_MAX }>>;

/// What the patient registers of a link.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Link {
    /// Whose records it shows.
    pub patient: MemberId,
    /// What it is known by.
    pub commitment: LinkCommitment,
    /// The institution whose gateway hosts it and alone opens it.
    pub host: MemberId,
    /// The records that it was made for; of those that were erased since, nothing is shown.
    pub records: LinkRecords,
    /// Who registered it: the patient, or a guardian in the patient's name.
    pub registered_by: MemberId,
    /// When it was registered, in milliseconds.
    pub registered_at: Moment,
    /// Until when it can be opened, in milliseconds; at that moment it no longer can.
    pub expires_at: Moment,
    /// How many openings it was registered with.
    pub openings: u32,
    /// How many of them are left.
    pub openings_left: u32,
    /// When it was taken back, in milliseconds.
    pub revoked_at: Option<Moment>,
}

/// A name that a recipient stated, encrypted to the patient. The longest is the only length, so that nothing follows
/// from it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct SealedRecipient {
    /// The encrypted name: [`limits::SEALED_RECIPIENT`] bytes.
    pub sealed: [u8; limits::SEALED_RECIPIENT as usize],
    /// The version of the patient's encryption key.
    pub key_version: KeyVersion,
}

/// One opening of a link.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct LinkOpening<BlockNumber> {
    /// The name that the recipient stated.
    pub recipient: SealedRecipient,
    /// The first of its entries in the read log, one for each record, numbered in sequence.
    pub first_reading: ReadingId,
    /// How many entries these are.
    pub readings: u32,
    /// When, in milliseconds.
    pub opened_at: Moment,
    /// In which block.
    pub opened_in: BlockNumber,
}

/// Who may read, as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Permit {
    /// The record's own patient, or the professional whose certificate it is.
    Owner,
    /// An administrator, for a certificate.
    Administrator,
    /// A reader within a reading window.
    Reader {
        /// The end of the window, in milliseconds.
        closes_at: Moment,
    },
    /// A doctor within the window of an emergency opening, to whom both halves are released.
    Emergency {
        /// The end of the window, in milliseconds.
        closes_at: Moment,
    },
}

/// The release committee: to whose key capsules are encrypted, and how many of its members must release.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Serialize, Deserialize,
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReleaseCommittee {
    /// The key's epoch.
    pub epoch: u32,
    /// The key that capsules are encrypted to.
    pub key: CommitteePoint,
    /// How many members must release.
    pub threshold: u16,
    /// The members' verifying shares; the share of index `i` (from 1) stands at `i - 1`.
    pub shares: BoundedVec<CommitteePoint, ConstU32<{ limits::COMMITTEE_MAX }>>,
}

/// For which institutions an emergency consent is.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum EmergencyInstitutions {
    /// All: any doctor may open.
    All,
    /// These hospitals: a doctor may open who is affiliated with one of them. Never empty, none twice.
    Chosen(BoundedVec<MemberId, ConstU32<{ limits::EMERGENCY_INSTITUTIONS_MAX }>>),
}

/// A patient's consent that doctors open records in an emergency for which a capsule is lodged.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct EmergencyConsent {
    /// For which institutions.
    pub institutions: EmergencyInstitutions,
    /// Who gave it, or changed it last: the patient, or a guardian in the patient's name.
    pub given_by: MemberId,
    /// Since when, without interruption, in milliseconds. Windows from before do not rest on it.
    pub since: Moment,
}

/// An emergency capsule to lodge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct EmergencyLodging {
    /// The record.
    pub record: RecordId,
    /// The SHA-256 of its emergency capsule.
    pub capsule: EmergencyCapsuleHash,
}

/// The capsules of one call that lodges.
pub type EmergencyLodgings = BoundedVec<EmergencyLodging, ConstU32<{ limits::RECORDS_PER_REQUEST_MAX }>>;

/// The emergency capsule of a record; the vault holds it beside the envelope.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct EmergencyCapsule {
    /// Its SHA-256.
    pub hash: EmergencyCapsuleHash,
    /// Who made it, to whom its proof is bound: the patient, a guardian, or the record's author.
    pub lodged_by: MemberId,
    /// When, in milliseconds.
    pub lodged_at: Moment,
}

/// What the read log says of an emergency opening besides its entry.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct EmergencyOpening {
    /// Why the doctor opened.
    pub reason: EmergencyReason,
    /// What an administrator found; `None` while it waits for the review.
    pub review: Option<EmergencyReview>,
}

/// An administrator's review of an emergency opening.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct EmergencyReview {
    /// What the administrator found.
    pub outcome: ReviewOutcome,
    /// When, in milliseconds.
    pub reviewed_at: Moment,
}
