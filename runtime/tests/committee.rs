//! The release committee's key in the hands of the validators: rounds as the runtime runs them, with the mathematics that
//! nodes use.
#![allow(missing_docs, clippy::unwrap_used)]

mod chain;

use chain::*;
use frame_support::{assert_err, assert_noop, assert_ok};
use medchain_primitives::*;
use medchain_runtime::*;
use medchain_runtime_api::{
    runtime_decl_for_access_api::AccessApiV1, runtime_decl_for_committee_api::CommitteeApiV1, CommitteeView,
    RoundPhase, RoundView,
};
use medchain_sealing::{
    carried::{carry, uncarry, CarriedContext},
    committee::{combine, Capsule, CapsuleContext, CommitteeKey, ReleaseShare, VerifyingShare},
    dealer,
    record_key::CommitteeHalf,
    sharing::{self, Dealing, Purpose, SecretDealing},
};
use pallet_committee::{Act, Outcome, PerMember, PublishedDealing};
use sp_core::{sr25519, Pair};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave};
use sp_runtime::{
    traits::Dispatchable,
    transaction_validity::{InvalidTransaction, TransactionSource},
    DispatchResult,
};
use std::collections::BTreeMap;

const CONTEXT: CapsuleContext = CapsuleContext { genesis: [1; 32], author: 5, patient: 1001, epoch: 1 };

/// Runs a test in the first block of a chain whose validators are four, and whose committee Alice is.
fn with_validators(test: impl FnOnce()) {
    run_from(genesis_of("local_testnet"), test);
}

/// The same without a committee.
fn without_committee(test: impl FnOnce()) {
    let mut genesis = genesis_of("local_testnet");
    genesis.access.committee = None;
    genesis.rounds.holders = Vec::new();
    genesis.rounds.phase_length = Some(2);
    run_from(genesis, test);
}

fn view() -> RoundView<AccountId> {
    Runtime::round().unwrap()
}

/// The round as the mathematics sees it.
fn round() -> sharing::Round {
    let view = view();
    sharing::Round {
        genesis: System::block_hash(0).0,
        number: view.number,
        purpose: if view.key.is_some() { Purpose::SameKey } else { Purpose::NewKey },
        threshold: view.threshold,
        recipients: view.recipients.len() as u16,
    }
}

/// Sends an act as a validator's node does: checked for the pool, then dispatched.
fn act(who: &sr25519::Pair, member: u16, act: Act) -> DispatchResult {
    let number = view().number;
    let signature = who.sign(&act.text(&System::block_hash(0), number, member));
    let call = pallet_committee::Call::<Runtime>::act { round: number, member, act, signature };
    let extrinsic = UncheckedExtrinsic::new_bare(call.clone().into());
    let block = System::block_hash(0);
    let valid = Executive::validate_transaction(TransactionSource::External, extrinsic, block);
    let done = RuntimeCall::from(call).dispatch(RuntimeOrigin::none()).map(|_| ()).map_err(|error| error.error);
    assert_eq!(valid.is_ok(), done.is_ok(), "{valid:?}, {done:?}");
    done
}

/// The pair behind a seat's key.
fn pair_of(key: &[u8; 32]) -> sr25519::Pair {
    let named = Sr25519Keyring::iter().map(|name| name.pair()).find(|pair| pair.public().0 == *key);
    named.unwrap_or_else(|| sr25519::Pair::from_string("//Bob//2", None).unwrap())
}

fn published(dealing: &Dealing) -> PublishedDealing {
    let commitment = dealing.commitment.iter().copied().map(CommitteePoint).collect::<Vec<_>>();
    PublishedDealing { commitment: commitment.try_into().unwrap(), proof: dealing.proof }
}

/// Carries the round under way out between those of the dealers that hold these shares, by number, or all of a new key; gives the
/// recipients' shares.
fn carry_out(held: &BTreeMap<u16, ReleaseShare>) -> Vec<ReleaseShare> {
    let (view, round) = (view(), round());
    let mut dealt: Vec<(u16, SecretDealing)> = Vec::new();
    for (number, dealer) in (1..).zip(&view.dealers) {
        let share = held.get(&number);
        if dealer.share.is_some() && share.is_none() {
            continue;
        }
        let dealing = sharing::deal(&round, number, share).unwrap();
        assert_ok!(act(&pair_of(&dealer.key), number, Act::Deal(published(&dealing.dealing))));
        dealt.push((number, dealing));
    }
    while Runtime::round().unwrap().phase == RoundPhase::Dealing {
        next_block();
    }
    for (number, recipient) in (1..).zip(&view.recipients) {
        for (_, dealing) in &dealt {
            dealing.dealing.verify_share(&round, number, &dealing.shares[usize::from(number) - 1]).unwrap();
        }
        assert_ok!(act(&pair_of(&recipient.key), number, Act::Report(PerMember::new())));
    }
    let public: Vec<(u16, &Dealing)> = dealt.iter().map(|(number, dealing)| (*number, &dealing.dealing)).collect();
    let made = sharing::sharing(&round, &public).unwrap();
    let outcome = Outcome {
        dealers: public.iter().map(|(number, _)| *number).collect::<Vec<_>>().try_into().unwrap(),
        key: CommitteePoint(made.key.to_bytes()),
        shares: made.shares.iter().map(|share| CommitteePoint(share.0)).collect::<Vec<_>>().try_into().unwrap(),
    };
    for (number, recipient) in (1..).zip(&view.recipients).take(usize::from(view.threshold)) {
        assert_ok!(act(&pair_of(&recipient.key), number, Act::Confirm(outcome.clone())));
    }
    assert_eq!(self::view().phase, RoundPhase::Finished);
    let shares = (1..=round.recipients).map(|recipient| {
        let own: Vec<_> = dealt
            .iter()
            .map(|(dealer, dealing)| (*dealer, dealing.shares[usize::from(recipient) - 1].clone()))
            .collect();
        sharing::received(&round, recipient, &own).unwrap()
    });
    shares.collect()
}

fn numbered(shares: &[ReleaseShare], members: &[u16]) -> BTreeMap<u16, ReleaseShare> {
    members.iter().map(|member| (*member, shares[usize::from(*member) - 1].clone())).collect()
}

/// What a reader gets out of the releases of these members, verified against what the chain shows.
fn opened(capsule: &Capsule, shares: &[ReleaseShare], members: &[usize]) -> Option<CommitteeHalf> {
    opened_by(&Runtime::committee().unwrap(), capsule, shares, members)
}

/// The same, verified against this committee.
fn opened_by(
    committee: &CommitteeView,
    capsule: &Capsule,
    shares: &[ReleaseShare],
    members: &[usize],
) -> Option<CommitteeHalf> {
    let releases: Vec<_> = members
        .iter()
        .map(|member| {
            let shown = VerifyingShare(committee.shares[*member].0);
            (shown, shares[*member].release(capsule, &CONTEXT).unwrap())
        })
        .collect();
    combine(committee.threshold, &releases, capsule, &CONTEXT).ok()
}

#[test]
fn the_one_of_genesis_hands_its_key_on_and_any_three_of_four_open_what_was_made_before() {
    with_validators(|| {
        let before = Runtime::committee().unwrap();
        let key = CommitteeKey::from_bytes(&before.key.0).unwrap();
        let (capsule, half) = Capsule::create(&key, &CONTEXT);
        next_block();
        assert_eq!((view().phase, view().dealers.len(), view().recipients.len()), (RoundPhase::Dealing, 1, 4));
        let shares = carry_out(&BTreeMap::from([(1, dealer::development_share())]));
        let committee = Runtime::committee().unwrap();
        assert_eq!((committee.key, committee.epoch, committee.threshold), (before.key, 1, 3));
        for three in [[0, 1, 2], [0, 1, 3], [0, 2, 3], [1, 2, 3]] {
            assert_eq!(opened(&capsule, &shares, &three), Some(half.clone()));
        }
        for two in [[0, 1], [1, 3], [2, 3]] {
            assert_eq!(opened(&capsule, &shares, &two), None);
        }
    });
}

#[test]
fn four_make_a_key_and_hand_it_on_when_one_leaves_and_one_has_lost_its_share() {
    without_committee(|| {
        assert_eq!(Runtime::committee(), None);
        next_block();
        assert_eq!((view().key, view().dealers.len()), (None, 4));
        let first = carry_out(&BTreeMap::new());
        let before = Runtime::committee().unwrap();
        let (capsule, half) = Capsule::create(&CommitteeKey::from_bytes(&before.key.0).unwrap(), &CONTEXT);
        assert_eq!(opened(&capsule, &first, &[3, 0, 1]), Some(half.clone()));
        next_session();
        assert_eq!(view().number, 1, "the validators are the committee");

        let two_thirds = pallet_collective::RawOrigin::<AccountId, pallet_collective::Instance1>::Members(3, 4);
        assert_ok!(Validators::remove_member(two_thirds.into(), Dave.to_account_id().into()));
        next_session();
        let this = view();
        assert_eq!((this.number, this.dealers.len(), this.recipients.len()), (2, 4, 3));
        // The second has lost its share, and the one that leaves still deals.
        let second = carry_out(&numbered(&first, &[1, 3, 4]));
        let failed: Vec<_> = Runtime::failures().into_iter().map(|failure| (failure.account, failure.fault)).collect();
        assert_eq!(failed, [(this.dealers[1].account.clone(), "notDealt".into())]);
        let after = Runtime::committee().unwrap();
        assert_eq!((after.key, after.threshold, after.shares.len()), (before.key, 3, 3));
        assert_eq!(opened(&capsule, &second, &[0, 1, 2]), Some(half));
        // Shares of before are no good any more.
        assert_eq!(opened(&capsule, &first, &[0, 1, 2]), None);
    });
}

#[test]
fn a_replaced_key_goes_on_opening_what_was_made_for_it_also_after_another_hand_over_until_it_is_retired() {
    let two_thirds =
        || RuntimeOrigin::from(pallet_collective::RawOrigin::<AccountId, pallet_collective::Instance1>::Members(3, 4));
    without_committee(|| {
        next_block();
        let old = carry_out(&BTreeMap::new());
        let before = Runtime::committee().unwrap();
        let (capsule, half) = Capsule::create(&CommitteeKey::from_bytes(&before.key.0).unwrap(), &CONTEXT);
        next_session();
        // Who may: two thirds of the council.
        let more_than_half = pallet_collective::RawOrigin::<AccountId, pallet_collective::Instance1>::Members(3, 5);
        assert_noop!(Rounds::renew(more_than_half.into()), sp_runtime::DispatchError::BadOrigin);
        assert_ok!(Rounds::renew(two_thirds()));
        next_block();
        assert_eq!((view().epoch, view().key), (2, None));
        let new = carry_out(&BTreeMap::new());
        let after = Runtime::committee().unwrap();
        assert_eq!(after.epoch, 2);
        assert_ne!(after.key, before.key);
        assert_eq!(Runtime::earlier_committees(), std::slice::from_ref(&before));
        assert_eq!(opened_by(&before, &capsule, &old, &[0, 1, 3]), Some(half.clone()));
        // The new key's holders make nothing of it.
        assert_eq!(opened_by(&after, &capsule, &new, &[0, 1, 3]).filter(|made| *made == half), None);

        // The owner carries the half over.
        let to = CommitteeKey::from_bytes(&after.key.0).unwrap();
        let carried = CarriedContext { genesis: [1; 32], record: 7, content: [2; 32], owner: 1001, epoch: 2 };
        let (renewed, wrapped) = carry(&half, &to, &carried).unwrap();
        let releases: Vec<_> = [1, 2, 3]
            .map(|member: usize| {
                let shown = VerifyingShare(after.shares[member].0);
                (shown, new[member].release(&renewed, &carried.capsule()).unwrap())
            })
            .to_vec();
        let released = combine(after.threshold, &releases, &renewed, &carried.capsule()).unwrap();
        assert_eq!(uncarry(&wrapped, &released, &carried), Ok(half.clone()));

        // Both keys are handed on when a validator leaves, the one in force first.
        assert_ok!(Validators::remove_member(two_thirds(), Dave.to_account_id().into()));
        next_session();
        assert_eq!((view().epoch, view().key, view().recipients.len()), (2, Some(after.key), 3));
        carry_out(&numbered(&new, &[1, 2, 3, 4]));
        while view().epoch != 1 {
            next_block();
        }
        let old = carry_out(&numbered(&old, &[1, 2, 4]));
        let [earlier] = Runtime::earlier_committees().try_into().unwrap();
        assert_eq!((earlier.key, earlier.threshold, earlier.shares.len()), (before.key, 3, 3));
        assert_eq!(opened_by(&earlier, &capsule, &old, &[0, 1, 2]), Some(half));

        assert_ok!(Rounds::retire(two_thirds(), 1));
        assert!(Runtime::earlier_committees().is_empty());
        assert_eq!(Runtime::committee().unwrap().key, after.key);
    });
}

#[test]
fn a_stranger_reaches_neither_pool_nor_chain_with_an_act() {
    with_validators(|| {
        next_block();
        let dealing = sharing::deal(&round(), 1, Some(&dealer::development_share())).unwrap().dealing;
        for stranger in [Bob, Charlie, Sr25519Keyring::Eve] {
            let refused = pallet_committee::Error::<Runtime>::Forged;
            assert_err!(act(&stranger.pair(), 1, Act::Deal(published(&dealing))), refused);
        }
        assert!(view().dealers[0].dealing.is_none());
        assert_ok!(act(&Alice.pair(), 1, Act::Deal(published(&dealing))));
        // What was refused once is refused for what it is.
        let call = pallet_committee::Call::<Runtime>::begin {};
        let extrinsic = UncheckedExtrinsic::new_bare(call.into());
        let refused = Executive::validate_transaction(TransactionSource::External, extrinsic, System::block_hash(0));
        assert_eq!(refused, Err(InvalidTransaction::Call.into()));
    });
}

#[test]
fn more_than_half_of_the_council_begins_a_round_and_nobody_else() {
    with_validators(|| {
        next_block();
        carry_out(&BTreeMap::from([(1, dealer::development_share())]));
        let council = |ayes| pallet_collective::RawOrigin::<AccountId, pallet_collective::Instance1>::Members(ayes, 4);
        let refused = sp_runtime::DispatchError::BadOrigin;
        assert_noop!(Rounds::begin(council(2).into()), refused);
        assert_noop!(Rounds::begin(RuntimeOrigin::signed(Alice.to_account_id())), refused);
        assert_ok!(Rounds::begin(council(3).into()));
        assert_eq!(view().number, 2);
    });
}

#[test]
fn acts_cannot_be_stopped() {
    with_validators(|| {
        let name = |call: &str| {
            let bytes = |text: &str| text.as_bytes().to_vec().try_into().unwrap();
            (bytes("Rounds"), bytes(call))
        };
        let half = pallet_collective::RawOrigin::<AccountId, pallet_collective::Instance1>::Members(3, 4);
        for call in ["act", "begin"] {
            let refused = pallet_tx_pause::Error::<Runtime>::Unpausable;
            assert_noop!(TxPause::pause(half.clone().into(), name(call)), refused);
        }
    });
}

#[test]
fn the_largest_round_fits_a_block() {
    use pallet_committee::WeightInfo;
    type Weights = <Runtime as pallet_committee::Config>::WeightInfo;
    let block = <Runtime as frame_system::Config>::BlockWeights::get().max_block;
    for weight in [
        Weights::act(limits::COMMITTEE_MAX).saturating_add(Weights::end_phase(limits::COMMITTEE_MAX)),
        Weights::compare(limits::COMMITTEE_MAX).saturating_add(Weights::begin()),
        Weights::end_phase(limits::COMMITTEE_MAX),
    ] {
        assert!(weight.ref_time() < block.ref_time() / 10, "{weight:?}");
    }
}
