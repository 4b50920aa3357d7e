//! `medchain standing`.

use super::{access::acting_for, member::resolve};
use crate::{
    arguments::Standing,
    failure::Result,
    moments::shown,
    report::{table, Report},
    session::Session,
};
use medchain_primitives::*;
use medchain_sdk::chain::calls;

pub async fn run(session: &Session, command: Standing) -> Result<Report> {
    match command {
        Standing::Give { reader, kinds, purpose, until, patient } => {
            let patient = acting_for(session, patient).await?;
            let reader = resolve(session, &reader).await?;
            let said = format!(
                "from now on authors seal new records ({}) of patient {patient} to member {reader}, until {}",
                kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", "),
                shown(until)
            );
            let kinds = RecordKinds {
                profile: kinds.contains(&RecordKind::Profile),
                report: kinds.contains(&RecordKind::Report),
                prescription: kinds.contains(&RecordKind::Prescription),
            };
            session.act(calls::give_standing_consent(patient, reader, kinds, purpose, until), said).await
        }
        Standing::Revoke { reader, patient } => {
            let patient = acting_for(session, patient).await?;
            let reader = resolve(session, &reader).await?;
            let said = format!("revoked the standing consent of patient {patient} for member {reader}");
            session.act(calls::revoke_standing_consent(patient, reader), said).await
        }
        Standing::List { patient } => {
            let patient = acting_for(session, patient).await?;
            let consents = session.client().await?.standing_consents(patient).await?;
            let report = Report::new(&consents);
            if consents.is_empty() {
                return Ok(report.line(format!("patient {patient} has given no standing consent")));
            }
            let rows = consents.iter().map(|consent| {
                let covered = RecordKind::ALL.iter().filter(|kind| consent.kinds.contains(**kind));
                [
                    consent.reader.to_string(),
                    covered.map(|kind| kind.name()).collect::<Vec<_>>().join(", "),
                    consent.purpose.to_string(),
                    consent.given_by.to_string(),
                    shown(consent.since),
                    shown(consent.until),
                ]
            });
            let heading = ["READER", "KINDS", "PURPOSE", "GIVEN BY", "SINCE", "UNTIL"];
            Ok(report.lines(table(heading, rows.collect())))
        }
    }
}
