//! Each call, allowed and refused; and the reads.

#![allow(clippy::unwrap_used)]

mod amend;
mod anchor;
mod anchor_batch;
mod cancel_fills;
mod dispense;
mod dispute;
mod erase;
mod migrations;
mod reads;
mod reseal;
mod retract;
