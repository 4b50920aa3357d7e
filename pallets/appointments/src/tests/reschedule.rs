use super::*;

fn reschedule(id: AppointmentId, from: u64, to: u64) -> DispatchResult {
    AppointmentBook::reschedule(signed(PATIENT), id, slot(from), slot(to), Note::default())
}

const FIRST: AppointmentId = AppointmentId(1);
const SECOND: AppointmentId = AppointmentId(2);
const THIRD: AppointmentId = AppointmentId(3);

#[test]
fn an_accepted_appointment_keeps_its_time_until_the_doctor_accepts_the_new_one() {
    ExtBuilder::default().with_accepted(PATIENT, DOCTOR, 0, 2).build_and_execute(|| {
        assert_ok!(reschedule(FIRST, 8, 10));
        assert_eq!(last_event(), Event::AppointmentRescheduled { appointment: FIRST, replacement: SECOND });
        assert_eq!(appointment(FIRST).status, AppointmentStatus::Accepted);
        assert_eq!((appointment(FIRST).replaced_by, appointment(SECOND).replaces), (Some(SECOND), Some(FIRST)));
        assert_noop!(request(OTHER_PATIENT, DOCTOR, 0, 2), Error::<Test>::SlotTaken);

        assert_ok!(AppointmentBook::accept(signed(DOCTOR), SECOND));
        assert_eq!(appointment(FIRST).status, AppointmentStatus::Cancelled);
        assert_eq!(appointment(FIRST).reason, Some(AppointmentReason::Rescheduled));
        assert_eq!(appointment(SECOND).status, AppointmentStatus::Accepted);
        assert_ok!(request(OTHER_PATIENT, DOCTOR, 0, 2));
        assert_noop!(request(OTHER_PATIENT, DOCTOR, 8, 9), Error::<Test>::SlotTaken);
    });
}

#[test]
fn the_old_appointment_stays_when_the_doctor_declines() {
    ExtBuilder::default().with_accepted(PATIENT, DOCTOR, 0, 2).build_and_execute(|| {
        assert_ok!(reschedule(FIRST, 8, 10));
        assert_ok!(AppointmentBook::decline(signed(DOCTOR), SECOND, REASON));
        assert_eq!(appointment(FIRST).status, AppointmentStatus::Accepted);
        // And the patient may ask again.
        assert_ok!(reschedule(FIRST, 4, 6));
    });
}

#[test]
fn the_new_time_may_overlap_the_old_one() {
    ExtBuilder::default().with_accepted(PATIENT, DOCTOR, 0, 4).build_and_execute(|| {
        assert_ok!(reschedule(FIRST, 2, 6));
        assert_ok!(AppointmentBook::accept(signed(DOCTOR), SECOND));
        assert_ok!(request(OTHER_PATIENT, DOCTOR, 0, 2));
        assert_noop!(request(OTHER_PATIENT, DOCTOR, 2, 3), Error::<Test>::SlotTaken);
    });
}

#[test]
fn an_appointment_that_waits_is_replaced_at_once_and_hands_on_its_profile() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(AppointmentBook::request(
            signed(PATIENT),
            id(DOCTOR),
            slot(0),
            slot(2),
            Some(PROFILE),
            Note::default()
        ));
        assert_ok!(reschedule(FIRST, 1, 3));
        assert_eq!(appointment(FIRST).status, AppointmentStatus::Cancelled);
        assert_eq!(appointment(FIRST).reason, Some(AppointmentReason::Rescheduled));
        assert_eq!(OpenRequests::<Test>::get(id(PATIENT)), 1);
        // The doctor cannot accept the time that the patient has left.
        assert_noop!(AppointmentBook::accept(signed(DOCTOR), FIRST), Error::<Test>::NotRequested);
        assert_ok!(AppointmentBook::accept(signed(DOCTOR), SECOND));
        assert_eq!(Granted::get(), [(id(PATIENT), id(DOCTOR), PROFILE)]);
    });
}

#[test]
fn one_replacement_waits_at_a_time() {
    ExtBuilder::default().with_accepted(PATIENT, DOCTOR, 0, 2).build_and_execute(|| {
        assert_ok!(reschedule(FIRST, 8, 10));
        assert_noop!(reschedule(FIRST, 12, 14), Error::<Test>::ReplacementWaits);
        // The replacement itself moves on, and another takes its place.
        assert_ok!(reschedule(SECOND, 12, 14));
        assert_eq!(last_event(), Event::AppointmentRescheduled { appointment: SECOND, replacement: THIRD });
        assert_eq!(appointment(SECOND).status, AppointmentStatus::Cancelled);
        assert_eq!(appointment(FIRST).status, AppointmentStatus::Accepted);
        assert_eq!((appointment(FIRST).replaced_by, appointment(THIRD).replaces), (Some(THIRD), Some(FIRST)));
        assert_noop!(reschedule(FIRST, 16, 18), Error::<Test>::ReplacementWaits);

        assert_ok!(AppointmentBook::accept(signed(DOCTOR), THIRD));
        assert_eq!(appointment(FIRST).status, AppointmentStatus::Cancelled);
        assert_eq!(appointment(FIRST).reason, Some(AppointmentReason::Rescheduled));
        assert_eq!(Slots::<Test>::iter_prefix(id(DOCTOR)).count(), 2);
        assert_ok!(request(OTHER_PATIENT, DOCTOR, 0, 2));
        assert_noop!(request(OTHER_PATIENT, DOCTOR, 12, 13), Error::<Test>::SlotTaken);
    });
}

#[test]
fn a_replacement_that_moves_on_may_overlap_the_accepted_one_and_no_other() {
    ExtBuilder::default()
        .with_accepted(PATIENT, DOCTOR, 0, 4)
        .with_accepted(OTHER_PATIENT, DOCTOR, 20, 22)
        .build_and_execute(|| {
            assert_ok!(reschedule(FIRST, 8, 10));
            assert_noop!(reschedule(THIRD, 21, 23), Error::<Test>::SlotTaken);
            assert_ok!(reschedule(THIRD, 2, 6));
            assert_ok!(AppointmentBook::accept(signed(DOCTOR), AppointmentId(4)));
            assert_eq!(appointment(FIRST).status, AppointmentStatus::Cancelled);
            assert_noop!(request(OTHER_PATIENT, DOCTOR, 2, 3), Error::<Test>::SlotTaken);
            assert_ok!(request(OTHER_PATIENT, DOCTOR, 0, 2));
        });
}

#[test]
fn the_accepted_one_stays_when_the_doctor_declines_the_last_of_its_replacements() {
    ExtBuilder::default().with_accepted(PATIENT, DOCTOR, 0, 2).build_and_execute(|| {
        assert_ok!(reschedule(FIRST, 8, 10));
        assert_ok!(reschedule(SECOND, 12, 14));
        assert_ok!(AppointmentBook::decline(signed(DOCTOR), THIRD, REASON));
        assert_eq!(appointment(FIRST).status, AppointmentStatus::Accepted);
        assert_ok!(reschedule(FIRST, 4, 6));
    });
}

#[test]
fn a_replacement_that_moves_on_replaces_nothing_that_has_ended() {
    ExtBuilder::default().with_accepted(PATIENT, DOCTOR, 0, 2).build_and_execute(|| {
        assert_ok!(reschedule(FIRST, 8, 10));
        assert_ok!(AppointmentBook::cancel(signed(DOCTOR), FIRST, REASON));
        assert_ok!(reschedule(SECOND, 12, 14));
        assert_eq!((appointment(FIRST).replaced_by, appointment(THIRD).replaces), (Some(SECOND), Some(SECOND)));
        assert_ok!(AppointmentBook::accept(signed(DOCTOR), THIRD));
        assert_eq!(appointment(FIRST).reason, Some(REASON));
    });
}

#[test]
fn a_replacement_outlives_the_end_of_what_it_was_to_replace() {
    ExtBuilder::default().with_accepted(PATIENT, DOCTOR, 0, 2).build_and_execute(|| {
        assert_ok!(reschedule(FIRST, 8, 10));
        assert_ok!(AppointmentBook::cancel(signed(DOCTOR), FIRST, REASON));
        assert_ok!(AppointmentBook::accept(signed(DOCTOR), SECOND));
        assert_eq!(appointment(FIRST).reason, Some(REASON));
    });
}

#[test]
fn the_new_time_has_to_be_free_and_sound() {
    ExtBuilder::default()
        .with_accepted(PATIENT, DOCTOR, 0, 2)
        .with_accepted(OTHER_PATIENT, DOCTOR, 4, 6)
        .with_accepted(PATIENT, OTHER_DOCTOR, 8, 10)
        .build_and_execute(|| {
            assert_noop!(reschedule(FIRST, 5, 7), Error::<Test>::SlotTaken);
            assert_noop!(reschedule(FIRST, 9, 11), Error::<Test>::PatientBusy);
            assert_noop!(reschedule(FIRST, 20, 20), Error::<Test>::EndNotAfterStart);
            assert_noop!(reschedule(FIRST, 20, 60), Error::<Test>::TooLong);
            let day = Schedule {
                days_off: vec![DaysOff { first: 0, last: Day::MAX }].try_into().unwrap(),
                ..Default::default()
            };
            assert_ok!(AppointmentBook::set_schedule(signed(DOCTOR), day));
            assert_noop!(reschedule(FIRST, 20, 21), Error::<Test>::DayOff);
        });
}

#[test]
fn nobody_but_its_patient_reschedules_and_only_before_its_start() {
    ExtBuilder::default().with_accepted(PATIENT, DOCTOR, 0, 2).build_and_execute(|| {
        let by = |account| AppointmentBook::reschedule(signed(account), FIRST, slot(8), slot(9), Note::default());
        assert_noop!(by(OTHER_PATIENT), Error::<Test>::NotYourAppointment);
        assert_noop!(by(DOCTOR), Error::<Test>::NotAPatient);
        assert_noop!(by(STRANGER), Error::<Test>::NotAMember);
        assert_noop!(reschedule(SECOND, 8, 9), Error::<Test>::UnknownAppointment);
        Suspended::set(vec![DOCTOR]);
        assert_noop!(by(PATIENT), Error::<Test>::DoctorNotActive);
        Suspended::set(vec![]);
        Clock::set(slot(0));
        assert_noop!(by(PATIENT), Error::<Test>::AlreadyStarted);
        assert_ok!(AppointmentBook::complete(signed(DOCTOR), FIRST));
        assert_noop!(by(PATIENT), Error::<Test>::NotOpen);
    });
}

#[test]
fn replacements_count_among_what_waits() {
    ExtBuilder::default().with_accepted(PATIENT, DOCTOR, 0, 1).build_and_execute(|| {
        for from in 1..=u64::from(limits::OPEN_APPOINTMENTS_MAX) {
            assert_ok!(request(PATIENT, DOCTOR, from, from + 1));
        }
        assert_noop!(reschedule(FIRST, 60, 61), Error::<Test>::TooManyOpenRequests);
        // One that waits makes room for its own replacement.
        assert_ok!(reschedule(SECOND, 60, 61));
    });
}
