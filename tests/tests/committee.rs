//! Four validators make the release key together: any three open a record, two cannot whatever they have, one that lost
//! everything gets a share again, one that sends garbage is named and stops nobody, the key is replaced by another and records are
//! carried over, validators come and go while records are written and read, and nodes that are killed while the key is handed
//! on lose nothing.
//!
//! Who is killed and when is random; the seed is printed, and `MEDCHAIN_SEED` repeats it. `MEDCHAIN_KILLS` says how often,
//! 4 times if it does not. With `MEDCHAIN_SOAK=1` validators come and go one by one, not in one exchange.

use anyhow::{ensure, Context, Result};
use codec::{Decode, Encode};
use medchain_primitives::{CommitteePoint, RecordId, TicketOperation};
use medchain_runtime::{AccountId, RuntimeCall, UncheckedExtrinsic};
use medchain_runtime_api::{CommitteeView, FailureView, RecordView, RoundPhase, RoundView};
use medchain_sdk::{
    chain::{calls, Payload},
    client::Wait,
    council::{Majority, Proposed},
    Identity,
};
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
    tests, wait,
    world::upload_of,
};
use pallet_committee::{Act, PerMember, PublishedDealing};
use rand::{rngs::StdRng, Rng, SeedableRng};
use serde_json::{json, Value};
use sp_core::{sr25519, Pair};
use std::{
    cell::RefCell,
    env, fs,
    fs::File,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    sync::{
        atomic::{AtomicBool, Ordering},
        Arc,
    },
    thread::{self, sleep},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long a round, or anything else that waits for blocks, may take on a machine that has much else to do.
const WITHIN: Duration = Duration::from_secs(300);
/// Blocks that a phase of a round may take.
const PHASE: u32 = 12;
/// The validator in whose name garbage is sent.
const CHARLIE: usize = 2;
/// The validator that loses everything.
const DAVE: usize = 3;
/// The node that is no validator at first.
const NEWCOMER: usize = 4;
/// The account that it validates for then.
const NEWCOMERS_ACCOUNT: &str = "//Eve";

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
            one_that_sends_garbage_is_named_and_stops_nobody,
            the_key_is_replaced_and_records_are_carried_over,
            killed_at_any_point_of_a_round_the_committee_loses_nothing,
            validators_come_and_go_while_records_are_written_and_read,
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
            Plan { nodes: NEWCOMER + 1, folder: folder.path().join("network"), ports: None, arguments: Vec::new() };
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
        register_keys(&self.network, node, &format!("//{account}"))
    }
}

/// Has a node make session keys and registers them for this account. A node that has just caught up may refuse for a moment:
/// its pool is still where the node began.
fn register_keys(network: &Testnet, node: usize, account: &str) -> Result<()> {
    let identity = Identity::from_uri(account)?;
    let refused = RefCell::new(None);
    wait_for("session keys are registered", || {
        let client = network.node(node).client()?;
        let registered = block_on(client.register_session_keys(&identity, Wait::Finalized, &|_| ()));
        *refused.borrow_mut() = registered.as_ref().err().map(ToString::to_string);
        Ok(registered.is_ok())
    })
    .with_context(|| format!("{account} was refused last with: {:?}", refused.borrow()))
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

/// As [`medchain_tests::wait`], where a node that does not answer may do so soon.
fn wait_for(what: &str, holds: impl Fn() -> Result<bool>) -> Result<()> {
    wait::wait_for(what, WITHIN, || Ok(holds().unwrap_or(false))).map(drop)
}

fn the_validators_made_a_key_that_nobody_holds(all: &mut Committee) -> Result<()> {
    let committee = in_force(&all.network)?.context("no committee")?;
    ensure!((committee.epoch, committee.threshold, committee.shares.len()) == (1, 3, 4), "{committee:?}");
    ensure!(committee.key.0 != DEVELOPMENT_COMMITTEE_KEY && !committee.shares.contains(&committee.key));
    wait_for("every node holds one share", || all.all_hold_one())?;
    for (node, name) in VALIDATORS.iter().enumerate() {
        let running = all.network.node(node);
        let limits = fs::read_to_string(format!("/proc/{}/limits", running.pid()?))?;
        let core = limits.lines().find_map(|line| line.strip_prefix("Max core file size")).unwrap_or_default();
        ensure!(core.split_whitespace().take(2).eq(["0", "0"]), "{name} may leave a core: {core}");
        let log = running.log()?;
        for share in all.shares(node)? {
            let share = share.to_bytes();
            for text in [hex::encode(*share), format!("{:?}", &*share)] {
                ensure!(!log.contains(&text), "{name} has told its share to its log");
            }
        }
    }
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
    for (node, name) in VALIDATORS.iter().enumerate() {
        let refused = all.release(node, PATIENT, &erased)?;
        ensure!(refused == Err(7103), "{name} gave the patient {refused:?} after the erasure");
        let refused = all.release(node, DOCTOR, &all.record)?;
        ensure!(refused == Err(7103), "{name} gave the doctor {refused:?} without a grant");
        let began = Instant::now();
        let releases =
            all.release(node, PATIENT, &all.record)?.map_err(|code| anyhow::anyhow!("refused with {code}"))?;
        ensure!(releases.len() >= 3, "{name} gathered only {} releases", releases.len());
        println!("     {name} gathered {} releases in {} ms", releases.len(), began.elapsed().as_millis());
    }
    // How many a second: eight at a time, fewer in all than a reader may have at once.
    let (at_a_time, each) = (8, 25);
    let ticket = {
        let (rpc, identity) = (all.network.node(0).rpc()?, all.cli.identity(PATIENT)?);
        Ticket::right(&rpc, &identity, TicketOperation::Read, all.record.content)?.signed(&identity)
    };
    let began = Instant::now();
    let askers: Vec<_> = (0..at_a_time)
        .map(|_| {
            let (rpc, ticket, record) = (all.network.node(0).rpc()?, ticket.clone(), all.record.id);
            Ok(thread::spawn(move || -> Result<Vec<Duration>> {
                let mut took = Vec::new();
                for _ in 0..each {
                    let asked = Instant::now();
                    rpc.answer("vault_release", vec![ticket.clone(), json!(record)])?;
                    took.push(asked.elapsed());
                }
                Ok(took)
            }))
        })
        .collect::<Result<_>>()?;
    let mut took = Vec::new();
    for asker in askers {
        took.extend(asker.join().map_err(|_| anyhow::anyhow!("an asker panicked"))??);
    }
    let all_took = began.elapsed().as_secs_f64();
    took.sort_unstable();
    println!(
        "     {} gatherings in {all_took:.1} s, {:.0} a second, half of them within {} ms",
        took.len(),
        took.len() as f64 / all_took,
        took[took.len() / 2].as_millis()
    );
    Ok(())
}

fn any_three_open_a_record_and_two_cannot_with_all_that_they_have(all: &mut Committee) -> Result<()> {
    for (gone, name) in VALIDATORS.iter().enumerate() {
        all.network.node_mut(gone).kill()?;
        all.opens((gone + 1) % VALIDATORS.len()).with_context(|| format!("without {name}"))?;
        all.network.node_mut(gone).launch()?;
        all.network.node(gone).wait_answering()?;
        println!("     the record opens without {name}");
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

/// An act in a validator's name, signed with its well-known key.
fn act_as(network: &Testnet, uri: &str, round: u32, member: u16, act: Act) -> Result<Result<Value, String>> {
    let rpc = answering(network)?;
    let genesis = rpc.answer("chain_getBlockHash", vec![json!(0)])?;
    let genesis = hex::decode(genesis.as_str().unwrap_or_default().trim_start_matches("0x"))?;
    let genesis = sp_core::H256::from_slice(&genesis);
    let pair = sr25519::Pair::from_string(uri, None).map_err(|_| anyhow::anyhow!("no key {uri}"))?;
    let signature = pair.sign(&act.text(&genesis, round, member));
    let call = RuntimeCall::Rounds(pallet_committee::Call::act { round, member, act, signature });
    let text = format!("0x{}", hex::encode(UncheckedExtrinsic::new_bare(call).encode()));
    Ok(rpc.call("author_submitExtrinsic", vec![json!(text)])?.map_err(|refusal| refusal.message))
}

/// Who failed in a round, and in what.
fn failed_in(network: &Testnet, round: u32) -> Result<Vec<(AccountId, String)>> {
    let rpc = answering(network)?;
    let finalized = rpc.answer("chain_getFinalizedHead", vec![])?;
    let answer = rpc.answer("state_call", vec![json!("CommitteeApi_failures"), json!("0x"), finalized])?;
    let bytes = hex::decode(answer.as_str().unwrap_or_default().trim_start_matches("0x"))?;
    let failures: Vec<FailureView<AccountId>> = Decode::decode(&mut bytes.as_slice())?;
    let of_round = failures.into_iter().filter(|failure| failure.round == round);
    Ok(of_round.map(|failure| (failure.account, failure.fault)).collect())
}

/// Has the council decide: proposed by the first, with the votes of two others.
fn decide(network: &Testnet, call: impl Payload) -> Result<()> {
    let client = network.node(0).client()?;
    let [first, others @ ..] = ["//Alice", "//Bob", "//Charlie"].map(Identity::from_uri);
    let (first, quiet) = (first?, &|_| ());
    block_on(async {
        let proposed = client.propose(&call, Majority::TwoThirds, &first, Wait::Finalized, quiet).await?;
        let Proposed::Open { number, .. } = proposed else { return Ok(()) };
        for other in others {
            client.vote(number, true, &other?, Wait::InBlock, quiet).await?;
        }
        let (_, carried) = client.close_motion(number, &first, Wait::Finalized, quiet).await?;
        ensure!(carried, "motion {number} was not carried");
        Ok(())
    })
}

fn one_that_sends_garbage_is_named_and_stops_nobody(all: &mut Committee) -> Result<()> {
    let before = in_force(&all.network)?.context("no committee")?;
    all.network.node_mut(CHARLIE).kill()?;
    decide(&all.network, calls::refresh_shares())?;
    let is_dealing = |round: &RoundView<AccountId>| round.phase == RoundPhase::Dealing;
    wait_for("a round begins", || Ok(round(&all.network)?.as_ref().is_some_and(is_dealing)))?;
    let view = round(&all.network)?.context("no round")?;
    let pair = sr25519::Pair::from_string("//Charlie", None).map_err(|_| anyhow::anyhow!("no key"))?;
    let place = view.dealers.iter().position(|dealer| dealer.key == pair.public().0).context("it does not deal")?;
    let (member, share) = (u16::try_from(place + 1)?, view.dealers[place].share.context("no share")?);
    // What the chain can check is right, what only the others can is not.
    let dealing = |fill: u8| -> Result<Act> {
        let mut commitment = vec![share];
        commitment.extend((1..view.threshold).map(|_| CommitteePoint([fill; 32])));
        let commitment = PerMember::try_from(commitment).map_err(|_| anyhow::anyhow!("too long"))?;
        Ok(Act::Deal(PublishedDealing { commitment, proof: [fill; 64] }))
    };
    let act = |act| act_as(&all.network, "//Charlie", view.number, member, act);
    let stranger = act_as(&all.network, "//Dave", view.number, member, dealing(3)?)?;
    ensure!(stranger.is_err(), "an act that another has signed was taken");
    act(dealing(3)?)?.map_err(|refusal| anyhow::anyhow!("refused: {refusal}"))?;
    // It is in one block alone, the same for everybody: another dealing of the same dealer is refused.
    wait_for("its dealing is published", || {
        Ok(round(&all.network)?
            .is_some_and(|round| round.number == view.number && round.dealers[place].dealing.is_some()))
    })?;
    ensure!(act(dealing(4)?)?.is_err(), "a dealer told something else than it had told");
    wait_for("the others finish the round", || {
        Ok(in_force(&all.network)?.is_some_and(|committee| committee.shares != before.shares))
    })?;
    let failed = failed_in(&all.network, view.number)?;
    let charlie = &view.dealers[place].account;
    let named = |fault: &str| failed.iter().any(|(who, what)| who == charlie && what == fault);
    ensure!(named("badDealing") && named("notReported"), "{failed:?}");
    ensure!(failed.iter().all(|(who, _)| who == charlie), "others are named: {failed:?}");
    let after = in_force(&all.network)?.context("no committee")?;
    ensure!((after.key, after.epoch) == (before.key, before.epoch), "another key: {after:?}");
    all.network.node_mut(CHARLIE).launch()?;
    all.network.node(CHARLIE).wait_answering()?;
    wait_for("every node holds one share", || all.all_hold_one())?;
    println!("     named: {}", failed.iter().map(|(_, fault)| fault.as_str()).collect::<Vec<_>>().join(", "));
    all.opens(CHARLIE)
}

fn the_key_is_replaced_and_records_are_carried_over(all: &mut Committee) -> Result<()> {
    let before = in_force(&all.network)?.context("no committee")?;
    decide(&all.network, calls::renew_key())?;
    let began = Instant::now();
    wait_for("another key is in force", || {
        Ok(in_force(&all.network)?.is_some_and(|committee| committee.epoch == before.epoch + 1))
    })?;
    let after = in_force(&all.network)?.context("no committee")?;
    ensure!(after.key != before.key && after.shares.len() == 4, "{after:?}");
    println!("     another key is in force after {:.0} s", began.elapsed().as_secs_f64());
    // What is encrypted to the key before opens until it is retired; what comes is encrypted to the one in force.
    all.opens(0)?;
    let uploaded = all.cli.json(Some(DOCTOR), upload_of(&all.file))?;
    let new = number(&uploaded, "record")?.to_string();
    let output = all.folder.path().join("of-the-new-key");
    all.cli.json(Some(PATIENT), args!["record", "open", &new, "--output", &output])?;
    ensure!(same_bytes(&all.file, &output)?, "another document was opened");

    let status = all.cli.json(Some(PATIENT), args!["status"])?;
    ensure!(status["earlierCommittees"][0]["epoch"] == json!(before.epoch), "{status}");
    let resealed = all.cli.json(Some(PATIENT), args!["member", "reseal"])?;
    let carried = number(&resealed, "carriedOver")?;
    ensure!(carried > 0 && resealed["lost"] == json!([]), "{resealed}");
    let again = all.cli.json(Some(PATIENT), args!["member", "reseal"])?;
    ensure!(number(&again, "resealed")? == 0, "there was something left to do: {again}");
    let record = block_on(all.network.node(0).client()?.record(all.record.id))?;
    ensure!(record.envelope != all.record.envelope, "the record has the envelope of before");
    all.record = record;
    for node in 0..VALIDATORS.len() {
        all.opens(node)?;
    }

    decide(&all.network, calls::retire_key(before.epoch))?;
    wait_for("every node holds the share of the key in force alone", || all.all_hold_one())?;
    for node in 0..VALIDATORS.len() {
        all.opens(node)?;
    }
    // The doctor has not carried its certificate over.
    let own = all.cli.json(Some(DOCTOR), args!["record", "list"])?;
    let own = own["items"].as_array().or_else(|| own.as_array()).context("no records")?.clone();
    let certificate = own.iter().find(|record| record["kind"] == "certificate").context("no certificate")?;
    let id = number(certificate, "id")?.to_string();
    let refused = all.cli.refused(Some(DOCTOR), args!["record", "open", id, "--output", &output, "--force"])?;
    ensure!(refused.says(&format!("keeps the key of epoch {} no more", before.epoch)), "{}", refused.error);
    check_state(&all.network.node(0).rpc()?)?;
    println!("     {carried} records were carried over and open; what was not does so no more");
    Ok(())
}

/// Doctor and patient at work, until they are told to stop.
struct Work {
    stop: Arc<AtomicBool>,
    hand: thread::JoinHandle<Result<usize>>,
}

impl Work {
    /// Uploads a document and opens it, again and again, through nodes that stay.
    fn begin(all: &Committee) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, file) = (stop.clone(), all.file.clone());
        let nodes = [0, 1].map(|node| all.cli.at(&all.network.node(node).url()));
        let output = all.folder.path().join("at-work");
        let hand = thread::spawn(move || {
            let mut done = 0;
            while !stopped.load(Ordering::Relaxed) {
                let (writing, reading) = (&nodes[done % 2], &nodes[(done + 1) % 2]);
                let uploaded = writing.json(Some(DOCTOR), upload_of(&file))?;
                let id = number(&uploaded, "record")?.to_string();
                let _ = fs::remove_file(&output);
                reading
                    .json(Some(PATIENT), args!["record", "open", &id, "--output", &output])
                    .with_context(|| format!("opening record {id}, the {done}th"))?;
                ensure!(same_bytes(&file, &output)?, "another document was opened");
                done += 1;
            }
            Ok(done)
        });
        Self { stop, hand }
    }

    fn end(self) -> Result<usize> {
        self.stop.store(true, Ordering::Relaxed);
        self.hand.join().map_err(|_| anyhow::anyhow!("the work panicked"))?
    }
}

fn validators_come_and_go_while_records_are_written_and_read(all: &mut Committee) -> Result<()> {
    let before = in_force(&all.network)?.context("no committee")?;
    // The newcomer's node makes session keys of its own.
    let node = all.network.node_mut(NEWCOMER);
    let arguments = node.arguments().iter().cloned().chain(["--validator".into()]).collect();
    node.kill()?;
    node.set_arguments(arguments);
    node.launch()?;
    node.wait_answering()?;
    let work = Work::begin(all);
    let account = |uri: &str| -> Result<[u8; 32]> { Ok(Identity::from_uri(uri)?.account().into()) };
    let in_committee = |network: &Testnet, uris: &[&str]| -> Result<bool> {
        let Some(round) = round(network)?.filter(|round| round.phase == RoundPhase::Finished) else { return Ok(false) };
        let mut members: Vec<[u8; 32]> = round.recipients.into_iter().map(|seat| seat.account.into()).collect();
        let mut wanted = uris.iter().map(|uri| account(uri)).collect::<Result<Vec<_>>>()?;
        members.sort_unstable();
        wanted.sort_unstable();
        Ok(members == wanted)
    };
    let soak = env::var("MEDCHAIN_SOAK").is_ok_and(|soak| soak == "1");
    decide(&all.network, calls::add_validator(account(NEWCOMERS_ACCOUNT)?))?;
    register_keys(&all.network, NEWCOMER, NEWCOMERS_ACCOUNT)?;
    if soak {
        let five = ["//Alice", "//Bob", "//Charlie", "//Dave", NEWCOMERS_ACCOUNT];
        wait_for("the newcomer has a share", || in_committee(&all.network, &five))?;
        ensure!(in_force(&all.network)?.is_some_and(|committee| committee.threshold == 4));
    }
    decide(&all.network, calls::remove_validator(account("//Dave")?))?;
    let four = ["//Alice", "//Bob", "//Charlie", NEWCOMERS_ACCOUNT];
    wait_for("the newcomer has taken the place of one that left", || in_committee(&all.network, &four))?;
    if soak {
        // The keys that it had are out of use for ever.
        all.renew_keys(DAVE)?;
        decide(&all.network, calls::swap_validator(account("//Charlie")?, account("//Dave")?))?;
        let four = ["//Alice", "//Bob", "//Dave", NEWCOMERS_ACCOUNT];
        wait_for("one is replaced by another", || in_committee(&all.network, &four))?;
    }
    let done = work.end()?;
    let after = in_force(&all.network)?.context("no committee")?;
    ensure!((after.key, after.epoch, after.threshold) == (before.key, before.epoch, 3), "another key: {after:?}");
    ensure!(after.shares != before.shares);
    ensure!(done > 0, "nobody worked meanwhile");
    // The newcomer's share counts: with another one away the three suffice.
    let held = wait_for("the newcomer holds its share", || {
        Ok(all.shares(NEWCOMER)?.iter().any(|share| {
            after.shares.get(usize::from(share.index()) - 1).is_some_and(|shown| shown.0 == share.verifying_share().0)
        }))
    });
    held?;
    all.opens(NEWCOMER)?;
    all.network.node_mut(1).kill()?;
    all.opens(0)?;
    all.opens(NEWCOMER)?;
    println!("     {done} records were written and opened meanwhile; what was there before opens");
    Ok(())
}

/// How many keys may be made while nodes are killed: the chain keeps eight of before.
const RENEWALS: u32 = 6;

fn killed_at_any_point_of_a_round_the_committee_loses_nothing(all: &mut Committee) -> Result<()> {
    let kills: u32 = env::var("MEDCHAIN_KILLS").ok().map_or(Ok(4), |kills| kills.parse())?;
    let before = in_force(&all.network)?.context("no committee")?;
    let (mut done, mut rounds, mut renewals) = (0, 0, 0);
    let is_under_way = |network: &Testnet| -> Result<bool> {
        Ok(round(network)?.is_some_and(|round| round.phase != RoundPhase::Finished))
    };
    let is_epoch = |network: &Testnet, epoch: u32| -> Result<bool> {
        Ok(in_force(network)?.is_some_and(|committee| committee.epoch == epoch))
    };
    while done < kills {
        if !is_under_way(&all.network).unwrap_or(false) {
            // Now and then another key is made; else the one in force is handed on.
            if rounds % 4 == 0 && renewals < RENEWALS && is_epoch(&all.network, before.epoch + renewals)? {
                decide(&all.network, calls::renew_key())?;
                renewals += 1;
            } else {
                all.renew_keys(DAVE)?;
            }
            wait_for("a round begins", || is_under_way(&all.network))?;
            rounds += 1;
        }
        sleep(Duration::from_millis(all.random.gen_range(0..6000)));
        let victim = all.random.gen_range(0..VALIDATORS.len());
        let phase = round(&all.network).ok().flatten().map(|round| (round.number, round.phase));
        all.network.node_mut(victim).kill()?;
        sleep(Duration::from_millis(all.random.gen_range(0..2000)));
        all.network.node_mut(victim).launch()?;
        if all.network.node(victim).wait_answering().is_err() {
            // What a system refuses for a moment ends a node at its start, and a service manager starts it again.
            all.network.node_mut(victim).kill()?;
            all.network.node_mut(victim).launch()?;
            all.network.node(victim).wait_answering()?;
        }
        done += 1;
        println!("     killed {} in {phase:?}", VALIDATORS[victim]);
    }
    let epoch = before.epoch + renewals;
    wait_for("the last round is finished", || Ok(!is_under_way(&all.network)? && is_epoch(&all.network, epoch)?))?;
    for node in 0..VALIDATORS.len() {
        all.opens(node)?;
    }
    // The record is carried over to the last of the keys, and those of before are given up.
    let resealed = all.cli.json(Some(PATIENT), args!["member", "reseal"])?;
    ensure!(number(&resealed, "carriedOver")? > 0 && resealed["lost"] == json!([]), "{resealed}");
    all.record = block_on(all.network.node(0).client()?.record(all.record.id))?;
    // None is while the committee hands on what the killed ones have not got yet.
    for earlier in before.epoch..epoch {
        wait_for("a key is given up", || {
            Ok(!is_under_way(&all.network)? && decide(&all.network, calls::retire_key(earlier)).is_ok())
        })?;
    }
    wait_for("every node holds the share of the key in force alone", || all.all_hold_one())?;
    for node in 0..VALIDATORS.len() {
        all.opens(node)?;
    }
    check_state(&all.network.node(0).rpc()?)?;
    println!(
        "     {done} kills in {rounds} rounds, {renewals} of which made another key; every node opened the record with \
         the keys of before, and with the last alone"
    );
    Ok(())
}
