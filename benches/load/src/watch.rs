//! When transactions are seen in the best and in the finalized chain, as a client sees it who asks a node again and again.

use anyhow::{Context, Result};
use medchain_sdk::Client;
use medchain_tests::spawn;
use serde_json::Value;
use sp_crypto_hashing::blake2_256;
use std::{
    collections::HashMap,
    sync::{
        atomic::{AtomicBool, Ordering},
        Arc, Mutex, MutexGuard, PoisonError,
    },
    time::{Duration, Instant},
};
use tokio::task::JoinHandle;

/// How often the node is asked.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// A transaction's hash.
pub type Hash = [u8; 32];

/// When a transaction was first seen.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// In a block of the best chain.
    pub included: Instant,
    /// In a final block.
    pub finalized: Option<Instant>,
}

/// A block of the best chain that holds transactions.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// Its number.
    pub number: u64,
    /// When it was first seen.
    pub seen: Instant,
    /// How many transactions it holds, but for the inherent one.
    pub transactions: usize,
}

#[derive(Default)]
struct State {
    seen: HashMap<Hash, Seen>,
    blocks: Vec<Block>,
    /// The transactions of blocks that are not final yet, by the block's hash.
    bodies: HashMap<String, Vec<Hash>>,
    best: u64,
    finalized: u64,
    lost: Option<String>,
}

/// Watches a node until it is stopped.
pub struct Watch {
    state: Arc<Mutex<State>>,
    stop: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Watch {
    /// Begins to watch, from the blocks that come next.
    ///
    /// # Errors
    /// If the node does not answer.
    pub async fn begin(client: Client) -> Result<Self> {
        let finalized = number_of(&client, Some(&finalized_head(&client).await?)).await?;
        let best = number_of(&client, None).await?;
        let state = Arc::new(Mutex::new(State { best, finalized, ..State::default() }));
        let stop = Arc::new(AtomicBool::new(false));
        let (watched, stopped) = (state.clone(), stop.clone());
        let task = spawn(async move {
            while !stopped.load(Ordering::Relaxed) {
                if let Err(error) = look(&client, &watched).await {
                    lock(&watched).lost = Some(format!("{error:#}"));
                    return;
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        });
        Ok(Self { state, stop, task })
    }

    /// When this transaction was seen, if it was.
    pub fn seen(&self, transaction: &Hash) -> Option<Seen> {
        lock(&self.state).seen.get(transaction).copied()
    }

    /// How many transactions were seen in blocks of the best chain.
    pub fn included(&self) -> usize {
        lock(&self.state).seen.len()
    }

    /// How many of these are included, and how many final.
    pub fn count(&self, transactions: &[Hash]) -> (usize, usize) {
        let state = lock(&self.state);
        let seen = transactions.iter().filter_map(|hash| state.seen.get(hash));
        seen.fold((0, 0), |(included, finalized), seen| {
            (included + 1, finalized + usize::from(seen.finalized.is_some()))
        })
    }

    /// The blocks with transactions from this number on.
    pub fn blocks_from(&self, number: u64) -> Vec<Block> {
        lock(&self.state).blocks.iter().filter(|block| block.number >= number).copied().collect()
    }

    /// The numbers of the best and of the last final block that were seen.
    pub fn heads(&self) -> (u64, u64) {
        let state = lock(&self.state);
        (state.best, state.finalized)
    }

    /// Why the node is watched no more, if it does not answer.
    pub fn lost(&self) -> Option<String> {
        lock(&self.state).lost.clone()
    }

    /// Ends watching.
    pub async fn end(self) {
        self.stop.store(true, Ordering::Relaxed);
        // A watcher that panicked has seen what it has seen.
        let _ = self.task.await;
    }
}

async fn look(client: &Client, state: &Mutex<State>) -> Result<()> {
    let best = number_of(client, None).await?;
    let known = lock(state).best;
    for number in known + 1..=best {
        // After a fork a block of this number may be another than was seen before; its transactions are seen all the same
        // when the next is looked at, or when it is final.
        let Some(hash) = block_hash(client, number).await? else { break };
        let body = body(client, &hash).await?;
        note(state, number, hash, body, false);
    }
    let head = finalized_head(client).await?;
    let finalized = number_of(client, Some(&head)).await?;
    let known = lock(state).finalized;
    for number in known + 1..=finalized {
        let hash = block_hash(client, number).await?.context("a final block is missing")?;
        let kept = lock(state).bodies.remove(&hash);
        let body = match kept {
            Some(body) => body,
            None => body(client, &hash).await?,
        };
        note(state, number, hash, body, true);
    }
    Ok(())
}

fn note(state: &Mutex<State>, number: u64, hash: String, body: Vec<Hash>, finalized: bool) {
    let now = Instant::now();
    let mut state = lock(state);
    for transaction in &body {
        let seen = state.seen.entry(*transaction).or_insert(Seen { included: now, finalized: None });
        if finalized {
            seen.finalized.get_or_insert(now);
        }
    }
    if finalized {
        state.finalized = number;
    } else {
        state.best = number;
        if !body.is_empty() {
            state.blocks.push(Block { number, seen: now, transactions: body.len() });
        }
        state.bodies.insert(hash, body);
    }
}

async fn finalized_head(client: &Client) -> Result<String> {
    Ok(client.call("chain_getFinalizedHead", []).await?)
}

async fn number_of(client: &Client, hash: Option<&str>) -> Result<u64> {
    let header: Value = client.call("chain_getHeader", hash.map(Into::into)).await?;
    let number = header.get("number").and_then(Value::as_str).context("the header has no number")?;
    Ok(u64::from_str_radix(number.trim_start_matches("0x"), 16)?)
}

async fn block_hash(client: &Client, number: u64) -> Result<Option<String>> {
    Ok(client.call("chain_getBlockHash", [number.into()]).await?)
}

/// The hashes of a block's transactions, without the inherent one that sets the clock.
async fn body(client: &Client, hash: &str) -> Result<Vec<Hash>> {
    let block: Value = client.call("chain_getBlock", [hash.into()]).await?;
    let extrinsics = block.pointer("/block/extrinsics").and_then(Value::as_array).context("the block has no body")?;
    extrinsics
        .iter()
        .skip(1)
        .map(|extrinsic| {
            let text = extrinsic.as_str().context("an extrinsic is no text")?;
            Ok(blake2_256(&hex::decode(text.trim_start_matches("0x"))?))
        })
        .collect()
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
