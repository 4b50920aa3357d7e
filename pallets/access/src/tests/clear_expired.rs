use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

#[test]
fn anyone_clears_a_request_that_has_expired() {
    ExtBuilder::default().build_and_execute(|| {
        let number = request(DOCTOR, &[REPORT]);
        pass(limits::REQUEST_LIFETIME);
        assert_ok!(Access::clear_expired(signed(STRANGER), number));
        assert!(Requests::<Test>::get(number).is_none());
        assert!(!Inboxes::<Test>::contains_key(id(PATIENT)));
        System::assert_last_event(Event::RequestExpired { request: number }.into());
    });
}

#[test]
fn a_request_that_waits_is_not_cleared() {
    ExtBuilder::default().build_and_execute(|| {
        let number = request(DOCTOR, &[REPORT]);
        pass(limits::REQUEST_LIFETIME - 1);
        assert_noop!(Access::clear_expired(signed(PATIENT), number), Error::<Test>::RequestNotExpired);
        assert_noop!(Access::clear_expired(signed(PATIENT), RequestId(9)), Error::<Test>::UnknownRequest);
    });
}

#[test]
fn nobody_clears_without_signing() {
    ExtBuilder::default().build_and_execute(|| {
        let number = request(DOCTOR, &[REPORT]);
        pass(limits::REQUEST_LIFETIME);
        for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
            assert_noop!(Access::clear_expired(origin, number), DispatchError::BadOrigin);
        }
    });
}
