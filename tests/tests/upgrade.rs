//! The council upgrades the runtime of four running validators, with a migration, while calls and uploads go in.

use anyhow::{ensure, Context, Result};
use codec::Decode;
use medchain_next_runtime::WASM_BINARY;
use medchain_runtime::rehearsal::{Rehearsal, MARK};
use medchain_tests::{
    args,
    cli::Cli,
    life::{number, same_bytes, DOCTOR, PATIENT},
    rpc::Rpc,
    scenario,
    testnet::{
        ledger::{check_invariants, check_state, ensure_one_chain, snapshot, transactions, within},
        load::Load,
        Plan, Testnet, VALIDATORS,
    },
    tests,
    world::{enrol, upload_of},
};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
    thread::{self, sleep},
    time::{Duration, Instant},
};
use tempfile::TempDir;

const SLOT: Duration = Duration::from_secs(2);
/// Calls a second that go in meanwhile, and the patients who send them.
const RATE: f64 = 2.0;
const PATIENTS: usize = 16;
/// Bytes of each document that is uploaded meanwhile.
const DOCUMENT: usize = 300_000;
/// How long the network may take to run the new runtime everywhere.
const UPGRADED_WITHIN: Duration = Duration::from_secs(120);

/// The network, the council's members and a patient and her doctor.
struct Upgrade {
    network: Testnet,
    cli: Cli,
    load: Load,
    code: PathBuf,
    folder: TempDir,
}

fn main() -> ExitCode {
    scenario::run(
        Upgrade::make,
        tests![
            the_migration_holds_over_a_snapshot_of_the_state,
            nobody_applies_what_the_council_has_not_authorised,
            four_validators_are_upgraded_while_they_run_and_nothing_is_lost,
        ],
    )
}

impl Upgrade {
    fn make() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("medchain-upgrade-").tempdir()?;
        let plan =
            Plan { nodes: VALIDATORS.len(), folder: folder.path().join("network"), ports: None, arguments: Vec::new() };
        let network = Testnet::start(&plan)?;
        network.wait_finalized(1, Duration::from_secs(180))?;
        let cli = Cli::new(&folder.path().join("keys"), &network.node(0).url())?;
        enrol(&cli, network.node(0), folder.path())?;
        let urls: Vec<_> = (0..VALIDATORS.len()).map(|validator| network.node(validator).url()).collect();
        let load = Load::register(&urls, PATIENTS)?;
        let code = folder.path().join("next.compact.compressed.wasm");
        fs::write(&code, WASM_BINARY.context("the next runtime is not built")?)?;
        Ok(Self { network, cli, load, code, folder })
    }

    fn rpc(&self, validator: usize) -> Result<Rpc> {
        self.network.node(validator).rpc()
    }
}

/// The version of the runtime of the block that a node has finalized last.
fn finalized_version(rpc: &Rpc) -> Result<u64> {
    let finalized = rpc.answer("chain_getFinalizedHead", vec![])?;
    number(&rpc.answer("state_getRuntimeVersion", vec![finalized])?, "specVersion")
}

fn the_migration_holds_over_a_snapshot_of_the_state(upgrade: &mut Upgrade) -> Result<()> {
    use frame_support::traits::OnRuntimeUpgrade;
    let state = snapshot(&upgrade.rpc(0)?)?;
    let entries = state.top.len();
    within(state, || {
        check_invariants()?;
        let before = Rehearsal::before();
        Rehearsal::on_runtime_upgrade();
        Rehearsal::ensure_kept(&before)?;
        check_invariants()?;
        // A second run changes nothing more.
        Rehearsal::on_runtime_upgrade();
        Rehearsal::ensure_kept(&before)
    })?;
    println!("     the migration and the invariants hold over {entries} entries of state");
    Ok(())
}

fn nobody_applies_what_the_council_has_not_authorised(upgrade: &mut Upgrade) -> Result<()> {
    let refusal = upgrade.cli.refused(None, args!["council", "apply-upgrade", &upgrade.code])?;
    ensure!(refusal.says("the council has not authorised"), "{}", refusal.error);
    upgrade.cli.refused(Some(PATIENT), args!["council", "authorize-upgrade", &upgrade.code])?;
    ensure!(finalized_version(&upgrade.rpc(0)?)? == 1, "the runtime changed");
    Ok(())
}

fn four_validators_are_upgraded_while_they_run_and_nothing_is_lost(upgrade: &mut Upgrade) -> Result<()> {
    let first = upgrade.network.finalized();
    let stop = AtomicBool::new(false);
    let load = upgrade.load.begin(RATE);
    let (uploads, upgraded) = thread::scope(|scope| {
        let uploading = scope.spawn(|| upload_until(&stop, upgrade));
        let upgraded = decide_and_apply(upgrade);
        sleep(SLOT * 4);
        stop.store(true, Ordering::Relaxed);
        let uploads = uploading.join().map_err(|_| anyhow::anyhow!("the uploader panicked"));
        (uploads, upgraded)
    });
    let outcome = load.end()?;
    let (after, took) = upgraded?;
    let uploads = uploads??;
    println!("     {} s from the motion to the new runtime on all four", took.as_secs());

    let last = ensure_one_chain(&upgrade.network)?;
    let rpc = upgrade.rpc(3)?;
    outcome.ensure_once(&transactions(&rpc, first, last)?)?;
    let entries = check_state(&rpc)?;
    let mark = rpc.answer("state_getStorage", vec![format!("0x{}", hex::encode(MARK)).into()])?;
    let mark = hex::decode(mark.as_str().context("the migration left no mark")?.trim_start_matches("0x"))?;
    let members = u64::decode(&mut mark.as_slice())?;
    ensure!(members >= PATIENTS as u64, "the migration saw {members} members");

    let late = uploads.iter().filter(|upload| upload.after_upgrade).count();
    ensure!(late > 0 && late < uploads.len(), "{late} of {} uploads came after the upgrade", uploads.len());
    for upload in &uploads {
        let output = upgrade.folder.path().join(format!("record-{}", upload.record));
        upgrade.cli.json(Some(PATIENT), args!["record", "open", upload.record.to_string(), "--output", &output])?;
        ensure!(same_bytes(&upload.file, &output)?, "record {} came back altered", upload.record);
    }
    println!(
        "     {} calls acknowledged and there once; {} uploads, {late} of them after the upgrade in block {after}, read \
         again; {entries} entries of state keep the invariants",
        outcome.acknowledged.len(),
        uploads.len()
    );
    ensure!(!outcome.acknowledged.is_empty(), "no call became final");
    Ok(())
}

/// A document that was uploaded and anchored, finally.
struct Upload {
    record: u64,
    file: PathBuf,
    after_upgrade: bool,
}

/// Uploads one document after the other; none fails because the runtime changes under it.
fn upload_until(stop: &AtomicBool, upgrade: &Upgrade) -> Result<Vec<Upload>> {
    let cli = upgrade.cli.at(&upgrade.network.node(1).url());
    let rpc = upgrade.rpc(1)?;
    let mut uploads = Vec::new();
    for index in 0_u8.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let file = upgrade.folder.path().join(format!("document-{index}"));
        document(&file, index)?;
        let after_upgrade = finalized_version(&rpc)? > 1;
        let uploaded = cli.json(Some(DOCTOR), upload_of(&file))?;
        uploads.push(Upload { record: number(&uploaded, "record")?, file, after_upgrade });
    }
    Ok(uploads)
}

/// Writes a document that no other is alike.
fn document(path: &Path, seed: u8) -> Result<()> {
    let bytes: Vec<u8> = (0..DOCUMENT).map(|at| (at as u8).wrapping_mul(31).wrapping_add(seed)).collect();
    Ok(fs::write(path, bytes)?)
}

/// Has the council authorise the next runtime, and anybody apply it; gives the block by which all run it, and how long
/// that took.
fn decide_and_apply(upgrade: &Upgrade) -> Result<(u64, Duration)> {
    let started = Instant::now();
    let cli = &upgrade.cli;
    sleep(SLOT * 3);
    let proposed: Value = cli.json(Some("//Alice"), args!["council", "authorize-upgrade", &upgrade.code])?;
    let motion = number(&proposed, "motion")?.to_string();
    for member in ["//Bob", "//Charlie"] {
        cli.json(Some(member), args!["council", "vote", &motion, "yes"])?;
    }
    cli.json(Some("//Dave"), args!["council", "close", &motion])?;
    // Somebody without any account.
    cli.json(None, args!["council", "apply-upgrade", &upgrade.code])?;
    let applied = Instant::now();
    for (validator, name) in VALIDATORS.iter().enumerate() {
        let rpc = upgrade.rpc(validator)?;
        while finalized_version(&rpc)? < 2 {
            ensure!(applied.elapsed() < UPGRADED_WITHIN, "{name} runs the old runtime");
            sleep(Duration::from_millis(500));
        }
    }
    Ok((upgrade.network.finalized(), started.elapsed()))
}
