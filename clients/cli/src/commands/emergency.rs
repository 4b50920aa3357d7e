//! `medchain emergency`.

use super::{
    access::{acting_for, numbers},
    listing,
    member::resolve,
    record,
};
use crate::{
    arguments::Emergency,
    failure::{Failure, Result},
    moments::shown,
    progress::Display,
    report::Report,
    session::{transaction_report, Session},
};
use medchain_primitives::*;
use medchain_sdk::{
    chain::{calls, events, EmergencyInstitutions},
    client::MemberSelector,
    record::{lodge, unlodged},
};

pub async fn run(session: &Session, command: Emergency) -> Result<Report> {
    match command {
        Emergency::Consent { all: _, hospitals, patient } => consent(session, hospitals, patient).await,
        Emergency::Revoke { patient } => revoke(session, patient).await,
        Emergency::Lodge { records, patient } => lodge_capsules(session, records, patient).await,
        Emergency::Withdraw { records } => {
            let said = format!("withdrew the emergency capsules of records {}", numbers(&records));
            session.act(calls::withdraw_emergency(records), said).await
        }
        Emergency::Show { patient } => show(session, patient).await,
        Emergency::Capsule { record } => capsule(session, record).await,
        Emergency::Open { record, reason, output, force } => {
            record::open(session, record, output, force, true, Some(reason)).await
        }
        Emergency::Pending { page } => {
            let pending = session.client().await?.emergency_reviews(page.after.map(ReadingId), page.limit).await?;
            let heading = ["READING", "OPENED", "RECORD", "PATIENT", "DOCTOR", "REASON"];
            Ok(listing(&pending, "no emergency opening waits for a review", heading, |review| {
                [
                    review.reading.to_string(),
                    shown(review.opened_at),
                    review.record.to_string(),
                    review.patient.to_string(),
                    review.doctor.to_string(),
                    review.reason.to_string(),
                ]
            }))
        }
        Emergency::Review { reading, outcome } => {
            let said = format!("reviewed the emergency opening {reading}: {outcome}");
            session.act(calls::review_emergency(reading, outcome), said).await
        }
    }
}

async fn consent(session: &Session, hospitals: Vec<MemberSelector>, patient: Option<MemberSelector>) -> Result<Report> {
    let patient = acting_for(session, patient).await?;
    let mut chosen = Vec::new();
    for hospital in &hospitals {
        chosen.push(resolve(session, hospital).await?);
    }
    let (institutions, whom) = if chosen.is_empty() {
        (EmergencyInstitutions::All, "any doctor".to_owned())
    } else {
        let names = chosen.iter().map(MemberId::to_string).collect::<Vec<_>>().join(", ");
        (EmergencyInstitutions::Chosen(chosen), format!("a doctor affiliated with hospital {names}"))
    };
    let submitted = session.submit(calls::give_emergency_consent(patient, institutions)).await?;
    Ok(transaction_report(&submitted)
        .field("patient", patient)
        .line(format!("in an emergency {whom} may open the records of patient {patient} that are lodged for it"))
        .line("lodge them with `medchain emergency lodge`; authors lodge new ones as they write them"))
}

async fn revoke(session: &Session, patient: Option<MemberSelector>) -> Result<Report> {
    let patient = acting_for(session, patient).await?;
    // One call takes a bounded number of capsules.
    loop {
        let submitted = session.submit(calls::revoke_emergency_consent(patient)).await?;
        let said = match submitted.event::<events::EmergencyConsentRevoked>() {
            Some(event) if event.more => continue,
            Some(_) => format!("nobody opens the records of patient {patient} in an emergency any more"),
            None => format!("withdrew the emergency consent of patient {patient}; repeat to remove what may be left"),
        };
        return Ok(transaction_report(&submitted).field("patient", patient).line(said));
    }
}

async fn lodge_capsules(session: &Session, records: Vec<RecordId>, patient: Option<MemberSelector>) -> Result<Report> {
    let patient = acting_for(session, patient).await?;
    let client = session.client().await?;
    if client.emergency_consent(patient).await?.is_none() {
        return Err(Failure::new(format!("patient {patient} has given no emergency consent"))
            .hint("give it first with `medchain emergency consent`"));
    }
    let records = if records.is_empty() { unlodged(client, patient).await? } else { records };
    if records.is_empty() {
        return Ok(Report::new(serde_json::json!({ "records": records }))
            .line(format!("every record of patient {patient} is lodged for emergencies")));
    }
    let display = Display::new();
    let identity = session.identity().await?;
    let transactions = lodge(client, identity, &records, &|progress| display.record(progress)).await?;
    drop(display);
    let report = transactions.last().map(transaction_report).unwrap_or_default();
    Ok(report
        .field("records", &records)
        .line(format!("lodged records {} of patient {patient} for emergencies", numbers(&records))))
}

async fn capsule(session: &Session, record: RecordId) -> Result<Report> {
    let capsule = session.client().await?.emergency_capsule(record).await?;
    let report = Report::new(&capsule);
    Ok(match capsule {
        None => report.line(format!("record {record} is not lodged for emergencies")),
        Some(capsule) => report
            .line(format!("record {record} is lodged for emergencies"))
            .line(format!("lodged:    {}, by member {}", shown(capsule.lodged_at), capsule.lodged_by))
            .line(format!("capsule:   {}", capsule.capsule)),
    })
}

async fn show(session: &Session, patient: Option<MemberSelector>) -> Result<Report> {
    let patient = acting_for(session, patient).await?;
    let client = session.client().await?;
    let Some(consent) = client.emergency_consent(patient).await? else {
        return Ok(
            Report::new(serde_json::Value::Null).line(format!("patient {patient} has given no emergency consent"))
        );
    };
    let missing = unlodged(client, patient).await?;
    let whom = match &consent.institutions {
        None => "any doctor".to_owned(),
        Some(hospitals) => {
            let hospitals = hospitals.iter().map(MemberId::to_string).collect::<Vec<_>>().join(", ");
            format!("a doctor affiliated with hospital {hospitals}")
        }
    };
    let lodged = if missing.is_empty() {
        "every record in force is lodged".to_owned()
    } else {
        format!("not lodged: records {}", numbers(&missing))
    };
    Ok(Report::new(&consent)
        .field("unlodged", &missing)
        .line(format!(
            "in an emergency {whom} may open the records of patient {patient}, since {}",
            shown(consent.since)
        ))
        .line(lodged))
}
