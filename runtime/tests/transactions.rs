//! Signed transactions through the whole pipeline of extensions, in a block and for the pool.
#![allow(missing_docs, clippy::unwrap_used)]

mod chain;

use chain::*;
use codec::Encode;
use frame_support::{assert_ok, storage, weights::constants::WEIGHT_REF_TIME_PER_MILLIS};
use frame_system::{CheckGenesis, CheckMortality, CheckNonZeroSender, CheckSpecVersion, CheckTxVersion, CheckWeight};
use medchain_primitives::*;
use medchain_runtime::*;
use medchain_runtime_api::runtime_decl_for_quotas_api::QuotasApiV1;
use pallet_quotas::{
    refusals, CheckNonce, CheckQuota, QuotaClass, MEMBER_PRIORITY, NEWCOMER_PRIORITY, VOUCHED_PRIORITY,
};
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
        assert_eq!(class(PATIENT), QuotaClass::Newcomer.name());
        // And goes on in the same block.
        assert_ok!(apply(signed(PATIENT, 1, anchor(PATIENT_ID, RecordKind::Profile, 0x11))));
    });
}

#[test]
fn a_fresh_account_does_nothing_but_register() {
    in_block(|| {
        let calls: [RuntimeCall; 3] =
            [remark().into(), anchor(PATIENT_ID, RecordKind::Report, 0x11).into(), verification(PATIENT_ID).into()];
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
        assert_eq!(class(ADMINISTRATOR), QuotaClass::Council.name());
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
        // They are the council too, which has the largest quota.
        for who in [Sr25519Keyring::Alice, Sr25519Keyring::Bob, Sr25519Keyring::Charlie, Sr25519Keyring::Dave] {
            assert_eq!(class(who), QuotaClass::Council.name());
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
        assert_eq!(nonce, 3);
        assert_eq!(apply(signed(PATIENT, nonce, long())), Err(InvalidTransaction::ExhaustsResources.into()));
        assert!(validate(signed(PATIENT, nonce, remark())).unwrap().priority < before);
        assert_ok!(apply(signed(STRANGER, 1, long())));
    });
}

#[test]
fn nobody_fills_the_pool_far_ahead() {
    in_block(|| {
        assert_ok!(validate(signed(ADMINISTRATOR, 64, remark())));
        assert_eq!(validate(signed(ADMINISTRATOR, 65, remark())), Err(InvalidTransaction::Future.into()));
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

/// A registration of a stranger by the word that `signer` gives for the hospital.
fn vouched(stranger: &sr25519::Pair, name: &str, signer: Sr25519Keyring) -> UncheckedExtrinsic {
    let applicant = AccountId::from(stranger.public());
    let genesis = System::block_hash(0);
    let expires_at = BEGIN + DAY;
    let statement = VoucherStatement {
        genesis: genesis.as_ref(),
        applicant: applicant.as_ref(),
        institution: HOSPITAL_ID,
        expires_at,
    };
    let call = pallet_registry::Call::register_vouched {
        role: Role::Patient,
        username: name.as_bytes().to_vec().try_into().unwrap(),
        encryption_key: key(0x99),
        details: None,
        voucher: pallet_registry::Voucher {
            institution: HOSPITAL_ID,
            signer: HOSPITAL.to_account_id(),
            expires_at,
            signature: signer.pair().sign(statement.text().as_bytes()).into(),
        },
    };
    signed_by(stranger, 0, call)
}

#[test]
fn a_flood_of_strangers_does_not_shut_out_the_vouched() {
    in_block(|| {
        with_members();
        for index in 0..16u8 {
            let registration = register(Role::Patient, &format!("stranger{index}"), 0x50 + index);
            assert_ok!(apply(signed_by(&Sr25519Keyring::numeric(index.into()), 0, registration)));
        }
        let late = Sr25519Keyring::numeric(16);
        let open = signed_by(&late, 0, register(Role::Patient, "late", 0x70));
        assert_eq!(apply(open.clone()), Err(InvalidTransaction::ExhaustsResources.into()));
        let vouched = vouched(&late, "late", HOSPITAL);
        assert!(validate(vouched.clone()).unwrap().priority > validate(open).unwrap().priority);
        assert_ok!(apply(vouched));
        let member = Registry::member_by_username(b"late").unwrap().1;
        assert_eq!(member.vouched_by, Some(HOSPITAL_ID));
    });
}

#[test]
fn a_forged_voucher_is_refused_before_it_reaches_a_block() {
    in_block(|| {
        with_members();
        let forged = vouched(&Sr25519Keyring::numeric(1), "forger", DOCTOR);
        assert_eq!(validate(forged.clone()), Err(refused(refusals::VOUCHER_REFUSED)));
        assert_eq!(apply(forged), Err(refused(refusals::VOUCHER_REFUSED)));
        assert_ok!(send(ADMINISTRATOR, suspend_hospital()));
        let by_suspended = vouched(&Sr25519Keyring::numeric(1), "late", HOSPITAL);
        assert_eq!(apply(by_suspended), Err(refused(refusals::VOUCHER_REFUSED)));
    });
}

fn suspend_hospital() -> pallet_registry::Call<Runtime> {
    pallet_registry::Call::suspend { member: HOSPITAL_ID, reason: VettingReason::Misconduct }
}

#[test]
fn a_patient_who_moved_acts_from_her_new_account_alone() {
    in_block(|| {
        let profile = with_members();
        let to = AccountId::from(STRANGER.public());
        let genesis = System::block_hash(0);
        let expires_at = BEGIN + DAY;
        let statement = MoveStatement {
            genesis: genesis.as_ref(),
            member: PATIENT_ID,
            to: to.as_ref(),
            encryption_key: key(0x99),
            expires_at,
        };
        let signature = STRANGER.pair().sign(statement.text().as_bytes()).into();
        let spent = || 60 * WEIGHT_REF_TIME_PER_MILLIS - Runtime::allowance(STRANGER.to_account_id()).weight_left;
        let (key, copy) = (key(0x99), Seal([0x5e; 80]));
        let move_account = pallet_registry::Call::move_account { to, key, expires_at, signature, copy };
        assert_ok!(apply(signed(PATIENT, 0, remark())));
        assert_ok!(apply(signed(PATIENT, 1, move_account)));
        assert_eq!(class(STRANGER), QuotaClass::Newcomer.name());
        // A new account is no full bucket.
        assert!(spent() > WEIGHT_REF_TIME_PER_MILLIS / 2, "{} ps are spent", spent());
        assert_eq!(class(PATIENT), QuotaClass::Unknown.name());
        assert_eq!(apply(signed(PATIENT, 2, remark())), Err(refused(refusals::NOT_REGISTERED)));
        assert_ok!(apply(signed(STRANGER, 0, pallet_reports::Call::erase { record: profile })));
    });
}

#[test]
fn a_newcomer_comes_after_members_until_somebody_knows_her() {
    in_block(|| {
        with_members();
        let priority = |who| validate(signed(who, 0, remark())).unwrap().priority;
        assert_eq!((class(PATIENT), class(DOCTOR)), (QuotaClass::Newcomer.name().into(), "professional".into()));
        assert!((NEWCOMER_PRIORITY..VOUCHED_PRIORITY + 1).contains(&priority(PATIENT)));
        assert!(priority(DOCTOR) > MEMBER_PRIORITY);
        // She takes a doctor; that alone is her own word. He writes about her; that is his.
        with_care();
        assert_eq!(class(PATIENT), QuotaClass::Newcomer.name());
        anchored(DOCTOR, PATIENT_ID, RecordKind::Report, 0x71);
        assert_eq!(class(PATIENT), QuotaClass::Patient.name());
        assert!(priority(PATIENT) > MEMBER_PRIORITY);
    });
}

#[test]
fn added_staff_begins_with_little() {
    in_block(|| {
        with_members();
        let account = AccountId::from(STRANGER.public());
        let genesis = System::block_hash(0);
        let expires_at = BEGIN + DAY;
        let statement = StaffStatement {
            genesis: genesis.as_ref(),
            institution: HOSPITAL_ID,
            account: account.as_ref(),
            encryption_key: key(0x99),
            expires_at,
        };
        let signature = STRANGER.pair().sign(statement.text().as_bytes()).into();
        let add = pallet_registry::Call::add_staff {
            account: account.clone(),
            scope: StaffScope::Ward,
            encryption_key: key(0x99),
            copy: Seal([0x5e; 80]),
            of_version: 1,
            expires_at,
            signature,
        };
        assert_ok!(apply(signed(HOSPITAL, 0, add)));
        let allowance = Runtime::allowance(account);
        assert_eq!(allowance.class, QuotaClass::Staff.name());
        assert_eq!(allowance.weight_left, 20 * WEIGHT_REF_TIME_PER_MILLIS);
        assert_ok!(apply(signed(STRANGER, 0, remark())));
    });
}
