//! Four validators and a full node under faults: kills, pauses, partitions, a lost database, a full disk, a wrong clock.
//! After each the nodes have one finalized chain, every call that was acknowledged as final is in it exactly once, and
//! the state keeps its invariants.
//!
//! Who is hit and when is random; the seed is printed, and `MEDCHAIN_SEED` repeats it. `MEDCHAIN_SOAK=1` makes faults
//! last longer and come more often.

use anyhow::{ensure, Context, Result};
use medchain_sdk::{client::Wait, Identity};
use medchain_tests::{
    block_on, clock, scenario,
    testnet::{
        ledger::{check_state, ensure_one_chain, transactions},
        load::Load,
        Plan, Testnet, VALIDATORS,
    },
    tests,
};
use rand::{rngs::StdRng, seq::SliceRandom, Rng, SeedableRng};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};
use tempfile::TempDir;

const SLOT: Duration = Duration::from_secs(2);
/// How long a network that has been hit may take to be whole again on a machine that has much else to do. What is
/// promised is counted in blocks.
const WHOLE_WITHIN: Duration = Duration::from_secs(180);
/// Blocks that may be made until two validators that stood still have caught up.
const BLOCKS_TO_CATCH_UP: u64 = 10;
/// Calls a second that go in meanwhile.
const RATE: f64 = 5.0;
/// Patients who send them; each has one under way at a time.
const PATIENTS: usize = 48;
/// The full node: the first that is no validator.
const FULL: usize = VALIDATORS.len();

/// The network, and calls to it. Fields end in this order: first the nodes, then their folders.
struct Faults {
    network: Testnet,
    load: Load,
    random: StdRng,
    soak: bool,
    _folder: TempDir,
}

fn main() -> ExitCode {
    scenario::run(
        Faults::make,
        tests![
            calls_are_kept_when_a_validator_is_killed_while_they_go_in,
            nothing_is_final_while_two_of_four_stand_still,
            neither_half_of_a_network_finalizes_and_both_agree_when_healed,
            three_of_four_go_on_without_the_one_that_is_cut_off,
            a_validator_that_lost_its_database_is_back_by_warp_sync_with_new_keys,
            a_full_disk_stops_one_node_and_ruins_nothing,
            a_clock_that_is_off_by_an_hour_hurts_only_its_own_node,
            a_node_that_is_killed_again_and_again_comes_back_each_time,
        ],
    )
}

impl Faults {
    fn make() -> Result<Self> {
        let seed = match env::var("MEDCHAIN_SEED") {
            Ok(seed) => seed.parse().context("MEDCHAIN_SEED is no number")?,
            Err(_) => rand::random(),
        };
        println!("seed {seed}: MEDCHAIN_SEED={seed} repeats it");
        let folder = tempfile::Builder::new().prefix("medchain-faults-").tempdir()?;
        let began = Instant::now();
        let plan = Plan { nodes: FULL + 1, folder: folder.path().to_owned(), ports: None, arguments: Vec::new() };
        let network = Testnet::start(&plan)?;
        network.wait_finalized(1, WHOLE_WITHIN * 2)?;
        println!("finality moves {:.1} s after the start", began.elapsed().as_secs_f64());
        let urls: Vec<_> = (0..FULL).map(|validator| network.node(validator).url()).collect();
        let load = Load::register(&urls, PATIENTS)?;
        let soak = env::var_os("MEDCHAIN_SOAK").is_some();
        Ok(Self { network, load, random: StdRng::seed_from_u64(seed), soak, _folder: folder })
    }

    /// A random time between these, ten times as long in a soak.
    fn seconds(&mut self, from: f64, to: f64) -> Duration {
        let seconds = Duration::from_secs_f64(self.random.gen_range(from..to));
        if self.soak {
            seconds * 10
        } else {
            seconds
        }
    }

    /// The validators in a random order.
    fn validators(&mut self) -> Vec<usize> {
        let mut validators: Vec<_> = (0..FULL).collect();
        validators.shuffle(&mut self.random);
        validators
    }

    /// Does something to the network while calls go in, lets it become whole, and checks what must hold after any
    /// fault.
    fn under_load(&mut self, fault: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let first = self.network.finalized();
        let load = self.load.begin(RATE);
        sleep(self.seconds(1.0, 5.0));
        let hit = fault(self);
        sleep(SLOT * 2);
        let outcome = load.end()?;
        hit?;
        self.network.wait_finalized(self.network.finalized() + 1, WHOLE_WITHIN)?;
        let last = ensure_one_chain(&self.network)?;
        let asked = self.validators()[0];
        let rpc = self.network.node(asked).rpc()?;
        outcome.ensure_once(&transactions(&rpc, first, last)?)?;
        let entries = check_state(&rpc)?;
        println!(
            "     {} calls acknowledged and there once, {} unanswered, {} held back; one chain to block {last}; {entries} \
             entries of state keep the invariants",
            outcome.acknowledged.len(),
            outcome.unanswered,
            outcome.held_back
        );
        ensure!(!outcome.acknowledged.is_empty(), "no call became final");
        Ok(())
    }

    fn names(&self, nodes: &[usize]) -> String {
        let names: Vec<_> = nodes.iter().map(|&node| self.network.participants()[node].name.as_str()).collect();
        names.join(" and ")
    }

    /// The best block of a node.
    fn best(&self, node: usize) -> Result<u64> {
        self.network.participants()[node].rpc()?.best()
    }

    fn finalized(&self, node: usize) -> Result<u64> {
        self.network.participants()[node].rpc()?.finalized()
    }

    /// How many blocks a node has finalized after this one. Where there are none, it is given time for one: a block takes a
    /// busy machine long, and a network that stands still for ever.
    fn made_final(&self, node: usize, before: u64) -> Result<u64> {
        let until = Instant::now() + WHOLE_WITHIN / 3;
        loop {
            let made = self.finalized(node)?.saturating_sub(before);
            if made > 0 || Instant::now() > until {
                return Ok(made);
            }
            sleep(SLOT);
        }
    }

    /// How long it takes until all nodes have finalized what was the best block of any when it was asked.
    fn until_caught_up(&self, within: Duration) -> Result<Duration> {
        let began = Instant::now();
        let nodes = self.network.participants();
        let best = nodes.iter().filter_map(|node| node.rpc().ok()?.best().ok()).max().context("no node answers")?;
        self.network.wait_finalized(best, within)?;
        Ok(began.elapsed())
    }
}

fn calls_are_kept_when_a_validator_is_killed_while_they_go_in(all: &mut Faults) -> Result<()> {
    all.under_load(|all| {
        let victim = all.validators()[0];
        all.network.node_mut(victim).kill()?;
        let other = (victim + 1) % FULL;
        let (before, began) = (all.finalized(other)?, Instant::now());
        sleep(all.seconds(12.0, 20.0));
        let finalized = all.made_final(other, before)?;
        println!(
            "     {} was away {} s; {finalized} blocks became final meanwhile",
            all.names(&[victim]),
            began.elapsed().as_secs()
        );
        ensure!(finalized > 0, "finality stands still without one of four");
        all.network.node_mut(victim).launch()?;
        all.until_caught_up(WHOLE_WITHIN)?;
        Ok(())
    })
}

fn nothing_is_final_while_two_of_four_stand_still(all: &mut Faults) -> Result<()> {
    all.under_load(|all| {
        let validators = all.validators();
        let (still, awake) = validators.split_at(2);
        still.iter().try_for_each(|&node| all.network.node(node).pause())?;
        // Votes that were under way may still finalize something.
        sleep(SLOT * 2);
        let finalized = all.finalized(awake[0])?;
        let best = all.best(awake[0])?;
        sleep(all.seconds(8.0, 16.0));
        let meanwhile = all.finalized(awake[0])?.max(all.finalized(awake[1])?) - finalized;
        let made = all.best(awake[0])?.max(all.best(awake[1])?) - best;
        still.iter().try_for_each(|&node| all.network.node(node).resume())?;
        ensure!(meanwhile == 0, "{meanwhile} blocks became final with two of four validators");
        let resumed = all.best(awake[0])?;
        let took = all.until_caught_up(WHOLE_WITHIN)?;
        let blocks = all.best(awake[0])?.saturating_sub(resumed);
        println!(
            "     {} stood still: {made} blocks were made and none was final; caught up {:.1} s and {blocks} blocks after",
            all.names(still),
            took.as_secs_f64()
        );
        ensure!(blocks <= BLOCKS_TO_CATCH_UP, "they have not caught up within {BLOCKS_TO_CATCH_UP} blocks");
        Ok(())
    })
}

/// Cuts the network between these validators and the rest, full node included, for a while. Gives how many blocks each
/// side made and finalized meanwhile, the cut-off side first.
fn cut(all: &mut Faults, off: &[usize], rest: &[usize]) -> Result<[(u64, u64); 2]> {
    let rest = [rest, &[FULL]].concat();
    all.network.partition(&[rest.clone(), off.to_vec()]);
    sleep(SLOT * 2);
    let seen = |all: &Faults| -> Result<_> {
        Ok([off[0], rest[0]].map(|node| anyhow::Ok((all.best(node)?, all.finalized(node)?))))
    };
    let (before, carried) = (seen(all)?, all.network.carried_between(off, &rest));
    sleep(all.seconds(10.0, 18.0));
    let (after, carried_after) = (seen(all)?, all.network.carried_between(off, &rest));
    for participant in all.network.participants() {
        ensure!(participant.node.is_running(), "{} does not run", participant.name);
    }
    all.network.heal();
    ensure!(carried == carried_after, "{} bytes crossed the cut", carried_after - carried);
    let [before_off, before_rest] = before;
    let [after_off, after_rest] = after;
    let grown = |before: (u64, u64), after: (u64, u64)| (after.0 - before.0, after.1 - before.1);
    Ok([grown(before_off?, after_off?), grown(before_rest?, after_rest?)])
}

fn neither_half_of_a_network_finalizes_and_both_agree_when_healed(all: &mut Faults) -> Result<()> {
    all.under_load(|all| {
        let validators = all.validators();
        let (one, other) = validators.split_at(2);
        let [off, rest] = cut(all, one, other)?;
        let took = all.until_caught_up(WHOLE_WITHIN)?;
        println!(
            "     {} were cut off from {}: {} and {} blocks were made, {} and {} were final; one chain {:.1} s after",
            all.names(one),
            all.names(other),
            off.0,
            rest.0,
            off.1,
            rest.1,
            took.as_secs_f64()
        );
        ensure!(off.0 > 0 && rest.0 > 0, "a side made no blocks");
        ensure!(off.1 == 0 && rest.1 == 0, "a half of the validators made a block final");
        Ok(())
    })
}

fn three_of_four_go_on_without_the_one_that_is_cut_off(all: &mut Faults) -> Result<()> {
    all.under_load(|all| {
        let validators = all.validators();
        let (one, others) = validators.split_at(1);
        let [off, rest] = cut(all, one, others)?;
        let took = all.until_caught_up(WHOLE_WITHIN)?;
        println!(
            "     {} was cut off and finalized {} blocks, the others {}; one chain {:.1} s after",
            all.names(one),
            off.1,
            rest.1,
            took.as_secs_f64()
        );
        ensure!(off.1 == 0, "one of four validators made a block final");
        ensure!(rest.1 > 0, "three of four validators make nothing final");
        Ok(())
    })
}

fn a_validator_that_lost_its_database_is_back_by_warp_sync_with_new_keys(all: &mut Faults) -> Result<()> {
    all.under_load(|all| {
        // Not alice: her node's option also gives it the release share of this chain.
        let victim = all.random.gen_range(1..FULL);
        let name = VALIDATORS[victim];
        let node = all.network.node_mut(victim);
        node.kill()?;
        let chain = node.folder().join("base/chains/medchain_local");
        for lost in ["paritydb", "vault", "keystore"] {
            fs::remove_dir_all(chain.join(lost))?;
        }
        // The well-known keys have voted, and what they voted for is forgotten: they must not vote again.
        let well_known = format!("--{name}");
        let arguments = node.arguments().iter().filter(|argument| **argument != well_known).cloned();
        let arguments: Vec<_> = arguments.chain(["--validator".into()]).collect();
        node.set_arguments([arguments.clone(), ["--sync", "warp"].map(Into::into).into()].concat());
        let log = node.log()?.len();
        node.launch()?;
        node.set_arguments(arguments);
        let took = all.until_caught_up(WHOLE_WITHIN)?;
        let log = all.network.node(victim).log()?.split_off(log);
        ensure!(log.contains("Warp sync is complete"), "it was not by warp sync:\n{log}");

        let mut account = name.to_owned();
        account[..1].make_ascii_uppercase();
        let identity = Identity::from_uri(&format!("//{account}"))?;
        let client = all.network.node(victim).client()?;
        block_on(client.register_session_keys(&identity, Wait::Finalized, &|_| ()))?;
        let registered = all.finalized(victim)?;
        // In use from the session after the next: sessions of this chain have ten blocks.
        all.network.wait_finalized(registered + 21, WHOLE_WITHIN)?;
        // With another one away, nothing becomes final without its votes.
        let other = (victim % (FULL - 1)) + 1;
        all.network.node_mut(other).kill()?;
        sleep(SLOT * 2);
        let before = all.finalized(victim)?;
        let votes = all.made_final(victim, before)? > 0;
        all.network.node_mut(other).launch()?;
        all.until_caught_up(WHOLE_WITHIN)?;
        ensure!(votes, "{name} does not vote with its new keys");
        println!(
            "     {name} was back {:.1} s after it had started with nothing, and votes with new keys",
            took.as_secs_f64()
        );
        Ok(())
    })
}

/// A small file system of its own, which lasts as long as the process that holds it.
struct SmallDisk {
    holder: Child,
    folder: PathBuf,
}

impl SmallDisk {
    /// `None` where the system permits no such thing.
    fn mount(folder: &Path, mib: u32) -> Result<Option<Self>> {
        fs::create_dir_all(folder)?;
        let script = format!("mount -t tmpfs -o size={mib}m tmpfs \"$0\" && touch \"$0/mounted\" && exec sleep 3600");
        let mut holder = Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "sh", "-c", &script])
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let began = Instant::now();
        loop {
            let disk = Path::new("/proc").join(holder.id().to_string()).join("root").join(folder.strip_prefix("/")?);
            if disk.join("mounted").exists() {
                return Ok(Some(Self { holder, folder: disk }));
            }
            if holder.try_wait()?.is_some() || began.elapsed() > Duration::from_secs(5) {
                let _ = holder.kill();
                holder.wait()?;
                return Ok(None);
            }
            sleep(Duration::from_millis(20));
        }
    }

    /// What comes before a command that shall see the disk.
    fn wrapper(&self) -> Vec<String> {
        let target = self.holder.id().to_string();
        ["nsenter", "--user", "--mount", "--preserve-credentials", "--target", &target].map(Into::into).into()
    }

    /// Fills the disk to the last byte; the file takes it all.
    fn fill(&self) -> Result<PathBuf> {
        let filler = self.folder.join("filler");
        let mut file = fs::File::create(&filler)?;
        let block = vec![0x5a; 64 * 1024];
        while std::io::Write::write_all(&mut file, &block).is_ok() {}
        Ok(filler)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

fn a_full_disk_stops_one_node_and_ruins_nothing(all: &mut Faults) -> Result<()> {
    let folder = all.network.node(FULL).folder().join("base");
    let Some(disk) = SmallDisk::mount(&folder, 400)? else {
        println!("     left out: this system permits no file system of one's own (unshare --user --mount)");
        return Ok(());
    };
    all.under_load(|all| {
        // The node starts anew on the small disk, and follows.
        all.network.node_mut(FULL).kill()?;
        all.network.node_mut(FULL).set_wrapper(disk.wrapper());
        all.network.node_mut(FULL).launch()?;
        all.until_caught_up(WHOLE_WITHIN)?;
        let filler = disk.fill()?;
        sleep(all.seconds(8.0, 12.0));
        let others = (0..FULL).try_fold(0, |most, node| anyhow::Ok(all.finalized(node)?.max(most)))?;
        let alive = all.network.node(FULL).is_running();
        fs::remove_file(filler)?;
        all.network.node_mut(FULL).kill()?;
        all.network.node_mut(FULL).launch()?;
        let took = all.until_caught_up(WHOLE_WITHIN)?;
        println!(
            "     with a full disk the node {}, the others finalized up to {others}; with room again it caught up in {:.1} s",
            if alive { "went on without writing" } else { "ended" },
            took.as_secs_f64()
        );
        Ok(())
    })?;
    all.network.node_mut(FULL).kill()?;
    all.network.node_mut(FULL).set_wrapper(Vec::new());
    drop(disk);
    all.network.node_mut(FULL).launch()?;
    all.until_caught_up(WHOLE_WITHIN)?;
    Ok(())
}

fn a_clock_that_is_off_by_an_hour_hurts_only_its_own_node(all: &mut Faults) -> Result<()> {
    for offset in ["+1h", "-1h"] {
        let Some(shifted) = clock::shifted(offset) else {
            println!("     left out: libfaketime is not installed (scripts/setup.sh installs it)");
            return Ok(());
        };
        all.under_load(|all| {
            let victim = all.validators()[0];
            let set = |all: &mut Faults, off: bool| -> Result<()> {
                let node = all.network.node_mut(victim);
                node.kill()?;
                for (name, value) in &shifted {
                    node.set_environment(name, off.then_some(value.as_str()));
                }
                node.launch()
            };
            set(all, true)?;
            let others: Vec<_> = (0..FULL).filter(|&node| node != victim).collect();
            let before = all.finalized(others[0])?;
            sleep(all.seconds(12.0, 16.0));
            let meanwhile = all.made_final(others[0], before)?;
            set(all, false)?;
            let took = all.until_caught_up(WHOLE_WITHIN)?;
            println!(
                "     with {}'s clock at {offset} {meanwhile} blocks became final; it caught up {:.1} s after it was right",
                all.names(&[victim]),
                took.as_secs_f64()
            );
            ensure!(meanwhile > 0, "the clock of one of four stops the others");
            Ok(())
        })?;
    }
    Ok(())
}

fn a_node_that_is_killed_again_and_again_comes_back_each_time(all: &mut Faults) -> Result<()> {
    let times = 50;
    all.under_load(|all| {
        let victim = all.validators()[0];
        let began = Instant::now();
        for _ in 0..times {
            // From the first moments of a start to some blocks after it.
            sleep(Duration::from_secs_f64(all.random.gen_range(0.05..2.5)));
            all.network.node_mut(victim).kill()?;
            all.network.node_mut(victim).launch()?;
        }
        let took = all.until_caught_up(WHOLE_WITHIN)?;
        println!(
            "     {} was killed {times} times in {} s and caught up {:.1} s after the last",
            all.names(&[victim]),
            began.elapsed().as_secs(),
            took.as_secs_f64()
        );
        Ok(())
    })
}
