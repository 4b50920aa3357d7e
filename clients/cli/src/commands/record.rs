//! `medchain record`.

use super::{
    access::acting_for,
    listing,
    member::{file_name, resolve},
};
use crate::{
    arguments::{DocumentArguments, Record},
    failure::{Failure, Result},
    moments::{now, shown},
    progress::Display,
    report::{shown_bytes, table, Report},
    session::{hex, transaction_report, Session},
};
use medchain_primitives::*;
use medchain_runtime_api::RecordView;
use medchain_sdk::{
    chain::calls,
    client::{MemberSelector, Wait},
    description::{self, DocumentDetails},
    erasure,
    proof::RecordProof,
    record::{self, NewRecord, OpenOptions, OpenedRecord, Output, Purposed, Source, UploadOptions, Uploaded},
    vault, Error,
};
use serde_json::json;
use std::{
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

/// How long an upload waits for the copies that it asks for.
const COPIES_WITHIN: Duration = Duration::from_secs(300);

/// How long a prescription is valid if nothing else is said.
const VALIDITY: Moment = 90 * DAY;

pub async fn run(session: &Session, command: Record) -> Result<Report> {
    match command {
        Record::Upload { patient, kind, document } => {
            check_document(&document)?;
            let patient = resolve(session, &patient).await?;
            upload_document(session, patient, kind, Purposed::Anchor, &document).await
        }
        Record::UploadAll { patient, kind, files } => upload_all(session, &patient, kind, files).await,
        Record::Amend { record, document } => {
            check_document(&document)?;
            let old = session.client().await?.record(record).await?;
            upload_document(session, old.patient, old.kind, Purposed::Amend(record), &document).await
        }
        Record::Retract { record, reason } => {
            let said = format!("marked record {record} as entered in error ({reason})");
            session.act(calls::retract(record, reason), said).await
        }
        Record::Dispense { record, fill } => {
            let fill = match fill {
                Some(fill) => fill,
                None => {
                    let entry = session.client().await?.record(record).await?;
                    entry.fills.saturating_sub(entry.fills_left).saturating_add(1)
                }
            };
            session.act(calls::dispense(record, fill), format!("dispensed fill {fill} of prescription {record}")).await
        }
        Record::Dispensings { record } => {
            let dispensings = session.client().await?.dispensings(record).await?;
            let report = Report::new(&dispensings);
            if dispensings.is_empty() {
                return Ok(report.line(format!("nothing of record {record} was dispensed")));
            }
            let rows = dispensings
                .iter()
                .map(|entry| [entry.fill.to_string(), entry.pharmacy.to_string(), shown(entry.dispensed_at)]);
            Ok(report.lines(table(["FILL", "PHARMACY", "DISPENSED"], rows.collect())))
        }
        Record::CancelFills { record } => {
            let said = format!("cancelled what was not yet dispensed of prescription {record}");
            session.act(calls::cancel_fills(record), said).await
        }
        Record::Dispute { record, reason } => {
            session.act(calls::dispute(record, reason), format!("disputed record {record} ({reason})")).await
        }
        Record::WithdrawDispute { record } => {
            session.act(calls::withdraw_dispute(record), format!("withdrew the dispute of record {record}")).await
        }
        Record::Erase { record } => {
            let said = format!("erased record {record}: no vault serves it and no committee releases it any more");
            session.act(calls::erase(record), said).await
        }
        Record::Erasure { record } => {
            let report = erasure::report(session.client().await?, record).await?;
            let mut lines = vec![format!("record {record} was erased; what its nodes say of {}", report.content)];
            let rows = report.nodes.iter().map(|node| {
                let role = if node.validator { "validator" } else { "node" };
                [shown(node.deleted_at), role.to_owned(), node.node.clone()]
            });
            lines.extend(table(["DELETED", "ROLE", "NODE"], rows.collect()));
            lines.extend(report.silent.iter().map(|node| format!("no word from {node}")));
            if report.validators_missing > 0 {
                lines.push(format!("{} validators have not said that they deleted it", report.validators_missing));
            }
            Ok(Report::new(&report).lines(lines))
        }
        Record::List { member, kind, page } => {
            let member = match member {
                Some(selector) => resolve(session, &selector).await?,
                None => session.me().await?.id,
            };
            let records = session.client().await?.records(member, kind, page.after.map(RecordId), page.limit).await?;
            let heading = ["ID", "KIND", "STATUS", "AUTHOR", "ANCHORED", "SIZE"];
            Ok(listing(&records, &format!("member {member} has no records"), heading, |record| {
                [
                    record.id.to_string(),
                    record.kind.to_string(),
                    record.status.to_string(),
                    record.author.to_string(),
                    shown(record.anchored_at),
                    shown_bytes(record.size),
                ]
            }))
        }
        Record::Show { record } => {
            let record = session.client().await?.record(record).await?;
            Ok(Report::new(&record).field("cid", cid(&record)).lines(shown_record(&record)))
        }
        Record::Proof { record, output, force } => prove(session, record, output.as_deref(), force).await,
        Record::Find { content, author } => find(session, content, author).await,
        Record::Recipients { patient, kind } => recipients(session, &patient, kind).await,
        Record::Open { record, output, force, no_open } => open(session, record, output, force, no_open, None).await,
    }
}

/// Uploads a profile or certificate.
pub async fn upload_own(session: &Session, new: NewRecord) -> Result<Uploaded> {
    let options = UploadOptions { folder: session.uploads()?, resume_only: false, wait: session.wait() };
    let display = Display::new();
    let identity = session.identity().await?;
    Ok(record::upload(session.client().await?, identity, new, &options, &|progress| display.record(progress)).await?)
}

fn check_document(document: &DocumentArguments) -> Result<()> {
    check_file(&document.file)
}

fn check_file(path: &Path) -> Result<()> {
    let metadata = std::fs::metadata(path).map_err(|error| Error::file("reading", path, &error))?;
    if metadata.is_dir() {
        let folder = std::io::Error::from(std::io::ErrorKind::IsADirectory);
        return Err(Error::file("reading", path, &folder).into());
    }
    Ok(())
}

async fn upload_document(
    session: &Session,
    patient: MemberId,
    kind: RecordKind,
    purposed: Purposed,
    document: &DocumentArguments,
) -> Result<Report> {
    let fills = match (kind, document.fills) {
        (RecordKind::Prescription, fills) => fills.unwrap_or(1),
        (_, None) => 0,
        (_, Some(_)) => {
            return Err(
                Failure::usage("only prescriptions are filled").hint("leave --fills out, or give --kind prescription")
            )
        }
    };
    let valid_until = match (kind, document.validity) {
        (RecordKind::Prescription, validity) => Some(now().saturating_add(validity.unwrap_or(VALIDITY))),
        (_, None) => None,
        (_, Some(_)) => {
            return Err(Failure::usage("only prescriptions have a time in which they are valid")
                .hint("leave --valid-for out, or give --kind prescription"))
        }
    };
    if document.copies.is_some() && session.wait() != Wait::Finalized {
        return Err(
            Failure::usage("contents spread once their record is final").hint("leave --no-wait or --copies out")
        );
    }
    let me = session.me().await?;
    let details = DocumentDetails {
        title: document.title.clone(),
        file_name: file_name(&document.file),
        media_type: document.media_type.clone(),
        clinical_date: document.date,
        note: document.note.clone(),
    };
    let description = description::document_reference(&details, kind, me.id, patient, now())?;
    let source = Source::File(document.file.clone());
    let new = NewRecord { patient, kind, fills, valid_until, purposed, description, source };
    let options = UploadOptions { folder: session.uploads()?, resume_only: document.resume, wait: session.wait() };
    let display = Display::new();
    let identity = session.identity().await?;
    let client = session.client().await?;
    let uploaded = record::upload(client, identity, new, &options, &|progress| display.record(progress)).await?;
    drop(display);
    let copies = match document.copies {
        Some(copies) => Some(vault::await_copies(client, identity, &uploaded.content, copies, COPIES_WITHIN).await?),
        None => None,
    };

    let report = match &uploaded.transaction {
        Some(submitted) => transaction_report(submitted),
        None => Report::new(json!({ "finalized": options.wait == Wait::Finalized })),
    };
    let number = uploaded.record.map_or_else(|| "a record".to_owned(), |record| format!("record {record}"));
    let verb = match purposed {
        Purposed::Anchor => format!("anchored {number} ({kind}) for patient {patient}"),
        Purposed::Amend(old) => format!("anchored {number} ({kind}), which amends record {old}"),
    };
    Ok(report
        .field("record", uploaded.record)
        .field("patient", patient)
        .field("kind", kind)
        .field("content", &uploaded.content)
        .field("size", uploaded.size)
        .field("envelope", uploaded.envelope)
        .field("emergency", uploaded.emergency)
        .field("copies", copies)
        .line(verb)
        .line(format!("content: {} encrypted, {}", shown_bytes(uploaded.size), uploaded.content)))
}

async fn upload_all(
    session: &Session,
    patient: &MemberSelector,
    kind: RecordKind,
    files: Vec<PathBuf>,
) -> Result<Report> {
    let patient = resolve(session, patient).await?;
    let me = session.me().await?.id;
    let is_prescription = kind == RecordKind::Prescription;
    let mut documents = Vec::new();
    for file in files {
        check_file(&file)?;
        let details = DocumentDetails { file_name: file_name(&file), ..DocumentDetails::default() };
        documents.push(NewRecord {
            patient,
            kind,
            fills: u8::from(is_prescription),
            valid_until: is_prescription.then(|| now().saturating_add(VALIDITY)),
            purposed: Purposed::Anchor,
            description: description::document_reference(&details, kind, me, patient, now())?,
            source: Source::File(file),
        });
    }
    let options = UploadOptions { folder: session.uploads()?, resume_only: false, wait: session.wait() };
    let display = Display::new();
    let (client, identity) = (session.client().await?, session.identity().await?);
    let batch =
        record::upload_batch(client, identity, documents, &options, &|progress| display.record(progress)).await?;
    drop(display);
    let report = match &batch.transaction {
        Some(submitted) => transaction_report(submitted),
        None => Report::new(json!({ "finalized": options.wait == Wait::Finalized })),
    };
    let records: Vec<_> = batch.records.iter().map(|uploaded| uploaded.record).collect();
    let shown: Vec<_> = records.iter().flatten().map(RecordId::to_string).collect();
    Ok(report
        .field("records", &records)
        .field("patient", patient)
        .line(format!("anchored {} documents ({kind}) for patient {patient}", records.len()))
        .line(format!("records: {}", shown.join(", "))))
}

pub async fn open(
    session: &Session,
    record: RecordId,
    output: Option<PathBuf>,
    force: bool,
    no_open: bool,
    emergency: Option<EmergencyReason>,
) -> Result<Report> {
    let to_stdout = output.as_deref() == Some(Path::new("-"));
    // Nothing that has not proved authentic to its end reaches a pipe.
    let scratch = if to_stdout {
        let folder = tempfile::tempdir().map_err(|error| Error::file("making", "a temporary folder", &error))?;
        Some(folder)
    } else {
        None
    };
    let output = match (&scratch, output) {
        (Some(scratch), _) => Output::File(scratch.path().join("document")),
        (None, None) => Output::Folder(PathBuf::from(".")),
        (None, Some(path)) if path.is_dir() => Output::Folder(path),
        (None, Some(path)) => Output::File(path),
    };
    let options = OpenOptions { open_on_chain: !no_open, emergency, overwrite: force };
    let display = Display::new();
    let identity = session.identity().await?;
    let client = session.client().await?;
    let opened =
        record::open(client, identity, record, &output, &options, &|progress| display.record(progress)).await?;
    drop(display);
    if to_stdout {
        let failed = |error: std::io::Error| Error::file("writing", "stdout", &error);
        let mut file = std::fs::File::open(&opened.path).map_err(failed)?;
        std::io::copy(&mut file, &mut std::io::stdout().lock()).map_err(failed)?;
        return Ok(Report::default());
    }
    Ok(opened_report(&opened))
}

fn opened_report(opened: &OpenedRecord) -> Report {
    let summary = &opened.summary;
    let fhir: serde_json::Value = serde_json::from_slice(&opened.description).unwrap_or_default();
    let mut lines = vec![format!("opened record {} ({})", opened.record.id, opened.record.kind)];
    lines.extend(summary.title.as_ref().map(|title| format!("title: {title}")));
    lines.extend(summary.clinical_date.as_ref().map(|date| format!("date:  {date}")));
    lines.extend(summary.note.as_ref().map(|note| format!("note:  {note}")));
    match opened.record.status {
        RecordStatus::EnteredInError => lines.push("its author has marked it as entered in error".to_owned()),
        RecordStatus::Superseded => {
            let by = opened.record.superseded_by.map(|record| format!(" by record {record}")).unwrap_or_default();
            lines.push(format!("it is superseded{by}"));
        }
        _ => {}
    }
    lines.push(format!("wrote {} to {}", shown_bytes(opened.size), opened.path.display()));
    lines.extend(
        opened
            .opening
            .map(|(reading, closes)| format!("logged as reading {reading}; the window closes {}", shown(closes))),
    );
    lines.extend(
        opened
            .distrusted
            .iter()
            .map(|member| format!("member {member} of the release committee sent no good release; tell its operator")),
    );
    Report::new(json!({
        "record": opened.record.id,
        "path": opened.path.display().to_string(),
        "size": opened.size,
        "summary": summary,
        "description": fhir,
        "reading": opened.opening.map(|(reading, _)| reading),
        "windowClosesAt": opened.opening.map(|(_, closes)| closes),
        "distrusted": opened.distrusted,
    }))
    .lines(lines)
}

async fn prove(session: &Session, record: RecordId, output: Option<&Path>, force: bool) -> Result<Report> {
    let client = session.client().await?;
    let proof = client.record_proof(record).await?.ok_or_else(|| {
        Failure::new(format!("no final block holds record {record}"))
            .hint("see the number with `medchain record list`; a new record is final after some seconds")
    })?;
    let proven = client.check_record_proof(record, &proof).await?;
    let genesis = hex(&client.genesis());
    let finality = if proven.finality_checked {
        format!("signed by the validators, from those of genesis {genesis} on")
    } else {
        "by the node's word, which keeps no state of the genesis block; the signatures are in the proof".to_owned()
    };
    let report = Report::new(&proven)
        .field("cid", record::cid(proven.content))
        .line(format!("record {record} ({}, {}) is proved", proven.kind, proven.status))
        .line(format!("patient:   {}", proven.patient))
        .line(format!("author:    {}", proven.author))
        .line(format!("anchored:  {}", shown(proven.anchored_at)))
        .line(format!("content:   {} encrypted, {}", shown_bytes(proven.size), record::cid(proven.content)))
        .line(format!("digest:    {}", proven.content))
        .line(format!("block:     {}, {}", proven.number, hex(&proven.block.0)))
        .line(format!("final:     {finality}"));
    let Some(path) = output else { return Ok(report) };
    write_proof(path, force, &proof)?;
    Ok(report.field("path", path).line(format!("wrote the proof to {}", path.display())))
}

fn write_proof(path: &Path, force: bool, proof: &RecordProof) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(!force).create(force).truncate(force);
    let text = format!("{:#}\n", json!(proof));
    options.open(path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Error::WouldOverwrite { path: path.to_owned() }.into(),
        _ => Error::file("writing", path, &error).into(),
    })
}

async fn find(session: &Session, content: ContentRoot, author: Option<MemberSelector>) -> Result<Report> {
    let author = acting_for(session, author).await?;
    let record = session.client().await?.anchored_by(author, content).await?;
    let report = Report::new(json!({ "author": author, "record": record }));
    Ok(report.line(match record {
        Some(record) => format!("member {author} anchored it as record {record}"),
        None => format!("member {author} has not anchored it"),
    }))
}

async fn recipients(session: &Session, patient: &MemberSelector, kind: RecordKind) -> Result<Report> {
    let patient = resolve(session, patient).await?;
    let recipients = session.client().await?.seal_recipients(patient, kind).await?;
    let rows = recipients.iter().map(|recipient| [recipient.member.to_string(), recipient.sealed_as.to_string()]);
    Ok(Report::new(&recipients).lines(table(["MEMBER", "AS"], rows.collect())))
}

fn cid(record: &RecordView) -> String {
    record::cid(record.content)
}

fn shown_record(record: &RecordView) -> Vec<String> {
    let mut lines = vec![
        format!("record {} ({}, {})", record.id, record.kind, record.status),
        format!("patient:   {}", record.patient),
        format!("author:    {}", record.author),
        format!("anchored:  {}", shown(record.anchored_at)),
        format!("content:   {} encrypted, {}", shown_bytes(record.size), cid(record)),
        format!("envelope:  {}", record.envelope),
    ];
    lines.extend(record.supersedes.map(|old| format!("amends:    record {old}")));
    lines.extend(record.superseded_by.map(|new| format!("amended:   by record {new}")));
    if record.fills > 0 {
        lines.push(format!("fills:     {} of {} left", record.fills_left, record.fills));
    }
    lines.extend(record.valid_until.map(|end| format!("valid:     until {}", shown(end))));
    lines.extend(record.retraction.map(|reason| format!("retracted: {reason}")));
    lines.extend(record.dispute.map(|reason| format!("disputed:  {reason}, by its patient")));
    lines
}
