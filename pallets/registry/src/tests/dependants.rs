use super::*;
use frame_support::dispatch::DispatchResult;
use sp_runtime::testing::TestSignature;

/// The newborn's account, whose key the mother keeps.
const NEWBORN: AccountId = 70;
/// Where the membership goes once the child has an account of its own.
const CHILD: AccountId = 71;

fn with_mother(test: impl FnOnce()) {
    ExtBuilder::default()
        .with_patient()
        .with_doctor(Status::Active)
        .with(HOSPITAL, Role::Hospital, Status::Active)
        .build_and_execute(test);
}

fn consent(guardian: MemberId, account: AccountId) -> TestSignature {
    let statement = DependantStatement {
        genesis: &genesis(),
        guardian,
        account: &bytes(account),
        encryption_key: KEY,
        expires_at: NOW + DAY,
    };
    TestSignature(account, statement.text().into_bytes())
}

fn register_with(guardian: AccountId, consent: TestSignature) -> DispatchResult {
    let voucher = voucher(HOSPITAL, id(HOSPITAL), NEWBORN);
    Registry::register_dependant(signed(guardian), NEWBORN, username("newborn"), KEY, voucher, NOW + DAY, consent)
}

fn register() -> DispatchResult {
    register_with(PATIENT, consent(id(PATIENT), NEWBORN))
}

fn hand_over(guardian: AccountId, dependant: MemberId) -> DispatchResult {
    let consent = consent_to_move(dependant, CHILD, OTHER_KEY);
    Registry::hand_over(signed(guardian), dependant, CHILD, OTHER_KEY, NOW + DAY, consent, SEAL)
}

#[test]
fn a_mother_registers_a_newborn_and_becomes_its_guardian() {
    with_mother(|| {
        assert_ok!(register());
        let (dependant, guardian) = (id(NEWBORN), id(PATIENT));
        assert_eq!(last_event(), Event::DependantRegistered { dependant, guardian });
        assert_eq!(member(NEWBORN).vouched_by, Some(id(HOSPITAL)));
        assert_eq!((member(NEWBORN).role, member(NEWBORN).status), (Role::Patient, Status::Active));
        assert_eq!(Appointed::get(), vec![(dependant, guardian)]);
        assert_eq!(DependantCount::<Test>::get(guardian), 1);
    });
}

#[test]
fn a_dependant_takes_its_membership_over_by_both_signatures() {
    with_mother(|| {
        assert_ok!(register());
        let (dependant, guardian) = (id(NEWBORN), id(PATIENT));
        let forged = consent_to_move(dependant, NEWBORN, OTHER_KEY);
        assert_noop!(
            Registry::hand_over(signed(PATIENT), dependant, CHILD, OTHER_KEY, NOW + DAY, forged, SEAL),
            Error::<Test>::ConsentForged
        );
        assert_ok!(hand_over(PATIENT, dependant));
        assert_eq!(last_event(), Event::DependantHandedOver { dependant, guardian });
        assert_eq!((id(CHILD), member(CHILD).encryption_key), (dependant, OTHER_KEY));
        assert_eq!(Registry::own_copies_page(dependant, None, 10), vec![(1, guardian, copy(2))]);
        assert!(!Dependants::<Test>::contains_key(dependant));
        assert!(!DependantCount::<Test>::contains_key(guardian));
        let again = consent_to_move(dependant, 72, KEY);
        assert_noop!(
            Registry::hand_over(signed(PATIENT), dependant, 72, KEY, NOW + DAY, again, SEAL),
            Error::<Test>::NotADependant
        );
    });
}

#[test]
fn a_member_that_moved_by_itself_is_handed_over_no_more() {
    with_mother(|| {
        assert_ok!(register());
        let dependant = id(NEWBORN);
        let consent = consent_to_move(dependant, 72, OTHER_KEY);
        assert_ok!(Registry::move_account(signed(NEWBORN), 72, OTHER_KEY, NOW + DAY, consent, SEAL));
        assert_noop!(hand_over(PATIENT, dependant), Error::<Test>::NotADependant);
    });
}

#[test]
fn others_hand_no_dependant_over() {
    with_mother(|| {
        assert_ok!(register());
        for (account, error) in [(DOCTOR, Error::<Test>::NotADependant), (STRANGER, Error::<Test>::NotAMember)] {
            assert_noop!(hand_over(account, id(NEWBORN)), error);
        }
        assert_noop!(hand_over(PATIENT, id(PATIENT)), Error::<Test>::NotADependant);
    });
}

#[test]
fn only_a_patient_registers_a_dependant_and_the_account_consents() {
    with_mother(|| {
        assert_noop!(register_with(DOCTOR, consent(id(DOCTOR), NEWBORN)), Error::<Test>::NotAPatient);
        assert_noop!(register_with(STRANGER, consent(id(PATIENT), NEWBORN)), Error::<Test>::NotAMember);
        assert_noop!(register_with(PATIENT, consent(id(DOCTOR), NEWBORN)), Error::<Test>::ConsentForged);
        assert_noop!(register_with(PATIENT, consent(id(PATIENT), CHILD)), Error::<Test>::ConsentForged);
        let voucher = || voucher(HOSPITAL, id(HOSPITAL), NEWBORN);
        let at = |expires_at| {
            let consent = consent(id(PATIENT), NEWBORN);
            Registry::register_dependant(signed(PATIENT), NEWBORN, username("b.c"), KEY, voucher(), expires_at, consent)
        };
        assert_noop!(at(NOW), Error::<Test>::StatementExpired);
        assert_noop!(at(NOW + limits::STATEMENT_LIFETIME_MAX + 1), Error::<Test>::StatementTooLong);
        DependantCount::<Test>::insert(id(PATIENT), limits::DEPENDANTS_MAX);
        assert_noop!(register(), Error::<Test>::TooManyDependants);
        DependantCount::<Test>::remove(id(PATIENT));
        assert_ok!(register());
        assert_noop!(register(), Error::<Test>::AlreadyRegistered);
    });
}

#[test]
fn a_dependant_needs_the_word_of_an_active_institution() {
    with_mother(|| {
        assert_ok!(Registry::suspend(signed(ADMINISTRATOR), id(HOSPITAL), VettingReason::Misconduct));
        assert_noop!(register(), Error::<Test>::InstitutionNotActive);
    });
}
