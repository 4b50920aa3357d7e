//! What the calls and a block's beginning cost at most.

use super::*;
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::traits::{EnsureOrigin, Get, Hooks};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use medchain_primitives::{limits, CommitteePoint};
use sp_core::{
    crypto::{key_types::DUMMY, UncheckedFrom},
    sr25519,
};
use sp_runtime::traits::Zero;

/// A key that signs for every member.
fn key() -> sr25519::Public {
    sp_io::crypto::sr25519_generate(DUMMY, None)
}

fn sign<T: Config>(key: &sr25519::Public, act: &Act, member: u16) -> Result<sr25519::Signature, BenchmarkError> {
    let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
    let text = act.text(&genesis, LastRound::<T>::get(), member);
    sp_io::crypto::sr25519_sign(DUMMY, key, &text).ok_or(BenchmarkError::Stop("the key signs"))
}

fn point(number: u16) -> CommitteePoint {
    let mut bytes = [1; 32];
    bytes[..2].copy_from_slice(&number.to_le_bytes());
    CommitteePoint(bytes)
}

/// A round of so many members in this phase, in which all but the first have acted so far.
fn round<T: Config>(members: u16, key: sr25519::Public, phase: Phase) -> Round<T::AccountId, BlockNumberFor<T>> {
    let seat = |number: u16| Seat { account: account("validator", number.into(), 0), key };
    let dealer = |number: u16| Dealer { seat: seat(number), share: Some(point(number)) };
    let threshold = threshold_of(members);
    let round = Round {
        number: LastRound::<T>::get(),
        epoch: 1,
        key: Some(point(0)),
        dealers: PerMember::truncate_from((1..=members).map(dealer).collect()),
        needed: threshold,
        recipients: PerMember::truncate_from((1..=members).map(seat).collect()),
        threshold,
        phase,
        ends_at: 1u32.into(),
        acted: members.saturating_sub(1),
        expected: members,
        refused: PerMember::new(),
        counted: PerMember::new(),
    };
    for number in 1..=members {
        let first = number == 1;
        if !(first && phase == Phase::Dealing) {
            Dealings::<T>::insert(number, dealing(number, threshold));
        }
        if phase != Phase::Dealing && !(first && phase == Phase::Reporting) {
            // Everybody accuses everybody: whom so many accuse is refused, and named.
            Reports::<T>::insert(number, PerMember::truncate_from((1..=members).collect()));
        }
        if phase == Phase::Confirming && !first {
            Confirmations::<T>::insert(number, T::Hash::default());
        }
    }
    CurrentRound::<T>::put(&round);
    round
}

fn dealing(number: u16, threshold: u16) -> PublishedDealing {
    let commitment = (0..threshold).map(|k| point(number.saturating_add(k))).collect();
    PublishedDealing { commitment: PerMember::truncate_from(commitment), proof: [0; 64] }
}

/// The largest committee, of a key of this epoch.
fn committee(epoch: u32) -> Committee {
    Committee {
        epoch,
        key: point(0),
        threshold: threshold_of(largest()),
        shares: PerMember::truncate_from((1..=largest()).map(point).collect()),
    }
}

fn largest() -> u16 {
    u16::try_from(limits::COMMITTEE_MAX).unwrap_or(u16::MAX)
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn look() {
        let key = sr25519::Public::unchecked_from([1; 32]);
        let mut running = round::<T>(largest(), key, Phase::Dealing);
        running.ends_at = 1_000u32.into();
        CurrentRound::<T>::put(running);
        #[block]
        {
            Pallet::<T>::on_initialize(1u32.into());
        }
        assert!(CurrentRound::<T>::get().is_some());
    }

    /// The validators hold the shares of the key in force and of as many as are kept of before: nothing is due.
    #[benchmark]
    fn compare(m: Linear<1, 128>) {
        let key = sr25519::Public::unchecked_from([1; 32]);
        let members = u16::try_from(m).unwrap_or(u16::MAX);
        let mut last = round::<T>(members, key, Phase::Confirming);
        last.phase = Phase::Finished;
        let seats = last.recipients.to_vec();
        // Each is looked for from the other end.
        let holders = PerMember::truncate_from(seats.iter().rev().cloned().collect());
        Holders::<T>::put(&holders);
        for epoch in 1..=T::EarlierMax::get() {
            let earlier = EarlierCommittee { committee: committee(epoch), holders: holders.clone() };
            Earlier::<T>::insert(epoch, earlier);
        }
        T::Validators::benchmark_seat(seats);
        CurrentRound::<T>::put(last);
        ComparedIn::<T>::kill();
        #[block]
        {
            Pallet::<T>::on_initialize(1u32.into());
        }
        assert_eq!(ComparedIn::<T>::get(), Some(T::Validators::session()));
        assert!(!Pallet::<T>::is_under_way());
    }

    /// The last report is missing, and by the others all dealers are refused and named: the round is given up.
    #[benchmark]
    fn end_phase(m: Linear<1, 128>) {
        let key = sr25519::Public::unchecked_from([1; 32]);
        round::<T>(u16::try_from(m).unwrap_or(u16::MAX), key, Phase::Reporting);
        #[block]
        {
            Pallet::<T>::on_initialize(1u32.into());
        }
        assert!(CurrentRound::<T>::get().is_none());
    }

    #[benchmark]
    fn begin() -> Result<(), BenchmarkError> {
        let origin = T::BeginOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
        let mut last = round::<T>(largest(), sr25519::Public::unchecked_from([1; 32]), Phase::Confirming);
        last.phase = Phase::Finished;
        let seats: Vec<_> = last.recipients.iter().cloned().collect();
        T::Validators::benchmark_seat(seats.clone());
        T::Published::publish(committee(1));
        Holders::<T>::put(PerMember::truncate_from(seats));
        CurrentRound::<T>::put(last);
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin);
        assert_eq!(LastRound::<T>::get(), 1);
        Ok(())
    }

    #[benchmark]
    fn renew() -> Result<(), BenchmarkError> {
        let origin = T::RenewOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
        T::Published::publish(committee(1));
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin);
        assert!(RenewalDue::<T>::get());
        Ok(())
    }

    #[benchmark]
    fn retire() -> Result<(), BenchmarkError> {
        let origin = T::RenewOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
        let last = round::<T>(largest(), sr25519::Public::unchecked_from([1; 32]), Phase::Confirming);
        T::Published::publish(committee(2));
        Earlier::<T>::insert(1, EarlierCommittee { committee: committee(1), holders: last.recipients });
        CurrentRound::<T>::mutate(|round| {
            if let Some(round) = round {
                round.phase = Phase::Finished;
            }
        });
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, 1);
        assert_eq!(Earlier::<T>::count(), 0);
        Ok(())
    }

    /// A dealing of so many points, which others have still to follow.
    #[benchmark]
    fn act(e: Linear<1, 86>) -> Result<(), BenchmarkError> {
        let key = key();
        let mut running = round::<T>(largest(), key, Phase::Dealing);
        running.threshold = u16::try_from(e).unwrap_or(u16::MAX);
        running.ends_at = 1_000u32.into();
        running.acted = 0;
        let number = running.number;
        CurrentRound::<T>::put(&running);
        let deal = Act::Deal(dealing(1, running.threshold));
        let signature = sign::<T>(&key, &deal, 1)?;
        #[extrinsic_call]
        _(RawOrigin::None, number, 1, deal, signature);
        assert_eq!(CurrentRound::<T>::get().map(|round| round.acted), Some(1));
        Ok(())
    }
}
