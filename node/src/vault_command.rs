//! `medchain-node vault`: the vault of a stopped node, for operators. What a command finds goes to standard output, one
//! content a line.

use crate::{cli::StoreArguments, service::open_vault};
use medchain_vault::{car, ContentRoot, ContentStore, Vault};
use sc_cli::{CliConfiguration, SharedParams};
use sc_service::Configuration;
use std::{
    fs::{File, OpenOptions},
    io::{self, BufReader, BufWriter, Write},
    path::PathBuf,
};

/// What to do with the vault.
#[derive(Debug, clap::Subcommand)]
pub enum VaultCommand {
    /// Read every content, leaf and envelope and compare with their hashes. Fails if something is corrupt; a running node
    /// repairs it from its peers.
    Verify(VaultOf),

    /// List the contents: CID, bytes, envelopes.
    List(VaultOf),

    /// Write a content to a CAR file (CARv1). Its envelopes are not in it.
    Export(Export),

    /// Take a content from a CAR file (CARv1). A running node collects it if no record anchors it in time, and fetches its
    /// envelopes from its peers.
    Import(Import),
}

/// Whose vault.
#[derive(Debug, clap::Args)]
pub struct VaultOf {
    /// Which chain and folder.
    #[clap(flatten)]
    pub shared: SharedParams,

    /// Where the vault is kept.
    #[clap(flatten)]
    pub store: StoreArguments,
}

/// What to export.
#[derive(Debug, clap::Args)]
pub struct Export {
    /// The content's CID.
    #[arg(value_name = "CID")]
    pub content: String,

    /// The file to write; it must not exist.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// Which chain and folder.
    #[clap(flatten)]
    pub shared: SharedParams,

    /// Where the vault is kept.
    #[clap(flatten)]
    pub store: StoreArguments,
}

/// What to import.
#[derive(Debug, clap::Args)]
pub struct Import {
    /// The file to read.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// Which chain and folder.
    #[clap(flatten)]
    pub shared: SharedParams,

    /// Where the vault is kept.
    #[clap(flatten)]
    pub store: StoreArguments,
}

impl CliConfiguration for VaultCommand {
    fn shared_params(&self) -> &SharedParams {
        match self {
            Self::Verify(of) | Self::List(of) => &of.shared,
            Self::Export(export) => &export.shared,
            Self::Import(import) => &import.shared,
        }
    }
}

impl VaultCommand {
    fn store(&self) -> &StoreArguments {
        match self {
            Self::Verify(of) | Self::List(of) => &of.store,
            Self::Export(export) => &export.store,
            Self::Import(import) => &import.store,
        }
    }

    /// Does it.
    ///
    /// # Errors
    /// What keeps the vault or the file from being read or written, and for `verify` that something is corrupt.
    pub fn run(&self, config: &Configuration) -> sc_cli::Result<()> {
        let vault = open_vault(config, self.store())?;
        match self {
            Self::Verify(_) => verify(&vault),
            Self::List(_) => list(&vault),
            Self::Export(export) => {
                let content = ContentRoot::parse_cid(&export.content).map_err(refused)?;
                let mut options = OpenOptions::new();
                options.write(true).create_new(true);
                let file = options.open(&export.file).map_err(|error| failed(&export.file, &error))?;
                let mut to = BufWriter::new(&file);
                let written = car::export(&*vault, content, &mut to).map_err(refused);
                drop(to);
                if written.is_err() {
                    // Half a file would look like a whole one.
                    let _ = std::fs::remove_file(&export.file);
                }
                written?;
                file.sync_all().map_err(|error| failed(&export.file, &error))
            }
            Self::Import(import) => {
                let file = File::open(&import.file).map_err(|error| failed(&import.file, &error))?;
                let content = car::import(&*vault, &mut BufReader::new(file)).map_err(refused)?;
                print(format_args!("{content}"))
            }
        }
    }
}

fn verify(vault: &Vault) -> sc_cli::Result<()> {
    let (mut contents, mut corrupt) = (0u64, 0u64);
    for root in vault.list().map_err(refused)? {
        let root = root.map_err(refused)?;
        contents += 1;
        if let Err(error) = vault.verify(root) {
            corrupt += 1;
            print(format_args!("{root} {error}"))?;
        }
    }
    if corrupt > 0 {
        return Err(format!(
            "{corrupt} of {contents} contents are corrupt\nhint: start the node with peers that hold them; it repairs \
             what it reads and what its scrub comes by"
        )
        .into());
    }
    print(format_args!("{contents} contents are whole"))
}

fn list(vault: &Vault) -> sc_cli::Result<()> {
    for root in vault.list().map_err(refused)? {
        let root = root.map_err(refused)?;
        let envelopes = vault.envelopes(root).map_err(refused)?.len();
        match vault.size(root) {
            Ok(size) => print(format_args!("{root} {size} {envelopes}"))?,
            Err(error) => print(format_args!("{root} - {envelopes} {error}"))?,
        }
    }
    Ok(())
}

fn print(line: std::fmt::Arguments<'_>) -> sc_cli::Result<()> {
    writeln!(io::stdout(), "{line}").map_err(sc_cli::Error::Io)
}

fn refused(error: impl std::fmt::Display) -> sc_cli::Error {
    sc_cli::Error::Input(error.to_string())
}

fn failed(file: &std::path::Path, error: &io::Error) -> sc_cli::Error {
    sc_cli::Error::Input(format!("{}: {error}", file.display()))
}
