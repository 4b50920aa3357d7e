use super::*;

#[test]
fn a_rejected_doctor_applies_again_and_is_verified() {
    ExtBuilder::default().with_doctor(Status::Rejected).build_and_execute(|| {
        assert_ok!(Registry::apply_again(signed(DOCTOR)));
        assert_eq!(member(DOCTOR).status, Status::Pending);
        assert_eq!(member(DOCTOR).reason, None);
        assert_eq!(last_event(), Event::ApplicationRenewed { member: id(DOCTOR) });
        assert_ok!(verify(signed(ADMINISTRATOR), id(DOCTOR)));
    });
}

#[test]
fn a_rejected_doctor_without_a_certificate_does_not_apply_again() {
    ExtBuilder::default().with_doctor(Status::Rejected).build_and_execute(|| {
        Certified::set(vec![]);
        assert_noop!(Registry::apply_again(signed(DOCTOR)), Error::<Test>::NoCertificate);
    });
}

#[test]
fn only_a_rejected_professional_applies_again() {
    for status in [Status::Pending, Status::Active, Status::Suspended] {
        ExtBuilder::default().with_doctor(status).build_and_execute(|| {
            assert_noop!(Registry::apply_again(signed(DOCTOR)), Error::<Test>::NotRejected);
        });
    }
    ExtBuilder::default().with_patient().build_and_execute(|| {
        assert_noop!(Registry::apply_again(signed(PATIENT)), Error::<Test>::NotAProfessional);
        assert_noop!(Registry::apply_again(signed(STRANGER)), Error::<Test>::NotAMember);
        assert_noop!(Registry::apply_again(RuntimeOrigin::root()), BadOrigin);
    });
}
