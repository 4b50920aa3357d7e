//! `medchain council` and `medchain validator`.

use crate::{
    arguments::{CallName, Council, LaneArguments, QuotaArguments, ValidatorCommand},
    failure::{Failure, Result},
    progress::Display,
    report::{table, Report},
    session::{hex, transaction_report, Session},
};
use medchain_sdk::{
    account::AccountId,
    chain::{calls, Lanes, Quota},
    council::{code_hash, Majority, Motion},
    Error,
};
use std::path::Path;

/// Picoseconds in a microsecond.
const MICROSECOND: u64 = 1_000_000;
/// Picoseconds in a millisecond.
const MILLISECOND: u64 = 1_000 * MICROSECOND;
/// The largest runtime that is read, in bytes: a block takes no larger one.
const CODE_MAX: u64 = 5 * 1024 * 1024;

pub async fn run(session: &Session, command: Council) -> Result<Report> {
    use Majority::{MoreThanHalf, TwoThirds};
    match command {
        Council::Members => {
            let members = session.client().await?.council().await?;
            Ok(Report::new(&members).lines(members.iter().map(AccountId::to_string)))
        }
        Council::Motions => motions(session).await,
        Council::Vote { motion, approve } => {
            let display = Display::new();
            let identity = session.identity().await?;
            let progress = |stage| display.transaction(stage);
            let client = session.client().await?;
            let voted = client.vote(motion, approve, identity, session.wait(), &progress).await?;
            let side = if approve { "for" } else { "against" };
            Ok(transaction_report(&voted).line(format!("voted {side} motion {motion}")))
        }
        Council::Close { motion } => {
            let display = Display::new();
            let identity = session.identity().await?;
            let progress = |stage| display.transaction(stage);
            let client = session.client().await?;
            let (closed, carried) = client.close_motion(motion, identity, session.wait(), &progress).await?;
            let said = if carried { "was carried" } else { "was not carried" };
            Ok(transaction_report(&closed).field("carried", carried).line(format!("motion {motion} {said}")))
        }
        Council::Add { account } => {
            let said = format!("{account} is in the council");
            session.propose(calls::add_to_council(account.into()), TwoThirds, &said).await
        }
        Council::Remove { account } => {
            let said = format!("{account} is in the council no longer");
            session.propose(calls::remove_from_council(account.into()), TwoThirds, &said).await
        }
        Council::Swap { remove, add } => {
            let said = format!("{add} has the seat of {remove} in the council");
            session.propose(calls::swap_in_council(remove.into(), add.into()), TwoThirds, &said).await
        }
        Council::AddAdministrator { account } => {
            let said = format!("{account} is an administrator");
            session.propose(calls::add_administrator(account.into()), MoreThanHalf, &said).await
        }
        Council::RemoveAdministrator { account } => {
            let said = format!("{account} is an administrator no longer");
            session.propose(calls::remove_administrator(account.into()), MoreThanHalf, &said).await
        }
        Council::SwapAdministrator { remove, add } => {
            let said = format!("{add} is an administrator in place of {remove}");
            session.propose(calls::swap_administrator(remove.into(), add.into()), MoreThanHalf, &said).await
        }
        Council::AddValidator { account } => {
            let said = format!("{account} validates from the next session on, if it has session keys");
            session.propose(calls::add_validator(account.into()), TwoThirds, &said).await
        }
        Council::RemoveValidator { account } => {
            let said = format!("{account} validates until the end of the session");
            session.propose(calls::remove_validator(account.into()), TwoThirds, &said).await
        }
        Council::SwapValidator { remove, add } => {
            let said = format!("{add} validates in place of {remove} from the next session on, if it has session keys");
            session.propose(calls::swap_validator(remove.into(), add.into()), TwoThirds, &said).await
        }
        Council::RefreshShares => {
            session
                .propose(calls::refresh_shares(), MoreThanHalf, "the validators make fresh shares of the release key")
                .await
        }
        Council::RenewKey => {
            let said =
                "the validators make another release key; once it is in force, patients run `medchain member reseal`";
            session.propose(calls::renew_key(), TwoThirds, said).await
        }
        Council::RetireKey { epoch } => {
            let said = format!("the release key of epoch {epoch} is given up");
            session.propose(calls::retire_key(epoch), TwoThirds, &said).await
        }
        Council::Offences => {
            let offences = session.client().await?.offences().await?;
            let report = Report::new(&offences);
            if offences.is_empty() {
                return Ok(report.line("no offence waits to be acknowledged"));
            }
            let rows = offences.iter().map(|offence| {
                let removed = if offence.removed { "yes" } else { "no, the only one" };
                [
                    offence.validator.to_string(),
                    offence.session.to_string(),
                    offence.proven_in.to_string(),
                    removed.to_owned(),
                ]
            });
            Ok(report.lines(table(["VALIDATOR", "SESSION", "PROVEN IN BLOCK", "REMOVED"], rows.collect())))
        }
        Council::AcknowledgeOffences { validator } => {
            let said = format!("the offences of {validator} are off the list");
            session.propose(calls::acknowledge_offences(validator.into()), MoreThanHalf, &said).await
        }
        Council::AuthorizeUpgrade { code } => {
            let hash = code_hash(&runtime(&code)?);
            let said = format!("the runtime with code hash {} may be applied", hex(&hash));
            let report = session.propose(calls::authorize_upgrade(hash), TwoThirds, &said).await?;
            Ok(report.field("codeHash", hex(&hash)))
        }
        Council::ApplyUpgrade { code } => {
            let display = Display::new();
            let progress = |stage| display.transaction(stage);
            let client = session.client().await?;
            let applied = client.apply_upgrade(runtime(&code)?, session.wait(), &progress).await?;
            Ok(transaction_report(&applied).line("the runtime is applied: the next block runs it"))
        }
        Council::Stop { call } => {
            ensure_exists(session, &call).await?;
            let said = format!("nobody can send {call}");
            session.propose(calls::stop_call(&call.pallet, &call.call), MoreThanHalf, &said).await
        }
        Council::Resume { call } => {
            let said = format!("{call} can be sent again");
            session.propose(calls::resume_call(&call.pallet, &call.call), MoreThanHalf, &said).await
        }
        Council::Stopped => {
            let stopped = session.client().await?.stopped_calls().await?;
            let report = Report::new(&stopped);
            Ok(if stopped.is_empty() { report.line("no call is stopped") } else { report.lines(stopped) })
        }
        Council::SetQuota { class, figures } => {
            let quota = quota(&figures);
            let said = match &quota {
                Some(_) => format!("accounts of class {} have this quota", class.name()),
                None => format!("accounts of class {} have the runtime's own quota", class.name()),
            };
            session.propose(calls::set_quota(class, quota), MoreThanHalf, &said).await
        }
        Council::SetLanes { figures } => {
            let lanes = lanes(&figures);
            let said = match &lanes {
                Some(lanes) => format!("a block takes {} open and {} vouched registrations", lanes.open, lanes.vouched),
                None => "a block takes as many registrations as the runtime says".to_owned(),
            };
            session.propose(calls::set_lanes(lanes), MoreThanHalf, &said).await
        }
    }
}

pub async fn run_validator(session: &Session, command: ValidatorCommand) -> Result<Report> {
    match command {
        ValidatorCommand::List => {
            let validators = session.client().await?.validators().await?;
            let yes_or_no = |truth: bool| if truth { "yes" } else { "no" }.to_owned();
            let rows = validators.iter().map(|validator| {
                [
                    validator.account.to_string(),
                    yes_or_no(validator.validating),
                    yes_or_no(validator.admitted),
                    yes_or_no(validator.keys.is_some()),
                ]
            });
            let heading = ["ACCOUNT", "VALIDATES", "ADMITTED", "HAS KEYS"];
            Ok(Report::new(&validators).lines(table(heading, rows.collect())))
        }
        ValidatorCommand::Keys => {
            let display = Display::new();
            let identity = session.identity().await?;
            let progress = |stage| display.transaction(stage);
            let client = session.client().await?;
            let (keys, submitted) = client.register_session_keys(identity, session.wait(), &progress).await?;
            Ok(transaction_report(&submitted)
                .line(format!("registered the session keys {keys}, which the node made and keeps"))
                .line("they are in use from the next session on, if this account is among the validators")
                .field("keys", keys))
        }
        ValidatorCommand::Leave => {
            session.act(calls::purge_session_keys(), "this validator leaves with the end of the session").await
        }
    }
}

/// The quota of these figures, if there are any.
fn quota(figures: &QuotaArguments) -> Option<Quota> {
    Some(Quota {
        weight_max: figures.burst?.saturating_mul(MILLISECOND),
        weight_refill: figures.refill?.saturating_mul(MICROSECOND),
        length_max: figures.bytes?,
        length_refill: figures.bytes_refill?,
    })
}

/// The lanes of these widths, if there are any.
fn lanes(figures: &LaneArguments) -> Option<Lanes> {
    Some(Lanes { open: figures.open?, vouched: figures.vouched?, vouched_per_institution: figures.per_institution? })
}

async fn motions(session: &Session) -> Result<Report> {
    let motions = session.client().await?.motions().await?;
    let report = Report::new(&motions);
    if motions.is_empty() {
        return Ok(report.line("no motion is open"));
    }
    let row = |motion: &Motion| {
        [
            motion.number.to_string(),
            motion.call.clone(),
            format!("{} of {}", motion.yes.len(), motion.threshold),
            motion.no.len().to_string(),
            motion.ends_in.to_string(),
            motion.arguments.to_string(),
        ]
    };
    let heading = ["MOTION", "CALL", "YES", "NO", "ENDS IN BLOCK", "ARGUMENTS"];
    Ok(report.lines(table(heading, motions.iter().map(row).collect())))
}

/// A runtime's code from a file.
fn runtime(path: &Path) -> Result<Vec<u8>> {
    let failed = |error: std::io::Error| Error::file("reading", path, &error);
    let size = std::fs::metadata(path).map_err(failed)?.len();
    if size > CODE_MAX {
        return Err(Failure::new(format!("{:?} is larger than any runtime", path.display().to_string()))
            .hint("give the file that ends in .compact.compressed.wasm"));
    }
    Ok(std::fs::read(path).map_err(failed)?)
}

/// A misspelt call would be stopped without effect.
async fn ensure_exists(session: &Session, call: &CallName) -> Result<()> {
    if session.client().await?.has_call(&call.pallet, &call.call).await? {
        return Ok(());
    }
    Err(Failure::new(format!("the chain has no call {call}"))
        .hint("calls are written as in Reports.anchor; polkadot.js Apps lists them"))
}
