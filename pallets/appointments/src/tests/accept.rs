use super::*;

#[test]
fn accepting_holds_the_time_and_opens_care() {
    ExtBuilder::default().with_request(PATIENT, DOCTOR, 0, 2).build_and_execute(|| {
        assert_ok!(AppointmentBook::accept(signed(DOCTOR), AppointmentId(1)));
        assert_eq!(appointment(AppointmentId(1)).status, AppointmentStatus::Accepted);
        assert_eq!(OpenRequests::<Test>::get(id(PATIENT)), 0);
        assert_eq!(Slots::<Test>::iter_prefix(id(DOCTOR)).count(), 2);
        assert_eq!(PatientSlots::<Test>::iter_prefix(id(PATIENT)).count(), 2);
        assert!(AppointmentBook::under_care(id(PATIENT), id(DOCTOR)));
        let relation = CareRelation { since: NOW, appointment: Some(AppointmentId(1)) };
        assert_eq!(AppointmentBook::care_relation(id(PATIENT), id(DOCTOR)), Some(relation));
        System::assert_has_event(Event::CareOpened { patient: id(PATIENT), doctor: id(DOCTOR) }.into());
        assert_eq!(
            last_event(),
            Event::AppointmentAccepted { appointment: AppointmentId(1), patient: id(PATIENT), doctor: id(DOCTOR) }
        );
    });
}

#[test]
fn accepting_grants_the_profile_that_was_sealed() {
    ExtBuilder::default().build_and_execute(|| {
        let note = Note::default();
        assert_ok!(AppointmentBook::request(signed(PATIENT), id(DOCTOR), slot(0), slot(1), Some(PROFILE), note));
        assert_ok!(AppointmentBook::accept(signed(DOCTOR), latest()));
        assert_eq!(Granted::get(), vec![(id(PATIENT), id(DOCTOR), PROFILE)]);
        assert_eq!(appointment(latest()).profile, None);
    });
}

#[test]
fn accepting_fails_as_a_whole_when_there_is_no_profile_to_grant() {
    ExtBuilder::default().build_and_execute(|| {
        let note = Note::default();
        let origin = signed(OTHER_PATIENT);
        assert_ok!(AppointmentBook::request(origin, id(DOCTOR), slot(0), slot(1), Some(PROFILE), note));
        // As the executive does: a call that fails leaves nothing behind.
        let call = RuntimeCall::AppointmentBook(Call::accept { id: latest() });
        let result = sp_runtime::traits::Dispatchable::dispatch(call, signed(DOCTOR));
        assert_eq!(result.unwrap_err().error, NO_PROFILE);
        assert_eq!(appointment(latest()).status, AppointmentStatus::Requested);
        assert!(!AppointmentBook::under_care(id(OTHER_PATIENT), id(DOCTOR)));
    });
}

#[test]
fn a_seal_for_a_key_that_was_replaced_since_is_dropped() {
    ExtBuilder::default().build_and_execute(|| {
        let note = Note::default();
        assert_ok!(AppointmentBook::request(signed(PATIENT), id(DOCTOR), slot(0), slot(1), Some(PROFILE), note));
        Rotated::set(vec![DOCTOR]);
        assert_ok!(AppointmentBook::accept(signed(DOCTOR), latest()));
        assert!(Granted::get().is_empty());
        assert_eq!(appointment(latest()).profile, None);
        assert!(AppointmentBook::under_care(id(PATIENT), id(DOCTOR)));
    });
}

#[test]
fn a_care_relation_that_exists_is_kept() {
    ExtBuilder::default().with_care(PATIENT, DOCTOR).with_request(PATIENT, DOCTOR, 8, 9).build_and_execute(|| {
        Clock::set(slot(1));
        assert_ok!(AppointmentBook::accept(signed(DOCTOR), AppointmentId(1)));
        let relation = CareRelation { since: NOW, appointment: None };
        assert_eq!(AppointmentBook::care_relation(id(PATIENT), id(DOCTOR)), Some(relation));
        let opened = Event::CareOpened { patient: id(PATIENT), doctor: id(DOCTOR) };
        assert_eq!(System::events().iter().filter(|record| record.event == opened.clone().into()).count(), 1);
    });
}

#[test]
fn accepted_appointments_of_a_doctor_never_overlap() {
    ExtBuilder::default()
        .with_request(PATIENT, DOCTOR, 0, 3)
        .with_request(OTHER_PATIENT, DOCTOR, 2, 4)
        .with_request(OTHER_PATIENT, DOCTOR, 3, 4)
        .build_and_execute(|| {
            assert_ok!(AppointmentBook::accept(signed(DOCTOR), AppointmentId(1)));
            assert_noop!(AppointmentBook::accept(signed(DOCTOR), AppointmentId(2)), Error::<Test>::SlotTaken);
            assert_ok!(AppointmentBook::accept(signed(DOCTOR), AppointmentId(3)));
        });
}

#[test]
fn accepted_appointments_of_a_patient_never_overlap() {
    ExtBuilder::default()
        .with_request(PATIENT, DOCTOR, 0, 3)
        .with_request(PATIENT, OTHER_DOCTOR, 2, 4)
        .build_and_execute(|| {
            assert_ok!(AppointmentBook::accept(signed(DOCTOR), AppointmentId(1)));
            assert_noop!(AppointmentBook::accept(signed(OTHER_DOCTOR), AppointmentId(2)), Error::<Test>::PatientBusy);
        });
}

#[test]
fn no_one_accepts_for_the_doctor() {
    ExtBuilder::default().with_request(PATIENT, DOCTOR, 0, 1).build_and_execute(|| {
        let accept = |origin| AppointmentBook::accept(origin, AppointmentId(1));
        assert_noop!(accept(signed(OTHER_DOCTOR)), Error::<Test>::NotYourAppointment);
        assert_noop!(accept(signed(PATIENT)), Error::<Test>::NotADoctor);
        assert_noop!(accept(signed(HOSPITAL)), Error::<Test>::NotADoctor);
        assert_noop!(accept(signed(PENDING_DOCTOR)), Error::<Test>::NotActive);
        assert_noop!(accept(signed(STRANGER)), Error::<Test>::NotAMember);
        assert_noop!(accept(RuntimeOrigin::root()), BadOrigin);
        assert_noop!(AppointmentBook::accept(signed(DOCTOR), AppointmentId(2)), Error::<Test>::UnknownAppointment);
    });
}

#[test]
fn an_appointment_is_answered_once() {
    ExtBuilder::default().with_accepted(PATIENT, DOCTOR, 0, 1).build_and_execute(|| {
        let accept = || AppointmentBook::accept(signed(DOCTOR), AppointmentId(1));
        assert_noop!(accept(), Error::<Test>::NotRequested);
        assert_ok!(AppointmentBook::cancel(signed(PATIENT), AppointmentId(1), REASON));
        assert_noop!(accept(), Error::<Test>::NotRequested);
    });
}

#[test]
fn an_expired_appointment_is_not_accepted() {
    ExtBuilder::default().with_request(PATIENT, DOCTOR, 0, 1).build_and_execute(|| {
        Clock::set(slot(0));
        assert_noop!(AppointmentBook::accept(signed(DOCTOR), AppointmentId(1)), Error::<Test>::AppointmentExpired);
        Clock::set(slot(0) - 1);
        assert_ok!(AppointmentBook::accept(signed(DOCTOR), AppointmentId(1)));
    });
}

#[test]
fn the_weight_that_is_charged_is_that_of_the_appointments_length() {
    ExtBuilder::default().with_request(PATIENT, DOCTOR, 0, 2).build_and_execute(|| {
        let info = AppointmentBook::accept(signed(DOCTOR), AppointmentId(1)).unwrap();
        assert_eq!(info.actual_weight, Some(<() as WeightInfo>::accept(2)));
        assert!(<() as WeightInfo>::accept(2).ref_time() < <() as WeightInfo>::accept(32).ref_time());
    });
}
