//! Notes: short texts (a reason, a remark to the doctor) wrapped to their addressee by HPKE.

use crate::{
    hpke_suite,
    keys::{EncryptionPublic, EncryptionSecret},
    seal::SealError,
};
use zeroize::Zeroizing;

/// The HPKE `info` of a note.
pub const NOTE_INFO: &[u8] = b"medchain/note/v1";

/// The longest text of a note, in bytes.
pub const MAX_NOTE_BYTES: usize = 512;

/// The longest encrypted note, in bytes.
pub const MAX_SEALED_NOTE_BYTES: usize = MAX_NOTE_BYTES + hpke_suite::OVERHEAD_BYTES;

/// Wraps a text to `to`; `aad` says what the note belongs to and must be given again to open it. The result is 48 bytes
/// longer than the text: pad the text first if its length would tell something.
///
/// # Errors
///
/// [`SealError::TooLong`] above [`MAX_NOTE_BYTES`]; [`SealError::UnusableKey`] for a public key of low order.
pub fn seal_note(text: &[u8], to: &EncryptionPublic, aad: &[u8]) -> Result<Vec<u8>, SealError> {
    if text.len() > MAX_NOTE_BYTES {
        return Err(SealError::TooLong(MAX_NOTE_BYTES));
    }
    hpke_suite::encrypt(NOTE_INFO, aad, text, to).map_err(|_| SealError::UnusableKey)
}

/// Opens a note with its addressee's secret. The text wipes itself when dropped.
///
/// # Errors
///
/// [`SealError::TooLong`] above [`MAX_SEALED_NOTE_BYTES`]; [`SealError::Unopened`] if the key or `aad` is another, or
/// the note was altered.
pub fn open_note(sealed: &[u8], secret: &EncryptionSecret, aad: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    if sealed.len() > MAX_SEALED_NOTE_BYTES {
        return Err(SealError::TooLong(MAX_SEALED_NOTE_BYTES));
    }
    hpke_suite::decrypt(NOTE_INFO, aad, sealed, secret).map_err(|_| SealError::Unopened)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_doctor_reads_the_note_only_where_it_belongs() {
        let doctor = EncryptionSecret::generate();
        for length in [0, 1, MAX_NOTE_BYTES] {
            let text = vec![b'n'; length];
            let sealed = seal_note(&text, &doctor.public(), b"appointment 7").unwrap();
            assert_eq!(open_note(&sealed, &doctor, b"appointment 7").unwrap().as_slice(), text);
            assert_eq!(open_note(&sealed, &doctor, b"appointment 8"), Err(SealError::Unopened));
            assert_eq!(open_note(&sealed, &EncryptionSecret::generate(), b"appointment 7"), Err(SealError::Unopened));
        }
    }

    #[test]
    fn a_note_that_is_too_long_too_short_or_altered_is_refused() {
        let doctor = EncryptionSecret::generate();
        assert_eq!(seal_note(&[0; MAX_NOTE_BYTES + 1], &doctor.public(), b""), Err(SealError::TooLong(MAX_NOTE_BYTES)));
        assert_eq!(open_note(&[0; MAX_SEALED_NOTE_BYTES + 1], &doctor, b""), Err(SealError::TooLong(560)));
        let sealed = seal_note(b"please call", &doctor.public(), b"").unwrap();
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 0x80;
            // The top bit of an X25519 coordinate is ignored by the arithmetic, but HPKE binds the bytes themselves.
            assert_eq!(open_note(&altered, &doctor, b""), Err(SealError::Unopened), "byte {at}");
            assert_eq!(open_note(&sealed[..at], &doctor, b""), Err(SealError::Unopened), "cut at {at}");
        }
    }

    #[test]
    fn a_note_cannot_pass_for_a_seal() {
        let doctor = EncryptionSecret::generate();
        let context = crate::seal::SealContext {
            genesis: [0; 32],
            content: [0; 32],
            recipient: crate::seal::SealRecipient::Member(1),
            key_version: 1,
        };
        let note = seal_note(&[0; 32], &doctor.public(), &codec::Encode::encode(&context)).unwrap();
        assert_eq!(crate::seal::open_seal(&note.try_into().unwrap(), &doctor, &context), Err(SealError::Unopened));
    }
}
