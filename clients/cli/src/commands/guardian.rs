//! `medchain guardian`.

use super::{access::acting_for, listing, member::resolve};
use crate::{
    arguments::Guardian,
    failure::{Failure, Result},
    moments::shown,
    report::{table, Report},
    session::{transaction_report, Session},
};
use medchain_primitives::*;
use medchain_runtime_api::GuardianView;
use medchain_sdk::{
    chain::{calls, RecordGrant},
    client::{every_page, MemberSelector},
    record::{actor, own_half, reseal},
};

pub async fn run(session: &Session, command: Guardian) -> Result<Report> {
    match command {
        Guardian::Appoint { guardian, decide, read, until } => {
            let guardian = resolve(session, &guardian).await?;
            let said = format!("member {guardian} acts in this patient's name until {}", shown(until));
            session.act(calls::appoint_guardian(guardian, GuardianScope { decide, read }, until), said).await
        }
        Guardian::Seal { guardian, records } => seal(session, &guardian, records).await,
        Guardian::Dismiss { guardian } => {
            let guardian = resolve(session, &guardian).await?;
            let said = format!("member {guardian} acts in this patient's name no more");
            session.act(calls::dismiss_guardian(guardian), said).await
        }
        Guardian::Resign { patient } => {
            let patient = resolve(session, &patient).await?;
            let said = format!("gave up the guardianship of patient {patient}");
            session.act(calls::resign_guardianship(patient), said).await
        }
        Guardian::List { patient } => {
            let patient = acting_for(session, patient).await?;
            let guardians = session.client().await?.guardians(patient).await?;
            let report = Report::new(&guardians);
            if guardians.is_empty() {
                return Ok(report.line(format!("patient {patient} has no guardian")));
            }
            Ok(report.lines(table(HEADING, guardians.iter().map(row).collect())))
        }
        Guardian::Wards { member, page } => {
            let guardian = acting_for(session, member).await?;
            let wards = session.client().await?.wards(guardian, page.after.map(MemberId), page.limit).await?;
            Ok(listing(&wards, &format!("member {guardian} acts in nobody's name"), HEADING, row))
        }
    }
}

const HEADING: [&str; 5] = ["PATIENT", "GUARDIAN", "MAY", "SINCE", "UNTIL"];

fn row(guardianship: &GuardianView) -> [String; 5] {
    let may = match guardianship.scope {
        GuardianScope { decide: true, read: true } => "decide, read",
        GuardianScope { decide: true, read: false } => "decide",
        GuardianScope { read: true, .. } => "read",
        GuardianScope { .. } => "nothing",
    };
    [
        guardianship.patient.to_string(),
        guardianship.guardian.to_string(),
        may.to_owned(),
        shown(guardianship.since),
        shown(guardianship.until),
    ]
}

async fn seal(session: &Session, guardian: &MemberSelector, records: Vec<RecordId>) -> Result<Report> {
    let client = session.client().await?;
    let me = session.me().await?;
    let guardian = client.proven_member(guardian).await?;
    let records = if records.is_empty() { unsealed(session, me.id, guardian.id).await? } else { records };
    if records.is_empty() {
        return Err(Failure::new(format!("every record is sealed to member {} already", guardian.id)));
    }
    let identity = session.identity().await?;
    let actor = actor(client, identity).await?;
    let mut last = None;
    for some in records.chunks(limits::RECORDS_PER_REQUEST_MAX as usize) {
        let mut grants = Vec::new();
        for record in some {
            let record = client.record(*record).await?;
            let half = own_half(client, identity, &actor, &record).await?;
            let seal = reseal(client.genesis(), record.content.0, &half, &guardian.key)?;
            grants.push(RecordGrant { record: record.id, seal });
        }
        last = Some(session.submit(calls::seal_to_guardian(guardian.id, grants)).await?);
    }
    let report = last.as_ref().map(transaction_report).unwrap_or_default();
    Ok(report.field("guardian", guardian.id).field("records", &records).line(format!(
        "sealed {} records to guardian {} ({})",
        records.len(),
        guardian.id,
        guardian.username
    )))
}

/// The patient's readable records that are not sealed to the guardian.
async fn unsealed(session: &Session, patient: MemberId, guardian: MemberId) -> Result<Vec<RecordId>> {
    let client = session.client().await?;
    let mut missing = Vec::new();
    for record in every_page(|cursor| client.records(patient, None, cursor, limits::PAGE_MAX)).await? {
        let readable = record.status != RecordStatus::Erased;
        if readable && client.grant(record.id, guardian).await?.is_none() {
            missing.push(record.id);
        }
    }
    Ok(missing)
}
