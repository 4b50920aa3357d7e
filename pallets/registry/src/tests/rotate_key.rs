use super::*;

#[test]
fn a_patient_replaces_her_key_and_the_one_before_stays_listed() {
    ExtBuilder::default().with_patient().build_and_execute(|| {
        assert_ok!(Registry::rotate_key(signed(PATIENT), OTHER_KEY));
        assert_eq!((member(PATIENT).encryption_key, member(PATIENT).key_version), (OTHER_KEY, 2));
        assert_eq!(last_event(), Event::KeyRotated { member: id(PATIENT), key_version: 2 });
        assert_ok!(Registry::rotate_key(signed(PATIENT), KEY));
        let all = [(1, KEY, Some(NOW)), (2, OTHER_KEY, Some(NOW)), (3, KEY, None)];
        assert_eq!(Registry::keys_page(id(PATIENT), None, 100), all);
        assert_eq!(Registry::keys_page(id(PATIENT), None, 2), all[..2]);
        assert_eq!(Registry::keys_page(id(PATIENT), Some(2), 2), all[2..]);
        assert_eq!(Registry::keys_page(id(PATIENT), Some(KeyVersion::MAX), 2), []);
        assert_eq!(Registry::keys_page(MemberId(9), None, 2), []);
    });
}

#[test]
fn other_pallets_see_the_new_key_and_version() {
    ExtBuilder::default().with_doctor(Status::Active).build_and_execute(|| {
        assert_ok!(Registry::rotate_key(signed(DOCTOR), OTHER_KEY));
        let info = <Registry as MemberDirectory<AccountId>>::by_account(&DOCTOR).unwrap();
        assert_eq!((info.encryption_key, info.key_version), (OTHER_KEY, 2));
    });
}

#[test]
fn a_weak_key_or_the_same_is_refused() {
    ExtBuilder::default().with_patient().build_and_execute(|| {
        assert_noop!(Registry::rotate_key(signed(PATIENT), KEY), Error::<Test>::KeyUnchanged);
        assert_noop!(
            Registry::rotate_key(signed(PATIENT), EncryptionKey([0; 32])),
            Error::<Test>::EncryptionKeyTooWeak
        );
    });
}

#[test]
fn a_suspended_doctor_and_a_stranger_rotate_nothing() {
    ExtBuilder::default().with_doctor(Status::Suspended).build_and_execute(|| {
        assert_noop!(Registry::rotate_key(signed(DOCTOR), OTHER_KEY), Error::<Test>::Suspended);
        assert_noop!(Registry::rotate_key(signed(STRANGER), OTHER_KEY), Error::<Test>::NotAMember);
        assert_noop!(Registry::rotate_key(RuntimeOrigin::root(), OTHER_KEY), BadOrigin);
    });
    for status in [Status::Pending, Status::Rejected, Status::Active] {
        ExtBuilder::default().with_doctor(status).build_and_execute(|| {
            assert_ok!(Registry::rotate_key(signed(DOCTOR), OTHER_KEY));
        });
    }
}
