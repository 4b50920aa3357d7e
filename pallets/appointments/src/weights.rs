//! What the calls weigh: the runtime takes figures that are measured; those here stand in for them in the pallet's tests.

use frame_support::weights::{constants::WEIGHT_REF_TIME_PER_MICROS, Weight};

/// The cost of each call. `slots` is the appointment's length.
pub trait WeightInfo {
    /// Cost of `request`.
    fn request(slots: u32) -> Weight;
    /// Cost of `accept`.
    fn accept(slots: u32) -> Weight;
    /// Cost of `decline`.
    fn decline() -> Weight;
    /// Cost of `cancel` of an accepted appointment.
    fn cancel(slots: u32) -> Weight;
    /// Cost of `cancel` of an appointment that waits for an answer.
    fn cancel_requested() -> Weight;
    /// Cost of `complete`.
    fn complete(slots: u32) -> Weight;
    /// Cost of `mark_missed`.
    fn mark_missed(slots: u32) -> Weight;
    /// Cost of `open_care`.
    fn open_care() -> Weight;
    /// Cost of `end_care`.
    fn end_care() -> Weight;
    /// Cost of `reschedule`.
    fn reschedule(slots: u32) -> Weight;
    /// Cost of `set_schedule`.
    fn set_schedule() -> Weight;
    /// Cost of looking for appointments of one slot that expire.
    fn expiry_step() -> Weight;
    /// Cost of letting one appointment expire.
    fn expire() -> Weight;
}

/// Ten microseconds for a call, and for each item that it carries.
fn of(items: u32) -> Weight {
    Weight::from_parts(10 * WEIGHT_REF_TIME_PER_MICROS, 0).saturating_mul(u64::from(items).saturating_add(1))
}

impl WeightInfo for () {
    fn request(slots: u32) -> Weight {
        of(slots)
    }

    fn accept(slots: u32) -> Weight {
        of(slots)
    }

    fn decline() -> Weight {
        of(0)
    }

    fn cancel(slots: u32) -> Weight {
        of(slots)
    }

    fn cancel_requested() -> Weight {
        of(0)
    }

    fn complete(slots: u32) -> Weight {
        of(slots)
    }

    fn mark_missed(slots: u32) -> Weight {
        of(slots)
    }

    fn open_care() -> Weight {
        of(0)
    }

    fn end_care() -> Weight {
        of(0)
    }

    fn reschedule(slots: u32) -> Weight {
        of(slots)
    }

    fn set_schedule() -> Weight {
        of(0)
    }

    fn expiry_step() -> Weight {
        of(0)
    }

    fn expire() -> Weight {
        of(0)
    }
}
