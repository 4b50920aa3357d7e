//! What members are alerted to, block by block: read from each finalized block once and kept for a week, so that whoever
//! lost its connection goes on where it stopped, whether or not the block's state is still there.

use crate::{
    rpc::ChainClient,
    service::{Block, BlockNumber},
};
use codec::{Decode, Encode};
use futures::StreamExt;
use medchain_primitives::MemberId;
use medchain_runtime_api::{AccessApi, AlertView};
use sc_client_api::{backend::AuxStore, BlockchainEvents};
use std::sync::Arc;
use tokio::sync::watch;

const LOG: &str = "alerts";

/// Where the range of blocks whose alerts are kept is, in the database.
const KEPT_KEY: &[u8] = b"medchain/alerts/kept";

/// How many blocks' alerts are kept: a week at two seconds a block.
const KEPT_BLOCKS: BlockNumber = 7 * 24 * 60 * 30;

/// How many blocks behind the finalized one a node begins that has kept none: as many as have a state by default.
const BLOCKS_WITH_STATE: BlockNumber = 256;

/// How many blocks are written at once.
const BATCH: BlockNumber = 256;

/// An alert and the member that it is for.
pub type Addressed = (MemberId, AlertView);

/// Which blocks' alerts are kept: from `first` to before `next`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Kept {
    /// The first.
    pub first: BlockNumber,
    /// The one after the last, which will be the next finalized block.
    pub next: BlockNumber,
}

/// The alerts of a block could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct AlertsUnreadable(String);

/// Where alerts come from.
pub trait AlertSource: Send + Sync + 'static {
    /// Which blocks' alerts are kept, and when there are more.
    fn kept(&self) -> watch::Receiver<Kept>;

    /// The alerts of a block that is kept, in the order of its events. Blocks on the disk.
    ///
    /// # Errors
    /// [`AlertsUnreadable`] when the database fails.
    fn of_block(&self, block: BlockNumber) -> Result<Vec<Addressed>, AlertsUnreadable>;
}

/// The alerts of this node's finalized blocks.
pub struct AlertLog<C> {
    client: Arc<C>,
    kept: watch::Sender<Kept>,
}

fn key(block: BlockNumber) -> Vec<u8> {
    [b"medchain/alerts/1/".as_slice(), &block.to_be_bytes()].concat()
}

impl<C> AlertLog<C>
where
    C: ChainClient + AuxStore + BlockchainEvents<Block>,
{
    /// Goes on where an earlier run of the node stopped.
    ///
    /// # Errors
    /// The database's.
    pub fn new(client: Arc<C>) -> Result<Self, sp_blockchain::Error> {
        let stored = client.get_aux(KEPT_KEY)?.and_then(|bytes| Kept::decode(&mut bytes.as_slice()).ok());
        let kept = stored.unwrap_or_else(|| beginning(client.info().finalized_number));
        Ok(Self { client, kept: watch::Sender::new(kept) })
    }

    /// Runs until the node stops. Blocks on the disk: give it a thread of its own.
    pub async fn run(self: Arc<Self>) {
        let mut finalized = self.client.finality_notification_stream();
        self.catch_up();
        while let Some(notification) = finalized.next().await {
            // Frees the block; what is in between is read by number.
            drop(notification);
            self.catch_up();
        }
    }

    fn catch_up(&self) {
        if let Err(error) = self.advance() {
            log::error!(target: LOG, "the alerts of finalized blocks are not kept now: {error}");
        }
    }

    fn advance(&self) -> Result<(), sp_blockchain::Error> {
        let finalized = self.client.info().finalized_number;
        let mut kept = *self.kept.borrow();
        if finalized.saturating_sub(kept.next) >= KEPT_BLOCKS {
            self.forget(kept)?;
            kept = beginning(finalized);
        }
        while kept.next <= finalized {
            let mut found = Vec::new();
            let old = kept.first;
            for block in kept.next..=finalized.min(kept.next.saturating_add(BATCH - 1)) {
                match self.client.hash(block)?.map(|hash| self.client.runtime_api().alerts(hash)) {
                    Some(Ok(alerts)) if alerts.is_empty() => {}
                    Some(Ok(alerts)) => found.push((key(block), alerts.encode())),
                    // Its state went before it was read here, or its runtime knew no alerts: what is kept begins behind it.
                    Some(Err(error)) => {
                        log::debug!(target: LOG, "block {block} tells no alerts: {error}");
                        kept.first = block.saturating_add(1);
                    }
                    None => kept.first = block.saturating_add(1),
                }
                kept.next = block.saturating_add(1);
            }
            kept.first = kept.first.max(kept.next.saturating_sub(KEPT_BLOCKS));
            let gone: Vec<_> = (old..kept.first).map(key).collect();
            let range = kept.encode();
            let written: Vec<(&[u8], &[u8])> = found
                .iter()
                .map(|(key, alerts)| (key.as_slice(), alerts.as_slice()))
                .chain([(KEPT_KEY, range.as_slice())])
                .collect();
            let gone: Vec<&[u8]> = gone.iter().map(Vec::as_slice).collect();
            self.client.insert_aux(&written, &gone)?;
            self.kept.send_replace(kept);
        }
        Ok(())
    }

    /// Deletes what was kept of these blocks.
    fn forget(&self, kept: Kept) -> Result<(), sp_blockchain::Error> {
        let blocks: Vec<_> = (kept.first..kept.next).collect();
        for batch in blocks.chunks(BATCH as usize) {
            let keys: Vec<_> = batch.iter().map(|block| key(*block)).collect();
            self.client.insert_aux(&[], &keys.iter().map(Vec::as_slice).collect::<Vec<_>>())?;
        }
        Ok(())
    }
}

/// Where a node begins that has kept nothing.
fn beginning(finalized: BlockNumber) -> Kept {
    let first = finalized.saturating_sub(BLOCKS_WITH_STATE - 1);
    Kept { first, next: first }
}

impl<C> AlertSource for AlertLog<C>
where
    C: ChainClient + AuxStore + BlockchainEvents<Block>,
{
    fn kept(&self) -> watch::Receiver<Kept> {
        self.kept.subscribe()
    }

    fn of_block(&self, block: BlockNumber) -> Result<Vec<Addressed>, AlertsUnreadable> {
        let stored = self.client.get_aux(&key(block)).map_err(|error| AlertsUnreadable(error.to_string()))?;
        match stored {
            Some(bytes) => Vec::decode(&mut bytes.as_slice()).map_err(|error| AlertsUnreadable(error.to_string())),
            None => Ok(Vec::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_that_has_kept_nothing_begins_where_states_are() {
        assert_eq!(beginning(0), Kept { first: 0, next: 0 });
        assert_eq!(beginning(10_000), Kept { first: 9_745, next: 9_745 });
    }
}
