//! The validators: the set that the council keeps, their sessions, and what is done about their offences.

use super::council::{CouncilMembersInstance, HoldProvider, MoreThanHalf, TwoThirds, WhileOthersRemain};
use crate::*;
use alloc::vec::Vec;
use frame_support::{
    parameter_types,
    traits::{ConstU32, ConstU64, Contains, EitherOf, NeverEnsureOrigin},
    PalletId,
};
use frame_system::{offchain, EnsureRoot};
use medchain_primitives::{limits, MemberDirectory, Role};
use pallet_session::historical;
use sp_runtime::traits::{AccountIdConversion, Convert, OpaqueKeys};

/// The validators' instance of the membership pallet.
pub type ValidatorsInstance = pallet_membership::Instance3;

/// Blocks in a session where genesis does not say: an hour.
pub const SESSION_LENGTH: BlockNumber = 60 * 60 * 1_000 / SLOT_DURATION as BlockNumber;
/// For how many sessions an equivocation can be reported: a week of sessions of an hour.
pub const HISTORY_DEPTH: u32 = 7 * 24;

parameter_types! {
    /// The owner of session keys that are out of use, whom nobody can be.
    pub RetiredKeysOwner: AccountId = PalletId(*b"medc/old").into_account_truncating();
}

/// Members come and go by the council's word, or for an offence; one always remains.
type MayLeave = WhileOthersRemain<EitherOf<EnsureRoot<AccountId>, TwoThirds>, Validators>;

impl pallet_membership::Config<ValidatorsInstance> for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type AddOrigin = TwoThirds;
    type RemoveOrigin = MayLeave;
    type SwapOrigin = TwoThirds;
    type ResetOrigin = NeverEnsureOrigin<()>;
    type PrimeOrigin = NeverEnsureOrigin<()>;
    type MembershipInitialized = HoldProvider;
    type MembershipChanged = HoldProvider;
    /// Every validator may hold a share of the release key.
    type MaxMembers = ConstU32<{ limits::COMMITTEE_MAX }>;
    type WeightInfo = pallet_membership::weights::SubstrateWeight<Runtime>;
}

/// The validators' set, as the sessions see it.
pub struct ValidatorSet;

impl pallet_consortium::ValidatorSet<AccountId> for ValidatorSet {
    fn accounts() -> Vec<AccountId> {
        pallet_membership::Members::<Runtime, ValidatorsInstance>::get().into_inner()
    }

    fn remove(account: &AccountId) -> bool {
        Validators::remove_member(RuntimeOrigin::root(), account.clone().into()).is_ok()
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_set(accounts: Vec<AccountId>) {
        let accounts = frame_support::BoundedVec::truncate_from(accounts);
        pallet_membership::Members::<Runtime, ValidatorsInstance>::put(accounts);
    }
}

impl pallet_authorship::Config for Runtime {
    type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Runtime, Aura>;
    type EventHandler = ();
}

impl pallet_session::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type ValidatorId = AccountId;
    type ValidatorIdOf = MayRegisterKeys;
    type ShouldEndSession = Consortium;
    type NextSessionRotation = Consortium;
    type SessionManager = historical::NoteHistoricalRoot<Runtime, Consortium>;
    type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
    type Keys = SessionKeys;
    /// Who offends is out of the next session; nobody is disabled within one.
    type DisablingStrategy = ();
    type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
    /// There is no token.
    type Currency = pallet_consortium::NoCurrency<RuntimeHoldReason>;
    type KeyDeposit = ConstU64<0>;
}

/// Who may register session keys: validators, members of the council, and active institutions, which so can have keys
/// before the council votes on them.
pub struct MayRegisterKeys;

impl Convert<AccountId, Option<AccountId>> for MayRegisterKeys {
    fn convert(account: AccountId) -> Option<AccountId> {
        let is_institution = || {
            <Registry as MemberDirectory<AccountId>>::by_account(&account)
                .is_some_and(|member| member.is_active_as(Role::Hospital) || member.is_active_as(Role::Pharmacy))
        };
        let may = Validators::contains(&account)
            || pallet_membership::Pallet::<Runtime, CouncilMembersInstance>::contains(&account)
            || is_institution();
        may.then_some(account)
    }
}

impl historical::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type FullIdentification = ();
    type FullIdentificationOf = NothingBesides;
}

/// What identifies a validator beside its account: nothing.
pub struct NothingBesides;

impl Convert<AccountId, Option<()>> for NothingBesides {
    fn convert(_: AccountId) -> Option<()> {
        Some(())
    }
}

impl pallet_offences::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type IdentificationTuple = historical::IdentificationTuple<Runtime>;
    type OnOffenceHandler = Consortium;
}

impl pallet_consortium::Config for Runtime {
    type RuntimeCall = RuntimeCall;
    type Validators = ValidatorSet;
    type EnactOrigin = TwoThirds;
    type RootCalls = RootCalls;
    type AcknowledgeOrigin = MoreThanHalf;
    type DefaultSessionLength = ConstU32<SESSION_LENGTH>;
    type HistoryDepth = ConstU32<HISTORY_DEPTH>;
    type RetiredKeysOwner = RetiredKeysOwner;
    type OffencesMax = ConstU32<64>;
    type WeightInfo = crate::weights::pallet_consortium::WeightInfo<Runtime>;
}

/// What the council may have dispatched as root: a runtime upgrade, by hash and with its version checked, and a new start
/// of finality after more than a third of the validators were lost for ever.
pub struct RootCalls;

impl Contains<RuntimeCall> for RootCalls {
    fn contains(call: &RuntimeCall) -> bool {
        matches!(
            call,
            RuntimeCall::System(frame_system::Call::authorize_upgrade { .. })
                | RuntimeCall::Grandpa(pallet_grandpa::Call::note_stalled { .. })
        )
    }
}

impl<LocalCall> offchain::CreateTransactionBase<LocalCall> for Runtime
where
    RuntimeCall: From<LocalCall>,
{
    type Extrinsic = UncheckedExtrinsic;
    type RuntimeCall = RuntimeCall;
}

/// Reports of equivocations need no signer.
impl<LocalCall> offchain::CreateBare<LocalCall> for Runtime
where
    RuntimeCall: From<LocalCall>,
{
    fn create_bare(call: RuntimeCall) -> UncheckedExtrinsic {
        UncheckedExtrinsic::new_bare(call)
    }
}
