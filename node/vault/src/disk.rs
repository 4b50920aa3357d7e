//! File operations that survive a crash, and that only the node's own account can read.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

/// Creates a folder and its missing parents, open to this account alone.
pub(crate) fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Takes others' access away from a folder that existed before.
pub(crate) fn restrict_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(path, <fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o700))?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Opens a file to write at any place, creating it if it is missing.
pub(crate) fn open_to_write(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Writes a file whole and makes its bytes durable. Its name is durable once its folder is synced.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = open_to_write(path)?;
    file.set_len(0)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Writes `bytes` at `offset`. They are not durable before the file is synced.
pub(crate) fn write_at(path: &Path, offset: u64, bytes: &[u8]) -> io::Result<File> {
    let mut file = open_to_write(path)?;
    file.seek(SeekFrom::Start(offset))?;
    file.write_all(bytes)?;
    Ok(file)
}

/// Has the system begin to write a range of a file to the disk now, so that syncing it later has little left to wait for.
/// It promises nothing: where it cannot be asked for, or is refused, syncing writes all.
pub(crate) fn begin_to_write(file: &File, offset: u64, length: usize) {
    // Of what Linux is told will not be needed soon, it writes what waits to be written, without being waited for. What it
    // still writes stays readable from memory.
    #[cfg(target_os = "linux")]
    if let Some(length) = std::num::NonZeroU64::new(length as u64) {
        let _ = rustix::fs::fadvise(file, offset, Some(length), rustix::fs::Advice::DontNeed);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (file, offset, length);
}

/// Reads up to `length` bytes from where the file stands; fewer only if it ends before.
pub(crate) fn read_up_to(file: &mut File, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(length);
    file.take(length as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a file of at most `limit` bytes; nothing if it is missing or longer.
pub(crate) fn read_small(path: &Path, limit: usize) -> io::Result<Option<Vec<u8>>> {
    match File::open(path) {
        Ok(mut file) => {
            let bytes = read_up_to(&mut file, limit.saturating_add(1))?;
            Ok((bytes.len() <= limit).then_some(bytes))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened as a file; its names are durable with the journal of the file system.
    #[cfg(unix)]
    File::open(path)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// The last part of a path, if it is text.
pub(crate) fn name_of(path: &Path) -> Option<&str> {
    path.file_name().and_then(|name| name.to_str())
}

/// Opens a file that is locked while the vault is open, creating it if it is missing. It is open for reading only, so that
/// it keeps no file system writable.
pub(crate) fn open_lock(path: &Path) -> io::Result<File> {
    match open_to_write(path) {
        Err(error) if error.kind() != io::ErrorKind::ReadOnlyFilesystem => return Err(error),
        _ => {}
    }
    File::open(path)
}

/// On a read-only file system what cannot be changed is left as it is.
pub(crate) fn unless_read_only(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::ReadOnlyFilesystem => Ok(()),
        result => result,
    }
}

/// Moves a file or folder; says whether there was one.
pub(crate) fn rename_if_present(from: &Path, to: &Path) -> io::Result<bool> {
    absent_is_false(fs::rename(from, to))
}

/// Removes a file; says whether there was one.
pub(crate) fn remove_file_if_present(path: &Path) -> io::Result<bool> {
    absent_is_false(fs::remove_file(path))
}

/// Removes a file or a folder with all that is in it.
pub(crate) fn remove_all(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    absent_is_false(removed).map(|_| ())
}

fn absent_is_false(result: io::Result<()>) -> io::Result<bool> {
    match result {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
