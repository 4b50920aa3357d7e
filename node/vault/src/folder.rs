//! A shelf in a folder of a file system. `README.md` describes the layout.

use crate::{
    dag::{ContentRoot, LEAF_BYTES, MAX_ROOT_BYTES},
    disk,
    error::Result,
    name::{from_hex, to_hex},
    shelf::{Roots, Shelf, Staged},
    trash::Trash,
};
use std::{
    fs::{self, File},
    io::{self, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

/// The folders `contents` and `envelopes` of a vault.
pub(crate) struct FolderShelf {
    contents: PathBuf,
    envelopes: PathBuf,
    trash: Arc<Trash>,
}

impl FolderShelf {
    /// In this folder, with the trash of the same file system.
    pub(crate) fn open(folder: &Path, trash: Arc<Trash>) -> Result<Self> {
        let shelf = Self { contents: folder.join("contents"), envelopes: folder.join("envelopes"), trash };
        disk::create_folder(&shelf.contents)?;
        disk::create_folder(&shelf.envelopes)?;
        Ok(shelf)
    }

    fn content_of(&self, root: ContentRoot) -> PathBuf {
        self.contents.join(to_hex(&root.0))
    }

    fn envelopes_of(&self, root: ContentRoot) -> PathBuf {
        self.envelopes.join(to_hex(&root.0))
    }
}

impl Shelf for FolderShelf {
    /// Removes envelopes without a content: a deletion or an upload was cut short.
    fn tidy(&self) -> Result<()> {
        for entry in fs::read_dir(&self.envelopes)? {
            let path = entry?.path();
            let root = disk::name_of(&path).and_then(from_hex).map(ContentRoot);
            if !root.is_some_and(|root| self.content_of(root).exists()) {
                disk::remove_all(&path)?;
            }
        }
        Ok(())
    }

    fn roots(&self) -> Result<Roots<'_>> {
        Ok(Box::new(fs::read_dir(&self.contents)?.filter_map(|entry| match entry {
            Ok(entry) => disk::name_of(&entry.path()).and_then(from_hex).map(|root| Ok(ContentRoot(root))),
            Err(error) => Some(Err(error.into())),
        })))
    }

    fn contains(&self, root: ContentRoot) -> bool {
        self.content_of(root).is_dir()
    }

    fn take(&self, staged: &Staged<'_>) -> Result<()> {
        fs::rename(staged.folder, self.content_of(staged.block.root()))?;
        Ok(disk::sync_folder(&self.contents)?)
    }

    fn remove(&self, root: ContentRoot) -> Result<bool> {
        let (content, envelopes) = (self.trash.place(), self.trash.place());
        // The content first: envelopes that a crash leaves without it are dropped at the next opening.
        let removed = disk::rename_if_present(&self.content_of(root), &content)?;
        disk::sync_folder(&self.contents)?;
        disk::rename_if_present(&self.envelopes_of(root), &envelopes)?;
        disk::sync_folder(&self.envelopes)?;
        disk::remove_all(&content)?;
        disk::remove_all(&envelopes)?;
        self.trash.sync()?;
        Ok(removed)
    }

    fn root(&self, root: ContentRoot) -> Result<Option<Vec<u8>>> {
        Ok(disk::read_small(&self.content_of(root).join("root"), MAX_ROOT_BYTES)?)
    }

    fn write_root(&self, root: ContentRoot, bytes: &[u8]) -> Result<()> {
        Ok(self.trash.replace(&self.content_of(root).join("root"), bytes)?)
    }

    fn leaf(&self, root: ContentRoot, index: u32, length: usize) -> Result<Vec<u8>> {
        read_leaf(&self.content_of(root).join("data"), index, length)
    }

    /// Writes in place: until it is whole, the leaf is as corrupt as before.
    fn write_leaf(&self, root: ContentRoot, index: u32, bytes: &[u8]) -> Result<()> {
        Ok(disk::write_at(&self.content_of(root).join("data"), offset_of(index), bytes)?.sync_all()?)
    }

    fn uploader(&self, root: ContentRoot) -> Result<Option<[u8; 32]>> {
        let uploader = disk::read_small(&self.content_of(root).join("uploader"), 32)?;
        Ok(uploader.and_then(|bytes| bytes.try_into().ok()))
    }

    fn finished_at(&self, root: ContentRoot) -> Result<Option<SystemTime>> {
        match fs::metadata(self.content_of(root).join("uploader")) {
            Ok(found) => Ok(Some(found.modified()?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn touch(&self, root: ContentRoot) -> Result<()> {
        let uploader = disk::open_to_write(&self.content_of(root).join("uploader"))?;
        uploader.set_modified(SystemTime::now())?;
        Ok(disk::sync_folder(&self.contents)?)
    }

    fn bytes(&self, root: ContentRoot) -> u64 {
        fs::metadata(self.content_of(root).join("data")).map_or(0, |data| data.len())
    }

    fn envelopes(&self, root: ContentRoot) -> Result<Vec<[u8; 32]>> {
        let entries = match fs::read_dir(self.envelopes_of(root)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let mut hashes = Vec::new();
        for entry in entries {
            hashes.extend(disk::name_of(&entry?.path()).and_then(from_hex));
        }
        Ok(hashes)
    }

    fn envelope(&self, root: ContentRoot, hash: [u8; 32], limit: usize) -> Result<Option<Vec<u8>>> {
        let path = self.envelopes_of(root).join(to_hex(&hash));
        match disk::read_small(&path, limit)? {
            None if path.exists() => Ok(Some(Vec::new())),
            found => Ok(found),
        }
    }

    fn write_envelope(&self, root: ContentRoot, hash: [u8; 32], bytes: &[u8]) -> Result<()> {
        let folder = self.envelopes_of(root);
        disk::create_folder(&folder)?;
        self.trash.replace(&folder.join(to_hex(&hash)), bytes)?;
        Ok(disk::sync_folder(&self.envelopes)?)
    }

    fn remove_envelope(&self, root: ContentRoot, hash: [u8; 32]) -> Result<bool> {
        let folder = self.envelopes_of(root);
        let removed = disk::remove_file_if_present(&folder.join(to_hex(&hash)))?;
        if removed {
            disk::sync_folder(&folder)?;
        }
        Ok(removed)
    }
}

/// Where a leaf begins in a data file.
pub(crate) fn offset_of(index: u32) -> u64 {
    u64::from(index) * LEAF_BYTES as u64
}

/// Reads up to `length` bytes of a leaf from a data file; none if there is no file.
pub(crate) fn read_leaf(data: &Path, index: u32, length: usize) -> Result<Vec<u8>> {
    let mut file = match File::open(data) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    file.seek(SeekFrom::Start(offset_of(index)))?;
    Ok(disk::read_up_to(&mut file, length)?)
}
