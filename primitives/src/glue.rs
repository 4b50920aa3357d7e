//! What one pallet asks of another. The runtime wires them; each is narrow and fails closed.

use crate::*;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_runtime::{DispatchError, DispatchResult};

/// What other pallets need to know of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct MemberInfo {
    /// The member's number.
    pub id: MemberId,
    /// What it is.
    pub role: Role,
    /// Where it stands.
    pub status: Status,
    /// The key that seals for it are made to.
    pub encryption_key: EncryptionKey,
    /// The version of that key.
    pub key_version: KeyVersion,
    /// Whether an institution vouched for it when it registered.
    pub vouched: bool,
}

impl MemberInfo {
    /// Whether the member may act.
    pub fn is_active(&self) -> bool {
        self.status == Status::Active
    }

    /// Whether the member may act and has this role.
    pub fn is_active_as(&self, role: Role) -> bool {
        self.is_active() && self.role == role
    }
}

/// Who acts behind an account: a member by itself, or an institution through staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acting<AccountId> {
    /// The member for which the act counts, whatever its status.
    pub member: MemberInfo,
    /// The staff account that acts, and for what it was added; `None` for the member's own account.
    pub staff: Option<(AccountId, StaffScope)>,
}

impl<AccountId> Acting<AccountId> {
    /// The member by its own account.
    pub fn by_itself(member: MemberInfo) -> Self {
        Self { member, staff: None }
    }

    /// Whether the scope of the staff account, if it is one, allows this.
    pub fn scope_allows(&self, act: StaffAct) -> bool {
        self.staff.as_ref().is_none_or(|(_, scope)| scope.allows(act))
    }

    /// The staff account that acts, for logs and events.
    pub fn staff_account(self) -> Option<AccountId> {
        self.staff.map(|(account, _)| account)
    }
}

/// The registry, as the other pallets see it.
pub trait MemberDirectory<AccountId> {
    /// The member behind an account, whatever its status; `None` for a stranger and for staff.
    fn by_account(account: &AccountId) -> Option<MemberInfo>;
    /// Who acts behind an account: the member itself, or the institution whose staff it is; `None` for a stranger.
    fn acting(account: &AccountId) -> Option<Acting<AccountId>>;
    /// The member with this number, whatever its status.
    fn by_id(id: MemberId) -> Option<MemberInfo>;
    /// Makes members for the benchmarks of other pallets.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_register(account: &AccountId, role: Role) -> MemberId;
    /// Makes staff of an institution for the benchmarks of other pallets.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_staff(account: &AccountId, institution: MemberId, scope: StaffScope);
}

/// Which doctors work for which hospitals.
pub trait Affiliations {
    /// Whether the doctor is affiliated with the institution now: both have agreed, and both are active.
    fn is_affiliated(doctor: MemberId, institution: MemberId) -> bool;
    /// Affiliates them for the benchmarks of other pallets.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_affiliate(doctor: MemberId, institution: MemberId);
}

/// What has to know which accounts take others' places, so that nobody gains by it.
pub trait AccountChanges<AccountId> {
    /// A membership has moved from one account to another.
    fn moved(from: &AccountId, to: &AccountId);
    /// An institution has added an account to its staff.
    fn staff_added(account: &AccountId);
}

/// The guardianship that comes with the registration of a dependant, kept by the access pallet.
pub trait DependantGuardians {
    /// Makes the guardian, who is another active patient, decide and read in the dependant's name.
    fn appoint_for_dependant(dependant: MemberId, guardian: MemberId);
}

/// Care relations between patients and doctors.
pub trait CareRelations {
    /// Whether the doctor has the patient under care now.
    fn under_care(patient: MemberId, doctor: MemberId) -> bool;
    /// Opens a relation for the benchmarks of other pallets.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_open(patient: MemberId, doctor: MemberId);
}

/// What other pallets need to know of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct RecordInfo {
    /// Whose record it is: the patient, or for a certificate the professional.
    pub patient: MemberId,
    /// Who wrote it.
    pub author: MemberId,
    /// What it is.
    pub kind: RecordKind,
    /// Where it stands.
    pub status: RecordStatus,
    /// When it was anchored, in milliseconds.
    pub anchored_at: Moment,
}

/// Anchored records, as the other pallets see them.
pub trait RecordDirectory {
    /// The record with this number.
    fn record(id: RecordId) -> Option<RecordInfo>;
    /// A patient's profile or a professional's certificate that is in force.
    fn current_own_record(member: MemberId) -> Option<RecordId>;
    /// Anchors a record for the benchmarks of other pallets.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_anchor(patient: MemberId, author: MemberId, kind: RecordKind) -> RecordId;
}

/// Consents that come with care, kept by the access pallet.
pub trait CareConsents {
    /// Grants the doctor the patient's sealed profile, for as long as the care relation lasts.
    fn grant_profile_for_care(patient: MemberId, doctor: MemberId, profile: SealedProfile) -> DispatchResult;
    /// Benchmarking: gives the patient a profile that can be granted.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_profile(patient: MemberId) -> RecordId;
}

/// Consents that a new record comes under, and grants on records, kept by the access pallet.
pub trait RecordConsents {
    /// Grants a new record to those whom its patient named beforehand, with the seals that its author made: exactly
    /// one for each of them. Gives how many it looked at who might have received one: at most
    /// [`limits::NEW_RECORD_SEALS_MAX`](crate::limits::NEW_RECORD_SEALS_MAX), and none for a certificate.
    fn seal_new_record(record: RecordId, info: RecordInfo, seals: &[ReaderSeal]) -> Result<u32, DispatchError>;
    /// Whether the reader holds a grant on the record that stands now, openings left or not.
    fn holds_grant(record: RecordId, reader: MemberId) -> bool;
    /// Drops what was lodged for a record that its patient erases.
    fn forget_record(record: RecordId);
    /// Benchmarking: has a patient name so many readers who receive a seal of a new record, and so many guardians who are
    /// looked at and passed over; gives the seals.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_recipients(patient: MemberId, sealed: u32, passed: u32) -> alloc::vec::Vec<ReaderSeal>;
    /// Benchmarking: gives a reader a grant that takes the longest to find standing.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_grant(record: RecordId, reader: MemberId);
}
