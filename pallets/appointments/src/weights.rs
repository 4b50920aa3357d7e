//! The cost of the appointments' calls: counted storage accesses and a base for the computation. Upper estimates until
//! they are measured. The chain is no parachain and carries no storage proofs, so the proof size is zero.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::RocksDbWeight, RuntimeDbWeight, Weight},
};
use medchain_primitives::limits;

/// Computation of one call besides its storage accesses: decoding, checks, encoding the event. 25 µs, in picoseconds.
const BASE: u64 = 25_000_000;
/// Computation for one slot: two keys to hash. 2 µs, in picoseconds.
const BASE_PER_SLOT: u64 = 2_000_000;
/// Reads of granting a profile: the current profile, its record, the grant before it, that grant's basis.
const CONSENT_READS: u64 = 6;
/// Writes of granting a profile: the grant and its index.
const CONSENT_WRITES: u64 = 2;

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

fn cost(database: RuntimeDbWeight, reads: u64, writes: u64) -> Weight {
    Weight::from_parts(BASE, 0).saturating_add(database.reads_writes(reads, writes))
}

fn slots_cost(database: RuntimeDbWeight, slots: u32, reads: u64, writes: u64) -> Weight {
    Weight::from_parts(BASE_PER_SLOT, 0)
        .saturating_add(database.reads_writes(reads, writes))
        .saturating_mul(slots.into())
}

macro_rules! weights {
    ($database:expr) => {
        // Reads: Members, AccountOf, Members, Now, Schedules, OpenRequests, NextAppointmentId, ExpiryCursor; two for each
        // slot. Writes: NextAppointmentId, OpenRequests, Waiting, ExpiryCursor, ByPatient, ByDoctor, Appointments.
        fn request(slots: u32) -> Weight {
            cost($database, 8, 7).saturating_add(slots_cost($database, slots, 2, 0))
        }
        // Reads: Members, Appointments (2), Now, OpenRequests, Care, the consent; two for each slot.
        // Writes: Appointments (2), OpenRequests, Waiting, Care, CareByDoctor, the consent; two for each slot, and as many
        // for those of the appointment that it replaces, which may be the longest.
        fn accept(slots: u32) -> Weight {
            cost($database, 6 + CONSENT_READS, 6 + CONSENT_WRITES)
                .saturating_add(slots_cost($database, slots, 2, 2))
                .saturating_add(slots_cost($database, limits::APPOINTMENT_SLOTS_MAX, 0, 2))
        }
        // Reads: Members, Appointments, OpenRequests. Writes: Appointments, OpenRequests, Waiting.
        fn decline() -> Weight {
            cost($database, 3, 3)
        }
        // Reads: Members, Appointments, Now. Writes: Appointments; two for each slot.
        fn cancel(slots: u32) -> Weight {
            cost($database, 3, 1).saturating_add(slots_cost($database, slots, 0, 2))
        }
        // Reads: Members, Appointments, OpenRequests. Writes: Appointments, OpenRequests, Waiting.
        fn cancel_requested() -> Weight {
            cost($database, 3, 3)
        }
        // Reads: Members, Appointments, Now. Writes: Appointments; two for each slot.
        fn complete(slots: u32) -> Weight {
            cost($database, 3, 1).saturating_add(slots_cost($database, slots, 0, 2))
        }
        // As `complete`.
        fn mark_missed(slots: u32) -> Weight {
            cost($database, 3, 1).saturating_add(slots_cost($database, slots, 0, 2))
        }
        // Reads: Members, AccountOf, Members, Care, Now, the consent. Writes: Care, CareByDoctor, the consent.
        fn open_care() -> Weight {
            cost($database, 5 + CONSENT_READS, 2 + CONSENT_WRITES)
        }
        // Reads: Members, Care. Writes: Care, CareByDoctor.
        fn end_care() -> Weight {
            cost($database, 2, 2)
        }
        // As `request`. Reads besides: Appointments (2). Writes besides: Appointments, Waiting.
        fn reschedule(slots: u32) -> Weight {
            cost($database, 10, 9).saturating_add(slots_cost($database, slots, 2, 0))
        }
        // Reads: Members. Writes: Schedules.
        fn set_schedule() -> Weight {
            cost($database, 1, 1)
        }
        // Reads: ExpiryCursor, Now, and whether there is a next in Waiting. Writes: ExpiryCursor.
        fn expiry_step() -> Weight {
            cost($database, 3, 1)
        }
        // Reads: Waiting, Appointments, OpenRequests. Writes: Waiting, Appointments, OpenRequests.
        fn expire() -> Weight {
            cost($database, 3, 3)
        }
    };
}

/// The cost on the database that the runtime states.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    weights!(T::DbWeight::get());
}

/// The cost on RocksDB, for tests.
impl WeightInfo for () {
    weights!(RocksDbWeight::get());
}
