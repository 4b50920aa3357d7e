use super::*;

fn numbers(member: AccountId, cursor: Option<u64>, limit: u32) -> Vec<u64> {
    let page = AppointmentBook::appointments_page(id(member), cursor.map(AppointmentId), limit);
    page.into_iter().map(|(number, _)| number.0).collect()
}

#[test]
fn appointments_are_listed_newest_first_page_by_page() {
    ExtBuilder::default().build_and_execute(|| {
        // More than 256, so that the order of the bytes matters.
        for number in 1..=300 {
            assert_ok!(request(PATIENT, DOCTOR, number, number + 1));
            assert_ok!(AppointmentBook::decline(signed(DOCTOR), AppointmentId(number), REASON));
        }
        for member in [PATIENT, DOCTOR] {
            assert_eq!(numbers(member, None, 3), vec![300, 299, 298]);
            assert_eq!(numbers(member, Some(298), 3), vec![297, 296, 295]);
            assert_eq!(numbers(member, Some(257), 3), vec![256, 255, 254]);
            assert_eq!(numbers(member, Some(3), 100), vec![2, 1]);
            assert_eq!(numbers(member, Some(1), 100), vec![] as Vec<u64>);
            assert_eq!(numbers(member, None, 1_000).len(), 300);
            for cursor in 0..=302 {
                let expected: Vec<u64> = (1..=300).rev().filter(|number| *number < cursor).take(3).collect();
                assert_eq!(numbers(member, Some(cursor), 3), expected);
            }
        }
        assert_eq!(numbers(OTHER_DOCTOR, None, 10), vec![] as Vec<u64>);
    });
}

#[test]
fn a_member_sees_its_own_appointments_alone() {
    ExtBuilder::default()
        .with_request(PATIENT, DOCTOR, 0, 1)
        .with_request(OTHER_PATIENT, DOCTOR, 1, 2)
        .with_request(PATIENT, OTHER_DOCTOR, 2, 3)
        .build_and_execute(|| {
            assert_eq!(numbers(PATIENT, None, 10), vec![3, 1]);
            assert_eq!(numbers(OTHER_PATIENT, None, 10), vec![2]);
            assert_eq!(numbers(DOCTOR, None, 10), vec![2, 1]);
            assert_eq!(numbers(OTHER_DOCTOR, None, 10), vec![3]);
        });
}

#[test]
fn care_relations_are_listed_from_either_side_page_by_page() {
    ExtBuilder::default()
        .with_care(PATIENT, OTHER_DOCTOR)
        .with_care(PATIENT, DOCTOR)
        .with_accepted(OTHER_PATIENT, DOCTOR, 0, 1)
        .build_and_execute(|| {
            let pairs = |member, cursor: Option<AccountId>, limit| {
                let page = AppointmentBook::care_page(id(member), cursor.map(MemberId), limit);
                page.into_iter().map(|(patient, doctor, _)| (patient.0, doctor.0)).collect::<Vec<_>>()
            };
            assert_eq!(pairs(PATIENT, None, 10), vec![(PATIENT, DOCTOR), (PATIENT, OTHER_DOCTOR)]);
            assert_eq!(pairs(PATIENT, None, 1), vec![(PATIENT, DOCTOR)]);
            assert_eq!(pairs(PATIENT, Some(DOCTOR), 1), vec![(PATIENT, OTHER_DOCTOR)]);
            assert_eq!(pairs(PATIENT, Some(OTHER_DOCTOR), 1), vec![]);
            assert_eq!(pairs(DOCTOR, None, 10), vec![(PATIENT, DOCTOR), (OTHER_PATIENT, DOCTOR)]);
            assert_eq!(pairs(DOCTOR, Some(PATIENT), 10), vec![(OTHER_PATIENT, DOCTOR)]);
            let opened = CareRelation { since: NOW, appointment: Some(AppointmentId(1)) };
            assert_eq!(AppointmentBook::care_page(id(OTHER_PATIENT), None, 1)[0].2, opened);
        });
}
