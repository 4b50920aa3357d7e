//! What the consortium's nodes ask of each other beside blocks and contents: envelopes, and signed statements that a
//! node holds a content or has deleted what it held of an erased record.
//!
//! Envelopes are the only part of a record that is worth guarding, so they never travel by Bitswap. A node answers only
//! to a peer that its operator has reserved, or that shows a statement by a validator of the finalized block: signed with
//! the validator's block-authoring key, for this chain, from this peer (whose identity the transport has proven) to this
//! node, and no more than five minutes old. Nobody else can use it, and it asks for nothing but what validators may have.

use crate::{
    erasure::DeletionTimes,
    rpc::ChainClient,
    service::{Block, Hash},
};
use codec::{Decode, DecodeAll, Encode};
use futures::{future::join_all, stream, StreamExt};
use medchain_primitives::{limits, Moment, RecordId};
use medchain_vault::{ContentRoot, ContentStore, VaultError};
use sc_network::{
    request_responses::{IncomingRequest, OutgoingResponse},
    service::traits::NetworkService,
    IfDisconnected, NetworkBackend, PeerId, ProtocolName,
};
use sc_network_sync::SyncingService;
use sp_api::ProvideRuntimeApi;
use sp_consensus_aura::{sr25519::AuthorityId as AuraId, AuraApi};
use sp_core::{crypto::key_types::AURA, ed25519, sr25519, Pair};
use sp_keystore::KeystorePtr;
use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

const LOG: &str = "vault";

/// The most envelopes that one request may name.
const ENVELOPES_MAX: usize = 64;
/// The longest request, in bytes.
const REQUEST_MAX: u64 = 8 * 1024;
/// The longest answer, in bytes.
const ANSWER_MAX: u64 = (ENVELOPES_MAX as u64 + 1) * limits::ENVELOPE_MAX as u64;
/// How long a peer has to answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How many peers are asked for one envelope at a time.
const ASKED_AT_ONCE: usize = 4;
/// How many requests wait to be answered; more are dropped.
const QUEUE: usize = 64;
/// How far a statement's time may be from this node's clock, in milliseconds.
const STATEMENT_LIFETIME: Moment = 5 * 60 * 1000;

/// What begins the text that a validator signs to ask for envelopes.
const ASKING: &[u8] = b"medchain/asking/v1";
/// What begins the text that a validator signs to tell that it holds a content.
const HOLDING: &[u8] = b"medchain/holding/v1";

/// What begins the text that a node signs to tell that it has deleted what it held of an erased record.
const ERASED: &[u8] = b"medchain/erased/v1";

/// A client that also knows the validators, and what this node has deleted.
pub trait ValidatorClient: ChainClient + DeletionTimes + ProvideRuntimeApi<Block, Api: AuraApi<Block, AuraId>> {}

impl<C> ValidatorClient for C where
    C: ChainClient + DeletionTimes + ProvideRuntimeApi<Block, Api: AuraApi<Block, AuraId>>
{
}

/// A request and who stands for it.
#[derive(Encode, Decode)]
struct Request {
    question: Question,
    statement: Option<Asking>,
}

#[derive(Encode, Decode)]
enum Question {
    /// The envelopes with these hashes of these contents.
    #[codec(index = 0)]
    Envelopes(Vec<([u8; 32], [u8; 32])>),
    /// Whether the node holds this content.
    #[codec(index = 1)]
    Holding([u8; 32]),
    /// Whether the node has deleted what it held of this record with this content.
    #[codec(index = 2)]
    Erased(u64, [u8; 32]),
}

/// A validator's word that the sending peer is its node.
#[derive(Encode, Decode)]
struct Asking {
    key: [u8; 32],
    at: Moment,
    signature: [u8; 64],
}

#[derive(Encode, Decode)]
enum Answer {
    #[codec(index = 0)]
    Envelopes(Vec<Option<Vec<u8>>>),
    #[codec(index = 1)]
    Holding(Option<Holding>),
    #[codec(index = 2)]
    Erased(Option<Erased>),
}

/// A validator's word that its node holds a whole content, durably.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Holding {
    /// The validator's block-authoring key, sr25519.
    pub key: [u8; 32],
    /// When it was said, in milliseconds since 1970 by that node's clock.
    pub at: Moment,
    /// Signature over `medchain/holding/v1`, the genesis hash, the content's root digest and the time (8 bytes, little
    /// endian).
    pub signature: [u8; 64],
}

/// A node's word that it has deleted what it held of an erased record, and holds nothing of it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Erased {
    /// The node's network identity, Ed25519.
    pub key: [u8; 32],
    /// When it deleted, in milliseconds since 1970 by its clock.
    pub at: Moment,
    /// Signature over `medchain/erased/v1`, the genesis hash, the record's number, the content's root digest and the time
    /// (numbers as 8 bytes, little endian).
    pub signature: [u8; 64],
    /// If the node is a validator's: its block-authoring key, sr25519, and its signature over the same.
    pub validator: Option<([u8; 32], [u8; 64])>,
}

/// What the nodes say of the erasure of a record.
pub struct ErasureReport {
    /// The record's content.
    pub content: ContentRoot,
    /// Who has deleted it.
    pub nodes: Vec<(PeerId, Erased)>,
    /// Who is connected and does not say so.
    pub silent: Vec<PeerId>,
}

fn erased_text(genesis: &Hash, record: RecordId, content: ContentRoot, at: Moment) -> Vec<u8> {
    [ERASED, genesis.as_bytes(), &record.0.to_le_bytes(), &content.0, &at.to_le_bytes()].concat()
}

/// The Ed25519 key that a network identity is made of: an identity is the key itself behind a fixed prefix (identity
/// multihash of 36 bytes, key type Ed25519, 32 bytes).
fn identity_key(peer: &PeerId) -> Option<[u8; 32]> {
    let bytes = peer.to_bytes();
    bytes.strip_prefix(&[0x00, 0x24, 0x08, 0x01, 0x12, 0x20])?.try_into().ok()
}

impl Erased {
    /// Whether this peer has signed it, and the validator that it names too.
    fn is_signed_by(&self, peer: &PeerId, text: &[u8]) -> bool {
        let signature = ed25519::Signature::from_raw(self.signature);
        identity_key(peer) == Some(self.key)
            && ed25519::Pair::verify(&signature, text, &ed25519::Public::from_raw(self.key))
            && self.validator.is_none_or(|(key, signature)| is_signed(&key, &signature, text))
    }
}

fn holding_text(genesis: &Hash, content: ContentRoot, at: Moment) -> Vec<u8> {
    [HOLDING, genesis.as_bytes(), &content.0, &at.to_le_bytes()].concat()
}

fn asking_text(genesis: &Hash, from: &PeerId, to: &PeerId, at: Moment) -> Vec<u8> {
    (ASKING, genesis, from.to_bytes(), to.to_bytes(), at).encode()
}

/// Whether this text was signed with a validator's block-authoring key, sr25519.
pub fn is_signed(key: &[u8; 32], signature: &[u8; 64], text: &[u8]) -> bool {
    sr25519::Pair::verify(&sr25519::Signature::from_raw(*signature), text, &sr25519::Public::from_raw(*key))
}

/// This node's clock, in milliseconds since 1970.
pub fn now() -> Moment {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| Moment::try_from(since.as_millis()).ok())
        .unwrap_or_default()
}

/// The validators' keys in this keystore.
pub fn own_keys(keystore: &KeystorePtr) -> Vec<[u8; 32]> {
    keystore.sr25519_public_keys(AURA).into_iter().map(|key| key.0).collect()
}

/// The validators' keys at the finalized block; none if the runtime does not answer.
pub fn validators<C: ValidatorClient>(client: &C) -> Vec<[u8; 32]> {
    let finalized = client.info().finalized_hash;
    match client.runtime_api().authorities(finalized) {
        Ok(authorities) => authorities.into_iter().map(|authority| sr25519::Public::from(authority).0).collect(),
        Err(error) => {
            log::warn!(target: LOG, "the validators are not known: {error}");
            Vec::new()
        }
    }
}

/// What a node states of itself, under its own keys.
pub struct Statements<C> {
    client: Arc<C>,
    keystore: KeystorePtr,
    vault: Arc<dyn ContentStore>,
    network: Arc<dyn NetworkService>,
    genesis: Hash,
}

impl<C: ValidatorClient> Statements<C> {
    /// Of this node.
    pub fn new(
        client: Arc<C>,
        keystore: KeystorePtr,
        vault: Arc<dyn ContentStore>,
        network: Arc<dyn NetworkService>,
    ) -> Self {
        let genesis = client.info().genesis_hash;
        Self { client, keystore, vault, network, genesis }
    }

    /// That it holds a content, if it is a validator's and does.
    fn holding(&self, content: ContentRoot) -> Option<Holding> {
        // The root block is read and verified; leaves were when they were written, and the scrub looks after them.
        self.vault.root_block(content).ok()?;
        let at = now();
        let (key, signature) = self.sign(&holding_text(&self.genesis, content, at))?;
        Some(Holding { key, at, signature })
    }

    /// That it has deleted what it held of an erased record, if it has.
    fn erased(&self, record: RecordId, content: ContentRoot) -> Option<Erased> {
        let at = self.client.deleted_at(record)?;
        let text = erased_text(&self.genesis, record, content, at);
        let key = identity_key(&self.network.local_peer_id())?;
        let signature = self.network.sign_with_local_identity(text.clone()).ok()?.bytes.try_into().ok()?;
        Some(Erased { key, at, signature, validator: self.sign(&text) })
    }

    /// A key of this node that is a validator's, and the text signed with it.
    fn sign(&self, text: &[u8]) -> Option<([u8; 32], [u8; 64])> {
        let validators = validators(&*self.client);
        let key = own_keys(&self.keystore).into_iter().find(|key| validators.contains(key))?;
        let signature = self.keystore.sr25519_sign(AURA, &sr25519::Public::from_raw(key), text).ok()??;
        Some((key, signature.0))
    }
}

/// The protocol's name on this chain.
fn protocol_name(genesis: &Hash) -> ProtocolName {
    format!("/{}/medchain/vault/1", hex::encode(genesis)).into()
}

/// Requests that have come in.
pub type Incoming = async_channel::Receiver<IncomingRequest>;

/// The protocol, for the network, and what comes in by it.
pub fn protocol<N: NetworkBackend<Block, Hash>>(genesis: &Hash) -> (N::RequestResponseProtocolConfig, Incoming) {
    let (sender, receiver) = async_channel::bounded(QUEUE);
    let name = protocol_name(genesis);
    let config = N::request_response_config(name, Vec::new(), REQUEST_MAX, ANSWER_MAX, TIMEOUT, Some(sender));
    (config, receiver)
}

/// Answers to peers.
pub struct Answering<C> {
    statements: Arc<Statements<C>>,
    reserved: HashSet<PeerId>,
}

impl<C: ValidatorClient> Answering<C> {
    /// To validators and to the peers that the operator has reserved.
    pub fn new(statements: Arc<Statements<C>>, reserved: HashSet<PeerId>) -> Self {
        Self { statements, reserved }
    }

    /// Runs until the network stops. Blocks on the disk: give it a thread of its own.
    pub async fn run(self, incoming: Incoming) {
        while let Ok(IncomingRequest { peer, payload, pending_response }) = incoming.recv().await {
            let result = self.answer(&peer, &payload).map(|answer| answer.encode()).ok_or(());
            if result.is_err() {
                log::debug!(target: LOG, "a peer that is neither validator nor reserved was refused");
            }
            // A peer that went away needs no answer.
            let _ =
                pending_response.send(OutgoingResponse { result, reputation_changes: Vec::new(), sent_feedback: None });
        }
    }

    fn answer(&self, peer: &PeerId, payload: &[u8]) -> Option<Answer> {
        let request = Request::decode_all(&mut &*payload).ok()?;
        if !self.reserved.contains(peer) && !self.is_validators(peer, request.statement.as_ref()?) {
            return None;
        }
        match request.question {
            Question::Envelopes(wanted) if wanted.len() <= ENVELOPES_MAX => {
                let vault = &self.statements.vault;
                let envelope = |(content, hash): ([u8; 32], [u8; 32])| vault.envelope(ContentRoot(content), hash).ok();
                Some(Answer::Envelopes(wanted.into_iter().map(envelope).collect()))
            }
            Question::Envelopes(_) => None,
            Question::Holding(content) => Some(Answer::Holding(self.statements.holding(ContentRoot(content)))),
            Question::Erased(record, content) => {
                Some(Answer::Erased(self.statements.erased(RecordId(record), ContentRoot(content))))
            }
        }
    }

    fn is_validators(&self, peer: &PeerId, statement: &Asking) -> bool {
        let own = self.statements.network.local_peer_id();
        let text = asking_text(&self.statements.genesis, peer, &own, statement.at);
        now().abs_diff(statement.at) <= STATEMENT_LIFETIME
            && validators(&*self.statements.client).contains(&statement.key)
            && is_signed(&statement.key, &statement.signature, &text)
    }
}

/// Why an envelope could not be had from peers.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// No connected peer gave it.
    #[error("no connected validator or reserved peer gave the envelope")]
    NobodyGaveIt,
    /// The vault refused or failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// Questions to peers.
pub struct Asker<C> {
    statements: Arc<Statements<C>>,
    sync: Arc<SyncingService<Block>>,
}

impl<C: ValidatorClient> Asker<C> {
    /// Over the network of this node. Without a validator's key in the keystore only those answer that have reserved it.
    pub fn new(statements: Arc<Statements<C>>, sync: Arc<SyncingService<Block>>) -> Self {
        Self { statements, sync }
    }

    async fn connected(&self) -> Vec<PeerId> {
        let peers = self.sync.peers_info().await.unwrap_or_default();
        peers.into_iter().map(|(peer, _)| peer).collect()
    }

    async fn ask(&self, peer: PeerId, question: Question) -> Option<Answer> {
        let at = now();
        let network = &self.statements.network;
        let text = asking_text(&self.statements.genesis, &network.local_peer_id(), &peer, at);
        let statement = self.statements.sign(&text).map(|(key, signature)| Asking { key, at, signature });
        let request = Request { question, statement }.encode();
        let name = protocol_name(&self.statements.genesis);
        match network.request(peer, name, request, None, IfDisconnected::ImmediateError).await {
            Ok((bytes, _)) => Answer::decode_all(&mut bytes.as_slice()).ok(),
            Err(error) => {
                log::debug!(target: LOG, "a peer did not answer: {error}");
                None
            }
        }
    }

    /// An envelope from peers, verified. It is not put into the vault.
    ///
    /// # Errors
    /// [`EnvelopeError::NobodyGaveIt`].
    pub async fn envelope(&self, content: ContentRoot, hash: [u8; 32]) -> Result<Vec<u8>, EnvelopeError> {
        let asked = self.connected().await.into_iter();
        let asked: Vec<_> = asked.map(|peer| self.ask(peer, Question::Envelopes(vec![(content.0, hash)]))).collect();
        // Some at a time: one that is silent keeps nobody waiting for the others.
        let mut answers = stream::iter(asked).buffer_unordered(ASKED_AT_ONCE);
        while let Some(answer) = answers.next().await {
            let Some(Answer::Envelopes(envelopes)) = answer else { continue };
            let found = envelopes.into_iter().flatten().find(|envelope| {
                envelope.len() <= limits::ENVELOPE_MAX as usize && sp_io::hashing::sha2_256(envelope) == hash
            });
            if let Some(envelope) = found {
                return Ok(envelope);
            }
        }
        Err(EnvelopeError::NobodyGaveIt)
    }

    /// The statements of the validators that hold a content, this node among them: one for each validator. All are asked
    /// at once.
    pub async fn holdings(&self, content: ContentRoot) -> Vec<Holding> {
        let validators = validators(&*self.statements.client);
        let mut found: Vec<Holding> = self.statements.holding(content).into_iter().collect();
        let asked = self.connected().await.into_iter().map(|peer| self.ask(peer, Question::Holding(content.0)));
        for answer in join_all(asked).await {
            let Some(Answer::Holding(Some(holding))) = answer else { continue };
            let text = holding_text(&self.statements.genesis, content, holding.at);
            if validators.contains(&holding.key)
                && now().abs_diff(holding.at) <= STATEMENT_LIFETIME
                && is_signed(&holding.key, &holding.signature, &text)
                && !found.iter().any(|known| known.key == holding.key)
            {
                found.push(holding);
            }
        }
        found
    }

    /// What this node and those connected to it state of the erasure of a record. All are asked at once.
    pub async fn erasures(&self, record: RecordId, content: ContentRoot) -> ErasureReport {
        let (mut nodes, mut silent) = (Vec::new(), Vec::new());
        let own = self.statements.network.local_peer_id();
        match self.statements.erased(record, content) {
            Some(erased) => nodes.push((own, erased)),
            None => silent.push(own),
        }
        let asked = self
            .connected()
            .await
            .into_iter()
            .map(|peer| async move { (peer, self.ask(peer, Question::Erased(record.0, content.0)).await) });
        for (peer, answer) in join_all(asked).await {
            match answer {
                Some(Answer::Erased(Some(erased)))
                    if erased
                        .is_signed_by(&peer, &erased_text(&self.statements.genesis, record, content, erased.at)) =>
                {
                    nodes.push((peer, erased));
                }
                _ => silent.push(peer),
            }
        }
        ErasureReport { content, nodes, silent }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_statement_is_for_one_chain_one_sender_one_receiver_and_one_time() {
        let alice = sr25519::Pair::from_string("//Alice", None).unwrap();
        let (clinic, hospital, stranger) = (PeerId::random(), PeerId::random(), PeerId::random());
        let genesis = Hash::repeat_byte(5);
        let text = asking_text(&genesis, &clinic, &hospital, 7);
        let signature = alice.sign(&text).0;
        assert!(is_signed(&alice.public().0, &signature, &text));
        for other in [
            asking_text(&Hash::repeat_byte(6), &clinic, &hospital, 7),
            asking_text(&genesis, &stranger, &hospital, 7),
            asking_text(&genesis, &clinic, &stranger, 7),
            asking_text(&genesis, &hospital, &clinic, 7),
            asking_text(&genesis, &clinic, &hospital, 8),
            holding_text(&genesis, ContentRoot([7; 32]), 7),
        ] {
            assert!(!is_signed(&alice.public().0, &signature, &other));
        }
        assert!(!is_signed(&sr25519::Pair::from_string("//Bob", None).unwrap().public().0, &signature, &text));
    }

    #[test]
    fn a_statement_of_erasure_counts_under_the_node_s_own_identity_only() {
        let clinic = ed25519::Pair::from_string("//Clinic", None).unwrap();
        let hospital = ed25519::Pair::from_string("//Hospital", None).unwrap();
        let identity = |pair: &ed25519::Pair| {
            let bytes = [[0x00, 0x24, 0x08, 0x01, 0x12, 0x20].as_slice(), &pair.public().0].concat();
            PeerId::from_bytes(&bytes).unwrap()
        };
        let genesis = Hash::repeat_byte(5);
        let text = erased_text(&genesis, RecordId(4), ContentRoot([7; 32]), 9);
        let erased = Erased { key: clinic.public().0, at: 9, signature: clinic.sign(&text).0, validator: None };
        assert!(erased.is_signed_by(&identity(&clinic), &text));
        assert!(!erased.is_signed_by(&identity(&hospital), &text));
        for other in [
            erased_text(&Hash::repeat_byte(6), RecordId(4), ContentRoot([7; 32]), 9),
            erased_text(&genesis, RecordId(5), ContentRoot([7; 32]), 9),
            erased_text(&genesis, RecordId(4), ContentRoot([8; 32]), 9),
            erased_text(&genesis, RecordId(4), ContentRoot([7; 32]), 10),
        ] {
            assert!(!erased.is_signed_by(&identity(&clinic), &other));
        }
        let alice = sr25519::Pair::from_string("//Alice", None).unwrap();
        let validator = Some((alice.public().0, alice.sign(&text).0));
        assert!(Erased { validator, ..erased.clone() }.is_signed_by(&identity(&clinic), &text));
        let validator = Some((alice.public().0, alice.sign(b"something else").0));
        assert!(!Erased { validator, ..erased }.is_signed_by(&identity(&clinic), &text));
    }

    #[test]
    fn the_largest_answer_fits() {
        let envelopes = vec![Some(vec![0; limits::ENVELOPE_MAX as usize]); ENVELOPES_MAX];
        assert!(Answer::Envelopes(envelopes).encode().len() as u64 <= ANSWER_MAX);
        let question = Question::Envelopes(vec![([1; 32], [2; 32]); ENVELOPES_MAX]);
        let statement = Some(Asking { key: [1; 32], at: 7, signature: [2; 64] });
        assert!(Request { question, statement }.encode().len() as u64 <= REQUEST_MAX);
    }
}
