//! The members.

use super::administrators::SignedByAdministrator;
use crate::*;

impl pallet_registry::Config for Runtime {
    type AdminOrigin = SignedByAdministrator;
    type Administrators = Administrators;
    type Records = Reports;
    type Guardianships = Access;
    type Signature = Signature;
    type Time = Timestamp;
    type WeightInfo = pallet_registry::weights::SubstrateWeight<Runtime>;
}
