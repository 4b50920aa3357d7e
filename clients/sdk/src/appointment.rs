//! Notes to the doctor: ciphertext on chain, bound to the appointment that they come with.

use crate::{
    account::Identity,
    error::{Error, Result},
    proof::ProvenKey,
};
use codec::Encode;
use medchain_primitives::{KeyVersion, MemberId, Moment};
use medchain_sealing::{
    note::{open_note, seal_note, MAX_NOTE_BYTES},
    seal::SealError,
};

/// Texts are padded with spaces to a multiple of this many bytes, so that their length tells little.
const PADDING: usize = 128;

/// What a note belongs to. Its SCALE encoding is the note's AAD: genesis hash (32 bytes), patient, doctor and start (8
/// bytes each, little-endian).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode)]
pub struct NoteContext {
    /// The hash of the chain's genesis block.
    pub genesis: [u8; 32],
    /// Who asks.
    pub patient: MemberId,
    /// Who is asked.
    pub doctor: MemberId,
    /// The appointment's start, in milliseconds.
    pub start: Moment,
}

impl NoteContext {
    /// Seals a text to the doctor. An empty text is an empty note.
    ///
    /// # Errors
    /// [`Error::NoteTooLong`] above 512 bytes; [`Error::UnusableKey`].
    pub fn seal(&self, text: &str, doctor: &ProvenKey) -> Result<Vec<u8>> {
        if text.is_empty() {
            return Ok(Vec::new());
        }
        let mut padded = text.as_bytes().to_vec();
        padded.resize(text.len().next_multiple_of(PADDING), b' ');
        seal_note(&padded, &doctor.key, &self.encode()).map_err(|error| match error {
            SealError::TooLong(limit) => Error::NoteTooLong { limit },
            _ => Error::UnusableKey { whom: format!("member {}", self.doctor) },
        })
    }

    /// Opens a note with the doctor's keys, the current version first. `None` if it opens with none of them or is no text.
    pub fn open(&self, note: &[u8], doctor: &Identity, current: KeyVersion) -> Option<String> {
        (1..=current).rev().find_map(|version| {
            let text = open_note(note, &doctor.encryption_secret(version), &self.encode()).ok()?;
            Some(std::str::from_utf8(&text).ok()?.trim_end().to_owned())
        })
    }
}

/// The longest text of a note, in bytes.
pub const NOTE_TEXT_MAX: usize = MAX_NOTE_BYTES;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use medchain_sealing::seal::SealRecipient;

    #[test]
    fn the_doctor_reads_the_note_of_this_appointment_only_and_its_length_tells_little() {
        let doctor = Identity::from_uri("//Doctor").unwrap();
        let key = ProvenKey { recipient: SealRecipient::Member(1002), key: doctor.encryption_public(2), version: 2 };
        let context = NoteContext { genesis: [1; 32], patient: MemberId(1001), doctor: MemberId(1002), start: 900_000 };
        let note = context.seal("Fièvre depuis lundi", &key).unwrap();
        assert_eq!(note.len(), context.seal("x", &key).unwrap().len());
        assert_eq!(context.open(&note, &doctor, 2).as_deref(), Some("Fièvre depuis lundi"));
        assert_eq!(context.open(&note, &doctor, 3).as_deref(), Some("Fièvre depuis lundi"));
        assert_eq!(NoteContext { start: 1_800_000, ..context }.open(&note, &doctor, 2), None);
        assert!(context.seal("", &key).unwrap().is_empty());
        assert!(context.seal(&"n".repeat(512), &key).is_ok());
        assert!(matches!(context.seal(&"n".repeat(513), &key), Err(Error::NoteTooLong { limit: 512 })));
    }
}
