//! The pallets whose calls and extensions are measured.

frame_benchmarking::define_benchmarks!(
    [pallet_registry, Registry]
    [pallet_appointments, Appointments]
    [pallet_reports, Reports]
    [pallet_access, Access]
    [pallet_quotas, Quotas]
    [pallet_consortium, Consortium]
    [pallet_committee, Rounds]
    [pallet_timestamp, Timestamp]
);
