use super::*;
use frame_support::dispatch::DispatchResult;

/// The patient's guardians.
const SISTER: AccountId = 51;
const FRIEND: AccountId = 52;
const UNCLE: AccountId = 53;
/// Where the membership is to go.
const NEW: AccountId = 11;
/// How long the patient can object.
const WAIT: Moment = 3 * DAY;

fn named(threshold: u32) -> DispatchResult {
    let named = guardians(&[id(SISTER), id(FRIEND), id(UNCLE)]);
    Registry::name_guardians(signed(PATIENT), named, threshold, WAIT)
}

/// A patient whose account two of three guardians may recover.
fn with_guardians(test: impl FnOnce()) {
    let patients = [PATIENT, SISTER, FRIEND, UNCLE];
    let chain = patients
        .into_iter()
        .fold(ExtBuilder::default(), |chain, account| chain.with(account, Role::Patient, Status::Active));
    chain.build_and_execute(|| {
        assert_ok!(named(2));
        test();
    });
}

fn propose_to(guardian: AccountId, to: AccountId) -> DispatchResult {
    let consent = consent_to_move(id(PATIENT), to, OTHER_KEY);
    Registry::propose_recovery(signed(guardian), id(PATIENT), to, OTHER_KEY, NOW + DAY, consent)
}

fn propose(guardian: AccountId) -> DispatchResult {
    propose_to(guardian, NEW)
}

fn approve(guardian: AccountId, proposer: AccountId) -> DispatchResult {
    Registry::approve_recovery(signed(guardian), id(PATIENT), id(proposer), NEW, OTHER_KEY)
}

fn complete(guardian: AccountId, proposer: AccountId) -> DispatchResult {
    Registry::complete_recovery(signed(guardian), id(PATIENT), id(proposer))
}

#[test]
fn two_of_three_guardians_recover_a_patient_s_account_after_the_wait() {
    with_guardians(|| {
        let patient = id(PATIENT);
        assert_ok!(propose(SISTER));
        let approvals = vec![id(SISTER)].try_into().unwrap();
        let proposed = Recovery { to: NEW, key: OTHER_KEY, approvals, ready_at: None };
        assert_eq!(Registry::recoveries(patient), [(id(SISTER), proposed)]);
        assert_noop!(complete(SISTER, SISTER), Error::<Test>::TooFewApprovals);
        assert_ok!(approve(FRIEND, SISTER));
        let ready_at = Some(NOW + WAIT);
        let (proposer, guardian) = (id(SISTER), id(FRIEND));
        assert_eq!(last_event(), Event::RecoveryApproved { member: patient, proposer, guardian, ready_at });
        Clock::set(NOW + WAIT - 1);
        assert_noop!(complete(SISTER, SISTER), Error::<Test>::WaitNotOver);
        Clock::set(NOW + WAIT + limits::RECOVERY_CARRIED_OUT_WITHIN);
        assert_noop!(complete(UNCLE, SISTER), Error::<Test>::RecoveryExpired);
        Clock::set(NOW + WAIT);
        AdministratorSet::mutate(|set| set.push(PATIENT));
        assert_noop!(complete(UNCLE, SISTER), Error::<Test>::AdministratorMoves);
        AdministratorSet::mutate(|set| set.pop());
        assert_ok!(complete(UNCLE, SISTER));
        assert_eq!(last_event(), Event::AccountMoved { member: patient, from: PATIENT, to: NEW, key_version: 2 });
        assert_eq!(Changes::get(), [(NEW, Some(PATIENT))]);
        assert_eq!((id(NEW), member(NEW).encryption_key), (patient, OTHER_KEY));
        assert!(!Members::<Test>::contains_key(PATIENT));
        assert_eq!(Registry::recoveries(patient), []);
        assert!(Guardianships::<Test>::contains_key(patient));
    });
}

#[test]
fn the_old_key_can_object() {
    with_guardians(|| {
        assert_ok!(propose(SISTER));
        assert_ok!(approve(FRIEND, SISTER));
        assert_ok!(propose(UNCLE));
        Clock::set(NOW + WAIT);
        assert_ok!(Registry::object_to_recovery(signed(PATIENT)));
        assert_eq!(last_event(), Event::RecoveryObjected { member: id(PATIENT) });
        for proposer in [SISTER, UNCLE] {
            assert_noop!(complete(SISTER, proposer), Error::<Test>::NoRecovery);
        }
        assert_noop!(approve(FRIEND, SISTER), Error::<Test>::NoRecovery);
        assert_noop!(Registry::object_to_recovery(signed(PATIENT)), Error::<Test>::NothingToObject);
        assert_noop!(Registry::object_to_recovery(signed(STRANGER)), Error::<Test>::NotAMember);
    });
}

#[test]
fn naming_guardians_anew_ends_what_the_old_ones_proposed() {
    with_guardians(|| {
        assert_ok!(propose(SISTER));
        assert_ok!(named(1));
        assert_noop!(approve(FRIEND, SISTER), Error::<Test>::NoRecovery);
        assert_ok!(Registry::name_guardians(signed(PATIENT), guardians(&[]), 0, 0));
        assert_eq!(last_event(), Event::GuardiansNamed { member: id(PATIENT), guardians: 0 });
        assert_noop!(propose(SISTER), Error::<Test>::NotGuardian);
    });
}

#[test]
fn a_member_who_moves_ends_what_was_proposed() {
    with_guardians(|| {
        assert_ok!(propose(SISTER));
        let consent = consent_to_move(id(PATIENT), STRANGER, OTHER_KEY);
        assert_ok!(Registry::move_account(signed(PATIENT), STRANGER, OTHER_KEY, NOW + DAY, consent, SEAL));
        assert_eq!(Registry::recoveries(id(STRANGER)), []);
    });
}

#[test]
fn nobody_but_a_guardian_takes_part() {
    with_guardians(|| {
        assert_ok!(propose(SISTER));
        assert_ok!(Registry::register(signed(DOCTOR), Role::Patient, username("outsider"), KEY, None));
        for (account, error) in [(DOCTOR, Error::<Test>::NotGuardian), (PATIENT, Error::<Test>::NotGuardian)] {
            assert_noop!(propose(account), error);
        }
        assert_noop!(approve(DOCTOR, SISTER), Error::<Test>::NotGuardian);
        assert_noop!(complete(DOCTOR, SISTER), Error::<Test>::NotGuardian);
        assert_noop!(propose(STRANGER), Error::<Test>::NotAMember);
        assert_noop!(approve(STRANGER, SISTER), Error::<Test>::NotAMember);
        assert_noop!(complete(STRANGER, SISTER), Error::<Test>::NotAMember);
        let consent = consent_to_move(MemberId(9), NEW, OTHER_KEY);
        assert_noop!(
            Registry::propose_recovery(signed(SISTER), MemberId(9), NEW, OTHER_KEY, NOW + DAY, consent),
            Error::<Test>::UnknownMember
        );
    });
}

#[test]
fn a_guardian_that_is_not_active_takes_no_part() {
    ExtBuilder::default().with_patient().with_doctor(Status::Suspended).build_and_execute(|| {
        assert_ok!(Registry::name_guardians(signed(PATIENT), guardians(&[id(DOCTOR)]), 1, WAIT));
        assert_noop!(propose(DOCTOR), Error::<Test>::NotActive);
    });
}

#[test]
fn a_guardian_counts_once() {
    with_guardians(|| {
        assert_ok!(propose(SISTER));
        assert_noop!(approve(SISTER, SISTER), Error::<Test>::ApprovedAlready);
        // A proposal made anew starts anew.
        assert_ok!(approve(FRIEND, SISTER));
        assert_ok!(propose(SISTER));
        assert_noop!(complete(SISTER, SISTER), Error::<Test>::TooFewApprovals);
    });
}

#[test]
fn guardians_agree_to_an_account_and_key_and_not_to_what_replaced_them() {
    with_guardians(|| {
        assert_ok!(propose_to(SISTER, STRANGER));
        assert_noop!(approve(FRIEND, SISTER), Error::<Test>::NoRecovery);
        let approve = |to, key| Registry::approve_recovery(signed(FRIEND), id(PATIENT), id(SISTER), to, key);
        assert_noop!(approve(STRANGER, KEY), Error::<Test>::NoRecovery);
        assert_ok!(approve(STRANGER, OTHER_KEY));
    });
}

#[test]
fn a_third_agreement_does_not_prolong_the_wait() {
    with_guardians(|| {
        assert_ok!(propose(SISTER));
        assert_ok!(approve(FRIEND, SISTER));
        Clock::set(NOW + WAIT);
        assert_ok!(approve(UNCLE, SISTER));
        assert_ok!(complete(SISTER, SISTER));
    });
}

#[test]
fn the_account_has_to_consent_and_to_be_free() {
    with_guardians(|| {
        assert_noop!(propose_to(SISTER, FRIEND), Error::<Test>::AccountTaken);
        let forged = consent_to_move(id(PATIENT), STRANGER, OTHER_KEY);
        assert_noop!(
            Registry::propose_recovery(signed(SISTER), id(PATIENT), NEW, OTHER_KEY, NOW + DAY, forged),
            Error::<Test>::ConsentForged
        );
        for (key, error) in
            [(KEY, Error::<Test>::KeyUnchanged), (EncryptionKey([0; 32]), Error::<Test>::EncryptionKeyTooWeak)]
        {
            let consent = consent_to_move(id(PATIENT), NEW, key);
            assert_noop!(Registry::propose_recovery(signed(SISTER), id(PATIENT), NEW, key, NOW + DAY, consent), error);
        }
        // The account becomes somebody's while the guardians wait.
        assert_ok!(propose(SISTER));
        assert_ok!(approve(FRIEND, SISTER));
        assert_ok!(Registry::register(signed(NEW), Role::Patient, username("quick"), KEY, None));
        Clock::set(NOW + WAIT);
        assert_noop!(complete(SISTER, SISTER), Error::<Test>::AccountTaken);
    });
}

#[test]
fn guardians_and_terms_have_to_make_sense() {
    with_guardians(|| {
        let name = |named: Vec<MemberId>, threshold, wait| {
            Registry::name_guardians(signed(PATIENT), guardians(&named), threshold, wait)
        };
        assert_noop!(name(vec![id(PATIENT)], 1, WAIT), Error::<Test>::OwnGuardian);
        assert_noop!(name(vec![id(SISTER), id(SISTER)], 1, WAIT), Error::<Test>::GuardianTwice);
        // A guardian that is none comes before terms that do not fit.
        for threshold in [0, 1] {
            assert_noop!(name(vec![MemberId(9)], threshold, WAIT), Error::<Test>::UnknownMember);
        }
        for threshold in [0, 2] {
            assert_noop!(name(vec![id(SISTER)], threshold, WAIT), Error::<Test>::ThresholdOutOfRange);
        }
        for wait in [limits::RECOVERY_WAIT_MIN - 1, limits::RECOVERY_WAIT_MAX + 1] {
            assert_noop!(name(vec![id(SISTER)], 1, wait), Error::<Test>::WaitOutOfRange);
        }
        assert_ok!(name(vec![id(SISTER)], 1, limits::RECOVERY_WAIT_MIN));
        assert_ok!(name(vec![id(SISTER)], 1, limits::RECOVERY_WAIT_MAX));
    });
}

#[test]
fn a_suspended_doctor_and_a_stranger_name_no_guardians() {
    ExtBuilder::default().with_patient().with_doctor(Status::Suspended).build_and_execute(|| {
        let name = |origin| Registry::name_guardians(origin, guardians(&[id(PATIENT)]), 1, WAIT);
        assert_noop!(name(signed(DOCTOR)), Error::<Test>::Suspended);
        assert_noop!(name(signed(STRANGER)), Error::<Test>::NotAMember);
        assert_noop!(name(RuntimeOrigin::root()), BadOrigin);
    });
}
