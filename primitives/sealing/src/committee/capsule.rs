//! Capsules: a committee half encrypted to the committee's threshold key.

use super::{
    group::{absorb, challenge, element, nonce, scalar, transcript, SECOND_GENERATOR},
    CommitteeError,
};
use crate::record_key::{CommitteeHalf, HALF_BYTES};
use codec::{Decode, Encode, Input, MaxEncodedLen, Output};
use core::fmt;
use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use hkdf::Hkdf;
use merlin::Transcript;
use rand_core::OsRng;
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

/// Length in bytes of a capsule: R ‖ R̄ ‖ e ‖ f.
pub const CAPSULE_BYTES: usize = 128;

/// The HKDF label under which r·Y becomes the committee half.
const COMMITTEE_HALF_LABEL: &[u8] = b"medchain/committee-half/v1";

const CAPSULE_PROTOCOL: &[u8] = b"medchain/capsule/v1";

/// What a capsule is bound to: its proof verifies under no other context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
pub struct CapsuleContext {
    /// The hash of the chain's genesis block.
    pub genesis: [u8; 32],
    /// The member id of the record's author.
    pub author: u64,
    /// The member id of the patient.
    pub patient: u64,
    /// The epoch of the committee key.
    pub epoch: u32,
}

/// The committee's public key Y: 32 bytes, the canonical encoding of a ristretto255 element other than the identity.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CommitteeKey {
    point: RistrettoPoint,
    bytes: [u8; 32],
}

impl CommitteeKey {
    /// Decodes a key.
    ///
    /// # Errors
    ///
    /// [`CommitteeError::NotAnElement`].
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, CommitteeError> {
        Ok(Self { point: element(*bytes)?, bytes: *bytes })
    }

    /// The 32 bytes that the chain shows.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.bytes
    }

    pub(crate) fn of_secret(secret: &Scalar) -> Self {
        let point = RistrettoPoint::mul_base(secret);
        Self { point, bytes: point.compress().to_bytes() }
    }
}

impl fmt::Debug for CommitteeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CommitteeKey").field(&self.bytes).finish()
    }
}

impl Encode for CommitteeKey {
    fn size_hint(&self) -> usize {
        32
    }

    fn encode_to<T: Output + ?Sized>(&self, dest: &mut T) {
        dest.write(&self.bytes);
    }
}

impl Decode for CommitteeKey {
    fn decode<I: Input>(input: &mut I) -> Result<Self, codec::Error> {
        Self::from_bytes(&<[u8; 32]>::decode(input)?).map_err(|_| "not a committee key".into())
    }
}

impl MaxEncodedLen for CommitteeKey {
    fn max_encoded_len() -> usize {
        32
    }
}

/// A committee half encrypted to the release committee. A value of this type is well formed (canonical elements other
/// than the identity, canonical scalars); whether it belongs to a context, [`Capsule::verify`] tells.
#[derive(Clone, PartialEq, Eq)]
pub struct Capsule {
    pub(super) r_point: RistrettoPoint,
    r_bar: RistrettoPoint,
    e: Scalar,
    f: Scalar,
}

impl Capsule {
    /// Makes a capsule for `context` and the committee half inside it.
    pub fn create(key: &CommitteeKey, context: &CapsuleContext) -> (Self, CommitteeHalf) {
        let r = Zeroizing::new(Scalar::random(&mut OsRng));
        let s = {
            let mut transcript = transcript(CAPSULE_PROTOCOL, context);
            transcript.append_message(b"Y", &key.bytes);
            nonce(&transcript, &r)
        };
        Self::create_from(key, context, &r, &s)
    }

    /// As [`Capsule::create`], with r and the proof's nonce s given.
    pub(crate) fn create_from(
        key: &CommitteeKey,
        context: &CapsuleContext,
        r: &Scalar,
        s: &Scalar,
    ) -> (Self, CommitteeHalf) {
        let r_point = RistrettoPoint::mul_base(r);
        let r_bar = r * *SECOND_GENERATOR;
        let e = Self::challenge(context, &r_point, &r_bar, &RistrettoPoint::mul_base(s), &(s * *SECOND_GENERATOR));
        let f = s + r * e;
        let mut shared = r * key.point;
        let half = committee_half(&shared, &r_point);
        shared.zeroize();
        (Self { r_point, r_bar, e, f }, half)
    }

    /// Checks that whoever made the capsule knew r and made it for `context`.
    ///
    /// # Errors
    ///
    /// [`CommitteeError::CapsuleUnproven`].
    pub fn verify(&self, context: &CapsuleContext) -> Result<(), CommitteeError> {
        let w = RistrettoPoint::vartime_double_scalar_mul_basepoint(&-self.e, &self.r_point, &self.f);
        let w_bar = self.f * *SECOND_GENERATOR - self.e * self.r_bar;
        let expected = Self::challenge(context, &self.r_point, &self.r_bar, &w, &w_bar);
        if expected == self.e {
            Ok(())
        } else {
            Err(CommitteeError::CapsuleUnproven)
        }
    }

    /// R ‖ R̄ ‖ e ‖ f, 32 bytes each.
    pub fn to_bytes(&self) -> [u8; CAPSULE_BYTES] {
        let mut bytes = [0; CAPSULE_BYTES];
        bytes[..32].copy_from_slice(self.r_point.compress().as_bytes());
        bytes[32..64].copy_from_slice(self.r_bar.compress().as_bytes());
        bytes[64..96].copy_from_slice(self.e.as_bytes());
        bytes[96..].copy_from_slice(self.f.as_bytes());
        bytes
    }

    /// Decodes a capsule; does not verify it.
    ///
    /// # Errors
    ///
    /// [`CommitteeError::NotAnElement`] or [`CommitteeError::NotAScalar`] if a part is not canonical or is the identity.
    pub fn from_bytes(bytes: &[u8; CAPSULE_BYTES]) -> Result<Self, CommitteeError> {
        let mut parts = [[0; 32]; 4];
        for (part, chunk) in parts.iter_mut().zip(bytes.chunks_exact(32)) {
            part.copy_from_slice(chunk);
        }
        let [r_point, r_bar, e, f] = parts;
        Ok(Self { r_point: element(r_point)?, r_bar: element(r_bar)?, e: scalar(e)?, f: scalar(f)? })
    }

    fn challenge(
        context: &CapsuleContext,
        r_point: &RistrettoPoint,
        r_bar: &RistrettoPoint,
        w: &RistrettoPoint,
        w_bar: &RistrettoPoint,
    ) -> Scalar {
        let mut transcript: Transcript = transcript(CAPSULE_PROTOCOL, context);
        absorb(&mut transcript, b"R", r_point);
        absorb(&mut transcript, b"R-bar", r_bar);
        absorb(&mut transcript, b"W", w);
        absorb(&mut transcript, b"W-bar", w_bar);
        challenge(&mut transcript)
    }
}

impl fmt::Debug for Capsule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capsule").field("R", self.r_point.compress().as_bytes()).finish_non_exhaustive()
    }
}

impl Encode for Capsule {
    fn size_hint(&self) -> usize {
        CAPSULE_BYTES
    }

    fn encode_to<T: Output + ?Sized>(&self, dest: &mut T) {
        dest.write(&self.to_bytes());
    }
}

impl Decode for Capsule {
    fn decode<I: Input>(input: &mut I) -> Result<Self, codec::Error> {
        Self::from_bytes(&<[u8; CAPSULE_BYTES]>::decode(input)?).map_err(|_| "not a capsule".into())
    }
}

impl MaxEncodedLen for Capsule {
    fn max_encoded_len() -> usize {
        CAPSULE_BYTES
    }
}

/// HKDF-SHA256 without salt, ikm = r·Y ‖ R, both compressed.
pub(super) fn committee_half(shared: &RistrettoPoint, r_point: &RistrettoPoint) -> CommitteeHalf {
    let mut ikm = Zeroizing::new([0; 64]);
    ikm[..32].copy_from_slice(shared.compress().as_bytes());
    ikm[32..].copy_from_slice(r_point.compress().as_bytes());
    let mut half = Zeroizing::new([0; HALF_BYTES]);
    Hkdf::<Sha256>::new(None, ikm.as_slice())
        .expand(COMMITTEE_HALF_LABEL, half.as_mut_slice())
        .expect("32 bytes are within the output limit of HKDF-SHA256, 8160 bytes; qed");
    CommitteeHalf::from_bytes(*half)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dealer;

    /// 2²⁵⁵ − 19, the field's prime: zero, written in a way that is not canonical.
    const NON_CANONICAL_ELEMENT: [u8; 32] = {
        let mut bytes = [0xff; 32];
        bytes[0] = 0xed;
        bytes[31] = 0x7f;
        bytes
    };

    fn context() -> CapsuleContext {
        CapsuleContext { genesis: [1; 32], author: 5, patient: 1001, epoch: 3 }
    }

    fn capsule() -> Capsule {
        Capsule::create(&dealer::development_committee_key(), &context()).0
    }

    #[test]
    fn a_capsule_verifies_in_its_own_context_and_in_no_other() {
        let capsule = capsule();
        capsule.verify(&context()).unwrap();
        for other in [
            CapsuleContext { genesis: [2; 32], ..context() },
            CapsuleContext { author: 6, ..context() },
            CapsuleContext { patient: 1002, ..context() },
            CapsuleContext { author: 1001, patient: 5, ..context() },
            CapsuleContext { epoch: 4, ..context() },
        ] {
            assert_eq!(capsule.verify(&other), Err(CommitteeError::CapsuleUnproven), "{other:?}");
        }
    }

    #[test]
    fn another_s_capsule_cannot_be_lodged_under_a_record_of_one_s_own() {
        let victim = capsule();
        let thief = CapsuleContext { author: 66, patient: 6666, ..context() };
        // Taken as it is.
        assert_eq!(victim.verify(&thief), Err(CommitteeError::CapsuleUnproven));
        // With the proof of a capsule that the thief made, under the victim's points.
        let (own, _) = Capsule::create(&dealer::development_committee_key(), &thief);
        let grafted = Capsule { e: own.e, f: own.f, ..victim.clone() };
        assert_eq!(grafted.verify(&thief), Err(CommitteeError::CapsuleUnproven));
        // With one of the victim's points among the thief's.
        let mixed = Capsule { r_point: victim.r_point, ..own.clone() };
        assert_eq!(mixed.verify(&thief), Err(CommitteeError::CapsuleUnproven));
        // Rerandomised by a factor, which keeps the logarithms equal but leaves them unknown.
        let two = Scalar::from(2u8);
        let doubled = Capsule { r_point: two * victim.r_point, r_bar: two * victim.r_bar, ..own };
        assert_eq!(doubled.verify(&thief), Err(CommitteeError::CapsuleUnproven));
    }

    #[test]
    fn a_capsule_altered_anywhere_is_refused() {
        let bytes = capsule().to_bytes();
        for at in 0..CAPSULE_BYTES {
            let mut altered = bytes;
            altered[at] ^= 1;
            let refused = Capsule::from_bytes(&altered).and_then(|c| c.verify(&context()));
            assert!(refused.is_err(), "byte {at}");
        }
    }

    #[test]
    fn parts_that_are_not_canonical_and_the_identity_are_refused() {
        let bytes = capsule().to_bytes();
        let with = |part: usize, value: [u8; 32]| {
            let mut altered = bytes;
            altered[32 * part..32 * (part + 1)].copy_from_slice(&value);
            Capsule::from_bytes(&altered)
        };
        for part in [0, 1] {
            for value in [[0; 32], NON_CANONICAL_ELEMENT, [0xff; 32]] {
                assert_eq!(with(part, value), Err(CommitteeError::NotAnElement));
            }
        }
        // The group's order, and the scalar e plus the order: both reduce to something in range.
        let order = {
            let mut bytes = (-Scalar::ONE).to_bytes();
            bytes[0] += 1;
            bytes
        };
        for part in [2, 3] {
            for value in [order, [0xff; 32]] {
                assert_eq!(with(part, value), Err(CommitteeError::NotAScalar));
            }
        }
        assert_eq!(CommitteeKey::from_bytes(&[0; 32]), Err(CommitteeError::NotAnElement));
        assert_eq!(CommitteeKey::from_bytes(&NON_CANONICAL_ELEMENT), Err(CommitteeError::NotAnElement));
        assert!(Capsule::decode(&mut &[0; CAPSULE_BYTES][..]).is_err());
        assert!(CommitteeKey::decode(&mut &[0; 32][..]).is_err());
    }

    #[test]
    fn the_encoding_comes_back_as_the_same_capsule() {
        let capsule = capsule();
        assert_eq!(Capsule::from_bytes(&capsule.to_bytes()).unwrap(), capsule);
        assert_eq!(capsule.encode(), capsule.to_bytes());
        assert_eq!(Capsule::decode(&mut &capsule.encode()[..]).unwrap(), capsule);
        let key = dealer::development_committee_key();
        assert_eq!(CommitteeKey::decode(&mut &key.encode()[..]).unwrap(), key);
    }
}
