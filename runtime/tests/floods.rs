//! A flood delays nobody else by more than a block, and does so if the quotas are taken out.
//!
//! A pool and the author of blocks are played here: what is valid waits, and a block takes what has the highest priority, the
//! earliest first, until it is full. Both take the transaction extensions as they are, so that the same flood is played with
//! the quotas and without; `tests/tests/floods.rs` floods a node.
#![allow(missing_docs, clippy::unwrap_used)]

mod chain;

use chain::*;
use codec::Encode;
use frame_support::{
    dispatch::GetDispatchInfo,
    storage,
    traits::{OnFinalize, OnInitialize},
};
use medchain_primitives::*;
use medchain_runtime::*;
use pallet_registry::Voucher;
use sp_core::Pair;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
    traits::{DispatchTransaction, TransactionExtension},
    transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidityError},
    BuildStorage, TransactionOutcome,
};
use std::cmp::Reverse;

/// Bytes of a transaction beside its call.
const ENVELOPE: usize = 128;
/// How many transactions that do not fit an author tries before it takes the block for full.
const SKIPPED_MAX: u32 = 8;
/// More blocks than any flood here fills.
const BLOCKS_MAX: u32 = 200;

/// What somebody sends.
#[derive(Clone)]
struct Sent {
    by: AccountId,
    nonce: Nonce,
    call: RuntimeCall,
}

fn sent(by: impl Into<AccountId>, nonce: Nonce, call: impl Into<RuntimeCall>) -> Sent {
    Sent { by: by.into(), nonce, call: call.into() }
}

/// The extensions that count here.
type WithQuotas =
    (pallet_quotas::CheckNonce<Runtime>, frame_system::CheckWeight<Runtime>, pallet_quotas::CheckQuota<Runtime>);

fn with_quotas(nonce: Nonce) -> WithQuotas {
    (pallet_quotas::CheckNonce::from(nonce), frame_system::CheckWeight::new(), pallet_quotas::CheckQuota::new())
}

/// The same chain without the quotas. Strangers have a provider reference there, as the system's check of the nonce wants.
type WithoutQuotas = (frame_system::CheckNonce<Runtime>, frame_system::CheckWeight<Runtime>);

fn without_quotas(nonce: Nonce) -> WithoutQuotas {
    (frame_system::CheckNonce::from(nonce), frame_system::CheckWeight::new())
}

/// In how many blocks the last of those in the pool is included.
fn blocks_until_included<Extension>(extension: fn(Nonce) -> Extension, flood: &[Sent], last: &Sent) -> u32
where
    Extension: TransactionExtension<RuntimeCall> + Clone,
{
    let mut pool: Vec<_> = flood
        .iter()
        .chain([last])
        .enumerate()
        .filter_map(|(place, sent)| {
            let (info, length) = (sent.call.get_dispatch_info(), sent.call.encoded_size() + ENVELOPE);
            let mut info = info;
            info.extension_weight = extension(sent.nonce).weight(&sent.call);
            let origin = RuntimeOrigin::signed(sent.by.clone());
            let validity =
                extension(sent.nonce).validate_only(origin, &sent.call, &info, length, TransactionSource::External, 0);
            let priority = validity.ok()?.0.priority;
            Some((Reverse(priority), place, sent, info, length))
        })
        .collect();
    pool.sort_by_key(|(priority, place, ..)| (*priority, *place));
    assert!(pool.iter().any(|(_, place, ..)| *place == flood.len()), "the last is not even valid");

    for block in 1..=BLOCKS_MAX {
        next_block();
        let (mut left, mut skipped) = (Vec::new(), 0);
        for (priority, place, sent, info, length) in pool {
            if skipped > SKIPPED_MAX {
                left.push((priority, place, sent, info, length));
                continue;
            }
            let origin = RuntimeOrigin::signed(sent.by.clone());
            let refusal = storage::with_transaction(|| {
                match extension(sent.nonce).dispatch_transaction(origin, sent.call.clone(), &info, length, 0) {
                    Ok(_) => TransactionOutcome::Commit(Ok::<_, sp_runtime::DispatchError>(None)),
                    Err(refusal) => TransactionOutcome::Rollback(Ok(Some(refusal))),
                }
            })
            .unwrap();
            use InvalidTransaction::{ExhaustsResources, Future};
            match refusal {
                None if place == flood.len() => return block,
                // For a later block.
                Some(TransactionValidityError::Invalid(ExhaustsResources | Future)) => {
                    skipped += 1;
                    left.push((priority, place, sent, info, length));
                }
                _ => {}
            }
        }
        pool = left;
    }
    BLOCKS_MAX
}

fn next_block() {
    let number = System::block_number();
    Quotas::on_finalize(number);
    System::finalize();
    System::initialize(&(number + 1), &System::parent_hash(), &Default::default());
    Quotas::on_initialize(number + 1);
    set_time(now() + SLOT_DURATION);
}

/// Plays something on a chain with a patient, a doctor, a hospital and a pharmacy.
fn on_chain(play: impl FnOnce() -> u32) -> u32 {
    let mut ext = sp_io::TestExternalities::new(genesis().build_storage().unwrap());
    ext.execute_with(|| {
        System::set_block_number(1);
        set_time(BEGIN);
        with_members();
        play()
    })
}

/// A doctor's act.
fn act() -> Sent {
    sent(DOCTOR.to_account_id(), 0, pallet_registry::Call::rotate_key { key: key(0x71) })
}

/// What an account sends that sends as much as it can.
fn from_one_account(by: Sr25519Keyring) -> Vec<Sent> {
    let call = || pallet_registry::Call::name_guardians { guardians: Default::default(), threshold: 0, wait: 0 };
    (0..10_000).map(|nonce| sent(by.to_account_id(), nonce, call())).collect()
}

fn stranger(number: u32) -> AccountId {
    let mut bytes = [0xee; 32];
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    bytes.into()
}

/// Registrations of ten thousand accounts that nobody knows.
fn from_strangers() -> Vec<Sent> {
    (0..10_000)
        .map(|number| {
            let call = register(Role::Patient, &format!("stranger-{number}"), 7);
            sent(stranger(number), 0, call)
        })
        .collect()
}

/// The registration of an account for which the hospital vouches.
fn vouched() -> Sent {
    let (applicant, institution, expires_at) = (stranger(u32::MAX), HOSPITAL_ID, now() + DAY);
    let genesis = System::block_hash(0);
    let statement =
        VoucherStatement { genesis: genesis.as_ref(), applicant: &applicant.encode(), institution, expires_at };
    let signature = HOSPITAL.pair().sign(statement.text().as_bytes()).into();
    let call = pallet_registry::Call::register_vouched {
        role: Role::Patient,
        username: b"vouched".to_vec().try_into().unwrap(),
        encryption_key: key(7),
        details: None,
        voucher: Voucher { institution, signer: HOSPITAL.to_account_id(), expires_at, signature },
    };
    sent(applicant, 0, call)
}

/// What the flood costs with the quotas and without, in blocks, beside an idle chain.
fn floods(flood: &dyn Fn() -> Vec<Sent>, last: &dyn Fn() -> Sent) -> (u32, u32, u32) {
    let idle = on_chain(|| blocks_until_included(with_quotas, &[], &last()));
    let with = on_chain(|| blocks_until_included(with_quotas, &flood(), &last()));
    let without = on_chain(|| {
        let (flood, last) = (flood(), last());
        for sent in flood.iter().chain([&last]) {
            if System::providers(&sent.by) == 0 {
                System::inc_providers(&sent.by);
            }
        }
        blocks_until_included(without_quotas, &flood, &last)
    });
    println!("idle {idle}, with quotas {with}, without {without} blocks");
    (idle, with, without)
}

#[test]
fn one_account_that_sends_all_it_can_delays_nobody() {
    let (idle, with, without) = floods(&|| from_one_account(PATIENT), &act);
    assert!(with <= 2 * idle, "{with} blocks beside {idle}");
    assert!(without > 2 * idle, "the flood is none: it delays nobody even without quotas");
}

#[test]
fn ten_thousand_strangers_delay_no_member() {
    let (idle, with, without) = floods(&from_strangers, &act);
    assert!(with <= 2 * idle, "{with} blocks beside {idle}");
    assert!(without > 2 * idle, "the flood is none: it delays nobody even without quotas");
}

#[test]
fn ten_thousand_strangers_delay_no_registration_that_an_institution_vouches_for() {
    let (idle, with, without) = floods(&from_strangers, &vouched);
    assert!(with <= 2 * idle, "{with} blocks beside {idle}");
    assert!(without > 2 * idle, "the flood is none: it delays nobody even without quotas");
}
