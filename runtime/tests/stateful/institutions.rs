//! Proposes what institutions and guardians do for others: affiliations, staff, links, dependants, copies of secrets.

use crate::{
    identity::{any_key, end, free_account, signature},
    model::Model,
    moment,
    proposals::*,
};
use codec::Encode;
use medchain_primitives::*;
use medchain_runtime::*;
use pallet_access::{Links, SealedRecipient};
use pallet_registry::{AffiliatedDoctors, Dependants, GuardianCopies, Staff, Voucher};

const COPY: Seal = Seal([0x5e; 80]);

pub fn offer_affiliation(model: &Model, dice: &mut Dice) -> Proposal {
    let (_, signer) = model.some_active(dice, Role::Hospital)?;
    let (doctor, _) = model.some_active(dice, Role::Doctor)?;
    Some((signer, pallet_registry::Call::offer_affiliation { doctor }.into()))
}

/// An affiliation: the hospital, the doctor, and whether the doctor has accepted it.
fn some_affiliation(dice: &mut Dice, accepted: bool) -> Option<(MemberId, MemberId)> {
    let found: Vec<_> = AffiliatedDoctors::<Runtime>::iter()
        .filter(|(_, _, affiliation)| affiliation.accepted_at.is_some() == accepted)
        .map(|(hospital, doctor, _)| (hospital, MemberId::from(doctor)))
        .collect();
    dice.of(&found)
}

pub fn accept_affiliation(model: &Model, dice: &mut Dice) -> Proposal {
    let (hospital, doctor) = some_affiliation(dice, false)?;
    Some((model.account_of(doctor)?, pallet_registry::Call::accept_affiliation { hospital }.into()))
}

pub fn end_affiliation(model: &Model, dice: &mut Dice) -> Proposal {
    let accepted = dice.one_in(2);
    let (hospital, doctor) = some_affiliation(dice, accepted)?;
    dice.one_in(4).then_some(())?;
    let (by, other) = if dice.one_in(2) { (hospital, doctor) } else { (doctor, hospital) };
    Some((model.account_of(by)?, pallet_registry::Call::end_affiliation { other }.into()))
}

fn some_institution(model: &Model, dice: &mut Dice) -> Option<(MemberId, AccountId)> {
    let role = if dice.one_in(2) { Role::Hospital } else { Role::Pharmacy };
    model.some_active(dice, role)
}

fn version_of(dice: &mut Dice, member: MemberId) -> KeyVersion {
    let current = <Registry as MemberDirectory<AccountId>>::by_id(member).map_or(1, |info| info.key_version);
    if dice.one_in(16) {
        current + 1
    } else {
        current
    }
}

pub fn add_staff(model: &Model, dice: &mut Dice) -> Proposal {
    let (institution, signer) = some_institution(model, dice)?;
    (model.staff.len() < 12 || dice.one_in(8)).then_some(())?;
    let (new, encryption_key, expires_at) = (free_account(model, dice)?, any_key(dice), end(dice));
    let genesis = System::block_hash(0);
    let statement =
        StaffStatement { genesis: genesis.as_ref(), institution, account: &new.encode(), encryption_key, expires_at };
    let signature = signature(dice, &new, &statement.text())?;
    let (scope, of_version) = (dice.of(StaffScope::ALL)?, version_of(dice, institution));
    let call = pallet_registry::Call::add_staff {
        account: new,
        scope,
        encryption_key,
        copy: COPY,
        of_version,
        expires_at,
        signature,
    };
    Some((signer, call.into()))
}

pub fn remove_staff(model: &Model, dice: &mut Dice) -> Proposal {
    let account = dice.of_map(&model.staff)?;
    dice.one_in(6).then_some(())?;
    let institution = model.staff.get(&account)?.0;
    let signer = if dice.one_in(4) { account.clone() } else { model.account_of(institution)? };
    Some((signer, pallet_registry::Call::remove_staff { account }.into()))
}

pub fn reseal_staff(model: &Model, dice: &mut Dice) -> Proposal {
    let account = dice.of_map(&model.staff)?;
    let institution = Staff::<Runtime>::get(&account)?.institution;
    let copies = vec![(account, COPY)].try_into().ok()?;
    let of_version = version_of(dice, institution);
    Some((model.account_of(institution)?, pallet_registry::Call::reseal_staff { copies, of_version }.into()))
}

pub fn return_copy(model: &Model, dice: &mut Dice) -> Proposal {
    let held: Vec<_> = GuardianCopies::<Runtime>::iter()
        .filter(|(member, _, copy)| copy.of_version < model.members.get(member).map_or(0, |entry| entry.key_version))
        .map(|(member, guardian, _)| (member, guardian))
        .collect();
    let (member, guardian) = dice.of(&held)?;
    let copy = VersionedSeal { seal: COPY, key_version: version_of(dice, member) };
    Some((model.account_of(guardian)?, pallet_registry::Call::return_copy { member, copy }.into()))
}

pub fn register_dependant(model: &Model, dice: &mut Dice) -> Proposal {
    let (guardian, signer) = model.some_active(dice, Role::Patient)?;
    let (institution, by) = some_institution(model, dice)?;
    (model.dependants.len() < 6 || dice.one_in(8)).then_some(())?;
    let (new, encryption_key, expires_at) = (free_account(model, dice)?, any_key(dice), end(dice));
    let genesis = System::block_hash(0);
    let statement = VoucherStatement { genesis: genesis.as_ref(), applicant: &new.encode(), institution, expires_at };
    let voucher = Voucher { institution, signature: signature(dice, &by, &statement.text())?, signer: by, expires_at };
    let statement =
        DependantStatement { genesis: genesis.as_ref(), guardian, account: &new.encode(), encryption_key, expires_at };
    let signature = signature(dice, &new, &statement.text())?;
    let username = format!("dependant-{}", dice.below(1 << 20)).into_bytes().try_into().ok()?;
    let call = pallet_registry::Call::register_dependant {
        account: new,
        username,
        encryption_key,
        voucher,
        expires_at,
        signature,
    };
    Some((signer, call.into()))
}

pub fn hand_over(model: &Model, dice: &mut Dice) -> Proposal {
    let (dependant, guardian) = dice.of(&Dependants::<Runtime>::iter().collect::<Vec<_>>())?;
    dice.one_in(3).then_some(())?;
    let (to, key, expires_at) = (free_account(model, dice)?, any_key(dice), end(dice));
    let genesis = System::block_hash(0);
    let statement = MoveStatement {
        genesis: genesis.as_ref(),
        member: dependant,
        to: &to.encode(),
        encryption_key: key,
        expires_at,
    };
    let signature = signature(dice, &to, &statement.text())?;
    let call = pallet_registry::Call::hand_over { dependant, to, key, expires_at, signature, copy: COPY };
    Some((model.account_of(guardian)?, call.into()))
}

pub fn reseal(model: &Model, dice: &mut Dice) -> Proposal {
    let (record, entry) = model.some_record(dice, |_, entry| entry.status != RecordStatus::Erased)?;
    let envelope = EnvelopeHash([dice.below(256) as u8; 32]);
    let records = vec![pallet_reports::ResealedRecord { record, envelope }].try_into().ok()?;
    let key_version = version_of(dice, entry.patient);
    Some((model.account_of(entry.patient)?, pallet_reports::Call::reseal { records, key_version }.into()))
}

pub fn register_link(model: &Model, dice: &mut Dice) -> Proposal {
    let (patient, signer) = model.some_active(dice, Role::Patient)?;
    let (host, _) = some_institution(model, dice)?;
    let own: Vec<_> = model.records.iter().filter(|(_, entry)| entry.patient == patient).map(|(id, _)| *id).collect();
    let mut records: Vec<_> = (0..1 + dice.below(3)).filter_map(|_| dice.of(&own)).collect();
    records.dedup();
    let commitment = LinkCommitment(sp_core::H256::from_low_u64_be(dice.below(1 << 16)).0);
    let duration = if dice.one_in(16) { dice.below(40 * DAY) } else { HOUR + dice.below(5 * DAY) };
    let openings = if dice.one_in(16) { dice.below(1_100) } else { 1 + dice.below(4) } as u32;
    let records = records.try_into().ok()?;
    let call = pallet_access::Call::register_link { patient, commitment, host, records, duration, openings };
    Some((signer, call.into()))
}

pub fn open_link(model: &Model, dice: &mut Dice) -> Proposal {
    let active: Vec<_> = Links::<Runtime>::iter()
        .filter(|(_, link)| link.revoked_at.is_none() && link.openings_left > 0 && moment() < link.expires_at)
        .map(|(id, link)| (id, link.patient, link.host))
        .collect();
    let (link, patient, host) = dice.of(&active)?;
    let key_version = version_of(dice, patient);
    let recipient = SealedRecipient { sealed: [0x5e; limits::SEALED_RECIPIENT as usize], key_version };
    Some((model.account_of(host)?, pallet_access::Call::open_link { link, recipient }.into()))
}

pub fn revoke_link(model: &Model, dice: &mut Dice) -> Proposal {
    let left: Vec<_> = Links::<Runtime>::iter()
        .filter(|(_, link)| link.revoked_at.is_none())
        .map(|(id, link)| (id, link.patient))
        .collect();
    let (link, patient) = dice.of(&left)?;
    dice.one_in(6).then_some(())?;
    Some((model.account_of(patient)?, pallet_access::Call::revoke_link { link }.into()))
}

/// Now and then it is not the institution itself that acts, but staff.
pub fn by_staff(model: &Model, dice: &mut Dice, signer: AccountId) -> AccountId {
    let Some((institution, _)) = model.member_of(&signer) else { return signer };
    let staff: Vec<_> =
        model.staff.iter().filter(|(_, (of, _))| *of == institution).map(|(account, _)| account.clone()).collect();
    match dice.of(&staff) {
        Some(account) if dice.one_in(4) => account,
        _ => signer,
    }
}
