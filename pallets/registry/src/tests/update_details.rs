use super::*;

fn corrected() -> Details {
    Details { licence: detail("TEST-0002"), ..details() }
}

#[test]
fn a_pending_doctor_corrects_its_details() {
    ExtBuilder::default().with_doctor(Status::Pending).build_and_execute(|| {
        assert_ok!(Registry::update_details(signed(DOCTOR), corrected()));
        assert_eq!(member(DOCTOR).details, Some(corrected()));
        assert_eq!(member(DOCTOR).status, Status::Pending);
        assert_eq!(last_event(), Event::DetailsUpdated { member: id(DOCTOR) });
    });
}

#[test]
fn a_rejected_doctor_applies_again_with_corrected_details() {
    ExtBuilder::default().with_doctor(Status::Rejected).build_and_execute(|| {
        assert_ok!(Registry::update_details(signed(DOCTOR), corrected()));
        assert_eq!(member(DOCTOR).details, Some(corrected()));
        assert_eq!(member(DOCTOR).status, Status::Pending);
        assert_eq!(member(DOCTOR).reason, None);
        System::assert_has_event(Event::DetailsUpdated { member: id(DOCTOR) }.into());
        assert_eq!(last_event(), Event::ApplicationRenewed { member: id(DOCTOR) });
    });
}

#[test]
fn an_active_doctor_keeps_the_details_that_were_verified() {
    ExtBuilder::default().with_doctor(Status::Active).build_and_execute(|| {
        assert_noop!(Registry::update_details(signed(DOCTOR), corrected()), Error::<Test>::DetailsSettled);
    });
}

#[test]
fn a_suspended_doctor_cannot_change_its_details() {
    ExtBuilder::default().with_doctor(Status::Suspended).build_and_execute(|| {
        assert_noop!(Registry::update_details(signed(DOCTOR), corrected()), Error::<Test>::DetailsSettled);
    });
}

#[test]
fn patients_and_strangers_have_no_details_to_change() {
    ExtBuilder::default().with_patient().build_and_execute(|| {
        assert_noop!(Registry::update_details(signed(PATIENT), details()), Error::<Test>::NotAProfessional);
        assert_noop!(Registry::update_details(signed(STRANGER), details()), Error::<Test>::NotAMember);
        assert_noop!(Registry::update_details(RuntimeOrigin::root(), details()), BadOrigin);
    });
}

#[test]
fn details_that_cannot_be_vetted_are_refused() {
    ExtBuilder::default().with_doctor(Status::Pending).build_and_execute(|| {
        let blank = Details { name: detail(" "), ..details() };
        assert_noop!(Registry::update_details(signed(DOCTOR), blank), Error::<Test>::DetailBlank);
        let control = Details { name: detail("a\tb"), ..details() };
        assert_noop!(Registry::update_details(signed(DOCTOR), control), Error::<Test>::DetailNotText);
    });
}
