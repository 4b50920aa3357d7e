use super::*;

#[test]
fn either_side_cancels_what_waits_for_an_answer() {
    for by in [PATIENT, DOCTOR] {
        ExtBuilder::default().with_request(PATIENT, DOCTOR, 0, 1).build_and_execute(|| {
            assert_ok!(AppointmentBook::cancel(signed(by), latest(), REASON));
            let cancelled = appointment(latest());
            assert_eq!((cancelled.status, cancelled.reason), (AppointmentStatus::Cancelled, Some(REASON)));
            assert_eq!(OpenRequests::<Test>::get(id(PATIENT)), 0);
            let event = Event::AppointmentCancelled {
                appointment: latest(),
                patient: id(PATIENT),
                doctor: id(DOCTOR),
                by: id(by),
                reason: REASON,
            };
            assert_eq!(last_event(), event);
        });
    }
}

#[test]
fn cancelling_an_accepted_appointment_frees_its_time_and_keeps_care() {
    for by in [PATIENT, DOCTOR] {
        ExtBuilder::default().with_accepted(PATIENT, DOCTOR, 0, 2).build_and_execute(|| {
            assert_ok!(AppointmentBook::cancel(signed(by), latest(), REASON));
            assert_eq!(Slots::<Test>::iter().count(), 0);
            assert_eq!(PatientSlots::<Test>::iter().count(), 0);
            assert!(AppointmentBook::under_care(id(PATIENT), id(DOCTOR)));
            assert_ok!(request(OTHER_PATIENT, DOCTOR, 0, 2));
            assert_ok!(AppointmentBook::accept(signed(DOCTOR), latest()));
        });
    }
}

#[test]
fn cancelling_one_appointment_leaves_the_next_one_its_time() {
    ExtBuilder::default()
        .with_accepted(PATIENT, DOCTOR, 0, 2)
        .with_accepted(OTHER_PATIENT, DOCTOR, 2, 4)
        .build_and_execute(|| {
            assert_ok!(AppointmentBook::cancel(signed(PATIENT), AppointmentId(1), REASON));
            assert_noop!(request(PATIENT, DOCTOR, 3, 4), Error::<Test>::SlotTaken);
        });
}

#[test]
fn an_accepted_appointment_is_not_cancelled_once_it_has_started() {
    ExtBuilder::default().with_accepted(PATIENT, DOCTOR, 0, 2).build_and_execute(|| {
        Clock::set(slot(0));
        for by in [PATIENT, DOCTOR] {
            assert_noop!(AppointmentBook::cancel(signed(by), latest(), REASON), Error::<Test>::AlreadyStarted);
        }
    });
}

#[test]
fn an_expired_appointment_is_still_cancelled() {
    ExtBuilder::default().with_request(PATIENT, DOCTOR, 0, 1).build_and_execute(|| {
        Clock::set(slot(9));
        assert_ok!(AppointmentBook::cancel(signed(PATIENT), latest(), REASON));
    });
}

#[test]
fn no_one_else_cancels() {
    ExtBuilder::default().with_request(PATIENT, DOCTOR, 0, 1).build_and_execute(|| {
        for other in [OTHER_PATIENT, OTHER_DOCTOR, HOSPITAL] {
            assert_noop!(AppointmentBook::cancel(signed(other), latest(), REASON), Error::<Test>::NotYourAppointment);
        }
        assert_noop!(AppointmentBook::cancel(signed(STRANGER), latest(), REASON), Error::<Test>::NotAMember);
        assert_noop!(AppointmentBook::cancel(RuntimeOrigin::root(), latest(), REASON), BadOrigin);
        assert_noop!(
            AppointmentBook::cancel(signed(PATIENT), AppointmentId(2), REASON),
            Error::<Test>::UnknownAppointment
        );
    });
}

#[test]
fn what_has_ended_is_not_cancelled() {
    let not_open = || {
        assert_noop!(AppointmentBook::cancel(signed(PATIENT), latest(), REASON), Error::<Test>::NotOpen);
    };
    ExtBuilder::default().with_request(PATIENT, DOCTOR, 0, 1).build_and_execute(|| {
        assert_ok!(AppointmentBook::decline(signed(DOCTOR), latest(), REASON));
        not_open();
    });
    ExtBuilder::default().with_request(PATIENT, DOCTOR, 0, 1).build_and_execute(|| {
        assert_ok!(AppointmentBook::cancel(signed(PATIENT), latest(), REASON));
        not_open();
    });
    ExtBuilder::default().with_accepted(PATIENT, DOCTOR, 0, 1).build_and_execute(|| {
        Clock::set(slot(0));
        assert_ok!(AppointmentBook::complete(signed(DOCTOR), latest()));
        not_open();
    });
}
