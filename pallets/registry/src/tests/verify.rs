use super::*;

#[test]
fn an_administrator_verifies_a_doctor_with_a_certificate() {
    ExtBuilder::default().with_doctor(Status::Pending).build_and_execute(|| {
        anchor_certificate(DOCTOR);
        assert_ok!(verify(signed(ADMINISTRATOR), id(DOCTOR)));
        assert_eq!(member(DOCTOR).status, Status::Active);
        assert_eq!(last_event(), Event::MemberVerified { member: id(DOCTOR), administrator: ADMINISTRATOR });
    });
}

#[test]
fn a_doctor_without_a_certificate_is_not_verified() {
    ExtBuilder::default().with_doctor(Status::Pending).build_and_execute(|| {
        assert_noop!(verify(signed(ADMINISTRATOR), id(DOCTOR)), Error::<Test>::NoCertificate);
    });
}

#[test]
fn only_a_pending_doctor_is_verified() {
    for status in [Status::Active, Status::Rejected, Status::Suspended] {
        ExtBuilder::default().with_doctor(status).build_and_execute(|| {
            assert_noop!(verify(signed(ADMINISTRATOR), id(DOCTOR)), Error::<Test>::NotPending);
        });
    }
}

#[test]
fn no_one_else_verifies() {
    ExtBuilder::default().with_doctor(Status::Pending).with_patient().build_and_execute(|| {
        anchor_certificate(DOCTOR);
        let origins = [signed(DOCTOR), signed(PATIENT), signed(STRANGER), RuntimeOrigin::root(), RuntimeOrigin::none()];
        for origin in origins {
            assert_noop!(verify(origin, id(DOCTOR)), BadOrigin);
        }
    });
}

#[test]
fn patients_and_unknown_numbers_are_not_vetted() {
    ExtBuilder::default().with_patient().build_and_execute(|| {
        assert_noop!(verify(signed(ADMINISTRATOR), id(PATIENT)), Error::<Test>::NotAProfessional);
        assert_noop!(verify(signed(ADMINISTRATOR), MemberId(9)), Error::<Test>::UnknownMember);
    });
}

#[test]
fn a_doctor_who_became_an_administrator_does_not_vet_itself() {
    ExtBuilder::default().with_doctor(Status::Pending).build_and_execute(|| {
        anchor_certificate(DOCTOR);
        AdministratorSet::set(vec![ADMINISTRATOR, DOCTOR]);
        assert_noop!(verify(signed(DOCTOR), id(DOCTOR)), Error::<Test>::OwnMembership);
        assert_ok!(verify(signed(ADMINISTRATOR), id(DOCTOR)));
    });
}

#[test]
fn a_doctor_is_verified_only_as_it_was_looked_at() {
    ExtBuilder::default().with_doctor(Status::Pending).build_and_execute(|| {
        anchor_certificate(DOCTOR);
        let (doctor, certificate) = (id(DOCTOR), RecordId(id(DOCTOR).0));
        let verify = |certificate, details| Registry::verify(signed(ADMINISTRATOR), doctor, certificate, details);
        let other = Details { name: detail("Dr. Somebody Else"), ..details() };
        assert_ok!(Registry::update_details(signed(DOCTOR), other.clone()));
        assert_noop!(verify(certificate, details()), Error::<Test>::ChangedMeanwhile);
        assert_noop!(verify(RecordId(certificate.0 + 1), other.clone()), Error::<Test>::ChangedMeanwhile);
        assert_ok!(verify(certificate, other));
    });
}
