//! Where files lie that are being written or deleted: gone, at the latest, when the vault is opened next.

use crate::disk;
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

/// A folder of its own file system's, so that whatever moves into it or out of it does so at once.
pub(crate) struct Trash {
    folder: PathBuf,
    next: AtomicU64,
}

impl Trash {
    /// In this folder.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, next: AtomicU64::new(0) }
    }

    /// A path that nothing has.
    pub(crate) fn place(&self) -> PathBuf {
        loop {
            let path = self.folder.join(self.next.fetch_add(1, Ordering::Relaxed).to_string());
            if !path.exists() {
                return path;
            }
        }
    }

    /// Gives a file new bytes, durably and at once: a crash leaves the old ones or the new ones.
    pub(crate) fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let draft = self.place();
        let replaced = disk::write_whole(&draft, bytes).and_then(|()| fs::rename(&draft, path));
        if replaced.is_err() {
            // Whatever is left of it goes when the vault is opened next; the failure itself is what the caller gets.
            let _ = disk::remove_all(&draft);
        }
        replaced?;
        path.parent().map_or(Ok(()), disk::sync_folder)
    }

    /// Removes what a crash has left.
    pub(crate) fn empty(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            disk::remove_all(&entry?.path())?;
        }
        Ok(())
    }

    /// Makes what was removed stay removed.
    pub(crate) fn sync(&self) -> io::Result<()> {
        disk::sync_folder(&self.folder)
    }
}
