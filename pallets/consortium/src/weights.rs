//! What the calls weigh: the runtime takes figures that are measured; those here stand in for them in the pallet's tests.

use frame_support::weights::{constants::WEIGHT_REF_TIME_PER_MICROS, Weight};

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

/// Ten microseconds for a call, and for each item that it carries.
fn of(items: u32) -> Weight {
    Weight::from_parts(10 * WEIGHT_REF_TIME_PER_MICROS, 0).saturating_mul(u64::from(items).saturating_add(1))
}

impl WeightInfo for () {
    fn end_session(validators: u32) -> Weight {
        of(validators)
    }

    fn continue_session() -> Weight {
        of(0)
    }

    fn enact() -> Weight {
        of(0)
    }

    fn acknowledge_offences() -> Weight {
        of(0)
    }
}
