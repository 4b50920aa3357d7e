//! Requests, grants, openings and the read log.

use crate::*;

impl pallet_access::Config for Runtime {
    type Members = Registry;
    type Care = Appointments;
    type Affiliations = Registry;
    type Records = Reports;
    type Administrators = Administrators;
    type Time = Timestamp;
    type WeightInfo = pallet_access::weights::SubstrateWeight<Runtime>;
}
