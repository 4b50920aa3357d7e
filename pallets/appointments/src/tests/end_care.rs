use super::*;

#[test]
fn a_patient_ends_care_however_it_was_opened() {
    let by_appointment = ExtBuilder::default().with_accepted(PATIENT, DOCTOR, 0, 1);
    for chain in [by_appointment, ExtBuilder::default().with_care(PATIENT, DOCTOR)] {
        chain.build_and_execute(|| {
            assert_ok!(AppointmentBook::end_care(signed(PATIENT), id(DOCTOR)));
            assert!(!AppointmentBook::under_care(id(PATIENT), id(DOCTOR)));
            assert_eq!(CareByDoctor::<Test>::iter().count(), 0);
            assert_eq!(last_event(), Event::CareEnded { patient: id(PATIENT), doctor: id(DOCTOR) });
        });
    }
}

#[test]
fn a_patient_ends_care_with_a_suspended_doctor() {
    ExtBuilder::default().with_care(PATIENT, DOCTOR).build_and_execute(|| {
        Suspended::set(vec![DOCTOR]);
        assert_ok!(AppointmentBook::end_care(signed(PATIENT), id(DOCTOR)));
    });
}

#[test]
fn care_that_has_ended_is_opened_anew() {
    ExtBuilder::default().with_accepted(PATIENT, DOCTOR, 0, 1).build_and_execute(|| {
        assert_ok!(AppointmentBook::end_care(signed(PATIENT), id(DOCTOR)));
        assert_ok!(AppointmentBook::open_care(signed(PATIENT), id(DOCTOR), None));
        assert!(AppointmentBook::under_care(id(PATIENT), id(DOCTOR)));
    });
}

#[test]
fn there_must_be_care_to_end() {
    ExtBuilder::default().with_care(PATIENT, DOCTOR).build_and_execute(|| {
        assert_noop!(AppointmentBook::end_care(signed(PATIENT), id(OTHER_DOCTOR)), Error::<Test>::NotUnderCare);
        assert_noop!(AppointmentBook::end_care(signed(OTHER_PATIENT), id(DOCTOR)), Error::<Test>::NotUnderCare);
        assert_noop!(AppointmentBook::end_care(signed(PATIENT), id(STRANGER)), Error::<Test>::NotUnderCare);
    });
}

#[test]
fn no_one_but_the_patient_ends_care() {
    ExtBuilder::default().with_care(PATIENT, DOCTOR).build_and_execute(|| {
        assert_noop!(AppointmentBook::end_care(signed(DOCTOR), id(DOCTOR)), Error::<Test>::NotAPatient);
        assert_noop!(AppointmentBook::end_care(signed(STRANGER), id(DOCTOR)), Error::<Test>::NotAMember);
        assert_noop!(AppointmentBook::end_care(RuntimeOrigin::root(), id(DOCTOR)), BadOrigin);
    });
}
