//! Who may read: the decision that gates serving and release.

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use medchain_primitives::{RecordStatus, Status};

#[test]
fn patient_reads_every_record_of_hers_without_opening() {
    ExtBuilder::default().build_and_execute(|| {
        for record in [PROFILE, REPORT, PRESCRIPTION] {
            assert_eq!(Access::ensure_may_read(&PATIENT, record), Ok(Permit::Owner));
        }
        for status in [RecordStatus::Superseded, RecordStatus::EnteredInError] {
            set_record_status(REPORT, status);
            assert_eq!(Access::ensure_may_read(&PATIENT, REPORT), Ok(Permit::Owner));
        }
    });
}

#[test]
fn patient_who_is_not_active_reads_nothing() {
    ExtBuilder::default().build_and_execute(|| {
        set_status(PATIENT, Status::Suspended);
        assert_noop!(Access::ensure_may_read(&PATIENT, REPORT), Error::<Test>::NotActive);
    });
}

#[test]
fn patient_reads_no_record_of_another() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(Access::ensure_may_read(&PATIENT, FOREIGN_REPORT), Error::<Test>::NotAProfessional);
        assert_noop!(Access::ensure_may_read(&OTHER_PATIENT, PROFILE), Error::<Test>::NotAProfessional);
    });
}

#[test]
fn erased_record_is_unreadable_to_all_the_patient_included() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 5).build_and_execute(|| {
        assert_ok!(open(DOCTOR, REPORT));
        for record in [REPORT, CERTIFICATE] {
            set_record_status(record, RecordStatus::Erased);
            for account in [PATIENT, DOCTOR, HOSPITAL, ADMINISTRATOR, STRANGER] {
                assert_noop!(Access::ensure_may_read(&account, record), Error::<Test>::RecordErased);
            }
        }
    });
}

#[test]
fn superseded_record_stays_readable_in_an_open_window() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 1).build_and_execute(|| {
        assert_ok!(open(DOCTOR, REPORT));
        set_record_status(REPORT, RecordStatus::Superseded);
        assert_ok!(reads_until(DOCTOR, REPORT));
    });
}

#[test]
fn certificate_is_read_by_its_professional_and_the_administrators_alone() {
    ExtBuilder::default().build_and_execute(|| {
        for status in [Status::Pending, Status::Active, Status::Rejected, Status::Suspended] {
            set_status(DOCTOR, status);
            assert_eq!(Access::ensure_may_read(&DOCTOR, CERTIFICATE), Ok(Permit::Owner));
        }
        assert_eq!(Access::ensure_may_read(&ADMINISTRATOR, CERTIFICATE), Ok(Permit::Administrator));
        for professional in [OTHER_DOCTOR, HOSPITAL, PHARMACY] {
            assert_noop!(Access::ensure_may_read(&professional, CERTIFICATE), Error::<Test>::KindNotForRole);
        }
        assert_noop!(Access::ensure_may_read(&PATIENT, CERTIFICATE), Error::<Test>::NotAProfessional);
        assert_noop!(Access::ensure_may_read(&STRANGER, CERTIFICATE), Error::<Test>::NotAMember);
    });
}

#[test]
fn administrator_reads_nothing_but_certificates() {
    ExtBuilder::default().build_and_execute(|| {
        for record in [PROFILE, REPORT, PRESCRIPTION] {
            assert_noop!(Access::ensure_may_read(&ADMINISTRATOR, record), Error::<Test>::NotACertificate);
        }
    });
}

#[test]
fn professional_who_became_an_administrator_reads_on_by_grant() {
    ExtBuilder::default().build_and_execute(|| {
        register(ADMINISTRATOR, Role::Doctor);
        grant(ADMINISTRATOR, REPORT, 1);
        assert_noop!(reads_until(ADMINISTRATOR, REPORT), Error::<Test>::NoWindow);
        assert_ok!(open(ADMINISTRATOR, REPORT));
        assert_ok!(reads_until(ADMINISTRATOR, REPORT));
    });
}

#[test]
fn a_grant_alone_gives_nothing_to_read() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 1).build_and_execute(|| {
        assert_noop!(reads_until(DOCTOR, REPORT), Error::<Test>::NoWindow);
        assert_noop!(reads_until(DOCTOR, NO_RECORD), Error::<Test>::UnknownRecord);
    });
}

#[test]
fn pharmacy_reads_the_prescription_and_the_profile_that_it_opened() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(try_grant(PHARMACY, &[PRESCRIPTION, PROFILE]));
        for record in [PRESCRIPTION, PROFILE] {
            assert_ok!(open(PHARMACY, record));
            assert_ok!(reads_until(PHARMACY, record));
        }
        assert_noop!(reads_until(PHARMACY, REPORT), Error::<Test>::KindNotForRole);
    });
}
