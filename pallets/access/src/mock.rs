//! A chain with this pallet, a settable clock, members of each kind and their records.

#![allow(clippy::unwrap_used)]

use crate as pallet_access;
use crate::*;
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use frame_support::{
    assert_ok, derive_impl,
    dispatch::DispatchResultWithPostInfo,
    parameter_types,
    traits::{SortedMembers, Time},
};
use frame_system::{pallet_prelude::BlockNumberFor, EnsureSignedBy};
use medchain_primitives::{
    Acting, EncryptionKey, KeyVersion, MemberInfo, RecordInfo, RecordStatus, Seal, StaffScope, Status, VersionedSeal,
    DAY,
};
use sp_runtime::{BuildStorage, DispatchResult};

pub type AccountId = u64;

/// An active patient.
pub const PATIENT: AccountId = 1001;
/// Another active patient.
pub const OTHER_PATIENT: AccountId = 1002;
/// An active doctor.
pub const DOCTOR: AccountId = 1003;
/// Another active doctor.
pub const OTHER_DOCTOR: AccountId = 1004;
/// An active hospital.
pub const HOSPITAL: AccountId = 1005;
/// An active pharmacy.
pub const PHARMACY: AccountId = 1006;
/// Another active pharmacy.
pub const OTHER_PHARMACY: AccountId = 1007;
/// An administrator, who is no member.
pub const ADMINISTRATOR: AccountId = 1;
/// Never registered.
pub const STRANGER: AccountId = 2;

/// The patient's profile.
pub const PROFILE: RecordId = RecordId(1);
/// A report on the patient.
pub const REPORT: RecordId = RecordId(2);
/// Another report on the patient.
pub const OTHER_REPORT: RecordId = RecordId(3);
/// A prescription for the patient.
pub const PRESCRIPTION: RecordId = RecordId(4);
/// The doctor's certificate.
pub const CERTIFICATE: RecordId = RecordId(5);
/// A report on the other patient.
pub const FOREIGN_REPORT: RecordId = RecordId(6);
/// A prescription for the other patient.
pub const FOREIGN_PRESCRIPTION: RecordId = RecordId(7);
/// No record has this number.
pub const NO_RECORD: RecordId = RecordId(99);

/// When the tests begin, in milliseconds.
pub const NOW: Moment = 1_800_000_000_000;

#[frame_support::runtime]
mod runtime {
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeFreezeReason,
        RuntimeHoldReason,
        RuntimeSlashReason,
        RuntimeLockId,
        RuntimeTask
    )]
    pub struct Test;

    #[runtime::pallet_index(0)]
    pub type System = frame_system;

    #[runtime::pallet_index(1)]
    pub type Access = pallet_access;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = frame_system::mocking::MockBlock<Self>;
}

impl Config for Test {
    type Members = Directory;
    type Care = CareList;
    type Affiliations = AffiliationList;
    type Records = RecordList;
    type AdminOrigin = EnsureSignedBy<OneAdministrator, AccountId>;
    type Administrators = OneAdministrator;
    type Time = Clock;
    type WeightInfo = ();
}

parameter_types! {
    /// The registered members.
    pub static Registered: BTreeMap<AccountId, MemberInfo> = BTreeMap::new();
    /// The staff accounts, each with its institution and scope.
    pub static Staff: BTreeMap<AccountId, (AccountId, StaffScope)> = BTreeMap::new();
    /// Patients and the doctors who have them under care.
    pub static UnderCare: BTreeSet<(MemberId, MemberId)> = BTreeSet::new();
    /// Doctors and the hospitals that they are affiliated with.
    pub static Affiliated: BTreeSet<(MemberId, MemberId)> = BTreeSet::new();
    /// The anchored records.
    pub static Anchored: BTreeMap<RecordId, RecordInfo> = BTreeMap::new();
    /// The clock, in milliseconds.
    pub static ClockTime: Moment = NOW;
}

/// The members in [`Registered`].
pub struct Directory;
impl MemberDirectory<AccountId> for Directory {
    fn by_account(account: &AccountId) -> Option<MemberInfo> {
        Registered::get().get(account).copied()
    }

    fn acting(account: &AccountId) -> Option<Acting<AccountId>> {
        if let Some(member) = Self::by_account(account) {
            return Some(Acting::by_itself(member));
        }
        let (institution, scope) = Staff::get().get(account).copied()?;
        Some(Acting { member: Self::by_account(&institution)?, staff: Some((*account, scope)) })
    }

    fn by_id(id: MemberId) -> Option<MemberInfo> {
        Registered::get().values().find(|member| member.id == id).copied()
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_staff(_: &AccountId, _: MemberId, _: medchain_primitives::StaffScope) {}

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_register(account: &AccountId, role: Role) -> MemberId {
        register(*account, role);
        MemberId(*account)
    }
}

/// The care relations in [`UnderCare`].
pub struct CareList;
impl CareRelations for CareList {
    fn under_care(patient: MemberId, doctor: MemberId) -> bool {
        UnderCare::get().contains(&(patient, doctor))
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_open(patient: MemberId, doctor: MemberId) {
        UnderCare::mutate(|care| care.insert((patient, doctor)));
    }
}

/// The affiliations in [`Affiliated`].
pub struct AffiliationList;
impl Affiliations for AffiliationList {
    fn is_affiliated(doctor: MemberId, institution: MemberId) -> bool {
        Affiliated::get().contains(&(doctor, institution))
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_affiliate(doctor: MemberId, institution: MemberId) {
        Affiliated::mutate(|affiliated| affiliated.insert((doctor, institution)));
    }
}

/// The records in [`Anchored`].
pub struct RecordList;
impl RecordDirectory for RecordList {
    fn record(id: RecordId) -> Option<RecordInfo> {
        Anchored::get().get(&id).copied()
    }

    fn current_own_record(member: MemberId) -> Option<RecordId> {
        let own = |info: &RecordInfo| matches!(info.kind, RecordKind::Profile | RecordKind::Certificate);
        Anchored::get()
            .into_iter()
            .find(|(_, info)| info.patient == member && own(info) && info.status == RecordStatus::Current)
            .map(|(id, _)| id)
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_anchor(patient: MemberId, author: MemberId, kind: RecordKind) -> RecordId {
        let record = RecordId(Anchored::get().len() as u64 + 1);
        let status = RecordStatus::Current;
        let info = RecordInfo { patient, author, kind, status, anchored_at: ClockTime::get() };
        Anchored::mutate(|records| records.insert(record, info));
        record
    }
}

/// [`ADMINISTRATOR`] alone.
pub struct OneAdministrator;
impl SortedMembers<AccountId> for OneAdministrator {
    fn sorted_members() -> Vec<AccountId> {
        alloc::vec![ADMINISTRATOR]
    }
}

impl frame_support::traits::Contains<AccountId> for OneAdministrator {
    fn contains(account: &AccountId) -> bool {
        *account == ADMINISTRATOR
    }
}

/// A clock that shows [`ClockTime`].
pub struct Clock;
impl Time for Clock {
    type Moment = Moment;

    fn now() -> Moment {
        ClockTime::get()
    }
}

/// The number of the member behind an account of the tests.
pub fn id(account: AccountId) -> MemberId {
    MemberId(account)
}

/// Who signs a call.
pub fn signed(account: AccountId) -> RuntimeOrigin {
    RuntimeOrigin::signed(account)
}

/// A seal for this version of a key.
pub fn seal(key_version: KeyVersion) -> VersionedSeal {
    VersionedSeal { seal: Seal([0x5e; 80]), key_version }
}

/// The patient's profile, sealed for this version of a key.
pub fn profile(key_version: KeyVersion) -> SealedProfile {
    SealedProfile { record: PROFILE, seal: seal(key_version) }
}

/// Registers an active member.
pub fn register(account: AccountId, role: Role) {
    let encryption_key = EncryptionKey([1; 32]);
    let (id, status) = (id(account), Status::Active);
    let member = MemberInfo { id, role, status, encryption_key, key_version: 1, vouched: false };
    Registered::mutate(|members| members.insert(account, member));
}

/// Lets an account act for an institution.
pub fn add_staff(account: AccountId, institution: AccountId, scope: StaffScope) {
    Staff::mutate(|staff| staff.insert(account, (institution, scope)));
}

/// Changes where a member stands.
pub fn set_status(account: AccountId, status: Status) {
    Registered::mutate(|members| members.get_mut(&account).unwrap().status = status);
}

/// Gives a member a new encryption key.
pub fn rotate_key(account: AccountId) {
    Registered::mutate(|members| members.get_mut(&account).unwrap().key_version += 1);
}

/// Puts a patient under a doctor's care.
pub fn open_care(patient: AccountId, doctor: AccountId) {
    UnderCare::mutate(|care| care.insert((id(patient), id(doctor))));
}

/// Ends a care relation.
pub fn end_care(patient: AccountId, doctor: AccountId) {
    UnderCare::mutate(|care| care.remove(&(id(patient), id(doctor))));
}

/// Affiliates a doctor with a hospital.
pub fn affiliate(doctor: AccountId, hospital: AccountId) {
    Affiliated::mutate(|affiliated| affiliated.insert((id(doctor), id(hospital))));
}

/// Ends an affiliation.
pub fn end_affiliation(doctor: AccountId, hospital: AccountId) {
    Affiliated::mutate(|affiliated| affiliated.remove(&(id(doctor), id(hospital))));
}

/// Anchors one more record.
pub fn anchor(record: RecordId, patient: AccountId, author: AccountId, kind: RecordKind) {
    let (patient, author, status) = (id(patient), id(author), RecordStatus::Current);
    let info = RecordInfo { patient, author, kind, status, anchored_at: ClockTime::get() };
    Anchored::mutate(|records| records.insert(record, info));
}

/// Changes where a record stands.
pub fn set_record_status(record: RecordId, status: RecordStatus) {
    Anchored::mutate(|records| records.get_mut(&record).unwrap().status = status);
}

/// Lets time pass, in milliseconds.
pub fn pass(time: Moment) {
    ClockTime::mutate(|now| *now += time);
    System::set_block_number(System::block_number() + 1);
}

/// A list of records as the calls take it.
pub fn records(list: &[RecordId]) -> RequestRecords {
    list.to_vec().try_into().unwrap()
}

/// Grants of these records, sealed to the first version of a key.
pub fn grants_of(list: &[RecordId]) -> RecordGrants {
    let grants: Vec<_> = list.iter().map(|record| RecordGrant { record: *record, seal: seal(1) }).collect();
    grants.try_into().unwrap()
}

/// The patient is asked to show these records for treatment.
pub fn try_request(requester: AccountId, list: &[RecordId]) -> DispatchResultWithPostInfo {
    Access::request(signed(requester), id(PATIENT), records(list), Purpose::Treatment)
}

/// Makes a request to the patient and gives its number.
pub fn request(requester: AccountId, list: &[RecordId]) -> RequestId {
    let request = NextRequestId::<Test>::get();
    assert_ok!(try_request(requester, list));
    request
}

/// The patient grants these records unasked, for a day and one opening each.
pub fn try_grant(reader: AccountId, list: &[RecordId]) -> DispatchResultWithPostInfo {
    Access::grant(signed(PATIENT), id(reader), None, grants_of(list), Purpose::Treatment, DAY, 1)
}

/// The patient grants a record for a day and this many openings.
pub fn grant(reader: AccountId, record: RecordId, openings: u32) {
    let grants = grants_of(&[record]);
    assert_ok!(Access::grant(signed(PATIENT), id(reader), None, grants, Purpose::Treatment, DAY, openings));
}

/// The grant of a record to a reader.
pub fn held(record: RecordId, reader: AccountId) -> Option<Grant> {
    Grants::<Test>::get(record, id(reader))
}

/// The window of a record and reader, ended or not.
pub fn window(record: RecordId, reader: AccountId) -> Option<ReadingWindow<AccountId, BlockNumberFor<Test>>> {
    Windows::<Test>::get(record, id(reader))
}

/// The reader opens a record.
pub fn open(reader: AccountId, record: RecordId) -> DispatchResult {
    Access::open(signed(reader), record)
}

/// The end of the window in which the reader may read; the refusal, if it may not.
pub fn reads_until(reader: AccountId, record: RecordId) -> Result<Moment, sp_runtime::DispatchError> {
    match Access::ensure_may_read(&reader, record)? {
        Permit::Reader { closes_at } => Ok(closes_at),
        Permit::Owner | Permit::Administrator | Permit::Emergency { .. } => {
            panic!("a reader by grant was taken for another")
        }
    }
}

/// Builds the chain that a test starts from.
#[derive(Default)]
pub struct ExtBuilder {
    care: Vec<(AccountId, AccountId)>,
    grants: Vec<(RecordId, AccountId, u32)>,
    care_grants: Vec<(AccountId, AccountId)>,
    committee: Option<ReleaseCommittee>,
}

impl ExtBuilder {
    /// Puts the patient under the doctor's care.
    pub fn under_care(mut self, patient: AccountId, doctor: AccountId) -> Self {
        self.care.push((patient, doctor));
        self
    }

    /// Puts the patient under the doctor's care and grants the doctor the profile that goes with it.
    pub fn under_care_with_profile(mut self, patient: AccountId, doctor: AccountId) -> Self {
        self.care_grants.push((patient, doctor));
        self.under_care(patient, doctor)
    }

    /// Grants a record of the patient, for a day and this many openings.
    pub fn with_grant(mut self, record: RecordId, reader: AccountId, openings: u32) -> Self {
        self.grants.push((record, reader, openings));
        self
    }

    /// Starts the chain with a release committee.
    pub fn with_committee(mut self, committee: ReleaseCommittee) -> Self {
        self.committee = Some(committee);
        self
    }

    /// Runs a test, and then checks what must always hold.
    pub fn build_and_execute(self, test: impl FnOnce()) {
        let genesis = RuntimeGenesisConfig {
            access: GenesisConfig { committee: self.committee, ..Default::default() },
            ..Default::default()
        };
        let mut chain = sp_io::TestExternalities::from(genesis.build_storage().unwrap());
        chain.execute_with(|| {
            System::set_block_number(1);
            ClockTime::set(NOW);
            Registered::set(BTreeMap::new());
            Staff::set(BTreeMap::new());
            for (account, role) in [
                (PATIENT, Role::Patient),
                (OTHER_PATIENT, Role::Patient),
                (DOCTOR, Role::Doctor),
                (OTHER_DOCTOR, Role::Doctor),
                (HOSPITAL, Role::Hospital),
                (PHARMACY, Role::Pharmacy),
                (OTHER_PHARMACY, Role::Pharmacy),
            ] {
                register(account, role);
            }
            Anchored::set(BTreeMap::new());
            for (record, patient, author, kind) in [
                (PROFILE, PATIENT, PATIENT, RecordKind::Profile),
                (REPORT, PATIENT, DOCTOR, RecordKind::Report),
                (OTHER_REPORT, PATIENT, DOCTOR, RecordKind::Report),
                (PRESCRIPTION, PATIENT, DOCTOR, RecordKind::Prescription),
                (CERTIFICATE, DOCTOR, DOCTOR, RecordKind::Certificate),
                (FOREIGN_REPORT, OTHER_PATIENT, DOCTOR, RecordKind::Report),
                (FOREIGN_PRESCRIPTION, OTHER_PATIENT, DOCTOR, RecordKind::Prescription),
            ] {
                anchor(record, patient, author, kind);
            }
            UnderCare::set(BTreeSet::new());
            Affiliated::set(BTreeSet::new());
            for (patient, doctor) in self.care {
                open_care(patient, doctor);
            }
            for (patient, doctor) in self.care_grants {
                assert_ok!(Access::grant_profile_for_care(id(patient), id(doctor), profile(1)));
            }
            for (record, reader, openings) in self.grants {
                grant(reader, record, openings);
            }
            test();
            Access::do_try_state().unwrap();
        });
    }
}
