//! What the calls weigh: the runtime takes figures that are measured; those here stand in for them in the pallet's tests.

use frame_support::weights::{constants::WEIGHT_REF_TIME_PER_MICROS, Weight};

/// The weight of each call.
pub trait WeightInfo {
    /// Weight of `anchor` of a report or prescription with `s` seals, when `p` who might receive one are passed over.
    fn anchor(s: u32, p: u32) -> Weight;
    /// Weight of `anchor` of a profile or certificate with `s` seals, when `p` who might receive one are passed over.
    fn anchor_own(s: u32, p: u32) -> Weight;
    /// Weight of `amend` with `s` seals, when `p` who might receive one are passed over.
    fn amend(s: u32, p: u32) -> Weight;
    /// Weight of `retract`.
    fn retract() -> Weight;
    /// Weight of `erase`.
    fn erase() -> Weight;
    /// Weight of `dispense`.
    fn dispense() -> Weight;
    /// Weight of `cancel_fills`.
    fn cancel_fills() -> Weight;
    /// Weight of `dispute`.
    fn dispute() -> Weight;
    /// Weight of `withdraw_dispute`.
    fn withdraw_dispute() -> Weight;
    /// Weight of `reseal` of `n` records.
    fn reseal(n: u32) -> Weight;
}

/// Ten microseconds for a call, and for each item that it carries.
fn of(items: u32) -> Weight {
    Weight::from_parts(10 * WEIGHT_REF_TIME_PER_MICROS, 0).saturating_mul(u64::from(items).saturating_add(1))
}

impl WeightInfo for () {
    fn anchor(s: u32, p: u32) -> Weight {
        of(s.saturating_add(p))
    }

    fn anchor_own(s: u32, p: u32) -> Weight {
        of(s.saturating_add(p))
    }

    fn amend(s: u32, p: u32) -> Weight {
        of(s.saturating_add(p))
    }

    fn retract() -> Weight {
        of(0)
    }

    fn erase() -> Weight {
        of(0)
    }

    fn dispense() -> Weight {
        of(0)
    }

    fn cancel_fills() -> Weight {
        of(0)
    }

    fn dispute() -> Weight {
        of(0)
    }

    fn withdraw_dispute() -> Weight {
        of(0)
    }

    fn reseal(n: u32) -> Weight {
        of(n)
    }
}
