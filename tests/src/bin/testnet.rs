//! `medchain-testnet`: a network of the `local` chain on loopback, as `scripts/testnet.sh` runs it.

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use medchain_tests::testnet::{
    control::{self, Order},
    table, Plan, Status, NODES_MAX, NODES_MIN,
};
use std::{
    env,
    fs::{self, File},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

/// How long a network may take until its finality moves.
const READY_WITHIN: Duration = Duration::from_secs(180);

/// Four validators and a full node of the chain `local` on this machine, with well-known keys: for trying, never for
/// real records. Without a command it starts.
#[derive(Debug, Parser)]
#[command(name = "scripts/testnet.sh", bin_name = "scripts/testnet.sh")]
struct Arguments {
    #[command(subcommand)]
    command: Option<Act>,

    #[command(flatten)]
    start: Start,

    /// The network's folder: data, logs, keys.
    #[arg(long, global = true, value_name = "DIR")]
    folder: Option<PathBuf>,
}

#[derive(Clone, Debug, Args)]
struct Start {
    /// How many nodes; the first four are the validators.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = nodes)]
    nodes: usize,

    /// The first node's JSON-RPC port; the others have those that follow.
    #[arg(long, value_name = "PORT", default_value_t = 9944)]
    rpc_port: u16,

    /// The first node's Prometheus port; the others have those that follow.
    #[arg(long, value_name = "PORT", default_value_t = 9615)]
    prometheus_port: u16,

    /// Forget what an earlier network in this folder has kept.
    #[arg(long)]
    fresh: bool,
}

#[derive(Clone, Debug, Subcommand)]
enum Act {
    /// Start a network, or go on with the one in this folder. Ready when finality moves.
    Start(Start),
    /// Show every node: peers, best and finalized block, whether it is a validator, what its vault holds.
    Status {
        /// For machines.
        #[arg(long)]
        json: bool,
    },
    /// Kill a node, with SIGKILL.
    Kill {
        /// Its name.
        node: String,
    },
    /// Start a node again, after killing it if it runs.
    Restart {
        /// Its name.
        node: String,
    },
    /// Let a node stand still, with SIGSTOP.
    Pause {
        /// Its name.
        node: String,
    },
    /// Let a node that stands still go on.
    Resume {
        /// Its name.
        node: String,
    },
    /// Cut the links between groups of nodes; who is in none goes with the first.
    Partition {
        /// The groups: alice,bob|charlie,dave
        groups: String,
    },
    /// Make every link whole.
    Heal,
    /// End every node. The data stay.
    Stop,
    /// What the others talk to.
    #[command(hide = true)]
    Keep(Start),
}

fn nodes(text: &str) -> Result<usize, String> {
    let range = NODES_MIN..=NODES_MAX;
    text.parse().ok().filter(|nodes| range.contains(nodes)).ok_or_else(|| {
        format!("give {NODES_MIN} to {NODES_MAX}: fewer finalize nothing, more are too many for one machine")
    })
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<()> {
    let folder = arguments.folder.map_or_else(default_folder, Ok)?;
    let order = match arguments.command.unwrap_or(Act::Start(arguments.start)) {
        Act::Start(start) => return begin(&folder, &start),
        Act::Keep(start) => {
            let ports = Some((start.rpc_port, start.prometheus_port));
            return control::keep(&Plan { nodes: start.nodes, folder, ports, arguments: Vec::new() });
        }
        Act::Status { json: true } => {
            println!("{}", serde_json::to_string(&control::order(&folder, &Order::Status)?)?);
            return Ok(());
        }
        Act::Stop => return stop(&folder),
        Act::Status { json: false } => Order::Status,
        Act::Kill { node } => Order::Kill(node),
        Act::Restart { node } => Order::Restart(node),
        Act::Pause { node } => Order::Pause(node),
        Act::Resume { node } => Order::Resume(node),
        Act::Partition { groups } => Order::Partition(groups),
        Act::Heal => Order::Heal,
    };
    show(&control::order(&folder, &order)?);
    Ok(())
}

fn show(statuses: &[Status]) {
    println!("{}", table(statuses));
}

fn default_folder() -> Result<PathBuf> {
    let data = env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    let data = data.or_else(|| Some(Path::new(&env::var_os("HOME")?).join(".local/share")));
    Ok(data.context("there is no home folder; name one with --folder")?.join("medchain/testnet"))
}

fn begin(folder: &Path, start: &Start) -> Result<()> {
    if control::is_running(folder) {
        anyhow::bail!("a network runs in {} already\nhint: scripts/testnet.sh status, or stop", folder.display());
    }
    let ports = |first: u16| (first..).take(start.nodes);
    for port in ports(start.rpc_port).chain(ports(start.prometheus_port)) {
        std::net::TcpListener::bind(("127.0.0.1", port)).with_context(|| {
            format!("port {port} cannot be listened on\nhint: choose others with --rpc-port and --prometheus-port")
        })?;
    }
    if start.fresh && folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let began = Instant::now();
    let log = File::create(control::log(folder))?;
    let mut keeper = Command::new(env::current_exe()?)
        .args(["keep", "--nodes", &start.nodes.to_string()])
        .args(["--rpc-port", &start.rpc_port.to_string()])
        .args(["--prometheus-port", &start.prometheus_port.to_string()])
        .arg("--folder")
        .arg(fs::canonicalize(folder)?)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        // Ctrl-C here is not meant for it.
        .process_group(0)
        .spawn()?;
    let ready = control::wait_ready(folder, READY_WITHIN, &mut || !matches!(keeper.try_wait(), Ok(None)));
    if ready.is_err() {
        let _ = stop(folder);
    }
    show(&ready?);
    println!("\nFinality moves after {} s. Data and logs are in {}.", began.elapsed().as_secs(), folder.display());
    println!("scripts/testnet.sh status | kill NODE | restart NODE | partition 'A,B|C,D' | heal | stop");
    Ok(())
}

fn stop(folder: &Path) -> Result<()> {
    if control::is_running(folder) {
        control::order(folder, &Order::Stop)?;
        println!("The network has ended; its data are in {}.", folder.display());
        return Ok(());
    }
    match control::end_leftovers(folder)? {
        0 => println!("No network runs in {}.", folder.display()),
        ended => println!("Ended {ended} nodes that an earlier network had left behind."),
    }
    Ok(())
}
