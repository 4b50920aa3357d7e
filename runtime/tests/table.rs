//! Who may do what: the design's table, a test for each act, in which every actor of the chain tries it. Each cell names
//! what is expected: the act is carried out, or it is refused for a reason.
#![allow(missing_docs, clippy::unwrap_used)]

mod chain;

use chain::*;
use frame_support::{assert_ok, storage::with_transaction_unchecked};
use medchain_primitives::*;
use medchain_runtime::*;
use medchain_runtime_api::{runtime_decl_for_access_api::AccessApiV1, ReadPermit};
use sp_keyring::Sr25519Keyring;
use sp_runtime::{DispatchError, DispatchResult, TransactionOutcome};

type AccessError = pallet_access::Error<Runtime>;
type ReportsError = pallet_reports::Error<Runtime>;
type RegistryError = pallet_registry::Error<Runtime>;
type AppointmentsError = pallet_appointments::Error<Runtime>;

/// The patient's guardian, who decides and reads.
const GUARDIAN: Sr25519Keyring = Sr25519Keyring::BobStash;
const GUARDIAN_ID: MemberId = MemberId(1005);
/// A doctor that waits for verification, with a certificate.
const PENDING: Sr25519Keyring = Sr25519Keyring::CharlieStash;
const PENDING_ID: MemberId = MemberId(1006);
/// Front desk of the hospital.
const CLERK: Sr25519Keyring = Sr25519Keyring::One;
/// A ward of the hospital.
const NURSE: Sr25519Keyring = Sr25519Keyring::Two;
/// The pharmacy's dispensary.
const PHARMACIST: Sr25519Keyring = Sr25519Keyring::EveStash;

/// The records of the patient that the acts are about.
#[derive(Clone, Copy)]
struct Scene {
    profile: RecordId,
    report: RecordId,
    prescription: RecordId,
    /// The pending doctor's.
    certificate: RecordId,
    /// The hospital's request for the report.
    request: RequestId,
}

fn add_staff(institution: Sr25519Keyring, id: MemberId, person: Sr25519Keyring, scope: StaffScope) {
    let (account, expires_at) = (person.to_account_id(), now() + DAY);
    let genesis = System::block_hash(0);
    let statement = StaffStatement {
        genesis: genesis.as_ref(),
        institution: id,
        account: account.as_ref(),
        encryption_key: key(0x61),
        expires_at,
    };
    let signature = person.sign(statement.text().as_bytes()).into();
    let (encryption_key, copy, of_version) = (key(0x61), Seal([0x5e; 80]), 1);
    let call =
        pallet_registry::Call::add_staff { account, scope, encryption_key, copy, of_version, expires_at, signature };
    assert_ok!(send(institution, call));
}

/// Members of every role, staff, a guardian; a patient under care with records of each kind; grants of one opening on the
/// report for doctor and hospital and on the prescription for the pharmacy; a request that waits.
fn scene() -> Scene {
    let profile = with_members();
    with_care();
    assert_ok!(send(GUARDIAN, chain::register(Role::Patient, "greta", 0x55)));
    assert_ok!(send(PENDING, chain::register(Role::Doctor, "pending", 0x56)));
    let certificate = anchored(PENDING, PENDING_ID, RecordKind::Certificate, 0x57);
    add_staff(HOSPITAL, HOSPITAL_ID, CLERK, StaffScope::FrontDesk);
    add_staff(HOSPITAL, HOSPITAL_ID, NURSE, StaffScope::Ward);
    add_staff(PHARMACY, PHARMACY_ID, PHARMACIST, StaffScope::Dispensary);
    let report = anchored(DOCTOR, PATIENT_ID, RecordKind::Report, 0x58);
    let prescription = anchored(DOCTOR, PATIENT_ID, RecordKind::Prescription, 0x59);
    let scope = GuardianScope { decide: true, read: true };
    let appoint = pallet_access::Call::appoint_guardian { guardian: GUARDIAN_ID, scope, until: now() + DAY };
    assert_ok!(send(PATIENT, appoint));
    let grants = vec![pallet_access::RecordGrant { record: report, seal: seal(1) }].try_into().unwrap();
    assert_ok!(send(PATIENT, pallet_access::Call::seal_to_guardian { guardian: GUARDIAN_ID, grants }));
    for reader in [DOCTOR_ID, HOSPITAL_ID] {
        assert_ok!(send(PATIENT, grant(reader, None, report, 1)));
    }
    assert_ok!(send(PATIENT, grant(PHARMACY_ID, None, prescription, 1)));
    let request = RequestId(pallet_access::NextRequestId::<Runtime>::get().0);
    assert_ok!(send(HOSPITAL, chain::request(&[report])));
    Scene { profile, report, prescription, certificate, request }
}

/// Plays one act by each actor, every time from the same scene.
fn row(setup: impl FnOnce() -> Scene, act: impl Fn(Sr25519Keyring, Scene) -> DispatchResult, cells: &[Cell]) {
    run(|| {
        let scene = setup();
        for (who, expected) in cells {
            let outcome = with_transaction_unchecked(|| TransactionOutcome::Rollback(act(*who, scene)));
            assert_eq!(outcome.err(), *expected, "{who:?}");
        }
    });
}

type Cell = (Sr25519Keyring, Option<DispatchError>);

fn may(who: Sr25519Keyring) -> Cell {
    (who, None)
}

fn not(who: Sr25519Keyring, error: impl Into<DispatchError>) -> Cell {
    (who, Some(error.into()))
}

/// Those of these actors whom the same error refuses.
fn none<const N: usize>(actors: [Sr25519Keyring; N], error: impl Into<DispatchError>) -> Vec<Cell> {
    let error = error.into();
    actors.into_iter().map(|who| not(who, error)).collect()
}

fn cells(parts: impl IntoIterator<Item = Vec<Cell>>) -> Vec<Cell> {
    parts.into_iter().flatten().collect()
}

const MEMBERS: [Sr25519Keyring; 6] = [PATIENT, GUARDIAN, DOCTOR, PENDING, HOSPITAL, PHARMACY];
const STAFF: [Sr25519Keyring; 3] = [CLERK, NURSE, PHARMACIST];
const NO_MEMBERS: [Sr25519Keyring; 5] = [ADMINISTRATOR, STRANGER, CLERK, NURSE, PHARMACIST];

#[test]
fn register() {
    let act = |who, _| send(who, chain::register(Role::Patient, "new", 0x77));
    let refused = none(MEMBERS, RegistryError::AlreadyRegistered);
    let staff = none(STAFF, RegistryError::AccountIsStaff);
    let others = vec![may(STRANGER), not(ADMINISTRATOR, RegistryError::AdministratorCannotBeMember)];
    row(scene, act, &cells([refused, staff, others]));
}

#[test]
fn rotate_own_key() {
    let act = |who, _| send(who, pallet_registry::Call::rotate_key { key: key(0x78) });
    row(scene, act, &cells([MEMBERS.map(may).to_vec(), none(NO_MEMBERS, RegistryError::NotAMember)]));
}

#[test]
fn publish_an_encryption_key_as_administrator() {
    let act = |who, _| send(who, pallet_registry::Call::publish_administrator_key { key: key(0x78) });
    let refused = cells([none(MEMBERS, DispatchError::BadOrigin), none(STAFF, DispatchError::BadOrigin)]);
    row(scene, act, &cells([refused, vec![may(ADMINISTRATOR), not(STRANGER, DispatchError::BadOrigin)]]));
}

#[test]
fn have_staff() {
    let act =
        |who: Sr25519Keyring, _| send(who, pallet_registry::Call::remove_staff { account: CLERK.to_account_id() });
    let refused = none(
        [PATIENT, GUARDIAN, DOCTOR, PHARMACY, NURSE, PHARMACIST, ADMINISTRATOR, STRANGER],
        RegistryError::NotStaff,
    );
    row(scene, act, &cells([refused, vec![may(HOSPITAL), may(CLERK)]]));
}

#[test]
fn vet_a_professional() {
    let acts: [fn() -> pallet_registry::Call<Runtime>; 3] = [
        || verification(PENDING_ID),
        || pallet_registry::Call::reject { member: PENDING_ID, reason: VettingReason::LicenceNotValid },
        || pallet_registry::Call::suspend { member: DOCTOR_ID, reason: VettingReason::Misconduct },
    ];
    for call in acts {
        let refused = cells([none(MEMBERS, DispatchError::BadOrigin), none(STAFF, DispatchError::BadOrigin)]);
        let others = vec![may(ADMINISTRATOR), not(STRANGER, DispatchError::BadOrigin)];
        row(scene, |who, _| send(who, call()), &cells([refused, others]));
    }
}

#[test]
fn reinstate_a_professional() {
    let suspended = || {
        let scene = scene();
        let suspend = pallet_registry::Call::suspend { member: DOCTOR_ID, reason: VettingReason::Misconduct };
        assert_ok!(send(ADMINISTRATOR, suspend));
        scene
    };
    let act = |who, _| send(who, pallet_registry::Call::reinstate { member: DOCTOR_ID });
    let refused = cells([none(MEMBERS, DispatchError::BadOrigin), none(STAFF, DispatchError::BadOrigin)]);
    row(suspended, act, &cells([refused, vec![may(ADMINISTRATOR)]]));
}

/// What a reading gate says, as a result of an act.
fn read(who: Sr25519Keyring, record: RecordId) -> DispatchResult {
    Runtime::may_read(who.to_account_id(), record).map(|_: ReadPermit| ())
}

#[test]
fn read_a_certificate() {
    let act = |who, scene: Scene| read(who, scene.certificate);
    let refused = cells([
        none([PATIENT, GUARDIAN], AccessError::NotAProfessional),
        none([DOCTOR, HOSPITAL, PHARMACY, NURSE, PHARMACIST], AccessError::KindNotForRole),
        vec![not(CLERK, AccessError::ScopeTooNarrow), not(STRANGER, AccessError::NotAMember)],
    ]);
    row(scene, act, &cells([refused, vec![may(ADMINISTRATOR), may(PENDING)]]));
}

#[test]
fn request_an_appointment() {
    let (start, end) = (BEGIN + 2 * DAY, BEGIN + 2 * DAY + limits::SLOT);
    let act = move |who, _| {
        let (profile, note) = (None, Default::default());
        send(who, pallet_appointments::Call::request { doctor: DOCTOR_ID, start, end, profile, note })
    };
    let refused = none([DOCTOR, HOSPITAL, PHARMACY], AppointmentsError::NotAPatient);
    let others = none(NO_MEMBERS, AppointmentsError::NotAMember);
    let pending = vec![not(PENDING, AppointmentsError::NotActive)];
    row(scene, act, &cells([refused, others, pending, vec![may(PATIENT), may(GUARDIAN)]]));
}

/// The scene with a second appointment that waits for the doctor.
fn with_request() -> Scene {
    let scene = scene();
    let (start, end) = (BEGIN + 2 * DAY, BEGIN + 2 * DAY + limits::SLOT);
    let (profile, note) = (None, Default::default());
    let request = pallet_appointments::Call::request { doctor: DOCTOR_ID, start, end, profile, note };
    assert_ok!(send(PATIENT, request));
    scene
}

const SECOND: AppointmentId = AppointmentId(2);

#[test]
fn accept_or_decline_an_appointment() {
    for call in [
        pallet_appointments::Call::accept { id: SECOND },
        pallet_appointments::Call::decline { id: SECOND, reason: AppointmentReason::Unavailable },
    ] {
        let refused = none([PATIENT, GUARDIAN, HOSPITAL, PHARMACY], AppointmentsError::NotADoctor);
        let others = none(NO_MEMBERS, AppointmentsError::NotAMember);
        let pending = vec![may(DOCTOR), not(PENDING, AppointmentsError::NotActive)];
        row(with_request, |who, _| send(who, call.clone()), &cells([refused, others, pending]));
    }
}

#[test]
fn cancel_an_appointment() {
    let act =
        |who, _| send(who, pallet_appointments::Call::cancel { id: SECOND, reason: AppointmentReason::NotNeeded });
    let refused = none([GUARDIAN, HOSPITAL, PHARMACY], AppointmentsError::NotYourAppointment);
    let others = none(NO_MEMBERS, AppointmentsError::NotAMember);
    let own = vec![may(PATIENT), may(DOCTOR), not(PENDING, AppointmentsError::NotActive)];
    row(with_request, act, &cells([refused, others, own]));
}

#[test]
fn complete_or_miss_an_appointment() {
    for call in [
        pallet_appointments::Call::complete { id: AppointmentId::FIRST },
        pallet_appointments::Call::mark_missed { id: AppointmentId::FIRST },
    ] {
        let started = || {
            let scene = scene();
            pass(DAY);
            scene
        };
        let refused = none([PATIENT, GUARDIAN, HOSPITAL, PHARMACY], AppointmentsError::NotADoctor);
        let others = none(NO_MEMBERS, AppointmentsError::NotAMember);
        row(started, |who, _| send(who, call.clone()), &cells([refused, others, vec![may(DOCTOR)]]));
    }
}

#[test]
fn end_a_care_relation() {
    let act = |who, _| send(who, pallet_appointments::Call::end_care { doctor: DOCTOR_ID });
    let refused = cells([
        none([DOCTOR, HOSPITAL, PHARMACY], AppointmentsError::NotAPatient),
        vec![not(PENDING, AppointmentsError::NotActive)],
    ]);
    let others = none(NO_MEMBERS, AppointmentsError::NotAMember);
    row(scene, act, &cells([refused, others, vec![may(PATIENT), not(GUARDIAN, AppointmentsError::NotUnderCare)]]));
}

#[test]
fn anchor_a_report_or_prescription() {
    for kind in [RecordKind::Report, RecordKind::Prescription] {
        let act = |who, _| {
            let document = document(kind, 0x79, vec![GUARDIAN_ID]);
            send(who, pallet_reports::Call::anchor { patient: PATIENT_ID, kind, document })
        };
        let refused = none([PATIENT, GUARDIAN, HOSPITAL, PHARMACY], ReportsError::KindNotForRole);
        let others = none(NO_MEMBERS, ReportsError::NotAMember);
        row(scene, act, &cells([refused, others, vec![may(DOCTOR), not(PENDING, ReportsError::NotActive)]]));
    }
}

#[test]
fn anchor_a_profile() {
    let act = |who, _| {
        let document = document(RecordKind::Profile, 0x79, vec![GUARDIAN_ID]);
        send(who, pallet_reports::Call::anchor { patient: PATIENT_ID, kind: RecordKind::Profile, document })
    };
    let refused = none([DOCTOR, PENDING, HOSPITAL, PHARMACY], ReportsError::KindNotForRole);
    let others = none(NO_MEMBERS, ReportsError::NotAMember);
    row(scene, act, &cells([refused, others, vec![may(PATIENT), not(GUARDIAN, ReportsError::OwnRecordsOnly)]]));
}

#[test]
fn anchor_a_certificate() {
    let act = |who, _| send(who, anchor(HOSPITAL_ID, RecordKind::Certificate, 0x79));
    let refused = none([PATIENT, GUARDIAN], ReportsError::KindNotForRole);
    let others = none(NO_MEMBERS, ReportsError::NotAMember);
    let own = none([DOCTOR, PENDING, PHARMACY], ReportsError::OwnRecordsOnly);
    row(scene, act, &cells([refused, others, own, vec![may(HOSPITAL)]]));
}

#[test]
fn amend_or_retract_a_report() {
    let amend = |who, scene: Scene| {
        let document = document(RecordKind::Report, 0x79, vec![GUARDIAN_ID]);
        send(who, pallet_reports::Call::amend { record: scene.report, document })
    };
    let retract = |who, scene: Scene| {
        let reason = RetractionReason::WrongDocument;
        send(who, pallet_reports::Call::retract { record: scene.report, reason })
    };
    let refused = none([PATIENT, GUARDIAN, PENDING, HOSPITAL, PHARMACY], ReportsError::NotTheAuthor);
    let all = cells([refused, none(NO_MEMBERS, ReportsError::NotAMember), vec![may(DOCTOR)]]);
    row(scene, amend, &all);
    row(scene, retract, &all);
}

#[test]
fn request_records_of_each_kind() {
    let asks = |of: fn(Scene) -> RecordId| move |who, scene| send(who, chain::request(&[of(scene)]));
    let patients = none([PATIENT, GUARDIAN], AccessError::NotAProfessional);
    let others = none([ADMINISTRATOR, STRANGER], AccessError::NotAMember);
    let pending = vec![not(PENDING, AccessError::NotActive)];
    let refused = cells([patients, others, pending]);
    let clinical = [DOCTOR, HOSPITAL, CLERK, NURSE].map(may).to_vec();
    let pharmacy = [PHARMACY, PHARMACIST];

    let prescriptions = cells([refused.clone(), clinical.clone(), pharmacy.map(may).to_vec()]);
    row(scene, asks(|scene| scene.prescription), &prescriptions);
    // The pharmacy holds a prescription, with which it may ask for the profile.
    row(scene, asks(|scene| scene.profile), &prescriptions);
    let reports = cells([refused, clinical, none(pharmacy, AccessError::KindNotForRole)]);
    row(scene, asks(|scene| scene.report), &reports);
}

#[test]
fn withdraw_a_request() {
    let act = |who, scene: Scene| send(who, pallet_access::Call::withdraw { request: scene.request });
    let refused = none([PATIENT, GUARDIAN, DOCTOR, PENDING, PHARMACY, PHARMACIST], AccessError::NotPartyToRequest);
    let others = none([ADMINISTRATOR, STRANGER], AccessError::NotAMember);
    row(scene, act, &cells([refused, others, [HOSPITAL, CLERK, NURSE].map(may).to_vec()]));
}

#[test]
fn relinquish_a_grant() {
    let act = |who, scene: Scene| send(who, pallet_access::Call::relinquish { record: scene.report });
    let refused = none([PATIENT, PENDING, PHARMACY], AccessError::NoGrant);
    let others = none([ADMINISTRATOR, STRANGER], AccessError::NotAMember);
    let staff = none([CLERK, PHARMACIST], AccessError::ScopeTooNarrow);
    row(scene, act, &cells([refused, others, staff, [DOCTOR, HOSPITAL, NURSE, GUARDIAN].map(may).to_vec()]));
}

#[test]
fn open_a_report() {
    let act = |who, scene: Scene| send(who, pallet_access::Call::open { record: scene.report });
    let refused = vec![
        not(PATIENT, AccessError::NotAProfessional),
        not(PENDING, AccessError::NotActive),
        not(PHARMACY, AccessError::NoGrant),
    ];
    let others = none([ADMINISTRATOR, STRANGER], AccessError::NotAMember);
    let staff = none([CLERK, PHARMACIST], AccessError::ScopeTooNarrow);
    row(scene, act, &cells([refused, others, staff, [DOCTOR, HOSPITAL, NURSE, GUARDIAN].map(may).to_vec()]));
}

#[test]
fn open_a_prescription() {
    let act = |who, scene: Scene| send(who, pallet_access::Call::open { record: scene.prescription });
    let refused = cells([
        none([PATIENT, GUARDIAN], AccessError::NotAProfessional),
        none([DOCTOR, HOSPITAL, NURSE], AccessError::NoGrant),
        none([ADMINISTRATOR, STRANGER], AccessError::NotAMember),
        vec![not(CLERK, AccessError::ScopeTooNarrow), not(PENDING, AccessError::NotActive)],
    ]);
    row(scene, act, &cells([refused, [PHARMACY, PHARMACIST].map(may).to_vec()]));
}

#[test]
fn read_what_the_nurse_has_open() {
    let open = || {
        let scene = scene();
        assert_ok!(send(NURSE, pallet_access::Call::open { record: scene.report }));
        scene
    };
    let refused = vec![
        not(HOSPITAL, AccessError::OpenedByAnother),
        not(CLERK, AccessError::ScopeTooNarrow),
        not(DOCTOR, AccessError::NoWindow),
        not(GUARDIAN, AccessError::NoWindow),
        not(PHARMACY, AccessError::KindNotForRole),
        not(ADMINISTRATOR, AccessError::NotACertificate),
        not(STRANGER, AccessError::NotAMember),
    ];
    row(open, |who, scene| read(who, scene.report), &cells([refused, [PATIENT, NURSE].map(may).to_vec()]));
    let close = |who, scene: Scene| send(who, pallet_access::Call::close { record: scene.report });
    let none_open = none([PATIENT, GUARDIAN, DOCTOR, PHARMACY], AccessError::NoWindow);
    row(open, close, &cells([none_open, [HOSPITAL, NURSE].map(may).to_vec()]));
}

#[test]
fn share_a_profile_with_a_hospital() {
    let act = |who, scene: Scene| {
        let profile = SealedProfile { record: scene.profile, seal: seal(1) };
        send(who, pallet_access::Call::share { patient: PATIENT_ID, hospital: HOSPITAL_ID, profile })
    };
    let refused = none([PATIENT, GUARDIAN, HOSPITAL, PHARMACY], AccessError::NotADoctor);
    let others = none([ADMINISTRATOR, STRANGER], AccessError::NotAMember);
    let staff = none(STAFF, AccessError::NotForStaff);
    row(scene, act, &cells([refused, others, staff, vec![may(DOCTOR), not(PENDING, AccessError::NotActive)]]));
}

#[test]
fn grant_and_deny() {
    let grants = |who, scene: Scene| send(who, grant(HOSPITAL_ID, Some(scene.request), scene.report, 1));
    let denies = |who, scene: Scene| send(who, pallet_access::Call::deny { request: scene.request });
    let others = none([ADMINISTRATOR, STRANGER], AccessError::NotAMember);
    let rest = cells([others, none(STAFF, AccessError::NotForStaff), vec![not(PENDING, AccessError::NotActive)]]);
    let decide = [PATIENT, GUARDIAN].map(may).to_vec();
    let strangers = [DOCTOR, HOSPITAL, PHARMACY];
    row(scene, grants, &cells([rest.clone(), decide.clone(), none(strangers, AccessError::NotThePatient)]));
    row(scene, denies, &cells([rest, decide, none(strangers, AccessError::NotPartyToRequest)]));
}

#[test]
fn revoke_and_consent_beforehand() {
    let revoke =
        |who, scene: Scene| send(who, pallet_access::Call::revoke { record: scene.report, reader: HOSPITAL_ID });
    let revoke_reader =
        |who, _| send(who, pallet_access::Call::revoke_reader { patient: PATIENT_ID, reader: HOSPITAL_ID });
    let consent = |who, _| {
        let kinds = RecordKinds { report: true, ..Default::default() };
        let (patient, reader, purpose, until) = (PATIENT_ID, HOSPITAL_ID, Purpose::Treatment, now() + DAY);
        send(who, pallet_access::Call::give_standing_consent { patient, reader, kinds, purpose, until })
    };
    let emergency = |who, _| {
        let institutions = pallet_access::EmergencyInstitutions::All;
        send(who, pallet_access::Call::give_emergency_consent { patient: PATIENT_ID, institutions })
    };
    let consented = || {
        let scene = scene();
        assert_ok!(consent(PATIENT, scene));
        scene
    };
    let revoke_consent =
        |who, _| send(who, pallet_access::Call::revoke_standing_consent { patient: PATIENT_ID, reader: HOSPITAL_ID });
    let all = cells([
        none([ADMINISTRATOR, STRANGER], AccessError::NotAMember),
        none(STAFF, AccessError::NotForStaff),
        none([DOCTOR, HOSPITAL, PHARMACY], AccessError::NotThePatient),
        vec![not(PENDING, AccessError::NotActive)],
        [PATIENT, GUARDIAN].map(may).to_vec(),
    ]);
    row(scene, revoke, &all);
    row(scene, revoke_reader, &all);
    row(scene, consent, &all);
    row(consented, revoke_consent, &all);
    row(scene, emergency, &all);
}

#[test]
fn appoint_a_guardian() {
    let act = |who: Sr25519Keyring, _| {
        let guardian = if who == GUARDIAN { PATIENT_ID } else { GUARDIAN_ID };
        let scope = GuardianScope { decide: true, read: false };
        send(who, pallet_access::Call::appoint_guardian { guardian, scope, until: now() + DAY })
    };
    let refused = none([DOCTOR, HOSPITAL, PHARMACY], AccessError::NotThePatient);
    let others = none([ADMINISTRATOR, STRANGER], AccessError::NotAMember);
    let rest = cells([none(STAFF, AccessError::NotForStaff), vec![not(PENDING, AccessError::NotActive)]]);
    row(scene, act, &cells([refused, others, rest, [PATIENT, GUARDIAN].map(may).to_vec()]));
}

#[test]
fn erase_dispute_and_reseal() {
    let erase = |who, scene: Scene| send(who, pallet_reports::Call::erase { record: scene.report });
    let dispute = |who, scene: Scene| {
        send(who, pallet_reports::Call::dispute { record: scene.report, reason: DisputeReason::Incorrect })
    };
    let reseal = |who, scene: Scene| {
        let envelope = EnvelopeHash([0xee; 32]);
        let records = vec![pallet_reports::ResealedRecord { record: scene.report, envelope }].try_into().unwrap();
        send(who, pallet_reports::Call::reseal { records, key_version: 1 })
    };
    let refused = none([GUARDIAN, DOCTOR, PENDING, HOSPITAL, PHARMACY], ReportsError::NotThePatient);
    let all = cells([refused, none(NO_MEMBERS, ReportsError::NotAMember), vec![may(PATIENT)]]);
    row(scene, erase, &all);
    row(scene, dispute, &all);
    row(scene, reseal, &all);
}

#[test]
fn dispense_a_prescription() {
    let act = |who, scene: Scene| send(who, pallet_reports::Call::dispense { record: scene.prescription, fill: 1 });
    let refused = none([PATIENT, GUARDIAN, DOCTOR, PENDING, HOSPITAL], ReportsError::NotAPharmacy);
    let others = none([ADMINISTRATOR, STRANGER], ReportsError::NotAMember);
    let staff = none([CLERK, NURSE], ReportsError::ScopeTooNarrow);
    row(scene, act, &cells([refused, others, staff, [PHARMACY, PHARMACIST].map(may).to_vec()]));
}

/// The scene with the report opened by the doctor in an emergency.
fn in_emergency() -> Scene {
    let scene = with_capsule();
    let (record, reason) = (scene.report, EmergencyReason::ALL[0]);
    assert_ok!(send(DOCTOR, pallet_access::Call::open_emergency { record, reason }));
    scene
}

/// The scene with an emergency consent and a capsule for the report.
fn with_capsule() -> Scene {
    let scene = scene();
    let institutions = pallet_access::EmergencyInstitutions::All;
    assert_ok!(send(PATIENT, pallet_access::Call::give_emergency_consent { patient: PATIENT_ID, institutions }));
    let lodging = pallet_access::EmergencyLodging { record: scene.report, capsule: EmergencyCapsuleHash([0xec; 32]) };
    let lodgings = vec![lodging].try_into().unwrap();
    assert_ok!(send(PATIENT, pallet_access::Call::lodge_emergency { lodgings }));
    scene
}

#[test]
fn open_in_an_emergency() {
    let act = |who, scene: Scene| {
        send(who, pallet_access::Call::open_emergency { record: scene.report, reason: EmergencyReason::ALL[0] })
    };
    let refused = none([PATIENT, GUARDIAN, HOSPITAL, PHARMACY], AccessError::NotADoctor);
    let others = none(NO_MEMBERS, AccessError::NotAMember);
    row(with_capsule, act, &cells([refused, others, vec![may(DOCTOR), not(PENDING, AccessError::NotActive)]]));
}

#[test]
fn review_an_emergency_opening() {
    let act = |who, _| {
        let reading = ReadingId(pallet_access::NextReadingId::<Runtime>::get().0 - 1);
        send(who, pallet_access::Call::review_emergency { reading, outcome: ReviewOutcome::ALL[0] })
    };
    let refused = cells([none(MEMBERS, DispatchError::BadOrigin), none(STAFF, DispatchError::BadOrigin)]);
    row(in_emergency, act, &cells([refused, vec![may(ADMINISTRATOR), not(STRANGER, DispatchError::BadOrigin)]]));
}

#[test]
fn affiliate_a_doctor() {
    let offer = |who, _| send(who, pallet_registry::Call::offer_affiliation { doctor: DOCTOR_ID });
    let refused = none([PATIENT, GUARDIAN, DOCTOR, PHARMACY], RegistryError::NotAHospital);
    let others = none(NO_MEMBERS, RegistryError::NotAMember);
    row(scene, offer, &cells([refused, others, vec![may(HOSPITAL), not(PENDING, RegistryError::NotActive)]]));
    let offered = || {
        let scene = scene();
        assert_ok!(send(HOSPITAL, pallet_registry::Call::offer_affiliation { doctor: DOCTOR_ID }));
        scene
    };
    let accept = |who, _| send(who, pallet_registry::Call::accept_affiliation { hospital: HOSPITAL_ID });
    let refused = none([PATIENT, GUARDIAN, HOSPITAL, PHARMACY], RegistryError::NoAffiliation);
    row(offered, accept, &cells([refused, none(NO_MEMBERS, RegistryError::NotAMember), vec![may(DOCTOR)]]));
}

/// The consent of an account to take a membership over with a key.
fn consent_to_move(member: MemberId, to: Sr25519Keyring, encryption_key: EncryptionKey) -> (Moment, Signature) {
    let (genesis, account, expires_at) = (System::block_hash(0), to.to_account_id(), now() + DAY);
    let statement =
        MoveStatement { genesis: genesis.as_ref(), member, to: account.as_ref(), encryption_key, expires_at };
    (expires_at, to.sign(statement.text().as_bytes()).into())
}

/// The number of the member behind an account; one that nobody has for no member.
fn number(who: Sr25519Keyring) -> MemberId {
    <Registry as MemberDirectory<AccountId>>::by_account(&who.to_account_id()).map_or(MemberId(9), |member| member.id)
}

#[test]
fn update_own_details() {
    let act = |who, _| send(who, pallet_registry::Call::update_details { details: details("Another name") });
    let refused = cells([
        none([PATIENT, GUARDIAN], RegistryError::NotAProfessional),
        none([DOCTOR, HOSPITAL, PHARMACY], RegistryError::DetailsSettled),
        none(NO_MEMBERS, RegistryError::NotAMember),
    ]);
    row(scene, act, &cells([refused, vec![may(PENDING)]]));
}

#[test]
fn apply_again() {
    let rejected = || {
        let scene = scene();
        let reject = pallet_registry::Call::reject { member: PENDING_ID, reason: VettingReason::LicenceNotValid };
        assert_ok!(send(ADMINISTRATOR, reject));
        scene
    };
    let act = |who, _| send(who, pallet_registry::Call::apply_again {});
    let refused = cells([
        none([PATIENT, GUARDIAN], RegistryError::NotAProfessional),
        none([DOCTOR, HOSPITAL, PHARMACY], RegistryError::NotRejected),
        none(NO_MEMBERS, RegistryError::NotAMember),
    ]);
    row(rejected, act, &cells([refused, vec![may(PENDING)]]));
}

#[test]
fn add_staff_and_seal_to_it() {
    let person = Sr25519Keyring::AliceStash;
    let add = |who: Sr25519Keyring, _| {
        let (account, expires_at) = (person.to_account_id(), now() + DAY);
        let genesis = System::block_hash(0);
        let statement = StaffStatement {
            genesis: genesis.as_ref(),
            institution: number(who),
            account: account.as_ref(),
            encryption_key: key(0x61),
            expires_at,
        };
        let signature = person.sign(statement.text().as_bytes()).into();
        let (scope, encryption_key, copy, of_version) = (StaffScope::Ward, key(0x61), Seal([0x5e; 80]), 1);
        let call = pallet_registry::Call::add_staff {
            account,
            scope,
            encryption_key,
            copy,
            of_version,
            expires_at,
            signature,
        };
        send(who, call)
    };
    let refused = cells([
        none([PATIENT, GUARDIAN, DOCTOR], RegistryError::NotAnInstitution),
        none(NO_MEMBERS, RegistryError::NotAMember),
        vec![not(PENDING, RegistryError::NotActive)],
    ]);
    row(scene, add, &cells([refused.clone(), [HOSPITAL, PHARMACY].map(may).to_vec()]));
    let reseal = |who, _| {
        let copies = vec![(CLERK.to_account_id(), Seal([0x5f; 80]))].try_into().unwrap();
        send(who, pallet_registry::Call::reseal_staff { copies, of_version: 1 })
    };
    row(scene, reseal, &cells([refused, vec![may(HOSPITAL), not(PHARMACY, RegistryError::NotStaff)]]));
}

#[test]
fn move_own_account() {
    let act = |who, _| {
        let (to, key) = (Sr25519Keyring::AliceStash, key(0x79));
        let (expires_at, signature) = consent_to_move(number(who), to, key);
        let (to, copy) = (to.to_account_id(), Seal([0x5e; 80]));
        send(who, pallet_registry::Call::move_account { to, key, expires_at, signature, copy })
    };
    row(scene, act, &cells([MEMBERS.map(may).to_vec(), none(NO_MEMBERS, RegistryError::NotAMember)]));
}

#[test]
fn name_who_recovers_the_own_account() {
    let act = |who: Sr25519Keyring, _| {
        let guardian = if who == GUARDIAN { PATIENT_ID } else { GUARDIAN_ID };
        let guardians = vec![pallet_registry::GuardianWithCopy { guardian, copy: seal(1) }].try_into().unwrap();
        send(who, pallet_registry::Call::name_guardians { guardians, threshold: 1, wait: limits::RECOVERY_WAIT_MIN })
    };
    row(scene, act, &cells([MEMBERS.map(may).to_vec(), none(NO_MEMBERS, RegistryError::NotAMember)]));
}

/// The scene with the guardian and the doctor as those who recover the patient's account together.
fn with_recoverers() -> Scene {
    let scene = scene();
    let with_copy = |guardian| pallet_registry::GuardianWithCopy { guardian, copy: seal(1) };
    let guardians = [GUARDIAN_ID, DOCTOR_ID].map(with_copy).to_vec().try_into().unwrap();
    let wait = limits::RECOVERY_WAIT_MIN;
    assert_ok!(send(PATIENT, pallet_registry::Call::name_guardians { guardians, threshold: 2, wait }));
    scene
}

/// Where the patient's membership is to go.
const FOUND: Sr25519Keyring = Sr25519Keyring::AliceStash;

fn propose_recovery(who: Sr25519Keyring) -> DispatchResult {
    let key = key(0x79);
    let (expires_at, signature) = consent_to_move(PATIENT_ID, FOUND, key);
    let (member, to) = (PATIENT_ID, FOUND.to_account_id());
    send(who, pallet_registry::Call::propose_recovery { member, to, key, expires_at, signature })
}

fn approve_recovery(who: Sr25519Keyring) -> DispatchResult {
    let (member, proposer, to, key) = (PATIENT_ID, DOCTOR_ID, FOUND.to_account_id(), key(0x79));
    send(who, pallet_registry::Call::approve_recovery { member, proposer, to, key })
}

fn complete_recovery(who: Sr25519Keyring) -> DispatchResult {
    send(who, pallet_registry::Call::complete_recovery { member: PATIENT_ID, proposer: DOCTOR_ID })
}

#[test]
fn recover_the_account_of_a_member() {
    let refused = cells([
        none([PATIENT, HOSPITAL, PHARMACY], RegistryError::NotGuardian),
        none(NO_MEMBERS, RegistryError::NotAMember),
        vec![not(PENDING, RegistryError::NotActive)],
    ]);
    let by_guardians = cells([refused.clone(), [GUARDIAN, DOCTOR].map(may).to_vec()]);
    row(with_recoverers, |who, _| propose_recovery(who), &by_guardians);

    let proposed = || {
        let scene = with_recoverers();
        assert_ok!(propose_recovery(DOCTOR));
        scene
    };
    let agree = cells([refused.clone(), vec![may(GUARDIAN), not(DOCTOR, RegistryError::ApprovedAlready)]]);
    row(proposed, |who, _| approve_recovery(who), &agree);
    let early = none([GUARDIAN, DOCTOR], RegistryError::TooFewApprovals);
    row(proposed, |who, _| complete_recovery(who), &cells([refused.clone(), early]));

    let agreed = || {
        let scene = proposed();
        assert_ok!(approve_recovery(GUARDIAN));
        scene
    };
    let early = none([GUARDIAN, DOCTOR], RegistryError::WaitNotOver);
    row(agreed, |who, _| complete_recovery(who), &cells([refused, early]));
    let object = |who, _| send(who, pallet_registry::Call::object_to_recovery {});
    let others = none([GUARDIAN, DOCTOR, PENDING, HOSPITAL, PHARMACY], RegistryError::NothingToObject);
    row(agreed, object, &cells([others, none(NO_MEMBERS, RegistryError::NotAMember), vec![may(PATIENT)]]));

    let waited = || {
        let scene = agreed();
        pass(limits::RECOVERY_WAIT_MIN);
        scene
    };
    row(waited, |who, _| complete_recovery(who), &by_guardians);
}

#[test]
fn what_a_recovered_patient_has_is_resealed_from_a_guardian_s_copy() {
    run(|| {
        let scene = with_recoverers();
        assert_ok!(propose_recovery(DOCTOR));
        assert_ok!(approve_recovery(GUARDIAN));
        pass(limits::RECOVERY_WAIT_MIN);
        assert_ok!(complete_recovery(GUARDIAN));

        // The number, and with it everything that is hers, has gone to the new account; the old one has nothing.
        assert_eq!(number(FOUND), PATIENT_ID);
        assert_eq!(read(PATIENT, scene.report), Err(AccessError::NotAMember.into()));
        assert_eq!(read(FOUND, scene.report), Ok(()));
        let envelope = EnvelopeHash([0xee; 32]);
        let resealed = |record| pallet_reports::ResealedRecord { record, envelope };
        let records = || [scene.profile, scene.report].map(resealed).to_vec().try_into().unwrap();
        let reseal = |who, key_version| send(who, pallet_reports::Call::reseal { records: records(), key_version });
        assert_eq!(reseal(PATIENT, 2), Err(ReportsError::NotAMember.into()));
        assert_eq!(reseal(FOUND, 1), Err(ReportsError::KeyVersionNotCurrent.into()));

        // A guardian gives the copy of the earlier secret back, sealed to the key that the patient has now.
        let back = |who, key_version| {
            let copy = VersionedSeal { seal: Seal([0xc0; 80]), key_version };
            send(who, pallet_registry::Call::return_copy { member: PATIENT_ID, copy })
        };
        assert_eq!(back(GUARDIAN, 1), Err(RegistryError::KeyVersionNotCurrent.into()));
        assert_eq!(back(HOSPITAL, 2), Err(RegistryError::NotGuardian.into()));
        assert_ok!(back(GUARDIAN, 2));
        let copies = Registry::own_copies_page(PATIENT_ID, None, 10);
        let given = VersionedSeal { seal: Seal([0xc0; 80]), key_version: 2 };
        assert_eq!(copies, vec![(1, GUARDIAN_ID, given)]);
        assert_ok!(reseal(FOUND, 2));
        for record in [scene.profile, scene.report] {
            let resealed = Reports::record(record).unwrap();
            assert_eq!((resealed.envelope, resealed.key_version), (envelope, 2));
        }

        // She decides as before; the account that was lost decides nothing.
        assert_eq!(send(PATIENT, grant(HOSPITAL_ID, None, scene.report, 1)), Err(AccessError::NotAMember.into()));
        assert_ok!(send(FOUND, grant(HOSPITAL_ID, None, scene.report, 1)));
        assert_ok!(send(HOSPITAL, pallet_access::Call::open { record: scene.report }));
        assert_eq!(read(HOSPITAL, scene.report), Ok(()));
        let revoke = || pallet_access::Call::revoke { record: scene.report, reader: HOSPITAL_ID };
        assert_eq!(send(PATIENT, revoke()), Err(AccessError::NotAMember.into()));
        assert_ok!(send(FOUND, revoke()));
        assert_eq!(read(HOSPITAL, scene.report), Err(AccessError::NoGrant.into()));
    });
}

#[test]
fn reschedule_an_appointment() {
    let (start, end) = (BEGIN + 3 * DAY, BEGIN + 3 * DAY + limits::SLOT);
    let act = move |who, _| {
        send(who, pallet_appointments::Call::reschedule { id: SECOND, start, end, note: Default::default() })
    };
    let refused = cells([
        none([DOCTOR, HOSPITAL, PHARMACY], AppointmentsError::NotAPatient),
        none(NO_MEMBERS, AppointmentsError::NotAMember),
        vec![not(PENDING, AppointmentsError::NotActive), not(GUARDIAN, AppointmentsError::NotYourAppointment)],
    ]);
    row(with_request, act, &cells([refused, vec![may(PATIENT)]]));
}

#[test]
fn set_opening_times() {
    let act = |who, _| send(who, pallet_appointments::Call::set_schedule { schedule: Default::default() });
    let refused = cells([
        none([PATIENT, GUARDIAN, HOSPITAL, PHARMACY], AppointmentsError::NotADoctor),
        none(NO_MEMBERS, AppointmentsError::NotAMember),
        vec![not(PENDING, AppointmentsError::NotActive)],
    ]);
    row(scene, act, &cells([refused, vec![may(DOCTOR)]]));
}

#[test]
fn open_a_care_relation() {
    let act = |who, _| send(who, pallet_appointments::Call::open_care { doctor: DOCTOR_ID, profile: None });
    let refused = cells([
        none([DOCTOR, HOSPITAL, PHARMACY], AppointmentsError::NotAPatient),
        none(NO_MEMBERS, AppointmentsError::NotAMember),
        vec![not(PENDING, AppointmentsError::NotActive)],
    ]);
    let own = vec![may(GUARDIAN), not(PATIENT, AppointmentsError::AlreadyUnderCare)];
    row(scene, act, &cells([refused.clone(), own]));
    let ended = || {
        let scene = scene();
        assert_ok!(send(PATIENT, pallet_appointments::Call::end_care { doctor: DOCTOR_ID }));
        scene
    };
    row(ended, act, &cells([refused, [PATIENT, GUARDIAN].map(may).to_vec()]));
}

#[test]
fn write_for_a_patient_who_is_not_under_care() {
    let ended = || {
        let scene = scene();
        assert_ok!(send(PATIENT, pallet_appointments::Call::end_care { doctor: DOCTOR_ID }));
        scene
    };
    let anchor = |who, _| send(who, chain::anchor(PATIENT_ID, RecordKind::Report, 0x79));
    let amend = |who, scene: Scene| {
        let document = document(RecordKind::Report, 0x79, vec![GUARDIAN_ID]);
        send(who, pallet_reports::Call::amend { record: scene.report, document })
    };
    let share = |who, scene: Scene| {
        let profile = SealedProfile { record: scene.profile, seal: seal(1) };
        send(who, pallet_access::Call::share { patient: PATIENT_ID, hospital: HOSPITAL_ID, profile })
    };
    row(ended, anchor, &[not(DOCTOR, ReportsError::NotUnderCare)]);
    row(ended, amend, &[not(DOCTOR, ReportsError::NotUnderCare)]);
    row(ended, share, &[not(DOCTOR, AccessError::NotUnderCare)]);
}

#[test]
fn request_a_profile_as_a_pharmacy_without_a_prescription() {
    let without = || {
        let scene = scene();
        let revoke = pallet_access::Call::revoke { record: scene.prescription, reader: PHARMACY_ID };
        assert_ok!(send(PATIENT, revoke));
        scene
    };
    let asks = |who, scene: Scene| send(who, chain::request(&[scene.profile]));
    row(without, asks, &none([PHARMACY, PHARMACIST], AccessError::ProfileNeedsPrescription));
    let asks_for_both = |who, scene: Scene| send(who, chain::request(&[scene.profile, scene.prescription]));
    row(without, asks_for_both, &[PHARMACY, PHARMACIST].map(may));
}

#[test]
fn read_own_records_always() {
    let act = |who, scene: Scene| {
        [scene.profile, scene.report, scene.prescription].into_iter().try_for_each(|record| read(who, record))
    };
    row(scene, act, &[may(PATIENT)]);
    row(scene, |who, scene: Scene| read(who, scene.certificate), &[may(PENDING)]);
}

#[test]
fn cancel_what_is_not_yet_dispensed() {
    let act = |who, scene: Scene| send(who, pallet_reports::Call::cancel_fills { record: scene.prescription });
    let refused = none([PATIENT, GUARDIAN, PENDING, HOSPITAL, PHARMACY], ReportsError::NotTheAuthor);
    row(scene, act, &cells([refused, none(NO_MEMBERS, ReportsError::NotAMember), vec![may(DOCTOR)]]));
}

#[test]
fn dispense_without_a_live_grant() {
    let ended = || {
        let scene = scene();
        pass(DAY);
        scene
    };
    let act = |who, scene: Scene| send(who, pallet_reports::Call::dispense { record: scene.prescription, fill: 1 });
    row(ended, act, &none([PHARMACY, PHARMACIST], ReportsError::NoGrant));
}

#[test]
fn lodge_and_withdraw_for_an_emergency() {
    let lodge = |who, scene: Scene| {
        let lodging =
            pallet_access::EmergencyLodging { record: scene.prescription, capsule: EmergencyCapsuleHash([0xed; 32]) };
        send(who, pallet_access::Call::lodge_emergency { lodgings: vec![lodging].try_into().unwrap() })
    };
    let withdraw = |who, scene: Scene| {
        send(who, pallet_access::Call::withdraw_emergency { records: vec![scene.report].try_into().unwrap() })
    };
    let revoke = |who, _| send(who, pallet_access::Call::revoke_emergency_consent { patient: PATIENT_ID });
    let refused = cells([
        none([ADMINISTRATOR, STRANGER], AccessError::NotAMember),
        none(STAFF, AccessError::NotForStaff),
        none([HOSPITAL, PHARMACY], AccessError::NotThePatient),
        vec![not(PENDING, AccessError::NotActive)],
        [PATIENT, GUARDIAN].map(may).to_vec(),
    ]);
    // The author lodges once, within an hour, and withdraws nothing.
    row(with_capsule, lodge, &cells([refused.clone(), vec![may(DOCTOR)]]));
    let later = || {
        let scene = with_capsule();
        pass(HOUR);
        scene
    };
    row(later, lodge, &cells([refused.clone(), vec![not(DOCTOR, AccessError::NotThePatient)]]));
    let refused = cells([refused, vec![not(DOCTOR, AccessError::NotThePatient)]]);
    row(with_capsule, withdraw, &refused);
    row(with_capsule, revoke, &refused);
}

fn register_link(who: Sr25519Keyring, scene: Scene) -> DispatchResult {
    let (patient, commitment, host) = (PATIENT_ID, LinkCommitment([0x11; 32]), HOSPITAL_ID);
    let records = vec![scene.report].try_into().unwrap();
    let (duration, openings) = (DAY, 1);
    send(who, pallet_access::Call::register_link { patient, commitment, host, records, duration, openings })
}

#[test]
fn make_revoke_and_open_a_link() {
    let decides = cells([
        none([ADMINISTRATOR, STRANGER], AccessError::NotAMember),
        none(STAFF, AccessError::NotForStaff),
        none([DOCTOR, HOSPITAL, PHARMACY], AccessError::NotThePatient),
        vec![not(PENDING, AccessError::NotActive)],
        [PATIENT, GUARDIAN].map(may).to_vec(),
    ]);
    row(scene, register_link, &decides);
    let with_link = || {
        let scene = scene();
        assert_ok!(register_link(PATIENT, scene));
        scene
    };
    let link = LinkId::FIRST;
    row(with_link, |who, _| send(who, pallet_access::Call::revoke_link { link }), &decides);
    let open = |who, _| {
        let sealed = [0x5a; limits::SEALED_RECIPIENT as usize];
        let recipient = pallet_access::SealedRecipient { sealed, key_version: 1 };
        send(who, pallet_access::Call::open_link { link, recipient })
    };
    let refused = cells([
        none([ADMINISTRATOR, STRANGER], AccessError::NotAMember),
        none(STAFF, AccessError::NotForStaff),
        none([PATIENT, GUARDIAN, DOCTOR], AccessError::NotAnInstitution),
        vec![not(PENDING, AccessError::NotActive), not(PHARMACY, AccessError::NotTheHost)],
    ]);
    row(with_link, open, &cells([refused, vec![may(HOSPITAL)]]));
}

#[test]
fn dismiss_resign_and_seal_to_a_guardian() {
    let dismiss = |who, _| send(who, pallet_access::Call::dismiss_guardian { guardian: GUARDIAN_ID });
    let seals = |who, scene: Scene| {
        let grants = vec![pallet_access::RecordGrant { record: scene.report, seal: seal(1) }].try_into().unwrap();
        send(who, pallet_access::Call::seal_to_guardian { guardian: GUARDIAN_ID, grants })
    };
    let refused = cells([
        none([ADMINISTRATOR, STRANGER], AccessError::NotAMember),
        none(STAFF, AccessError::NotForStaff),
        none([GUARDIAN, DOCTOR, HOSPITAL, PHARMACY], AccessError::NoGuardianship),
        vec![not(PENDING, AccessError::NotActive), may(PATIENT)],
    ]);
    row(scene, dismiss, &refused);
    row(scene, seals, &refused);
    let resign = |who, _| send(who, pallet_access::Call::resign_guardianship { patient: PATIENT_ID });
    let refused = none([PATIENT, DOCTOR, PENDING, HOSPITAL, PHARMACY], AccessError::NoGuardianship);
    row(scene, resign, &cells([refused, none(NO_MEMBERS, AccessError::NotAMember), vec![may(GUARDIAN)]]));
}
