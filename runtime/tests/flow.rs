//! The flow that must always work, played with the real runtime, and its refusals.
#![allow(missing_docs, clippy::unwrap_used)]

mod chain;

use chain::*;
use frame_support::{assert_noop, assert_ok};
use medchain_primitives::*;
use medchain_runtime::*;
use medchain_runtime_api::{
    runtime_decl_for_access_api::AccessApiV1, runtime_decl_for_appointments_api::AppointmentsApiV1,
    runtime_decl_for_registry_api::RegistryApiV1, runtime_decl_for_reports_api::ReportsApiV1, ReadLogOf, ReadPermit,
};
use sp_keyring::Sr25519Keyring;
use sp_runtime::DispatchError;

type AccessError = pallet_access::Error<Runtime>;
type ReportsError = pallet_reports::Error<Runtime>;
type RegistryError = pallet_registry::Error<Runtime>;
type AppointmentsError = pallet_appointments::Error<Runtime>;

fn may_open(who: Sr25519Keyring, record: RecordId) -> Result<(), DispatchError> {
    Runtime::may_open(who.to_account_id(), record)
}

fn may_read(who: Sr25519Keyring, record: RecordId) -> Result<ReadPermit, DispatchError> {
    Runtime::may_read(who.to_account_id(), record)
}

fn allowance(who: Sr25519Keyring) -> u64 {
    Runtime::store_allowance(who.to_account_id())
}

#[test]
fn the_nine_steps_work() {
    run(|| {
        // 1. The patient registers and anchors her profile.
        assert_eq!(allowance(PATIENT), 0);
        assert_ok!(send(PATIENT, register(Role::Patient, "pat", 0x11)));
        assert_eq!(allowance(PATIENT), limits::OWN_CONTENT_MAX);
        let profile = anchored(PATIENT, PATIENT_ID, RecordKind::Profile, 0x11);
        let member = Runtime::member_by_account(PATIENT.to_account_id()).unwrap();
        assert_eq!((member.id, member.status, member.own_record), (PATIENT_ID, Status::Active, Some(profile)));

        // 2. The professionals register with a certificate, and an administrator verifies them.
        for (who, role, name, byte, id) in [
            (DOCTOR, Role::Doctor, "dora", 0x22, DOCTOR_ID),
            (HOSPITAL, Role::Hospital, "holy-hospital", 0x33, HOSPITAL_ID),
        ] {
            assert_ok!(send(who, register(role, name, byte)));
            assert_eq!(allowance(who), limits::OWN_CONTENT_MAX);
            assert_noop!(send(ADMINISTRATOR, verification(id)), RegistryError::NoCertificate);
            let certificate = anchored(who, id, RecordKind::Certificate, byte);
            assert_eq!(may_read(ADMINISTRATOR, certificate), Ok(ReadPermit::Administrator));
            assert_eq!(Runtime::members(role, Status::Pending, None, 10).items.len(), 1);
            assert_ok!(send(ADMINISTRATOR, verification(id)));
            assert_eq!(Runtime::members(role, Status::Pending, None, 10).items, vec![]);
            assert_eq!(Runtime::member_by_username(name.into()).unwrap().status, Status::Active);
        }
        assert_eq!(allowance(DOCTOR), limits::CONTENT_MAX);

        // 3. The patient requests an appointment with her profile; accepting it opens a care relation.
        with_care();
        let appointment = Runtime::appointments(PATIENT_ID, None, 10).items.remove(0);
        assert_eq!(appointment.status, AppointmentStatus::Accepted);
        let care = Runtime::care_relations(DOCTOR_ID, None, 10).items.remove(0);
        assert_eq!((care.patient, care.appointment), (PATIENT_ID, Some(appointment.id)));
        assert_eq!(Runtime::grant(profile, DOCTOR_ID).unwrap().basis, GrantBasis::Care);
        assert_ok!(send(DOCTOR, pallet_access::Call::open { record: profile }));
        assert!(matches!(may_read(DOCTOR, profile), Ok(ReadPermit::Reader { .. })));

        // 4. The doctor anchors a report; only the patient can read it.
        let report = anchored(DOCTOR, PATIENT_ID, RecordKind::Report, 0x55);
        assert_eq!(may_read(PATIENT, report), Ok(ReadPermit::Owner));
        assert_eq!(may_read(DOCTOR, report), Err(AccessError::NoGrant.into()));

        // 5. The hospital requests it.
        assert_eq!(may_open(HOSPITAL, report), Err(AccessError::NoGrant.into()));
        let account = HOSPITAL.to_account_id();
        assert_eq!(Runtime::may_request(account, PATIENT_ID, vec![report], Purpose::Treatment), Ok(()));
        assert_ok!(send(HOSPITAL, request(&[report])));
        let waiting = Runtime::inbox(PATIENT_ID, None, 10).items.remove(0);
        assert_eq!((waiting.requester, &waiting.records), (HOSPITAL_ID, &vec![report]));

        // 6. The patient grants one opening.
        assert_ok!(send(PATIENT, grant(HOSPITAL_ID, Some(waiting.id), report, 1)));
        assert_eq!(Runtime::request(waiting.id), None);
        assert_eq!(may_open(HOSPITAL, report), Ok(()));
        assert_eq!(may_read(HOSPITAL, report), Err(AccessError::NoWindow.into()));

        // 7. The hospital opens the report, reads, and closes it: one opening was one opening.
        assert_ok!(send(HOSPITAL, pallet_access::Call::open { record: report }));
        let closes_at = BEGIN + limits::READING_WINDOW;
        assert_eq!(may_read(HOSPITAL, report), Ok(ReadPermit::Reader { closes_at }));
        assert!(may_open(HOSPITAL, report).is_err());
        assert_ok!(send(HOSPITAL, pallet_access::Call::close { record: report }));
        assert_eq!(may_read(HOSPITAL, report), Err(AccessError::NoGrant.into()));
        assert_eq!(may_open(HOSPITAL, report), Err(AccessError::NoGrant.into()));

        // 9. The doctor shares the profile with the hospital; the patient sees that.
        assert_ok!(send(
            DOCTOR,
            pallet_access::Call::share {
                patient: PATIENT_ID,
                hospital: HOSPITAL_ID,
                profile: SealedProfile { record: profile, seal: seal(0x66) },
            }
        ));
        assert_eq!(Runtime::grant(profile, HOSPITAL_ID).unwrap().basis, GrantBasis::Shared);
        assert_ok!(send(HOSPITAL, pallet_access::Call::open { record: profile }));

        // 8. The patient sees every opening, revokes, and erases.
        let log = Runtime::read_log(ReadLogOf::Patient(PATIENT_ID), None, 10).items;
        let seen: Vec<_> = log.iter().map(|reading| (reading.reader, reading.record)).collect();
        assert_eq!(seen, vec![(HOSPITAL_ID, profile), (HOSPITAL_ID, report), (DOCTOR_ID, profile)]);
        assert_eq!(Runtime::read_log(ReadLogOf::Record(report), None, 10).items.len(), 1);
        assert_ok!(send(PATIENT, pallet_access::Call::revoke { record: profile, reader: HOSPITAL_ID }));
        assert_eq!(may_read(HOSPITAL, profile), Err(AccessError::NoGrant.into()));
        assert_ok!(send(PATIENT, pallet_reports::Call::erase { record: report }));
        assert_eq!(may_read(PATIENT, report), Err(AccessError::RecordErased.into()));
        assert!(!Runtime::is_anchored(content(0x55)));
    });
}

#[test]
fn an_unverified_doctor_can_only_present_its_certificate() {
    run(|| {
        assert_ok!(send(PATIENT, register(Role::Patient, "pat", 0x11)));
        assert_ok!(send(DOCTOR, register(Role::Doctor, "dora", 0x22)));
        assert_noop!(send(DOCTOR, anchor(PATIENT_ID, RecordKind::Report, 0x55)), ReportsError::NotActive);
        assert_noop!(send(DOCTOR, request(&[RecordId(1)])), AccessError::NotActive);
        assert_ok!(send(DOCTOR, anchor(MemberId(1002), RecordKind::Certificate, 0x22)));
    });
}

#[test]
fn a_suspended_doctor_can_do_nothing() {
    run(|| {
        let profile = with_members();
        with_care();
        assert_ok!(send(DOCTOR, pallet_access::Call::open { record: profile }));
        assert_ok!(send(
            ADMINISTRATOR,
            pallet_registry::Call::suspend { member: DOCTOR_ID, reason: VettingReason::Misconduct }
        ));
        assert_eq!(allowance(DOCTOR), 0);
        assert_eq!(may_read(DOCTOR, profile), Err(AccessError::NotActive.into()));
        assert_eq!(may_open(DOCTOR, profile), Err(AccessError::NotActive.into()));
        assert_noop!(send(DOCTOR, anchor(PATIENT_ID, RecordKind::Report, 0x55)), ReportsError::NotActive);
        assert_noop!(
            send(
                DOCTOR,
                pallet_access::Call::share {
                    patient: PATIENT_ID,
                    hospital: HOSPITAL_ID,
                    profile: SealedProfile { record: profile, seal: seal(1) },
                }
            ),
            AccessError::NotActive
        );
        assert_noop!(
            send(
                PATIENT,
                pallet_appointments::Call::request {
                    doctor: DOCTOR_ID,
                    start: BEGIN + DAY,
                    end: BEGIN + DAY + limits::SLOT,
                    profile: None,
                    note: Default::default(),
                }
            ),
            AppointmentsError::DoctorNotActive
        );
    });
}

#[test]
fn a_doctor_writes_only_for_patients_under_care() {
    run(|| {
        with_members();
        assert_noop!(send(DOCTOR, anchor(PATIENT_ID, RecordKind::Report, 0x55)), ReportsError::NotUnderCare);
        with_care();
        let report = anchored(DOCTOR, PATIENT_ID, RecordKind::Report, 0x55);
        assert_ok!(send(PATIENT, pallet_appointments::Call::end_care { doctor: DOCTOR_ID }));
        assert_noop!(
            send(
                DOCTOR,
                pallet_reports::Call::amend {
                    record: report,
                    document: document(RecordKind::Report, 0x56, Vec::new()),
                }
            ),
            ReportsError::NotUnderCare
        );
    });
}

#[test]
fn the_profile_that_came_with_care_goes_with_care() {
    run(|| {
        let profile = with_members();
        with_care();
        assert_ok!(send(DOCTOR, pallet_access::Call::open { record: profile }));
        assert_ok!(send(PATIENT, pallet_appointments::Call::end_care { doctor: DOCTOR_ID }));
        assert_eq!(may_read(DOCTOR, profile), Err(AccessError::CareRelationEnded.into()));
    });
}

#[test]
fn an_expired_grant_opens_nothing() {
    run(|| {
        with_members();
        with_care();
        let report = anchored(DOCTOR, PATIENT_ID, RecordKind::Report, 0x55);
        assert_ok!(send(PATIENT, grant(HOSPITAL_ID, None, report, 5)));
        pass(DAY);
        assert_noop!(send(HOSPITAL, pallet_access::Call::open { record: report }), AccessError::GrantExpired);
    });
}

#[test]
fn a_reading_window_ends_by_itself() {
    run(|| {
        with_members();
        with_care();
        let report = anchored(DOCTOR, PATIENT_ID, RecordKind::Report, 0x55);
        assert_ok!(send(PATIENT, grant(HOSPITAL_ID, None, report, 1)));
        assert_ok!(send(HOSPITAL, pallet_access::Call::open { record: report }));
        pass(limits::READING_WINDOW);
        assert_eq!(may_read(HOSPITAL, report), Err(AccessError::NoWindow.into()));
        assert_noop!(send(HOSPITAL, pallet_access::Call::open { record: report }), AccessError::NoOpeningsLeft);
    });
}

#[test]
fn a_revoked_reader_is_shut_out_at_once() {
    run(|| {
        with_members();
        with_care();
        let report = anchored(DOCTOR, PATIENT_ID, RecordKind::Report, 0x55);
        assert_ok!(send(PATIENT, grant(HOSPITAL_ID, None, report, 5)));
        assert_ok!(send(HOSPITAL, pallet_access::Call::open { record: report }));
        assert_ok!(send(PATIENT, pallet_access::Call::revoke { record: report, reader: HOSPITAL_ID }));
        assert_eq!(may_read(HOSPITAL, report), Err(AccessError::NoGrant.into()));
        assert_noop!(send(HOSPITAL, pallet_access::Call::open { record: report }), AccessError::NoGrant);
    });
}

#[test]
fn a_superseded_record_stays_readable() {
    run(|| {
        with_members();
        with_care();
        let report = anchored(DOCTOR, PATIENT_ID, RecordKind::Report, 0x55);
        assert_ok!(send(PATIENT, grant(HOSPITAL_ID, None, report, 1)));
        assert_ok!(send(
            DOCTOR,
            pallet_reports::Call::amend { record: report, document: document(RecordKind::Report, 0x56, Vec::new()) }
        ));
        assert_eq!(Runtime::record(report).unwrap().status, RecordStatus::Superseded);
        assert_eq!(may_read(PATIENT, report), Ok(ReadPermit::Owner));
        assert_ok!(send(HOSPITAL, pallet_access::Call::open { record: report }));
        assert!(may_read(HOSPITAL, report).is_ok());
    });
}

#[test]
fn a_pharmacy_reads_prescriptions_and_no_reports() {
    run(|| {
        with_members();
        with_care();
        let report = anchored(DOCTOR, PATIENT_ID, RecordKind::Report, 0x55);
        let prescription = anchored(DOCTOR, PATIENT_ID, RecordKind::Prescription, 0x56);
        assert_noop!(send(PHARMACY, request(&[report])), AccessError::KindNotForRole);
        assert_noop!(send(PATIENT, grant(PHARMACY_ID, None, report, 1)), AccessError::KindNotForRole);
        assert_ok!(send(PHARMACY, request(&[prescription])));
        assert_ok!(send(PATIENT, grant(PHARMACY_ID, Some(RequestId::FIRST), prescription, 1)));
        assert_ok!(send(PHARMACY, pallet_access::Call::open { record: prescription }));
    });
}

#[test]
fn administrators_read_certificates_and_nothing_else() {
    run(|| {
        let profile = with_members();
        let certificate = Runtime::member_by_id(DOCTOR_ID).unwrap().own_record.unwrap();
        assert_eq!(may_read(ADMINISTRATOR, certificate), Ok(ReadPermit::Administrator));
        assert_eq!(may_read(ADMINISTRATOR, profile), Err(AccessError::NotACertificate.into()));
        assert_eq!(may_read(HOSPITAL, certificate), Err(AccessError::KindNotForRole.into()));
    });
}

#[test]
fn only_administrators_vet() {
    run(|| {
        with_members();
        for who in [PATIENT, DOCTOR, STRANGER] {
            assert_noop!(
                send(who, pallet_registry::Call::suspend { member: HOSPITAL_ID, reason: VettingReason::OwnWish }),
                DispatchError::BadOrigin
            );
        }
        assert_noop!(
            send(
                ADMINISTRATOR,
                RuntimeCall::Administrators(pallet_membership::Call::add_member {
                    who: STRANGER.to_account_id().into()
                })
            ),
            DispatchError::BadOrigin
        );
    });
}

#[test]
fn nobody_touches_what_is_not_theirs() {
    run(|| {
        let profile = with_members();
        with_care();
        let report = anchored(DOCTOR, PATIENT_ID, RecordKind::Report, 0x55);
        assert_noop!(send(DOCTOR, pallet_reports::Call::erase { record: report }), ReportsError::NotThePatient);
        assert_noop!(
            send(PATIENT, pallet_reports::Call::retract { record: report, reason: RetractionReason::Duplicate }),
            ReportsError::NotTheAuthor
        );
        assert_noop!(send(HOSPITAL, grant(HOSPITAL_ID, None, report, 1)), AccessError::NotThePatient);
        assert_noop!(
            send(HOSPITAL, pallet_appointments::Call::complete { id: AppointmentId::FIRST }),
            AppointmentsError::NotADoctor
        );
        assert_eq!(may_read(STRANGER, profile), Err(AccessError::NotAMember.into()));
    });
}

#[test]
fn listings_are_paged() {
    run(|| {
        with_members();
        with_care();
        for byte in 0x80..0x85 {
            anchored(DOCTOR, PATIENT_ID, RecordKind::Report, byte);
        }
        let first = Runtime::records(PATIENT_ID, Some(RecordKind::Report), None, 3);
        assert_eq!((first.items.len(), first.next), (3, Some(first.items[2].id)));
        let second = Runtime::records(PATIENT_ID, Some(RecordKind::Report), first.next, 3);
        assert_eq!((second.items.len(), second.next), (2, None));
        let whole = Runtime::records(PATIENT_ID, Some(RecordKind::Report), None, 5);
        assert_eq!((whole.items.len(), whole.next), (5, None));
        let nothing_asked = Runtime::records(PATIENT_ID, None, None, 0);
        assert_eq!(nothing_asked.items.len(), 1);
    });
}

#[test]
fn a_standing_consent_gives_the_family_doctor_each_new_report_until_the_patient_revokes() {
    run(|| {
        with_members();
        with_care();
        let until = now() + 365 * DAY;
        let kinds = RecordKinds { report: true, ..Default::default() };
        let (patient, purpose) = (PATIENT_ID, Purpose::Treatment);
        let give = pallet_access::Call::give_standing_consent { patient, reader: HOSPITAL_ID, kinds, purpose, until };
        assert_ok!(send(PATIENT, give));
        let recipients = Runtime::seal_recipients(PATIENT_ID, RecordKind::Report);
        let named: Vec<_> = recipients.iter().map(|recipient| (recipient.member, recipient.sealed_as)).collect();
        assert_eq!(named, vec![(PATIENT_ID, SealedAs::Patient), (HOSPITAL_ID, SealedAs::Standing)]);

        let kind = RecordKind::Report;
        assert_noop!(send(DOCTOR, anchor(PATIENT_ID, kind, 0x60)), AccessError::SealMissing);
        let document = document(kind, 0x60, vec![HOSPITAL_ID]);
        assert_ok!(send(DOCTOR, pallet_reports::Call::anchor { patient, kind, document }));
        let report = last_record();
        assert_eq!(Runtime::grant(report, HOSPITAL_ID).unwrap().basis, GrantBasis::Standing);
        assert_ok!(send(HOSPITAL, pallet_access::Call::open { record: report }));
        assert!(may_read(HOSPITAL, report).is_ok());
        let revoke = pallet_access::Call::revoke_reader { patient, reader: HOSPITAL_ID };
        assert_ok!(send(PATIENT, revoke));
        assert_eq!(may_read(HOSPITAL, report), Err(AccessError::NoGrant.into()));
        anchored(DOCTOR, PATIENT_ID, RecordKind::Report, 0x61);
    });
}

#[test]
fn a_pharmacy_dispenses_by_grant_once_per_fill() {
    run(|| {
        with_members();
        with_care();
        let record = anchored(DOCTOR, PATIENT_ID, RecordKind::Prescription, 0x62);
        let dispense = |fill| send(PHARMACY, pallet_reports::Call::dispense { record, fill });
        assert_noop!(dispense(1), ReportsError::NoGrant);
        assert_ok!(send(PATIENT, grant(PHARMACY_ID, None, record, 1)));
        assert_ok!(dispense(1));
        assert_noop!(dispense(2), ReportsError::NoFillsLeft);
        let log = Runtime::dispensings(record);
        assert_eq!((log[0].fill, log[0].pharmacy), (1, PHARMACY_ID));
        assert_eq!(Runtime::record(record).unwrap().fills_left, 0);
    });
}

#[test]
fn a_guardian_opens_and_grants_in_the_patients_name() {
    run(|| {
        with_members();
        with_care();
        assert_ok!(send(STRANGER, register(Role::Patient, "greta", 0x45)));
        let guardian = MemberId(1005);
        let scope = GuardianScope { decide: true, read: true };
        let until = now() + 30 * DAY;
        assert_ok!(send(PATIENT, pallet_access::Call::appoint_guardian { guardian, scope, until }));
        assert_eq!(Runtime::wards(guardian, None, 10).items[0].patient, PATIENT_ID);
        let kind = RecordKind::Report;
        let document = document(kind, 0x63, vec![guardian]);
        assert_ok!(send(DOCTOR, pallet_reports::Call::anchor { patient: PATIENT_ID, kind, document }));
        let report = last_record();
        assert_ok!(send(STRANGER, pallet_access::Call::open { record: report }));
        assert!(matches!(may_read(STRANGER, report), Ok(ReadPermit::Reader { .. })));
        assert_ok!(send(STRANGER, grant(HOSPITAL_ID, None, report, 1)));
        assert_eq!(Runtime::grant(report, HOSPITAL_ID).unwrap().granted_by, guardian);
        assert_ok!(send(PATIENT, pallet_access::Call::dismiss_guardian { guardian }));
        assert_eq!(may_read(STRANGER, report), Err(AccessError::GuardianshipEnded.into()));
    });
}

#[test]
fn an_appointment_that_nobody_answers_expires_in_a_block_s_idle_time() {
    use frame_support::{traits::OnIdle, weights::Weight};
    run(|| {
        with_members();
        let start = BEGIN + DAY;
        let (end, note) = (start + limits::SLOT, Default::default());
        let request = pallet_appointments::Call::request { doctor: DOCTOR_ID, start, end, profile: None, note };
        assert_ok!(send(PATIENT, request));
        pass(DAY);
        // The queue walks from slot to slot, a bounded number of them in a block.
        for _ in 0..10 {
            AllPalletsWithSystem::on_idle(System::block_number(), Weight::MAX);
        }
        let status = Runtime::appointment(AppointmentId::FIRST).unwrap().status;
        assert_eq!(status, AppointmentStatus::Expired);
        assert_noop!(
            send(DOCTOR, pallet_appointments::Call::accept { id: AppointmentId::FIRST }),
            pallet_appointments::Error::<Runtime>::NotRequested
        );
    });
}

#[test]
fn guardians_recover_a_patient_and_her_records_come_along() {
    run(|| {
        let profile = with_members();
        let with_copy = |guardian| pallet_registry::GuardianWithCopy { guardian, copy: seal(0x5e) };
        let guardians = [DOCTOR_ID, HOSPITAL_ID].map(with_copy).to_vec().try_into().unwrap();
        let wait = limits::RECOVERY_WAIT_MIN;
        assert_ok!(send(PATIENT, pallet_registry::Call::name_guardians { guardians, threshold: 2, wait }));
        let (to, encryption_key, expires_at) = (STRANGER.to_account_id(), key(0x99), now() + DAY);
        let genesis = System::block_hash(0);
        let statement = MoveStatement {
            genesis: genesis.as_ref(),
            member: PATIENT_ID,
            to: to.as_ref(),
            encryption_key,
            expires_at,
        };
        let signature = STRANGER.sign(statement.text().as_bytes()).into();
        let propose = pallet_registry::Call::propose_recovery {
            member: PATIENT_ID,
            to: to.clone(),
            key: encryption_key,
            expires_at,
            signature,
        };
        assert_ok!(send(DOCTOR, propose));
        let (member, proposer) = (PATIENT_ID, DOCTOR_ID);
        assert_ok!(send(
            HOSPITAL,
            pallet_registry::Call::approve_recovery { member, proposer, to, key: encryption_key }
        ));
        assert_eq!(Runtime::guardianship(PATIENT_ID).unwrap().recoveries.len(), 1);
        pass(wait);
        assert_ok!(send(HOSPITAL, pallet_registry::Call::complete_recovery { member, proposer }));
        assert_eq!(may_read(STRANGER, profile), Ok(ReadPermit::Owner));
        assert!(may_read(PATIENT, profile).is_err());
        assert_eq!(Runtime::keys(PATIENT_ID, None, 10).items.len(), 2);
    });
}
