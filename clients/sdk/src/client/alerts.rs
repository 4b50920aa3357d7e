//! Alerts: what a member is to hear of, as soon as it is final, without gap or repetition over lost connections.

use super::{from_rpc, params, Client};
use crate::error::{Error, Result};
use futures::StreamExt;
use medchain_primitives::MemberId;
use medchain_runtime_api::BlockAlertsView;
use serde_json::{json, Value};
use std::time::{Duration, Instant};
use subxt::rpcs::client::RpcSubscription;

/// How long a node is waited for that does not answer any more.
const NODE_GONE: Duration = Duration::from_secs(300);

/// The pause before a node is sought again; it doubles up to [`PAUSE_MAX`].
const PAUSE: Duration = Duration::from_millis(500);
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(15);

/// A member's alerts, block by block.
pub struct Alerts {
    client: Client,
    member: MemberId,
    next_block: u32,
    subscription: Option<RpcSubscription<BlockAlertsView>>,
}

impl Client {
    /// Follows the alerts of a member: for a patient new requests, openings and emergency openings, for a doctor new
    /// appointments. From a block on, or from the next one that becomes final.
    ///
    /// # Errors
    /// Those of [`Client::call`]; code 7004 if the node keeps the alerts of that block no more.
    pub async fn alerts(&self, member: MemberId, from_block: Option<u32>) -> Result<Alerts> {
        let next_block = match from_block {
            Some(block) => block,
            // Named, so that a connection that is lost before the first alert leaves no gap.
            None => self.finalized_number().await?.saturating_add(1),
        };
        let mut alerts = Alerts { client: self.clone(), member, next_block, subscription: None };
        alerts.subscribe().await?;
        Ok(alerts)
    }

    /// The number of the finalized block.
    async fn finalized_number(&self) -> Result<u32> {
        let method = "chain_getHeader";
        let finalized: Value = self.call("chain_getFinalizedHead", []).await?;
        let header: Value = self.call(method, [finalized]).await?;
        header["number"]
            .as_str()
            .and_then(|digits| u32::from_str_radix(digits.trim_start_matches("0x"), 16).ok())
            .ok_or_else(|| Error::MalformedAnswer { method: method.to_owned() })
    }
}

impl Alerts {
    /// The block from which to go on later: the one after the last whose alerts were given.
    pub fn next_block(&self) -> u32 {
        self.next_block
    }

    /// The alerts of the next block that has some; waits for it. Where the connection is lost, or the node drops a
    /// subscriber that was too slow, it goes on behind the last block given.
    ///
    /// # Errors
    /// [`Error::Unreachable`] when the node stays away for five minutes; code 7004 when it keeps the alerts in between no
    /// more. May be called again.
    pub async fn next(&mut self) -> Result<BlockAlertsView> {
        loop {
            if self.subscription.is_none() {
                self.resume().await?;
            }
            match self.subscription.as_mut().map(StreamExt::next) {
                Some(next) => match next.await {
                    Some(Ok(block)) => {
                        self.next_block = block.block.saturating_add(1);
                        return Ok(block);
                    }
                    Some(Err(_)) | None => self.subscription = None,
                },
                None => self.subscription = None,
            }
        }
    }

    async fn subscribe(&mut self) -> Result<()> {
        let (subscribe, unsubscribe) = ("medchain_subscribeAlerts", "medchain_unsubscribeAlerts");
        let parameters = params([json!(self.member), json!(self.next_block)]);
        let subscription = self.client.inner.rpc.subscribe(subscribe, parameters, unsubscribe).await;
        self.subscription = Some(subscription.map_err(|error| from_rpc(subscribe, error))?);
        Ok(())
    }

    /// Subscribes again, over a new connection if need be.
    async fn resume(&mut self) -> Result<()> {
        let (started, mut pause) = (Instant::now(), PAUSE);
        loop {
            let lost = match self.subscribe().await {
                Err(error @ (Error::ConnectionLost | Error::Unreachable { .. })) => error,
                outcome => return outcome,
            };
            if started.elapsed() > NODE_GONE {
                return Err(lost);
            }
            tokio::time::sleep(pause).await;
            pause = PAUSE_MAX.min(pause * 2);
            match Client::connect_to(self.client.url(), Some(self.client.genesis())).await {
                Ok(client) => self.client = client,
                Err(Error::ConnectionLost | Error::Unreachable { .. }) => {}
                Err(error) => return Err(error),
            }
        }
    }
}
