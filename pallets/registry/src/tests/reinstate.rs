use super::*;

#[test]
fn an_administrator_reinstates_a_suspended_doctor() {
    ExtBuilder::default().with_doctor(Status::Suspended).build_and_execute(|| {
        assert_ok!(Registry::reinstate(signed(OTHER_ADMINISTRATOR), id(DOCTOR)));
        assert_eq!(member(DOCTOR).status, Status::Active);
        assert_eq!(member(DOCTOR).reason, None);
        let expected = Event::MemberReinstated { member: id(DOCTOR), administrator: OTHER_ADMINISTRATOR };
        assert_eq!(last_event(), expected);
    });
}

#[test]
fn only_a_suspended_doctor_is_reinstated() {
    for status in [Status::Pending, Status::Active, Status::Rejected] {
        ExtBuilder::default().with_doctor(status).build_and_execute(|| {
            assert_noop!(Registry::reinstate(signed(ADMINISTRATOR), id(DOCTOR)), Error::<Test>::NotSuspended);
        });
    }
}

#[test]
fn no_one_else_reinstates() {
    ExtBuilder::default().with_doctor(Status::Suspended).with_patient().build_and_execute(|| {
        for origin in [signed(DOCTOR), signed(PATIENT), signed(STRANGER), RuntimeOrigin::root()] {
            assert_noop!(Registry::reinstate(origin, id(DOCTOR)), BadOrigin);
        }
        assert_noop!(Registry::reinstate(signed(ADMINISTRATOR), id(PATIENT)), Error::<Test>::NotAProfessional);
        assert_noop!(Registry::reinstate(signed(ADMINISTRATOR), MemberId(9)), Error::<Test>::UnknownMember);
        AdministratorSet::set(vec![ADMINISTRATOR, DOCTOR]);
        assert_noop!(Registry::reinstate(signed(DOCTOR), id(DOCTOR)), Error::<Test>::OwnMembership);
    });
}
