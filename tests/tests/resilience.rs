//! A node that is killed at the worst moment, damage on its disk, and documents that are larger than memory should be.
//!
//! `MEDCHAIN_BIG` says how many MiB the large document has; 64 if it does not.

use anyhow::{ensure, Context, Result};
use medchain_primitives::RecordId;
use medchain_tests::{
    args,
    attack::OnDisk,
    life::{number, same_bytes, DOCTOR, PATIENT},
    process::{resident, MemoryWatch},
    scenario, tests,
    wait::wait_for,
    world::{upload_of, World},
};
use std::{env, fs, path::Path, process::ExitCode, thread::sleep, time::Duration};

const MIB: u64 = 1024 * 1024;
/// How much more memory a large document may cost a node or a client than a small one, in bytes.
const GROWTH_MAX: u64 = 150_000_000;

fn main() -> ExitCode {
    scenario::run(
        World::make,
        tests![
            damage_that_no_peer_can_repair_is_reported_and_spoils_nothing_else,
            a_large_document_passes_through_little_memory,
            an_upload_goes_on_after_the_node_was_killed,
            an_upload_whose_client_was_killed_can_be_repeated,
            a_finalized_record_survives_kills_while_blocks_are_made,
        ],
    )
}

/// How many bytes the large document has.
fn large() -> Result<u64> {
    let mebibytes = env::var("MEDCHAIN_BIG").map_or(Ok(64), |mebibytes| mebibytes.parse::<u64>());
    Ok(mebibytes.context("MEDCHAIN_BIG is no number of MiB")? * MIB)
}

/// First of all, while the vault is small: the scrub that comes by when the node starts reads all of it.
fn damage_that_no_peer_can_repair_is_reported_and_spoils_nothing_else(world: &mut World) -> Result<()> {
    let (damaged, whole) = (world.file("damaged.bin", 10_000, 6)?, world.file("whole.bin", 10_000, 7)?);
    let (record, other) = (world.upload(&damaged)?, world.upload(&whole)?);
    let place = OnDisk::of(&world.node.vault()?, record.content, record.envelope);
    world.node.kill()?;
    place.flip_byte(5_000)?;
    world.node.restart()?;
    wait_for("the scrub reports it", Duration::from_secs(60), || {
        Ok(world.node.log()?.contains("scrub: 1 contents are corrupt and no connected peer could repair"))
    })?;
    let output = world.folder().join("damaged-as-read");
    let open = args!["record", "open", record.id.to_string(), "--output", &output];
    let refusal = world.cli.refused(Some(PATIENT), open)?;
    ensure!(refusal.says("differs from its hash") && !output.exists(), "{refusal:?}");
    ensure!(same_bytes(&whole, &world.open(other.id)?)?, "another record is spoilt");
    // As if somebody had put the right copy back.
    place.flip_byte(5_000)?;
    ensure!(same_bytes(&damaged, &world.open(record.id)?)?, "what is whole again is not read");
    Ok(())
}

fn a_large_document_passes_through_little_memory(world: &mut World) -> Result<()> {
    let small = world.file("small.bin", 1000, 1)?;
    let before = world.cli.run(Some(DOCTOR), upload_of(&small))?;
    ensure!(before.status == Some(0), "{}", before.stderr);

    let file = world.file("large.bin", large()?, 2)?;
    let pid = world.node.pid()?;
    let node_before = resident(pid)?;
    let watch = MemoryWatch::begin(pid);
    let upload = [args!["--json"].to_vec(), upload_of(&file).to_vec()].concat();
    let uploaded = world.cli.run(Some(DOCTOR), upload)?;
    ensure!(uploaded.status == Some(0), "{}", uploaded.stderr);
    let record = RecordId(number(&serde_json::from_str(&uploaded.stdout)?, "record")?);
    let output = world.folder().join("large-as-read");
    let opened = world.cli.run(Some(PATIENT), args!["record", "open", record.to_string(), "--output", &output])?;
    ensure!(opened.status == Some(0), "{}", opened.stderr);
    let node_growth = watch.end().saturating_sub(node_before);

    ensure!(same_bytes(&file, &output)?, "the document changed");
    let client_growth = uploaded.peak.max(opened.peak).saturating_sub(before.peak);
    println!(
        "     {} MiB: node grew by {} MiB, client by {} MiB over a small document's {} MiB",
        large()? / MIB,
        node_growth / MIB,
        client_growth / MIB,
        before.peak / MIB
    );
    ensure!(node_growth < GROWTH_MAX, "the node grew by {node_growth} bytes");
    ensure!(client_growth < GROWTH_MAX, "the client grew by {client_growth} bytes");
    fs::remove_file(output)?;
    Ok(())
}

/// Bytes of leaves that have arrived of unfinished uploads.
fn staged(vault: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(vault.join("staging")) else { return 0 };
    entries.flatten().filter_map(|entry| fs::metadata(entry.path().join("data")).ok()).map(|data| data.len()).sum()
}

fn an_upload_goes_on_after_the_node_was_killed(world: &mut World) -> Result<()> {
    let kept = world.file("acknowledged.bin", 3 * MIB + 17, 3)?;
    let acknowledged = world.upload(&kept)?;
    let file = world.file("interrupted.bin", 48 * MIB, 4)?;
    let vault = world.node.vault()?;

    let mut child = world.cli.start(Some(DOCTOR), upload_of(&file))?;
    wait_for("leaves arrive", Duration::from_secs(60), || Ok(staged(&vault) > 4 * MIB))?;
    world.node.kill()?;
    let status = child.wait()?;
    ensure!(status.code() == Some(1), "the upload ended with {status} though its node was killed");

    world.node.restart()?;
    ensure!(same_bytes(&kept, &world.open(acknowledged.id)?)?, "an acknowledged content is lost");
    let resume = [upload_of(&file).to_vec(), args!["--resume"].to_vec()].concat();
    let uploaded = world.cli.json(Some(DOCTOR), resume)?;
    let record = RecordId(number(&uploaded, "record")?);
    ensure!(same_bytes(&file, &world.open(record)?)?, "the resumed upload is not the document");
    ensure!(staged(&vault) == 0, "the finished upload left something staged");
    Ok(())
}

fn an_upload_whose_client_was_killed_can_be_repeated(world: &mut World) -> Result<()> {
    let file = world.file("repeated.bin", 48 * MIB, 5)?;
    let vault = world.node.vault()?;
    let mut child = world.cli.start(Some(DOCTOR), upload_of(&file))?;
    wait_for("leaves arrive", Duration::from_secs(60), || Ok(staged(&vault) > 4 * MIB))?;
    child.kill()?;
    child.wait()?;
    let record = world.upload(&file)?;
    ensure!(same_bytes(&file, &world.open(record.id)?)?, "the repeated upload is not the document");
    Ok(())
}

fn a_finalized_record_survives_kills_while_blocks_are_made(world: &mut World) -> Result<()> {
    // Three moments of the two seconds in which a block is made, imported and finalized.
    for (round, delay) in (0u64..).zip([0, 700, 1400]) {
        let file = world.file("finalized.bin", 10_000, 10 + round)?;
        let record = world.upload(&file)?;
        sleep(Duration::from_millis(delay));
        world.node.kill()?;
        world.node.restart()?;
        let after = world.record(record.id).with_context(|| format!("record {} is lost", record.id))?;
        ensure!(after == record, "record {} changed: {after:?}", record.id);
        ensure!(same_bytes(&file, &world.open(record.id)?)?, "the content of record {} is lost", record.id);
    }
    let last = world.node.finalized()?;
    world.node.wait_finalized(last + 2)
}
