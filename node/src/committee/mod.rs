//! The node's part in the release committee.
//!
//! | module | what it holds |
//! |---|---|
//! | [`shares`] | the node's shares of the committee's key, sealed on its disk |
//! | [`protocol`] | what the members' nodes ask of each other: dealt shares, and releases for a reader |
//! | [`rounds`] | the node's part in making the key and handing it on |
//! | [`allowance`] | how many releases a reader and a peer may ask for |
//! | [`metrics`] | what Prometheus learns about all of it |

pub mod allowance;
pub mod metrics;
pub mod protocol;
pub mod rounds;
pub mod shares;

use crate::{rpc::ChainClient, service::Hash};
use medchain_runtime_api::{AccessApi, CommitteeApi, CommitteeView};
use sp_api::ApiError;

const LOG: &str = "release";

/// The committee of the key of this epoch that a block's state shows: in force, or of a key that was replaced.
///
/// # Errors
/// If the runtime does not answer.
pub fn of_epoch<C: ChainClient>(client: &C, at: Hash, epoch: u32) -> Result<Option<CommitteeView>, ApiError> {
    let api = client.runtime_api();
    match api.committee(at)? {
        Some(committee) if committee.epoch == epoch => Ok(Some(committee)),
        _ => Ok(api.earlier_committees(at)?.into_iter().find(|committee| committee.epoch == epoch)),
    }
}
