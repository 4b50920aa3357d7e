//! `medchain account`.

use crate::{
    arguments::Account,
    failure::Result,
    report::{table, Report},
    session::{first_line, secret, Session},
};
use medchain_sdk::{keystore::Secret, Identity};
use serde_json::json;

pub fn run(session: &Session, command: Account) -> Result<Report> {
    let keystore = session.keystore()?;
    match command {
        Account::New { name } => {
            keystore.check_free(&name)?;
            let passphrase = session.new_passphrase(&name)?;
            let (_, phrase) = Identity::generate()?;
            let entry = keystore.add(&name, &Secret::Phrase(phrase.clone()), &passphrase)?;
            Ok(Report::new(json!({ "name": entry.name, "address": entry.address, "phrase": *phrase }))
                .line(format!("account {}: {}", entry.name, entry.address))
                .line(format!("recovery phrase: {}", *phrase))
                .line("write the phrase down: it restores the account and the records, and nothing else does"))
        }
        Account::Import { name, secret_file } => {
            keystore.check_free(&name)?;
            let text = match secret_file {
                Some(file) => first_line(&file)?,
                None => secret("Recovery phrase or seed: ")?,
            };
            let secret = if text.trim_start().starts_with("0x") { Secret::Seed(text) } else { Secret::Phrase(text) };
            secret.identity()?;
            let passphrase = session.new_passphrase(&name)?;
            let entry = keystore.add(&name, &secret, &passphrase)?;
            Ok(Report::new(&entry).line(format!("account {}: {}", entry.name, entry.address)))
        }
        Account::Export { name } => {
            let entry = keystore.find(&name)?;
            let secret = keystore.export(&entry.name, &session.passphrase(&entry.name)?)?;
            let kind = match secret {
                Secret::Phrase(_) => "phrase",
                Secret::Seed(_) => "seed",
            };
            Ok(Report::new(json!({ "name": entry.name, "address": entry.address, kind: secret.text() }))
                .line(secret.text()))
        }
        Account::List => {
            let entries = keystore.list()?;
            let report = Report::new(&entries);
            if entries.is_empty() {
                return Ok(report.line("no accounts; make one with: medchain account new NAME"));
            }
            let rows = entries.into_iter().map(|entry| [entry.name, entry.address]).collect();
            Ok(report.lines(table(["NAME", "ADDRESS"], rows)))
        }
    }
}
