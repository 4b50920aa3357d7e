//! The council, the consortium's governing body.
//!
//! What appoints, limits or stops needs more than half of the council; what changes who governs, who validates or what
//! the rules are needs two thirds: otherwise half of the council could make itself the two thirds.

use crate::*;
use core::marker::PhantomData;
use frame_support::{
    parameter_types,
    traits::{ChangeMembers, ConstU32, EnsureOrigin, InitializeMembers, NeverEnsureOrigin, SortedMembers},
    weights::Weight,
};
use pallet_collective::{EnsureProportionAtLeast, EnsureProportionMoreThan};
use sp_runtime::Perbill;

/// The council's instance of the collective pallet.
pub type CouncilInstance = pallet_collective::Instance1;
/// The council's instance of the membership pallet.
pub type CouncilMembersInstance = pallet_membership::Instance2;

/// A motion with the votes of more than half of the council.
pub type MoreThanHalf = EnsureProportionMoreThan<AccountId, CouncilInstance, 1, 2>;
/// A motion with the votes of two thirds of the council at least.
pub type TwoThirds = EnsureProportionAtLeast<AccountId, CouncilInstance, 2, 3>;

/// Most members of the council.
pub type CouncilMax = ConstU32<64>;
/// Most motions at a time.
pub type MotionsMax = ConstU32<32>;
/// Longest motion, in bytes of its call.
pub const MOTION_LENGTH_MAX: u32 = 16 * 1024;
/// How long a motion waits for votes: a week, in blocks.
pub const MOTION_DURATION: BlockNumber = 7 * 24 * 60 * 60 * 1_000 / SLOT_DURATION as BlockNumber;

parameter_types! {
    /// The most weight that a motion's call may have.
    pub MotionWeightMax: Weight = Perbill::from_percent(50) * super::system::RuntimeBlockWeights::get().max_block;
    /// How long a motion waits for votes.
    pub const MotionDuration: BlockNumber = MOTION_DURATION;
}

impl pallet_collective::Config<CouncilInstance> for Runtime {
    type RuntimeOrigin = RuntimeOrigin;
    type Proposal = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type MotionDuration = MotionDuration;
    type MaxProposals = MotionsMax;
    type MaxMembers = CouncilMax;
    /// Who does not vote votes against: the council has no prime.
    type DefaultVote = pallet_collective::PrimeDefaultVote;
    type SetMembersOrigin = NeverEnsureOrigin<()>;
    type MaxProposalWeight = MotionWeightMax;
    type DisapproveOrigin = TwoThirds;
    type KillOrigin = TwoThirds;
    type Consideration = ();
    type WeightInfo = pallet_collective::weights::SubstrateWeight<Runtime>;
}

impl pallet_membership::Config<CouncilMembersInstance> for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type AddOrigin = TwoThirds;
    type RemoveOrigin = WhileOthersRemain<TwoThirds, CouncilMembers>;
    type SwapOrigin = TwoThirds;
    type ResetOrigin = NeverEnsureOrigin<()>;
    type PrimeOrigin = NeverEnsureOrigin<()>;
    type MembershipInitialized = Seats;
    type MembershipChanged = Seats;
    type MaxMembers = CouncilMax;
    type WeightInfo = pallet_membership::weights::SubstrateWeight<Runtime>;
}

/// Gives the members of the council their seats in it, and a provider reference.
pub struct Seats;

impl InitializeMembers<AccountId> for Seats {
    fn initialize_members(members: &[AccountId]) {
        HoldProvider::initialize_members(members);
        <Council as InitializeMembers<AccountId>>::initialize_members(members);
    }
}

impl ChangeMembers<AccountId> for Seats {
    fn change_members_sorted(incoming: &[AccountId], outgoing: &[AccountId], sorted_new: &[AccountId]) {
        HoldProvider::change_members_sorted(incoming, outgoing, sorted_new);
        <Council as ChangeMembers<AccountId>>::change_members_sorted(incoming, outgoing, sorted_new);
    }
}

/// The origin `Origin`, as long as the set has more than one account: a council without members could never act again,
/// and a chain without validators would stand still.
pub struct WhileOthersRemain<Origin, Set>(PhantomData<(Origin, Set)>);

impl<Origin: EnsureOrigin<RuntimeOrigin>, Set: SortedMembers<AccountId>> EnsureOrigin<RuntimeOrigin>
    for WhileOthersRemain<Origin, Set>
{
    type Success = Origin::Success;

    fn try_origin(origin: RuntimeOrigin) -> Result<Self::Success, RuntimeOrigin> {
        if Set::count() > 1 {
            Origin::try_origin(origin)
        } else {
            Err(origin)
        }
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn try_successful_origin() -> Result<RuntimeOrigin, ()> {
        Origin::try_successful_origin()
    }
}

/// Gives every account of a set a provider reference when it comes in, without which it could not send a transaction. It
/// is never taken back: an account that has sent a transaction must not be reaped, or its transactions could be replayed.
pub struct HoldProvider;

impl HoldProvider {
    fn hold(accounts: &[AccountId]) {
        for account in accounts {
            System::inc_providers(account);
        }
    }
}

impl InitializeMembers<AccountId> for HoldProvider {
    fn initialize_members(members: &[AccountId]) {
        Self::hold(members);
    }
}

impl ChangeMembers<AccountId> for HoldProvider {
    fn change_members_sorted(incoming: &[AccountId], _outgoing: &[AccountId], _sorted_new: &[AccountId]) {
        Self::hold(incoming);
    }
}
