//! Proposes the calls by which members change keys and accounts, and come by vouchers.

use crate::{account, chain, model::Model, moment, number_of, pair, proposals::*};
use codec::Encode;
use medchain_primitives::*;
use medchain_runtime::*;
use sp_core::Pair;

/// A statement's end; now and then one that is over, or too far ahead.
pub fn end(dice: &mut Dice) -> Moment {
    match dice.below(24) {
        0 => moment(),
        1 => moment() + limits::STATEMENT_LIFETIME_MAX + 1,
        _ => moment() + 1 + dice.below(limits::STATEMENT_LIFETIME_MAX),
    }
}

/// An account's signature, as it is or as wallets wrap it; now and then another account's.
pub fn signature(dice: &mut Dice, signer: &AccountId, text: &str) -> Option<Signature> {
    let number = if dice.one_in(24) { 1 + dice.below(ACCOUNTS) as u8 } else { number_of(signer)? };
    let text = if dice.one_in(2) { wrapped(text) } else { text.as_bytes().to_vec() };
    Some(pair(number).sign(&text).into())
}

pub fn any_key(dice: &mut Dice) -> EncryptionKey {
    chain::key(1 + dice.below(255) as u8)
}

pub fn register_vouched(model: &Model, dice: &mut Dice) -> Proposal {
    let number = 1 + dice.below(ACCOUNTS) as u8;
    let signer = account(number);
    if !model.is_stranger(&signer) && !dice.one_in(64) {
        return None;
    }
    let (institution, by) = model.some_member(dice, |member| {
        matches!(member.role, Role::Hospital | Role::Pharmacy) && member.status == Status::Active
    })?;
    let (genesis, expires_at) = (System::block_hash(0), end(dice));
    let statement =
        VoucherStatement { genesis: genesis.as_ref(), applicant: &signer.encode(), institution, expires_at };
    let signature = signature(dice, &by, &statement.text())?;
    let voucher = pallet_registry::Voucher { institution, signer: by, expires_at, signature };
    let role = role_of(number);
    let call = pallet_registry::Call::register_vouched {
        role,
        username: format!("member-{number}").into_bytes().try_into().ok()?,
        encryption_key: chain::key(number),
        details: role.is_professional().then(|| chain::details("A vouched member")),
        voucher,
    };
    Some((signer, call.into()))
}

pub fn rotate_key(model: &Model, dice: &mut Dice) -> Proposal {
    let (_, signer) = model.some_member(dice, |member| member.status != Status::Suspended)?;
    // Every rotation shuts out the readers whose seals were made before.
    dice.one_in(6).then_some(())?;
    Some((signer, pallet_registry::Call::rotate_key { key: any_key(dice) }.into()))
}

/// An account that has never been anybody's; now and then one that has.
pub fn free_account(model: &Model, dice: &mut Dice) -> Option<AccountId> {
    if dice.one_in(16) {
        return Some(account(1 + dice.below(250) as u8));
    }
    // Any of them: what waits for the account that another has taken meanwhile comes to nothing.
    let spare = (ACCOUNTS as u8 + 1..=250).map(account).filter(|account| is_free(model, account));
    dice.of(&spare.collect::<Vec<_>>())
}

/// Whether an account is nobody's and never was.
fn is_free(model: &Model, account: &AccountId) -> bool {
    model.is_stranger(account) && !model.retired.contains(account) && !model.staff.contains_key(account)
}

/// A consent to take a membership over.
fn consent(dice: &mut Dice, member: MemberId, to: &AccountId, key: EncryptionKey) -> Option<(Moment, Signature)> {
    let (genesis, expires_at) = (System::block_hash(0), end(dice));
    let statement =
        MoveStatement { genesis: genesis.as_ref(), member, to: &to.encode(), encryption_key: key, expires_at };
    Some((expires_at, signature(dice, to, &statement.text())?))
}

pub fn move_account(model: &Model, dice: &mut Dice) -> Proposal {
    let (member, signer) = model.some_member(dice, |member| member.status != Status::Suspended)?;
    dice.one_in(8).then_some(())?;
    let (to, key) = (free_account(model, dice)?, any_key(dice));
    let (expires_at, signature) = consent(dice, member, &to, key)?;
    Some((
        signer,
        pallet_registry::Call::move_account { to, key, expires_at, signature, copy: Seal([0x5e; 80]) }.into(),
    ))
}

pub fn name_guardians(model: &Model, dice: &mut Dice) -> Proposal {
    let (_, signer) = model.some_member(dice, |member| member.status != Status::Suspended)?;
    // Who has guardians keeps them a while, or nothing would be recovered.
    let named = Registry::by_account(&signer).map(|member| member.id);
    let has = named.is_some_and(pallet_registry::Guardianships::<Runtime>::contains_key);
    (!has || dice.one_in(8)).then_some(())?;
    let guardians: Vec<_> = (0..dice.below(4))
        .filter_map(|_| {
            let guardian = dice.of_map(&model.members)?;
            Some(pallet_registry::GuardianWithCopy { guardian, copy: model.seal_to(dice, guardian) })
        })
        .collect();
    let threshold = if dice.one_in(16) { dice.below(5) } else { 1 + dice.below(2) } as u32;
    let wait = if dice.one_in(16) { dice.below(100 * DAY) } else { limits::RECOVERY_WAIT_MIN };
    let guardians = guardians.try_into().ok()?;
    Some((signer, pallet_registry::Call::name_guardians { guardians, threshold, wait }.into()))
}

pub fn propose_recovery(model: &Model, dice: &mut Dice) -> Proposal {
    let named: Vec<_> = pallet_registry::Guardianships::<Runtime>::iter().collect();
    let (member, guardianship) = dice.of(&named)?;
    let guardian = dice.of(&guardianship.guardians)?;
    let (to, key) = (free_account(model, dice)?, any_key(dice));
    let (expires_at, signature) = consent(dice, member, &to, key)?;
    let call = pallet_registry::Call::propose_recovery { member, to, key, expires_at, signature };
    Some((model.account_of(guardian)?, call.into()))
}

/// A recovery that is under way: whose, who proposed it, and what.
fn some_recovery(dice: &mut Dice) -> Option<(MemberId, MemberId, pallet_registry::Recovery<AccountId>)> {
    dice.of(&pallet_registry::Recoveries::<Runtime>::iter().collect::<Vec<_>>())
}

pub fn approve_recovery(model: &Model, dice: &mut Dice) -> Proposal {
    let (member, proposer, recovery) = some_recovery(dice)?;
    let guardianship = pallet_registry::Guardianships::<Runtime>::get(member)?;
    let others: Vec<_> = guardianship.guardians.into_iter().filter(|id| !recovery.approvals.contains(id)).collect();
    let guardian = if dice.one_in(16) { dice.of(&recovery.approvals)? } else { dice.of(&others)? };
    let call = pallet_registry::Call::approve_recovery { member, proposer, to: recovery.to, key: recovery.key };
    Some((model.account_of(guardian)?, call.into()))
}

pub fn object_to_recovery(model: &Model, dice: &mut Dice) -> Proposal {
    let (member, ..) = some_recovery(dice)?;
    dice.one_in(8).then_some(())?;
    Some((model.account_of(member)?, pallet_registry::Call::object_to_recovery {}.into()))
}

pub fn complete_recovery(model: &Model, dice: &mut Dice) -> Proposal {
    let all: Vec<_> = pallet_registry::Recoveries::<Runtime>::iter().collect();
    let in_time = |at: Moment| (at..at + limits::RECOVERY_CARRIED_OUT_WITHIN).contains(&moment());
    let is_ready = |recovery: &pallet_registry::Recovery<AccountId>| {
        recovery.ready_at.is_some_and(in_time) && is_free(model, &recovery.to)
    };
    let ready: Vec<_> = all.iter().filter(|(_, _, recovery)| is_ready(recovery)).cloned().collect();
    let (member, proposer, _) = if dice.one_in(16) { dice.of(&all)? } else { dice.of(&ready)? };
    let guardian = dice.of(&pallet_registry::Guardianships::<Runtime>::get(member)?.guardians)?;
    let call = pallet_registry::Call::complete_recovery { member, proposer };
    Some((model.account_of(guardian)?, call.into()))
}
