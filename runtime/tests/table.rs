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
    for call in [
        pallet_registry::Call::verify { member: PENDING_ID },
        pallet_registry::Call::reject { member: PENDING_ID, reason: VettingReason::LicenceNotValid },
        pallet_registry::Call::suspend { member: DOCTOR_ID, reason: VettingReason::Misconduct },
    ] {
        let refused = cells([none(MEMBERS, DispatchError::BadOrigin), none(STAFF, DispatchError::BadOrigin)]);
        let others = vec![may(ADMINISTRATOR), not(STRANGER, DispatchError::BadOrigin)];
        row(scene, |who, _| send(who, call.clone()), &cells([refused, others]));
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
