//! Offers signed transactions open loop: each when it is due, whatever became of others' before, over a bounded number of
//! connections.
//!
//! An account's next is sent once the pool has answered for the one before, as any client does that wants to know its nonce:
//! the pool validates what comes at once in any order, and one that is there before its predecessor is "future", of which it keeps
//! few.

use crate::watch::{Hash, Watch};
use anyhow::{bail, Result};
use medchain_sdk::{Client, Error};
use medchain_tests::{spawn, testnet::load::percentile};
use sp_crypto_hashing::blake2_256;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        atomic::{AtomicBool, AtomicUsize, Ordering},
        Arc, Mutex, PoisonError,
    },
    time::{Duration, Instant},
};
use tokio::{
    sync::{oneshot, Semaphore},
    time::sleep,
};

/// How many answers each connection waits for.
const WINDOW: usize = 32;
/// How often a transaction is sent again that the pool refuses, and when.
const ATTEMPTS: usize = 10;
const AGAIN_AFTER: Duration = Duration::from_millis(500);
/// How often the sender looks whether it may go on.
const PAUSE: Duration = Duration::from_millis(5);
/// For how long nothing more of what was taken may become final before the rest is given up.
const STANDSTILL: Duration = Duration::from_secs(40);

/// A signed transaction.
#[derive(Clone, Debug)]
pub struct Signed {
    /// Whose: transactions of one sender go over one connection, one after the other.
    pub sender: usize,
    /// As it goes over the wire.
    pub text: String,
    /// Its length in bytes.
    pub length: usize,
    /// Its hash.
    pub hash: Hash,
}

impl Signed {
    /// A transaction of this sender.
    pub fn new(sender: usize, bytes: &[u8]) -> Self {
        Self { sender, text: format!("0x{}", hex::encode(bytes)), length: bytes.len(), hash: blake2_256(bytes) }
    }
}

/// How to offer.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Calls a second; as fast as they are taken if none is said.
    pub rate: Option<f64>,
    /// How many may be on their way to a block.
    pub backlog: usize,
}

/// What became of what was offered.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// How many the pool refused for good, by its reason.
    pub refused: BTreeMap<String, usize>,
    /// How often it refused one that it took later.
    pub again: usize,
    /// How many are final.
    pub finalized: usize,
    /// From when each was due until it was in a block.
    pub inclusion: Vec<Duration>,
    /// From then until that block was final.
    pub finality: Vec<Duration>,
    /// The most that were on their way to a block.
    pub pool: usize,
    /// Finalized calls a second: over the blocks that were full, or over the whole time where fewer than three blocks hold
    /// them.
    pub per_second: f64,
    /// How long the sending was behind its time at most.
    pub behind: Duration,
}

impl Outcome {
    /// A percentile of the inclusion, in seconds.
    pub fn inclusion(&self, share: f64) -> f64 {
        percentile(self.inclusion.clone(), share).as_secs_f64()
    }

    /// A percentile of the finality, in seconds.
    pub fn finality(&self, share: f64) -> f64 {
        percentile(self.finality.clone(), share).as_secs_f64()
    }

    /// How many were refused for good.
    pub fn failures(&self) -> usize {
        self.refused.values().sum()
    }
}

#[derive(Default)]
struct Tally {
    due: Mutex<Vec<(Hash, Instant)>>,
    refused: Mutex<BTreeMap<String, usize>>,
    again: AtomicUsize,
    sent: AtomicUsize,
    behind: Mutex<Duration>,
}

/// Offers transactions and follows them until they are final.
///
/// # Errors
/// If a node is lost.
pub async fn offer(clients: &[Client], watch: &Watch, transactions: Vec<Signed>, pace: Pace) -> Result<Outcome> {
    let tally = Arc::new(Tally::default());
    let (before, first) = (watch.included(), watch.heads().0 + 1);
    let mut shares: Vec<Vec<(usize, Signed)>> = vec![Vec::new(); clients.len()];
    for (place, transaction) in transactions.into_iter().enumerate() {
        shares[transaction.sender % clients.len()].push((place, transaction));
    }
    let began = Instant::now();
    let (halted, most) = (Arc::new(AtomicBool::new(false)), AtomicUsize::new(0));
    let mut senders = Vec::new();
    for (client, share) in clients.iter().zip(shares) {
        let (client, tally, halted) = (client.clone(), tally.clone(), halted.clone());
        senders.push(spawn(async move {
            let window = Arc::new(Semaphore::new(WINDOW));
            let mut answers = Vec::new();
            // By sender: whether the pool has answered for its last.
            let mut answered: HashMap<usize, oneshot::Receiver<()>> = HashMap::new();
            for (place, transaction) in share {
                let due = pace.rate.map(|rate| began + Duration::from_secs_f64(place as f64 / rate));
                if let Some(due) = due {
                    sleep(due.saturating_duration_since(Instant::now())).await;
                }
                while halted.load(Ordering::Relaxed) {
                    sleep(PAUSE).await;
                }
                // The semaphore is never closed.
                let Ok(permit) = window.clone().acquire_owned().await else { break };
                let now = Instant::now();
                let due = due.unwrap_or(now);
                keep_most(&tally.behind, now.saturating_duration_since(due));
                lock(&tally.due).push((transaction.hash, due));
                tally.sent.fetch_add(1, Ordering::Relaxed);
                let (answer, next) = oneshot::channel();
                let before = answered.insert(transaction.sender, next);
                let (client, tally) = (client.clone(), tally.clone());
                answers.push(spawn(async move {
                    if let Some(before) = before {
                        // One that panicked has no answer, and nothing waits for it.
                        let _ = before.await;
                    }
                    submit(&client, &transaction, &tally).await;
                    let _ = answer.send(());
                    drop(permit);
                }));
            }
            for answer in answers {
                // One that panicked is none that is final.
                let _ = answer.await;
            }
        }));
    }
    // Holds the senders back while too many are on their way.
    let waiting = || {
        let refused: usize = lock(&tally.refused).values().sum();
        tally.sent.load(Ordering::Relaxed).saturating_sub(refused + watch.included() - before)
    };
    while senders.iter().any(|sender| !sender.is_finished()) {
        let waiting = waiting();
        most.fetch_max(waiting, Ordering::Relaxed);
        halted.store(waiting >= pace.backlog, Ordering::Relaxed);
        if let Some(lost) = watch.lost() {
            bail!("the node does not answer: {lost}");
        }
        sleep(PAUSE).await;
    }
    let due = std::mem::take(&mut *lock(&tally.due));
    let refused = lock(&tally.refused).clone();
    let expected = due.len() - refused.values().sum::<usize>();
    let hashes: Vec<_> = due.iter().map(|(hash, _)| *hash).collect();
    let (mut seen, mut moved) = (0, Instant::now());
    while seen < expected && moved.elapsed() < STANDSTILL {
        let now = watch.count(&hashes).1;
        if now > seen {
            (seen, moved) = (now, Instant::now());
        }
        if let Some(lost) = watch.lost() {
            bail!("the node does not answer: {lost}");
        }
        sleep(Duration::from_millis(100)).await;
    }
    let mut outcome = Outcome {
        refused,
        again: tally.again.load(Ordering::Relaxed),
        pool: most.load(Ordering::Relaxed),
        behind: *lock(&tally.behind),
        ..Outcome::default()
    };
    let mut last = began;
    for (hash, due) in due {
        let Some(seen) = watch.seen(&hash) else { continue };
        let Some(finalized) = seen.finalized else { continue };
        outcome.finalized += 1;
        outcome.inclusion.push(seen.included.saturating_duration_since(due));
        outcome.finality.push(finalized.duration_since(seen.included));
        last = last.max(seen.included);
    }
    let blocks: Vec<_> = watch.blocks_from(first).iter().map(|block| (block.seen, block.transactions)).collect();
    outcome.per_second = rate(&blocks).unwrap_or(outcome.finalized as f64 / (last - began).as_secs_f64().max(0.001));
    Ok(outcome)
}

/// Calls a second in consecutive blocks, each with when it was seen: the last is not full, and the first begins with it.
/// None of fewer than three.
fn rate(blocks: &[(Instant, usize)]) -> Option<f64> {
    let [(first, _), middle @ .., (_, _)] = blocks else { return None };
    let (last, _) = middle.last()?;
    let calls: usize = middle.iter().map(|(_, calls)| calls).sum();
    Some(calls as f64 / last.duration_since(*first).as_secs_f64())
}

async fn submit(client: &Client, transaction: &Signed, tally: &Tally) {
    for attempt in 1..=ATTEMPTS {
        let answer = client.call::<String>("author_submitExtrinsic", [transaction.text.clone().into()]).await;
        match answer {
            Ok(_) => return,
            // Too far ahead, or the pool is full: what is before it goes into a block first.
            Err(Error::TransactionRefused { .. }) if attempt < ATTEMPTS => {
                tally.again.fetch_add(1, Ordering::Relaxed);
                sleep(AGAIN_AFTER).await;
            }
            Err(error) => {
                *lock(&tally.refused).entry(error.to_string()).or_default() += 1;
                return;
            }
        }
    }
}

fn keep_most(most: &Mutex<Duration>, value: Duration) {
    let mut most = lock(most);
    *most = (*most).max(value);
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_that_of_the_blocks_between_the_first_and_the_last() {
        let began = Instant::now();
        let at = |seconds| began + Duration::from_secs(seconds);
        assert_eq!(rate(&[(at(0), 5), (at(2), 1000), (at(4), 800), (at(6), 20)]), Some(450.0));
        assert_eq!(rate(&[(at(0), 5), (at(2), 1000)]), None);
        assert_eq!(rate(&[]), None);
    }
}
