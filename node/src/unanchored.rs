//! What each uploader has finished and no record anchors yet: it counts against the uploader's allowance, so that
//! nobody fills the vault with contents that belong to no record.

use medchain_vault::{ContentRoot, ContentStore, VaultError};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The least that a content counts, in bytes: what even an empty one costs on disk.
const CONTENT_MIN: u64 = 16 * 1024;

type Uploader = [u8; 32];

/// Finished contents by uploader. Kept in memory and rebuilt from the vault after the start.
#[derive(Default)]
pub struct Unanchored {
    contents: Mutex<HashMap<Uploader, Vec<(ContentRoot, u64)>>>,
}

impl Unanchored {
    /// Looks through the vault for contents that no record anchors, and counts them.
    ///
    /// # Errors
    /// What the vault's listing gives; contents that cannot be read are left out.
    pub fn rebuild(
        &self,
        vault: &dyn ContentStore,
        is_anchored: impl Fn(ContentRoot) -> bool,
    ) -> Result<(), VaultError> {
        for root in vault.list()? {
            let root = root?;
            if is_anchored(root) {
                continue;
            }
            if let (Ok(uploader), Ok(size)) = (vault.uploader(root), vault.size(root)) {
                self.add(uploader, root, size);
            }
        }
        Ok(())
    }

    /// Counts a content from now on.
    pub fn add(&self, uploader: Uploader, root: ContentRoot, size: u64) {
        let mut contents = self.lock();
        let contents = contents.entry(uploader).or_default();
        if !contents.iter().any(|(known, _)| *known == root) {
            contents.push((root, size.max(CONTENT_MIN)));
        }
    }

    /// How many bytes the uploader has in the vault that no record anchors, `except` not counted. Forgets what is
    /// anchored by now, or gone: `is_settled` says so.
    pub fn bytes(&self, uploader: Uploader, except: ContentRoot, is_settled: impl Fn(ContentRoot) -> bool) -> u64 {
        let mut contents = self.lock();
        let Some(own) = contents.get_mut(&uploader) else { return 0 };
        own.retain(|(root, _)| !is_settled(*root));
        let bytes =
            own.iter().filter(|(root, _)| *root != except).fold(0u64, |sum, (_, size)| sum.saturating_add(*size));
        if own.is_empty() {
            contents.remove(&uploader);
        }
        bytes
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uploader, Vec<(ContentRoot, u64)>>> {
        // Every change is a single step, so that what a panicking thread leaves is whole.
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCTOR: Uploader = [1; 32];
    const HOSPITAL: Uploader = [2; 32];
    const A: ContentRoot = ContentRoot([0xa; 32]);
    const B: ContentRoot = ContentRoot([0xb; 32]);
    const NONE: ContentRoot = ContentRoot([0; 32]);
    const MIB: u64 = 1024 * 1024;

    #[test]
    fn what_a_doctor_finished_counts_until_it_is_anchored() {
        let unanchored = Unanchored::default();
        unanchored.add(DOCTOR, A, MIB);
        unanchored.add(DOCTOR, B, 2 * MIB);
        unanchored.add(DOCTOR, B, 2 * MIB);
        unanchored.add(HOSPITAL, A, MIB);
        assert_eq!(unanchored.bytes(DOCTOR, NONE, |_| false), 3 * MIB);
        assert_eq!(unanchored.bytes(DOCTOR, B, |_| false), MIB);
        assert_eq!(unanchored.bytes(DOCTOR, NONE, |root| root == B), MIB);
        assert_eq!(unanchored.bytes(DOCTOR, NONE, |_| false), MIB);
        assert_eq!(unanchored.bytes(HOSPITAL, NONE, |_| true), 0);
        assert!(!unanchored.lock().contains_key(&HOSPITAL));
    }

    #[test]
    fn an_empty_content_counts_too() {
        let unanchored = Unanchored::default();
        unanchored.add(DOCTOR, A, 0);
        assert_eq!(unanchored.bytes(DOCTOR, NONE, |_| false), CONTENT_MIN);
    }
}
