//! Weights of the calls: counted reads and writes of storage and a stated base for the computation. They are upper
//! estimates until benchmarks replace them.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::RocksDbWeight, Weight},
};

/// The weight of each call.
pub trait WeightInfo {
    /// Weight of `anchor`.
    fn anchor() -> Weight;
    /// Weight of `amend`.
    fn amend() -> Weight;
    /// Weight of `retract`.
    fn retract() -> Weight;
    /// Weight of `erase`.
    fn erase() -> Weight;
}

/// Computation of one call without its storage accesses: 50 µs, and 4 KiB of proof for every key that it reads.
const fn base(reads: u64) -> Weight {
    Weight::from_parts(50_000_000, reads * 4_096)
}

/// Weights on a database whose accesses cost `T::DbWeight`.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    // Reads: the author, the patient (two keys each), the care relation, the clock, `Anchored`, `Anchors`,
    // `OwnRecord`, the record that it replaces, `NextRecordId`. Writes: the record, the one that it replaces, three
    // indexes, `OwnRecord`, `NextRecordId`.
    fn anchor() -> Weight {
        base(11).saturating_add(T::DbWeight::get().reads_writes(11, 7))
    }

    fn amend() -> Weight {
        base(11).saturating_add(T::DbWeight::get().reads_writes(11, 7))
    }

    // Reads: the author (two keys), the record, `OwnRecord`. Writes: the record, `OwnRecord`.
    fn retract() -> Weight {
        base(4).saturating_add(T::DbWeight::get().reads_writes(4, 2))
    }

    // Reads: the patient (two keys), the record, `OwnRecord`, `Anchors`. Writes: the record, `OwnRecord`, `Anchors`.
    fn erase() -> Weight {
        base(5).saturating_add(T::DbWeight::get().reads_writes(5, 3))
    }
}

impl WeightInfo for () {
    fn anchor() -> Weight {
        base(11).saturating_add(RocksDbWeight::get().reads_writes(11, 7))
    }

    fn amend() -> Weight {
        base(11).saturating_add(RocksDbWeight::get().reads_writes(11, 7))
    }

    fn retract() -> Weight {
        base(4).saturating_add(RocksDbWeight::get().reads_writes(4, 2))
    }

    fn erase() -> Weight {
        base(5).saturating_add(RocksDbWeight::get().reads_writes(5, 3))
    }
}
