//! Dependants: patients whom a guardian registers, and who take over their membership later.

use crate::{staff::one_less, vouchers::signed, *};
use codec::Encode;

impl<T: Config> Pallet<T> {
    pub(crate) fn ensure_may_register_dependant(
        guardian: &Member,
        account: &T::AccountId,
        encryption_key: EncryptionKey,
        expires_at: Moment,
        signature: &T::Signature,
    ) -> DispatchResult {
        ensure!(guardian.role == Role::Patient, Error::<T>::NotAPatient);
        ensure!(DependantCount::<T>::get(guardian.id) < limits::DEPENDANTS_MAX, Error::<T>::TooManyDependants);
        Self::ensure_in_time(expires_at)?;
        let (genesis, bytes) = (Self::genesis(), account.encode());
        let statement = DependantStatement {
            genesis: genesis.as_ref(),
            guardian: guardian.id,
            account: &bytes,
            encryption_key,
            expires_at,
        };
        ensure!(signed(&statement.text(), signature, account), Error::<T>::ConsentForged);
        Ok(())
    }

    pub(crate) fn do_add_dependant(dependant: MemberId, guardian: MemberId) {
        Dependants::<T>::insert(dependant, guardian);
        DependantCount::<T>::mutate(guardian, |count| *count = count.saturating_add(1));
        T::Guardianships::appoint_for_dependant(dependant, guardian);
        Self::deposit_event(Event::DependantRegistered { dependant, guardian });
    }

    /// Notes that a member has an account of its own, if it was a dependant: nobody hands it over any more.
    pub(crate) fn end_dependence(member: MemberId) {
        if let Some(guardian) = Dependants::<T>::take(member) {
            DependantCount::<T>::mutate_exists(guardian, one_less);
        }
    }
}
