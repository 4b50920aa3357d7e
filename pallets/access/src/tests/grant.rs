use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResultWithPostInfo};
use medchain_primitives::{RecordStatus, Status, DAY, HOUR, MINUTE};

fn try_terms(duration: Moment, openings: u32) -> DispatchResultWithPostInfo {
    let grants = grants_of(&[REPORT]);
    Access::grant(signed(PATIENT), id(DOCTOR), None, grants, Purpose::Treatment, duration, openings)
}

fn answer(number: RequestId, reader: AccountId, list: &[RecordId], purpose: Purpose) -> DispatchResultWithPostInfo {
    Access::grant(signed(PATIENT), id(reader), Some(number), grants_of(list), purpose, HOUR, 1)
}

#[test]
fn patient_grants_unasked() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(try_terms(HOUR, 3));
        assert_eq!(
            held(REPORT, DOCTOR),
            Some(Grant {
                seal: seal(1),
                purpose: Purpose::Treatment,
                basis: GrantBasis::Consent,
                granted_by: id(PATIENT),
                granted_at: NOW,
                expires_at: NOW + HOUR,
                asked: None,
                openings: 3,
                openings_left: 3,
            })
        );
        System::assert_last_event(
            Event::AccessGranted {
                record: REPORT,
                reader: id(DOCTOR),
                purpose: Purpose::Treatment,
                expires_at: NOW + HOUR,
                openings: 3,
            }
            .into(),
        );
        assert_ok!(open(DOCTOR, REPORT));
    });
}

#[test]
fn a_grant_answers_a_request_part_by_part() {
    ExtBuilder::default().build_and_execute(|| {
        let number = request(DOCTOR, &[PROFILE, REPORT, OTHER_REPORT]);
        assert_ok!(answer(number, DOCTOR, &[REPORT], Purpose::Treatment));
        assert_eq!(Requests::<Test>::get(number).unwrap().records, records(&[PROFILE, OTHER_REPORT]));
        let again = answer(number, DOCTOR, &[REPORT], Purpose::Treatment);
        assert_noop!(again, Error::<Test>::RecordNotInRequest);
        assert_ok!(answer(number, DOCTOR, &[OTHER_REPORT, PROFILE], Purpose::Treatment));
        assert!(Requests::<Test>::get(number).is_none());
        assert!(Access::inbox(id(PATIENT), None, 10).is_empty());
        assert_eq!(Access::grants_of_reader(id(DOCTOR), None, 10).len(), 3);
    });
}

#[test]
fn an_answer_agrees_with_its_request() {
    ExtBuilder::default().build_and_execute(|| {
        let number = request(DOCTOR, &[REPORT]);
        let (list, purpose) = ([REPORT], Purpose::Treatment);
        assert_noop!(answer(RequestId(9), DOCTOR, &list, purpose), Error::<Test>::UnknownRequest);
        assert_noop!(answer(number, OTHER_DOCTOR, &list, purpose), Error::<Test>::NotPartyToRequest);
        assert_noop!(answer(number, DOCTOR, &list, Purpose::Payment), Error::<Test>::PurposeDiffersFromRequest);
        assert_noop!(answer(number, DOCTOR, &[REPORT, PROFILE], purpose), Error::<Test>::RecordNotInRequest);
        let foreign = Access::grant(
            signed(OTHER_PATIENT),
            id(DOCTOR),
            Some(number),
            grants_of(&[FOREIGN_REPORT]),
            purpose,
            HOUR,
            1,
        );
        assert_noop!(foreign, Error::<Test>::NotPartyToRequest);
        pass(limits::REQUEST_LIFETIME);
        assert_noop!(answer(number, DOCTOR, &list, purpose), Error::<Test>::RequestExpired);
    });
}

#[test]
fn only_the_patient_grants() {
    ExtBuilder::default().build_and_execute(|| {
        let by = |account, list: &[RecordId]| {
            Access::grant(signed(account), id(HOSPITAL), None, grants_of(list), Purpose::Treatment, DAY, 1)
        };
        assert_noop!(by(STRANGER, &[REPORT]), Error::<Test>::NotAMember);
        for account in [OTHER_PATIENT, DOCTOR, PHARMACY] {
            assert_noop!(by(account, &[REPORT]), Error::<Test>::NotThePatient);
        }
        // Who decides for nobody is told so before anything about what it would grant.
        for professional in [DOCTOR, PHARMACY] {
            assert_noop!(by(professional, &[]), Error::<Test>::NotThePatient);
        }
        assert_noop!(by(PATIENT, &[REPORT, FOREIGN_REPORT]), Error::<Test>::NotThePatient);
        // Not even a certificate's own professional.
        assert_noop!(by(DOCTOR, &[CERTIFICATE]), Error::<Test>::NotThePatient);
    });
}

#[test]
fn readers_are_active_professionals() {
    ExtBuilder::default().build_and_execute(|| {
        for reader in [PATIENT, OTHER_PATIENT, STRANGER, ADMINISTRATOR] {
            assert_noop!(try_grant(reader, &[REPORT]), Error::<Test>::UnknownReader);
        }
        for status in [Status::Pending, Status::Rejected, Status::Suspended] {
            set_status(DOCTOR, status);
            assert_noop!(try_grant(DOCTOR, &[REPORT]), Error::<Test>::UnknownReader);
        }
    });
}

#[test]
fn a_grant_names_records_that_are_there_each_once() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(try_grant(DOCTOR, &[]), Error::<Test>::NoRecords);
        assert_noop!(try_grant(DOCTOR, &[REPORT, REPORT]), Error::<Test>::DuplicateRecord);
        assert_noop!(try_grant(DOCTOR, &[NO_RECORD]), Error::<Test>::UnknownRecord);
        set_record_status(REPORT, RecordStatus::Erased);
        assert_noop!(try_grant(DOCTOR, &[REPORT]), Error::<Test>::RecordErased);
        for status in [RecordStatus::Superseded, RecordStatus::EnteredInError] {
            set_record_status(REPORT, status);
            assert_ok!(try_grant(DOCTOR, &[REPORT]));
        }
    });
}

#[test]
fn pharmacy_is_granted_prescriptions_and_with_one_the_profile() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(try_grant(PHARMACY, &[REPORT]), Error::<Test>::KindNotForRole);
        assert_noop!(try_grant(PHARMACY, &[PROFILE]), Error::<Test>::ProfileNeedsPrescription);
        assert_ok!(try_grant(PHARMACY, &[PROFILE, PRESCRIPTION]));
        assert_ok!(try_grant(OTHER_PHARMACY, &[PRESCRIPTION]));
        assert_ok!(try_grant(OTHER_PHARMACY, &[PROFILE]));
    });
}

#[test]
fn a_grant_pays_for_the_prescriptions_that_were_looked_at() {
    ExtBuilder::default().with_grant(PRESCRIPTION, PHARMACY, 1).build_and_execute(|| {
        let weight = <() as WeightInfo>::grant(1);
        let looking = <() as WeightInfo>::look_for_prescription;
        assert_eq!(try_grant(PHARMACY, &[PROFILE]).unwrap().actual_weight, Some(weight + looking(1)));
        assert_eq!(try_grant(DOCTOR, &[PROFILE]).unwrap().actual_weight, Some(weight + looking(0)));
    });
}

#[test]
fn a_seal_is_made_for_the_readers_current_key() {
    ExtBuilder::default().build_and_execute(|| {
        rotate_key(DOCTOR);
        assert_noop!(try_grant(DOCTOR, &[REPORT]), Error::<Test>::KeyVersionNotCurrent);
        let grants = RecordGrants::truncate_from(vec![RecordGrant { record: REPORT, seal: seal(2) }]);
        assert_ok!(Access::grant(signed(PATIENT), id(DOCTOR), None, grants, Purpose::Treatment, DAY, 1));
    });
}

#[test]
fn duration_and_openings_are_bounded() {
    ExtBuilder::default().build_and_execute(|| {
        for duration in [0, limits::GRANT_MIN - 1, limits::GRANT_MAX + 1] {
            assert_noop!(try_terms(duration, 1), Error::<Test>::DurationOutOfRange);
        }
        for openings in [0, limits::OPENINGS_MAX + 1] {
            assert_noop!(try_terms(HOUR, openings), Error::<Test>::OpeningsOutOfRange);
        }
        assert_ok!(try_terms(limits::GRANT_MIN, 1));
        assert_ok!(try_terms(limits::GRANT_MAX, limits::OPENINGS_MAX));
    });
}

#[test]
fn emergency_treatment_is_no_purpose_of_a_grant() {
    ExtBuilder::default().build_and_execute(|| {
        let purpose = Purpose::EmergencyTreatment;
        let refused = Access::grant(signed(PATIENT), id(DOCTOR), None, grants_of(&[REPORT]), purpose, DAY, 1);
        assert_noop!(refused, Error::<Test>::EmergencyNeedsEmergencyConsent);
    });
}

#[test]
fn a_grant_replaces_the_one_before_and_an_open_window_stays_open_within_its_bounds() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 1).build_and_execute(|| {
        assert_ok!(open(DOCTOR, REPORT));
        assert_eq!(reads_until(DOCTOR, REPORT), Ok(NOW + limits::READING_WINDOW));
        pass(MINUTE);
        assert_ok!(try_terms(HOUR, 2));
        assert_eq!(held(REPORT, DOCTOR).unwrap().openings_left, 2);
        assert_eq!(reads_until(DOCTOR, REPORT), Ok(NOW + limits::READING_WINDOW));
        assert_ok!(try_terms(MINUTE, 2));
        assert_eq!(reads_until(DOCTOR, REPORT), Ok(NOW + 2 * MINUTE));
    });
}

#[test]
fn a_refused_grant_of_several_records_grants_none() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(try_grant(DOCTOR, &[REPORT, NO_RECORD]), Error::<Test>::UnknownRecord);
        assert!(held(REPORT, DOCTOR).is_none());
    });
}
