//! Block authorship.

use crate::*;
use frame_support::traits::{ConstBool, ConstU32, ConstU64};
use medchain_primitives::limits;
use sp_consensus_aura::sr25519::AuthorityId as AuraId;

impl pallet_aura::Config for Runtime {
    type AuthorityId = AuraId;
    type DisabledValidators = ();
    /// Every validator may hold a share of the release key.
    type MaxAuthorities = ConstU32<{ limits::COMMITTEE_MAX }>;
    type AllowMultipleBlocksPerSlot = ConstBool<false>;
    type SlotDuration = ConstU64<SLOT_DURATION>;
}
