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

const LOG: &str = "release";
