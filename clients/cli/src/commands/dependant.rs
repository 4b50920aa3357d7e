//! `medchain dependant`.

use super::member::{copy_for_move, statement_end};
use crate::{
    arguments::DependantCommand,
    failure::Result,
    report::Report,
    session::{transaction_report, Session},
};
use medchain_primitives::DAY;
use medchain_sdk::{
    account::AccountId,
    chain::{calls, events},
    statement::{DependantConsent, MoveConsent, Voucher},
};

pub async fn run(session: &Session, command: DependantCommand) -> Result<Report> {
    match command {
        DependantCommand::Register { account, username, voucher } => {
            let voucher: Voucher = voucher.parse()?;
            let dependant = session.unlock(&account)?;
            let (me, client) = (session.me().await?, session.client().await?);
            let consent = DependantConsent::sign(&dependant, client.genesis(), me.id, statement_end(DAY)?);
            let submitted = session.submit(calls::register_dependant(&username, consent, voucher)).await?;
            let member = submitted.event::<events::MemberRegistered>().map(|event| event.member);
            let number = member.map(|member| format!(" {member}")).unwrap_or_default();
            Ok(transaction_report(&submitted)
                .field("member", member)
                .line(format!("registered dependant{number} ({username}); this account is its guardian")))
        }
        DependantCommand::HandOver { consent, account } => {
            let consent: MoveConsent = consent.parse()?;
            let (dependant, to) = (consent.member, AccountId::from(consent.to));
            let copy = copy_for_move(session, &session.unlock(&account)?, &consent).await?;
            let said = format!("handed member {dependant} over to {to}, which first runs `medchain member reseal`");
            session.act(calls::hand_over(consent, copy), said).await
        }
    }
}
