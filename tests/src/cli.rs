//! The `medchain` command as its users run it: a child process, arguments, exit status and two streams.

use crate::process::{self, MemoryWatch};
use anyhow::{bail, ensure, Context, Result};
use medchain_sdk::{keystore::Keystore, Identity};
use serde_json::Value;
use std::{
    ffi::{OsStr, OsString},
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// The passphrase of every key that the tests make.
pub const PASSPHRASE: &str = "synthetic passphrase of a test";
/// Where the passphrase stands, below a keystore's home.
const PASSPHRASE_FILE: &str = "passphrase";
/// The scrypt work factor of the keys: the least, since every command opens one.
const WORK_FACTOR: &str = "2";

/// A keystore in a folder of its own, and the node to talk to.
#[derive(Clone, Debug)]
pub struct Cli {
    binary: PathBuf,
    home: PathBuf,
    url: String,
    environment: Vec<(String, String)>,
}

/// How a command ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The exit status; `None` if a signal ended it.
    pub status: Option<i32>,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
    /// The most memory that was resident, in bytes.
    pub peak: u64,
}

/// How a command refused.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The exit status: 1 if it was refused or failed, 2 for wrong usage.
    pub status: i32,
    /// The sentence after `error: `.
    pub error: String,
    /// The sentence after `hint: `.
    pub hint: Option<String>,
}

impl Refusal {
    /// Whether the error or the hint says this.
    pub fn says(&self, text: &str) -> bool {
        self.error.contains(text) || self.hint.as_deref().is_some_and(|hint| hint.contains(text))
    }
}

impl Cli {
    /// A command line with an empty keystore below `home`.
    pub fn new(home: &Path, url: &str) -> Result<Self> {
        let binary = process::binary("MEDCHAIN_CLI", "medchain")?;
        fs::create_dir_all(home)?;
        fs::write(home.join(PASSPHRASE_FILE), PASSPHRASE)?;
        Ok(Self { binary, home: home.to_owned(), url: url.to_owned(), environment: Vec::new() })
    }

    /// The same keystore, another node.
    #[must_use]
    pub fn at(&self, url: &str) -> Self {
        Self { url: url.to_owned(), ..self.clone() }
    }

    /// The same, with this variable in the environment of its commands.
    #[must_use]
    pub fn with_environment(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Starts a command; `key` is the name of an account of the keystore, or a development URI.
    pub fn start<A: AsRef<OsStr>>(&self, key: Option<&str>, arguments: impl IntoIterator<Item = A>) -> Result<Child> {
        let mut command = Command::new(&self.binary);
        command
            .args(["--work-factor", WORK_FACTOR, "--passphrase-file"])
            .arg(self.home.join(PASSPHRASE_FILE))
            .args(arguments)
            .env("XDG_DATA_HOME", &self.home)
            .env("MEDCHAIN_URL", &self.url)
            .env_remove("MEDCHAIN_KEY")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(key) = key {
            command.env("MEDCHAIN_KEY", key);
        }
        command.spawn().with_context(|| format!("starting {}", self.binary.display()))
    }

    /// Runs a command to its end.
    pub fn run<A: AsRef<OsStr>>(&self, key: Option<&str>, arguments: impl IntoIterator<Item = A>) -> Result<Outcome> {
        let child = self.start(key, arguments)?;
        let memory = MemoryWatch::begin(child.id());
        let output = child.wait_with_output()?;
        Ok(Outcome {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).context("standard output is not UTF-8")?,
            stderr: String::from_utf8(output.stderr).context("standard error is not UTF-8")?,
            peak: memory.end(),
        })
    }

    /// Runs a command that must succeed, with `--json`, and gives what it prints.
    pub fn json<A: AsRef<OsStr>>(&self, key: Option<&str>, arguments: impl IntoIterator<Item = A>) -> Result<Value> {
        let arguments = with_json(arguments);
        let shown = shown(&arguments);
        let outcome = self.run(key, arguments)?;
        ensure!(outcome.status == Some(0), "`medchain {shown}` failed:\n{}", outcome.stderr);
        serde_json::from_str(&outcome.stdout)
            .with_context(|| format!("`medchain {shown}` prints no JSON:\n{}", outcome.stdout))
    }

    /// Runs a command that must be refused, and gives the refusal: one error, at most one hint, nothing on standard
    /// output.
    pub fn refused<A: AsRef<OsStr>>(
        &self,
        key: Option<&str>,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<Refusal> {
        let arguments: Vec<OsString> = arguments.into_iter().map(|one| one.as_ref().to_owned()).collect();
        let shown = shown(&arguments);
        let outcome = self.run(key, arguments)?;
        let Some(status @ (1 | 2)) = outcome.status else {
            bail!("`medchain {shown}` ended with {:?} instead of a refusal:\n{}", outcome.status, outcome.stderr);
        };
        ensure!(outcome.stdout.is_empty(), "`medchain {shown}` was refused and yet printed:\n{}", outcome.stdout);
        let after = |label: &str| -> Vec<&str> {
            outcome.stderr.lines().filter_map(|line| line.strip_prefix(label)).map(str::trim).collect()
        };
        let (errors, hints) = (after("error: "), after("hint: "));
        ensure!(
            errors.len() == 1 && hints.len() <= 1,
            "`medchain {shown}` does not give one error and at most one hint:\n{}",
            outcome.stderr
        );
        for word in ["panicked", "RUST_BACKTRACE", "Error {", "Err("] {
            ensure!(!outcome.stderr.contains(word), "`medchain {shown}` shows its inside:\n{}", outcome.stderr);
        }
        Ok(Refusal { status, error: errors[0].to_owned(), hint: hints.first().map(|hint| (*hint).to_owned()) })
    }

    /// The secret behind an account of the keystore: what its owner has.
    pub fn identity(&self, name: &str) -> Result<Identity> {
        Ok(Keystore::new(self.home.join("medchain").join("keys")).unlock(name, PASSPHRASE)?)
    }

    /// The folder in which the command line keeps keys and interrupted uploads.
    pub fn home(&self) -> &Path {
        &self.home
    }
}

fn with_json<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Vec<OsString> {
    std::iter::once(OsString::from("--json")).chain(arguments.into_iter().map(|one| one.as_ref().to_owned())).collect()
}

fn shown(arguments: &[OsString]) -> String {
    arguments.iter().map(|one| one.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// The arguments of a command, of whatever string types they are.
#[macro_export]
macro_rules! args {
    ($($argument:expr),* $(,)?) => {
        [$(::std::ffi::OsString::from(&$argument)),*]
    };
}
