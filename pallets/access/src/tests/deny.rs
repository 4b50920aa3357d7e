use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

#[test]
fn patient_denies_a_request() {
    ExtBuilder::default().build_and_execute(|| {
        let number = request(DOCTOR, &[REPORT, PROFILE]);
        assert_ok!(Access::deny(signed(PATIENT), number));
        assert!(Requests::<Test>::get(number).is_none());
        assert!(Access::requests_by(id(DOCTOR), None, 10).is_empty());
        System::assert_last_event(Event::RequestDenied { request: number }.into());
        assert_noop!(open(DOCTOR, REPORT), Error::<Test>::NoGrant);
    });
}

#[test]
fn patient_denies_what_is_left_of_a_request() {
    ExtBuilder::default().build_and_execute(|| {
        let number = request(DOCTOR, &[REPORT, PROFILE]);
        let (grants, purpose) = (grants_of(&[REPORT]), Purpose::Treatment);
        assert_ok!(Access::grant(signed(PATIENT), id(DOCTOR), Some(number), grants, purpose, limits::GRANT_MIN, 1));
        assert_ok!(Access::deny(signed(PATIENT), number));
        assert!(held(REPORT, DOCTOR).is_some() && held(PROFILE, DOCTOR).is_none());
    });
}

#[test]
fn nobody_else_denies() {
    ExtBuilder::default().build_and_execute(|| {
        let number = request(DOCTOR, &[REPORT]);
        for account in [DOCTOR, OTHER_PATIENT, HOSPITAL] {
            assert_noop!(Access::deny(signed(account), number), Error::<Test>::NotPartyToRequest);
        }
        assert_noop!(Access::deny(signed(STRANGER), number), Error::<Test>::NotAMember);
        assert_noop!(Access::deny(signed(PATIENT), RequestId(9)), Error::<Test>::UnknownRequest);
    });
}
