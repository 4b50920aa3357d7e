//! The profile grant that comes with a care relation.

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use medchain_primitives::{ReaderSeal, RecordConsents, RecordStatus, Status, DAY};

#[test]
fn care_brings_the_doctor_the_profile() {
    ExtBuilder::default().under_care_with_profile(PATIENT, DOCTOR).build_and_execute(|| {
        assert_eq!(
            held(PROFILE, DOCTOR),
            Some(Grant {
                seal: seal(1),
                purpose: Purpose::Treatment,
                basis: GrantBasis::Care,
                granted_by: id(PATIENT),
                granted_at: NOW,
                expires_at: NOW + limits::CARE_GRANT_LIFETIME,
                asked: None,
                openings: limits::CARE_GRANT_OPENINGS,
                openings_left: limits::CARE_GRANT_OPENINGS,
            })
        );
        assert_ok!(open(DOCTOR, PROFILE));
        assert_ok!(reads_until(DOCTOR, PROFILE));
        assert_eq!(Access::readings_of_record(PROFILE, None, 1)[0].1.basis, GrantBasis::Care);
    });
}

#[test]
fn what_came_with_care_dies_with_the_care_relation() {
    ExtBuilder::default().under_care_with_profile(PATIENT, DOCTOR).build_and_execute(|| {
        assert_ok!(open(DOCTOR, PROFILE));
        end_care(PATIENT, DOCTOR);
        assert_noop!(reads_until(DOCTOR, PROFILE), Error::<Test>::CareRelationEnded);
        assert_ok!(Access::close(signed(DOCTOR), PROFILE));
        assert_noop!(open(DOCTOR, PROFILE), Error::<Test>::CareRelationEnded);
    });
}

#[test]
fn consent_outlives_the_care_relation() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).with_grant(PROFILE, DOCTOR, 1).build_and_execute(|| {
        end_care(PATIENT, DOCTOR);
        assert_ok!(open(DOCTOR, PROFILE));
        assert_ok!(reads_until(DOCTOR, PROFILE));
    });
}

#[test]
fn what_comes_with_care_leaves_a_consent_that_stands() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).with_grant(PROFILE, DOCTOR, 1).build_and_execute(|| {
        assert_ok!(Access::grant_profile_for_care(id(PATIENT), id(DOCTOR), profile(1)));
        assert_eq!(held(PROFILE, DOCTOR).unwrap().basis, GrantBasis::Consent);
    });
}

/// The patient names the doctor a reader of her profiles for a year, and anchors one sealed to the doctor.
fn stand_for_a_year() {
    let (patient, doctor) = (id(PATIENT), id(DOCTOR));
    let kinds = RecordKinds { profile: true, ..Default::default() };
    let until = NOW + 365 * DAY;
    assert_ok!(Access::give_standing_consent(signed(PATIENT), patient, doctor, kinds, Purpose::Treatment, until));
    let seals = [ReaderSeal { reader: doctor, seal: seal(1) }];
    assert_ok!(Access::seal_new_record(PROFILE, RecordList::record(PROFILE).unwrap(), &seals));
}

#[test]
fn what_comes_with_care_leaves_a_standing_consent_that_lasts() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        stand_for_a_year();
        assert_ok!(Access::grant_profile_for_care(id(PATIENT), id(DOCTOR), profile(1)));
        let grant = held(PROFILE, DOCTOR).unwrap();
        assert_eq!((grant.basis, grant.expires_at), (GrantBasis::Standing, NOW + 365 * DAY));
        assert_eq!(grant.openings_left, limits::STANDING_OPENINGS);
        // It outlives the care relation.
        end_care(PATIENT, DOCTOR);
        assert_ok!(open(DOCTOR, PROFILE));
    });
}

#[test]
fn what_comes_with_care_replaces_what_rests_on_a_standing_consent_that_has_ended() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        stand_for_a_year();
        assert_ok!(Access::revoke_standing_consent(signed(PATIENT), id(PATIENT), id(DOCTOR)));
        assert_noop!(open(DOCTOR, PROFILE), Error::<Test>::StandingConsentEnded);
        assert_ok!(Access::grant_profile_for_care(id(PATIENT), id(DOCTOR), profile(1)));
        let grant = held(PROFILE, DOCTOR).unwrap();
        assert_eq!((grant.basis, grant.expires_at), (GrantBasis::Care, NOW + limits::CARE_GRANT_LIFETIME));
        assert_ok!(open(DOCTOR, PROFILE));
    });
}

#[test]
fn what_comes_with_care_replaces_a_consent_that_is_used_up_or_expired_or_sealed_to_an_old_key() {
    let replaces = |end_consent: fn(), version| {
        ExtBuilder::default().under_care(PATIENT, DOCTOR).with_grant(PROFILE, DOCTOR, 1).build_and_execute(|| {
            end_consent();
            assert_ok!(Access::grant_profile_for_care(id(PATIENT), id(DOCTOR), profile(version)));
            assert_eq!(held(PROFILE, DOCTOR).unwrap().basis, GrantBasis::Care);
        });
    };
    replaces(
        || {
            assert_ok!(open(DOCTOR, PROFILE));
        },
        1,
    );
    replaces(|| pass(DAY), 1);
    replaces(|| rotate_key(DOCTOR), 2);
}

#[test]
fn care_brings_nothing_but_the_patients_own_profile() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let bring = |record| {
            let sealed = SealedProfile { record, seal: seal(1) };
            Access::grant_profile_for_care(id(PATIENT), id(DOCTOR), sealed)
        };
        for record in [REPORT, RecordId(999)] {
            assert_noop!(bring(record), Error::<Test>::NoProfile);
        }
        let anothers = Access::grant_profile_for_care(id(OTHER_PATIENT), id(DOCTOR), profile(1));
        assert_noop!(anothers, Error::<Test>::NoProfile);
        for status in [RecordStatus::EnteredInError, RecordStatus::Erased] {
            set_record_status(PROFILE, status);
            assert_noop!(bring(PROFILE), Error::<Test>::NoProfile);
        }
    });
}

#[test]
fn care_brings_the_profile_that_was_sealed_though_it_was_amended_since() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        set_record_status(PROFILE, RecordStatus::Superseded);
        assert_ok!(Access::grant_profile_for_care(id(PATIENT), id(DOCTOR), profile(1)));
        assert_ok!(open(DOCTOR, PROFILE));
    });
}

#[test]
fn care_brings_nothing_to_a_doctor_who_may_not_act_or_has_another_key() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let to = |doctor, version| Access::grant_profile_for_care(id(PATIENT), id(doctor), profile(version));
        assert_noop!(to(DOCTOR, 2), Error::<Test>::KeyVersionNotCurrent);
        assert_noop!(to(HOSPITAL, 1), Error::<Test>::UnknownReader);
        assert_noop!(to(STRANGER, 1), Error::<Test>::UnknownReader);
        set_status(DOCTOR, Status::Suspended);
        assert_noop!(to(DOCTOR, 1), Error::<Test>::UnknownReader);
    });
}
