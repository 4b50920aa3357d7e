//! A `medchain-node` of its own for a test: fresh development chain, free loopback ports, a folder that it is given.

use crate::{block_on, http, process, rpc::Rpc};
use anyhow::{bail, ensure, Context, Result};
use medchain_sdk::Client;
use rand::Rng;
use serde_json::Value;
use std::{
    env,
    fs::{self, File},
    io::{Read, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant, UNIX_EPOCH},
};

/// How long a node may take to its first finalized block.
const READY_WITHIN: Duration = Duration::from_secs(120);

/// A running node. Killed when dropped; its folder is its owner's to remove.
#[derive(Debug)]
pub struct Node {
    binary: PathBuf,
    folder: PathBuf,
    port: u16,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    wrapper: Vec<String>,
    vault: Option<PathBuf>,
    child: Option<Child>,
}

/// Names the folder in which nodes keep compiled runtimes, where they share one.
pub(crate) const RUNTIME_CACHE_VARIABLE: &str = "MEDCHAIN_RUNTIME_CACHE";

/// The file in a node's folder that holds its process id.
pub const PID_FILE: &str = "pid";

/// What a development chain of one node is started with.
pub const DEVELOPMENT: [&str; 3] = ["--dev", "--listen-addr", "/ip4/127.0.0.1/tcp/0"];

impl Node {
    /// Starts a node that keeps its chain and vault in `folder`, and waits until its chain finalizes blocks.
    pub fn start(folder: &Path) -> Result<Self> {
        Self::start_with(folder, DEVELOPMENT.map(Into::into).into())
    }

    /// Starts a node with these arguments instead of those for a development chain of its own. Chain, ports to listen on
    /// and peers are among them.
    pub fn start_with(folder: &Path, arguments: Vec<String>) -> Result<Self> {
        let mut node = Self::prepare(folder, free_port()?, arguments)?;
        node.launch()?;
        node.wait_moving()?;
        Ok(node)
    }

    /// A node that is to be started with [`Node::launch`], with JSON-RPC on this port.
    pub fn prepare(folder: &Path, rpc_port: u16, arguments: Vec<String>) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let binary = process::binary("MEDCHAIN_NODE", "medchain-node")?;
        Ok(Self {
            binary,
            folder: folder.to_owned(),
            port: rpc_port,
            arguments,
            environment: Vec::new(),
            wrapper: Vec::new(),
            vault: None,
            child: None,
        })
    }

    /// A node that somebody else has started on this machine, with its vault in this folder. It is not ended here.
    pub fn attach(rpc_port: u16, vault: &Path) -> Result<Self> {
        let mut node = Self::prepare(vault, rpc_port, Vec::new())?;
        node.vault = Some(vault.to_owned());
        Ok(node)
    }

    /// Starts it again after [`Node::kill`], on the same port and folder, and waits until its chain finalizes blocks.
    pub fn restart(&mut self) -> Result<()> {
        self.kill()?;
        self.launch()?;
        self.wait_moving()
    }

    /// Sets a variable of its environment from the next start on, or takes it away.
    pub fn set_environment(&mut self, name: &str, value: Option<&str>) {
        self.environment.retain(|(set, _)| set != name);
        self.environment.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    }

    /// Has it started by another program from the next start on, which must become the node (as `nsenter` does).
    pub fn set_wrapper(&mut self, wrapper: Vec<String>) {
        self.wrapper = wrapper;
    }

    /// Has another build of the node run from the next start on.
    pub fn set_program(&mut self, program: PathBuf) {
        self.binary = program;
    }

    /// Changes its arguments from the next start on.
    pub fn set_arguments(&mut self, arguments: Vec<String>) {
        self.arguments = arguments;
    }

    /// Its arguments.
    pub fn arguments(&self) -> &[String] {
        &self.arguments
    }

    /// Starts it and waits for nothing.
    pub fn launch(&mut self) -> Result<()> {
        let log = File::options().create(true).append(true).open(self.log_file())?;
        let mut command = match self.wrapper.split_first() {
            Some((wrapper, arguments)) => {
                let mut command = Command::new(wrapper);
                command.args(arguments).arg(&self.binary);
                command
            }
            None => Command::new(&self.binary),
        };
        let child = command
            .args(["--no-telemetry", "--vault-http-port", "0"])
            .args(self.prometheus_port().is_none().then_some("--no-prometheus"))
            .args(self.arguments_with_chain_file()?)
            .arg("--rpc-port")
            .arg(self.port.to_string())
            .arg("--base-path")
            .arg(self.folder.join("base"))
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::from(log))
            .spawn()
            .with_context(|| format!("starting {}", self.binary.display()))?;
        fs::write(self.folder.join(PID_FILE), child.id().to_string())?;
        self.child = Some(child);
        Ok(())
    }

    /// Its arguments, with the file of the development chain in the place of its name, if that is shared.
    fn arguments_with_chain_file(&self) -> Result<Vec<String>> {
        let mut arguments = self.arguments.clone();
        let named = arguments.iter().position(|argument| argument == "--chain").map(|at| at + 1);
        let name = named.and_then(|at| arguments.get(at));
        let is_development = match name {
            Some(name) => name == "dev",
            None => arguments.iter().any(|argument| argument == "--dev"),
        };
        let Some(folder) = env::var_os(RUNTIME_CACHE_VARIABLE).filter(|_| is_development) else { return Ok(arguments) };
        let file = chain_file("dev", &self.binary, Path::new(&folder))?.to_string_lossy().into_owned();
        match named {
            Some(at) => arguments[at] = file,
            None => arguments.extend(["--chain".to_owned(), file]),
        }
        Ok(arguments)
    }

    /// Waits until it answers and its chain finalizes a block after that.
    pub fn wait_moving(&self) -> Result<()> {
        self.wait_answering()?;
        self.wait_finalized(self.finalized()?.saturating_add(1))
    }

    /// Waits until it answers.
    pub fn wait_answering(&self) -> Result<()> {
        let started = Instant::now();
        while self.finalized().is_err() {
            self.check_alive()?;
            if started.elapsed() > READY_WITHIN {
                bail!("the node does not answer\n{}", self.log_tail());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    /// The number of the last finalized block.
    pub fn finalized(&self) -> Result<u64> {
        self.rpc()?.finalized()
    }

    /// Waits until block `number` is final.
    pub fn wait_finalized(&self, number: u64) -> Result<()> {
        let started = Instant::now();
        while !self.finalized().is_ok_and(|last| last >= number) {
            self.check_alive()?;
            if started.elapsed() > READY_WITHIN {
                bail!("block {number} does not become final\n{}", self.log_tail());
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }

    fn check_alive(&self) -> Result<()> {
        if !process::is_running(self.pid()?) {
            bail!("the node has ended\n{}", self.log_tail());
        }
        Ok(())
    }

    /// Kills it with SIGKILL and waits until it is gone. Nothing happens if it does not run.
    pub fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            // On Unix this is SIGKILL; a child that has ended by itself is no error.
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// Asks it to end, and kills it if it has not within ten seconds.
    pub fn stop(&mut self) -> Result<()> {
        if let Ok(pid) = self.pid() {
            process::signal(pid, "TERM")?;
            let asked = Instant::now();
            while process::is_running(pid) && asked.elapsed() < Duration::from_secs(10) {
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        self.kill()
    }

    /// Whether its process runs; one that is paused does.
    pub fn is_running(&self) -> bool {
        self.pid().is_ok_and(process::is_running)
    }

    /// Stops its process where it stands, with SIGSTOP.
    pub fn pause(&self) -> Result<()> {
        process::signal(self.pid()?, "STOP")
    }

    /// Lets its process go on after [`Node::pause`].
    pub fn resume(&self) -> Result<()> {
        process::signal(self.pid()?, "CONT")
    }

    /// Its process id.
    pub fn pid(&self) -> Result<u32> {
        self.child.as_ref().map(Child::id).context("the node does not run")
    }

    /// Where clients connect.
    pub fn url(&self) -> String {
        format!("ws://127.0.0.1:{}", self.port)
    }

    /// A new connection.
    pub fn client(&self) -> Result<Client> {
        Ok(block_on(Client::connect(&self.url()))?)
    }

    /// Its JSON-RPC over HTTP.
    pub fn rpc(&self) -> Result<Rpc> {
        Rpc::new(self.port)
    }

    fn prometheus_port(&self) -> Option<u16> {
        let at = self.arguments.iter().position(|argument| argument == "--prometheus-port")?;
        self.arguments.get(at + 1)?.parse().ok()
    }

    /// What Prometheus would read of it. It must have been started with `--prometheus-port`.
    pub fn metrics(&self) -> Result<String> {
        let port = self.prometheus_port().context("the node gives no metrics")?;
        let mut metrics = String::new();
        http::Exchange::begin(port, "GET", "/metrics", &[])?.body().read_to_string(&mut metrics)?;
        Ok(metrics)
    }

    /// The port on which it takes bulk transfers. Another one after each start.
    pub fn http_port(&self) -> Result<u16> {
        let challenge = self.rpc()?.answer("vault_challenge", vec![])?;
        let port = challenge.get("http").and_then(Value::as_str).and_then(|http| http.strip_prefix(':'));
        Ok(port.context("the node takes no bulk transfers")?.parse()?)
    }

    /// Its folder: the log, and under `base` chain, keys and vault.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn log_file(&self) -> PathBuf {
        self.folder.join("node.log")
    }

    /// Its log, over all starts.
    pub fn log(&self) -> Result<String> {
        Ok(String::from_utf8_lossy(&fs::read(self.log_file())?).into_owned())
    }

    /// The last lines of its log.
    pub fn log_tail(&self) -> String {
        let log = self.log().unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }

    /// The folder of its vault: the one with the folders `contents` and `envelopes`.
    pub fn vault(&self) -> Result<PathBuf> {
        if let Some(vault) = &self.vault {
            return Ok(vault.clone());
        }
        let mut folders = vec![self.folder.join("base")];
        while let Some(folder) = folders.pop() {
            if folder.join("contents").is_dir() && folder.join("envelopes").is_dir() {
                return Ok(folder);
            }
            for entry in fs::read_dir(&folder)? {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    folders.push(entry.path());
                }
            }
        }
        bail!("no vault below {}", self.folder.display())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Nothing can be done about a failure here; the process ends with its parent's container at the latest.
        let _ = self.kill();
    }
}

/// The file of a chain with its genesis state made out, of this program, in a folder that tests share: a node that is given the
/// chain's name compiles the runtime to make it anew at every start, which takes the most of one.
pub(crate) fn chain_file(chain: &str, binary: &Path, folder: &Path) -> Result<PathBuf> {
    let program = fs::metadata(binary)?;
    let built = program.modified()?.duration_since(UNIX_EPOCH)?.as_nanos();
    let file = folder.join(format!("{chain}-alone-{:x}-{built:x}.json", program.len()));
    if !file.exists() {
        fs::create_dir_all(folder)?;
        // Without the node itself as the one to begin with: a node that knows of others waits for them.
        let arguments = ["build-spec", "--chain", chain, "--raw", "--disable-default-bootnode"];
        let output = Command::new(binary).args(arguments).output()?;
        ensure!(output.status.success(), "the chain cannot be made: {}", String::from_utf8_lossy(&output.stderr));
        // Others may be making it too.
        let mut draft = tempfile::NamedTempFile::new_in(folder)?;
        draft.write_all(&output.stdout)?;
        draft.persist(&file)?;
    }
    Ok(file)
}

/// A TCP port of the loopback address that nothing listens on; below those that systems give to outgoing connections, one of
/// which would take it before the program that it is for listens.
pub fn free_port() -> Result<u16> {
    let mut ports = std::iter::repeat_with(|| rand::thread_rng().gen_range(10_000..30_000)).take(100);
    ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).context("no port is free")
}
