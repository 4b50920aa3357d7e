use crate::{mock::*, *};
use frame_support::assert_ok;

#[test]
fn an_inbox_lists_in_order_page_by_page() {
    ExtBuilder::default().build_and_execute(|| {
        // The numbers around 256 tell their order from that of their little-endian bytes.
        NextRequestId::<Test>::put(RequestId(250));
        for requester in [DOCTOR, OTHER_DOCTOR] {
            for _ in 0..limits::INBOX_PER_REQUESTER_MAX {
                request(requester, &[REPORT]);
            }
        }
        let numbers =
            |page: Vec<(RequestId, AccessRequest<AccountId>)>| page.into_iter().map(|(id, _)| id.0).collect::<Vec<_>>();
        let first = numbers(Access::inbox(id(PATIENT), None, 10));
        assert_eq!(first, (250..260).collect::<Vec<_>>());
        assert_eq!(numbers(Access::inbox(id(PATIENT), Some(RequestId(259)), 10)), (260..266).collect::<Vec<_>>());
        assert!(Access::inbox(id(PATIENT), Some(RequestId(265)), 10).is_empty());
        assert_eq!(numbers(Access::requests_by(id(OTHER_DOCTOR), None, 100)), (258..266).collect::<Vec<_>>());
        assert_eq!(numbers(Access::requests_by(id(OTHER_DOCTOR), Some(RequestId(263)), 100)), [264, 265]);
        assert!(Access::inbox(id(OTHER_PATIENT), None, 10).is_empty());
    });
}

#[test]
fn the_read_log_lists_newest_first_page_by_page() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 10).with_grant(OTHER_REPORT, DOCTOR, 10).build_and_execute(|| {
        for _ in 0..4 {
            assert_ok!(open(DOCTOR, REPORT));
            assert_ok!(open(DOCTOR, OTHER_REPORT));
            pass(limits::READING_WINDOW);
        }
        let numbers = |page: Vec<(ReadingId, _)>| page.into_iter().map(|(id, _)| id.0).collect::<Vec<_>>();
        let patient = |cursor| numbers(Access::readings_of_patient(id(PATIENT), cursor, 5));
        assert_eq!(patient(None), [8, 7, 6, 5, 4]);
        assert_eq!(patient(Some(ReadingId(4))), [3, 2, 1]);
        assert_eq!(numbers(Access::readings_of_record(REPORT, None, 3)), [7, 5, 3]);
        assert_eq!(numbers(Access::readings_of_record(REPORT, Some(ReadingId(3)), 3)), [1]);
        assert_eq!(numbers(Access::readings_by_reader(id(DOCTOR), Some(ReadingId(3)), 9)), [2, 1]);
    });
}

#[test]
fn grants_list_by_reader_and_by_record() {
    ExtBuilder::default()
        .with_grant(OTHER_REPORT, DOCTOR, 1)
        .with_grant(REPORT, DOCTOR, 1)
        .with_grant(REPORT, HOSPITAL, 1)
        .build_and_execute(|| {
            let of_reader = |cursor, limit| {
                let page = Access::grants_of_reader(id(DOCTOR), cursor, limit);
                page.into_iter().map(|(record, _)| record).collect::<Vec<_>>()
            };
            assert_eq!(of_reader(None, 10), [REPORT, OTHER_REPORT]);
            assert_eq!(of_reader(Some(REPORT), 10), [OTHER_REPORT]);
            assert_eq!(of_reader(None, 1), [REPORT]);

            let first = Access::grants_of_record(REPORT, None, 1);
            let second = Access::grants_of_record(REPORT, Some(first[0].0), 10);
            let mut readers = [first[0].0, second[0].0];
            readers.sort();
            assert_eq!(readers, [id(DOCTOR), id(HOSPITAL)]);
            assert_eq!((first.len(), second.len()), (1, 1));
        });
}

#[test]
fn grants_of_a_patient_list_reader_by_reader() {
    ExtBuilder::default()
        .with_grant(OTHER_REPORT, DOCTOR, 1)
        .with_grant(REPORT, DOCTOR, 1)
        .with_grant(REPORT, HOSPITAL, 1)
        .build_and_execute(|| {
            let page = |cursor, limit| {
                let page = Access::grants_of_patient(id(PATIENT), cursor, limit);
                page.into_iter().map(|(reader, record, _)| (reader, record)).collect::<Vec<_>>()
            };
            let all = page(None, 10);
            let of_doctor = [(id(DOCTOR), REPORT), (id(DOCTOR), OTHER_REPORT)];
            assert!(all.windows(2).any(|pair| pair == of_doctor), "{all:?}");
            assert!(all.contains(&(id(HOSPITAL), REPORT)) && all.len() == 3, "{all:?}");
            assert_eq!(page(None, 2), all[..2]);
            assert_eq!(page(Some(all[1]), 10), all[2..]);
            assert!(Access::grants_of_patient(id(OTHER_PATIENT), None, 10).is_empty());
        });
}

#[test]
fn a_page_has_no_more_than_the_limit() {
    ExtBuilder::default().build_and_execute(|| {
        for number in 0..u64::from(limits::PAGE_MAX) + 1 {
            let record = RecordId(1_000 + number);
            anchor(record, PATIENT, DOCTOR, RecordKind::Report);
            grant(DOCTOR, record, 1);
            assert_ok!(open(DOCTOR, record));
        }
        let most = limits::PAGE_MAX as usize;
        assert_eq!(Access::grants_of_reader(id(DOCTOR), None, u32::MAX).len(), most);
        assert_eq!(Access::readings_by_reader(id(DOCTOR), None, u32::MAX).len(), most);
        assert!(Access::grants_of_reader(id(DOCTOR), None, 0).is_empty());
    });
}
