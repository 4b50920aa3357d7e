//! What the node keeps of the release committee's key: its shares, and what it dealt and received in a round that is
//! under way. One file for each in the chain's keystore folder, sealed to a key of the node's own.
//!
//! | file | what |
//! |---|---|
//! | `release-<epoch>-<round>.age` | a share: JSON |
//! | `dealing-<round>.age` | what this node dealt in a round: SCALE |
//! | `received-<round>.age` | the shares that it was dealt: SCALE |
//! | `release-identity.txt` | the key that they are sealed to, unless `--release-identity` names another file |
//!
//! Every file is written beside its place, brought to the disk and put in its place, so that none is ever half there.

use codec::{DecodeAll, Encode};
use medchain_primitives::CommitteePoint;
use medchain_runtime_api::CommitteeView;
use medchain_sealing::{
    at_rest::{AtRestError, AtRestKey},
    committee::{CommitteeError, ReleaseShare},
    dealer,
    sharing::{Dealing, DealtShare, SecretDealing},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{PoisonError, RwLock, RwLockReadGuard},
};
use zeroize::{Zeroize, Zeroizing};

/// The longest file that is read, in bytes.
const FILE_MAX: u64 = 64 * 1024;

/// The file of the key that the others are sealed to.
const IDENTITY: &str = "release-identity.txt";

/// The round of a share that no round has made.
const NO_ROUND: u32 = 0;

/// A share as it lies in its file.
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
pub enum ShareError {
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
        reason: String,
    },
    /// The key that the files are sealed to cannot be read.
    #[error("{} does not hold the key of the release shares ({reason}); restore it from a backup", path.display())]
    NotAnIdentity {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: AtRestError,
    },
}

/// How a share agrees with the committee that the chain shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The node holds no share of this epoch.
    NoShare,
    /// The share is the committee's.
    Member(u16),
    /// The chain shows other verifying shares for the numbers of the shares that the node holds, or none.
    Differs(u16),
}

/// The shares that this node holds, by epoch and round. None for a node outside the committee.
#[derive(Debug)]
pub struct ReleaseKeys {
    folder: Option<PathBuf>,
    key: AtRestKey,
    shares: RwLock<BTreeMap<(u32, u32), ReleaseShare>>,
}

impl ReleaseKeys {
    /// Keeps nothing on the disk.
    pub fn in_memory() -> Self {
        Self { folder: None, key: AtRestKey::generate(), shares: RwLock::default() }
    }

    /// Reads every share in the keystore folder. `identity` is the file of the key that they are sealed to; without one it
    /// lies beside them, and is made if there is none.
    ///
    /// # Errors
    /// [`ShareError`] for a file that cannot be read or is not a share.
    pub fn open(keystore: &Path, identity: Option<&Path>) -> Result<Self, ShareError> {
        let failed = |source| ShareError::File { path: keystore.to_path_buf(), source };
        fs::create_dir_all(keystore).map_err(failed)?;
        let key = match identity {
            Some(path) => read_identity(path)?,
            None => {
                let path = keystore.join(IDENTITY);
                match read_identity(&path) {
                    Err(ShareError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                        let key = AtRestKey::generate();
                        write_file(&path, key.to_text().as_bytes())?;
                        key
                    }
                    read => read?,
                }
            }
        };
        let mut shares = BTreeMap::new();
        for entry in fs::read_dir(keystore).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let Some((epoch, round)) = entry.file_name().to_str().and_then(share_of) else { continue };
            shares.insert((epoch, round), read_share(&entry.path(), epoch, &key)?);
        }
        Ok(Self { folder: Some(keystore.to_path_buf()), key, shares: RwLock::new(shares) })
    }

    /// Keeps the well-known share of development chains, if `committee` is the development committee and the node holds
    /// no share of it; says whether it did.
    ///
    /// # Errors
    /// [`ShareError::File`].
    pub fn install_development_share(&self, committee: &CommitteeView) -> Result<bool, ShareError> {
        let share = dealer::development_share();
        if self.of_committee(committee).is_some() || !is_shown(&share, committee) {
            return Ok(false);
        }
        self.add(committee.epoch, NO_ROUND, share)?;
        Ok(true)
    }

    /// Keeps a share that a round has made; it is on the disk when this returns.
    ///
    /// # Errors
    /// [`ShareError::File`].
    pub fn add(&self, epoch: u32, round: u32, share: ReleaseShare) -> Result<(), ShareError> {
        let digits = Zeroizing::new(format!("0x{}", *Zeroizing::new(hex::encode(share.to_bytes().as_slice()))));
        let mut file = ShareFile { epoch, index: share.index(), share: digits.to_string() };
        let text = serde_json::to_vec_pretty(&file).map(Zeroizing::new);
        file.share.zeroize();
        let text =
            text.map_err(|error| ShareError::File { path: share_name(epoch, round).into(), source: error.into() })?;
        self.write(&share_name(epoch, round), &text)?;
        self.shares.write().unwrap_or_else(PoisonError::into_inner).insert((epoch, round), share);
        Ok(())
    }

    /// The share of the committee that the chain shows.
    pub fn of_committee(&self, committee: &CommitteeView) -> Option<ReleaseShare> {
        let shares = self.lock();
        let of_epoch = shares.range((committee.epoch, 0)..=(committee.epoch, u32::MAX)).rev();
        of_epoch.map(|(_, share)| share).find(|share| is_shown(share, committee)).cloned()
    }

    /// Whether a share of the committee's epoch is the one that the chain expects.
    pub fn standing(&self, committee: &CommitteeView) -> Standing {
        if let Some(share) = self.of_committee(committee) {
            return Standing::Member(share.index());
        }
        let shares = self.lock();
        let last = shares.range((committee.epoch, 0)..=(committee.epoch, u32::MAX)).next_back();
        last.map_or(Standing::NoShare, |(_, share)| Standing::Differs(share.index()))
    }

    /// Deletes the shares of an epoch that earlier rounds than this have made: who gathers enough old ones has the key.
    /// Never those of later rounds: after a crash the state that this node sees may be behind what it has said.
    ///
    /// # Errors
    /// [`ShareError::File`].
    pub fn forget_shares_before(&self, epoch: u32, round: u32) -> Result<(), ShareError> {
        let mut shares = self.shares.write().unwrap_or_else(PoisonError::into_inner);
        let old: Vec<_> = shares.range((epoch, 0)..(epoch, round)).map(|(of, _)| *of).collect();
        for (epoch, round) in old {
            self.remove(&share_name(epoch, round))?;
            shares.remove(&(epoch, round));
        }
        Ok(())
    }

    /// Deletes the shares of epochs that have no committee any more: their keys were retired. Never those of epochs after
    /// the one in force: after a crash the state that this node sees may be behind what it has said.
    ///
    /// # Errors
    /// [`ShareError::File`].
    pub fn forget_epochs_but(&self, committees: &[CommitteeView]) -> Result<(), ShareError> {
        let Some(in_force) = committees.iter().map(|committee| committee.epoch).max() else { return Ok(()) };
        let is_retired = |epoch: u32| epoch < in_force && committees.iter().all(|kept| kept.epoch != epoch);
        if !self.lock().keys().any(|(epoch, _)| is_retired(*epoch)) {
            return Ok(());
        }
        let mut shares = self.shares.write().unwrap_or_else(PoisonError::into_inner);
        let retired: Vec<_> = shares.keys().filter(|(epoch, _)| is_retired(*epoch)).copied().collect();
        for (epoch, round) in retired {
            self.remove(&share_name(epoch, round))?;
            shares.remove(&(epoch, round));
        }
        Ok(())
    }

    /// What this node dealt in a round; `None` if it has not.
    ///
    /// # Errors
    /// [`ShareError`].
    pub fn dealing(&self, round: u32) -> Result<Option<SecretDealing>, ShareError> {
        let kept: Option<(Dealing, Vec<[u8; 32]>)> = self.read(&format!("dealing-{round}.age"))?;
        Ok(kept.map(|(dealing, shares)| SecretDealing {
            dealing,
            shares: shares.into_iter().map(DealtShare::new).collect(),
        }))
    }

    /// Keeps what this node dealt in a round.
    ///
    /// # Errors
    /// [`ShareError::File`].
    pub fn keep_dealing(&self, round: u32, dealing: &SecretDealing) -> Result<(), ShareError> {
        let shares: Zeroizing<Vec<[u8; 32]>> = Zeroizing::new(dealing.shares.iter().map(|share| **share).collect());
        let bytes = Zeroizing::new((&dealing.dealing, &*shares).encode());
        self.write(&format!("dealing-{round}.age"), &bytes)
    }

    /// The shares that this node was dealt in a round, each with its dealer's number.
    ///
    /// # Errors
    /// [`ShareError`].
    pub fn received(&self, round: u32) -> Result<Vec<(u16, DealtShare)>, ShareError> {
        let kept: Option<Vec<(u16, [u8; 32])>> = self.read(&format!("received-{round}.age"))?;
        Ok(kept.into_iter().flatten().map(|(dealer, share)| (dealer, DealtShare::new(share))).collect())
    }

    /// Keeps the shares that this node was dealt in a round.
    ///
    /// # Errors
    /// [`ShareError::File`].
    pub fn keep_received(&self, round: u32, received: &[(u16, DealtShare)]) -> Result<(), ShareError> {
        let plain: Vec<(u16, [u8; 32])> = received.iter().map(|(dealer, share)| (*dealer, **share)).collect();
        let bytes = Zeroizing::new(plain.encode());
        for (_, mut share) in plain {
            share.zeroize();
        }
        self.write(&format!("received-{round}.age"), &bytes)
    }

    /// Deletes what was dealt and received in earlier rounds than this.
    ///
    /// # Errors
    /// [`ShareError::File`].
    pub fn forget_rounds_before(&self, round: u32) -> Result<(), ShareError> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let failed = |source| ShareError::File { path: folder.clone(), source };
        for entry in fs::read_dir(folder).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            let is_old = |prefix: &str| {
                let number = name.to_str().and_then(|name| name.strip_prefix(prefix)?.strip_suffix(".age"));
                number.and_then(|number| number.parse::<u32>().ok()).is_some_and(|number| number < round)
            };
            if is_old("dealing-") || is_old("received-") {
                self.remove(&name.to_string_lossy())?;
            }
        }
        Ok(())
    }

    fn lock(&self) -> RwLockReadGuard<'_, BTreeMap<(u32, u32), ReleaseShare>> {
        self.shares.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T: DecodeAll>(&self, name: &str) -> Result<Option<T>, ShareError> {
        let Some(folder) = &self.folder else { return Ok(None) };
        let path = folder.join(name);
        if !path.exists() {
            return Ok(None);
        }
        let bytes = read_sealed(&path, &self.key)?;
        let not_a_share =
            |_| ShareError::NotAShare { path: path.clone(), reason: "it is not what it should be".into() };
        T::decode_all(&mut bytes.as_slice()).map(Some).map_err(not_a_share)
    }

    fn write(&self, name: &str, secret: &[u8]) -> Result<(), ShareError> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let path = folder.join(name);
        let sealed = self.key.seal(secret);
        let failed = |reason| ShareError::NotAnIdentity { path: path.clone(), reason };
        write_file(&path, &sealed.map_err(failed)?)
    }

    fn remove(&self, name: &str) -> Result<(), ShareError> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let path = folder.join(name);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(ShareError::File { path, source }),
            _ => Ok(()),
        }
    }
}

/// Whether the chain shows this share's verifying share for its number.
fn is_shown(share: &ReleaseShare, committee: &CommitteeView) -> bool {
    let shown = usize::from(share.index()).checked_sub(1).and_then(|at| committee.shares.get(at));
    shown == Some(&CommitteePoint(*share.verifying_share().as_bytes()))
}

fn share_name(epoch: u32, round: u32) -> String {
    format!("release-{epoch}-{round}.age")
}

fn share_of(name: &str) -> Option<(u32, u32)> {
    let (epoch, round) = name.strip_prefix("release-")?.strip_suffix(".age")?.split_once('-')?;
    let (epoch, round) = (epoch.parse().ok()?, round.parse().ok()?);
    (share_name(epoch, round) == name).then_some((epoch, round))
}

fn read_bounded(path: &Path) -> Result<Zeroizing<Vec<u8>>, ShareError> {
    let failed = |source| ShareError::File { path: path.to_path_buf(), source };
    if fs::metadata(path).map_err(failed)?.len() > FILE_MAX {
        return Err(ShareError::NotAShare { path: path.to_path_buf(), reason: "it is too long".into() });
    }
    fs::read(path).map(Zeroizing::new).map_err(failed)
}

fn read_identity(path: &Path) -> Result<AtRestKey, ShareError> {
    let text = read_bounded(path)?;
    let not_an_identity = |reason| ShareError::NotAnIdentity { path: path.to_path_buf(), reason };
    let text = std::str::from_utf8(&text).map_err(|_| not_an_identity(AtRestError::NotAnIdentity))?;
    AtRestKey::from_text(text).map_err(not_an_identity)
}

fn read_sealed(path: &Path, key: &AtRestKey) -> Result<Zeroizing<Vec<u8>>, ShareError> {
    let sealed = read_bounded(path)?;
    let not_a_share =
        |error: AtRestError| ShareError::NotAShare { path: path.to_path_buf(), reason: error.to_string() };
    key.open(&sealed).map_err(not_a_share)
}

fn read_share(path: &Path, epoch: u32, key: &AtRestKey) -> Result<ReleaseShare, ShareError> {
    let not_a_share = |reason: &str| ShareError::NotAShare { path: path.to_path_buf(), reason: reason.into() };
    let text = read_sealed(path, key)?;
    let file: ShareFile = serde_json::from_slice(&text).map_err(|_| not_a_share("it is not the JSON expected"))?;
    let digits = Zeroizing::new(file.share);
    if file.epoch != epoch {
        return Err(not_a_share("it is for another epoch than its name says"));
    }
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

/// Writes a file durably, readable by the node's own account alone.
fn write_file(path: &Path, bytes: &[u8]) -> Result<(), ShareError> {
    let unfinished = path.with_extension("tmp");
    let written = || -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut to = options.open(&unfinished)?;
        to.write_all(bytes)?;
        to.sync_all()?;
        fs::rename(&unfinished, path)?;
        File::open(folder)?.sync_all()
    };
    written().map_err(|source| ShareError::File { path: path.to_path_buf(), source })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use medchain_sealing::sharing::{self, Purpose, Round};

    fn open(folder: &Path) -> ReleaseKeys {
        ReleaseKeys::open(folder, None).unwrap()
    }

    fn committee_of(epoch: u32, threshold: u16, shares: &[ReleaseShare]) -> CommitteeView {
        let shares = shares.iter().map(|share| CommitteePoint(*share.verifying_share().as_bytes())).collect();
        CommitteeView { epoch, key: CommitteePoint(dealer::DEVELOPMENT_COMMITTEE_KEY), threshold, shares }
    }

    fn development_committee(epoch: u32) -> CommitteeView {
        committee_of(epoch, 1, &[dealer::development_share()])
    }

    #[test]
    fn a_development_node_installs_the_well_known_share_once_and_finds_it_again() {
        let folder = tempfile::tempdir().unwrap();
        let committee = development_committee(3);
        let keys = open(folder.path());
        assert_eq!(keys.standing(&committee), Standing::NoShare);
        assert!(keys.install_development_share(&committee).unwrap());
        assert!(!keys.install_development_share(&committee).unwrap());
        let again = open(folder.path());
        assert_eq!(again.standing(&committee), Standing::Member(1));
        assert_eq!(again.standing(&development_committee(4)), Standing::NoShare);
        let share = again.of_committee(&committee).unwrap();
        assert_eq!(*share.to_bytes(), *dealer::development_share().to_bytes());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_on_the_machine_can_read_the_files_and_none_holds_the_share_in_the_clear() {
        let folder = tempfile::tempdir().unwrap();
        open(folder.path()).install_development_share(&development_committee(0)).unwrap();
        let share = hex::encode(dealer::development_share().to_bytes().as_slice());
        for name in ["release-0-0.age", IDENTITY] {
            let path = folder.path().join(name);
            let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
            assert!(!String::from_utf8_lossy(&fs::read(&path).unwrap()).contains(&share));
        }
    }

    #[test]
    fn the_key_of_the_files_may_lie_elsewhere_and_without_it_nothing_is_read() {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let identity = elsewhere.path().join("identity.txt");
        let missing = ReleaseKeys::open(folder.path(), Some(&identity)).unwrap_err().to_string();
        assert!(missing.contains("identity.txt"), "{missing}");
        fs::write(&identity, AtRestKey::generate().to_text().as_bytes()).unwrap();
        let keys = ReleaseKeys::open(folder.path(), Some(&identity)).unwrap();
        keys.install_development_share(&development_committee(1)).unwrap();
        assert!(!folder.path().join(IDENTITY).exists());
        let again = ReleaseKeys::open(folder.path(), Some(&identity)).unwrap();
        assert_eq!(again.standing(&development_committee(1)), Standing::Member(1));
        let refused = ReleaseKeys::open(folder.path(), None).unwrap_err().to_string();
        assert!(refused.contains("release-1-0.age") && refused.contains("another key"), "{refused}");
    }

    #[test]
    fn the_well_known_share_is_not_installed_beside_a_dealt_committee() {
        let folder = tempfile::tempdir().unwrap();
        let (_, shares) = dealer::deal(2, 3).unwrap();
        let committee = committee_of(0, 2, &shares);
        let keys = open(folder.path());
        assert!(!keys.install_development_share(&committee).unwrap());
        keys.add(0, 4, shares[1].clone()).unwrap();
        assert_eq!(open(folder.path()).standing(&committee), Standing::Member(2));
        assert_eq!(open(folder.path()).standing(&development_committee(0)), Standing::Differs(2));
    }

    #[test]
    fn shares_of_before_are_found_until_they_are_forgotten_and_later_ones_never_are() {
        let folder = tempfile::tempdir().unwrap();
        let ((_, before), (_, after)) = (dealer::deal(2, 3).unwrap(), dealer::deal(2, 3).unwrap());
        let (old, new) = (committee_of(1, 2, &before), committee_of(1, 2, &after));
        let keys = open(folder.path());
        keys.add(1, 1, before[0].clone()).unwrap();
        keys.add(1, 2, after[2].clone()).unwrap();
        keys.add(2, 1, before[1].clone()).unwrap();
        keys.forget_shares_before(1, 1).unwrap();
        assert_eq!((keys.standing(&old), keys.standing(&new)), (Standing::Member(1), Standing::Member(3)));
        keys.forget_shares_before(1, 2).unwrap();
        for keys in [keys, open(folder.path())] {
            assert_eq!((keys.standing(&old), keys.standing(&new)), (Standing::Differs(3), Standing::Member(3)));
            assert_eq!(keys.standing(&committee_of(2, 2, &before)), Standing::Member(2));
        }
    }

    #[test]
    fn shares_of_a_retired_key_are_deleted_and_those_of_kept_and_later_ones_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let (_, shares) = dealer::deal(2, 3).unwrap();
        let keys = open(folder.path());
        for epoch in 1..=4 {
            keys.add(epoch, epoch, shares[0].clone()).unwrap();
        }
        keys.forget_epochs_but(&[]).unwrap();
        keys.forget_epochs_but(&[committee_of(1, 2, &shares), committee_of(3, 2, &shares)]).unwrap();
        for keys in [keys, open(folder.path())] {
            let held = |epoch| keys.of_committee(&committee_of(epoch, 2, &shares)).is_some();
            assert_eq!([1, 2, 3, 4].map(held), [true, false, true, true]);
        }
    }

    #[test]
    fn what_was_dealt_and_received_comes_back_until_another_round() {
        let folder = tempfile::tempdir().unwrap();
        let round = Round { genesis: [1; 32], number: 7, purpose: Purpose::NewKey, threshold: 2, recipients: 3 };
        let dealt = sharing::deal(&round, 1, None).unwrap();
        let keys = open(folder.path());
        assert!(keys.dealing(7).unwrap().is_none() && keys.received(7).unwrap().is_empty());
        keys.keep_dealing(7, &dealt).unwrap();
        keys.keep_received(7, &[(3, dealt.shares[0].clone())]).unwrap();
        let again = open(folder.path());
        let kept = again.dealing(7).unwrap().unwrap();
        assert_eq!((kept.dealing, kept.shares), (dealt.dealing, dealt.shares.clone()));
        assert_eq!(again.received(7).unwrap(), [(3, dealt.shares[0].clone())]);
        for earlier in [6, 7] {
            again.forget_rounds_before(earlier).unwrap();
            assert!(again.dealing(7).unwrap().is_some() && !again.received(7).unwrap().is_empty());
        }
        again.forget_rounds_before(8).unwrap();
        assert!(again.dealing(7).unwrap().is_none() && again.received(7).unwrap().is_empty());
    }

    #[test]
    fn a_damaged_file_stops_the_node_and_says_which() {
        let folder = tempfile::tempdir().unwrap();
        let keys = open(folder.path());
        let path = folder.path().join("release-5-0.age");
        for text in [
            String::new(),
            "{}".into(),
            r#"{"epoch":4,"index":1,"share":"0x01"}"#.into(),
            r#"{"epoch":5,"index":1,"share":"0x01"}"#.into(),
            format!(r#"{{"epoch":5,"index":1,"share":"0x{}"}}"#, "ff".repeat(32)),
            format!(r#"{{"epoch":5,"index":0,"share":"0x{}00"}}"#, "01".repeat(31)),
        ] {
            fs::write(&path, keys.key.seal(text.as_bytes()).unwrap()).unwrap();
            let error = ReleaseKeys::open(folder.path(), None).unwrap_err().to_string();
            assert!(error.contains("release-5-0.age"), "{error}");
        }
        for bytes in [vec![], vec![b' '; 70_000], b"{}".to_vec()] {
            fs::write(&path, bytes).unwrap();
            let error = ReleaseKeys::open(folder.path(), None).unwrap_err().to_string();
            assert!(error.contains("release-5-0.age"), "{error}");
        }
        fs::remove_file(&path).unwrap();
        fs::write(folder.path().join(IDENTITY), "no key").unwrap();
        assert!(ReleaseKeys::open(folder.path(), None).unwrap_err().to_string().contains(IDENTITY));
    }

    #[test]
    fn other_files_of_the_keystore_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "61757261d435",
            "release-.age",
            "release-1.age",
            "release-01-1.age",
            "release-1-1.age.tmp",
            "release-1-1.tmp",
        ] {
            fs::write(folder.path().join(name), "anything").unwrap();
        }
        assert!(open(folder.path()).lock().is_empty());
    }
}
