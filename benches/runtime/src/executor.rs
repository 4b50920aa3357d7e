//! Calls into a runtime's WebAssembly, over any state.

use anyhow::{anyhow, Context, Result};
use codec::{Decode, Encode};
use sc_executor::WasmExecutor;
use sp_core::traits::{CallContext, RuntimeCode, WrappedRuntimeCode};
use sp_externalities::Extensions;
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::traits::{BlakeTwo256, Hash as _};
use sp_state_machine::{backend::Backend, OverlayedChanges, StateMachine};
use std::borrow::Cow;

type HostFunctions = (sp_io::SubstrateHostFunctions, frame_benchmarking::benchmarking::HostFunctions);

/// A runtime, compiled once.
pub struct Executor {
    executor: WasmExecutor<HostFunctions>,
    code: Vec<u8>,
    hash: Vec<u8>,
}

impl Executor {
    /// The executor of this WebAssembly.
    pub fn new(code: Vec<u8>) -> Self {
        let hash = BlakeTwo256::hash(&code).as_bytes().to_vec();
        Self { executor: WasmExecutor::builder().build(), code, hash }
    }

    /// The executor of the runtime that the node carries.
    ///
    /// # Errors
    ///
    /// When this program was built without it.
    pub fn of_node() -> Result<Self> {
        let code = medchain_runtime::WASM_BINARY.context("this program was built without the runtime's WebAssembly")?;
        Ok(Self::new(code.to_vec()))
    }

    /// Calls a function of the runtime over a state; what it changes goes to the overlay.
    ///
    /// # Errors
    ///
    /// When the runtime panics or has no such function.
    pub fn call<State: Backend<BlakeTwo256>>(
        &self,
        state: &State,
        overlay: &mut OverlayedChanges<BlakeTwo256>,
        method: &str,
        arguments: &[u8],
    ) -> Result<Vec<u8>> {
        let fetcher = WrappedRuntimeCode(Cow::Borrowed(&self.code));
        let runtime = RuntimeCode { code_fetcher: &fetcher, heap_pages: None, hash: self.hash.clone() };
        let mut extensions = Extensions::new();
        extensions.register(KeystoreExt::new(MemoryKeystore::new()));
        let answer = StateMachine::new(
            state,
            overlay,
            &self.executor,
            method,
            arguments,
            &mut extensions,
            &runtime,
            CallContext::Offchain,
        )
        .execute();
        answer.map_err(|error| anyhow!("{method}: {error}"))
    }

    /// As [`Self::call`], with the arguments encoded and the answer decoded, and nothing kept of what it changes.
    ///
    /// # Errors
    ///
    /// As for [`Self::call`], and when the answer is of another type.
    pub fn ask<State: Backend<BlakeTwo256>, Answer: Decode>(
        &self,
        state: &State,
        method: &str,
        arguments: impl Encode,
    ) -> Result<Answer> {
        let answer = self.call(state, &mut OverlayedChanges::default(), method, &arguments.encode())?;
        Answer::decode(&mut &answer[..]).with_context(|| format!("{method} answers in another type"))
    }
}
