//! The release committee: the validators of the session, who make its key and hand it on in rounds.

use super::council::{MoreThanHalf, TwoThirds};
use crate::*;
use alloc::vec::Vec;
use frame_support::{
    parameter_types,
    traits::{ConstU32, ConstU64},
};
use pallet_access::ReleaseCommittee;
use pallet_committee::{Committee, Seat};

parameter_types! {
    /// How long a phase of a round may take where genesis does not say: five minutes.
    pub const PhaseLength: BlockNumber = 5 * 60 * 1_000 / SLOT_DURATION as BlockNumber;
}

impl pallet_committee::Config for Runtime {
    type Validators = SessionValidators;
    type Published = InAccess;
    type BeginOrigin = MoreThanHalf;
    type RenewOrigin = TwoThirds;
    type EarlierMax = ConstU32<8>;
    type DefaultPhaseLength = PhaseLength;
    type FailuresMax = ConstU32<256>;
    /// Before what members send; there are few, each is checked before the pool takes it.
    type ActPriority = ConstU64<{ u64::MAX / 2 }>;
    type WeightInfo = crate::weights::pallet_committee::WeightInfo<Runtime>;
}

/// The validators of the session, by account and block-authoring key.
pub struct SessionValidators;

impl pallet_committee::Validators<AccountId> for SessionValidators {
    fn session() -> u32 {
        pallet_session::CurrentIndex::<Runtime>::get()
    }

    fn seats() -> Vec<Seat<AccountId>> {
        let in_use = pallet_session::QueuedKeys::<Runtime>::get();
        in_use.into_iter().map(|(account, keys)| Seat { account, key: keys.aura.into() }).collect()
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_seat(seats: Vec<Seat<AccountId>>) {
        use sp_core::crypto::UncheckedFrom;
        let keys = |key: sp_core::sr25519::Public| SessionKeys {
            aura: key.into(),
            grandpa: sp_core::ed25519::Public::unchecked_from(key.0).into(),
        };
        let queued: Vec<_> = seats.into_iter().map(|seat| (seat.account, keys(seat.key))).collect();
        pallet_session::QueuedKeys::<Runtime>::put(queued);
    }
}

/// The committee in force is kept where openings are: readers know it there.
pub struct InAccess;

impl pallet_committee::Published for InAccess {
    fn committee() -> Option<Committee> {
        let ReleaseCommittee { epoch, key, threshold, shares } = pallet_access::Committee::<Runtime>::get()?;
        Some(Committee { epoch, key, threshold, shares })
    }

    fn publish(committee: Committee) {
        let Committee { epoch, key, threshold, shares } = committee;
        pallet_access::Committee::<Runtime>::put(ReleaseCommittee { epoch, key, threshold, shares });
    }
}
