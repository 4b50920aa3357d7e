//! `medchain link` and `medchain gateway`.

use super::{access::acting_for, listing};
use crate::{
    arguments::{Gateway as GatewayCommand, Link},
    failure::{Failure, Result},
    moments::{shown, shown_duration},
    progress::Display,
    report::{shown_bytes, Report},
    session::{first_line, secret, transaction_report, Session},
};
use medchain_primitives::*;
use medchain_runtime_api::{LinkOpeningView, LinkView};
use medchain_sdk::{
    chain::calls,
    description::safe_file_name,
    gateway::Gateway,
    link::{
        card,
        create::{self, NewLink},
        fhir,
        open::{self, OpenedFile},
        ContentType, NewPasscode, RecipientContext, SecretText, Shlink,
    },
    Error,
};
use serde_json::{json, Value};
use std::{
    fs,
    io::{ErrorKind, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
};

pub async fn run(session: &Session, command: Link) -> Result<Report> {
    match command {
        Link::Create {
            records,
            gateway,
            duration,
            openings,
            passcode,
            link_passcode_file,
            label,
            long_term,
            direct,
            viewer,
            qr,
            card,
            patient,
        } => {
            let passcode = match link_passcode_file {
                Some(file) => Some(passcode_in(&file)?),
                None if passcode => Some(secret("Passcode of the link: ")?.as_str().to_owned().into()),
                None => None,
            };
            let patient = acting_for(session, patient).await?;
            let new = NewLink { patient, records, duration, openings, passcode, label, long_term, direct };
            create(session, &gateway, new, viewer, qr.as_deref(), card.as_deref()).await
        }
        Link::List { patient, page } => {
            let patient = acting_for(session, patient).await?;
            let links = session.client().await?.links(patient, page.after.map(LinkId), page.limit).await?;
            let heading = ["ID", "STATUS", "RECORDS", "OPENINGS LEFT", "UNTIL", "HOST"];
            Ok(listing(&links, "there are no links", heading, |link| {
                [
                    link.id.to_string(),
                    link.status.to_string(),
                    numbers(link),
                    format!("{} of {}", link.openings_left, link.openings),
                    shown(link.expires_at),
                    link.host.to_string(),
                ]
            }))
        }
        Link::Show { link } => {
            let link = session.client().await?.link(link).await?;
            Ok(Report::new(&link)
                .line(format!("link {}: {}", link.id, link.status))
                .line(format!("records {} of patient {}", numbers(&link), link.patient))
                .line(format!("openings left: {} of {}", link.openings_left, link.openings))
                .line(format!("from {} until {}", shown(link.registered_at), shown(link.expires_at)))
                .line(format!("hosted by institution {}", link.host)))
        }
        Link::Revoke { link } => {
            session.act(calls::revoke_link(link), format!("revoked link {link}: it opens no more")).await
        }
        Link::Log { link, page } => log(session, link, page.after.map(ReadingId), page.limit).await,
        Link::Unlock { link, gateway, link_passcode_file } => {
            let passcode = link_passcode_file.as_deref().map(passcode_in).transpose()?;
            let (client, identity) = (session.client().await?, session.identity().await?);
            Gateway::new(&gateway)?.unlock(client, identity, link, &NewPasscode { passcode }).await?;
            Ok(Report::new(json!({ "link": link })).line(format!("link {link} takes its passcode again")))
        }
        Link::Open { url, recipient, link_passcode_file, output } => {
            let link = Shlink::parse(&url)?;
            let passcode = link_passcode_file.as_deref().map(passcode_in).transpose()?;
            if !output.is_dir() {
                return Err(Error::file("writing into", &output, &std::io::Error::from(ErrorKind::NotFound)).into());
            }
            let files = open::open(&link, &recipient, passcode).await?;
            write_files(&link, files, &output)
        }
    }
}

pub async fn run_gateway(command: GatewayCommand) -> Result<Report> {
    let GatewayCommand::Verify { url, expect } = command;
    let (hash, files) = Gateway::new(&url)?.portal_hash().await?;
    let report = Report::new(json!({ "hash": hash, "files": files, "verified": expect.is_some() }));
    match expect {
        None => Ok(report.line(hash)),
        Some(expected) if expected.trim().eq_ignore_ascii_case(&hash) => {
            Ok(report.line(format!("the portal at {url} is the published one: {files} files, {hash}")))
        }
        Some(expected) => Err(Error::OtherPortal { found: hash, expected: expected.trim().to_owned() }.into()),
    }
}

async fn create(
    session: &Session,
    gateway: &str,
    new: NewLink,
    viewer: Option<String>,
    qr: Option<&Path>,
    card_file: Option<&Path>,
) -> Result<Report> {
    let (client, identity) = (session.client().await?, session.identity().await?);
    let (openings, needs_passcode, label) = (new.openings, new.passcode.is_some(), new.label.clone());
    let duration = shown_duration(new.duration);
    let display = Display::new();
    let made =
        create::create(client, identity, &Gateway::new(gateway)?, new, &|progress| display.record(progress)).await?;
    drop(display);
    let text = match viewer.or(made.viewer) {
        Some(viewer) => made.link.text_for(&viewer)?,
        None => made.link.text()?,
    };
    if let Some(file) = qr {
        write_secret(file, card::svg(&text)?.as_bytes())?;
    }
    let until = shown(made.expires_at);
    if let Some(file) = card_file {
        let card =
            card::Card { link: &text, label: label.as_deref(), until: &until, openings, passcode: needs_passcode };
        write_secret(file, card::html(&card)?.as_bytes())?;
    }
    let report = transaction_report(&made.transaction)
        .field("id", made.id)
        .field("link", text.as_str())
        .field("expiresAt", made.expires_at)
        .line(format!("link {} opens {openings} times within {duration}, until {until}:", made.id))
        .line(text.as_str());
    let report = match std::io::stdout().is_terminal() {
        true => report.line(card::terminal(&text)?),
        false => report,
    };
    Ok(report.line("whoever has it can open it; it is shown this once"))
}

async fn log(session: &Session, id: LinkId, after: Option<ReadingId>, limit: u32) -> Result<Report> {
    let client = session.client().await?;
    let link = client.link(id).await?;
    let log = client.link_openings(id, after, limit).await?;
    // Only the patient's own key opens the names.
    let identity = if session.has_key() { Some(session.identity().await?) } else { None };
    let context = RecipientContext { genesis: client.genesis(), commitment: link.commitment };
    let name = |opening: &LinkOpeningView| {
        identity.and_then(|identity| context.open(&opening.recipient, identity, opening.key_version))
    };
    let names: Vec<_> = log.items.iter().map(|opening| json!(name(opening))).collect();
    let report = listing(&log, "it was never opened", ["READING", "OPENED", "RECORDS", "RECIPIENT"], |opening| {
        [
            opening.first_reading.to_string(),
            shown(opening.opened_at),
            opening.readings.to_string(),
            name(opening).unwrap_or_else(|| "encrypted to the patient".to_owned()),
        ]
    });
    Ok(report.field("names", names))
}

/// Writes what a link shows: each attachment under its own name, and what is no document as FHIR.
fn write_files(link: &Shlink, files: Vec<OpenedFile>, folder: &Path) -> Result<Report> {
    let mut written: Vec<(PathBuf, u64)> = Vec::new();
    for (place, file) in (1..).zip(files) {
        let attachments = match file.content_type {
            ContentType::Fhir => serde_json::from_slice::<Value>(&file.content)
                .map(|resource| fhir::attachments(&resource))
                .unwrap_or_default(),
            _ => Vec::new(),
        };
        let extension = if file.content_type == ContentType::HealthCard { "smart-health-card" } else { "fhir.json" };
        written.push(write_new(folder, &format!("link-{place}.{extension}"), &file.content)?);
        for (title, _, content) in attachments {
            let name = title.as_deref().and_then(safe_file_name).unwrap_or_else(|| format!("link-{place}.bin"));
            written.push(write_new(folder, &name, &content)?);
        }
    }
    let listed: Vec<_> = written.iter().map(|(path, size)| json!({ "path": path, "size": size })).collect();
    let mut report = Report::new(json!({ "label": link.label, "files": listed }));
    for (path, size) in written {
        report = report.line(format!("{} ({})", path.display(), shown_bytes(size)));
    }
    Ok(report)
}

/// Writes a file under this name, or the next free one like it.
fn write_new(folder: &Path, name: &str, content: &[u8]) -> Result<(PathBuf, u64)> {
    for number in 0..1000u32 {
        let name = match number {
            0 => name.to_owned(),
            number => format!("{number}-{name}"),
        };
        let path = folder.join(name);
        match fs::File::create_new(&path).and_then(|mut file| file.write_all(content)) {
            Ok(()) => return Ok((path, content.len() as u64)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Error::file("writing", path, &error).into()),
        }
    }
    Err(Failure::new("the folder holds too many files of this name").hint("choose another folder with --output"))
}

/// Writes a file that holds a link, for its owner's eyes.
fn write_secret(path: &Path, content: &[u8]) -> Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(content));
    written.map_err(|error| Error::file("writing", path, &error).into())
}

fn passcode_in(file: &Path) -> Result<SecretText> {
    Ok(first_line(file)?.as_str().to_owned().into())
}

fn numbers(link: &LinkView) -> String {
    link.records.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
