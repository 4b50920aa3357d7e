//! Validators come, go, change keys and offend: `local_testnet`, whose validators are four.
#![allow(missing_docs, clippy::unwrap_used)]

mod chain;

use chain::*;
use codec::{Decode, Encode};
use frame_support::{assert_noop, assert_ok, traits::KeyOwnerProofSystem};
use medchain_primitives::*;
use medchain_runtime::*;
use medchain_runtime_api::runtime_decl_for_quotas_api::QuotasApiV1;
use sp_consensus_grandpa::{AuthorityId as GrandpaId, EquivocationProof, Message, Precommit, KEY_TYPE};
use sp_core::{ed25519, sr25519, Pair, H256};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Dave, Eve};
use sp_runtime::{traits::Dispatchable, transaction_validity::TransactionSource, DispatchResult};

/// Runs a test in block 1 of a chain whose validators are Alice, Bob, Charlie and Dave.
fn with_validators(test: impl FnOnce()) {
    run_from(genesis_of("local_testnet"), test);
}

/// The pairs behind a validator's session keys, and the keys.
struct Keys {
    aura: sr25519::Pair,
    grandpa: ed25519::Pair,
}

impl Keys {
    fn of(name: &str) -> Self {
        let seed = format!("//{name}");
        Self {
            aura: sr25519::Pair::from_string(&seed, None).unwrap(),
            grandpa: ed25519::Pair::from_string(&seed, None).unwrap(),
        }
    }

    fn public(&self) -> SessionKeys {
        SessionKeys { aura: self.aura.public().into(), grandpa: self.grandpa.public().into() }
    }

    /// What shows that the account `owner` has the keys.
    fn proof(&self, owner: Sr25519Keyring) -> Vec<u8> {
        let statement = [b"POP_".as_slice(), &owner.to_account_id().encode()].concat();
        (self.aura.sign(&statement), self.grandpa.sign(&statement)).encode()
    }
}

fn register_keys(who: Sr25519Keyring, keys: &Keys) -> DispatchResult {
    send(who, pallet_session::Call::set_keys { keys: keys.public(), proof: keys.proof(who) })
}

fn admit(who: Sr25519Keyring) {
    assert_ok!(Validators::add_member(two_thirds(), who.to_account_id().into()));
}

fn two_thirds() -> RuntimeOrigin {
    pallet_collective::RawOrigin::<AccountId, pallet_collective::Instance1>::Members(3, 4).into()
}

/// Who authors and who finalizes, by their session keys' seeds.
fn at_work() -> Vec<SessionKeys> {
    let aura = pallet_aura::Authorities::<Runtime>::get();
    let grandpa = Grandpa::grandpa_authorities();
    assert_eq!(aura.len(), grandpa.len());
    aura.into_iter().zip(grandpa).map(|(aura, (grandpa, _))| SessionKeys { aura, grandpa }).collect()
}

#[test]
fn an_admitted_institution_with_keys_authors_and_finalizes_in_the_next_session() {
    with_validators(|| {
        admit(Eve);
        assert_ok!(register_keys(Eve, &Keys::of("Eve")));
        assert_eq!(at_work().len(), 4);
        next_session();
        assert!(Session::validators().contains(&Eve.to_account_id()));
        assert_eq!(at_work().len(), 5);
        assert!(at_work().contains(&Keys::of("Eve").public()));
        assert_eq!(Runtime::allowance(Eve.to_account_id()).class, "validator");
    });
}

#[test]
fn an_institution_has_keys_before_the_council_votes_and_a_patient_has_none() {
    run(|| {
        with_members();
        assert_ok!(register_keys(HOSPITAL, &Keys::of("Hospital")));
        let refused = pallet_session::Error::<Runtime>::NoAssociatedValidatorId;
        assert_noop!(register_keys(PATIENT, &Keys::of("Patient")), refused);
        let refused = pallet_session::Error::<Runtime>::NoAssociatedValidatorId;
        assert_noop!(register_keys(STRANGER, &Keys::of("Stranger")), refused);
    });
}

#[test]
fn keys_are_registered_by_who_has_them() {
    with_validators(|| {
        let keys = Keys::of("Eve");
        let stolen = pallet_session::Call::set_keys { keys: keys.public(), proof: keys.proof(Eve) };
        assert_noop!(send(Bob, stolen), pallet_session::Error::<Runtime>::InvalidProof);
    });
}

#[test]
fn a_validator_that_lost_its_database_comes_back_with_new_keys_and_never_with_the_old() {
    with_validators(|| {
        assert_ok!(register_keys(Bob, &Keys::of("Bob//2")));
        next_session();
        assert!(at_work().contains(&Keys::of("Bob//2").public()));
        assert!(!at_work().contains(&Keys::of("Bob").public()));
        let refused = pallet_session::Error::<Runtime>::DuplicatedKey;
        assert_noop!(register_keys(Bob, &Keys::of("Bob")), refused);
        // Half of the old keys is refused as well.
        let mixed = Keys { aura: Keys::of("Bob//3").aura, grandpa: Keys::of("Bob").grandpa };
        let refused = pallet_session::Error::<Runtime>::DuplicatedKey;
        assert_noop!(register_keys(Bob, &mixed), refused);
    });
}

#[test]
fn a_dismissed_validator_stops_in_the_next_session() {
    with_validators(|| {
        assert_ok!(Validators::remove_member(two_thirds(), Dave.to_account_id().into()));
        assert_eq!(at_work().len(), 4);
        next_session();
        assert_eq!(at_work().len(), 3);
        assert!(!at_work().contains(&Keys::of("Dave").public()));
    });
}

#[test]
fn a_validator_leaves_by_itself() {
    with_validators(|| {
        assert_ok!(send(Dave, pallet_session::Call::purge_keys {}));
        next_session();
        assert_eq!(at_work().len(), 3);
    });
}

#[test]
fn finality_changes_hands_only_when_the_validators_do() {
    with_validators(|| {
        let set = Grandpa::current_set_id();
        next_session();
        next_session();
        assert_eq!(Grandpa::current_set_id(), set);
        assert_ok!(register_keys(Bob, &Keys::of("Bob//2")));
        next_session();
        assert_eq!(Grandpa::current_set_id(), set + 1);
    });
}

#[test]
fn a_block_is_its_authors_by_the_session_in_which_it_was_begun() {
    let order: Vec<_> = <AllPalletsWithSystem as frame_support::traits::PalletsInfoAccess>::infos()
        .into_iter()
        .map(|info| info.name)
        .collect();
    let at = |name: &str| order.iter().position(|other| *other == name).unwrap();
    assert!(at("Aura") < at("Consortium") && at("Authorship") < at("Consortium") && at("Validators") < at("Session"));
}

/// A validator's precommits for two blocks in one round of a set of validators.
fn equivocation(voter: &Keys, set_id: u64, targets: [u8; 2]) -> EquivocationProof<Hash, BlockNumber> {
    const ROUND: u64 = 1;
    const PRECOMMIT: u8 = 1;
    let vote = |target| {
        let vote = Precommit::<Header> { target_hash: H256::repeat_byte(target), target_number: 5 };
        let message = Message::<Header>::Precommit(vote.clone());
        let signature = voter.grandpa.sign(&sp_consensus_grandpa::localized_payload(ROUND, set_id, &message));
        (vote, signature)
    };
    let [first, second] = targets.map(vote);
    let proof = (set_id, PRECOMMIT, ROUND, voter.grandpa.public(), first, second).encode();
    EquivocationProof::decode(&mut proof.as_slice()).unwrap()
}

/// Dispatches a call without a signer, as a report in a block is.
fn unsigned(call: pallet_grandpa::Call<Runtime>) -> DispatchResult {
    let result = RuntimeCall::from(call).dispatch(RuntimeOrigin::none());
    result.map(|_| ()).map_err(|error| error.error)
}

fn report(voter: &Keys) -> pallet_grandpa::Call<Runtime> {
    let key: GrandpaId = voter.grandpa.public().into();
    pallet_grandpa::Call::report_equivocation_unsigned {
        equivocation_proof: Box::new(equivocation(voter, Grandpa::current_set_id(), [1, 2])),
        key_owner_proof: Historical::prove((KEY_TYPE, key)).unwrap(),
    }
}

#[test]
fn a_validator_that_votes_twice_is_out_in_the_next_session_and_the_council_is_told() {
    with_validators(|| {
        next_session();
        let report = report(&Keys::of("Bob"));
        assert_ok!(Grandpa::validate_unsigned(TransactionSource::Local, &report));
        assert_ok!(unsigned(report.clone()));
        let offences = pallet_consortium::Offences::<Runtime>::get();
        assert_eq!(offences.len(), 1);
        assert_eq!((offences[0].validator.clone(), offences[0].removed), (Bob.to_account_id(), true));
        assert!(Grandpa::validate_unsigned(TransactionSource::Local, &report).is_err());
        next_session();
        assert!(!at_work().contains(&Keys::of("Bob").public()));
        assert_eq!(at_work().len(), 3);
        // The council may admit it again, with new keys.
        let refused = pallet_session::Error::<Runtime>::NoAssociatedValidatorId;
        assert_noop!(register_keys(Eve, &Keys::of("Bob")), refused);
        admit(Bob);
        let refused = pallet_session::Error::<Runtime>::DuplicatedKey;
        assert_noop!(register_keys(Bob, &Keys::of("Bob")), refused);
        assert_ok!(register_keys(Bob, &Keys::of("Bob//2")));
        next_session();
        assert_eq!(at_work().len(), 4);
        let half = pallet_collective::RawOrigin::<AccountId, pallet_collective::Instance1>::Members(3, 4).into();
        assert_ok!(Consortium::acknowledge_offences(half, Bob.to_account_id()));
        assert!(pallet_consortium::Offences::<Runtime>::get().is_empty());
    });
}

#[test]
fn a_report_of_the_last_session_counts() {
    with_validators(|| {
        next_session();
        let report = report(&Keys::of("Bob"));
        next_session();
        assert_ok!(unsigned(report));
        assert_eq!(pallet_consortium::Offences::<Runtime>::get().len(), 1);
    });
}

#[test]
fn a_forged_report_removes_nobody() {
    with_validators(|| {
        next_session();
        let set = Grandpa::current_set_id();
        let key: GrandpaId = Keys::of("Bob").grandpa.public().into();
        let key_owner_proof = Historical::prove((KEY_TYPE, key)).unwrap();
        for forged in [
            // Charlie's votes with the proof of Bob's key, votes in another set, one vote told twice.
            equivocation(&Keys::of("Charlie"), set, [1, 2]),
            equivocation(&Keys::of("Bob"), set + 1, [1, 2]),
            equivocation(&Keys::of("Bob"), set, [1, 1]),
        ] {
            let call = pallet_grandpa::Call::report_equivocation_unsigned {
                equivocation_proof: Box::new(forged),
                key_owner_proof: key_owner_proof.clone(),
            };
            assert!(unsigned(call).is_err());
        }
        assert!(pallet_consortium::Offences::<Runtime>::get().is_empty());
        next_session();
        assert_eq!(at_work().len(), 4);
    });
}

#[test]
fn the_only_validator_stays() {
    run(|| {
        let alone = pallet_collective::RawOrigin::<AccountId, pallet_collective::Instance1>::Members(1, 1);
        let remove = Validators::remove_member(alone.into(), Alice.to_account_id().into());
        assert_eq!(remove.unwrap_err().error, sp_runtime::DispatchError::BadOrigin);
        next_session();
        assert_ok!(unsigned(report(&Keys::of("Alice"))));
        assert!(!pallet_consortium::Offences::<Runtime>::get()[0].removed);
        assert_ok!(send(Alice, pallet_session::Call::purge_keys {}));
        for _ in 0..3 {
            next_session();
            assert_eq!(at_work(), [Keys::of("Alice").public()]);
        }
    });
}

#[test]
fn the_largest_set_fits_a_block() {
    let weight = <<Runtime as pallet_consortium::Config>::WeightInfo as pallet_consortium::WeightInfo>::end_session(
        limits::COMMITTEE_MAX,
    );
    let block = <Runtime as frame_system::Config>::BlockWeights::get().max_block;
    assert!(weight.ref_time() < block.ref_time() / 10, "{weight:?}");
}
