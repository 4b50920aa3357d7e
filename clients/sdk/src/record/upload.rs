//! Uploads: encrypt, store, anchor. What an interruption leaves behind is enough to go on with the same ciphertext.
//!
//! An upload keeps its folder `uploads/<fingerprint>/` until the record is anchored: `content.age`, the ciphertext;
//! `state.json`, written when the ciphertext is complete, with the root and the envelope. Neither holds a secret: the halves
//! are in the envelope only, as capsule and seals. The fingerprint names chain, author, patient, kind, source file (path,
//! length, time of change) and what the author said of it, so that repeating the command finds the folder again.

use super::{reseal, Progress};
use crate::{
    account::Identity,
    chain::{calls, events, Anchor, NewAnchor},
    client::{Client, Member, MemberSelector, Submitted, Wait},
    error::{Error, Result},
    keystore::create_private_folder,
    proof::ProvenKey,
    vault,
};
use medchain_primitives::{
    limits, ContentRoot as PrimitiveRoot, EnvelopeHash, KeyVersion, MemberId, Moment, ReaderSeal, RecordId, RecordKind,
    RecordStatus, Role, SealedAs, Status,
};
use medchain_sealing::{
    committee::{Capsule, CapsuleContext},
    content::{self, ContentError},
    envelope::{Envelope, EnvelopeSeal},
    record_key::{PatientHalf, RecordKey},
    seal::SealRecipient,
};
use medchain_vault::{DagBuilder, RootBlock};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Cursor, Read, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// How long the folder of an interrupted upload is kept.
const UPLOAD_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// The age header of a content: version, one X25519 stanza, MAC and nonce, about 200 bytes, and a random stanza that age
/// may add.
const HEADER_BYTES: u64 = 512;
/// How much plaintext an age chunk holds, in bytes.
const CHUNK_BYTES: u64 = 64 * 1024;
/// What age adds to each chunk, in bytes.
const CHUNK_TAG_BYTES: u64 = 16;

/// Where a document comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// Bytes in memory.
    Bytes(Vec<u8>),
}

/// What becomes of an upload on chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purposed {
    /// A new record.
    Anchor,
    /// An amendment of this record.
    Amend(RecordId),
}

/// A record to be.
#[derive(Clone, Debug)]
pub struct NewRecord {
    /// Whose record it is.
    pub patient: MemberId,
    /// What it is.
    pub kind: RecordKind,
    /// Fills that a prescription allows; 0 for other kinds.
    pub fills: u8,
    /// Until when a prescription may be dispensed, in milliseconds; `None` for other kinds.
    pub valid_until: Option<Moment>,
    /// A new record or an amendment.
    pub purposed: Purposed,
    /// The description: FHIR in JSON, at most 64 KiB.
    pub description: Vec<u8>,
    /// The document.
    pub source: Source,
}

/// How to upload.
#[derive(Clone, Debug)]
pub struct UploadOptions {
    /// The folder that keeps interrupted uploads.
    pub folder: PathBuf,
    /// Go on with an interrupted upload, and fail if there is none. Without it, one is resumed if there is one.
    pub resume_only: bool,
    /// How long to follow the transaction.
    pub wait: Wait,
}

/// A record that was uploaded.
#[derive(Debug)]
pub struct Uploaded {
    /// Its number; `None` if its transaction was not followed into a block.
    pub record: Option<RecordId>,
    /// The root CID of its content.
    pub content: String,
    /// Bytes of ciphertext.
    pub size: u64,
    /// The envelope's SHA-256.
    pub envelope: EnvelopeHash,
    /// The transaction; `None` if an earlier run of this upload had anchored it.
    pub transaction: Option<Submitted>,
    /// Whether an emergency capsule was lodged along with it, since the patient has given emergency consent. What could
    /// not be lodged here, the patient lodges.
    pub emergency: bool,
}

/// What is written down when the ciphertext is complete.
#[derive(Serialize, Deserialize)]
struct State {
    content: PrimitiveRoot,
    size: u64,
    #[serde(with = "sp_core::bytes")]
    envelope: Vec<u8>,
    /// The seals that are anchored with the record.
    seals: Vec<ReaderSeal>,
}

/// Encrypts a document, stores it with its envelope in the node's vault, and anchors it. Durable at every step, and safe to
/// repeat: see the module's text.
///
/// If the patient has given emergency consent, the author, who has the patient half now and not later, lodges an emergency
/// capsule for the new record.
///
/// The patient half goes to the patient; that of a certificate also to every administrator with a published key; those
/// of other records also to the patient's guardians and to the readers with a standing consent, whose seals are anchored
/// with the record. The keys of others come from storage proofs.
///
/// # Errors
/// Many; [`Error::ConnectionLost`] and its like leave an upload that can be resumed, a refusal leaves nothing.
pub async fn upload(
    client: &Client,
    identity: &Identity,
    new: NewRecord,
    options: &UploadOptions,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Uploaded> {
    let author = client.member_of(&identity.account()).await?;
    let (folder, stored) = encrypted(client, identity, &author, &new, options, progress).await?;
    let mut outcome = store_and_anchor(client, identity, author.id, &new, &stored, options.wait, progress).await;
    if let Ok(Uploaded { record: Some(record), emergency, .. }) = &mut outcome {
        let written = stored.half.iter().map(|half| (*record, half)).collect();
        *emergency = !lodged_along(client, identity, author.id, written, progress).await.is_empty();
    }
    match &outcome {
        Ok(_) => folder.remove(),
        Err(error) if !can_resume(error) => folder.remove(),
        Err(_) => {}
    }
    outcome
}

/// Records that were uploaded and anchored together.
#[derive(Debug)]
pub struct UploadedBatch {
    /// The records, in the order of the documents; their own `transaction` is `None`.
    pub records: Vec<Uploaded>,
    /// The transaction; `None` if an earlier run had anchored all of them.
    pub transaction: Option<Submitted>,
}

/// Uploads documents as [`upload`] does, and anchors them in one transaction, all of them or none. Amendments are
/// anchored one by one instead.
///
/// # Errors
/// Those of [`upload`]; [`Error::TooManyDocuments`].
pub async fn upload_batch(
    client: &Client,
    identity: &Identity,
    documents: Vec<NewRecord>,
    options: &UploadOptions,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<UploadedBatch> {
    if documents.len() > limits::RECORDS_PER_ANCHOR_MAX as usize {
        return Err(Error::TooManyDocuments { limit: limits::RECORDS_PER_ANCHOR_MAX });
    }
    let author = client.member_of(&identity.account()).await?;
    let mut records = Vec::new();
    let mut waiting = Vec::new();
    let mut folders = Vec::new();
    let mut halves = Vec::new();
    for new in &documents {
        let (folder, stored) = encrypted(client, identity, &author, new, options, progress).await?;
        let anchor = anchor_of(new, &stored);
        let record = client.anchored_by(author.id, anchor.content).await?;
        records.push(Uploaded {
            record,
            content: stored.root.root().to_string(),
            size: anchor.size,
            envelope: anchor.envelope,
            transaction: None,
            emergency: false,
        });
        if record.is_none() {
            // What was stored before is taken up again by another run.
            store(client, identity, &stored, progress).await?;
            waiting.push(NewAnchor { patient: new.patient, kind: new.kind, anchor });
        }
        folders.push(folder);
        halves.push(stored.half);
    }
    let mut transaction = None;
    if !waiting.is_empty() {
        let stage = |stage| progress(Progress::Transaction(stage));
        let submitted = match client.submit(&calls::anchor_batch(waiting), identity, options.wait, &stage).await {
            Ok(submitted) => submitted,
            Err(error) => {
                if !can_resume(&error) {
                    folders.into_iter().for_each(UploadFolder::remove);
                }
                return Err(error);
            }
        };
        let mut numbers = submitted.events::<events::RecordAnchored>().into_iter().map(|event| event.record);
        for uploaded in records.iter_mut().filter(|uploaded| uploaded.record.is_none()) {
            uploaded.record = numbers.next();
        }
        transaction = Some(submitted);
    }
    let written = records.iter().zip(&halves).filter_map(|(uploaded, half)| uploaded.record.zip(half.as_ref()));
    let lodged = lodged_along(client, identity, author.id, written.collect(), progress).await;
    for uploaded in &mut records {
        uploaded.emergency = uploaded.record.is_some_and(|record| lodged.contains(&record));
    }
    folders.into_iter().for_each(UploadFolder::remove);
    Ok(UploadedBatch { records, transaction })
}

/// Lodges the emergency capsules of records that were just anchored; those for which that did not succeed are left to
/// their patients, since the records are anchored all the same.
async fn lodged_along(
    client: &Client,
    identity: &Identity,
    author: MemberId,
    written: Vec<(RecordId, &PatientHalf)>,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Vec<RecordId> {
    super::emergency::lodge_as_author(client, identity, author, written, progress).await.unwrap_or_default()
}

/// The document, encrypted now or by an interrupted run.
async fn encrypted(
    client: &Client,
    identity: &Identity,
    author: &Member,
    new: &NewRecord,
    options: &UploadOptions,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<(UploadFolder, Stored)> {
    let fingerprint = fingerprint(client.genesis(), identity, new)?;
    remove_abandoned(&options.folder);
    let folder = UploadFolder::claim(&options.folder, &fingerprint)?;
    let stored = match folder.resume() {
        Some(stored) => {
            progress(Progress::Resuming);
            stored
        }
        None if options.resume_only => {
            folder.remove();
            return Err(Error::NothingToResume);
        }
        None => match prepare(client, identity, &folder, author, new, progress).await {
            Ok(stored) => stored,
            Err(error) => {
                folder.remove();
                return Err(error);
            }
        },
    };
    Ok((folder, stored))
}

fn anchor_of(new: &NewRecord, stored: &Stored) -> Anchor {
    Anchor {
        content: PrimitiveRoot(stored.root.root().0),
        size: stored.root.size(),
        envelope: EnvelopeHash(stored.envelope_hash),
        key_version: stored.key_version,
        fills: new.fills,
        valid_until: new.valid_until,
        seals: stored.seals.clone(),
    }
}

/// Stores content and envelope in the node's vault.
async fn store(
    client: &Client,
    identity: &Identity,
    stored: &Stored,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<()> {
    let file = stored.file.try_clone().map_err(|error| Error::file("reading", "the encrypted content", &error))?;
    let size = stored.root.size();
    let storing = |bytes| progress(Progress::Storing(bytes, size));
    vault::store(client, identity, &stored.root, file, &stored.envelope, stored.envelope_hash, &storing).await
}

/// Refuses a document that would make too large a content of this kind; sizes in bytes. The result is on the safe side
/// by some hundred bytes.
///
/// # Errors
/// [`Error::ContentTooLarge`].
pub fn check_size(kind: RecordKind, description: u64, document: u64) -> Result<()> {
    let plaintext = description.saturating_add(document).saturating_add(4);
    let chunks = plaintext.div_ceil(CHUNK_BYTES).max(1);
    let size = plaintext.saturating_add(chunks.saturating_mul(CHUNK_TAG_BYTES)).saturating_add(HEADER_BYTES);
    let limit = size_limit(kind);
    if size > limit {
        return Err(Error::ContentTooLarge { size, limit });
    }
    Ok(())
}

/// The largest content of a kind, in bytes of ciphertext.
fn size_limit(kind: RecordKind) -> u64 {
    match kind {
        RecordKind::Profile | RecordKind::Certificate => limits::OWN_CONTENT_MAX,
        RecordKind::Report | RecordKind::Prescription => limits::CONTENT_MAX,
    }
}

/// Whether repeating the upload with the same ciphertext could succeed.
fn can_resume(error: &Error) -> bool {
    match error {
        Error::Node { code, .. } => !matches!(code, 7102 | 7105),
        Error::Dispatch { .. } | Error::Refused { .. } | Error::IncompatibleRuntime => false,
        _ => true,
    }
}

struct Stored {
    root: RootBlock,
    file: File,
    envelope: Vec<u8>,
    envelope_hash: [u8; 32],
    /// The version of the owner's key that its seal in the envelope is for.
    key_version: KeyVersion,
    seals: Vec<ReaderSeal>,
    /// The patient half, in memory alone; `None` for what an interrupted run had encrypted.
    half: Option<PatientHalf>,
}

async fn store_and_anchor(
    client: &Client,
    identity: &Identity,
    author: MemberId,
    new: &NewRecord,
    stored: &Stored,
    wait: Wait,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Uploaded> {
    let anchor = anchor_of(new, stored);
    let (size, envelope) = (anchor.size, anchor.envelope);
    let content = stored.root.root().to_string();
    let uploaded = |record, transaction| Uploaded { record, content, size, envelope, transaction, emergency: false };
    if let Some(record) = client.anchored_by(author, anchor.content).await? {
        return Ok(uploaded(Some(record), None));
    }
    store(client, identity, stored, progress).await?;

    let stage = |stage| progress(Progress::Transaction(stage));
    let submitted = match new.purposed {
        Purposed::Anchor => {
            client.submit(&calls::anchor(new.patient, new.kind, anchor), identity, wait, &stage).await?
        }
        Purposed::Amend(record) => client.submit(&calls::amend(record, anchor), identity, wait, &stage).await?,
    };
    let record = match new.purposed {
        Purposed::Anchor => submitted.event::<events::RecordAnchored>().map(|event| event.record),
        Purposed::Amend(_) => submitted.event::<events::RecordAmended>().map(|event| event.record),
    };
    Ok(uploaded(record, Some(submitted)))
}

/// The checks that the chain will make when the record is anchored, so that nothing is encrypted and stored in vain. In the
/// chain's order and words.
async fn ensure_may_write(client: &Client, author: &Member, new: &NewRecord) -> Result<()> {
    let refused = |error| client.pallet_error("Reports", error);
    if let Purposed::Amend(record) = new.purposed {
        let old = client.record(record).await?;
        if old.author != author.id {
            return Err(refused("NotTheAuthor").await);
        }
        if matches!(old.kind, RecordKind::Profile | RecordKind::Certificate) {
            return Err(refused("OwnRecordsAreReplaced").await);
        }
        if old.status != RecordStatus::Current {
            return Err(refused("RecordNotCurrent").await);
        }
    }
    let (role_writes, status_writes) = match new.kind {
        RecordKind::Profile => (author.role == Role::Patient, author.status == Status::Active),
        RecordKind::Certificate => (author.role.is_professional(), author.status != Status::Suspended),
        RecordKind::Report | RecordKind::Prescription => (author.role == Role::Doctor, author.status == Status::Active),
    };
    if !role_writes {
        return Err(refused("KindNotForRole").await);
    }
    if !status_writes {
        return Err(refused("NotActive").await);
    }
    if matches!(new.kind, RecordKind::Profile | RecordKind::Certificate) {
        return Ok(());
    }
    let patient = client.find_member(&MemberSelector::Number(new.patient)).await?;
    if patient.is_none_or(|member| member.role != Role::Patient || member.status != Status::Active) {
        return Err(refused("UnknownPatient").await);
    }
    // The listing is in the order of the numbers: the patient, if under care, is the first behind its predecessor.
    let before = new.patient.0.checked_sub(1).map(MemberId);
    let relations = client.care_relations(author.id, before, 1).await?;
    if relations.items.first().is_none_or(|relation| relation.patient != new.patient) {
        return Err(refused("NotUnderCare").await);
    }
    Ok(())
}

/// Encrypts the document into the folder and writes the state down.
async fn prepare(
    client: &Client,
    identity: &Identity,
    folder: &UploadFolder,
    author: &Member,
    new: &NewRecord,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Stored> {
    ensure_may_write(client, author, new).await?;
    let mut recipients = vec![if new.patient == author.id {
        own_key(identity, author)?
    } else {
        client.proven_member(&MemberSelector::Number(new.patient)).await?.key
    }];
    if new.kind == RecordKind::Certificate {
        let administrators = client.proven_administrator_keys().await?;
        if administrators.is_empty() {
            return Err(Error::NoAdministratorKeys);
        }
        // An envelope has room for 32 seals.
        recipients.extend(administrators.into_iter().take(medchain_sealing::envelope::MAX_SEALS - 1));
    }
    // Anchoring refuses any other set of seals, so that a node that names another cannot have its way.
    let mut readers = Vec::new();
    if new.kind != RecordKind::Certificate {
        for recipient in client.seal_recipients(new.patient, new.kind).await? {
            if recipient.sealed_as != SealedAs::Patient {
                let member = client.proven_member(&MemberSelector::Number(recipient.member)).await?;
                readers.push((recipient.member, member.key));
            }
        }
    }
    let committee = client.proven_committee().await?;
    let context = CapsuleContext {
        genesis: client.genesis(),
        author: author.id.0,
        patient: new.patient.0,
        epoch: committee.epoch,
    };

    let (mut document, total) = read_source(&new.source)?;
    check_size(new.kind, new.description.len() as u64, total)?;
    let half = PatientHalf::generate();
    let (capsule, committee_half) = Capsule::create(&committee.key, &context);
    let key = RecordKey::derive(&half, &committee_half);

    // The thread reports where it is; this task passes it on.
    let (at, mut reports) = tokio::sync::watch::channel(0);
    let path = folder.content();
    let description = new.description.clone();
    let encrypting = tokio::task::spawn_blocking(move || {
        encrypt(&key, &description, Counting { inner: &mut document, at: &at, read: 0 }, &path)
    });
    while reports.changed().await.is_ok() {
        let bytes = *reports.borrow_and_update();
        progress(Progress::Encrypting(bytes, total.max(bytes)));
    }
    let (file, root) = encrypting.await.map_err(|_| Error::Internal("encryption stopped"))??;
    // A file may grow while it is read.
    let limit = size_limit(new.kind);
    if root.size() > limit {
        return Err(Error::ContentTooLarge { size: root.size(), limit });
    }

    let envelope = envelope(client.genesis(), &root, capsule, committee.epoch, &half, &recipients)?;
    let bytes = envelope.to_bytes().map_err(|_| Error::Internal("the envelope has too many seals"))?;
    let seals = readers
        .into_iter()
        .map(|(reader, key)| {
            reseal(client.genesis(), root.root().0, &half, &key).map(|seal| ReaderSeal { reader, seal })
        })
        .collect::<Result<Vec<_>>>()?;
    folder.complete(&State {
        content: PrimitiveRoot(root.root().0),
        size: root.size(),
        envelope: bytes.clone(),
        seals: seals.clone(),
    })?;
    let (envelope_hash, key_version) = (envelope.hash(), owner_version(&envelope));
    Ok(Stored { root, file, envelope: bytes, envelope_hash, key_version, seals, half: Some(half) })
}

/// A member's own key, which needs no proof.
pub(super) fn own_key(identity: &Identity, author: &Member) -> Result<ProvenKey> {
    let key = identity.encryption_public(author.key_version);
    if *key.as_bytes() != author.encryption_key.0 {
        return Err(Error::UnusableKey { whom: format!("member {}", author.id) });
    }
    Ok(ProvenKey { recipient: SealRecipient::Member(author.id.0), key, version: author.key_version })
}

fn envelope(
    genesis: [u8; 32],
    root: &RootBlock,
    capsule: Capsule,
    epoch: u32,
    half: &PatientHalf,
    recipients: &[ProvenKey],
) -> Result<Envelope> {
    let seals = recipients
        .iter()
        .map(|to| {
            let sealed = reseal(genesis, root.root().0, half, to)?;
            Ok(EnvelopeSeal { recipient: to.recipient, key_version: to.version, seal: sealed.seal.0 })
        })
        .collect::<Result<_>>()?;
    Ok(Envelope { capsule, epoch, seals, carried: None })
}

/// The version of the key that the first seal of an envelope is for, which is its record's owner's.
fn owner_version(envelope: &Envelope) -> KeyVersion {
    envelope.seals.first().map_or(0, |seal| seal.key_version)
}

/// Encrypts into a file of the owner's alone; durable when it returns.
fn encrypt(key: &RecordKey, description: &[u8], document: impl Read, path: &Path) -> Result<(File, RootBlock)> {
    let failed = |error: &io::Error| Error::file("writing", path, error);
    let file = private_file(path).map_err(|error| failed(&error))?;
    let mut tee = Tee { file: &file, dag: DagBuilder::new() };
    content::encrypt(key, description, document, &mut tee).map_err(|error| match error {
        ContentError::DescriptionTooLong => Error::DescriptionTooLong,
        ContentError::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            Error::ContentTooLarge { size: limits::CONTENT_MAX.saturating_add(1), limit: limits::CONTENT_MAX }
        }
        ContentError::Io(error) => Error::file("encrypting into", path, &error),
        _ => Error::Internal("the document did not encrypt"),
    })?;
    let dag = tee.dag;
    file.sync_all().map_err(|error| failed(&error))?;
    Ok((file, dag.finish()))
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn read_source(source: &Source) -> Result<(Box<dyn Read + Send>, u64)> {
    match source {
        Source::Bytes(bytes) => Ok((Box::new(Cursor::new(bytes.clone())), bytes.len() as u64)),
        Source::File(path) => {
            let failed = |error: io::Error| Error::file("reading", path, &error);
            let file = File::open(path).map_err(failed)?;
            let metadata = file.metadata().map_err(failed)?;
            if metadata.is_dir() {
                return Err(Error::file("reading", path, &io::Error::from(io::ErrorKind::IsADirectory)));
            }
            Ok((Box::new(file), metadata.len()))
        }
    }
}

/// Writes the ciphertext and computes its root on the way.
struct Tee<W> {
    file: W,
    dag: DagBuilder,
}

impl<W: Write> Write for Tee<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.file.write(bytes)?;
        let written = bytes.get(..n).unwrap_or(bytes);
        self.dag.update(written).map_err(|error| io::Error::new(io::ErrorKind::FileTooLarge, error))?;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

struct Counting<'a, R> {
    inner: R,
    at: &'a tokio::sync::watch::Sender<u64>,
    read: u64,
}

impl<R: Read> Read for Counting<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(into)?;
        self.read += n as u64;
        self.at.send_replace(self.read);
        Ok(n)
    }
}

/// What makes two uploads the same.
fn fingerprint(genesis: [u8; 32], identity: &Identity, new: &NewRecord) -> Result<String> {
    let mut hash = Sha256::new();
    let mut add = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    add(&genesis);
    add(identity.address().as_bytes());
    add(&new.patient.0.to_le_bytes());
    add(new.kind.name().as_bytes());
    // The end of a prescription's validity is not part of it: counted from now, it is another at each run.
    add(&[new.fills]);
    add(format!("{:?}", new.purposed).as_bytes());
    // The moment of the upload is in the description, and is another at each run.
    match serde_json::from_slice::<serde_json::Value>(&new.description) {
        Ok(mut description) => {
            if let Some(fields) = description.as_object_mut() {
                fields.remove("date");
            }
            add(description.to_string().as_bytes());
        }
        Err(_) => add(&new.description),
    }
    match &new.source {
        Source::Bytes(bytes) => add(bytes),
        Source::File(path) => {
            let failed = |error: io::Error| Error::file("reading", path, &error);
            let path = path.canonicalize().map_err(failed)?;
            let metadata = path.metadata().map_err(failed)?;
            let changed: Moment = metadata
                .modified()
                .ok()
                .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
                .map_or(0, |since| u64::try_from(since.as_nanos()).unwrap_or(u64::MAX));
            add(path.as_os_str().as_encoded_bytes());
            add(&metadata.len().to_le_bytes());
            add(&changed.to_le_bytes());
        }
    }
    let digest = hash.finalize();
    Ok(hex::encode(digest.get(..16).unwrap_or(&digest)))
}

/// The folder of one upload, held by one process at a time.
struct UploadFolder {
    path: PathBuf,
    _lock: File,
}

impl UploadFolder {
    fn claim(uploads: &Path, fingerprint: &str) -> Result<Self> {
        let path = uploads.join(fingerprint);
        create_private_folder(&path)?;
        let lock_path = path.join("lock");
        let failed = |error: &io::Error| Error::file("writing", &lock_path, error);
        let lock = private_file(&lock_path).map_err(|error| failed(&error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Error::UploadInProgress),
            Err(TryLockError::Error(error)) => Err(failed(&error)),
        }
    }

    fn content(&self) -> PathBuf {
        self.path.join("content.age")
    }

    /// What an interrupted run had completed, if its ciphertext is still what it wrote.
    fn resume(&self) -> Option<Stored> {
        let state: State = serde_json::from_slice(&std::fs::read(self.path.join("state.json")).ok()?).ok()?;
        let file = File::open(self.content()).ok()?;
        let root = DagBuilder::build(&file).ok()?;
        let envelope = Envelope::from_bytes(&state.envelope).ok()?;
        let (envelope_hash, key_version) = (envelope.hash(), owner_version(&envelope));
        (root.root().0 == state.content.0 && root.size() == state.size).then_some(Stored {
            root,
            file,
            envelope: state.envelope,
            envelope_hash,
            key_version,
            seals: state.seals,
            half: None,
        })
    }

    /// Writes the state down, all or nothing.
    fn complete(&self, state: &State) -> Result<()> {
        let path = self.path.join("state.json");
        let failed = |error: &io::Error| Error::file("writing", &path, error);
        let bytes = serde_json::to_vec(state).map_err(|_| Error::Internal("the upload's state did not serialise"))?;
        let mut file = tempfile::NamedTempFile::new_in(&self.path).map_err(|error| failed(&error))?;
        file.write_all(&bytes).map_err(|error| failed(&error))?;
        file.as_file().sync_all().map_err(|error| failed(&error))?;
        file.persist(&path).map_err(|error| failed(&error.error))?;
        Ok(())
    }

    /// Removes the folder. What cannot be removed now is removed when it has been abandoned for long enough.
    fn remove(self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// Removes folders of uploads that nobody has resumed for a week.
fn remove_abandoned(uploads: &Path) {
    let Ok(folders) = std::fs::read_dir(uploads) else { return };
    for folder in folders.flatten() {
        let age = folder
            .metadata()
            .and_then(|metadata| metadata.modified())
            .ok()
            .and_then(|changed| SystemTime::now().duration_since(changed).ok());
        if age.is_some_and(|age| age > UPLOAD_KEPT) {
            let _ = std::fs::remove_dir_all(folder.path());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use medchain_sealing::{dealer, keys::EncryptionPublic, record_key::CommitteeHalf};

    const GENESIS: [u8; 32] = [3; 32];

    fn key() -> RecordKey {
        RecordKey::derive(&PatientHalf::from_bytes([1; 32]), &CommitteeHalf::from_bytes([2; 32]))
    }

    fn report(source: Source, date: &str) -> NewRecord {
        NewRecord {
            patient: MemberId(1001),
            kind: RecordKind::Report,
            fills: 0,
            valid_until: None,
            purposed: Purposed::Anchor,
            description: format!("{{\"description\":\"t\",\"date\":\"{date}\"}}").into_bytes(),
            source,
        }
    }

    fn completed(folder: &UploadFolder, document: &[u8]) -> [u8; 32] {
        let (_, root) = encrypt(&key(), b"{}", document, &folder.content()).unwrap();
        let context = CapsuleContext { genesis: GENESIS, author: 1002, patient: 1001, epoch: 0 };
        let (capsule, _) = Capsule::create(&dealer::development_committee_key(), &context);
        let patient = Identity::from_uri("//Maria").unwrap();
        let to = ProvenKey {
            recipient: SealRecipient::Member(1001),
            key: EncryptionPublic(*patient.encryption_public(1).as_bytes()),
            version: 1,
        };
        let envelope = envelope(GENESIS, &root, capsule, 0, &PatientHalf::generate(), &[to]).unwrap();
        let state = State {
            content: PrimitiveRoot(root.root().0),
            size: root.size(),
            envelope: envelope.to_bytes().unwrap(),
            seals: Vec::new(),
        };
        folder.complete(&state).unwrap();
        root.root().0
    }

    #[test]
    fn an_interrupted_upload_goes_on_with_the_same_ciphertext() {
        let uploads = tempfile::tempdir().unwrap();
        let folder = UploadFolder::claim(uploads.path(), "abc").unwrap();
        let root = completed(&folder, b"document");
        drop(folder);
        let again = UploadFolder::claim(uploads.path(), "abc").unwrap();
        assert_eq!(again.resume().unwrap().root.root().0, root);
        again.remove();
        assert!(!uploads.path().join("abc").exists());
    }

    #[test]
    fn a_ciphertext_that_was_cut_or_altered_is_not_resumed() {
        let uploads = tempfile::tempdir().unwrap();
        let folder = UploadFolder::claim(uploads.path(), "abc").unwrap();
        assert!(folder.resume().is_none());
        completed(&folder, b"document");
        let mut bytes = std::fs::read(folder.content()).unwrap();
        bytes.pop();
        std::fs::write(folder.content(), bytes).unwrap();
        assert!(folder.resume().is_none());
    }

    #[test]
    fn one_process_at_a_time_holds_an_upload() {
        let uploads = tempfile::tempdir().unwrap();
        let _folder = UploadFolder::claim(uploads.path(), "abc").unwrap();
        assert!(matches!(UploadFolder::claim(uploads.path(), "abc"), Err(Error::UploadInProgress)));
    }

    #[test]
    fn the_same_document_at_another_moment_is_the_same_upload_and_another_document_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let doctor = Identity::from_uri("//Doctor").unwrap();
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        std::fs::write(&one, b"x").unwrap();
        std::fs::write(&two, b"x").unwrap();
        let of = |new: NewRecord| fingerprint(GENESIS, &doctor, &new).unwrap();
        let first = of(report(Source::File(one.clone()), "2027-01-01"));
        assert_eq!(first, of(report(Source::File(one.clone()), "2027-01-02")));
        assert_ne!(first, of(report(Source::File(two), "2027-01-01")));
        std::fs::write(&one, b"longer").unwrap();
        assert_ne!(first, of(report(Source::File(one), "2027-01-01")));
    }

    #[test]
    fn a_missing_file_and_a_folder_are_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let missing = read_source(&Source::File(folder.path().join("missing"))).err().unwrap();
        assert!(missing.to_string().ends_with("there is no such file or folder"));
        let of_folder = read_source(&Source::File(folder.path().to_path_buf())).err().unwrap();
        assert!(of_folder.to_string().ends_with("it is a folder"));
    }

    #[test]
    fn a_document_is_too_large_when_its_ciphertext_would_be() {
        assert!(check_size(RecordKind::Certificate, 1_000, 31 * 1024 * 1024).is_ok());
        assert!(check_size(RecordKind::Certificate, 1_000, limits::OWN_CONTENT_MAX).is_err());
        assert!(check_size(RecordKind::Report, 1_000, limits::OWN_CONTENT_MAX).is_ok());
        assert!(check_size(RecordKind::Report, 1_000, limits::CONTENT_MAX - 1_000_000).is_err());
        assert!(check_size(RecordKind::Report, 0, u64::MAX).is_err());
        let folder = tempfile::tempdir().unwrap();
        for length in [0, 65_534, 65_535, 200_000] {
            let (_, root) = encrypt(&key(), b"{}", io::repeat(7).take(length), &folder.path().join("c")).unwrap();
            let estimate = length + 6 + (length + 6).div_ceil(CHUNK_BYTES) * CHUNK_TAG_BYTES + HEADER_BYTES;
            assert!(root.size() <= estimate, "{length}");
        }
    }

    #[test]
    fn the_root_computed_on_the_way_is_that_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("content.age");
        let (_, root) = encrypt(&key(), b"{}", io::repeat(7).take(3_000_000), &path).unwrap();
        assert_eq!(root, DagBuilder::build(File::open(&path).unwrap()).unwrap());
        assert_eq!(root.size(), std::fs::metadata(&path).unwrap().len());
    }
}
