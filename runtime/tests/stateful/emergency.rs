//! Proposes what patients provide for emergencies, what doctors do in them, and what administrators find.

use crate::{
    model::Model,
    proposals::{administrator, Dice, Proposal},
};
use medchain_primitives::*;
use medchain_runtime::*;
use pallet_access::{
    EmergencyByPatient, EmergencyCapsules, EmergencyConsents, EmergencyInstitutions, EmergencyLodging,
};

pub fn give_emergency_consent(model: &Model, dice: &mut Dice) -> Proposal {
    let (patient, signer) = model.some_active(dice, Role::Patient)?;
    let institutions = if dice.one_in(3) {
        let chosen: Vec<_> = (0..dice.below(3)).filter_map(|_| model.some_active(dice, Role::Hospital)).collect();
        let chosen: Vec<_> = chosen.into_iter().map(|(id, _)| id).collect();
        EmergencyInstitutions::Chosen(chosen.try_into().ok()?)
    } else {
        EmergencyInstitutions::All
    };
    Some((signer, pallet_access::Call::give_emergency_consent { patient, institutions }.into()))
}

pub fn revoke_emergency_consent(model: &Model, dice: &mut Dice) -> Proposal {
    let patient = dice.of(&EmergencyConsents::<Runtime>::iter_keys().collect::<Vec<_>>())?;
    dice.one_in(6).then_some(())?;
    Some((model.account_of(patient)?, pallet_access::Call::revoke_emergency_consent { patient }.into()))
}

pub fn lodge_emergency(model: &Model, dice: &mut Dice) -> Proposal {
    let patient = dice.of(&EmergencyConsents::<Runtime>::iter_keys().collect::<Vec<_>>())?;
    let (record, entry) = model.some_record(dice, |_, entry| entry.patient == patient)?;
    let capsule = EmergencyCapsuleHash([dice.below(256) as u8; 32]);
    let by = if dice.one_in(4) { entry.author } else { patient };
    let lodgings = vec![EmergencyLodging { record, capsule }].try_into().ok()?;
    Some((model.account_of(by)?, pallet_access::Call::lodge_emergency { lodgings }.into()))
}

pub fn withdraw_emergency(model: &Model, dice: &mut Dice) -> Proposal {
    let lodged: Vec<_> = EmergencyByPatient::<Runtime>::iter_keys().collect();
    let (patient, record) = dice.of(&lodged)?;
    dice.one_in(4).then_some(())?;
    let records = vec![RecordId::from(record)].try_into().ok()?;
    Some((model.account_of(patient)?, pallet_access::Call::withdraw_emergency { records }.into()))
}

pub fn open_emergency(model: &Model, dice: &mut Dice) -> Proposal {
    let record = dice.of(&EmergencyCapsules::<Runtime>::iter_keys().collect::<Vec<_>>())?;
    let (_, signer) = model.some_active(dice, Role::Doctor)?;
    let reason = dice.of(EmergencyReason::ALL)?;
    Some((signer, pallet_access::Call::open_emergency { record, reason }.into()))
}

pub fn review_emergency(model: &Model, dice: &mut Dice) -> Proposal {
    let reading = if dice.one_in(16) { dice.of_map(&model.log)? } else { dice.of_map(&model.unreviewed)? };
    let outcome = dice.of(ReviewOutcome::ALL)?;
    Some((administrator(), pallet_access::Call::review_emergency { reading, outcome }.into()))
}
