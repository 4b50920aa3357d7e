//! How the storage of earlier versions becomes that of this one. A version has one module, which holds what was stored, and
//! one migration, which the runtime lists in `SingleBlockMigrations` until no chain has the earlier version any more.

use crate::{ByPatientAndKind, Config, Pallet};
use frame_support::{
    migrations::VersionedMigration,
    traits::{Get, UncheckedOnRuntimeUpgrade},
    weights::Weight,
};
#[cfg(feature = "try-runtime")]
use {alloc::vec::Vec, sp_runtime::TryRuntimeError};

/// The index of a patient's records by kind, which was an index by number: a page of one kind took a look at the records of
/// every other. Does nothing on a chain that has it.
pub type MigrateV1ToV2<T> =
    VersionedMigration<1, 2, v1::IndexByKind<T>, Pallet<T>, <T as frame_system::Config>::DbWeight>;

/// The first version.
// The alias has a prefix that the macro does not document.
#[allow(missing_docs)]
pub mod v1 {
    use super::*;
    use core::marker::PhantomData;
    use frame_support::{pallet_prelude::*, storage_alias};
    use medchain_primitives::{MemberId, OrderedKey, RecordKind};

    /// Patient and record → the record's kind.
    #[storage_alias]
    pub type ByPatient<T: Config> =
        StorageDoubleMap<Pallet<T>, Twox64Concat, MemberId, Identity, OrderedKey, RecordKind>;

    /// Most entries that one block moves in its time, each with one read and two writes. A chain that has more is migrated
    /// in several blocks; the check before the upgrade says so.
    pub const ENTRIES_MAX: usize = 8_000;

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
