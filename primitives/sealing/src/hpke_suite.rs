//! The one HPKE suite (RFC 9180) in use: base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305.

use crate::keys::{EncryptionPublic, EncryptionSecret};
use hpke::{
    aead::ChaCha20Poly1305, kdf::HkdfSha256, kem::X25519HkdfSha256, Deserializable, HpkeError, Kem as _, OpModeR,
    OpModeS, Serializable,
};
use zeroize::Zeroizing;

type PublicKey = <X25519HkdfSha256 as hpke::Kem>::PublicKey;
type PrivateKey = <X25519HkdfSha256 as hpke::Kem>::PrivateKey;
type EncappedKey = <X25519HkdfSha256 as hpke::Kem>::EncappedKey;

/// Length in bytes of the encapsulated key in front of every ciphertext.
pub(crate) const ENCAPPED_BYTES: usize = 32;
/// Bytes that the suite adds to a plaintext: the encapsulated key and the Poly1305 tag.
pub(crate) const OVERHEAD_BYTES: usize = ENCAPPED_BYTES + 16;

/// Encrypts `plaintext` to `to`; the result is enc ‖ ct. Fails only for a public key of low order.
pub(crate) fn encrypt(info: &[u8], aad: &[u8], plaintext: &[u8], to: &EncryptionPublic) -> Result<Vec<u8>, HpkeError> {
    let to = PublicKey::from_bytes(to.as_bytes())?;
    let (enc, ct) = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &to,
        info,
        plaintext,
        aad,
    )?;
    Ok(joined(&enc, &ct))
}

/// As [`encrypt`], with the randomness given: for known-answer tests.
#[cfg(test)]
pub(crate) fn encrypt_with_rng(
    info: &[u8],
    aad: &[u8],
    plaintext: &[u8],
    to: &EncryptionPublic,
    rng: &mut impl hpke::rand_core::CryptoRng,
) -> Result<Vec<u8>, HpkeError> {
    let to = PublicKey::from_bytes(to.as_bytes())?;
    let (enc, ct) = hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &to,
        info,
        plaintext,
        aad,
        rng,
    )?;
    Ok(joined(&enc, &ct))
}

/// Decrypts enc ‖ ct. Every cause of failure is one error, so that nothing can be learnt from which it was.
pub(crate) fn decrypt(
    info: &[u8],
    aad: &[u8],
    sealed: &[u8],
    secret: &EncryptionSecret,
) -> Result<Zeroizing<Vec<u8>>, HpkeError> {
    let (enc, ct) = sealed.split_at_checked(ENCAPPED_BYTES).ok_or(HpkeError::OpenError)?;
    let enc = EncappedKey::from_bytes(enc).map_err(|_| HpkeError::OpenError)?;
    let secret = PrivateKey::from_bytes(secret.to_bytes().as_slice()).map_err(|_| HpkeError::OpenError)?;
    hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &secret,
        &enc,
        info,
        ct,
        aad,
    )
    .map(Zeroizing::new)
    .map_err(|_| HpkeError::OpenError)
}

/// A fresh key pair's secret part.
pub(crate) fn generate_secret() -> Zeroizing<[u8; 32]> {
    let (secret, _) = X25519HkdfSha256::gen_keypair();
    let mut bytes = Zeroizing::new([0; 32]);
    secret.write_exact(bytes.as_mut_slice());
    bytes
}

fn joined(enc: &EncappedKey, ct: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(ENCAPPED_BYTES + ct.len());
    sealed.extend_from_slice(&enc.to_bytes());
    sealed.extend_from_slice(ct);
    sealed
}
