use super::*;
use frame_support::dispatch::DispatchResult;
use sp_runtime::testing::TestSignature;

/// A nurse of the hospital.
const NURSE: AccountId = 60;
/// A pharmacist of the pharmacy.
const PHARMACIST: AccountId = 61;
/// An active pharmacy.
const PHARMACY: AccountId = 32;

fn with_institutions(test: impl FnOnce()) {
    ExtBuilder::default()
        .with_patient()
        .with_doctor(Status::Active)
        .with(HOSPITAL, Role::Hospital, Status::Active)
        .with(PHARMACY, Role::Pharmacy, Status::Active)
        .build_and_execute(test);
}

fn add_with(
    institution: AccountId,
    account: AccountId,
    of_version: KeyVersion,
    consent: TestSignature,
) -> DispatchResult {
    Registry::add_staff(signed(institution), account, StaffScope::Ward, KEY, SEAL, of_version, NOW + DAY, consent)
}

fn add(institution: AccountId, account: AccountId) -> DispatchResult {
    add_with(institution, account, 1, consent_to_staff(id(institution), account))
}

fn acting(account: AccountId) -> Option<Acting<AccountId>> {
    <Registry as MemberDirectory<AccountId>>::acting(&account)
}

#[test]
fn staff_are_counted() {
    with_institutions(|| {
        let count = || StaffCount::<Test>::get(id(HOSPITAL));
        for (account, counted) in [(62, 1), (63, 2), (64, 3)] {
            assert_ok!(add(HOSPITAL, account));
            assert_eq!(count(), counted);
        }
        for (account, counted) in [(62, 2), (63, 1), (64, 0)] {
            assert_ok!(Registry::remove_staff(signed(HOSPITAL), account));
            assert_eq!(count(), counted);
        }
        assert!(!StaffCount::<Test>::contains_key(id(HOSPITAL)));
    });
}

#[test]
fn a_hospital_adds_a_nurse_who_acts_for_it_and_removes_her() {
    with_institutions(|| {
        let institution = id(HOSPITAL);
        assert_eq!(acting(NURSE), None);
        assert_ok!(add(HOSPITAL, NURSE));
        assert_eq!(last_event(), Event::StaffAdded { institution, account: NURSE, scope: StaffScope::Ward });
        let hospital = member(HOSPITAL).info();
        assert_eq!(acting(NURSE), Some(Acting { member: hospital, staff: Some((NURSE, StaffScope::Ward)) }));
        assert_eq!(acting(HOSPITAL), Some(Acting::by_itself(hospital)));
        assert_eq!(<Registry as MemberDirectory<AccountId>>::by_account(&NURSE), None);
        assert_eq!(System::providers(&NURSE), 1);
        let entry = StaffMember {
            institution,
            scope: StaffScope::Ward,
            encryption_key: KEY,
            copy: SEAL,
            of_version: 1,
            added_at: NOW,
        };
        assert_eq!(Registry::staff_page(institution, None, 10), vec![(NURSE, entry)]);

        assert_ok!(Registry::remove_staff(signed(HOSPITAL), NURSE));
        assert_eq!(last_event(), Event::StaffRemoved { institution, account: NURSE });
        assert_eq!(acting(NURSE), None);
        assert!(Registry::staff_page(institution, None, 10).is_empty());
        assert!(!StaffCount::<Test>::contains_key(institution));
        // Its transactions cannot be replayed, nor can its consent.
        assert_eq!(System::providers(&NURSE), 1);
        assert_noop!(add(HOSPITAL, NURSE), Error::<Test>::ConsentUsed);
        assert_eq!(Changes::get(), [(NURSE, None)]);
    });
}

#[test]
fn staff_leave_and_others_do_not_remove_them() {
    with_institutions(|| {
        assert_ok!(add(HOSPITAL, NURSE));
        for other in [PHARMACY, DOCTOR, STRANGER] {
            assert_noop!(Registry::remove_staff(signed(other), NURSE), Error::<Test>::NotStaff);
        }
        assert_noop!(Registry::remove_staff(signed(HOSPITAL), PHARMACIST), Error::<Test>::NotStaff);
        assert_ok!(Registry::remove_staff(signed(NURSE), NURSE));
        assert_eq!(acting(NURSE), None);
    });
}

#[test]
fn a_suspended_hospital_adds_nobody_and_still_removes() {
    with_institutions(|| {
        assert_ok!(add(HOSPITAL, NURSE));
        assert_ok!(Registry::suspend(signed(ADMINISTRATOR), id(HOSPITAL), VettingReason::Misconduct));
        assert!(!acting(NURSE).unwrap().member.is_active());
        assert_noop!(add(HOSPITAL, PHARMACIST), Error::<Test>::NotActive);
        assert_ok!(Registry::remove_staff(signed(HOSPITAL), NURSE));
    });
}

#[test]
fn only_institutions_have_staff() {
    with_institutions(|| {
        assert_ok!(add(PHARMACY, PHARMACIST));
        assert_noop!(add(DOCTOR, NURSE), Error::<Test>::NotAnInstitution);
        assert_noop!(add(PATIENT, NURSE), Error::<Test>::NotAnInstitution);
        let consent = consent_to_staff(id(HOSPITAL), NURSE);
        assert_noop!(add_with(STRANGER, NURSE, 1, consent.clone()), Error::<Test>::NotAMember);
        assert_noop!(add_with(PHARMACIST, NURSE, 1, consent), Error::<Test>::NotAMember);
    });
}

#[test]
fn a_member_an_administrator_and_staff_of_another_are_refused() {
    with_institutions(|| {
        assert_ok!(add(PHARMACY, PHARMACIST));
        for account in [PATIENT, DOCTOR, HOSPITAL, ADMINISTRATOR, PHARMACIST] {
            assert_noop!(add(HOSPITAL, account), Error::<Test>::StaffAccountTaken);
        }
        assert_noop!(add(PHARMACY, PHARMACIST), Error::<Test>::StaffAccountTaken);
        // An account that a member has left may be in other hands.
        let consent = consent_to_move(id(PATIENT), 11, OTHER_KEY);
        assert_ok!(Registry::move_account(signed(PATIENT), 11, OTHER_KEY, NOW + DAY, consent, SEAL));
        assert_noop!(add(HOSPITAL, PATIENT), Error::<Test>::StaffAccountTaken);
    });
}

#[test]
fn a_staff_account_becomes_no_member() {
    with_institutions(|| {
        assert_ok!(add(HOSPITAL, NURSE));
        let register = || Registry::register(signed(NURSE), Role::Patient, username("nurse"), KEY, None);
        assert_noop!(register(), Error::<Test>::AccountIsStaff);
        let consent = consent_to_move(id(PATIENT), NURSE, OTHER_KEY);
        assert_noop!(
            Registry::move_account(signed(PATIENT), NURSE, OTHER_KEY, NOW + DAY, consent, SEAL),
            Error::<Test>::AccountTaken
        );
        assert_ok!(Registry::remove_staff(signed(NURSE), NURSE));
        assert_ok!(register());
    });
}

#[test]
fn staff_consent_by_a_signature_for_this_institution_key_and_time() {
    with_institutions(|| {
        let other_institution = consent_to_staff(id(PHARMACY), NURSE);
        assert_noop!(add_with(HOSPITAL, NURSE, 1, other_institution), Error::<Test>::ConsentForged);
        let other_account = consent_to_staff(id(HOSPITAL), PHARMACIST);
        assert_noop!(add_with(HOSPITAL, NURSE, 1, other_account), Error::<Test>::ConsentForged);
        let consent = || consent_to_staff(id(HOSPITAL), NURSE);
        let add = |key, expires_at| {
            Registry::add_staff(signed(HOSPITAL), NURSE, StaffScope::Ward, key, SEAL, 1, expires_at, consent())
        };
        assert_noop!(add(OTHER_KEY, NOW + DAY), Error::<Test>::ConsentForged);
        assert_noop!(add(KEY, NOW + DAY + 1), Error::<Test>::ConsentForged);
        assert_noop!(add(EncryptionKey([0; 32]), NOW + DAY), Error::<Test>::EncryptionKeyTooWeak);
        assert_noop!(add(KEY, NOW), Error::<Test>::StatementExpired);
        assert_noop!(add(KEY, NOW + limits::STATEMENT_LIFETIME_MAX + 1), Error::<Test>::StatementTooLong);
        assert_ok!(add(KEY, NOW + DAY));
    });
}

#[test]
fn the_number_of_staff_is_bounded() {
    with_institutions(|| {
        StaffCount::<Test>::insert(id(HOSPITAL), limits::STAFF_MAX);
        assert_noop!(add(HOSPITAL, NURSE), Error::<Test>::TooManyStaff);
        StaffCount::<Test>::remove(id(HOSPITAL));
    });
}

#[test]
fn the_new_key_is_sealed_to_the_staff_that_remain() {
    with_institutions(|| {
        assert_ok!(add(HOSPITAL, NURSE));
        assert_ok!(add(PHARMACY, PHARMACIST));
        assert_ok!(Registry::rotate_key(signed(HOSPITAL), OTHER_KEY));
        assert_noop!(
            add_with(HOSPITAL, 62, 1, consent_to_staff(id(HOSPITAL), 62)),
            Error::<Test>::KeyVersionNotCurrent
        );
        let reseal = |institution, accounts: &[AccountId], of_version| {
            let copies: Vec<_> = accounts.iter().map(|account| (*account, Seal([7; 80]))).collect();
            Registry::reseal_staff(signed(institution), copies.try_into().unwrap(), of_version)
        };
        assert_noop!(reseal(HOSPITAL, &[NURSE], 1), Error::<Test>::KeyVersionNotCurrent);
        assert_noop!(reseal(HOSPITAL, &[NURSE, PHARMACIST], 2), Error::<Test>::NotStaff);
        assert_noop!(reseal(HOSPITAL, &[], 2), Error::<Test>::NotStaff);
        assert_noop!(reseal(DOCTOR, &[NURSE], 1), Error::<Test>::NotAnInstitution);
        assert_noop!(reseal(NURSE, &[NURSE], 2), Error::<Test>::NotAMember);
        assert_ok!(reseal(HOSPITAL, &[NURSE], 2));
        assert_eq!(last_event(), Event::StaffResealed { institution: id(HOSPITAL), of_version: 2, staff: 1 });
        let entry = Staff::<Test>::get(NURSE).unwrap();
        assert_eq!((entry.copy, entry.of_version, entry.scope), (Seal([7; 80]), 2, StaffScope::Ward));
        assert_ok!(Registry::suspend(signed(ADMINISTRATOR), id(HOSPITAL), VettingReason::OwnWish));
        assert_noop!(reseal(HOSPITAL, &[NURSE], 2), Error::<Test>::NotActive);
    });
}

#[test]
fn staff_are_listed_page_by_page() {
    with_institutions(|| {
        for account in 60..65 {
            assert_ok!(add(HOSPITAL, account));
        }
        let mut all = Vec::new();
        let mut cursor = None;
        loop {
            let page = Registry::staff_page(id(HOSPITAL), cursor.as_ref(), 2);
            let Some((last, _)) = page.last() else { break };
            cursor = Some(*last);
            all.extend(page.into_iter().map(|(account, _)| account));
        }
        all.sort_unstable();
        assert_eq!(all, [60, 61, 62, 63, 64]);
    });
}

#[test]
fn each_scope_allows_what_its_work_needs() {
    let read = StaffAct::Read;
    for (scope, allowed, refused) in [
        (StaffScope::FrontDesk, vec![StaffAct::Request], vec![read(RecordKind::Report), StaffAct::Dispense]),
        (StaffScope::Ward, vec![StaffAct::Request, read(RecordKind::Report)], vec![StaffAct::Dispense]),
        (
            StaffScope::Dispensary,
            vec![StaffAct::Request, read(RecordKind::Prescription), read(RecordKind::Profile), StaffAct::Dispense],
            vec![read(RecordKind::Report)],
        ),
    ] {
        assert!(allowed.into_iter().all(|act| scope.allows(act)), "{scope}");
        assert!(!refused.into_iter().any(|act| scope.allows(act)), "{scope}");
    }
}
