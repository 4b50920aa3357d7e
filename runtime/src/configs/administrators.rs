//! The administrators, who vet professionals.
//!
//! The set comes from genesis. Only root may change it, and nothing on the chain has that origin yet: the council will
//! be given it, and then these origins become the council's.

use crate::*;
use alloc::vec::Vec;
use frame_support::traits::{ChangeMembers, ConstU32, InitializeMembers};
use frame_system::{EnsureRoot, EnsureSignedBy};

/// The administrators' instance of the membership pallet.
pub type AdministratorsInstance = pallet_membership::Instance1;

/// A call signed by an administrator; gives the administrator's account.
pub type SignedByAdministrator = EnsureSignedBy<Administrators, AccountId>;

/// Most administrators.
pub type AdministratorsMax = ConstU32<64>;

impl pallet_membership::Config<AdministratorsInstance> for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type AddOrigin = EnsureRoot<AccountId>;
    type RemoveOrigin = EnsureRoot<AccountId>;
    type SwapOrigin = EnsureRoot<AccountId>;
    type ResetOrigin = EnsureRoot<AccountId>;
    type PrimeOrigin = EnsureRoot<AccountId>;
    type MembershipInitialized = HoldProvider;
    type MembershipChanged = HoldProvider;
    type MaxMembers = AdministratorsMax;
    type WeightInfo = pallet_membership::weights::SubstrateWeight<Runtime>;
}

/// Gives every administrator a provider reference on appointment, without which it could not send a transaction. It is
/// never taken back: an account that has sent a transaction must not be reaped, or its transactions could be replayed.
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

/// The administrators' accounts, in order.
pub fn administrators() -> Vec<AccountId> {
    pallet_membership::Members::<Runtime, AdministratorsInstance>::get().into_inner()
}
