//! A chain with a registry, a settable clock, and members of each kind.

#![allow(clippy::unwrap_used)]

use crate as pallet_registry;
use crate::*;
use codec::Encode;
use frame_support::{
    assert_ok, derive_impl,
    dispatch::DispatchResult,
    parameter_types,
    traits::{IsInVec, SortedMembers},
};
use frame_system::EnsureSignedBy;
use sp_runtime::{testing::TestSignature, BuildStorage};

pub type AccountId = u64;

/// Vets professionals.
pub const ADMINISTRATOR: AccountId = 1;
/// A second administrator.
pub const OTHER_ADMINISTRATOR: AccountId = 2;
/// Registers as a patient.
pub const PATIENT: AccountId = 10;
/// Registers as a doctor.
pub const DOCTOR: AccountId = 20;
/// Registers as a hospital.
pub const HOSPITAL: AccountId = 30;
/// Never registers.
pub const STRANGER: AccountId = 40;

/// When the tests happen, in milliseconds.
pub const NOW: Moment = 1_800_000_000_000;
/// A key that anything can be sealed to.
pub const KEY: EncryptionKey = EncryptionKey([7; 32]);
/// Another such key.
pub const OTHER_KEY: EncryptionKey = EncryptionKey([9; 32]);

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
    pub type Registry = pallet_registry;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = frame_system::mocking::MockBlock<Self>;
}

parameter_types! {
    /// The administrators, in order.
    pub static AdministratorSet: Vec<AccountId> = vec![ADMINISTRATOR, OTHER_ADMINISTRATOR];
    /// The chain's time.
    pub static Clock: Moment = NOW;
    /// The members that have anchored a certificate.
    pub static Certified: Vec<MemberId> = vec![];
    /// The dependants and the guardians that were appointed for them.
    pub static Appointed: Vec<(MemberId, MemberId)> = vec![];
    /// The accounts whose place others took, and those that became staff.
    pub static Changes: Vec<(AccountId, Option<AccountId>)> = vec![];
}

/// The administrators as the origin check wants them.
pub struct Administrators;
impl SortedMembers<AccountId> for Administrators {
    fn sorted_members() -> Vec<AccountId> {
        AdministratorSet::get()
    }
}

/// The clock that tests set.
pub struct SettableClock;
impl Time for SettableClock {
    type Moment = Moment;
    fn now() -> Moment {
        Clock::get()
    }
}

/// Certificates of those in [`Certified`], and no other record.
pub struct CertificatesOnly;
impl RecordDirectory for CertificatesOnly {
    fn record(_: RecordId) -> Option<RecordInfo> {
        None
    }
    fn current_own_record(member: MemberId) -> Option<RecordId> {
        Certified::get().contains(&member).then_some(RecordId(member.0))
    }
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_anchor(patient: MemberId, _: MemberId, _: RecordKind) -> RecordId {
        Certified::mutate(|certified| certified.push(patient));
        RecordId(patient.0)
    }
}

/// Signs for every account.
#[cfg(feature = "runtime-benchmarks")]
pub struct TestSigner;
#[cfg(feature = "runtime-benchmarks")]
impl StatementSigner<AccountId, TestSignature> for TestSigner {
    fn new_account() -> AccountId {
        STRANGER
    }
    fn sign(account: &AccountId, statement: &[u8]) -> Option<TestSignature> {
        Some(TestSignature(*account, statement.to_vec()))
    }
}

/// Notes in [`Appointed`] who decides and reads for which dependant.
pub struct AppointmentList;
impl DependantGuardians for AppointmentList {
    fn appoint_for_dependant(dependant: MemberId, guardian: MemberId) {
        Appointed::mutate(|appointed| appointed.push((dependant, guardian)));
    }
}

/// Notes in [`Changes`] which account took whose place.
pub struct ChangeList;
impl AccountChanges<AccountId> for ChangeList {
    fn moved(from: &AccountId, to: &AccountId) {
        Changes::mutate(|changes| changes.push((*to, Some(*from))));
    }
    fn staff_added(account: &AccountId) {
        Changes::mutate(|changes| changes.push((*account, None)));
    }
}

impl Config for Test {
    type Guardianships = AppointmentList;
    type Accounts = ChangeList;
    type AdminOrigin = EnsureSignedBy<Administrators, AccountId>;
    type Administrators = IsInVec<AdministratorSet>;
    type Records = CertificatesOnly;
    type Signature = TestSignature;
    type Time = SettableClock;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkSigner = TestSigner;
}

/// The bytes of an account as statements name it.
pub fn bytes(account: AccountId) -> Vec<u8> {
    account.encode()
}

/// The genesis hash of the chain.
pub fn genesis() -> Vec<u8> {
    System::block_hash(0).as_ref().to_vec()
}

/// A voucher of an institution for an applicant, good until a day after [`NOW`].
pub fn voucher(signer: AccountId, institution: MemberId, applicant: AccountId) -> Voucher<AccountId, TestSignature> {
    let expires_at = NOW + DAY;
    let statement =
        VoucherStatement { genesis: &genesis(), applicant: &bytes(applicant), institution, expires_at }.text();
    Voucher { institution, signer, expires_at, signature: TestSignature(signer, statement.into_bytes()) }
}

/// The consent of an account to take a membership over with a key, good until a day after [`NOW`].
pub fn consent_to_move(member: MemberId, to: AccountId, encryption_key: EncryptionKey) -> TestSignature {
    let expires_at = NOW + DAY;
    let statement = MoveStatement { genesis: &genesis(), member, to: &bytes(to), encryption_key, expires_at }.text();
    TestSignature(to, statement.into_bytes())
}

/// A seal; nothing on chain looks into it.
pub const SEAL: Seal = Seal([0x5e; 80]);

/// A copy sealed to this version of a key.
pub fn copy(key_version: KeyVersion) -> VersionedSeal {
    VersionedSeal { seal: SEAL, key_version }
}

/// These members as guardians, each with a copy sealed to the first version of its key.
pub fn guardians(members: &[MemberId]) -> GuardiansWithCopies {
    let with_copy = |guardian: &MemberId| GuardianWithCopy { guardian: *guardian, copy: copy(1) };
    members.iter().map(with_copy).collect::<Vec<_>>().try_into().unwrap()
}

/// The consent of an account to act for an institution, good until a day after [`NOW`].
pub fn consent_to_staff(institution: MemberId, account: AccountId) -> TestSignature {
    let statement = StaffStatement {
        genesis: &genesis(),
        institution,
        account: &bytes(account),
        encryption_key: KEY,
        expires_at: NOW + DAY,
    };
    TestSignature(account, statement.text().into_bytes())
}

/// A text as a detail.
pub fn detail(text: &str) -> Detail {
    text.as_bytes().to_vec().try_into().unwrap()
}

/// A text as a username.
pub fn username(text: &str) -> Username {
    text.as_bytes().to_vec().try_into().unwrap()
}

/// Details as a professional would give them.
pub fn details() -> Details {
    Details {
        name: detail("Dr. Test Synthetic"),
        licence: detail("TEST-0001"),
        issuer: detail("Test Medical Board"),
        speciality: detail("Cardiology"),
        address: detail("1 Example Street"),
    }
}

/// The member behind an account.
pub fn member(account: AccountId) -> Member {
    Members::<Test>::get(account).unwrap()
}

/// The number of the member behind an account.
pub fn id(account: AccountId) -> MemberId {
    member(account).id
}

/// Lets the member behind an account have a certificate.
pub fn anchor_certificate(account: AccountId) {
    let member = id(account);
    Certified::mutate(|certified| certified.push(member));
}

/// The event that was deposited last.
pub fn last_event() -> Event<Test> {
    match System::events().pop().map(|record| record.event) {
        Some(RuntimeEvent::Registry(event)) => event,
        other => panic!("not an event of the registry: {other:?}"),
    }
}

/// Sets a chain up, step by step.
#[derive(Default)]
pub struct ExtBuilder {
    members: Vec<(AccountId, Role, Status)>,
}

impl ExtBuilder {
    /// Registers [`PATIENT`].
    pub fn with_patient(self) -> Self {
        self.with(PATIENT, Role::Patient, Status::Active)
    }

    /// Registers [`DOCTOR`] in this status; past pending it has a certificate.
    pub fn with_doctor(self, status: Status) -> Self {
        self.with(DOCTOR, Role::Doctor, status)
    }

    /// Registers an account in this role and status.
    pub fn with(mut self, account: AccountId, role: Role, status: Status) -> Self {
        self.members.push((account, role, status));
        self
    }

    /// Runs the test and checks the invariants.
    pub fn build_and_execute(self, test: impl FnOnce()) {
        AdministratorSet::set(vec![ADMINISTRATOR, OTHER_ADMINISTRATOR]);
        Certified::set(vec![]);
        Appointed::set(vec![]);
        Clock::set(NOW);
        let storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
        sp_io::TestExternalities::from(storage).execute_with(|| {
            System::set_block_number(1);
            for (account, role, status) in self.members {
                register(account, role, status);
            }
            test();
            assert_ok!(Registry::do_try_state());
        });
    }
}

fn register(account: AccountId, role: Role, status: Status) {
    let details = role.is_professional().then(details);
    let origin = RuntimeOrigin::signed(account);
    assert_ok!(Registry::register(origin, role, username(&format!("member{account}")), KEY, details));
    let administrator = || RuntimeOrigin::signed(ADMINISTRATOR);
    let member = id(account);
    if role.is_professional() && status != Status::Pending {
        anchor_certificate(account);
        if status == Status::Rejected {
            assert_ok!(Registry::reject(administrator(), member, VettingReason::DetailsDisagree));
        } else {
            assert_ok!(verify(administrator(), member));
        }
        if status == Status::Suspended {
            assert_ok!(Registry::suspend(administrator(), member, VettingReason::Misconduct));
        }
    }
}

/// Verifies a member as it stands: with its details and its certificate.
pub fn verify(administrator: RuntimeOrigin, member: MemberId) -> DispatchResult {
    let stands = Registry::member_by_id(member).and_then(|(_, member)| member.details);
    Registry::verify(administrator, member, RecordId(member.0), stands.unwrap_or_else(details))
}
