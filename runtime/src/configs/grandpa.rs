//! Finality. Equivocations are not reported on chain: there is no stake to slash, and the council removes validators.

use crate::*;
use frame_support::traits::{ConstU32, ConstU64};
use medchain_primitives::limits;

impl pallet_grandpa::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = ();
    type MaxAuthorities = ConstU32<{ limits::COMMITTEE_MAX }>;
    type MaxNominators = ConstU32<0>;
    type MaxSetIdSessionEntries = ConstU64<0>;
    type KeyOwnerProof = sp_core::Void;
    type EquivocationReportSystem = ();
}
