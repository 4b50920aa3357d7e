use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

#[test]
fn revoked_reader_cannot_open() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 5).build_and_execute(|| {
        assert_ok!(Access::revoke(signed(PATIENT), REPORT, id(DOCTOR)));
        System::assert_last_event(Event::GrantRevoked { record: REPORT, reader: id(DOCTOR) }.into());
        assert_noop!(open(DOCTOR, REPORT), Error::<Test>::NoGrant);
        assert!(Access::grants_of_reader(id(DOCTOR), None, 10).is_empty());
    });
}

#[test]
fn revoked_reader_cannot_read_on_in_an_open_window() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 5).build_and_execute(|| {
        assert_ok!(open(DOCTOR, REPORT));
        assert_ok!(reads_until(DOCTOR, REPORT));
        assert_ok!(Access::revoke(signed(PATIENT), REPORT, id(DOCTOR)));
        assert!(window(REPORT, DOCTOR).is_none());
        assert_noop!(reads_until(DOCTOR, REPORT), Error::<Test>::NoGrant);
        // What was read stays in the log.
        assert_eq!(Access::readings_of_record(REPORT, None, 10).len(), 1);
    });
}

#[test]
fn a_grant_after_a_revocation_opens_no_window_by_itself() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 5).build_and_execute(|| {
        assert_ok!(open(DOCTOR, REPORT));
        assert_ok!(Access::revoke(signed(PATIENT), REPORT, id(DOCTOR)));
        grant(DOCTOR, REPORT, 1);
        assert_noop!(reads_until(DOCTOR, REPORT), Error::<Test>::NoWindow);
    });
}

#[test]
fn patient_revokes_what_came_with_care_and_what_a_doctor_shared() {
    ExtBuilder::default().under_care_with_profile(PATIENT, DOCTOR).build_and_execute(|| {
        assert_ok!(Access::share(signed(DOCTOR), id(PATIENT), id(HOSPITAL), profile(1)));
        for reader in [DOCTOR, HOSPITAL] {
            assert_ok!(Access::revoke(signed(PATIENT), PROFILE, id(reader)));
            assert_noop!(open(reader, PROFILE), Error::<Test>::NoGrant);
        }
    });
}

#[test]
fn pharmacy_whose_prescription_was_revoked_holds_none() {
    ExtBuilder::default().with_grant(PRESCRIPTION, PHARMACY, 1).build_and_execute(|| {
        assert_ok!(Access::revoke(signed(PATIENT), PRESCRIPTION, id(PHARMACY)));
        assert_eq!(PrescriptionGrants::<Test>::iter_keys().count(), 0);
        assert_noop!(try_grant(PHARMACY, &[PROFILE]), Error::<Test>::ProfileNeedsPrescription);
    });
}

#[test]
fn other_readers_keep_their_grants() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 1).with_grant(REPORT, HOSPITAL, 1).build_and_execute(|| {
        assert_ok!(Access::revoke(signed(PATIENT), REPORT, id(DOCTOR)));
        assert_ok!(open(HOSPITAL, REPORT));
    });
}

#[test]
fn nobody_else_revokes() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 1).build_and_execute(|| {
        let by = |account, record, reader| Access::revoke(signed(account), record, id(reader));
        for account in [DOCTOR, OTHER_PATIENT, HOSPITAL] {
            assert_noop!(by(account, REPORT, DOCTOR), Error::<Test>::NotThePatient);
        }
        assert_noop!(by(STRANGER, REPORT, DOCTOR), Error::<Test>::NotAMember);
        assert_noop!(by(PATIENT, NO_RECORD, DOCTOR), Error::<Test>::UnknownRecord);
        assert_noop!(by(PATIENT, REPORT, HOSPITAL), Error::<Test>::NoGrant);
    });
}
