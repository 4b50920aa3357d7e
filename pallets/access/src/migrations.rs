//! How the storage of earlier versions becomes that of this one; `pallets/reports/src/migrations.rs` is the pattern.

use crate::{Config, Inboxes, Pallet};
use core::marker::PhantomData;
use frame_support::{
    migrations::VersionedMigration,
    pallet_prelude::*,
    storage_alias,
    traits::{Get, UncheckedOnRuntimeUpgrade},
    weights::Weight,
};
use medchain_primitives::{MemberId, OrderedKey, RequestId};
#[cfg(feature = "try-runtime")]
use {alloc::vec::Vec, sp_runtime::TryRuntimeError};

/// A patient's inbox as one value, which was an index by number and a count: a page walked from one number to the next through
/// the whole trie. Does nothing on a chain that has it.
pub type MigrateV1ToV2<T> =
    VersionedMigration<1, 2, v1::InboxAsOne<T>, Pallet<T>, <T as frame_system::Config>::DbWeight>;

/// The first version.
// The aliases have a prefix that the macro does not document.
#[allow(missing_docs)]
pub mod v1 {
    use super::*;

    /// Patient and request → that it waits.
    #[storage_alias]
    pub type Inbox<T: Config> = StorageDoubleMap<Pallet<T>, Twox64Concat, MemberId, Identity, OrderedKey, ()>;

    /// Patient → how many requests wait.
    #[storage_alias]
    pub type InboxCount<T: Config> = StorageMap<Pallet<T>, Twox64Concat, MemberId, u32>;

    /// Most requests that may wait on a chain for one block to do this in its time, each with two reads and three writes. A
    /// chain that has more is migrated in several blocks; the check before the upgrade says so.
    pub const REQUESTS_MAX: usize = 8_000;

    /// Puts every inbox into one value.
    pub struct InboxAsOne<T>(PhantomData<T>);

    impl<T: Config> UncheckedOnRuntimeUpgrade for InboxAsOne<T> {
        fn on_runtime_upgrade() -> Weight {
            // Those of one patient come in the order of their numbers, and were at most as many as one value takes.
            let moved = Inbox::<T>::drain().fold(0u64, |moved, (patient, request, ())| {
                let kept = Inboxes::<T>::try_append(patient, RequestId::from(request));
                debug_assert!(kept.is_ok(), "an inbox was beyond its bound");
                moved.saturating_add(1)
            });
            let counts = InboxCount::<T>::drain().count() as u64;
            let (reads, writes) = (moved.saturating_mul(2), moved.saturating_mul(2).saturating_add(counts));
            T::DbWeight::get().reads_writes(reads.saturating_add(counts).saturating_add(1), writes)
        }

        #[cfg(feature = "try-runtime")]
        fn pre_upgrade() -> Result<Vec<u8>, TryRuntimeError> {
            let requests = Inbox::<T>::iter_keys().count();
            ensure!(requests <= REQUESTS_MAX, "too many requests for one block: migrate in several");
            Ok((requests as u64).encode())
        }

        #[cfg(feature = "try-runtime")]
        fn post_upgrade(state: Vec<u8>) -> Result<(), TryRuntimeError> {
            let requests = u64::decode(&mut &state[..]).map_err(|_| "the count cannot be read")?;
            let left = Inbox::<T>::iter_keys().next().is_some() || InboxCount::<T>::iter_keys().next().is_some();
            ensure!(!left, "entries of the index by number are left");
            let kept: usize = Inboxes::<T>::iter_values().map(|inbox| inbox.len()).sum();
            ensure!(kept as u64 == requests, "the inboxes have not as many requests");
            Ok(())
        }
    }
}
