//! How a key is replaced by another, and what becomes of the one before.
use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

const FIRST: CommitteeOf = CommitteeOf { epoch: 1, key: 200, first_share: 10 };

/// A committee of four by what stands for its points.
struct CommitteeOf {
    epoch: u32,
    key: u8,
    first_share: u8,
}

impl CommitteeOf {
    fn made(&self) -> Committee {
        let shares = points(self.first_share..self.first_share + 4);
        Committee { epoch: self.epoch, key: point(self.key), threshold: 3, shares }
    }
}

fn root() -> RuntimeOrigin {
    RuntimeOrigin::root()
}

/// Four validators with a first key, of which another round may begin.
fn with_a_key(test: impl FnOnce()) {
    with_four(|| {
        carry_out(FIRST.first_share);
        pass_phase();
        test();
    });
}

/// Confirms another key than the mock's outcomes have.
fn outcome_of_key(key: u8, first_share: u8) -> Act {
    let Act::Confirm(made) = outcome(1..=4, first_share) else { unreachable!() };
    Act::Confirm(Outcome { key: point(key), ..made })
}

/// Orders another key and makes it.
fn renew(key: u8, first_share: u8) {
    assert_ok!(Rounds::renew(root()));
    next_block();
    all_deal();
    all_report();
    for (who, number) in [(NORTH, 1), (SOUTH, 2), (EAST, 3)] {
        assert_ok!(act(who, number, outcome_of_key(key, first_share)));
    }
}

#[test]
fn another_key_of_the_next_epoch_takes_the_place_of_the_one_in_force_which_is_kept() {
    with_a_key(|| {
        assert_ok!(Rounds::renew(root()));
        System::assert_last_event(Event::RenewalOrdered.into());
        assert_noop!(Rounds::renew(root()), Error::<Test>::RenewalUnderWay);
        next_block();
        assert_eq!((round().number, round().epoch, round().key), (2, 2, None));
        assert!(round().dealers.iter().all(|dealer| dealer.share.is_none()));
        // Until it is made the one before is in force.
        assert_eq!(InForce::get(), Some(FIRST.made()));
        all_deal();
        all_report();
        for (who, number) in [(NORTH, 1), (SOUTH, 2), (EAST, 3)] {
            assert_ok!(act(who, number, outcome_of_key(201, 30)));
        }
        assert_eq!(InForce::get(), Some(CommitteeOf { epoch: 2, key: 201, first_share: 30 }.made()));
        let before = EarlierCommittee { committee: FIRST.made(), holders: Seats::get().try_into().unwrap() };
        assert_eq!(Earlier::<Test>::iter().collect::<Vec<_>>(), [(1, before)]);
        assert!(!RenewalDue::<Test>::get());
        pass_phase();
        pass_phase();
        assert_eq!(round().number, 2, "nothing more is due");
    });
}

#[test]
fn a_renewal_waits_for_the_round_under_way_and_is_begun_again_when_it_fails() {
    with_a_key(|| {
        assert_ok!(Rounds::begin(root()));
        assert_ok!(Rounds::renew(root()));
        next_block();
        assert_eq!((round().number, round().epoch, round().key), (2, 1, Some(point(200))));
        carry_out(20);
        pass_phase();
        assert_eq!((round().number, round().epoch, round().key), (3, 2, None));
        // Nobody deals.
        pass_phase();
        assert_eq!(CurrentRound::<Test>::get(), None);
        assert_eq!(InForce::get().unwrap().epoch, 1);
        pass_phase();
        assert_eq!((round().number, round().epoch, round().key), (4, 2, None));
    });
}

#[test]
fn nobody_else_renews_or_retires_and_nothing_is_renewed_or_retired_that_is_not_there() {
    with_four(|| {
        assert_noop!(Rounds::renew(root()), Error::<Test>::NoKey);
        assert_noop!(Rounds::retire(root(), 1), Error::<Test>::NoEarlierKey);
        carry_out(10);
        for origin in [RuntimeOrigin::signed(NORTH), RuntimeOrigin::none()] {
            assert_noop!(Rounds::renew(origin.clone()), DispatchError::BadOrigin);
            assert_noop!(Rounds::retire(origin, 1), DispatchError::BadOrigin);
        }
        // The one in force cannot be given up.
        assert_noop!(Rounds::retire(root(), 1), Error::<Test>::NoEarlierKey);
    });
}

#[test]
fn every_key_that_is_kept_is_handed_on_to_other_validators_one_after_the_other() {
    with_a_key(|| {
        renew(201, 30);
        pass_phase();
        let after = vec![seat(NORTH), seat(SOUTH), seat(EAST), seat(CENTRE)];
        next_session(after.clone());
        assert_eq!((round().number, round().epoch, round().key), (3, 2, Some(point(201))));
        carry_out(40);
        assert_eq!(InForce::get().unwrap().shares, points(40..44));
        pass_phase();
        assert_eq!((round().number, round().epoch, round().key), (4, 1, Some(point(200))));
        // Who left deals its share of the earlier key, too.
        let dealers: Vec<_> = round().dealers.iter().map(|dealer| dealer.seat.account).collect();
        assert_eq!(dealers, [NORTH, SOUTH, EAST, WEST]);
        carry_out(50);
        let earlier = Earlier::<Test>::get(1).unwrap();
        assert_eq!((earlier.committee.key, earlier.committee.shares), (point(200), points(50..54)));
        assert_eq!(earlier.holders.to_vec(), after);
        assert_eq!(InForce::get().unwrap().key, point(201), "the key in force stays");
        pass_phase();
        pass_phase();
        assert_eq!(round().number, 4);
    });
}

#[test]
fn a_retired_key_is_kept_and_handed_on_no_more() {
    with_a_key(|| {
        renew(201, 30);
        pass_phase();
        assert_ok!(Rounds::retire(root(), 1));
        System::assert_last_event(Event::KeyRetired { epoch: 1 }.into());
        assert_eq!(Earlier::<Test>::count(), 0);
        next_session(vec![seat(NORTH), seat(SOUTH), seat(EAST)]);
        assert_eq!((round().number, round().epoch), (3, 2));
        assert_noop!(Rounds::retire(root(), 2), Error::<Test>::NoEarlierKey);
    });
}

#[test]
fn a_key_that_is_being_handed_on_is_not_retired() {
    with_a_key(|| {
        renew(201, 30);
        pass_phase();
        next_session(vec![seat(NORTH), seat(SOUTH), seat(EAST), seat(CENTRE)]);
        carry_out(40);
        pass_phase();
        assert_eq!(round().epoch, 1);
        assert_noop!(Rounds::retire(root(), 1), Error::<Test>::RoundUnderWay);
        carry_out(50);
        assert_ok!(Rounds::retire(root(), 1));
    });
}

#[test]
fn no_more_keys_are_kept_than_may_be() {
    with_a_key(|| {
        for turn in 1..=2 {
            renew(200 + turn, 20 + 10 * turn);
            pass_phase();
        }
        assert_noop!(Rounds::renew(root()), Error::<Test>::TooManyEarlier);
        assert_ok!(Rounds::retire(root(), 1));
        renew(203, 60);
        assert_eq!(InForce::get().unwrap().epoch, 4);
    });
}
