//! What one tries who holds a node's disk and state, or half of the rights.

use crate::rpc::Rpc;
use anyhow::{bail, ensure, Context, Result};
use base64::{engine::general_purpose::STANDARD, Engine};
use medchain_primitives::{ContentRoot, EnvelopeHash, MemberId, Moment, TicketClaims, TicketOperation, VersionedSeal};
use medchain_sdk::Identity;
use medchain_sealing::{
    committee::CAPSULE_BYTES,
    content::{self, ContentError},
    envelope::Envelope,
    record_key::{CommitteeHalf, PatientHalf, RecordKey},
    seal::{open_seal, SealContext, SealRecipient},
};
use medchain_vault::{RootBlock, LEAF_BYTES};
use serde_json::{json, Value};
use std::{
    fs::{self, File, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

/// What lies on a node's disk for one record: ciphertext and envelope, neither readable by itself.
#[derive(Debug)]
pub struct OnDisk {
    /// The file that holds the ciphertext.
    pub data: PathBuf,
    /// The root block.
    pub root: Vec<u8>,
    /// The file that holds the envelope.
    pub envelope: PathBuf,
}

impl OnDisk {
    /// Where a vault keeps a record's content and envelope; whether they are there, [`OnDisk::exists`] tells.
    pub fn of(vault: &Path, content: ContentRoot, envelope: EnvelopeHash) -> Self {
        let name = hex::encode(content.0);
        let folder = vault.join("contents").join(&name);
        Self {
            data: folder.join("data"),
            root: fs::read(folder.join("root")).unwrap_or_default(),
            envelope: vault.join("envelopes").join(&name).join(hex::encode(envelope.0)),
        }
    }

    /// Whether anything of it is on disk.
    pub fn exists(&self) -> bool {
        self.data.exists() || self.envelope.exists()
    }

    /// The envelope, decoded.
    pub fn open_envelope(&self) -> Result<Envelope> {
        Ok(Envelope::from_bytes(&fs::read(&self.envelope)?)?)
    }

    /// Changes one byte of the ciphertext on disk. Twice is as if nothing had happened.
    pub fn flip_byte(&self, at: u64) -> Result<()> {
        let mut file = OpenOptions::new().read(true).write(true).open(&self.data)?;
        let mut byte = [0];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut byte)?;
        byte[0] ^= 1;
        file.seek(SeekFrom::Start(at))?;
        file.write_all(&byte)?;
        Ok(file.sync_all()?)
    }
}

/// Opens the seal of a granted reader with the reader's own key and then tries to decrypt the ciphertext without a
/// release, with everything that the reader, the disk and the state give. Says in words what was tried.
///
/// # Errors
/// If any of it decrypts the content, or if the seal does not open (then it was no attack by the granted reader).
pub fn decrypt_without_release(
    disk: &OnDisk,
    genesis: [u8; 32],
    content: ContentRoot,
    reader: (MemberId, &Identity),
    sealed: &VersionedSeal,
) -> Result<Vec<String>> {
    let (member, identity) = reader;
    let context = SealContext {
        genesis,
        content: content.0,
        recipient: SealRecipient::Member(member.0),
        key_version: sealed.key_version,
    };
    let half = open_seal(&sealed.seal.0, &identity.encryption_secret(sealed.key_version), &context)
        .context("the granted reader's own seal does not open")?;
    let envelope = disk.open_envelope()?;
    let capsule: [u8; CAPSULE_BYTES] = envelope.capsule.to_bytes();

    let nothing = [0; 32];
    let mut keys = vec![
        ("the patient half as the key".to_owned(), RecordKey::from_bytes(*half.as_bytes())),
        ("the patient half and an empty committee half".to_owned(), derive(half.as_bytes(), &nothing)),
        ("the patient half twice".to_owned(), derive(half.as_bytes(), half.as_bytes())),
        ("two empty halves".to_owned(), derive(&nothing, &nothing)),
        ("the content's name as committee half".to_owned(), derive(half.as_bytes(), &content.0)),
    ];
    for (number, word) in capsule.chunks_exact(32).enumerate() {
        let word: &[u8; 32] = word.try_into()?;
        let tried = format!("the patient half and word {number} of the capsule");
        keys.push((tried, derive(half.as_bytes(), word)));
    }
    for seal in &envelope.seals {
        // Sealed to the patient: no other key opens it, whatever context is claimed.
        let claims = [seal.recipient, SealRecipient::Member(member.0)];
        let opened = claims.into_iter().find_map(|recipient| {
            let context = SealContext { recipient, key_version: seal.key_version, ..context };
            open_seal(&seal.seal, &identity.encryption_secret(seal.key_version), &context).ok()
        });
        ensure!(opened.is_none(), "the reader opened a seal that was made to another");
    }

    let mut tried = Vec::new();
    for (what, key) in keys {
        match content::decrypt(&key, File::open(&disk.data)?) {
            Err(ContentError::WrongKey) => tried.push(what),
            Err(error) => bail!("{what}: refused for another reason than the key: {error}"),
            Ok(_) => bail!("{what} DECRYPTS the content"),
        }
    }
    Ok(tried)
}

fn derive(patient: &[u8; 32], committee: &[u8; 32]) -> RecordKey {
    RecordKey::derive(&PatientHalf::from_bytes(*patient), &CommitteeHalf::from_bytes(*committee))
}

/// A ticket by the chain's own rules, made here so that every part of it can be forged.
#[derive(Clone, Debug)]
pub struct Ticket {
    /// The account that the ticket names, in SS58.
    pub account: String,
    /// The genesis hash in the signed text.
    pub genesis: [u8; 32],
    /// What for.
    pub operation: TicketOperation,
    /// The content's CID.
    pub content: String,
    /// The node's challenge.
    pub challenge: [u8; 32],
    /// When it ends, in milliseconds.
    pub expires_at: Moment,
}

impl Ticket {
    /// A right ticket: the node's challenge, ten minutes of life.
    pub fn right(rpc: &Rpc, by: &Identity, operation: TicketOperation, content: ContentRoot) -> Result<Self> {
        let given = rpc.answer("vault_challenge", vec![])?;
        let text = |field: &str| given.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        let now = given.get("now").and_then(Value::as_u64).context("the challenge has no time")?;
        Ok(Self {
            account: by.address(),
            genesis: bytes32(&text("genesis"))?,
            operation,
            content: medchain_vault::ContentRoot(content.0).to_string(),
            challenge: bytes32(&text("challenge"))?,
            expires_at: now.saturating_add(600_000),
        })
    }

    /// The JSON that goes with a call, signed by `signer`.
    pub fn signed(&self, signer: &Identity) -> Value {
        let claims = TicketClaims {
            genesis: self.genesis,
            operation: self.operation,
            content: &self.content,
            challenge: self.challenge,
            expires_at: self.expires_at,
        };
        json!({
            "account": self.account,
            "operation": self.operation.name(),
            "content": self.content,
            "challenge": format!("0x{}", hex::encode(self.challenge)),
            "expiresAt": self.expires_at,
            "signature": format!("0x01{}", hex::encode(signer.sign(claims.text().as_bytes()))),
        })
    }
}

fn bytes32(text: &str) -> Result<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text.trim_start_matches("0x"), &mut bytes)?;
    Ok(bytes)
}

/// Stores a content with an envelope that the caller made up, as any professional's client could.
///
/// # Errors
/// If the node refuses, or a file cannot be read.
pub fn store_with_envelope(
    rpc: &Rpc,
    by: &Identity,
    root: &[u8],
    data: &Path,
    envelope: &Envelope,
) -> Result<EnvelopeHash> {
    let block = RootBlock::parse(root)?;
    let content = ContentRoot(block.root().0);
    let ticket = Ticket::right(rpc, by, TicketOperation::Store, content)?.signed(by);
    rpc.answer("vault_begin", vec![ticket.clone(), json!(STANDARD.encode(root))])?;
    let mut file = File::open(data)?;
    for index in 0..block.leaf_count() {
        let mut leaf = Vec::new();
        Read::by_ref(&mut file).take(LEAF_BYTES as u64).read_to_end(&mut leaf)?;
        rpc.answer("vault_putLeaf", vec![ticket.clone(), json!(index), json!(STANDARD.encode(&leaf))])?;
    }
    rpc.answer("vault_finish", vec![ticket, json!(STANDARD.encode(envelope.to_bytes()?))])?;
    Ok(EnvelopeHash(envelope.hash()))
}
