//! Emergency access: capsules lodged beforehand, and the patient half that comes out of one.

use super::{actor, half_of, halves::ensure_not_erased, Actor, Progress};
use crate::{
    account::Identity,
    chain::{calls, EmergencyLodging},
    client::{every_page, Client, Submitted, Wait},
    error::{Error, Result},
    proof::ProvenCommittee,
    vault::{lodge_capsule, Reads},
};
use medchain_primitives::{limits, EmergencyCapsuleHash, MemberId, RecordId, RecordKind, RecordStatus};
use medchain_runtime_api::RecordView;
use medchain_sealing::{
    emergency::{EmergencyCapsule, EmergencyContext},
    record_key::PatientHalf,
};

/// Lodges emergency capsules for records: makes them out of the patient halves that this account holds, as patient or as a
/// guardian, names them on chain, 32 in a transaction, and stores them. Gives the transactions.
///
/// # Errors
/// Those of [`half_of`]; the chain's and the node's refusals. What was lodged before one stays lodged, and the call may be
/// repeated.
pub async fn lodge(
    client: &Client,
    identity: &Identity,
    records: &[RecordId],
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Vec<Submitted>> {
    let actor = actor(client, identity).await?;
    let lodged_by = actor.member_id().ok_or(Error::NotAMember)?;
    let committee = client.proven_committee().await?;
    let mut transactions = Vec::new();
    for some in records.chunks(limits::RECORDS_PER_REQUEST_MAX as usize) {
        let mut made = Vec::new();
        for record in some {
            client.may_lodge_emergency(&identity.account(), *record).await?.into_result()?;
            let record = client.record(*record).await?;
            ensure_not_erased(&record)?;
            let half = half_of(client, identity, &actor, &record).await?;
            let capsule = capsule_of(client, &committee, &record, lodged_by, &half)?;
            made.push((record, capsule));
        }
        transactions.push(lodge_made(client, identity, made, progress).await?);
    }
    Ok(transactions)
}

/// The records of a patient for which an emergency capsule can be lodged and is not.
///
/// # Errors
/// Those of [`Client::call`].
pub async fn unlodged(client: &Client, patient: MemberId) -> Result<Vec<RecordId>> {
    let mut found = Vec::new();
    for record in every_page(|cursor| client.records(patient, None, cursor, limits::PAGE_MAX)).await? {
        let wanted = record.status == RecordStatus::Current && record.kind != RecordKind::Certificate;
        if wanted && client.emergency_capsule(record.id).await?.is_none() {
            found.push(record.id);
        }
    }
    Ok(found)
}

/// Lodges the capsules of records that this account has just written, if their patients have given emergency consent.
/// Gives the records for which it did.
pub(super) async fn lodge_as_author(
    client: &Client,
    identity: &Identity,
    author: MemberId,
    written: Vec<(RecordId, &PatientHalf)>,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Vec<RecordId>> {
    let mut made = Vec::new();
    let mut committee = None;
    for (record, half) in written {
        let record = client.record(record).await?;
        if record.kind == RecordKind::Certificate || client.emergency_consent(record.patient).await?.is_none() {
            continue;
        }
        let committee = match &committee {
            Some(committee) => committee,
            None => committee.insert(client.proven_committee().await?),
        };
        let capsule = capsule_of(client, committee, &record, author, half)?;
        made.push((record, capsule));
    }
    let records = made.iter().map(|(record, _)| record.id).collect();
    if !made.is_empty() {
        lodge_made(client, identity, made, progress).await?;
    }
    Ok(records)
}

/// Names capsules on chain, and stores them once a block shows them.
async fn lodge_made(
    client: &Client,
    identity: &Identity,
    made: Vec<(RecordView, EmergencyCapsule)>,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Submitted> {
    let lodgings = made
        .iter()
        .map(|(record, capsule)| EmergencyLodging { record: record.id, capsule: EmergencyCapsuleHash(capsule.hash()) })
        .collect();
    let stage = |stage| progress(Progress::Transaction(stage));
    let submitted = client.submit(&calls::lodge_emergency(lodgings), identity, Wait::Finalized, &stage).await?;
    for (record, capsule) in &made {
        lodge_capsule(client, identity, record, &capsule.to_bytes()).await?;
    }
    Ok(submitted)
}

fn capsule_of(
    client: &Client,
    committee: &ProvenCommittee,
    record: &RecordView,
    lodged_by: MemberId,
    half: &PatientHalf,
) -> Result<EmergencyCapsule> {
    EmergencyCapsule::create(half, &committee.key, &context(client, record, lodged_by, committee.epoch))
        .map_err(|_| Error::Internal("the emergency capsule could not be made"))
}

fn context(client: &Client, record: &RecordView, lodged_by: MemberId, epoch: u32) -> EmergencyContext {
    EmergencyContext {
        genesis: client.genesis(),
        record: record.id.0,
        content: record.content.0,
        lodged_by: lodged_by.0,
        patient: record.patient.0,
        epoch,
    }
}

/// The patient half that the committee gives out within the window of an emergency opening.
pub(super) async fn half_in_emergency(
    client: &Client,
    identity: &Identity,
    actor: &Actor,
    record: &RecordView,
    reads: &Reads<'_>,
) -> Result<PatientHalf> {
    let mismatch = || Error::ContentMismatch { what: "emergency capsule", record: record.id };
    let lodged = client.emergency_capsule(record.id).await?.ok_or_else(mismatch)?;
    let capsule = EmergencyCapsule::from_bytes(&reads.emergency_capsule().await?).map_err(|_| mismatch())?;
    if capsule.hash() != lodged.capsule.0 {
        return Err(mismatch());
    }
    let context = context(client, record, lodged.lodged_by, capsule.epoch);
    let fetch = || reads.release_emergency();
    let (released, _) =
        super::committee::released(client, identity, actor, record, &fetch, &capsule.capsule, &context.capsule())
            .await?;
    capsule.open(&released, &context).map_err(|_| Error::Unopened { what: "emergency capsule", record: record.id })
}
