//! `medchain_subscribeAlerts`: what a member is alerted to, pushed once it is final.
//!
//! A subscription remembers a block number and nothing else. It reads what is kept, sends, and waits for the next block; a
//! subscriber that does not take a message in time is dropped and told where to go on.

use crate::{
    alerts::{AlertSource, AlertsUnreadable, Kept},
    rpc::{
        failure::{failure, Code},
        medchain::{Medchain, Selector},
        ChainClient,
    },
    service::BlockNumber,
};
use jsonrpsee::{
    core::async_trait,
    proc_macros::rpc,
    server::{SendTimeoutError, SubscriptionCloseResponse, SubscriptionMessage},
    types::ErrorObjectOwned,
    PendingSubscriptionSink,
};
use medchain_primitives::MemberId;
use medchain_runtime_api::BlockAlertsView;
use serde_json::json;
use std::{ops::Range, sync::Arc, time::Duration};

/// How long a subscriber may leave a message waiting.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many blocks are looked through in one go.
const BLOCKS_AT_ONCE: BlockNumber = 1024;

/// Alerts by subscription.
#[rpc(server)]
pub trait AlertsApi {
    /// Pushes a block's alerts for a member as soon as the block is final: for a patient new requests, openings and
    /// emergency openings of its records, for a doctor new appointments. One message for each block that has some, in
    /// order, each once. With `fromBlock` it begins with that block, without it with the next one to become final; who
    /// lost the connection gives the number after the last block that it has seen.
    ///
    /// Example: `medchain_subscribeAlerts(1001, 40)` gives a subscription whose messages are `{"block": 42, "alerts":
    /// [{"kind": "emergency", "reading": 3, "record": 2, "doctor": 1002, "reason": "unconscious"}]}`.
    /// Errors: 7003 (unknown member), 7004 (the alerts of that block are kept no more; `oldest`). A subscription that the
    /// node ends says why in its last message: 7005 (the client did not take the messages in time; `next` is the block to
    /// go on from), 7001 (the alerts cannot be read).
    #[subscription(
        name = "medchain_subscribeAlerts" => "medchain_alerts",
        unsubscribe = "medchain_unsubscribeAlerts",
        item = BlockAlertsView
    )]
    async fn subscribe_alerts(
        &self,
        member: Selector,
        #[argument(rename = "fromBlock")] from_block: Option<BlockNumber>,
    ) -> SubscriptionCloseResponse;
}

/// The subscription's implementation.
pub struct AlertsRpc<C, S> {
    members: Medchain<C>,
    source: Arc<S>,
}

impl<C: ChainClient, S: AlertSource> AlertsRpc<C, S> {
    /// Over this client and these alerts.
    pub fn new(client: Arc<C>, source: Arc<S>) -> Self {
        Self { members: Medchain::new(client), source }
    }
}

#[async_trait]
impl<C: ChainClient, S: AlertSource> AlertsApiServer for AlertsRpc<C, S> {
    async fn subscribe_alerts(
        &self,
        pending: PendingSubscriptionSink,
        member: Selector,
        from_block: Option<BlockNumber>,
    ) -> SubscriptionCloseResponse {
        match self.members.member_id(None, &member) {
            Ok(member) => serve(self.source.clone(), member, from_block, pending, PATIENCE).await,
            Err(error) => {
                pending.reject(error).await;
                SubscriptionCloseResponse::None
            }
        }
    }
}

/// Serves one subscription to its end.
async fn serve<S: AlertSource>(
    source: Arc<S>,
    member: MemberId,
    from_block: Option<BlockNumber>,
    pending: PendingSubscriptionSink,
    patience: Duration,
) -> SubscriptionCloseResponse {
    let mut kept = source.kept();
    let Kept { first, next: end } = *kept.borrow();
    let mut next = from_block.unwrap_or(end);
    if next < first {
        pending.reject(kept_no_more(next, first)).await;
        return SubscriptionCloseResponse::None;
    }
    let Ok(sink) = pending.accept().await else { return SubscriptionCloseResponse::None };
    loop {
        let Kept { first, next: end } = *kept.borrow_and_update();
        if next < first {
            return closing(&kept_no_more(next, first));
        }
        while next < end {
            let through = end.min(next.saturating_add(BLOCKS_AT_ONCE));
            let found = match found_for(source.clone(), member, next..through).await {
                Ok(found) => found,
                Err(error) => return closing(&unreadable(&error)),
            };
            for block in found {
                let Ok(message) = SubscriptionMessage::from_json(&block) else {
                    return SubscriptionCloseResponse::None;
                };
                match sink.send_timeout(message, patience).await {
                    Ok(()) => {}
                    Err(SendTimeoutError::Timeout(_)) => return closing(&too_slow(block.block)),
                    Err(SendTimeoutError::Closed(_)) => return SubscriptionCloseResponse::None,
                }
            }
            next = through;
        }
        tokio::select! {
            () = sink.closed() => return SubscriptionCloseResponse::None,
            changed = kept.changed() => if changed.is_err() { return SubscriptionCloseResponse::None },
        }
    }
}

/// The blocks of a range that have alerts for a member.
async fn found_for<S: AlertSource>(
    source: Arc<S>,
    member: MemberId,
    blocks: Range<BlockNumber>,
) -> Result<Vec<BlockAlertsView>, AlertsUnreadable> {
    let reading = tokio::task::spawn_blocking(move || {
        let mut found = Vec::new();
        for block in blocks {
            let alerts: Vec<_> = source
                .of_block(block)?
                .into_iter()
                .filter_map(|(addressee, alert)| (addressee == member).then_some(alert))
                .collect();
            if !alerts.is_empty() {
                found.push(BlockAlertsView { block, alerts });
            }
        }
        Ok(found)
    });
    // The task does not panic; the node may be stopping.
    reading.await.unwrap_or_else(|_| Ok(Vec::new()))
}

fn closing(error: &ErrorObjectOwned) -> SubscriptionCloseResponse {
    match SubscriptionMessage::from_json(error) {
        Ok(message) => SubscriptionCloseResponse::NotifErr(message),
        Err(_) => SubscriptionCloseResponse::None,
    }
}

fn kept_no_more(block: BlockNumber, oldest: BlockNumber) -> ErrorObjectOwned {
    failure(
        Code::AlertsGone,
        format!("the alerts of block {block} are kept here no more"),
        json!({
            "oldest": oldest,
            "hint": "read medchain_inbox, medchain_readLog and medchain_appointments, then subscribe from the oldest",
        }),
    )
}

fn too_slow(next: BlockNumber) -> ErrorObjectOwned {
    failure(
        Code::SlowSubscriber,
        "the subscriber did not take its alerts in time",
        json!({ "next": next, "hint": "subscribe again from that block, and read what is sent" }),
    )
}

fn unreadable(error: &AlertsUnreadable) -> ErrorObjectOwned {
    log::error!(target: "alerts", "alerts cannot be read: {error}");
    failure(
        Code::RuntimeApi,
        "the alerts cannot be read here",
        json!({ "reason": "storage", "hint": "ask another node; tell this one's operator" }),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::alerts::Addressed;
    use jsonrpsee::RpcModule;
    use medchain_primitives::{Purpose, RequestId};
    use medchain_runtime_api::AlertView;
    use serde_json::Value;
    use tokio::sync::watch;

    const PATIENT: MemberId = MemberId(1001);
    const OTHER_PATIENT: MemberId = MemberId(1002);

    /// Two alerts for the patient in every block, and one for the other patient.
    struct Busy(watch::Sender<Kept>);

    impl AlertSource for Busy {
        fn kept(&self) -> watch::Receiver<Kept> {
            self.0.subscribe()
        }

        fn of_block(&self, block: BlockNumber) -> Result<Vec<Addressed>, AlertsUnreadable> {
            let request = |number| AlertView::Request {
                request: RequestId(number),
                requester: MemberId(1003),
                purpose: Purpose::Treatment,
            };
            let number = u64::from(block) * 3;
            Ok(vec![(PATIENT, request(number)), (OTHER_PATIENT, request(number + 1)), (PATIENT, request(number + 2))])
        }
    }

    fn module(source: Arc<Busy>, patience: Duration) -> RpcModule<Arc<Busy>> {
        let mut module = RpcModule::new(source);
        module
            .register_subscription("subscribe", "alerts", "unsubscribe", move |params, pending, source, _| async move {
                let from: Option<BlockNumber> = params.one().unwrap();
                serve(source.as_ref().clone(), PATIENT, from, pending, patience).await
            })
            .unwrap();
        module
    }

    fn busy(first: BlockNumber, next: BlockNumber) -> Arc<Busy> {
        Arc::new(Busy(watch::Sender::new(Kept { first, next })))
    }

    fn parsed(message: &str) -> Value {
        serde_json::from_str(message).unwrap()
    }

    async fn subscribe(
        module: &RpcModule<Arc<Busy>>,
        from: Option<BlockNumber>,
        buffer: usize,
    ) -> (Value, tokio::sync::mpsc::Receiver<String>) {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": "subscribe", "params": [from] });
        let (answer, messages) = module.raw_json_request(&request.to_string(), buffer).await.unwrap();
        (parsed(&answer), messages)
    }

    #[tokio::test]
    async fn a_subscriber_gets_its_own_alerts_block_by_block_from_where_it_left_off() {
        let source = busy(3, 6);
        let module = module(source.clone(), PATIENCE);
        let (_, mut messages) = subscribe(&module, Some(4), 16).await;
        let mut blocks = Vec::new();
        source.0.send_replace(Kept { first: 3, next: 8 });
        while blocks.len() < 4 {
            let message = parsed(&messages.recv().await.unwrap());
            let Some(result) = message["params"].get("result") else { continue };
            assert_eq!(result["alerts"].as_array().unwrap().len(), 2);
            assert_eq!(result["alerts"][0]["request"], result["block"].as_u64().unwrap() * 3);
            blocks.push(result["block"].as_u64().unwrap());
        }
        assert_eq!(blocks, [4, 5, 6, 7]);
    }

    #[tokio::test]
    async fn without_a_block_only_what_becomes_final_from_now_on_is_sent() {
        let source = busy(0, 6);
        let module = module(source.clone(), PATIENCE);
        let (_, mut messages) = subscribe(&module, None, 16).await;
        source.0.send_replace(Kept { first: 0, next: 7 });
        loop {
            let message = parsed(&messages.recv().await.unwrap());
            if let Some(result) = message["params"].get("result") {
                assert_eq!(result["block"], 6);
                return;
            }
        }
    }

    #[tokio::test]
    async fn blocks_that_are_kept_no_more_are_refused_with_the_oldest() {
        let module = module(busy(100, 200), PATIENCE);
        let (answer, _messages) = subscribe(&module, Some(99), 16).await;
        assert_eq!((&answer["error"]["code"], &answer["error"]["data"]["oldest"]), (&json!(7004), &json!(100)));
    }

    #[tokio::test]
    async fn a_subscriber_that_takes_nothing_is_dropped_and_told_where_to_go_on() {
        let module = module(busy(0, 1_000), Duration::from_millis(50));
        // Room for the answer and three messages.
        let (_, mut messages) = subscribe(&module, Some(0), 4).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let mut taken = Vec::new();
        let error = loop {
            let message = parsed(&messages.recv().await.unwrap());
            match message["params"].get("error") {
                Some(error) => break error.clone(),
                None => taken.extend(message["params"]["result"]["block"].as_u64()),
            }
        };
        assert_eq!(error["code"], 7005);
        assert_eq!(error["data"]["next"].as_u64().unwrap(), taken.last().unwrap() + 1);
        assert!(taken.len() <= 4, "{taken:?}");
        assert!(messages.recv().await.is_none());
    }
}
