use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo};
use medchain_primitives::{RecordStatus, Status, DAY};

#[test]
fn doctor_requests_records_and_the_patient_finds_them_in_the_inbox() {
    ExtBuilder::default().build_and_execute(|| {
        let number = request(DOCTOR, &[PROFILE, REPORT, PRESCRIPTION]);
        let waiting = AccessRequest {
            requester: id(DOCTOR),
            patient: id(PATIENT),
            records: records(&[PROFILE, REPORT, PRESCRIPTION]),
            purpose: Purpose::Treatment,
            asked: None,
            requested_at: NOW,
            expires_at: NOW + limits::REQUEST_LIFETIME,
            staff: None,
        };
        assert_eq!(Access::inbox(id(PATIENT), None, 10), [(number, waiting.clone())]);
        assert_eq!(Access::requests_by(id(DOCTOR), None, 10), [(number, waiting)]);
        assert_eq!(Inboxes::<Test>::get(id(PATIENT)).into_inner(), [number]);
        System::assert_last_event(
            Event::AccessRequested {
                request: number,
                patient: id(PATIENT),
                requester: id(DOCTOR),
                purpose: Purpose::Treatment,
                staff: None,
            }
            .into(),
        );
    });
}

#[test]
fn hospital_requests_every_clinical_kind() {
    ExtBuilder::default().build_and_execute(|| {
        request(HOSPITAL, &[PROFILE, REPORT, PRESCRIPTION]);
    });
}

#[test]
fn a_request_gives_no_access() {
    ExtBuilder::default().build_and_execute(|| {
        request(DOCTOR, &[REPORT]);
        assert_noop!(open(DOCTOR, REPORT), Error::<Test>::NoGrant);
    });
}

#[test]
fn only_active_professionals_request() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(try_request(STRANGER, &[REPORT]), Error::<Test>::NotAMember);
        assert_noop!(try_request(ADMINISTRATOR, &[REPORT]), Error::<Test>::NotAMember);
        assert_noop!(try_request(OTHER_PATIENT, &[REPORT]), Error::<Test>::NotAProfessional);
        for status in [Status::Pending, Status::Rejected, Status::Suspended] {
            set_status(DOCTOR, status);
            assert_noop!(try_request(DOCTOR, &[REPORT]), Error::<Test>::NotActive);
        }
    });
}

#[test]
fn a_request_goes_to_a_patient() {
    ExtBuilder::default().build_and_execute(|| {
        for addressee in [HOSPITAL, STRANGER] {
            let refused = Access::request(signed(DOCTOR), id(addressee), records(&[REPORT]), Purpose::Treatment);
            assert_noop!(refused, Error::<Test>::UnknownPatient);
        }
    });
}

#[test]
fn a_request_names_records_of_that_patient_each_once() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(try_request(DOCTOR, &[]), Error::<Test>::NoRecords);
        assert_noop!(try_request(DOCTOR, &[REPORT, PROFILE, REPORT]), Error::<Test>::DuplicateRecord);
        assert_noop!(try_request(DOCTOR, &[NO_RECORD]), Error::<Test>::UnknownRecord);
        assert_noop!(try_request(DOCTOR, &[REPORT, FOREIGN_REPORT]), Error::<Test>::RecordOfAnotherPatient);
        let many = vec![REPORT; limits::RECORDS_PER_REQUEST_MAX as usize + 1];
        assert_noop!(
            Access::ensure_may_request(&DOCTOR, id(PATIENT), &many, Purpose::Treatment),
            Error::<Test>::TooManyRecords
        );
    });
}

#[test]
fn what_is_erased_or_wrong_is_not_requested_and_what_is_superseded_is() {
    ExtBuilder::default().build_and_execute(|| {
        set_record_status(REPORT, RecordStatus::Erased);
        assert_noop!(try_request(DOCTOR, &[REPORT]), Error::<Test>::RecordErased);
        set_record_status(REPORT, RecordStatus::EnteredInError);
        assert_noop!(try_request(DOCTOR, &[REPORT]), Error::<Test>::RecordEnteredInError);
        set_record_status(REPORT, RecordStatus::Superseded);
        assert_ok!(try_request(DOCTOR, &[REPORT]));
    });
}

#[test]
fn nobody_requests_a_certificate() {
    ExtBuilder::default().build_and_execute(|| {
        anchor(RecordId(8), PATIENT, PATIENT, RecordKind::Certificate);
        for requester in [DOCTOR, HOSPITAL, PHARMACY] {
            assert_noop!(try_request(requester, &[RecordId(8)]), Error::<Test>::KindNotForRole);
        }
    });
}

#[test]
fn pharmacy_requests_no_report() {
    ExtBuilder::default().with_grant(PRESCRIPTION, PHARMACY, 1).build_and_execute(|| {
        assert_noop!(try_request(PHARMACY, &[REPORT]), Error::<Test>::KindNotForRole);
        assert_noop!(try_request(PHARMACY, &[PRESCRIPTION, REPORT]), Error::<Test>::KindNotForRole);
    });
}

#[test]
fn pharmacy_requests_a_profile_only_with_a_prescription() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(try_request(PHARMACY, &[PROFILE]), Error::<Test>::ProfileNeedsPrescription);
        assert_ok!(try_request(PHARMACY, &[PRESCRIPTION]));
        // A prescription that is asked for elsewhere is none that the pharmacy sees.
        assert_noop!(try_request(PHARMACY, &[PROFILE]), Error::<Test>::ProfileNeedsPrescription);
        assert_ok!(try_request(PHARMACY, &[PROFILE, PRESCRIPTION]));
    });
}

#[test]
fn pharmacy_with_a_live_grant_on_a_prescription_requests_the_profile() {
    ExtBuilder::default().with_grant(PRESCRIPTION, PHARMACY, 1).build_and_execute(|| {
        assert_ok!(try_request(PHARMACY, &[PROFILE]));
        assert_noop!(try_request(OTHER_PHARMACY, &[PROFILE]), Error::<Test>::ProfileNeedsPrescription);
    });
}

#[test]
fn a_request_pays_for_the_prescriptions_that_were_looked_at() {
    ExtBuilder::default().with_grant(PRESCRIPTION, PHARMACY, 1).build_and_execute(|| {
        let of_pharmacy = try_request(PHARMACY, &[PROFILE]).unwrap();
        let weight = <() as WeightInfo>::request(1);
        let looking = <() as WeightInfo>::look_for_prescription;
        assert_eq!(of_pharmacy.actual_weight, Some(weight + looking(1)));
        // With the prescription in the request, and for a doctor, none is looked for.
        let with_prescription = try_request(PHARMACY, &[PROFILE, PRESCRIPTION]).unwrap();
        assert_eq!(with_prescription.actual_weight, Some(<() as WeightInfo>::request(2) + looking(0)));
        let asked = AskedTerms { duration: DAY, openings: 1 };
        let of_doctor =
            Access::request_for(signed(DOCTOR), id(PATIENT), records(&[PROFILE]), Purpose::Treatment, asked).unwrap();
        assert_eq!(of_doctor.actual_weight, Some(<() as WeightInfo>::request_for(1) + looking(0)));

        let call =
            Call::<Test>::request { patient: id(PATIENT), records: records(&[PROFILE]), purpose: Purpose::Treatment };
        assert_eq!(call.get_dispatch_info().call_weight, weight + looking(PRESCRIPTIONS_LOOKED_AT));
    });
}

#[test]
fn pharmacy_whose_grant_on_the_prescription_ended_requests_no_profile() {
    ExtBuilder::default().with_grant(PRESCRIPTION, PHARMACY, 1).build_and_execute(|| {
        set_record_status(PRESCRIPTION, RecordStatus::Erased);
        assert_noop!(try_request(PHARMACY, &[PROFILE]), Error::<Test>::ProfileNeedsPrescription);
        set_record_status(PRESCRIPTION, RecordStatus::Current);
        assert_ok!(Access::revoke(signed(PATIENT), PRESCRIPTION, id(PHARMACY)));
        assert_noop!(try_request(PHARMACY, &[PROFILE]), Error::<Test>::ProfileNeedsPrescription);
        grant(PHARMACY, PRESCRIPTION, 1);
        pass(medchain_primitives::DAY);
        assert_noop!(try_request(PHARMACY, &[PROFILE]), Error::<Test>::ProfileNeedsPrescription);
    });
}

#[test]
fn a_prescription_of_another_patient_opens_no_profile() {
    ExtBuilder::default().build_and_execute(|| {
        let grants = grants_of(&[FOREIGN_PRESCRIPTION]);
        let purpose = Purpose::Treatment;
        assert_ok!(Access::grant(signed(OTHER_PATIENT), id(PHARMACY), None, grants, purpose, limits::GRANT_MAX, 1));
        assert_noop!(try_request(PHARMACY, &[PROFILE]), Error::<Test>::ProfileNeedsPrescription);
    });
}

#[test]
fn emergency_treatment_is_no_purpose_of_a_request() {
    ExtBuilder::default().build_and_execute(|| {
        let refused = Access::request(signed(DOCTOR), id(PATIENT), records(&[REPORT]), Purpose::EmergencyTreatment);
        assert_noop!(refused, Error::<Test>::EmergencyNeedsEmergencyConsent);
    });
}

#[test]
fn one_requester_does_not_flood_an_inbox() {
    ExtBuilder::default().build_and_execute(|| {
        let first = request(DOCTOR, &[REPORT]);
        for _ in 1..limits::INBOX_PER_REQUESTER_MAX {
            request(DOCTOR, &[REPORT]);
        }
        assert_noop!(try_request(DOCTOR, &[REPORT]), Error::<Test>::RequesterInboxFull);
        assert_ok!(try_request(OTHER_DOCTOR, &[REPORT]));
        assert_ok!(Access::withdraw(signed(DOCTOR), first));
        assert_ok!(try_request(DOCTOR, &[REPORT]));
    });
}

#[test]
fn an_inbox_is_bounded() {
    ExtBuilder::default().build_and_execute(|| {
        let requesters = limits::INBOX_MAX / limits::INBOX_PER_REQUESTER_MAX;
        for number in 0..u64::from(requesters) {
            let requester = 2_000 + number;
            register(requester, Role::Doctor);
            for _ in 0..limits::INBOX_PER_REQUESTER_MAX {
                request(requester, &[REPORT]);
            }
        }
        assert!(Inboxes::<Test>::get(id(PATIENT)).is_full());
        assert_noop!(try_request(DOCTOR, &[REPORT]), Error::<Test>::InboxFull);
        assert_ok!(Access::deny(signed(PATIENT), RequestId::FIRST));
        assert_ok!(try_request(DOCTOR, &[REPORT]));
    });
}

#[test]
fn the_preview_refuses_what_the_call_refuses() {
    ExtBuilder::default().build_and_execute(|| {
        let may = |requester| Access::ensure_may_request(&requester, id(PATIENT), &[REPORT], Purpose::Treatment);
        assert_ok!(may(DOCTOR));
        assert_noop!(may(STRANGER), Error::<Test>::NotAMember);
        assert_noop!(may(PHARMACY), Error::<Test>::KindNotForRole);
        assert_eq!(Requests::<Test>::iter_keys().count(), 0);
    });
}

#[test]
fn the_last_number_is_not_given_out() {
    ExtBuilder::default().build_and_execute(|| {
        NextRequestId::<Test>::put(RequestId(u64::MAX));
        assert_noop!(try_request(DOCTOR, &[REPORT]), Error::<Test>::IdsExhausted);
    });
}

#[test]
fn a_requester_who_asks_for_a_week_sees_that_it_got_an_hour() {
    ExtBuilder::default().build_and_execute(|| {
        let ask = |duration, openings| {
            let asked = AskedTerms { duration, openings };
            Access::request_for(signed(DOCTOR), id(PATIENT), records(&[REPORT]), Purpose::Treatment, asked)
        };
        for duration in [0, limits::GRANT_MIN - 1, limits::GRANT_MAX + 1] {
            assert_noop!(ask(duration, 1), Error::<Test>::DurationOutOfRange);
        }
        for openings in [0, limits::OPENINGS_MAX + 1] {
            assert_noop!(ask(DAY, openings), Error::<Test>::OpeningsOutOfRange);
        }
        assert_ok!(ask(7 * DAY, 3));
        let request = RequestId::FIRST;
        let asked = Some(AskedTerms { duration: 7 * DAY, openings: 3 });
        assert_eq!(Requests::<Test>::get(request).unwrap().asked, asked);
        let (grants, purpose) = (grants_of(&[REPORT]), Purpose::Treatment);
        let hour = medchain_primitives::HOUR;
        assert_ok!(Access::grant(signed(PATIENT), id(DOCTOR), Some(request), grants, purpose, hour, 1));
        let grant = held(REPORT, DOCTOR).unwrap();
        assert_eq!((grant.asked, grant.expires_at, grant.openings), (asked, NOW + hour, 1));
        // What is granted unasked answers nothing.
        assert_ok!(try_grant(DOCTOR, &[OTHER_REPORT]));
        assert_eq!(held(OTHER_REPORT, DOCTOR).unwrap().asked, None);
    });
}
