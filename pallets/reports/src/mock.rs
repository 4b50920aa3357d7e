//! A chain with this pallet, a settable clock, and members of each kind.

#![allow(clippy::unwrap_used)]

use crate as pallet_reports;
use crate::*;
use alloc::collections::{BTreeMap, BTreeSet};
use frame_support::{assert_ok, derive_impl, parameter_types};
use medchain_primitives::{CareRelations, EncryptionKey, EnvelopeHash, Moment, ReaderSeal, StaffScope, DAY};
use sp_runtime::{BuildStorage, DispatchError};

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
/// Never registered.
pub const STRANGER: AccountId = 1;

/// When the tests begin, in milliseconds.
pub const NOW: Moment = 1_800_000_000_000;
/// The envelope of every record.
pub const ENVELOPE: EnvelopeHash = EnvelopeHash([0xee; 32]);
/// The size of every record, in bytes.
pub const SIZE: u64 = 4_096;
/// How long prescriptions are valid, in milliseconds.
pub const VALIDITY: Moment = 30 * DAY;

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
    pub type Reports = pallet_reports;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = frame_system::mocking::MockBlock<Self>;
}

impl Config for Test {
    type Members = Directory;
    type Care = CareList;
    type Consents = ConsentList;
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
    /// The records whose consents were dropped.
    pub static Forgotten: BTreeSet<RecordId> = BTreeSet::new();
    /// The pharmacies' grants on prescriptions.
    pub static Granted: BTreeSet<(RecordId, MemberId)> = BTreeSet::new();
    /// Who must receive a seal of each new record.
    pub static Sealed: BTreeSet<MemberId> = BTreeSet::new();
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
        register(*account, role, Status::Active);
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

/// The grants in [`Granted`], and seals for exactly those in [`Sealed`]; two more are passed over.
pub struct ConsentList;
/// How many are looked at who receive no seal.
pub const PASSED_OVER: u32 = 2;
impl RecordConsents for ConsentList {
    fn seal_new_record(_: RecordId, _: RecordInfo, seals: &[ReaderSeal]) -> Result<u32, DispatchError> {
        let readers: BTreeSet<_> = seals.iter().map(|seal| seal.reader).collect();
        frame_support::ensure!(readers == Sealed::get(), "other readers receive a seal");
        Ok(seals.len() as u32 + PASSED_OVER)
    }

    fn holds_grant(record: RecordId, reader: MemberId) -> bool {
        Granted::get().contains(&(record, reader))
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_recipients(_: MemberId, _: u32, _: u32) -> Vec<ReaderSeal> {
        Vec::new()
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_grant(record: RecordId, reader: MemberId) {
        Granted::mutate(|granted| granted.insert((record, reader)));
    }

    fn forget_record(record: RecordId) {
        Forgotten::mutate(|forgotten| forgotten.insert(record));
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

/// A content of its own for each seed.
pub fn content(seed: u8) -> ContentRoot {
    ContentRoot([seed; 32])
}

/// Registers a member.
pub fn register(account: AccountId, role: Role, status: Status) {
    let (id, encryption_key) = (id(account), EncryptionKey([1; 32]));
    let member = MemberInfo { id, role, status, encryption_key, key_version: 1, vouched: false };
    Registered::mutate(|members| members.insert(account, member));
}

/// Gives a member another encryption key.
pub fn rotate_key(account: AccountId) {
    Registered::mutate(|members| members.get_mut(&account).unwrap().key_version += 1);
}

/// Changes where a member stands.
pub fn set_status(account: AccountId, status: Status) {
    Registered::mutate(|members| members.get_mut(&account).unwrap().status = status);
}

/// Ends a care relation.
pub fn end_care(patient: AccountId, doctor: AccountId) {
    UnderCare::mutate(|care| care.remove(&(id(patient), id(doctor))));
}

/// Anchors a record of this kind and gives its number.
pub fn anchor(author: AccountId, patient: AccountId, kind: RecordKind, seed: u8) -> RecordId {
    let record = NextRecordId::<Test>::get();
    let fills = u8::from(kind == RecordKind::Prescription);
    assert_ok!(Reports::anchor(RuntimeOrigin::signed(author), id(patient), kind, document(seed, fills)));
    record
}

/// A document; one with fills is valid for [`VALIDITY`].
pub fn document(seed: u8, fills: u8) -> Document {
    Document {
        content: content(seed),
        size: SIZE,
        envelope: ENVELOPE,
        key_version: 1,
        fills,
        valid_until: (fills > 0).then(|| ClockTime::get() + VALIDITY),
        seals: Default::default(),
    }
}

/// Anchors a prescription with this many fills by the doctor for the patient, and grants it to the pharmacy.
pub fn prescription(seed: u8, fills: u8) -> RecordId {
    let record = NextRecordId::<Test>::get();
    let origin = RuntimeOrigin::signed(DOCTOR);
    assert_ok!(Reports::anchor(origin, id(PATIENT), RecordKind::Prescription, document(seed, fills)));
    Granted::mutate(|granted| granted.insert((record, id(PHARMACY))));
    record
}

/// Anchors a report by the doctor for the patient.
pub fn report(seed: u8) -> RecordId {
    anchor(DOCTOR, PATIENT, RecordKind::Report, seed)
}

/// Builds the chain that a test starts from.
#[derive(Default)]
pub struct ExtBuilder {
    care: Vec<(AccountId, AccountId)>,
}

impl ExtBuilder {
    /// Puts the patient under the doctor's care.
    pub fn under_care(mut self, patient: AccountId, doctor: AccountId) -> Self {
        self.care.push((patient, doctor));
        self
    }

    /// Runs a test, and then checks what must always hold.
    pub fn build_and_execute(self, test: impl FnOnce()) {
        let storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
        let mut chain = sp_io::TestExternalities::from(storage);
        chain.execute_with(|| {
            System::set_block_number(1);
            ClockTime::set(NOW);
            Granted::set(BTreeSet::new());
            Forgotten::set(BTreeSet::new());
            Sealed::set(BTreeSet::new());
            Registered::set(BTreeMap::new());
            Staff::set(BTreeMap::new());
            for (account, role) in [
                (PATIENT, Role::Patient),
                (OTHER_PATIENT, Role::Patient),
                (DOCTOR, Role::Doctor),
                (OTHER_DOCTOR, Role::Doctor),
                (HOSPITAL, Role::Hospital),
                (PHARMACY, Role::Pharmacy),
            ] {
                register(account, role, Status::Active);
            }
            UnderCare::set(self.care.iter().map(|(patient, doctor)| (id(*patient), id(*doctor))).collect());
            test();
            Reports::do_try_state().unwrap();
        });
    }
}
