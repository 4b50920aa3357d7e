use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn try_erase(patient: AccountId, record: RecordId) -> DispatchResult {
    Reports::erase(RuntimeOrigin::signed(patient), record)
}

#[test]
fn patient_erases_a_report() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let record = report(1);
        assert_ok!(try_erase(PATIENT, record));
        let erased = Reports::record(record).unwrap();
        assert_eq!(erased.status, RecordStatus::Erased);
        assert_eq!((erased.content, erased.size), (content(1), SIZE));
        assert!(!Reports::is_anchored(content(1)));
        assert!(Forgotten::get().contains(&record));
        System::assert_last_event(Event::RecordErased { record, content: content(1), envelope: ENVELOPE }.into());
    });
}

#[test]
fn patient_erases_what_was_superseded_or_retracted() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let superseded = report(1);
        assert_ok!(Reports::amend(RuntimeOrigin::signed(DOCTOR), superseded, document(2, 0)));
        let retracted = report(3);
        assert_ok!(Reports::retract(RuntimeOrigin::signed(DOCTOR), retracted, RetractionReason::Duplicate));
        for record in [superseded, retracted] {
            assert_ok!(try_erase(PATIENT, record));
        }
        assert_eq!(Reports::record(RecordId(2)).unwrap().status, RecordStatus::Current);
    });
}

#[test]
fn an_erased_profile_is_in_force_no_more() {
    ExtBuilder::default().build_and_execute(|| {
        let profile = anchor(PATIENT, PATIENT, RecordKind::Profile, 1);
        assert_ok!(try_erase(PATIENT, profile));
        assert_eq!(Reports::current_own_record(id(PATIENT)), None);
    });
}

#[test]
fn a_content_is_anchored_until_its_record_is_erased() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let record = report(1);
        assert!(Reports::is_anchored(content(1)));
        assert_ok!(try_erase(PATIENT, record));
        assert!(!Reports::is_anchored(content(1)));
    });
}

#[test]
fn nobody_but_the_patient_erases() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let record = report(1);
        for account in [DOCTOR, OTHER_PATIENT, HOSPITAL] {
            assert_noop!(try_erase(account, record), Error::<Test>::NotThePatient);
        }
        assert_noop!(try_erase(STRANGER, record), Error::<Test>::NotAMember);
        assert_noop!(try_erase(PATIENT, RecordId(9)), Error::<Test>::UnknownRecord);
    });
}

#[test]
fn what_is_erased_is_not_erased_again() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let record = report(1);
        assert_ok!(try_erase(PATIENT, record));
        assert_noop!(try_erase(PATIENT, record), Error::<Test>::RecordErased);
    });
}

#[test]
fn professional_erases_only_certificates_that_are_not_in_force() {
    ExtBuilder::default().build_and_execute(|| {
        let old = anchor(DOCTOR, DOCTOR, RecordKind::Certificate, 1);
        assert_noop!(try_erase(DOCTOR, old), Error::<Test>::CertificateInForce);
        let new = anchor(DOCTOR, DOCTOR, RecordKind::Certificate, 2);
        assert_ok!(try_erase(DOCTOR, old));
        assert_eq!(Reports::current_own_record(id(DOCTOR)), Some(new));
    });
}

#[test]
fn suspended_professional_erases_no_evidence() {
    ExtBuilder::default().build_and_execute(|| {
        let old = anchor(DOCTOR, DOCTOR, RecordKind::Certificate, 1);
        anchor(DOCTOR, DOCTOR, RecordKind::Certificate, 2);
        set_status(DOCTOR, Status::Suspended);
        assert_noop!(try_erase(DOCTOR, old), Error::<Test>::NotActive);
    });
}
