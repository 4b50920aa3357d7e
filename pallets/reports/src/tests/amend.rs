use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResultWithPostInfo};

fn try_amend(author: AccountId, record: RecordId, seed: u8) -> DispatchResultWithPostInfo {
    Reports::amend(RuntimeOrigin::signed(author), record, document(seed, 0))
}

#[test]
fn author_amends_a_report_by_a_new_record() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let old = report(1);
        ClockTime::set(NOW + 1);
        assert_ok!(try_amend(DOCTOR, old, 2));
        let new = RecordId(2);
        let (old_record, new_record) = (Reports::record(old).unwrap(), Reports::record(new).unwrap());
        assert_eq!((old_record.status, old_record.superseded_by), (RecordStatus::Superseded, Some(new)));
        assert_eq!((new_record.status, new_record.supersedes), (RecordStatus::Current, Some(old)));
        assert_eq!((new_record.patient, new_record.author), (id(PATIENT), id(DOCTOR)));
        assert_eq!((new_record.content, new_record.anchored_at), (content(2), NOW + 1));
        // What was anchored is not altered.
        assert_eq!((old_record.content, old_record.anchored_at), (content(1), NOW));
        assert!(Reports::is_anchored(content(1)));
        System::assert_last_event(Event::RecordAmended { record: new, supersedes: old }.into());
    });
}

#[test]
fn prescriptions_are_amended_with_their_fills() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let old = anchor(DOCTOR, PATIENT, RecordKind::Prescription, 1);
        assert_noop!(try_amend(DOCTOR, old, 2), Error::<Test>::FillsOutOfRange);
        assert_ok!(Reports::amend(RuntimeOrigin::signed(DOCTOR), old, document(2, 3)));
        assert_eq!(Reports::record(RecordId(2)).unwrap().fills, 3);
    });
}

#[test]
fn nobody_but_the_author_amends() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).under_care(PATIENT, OTHER_DOCTOR).build_and_execute(|| {
        let record = report(1);
        for account in [OTHER_DOCTOR, PATIENT, HOSPITAL] {
            assert_noop!(try_amend(account, record, 2), Error::<Test>::NotTheAuthor);
        }
        assert_noop!(try_amend(STRANGER, record, 2), Error::<Test>::NotAMember);
        assert_noop!(try_amend(DOCTOR, RecordId(9), 2), Error::<Test>::UnknownRecord);
    });
}

#[test]
fn author_amends_only_while_active_and_the_patient_under_care() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let record = report(1);
        set_status(DOCTOR, Status::Suspended);
        assert_noop!(try_amend(DOCTOR, record, 2), Error::<Test>::NotActive);
        set_status(DOCTOR, Status::Active);
        end_care(PATIENT, DOCTOR);
        assert_noop!(try_amend(DOCTOR, record, 2), Error::<Test>::NotUnderCare);
    });
}

#[test]
fn only_what_is_in_force_is_amended() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let superseded = report(1);
        assert_ok!(try_amend(DOCTOR, superseded, 2));
        let retracted = report(3);
        assert_ok!(Reports::retract(RuntimeOrigin::signed(DOCTOR), retracted, RetractionReason::Duplicate));
        let erased = report(4);
        assert_ok!(Reports::erase(RuntimeOrigin::signed(PATIENT), erased));
        for record in [superseded, retracted, erased] {
            assert_noop!(try_amend(DOCTOR, record, 5), Error::<Test>::RecordNotCurrent);
        }
    });
}

#[test]
fn profiles_and_certificates_are_replaced_and_not_amended() {
    ExtBuilder::default().build_and_execute(|| {
        let profile = anchor(PATIENT, PATIENT, RecordKind::Profile, 1);
        let certificate = anchor(DOCTOR, DOCTOR, RecordKind::Certificate, 2);
        assert_noop!(try_amend(PATIENT, profile, 3), Error::<Test>::OwnRecordsAreReplaced);
        assert_noop!(try_amend(DOCTOR, certificate, 3), Error::<Test>::OwnRecordsAreReplaced);
    });
}

#[test]
fn an_amendment_needs_a_content_of_its_own() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let record = report(1);
        assert_noop!(try_amend(DOCTOR, record, 1), Error::<Test>::AlreadyAnchored);
    });
}
