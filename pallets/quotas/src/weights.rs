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
}

/// Estimates for a runtime with its own database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    /// Base 15 µs. Reads: the administrators, the authorities, the member, the bucket, a lane. Writes: the bucket, a
    /// lane. The signature of a voucher is in the weight of the registration that carries it.
    fn check_quota() -> Weight {
        Weight::from_parts(15 * WEIGHT_REF_TIME_PER_MICROS, 16 * 1024)
            .saturating_add(T::DbWeight::get().reads_writes(5, 2))
    }

    /// Base 2 µs. Writes: both lanes.
    fn reset_lanes() -> Weight {
        Weight::from_parts(2 * WEIGHT_REF_TIME_PER_MICROS, 0).saturating_add(T::DbWeight::get().writes(2))
    }
}

impl WeightInfo for () {
    fn check_quota() -> Weight {
        Weight::from_parts(15 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }

    fn reset_lanes() -> Weight {
        Weight::from_parts(2 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
}
