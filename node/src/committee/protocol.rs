//! What the members' nodes ask of each other: the shares that one dealt another in a round, and releases for a reader.
//!
//! A **dealt share** goes over the transport's encryption to the peer for which the recipient has signed, with the
//! validator's key that the round shows for it, for this chain, this round, from this peer to this one, no more than five
//! minutes ago. What comes back is believed for its dealer's published commitment alone.
//!
//! A **release** is asked for with the reader's own ticket, which shows the account, the content and the end of its
//! validity; any node may ask, since what comes back is sealed to the reader. The member asked checks the ticket, and the
//! opening on its own finalized state, as if the reader had come to it.

use super::{allowance::Allowance, metrics::CommitteeMetrics, shares::ReleaseKeys, LOG};
use crate::{
    gate::{Gate, SealedRelease},
    peers::{is_signed, now, own_keys},
    rpc::{failure::Code, AccountId, ChainClient},
    service::{Block, Hash},
    ticket::Ticket,
};
use codec::{Decode, DecodeAll, Encode};
use futures::{stream::FuturesUnordered, StreamExt};
use medchain_primitives::{Moment, RecordId};
use medchain_runtime_api::{CommitteeApi, RoundView};
use medchain_sealing::{release::SEALED_RELEASE_BYTES, sharing::DealtShare};
use sc_network::{
    request_responses::{IncomingRequest, OutgoingResponse},
    service::traits::NetworkService,
    IfDisconnected, NetworkBackend, PeerId, ProtocolName,
};
use sc_network_sync::SyncingService;
use sp_core::{crypto::key_types::AURA, sr25519};
use sp_keystore::KeystorePtr;
use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::Semaphore;

/// The longest request, in bytes: a ticket and what goes with it.
const REQUEST_MAX: u64 = 4 * 1024;
/// The longest answer, in bytes.
const ANSWER_MAX: u64 = 4 * 1024;
/// How long a peer has to answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How many requests wait to be answered; more are dropped.
const QUEUE: usize = 256;
/// How many requests are answered at a time.
const AT_A_TIME: usize = 16;
/// How far a statement's time may be from this node's clock, in milliseconds.
const STATEMENT_LIFETIME: Moment = 5 * 60 * 1000;
/// How many requests a peer may make at once, and how many a second after that.
const PER_PEER: (u32, u32) = (512, 100);

/// For how long releases are gathered; a member may see an opening as final a little later than another.
const GATHERING: Duration = Duration::from_secs(4);
/// When a member that refused is asked again.
const ASK_AGAIN: Duration = Duration::from_millis(200);
/// How long the others are waited for when there is a threshold, so that a reader can do without one that is no good.
const GRACE: Duration = Duration::from_millis(100);

/// What begins the text that a recipient signs to get the shares that it was dealt.
const ASKING: &[u8] = b"medchain/dealt/v1";

#[derive(Encode, Decode)]
enum Question {
    /// The share that the asked node dealt the asking validator in a round.
    #[codec(index = 0)]
    Dealt { round: u32, key: [u8; 32], at: Moment, signature: [u8; 64] },
    /// A release of what the ticket's bearer may read.
    #[codec(index = 1)]
    Release { ticket: Vec<u8>, record: u64, emergency: bool },
}

#[derive(Encode, Decode)]
enum Answer {
    /// The dealer's number and the share, if it has dealt.
    #[codec(index = 0)]
    Dealt(Option<(u16, [u8; 32])>),
    /// The member's number and its release, sealed to the reader.
    #[codec(index = 1)]
    Released(u16, Vec<u8>),
    /// No release, by this code.
    #[codec(index = 2)]
    Refused(i32),
}

fn asking_text(genesis: &Hash, round: u32, from: &PeerId, to: &PeerId, at: Moment) -> Vec<u8> {
    (ASKING, genesis, round, from.to_bytes(), to.to_bytes(), at).encode()
}

fn protocol_name(genesis: &Hash) -> ProtocolName {
    format!("/{}/medchain/committee/1", hex::encode(genesis)).into()
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

/// The number of the member with one of these keys, from 1, and that key.
pub fn number_of<'a>(keys: impl IntoIterator<Item = &'a [u8; 32]>, own: &[[u8; 32]]) -> Option<(u16, [u8; 32])> {
    (1..).zip(keys).find(|(_, key)| own.contains(key)).map(|(number, key)| (number, *key))
}

/// Answers to the others.
pub struct Answering<C> {
    client: Arc<C>,
    keystore: KeystorePtr,
    keys: Arc<ReleaseKeys>,
    network: Arc<dyn NetworkService>,
    gate: Arc<Gate<C>>,
    metrics: CommitteeMetrics,
    per_peer: Allowance<PeerId>,
}

impl<C: ChainClient> Answering<C> {
    /// Of this node.
    pub fn new(
        client: Arc<C>,
        keystore: KeystorePtr,
        keys: Arc<ReleaseKeys>,
        network: Arc<dyn NetworkService>,
        gate: Arc<Gate<C>>,
        metrics: CommitteeMetrics,
    ) -> Self {
        let (size, per_second) = PER_PEER;
        Self { client, keystore, keys, network, gate, metrics, per_peer: Allowance::new(size, per_second) }
    }

    /// Runs until the network stops.
    pub async fn run(self, incoming: Incoming) {
        let (this, places) = (Arc::new(self), Arc::new(Semaphore::new(AT_A_TIME)));
        while let Ok(IncomingRequest { peer, payload, pending_response }) = incoming.recv().await {
            let Ok(place) = places.clone().acquire_owned().await else { return };
            let this = this.clone();
            // Reads the state and the disk.
            tokio::task::spawn_blocking(move || {
                let result = this.answer(&peer, &payload).map(|answer| answer.encode()).ok_or(());
                let response = OutgoingResponse { result, reputation_changes: Vec::new(), sent_feedback: None };
                // A peer that went away needs no answer.
                let _ = pending_response.send(response);
                drop(place);
            });
        }
    }

    fn answer(&self, peer: &PeerId, payload: &[u8]) -> Option<Answer> {
        if !self.per_peer.take(*peer) {
            return Some(Answer::Refused(Code::Busy as i32));
        }
        match Question::decode_all(&mut &*payload).ok()? {
            Question::Dealt { round, key, at, signature } => {
                let own = self.network.local_peer_id();
                let text = asking_text(&self.client.info().genesis_hash, round, peer, &own, at);
                let signed = now().abs_diff(at) <= STATEMENT_LIFETIME && is_signed(&key, &signature, &text);
                signed.then(|| Answer::Dealt(self.dealt(round, &key)))
            }
            Question::Release { ticket, record, emergency } => {
                let released = serde_json::from_slice::<Ticket>(&ticket)
                    .map_err(|_| Code::Ticket as i32)
                    .and_then(|ticket| self.released(&ticket, RecordId(record), emergency));
                Some(match released {
                    Ok(SealedRelease { index, sealed }) => Answer::Released(index, sealed),
                    Err(code) => {
                        self.metrics.refused(code);
                        Answer::Refused(code)
                    }
                })
            }
        }
    }

    fn released(&self, ticket: &Ticket, record: RecordId, emergency: bool) -> Result<SealedRelease, i32> {
        let released = self
            .gate
            .authorize_forwarded(ticket, record)
            .and_then(|reading| self.gate.release_to_peer(&reading, emergency));
        released.map_err(|error| {
            log::debug!(target: LOG, "a release for a peer was refused with {}: {}", error.code(), error.message());
            error.code()
        })
    }

    /// What this node dealt the recipient with this key.
    fn dealt(&self, round: u32, key: &[u8; 32]) -> Option<(u16, [u8; 32])> {
        let finalized = self.client.info().finalized_hash;
        let view = self.client.runtime_api().round(finalized).ok()?.filter(|view| view.number == round)?;
        let (dealer, _) = number_of(view.dealers.iter().map(|dealer| &dealer.key), &own_keys(&self.keystore))?;
        let recipient = view.recipients.iter().position(|recipient| recipient.key == *key)?;
        let dealing = self.keys.dealing(round).ok()??;
        dealing.shares.get(recipient).map(|share| (dealer, **share))
    }
}

/// Questions to the others.
pub struct CommitteeAsker {
    genesis: Hash,
    keystore: KeystorePtr,
    network: Arc<dyn NetworkService>,
    sync: Arc<SyncingService<Block>>,
    metrics: CommitteeMetrics,
}

impl CommitteeAsker {
    /// Over the network of this node.
    pub fn new(
        genesis: Hash,
        keystore: KeystorePtr,
        network: Arc<dyn NetworkService>,
        sync: Arc<SyncingService<Block>>,
        metrics: CommitteeMetrics,
    ) -> Self {
        Self { genesis, keystore, network, sync, metrics }
    }

    async fn connected(&self) -> Vec<PeerId> {
        let peers = self.sync.peers_info().await.unwrap_or_default();
        peers.into_iter().map(|(peer, _)| peer).collect()
    }

    async fn ask(&self, peer: PeerId, question: &Question) -> Option<Answer> {
        let name = protocol_name(&self.genesis);
        match self.network.request(peer, name, question.encode(), None, IfDisconnected::ImmediateError).await {
            Ok((bytes, _)) => Answer::decode_all(&mut bytes.as_slice()).ok(),
            Err(error) => {
                log::debug!(target: LOG, "a peer did not answer: {error}");
                None
            }
        }
    }

    /// What the connected nodes have dealt the validator with this key in a round, each with its dealer's number. Nothing of
    /// it is verified.
    pub async fn dealt(&self, round: &RoundView<AccountId>, key: [u8; 32]) -> Vec<(u16, DealtShare)> {
        let own = self.network.local_peer_id();
        let mut answers: FuturesUnordered<_> = self
            .connected()
            .await
            .into_iter()
            .filter_map(|peer| {
                let at = now();
                let text = asking_text(&self.genesis, round.number, &own, &peer, at);
                let signed = self.keystore.sr25519_sign(AURA, &sr25519::Public::from_raw(key), &text);
                let signature = signed.ok()??.0;
                let question = Question::Dealt { round: round.number, key, at, signature };
                Some(async move { self.ask(peer, &question).await })
            })
            .collect();
        let mut found = Vec::new();
        while let Some(answer) = answers.next().await {
            if let Some(Answer::Dealt(Some((dealer, share)))) = answer {
                found.push((dealer, DealtShare::new(share)));
            }
        }
        found
    }

    /// The releases of the connected members for the bearer of a ticket: as many as come until there are `needed` of
    /// different members, and those that come a moment later. Nothing of it is verified: it is sealed to the reader.
    pub async fn releases(
        &self,
        ticket: &Ticket,
        record: RecordId,
        emergency: bool,
        needed: usize,
    ) -> Vec<SealedRelease> {
        let Ok(ticket) = serde_json::to_vec(ticket) else { return Vec::new() };
        let question = Question::Release { ticket, record: record.0, emergency };
        let (started, mut ends) = (Instant::now(), Instant::now() + GATHERING);
        let peers = self.connected().await;
        let mut answers: FuturesUnordered<_> =
            peers.iter().map(|peer| self.release_of(*peer, &question, ends)).collect();
        let (mut found, mut members) = (Vec::new(), BTreeSet::new());
        while let Ok(Some(answer)) = tokio::time::timeout_at(ends.into(), answers.next()).await {
            let Some(release) = answer else { continue };
            members.insert(release.index);
            found.push(release);
            if members.len() >= needed {
                ends = ends.min(Instant::now() + GRACE);
            }
        }
        self.metrics.gathered(members.len() >= needed, started.elapsed());
        found
    }

    /// One peer's release, asked for again as long as it may just not have seen yet what this node has.
    async fn release_of(&self, peer: PeerId, question: &Question, until: Instant) -> Option<SealedRelease> {
        loop {
            match self.ask(peer, question).await? {
                Answer::Released(index, sealed) if sealed.len() == SEALED_RELEASE_BYTES => {
                    return Some(SealedRelease { index, sealed });
                }
                Answer::Refused(code) if may_change(code) && Instant::now() + ASK_AGAIN < until => {
                    tokio::time::sleep(ASK_AGAIN).await;
                }
                _ => return None,
            }
        }
    }
}

/// Whether what was refused with this code may be given a moment later, when the member has seen another block as final.
fn may_change(code: i32) -> bool {
    [Code::ReadingRefused, Code::UnknownRecord, Code::NotHeld, Code::NoReleaseKey, Code::Busy]
        .into_iter()
        .any(|changing| changing as i32 == code)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use medchain_primitives::limits;
    use sp_core::Pair;

    #[test]
    fn a_recipients_word_is_for_one_chain_one_round_one_sender_one_receiver_and_one_time() {
        let alice = sr25519::Pair::from_string("//Alice", None).unwrap();
        let (clinic, hospital, stranger) = (PeerId::random(), PeerId::random(), PeerId::random());
        let genesis = Hash::repeat_byte(5);
        let text = asking_text(&genesis, 3, &clinic, &hospital, 7);
        let signature = alice.sign(&text).0;
        assert!(is_signed(&alice.public().0, &signature, &text));
        for other in [
            asking_text(&Hash::repeat_byte(6), 3, &clinic, &hospital, 7),
            asking_text(&genesis, 4, &clinic, &hospital, 7),
            asking_text(&genesis, 3, &stranger, &hospital, 7),
            asking_text(&genesis, 3, &clinic, &stranger, 7),
            asking_text(&genesis, 3, &clinic, &hospital, 8),
        ] {
            assert!(!is_signed(&alice.public().0, &signature, &other));
        }
    }

    #[test]
    fn the_largest_question_and_answer_fit() {
        let long = "x".repeat(256);
        let ticket = Ticket {
            account: long.clone(),
            operation: long.clone(),
            content: long.clone(),
            challenge: long.clone(),
            expires_at: u64::MAX,
            signature: long.clone(),
            genesis: Some(long),
        };
        let ticket = serde_json::to_vec(&ticket).unwrap();
        let question = Question::Release { ticket, record: u64::MAX, emergency: true }.encode();
        assert!(question.len() as u64 <= REQUEST_MAX, "{}", question.len());
        let answer = Answer::Released(u16::MAX, vec![0; SEALED_RELEASE_BYTES]).encode();
        assert!(answer.len() as u64 <= ANSWER_MAX);
        assert!(limits::COMMITTEE_MAX as usize <= QUEUE);
    }

    #[test]
    fn a_member_is_found_by_its_key() {
        let keys = [[1; 32], [2; 32], [3; 32]];
        assert_eq!(number_of(&keys, &[[9; 32], [3; 32]]), Some((3, [3; 32])));
        assert_eq!(number_of(&keys, &[[9; 32]]), None);
    }
}
