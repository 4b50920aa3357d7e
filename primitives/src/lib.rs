//! What MedChain's pallets, node and clients have in common: identifiers, roles, kinds, purposes, limits, and the
//! narrow traits by which one pallet asks another. No storage and no logic beyond the types' own.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

mod glue;
mod ids;
mod keys;
pub mod limits;
mod statements;
mod terms;
mod ticket;

pub use glue::*;
pub use ids::*;
pub use keys::*;
pub use statements::*;
pub use terms::*;
pub use ticket::*;

/// Milliseconds since the Unix epoch, as `pallet-timestamp` keeps them; in calls and storage alike.
pub type Moment = u64;

/// Milliseconds in a minute.
pub const MINUTE: Moment = 60_000;
/// Milliseconds in an hour.
pub const HOUR: Moment = 60 * MINUTE;
/// Milliseconds in a day.
pub const DAY: Moment = 24 * HOUR;
