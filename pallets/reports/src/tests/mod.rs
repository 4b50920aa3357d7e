//! Each call, allowed and refused; and the reads.

#![allow(clippy::unwrap_used)]

mod amend;
mod anchor;
mod erase;
mod reads;
mod retract;
