//! What becomes of the storage of the first version.

use super::*;
use crate::migrations::MigrateV1ToV2;
use frame_support::{
    traits::{Get, GetStorageVersion, OnRuntimeUpgrade, StorageVersion},
    weights::RuntimeDbWeight,
};
use sp_runtime::StateVersion;

/// Members of these usernames, listed as the first version did: each under its username.
fn with_first_version(usernames: &[&str], test: impl FnOnce()) {
    ExtBuilder::default().build_and_execute(|| {
        for (account, name) in (100u64..).zip(usernames) {
            // Those that look alike were let through then.
            Usernames::<Test>::remove(look(&username(name)));
            assert_ok!(Registry::register(signed(account), Role::Patient, username(name), KEY, None));
        }
        let _ = Usernames::<Test>::clear(u32::MAX, None);
        for (account, name) in (100u64..).zip(usernames) {
            Usernames::<Test>::insert(username(name), account);
        }
        StorageVersion::new(1).put::<Registry>();
        test();
    });
}

fn found(name: &str) -> Option<AccountId> {
    Registry::member_by_username(name.as_bytes()).map(|(account, _)| account)
}

#[test]
fn usernames_are_listed_by_their_look_and_lead_to_the_same_members() {
    with_first_version(&["anna.b", "tom", "b0b"], || {
        assert!(Registry::do_try_state().is_err());
        let weight = MigrateV1ToV2::<Test>::on_runtime_upgrade();
        let database: RuntimeDbWeight = <Test as frame_system::Config>::DbWeight::get();
        assert!(weight.all_gte(database.reads_writes(6, 4)));
        assert_eq!(Registry::on_chain_storage_version(), 2);
        let mut looks: Vec<_> = Usernames::<Test>::iter().collect();
        looks.sort();
        assert_eq!(looks, vec![(username("anna-b"), 100), (username("bob"), 102), (username("tom"), 101)]);
        assert_eq!((found("anna.b"), found("tom"), found("b0b")), (Some(100), Some(101), Some(102)));
        assert_eq!((found("anna-b"), found("bob")), (None, None));
        let taken = Registry::register(signed(STRANGER), Role::Patient, username("anna_b"), KEY, None);
        assert_noop!(taken, Error::<Test>::UsernameTaken);
    });
}

#[test]
fn those_who_looked_alike_keep_their_usernames() {
    with_first_version(&["anna.b", "anna-b", "anna_b"], || {
        MigrateV1ToV2::<Test>::on_runtime_upgrade();
        assert_eq!((found("anna.b"), found("anna-b"), found("anna_b")), (Some(100), Some(101), Some(102)));
        // One that moves is found at its new account.
        let consent = consent_to_move(id(100), STRANGER, OTHER_KEY);
        assert_ok!(Registry::move_account(signed(100), STRANGER, OTHER_KEY, NOW + DAY, consent, SEAL));
        assert_eq!((found("anna.b"), found("anna-b")), (Some(STRANGER), Some(101)));
    });
}

#[test]
fn a_migrated_chain_and_a_new_one_are_left_as_they_are() {
    let unchanged = || {
        let root = sp_io::storage::root(StateVersion::V1);
        MigrateV1ToV2::<Test>::on_runtime_upgrade();
        assert_eq!(sp_io::storage::root(StateVersion::V1), root);
    };
    with_first_version(&["anna.b", "anna-b"], || {
        MigrateV1ToV2::<Test>::on_runtime_upgrade();
        unchanged();
    });
    ExtBuilder::default().with_patient().build_and_execute(|| {
        StorageVersion::new(2).put::<Registry>();
        unchanged();
    });
}
