//! Rounds, what their members do in them, and what the pallet asks of the runtime.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use medchain_primitives::{limits, CommitteePoint};
use scale_info::TypeInfo;
use sp_core::sr25519;

/// One entry for each member of a committee at most.
pub type PerMember<T> = BoundedVec<T, ConstU32<{ limits::COMMITTEE_MAX }>>;

/// What begins the text that a member signs.
pub const ACT_LABEL: &[u8] = b"medchain/committee/v1";

/// A place in a committee: whose it is, and the key that its acts are signed with.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Seat<AccountId> {
    /// The validator's account.
    pub account: AccountId,
    /// The validator's block-authoring key, sr25519.
    pub key: sr25519::Public,
}

/// The committee as readers see it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Committee {
    /// The epoch of the key; a capsule names it.
    pub epoch: u32,
    /// The key that capsules are encrypted to.
    pub key: CommitteePoint,
    /// How many members must release.
    pub threshold: u16,
    /// The members' verifying shares; that of member i stands at i − 1.
    pub shares: PerMember<CommitteePoint>,
}

/// The committee of a key that was replaced: records whose owners have not carried them over yet need it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct EarlierCommittee<AccountId> {
    /// The committee; its epoch is the key of the map.
    pub committee: Committee,
    /// Who holds its shares, in the order of their numbers; empty if genesis named it without its holders.
    pub holders: PerMember<Seat<AccountId>>,
}

/// Of which key a round makes shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Of the key in force, or of a first one.
    InForce,
    /// Of a new key that replaces the one in force.
    NewKey,
    /// Of the key of an earlier epoch.
    Earlier(u32),
}

/// How far a round is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Phase {
    /// Dealers publish their commitments.
    Dealing,
    /// Recipients say from which dealers they lack a good share.
    Reporting,
    /// Dealers publish the shares that recipients lack.
    Answering,
    /// Recipients confirm what the round has made and that they hold their share of it.
    Confirming,
    /// The committee is in force.
    Finished,
}

/// A dealer of a round.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Dealer<AccountId> {
    /// Who it is.
    pub seat: Seat<AccountId>,
    /// The verifying share that it deals; `None` in a round for a new key.
    pub share: Option<CommitteePoint>,
}

/// A round: its dealers make or hand on the key, its recipients are the next committee. Both are numbered from 1.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Round<AccountId, BlockNumber> {
    /// The round's number on this chain.
    pub number: u32,
    /// The epoch of the key.
    pub epoch: u32,
    /// The key that is handed on; `None` if a new one is made.
    pub key: Option<CommitteePoint>,
    /// The dealers.
    pub dealers: PerMember<Dealer<AccountId>>,
    /// How many of them must count at least.
    pub needed: u16,
    /// The recipients.
    pub recipients: PerMember<Seat<AccountId>>,
    /// How many of them will have to release.
    pub threshold: u16,
    /// How far it is.
    pub phase: Phase,
    /// The block in which the phase ends at the latest.
    pub ends_at: BlockNumber,
    /// How many have acted in this phase.
    pub acted: u16,
    /// How many are to act in this phase.
    pub expected: u16,
    /// The dealers that published and do not count, by number.
    pub refused: PerMember<u16>,
    /// The dealers that counted, by number, once the round is finished.
    pub counted: PerMember<u16>,
}

/// What a member does in a round.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Act {
    /// A dealer publishes its dealing.
    #[codec(index = 0)]
    Deal(PublishedDealing),
    /// A recipient says which dealers that have dealt gave it no good share, by number, in order.
    #[codec(index = 1)]
    Report(PerMember<u16>),
    /// A dealer publishes the shares of the recipients that lack them, each with the recipient's number, in order.
    #[codec(index = 2)]
    Answer(PerMember<(u16, [u8; 32])>),
    /// A recipient confirms what the round has made and that it holds its share of it.
    #[codec(index = 3)]
    Confirm(Outcome),
}

/// What a dealer publishes.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct PublishedDealing {
    /// The commitments to the polynomial's coefficients, the secret's first.
    pub commitment: PerMember<CommitteePoint>,
    /// The proof that the dealer knows the secret.
    pub proof: [u8; 64],
}

/// What a round has made.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Outcome {
    /// The dealers that count, by number, in order.
    pub dealers: PerMember<u16>,
    /// The key.
    pub key: CommitteePoint,
    /// The recipients' verifying shares.
    pub shares: PerMember<CommitteePoint>,
}

impl Act {
    /// The text that a member signs for its act: the label, the chain, the round, the member's number and the act.
    pub fn text<Hash: Encode>(&self, genesis: &Hash, round: u32, member: u16) -> Vec<u8> {
        let mut text = ACT_LABEL.to_vec();
        (genesis, round, member, self).encode_to(&mut text);
        text
    }

    /// In which phase it is done.
    pub fn phase(&self) -> Phase {
        match self {
            Self::Deal(_) => Phase::Dealing,
            Self::Report(_) => Phase::Reporting,
            Self::Answer(_) => Phase::Answering,
            Self::Confirm(_) => Phase::Confirming,
        }
    }

    /// How many entries it has.
    pub fn entries(&self) -> u32 {
        let entries = match self {
            Self::Deal(dealing) => dealing.commitment.len(),
            Self::Report(missing) => missing.len(),
            Self::Answer(shares) => shares.len(),
            Self::Confirm(outcome) => outcome.dealers.len().max(outcome.shares.len()),
        };
        u32::try_from(entries).unwrap_or(u32::MAX)
    }
}

/// What a member has failed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Fault {
    /// It published no dealing in time.
    NotDealt,
    /// More recipients than can be faulty lacked a good share of it.
    BadDealing,
    /// It did not answer a recipient that lacked a good share of it.
    NotAnswered,
    /// It did not say what it received in time.
    NotReported,
    /// It did not confirm in time.
    NotConfirmed,
    /// It confirmed something else than the others.
    Differed,
    /// It dealt, and the others found that the dealing does not count.
    NotCounted,
}

/// A member that failed in a round.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Failure<AccountId> {
    /// The round.
    pub round: u32,
    /// Who.
    pub account: AccountId,
    /// In what.
    pub fault: Fault,
}

/// The validators of the session.
pub trait Validators<AccountId> {
    /// The session's number.
    fn session() -> u32;
    /// Its validators, in order.
    fn seats() -> Vec<Seat<AccountId>>;
    /// Benchmarking: makes these the session's validators.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_seat(seats: Vec<Seat<AccountId>>);
}

/// Where the committee in force is kept for readers to see.
pub trait Published {
    /// The committee in force; `None` before there is one.
    fn committee() -> Option<Committee>;
    /// Puts another in force.
    fn publish(committee: Committee);
}

/// The threshold of a committee of so many: more than two thirds.
pub fn threshold_of(members: u16) -> u16 {
    // Cannot overflow: two thirds of a number are less than it.
    u16::try_from(u32::from(members).saturating_mul(2) / 3).unwrap_or(u16::MAX).saturating_add(1).min(members)
}
