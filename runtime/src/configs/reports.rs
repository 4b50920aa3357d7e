//! Anchored records.

use crate::*;

impl pallet_reports::Config for Runtime {
    type Members = Registry;
    type Care = Appointments;
    type Consents = Access;
    type Time = Timestamp;
    type WeightInfo = crate::weights::pallet_reports::WeightInfo<Runtime>;
}
