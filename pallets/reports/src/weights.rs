//! Weights of the calls: counted reads and writes of storage and a stated base for the computation. They are upper
//! estimates until benchmarks replace them.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::RocksDbWeight, RuntimeDbWeight, Weight},
};

/// The weight of each call.
pub trait WeightInfo {
    /// Weight of `anchor` of a report or prescription with `s` seals.
    fn anchor(s: u32) -> Weight;
    /// Weight of `anchor` of a profile or certificate with `s` seals.
    fn anchor_own(s: u32) -> Weight;
    /// Weight of `amend` with `s` seals.
    fn amend(s: u32) -> Weight;
    /// Weight of `retract`.
    fn retract() -> Weight;
    /// Weight of `erase`.
    fn erase() -> Weight;
    /// Weight of `anchor_batch` of `n` records with `s` seals together.
    fn anchor_batch(n: u32, s: u32) -> Weight;
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

/// A call of this many reads and writes of storage: 50 µs of computation and 4 KiB of proof for every key that it reads.
fn estimate(db: RuntimeDbWeight, reads: u64, writes: u64) -> Weight {
    Weight::from_parts(50_000_000, reads.saturating_mul(4_096)).saturating_add(db.reads_writes(reads, writes))
}

// Reads: the author, the patient (two keys each), the care relation, the clock, `Anchored`, `Anchors`, `OwnRecord`,
// the record that it replaces, `NextRecordId`, the patient's consents, and for each seal its reader and what it
// replaces. Writes: the record, the one that it replaces, three indexes, `OwnRecord`, `NextRecordId`, and for each seal
// the grant, its indexes and its end in the queue.
fn anchor(db: RuntimeDbWeight, s: u32) -> Weight {
    let s = u64::from(s);
    let seals = Weight::from_parts(s.saturating_mul(10_000_000), 0);
    estimate(db, 13 + 5 * s, 7 + 5 * s).saturating_add(seals)
}

// As for one record, for each of them; the seals count once.
fn anchor_batch(db: RuntimeDbWeight, n: u32, s: u32) -> Weight {
    let seals = anchor(db, s).saturating_sub(anchor(db, 0));
    anchor(db, 0).saturating_mul(u64::from(n)).saturating_add(seals)
}

// Reads: the author (two keys), the record, `OwnRecord`. Writes: the record, `OwnRecord`.
fn retract(db: RuntimeDbWeight) -> Weight {
    estimate(db, 4, 2)
}

// Reads: the patient (two keys), the record, `OwnRecord`, `Anchors`, the emergency capsule. Writes: the record,
// `OwnRecord`, `Anchors`, the emergency capsule with its index.
fn erase(db: RuntimeDbWeight) -> Weight {
    estimate(db, 6, 5)
}

// Reads: the pharmacy (two keys), the record twice, the grant and what it rests on, the clock. Writes: the record, the
// dispensing.
fn dispense(db: RuntimeDbWeight) -> Weight {
    estimate(db, 9, 2)
}

// Reads: the author or patient (two keys), the record. Writes: the record.
fn mark(db: RuntimeDbWeight) -> Weight {
    estimate(db, 3, 1)
}

// Reads: the owner (two keys), and each record. Writes: each record.
fn reseal(db: RuntimeDbWeight, n: u32) -> Weight {
    let n = u64::from(n);
    estimate(db, n.saturating_add(2), n).saturating_add(Weight::from_parts(n.saturating_mul(10_000_000), 0))
}

macro_rules! weights {
    ($db:expr) => {
        fn anchor(s: u32) -> Weight {
            anchor($db, s)
        }

        fn anchor_own(s: u32) -> Weight {
            anchor($db, s)
        }

        fn amend(s: u32) -> Weight {
            anchor($db, s)
        }

        fn retract() -> Weight {
            retract($db)
        }

        fn erase() -> Weight {
            erase($db)
        }

        fn anchor_batch(n: u32, s: u32) -> Weight {
            anchor_batch($db, n, s)
        }

        fn dispense() -> Weight {
            dispense($db)
        }

        fn cancel_fills() -> Weight {
            mark($db)
        }

        fn dispute() -> Weight {
            mark($db)
        }

        fn withdraw_dispute() -> Weight {
            mark($db)
        }

        fn reseal(n: u32) -> Weight {
            reseal($db, n)
        }
    };
}

/// Weights on a database whose accesses cost `T::DbWeight`.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    weights!(T::DbWeight::get());
}

impl WeightInfo for () {
    weights!(RocksDbWeight::get());
}
