//! The cryptography of MedChain, for the node and every client written in Rust.
//!
//! A record's content is encrypted under a fresh **record key**, which is made of two halves: the **patient half**
//! travels in [seals](seal), one for each reader whom the patient chooses, and the **committee half** travels in a
//! [capsule](committee), which the release committee opens together and only for an opening that the chain shows.
//!
//! | module | what it holds |
//! |---|---|
//! | [`keys`] | a member's X25519 encryption key |
//! | [`record_key`] | the two halves and the key they make |
//! | [`content`] | documents as age files, streamed |
//! | [`seal`] | a patient half wrapped to one member |
//! | [`note`] | a short text wrapped to one member |
//! | [`committee`] | capsules, partial releases and how they combine |
//! | [`release`] | a partial release wrapped to one reader |
//! | [`envelope`] | what the vault keeps beside a content |
//! | [`emergency`] | the second capsule of a record, which carries the patient half |
//! | [`carried`] | committee halves carried over to another key of the committee |
//! | [`sharing`] | how the committee makes its key and hands it on |
//! | [`at_rest`] | what a node keeps on its disk, encrypted |
//! | [`dealer`] | committees for development chains and tests |
//!
//! Every format is fixed byte by byte in this crate's `README.md`, with test vectors in `tests/vectors/` at the root of
//! the repository. Ids are plain integers here, so that the crate depends on nothing of Substrate.
//!
//! Functions that draw random numbers panic if the operating system cannot supply them: there is no safe way on.

pub mod at_rest;
pub mod carried;
pub mod committee;
pub mod content;
pub mod dealer;
pub mod emergency;
pub mod envelope;
mod hpke_suite;
pub mod key_copy;
pub mod keys;
pub mod note;
pub mod record_key;
pub mod release;
mod released;
pub mod seal;
pub mod sharing;

#[cfg(test)]
mod vectors;
