//! Three nodes of one chain: what one is given all hold, what is damaged is repaired, what is erased does not come back.
//!
//! `MEDCHAIN_BIG` says how many MiB the largest content has, 16 if it does not; `MEDCHAIN_NODE_KILLS` how often a node is
//! killed while it replicates, 4 times if it does not.

use anyhow::{ensure, Context, Result};
use medchain_primitives::TicketOperation;
use medchain_tests::{
    args,
    attack::Ticket,
    consortium::{leaves_of, Consortium},
    http,
    life::{DOCTOR, PATIENT},
    node::Node,
    process::{resident, MemoryWatch},
    scenario, tests,
    wait::wait_for,
    world::upload_of,
};
use medchain_vault::{car, DagBuilder, Options, Vault, LEAF_BYTES};
use serde_json::{json, Value};
use std::{
    collections::BTreeMap,
    env, fs,
    io::Read,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Output},
    thread::sleep,
    time::{Duration, Instant},
};

const MIB: u64 = 1024 * 1024;

/// How long after finality every node must hold a content.
const REPLICATED_WITHIN: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    scenario::run(
        Consortium::make,
        tests![
            what_one_node_is_given_the_others_hold_soon_after_it_is_final,
            a_member_reads_through_a_node_that_does_not_hold_the_record,
            an_envelope_goes_to_no_peer_that_is_neither_validator_nor_reserved,
            bitswap_over_rpc_gives_nobody_a_content,
            a_corrupt_leaf_is_found_and_repaired_from_a_peer,
            an_uploader_learns_which_validators_hold_its_content,
            a_validator_that_lost_an_envelope_gets_it_from_a_node_that_has_not_reserved_it,
            a_node_killed_again_and_again_while_it_replicates_holds_all_in_the_end,
            what_is_read_through_a_node_arrives_before_that_node_has_all_of_it,
            an_erased_record_goes_everywhere_and_does_not_come_back,
            operators_see_in_the_metrics_what_the_vault_does,
            a_content_goes_through_a_car_file_and_is_collected_without_a_record,
        ],
    )
}

/// How much more memory the largest content may cost the node that gives it or the one that takes it, in bytes.
const GROWTH_MAX: u64 = 150_000_000;

/// How many bytes the largest content has.
fn large() -> Result<u64> {
    let mebibytes = env::var("MEDCHAIN_BIG").map_or(Ok(16), |mebibytes| mebibytes.parse::<u64>());
    Ok(mebibytes.context("MEDCHAIN_BIG is no number of MiB")? * MIB)
}

fn what_one_node_is_given_the_others_hold_soon_after_it_is_final(all: &mut Consortium) -> Result<()> {
    let bytes = large()?;
    let file = all.world.file("study.bin", bytes, 11)?;
    let watch = |node: &Node| -> Result<(MemoryWatch, u64)> {
        let pid = node.pid()?;
        Ok((MemoryWatch::begin(pid), resident(pid)?))
    };
    let (giver, taker) = (watch(&all.world.node)?, watch(&all.clinic)?);
    // The upload returns when its record is final.
    let record = all.world.upload(&file)?;
    let clinic = all.on_disk(&all.clinic, &record)?;
    let within = REPLICATED_WITHIN.max(Duration::from_secs(bytes / MIB / 10));
    let took = wait_for("the clinic holds content and envelope", within, || {
        Ok(clinic.data.exists() && clinic.envelope.exists())
    })?;
    let grew = |(watch, before): (MemoryWatch, u64)| watch.end().saturating_sub(before);
    let (giver, taker) = (grew(giver), grew(taker));
    println!(
        "     {} MiB replicated {} ms after finality; the node that gave them grew by {} MiB, the one that took them by {} MiB",
        bytes / MIB,
        took.as_millis(),
        giver / MIB,
        taker / MIB
    );
    ensure!(giver < GROWTH_MAX && taker < GROWTH_MAX, "the nodes grew by {giver} and {taker} bytes");
    let status = all.clinic.rpc()?.answer("vault_status", vec![])?;
    ensure!(status["missing"] == 0 || status["missing"] == 1, "{status}");
    all.read(&all.clinic, &record)?;
    ensure!(!all.on_disk(&all.stranger, &record)?.data.exists(), "the stranger fetched what it was not asked for");
    Ok(())
}

fn a_member_reads_through_a_node_that_does_not_hold_the_record(all: &mut Consortium) -> Result<()> {
    let record = all.world.upload(&all.world.file("elsewhere.bin", 12 * MIB + 1, 13)?)?;
    let number = all.world.node.finalized()?;
    all.stranger.wait_finalized(number)?;
    let kept = all.on_disk(&all.stranger, &record)?;
    ensure!(!kept.data.exists());
    let started = Instant::now();
    all.read(&all.stranger, &record)?;
    println!("     12 MiB read through in {} ms", started.elapsed().as_millis());
    wait_for("the node keeps what was read through it", REPLICATED_WITHIN, || Ok(kept.data.exists()))?;
    Ok(())
}

fn an_envelope_goes_to_no_peer_that_is_neither_validator_nor_reserved(all: &mut Consortium) -> Result<()> {
    let record = all.world.upload(&all.world.file("guarded.bin", MIB, 14)?)?;
    all.stranger.wait_finalized(all.world.node.finalized()?)?;
    let ticket = all.patients_ticket(&all.stranger, &record)?;
    let refusal = all.stranger.rpc()?.refusal("vault_envelope", vec![ticket, json!(record.id)])?;
    ensure!(refusal.code == 7107, "{refusal:?}");
    ensure!(!all.on_disk(&all.stranger, &record)?.envelope.exists());
    // The clinic, which is reserved, has it.
    let ticket = all.patients_ticket(&all.clinic, &record)?;
    all.clinic.rpc()?.answer("vault_envelope", vec![ticket, json!(record.id)])?;
    Ok(())
}

fn bitswap_over_rpc_gives_nobody_a_content(all: &mut Consortium) -> Result<()> {
    let record = all.world.upload(&all.world.file("ticketed.bin", MIB, 15)?)?;
    let cid = medchain_vault::ContentRoot(record.content.0).to_string();
    for node in [&all.world.node, &all.clinic] {
        let refusal = node.rpc()?.refusal("bitswap_v1_get", vec![json!(cid)])?;
        ensure!(refusal.code != 0, "{refusal:?}");
    }
    Ok(())
}

fn a_corrupt_leaf_is_found_and_repaired_from_a_peer(all: &mut Consortium) -> Result<()> {
    let record = all.world.upload(&all.world.file("damaged.bin", 3 * MIB, 16)?)?;
    let clinic = all.on_disk(&all.clinic, &record)?;
    wait_for("the clinic holds it", REPLICATED_WITHIN, || Ok(clinic.envelope.exists()))?;
    all.clinic.kill()?;
    let data = clinic.data.clone();
    let right = fs::read(&data)?;
    let mut wrong = right.clone();
    wrong[LEAF_BYTES + 7] ^= 1;
    fs::write(&data, wrong)?;
    all.clinic.restart()?;
    // The scrub comes by; a reader would have it repaired as well.
    wait_for("the leaf is repaired", REPLICATED_WITHIN, || Ok(fs::read(&data).is_ok_and(|data| data == right)))?;
    all.read(&all.clinic, &record)?;
    Ok(())
}

fn an_uploader_learns_which_validators_hold_its_content(all: &mut Consortium) -> Result<()> {
    let record = all.world.upload(&all.world.file("durable.bin", MIB, 17)?)?;
    let doctor = all.world.cli.identity(DOCTOR)?;
    for node in [&all.world.node, &all.clinic] {
        let rpc = node.rpc()?;
        let ticket = Ticket::right(&rpc, &doctor, TicketOperation::Store, record.content)?.signed(&doctor);
        let copies = rpc.answer("vault_copies", vec![ticket])?;
        // One validator, whichever node is asked; the full nodes' words count for nothing.
        ensure!(copies.as_array().is_some_and(|copies| copies.len() == 1), "{copies}");
    }
    let file = all.world.file("copied.bin", 1000, 20)?;
    let upload = [upload_of(&file).to_vec(), args!["--copies", "1"].to_vec()].concat();
    let uploaded = all.world.cli.json(Some(DOCTOR), upload)?;
    ensure!(uploaded["copies"] == 1, "{uploaded}");
    Ok(())
}

fn an_erased_record_goes_everywhere_and_does_not_come_back(all: &mut Consortium) -> Result<()> {
    let record = all.world.upload(&all.world.file("erased.bin", 2 * MIB, 18)?)?;
    all.stranger.wait_finalized(all.world.node.finalized()?)?;
    all.read(&all.stranger, &record)?;
    let mut places = Vec::new();
    for node in [&all.world.node, &all.clinic, &all.stranger] {
        let place = all.on_disk(node, &record)?;
        wait_for("the content is there", REPLICATED_WITHIN, || Ok(place.data.exists()))?;
        places.push(place);
    }
    // One is away while it is erased, and has it still when it comes back.
    all.stranger.kill()?;
    all.world.cli.json(Some(PATIENT), args!["record", "erase", record.id.to_string()])?;
    for place in &places[..2] {
        wait_for("the content is gone", REPLICATED_WITHIN, || Ok(!place.exists()))?;
    }
    ensure!(places[2].data.exists());
    all.erasure_told_by(&record, 2)?;
    all.stranger.restart()?;
    wait_for("the content is gone from the one that was away", REPLICATED_WITHIN, || Ok(!places[2].exists()))?;
    ensure!(places[..2].iter().all(|place| !place.exists()), "the erased content came back from the one that was away");
    // Each node says so, under its own identity; the full nodes' words are told apart from the validator's.
    let (report, nodes) = all.erasure_told_by(&record, 3)?;
    ensure!(report["silent"] == json!([]) && report["validatorsMissing"] == 0, "{report}");
    ensure!(nodes.iter().filter(|node| node["validator"] == true).count() == 1, "{report}");
    ensure!(nodes.iter().all(|node| node["deletedAt"].as_u64() > Some(record.anchored_at)), "{report}");
    let times = |nodes: &[Value]| -> BTreeMap<String, Value> {
        nodes.iter().map(|node| (node["node"].to_string(), node["deletedAt"].clone())).collect()
    };
    let before = times(&nodes);

    all.clinic.restart()?;
    sleep(Duration::from_secs(3));
    ensure!(places.iter().all(|place| !place.exists()), "the erased content came back");
    let (_, nodes) = all.erasure_told_by(&record, 3)?;
    let after = times(&nodes);
    ensure!(after == before, "a restart changed when it was deleted: {before:?} {after:?}");

    let current = all.world.upload(&all.world.file("current.bin", 1000, 24)?)?;
    for (id, code) in [(json!(current.id), 7111), (json!(999_999), 7104)] {
        let refusal = all.world.node.rpc()?.refusal("vault_erasure", vec![id])?;
        ensure!(refusal.code == code, "{refusal:?}");
    }
    Ok(())
}

fn a_validator_that_lost_an_envelope_gets_it_from_a_node_that_has_not_reserved_it(all: &mut Consortium) -> Result<()> {
    let record = all.world.upload(&all.world.file("lost-envelope.bin", 1000, 21)?)?;
    let (validator, clinic) = (all.on_disk(&all.world.node, &record)?, all.on_disk(&all.clinic, &record)?);
    wait_for("the clinic holds it", REPLICATED_WITHIN, || Ok(clinic.envelope.exists()))?;
    fs::remove_file(&validator.envelope)?;
    let ticket = all.patients_ticket(&all.world.node, &record)?;
    all.world.node.rpc()?.answer("vault_envelope", vec![ticket, json!(record.id)])?;
    ensure!(validator.envelope.exists(), "the envelope was not kept");
    Ok(())
}

/// How often a node is killed while it replicates.
fn kills() -> Result<u64> {
    Ok(env::var("MEDCHAIN_NODE_KILLS").map_or(Ok(4), |kills| kills.parse())?)
}

fn a_node_killed_again_and_again_while_it_replicates_holds_all_in_the_end(all: &mut Consortium) -> Result<()> {
    let (mut answered, mut followed) = (Duration::ZERO, Duration::ZERO);
    let mut records = Vec::new();
    for round in 0..kills()? {
        let record = all.world.upload(&all.world.file("killed.bin", 12 * MIB + round, 100 + round)?)?;
        // Some moment between the announcement and the end.
        sleep(Duration::from_millis(round * 137 % 700));
        all.clinic.kill()?;
        let verified = vault_command(all.clinic.folder(), "verify", &[])?;
        ensure!(verified.status.success(), "a killed node left something corrupt: {verified:?}");
        let started = Instant::now();
        all.clinic.launch()?;
        all.clinic.wait_answering()?;
        answered = answered.max(started.elapsed());
        all.clinic.wait_finalized(all.clinic.finalized()? + 1)?;
        followed = followed.max(started.elapsed());
        records.push(record);
    }
    for record in &records {
        let place = all.on_disk(&all.clinic, record)?;
        wait_for("the clinic holds it", REPLICATED_WITHIN, || Ok(place.data.exists() && place.envelope.exists()))?;
        all.read(&all.clinic, record)?;
    }
    println!(
        "     {} kills; after each the node answered within {} ms and followed the chain within {} ms",
        records.len(),
        answered.as_millis(),
        followed.as_millis()
    );
    Ok(())
}

fn what_is_read_through_a_node_arrives_before_that_node_has_all_of_it(all: &mut Consortium) -> Result<()> {
    let record = all.world.upload(&all.world.file("streamed.bin", 48 * MIB, 22)?)?;
    all.stranger.wait_finalized(all.world.node.finalized()?)?;
    let ticket = all.patients_ticket(&all.stranger, &record)?;
    let kept = all.on_disk(&all.stranger, &record)?;
    let mut answer = http::Exchange::get(all.stranger.http_port()?, &leaves_of(&record), &ticket)?;
    ensure!(answer.status()? == 200);
    let mut first = vec![0; LEAF_BYTES];
    answer.body().read_exact(&mut first)?;
    ensure!(!kept.data.exists(), "the first leaf came only when all was there");
    let mut rest = Vec::new();
    answer.body().read_to_end(&mut rest)?;
    ensure!(DagBuilder::build(&[first, rest].concat()[..])?.root().0 == record.content.0, "another content was read");
    wait_for("the node keeps what was read through it", REPLICATED_WITHIN, || Ok(kept.data.exists()))?;
    Ok(())
}

fn operators_see_in_the_metrics_what_the_vault_does(all: &mut Consortium) -> Result<()> {
    let record = all.world.upload(&all.world.file("measured.bin", 2 * MIB, 23)?)?;
    let clinic = all.on_disk(&all.clinic, &record)?;
    wait_for("the clinic holds it", REPLICATED_WITHIN, || Ok(clinic.envelope.exists()))?;
    all.read(&all.clinic, &record)?;
    let forged = Ticket { genesis: [7; 32], ..all.right_ticket(&all.clinic, &record)? };
    let patient = all.world.cli.identity(PATIENT)?;
    all.clinic.rpc()?.refusal("vault_root", vec![forged.signed(&patient), json!(record.id)])?;
    let metrics = all.clinic.metrics()?;
    let value = |name: &str| -> Result<f64> {
        let lines = metrics.lines().filter(|line| line.starts_with(name) && !line.starts_with('#'));
        let values: Vec<f64> = lines.filter_map(|line| line.rsplit(' ').next()?.parse().ok()).collect();
        ensure!(!values.is_empty(), "there is no {name}");
        Ok(values.iter().sum())
    };
    for name in [
        "medchain_vault_contents",
        "medchain_vault_leaves{",
        "medchain_vault_bytes{",
        "medchain_vault_leaves_fetched_total",
        "medchain_vault_bytes_fetched_total",
        "medchain_vault_fetches_total",
        "medchain_vault_fetch_seconds_count",
        "medchain_vault_leaves_read_total",
        "medchain_vault_call_seconds_count",
    ] {
        ensure!(value(name)? > 0.0, "{name} is zero");
    }
    for name in ["medchain_vault_missing", "medchain_vault_in_flight", "medchain_vault_staged_bytes"] {
        ensure!(value(name)? >= 0.0);
    }
    let refusals = metrics.lines().filter(|line| line.contains("vault_calls_total") && line.contains("7101"));
    ensure!(refusals.count() == 1, "the refusal is not counted");
    Ok(())
}

/// Runs `medchain-node vault` on the folder of a node that is stopped.
fn vault_command(folder: &Path, command: &str, more: &[&Path]) -> Result<Output> {
    let binary = medchain_tests::process::binary("MEDCHAIN_NODE", "medchain-node")?;
    let mut node = Command::new(binary);
    node.args(["vault", command]).args(more).args(["--chain", "dev", "--base-path"]).arg(folder.join("base"));
    Ok(node.output()?)
}

fn a_content_goes_through_a_car_file_and_is_collected_without_a_record(all: &mut Consortium) -> Result<()> {
    // The record of a patient, out of one node.
    let record = all.world.upload(&all.world.file("exported.bin", 2 * MIB + 9, 19)?)?;
    let clinic = all.on_disk(&all.clinic, &record)?;
    wait_for("the clinic holds it", REPLICATED_WITHIN, || Ok(clinic.envelope.exists()))?;
    let in_use = vault_command(all.clinic.folder(), "list", &[])?;
    ensure!(!in_use.status.success() && String::from_utf8_lossy(&in_use.stderr).contains("another process"));
    all.clinic.kill()?;
    let cid = medchain_vault::ContentRoot(record.content.0).to_string();
    let listed = vault_command(all.clinic.folder(), "list", &[])?;
    ensure!(String::from_utf8_lossy(&listed.stdout).contains(&cid), "{listed:?}");
    let verified = vault_command(all.clinic.folder(), "verify", &[])?;
    ensure!(verified.status.success(), "{verified:?}");
    let file: PathBuf = all.world.folder().join("exported.car");
    let exported = vault_command(all.clinic.folder(), "export", &[Path::new(&cid), &file])?;
    ensure!(exported.status.success(), "{exported:?}");
    all.clinic.restart()?;
    let mut head = [0; 19];
    fs::File::open(&file)?.read_exact(&mut head)?;
    ensure!(head[..11] == *b"\x3a\xa2\x65roots\x81\xd8\x2a", "not a CARv1 file");

    // Into another, and with it one that no record anchors.
    let folder = tempfile::tempdir()?;
    let vault = Vault::open(folder.path(), Options::default())?;
    let bytes = vec![0x5a; 3000];
    let block = DagBuilder::build(&bytes[..])?;
    vault.begin([7; 32], block.bytes(), MIB)?;
    vault.put_leaf([7; 32], block.root(), 0, &bytes)?;
    vault.finish([7; 32], block.root(), b"")?;
    let unanchored = folder.path().join("unanchored.car");
    car::export(&vault, block.root(), &mut fs::File::create(&unanchored)?)?;
    all.stranger.kill()?;
    for file in [&file, &unanchored] {
        let imported = vault_command(all.stranger.folder(), "import", &[file])?;
        ensure!(imported.status.success(), "{imported:?}");
    }
    let contents = all.stranger.vault()?.join("contents");
    let goes = contents.join(hex::encode(block.root().0));
    ensure!(goes.is_dir());
    all.stranger.restart()?;
    wait_for("what no record anchors is collected", Duration::from_secs(30), || Ok(!goes.exists()))?;
    sleep(Duration::from_secs(2));
    ensure!(all.on_disk(&all.stranger, &record)?.data.exists(), "a content with a record was collected");
    Ok(())
}
