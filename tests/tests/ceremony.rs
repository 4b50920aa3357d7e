//! Four institutions found a chain by the commands of `docs/ceremony.md`, as they stand there.

use anyhow::{ensure, Context, Result};
use medchain_tests::{args, cli::Cli, node::free_port, process, rpc::Rpc, scenario, tests};
use serde_json::Value;
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};
use tempfile::TempDir;

const DOCUMENT: &str = include_str!("../../docs/ceremony.md");
const INSTITUTIONS: [&str; 4] = ["north", "south", "east", "west"];
const CHAIN_ID: &str = "care-rehearsal";
/// How long four nodes may take to finalize the first blocks.
const MOVING_WITHIN: Duration = Duration::from_secs(180);

fn main() -> ExitCode {
    scenario::run(
        Ceremony::make,
        tests![
            each_institution_makes_its_keys_alone,
            all_build_the_same_chain,
            a_contribution_that_was_altered_is_seen,
            the_chain_finalizes_and_only_they_hold_its_keys,
            the_council_of_the_new_chain_decides,
        ],
    )
}

/// The commands of a section of the document.
fn commands(section: &str) -> Result<String> {
    let (_, text) = DOCUMENT.split_once(&format!("\n## {section}\n")).context("the document has no such section")?;
    let (_, text) = text.split_once("```sh\n").context("the section has no commands")?;
    let (commands, _) = text.split_once("```").context("the commands have no end")?;
    Ok(commands.to_owned())
}

/// The institutions, each with a folder of its own, and their nodes once they run.
struct Ceremony {
    institutions: Vec<Institution>,
    /// The genesis hash that they read to each other.
    genesis: String,
    _folder: TempDir,
}

struct Institution {
    name: &'static str,
    folder: PathBuf,
    port: u16,
    rpc_port: u16,
    node: Option<Child>,
}

impl Drop for Institution {
    fn drop(&mut self) {
        if let Some(node) = &mut self.node {
            let _ = node.kill();
            let _ = node.wait();
        }
    }
}

impl Institution {
    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Its copy of what was handed over.
    fn shared(&self) -> PathBuf {
        self.folder.join("shared")
    }

    fn specification(&self) -> PathBuf {
        self.shared().join(format!("{CHAIN_ID}.spec"))
    }

    /// A shell that is to run commands of the document for it.
    fn shell(&self, commands: &str) -> Result<Command> {
        let binary = process::binary("MEDCHAIN_NODE", "medchain-node")?;
        let programs = binary.parent().context("the node lies nowhere")?;
        let path = std::env::var("PATH").unwrap_or_default();
        let mut shell = Command::new("sh");
        shell
            .args(["-e", "-c", commands])
            .env("PATH", format!("{}:{path}", programs.display()))
            .env("CHAIN_ID", CHAIN_ID)
            .env("CHAIN_NAME", "Care Rehearsal")
            .env("INSTITUTION", self.name)
            .env("ADDRESS", format!("/ip4/127.0.0.1/tcp/{}", self.port))
            .env("LISTEN", format!("/ip4/127.0.0.1/tcp/{}", self.port))
            .env("DATA", self.data())
            .env("SHARED", self.shared())
            .env("FILE", format!("{}.json", self.name))
            .env("RPC_PORT", self.rpc_port.to_string())
            .env("RELEASE_KEY", if self.name == "north" { "--release-key" } else { "" })
            .stdin(Stdio::null());
        Ok(shell)
    }

    /// Runs commands of the document: whether they succeeded, and what they said.
    fn run(&self, section: &str) -> Result<(bool, String)> {
        let output = self.shell(&commands(section)?)?.output()?;
        let said = [output.stdout, output.stderr].concat();
        Ok((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
    }

    fn rpc(&self) -> Result<Rpc> {
        Rpc::new(self.rpc_port)
    }
}

impl Ceremony {
    fn make() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("medchain-ceremony-").tempdir()?;
        let mut institutions = Vec::new();
        for name in INSTITUTIONS {
            let own = folder.path().join(name);
            fs::create_dir_all(own.join("shared"))?;
            let (port, rpc_port) = (free_port()?, free_port()?);
            institutions.push(Institution { name, folder: own, port, rpc_port, node: None });
        }
        Ok(Self { institutions, genesis: String::new(), _folder: folder })
    }
}

/// Every file below a folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

fn each_institution_makes_its_keys_alone(ceremony: &mut Ceremony) -> Result<()> {
    for institution in &ceremony.institutions {
        let (made, said) = institution.run("2. Contribute")?;
        ensure!(made, "{}: {said}", institution.name);
        let secrets = files(&institution.data())?;
        // The account's phrase, the network's key, two session keys; a release key, and what it is sealed to.
        let expected = if institution.name == "north" { 6 } else { 4 };
        ensure!(secrets.len() == expected, "{secrets:?}");
        for file in secrets {
            let mode = fs::metadata(&file)?.permissions().mode() & 0o777;
            ensure!(mode == 0o600, "{} has mode {mode:o}", file.display());
        }
        let (again, said) = institution.run("2. Contribute")?;
        ensure!(!again && said.contains("is there already"), "keys were made twice: {said}");
    }
    // What is handed over: each gives its contribution to all the others.
    for from in &ceremony.institutions {
        let file = format!("{}.json", from.name);
        for to in ceremony.institutions.iter().filter(|to| to.name != from.name) {
            fs::copy(from.shared().join(&file), to.shared().join(&file))?;
        }
    }
    Ok(())
}

fn all_build_the_same_chain(ceremony: &mut Ceremony) -> Result<()> {
    let mut built = Vec::new();
    for institution in &ceremony.institutions[..2] {
        let (assembled, said) = institution.run("3. Assemble")?;
        ensure!(assembled, "{}: {said}", institution.name);
        built.push(fs::read(institution.specification())?);
    }
    ensure!(built[0] == built[1], "two institutions built different chains");
    for institution in &ceremony.institutions[2..] {
        fs::write(institution.specification(), &built[0])?;
    }
    let mut genesis = Vec::new();
    for institution in &ceremony.institutions {
        let (verified, said) = institution.run("4. Verify")?;
        ensure!(verified && !said.contains("WRONG"), "{}: {said}", institution.name);
        genesis.extend(said.lines().find(|line| line.starts_with("genesis hash")).map(str::to_owned));
    }
    ensure!(genesis.len() == 4 && genesis.windows(2).all(|pair| pair[0] == pair[1]), "{genesis:?}");
    let (_, hash) = genesis[0].split_once(": ").context("no genesis hash")?;
    ceremony.genesis = hash.to_owned();
    Ok(())
}

fn a_contribution_that_was_altered_is_seen(ceremony: &mut Ceremony) -> Result<()> {
    let west = &ceremony.institutions[3];
    let file = west.shared().join("north.json");
    let honest = fs::read_to_string(&file)?;
    let mut altered: Value = serde_json::from_str(&honest)?;
    altered["address"] = "/ip4/192.0.2.1/tcp/30333".into();
    fs::write(&file, altered.to_string())?;
    let (verified, said) = west.run("4. Verify")?;
    fs::write(&file, honest)?;
    ensure!(!verified && said.contains("the account has not signed this"), "{said}");
    ensure!(said.contains("WRONG   specification: bootNodes"), "{said}");
    Ok(())
}

fn the_chain_finalizes_and_only_they_hold_its_keys(ceremony: &mut Ceremony) -> Result<()> {
    let start = commands("5. Start")?;
    for institution in &mut ceremony.institutions {
        let log = fs::File::create(institution.folder.join("node.log"))?;
        // The shell becomes the node, so that its end is the node's.
        let mut shell = institution.shell(&start.replacen("medchain-node", "exec medchain-node", 1))?;
        institution.node = Some(shell.stdout(Stdio::null()).stderr(log).spawn()?);
    }
    let started = Instant::now();
    for institution in &ceremony.institutions {
        while !institution.rpc()?.finalized().is_ok_and(|finalized| finalized >= 3) {
            let log = || fs::read_to_string(institution.folder.join("node.log")).unwrap_or_default();
            ensure!(started.elapsed() < MOVING_WITHIN, "{} does not finalize:\n{}", institution.name, log());
            sleep(Duration::from_millis(500));
        }
    }
    println!("     four nodes finalize {:.1} s after the start", started.elapsed().as_secs_f64());
    let hashes: Vec<_> = ceremony.institutions.iter().map(|it| it.rpc()?.block_hash(3)).collect::<Result<Vec<_>>>()?;
    ensure!(hashes.windows(2).all(|pair| pair[0] == pair[1]), "{hashes:?}");
    let genesis = ceremony.institutions[0].rpc()?.block_hash(0)?.context("the chain has no first block")?;
    ensure!(genesis == ceremony.genesis, "the chain is {genesis}, and they agreed on {}", ceremony.genesis);

    // No secret of one institution is in a file of another.
    for one in &ceremony.institutions {
        let phrase = fs::read_to_string(one.data().join("account.phrase"))?;
        let node = fs::read_to_string(one.data().join(format!("chains/{CHAIN_ID}/network/secret_ed25519")))?;
        let keystore = files(&one.data().join(format!("chains/{CHAIN_ID}/keystore")))?;
        let mut secrets = vec![phrase.trim().to_owned(), node.trim().to_owned()];
        for file in keystore {
            // Shares are sealed, and no text; what belongs to a round comes and goes.
            if let Ok(text) = fs::read_to_string(file) {
                secrets.push(text.trim_matches('"').to_owned());
            }
        }
        for other in ceremony.institutions.iter().filter(|other| other.name != one.name) {
            let keys = other.data().join(format!("chains/{CHAIN_ID}/keystore"));
            for file in files(&other.shared())?.into_iter().chain(files(&keys)?) {
                let bytes = fs::read(&file).unwrap_or_default();
                for secret in &secrets {
                    let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
                    ensure!(!found, "{} holds a secret of {}", file.display(), one.name);
                }
            }
        }
    }
    Ok(())
}

fn the_council_of_the_new_chain_decides(ceremony: &mut Ceremony) -> Result<()> {
    let url = format!("ws://127.0.0.1:{}", ceremony.institutions[0].rpc_port);
    let cli = Cli::new(&ceremony.institutions[0].folder.join("cli"), &url)?;
    for institution in &ceremony.institutions {
        let phrase = institution.data().join("account.phrase");
        let imported = cli.run(None, args!["account", "import", institution.name, "--secret-file", &phrase])?;
        ensure!(imported.status == Some(0), "{}", imported.stderr);
    }
    let administrator = "5CiPPseXPECbkjWCa6MnjNokrgYjMqmKndv2rSnekmSK2DjL";
    let proposed = cli.run(Some("north"), args!["council", "add-administrator", administrator])?;
    ensure!(proposed.status == Some(0) && proposed.stdout.contains("motion 0"), "{}", proposed.stderr);
    for voter in ["south", "east"] {
        let voted = cli.run(Some(voter), args!["council", "vote", "0", "yes"])?;
        ensure!(voted.status == Some(0), "{}", voted.stderr);
    }
    let closed = cli.run(Some("west"), args!["council", "close", "0"])?;
    ensure!(closed.status == Some(0) && closed.stdout.contains("was carried"), "{}", closed.stderr);
    Ok(())
}
