//! The node's shares of the release committee's key: one file for each epoch in the chain's keystore folder.

use medchain_primitives::CommitteePoint;
use medchain_runtime_api::CommitteeView;
use medchain_sealing::{
    committee::{CommitteeError, ReleaseShare},
    dealer,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// The longest share file that is read, in bytes.
const FILE_MAX: u64 = 4096;

/// A share as it lies in the keystore folder, `release-<epoch>.json`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShareFile {
    /// The epoch of the committee's key.
    epoch: u32,
    /// The number of the committee's member, from 1.
    index: u16,
    /// The share: 32 bytes in hexadecimal with `0x`.
    share: String,
}

/// Why the shares cannot be read or written. Texts name files, never what is in them.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseKeyError {
    /// The disk failed.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file or folder.
        path: PathBuf,
        /// What happened.
        source: io::Error,
    },
    /// A file in the keystore is not a share.
    #[error("{} does not hold a release share ({reason}); restore it from a backup or remove it", path.display())]
    NotAShare {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// How a share agrees with the committee that the chain shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The node holds no share of this epoch.
    NoShare,
    /// The share is the committee's.
    Member(u16),
    /// The chain shows another verifying share for this member's number, or none.
    Differs(u16),
}

/// The shares that this node holds, by epoch. Empty for a node outside the committee.
#[derive(Debug, Default)]
pub struct ReleaseKeys {
    shares: BTreeMap<u32, ReleaseShare>,
}

impl ReleaseKeys {
    /// Reads every share in the keystore folder; none if there is no such folder.
    ///
    /// # Errors
    /// [`ReleaseKeyError`] for a file that cannot be read or is not a share.
    pub fn load(keystore: &Path) -> Result<Self, ReleaseKeyError> {
        let mut shares = BTreeMap::new();
        let failed = |source| ReleaseKeyError::File { path: keystore.to_path_buf(), source };
        let entries = match fs::read_dir(keystore) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(failed(error)),
        };
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let Some(epoch) = entry.file_name().to_str().and_then(epoch_of) else { continue };
            shares.insert(epoch, read(&entry.path(), epoch)?);
        }
        Ok(Self { shares })
    }

    /// Writes the well-known share of development chains, if `committee` is the development committee and the node holds
    /// no share of its epoch; says whether it did.
    ///
    /// # Errors
    /// [`ReleaseKeyError::File`].
    pub fn install_development_share(
        &mut self,
        keystore: &Path,
        committee: &CommitteeView,
    ) -> Result<bool, ReleaseKeyError> {
        let share = dealer::development_share();
        if self.shares.contains_key(&committee.epoch) || standing(&share, committee) != Standing::Member(share.index())
        {
            return Ok(false);
        }
        write(keystore, committee.epoch, &share)?;
        self.shares.insert(committee.epoch, share);
        Ok(true)
    }

    /// The share of an epoch.
    pub fn share(&self, epoch: u32) -> Option<&ReleaseShare> {
        self.shares.get(&epoch)
    }

    /// Whether the share of the committee's epoch is the one that the chain expects.
    pub fn standing(&self, committee: &CommitteeView) -> Standing {
        self.share(committee.epoch).map_or(Standing::NoShare, |share| standing(share, committee))
    }
}

fn standing(share: &ReleaseShare, committee: &CommitteeView) -> Standing {
    let index = share.index();
    let shown = usize::from(index).checked_sub(1).and_then(|at| committee.shares.get(at));
    if shown == Some(&CommitteePoint(*share.verifying_share().as_bytes())) {
        Standing::Member(index)
    } else {
        Standing::Differs(index)
    }
}

fn file_name(epoch: u32) -> String {
    format!("release-{epoch}.json")
}

fn epoch_of(name: &str) -> Option<u32> {
    let epoch = name.strip_prefix("release-")?.strip_suffix(".json")?.parse().ok()?;
    (file_name(epoch) == name).then_some(epoch)
}

fn read(path: &Path, epoch: u32) -> Result<ReleaseShare, ReleaseKeyError> {
    let failed = |source| ReleaseKeyError::File { path: path.to_path_buf(), source };
    let not_a_share = |reason| ReleaseKeyError::NotAShare { path: path.to_path_buf(), reason };
    if fs::metadata(path).map_err(failed)?.len() > FILE_MAX {
        return Err(not_a_share("it is too long"));
    }
    let text = Zeroizing::new(fs::read(path).map_err(failed)?);
    let file: ShareFile = serde_json::from_slice(&text).map_err(|_| not_a_share("it is not the JSON expected"))?;
    if file.epoch != epoch {
        return Err(not_a_share("it is for another epoch than its name says"));
    }
    let digits = Zeroizing::new(file.share);
    let mut bytes = Zeroizing::new([0; 32]);
    digits
        .strip_prefix("0x")
        .and_then(|digits| hex::decode_to_slice(digits, bytes.as_mut_slice()).ok())
        .ok_or_else(|| not_a_share("the share is not 32 bytes in hexadecimal"))?;
    ReleaseShare::from_bytes(file.index, &bytes).map_err(|error| {
        not_a_share(match error {
            CommitteeError::IndexZero => "members are numbered from 1",
            _ => "the share is not a canonical scalar",
        })
    })
}

/// Writes a share durably, readable by the node's own account alone.
///
/// # Errors
/// [`ReleaseKeyError::File`].
pub fn write(keystore: &Path, epoch: u32, share: &ReleaseShare) -> Result<(), ReleaseKeyError> {
    let path = keystore.join(file_name(epoch));
    let unfinished = path.with_extension("tmp");
    let written = || -> io::Result<()> {
        fs::create_dir_all(keystore)?;
        let digits = hex::encode(share.to_bytes().as_slice());
        let file = ShareFile { epoch, index: share.index(), share: format!("0x{digits}") };
        let text = Zeroizing::new(serde_json::to_vec_pretty(&file)?);
        drop((Zeroizing::new(digits), Zeroizing::new(file.share)));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut to = options.open(&unfinished)?;
        to.write_all(&text)?;
        to.sync_all()?;
        fs::rename(&unfinished, &path)
    };
    written().map_err(|source| ReleaseKeyError::File { path: path.clone(), source })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn development_committee(epoch: u32) -> CommitteeView {
        let share = CommitteePoint(*dealer::development_share().verifying_share().as_bytes());
        CommitteeView {
            epoch,
            key: CommitteePoint(dealer::DEVELOPMENT_COMMITTEE_KEY),
            threshold: 1,
            shares: vec![share],
        }
    }

    #[test]
    fn a_development_node_installs_the_well_known_share_once_and_finds_it_again() {
        let folder = tempfile::tempdir().unwrap();
        let committee = development_committee(3);
        let mut keys = ReleaseKeys::load(folder.path()).unwrap();
        assert_eq!(keys.standing(&committee), Standing::NoShare);
        assert!(keys.install_development_share(folder.path(), &committee).unwrap());
        assert!(!keys.install_development_share(folder.path(), &committee).unwrap());
        let again = ReleaseKeys::load(folder.path()).unwrap();
        assert_eq!(again.standing(&committee), Standing::Member(1));
        assert_eq!(again.standing(&development_committee(4)), Standing::NoShare);
        assert_eq!(*again.share(3).unwrap().to_bytes(), *dealer::development_share().to_bytes());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_on_the_machine_can_read_the_share() {
        let folder = tempfile::tempdir().unwrap();
        ReleaseKeys::default().install_development_share(folder.path(), &development_committee(0)).unwrap();
        let mode = fs::metadata(folder.path().join("release-0.json")).unwrap().permissions();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o600);
    }

    #[test]
    fn the_well_known_share_is_not_installed_beside_a_dealt_committee() {
        let folder = tempfile::tempdir().unwrap();
        let (key, shares) = dealer::deal(2, 3).unwrap();
        let committee = CommitteeView {
            epoch: 0,
            key: CommitteePoint(key.to_bytes()),
            threshold: 2,
            shares: shares.iter().map(|share| CommitteePoint(*share.verifying_share().as_bytes())).collect(),
        };
        let mut keys = ReleaseKeys::default();
        assert!(!keys.install_development_share(folder.path(), &committee).unwrap());
        write(folder.path(), 0, &shares[1]).unwrap();
        assert_eq!(ReleaseKeys::load(folder.path()).unwrap().standing(&committee), Standing::Member(2));
        assert_eq!(ReleaseKeys::load(folder.path()).unwrap().standing(&development_committee(0)), Standing::Differs(2));
    }

    #[test]
    fn a_damaged_share_file_stops_the_node_and_says_which() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("release-5.json");
        for text in [
            String::new(),
            "{}".into(),
            r#"{"epoch":4,"index":1,"share":"0x01"}"#.into(),
            r#"{"epoch":5,"index":1,"share":"0x01"}"#.into(),
            format!(r#"{{"epoch":5,"index":1,"share":"0x{}"}}"#, "ff".repeat(32)),
            format!(r#"{{"epoch":5,"index":0,"share":"0x{}00"}}"#, "01".repeat(31)),
            " ".repeat(5000),
        ] {
            fs::write(&path, text).unwrap();
            let error = ReleaseKeys::load(folder.path()).unwrap_err().to_string();
            assert!(error.contains("release-5.json"), "{error}");
        }
    }

    #[test]
    fn other_files_of_the_keystore_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["61757261d435", "release-.json", "release-01.json", "release-1.json.tmp", "release-1.tmp"] {
            fs::write(folder.path().join(name), "anything").unwrap();
        }
        assert!(ReleaseKeys::load(folder.path()).unwrap().shares.is_empty());
        assert!(ReleaseKeys::load(&folder.path().join("absent")).unwrap().shares.is_empty());
    }
}
