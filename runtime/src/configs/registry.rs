//! The members.

use super::administrators::SignedByAdministrator;
use crate::*;
use medchain_primitives::AccountChanges;
use pallet_quotas::QuotaClass;

impl pallet_registry::Config for Runtime {
    type AdminOrigin = SignedByAdministrator;
    type Administrators = Administrators;
    type Records = Reports;
    type Guardianships = Access;
    type Accounts = Buckets;
    type Signature = Signature;
    type Time = Timestamp;
    type WeightInfo = crate::weights::pallet_registry::WeightInfo<Runtime>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkSigner = EcdsaSigner;
}

/// What an account has spent goes with what it is: otherwise each new account would be a full bucket.
pub struct Buckets;

impl AccountChanges<AccountId> for Buckets {
    fn moved(from: &AccountId, to: &AccountId) {
        Quotas::carry_over(from, to);
    }

    /// With what flows back in four blocks: enough to begin, and little to gain by adding and removing staff.
    fn staff_added(account: &AccountId) {
        Quotas::begin_low(account, QuotaClass::Staff, 4);
    }
}

/// Signs the statements of benchmarks with the scheme whose signatures take the longest to check.
#[cfg(feature = "runtime-benchmarks")]
pub struct EcdsaSigner;

#[cfg(feature = "runtime-benchmarks")]
impl EcdsaSigner {
    const KEYS: sp_core::crypto::KeyTypeId = sp_core::crypto::KeyTypeId(*b"mbch");

    fn account(key: sp_core::ecdsa::Public) -> AccountId {
        sp_runtime::MultiSigner::from(key).into_account()
    }
}

#[cfg(feature = "runtime-benchmarks")]
impl pallet_registry::StatementSigner<AccountId, Signature> for EcdsaSigner {
    fn new_account() -> AccountId {
        Self::account(sp_io::crypto::ecdsa_generate(Self::KEYS, None))
    }

    fn sign(account: &AccountId, statement: &[u8]) -> Option<Signature> {
        let key =
            sp_io::crypto::ecdsa_public_keys(Self::KEYS).into_iter().find(|key| Self::account(*key) == *account)?;
        sp_io::crypto::ecdsa_sign(Self::KEYS, &key, statement).map(Signature::from)
    }
}
