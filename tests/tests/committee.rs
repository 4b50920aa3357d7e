//! Four validators make the release key together: any three open a record, two cannot whatever they have, one that lost
//! everything gets a share again, and nodes that are killed while the key is handed on lose nothing.
//!
//! Who is killed and when is random; the seed is printed, and `MEDCHAIN_SEED` repeats it. `MEDCHAIN_KILLS` says how often,
//! 4 times if it does not.

use anyhow::{ensure, Context, Result};
use codec::Decode;
use medchain_primitives::{RecordId, TicketOperation};
use medchain_runtime::AccountId;
use medchain_runtime_api::{CommitteeView, RecordView, RoundPhase, RoundView};
use medchain_sdk::{client::Wait, Identity};
use medchain_sealing::{
    at_rest::AtRestKey,
    committee::{combine, CapsuleContext, PartialRelease, ReleaseShare, VerifyingShare},
    content::{self, ContentError},
    dealer::DEVELOPMENT_COMMITTEE_KEY,
    record_key::{CommitteeHalf, PatientHalf, RecordKey},
    seal::{open_seal, SealContext, SealRecipient},
};
use medchain_tests::{
    args,
    attack::{OnDisk, Ticket},
    block_on,
    cli::Cli,
    life::{self, number, same_bytes, Narrator, DOCTOR, PATIENT},
    process, samples, scenario,
    testnet::{ledger::check_state, Plan, Testnet, VALIDATORS},
    tests,
    world::upload_of,
};
use rand::{rngs::StdRng, Rng, SeedableRng};
use serde_json::{json, Value};
use std::{
    env, fs,
    fs::File,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    thread::sleep,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long a round, or anything else that waits for blocks, may take on a machine that has much else to do.
const WITHIN: Duration = Duration::from_secs(300);
/// Blocks that a phase of a round may take.
const PHASE: u32 = 15;
/// The validator that loses everything.
const DAVE: usize = 3;

/// The network, a patient and her doctor, and a record of before all that happens here.
struct Committee {
    network: Testnet,
    cli: Cli,
    file: PathBuf,
    record: RecordView,
    random: StdRng,
    folder: TempDir,
}

fn main() -> ExitCode {
    scenario::run(
        Committee::make,
        tests![
            the_validators_made_a_key_that_nobody_holds,
            every_member_refuses_for_itself,
            any_three_open_a_record_and_two_cannot_with_all_that_they_have,
            one_that_lost_everything_gets_a_share_again_and_the_key_stays,
            killed_at_any_point_of_a_round_the_committee_loses_nothing,
        ],
    )
}

/// The chain `local` without the committee of its genesis, where the network looks for it.
fn chain_without_committee(network: &Path) -> Result<()> {
    fs::create_dir_all(network)?;
    let binary = process::binary("MEDCHAIN_NODE", "medchain-node")?;
    let spec = |chain: &str, raw: &[&str]| -> Result<Value> {
        let output = Command::new(&binary).args(["build-spec", "--chain", chain]).args(raw).output()?;
        ensure!(output.status.success(), "no chain: {}", String::from_utf8_lossy(&output.stderr));
        Ok(serde_json::from_slice(&output.stdout)?)
    };
    let mut plain = spec("local", &[])?;
    let genesis = plain.pointer_mut("/genesis/runtimeGenesis/patch").context("a genesis patch")?;
    genesis["access"]["committee"] = Value::Null;
    genesis["rounds"] = json!({ "holders": [], "phaseLength": PHASE });
    let file = network.join("plain.json");
    fs::write(&file, serde_json::to_vec(&plain)?)?;
    let raw = spec(&file.display().to_string(), &["--raw"])?;
    Ok(fs::write(network.join("local.json"), serde_json::to_vec(&raw)?)?)
}

impl Committee {
    fn make() -> Result<Self> {
        let seed = match env::var("MEDCHAIN_SEED") {
            Ok(seed) => seed.parse().context("MEDCHAIN_SEED is no number")?,
            Err(_) => rand::random(),
        };
        println!("seed {seed}: MEDCHAIN_SEED={seed} repeats it");
        let folder = tempfile::Builder::new().prefix("medchain-committee-").tempdir()?;
        let plan =
            Plan { nodes: VALIDATORS.len(), folder: folder.path().join("network"), ports: None, arguments: Vec::new() };
        chain_without_committee(&plan.folder)?;
        let network = Testnet::start(&plan)?;
        network.wait_finalized(1, WITHIN)?;
        let began = Instant::now();
        wait_for("the validators make a key", || Ok(in_force(&network)?.is_some()))?;
        println!("a key is made {:.1} s after finality began to move", began.elapsed().as_secs_f64());
        // The nine steps and every attack of the demo, through a node that needs two others for each release.
        let cli = Cli::new(&folder.path().join("keys"), &network.node(1).url())?;
        let narrator = Narrator::default();
        life::play(network.node(1), &cli, &samples()[..2], folder.path(), &narrator)?;
        ensure!(narrator.failed() == 0, "{} attempts were not refused as they should be", narrator.failed());
        let file = folder.path().join("report.txt");
        fs::write(&file, "synthetic report of before\n".repeat(1000))?;
        let uploaded = cli.json(Some(DOCTOR), upload_of(&file))?;
        let record = block_on(network.node(0).client()?.record(RecordId(number(&uploaded, "record")?)))?;
        Ok(Self { network, cli, file, record, random: StdRng::seed_from_u64(seed), folder })
    }

    /// Whether the patient opens the record of before through this node, to the byte.
    fn opens(&self, node: usize) -> Result<()> {
        let output = self.folder.path().join("opened");
        let _ = fs::remove_file(&output);
        let id = self.record.id.to_string();
        let cli = self.cli.at(&self.network.node(node).url());
        cli.json(Some(PATIENT), args!["record", "open", id, "--output", &output])?;
        ensure!(same_bytes(&self.file, &output)?, "another document was opened");
        Ok(())
    }

    /// A node's answer to a ticket of this member for releases of a record.
    fn release(&self, node: usize, by: &str, record: &RecordView) -> Result<Result<Vec<Value>, i64>> {
        let (rpc, identity) = (self.network.node(node).rpc()?, self.cli.identity(by)?);
        let ticket = Ticket::right(&rpc, &identity, TicketOperation::Read, record.content)?.signed(&identity);
        Ok(match rpc.call("vault_release", vec![ticket, json!(record.id)])? {
            Ok(releases) => Ok(releases.as_array().cloned().unwrap_or_default()),
            Err(refusal) => Err(i64::from(refusal.code)),
        })
    }

    fn finalized(&self) -> u64 {
        self.network.finalized()
    }

    /// The share files of a node, opened with its own key.
    fn shares(&self, node: usize) -> Result<Vec<ReleaseShare>> {
        let keystore = keystore(&self.network, node);
        let key = AtRestKey::from_text(&fs::read_to_string(keystore.join("release-identity.txt"))?)?;
        let mut shares = Vec::new();
        for entry in fs::read_dir(&keystore)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name.starts_with("release-") && name.ends_with(".age") {
                let file: Value = serde_json::from_slice(&key.open(&fs::read(&path)?)?)?;
                let digits = file["share"].as_str().context("a share")?.trim_start_matches("0x");
                let bytes: [u8; 32] = hex::decode(digits)?.as_slice().try_into()?;
                shares.push(ReleaseShare::from_bytes(u16::try_from(number(&file, "index")?)?, &bytes)?);
            }
        }
        Ok(shares)
    }

    /// Whether every node has on its disk one share, the one that the chain shows for it.
    fn all_hold_one(&self) -> Result<bool> {
        let committee = in_force(&self.network)?.context("no committee")?;
        let mut members = Vec::new();
        for node in 0..VALIDATORS.len() {
            let shares = self.shares(node)?;
            let [share] = shares.as_slice() else { return Ok(false) };
            if committee.shares[usize::from(share.index()) - 1].0 != share.verifying_share().0 {
                return Ok(false);
            }
            members.push(share.index());
        }
        members.sort_unstable();
        Ok(members == [1, 2, 3, 4])
    }

    /// Lets a validator register fresh session keys, so that a round begins.
    fn renew_keys(&self, node: usize) -> Result<()> {
        let mut account = VALIDATORS[node].to_owned();
        account[..1].make_ascii_uppercase();
        let identity = Identity::from_uri(&format!("//{account}"))?;
        let client = self.network.node(node).client()?;
        block_on(client.register_session_keys(&identity, Wait::Finalized, &|_| ()))?;
        Ok(())
    }
}

fn keystore(network: &Testnet, node: usize) -> PathBuf {
    network.node(node).folder().join("base/chains/medchain_local/keystore")
}

/// The committee in force, as any node that answers shows it.
fn in_force(network: &Testnet) -> Result<Option<CommitteeView>> {
    let rpc = answering(network)?;
    let finalized = rpc.answer("chain_getFinalizedHead", vec![])?;
    Ok(serde_json::from_value(rpc.answer("medchain_committee", vec![finalized])?)?)
}

/// The round under way or finished last, likewise.
fn round(network: &Testnet) -> Result<Option<RoundView<AccountId>>> {
    let rpc = answering(network)?;
    let finalized = rpc.answer("chain_getFinalizedHead", vec![])?;
    let answer = rpc.answer("state_call", vec![json!("CommitteeApi_round"), json!("0x"), finalized])?;
    let bytes = hex::decode(answer.as_str().unwrap_or_default().trim_start_matches("0x"))?;
    Ok(Decode::decode(&mut bytes.as_slice())?)
}

fn answering(network: &Testnet) -> Result<medchain_tests::rpc::Rpc> {
    let mut running = network.participants().iter().filter(|participant| participant.node.is_running());
    running
        .find_map(|participant| participant.rpc().ok().filter(|rpc| rpc.finalized().is_ok()))
        .context("no node answers")
}

fn wait_for(what: &str, holds: impl Fn() -> Result<bool>) -> Result<()> {
    let started = Instant::now();
    while !holds().unwrap_or(false) {
        ensure!(started.elapsed() < WITHIN, "{what}: not within {} s", WITHIN.as_secs());
        sleep(Duration::from_millis(300));
    }
    Ok(())
}

fn the_validators_made_a_key_that_nobody_holds(all: &mut Committee) -> Result<()> {
    let committee = in_force(&all.network)?.context("no committee")?;
    ensure!((committee.epoch, committee.threshold, committee.shares.len()) == (1, 3, 4), "{committee:?}");
    ensure!(committee.key.0 != DEVELOPMENT_COMMITTEE_KEY && !committee.shares.contains(&committee.key));
    wait_for("every node holds one share", || all.all_hold_one())?;
    let entries = check_state(&all.network.node(0).rpc()?)?;
    println!("     each of the four holds one share of the key; {entries} entries of state keep the invariants");
    Ok(())
}

fn every_member_refuses_for_itself(all: &mut Committee) -> Result<()> {
    let file = all.folder.path().join("erased.txt");
    fs::write(&file, "synthetic report that is erased\n")?;
    let uploaded = all.cli.json(Some(DOCTOR), upload_of(&file))?;
    let erased = block_on(all.network.node(0).client()?.record(RecordId(number(&uploaded, "record")?)))?;
    all.cli.json(Some(PATIENT), args!["record", "erase", erased.id.to_string()])?;
    let there = all.finalized() + 2;
    all.network.wait_finalized(there, WITHIN)?;
    for node in 0..VALIDATORS.len() {
        let refused = all.release(node, PATIENT, &erased)?;
        ensure!(refused == Err(7103), "{} gave the patient {refused:?} after the erasure", VALIDATORS[node]);
        let refused = all.release(node, DOCTOR, &all.record)?;
        ensure!(refused == Err(7103), "{} gave the doctor {refused:?} without a grant", VALIDATORS[node]);
        let began = Instant::now();
        let releases =
            all.release(node, PATIENT, &all.record)?.map_err(|code| anyhow::anyhow!("refused with {code}"))?;
        ensure!(releases.len() >= 3, "{} gathered only {} releases", VALIDATORS[node], releases.len());
        println!(
            "     {} gathered {} releases in {} ms",
            VALIDATORS[node],
            releases.len(),
            began.elapsed().as_millis()
        );
    }
    Ok(())
}

fn any_three_open_a_record_and_two_cannot_with_all_that_they_have(all: &mut Committee) -> Result<()> {
    for gone in 0..VALIDATORS.len() {
        all.network.node_mut(gone).kill()?;
        all.opens((gone + 1) % VALIDATORS.len()).with_context(|| format!("without {}", VALIDATORS[gone]))?;
        all.network.node_mut(gone).launch()?;
        all.network.node(gone).wait_answering()?;
        println!("     the record opens without {}", VALIDATORS[gone]);
    }
    let back = all.finalized() + 2;
    all.network.wait_finalized(back, WITHIN)?;

    let committee = in_force(&all.network)?.context("no committee")?;
    for gone in [2, 3] {
        all.network.node_mut(gone).kill()?;
    }
    // The reader's client, with the two that are left.
    let cli = all.cli.at(&all.network.node(0).url());
    let output = all.folder.path().join("never");
    let refused =
        cli.refused(Some(PATIENT), args!["record", "open", all.record.id.to_string(), "--output", &output])?;
    ensure!(refused.says("2 of the 3 releases needed"), "{}", refused.error);
    ensure!(!output.exists(), "two of four opened the record");

    // The two with the reader: their disks and their keystores, and the reader's own half.
    let disk = OnDisk::of(&all.network.node(0).vault()?, all.record.content, all.record.envelope);
    let envelope = disk.open_envelope()?;
    let client = all.network.node(0).client()?;
    let context = CapsuleContext {
        genesis: client.genesis(),
        author: all.record.author.0,
        patient: all.record.patient.0,
        epoch: envelope.epoch,
    };
    let patient = all.cli.identity(PATIENT)?;
    let recipient = SealRecipient::Member(all.record.patient.0);
    let sealed = envelope.seal_for(&recipient).context("the patient's seal")?;
    let of = SealContext {
        genesis: client.genesis(),
        content: all.record.content.0,
        recipient,
        key_version: sealed.key_version,
    };
    let half = open_seal(&sealed.seal, &patient.encryption_secret(sealed.key_version), &of)?;
    let decrypts = |half: &PatientHalf, other: &CommitteeHalf| -> Result<bool> {
        match content::decrypt(&RecordKey::derive(half, other), File::open(&disk.data)?) {
            Ok(_) => Ok(true),
            Err(ContentError::WrongKey) => Ok(false),
            Err(error) => Err(error.into()),
        }
    };
    let partials = |nodes: &[usize]| -> Result<Vec<(VerifyingShare, PartialRelease)>> {
        let mut partials = Vec::new();
        for node in nodes {
            for share in all.shares(*node)? {
                partials.push((share.verifying_share(), share.release(&envelope.capsule, &context)?));
            }
        }
        Ok(partials)
    };
    let two = partials(&[0, 1])?;
    ensure!(two.len() == 2, "the two have {} shares", two.len());
    let mut tried = 0;
    for (threshold, some) in [(1, &two[..1]), (1, &two[1..]), (2, &two[..])] {
        let made = combine(threshold, some, &envelope.capsule, &context)?;
        ensure!(!decrypts(&half, &made)?, "{threshold} of four decrypted the record");
        tried += 1;
    }
    for node in [0, 1] {
        for share in all.shares(node)? {
            ensure!(!decrypts(&half, &CommitteeHalf::from_bytes(*share.to_bytes()))?, "a share is the half");
            tried += 1;
        }
    }
    for word in envelope.capsule.to_bytes().chunks_exact(32) {
        ensure!(!decrypts(&half, &CommitteeHalf::from_bytes(word.try_into()?))?, "a word of the capsule is the half");
        tried += 1;
    }
    // That it is the shares that they lack: with a third it is done.
    let three = combine(committee.threshold, &partials(&[0, 1, 2])?, &envelope.capsule, &context)?;
    ensure!(decrypts(&half, &three)?, "a threshold of shares does not decrypt the record");
    println!("     two of four and the reader tried {tried} keys in vain; a third share is all that they lacked");

    for gone in [2, 3] {
        all.network.node_mut(gone).launch()?;
        all.network.node(gone).wait_answering()?;
    }
    let back = all.finalized() + 2;
    all.network.wait_finalized(back, WITHIN)
}

fn one_that_lost_everything_gets_a_share_again_and_the_key_stays(all: &mut Committee) -> Result<()> {
    let before = in_force(&all.network)?.context("no committee")?;
    let lost = all.shares(DAVE)?;
    let node = all.network.node_mut(DAVE);
    node.kill()?;
    let chain = node.folder().join("base/chains/medchain_local");
    for folder in ["paritydb", "vault", "keystore"] {
        fs::remove_dir_all(chain.join(folder))?;
    }
    let well_known = format!("--{}", VALIDATORS[DAVE]);
    let arguments = node.arguments().iter().filter(|argument| **argument != well_known).cloned();
    let arguments = arguments.chain(["--validator".into()]).collect();
    node.set_arguments(arguments);
    node.launch()?;
    node.wait_answering()?;
    let there = all.finalized();
    all.network.wait_finalized(there, WITHIN)?;
    all.renew_keys(DAVE)?;
    let began = Instant::now();
    wait_for("the committee hands its key on", || {
        Ok(in_force(&all.network)?.is_some_and(|committee| committee.shares != before.shares))
    })?;
    wait_for("every node holds one share", || all.all_hold_one())?;
    let after = in_force(&all.network)?.context("no committee")?;
    ensure!((after.key, after.epoch, after.threshold) == (before.key, before.epoch, 3), "another key: {after:?}");
    let again = all.shares(DAVE)?;
    ensure!(*again[0].to_bytes() != *lost[0].to_bytes(), "the share was not refreshed");
    println!(
        "     {:.0} s after its keys it has a share again, as everybody has another",
        began.elapsed().as_secs_f64()
    );
    all.opens(DAVE)?;
    // Its share counts: with another one gone the three suffice.
    all.network.node_mut(1).kill()?;
    all.opens(DAVE)?;
    all.network.node_mut(1).launch()?;
    all.network.node(1).wait_answering()
}

fn killed_at_any_point_of_a_round_the_committee_loses_nothing(all: &mut Committee) -> Result<()> {
    let kills: u32 = env::var("MEDCHAIN_KILLS").ok().map_or(Ok(4), |kills| kills.parse())?;
    let before = in_force(&all.network)?.context("no committee")?;
    let (mut done, mut rounds) = (0, 0);
    let is_under_way = |network: &Testnet| -> Result<bool> {
        Ok(round(network)?.is_some_and(|round| round.phase != RoundPhase::Finished))
    };
    while done < kills {
        if !is_under_way(&all.network).unwrap_or(false) {
            all.renew_keys(DAVE)?;
            wait_for("a round begins", || is_under_way(&all.network))?;
            rounds += 1;
        }
        sleep(Duration::from_millis(all.random.gen_range(0..6000)));
        let victim = all.random.gen_range(0..VALIDATORS.len());
        let phase = round(&all.network).ok().flatten().map(|round| (round.number, round.phase));
        all.network.node_mut(victim).kill()?;
        sleep(Duration::from_millis(all.random.gen_range(0..2000)));
        all.network.node_mut(victim).launch()?;
        all.network.node(victim).wait_answering()?;
        done += 1;
        println!("     killed {} in {phase:?}", VALIDATORS[victim]);
    }
    wait_for("the last round is finished", || Ok(!is_under_way(&all.network)?))?;
    wait_for("every node holds one share", || all.all_hold_one())?;
    let after = in_force(&all.network)?.context("no committee")?;
    ensure!((after.key, after.epoch) == (before.key, before.epoch), "another key: {after:?}");
    for node in 0..VALIDATORS.len() {
        all.opens(node)?;
    }
    check_state(&all.network.node(0).rpc()?)?;
    println!("     {done} kills in {rounds} rounds; the key is the same and every node opens the record");
    Ok(())
}
