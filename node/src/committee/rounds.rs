//! The node's part in the rounds in which the committee makes its key and hands it on.
//!
//! The node looks at the round of the finalized state, does what is its to do in it, and submits that as an act signed with
//! the validator's key. It keeps what it has dealt and received before it says so, so that it can be killed at any time:
//! started again it finds on the chain what it has said, and on the disk what it said it about. All that the others say is
//! believed only as far as it verifies, on what all of them see.

use super::{
    metrics::CommitteeMetrics,
    protocol::{number_of, CommitteeAsker},
    shares::{ReleaseKeys, ShareError},
    LOG,
};
use crate::{
    peers::own_keys,
    rpc::{AccountId, ChainClient},
    service::{Block, BlockNumber, Hash},
};
use codec::{Decode, Encode};
use futures::StreamExt;
use medchain_primitives::CommitteePoint;
use medchain_runtime::{RuntimeCall, UncheckedExtrinsic};
use medchain_runtime_api::{AccessApi, CommitteeApi, CommitteeView, DealerView, RoundPhase, RoundView};
use medchain_sealing::{
    committee::VerifyingShare,
    sharing::{self, Dealing, DealtShare, Purpose, Round, SharingError},
};
use pallet_committee::{Act, Outcome, PerMember, PublishedDealing};
use sc_client_api::BlockchainEvents;
use sc_transaction_pool_api::{TransactionPool, TransactionSource};
use sp_api::ApiError;
use sp_core::{crypto::key_types::AURA, sr25519};
use sp_keystore::KeystorePtr;
use sp_runtime::OpaqueExtrinsic;
use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

/// How often the round is looked at, at least.
const LOOK_AGAIN: Duration = Duration::from_secs(3);
/// How long an act may take to become final before it is submitted again.
const SUBMIT_AGAIN: Duration = Duration::from_secs(12);

/// Why nothing was done in a round; it is tried again.
#[derive(Debug, thiserror::Error)]
enum RoundError {
    #[error("{0}")]
    Runtime(#[from] ApiError),
    #[error("{0}")]
    Shares(#[from] ShareError),
    #[error("{0}")]
    Sharing(#[from] SharingError),
    #[error("{0}")]
    Failed(&'static str),
}

/// The node's part in the rounds.
pub struct Rounds<C, P> {
    client: Arc<C>,
    pool: Arc<P>,
    keystore: KeystorePtr,
    keys: Arc<ReleaseKeys>,
    asker: Arc<CommitteeAsker>,
    metrics: CommitteeMetrics,
    genesis: Hash,
    /// What was submitted last, and when.
    submitted: Option<((u32, RoundPhase), Instant)>,
    /// The round and phase that was looked at last, and the best block when it was seen first.
    seen: Option<((u32, RoundPhase), BlockNumber)>,
    /// The round in which this node was said to be unable to deal.
    told: Option<u32>,
}

/// A round as the mathematics sees it, and the verified dealings of the dealers that may count.
struct Verified {
    round: Round,
    dealings: Vec<(u16, Dealing)>,
    /// Those that have dealt what does not verify.
    bad: BTreeSet<u16>,
}

impl<C, P> Rounds<C, P>
where
    C: ChainClient + BlockchainEvents<Block>,
    P: TransactionPool<Block = Block, Hash = Hash>,
{
    /// Of this node.
    pub fn new(
        client: Arc<C>,
        pool: Arc<P>,
        keystore: KeystorePtr,
        keys: Arc<ReleaseKeys>,
        asker: Arc<CommitteeAsker>,
        metrics: CommitteeMetrics,
    ) -> Self {
        let genesis = client.info().genesis_hash;
        Self { client, pool, keystore, keys, asker, metrics, genesis, submitted: None, seen: None, told: None }
    }

    /// Runs until the node stops. Blocks on the disk: give it a thread of its own.
    pub async fn run(mut self) {
        let mut finalized = self.client.finality_notification_stream();
        loop {
            if let Err(error) = self.step().await {
                log::error!(target: LOG, "the committee's round does not go on here: {error}");
            }
            match tokio::time::timeout(LOOK_AGAIN, finalized.next()).await {
                Ok(None) => return,
                Ok(Some(notification)) => drop(notification),
                Err(_) => (),
            }
        }
    }

    async fn step(&mut self) -> Result<(), RoundError> {
        let info = self.client.info();
        let in_force = self.client.runtime_api().committee(info.finalized_hash)?;
        let holds_share = in_force.as_ref().is_some_and(|committee| self.keys.of_committee(committee).is_some());
        let mut committees = self.client.runtime_api().earlier_committees(info.finalized_hash)?;
        committees.extend(in_force);
        self.keys.forget_epochs_but(&committees)?;
        let Some(view) = self.client.runtime_api().round(info.finalized_hash)? else {
            self.metrics.stands(0, 0, holds_share);
            return Ok(());
        };
        self.metrics.stands(view.number, phase_number(view.phase), holds_share);
        let at = (view.number, view.phase);
        if self.seen.is_none_or(|(seen, _)| seen != at) {
            log::info!(target: LOG, "round {} of the committee is {}", view.number, phase_name(view.phase));
            self.seen = Some((at, info.best_number));
            self.keys.forget_rounds_before(view.number)?;
        }
        // The committee whose key the round hands on, or has made.
        let committee = committees.into_iter().find(|committee| committee.epoch == view.epoch);
        let own = own_keys(&self.keystore);
        let dealer = number_of(view.dealers.iter().map(|dealer| &dealer.key), &own);
        let recipient = number_of(view.recipients.iter().map(|recipient| &recipient.key), &own);
        let act = match view.phase {
            RoundPhase::Dealing => match dealer {
                Some((number, key)) => self.deal(&view, number, committee.as_ref())?.map(|act| (number, key, act)),
                None => None,
            },
            RoundPhase::Reporting => match recipient {
                Some((number, key)) => self.report(&view, number, key).await?.map(|act| (number, key, act)),
                None => None,
            },
            RoundPhase::Answering => match dealer {
                Some((number, key)) => self.answer(&view, number)?.map(|act| (number, key, act)),
                None => None,
            },
            RoundPhase::Confirming => match recipient {
                Some((number, key)) => self.confirm(&view, number, key).await?.map(|act| (number, key, act)),
                None => None,
            },
            RoundPhase::Finished => {
                // None if its key was retired since.
                let Some(committee) = committee else { return Ok(()) };
                if let (None, Some((number, key))) = (self.keys.of_committee(&committee), recipient) {
                    self.catch_up(&view, number, key, &committee).await?;
                }
                // Only once its successor is there, or none is due to this node.
                if recipient.is_none() || self.keys.of_committee(&committee).is_some() {
                    self.keys.forget_shares_before(view.epoch, view.number)?;
                }
                None
            }
        };
        if let Some((member, key, act)) = act {
            self.submit(at, member, key, act).await?;
        }
        Ok(())
    }

    /// Deals, if this node has not: what it deals is on the disk before anybody hears of it.
    fn deal(
        &mut self,
        view: &RoundView<AccountId>,
        number: u16,
        committee: Option<&CommitteeView>,
    ) -> Result<Option<Act>, RoundError> {
        let Some(own) = numbered(&view.dealers, number).filter(|own| own.dealing.is_none()) else { return Ok(None) };
        let round = self.round_of(view);
        // What is kept of another chain that this folder was for is none.
        let kept = self.keys.dealing(view.number)?;
        let kept = kept.filter(|dealt| dealt.dealing.verify(&round, number, shown(own).as_ref()).is_ok());
        let dealt = match kept {
            Some(dealt) => dealt,
            None => {
                let held = committee.and_then(|committee| self.keys.of_committee(committee));
                let held = held.filter(|held| shown(own).as_ref() == Some(&held.verifying_share()));
                if own.share.is_some() && held.is_none() {
                    if self.told.replace(view.number) != Some(view.number) {
                        log::warn!(target: LOG, "this node has no share of the committee's key to hand on");
                    }
                    return Ok(None);
                }
                let dealt = sharing::deal(&round, number, held.as_ref())?;
                self.keys.keep_dealing(view.number, &dealt)?;
                dealt
            }
        };
        let commitment = dealt.dealing.commitment.into_iter().map(CommitteePoint).collect::<Vec<_>>();
        let commitment = PerMember::try_from(commitment).map_err(|_| RoundError::Failed("the dealing is too long"))?;
        Ok(Some(Act::Deal(PublishedDealing { commitment, proof: dealt.dealing.proof })))
    }

    /// Reports once every dealer's share is here and on the disk, or half of the phase has gone by.
    async fn report(&self, view: &RoundView<AccountId>, number: u16, key: [u8; 32]) -> Result<Option<Act>, RoundError> {
        if numbered(&view.recipients, number).is_none_or(|own| own.missing.is_some()) {
            return Ok(None);
        }
        let verified = self.verified(view);
        let received = self.gather(view, &verified, number, key).await?;
        let lacking = |dealer: &u16| !received.iter().any(|(from, _)| from == dealer);
        let mut missing: BTreeSet<u16> = verified.dealings.iter().map(|(dealer, _)| *dealer).filter(lacking).collect();
        if !missing.is_empty() && !self.is_late(view) {
            return Ok(None);
        }
        missing.extend(&verified.bad);
        if !missing.is_empty() {
            log::warn!(target: LOG, "dealers {missing:?} of round {} gave no good share", view.number);
        }
        let missing = missing.into_iter().collect::<Vec<_>>();
        Ok(PerMember::try_from(missing).ok().map(Act::Report))
    }

    /// Publishes the shares of those who lack them.
    fn answer(&self, view: &RoundView<AccountId>, number: u16) -> Result<Option<Act>, RoundError> {
        let Some(own) = numbered(&view.dealers, number).filter(|own| own.answers.is_none() && !own.refused) else {
            return Ok(None);
        };
        let lacking: Vec<u16> = (1..)
            .zip(&view.recipients)
            .filter(|(_, recipient)| recipient.missing.as_ref().is_some_and(|missing| missing.contains(&number)))
            .map(|(recipient, _)| recipient)
            .collect();
        if lacking.is_empty() || own.dealing.is_none() {
            return Ok(None);
        }
        let dealt = self.keys.dealing(view.number)?.ok_or(RoundError::Failed("what this node has dealt is lost"))?;
        let shares: Option<Vec<(u16, [u8; 32])>> =
            lacking.into_iter().map(|to| numbered(&dealt.shares, to).map(|share| (to, **share))).collect();
        Ok(shares.and_then(|shares| PerMember::try_from(shares).ok()).map(Act::Answer))
    }

    /// Confirms what the round has made once this node's share of it is on the disk.
    async fn confirm(
        &self,
        view: &RoundView<AccountId>,
        number: u16,
        key: [u8; 32],
    ) -> Result<Option<Act>, RoundError> {
        if numbered(&view.recipients, number).is_none_or(|own| own.confirmed) {
            return Ok(None);
        }
        let verified = self.verified(view);
        let counting = counting(view, &verified);
        let made = verified.made(&counting)?;
        if !self.take_share(view, &verified, &counting, &made, number, key).await? {
            return Ok(None);
        }
        let shares = made.shares.iter().map(|share| CommitteePoint(share.0)).collect::<Vec<_>>();
        let outcome = PerMember::try_from(counting).ok().zip(PerMember::try_from(shares).ok());
        Ok(outcome.map(|(dealers, shares)| {
            Act::Confirm(Outcome { dealers, key: CommitteePoint(made.key.to_bytes()), shares })
        }))
    }

    /// Gets the share that this node missed, of a round that the others have finished.
    async fn catch_up(
        &self,
        view: &RoundView<AccountId>,
        number: u16,
        key: [u8; 32],
        committee: &CommitteeView,
    ) -> Result<(), RoundError> {
        let verified = self.verified(view);
        let made = verified.made(&view.counted)?;
        if made.shares.iter().map(|share| share.0).ne(committee.shares.iter().map(|share| share.0)) {
            return Err(RoundError::Failed("the committee in force is not what its round has made"));
        }
        if self.take_share(view, &verified, &view.counted, &made, number, key).await? {
            log::info!(target: LOG, "this node has its share of the committee of round {} now", view.number);
        }
        Ok(())
    }

    /// Brings this node's share to the disk, if all of which it is made is here; says whether it is there.
    async fn take_share(
        &self,
        view: &RoundView<AccountId>,
        verified: &Verified,
        counting: &[u16],
        made: &sharing::Sharing,
        number: u16,
        key: [u8; 32],
    ) -> Result<bool, RoundError> {
        let mut received = self.gather(view, verified, number, key).await?;
        received.retain(|(dealer, _)| counting.contains(dealer));
        if received.len() < counting.len() {
            return Ok(false);
        }
        let share = sharing::received(&verified.round, number, &received)?;
        if numbered(&made.shares, number) != Some(&share.verifying_share()) {
            return Err(RoundError::Failed("the share is not the one that the dealings make"));
        }
        self.keys.add(view.epoch, view.number, share)?;
        Ok(true)
    }

    /// The good shares that this node was dealt: from the disk, from its own dealing, from what was published in answer, and
    /// from the others. What is new is on the disk when this returns.
    async fn gather(
        &self,
        view: &RoundView<AccountId>,
        verified: &Verified,
        number: u16,
        key: [u8; 32],
    ) -> Result<Vec<(u16, DealtShare)>, RoundError> {
        let mut received = Vec::new();
        let take = |received: &mut Vec<(u16, DealtShare)>, dealer: u16, share: DealtShare| {
            let dealing = verified.dealings.iter().find(|(other, _)| *other == dealer);
            let good =
                dealing.is_some_and(|(_, dealing)| dealing.verify_share(&verified.round, number, &share).is_ok());
            if good && !received.iter().any(|(other, _)| *other == dealer) {
                received.push((dealer, share));
            }
        };
        for (dealer, share) in self.keys.received(view.number)? {
            take(&mut received, dealer, share);
        }
        let before = received.len();
        let own = number_of(view.dealers.iter().map(|dealer| &dealer.key), &own_keys(&self.keystore));
        if let (Some((dealer, _)), Some(dealt)) = (own, self.keys.dealing(view.number)?) {
            if let Some(share) = numbered(&dealt.shares, number) {
                take(&mut received, dealer, share.clone());
            }
        }
        for (dealer, published) in (1..).zip(&view.dealers) {
            let answers = published.answers.iter().flatten();
            for (_, share) in answers.filter(|(recipient, _)| *recipient == number) {
                take(&mut received, dealer, DealtShare::new(*share));
            }
        }
        if received.len() < verified.dealings.len() {
            for (dealer, share) in self.asker.dealt(view, key).await {
                take(&mut received, dealer, share);
            }
        }
        if received.len() > before {
            self.keys.keep_received(view.number, &received)?;
        }
        Ok(received)
    }

    fn round_of(&self, view: &RoundView<AccountId>) -> Round {
        Round {
            genesis: self.genesis.into(),
            number: view.number,
            purpose: if view.key.is_some() { Purpose::SameKey } else { Purpose::NewKey },
            threshold: view.threshold,
            recipients: u16::try_from(view.recipients.len()).unwrap_or(u16::MAX),
        }
    }

    /// Checks what the dealers have published.
    fn verified(&self, view: &RoundView<AccountId>) -> Verified {
        let round = self.round_of(view);
        let (mut dealings, mut bad) = (Vec::new(), BTreeSet::new());
        for (number, dealer) in (1..).zip(&view.dealers).filter(|(_, dealer)| !dealer.refused) {
            let Some((commitment, proof)) = &dealer.dealing else { continue };
            let commitment = commitment.iter().map(|point| point.0).collect();
            let dealing = proof.as_slice().try_into().ok().map(|proof| Dealing { commitment, proof });
            match dealing {
                Some(dealing) if dealing.verify(&round, number, shown(dealer).as_ref()).is_ok() => {
                    dealings.push((number, dealing));
                }
                _ => {
                    bad.insert(number);
                }
            }
        }
        Verified { round, dealings, bad }
    }

    /// Whether half of the phase has gone by since it was seen here.
    fn is_late(&self, view: &RoundView<AccountId>) -> bool {
        let best = self.client.info().best_number;
        self.seen.is_some_and(|(_, first)| best >= first.saturating_add(view.ends_at.saturating_sub(first) / 2))
    }

    /// Signs an act and gives it to the pool, unless that was done a moment ago.
    async fn submit(&mut self, at: (u32, RoundPhase), member: u16, key: [u8; 32], act: Act) -> Result<(), RoundError> {
        if self.submitted.is_some_and(|(submitted, when)| submitted == at && when.elapsed() < SUBMIT_AGAIN) {
            return Ok(());
        }
        let text = act.text(&self.genesis, at.0, member);
        let signed = self.keystore.sr25519_sign(AURA, &sr25519::Public::from_raw(key), &text);
        let signature = signed.ok().flatten().ok_or(RoundError::Failed("the validator's key does not sign"))?;
        let call = RuntimeCall::Rounds(pallet_committee::Call::act { round: at.0, member, act, signature });
        let extrinsic = OpaqueExtrinsic::decode(&mut UncheckedExtrinsic::new_bare(call).encode().as_slice())
            .map_err(|_| RoundError::Failed("the act cannot be encoded"))?;
        let best = self.client.info().best_hash;
        match self.pool.submit_one(best, TransactionSource::Local, extrinsic).await {
            Ok(_) => log::info!(target: LOG, "acted as member {member} in round {}: {}", at.0, phase_name(at.1)),
            // It may be there already, or another node's view of the round may be ahead.
            Err(error) => log::debug!(target: LOG, "an act was not taken: {error}"),
        }
        self.submitted = Some((at, Instant::now()));
        Ok(())
    }
}

impl Verified {
    /// What the dealings of these make.
    fn made(&self, counting: &[u16]) -> Result<sharing::Sharing, SharingError> {
        let dealings: Vec<(u16, &Dealing)> = self
            .dealings
            .iter()
            .filter(|(dealer, _)| counting.contains(dealer))
            .map(|(dealer, dealing)| (*dealer, dealing))
            .collect();
        sharing::sharing(&self.round, &dealings)
    }
}

/// The dealers that count, by what everybody sees: who has dealt what verifies, and has answered every recipient that
/// lacked a share with a good one.
fn counting(view: &RoundView<AccountId>, verified: &Verified) -> Vec<u16> {
    let counts = |(dealer, dealing): &&(u16, Dealing)| {
        let answers = numbered(&view.dealers, *dealer).and_then(|dealer| dealer.answers.as_ref());
        (1..).zip(&view.recipients).all(|(number, recipient)| {
            let lacks = recipient.missing.as_ref().is_some_and(|missing| missing.contains(dealer));
            let answer = || {
                let share = answers?.iter().find(|(to, _)| *to == number).map(|(_, share)| share)?;
                dealing.verify_share(&verified.round, number, share).ok()
            };
            !lacks || answer().is_some()
        })
    };
    verified.dealings.iter().filter(counts).map(|(dealer, _)| *dealer).collect()
}

/// The verifying share that the round shows for a dealer.
fn shown(dealer: &DealerView<AccountId>) -> Option<VerifyingShare> {
    dealer.share.map(|share| VerifyingShare(share.0))
}

/// The entry of member `number`, counted from 1.
fn numbered<E>(entries: &[E], number: u16) -> Option<&E> {
    usize::from(number).checked_sub(1).and_then(|at| entries.get(at))
}

fn phase_name(phase: RoundPhase) -> &'static str {
    match phase {
        RoundPhase::Dealing => "dealing",
        RoundPhase::Reporting => "reporting",
        RoundPhase::Answering => "answering",
        RoundPhase::Confirming => "confirming",
        RoundPhase::Finished => "finished",
    }
}

fn phase_number(phase: RoundPhase) -> u64 {
    match phase {
        RoundPhase::Dealing => 1,
        RoundPhase::Reporting => 2,
        RoundPhase::Answering => 3,
        RoundPhase::Confirming => 4,
        RoundPhase::Finished => 5,
    }
}
