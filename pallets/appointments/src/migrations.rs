//! How the storage of earlier versions becomes that of this one; `pallets/reports/src/migrations.rs` is the pattern.

use crate::*;
use core::marker::PhantomData;
use frame_support::{
    migrations::VersionedMigration,
    pallet_prelude::*,
    storage_alias,
    traits::{Get, UncheckedOnRuntimeUpgrade},
    weights::Weight,
};
#[cfg(feature = "try-runtime")]
use sp_runtime::TryRuntimeError;

/// A member's appointments in a list, which were in an index by their number: a page walked from one number to the next through the
/// whole trie. Does nothing on a chain that has them.
pub type MigrateV1ToV2<T> = VersionedMigration<1, 2, v1::Lists<T>, Pallet<T>, <T as frame_system::Config>::DbWeight>;

/// The first version.
// The aliases have a prefix that the macro does not document.
#[allow(missing_docs)]
pub mod v1 {
    use super::*;

    /// Patient and appointment → that there is such an appointment, the newest first.
    #[storage_alias]
    pub type ByPatient<T: Config> = StorageDoubleMap<Pallet<T>, Twox64Concat, MemberId, Identity, NewestFirstKey, ()>;

    /// Doctor and appointment; as [`ByPatient`].
    #[storage_alias]
    pub type ByDoctor<T: Config> = StorageDoubleMap<Pallet<T>, Twox64Concat, MemberId, Identity, NewestFirstKey, ()>;

    /// Most appointments that one block lists in its time, each with five reads and six writes. A chain that has more is
    /// migrated in several blocks; the check before the upgrade says so.
    pub const APPOINTMENTS_MAX: usize = 4_000;

    /// Lists every appointment for its two, and drops the indexes by number.
    pub struct Lists<T>(PhantomData<T>);

    impl<T: Config> UncheckedOnRuntimeUpgrade for Lists<T> {
        fn on_runtime_upgrade() -> Weight {
            let numbers = AppointmentId::FIRST.0..NextAppointmentId::<T>::get().0;
            let mut listed = 0u64;
            for id in numbers.map(AppointmentId) {
                let Some(Appointment { patient, doctor, .. }) = Appointments::<T>::get(id) else { continue };
                for member in [patient, doctor] {
                    let listed = Pallet::<T>::list(member, id);
                    debug_assert!(listed.is_ok(), "a list takes as many appointments as there are numbers");
                }
                ByPatient::<T>::remove(patient, NewestFirstKey::from(id));
                ByDoctor::<T>::remove(doctor, NewestFirstKey::from(id));
                listed = listed.saturating_add(1);
            }
            T::DbWeight::get().reads_writes(listed.saturating_mul(5).saturating_add(1), listed.saturating_mul(6))
        }

        #[cfg(feature = "try-runtime")]
        fn pre_upgrade() -> Result<Vec<u8>, TryRuntimeError> {
            let appointments = Appointments::<T>::iter_keys().count();
            ensure!(appointments <= APPOINTMENTS_MAX, "too many appointments for one block: migrate in several");
            Ok((appointments as u64).encode())
        }

        #[cfg(feature = "try-runtime")]
        fn post_upgrade(state: Vec<u8>) -> Result<(), TryRuntimeError> {
            let appointments = u64::decode(&mut &state[..]).map_err(|_| "the count cannot be read")?;
            let left = ByPatient::<T>::iter_keys().next().is_some() || ByDoctor::<T>::iter_keys().next().is_some();
            ensure!(!left, "entries of the indexes by number are left");
            let listed: usize = AppointmentsOf::<T>::iter_values().map(|leaf| leaf.len()).sum();
            ensure!(listed as u64 == appointments.saturating_mul(2), "the lists have not as many entries");
            Ok(())
        }
    }
}
