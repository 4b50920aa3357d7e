//! Finality, and reports of validators that voted twice.

use super::validators::{HISTORY_DEPTH, SESSION_LENGTH};
use crate::*;
use frame_support::traits::{ConstU32, ConstU64};
use medchain_primitives::limits;

impl pallet_grandpa::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = ();
    type MaxAuthorities = ConstU32<{ limits::COMMITTEE_MAX }>;
    type MaxNominators = ConstU32<0>;
    /// As many sets as there can be in the sessions for which reports are taken.
    type MaxSetIdSessionEntries = ConstU64<{ HISTORY_DEPTH as u64 }>;
    type KeyOwnerProof = sp_session::MembershipProof;
    type EquivocationReportSystem = pallet_grandpa::EquivocationReportSystem<
        Runtime,
        Offences,
        Historical,
        ConstU64<{ HISTORY_DEPTH as u64 * SESSION_LENGTH as u64 }>,
    >;
}
