//! How the storage of earlier versions becomes that of this one; `pallets/reports/src/migrations.rs` is the pattern.

use crate::{look, Config, Pallet, Username, Usernames};
use alloc::vec::Vec;
use frame_support::{
    migrations::VersionedMigration,
    traits::{Get, UncheckedOnRuntimeUpgrade},
    weights::Weight,
};
#[cfg(feature = "try-runtime")]
use {frame_support::ensure, sp_runtime::TryRuntimeError};

/// Usernames by how they look, which were by themselves: `anna.b` and `anna-b` were two members'. Does nothing on a chain
/// that has them so.
pub type MigrateV1ToV2<T> = VersionedMigration<1, 2, v1::ByLook<T>, Pallet<T>, <T as frame_system::Config>::DbWeight>;

/// The first version.
pub mod v1 {
    use super::*;
    use core::marker::PhantomData;

    /// Most members that a chain may have for one block to do this in its time, each with two reads and at most two
    /// writes. A chain that has more is migrated in several blocks; the check before the upgrade says so.
    pub const MEMBERS_MAX: usize = 8_000;

    /// Moves every username to its look. Where another member has that look already, the username stays as it is: it still
    /// leads to its member, and nobody else gets one that looks like it.
    pub struct ByLook<T>(PhantomData<T>);

    impl<T: Config> UncheckedOnRuntimeUpgrade for ByLook<T> {
        fn on_runtime_upgrade() -> Weight {
            let (mut read, mut moved) = (0u64, 0u64);
            // What is inserted while a map is read may be met again.
            let listed: Vec<(Username, T::AccountId)> = Usernames::<T>::iter().collect();
            for (username, account) in listed {
                read = read.saturating_add(2);
                let look = look(&username);
                if look != username && !Usernames::<T>::contains_key(&look) {
                    Usernames::<T>::remove(&username);
                    Usernames::<T>::insert(look, account);
                    moved = moved.saturating_add(1);
                }
            }
            T::DbWeight::get().reads_writes(read, moved.saturating_mul(2))
        }

        #[cfg(feature = "try-runtime")]
        fn pre_upgrade() -> Result<Vec<u8>, TryRuntimeError> {
            let members = Usernames::<T>::iter_keys().count();
            ensure!(members <= MEMBERS_MAX, "too many members for one block: migrate in several");
            Ok(codec::Encode::encode(&(members as u64)))
        }

        #[cfg(feature = "try-runtime")]
        fn post_upgrade(state: Vec<u8>) -> Result<(), TryRuntimeError> {
            let members: u64 = codec::Decode::decode(&mut &state[..]).map_err(|_| "the count cannot be read")?;
            ensure!(Usernames::<T>::iter_keys().count() as u64 == members, "a username was lost");
            for (account, member) in crate::Members::<T>::iter() {
                let found = Pallet::<T>::member_by_username(&member.username).map(|(found, _)| found);
                ensure!(found == Some(account), "a username does not lead to its member");
            }
            Ok(())
        }
    }
}
