use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use medchain_primitives::{RecordStatus, Status, DAY};
use sp_runtime::DispatchResult;

fn try_share(doctor: AccountId, hospital: AccountId) -> DispatchResult {
    Access::share(signed(doctor), id(PATIENT), id(hospital), profile(1))
}

#[test]
fn doctor_shares_the_profile_with_a_hospital() {
    ExtBuilder::default().under_care_with_profile(PATIENT, DOCTOR).build_and_execute(|| {
        assert_ok!(try_share(DOCTOR, HOSPITAL));
        let shared = held(PROFILE, HOSPITAL).unwrap();
        assert_eq!((shared.basis, shared.granted_by), (GrantBasis::Shared, id(DOCTOR)));
        assert_eq!((shared.purpose, shared.openings), (Purpose::Treatment, limits::CARE_GRANT_OPENINGS));
        assert_eq!(shared.expires_at, NOW + limits::CARE_GRANT_LIFETIME);
        System::assert_last_event(
            Event::ProfileShared { record: PROFILE, doctor: id(DOCTOR), hospital: id(HOSPITAL) }.into(),
        );
        assert_ok!(open(HOSPITAL, PROFILE));
        assert_ok!(reads_until(HOSPITAL, PROFILE));
    });
}

#[test]
fn what_a_doctor_shares_lasts_no_longer_than_what_the_doctor_holds() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).with_grant(PROFILE, DOCTOR, 1).build_and_execute(|| {
        assert_ok!(try_share(DOCTOR, HOSPITAL));
        assert_eq!(held(PROFILE, HOSPITAL).unwrap().expires_at, NOW + DAY);
    });
}

#[test]
fn what_a_doctor_shares_dies_with_the_care_relation() {
    ExtBuilder::default().under_care_with_profile(PATIENT, DOCTOR).under_care(PATIENT, OTHER_DOCTOR).build_and_execute(
        || {
            assert_ok!(try_share(DOCTOR, HOSPITAL));
            assert_ok!(open(HOSPITAL, PROFILE));
            end_care(PATIENT, DOCTOR);
            assert_noop!(reads_until(HOSPITAL, PROFILE), Error::<Test>::CareRelationEnded);
            assert_ok!(Access::close(signed(HOSPITAL), PROFILE));
            assert_noop!(open(HOSPITAL, PROFILE), Error::<Test>::CareRelationEnded);
        },
    );
}

#[test]
fn what_a_doctor_shares_rests_while_the_doctor_is_suspended() {
    ExtBuilder::default().under_care_with_profile(PATIENT, DOCTOR).build_and_execute(|| {
        assert_ok!(try_share(DOCTOR, HOSPITAL));
        assert_ok!(open(HOSPITAL, PROFILE));
        set_status(DOCTOR, Status::Suspended);
        assert_noop!(reads_until(HOSPITAL, PROFILE), Error::<Test>::SharingDoctorNotActive);
        assert_ok!(Access::close(signed(HOSPITAL), PROFILE));
        assert_noop!(open(HOSPITAL, PROFILE), Error::<Test>::SharingDoctorNotActive);
        set_status(DOCTOR, Status::Active);
        assert_ok!(open(HOSPITAL, PROFILE));
    });
}

#[test]
fn only_an_active_doctor_with_the_patient_under_care_shares() {
    ExtBuilder::default().under_care_with_profile(PATIENT, DOCTOR).build_and_execute(|| {
        assert_noop!(try_share(STRANGER, HOSPITAL), Error::<Test>::NotAMember);
        for account in [PATIENT, HOSPITAL, PHARMACY] {
            assert_noop!(try_share(account, HOSPITAL), Error::<Test>::NotADoctor);
        }
        assert_noop!(try_share(OTHER_DOCTOR, HOSPITAL), Error::<Test>::NotUnderCare);
        set_status(DOCTOR, Status::Suspended);
        assert_noop!(try_share(DOCTOR, HOSPITAL), Error::<Test>::NotActive);
        set_status(DOCTOR, Status::Active);
        end_care(PATIENT, DOCTOR);
        assert_noop!(try_share(DOCTOR, HOSPITAL), Error::<Test>::NotUnderCare);
    });
}

#[test]
fn doctor_shares_only_what_it_holds() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        assert_noop!(try_share(DOCTOR, HOSPITAL), Error::<Test>::NoGrant);
        grant(DOCTOR, PROFILE, 1);
        pass(DAY);
        assert_noop!(try_share(DOCTOR, HOSPITAL), Error::<Test>::GrantExpired);
        set_record_status(PROFILE, RecordStatus::EnteredInError);
        assert_noop!(try_share(DOCTOR, HOSPITAL), Error::<Test>::NoProfile);
    });
}

#[test]
fn a_profile_is_shared_with_an_active_hospital_under_its_current_key() {
    ExtBuilder::default().under_care_with_profile(PATIENT, DOCTOR).build_and_execute(|| {
        for account in [OTHER_DOCTOR, PHARMACY, OTHER_PATIENT, STRANGER] {
            assert_noop!(try_share(DOCTOR, account), Error::<Test>::NotAHospital);
        }
        rotate_key(HOSPITAL);
        assert_noop!(try_share(DOCTOR, HOSPITAL), Error::<Test>::KeyVersionNotCurrent);
        set_status(HOSPITAL, Status::Suspended);
        assert_noop!(try_share(DOCTOR, HOSPITAL), Error::<Test>::NotAHospital);
    });
}

#[test]
fn a_share_cuts_short_neither_consent_nor_another_doctors_share() {
    ExtBuilder::default()
        .under_care_with_profile(PATIENT, DOCTOR)
        .under_care_with_profile(PATIENT, OTHER_DOCTOR)
        .build_and_execute(|| {
            assert_ok!(try_share(DOCTOR, HOSPITAL));
            assert_noop!(try_share(OTHER_DOCTOR, HOSPITAL), Error::<Test>::AlreadyGranted);
            // A doctor renews its own.
            assert_ok!(try_share(DOCTOR, HOSPITAL));
            // What no longer stands is in nobody's way.
            end_care(PATIENT, DOCTOR);
            assert_ok!(try_share(OTHER_DOCTOR, HOSPITAL));
            grant(HOSPITAL, PROFILE, 1);
            assert_noop!(try_share(OTHER_DOCTOR, HOSPITAL), Error::<Test>::AlreadyGranted);
        });
}
