//! What the calls weigh: the runtime takes figures that are measured; those here stand in for them in the pallet's tests.

use frame_support::weights::{constants::WEIGHT_REF_TIME_PER_MICROS, Weight};

/// The weight of each call.
pub trait WeightInfo {
    /// Weight of `request` of `n` records.
    fn request(n: u32) -> Weight;
    /// Weight of `request_for` of `n` records.
    fn request_for(n: u32) -> Weight;
    /// Weight of looking for a prescription that a pharmacy sees, at `p` of its grants.
    fn look_for_prescription(p: u32) -> Weight;
    /// Weight of `withdraw`.
    fn withdraw() -> Weight;
    /// Weight of `grant` of `n` records.
    fn grant(n: u32) -> Weight;
    /// Weight of `deny`.
    fn deny() -> Weight;
    /// Weight of `revoke`.
    fn revoke() -> Weight;
    /// Weight of `relinquish`.
    fn relinquish() -> Weight;
    /// Weight of `open`.
    fn open() -> Weight;
    /// Weight of `close`.
    fn close() -> Weight;
    /// Weight of `share`.
    fn share() -> Weight;
    /// Weight of `clear_expired`.
    fn clear_expired() -> Weight;
    /// Weight of `revoke_reader` that takes `n` grants.
    fn revoke_reader(n: u32) -> Weight;
    /// Weight of `give_standing_consent`.
    fn give_standing_consent() -> Weight;
    /// Weight of `revoke_standing_consent`.
    fn revoke_standing_consent() -> Weight;
    /// Weight of `appoint_guardian`.
    fn appoint_guardian() -> Weight;
    /// Weight of `dismiss_guardian`.
    fn dismiss_guardian() -> Weight;
    /// Weight of `resign_guardianship`.
    fn resign_guardianship() -> Weight;
    /// Weight of `seal_to_guardian` of `n` records.
    fn seal_to_guardian(n: u32) -> Weight;
    /// Weight of `give_emergency_consent` for 16 hospitals.
    fn give_emergency_consent() -> Weight;
    /// Weight of `revoke_emergency_consent` that removes `n` capsules.
    fn revoke_emergency_consent(n: u32) -> Weight;
    /// Weight of `lodge_emergency` for `n` records.
    fn lodge_emergency(n: u32) -> Weight;
    /// Weight of `withdraw_emergency` for `n` records.
    fn withdraw_emergency(n: u32) -> Weight;
    /// Weight of `open_emergency`.
    fn open_emergency() -> Weight;
    /// Weight of `review_emergency`.
    fn review_emergency() -> Weight;
    /// Weight of the removal of one request, grant or emergency window that has ended.
    fn remove_expired() -> Weight;
    /// Weight of `register_link` of `n` records.
    fn register_link(n: u32) -> Weight;
    /// Weight of `revoke_link`.
    fn revoke_link() -> Weight;
    /// Weight of `open_link` that shows `n` records.
    fn open_link(n: u32) -> Weight;
}

/// Ten microseconds for a call, and for each item that it carries.
fn of(items: u32) -> Weight {
    Weight::from_parts(10 * WEIGHT_REF_TIME_PER_MICROS, 0).saturating_mul(u64::from(items).saturating_add(1))
}

impl WeightInfo for () {
    fn request(n: u32) -> Weight {
        of(n)
    }

    fn request_for(n: u32) -> Weight {
        of(n)
    }

    fn look_for_prescription(p: u32) -> Weight {
        of(p)
    }

    fn withdraw() -> Weight {
        of(0)
    }

    fn grant(n: u32) -> Weight {
        of(n)
    }

    fn deny() -> Weight {
        of(0)
    }

    fn revoke() -> Weight {
        of(0)
    }

    fn relinquish() -> Weight {
        of(0)
    }

    fn open() -> Weight {
        of(0)
    }

    fn close() -> Weight {
        of(0)
    }

    fn share() -> Weight {
        of(0)
    }

    fn clear_expired() -> Weight {
        of(0)
    }

    fn revoke_reader(n: u32) -> Weight {
        of(n)
    }

    fn give_standing_consent() -> Weight {
        of(0)
    }

    fn revoke_standing_consent() -> Weight {
        of(0)
    }

    fn appoint_guardian() -> Weight {
        of(0)
    }

    fn dismiss_guardian() -> Weight {
        of(0)
    }

    fn resign_guardianship() -> Weight {
        of(0)
    }

    fn seal_to_guardian(n: u32) -> Weight {
        of(n)
    }

    fn give_emergency_consent() -> Weight {
        of(0)
    }

    fn revoke_emergency_consent(n: u32) -> Weight {
        of(n)
    }

    fn lodge_emergency(n: u32) -> Weight {
        of(n)
    }

    fn withdraw_emergency(n: u32) -> Weight {
        of(n)
    }

    fn open_emergency() -> Weight {
        of(0)
    }

    fn review_emergency() -> Weight {
        of(0)
    }

    fn remove_expired() -> Weight {
        of(0)
    }

    fn register_link(n: u32) -> Weight {
        of(n)
    }

    fn revoke_link() -> Weight {
        of(0)
    }

    fn open_link(n: u32) -> Weight {
        of(n)
    }
}
