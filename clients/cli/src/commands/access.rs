//! `medchain access`.

mod may;

use super::{listing, member::resolve};
use crate::{
    arguments::{Access, PageArguments},
    failure::{Failure, Result},
    moments::{now, shown, shown_duration},
    progress::Display,
    report::Report,
    session::{transaction_report, Session},
};
use medchain_primitives::*;
use medchain_runtime_api::{AskedTermsView, EmergencyOpeningView, GrantView, Page, ReadLogOf, RequestView};
use medchain_sdk::{
    account::AccountId,
    audit::audit_events,
    chain::{calls, events, RecordGrant},
    client::{every_page, MemberSelector},
    record::{actor, half_of, reader_half, reseal},
    Error,
};

pub async fn run(session: &Session, command: Access) -> Result<Report> {
    match command {
        Access::Request { patient, records, purpose, duration, openings } => {
            request(session, &patient, records, purpose, duration.map(|duration| (duration, openings))).await
        }
        Access::Inbox { patient, page } => {
            let patient = acting_for(session, patient).await?;
            let inbox = session.client().await?.inbox(patient, page.after.map(RequestId), page.limit).await?;
            Ok(shown_requests(&inbox, "no requests wait"))
        }
        Access::Requests { member, page } => {
            let member = listed_for(session, member).await?;
            let own = session.client().await?.requests_by(member, page.after.map(RequestId), page.limit).await?;
            Ok(shown_requests(&own, "no requests wait"))
        }
        Access::ShowRequest { request } => {
            let request = session.client().await?.request(request).await?;
            Ok(Report::new(&request).lines(shown_request(&request)))
        }
        Access::May { act, member } => may::run(session, act, member.as_ref()).await,
        Access::Grant { request, duration, openings, only } => grant(session, request, duration, openings, only).await,
        Access::Give { reader, records, purpose, duration, openings } => {
            let given = Given { answers: None, reader, records, purpose, duration, openings };
            give(session, given).await
        }
        Access::ClearExpired { request } => {
            session.act(calls::clear_expired(request), format!("removed request {request}, which has expired")).await
        }
        Access::Deny { request } => {
            session.act(calls::deny_request(request), format!("denied request {request}")).await
        }
        Access::Withdraw { request } => {
            session.act(calls::withdraw_request(request), format!("withdrew request {request}")).await
        }
        Access::Revoke { record, reader } => {
            let reader = resolve(session, &reader).await?;
            let said = format!("revoked the grant of record {record} to member {reader}");
            session.act(calls::revoke(record, reader), said).await
        }
        Access::RevokeAll { reader, patient } => revoke_all(session, &reader, patient).await,
        Access::Relinquish { record } => {
            session.act(calls::relinquish(record), format!("gave up the grant of record {record}")).await
        }
        Access::Open { record } => open(session, record).await,
        Access::Close { record } => {
            session.act(calls::close(record), format!("closed the reading window of record {record}")).await
        }
        Access::Log { record, patient, reader, fhir, page } => {
            let of = log_of(session, record, patient, reader).await?;
            if fhir {
                return audit(session, of).await;
            }
            let log = session.client().await?.read_log(of, page.after.map(ReadingId), page.limit).await?;
            let heading = ["ID", "OPENED", "RECORD", "PATIENT", "READER", "PURPOSE", "BASIS", "EMERGENCY", "STAFF"];
            Ok(listing(&log, "nothing was opened", heading, |reading| {
                [
                    reading.id.to_string(),
                    shown(reading.opened_at),
                    reading.record.to_string(),
                    reading.patient.to_string(),
                    reading.reader.to_string(),
                    reading.purpose.to_string(),
                    reading.basis.to_string(),
                    shown_emergency(reading.emergency.as_ref()),
                    shown_staff(reading.staff.as_ref()),
                ]
            }))
        }
        Access::Grants { patient: Some(patient), .. } => grants_of_patient(session, &patient).await,
        Access::Grants { record, patient: None, reader, page } => grants(session, record, reader, page).await,
        Access::ShowGrant { record, reader } => show_grant(session, record, reader).await,
        Access::Share { patient, hospital } => share(session, &patient, &hospital).await,
    }
}

async fn request(
    session: &Session,
    patient: &MemberSelector,
    records: Vec<RecordId>,
    purpose: Purpose,
    asked: Option<(Moment, u32)>,
) -> Result<Report> {
    let patient = resolve(session, patient).await?;
    let client = session.client().await?;
    let account = session.identity().await?.account();
    // The chain's own checks, without waiting for a block.
    client.may_request(&account, patient, &records, purpose).await?.into_result()?;
    let shown_records = numbers(&records);
    let submitted = match asked {
        Some((duration, openings)) => {
            let call = calls::request_records_for(patient, records.clone(), purpose, duration, openings);
            session.submit(call).await?
        }
        None => session.submit(calls::request_records(patient, records.clone(), purpose)).await?,
    };
    let request = submitted.event::<events::AccessRequested>().map(|event| event.request);
    let number = request.map_or_else(|| "made a request".to_owned(), |id| format!("made request {id}"));
    Ok(transaction_report(&submitted)
        .field("request", request)
        .field("patient", patient)
        .field("records", &records)
        .field("purpose", purpose)
        .line(format!("{number}: records {shown_records} of patient {patient}, for {purpose}")))
}

async fn grant(
    session: &Session,
    id: RequestId,
    duration: Moment,
    openings: u32,
    only: Vec<RecordId>,
) -> Result<Report> {
    let client = session.client().await?;
    let request = client.request(id).await?;
    let me = session.me().await?;
    if request.patient != me.id && !decides_for(session, me.id, request.patient).await? {
        return Err(Failure::new(format!(
            "request {id} is made neither to this account nor to one in whose name it acts"
        ))
        .hint("see `medchain access inbox` and `medchain guardian wards`"));
    }
    if let Some(other) = only.iter().find(|record| !request.records.contains(record)) {
        return Err(Failure::new(format!("request {id} does not ask for record {other}"))
            .hint(format!("it asks for records {}", numbers(&request.records))));
    }
    let records = if only.is_empty() { request.records.clone() } else { only };
    let (reader, purpose) = (MemberSelector::Number(request.requester), request.purpose);
    give(session, Given { answers: Some(id), reader, records, purpose, duration, openings }).await
}

/// A grant that a patient is to give.
struct Given {
    /// The request that it answers, if any.
    answers: Option<RequestId>,
    reader: MemberSelector,
    records: Vec<RecordId>,
    purpose: Purpose,
    duration: Moment,
    openings: u32,
}

/// Seals the records' patient halves to the reader and grants them.
async fn give(session: &Session, given: Given) -> Result<Report> {
    let Given { answers, reader, records, purpose, duration, openings } = given;
    let client = session.client().await?;
    let reader = client.proven_member(&reader).await?;
    let identity = session.identity().await?;
    let actor = actor(client, identity).await?;
    let mut grants = Vec::new();
    for record in &records {
        let record = client.record(*record).await?;
        let half = half_of(client, identity, &actor, &record).await?;
        let seal = reseal(client.genesis(), record.content.0, &half, &reader.key)?;
        grants.push(RecordGrant { record: record.id, seal });
    }
    let call = calls::grant(reader.id, answers, grants, purpose, duration, openings);
    let submitted = session.submit(call).await?;
    let expires_at = submitted.event::<events::AccessGranted>().map(|event| event.expires_at);
    Ok(transaction_report(&submitted)
        .field("request", answers)
        .field("reader", reader.id)
        .field("records", &records)
        .field("purpose", purpose)
        .field("openings", openings)
        .field("expiresAt", expires_at)
        .line(format!(
            "granted records {} to {} {} ({}) for {purpose}: {openings} opening{} within {}",
            numbers(&records),
            reader.role,
            reader.id,
            reader.username,
            if openings == 1 { "" } else { "s" },
            shown_duration(duration)
        )))
}

/// In whose name to act: the one that is named, or this account.
pub async fn acting_for(session: &Session, patient: Option<MemberSelector>) -> Result<MemberId> {
    match patient {
        Some(selector) => resolve(session, &selector).await,
        None => Ok(session.me().await?.id),
    }
}

/// Whose part to list: the member that is named, or the one for which this account acts.
async fn listed_for(session: &Session, member: Option<MemberSelector>) -> Result<MemberId> {
    match member {
        Some(selector) => resolve(session, &selector).await,
        None => Ok(session.acts_for().await?.id),
    }
}

/// Whether a guardianship lets this member decide for the patient.
async fn decides_for(session: &Session, guardian: MemberId, patient: MemberId) -> Result<bool> {
    let guardians = session.client().await?.guardians(patient).await?;
    Ok(guardians.iter().any(|entry| entry.guardian == guardian && entry.scope.decide))
}

async fn revoke_all(session: &Session, reader: &MemberSelector, patient: Option<MemberSelector>) -> Result<Report> {
    let patient = acting_for(session, patient).await?;
    let reader = resolve(session, reader).await?;
    // One call takes a bounded number of grants.
    loop {
        let submitted = session.submit(calls::revoke_reader(patient, reader)).await?;
        let event = submitted.event::<events::ReaderRevoked>();
        let said = match &event {
            Some(event) if event.more => continue,
            Some(_) => format!("member {reader} holds nothing of patient {patient} any more"),
            None => format!("revoked what member {reader} holds of patient {patient}; repeat to take what may be left"),
        };
        return Ok(transaction_report(&submitted).field("patient", patient).field("reader", reader).line(said));
    }
}

/// The whole log, newest first.
async fn audit(session: &Session, of: ReadLogOf) -> Result<Report> {
    let client = session.client().await?;
    let readings = every_page(|cursor| client.read_log(of, cursor, limits::PAGE_MAX)).await?;
    let bundle = audit_events(&readings, client.genesis());
    let text = format!("{bundle:#}");
    Ok(Report::new(bundle).line(text))
}

async fn open(session: &Session, record: RecordId) -> Result<Report> {
    let client = session.client().await?;
    let account = session.identity().await?.account();
    client.may_open(&account, record).await?.into_result()?;
    let display = Display::new();
    let identity = session.identity().await?;
    let submitted =
        client.submit(&calls::open(record), identity, session.wait(), &|stage| display.transaction(stage)).await?;
    drop(display);
    let event = submitted.event::<events::RecordOpened>();
    let report = transaction_report(&submitted)
        .field("record", record)
        .field("reading", event.as_ref().map(|event| event.reading))
        .field("windowClosesAt", event.as_ref().map(|event| event.closes_at))
        .line(format!("opened record {record}"));
    Ok(match event {
        Some(event) => {
            report.line(format!("logged as reading {}; the window closes {}", event.reading, shown(event.closes_at)))
        }
        None => report,
    })
}

async fn log_of(
    session: &Session,
    record: Option<RecordId>,
    patient: Option<MemberSelector>,
    reader: Option<MemberSelector>,
) -> Result<ReadLogOf> {
    Ok(match (record, patient, reader) {
        (Some(record), _, _) => ReadLogOf::Record(record),
        (_, Some(patient), _) => ReadLogOf::Patient(resolve(session, &patient).await?),
        (_, _, Some(reader)) => ReadLogOf::Reader(resolve(session, &reader).await?),
        _ => {
            let me = session.acts_for().await?;
            if me.role == Role::Patient {
                ReadLogOf::Patient(me.id)
            } else {
                ReadLogOf::Reader(me.id)
            }
        }
    })
}

const GRANTS_HEADING: [&str; 9] =
    ["RECORD", "READER", "PURPOSE", "BASIS", "EXPIRES", "LEFT", "WINDOW", "GIVEN", "ASKED"];

/// How long and how often, as it was given and asked for: whoever asked for a week sees that it got an hour.
fn shown_terms(duration: Moment, openings: u32) -> String {
    format!("{openings} in {}", shown_duration(duration))
}

fn shown_asked(asked: Option<AskedTermsView>) -> String {
    asked.map_or_else(|| "-".to_owned(), |asked| shown_terms(asked.duration, asked.openings))
}

fn shown_window(grant: &GrantView) -> String {
    match grant.window_closes_at {
        Some(closes) if closes > now() => format!("until {}", shown(closes)),
        _ => "closed".to_owned(),
    }
}

fn shown_given(grant: &GrantView) -> String {
    shown_terms(grant.expires_at.saturating_sub(grant.granted_at), grant.openings)
}

fn grant_row(grant: &GrantView) -> [String; 9] {
    [
        grant.record.to_string(),
        grant.reader.to_string(),
        grant.purpose.to_string(),
        grant.basis.to_string(),
        shown(grant.expires_at),
        grant.openings_left.to_string(),
        shown_window(grant),
        shown_given(grant),
        shown_asked(grant.asked),
    ]
}

async fn grants(
    session: &Session,
    record: Option<RecordId>,
    reader: Option<MemberSelector>,
    page: PageArguments,
) -> Result<Report> {
    let client = session.client().await?;
    Ok(match record {
        Some(record) => {
            let grants = client.grants_of_record(record, page.after.map(MemberId), page.limit).await?;
            listing(&grants, "no grants", GRANTS_HEADING, grant_row)
        }
        None => {
            let reader = listed_for(session, reader).await?;
            let grants = client.grants_of_reader(reader, page.after.map(RecordId), page.limit).await?;
            listing(&grants, "no grants", GRANTS_HEADING, grant_row)
        }
    })
}

async fn show_grant(session: &Session, record: RecordId, reader: Option<MemberSelector>) -> Result<Report> {
    let reader = listed_for(session, reader).await?;
    let grant = session.client().await?.grant(record, reader).await?;
    let report = Report::new(&grant);
    let Some(grant) = grant else {
        return Ok(report.line(format!("record {record} is not granted to member {reader}")));
    };
    Ok(report
        .line(format!("record {record} is granted to member {reader} for {}", grant.purpose))
        .line(format!("basis:     {}, by member {}", grant.basis, grant.granted_by))
        .line(format!("given:     {}, {}", shown(grant.granted_at), shown_given(&grant)))
        .line(format!("asked:     {}", shown_asked(grant.asked)))
        .line(format!("expires:   {}", shown(grant.expires_at)))
        .line(format!("left:      {} of {} openings", grant.openings_left, grant.openings))
        .line(format!("window:    {}", shown_window(&grant))))
}

/// Every grant on a patient's records, reader by reader.
async fn grants_of_patient(session: &Session, patient: &MemberSelector) -> Result<Report> {
    let patient = resolve(session, patient).await?;
    let client = session.client().await?;
    let items = every_page(|cursor| client.grants_of_patient(patient, cursor, limits::PAGE_MAX)).await?;
    Ok(listing(&Page::<_, MemberId> { items, next: None }, "no grants", GRANTS_HEADING, grant_row))
}

async fn share(session: &Session, patient: &MemberSelector, hospital: &MemberSelector) -> Result<Report> {
    let client = session.client().await?;
    let me = session.me().await?;
    let patient = client.member(patient).await?;
    let profile = patient.own_record.ok_or(Error::NoOwnRecord { member: patient.id.0, what: "profile" })?;
    let record = client.record(profile).await?;
    let own = client.grant(profile, me.id).await?.ok_or(Error::NotGranted(profile))?;
    let hospital = client.proven_member(hospital).await?;
    let identity = session.identity().await?;
    let half = reader_half(client, identity, &actor(client, identity).await?, &record, &own)?;
    let seal = reseal(client.genesis(), record.content.0, &half, &hospital.key)?;
    let submitted =
        session.submit(calls::share(patient.id, hospital.id, SealedProfile { record: profile, seal })).await?;
    Ok(transaction_report(&submitted)
        .field("record", profile)
        .field("patient", patient.id)
        .field("hospital", hospital.id)
        .line(format!(
            "shared the profile of patient {} (record {profile}) with hospital {} ({})",
            patient.id, hospital.id, hospital.username
        )))
}

fn shown_requests(page: &Page<RequestView<AccountId>, RequestId>, none: &str) -> Report {
    let heading = ["ID", "FROM", "PATIENT", "RECORDS", "PURPOSE", "ASKED", "MADE", "WAITS UNTIL", "STAFF"];
    listing(page, none, heading, |request| {
        [
            request.id.to_string(),
            request.requester.to_string(),
            request.patient.to_string(),
            numbers(&request.records),
            request.purpose.to_string(),
            shown_asked(request.asked),
            shown(request.requested_at),
            shown(request.expires_at),
            shown_staff(request.staff.as_ref()),
        ]
    })
}

fn shown_request(request: &RequestView<AccountId>) -> Vec<String> {
    let mut lines = vec![
        format!("request {}: member {} asks patient {}", request.id, request.requester, request.patient),
        format!("records:   {}", numbers(&request.records)),
        format!("purpose:   {}", request.purpose),
        format!("asked:     {}", shown_asked(request.asked)),
        format!("made:      {}", shown(request.requested_at)),
        format!("waits:     until {}", shown(request.expires_at)),
    ];
    lines.extend(request.staff.as_ref().map(|account| format!("staff:     {account}")));
    lines
}

/// The staff account that acted, or nothing.
fn shown_staff(staff: Option<&AccountId>) -> String {
    staff.map(AccountId::to_string).unwrap_or_default()
}

/// Why it was an emergency, and what an administrator found.
fn shown_emergency(emergency: Option<&EmergencyOpeningView>) -> String {
    match emergency {
        None => "-".to_owned(),
        Some(EmergencyOpeningView { reason, outcome: None, .. }) => format!("{reason}, to be reviewed"),
        Some(EmergencyOpeningView { reason, outcome: Some(outcome), .. }) => format!("{reason}, {outcome}"),
    }
}

/// Records in a sentence.
pub fn numbers(records: &[RecordId]) -> String {
    records.iter().map(RecordId::to_string).collect::<Vec<_>>().join(", ")
}
