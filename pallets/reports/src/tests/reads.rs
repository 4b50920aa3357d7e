use crate::{mock::*, *};
use frame_support::assert_ok;

fn numbers(page: Vec<(RecordId, Record)>) -> Vec<u64> {
    page.into_iter().map(|(record, _)| record.0).collect()
}

#[test]
fn records_of_a_patient_list_in_order_page_by_page() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).under_care(OTHER_PATIENT, DOCTOR).build_and_execute(|| {
        // Enough to tell the order of numbers from the order of their little-endian bytes.
        for number in 0..=255 {
            let mut content = [0xff; 32];
            content[0] = number;
            let report = Document { content: ContentRoot(content), ..document(0, 0) };
            assert_ok!(Reports::anchor(RuntimeOrigin::signed(DOCTOR), id(PATIENT), RecordKind::Report, report));
        }
        anchor(PATIENT, PATIENT, RecordKind::Profile, 0);
        anchor(OTHER_PATIENT, OTHER_PATIENT, RecordKind::Profile, 1);
        let all: Vec<u64> = (1..=257).collect();
        let mut listed = Vec::new();
        let mut cursor = None;
        loop {
            let page = numbers(Reports::records_of(id(PATIENT), None, cursor, 90));
            assert!(page.len() <= 90);
            let Some(last) = page.last() else { break };
            cursor = Some(RecordId(*last));
            listed.extend(page);
        }
        assert_eq!(listed, all);
        for cursor in 0..=258 {
            let expected: Vec<u64> = all.iter().copied().filter(|number| *number > cursor).take(3).collect();
            assert_eq!(numbers(Reports::records_of(id(PATIENT), None, Some(RecordId(cursor)), 3)), expected);
        }
    });
}

#[test]
fn a_page_has_no_more_than_the_limit() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        for seed in 0..=limits::PAGE_MAX as u8 {
            report(seed);
        }
        assert_eq!(Reports::records_of(id(PATIENT), None, None, u32::MAX).len(), limits::PAGE_MAX as usize);
        assert!(Reports::records_of(id(PATIENT), None, None, 0).is_empty());
    });
}

#[test]
fn records_of_a_patient_list_by_kind() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        report(1);
        anchor(DOCTOR, PATIENT, RecordKind::Prescription, 2);
        report(3);
        assert_eq!(numbers(Reports::records_of(id(PATIENT), Some(RecordKind::Report), None, 10)), [1, 3]);
        let after_first = Some(RecordId(1));
        assert_eq!(numbers(Reports::records_of(id(PATIENT), Some(RecordKind::Report), after_first, 10)), [3]);
        assert!(Reports::records_of(id(PATIENT), Some(RecordKind::Profile), None, 10).is_empty());
    });
}

#[test]
fn the_directory_tells_what_other_pallets_need() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let record = report(1);
        assert_eq!(
            <Reports as RecordDirectory>::record(record),
            Some(RecordInfo {
                patient: id(PATIENT),
                author: id(DOCTOR),
                kind: RecordKind::Report,
                status: RecordStatus::Current,
                anchored_at: NOW,
            })
        );
        assert_eq!(<Reports as RecordDirectory>::record(RecordId(9)), None);
        assert_eq!(Reports::current_own_record(id(PATIENT)), None);
    });
}

#[test]
fn a_patient_is_written_about_by_reports_and_prescriptions_and_not_by_her_profile() {
    for kind in [RecordKind::Report, RecordKind::Prescription] {
        ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
            anchor(PATIENT, PATIENT, RecordKind::Profile, 1);
            assert!(!Reports::is_written_about(id(PATIENT)));
            anchor(DOCTOR, PATIENT, kind, 2);
            assert!(Reports::is_written_about(id(PATIENT)));
            assert!(!Reports::is_written_about(id(OTHER_PATIENT)));
        });
    }
}
