//! What the pallet asks of measured weights. `()` serves mocks.

use frame_support::weights::{constants::WEIGHT_REF_TIME_PER_MICROS, Weight};

/// Weights of the calls and of a block's beginning.
pub trait WeightInfo {
    /// Finding at a block's beginning that nothing is due.
    fn look() -> Weight;
    /// Comparing so many validators with the holders of the key in force and of those before, when nothing is due.
    fn compare(members: u32) -> Weight;
    /// Ending a phase of a round of so many members.
    fn end_phase(members: u32) -> Weight;
    /// Beginning a round by the council's word.
    fn begin() -> Weight;
    /// A member's act of so many entries, which does not end the phase.
    fn act(entries: u32) -> Weight;
    /// Ordering that the key be replaced.
    fn renew() -> Weight;
    /// Giving up a replaced key.
    fn retire() -> Weight;
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
