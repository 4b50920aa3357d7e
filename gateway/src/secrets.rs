//! Files that hold secrets: the passphrase of the account, the private key for TLS.

use crate::server::Failure;
use medchain_sdk::Error;
use std::{fs::File, io::Read, os::unix::fs::MetadataExt, path::Path};
use zeroize::Zeroizing;

/// The most that is read of such a file, in bytes.
const SECRET_MAX: u64 = 64 * 1024;
/// Who else may read a file, or write to it.
const OTHERS: u32 = 0o077;
/// The same, for a file of root's that a group may read: Debian hands out keys for TLS so.
const OTHERS_OF_ROOT: u32 = 0o037;

/// Reads a file that holds a secret; refuses one that others may read.
///
/// # Errors
/// What the file system refuses; a file that others may read.
pub fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let failed = |error| Error::file("reading", path, &error);
    let file = File::open(path).map_err(failed)?;
    // Of what was opened, not of what stands there by now.
    let metadata = file.metadata().map_err(failed)?;
    let others = if metadata.uid() == 0 { OTHERS_OF_ROOT } else { OTHERS };
    if metadata.is_file() && metadata.mode() & others != 0 {
        let path = path.display();
        return Err(Failure::new(format!("others may read {path}, which holds a secret"), format!("chmod 600 {path}")));
    }
    let mut secret = Zeroizing::new(Vec::with_capacity(usize::try_from(SECRET_MAX).unwrap_or_default()));
    file.take(SECRET_MAX).read_to_end(&mut secret).map_err(failed)?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::{fs, os::unix::fs::PermissionsExt};

    #[test]
    fn a_secret_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        fs::write(&path, "synthetic").unwrap();
        let with_mode = |mode| {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            read(&path)
        };
        for mode in [0o600, 0o400] {
            assert_eq!(with_mode(mode).unwrap().as_slice(), b"synthetic");
        }
        for mode in [0o644, 0o604, 0o660, 0o620] {
            assert!(with_mode(mode).unwrap_err().hint.starts_with("chmod 600"), "{mode:o}");
        }
        let is_of_root = fs::metadata(&path).unwrap().uid() == 0;
        assert_eq!(with_mode(0o640).is_ok(), is_of_root);
        fs::remove_file(&path).unwrap();
        assert!(read(&path).unwrap_err().message.contains("no such file"));
    }
}
