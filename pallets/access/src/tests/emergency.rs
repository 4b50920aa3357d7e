use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResultWithPostInfo, traits::Hooks, weights::Weight};
use medchain_primitives::{RecordConsents, RecordStatus, Status, DAY, MINUTE};
use sp_runtime::{DispatchError, DispatchResult};

const REASON: EmergencyReason = EmergencyReason::Unconscious;

fn chosen(hospitals: &[AccountId]) -> EmergencyInstitutions {
    let hospitals: alloc::vec::Vec<_> = hospitals.iter().map(|hospital| id(*hospital)).collect();
    EmergencyInstitutions::Chosen(hospitals.try_into().unwrap())
}

fn try_consent(who: AccountId, institutions: EmergencyInstitutions) -> DispatchResult {
    Access::give_emergency_consent(signed(who), id(PATIENT), institutions)
}

fn try_revoke(who: AccountId) -> DispatchResult {
    Access::revoke_emergency_consent(signed(who), id(PATIENT)).map(drop).map_err(|error| error.error)
}

fn capsule(seed: u8) -> EmergencyCapsuleHash {
    EmergencyCapsuleHash([seed; 32])
}

fn try_lodge(who: AccountId, records: &[RecordId]) -> DispatchResult {
    let lodging = |record: &RecordId| EmergencyLodging { record: *record, capsule: capsule(record.0 as u8) };
    let lodgings: alloc::vec::Vec<_> = records.iter().map(lodging).collect();
    Access::lodge_emergency(signed(who), lodgings.try_into().unwrap())
}

fn try_open(who: AccountId, record: RecordId) -> DispatchResult {
    let preview = Access::ensure_may_open_emergency(&who, record);
    let opened = Access::open_emergency(signed(who), record, REASON);
    assert_eq!(preview, opened, "the preview decides otherwise than the call");
    opened
}

/// The end of the window of an emergency opening.
fn reads_in_emergency(who: AccountId, record: RecordId) -> Result<Moment, DispatchError> {
    match Access::ensure_may_read(&who, record)? {
        Permit::Emergency { closes_at } => Ok(closes_at),
        other => panic!("{other:?} in an emergency"),
    }
}

/// The patient has consented for all institutions and lodged capsules for her profile and reports.
fn provided() {
    assert_ok!(try_consent(PATIENT, EmergencyInstitutions::All));
    assert_ok!(try_lodge(PATIENT, &[PROFILE, REPORT, OTHER_REPORT]));
}

fn review(reading: u64, outcome: ReviewOutcome) -> DispatchResult {
    Access::review_emergency(signed(ADMINISTRATOR), ReadingId(reading), outcome)
}

#[test]
fn doctor_opens_in_an_emergency_without_a_grant_for_one_window_and_it_is_logged_as_such() {
    ExtBuilder::default().build_and_execute(|| {
        provided();
        assert_noop!(open(DOCTOR, REPORT), Error::<Test>::NoGrant);
        assert_ok!(try_open(DOCTOR, REPORT));
        let closes_at = NOW + limits::READING_WINDOW;
        System::assert_last_event(
            Event::EmergencyOpened {
                reading: ReadingId(1),
                record: REPORT,
                patient: id(PATIENT),
                doctor: id(DOCTOR),
                reason: REASON,
                closes_at,
            }
            .into(),
        );
        for log in [
            Access::readings_of_patient(id(PATIENT), None, 9),
            Access::readings_of_record(REPORT, None, 9),
            Access::readings_by_reader(id(DOCTOR), None, 9),
        ] {
            let [(_, reading)] = log.as_slice() else { panic!("one reading was to be logged") };
            assert_eq!((reading.purpose, reading.basis), (Purpose::EmergencyTreatment, GrantBasis::Emergency));
        }
        assert!(held(REPORT, DOCTOR).is_none());
        assert_eq!(reads_in_emergency(DOCTOR, REPORT), Ok(closes_at));
        assert_noop!(try_open(DOCTOR, REPORT), Error::<Test>::WindowOpen);
        // Only who opened reads, and only what was opened.
        assert_noop!(reads_until(OTHER_DOCTOR, REPORT), Error::<Test>::NoGrant);
        assert_noop!(reads_until(DOCTOR, OTHER_REPORT), Error::<Test>::NoGrant);
        pass(limits::READING_WINDOW - 1);
        assert_ok!(reads_in_emergency(DOCTOR, REPORT));
        pass(1);
        assert_noop!(reads_until(DOCTOR, REPORT), Error::<Test>::NoGrant);
        // Another window is another opening.
        assert_ok!(try_open(DOCTOR, REPORT));
        assert_eq!(Access::readings_of_record(REPORT, None, 9).len(), 2);
    });
}

#[test]
fn nobody_but_an_active_doctor_opens_in_an_emergency() {
    ExtBuilder::default().build_and_execute(|| {
        provided();
        assert_noop!(try_open(STRANGER, REPORT), Error::<Test>::NotAMember);
        for other in [HOSPITAL, PHARMACY, OTHER_PATIENT, PATIENT] {
            assert_noop!(try_open(other, REPORT), Error::<Test>::NotADoctor);
        }
        assert_noop!(try_open(ADMINISTRATOR, REPORT), Error::<Test>::NotAMember);
        for status in [Status::Pending, Status::Rejected, Status::Suspended] {
            set_status(DOCTOR, status);
            assert_noop!(try_open(DOCTOR, REPORT), Error::<Test>::NotActive);
        }
        set_status(DOCTOR, Status::Active);
        assert_ok!(try_open(DOCTOR, REPORT));
    });
}

#[test]
fn without_consent_or_capsule_nothing_opens_in_an_emergency() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(try_open(DOCTOR, NO_RECORD), Error::<Test>::UnknownRecord);
        assert_noop!(try_open(DOCTOR, CERTIFICATE), Error::<Test>::KindNotForRole);
        assert_noop!(try_open(DOCTOR, REPORT), Error::<Test>::NoEmergencyConsent);
        provided();
        assert_noop!(try_open(DOCTOR, PRESCRIPTION), Error::<Test>::NoEmergencyCapsule);
        assert_noop!(try_open(DOCTOR, FOREIGN_REPORT), Error::<Test>::NoEmergencyConsent);
        set_record_status(OTHER_REPORT, RecordStatus::EnteredInError);
        assert_ok!(try_open(DOCTOR, OTHER_REPORT));
    });
}

#[test]
fn a_consent_for_chosen_hospitals_reaches_the_doctors_affiliated_with_them() {
    ExtBuilder::default().build_and_execute(|| {
        register(1_100, Role::Hospital);
        assert_ok!(try_consent(PATIENT, chosen(&[HOSPITAL, 1_100])));
        assert_ok!(try_lodge(PATIENT, &[REPORT]));
        assert_noop!(try_open(DOCTOR, REPORT), Error::<Test>::NotAffiliated);
        affiliate(OTHER_DOCTOR, PHARMACY);
        assert_noop!(try_open(OTHER_DOCTOR, REPORT), Error::<Test>::NotAffiliated);
        affiliate(DOCTOR, 1_100);
        assert_ok!(try_open(DOCTOR, REPORT));
        assert_ok!(reads_in_emergency(DOCTOR, REPORT));
        // An affiliation that ends, or a hospital that is taken off, ends the window at once.
        end_affiliation(DOCTOR, 1_100);
        assert_noop!(reads_in_emergency(DOCTOR, REPORT), Error::<Test>::NotAffiliated);
        affiliate(DOCTOR, 1_100);
        assert_ok!(reads_in_emergency(DOCTOR, REPORT));
        assert_ok!(try_consent(PATIENT, chosen(&[HOSPITAL])));
        assert_noop!(reads_in_emergency(DOCTOR, REPORT), Error::<Test>::NotAffiliated);
    });
}

#[test]
fn a_consent_names_active_hospitals_each_once() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(try_consent(PATIENT, chosen(&[])), Error::<Test>::NoInstitutions);
        assert_noop!(try_consent(PATIENT, chosen(&[HOSPITAL, HOSPITAL])), Error::<Test>::DuplicateInstitution);
        for other in [DOCTOR, PHARMACY, PATIENT, STRANGER] {
            assert_noop!(try_consent(PATIENT, chosen(&[HOSPITAL, other])), Error::<Test>::UnknownInstitution);
        }
        set_status(HOSPITAL, Status::Suspended);
        assert_noop!(try_consent(PATIENT, chosen(&[HOSPITAL])), Error::<Test>::UnknownInstitution);
        set_status(HOSPITAL, Status::Active);
        assert_ok!(try_consent(PATIENT, chosen(&[HOSPITAL])));
        let institutions = chosen(&[HOSPITAL]);
        System::assert_last_event(Event::EmergencyConsentGiven { patient: id(PATIENT), institutions }.into());
    });
}

#[test]
fn the_patient_or_a_guardian_who_decides_provides_for_emergencies_and_nobody_else() {
    ExtBuilder::default().build_and_execute(|| {
        for other in [OTHER_PATIENT, DOCTOR, HOSPITAL] {
            let refused = try_consent(other, EmergencyInstitutions::All);
            assert_noop!(refused, Error::<Test>::NotThePatient);
        }
        assert_noop!(try_consent(STRANGER, EmergencyInstitutions::All), Error::<Test>::NotAMember);
        assert_noop!(try_lodge(PATIENT, &[REPORT]), Error::<Test>::NoEmergencyConsent);
        assert_noop!(try_revoke(PATIENT), Error::<Test>::NoEmergencyConsent);
        let appoint = |decide| {
            let scope = GuardianScope { decide, read: true };
            assert_ok!(Access::appoint_guardian(signed(PATIENT), id(OTHER_PATIENT), scope, NOW + DAY));
        };
        appoint(false);
        assert_noop!(try_consent(OTHER_PATIENT, EmergencyInstitutions::All), Error::<Test>::NotThePatient);
        appoint(true);
        assert_ok!(try_consent(OTHER_PATIENT, EmergencyInstitutions::All));
        assert_eq!(EmergencyConsents::<Test>::get(id(PATIENT)).unwrap().given_by, id(OTHER_PATIENT));
        assert_ok!(try_lodge(OTHER_PATIENT, &[REPORT]));
        assert_eq!(EmergencyCapsules::<Test>::get(REPORT).unwrap().lodged_by, id(OTHER_PATIENT));
        assert_noop!(try_revoke(DOCTOR), Error::<Test>::NotThePatient);
        assert_ok!(try_revoke(OTHER_PATIENT));
        set_status(PATIENT, Status::Suspended);
        assert_noop!(try_consent(PATIENT, EmergencyInstitutions::All), Error::<Test>::NotActive);
        assert_noop!(try_lodge(PATIENT, &[REPORT]), Error::<Test>::NotActive);
        assert_noop!(try_revoke(PATIENT), Error::<Test>::NotActive);
    });
}

#[test]
fn capsules_are_lodged_for_readable_records_of_the_one_patient_each_once() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(try_consent(PATIENT, EmergencyInstitutions::All));
        assert_noop!(try_lodge(PATIENT, &[]), Error::<Test>::NoRecords);
        assert_noop!(try_lodge(PATIENT, &[REPORT, REPORT]), Error::<Test>::DuplicateRecord);
        assert_noop!(try_lodge(PATIENT, &[NO_RECORD]), Error::<Test>::UnknownRecord);
        assert_noop!(try_lodge(PATIENT, &[FOREIGN_REPORT]), Error::<Test>::NotThePatient);
        assert_noop!(try_lodge(PATIENT, &[REPORT, FOREIGN_REPORT]), Error::<Test>::RecordOfAnotherPatient);
        assert_noop!(try_lodge(DOCTOR, &[CERTIFICATE]), Error::<Test>::KindNotForRole);
        set_record_status(REPORT, RecordStatus::Erased);
        assert_noop!(try_lodge(PATIENT, &[REPORT]), Error::<Test>::RecordErased);
        assert_ok!(try_lodge(PATIENT, &[PROFILE, PRESCRIPTION]));
        System::assert_last_event(
            Event::EmergencyCapsuleLodged { record: PRESCRIPTION, capsule: capsule(4), lodged_by: id(PATIENT) }.into(),
        );
        // Lodged again, another takes its place.
        let again = [EmergencyLodging { record: PROFILE, capsule: capsule(99) }].to_vec().try_into().unwrap();
        assert_ok!(Access::lodge_emergency(signed(PATIENT), again));
        System::assert_has_event(Event::EmergencyCapsuleRemoved { record: PROFILE, capsule: capsule(1) }.into());
        assert_eq!(EmergencyCapsules::<Test>::get(PROFILE).unwrap().hash, capsule(99));
    });
}

#[test]
fn the_author_lodges_for_what_it_wrote_once_and_takes_the_place_of_nothing() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(try_lodge(DOCTOR, &[REPORT]), Error::<Test>::NoEmergencyConsent);
        assert_ok!(try_consent(PATIENT, chosen(&[HOSPITAL])));
        for other in [OTHER_DOCTOR, HOSPITAL, OTHER_PATIENT] {
            assert_noop!(try_lodge(other, &[REPORT]), Error::<Test>::NotThePatient);
        }
        assert_noop!(try_lodge(DOCTOR, &[PROFILE]), Error::<Test>::NotThePatient);
        assert_ok!(Access::ensure_may_lodge(&DOCTOR, REPORT));
        assert_ok!(try_lodge(DOCTOR, &[REPORT]));
        assert_noop!(try_lodge(DOCTOR, &[REPORT]), Error::<Test>::AlreadyLodged);
        assert_noop!(Access::ensure_may_lodge(&DOCTOR, REPORT), Error::<Test>::AlreadyLodged);
        assert_ok!(try_lodge(PATIENT, &[REPORT]));
        assert_noop!(try_lodge(DOCTOR, &[REPORT]), Error::<Test>::AlreadyLodged);
    });
}

#[test]
fn the_author_lodges_within_an_hour_of_anchoring_and_the_patient_at_any_time() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(try_consent(PATIENT, EmergencyInstitutions::All));
        pass(AUTHOR_LODGES_WITHIN - 1);
        assert_ok!(try_lodge(DOCTOR, &[REPORT]));
        pass(1);
        assert_noop!(try_lodge(DOCTOR, &[OTHER_REPORT]), Error::<Test>::NotThePatient);
        assert_noop!(Access::ensure_may_lodge(&DOCTOR, OTHER_REPORT), Error::<Test>::NotThePatient);
        // Nor what the patient has withdrawn, from which the author has kept the half.
        assert_ok!(Access::withdraw_emergency(signed(PATIENT), records(&[REPORT])));
        assert_noop!(try_lodge(DOCTOR, &[REPORT]), Error::<Test>::NotThePatient);
        pass(365 * DAY);
        assert_ok!(try_lodge(PATIENT, &[REPORT]));
        let scope = GuardianScope { decide: true, read: true };
        assert_ok!(Access::appoint_guardian(signed(PATIENT), id(OTHER_PATIENT), scope, NOW + 366 * DAY));
        assert_ok!(try_lodge(OTHER_PATIENT, &[OTHER_REPORT]));
    });
}

#[test]
fn the_author_brings_nothing_back_that_went_with_a_consent() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(try_consent(PATIENT, EmergencyInstitutions::All));
        assert_ok!(try_lodge(DOCTOR, &[REPORT]));
        assert_ok!(try_revoke(PATIENT));
        pass(MINUTE);
        assert_ok!(try_consent(PATIENT, EmergencyInstitutions::All));
        for record in [REPORT, OTHER_REPORT] {
            assert_noop!(try_lodge(DOCTOR, &[record]), Error::<Test>::NoEmergencyConsent);
        }
        // What is written by the new consent is lodged by it, whatever institutions it is changed to.
        anchor(RecordId(50), PATIENT, DOCTOR, RecordKind::Report);
        pass(MINUTE);
        assert_ok!(try_consent(PATIENT, chosen(&[HOSPITAL])));
        assert_ok!(try_lodge(DOCTOR, &[RecordId(50)]));
        assert_ok!(try_lodge(PATIENT, &[REPORT]));
    });
}

#[test]
fn a_withdrawn_consent_ends_windows_at_once_and_takes_the_capsules_along() {
    ExtBuilder::default().build_and_execute(|| {
        provided();
        assert_ok!(try_open(DOCTOR, REPORT));
        assert_ok!(try_revoke(PATIENT));
        System::assert_has_event(Event::EmergencyCapsuleRemoved { record: PROFILE, capsule: capsule(1) }.into());
        System::assert_last_event(Event::EmergencyConsentRevoked { patient: id(PATIENT), more: false }.into());
        assert_noop!(reads_in_emergency(DOCTOR, REPORT), Error::<Test>::NoEmergencyConsent);
        assert_noop!(try_open(DOCTOR, OTHER_REPORT), Error::<Test>::NoEmergencyConsent);
        assert_eq!(EmergencyCapsules::<Test>::iter().count(), 0);
        // Given anew, it opens no window again.
        pass(MINUTE);
        provided();
        assert_noop!(reads_in_emergency(DOCTOR, REPORT), Error::<Test>::NoEmergencyConsent);
    });
}

#[test]
fn a_withdrawal_takes_many_capsules_in_several_calls_and_none_is_of_use_meanwhile() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(try_consent(PATIENT, EmergencyInstitutions::All));
        let records: alloc::vec::Vec<_> = (0..u64::from(WITHDRAWALS_MAX) + 6).map(|n| RecordId(1_000 + n)).collect();
        for record in &records {
            anchor(*record, PATIENT, DOCTOR, RecordKind::Report);
        }
        for some in records.chunks(32) {
            assert_ok!(try_lodge(PATIENT, some));
        }
        assert_ok!(try_revoke(PATIENT));
        System::assert_last_event(Event::EmergencyConsentRevoked { patient: id(PATIENT), more: true }.into());
        assert_eq!(EmergencyCapsules::<Test>::iter().count(), 6);
        assert_noop!(try_open(DOCTOR, records[69]), Error::<Test>::NoEmergencyConsent);
        assert_noop!(try_consent(PATIENT, EmergencyInstitutions::All), Error::<Test>::CapsulesLeft);
        assert_ok!(try_revoke(PATIENT));
        System::assert_last_event(Event::EmergencyConsentRevoked { patient: id(PATIENT), more: false }.into());
        assert_ok!(try_consent(PATIENT, EmergencyInstitutions::All));
        assert_noop!(try_open(DOCTOR, records[69]), Error::<Test>::NoEmergencyCapsule);
    });
}

#[test]
fn single_capsules_are_withdrawn_by_the_patient_and_end_their_windows() {
    ExtBuilder::default().build_and_execute(|| {
        provided();
        let withdraw = |who, list: &[RecordId]| Access::withdraw_emergency(signed(who), records(list));
        assert_ok!(try_open(DOCTOR, REPORT));
        assert_noop!(withdraw(DOCTOR, &[REPORT]), Error::<Test>::NotThePatient);
        assert_noop!(withdraw(PATIENT, &[]), Error::<Test>::NoRecords);
        assert_noop!(withdraw(PATIENT, &[NO_RECORD]), Error::<Test>::UnknownRecord);
        assert_noop!(withdraw(PATIENT, &[REPORT, REPORT]), Error::<Test>::DuplicateRecord);
        assert_noop!(withdraw(PATIENT, &[REPORT, PRESCRIPTION]), Error::<Test>::NoEmergencyCapsule);
        assert_ok!(withdraw(PATIENT, &[REPORT]));
        System::assert_last_event(Event::EmergencyCapsuleRemoved { record: REPORT, capsule: capsule(2) }.into());
        assert_noop!(reads_in_emergency(DOCTOR, REPORT), Error::<Test>::NoEmergencyCapsule);
        assert_ok!(try_open(DOCTOR, OTHER_REPORT));
    });
}

#[test]
fn an_erased_record_loses_its_capsule_and_its_window() {
    ExtBuilder::default().build_and_execute(|| {
        provided();
        assert_ok!(try_open(DOCTOR, REPORT));
        Access::forget_record(REPORT);
        set_record_status(REPORT, RecordStatus::Erased);
        System::assert_last_event(Event::EmergencyCapsuleRemoved { record: REPORT, capsule: capsule(2) }.into());
        assert_noop!(reads_in_emergency(DOCTOR, REPORT), Error::<Test>::RecordErased);
        assert_noop!(try_open(OTHER_DOCTOR, REPORT), Error::<Test>::RecordErased);
        Access::forget_record(PRESCRIPTION);
        Access::forget_record(NO_RECORD);
    });
}

#[test]
fn a_suspended_doctor_reads_no_further_and_reads_on_when_reinstated() {
    ExtBuilder::default().build_and_execute(|| {
        provided();
        assert_ok!(try_open(DOCTOR, REPORT));
        set_status(DOCTOR, Status::Suspended);
        assert_noop!(reads_in_emergency(DOCTOR, REPORT), Error::<Test>::NotActive);
        set_status(DOCTOR, Status::Active);
        assert_ok!(reads_in_emergency(DOCTOR, REPORT));
    });
}

#[test]
fn an_emergency_window_is_closed_by_its_doctor_or_removed_after_its_end() {
    ExtBuilder::default().build_and_execute(|| {
        provided();
        assert_ok!(try_open(DOCTOR, REPORT));
        assert_noop!(Access::close(signed(OTHER_DOCTOR), REPORT), Error::<Test>::NoWindow);
        assert_ok!(Access::close(signed(DOCTOR), REPORT));
        System::assert_last_event(Event::WindowClosed { record: REPORT, reader: id(DOCTOR), staff: None }.into());
        assert_noop!(reads_until(DOCTOR, REPORT), Error::<Test>::NoGrant);
        assert_ok!(try_open(DOCTOR, OTHER_REPORT));
        pass(limits::READING_WINDOW);
        Access::on_idle(System::block_number(), Weight::MAX);
        assert_eq!(EmergencyWindows::<Test>::iter().count(), 0);
        assert_eq!(Expiries::<Test>::iter().count(), 0);
    });
}

#[test]
fn a_grant_stays_what_it_is_beside_an_emergency_opening() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 1).with_grant(OTHER_REPORT, DOCTOR, 1).build_and_execute(|| {
        provided();
        assert_ok!(try_open(DOCTOR, REPORT));
        assert_eq!(held(REPORT, DOCTOR).unwrap().openings_left, 1);
        // The grant opened too, the reader reads by it; closing ends both.
        assert_ok!(open(DOCTOR, REPORT));
        assert_ok!(reads_until(DOCTOR, REPORT));
        assert_ok!(Access::close(signed(DOCTOR), REPORT));
        assert!(held(REPORT, DOCTOR).is_none());
        assert_noop!(reads_until(DOCTOR, REPORT), Error::<Test>::NoGrant);
        // A record that is open by a grant needs no emergency.
        assert_ok!(open(DOCTOR, OTHER_REPORT));
        assert_noop!(try_open(DOCTOR, OTHER_REPORT), Error::<Test>::WindowOpen);
        assert_noop!(try_grant_for_emergency(), Error::<Test>::EmergencyNeedsEmergencyConsent);
    });
}

fn try_grant_for_emergency() -> DispatchResultWithPostInfo {
    let grants = grants_of(&[REPORT]);
    Access::grant(signed(PATIENT), id(DOCTOR), None, grants, Purpose::EmergencyTreatment, DAY, 1)
}

#[test]
fn an_administrator_reviews_each_opening_once_and_the_finding_stays() {
    ExtBuilder::default().build_and_execute(|| {
        provided();
        assert_ok!(try_open(DOCTOR, REPORT));
        assert_ok!(try_open(OTHER_DOCTOR, REPORT));
        let pending = Access::pending_reviews(None, 9);
        assert_eq!(pending.iter().map(|(reading, ..)| reading.0).collect::<alloc::vec::Vec<_>>(), [1, 2]);
        assert_eq!((pending[0].1.reader, pending[0].2), (id(DOCTOR), REASON));
        assert_eq!(Access::pending_reviews(Some(ReadingId(1)), 9).len(), 1);
        assert_eq!(Access::pending_reviews(None, 1).len(), 1);
        for other in [PATIENT, DOCTOR, HOSPITAL, STRANGER] {
            let reviewed = Access::review_emergency(signed(other), ReadingId(1), ReviewOutcome::Justified);
            assert_noop!(reviewed, DispatchError::BadOrigin);
        }
        assert_noop!(review(3, ReviewOutcome::Justified), Error::<Test>::NothingToReview);
        pass(DAY);
        assert_ok!(review(1, ReviewOutcome::Unjustified));
        System::assert_last_event(
            Event::EmergencyReviewed {
                reading: ReadingId(1),
                administrator: ADMINISTRATOR,
                outcome: ReviewOutcome::Unjustified,
            }
            .into(),
        );
        let found = EmergencyOpenings::<Test>::get(ReadingId(1)).unwrap().review.unwrap();
        assert_eq!((found.outcome, found.reviewed_at), (ReviewOutcome::Unjustified, NOW + DAY));
        assert_noop!(review(1, ReviewOutcome::Justified), Error::<Test>::NothingToReview);
        assert_eq!(Access::pending_reviews(None, 9).len(), 1);
    });
}

#[test]
fn a_doctor_who_is_an_administrator_does_not_review_its_own_opening() {
    ExtBuilder::default().build_and_execute(|| {
        provided();
        register(ADMINISTRATOR, Role::Doctor);
        assert_ok!(try_open(ADMINISTRATOR, REPORT));
        assert_noop!(review(1, ReviewOutcome::Justified), Error::<Test>::OwnOpening);
        assert_ok!(try_open(DOCTOR, REPORT));
        assert_ok!(review(2, ReviewOutcome::Justified));
    });
}

#[test]
fn a_doctor_with_too_many_unreviewed_openings_waits_for_a_review() {
    ExtBuilder::default().build_and_execute(|| {
        provided();
        for _ in 0..limits::EMERGENCY_UNREVIEWED_MAX {
            assert_ok!(try_open(DOCTOR, REPORT));
            pass(limits::READING_WINDOW);
        }
        assert_noop!(try_open(DOCTOR, REPORT), Error::<Test>::TooManyUnreviewed);
        assert_ok!(try_open(OTHER_DOCTOR, REPORT));
        assert_ok!(review(1, ReviewOutcome::Justified));
        assert_ok!(try_open(DOCTOR, REPORT));
        assert_noop!(try_open(DOCTOR, OTHER_REPORT), Error::<Test>::TooManyUnreviewed);
    });
}

#[test]
fn an_emergency_opening_shows_no_grant_to_a_dispensing_pharmacy() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(try_consent(PATIENT, EmergencyInstitutions::All));
        assert_ok!(try_lodge(PATIENT, &[PRESCRIPTION]));
        assert_ok!(try_open(DOCTOR, PRESCRIPTION));
        assert!(!Access::holds_grant(PRESCRIPTION, id(DOCTOR)));
    });
}
