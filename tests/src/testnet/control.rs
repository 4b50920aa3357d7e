//! The process that keeps a network alive between commands: it owns nodes and links, and does what it is told over a
//! socket in the network's folder. It ends only what it started.

use super::{parse_partition, Plan, Status, Testnet};
use crate::{node::PID_FILE, process};
use anyhow::{bail, ensure, Context, Result};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    thread::{self, sleep},
    time::{Duration, Instant},
};
use tokio::signal::unix::{signal, SignalKind};

/// How long a command may take; a restart waits for the node to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);

/// What the keeper is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// Say how every node is.
    Status,
    /// Kill a node, with SIGKILL.
    Kill(String),
    /// Start a node again, after killing it if it runs.
    Restart(String),
    /// Let a node stand still, with SIGSTOP.
    Pause(String),
    /// Let a node that stands still go on.
    Resume(String),
    /// Cut the links between these groups.
    Partition(String),
    /// Make every link whole.
    Heal,
    /// End every node, and then itself.
    Stop,
}

/// What the keeper answers: how every node is after the order, or why it was not carried out.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Reply {
    /// Done.
    Done(Vec<Status>),
    /// Refused.
    Refused(String),
}

/// Where a keeper listens.
fn socket(folder: &Path) -> PathBuf {
    folder.join("control.socket")
}

/// Where a keeper writes what goes wrong.
pub fn log(folder: &Path) -> PathBuf {
    folder.join("keeper.log")
}

/// Gives an order to the keeper of the network in this folder.
///
/// # Errors
/// If none runs there, or it refuses.
pub fn order(folder: &Path, order: &Order) -> Result<Vec<Status>> {
    let none = || format!("no network runs in {}\nhint: scripts/testnet.sh starts one", folder.display());
    let mut stream = UnixStream::connect(socket(folder)).with_context(none)?;
    stream.set_read_timeout(Some(ANSWER_WITHIN))?;
    writeln!(stream, "{}", serde_json::to_string(order)?)?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    match serde_json::from_str(&line).context("the network's keeper has ended")? {
        Reply::Done(statuses) => Ok(statuses),
        Reply::Refused(reason) => bail!(reason),
    }
}

/// Whether a keeper runs in this folder.
pub fn is_running(folder: &Path) -> bool {
    UnixStream::connect(socket(folder)).is_ok()
}

/// Waits until a keeper that was just started has a network whose finality moves.
///
/// # Errors
/// If `has_ended` says that it has, or not within this time.
pub fn wait_ready(folder: &Path, within: Duration, has_ended: &mut dyn FnMut() -> bool) -> Result<Vec<Status>> {
    let started = Instant::now();
    loop {
        if let Ok(statuses) = order(folder, &Order::Status) {
            let moves = |status: &Status| status.answer.as_ref().is_some_and(|answer| answer.finalized > 0);
            if statuses.iter().all(moves) {
                return Ok(statuses);
            }
        }
        let words = || fs::read_to_string(log(folder)).unwrap_or_default();
        ensure!(!has_ended(), "the network did not come up:\n{}", words());
        ensure!(started.elapsed() < within, "finality does not move within {} s:\n{}", within.as_secs(), words());
        sleep(Duration::from_millis(200));
    }
}

/// Starts a network and keeps it until it is told to stop.
///
/// # Errors
/// If another keeper runs in the folder, or the network does not start.
pub fn keep(plan: &Plan) -> Result<()> {
    ensure!(!is_running(&plan.folder), "a network runs in {} already", plan.folder.display());
    fs::create_dir_all(&plan.folder)?;
    // What a keeper that was killed has left.
    let _ = fs::remove_file(socket(&plan.folder));
    let listener = UnixListener::bind(socket(&plan.folder))?;
    let mut network = Testnet::start(plan)?;
    stop_when_asked_by_signal(&plan.folder);
    for stream in listener.incoming().flatten() {
        // Somebody who went away before the answer has none.
        if let Ok(true) = answer(&mut network, stream) {
            break;
        }
    }
    fs::remove_file(socket(&plan.folder))?;
    Ok(())
}

/// Turns SIGTERM and SIGINT into an order to stop, and lets the end of a terminal pass.
fn stop_when_asked_by_signal(folder: &Path) {
    let folder = folder.to_owned();
    thread::spawn(move || {
        let asked = crate::block_on(async {
            let mut term = signal(SignalKind::terminate())?;
            let mut interrupt = signal(SignalKind::interrupt())?;
            let mut hangup = signal(SignalKind::hangup())?;
            loop {
                tokio::select! {
                    _ = term.recv() => return std::io::Result::Ok(()),
                    _ = interrupt.recv() => return Ok(()),
                    _ = hangup.recv() => (),
                }
            }
        });
        if asked.is_ok() {
            let _ = order(&folder, &Order::Stop);
        }
    });
}

/// Ends the nodes that a keeper has left behind which was itself killed. Says how many there were.
///
/// # Errors
/// If one cannot be ended.
pub fn end_leftovers(folder: &Path) -> Result<usize> {
    let mut ended = 0;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let node = entry.path();
        let Ok(pid) = fs::read_to_string(node.join(PID_FILE)) else { continue };
        let command = fs::read(format!("/proc/{}/cmdline", pid.trim())).unwrap_or_default();
        // A process of another program may have the number by now.
        let own = node.join("base").display().to_string();
        if command.split(|byte| *byte == 0).any(|argument| argument == own.as_bytes()) {
            process::signal(pid.trim().parse()?, "KILL")?;
            ended += 1;
        }
    }
    Ok(ended)
}

/// Answers one order; says whether it was the last.
fn answer(network: &mut Testnet, mut stream: UnixStream) -> Result<bool> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut line = String::new();
    BufReader::new(&stream).read_line(&mut line)?;
    let order: Order = serde_json::from_str(&line)?;
    let stop = matches!(order, Order::Stop);
    let reply = match carry_out(network, order) {
        Ok(()) => Reply::Done(network.status()),
        Err(error) => Reply::Refused(format!("{error:#}")),
    };
    writeln!(stream, "{}", serde_json::to_string(&reply)?)?;
    Ok(stop)
}

fn carry_out(network: &mut Testnet, order: Order) -> Result<()> {
    match order {
        Order::Status => Ok(()),
        Order::Kill(name) => {
            let index = network.index_of(&name)?;
            network.node_mut(index).kill()
        }
        Order::Restart(name) => {
            let index = network.index_of(&name)?;
            network.node_mut(index).kill()?;
            network.node_mut(index).launch()?;
            network.node(index).wait_answering()
        }
        Order::Pause(name) => network.node(network.index_of(&name)?).pause(),
        Order::Resume(name) => network.node(network.index_of(&name)?).resume(),
        Order::Partition(groups) => {
            network.partition(&parse_partition(network, &groups)?);
            Ok(())
        }
        Order::Heal => {
            network.heal();
            Ok(())
        }
        Order::Stop => network.stop(),
    }
}
