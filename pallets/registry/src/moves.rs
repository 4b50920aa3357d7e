//! How a membership moves to another account.

use crate::{vouchers::signed, *};
use codec::Encode;

/// Whose an account is.
pub(crate) enum Holder {
    /// A member's.
    Member,
    /// A member's that has moved to another.
    Retired,
    /// That of an institution's staff.
    Staff,
}

impl<T: Config> Pallet<T> {
    /// Whether an account may take a membership over with a key, and has signed that it will.
    pub(crate) fn ensure_consent_to_move(
        member: MemberId,
        to: &T::AccountId,
        encryption_key: EncryptionKey,
        expires_at: Moment,
        signature: &T::Signature,
    ) -> Result<(), Error<T>> {
        Self::ensure_account_free(to)?;
        Self::ensure_in_time(T::Time::now(), expires_at)?;
        let (genesis, account) = (Self::genesis(), to.encode());
        let statement = MoveStatement { genesis: genesis.as_ref(), member, to: &account, encryption_key, expires_at };
        ensure!(signed(&statement.text(), signature, to), Error::<T>::ConsentForged);
        Ok(())
    }

    /// Whether an account is nobody's yet.
    pub(crate) fn ensure_account_free(account: &T::AccountId) -> Result<(), Error<T>> {
        ensure!(!T::Administrators::contains(account), Error::<T>::AccountTaken);
        match Self::holder(account) {
            None => Ok(()),
            Some(Holder::Member | Holder::Staff) => Err(Error::<T>::AccountTaken),
            Some(Holder::Retired) => Err(Error::<T>::AccountRetired),
        }
    }

    /// Whose an account is; `None` if it is nobody's.
    pub(crate) fn holder(account: &T::AccountId) -> Option<Holder> {
        // Whoever has it gave it a provider reference, which it keeps.
        if frame_system::Pallet::<T>::providers(account) == 0 {
            return None;
        }
        if Members::<T>::contains_key(account) {
            Some(Holder::Member)
        } else if Retired::<T>::contains_key(account) {
            Some(Holder::Retired)
        } else {
            Staff::<T>::contains_key(account).then_some(Holder::Staff)
        }
    }

    /// Moves a membership. The account that is left keeps its provider reference, so that its transactions can never be
    /// replayed. `copy` is the secret of the key that the member leaves, sealed to the one that it gets, and who made it.
    pub(crate) fn do_move(
        from: T::AccountId,
        mut member: Member,
        to: T::AccountId,
        key: EncryptionKey,
        copy: Option<(MemberId, Seal)>,
    ) -> DispatchResult {
        // It would stay an administrator's and be no member's: nothing would keep it from vetting itself.
        ensure!(!T::Administrators::contains(&from), Error::<T>::AdministratorMoves);
        let of_version = member.key_version;
        Self::do_rotate(&mut member, key)?;
        let (id, key_version) = (member.id, member.key_version);
        if let Some((giver, seal)) = copy {
            OwnCopies::<T>::insert((id, of_version, giver), VersionedSeal { seal, key_version });
        }
        Self::end_dependence(id);
        // What was proposed for the account before is moot.
        Self::end_recoveries(id);
        Members::<T>::remove(&from);
        Retired::<T>::insert(&from, id);
        AccountOf::<T>::insert(id, &to);
        let look = look(&member.username);
        let by_look = look == member.username || Usernames::<T>::get(&look).as_ref() == Some(&from);
        let listed = if by_look { &look } else { &member.username };
        Usernames::<T>::insert(listed, &to);
        Members::<T>::insert(&to, member);
        frame_system::Pallet::<T>::inc_providers(&to);
        T::Accounts::moved(&from, &to);
        Self::deposit_event(Event::AccountMoved { member: id, from, to, key_version });
        Ok(())
    }
}
