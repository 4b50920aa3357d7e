//! What becomes of the storage of earlier versions.

use crate::{
    migrations::{
        v1::{Inbox, InboxCount},
        MigrateV1ToV2,
    },
    mock::*,
    *,
};
use frame_support::{
    assert_ok,
    traits::{Get, GetStorageVersion, OnRuntimeUpgrade, StorageVersion},
    weights::RuntimeDbWeight,
};
use sp_runtime::StateVersion;

fn with_requests(test: impl FnOnce()) {
    ExtBuilder::default().build_and_execute(|| {
        StorageVersion::new(2).put::<Access>();
        // The numbers around 256 tell their order from that of their little-endian bytes.
        NextRequestId::<Test>::put(RequestId(254));
        for requester in [DOCTOR, OTHER_DOCTOR, DOCTOR] {
            request(requester, &[REPORT]);
        }
        test();
    });
}

/// Turns the inboxes into what the first version had; gives how many requests wait.
fn go_back_to_v1() -> u64 {
    let mut requests = 0;
    for (patient, inbox) in Inboxes::<Test>::drain() {
        InboxCount::<Test>::insert(patient, inbox.len() as u32);
        for request in inbox {
            Inbox::<Test>::insert(patient, OrderedKey::from(request), ());
            requests += 1;
        }
    }
    StorageVersion::new(1).put::<Access>();
    requests
}

#[test]
fn the_index_of_the_first_version_becomes_an_inbox() {
    with_requests(|| {
        let before = Access::inbox(id(PATIENT), None, 10);
        assert_eq!(before.len(), 3);
        let requests = go_back_to_v1();
        assert!(Access::do_try_state().is_err());
        assert!(Access::inbox(id(PATIENT), None, 10).is_empty());

        let weight = MigrateV1ToV2::<Test>::on_runtime_upgrade();
        let database: RuntimeDbWeight = <Test as frame_system::Config>::DbWeight::get();
        assert!(weight.all_gte(database.writes(2 * requests + 1)));
        assert_eq!(Access::on_chain_storage_version(), 2);
        assert_eq!(Inbox::<Test>::iter_keys().count() + InboxCount::<Test>::iter_keys().count(), 0);
        assert_eq!(Access::inbox(id(PATIENT), None, 10), before);
        assert_ok!(Access::do_try_state());
    });
}

#[test]
fn a_migrated_chain_is_left_as_it_is() {
    with_requests(|| {
        go_back_to_v1();
        MigrateV1ToV2::<Test>::on_runtime_upgrade();
        let root = sp_io::storage::root(StateVersion::V1);
        MigrateV1ToV2::<Test>::on_runtime_upgrade();
        assert_eq!(sp_io::storage::root(StateVersion::V1), root);
    });
}

#[test]
fn a_new_chain_has_nothing_to_migrate() {
    with_requests(|| {
        assert_eq!(Access::on_chain_storage_version(), Access::in_code_storage_version());
        let root = sp_io::storage::root(StateVersion::V1);
        MigrateV1ToV2::<Test>::on_runtime_upgrade();
        assert_eq!(sp_io::storage::root(StateVersion::V1), root);
    });
}
