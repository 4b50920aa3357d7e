//! Transactions: signed, submitted, followed to the block that a caller asks for, and their refusals put into words.

use super::{from_rpc, Client, Hash};
use crate::{
    account::Identity,
    chain::{events::Event, ChainConfig},
    error::{Error, Result},
};
use std::time::{Duration, Instant};
use subxt::{
    client::OnlineClientAtBlockImpl,
    config::DefaultExtrinsicParamsBuilder,
    error::{BackendError, DispatchError, ExtrinsicError, RpcError, TransactionEventsError},
    extrinsics::ExtrinsicEvents,
    tx::{Payload, SubmittableTransaction, TransactionStatus},
};

/// For how many blocks a signed transaction may be included: two minutes.
const MORTALITY_BLOCKS: u64 = 64;

/// For how long the node's pool may lag behind the final block that a transaction starts from, or be ahead of it by a
/// runtime's upgrade, and how often it is asked.
const POOL_APART: Duration = Duration::from_secs(60);
const POOL_APART_PAUSE: Duration = Duration::from_millis(200);
/// By how many blocks more each time, and at most, a transaction starts earlier then.
const EARLIER_STEP: u64 = 8;
const EARLIER_BLOCKS: u64 = 32;
/// What the pool says of a transaction that starts from a block which it does not know: one that is long past, or one
/// that it has not reached.
const UNKNOWN_START: &str = "transaction has an ancient birth block";

/// How long to follow a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wait {
    /// Until the node has taken it.
    Taken,
    /// Until a block includes it.
    InBlock,
    /// Until that block is final.
    Finalized,
}

/// Where a followed transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The node has taken it.
    Taken,
    /// A block includes it.
    InBlock,
    /// That block is final.
    Finalized,
}

/// A transaction that succeeded, as far as it was followed.
#[derive(Debug)]
pub struct Submitted {
    /// The transaction's hash.
    pub transaction: [u8; 32],
    /// The block that includes it; `None` if it was not awaited.
    pub block: Option<[u8; 32]>,
    /// Whether that block is final.
    pub finalized: bool,
    events: Option<ExtrinsicEvents<ChainConfig>>,
}

impl Submitted {
    /// The first event of this type; `None` if the transaction was not followed into a block or emitted no such event.
    pub fn event<E: Event>(&self) -> Option<E> {
        let events = self.events.as_ref()?;
        let found = events
            .iter()
            .filter_map(std::result::Result::ok)
            .find(|event| event.pallet_name() == E::PALLET && event.event_name() == E::EVENT)?;
        E::decode(&mut found.field_bytes()).ok()
    }
}

impl Submitted {
    /// Every event of this type, in order.
    pub fn events<E: Event>(&self) -> Vec<E> {
        let events = self.events.iter().flat_map(|events| events.iter().filter_map(std::result::Result::ok));
        events
            .filter(|event| event.pallet_name() == E::PALLET && event.event_name() == E::EVENT)
            .filter_map(|event| E::decode(&mut event.field_bytes()).ok())
            .collect()
    }
}

impl Client {
    /// The refusal that a pallet gives by this name, in the words of the chain's metadata: for checks that a client makes
    /// before a long step and that the chain makes again after it.
    pub(crate) async fn pallet_error(&self, pallet: &str, error: &str) -> Error {
        let documentation = async {
            let at = self.chain().await.ok()?.at_current_block().await.ok()?;
            let metadata = at.metadata();
            let variants = metadata.pallet_by_name(pallet)?.error_variants()?;
            Some(variants.iter().find(|variant| variant.name == error)?.docs.join(" "))
        };
        Error::dispatch(pallet, error, &documentation.await.unwrap_or_default())
    }

    /// Signs calls in advance, each with the nonce that is said, for any time: nothing is asked of the node for each.
    /// Gives them encoded, to be sent by `author_submitExtrinsic`.
    ///
    /// # Errors
    /// [`Error::IncompatibleRuntime`], [`Error::ConnectionLost`].
    pub async fn sign_in_advance<'a, Call: Payload>(
        &self,
        calls: impl IntoIterator<Item = (Call, &'a Identity, u64)>,
    ) -> Result<Vec<Vec<u8>>> {
        let chain = self.chain().await?;
        let at = chain.tx().await.map_err(|_| Error::ConnectionLost)?;
        let mut signed = Vec::new();
        for (call, signer, nonce) in calls {
            let parameters = DefaultExtrinsicParamsBuilder::<ChainConfig>::new().immortal().nonce(nonce).build();
            let account = subxt::tx::Signer::<ChainConfig>::account_id(signer);
            let mut signable = at.create_signable(&call, &account, parameters).await.map_err(from_extrinsic)?;
            signed.push(signable.sign(signer).map_err(from_extrinsic)?.encoded().to_vec());
        }
        Ok(signed)
    }

    /// Signs a call and submits it with a mortal era, after the account's transactions that are already in the pool;
    /// follows it as far as `wait` says.
    ///
    /// # Errors
    /// [`Error::Dispatch`] or [`Error::Refused`] if it was included and failed; [`Error::TransactionRefused`],
    /// [`Error::TransactionDropped`], [`Error::IncompatibleRuntime`], [`Error::ConnectionLost`].
    pub async fn submit(
        &self,
        call: &impl Payload,
        signer: &Identity,
        wait: Wait,
        progress: &(dyn Fn(Stage) + Send + Sync),
    ) -> Result<Submitted> {
        let nonce = self.next_nonce(signer).await?;
        self.submit_with_nonce(call, signer, nonce, wait, progress).await
    }

    /// The number of the account's next transaction, after those that are already in the pool.
    ///
    /// # Errors
    /// Those of [`Client::call`].
    pub async fn next_nonce(&self, signer: &Identity) -> Result<u64> {
        self.call("system_accountNextIndex", [signer.address().into()]).await
    }

    /// As [`Client::submit`], as the account's transaction of this number: for several at once.
    ///
    /// # Errors
    /// Those of [`Client::submit`].
    pub async fn submit_with_nonce(
        &self,
        call: &impl Payload,
        signer: &Identity,
        nonce: u64,
        wait: Wait,
        progress: &(dyn Fn(Stage) + Send + Sync),
    ) -> Result<Submitted> {
        let chain = self.chain().await?;
        let account = subxt::tx::Signer::<ChainConfig>::account_id(signer);
        let until = Instant::now() + POOL_APART;
        let mut back = 0;
        loop {
            let at = chain.at_current_block().await.map_err(|_| Error::ConnectionLost)?;
            let parameters = DefaultExtrinsicParamsBuilder::<ChainConfig>::new().nonce(nonce);
            let parameters = match self.earlier(at.block_number(), back).await? {
                None => parameters.mortal(MORTALITY_BLOCKS),
                Some((number, Hash(hash))) => {
                    parameters.mortal_from_unchecked(MORTALITY_BLOCKS, number, subxt::utils::H256(hash))
                }
            };
            let transactions = at.tx();
            let signable = transactions.create_signable(call, &account, parameters.build()).await;
            let transaction = signable.map_err(from_extrinsic)?.sign(signer).map_err(from_extrinsic)?;
            // What is refused or dropped for a reason of its moment is signed anew; its number is used once all the same.
            match self.follow(transaction, wait, progress).await {
                // A node that is flooded, or has just caught up, knows a final block before its pool does: the transaction
                // starts from a block that the pool may know.
                Err(Error::TransactionRefused { reason }) if reason == UNKNOWN_START && Instant::now() < until => {
                    back = EARLIER_BLOCKS.min(back + EARLIER_STEP);
                }
                // While a runtime's upgrade is not final, the pool wants what is signed for the next runtime, and we sign for
                // the one of the final block: that block will be one of the next runtime soon.
                Err(error @ (Error::TransactionRefused { .. } | Error::TransactionDropped { .. }))
                    if Instant::now() < until =>
                {
                    if !self.best_spec_version().await.is_ok_and(|version| version != at.spec_version()) {
                        return Err(error);
                    }
                }
                outcome => return outcome,
            }
            tokio::time::sleep(POOL_APART_PAUSE).await;
        }
    }

    /// The number and hash of the block that is so many before another; `None` for none before it.
    async fn earlier(&self, number: u64, back: u64) -> Result<Option<(u64, Hash)>> {
        if back == 0 {
            return Ok(None);
        }
        let number = number.saturating_sub(back);
        let hash: Option<Hash> = self.call("chain_getBlockHash", [number.into()]).await?;
        Ok(hash.map(|hash| (number, hash)))
    }

    /// The version of the runtime that the node's best block leaves behind.
    async fn best_spec_version(&self) -> Result<u32> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct RuntimeVersion {
            spec_version: u32,
        }
        let version: RuntimeVersion = self.call("state_getRuntimeVersion", []).await?;
        Ok(version.spec_version)
    }

    /// Submits a call that needs no signer, such as the application of an authorised upgrade, and follows it as far as
    /// `wait` says.
    ///
    /// # Errors
    /// Those of [`Client::submit`].
    pub async fn submit_unsigned(
        &self,
        call: &impl Payload,
        wait: Wait,
        progress: &(dyn Fn(Stage) + Send + Sync),
    ) -> Result<Submitted> {
        let at = self.chain().await?.tx().await.map_err(|_| Error::ConnectionLost)?;
        let transaction = at.create_unsigned(call).map_err(from_extrinsic)?;
        self.follow(transaction, wait, progress).await
    }

    async fn follow(
        &self,
        transaction: SubmittableTransaction<ChainConfig, OnlineClientAtBlockImpl<ChainConfig>>,
        wait: Wait,
        progress: &(dyn Fn(Stage) + Send + Sync),
    ) -> Result<Submitted> {
        if wait == Wait::Taken {
            let bytes = format!("0x{}", hex::encode(transaction.encoded()));
            let hash: Hash = self.call("author_submitExtrinsic", [bytes.into()]).await?;
            progress(Stage::Taken);
            return Ok(Submitted { transaction: hash.0, block: None, finalized: false, events: None });
        }

        let mut following = transaction.submit_and_watch().await.map_err(from_extrinsic)?;
        let hash = following.extrinsic_hash().0;
        progress(Stage::Taken);
        while let Some(status) = following.next().await {
            let (included, finalized) = match status.map_err(|_| Error::ConnectionLost)? {
                TransactionStatus::InBestBlock(included) => (included, false),
                TransactionStatus::InFinalizedBlock(included) => (included, true),
                TransactionStatus::Error { message }
                | TransactionStatus::Invalid { message }
                | TransactionStatus::Dropped { message } => {
                    return Err(Error::TransactionDropped { reason: crate::error::uncapitalised(&message) })
                }
                _ => continue,
            };
            progress(if finalized { Stage::Finalized } else { Stage::InBlock });
            if finalized || wait == Wait::InBlock {
                let events = included.wait_for_success().await.map_err(from_events)?;
                let block = Some(included.block_hash().0);
                return Ok(Submitted { transaction: hash, block, finalized, events: Some(events) });
            }
        }
        Err(Error::ConnectionLost)
    }
}

fn from_extrinsic(error: ExtrinsicError) -> Error {
    match error {
        ExtrinsicError::ErrorSubmittingTransaction(BackendError::Rpc(RpcError::ClientError(error))) => {
            from_rpc("author_submitAndWatchExtrinsic", error)
        }
        ExtrinsicError::IncompatibleCodegen
        | ExtrinsicError::PalletNameNotFound(_)
        | ExtrinsicError::CallNameNotFound { .. }
        | ExtrinsicError::EncodeError(_)
        | ExtrinsicError::Params(_)
        | ExtrinsicError::UnsupportedVersion => Error::IncompatibleRuntime,
        _ => Error::ConnectionLost,
    }
}

fn from_events(error: TransactionEventsError) -> Error {
    match error {
        TransactionEventsError::ExtrinsicFailed(error) => from_dispatch(&error),
        TransactionEventsError::CannotDecodeDispatchError { .. }
        | TransactionEventsError::CannotDecodeEventInBlock { .. } => Error::IncompatibleRuntime,
        _ => Error::ConnectionLost,
    }
}

fn from_dispatch(error: &DispatchError) -> Error {
    match error {
        DispatchError::Module(module) => match module.details() {
            Ok(details) => {
                Error::dispatch(details.pallet.name(), &details.variant.name, &details.variant.docs.join(" "))
            }
            Err(_) => Error::IncompatibleRuntime,
        },
        DispatchError::BadOrigin | DispatchError::RootNotAllowed => {
            Error::Refused { text: "this account may not do that".to_owned() }
        }
        other => Error::Refused { text: crate::error::uncapitalised(other.to_string().trim_end_matches('.')) },
    }
}
