use super::*;

fn request_times(start: Moment, end: Moment) -> DispatchResult {
    AppointmentBook::request(signed(PATIENT), id(DOCTOR), start, end, None, Note::default())
}

#[test]
fn a_patient_asks_a_doctor_and_seals_her_profile() {
    ExtBuilder::default().build_and_execute(|| {
        let note = Note::try_from(vec![1; 560]).unwrap();
        assert_ok!(AppointmentBook::request(
            signed(PATIENT),
            id(DOCTOR),
            slot(0),
            slot(2),
            Some(PROFILE),
            note.clone()
        ));
        let expected = Appointment {
            patient: id(PATIENT),
            doctor: id(DOCTOR),
            start: slot(0),
            end: slot(2),
            status: AppointmentStatus::Requested,
            reason: None,
            note,
            profile: Some(PROFILE),
            requested_at: NOW,
            replaces: None,
            replaced_by: None,
        };
        assert_eq!(appointment(AppointmentId(1)), expected);
        assert_eq!(OpenRequests::<Test>::get(id(PATIENT)), 1);
        let event = Event::AppointmentRequested {
            appointment: AppointmentId(1),
            patient: id(PATIENT),
            doctor: id(DOCTOR),
            start: slot(0),
            end: slot(2),
        };
        assert_eq!(last_event(), event);
        assert!(!AppointmentBook::under_care(id(PATIENT), id(DOCTOR)));
        assert!(Granted::get().is_empty());
    });
}

#[test]
fn only_a_patient_asks() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(request(OTHER_DOCTOR, DOCTOR, 0, 1), Error::<Test>::NotAPatient);
        assert_noop!(request(HOSPITAL, DOCTOR, 0, 1), Error::<Test>::NotAPatient);
        assert_noop!(request(PENDING_DOCTOR, DOCTOR, 0, 1), Error::<Test>::NotActive);
        assert_noop!(request(STRANGER, DOCTOR, 0, 1), Error::<Test>::NotAMember);
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            assert_noop!(
                AppointmentBook::request(origin, id(DOCTOR), slot(0), slot(1), None, Note::default()),
                BadOrigin
            );
        }
    });
}

#[test]
fn only_an_active_doctor_is_asked() {
    ExtBuilder::default().build_and_execute(|| {
        for nobody in [PATIENT, OTHER_PATIENT, HOSPITAL, STRANGER] {
            assert_noop!(request(PATIENT, nobody, 0, 1), Error::<Test>::UnknownDoctor);
        }
        assert_noop!(request(PATIENT, PENDING_DOCTOR, 0, 1), Error::<Test>::DoctorNotActive);
        Suspended::set(vec![DOCTOR]);
        assert_noop!(request(PATIENT, DOCTOR, 0, 1), Error::<Test>::DoctorNotActive);
    });
}

#[test]
fn times_lie_on_quarters_of_an_hour() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(request_times(slot(0) + 1, slot(1)), Error::<Test>::TimeOffGrid);
        assert_noop!(request_times(slot(0), slot(1) - 1), Error::<Test>::TimeOffGrid);
    });
}

#[test]
fn an_appointment_ends_after_its_start() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(request_times(slot(1), slot(1)), Error::<Test>::EndNotAfterStart);
        assert_noop!(request_times(slot(2), slot(1)), Error::<Test>::EndNotAfterStart);
    });
}

#[test]
fn past_times_are_refused() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(request_times(0, limits::SLOT), Error::<Test>::StartPassed);
        assert_noop!(request_times(slot(0) - limits::SLOT, slot(0)), Error::<Test>::StartPassed);
        Clock::set(slot(0));
        assert_noop!(request_times(slot(0), slot(1)), Error::<Test>::StartPassed);
        Clock::set(slot(0) - 1);
        assert_ok!(request_times(slot(0), slot(1)));
    });
}

#[test]
fn an_appointment_is_at_most_eight_hours_long() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(request(PATIENT, DOCTOR, 0, 33), Error::<Test>::TooLong);
        let last_slot = u64::MAX - u64::MAX % limits::SLOT;
        assert_noop!(request_times(slot(0), last_slot), Error::<Test>::TooLong);
        assert_ok!(request(PATIENT, DOCTOR, 0, 32));
    });
}

#[test]
fn an_appointment_is_at_most_a_year_ahead() {
    ExtBuilder::default().build_and_execute(|| {
        let latest_start = NOW - MINUTE + limits::APPOINTMENT_AHEAD_MAX;
        assert_noop!(
            request_times(latest_start + limits::SLOT, latest_start + 2 * limits::SLOT),
            Error::<Test>::TooFarAhead
        );
        let last_slot = u64::MAX - u64::MAX % limits::SLOT;
        assert_noop!(request_times(last_slot - limits::SLOT, last_slot), Error::<Test>::TooFarAhead);
        assert_ok!(request_times(latest_start, latest_start + limits::SLOT));
    });
}

#[test]
fn a_time_that_the_doctor_has_given_away_is_refused() {
    ExtBuilder::default().with_accepted(OTHER_PATIENT, DOCTOR, 2, 4).build_and_execute(|| {
        for (from, to) in [(2, 4), (1, 3), (3, 5), (2, 3), (1, 5)] {
            assert_noop!(request(PATIENT, DOCTOR, from, to), Error::<Test>::SlotTaken);
        }
        assert_ok!(request(PATIENT, DOCTOR, 1, 2));
        assert_ok!(request(PATIENT, DOCTOR, 4, 5));
        assert_ok!(request(PATIENT, OTHER_DOCTOR, 2, 4));
    });
}

#[test]
fn a_time_in_which_the_patient_is_busy_is_refused() {
    ExtBuilder::default().with_accepted(PATIENT, DOCTOR, 2, 4).build_and_execute(|| {
        assert_noop!(request(PATIENT, OTHER_DOCTOR, 3, 5), Error::<Test>::PatientBusy);
        assert_ok!(request(PATIENT, OTHER_DOCTOR, 4, 5));
    });
}

#[test]
fn a_time_that_is_merely_requested_is_not_held() {
    ExtBuilder::default().with_request(OTHER_PATIENT, DOCTOR, 0, 2).build_and_execute(|| {
        assert_ok!(request(PATIENT, DOCTOR, 0, 2));
        assert_ok!(request(PATIENT, OTHER_DOCTOR, 0, 2));
    });
}

#[test]
fn a_seal_for_another_key_version_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        for key_version in [0, KEY_VERSION - 1, KEY_VERSION + 1] {
            let profile = Some(SealedProfile { seal: VersionedSeal { key_version, ..PROFILE.seal }, ..PROFILE });
            assert_noop!(
                AppointmentBook::request(signed(PATIENT), id(DOCTOR), slot(0), slot(1), profile, Note::default()),
                Error::<Test>::KeyVersionNotCurrent
            );
        }
    });
}

#[test]
fn sixteen_appointments_wait_and_no_more() {
    ExtBuilder::default().build_and_execute(|| {
        for number in 0..16 {
            assert_ok!(request(PATIENT, DOCTOR, number, number + 1));
        }
        assert_noop!(request(PATIENT, DOCTOR, 20, 21), Error::<Test>::TooManyOpenRequests);
        assert_ok!(request(OTHER_PATIENT, DOCTOR, 20, 21));
        assert_ok!(AppointmentBook::decline(signed(DOCTOR), AppointmentId(1), REASON));
        assert_ok!(request(PATIENT, DOCTOR, 20, 21));
    });
}

#[test]
fn numbers_that_have_run_out_are_not_given_twice() {
    ExtBuilder::default().build_and_execute(|| {
        NextAppointmentId::<Test>::put(AppointmentId(u64::MAX));
        assert_noop!(request(PATIENT, DOCTOR, 0, 1), ArithmeticError::Overflow);
    });
}
