//! Invariants:
//!
//! 1. The validators are those whose keys are in use, in the same order, and there is at least one once there was a key.
//! 2. No two validators have a key in common.
//! 3. No key in use is among those that are out of use.
//! 4. A session has at least one block.

use crate::{Config, Pallet, SessionLength};
use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::ensure;
use pallet_session::QueuedKeys;
use sp_runtime::{
    traits::{Get, OpaqueKeys, Zero},
    TryRuntimeError,
};

impl<T: Config> Pallet<T> {
    /// Checks the invariants of this module's documentation.
    ///
    /// # Errors
    ///
    /// What does not hold.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let active = QueuedKeys::<T>::get();
        let validators: Vec<_> = active.iter().map(|(validator, _)| validator.clone()).collect();
        ensure!(
            validators == pallet_session::Pallet::<T>::validators(),
            "the keys in use are not those of the session's validators"
        );
        let retired = T::RetiredKeysOwner::get();
        let mut seen = BTreeSet::new();
        for (_, keys) in &active {
            for id in T::Keys::key_ids() {
                let key = keys.get_raw(*id);
                ensure!(seen.insert((id.0, key.to_vec())), "two validators have a key in common");
                ensure!(
                    pallet_session::Pallet::<T>::key_owner(*id, key).as_ref() != Some(&retired),
                    "a key in use is out of use"
                );
            }
        }
        ensure!(!SessionLength::<T>::get().is_zero(), "a session has no block");
        Ok(())
    }
}
