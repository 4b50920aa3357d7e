//! Who validates, and with which keys.

use crate::{mock::*, Event};
use frame_support::{
    assert_noop, assert_ok,
    traits::{EstimateNextSessionRotation, KeyOwnerProofSystem},
};
use pallet_session::{Error, KeyOwner, NextKeys};
use sp_runtime::key_types::DUMMY;

fn admit(who: AccountId) {
    Set::mutate(|set| set.push(who));
}

fn dismiss(who: AccountId) {
    Set::mutate(|set| set.retain(|other| *other != who));
}

/// The proof that a key votes for somebody in this session.
fn proof(key: u64) -> pallet_session::historical::IdentificationTuple<Test> {
    let key = (DUMMY, codec::Encode::encode(&key));
    let proof = Historical::prove(key.clone()).unwrap();
    Historical::check_proof(key, proof).unwrap()
}

#[test]
fn an_admitted_hospital_with_keys_validates_in_the_next_session() {
    with_validators(&[NORTH, SOUTH], || {
        assert_ok!(set_key(WEST, 44));
        admit(WEST);
        next_block();
        assert_eq!(Session::validators(), [NORTH, SOUTH]);
        next_session();
        assert_eq!(Session::validators(), [NORTH, SOUTH, WEST]);
        assert_eq!(Voters::get(), [10, 20, 44]);
        System::assert_has_event(Event::ValidatorsChanged { session: 1, validators: vec![NORTH, SOUTH, WEST] }.into());
        assert_eq!(proof(44).0, WEST);
    });
}

#[test]
fn an_admitted_hospital_without_keys_waits() {
    with_validators(&[NORTH, SOUTH], || {
        admit(WEST);
        next_session();
        assert_eq!(Session::validators(), [NORTH, SOUTH]);
        assert_ok!(set_key(WEST, 44));
        next_session();
        assert_eq!(Session::validators(), [NORTH, SOUTH, WEST]);
    });
}

#[test]
fn keys_alone_make_no_validator() {
    with_validators(&[NORTH, SOUTH], || {
        assert_ok!(set_key(WEST, 44));
        next_session();
        assert_eq!(Session::validators(), [NORTH, SOUTH]);
        assert_eq!(Voters::get(), [10, 20]);
    });
}

#[test]
fn a_dismissed_validator_is_gone_in_the_next_session() {
    with_validators(&[NORTH, SOUTH], || {
        dismiss(SOUTH);
        next_block();
        assert_eq!(Session::validators(), [NORTH, SOUTH]);
        next_session();
        assert_eq!((Session::validators(), Voters::get()), (vec![NORTH], vec![10]));
        assert!(NextKeys::<Test>::get(SOUTH).is_none());
    });
}

#[test]
fn new_keys_vote_from_the_next_session_on() {
    with_validators(&[NORTH, SOUTH], || {
        assert_ok!(set_key(SOUTH, 21));
        next_block();
        assert_eq!(Voters::get(), [10, 20]);
        next_session();
        assert_eq!(Voters::get(), [10, 21]);
    });
}

#[test]
fn keys_that_were_in_use_never_come_back() {
    with_validators(&[NORTH, SOUTH], || {
        assert_ok!(set_key(SOUTH, 21));
        next_session();
        for who in [SOUTH, WEST] {
            assert_noop!(set_key(who, first_key(SOUTH)), Error::<Test>::DuplicatedKey);
        }
        assert_ok!(set_key(SOUTH, 22));
        next_session();
        assert_noop!(set_key(SOUTH, 21), Error::<Test>::DuplicatedKey);
    });
}

#[test]
fn a_validator_that_comes_back_needs_new_keys() {
    with_validators(&[NORTH, SOUTH], || {
        dismiss(SOUTH);
        next_session();
        admit(SOUTH);
        assert_noop!(set_key(SOUTH, first_key(SOUTH)), Error::<Test>::DuplicatedKey);
        next_session();
        assert_eq!(Session::validators(), [NORTH]);
        assert_ok!(set_key(SOUTH, 21));
        next_session();
        assert_eq!((Session::validators(), Voters::get()), (vec![NORTH, SOUTH], vec![10, 21]));
    });
}

#[test]
fn keys_that_were_never_in_use_may_be_registered_again() {
    with_validators(&[NORTH, SOUTH], || {
        for key in [44, 45, 44] {
            assert_ok!(set_key(WEST, key));
        }
        next_session();
        assert_ok!(set_key(WEST, 45));
    });
}

#[test]
fn a_validator_may_return_to_the_keys_that_it_still_works_with() {
    with_validators(&[NORTH, SOUTH], || {
        assert_ok!(set_key(SOUTH, 21));
        assert_ok!(set_key(SOUTH, first_key(SOUTH)));
        next_session();
        assert_eq!(Voters::get(), [10, 20]);
    });
}

#[test]
fn nobody_takes_over_keys_that_another_still_works_with() {
    with_validators(&[NORTH, SOUTH], || {
        admit(WEST);
        assert_ok!(set_key(SOUTH, 21));
        assert_ok!(set_key(WEST, first_key(SOUTH)));
        next_session();
        assert_eq!((Session::validators(), Voters::get()), (vec![NORTH, SOUTH], vec![10, 21]));
        next_session();
        assert_eq!(Session::validators(), [NORTH, SOUTH]);
        assert_eq!(KeyOwner::<Test>::get((DUMMY, codec::Encode::encode(&20u64))), Some(NOBODY));
    });
}

#[test]
fn the_set_never_becomes_empty() {
    with_validators(&[NORTH, SOUTH], || {
        for who in [NORTH, SOUTH] {
            assert_ok!(Session::purge_keys(RuntimeOrigin::signed(who)));
        }
        for _ in 0..3 {
            next_session();
            assert_eq!((Session::validators(), Voters::get()), (vec![NORTH, SOUTH], vec![10, 20]));
        }
        dismiss(NORTH);
        dismiss(SOUTH);
        next_session();
        assert_eq!(Session::validators(), [NORTH, SOUTH]);
    });
}

#[test]
fn a_validator_that_purges_its_keys_leaves() {
    with_validators(&[NORTH, SOUTH], || {
        assert_ok!(Session::purge_keys(RuntimeOrigin::signed(SOUTH)));
        next_session();
        assert_eq!(Session::validators(), [NORTH]);
        assert_noop!(set_key(SOUTH, first_key(SOUTH)), Error::<Test>::DuplicatedKey);
    });
}

#[test]
fn sessions_have_their_length_and_their_end_can_be_foretold() {
    with_validators(&[NORTH], || {
        let mut ends = Vec::new();
        for _ in 0..12 {
            let (session, now) = (Session::current_index(), System::block_number());
            let foretold = Consortium::estimate_next_session_rotation(now).0.unwrap();
            next_block();
            if Session::current_index() > session {
                assert_eq!(foretold, System::block_number());
                ends.push(System::block_number());
            }
        }
        assert_eq!(ends, [SESSION, 2 * SESSION]);
    });
}

#[test]
fn keys_can_be_proven_for_some_sessions_and_not_longer() {
    with_validators(&[NORTH, SOUTH], || {
        let key = (DUMMY, codec::Encode::encode(&first_key(SOUTH)));
        let proof = Historical::prove(key.clone()).unwrap();
        assert_ok!(set_key(SOUTH, 21));
        for session in 1..=2 {
            next_session();
            assert_eq!(Session::current_index(), session);
            assert_eq!(Historical::check_proof(key.clone(), proof.clone()), Some((SOUTH, ())));
        }
        for _ in 0..3 {
            next_session();
        }
        assert_eq!(Historical::check_proof(key, proof), None);
    });
}
