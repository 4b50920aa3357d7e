//! Tests by extension.
#![allow(clippy::unwrap_used)]

mod check_nonce;
mod check_quota;
mod govern;
