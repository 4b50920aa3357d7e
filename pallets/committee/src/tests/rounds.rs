//! How rounds begin, go on and end.
use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

fn failures() -> Vec<(AccountId, Fault)> {
    Failures::<Test>::get().into_iter().map(|failure| (failure.account, failure.fault)).collect()
}

#[test]
fn four_validators_without_a_key_make_one() {
    with_four(|| {
        assert_eq!((round().number, round().epoch, round().key), (1, 1, None));
        assert_eq!((round().threshold, round().needed, round().dealers.len()), (3, 3, 4));
        carry_out(10);
        let committee = Committee { epoch: 1, key: point(200), threshold: 3, shares: points(10..14) };
        assert_eq!(InForce::get(), Some(committee));
        assert_eq!(Holders::<Test>::get().to_vec(), Seats::get());
        assert_eq!((round().phase, round().counted), (Phase::Finished, members([1, 2, 3, 4])));
        assert!(failures().is_empty());
        let members = vec![NORTH, SOUTH, EAST, WEST];
        System::assert_last_event(
            Event::CommitteeChanged { round: 1, epoch: 1, key: point(200), threshold: 3, members }.into(),
        );
        // Nothing more is to be done, not in the next session either.
        next_session(Seats::get());
        pass_phase();
        assert_eq!(round().number, 1);
    });
}

#[test]
fn more_than_two_thirds_must_release() {
    for (members, threshold) in [(1, 1), (2, 2), (3, 3), (4, 3), (5, 4), (6, 5), (7, 5), (9, 7), (10, 7), (128, 86)] {
        assert_eq!(threshold_of(members), threshold, "{members}");
    }
    assert_eq!(threshold_of(0), 0);
}

#[test]
fn a_committee_of_genesis_hands_its_key_on_to_the_validators() {
    with(&[NORTH], || {
        assert_eq!((round().epoch, round().key, round().needed), (3, Some(point(200)), 1));
        assert_eq!(round().dealers[0].share, Some(point(50)));
        assert_eq!(round().recipients.len(), 4);
        carry_out(10);
        assert_eq!(
            InForce::get().unwrap(),
            Committee { epoch: 3, key: point(200), threshold: 3, shares: points(10..14) }
        );
    });
}

#[test]
fn a_committee_that_is_the_validators_begins_no_round() {
    with(&[NORTH, SOUTH, EAST, WEST], || {
        assert_eq!(CurrentRound::<Test>::get(), None);
        assert_ok!(Rounds::begin(RuntimeOrigin::root()));
        assert_eq!(round().dealers.len(), 4);
        assert_noop!(Rounds::begin(RuntimeOrigin::root()), Error::<Test>::RoundUnderWay);
        assert_noop!(Rounds::begin(RuntimeOrigin::signed(NORTH)), sp_runtime::DispatchError::BadOrigin);
        carry_out(10);
        assert_eq!(InForce::get().unwrap().shares, points(10..14));
        assert_ok!(Rounds::begin(RuntimeOrigin::root()));
        assert_eq!(round().number, 2);
    });
}

#[test]
fn nothing_begins_where_nobody_could_deal() {
    with_four(|| {
        carry_out(10);
        pass_phase();
        Holders::<Test>::kill();
        assert_noop!(Rounds::begin(RuntimeOrigin::root()), Error::<Test>::NobodyToBegin);
        next_session(vec![seat(NORTH)]);
        assert_eq!(round().number, 1);
        Holders::<Test>::put(PerMember::try_from([NORTH, SOUTH, EAST, WEST].map(seat).to_vec()).unwrap());
    });
}

#[test]
fn validators_come_go_and_change_their_keys_and_the_key_stays() {
    with_four(|| {
        carry_out(10);
        pass_phase();
        let renewed = Seat { account: SOUTH, key: sp_core::Pair::public(&pair(SOUTH, 1)) };
        // One leaves, one comes, one has another key; the one that has left still deals.
        next_session(vec![seat(NORTH), renewed.clone(), seat(EAST), seat(CENTRE)]);
        let this = round();
        assert_eq!((this.number, this.epoch, this.key), (2, 1, Some(point(200))));
        let dealers: Vec<_> = this.dealers.iter().map(|dealer| (dealer.seat.account, dealer.share)).collect();
        let shares = [10, 11, 12, 13].map(|n| Some(point(n)));
        assert_eq!(dealers, [NORTH, SOUTH, EAST, WEST].into_iter().zip(shares).collect::<Vec<_>>());
        assert_eq!(this.dealers[1].seat, renewed);
        assert_noop!(act(SOUTH, 2, dealing(2)), Error::<Test>::Forged);
        for (who, number, turn) in [(NORTH, 1, 0), (SOUTH, 2, 1), (EAST, 3, 0), (WEST, 4, 0)] {
            assert_ok!(act_with(&pair(who, turn), 2, number, dealing(number)));
        }
        for (who, number, turn) in [(NORTH, 1, 0), (SOUTH, 2, 1), (EAST, 3, 0), (CENTRE, 4, 0)] {
            assert_ok!(act_with(&pair(who, turn), 2, number, Act::Report(members([]))));
        }
        for (who, number, turn) in [(NORTH, 1, 0), (SOUTH, 2, 1), (CENTRE, 4, 0)] {
            assert_ok!(act_with(&pair(who, turn), 2, number, outcome(1..=4, 20)));
        }
        assert_eq!(
            InForce::get().unwrap(),
            Committee { epoch: 1, key: point(200), threshold: 3, shares: points(20..24) }
        );
        assert_eq!(Holders::<Test>::get().to_vec(), Seats::get());
    });
}

#[test]
fn a_change_during_a_round_is_followed_by_another_round() {
    with_four(|| {
        all_deal();
        next_session(vec![seat(NORTH), seat(SOUTH), seat(EAST)]);
        assert_eq!(round().number, 1);
        all_report();
        for (who, number) in [(NORTH, 1), (SOUTH, 2), (EAST, 3)] {
            assert_ok!(act(who, number, outcome(1..=4, 10)));
        }
        assert_eq!(round().phase, Phase::Finished);
        // Who was behind has the time of a phase to read what was published.
        for _ in 1..PHASE {
            next_block();
            assert_eq!((round().number, Dealings::<Test>::iter_keys().count()), (1, 4));
        }
        next_block();
        assert_eq!((round().number, round().recipients.len()), (2, 3));
    });
}

#[test]
fn one_of_four_that_does_nothing_is_named_and_does_not_stop_the_others() {
    with_four(|| {
        for (who, number) in [(NORTH, 1), (SOUTH, 2), (EAST, 3)] {
            assert_ok!(act(who, number, dealing(number)));
        }
        assert_eq!(round().phase, Phase::Dealing);
        pass_phase();
        assert_eq!(failures(), [(WEST, Fault::NotDealt)]);
        for (who, number) in [(NORTH, 1), (SOUTH, 2), (EAST, 3)] {
            assert_ok!(act(who, number, Act::Report(members([]))));
        }
        pass_phase();
        assert_eq!(failures(), [(WEST, Fault::NotDealt), (WEST, Fault::NotReported)]);
        for (who, number) in [(NORTH, 1), (SOUTH, 2), (EAST, 3)] {
            assert_ok!(act(who, number, outcome([1, 2, 3], 10)));
        }
        assert_eq!(InForce::get().unwrap().shares, points(10..14));
    });
}

#[test]
fn a_dealer_that_gave_good_shares_to_too_few_does_not_count() {
    with_four(|| {
        all_deal();
        for (who, number) in [(NORTH, 1), (SOUTH, 2)] {
            assert_ok!(act(who, number, Act::Report(members([4]))));
        }
        for (who, number) in [(EAST, 3), (WEST, 4)] {
            assert_ok!(act(who, number, Act::Report(members([]))));
        }
        assert_eq!((round().phase, round().refused), (Phase::Confirming, members([4])));
        assert_eq!(failures(), [(WEST, Fault::BadDealing)]);
        assert_noop!(act(NORTH, 1, outcome(1..=4, 10)), Error::<Test>::Malformed);
        assert_ok!(act(NORTH, 1, outcome(1..=3, 10)));
    });
}

#[test]
fn a_dealer_that_does_not_answer_does_not_count() {
    with_four(|| {
        all_deal();
        assert_ok!(act(NORTH, 1, Act::Report(members([4]))));
        for (who, number) in [(SOUTH, 2), (EAST, 3), (WEST, 4)] {
            assert_ok!(act(who, number, Act::Report(members([]))));
        }
        pass_phase();
        assert_eq!((round().phase, round().refused), (Phase::Confirming, members([4])));
        assert_eq!(failures(), [(WEST, Fault::NotAnswered)]);
    });
}

#[test]
fn one_of_four_recipients_that_accuses_everybody_stops_nobody() {
    with_four(|| {
        all_deal();
        assert_ok!(act(WEST, 4, Act::Report(members([1, 2, 3, 4]))));
        for (who, number) in [(NORTH, 1), (SOUTH, 2), (EAST, 3)] {
            assert_ok!(act(who, number, Act::Report(members([]))));
        }
        assert_eq!((round().phase, round().expected), (Phase::Answering, 4));
        for (who, number) in [(NORTH, 1), (SOUTH, 2), (EAST, 3)] {
            assert_ok!(act(who, number, Act::Answer(vec![(4, [1; 32])].try_into().unwrap())));
        }
        pass_phase();
        assert_eq!((round().phase, round().refused), (Phase::Confirming, members([4])));
        for (who, number) in [(NORTH, 1), (SOUTH, 2), (EAST, 3)] {
            assert_ok!(act(who, number, outcome([1, 2, 3], 10)));
        }
        assert_eq!(round().phase, Phase::Finished);
    });
}

#[test]
fn one_that_confirms_something_else_is_named_and_so_is_who_dealt_in_vain() {
    with_four(|| {
        all_deal();
        all_report();
        assert_ok!(act(NORTH, 1, outcome([1, 2, 3], 30)));
        for (who, number) in [(SOUTH, 2), (EAST, 3), (WEST, 4)] {
            assert_ok!(act(who, number, outcome([1, 2, 3], 10)));
        }
        assert_eq!(InForce::get().unwrap().shares, points(10..14));
        assert_eq!(failures(), [(NORTH, Fault::Differed), (WEST, Fault::NotCounted)]);
    });
}

#[test]
fn a_round_that_fails_leaves_the_committee_and_another_begins() {
    with_four(|| {
        carry_out(10);
        pass_phase();
        let before = InForce::get();
        next_session(vec![seat(NORTH), seat(SOUTH), seat(EAST), seat(CENTRE)]);
        for (who, number) in [(NORTH, 1), (SOUTH, 2)] {
            assert_ok!(act(who, number, dealing(number)));
        }
        pass_phase();
        assert_eq!((CurrentRound::<Test>::get(), InForce::get()), (None, before.clone()));
        assert_eq!(failures(), [(EAST, Fault::NotDealt), (WEST, Fault::NotDealt)]);
        pass_phase();
        assert_eq!(round().number, 3);
        all_deal();
        // Nobody reports.
        pass_phase();
        assert_eq!((CurrentRound::<Test>::get(), InForce::get()), (None, before.clone()));
        pass_phase();
        assert_eq!(round().number, 4);
        all_deal();
        all_report();
        // No threshold agrees.
        assert_ok!(act(NORTH, 1, outcome(1..=4, 30)));
        assert_ok!(act(SOUTH, 2, outcome(1..=4, 40)));
        pass_phase();
        assert_eq!((CurrentRound::<Test>::get(), InForce::get()), (None, before));
        pass_phase();
        carry_out(50);
        assert_eq!(InForce::get().unwrap().shares, points(50..54));
    });
}

#[test]
fn failures_are_kept_up_to_a_number() {
    with_four(|| {
        for _ in 0..6 {
            pass_phase();
        }
        assert_eq!(Failures::<Test>::get().len(), 8);
        assert_eq!(Failures::<Test>::get()[7].account, WEST);
    });
}
