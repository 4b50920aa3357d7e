//! `medchain affiliation`.

use super::{listing, member::resolve};
use crate::{arguments::AffiliationCommand, failure::Result, moments::shown, report::Report, session::Session};
use medchain_primitives::MemberId;
use medchain_sdk::chain::calls;

pub async fn run(session: &Session, command: AffiliationCommand) -> Result<Report> {
    match command {
        AffiliationCommand::Offer { doctor } => {
            let doctor = resolve(session, &doctor).await?;
            session.act(calls::offer_affiliation(doctor), format!("offered doctor {doctor} an affiliation")).await
        }
        AffiliationCommand::Accept { hospital } => {
            let hospital = resolve(session, &hospital).await?;
            session.act(calls::accept_affiliation(hospital), format!("affiliated with hospital {hospital}")).await
        }
        AffiliationCommand::End { other } => {
            let other = resolve(session, &other).await?;
            session.act(calls::end_affiliation(other), format!("not affiliated with member {other} any more")).await
        }
        AffiliationCommand::List { member, page } => {
            let member = match member {
                Some(selector) => resolve(session, &selector).await?,
                None => session.me().await?.id,
            };
            let client = session.client().await?;
            let affiliations = client.affiliations(member, page.after.map(MemberId), page.limit).await?;
            let none = format!("member {member} has no affiliations");
            Ok(listing(&affiliations, &none, ["HOSPITAL", "DOCTOR", "OFFERED", "ACCEPTED"], |entry| {
                let accepted = entry.accepted_at.map_or_else(|| "not yet".to_owned(), shown);
                [entry.hospital.to_string(), entry.doctor.to_string(), shown(entry.offered_at), accepted]
            }))
        }
    }
}
