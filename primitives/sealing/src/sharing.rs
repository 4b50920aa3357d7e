//! How the committee makes its key, and hands the same key on to other members, without anybody ever holding it.
//!
//! Both are one round of **dealings**. A dealer i shares a secret aᵢ among the recipients 1, 2, … n by a polynomial fᵢ of
//! degree t − 1 with fᵢ(0) = aᵢ: it publishes the commitment Cᵢ = (Cᵢ₀, Cᵢ₁, …), Cᵢₖ = fᵢₖ·G, with a proof that it knows
//! aᵢ, and gives fᵢ(j) to recipient j alone, who checks it against Cᵢ (Feldman).
//!
//! - For a **new key** each dealer deals a fresh random secret. The key is Y = Σ Cᵢ₀ and recipient j's share Σ fᵢ(j) over
//!   the dealers that count: FROST's distributed key generation (Pedersen's, with Schnorr's proof of knowledge against
//!   rogue keys).
//! - For the **same key** the dealers are the members that hold shares yᵢ of it, at least a threshold of them, and each
//!   deals its own: Cᵢ₀ must be the verifying share that the chain shows. Recipient j's share is Σ λᵢ·fᵢ(j) with the
//!   Lagrange coefficients λᵢ of the dealers that count, so that Y stays what it was. Number and threshold of the
//!   recipients are free: this refreshes shares, admits, dismisses, and gives a member that has lost its share another
//!   one. Shares of before and after do not combine.
//!
//! Commitments must be the same for everybody, so they go on the chain; who counts as a dealer must be, too. Dealing and
//! the check of a share are the Zcash Foundation's `frost-ristretto255`, as is the signature that is the proof. What is
//! added here are sums. Its own `dkg` and `refresh` want every participant of a fixed set to the end and keep the
//! threshold; the tests show that what those give is what this gives.

use crate::committee::{
    group::{element, lagrange_at_zero, scalar},
    CommitteeKey, ReleaseShare, VerifyingShare,
};
use codec::{Decode, Encode};
use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar, traits::VartimeMultiscalarMul};
use frost_ristretto255::{
    keys::{self, IdentifierList, SecretShare, SigningShare, VerifiableSecretSharingCommitment},
    Identifier, Signature, SigningKey, VerifyingKey,
};
use rand_core::OsRng;
use thiserror::Error;
use zeroize::Zeroizing;

/// What begins the text that a dealer signs with the secret that it deals.
pub const DEALING_LABEL: &[u8] = b"medchain/dealing/v1";

/// Length in bytes of a dealer's proof.
pub const PROOF_BYTES: usize = 64;

/// A share of one dealer's secret, for one recipient. Wiped when dropped.
pub type DealtShare = Zeroizing<[u8; 32]>;

/// Which key a round makes shares of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Purpose {
    /// A new one.
    #[codec(index = 0)]
    NewKey,
    /// The one that the dealers hold shares of.
    #[codec(index = 1)]
    SameKey,
}

/// A round of dealings. Every proof is bound to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Round {
    /// The hash of the chain's genesis block.
    pub genesis: [u8; 32],
    /// The number of the round on that chain.
    pub number: u32,
    /// Which key it makes shares of.
    pub purpose: Purpose,
    /// How many recipients will have to release.
    pub threshold: u16,
    /// How many recipients there are, numbered from 1.
    pub recipients: u16,
}

/// Why a dealing, or a share of one, does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SharingError {
    /// No committee has this threshold and size.
    #[error("a committee of {recipients} cannot have the threshold {threshold}")]
    Shape {
        /// The threshold.
        threshold: u16,
        /// The number of members.
        recipients: u16,
    },
    /// The commitment has another number of points than the threshold, or one that is none.
    #[error("the commitment is not one to a polynomial of the round's degree")]
    Commitment,
    /// The dealer deals something else than the share that the chain shows.
    #[error("the dealing is not one of the share that the chain shows for the dealer")]
    OtherSecret,
    /// The dealer has not proven that it knows what it deals, in this round.
    #[error("the dealer has not proven that it knows the secret that it deals in this round")]
    Unproven,
    /// The share is not the recipient's by the commitment.
    #[error("the share is not the recipient's by the dealer's commitment")]
    Share,
    /// A number is zero, above the recipients' or given twice.
    #[error("no such member, or one twice: {0}")]
    Member(u16),
    /// Nothing was dealt, or what was dealt makes no key.
    #[error("the dealings make no key")]
    NoKey,
}

impl Round {
    fn ensure_shape(&self) -> Result<(), SharingError> {
        let Self { threshold, recipients, .. } = *self;
        if threshold == 0 || threshold > recipients {
            return Err(SharingError::Shape { threshold, recipients });
        }
        Ok(())
    }

    fn ensure_recipient(&self, recipient: u16) -> Result<(), SharingError> {
        if recipient == 0 || recipient > self.recipients {
            return Err(SharingError::Member(recipient));
        }
        Ok(())
    }

    /// The text that a dealer signs.
    fn text(&self, dealer: u16, commitment: &[[u8; 32]]) -> Vec<u8> {
        let mut text = DEALING_LABEL.to_vec();
        self.encode_to(&mut text);
        dealer.encode_to(&mut text);
        commitment.encode_to(&mut text);
        text
    }

    /// What the shares of these dealers count: one each for a new key, Lagrange's coefficients for the same.
    fn weights(&self, dealers: &[u16]) -> Result<Vec<Scalar>, SharingError> {
        for (at, dealer) in dealers.iter().enumerate() {
            if *dealer == 0 || dealers.iter().take(at).any(|other| other == dealer) {
                return Err(SharingError::Member(*dealer));
            }
        }
        Ok(match self.purpose {
            Purpose::NewKey => vec![Scalar::ONE; dealers.len()],
            Purpose::SameKey => dealers.iter().map(|dealer| lagrange_at_zero(*dealer, dealers)).collect(),
        })
    }
}

/// What a dealer publishes. A value of this type proves nothing before [`Dealing::verify`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Dealing {
    /// The commitments to the polynomial's coefficients, the secret's first: as many as the round's threshold.
    pub commitment: Vec<[u8; 32]>,
    /// A Schnorr signature with the secret over the round, the dealer's number and the commitment.
    pub proof: [u8; PROOF_BYTES],
}

/// A dealing together with the shares that go to the recipients, in the order of their numbers.
pub struct SecretDealing {
    /// What is published.
    pub dealing: Dealing,
    /// What recipient j gets stands at j − 1.
    pub shares: Vec<DealtShare>,
}

/// Deals in a round: `held` is the dealer's share of the key if the round is for the same key, and `None` if it is for a
/// new one.
///
/// # Errors
///
/// [`SharingError::Shape`]; [`SharingError::OtherSecret`] if `held` does not go with the round's purpose.
pub fn deal(round: &Round, dealer: u16, held: Option<&ReleaseShare>) -> Result<SecretDealing, SharingError> {
    round.ensure_shape()?;
    if dealer == 0 {
        return Err(SharingError::Member(dealer));
    }
    let secret = match (round.purpose, held) {
        (Purpose::NewKey, None) => SecretKey::new(Scalar::random(&mut OsRng)),
        (Purpose::SameKey, Some(share)) if share.index() == dealer => {
            SecretKey::new(scalar(*share.to_bytes()).map_err(|_| SharingError::OtherSecret)?)
        }
        _ => return Err(SharingError::OtherSecret),
    };
    let (commitment, shares) = secret.split(round)?;
    let signature = secret.key()?.sign(OsRng, &round.text(dealer, &commitment));
    let proof = signature.serialize().ok().and_then(|bytes| bytes.try_into().ok()).ok_or(SharingError::Unproven)?;
    Ok(SecretDealing { dealing: Dealing { commitment, proof }, shares })
}

/// A secret that is dealt. Wiped when dropped; of the library's own type, which is not, there is one only while it works.
struct SecretKey(Zeroizing<Scalar>);

impl SecretKey {
    fn new(scalar: Scalar) -> Self {
        Self(Zeroizing::new(scalar))
    }

    fn key(&self) -> Result<SigningKey, SharingError> {
        SigningKey::from_scalar(*self.0).map_err(|_| SharingError::OtherSecret)
    }

    fn split(&self, round: &Round) -> Result<(Vec<[u8; 32]>, Vec<DealtShare>), SharingError> {
        let shape = SharingError::Shape { threshold: round.threshold, recipients: round.recipients };
        if round.threshold == 1 {
            // The library deals to two or more. A polynomial of degree 0 is its constant.
            let share = Zeroizing::new(self.0.to_bytes());
            let commitment = RistrettoPoint::mul_base(&self.0).compress().to_bytes();
            return Ok((vec![commitment], vec![share; usize::from(round.recipients)]));
        }
        let (dealt, _) =
            keys::split(&self.key()?, round.recipients, round.threshold, IdentifierList::Default, &mut OsRng)
                .map_err(|_| shape)?;
        let commitment = dealt.values().next().ok_or(shape)?.commitment().serialize().map_err(|_| shape)?;
        let commitment =
            commitment.into_iter().map(|point| point.try_into().map_err(|_| shape)).collect::<Result<_, _>>()?;
        let shares = (1..=round.recipients)
            .map(|recipient| {
                let share = dealt.get(&identifier(recipient)?).ok_or(shape)?;
                let bytes = Zeroizing::new(share.signing_share().serialize());
                Ok(Zeroizing::new(bytes.as_slice().try_into().map_err(|_| shape)?))
            })
            .collect::<Result<_, SharingError>>()?;
        Ok((commitment, shares))
    }
}

fn identifier(number: u16) -> Result<Identifier, SharingError> {
    Identifier::try_from(number).map_err(|_| SharingError::Member(number))
}

impl Dealing {
    /// Checks that this is a dealing of `dealer` in this round: a commitment of the right degree, to a secret that the
    /// dealer knows, and in a round for the same key to the share `held` that the chain shows for the dealer.
    ///
    /// # Errors
    ///
    /// [`SharingError::Shape`], [`SharingError::Commitment`], [`SharingError::OtherSecret`], [`SharingError::Unproven`].
    pub fn verify(&self, round: &Round, dealer: u16, held: Option<&VerifyingShare>) -> Result<(), SharingError> {
        round.ensure_shape()?;
        if self.commitment.len() != usize::from(round.threshold) {
            return Err(SharingError::Commitment);
        }
        for point in &self.commitment {
            element(*point).map_err(|_| SharingError::Commitment)?;
        }
        let first = self.commitment.first().ok_or(SharingError::Commitment)?;
        let expected = held.map(VerifyingShare::as_bytes);
        if (round.purpose == Purpose::SameKey) != expected.is_some() || expected.is_some_and(|held| held != first) {
            return Err(SharingError::OtherSecret);
        }
        let key = VerifyingKey::deserialize(first).map_err(|_| SharingError::Commitment)?;
        let signature = Signature::deserialize(&self.proof).map_err(|_| SharingError::Unproven)?;
        key.verify(&round.text(dealer, &self.commitment), &signature).map_err(|_| SharingError::Unproven)
    }

    /// Checks that `share` is recipient `recipient`'s by this dealing's commitment.
    ///
    /// # Errors
    ///
    /// [`SharingError::Member`], [`SharingError::Commitment`], [`SharingError::Share`].
    pub fn verify_share(&self, round: &Round, recipient: u16, share: &[u8; 32]) -> Result<(), SharingError> {
        round.ensure_recipient(recipient)?;
        let commitment = VerifiableSecretSharingCommitment::deserialize(&self.commitment);
        let commitment = commitment.map_err(|_| SharingError::Commitment)?;
        let share = SigningShare::deserialize(share).map_err(|_| SharingError::Share)?;
        let share = SecretShare::new(identifier(recipient)?, share, commitment);
        share.verify().map(|_| ()).map_err(|_| SharingError::Share)
    }
}

/// What a round makes: the key, and the recipients' verifying shares of it in the order of their numbers. Everybody
/// computes the same from what is public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sharing {
    /// The key.
    pub key: CommitteeKey,
    /// The verifying share of recipient j stands at j − 1.
    pub shares: Vec<VerifyingShare>,
}

/// What the verified dealings of the dealers that count make, each with its dealer's number.
///
/// # Errors
///
/// [`SharingError::Shape`], [`SharingError::Member`], [`SharingError::Commitment`], [`SharingError::NoKey`].
pub fn sharing(round: &Round, dealings: &[(u16, &Dealing)]) -> Result<Sharing, SharingError> {
    round.ensure_shape()?;
    let dealers: Vec<u16> = dealings.iter().map(|(dealer, _)| *dealer).collect();
    let weights = round.weights(&dealers)?;
    // The commitment to the sum of the polynomials, the constant coefficient first.
    let commitment = (0..usize::from(round.threshold))
        .map(|k| {
            let points = dealings
                .iter()
                .map(|(_, dealing)| {
                    let point = dealing.commitment.get(k).ok_or(SharingError::Commitment)?;
                    element(*point).map_err(|_| SharingError::Commitment)
                })
                .collect::<Result<Vec<_>, _>>()?;
            Ok(RistrettoPoint::vartime_multiscalar_mul(&weights, &points))
        })
        .collect::<Result<Vec<RistrettoPoint>, SharingError>>()?;
    let key = commitment.first().ok_or(SharingError::NoKey)?.compress().to_bytes();
    let key = CommitteeKey::from_bytes(&key).map_err(|_| SharingError::NoKey)?;
    let shares = (1..=round.recipients)
        .map(|recipient| {
            let x = Scalar::from(recipient);
            let powers: Vec<Scalar> =
                std::iter::successors(Some(Scalar::ONE), |power| Some(power * x)).take(commitment.len()).collect();
            let share = RistrettoPoint::vartime_multiscalar_mul(&powers, &commitment).compress().to_bytes();
            element(share).map_err(|_| SharingError::NoKey)?;
            Ok(VerifyingShare(share))
        })
        .collect::<Result<_, SharingError>>()?;
    Ok(Sharing { key, shares })
}

/// The share that recipient `recipient` gets out of what the dealers that count have given it, each with its dealer's
/// number. The caller has verified each, and compares the result with [`Sharing::shares`].
///
/// # Errors
///
/// [`SharingError::Member`], [`SharingError::Share`], [`SharingError::NoKey`].
pub fn received(round: &Round, recipient: u16, dealt: &[(u16, DealtShare)]) -> Result<ReleaseShare, SharingError> {
    round.ensure_recipient(recipient)?;
    let dealers: Vec<u16> = dealt.iter().map(|(dealer, _)| *dealer).collect();
    let weights = round.weights(&dealers)?;
    let mut sum = Zeroizing::new(Scalar::ZERO);
    for ((_, share), weight) in dealt.iter().zip(weights) {
        let share = Zeroizing::new(scalar(**share).map_err(|_| SharingError::Share)?);
        *sum += *share * weight;
    }
    ReleaseShare::from_bytes(recipient, &Zeroizing::new(sum.to_bytes())).map_err(|_| SharingError::NoKey)
}

#[cfg(test)]
mod tests;
