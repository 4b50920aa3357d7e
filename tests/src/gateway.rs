//! A `medchain-gateway` of its own for a test: a free loopback port, a store in a folder that it is given.

use crate::process;
use anyhow::{bail, Context, Result};
use std::{
    fs::{self, File},
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// How long a gateway may take to its first answer.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// A running gateway. Killed when dropped; its folder is its owner's to remove.
#[derive(Debug)]
pub struct Gateway {
    folder: PathBuf,
    url: String,
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
        let child = Command::new(process::binary("MEDCHAIN_GATEWAY", "medchain-gateway")?)
            .args(["--node", node, "--key", key, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"])
            .args(["--requests-per-minute", "1000000"])
            .arg("--store")
            .arg(format!("sqlite:{}", folder.join("gateway.db").display()))
            .args(options)
            .env_remove("MEDCHAIN_KEY")
            .env_remove("MEDCHAIN_URL")
            .stdin(Stdio::null())
            .stdout(written.try_clone()?)
            .stderr(written)
            .spawn()
            .context("starting the gateway")?;
        let mut gateway = Self { folder: folder.to_owned(), url: String::new(), monitoring: String::new(), child };
        let started = Instant::now();
        while gateway.url.is_empty() || gateway.monitoring.is_empty() {
            let text = gateway.log()?;
            let new = text.get(usize::try_from(before)?..).unwrap_or_default();
            for line in new.lines() {
                if let Some((_, url)) = line.split_once(": http").filter(|_| line.starts_with("gateway of")) {
                    gateway.url = format!("http{url}");
                }
                if let Some((_, address)) = line.split_once("monitoring on ") {
                    gateway.monitoring = format!("http://{address}");
                }
            }
            if !process::is_running(gateway.child.id()) || started.elapsed() > READY_WITHIN {
                bail!("the gateway does not start\n{text}");
            }
            sleep(Duration::from_millis(50));
        }
        Ok(gateway)
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
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
    let (host, path) = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).context("an http address")?;
    let mut connection = TcpStream::connect(host)?;
    let length = body.len();
    write!(
        connection,
        "{method} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    Ok(answer)
}
