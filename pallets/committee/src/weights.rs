//! Weights of the pallet: upper estimates from counted database accesses and a stated base, until they are measured.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::WEIGHT_REF_TIME_PER_MICROS, Weight},
};
use medchain_primitives::limits;

/// Weights of the calls and of a block's beginning.
pub trait WeightInfo {
    /// Finding at a block's beginning that nothing is due.
    fn look() -> Weight;
    /// Comparing so many validators with the committee, and beginning a round.
    fn compare(members: u32) -> Weight;
    /// Ending a phase of a round of so many members.
    fn end_phase(members: u32) -> Weight;
    /// Beginning a round by the council's word.
    fn begin() -> Weight;
    /// A member's act of so many entries, and the end of the phase with it.
    fn act(entries: u32) -> Weight;
    /// Ordering that the key be replaced.
    fn renew() -> Weight;
    /// Giving up a replaced key.
    fn retire() -> Weight;
}

/// Estimates for a runtime with its own database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    /// Base 10 µs. Reads: the round, the session, the one compared, the time of the next try.
    fn look() -> Weight {
        Weight::from_parts(10 * WEIGHT_REF_TIME_PER_MICROS, 0).saturating_add(T::DbWeight::get().reads(4))
    }

    /// Base 50 µs, 10 µs for each validator. Reads: the holders, the committee, the validators and for each its keys.
    /// Writes: the round, and what was published in the last one.
    fn compare(members: u32) -> Weight {
        let each = Weight::from_parts(10 * WEIGHT_REF_TIME_PER_MICROS, 0)
            .saturating_add(T::DbWeight::get().reads_writes(1, 4));
        Self::look()
            .saturating_add(Weight::from_parts(50 * WEIGHT_REF_TIME_PER_MICROS, 0))
            .saturating_add(T::DbWeight::get().reads_writes(6, 6))
            .saturating_add(each.saturating_mul(members.into()))
    }

    /// Base 50 µs, 30 µs for each member: each dealer is looked for in each report. Reads: what each published. Writes: the
    /// round and the failures, or all that was published.
    fn end_phase(members: u32) -> Weight {
        let each = Weight::from_parts(30 * WEIGHT_REF_TIME_PER_MICROS, 0)
            .saturating_add(T::DbWeight::get().reads_writes(4, 4));
        Self::look()
            .saturating_add(Weight::from_parts(50 * WEIGHT_REF_TIME_PER_MICROS, 0))
            .saturating_add(T::DbWeight::get().reads_writes(6, 6))
            .saturating_add(each.saturating_mul(members.into()))
    }

    fn begin() -> Weight {
        Self::compare(limits::COMMITTEE_MAX)
    }

    /// Base 150 µs, of which the signature is most, checked twice; 2 µs for each entry. Reads: the round and what was
    /// published. Writes: the act, the round. What ends the phase is added for the largest committee.
    fn act(entries: u32) -> Weight {
        Weight::from_parts(150 * WEIGHT_REF_TIME_PER_MICROS, 0)
            .saturating_add(Weight::from_parts(2 * WEIGHT_REF_TIME_PER_MICROS, 0).saturating_mul(entries.into()))
            .saturating_add(T::DbWeight::get().reads_writes(4, 3))
            .saturating_add(Self::end_phase(limits::COMMITTEE_MAX))
    }

    /// Base 30 µs. Reads: the committee, the order, the count. Writes: the order, the session compared.
    fn renew() -> Weight {
        Weight::from_parts(30 * WEIGHT_REF_TIME_PER_MICROS, 0).saturating_add(T::DbWeight::get().reads_writes(3, 2))
    }

    /// Base 30 µs. Reads: the committee, the round, the count. Writes: the committee, the count.
    fn retire() -> Weight {
        Weight::from_parts(30 * WEIGHT_REF_TIME_PER_MICROS, 0).saturating_add(T::DbWeight::get().reads_writes(3, 2))
    }
}

impl WeightInfo for () {
    fn look() -> Weight {
        Weight::from_parts(WEIGHT_REF_TIME_PER_MICROS, 0)
    }

    fn compare(members: u32) -> Weight {
        Weight::from_parts(WEIGHT_REF_TIME_PER_MICROS, 0).saturating_mul(members.into())
    }

    fn end_phase(members: u32) -> Weight {
        Weight::from_parts(WEIGHT_REF_TIME_PER_MICROS, 0).saturating_mul(members.into())
    }

    fn begin() -> Weight {
        Weight::from_parts(WEIGHT_REF_TIME_PER_MICROS, 0)
    }

    fn act(entries: u32) -> Weight {
        Weight::from_parts(WEIGHT_REF_TIME_PER_MICROS, 0).saturating_mul(entries.into())
    }

    fn renew() -> Weight {
        Weight::from_parts(WEIGHT_REF_TIME_PER_MICROS, 0)
    }

    fn retire() -> Weight {
        Weight::from_parts(WEIGHT_REF_TIME_PER_MICROS, 0)
    }
}
