//! What each class of accounts may spend.
//!
//! A block takes about 10^12 ps of ordinary transactions, and a transaction with a typical call about 10^9 ps; the
//! comments give the buckets in such transactions, and `tests/quotas.rs` holds them to it.

use super::council::MoreThanHalf;
use crate::*;
use frame_support::{
    traits::{ConstU32, Contains},
    weights::constants::WEIGHT_REF_TIME_PER_MILLIS,
};
use medchain_primitives::{MemberDirectory, Role};
use pallet_quotas::{ClassOf, Lane, Quota, QuotaClass, RegistrationCalls};

const KIB: u32 = 1024;
const MIB: u32 = 1024 * KIB;

impl pallet_quotas::Config for Runtime {
    type Classes = Classes;
    type Quotas = QuotaTable;
    type Registrations = Registrations;
    type GovernOrigin = MoreThanHalf;
    /// Strangers fill a small part of a block at most.
    type OpenRegistrationsPerBlock = ConstU32<16>;
    /// Those with a voucher have room of their own, of which no institution takes more than a quarter.
    type VouchedRegistrationsPerBlock = ConstU32<64>;
    type VouchedPerInstitution = ConstU32<16>;
    type NonceAhead = ConstU32<64>;
    type WeightInfo = crate::weights::pallet_quotas::WeightInfo<Runtime>;
}

/// The class of an account by what the chain knows of it: the largest of those that it belongs to.
pub struct Classes;

impl ClassOf<AccountId> for Classes {
    fn class_of(account: &AccountId) -> QuotaClass {
        if CouncilMembers::contains(account) {
            return QuotaClass::Council;
        }
        if Administrators::contains(account) {
            return QuotaClass::Administrator;
        }
        if Validators::contains(account) {
            return QuotaClass::Validator;
        }
        match <Registry as MemberDirectory<AccountId>>::acting(account) {
            Some(acting) if !acting.member.is_active() => QuotaClass::Pending,
            Some(acting) if acting.staff.is_some() => QuotaClass::Staff,
            Some(acting) if acting.member.role != Role::Patient => QuotaClass::Professional,
            Some(acting) if acting.member.vouched || Reports::is_written_about(acting.member.id) => QuotaClass::Patient,
            Some(_) => QuotaClass::Newcomer,
            None => QuotaClass::Unknown,
        }
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_member() -> AccountId {
        let account = frame_benchmarking::account("member", 0, 0);
        <Registry as MemberDirectory<AccountId>>::benchmark_register(&account, Role::Patient);
        account
    }
}

/// The buckets.
pub struct QuotaTable;

impl pallet_quotas::Quotas for QuotaTable {
    fn quota(class: QuotaClass) -> Quota {
        let quota = |burst_ms: u64, refill_us: u64, length_max, length_refill| Quota {
            weight_max: burst_ms * WEIGHT_REF_TIME_PER_MILLIS,
            weight_refill: refill_us * (WEIGHT_REF_TIME_PER_MILLIS / 1_000),
            length_max,
            length_refill,
        };
        match class {
            // Eight registrations, then one in 25 s.
            QuotaClass::Unknown => quota(8, 80, 8 * KIB, 64),
            // 25 calls, then one in 8 s.
            QuotaClass::Pending => quota(25, 250, 64 * KIB, 512),
            // 60 calls, then one in 20 s: a first day's, and few enough that a flood of newcomers is no flood.
            QuotaClass::Newcomer => quota(60, 100, 128 * KIB, 256),
            // 150 calls, then one per block; or ten answers of 32 records each.
            QuotaClass::Patient => quota(150, 1_000, 256 * KIB, 2 * KIB),
            // 400 calls, then ten per block.
            QuotaClass::Professional | QuotaClass::Administrator => quota(400, 10_000, MIB, 16 * KIB),
            // 200 calls, then five per block: one person's work.
            QuotaClass::Staff => quota(200, 5_000, MIB / 2, 8 * KIB),
            QuotaClass::Validator => quota(100, 1_000, 256 * KIB, 2 * KIB),
            // A runtime upgrade, which fills a block.
            QuotaClass::Council => quota(1_400, 10_000, 8 * MIB, 16 * KIB),
        }
    }
}

/// Recognises the calls that a stranger may send, one of which it does.
pub struct Registrations;

impl RegistrationCalls<AccountId, RuntimeCall> for Registrations {
    fn is_registration(call: &RuntimeCall) -> bool {
        use pallet_registry::Call;
        matches!(call, RuntimeCall::Registry(Call::register { .. } | Call::register_vouched { .. }))
    }

    fn lane(account: &AccountId, call: &RuntimeCall) -> Option<Lane> {
        match call {
            RuntimeCall::Registry(pallet_registry::Call::register { .. }) => Some(Lane::Open),
            RuntimeCall::Registry(pallet_registry::Call::register_vouched { voucher, .. }) => {
                Some(match Registry::ensure_voucher(account, voucher) {
                    Ok(()) => Lane::Vouched(voucher.institution),
                    Err(_) => Lane::VoucherRefused,
                })
            }
            _ => None,
        }
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_registration() -> Option<(AccountId, RuntimeCall)> {
        let applicant = frame_benchmarking::account("applicant", 0, 0);
        let voucher = Registry::benchmark_voucher(&applicant)?;
        let call = pallet_registry::Call::register_vouched {
            role: Role::Patient,
            username: b"applicant".to_vec().try_into().ok()?,
            encryption_key: medchain_primitives::EncryptionKey([0x5a; 32]),
            details: None,
            voucher,
        };
        Some((applicant, call.into()))
    }
}
