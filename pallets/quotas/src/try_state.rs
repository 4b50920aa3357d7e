//! Invariants:
//!
//! 1. No account has spent more than the largest bucket holds.
//! 2. No bucket was refilled in a block that is yet to come.
//! 3. The lanes have taken no more registrations than a block may, in all and by one institution's word.
//! 4. The quotas and lanes that were set are within their bounds.

use crate::{Buckets, Config, OpenRegistrations, Pallet, Quota, QuotaClass, Quotas, SetQuotas, VouchedRegistrations};
use frame_support::{ensure, traits::Get};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
    /// Checks the invariants of this module's documentation.
    ///
    /// # Errors
    ///
    /// What does not hold.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        // A quota that was in force earlier may have been the largest allowed.
        let quotas = || QuotaClass::ALL.iter().map(|class| T::Quotas::quota(*class));
        let range = Quota::RANGE;
        let weight_max = quotas().map(|quota| quota.weight_max).max().unwrap_or(0).saturating_mul(range.into());
        let length_max = quotas().map(|quota| quota.length_max).max().unwrap_or(0).saturating_mul(range);
        let now = frame_system::Pallet::<T>::block_number();
        for bucket in Buckets::<T>::iter_values() {
            ensure!(bucket.weight_spent <= weight_max, "an account has spent more weight than any bucket holds");
            ensure!(bucket.length_spent <= length_max, "an account has spent more length than any bucket holds");
            ensure!(bucket.refilled_at <= now, "a bucket was refilled in a block that is yet to come");
        }
        ensure!(
            OpenRegistrations::<T>::get() <= T::OpenRegistrationsPerBlock::get(),
            "the open lane has taken more registrations than a block may"
        );
        let vouched = VouchedRegistrations::<T>::get();
        ensure!(
            vouched.values().fold(0u32, |total, by_one| total.saturating_add(*by_one))
                <= T::VouchedRegistrationsPerBlock::get(),
            "the vouched lane has taken more registrations than a block may"
        );
        ensure!(
            vouched.values().all(|by_one| *by_one <= T::VouchedPerInstitution::get()),
            "an institution has vouched for more than its share of a block"
        );
        for (class, quota) in SetQuotas::<T>::iter() {
            ensure!(quota.is_near(&T::Quotas::quota(class)), "a quota that was set is out of bounds");
        }
        let lanes = Self::lanes();
        ensure!(
            lanes.open <= T::OpenRegistrationsPerBlock::get()
                && lanes.vouched <= T::VouchedRegistrationsPerBlock::get()
                && lanes.vouched_per_institution <= T::VouchedPerInstitution::get(),
            "a lane that was set is wider than the runtime allows"
        );
        Ok(())
    }
}
