//! Requests, grants, openings and the read log.

use super::administrators::SignedByAdministrator;
use crate::*;

impl pallet_access::Config for Runtime {
    type Members = Registry;
    type Care = Appointments;
    type Affiliations = Registry;
    type Records = Reports;
    type AdminOrigin = SignedByAdministrator;
    type Administrators = Administrators;
    type Time = Timestamp;
    type WeightInfo = crate::weights::pallet_access::WeightInfo<Runtime>;
}
