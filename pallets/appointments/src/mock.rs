//! A chain with appointments, a settable clock, and members of each kind and status.

#![allow(clippy::unwrap_used)]

use crate as pallet_appointments;
use crate::*;
use frame_support::{assert_ok, derive_impl, parameter_types};
use sp_runtime::BuildStorage;

pub type AccountId = u64;

/// An active patient. Every member's number is its account.
pub const PATIENT: AccountId = 1001;
/// Another active patient.
pub const OTHER_PATIENT: AccountId = 1002;
/// A third one.
pub const THIRD_PATIENT: AccountId = 1101;
/// An active doctor.
pub const DOCTOR: AccountId = 1003;
/// Another active doctor.
pub const OTHER_DOCTOR: AccountId = 1004;
/// A doctor that no administrator has verified yet.
pub const PENDING_DOCTOR: AccountId = 1005;
/// An active hospital.
pub const HOSPITAL: AccountId = 1006;
/// Not a member.
pub const STRANGER: AccountId = 9;

/// The clock at the start of a test, in milliseconds: a quarter of an hour and a minute.
pub const NOW: Moment = 2_000_000 * limits::SLOT + MINUTE;
/// The next quarter of an hour.
pub const NEXT_SLOT: Moment = 2_000_001 * limits::SLOT;
/// The version of every doctor's current key.
pub const KEY_VERSION: KeyVersion = 3;
/// A profile sealed to a doctor's current key.
pub const PROFILE: SealedProfile =
    SealedProfile { record: RecordId(7), seal: VersionedSeal { seal: Seal([5; 80]), key_version: KEY_VERSION } };
/// What the access pallet says of a patient without a profile.
pub const NO_PROFILE: DispatchError = DispatchError::Unavailable;

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
    pub type AppointmentBook = pallet_appointments;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = frame_system::mocking::MockBlock<Self>;
}

parameter_types! {
    /// The chain's time.
    pub static Clock: Moment = NOW;
    /// Who is suspended.
    pub static Suspended: Vec<AccountId> = vec![];
    /// Who has replaced its key.
    pub static Rotated: Vec<AccountId> = vec![];
    /// Which patients have a profile.
    pub static Profiled: Vec<MemberId> = vec![MemberId(PATIENT)];
    /// The profiles that were granted: patient, doctor, seal.
    pub static Granted: Vec<(MemberId, MemberId, SealedProfile)> = vec![];
}

/// The clock that tests set.
pub struct SettableClock;
impl Time for SettableClock {
    type Moment = Moment;
    fn now() -> Moment {
        Clock::get()
    }
}

/// The members named above.
pub struct NamedMembers;
impl MemberDirectory<AccountId> for NamedMembers {
    fn by_account(account: &AccountId) -> Option<MemberInfo> {
        let (role, status) = match *account {
            PATIENT | OTHER_PATIENT | THIRD_PATIENT => (Role::Patient, Status::Active),
            DOCTOR | OTHER_DOCTOR => (Role::Doctor, Status::Active),
            PENDING_DOCTOR => (Role::Doctor, Status::Pending),
            HOSPITAL => (Role::Hospital, Status::Active),
            _ => return None,
        };
        let status = if Suspended::get().contains(account) { Status::Suspended } else { status };
        let key_version = if Rotated::get().contains(account) { KEY_VERSION + 1 } else { KEY_VERSION };
        let encryption_key = EncryptionKey([1; 32]);
        Some(MemberInfo { id: MemberId(*account), role, status, encryption_key, key_version, vouched: false })
    }

    fn acting(account: &AccountId) -> Option<medchain_primitives::Acting<AccountId>> {
        Self::by_account(account).map(medchain_primitives::Acting::by_itself)
    }

    fn by_id(id: MemberId) -> Option<MemberInfo> {
        Self::by_account(&id.0)
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_staff(_: &AccountId, _: MemberId, _: medchain_primitives::StaffScope) {}

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_register(account: &AccountId, _: Role) -> MemberId {
        MemberId(*account)
    }
}

/// Notes the grants of patients in [`Profiled`] and refuses all others.
pub struct ConsentLedger;
impl CareConsents for ConsentLedger {
    fn grant_profile_for_care(patient: MemberId, doctor: MemberId, profile: SealedProfile) -> DispatchResult {
        ensure!(Profiled::get().contains(&patient), NO_PROFILE);
        ensure!(AppointmentBook::under_care(patient, doctor), "a profile is granted under care alone");
        Granted::mutate(|granted| granted.push((patient, doctor, profile)));
        Ok(())
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_profile(_: MemberId) -> RecordId {
        PROFILE.record
    }
}

impl Config for Test {
    type Members = NamedMembers;
    type Consents = ConsentLedger;
    type Time = SettableClock;
    type WeightInfo = ();
}

/// The start of the slot that is `slots` after the next.
pub fn slot(slots: u64) -> Moment {
    NEXT_SLOT + slots * limits::SLOT
}

/// The number of the member behind an account.
pub fn id(account: AccountId) -> MemberId {
    MemberId(account)
}

/// A signed origin.
pub fn signed(account: AccountId) -> RuntimeOrigin {
    RuntimeOrigin::signed(account)
}

/// Has a patient ask a doctor for slots, without a seal or note.
pub fn request(patient: AccountId, doctor: AccountId, from: u64, to: u64) -> DispatchResult {
    AppointmentBook::request(signed(patient), id(doctor), slot(from), slot(to), None, Note::default())
}

/// The number of the latest appointment.
pub fn latest() -> AppointmentId {
    AppointmentId(NextAppointmentId::<Test>::get().0 - 1)
}

/// The appointment with this number.
pub fn appointment(id: AppointmentId) -> Appointment {
    Appointments::<Test>::get(id).unwrap()
}

/// The event that was deposited last.
pub fn last_event() -> Event<Test> {
    match System::events().pop().map(|record| record.event) {
        Some(RuntimeEvent::AppointmentBook(event)) => event,
        other => panic!("not an event of the pallet: {other:?}"),
    }
}

/// Sets a chain up, step by step.
#[derive(Default)]
pub struct ExtBuilder {
    steps: Vec<Box<dyn FnOnce()>>,
}

impl ExtBuilder {
    /// Has a patient ask a doctor for slots.
    pub fn with_request(mut self, patient: AccountId, doctor: AccountId, from: u64, to: u64) -> Self {
        self.steps.push(Box::new(move || {
            assert_ok!(request(patient, doctor, from, to));
        }));
        self
    }

    /// Has a patient ask a doctor for slots, and the doctor accept.
    pub fn with_accepted(mut self, patient: AccountId, doctor: AccountId, from: u64, to: u64) -> Self {
        self.steps.push(Box::new(move || {
            assert_ok!(request(patient, doctor, from, to));
            assert_ok!(AppointmentBook::accept(signed(doctor), latest()));
        }));
        self
    }

    /// Puts a patient under a doctor's care.
    pub fn with_care(mut self, patient: AccountId, doctor: AccountId) -> Self {
        self.steps.push(Box::new(move || {
            assert_ok!(AppointmentBook::open_care(signed(patient), id(doctor), None));
        }));
        self
    }

    /// Runs the test and checks the invariants.
    pub fn build_and_execute(self, test: impl FnOnce()) {
        Clock::set(NOW);
        Suspended::set(vec![]);
        Rotated::set(vec![]);
        Profiled::set(vec![id(PATIENT)]);
        Granted::set(vec![]);
        let storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
        sp_io::TestExternalities::from(storage).execute_with(|| {
            System::set_block_number(1);
            self.steps.into_iter().for_each(|step| step());
            test();
            assert_ok!(AppointmentBook::do_try_state());
        });
    }
}
