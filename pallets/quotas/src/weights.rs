//! What the calls weigh: the runtime takes figures that are measured; those here stand in for them in the pallet's tests.

use frame_support::weights::{constants::WEIGHT_REF_TIME_PER_MICROS, Weight};

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

/// Ten microseconds for a call, and for each item that it carries.
fn of(items: u32) -> Weight {
    Weight::from_parts(10 * WEIGHT_REF_TIME_PER_MICROS, 0).saturating_mul(u64::from(items).saturating_add(1))
}

impl WeightInfo for () {
    fn check_quota() -> Weight {
        of(0)
    }

    fn check_quota_of_stranger() -> Weight {
        of(0)
    }

    fn reset_lanes() -> Weight {
        of(0)
    }

    fn set_quota() -> Weight {
        of(0)
    }

    fn set_lanes() -> Weight {
        of(0)
    }
}
