//! Each call, allowed and refused; who may read; what comes with care; and the listings.

#![allow(clippy::unwrap_used)]

mod care;
mod clear_expired;
mod close;
mod committee;
mod deny;
mod emergency;
mod expiry;
mod grant;
mod guardian;
mod links;
mod listing;
mod migrations;
mod open;
mod reading;
mod relinquish;
mod request;
mod revoke;
mod revoke_reader;
mod share;
mod staff;
mod standing;
mod withdraw;
