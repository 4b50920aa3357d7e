//! Releases on their way: a partial release wrapped by HPKE to the one reader whose opening it answers.

use crate::{
    committee::{PartialRelease, PARTIAL_RELEASE_BYTES},
    hpke_suite,
    keys::{EncryptionPublic, EncryptionSecret},
    seal::{SealError, SealRecipient},
};
use codec::{Decode, Encode, MaxEncodedLen};
use zeroize::Zeroizing;

/// The HPKE `info` of a release.
pub const RELEASE_INFO: &[u8] = b"medchain/release/v1";

/// Length in bytes of a wrapped release.
pub const SEALED_RELEASE_BYTES: usize = hpke_suite::OVERHEAD_BYTES + PARTIAL_RELEASE_BYTES;

/// What a release is bound to; its SCALE encoding is the AAD.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
pub struct ReleaseContext {
    /// The hash of the chain's genesis block.
    pub genesis: [u8; 32],
    /// The id of the record that was opened.
    pub record: u64,
    /// The SHA-256 digest of the content's root.
    pub content: [u8; 32],
    /// The reader.
    pub recipient: SealRecipient,
}

/// Wraps a partial release to the reader's encryption key: [`SEALED_RELEASE_BYTES`] bytes.
///
/// # Errors
///
/// [`SealError::UnusableKey`] for a public key of low order.
pub fn seal_release(
    partial: &PartialRelease,
    reader: &EncryptionPublic,
    context: &ReleaseContext,
) -> Result<Vec<u8>, SealError> {
    let plaintext = Zeroizing::new(partial.to_bytes());
    hpke_suite::encrypt(RELEASE_INFO, &context.encode(), plaintext.as_slice(), reader)
        .map_err(|_| SealError::UnusableKey)
}

/// Opens a release with the reader's secret. What comes out is well formed, not yet
/// [verified](PartialRelease::verify); [`combine`](crate::committee::combine) verifies.
///
/// # Errors
///
/// [`SealError::Unopened`] if the key or any part of the context is another, or the bytes were altered or malformed.
pub fn open_release(
    sealed: &[u8],
    secret: &EncryptionSecret,
    context: &ReleaseContext,
) -> Result<PartialRelease, SealError> {
    if sealed.len() != SEALED_RELEASE_BYTES {
        return Err(SealError::Unopened);
    }
    let opened =
        hpke_suite::decrypt(RELEASE_INFO, &context.encode(), sealed, secret).map_err(|_| SealError::Unopened)?;
    let bytes =
        Zeroizing::new(<[u8; PARTIAL_RELEASE_BYTES]>::try_from(opened.as_slice()).map_err(|_| SealError::Unopened)?);
    PartialRelease::from_bytes(&bytes).map_err(|_| SealError::Unopened)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{
        committee::{Capsule, CapsuleContext},
        dealer,
    };

    #[test]
    fn only_the_reader_opens_a_release_and_only_for_this_record() {
        let capsule_context = CapsuleContext { genesis: [1; 32], author: 5, patient: 1001, epoch: 0 };
        let share = dealer::development_share();
        let (capsule, _) = Capsule::create(&dealer::development_committee_key(), &capsule_context);
        let partial = share.release(&capsule, &capsule_context).unwrap();
        let (reader, other) = (EncryptionSecret::generate(), EncryptionSecret::generate());
        let context =
            ReleaseContext { genesis: [1; 32], record: 7, content: [2; 32], recipient: SealRecipient::Member(5) };
        let sealed = seal_release(&partial, &reader.public(), &context).unwrap();
        assert_eq!(sealed.len(), SEALED_RELEASE_BYTES);
        assert_eq!(open_release(&sealed, &reader, &context).unwrap(), partial);
        assert_eq!(open_release(&sealed, &other, &context), Err(SealError::Unopened));
        for wrong in [
            ReleaseContext { genesis: [9; 32], ..context },
            ReleaseContext { record: 8, ..context },
            ReleaseContext { content: [9; 32], ..context },
            ReleaseContext { recipient: SealRecipient::Member(6), ..context },
            ReleaseContext { recipient: SealRecipient::Administrator([5; 32]), ..context },
        ] {
            assert_eq!(open_release(&sealed, &reader, &wrong), Err(SealError::Unopened), "{wrong:?}");
        }
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert_eq!(open_release(&altered, &reader, &context), Err(SealError::Unopened), "byte {at}");
        }
        assert_eq!(open_release(&sealed[1..], &reader, &context), Err(SealError::Unopened));
    }
}
