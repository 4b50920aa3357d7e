//! What reads and calls cost on a small chain and on large ones, each in a node's database of its own.

use crate::{
    calls::{median, REPEATS},
    chain::{Chain, InMemory},
    database::{Database, TRIE_CACHE},
    executor::Executor,
    seed::{self, fewer, DOCTOR, PATIENT},
    story,
};
use anyhow::{ensure, Context, Result};
use codec::Encode;
use medchain_bench_report::{disk, Figure, Goal, Plot, Section};
use medchain_primitives::*;
use medchain_runtime::{Runtime, RuntimeCall};
use medchain_runtime_api::ReadLogOf;
use pallet_access::{Call as Access, Grants, RecordGrant};
use pallet_appointments::Call as Appointments;
use pallet_reports::{Call as Reports, Document, Records};
use sp_core::sr25519;
use sp_runtime::traits::BlakeTwo256;
use std::{
    env, fs,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How many records the small chain has, and the one between it and the large one.
const SMALL: u64 = 1_000;
const MIDDLE: u64 = 100_000;
/// How many times the small chain's time a listing or a call may take on a larger one.
const BOUND: f64 = 1.2;

/// What makes a read slower on a larger chain.
const DEEPER: &str =
    "the trie is deeper by a level for each sixteenfold of entries, and each entry of a page is a path of its own";

/// Measures reads and calls on chains of 1,000, of 100,000 and of so many records, and prints the figures; writes them to
/// a file, if one is named.
///
/// # Errors
///
/// When a chain cannot be made, or when a listing or a call grows beyond the bound.
pub fn run(records: u64, json: Option<&Path>) -> Result<()> {
    ensure!(records >= SMALL, "the large chain has {SMALL} records or more");
    let executor = Executor::of_node()?;
    // It is compiled when it is called first.
    executor.call(&InMemory::default(), &mut Default::default(), "Core_version", &[])?;
    let mut sizes = vec![SMALL, MIDDLE.min(records), records];
    sizes.dedup();
    let mut section = Section::new("growth");
    let counts = sizes.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
    section.note(format!(
        "A full page of each listing, and the calls of the medical mix with their signatures, on chains of {counts} records, \
         each in a node's database on disk, read through the node's cache: medians of {REPEATS}, in turn."
    ));
    let mut chains = Vec::new();
    for records in sizes {
        let grown = Grown::make(records)?;
        grown.describe(&executor, &mut section)?;
        chains.push(grown);
    }

    settle()?;
    println!("{:<40} {}", "", chains.iter().map(|chain| format!("{:>11}/us", chain.records)).collect::<String>());
    let mut timed = Vec::new();
    for (name, method, arguments) in listings() {
        timed.push((name, time_listing(&executor, &chains, method, &arguments)?));
    }
    for (name, by, call) in mix() {
        timed.push((name, time_call(&chains, &by, call.as_ref()).context(name)?));
    }
    let mut beyond = Vec::new();
    let mut bars = Vec::new();
    for (name, times) in timed {
        let micros: Vec<_> = times.iter().map(|time| time.as_secs_f64() * 1e6).collect();
        println!("{name:<40} {}", micros.iter().map(|micros| format!("{micros:>14.1}")).collect::<String>());
        let mut of_sizes = chains.iter().map(|chain| chain.records).zip(micros);
        let (_, small) = of_sizes.next().context("there is no small chain")?;
        for (records, micros) in of_sizes {
            let ratio = micros / small;
            section.figures.push(Figure::new(format!("{name}, of {records}"), micros, "us"));
            let figure = Figure::new(format!("{name}, of {records} as a multiple of {SMALL}"), ratio, "");
            section.figures.push(figure.with_goal(Goal::AtMost(BOUND), DEEPER));
            bars.push((format!("{name}, {records}"), ratio));
            if ratio > BOUND {
                beyond.push(format!("{name} of {records}: {ratio:.2}"));
            }
        }
    }
    for figure in section.figures.iter().filter(|figure| figure.goal.is_some()) {
        println!("{}", medchain_bench_report::markdown::line(figure));
    }
    let title = format!("Time on a large chain as a multiple of that with {SMALL} records");
    section.plots.push(Plot::Bars { title, unit: String::new(), bars });
    section.write(json)?;
    ensure!(beyond.is_empty(), "beyond {BOUND} times the small chain: {}", beyond.join(", "));
    Ok(())
}

/// Writes a node's database of a chain with so many records into a folder.
///
/// # Errors
///
/// When it cannot be written.
pub fn make(records: u64, folder: &Path) -> Result<()> {
    Database::open(folder, Some(TRIE_CACHE))?.write_genesis(seed::storage(records)?)
}

/// As [`make`], in a process of its own, which takes its memory with it.
///
/// # Errors
///
/// When it cannot be written.
pub fn make_apart(records: u64, folder: &Path) -> Result<()> {
    let begin = Instant::now();
    let made = Command::new(env::current_exe()?).arg("seed").arg(records.to_string()).arg(folder).status()?;
    ensure!(made.success(), "a chain of {records} records cannot be made");
    println!("{records} records made in {:.0} s", begin.elapsed().as_secs_f64());
    Ok(())
}

/// A chain of so many records.
struct Grown {
    records: u64,
    database: Database,
    folder: TempDir,
    /// How long the database took to open.
    opening: Duration,
    /// Bytes of memory before it did.
    memory: u64,
}

impl Grown {
    fn make(records: u64) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("medchain-growth-").tempdir()?;
        make_apart(records, folder.path())?;
        let (memory, begin) = (memory()?, Instant::now());
        let database = Database::open(folder.path(), Some(TRIE_CACHE))?;
        database.state()?;
        Ok(Self { records, database, folder, opening: begin.elapsed(), memory })
    }

    /// Its size, how long it takes to open and to give a first page, and the size of proofs.
    fn describe(&self, executor: &Executor, section: &mut Section) -> Result<()> {
        let name = |what: &str| format!("{what}, of {}", self.records);
        let per_record = disk(self.folder.path())? as f64 / self.records as f64;
        section.add(Figure::new(name("disk for each record"), per_record, "B"));
        section.add(Figure::new(name("opening the database"), self.opening.as_secs_f64() * 1e3, "ms"));
        let begin = Instant::now();
        for (index, (_, method, arguments)) in listings().into_iter().enumerate() {
            executor.call(&self.database.state()?, &mut Default::default(), method, &arguments(self.records))?;
            if index == 0 {
                section.add(Figure::new(name("the first page then"), begin.elapsed().as_secs_f64() * 1e3, "ms"));
            }
        }
        let taken = memory()?.saturating_sub(self.memory) as f64 / (1024.0 * 1024.0);
        section.add(Figure::new(name("memory, once each listing was read"), taken, "MiB"));
        let record = RecordId(self.records / 2);
        let keys = [
            ("proof of a record", Records::<Runtime>::hashed_key_for(record)),
            ("proof of a grant", Grants::<Runtime>::hashed_key_for(RecordId::FIRST, DOCTOR)),
        ];
        for (what, key) in keys {
            let proof = sp_state_machine::prove_read::<_, BlakeTwo256, _>(self.database.state()?, [key])
                .map_err(|error| anyhow::anyhow!("{what}: {error}"))?;
            section.add(Figure::new(name(what), proof.encoded_size() as f64, "B"));
        }
        Ok(())
    }
}

/// Waits until the databases have put their indexes in order, which they do behind what is asked of them: until this
/// process has done nothing for a while.
///
/// # Errors
///
/// When they come to no rest.
pub fn settle() -> Result<()> {
    const AWHILE: Duration = Duration::from_secs(2);
    const AT_MOST: Duration = Duration::from_secs(600);
    /// In clock ticks, of which a second has a hundred.
    const NOTHING: u64 = 4;
    let (begin, mut before) = (Instant::now(), ticks()?);
    loop {
        thread::sleep(AWHILE);
        let after = ticks()?;
        if after.saturating_sub(before) <= NOTHING {
            println!("the databases are in order after {:.0} s", begin.elapsed().as_secs_f64());
            return Ok(());
        }
        ensure!(begin.elapsed() < AT_MOST, "the databases come to no rest");
        before = after;
    }
}

/// How much of a processor this process has had, in clock ticks.
fn ticks() -> Result<u64> {
    /// Where time in the program and in the system stand behind the program's name.
    const TIMES: [usize; 2] = [11, 12];
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, behind_name) = stat.rsplit_once(')').context("the system tells no times")?;
    let fields: Vec<_> = behind_name.split_whitespace().collect();
    TIMES.iter().try_fold(0, |sum, at| Ok(sum + fields.get(*at).context("the system tells no times")?.parse::<u64>()?))
}

/// Bytes of memory that this process has.
fn memory() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("the system tells no memory")?;
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kibibytes * 1024)
}

/// How long a listing takes on each chain.
fn time_listing(
    executor: &Executor,
    chains: &[Grown],
    method: &str,
    arguments: &dyn Fn(u64) -> Vec<u8>,
) -> Result<Vec<Duration>> {
    let mut times = vec![Vec::new(); chains.len()];
    for _ in 0..REPEATS {
        for (chain, times) in chains.iter().zip(&mut times) {
            let (state, arguments) = (chain.database.state()?, arguments(chain.records));
            let begin = Instant::now();
            executor.call(&state, &mut Default::default(), method, &arguments)?;
            times.push(begin.elapsed());
        }
    }
    Ok(times.into_iter().map(median).collect())
}

/// How long a call takes on each chain, with its signature.
fn time_call(chains: &[Grown], by: &sr25519::Pair, call: &dyn Fn(u64) -> RuntimeCall) -> Result<Vec<Duration>> {
    let mut begun = Vec::new();
    for grown in chains {
        let chain = Chain::over(grown.database.state()?, story::BEGIN)?;
        let transaction = chain.signed(by, call(grown.records))?;
        let block = chain.begin()?;
        begun.push((chain, block, transaction));
    }
    let mut times = vec![Vec::new(); chains.len()];
    for _ in 0..REPEATS {
        for ((chain, block, transaction), times) in begun.iter().zip(&mut times) {
            times.push(chain.apply(&mut block.clone(), transaction)?);
        }
    }
    Ok(times.into_iter().map(median).collect())
}

type Listing = (&'static str, &'static str, Box<dyn Fn(u64) -> Vec<u8>>);

/// Every listing with its arguments on a chain of so many records.
fn listings() -> Vec<Listing> {
    let mut listings = Vec::<Listing>::new();
    let mut add = |name, method, arguments: fn(u64) -> Vec<u8>| listings.push((name, method, Box::new(arguments)));
    const PAGE: u32 = limits::PAGE_MAX;
    const NONE: Option<u64> = None;
    const ANY: Option<RecordKind> = None;
    add("records, first", "ReportsApi_records", |_| (PATIENT, ANY, NONE, PAGE).encode());
    add("records, middle", "ReportsApi_records", |records| (PATIENT, ANY, Some(records / 4), PAGE).encode());
    add("records of a common kind", "ReportsApi_records", |_| {
        (PATIENT, Some(RecordKind::Prescription), NONE, PAGE).encode()
    });
    add("records of a rare kind", "ReportsApi_records", |_| (PATIENT, Some(RecordKind::Profile), NONE, PAGE).encode());
    add("read log of a patient", "AccessApi_read_log", |_| (ReadLogOf::Patient(PATIENT), NONE, PAGE).encode());
    add("read log of a reader", "AccessApi_read_log", |_| (ReadLogOf::Reader(DOCTOR), NONE, PAGE).encode());
    add("read log of a record", "AccessApi_read_log", |_| (ReadLogOf::Record(RecordId(1)), NONE, PAGE).encode());
    add("grants of a reader", "AccessApi_grants_of_reader", |_| (DOCTOR, NONE, PAGE).encode());
    add("grants of a record", "AccessApi_grants_of_record", |_| (RecordId(1), NONE, PAGE).encode());
    add("grants of a patient", "AccessApi_grants_of_patient", |_| (PATIENT, None::<(u64, u64)>, PAGE).encode());
    add("requests to a patient", "AccessApi_inbox", |_| (PATIENT, NONE, PAGE).encode());
    add("requests by a reader", "AccessApi_requests_by", |_| (DOCTOR, NONE, PAGE).encode());
    add("links of a patient", "AccessApi_links", |_| (PATIENT, NONE, PAGE).encode());
    add("emergency openings to review", "AccessApi_emergency_reviews", |_| (NONE, PAGE).encode());
    add("appointments of a doctor", "AppointmentsApi_appointments", |_| (DOCTOR, NONE, PAGE).encode());
    add("appointments, middle", "AppointmentsApi_appointments", |records| {
        (PATIENT, Some(fewer(records) / 2), PAGE).encode()
    });
    add("patients under care", "AppointmentsApi_care_relations", |_| (DOCTOR, NONE, PAGE).encode());
    add("patients", "RegistryApi_members", |_| (Role::Patient, Status::Active, NONE, PAGE).encode());
    listings
}

type Mixed = (&'static str, sr25519::Pair, Box<dyn Fn(u64) -> RuntimeCall>);

/// The calls of the medical mix, with who signs them, on a chain of so many records.
fn mix() -> Vec<Mixed> {
    const MOST: ContentRoot = ContentRoot([0xff; 32]);
    let seal = VersionedSeal { seal: Seal([0x5e; 80]), key_version: 1 };
    let anchor = |_| {
        let document = Document {
            content: MOST,
            size: 100_000,
            envelope: EnvelopeHash([0xff; 32]),
            key_version: 1,
            fills: 0,
            valid_until: None,
            seals: Default::default(),
        };
        Reports::anchor { patient: PATIENT, kind: RecordKind::Report, document }.into()
    };
    // One that the doctor has no grant for.
    let ungranted = |records| RecordId(1 + (fewer(records) + 1).next_multiple_of(2));
    let request = move |records| {
        let records = vec![ungranted(records)].try_into().unwrap_or_default();
        Access::request { patient: PATIENT, records, purpose: Purpose::Treatment }.into()
    };
    let grant = move |records| {
        let grants = vec![RecordGrant { record: ungranted(records), seal }].try_into().unwrap_or_default();
        let (request, purpose, duration) = (None, Purpose::Treatment, DAY);
        Access::grant { reader: DOCTOR, request, grants, purpose, duration, openings: 1 }.into()
    };
    let open = |records: u64| Access::open { record: RecordId(1 + (fewer(records) / 2).next_multiple_of(2)) }.into();
    let appointment = |_| {
        let start = story::BEGIN + DAY;
        let (end, profile, note) = (start + 2 * limits::SLOT, None, Default::default());
        Appointments::request { doctor: DOCTOR, start, end, profile, note }.into()
    };
    vec![
        ("anchoring a record", story::doctor(), Box::new(anchor)),
        ("a request for access", story::doctor(), Box::new(request)),
        ("a grant", story::patient(), Box::new(grant)),
        ("an opening", story::doctor(), Box::new(open)),
        ("a request for an appointment", story::patient(), Box::new(appointment)),
    ]
}
