use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use medchain_primitives::Status;

#[test]
fn requester_withdraws_its_request() {
    ExtBuilder::default().build_and_execute(|| {
        let number = request(DOCTOR, &[REPORT]);
        assert_ok!(Access::withdraw(signed(DOCTOR), number));
        assert!(Requests::<Test>::get(number).is_none());
        assert!(Access::inbox(id(PATIENT), None, 10).is_empty());
        assert!(!Inboxes::<Test>::contains_key(id(PATIENT)));
        System::assert_last_event(Event::RequestWithdrawn { request: number, staff: None }.into());
    });
}

#[test]
fn suspended_requester_withdraws_too() {
    ExtBuilder::default().build_and_execute(|| {
        let number = request(DOCTOR, &[REPORT]);
        set_status(DOCTOR, Status::Suspended);
        assert_ok!(Access::withdraw(signed(DOCTOR), number));
    });
}

#[test]
fn nobody_else_withdraws() {
    ExtBuilder::default().build_and_execute(|| {
        let number = request(DOCTOR, &[REPORT]);
        for account in [PATIENT, OTHER_DOCTOR, HOSPITAL] {
            assert_noop!(Access::withdraw(signed(account), number), Error::<Test>::NotPartyToRequest);
        }
        assert_noop!(Access::withdraw(signed(STRANGER), number), Error::<Test>::NotAMember);
        assert_noop!(Access::withdraw(signed(DOCTOR), RequestId(9)), Error::<Test>::UnknownRequest);
    });
}
