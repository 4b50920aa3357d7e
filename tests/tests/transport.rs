//! Who may connect is settled below the node: in a network namespace whose only interface is the consortium's, members reach the
//! node and strangers on the same machine do not, whatever they ask for.
//!
//! Making namespaces needs root and `ip`, WireGuard besides `wg` and either the kernel's module or `wireguard-go`. Without them
//! this says so and passes.

use anyhow::{ensure, Context, Result};
use medchain_tests::{process, scenario, tests};
use std::{
    fs::{self, File},
    io::Write,
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
            tests![
                a_member_of_the_consortium_s_network_reaches_the_node_and_a_stranger_does_not,
                whose_key_wireguard_does_not_list_does_not_reach_the_node,
            ],
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

    /// A WireGuard interface in a namespace, of the kernel or else of a program that runs until this is dropped.
    fn wireguard(&self, namespace: &str, interface: &str) -> Result<Tunnel> {
        let namespace_name = self.name(namespace);
        if ip(&format!("-n {namespace_name} link add {interface} type wireguard")).is_ok() {
            return Ok(Tunnel(None));
        }
        let program = self
            .within(namespace, "wireguard-go")
            .args(["-f", interface])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut tunnel = Tunnel(Some(program));
        let started = Instant::now();
        while self.wg(namespace, &["show", interface], None).is_err() {
            let ended = tunnel.0.as_mut().map(Child::try_wait).transpose()?.flatten();
            ensure!(ended.is_none() && started.elapsed() < Duration::from_secs(10), "there is no wireguard-go");
            sleep(Duration::from_millis(100));
        }
        Ok(tunnel)
    }

    /// Runs `wg` in a namespace.
    fn wg(&self, namespace: &str, arguments: &[&str], input: Option<&str>) -> Result<String> {
        let mut command = self.within(namespace, "wg");
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        if let (Some(input), Some(stdin)) = (input, &mut child.stdin) {
            stdin.write_all(input.as_bytes())?;
        }
        let output = child.wait_with_output()?;
        ensure!(output.status.success(), "wg {arguments:?}: {}", String::from_utf8_lossy(&output.stderr).trim());
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// What the node says first to somebody who connects from a namespace.
    fn greeting(&self, from: &str, address: &str) -> Result<Output> {
        // Multistream-select: both sides begin with the protocol's name.
        let ask = format!("exec 3<>/dev/tcp/{address}/{PORT}; printf '\\x13/multistream/1.0.0\\n' >&3; head -c 20 <&3");
        Ok(self.within(from, "timeout").args(["3", "bash", "-c", &ask]).output()?)
    }
}

/// What keeps a WireGuard interface alive.
struct Tunnel(Option<Child>);

impl Drop for Tunnel {
    fn drop(&mut self) {
        if let Some(program) = &mut self.0 {
            // `ip netns exec` has become the program. It may have ended by itself.
            let _ = program.kill();
            let _ = program.wait();
        }
    }
}

impl Drop for Namespaces {
    fn drop(&mut self) {
        // Links go with their namespaces. What was never made cannot be removed.
        for name in ["node", "member", "stranger", "outside"] {
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

/// The consortium's network by WireGuard, and the port on which the node's side of it listens.
const TUNNEL: &str = "10.214.8";
const TUNNEL_PORT: &str = "51820";

fn whose_key_wireguard_does_not_list_does_not_reach_the_node(all: &mut Consortium) -> Result<()> {
    let namespaces = &all.namespaces;
    if Command::new("wg").arg("--version").stdout(Stdio::null()).status().is_err() {
        println!("     left out: there is no `wg`");
        return Ok(());
    }
    // The node's side stands in a namespace that both reach by cable; from there its interface moves to the node.
    let suffix = namespaces.suffix;
    let outside = namespaces.name("outside");
    ip(&format!("netns add {outside}"))?;
    ip(&format!("-n {outside} link set lo up"))?;
    for (number, name) in [(1, "member"), (2, "stranger")] {
        let inside = namespaces.name(name);
        let (here, there) = (format!("oc{suffix}{number}"), format!("ic{suffix}{number}"));
        ip(&format!("link add {here} netns {outside} type veth peer name {there} netns {inside}"))?;
        ip(&format!("-n {outside} addr add 10.215.{number}.1/24 dev {here}"))?;
        ip(&format!("-n {outside} link set {here} up"))?;
        ip(&format!("-n {inside} addr add 10.215.{number}.2/24 dev {there}"))?;
        ip(&format!("-n {inside} link set {there} up"))?;
    }
    let sides = [("outside", "1"), ("member", "2"), ("stranger", "3")];
    let mut tunnels = Vec::new();
    let mut keys = Vec::new();
    for (namespace, number) in sides {
        let interface = format!("wg{suffix}-{number}");
        match namespaces.wireguard(namespace, &interface) {
            Ok(tunnel) => tunnels.push(tunnel),
            Err(error) => {
                println!("     left out: no WireGuard interface can be made here: {error:#}");
                return Ok(());
            }
        }
        let secret = namespaces.wg(namespace, &["genkey"], None)?;
        let file = all.folder.path().join(&interface);
        fs::write(&file, &secret)?;
        let file = file.to_str().context("the folder's path is no text")?;
        namespaces.wg(namespace, &["set", &interface, "private-key", file, "listen-port", TUNNEL_PORT], None)?;
        keys.push(namespaces.wg(namespace, &["pubkey"], Some(&secret))?);
    }
    let interface = |number: &str| format!("wg{suffix}-{number}");
    let list = |key: &str, number: &str| {
        let address = format!("{TUNNEL}.{number}/32");
        namespaces.wg("outside", &["set", &interface("1"), "peer", key, "allowed-ips", &address], None)
    };
    list(&keys[1], "2")?;
    for (namespace, number, cable) in [("member", "2", "1"), ("stranger", "3", "2")] {
        let (address, endpoint) = (format!("{TUNNEL}.1/32"), format!("10.215.{cable}.1:{TUNNEL_PORT}"));
        let peer = ["set", &interface(number), "peer", &keys[0], "allowed-ips", &address, "endpoint", &endpoint];
        namespaces.wg(namespace, &peer, None)?;
        let name = namespaces.name(namespace);
        ip(&format!("-n {name} addr add {TUNNEL}.{number}/24 dev {}", interface(number)))?;
        ip(&format!("-n {name} link set {} up", interface(number)))?;
    }
    let node = namespaces.name("node");
    // As the documentation has it: what is outside is left behind, and the node has this interface alone.
    let first = interface("1");
    ip(&format!("-n {outside} link set {first} netns {node}"))?;
    ip(&format!("-n {node} addr add {TUNNEL}.1/24 dev {first}"))?;
    ip(&format!("-n {node} link set {first} up"))?;

    let address = format!("{TUNNEL}.1");
    let reaches = |from: &str| Ok::<_, anyhow::Error>(namespaces.greeting(from, &address)?.status.success());
    let started = Instant::now();
    while !reaches("member")? {
        ensure!(started.elapsed() < Duration::from_secs(30), "a member does not reach the node through WireGuard");
    }
    ensure!(!reaches("stranger")? && !reaches("stranger")?, "whose key is not listed reaches the node");
    // The list it is that keeps it out: listed, it reaches the node.
    let key = [&keys[2], "allowed-ips", &format!("{TUNNEL}.3/32")];
    let listed = namespaces.wg("node", &[&["set", &first, "peer"], &key[..]].concat(), None);
    let listed = listed.or_else(|_| list(&keys[2], "3"));
    listed?;
    let started = Instant::now();
    while !reaches("stranger")? {
        ensure!(started.elapsed() < Duration::from_secs(30), "whose key was listed does not reach the node");
    }
    Ok(())
}
