//! Records through a real node: stored with tickets, anchored, granted, opened, released, erased.

#![allow(clippy::unwrap_used)]

mod chain;

use base64::{engine::general_purpose::STANDARD, Engine};
use chain::Chain;
use codec::{Compact, Decode, Encode};
use medchain_primitives::{
    limits::SLOT, CommitteePoint, ContentRoot, EncryptionKey, EnvelopeHash, MemberId, Purpose, RecordId, RecordKind,
    Role, Seal, TicketClaims, TicketOperation, VersionedSeal, HOUR,
};
use medchain_runtime::{RuntimeCall, RuntimeEvent, VERSION};
use medchain_sealing::{
    committee::{combine, Capsule, CapsuleContext, CommitteeKey, VerifyingShare},
    envelope::{Envelope, EnvelopeSeal},
    keys::EncryptionSecret,
    record_key::{CommitteeHalf, PatientHalf},
    release::{open_release, ReleaseContext},
    seal::{seal, SealContext, SealRecipient},
};
use medchain_vault::{dag::DagBuilder, RootBlock, LEAF_BYTES};
use serde_json::{json, Value};
use sp_core::{crypto::Ss58Codec, sr25519, Pair};
use sp_runtime::{AccountId32, MultiAddress, MultiSignature};
use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// A person with both keys.
struct Person {
    pair: sr25519::Pair,
    secret: EncryptionSecret,
}

impl Person {
    fn new(uri: &str) -> Self {
        let (pair, _) = sr25519::Pair::from_string_with_seed(uri, None).unwrap();
        let secret = EncryptionSecret::from_seed(&sp_io::hashing::blake2_256(uri.as_bytes()), 1);
        Self { pair, secret }
    }

    fn account(&self) -> AccountId32 {
        self.pair.public().into()
    }

    fn address(&self) -> String {
        self.account().to_ss58check()
    }

    fn key(&self) -> EncryptionKey {
        EncryptionKey(self.secret.public().0)
    }
}

fn hash(value: &Value) -> [u8; 32] {
    hex::decode(value.as_str().unwrap().trim_start_matches("0x")).unwrap().try_into().unwrap()
}

/// A document as its author holds it before it is stored.
struct Document {
    bytes: Vec<u8>,
    root: RootBlock,
    envelope: Vec<u8>,
    capsule: Capsule,
    context: CapsuleContext,
    patient_half: PatientHalf,
    committee_half: CommitteeHalf,
}

impl Document {
    fn anchor(&self, patient: MemberId, kind: RecordKind) -> RuntimeCall {
        RuntimeCall::Reports(pallet_reports::Call::anchor {
            patient,
            kind,
            document: pallet_reports::Document {
                content: ContentRoot(self.root.root().0),
                size: self.root.size(),
                envelope: EnvelopeHash(Envelope::from_bytes(&self.envelope).unwrap().hash()),
                fills: 0,
                valid_until: None,
                seals: Default::default(),
                key_version: 1,
            },
        })
    }

    fn cid(&self) -> String {
        self.root.root().to_string()
    }

    fn leaf(&self, index: usize) -> String {
        STANDARD.encode(self.bytes.chunks(LEAF_BYTES).nth(index).unwrap())
    }
}

/// The chain with what the tests need to act on it.
struct Clinic {
    chain: Chain,
    genesis: [u8; 32],
    examples: Vec<Value>,
}

impl Clinic {
    async fn open(base_path: &Path) -> Self {
        let chain = Chain::start(Some(base_path));
        chain.finalized(1).await;
        let genesis = hash(&chain.ask("chain_getBlockHash", json!([0])).await);
        Self { chain, genesis, examples: Vec::new() }
    }

    /// Calls a method and keeps the answer as an example for the documentation.
    async fn ask(&mut self, method: &str, parameters: Value) -> Value {
        let result = self.chain.ask(method, parameters.clone()).await;
        self.examples.push(json!({ "method": method, "params": parameters, "result": result }));
        result
    }

    async fn refusal(&mut self, method: &str, parameters: Value) -> (i32, Value) {
        let answer = self.chain.call(method, parameters.clone()).await;
        let Err(error) = answer else { panic!("{method}{parameters} was not refused") };
        self.examples.push(json!({ "method": method, "params": parameters, "error": error }));
        let data = error.data().map_or(Value::Null, |data| serde_json::from_str(data.get()).unwrap());
        (error.code(), data)
    }

    /// Signs a call in the standard form, waits until it is final and demands that it succeeded.
    async fn act(&self, who: &Person, call: impl Into<RuntimeCall>) {
        let nonce = self.chain.ask("system_accountNextIndex", json!([who.address()])).await.as_u64().unwrap() as u32;
        let call = call.into().encode();
        // Immortal, the nonce, no metadata hash: the extensions that carry something.
        let extensions = [vec![0u8], Compact(nonce).encode(), vec![0u8]].concat();
        let implied =
            (VERSION.spec_version, VERSION.transaction_version, self.genesis, self.genesis, None::<[u8; 32]>).encode();
        let mut payload = [call.clone(), extensions.clone(), implied].concat();
        if payload.len() > 256 {
            payload = sp_io::hashing::blake2_256(&payload).to_vec();
        }
        let signature = MultiSignature::from(who.pair.sign(&payload));
        let address = MultiAddress::<AccountId32, ()>::Id(who.account());
        let body = [vec![0x84], address.encode(), signature.encode(), extensions, call].concat();
        let extrinsic = format!("0x{}", hex::encode(body.encode()));

        let from = self.number("chain_getHeader", json!([])).await;
        self.chain.ask("author_submitExtrinsic", json!([extrinsic])).await;
        let started = Instant::now();
        for number in from.. {
            let block = loop {
                assert!(started.elapsed() < Duration::from_secs(60), "the transaction is in no block");
                let block = self.chain.ask("chain_getBlockHash", json!([number])).await;
                if block.is_string() {
                    break block;
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            };
            let content = self.chain.ask("chain_getBlock", json!([block])).await;
            let extrinsics = content["block"]["extrinsics"].as_array().unwrap();
            let Some(index) = extrinsics.iter().position(|other| *other == extrinsic) else { continue };
            self.chain.finalized(number).await;
            self.assert_success(&block, index as u32).await;
            return;
        }
    }

    async fn assert_success(&self, block: &Value, index: u32) {
        let key = [sp_io::hashing::twox_128(b"System"), sp_io::hashing::twox_128(b"Events")].concat();
        let events = self.chain.ask("state_getStorage", json!([format!("0x{}", hex::encode(key)), block])).await;
        let events = hex::decode(events.as_str().unwrap().trim_start_matches("0x")).unwrap();
        type Events = Vec<frame_system::EventRecord<RuntimeEvent, sp_core::H256>>;
        for record in Events::decode(&mut events.as_slice()).unwrap() {
            if record.phase == frame_system::Phase::ApplyExtrinsic(index) {
                if let RuntimeEvent::System(frame_system::Event::ExtrinsicFailed { dispatch_error, .. }) = record.event
                {
                    panic!("{dispatch_error:?}");
                }
            }
        }
    }

    async fn number(&self, method: &str, parameters: Value) -> u64 {
        let header = self.chain.ask(method, parameters).await;
        u64::from_str_radix(header["number"].as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
    }

    async fn register(&mut self, who: &Person, role: Role, username: &str) -> MemberId {
        let details = role.is_professional().then(details);
        let call = pallet_registry::Call::register {
            role,
            username: username.as_bytes().to_vec().try_into().unwrap(),
            encryption_key: who.key(),
            details,
        };
        self.act(who, call).await;
        MemberId(self.ask("medchain_member", json!([username])).await["id"].as_u64().unwrap())
    }

    /// Encrypts nothing (the node cannot tell), but seals properly.
    async fn document(
        &self,
        bytes: Vec<u8>,
        author: MemberId,
        patient: MemberId,
        to: &[(&Person, MemberId)],
    ) -> Document {
        let committee = self.chain.ask("medchain_committee", json!([])).await;
        let key = CommitteeKey::from_bytes(&hash(&committee["key"])).unwrap();
        let epoch = committee["epoch"].as_u64().unwrap() as u32;
        let context = CapsuleContext { genesis: self.genesis, author: author.0, patient: patient.0, epoch };
        let (capsule, committee_half) = Capsule::create(&key, &context);
        let patient_half = PatientHalf::generate();
        let root = DagBuilder::build(bytes.as_slice()).unwrap();
        let seals = to
            .iter()
            .map(|(person, id)| {
                let recipient = SealRecipient::Member(id.0);
                let context = SealContext { genesis: self.genesis, content: root.root().0, recipient, key_version: 1 };
                let seal = seal(&patient_half, &person.secret.public(), &context).unwrap();
                EnvelopeSeal { recipient, key_version: 1, seal }
            })
            .collect();
        let envelope = Envelope { capsule: capsule.clone(), epoch, seals, carried: None }.to_bytes().unwrap();
        Document { bytes, root, envelope, capsule, context, patient_half, committee_half }
    }

    async fn ticket(&mut self, who: &Person, operation: TicketOperation, content: &str) -> Value {
        let given = self.chain.ask("vault_challenge", json!([])).await;
        let expires_at = given["now"].as_u64().unwrap() + 60_000;
        let claims = TicketClaims {
            genesis: self.genesis,
            operation,
            content,
            challenge: hash(&given["challenge"]),
            expires_at,
        };
        let signature = MultiSignature::from(who.pair.sign(claims.text().as_bytes()));
        json!({
            "account": who.address(),
            "operation": operation.name(),
            "content": content,
            "challenge": given["challenge"],
            "expiresAt": expires_at,
            "signature": format!("0x{}", hex::encode(signature.encode())),
        })
    }

    async fn store(&mut self, who: &Person, document: &Document) {
        let ticket = self.ticket(who, TicketOperation::Store, &document.cid()).await;
        let upload = self.ask("vault_begin", json!([ticket, STANDARD.encode(document.root.bytes())])).await;
        assert_eq!(upload["content"], document.cid());
        assert_eq!(upload["missing"], json!([[0, document.root.leaf_count()]]));
        for index in 0..document.root.leaf_count() {
            self.chain.ask("vault_putLeaf", json!([ticket, index, document.leaf(index as usize)])).await;
        }
        let stored = self.ask("vault_finish", json!([ticket, STANDARD.encode(&document.envelope)])).await;
        let hash = Envelope::from_bytes(&document.envelope).unwrap().hash();
        assert_eq!(stored["envelope"], format!("0x{}", hex::encode(hash)));
    }

    async fn read_ticket(&mut self, who: &Person, document: &Document) -> Value {
        self.ticket(who, TicketOperation::Read, &document.cid()).await
    }

    /// Reads a record to the last byte and has its committee half released.
    async fn read(&mut self, who: &Person, recipient: SealRecipient, record: RecordId, document: &Document) {
        let ticket = self.read_ticket(who, document).await;
        let root = self.ask("vault_root", json!([ticket, record])).await;
        assert_eq!(STANDARD.decode(root.as_str().unwrap()).unwrap(), document.root.bytes());
        let mut bytes = Vec::new();
        for index in 0..document.root.leaf_count() {
            let leaf = self.chain.ask("vault_leaf", json!([ticket, record, index])).await;
            bytes.extend(STANDARD.decode(leaf.as_str().unwrap()).unwrap());
        }
        assert!(bytes == document.bytes, "the content differs");
        let envelope = self.ask("vault_envelope", json!([ticket, record])).await;
        assert_eq!(STANDARD.decode(envelope.as_str().unwrap()).unwrap(), document.envelope);

        let releases = self.ask("vault_release", json!([ticket, record])).await;
        let committee = self.ask("medchain_committee", json!([])).await;
        let context =
            ReleaseContext { genesis: self.genesis, record: record.0, content: document.root.root().0, recipient };
        let sealed = hex::decode(releases[0]["sealed"].as_str().unwrap().trim_start_matches("0x")).unwrap();
        let partial = open_release(&sealed, &who.secret, &context).unwrap();
        let share = CommitteePoint(hash(&committee["shares"][usize::from(partial.index()) - 1]));
        let half = combine(1, &[(VerifyingShare(share.0), partial)], &document.capsule, &document.context).unwrap();
        assert!(half == document.committee_half, "another half was released");
    }

    async fn may_not_read(&mut self, who: &Person, record: RecordId, document: &Document) -> Value {
        let ticket = self.read_ticket(who, document).await;
        let mut reason = Value::Null;
        for (method, parameters) in [
            ("vault_root", json!([ticket, record])),
            ("vault_leaf", json!([ticket, record, 0])),
            ("vault_envelope", json!([ticket, record])),
            ("vault_release", json!([ticket, record])),
        ] {
            let (code, data) = self.refusal(method, parameters).await;
            assert_eq!(code, 7103, "{method}: {data}");
            assert!(data["text"].as_str().unwrap().contains(' '), "{method}: {data}");
            reason = data["error"].clone();
        }
        reason
    }
}

/// The files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

fn synthetic(length: usize, seed: u8) -> Vec<u8> {
    (0..length).map(|at| (at as u8).wrapping_mul(31).wrapping_add(seed) ^ (at >> 8) as u8).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_lives_from_its_storing_to_its_erasure() {
    let folder = tempfile::tempdir().unwrap();
    let mut clinic = Clinic::open(folder.path()).await;
    let administrator = Person::new("//Alice");
    let (patient, doctor) = (Person::new("//Patient"), Person::new("//Doctor"));
    let (hospital, stranger) = (Person::new("//Hospital"), Person::new("//Stranger"));

    // A stranger stores nothing, registered members what their role allows.
    let note = clinic.document(b"of no member".to_vec(), MemberId(0), MemberId(0), &[]).await;
    let ticket = clinic.ticket(&stranger, TicketOperation::Store, &note.cid()).await;
    let (code, data) = clinic.refusal("vault_begin", json!([ticket, STANDARD.encode(note.root.bytes())])).await;
    assert_eq!((code, &data["reason"]), (7102, &json!("noAllowance")));

    let patient_id = clinic.register(&patient, Role::Patient, "ada.synthetic").await;
    let doctor_id = clinic.register(&doctor, Role::Doctor, "dr.synthetic").await;
    let hospital_id = clinic.register(&hospital, Role::Hospital, "synthetic-hospital").await;

    // The vault refuses what is not the content that the ticket names, before anything is written.
    let profile =
        clinic.document(b"a synthetic profile".to_vec(), patient_id, patient_id, &[(&patient, patient_id)]).await;
    let ticket = clinic.ticket(&patient, TicketOperation::Store, &profile.cid()).await;
    let (code, data) = clinic.refusal("vault_begin", json!([ticket, STANDARD.encode(note.root.bytes())])).await;
    assert_eq!((code, &data["reason"]), (7101, &json!("wrongContent")));
    let (code, data) = clinic.refusal("vault_begin", json!([ticket, STANDARD.encode(b"no root")])).await;
    assert_eq!((code, &data["reason"]), (7105, &json!("rootBlock")));
    let (code, data) = clinic.refusal("vault_putLeaf", json!([ticket, 0, profile.leaf(0)])).await;
    assert_eq!((code, &data["reason"]), (7106, &json!("unknownUpload")));
    let (code, data) = clinic.refusal("vault_putLeaf", json!([ticket, 0, "A".repeat(2 * LEAF_BYTES)])).await;
    assert_eq!((code, &data["reason"]), (7105, &json!("tooLarge")));
    clinic.ask("vault_begin", json!([ticket, STANDARD.encode(profile.root.bytes())])).await;
    let (code, data) =
        clinic.refusal("vault_putLeaf", json!([ticket, 0, STANDARD.encode(b"another profile....")])).await;
    assert_eq!((code, &data["reason"]), (7105, &json!("wrongLeaf")));
    let (code, data) = clinic.refusal("vault_finish", json!([ticket, STANDARD.encode(&profile.envelope)])).await;
    assert_eq!((code, &data["missing"]), (7106, &json!([[0, 1]])));
    clinic.ask("vault_abort", json!([ticket])).await;

    let large = DagBuilder::build(vec![0; 33 * LEAF_BYTES].as_slice()).unwrap();
    let ticket = clinic.ticket(&patient, TicketOperation::Store, &large.root().to_string()).await;
    let (code, data) = clinic.refusal("vault_begin", json!([ticket, STANDARD.encode(large.bytes())])).await;
    assert_eq!((code, &data["reason"]), (7102, &json!("overAllowance")));

    // The patient's own profile: hers to read, always.
    clinic.store(&patient, &profile).await;
    clinic.act(&patient, profile.anchor(patient_id, RecordKind::Profile)).await;
    let profile_record =
        RecordId(clinic.ask("medchain_member", json!([patient_id])).await["ownRecord"].as_u64().unwrap());
    clinic.read(&patient, SealRecipient::Member(patient_id.0), profile_record, &profile).await;
    clinic.may_not_read(&doctor, profile_record, &profile).await;
    clinic.may_not_read(&administrator, profile_record, &profile).await;

    // A pending doctor stores a certificate; the administrator reads and verifies.
    clinic.act(&administrator, pallet_registry::Call::publish_administrator_key { key: administrator.key() }).await;
    clinic.ask("medchain_administrators", json!([])).await;
    for (person, id) in [(&doctor, doctor_id), (&hospital, hospital_id)] {
        let certificate = clinic.document(synthetic(1000, id.0 as u8), id, id, &[(person, id)]).await;
        clinic.store(person, &certificate).await;
        clinic.act(person, certificate.anchor(id, RecordKind::Certificate)).await;
        let record = RecordId(clinic.ask("medchain_member", json!([id])).await["ownRecord"].as_u64().unwrap());
        let recipient = SealRecipient::Administrator(administrator.account().into());
        clinic.read(&administrator, recipient, record, &certificate).await;
        clinic.may_not_read(&patient, record, &certificate).await;
        clinic
            .act(&administrator, pallet_registry::Call::verify { member: id, certificate: record, details: details() })
            .await;
    }
    clinic.ask("medchain_members", json!(["doctor", "active", null, 20])).await;

    // The doctor writes a report of several leaves for a patient under care, and cannot read it without a grant.
    clinic.act(&patient, pallet_appointments::Call::open_care { doctor: doctor_id, profile: None }).await;
    clinic.ask("medchain_careRelations", json!(["dr.synthetic"])).await;
    let now = clinic.chain.ask("vault_challenge", json!([])).await["now"].as_u64().unwrap();
    let start = (now / SLOT + 96) * SLOT;
    let request = pallet_appointments::Call::request {
        doctor: doctor_id,
        start,
        end: start + 2 * SLOT,
        profile: None,
        note: Default::default(),
    };
    clinic.act(&patient, request).await;
    assert_eq!(clinic.ask("medchain_appointment", json!([1])).await["start"], start);
    clinic.ask("medchain_appointments", json!([patient_id])).await;
    let report =
        clinic.document(synthetic(2 * LEAF_BYTES + 17, 5), doctor_id, patient_id, &[(&patient, patient_id)]).await;
    clinic.store(&doctor, &report).await;
    clinic.act(&doctor, report.anchor(patient_id, RecordKind::Report)).await;
    let record = RecordId(clinic.ask("medchain_anchoredBy", json!([doctor_id, report.cid()])).await.as_u64().unwrap());
    clinic.ask("medchain_record", json!([record])).await;
    clinic.ask("medchain_records", json!([patient_id, "report"])).await;
    clinic.may_not_read(&doctor, record, &report).await;
    clinic.read(&patient, SealRecipient::Member(patient_id.0), record, &report).await;

    // Requested, granted, opened: only then it is read, and only by the reader.
    clinic.ask("medchain_mayRequest", json!([doctor_id, patient_id, [record], "TREAT"])).await;
    let records = vec![record].try_into().unwrap();
    let request = pallet_access::Call::request { patient: patient_id, records, purpose: Purpose::Treatment };
    clinic.act(&doctor, request).await;
    let inbox = clinic.ask("medchain_inbox", json!([patient_id])).await;
    let request = inbox["items"][0]["id"].clone();
    clinic.ask("medchain_request", json!([request])).await;
    clinic.ask("medchain_requestsBy", json!([doctor_id])).await;
    let context = SealContext {
        genesis: clinic.genesis,
        content: report.root.root().0,
        recipient: SealRecipient::Member(doctor_id.0),
        key_version: 1,
    };
    let sealed = seal(&report.patient_half, &doctor.secret.public(), &context).unwrap();
    let grant = pallet_access::Call::grant {
        reader: doctor_id,
        request: Some(medchain_primitives::RequestId(request.as_u64().unwrap())),
        grants: vec![pallet_access::RecordGrant { record, seal: VersionedSeal { seal: Seal(sealed), key_version: 1 } }]
            .try_into()
            .unwrap(),
        purpose: Purpose::Treatment,
        duration: HOUR,
        openings: 1,
    };
    clinic.act(&patient, grant).await;
    clinic.ask("medchain_grant", json!([record, doctor_id])).await;
    clinic.ask("medchain_grantsOfRecord", json!([record])).await;
    clinic.ask("medchain_grantsOfReader", json!([doctor_id])).await;
    clinic.ask("medchain_mayOpen", json!([doctor_id, record])).await;
    clinic.ask("medchain_mayRead", json!([doctor_id, record])).await;
    clinic.may_not_read(&doctor, record, &report).await;
    clinic.act(&doctor, pallet_access::Call::open { record }).await;
    clinic.ask("medchain_mayRead", json!([doctor_id, record])).await;
    clinic.ask("medchain_readLog", json!([{ "patient": patient_id }])).await;
    clinic.read(&doctor, SealRecipient::Member(doctor_id.0), record, &report).await;
    assert_eq!(clinic.ask("medchain_mayOpen", json!([doctor_id, record])).await["allowed"], false);
    clinic.may_not_read(&hospital, record, &report).await;
    clinic.may_not_read(&stranger, record, &report).await;
    let ticket = clinic.read_ticket(&doctor, &report).await;
    assert_eq!(clinic.refusal("vault_leaf", json!([ticket, record, 3])).await.0, 7105);
    assert_eq!(clinic.refusal("vault_leaf", json!([ticket, 99, 0])).await.0, 7104);
    assert_eq!(clinic.refusal("vault_leaf", json!([ticket, profile_record, 0])).await.1["reason"], "wrongContent");

    // Revoked at once.
    clinic.act(&patient, pallet_access::Call::revoke { record, reader: doctor_id }).await;
    clinic.may_not_read(&doctor, record, &report).await;

    // Another's capsule under a record of one's own releases nothing.
    let mut stolen = clinic.document(b"bait".to_vec(), patient_id, patient_id, &[]).await;
    stolen.envelope = report.envelope.clone();
    clinic.store(&patient, &stolen).await;
    clinic.act(&patient, stolen.anchor(patient_id, RecordKind::Profile)).await;
    let bait = RecordId(clinic.ask("medchain_member", json!([patient_id])).await["ownRecord"].as_u64().unwrap());
    let ticket = clinic.read_ticket(&patient, &stolen).await;
    let (code, data) = clinic.refusal("vault_release", json!([ticket, bait])).await;
    assert_eq!((code, &data["reason"]), (7103, &json!("capsule")));

    // No standard method gives a content without a ticket.
    let cid = report.cid();
    for cid in [cid, medchain_vault::dag::leaf_cid(&report.root.leaves()[0]).to_string()] {
        assert!(clinic.chain.call("bitswap_v1_get", json!([cid])).await.is_err());
    }

    // A changed byte in the vault is noticed.
    let vault = folder.path().join("chains/medchain_development/vault");
    let largest = files(&vault).into_iter().max_by_key(|path| fs::metadata(path).unwrap().len()).unwrap();
    let mut bytes = fs::read(&largest).unwrap();
    bytes[LEAF_BYTES + 1] ^= 1;
    fs::write(&largest, &bytes).unwrap();
    let ticket = clinic.read_ticket(&patient, &report).await;
    let (code, data) = clinic.refusal("vault_leaf", json!([ticket, record, 1])).await;
    assert_eq!((code, &data["reason"], &data["index"]), (7107, &json!("corruptLeaf"), &json!(1)));

    // Erased by the patient: refused at once, gone from the vault soon after.
    let before = clinic.ask("vault_status", json!([])).await["contents"].as_u64().unwrap();
    clinic.act(&patient, pallet_reports::Call::erase { record }).await;
    clinic.may_not_read(&patient, record, &report).await;
    let started = Instant::now();
    while clinic.chain.ask("vault_status", json!([])).await["contents"].as_u64().unwrap() != before - 1 {
        assert!(started.elapsed() < Duration::from_secs(30), "the content was not deleted");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(!largest.exists());
    clinic.ask("medchain_allowance", json!([doctor_id])).await;

    if let Some(path) = std::env::var_os("MEDCHAIN_RPC_EXAMPLES") {
        fs::write(path, serde_json::to_vec_pretty(&clinic.examples).unwrap()).unwrap();
    }
    the_documentation_shows_what_nodes_answer(&clinic.examples);
    every_method_is_documented_and_answers_as_it_is(&clinic.chain).await;
}

/// What professionals register with.
fn details() -> pallet_registry::Details {
    let text = |text: &str| text.as_bytes().to_vec().try_into().unwrap();
    pallet_registry::Details {
        name: text("Synthetic Professional"),
        licence: text("TEST-0001"),
        issuer: text("Synthetic Board"),
        speciality: text("General practice"),
        address: text("1 Example Street"),
    }
}

/// Every answer that `docs/rpc.md` shows to a method that was asked here has the fields of one that was given here.
fn the_documentation_shows_what_nodes_answer(answers: &[Value]) {
    let mut compared = 0;
    for example in include_str!("../../docs/rpc.md").split("\n→ ").skip(1) {
        let method = example.split_whitespace().next().unwrap();
        let Some((_, shown)) = example.split_once("\n← ") else { continue };
        let Ok(shown) = serde_json::from_str::<Value>(shown.split("\n```").next().unwrap()) else { continue };
        if shown.get("error").is_some() {
            continue;
        }
        let of_method = |answer: &&Value| answer["method"] == method && answer.get("result").is_some();
        let given: Vec<_> = answers.iter().filter(of_method).map(|answer| fields(&answer["result"])).collect();
        assert!(
            given.is_empty() || given.contains(&fields(&shown)),
            "{method} in docs/rpc.md: {shown}\ngiven: {given:?}"
        );
        compared += given.len();
    }
    assert!(compared > 20, "only {compared} answers were compared");
}

/// Every method of ours is in `docs/rpc.md`, and takes the parameters that it shows. What it names may not be on this chain.
async fn every_method_is_documented_and_answers_as_it_is(chain: &Chain) {
    /// No such method, no such parameters.
    const UNKNOWN: [i32; 2] = [-32601, -32602];
    let documentation = include_str!("../../docs/rpc.md");
    let methods = chain.ask("rpc_methods", json!([])).await;
    let methods: Vec<_> =
        methods["methods"].as_array().unwrap().iter().map(|method| method.as_str().unwrap()).collect();
    let ours = |method: &&&str| method.starts_with("medchain_") || method.starts_with("vault_");
    assert!(methods.iter().filter(ours).count() > 50, "{methods:?}");
    for method in methods.iter().filter(ours).filter(|method| !method.contains("ubscribe")) {
        assert!(documentation.contains(&format!("`{method}(")), "{method} is not in docs/rpc.md");
    }
    let examples = documentation.split("\n→ ").skip(1).filter_map(|example| example.lines().next()?.split_once(' '));
    for (method, parameters) in examples.filter(|(method, _)| method.starts_with("medchain_")) {
        if method.contains("ubscribe") {
            continue;
        }
        let answer = chain.call(method, serde_json::from_str(parameters).unwrap()).await;
        let refused = answer.err().map(|error| error.code());
        assert!(refused.is_none_or(|code| !UNKNOWN.contains(&code)), "{method} {parameters}: {refused:?}");
    }
}

/// The fields of an answer, or of the first of its entries.
fn fields(answer: &Value) -> Vec<String> {
    let entries = answer.get("items").unwrap_or(answer);
    let entry = entries.get(0).unwrap_or(entries);
    entry.as_object().map(|entry| entry.keys().cloned().collect()).unwrap_or_default()
}
