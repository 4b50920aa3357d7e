//! Accounts at rest: a file each, an age file encrypted to a passphrase.
//!
//! A file is named `NAME.ADDRESS.age`, so that listing needs no passphrase. Inside is a JSON object
//! `{"name", "address", "phrase" | "seed", "created"}`, `created` in milliseconds since the Unix epoch. The stock `age` program opens
//! it with the passphrase.

use crate::{
    account::Identity,
    error::{Error, Result},
};
use age::secrecy::SecretString;
use serde::{Deserialize, Serialize};
use sp_core::crypto::{AccountId32, Ss58Codec};
use std::{
    fs::File,
    io::{ErrorKind, Read, Write},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};
use zeroize::{Zeroize, Zeroizing};

/// The most that a key file is allowed to hold, in bytes: a bound against reading something else.
const KEY_FILE_MAX: u64 = 16 * 1024;
/// The greatest scrypt work factor that is accepted when a file is opened: some 20 seconds.
const WORK_FACTOR_MAX: u8 = 22;

/// The folder that belongs to this program, `$XDG_DATA_HOME/medchain` or `~/.local/share/medchain`.
///
/// # Errors
/// [`Error::NoDataFolder`] if the environment names neither.
pub fn data_folder() -> Result<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("XDG_DATA_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".local/share")))
        .map(|folder| folder.join("medchain"))
        .ok_or(Error::NoDataFolder)
}

/// What makes an account: kept in the keystore, shown on export.
#[derive(Clone)]
pub enum Secret {
    /// A recovery phrase.
    Phrase(Zeroizing<String>),
    /// A 32-byte seed, in hexadecimal with `0x`.
    Seed(Zeroizing<String>),
}

impl Secret {
    /// The account that it makes.
    ///
    /// # Errors
    /// [`Error::MalformedPhrase`] or [`Error::MalformedSeed`].
    pub fn identity(&self) -> Result<Identity> {
        match self {
            Self::Phrase(phrase) => Identity::from_phrase(phrase),
            Self::Seed(seed) => Identity::from_seed_hex(seed),
        }
    }

    /// The text to write down.
    pub fn text(&self) -> &str {
        match self {
            Self::Phrase(text) | Self::Seed(text) => text,
        }
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// An account of the keystore, as far as it can be seen without the passphrase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The name that its owner gave it.
    pub name: String,
    /// The account in SS58.
    pub address: String,
}

#[derive(Serialize, Deserialize)]
struct KeyFile {
    name: String,
    address: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    phrase: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<String>,
    created: u64,
}

impl Drop for KeyFile {
    fn drop(&mut self) {
        self.phrase.zeroize();
        self.seed.zeroize();
    }
}

/// A folder of accounts.
#[derive(Clone, Debug)]
pub struct Keystore {
    folder: PathBuf,
    work_factor: Option<u8>,
}

impl Keystore {
    /// The keystore in a folder; the folder is made when the first account is.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), work_factor: None }
    }

    /// The keystore in [`data_folder`]`/keys`.
    ///
    /// # Errors
    /// [`Error::NoDataFolder`].
    pub fn in_data_folder() -> Result<Self> {
        Ok(Self::new(data_folder()?.join("keys")))
    }

    /// Sets the scrypt work factor (log2 of N) of files written from now on, for tests: below the default of about one
    /// second a passphrase is easier to guess.
    #[must_use]
    pub fn with_work_factor(mut self, log_n: u8) -> Self {
        self.work_factor = Some(log_n);
        self
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The accounts by name.
    ///
    /// # Errors
    /// [`Error::File`] if the folder cannot be read; a folder that is not there is empty.
    pub fn list(&self) -> Result<Vec<Entry>> {
        let listing = match std::fs::read_dir(&self.folder) {
            Ok(listing) => listing,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::file("reading", &self.folder, &error)),
        };
        let mut entries = Vec::new();
        for file in listing {
            let file = file.map_err(|error| Error::file("reading", &self.folder, &error))?;
            entries.extend(file.file_name().to_str().and_then(parse_file_name));
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    /// The account of this name or SS58 address.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`], or [`Error::File`].
    pub fn find(&self, name_or_address: &str) -> Result<Entry> {
        self.list()?
            .into_iter()
            .find(|entry| entry.name == name_or_address || entry.address == name_or_address)
            .ok_or_else(|| Error::UnknownAccount { name: name_or_address.to_owned() })
    }

    /// Whether the name can be given to a new account.
    ///
    /// # Errors
    /// [`Error::MalformedName`], [`Error::AccountExists`], or [`Error::File`].
    pub fn check_free(&self, name: &str) -> Result<()> {
        let well_formed = (1..=32).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
            && !name.starts_with('-');
        if !well_formed {
            return Err(Error::MalformedName { name: name.chars().take(64).collect() });
        }
        match self.find(name) {
            Ok(_) => Err(Error::AccountExists { name: name.to_owned() }),
            Err(Error::UnknownAccount { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Adds an account, encrypted to the passphrase; durable when this returns.
    ///
    /// # Errors
    /// Those of [`Keystore::check_free`] and [`Secret::identity`], [`Error::EmptyPassphrase`], or [`Error::File`].
    pub fn add(&self, name: &str, secret: &Secret, passphrase: &str) -> Result<Entry> {
        self.check_free(name)?;
        if passphrase.is_empty() {
            return Err(Error::EmptyPassphrase);
        }
        let address = secret.identity()?.address();
        let mut content =
            KeyFile { name: name.to_owned(), address: address.clone(), phrase: None, seed: None, created: now() };
        match secret {
            Secret::Phrase(phrase) => content.phrase = Some(phrase.to_string()),
            Secret::Seed(seed) => content.seed = Some(seed.to_string()),
        }
        let plaintext =
            Zeroizing::new(serde_json::to_vec(&content).map_err(|_| Error::Internal("a key file did not serialise"))?);

        let mut recipient = age::scrypt::Recipient::new(SecretString::from(passphrase.to_owned()));
        if let Some(log_n) = self.work_factor {
            recipient.set_work_factor(log_n);
        }
        let ciphertext =
            age::encrypt(&recipient, &plaintext).map_err(|_| Error::Internal("a key file did not encrypt"))?;

        let path = self.path_of(name, &address);
        let failed = |error: &std::io::Error| Error::file("writing", &path, error);
        create_private_folder(&self.folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder).map_err(|error| failed(&error))?;
        file.write_all(&ciphertext).map_err(|error| failed(&error))?;
        file.as_file().sync_all().map_err(|error| failed(&error))?;
        file.persist_noclobber(&path).map_err(|error| match error.error.kind() {
            ErrorKind::AlreadyExists => Error::AccountExists { name: name.to_owned() },
            _ => failed(&error.error),
        })?;
        File::open(&self.folder).and_then(|folder| folder.sync_all()).map_err(|error| failed(&error))?;
        Ok(Entry { name: name.to_owned(), address })
    }

    /// What makes the account of this name or address.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`], [`Error::WrongPassphrase`], [`Error::DamagedKey`], or [`Error::File`].
    pub fn export(&self, name_or_address: &str, passphrase: &str) -> Result<Secret> {
        let entry = self.find(name_or_address)?;
        let path = self.path_of(&entry.name, &entry.address);
        let damaged = || Error::DamagedKey { name: entry.name.clone() };
        let file = File::open(&path).map_err(|error| Error::file("reading", &path, &error))?;
        let mut ciphertext = Vec::new();
        file.take(KEY_FILE_MAX).read_to_end(&mut ciphertext).map_err(|error| Error::file("reading", &path, &error))?;

        let mut identity = age::scrypt::Identity::new(SecretString::from(passphrase.to_owned()));
        identity.set_max_work_factor(WORK_FACTOR_MAX);
        let plaintext = match age::decrypt(&identity, &ciphertext) {
            Ok(plaintext) => Zeroizing::new(plaintext),
            Err(age::DecryptError::DecryptionFailed | age::DecryptError::NoMatchingKeys) => {
                return Err(Error::WrongPassphrase { name: entry.name.clone() })
            }
            Err(_) => return Err(damaged()),
        };
        let mut content: KeyFile = serde_json::from_slice(&plaintext).map_err(|_| damaged())?;
        let secret = match (content.phrase.take(), content.seed.take()) {
            (Some(phrase), None) => Secret::Phrase(Zeroizing::new(phrase)),
            (None, Some(seed)) => Secret::Seed(Zeroizing::new(seed)),
            _ => return Err(damaged()),
        };
        // The file's name is not authenticated; what is inside decides.
        if secret.identity()?.address() != entry.address {
            return Err(damaged());
        }
        Ok(secret)
    }

    /// The account of this name or address, ready to act.
    ///
    /// # Errors
    /// Those of [`Keystore::export`].
    pub fn unlock(&self, name_or_address: &str, passphrase: &str) -> Result<Identity> {
        self.export(name_or_address, passphrase)?.identity()
    }

    fn path_of(&self, name: &str, address: &str) -> PathBuf {
        self.folder.join(format!("{name}.{address}.age"))
    }
}

/// Makes a folder, and those above it, that only the owner can enter.
pub(crate) fn create_private_folder(folder: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| Error::file("making the folder", folder, &error))
}

/// Milliseconds since the Unix epoch by this machine's clock.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

fn parse_file_name(file_name: &str) -> Option<Entry> {
    let (name, address) = file_name.strip_suffix(".age")?.rsplit_once('.')?;
    AccountId32::from_ss58check(address).ok()?;
    Some(Entry { name: name.to_owned(), address: address.to_owned() })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn keystore() -> (tempfile::TempDir, Keystore) {
        let folder = tempfile::tempdir().unwrap();
        let keystore = Keystore::new(folder.path().join("keys")).with_work_factor(2);
        (folder, keystore)
    }

    fn phrase() -> Secret {
        Secret::Phrase(Identity::generate().unwrap().1)
    }

    #[test]
    fn an_account_comes_back_with_its_passphrase_by_name_or_address() {
        let (_folder, keystore) = keystore();
        let secret = phrase();
        let entry = keystore.add("maria", &secret, "correct horse").unwrap();
        assert_eq!(entry.address, secret.identity().unwrap().address());
        assert_eq!(keystore.list().unwrap(), vec![entry.clone()]);
        assert_eq!(keystore.export("maria", "correct horse").unwrap().text(), secret.text());
        assert_eq!(keystore.unlock(&entry.address, "correct horse").unwrap().address(), entry.address);
    }

    #[test]
    fn a_wrong_passphrase_an_unknown_name_and_a_damaged_file_are_told_apart() {
        let (_folder, keystore) = keystore();
        let entry = keystore.add("maria", &phrase(), "correct horse").unwrap();
        assert!(matches!(keystore.export("maria", "wrong"), Err(Error::WrongPassphrase { .. })));
        assert!(matches!(keystore.export("peter", "correct horse"), Err(Error::UnknownAccount { .. })));
        std::fs::write(keystore.path_of("maria", &entry.address), b"age-encryption.org/v1\n").unwrap();
        assert!(matches!(keystore.export("maria", "correct horse"), Err(Error::DamagedKey { .. })));
    }

    #[test]
    fn a_key_file_under_another_address_is_refused() {
        let (_folder, keystore) = keystore();
        let entry = keystore.add("maria", &phrase(), "p").unwrap();
        let other = phrase().identity().unwrap().address();
        std::fs::rename(keystore.path_of("maria", &entry.address), keystore.path_of("maria", &other)).unwrap();
        assert!(matches!(keystore.export("maria", "p"), Err(Error::DamagedKey { .. })));
    }

    #[test]
    fn a_name_is_taken_once_and_names_no_path() {
        let (_folder, keystore) = keystore();
        keystore.add("maria", &phrase(), "p").unwrap();
        assert!(matches!(keystore.add("maria", &phrase(), "p"), Err(Error::AccountExists { .. })));
        for name in ["", "../maria", "a b", "a.b", "-x", &"a".repeat(33)] {
            assert!(matches!(keystore.add(name, &phrase(), "p"), Err(Error::MalformedName { .. })), "{name}");
        }
        assert!(matches!(keystore.add("peter", &phrase(), ""), Err(Error::EmptyPassphrase)));
        assert_eq!(keystore.list().unwrap().len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_a_key_file() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, keystore) = keystore();
        let entry = keystore.add("maria", &phrase(), "p").unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&keystore.path_of("maria", &entry.address)), 0o600);
        assert_eq!(mode(keystore.folder()), 0o700);
    }

    #[test]
    fn a_folder_that_is_not_there_is_empty() {
        let (_folder, keystore) = keystore();
        assert!(keystore.list().unwrap().is_empty());
    }
}
