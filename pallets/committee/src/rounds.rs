//! How rounds begin, go on and end.

use crate::{
    checks::{lacking, numbered},
    threshold_of,
    weights::WeightInfo as _,
    Act, Answers, Committee, ComparedIn, Config, Confirmations, CurrentRound, Dealer, Dealings, Earlier,
    EarlierCommittee, Event, Failure, Failures, Fault, Holders, LastRound, NotBefore, Outcome, Pallet, PerMember,
    Phase, PhaseLength, Published, RenewalDue, Reports, Round, Seat, Target, Validators,
};
use alloc::vec::Vec;
use frame_support::weights::Weight;
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::traits::{Hash, Saturating};

type RoundOf<T> = Round<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// The number of entries, of which there are at most `limits::COMMITTEE_MAX`.
fn count<E>(entries: &[E]) -> u16 {
    u16::try_from(entries.len()).unwrap_or(u16::MAX)
}

impl<T: Config> Pallet<T> {
    /// What is due at the beginning of a block.
    pub(crate) fn look(now: BlockNumberFor<T>) -> Weight {
        match CurrentRound::<T>::get() {
            Some(round) if round.phase != Phase::Finished => {
                if now < round.ends_at {
                    return T::WeightInfo::look();
                }
                let members = u32::from(count(&round.dealers).max(count(&round.recipients)));
                Self::end_phase(round);
                T::WeightInfo::end_phase(members)
            }
            _ => Self::compare(now),
        }
    }

    /// Begins a round if one is due; looks once in a session, and again some time after each round.
    fn compare(now: BlockNumberFor<T>) -> Weight {
        let session = T::Validators::session();
        let waits = match NotBefore::<T>::get() {
            Some(at) => now < at,
            None => ComparedIn::<T>::get() == Some(session),
        };
        if waits {
            return T::WeightInfo::look();
        }
        ComparedIn::<T>::put(session);
        NotBefore::<T>::kill();
        let seats = T::Validators::seats();
        let members = u32::try_from(seats.len()).unwrap_or(u32::MAX);
        let compared = T::WeightInfo::compare(members);
        if Self::due(&seats).into_iter().any(|target| Self::do_begin(target, seats.clone())) {
            return compared.saturating_add(T::WeightInfo::begin());
        }
        compared
    }

    /// The keys of which shares are to be made for these validators, in order: another one if that was ordered, the one in
    /// force and the earlier ones if others hold their shares.
    fn due(seats: &[Seat<T::AccountId>]) -> Vec<Target> {
        let differ = |holders: &[Seat<T::AccountId>]| {
            holders.len() != seats.len() || !seats.iter().all(|seat| holders.contains(seat))
        };
        let mut earlier: Vec<_> =
            Earlier::<T>::iter().filter(|(_, earlier)| differ(&earlier.holders)).map(|(epoch, _)| epoch).collect();
        earlier.sort_unstable();
        let mut due = Vec::new();
        if RenewalDue::<T>::get() {
            due.push(Target::NewKey);
        }
        if differ(&Holders::<T>::get()) {
            due.push(Target::InForce);
        }
        due.extend(earlier.into_iter().map(Target::Earlier));
        due
    }

    /// The committee that a round hands the key on from, with its holders; `None` in a round for a new key.
    fn handing_on(target: Target) -> Option<EarlierCommittee<T::AccountId>> {
        match target {
            Target::InForce => {
                T::Published::committee().map(|committee| EarlierCommittee { committee, holders: Holders::<T>::get() })
            }
            Target::NewKey => None,
            Target::Earlier(epoch) => Earlier::<T>::get(epoch),
        }
    }

    /// Begins a round for these recipients; `false` if there is nobody who could deal or receive.
    pub(crate) fn do_begin(target: Target, seats: Vec<Seat<T::AccountId>>) -> bool {
        let Ok(recipients) = PerMember::try_from(seats) else { return false };
        let from = Self::handing_on(target);
        if recipients.is_empty() || from.as_ref().is_some_and(|from| from.committee.shares.len() != from.holders.len())
        {
            // Nobody knows who holds the shares of a committee that genesis named without its holders.
            return false;
        }
        let threshold = threshold_of(count(&recipients));
        let (epoch, key, needed, dealers): (_, _, _, Vec<_>) = match from {
            Some(EarlierCommittee { committee, holders }) => {
                // Who is still a validator acts with the key that it works with now.
                let seat = |holder: &Seat<T::AccountId>| {
                    recipients.iter().find(|seat| seat.account == holder.account).unwrap_or(holder).clone()
                };
                let dealers = holders.iter().zip(&committee.shares);
                let dealers = dealers.map(|(holder, share)| Dealer { seat: seat(holder), share: Some(*share) });
                (committee.epoch, Some(committee.key), committee.threshold, dealers.collect())
            }
            None => {
                let last = T::Published::committee().map_or(0, |committee| committee.epoch);
                let Some(epoch) = last.checked_add(1) else { return false };
                let dealers = recipients.iter().map(|seat| Dealer { seat: seat.clone(), share: None });
                (epoch, None, threshold, dealers.collect())
            }
        };
        let Ok(dealers) = PerMember::try_from(dealers) else { return false };
        Self::forget();
        let number = LastRound::<T>::get().saturating_add(1);
        LastRound::<T>::put(number);
        let round = Round {
            number,
            epoch,
            key,
            expected: count(&dealers),
            dealers,
            needed,
            recipients,
            threshold,
            phase: Phase::Dealing,
            ends_at: Self::deadline(),
            acted: 0,
            refused: PerMember::new(),
            counted: PerMember::new(),
        };
        Self::deposit_event(Event::RoundBegan {
            round: number,
            epoch,
            dealers: count(&round.dealers),
            recipients: count(&round.recipients),
            threshold,
        });
        CurrentRound::<T>::put(round);
        true
    }

    /// Does what was checked.
    pub(crate) fn do_act(mut round: RoundOf<T>, member: u16, act: Act) {
        round.acted = round.acted.saturating_add(1);
        match act {
            Act::Deal(dealing) => Dealings::<T>::insert(member, dealing),
            Act::Report(missing) => Reports::<T>::insert(member, missing),
            Act::Answer(shares) => Answers::<T>::insert(member, shares),
            Act::Confirm(outcome) => {
                Confirmations::<T>::insert(member, T::Hashing::hash_of(&outcome));
                if Self::is_agreed(&round, &outcome) {
                    return Self::finish(round, outcome);
                }
            }
        }
        if round.acted >= round.expected {
            Self::end_phase(round);
        } else {
            CurrentRound::<T>::put(round);
        }
    }

    /// Whether a threshold of the recipients has confirmed this outcome.
    fn is_agreed(round: &RoundOf<T>, outcome: &Outcome) -> bool {
        let hash = T::Hashing::hash_of(outcome);
        let agreeing = Confirmations::<T>::iter_values().filter(|confirmed| *confirmed == hash).count();
        agreeing >= usize::from(round.threshold)
    }

    /// Ends a phase, because all have acted or its time is over, and names who has not acted.
    fn end_phase(mut round: RoundOf<T>) {
        let next = match round.phase {
            Phase::Dealing => Self::end_dealing(&round),
            Phase::Reporting => Self::end_reporting(&mut round),
            Phase::Answering => Self::end_answering(&mut round),
            // A threshold of the same confirmations would have finished the round.
            Phase::Confirming => {
                Self::name_absent(&round, Fault::NotConfirmed, Confirmations::<T>::contains_key);
                None
            }
            Phase::Finished => return,
        };
        let Some((phase, expected)) = next else { return Self::fail(&round) };
        (round.phase, round.expected, round.acted) = (phase, expected, 0);
        round.ends_at = Self::deadline();
        Self::deposit_event(Event::PhaseBegan { round: round.number, phase });
        CurrentRound::<T>::put(round);
    }

    fn end_dealing(round: &RoundOf<T>) -> Option<(Phase, u16)> {
        for (number, dealer) in (1u16..).zip(&round.dealers) {
            if !Dealings::<T>::contains_key(number) {
                Self::name(round, &dealer.seat.account, Fault::NotDealt);
            }
        }
        (Self::counting(round) >= round.needed).then(|| (Phase::Reporting, count(&round.recipients)))
    }

    fn end_reporting(round: &mut RoundOf<T>) -> Option<(Phase, u16)> {
        Self::name_absent(round, Fault::NotReported, Reports::<T>::contains_key);
        if round.acted < round.threshold {
            return None;
        }
        let reports = Self::reports();
        // So many recipients may be faulty; one more cannot all be.
        let faulty = count(&round.recipients).saturating_sub(round.threshold);
        let mut accused = 0u16;
        for (number, dealer) in (1u16..).zip(&round.dealers.clone()) {
            if !Dealings::<T>::contains_key(number) {
                continue;
            }
            match count(&lacking(&reports, number)) {
                0 => (),
                lacking if lacking > faulty => {
                    Self::refuse(round, number, &dealer.seat.account, Fault::BadDealing);
                }
                _ => accused = accused.saturating_add(1),
            }
        }
        if Self::counting(round) < round.needed {
            return None;
        }
        Some(if accused > 0 { (Phase::Answering, accused) } else { (Phase::Confirming, count(&round.recipients)) })
    }

    fn end_answering(round: &mut RoundOf<T>) -> Option<(Phase, u16)> {
        let reports = Self::reports();
        for (number, dealer) in (1u16..).zip(&round.dealers.clone()) {
            let silent = Dealings::<T>::contains_key(number)
                && !round.refused.contains(&number)
                && !Answers::<T>::contains_key(number)
                && !lacking(&reports, number).is_empty();
            if silent {
                Self::refuse(round, number, &dealer.seat.account, Fault::NotAnswered);
            }
        }
        (Self::counting(round) >= round.needed).then(|| (Phase::Confirming, count(&round.recipients)))
    }

    /// Puts what a round has made in force.
    fn finish(mut round: RoundOf<T>, outcome: Outcome) {
        let hash = T::Hashing::hash_of(&outcome);
        for (number, seat) in (1u16..).zip(&round.recipients) {
            if Confirmations::<T>::get(number).is_some_and(|confirmed| confirmed != hash) {
                Self::name(&round, &seat.account, Fault::Differed);
            }
        }
        for (number, dealer) in (1u16..).zip(&round.dealers) {
            let left_out = Dealings::<T>::contains_key(number)
                && !round.refused.contains(&number)
                && !outcome.dealers.contains(&number);
            if left_out {
                Self::name(&round, &dealer.seat.account, Fault::NotCounted);
            }
        }
        Self::deposit_event(Event::CommitteeChanged {
            round: round.number,
            epoch: round.epoch,
            key: outcome.key,
            threshold: round.threshold,
            members: round.recipients.iter().map(|seat| seat.account.clone()).collect(),
        });
        Self::put_in_force(
            Committee { epoch: round.epoch, key: outcome.key, threshold: round.threshold, shares: outcome.shares },
            round.recipients.clone(),
        );
        (round.phase, round.counted) = (Phase::Finished, outcome.dealers);
        CurrentRound::<T>::put(round);
        // The validators may have changed meanwhile, or another key is to be handed on. What was published stays until then
        // for recipients that are behind.
        NotBefore::<T>::put(Self::deadline());
    }

    /// Keeps what a round has made: as the committee in force, or as that of an earlier key.
    fn put_in_force(committee: Committee, holders: PerMember<Seat<T::AccountId>>) {
        if Earlier::<T>::contains_key(committee.epoch) {
            Earlier::<T>::insert(committee.epoch, EarlierCommittee { committee, holders });
            return;
        }
        if let Some(replaced) = T::Published::committee().filter(|before| before.epoch < committee.epoch) {
            let before = EarlierCommittee { holders: Holders::<T>::get(), committee: replaced };
            Earlier::<T>::insert(before.committee.epoch, before);
            RenewalDue::<T>::kill();
        }
        Holders::<T>::put(holders);
        T::Published::publish(committee);
    }

    /// Gives a round up; another begins after the time of a phase.
    fn fail(round: &RoundOf<T>) {
        Self::deposit_event(Event::RoundFailed { round: round.number, phase: round.phase });
        Self::forget();
        NotBefore::<T>::put(Self::deadline());
    }

    /// Forgets the round and all that was published in it.
    fn forget() {
        CurrentRound::<T>::kill();
        // Each has at most `limits::COMMITTEE_MAX` entries.
        let _ = Dealings::<T>::clear(u32::MAX, None);
        let _ = Reports::<T>::clear(u32::MAX, None);
        let _ = Answers::<T>::clear(u32::MAX, None);
        let _ = Confirmations::<T>::clear(u32::MAX, None);
    }

    fn deadline() -> BlockNumberFor<T> {
        frame_system::Pallet::<T>::block_number().saturating_add(PhaseLength::<T>::get())
    }

    /// How many dealers have dealt and are not refused.
    fn counting(round: &RoundOf<T>) -> u16 {
        let dealt = (1..=count(&round.dealers)).filter(|number| Dealings::<T>::contains_key(number)).count();
        u16::try_from(dealt).unwrap_or(u16::MAX).saturating_sub(count(&round.refused))
    }

    fn refuse(round: &mut RoundOf<T>, dealer: u16, account: &T::AccountId, fault: Fault) {
        // Cannot fail: there are no more dealers than places.
        let _ = round.refused.try_push(dealer);
        Self::name(round, account, fault);
    }

    fn name_absent(round: &RoundOf<T>, fault: Fault, acted: impl Fn(u16) -> bool) {
        let recipients = count(&round.recipients);
        for number in (1..=recipients).filter(|number| !acted(*number)) {
            if let Some(seat) = numbered(&round.recipients, number) {
                Self::name(round, &seat.account, fault);
            }
        }
    }

    fn name(round: &RoundOf<T>, account: &T::AccountId, fault: Fault) {
        let failure = Failure { round: round.number, account: account.clone(), fault };
        Failures::<T>::mutate(|failures| {
            if failures.is_full() {
                failures.remove(0);
            }
            // Cannot fail: there is room now.
            let _ = failures.try_push(failure);
        });
        Self::deposit_event(Event::MemberFailed { round: round.number, account: account.clone(), fault });
    }
}
