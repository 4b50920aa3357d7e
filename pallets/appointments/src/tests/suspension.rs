use super::*;

#[test]
fn a_suspended_doctor_can_do_nothing() {
    let chain = ExtBuilder::default().with_request(PATIENT, DOCTOR, 0, 1).with_accepted(PATIENT, DOCTOR, 2, 3);
    chain.build_and_execute(|| {
        let (requested, accepted) = (AppointmentId(1), AppointmentId(2));
        Suspended::set(vec![DOCTOR]);
        let doctor = || signed(DOCTOR);
        assert_noop!(AppointmentBook::accept(doctor(), requested), Error::<Test>::NotActive);
        assert_noop!(AppointmentBook::decline(doctor(), requested, REASON), Error::<Test>::NotActive);
        assert_noop!(AppointmentBook::cancel(doctor(), requested, REASON), Error::<Test>::NotActive);
        assert_noop!(AppointmentBook::cancel(doctor(), accepted, REASON), Error::<Test>::NotActive);
        assert_noop!(request(DOCTOR, OTHER_DOCTOR, 5, 6), Error::<Test>::NotActive);
        assert_noop!(AppointmentBook::open_care(doctor(), id(OTHER_DOCTOR), None), Error::<Test>::NotActive);
        assert_noop!(AppointmentBook::end_care(doctor(), id(DOCTOR)), Error::<Test>::NotActive);
        Clock::set(slot(2));
        assert_noop!(AppointmentBook::complete(doctor(), accepted), Error::<Test>::NotActive);
        assert_noop!(AppointmentBook::mark_missed(doctor(), accepted), Error::<Test>::NotActive);
    });
}

#[test]
fn a_patient_cancels_an_appointment_with_a_suspended_doctor() {
    ExtBuilder::default().with_accepted(PATIENT, DOCTOR, 2, 3).build_and_execute(|| {
        Suspended::set(vec![DOCTOR]);
        assert_ok!(AppointmentBook::cancel(signed(PATIENT), latest(), REASON));
    });
}
