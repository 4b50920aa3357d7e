//! What a page of every listing costs on a small chain and on a large one.
//!
//! The state is written by the pallets' own storage types, without calls: one patient, doctor and reader have half of
//! everything, others the rest. A listing is asked for a full page, of the first and from the middle.

use crate::{chain::genesis_storage, executor::Executor};
use anyhow::Result;
use codec::Encode;
use medchain_bench_report::{Figure, Goal, Plot, Section};
use medchain_primitives::*;
use medchain_runtime::{AccountId, Runtime};
use medchain_runtime_api::ReadLogOf;
use pallet_access::{
    AccessRequest, ByRequester, EmergencyOpening, EmergencyOpenings, Grant, Grants, GrantsByPatient, GrantsByReader,
    Inbox, Link, Links, LinksByPatient, LogByPatient, LogByReader, LogByRecord, PendingReviews, ReadLog, Reading,
    Requests,
};
use pallet_appointments::{Appointment, Appointments, Care, CareByDoctor, CareRelation};
use pallet_registry::{AccountOf, ByRoleAndStatus, Member, Members};
use pallet_reports::{ByPatientAndKind, Record, Records};
use sp_core::storage::StateVersion;
use sp_state_machine::{BasicExternalities, InMemoryBackend};
use std::{path::Path, time::Instant};

/// How many records the small chain has.
const SMALL: u64 = 1_000;
/// How often each listing is timed, on either chain in turn.
const REPEATS: usize = 31;
/// How many times the small chain's time a listing may take on the large one.
const BOUND: f64 = 1.2;
/// Of everything but records, chains have a tenth as many, or as [`fewer`] says.
const TENTH: u64 = 10;

const PATIENT: MemberId = MemberId::FIRST;
const DOCTOR: MemberId = MemberId(MemberId::FIRST.0 + 1);

type State = InMemoryBackend<sp_core::Blake2Hasher>;

/// What makes a listing slower on a larger chain.
const DEEPER: &str =
    "the trie is deeper by a level for each sixteenfold of entries, and each entry of a page is a path of its own";

/// Times every listing on both chains and prints the figures; writes them to a file, if one is named.
///
/// # Errors
///
/// When a listing grows beyond the bound.
pub fn run(records: u64, json: Option<&Path>) -> Result<()> {
    let executor = Executor::of_node()?;
    let begin = Instant::now();
    let (small, large) = (seeded(SMALL)?, seeded(records)?);
    println!("seeded in {:.0} s", begin.elapsed().as_secs_f64());
    println!("{:<34} {:>14} {:>14} {:>7}", "listing", format!("{SMALL}/us"), format!("{records}/us"), "ratio");
    let (mut beyond, mut bars) = (Vec::new(), Vec::new());
    let mut section = Section::new("growth");
    section.note(format!(
        "A full page of each listing on a chain of {SMALL} records and on one of {records}, in the node's executor over a state in \
         memory: median of {REPEATS}, in turn."
    ));
    for (name, method, small_arguments, large_arguments) in listings(records) {
        let (mut on_small, mut on_large) = (Vec::new(), Vec::new());
        for _ in 0..REPEATS {
            on_small.push(time(&executor, &small, method, &small_arguments)?);
            on_large.push(time(&executor, &large, method, &large_arguments)?);
        }
        let (on_small, on_large) = (median(on_small), median(on_large));
        let ratio = on_large / on_small;
        println!("{name:<34} {:>14.1} {:>14.1} {ratio:>7.2}", on_small * 1e6, on_large * 1e6);
        section.figures.push(Figure::new(format!("{name}, of {records}"), on_large * 1e6, "us"));
        let figure = Figure::new(format!("{name}, of {records} as a multiple of {SMALL}"), ratio, "");
        section.figures.push(figure.with_goal(Goal::AtMost(BOUND), DEEPER));
        bars.push((name.to_owned(), ratio));
        if ratio > BOUND {
            beyond.push(format!("{name}: {ratio:.2}"));
        }
    }
    let title = format!("A page at {records} records as a multiple of one at {SMALL}");
    section.plots.push(Plot::Bars { title, unit: String::new(), bars });
    section.write(json)?;
    anyhow::ensure!(beyond.is_empty(), "beyond {BOUND} times the small chain: {}", beyond.join(", "));
    Ok(())
}

type Listing = (&'static str, &'static str, Vec<u8>, Vec<u8>);

/// Every listing with its arguments on either chain.
fn listings(records: u64) -> Vec<Listing> {
    let mut listings = Vec::new();
    let mut add = |name, method, arguments: &dyn Fn(u64) -> Vec<u8>| {
        listings.push((name, method, arguments(SMALL), arguments(records)));
    };
    let (page, none) = (limits::PAGE_MAX, None::<u64>);
    let any = None::<RecordKind>;
    add("records, first", "ReportsApi_records", &|_| (PATIENT, any, none, page).encode());
    add("records, middle", "ReportsApi_records", &|records| (PATIENT, any, Some(records / 4), page).encode());
    add("records of a common kind", "ReportsApi_records", &|_| {
        (PATIENT, Some(RecordKind::Prescription), none, page).encode()
    });
    add("records of a rare kind", "ReportsApi_records", &|_| (PATIENT, Some(RecordKind::Profile), none, page).encode());
    add("read log of a patient", "AccessApi_read_log", &|_| (ReadLogOf::Patient(PATIENT), none, page).encode());
    add("read log of a reader", "AccessApi_read_log", &|_| (ReadLogOf::Reader(DOCTOR), none, page).encode());
    add("read log of a record", "AccessApi_read_log", &|_| (ReadLogOf::Record(RecordId(1)), none, page).encode());
    add("grants of a reader", "AccessApi_grants_of_reader", &|_| (DOCTOR, none, page).encode());
    add("grants of a record", "AccessApi_grants_of_record", &|_| (RecordId(1), none, page).encode());
    add("grants of a patient", "AccessApi_grants_of_patient", &|_| (PATIENT, None::<(u64, u64)>, page).encode());
    add("requests to a patient", "AccessApi_inbox", &|_| (PATIENT, none, page).encode());
    add("requests by a reader", "AccessApi_requests_by", &|_| (DOCTOR, none, page).encode());
    add("links of a patient", "AccessApi_links", &|_| (PATIENT, none, page).encode());
    add("emergency openings to review", "AccessApi_emergency_reviews", &|_| (none, page).encode());
    add("appointments of a doctor", "AppointmentsApi_appointments", &|_| (DOCTOR, none, page).encode());
    add("appointments, middle", "AppointmentsApi_appointments", &|records| {
        (PATIENT, Some(fewer(records) / 2), page).encode()
    });
    add("patients under care", "AppointmentsApi_care_relations", &|_| (DOCTOR, none, page).encode());
    add("patients", "RegistryApi_members", &|_| (Role::Patient, Status::Active, none, page).encode());
    listings
}

fn time(executor: &Executor, state: &State, method: &str, arguments: &[u8]) -> Result<f64> {
    let begin = Instant::now();
    executor.call(state, &mut Default::default(), method, arguments)?;
    Ok(begin.elapsed().as_secs_f64())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// The state of a chain with so many records.
fn seeded(records: u64) -> Result<State> {
    let mut externalities = BasicExternalities::new(genesis_storage()?);
    externalities.execute_with(|| seed(records));
    Ok(InMemoryBackend::from((externalities.into_storages(), StateVersion::V1)))
}

/// Half of them are of the one whom the listings are asked for.
fn owner(of: MemberId, index: u64, others: u64) -> MemberId {
    if index.is_multiple_of(2) {
        of
    } else {
        MemberId(DOCTOR.0 + 1 + index % others.max(1))
    }
}

/// How many there are of everything but records: enough for a full page from the middle of what one has.
fn fewer(records: u64) -> u64 {
    (records / TENTH).max(4 * u64::from(limits::PAGE_MAX))
}

fn seed(records: u64) {
    let fewer = fewer(records);
    for index in 0..fewer {
        let id = MemberId(PATIENT.0 + index);
        let role = if id == DOCTOR { Role::Doctor } else { Role::Patient };
        put_member(id, role);
        let (patient, doctor) = (OrderedKey::from(id), OrderedKey::from(DOCTOR));
        Care::<Runtime>::insert(id, doctor, CareRelation { since: 0, appointment: None });
        CareByDoctor::<Runtime>::insert(DOCTOR, patient, ());
    }
    for index in 0..records {
        put_record(RecordId(1 + index), owner(PATIENT, index, fewer));
    }
    for index in 0..fewer {
        let reading = ReadingId(1 + index);
        let (patient, reader) = (owner(PATIENT, index, fewer), owner(DOCTOR, index, fewer));
        let record = RecordId(if index.is_multiple_of(2) { 1 } else { 1 + index });
        put_reading(reading, record, patient, reader);
        put_grant(RecordId(1 + index), DOCTOR);
        put_grant(RecordId(1), MemberId(PATIENT.0 + index));
        GrantsByPatient::<Runtime>::insert((PATIENT, DOCTOR, OrderedKey::from(RecordId(1 + index))), ());
        put_request(RequestId(1 + index), patient, reader, record);
        put_link(LinkId(1 + index), patient, record);
        PendingReviews::<Runtime>::insert(OrderedKey::from(reading), ());
        let opening = EmergencyOpening { reason: EmergencyReason::ALL[0], review: None };
        EmergencyOpenings::<Runtime>::insert(reading, opening);
        let id = AppointmentId(1 + index);
        put_appointment(id, owner(PATIENT, index, fewer), owner(DOCTOR, index, fewer));
    }
}

fn put_member(id: MemberId, role: Role) {
    let account = AccountId::from(sp_core::H256::from_low_u64_be(id.0).0);
    let username = format!("member-{id}").into_bytes().try_into().unwrap_or_default();
    let member = Member {
        id,
        role,
        status: Status::Active,
        reason: None,
        username,
        encryption_key: EncryptionKey([7; 32]),
        key_version: 1,
        details: None,
        registered_at: 0,
        vouched_by: None,
    };
    AccountOf::<Runtime>::insert(id, &account);
    ByRoleAndStatus::<Runtime>::insert((role, Status::Active), OrderedKey::from(id), ());
    Members::<Runtime>::insert(account, member);
}

fn put_record(id: RecordId, patient: MemberId) {
    let digest = sp_core::H256::from_low_u64_be(id.0).0;
    let kind = match id.0 % 10 {
        _ if id == RecordId::FIRST => RecordKind::Profile,
        5 | 6 => RecordKind::Prescription,
        _ => RecordKind::Report,
    };
    let record = Record {
        patient,
        author: DOCTOR,
        kind,
        status: RecordStatus::Current,
        content: ContentRoot(digest),
        size: 100_000,
        envelope: EnvelopeHash(digest),
        key_version: 1,
        anchored_at: 0,
        supersedes: None,
        superseded_by: None,
        fills: 0,
        fills_left: 0,
        valid_until: None,
        retraction: None,
        dispute: None,
    };
    Records::<Runtime>::insert(id, record);
    ByPatientAndKind::<Runtime>::insert((patient, kind, OrderedKey::from(id)), ());
}

fn put_reading(id: ReadingId, record: RecordId, patient: MemberId, reader: MemberId) {
    let key = NewestFirstKey::from(id);
    let (purpose, basis) = (Purpose::Treatment, GrantBasis::Consent);
    let reading = Reading { record, patient, reader, purpose, basis, opened_at: 0, opened_in: 1, staff: None };
    ReadLog::<Runtime>::insert(id, reading);
    LogByRecord::<Runtime>::insert(record, key, ());
    LogByPatient::<Runtime>::insert(patient, key, ());
    LogByReader::<Runtime>::insert(reader, key, ());
}

fn put_grant(record: RecordId, reader: MemberId) {
    let grant = Grant {
        seal: VersionedSeal { seal: Seal([7; 80]), key_version: 1 },
        purpose: Purpose::Treatment,
        basis: GrantBasis::Consent,
        granted_by: PATIENT,
        granted_at: 0,
        expires_at: Moment::MAX,
        openings: 1,
        openings_left: 1,
        asked: None,
    };
    Grants::<Runtime>::insert(record, reader, grant);
    GrantsByReader::<Runtime>::insert(reader, OrderedKey::from(record), ());
}

fn put_request(id: RequestId, patient: MemberId, requester: MemberId, record: RecordId) {
    let request = AccessRequest {
        requester,
        patient,
        records: vec![record].try_into().unwrap_or_default(),
        purpose: Purpose::Treatment,
        asked: None,
        requested_at: 0,
        expires_at: Moment::MAX,
        staff: None,
    };
    Requests::<Runtime>::insert(id, request);
    Inbox::<Runtime>::insert(patient, OrderedKey::from(id), ());
    ByRequester::<Runtime>::insert(requester, OrderedKey::from(id), ());
}

fn put_link(id: LinkId, patient: MemberId, record: RecordId) {
    let link = Link {
        patient,
        commitment: LinkCommitment(sp_core::H256::from_low_u64_be(id.0).0),
        host: DOCTOR,
        records: vec![record].try_into().unwrap_or_default(),
        registered_by: patient,
        registered_at: 0,
        expires_at: Moment::MAX,
        openings: 1,
        openings_left: 1,
        revoked_at: None,
    };
    Links::<Runtime>::insert(id, link);
    LinksByPatient::<Runtime>::insert(patient, NewestFirstKey::from(id), ());
}

fn put_appointment(id: AppointmentId, patient: MemberId, doctor: MemberId) {
    let appointment = Appointment {
        patient,
        doctor,
        start: 0,
        end: limits::SLOT,
        status: AppointmentStatus::Completed,
        reason: None,
        note: Default::default(),
        profile: None,
        requested_at: 0,
        replaces: None,
        replaced_by: None,
    };
    pallet_appointments::ByPatient::<Runtime>::insert(patient, NewestFirstKey::from(id), ());
    pallet_appointments::ByDoctor::<Runtime>::insert(doctor, NewestFirstKey::from(id), ());
    Appointments::<Runtime>::insert(id, appointment);
}
