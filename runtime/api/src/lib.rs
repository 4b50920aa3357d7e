//! The runtime API traits, one per pallet, and the views they return.
//!
//! The node's `medchain_*` methods pass these views on as JSON (camelCase), and clients read that JSON back into the
//! same types. Previews (`may_*`) run the very checks of the calls and give the reason for a refusal.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

mod views;
pub use views::*;

use alloc::{string::String, vec::Vec};
use codec::Codec;
use medchain_primitives::*;
use sp_runtime::DispatchError;

/// How many appointments one call of `agenda` looks through.
pub const AGENDA_LOOKED_THROUGH: u32 = 1_000;

sp_api::decl_runtime_apis! {
    /// Reads of the registry.
    #[api_version(1)]
    pub trait RegistryApi<AccountId> where AccountId: Codec {
        /// The member behind an account.
        fn member_by_account(account: AccountId) -> Option<MemberView<AccountId>>;
        /// The member with this number.
        fn member_by_id(id: MemberId) -> Option<MemberView<AccountId>>;
        /// The member with this username.
        fn member_by_username(username: String) -> Option<MemberView<AccountId>>;
        /// Members of a role and status after `cursor`, in the order of their numbers; at most `limit`, itself bounded
        /// by `limits::PAGE_MAX`.
        fn members(role: Role, status: Status, cursor: Option<MemberId>, limit: u32)
            -> Page<MemberView<AccountId>, MemberId>;
        /// The encryption keys of a member after version `cursor`, the one in force last.
        fn keys(member: MemberId, cursor: Option<KeyVersion>, limit: u32) -> Page<KeyView, KeyVersion>;
        /// The encryption keys that an administrator has published after version `cursor`, the one in force last.
        fn administrator_keys(administrator: AccountId, cursor: Option<KeyVersion>, limit: u32)
            -> Page<KeyView, KeyVersion>;
        /// Who may recover a member's account, and what they have proposed; `None` if it has named nobody.
        fn guardianship(member: MemberId) -> Option<GuardianshipView<AccountId>>;        /// Who acts behind an account: the member itself, or the institution whose staff it is.
        fn acting(account: AccountId) -> Option<ActingView<AccountId>>;
        /// The staff accounts of an institution after `cursor`.
        fn staff(institution: MemberId, cursor: Option<AccountId>, limit: u32)
            -> Page<StaffView<AccountId>, AccountId>;
        /// The copies of a member's earlier encryption secrets that are sealed to later keys of its own, after `cursor`: the
        /// version that a copy is of, and who gave it.
        fn own_copies(member: MemberId, cursor: Option<(KeyVersion, MemberId)>, limit: u32)
            -> Page<OwnCopyView, (KeyVersion, MemberId)>;
        /// The affiliations of a hospital after the doctor `cursor`, or of a doctor after the hospital `cursor`, with
        /// those that are only offered.
        fn affiliations(member: MemberId, cursor: Option<MemberId>, limit: u32) -> Page<AffiliationView, MemberId>;
        /// The administrators, each with its encryption key if it has published one.
        fn administrators() -> Vec<AdministratorView<AccountId>>;
    }

    /// Reads of the appointments and care relations.
    #[api_version(1)]
    pub trait AppointmentsApi {
        /// One appointment.
        fn appointment(id: AppointmentId) -> Option<AppointmentView>;
        /// The appointments of a patient or doctor before `cursor`, newest first.
        fn appointments(member: MemberId, cursor: Option<AppointmentId>, limit: u32)
            -> Page<AppointmentView, AppointmentId>;
        /// The appointments of a patient or doctor before `cursor`, newest first, that have this status, or start on
        /// this day (counted from 1 January 1970, UTC), or both. One call looks through at most
        /// [`AGENDA_LOOKED_THROUGH`] of them, so that a page may hold less than `limit` and still lead to another.
        fn agenda(
            member: MemberId,
            status: Option<AppointmentStatus>,
            day: Option<u32>,
            cursor: Option<AppointmentId>,
            limit: u32,
        ) -> Page<AppointmentView, AppointmentId>;
        /// When a doctor can be booked; empty for one that can be at any time, and for who is no doctor.
        fn schedule(doctor: MemberId) -> ScheduleView;
        /// The care relations of a patient or doctor, with the other side's number as cursor.
        fn care_relations(member: MemberId, cursor: Option<MemberId>, limit: u32) -> Page<CareView, MemberId>;
    }

    /// Reads of the records.
    #[api_version(1)]
    pub trait ReportsApi<AccountId> where AccountId: Codec {
        /// One record.
        fn record(id: RecordId) -> Option<RecordView>;
        /// The records of a patient (or a professional's certificates) after `cursor`, of one kind or of all.
        fn records(member: MemberId, kind: Option<RecordKind>, cursor: Option<RecordId>, limit: u32)
            -> Page<RecordView, RecordId>;
        /// The record by which this author anchored this content.
        fn anchored_by(author: MemberId, content: ContentRoot) -> Option<RecordId>;
        /// The fills of a prescription that were dispensed, in order; at most `limits::FILLS_MAX`.
        fn dispensings(record: RecordId) -> Vec<DispensingView<AccountId>>;
        /// Whether any record that is not erased anchors this content.
        fn is_anchored(content: ContentRoot) -> bool;
        /// How many bytes of content that no record anchors yet this account may have in a vault; 0 for those who may
        /// store nothing.
        fn store_allowance(account: AccountId) -> u64;
    }

    /// Reads of requests, grants, reading windows and the read log, and the access decision.
    #[api_version(1)]
    pub trait AccessApi<AccountId> where AccountId: Codec {
        /// One request.
        fn request(id: RequestId) -> Option<RequestView<AccountId>>;
        /// The requests that wait in a patient's inbox.
        fn inbox(patient: MemberId, cursor: Option<RequestId>, limit: u32) -> Page<RequestView<AccountId>, RequestId>;
        /// The requests that a member has made and that still wait.
        fn requests_by(requester: MemberId, cursor: Option<RequestId>, limit: u32) -> Page<RequestView<AccountId>, RequestId>;
        /// The grant of a record to a reader.
        fn grant(record: RecordId, reader: MemberId) -> Option<GrantView>;
        /// The grants of a record, with the reader's number as cursor.
        fn grants_of_record(record: RecordId, cursor: Option<MemberId>, limit: u32) -> Page<GrantView, MemberId>;
        /// The grants that a reader holds, with the record's number as cursor.
        fn grants_of_reader(reader: MemberId, cursor: Option<RecordId>, limit: u32) -> Page<GrantView, RecordId>;
        /// The grants on a patient's records, reader by reader, with the last one's reader and record as cursor.
        fn grants_of_patient(patient: MemberId, cursor: Option<(MemberId, RecordId)>, limit: u32)
            -> Page<GrantView, (MemberId, RecordId)>;
        /// Entries of the read log before `cursor`, newest first.
        fn read_log(of: ReadLogOf, cursor: Option<ReadingId>, limit: u32) -> Page<ReadingView<AccountId>, ReadingId>;
        /// Whether this account could request these records with this purpose now.
        fn may_request(account: AccountId, patient: MemberId, records: Vec<RecordId>, purpose: Purpose)
            -> Result<(), DispatchError>;
        /// Whether this account could open this record now: the checks of `access.open`.
        fn may_open(account: AccountId, record: RecordId) -> Result<(), DispatchError>;
        /// Whether the committee may release to this account, and nodes serve it, now: the patient, an administrator
        /// for a certificate, or a reader within a reading window of a grant that stands.
        fn may_read(account: AccountId, record: RecordId) -> Result<ReadPermit, DispatchError>;
        /// Who receives a seal when a record of this kind is anchored for this patient now: the patient, its guardians
        /// and the readers with a standing consent. Anchoring checks that the seals are these.
        fn seal_recipients(patient: MemberId, kind: RecordKind) -> Vec<SealRecipientView>;
        /// The standing consents of a patient; at most `limits::STANDING_READERS_MAX`.
        fn standing_consents(patient: MemberId) -> Vec<StandingConsentView>;
        /// The guardianships over a patient; at most `limits::GUARDIANSHIPS_MAX`.
        fn guardians(patient: MemberId) -> Vec<GuardianView>;
        /// The guardianships of a guardian, with the patient's number as cursor.
        fn wards(guardian: MemberId, cursor: Option<MemberId>, limit: u32) -> Page<GuardianView, MemberId>;
        /// A patient's emergency consent.
        fn emergency_consent(patient: MemberId) -> Option<EmergencyConsentView>;
        /// The emergency capsule lodged for a record.
        fn emergency_capsule(record: RecordId) -> Option<EmergencyCapsuleView>;
        /// The emergency openings that wait for an administrator's review after `cursor`, the oldest first.
        fn emergency_reviews(cursor: Option<ReadingId>, limit: u32) -> Page<PendingReviewView, ReadingId>;
        /// Whether this account could open this record in an emergency now: the checks of `access.open_emergency`.
        fn may_open_emergency(account: AccountId, record: RecordId) -> Result<(), DispatchError>;
        /// Whether this account could lodge an emergency capsule for this record now.
        fn may_lodge_emergency(account: AccountId, record: RecordId) -> Result<(), DispatchError>;
        /// The emergency capsules that this block lodged, withdrew or replaced.
        fn emergency_capsule_changes() -> Vec<EmergencyCapsuleChange>;
        /// What this block brought that members are alerted to, each with the member.
        fn alerts() -> Vec<(MemberId, AlertView)>;
        /// One link.
        fn link(id: LinkId) -> Option<LinkView>;
        /// The link that is known by this commitment.
        fn link_by_commitment(commitment: LinkCommitment) -> Option<LinkView>;
        /// The links of a patient before `cursor`, newest first.
        fn links(patient: MemberId, cursor: Option<LinkId>, limit: u32) -> Page<LinkView, LinkId>;
        /// The openings of a link before `cursor`, newest first, with the first of its readings as cursor.
        fn link_openings(link: LinkId, cursor: Option<ReadingId>, limit: u32) -> Page<LinkOpeningView, ReadingId>;
        /// The release committee of the key in force, to which records are encrypted.
        fn committee() -> Option<CommitteeView>;
    }

    /// Reads of the rounds in which the release committee makes its key and hands it on.
    #[api_version(1)]
    pub trait CommitteeApi<AccountId> where AccountId: Codec {
        /// The round that is under way or was finished last, with all that was published in it.
        fn round() -> Option<RoundView<AccountId>>;
        /// The committees of keys that were replaced, in the order of their epochs: records that were not carried over yet
        /// are encrypted to them.
        fn earlier_committees() -> Vec<CommitteeView>;
        /// Who failed in the last rounds, oldest first.
        fn failures() -> Vec<FailureView<AccountId>>;
    }

    /// Reads of the quotas.
    #[api_version(1)]
    pub trait QuotasApi<AccountId> where AccountId: Codec {
        /// What an account may still spend.
        fn allowance(account: AccountId) -> AllowanceView;
    }
}
