//! What the handlers share.

use crate::{
    metrics::Metrics,
    node::{Node, Unreachable},
    opener::Opener,
    portal::Portal,
    rate::Rate,
    store::Store,
};
use medchain_primitives::LinkCommitment;
use medchain_runtime_api::LinkView;
use std::sync::Arc;

/// What the handlers share.
pub struct App {
    /// The institution's node.
    pub node: Arc<Node>,
    /// The link store.
    pub store: Store,
    /// Where openings are asked for.
    pub opener: Opener,
    /// The portal, if it is served.
    pub portal: Option<Portal>,
    /// How many requests one visitor makes.
    pub rate: Rate,
    /// The counts.
    pub metrics: Metrics,
    /// The address that links begin with.
    pub url: String,
    /// How many wrong passcodes a link takes.
    pub attempts: u16,
    /// How many bytes one link may take.
    pub link_bytes_max: u64,
    /// Whether a proxy says who visits.
    pub behind_proxy: bool,
    /// Whether visitors come by TLS, here or at a proxy.
    pub https: bool,
}

impl App {
    /// The link of this commitment as the chain shows it, if this institution hosts it.
    pub async fn link(&self, commitment: LinkCommitment) -> Result<Option<LinkView>, Unreachable> {
        let link = self.node.ask(|client| async move { client.link_by_commitment(commitment).await }).await?;
        Ok(link.filter(|link| link.host == self.node.institution()))
    }
}
