use super::*;
use frame_support::dispatch::DispatchResult;

/// The patient's guardian.
const SISTER: AccountId = 51;
/// Another patient.
const FRIEND: AccountId = 52;
/// Where the patient's membership goes.
const NEW: AccountId = 11;

fn with_guardian(test: impl FnOnce()) {
    ExtBuilder::default()
        .with_patient()
        .with(SISTER, Role::Patient, Status::Active)
        .with(FRIEND, Role::Patient, Status::Active)
        .build_and_execute(|| {
            assert_ok!(name());
            test();
        });
}

fn name() -> DispatchResult {
    Registry::name_guardians(signed(PATIENT), guardians(&[id(SISTER)]), 1, DAY)
}

fn recover() {
    let member = id(PATIENT);
    let consent = consent_to_move(member, NEW, OTHER_KEY);
    assert_ok!(Registry::propose_recovery(signed(SISTER), member, NEW, OTHER_KEY, NOW + DAY, consent));
    Clock::set(NOW + DAY);
    assert_ok!(Registry::complete_recovery(signed(SISTER), member, id(SISTER)));
}

#[test]
fn a_guardian_returns_its_copy_after_the_recovery() {
    with_guardian(|| {
        let (member, guardian) = (id(PATIENT), id(SISTER));
        assert_eq!(GuardianCopies::<Test>::get(member, guardian), Some(KeyCopy { of_version: 1, seal: copy(1) }));
        assert_noop!(Registry::return_copy(signed(SISTER), member, copy(1)), Error::<Test>::NoCopyToReturn);
        recover();
        assert!(Registry::own_copies_page(member, None, 10).is_empty());
        assert_ok!(Registry::return_copy(signed(SISTER), member, copy(2)));
        assert_eq!(last_event(), Event::CopyReturned { member, guardian, of_version: 1 });
        assert_eq!(Registry::own_copies_page(member, None, 10), vec![(1, guardian, copy(2))]);
        assert!(Registry::own_copies_page(member, Some((1, guardian)), 10).is_empty());
    });
}

#[test]
fn a_copy_sealed_to_a_replaced_key_is_refused() {
    with_guardian(|| {
        recover();
        for version in [1, 3] {
            assert_noop!(
                Registry::return_copy(signed(SISTER), id(NEW), copy(version)),
                Error::<Test>::KeyVersionNotCurrent
            );
        }
        assert_ok!(Registry::rotate_key(signed(SISTER), OTHER_KEY));
        assert_noop!(
            Registry::name_guardians(signed(NEW), guardians(&[id(SISTER)]), 1, DAY),
            Error::<Test>::KeyVersionNotCurrent
        );
    });
}

#[test]
fn only_a_guardian_returns_a_copy() {
    with_guardian(|| {
        recover();
        assert_noop!(Registry::return_copy(signed(FRIEND), id(NEW), copy(2)), Error::<Test>::NotGuardian);
        assert_noop!(Registry::return_copy(signed(STRANGER), id(NEW), copy(2)), Error::<Test>::NotAMember);
        assert_noop!(Registry::return_copy(signed(SISTER), MemberId(9), copy(2)), Error::<Test>::NotGuardian);
    });
}

#[test]
fn the_copies_of_earlier_guardians_go_when_others_are_named() {
    with_guardian(|| {
        let member = id(PATIENT);
        assert_ok!(Registry::name_guardians(signed(PATIENT), guardians(&[id(FRIEND)]), 1, DAY));
        assert!(!GuardianCopies::<Test>::contains_key(member, id(SISTER)));
        assert!(GuardianCopies::<Test>::contains_key(member, id(FRIEND)));
        assert_ok!(Registry::name_guardians(signed(PATIENT), guardians(&[]), 0, 0));
        assert!(!GuardianCopies::<Test>::contains_key(member, id(FRIEND)));
    });
}

#[test]
fn who_moves_takes_a_copy_of_its_earlier_secret_along() {
    with_guardian(|| {
        let member = id(PATIENT);
        let consent = consent_to_move(member, NEW, OTHER_KEY);
        assert_ok!(Registry::move_account(signed(PATIENT), NEW, OTHER_KEY, NOW + DAY, consent, SEAL));
        assert_eq!(Registry::own_copies_page(member, None, 10), vec![(1, member, copy(2))]);
    });
}
