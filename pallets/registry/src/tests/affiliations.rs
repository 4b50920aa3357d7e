use super::*;

/// Another active hospital.
const CLINIC: AccountId = 31;

fn with_hospital_and_doctor(test: impl FnOnce()) {
    ExtBuilder::default()
        .with_patient()
        .with_doctor(Status::Active)
        .with(HOSPITAL, Role::Hospital, Status::Active)
        .with(CLINIC, Role::Hospital, Status::Active)
        .build_and_execute(test);
}

fn affiliated() -> bool {
    Registry::is_affiliated(id(DOCTOR), id(HOSPITAL))
}

fn offer() {
    assert_ok!(Registry::offer_affiliation(signed(HOSPITAL), id(DOCTOR)));
}

fn accept() {
    assert_ok!(Registry::accept_affiliation(signed(DOCTOR), id(HOSPITAL)));
}

#[test]
fn a_doctor_is_affiliated_once_it_accepts_the_hospitals_offer() {
    with_hospital_and_doctor(|| {
        let (hospital, doctor) = (id(HOSPITAL), id(DOCTOR));
        offer();
        assert_eq!(last_event(), Event::AffiliationOffered { hospital, doctor });
        assert!(!affiliated());

        Clock::set(NOW + 1);
        accept();
        assert_eq!(last_event(), Event::AffiliationAccepted { hospital, doctor });
        assert!(affiliated());
        let affiliation = Affiliation { offered_at: NOW, accepted_at: Some(NOW + 1) };
        assert_eq!(Registry::affiliations_page(hospital, None, 10), vec![(doctor, affiliation)]);
        assert_eq!(Registry::affiliated_hospitals_page(doctor, None, 10), vec![(hospital, affiliation)]);
        assert!(!Registry::is_affiliated(doctor, id(CLINIC)));
        assert!(!Registry::is_affiliated(hospital, doctor));
    });
}

#[test]
fn either_ends_the_affiliation_or_the_offer() {
    with_hospital_and_doctor(|| {
        let (hospital, doctor) = (id(HOSPITAL), id(DOCTOR));
        for (account, other) in [(HOSPITAL, doctor), (DOCTOR, hospital)] {
            for accepted in [false, true] {
                offer();
                if accepted {
                    accept();
                }
                assert_ok!(Registry::end_affiliation(signed(account), other));
                assert_eq!(last_event(), Event::AffiliationEnded { hospital, doctor, ended_by: id(account) });
                assert!(!affiliated());
                assert!(Registry::affiliations_page(hospital, None, 10).is_empty());
                assert!(Registry::affiliated_hospitals_page(doctor, None, 10).is_empty());
            }
        }
    });
}

#[test]
fn an_affiliation_counts_only_while_both_are_active() {
    with_hospital_and_doctor(|| {
        offer();
        accept();
        for account in [HOSPITAL, DOCTOR] {
            let admin = || RuntimeOrigin::signed(ADMINISTRATOR);
            assert_ok!(Registry::suspend(admin(), id(account), VettingReason::Misconduct));
            assert!(!affiliated());
            assert_ok!(Registry::reinstate(admin(), id(account)));
            assert!(affiliated());
        }
    });
}

#[test]
fn only_an_active_hospital_offers_and_only_to_an_active_doctor() {
    with_hospital_and_doctor(|| {
        let offer = |account, to| Registry::offer_affiliation(signed(account), to);
        assert_noop!(offer(STRANGER, id(DOCTOR)), Error::<Test>::NotAMember);
        assert_noop!(offer(DOCTOR, id(DOCTOR)), Error::<Test>::NotAHospital);
        assert_noop!(offer(PATIENT, id(DOCTOR)), Error::<Test>::NotAHospital);
        assert_noop!(offer(HOSPITAL, id(PATIENT)), Error::<Test>::NotADoctor);
        assert_noop!(offer(HOSPITAL, id(CLINIC)), Error::<Test>::NotADoctor);
        assert_noop!(offer(HOSPITAL, MemberId(9)), Error::<Test>::UnknownMember);
        let admin = || RuntimeOrigin::signed(ADMINISTRATOR);
        assert_ok!(Registry::suspend(admin(), id(DOCTOR), VettingReason::Misconduct));
        assert_noop!(offer(HOSPITAL, id(DOCTOR)), Error::<Test>::DoctorNotActive);
        assert_ok!(Registry::suspend(admin(), id(HOSPITAL), VettingReason::Misconduct));
        assert_noop!(offer(HOSPITAL, id(DOCTOR)), Error::<Test>::NotActive);
    });
}

#[test]
fn an_offer_is_made_once_and_accepted_once_by_the_doctor_it_is_for() {
    with_hospital_and_doctor(|| {
        let accept = |account| Registry::accept_affiliation(signed(account), id(HOSPITAL));
        assert_noop!(accept(DOCTOR), Error::<Test>::NoAffiliation);
        offer();
        assert_noop!(Registry::offer_affiliation(signed(HOSPITAL), id(DOCTOR)), Error::<Test>::AffiliationExists);
        assert_noop!(accept(HOSPITAL), Error::<Test>::NoAffiliation);
        assert_noop!(accept(PATIENT), Error::<Test>::NoAffiliation);
        assert_noop!(accept(STRANGER), Error::<Test>::NotAMember);
        assert_ok!(accept(DOCTOR));
        assert_noop!(accept(DOCTOR), Error::<Test>::AffiliationAccepted);
        assert_ok!(Registry::suspend(RuntimeOrigin::signed(ADMINISTRATOR), id(DOCTOR), VettingReason::OwnWish));
        assert_noop!(accept(DOCTOR), Error::<Test>::NotActive);
    });
}

#[test]
fn others_cannot_end_an_affiliation() {
    with_hospital_and_doctor(|| {
        offer();
        accept();
        for (account, error) in [
            (STRANGER, Error::<Test>::NotAMember),
            (PATIENT, Error::<Test>::NoAffiliation),
            (CLINIC, Error::<Test>::NoAffiliation),
        ] {
            assert_noop!(Registry::end_affiliation(signed(account), id(DOCTOR)), error);
        }
        assert_ok!(Registry::suspend(RuntimeOrigin::signed(ADMINISTRATOR), id(DOCTOR), VettingReason::OwnWish));
        assert_noop!(Registry::end_affiliation(signed(DOCTOR), id(HOSPITAL)), Error::<Test>::NotActive);
        assert!(AffiliatedDoctors::<Test>::contains_key(id(HOSPITAL), OrderedKey::from(id(DOCTOR))));
    });
}

#[test]
fn affiliations_are_listed_page_by_page() {
    let doctors = [50, 51, 52];
    let setup = doctors
        .into_iter()
        .fold(ExtBuilder::default(), |setup, doctor| setup.with(doctor, Role::Doctor, Status::Active))
        .with(HOSPITAL, Role::Hospital, Status::Active);
    setup.build_and_execute(|| {
        for doctor in doctors {
            assert_ok!(Registry::offer_affiliation(signed(HOSPITAL), id(doctor)));
        }
        let page = |cursor, limit| {
            let page = Registry::affiliations_page(id(HOSPITAL), cursor, limit);
            page.into_iter().map(|(doctor, _)| doctor).collect::<Vec<_>>()
        };
        assert_eq!(page(None, 2), vec![id(50), id(51)]);
        assert_eq!(page(Some(id(51)), 2), vec![id(52)]);
        assert!(page(Some(id(52)), 2).is_empty());
    });
}
