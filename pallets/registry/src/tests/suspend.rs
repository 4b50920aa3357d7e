use super::*;

const REASON: VettingReason = VettingReason::Misconduct;

#[test]
fn an_administrator_suspends_an_active_doctor() {
    ExtBuilder::default().with_doctor(Status::Active).build_and_execute(|| {
        assert_ok!(Registry::suspend(signed(ADMINISTRATOR), id(DOCTOR), REASON));
        assert_eq!(member(DOCTOR).status, Status::Suspended);
        assert_eq!(member(DOCTOR).reason, Some(REASON));
        let expected = Event::MemberSuspended { member: id(DOCTOR), administrator: ADMINISTRATOR, reason: REASON };
        assert_eq!(last_event(), expected);
    });
}

#[test]
fn only_an_active_doctor_is_suspended() {
    for status in [Status::Pending, Status::Rejected, Status::Suspended] {
        ExtBuilder::default().with_doctor(status).build_and_execute(|| {
            assert_noop!(Registry::suspend(signed(ADMINISTRATOR), id(DOCTOR), REASON), Error::<Test>::NotActive);
        });
    }
}

#[test]
fn no_one_else_suspends_and_patients_are_not_suspended() {
    ExtBuilder::default().with_doctor(Status::Active).with_patient().build_and_execute(|| {
        for origin in [signed(DOCTOR), signed(PATIENT), signed(STRANGER), RuntimeOrigin::root()] {
            assert_noop!(Registry::suspend(origin, id(DOCTOR), REASON), BadOrigin);
        }
        assert_noop!(Registry::suspend(signed(ADMINISTRATOR), id(PATIENT), REASON), Error::<Test>::NotAProfessional);
        assert_noop!(Registry::suspend(signed(ADMINISTRATOR), MemberId(9), REASON), Error::<Test>::UnknownMember);
        AdministratorSet::set(vec![ADMINISTRATOR, DOCTOR]);
        assert_noop!(Registry::suspend(signed(DOCTOR), id(DOCTOR), REASON), Error::<Test>::OwnMembership);
    });
}
