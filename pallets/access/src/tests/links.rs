use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use medchain_primitives::{LinkStatus, RecordStatus, Status, DAY, MINUTE};
use sp_runtime::{DispatchError, DispatchResult};

const COMMITMENT: LinkCommitment = LinkCommitment([7; 32]);
const LINK: LinkId = LinkId::FIRST;

fn recipient(key_version: u32) -> SealedRecipient {
    SealedRecipient { sealed: [0x5e; limits::SEALED_RECIPIENT as usize], key_version }
}

fn try_register(
    patient: AccountId,
    host: AccountId,
    list: &[RecordId],
    duration: Moment,
    openings: u32,
) -> DispatchResult {
    let records = list.to_vec().try_into().unwrap();
    Access::register_link(signed(patient), id(PATIENT), COMMITMENT, id(host), records, duration, openings)
}

/// The patient registers a link to two reports at the hospital, for a day.
fn register(openings: u32) {
    assert_ok!(try_register(PATIENT, HOSPITAL, &[REPORT, OTHER_REPORT], DAY, openings));
}

fn try_open(host: AccountId) -> Result<(), DispatchError> {
    Access::open_link(signed(host), LINK, recipient(1)).map(drop).map_err(|refusal| refusal.error)
}

fn status() -> LinkStatus {
    Access::link_status(&Links::<Test>::get(LINK).unwrap())
}

#[test]
fn patient_registers_a_link_and_finds_it_in_her_list() {
    ExtBuilder::default().build_and_execute(|| {
        register(3);
        let (patient, host) = (id(PATIENT), id(HOSPITAL));
        let expires_at = NOW + DAY;
        System::assert_last_event(Event::LinkRegistered { link: LINK, patient, host, expires_at, openings: 3 }.into());
        let (found, link) = Access::link_by_commitment(COMMITMENT).unwrap();
        assert_eq!((found, link.openings_left, link.registered_by), (LINK, 3, patient));
        assert_eq!(Access::links_of_patient(patient, None, 10), [(LINK, link)]);
        assert!(Access::links_of_patient(patient, Some(LINK), 10).is_empty());
        assert_eq!(status(), LinkStatus::Active);
    });
}

#[test]
fn host_opens_a_link_and_every_record_is_in_the_log() {
    ExtBuilder::default().build_and_execute(|| {
        register(2);
        assert_ok!(try_open(HOSPITAL));
        let (patient, host) = (id(PATIENT), id(HOSPITAL));
        let first_reading = ReadingId::FIRST;
        let opened = Event::LinkOpened { link: LINK, patient, host, first_reading, openings_left: 1 };
        System::assert_last_event(opened.into());
        let readings = Access::readings_of_patient(patient, None, 10);
        let seen: alloc::vec::Vec<_> = readings.iter().map(|(_, r)| (r.record, r.reader, r.basis, r.purpose)).collect();
        let by_link = |record| (record, host, GrantBasis::Link, Purpose::PatientRequest);
        assert_eq!(seen, [by_link(OTHER_REPORT), by_link(REPORT)]);
        pass(MINUTE);
        assert_ok!(try_open(HOSPITAL));
        let openings = Access::openings_of_link(LINK, None, 10);
        assert_eq!(
            openings.iter().map(|(first, _)| *first).collect::<alloc::vec::Vec<_>>(),
            [ReadingId(3), first_reading]
        );
        assert_eq!(openings[0].1.recipient, recipient(1));
        assert_eq!(Access::openings_of_link(LINK, Some(ReadingId(3)), 10).len(), 1);
        // A reader's window does not come with it.
        assert_noop!(reads_until(HOSPITAL, REPORT), Error::<Test>::NoGrant);
    });
}

#[test]
fn a_link_opens_as_often_as_it_was_registered_for_and_no_more() {
    ExtBuilder::default().build_and_execute(|| {
        register(2);
        assert_ok!(try_open(HOSPITAL));
        assert_ok!(try_open(HOSPITAL));
        assert_eq!(status(), LinkStatus::Exhausted);
        assert_noop!(try_open(HOSPITAL), Error::<Test>::LinkExhausted);
        assert_eq!(Access::openings_of_link(LINK, None, 10).len(), 2);
    });
}

#[test]
fn a_revoked_link_opens_no_more() {
    ExtBuilder::default().build_and_execute(|| {
        register(2);
        assert_ok!(try_open(HOSPITAL));
        for account in [OTHER_PATIENT, HOSPITAL, DOCTOR] {
            assert_noop!(Access::revoke_link(signed(account), LINK), Error::<Test>::NotThePatient);
        }
        assert_noop!(Access::revoke_link(signed(STRANGER), LINK), Error::<Test>::NotAMember);
        assert_noop!(Access::revoke_link(signed(PATIENT), LinkId(9)), Error::<Test>::UnknownLink);
        assert_ok!(Access::revoke_link(signed(PATIENT), LINK));
        System::assert_last_event(Event::LinkRevoked { link: LINK, patient: id(PATIENT) }.into());
        assert_noop!(try_open(HOSPITAL), Error::<Test>::LinkRevoked);
        assert_noop!(Access::revoke_link(signed(PATIENT), LINK), Error::<Test>::LinkRevoked);
        assert_eq!(status(), LinkStatus::Revoked);
        // Its log stays.
        assert_eq!(Access::openings_of_link(LINK, None, 10).len(), 1);
    });
}

#[test]
fn a_link_ends_at_its_time() {
    ExtBuilder::default().build_and_execute(|| {
        register(5);
        pass(DAY - 1);
        assert_ok!(try_open(HOSPITAL));
        pass(1);
        assert_noop!(try_open(HOSPITAL), Error::<Test>::LinkExpired);
        assert_eq!(status(), LinkStatus::Expired);
    });
}

#[test]
fn only_the_host_while_it_is_active_opens_a_link() {
    ExtBuilder::default().build_and_execute(|| {
        register(5);
        assert_noop!(try_open(PHARMACY), Error::<Test>::NotTheHost);
        for account in [DOCTOR, PATIENT] {
            assert_noop!(try_open(account), Error::<Test>::NotAnInstitution);
        }
        assert_noop!(try_open(STRANGER), Error::<Test>::NotAMember);
        set_status(HOSPITAL, Status::Suspended);
        assert_noop!(try_open(HOSPITAL), Error::<Test>::NotActive);
        set_status(HOSPITAL, Status::Active);
        let unknown = Access::open_link(signed(HOSPITAL), LinkId(9), recipient(1));
        assert_noop!(unknown, Error::<Test>::UnknownLink);
        rotate_key(PATIENT);
        assert_noop!(try_open(HOSPITAL), Error::<Test>::RecipientKeyNotCurrent);
        assert_ok!(Access::open_link(signed(HOSPITAL), LINK, recipient(2)));
    });
}

#[test]
fn an_erased_record_is_shown_no_more_and_the_last_one_ends_the_link() {
    ExtBuilder::default().build_and_execute(|| {
        register(5);
        set_record_status(REPORT, RecordStatus::Erased);
        assert_eq!(Access::shown_records(&Links::<Test>::get(LINK).unwrap()), [OTHER_REPORT]);
        assert_ok!(try_open(HOSPITAL));
        assert_eq!(Access::readings_of_patient(id(PATIENT), None, 10).len(), 1);
        assert!(Access::readings_of_record(REPORT, None, 10).is_empty());
        set_record_status(OTHER_REPORT, RecordStatus::Erased);
        assert_noop!(try_open(HOSPITAL), Error::<Test>::RecordErased);
        assert_eq!(status(), LinkStatus::Erased);
    });
}

#[test]
fn a_grant_of_the_same_record_to_the_host_is_not_touched_by_a_link() {
    ExtBuilder::default().with_grant(REPORT, HOSPITAL, 1).build_and_execute(|| {
        register(1);
        pass(MINUTE);
        assert_ok!(try_open(HOSPITAL));
        assert_eq!(held(REPORT, HOSPITAL).unwrap().openings_left, 1);
        assert_ok!(open(HOSPITAL, REPORT));
    });
}

#[test]
fn a_guardian_who_decides_makes_and_revokes_links_in_the_patients_name() {
    ExtBuilder::default().build_and_execute(|| {
        let by_guardian = || try_register(OTHER_PATIENT, HOSPITAL, &[REPORT], DAY, 1);
        assert_noop!(by_guardian(), Error::<Test>::NotThePatient);
        let scope = GuardianScope { decide: true, read: false };
        assert_ok!(Access::appoint_guardian(signed(PATIENT), id(OTHER_PATIENT), scope, NOW + DAY));
        assert_ok!(by_guardian());
        assert_eq!(Links::<Test>::get(LINK).unwrap().registered_by, id(OTHER_PATIENT));
        assert_ok!(Access::revoke_link(signed(OTHER_PATIENT), LINK));
    });
}

#[test]
fn what_no_link_can_be_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        let records = &[REPORT];
        for (host, duration, openings, error) in [
            (DOCTOR, DAY, 1, Error::<Test>::NotAnInstitution),
            (STRANGER, DAY, 1, Error::<Test>::NotAnInstitution),
            (HOSPITAL, limits::LINK_MIN - 1, 1, Error::<Test>::LinkDurationOutOfRange),
            (HOSPITAL, limits::LINK_MAX + 1, 1, Error::<Test>::LinkDurationOutOfRange),
            (HOSPITAL, DAY, 0, Error::<Test>::OpeningsOutOfRange),
            (HOSPITAL, DAY, limits::LINK_OPENINGS_MAX + 1, Error::<Test>::OpeningsOutOfRange),
        ] {
            assert_noop!(try_register(PATIENT, host, records, duration, openings), error);
        }
        for account in [DOCTOR, HOSPITAL, OTHER_PATIENT] {
            assert_noop!(try_register(account, HOSPITAL, records, DAY, 1), Error::<Test>::NotThePatient);
        }
        set_status(PHARMACY, Status::Suspended);
        assert_noop!(try_register(PATIENT, PHARMACY, records, DAY, 1), Error::<Test>::NotAnInstitution);
        for (list, error) in [
            (&[][..], Error::<Test>::NoRecords),
            (&[REPORT, REPORT][..], Error::<Test>::DuplicateRecord),
            (&[NO_RECORD][..], Error::<Test>::UnknownRecord),
            (&[REPORT, FOREIGN_REPORT][..], Error::<Test>::RecordOfAnotherPatient),
            (&[CERTIFICATE][..], Error::<Test>::RecordOfAnotherPatient),
        ] {
            assert_noop!(try_register(PATIENT, HOSPITAL, list, DAY, 1), error);
        }
        set_record_status(REPORT, RecordStatus::Erased);
        assert_noop!(try_register(PATIENT, HOSPITAL, records, DAY, 1), Error::<Test>::RecordErased);
        set_record_status(REPORT, RecordStatus::EnteredInError);
        assert_noop!(try_register(PATIENT, HOSPITAL, records, DAY, 1), Error::<Test>::RecordEnteredInError);
        set_record_status(REPORT, RecordStatus::Superseded);
        assert_ok!(try_register(PATIENT, HOSPITAL, records, limits::LINK_MIN, limits::LINK_OPENINGS_MAX));
        let again = try_register(PATIENT, HOSPITAL, &[OTHER_REPORT], DAY, 1);
        assert_noop!(again, Error::<Test>::LinkTaken);
    });
}

#[test]
fn an_opening_pays_for_the_records_that_it_shows() {
    ExtBuilder::default().build_and_execute(|| {
        register(1);
        let opened = Access::open_link(signed(HOSPITAL), LINK, recipient(1)).unwrap();
        assert_eq!(opened.actual_weight, Some(<() as WeightInfo>::open_link(2)));
    });
}
