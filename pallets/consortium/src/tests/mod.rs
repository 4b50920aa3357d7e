#![allow(clippy::unwrap_used)]

mod enact;
mod offences;
mod sessions;
