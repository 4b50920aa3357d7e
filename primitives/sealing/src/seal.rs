//! Seals: a patient half wrapped to one member's encryption key by HPKE.

use crate::{
    hpke_suite,
    keys::{EncryptionPublic, EncryptionSecret},
    record_key::{PatientHalf, HALF_BYTES},
};
use codec::{Decode, Encode, MaxEncodedLen};
use thiserror::Error;
use zeroize::Zeroizing;

/// The HPKE `info` of a seal.
pub const SEAL_INFO: &[u8] = b"medchain/seal/v1";

/// Length in bytes of a seal: the encapsulated key (32), the encrypted half (32) and the tag (16).
pub const SEAL_BYTES: usize = hpke_suite::OVERHEAD_BYTES + HALF_BYTES;

/// Whom a seal or a release is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, MaxEncodedLen)]
pub enum SealRecipient {
    /// A member, by its id.
    #[codec(index = 0)]
    Member(u64),
    /// An administrator, by its account.
    #[codec(index = 1)]
    Administrator([u8; 32]),
}

/// What a seal is bound to; its SCALE encoding is the AAD.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
pub struct SealContext {
    /// The hash of the chain's genesis block.
    pub genesis: [u8; 32],
    /// The SHA-256 digest of the content's root.
    pub content: [u8; 32],
    /// Whom the seal is for.
    pub recipient: SealRecipient,
    /// The version of the recipient's encryption key.
    pub key_version: u32,
}

/// Why a seal, note or release could not be made or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SealError {
    /// The recipient's public key is of low order: nothing encrypted to it would be secret.
    #[error("the recipient's encryption key is unusable")]
    UnusableKey,
    /// The plaintext is longer than this kind of message allows.
    #[error("the text is longer than {0} bytes")]
    TooLong(usize),
    /// It was made for another key or another context, or it was altered.
    #[error("it was made for another key or another context, or it was altered")]
    Unopened,
}

/// Wraps a patient half to `to`, bound to `context`: enc (32 bytes) ‖ ct (48 bytes).
///
/// # Errors
///
/// [`SealError::UnusableKey`] for a public key of low order.
pub fn seal(half: &PatientHalf, to: &EncryptionPublic, context: &SealContext) -> Result<[u8; SEAL_BYTES], SealError> {
    let sealed =
        hpke_suite::encrypt(SEAL_INFO, &context.encode(), half.as_bytes(), to).map_err(|_| SealError::UnusableKey)?;
    sealed.try_into().map_err(|_| SealError::UnusableKey)
}

/// Opens a seal with its recipient's secret.
///
/// # Errors
///
/// [`SealError::Unopened`] if the key or any part of the context is another, or the seal was altered.
pub fn open_seal(
    sealed: &[u8; SEAL_BYTES],
    secret: &EncryptionSecret,
    context: &SealContext,
) -> Result<PatientHalf, SealError> {
    let opened = hpke_suite::decrypt(SEAL_INFO, &context.encode(), sealed, secret).map_err(|_| SealError::Unopened)?;
    let half = Zeroizing::new(<[u8; HALF_BYTES]>::try_from(opened.as_slice()).map_err(|_| SealError::Unopened)?);
    Ok(PatientHalf::from_bytes(*half))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const DOCTOR: u64 = 42;

    fn context() -> SealContext {
        SealContext { genesis: [1; 32], content: [2; 32], recipient: SealRecipient::Member(DOCTOR), key_version: 3 }
    }

    #[test]
    fn the_reader_opens_a_seal_made_for_it_and_nobody_else_does() {
        let (doctor, pharmacy) = (EncryptionSecret::generate(), EncryptionSecret::generate());
        let half = PatientHalf::generate();
        let sealed = seal(&half, &doctor.public(), &context()).unwrap();
        assert_eq!(open_seal(&sealed, &doctor, &context()).unwrap(), half);
        assert_eq!(open_seal(&sealed, &pharmacy, &context()), Err(SealError::Unopened));
    }

    #[test]
    fn a_seal_is_refused_when_any_part_of_its_context_is_another() {
        let doctor = EncryptionSecret::generate();
        let sealed = seal(&PatientHalf::generate(), &doctor.public(), &context()).unwrap();
        for other in [
            SealContext { genesis: [9; 32], ..context() },
            SealContext { content: [9; 32], ..context() },
            SealContext { recipient: SealRecipient::Member(DOCTOR + 1), ..context() },
            SealContext { recipient: SealRecipient::Administrator([42; 32]), ..context() },
            SealContext { key_version: 4, ..context() },
        ] {
            assert_eq!(open_seal(&sealed, &doctor, &other), Err(SealError::Unopened), "{other:?}");
        }
    }

    #[test]
    fn a_seal_altered_anywhere_is_refused() {
        let doctor = EncryptionSecret::generate();
        let sealed = seal(&PatientHalf::generate(), &doctor.public(), &context()).unwrap();
        for at in 0..SEAL_BYTES {
            let mut altered = sealed;
            altered[at] ^= 1;
            assert_eq!(open_seal(&altered, &doctor, &context()), Err(SealError::Unopened), "byte {at}");
        }
    }

    #[test]
    fn nothing_is_sealed_to_a_key_of_low_order() {
        assert_eq!(seal(&PatientHalf::generate(), &EncryptionPublic([0; 32]), &context()), Err(SealError::UnusableKey));
        let mut one = [0; 32];
        one[0] = 1;
        assert_eq!(seal(&PatientHalf::generate(), &EncryptionPublic(one), &context()), Err(SealError::UnusableKey));
    }
}
