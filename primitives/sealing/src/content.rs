//! Content: a document and its description as one age v1 file, encrypted to the record key.
//!
//! The plaintext inside the age file is
//!
//! | bytes | what |
//! |---|---|
//! | 4 | L, the length of the description, big-endian; at most 65536 |
//! | L | the description: UTF-8 JSON, a FHIR R4 DocumentReference (of a profile: a FHIR Patient) |
//! | the rest | the document as it was; may be empty |
//!
//! so that the stock `age` program decrypts any record whose key its owner exports, and `tail -c +$((L + 5))` cuts the
//! document out. Both directions stream: memory use does not depend on the size of the document.

use crate::record_key::{IdentityError, RecordKey};
use age::{DecryptError, Decryptor, EncryptError, Encryptor};
use std::{
    io::{self, BufReader, Read, Write},
    sync::{
        atomic::{AtomicBool, Ordering},
        Arc,
    },
};
use thiserror::Error;

/// The longest description, in bytes.
pub const MAX_DESCRIPTION_BYTES: usize = 64 * 1024;

/// How much of a file is read in search of the end of its age header. A header for one recipient takes some 200 bytes;
/// without a bound a hostile file could make the parser hold all of it in memory.
const MAX_HEADER_BYTES: u64 = 64 * 1024;

/// Why a content could not be encrypted or decrypted.
#[derive(Debug, Error)]
pub enum ContentError {
    /// The description is longer than [`MAX_DESCRIPTION_BYTES`].
    #[error("the description is longer than {MAX_DESCRIPTION_BYTES} bytes")]
    DescriptionTooLong,
    /// The description is not UTF-8 text.
    #[error("the description is not UTF-8 text")]
    DescriptionNotText,
    /// The content is encrypted to another record key; obtain the halves of this record.
    #[error("the record key does not fit this content")]
    WrongKey,
    /// The content is not an age file, was altered, or is cut short; fetch it again.
    #[error("the content is damaged or is not an age v1 file")]
    Damaged,
    /// The content decrypts, but what is inside is not framed as a record.
    #[error("the content does not hold a description and a document")]
    Unframed,
    /// The record key could not be used with age.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// Reading or writing failed.
    #[error("reading or writing failed: {0}")]
    Io(#[source] io::Error),
}

impl From<DecryptError> for ContentError {
    fn from(error: DecryptError) -> Self {
        match error {
            DecryptError::NoMatchingKeys => Self::WrongKey,
            DecryptError::Io(error) => error.into(),
            _ => Self::Damaged,
        }
    }
}

impl From<io::Error> for ContentError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // How the age library reports a chunk that fails authentication and a file that ends early.
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => Self::Damaged,
            _ => Self::Io(error),
        }
    }
}

/// A content that has been opened: its description, and its document still to be read.
#[derive(Debug)]
pub struct Opened<R> {
    /// The description, at most [`MAX_DESCRIPTION_BYTES`] of UTF-8.
    pub description: Vec<u8>,
    /// The document. Each 64 KiB chunk is authenticated before it is given out; a damaged or truncated file ends in an
    /// error of kind `InvalidData` or `UnexpectedEof`, so the document is whole only once a read has returned 0 bytes.
    pub document: R,
}

/// Encrypts a description and a document to `key` and writes the age file to `out`; returns the length of that file in
/// bytes. `out` is flushed, not closed.
///
/// # Errors
///
/// [`ContentError::DescriptionTooLong`] and [`ContentError::DescriptionNotText`] before anything is written;
/// [`ContentError::Io`] from either stream.
pub fn encrypt<R: Read, W: Write>(
    key: &RecordKey,
    description_json: &[u8],
    mut document: R,
    out: W,
) -> Result<u64, ContentError> {
    if description_json.len() > MAX_DESCRIPTION_BYTES {
        return Err(ContentError::DescriptionTooLong);
    }
    if core::str::from_utf8(description_json).is_err() {
        return Err(ContentError::DescriptionNotText);
    }
    let length = u32::try_from(description_json.len()).map_err(|_| ContentError::DescriptionTooLong)?;
    let recipient = key.to_age_recipient()?;
    let encryptor =
        Encryptor::with_recipients(core::iter::once(&recipient as &dyn age::Recipient)).map_err(|e| match e {
            EncryptError::Io(error) => ContentError::Io(error),
            _ => ContentError::Identity(IdentityError),
        })?;
    let mut file = encryptor.wrap_output(Counted { inner: out, written: 0 }).map_err(ContentError::Io)?;
    file.write_all(&length.to_be_bytes()).map_err(ContentError::Io)?;
    file.write_all(description_json).map_err(ContentError::Io)?;
    io::copy(&mut document, &mut file).map_err(ContentError::Io)?;
    let mut counted = file.finish().map_err(ContentError::Io)?;
    counted.flush().map_err(ContentError::Io)?;
    Ok(counted.written)
}

/// Opens an age file with `key`: reads the description and returns it with a reader for the document.
///
/// # Errors
///
/// [`ContentError::WrongKey`], [`ContentError::Damaged`], [`ContentError::Unframed`],
/// [`ContentError::DescriptionTooLong`], [`ContentError::DescriptionNotText`] or [`ContentError::Io`].
pub fn decrypt<R: Read>(key: &RecordKey, ciphertext: R) -> Result<Opened<impl Read + use<R>>, ContentError> {
    let identity = key.to_age_identity()?;
    let header_done = Arc::new(AtomicBool::new(false));
    let bounded = HeaderBound { inner: ciphertext, left: MAX_HEADER_BYTES, done: header_done.clone() };
    let decryptor = Decryptor::new_buffered(BufReader::new(bounded))?;
    header_done.store(true, Ordering::Relaxed);
    let mut document = decryptor.decrypt(core::iter::once(&identity as &dyn age::Identity))?;

    let mut length = [0; 4];
    read_framed(&mut document, &mut length)?;
    let length = usize::try_from(u32::from_be_bytes(length)).map_err(|_| ContentError::DescriptionTooLong)?;
    if length > MAX_DESCRIPTION_BYTES {
        return Err(ContentError::DescriptionTooLong);
    }
    let mut description = vec![0; length];
    read_framed(&mut document, &mut description)?;
    if core::str::from_utf8(&description).is_err() {
        return Err(ContentError::DescriptionNotText);
    }
    Ok(Opened { description, document })
}

/// As `read_exact`, but tells a plaintext that ends early (authentic, not framed by us) from a file cut short.
fn read_framed(from: &mut impl Read, mut into: &mut [u8]) -> Result<(), ContentError> {
    while !into.is_empty() {
        match from.read(into) {
            Ok(0) => return Err(ContentError::Unframed),
            Ok(n) => into = into.get_mut(n..).ok_or(ContentError::Unframed)?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

struct Counted<W> {
    inner: W,
    written: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.written = self.written.saturating_add(n as u64);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

struct HeaderBound<R> {
    inner: R,
    left: u64,
    done: Arc<AtomicBool>,
}

impl<R: Read> Read for HeaderBound<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(into)?;
        if !self.done.load(Ordering::Relaxed) {
            self.left = self
                .left
                .checked_sub(n as u64)
                .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the age header is too long"))?;
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::record_key::{CommitteeHalf, PatientHalf};

    const DESCRIPTION: &[u8] = br#"{"resourceType":"DocumentReference","status":"current"}"#;

    fn key(n: u8) -> RecordKey {
        RecordKey::derive(&PatientHalf::from_bytes([n; 32]), &CommitteeHalf::from_bytes([n; 32]))
    }

    fn encrypted(document: &[u8]) -> Vec<u8> {
        let mut file = Vec::new();
        let written = encrypt(&key(1), DESCRIPTION, document, &mut file).unwrap();
        assert_eq!(written, file.len() as u64);
        file
    }

    fn decrypted(file: &[u8]) -> Result<(Vec<u8>, Vec<u8>), ContentError> {
        let mut opened = decrypt(&key(1), file)?;
        let mut document = Vec::new();
        opened.document.read_to_end(&mut document)?;
        Ok((opened.description, document))
    }

    /// A plaintext of our choosing, encrypted to the key without the framing of [`encrypt`].
    fn age_file(plaintext: &[u8]) -> Vec<u8> {
        age::encrypt(&key(1).to_age_recipient().unwrap(), plaintext).unwrap()
    }

    #[test]
    fn documents_come_back_whatever_their_length() {
        let chunk = 64 * 1024 - 4 - DESCRIPTION.len();
        for length in [0, 1, chunk - 1, chunk, chunk + 1, 300_000] {
            let document: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
            let (description, opened) = decrypted(&encrypted(&document)).unwrap();
            assert_eq!(description, DESCRIPTION);
            assert!(opened == document, "length {length}");
        }
    }

    #[test]
    fn a_document_of_several_mib_streams_through_small_buffers() {
        struct Pattern(u64);
        impl Read for Pattern {
            fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
                let n = into.len().min(usize::try_from(self.0).unwrap()).min(8192);
                into[..n].fill(0x5a);
                self.0 -= n as u64;
                Ok(n)
            }
        }
        let length = 3 * 1024 * 1024 + 17;
        let mut file = Vec::new();
        encrypt(&key(1), DESCRIPTION, Pattern(length), &mut file).unwrap();
        let mut opened = decrypt(&key(1), file.as_slice()).unwrap();
        let (mut total, mut buffer) = (0, [0; 4096]);
        loop {
            let n = opened.document.read(&mut buffer).unwrap();
            if n == 0 {
                break;
            }
            assert!(buffer[..n].iter().all(|b| *b == 0x5a));
            total += n as u64;
        }
        assert_eq!(total, length);
    }

    #[test]
    fn another_record_s_key_is_refused() {
        assert!(matches!(decrypt(&key(2), encrypted(b"x").as_slice()), Err(ContentError::WrongKey)));
    }

    #[test]
    fn a_byte_altered_anywhere_is_noticed() {
        let file = encrypted(b"blood group 0");
        for at in 0..file.len() {
            let mut altered = file.clone();
            altered[at] ^= 1;
            assert!(decrypted(&altered).is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_file_cut_anywhere_is_noticed() {
        let file = encrypted(b"blood group 0");
        for length in 0..file.len() {
            assert!(decrypted(&file[..length]).is_err(), "cut at {length}");
        }
        let long = encrypted(&[0; 200_000]);
        assert!(matches!(decrypted(&long[..100_000]), Err(ContentError::Damaged)));
        let mut trailing = file;
        trailing.push(0);
        assert!(decrypted(&trailing).is_err());
    }

    #[test]
    fn descriptions_are_bounded_text_in_both_directions() {
        let long = vec![b' '; MAX_DESCRIPTION_BYTES + 1];
        assert!(matches!(encrypt(&key(1), &long, io::empty(), io::sink()), Err(ContentError::DescriptionTooLong)));
        assert!(encrypt(&key(1), &long[1..], io::empty(), io::sink()).is_ok());
        assert!(matches!(encrypt(&key(1), &[0xff], io::empty(), io::sink()), Err(ContentError::DescriptionNotText)));
        assert!(matches!(decrypted(&age_file(&[0xff; 8])), Err(ContentError::DescriptionTooLong)));
        assert!(matches!(decrypted(&age_file(&[0, 0, 0, 1, 0xff])), Err(ContentError::DescriptionNotText)));
        assert!(matches!(decrypted(&age_file(&[0, 0, 0, 9, b'{'])), Err(ContentError::Unframed)));
        assert!(matches!(decrypted(&age_file(b"")), Err(ContentError::Unframed)));
    }

    #[test]
    fn a_header_without_end_is_refused_before_it_fills_the_memory() {
        let endless = b"age-encryption.org/v1\n-> X25519 ".chain(io::repeat(b'a'));
        assert!(matches!(decrypt(&key(1), endless), Err(ContentError::Damaged)));
    }

    #[test]
    fn a_failing_disk_is_reported_as_such() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::Error::from(io::ErrorKind::StorageFull))
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert!(matches!(encrypt(&key(1), DESCRIPTION, io::empty(), Full), Err(ContentError::Io(_))));
    }
}
