//! The nine steps of a record's life, played through the command line against a real node, and what is refused along
//! the way. The demo and the end-to-end tests share it.

use crate::{
    args,
    attack::{self, OnDisk, Ticket},
    block_on,
    cli::{Cli, Refusal},
    node::Node,
    rpc::{NodeRefusal, Rpc},
};
use anyhow::{bail, ensure, Context, Result};
use medchain_primitives::{ContentRoot, MemberId, RecordId, RecordKind, TicketOperation, MINUTE};
use medchain_runtime_api::RecordView;
use medchain_sdk::{
    chain::{calls, Anchor},
    client::{MemberSelector, Wait},
    description::safe_file_name,
    Client,
};
use medchain_sealing::{
    envelope::{Envelope, EnvelopeSeal},
    record_key::PatientHalf,
    seal::{seal, SealContext, SealRecipient},
};
use medchain_vault::{DagBuilder, LEAF_BYTES};
use serde_json::{json, Value};
use std::{
    cell::Cell,
    ffi::{OsStr, OsString},
    fs::{self, File},
    io::{BufReader, Read},
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// The development administrator.
pub const ADMINISTRATOR: &str = "//Alice";
/// The patient; the name of the account in the keystore is also the username.
pub const PATIENT: &str = "ada-sample";
/// The doctor who has the patient under care and writes the records.
pub const DOCTOR: &str = "dr-bell";
/// The hospital that asks to read them.
pub const HOSPITAL: &str = "example-hospital";
/// The pharmacy, which reads prescriptions.
pub const PHARMACY: &str = "example-pharmacy";
/// A doctor who tries what is not allowed.
pub const MALLORY: &str = "dr-mallory";
/// A patient who helps that doctor.
pub const ACCOMPLICE: &str = "eve-sample";
/// An account that is no member.
pub const STRANGER: &str = "stranger";

/// What the command line says of a record that nobody granted to the account.
const NOT_GRANTED: &str = "is not granted to this account";
/// The node's error code of a refused ticket.
const TICKET_REFUSED: i32 = 7101;
/// The node's error code of a refused reading.
const READING_REFUSED: i32 = 7103;

/// Prints the steps as they are played, and counts what was refused.
#[derive(Debug, Default)]
pub struct Narrator {
    refused: Cell<usize>,
    failed: Cell<usize>,
}

impl Narrator {
    /// A step: what happened, what of it is on chain and what is not.
    pub fn step(&self, number: u32, what: &str, on_chain: &str, elsewhere: &str) {
        println!("{number}. {what} | on chain: {on_chain} | not on chain: {elsewhere}");
    }

    /// A check that holds.
    pub fn holds(&self, what: &str) {
        println!("   ok       {what}");
    }

    /// An attempt and how it was refused; an attempt that was not refused as it should be counts as a failure.
    pub fn refusal(&self, attempt: &str, outcome: Result<String>) {
        match outcome {
            Ok(words) => {
                self.refused.set(self.refused.get() + 1);
                println!("   refused  {attempt}: \"{words}\"");
            }
            Err(error) => {
                self.failed.set(self.failed.get() + 1);
                println!("   FAILED   {attempt}: {error:#}");
            }
        }
    }

    /// How many attempts were refused as they should be.
    pub fn refused(&self) -> usize {
        self.refused.get()
    }

    /// How many were not.
    pub fn failed(&self) -> usize {
        self.failed.get()
    }
}

/// The numbers of the members that play.
#[derive(Clone, Copy, Debug)]
struct Members {
    patient: MemberId,
    doctor: MemberId,
    hospital: MemberId,
    pharmacy: MemberId,
    mallory: MemberId,
    accomplice: MemberId,
}

/// A record that was uploaded from a file.
struct Uploaded {
    file: PathBuf,
    record: RecordView,
}

/// Plays the nine steps with these files, and the refusals. Stops at a step that fails; a refusal that fails is counted
/// by the narrator.
///
/// # Errors
/// What made a step fail.
pub fn play(node: &Node, cli: &Cli, files: &[PathBuf], folder: &Path, tell: &Narrator) -> Result<()> {
    ensure!(!files.is_empty(), "name at least one file");
    let life = Life { node, cli, client: node.client()?, rpc: node.rpc()?, folder, tell };
    let members = life.registrations()?;
    life.appointment(&members)?;
    let uploads = life.uploads(&members, files)?;
    let (first, second) = (uploads.first().context("no upload")?, uploads.last().context("no upload")?);
    life.reading_before_the_grant(first)?;
    let request = life.request(&members, &uploads)?;
    life.grant(&members, &uploads, request)?;
    life.attacks_before_the_opening(&members, first)?;
    life.openings(&members, &uploads)?;
    let smallest = uploads.iter().min_by_key(|upload| upload.record.size).context("no upload")?;
    life.another_patients_capsule(&members, smallest)?;
    life.changed_byte(first)?;
    life.log_and_revocation(&members, first)?;
    life.share(&members)?;
    life.erasure(first)?;
    life.untouched_by_erasure(first, second)
}

struct Life<'a> {
    node: &'a Node,
    cli: &'a Cli,
    client: Client,
    rpc: Rpc,
    folder: &'a Path,
    tell: &'a Narrator,
}

impl Life<'_> {
    // Steps 1 and 2.

    fn registrations(&self) -> Result<Members> {
        for name in [PATIENT, DOCTOR, HOSPITAL, PHARMACY, MALLORY, ACCOMPLICE, STRANGER] {
            self.cli.json(None, args!["account", "new", name])?;
        }
        self.cli.json(Some(ADMINISTRATOR), args!["member", "publish-key"])?;
        // Each signs for itself, so that they need not wait for each other.
        std::thread::scope(|scope| {
            let threads: Vec<_> = [
                scope.spawn(|| register_patient(self.cli, PATIENT)),
                scope.spawn(|| register_patient(self.cli, ACCOMPLICE)),
                scope.spawn(|| register_professional(self.cli, DOCTOR, "doctor", self.folder)),
                scope.spawn(|| register_professional(self.cli, HOSPITAL, "hospital", self.folder)),
                scope.spawn(|| register_professional(self.cli, PHARMACY, "pharmacy", self.folder)),
                scope.spawn(|| register_professional(self.cli, MALLORY, "doctor", self.folder)),
            ]
            .into();
            threads.into_iter().try_for_each(|thread| match thread.join() {
                Ok(result) => result,
                Err(_) => bail!("a registration panicked"),
            })
        })?;
        let members = Members {
            patient: self.member(PATIENT)?,
            doctor: self.member(DOCTOR)?,
            hospital: self.member(HOSPITAL)?,
            pharmacy: self.member(PHARMACY)?,
            mallory: self.member(MALLORY)?,
            accomplice: self.member(ACCOMPLICE)?,
        };
        let profile = self.own_record(PATIENT)?;
        self.tell.step(
            1,
            &format!("Patient {} registers and stores her profile as record {}", members.patient, profile.id),
            "number, username, role, public keys, the ciphertext's hash and size",
            "name, e-mail, blood group and address, encrypted in the vault",
        );

        self.tell.refusal("an unverified doctor's upload", {
            let held = fs::read_dir(self.node.vault()?.join("contents"))?.count();
            let report = args!["record", "upload", files_first(self.folder)?, "--patient", PATIENT, "--kind", "report"];
            let outcome = self.cli.refused(Some(DOCTOR), report).and_then(|refusal| words(&refusal, &["NotActive"]));
            let held_now = fs::read_dir(self.node.vault()?.join("contents"))?.count();
            outcome.and_then(|words| {
                ensure!(held == held_now, "refused, but the content stayed in the vault: {words}");
                Ok(words)
            })
        });
        for professional in [DOCTOR, HOSPITAL, PHARMACY, MALLORY] {
            let certificate = self.own_record(professional)?;
            let read = self.folder.join(format!("{professional}-certificate-as-read-by-the-administrator"));
            self.open(ADMINISTRATOR, certificate.id, &read)?;
            ensure!(same_bytes(&certificate_of(self.folder, professional), &read)?, "a certificate changed on its way");
        }
        for (professional, waits) in
            [(members.doctor, false), (members.hospital, false), (members.pharmacy, false), (members.mallory, true)]
        {
            let mut verify = args!["member", "verify", professional.to_string()].to_vec();
            if !waits {
                verify.push("--no-wait".into());
            }
            self.cli.json(Some(ADMINISTRATOR), verify)?;
        }
        self.tell.step(
            2,
            &format!(
                "Doctors {} and {}, hospital {} and pharmacy {} register; the administrator reads their certificates \
                 and verifies them",
                members.doctor, members.mallory, members.hospital, members.pharmacy
            ),
            "public details, keys, the certificates' hashes, who verified whom",
            "the certificates, encrypted in the vault, readable by their owners and the administrators",
        );
        Ok(members)
    }

    // Step 3.

    fn appointment(&self, members: &Members) -> Result<()> {
        let quarter = 15 * MINUTE;
        let start = (now()? / quarter).saturating_add(8).saturating_mul(quarter);
        let requested = self.cli.json(
            Some(PATIENT),
            args![
                "appointment",
                "request",
                DOCTOR,
                "--start",
                rfc3339(start)?,
                "--length",
                "15m",
                "--note",
                "synthetic: cough for a week",
            ],
        )?;
        let appointment = number(&requested, "appointment")?;
        self.cli.json(Some(DOCTOR), args!["appointment", "accept", appointment.to_string()])?;
        let profile = self.own_record(PATIENT)?;
        let read = self.folder.join("profile-as-read-by-the-doctor");
        self.open(DOCTOR, profile.id, &read)?;
        self.tell.step(
            3,
            &format!(
                "Patient {} asks doctor {} for appointment {appointment} and seals her profile to him; he accepts and \
                 reads it",
                members.patient, members.doctor
            ),
            "who, when, the care relation, the sealed patient half, the opening of the profile",
            "the note to the doctor and the profile in the clear",
        );
        Ok(())
    }

    // Step 4.

    fn uploads(&self, members: &Members, files: &[PathBuf]) -> Result<Vec<Uploaded>> {
        let mut uploads = Vec::new();
        for file in files {
            let uploaded = self
                .cli
                .json(Some(DOCTOR), args!["record", "upload", file, "--patient", PATIENT, "--kind", "report"])?;
            let record = self.record(RecordId(number(&uploaded, "record")?))?;
            let size = fs::metadata(file)?.len();
            self.tell.step(
                4,
                &format!(
                    "Doctor {} uploads {} ({size} bytes) for patient {} as record {}",
                    members.doctor,
                    shown_name(file),
                    members.patient,
                    record.id
                ),
                &format!(
                    "author, patient, kind, {}, {} bytes",
                    medchain_vault::ContentRoot(record.content.0),
                    record.size
                ),
                "the document, its name and its type, encrypted in the vault",
            );
            uploads.push(Uploaded { file: file.clone(), record });
        }
        Ok(uploads)
    }

    fn reading_before_the_grant(&self, upload: &Uploaded) -> Result<()> {
        let record = upload.record.id.to_string();
        let output = self.folder.join("must-not-appear");
        for (reader, attempt) in
            [(HOSPITAL, "reading before the grant"), (DOCTOR, "the author's reading what it wrote")]
        {
            self.tell.refusal(attempt, {
                let open = args!["record", "open", &record, "--output", &output];
                self.cli.refused(Some(reader), open).and_then(|refusal| words(&refusal, &[NOT_GRANTED]))
            });
        }
        ensure!(!output.exists(), "a refused opening left a file");
        Ok(())
    }

    // Step 5.

    fn request(&self, members: &Members, uploads: &[Uploaded]) -> Result<u64> {
        let mut request = args!["access", "request", PATIENT].to_vec();
        request.extend(uploads.iter().map(|upload| OsString::from(upload.record.id.to_string())));
        request.extend(args!["--purpose", "TREAT"]);
        let requested = self.cli.json(Some(HOSPITAL), request)?;
        let request = number(&requested, "request")?;
        let inbox = self.cli.json(Some(PATIENT), args!["access", "inbox"])?;
        ensure!(
            items(&inbox).iter().any(|waiting| waiting["id"] == json!(request)),
            "request {request} is not in the inbox: {inbox}"
        );
        self.tell.step(
            5,
            &format!(
                "Hospital {} requests {} as request {request}; patient {} finds it in her inbox",
                members.hospital,
                records(uploads),
                members.patient
            ),
            "who asks for which records and the purpose TREAT",
            "nothing else",
        );
        Ok(request)
    }

    // Step 6.

    fn grant(&self, members: &Members, uploads: &[Uploaded], request: u64) -> Result<()> {
        self.cli
            .json(Some(PATIENT), args!["access", "grant", request.to_string(), "--for", "1h", "--openings", "1"])?;
        self.tell.step(
            6,
            &format!(
                "Patient {} grants hospital {} one opening each of {} within an hour",
                members.patient,
                members.hospital,
                records(uploads)
            ),
            "the grants, and the patient halves sealed to the hospital",
            "the halves in the clear; the committee halves, which nobody has yet",
        );
        Ok(())
    }

    fn attacks_before_the_opening(&self, members: &Members, upload: &Uploaded) -> Result<()> {
        let record = &upload.record;
        let hospital = self.cli.identity(HOSPITAL)?;
        self.tell.refusal("a granted reader's reading over RPC, without an opening", {
            let ticket = Ticket::right(&self.rpc, &hospital, TicketOperation::Read, record.content)?.signed(&hospital);
            let read = |method: &str, more: Vec<Value>| {
                let parameters = [vec![ticket.clone(), json!(record.id)], more].concat();
                expect(&self.rpc.refusal(method, parameters)?, READING_REFUSED, "NoWindow")
            };
            read("vault_envelope", vec![])
                .and_then(|_| read("vault_root", vec![]))
                .and_then(|_| read("vault_leaf", vec![json!(0)]))
                .and_then(|_| read("vault_release", vec![]))
        });
        self.tell.refusal("decrypting seal, envelope and ciphertext taken from the node's disk and state", {
            let disk = OnDisk::of(&self.node.vault()?, record.content, record.envelope);
            let grant = block_on(self.client.grant(record.id, members.hospital))?.context("there is no grant")?;
            attack::decrypt_without_release(
                &disk,
                self.client.genesis(),
                record.content,
                (members.hospital, &hospital),
                &grant.seal,
            )
            .map(|tried| format!("the record key does not fit this content; {} ways were tried", tried.len()))
        });
        let stranger = self.cli.identity(STRANGER)?;
        self.tell.refusal("a stranger's ticket", {
            let ticket = Ticket::right(&self.rpc, &stranger, TicketOperation::Read, record.content)?.signed(&stranger);
            let refused = self.rpc.refusal("vault_release", vec![ticket, json!(record.id)]);
            refused.and_then(|refused| expect(&refused, READING_REFUSED, "NotAMember"))
        });
        self.tell.refusal("a ticket in the hospital's name that the stranger signed", {
            let ticket = Ticket::right(&self.rpc, &hospital, TicketOperation::Read, record.content)?.signed(&stranger);
            let refused = self.rpc.refusal("vault_release", vec![ticket, json!(record.id)]);
            refused.and_then(|refused| expect(&refused, TICKET_REFUSED, "forged"))
        });
        Ok(())
    }

    // Step 7.

    fn openings(&self, members: &Members, uploads: &[Uploaded]) -> Result<()> {
        for upload in uploads {
            let record = &upload.record;
            // Into an empty folder, under the name that came along inside the encryption.
            let folder = self.folder.join(format!("record-{}-as-read-by-the-hospital", record.id));
            fs::create_dir(&folder)?;
            self.open(HOSPITAL, record.id, &folder)?;
            let output = fs::read_dir(&folder)?.next().context("nothing was written")??.path();
            ensure!(same_bytes(&upload.file, &output)?, "record {} is not the file that was uploaded", record.id);
            if let Some(name) = upload.file.file_name().and_then(OsStr::to_str).and_then(safe_file_name) {
                ensure!(output.file_name() == Some(OsStr::new(&name)), "record {} has lost its name", record.id);
            }
            self.tell.step(
                7,
                &format!(
                    "Hospital {} opens record {}: name and content identical to the last byte",
                    members.hospital, record.id
                ),
                "who opened what, when, why, and the end of the reading window",
                "the release, sealed to the hospital; the document",
            );
            fs::remove_dir_all(&folder)?;
        }
        let first = uploads.first().context("no upload")?.record.id;
        let hospital = self.cli.identity(HOSPITAL)?;
        self.tell.refusal("a second opening while the window is open", {
            let open = block_on(self.client.submit(&calls::open(first), &hospital, Wait::InBlock, &|_| ()));
            open.err().context("it was opened twice").and_then(|error| says(&error.to_string(), &["WindowOpen"]))
        });
        self.cli.json(Some(HOSPITAL), args!["access", "close", first.to_string()])?;
        self.tell.refusal("a second opening of a one-opening grant", {
            let again = args!["record", "open", first.to_string(), "--output", self.folder.join("again")];
            self.cli.refused(Some(HOSPITAL), again).and_then(|refusal| words(&refusal, &[NOT_GRANTED]))
        });
        Ok(())
    }

    // Attacks on what is stored.

    /// The strongest form: the ciphertext under the same capsule, so that the committee half that the accomplice would get is
    /// the one that fits. Only the context of the capsule's proof is another. As it is, nobody else may anchor the
    /// ciphertext; with a byte more it is another content, which decrypts as far as it is the same.
    fn another_patients_capsule(&self, members: &Members, upload: &Uploaded) -> Result<()> {
        self.cli.json(Some(ACCOMPLICE), args!["care", "open", MALLORY, "--no-profile"])?;
        let (mallory, accomplice) = (self.cli.identity(MALLORY)?, self.cli.identity(ACCOMPLICE)?);
        let stolen = &upload.record;
        let disk = OnDisk::of(&self.node.vault()?, stolen.content, stolen.envelope);
        let taken = disk.open_envelope()?;
        let copied = self.folder.join("copied-ciphertext");
        fs::write(&copied, [fs::read(&disk.data)?, vec![0]].concat())?;
        let root = DagBuilder::build(File::open(&copied)?)?;
        let content = ContentRoot(root.root().0);
        let recipient = SealRecipient::Member(members.accomplice.0);
        let context = SealContext { genesis: self.client.genesis(), content: content.0, recipient, key_version: 1 };
        let own_seal = seal(&PatientHalf::generate(), &accomplice.encryption_public(1), &context)?;
        let envelope = Envelope {
            capsule: taken.capsule,
            epoch: taken.epoch,
            seals: vec![EnvelopeSeal { recipient, key_version: 1, seal: own_seal }],
            carried: None,
        };
        let envelope = attack::store_with_envelope(&self.rpc, &mallory, root.bytes(), &copied, &envelope)?;
        let anchor = |content, size| {
            let (seals, valid_until) = (Vec::new(), None);
            let anchor = Anchor { content, size, envelope, key_version: 1, fills: 0, valid_until, seals };
            let call = calls::anchor(members.accomplice, RecordKind::Report, anchor);
            block_on(self.client.submit(&call, &mallory, Wait::Finalized, &|_| ()))
        };
        let refused = match anchor(stolen.content, stolen.size) {
            Err(error) if error.to_string().contains("ContentTaken") => Ok(error.to_string()),
            other => Err(anyhow::anyhow!("it ended with {other:?}")),
        };
        self.tell.refusal("another's content, anchored as a record of one's own", refused);
        anchor(content, root.size())?;
        let forged = block_on(self.client.anchored_by(members.mallory, content))?.context("nothing anchored")?;
        let ticket = Ticket::right(&self.rpc, &accomplice, TicketOperation::Read, content)?.signed(&accomplice);
        let refused = self.rpc.refusal("vault_release", vec![ticket, json!(forged)]);
        let outcome = refused.and_then(|refused| expect(&refused, READING_REFUSED, "capsule"));
        block_on(self.client.submit(&calls::erase(forged), &accomplice, Wait::Finalized, &|_| ()))?;
        self.tell.refusal("a release for another's capsule, lodged under a record of one's own", outcome);
        ensure!(disk.data.exists() && disk.envelope.exists(), "the true record's content is gone");
        Ok(())
    }

    fn changed_byte(&self, upload: &Uploaded) -> Result<()> {
        let record = &upload.record;
        let disk = OnDisk::of(&self.node.vault()?, record.content, record.envelope);
        // In the first leaf, so that a large document is not fetched in vain.
        let at = fs::metadata(&disk.data)?.len().min(LEAF_BYTES as u64) / 2;
        disk.flip_byte(at)?;
        let output = self.folder.join("changed");
        let open = args!["record", "open", record.id.to_string(), "--output", &output];
        let health = self.rpc.answer("system_health", vec![])?;
        if health.get("peers").and_then(Value::as_u64).is_some_and(|peers| peers > 0) {
            self.cli.json(Some(PATIENT), open)?;
            ensure!(same_bytes(&upload.file, &output)?, "a damaged document was written");
            self.tell.holds("a byte changed in the vault: what was read came from a peer, identical to the last byte");
            return Ok(());
        }
        let outcome = self.cli.refused(Some(PATIENT), open);
        disk.flip_byte(at)?;
        self.tell.refusal(
            "reading after a byte changed in the vault",
            outcome.and_then(|refusal| {
                ensure!(!output.exists(), "a damaged document was written");
                words(&refusal, &["differs from its hash"])
            }),
        );
        Ok(())
    }

    // Step 8.

    fn log_and_revocation(&self, members: &Members, upload: &Uploaded) -> Result<()> {
        let record = upload.record.id.to_string();
        let log = self.cli.json(Some(PATIENT), args!["access", "log"])?;
        ensure!(
            items(&log).iter().any(|reading| reading["reader"] == json!(members.hospital)),
            "the hospital's openings are not in the log: {log}"
        );
        let requested = self.cli.json(Some(HOSPITAL), args!["access", "request", PATIENT, &record])?;
        let request = number(&requested, "request")?.to_string();
        self.cli.json(Some(PATIENT), args!["access", "grant", request, "--for", "1h", "--openings", "2"])?;
        self.cli.json(Some(HOSPITAL), args!["access", "open", &record])?;
        self.cli.json(Some(PATIENT), args!["access", "revoke", &record, HOSPITAL])?;
        self.tell.step(
            8,
            &format!("Patient {} sees every opening, grants two more and revokes after the first", members.patient),
            "the read log, the revocation",
            "what was read",
        );
        self.tell.refusal("opening after revocation", {
            let open = args!["record", "open", &record, "--output", self.folder.join("after-revocation")];
            self.cli.refused(Some(HOSPITAL), open).and_then(|refusal| words(&refusal, &[NOT_GRANTED]))
        });
        let hospital = self.cli.identity(HOSPITAL)?;
        self.tell.refusal("a release in the window that the revocation ended", {
            let content = upload.record.content;
            let ticket = Ticket::right(&self.rpc, &hospital, TicketOperation::Read, content)?.signed(&hospital);
            let refused = self.rpc.refusal("vault_release", vec![ticket, json!(upload.record.id)]);
            refused.and_then(|refused| expect(&refused, READING_REFUSED, "NoGrant"))
        });
        Ok(())
    }

    // Step 9.

    fn share(&self, members: &Members) -> Result<()> {
        let profile = self.own_record(PATIENT)?;
        self.cli.json(Some(DOCTOR), args!["access", "share", PATIENT, HOSPITAL])?;
        self.open(HOSPITAL, profile.id, &self.folder.join("profile-as-read-by-the-hospital"))?;
        self.tell.step(
            9,
            &format!(
                "Doctor {} shares the profile with hospital {}, which opens it; patient {} sees that too",
                members.doctor, members.hospital, members.patient
            ),
            "who shared with whom, the sealed patient half, the opening",
            "the profile in the clear",
        );
        Ok(())
    }

    // The end of a record.

    fn erasure(&self, upload: &Uploaded) -> Result<()> {
        let record = &upload.record;
        let vault = self.node.vault()?;
        let disk = OnDisk::of(&vault, record.content, record.envelope);
        ensure!(disk.exists(), "record {} was not on disk", record.id);
        self.cli.json(Some(PATIENT), args!["record", "erase", record.id.to_string()])?;
        let started = Instant::now();
        while disk.exists() && started.elapsed() < Duration::from_secs(30) {
            std::thread::sleep(Duration::from_millis(200));
        }
        ensure!(!disk.exists(), "content or envelope of record {} is still on disk", record.id);
        self.tell
            .holds(&format!("patient erases record {}: content and envelope are gone from the node's disk", record.id));
        self.tell.refusal("the patient's own reading after erasure", {
            let open = args!["record", "open", record.id.to_string(), "--output", self.folder.join("erased")];
            self.cli.refused(Some(PATIENT), open).and_then(|refusal| words(&refusal, &["was erased by its patient"]))
        });
        Ok(())
    }

    fn untouched_by_erasure(&self, first: &Uploaded, last: &Uploaded) -> Result<()> {
        if first.record.id == last.record.id {
            return Ok(());
        }
        let output = self.folder.join("record-as-read-by-the-patient");
        self.open(PATIENT, last.record.id, &output)?;
        ensure!(same_bytes(&last.file, &output)?, "record {} changed", last.record.id);
        fs::remove_file(&output)?;
        self.tell.holds(&format!("patient opens record {}, which the erasure did not touch", last.record.id));
        Ok(())
    }

    // What the steps share.

    fn member(&self, username: &str) -> Result<MemberId> {
        Ok(block_on(self.client.member(&MemberSelector::Username(username.to_owned())))?.id)
    }

    fn own_record(&self, username: &str) -> Result<RecordView> {
        let member = block_on(self.client.member(&MemberSelector::Username(username.to_owned())))?;
        self.record(member.own_record.context("the member has no profile or certificate")?)
    }

    fn record(&self, id: RecordId) -> Result<RecordView> {
        Ok(block_on(self.client.record(id))?)
    }

    fn open(&self, key: &str, record: RecordId, output: &Path) -> Result<Value> {
        self.cli.json(Some(key), args!["record", "open", record.to_string(), "--output", output])
    }
}

/// Registers a patient with a synthetic profile.
pub fn register_patient(cli: &Cli, name: &str) -> Result<()> {
    let register = args![
        "member",
        "register",
        "--role",
        "patient",
        "--username",
        name,
        "--name",
        format!("{name} (synthetic)"),
        "--email",
        format!("{name}@example.org"),
        "--blood-group",
        "A+",
        "--address",
        "1 Example Street",
    ];
    cli.json(Some(name), register).map(drop)
}

/// Registers a professional with a synthetic certificate, which is kept in `folder` to compare with.
pub fn register_professional(cli: &Cli, name: &str, role: &str, folder: &Path) -> Result<()> {
    let certificate = certificate_of(folder, name);
    fs::write(&certificate, format!("SYNTHETIC CERTIFICATE\n{name} may act as {role} in tests.\n"))?;
    let register = args![
        "member",
        "register",
        "--role",
        role,
        "--username",
        name,
        "--name",
        format!("{name} (synthetic)"),
        "--licence",
        "SYN-0001",
        "--issuer",
        "Example Chamber",
        "--speciality",
        "Test data",
        "--address",
        "2 Example Street",
        "--certificate",
        certificate,
    ];
    cli.json(Some(name), register).map(drop)
}

fn certificate_of(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}-certificate.txt"))
}

fn files_first(folder: &Path) -> Result<PathBuf> {
    let file = folder.join("unverified.txt");
    fs::write(&file, "synthetic report of a doctor whom nobody has verified\n")?;
    Ok(file)
}

fn now() -> Result<u64> {
    Ok(u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?)
}

/// A moment as the command line takes it.
fn rfc3339(moment: u64) -> Result<String> {
    let time = chrono::DateTime::from_timestamp_millis(i64::try_from(moment)?).context("no such moment")?;
    Ok(time.format("%Y-%m-%dT%H:%MZ").to_string())
}

/// A file's name, its middle left out if it is long.
fn shown_name(file: &Path) -> String {
    let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
    let characters: Vec<char> = name.chars().collect();
    if characters.len() <= 48 {
        return name.into_owned();
    }
    let (start, end) = (&characters[..24], &characters[characters.len() - 16..]);
    start.iter().chain(&['…']).chain(end).collect()
}

/// The records of these uploads, in words.
fn records(uploads: &[Uploaded]) -> String {
    let numbers: Vec<String> = uploads.iter().map(|upload| upload.record.id.to_string()).collect();
    format!("record{} {}", if numbers.len() == 1 { "" } else { "s" }, numbers.join(", "))
}

/// A number in a command's answer.
pub fn number(answer: &Value, field: &str) -> Result<u64> {
    answer.get(field).and_then(Value::as_u64).with_context(|| format!("the answer has no number {field:?}: {answer}"))
}

/// The entries of a listing.
fn items(page: &Value) -> &[Value] {
    page["items"].as_array().map_or(&[], Vec::as_slice)
}

fn words(refusal: &Refusal, any_of: &[&str]) -> Result<String> {
    ensure!(refusal.status == 1, "ended with {} instead of 1: {}", refusal.status, refusal.error);
    says(&refusal.error, any_of)
}

fn says(sentence: &str, any_of: &[&str]) -> Result<String> {
    ensure!(any_of.iter().any(|word| sentence.contains(word)), "refused, but not for {any_of:?}: {sentence}");
    Ok(sentence.to_owned())
}

fn expect(refusal: &NodeRefusal, code: i32, reason: &str) -> Result<String> {
    ensure!(refusal.code == code && refusal.reason() == reason, "refused, but not with {code} {reason}: {refusal:?}");
    Ok(format!("{} ({code} {reason})", refusal.message))
}

/// Whether two files hold the same bytes, compared as they stream by.
pub fn same_bytes(left: &Path, right: &Path) -> Result<bool> {
    let open = |path: &Path| -> Result<BufReader<File>> {
        Ok(BufReader::with_capacity(1 << 16, File::open(path).with_context(|| format!("{}", path.display()))?))
    };
    let (mut left, mut right) = (open(left)?, open(right)?);
    let (mut here, mut there) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        let length = left.read(&mut here)?;
        if length == 0 {
            return Ok(right.read(&mut there)? == 0);
        }
        if right.read_exact(&mut there[..length]).is_err() || here[..length] != there[..length] {
            return Ok(false);
        }
    }
}
