//! `medchain access may`: what the chain would decide. A refusal is an answer here, not a failure.

use super::numbers;
use crate::{
    arguments::May, commands::member::resolve, failure::Result, moments::shown, report::Report, session::Session,
};
use medchain_runtime_api::ReadPermit;
use medchain_sdk::client::{AccessDecision, MemberSelector};

pub async fn run(session: &Session, act: May, member: Option<&MemberSelector>) -> Result<Report> {
    let account = session.account_of(member).await?;
    let client = session.client().await?;
    let (act, decision) = match act {
        May::Request { patient, records, purpose } => {
            let patient = resolve(session, &patient).await?;
            let decision = client.may_request(&account, patient, &records, purpose).await?;
            (format!("requesting records {} of patient {patient}, for {purpose}", numbers(&records)), decision)
        }
        May::Open { record } => (format!("opening record {record}"), client.may_open(&account, record).await?),
        May::Read { record } => (format!("reading record {record}"), client.may_read(&account, record).await?),
        May::OpenEmergency { record } => {
            let decision = client.may_open_emergency(&account, record).await?;
            (format!("opening record {record} in an emergency"), decision)
        }
        May::LodgeEmergency { record } => {
            let decision = client.may_lodge_emergency(&account, record).await?;
            (format!("lodging an emergency capsule for record {record}"), decision)
        }
    };
    Ok(decided(&act, decision).field("account", account))
}

fn decided(act: &str, decision: AccessDecision) -> Report {
    let report = Report::new(&decision);
    match decision.into_result() {
        Ok(permit) => report.line(format!("{act} is allowed{}", permit.map(shown_permit).unwrap_or_default())),
        Err(refusal) => {
            let report = report.line(format!("{act} is not allowed: {refusal}"));
            report.lines(refusal.hint().map(|hint| format!("hint: {hint}")))
        }
    }
}

fn shown_permit(permit: ReadPermit) -> String {
    match permit {
        ReadPermit::Owner => ", as its owner".to_owned(),
        ReadPermit::Administrator => ", as an administrator".to_owned(),
        ReadPermit::Reader { closes_at } => format!(", until the window closes {}", shown(closes_at)),
        ReadPermit::Emergency { closes_at } => {
            format!(", in an emergency, until the window closes {}", shown(closes_at))
        }
    }
}
