//! What an operator relies on: a node that listens publicly serves safe methods only, limits what one client may ask, and
//! tells browsers who may call; it says whether it is ready, and exports every metric that dashboard and alerts name.

use anyhow::{ensure, Context, Result};
use medchain_tests::{
    node::{free_port, Node},
    scenario, tests,
};
use serde_json::{json, Value};
use std::{
    collections::BTreeSet,
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// The one web page that may call.
const PORTAL: &str = "https://portal.example.org";
/// How many clients may be connected at once.
const CONNECTIONS: usize = 8;
/// The most calls in a batch, as the node has it where nothing is said.
const BATCH: usize = 100;

/// A node whose RPC listens on every address. Fields end in this order: first the node, then its folder.
struct Public {
    _node: Node,
    rpc: u16,
    prometheus: u16,
    _folder: TempDir,
}

fn main() -> ExitCode {
    scenario::run(
        Public::make,
        tests![
            unsafe_methods_are_refused_where_everybody_can_connect,
            a_batch_that_is_too_long_is_refused,
            other_web_pages_may_not_call,
            one_client_more_than_the_limit_is_turned_away,
            a_node_in_step_is_ready,
            every_metric_of_the_dashboard_and_the_alerts_is_exported,
        ],
    )
}

impl Public {
    fn make() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("medchain-operations-").tempdir()?;
        let (rpc, prometheus) = (free_port()?, free_port()?);
        let arguments = [
            "--dev",
            "--listen-addr",
            "/ip4/127.0.0.1/tcp/0",
            "--unsafe-well-known-keys",
            "--unsafe-rpc-external",
            "--rpc-cors",
            PORTAL,
            "--rpc-max-connections",
            &CONNECTIONS.to_string(),
            "--prometheus-port",
            &prometheus.to_string(),
        ];
        let mut node = Node::prepare(folder.path(), rpc, arguments.map(Into::into).into())?;
        node.launch()?;
        node.wait_moving()?;
        Ok(Self { _node: node, rpc, prometheus, _folder: folder })
    }

    /// Calls JSON-RPC with a body as it goes over the wire, from a web page.
    fn post(&self, origin: &str, body: &Value) -> Result<String> {
        let body = body.to_string();
        let headers = format!("Origin: {origin}\r\nContent-Type: application/json\r\nContent-Length: {}", body.len());
        http(self.rpc, "POST /", &headers, &body)
    }
}

/// A request by HTTP, and its whole answer.
fn http(port: u16, what: &str, headers: &str, body: &str) -> Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let headers = if headers.is_empty() { String::new() } else { format!("{headers}\r\n") };
    write!(stream, "{what} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers}Connection: close\r\n\r\n{body}")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn call(method: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": [] })
}

fn unsafe_methods_are_refused_where_everybody_can_connect(node: &mut Public) -> Result<()> {
    for method in ["author_rotateKeys", "system_peers", "system_unstable_networkState", "state_getPairs"] {
        let mut asked = call(method);
        if method == "state_getPairs" {
            asked["params"] = json!(["0x"]);
        }
        let answer = node.post(PORTAL, &asked)?;
        ensure!(answer.contains("\"error\"") && answer.contains("unsafe"), "{method}: {answer}");
    }
    let answer = node.post(PORTAL, &call("system_health"))?;
    ensure!(answer.contains("\"result\""), "a safe method is refused: {answer}");
    Ok(())
}

fn a_batch_that_is_too_long_is_refused(node: &mut Public) -> Result<()> {
    let batch = |calls: usize| Value::Array(vec![call("system_name"); calls]);
    let taken = node.post(PORTAL, &batch(BATCH))?;
    ensure!(taken.matches("\"result\"").count() == BATCH, "a batch of {BATCH} is refused");
    let refused = node.post(PORTAL, &batch(BATCH + 1))?;
    ensure!(!refused.contains("\"result\"") && refused.contains("\"error\""), "{refused}");
    Ok(())
}

fn other_web_pages_may_not_call(node: &mut Public) -> Result<()> {
    let allowed = |answer: &str, origin: &str| {
        answer
            .lines()
            .any(|line| line.to_lowercase().starts_with("access-control-allow-origin:") && line.contains(origin))
    };
    let answer = node.post(PORTAL, &call("system_name"))?;
    ensure!(allowed(&answer, PORTAL), "{answer}");
    let stranger = "https://elsewhere.example.org";
    let answer = node.post(stranger, &call("system_name"))?;
    ensure!(!allowed(&answer, stranger) && !allowed(&answer, "*"), "{answer}");
    Ok(())
}

fn one_client_more_than_the_limit_is_turned_away(node: &mut Public) -> Result<()> {
    // Each holds its connection as subscribers do: by WebSocket.
    let upgrade = format!(
        "GET / HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        node.rpc
    );
    let mut held = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut stream = TcpStream::connect(("127.0.0.1", node.rpc))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        stream.write_all(upgrade.as_bytes())?;
        // A connection counts from when the node has taken it up.
        let mut answer = [0; 12];
        stream.read_exact(&mut answer)?;
        ensure!(&answer == b"HTTP/1.1 101", "{}", String::from_utf8_lossy(&answer));
        held.push(stream);
    }
    let turned_away = node.post(PORTAL, &call("system_name")).unwrap_or_default();
    ensure!(!turned_away.contains("\"result\""), "the limit of connections does not hold: {turned_away}");
    drop(held);
    let deadline = Instant::now() + Duration::from_secs(20);
    while !node.post(PORTAL, &call("system_name")).unwrap_or_default().contains("\"result\"") {
        ensure!(Instant::now() < deadline, "the connections are not given back");
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

fn a_node_in_step_is_ready(node: &mut Public) -> Result<()> {
    for path in ["/health", "/health/readiness"] {
        let answer = http(node.rpc, &format!("GET {path}"), "", "")?;
        ensure!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
    }
    Ok(())
}

fn every_metric_of_the_dashboard_and_the_alerts_is_exported(node: &mut Public) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the repository")?;
    let read = |file: &str| fs::read_to_string(root.join(file)).with_context(|| file.to_owned());
    let named = [read("docker/prometheus/alerts.yml")?, read("docker/grafana/dashboards/medchain.json")?].concat();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let names: BTreeSet<&str> = named
        .split(|c| !is_name(c))
        .filter(|word| word.starts_with("substrate_") || word.starts_with("medchain_"))
        .collect();
    ensure!(names.len() > 10, "dashboard and alerts name no metrics");
    let exported = http(node.prometheus, "GET /metrics", "", "")?;
    // A metric with labels is exported from its first use on.
    let declared = [read("node/src/vault_metrics.rs")?, read("node/src/committee/metrics.rs")?].concat();
    let missing: Vec<_> =
        names.iter().filter(|name| !exported.contains(**name) && !declared.contains(&format!("\"{name}\""))).collect();
    ensure!(missing.is_empty(), "no node exports {missing:?}");
    Ok(())
}
