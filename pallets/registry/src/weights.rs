//! The cost of the registry's calls: counted storage accesses and a base for the computation. Upper estimates until
//! they are measured. The chain is no parachain and carries no storage proofs, so the proof size is zero.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::RocksDbWeight, RuntimeDbWeight, Weight},
};

/// Computation of one call besides its storage accesses: decoding, checking texts, encoding the event. 25 µs, in
/// picoseconds.
const BASE: u64 = 25_000_000;

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
}

fn cost(database: RuntimeDbWeight, reads: u64, writes: u64) -> Weight {
    Weight::from_parts(BASE, 0).saturating_add(database.reads_writes(reads, writes))
}

macro_rules! weights {
    ($database:expr) => {
        // Reads: Administrators, Members, Usernames, NextMemberId, Now, System.Account.
        // Writes: NextMemberId, AccountOf, Usernames, ByRoleAndStatus, Members, System.Account.
        fn register() -> Weight {
            cost($database, 6, 6)
        }
        // Reads: Members. Writes: ByRoleAndStatus (2), Members.
        fn update_details() -> Weight {
            cost($database, 1, 3)
        }
        // Reads: Administrators, AdministratorKeys. Writes: AdministratorKeys.
        fn publish_administrator_key() -> Weight {
            cost($database, 2, 1)
        }
        // Reads: Administrators, AccountOf, Members, the current certificate. Writes: ByRoleAndStatus (2), Members.
        fn verify() -> Weight {
            cost($database, 4, 3)
        }
        // Reads: Administrators, AccountOf, Members. Writes: ByRoleAndStatus (2), Members.
        fn reject() -> Weight {
            cost($database, 3, 3)
        }
        // As `reject`.
        fn suspend() -> Weight {
            cost($database, 3, 3)
        }
        // As `reject`.
        fn reinstate() -> Weight {
            cost($database, 3, 3)
        }
        // Reads: Members, the current certificate. Writes: ByRoleAndStatus (2), Members.
        fn apply_again() -> Weight {
            cost($database, 2, 3)
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
