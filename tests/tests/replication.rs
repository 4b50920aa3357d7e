//! Four validators: what one is given all hold soon after it is final, one that lost its disk is whole again without help, an
//! upload returns once as many as asked for have signed that they hold it, and contents lie on as many as their operators say.
//!
//! `MEDCHAIN_BIG` says how many MiB the first content has, 16 if it does not. On an idle machine: then all must hold it within
//! 10 s of finality for each 100 MiB, instead of 30 s.

use anyhow::{ensure, Context, Result};
use medchain_primitives::RecordId;
use medchain_runtime_api::RecordView;
use medchain_tests::{
    args,
    attack::OnDisk,
    block_on,
    cli::Cli,
    life::{number, same_bytes, DOCTOR, PATIENT},
    scenario,
    testnet::{Plan, Testnet, VALIDATORS},
    tests,
    wait::wait_for,
    world::{enrol, upload_of, write_synthetic},
};
use serde_json::Value;
use sp_core::{sr25519, Pair};
use std::{
    collections::BTreeSet,
    env, fs,
    path::PathBuf,
    process::ExitCode,
    thread::sleep,
    time::{Duration, Instant},
};
use tempfile::TempDir;

const MIB: u64 = 1024 * 1024;
/// How long anything may take that is not measured, on a machine that has much else to do.
const WITHIN: Duration = Duration::from_secs(180);
/// The validator that loses its disk.
const CHARLIE: usize = 2;
/// One that holds nothing for a while.
const DAVE: usize = 3;
/// On how many validators each content lies, once their operators say so.
const COPIES: usize = 2;

fn main() -> ExitCode {
    scenario::run(
        Validators::start,
        tests![
            what_one_validator_is_given_all_hold_soon_after_it_is_final,
            the_one_that_was_given_a_content_loses_its_disk_and_is_whole_again_without_help,
            an_upload_returns_once_as_many_validators_as_asked_have_signed_that_they_hold_it,
            contents_lie_on_as_many_validators_as_their_operators_say,
        ],
    )
}

/// The network, a patient and her doctor. Fields end in this order: first the nodes, then their folders.
struct Validators {
    network: Testnet,
    cli: Cli,
    folder: TempDir,
}

impl Validators {
    fn start() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("medchain-replication-").tempdir()?;
        let plan =
            Plan { nodes: VALIDATORS.len(), folder: folder.path().join("network"), ports: None, arguments: Vec::new() };
        let network = Testnet::start(&plan)?;
        network.wait_finalized(1, WITHIN)?;
        let cli = Cli::new(&folder.path().join("keys"), &network.node(0).url())?;
        enrol(&cli, network.node(0), folder.path())?;
        Ok(Self { network, cli, folder })
    }

    fn file(&self, name: &str, bytes: u64, seed: u64) -> Result<PathBuf> {
        let path = self.folder.path().join(name);
        write_synthetic(&path, bytes, seed)?;
        Ok(path)
    }

    /// The record of an upload.
    fn record(&self, uploaded: &Value) -> Result<RecordView> {
        let id = RecordId(number(uploaded, "record")?);
        Ok(block_on(self.network.node(0).client()?.record(id))?)
    }

    fn on_disk(&self, node: usize, record: &RecordView) -> Result<OnDisk> {
        Ok(OnDisk::of(&self.network.node(node).vault()?, record.content, record.envelope))
    }

    /// Which validators hold the content and the envelope of a record.
    fn holders(&self, record: &RecordView) -> Result<BTreeSet<usize>> {
        let mut holders = BTreeSet::new();
        for node in 0..VALIDATORS.len() {
            let place = self.on_disk(node, record)?;
            if place.data.exists() && place.envelope.exists() {
                holders.insert(node);
            }
        }
        Ok(holders)
    }

    /// Waits until all hold a record, and compares what they hold with what the first has.
    fn wait_all_hold(&self, record: &RecordView, within: Duration) -> Result<Duration> {
        let took = wait_for("all hold it", within, || Ok(self.holders(record)?.len() == VALIDATORS.len()))?;
        let first = self.on_disk(0, record)?;
        for (node, name) in VALIDATORS.iter().enumerate().skip(1) {
            ensure!(same_bytes(&first.data, &self.on_disk(node, record)?.data)?, "{name} holds something else");
        }
        Ok(took)
    }
}

fn what_one_validator_is_given_all_hold_soon_after_it_is_final(all: &mut Validators) -> Result<()> {
    let (size, within) = match env::var("MEDCHAIN_BIG") {
        Ok(mebibytes) => {
            let mebibytes: u64 = mebibytes.parse().context("MEDCHAIN_BIG is no number of MiB")?;
            (mebibytes, 10 * mebibytes.div_ceil(100))
        }
        Err(_) => (16, 30),
    };
    let file = all.file("study.bin", size * MIB, 61)?;
    // The upload returns when its record is final.
    let uploaded = all.cli.json(Some(DOCTOR), upload_of(&file))?;
    let final_at = Instant::now();
    let record = all.record(&uploaded)?;
    all.wait_all_hold(&record, Duration::from_secs(within).saturating_sub(final_at.elapsed()))?;
    println!("     {size} MiB were on all four {} ms after finality", final_at.elapsed().as_millis());
    Ok(())
}

fn the_one_that_was_given_a_content_loses_its_disk_and_is_whole_again_without_help(all: &mut Validators) -> Result<()> {
    let file = all.file("kept.bin", 12 * MIB + 5, 62)?;
    let cli = all.cli.at(&all.network.node(CHARLIE).url());
    let record = all.record(&cli.json(Some(DOCTOR), upload_of(&file))?)?;
    all.wait_all_hold(&record, WITHIN)?;
    let contents = |all: &Validators| -> Result<Value> {
        Ok(all.network.node(CHARLIE).rpc()?.answer("vault_status", vec![])?["contents"].clone())
    };
    let before = contents(all)?;

    all.network.node_mut(CHARLIE).kill()?;
    fs::remove_dir_all(all.network.node(CHARLIE).folder().join("base"))?;
    let started = Instant::now();
    all.network.node_mut(CHARLIE).launch()?;
    all.network.node(CHARLIE).wait_answering()?;
    wait_for("what it lost is there again", WITHIN, || {
        Ok(all.holders(&record)?.contains(&CHARLIE) && contents(all)? == before)
    })?;
    println!("     whole again {} ms after its start", started.elapsed().as_millis());
    all.wait_all_hold(&record, WITHIN)?;
    // Through that node, with the committee halves of the others: its own share of the key was on the disk.
    let output = all.folder.path().join("kept-as-read");
    cli.json(Some(PATIENT), args!["record", "open", record.id.to_string(), "--output", &output])?;
    ensure!(same_bytes(&file, &output)?, "the document changed");
    Ok(())
}

fn an_upload_returns_once_as_many_validators_as_asked_have_signed_that_they_hold_it(
    all: &mut Validators,
) -> Result<()> {
    let file = all.file("durable.bin", MIB, 63)?;
    let upload = [args!["--json"].to_vec(), upload_of(&file).to_vec(), args!["--copies", "4"].to_vec()].concat();
    all.network.node(DAVE).pause()?;
    let first = all.network.finalized();
    let mut child = all.cli.start(Some(DOCTOR), upload)?;
    // Long enough for its record to be final and for the others to hold it.
    let waited =
        wait_for("blocks become final without the fourth", WITHIN, || Ok(all.network.finalized() >= first + 5));
    let ended = child.try_wait()?;
    all.network.node(DAVE).resume()?;
    waited?;
    ensure!(ended.is_none(), "the upload ended with {ended:?} though one validator said nothing");
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let uploaded: Value = serde_json::from_slice(&output.stdout)?;
    ensure!(uploaded["copies"] == 4, "{uploaded}");
    let record = all.record(&uploaded)?;
    // A statement is about the content; an envelope may be on its way.
    for (node, name) in VALIDATORS.iter().enumerate() {
        ensure!(all.on_disk(node, &record)?.data.exists(), "{name} signed for what it does not hold");
    }
    Ok(())
}

/// The validators that draw the lowest numbers for a content, as `docs/vault.md` describes it.
fn drawn(record: &RecordView) -> Result<BTreeSet<usize>> {
    let mut drawn = Vec::new();
    for (node, name) in VALIDATORS.iter().enumerate() {
        let name = format!("//{}{}", name[..1].to_uppercase(), &name[1..]);
        let key = sr25519::Pair::from_string(&name, None)?.public().0;
        drawn.push((sp_io::hashing::blake2_256(&[record.content.0, key].concat()), node));
    }
    drawn.sort_unstable();
    Ok(drawn.into_iter().take(COPIES).map(|(_, node)| node).collect())
}

fn contents_lie_on_as_many_validators_as_their_operators_say(all: &mut Validators) -> Result<()> {
    for node in 0..VALIDATORS.len() {
        let node = all.network.node_mut(node);
        let arguments = [node.arguments(), &["--vault-replicate".to_owned(), COPIES.to_string()]].concat();
        node.kill()?;
        node.set_arguments(arguments);
        node.launch()?;
    }
    (0..VALIDATORS.len()).try_for_each(|node| all.network.node(node).wait_answering())?;
    all.network.wait_finalized(all.network.finalized() + 1, WITHIN)?;
    let mut records = Vec::new();
    for seed in 64..67 {
        let file = all.file("shared.bin", 1000, seed)?;
        records.push(all.record(&all.cli.json(Some(DOCTOR), upload_of(&file))?)?);
    }
    for record in &records {
        // Who was given it keeps it besides.
        let expected: BTreeSet<usize> = drawn(record)?.into_iter().chain([0]).collect();
        wait_for("the chosen hold it", WITHIN, || Ok(all.holders(record)?.is_superset(&expected)))?;
    }
    sleep(Duration::from_secs(2));
    for record in &records {
        let (holders, expected) = (all.holders(record)?, drawn(record)?.into_iter().chain([0]).collect());
        ensure!(holders == expected, "record {} is on {holders:?} instead of {expected:?}", record.id);
    }
    Ok(())
}
