//! Staff: accounts of persons that act for an institution.

use crate::{vouchers::signed, *};
use codec::Encode;

impl<T: Config> Pallet<T> {
    /// The staff accounts of an institution after `cursor`, at most `limit`, in no order that means anything. The cost
    /// grows with `limit`, which the caller bounds.
    pub fn staff_page(
        institution: MemberId,
        cursor: Option<&T::AccountId>,
        limit: u32,
    ) -> Vec<(T::AccountId, StaffMember)> {
        let accounts = match cursor {
            None => StaffOf::<T>::iter_key_prefix(institution),
            Some(account) => {
                StaffOf::<T>::iter_key_prefix_from(institution, StaffOf::<T>::hashed_key_for(institution, account))
            }
        };
        accounts
            .filter_map(|account| Staff::<T>::get(&account).map(|entry| (account, entry)))
            .take(limit as usize)
            .collect()
    }

    pub(crate) fn ensure_may_add_staff(
        institution: &Member,
        account: &T::AccountId,
        encryption_key: EncryptionKey,
        of_version: KeyVersion,
        expires_at: Moment,
        signature: &T::Signature,
    ) -> DispatchResult {
        ensure!(institution.role.is_institution(), Error::<T>::NotAnInstitution);
        Self::ensure_account_free(account).map_err(|_| Error::<T>::StaffAccountTaken)?;
        ensure!(StaffCount::<T>::get(institution.id) < limits::STAFF_MAX, Error::<T>::TooManyStaff);
        ensure!(!is_small_order(&encryption_key), Error::<T>::EncryptionKeyTooWeak);
        ensure!(of_version == institution.key_version, Error::<T>::KeyVersionNotCurrent);
        Self::ensure_in_time(T::Time::now(), expires_at)?;
        let later = StaffConsents::<T>::get(account).is_none_or(|used| used < expires_at);
        ensure!(later, Error::<T>::ConsentUsed);
        let (genesis, bytes) = (Self::genesis(), account.encode());
        let statement = StaffStatement {
            genesis: genesis.as_ref(),
            institution: institution.id,
            account: &bytes,
            encryption_key,
            expires_at,
        };
        ensure!(signed(&statement.text(), signature, account), Error::<T>::ConsentForged);
        Ok(())
    }

    /// Adds staff that has been checked and gives the account a provider reference, without which it could send nothing.
    /// It keeps the reference when it is removed, so that its transactions can never be replayed.
    pub(crate) fn do_add_staff(account: T::AccountId, entry: StaffMember, expires_at: Moment) {
        StaffConsents::<T>::insert(&account, expires_at);
        let StaffMember { institution, scope, .. } = entry;
        StaffOf::<T>::insert(institution, &account, ());
        StaffCount::<T>::mutate(institution, |count| *count = count.saturating_add(1));
        Staff::<T>::insert(&account, entry);
        frame_system::Pallet::<T>::inc_providers(&account);
        T::Accounts::staff_added(&account);
        Self::deposit_event(Event::StaffAdded { institution, account, scope });
    }

    pub(crate) fn do_remove_staff(account: T::AccountId, institution: MemberId) {
        Staff::<T>::remove(&account);
        StaffOf::<T>::remove(institution, &account);
        StaffCount::<T>::mutate_exists(institution, one_less);
        Self::deposit_event(Event::StaffRemoved { institution, account });
    }

    pub(crate) fn do_reseal_staff(
        institution: &Member,
        copies: StaffCopies<T::AccountId>,
        of_version: KeyVersion,
    ) -> DispatchResult {
        ensure!(institution.role.is_institution(), Error::<T>::NotAnInstitution);
        ensure!(of_version == institution.key_version, Error::<T>::KeyVersionNotCurrent);
        ensure!(!copies.is_empty(), Error::<T>::NotStaff);
        let staff = copies.len() as u32;
        for (account, copy) in copies {
            let entry = Staff::<T>::get(&account)
                .filter(|entry| entry.institution == institution.id)
                .ok_or(Error::<T>::NotStaff)?;
            Staff::<T>::insert(&account, StaffMember { copy, of_version, ..entry });
        }
        Self::deposit_event(Event::StaffResealed { institution: institution.id, of_version, staff });
        Ok(())
    }
}

/// Counts down, and to absence instead of zero.
pub(crate) fn one_less(count: &mut Option<u32>) {
    *count = count.and_then(|count| count.checked_sub(1)).filter(|count| *count > 0);
}
