//! What the proofs share: parsing, the second generator, transcripts and nonces.

use super::{CapsuleContext, CommitteeError};
use curve25519_dalek::{
    ristretto::{CompressedRistretto, RistrettoPoint},
    scalar::Scalar,
    traits::IsIdentity,
};
use merlin::Transcript;
use rand_core::OsRng;
use sha2::Sha512;
use std::sync::LazyLock;
use zeroize::Zeroizing;

/// The second generator is the ristretto255 one-way map of SHA-512 of this label.
const SECOND_GENERATOR_LABEL: &[u8] = b"medchain/capsule/second-generator/v1";

/// Ḡ. Hashed to, so that nobody knows its logarithm to the base G.
pub(super) static SECOND_GENERATOR: LazyLock<RistrettoPoint> =
    LazyLock::new(|| RistrettoPoint::hash_from_bytes::<Sha512>(SECOND_GENERATOR_LABEL));

/// Decodes a canonical element other than the identity.
pub(crate) fn element(bytes: [u8; 32]) -> Result<RistrettoPoint, CommitteeError> {
    CompressedRistretto(bytes).decompress().filter(|point| !point.is_identity()).ok_or(CommitteeError::NotAnElement)
}

/// Decodes a canonical scalar.
pub(crate) fn scalar(bytes: [u8; 32]) -> Result<Scalar, CommitteeError> {
    Option::from(Scalar::from_canonical_bytes(bytes)).ok_or(CommitteeError::NotAScalar)
}

/// A transcript of `protocol` that has absorbed the whole context.
pub(super) fn transcript(protocol: &'static [u8], context: &CapsuleContext) -> Transcript {
    let mut transcript = Transcript::new(protocol);
    transcript.append_message(b"genesis", &context.genesis);
    transcript.append_u64(b"author", context.author);
    transcript.append_u64(b"patient", context.patient);
    transcript.append_u64(b"epoch", u64::from(context.epoch));
    transcript
}

/// Absorbs an element in its compressed form.
pub(super) fn absorb(transcript: &mut Transcript, label: &'static [u8], point: &RistrettoPoint) {
    transcript.append_message(label, point.compress().as_bytes());
}

/// Squeezes a uniform scalar out of 64 bytes.
pub(super) fn challenge(transcript: &mut Transcript) -> Scalar {
    let mut wide = [0; 64];
    transcript.challenge_bytes(b"challenge", &mut wide);
    Scalar::from_bytes_mod_order_wide(&wide)
}

/// A proof's secret nonce: drawn from the transcript, the witness and the system's randomness together, so that neither
/// a repeated system state nor a weak one can repeat a nonce under another challenge.
pub(super) fn nonce(transcript: &Transcript, witness: &Scalar) -> Zeroizing<Scalar> {
    let witness = Zeroizing::new(witness.to_bytes());
    let mut rng = transcript.build_rng().rekey_with_witness_bytes(b"witness", witness.as_slice()).finalize(&mut OsRng);
    Zeroizing::new(Scalar::random(&mut rng))
}

/// λᵢ = Π j ⁄ (j − i) over the other indices j: what the value at `index` counts at 0. The indices are distinct and not
/// zero.
pub(crate) fn lagrange_at_zero(index: u16, indices: &[u16]) -> Scalar {
    let i = Scalar::from(index);
    let (mut numerator, mut denominator) = (Scalar::ONE, Scalar::ONE);
    for other in indices.iter().filter(|other| **other != index) {
        let j = Scalar::from(*other);
        numerator *= j;
        denominator *= j - i;
    }
    numerator * denominator.invert()
}
