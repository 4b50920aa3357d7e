use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use medchain_primitives::EnvelopeHash;
use sp_runtime::DispatchResult;

/// The envelope that is sealed to the new key.
const NEW: EnvelopeHash = EnvelopeHash([0xef; 32]);

fn reseal(owner: AccountId, records: &[RecordId], key_version: KeyVersion) -> DispatchResult {
    let records: Vec<_> = records.iter().map(|record| ResealedRecord { record: *record, envelope: NEW }).collect();
    Reports::reseal(RuntimeOrigin::signed(owner), records.try_into().unwrap(), key_version)
}

#[test]
fn a_patient_reseals_her_records_after_she_has_another_key() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let (one, two) = (report(1), prescription(2, 1));
        rotate_key(PATIENT);
        assert_ok!(reseal(PATIENT, &[one, two], 2));
        let (record, replaced, envelope) = (two, ENVELOPE, NEW);
        System::assert_last_event(Event::RecordResealed { record, replaced, envelope, key_version: 2 }.into());
        for record in [one, two] {
            let entry = Reports::record(record).unwrap();
            assert_eq!((entry.envelope, entry.key_version), (NEW, 2));
        }
    });
}

#[test]
fn what_is_superseded_or_entered_in_error_is_resealed_too() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let (superseded, retracted) = (report(1), report(2));
        assert_ok!(Reports::amend(RuntimeOrigin::signed(DOCTOR), superseded, document(3, 0)));
        assert_ok!(Reports::retract(RuntimeOrigin::signed(DOCTOR), retracted, RetractionReason::Duplicate));
        assert_ok!(reseal(PATIENT, &[superseded, retracted], 1));
    });
}

#[test]
fn a_doctor_reseals_its_certificate_before_it_is_verified_and_not_while_suspended() {
    ExtBuilder::default().build_and_execute(|| {
        set_status(DOCTOR, Status::Pending);
        let record = anchor(DOCTOR, DOCTOR, RecordKind::Certificate, 1);
        rotate_key(DOCTOR);
        set_status(DOCTOR, Status::Suspended);
        assert_noop!(reseal(DOCTOR, &[record], 2), Error::<Test>::NotActive);
        set_status(DOCTOR, Status::Pending);
        assert_ok!(reseal(DOCTOR, &[record], 2));
    });
}

#[test]
fn nobody_reseals_the_records_of_others() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let record = report(1);
        for other in [DOCTOR, OTHER_PATIENT, HOSPITAL] {
            assert_noop!(reseal(other, &[record], 1), Error::<Test>::NotThePatient);
        }
        assert_noop!(reseal(STRANGER, &[record], 1), Error::<Test>::NotAMember);
    });
}

#[test]
fn a_seal_for_a_replaced_key_the_same_envelope_and_an_erased_record_are_refused() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let (record, erased) = (report(1), report(2));
        assert_ok!(Reports::erase(RuntimeOrigin::signed(PATIENT), erased));
        rotate_key(PATIENT);
        assert_noop!(reseal(PATIENT, &[record], 1), Error::<Test>::KeyVersionNotCurrent);
        assert_noop!(reseal(PATIENT, &[record], 3), Error::<Test>::KeyVersionNotCurrent);
        assert_noop!(reseal(PATIENT, &[record, erased], 2), Error::<Test>::RecordErased);
        assert_noop!(reseal(PATIENT, &[record, record], 2), Error::<Test>::EnvelopeUnchanged);
        assert_noop!(reseal(PATIENT, &[record, RecordId(99)], 2), Error::<Test>::UnknownRecord);
        assert_noop!(reseal(PATIENT, &[], 2), Error::<Test>::NoDocuments);
        assert_ok!(reseal(PATIENT, &[record], 2));
    });
}

#[test]
fn nothing_is_anchored_with_a_seal_for_a_replaced_key() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        rotate_key(PATIENT);
        let anchor = |key_version| {
            let document = Document { key_version, ..document(1, 0) };
            Reports::anchor(RuntimeOrigin::signed(DOCTOR), id(PATIENT), RecordKind::Report, document)
        };
        assert_noop!(anchor(1), Error::<Test>::KeyVersionNotCurrent);
        assert_ok!(anchor(2));
        assert_eq!(Reports::record(RecordId::FIRST).unwrap().key_version, 2);
    });
}
