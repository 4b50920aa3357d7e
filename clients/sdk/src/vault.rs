//! Contents on their way to and from a node's vault: tickets, and the `vault_*` methods.

use crate::{
    account::Identity,
    client::{Client, Hash},
    error::{Error, Result},
    transfer::Transfer,
};
use base64::{engine::general_purpose::STANDARD as BASE64, Engine as _};
use futures::{stream, Stream, StreamExt, TryStreamExt};
use medchain_primitives::{RecordId, TicketClaims, TicketOperation};
use medchain_runtime_api::RecordView;
use medchain_vault::{dag::LEAF_BYTES, ContentRoot, RootBlock};
use serde::{de::DeserializeOwned, Deserialize};
use serde_json::{json, Value};
use sp_core::{sr25519, Pair};
use std::{
    collections::BTreeSet,
    fs::File,
    ops::Range,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::Mutex;

/// How many leaves travel in one HTTP request: few enough that a ticket outlasts it.
const LEAVES_AT_ONCE: u32 = 256;

/// How many leaves are under way at once: enough to hide the latency, few enough that memory stays small.
const LEAVES_IN_FLIGHT: usize = 4;

/// How often a call is repeated that the node was too busy for, and the pause before the first repetition; it grows by
/// itself each time.
const REPEATS: u32 = 20;
/// See [`REPEATS`].
const BUSY_PAUSE: Duration = Duration::from_millis(100);

/// How often it is asked who holds a content.
const COPIES_POLL: Duration = Duration::from_millis(500);

/// Tickets for one operation on one content. Signed when first needed, and anew when the node no longer takes the last
/// one, so that a transfer can outlast a ticket.
pub struct Tickets<'a> {
    client: &'a Client,
    identity: &'a Identity,
    operation: TicketOperation,
    content: String,
    current: Mutex<Current>,
}

/// The last ticket, and where the node takes leaves by HTTP, if it does.
#[derive(Default)]
struct Current {
    ticket: Option<Value>,
    http: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Challenge {
    challenge: Hash,
    now: u64,
    ticket_lifetime_max: u64,
    #[serde(default)]
    http: Option<String>,
}

impl<'a> Tickets<'a> {
    /// Tickets of `identity` for `operation` on `content`.
    pub fn new(client: &'a Client, identity: &'a Identity, operation: TicketOperation, content: ContentRoot) -> Self {
        Self { client, identity, operation, content: content.to_string(), current: Mutex::default() }
    }

    /// Calls a `vault_*` method with a ticket as its first parameter.
    ///
    /// # Errors
    /// Those of [`Client::call`].
    pub async fn call<T: DeserializeOwned>(
        &self,
        method: &str,
        parameters: impl IntoIterator<Item = Value> + Clone,
    ) -> Result<T> {
        let mut ticket = self.ticket(None).await?;
        let with = |ticket: Value| std::iter::once(ticket).chain(parameters.clone());
        let (mut renewed, mut repeats) = (false, 0);
        loop {
            match self.client.call(method, with(ticket.clone())).await {
                Err(Error::Node { code: 7101, reason: Some(reason), .. })
                    if !renewed && matches!(reason.as_str(), "expired" | "unknownChallenge") =>
                {
                    ticket = self.ticket(Some(&ticket)).await?;
                    renewed = true;
                }
                Err(Error::Node { code: 7110, .. }) if repeats < REPEATS => {
                    repeats += 1;
                    tokio::time::sleep(BUSY_PAUSE * repeats).await;
                }
                answer => return answer,
            }
        }
    }

    /// The way for many leaves at once, if the node offers one.
    async fn transfer(&self) -> Result<Option<Transfer>> {
        let ticket = self.ticket(None).await?;
        let http = self.current.lock().await.http.clone();
        Ok(http.and_then(|http| Transfer::new(self.client.url(), &http, &ticket)))
    }

    /// The current ticket; another one than `refused`.
    async fn ticket(&self, refused: Option<&Value>) -> Result<Value> {
        let mut current = self.current.lock().await;
        if let Some(ticket) = current.ticket.as_ref().filter(|ticket| refused != Some(*ticket)) {
            return Ok(ticket.clone());
        }
        // Times are the node's, so that a wrong clock on this machine does no harm.
        let Challenge { challenge, now, ticket_lifetime_max, http } = self.client.call("vault_challenge", []).await?;
        let claims = TicketClaims {
            genesis: self.client.genesis(),
            operation: self.operation,
            content: &self.content,
            challenge: challenge.0,
            expires_at: now.saturating_add(ticket_lifetime_max / 2),
        };
        // A MultiSignature in SCALE: the variant of sr25519, then the signature.
        let signature = [[1].as_slice(), &self.identity.sign(claims.text().as_bytes())].concat();
        let ticket = json!({
            "account": self.identity.address(),
            "genesis": format!("0x{}", hex::encode(claims.genesis)),
            "operation": self.operation.name(),
            "content": self.content,
            "challenge": format!("0x{}", hex::encode(challenge.0)),
            "expiresAt": claims.expires_at,
            "signature": format!("0x{}", hex::encode(signature)),
        });
        *current = Current { ticket: Some(ticket.clone()), http };
        Ok(ticket)
    }
}

/// A validator's word that its node holds a content, as a node passes it on.
#[derive(Deserialize)]
struct Holding {
    key: Hash,
    at: u64,
    signature: String,
}

impl Holding {
    /// Whether the validator signed this, for this chain and content. The text is the node's: `medchain/holding/v1`, the
    /// genesis hash, the content's root digest, the time as 8 bytes in little-endian order.
    fn is_signed(&self, genesis: &[u8; 32], content: &ContentRoot) -> bool {
        let text = [b"medchain/holding/v1".as_slice(), genesis, &content.0, &self.at.to_le_bytes()].concat();
        let mut signature = [0; 64];
        let digits = self.signature.strip_prefix("0x").unwrap_or(&self.signature);
        hex::decode_to_slice(digits, &mut signature).is_ok()
            && sr25519::Pair::verify(
                &sr25519::Signature::from_raw(signature),
                text,
                &sr25519::Public::from_raw(self.key.0),
            )
    }
}

/// The authoring keys of the validators at the finalized block, by the node's word.
pub(crate) async fn validators(client: &Client) -> Result<Vec<[u8; 32]>> {
    Ok(client.stored("Aura", "Authorities", &[]).await?.unwrap_or_default())
}

/// Waits, for a content named by its CID, until `copies` validators have said, each with a signature that is checked here, that they hold the content whole.
/// Contents spread once a record that anchors them is final.
///
/// # Errors
/// [`Error::TooFewCopies`] after `within`; those of [`Client::call`].
pub async fn await_copies(
    client: &Client,
    identity: &Identity,
    content: &str,
    copies: u32,
    within: Duration,
) -> Result<u32> {
    let malformed = |_| Error::MalformedAnswer { method: "vault_finish".to_owned() };
    let content = ContentRoot::parse_cid(content).map_err(malformed)?;
    let tickets = Tickets::new(client, identity, TicketOperation::Store, content);
    let genesis = client.genesis();
    let started = Instant::now();
    loop {
        let validators = validators(client).await?;
        let holdings: Vec<Holding> = tickets.call("vault_copies", []).await?;
        let holders: BTreeSet<[u8; 32]> = holdings
            .iter()
            .filter(|holding| validators.contains(&holding.key.0) && holding.is_signed(&genesis, &content))
            .map(|holding| holding.key.0)
            .collect();
        let found = holders.len() as u32;
        if found >= copies {
            return Ok(found);
        }
        if started.elapsed() >= within {
            return Err(Error::TooFewCopies { copies, found });
        }
        tokio::time::sleep(COPIES_POLL).await;
    }
}

/// Stores the emergency capsule of a record, once the chain names its hash.
pub(crate) async fn lodge_capsule(
    client: &Client,
    identity: &Identity,
    record: &RecordView,
    capsule: &[u8],
) -> Result<()> {
    let tickets = Tickets::new(client, identity, TicketOperation::Store, ContentRoot(record.content.0));
    tickets.call::<Value>("vault_lodgeEmergency", [json!(record.id), json!(BASE64.encode(capsule))]).await?;
    Ok(())
}

/// What a node answers to `vault_begin`.
#[derive(Deserialize)]
struct Begun {
    missing: Vec<(u32, u32)>,
}

/// What a node answers to `vault_finish`.
#[derive(Deserialize)]
struct Finished {
    envelope: Hash,
}

/// Stores a content and its envelope: sends the leaves that the node lacks, several at once, and returns when the node
/// has acknowledged that all is durable. `progress` gets the number of bytes that the node has.
///
/// # Errors
/// Those of [`Client::call`]; [`Error::File`] if the content cannot be read.
pub async fn store(
    client: &Client,
    identity: &Identity,
    root: &RootBlock,
    content: File,
    envelope: &[u8],
    envelope_hash: [u8; 32],
    progress: &(dyn Fn(u64) + Send + Sync),
) -> Result<()> {
    let tickets = Tickets::new(client, identity, TicketOperation::Store, root.root());
    let begin = || tickets.call::<Begun>("vault_begin", [json!(BASE64.encode(root.bytes()))]);
    let mut missing = begin().await?.missing;
    let size = root.size();
    let length = move |index: u32| size.saturating_sub(u64::from(index) * LEAF_BYTES as u64).min(LEAF_BYTES as u64);
    let has = |missing: &[(u32, u32)]| {
        let lacks: u64 = missing.iter().flat_map(|(start, end)| *start..*end).map(length).sum();
        size.saturating_sub(lacks)
    };
    progress(has(&missing));

    let content = Arc::new(content);
    if let Some(transfer) = tickets.transfer().await?.filter(|_| !missing.is_empty()) {
        let mut sent = has(&missing);
        let mut refused = false;
        for range in missing.iter().flat_map(|(start, end)| pieces(*start..*end, LEAVES_AT_ONCE)) {
            let bytes: u64 = range.clone().map(length).sum();
            let leaves = stream::iter(range.clone()).then({
                let content = content.clone();
                move |index| read_leaf(content.clone(), index, length(index) as usize)
            });
            if !transfer.send(range.start, bytes, leaves).await {
                refused = true;
                break;
            }
            sent += bytes;
            progress(sent);
        }
        // Whatever is missing now goes over JSON-RPC, which also says why.
        missing = if refused { begin().await?.missing } else { Vec::new() };
    }
    let mut done = has(&missing);
    let mut sent = stream::iter(missing.into_iter().flat_map(|(start, end)| start..end))
        .map(|index| {
            let (content, tickets) = (content.clone(), &tickets);
            async move {
                let leaf = read_leaf(content, index, length(index) as usize).await?;
                tickets.call::<Value>("vault_putLeaf", [json!(index), json!(BASE64.encode(leaf))]).await?;
                Ok::<_, Error>(length(index))
            }
        })
        .buffer_unordered(LEAVES_IN_FLIGHT);
    while let Some(bytes) = sent.try_next().await? {
        done += bytes;
        progress(done);
    }
    drop(sent);

    let finished: Finished = tickets.call("vault_finish", [json!(BASE64.encode(envelope))]).await?;
    if finished.envelope.0 != envelope_hash {
        return Err(Error::MalformedAnswer { method: "vault_finish".to_owned() });
    }
    Ok(())
}

/// Adds an envelope to a record of one's own, before the chain names it.
///
/// # Errors
/// What the node refuses.
pub(crate) async fn add_envelope(
    client: &Client,
    identity: &Identity,
    record: RecordId,
    content: ContentRoot,
    envelope: &[u8],
    envelope_hash: [u8; 32],
) -> Result<()> {
    let tickets = Tickets::new(client, identity, TicketOperation::Store, content);
    let added: Finished = tickets.call("vault_reseal", [json!(record), json!(BASE64.encode(envelope))]).await?;
    if added.envelope.0 != envelope_hash {
        return Err(Error::MalformedAnswer { method: "vault_reseal".to_owned() });
    }
    Ok(())
}

/// Ranges of at most so many leaves.
fn pieces(leaves: Range<u32>, most: u32) -> impl Iterator<Item = Range<u32>> {
    let end = leaves.end;
    leaves.step_by(most as usize).map(move |start| start..start.saturating_add(most).min(end))
}

async fn read_leaf(content: Arc<File>, index: u32, length: usize) -> Result<Vec<u8>> {
    let read = tokio::task::spawn_blocking(move || {
        let mut leaf = vec![0; length];
        read_exact_at(&content, &mut leaf, u64::from(index) * LEAF_BYTES as u64)
            .map_err(|error| Error::file("reading", "the encrypted content", &error))?;
        Ok(leaf)
    });
    read.await.map_err(|_| Error::Internal("a leaf could not be read"))?
}

#[cfg(unix)]
fn read_exact_at(file: &File, into: &mut [u8], offset: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, into, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut into: &mut [u8], mut offset: u64) -> std::io::Result<()> {
    while !into.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, into, offset)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            n => {
                into = &mut std::mem::take(&mut into)[n..];
                offset += n as u64;
            }
        }
    }
    Ok(())
}

/// Fetches a record's content, which is ciphertext, from the first leaf to the last, each as the chain names it; gives each
/// to `take`, and returns how many bytes they had.
///
/// # Errors
/// Those of [`Client::call`]; [`Error::ContentMismatch`] if the node gives something else.
pub async fn fetch(
    client: &Client,
    identity: &Identity,
    record: RecordId,
    content: ContentRoot,
    take: &mut (dyn FnMut(&[u8]) + Send),
) -> Result<u64> {
    let reads = Reads::new(client, identity, record, content);
    let root = reads.root(content).await?;
    let mut leaves = std::pin::pin!(reads.leaves(&root));
    while let Some(leaf) = leaves.try_next().await? {
        take(&leaf);
    }
    Ok(root.size())
}

/// A committee member's answer, still wrapped to the reader.
pub(crate) struct SealedRelease {
    /// The number that the node gives for the committee member.
    pub index: u16,
    /// The wrapped partial release.
    pub sealed: Vec<u8>,
}

/// Reads of one record's content, each verified against what the chain names.
pub(crate) struct Reads<'a> {
    tickets: Tickets<'a>,
    record: RecordId,
}

impl<'a> Reads<'a> {
    pub(crate) fn new(client: &'a Client, identity: &'a Identity, record: RecordId, content: ContentRoot) -> Self {
        Self { tickets: Tickets::new(client, identity, TicketOperation::Read, content), record }
    }

    async fn bytes(&self, method: &str, parameters: impl IntoIterator<Item = Value> + Clone) -> Result<Vec<u8>> {
        let text: String = self.tickets.call(method, parameters).await?;
        BASE64.decode(text).map_err(|_| Error::MalformedAnswer { method: method.to_owned() })
    }

    /// The content's root block; it has the digest `root`.
    pub(crate) async fn root(&self, root: ContentRoot) -> Result<RootBlock> {
        let bytes = self.bytes("vault_root", [json!(self.record)]).await?;
        RootBlock::parse(&bytes)
            .ok()
            .filter(|block| block.root() == root)
            .ok_or(Error::ContentMismatch { what: "root block", record: self.record })
    }

    /// The record's envelope; not verified yet.
    pub(crate) async fn envelope(&self) -> Result<Vec<u8>> {
        self.bytes("vault_envelope", [json!(self.record)]).await
    }

    /// The record's emergency capsule; not verified yet.
    pub(crate) async fn emergency_capsule(&self) -> Result<Vec<u8>> {
        self.bytes("vault_emergencyCapsule", [json!(self.record)]).await
    }

    /// The committee's answers, wrapped to the reader.
    pub(crate) async fn release(&self) -> Result<Vec<SealedRelease>> {
        self.releases("vault_release").await
    }

    /// The committee's answers for the emergency capsule, wrapped to the doctor.
    pub(crate) async fn release_emergency(&self) -> Result<Vec<SealedRelease>> {
        self.releases("vault_releaseEmergency").await
    }

    async fn releases(&self, method: &str) -> Result<Vec<SealedRelease>> {
        #[derive(Deserialize)]
        struct Release {
            index: u16,
            sealed: String,
        }
        let releases: Vec<Release> = self.tickets.call(method, [json!(self.record)]).await?;
        releases
            .into_iter()
            .map(|release| {
                let hex = release.sealed.strip_prefix("0x").unwrap_or(&release.sealed);
                let sealed = hex::decode(hex).map_err(|_| Error::MalformedAnswer { method: method.to_owned() })?;
                Ok(SealedRelease { index: release.index, sealed })
            })
            .collect()
    }

    /// The leaves in order, each as the root names it: by HTTP as far as that goes, the rest over JSON-RPC.
    pub(crate) fn leaves<'b>(&'b self, root: &'b RootBlock) -> impl Stream<Item = Result<Vec<u8>>> + 'b {
        let by_http = stream::once(async move {
            let transfer = match self.tickets.transfer().await {
                Ok(Some(transfer)) if root.leaf_count() > 0 => transfer,
                _ => return stream::empty().left_stream(),
            };
            transfer.leaves(self.record, root).right_stream()
        })
        .flatten();
        // Once HTTP has given as much as it gives, JSON-RPC begins after the last leaf; it also says why.
        stream::unfold((by_http.boxed(), 0, false), move |(mut leaves, next, ended)| async move {
            if !ended {
                if let Some(leaf) = leaves.next().await {
                    return Some((Ok(leaf), (leaves, next + 1, false)));
                }
                leaves = stream::empty().boxed();
            }
            (next < root.leaf_count()).then_some(())?;
            Some((Err(next), (leaves, root.leaf_count(), true)))
        })
        .flat_map(move |leaf| match leaf {
            Ok(leaf) => stream::once(async { Ok(leaf) }).left_stream(),
            Err(first) => self.leaves_by_rpc(root, first).right_stream(),
        })
    }

    /// The leaves from `first` on, several under way at once.
    fn leaves_by_rpc<'b>(&'b self, root: &'b RootBlock, first: u32) -> impl Stream<Item = Result<Vec<u8>>> + 'b {
        stream::iter(first..root.leaf_count())
            .map(move |index| async move {
                let leaf = self.bytes("vault_leaf", [json!(self.record), json!(index)]).await?;
                if root.is_leaf(index, &leaf) {
                    Ok(leaf)
                } else {
                    Err(Error::ContentMismatch { what: "leaf", record: self.record })
                }
            })
            .buffered(LEAVES_IN_FLIGHT)
    }
}
