//! A migration to rehearse upgrades with: it reads and writes every member again, and leaves a mark.
//!
//! It runs in the runtime that `tests/next-runtime` builds, and natively over snapshots of a chain's state. A migration of
//! a release goes to its pallet, as a `VersionedMigration`.

use crate::{AccountId, Runtime};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use frame_support::{ensure, storage::unhashed, traits::OnRuntimeUpgrade, weights::Weight};
use pallet_registry::{Member, Members};
use sp_runtime::TryRuntimeError;

/// Where the mark is left: the number of members that were migrated.
pub const MARK: &[u8] = b":medchain:rehearsal";

/// What must be the same before and after: every member, in the order of storage.
type Snapshot = Vec<(AccountId, Member)>;

/// The migration.
pub struct Rehearsal;

impl OnRuntimeUpgrade for Rehearsal {
    fn on_runtime_upgrade() -> Weight {
        let mut migrated: u64 = 0;
        Members::<Runtime>::translate_values(|member: Member| {
            migrated = migrated.saturating_add(1);
            Some(member)
        });
        unhashed::put(MARK, &migrated);
        let touched = migrated.saturating_add(1);
        <Runtime as frame_system::Config>::DbWeight::get().reads_writes(touched, touched)
    }

    #[cfg(feature = "try-runtime")]
    fn pre_upgrade() -> Result<Vec<u8>, TryRuntimeError> {
        Ok(Self::before())
    }

    #[cfg(feature = "try-runtime")]
    fn post_upgrade(state: Vec<u8>) -> Result<(), TryRuntimeError> {
        Self::ensure_kept(&state)
    }
}

impl Rehearsal {
    /// What the migration must keep, to be handed to [`Self::ensure_kept`] after it.
    pub fn before() -> Vec<u8> {
        Members::<Runtime>::iter().collect::<Snapshot>().encode()
    }

    /// Makes sure that nothing was lost, and that the mark is there.
    ///
    /// # Errors
    /// What is not as it should be.
    pub fn ensure_kept(before: &[u8]) -> Result<(), TryRuntimeError> {
        let before = Snapshot::decode(&mut &*before).map_err(|_| "the snapshot cannot be read")?;
        let after: Snapshot = Members::<Runtime>::iter().collect();
        ensure!(before == after, "the members are other than before");
        let mark = unhashed::get::<u64>(MARK);
        let members = u64::try_from(before.len()).unwrap_or(u64::MAX);
        ensure!(mark == Some(members), "the mark does not tell how many members were migrated");
        Ok(())
    }
}
