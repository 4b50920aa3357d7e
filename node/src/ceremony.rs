//! `medchain-node ceremony`: how institutions found a chain together. Each makes its keys on its own machine and hands on
//! only their public parts, a [`Contribution`]; from all of these anybody builds the same chain specification, and
//! everybody checks it.

mod assembly;
mod contribution;

use crate::chain_spec::ChainSpec;
use assembly::Terms;
use contribution::Contribution;
use medchain_runtime::{configs::validators::SESSION_LENGTH, BlockNumber};
use sc_network::Multiaddr;
use sp_core::crypto::AccountId32;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What to do in the ceremony.
#[derive(Debug, clap::Subcommand)]
pub enum CeremonyCommand {
    /// Make this institution's keys, which stay on this machine, and write the file that the others need.
    Contribute(Contribute),

    /// Build the chain specification from the contributions of all institutions.
    Assemble(Assemble),

    /// Check a chain specification against the contributions of all institutions, line by line.
    Verify(Verify),
}

/// What an institution contributes.
#[derive(Debug, clap::Args)]
pub struct Contribute {
    /// The id of the chain, agreed on beforehand: a to z, 0 to 9, _ and -.
    #[arg(long, value_parser = chain_id)]
    pub chain_id: String,

    /// The institution's name, for the other institutions.
    #[arg(long)]
    pub institution: String,

    /// Where the other institutions reach this node, as in /dns/node.north.example/tcp/30333.
    #[arg(long)]
    pub address: Multiaddr,

    /// An administrator that this institution puts forward; may be repeated. Its own account if there is none.
    #[arg(long = "administrator", value_name = "ADDRESS")]
    pub administrators: Vec<AccountId32>,

    /// Make the release key too. Until the validators share one, exactly one institution, on which all agree, holds it.
    #[arg(long)]
    pub release_key: bool,

    /// The folder of the node, as it is given to the node later.
    #[arg(long, value_name = "FOLDER")]
    pub base_path: PathBuf,

    /// The file to write for the others; it must not exist.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// What a chain is built from.
#[derive(Debug, clap::Args)]
pub struct Contributions {
    /// The id of the chain.
    #[arg(long, value_parser = chain_id)]
    pub chain_id: String,

    /// The name of the chain, for people.
    #[arg(long)]
    pub chain_name: String,

    /// Blocks in a session; changes of the validators take effect between sessions.
    #[arg(long, value_name = "BLOCKS", default_value_t = SESSION_LENGTH, value_parser = clap::value_parser!(u32).range(1..))]
    pub session_length: BlockNumber,

    /// The contributions of all institutions.
    #[arg(value_name = "CONTRIBUTION", required = true)]
    pub files: Vec<PathBuf>,
}

/// What to assemble.
#[derive(Debug, clap::Args)]
pub struct Assemble {
    /// The file to write the chain specification to; it must not exist.
    #[arg(long, value_name = "FILE")]
    pub spec: PathBuf,

    /// Of what.
    #[clap(flatten)]
    pub contributions: Contributions,
}

/// What to verify.
#[derive(Debug, clap::Args)]
pub struct Verify {
    /// The chain specification.
    #[arg(long, value_name = "FILE")]
    pub spec: PathBuf,

    /// Against what.
    #[clap(flatten)]
    pub contributions: Contributions,
}

fn chain_id(text: &str) -> Result<String, String> {
    let fits = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "_-".contains(letter);
    if (1..=64).contains(&text.len()) && text.chars().all(fits) {
        Ok(text.into())
    } else {
        Err("give 1 to 64 of a to z, 0 to 9, _ and -".into())
    }
}

impl CeremonyCommand {
    /// Does it; what it finds goes to standard output.
    ///
    /// # Errors
    /// What stops it, in words for the person who gave the command.
    pub fn run(&self) -> Result<(), String> {
        match self {
            Self::Contribute(command) => command.run(),
            Self::Assemble(command) => command.run(),
            Self::Verify(command) => command.run(),
        }
    }
}

impl Contribute {
    fn run(&self) -> Result<(), String> {
        let contribution = Contribution::make(self)?;
        let text = serde_json::to_string_pretty(&contribution).map_err(|error| error.to_string())?;
        contribution::write_new(&self.file, &format!("{text}\n"), contribution::PUBLIC)?;
        println!("the keys of {} are in {} and stay there", self.institution, self.base_path.display());
        println!("account:      {}", contribution.account);
        println!("node:         {}", contribution.peer);
        println!("for the others: {}", self.file.display());
        Ok(())
    }
}

impl Contributions {
    fn read(&self) -> Result<Vec<Contribution>, String> {
        self.files.iter().map(|file| Contribution::read(file)).collect()
    }

    fn terms(&self) -> Terms {
        Terms {
            chain_id: self.chain_id.clone(),
            chain_name: self.chain_name.clone(),
            session_length: self.session_length,
        }
    }
}

impl Assemble {
    fn run(&self) -> Result<(), String> {
        let contributions = self.contributions.read()?;
        let findings = assembly::check_contributions(&self.contributions.chain_id, &contributions);
        report(findings)?;
        let code = assembly::own_code()?;
        let text = assembly::specification(&self.contributions.terms(), &contributions, code)?;
        contribution::write_new(&self.spec, &text, contribution::PUBLIC)?;
        summarise(&self.spec)
    }
}

impl Verify {
    fn run(&self) -> Result<(), String> {
        let contributions = self.contributions.read()?;
        let mut findings = assembly::check_contributions(&self.contributions.chain_id, &contributions);
        let text = fs::read_to_string(&self.spec).map_err(|error| format!("{}: {error}", self.spec.display()))?;
        findings.extend(assembly::check_specification(&text, &self.contributions.terms(), &contributions)?);
        report(findings)?;
        summarise(&self.spec)
    }
}

/// What was looked at, and what is wrong with it if anything is.
pub(crate) type Finding = (String, Result<(), String>);

/// Prints the findings, and fails if one is bad.
fn report(findings: Vec<Finding>) -> Result<(), String> {
    let mut bad = 0;
    for (what, found) in findings {
        match found {
            Ok(()) => println!("ok      {what}"),
            Err(reason) => {
                bad += 1;
                println!("WRONG   {what}: {reason}");
            }
        }
    }
    match bad {
        0 => Ok(()),
        _ => Err(format!("{bad} lines are wrong\nhint: do not start this chain; ask those who contributed")),
    }
}

/// What everybody compares with everybody else, by a way that nobody can tamper with.
fn summarise(spec: &Path) -> Result<(), String> {
    let specification = ChainSpec::from_json_file(spec.to_path_buf())?;
    println!("runtime:      code hash {}", hash_text(&assembly::code_hash(&specification)?));
    println!("genesis hash: {}", hash_text(&assembly::genesis_hash(&specification)?));
    println!("compare both with all the others before you start the chain");
    Ok(())
}

fn hash_text(hash: &[u8]) -> String {
    format!("0x{}", hex::encode(hash))
}
