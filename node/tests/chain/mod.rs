//! A development chain in a process of its own, and its JSON-RPC. Each test program uses a part of it.

#![allow(dead_code, clippy::unwrap_used)]

use jsonrpsee::{
    core::{client::ClientT, params::ArrayParams, ClientError},
    http_client::{HttpClient, HttpClientBuilder},
    types::ErrorObjectOwned,
};
use serde_json::{json, Value};
use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// The built node with these arguments.
pub fn node(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_medchain-node"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A development chain that ends with the test.
pub struct Chain {
    process: Child,
    rpc: HttpClient,
    log: Arc<Mutex<Vec<String>>>,
}

impl Chain {
    /// Starts a chain, in this folder or in one of its own.
    pub fn start(base_path: Option<&Path>) -> Self {
        Self::start_with(base_path, &[])
    }

    /// The same, with more arguments.
    pub fn start_with(base_path: Option<&Path>, more: &[&str]) -> Self {
        let rpc_port = free_port().to_string();
        let mut command = node(&["--dev", "--no-prometheus", "--rpc-port", &rpc_port]);
        command.args(more);
        if !more.contains(&"--listen-addr") {
            command.args(["--listen-addr", "/ip4/127.0.0.1/tcp/0"]);
        }
        match base_path {
            Some(path) => command.arg("--base-path").arg(path),
            None => command.arg("--tmp"),
        };
        let mut process = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let lines = BufReader::new(process.stderr.take().unwrap()).lines();
        std::thread::spawn({
            let log = log.clone();
            move || lines.map_while(Result::ok).for_each(|line| log.lock().unwrap().push(line))
        });
        let rpc = HttpClientBuilder::default().build(format!("http://127.0.0.1:{rpc_port}")).unwrap();
        Self { process, rpc, log }
    }

    /// Calls a method.
    pub async fn call(&self, method: &str, parameters: Value) -> Result<Value, ErrorObjectOwned> {
        let mut array = ArrayParams::new();
        for parameter in parameters.as_array().unwrap() {
            array.insert(parameter).unwrap();
        }
        match self.rpc.request(method, array).await {
            Ok(value) => Ok(value),
            Err(ClientError::Call(error)) => Err(error.into_owned()),
            Err(error) => panic!("{method}: {error}\n{}", self.log.lock().unwrap().join("\n")),
        }
    }

    /// Calls a method that must succeed.
    pub async fn ask(&self, method: &str, parameters: Value) -> Value {
        self.call(method, parameters).await.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// The code and the data of the error that a call gives.
    pub async fn refusal(&self, method: &str, parameters: Value) -> (i32, Value) {
        let answer = self.call(method, parameters.clone()).await;
        let Err(error) = answer else { panic!("{method}{parameters} was not refused") };
        let data = error.data().map_or(Value::Null, |data| serde_json::from_str(data.get()).unwrap());
        (error.code(), data)
    }

    /// Waits until the finalized block has at least this number.
    pub async fn finalized(&self, number: u64) {
        let started = Instant::now();
        loop {
            let hash: Result<String, _> = self.rpc.request("chain_getFinalizedHead", ArrayParams::new()).await;
            if let Ok(hash) = hash {
                let header = self.ask("chain_getHeader", json!([hash])).await;
                let found = u64::from_str_radix(header["number"].as_str().unwrap().trim_start_matches("0x"), 16);
                if found.unwrap() >= number {
                    return;
                }
            }
            let log = || self.log.lock().unwrap().join("\n");
            assert!(started.elapsed() < Duration::from_secs(120), "block {number} was not finalized:\n{}", log());
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }
}

impl Drop for Chain {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
