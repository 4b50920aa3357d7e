//! Why the runtime refuses something, in words: module errors are looked up in the metadata of the runtime that gave
//! them.

use crate::{
    rpc::{failure::runtime_failed, ChainClient},
    service::Hash,
};
use codec::Decode;
use frame_metadata::{RuntimeMetadata, RuntimeMetadataPrefixed};
use jsonrpsee::types::ErrorObjectOwned;
use scale_info::{PortableRegistry, TypeDef};
use serde::Serialize;
use sp_runtime::{DispatchError, ModuleError};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// A refusal, as it stands in answers and in the data of errors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The pallet that refuses; `System` for errors that belong to none.
    pub pallet: String,
    /// The error's name.
    pub error: String,
    /// The cause and the remedy.
    pub text: String,
}

impl Refusal {
    fn of_system(error: &str, text: &str) -> Self {
        Self { pallet: "System".into(), error: error.into(), text: text.into() }
    }
}

/// The errors of one runtime by pallet index and error index.
type Table = HashMap<(u8, u8), Refusal>;

/// Puts dispatch errors into words.
pub struct RefusalTexts<C> {
    client: Arc<C>,
    /// The table of the runtime asked about last, with its version.
    table: Mutex<Option<(u32, Arc<Table>)>>,
}

impl<C: ChainClient> RefusalTexts<C> {
    /// With nothing read yet.
    pub fn new(client: Arc<C>) -> Self {
        Self { client, table: Mutex::new(None) }
    }

    /// What `error`, given by the runtime at block `at`, means.
    ///
    /// # Errors
    /// [`Code::RuntimeApi`](crate::rpc::failure::Code) if the runtime does not give its metadata.
    pub fn explain(&self, at: Hash, error: &DispatchError) -> Result<Refusal, ErrorObjectOwned> {
        let DispatchError::Module(ModuleError { index, error, .. }) = error else { return Ok(of_frame(error)) };
        let table = self.table(at)?;
        Ok(table.get(&(*index, error[0])).cloned().unwrap_or_else(|| {
            Refusal::of_system(
                "Unknown",
                &format!(
                    "The runtime refuses with error {} of pallet {index}, which its metadata does not name.",
                    error[0]
                ),
            )
        }))
    }

    fn table(&self, at: Hash) -> Result<Arc<Table>, ErrorObjectOwned> {
        use sp_api::{Core, Metadata};
        let api = self.client.runtime_api();
        let version = api.version(at).map_err(runtime_failed)?.spec_version;
        let mut known = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, table)) = known.as_ref().filter(|(of, _)| *of == version) {
            return Ok(table.clone());
        }
        let metadata = api.metadata(at).map_err(runtime_failed)?;
        let table = Arc::new(read(&metadata));
        *known = Some((version, table.clone()));
        Ok(table)
    }
}

/// Reads the errors out of encoded metadata. What cannot be read leaves the table empty: errors are then given by number.
fn read(metadata: &[u8]) -> Table {
    match RuntimeMetadataPrefixed::decode(&mut &*metadata) {
        Ok(RuntimeMetadataPrefixed(_, RuntimeMetadata::V14(metadata))) => collect(
            &metadata.types,
            metadata.pallets.iter().filter_map(|pallet| {
                pallet.error.as_ref().map(|error| (pallet.index, pallet.name.as_str(), error.ty.id))
            }),
        ),
        Ok(RuntimeMetadataPrefixed(_, other)) => {
            log::warn!(target: "medchain", "the runtime's metadata has version {}, not 14", other.version());
            Table::default()
        }
        Err(_) => {
            log::warn!(target: "medchain", "the runtime's metadata cannot be read");
            Table::default()
        }
    }
}

fn collect<'a>(types: &PortableRegistry, pallets: impl Iterator<Item = (u8, &'a str, u32)>) -> Table {
    let mut table = Table::new();
    for (index, name, error) in pallets {
        let Some(TypeDef::Variant(errors)) = types.resolve(error).map(|found| &found.type_def) else { continue };
        for variant in &errors.variants {
            let refusal = Refusal {
                pallet: name.into(),
                error: variant.name.clone(),
                text: sentence(&variant.docs, &variant.name),
            };
            table.insert((index, variant.index), refusal);
        }
    }
    table
}

/// The documentation as one line; the name where there is none.
fn sentence(docs: &[String], name: &str) -> String {
    let text = docs.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        name.into()
    } else {
        text
    }
}

/// The errors of FRAME that belong to no pallet.
fn of_frame(error: &DispatchError) -> Refusal {
    let (name, text) = match error {
        DispatchError::BadOrigin => ("BadOrigin", "The account may not do this."),
        DispatchError::CannotLookup => ("CannotLookup", "The account cannot be looked up."),
        DispatchError::ConsumerRemaining => ("ConsumerRemaining", "Something still depends on the account."),
        DispatchError::NoProviders => ("NoProviders", "The account does not exist on this chain; register first."),
        DispatchError::TooManyConsumers => ("TooManyConsumers", "Too much depends on the account already."),
        DispatchError::Token(_) => ("Token", "This chain has no token."),
        DispatchError::Arithmetic(_) => ("Arithmetic", "A number is out of range."),
        DispatchError::Transactional(_) => ("Transactional", "Too many steps within each other."),
        DispatchError::Exhausted => ("Exhausted", "A resource of the chain is exhausted; try later."),
        DispatchError::Corruption => ("Corruption", "The chain's state is corrupt; tell the operators."),
        DispatchError::Unavailable => ("Unavailable", "Something needed is not available now; try later."),
        DispatchError::RootNotAllowed => ("RootNotAllowed", "The root origin may not do this."),
        DispatchError::Trie(_) => ("Trie", "A proof does not hold."),
        DispatchError::Other(_) | DispatchError::Module(_) => ("Other", "The runtime refuses and gives no reason."),
    };
    Refusal::of_system(name, text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use scale_info::{meta_type, Registry, TypeInfo};

    #[derive(TypeInfo)]
    #[scale_info(capture_docs = "always")]
    #[allow(dead_code)]
    enum Error {
        /// The grant has expired;
        /// ask the patient again.
        #[codec(index = 3)]
        GrantExpired,
        #[codec(index = 9)]
        Undocumented,
    }

    #[test]
    fn an_error_is_named_with_its_documentation() {
        let mut registry = Registry::new();
        let id = registry.register_type(&meta_type::<Error>()).id;
        let table = collect(&registry.into(), [(23, "Access", id)].into_iter());
        assert_eq!(
            table[&(23, 3)],
            Refusal {
                pallet: "Access".into(),
                error: "GrantExpired".into(),
                text: "The grant has expired; ask the patient again.".into()
            }
        );
        assert_eq!(table[&(23, 9)].text, "Undocumented");
        assert_eq!(table.len(), 2);
    }

    #[test]
    fn metadata_that_cannot_be_read_leaves_errors_as_numbers() {
        assert!(read(&[]).is_empty());
        assert!(read(b"metadata").is_empty());
    }
}
