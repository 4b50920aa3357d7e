//! Weights of the pallet: upper estimates from counted database accesses and a stated base, until they are measured.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::WEIGHT_REF_TIME_PER_MICROS, Weight},
};

/// Weights of the transaction extension and of the hooks.
pub trait WeightInfo {
    /// Checking a transaction against its signer's bucket, taking the cost and giving back what is not used.
    fn check_quota() -> Weight;
    /// The same for a stranger's registration with a voucher, which is checked, and which takes a place in its lane.
    fn check_quota_of_stranger() -> Weight;
    /// Emptying the lanes of registrations at the end of a block.
    fn reset_lanes() -> Weight;
    /// Setting a class's quota.
    fn set_quota() -> Weight;
    /// Setting the lanes.
    fn set_lanes() -> Weight;
}

/// Estimates for a runtime with its own database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    /// Base 15 µs. Reads: the administrators, the authorities, the council, the member, the quota, the bucket. Writes: the
    /// bucket.
    fn check_quota() -> Weight {
        Weight::from_parts(15 * WEIGHT_REF_TIME_PER_MICROS, 16 * 1024)
            .saturating_add(T::DbWeight::get().reads_writes(6, 1))
    }

    /// As `check_quota`, and a signature, twice. Reads besides: the institution, by two keys, the clock, the genesis hash,
    /// the lanes, a lane. Writes besides: the lane.
    fn check_quota_of_stranger() -> Weight {
        Weight::from_parts(215 * WEIGHT_REF_TIME_PER_MICROS, 32 * 1024)
            .saturating_add(T::DbWeight::get().reads_writes(12, 2))
    }

    /// Base 2 µs. Writes: both lanes.
    fn reset_lanes() -> Weight {
        Weight::from_parts(2 * WEIGHT_REF_TIME_PER_MICROS, 0).saturating_add(T::DbWeight::get().writes(2))
    }

    /// Base 10 µs. Writes: the quota.
    fn set_quota() -> Weight {
        Weight::from_parts(10 * WEIGHT_REF_TIME_PER_MICROS, 0).saturating_add(T::DbWeight::get().writes(1))
    }

    /// Base 10 µs. Writes: the lanes.
    fn set_lanes() -> Weight {
        Weight::from_parts(10 * WEIGHT_REF_TIME_PER_MICROS, 0).saturating_add(T::DbWeight::get().writes(1))
    }
}

impl WeightInfo for () {
    fn check_quota() -> Weight {
        Weight::from_parts(15 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }

    fn check_quota_of_stranger() -> Weight {
        Weight::from_parts(215 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }

    fn reset_lanes() -> Weight {
        Weight::from_parts(2 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn set_quota() -> Weight {
        Weight::from_parts(10 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }

    fn set_lanes() -> Weight {
        Weight::from_parts(10 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
}
