//! A node whose vault is on a disk that is full, or can no longer be written.
//!
//! The disks are file systems in memory that the tests mount: they need root. Without it they say so and pass.

use anyhow::{ensure, Context, Result};
use medchain_primitives::{ContentRoot, RecordId, TicketOperation};
use medchain_tests::{
    args,
    attack::Ticket,
    life::{same_bytes, DOCTOR, PATIENT},
    node::Node,
    scenario, tests,
    world::{upload_of, World},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};
use tempfile::TempDir;

const MIB: u64 = 1024 * 1024;
/// The size of the vault's disk.
const DISK: u64 = 24 * MIB;

fn main() -> ExitCode {
    match Disk::mount() {
        Ok(disk) => scenario::run(
            || Mounted::make(disk),
            tests![
                a_full_disk_refuses_stores_clearly_and_serves_reads,
                a_read_only_disk_refuses_stores_clearly_and_serves_reads,
            ],
        ),
        Err(error) => {
            println!("no disk can be mounted here, so that nothing is tested: {error:#}");
            ExitCode::SUCCESS
        }
    }
}

/// A file system of its own, unmounted when dropped.
struct Disk {
    folder: TempDir,
}

impl Disk {
    fn mount() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("medchain-disk-").tempdir()?;
        let size = format!("size={DISK}");
        mount(&["-t", "tmpfs", "-o", &size, "medchain-test"], folder.path())?;
        Ok(Self { folder })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn remount(&self, mode: &str) -> Result<()> {
        mount(&["-o", &format!("remount,{mode}")], self.path())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // A file that is still open keeps it from being unmounted now; it goes when that is closed.
        let _ = Command::new("umount").arg("-l").arg(self.folder.path()).status();
    }
}

fn mount(arguments: &[&str], folder: &Path) -> Result<()> {
    let output = Command::new("mount").args(arguments).arg(folder).output().context("there is no mount")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}

/// A world whose node has its vault on that disk. Fields end in this order: first the node.
struct Mounted {
    world: World,
    disk: Disk,
}

impl Mounted {
    fn make(disk: Disk) -> Result<Self> {
        let path = disk.path().to_string_lossy().into_owned();
        let arguments = ["--dev", "--listen-addr", "/ip4/127.0.0.1/tcp/0", "--vault-path", &path].map(Into::into);
        let world = World::make_with(|folder| Node::start_with(folder, arguments.into()))?;
        Ok(Self { world, disk })
    }

    /// How the upload of a file of so many bytes is refused.
    fn refused(&self, bytes: u64, seed: u64) -> Result<()> {
        let file = self.world.file("refused.bin", bytes, seed)?;
        let refusal = self.world.cli.refused(Some(DOCTOR), upload_of(&file))?;
        println!("     {} ({})", refusal.error, refusal.hint.as_deref().unwrap_or_default());
        ensure!(refusal.status == 1 && refusal.says("disk"), "{refusal:?}");
        Ok(())
    }

    /// The doctor gives up what it could not finish: until then, or for a day, it may be resumed.
    fn give_up(&self) -> Result<()> {
        let doctor = self.world.cli.identity(DOCTOR)?;
        let rpc = self.world.node.rpc()?;
        for entry in fs::read_dir(self.disk.path().join("staging"))? {
            let name = entry?.file_name();
            let mut content = [0; 32];
            hex::decode_to_slice(name.to_string_lossy().split('-').next().unwrap_or_default(), &mut content)?;
            let ticket = Ticket::right(&rpc, &doctor, TicketOperation::Store, ContentRoot(content))?.signed(&doctor);
            rpc.answer("vault_abort", vec![ticket])?;
        }
        Ok(())
    }

    fn reads(&self, record: RecordId, file: &Path) -> Result<()> {
        let output: PathBuf = self.world.folder().join("read-again");
        self.world
            .cli
            .json(Some(PATIENT), args!["record", "open", record.to_string(), "--output", &output, "--force"])?;
        ensure!(same_bytes(file, &output)?, "the document changed");
        Ok(())
    }
}

fn a_full_disk_refuses_stores_clearly_and_serves_reads(mounted: &mut Mounted) -> Result<()> {
    let kept = mounted.world.file("kept.bin", 4 * MIB, 41)?;
    let record = mounted.world.upload(&kept)?;
    mounted.refused(DISK, 42)?;
    mounted.reads(record.id, &kept)?;
    // Full to the last byte: not even a small one is stored, and all is still read.
    let filler = mounted.disk.path().join("filler");
    let filled = fs::write(&filler, vec![0; usize::try_from(DISK)?]);
    ensure!(filled.is_err(), "the disk was not full");
    mounted.refused(1000, 43)?;
    mounted.reads(record.id, &kept)?;
    mounted.world.node.restart()?;
    mounted.reads(record.id, &kept)?;
    // Once there is room, it goes on as if nothing had been.
    fs::remove_file(filler)?;
    mounted.give_up()?;
    let file = mounted.world.file("room.bin", MIB, 44)?;
    let stored = mounted.world.upload(&file)?;
    mounted.reads(stored.id, &file)?;
    mounted.reads(record.id, &kept)
}

fn a_read_only_disk_refuses_stores_clearly_and_serves_reads(mounted: &mut Mounted) -> Result<()> {
    let kept = mounted.world.file("readable.bin", 2 * MIB, 45)?;
    let record = mounted.world.upload(&kept)?;
    mounted.disk.remount("ro")?;
    mounted.refused(1000, 46)?;
    mounted.reads(record.id, &kept)?;
    // A node can even start on it.
    mounted.world.node.restart()?;
    mounted.refused(1000, 47)?;
    mounted.reads(record.id, &kept)?;
    mounted.disk.remount("rw")?;
    let file = mounted.world.file("writable.bin", 1000, 48)?;
    let stored = mounted.world.upload(&file)?;
    mounted.reads(stored.id, &file)
}
