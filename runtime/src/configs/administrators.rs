//! The administrators, who vet professionals. The council appoints and dismisses them.

use super::council::{HoldProvider, MoreThanHalf};
use crate::*;
use alloc::vec::Vec;
use frame_support::traits::{ConstU32, NeverEnsureOrigin};
use frame_system::EnsureSignedBy;

/// The administrators' instance of the membership pallet.
pub type AdministratorsInstance = pallet_membership::Instance1;

/// A call signed by an administrator; gives the administrator's account.
pub type SignedByAdministrator = EnsureSignedBy<Administrators, AccountId>;

/// Most administrators.
pub type AdministratorsMax = ConstU32<64>;

impl pallet_membership::Config<AdministratorsInstance> for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type AddOrigin = MoreThanHalf;
    type RemoveOrigin = MoreThanHalf;
    type SwapOrigin = MoreThanHalf;
    type ResetOrigin = NeverEnsureOrigin<()>;
    type PrimeOrigin = NeverEnsureOrigin<()>;
    type MembershipInitialized = HoldProvider;
    type MembershipChanged = HoldProvider;
    type MaxMembers = AdministratorsMax;
    type WeightInfo = pallet_membership::weights::SubstrateWeight<Runtime>;
}

/// The administrators' accounts, in order.
pub fn administrators() -> Vec<AccountId> {
    pallet_membership::Members::<Runtime, AdministratorsInstance>::get().into_inner()
}
