use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResultWithPostInfo};
use medchain_primitives::{ReaderSeal, RecordConsents, Status, DAY};
use sp_runtime::DispatchResult;

/// A patient who acts for [`PATIENT`].
const GUARDIAN: AccountId = OTHER_PATIENT;
const UNTIL: Moment = NOW + 365 * DAY;
const FULL: GuardianScope = GuardianScope { decide: true, read: true };

fn try_appoint(patient: AccountId, guardian: AccountId, scope: GuardianScope, until: Moment) -> DispatchResult {
    Access::appoint_guardian(signed(patient), id(guardian), scope, until)
}

fn appoint(scope: GuardianScope) {
    assert_ok!(try_appoint(PATIENT, GUARDIAN, scope, UNTIL));
}

fn try_seal(patient: AccountId, records: &[RecordId]) -> DispatchResult {
    Access::seal_to_guardian(signed(patient), id(GUARDIAN), grants_of(records))
}

fn grants_in_the_patients_name(guardian: AccountId, records: &[RecordId]) -> DispatchResultWithPostInfo {
    let grants = grants_of(records);
    Access::grant(signed(guardian), id(DOCTOR), None, grants, Purpose::Treatment, DAY, 1)
}

#[test]
fn guardian_grants_denies_and_revokes_in_the_patients_name_and_is_named_for_it() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(grants_in_the_patients_name(GUARDIAN, &[REPORT]), Error::<Test>::NotThePatient);
        appoint(GuardianScope { decide: true, read: false });
        let request_of_doctor = request(DOCTOR, &[REPORT]);
        assert_ok!(Access::deny(signed(GUARDIAN), request_of_doctor));
        assert_ok!(grants_in_the_patients_name(GUARDIAN, &[REPORT]));
        assert_eq!(held(REPORT, DOCTOR).unwrap().granted_by, id(GUARDIAN));
        assert_ok!(open(DOCTOR, REPORT));
        assert_ok!(Access::revoke(signed(GUARDIAN), REPORT, id(DOCTOR)));
        let mixed = grants_in_the_patients_name(GUARDIAN, &[REPORT, FOREIGN_REPORT]);
        assert_noop!(mixed, Error::<Test>::NotThePatient);
        assert_ok!(grants_in_the_patients_name(GUARDIAN, &[REPORT]));
        assert_ok!(Access::revoke_reader(signed(GUARDIAN), id(PATIENT), id(DOCTOR)));
        let reports = RecordKinds { report: true, ..Default::default() };
        let (patient, doctor) = (id(PATIENT), id(DOCTOR));
        let purpose = Purpose::Treatment;
        assert_ok!(Access::give_standing_consent(signed(GUARDIAN), patient, doctor, reports, purpose, UNTIL));
        assert_eq!(Access::standing_consents(patient)[0].1.given_by, id(GUARDIAN));
    });
}

#[test]
fn guardian_who_only_reads_decides_nothing() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 1).build_and_execute(|| {
        appoint(GuardianScope { decide: false, read: true });
        assert_noop!(grants_in_the_patients_name(GUARDIAN, &[REPORT]), Error::<Test>::NotThePatient);
        assert_noop!(Access::revoke(signed(GUARDIAN), REPORT, id(DOCTOR)), Error::<Test>::NotThePatient);
        let request = request(HOSPITAL, &[REPORT]);
        assert_noop!(Access::deny(signed(GUARDIAN), request), Error::<Test>::NotPartyToRequest);
    });
}

#[test]
fn guardian_opens_what_was_sealed_to_it_and_each_opening_is_logged() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(open(GUARDIAN, REPORT), Error::<Test>::NotAProfessional);
        assert_noop!(try_seal(PATIENT, &[REPORT]), Error::<Test>::NoGuardianship);
        appoint(FULL);
        assert_ok!(try_seal(PATIENT, &[REPORT, PROFILE]));
        assert_ok!(open(GUARDIAN, REPORT));
        assert_ok!(reads_until(GUARDIAN, REPORT));
        let reading = &Access::readings_of_patient(id(PATIENT), None, 1)[0].1;
        assert_eq!((reading.reader, reading.basis), (id(GUARDIAN), GrantBasis::Guardianship));
        assert_noop!(open(GUARDIAN, OTHER_REPORT), Error::<Test>::NotAProfessional);
        set_status(GUARDIAN, Status::Suspended);
        assert_noop!(open(GUARDIAN, PROFILE), Error::<Test>::NotActive);
    });
}

#[test]
fn a_new_record_is_sealed_to_the_guardian() {
    ExtBuilder::default().build_and_execute(|| {
        appoint(FULL);
        let info = RecordList::record(REPORT).unwrap();
        let sealed = [ReaderSeal { reader: id(GUARDIAN), seal: seal(1) }];
        assert_noop!(Access::seal_new_record(REPORT, info, &[]), Error::<Test>::SealMissing);
        assert_ok!(Access::seal_new_record(REPORT, info, &sealed));
        assert_eq!(held(REPORT, GUARDIAN).unwrap().expires_at, UNTIL);
        assert_ok!(open(GUARDIAN, REPORT));
    });
}

#[test]
fn a_guardianship_ends_at_once_when_it_is_dismissed_resigned_narrowed_or_over() {
    ExtBuilder::default().build_and_execute(|| {
        appoint(FULL);
        assert_ok!(try_seal(PATIENT, &[REPORT]));
        assert_ok!(open(GUARDIAN, REPORT));
        appoint(GuardianScope { decide: true, read: false });
        assert_noop!(reads_until(GUARDIAN, REPORT), Error::<Test>::GuardianshipEnded);
        appoint(FULL);
        assert_ok!(reads_until(GUARDIAN, REPORT));
        assert_ok!(Access::dismiss_guardian(signed(PATIENT), id(GUARDIAN)));
        assert_noop!(reads_until(GUARDIAN, REPORT), Error::<Test>::GuardianshipEnded);
        assert_noop!(grants_in_the_patients_name(GUARDIAN, &[REPORT]), Error::<Test>::NotThePatient);
        pass(DAY);
        appoint(FULL);
        // What was sealed under the guardianship that ended needs to be sealed again.
        assert_noop!(open(GUARDIAN, REPORT), Error::<Test>::GuardianshipEnded);
        assert_ok!(Access::resign_guardianship(signed(GUARDIAN), id(PATIENT)));
        System::assert_last_event(Event::GuardianshipResigned { patient: id(PATIENT), guardian: id(GUARDIAN) }.into());
        let again = Access::resign_guardianship(signed(GUARDIAN), id(PATIENT));
        assert_noop!(again, Error::<Test>::NoGuardianship);
        assert_noop!(Access::dismiss_guardian(signed(PATIENT), id(GUARDIAN)), Error::<Test>::NoGuardianship);
        appoint(FULL);
        pass(365 * DAY);
        assert_noop!(grants_in_the_patients_name(GUARDIAN, &[REPORT]), Error::<Test>::NotThePatient);
    });
}

#[test]
fn a_guardianship_that_is_given_when_it_has_ended_begins_anew() {
    let since_after = |time| {
        let mut since = 0;
        ExtBuilder::default().build_and_execute(|| {
            assert_ok!(try_appoint(PATIENT, GUARDIAN, FULL, NOW + 30 * DAY));
            pass(time);
            assert_ok!(try_appoint(PATIENT, GUARDIAN, FULL, UNTIL));
            since = Access::guardianships(id(PATIENT))[0].1.since;
        });
        since
    };
    assert_eq!(since_after(30 * DAY - 1), NOW);
    assert_eq!(since_after(30 * DAY), NOW + 30 * DAY);
}

#[test]
fn a_guardian_receives_seals_until_the_moment_of_its_end() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(try_appoint(PATIENT, GUARDIAN, FULL, NOW + 30 * DAY));
        pass(30 * DAY - 1);
        assert_eq!(Access::recipients(id(PATIENT), RecordKind::Report).len(), 1);
        assert_ok!(try_seal(PATIENT, &[REPORT]));
        pass(1);
        assert!(Access::recipients(id(PATIENT), RecordKind::Report).is_empty());
        assert_noop!(try_seal(PATIENT, &[REPORT]), Error::<Test>::NoGuardianship);
    });
}

#[test]
fn a_guardian_decides_and_reads_until_the_moment_of_its_end() {
    ExtBuilder::default().build_and_execute(|| {
        // What is sealed lasts longer than what the guardianship is shortened to.
        appoint(FULL);
        assert_ok!(try_seal(PATIENT, &[REPORT, OTHER_REPORT]));
        assert_ok!(try_appoint(PATIENT, GUARDIAN, FULL, NOW + DAY));
        pass(DAY - 1);
        assert_ok!(open(GUARDIAN, REPORT));
        assert_ok!(grants_in_the_patients_name(GUARDIAN, &[OTHER_REPORT]));
        pass(1);
        assert_noop!(open(GUARDIAN, OTHER_REPORT), Error::<Test>::GuardianshipEnded);
        assert_noop!(reads_until(GUARDIAN, REPORT), Error::<Test>::GuardianshipEnded);
        assert_noop!(grants_in_the_patients_name(GUARDIAN, &[OTHER_REPORT]), Error::<Test>::NotThePatient);
    });
}

#[test]
fn guardians_are_other_active_patients_within_bounds() {
    ExtBuilder::default().build_and_execute(|| {
        for account in [PATIENT, DOCTOR, STRANGER] {
            assert_noop!(try_appoint(PATIENT, account, FULL, UNTIL), Error::<Test>::NotAPossibleGuardian);
        }
        assert_noop!(try_appoint(DOCTOR, GUARDIAN, FULL, UNTIL), Error::<Test>::NotThePatient);
        assert_noop!(try_appoint(STRANGER, GUARDIAN, FULL, UNTIL), Error::<Test>::NotAMember);
        assert_noop!(try_appoint(PATIENT, GUARDIAN, GuardianScope::default(), UNTIL), Error::<Test>::EmptyScope);
        for end in [NOW, NOW + limits::STANDING_MAX + 1] {
            assert_noop!(try_appoint(PATIENT, GUARDIAN, FULL, end), Error::<Test>::EndOutOfRange);
        }
        for number in 0..u64::from(limits::GUARDIANSHIPS_MAX) {
            register(2_000 + number, Role::Patient);
            assert_ok!(try_appoint(PATIENT, 2_000 + number, FULL, UNTIL));
        }
        assert_noop!(try_appoint(PATIENT, GUARDIAN, FULL, UNTIL), Error::<Test>::TooManyGuardians);
        assert_eq!(Access::guardianships(id(PATIENT)).len(), limits::GUARDIANSHIPS_MAX as usize);
        let wards = Access::wards(MemberId(2_000), None, 10);
        assert_eq!(wards.iter().map(|(patient, _)| *patient).collect::<alloc::vec::Vec<_>>(), [id(PATIENT)]);
    });
}

#[test]
fn seals_for_a_guardian_are_of_the_patients_readable_records_under_its_current_key() {
    ExtBuilder::default().build_and_execute(|| {
        appoint(FULL);
        assert_noop!(try_seal(PATIENT, &[]), Error::<Test>::NoRecords);
        assert_noop!(try_seal(PATIENT, &[REPORT, REPORT]), Error::<Test>::DuplicateRecord);
        assert_noop!(try_seal(PATIENT, &[FOREIGN_REPORT]), Error::<Test>::NotThePatient);
        assert_noop!(try_seal(PATIENT, &[NO_RECORD]), Error::<Test>::UnknownRecord);
        set_record_status(REPORT, medchain_primitives::RecordStatus::Erased);
        assert_noop!(try_seal(PATIENT, &[REPORT]), Error::<Test>::RecordErased);
        rotate_key(GUARDIAN);
        assert_noop!(try_seal(PATIENT, &[PROFILE]), Error::<Test>::KeyVersionNotCurrent);
    });
}
