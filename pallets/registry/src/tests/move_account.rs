use super::*;
use sp_runtime::testing::TestSignature;

/// Where the patient moves to.
const NEW: AccountId = 11;

fn move_with(consent: TestSignature) -> frame_support::dispatch::DispatchResult {
    Registry::move_account(signed(PATIENT), NEW, OTHER_KEY, NOW + DAY, consent, SEAL)
}

#[test]
fn a_patient_moves_by_the_signatures_of_both_accounts() {
    ExtBuilder::default().with_patient().build_and_execute(|| {
        let before = member(PATIENT);
        assert_ok!(move_with(consent_to_move(before.id, NEW, OTHER_KEY)));
        assert!(!Members::<Test>::contains_key(PATIENT));
        assert_eq!(member(NEW), Member { encryption_key: OTHER_KEY, key_version: 2, ..before.clone() });
        assert_eq!(Registry::member_by_id(before.id).unwrap().0, NEW);
        assert_eq!(Registry::member_by_username(&before.username).unwrap().0, NEW);
        assert_eq!(Retired::<Test>::get(PATIENT), Some(before.id));
        assert_eq!((System::providers(&PATIENT), System::providers(&NEW)), (1, 1));
        let member = before.id;
        assert_eq!(last_event(), Event::AccountMoved { member, from: PATIENT, to: NEW, key_version: 2 });
    });
}

#[test]
fn a_patient_moves_to_an_account_that_something_else_refers_to() {
    ExtBuilder::default().with_patient().build_and_execute(|| {
        System::inc_providers(&NEW);
        let before = member(PATIENT);
        assert_ok!(move_with(consent_to_move(before.id, NEW, OTHER_KEY)));
        assert_eq!(member(NEW).id, before.id);
    });
}

#[test]
fn the_account_that_was_left_can_do_nothing_and_is_never_a_member_again() {
    ExtBuilder::default().with_patient().build_and_execute(|| {
        assert_ok!(move_with(consent_to_move(id(PATIENT), NEW, OTHER_KEY)));
        assert_eq!(<Registry as MemberDirectory<AccountId>>::by_account(&PATIENT), None);
        assert_noop!(Registry::rotate_key(signed(PATIENT), KEY), Error::<Test>::NotAMember);
        assert_noop!(
            Registry::register(signed(PATIENT), Role::Patient, username("again"), KEY, None),
            Error::<Test>::AccountRetired
        );
        let consent = consent_to_move(id(NEW), PATIENT, KEY);
        assert_noop!(
            Registry::move_account(signed(NEW), PATIENT, KEY, NOW + DAY, consent, SEAL),
            Error::<Test>::AccountRetired
        );
    });
}

#[test]
fn the_other_account_has_to_consent_to_this_member_key_and_time() {
    ExtBuilder::default().with_patient().build_and_execute(|| {
        let patient = id(PATIENT);
        let by_patient = TestSignature(PATIENT, consent_to_move(patient, NEW, OTHER_KEY).1);
        for consent in [
            by_patient,
            consent_to_move(MemberId(9), NEW, OTHER_KEY),
            consent_to_move(patient, NEW, KEY),
            consent_to_move(patient, STRANGER, OTHER_KEY),
        ] {
            assert_noop!(move_with(consent), Error::<Test>::ConsentForged);
        }
        let consent = consent_to_move(patient, NEW, OTHER_KEY);
        assert_noop!(
            Registry::move_account(signed(PATIENT), NEW, OTHER_KEY, NOW + DAY + 1, consent.clone(), SEAL),
            Error::<Test>::ConsentForged
        );
        assert_noop!(
            Registry::move_account(signed(PATIENT), NEW, OTHER_KEY, NOW, consent.clone(), SEAL),
            Error::<Test>::StatementExpired
        );
        let late = NOW + limits::STATEMENT_LIFETIME_MAX + 1;
        assert_noop!(
            Registry::move_account(signed(PATIENT), NEW, OTHER_KEY, late, consent, SEAL),
            Error::<Test>::StatementTooLong
        );
    });
}

#[test]
fn nobody_moves_onto_an_account_that_is_somebody_s() {
    ExtBuilder::default().with_patient().with_doctor(Status::Active).build_and_execute(|| {
        for to in [DOCTOR, PATIENT, ADMINISTRATOR] {
            let consent = consent_to_move(id(PATIENT), to, OTHER_KEY);
            assert_noop!(
                Registry::move_account(signed(PATIENT), to, OTHER_KEY, NOW + DAY, consent, SEAL),
                Error::<Test>::AccountTaken
            );
        }
    });
}

#[test]
fn a_move_needs_another_key_that_can_be_sealed_to() {
    ExtBuilder::default().with_patient().build_and_execute(|| {
        for (key, error) in
            [(KEY, Error::<Test>::KeyUnchanged), (EncryptionKey([0; 32]), Error::<Test>::EncryptionKeyTooWeak)]
        {
            let consent = consent_to_move(id(PATIENT), NEW, key);
            assert_noop!(Registry::move_account(signed(PATIENT), NEW, key, NOW + DAY, consent, SEAL), error);
        }
    });
}

#[test]
fn a_suspended_doctor_and_a_stranger_move_nothing() {
    ExtBuilder::default().with_doctor(Status::Suspended).build_and_execute(|| {
        let consent = || consent_to_move(id(DOCTOR), NEW, OTHER_KEY);
        let moved = |origin| Registry::move_account(origin, NEW, OTHER_KEY, NOW + DAY, consent(), SEAL);
        assert_noop!(moved(signed(DOCTOR)), Error::<Test>::Suspended);
        assert_noop!(moved(signed(STRANGER)), Error::<Test>::NotAMember);
        assert_noop!(moved(RuntimeOrigin::none()), BadOrigin);
    });
}
