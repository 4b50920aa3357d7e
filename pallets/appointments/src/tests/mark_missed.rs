use super::*;

#[test]
fn a_doctor_marks_an_appointment_as_missed_once_it_has_started() {
    ExtBuilder::default().with_accepted(PATIENT, DOCTOR, 0, 2).build_and_execute(|| {
        Clock::set(slot(0));
        assert_ok!(AppointmentBook::mark_missed(signed(DOCTOR), latest()));
        assert_eq!(appointment(latest()).status, AppointmentStatus::Missed);
        assert_eq!(Slots::<Test>::iter().count(), 0);
        assert_eq!(PatientSlots::<Test>::iter().count(), 0);
        assert!(AppointmentBook::under_care(id(PATIENT), id(DOCTOR)));
        assert_eq!(
            last_event(),
            Event::AppointmentMissed { appointment: latest(), patient: id(PATIENT), doctor: id(DOCTOR) }
        );
    });
}

#[test]
fn an_appointment_is_not_missed_before_its_start() {
    ExtBuilder::default().with_accepted(PATIENT, DOCTOR, 0, 2).build_and_execute(|| {
        Clock::set(slot(0) - 1);
        assert_noop!(AppointmentBook::mark_missed(signed(DOCTOR), latest()), Error::<Test>::NotStarted);
    });
}

#[test]
fn only_an_accepted_appointment_is_missed() {
    ExtBuilder::default().with_request(PATIENT, DOCTOR, 0, 2).build_and_execute(|| {
        Clock::set(slot(0));
        assert_noop!(AppointmentBook::mark_missed(signed(DOCTOR), latest()), Error::<Test>::NotAccepted);
        assert_ok!(AppointmentBook::decline(signed(DOCTOR), latest(), REASON));
        assert_noop!(AppointmentBook::mark_missed(signed(DOCTOR), latest()), Error::<Test>::NotAccepted);
    });
    ExtBuilder::default().with_accepted(PATIENT, DOCTOR, 0, 2).build_and_execute(|| {
        Clock::set(slot(0));
        assert_ok!(AppointmentBook::mark_missed(signed(DOCTOR), latest()));
        assert_noop!(AppointmentBook::complete(signed(DOCTOR), latest()), Error::<Test>::NotAccepted);
        assert_noop!(AppointmentBook::mark_missed(signed(DOCTOR), latest()), Error::<Test>::NotAccepted);
    });
}

#[test]
fn no_one_marks_as_missed_for_the_doctor() {
    ExtBuilder::default().with_accepted(PATIENT, DOCTOR, 0, 2).build_and_execute(|| {
        Clock::set(slot(0));
        let conclude = |origin| AppointmentBook::mark_missed(origin, AppointmentId(1));
        assert_noop!(conclude(signed(OTHER_DOCTOR)), Error::<Test>::NotYourAppointment);
        assert_noop!(conclude(signed(PATIENT)), Error::<Test>::NotADoctor);
        assert_noop!(conclude(signed(STRANGER)), Error::<Test>::NotAMember);
        assert_noop!(conclude(RuntimeOrigin::root()), BadOrigin);
        assert_noop!(AppointmentBook::mark_missed(signed(DOCTOR), AppointmentId(2)), Error::<Test>::UnknownAppointment);
    });
}
