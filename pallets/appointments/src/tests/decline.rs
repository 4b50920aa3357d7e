use super::*;

#[test]
fn a_doctor_declines_with_a_reason() {
    ExtBuilder::default().build_and_execute(|| {
        let note = Note::default();
        assert_ok!(AppointmentBook::request(signed(PATIENT), id(DOCTOR), slot(0), slot(1), Some(PROFILE), note));
        assert_ok!(AppointmentBook::decline(signed(DOCTOR), latest(), REASON));
        let declined = appointment(latest());
        assert_eq!((declined.status, declined.reason), (AppointmentStatus::Declined, Some(REASON)));
        assert_eq!(declined.profile, None);
        assert_eq!(OpenRequests::<Test>::get(id(PATIENT)), 0);
        assert!(!AppointmentBook::under_care(id(PATIENT), id(DOCTOR)));
        assert!(Granted::get().is_empty());
        assert_eq!(
            last_event(),
            Event::AppointmentDeclined {
                appointment: latest(),
                patient: id(PATIENT),
                doctor: id(DOCTOR),
                reason: REASON
            }
        );
    });
}

#[test]
fn an_expired_appointment_can_be_declined() {
    ExtBuilder::default().with_request(PATIENT, DOCTOR, 0, 1).build_and_execute(|| {
        Clock::set(slot(5));
        assert_ok!(AppointmentBook::decline(signed(DOCTOR), latest(), REASON));
    });
}

#[test]
fn no_one_declines_for_the_doctor() {
    ExtBuilder::default().with_request(PATIENT, DOCTOR, 0, 1).build_and_execute(|| {
        let decline = |origin| AppointmentBook::decline(origin, AppointmentId(1), REASON);
        assert_noop!(decline(signed(OTHER_DOCTOR)), Error::<Test>::NotYourAppointment);
        assert_noop!(decline(signed(PATIENT)), Error::<Test>::NotADoctor);
        assert_noop!(decline(signed(STRANGER)), Error::<Test>::NotAMember);
        assert_noop!(decline(RuntimeOrigin::root()), BadOrigin);
        assert_noop!(
            AppointmentBook::decline(signed(DOCTOR), AppointmentId(2), REASON),
            Error::<Test>::UnknownAppointment
        );
    });
}

#[test]
fn an_accepted_appointment_is_not_declined() {
    ExtBuilder::default().with_accepted(PATIENT, DOCTOR, 0, 1).build_and_execute(|| {
        assert_noop!(AppointmentBook::decline(signed(DOCTOR), latest(), REASON), Error::<Test>::NotRequested);
    });
}
