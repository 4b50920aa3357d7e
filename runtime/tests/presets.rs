//! The genesis presets.
#![allow(missing_docs, clippy::unwrap_used)]

mod chain;

use chain::genesis_of;
use medchain_runtime::{presets, Grandpa, Runtime, Session};
use medchain_runtime_api::runtime_decl_for_access_api::AccessApiV1;
use sp_runtime::BuildStorage;

#[test]
fn every_preset_builds() {
    let names = presets::preset_names();
    assert_eq!(names.len(), 2);
    for name in names {
        genesis_of(&name).build_storage().unwrap();
    }
    assert_eq!(presets::get_preset(&"unknown".into()), None);
}

#[test]
fn presets_have_their_validators_council_and_administrators() {
    for (name, validators, administrators) in [("development", 1, 1), ("local_testnet", 4, 2)] {
        let genesis = genesis_of(name);
        assert_eq!(genesis.validators.members.len(), validators);
        assert_eq!(genesis.session.keys.len(), validators);
        assert_eq!(genesis.council_members.members.len(), validators);
        assert_eq!(genesis.administrators.members.len(), administrators);
        let mut ext = sp_io::TestExternalities::new(genesis.build_storage().unwrap());
        ext.execute_with(|| {
            assert_eq!(Session::validators().len(), validators);
            assert_eq!(pallet_aura::Authorities::<Runtime>::get().len(), validators);
            assert_eq!(Grandpa::grandpa_authorities().len(), validators);
            assert_eq!(pallet_collective::Members::<Runtime, pallet_collective::Instance1>::get().len(), validators);
        });
    }
}

#[test]
fn the_release_committee_has_the_key_that_nodes_keep() {
    assert_eq!(presets::DEVELOPMENT_COMMITTEE_KEY, medchain_sealing::dealer::DEVELOPMENT_COMMITTEE_KEY);
    for name in ["development", "local_testnet"] {
        let mut ext = sp_io::TestExternalities::new(genesis_of(name).build_storage().unwrap());
        ext.execute_with(|| {
            let committee = Runtime::committee().unwrap();
            assert_eq!(committee.key.0, medchain_sealing::dealer::DEVELOPMENT_COMMITTEE_KEY);
            assert_eq!((committee.epoch, committee.threshold, committee.shares), (1, 1, vec![committee.key]));
        });
    }
}
