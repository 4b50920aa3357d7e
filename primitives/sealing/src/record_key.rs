//! The record key and the two halves that make it.

use age::secrecy::SecretString;
use bech32::{ToBase32, Variant};
use core::fmt;
use hkdf::Hkdf;
use rand_core::{OsRng, RngCore};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The HKDF label under which the two halves become the record key.
pub const RECORD_KEY_LABEL: &[u8] = b"medchain/record-key/v1";

/// Length in bytes of either half, and of the record key.
pub const HALF_BYTES: usize = 32;

/// The age library did not take a record key as an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the record key could not be written as an age identity")]
pub struct IdentityError;

macro_rules! secret_bytes {
    ($name:ident) => {
        impl $name {
            /// Wraps 32 bytes; the caller wipes its own copy.
            pub fn from_bytes(bytes: [u8; HALF_BYTES]) -> Self {
                Self(bytes)
            }

            /// The secret bytes. Do not log or copy them about.
            pub fn as_bytes(&self) -> &[u8; HALF_BYTES] {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.0.ct_eq(&other.0).into()
            }
        }

        impl Eq for $name {}
    };
}

/// The half that the patient gives to whom she chooses. Compared in constant time, wiped when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct PatientHalf([u8; HALF_BYTES]);
secret_bytes!(PatientHalf);

impl PatientHalf {
    /// A random half, fresh for every content.
    pub fn generate() -> Self {
        let mut half = Self([0; HALF_BYTES]);
        OsRng.fill_bytes(&mut half.0);
        half
    }
}

/// The half that the release committee gives out only for an opening that the chain shows. It comes out of a
/// [capsule](crate::committee::Capsule). Compared in constant time, wiped when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct CommitteeHalf([u8; HALF_BYTES]);
secret_bytes!(CommitteeHalf);

/// The secret that decrypts one content: an X25519 identity of age. Wiped when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct RecordKey([u8; HALF_BYTES]);
secret_bytes!(RecordKey);

impl RecordKey {
    /// HKDF-SHA256 without salt, ikm = patient half ‖ committee half, info `medchain/record-key/v1`.
    pub fn derive(patient: &PatientHalf, committee: &CommitteeHalf) -> Self {
        let mut ikm = Zeroizing::new([0; 2 * HALF_BYTES]);
        ikm[..HALF_BYTES].copy_from_slice(&patient.0);
        ikm[HALF_BYTES..].copy_from_slice(&committee.0);
        let mut key = Self([0; HALF_BYTES]);
        Hkdf::<Sha256>::new(None, ikm.as_slice())
            .expand(RECORD_KEY_LABEL, &mut key.0)
            .expect("32 bytes are within the output limit of HKDF-SHA256, 8160 bytes; qed");
        key
    }

    /// `AGE-SECRET-KEY-1…`, what the stock `age` program takes as an identity.
    pub fn to_identity_string(&self) -> Result<SecretString, IdentityError> {
        let mut lower =
            bech32::encode("age-secret-key-", self.0.to_base32(), Variant::Bech32).map_err(|_| IdentityError)?;
        let upper = lower.to_uppercase();
        lower.zeroize();
        Ok(SecretString::from(upper))
    }

    /// The key as the age library's identity, which decrypts.
    pub fn to_age_identity(&self) -> Result<age::x25519::Identity, IdentityError> {
        use age::secrecy::ExposeSecret;
        self.to_identity_string()?.expose_secret().parse().map_err(|_| IdentityError)
    }

    /// The key's public part as the age library's recipient, which encrypts.
    pub fn to_age_recipient(&self) -> Result<age::x25519::Recipient, IdentityError> {
        Ok(self.to_age_identity()?.to_public())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_half_alone_changes_the_key() {
        let key = |p, c| RecordKey::derive(&PatientHalf::from_bytes([p; 32]), &CommitteeHalf::from_bytes([c; 32]));
        assert_eq!(key(1, 2), key(1, 2));
        assert_ne!(key(1, 2), key(2, 1));
        assert_ne!(key(1, 2), key(1, 3));
        assert_ne!(PatientHalf::generate(), PatientHalf::generate());
    }

    #[test]
    fn halves_and_keys_show_nothing_when_they_are_printed() {
        assert_eq!(format!("{:?}", PatientHalf::from_bytes([1; 32])), "PatientHalf(..)");
        assert_eq!(format!("{:?}", CommitteeHalf::from_bytes([1; 32])), "CommitteeHalf(..)");
        assert_eq!(format!("{:?}", RecordKey::from_bytes([1; 32])), "RecordKey(..)");
    }
}
