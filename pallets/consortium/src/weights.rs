//! Weights of the pallet: upper estimates from counted database accesses and a stated base, until they are measured.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::WEIGHT_REF_TIME_PER_MICROS, Weight},
};

/// Weights of the calls and of a session's end.
pub trait WeightInfo {
    /// Ending a session, with so many accounts in the council's set or among the validators.
    fn end_session(validators: u32) -> Weight;
    /// Finding that the session goes on.
    fn continue_session() -> Weight;
    /// Dispatching a call as root, without the call itself.
    fn enact() -> Weight;
    /// Taking offences off the list.
    fn acknowledge_offences() -> Weight;
}

/// Estimates for a runtime with its own database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    /// Base 100 µs and 60 µs for each validator, the historical root's tries included. Reads: the sets, the session, the
    /// authorities; for each validator its keys and their two owners, twice. Writes: as many.
    fn end_session(validators: u32) -> Weight {
        let each = Weight::from_parts(60 * WEIGHT_REF_TIME_PER_MICROS, 0)
            .saturating_add(T::DbWeight::get().reads_writes(6, 6));
        Weight::from_parts(100 * WEIGHT_REF_TIME_PER_MICROS, 0)
            .saturating_add(T::DbWeight::get().reads_writes(20, 20))
            .saturating_add(each.saturating_mul(validators.into()))
    }

    /// Base 1 µs. Reads: the length.
    fn continue_session() -> Weight {
        Weight::from_parts(WEIGHT_REF_TIME_PER_MICROS, 0).saturating_add(T::DbWeight::get().reads(1))
    }

    /// Base 10 µs.
    fn enact() -> Weight {
        Weight::from_parts(10 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }

    /// Base 15 µs. Reads and writes: the list.
    fn acknowledge_offences() -> Weight {
        Weight::from_parts(15 * WEIGHT_REF_TIME_PER_MICROS, 0).saturating_add(T::DbWeight::get().reads_writes(1, 1))
    }
}

impl WeightInfo for () {
    fn end_session(validators: u32) -> Weight {
        Weight::from_parts(60 * WEIGHT_REF_TIME_PER_MICROS, 0).saturating_mul(validators.into())
    }

    fn continue_session() -> Weight {
        Weight::from_parts(WEIGHT_REF_TIME_PER_MICROS, 0)
    }

    fn enact() -> Weight {
        Weight::from_parts(10 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }

    fn acknowledge_offences() -> Weight {
        Weight::from_parts(15 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
}
