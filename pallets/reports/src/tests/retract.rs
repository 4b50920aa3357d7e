use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn try_retract(author: AccountId, record: RecordId) -> DispatchResult {
    Reports::retract(RuntimeOrigin::signed(author), record, RetractionReason::WrongPatient)
}

#[test]
fn author_retracts_a_report_in_force_or_superseded() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let old = report(1);
        assert_ok!(Reports::amend(RuntimeOrigin::signed(DOCTOR), old, document(2, 0)));
        let new = RecordId(2);
        for record in [old, new] {
            assert_ok!(try_retract(DOCTOR, record));
            let entry = Reports::record(record).unwrap();
            assert_eq!(entry.status, RecordStatus::EnteredInError);
            let reason = RetractionReason::WrongPatient;
            assert_eq!(entry.retraction, Some(reason));
            System::assert_last_event(Event::RecordRetracted { record, reason }.into());
        }
        // A retraction is a mark: the content stays.
        assert!(Reports::is_anchored(content(1)) && Reports::is_anchored(content(2)));
    });
}

#[test]
fn author_retracts_even_after_the_care_relation_has_ended() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let record = report(1);
        end_care(PATIENT, DOCTOR);
        assert_ok!(try_retract(DOCTOR, record));
    });
}

#[test]
fn nobody_but_the_author_retracts() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let record = report(1);
        for account in [OTHER_DOCTOR, PATIENT, HOSPITAL] {
            assert_noop!(try_retract(account, record), Error::<Test>::NotTheAuthor);
        }
        assert_noop!(try_retract(STRANGER, record), Error::<Test>::NotAMember);
        assert_noop!(try_retract(DOCTOR, RecordId(9)), Error::<Test>::UnknownRecord);
    });
}

#[test]
fn suspended_author_retracts_nothing() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let record = report(1);
        set_status(DOCTOR, Status::Suspended);
        assert_noop!(try_retract(DOCTOR, record), Error::<Test>::NotActive);
    });
}

#[test]
fn what_is_retracted_or_erased_is_not_retracted_again() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let record = report(1);
        assert_ok!(try_retract(DOCTOR, record));
        assert_noop!(try_retract(DOCTOR, record), Error::<Test>::AlreadyRetracted);
        assert_ok!(Reports::erase(RuntimeOrigin::signed(PATIENT), record));
        assert_noop!(try_retract(DOCTOR, record), Error::<Test>::RecordErased);
    });
}

#[test]
fn a_retracted_profile_is_in_force_no_more() {
    ExtBuilder::default().build_and_execute(|| {
        let profile = anchor(PATIENT, PATIENT, RecordKind::Profile, 1);
        assert_ok!(try_retract(PATIENT, profile));
        assert_eq!(Reports::current_own_record(id(PATIENT)), None);
        let next = anchor(PATIENT, PATIENT, RecordKind::Profile, 2);
        assert_eq!(Reports::record(next).unwrap().supersedes, None);
    });
}

#[test]
fn a_certificate_is_retracted_only_when_another_is_in_force() {
    ExtBuilder::default().build_and_execute(|| {
        let old = anchor(DOCTOR, DOCTOR, RecordKind::Certificate, 1);
        assert_noop!(try_retract(DOCTOR, old), Error::<Test>::CertificateInForce);
        let new = anchor(DOCTOR, DOCTOR, RecordKind::Certificate, 2);
        assert_ok!(try_retract(DOCTOR, old));
        assert_eq!(Reports::current_own_record(id(DOCTOR)), Some(new));
    });
}
