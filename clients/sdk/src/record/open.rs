//! Openings: obtain both halves, fetch, verify, decrypt, write.

use super::{
    actor,
    committee::released,
    emergency::half_in_emergency,
    halves::{ensure_not_erased, half_from_envelope, verified_envelope},
    reader_half, Actor, Progress,
};
use crate::{
    account::Identity,
    chain::{calls, events},
    client::{Client, Wait},
    description::{self, Summary},
    error::{Error, Result},
    vault::Reads,
};
use futures::TryStreamExt;
use medchain_primitives::{EmergencyReason, Moment, ReadingId, RecordId, RecordKind};
use medchain_runtime_api::{GrantView, ReadPermit, RecordView};
use medchain_sealing::{
    content::{self, ContentError},
    envelope::Envelope,
    record_key::{CommitteeHalf, PatientHalf, RecordKey},
};
use medchain_vault::{ContentRoot, RootBlock};
use std::{
    io::{self, Read},
    path::{Path, PathBuf},
};
use tokio::sync::mpsc;

/// How many verified leaves may wait for decryption.
const LEAVES_WAITING: usize = 2;

/// Where an opened document goes.
#[derive(Clone, Debug)]
pub enum Output {
    /// Into this folder, under the name that the description gives.
    Folder(PathBuf),
    /// To this file.
    File(PathBuf),
}

/// How to open.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// Whether a reader without a live window may use an opening of its grant.
    pub open_on_chain: bool,
    /// Open it in an emergency, for this reason, unless it is open for this account.
    pub emergency: Option<EmergencyReason>,
    /// Overwrite a file that is there.
    pub overwrite: bool,
}

/// A record that was opened and written.
#[derive(Clone, Debug)]
pub struct OpenedRecord {
    /// The record as the chain shows it.
    pub record: RecordView,
    /// Where the document is.
    pub path: PathBuf,
    /// Bytes of the document.
    pub size: u64,
    /// What the description says.
    pub summary: Summary,
    /// The description itself: FHIR in JSON.
    pub description: Vec<u8>,
    /// The opening that this took, and the end of its window in milliseconds; `None` if it took none.
    pub opening: Option<(ReadingId, Moment)>,
    /// The numbers of the committee's members whose releases were no good; the others were enough.
    pub distrusted: Vec<u16>,
}

/// The verified root of a content and the key that decrypts it.
pub struct ContentKey {
    record: RecordView,
    root: RootBlock,
    key: RecordKey,
    opening: Option<(ReadingId, Moment)>,
    distrusted: Vec<u16>,
}

impl ContentKey {
    /// Obtains the key of a record: as its patient from the envelope's seal, as an administrator from that of a
    /// certificate, as a reader from the grant's, opening the record on chain if need be, as a doctor in an emergency
    /// from the emergency capsule; the committee half by release, each partial release verified.
    ///
    /// # Errors
    /// [`Error::NotGranted`], [`Error::NotOpen`], [`Error::Erased`], [`Error::Dispatch`] if the opening is refused, and what the
    /// node or the proofs refuse.
    pub async fn obtain(
        client: &Client,
        identity: &Identity,
        record: RecordId,
        options: &OpenOptions,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Self> {
        let actor = actor(client, identity).await?;
        let record = client.record(record).await?;
        ensure_not_erased(&record)?;

        let mut opening = None;
        let reads = Reads::new(client, identity, record.id, ContentRoot(record.content.0));
        let in_emergency = opens_in_emergency(client, identity, &actor, &record, options).await?;
        let (half, envelope) = if in_emergency {
            if !client.may_read(&identity.account(), record.id).await?.allowed {
                opening = open_in_emergency(client, identity, record.id, options, progress).await?;
            }
            let half = half_in_emergency(client, identity, &actor, &record, &reads).await?;
            (half, verified_envelope(&reads, &record).await?)
        } else if is_sealed_in_envelope(&actor, &record) {
            let envelope = verified_envelope(&reads, &record).await?;
            (half_from_envelope(client, identity, &actor, &record, &envelope)?, envelope)
        } else {
            let grant = held_grant(client, &actor, &record).await?;
            // Before an opening is used up, make sure that it is not in vain.
            let half = reader_half(client, identity, &actor, &record, &grant)?;
            let readable = client.may_read(&identity.account(), record.id).await?;
            if !readable.allowed {
                if !options.open_on_chain {
                    return Err(Error::NotOpen(record.id));
                }
                opening = open_on_chain(client, identity, record.id, progress).await?;
            }
            (half, verified_envelope(&reads, &record).await?)
        };

        let root = reads.root(ContentRoot(record.content.0)).await?;
        if root.size() != record.size {
            return Err(Error::ContentMismatch { what: "root block", record: record.id });
        }
        let (key, distrusted) = release_key(client, identity, &actor, &record, &reads, &half, &envelope).await?;
        Ok(Self { record, root, key, opening, distrusted })
    }
}

/// Whether the half comes from the envelope: for the record's own member, and for administrators that of a certificate.
fn is_sealed_in_envelope(actor: &Actor, record: &RecordView) -> bool {
    match actor {
        Actor::Member { member, .. } => member.id == record.patient,
        Actor::Staff { .. } => false,
        Actor::Administrator { .. } => record.kind == RecordKind::Certificate,
    }
}

/// Whether the half comes from the emergency capsule: for a doctor within the window of an emergency opening, or who is to
/// open in an emergency.
async fn opens_in_emergency(
    client: &Client,
    identity: &Identity,
    actor: &Actor,
    record: &RecordView,
    options: &OpenOptions,
) -> Result<bool> {
    if is_sealed_in_envelope(actor, record) {
        return Ok(false);
    }
    let readable = client.may_read(&identity.account(), record.id).await?;
    let is_open = matches!(readable.permit, Some(ReadPermit::Emergency { .. }));
    Ok(is_open || (options.emergency.is_some() && !readable.allowed))
}

async fn open_in_emergency(
    client: &Client,
    identity: &Identity,
    record: RecordId,
    options: &OpenOptions,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Option<(ReadingId, Moment)>> {
    let reason = options.emergency.ok_or(Error::NotOpen(record))?;
    client.may_open_emergency(&identity.account(), record).await?.into_result()?;
    let stage = |stage| progress(Progress::Transaction(stage));
    let call = calls::open_emergency(record, reason);
    let submitted = client.submit(&call, identity, Wait::Finalized, &stage).await?;
    Ok(submitted.event::<events::EmergencyOpened>().map(|event| (event.reading, event.closes_at)))
}

async fn held_grant(client: &Client, actor: &Actor, record: &RecordView) -> Result<GrantView> {
    let reader = actor.member_id().ok_or(Error::NotGranted(record.id))?;
    client.grant(record.id, reader).await?.ok_or(Error::NotGranted(record.id))
}

async fn open_on_chain(
    client: &Client,
    identity: &Identity,
    record: RecordId,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Option<(ReadingId, Moment)>> {
    client.may_open(&identity.account(), record).await?.into_result()?;
    let stage = |stage| progress(Progress::Transaction(stage));
    // The committee releases for a final opening only.
    let submitted = client.submit(&calls::open(record), identity, Wait::Finalized, &stage).await?;
    Ok(submitted.event::<events::RecordOpened>().map(|event| (event.reading, event.closes_at)))
}

/// Has the committee half released, and derives the record key.
async fn release_key(
    client: &Client,
    identity: &Identity,
    actor: &Actor,
    record: &RecordView,
    reads: &Reads<'_>,
    half: &PatientHalf,
    envelope: &Envelope,
) -> Result<(RecordKey, Vec<u16>)> {
    let (committee_half, distrusted) = committee_half(client, identity, actor, record, reads, envelope).await?;
    Ok((RecordKey::derive(half, &committee_half), distrusted))
}

/// Has the committee half of a record released, verifies and combines; gives it with the numbers of the members whose
/// releases were no good.
pub(super) async fn committee_half(
    client: &Client,
    identity: &Identity,
    actor: &Actor,
    record: &RecordView,
    reads: &Reads<'_>,
    envelope: &Envelope,
) -> Result<(CommitteeHalf, Vec<u16>)> {
    let (genesis, owner) = (client.genesis(), record.patient.0);
    let context = envelope.capsule_context(genesis, record.author.0, owner);
    let fetch = || reads.release();
    let (half, distrusted) = released(client, identity, actor, record, &fetch, &envelope.capsule, &context).await?;
    let half = envelope
        .committee_half(half, genesis, record.id.0, record.content.0, owner)
        .map_err(|_| Error::Unopened { what: "carried half", record: record.id })?;
    Ok((half, distrusted))
}

/// Opens a record and writes its document: obtains the key, fetches the leaves, verifies each, decrypts on the way into a
/// temporary file beside the target, and puts that in place when all of it has proved authentic.
///
/// # Errors
/// Those of [`ContentKey::obtain`]; [`Error::ContentMismatch`], [`Error::Undecryptable`], [`Error::WouldOverwrite`], [`Error::File`].
pub async fn open(
    client: &Client,
    identity: &Identity,
    record: RecordId,
    output: &Output,
    options: &OpenOptions,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<OpenedRecord> {
    let folder = match output {
        Output::Folder(folder) => folder.clone(),
        Output::File(file) => match file.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        },
    };
    // Whatever can fail on this side fails before an opening is used up.
    if !folder.is_dir() {
        return Err(Error::file("writing into", folder, &io::Error::from(io::ErrorKind::NotFound)));
    }
    if let Output::File(file) = output {
        ensure_free(file, options.overwrite)?;
    }
    let temporary =
        tempfile::NamedTempFile::new_in(&folder).map_err(|error| Error::file("writing into", &folder, &error))?;

    let content = ContentKey::obtain(client, identity, record, options, progress).await?;
    let ContentKey { record, root, key, opening, distrusted } = content;
    let (leaves, waiting) = mpsc::channel(LEAVES_WAITING);
    let (id, file) = (record.id, temporary.reopen());
    let file = file.map_err(|error| Error::file("writing into", &folder, &error))?;
    let path = temporary.path().to_path_buf();
    let decrypting = tokio::task::spawn_blocking(move || decrypt(id, &key, LeafReader::new(waiting), file, &path));

    let reads = Reads::new(client, identity, record.id, ContentRoot(record.content.0));
    let mut fetched = 0;
    let fetching = async {
        let mut stream = std::pin::pin!(reads.leaves(&root));
        progress(Progress::Fetching(0, root.size()));
        while let Some(leaf) = stream.try_next().await? {
            fetched += leaf.len() as u64;
            if leaves.send(leaf).await.is_err() {
                // Decryption has ended early; it says why.
                break;
            }
            progress(Progress::Fetching(fetched, root.size()));
        }
        Ok::<_, Error>(())
    };
    let outcome = fetching.await;
    drop(leaves);
    let decrypted = decrypting.await.map_err(|_| Error::Internal("decryption stopped"))?;
    // A leaf that is missing makes the decryption fail too: the first cause is the one to tell.
    outcome?;
    let (description, size) = decrypted?;

    let summary = description::summary(&description, record.id);
    let target = match output {
        Output::File(file) => file.clone(),
        Output::Folder(folder) => {
            folder.join(summary.file_name.clone().unwrap_or_else(|| format!("record-{}", record.id)))
        }
    };
    let persisted = if options.overwrite { temporary.persist(&target) } else { temporary.persist_noclobber(&target) };
    persisted.map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => Error::WouldOverwrite { path: target.clone() },
        _ => Error::file("writing", &target, &error.error),
    })?;
    Ok(OpenedRecord { record, path: target, size, summary, description, opening, distrusted })
}

fn ensure_free(path: &Path, overwrite: bool) -> Result<()> {
    if path.is_dir() {
        return Err(Error::file("writing", path, &io::Error::from(io::ErrorKind::IsADirectory)));
    }
    if !overwrite && path.exists() {
        return Err(Error::WouldOverwrite { path: path.to_path_buf() });
    }
    Ok(())
}

fn decrypt(
    record: RecordId,
    key: &RecordKey,
    ciphertext: impl Read,
    mut file: std::fs::File,
    path: &Path,
) -> Result<(Vec<u8>, u64)> {
    let undecryptable = |error: ContentError| Error::Undecryptable { record, reason: error.to_string() };
    let mut opened = content::decrypt(key, ciphertext).map_err(undecryptable)?;
    let mut buffer = vec![0; 64 * 1024];
    let mut size = 0;
    loop {
        // Read and write apart, so that a full disk is not taken for a damaged content.
        let n = match opened.document.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(undecryptable(error.into())),
        };
        let bytes = buffer.get(..n).unwrap_or_default();
        io::Write::write_all(&mut file, bytes).map_err(|error| Error::file("writing", path, &error))?;
        size += n as u64;
    }
    file.sync_all().map_err(|error| Error::file("writing", path, &error))?;
    Ok((opened.description, size))
}

/// The verified leaves as one stream of bytes.
struct LeafReader {
    leaves: mpsc::Receiver<Vec<u8>>,
    current: io::Cursor<Vec<u8>>,
}

impl LeafReader {
    fn new(leaves: mpsc::Receiver<Vec<u8>>) -> Self {
        Self { leaves, current: io::Cursor::default() }
    }
}

impl Read for LeafReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let n = self.current.read(into)?;
            if n > 0 || into.is_empty() {
                return Ok(n);
            }
            match self.leaves.blocking_recv() {
                Some(leaf) => self.current = io::Cursor::new(leaf),
                None => return Ok(0),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn key(n: u8) -> RecordKey {
        RecordKey::derive(&PatientHalf::from_bytes([n; 32]), &CommitteeHalf::from_bytes([n; 32]))
    }

    #[test]
    fn leaves_of_any_length_are_decrypted_in_order() {
        let document: Vec<u8> = (0..200_000u32).map(|i| (i % 251) as u8).collect();
        let mut ciphertext = Vec::new();
        content::encrypt(&key(1), b"{}", document.as_slice(), &mut ciphertext).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("document");
        for length in [1_000, 65_536, 1_000_000] {
            let (sender, receiver) = mpsc::channel(1_000);
            for leaf in ciphertext.chunks(length) {
                sender.try_send(leaf.to_vec()).unwrap();
            }
            drop(sender);
            let file = std::fs::File::create(&path).unwrap();
            let (description, size) = decrypt(RecordId(1), &key(1), LeafReader::new(receiver), file, &path).unwrap();
            assert_eq!((description.as_slice(), size), (b"{}".as_slice(), 200_000));
            assert!(std::fs::read(&path).unwrap() == document);
        }
    }

    #[test]
    fn a_content_that_ends_early_or_has_another_key_is_told() {
        let mut ciphertext = Vec::new();
        content::encrypt(&key(1), b"{}", io::repeat(1).take(200_000), &mut ciphertext).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("document");
        for (key, bytes) in [(key(1), &ciphertext[..150_000]), (key(2), &ciphertext[..])] {
            let file = std::fs::File::create(&path).unwrap();
            let refused = decrypt(RecordId(1), &key, bytes, file, &path);
            assert!(matches!(refused, Err(Error::Undecryptable { .. })));
        }
    }

    #[test]
    fn a_file_that_is_there_is_not_overwritten_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("document");
        std::fs::write(&path, b"x").unwrap();
        assert!(matches!(ensure_free(&path, false), Err(Error::WouldOverwrite { .. })));
        assert!(ensure_free(&path, true).is_ok());
        assert!(matches!(ensure_free(folder.path(), true), Err(Error::File { .. })));
    }
}
