//! Signed transactions through the whole pipeline of extensions, in a block and for the pool.
#![allow(missing_docs, clippy::unwrap_used)]

mod chain;

use chain::*;
use codec::Encode;
use frame_support::{assert_ok, storage};
use frame_system::{CheckGenesis, CheckMortality, CheckNonZeroSender, CheckSpecVersion, CheckTxVersion, CheckWeight};
use medchain_primitives::*;
use medchain_runtime::*;
use medchain_runtime_api::runtime_decl_for_quotas_api::QuotasApiV1;
use pallet_quotas::{refusals, CheckNonce, CheckQuota, QuotaClass};
use sp_consensus_aura::AURA_ENGINE_ID;
use sp_core::{sr25519, Pair};
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
    generic::{Digest, DigestItem, Era},
    traits::{Hash as _, TransactionExtension},
    transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidityError, ValidTransaction},
    BuildStorage, DispatchError, TransactionOutcome,
};

/// A transaction signed by an actor.
fn signed(signer: Sr25519Keyring, nonce: Nonce, call: impl Into<RuntimeCall>) -> UncheckedExtrinsic {
    signed_by(&signer.pair(), nonce, call)
}

/// A transaction signed as a wallet signs it.
fn signed_by(signer: &sr25519::Pair, nonce: Nonce, call: impl Into<RuntimeCall>) -> UncheckedExtrinsic {
    let call = call.into();
    let extension: TxExtension = (
        CheckNonZeroSender::new(),
        CheckSpecVersion::new(),
        CheckTxVersion::new(),
        CheckGenesis::new(),
        CheckMortality::from(Era::Immortal),
        CheckNonce::from(nonce),
        CheckWeight::new(),
        frame_metadata_hash_extension::CheckMetadataHash::new(false),
        CheckQuota::new(),
    );
    let payload = SignedPayload::new(call.clone(), extension.clone()).unwrap();
    let signature = payload.using_encoded(|bytes| signer.sign(bytes));
    UncheckedExtrinsic::new_signed(call, AccountId::from(signer.public()).into(), signature.into(), extension)
}

/// Runs a test within block 1, which is finalized and its invariants checked after it.
fn in_block(test: impl FnOnce()) {
    let mut ext = sp_io::TestExternalities::new(genesis().build_storage().unwrap());
    ext.execute_with(|| {
        let slot = BEGIN / SLOT_DURATION;
        let digest = Digest { logs: vec![DigestItem::PreRuntime(AURA_ENGINE_ID, slot.encode())] };
        let header = Header {
            parent_hash: System::block_hash(0),
            number: 1,
            state_root: Default::default(),
            extrinsics_root: Default::default(),
            digest,
        };
        Executive::initialize_block(&header);
        let inherent = UncheckedExtrinsic::new_bare(pallet_timestamp::Call::set { now: BEGIN }.into());
        assert_ok!(Executive::apply_extrinsic(inherent).unwrap());
        test();
        Executive::finalize_block();
        check_invariants();
    });
}

/// Applies a transaction as a block author does: one that is refused leaves no trace.
fn apply(extrinsic: UncheckedExtrinsic) -> Result<(), TransactionValidityError> {
    storage::with_transaction(|| match Executive::apply_extrinsic(extrinsic) {
        Ok(outcome) => {
            assert_ok!(outcome);
            TransactionOutcome::Commit(Ok(()))
        }
        Err(refusal) => TransactionOutcome::Rollback(Err(Refusal(refusal))),
    })
    .map_err(|Refusal(refusal)| refusal)
}

/// What `with_transaction` asks an error to be made of.
struct Refusal(TransactionValidityError);

impl From<DispatchError> for Refusal {
    fn from(_: DispatchError) -> Self {
        Self(InvalidTransaction::BadMandatory.into())
    }
}

fn validate(extrinsic: UncheckedExtrinsic) -> Result<ValidTransaction, TransactionValidityError> {
    let block = <Runtime as frame_system::Config>::Hashing::hash(&[0]);
    Executive::validate_transaction(TransactionSource::External, extrinsic, block)
}

fn refused(code: u8) -> TransactionValidityError {
    InvalidTransaction::Custom(code).into()
}

fn remark() -> frame_system::Call<Runtime> {
    frame_system::Call::remark { remark: b"nothing".to_vec() }
}

fn class(who: Sr25519Keyring) -> String {
    Runtime::allowance(who.to_account_id()).class
}

#[test]
fn extensions_have_the_standard_order_and_names() {
    let names: Vec<_> = <TxExtension as TransactionExtension<RuntimeCall>>::metadata()
        .into_iter()
        .map(|extension| extension.identifier)
        .collect();
    assert_eq!(
        names,
        [
            "CheckNonZeroSender",
            "CheckSpecVersion",
            "CheckTxVersion",
            "CheckGenesis",
            "CheckMortality",
            "CheckNonce",
            "CheckWeight",
            "CheckMetadataHash",
            "CheckQuota",
        ]
    );
}

#[test]
fn a_fresh_account_registers() {
    in_block(|| {
        assert_eq!(class(PATIENT), QuotaClass::Unknown.name());
        assert_ok!(apply(signed(PATIENT, 0, register(Role::Patient, "pat", 0x11))));
        assert_eq!(System::account_nonce(PATIENT.to_account_id()), 1);
        assert_eq!(System::providers(&PATIENT.to_account_id()), 1);
        assert_eq!(class(PATIENT), QuotaClass::Patient.name());
        // And goes on in the same block.
        assert_ok!(apply(signed(PATIENT, 1, anchor(PATIENT_ID, RecordKind::Profile, 0x11))));
    });
}

#[test]
fn a_fresh_account_does_nothing_but_register() {
    in_block(|| {
        let calls: [RuntimeCall; 3] = [
            remark().into(),
            anchor(PATIENT_ID, RecordKind::Report, 0x11).into(),
            pallet_registry::Call::verify { member: PATIENT_ID }.into(),
        ];
        for call in calls {
            let transaction = signed(STRANGER, 0, call);
            assert_eq!(validate(transaction.clone()), Err(refused(refusals::NOT_REGISTERED)));
            assert_eq!(apply(transaction), Err(refused(refusals::NOT_REGISTERED)));
        }
        assert_eq!(System::account_nonce(STRANGER.to_account_id()), 0);
    });
}

#[test]
fn a_registration_that_fails_cannot_be_replayed() {
    in_block(|| {
        assert_ok!(apply(signed(PATIENT, 0, register(Role::Patient, "pat", 0x11))));
        let taken = signed(STRANGER, 0, register(Role::Patient, "pat", 0x22));
        assert!(Executive::apply_extrinsic(taken.clone()).unwrap().is_err());
        assert_eq!(System::providers(&STRANGER.to_account_id()), 0);
        assert_eq!(apply(taken), Err(InvalidTransaction::Stale.into()));
        assert_ok!(apply(signed(STRANGER, 1, register(Role::Patient, "other", 0x22))));
        assert_eq!(System::account_nonce(STRANGER.to_account_id()), 2);
    });
}

#[test]
fn administrator_and_validator_act_from_genesis() {
    in_block(|| {
        assert_eq!(class(ADMINISTRATOR), QuotaClass::Administrator.name());
        let key = pallet_registry::Call::publish_administrator_key { key: key(0x99) };
        assert_ok!(apply(signed(ADMINISTRATOR, 0, key)));
    });
}

#[test]
fn a_pending_professional_has_its_own_class() {
    in_block(|| {
        assert_ok!(apply(signed(DOCTOR, 0, register(Role::Doctor, "dora", 0x22))));
        assert_eq!(class(DOCTOR), QuotaClass::Pending.name());
    });
}

#[test]
fn validators_of_the_local_chain_have_a_class_and_a_provider() {
    let mut ext = sp_io::TestExternalities::new(genesis_of("local_testnet").build_storage().unwrap());
    ext.execute_with(|| {
        for who in [Sr25519Keyring::Alice, Sr25519Keyring::Bob] {
            assert_eq!(class(who), QuotaClass::Administrator.name());
            assert!(System::providers(&who.to_account_id()) > 0);
        }
        for who in [Sr25519Keyring::Charlie, Sr25519Keyring::Dave] {
            assert_eq!(class(who), QuotaClass::Validator.name());
            assert!(System::providers(&who.to_account_id()) > 0);
        }
        assert_eq!(class(Sr25519Keyring::Eve), QuotaClass::Unknown.name());
    });
}

#[test]
fn a_spender_is_stopped_and_the_others_are_not() {
    in_block(|| {
        assert_ok!(apply(signed(PATIENT, 0, register(Role::Patient, "pat", 0x11))));
        assert_ok!(apply(signed(STRANGER, 0, register(Role::Patient, "other", 0x22))));
        let long = || frame_system::Call::remark { remark: vec![0; 60 * 1024] };
        let before = validate(signed(PATIENT, 1, remark())).unwrap().priority;
        let mut nonce = 1;
        while apply(signed(PATIENT, nonce, long())).is_ok() {
            nonce += 1;
            assert!(nonce < 10, "the bucket has an end");
        }
        assert_eq!(nonce, 5);
        assert_eq!(apply(signed(PATIENT, nonce, long())), Err(InvalidTransaction::ExhaustsResources.into()));
        assert!(validate(signed(PATIENT, nonce, remark())).unwrap().priority < before);
        assert_ok!(apply(signed(STRANGER, 1, long())));
    });
}

#[test]
fn nobody_fills_the_pool_far_ahead() {
    in_block(|| {
        assert_ok!(validate(signed(ADMINISTRATOR, 64, remark())));
        assert_eq!(validate(signed(ADMINISTRATOR, 65, remark())), Err(refused(refusals::NONCE_TOO_FAR_AHEAD)));
    });
}

#[test]
fn a_block_takes_few_registrations_by_strangers() {
    in_block(|| {
        let registration = |index: u8| {
            let name = format!("stranger{index}");
            signed_by(&Sr25519Keyring::numeric(index.into()), 0, register(Role::Patient, &name, 0x10 + index))
        };
        for index in 0..16 {
            assert_ok!(apply(registration(index)));
        }
        assert_eq!(apply(registration(16)), Err(InvalidTransaction::ExhaustsResources.into()));
        assert_ok!(validate(registration(16)));
    });
}
