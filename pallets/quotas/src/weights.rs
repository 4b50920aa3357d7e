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
    /// Base 15 µs. Reads: the administrators, the authorities, the council, the member, the quota, the bucket,
    /// the lanes, a lane. Writes: the bucket, a
    /// lane. The signature of a voucher is in the weight of the registration that carries it.
    fn check_quota() -> Weight {
        Weight::from_parts(15 * WEIGHT_REF_TIME_PER_MICROS, 16 * 1024)
            .saturating_add(T::DbWeight::get().reads_writes(8, 2))
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
