//! Appointments and care relations.

use crate::*;

impl pallet_appointments::Config for Runtime {
    type Members = Registry;
    type Consents = Access;
    type Time = Timestamp;
    type WeightInfo = crate::weights::pallet_appointments::WeightInfo<Runtime>;
}
