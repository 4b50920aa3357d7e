//! What becomes of the storage of earlier versions.

use super::*;
use crate::migrations::{
    v1::{ByDoctor, ByPatient},
    MigrateV1ToV2,
};
use frame_support::{
    traits::{Get, GetStorageVersion, OnRuntimeUpgrade, StorageVersion},
    weights::RuntimeDbWeight,
};
use sp_runtime::StateVersion;

fn with_appointments(test: impl FnOnce()) {
    ExtBuilder::default()
        .with_request(PATIENT, DOCTOR, 0, 1)
        .with_request(OTHER_PATIENT, DOCTOR, 1, 2)
        .with_request(PATIENT, OTHER_DOCTOR, 2, 3)
        .build_and_execute(|| {
            StorageVersion::new(2).put::<AppointmentBook>();
            test();
        });
}

/// Turns the lists into what the first version had; gives how many appointments there are.
fn go_back_to_v1() -> u64 {
    let _ = AppointmentCounts::<Test>::clear(u32::MAX, None);
    let _ = AppointmentsOf::<Test>::clear(u32::MAX, None);
    for (id, appointment) in Appointments::<Test>::iter() {
        ByPatient::<Test>::insert(appointment.patient, NewestFirstKey::from(id), ());
        ByDoctor::<Test>::insert(appointment.doctor, NewestFirstKey::from(id), ());
    }
    StorageVersion::new(1).put::<AppointmentBook>();
    Appointments::<Test>::iter_keys().count() as u64
}

fn pages() -> Vec<Vec<(AppointmentId, Appointment)>> {
    let members = [PATIENT, OTHER_PATIENT, DOCTOR, OTHER_DOCTOR];
    members.iter().map(|member| AppointmentBook::appointments_page(id(*member), None, 10)).collect()
}

#[test]
fn the_indexes_of_the_first_version_become_lists() {
    with_appointments(|| {
        let before = pages();
        assert_eq!(before.iter().map(Vec::len).sum::<usize>(), 6);
        let appointments = go_back_to_v1();
        assert!(AppointmentBook::do_try_state().is_err());
        assert!(pages().iter().all(Vec::is_empty));

        let weight = MigrateV1ToV2::<Test>::on_runtime_upgrade();
        let database: RuntimeDbWeight = <Test as frame_system::Config>::DbWeight::get();
        assert!(weight.all_gte(database.writes(6 * appointments)));
        assert_eq!(AppointmentBook::on_chain_storage_version(), 2);
        assert_eq!(ByPatient::<Test>::iter_keys().count() + ByDoctor::<Test>::iter_keys().count(), 0);
        assert_eq!(pages(), before);
        assert_ok!(AppointmentBook::do_try_state());
    });
}

#[test]
fn a_migrated_chain_is_left_as_it_is() {
    with_appointments(|| {
        go_back_to_v1();
        MigrateV1ToV2::<Test>::on_runtime_upgrade();
        let root = sp_io::storage::root(StateVersion::V1);
        MigrateV1ToV2::<Test>::on_runtime_upgrade();
        assert_eq!(sp_io::storage::root(StateVersion::V1), root);
    });
}

#[test]
fn a_new_chain_has_nothing_to_migrate() {
    with_appointments(|| {
        assert_eq!(AppointmentBook::on_chain_storage_version(), AppointmentBook::in_code_storage_version());
        let root = sp_io::storage::root(StateVersion::V1);
        MigrateV1ToV2::<Test>::on_runtime_upgrade();
        assert_eq!(sp_io::storage::root(StateVersion::V1), root);
    });
}
