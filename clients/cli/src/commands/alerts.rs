//! `medchain alerts`: prints each alert as it comes, a line for each; with `--json` a document for each block.

use super::access::acting_for;
use crate::{arguments::Alerts, failure::Result, moments::shown, report::Report, session::Session};
use medchain_runtime_api::{AlertView, BlockAlertsView};
use std::io::Write as _;

pub async fn run(session: &Session, command: Alerts) -> Result<Report> {
    let member = acting_for(session, command.member).await?;
    let mut alerts = session.client().await?.alerts(member, command.from).await?;
    let mut left = command.count;
    while left != Some(0) {
        let block = alerts.next().await?;
        let text = if session.is_json() { format!("{}\n", serde_json::json!(block)) } else { lines(&block) };
        let mut stdout = std::io::stdout().lock();
        if stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).is_err() {
            // Nobody reads any more.
            break;
        }
        left = left.map(|left| left - 1);
    }
    Ok(Report::silent())
}

fn lines(block: &BlockAlertsView) -> String {
    block.alerts.iter().map(|alert| format!("block {}: {}\n", block.block, line(alert))).collect()
}

fn line(alert: &AlertView) -> String {
    match alert {
        AlertView::Request { request, requester, purpose } => {
            format!("member {requester} asks for records, for {purpose} (request {request})")
        }
        AlertView::Opening { reading, record, reader, purpose } => {
            format!("member {reader} opened record {record}, for {purpose} (reading {reading})")
        }
        AlertView::Emergency { reading, record, doctor, reason } => {
            format!("EMERGENCY: doctor {doctor} opened record {record} without a grant: {reason} (reading {reading})")
        }
        AlertView::Link { link, host, openings_left, .. } => {
            format!("link {link} was opened at institution {host}; {openings_left} openings are left")
        }
        AlertView::Appointment { appointment, patient, start, end } => format!(
            "patient {patient} asks for an appointment from {} to {} (appointment {appointment})",
            shown(*start),
            shown(*end)
        ),
    }
}
