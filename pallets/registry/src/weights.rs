//! The cost of the registry's calls: counted storage accesses and a base for the computation. Upper estimates until
//! they are measured. The chain is no parachain and carries no storage proofs, so the proof size is zero.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::RocksDbWeight, RuntimeDbWeight, Weight},
};
use medchain_primitives::limits;

/// Computation of one call besides its storage accesses: decoding, checking texts, encoding the event. 25 µs, in
/// picoseconds.
const BASE: u64 = 25_000_000;

/// Checking a signature, twice: over a text, and over the text as wallets wrap it. 200 µs, in picoseconds.
const SIGNATURE: u64 = 200_000_000;

/// Most recoveries of one member: one for each guardian.
const RECOVERIES: u64 = limits::RECOVERY_GUARDIANS_MAX as u64;

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

fn cost(database: RuntimeDbWeight, reads: u64, writes: u64) -> Weight {
    Weight::from_parts(BASE, 0).saturating_add(database.reads_writes(reads, writes))
}

macro_rules! weights {
    ($database:expr) => {
        // Reads: Administrators, Members, Retired, Staff, Usernames, NextMemberId, Now, System.Account.
        // Writes: NextMemberId, AccountOf, Usernames, ByRoleAndStatus, Members, System.Account.
        fn register() -> Weight {
            cost($database, 8, 6)
        }
        // Reads: Members. Writes: ByRoleAndStatus (2), Members.
        fn update_details() -> Weight {
            cost($database, 1, 3)
        }
        // Reads: Administrators, AdministratorKeys, Now. Writes: AdministratorKeys, EarlierAdministratorKeys.
        fn publish_administrator_key() -> Weight {
            cost($database, 3, 2)
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
        // As `register`. Reads besides: AccountOf, Members, the genesis hash. And a signature.
        fn register_vouched() -> Weight {
            cost($database, 11, 6).saturating_add(Weight::from_parts(SIGNATURE, 0))
        }
        // Reads: Members, Now. Writes: EarlierKeys, Members.
        fn rotate_key() -> Weight {
            cost($database, 2, 2)
        }
        // Reads: Members (2), Staff, Administrators, Retired, Now, the genesis hash, System.Account, Dependants,
        // DependantCount.
        // Writes: EarlierKeys, Members (2), AccountOf, Usernames, Retired, System.Account, OwnCopies, Dependants,
        // DependantCount. And a signature, and the end of recoveries.
        fn move_account() -> Weight {
            cost($database, 10 + RECOVERIES, 10 + RECOVERIES).saturating_add(Weight::from_parts(SIGNATURE, 0))
        }
        // Reads: Members, AccountOf and Members for each guardian, the recoveries, Guardianships. Writes: Guardianships, the
        // recoveries, the copies before and now.
        fn name_guardians() -> Weight {
            cost($database, 2 + 4 * RECOVERIES, 1 + 3 * RECOVERIES)
        }
        // Reads: Members (3), AccountOf, Guardianships, Administrators, Retired, Now, the genesis hash.
        // Writes: Recoveries. And a signature.
        fn propose_recovery() -> Weight {
            cost($database, 10, 1).saturating_add(Weight::from_parts(SIGNATURE, 0))
        }
        // Reads: Members, Guardianships, Recoveries, Now. Writes: Recoveries.
        fn approve_recovery() -> Weight {
            cost($database, 4, 1)
        }
        // Reads: Members, the recoveries. Writes: the recoveries.
        fn object_to_recovery() -> Weight {
            cost($database, 1 + RECOVERIES, RECOVERIES)
        }
        // As `move_account` without the signature. Reads besides: Members, Guardianships, Recoveries, AccountOf.
        fn complete_recovery() -> Weight {
            cost($database, 14 + RECOVERIES, 9 + RECOVERIES)
        }
        // Reads: Members (2), AccountOf, AffiliatedDoctors, Now. Writes: AffiliatedDoctors, AffiliatedHospitals.
        fn offer_affiliation() -> Weight {
            cost($database, 5, 2)
        }
        // Reads: Members, AffiliatedDoctors, Now. Writes: AffiliatedDoctors.
        fn accept_affiliation() -> Weight {
            cost($database, 3, 1)
        }
        // Reads: Members, AffiliatedDoctors. Writes: AffiliatedDoctors, AffiliatedHospitals.
        fn end_affiliation() -> Weight {
            cost($database, 2, 2)
        }
        // Reads: Members (2), Staff, Administrators, Retired, StaffCount, Now, the genesis hash, System.Account.
        // Writes: StaffOf, StaffCount, Staff, System.Account. And a signature.
        fn add_staff() -> Weight {
            cost($database, 9, 4).saturating_add(Weight::from_parts(SIGNATURE, 0))
        }
        // Reads: Staff, AccountOf, StaffCount. Writes: Staff, StaffOf, StaffCount.
        fn remove_staff() -> Weight {
            cost($database, 3, 3)
        }
        // Reads: Members, and Staff for each. Writes: Staff for each.
        fn reseal_staff(s: u32) -> Weight {
            let staff = u64::from(s);
            cost($database, staff.saturating_add(1), staff)
        }
        // Reads: Members (2), AccountOf, Guardianships, GuardianCopies. Writes: OwnCopies.
        fn return_copy() -> Weight {
            cost($database, 5, 1)
        }
        // As `register_vouched` with another signature. Reads besides: Members, DependantCount, Staff, the guardianships of the
        // dependant. Writes besides: Dependants, DependantCount, and the guardianship (2).
        fn register_dependant() -> Weight {
            cost($database, 14, 10).saturating_add(Weight::from_parts(2 * SIGNATURE, 0))
        }
        // As `move_account`. Reads besides: Members, Dependants, AccountOf.
        fn hand_over() -> Weight {
            Self::move_account().saturating_add($database.reads(3))
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
