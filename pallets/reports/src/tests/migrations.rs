//! What becomes of the storage of earlier versions.

use crate::{
    migrations::{
        v1,
        v2::{self, ByPatientAndKind},
        MigrateV1ToV2, MigrateV2ToV3,
    },
    mock::*,
    *,
};
use frame_support::{
    assert_ok,
    traits::{Get, GetStorageVersion, OnRuntimeUpgrade, StorageVersion},
    weights::RuntimeDbWeight,
};
use medchain_primitives::OrderedKey;
use sp_runtime::StateVersion;

fn with_records(test: impl FnOnce()) {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        StorageVersion::new(3).put::<Reports>();
        report(1);
        prescription(2, 3);
        report(3);
        test();
    });
}

/// Turns the lists into what the second version had; gives how many entries that is.
fn go_back_to_v2() -> u64 {
    let mut entries = 0;
    for ((patient, kind, _), leaf) in RecordsOf::<Test>::drain() {
        for record in leaf {
            ByPatientAndKind::<Test>::insert((patient, kind, OrderedKey::from(record)), ());
            entries += 1;
        }
    }
    let _ = RecordCounts::<Test>::clear(u32::MAX, None);
    StorageVersion::new(2).put::<Reports>();
    entries
}

/// Turns them into what the first version had.
fn go_back_to_v1() -> u64 {
    let entries = go_back_to_v2();
    for ((patient, kind, record), ()) in ByPatientAndKind::<Test>::drain() {
        v1::ByPatient::<Test>::insert(patient, record, kind);
    }
    StorageVersion::new(1).put::<Reports>();
    entries
}

fn database() -> RuntimeDbWeight {
    <Test as frame_system::Config>::DbWeight::get()
}

#[test]
fn the_index_of_the_first_version_becomes_one_by_kind_and_that_a_list() {
    with_records(|| {
        let before = Reports::records_of(id(PATIENT), None, None, 10);
        assert_eq!(before.len(), 3);
        let entries = go_back_to_v1();
        assert!(Reports::do_try_state().is_err());
        assert!(Reports::records_of(id(PATIENT), None, None, 10).is_empty());

        let weight = MigrateV1ToV2::<Test>::on_runtime_upgrade();
        assert!(weight.all_gte(database().writes(2 * entries)));
        assert_eq!(Reports::on_chain_storage_version(), 2);
        assert_eq!(v1::ByPatient::<Test>::iter().count(), 0);

        let weight = MigrateV2ToV3::<Test>::on_runtime_upgrade();
        assert!(weight.all_gte(database().writes(3 * entries)));
        assert_eq!(Reports::on_chain_storage_version(), 3);
        assert_eq!(v2::ByPatientAndKind::<Test>::iter_keys().count(), 0);
        assert_eq!(Reports::records_of(id(PATIENT), None, None, 10), before);
        assert_ok!(Reports::do_try_state());

        // What comes after follows what was.
        report(4);
        assert_eq!(Reports::records_of(id(PATIENT), None, None, 10).len(), 4);
        assert_ok!(Reports::do_try_state());
    });
}

fn migrate() {
    MigrateV1ToV2::<Test>::on_runtime_upgrade();
    MigrateV2ToV3::<Test>::on_runtime_upgrade();
}

#[test]
fn a_migrated_chain_is_left_as_it_is() {
    with_records(|| {
        go_back_to_v1();
        migrate();
        let root = sp_io::storage::root(StateVersion::V1);
        migrate();
        assert_eq!(sp_io::storage::root(StateVersion::V1), root);
    });
}

#[test]
fn a_new_chain_has_nothing_to_migrate() {
    with_records(|| {
        assert_eq!(Reports::on_chain_storage_version(), Reports::in_code_storage_version());
        let root = sp_io::storage::root(StateVersion::V1);
        migrate();
        assert_eq!(sp_io::storage::root(StateVersion::V1), root);
    });
}
