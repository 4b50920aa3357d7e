use super::*;

#[test]
fn a_patient_opens_care_and_grants_her_profile() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(AppointmentBook::open_care(signed(PATIENT), id(DOCTOR), Some(PROFILE)));
        assert!(AppointmentBook::under_care(id(PATIENT), id(DOCTOR)));
        assert!(!AppointmentBook::under_care(id(DOCTOR), id(PATIENT)));
        let relation = CareRelation { since: NOW, appointment: None };
        assert_eq!(AppointmentBook::care_relation(id(PATIENT), id(DOCTOR)), Some(relation));
        assert_eq!(Granted::get(), vec![(id(PATIENT), id(DOCTOR), PROFILE)]);
        assert_eq!(last_event(), Event::CareOpened { patient: id(PATIENT), doctor: id(DOCTOR) });
    });
}

#[test]
fn a_patient_without_a_profile_opens_care_without_a_seal() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(AppointmentBook::open_care(signed(OTHER_PATIENT), id(DOCTOR), None));
        assert!(Granted::get().is_empty());
    });
}

#[test]
fn opening_care_fails_as_a_whole_when_there_is_no_profile_to_grant() {
    ExtBuilder::default().build_and_execute(|| {
        // As the executive does: a call that fails leaves nothing behind.
        let call = RuntimeCall::AppointmentBook(Call::open_care { doctor: id(DOCTOR), profile: Some(PROFILE) });
        let result = sp_runtime::traits::Dispatchable::dispatch(call, signed(OTHER_PATIENT));
        assert_eq!(result.unwrap_err().error, NO_PROFILE);
        assert!(!AppointmentBook::under_care(id(OTHER_PATIENT), id(DOCTOR)));
    });
}

#[test]
fn care_is_opened_once() {
    ExtBuilder::default().with_care(PATIENT, DOCTOR).build_and_execute(|| {
        assert_noop!(
            AppointmentBook::open_care(signed(PATIENT), id(DOCTOR), Some(PROFILE)),
            Error::<Test>::AlreadyUnderCare
        );
    });
}

#[test]
fn care_is_opened_with_an_active_doctor_alone() {
    ExtBuilder::default().build_and_execute(|| {
        let open = |doctor| AppointmentBook::open_care(signed(PATIENT), id(doctor), None);
        for nobody in [PATIENT, OTHER_PATIENT, HOSPITAL, STRANGER] {
            assert_noop!(open(nobody), Error::<Test>::UnknownDoctor);
        }
        assert_noop!(open(PENDING_DOCTOR), Error::<Test>::DoctorNotActive);
    });
}

#[test]
fn no_one_but_a_patient_opens_care() {
    ExtBuilder::default().build_and_execute(|| {
        let open = |origin| AppointmentBook::open_care(origin, id(DOCTOR), None);
        assert_noop!(open(signed(DOCTOR)), Error::<Test>::NotAPatient);
        assert_noop!(open(signed(HOSPITAL)), Error::<Test>::NotAPatient);
        assert_noop!(open(signed(STRANGER)), Error::<Test>::NotAMember);
        assert_noop!(open(RuntimeOrigin::root()), BadOrigin);
    });
}

#[test]
fn a_seal_for_another_key_version_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        let profile =
            Some(SealedProfile { seal: VersionedSeal { key_version: KEY_VERSION - 1, ..PROFILE.seal }, ..PROFILE });
        assert_noop!(
            AppointmentBook::open_care(signed(PATIENT), id(DOCTOR), profile),
            Error::<Test>::KeyVersionNotCurrent
        );
    });
}
