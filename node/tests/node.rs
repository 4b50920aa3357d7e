//! The built node as its operator and its clients see it: commands, a development chain, and its JSON-RPC.

#![allow(clippy::unwrap_used)]

mod chain;

use chain::{free_port, node, Chain};
use serde_json::{json, Value};
use std::process::Output;

const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
/// The CID of an empty content.
const CID: &str = "bafybeif7ztnhq65lumvvtr4ekcwd2ifwgm3awq4zfr3srh462rwyinlb4y";

fn run(arguments: &[&str]) -> Output {
    node(arguments).output().unwrap()
}

fn succeed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn fail(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn ticket(content: &str, operation: &str) -> Value {
    json!({
        "account": ALICE,
        "operation": operation,
        "content": content,
        "challenge": format!("0x{}", "00".repeat(32)),
        "expiresAt": 1,
        "signature": format!("0x01{}", "00".repeat(64)),
    })
}

#[test]
fn an_operator_makes_and_inspects_keys() {
    let generated: Value =
        serde_json::from_str(&succeed(&["key", "generate", "--scheme", "sr25519", "--output-type", "json"])).unwrap();
    let phrase = generated["secretPhrase"].as_str().unwrap();
    let inspected: Value =
        serde_json::from_str(&succeed(&["key", "inspect", phrase, "--output-type", "json"])).unwrap();
    assert_eq!(inspected["ss58Address"], generated["ss58Address"]);
    assert!(succeed(&["key", "inspect", "//Alice"]).contains(ALICE));

    let folder = tempfile::tempdir().unwrap();
    let base = folder.path().to_str().unwrap();
    let key_file = folder.path().join("node-key");
    succeed(&["key", "generate-node-key", "--file", key_file.to_str().unwrap()]);
    assert!(!succeed(&["key", "inspect-node-key", "--file", key_file.to_str().unwrap()]).is_empty());
    succeed(&[
        "key",
        "insert",
        "--base-path",
        base,
        "--chain",
        "local",
        "--key-type",
        "aura",
        "--scheme",
        "sr25519",
        "--suri",
        "//Bob",
    ]);
    let keystore = folder.path().join("chains/medchain_local/keystore");
    assert_eq!(std::fs::read_dir(keystore).unwrap().count(), 1);
}

#[test]
fn an_operator_exports_the_chain_specifications() {
    for (chain, id, kind) in [("dev", "medchain_development", "Development"), ("local", "medchain_local", "Local")] {
        let spec: Value = serde_json::from_str(&succeed(&["build-spec", "--chain", chain])).unwrap();
        assert_eq!((&spec["id"], &spec["chainType"]), (&json!(id), &json!(kind)));
        assert_eq!(spec["properties"], json!({ "ss58Format": 42 }));
        let raw: Value = serde_json::from_str(&succeed(&["export-chain-spec", "--chain", chain, "--raw"])).unwrap();
        assert!(raw["genesis"]["raw"]["top"].as_object().unwrap().len() > 10);
    }
}

#[test]
fn wrong_usage_gives_one_clear_error() {
    assert!(fail(&["chain-info"]).contains("hint: give --dev"));
    assert!(fail(&["build-spec", "--chain", "no-such-file.json"]).contains("hint: the chains are"));
    let help = succeed(&["--help"]);
    for command in [
        "key",
        "build-spec",
        "export-chain-spec",
        "check-block",
        "export-blocks",
        "export-state",
        "import-blocks",
        "purge-chain",
        "revert",
        "chain-info",
    ] {
        assert!(help.contains(command), "{command}");
    }
    assert!(!help.to_lowercase().contains("rocksdb"));
}

#[test]
fn a_chain_with_well_known_keys_stays_on_this_machine() {
    for (elsewhere, what) in [
        (["--listen-addr", "/ip4/0.0.0.0/tcp/0"].as_slice(), "the network"),
        (&["--listen-addr", "/ip4/127.0.0.1/tcp/0", "--listen-addr", "/ip6/::/tcp/0"], "the network"),
        (&["--unsafe-rpc-external", "--rpc-port", "0"], "the RPC"),
        (&["--prometheus-external", "--prometheus-port", "0"], "the metrics server"),
    ] {
        let local = ["--chain", "local", "--alice", "--tmp", "--unsafe-force-node-key-generation"];
        for chain in [["--dev", "--tmp"].as_slice(), &local] {
            let error = fail(&[chain, elsewhere].concat());
            assert!(error.contains("everybody knows the keys"), "{error}");
            assert!(error.contains(what) && error.contains("hint: "), "{error}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_who_insists_opens_a_chain_with_well_known_keys() {
    let chain = Chain::start_with(None, &["--listen-addr", "/ip4/0.0.0.0/tcp/0", "--unsafe-well-known-keys"]);
    chain.finalized(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_development_chain_answers_every_method_and_refuses_bad_parameters() {
    let chain = Chain::start(None);
    chain.finalized(1).await;

    // The standard methods, by which wallets and libraries work.
    let methods = chain.ask("rpc_methods", json!([])).await;
    let methods: Vec<&str> = methods["methods"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    for name in [
        "account_nextIndex",
        "archive_v1_body",
        "author_pendingExtrinsics",
        "author_submitAndWatchExtrinsic",
        "author_submitExtrinsic",
        "bitswap_v1_get",
        "chainHead_v1_follow",
        "chainSpec_v1_genesisHash",
        "chain_getBlock",
        "chain_getBlockHash",
        "chain_getFinalizedHead",
        "chain_getHeader",
        "chain_subscribeAllHeads",
        "chain_subscribeFinalizedHeads",
        "chain_subscribeNewHeads",
        "grandpa_proveFinality",
        "grandpa_roundState",
        "grandpa_subscribeJustifications",
        "offchain_localStorageGet",
        "state_call",
        "state_getKeysPaged",
        "state_getMetadata",
        "state_getReadProof",
        "state_getRuntimeVersion",
        "state_getStorage",
        "state_queryStorageAt",
        "state_subscribeRuntimeVersion",
        "state_subscribeStorage",
        "system_accountNextIndex",
        "system_chain",
        "system_chainType",
        "system_dryRun",
        "system_health",
        "system_localPeerId",
        "system_name",
        "system_nodeRoles",
        "system_peers",
        "system_properties",
        "system_syncState",
        "system_version",
        "transactionWatch_v1_submitAndWatch",
        "transaction_v1_broadcast",
    ] {
        assert!(methods.contains(&name), "{name} is missing");
    }
    for name in [
        "administrators",
        "allowance",
        "anchoredBy",
        "appointment",
        "appointments",
        "careRelations",
        "committee",
        "earlierCommittees",
        "grant",
        "grantsOfReader",
        "grantsOfRecord",
        "inbox",
        "mayOpen",
        "mayRead",
        "mayRequest",
        "member",
        "members",
        "readLog",
        "record",
        "records",
        "request",
        "requestsBy",
    ] {
        assert!(methods.contains(&format!("medchain_{name}").as_str()), "medchain_{name} is missing");
    }
    for name in ["abort", "begin", "challenge", "envelope", "finish", "leaf", "putLeaf", "release", "root", "status"] {
        assert!(methods.contains(&format!("vault_{name}").as_str()), "vault_{name} is missing");
    }
    assert_eq!(chain.ask("system_chain", json!([])).await, "MedChain Development");
    assert_eq!(chain.ask("system_accountNextIndex", json!([ALICE])).await, 0);
    assert!(chain.ask("grandpa_roundState", json!([])).await["setId"].is_u64());

    // What does not exist is null; listings are pages.
    for (method, parameters) in [
        ("medchain_member", json!(["nobody"])),
        ("medchain_member", json!([ALICE])),
        ("medchain_appointment", json!([1])),
        ("medchain_record", json!(["1"])),
        ("medchain_anchoredBy", json!([1001, CID])),
        ("medchain_request", json!([1])),
        ("medchain_grant", json!([1, 1002])),
    ] {
        assert_eq!(chain.ask(method, parameters).await, Value::Null, "{method}");
    }
    let empty = json!({ "items": [], "next": null });
    for (method, parameters) in [
        ("medchain_members", json!(["doctor", "active"])),
        ("medchain_appointments", json!([1001, null, 10])),
        ("medchain_careRelations", json!([1001])),
        ("medchain_records", json!([1001])),
        ("medchain_records", json!([1001, "report", 5, 10])),
        ("medchain_inbox", json!([1001])),
        ("medchain_requestsBy", json!([1002])),
        ("medchain_grantsOfRecord", json!([1])),
        ("medchain_grantsOfReader", json!([1002])),
        ("medchain_readLog", json!([{ "patient": 1001 }])),
    ] {
        assert_eq!(chain.ask(method, parameters).await, empty, "{method}");
    }
    let administrators = chain.ask("medchain_administrators", json!([])).await;
    assert_eq!(administrators[0]["account"], ALICE);
    let committee = chain.ask("medchain_committee", json!([])).await;
    assert_eq!((&committee["threshold"], committee["shares"].as_array().unwrap().len()), (&json!(1), 1));
    assert_eq!(committee["key"], committee["shares"][0]);
    assert!(chain.ask("medchain_allowance", json!([ALICE])).await["weightLeft"].as_u64().unwrap() > 0);

    // Refusals of the runtime carry its own words.
    for (method, parameters) in [
        ("medchain_mayOpen", json!([ALICE, 1])),
        ("medchain_mayRead", json!([ALICE, 1])),
        ("medchain_mayRequest", json!([ALICE, 1001, [1], "TREAT"])),
    ] {
        let decision = chain.ask(method, parameters).await;
        assert_eq!(decision["allowed"], false, "{method}");
        assert_eq!(decision["reason"]["pallet"], "Access", "{method}");
        assert!(decision["reason"]["text"].as_str().unwrap().contains(' '), "{decision}");
    }

    // Any block can be asked about; one that does not exist has its own code.
    let genesis = chain.ask("chain_getBlockHash", json!([0])).await;
    assert_eq!(chain.ask("medchain_committee", json!([genesis])).await["threshold"], 1);
    let unknown = format!("0x{}", "01".repeat(32));
    assert_eq!(chain.refusal("medchain_committee", json!([unknown])).await.0, 7002);

    // Wrong values have a code and a hint, wrong types the standard code.
    for (method, parameters) in [
        ("medchain_member", json!(["Not A Name"])),
        ("medchain_members", json!(["nurse", "active"])),
        ("medchain_members", json!(["doctor", "asleep"])),
        ("medchain_records", json!([1001, "x-ray"])),
        ("medchain_records", json!(["nobody"])),
        ("medchain_anchoredBy", json!([1001, "bafy"])),
        ("medchain_readLog", json!([{}])),
        ("medchain_readLog", json!([{ "patient": 1001, "record": 1 }])),
        ("medchain_mayRequest", json!([ALICE, 1001, [1], "CURIOSITY"])),
        ("medchain_mayRequest", json!([ALICE, 1001, (0..33).collect::<Vec<_>>(), "TREAT"])),
    ] {
        let (code, data) = chain.refusal(method, parameters.clone()).await;
        assert_eq!(code, 7003, "{method}{parameters}");
        assert!(data["hint"].is_string(), "{method}{parameters}");
    }
    for (method, parameters) in [
        ("medchain_member", json!([])),
        ("medchain_record", json!([-1])),
        ("medchain_record", json!([{}])),
        ("medchain_readLog", json!([{ "doctor": 1002 }])),
        ("vault_begin", json!([{}, ""])),
        ("vault_leaf", json!([ticket(CID, "read"), 1])),
    ] {
        assert_eq!(chain.refusal(method, parameters.clone()).await.0, -32602, "{method}{parameters}");
    }

    // Without a ticket of this node nothing is stored or served.
    let challenge = chain.ask("vault_challenge", json!([])).await;
    assert_eq!(challenge["genesis"], genesis);
    assert_eq!(challenge["ticketLifetimeMax"], 3_600_000);
    for (method, operation, rest) in [
        ("vault_begin", "store", vec![json!("")]),
        ("vault_putLeaf", "store", vec![json!(0), json!("")]),
        ("vault_finish", "store", vec![json!("")]),
        ("vault_abort", "store", vec![]),
        ("vault_root", "read", vec![json!(1)]),
        ("vault_leaf", "read", vec![json!(1), json!(0)]),
        ("vault_envelope", "read", vec![json!(1)]),
        ("vault_release", "read", vec![json!(1)]),
    ] {
        let with = |mut ticket: Value, field: &str, value: Value| {
            ticket[field] = value;
            let mut parameters = vec![ticket];
            parameters.extend(rest.clone());
            Value::Array(parameters)
        };
        let now = challenge["now"].as_u64().unwrap();
        let mut fresh = ticket(CID, operation);
        fresh["challenge"] = challenge["challenge"].clone();
        fresh["expiresAt"] = json!(now + 60_000);
        let other = if operation == "store" { "read" } else { "store" };
        for (parameters, reason) in [
            (with(fresh.clone(), "content", json!("bafy")), "malformed"),
            (with(fresh.clone(), "operation", json!(other)), "wrongOperation"),
            (with(fresh.clone(), "challenge", json!(unknown)), "unknownChallenge"),
            (with(fresh.clone(), "genesis", json!(unknown)), "wrongChain"),
            (with(fresh.clone(), "expiresAt", json!(now - 1)), "expired"),
            (with(fresh.clone(), "expiresAt", json!(now + 7_200_000)), "lifetimeTooLong"),
            (with(fresh.clone(), "expiresAt", json!(now + 60_001)), "forged"),
        ] {
            let (code, data) = chain.refusal(method, parameters).await;
            assert_eq!((code, data["reason"].as_str().unwrap()), (7101, reason), "{method}");
            assert!(data["hint"].is_string());
        }
    }
    let status = chain.ask("vault_status", json!([])).await;
    assert_eq!(status, json!({ "contents": 0, "leaves": 0, "bytes": 0, "staged": 0, "missing": 0, "inFlight": 0 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_with_a_base_path_survives_sigkill_and_its_tools_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path().to_str().unwrap();
    let chain = Chain::start(Some(folder.path()));
    chain.finalized(2).await;
    let first = chain.ask("chain_getBlockHash", json!([1])).await;

    // A second node on the same data is turned away in words.
    let (rpc_port, port) = (free_port().to_string(), free_port().to_string());
    let second = fail(&["--dev", "--no-prometheus", "--base-path", base, "--rpc-port", &rpc_port, "--port", &port]);
    assert!(second.contains("hint: another node runs on this data"), "{second}");

    // The release share of development chains is in the keystore, and nobody else can read it.
    let data = folder.path().join("chains/medchain_development");
    let share = data.join("keystore/release-1-0.age");
    assert!(share.is_file());
    #[cfg(unix)]
    for (path, mode) in [(&share, 0o600), (&data.join("vault"), 0o700)] {
        let permissions = std::fs::metadata(path).unwrap().permissions();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&permissions) & 0o777, mode, "{}", path.display());
    }

    // SIGKILL, then the same chain again.
    drop(chain);
    let info: Value = serde_json::from_str(&succeed(&["chain-info", "--dev", "--base-path", base])).unwrap();
    assert!(info["finalized_number"].as_u64().unwrap() >= 2, "{info}");
    succeed(&["check-block", "--dev", "--base-path", base, "1"]);
    let blocks = folder.path().join("blocks");
    succeed(&["export-blocks", "--dev", "--base-path", base, "--to", "2", blocks.to_str().unwrap()]);

    let again = Chain::start(Some(folder.path()));
    again.finalized(3).await;
    assert_eq!(again.ask("chain_getBlockHash", json!([1])).await, first);
    drop(again);

    let copy = tempfile::tempdir().unwrap();
    let copy_base = copy.path().to_str().unwrap();
    succeed(&["import-blocks", "--dev", "--base-path", copy_base, blocks.to_str().unwrap()]);
    let info: Value = serde_json::from_str(&succeed(&["chain-info", "--dev", "--base-path", copy_base])).unwrap();
    assert_eq!(info["best_number"], 2, "{info}");
    succeed(&["revert", "--dev", "--base-path", copy_base, "1"]);
    succeed(&["purge-chain", "--dev", "--base-path", copy_base, "-y"]);
}
