//! The measured cost of the calls, hooks and extensions of our pallets, and of the database. `scripts/weights.sh` writes the
//! modules.

pub mod pallet_access;
pub mod pallet_appointments;
pub mod pallet_committee;
pub mod pallet_consortium;
pub mod pallet_quotas;
pub mod pallet_registry;
pub mod pallet_reports;
pub mod pallet_timestamp;
pub mod storage;
