//! A member's encryption key: X25519, to which seals, notes and releases are wrapped.

use crate::hpke_suite;
use codec::{Decode, Encode, MaxEncodedLen};
use core::fmt;
use hkdf::Hkdf;
use sha2::Sha256;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

/// The HKDF label of a derived key; the key version follows it as decimal ASCII.
pub const ENCRYPTION_KEY_LABEL: &str = "medchain/x25519/v1/";

/// The secret part of a member's encryption key. Wiped from memory when dropped.
#[derive(Clone)]
pub struct EncryptionSecret(StaticSecret);

impl EncryptionSecret {
    /// The key of `version` that belongs to an account's 32-byte seed (BIP-39 entropy by the Substrate derivation, before
    /// sr25519 expansion): HKDF-SHA256 without salt, info `medchain/x25519/v1/` ‖ the version as decimal ASCII.
    ///
    /// One recovery phrase thus restores both the signing key and every version of the encryption key.
    pub fn from_seed(seed: &[u8; 32], version: u32) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, seed)
            .expand_multi_info(&[ENCRYPTION_KEY_LABEL.as_bytes(), version.to_string().as_bytes()], bytes.as_mut_slice())
            .expect("32 bytes are within the output limit of HKDF-SHA256, 8160 bytes; qed");
        Self::from_bytes(&bytes)
    }

    /// A random key, for a member whose signing key sits in an external wallet.
    pub fn generate() -> Self {
        Self::from_bytes(&hpke_suite::generate_secret())
    }

    /// The key with these bytes. Any 32 bytes are a key: X25519 clamps them where it uses them.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(StaticSecret::from(*bytes))
    }

    /// The bytes to keep in a keystore; they wipe themselves when dropped.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The public part, which the chain shows.
    pub fn public(&self) -> EncryptionPublic {
        EncryptionPublic(PublicKey::from(&self.0).to_bytes())
    }
}

impl fmt::Debug for EncryptionSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EncryptionSecret(..)")
    }
}

/// The public part of a member's encryption key: a Montgomery u-coordinate, 32 bytes, little-endian (RFC 7748).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Encode, Decode, MaxEncodedLen)]
pub struct EncryptionPublic(pub [u8; 32]);

impl EncryptionPublic {
    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for EncryptionPublic {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_of_a_member_s_key_is_another_and_comes_back_from_the_seed() {
        let seed = [7; 32];
        assert_eq!(EncryptionSecret::from_seed(&seed, 1).public(), EncryptionSecret::from_seed(&seed, 1).public());
        assert_ne!(EncryptionSecret::from_seed(&seed, 1).public(), EncryptionSecret::from_seed(&seed, 2).public());
        assert_ne!(EncryptionSecret::from_seed(&seed, 1).public(), EncryptionSecret::from_seed(&[8; 32], 1).public());
    }

    #[test]
    fn a_generated_key_survives_its_keystore() {
        let secret = EncryptionSecret::generate();
        assert_eq!(EncryptionSecret::from_bytes(&secret.to_bytes()).public(), secret.public());
        assert_ne!(EncryptionSecret::generate().public(), secret.public());
    }

    #[test]
    fn a_secret_shows_nothing_when_it_is_printed() {
        assert_eq!(format!("{:?}", EncryptionSecret::from_bytes(&[1; 32])), "EncryptionSecret(..)");
    }
}
