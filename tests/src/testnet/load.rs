//! Calls at a steady rate, and what became of them.
//!
//! Each call replaces a patient's encryption key by a random one: no two are alike, and each leaves its trace in the
//! state.

use crate::block_on;
use anyhow::{bail, ensure, Context, Result};
use medchain_primitives::{EncryptionKey, Role};
use medchain_sdk::{
    chain::calls,
    client::{Stage, Wait},
    Client, Identity,
};
use std::{
    collections::{BTreeSet, VecDeque},
    sync::{
        atomic::{AtomicBool, Ordering},
        Arc, Mutex, MutexGuard, PoisonError,
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};
use tokio::sync::Mutex as AsyncMutex;

/// How long a call may take to become final before it counts as unanswered.
const FINAL_WITHIN: Duration = Duration::from_secs(90);

/// Patients who send calls, and the nodes that take them.
#[derive(Clone)]
pub struct Load {
    senders: Arc<Vec<Arc<Identity>>>,
    nodes: Arc<Vec<Gate>>,
}

/// A node, with a connection that is made anew when it is lost.
struct Gate {
    url: String,
    client: AsyncMutex<Option<Client>>,
}

/// A call that a node has acknowledged as final.
#[derive(Clone, Debug)]
pub struct Acknowledged {
    /// The transaction's hash.
    pub transaction: [u8; 32],
    /// From submission until a block included it.
    pub included: Duration,
    /// From then until that block was final.
    pub finalized: Duration,
}

/// What became of the calls.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Those that were acknowledged as final.
    pub acknowledged: Vec<Acknowledged>,
    /// How many were not: refused, or sent to a node that went away.
    pub unanswered: usize,
    /// How many were not sent, because every patient had one under way.
    pub held_back: usize,
}

impl Load {
    /// Registers so many new patients, each through one of these nodes in turn.
    ///
    /// # Errors
    /// If one cannot be registered.
    pub fn register(urls: &[String], patients: usize) -> Result<Self> {
        let nodes = urls.iter().map(|url| Gate { url: url.clone(), client: AsyncMutex::default() });
        let mut load = Self { senders: Arc::default(), nodes: Arc::new(nodes.collect()) };
        let mut senders = Vec::new();
        for _ in 0..patients {
            senders.push(Arc::new(Identity::generate()?.0));
        }
        block_on(async {
            let mut registrations = Vec::new();
            for (index, identity) in senders.iter().enumerate() {
                let (load, identity) = (load.clone(), identity.clone());
                registrations.push(tokio::spawn(async move {
                    let client = load.nodes[index % load.nodes.len()].client().await?;
                    let username =
                        format!("load-{}", hex::encode(identity.account().as_ref() as &[u8])[..16].to_owned());
                    let call = calls::register(Role::Patient, &username, random_key(), None);
                    client.submit(&call, &identity, Wait::Finalized, &|_| ()).await?;
                    anyhow::Ok(())
                }));
            }
            for registration in registrations {
                registration.await??;
            }
            anyhow::Ok(())
        })
        .context("the patients who send calls could not be registered")?;
        load.senders = Arc::new(senders);
        Ok(load)
    }

    /// Begins to send so many calls a second.
    pub fn begin(&self, per_second: f64) -> Running {
        let stop = Arc::new(AtomicBool::new(false));
        let (load, stopped) = (self.clone(), stop.clone());
        let thread = thread::spawn(move || load.send_until(&stopped, per_second));
        Running { stop, thread }
    }

    fn send_until(&self, stop: &AtomicBool, per_second: f64) -> Outcome {
        let outcome = Arc::new(Mutex::new(Outcome::default()));
        let free: Arc<Mutex<VecDeque<usize>>> = Arc::new(Mutex::new((0..self.senders.len()).collect()));
        let pause = Duration::from_secs_f64(1.0 / per_second);
        let began = Instant::now();
        let mut calls = Vec::new();
        let mut due = began;
        while !stop.load(Ordering::Relaxed) {
            due += pause;
            thread::sleep(due.saturating_duration_since(Instant::now()));
            let Some(sender) = lock(&free).pop_front() else {
                lock(&outcome).held_back += 1;
                continue;
            };
            let (load, free, outcome) = (self.clone(), free.clone(), outcome.clone());
            calls.push(crate::spawn(async move {
                let done = tokio::time::timeout(FINAL_WITHIN, load.send(sender)).await;
                match done {
                    Ok(Ok(acknowledged)) => lock(&outcome).acknowledged.push(acknowledged),
                    _ => lock(&outcome).unanswered += 1,
                }
                lock(&free).push_back(sender);
            }));
        }
        block_on(async {
            for call in calls {
                // A call that panicked is none that was acknowledged.
                let _ = call.await;
            }
        });
        let outcome = lock(&outcome).clone();
        outcome
    }

    /// Sends one call through the first node that takes it, and follows it until it is final.
    async fn send(&self, sender: usize) -> Result<Acknowledged> {
        let identity = &self.senders[sender];
        for turn in 0..self.nodes.len() {
            let gate = &self.nodes[(sender + turn) % self.nodes.len()];
            let Ok(client) = gate.client().await else { continue };
            let moments = Moments::default();
            let progress = |stage| moments.note(stage);
            let call = calls::rotate_key(random_key());
            match client.submit(&call, identity, Wait::Finalized, &progress).await {
                Ok(submitted) => return moments.acknowledged(submitted.transaction),
                Err(error) => {
                    gate.lose().await;
                    // A call that a node has taken may yet become final: it is not sent again.
                    if moments.was_taken() {
                        return Err(error.into());
                    }
                }
            }
        }
        bail!("no node takes a call")
    }
}

impl Gate {
    async fn client(&self) -> Result<Client> {
        let mut client = self.client.lock().await;
        if client.is_none() {
            *client = Some(tokio::time::timeout(Duration::from_secs(5), Client::connect(&self.url)).await??);
        }
        client.clone().context("just connected")
    }

    async fn lose(&self) {
        *self.client.lock().await = None;
    }
}

/// When a call reached its stages.
struct Moments {
    began: Instant,
    taken: AtomicBool,
    included: Mutex<Option<Instant>>,
}

impl Default for Moments {
    fn default() -> Self {
        Self { began: Instant::now(), taken: AtomicBool::new(false), included: Mutex::default() }
    }
}

impl Moments {
    fn note(&self, stage: Stage) {
        match stage {
            Stage::Taken => self.taken.store(true, Ordering::Relaxed),
            // The first block; after a fork another may follow.
            Stage::InBlock => {
                lock(&self.included).get_or_insert_with(Instant::now);
            }
            Stage::Finalized => (),
        }
    }

    fn was_taken(&self) -> bool {
        self.taken.load(Ordering::Relaxed)
    }

    fn acknowledged(&self, transaction: [u8; 32]) -> Result<Acknowledged> {
        let now = Instant::now();
        let included = lock(&self.included).unwrap_or(now);
        Ok(Acknowledged {
            transaction,
            included: included.duration_since(self.began),
            finalized: now.duration_since(included),
        })
    }
}

/// Calls that are being sent.
pub struct Running {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Outcome>,
}

impl Running {
    /// Sends no more, and waits for what is under way.
    ///
    /// # Errors
    /// If the sender has panicked.
    pub fn end(self) -> Result<Outcome> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| anyhow::anyhow!("the sender of calls panicked"))
    }
}

impl Outcome {
    /// Makes sure that each acknowledged call is in these transactions exactly once.
    ///
    /// # Errors
    /// If one is missing, or there twice.
    pub fn ensure_once(&self, transactions: &super::ledger::Transactions) -> Result<()> {
        for call in &self.acknowledged {
            let times = transactions.get(&call.transaction).copied().unwrap_or(0);
            ensure!(times == 1, "call 0x{} was acknowledged and is there {times} times", hex::encode(call.transaction));
        }
        let distinct: BTreeSet<_> = self.acknowledged.iter().map(|call| call.transaction).collect();
        ensure!(distinct.len() == self.acknowledged.len(), "two calls had one hash");
        Ok(())
    }
}

/// The value below which this share of them lies; zero if there are none.
pub fn percentile(mut of: Vec<Duration>, share: f64) -> Duration {
    of.sort_unstable();
    // A share of a count, which is far below 2^52.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
    let place = ((of.len() as f64 * share).ceil() as usize).saturating_sub(1);
    of.get(place).copied().unwrap_or_default()
}

fn random_key() -> EncryptionKey {
    EncryptionKey(rand::random())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_value_that_so_many_do_not_exceed() {
        let values: Vec<_> = (1..=20).rev().map(Duration::from_secs).collect();
        assert_eq!(percentile(values.clone(), 0.95), Duration::from_secs(19));
        assert_eq!(percentile(values, 1.0), Duration::from_secs(20));
        assert_eq!(percentile(Vec::new(), 0.95), Duration::ZERO);
    }
}
