//! Offences.

use crate::{mock::*, Error, Event, Offence, Offences};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{DispatchError, Perbill};
use sp_staking::offence::{OffenceDetails, OnOffenceHandler};

fn prove(offenders: &[AccountId]) {
    let details = |who: &AccountId| OffenceDetails { offender: (*who, ()), reporters: vec![] };
    let details: Vec<_> = offenders.iter().map(details).collect();
    let fractions = vec![Perbill::one(); details.len()];
    Consortium::on_offence(&details, &fractions, Session::current_index());
}

#[test]
fn an_offender_is_no_validator_in_the_next_session_and_the_council_is_told() {
    with_validators(&[NORTH, SOUTH, EAST], || {
        prove(&[SOUTH]);
        let event = Event::OffenceProven { validator: SOUTH, session: 0, removed: true };
        System::assert_last_event(event.into());
        let offence = Offence { validator: SOUTH, session: 0, proven_in: 1, removed: true };
        assert_eq!(Offences::<Test>::get().into_inner(), [offence]);
        next_session();
        assert_eq!(Session::validators(), [NORTH, EAST]);
    });
}

#[test]
fn the_last_validator_stays_and_the_council_is_told() {
    with_validators(&[NORTH], || {
        prove(&[NORTH]);
        assert!(!Offences::<Test>::get()[0].removed);
        next_session();
        assert_eq!(Session::validators(), [NORTH]);
    });
}

#[test]
fn an_offence_is_acted_on_once() {
    with_validators(&[NORTH, SOUTH, EAST], || {
        prove(&[SOUTH]);
        prove(&[SOUTH, EAST]);
        let offenders: Vec<_> = Offences::<Test>::get().into_iter().map(|offence| offence.validator).collect();
        assert_eq!(offenders, [SOUTH, EAST]);
    });
}

#[test]
fn the_oldest_offence_makes_room() {
    with_validators(&[NORTH, SOUTH, EAST, WEST], || {
        for who in [SOUTH, EAST, WEST] {
            prove(&[who]);
        }
        let offenders: Vec<_> = Offences::<Test>::get().into_iter().map(|offence| offence.validator).collect();
        assert_eq!(offenders, [EAST, WEST]);
    });
}

#[test]
fn only_the_council_acknowledges_offences() {
    with_validators(&[NORTH, SOUTH], || {
        prove(&[SOUTH]);
        assert_noop!(Consortium::acknowledge_offences(RuntimeOrigin::signed(SOUTH), SOUTH), DispatchError::BadOrigin);
        assert_noop!(Consortium::acknowledge_offences(RuntimeOrigin::root(), NORTH), Error::<Test>::NoOffence);
        assert_ok!(Consortium::acknowledge_offences(RuntimeOrigin::root(), SOUTH));
        assert!(Offences::<Test>::get().is_empty());
        System::assert_last_event(Event::OffencesAcknowledged { validator: SOUTH }.into());
    });
}
