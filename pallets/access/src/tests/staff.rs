use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use medchain_primitives::{DependantGuardians, StaffScope, Status, DAY};

/// Front desk of the hospital.
const CLERK: AccountId = 2001;
/// A nurse on a ward of the hospital.
const NURSE: AccountId = 2002;
/// Another nurse of the hospital.
const OTHER_NURSE: AccountId = 2003;
/// Dispenses in the pharmacy.
const PHARMACIST: AccountId = 2004;

/// The hospital holds three openings of a report, the pharmacy one of a prescription; both have staff.
fn with_staff(test: impl FnOnce()) {
    let chain = ExtBuilder::default().with_grant(REPORT, HOSPITAL, 3).with_grant(PRESCRIPTION, PHARMACY, 1);
    chain.build_and_execute(|| {
        add_staff(CLERK, HOSPITAL, StaffScope::FrontDesk);
        add_staff(NURSE, HOSPITAL, StaffScope::Ward);
        add_staff(OTHER_NURSE, HOSPITAL, StaffScope::Ward);
        add_staff(PHARMACIST, PHARMACY, StaffScope::Dispensary);
        test();
    });
}

#[test]
fn a_clerk_requests_and_withdraws_for_the_hospital_and_is_named_with_it() {
    with_staff(|| {
        let number = request(CLERK, &[OTHER_REPORT]);
        let waiting = Requests::<Test>::get(number).unwrap();
        assert_eq!((waiting.requester, waiting.staff), (id(HOSPITAL), Some(CLERK)));
        let (patient, requester) = (id(PATIENT), id(HOSPITAL));
        let (purpose, staff) = (Purpose::Treatment, Some(CLERK));
        System::assert_last_event(
            Event::AccessRequested { request: number, patient, requester, purpose, staff }.into(),
        );
        assert_ok!(Access::withdraw(signed(NURSE), number));
        System::assert_last_event(Event::RequestWithdrawn { request: number, staff: Some(NURSE) }.into());
        let by_hospital = request(HOSPITAL, &[OTHER_REPORT]);
        assert_ok!(Access::withdraw(signed(CLERK), by_hospital));
    });
}

#[test]
fn staff_of_another_institution_withdraw_nothing() {
    with_staff(|| {
        let number = request(CLERK, &[OTHER_REPORT]);
        assert_noop!(Access::withdraw(signed(PHARMACIST), number), Error::<Test>::NotPartyToRequest);
    });
}

#[test]
fn a_nurse_opens_for_the_hospital_and_the_log_names_both() {
    with_staff(|| {
        assert_ok!(Access::ensure_may_open(&NURSE, REPORT));
        assert_ok!(open(NURSE, REPORT));
        let (_, reading) = Access::readings_by_reader(id(HOSPITAL), None, 1).remove(0);
        assert_eq!((reading.reader, reading.staff), (id(HOSPITAL), Some(NURSE)));
        assert_eq!(held(REPORT, HOSPITAL).unwrap().openings_left, 2);
        assert_ok!(reads_until(NURSE, REPORT));
        assert_ok!(Access::close(signed(NURSE), REPORT));
        let (record, reader) = (REPORT, id(HOSPITAL));
        System::assert_last_event(Event::WindowClosed { record, reader, staff: Some(NURSE) }.into());
        assert_noop!(reads_until(NURSE, REPORT), Error::<Test>::NoWindow);
        assert_ok!(Access::relinquish(signed(NURSE), REPORT));
        System::assert_last_event(Event::GrantRelinquished { record, reader, staff: Some(NURSE) }.into());
    });
}

#[test]
fn who_did_not_open_the_record_does_not_read_it() {
    with_staff(|| {
        assert_ok!(open(NURSE, REPORT));
        for other in [OTHER_NURSE, HOSPITAL] {
            assert_noop!(reads_until(other, REPORT), Error::<Test>::OpenedByAnother);
            assert_noop!(open(other, REPORT), Error::<Test>::WindowOpen);
        }
        assert_ok!(Access::close(signed(OTHER_NURSE), REPORT));
        assert_ok!(open(HOSPITAL, REPORT));
        assert_noop!(reads_until(NURSE, REPORT), Error::<Test>::OpenedByAnother);
        assert_ok!(reads_until(HOSPITAL, REPORT));
    });
}

#[test]
fn removed_staff_can_do_nothing_more_at_once() {
    with_staff(|| {
        assert_ok!(open(NURSE, REPORT));
        Staff::mutate(|staff| staff.remove(&NURSE));
        assert_noop!(reads_until(NURSE, REPORT), Error::<Test>::NotAMember);
        assert_noop!(Access::close(signed(NURSE), REPORT), Error::<Test>::NotAMember);
        assert_noop!(try_request(NURSE, &[OTHER_REPORT]), Error::<Test>::NotAMember);
        assert_noop!(open(NURSE, REPORT), Error::<Test>::NotAMember);
    });
}

#[test]
fn staff_of_a_suspended_hospital_neither_request_nor_open_nor_read() {
    with_staff(|| {
        assert_ok!(open(NURSE, REPORT));
        set_status(HOSPITAL, Status::Suspended);
        assert_noop!(reads_until(NURSE, REPORT), Error::<Test>::NotActive);
        assert_noop!(open(NURSE, REPORT), Error::<Test>::NotActive);
        assert_noop!(try_request(CLERK, &[OTHER_REPORT]), Error::<Test>::NotActive);
    });
}

#[test]
fn the_front_desk_reads_nothing() {
    with_staff(|| {
        for refused in
            [open(CLERK, REPORT), Access::close(signed(CLERK), REPORT), Access::relinquish(signed(CLERK), REPORT)]
        {
            assert_noop!(refused, Error::<Test>::ScopeTooNarrow);
        }
        assert_ok!(open(HOSPITAL, REPORT));
        assert_noop!(reads_until(CLERK, REPORT), Error::<Test>::ScopeTooNarrow);
    });
}

#[test]
fn a_dispensary_opens_prescriptions_and_no_reports() {
    with_staff(|| {
        assert_ok!(open(PHARMACIST, PRESCRIPTION));
        assert_ok!(reads_until(PHARMACIST, PRESCRIPTION));
        add_staff(NURSE, HOSPITAL, StaffScope::Dispensary);
        assert_noop!(open(NURSE, REPORT), Error::<Test>::ScopeTooNarrow);
        assert_noop!(open(NURSE, NO_RECORD), Error::<Test>::UnknownRecord);
    });
}

#[test]
fn staff_ask_only_for_what_their_institution_may() {
    with_staff(|| {
        assert_noop!(try_request(PHARMACIST, &[REPORT]), Error::<Test>::KindNotForRole);
        assert_ok!(try_request(PHARMACIST, &[PRESCRIPTION]));
    });
}

#[test]
fn what_is_not_staff_s_to_do_is_refused_as_that() {
    with_staff(|| {
        let refused = Error::<Test>::NotForStaff;
        assert_noop!(Access::share(signed(NURSE), id(PATIENT), id(HOSPITAL), profile(1)), refused);
        let grants = grants_of(&[REPORT]);
        let granted = Access::grant(signed(NURSE), id(DOCTOR), None, grants, Purpose::Treatment, DAY, 1);
        assert_noop!(granted, Error::<Test>::NotForStaff);
        let number = request(CLERK, &[OTHER_REPORT]);
        assert_noop!(Access::deny(signed(CLERK), number), Error::<Test>::NotForStaff);
        assert_noop!(Access::revoke(signed(NURSE), REPORT, id(HOSPITAL)), Error::<Test>::NotForStaff);
        assert_noop!(Access::resign_guardianship(signed(NURSE), id(PATIENT)), Error::<Test>::NotAMember);
    });
}

#[test]
fn staff_do_not_read_their_institution_s_certificate() {
    with_staff(|| {
        anchor(RecordId(50), HOSPITAL, HOSPITAL, RecordKind::Certificate);
        assert_ok!(Access::ensure_may_read(&HOSPITAL, RecordId(50)));
        assert_noop!(Access::ensure_may_read(&NURSE, RecordId(50)), Error::<Test>::KindNotForRole);
    });
}

#[test]
fn the_guardian_of_a_dependant_decides_and_reads() {
    ExtBuilder::default().build_and_execute(|| {
        Access::appoint_for_dependant(id(PATIENT), id(OTHER_PATIENT));
        let guardianship = Guardianships::<Test>::get(id(PATIENT), id(OTHER_PATIENT)).unwrap();
        assert_eq!(guardianship.scope, GuardianScope { decide: true, read: true });
        assert_eq!(guardianship.until, NOW + limits::STANDING_MAX);
        let grants = grants_of(&[REPORT]);
        assert_ok!(Access::grant(signed(OTHER_PATIENT), id(DOCTOR), None, grants, Purpose::Treatment, DAY, 1));
    });
}
