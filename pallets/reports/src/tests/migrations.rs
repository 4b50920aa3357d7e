//! What becomes of the storage of earlier versions.

use crate::{
    migrations::{v1, MigrateV1ToV2},
    mock::*,
    *,
};
use frame_support::{
    assert_ok,
    traits::{Get, GetStorageVersion, OnRuntimeUpgrade, StorageVersion},
    weights::RuntimeDbWeight,
};
use sp_runtime::StateVersion;

fn with_records(test: impl FnOnce()) {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        StorageVersion::new(2).put::<Reports>();
        report(1);
        prescription(2, 3);
        report(3);
        test();
    });
}

/// Turns the index into what the first version had.
fn go_back_to_v1() -> Vec<(MemberId, OrderedKey, RecordKind)> {
    let entries: Vec<_> =
        ByPatientAndKind::<Test>::drain().map(|((patient, kind, record), ())| (patient, record, kind)).collect();
    for (patient, record, kind) in &entries {
        v1::ByPatient::<Test>::insert(patient, record, kind);
    }
    StorageVersion::new(1).put::<Reports>();
    entries
}

#[test]
fn the_index_of_the_first_version_becomes_one_by_kind() {
    with_records(|| {
        let before = Reports::records_of(id(PATIENT), None, None, 10);
        assert_eq!(before.len(), 3);
        let entries = go_back_to_v1();
        assert!(Reports::do_try_state().is_err());
        assert!(Reports::records_of(id(PATIENT), None, None, 10).is_empty());

        let weight = MigrateV1ToV2::<Test>::on_runtime_upgrade();
        let database: RuntimeDbWeight = <Test as frame_system::Config>::DbWeight::get();
        assert!(weight.all_gte(database.writes(2 * entries.len() as u64)));
        assert_eq!(Reports::on_chain_storage_version(), 2);
        assert_eq!(v1::ByPatient::<Test>::iter().count(), 0);
        assert_eq!(Reports::records_of(id(PATIENT), None, None, 10), before);
        assert_ok!(Reports::do_try_state());
    });
}

#[test]
fn a_migrated_chain_is_left_as_it_is() {
    with_records(|| {
        go_back_to_v1();
        MigrateV1ToV2::<Test>::on_runtime_upgrade();
        let root = sp_io::storage::root(StateVersion::V1);
        MigrateV1ToV2::<Test>::on_runtime_upgrade();
        assert_eq!(sp_io::storage::root(StateVersion::V1), root);
    });
}

#[test]
fn a_new_chain_has_nothing_to_migrate() {
    with_records(|| {
        assert_eq!(Reports::on_chain_storage_version(), Reports::in_code_storage_version());
        let root = sp_io::storage::root(StateVersion::V1);
        MigrateV1ToV2::<Test>::on_runtime_upgrade();
        assert_eq!(sp_io::storage::root(StateVersion::V1), root);
    });
}
