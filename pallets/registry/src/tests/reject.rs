use super::*;

const REASON: VettingReason = VettingReason::LicenceNotValid;

#[test]
fn an_administrator_rejects_a_doctor_with_a_reason() {
    ExtBuilder::default().with_doctor(Status::Pending).build_and_execute(|| {
        assert_ok!(Registry::reject(signed(ADMINISTRATOR), id(DOCTOR), REASON));
        assert_eq!(member(DOCTOR).status, Status::Rejected);
        assert_eq!(member(DOCTOR).reason, Some(REASON));
        let expected = Event::MemberRejected { member: id(DOCTOR), administrator: ADMINISTRATOR, reason: REASON };
        assert_eq!(last_event(), expected);
    });
}

#[test]
fn only_a_pending_doctor_is_rejected() {
    for status in [Status::Active, Status::Rejected, Status::Suspended] {
        ExtBuilder::default().with_doctor(status).build_and_execute(|| {
            assert_noop!(Registry::reject(signed(ADMINISTRATOR), id(DOCTOR), REASON), Error::<Test>::NotPending);
        });
    }
}

#[test]
fn no_one_else_rejects_and_patients_are_not_rejected() {
    ExtBuilder::default().with_doctor(Status::Pending).with_patient().build_and_execute(|| {
        for origin in [signed(DOCTOR), signed(PATIENT), signed(STRANGER), RuntimeOrigin::root()] {
            assert_noop!(Registry::reject(origin, id(DOCTOR), REASON), BadOrigin);
        }
        assert_noop!(Registry::reject(signed(ADMINISTRATOR), id(PATIENT), REASON), Error::<Test>::NotAProfessional);
        assert_noop!(Registry::reject(signed(ADMINISTRATOR), MemberId(9), REASON), Error::<Test>::UnknownMember);
        AdministratorSet::set(vec![ADMINISTRATOR, DOCTOR]);
        assert_noop!(Registry::reject(signed(DOCTOR), id(DOCTOR), REASON), Error::<Test>::OwnMembership);
    });
}
