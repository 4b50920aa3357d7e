//! Whatever bytes come as a call of a pallet, from whomever: decoding and dispatching them never panics, and what was decoded
//! encodes to the bytes that it was decoded from.
//!
//! One target for each pallet of the domain, one for transactions. Each starts from sound calls, which it cuts, splices and
//! changes, and from random bytes, over a chain with members, records, grants and requests. Each runs for a moment in the
//! test run, and for `MEDCHAIN_FUZZ_SECONDS=<number>` if that is set; the seed is printed, and `MEDCHAIN_SEED=<number>`
//! plays it again. What panics is printed in hexadecimal.
#![allow(missing_docs, clippy::unwrap_used)]

mod chain;

use chain::*;
use codec::{Decode, DecodeLimit, Encode};
use frame_support::storage;
use medchain_primitives::*;
use medchain_runtime::*;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
    traits::Dispatchable, transaction_validity::TransactionSource, BuildStorage, MultiSignature, TransactionOutcome,
};
use std::{
    panic::{catch_unwind, AssertUnwindSafe},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// How deep calls may lie in calls, as in blocks.
const DEPTH: u32 = 256;
/// What is kept of what a sound call did: one in this many.
const KEPT_ONE_IN: u64 = 8;

struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    fn of<'a, Item>(&mut self, items: &'a [Item]) -> &'a Item {
        &items[self.below(items.len() as u64) as usize]
    }
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|value| value.parse().ok())
}

/// Sound calls of every pallet, to start from.
fn sound_calls() -> Vec<RuntimeCall> {
    let (patient, reader, record) = (PATIENT_ID, HOSPITAL_ID, RecordId::FIRST);
    let profile = SealedProfile { record, seal: seal(1) };
    let (start, end) = (BEGIN + DAY, BEGIN + DAY + limits::SLOT);
    let (id, request_id) = (AppointmentId::FIRST, RequestId::FIRST);
    let (kinds, until) = (RecordKinds { profile: true, report: true, prescription: true }, BEGIN + DAY);
    let signature = MultiSignature::Sr25519(Default::default());
    let voucher = pallet_registry::Voucher {
        institution: reader,
        signer: HOSPITAL.to_account_id(),
        expires_at: until,
        signature: signature.clone(),
    };
    let (to, member, proposer) = (STRANGER.to_account_id(), patient, DOCTOR_ID);
    let scope = GuardianScope { decide: true, read: true };
    let consent = |patient| pallet_access::Call::give_standing_consent {
        patient,
        reader,
        kinds,
        purpose: Purpose::Treatment,
        until,
    };
    let capsule = pallet_access::EmergencyLodging { record, capsule: EmergencyCapsuleHash([1; 32]) };
    let all = pallet_access::EmergencyInstitutions::All;
    let new_record = pallet_reports::NewRecord {
        patient,
        kind: RecordKind::Report,
        document: document(RecordKind::Report, 9, vec![reader]),
    };
    vec![
        register(Role::Doctor, "another", 9).into(),
        pallet_registry::Call::register_vouched {
            role: Role::Patient,
            username: b"vouched".to_vec().try_into().unwrap(),
            encryption_key: key(3),
            details: None,
            voucher,
        }
        .into(),
        pallet_registry::Call::update_details { details: details("Another") }.into(),
        pallet_registry::Call::verify { member, certificate: record, details: details("Another") }.into(),
        pallet_registry::Call::suspend { member, reason: VettingReason::Misconduct }.into(),
        pallet_registry::Call::rotate_key { key: key(4) }.into(),
        pallet_registry::Call::move_account {
            to: to.clone(),
            key: key(5),
            expires_at: until,
            signature: signature.clone(),
            copy: seal(1).seal,
        }
        .into(),
        pallet_registry::Call::add_staff {
            account: to.clone(),
            scope: StaffScope::Ward,
            encryption_key: key(6),
            copy: seal(1).seal,
            of_version: 1,
            expires_at: until,
            signature,
        }
        .into(),
        pallet_registry::Call::remove_staff { account: to.clone() }.into(),
        pallet_registry::Call::offer_affiliation { doctor: DOCTOR_ID }.into(),
        pallet_registry::Call::return_copy { member, copy: seal(1) }.into(),
        pallet_registry::Call::name_guardians {
            guardians: vec![pallet_registry::GuardianWithCopy { guardian: DOCTOR_ID, copy: seal(1) }]
                .try_into()
                .unwrap(),
            threshold: 1,
            wait: DAY,
        }
        .into(),
        pallet_registry::Call::approve_recovery { member, proposer, to, key: key(5) }.into(),
        pallet_registry::Call::complete_recovery { member, proposer }.into(),
        pallet_appointments::Call::request { doctor: DOCTOR_ID, start, end, profile: None, note: Default::default() }
            .into(),
        pallet_appointments::Call::accept { id }.into(),
        pallet_appointments::Call::cancel { id, reason: AppointmentReason::NotNeeded }.into(),
        pallet_appointments::Call::reschedule { id, start: end, end: end + limits::SLOT, note: Default::default() }
            .into(),
        pallet_appointments::Call::open_care { doctor: DOCTOR_ID, profile: Some(profile) }.into(),
        pallet_appointments::Call::set_schedule { schedule: Default::default() }.into(),
        anchor(patient, RecordKind::Report, 8).into(),
        anchor(patient, RecordKind::Prescription, 7).into(),
        pallet_reports::Call::anchor_batch { records: vec![new_record.clone(), new_record].try_into().unwrap() }.into(),
        pallet_reports::Call::amend { record, document: document(RecordKind::Report, 6, vec![]) }.into(),
        pallet_reports::Call::erase { record }.into(),
        pallet_reports::Call::dispense { record, fill: 1 }.into(),
        pallet_reports::Call::reseal {
            records: vec![pallet_reports::ResealedRecord { record, envelope: EnvelopeHash([5; 32]) }]
                .try_into()
                .unwrap(),
            key_version: 1,
        }
        .into(),
        pallet_reports::Call::dispute { record, reason: DisputeReason::Incorrect }.into(),
        request(&[record, RecordId(5)]).into(),
        grant(reader, Some(request_id), record, 1).into(),
        grant(DOCTOR_ID, None, record, 2).into(),
        pallet_access::Call::open { record }.into(),
        pallet_access::Call::close { record }.into(),
        pallet_access::Call::revoke_reader { patient, reader }.into(),
        pallet_access::Call::share { patient, hospital: reader, profile }.into(),
        consent(patient).into(),
        pallet_access::Call::appoint_guardian { guardian: DOCTOR_ID, scope, until }.into(),
        pallet_access::Call::give_emergency_consent { patient, institutions: all }.into(),
        pallet_access::Call::lodge_emergency { lodgings: vec![capsule].try_into().unwrap() }.into(),
        pallet_access::Call::register_link {
            patient,
            commitment: LinkCommitment([3; 32]),
            host: reader,
            records: vec![record].try_into().unwrap(),
            duration: DAY,
            openings: 2,
        }
        .into(),
        pallet_access::Call::revoke_link { link: LinkId::FIRST }.into(),
        pallet_access::Call::open_emergency { record, reason: EmergencyReason::ALL[0] }.into(),
        pallet_quotas::Call::set_lanes { lanes: None }.into(),
    ]
}

/// Sound bytes with some changed, cut off, or of another call; or random ones.
fn mangled(dice: &mut Dice, sound: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = match dice.below(8) {
        0 => (0..dice.below(300)).map(|_| dice.next() as u8).collect(),
        _ => dice.of(sound).clone(),
    };
    for _ in 0..dice.below(6) {
        let at = dice.below(bytes.len() as u64) as usize;
        match dice.below(6) {
            0 => bytes.truncate(at),
            1 => {
                let other = dice.of(sound);
                let from = dice.below(other.len() as u64) as usize;
                bytes.splice(at.., other[from..].iter().copied());
            }
            2 => bytes.insert(at, dice.next() as u8),
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = match dice.below(3) {
                        0 => *dice.of(&[0, 1, 2, 0x7f, 0x80, 0xff]),
                        _ => dice.next() as u8,
                    };
                }
            }
        }
    }
    bytes
}

/// Runs a target over mangled bytes until its time is over.
fn fuzz(target: &str, sound: impl FnOnce() -> Vec<Vec<u8>>, mut run: impl FnMut(&mut Dice, &[u8]) -> bool) {
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos();
    let seed = setting("MEDCHAIN_SEED").unwrap_or(clock.into());
    let time = setting("MEDCHAIN_FUZZ_SECONDS").map_or(Duration::from_millis(1_500), Duration::from_secs);
    let mut ext = sp_io::TestExternalities::new(genesis().build_storage().unwrap());
    ext.execute_with(|| {
        System::set_block_number(1);
        set_time(BEGIN);
        with_members();
        with_care();
        for (byte, kind) in [(0x51, RecordKind::Report), (0x52, RecordKind::Prescription)] {
            anchored(DOCTOR, PATIENT_ID, kind, byte);
        }
        let sound = sound();
        let (mut dice, begin, mut ran, mut decoded) = (Dice(seed), Instant::now(), 0u64, 0u64);
        while begin.elapsed() < time {
            let bytes = mangled(&mut dice, &sound);
            let outcome = catch_unwind(AssertUnwindSafe(|| run(&mut dice, &bytes)));
            ran += 1;
            match outcome {
                Ok(sound) => decoded += u64::from(sound),
                Err(_) => {
                    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                    panic!("{target} panics, seed {seed}, on 0x{text}");
                }
            }
        }
        println!("{target}: {ran} inputs, of which {decoded} were decoded; seed {seed}");
        assert!(decoded > 0, "nothing was decoded");
        check_invariants();
    });
}

/// Who may have sent a call.
fn origin(dice: &mut Dice) -> RuntimeOrigin {
    let signers = [ADMINISTRATOR, PATIENT, DOCTOR, HOSPITAL, PHARMACY, STRANGER, Sr25519Keyring::One];
    match dice.below(16) {
        0 => RuntimeOrigin::none(),
        1 => RuntimeOrigin::root(),
        _ => RuntimeOrigin::signed(dice.of(&signers).to_account_id()),
    }
}

/// Decodes and dispatches calls that begin with a pallet's index.
fn fuzz_pallet(name: &str, index: u8) {
    let sound = || sound_calls().iter().map(Encode::encode).filter(|call| call.first() == Some(&index)).collect();
    fuzz(name, sound, |dice, bytes| {
        let mut bytes = bytes.to_vec();
        match bytes.first_mut() {
            Some(first) => *first = index,
            None => bytes.push(index),
        }
        let Ok(call) = RuntimeCall::decode_with_depth_limit(DEPTH, &mut &bytes[..]) else { return false };
        let encoded = call.encode();
        assert_eq!(RuntimeCall::decode(&mut &encoded[..]).as_ref(), Ok(&call), "another call comes out");
        let origin = origin(dice);
        let kept = dice.below(KEPT_ONE_IN) == 0;
        storage::with_transaction(|| {
            let outcome = call.dispatch(origin);
            match outcome {
                Ok(_) if kept => TransactionOutcome::Commit(Ok::<(), sp_runtime::DispatchError>(())),
                _ => TransactionOutcome::Rollback(Ok(())),
            }
        })
        .unwrap();
        true
    });
}

#[test]
fn calls_of_the_registry_never_panic() {
    fuzz_pallet("registry", 20);
}

#[test]
fn calls_about_appointments_never_panic() {
    fuzz_pallet("appointments", 21);
}

#[test]
fn calls_about_records_never_panic() {
    fuzz_pallet("reports", 22);
}

#[test]
fn calls_about_access_never_panic() {
    fuzz_pallet("access", 23);
}

#[test]
fn calls_about_quotas_never_panic() {
    fuzz_pallet("quotas", 24);
}

/// What a node does with bytes from the network before they reach a pool.
#[test]
fn transactions_never_panic() {
    let sound = || {
        sound_calls()
            .into_iter()
            .map(|call| {
                let extension: TxExtension = (
                    frame_system::CheckNonZeroSender::new(),
                    frame_system::CheckSpecVersion::new(),
                    frame_system::CheckTxVersion::new(),
                    frame_system::CheckGenesis::new(),
                    frame_system::CheckMortality::from(sp_runtime::generic::Era::Immortal),
                    pallet_quotas::CheckNonce::from(0),
                    frame_system::CheckWeight::new(),
                    frame_metadata_hash_extension::CheckMetadataHash::new(false),
                    pallet_quotas::CheckQuota::new(),
                );
                let signature = MultiSignature::Sr25519(Default::default());
                UncheckedExtrinsic::new_signed(call, PATIENT.to_account_id().into(), signature, extension).encode()
            })
            .collect()
    };
    fuzz("transactions", sound, |_, bytes| {
        let Ok(transaction) = UncheckedExtrinsic::decode(&mut &bytes[..]) else { return false };
        // Nothing here is signed, so that only bare transactions come to their call, and none is let through.
        let hash = System::block_hash(0);
        let outcome = Executive::validate_transaction(TransactionSource::External, transaction, hash);
        assert!(outcome.is_err(), "an unsigned transaction is let through");
        true
    });
}
