//! A `medchain-gateway` of its own for a test: a free loopback port, a store in a folder that it is given.

use crate::process;
use anyhow::{bail, Context, Result};
use std::{
    env,
    fs::{self, File},
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// Tests ask more often than visitors do.
const RATE: &str = "--requests-per-minute";
/// How long a gateway may take to its first answer.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// The environment variable that names another link store than an embedded database in the gateway's folder.
pub const LINK_STORE: &str = "MEDCHAIN_LINK_STORE";

/// A running gateway. Killed when dropped; its folder is its owner's to remove.
#[derive(Debug)]
pub struct Gateway {
    folder: PathBuf,
    url: String,
    address: String,
    monitoring: String,
    child: Child,
}

impl Gateway {
    /// Starts a gateway of the institution with this key beside the node at `node`, with the options given.
    pub fn start(folder: &Path, node: &str, key: &str, options: &[&str]) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let log = folder.join("gateway.log");
        let written = File::options().create(true).append(true).open(&log)?;
        // What an earlier one has written does not count.
        let before = fs::metadata(&log)?.len();
        let embedded = || format!("sqlite:{}", folder.join("gateway.db").display());
        let child = Command::new(process::binary("MEDCHAIN_GATEWAY", "medchain-gateway")?)
            .args(["--node", node, "--key", key, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"])
            .args(if options.contains(&RATE) { &[][..] } else { &[RATE, "1000000"] })
            .arg("--store")
            .arg(env::var(LINK_STORE).unwrap_or_else(|_| embedded()))
            .args(options)
            .env_remove("MEDCHAIN_KEY")
            .env_remove("MEDCHAIN_URL")
            .stdin(Stdio::null())
            .stdout(written.try_clone()?)
            .stderr(written)
            .spawn()
            .context("starting the gateway")?;
        let (url, address, monitoring) = (String::new(), String::new(), String::new());
        let mut gateway = Self { folder: folder.to_owned(), url, address, monitoring, child };
        let started = Instant::now();
        while gateway.url.is_empty() || gateway.monitoring.is_empty() {
            let text = gateway.log()?;
            let new = text.get(usize::try_from(before)?..).unwrap_or_default();
            for line in new.lines() {
                if let Some((_, url)) = line.split_once(": http").filter(|_| line.starts_with("gateway of")) {
                    gateway.url = format!("http{url}");
                }
                let listens = line.strip_prefix("listening on ").and_then(|rest| rest.split_once(", monitoring on "));
                if let Some((address, monitoring)) = listens {
                    gateway.address = address.to_owned();
                    gateway.monitoring = format!("http://{monitoring}");
                }
            }
            if !process::is_running(gateway.child.id()) || started.elapsed() > READY_WITHIN {
                bail!("the gateway does not start\n{text}");
            }
            sleep(Duration::from_millis(50));
        }
        Ok(gateway)
    }

    /// The address that its links begin with.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where it listens: address and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Where its operator looks.
    pub fn monitoring(&self) -> &str {
        &self.monitoring
    }

    /// All that it has written.
    pub fn log(&self) -> Result<String> {
        Ok(fs::read_to_string(self.folder.join("gateway.log"))?)
    }

    /// Its folder: the log and the store.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Kills it with SIGKILL and waits until it is gone.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // Nothing can be done about a failure here.
        let _ = self.kill();
    }
}

/// An HTTP exchange on a connection of its own: the whole answer as text, from its status on.
pub fn exchange(method: &str, url: &str, body: &str) -> Result<String> {
    exchange_with(method, url, &[], body)
}

/// The same, with headers.
pub fn exchange_with(method: &str, url: &str, headers: &[(&str, String)], body: &str) -> Result<String> {
    let (host, path) = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).context("an http address")?;
    let mut connection = TcpStream::connect(host)?;
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let request = format!(
        "{method} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    );
    // Who is refused early may be hung up on before all is said.
    let sent = connection.write_all(request.as_bytes());
    let mut answer = Vec::new();
    if let Err(error) = sent.and(connection.read_to_end(&mut answer).map(drop)) {
        if answer.is_empty() {
            return Err(error.into());
        }
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
