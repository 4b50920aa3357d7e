//! Whether an act is what its member may do now.

use crate::{
    Act, Answers, Config, Confirmations, CurrentRound, Dealings, Error, Outcome, Pallet, PerMember, Phase,
    PublishedDealing, Reports, Round,
};
use alloc::vec::Vec;
use frame_support::ensure;
use frame_system::pallet_prelude::BlockNumberFor;
use sp_core::sr25519;
use sp_runtime::traits::Zero;

type RoundOf<T> = Round<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// Whether these numbers are in order, each once.
fn in_order(numbers: impl IntoIterator<Item = u16>) -> bool {
    let mut last = 0;
    numbers.into_iter().all(|number| {
        let after = number > last;
        last = number;
        after
    })
}

/// The entry of member `number`, counted from 1.
pub(crate) fn numbered<E>(entries: &[E], number: u16) -> Option<&E> {
    usize::from(number).checked_sub(1).and_then(|at| entries.get(at))
}

/// The recipients that have reported to lack a good share of a dealer, by number, in order.
pub(crate) fn lacking(reports: &[(u16, PerMember<u16>)], dealer: u16) -> Vec<u16> {
    reports.iter().filter(|(_, missing)| missing.contains(&dealer)).map(|(recipient, _)| *recipient).collect()
}

impl<T: Config> Pallet<T> {
    /// The round under way, if the member may do this in it and has signed it.
    pub(crate) fn check(
        number: u32,
        member: u16,
        act: &Act,
        signature: &sr25519::Signature,
    ) -> Result<RoundOf<T>, Error<T>> {
        let round = CurrentRound::<T>::get().filter(|round| round.number == number).ok_or(Error::OtherRound)?;
        ensure!(round.phase == act.phase(), Error::OtherPhase);
        let dealer = || numbered(&round.dealers, member).map(|dealer| dealer.seat.key);
        let recipient = || numbered(&round.recipients, member).map(|seat| seat.key);
        let (key, acted) = match act {
            Act::Deal(_) => (dealer(), Dealings::<T>::contains_key(member)),
            Act::Report(_) => (recipient(), Reports::<T>::contains_key(member)),
            Act::Answer(_) => (dealer(), Answers::<T>::contains_key(member)),
            Act::Confirm(_) => (recipient(), Confirmations::<T>::contains_key(member)),
        };
        let key = key.ok_or(Error::NotInRound)?;
        ensure!(!acted, Error::AlreadyActed);
        // Before what costs more the more members there are: anybody can send an act, and only signatures bound them.
        let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
        let text = act.text(&genesis, number, member);
        ensure!(sp_io::crypto::sr25519_verify(signature, &text, &key), Error::Forged);
        match act {
            Act::Deal(dealing) => Self::check_dealing(&round, member, dealing)?,
            Act::Report(missing) => {
                ensure!(
                    in_order(missing.iter().copied()) && missing.iter().all(Dealings::<T>::contains_key),
                    Error::Malformed
                );
            }
            Act::Answer(shares) => {
                let asked = lacking(&Self::reports(), member);
                ensure!(!round.refused.contains(&member) && !asked.is_empty(), Error::NotInRound);
                ensure!(shares.iter().map(|(recipient, _)| *recipient).eq(asked), Error::Malformed);
            }
            Act::Confirm(outcome) => Self::check_outcome(&round, outcome)?,
        }
        Ok(round)
    }

    fn check_dealing(round: &RoundOf<T>, dealer: u16, dealing: &PublishedDealing) -> Result<(), Error<T>> {
        ensure!(dealing.commitment.len() == usize::from(round.threshold), Error::Malformed);
        // An encoding is canonical or none, so that equal points have equal bytes.
        match numbered(&round.dealers, dealer).and_then(|dealer| dealer.share) {
            Some(share) => ensure!(dealing.commitment.first() == Some(&share), Error::OtherShare),
            None => ensure!(round.key.is_none(), Error::OtherShare),
        }
        Ok(())
    }

    fn check_outcome(round: &RoundOf<T>, outcome: &Outcome) -> Result<(), Error<T>> {
        let counts = |dealer: &u16| Dealings::<T>::contains_key(dealer) && !round.refused.contains(dealer);
        let shaped = outcome.shares.len() == round.recipients.len()
            && outcome.dealers.len() >= usize::from(round.needed)
            && in_order(outcome.dealers.iter().copied())
            && outcome.dealers.iter().all(counts);
        ensure!(shaped, Error::Malformed);
        ensure!(round.key.is_none_or(|key| key == outcome.key), Error::OtherKey);
        Ok(())
    }

    /// What the recipients of the current round have reported, by number, in order.
    pub(crate) fn reports() -> Vec<(u16, PerMember<u16>)> {
        let mut reports: Vec<_> = Reports::<T>::iter().collect();
        reports.sort_unstable_by_key(|(recipient, _)| *recipient);
        reports
    }

    /// Whether a round is under way.
    pub(crate) fn is_under_way() -> bool {
        CurrentRound::<T>::get().is_some_and(|round| round.phase != Phase::Finished)
    }
}
