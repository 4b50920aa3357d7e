//! What the options of ParityDB are worth: the nodes of a large chain's trie, written and read with each.
//!
//! The SDK sets the options of a node's database, and offers none of them on the command line. What a node would gain by others
//! is measured on ParityDB itself, with the nodes of the state of a chain, in the column that the state has.

use crate::growth;
use anyhow::{ensure, Result};
use medchain_bench_report::{disk, Figure, Plot, Section};
use parity_db::{ColumnOptions, CompressionType, Db, Options};
use sp_runtime::traits::{BlakeTwo256, Hash as _};
use std::{
    path::Path,
    time::{Duration, Instant},
};

/// How many records the chain has.
const RECORDS: u64 = 100_000;
/// The column of a node's database that has the state.
const STATE: u8 = 1;
/// How many nodes of the trie are written at once: about as many as a full block changes.
const WRITTEN_AT_ONCE: usize = 20_000;
/// How many are read: one in so many.
const READ_ONE_IN: usize = 8;

type TrieNode = ([u8; 32], Vec<u8>);

/// Sets options in which a database differs from a node's.
type Set = fn(&mut Options);

/// What is different, and how it is set.
const VARIANTS: [(&str, Set); 6] = [
    ("as nodes have it", |_| {}),
    ("without compression", |options| options.columns[0].compression = CompressionType::NoCompression),
    ("without counting references", |options| options.columns[0].ref_counted = false),
    ("keys hashed once more", |options| options.columns[0].uniform = false),
    ("a tree of keys", |options| {
        options.columns[0] =
            ColumnOptions { btree_index: true, compression: CompressionType::Lz4, ..Default::default() }
    }),
    ("nothing flushed to disk", |options| (options.sync_wal, options.sync_data) = (false, false)),
];

/// Measures each variant.
///
/// # Errors
///
/// When a database cannot be made, written or read.
pub fn run(json: Option<&Path>) -> Result<()> {
    let chain = tempfile::Builder::new().prefix("medchain-options-").tempdir()?;
    growth::make_apart(RECORDS, chain.path())?;
    let mut nodes = nodes(chain.path())?;
    // In an order of their own, as blocks change them.
    nodes.sort_unstable_by_key(|(hash, _)| BlakeTwo256::hash(hash));
    let mut section = Section::new("database");
    section.note(format!(
        "ParityDB with other options than a node's, which the SDK sets: the {} nodes of the trie of a chain of {RECORDS} records, \
         written {WRITTEN_AT_ONCE} at once until all are on disk, and one in {READ_ONE_IN} read after it was opened again. Without \
         counting references a node would lose what two states have in common, and what is not flushed is lost with the power: \
         these are measured, and are no choice.",
        nodes.len()
    ));
    let mut bars = Vec::new();
    let mut first = None;
    for (name, set) in VARIANTS {
        let costs = measure(&nodes, set)?;
        println!("{name}: {costs:?}");
        section.add(Figure::new(format!("{name}, a node written"), micros(costs.write), "us"));
        section.add(Figure::new(format!("{name}, a node read"), micros(costs.read), "us"));
        section.add(Figure::new(format!("{name}, disk for a node"), costs.disk, "bytes"));
        let first = *first.get_or_insert(costs.write);
        bars.push((name.to_owned(), costs.write.as_secs_f64() / first.as_secs_f64()));
    }
    let title = "Time to write a node of the trie, of that with a node's options".to_owned();
    section.plots.push(Plot::Bars { title, unit: String::new(), bars });
    section.write(json)
}

/// What one node of the trie costs.
#[derive(Debug)]
struct Costs {
    write: Duration,
    read: Duration,
    /// Bytes.
    disk: f64,
}

fn measure(nodes: &[TrieNode], set: Set) -> Result<Costs> {
    let folder = tempfile::Builder::new().prefix("medchain-options-").tempdir()?;
    let mut options = Options::with_columns(folder.path(), 1);
    options.columns[0] = ColumnOptions {
        preimage: true,
        uniform: true,
        ref_counted: true,
        compression: CompressionType::Lz4,
        ..Default::default()
    };
    set(&mut options);
    let database = Db::open_or_create(&options)?;
    let begin = Instant::now();
    for block in nodes.chunks(WRITTEN_AT_ONCE) {
        database.commit(block.iter().map(|(hash, node)| (0, hash, Some(node.clone()))))?;
    }
    // When it is closed, what waits is written.
    drop(database);
    let write = begin.elapsed() / u32::try_from(nodes.len())?;

    let database = Db::open(&options)?;
    let (mut read, begin) = (0, Instant::now());
    for (hash, node) in nodes.iter().step_by(READ_ONE_IN) {
        ensure!(database.get(0, hash)?.as_ref() == Some(node), "a node of the trie was lost");
        read += 1;
    }
    let read = begin.elapsed() / read;
    drop(database);
    Ok(Costs { write, read, disk: disk(folder.path())? as f64 / nodes.len() as f64 })
}

/// The nodes of the trie in a node's database, each with its hash.
fn nodes(folder: &Path) -> Result<Vec<TrieNode>> {
    let columns = Options::load_metadata(folder)?.map(|metadata| metadata.columns).unwrap_or_default();
    let mut options = Options::with_columns(folder, u8::try_from(columns.len())?);
    options.columns = columns;
    let database = Db::open(&options)?;
    let mut nodes = Vec::new();
    database.iter_column_while(STATE, |state| {
        nodes.push((BlakeTwo256::hash(&state.value).0, state.value));
        true
    })?;
    ensure!(!nodes.is_empty(), "the chain has no state");
    Ok(nodes)
}

fn micros(duration: Duration) -> f64 {
    duration.as_nanos() as f64 / 1e3
}
