use super::*;

#[test]
fn an_administrator_publishes_and_replaces_its_key() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Registry::publish_administrator_key(signed(ADMINISTRATOR), KEY));
        assert_eq!(Registry::administrator_key(&ADMINISTRATOR), Some((KEY, 1)));
        assert_eq!(last_event(), Event::AdministratorKeyPublished { administrator: ADMINISTRATOR, key_version: 1 });
        let second = EncryptionKey([8; 32]);
        assert_ok!(Registry::publish_administrator_key(signed(ADMINISTRATOR), second));
        assert_eq!(Registry::administrator_key(&ADMINISTRATOR), Some((second, 2)));
        let all = [(1, KEY, Some(NOW)), (2, second, None)];
        assert_eq!(Registry::administrator_keys_page(&ADMINISTRATOR, None, 100), all);
        assert_eq!(Registry::administrator_keys_page(&OTHER_ADMINISTRATOR, None, 100), []);
        assert_noop!(Registry::publish_administrator_key(signed(ADMINISTRATOR), second), Error::<Test>::KeyUnchanged);
        assert_eq!(Registry::administrator_key(&OTHER_ADMINISTRATOR), None);
    });
}

#[test]
fn no_one_else_publishes_an_administrators_key() {
    ExtBuilder::default().with_doctor(Status::Active).build_and_execute(|| {
        for origin in [signed(DOCTOR), signed(STRANGER), RuntimeOrigin::root(), RuntimeOrigin::none()] {
            assert_noop!(Registry::publish_administrator_key(origin, KEY), BadOrigin);
        }
    });
}

#[test]
fn an_administrators_key_to_which_nothing_can_be_sealed_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(
            Registry::publish_administrator_key(signed(ADMINISTRATOR), EncryptionKey([0; 32])),
            Error::<Test>::EncryptionKeyTooWeak
        );
    });
}

#[test]
fn the_key_of_a_former_administrator_is_not_offered() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Registry::publish_administrator_key(signed(ADMINISTRATOR), KEY));
        AdministratorSet::set(vec![OTHER_ADMINISTRATOR]);
        assert_eq!(Registry::administrator_key(&ADMINISTRATOR), None);
        assert_noop!(Registry::publish_administrator_key(signed(ADMINISTRATOR), KEY), BadOrigin);
    });
}

#[test]
fn key_versions_that_have_run_out_are_not_given_twice() {
    ExtBuilder::default().build_and_execute(|| {
        AdministratorKeys::<Test>::insert(ADMINISTRATOR, (KEY, KeyVersion::MAX));
        let key = EncryptionKey([8; 32]);
        assert_noop!(Registry::publish_administrator_key(signed(ADMINISTRATOR), key), ArithmeticError::Overflow);
    });
}
