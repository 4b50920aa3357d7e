//! What the calls weigh: the runtime takes figures that are measured; those here stand in for them in the pallet's tests.

use frame_support::weights::{constants::WEIGHT_REF_TIME_PER_MICROS, Weight};

/// The cost of each call.
pub trait WeightInfo {
    /// Cost of `register`.
    fn register() -> Weight;
    /// Cost of `update_details`.
    fn update_details() -> Weight;
    /// Cost of `publish_administrator_key`.
    fn publish_administrator_key() -> Weight;
    /// Cost of `verify`.
    fn verify() -> Weight;
    /// Cost of `reject`.
    fn reject() -> Weight;
    /// Cost of `suspend`.
    fn suspend() -> Weight;
    /// Cost of `reinstate`.
    fn reinstate() -> Weight;
    /// Cost of `apply_again`.
    fn apply_again() -> Weight;
    /// Cost of `register_vouched`.
    fn register_vouched() -> Weight;
    /// Cost of `rotate_key`.
    fn rotate_key() -> Weight;
    /// Cost of `move_account`.
    fn move_account() -> Weight;
    /// Cost of `name_guardians`, for the most guardians.
    fn name_guardians() -> Weight;
    /// Cost of `propose_recovery`.
    fn propose_recovery() -> Weight;
    /// Cost of `approve_recovery`.
    fn approve_recovery() -> Weight;
    /// Cost of `object_to_recovery`, for the most recoveries.
    fn object_to_recovery() -> Weight;
    /// Cost of `complete_recovery`, with the most other recoveries.
    fn complete_recovery() -> Weight;
    /// Cost of `offer_affiliation`.
    fn offer_affiliation() -> Weight;
    /// Cost of `accept_affiliation`.
    fn accept_affiliation() -> Weight;
    /// Cost of `end_affiliation`.
    fn end_affiliation() -> Weight;
    /// Cost of `add_staff`.
    fn add_staff() -> Weight;
    /// Cost of `remove_staff`.
    fn remove_staff() -> Weight;
    /// Cost of `reseal_staff` for `s` accounts.
    fn reseal_staff(s: u32) -> Weight;
    /// Cost of `return_copy`.
    fn return_copy() -> Weight;
    /// Cost of `register_dependant`.
    fn register_dependant() -> Weight;
    /// Cost of `hand_over`.
    fn hand_over() -> Weight;
}

/// Ten microseconds for a call, and for each item that it carries.
fn of(items: u32) -> Weight {
    Weight::from_parts(10 * WEIGHT_REF_TIME_PER_MICROS, 0).saturating_mul(u64::from(items).saturating_add(1))
}

impl WeightInfo for () {
    fn register() -> Weight {
        of(0)
    }

    fn update_details() -> Weight {
        of(0)
    }

    fn publish_administrator_key() -> Weight {
        of(0)
    }

    fn verify() -> Weight {
        of(0)
    }

    fn reject() -> Weight {
        of(0)
    }

    fn suspend() -> Weight {
        of(0)
    }

    fn reinstate() -> Weight {
        of(0)
    }

    fn apply_again() -> Weight {
        of(0)
    }

    fn register_vouched() -> Weight {
        of(0)
    }

    fn rotate_key() -> Weight {
        of(0)
    }

    fn move_account() -> Weight {
        of(0)
    }

    fn name_guardians() -> Weight {
        of(0)
    }

    fn propose_recovery() -> Weight {
        of(0)
    }

    fn approve_recovery() -> Weight {
        of(0)
    }

    fn object_to_recovery() -> Weight {
        of(0)
    }

    fn complete_recovery() -> Weight {
        of(0)
    }

    fn offer_affiliation() -> Weight {
        of(0)
    }

    fn accept_affiliation() -> Weight {
        of(0)
    }

    fn end_affiliation() -> Weight {
        of(0)
    }

    fn add_staff() -> Weight {
        of(0)
    }

    fn remove_staff() -> Weight {
        of(0)
    }

    fn reseal_staff(s: u32) -> Weight {
        of(s)
    }

    fn return_copy() -> Weight {
        of(0)
    }

    fn register_dependant() -> Weight {
        of(0)
    }

    fn hand_over() -> Weight {
        of(0)
    }
}
