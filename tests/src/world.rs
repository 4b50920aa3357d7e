//! A node with a patient under a doctor's care: where most tests begin.

use crate::{
    args, block_on,
    cli::Cli,
    life::{self, number, ADMINISTRATOR, DOCTOR, PATIENT},
    node::Node,
};
use anyhow::{bail, Context, Result};
use medchain_primitives::{MemberId, RecordId};
use medchain_runtime_api::RecordView;
use medchain_sdk::{
    chain::calls,
    client::{MemberSelector, Wait},
    Client,
};
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// A running node, a keystore, and two members in it. Fields end in this order: first the node, then its folder.
#[derive(Debug)]
pub struct World {
    /// The node.
    pub node: Node,
    /// The command line, with the keys of [`PATIENT`] and [`DOCTOR`].
    pub cli: Cli,
    /// The patient's number.
    pub patient: MemberId,
    /// The doctor's number.
    pub doctor: MemberId,
    folder: TempDir,
}

impl World {
    /// Starts a node and registers a patient and a verified doctor, who has the patient under care.
    pub fn make() -> Result<Self> {
        Self::make_with(Node::start)
    }

    /// The same, on a node that `start` starts in the folder that it is given.
    pub fn make_with(start: impl FnOnce(&Path) -> Result<Node>) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("medchain-test-").tempdir()?;
        let node = start(&folder.path().join("node"))?;
        let cli = Cli::new(&folder.path().join("keys"), &node.url())?;
        let (patient, doctor) = enrol(&cli, &node, folder.path())?;
        Ok(Self { node, cli, patient, doctor, folder })
    }

    /// A folder for the test's files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A new connection to the node.
    pub fn client(&self) -> Result<Client> {
        self.node.client()
    }

    /// Writes a file of so many bytes that do not compress, the same for the same seed.
    pub fn file(&self, name: &str, bytes: u64, seed: u64) -> Result<PathBuf> {
        let path = self.folder().join(name);
        write_synthetic(&path, bytes, seed)?;
        Ok(path)
    }

    /// The doctor uploads a report for the patient.
    pub fn upload(&self, file: &Path) -> Result<RecordView> {
        let uploaded = self.cli.json(Some(DOCTOR), upload_of(file))?;
        self.record(RecordId(number(&uploaded, "record")?))
    }

    /// A record on chain.
    pub fn record(&self, id: RecordId) -> Result<RecordView> {
        Ok(block_on(self.client()?.record(id))?)
    }

    /// The patient opens a record of hers; the file that comes out.
    pub fn open(&self, record: RecordId) -> Result<PathBuf> {
        let output = self.folder().join(format!("record-{record}"));
        if output.exists() {
            std::fs::remove_file(&output).with_context(|| output.display().to_string())?;
        }
        self.cli.json(Some(PATIENT), args!["record", "open", record.to_string(), "--output", &output])?;
        Ok(output)
    }
}

/// Writes a file of so many bytes that do not compress, the same for the same seed.
pub fn write_synthetic(path: &Path, bytes: u64, seed: u64) -> Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut left = bytes;
    while left > 0 {
        // xorshift64: any bytes do, as long as no two leaves are alike.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let word = state.to_le_bytes();
        let take = usize::try_from(left.min(8))?;
        file.write_all(&word[..take])?;
        left = left.saturating_sub(8);
    }
    Ok(file.flush()?)
}

/// The arguments by which the doctor uploads a report for the patient.
pub fn upload_of(file: &Path) -> [std::ffi::OsString; 7] {
    args!["record", "upload", file, "--patient", PATIENT, "--kind", "report"]
}

/// Registers a patient and a verified doctor who has the patient under care, on a node's chain; gives their numbers.
pub fn enrol(cli: &Cli, node: &Node, folder: &Path) -> Result<(MemberId, MemberId)> {
    for name in [PATIENT, DOCTOR] {
        cli.json(None, args!["account", "new", name])?;
    }
    cli.json(Some(ADMINISTRATOR), args!["member", "publish-key"])?;
    std::thread::scope(|scope| {
        let patient = scope.spawn(|| life::register_patient(cli, PATIENT));
        let doctor = scope.spawn(|| life::register_professional(cli, DOCTOR, "doctor", folder));
        for thread in [patient, doctor] {
            match thread.join() {
                Ok(result) => result?,
                Err(_) => bail!("a registration panicked"),
            }
        }
        Ok(())
    })?;
    let client = node.client()?;
    let member = |name: &str| -> Result<MemberId> {
        Ok(block_on(client.member(&MemberSelector::Username(name.to_owned())))?.id)
    };
    let (patient, doctor) = (member(PATIENT)?, member(DOCTOR)?);
    cli.json(Some(ADMINISTRATOR), args!["member", "verify", doctor.to_string()])?;
    let identity = cli.identity(PATIENT)?;
    block_on(client.submit(&calls::open_care(doctor, None), &identity, Wait::Finalized, &|_| ()))?;
    Ok((patient, doctor))
}
