//! Classes, quotas and buckets, and what the pallet asks of the runtime.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use medchain_primitives::MemberId;
use scale_info::TypeInfo;
use sp_runtime::traits::{AtLeast32BitUnsigned, SaturatedConversion};

/// What kind of account it is, as far as its quota is concerned.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum QuotaClass {
    /// Not registered: may send a registration and nothing else.
    Unknown,
    /// A professional that is not verified, rejected or suspended.
    Pending,
    /// An active patient for whom an institution has vouched, or a professional has written.
    Patient,
    /// An active professional.
    Professional,
    /// Staff of an active hospital or pharmacy.
    Staff,
    /// A member of the set that vets professionals.
    Administrator,
    /// An account that authors blocks.
    Validator,
    /// A member of the consortium's governing body.
    Council,
    /// An active patient of whom nobody knows anything but that it has registered.
    Newcomer,
}

impl QuotaClass {
    /// Every class, in order.
    pub const ALL: &'static [Self] = &[
        Self::Unknown,
        Self::Pending,
        Self::Newcomer,
        Self::Patient,
        Self::Professional,
        Self::Staff,
        Self::Administrator,
        Self::Validator,
        Self::Council,
    ];

    /// The name in text and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Pending => "pending",
            Self::Newcomer => "newcomer",
            Self::Patient => "patient",
            Self::Professional => "professional",
            Self::Staff => "staff",
            Self::Administrator => "administrator",
            Self::Validator => "validator",
            Self::Council => "council",
        }
    }
}

impl core::fmt::Display for QuotaClass {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

/// The size of a bucket and how fast it refills.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Quota {
    /// Most weight that can be spent at once, in picoseconds of reference time.
    pub weight_max: u64,
    /// Weight that flows back in a block, in the same unit.
    pub weight_refill: u64,
    /// Most bytes of transactions that can be sent at once.
    pub length_max: u32,
    /// Bytes that flow back in a block.
    pub length_refill: u32,
}

impl Quota {
    /// How many times smaller or larger than the runtime's own figure each figure of a quota may be.
    pub const RANGE: u32 = 10;

    /// Whether every figure is within [`Self::RANGE`] of that of `own`.
    pub fn is_near(&self, own: &Self) -> bool {
        let near = |figure: u64, own: u64| {
            let range = u64::from(Self::RANGE);
            (own.div_ceil(range)..=own.saturating_mul(range)).contains(&figure)
        };
        near(self.weight_max, own.weight_max)
            && near(self.weight_refill, own.weight_refill)
            && near(self.length_max.into(), own.length_max.into())
            && near(self.length_refill.into(), own.length_refill.into())
    }
}

/// How many registrations a block takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Lanes {
    /// Of strangers with nobody's word; none closes the lane.
    pub open: u32,
    /// Of strangers with a voucher.
    pub vouched: u32,
    /// Of those by one institution's word.
    pub vouched_per_institution: u32,
}

/// What one transaction takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Picoseconds of reference time.
    pub weight: u64,
    /// Bytes.
    pub length: u32,
}

/// What an account has spent. Spending is kept rather than what is left, so that an account whose class changes has
/// the new class's bucket at once, less what it has used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Bucket<BlockNumber> {
    /// Weight spent and not flown back yet, in picoseconds of reference time.
    pub weight_spent: u64,
    /// Bytes spent and not flown back yet.
    pub length_spent: u32,
    /// The block in which these figures held.
    pub refilled_at: BlockNumber,
}

impl<BlockNumber: AtLeast32BitUnsigned + Copy> Bucket<BlockNumber> {
    /// The bucket as it stands in block `now`.
    pub(crate) fn refilled(&self, now: BlockNumber, quota: &Quota) -> Self {
        let blocks: u32 = now.saturating_sub(self.refilled_at).saturated_into();
        Self {
            weight_spent: self.weight_spent.saturating_sub(quota.weight_refill.saturating_mul(blocks.into())),
            length_spent: self.length_spent.saturating_sub(quota.length_refill.saturating_mul(blocks)),
            refilled_at: now,
        }
    }
}

/// What an account may still spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The account's class.
    pub class: QuotaClass,
    /// The class's bucket.
    pub quota: Quota,
    /// Weight left, in picoseconds of reference time.
    pub weight_left: u64,
    /// Bytes left.
    pub length_left: u32,
}

impl Allowance {
    /// What is left after a cost; `None` when the cost exceeds it.
    pub(crate) fn less(&self, cost: Cost) -> Option<Self> {
        Some(Self {
            weight_left: self.weight_left.checked_sub(cost.weight)?,
            length_left: self.length_left.checked_sub(cost.length)?,
            ..*self
        })
    }

    /// The share of the bucket that is left, of weight or of length, whichever is smaller, in parts of `scale`.
    pub(crate) fn share(&self, scale: u64) -> u64 {
        let part = |left: u64, max: u64| {
            let parts = u128::from(left).saturating_mul(scale.into()).checked_div(max.into()).unwrap_or(0);
            u64::try_from(parts).unwrap_or(scale).min(scale)
        };
        part(self.weight_left, self.quota.weight_max).min(part(self.length_left.into(), self.quota.length_max.into()))
    }
}

/// Which class an account belongs to.
pub trait ClassOf<AccountId> {
    /// The account's class; [`QuotaClass::Unknown`] for a stranger.
    fn class_of(account: &AccountId) -> QuotaClass;

    /// Benchmarking: an account whose class takes the longest to find among those that may send any call.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_member() -> AccountId;
}

/// How large the buckets are.
pub trait Quotas {
    /// The bucket of a class.
    fn quota(class: QuotaClass) -> Quota;
}

/// By which lane a stranger's registration enters a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// With nobody's word; few in a block.
    Open,
    /// With the word of this institution, which has been checked.
    Vouched(MemberId),
    /// With a voucher that is not good, now or for ever.
    VoucherRefused,
}

/// Which calls are registrations, the only ones that a stranger may send.
pub trait RegistrationCalls<AccountId, Call> {
    /// Whether this call registers its sender, and does nothing else.
    fn is_registration(call: &Call) -> bool;
    /// By which lane this call would register this account; `None` for every other call.
    fn lane(account: &AccountId, call: &Call) -> Option<Lane>;
    /// Benchmarking: a stranger and the registration whose lane takes the longest to find.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_registration() -> Option<(AccountId, Call)>;
}
