//! The development chain: its genesis, its blocks and its transactions.

use crate::executor::Executor;
use anyhow::{anyhow, Context, Result};
use codec::{Decode, Encode};
use medchain_primitives::Moment;
use medchain_runtime::{
    presets, AccountId, BlockNumber, Hash, Header, Nonce, RuntimeCall, RuntimeGenesisConfig, Signature, SignedPayload,
    TxExtension, UncheckedExtrinsic, SLOT_DURATION, VERSION,
};
use sp_core::{
    sr25519,
    storage::{StateVersion, Storage},
    Pair,
};
use sp_runtime::{
    generic::Era,
    traits::{BlakeTwo256, Header as _},
    ApplyExtrinsicResult, BuildStorage, Digest, DigestItem,
};
use sp_state_machine::{Backend, InMemoryBackend, OverlayedChanges};
use std::time::{Duration, Instant};

/// The storage at the chain's genesis.
///
/// # Errors
///
/// When the preset does not fit the runtime.
pub fn genesis_storage() -> Result<Storage> {
    let patch = presets::get_preset(&"development".into()).context("the runtime has no such preset")?;
    let patch: serde_json::Value = serde_json::from_slice(&patch)?;
    let mut config = serde_json::to_value(RuntimeGenesisConfig::default())?;
    for (pallet, fields) in patch.as_object().context("the preset is no object")? {
        for (field, value) in fields.as_object().context("a pallet's genesis is no object")? {
            config[pallet][field] = value.clone();
        }
    }
    let config: RuntimeGenesisConfig = serde_json::from_value(config)?;
    config.build_storage().map_err(|error| anyhow!(error))
}

/// A state in memory.
pub type InMemory = InMemoryBackend<BlakeTwo256>;

/// A chain of blocks made by a runtime's WebAssembly.
pub struct Chain<State> {
    executor: Executor,
    state: State,
    parent: Hash,
    genesis: Hash,
    number: BlockNumber,
    now: Moment,
}

/// A block that has begun: what it has changed so far.
pub type Begun = OverlayedChanges<BlakeTwo256>;

impl Chain<InMemory> {
    /// The development chain at this moment.
    ///
    /// # Errors
    ///
    /// When the runtime cannot be had.
    pub fn new(now: Moment) -> Result<Self> {
        Self::over(InMemoryBackend::from((genesis_storage()?, StateVersion::V1)), now)
    }

    /// Ends a block and goes on from it.
    ///
    /// # Errors
    ///
    /// When the runtime panics.
    pub fn end(&mut self, mut block: Begun) -> Result<()> {
        let header = self.executor.call(&self.state, &mut block, "BlockBuilder_finalize_block", &[])?;
        let header = Header::decode(&mut &header[..])?;
        let changes = block.drain_storage_changes(&self.state, StateVersion::V1).map_err(|error| anyhow!(error))?;
        self.state.apply_transaction(changes.transaction_storage_root, changes.transaction);
        self.parent = header.hash();
        self.number = *header.number();
        self.now += SLOT_DURATION;
        Ok(())
    }
}

impl<State: Backend<BlakeTwo256>> Chain<State> {
    /// A chain that has nothing but a genesis, which leaves this state, at this moment.
    ///
    /// # Errors
    ///
    /// When the runtime cannot be had.
    pub fn over(state: State, now: Moment) -> Result<Self> {
        let genesis = Hash::repeat_byte(0x69);
        Ok(Self { executor: Executor::of_node()?, state, parent: genesis, genesis, number: 0, now })
    }

    /// Lets time pass before the next block.
    pub fn pass(&mut self, time: Moment) {
        self.now += time;
    }

    /// Begins a block: its header and its clock.
    ///
    /// # Errors
    ///
    /// When the runtime panics.
    pub fn begin(&self) -> Result<Begun> {
        let mut block = Begun::default();
        let slot = DigestItem::PreRuntime(*b"aura", (self.now / SLOT_DURATION).encode());
        let header = Header::new(
            self.number + 1,
            Default::default(),
            Default::default(),
            self.parent,
            Digest { logs: vec![slot] },
        );
        self.executor.call(&self.state, &mut block, "Core_initialize_block", &header.encode())?;
        let clock = UncheckedExtrinsic::new_bare(pallet_timestamp::Call::set { now: self.now }.into());
        self.apply(&mut block, &clock.encode())?;
        Ok(block)
    }

    /// Applies a transaction in a block; gives how long the runtime took.
    ///
    /// # Errors
    ///
    /// When the runtime refuses it, or its call.
    pub fn apply(&self, block: &mut Begun, transaction: &[u8]) -> Result<Duration> {
        let begin = Instant::now();
        let answer = self.executor.call(&self.state, block, "BlockBuilder_apply_extrinsic", transaction)?;
        let took = begin.elapsed();
        let outcome = ApplyExtrinsicResult::decode(&mut &answer[..])?;
        outcome
            .map_err(|error| anyhow!("the transaction is refused: {error:?}"))?
            .map_err(|error| anyhow!("the call is refused: {error:?}"))?;
        Ok(took)
    }

    /// A signed transaction, encoded.
    ///
    /// # Errors
    ///
    /// When the signer's nonce cannot be read.
    pub fn signed(&self, signer: &sr25519::Pair, call: RuntimeCall) -> Result<Vec<u8>> {
        let account = AccountId::from(signer.public());
        let nonce: Nonce = self.executor.ask(&self.state, "AccountNonceApi_account_nonce", &account)?;
        let extensions: TxExtension = (
            frame_system::CheckNonZeroSender::new(),
            frame_system::CheckSpecVersion::new(),
            frame_system::CheckTxVersion::new(),
            frame_system::CheckGenesis::new(),
            frame_system::CheckMortality::from(Era::Immortal),
            pallet_quotas::CheckNonce::from(nonce),
            frame_system::CheckWeight::new(),
            frame_metadata_hash_extension::CheckMetadataHash::new(false),
            pallet_quotas::CheckQuota::new(),
        );
        let implicit =
            ((), VERSION.spec_version, VERSION.transaction_version, self.genesis, self.genesis, (), (), None, ());
        let payload = SignedPayload::from_raw(call.clone(), extensions.clone(), implicit);
        let signature = payload.using_encoded(|bytes| signer.sign(bytes));
        Ok(UncheckedExtrinsic::new_signed(call, account.into(), Signature::from(signature), extensions).encode())
    }
}
