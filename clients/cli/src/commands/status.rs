//! `medchain status`.

use crate::{arguments::StatusArguments, failure::Result, report::Report, session::Session};
use medchain_runtime_api::ActingView;
use medchain_sdk::Error;
use serde_json::{json, Value};

pub async fn run(session: &Session, command: StatusArguments) -> Result<Report> {
    let client = session.client().await?;
    let best: Value = client.call("chain_getHeader", []).await?;
    let finalized_hash: Value = client.call("chain_getFinalizedHead", []).await?;
    let finalized: Value = client.call("chain_getHeader", [finalized_hash]).await?;
    let health: Value = client.call("system_health", []).await?;
    let name: String = client.call("system_chain", []).await?;
    let (best, finalized) = (number(&best), number(&finalized));
    let peers = health.get("peers").and_then(Value::as_u64).unwrap_or(0);
    let committee = match client.committee().await {
        Ok(committee) => Some(committee),
        Err(Error::NoCommittee) => None,
        Err(error) => return Err(error.into()),
    };
    let earlier = client.earlier_committees().await?;
    let version = client.runtime_version();
    let genesis = crate::session::hex(&client.genesis());
    let mut report = Report::new(json!({
        "url": client.url(),
        "chain": name,
        "genesis": genesis,
        "specVersion": version.spec_version,
        "bestBlock": best,
        "finalizedBlock": finalized,
        "peers": peers,
        "committee": committee,
        "earlierCommittees": earlier,
    }))
    .line(format!("node:       {}", client.url()))
    .line(format!("chain:      {name}, genesis {genesis}"))
    .line(format!("runtime:    version {}", version.spec_version))
    .line(format!("blocks:     best {best}, final {finalized}"))
    .line(format!("peers:      {peers}"));
    report = report.line(match &committee {
        Some(committee) => format!(
            "committee:  epoch {}, {} of {} release",
            committee.epoch,
            committee.threshold,
            committee.shares.len()
        ),
        None => "committee:  none".to_owned(),
    });
    if !earlier.is_empty() {
        let epochs: Vec<_> = earlier.iter().map(|committee| committee.epoch.to_string()).collect();
        report = report.line(format!(
            "            keys of epochs {} are kept until records are carried over: run `medchain member reseal`",
            epochs.join(", ")
        ));
    }
    if !session.has_key() && command.member.is_none() {
        return Ok(report);
    }
    let account = session.account_of(command.member.as_ref()).await?;
    let member = match client.acting(&account).await? {
        Some(ActingView { member: institution, staff: Some(_) }) => {
            report = report.field("actsFor", institution.id);
            format!(
                "staff of {} {} ({}), {}",
                institution.role, institution.id, institution.username, institution.status
            )
        }
        Some(ActingView { member, staff: None }) => {
            report = report.field("member", &member);
            format!("{} {} ({}), {}", member.role, member.id, member.username, member.status)
        }
        None if client.administrators().await?.iter().any(|one| one.account == account) => "administrator".to_owned(),
        None => "not registered".to_owned(),
    };
    let allowance = client.allowance(&account).await?;
    let share = |left: u64, max: u64| left.saturating_mul(100).checked_div(max).unwrap_or(0);
    Ok(report
        .field("account", &account)
        .line(format!("account:    {account}, {member}"))
        .line(format!(
            "quota:      {}: {} % of computation and {} % of bytes left",
            allowance.class,
            share(allowance.weight_left, allowance.weight_max),
            share(allowance.length_left.into(), allowance.length_max.into())
        ))
        .field("allowance", allowance))
}

/// The number of a header.
fn number(header: &Value) -> u64 {
    let text = header.get("number").and_then(Value::as_str).unwrap_or_default();
    u64::from_str_radix(text.trim_start_matches("0x"), 16).unwrap_or(0)
}
