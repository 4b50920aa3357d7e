//! One file for each call, and one for what the other pallets and the clients read.

#![allow(clippy::unwrap_used)]

mod accept;
mod cancel;
mod complete;
mod decline;
mod end_care;
mod expiry;
mod mark_missed;
mod open_care;
mod reads;
mod request;
mod reschedule;
mod set_schedule;
mod suspension;

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError::BadOrigin;

const REASON: AppointmentReason = AppointmentReason::Unavailable;
