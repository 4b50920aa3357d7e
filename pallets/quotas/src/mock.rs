//! A runtime with the system and this pallet. Calls: a remark of text is ordinary, a remark that is logged
//! (`remark_with_event`) stands for a registration: an empty one for an open one, one of a single byte for one by the word of
//! the hospital with that number, a longer one for a forged voucher.
#![allow(clippy::unwrap_used)]

use crate as pallet_quotas;
use crate::{ClassOf, Lane, Quota, QuotaClass, RegistrationCalls};
use frame_support::{
    derive_impl,
    dispatch::DispatchClass,
    parameter_types,
    traits::{Get, Hooks},
    weights::Weight,
};
use frame_system::limits::{BlockWeights, WeightsPerClass};
use medchain_primitives::MemberId;
use sp_runtime::BuildStorage;

type Block = frame_system::mocking::MockBlock<Test>;
pub type AccountId = u64;

/// An active patient.
pub const PATIENT: AccountId = 1;
/// Another active patient.
pub const NEIGHBOUR: AccountId = 2;
/// An active doctor.
pub const DOCTOR: AccountId = 3;
/// An active patient whom nobody knows.
pub const NEWCOMER: AccountId = 4;
/// Not registered, and has no provider reference.
pub const STRANGER: AccountId = 10;
/// A second one.
pub const OTHER_STRANGER: AccountId = 11;
/// A third one.
pub const THIRD_STRANGER: AccountId = 12;

/// The bucket of a patient in the mock.
pub const PATIENT_QUOTA: Quota =
    Quota { weight_max: 10_000_000_000, weight_refill: 1_000_000_000, length_max: 1_000, length_refill: 100 };
/// The bucket of a stranger in the mock.
pub const STRANGER_QUOTA: Quota =
    Quota { weight_max: 2_000_000_000, weight_refill: 100_000_000, length_max: 500, length_refill: 10 };

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system = 0,
        Quotas: pallet_quotas = 1,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type BlockWeights = Weights;
}

/// Blocks in which every transaction takes [`BaseWeight`] beside its call.
pub struct Weights;
impl Get<BlockWeights> for Weights {
    fn get() -> BlockWeights {
        let base = Weight::from_parts(BaseWeight::get(), 0);
        let widest = |class: &mut WeightsPerClass| {
            class.base_extrinsic = base;
            class.max_total = Some(Weight::MAX);
        };
        BlockWeights::builder().for_class(DispatchClass::all(), widest).build_or_panic()
    }
}

parameter_types! {
    pub static BaseWeight: u64 = 0;
    pub static Promoted: Option<AccountId> = None;
}

/// Classes by the actors' numbers; [`Promoted`] names a stranger that has registered meanwhile.
pub struct ClassByActor;
impl ClassOf<AccountId> for ClassByActor {
    fn class_of(account: &AccountId) -> QuotaClass {
        match *account {
            PATIENT | NEIGHBOUR => QuotaClass::Patient,
            DOCTOR => QuotaClass::Professional,
            NEWCOMER => QuotaClass::Newcomer,
            other if Promoted::get() == Some(other) => QuotaClass::Patient,
            _ => QuotaClass::Unknown,
        }
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_member() -> AccountId {
        PATIENT
    }
}

/// Small buckets, so that tests can empty them.
pub struct SmallQuotas;
impl crate::Quotas for SmallQuotas {
    fn quota(class: QuotaClass) -> Quota {
        match class {
            QuotaClass::Unknown => STRANGER_QUOTA,
            _ => PATIENT_QUOTA,
        }
    }
}

/// Takes logged remarks for registrations.
pub struct LoggedRemarks;
impl RegistrationCalls<AccountId, RuntimeCall> for LoggedRemarks {
    fn is_registration(call: &RuntimeCall) -> bool {
        matches!(call, RuntimeCall::System(frame_system::Call::remark_with_event { .. }))
    }

    fn lane(_: &AccountId, call: &RuntimeCall) -> Option<Lane> {
        let RuntimeCall::System(frame_system::Call::remark_with_event { remark }) = call else { return None };
        Some(match remark.as_slice() {
            [] => Lane::Open,
            [hospital] => Lane::Vouched(MemberId(u64::from(*hospital))),
            _ => Lane::VoucherRefused,
        })
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_registration() -> Option<(AccountId, RuntimeCall)> {
        let call = frame_system::Call::remark_with_event { remark: vec![1] };
        Some((STRANGER, call.into()))
    }
}

parameter_types! {
    pub const OpenRegistrationsPerBlock: u32 = 2;
    pub const VouchedRegistrationsPerBlock: u32 = 3;
    pub const VouchedPerInstitution: u32 = 2;
    pub const NonceAhead: u32 = 4;
}

impl pallet_quotas::Config for Test {
    type Classes = ClassByActor;
    type Quotas = SmallQuotas;
    type Registrations = LoggedRemarks;
    type GovernOrigin = frame_system::EnsureRoot<AccountId>;
    type OpenRegistrationsPerBlock = OpenRegistrationsPerBlock;
    type VouchedRegistrationsPerBlock = VouchedRegistrationsPerBlock;
    type VouchedPerInstitution = VouchedPerInstitution;
    type NonceAhead = NonceAhead;
    type WeightInfo = ();
}

/// An ordinary call.
pub fn remark() -> RuntimeCall {
    RuntimeCall::System(frame_system::Call::remark { remark: vec![] })
}

/// A call that stands for a registration.
pub fn registration() -> RuntimeCall {
    RuntimeCall::System(frame_system::Call::remark_with_event { remark: vec![] })
}

/// A registration by the word of a hospital.
pub fn vouched(hospital: u8) -> RuntimeCall {
    RuntimeCall::System(frame_system::Call::remark_with_event { remark: vec![hospital] })
}

/// A registration with a forged voucher.
pub fn forged() -> RuntimeCall {
    RuntimeCall::System(frame_system::Call::remark_with_event { remark: vec![0, 0] })
}

/// Ends this block and begins the `blocks`th after it.
pub fn pass_blocks(blocks: u64) {
    for _ in 0..blocks {
        Quotas::on_finalize(System::block_number());
        System::set_block_number(System::block_number() + 1);
        Quotas::on_initialize(System::block_number());
    }
}

/// Builds the state that a test starts from: the registered actors have a provider reference.
pub struct ExtBuilder;
impl ExtBuilder {
    /// Runs a test in block 1 and checks the invariants after it.
    pub fn build_and_execute(test: impl FnOnce()) {
        let genesis = RuntimeGenesisConfig {
            quotas: pallet_quotas::GenesisConfig { privileged: vec![PATIENT, NEIGHBOUR, DOCTOR] },
            ..Default::default()
        };
        let mut ext = sp_io::TestExternalities::new(genesis.build_storage().unwrap());
        ext.execute_with(|| {
            System::set_block_number(1);
            test();
            Quotas::do_try_state().unwrap();
        });
    }
}
