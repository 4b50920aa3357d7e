//! What a node keeps on its disk and nobody else may read: age files to a key of the node's own.
//!
//! The stock `age` program opens them with the same key, so a backup is a copy of the files, and of the key somewhere else.

use age::{secrecy::ExposeSecret, x25519, Decryptor, Encryptor};
use std::{
    fmt,
    io::{Read, Write},
};
use thiserror::Error;
use zeroize::Zeroizing;

/// The longest secret that is opened, in bytes.
const OPENED_MAX: u64 = 64 * 1024;

/// What is kept cannot be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AtRestError {
    /// The text is no age identity.
    #[error("not an age identity (AGE-SECRET-KEY-1…)")]
    NotAnIdentity,
    /// It was sealed to another key, or altered, or is too long.
    #[error("sealed to another key, or damaged")]
    Unopened,
}

/// The key to which a node seals what it keeps.
pub struct AtRestKey(x25519::Identity);

impl AtRestKey {
    /// A fresh key.
    pub fn generate() -> Self {
        Self(x25519::Identity::generate())
    }

    /// Reads a key as `age-keygen` writes it: lines of comments, and `AGE-SECRET-KEY-1…`.
    ///
    /// # Errors
    ///
    /// [`AtRestError::NotAnIdentity`].
    pub fn from_text(text: &str) -> Result<Self, AtRestError> {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let (Some(line), None) = (lines.next(), lines.next()) else { return Err(AtRestError::NotAnIdentity) };
        line.parse().map(Self).map_err(|_| AtRestError::NotAnIdentity)
    }

    /// The key as `age-keygen` writes it.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("# public key: {}\n{}\n", self.0.to_public(), self.0.to_string().expose_secret()))
    }

    /// Seals a secret.
    ///
    /// # Errors
    ///
    /// [`AtRestError::Unopened`] if the library does not take the key, which it made.
    pub fn seal(&self, secret: &[u8]) -> Result<Vec<u8>, AtRestError> {
        let recipient = self.0.to_public();
        let sealed = || {
            let encryptor =
                Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient)).map_err(|_| ())?;
            let mut file = encryptor.wrap_output(Vec::new()).map_err(|_| ())?;
            file.write_all(secret).map_err(|_| ())?;
            file.finish().map_err(|_| ())
        };
        sealed().map_err(|()| AtRestError::Unopened)
    }

    /// Opens what was sealed.
    ///
    /// # Errors
    ///
    /// [`AtRestError::Unopened`].
    pub fn open(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, AtRestError> {
        let opened = || {
            let decryptor = Decryptor::new(sealed).map_err(|_| ())?;
            let file = decryptor.decrypt(std::iter::once(&self.0 as &dyn age::Identity)).map_err(|_| ())?;
            let mut secret = Zeroizing::new(Vec::with_capacity(sealed.len()));
            let read = file.take(OPENED_MAX.saturating_add(1)).read_to_end(&mut secret).map_err(|_| ())?;
            if u64::try_from(read).unwrap_or(u64::MAX) > OPENED_MAX {
                return Err(());
            }
            Ok(secret)
        };
        opened().map_err(|()| AtRestError::Unopened)
    }
}

impl fmt::Debug for AtRestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AtRestKey(..)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_the_key_opens_what_it_sealed_and_nothing_altered() {
        let key = AtRestKey::generate();
        let sealed = key.seal(b"a share").unwrap();
        assert!(!sealed.windows(7).any(|window| window == b"a share"));
        assert_eq!(*key.open(&sealed).unwrap(), b"a share");
        assert_eq!(AtRestKey::generate().open(&sealed).unwrap_err(), AtRestError::Unopened);
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(key.open(&altered).is_err(), "byte {at}");
        }
        let long = key.seal(&vec![0; 64 * 1024 + 1]).unwrap();
        assert_eq!(key.open(&long).unwrap_err(), AtRestError::Unopened);
    }

    #[test]
    fn a_key_comes_back_from_its_text_and_shows_no_secret() {
        let key = AtRestKey::generate();
        let sealed = key.seal(b"a share").unwrap();
        assert_eq!(*AtRestKey::from_text(&key.to_text()).unwrap().open(&sealed).unwrap(), b"a share");
        assert_eq!(format!("{key:?}"), "AtRestKey(..)");
        let two = format!("{}{}", *key.to_text(), *key.to_text());
        for text in ["", "# only a comment", "AGE-SECRET-KEY-1", "age1", two.as_str()] {
            assert_eq!(AtRestKey::from_text(text).unwrap_err(), AtRestError::NotAnIdentity, "{text}");
        }
    }
}
