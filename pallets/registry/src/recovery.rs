//! How guardians that a member has named recover its account when its key is lost.

use crate::*;
use frame_system::{ensure_signed, pallet_prelude::OriginFor};
use sp_runtime::DispatchError;

impl<T: Config> Pallet<T> {
    /// The recoveries of a member that are under way, each with the guardian who proposed it; at most
    /// [`limits::RECOVERY_GUARDIANS_MAX`].
    pub fn recoveries(member: MemberId) -> Vec<(MemberId, Recovery<T::AccountId>)> {
        Recoveries::<T>::iter_prefix(member).take(limits::RECOVERY_GUARDIANS_MAX as usize).collect()
    }

    /// The active member that signed.
    pub(crate) fn caller_active(origin: OriginFor<T>) -> Result<Member, DispatchError> {
        let account = ensure_signed(origin)?;
        let member = Members::<T>::get(account).ok_or(Error::<T>::NotAMember)?;
        ensure!(member.status == Status::Active, Error::<T>::NotActive);
        Ok(member)
    }

    /// The copies of a member's earlier encryption secrets that are sealed to a later key of its own, after `cursor`; at
    /// most `limit`. Each with its version and who made it.
    pub fn own_copies_page(
        member: MemberId,
        cursor: Option<(KeyVersion, MemberId)>,
        limit: u32,
    ) -> Vec<(KeyVersion, MemberId, VersionedSeal)> {
        let copies = match cursor {
            None => OwnCopies::<T>::iter_prefix((member,)),
            Some((version, giver)) => {
                let last = OwnCopies::<T>::hashed_key_for((member, version, giver));
                OwnCopies::<T>::iter_prefix_from((member,), last)
            }
        };
        copies.take(limit as usize).map(|((version, giver), copy)| (version, giver, copy)).collect()
    }

    /// Names guardians in the place of those before, each with its copy.
    pub(crate) fn do_name_guardians(
        member: &Member,
        named: GuardiansWithCopies,
        threshold: u32,
        wait: Moment,
    ) -> DispatchResult {
        let id = member.id;
        let guardians: Vec<_> = named.iter().map(|entry| entry.guardian).collect();
        // Both lists have the same bound.
        let guardians = Guardians::truncate_from(guardians);
        Self::ensure_guardians(id, &guardians, threshold, wait)?;
        for GuardianWithCopy { guardian, copy } in &named {
            let (_, found) = Self::member_by_id(*guardian).ok_or(Error::<T>::UnknownMember)?;
            ensure!(copy.key_version == found.key_version, Error::<T>::KeyVersionNotCurrent);
        }

        Self::end_recoveries(id);
        if let Some(before) = Guardianships::<T>::take(id) {
            before.guardians.iter().for_each(|guardian| GuardianCopies::<T>::remove(id, guardian));
        }
        for GuardianWithCopy { guardian, copy } in named {
            GuardianCopies::<T>::insert(id, guardian, KeyCopy { of_version: member.key_version, seal: copy });
        }
        let count = guardians.len() as u32;
        if !guardians.is_empty() {
            Guardianships::<T>::insert(id, Guardianship { guardians, threshold, wait });
        }
        Self::deposit_event(Event::GuardiansNamed { member: id, guardians: count });
        Ok(())
    }

    pub(crate) fn do_return_copy(member: MemberId, guardian: MemberId, copy: VersionedSeal) -> DispatchResult {
        Self::guardianship(member, guardian)?;
        let (_, recovered) = Self::member_by_id(member).ok_or(Error::<T>::UnknownMember)?;
        let held = GuardianCopies::<T>::get(member, guardian)
            .filter(|held| held.of_version < recovered.key_version)
            .ok_or(Error::<T>::NoCopyToReturn)?;
        ensure!(copy.key_version == recovered.key_version, Error::<T>::KeyVersionNotCurrent);

        OwnCopies::<T>::insert((member, held.of_version, guardian), copy);
        Self::deposit_event(Event::CopyReturned { member, guardian, of_version: held.of_version });
        Ok(())
    }

    pub(crate) fn ensure_guardians(
        member: MemberId,
        guardians: &Guardians,
        threshold: u32,
        wait: Moment,
    ) -> Result<(), Error<T>> {
        if guardians.is_empty() {
            return Ok(());
        }
        for (at, guardian) in guardians.iter().enumerate() {
            ensure!(*guardian != member, Error::<T>::OwnGuardian);
            ensure!(!guardians.iter().take(at).any(|other| other == guardian), Error::<T>::GuardianTwice);
            ensure!(AccountOf::<T>::contains_key(guardian), Error::<T>::UnknownMember);
        }
        ensure!(threshold > 0 && threshold as usize <= guardians.len(), Error::<T>::ThresholdOutOfRange);
        let bounds = limits::RECOVERY_WAIT_MIN..=limits::RECOVERY_WAIT_MAX;
        ensure!(bounds.contains(&wait), Error::<T>::WaitOutOfRange);
        Ok(())
    }

    /// What the member has laid down, if this is one of its guardians.
    pub(crate) fn guardianship(member: MemberId, guardian: MemberId) -> Result<Guardianship, Error<T>> {
        Guardianships::<T>::get(member)
            .filter(|guardianship| guardianship.guardians.contains(&guardian))
            .ok_or(Error::<T>::NotGuardian)
    }

    /// Notes an agreement. The time to object runs from the one that is the last needed; later ones do not prolong it.
    pub(crate) fn do_approve(
        member: MemberId,
        proposer: MemberId,
        guardian: MemberId,
        mut recovery: Recovery<T::AccountId>,
        guardianship: &Guardianship,
    ) -> DispatchResult {
        // There are no more agreements than guardians, for whom there is room.
        recovery.approvals.try_push(guardian).map_err(|_| Error::<T>::ApprovedAlready)?;
        if recovery.ready_at.is_none() && recovery.approvals.len() >= guardianship.threshold as usize {
            recovery.ready_at = Some(T::Time::now().saturating_add(guardianship.wait));
        }
        let ready_at = recovery.ready_at;
        Recoveries::<T>::insert(member, proposer, recovery);
        Self::deposit_event(Event::RecoveryApproved { member, proposer, guardian, ready_at });
        Ok(())
    }

    /// Ends the recoveries of a member that are under way, one for each guardian at most; returns how many there were.
    pub(crate) fn end_recoveries(member: MemberId) -> u32 {
        let proposers: Vec<_> = Recoveries::<T>::iter_key_prefix(member).collect();
        proposers.iter().for_each(|proposer| Recoveries::<T>::remove(member, proposer));
        proposers.len() as u32
    }
}
