//! Weights of the calls: counted reads and writes of storage and a stated base for the computation. They are upper
//! estimates until benchmarks replace them.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::RocksDbWeight, RuntimeDbWeight, Weight},
};
use medchain_primitives::limits;

/// The weight of each call.
pub trait WeightInfo {
    /// Weight of `request` of `n` records.
    fn request(n: u32) -> Weight;
    /// Weight of `request_for` of `n` records.
    fn request_for(n: u32) -> Weight;
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

/// A call of this many reads and writes of storage: 50 µs of computation, 10 µs more for each of `n` records, and
/// 4 KiB of proof for every key that it reads.
fn estimate(db: RuntimeDbWeight, n: u32, reads: u64, writes: u64) -> Weight {
    let computation = 50_000_000u64.saturating_add(u64::from(n).saturating_mul(10_000_000));
    Weight::from_parts(computation, reads.saturating_mul(4_096)).saturating_add(db.reads_writes(reads, writes))
}

/// What a look for a pharmacy's live grants on prescriptions reads: an index entry and a grant for each of
/// [`PRESCRIPTIONS_LOOKED_AT`](crate::PRESCRIPTIONS_LOOKED_AT).
const PRESCRIPTION_READS: u64 = 2 * crate::PRESCRIPTIONS_LOOKED_AT as u64;

/// Accounts lead to members by two keys.
const MEMBER_READS: u64 = 2;

// Reads: requester, patient, clock, both counts, the next number, n records. Writes: the request, two indexes, both
// counts, the next number, its end in the queue.
fn request(db: RuntimeDbWeight, n: u32) -> Weight {
    estimate(db, n, 2 * MEMBER_READS + 4 + u64::from(n) + PRESCRIPTION_READS, 7)
}

// Reads: caller, the request, both counts. Writes: the request, two indexes, both counts, its end in the queue.
fn end_request(db: RuntimeDbWeight) -> Weight {
    estimate(db, 0, MEMBER_READS + 5, 6)
}

// Reads: patient, reader, clock, the request and both counts, and for each record itself, its grant and window.
// Writes: the request with its indexes and counts, and for each record the grant, three indexes, the window and the
// ends of the grant and of the one that it replaces.
fn grant(db: RuntimeDbWeight, n: u32) -> Weight {
    let n_64 = u64::from(n);
    estimate(db, n, 2 * MEMBER_READS + 5 + 4 * n_64 + PRESCRIPTION_READS, 6 + 7 * n_64)
}

// Reads: caller, the guardianship, the record, the grant, the window. Writes: the grant, three indexes, the window, its
// end in the queue.
fn end_grant(db: RuntimeDbWeight) -> Weight {
    estimate(db, 0, MEMBER_READS + 6, 6)
}

// Reads: caller, the guardianship, the standing consent, and for each grant what `end_grant` reads. Writes likewise.
fn revoke_reader(db: RuntimeDbWeight, n: u32) -> Weight {
    let n_64 = u64::from(n);
    estimate(db, n, MEMBER_READS + 3 + 6 * n_64, 1 + 6 * n_64)
}

// Reads: caller, reader or guardian, the clock, the guardianship, the patient's standing consents or guardianships.
// Writes: it, and its index.
fn beforehand(db: RuntimeDbWeight) -> Weight {
    estimate(db, 0, 2 * MEMBER_READS + 3 + u64::from(limits::STANDING_READERS_MAX), 2)
}

// Reads: reader, record, grant, what it rests on, sharing doctor, window, clock, the next number. Writes: the grant, the
// window, the log, three indexes, the next number.
fn open(db: RuntimeDbWeight) -> Weight {
    estimate(db, 0, 2 * MEMBER_READS + 6, 7)
}

// Reads: doctor, hospital, two care relations, the profile's number, the profile, both grants, a third doctor, the
// window, the clock. Writes: the grant, two indexes, the window.
fn share(db: RuntimeDbWeight) -> Weight {
    estimate(db, 0, 3 * MEMBER_READS + 8, 4)
}

/// How many hospitals an emergency consent may name.
const INSTITUTIONS: u64 = medchain_primitives::limits::EMERGENCY_INSTITUTIONS_MAX as u64;

// Reads: caller, the guardianship, the clock, the consent, the first capsule, each hospital. Writes: the consent.
fn give_emergency_consent(db: RuntimeDbWeight) -> Weight {
    estimate(db, 0, MEMBER_READS + 4 + INSTITUTIONS * MEMBER_READS, 1)
}

// Reads: caller, the guardianship, the clock, the consent, one capsule more than are taken, and each with its index.
// Writes: the consent, each capsule with its index.
fn revoke_emergency_consent(db: RuntimeDbWeight, n: u32) -> Weight {
    let n_64 = u64::from(n);
    estimate(db, n, MEMBER_READS + 4 + 2 * n_64, 1 + 2 * n_64)
}

// Reads: caller, the clock, and for each record itself, the guardianship, the consent and the capsule. Writes: each
// capsule with its index.
fn lodge_emergency(db: RuntimeDbWeight, n: u32) -> Weight {
    let n_64 = u64::from(n);
    estimate(db, n, MEMBER_READS + 1 + 4 * n_64, 2 * n_64)
}

// Reads: doctor, record, the clock, the consent, each hospital's affiliation with both members, the capsule, two windows,
// the count, the next number. Writes: the next number, the log, three indexes, the window and its end, the reason, the
// review, the count.
fn open_emergency(db: RuntimeDbWeight) -> Weight {
    estimate(db, 0, MEMBER_READS + 8 + INSTITUTIONS * (1 + 2 * MEMBER_READS), 11)
}

// Reads: administrators, the administrator's membership, the review, the reason, the reading, the count, the clock.
// Writes: the review, the count, the reason.
fn review_emergency(db: RuntimeDbWeight) -> Weight {
    estimate(db, 0, MEMBER_READS + 6, 3)
}

// Reads: caller, the guardianship, the host, the clock, the next number, the commitment, n records. Writes: the link, two
// indexes, the next number.
fn register_link(db: RuntimeDbWeight, n: u32) -> Weight {
    estimate(db, n, 2 * MEMBER_READS + 4 + u64::from(n), 4)
}

// Reads: caller, the guardianship, the link, the clock. Writes: the link.
fn revoke_link(db: RuntimeDbWeight) -> Weight {
    estimate(db, 0, MEMBER_READS + 3, 1)
}

// Reads: caller, patient, the link with its records, the clock, the block's number, the next reading. Writes: the link, its
// opening, the next reading, and for each of n records the log with three indexes.
fn open_link(db: RuntimeDbWeight, n: u32) -> Weight {
    estimate(db, n, 2 * MEMBER_READS + 4 + u64::from(limits::LINK_RECORDS_MAX), 3 + 4 * u64::from(n))
}

/// Weights on a database whose accesses cost `T::DbWeight`.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn request(n: u32) -> Weight {
        request(T::DbWeight::get(), n)
    }

    fn request_for(n: u32) -> Weight {
        request(T::DbWeight::get(), n)
    }

    fn withdraw() -> Weight {
        end_request(T::DbWeight::get())
    }

    fn grant(n: u32) -> Weight {
        grant(T::DbWeight::get(), n)
    }

    fn deny() -> Weight {
        end_request(T::DbWeight::get())
    }

    fn revoke() -> Weight {
        end_grant(T::DbWeight::get())
    }

    fn relinquish() -> Weight {
        end_grant(T::DbWeight::get())
    }

    fn open() -> Weight {
        open(T::DbWeight::get())
    }

    fn close() -> Weight {
        end_grant(T::DbWeight::get())
    }

    fn share() -> Weight {
        share(T::DbWeight::get())
    }

    fn clear_expired() -> Weight {
        end_request(T::DbWeight::get())
    }

    fn revoke_reader(n: u32) -> Weight {
        revoke_reader(T::DbWeight::get(), n)
    }

    fn give_standing_consent() -> Weight {
        beforehand(T::DbWeight::get())
    }

    fn revoke_standing_consent() -> Weight {
        beforehand(T::DbWeight::get())
    }

    fn appoint_guardian() -> Weight {
        beforehand(T::DbWeight::get())
    }

    fn dismiss_guardian() -> Weight {
        beforehand(T::DbWeight::get())
    }

    fn resign_guardianship() -> Weight {
        beforehand(T::DbWeight::get())
    }

    fn seal_to_guardian(n: u32) -> Weight {
        grant(T::DbWeight::get(), n)
    }

    fn give_emergency_consent() -> Weight {
        give_emergency_consent(T::DbWeight::get())
    }

    fn revoke_emergency_consent(n: u32) -> Weight {
        revoke_emergency_consent(T::DbWeight::get(), n)
    }

    fn lodge_emergency(n: u32) -> Weight {
        lodge_emergency(T::DbWeight::get(), n)
    }

    fn withdraw_emergency(n: u32) -> Weight {
        lodge_emergency(T::DbWeight::get(), n)
    }

    fn open_emergency() -> Weight {
        open_emergency(T::DbWeight::get())
    }

    fn review_emergency() -> Weight {
        review_emergency(T::DbWeight::get())
    }

    fn remove_expired() -> Weight {
        end_request(T::DbWeight::get()).max(end_grant(T::DbWeight::get()))
    }

    fn register_link(n: u32) -> Weight {
        register_link(T::DbWeight::get(), n)
    }

    fn revoke_link() -> Weight {
        revoke_link(T::DbWeight::get())
    }

    fn open_link(n: u32) -> Weight {
        open_link(T::DbWeight::get(), n)
    }
}

impl WeightInfo for () {
    fn request(n: u32) -> Weight {
        request(RocksDbWeight::get(), n)
    }

    fn request_for(n: u32) -> Weight {
        request(RocksDbWeight::get(), n)
    }

    fn withdraw() -> Weight {
        end_request(RocksDbWeight::get())
    }

    fn grant(n: u32) -> Weight {
        grant(RocksDbWeight::get(), n)
    }

    fn deny() -> Weight {
        end_request(RocksDbWeight::get())
    }

    fn revoke() -> Weight {
        end_grant(RocksDbWeight::get())
    }

    fn relinquish() -> Weight {
        end_grant(RocksDbWeight::get())
    }

    fn open() -> Weight {
        open(RocksDbWeight::get())
    }

    fn close() -> Weight {
        end_grant(RocksDbWeight::get())
    }

    fn share() -> Weight {
        share(RocksDbWeight::get())
    }

    fn clear_expired() -> Weight {
        end_request(RocksDbWeight::get())
    }

    fn revoke_reader(n: u32) -> Weight {
        revoke_reader(RocksDbWeight::get(), n)
    }

    fn give_standing_consent() -> Weight {
        beforehand(RocksDbWeight::get())
    }

    fn revoke_standing_consent() -> Weight {
        beforehand(RocksDbWeight::get())
    }

    fn appoint_guardian() -> Weight {
        beforehand(RocksDbWeight::get())
    }

    fn dismiss_guardian() -> Weight {
        beforehand(RocksDbWeight::get())
    }

    fn resign_guardianship() -> Weight {
        beforehand(RocksDbWeight::get())
    }

    fn seal_to_guardian(n: u32) -> Weight {
        grant(RocksDbWeight::get(), n)
    }

    fn give_emergency_consent() -> Weight {
        give_emergency_consent(RocksDbWeight::get())
    }

    fn revoke_emergency_consent(n: u32) -> Weight {
        revoke_emergency_consent(RocksDbWeight::get(), n)
    }

    fn lodge_emergency(n: u32) -> Weight {
        lodge_emergency(RocksDbWeight::get(), n)
    }

    fn withdraw_emergency(n: u32) -> Weight {
        lodge_emergency(RocksDbWeight::get(), n)
    }

    fn open_emergency() -> Weight {
        open_emergency(RocksDbWeight::get())
    }

    fn review_emergency() -> Weight {
        review_emergency(RocksDbWeight::get())
    }

    fn remove_expired() -> Weight {
        end_request(RocksDbWeight::get()).max(end_grant(RocksDbWeight::get()))
    }

    fn register_link(n: u32) -> Weight {
        register_link(RocksDbWeight::get(), n)
    }

    fn revoke_link() -> Weight {
        revoke_link(RocksDbWeight::get())
    }

    fn open_link(n: u32) -> Weight {
        open_link(RocksDbWeight::get(), n)
    }
}
