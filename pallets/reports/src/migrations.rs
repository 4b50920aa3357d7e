//! How the storage of earlier versions becomes that of this one. A version has one module, which holds what was stored, and
//! one migration, which the runtime lists in `SingleBlockMigrations` until no chain has the earlier version any more.

use crate::{Config, Pallet, RecordsOf};
use core::marker::PhantomData;
use frame_support::{
    migrations::VersionedMigration,
    pallet_prelude::*,
    storage_alias,
    traits::{Get, UncheckedOnRuntimeUpgrade},
    weights::Weight,
};
use medchain_primitives::{MemberId, OrderedKey, RecordId, RecordKind};
#[cfg(feature = "try-runtime")]
use {alloc::vec::Vec, sp_runtime::TryRuntimeError};

/// The index of a patient's records by kind, which was an index by number: a page of one kind took a look at the records of
/// every other. Does nothing on a chain that has it.
pub type MigrateV1ToV2<T> =
    VersionedMigration<1, 2, v1::IndexByKind<T>, Pallet<T>, <T as frame_system::Config>::DbWeight>;

/// A patient's records of each kind in a list, which were in an index by their number: a page walked from one number to the next
/// through the whole trie. Does nothing on a chain that has them.
pub type MigrateV2ToV3<T> = VersionedMigration<2, 3, v2::Lists<T>, Pallet<T>, <T as frame_system::Config>::DbWeight>;

/// Most entries of an index that one block moves in its time, each with at most two reads and three writes. A chain that has more
/// is migrated in several blocks; the check before the upgrade says so.
pub const ENTRIES_MAX: usize = 8_000;

/// The first version.
// The alias has a prefix that the macro does not document.
#[allow(missing_docs)]
pub mod v1 {
    use super::{v2::ByPatientAndKind, *};

    /// Patient and record → the record's kind.
    #[storage_alias]
    pub type ByPatient<T: Config> =
        StorageDoubleMap<Pallet<T>, Twox64Concat, MemberId, Identity, OrderedKey, RecordKind>;

    /// Moves every entry to the index by kind.
    pub struct IndexByKind<T>(PhantomData<T>);

    impl<T: Config> UncheckedOnRuntimeUpgrade for IndexByKind<T> {
        fn on_runtime_upgrade() -> Weight {
            let moved = ByPatient::<T>::drain().fold(0u64, |moved, (patient, record, kind)| {
                ByPatientAndKind::<T>::insert((patient, kind, record), ());
                moved.saturating_add(1)
            });
            T::DbWeight::get().reads_writes(moved.saturating_add(1), moved.saturating_mul(2))
        }

        #[cfg(feature = "try-runtime")]
        fn pre_upgrade() -> Result<Vec<u8>, TryRuntimeError> {
            let entries = ByPatient::<T>::iter().count();
            frame_support::ensure!(entries <= ENTRIES_MAX, "too many records for one block: migrate in several");
            Ok(codec::Encode::encode(&(entries as u64)))
        }

        #[cfg(feature = "try-runtime")]
        fn post_upgrade(state: Vec<u8>) -> Result<(), TryRuntimeError> {
            let entries: u64 = codec::Decode::decode(&mut &state[..]).map_err(|_| "the count cannot be read")?;
            frame_support::ensure!(ByPatient::<T>::iter().next().is_none(), "entries of the earlier index are left");
            let moved = ByPatientAndKind::<T>::iter_keys().count() as u64;
            frame_support::ensure!(moved == entries, "the index by kind has not as many entries");
            Ok(())
        }
    }
}

/// The second version.
// The alias has a prefix that the macro does not document.
#[allow(missing_docs)]
pub mod v2 {
    use super::*;

    /// Patient, kind and record → that there is such a record.
    #[storage_alias]
    pub type ByPatientAndKind<T: Config> = StorageNMap<
        Pallet<T>,
        (NMapKey<Twox64Concat, MemberId>, NMapKey<Twox64Concat, RecordKind>, NMapKey<Identity, OrderedKey>),
        (),
    >;

    /// Moves every entry to its list.
    pub struct Lists<T>(PhantomData<T>);

    impl<T: Config> UncheckedOnRuntimeUpgrade for Lists<T> {
        fn on_runtime_upgrade() -> Weight {
            // Those of one patient and kind come in the order of their numbers.
            let moved = ByPatientAndKind::<T>::drain().fold(0u64, |moved, ((patient, kind, record), ())| {
                let listed = Pallet::<T>::list(patient, kind, RecordId::from(record));
                debug_assert!(listed.is_ok(), "a list takes as many records as there are numbers");
                moved.saturating_add(1)
            });
            T::DbWeight::get().reads_writes(moved.saturating_mul(2).saturating_add(1), moved.saturating_mul(3))
        }

        #[cfg(feature = "try-runtime")]
        fn pre_upgrade() -> Result<Vec<u8>, TryRuntimeError> {
            let entries = ByPatientAndKind::<T>::iter_keys().count();
            frame_support::ensure!(entries <= ENTRIES_MAX, "too many records for one block: migrate in several");
            Ok(codec::Encode::encode(&(entries as u64)))
        }

        #[cfg(feature = "try-runtime")]
        fn post_upgrade(state: Vec<u8>) -> Result<(), TryRuntimeError> {
            let entries: u64 = codec::Decode::decode(&mut &state[..]).map_err(|_| "the count cannot be read")?;
            let left = ByPatientAndKind::<T>::iter_keys().next();
            frame_support::ensure!(left.is_none(), "entries of the index by number are left");
            let moved: usize = RecordsOf::<T>::iter_values().map(|leaf| leaf.len()).sum();
            frame_support::ensure!(moved as u64 == entries, "the lists have not as many entries");
            Ok(())
        }
    }
}
