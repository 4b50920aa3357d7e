use crate::{mock::*, *};
use alloc::vec;
use frame_support::{
    assert_noop, assert_ok,
    dispatch::{DispatchResultWithPostInfo, GetDispatchInfo},
};
use medchain_primitives::{Moment, ReaderSeal, Seal, VersionedSeal};

fn try_anchor(
    author: AccountId,
    patient: AccountId,
    kind: RecordKind,
    size: u64,
    fills: u8,
) -> DispatchResultWithPostInfo {
    let document = Document { size, valid_until: validity(kind), ..document(1, fills) };
    Reports::anchor(RuntimeOrigin::signed(author), id(patient), kind, document)
}

fn validity(kind: RecordKind) -> Option<Moment> {
    (kind == RecordKind::Prescription).then_some(NOW + VALIDITY)
}

#[test]
fn doctor_anchors_a_report_of_a_patient_under_care() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        assert_ok!(try_anchor(DOCTOR, PATIENT, RecordKind::Report, SIZE, 0));
        assert_eq!(
            Reports::record(RecordId(1)),
            Some(Record {
                patient: id(PATIENT),
                author: id(DOCTOR),
                kind: RecordKind::Report,
                status: RecordStatus::Current,
                content: content(1),
                size: SIZE,
                envelope: ENVELOPE,
                key_version: 1,
                anchored_at: NOW,
                supersedes: None,
                superseded_by: None,
                fills: 0,
                fills_left: 0,
                valid_until: None,
                retraction: None,
                dispute: None,
            })
        );
        assert_eq!(Reports::anchored_by(id(DOCTOR), content(1)), Some(RecordId(1)));
        assert!(Reports::is_anchored(content(1)));
        System::assert_last_event(
            Event::RecordAnchored {
                record: RecordId(1),
                patient: id(PATIENT),
                author: id(DOCTOR),
                kind: RecordKind::Report,
                content: content(1),
            }
            .into(),
        );
    });
}

#[test]
fn doctor_anchors_a_prescription_with_its_fills() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        assert_ok!(try_anchor(DOCTOR, PATIENT, RecordKind::Prescription, SIZE, limits::FILLS_MAX));
        let record = Reports::record(RecordId(1)).unwrap();
        assert_eq!((record.fills, record.fills_left), (limits::FILLS_MAX, limits::FILLS_MAX));
        assert_eq!(record.valid_until, Some(NOW + VALIDITY));
    });
}

#[test]
fn a_prescription_is_valid_until_a_time_within_a_year_and_nothing_else_is() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let latest = NOW + limits::PRESCRIPTION_VALIDITY_MAX;
        let anchor = |kind, fills, valid_until| {
            let document = Document { valid_until, ..document(1, fills) };
            Reports::anchor(RuntimeOrigin::signed(DOCTOR), id(PATIENT), kind, document)
        };
        for end in [None, Some(NOW), Some(latest + 1)] {
            assert_noop!(anchor(RecordKind::Prescription, 1, end), Error::<Test>::ValidityOutOfRange);
        }
        assert_noop!(anchor(RecordKind::Report, 0, Some(NOW + 1)), Error::<Test>::ValidityOutOfRange);
        assert_ok!(anchor(RecordKind::Prescription, 1, Some(latest)));
    });
}

#[test]
fn a_record_is_anchored_with_the_seals_that_the_patients_consents_ask_for() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        Sealed::set([id(HOSPITAL)].into());
        assert!(try_anchor(DOCTOR, PATIENT, RecordKind::Report, SIZE, 0).is_err());
        let seal = VersionedSeal { seal: Seal([1; 80]), key_version: 1 };
        let seals = vec![ReaderSeal { reader: id(HOSPITAL), seal }].try_into().unwrap();
        let document = Document { seals, ..document(1, 0) };
        assert_ok!(Reports::anchor(RuntimeOrigin::signed(DOCTOR), id(PATIENT), RecordKind::Report, document));
    });
}

#[test]
fn anchoring_pays_for_those_who_were_looked_at() {
    let most = limits::NEW_RECORD_SEALS_MAX;
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let seal = VersionedSeal { seal: Seal([1; 80]), key_version: 1 };
        let sealed = |seed| {
            let seals = vec![ReaderSeal { reader: id(HOSPITAL), seal }].try_into().unwrap();
            Document { seals, ..document(seed, 0) }
        };
        let (patient, kind) = (id(PATIENT), RecordKind::Report);
        let anchor = Call::<Test>::anchor { patient, kind, document: sealed(1) };
        assert_eq!(anchor.get_dispatch_info().call_weight, <() as WeightInfo>::anchor(1, most - 1));
        let (patient, kind) = (id(DOCTOR), RecordKind::Certificate);
        let certificate = Call::<Test>::anchor { patient, kind, document: document(1, 0) };
        assert_eq!(certificate.get_dispatch_info().call_weight, <() as WeightInfo>::anchor_own(0, 0));
        let amend = Call::<Test>::amend { record: RecordId(1), document: document(2, 0) };
        assert_eq!(amend.get_dispatch_info().call_weight, <() as WeightInfo>::amend(0, most));

        let (patient, kind) = (id(PATIENT), RecordKind::Report);
        let doctor = || RuntimeOrigin::signed(DOCTOR);
        let weight = |result: DispatchResultWithPostInfo| result.unwrap().actual_weight.unwrap();
        let none = Reports::anchor(doctor(), patient, kind, document(1, 0));
        assert_eq!(weight(none), <() as WeightInfo>::anchor(0, PASSED_OVER));
        let amended = Reports::amend(doctor(), RecordId(1), document(2, 0));
        assert_eq!(weight(amended), <() as WeightInfo>::amend(0, PASSED_OVER));
        let profile = Reports::anchor(RuntimeOrigin::signed(PATIENT), patient, RecordKind::Profile, document(3, 0));
        assert_eq!(weight(profile), <() as WeightInfo>::anchor_own(0, PASSED_OVER));

        Sealed::set([id(HOSPITAL)].into());
        let one = Reports::anchor(doctor(), patient, kind, sealed(4));
        assert_eq!(weight(one), <() as WeightInfo>::anchor(1, PASSED_OVER));
        let records: Vec<_> = [5, 6].map(|seed| NewRecord { patient, kind, document: sealed(seed) }).into();
        let both = Reports::anchor_batch(doctor(), records.try_into().unwrap());
        assert_eq!(weight(both), <() as WeightInfo>::anchor(1, PASSED_OVER) * 2);
    });
}

#[test]
fn a_new_profile_supersedes_the_patients_current_one() {
    ExtBuilder::default().build_and_execute(|| {
        let old = anchor(PATIENT, PATIENT, RecordKind::Profile, 1);
        assert_eq!(Reports::current_own_record(id(PATIENT)), Some(old));
        let new = anchor(PATIENT, PATIENT, RecordKind::Profile, 2);
        assert_eq!(Reports::current_own_record(id(PATIENT)), Some(new));
        let (old_record, new_record) = (Reports::record(old).unwrap(), Reports::record(new).unwrap());
        assert_eq!((old_record.status, old_record.superseded_by), (RecordStatus::Superseded, Some(new)));
        assert_eq!((new_record.status, new_record.supersedes), (RecordStatus::Current, Some(old)));
        System::assert_last_event(Event::RecordAmended { record: new, supersedes: old }.into());
    });
}

#[test]
fn professionals_anchor_their_certificates_before_and_after_verification() {
    for status in [Status::Pending, Status::Active, Status::Rejected] {
        ExtBuilder::default().build_and_execute(|| {
            for (seed, author) in [DOCTOR, HOSPITAL, PHARMACY].into_iter().enumerate() {
                set_status(author, status);
                let record = anchor(author, author, RecordKind::Certificate, seed as u8);
                assert_eq!(Reports::current_own_record(id(author)), Some(record));
            }
        });
    }
}

#[test]
fn suspended_professional_anchors_nothing() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        set_status(DOCTOR, Status::Suspended);
        for (patient, kind) in [(DOCTOR, RecordKind::Certificate), (PATIENT, RecordKind::Report)] {
            assert_noop!(try_anchor(DOCTOR, patient, kind, SIZE, 0), Error::<Test>::NotActive);
        }
    });
}

#[test]
fn doctor_who_waits_for_verification_writes_no_report() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        for status in [Status::Pending, Status::Rejected] {
            set_status(DOCTOR, status);
            assert_noop!(try_anchor(DOCTOR, PATIENT, RecordKind::Report, SIZE, 0), Error::<Test>::NotActive);
        }
    });
}

#[test]
fn stranger_anchors_nothing() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(try_anchor(STRANGER, STRANGER, RecordKind::Profile, SIZE, 0), Error::<Test>::NotAMember);
    });
}

#[test]
fn each_role_writes_its_kinds_only() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        for (author, patient, kind) in [
            (PATIENT, PATIENT, RecordKind::Report),
            (PATIENT, PATIENT, RecordKind::Prescription),
            (PATIENT, PATIENT, RecordKind::Certificate),
            (DOCTOR, DOCTOR, RecordKind::Profile),
            (HOSPITAL, PATIENT, RecordKind::Report),
            (HOSPITAL, HOSPITAL, RecordKind::Profile),
            (PHARMACY, PATIENT, RecordKind::Prescription),
        ] {
            assert_noop!(try_anchor(author, patient, kind, SIZE, 0), Error::<Test>::KindNotForRole);
        }
    });
}

#[test]
fn nobody_writes_the_profile_or_certificate_of_another() {
    ExtBuilder::default().build_and_execute(|| {
        for (author, patient, kind) in
            [(PATIENT, OTHER_PATIENT, RecordKind::Profile), (DOCTOR, OTHER_DOCTOR, RecordKind::Certificate)]
        {
            assert_noop!(try_anchor(author, patient, kind, SIZE, 0), Error::<Test>::OwnRecordsOnly);
        }
    });
}

#[test]
fn a_report_is_for_a_registered_patient() {
    ExtBuilder::default().under_care(HOSPITAL, DOCTOR).under_care(STRANGER, DOCTOR).build_and_execute(|| {
        for patient in [HOSPITAL, STRANGER] {
            assert_noop!(try_anchor(DOCTOR, patient, RecordKind::Report, SIZE, 0), Error::<Test>::UnknownPatient);
        }
    });
}

#[test]
fn doctor_without_the_patient_under_care_writes_no_report() {
    ExtBuilder::default().under_care(PATIENT, OTHER_DOCTOR).build_and_execute(|| {
        assert_noop!(try_anchor(DOCTOR, PATIENT, RecordKind::Report, SIZE, 0), Error::<Test>::NotUnderCare);
    });
}

#[test]
fn fills_fit_the_kind() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        for (kind, fills) in
            [(RecordKind::Prescription, 0), (RecordKind::Prescription, limits::FILLS_MAX + 1), (RecordKind::Report, 1)]
        {
            assert_noop!(try_anchor(DOCTOR, PATIENT, kind, SIZE, fills), Error::<Test>::FillsOutOfRange);
        }
        assert_noop!(try_anchor(PATIENT, PATIENT, RecordKind::Profile, SIZE, 1), Error::<Test>::FillsOutOfRange);
    });
}

#[test]
fn sizes_are_bounded_by_kind() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let (report, profile) = (RecordKind::Report, RecordKind::Profile);
        let (most, own_most) = (limits::CONTENT_MAX, limits::OWN_CONTENT_MAX);
        assert_noop!(try_anchor(DOCTOR, PATIENT, report, 0, 0), Error::<Test>::ContentEmpty);
        assert_noop!(try_anchor(DOCTOR, PATIENT, report, most + 1, 0), Error::<Test>::ContentTooLarge);
        assert_noop!(try_anchor(PATIENT, PATIENT, profile, own_most + 1, 0), Error::<Test>::ContentTooLarge);
        assert_ok!(try_anchor(DOCTOR, PATIENT, report, most, 0));
        let largest = Document { size: own_most, ..document(2, 0) };
        assert_ok!(Reports::anchor(RuntimeOrigin::signed(PATIENT), id(PATIENT), profile, largest));
    });
}

#[test]
fn author_anchors_a_content_once_even_after_its_erasure() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).under_care(OTHER_PATIENT, DOCTOR).build_and_execute(|| {
        let record = report(1);
        for patient in [PATIENT, OTHER_PATIENT] {
            let again = try_anchor(DOCTOR, patient, RecordKind::Report, SIZE, 0);
            assert_noop!(again, Error::<Test>::AlreadyAnchored);
        }
        assert_ok!(Reports::erase(RuntimeOrigin::signed(PATIENT), record));
        assert_noop!(try_anchor(DOCTOR, PATIENT, RecordKind::Report, SIZE, 0), Error::<Test>::AlreadyAnchored);
    });
}

#[test]
fn nobody_anchors_the_content_of_anothers_record() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).under_care(PATIENT, OTHER_DOCTOR).build_and_execute(|| {
        let record = report(1);
        for (author, kind) in [(OTHER_DOCTOR, RecordKind::Report), (PATIENT, RecordKind::Profile)] {
            assert_noop!(try_anchor(author, PATIENT, kind, SIZE, 0), Error::<Test>::ContentTaken);
        }
        assert_eq!(Reports::anchored_by(id(DOCTOR), content(1)), Some(record));
        assert_eq!(Reports::anchored_by(id(OTHER_DOCTOR), content(1)), None);
        // What is erased is nobody's, and gone from the vaults.
        assert_ok!(Reports::erase(RuntimeOrigin::signed(PATIENT), record));
        assert_ok!(try_anchor(OTHER_DOCTOR, PATIENT, RecordKind::Report, SIZE, 0));
    });
}

#[test]
fn the_last_number_is_not_given_out() {
    ExtBuilder::default().build_and_execute(|| {
        NextRecordId::<Test>::put(RecordId(u64::MAX));
        let refused = try_anchor(PATIENT, PATIENT, RecordKind::Profile, SIZE, 0);
        assert_noop!(refused, Error::<Test>::RecordIdsExhausted);
        NextRecordId::<Test>::kill();
    });
}
