//! Block authorship. The authorities come from genesis; sessions will set them later.

use crate::*;
use frame_support::traits::{ConstBool, ConstU32, ConstU64, Contains};
use medchain_primitives::limits;
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_core::crypto::ByteArray;

impl pallet_aura::Config for Runtime {
    type AuthorityId = AuraId;
    type DisabledValidators = ();
    /// Every validator may hold a share of the release key.
    type MaxAuthorities = ConstU32<{ limits::COMMITTEE_MAX }>;
    type AllowMultipleBlocksPerSlot = ConstBool<false>;
    type SlotDuration = ConstU64<SLOT_DURATION>;
}

/// The accounts of the validators. Until sessions tie a validator's account to its keys, the account is the one whose
/// public key authors blocks.
pub struct Validators;

impl Contains<AccountId> for Validators {
    fn contains(account: &AccountId) -> bool {
        let bytes: &[u8] = account.as_ref();
        pallet_aura::Authorities::<Runtime>::get().iter().any(|authority| authority.as_slice() == bytes)
    }
}
