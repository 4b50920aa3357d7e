//! What the runtime API returns.

use alloc::{string::String, vec::Vec};
use codec::{Decode, Encode};
use medchain_primitives::*;
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// One page of a listing. `next` is the cursor that the next page starts from; `None` at the end.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page<T, Cursor> {
    /// The entries.
    pub items: Vec<T>,
    /// Where the next page starts.
    pub next: Option<Cursor>,
}

/// Public details of a professional, in UTF-8.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DetailsView {
    /// Name of the person or institution.
    pub name: String,
    /// Licence number.
    pub licence: String,
    /// Who issued the licence.
    pub issuer: String,
    /// A doctor's specialization, or the kind of institution.
    pub speciality: String,
    /// Postal address.
    pub address: String,
}

/// A member.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberView<AccountId> {
    /// Its number.
    pub id: MemberId,
    /// Its account.
    pub account: AccountId,
    /// Its username.
    pub username: String,
    /// What it is.
    pub role: Role,
    /// Where it stands.
    pub status: Status,
    /// Why it was rejected or suspended.
    pub reason: Option<VettingReason>,
    /// The key that seals for it are made to.
    pub encryption_key: EncryptionKey,
    /// The version of that key.
    pub key_version: KeyVersion,
    /// Public details; professionals have them, patients do not.
    pub details: Option<DetailsView>,
    /// The current profile or certificate.
    pub own_record: Option<RecordId>,
    /// When it registered, in milliseconds.
    pub registered_at: Moment,
    /// The institution that vouched for it when it registered.
    pub vouched_by: Option<MemberId>,
    /// The guardian who registered it as a dependant and has not handed it over.
    pub dependant_of: Option<MemberId>,
}

/// Who may recover a member's account if its key is lost, and what they have proposed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GuardianshipView<AccountId> {
    /// The guardians.
    pub guardians: Vec<MemberId>,
    /// How many of them have to agree.
    pub threshold: u32,
    /// How long the member can object once they agree, in milliseconds.
    pub wait: Moment,
    /// The recoveries under way.
    pub recoveries: Vec<RecoveryView<AccountId>>,
    /// The copies of the member's encryption secret that the guardians hold.
    pub copies: Vec<GuardianCopyView>,
}

/// The copy of a member's encryption secret that a guardian holds.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GuardianCopyView {
    /// The guardian.
    pub guardian: MemberId,
    /// The copy, sealed to the guardian.
    pub copy: KeyCopy,
}

/// A copy of an earlier encryption secret of a member, sealed to a later key of its own.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnCopyView {
    /// The version of the key whose secret is in it.
    pub of_version: KeyVersion,
    /// Who made it: the member itself when it moved, or a guardian.
    pub giver: MemberId,
    /// The secret, sealed to a later key of the member.
    pub seal: VersionedSeal,
}

/// A staff account.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StaffView<AccountId> {
    /// The account.
    pub account: AccountId,
    /// The institution for which it acts.
    pub institution: MemberId,
    /// For what.
    pub scope: StaffScope,
    /// The person's encryption key.
    pub encryption_key: EncryptionKey,
    /// The institution's encryption secret, sealed to that key.
    pub copy: Seal,
    /// The version of the institution's key whose secret it is.
    pub of_version: KeyVersion,
    /// Since when, in milliseconds.
    pub added_at: Moment,
}

/// Who acts behind an account.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActingView<AccountId> {
    /// The member for which the act counts.
    pub member: MemberView<AccountId>,
    /// The staff account; `null` for the member's own.
    pub staff: Option<StaffView<AccountId>>,
}

/// What is between a hospital and a doctor that it has offered an affiliation.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AffiliationView {
    /// The hospital.
    pub hospital: MemberId,
    /// The doctor.
    pub doctor: MemberId,
    /// When the hospital offered it, in milliseconds.
    pub offered_at: Moment,
    /// When the doctor accepted it, in milliseconds; `null` while it has not.
    pub accepted_at: Option<Moment>,
}

/// A recovery that a guardian has proposed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecoveryView<AccountId> {
    /// The guardian who proposed it.
    pub proposer: MemberId,
    /// The account that is to take the membership over.
    pub to: AccountId,
    /// The encryption key that the member will have there.
    pub key: EncryptionKey,
    /// Who has agreed.
    pub approvals: Vec<MemberId>,
    /// From when on it can be carried out, in milliseconds; `None` while too few have agreed.
    pub ready_at: Option<Moment>,
}

/// An encryption key of a member or administrator.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyView {
    /// Its version.
    pub version: KeyVersion,
    /// The key.
    pub key: EncryptionKey,
    /// When it was replaced, in milliseconds; `None` for the one in force.
    pub replaced_at: Option<Moment>,
}

/// An administrator.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AdministratorView<AccountId> {
    /// Its account.
    pub account: AccountId,
    /// The key that seals for it are made to, once published.
    pub encryption_key: Option<EncryptionKey>,
    /// The version of that key; 0 while none is published.
    pub key_version: KeyVersion,
}

/// An appointment.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentView {
    /// Its number.
    pub id: AppointmentId,
    /// Who asked.
    pub patient: MemberId,
    /// Who was asked.
    pub doctor: MemberId,
    /// Start, in milliseconds.
    pub start: Moment,
    /// End, in milliseconds.
    pub end: Moment,
    /// Where it stands.
    pub status: AppointmentStatus,
    /// Why it was declined or cancelled.
    pub reason: Option<AppointmentReason>,
    /// The note to the doctor, sealed to the doctor; empty when there is none.
    #[serde(with = "sp_core::bytes")]
    pub note: Vec<u8>,
    /// When it was requested, in milliseconds.
    pub requested_at: Moment,
    /// The appointment that it is to replace.
    pub replaces: Option<AppointmentId>,
    /// The latest appointment that is, or was, to replace it.
    pub replaced_by: Option<AppointmentId>,
}

/// A weekly time in which a doctor can be booked, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpeningTimeView {
    /// The day of the week: 0 is Monday, 6 Sunday.
    pub weekday: u8,
    /// The first quarter of an hour of the day, from 0.
    pub from: u8,
    /// The quarter of an hour of the day that is no longer in it, up to 96.
    pub until: u8,
}

/// Days on which a doctor cannot be booked, in UTC, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DaysOffView {
    /// The first, in days since 1 January 1970.
    pub first: u32,
    /// The last.
    pub last: u32,
}

/// When a doctor can be booked.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleView {
    /// The weekly opening times; none means at any time.
    pub opening_times: Vec<OpeningTimeView>,
    /// The days off.
    pub days_off: Vec<DaysOffView>,
}

/// A care relation.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CareView {
    /// The patient under care.
    pub patient: MemberId,
    /// The doctor.
    pub doctor: MemberId,
    /// Since when, in milliseconds.
    pub since: Moment,
    /// The appointment that opened it; `None` when the patient opened it.
    pub appointment: Option<AppointmentId>,
}

/// An anchored record.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordView {
    /// Its number.
    pub id: RecordId,
    /// Whose it is: the patient, or for a certificate the professional.
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
    /// The record that it amends.
    pub supersedes: Option<RecordId>,
    /// The record that amends it.
    pub superseded_by: Option<RecordId>,
    /// Fills that a prescription allows; 0 for other kinds.
    pub fills: u8,
    /// Fills that are neither dispensed nor cancelled.
    pub fills_left: u8,
    /// Until when a prescription may be dispensed, in milliseconds; `None` for other kinds.
    pub valid_until: Option<Moment>,
    /// Why its author marked it as entered in error.
    pub retraction: Option<RetractionReason>,
    /// Why its patient disputes it.
    pub dispute: Option<DisputeReason>,
}

/// One fill of a prescription.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DispensingView<AccountId> {
    /// The fill, from 1.
    pub fill: u8,
    /// Which pharmacy dispensed.
    pub pharmacy: MemberId,
    /// When, in milliseconds.
    pub dispensed_at: Moment,
    /// The staff account that acted; `null` for the institution's own, or for who has no staff.
    pub staff: Option<AccountId>,
}

/// Who receives a seal when a record is anchored.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SealRecipientView {
    /// The member.
    pub member: MemberId,
    /// As what, which says where its seal goes.
    pub sealed_as: SealedAs,
}

/// A standing consent.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StandingConsentView {
    /// Who receives seals.
    pub reader: MemberId,
    /// Of which kinds of record.
    pub kinds: RecordKinds,
    /// What for.
    pub purpose: Purpose,
    /// Who gave it: the patient, or a guardian in the patient's name.
    pub given_by: MemberId,
    /// Since when, in milliseconds.
    pub since: Moment,
    /// Until when, in milliseconds.
    pub until: Moment,
}

/// A guardianship.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GuardianView {
    /// In whose name the guardian acts.
    pub patient: MemberId,
    /// The guardian.
    pub guardian: MemberId,
    /// What it may do.
    pub scope: GuardianScope,
    /// Since when, in milliseconds.
    pub since: Moment,
    /// Until when, in milliseconds.
    pub until: Moment,
}

/// How long and how often a requester asks to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AskedTermsView {
    /// How long, in milliseconds.
    pub duration: Moment,
    /// How many openings.
    pub openings: u32,
}

/// A request to read records.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestView<AccountId> {
    /// Its number.
    pub id: RequestId,
    /// Who asks.
    pub requester: MemberId,
    /// Who is asked.
    pub patient: MemberId,
    /// The records that the patient has not granted yet.
    pub records: Vec<RecordId>,
    /// What for.
    pub purpose: Purpose,
    /// How long and how often it asks to read; `None` leaves that to the patient.
    pub asked: Option<AskedTermsView>,
    /// When it was made, in milliseconds.
    pub requested_at: Moment,
    /// Until when it waits, in milliseconds.
    pub expires_at: Moment,
    /// The staff account that acted; `null` for the institution's own, or for who has no staff.
    pub staff: Option<AccountId>,
}

/// A grant, with its reading window if one is open.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GrantView {
    /// The record.
    pub record: RecordId,
    /// Who may read it.
    pub reader: MemberId,
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
    /// Until when it can be used, in milliseconds.
    pub expires_at: Moment,
    /// What the request asked for that it answers; the patient may have granted less.
    pub asked: Option<AskedTermsView>,
    /// How many openings it was given with.
    pub openings: u32,
    /// How many openings are left.
    pub openings_left: u32,
    /// The end of the open reading window, in milliseconds.
    pub window_closes_at: Option<Moment>,
}

/// Whose readings to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ReadLogOf {
    /// The readings of one record.
    Record(RecordId),
    /// The readings of all records of one patient.
    Patient(MemberId),
    /// The readings by one reader.
    Reader(MemberId),
}

/// An entry of the read log.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadingView<AccountId> {
    /// Its number.
    pub id: ReadingId,
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
    pub opened_in: u32,
    /// The staff account that acted; `null` for the institution's own, or for who has no staff.
    pub staff: Option<AccountId>,
    /// Why it was an emergency, and its review; only for emergency openings.
    pub emergency: Option<EmergencyOpeningView>,
}

/// What the read log says of an emergency opening besides its entry.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EmergencyOpeningView {
    /// Why the doctor opened.
    pub reason: EmergencyReason,
    /// What an administrator found; `None` while it waits for the review.
    pub outcome: Option<ReviewOutcome>,
    /// When it was reviewed, in milliseconds.
    pub reviewed_at: Option<Moment>,
}

/// An emergency opening that waits for its review.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PendingReviewView {
    /// The entry of the read log.
    pub reading: ReadingId,
    /// What was opened.
    pub record: RecordId,
    /// Whose record it is.
    pub patient: MemberId,
    /// Who opened it.
    pub doctor: MemberId,
    /// Why.
    pub reason: EmergencyReason,
    /// When, in milliseconds.
    pub opened_at: Moment,
}

/// A patient's emergency consent.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EmergencyConsentView {
    /// The hospitals whose doctors may open; `None` for all institutions.
    pub institutions: Option<Vec<MemberId>>,
    /// Who gave it, or changed it last: the patient, or a guardian in the patient's name.
    pub given_by: MemberId,
    /// Since when, in milliseconds.
    pub since: Moment,
}

/// The emergency capsule lodged for a record.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EmergencyCapsuleView {
    /// Its SHA-256.
    pub capsule: EmergencyCapsuleHash,
    /// Who made it: the patient, a guardian, or the record's author.
    pub lodged_by: MemberId,
    /// When, in milliseconds.
    pub lodged_at: Moment,
}

/// What became of an emergency capsule in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct EmergencyCapsuleChange {
    /// The record.
    pub record: RecordId,
    /// The capsule's SHA-256.
    pub capsule: EmergencyCapsuleHash,
    /// Whether it was lodged; otherwise it was withdrawn or replaced.
    pub lodged: bool,
}

/// What a member is alerted to.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum AlertView {
    /// A professional asks the member, a patient, to read records.
    Request {
        /// The request.
        request: RequestId,
        /// Who asks.
        requester: MemberId,
        /// What for.
        purpose: Purpose,
    },
    /// A record of the member was opened.
    Opening {
        /// The entry of the read log.
        reading: ReadingId,
        /// The record.
        record: RecordId,
        /// Who opened it.
        reader: MemberId,
        /// What for.
        purpose: Purpose,
    },
    /// A record of the member was opened in an emergency.
    Emergency {
        /// The entry of the read log.
        reading: ReadingId,
        /// The record.
        record: RecordId,
        /// Who opened it.
        doctor: MemberId,
        /// Why.
        reason: EmergencyReason,
    },
    /// A link of the member was opened.
    Link {
        /// The link.
        link: LinkId,
        /// The institution that opened it for whoever holds it.
        host: MemberId,
        /// The first of its entries in the read log.
        first_reading: ReadingId,
        /// How many openings are left.
        openings_left: u32,
    },
    /// A patient asks the member, a doctor, for an appointment.
    Appointment {
        /// The appointment.
        appointment: AppointmentId,
        /// Who asks.
        patient: MemberId,
        /// Start, in milliseconds.
        start: Moment,
        /// End, in milliseconds.
        end: Moment,
    },
}

/// A block's alerts for one member.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BlockAlertsView {
    /// The number of the finalized block. Whoever has seen this one goes on from the next.
    pub block: u32,
    /// The block's alerts for the member, in the order of its events.
    pub alerts: Vec<AlertView>,
}

/// A link, which shows records to whoever holds it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LinkView {
    /// Its number.
    pub id: LinkId,
    /// Whose records it shows.
    pub patient: MemberId,
    /// What it is known by: the hash of its secret.
    pub commitment: LinkCommitment,
    /// The institution that hosts it.
    pub host: MemberId,
    /// The records that it shows: those that it was made for and that are not erased.
    pub records: Vec<RecordId>,
    /// Who registered it: the patient, or a guardian in the patient's name.
    pub registered_by: MemberId,
    /// When it was registered, in milliseconds.
    pub registered_at: Moment,
    /// Until when it can be opened, in milliseconds.
    pub expires_at: Moment,
    /// How many openings it was registered with.
    pub openings: u32,
    /// How many of them are left.
    pub openings_left: u32,
    /// When it was taken back, in milliseconds.
    pub revoked_at: Option<Moment>,
    /// Where it stands.
    pub status: LinkStatus,
}

/// An opening of a link.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LinkOpeningView {
    /// The first of its entries in the read log, one for each record, numbered in sequence.
    pub first_reading: ReadingId,
    /// How many entries these are.
    pub readings: u32,
    /// The name that the recipient stated, encrypted to the patient.
    #[serde(with = "sp_core::bytes")]
    pub recipient: Vec<u8>,
    /// The version of the patient's encryption key that it is encrypted to.
    pub key_version: KeyVersion,
    /// When, in milliseconds.
    pub opened_at: Moment,
    /// In which block.
    pub opened_in: u32,
}

/// Who may read, as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ReadPermit {
    /// The record's own patient (or the professional whose certificate it is).
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

/// A release committee: of the key in force, or of one that was replaced.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CommitteeView {
    /// The key's epoch.
    pub epoch: u32,
    /// The key that capsules are encrypted to.
    pub key: CommitteePoint,
    /// How many members must release.
    pub threshold: u16,
    /// The members' verifying shares; the share of index `i` (from 1) stands at `i - 1`.
    pub shares: Vec<CommitteePoint>,
}

/// How far a round of the release committee is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RoundPhase {
    /// Dealers publish their commitments.
    Dealing,
    /// Recipients say from which dealers they lack a good share.
    Reporting,
    /// Dealers publish the shares that recipients lack.
    Answering,
    /// Recipients confirm what the round has made.
    Confirming,
    /// The committee is in force.
    Finished,
}

/// A dealer of a round.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DealerView<AccountId> {
    /// Whose it is.
    pub account: AccountId,
    /// The block-authoring key that its acts are signed with, sr25519.
    pub key: [u8; 32],
    /// The verifying share that it deals; `None` in a round for a new key.
    pub share: Option<CommitteePoint>,
    /// The commitments that it has published, and the proof's 64 bytes.
    pub dealing: Option<(Vec<CommitteePoint>, Vec<u8>)>,
    /// Whether it was found not to count.
    pub refused: bool,
    /// The shares that it has published, each with its recipient's number.
    pub answers: Option<Vec<(u16, [u8; 32])>>,
}

/// A recipient of a round.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecipientView<AccountId> {
    /// Whose it is.
    pub account: AccountId,
    /// The block-authoring key that its acts are signed with, sr25519.
    pub key: [u8; 32],
    /// The dealers of whom it lacks a good share, once it has reported.
    pub missing: Option<Vec<u16>>,
    /// Whether it has confirmed.
    pub confirmed: bool,
}

/// A round in which the release committee makes its key or hands it on. Dealers and recipients are numbered from 1.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoundView<AccountId> {
    /// Its number.
    pub number: u32,
    /// The epoch of the key.
    pub epoch: u32,
    /// The key that is handed on; `None` if a new one is made.
    pub key: Option<CommitteePoint>,
    /// How many recipients will have to release.
    pub threshold: u16,
    /// How far it is.
    pub phase: RoundPhase,
    /// The block in which the phase ends at the latest.
    pub ends_at: u32,
    /// The dealers.
    pub dealers: Vec<DealerView<AccountId>>,
    /// The recipients.
    pub recipients: Vec<RecipientView<AccountId>>,
    /// The dealers that counted, once the round is finished.
    pub counted: Vec<u16>,
}

/// Who failed in a round.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailureView<AccountId> {
    /// The round.
    pub round: u32,
    /// Who.
    pub account: AccountId,
    /// In what: `notDealt`, `badDealing`, `notAnswered`, `notReported`, `notConfirmed`, `differed`, `notCounted`.
    pub fault: String,
}

/// What an account may still spend.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AllowanceView {
    /// The account's quota class.
    pub class: String,
    /// Weight left, in picoseconds of reference time.
    pub weight_left: u64,
    /// The bucket's size, in the same unit.
    pub weight_max: u64,
    /// Weight that flows back in a block.
    pub weight_refill: u64,
    /// Bytes left.
    pub length_left: u32,
    /// The bucket's size, in bytes.
    pub length_max: u32,
    /// Bytes that flow back in a block.
    pub length_refill: u32,
}
