//! The state of a chain with many records, written by the pallets' own storage types, without calls: one patient and one
//! doctor, who is the reader too, have half of everything, others the rest.

use crate::{chain::genesis_storage, story};
use anyhow::Result;
use medchain_primitives::*;
use medchain_runtime::{AccountId, Runtime};
use pallet_access::{
    AccessRequest, ByRequester, EmergencyOpening, EmergencyOpenings, Grant, Grants, GrantsByPatient, GrantsByReader,
    Inboxes, Link, Links, LinksByPatient, LogByPatient, LogByReader, LogByRecord, NextLinkId, NextReadingId,
    NextRequestId, PendingReviews, ReadLog, Reading, Requests,
};
use pallet_appointments::{Appointment, Appointments, Care, CareByDoctor, CareRelation, NextAppointmentId};
use pallet_registry::{AccountOf, ByRoleAndStatus, Member, Members, NextMemberId};
use pallet_reports::{Anchored, Anchors, ByPatientAndKind, NextRecordId, Record, Records};
use sp_core::{storage::Storage, Pair};
use sp_state_machine::BasicExternalities;

/// Of everything but records, chains have a tenth as many, or as [`fewer`] says.
const TENTH: u64 = 10;

/// How many readers one record has.
const READERS_OF_ONE: u64 = 4 * limits::PAGE_MAX as u64;

/// The patient who has half of everything.
pub const PATIENT: MemberId = MemberId::FIRST;
/// The doctor who wrote all and reads half.
pub const DOCTOR: MemberId = MemberId(MemberId::FIRST.0 + 1);

/// The state of a chain with so many records, at least 1,000.
///
/// # Errors
///
/// When the development chain's genesis cannot be had.
pub fn storage(records: u64) -> Result<Storage> {
    let mut externalities = BasicExternalities::new(genesis_storage()?);
    externalities.execute_with(|| seed(records));
    Ok(externalities.into_storages())
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
pub fn fewer(records: u64) -> u64 {
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
        // A record has as many readers on any chain: here several pages of them.
        let read = if index < READERS_OF_ONE { RecordId::FIRST } else { RecordId(1 + index) };
        put_grant(read, MemberId(PATIENT.0 + index));
        GrantsByPatient::<Runtime>::insert((PATIENT, DOCTOR, OrderedKey::from(RecordId(1 + index))), ());
        // Beyond what an inbox takes, the doctor asks others.
        let asked = if index < u64::from(limits::INBOX_MAX) { patient } else { owner(PATIENT, 1 + 2 * index, fewer) };
        put_request(RequestId(1 + index), asked, reader, record);
        put_link(LinkId(1 + index), patient, record);
        PendingReviews::<Runtime>::insert(OrderedKey::from(reading), ());
        let opening = EmergencyOpening { reason: EmergencyReason::ALL[0], review: None };
        EmergencyOpenings::<Runtime>::insert(reading, opening);
        let id = AppointmentId(1 + index);
        put_appointment(id, owner(PATIENT, index, fewer), owner(DOCTOR, index, fewer));
    }
    NextMemberId::<Runtime>::put(MemberId(PATIENT.0 + fewer));
    NextRecordId::<Runtime>::put(RecordId(1 + records));
    NextReadingId::<Runtime>::put(ReadingId(1 + fewer));
    NextRequestId::<Runtime>::put(RequestId(1 + fewer));
    NextLinkId::<Runtime>::put(LinkId(1 + fewer));
    NextAppointmentId::<Runtime>::put(AppointmentId(1 + fewer));
}

fn put_member(id: MemberId, role: Role) {
    let account = match id {
        PATIENT => story::patient().public().into(),
        DOCTOR => story::doctor().public().into(),
        _ => AccountId::from(sp_core::H256::from_low_u64_be(id.0).0),
    };
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
    frame_system::Pallet::<Runtime>::inc_providers(&account);
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
    Anchored::<Runtime>::insert(DOCTOR, record.content, id);
    Anchors::<Runtime>::insert(record.content, 1);
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
    let kept = Inboxes::<Runtime>::try_append(patient, id);
    debug_assert!(kept.is_ok(), "an inbox is beyond its bound");
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
