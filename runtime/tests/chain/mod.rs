//! A chain to test against: the real runtime over the `development` genesis, its actors, and the steps that bring it to
//! where a test begins.
#![allow(dead_code, missing_docs, clippy::unwrap_used)]

use frame_support::{assert_ok, traits::OnFinalize, traits::OnInitialize};
use medchain_primitives::*;
use medchain_runtime::{presets, *};
use pallet_registry::Details;
use serde_json::Value;
use sp_consensus_aura::Slot;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{traits::Dispatchable, BuildStorage, DispatchResult};

/// The administrator (and only validator) of the development chain.
pub const ADMINISTRATOR: Sr25519Keyring = Sr25519Keyring::Alice;
pub const PATIENT: Sr25519Keyring = Sr25519Keyring::Bob;
pub const DOCTOR: Sr25519Keyring = Sr25519Keyring::Charlie;
pub const HOSPITAL: Sr25519Keyring = Sr25519Keyring::Dave;
pub const PHARMACY: Sr25519Keyring = Sr25519Keyring::Eve;
/// Has no membership.
pub const STRANGER: Sr25519Keyring = Sr25519Keyring::Ferdie;

pub const PATIENT_ID: MemberId = MemberId(1001);
pub const DOCTOR_ID: MemberId = MemberId(1002);
pub const HOSPITAL_ID: MemberId = MemberId(1003);
pub const PHARMACY_ID: MemberId = MemberId(1004);

/// When the chain begins: a quarter of an hour, in milliseconds.
pub const BEGIN: Moment = 1_800_000_000_000;

/// The `development` genesis.
pub fn genesis() -> RuntimeGenesisConfig {
    genesis_of("development")
}

/// The genesis of a preset, as a node makes it: the default with the preset's patch.
pub fn genesis_of(preset: &str) -> RuntimeGenesisConfig {
    let patch = presets::get_preset(&preset.into()).unwrap();
    let patch: Value = serde_json::from_slice(&patch).unwrap();
    let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).unwrap();
    for (pallet, fields) in patch.as_object().unwrap() {
        for (field, value) in fields.as_object().unwrap() {
            config[pallet][field] = value.clone();
        }
    }
    serde_json::from_value(config).unwrap()
}

/// Runs a test in block 1 of the development chain and checks every pallet's invariants after it.
pub fn run(test: impl FnOnce()) {
    run_from(genesis(), test);
}

/// Runs a test in block 1 of the chain with this genesis and checks every pallet's invariants after it.
pub fn run_from(genesis: RuntimeGenesisConfig, test: impl FnOnce()) {
    let mut ext = sp_io::TestExternalities::new(genesis.build_storage().unwrap());
    ext.execute_with(|| {
        System::set_block_number(1);
        set_time(BEGIN);
        test();
        check_invariants();
    });
}

/// Runs the invariants of every pallet of ours; with `try-runtime`, those of the SDK's too.
pub fn check_invariants() {
    Registry::do_try_state().unwrap();
    Appointments::do_try_state().unwrap();
    Reports::do_try_state().unwrap();
    Access::do_try_state().unwrap();
    Quotas::do_try_state().unwrap();
    Consortium::do_try_state().unwrap();
    Rounds::do_try_state().unwrap();
    #[cfg(feature = "try-runtime")]
    {
        use frame_support::traits::{TryState, TryStateSelect};
        AllPalletsWithSystem::try_state(System::block_number(), TryStateSelect::All).unwrap();
    }
}

/// Sets the clock, and with it the slot, as a block does.
pub fn set_time(now: Moment) {
    pallet_timestamp::Now::<Runtime>::put(now);
    pallet_aura::CurrentSlot::<Runtime>::put(Slot::from(now / SLOT_DURATION));
}

pub fn now() -> Moment {
    pallet_timestamp::Now::<Runtime>::get()
}

/// Lets time pass, and a block.
pub fn pass(time: Moment) {
    Quotas::on_finalize(System::block_number());
    System::set_block_number(System::block_number() + 1);
    Quotas::on_initialize(System::block_number());
    set_time(now() + time);
}

/// Dispatches a call signed by an actor, as a block would after the extensions.
pub fn send(who: Sr25519Keyring, call: impl Into<RuntimeCall>) -> DispatchResult {
    call.into().dispatch(RuntimeOrigin::signed(who.to_account_id())).map(|_| ()).map_err(|error| error.error)
}

/// Begins the next block as far as sessions and the committee's rounds are concerned.
pub fn next_block() {
    Consortium::on_finalize(System::block_number());
    Grandpa::on_finalize(System::block_number());
    System::set_block_number(System::block_number() + 1);
    Consortium::on_initialize(System::block_number());
    Rounds::on_initialize(System::block_number());
}

/// Goes on to the second block of the next session, in which finality too has changed hands.
pub fn next_session() {
    let session = Session::current_index();
    while Session::current_index() == session {
        next_block();
    }
    next_block();
}

/// The last event of the chain.
pub fn last_event() -> RuntimeEvent {
    System::events().pop().unwrap().event
}

pub fn key(byte: u8) -> EncryptionKey {
    EncryptionKey([byte; 32])
}

/// A seal made for the first version of a key.
pub fn seal(byte: u8) -> VersionedSeal {
    VersionedSeal { seal: Seal([byte; 80]), key_version: 1 }
}

pub fn content(byte: u8) -> ContentRoot {
    ContentRoot([byte; 32])
}

fn text(text: &str) -> pallet_registry::Detail {
    text.as_bytes().to_vec().try_into().unwrap()
}

pub fn details(name: &str) -> Details {
    Details {
        name: text(name),
        licence: text("L-0001"),
        issuer: text("Chamber of Testing"),
        speciality: text("General medicine"),
        address: text("1 Synthetic Street"),
    }
}

pub fn register(role: Role, username: &str, key_byte: u8) -> pallet_registry::Call<Runtime> {
    pallet_registry::Call::register {
        role,
        username: username.as_bytes().to_vec().try_into().unwrap(),
        encryption_key: key(key_byte),
        details: role.is_professional().then(|| details(username)),
    }
}

pub fn anchor(patient: MemberId, kind: RecordKind, content_byte: u8) -> pallet_reports::Call<Runtime> {
    pallet_reports::Call::anchor { patient, kind, document: document(kind, content_byte, Vec::new()) }
}

/// A document with seals to these readers; a prescription has one fill and is valid for a month.
pub fn document(kind: RecordKind, content_byte: u8, readers: Vec<MemberId>) -> pallet_reports::Document {
    let seals: Vec<_> = readers.into_iter().map(|reader| ReaderSeal { reader, seal: seal(content_byte) }).collect();
    pallet_reports::Document {
        content: content(content_byte),
        size: 1_000,
        envelope: EnvelopeHash([content_byte; 32]),
        key_version: 1,
        fills: u8::from(kind == RecordKind::Prescription),
        valid_until: (kind == RecordKind::Prescription).then(|| now() + 30 * DAY),
        seals: seals.try_into().unwrap(),
    }
}

/// The record that was anchored last.
pub fn last_record() -> RecordId {
    RecordId(pallet_reports::NextRecordId::<Runtime>::get().0 - 1)
}

/// Anchors a document and gives its number.
pub fn anchored(author: Sr25519Keyring, patient: MemberId, kind: RecordKind, content_byte: u8) -> RecordId {
    assert_ok!(send(author, anchor(patient, kind, content_byte)));
    last_record()
}

/// Verifies a member as it stands: with its details and its certificate.
pub fn verification(member: MemberId) -> pallet_registry::Call<Runtime> {
    let stands = Registry::member_by_id(member).and_then(|(_, member)| member.details);
    let certificate = <Reports as RecordDirectory>::current_own_record(member).unwrap_or(RecordId::FIRST);
    pallet_registry::Call::verify { member, certificate, details: stands.unwrap_or_else(|| details("Nobody")) }
}

/// Registers a professional, anchors its certificate and verifies it.
fn verified(who: Sr25519Keyring, role: Role, username: &str, byte: u8, id: MemberId) {
    assert_ok!(send(who, register(role, username, byte)));
    anchored(who, id, RecordKind::Certificate, byte);
    assert_ok!(send(ADMINISTRATOR, verification(id)));
}

/// Registers the patient with a profile and the three professionals, verified. The patient's profile is record 1.
pub fn with_members() -> RecordId {
    assert_ok!(send(PATIENT, register(Role::Patient, "pat", 0x11)));
    let profile = anchored(PATIENT, PATIENT_ID, RecordKind::Profile, 0x11);
    verified(DOCTOR, Role::Doctor, "dora", 0x22, DOCTOR_ID);
    verified(HOSPITAL, Role::Hospital, "holy-hospital", 0x33, HOSPITAL_ID);
    verified(PHARMACY, Role::Pharmacy, "pharma", 0x44, PHARMACY_ID);
    profile
}

/// Puts the patient under the doctor's care by an appointment that carries her profile.
pub fn with_care() {
    let profile = <Reports as RecordDirectory>::current_own_record(PATIENT_ID).unwrap();
    assert_ok!(send(
        PATIENT,
        pallet_appointments::Call::request {
            doctor: DOCTOR_ID,
            start: BEGIN + DAY,
            end: BEGIN + DAY + limits::SLOT,
            profile: Some(SealedProfile { record: profile, seal: seal(0x5a) }),
            note: Default::default(),
        }
    ));
    assert_ok!(send(DOCTOR, pallet_appointments::Call::accept { id: AppointmentId::FIRST }));
}

/// The hospital's request for these records.
pub fn request(records: &[RecordId]) -> pallet_access::Call<Runtime> {
    pallet_access::Call::request {
        patient: PATIENT_ID,
        records: records.to_vec().try_into().unwrap(),
        purpose: Purpose::Treatment,
    }
}

/// A grant of one record to a reader for a day.
pub fn grant(
    reader: MemberId,
    request: Option<RequestId>,
    record: RecordId,
    openings: u32,
) -> pallet_access::Call<Runtime> {
    pallet_access::Call::grant {
        reader,
        request,
        grants: vec![pallet_access::RecordGrant { record, seal: seal(0x77) }].try_into().unwrap(),
        purpose: Purpose::Treatment,
        duration: DAY,
        openings,
    }
}
