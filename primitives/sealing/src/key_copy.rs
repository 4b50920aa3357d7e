//! Copies of a member's encryption secret, sealed to another key: HPKE as for a seal, 80 bytes, `info`
//! `medchain/key-copy/v1`, the AAD being the SCALE encoding of [`KeyCopyContext`].
//!
//! An institution gives its staff one, a member its guardians, and one goes with a membership to another account.

use crate::{
    hpke_suite,
    keys::{EncryptionPublic, EncryptionSecret},
    seal::{SealError, SEAL_BYTES},
};
use codec::{Decode, Encode, MaxEncodedLen};
use zeroize::Zeroizing;

/// The HPKE `info` of a copy.
pub const KEY_COPY_INFO: &[u8] = b"medchain/key-copy/v1";

/// What a copy is bound to; its SCALE encoding is the AAD.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
pub struct KeyCopyContext {
    /// The hash of the chain's genesis block.
    pub genesis: [u8; 32],
    /// The member whose secret it is.
    pub member: u64,
    /// The version of the member's key whose secret it is.
    pub of_version: u32,
}

/// Seals an encryption secret to `to`, bound to `context`: enc (32 bytes) ‖ ct (48 bytes).
///
/// # Errors
///
/// [`SealError::UnusableKey`] for a public key of low order.
pub fn seal_copy(
    secret: &EncryptionSecret,
    to: &EncryptionPublic,
    context: &KeyCopyContext,
) -> Result<[u8; SEAL_BYTES], SealError> {
    let sealed = hpke_suite::encrypt(KEY_COPY_INFO, &context.encode(), secret.to_bytes().as_slice(), to)
        .map_err(|_| SealError::UnusableKey)?;
    sealed.try_into().map_err(|_| SealError::UnusableKey)
}

/// Opens a copy with the secret of the key that it was sealed to.
///
/// # Errors
///
/// [`SealError::Unopened`] if the key or any part of the context is another, or the copy was altered.
pub fn open_copy(
    sealed: &[u8; SEAL_BYTES],
    secret: &EncryptionSecret,
    context: &KeyCopyContext,
) -> Result<EncryptionSecret, SealError> {
    let opened =
        hpke_suite::decrypt(KEY_COPY_INFO, &context.encode(), sealed, secret).map_err(|_| SealError::Unopened)?;
    let bytes = Zeroizing::new(<[u8; 32]>::try_from(opened.as_slice()).map_err(|_| SealError::Unopened)?);
    Ok(EncryptionSecret::from_bytes(&bytes))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{
        record_key::PatientHalf,
        seal::{open_seal, seal, SealContext, SealRecipient},
    };

    fn context() -> KeyCopyContext {
        KeyCopyContext { genesis: [1; 32], member: 1003, of_version: 2 }
    }

    #[test]
    fn the_nurse_opens_the_copy_of_her_hospital_s_secret_and_nobody_else_does() {
        let (hospital, nurse, clerk) =
            (EncryptionSecret::generate(), EncryptionSecret::generate(), EncryptionSecret::generate());
        let copy = seal_copy(&hospital, &nurse.public(), &context()).unwrap();
        assert_eq!(open_copy(&copy, &nurse, &context()).unwrap().public(), hospital.public());
        assert_eq!(open_copy(&copy, &clerk, &context()).unwrap_err(), SealError::Unopened);
    }

    #[test]
    fn a_copy_is_refused_when_any_part_of_its_context_is_another_or_it_was_altered() {
        let nurse = EncryptionSecret::generate();
        let copy = seal_copy(&EncryptionSecret::generate(), &nurse.public(), &context()).unwrap();
        for other in [
            KeyCopyContext { genesis: [9; 32], ..context() },
            KeyCopyContext { member: 1004, ..context() },
            KeyCopyContext { of_version: 3, ..context() },
        ] {
            assert_eq!(open_copy(&copy, &nurse, &other).unwrap_err(), SealError::Unopened, "{other:?}");
        }
        for at in 0..SEAL_BYTES {
            let mut altered = copy;
            altered[at] ^= 1;
            assert_eq!(open_copy(&altered, &nurse, &context()).unwrap_err(), SealError::Unopened, "byte {at}");
        }
    }

    #[test]
    fn a_seal_cannot_pass_for_a_copy_nor_a_copy_for_a_seal() {
        let nurse = EncryptionSecret::generate();
        let sealing =
            SealContext { genesis: [1; 32], content: [2; 32], recipient: SealRecipient::Member(1003), key_version: 2 };
        let sealed = seal(&PatientHalf::generate(), &nurse.public(), &sealing).unwrap();
        assert_eq!(open_copy(&sealed, &nurse, &context()).unwrap_err(), SealError::Unopened);
        let copy = seal_copy(&EncryptionSecret::generate(), &nurse.public(), &context()).unwrap();
        assert_eq!(open_seal(&copy, &nurse, &sealing).unwrap_err(), SealError::Unopened);
    }

    #[test]
    fn nothing_is_copied_to_a_key_of_low_order() {
        let secret = EncryptionSecret::generate();
        assert_eq!(seal_copy(&secret, &EncryptionPublic([0; 32]), &context()), Err(SealError::UnusableKey));
    }
}
