//! Invariants:
//!
//! 1. The committee in force has as many holders as shares, unless genesis named it without its holders, and a threshold
//!    that they can reach.
//! 2. A round has dealers and recipients, no more needed than there are, and the number of the last one.
//! 3. What is published belongs to a round: dealings of its dealers, each of the round's degree and, where a key is handed
//!    on, of the dealer's share; reports and confirmations of its recipients; answers of its dealers.
//! 4. A round under way counts who has acted in its phase, and no more are expected to than there are.
//! 5. A finished round is the committee of its key, unless that was retired.
//! 6. Earlier committees are of epochs before the one in force, no more than may be kept, each under its own and with a
//!    threshold that its holders can reach.

use crate::{
    checks::numbered, Answers, Config, Confirmations, CurrentRound, Dealings, Earlier, Holders, LastRound, Pallet,
    Phase, Published, RenewalDue, Reports,
};
use frame_support::{ensure, traits::Get};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
    /// Checks the invariants of this module's documentation.
    ///
    /// # Errors
    ///
    /// What does not hold.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let holders = Holders::<T>::get();
        if let Some(committee) = T::Published::committee() {
            ensure!(
                holders.is_empty() || holders.len() == committee.shares.len(),
                "the committee has not as many holders as shares"
            );
            ensure!(
                (1..=committee.shares.len()).contains(&usize::from(committee.threshold)),
                "the committee cannot reach its threshold"
            );
        }
        let in_force = T::Published::committee().map(|committee| committee.epoch);
        ensure!(!RenewalDue::<T>::get() || in_force.is_some(), "no key is there to be renewed");
        ensure!(Earlier::<T>::count() <= T::EarlierMax::get(), "more replaced keys are kept than may be");
        for (epoch, earlier) in Earlier::<T>::iter() {
            let shares = earlier.committee.shares.len();
            ensure!(epoch == earlier.committee.epoch, "an earlier committee stands under another epoch");
            ensure!(
                in_force.is_some_and(|in_force| epoch < in_force),
                "an earlier committee is not of an earlier epoch"
            );
            ensure!(
                (earlier.holders.is_empty() || earlier.holders.len() == shares)
                    && (1..=shares).contains(&usize::from(earlier.committee.threshold)),
                "an earlier committee cannot reach its threshold"
            );
        }
        let Some(round) = CurrentRound::<T>::get() else {
            let published = Dealings::<T>::iter_keys().count()
                + Reports::<T>::iter_keys().count()
                + Answers::<T>::iter_keys().count()
                + Confirmations::<T>::iter_keys().count();
            ensure!(published == 0, "something is published in no round");
            return Ok(());
        };
        ensure!(round.number == LastRound::<T>::get(), "the round is not the last one");
        ensure!(
            usize::from(round.needed) <= round.dealers.len()
                && (1..=round.recipients.len()).contains(&usize::from(round.threshold)),
            "the round needs more members than it has"
        );
        for (number, dealing) in Dealings::<T>::iter() {
            let dealer = numbered(&round.dealers, number).ok_or("somebody else has dealt")?;
            ensure!(dealing.commitment.len() == usize::from(round.threshold), "a dealing is of another degree");
            ensure!(
                dealer.share.is_none_or(|share| dealing.commitment.first() == Some(&share)),
                "a dealing is of another share"
            );
            ensure!(dealer.share.is_some() == round.key.is_some(), "a dealer deals no share of the key");
        }
        for (number, missing) in Reports::<T>::iter() {
            ensure!(numbered(&round.recipients, number).is_some(), "somebody else has reported");
            ensure!(missing.iter().all(Dealings::<T>::contains_key), "a report names who has not dealt");
        }
        ensure!(
            Answers::<T>::iter_keys().all(|number| numbered(&round.dealers, number).is_some()),
            "somebody else has answered"
        );
        ensure!(
            Confirmations::<T>::iter_keys().all(|number| numbered(&round.recipients, number).is_some()),
            "somebody else has confirmed"
        );
        let acted = match round.phase {
            Phase::Dealing => Dealings::<T>::iter_keys().count(),
            Phase::Reporting => Reports::<T>::iter_keys().count(),
            Phase::Answering => Answers::<T>::iter_keys().count(),
            Phase::Confirming => Confirmations::<T>::iter_keys().count(),
            Phase::Finished => {
                let of_its_key = match Earlier::<T>::get(round.epoch) {
                    Some(earlier) => Some(earlier.holders),
                    None => (in_force == Some(round.epoch)).then_some(holders),
                };
                ensure!(
                    of_its_key.is_none_or(|holders| holders == round.recipients),
                    "the finished round is not the committee of its key"
                );
                return Ok(());
            }
        };
        ensure!(acted == usize::from(round.acted), "the round does not count who has acted");
        ensure!(
            usize::from(round.expected) <= round.dealers.len().max(round.recipients.len()),
            "more are to act than there are"
        );
        Ok(())
    }
}
