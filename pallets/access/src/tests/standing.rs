use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use medchain_primitives::{ReaderSeal, RecordConsents, Status, DAY};
use sp_runtime::{DispatchError, DispatchResult};

const UNTIL: Moment = NOW + 30 * DAY;
const REPORTS: RecordKinds = RecordKinds { profile: false, report: true, prescription: false };
const NEW: RecordId = RecordId(50);

fn try_give(patient: AccountId, reader: AccountId, kinds: RecordKinds, until: Moment) -> DispatchResult {
    Access::give_standing_consent(signed(patient), id(PATIENT), id(reader), kinds, Purpose::Treatment, until)
}

/// The doctor anchors a report with seals to these readers, as the reports pallet does.
fn try_anchor(record: RecordId, readers: &[AccountId]) -> Result<u32, DispatchError> {
    anchor(record, PATIENT, OTHER_DOCTOR, RecordKind::Report);
    let seals: alloc::vec::Vec<_> =
        readers.iter().map(|reader| ReaderSeal { reader: id(*reader), seal: seal(1) }).collect();
    frame_support::storage::with_storage_layer(|| {
        Access::seal_new_record(record, RecordList::record(record).unwrap(), &seals)
    })
}

#[test]
fn a_new_report_is_sealed_to_the_family_doctor_and_opened_without_a_request() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(try_give(PATIENT, DOCTOR, REPORTS, UNTIL));
        let (patient, reader) = (id(PATIENT), id(DOCTOR));
        System::assert_last_event(Event::StandingConsentGiven { patient, reader, kinds: REPORTS, until: UNTIL }.into());
        let readers: alloc::vec::Vec<_> =
            Access::recipients(patient, RecordKind::Report).iter().map(|recipient| recipient.member.id).collect();
        assert_eq!(readers, [reader]);
        assert!(Access::recipients(patient, RecordKind::Prescription).is_empty());
        // One was looked at; for a prescription too, and passed over.
        assert_ok!(try_anchor(NEW, &[DOCTOR]), 1);
        anchor(RecordId(51), PATIENT, OTHER_DOCTOR, RecordKind::Prescription);
        assert_ok!(Access::seal_new_record(RecordId(51), RecordList::record(RecordId(51)).unwrap(), &[]), 1);
        let grant = held(NEW, DOCTOR).unwrap();
        assert_eq!((grant.basis, grant.expires_at, grant.granted_by), (GrantBasis::Standing, UNTIL, patient));
        assert!(Access::holds_grant(NEW, reader));
        assert_ok!(open(DOCTOR, NEW));
        assert_eq!(Access::readings_of_record(NEW, None, 1)[0].1.basis, GrantBasis::Standing);
    });
}

#[test]
fn an_author_seals_to_exactly_those_whom_the_patient_named() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(try_anchor(RecordId(40), &[]));
        assert_noop!(try_anchor(RecordId(41), &[HOSPITAL]), Error::<Test>::SealNotAskedFor);
        assert_ok!(try_give(PATIENT, DOCTOR, REPORTS, UNTIL));
        assert_ok!(try_give(PATIENT, HOSPITAL, REPORTS, UNTIL));
        assert_noop!(try_anchor(RecordId(42), &[DOCTOR]), Error::<Test>::SealMissing);
        assert_noop!(try_anchor(RecordId(43), &[DOCTOR, DOCTOR]), Error::<Test>::SealMissing);
        assert_noop!(try_anchor(RecordId(44), &[DOCTOR, HOSPITAL, DOCTOR]), Error::<Test>::SealNotAskedFor);
        assert_noop!(try_anchor(RecordId(49), &[DOCTOR, PHARMACY]), Error::<Test>::SealNotAskedFor);
        assert_noop!(try_anchor(RecordId(45), &[DOCTOR, HOSPITAL, PHARMACY]), Error::<Test>::SealNotAskedFor);
        rotate_key(HOSPITAL);
        assert_noop!(try_anchor(RecordId(46), &[DOCTOR, HOSPITAL]), Error::<Test>::KeyVersionNotCurrent);
        // A suspended reader receives nothing, and is in nobody's way.
        set_status(HOSPITAL, Status::Suspended);
        assert_ok!(try_anchor(RecordId(47), &[DOCTOR]));
        pass(30 * DAY);
        assert_ok!(try_anchor(RecordId(48), &[]));
    });
}

#[test]
fn what_was_granted_under_a_standing_consent_ends_with_it_and_does_not_rise_again() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(try_give(PATIENT, DOCTOR, REPORTS, UNTIL));
        assert_ok!(try_anchor(NEW, &[DOCTOR]));
        assert_ok!(open(DOCTOR, NEW));
        assert_ok!(Access::revoke_standing_consent(signed(PATIENT), id(PATIENT), id(DOCTOR)));
        System::assert_last_event(Event::StandingConsentRevoked { patient: id(PATIENT), reader: id(DOCTOR) }.into());
        assert_noop!(reads_until(DOCTOR, NEW), Error::<Test>::StandingConsentEnded);
        pass(limits::READING_WINDOW);
        assert_ok!(try_give(PATIENT, DOCTOR, REPORTS, UNTIL));
        assert_noop!(open(DOCTOR, NEW), Error::<Test>::StandingConsentEnded);
        let again = Access::revoke_standing_consent(signed(PATIENT), id(PATIENT), id(HOSPITAL));
        assert_noop!(again, Error::<Test>::NoStandingConsent);
    });
}

#[test]
fn a_standing_consent_that_is_extended_keeps_what_rests_on_it_unless_its_kinds_go() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(try_give(PATIENT, DOCTOR, REPORTS, UNTIL));
        assert_ok!(try_anchor(NEW, &[DOCTOR]));
        pass(DAY);
        assert_ok!(try_give(PATIENT, DOCTOR, REPORTS, UNTIL + DAY));
        assert_ok!(Access::ensure_may_open(&DOCTOR, NEW));
        let prescriptions = RecordKinds { prescription: true, ..Default::default() };
        assert_ok!(try_give(PATIENT, DOCTOR, prescriptions, UNTIL));
        assert_noop!(Access::ensure_may_open(&DOCTOR, NEW), Error::<Test>::StandingConsentEnded);
    });
}

#[test]
fn nobody_else_takes_a_standing_consent_back() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(try_give(PATIENT, DOCTOR, REPORTS, UNTIL));
        let revoke = |who| Access::revoke_standing_consent(signed(who), id(PATIENT), id(DOCTOR));
        for account in [OTHER_PATIENT, DOCTOR, HOSPITAL] {
            assert_noop!(revoke(account), Error::<Test>::NotThePatient);
        }
        assert_noop!(revoke(STRANGER), Error::<Test>::NotAMember);
        assert_ok!(revoke(PATIENT));
    });
}

#[test]
fn what_rests_on_a_standing_consent_ends_at_the_moment_of_its_end() {
    ExtBuilder::default().build_and_execute(|| {
        // The grant lasts longer than what the consent is shortened to.
        assert_ok!(try_give(PATIENT, DOCTOR, REPORTS, UNTIL));
        assert_ok!(try_anchor(NEW, &[DOCTOR]));
        assert_ok!(try_give(PATIENT, DOCTOR, REPORTS, NOW + DAY));
        pass(DAY - 1);
        assert_ok!(Access::ensure_may_open(&DOCTOR, NEW));
        assert_eq!(Access::recipients(id(PATIENT), RecordKind::Report).len(), 1);
        pass(1);
        assert_noop!(Access::ensure_may_open(&DOCTOR, NEW), Error::<Test>::StandingConsentEnded);
        assert!(Access::recipients(id(PATIENT), RecordKind::Report).is_empty());
    });
}

#[test]
fn a_standing_consent_that_is_given_when_it_has_ended_begins_anew() {
    let since_after = |time| {
        let mut since = 0;
        ExtBuilder::default().build_and_execute(|| {
            assert_ok!(try_give(PATIENT, DOCTOR, REPORTS, UNTIL));
            pass(time);
            assert_ok!(try_give(PATIENT, DOCTOR, REPORTS, UNTIL + DAY));
            since = Access::standing_consents(id(PATIENT))[0].1.since;
        });
        since
    };
    assert_eq!(since_after(30 * DAY - 1), NOW);
    assert_eq!(since_after(30 * DAY), UNTIL);
}

#[test]
fn standing_consents_are_within_bounds_and_given_by_the_patient_to_professionals() {
    ExtBuilder::default().build_and_execute(|| {
        for account in [OTHER_PATIENT, DOCTOR] {
            assert_noop!(try_give(account, DOCTOR, REPORTS, UNTIL), Error::<Test>::NotThePatient);
        }
        assert_noop!(try_give(STRANGER, DOCTOR, REPORTS, UNTIL), Error::<Test>::NotAMember);
        assert_noop!(try_give(PATIENT, OTHER_PATIENT, REPORTS, UNTIL), Error::<Test>::UnknownReader);
        assert_noop!(try_give(PATIENT, DOCTOR, RecordKinds::default(), UNTIL), Error::<Test>::NoKinds);
        assert_noop!(try_give(PATIENT, PHARMACY, REPORTS, UNTIL), Error::<Test>::KindNotForRole);
        let latest = NOW + limits::STANDING_MAX;
        for end in [NOW, latest + 1] {
            assert_noop!(try_give(PATIENT, DOCTOR, REPORTS, end), Error::<Test>::EndOutOfRange);
        }
        let emergency = Purpose::EmergencyTreatment;
        let given = Access::give_standing_consent(signed(PATIENT), id(PATIENT), id(DOCTOR), REPORTS, emergency, UNTIL);
        assert_noop!(given, Error::<Test>::EmergencyNeedsEmergencyConsent);
        for number in 0..u64::from(limits::STANDING_READERS_MAX) {
            register(2_000 + number, Role::Doctor);
            assert_ok!(try_give(PATIENT, 2_000 + number, REPORTS, latest));
        }
        assert_noop!(try_give(PATIENT, DOCTOR, REPORTS, UNTIL), Error::<Test>::TooManyStandingConsents);
        assert_ok!(try_give(PATIENT, 2_000, REPORTS, UNTIL));
        assert_eq!(Access::standing_consents(id(PATIENT)).len(), limits::STANDING_READERS_MAX as usize);
    });
}

#[test]
fn bulk_revocation_takes_the_standing_consent_too() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(try_give(PATIENT, DOCTOR, REPORTS, UNTIL));
        assert_ok!(try_anchor(NEW, &[DOCTOR]));
        assert_ok!(Access::revoke_reader(signed(PATIENT), id(PATIENT), id(DOCTOR)));
        assert!(Access::standing_consents(id(PATIENT)).is_empty());
        assert!(held(NEW, DOCTOR).is_none());
    });
}
