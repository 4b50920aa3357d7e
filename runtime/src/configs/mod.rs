//! One file per pallet: its configuration, and the adapters that wire it to the others.

pub mod access;
pub mod administrators;
pub mod appointments;
pub mod aura;
pub mod calls;
pub mod committee;
pub mod council;
pub mod grandpa;
pub mod quotas;
pub mod registry;
pub mod reports;
pub mod system;
pub mod timestamp;
pub mod validators;
