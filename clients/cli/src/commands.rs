//! The commands.

mod access;
mod account;
mod affiliation;
mod alerts;
mod appointment;
mod council;
mod dependant;
mod emergency;
mod guardian;
mod link;
mod member;
mod record;
mod staff;
mod standing;
mod status;

use crate::{
    arguments::{Arguments, Command},
    failure::Result,
    report::Report,
    session::Session,
};
use medchain_runtime_api::Page;
use serde::Serialize;

/// Runs the command that the arguments name.
pub async fn run(arguments: Arguments) -> Result<Report> {
    let session = Session::new(arguments.global);
    match arguments.command {
        Command::Account(command) => account::run(&session, command),
        Command::Member(command) => member::run(&session, command).await,
        Command::Staff(command) => staff::run(&session, command).await,
        Command::Affiliation(command) => affiliation::run(&session, command).await,
        Command::Dependant(command) => dependant::run(&session, command).await,
        Command::Appointment(command) => appointment::run(&session, command).await,
        Command::Care(command) => appointment::run_care(&session, command).await,
        Command::Record(command) => record::run(&session, command).await,
        Command::Access(command) => access::run(&session, command).await,
        Command::Standing(command) => standing::run(&session, command).await,
        Command::Guardian(command) => guardian::run(&session, command).await,
        Command::Link(command) => link::run(&session, command).await,
        Command::Gateway(command) => link::run_gateway(command).await,
        Command::Emergency(command) => emergency::run(&session, command).await,
        Command::Alerts(command) => alerts::run(&session, command).await,
        Command::Council(command) => council::run(&session, command).await,
        Command::Validator(command) => council::run_validator(&session, command).await,
        Command::Status(command) => status::run(&session, command).await,
    }
}

/// A listing: the page as JSON; for people a table, and how to go on.
fn listing<T: Serialize, C: Serialize + std::fmt::Display, const N: usize>(
    page: &Page<T, C>,
    none: &str,
    heading: [&str; N],
    row: impl Fn(&T) -> [String; N],
) -> Report {
    let report = Report::new(page);
    if page.items.is_empty() {
        return report.line(none);
    }
    let report = report.lines(crate::report::table(heading, page.items.iter().map(row).collect()));
    match &page.next {
        Some(next) => report.line(format!("more: repeat with --after {next}")),
        None => report,
    }
}
