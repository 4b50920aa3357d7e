//! Committees dealt by one hand, for development chains and tests.
//!
//! Whoever deals a committee knows its secret. A chain with patients on it generates its committee key with the
//! validators' distributed key generation instead; shares, keys and releases have the same form either way.

use crate::committee::{CommitteeKey, ReleaseShare};
use curve25519_dalek::scalar::Scalar;
use rand_core::OsRng;
use sha2::Sha512;
use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

/// The label whose hash is the secret of the development committee. Everybody knows it.
const DEVELOPMENT_LABEL: &[u8] = b"medchain/development/release-key/v1";

/// The committee key of development chains: its secret is [`development_share`].
pub const DEVELOPMENT_COMMITTEE_KEY: [u8; 32] = [
    0x94, 0x2e, 0x04, 0x01, 0x5a, 0x9b, 0x1b, 0xc4, 0xeb, 0x4a, 0x36, 0xc9, 0x5e, 0x26, 0x5e, 0x4f, 0x6a, 0x0d, 0x1f,
    0xe8, 0x40, 0x9a, 0x22, 0x0b, 0x01, 0x45, 0x03, 0xf2, 0xb4, 0x92, 0x61, 0x62,
];

/// No committee has this threshold and size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a committee of {n} cannot have the threshold {threshold}: at least 1 and at most all")]
pub struct DealError {
    /// The threshold asked for.
    pub threshold: u16,
    /// The number of members asked for.
    pub n: u16,
}

/// Deals a random key among `n` members of whom `threshold` are needed. Shares come in the order of their numbers, from
/// 1.
///
/// # Errors
///
/// [`DealError`] unless 1 ≤ `threshold` ≤ `n`.
pub fn deal(threshold: u16, n: u16) -> Result<(CommitteeKey, Vec<ReleaseShare>), DealError> {
    let coefficients: Zeroizing<Vec<Scalar>> =
        Zeroizing::new((0..threshold).map(|_| Scalar::random(&mut OsRng)).collect());
    deal_polynomial(&coefficients, n)
}

/// Deals the polynomial with these coefficients, the constant one first.
pub(crate) fn deal_polynomial(coefficients: &[Scalar], n: u16) -> Result<(CommitteeKey, Vec<ReleaseShare>), DealError> {
    let threshold = u16::try_from(coefficients.len()).unwrap_or(u16::MAX);
    let refused = DealError { threshold, n };
    let secret = coefficients.first().ok_or(refused)?;
    if threshold > n {
        return Err(refused);
    }
    let shares = (1..=n)
        .map(|index| {
            let x = Scalar::from(index);
            let mut y = coefficients.iter().rev().fold(Scalar::ZERO, |sum, c| sum * x + c);
            let share = ReleaseShare::new(index, &y).map_err(|_| refused);
            y.zeroize();
            share
        })
        .collect::<Result<_, _>>()?;
    Ok((CommitteeKey::of_secret(secret), shares))
}

/// The one share of the development committee: the scalar that SHA-512 of `medchain/development/release-key/v1` reduces
/// to, member 1. No secret at all.
pub fn development_share() -> ReleaseShare {
    ReleaseShare::new(1, &development_secret()).expect("the index is 1; qed")
}

/// [`DEVELOPMENT_COMMITTEE_KEY`], decoded.
pub fn development_committee_key() -> CommitteeKey {
    CommitteeKey::of_secret(&development_secret())
}

fn development_secret() -> Scalar {
    Scalar::hash_from_bytes::<Sha512>(DEVELOPMENT_LABEL)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_development_key_is_that_of_the_development_share() {
        assert_eq!(hex::encode(development_committee_key().to_bytes()), hex::encode(DEVELOPMENT_COMMITTEE_KEY));
        assert_eq!(development_share().verifying_share().0, DEVELOPMENT_COMMITTEE_KEY);
        assert_eq!(development_share().index(), 1);
    }

    #[test]
    fn no_committee_has_a_threshold_of_none_or_of_more_than_all() {
        assert_eq!(deal(0, 3).unwrap_err(), DealError { threshold: 0, n: 3 });
        assert_eq!(deal(4, 3).unwrap_err(), DealError { threshold: 4, n: 3 });
        assert_eq!(deal(0, 0).unwrap_err(), DealError { threshold: 0, n: 0 });
    }

    #[test]
    fn a_committee_of_one_holds_the_whole_key() {
        let (key, shares) = deal(1, 1).unwrap();
        assert_eq!(shares[0].verifying_share().0, key.to_bytes());
    }
}
