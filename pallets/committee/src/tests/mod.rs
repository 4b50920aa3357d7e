#![allow(clippy::unwrap_used)]

mod acts;
mod renewal;
mod rounds;
