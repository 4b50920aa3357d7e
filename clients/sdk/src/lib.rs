//! What MedChain's clients share: accounts, the chain, the vault, and records from the author's file to the reader's.
//!
//! | module | what it does |
//! |---|---|
//! | [`account`] | signing and encryption keys from one seed |
//! | [`keystore`] | accounts at rest, encrypted to a passphrase |
//! | [`client`] | a connection to a node: typed reads, transactions |
//! | [`chain`] | the calls and events of the pallets |
//! | [`proof`] | keys to seal to, and records, from storage proofs |
//! | [`vault`] | tickets, and contents to and from a node's vault |
//! | [`record`] | encrypt, store and anchor; open, fetch and decrypt |
//! | [`appointment`] | notes to the doctor |
//! | [`council`] | motions and votes, the sets that the council keeps, session keys |
//! | [`audit`] | the read log as FHIR AuditEvents |
//! | [`erasure`] | which nodes have deleted an erased record |
//! | [`description`] | what a document is, in FHIR |
//! | [`link`] | records shown to who has no account: SMART Health Links |
//! | [`gateway`] | the gateway that hosts links and serves the portal |
//! | [`statement`] | what one account signs for another to show: vouchers, consents |
//!
//! Every error is an [`Error`]: one sentence and a hint, without personal data.

#![deny(missing_docs)]

pub mod account;
pub mod appointment;
pub mod audit;
pub mod chain;
pub mod client;
pub mod copies;
pub mod council;
pub mod description;
pub mod erasure;
mod error;
pub mod gateway;
pub mod keystore;
pub mod link;
pub mod proof;
pub mod record;
pub mod statement;
mod transfer;
pub mod vault;

pub use account::Identity;
pub use client::Client;
pub use error::{Error, Result};
