//! Contents on their way to and from a node's vault: tickets, and the `vault_*` methods.

use crate::{
    account::Identity,
    client::{Client, Hash},
    error::{Error, Result},
};
use base64::{engine::general_purpose::STANDARD as BASE64, Engine as _};
use codec::DecodeAll;
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
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::Mutex;

/// How many leaves are under way at once: enough to hide the latency, few enough that memory stays small.
const LEAVES_IN_FLIGHT: usize = 4;

/// How often it is asked who holds a content.
const COPIES_POLL: Duration = Duration::from_millis(500);

/// Tickets for one operation on one content. Signed when first needed, and anew when the node no longer takes the last
/// one, so that a transfer can outlast a ticket.
pub struct Tickets<'a> {
    client: &'a Client,
    identity: &'a Identity,
    operation: TicketOperation,
    content: String,
    current: Mutex<Option<Value>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Challenge {
    challenge: Hash,
    now: u64,
    ticket_lifetime_max: u64,
}

impl<'a> Tickets<'a> {
    /// Tickets of `identity` for `operation` on `content`.
    pub fn new(client: &'a Client, identity: &'a Identity, operation: TicketOperation, content: ContentRoot) -> Self {
        Self { client, identity, operation, content: content.to_string(), current: Mutex::new(None) }
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
        let ticket = self.ticket(None).await?;
        let with = |ticket: Value| std::iter::once(ticket).chain(parameters.clone());
        match self.client.call(method, with(ticket.clone())).await {
            Err(Error::Node { code: 7101, reason: Some(reason), .. })
                if matches!(reason.as_str(), "expired" | "unknownChallenge") =>
            {
                let renewed = self.ticket(Some(&ticket)).await?;
                self.client.call(method, with(renewed)).await
            }
            answer => answer,
        }
    }

    /// The current ticket; another one than `refused`.
    async fn ticket(&self, refused: Option<&Value>) -> Result<Value> {
        let mut current = self.current.lock().await;
        if let Some(ticket) = current.as_ref().filter(|ticket| refused != Some(*ticket)) {
            return Ok(ticket.clone());
        }
        // Times are the node's, so that a wrong clock on this machine does no harm.
        let Challenge { challenge, now, ticket_lifetime_max } = self.client.call("vault_challenge", []).await?;
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
        *current = Some(ticket.clone());
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
async fn validators(client: &Client) -> Result<Vec<[u8; 32]>> {
    let finalized: Value = client.call("chain_getFinalizedHead", []).await?;
    let key = [sp_crypto_hashing::twox_128(b"Aura"), sp_crypto_hashing::twox_128(b"Authorities")].concat();
    let key = format!("0x{}", hex::encode(key));
    let stored: Option<String> = client.call("state_getStorage", [json!(key), finalized]).await?;
    let malformed = || Error::MalformedAnswer { method: "state_getStorage".to_owned() };
    let stored = stored.ok_or_else(malformed)?;
    let bytes = hex::decode(stored.strip_prefix("0x").unwrap_or(&stored)).map_err(|_| malformed())?;
    Vec::decode_all(&mut bytes.as_slice()).map_err(|_| malformed())
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
    let begun: Begun = tickets.call("vault_begin", [json!(BASE64.encode(root.bytes()))]).await?;
    let missing: Vec<u32> = begun.missing.into_iter().flat_map(|(start, end)| start..end).collect();
    let length = |index: u32| root.leaf_len(index).unwrap_or(0) as u64;
    let mut done = root.size().saturating_sub(missing.iter().map(|index| length(*index)).sum());
    progress(done);

    let content = Arc::new(content);
    let mut sent = stream::iter(missing)
        .map(|index| {
            let (content, tickets) = (content.clone(), &tickets);
            async move {
                let length = root.leaf_len(index).unwrap_or(0);
                let leaf = tokio::task::spawn_blocking(move || read_leaf(&content, index, length))
                    .await
                    .map_err(|_| Error::Internal("a leaf could not be read"))??;
                tickets.call::<Value>("vault_putLeaf", [json!(index), Value::String(leaf)]).await?;
                Ok::<_, Error>(length as u64)
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

fn read_leaf(content: &File, index: u32, length: usize) -> Result<String> {
    let mut leaf = vec![0; length];
    read_exact_at(content, &mut leaf, u64::from(index) * LEAF_BYTES as u64)
        .map_err(|error| Error::file("reading", "the encrypted content", &error))?;
    Ok(BASE64.encode(leaf))
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

    /// The leaves in order, several under way at once, each as the root names it.
    pub(crate) fn leaves<'b>(&'b self, root: &'b RootBlock) -> impl Stream<Item = Result<Vec<u8>>> + 'b {
        stream::iter(0..root.leaf_count())
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
