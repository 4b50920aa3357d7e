use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use medchain_primitives::Status;

#[test]
fn closing_ends_the_window_and_the_used_up_grant() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 1).build_and_execute(|| {
        assert_ok!(open(DOCTOR, REPORT));
        assert_ok!(Access::close(signed(DOCTOR), REPORT));
        System::assert_last_event(Event::WindowClosed { record: REPORT, reader: id(DOCTOR), staff: None }.into());
        assert!(held(REPORT, DOCTOR).is_none() && window(REPORT, DOCTOR).is_none());
        assert_noop!(reads_until(DOCTOR, REPORT), Error::<Test>::NoGrant);
        assert_noop!(open(DOCTOR, REPORT), Error::<Test>::NoGrant);
    });
}

#[test]
fn closing_keeps_a_grant_that_has_openings_left() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 2).build_and_execute(|| {
        assert_ok!(open(DOCTOR, REPORT));
        assert_ok!(Access::close(signed(DOCTOR), REPORT));
        assert_noop!(reads_until(DOCTOR, REPORT), Error::<Test>::NoWindow);
        assert_ok!(open(DOCTOR, REPORT));
        assert_ok!(reads_until(DOCTOR, REPORT));
    });
}

#[test]
fn a_window_that_has_ended_is_tidied_away() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 1).build_and_execute(|| {
        assert_ok!(open(DOCTOR, REPORT));
        pass(limits::READING_WINDOW);
        set_status(DOCTOR, Status::Suspended);
        assert_ok!(Access::close(signed(DOCTOR), REPORT));
        assert!(held(REPORT, DOCTOR).is_none());
    });
}

#[test]
fn reader_closes_its_own_windows_only() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 1).with_grant(REPORT, HOSPITAL, 1).build_and_execute(|| {
        assert_ok!(open(DOCTOR, REPORT));
        assert_noop!(Access::close(signed(HOSPITAL), REPORT), Error::<Test>::NoWindow);
        assert_noop!(Access::close(signed(DOCTOR), OTHER_REPORT), Error::<Test>::NoWindow);
        assert_noop!(Access::close(signed(STRANGER), REPORT), Error::<Test>::NotAMember);
        assert_ok!(reads_until(DOCTOR, REPORT));
    });
}
