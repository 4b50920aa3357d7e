//! Who may connect is settled below the node: in a network namespace whose only interface is the consortium's, members reach the
//! node and strangers on the same machine do not, whatever they ask for.
//!
//! Making namespaces needs root and `ip`. Without them this says so and passes.

use anyhow::{ensure, Context, Result};
use medchain_tests::{process, scenario, tests};
use std::{
    fs::{self, File},
    process::{Child, Command, ExitCode, Output, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// The port of the node, which is alone in its namespace.
const PORT: &str = "30333";
/// How long the node may take to listen.
const LISTENS_WITHIN: Duration = Duration::from_secs(120);

fn main() -> ExitCode {
    match Namespaces::make() {
        Ok(namespaces) => scenario::run(
            || Consortium::start(namespaces),
            tests![a_member_of_the_consortium_s_network_reaches_the_node_and_a_stranger_does_not],
        ),
        Err(error) => {
            println!("no network namespace can be made here, so that nothing is tested: {error:#}");
            ExitCode::SUCCESS
        }
    }
}

fn ip(arguments: &str) -> Result<()> {
    let output = Command::new("ip").args(arguments.split(' ')).output().context("there is no ip")?;
    ensure!(output.status.success(), "ip {arguments}: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}

/// Three namespaces: the node's and a member's, with a link between them as WireGuard makes one, and a stranger's, which has a
/// link to this machine alone. Their names carry the process, so that two runs do not meet.
struct Namespaces {
    suffix: u32,
}

impl Namespaces {
    fn make() -> Result<Self> {
        let made = Self { suffix: std::process::id() % 100_000 };
        for name in ["node", "member", "stranger"] {
            ip(&format!("netns add {}", made.name(name)))?;
            ip(&format!("-n {} link set lo up", made.name(name)))?;
        }
        let (node, member, stranger) = (made.name("node"), made.name("member"), made.name("stranger"));
        let suffix = made.suffix;
        ip(&format!("link add wg{suffix}a netns {node} type veth peer name wg{suffix}b netns {member}"))?;
        ip(&format!("-n {node} addr add 10.213.8.1/24 dev wg{suffix}a"))?;
        ip(&format!("-n {node} link set wg{suffix}a up"))?;
        ip(&format!("-n {member} addr add 10.213.8.2/24 dev wg{suffix}b"))?;
        ip(&format!("-n {member} link set wg{suffix}b up"))?;
        ip(&format!("link add st{suffix}a type veth peer name st{suffix}b netns {stranger}"))?;
        ip(&format!("addr add 10.213.9.1/24 dev st{suffix}a"))?;
        ip(&format!("link set st{suffix}a up"))?;
        ip(&format!("-n {stranger} addr add 10.213.9.2/24 dev st{suffix}b"))?;
        ip(&format!("-n {stranger} link set st{suffix}b up"))?;
        // All that the stranger sends goes to this machine, which is where the node runs.
        ip(&format!("-n {stranger} route add default via 10.213.9.1"))?;
        Ok(made)
    }

    fn name(&self, of: &str) -> String {
        format!("medchain-{of}-{}", self.suffix)
    }

    fn within(&self, name: &str, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name(name), program]);
        command
    }

    /// What the node says first to somebody who connects from a namespace.
    fn greeting(&self, from: &str, address: &str) -> Result<Output> {
        // Multistream-select: both sides begin with the protocol's name.
        let ask = format!("exec 3<>/dev/tcp/{address}/{PORT}; printf '\\x13/multistream/1.0.0\\n' >&3; head -c 20 <&3");
        Ok(self.within(from, "timeout").args(["3", "bash", "-c", &ask]).output()?)
    }
}

impl Drop for Namespaces {
    fn drop(&mut self) {
        // Links go with their namespaces. What was never made cannot be removed.
        for name in ["node", "member", "stranger"] {
            let _ = Command::new("ip").args(["netns", "del", &self.name(name)]).stderr(Stdio::null()).status();
        }
        let _ = Command::new("ip").args(["link", "del", &format!("st{}a", self.suffix)]).stderr(Stdio::null()).status();
    }
}

/// A node in its namespace. Fields end in this order: first the node.
struct Consortium {
    node: Child,
    namespaces: Namespaces,
    folder: TempDir,
}

impl Consortium {
    fn start(namespaces: Namespaces) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let binary = process::binary("MEDCHAIN_NODE", "medchain-node")?;
        let log = File::create(folder.path().join("log"))?;
        let node = namespaces
            .within("node", binary.to_str().context("the node's path is no text")?)
            // Well-known keys listen on loopback alone, unless one insists; what is beyond is this test's namespaces.
            .args([
                "--dev",
                "--unsafe-well-known-keys",
                "--no-prometheus",
                "--no-telemetry",
                "--no-mdns",
                "--no-vault-http",
                "--rpc-port",
                "9944",
            ])
            .args(["--listen-addr", &format!("/ip4/0.0.0.0/tcp/{PORT}"), "--base-path"])
            .arg(folder.path().join("base"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        Ok(Self { node, namespaces, folder })
    }

    fn log(&self) -> Result<String> {
        Ok(fs::read_to_string(self.folder.path().join("log"))?)
    }
}

impl Drop for Consortium {
    fn drop(&mut self) {
        // `ip netns exec` has become the node. It may have ended by itself.
        let _ = self.node.kill();
        let _ = self.node.wait();
    }
}

fn a_member_of_the_consortium_s_network_reaches_the_node_and_a_stranger_does_not(all: &mut Consortium) -> Result<()> {
    let started = Instant::now();
    while !all.namespaces.greeting("member", "10.213.8.1")?.stdout.ends_with(b"/multistream/1.0.0\n") {
        ensure!(all.node.try_wait()?.is_none(), "the node ended: {}", all.log()?);
        ensure!(started.elapsed() < LISTENS_WITHIN, "a member does not reach the node: {}", all.log()?);
        sleep(Duration::from_millis(500));
    }
    // By the node's own address, by this machine's, and by the member's.
    for address in ["10.213.8.1", "10.213.9.1", "10.213.8.2", "127.0.0.1"] {
        let greeting = all.namespaces.greeting("stranger", address)?;
        ensure!(!greeting.status.success() && greeting.stdout.is_empty(), "a stranger reaches the node by {address}");
    }
    ensure!(all.namespaces.greeting("member", "10.213.8.1")?.status.success());
    Ok(())
}
