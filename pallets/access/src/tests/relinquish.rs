use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use medchain_primitives::Status;

#[test]
fn reader_relinquishes_a_grant_and_its_window() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 5).build_and_execute(|| {
        assert_ok!(open(DOCTOR, REPORT));
        assert_ok!(Access::relinquish(signed(DOCTOR), REPORT));
        System::assert_last_event(Event::GrantRelinquished { record: REPORT, reader: id(DOCTOR), staff: None }.into());
        assert_noop!(reads_until(DOCTOR, REPORT), Error::<Test>::NoGrant);
        assert_noop!(open(DOCTOR, REPORT), Error::<Test>::NoGrant);
    });
}

#[test]
fn suspended_reader_relinquishes_too() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 5).build_and_execute(|| {
        set_status(DOCTOR, Status::Suspended);
        assert_ok!(Access::relinquish(signed(DOCTOR), REPORT));
    });
}

#[test]
fn reader_relinquishes_its_own_grants_only() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 5).build_and_execute(|| {
        assert_noop!(Access::relinquish(signed(STRANGER), REPORT), Error::<Test>::NotAMember);
        for account in [PATIENT, HOSPITAL] {
            assert_noop!(Access::relinquish(signed(account), REPORT), Error::<Test>::NoGrant);
        }
    });
}
