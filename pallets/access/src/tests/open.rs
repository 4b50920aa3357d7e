use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use medchain_primitives::{RecordStatus, Status, DAY, MINUTE};

#[test]
fn reader_opens_a_record_and_the_chain_logs_who_what_when_and_why() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 2).build_and_execute(|| {
        pass(MINUTE);
        let at = NOW + MINUTE;
        assert_ok!(Access::ensure_may_open(&DOCTOR, REPORT));
        assert_ok!(open(DOCTOR, REPORT));
        let reading = Reading {
            record: REPORT,
            patient: id(PATIENT),
            reader: id(DOCTOR),
            purpose: Purpose::Treatment,
            basis: GrantBasis::Consent,
            opened_at: at,
            opened_in: 2,
            staff: None,
        };
        let logged = [(ReadingId::FIRST, reading)];
        assert_eq!(Access::readings_of_record(REPORT, None, 10), logged);
        assert_eq!(Access::readings_of_patient(id(PATIENT), None, 10), logged);
        assert_eq!(Access::readings_by_reader(id(DOCTOR), None, 10), logged);
        let closes_at = at + limits::READING_WINDOW;
        assert_eq!(window(REPORT, DOCTOR), Some(ReadingWindow { opened_at: at, closes_at, opened_in: 2, staff: None }));
        assert_eq!(held(REPORT, DOCTOR).unwrap().openings_left, 1);
        System::assert_last_event(
            Event::RecordOpened {
                reading: ReadingId::FIRST,
                record: REPORT,
                patient: id(PATIENT),
                reader: id(DOCTOR),
                purpose: Purpose::Treatment,
                closes_at,
                staff: None,
            }
            .into(),
        );
        assert_eq!(reads_until(DOCTOR, REPORT), Ok(closes_at));
    });
}

#[test]
fn one_opening_is_consumed_by_one_opening() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 1).build_and_execute(|| {
        assert_ok!(open(DOCTOR, REPORT));
        assert_noop!(open(DOCTOR, REPORT), Error::<Test>::WindowOpen);
        pass(limits::READING_WINDOW);
        assert_noop!(open(DOCTOR, REPORT), Error::<Test>::NoOpeningsLeft);
        assert_noop!(Access::ensure_may_open(&DOCTOR, REPORT), Error::<Test>::NoOpeningsLeft);
        assert_noop!(reads_until(DOCTOR, REPORT), Error::<Test>::NoWindow);
        assert_eq!(Access::readings_of_record(REPORT, None, 10).len(), 1);
    });
}

#[test]
fn every_opening_of_a_grant_is_used_once_and_logged() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 3).build_and_execute(|| {
        for used in 1..=3 {
            assert_ok!(open(DOCTOR, REPORT));
            assert_eq!(Access::readings_of_record(REPORT, None, 10).len(), used);
            pass(limits::READING_WINDOW);
        }
        assert_noop!(open(DOCTOR, REPORT), Error::<Test>::NoOpeningsLeft);
    });
}

#[test]
fn the_window_ends_by_itself() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 1).build_and_execute(|| {
        assert_ok!(open(DOCTOR, REPORT));
        pass(limits::READING_WINDOW - 1);
        assert_ok!(reads_until(DOCTOR, REPORT));
        pass(1);
        assert_noop!(reads_until(DOCTOR, REPORT), Error::<Test>::NoWindow);
    });
}

#[test]
fn a_window_ends_with_its_grant() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 1).build_and_execute(|| {
        pass(DAY - MINUTE);
        assert_ok!(open(DOCTOR, REPORT));
        assert_eq!(reads_until(DOCTOR, REPORT), Ok(NOW + DAY));
        pass(MINUTE);
        assert_noop!(reads_until(DOCTOR, REPORT), Error::<Test>::GrantExpired);
    });
}

#[test]
fn expired_grant_opens_nothing() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 5).build_and_execute(|| {
        pass(DAY);
        assert_noop!(open(DOCTOR, REPORT), Error::<Test>::GrantExpired);
    });
}

#[test]
fn nobody_opens_without_a_grant() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 1).build_and_execute(|| {
        assert_noop!(open(STRANGER, REPORT), Error::<Test>::NotAMember);
        assert_noop!(open(ADMINISTRATOR, REPORT), Error::<Test>::NotAMember);
        for patient in [PATIENT, OTHER_PATIENT] {
            assert_noop!(open(patient, REPORT), Error::<Test>::NotAProfessional);
        }
        assert_noop!(open(OTHER_DOCTOR, REPORT), Error::<Test>::NoGrant);
        assert_noop!(open(DOCTOR, OTHER_REPORT), Error::<Test>::NoGrant);
        assert_noop!(open(DOCTOR, NO_RECORD), Error::<Test>::UnknownRecord);
    });
}

#[test]
fn the_author_of_a_report_opens_it_by_grant_only() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        assert_noop!(open(DOCTOR, REPORT), Error::<Test>::NoGrant);
        assert_noop!(reads_until(DOCTOR, REPORT), Error::<Test>::NoGrant);
    });
}

#[test]
fn suspended_reader_neither_opens_nor_reads_and_regains_both_when_reinstated() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 2).with_grant(OTHER_REPORT, DOCTOR, 1).build_and_execute(|| {
        assert_ok!(open(DOCTOR, REPORT));
        set_status(DOCTOR, Status::Suspended);
        assert_noop!(open(DOCTOR, OTHER_REPORT), Error::<Test>::NotActive);
        assert_noop!(reads_until(DOCTOR, REPORT), Error::<Test>::NotActive);
        set_status(DOCTOR, Status::Active);
        assert_ok!(reads_until(DOCTOR, REPORT));
        assert_ok!(open(DOCTOR, OTHER_REPORT));
    });
}

#[test]
fn reinstated_reader_does_not_regain_what_expired_meanwhile() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 2).build_and_execute(|| {
        assert_ok!(open(DOCTOR, REPORT));
        set_status(DOCTOR, Status::Suspended);
        pass(limits::READING_WINDOW);
        set_status(DOCTOR, Status::Active);
        assert_noop!(reads_until(DOCTOR, REPORT), Error::<Test>::NoWindow);
        pass(DAY);
        assert_noop!(open(DOCTOR, REPORT), Error::<Test>::GrantExpired);
    });
}

#[test]
fn erased_record_is_opened_no_more() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 2).build_and_execute(|| {
        set_record_status(REPORT, RecordStatus::Erased);
        assert_noop!(open(DOCTOR, REPORT), Error::<Test>::RecordErased);
    });
}

#[test]
fn superseded_and_retracted_records_stay_readable() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 1).with_grant(OTHER_REPORT, DOCTOR, 1).build_and_execute(|| {
        for (record, status) in [(REPORT, RecordStatus::Superseded), (OTHER_REPORT, RecordStatus::EnteredInError)] {
            set_record_status(record, status);
            assert_ok!(open(DOCTOR, record));
            assert_ok!(reads_until(DOCTOR, record));
        }
    });
}

#[test]
fn a_seal_for_a_key_of_the_past_is_refused_before_it_uses_an_opening() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 1).build_and_execute(|| {
        rotate_key(DOCTOR);
        assert_noop!(open(DOCTOR, REPORT), Error::<Test>::KeyVersionNotCurrent);
        assert_noop!(Access::ensure_may_open(&DOCTOR, REPORT), Error::<Test>::KeyVersionNotCurrent);
    });
}

#[test]
fn readers_do_not_share_openings() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 1).with_grant(REPORT, HOSPITAL, 1).build_and_execute(|| {
        assert_ok!(open(DOCTOR, REPORT));
        assert_noop!(reads_until(HOSPITAL, REPORT), Error::<Test>::NoWindow);
        assert_ok!(open(HOSPITAL, REPORT));
        assert_ok!(reads_until(HOSPITAL, REPORT));
    });
}

#[test]
fn the_last_number_is_not_given_out() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 1).build_and_execute(|| {
        NextReadingId::<Test>::put(ReadingId(u64::MAX));
        assert_noop!(open(DOCTOR, REPORT), Error::<Test>::IdsExhausted);
        NextReadingId::<Test>::kill();
    });
}
