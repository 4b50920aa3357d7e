//! Programs that see another time than the machine's, by Debian's `libfaketime`.

use std::path::{Path, PathBuf};

/// The library, where it is installed; `scripts/setup.sh` installs it.
fn library() -> Option<PathBuf> {
    let folders = ["/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime", "/usr/lib/faketime"];
    folders.map(|folder| Path::new(folder).join("libfaketime.so.1")).into_iter().find(|library| library.exists())
}

/// The variables of the environment by which a program sees a time that is off by so much (`+1h`, `-1h`), while what it
/// measures takes as long as ever. `None` where the library is not installed.
pub fn shifted(offset: &str) -> Option<[(&'static str, String); 3]> {
    let library = library()?.to_str()?.to_owned();
    let offset = offset.to_owned();
    Some([("LD_PRELOAD", library), ("FAKETIME", offset), ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned())])
}
