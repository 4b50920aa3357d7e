//! `medchain staff`.

use super::member::{resolve, statement_end};
use crate::{
    arguments::StaffCommand,
    failure::{Failure, Result},
    moments::shown,
    report::Report,
    session::Session,
};
use medchain_primitives::*;
use medchain_sdk::{
    account::AccountId,
    chain::calls,
    client::{every_page, Member, MemberSelector},
    copies,
    statement::StaffConsent,
    Error,
};
use serde_json::json;

pub async fn run(session: &Session, command: StaffCommand) -> Result<Report> {
    match command {
        StaffCommand::Accept { institution, duration } => accept(session, &institution, duration).await,
        StaffCommand::Add { consent, scope } => add(session, &consent, scope).await,
        StaffCommand::Remove { account } => {
            let said = format!("{account} acts for this institution no more; now run `medchain member rotate-key`");
            session.act(calls::remove_staff(account.into()), said).await
        }
        StaffCommand::Leave => {
            let account = session.identity().await?.account();
            session.act(calls::remove_staff(account.into()), "this account acts for no institution any more").await
        }
        StaffCommand::Reseal => {
            let staff = reseal_stale(session).await?;
            Ok(Report::new(json!({ "staff": staff })).line(format!("sealed the key in force to {staff} staff")))
        }
        StaffCommand::List { institution, limit, after } => {
            let institution = match institution {
                Some(selector) => resolve(session, &selector).await?,
                None => session.acts_for().await?.id,
            };
            let staff = session.client().await?.staff(institution, after.as_ref(), limit).await?;
            let none = format!("member {institution} has no staff");
            Ok(super::listing(&staff, &none, ["ACCOUNT", "SCOPE", "KEY VERSION", "SINCE"], |entry| {
                let version = entry.of_version.to_string();
                [entry.account.to_string(), entry.scope.to_string(), version, shown(entry.added_at)]
            }))
        }
        StaffCommand::Show { account } => show(session, account).await,
    }
}

async fn accept(session: &Session, institution: &MemberSelector, duration: Moment) -> Result<Report> {
    let institution = session.client().await?.member(institution).await?;
    if !institution.role.is_institution() {
        return Err(Failure::new(format!("member {} is no hospital or pharmacy", institution.id))
            .hint("only institutions have staff"));
    }
    let (identity, genesis) = (session.identity().await?, session.client().await?.genesis());
    let consent = StaffConsent::sign(identity, genesis, institution.id, statement_end(duration)?);
    Ok(Report::new(json!({
        "consent": consent.to_string(),
        "institution": institution.id,
        "account": identity.address(),
        "expiresAt": consent.expires_at,
    }))
    .line(consent.to_string()))
}

async fn add(session: &Session, consent: &str, scope: StaffScope) -> Result<Report> {
    let consent: StaffConsent = consent.parse()?;
    let me = session.me().await?;
    if consent.institution != me.id {
        return Err(Failure::new(format!("the consent is for institution {}", consent.institution))
            .hint(format!("ask for one with `medchain staff accept {}`", me.id)));
    }
    let account = AccountId::from(consent.account);
    let copy = copy_for(session, &me, consent.encryption_key).await?;
    let said = format!("{account} acts for this institution from now on ({scope})");
    session.act(calls::add_staff(consent, scope, copy, me.key_version), said).await
}

/// The institution's secret of the key in force, sealed to a person's key.
async fn copy_for(session: &Session, me: &Member, key: EncryptionKey) -> Result<Seal> {
    let secret = session.identity().await?.encryption_secret(me.key_version);
    if *secret.public().as_bytes() != me.encryption_key.0 {
        return Err(Error::UnusableKey { whom: format!("member {}", me.id) }.into());
    }
    Ok(copies::copy_to(session.client().await?.genesis(), me.id, me.key_version, &secret, key)?)
}

/// Seals the key in force to all staff who hold a copy of an earlier one; gives how many.
pub async fn reseal_stale(session: &Session) -> Result<usize> {
    let client = session.client().await?;
    let me = session.me().await?;
    let staff =
        every_page(|cursor| async move { client.staff(me.id, cursor.as_ref(), limits::PAGE_MAX).await }).await?;
    let mut stale = Vec::new();
    for entry in staff.into_iter().filter(|entry| entry.of_version != me.key_version) {
        stale.push((entry.account.into(), copy_for(session, &me, entry.encryption_key).await?));
    }
    for some in stale.chunks(limits::STAFF_PER_RESEAL_MAX as usize) {
        session.submit_until(calls::reseal_staff(some.to_vec(), me.key_version), session.wait_between()).await?;
    }
    Ok(stale.len())
}

async fn show(session: &Session, account: Option<AccountId>) -> Result<Report> {
    let account = match account {
        Some(account) => account,
        None => session.identity().await?.account(),
    };
    let acting = session.client().await?.acting(&account).await?;
    let said = match &acting {
        None => "acts for nobody".to_owned(),
        Some(acting) => {
            let member = format!("{} {} ({})", acting.member.role, acting.member.id, acting.member.username);
            match &acting.staff {
                None => format!("is {member}"),
                Some(staff) => format!("acts for {member}: {}", staff.scope),
            }
        }
    };
    Ok(Report::new(&acting).line(format!("{account} {said}")))
}
