//! Which calls are let through: not those that the council has stopped, nor those that go round it.

use super::council::MOTION_LENGTH_MAX;
use crate::*;
use frame_support::traits::{ConstU32, Contains};
use pallet_tx_pause::RuntimeCallNameOf;

/// The calls that are let through.
pub struct LetThrough;

impl Contains<RuntimeCall> for LetThrough {
    fn contains(call: &RuntimeCall) -> bool {
        use pallet_membership::Call::change_key;
        let goes_round_the_council = match call {
            // A seat would pass to an account that nobody has voted on.
            RuntimeCall::Administrators(change_key { .. })
            | RuntimeCall::CouncilMembers(change_key { .. })
            | RuntimeCall::Validators(change_key { .. }) => true,
            // The pallet bounds the number of motions, not their length; it checks that the length is not larger than
            // what is said here.
            RuntimeCall::Council(pallet_collective::Call::propose { length_bound, .. }) => {
                *length_bound > MOTION_LENGTH_MAX
            }
            _ => false,
        };
        !goes_round_the_council && TxPause::contains(call)
    }
}

/// The longest name of a pallet or a call, in bytes.
pub type NameMax = ConstU32<64>;

impl pallet_tx_pause::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type PauseOrigin = super::council::MoreThanHalf;
    type UnpauseOrigin = super::council::MoreThanHalf;
    type WhitelistedCalls = NeverPaused;
    type MaxNameLen = NameMax;
    type WeightInfo = pallet_tx_pause::weights::SubstrateWeight<Runtime>;
}

/// The calls that cannot be stopped: those without which there would be no more blocks, no finality or no council to lift
/// the stop, and those by which a patient takes back what she gave.
pub struct NeverPaused;

/// Pallets none of whose calls can be stopped.
const PALLETS: [&str; 11] = [
    "System",
    "Timestamp",
    "Grandpa",
    "Session",
    "Consortium",
    "Rounds",
    "Council",
    "CouncilMembers",
    "Validators",
    "Administrators",
    "TxPause",
];
/// Single calls that cannot be stopped.
const CALLS: [(&str, &str); 11] = [
    ("Access", "deny"),
    ("Access", "dismiss_guardian"),
    ("Access", "revoke"),
    ("Access", "revoke_emergency_consent"),
    ("Access", "revoke_link"),
    ("Access", "revoke_reader"),
    ("Access", "revoke_standing_consent"),
    ("Access", "withdraw_emergency"),
    ("Appointments", "end_care"),
    ("Registry", "object_to_recovery"),
    ("Reports", "erase"),
];

impl Contains<RuntimeCallNameOf<Runtime>> for NeverPaused {
    fn contains((pallet, call): &RuntimeCallNameOf<Runtime>) -> bool {
        PALLETS.iter().any(|name| name.as_bytes() == pallet.as_slice())
            || CALLS.iter().any(|(of, name)| of.as_bytes() == pallet.as_slice() && name.as_bytes() == call.as_slice())
    }
}
