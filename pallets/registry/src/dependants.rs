//! Dependants: patients whom a guardian registers, and who take over their membership later.

use crate::{staff::one_less, vouchers::signed, *};
use codec::Encode;

impl<T: Config> Pallet<T> {
    /// Gives how many dependants the guardian has.
    pub(crate) fn ensure_may_register_dependant(
        genesis: &T::Hash,
        now: Moment,
        guardian: &Member,
        account: &T::AccountId,
        encryption_key: EncryptionKey,
        expires_at: Moment,
        signature: &T::Signature,
    ) -> Result<u32, Error<T>> {
        ensure!(guardian.role == Role::Patient, Error::<T>::NotAPatient);
        let count = DependantCount::<T>::get(guardian.id);
        ensure!(count < limits::DEPENDANTS_MAX, Error::<T>::TooManyDependants);
        Self::ensure_in_time(now, expires_at)?;
        let bytes = account.encode();
        let statement = DependantStatement {
            genesis: genesis.as_ref(),
            guardian: guardian.id,
            account: &bytes,
            encryption_key,
            expires_at,
        };
        ensure!(signed(&statement.text(), signature, account), Error::<T>::ConsentForged);
        Ok(count)
    }

    /// Adds a dependant to so many that the guardian has.
    pub(crate) fn do_add_dependant(dependant: MemberId, guardian: MemberId, count: u32) {
        Dependants::<T>::insert(dependant, guardian);
        DependantCount::<T>::insert(guardian, count.saturating_add(1));
        T::Guardianships::appoint_for_dependant(dependant, guardian);
        Self::deposit_event(Event::DependantRegistered { dependant, guardian });
    }

    /// Notes that a member has an account of its own: nobody hands it over any more. Gives the guardian whose dependant it was.
    pub(crate) fn end_dependence(member: MemberId) -> Option<MemberId> {
        let guardian = Dependants::<T>::take(member)?;
        DependantCount::<T>::mutate_exists(guardian, one_less);
        Some(guardian)
    }
}
