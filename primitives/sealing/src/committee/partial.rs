//! Shares of the committee's secret and the partial releases made with them.

use super::{
    group::{absorb, challenge, element, nonce, scalar, transcript},
    Capsule, CapsuleContext, CommitteeError,
};
use codec::{Decode, Encode, Input, MaxEncodedLen, Output};
use core::fmt;
use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Length in bytes of a partial release: index (2, little-endian) ‖ D ‖ c ‖ z.
pub const PARTIAL_RELEASE_BYTES: usize = 98;

const RELEASE_PROTOCOL: &[u8] = b"medchain/release-proof/v1";

/// One committee member's share of the committee's secret. Wiped when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct ReleaseShare {
    #[zeroize(skip)]
    index: u16,
    scalar: Scalar,
}

impl ReleaseShare {
    /// Decodes the share of member `index`, counted from 1: a canonical scalar, 32 bytes, little-endian, not zero.
    ///
    /// # Errors
    ///
    /// [`CommitteeError::IndexZero`] or [`CommitteeError::NotAScalar`].
    pub fn from_bytes(index: u16, bytes: &[u8; 32]) -> Result<Self, CommitteeError> {
        let secret = Zeroizing::new(scalar(*bytes)?);
        if *secret == Scalar::ZERO {
            return Err(CommitteeError::NotAScalar);
        }
        Self::new(index, &secret)
    }

    pub(crate) fn new(index: u16, scalar: &Scalar) -> Result<Self, CommitteeError> {
        if index == 0 {
            return Err(CommitteeError::IndexZero);
        }
        Ok(Self { index, scalar: *scalar })
    }

    /// The scalar's 32 bytes for a keystore; they wipe themselves when dropped. The index is kept beside them.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.scalar.to_bytes())
    }

    /// The member's number, from 1.
    pub fn index(&self) -> u16 {
        self.index
    }

    /// The public counterpart, which the chain shows: yᵢ·G.
    pub fn verifying_share(&self) -> VerifyingShare {
        VerifyingShare(RistrettoPoint::mul_base(&self.scalar).compress().to_bytes())
    }

    /// Verifies the capsule and decrypts it as far as one member can.
    ///
    /// # Errors
    ///
    /// [`CommitteeError::CapsuleUnproven`] if the capsule does not belong to `context`; nothing is computed with the
    /// share then.
    pub fn release(&self, capsule: &Capsule, context: &CapsuleContext) -> Result<PartialRelease, CommitteeError> {
        capsule.verify(context)?;
        let k = {
            let mut transcript = transcript(RELEASE_PROTOCOL, context);
            transcript.append_message(b"capsule", &capsule.to_bytes());
            nonce(&transcript, &self.scalar)
        };
        Ok(self.release_from(capsule, context, &k))
    }

    /// The release of a verified capsule with the proof's nonce k given.
    pub(crate) fn release_from(&self, capsule: &Capsule, context: &CapsuleContext, k: &Scalar) -> PartialRelease {
        let point = self.scalar * capsule.r_point;
        let c = PartialRelease::challenge(
            self.index,
            &self.verifying_share(),
            &point,
            capsule,
            context,
            &RistrettoPoint::mul_base(k),
            &(k * capsule.r_point),
        );
        let z = k + c * self.scalar;
        PartialRelease { index: self.index, point, c, z }
    }
}

impl fmt::Debug for ReleaseShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReleaseShare").field("index", &self.index).finish_non_exhaustive()
    }
}

/// The public counterpart of a [`ReleaseShare`]: yᵢ·G, compressed. Takes any 32 bytes; verification refuses those that are
/// not canonical and the identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
pub struct VerifyingShare(pub [u8; 32]);

impl VerifyingShare {
    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// One member's partial decryption of a capsule, D = yᵢ·R, with the proof (c, z) that it is just that.
///
/// A threshold of these gives the committee half, so each travels [wrapped to its reader](crate::release).
#[derive(Clone, PartialEq, Eq)]
pub struct PartialRelease {
    index: u16,
    pub(super) point: RistrettoPoint,
    c: Scalar,
    z: Scalar,
}

impl PartialRelease {
    /// The number of the member that the release claims to come from, from 1. Use it to look up the
    /// [`VerifyingShare`] that the chain shows for that member.
    pub fn index(&self) -> u16 {
        self.index
    }

    /// Checks that member [`PartialRelease::index`], whose verifying share the chain shows as `share`, decrypted this
    /// capsule, and that the capsule belongs to `context`.
    ///
    /// # Errors
    ///
    /// [`CommitteeError::CapsuleUnproven`], [`CommitteeError::NotAnElement`] for an unusable share,
    /// [`CommitteeError::ReleaseUnproven`].
    pub fn verify(
        &self,
        share: &VerifyingShare,
        capsule: &Capsule,
        context: &CapsuleContext,
    ) -> Result<(), CommitteeError> {
        capsule.verify(context)?;
        self.verify_proof(share, capsule, context)
    }

    /// As [`PartialRelease::verify`], for a capsule that is verified already.
    pub(super) fn verify_proof(
        &self,
        share: &VerifyingShare,
        capsule: &Capsule,
        context: &CapsuleContext,
    ) -> Result<(), CommitteeError> {
        let public = element(share.0)?;
        let w = RistrettoPoint::vartime_double_scalar_mul_basepoint(&-self.c, &public, &self.z);
        let w_r = self.z * capsule.r_point - self.c * self.point;
        let expected = Self::challenge(self.index, share, &self.point, capsule, context, &w, &w_r);
        if expected == self.c {
            Ok(())
        } else {
            Err(CommitteeError::ReleaseUnproven(self.index))
        }
    }

    /// Index (2 bytes, little-endian) ‖ D ‖ c ‖ z.
    pub fn to_bytes(&self) -> [u8; PARTIAL_RELEASE_BYTES] {
        let mut bytes = [0; PARTIAL_RELEASE_BYTES];
        bytes[..2].copy_from_slice(&self.index.to_le_bytes());
        bytes[2..34].copy_from_slice(self.point.compress().as_bytes());
        bytes[34..66].copy_from_slice(self.c.as_bytes());
        bytes[66..].copy_from_slice(self.z.as_bytes());
        bytes
    }

    /// Decodes a partial release; does not verify it.
    ///
    /// # Errors
    ///
    /// [`CommitteeError::IndexZero`], [`CommitteeError::NotAnElement`] or [`CommitteeError::NotAScalar`].
    pub fn from_bytes(bytes: &[u8; PARTIAL_RELEASE_BYTES]) -> Result<Self, CommitteeError> {
        let index = u16::from_le_bytes([bytes[0], bytes[1]]);
        if index == 0 {
            return Err(CommitteeError::IndexZero);
        }
        let mut parts = [[0; 32]; 3];
        for (part, chunk) in parts.iter_mut().zip(bytes[2..].chunks_exact(32)) {
            part.copy_from_slice(chunk);
        }
        let [point, c, z] = parts;
        Ok(Self { index, point: element(point)?, c: scalar(c)?, z: scalar(z)? })
    }

    fn challenge(
        index: u16,
        share: &VerifyingShare,
        point: &RistrettoPoint,
        capsule: &Capsule,
        context: &CapsuleContext,
        w: &RistrettoPoint,
        w_r: &RistrettoPoint,
    ) -> Scalar {
        let mut transcript = transcript(RELEASE_PROTOCOL, context);
        transcript.append_message(b"capsule", &capsule.to_bytes());
        transcript.append_u64(b"index", u64::from(index));
        transcript.append_message(b"share", &share.0);
        absorb(&mut transcript, b"D", point);
        absorb(&mut transcript, b"W", w);
        absorb(&mut transcript, b"W-R", w_r);
        challenge(&mut transcript)
    }
}

impl Drop for PartialRelease {
    fn drop(&mut self) {
        self.point.zeroize();
    }
}

impl fmt::Debug for PartialRelease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartialRelease").field("index", &self.index).finish_non_exhaustive()
    }
}

impl Encode for PartialRelease {
    fn size_hint(&self) -> usize {
        PARTIAL_RELEASE_BYTES
    }

    fn encode_to<T: Output + ?Sized>(&self, dest: &mut T) {
        dest.write(&self.to_bytes());
    }
}

impl Decode for PartialRelease {
    fn decode<I: Input>(input: &mut I) -> Result<Self, codec::Error> {
        Self::from_bytes(&<[u8; PARTIAL_RELEASE_BYTES]>::decode(input)?).map_err(|_| "not a partial release".into())
    }
}

impl MaxEncodedLen for PartialRelease {
    fn max_encoded_len() -> usize {
        PARTIAL_RELEASE_BYTES
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dealer;

    fn context() -> CapsuleContext {
        CapsuleContext { genesis: [1; 32], author: 5, patient: 1001, epoch: 3 }
    }

    #[test]
    fn a_member_releases_no_capsule_out_of_its_context() {
        let share = dealer::development_share();
        let (capsule, _) = Capsule::create(&dealer::development_committee_key(), &context());
        let partial = share.release(&capsule, &context()).unwrap();
        partial.verify(&share.verifying_share(), &capsule, &context()).unwrap();
        for other in [
            CapsuleContext { genesis: [2; 32], ..context() },
            CapsuleContext { author: 6, ..context() },
            CapsuleContext { patient: 1002, ..context() },
            CapsuleContext { epoch: 4, ..context() },
        ] {
            assert_eq!(share.release(&capsule, &other), Err(CommitteeError::CapsuleUnproven));
            assert_eq!(
                partial.verify(&share.verifying_share(), &capsule, &other),
                Err(CommitteeError::CapsuleUnproven)
            );
            assert_eq!(
                partial.verify_proof(&share.verifying_share(), &capsule, &other),
                Err(CommitteeError::ReleaseUnproven(1))
            );
        }
    }

    #[test]
    fn a_release_proves_one_member_and_one_capsule() {
        let (key, shares) = dealer::deal(2, 2).unwrap();
        let (capsule, _) = Capsule::create(&key, &context());
        let (other, _) = Capsule::create(&key, &context());
        let partial = shares[0].release(&capsule, &context()).unwrap();
        let verifying = shares[0].verifying_share();
        assert_eq!(partial.verify(&verifying, &other, &context()), Err(CommitteeError::ReleaseUnproven(1)));
        assert_eq!(
            partial.verify(&shares[1].verifying_share(), &capsule, &context()),
            Err(CommitteeError::ReleaseUnproven(1))
        );
        for unusable in [VerifyingShare([0; 32]), VerifyingShare([0xff; 32])] {
            assert_eq!(partial.verify(&unusable, &capsule, &context()), Err(CommitteeError::NotAnElement));
        }
    }

    #[test]
    fn a_release_altered_anywhere_is_refused() {
        let share = dealer::development_share();
        let (capsule, _) = Capsule::create(&dealer::development_committee_key(), &context());
        let bytes = share.release(&capsule, &context()).unwrap().to_bytes();
        for at in 0..PARTIAL_RELEASE_BYTES {
            let mut altered = bytes;
            altered[at] ^= 1;
            let refused = PartialRelease::from_bytes(&altered)
                .and_then(|p| p.verify(&share.verifying_share(), &capsule, &context()));
            assert!(refused.is_err(), "byte {at}");
        }
    }

    #[test]
    fn shares_and_releases_come_back_from_their_bytes_and_show_no_secret() {
        let share = dealer::development_share();
        let again = ReleaseShare::from_bytes(1, &share.to_bytes()).unwrap();
        assert_eq!(again.verifying_share(), share.verifying_share());
        assert_eq!(format!("{share:?}"), "ReleaseShare { index: 1, .. }");
        assert_eq!(ReleaseShare::from_bytes(0, &share.to_bytes()).unwrap_err(), CommitteeError::IndexZero);
        assert_eq!(ReleaseShare::from_bytes(1, &[0; 32]).unwrap_err(), CommitteeError::NotAScalar);
        assert_eq!(ReleaseShare::from_bytes(1, &[0xff; 32]).unwrap_err(), CommitteeError::NotAScalar);

        let (capsule, _) = Capsule::create(&dealer::development_committee_key(), &context());
        let partial = share.release(&capsule, &context()).unwrap();
        assert_eq!(format!("{partial:?}"), "PartialRelease { index: 1, .. }");
        assert_eq!(PartialRelease::decode(&mut &partial.encode()[..]).unwrap(), partial);
        assert!(PartialRelease::decode(&mut &partial.encode()[..PARTIAL_RELEASE_BYTES - 1]).is_err());
        let mut bytes = partial.to_bytes();
        bytes[2..34].fill(0);
        assert_eq!(PartialRelease::from_bytes(&bytes), Err(CommitteeError::NotAnElement));
    }
}
