//! The gates before the vault, on every node of a consortium and by every way in: tickets, windows, limits for clients that
//! ask for too much, and full or read-only disks.

use anyhow::{ensure, Context, Result};
use base64::{engine::general_purpose::STANDARD, Engine};
use jsonrpsee::{
    core::client::{ClientT, Error as ClientError},
    ws_client::WsClientBuilder,
};
use medchain_primitives::{ContentRoot, TicketOperation, HOUR};
use medchain_runtime_api::RecordView;
use medchain_sdk::Identity;
use medchain_tests::{
    args,
    attack::Ticket,
    block_on,
    consortium::{leaves_of, Consortium},
    http::Exchange,
    life::{self, DOCTOR, HOSPITAL, PATIENT},
    node::Node,
    process::{resident, MemoryWatch},
    rpc::NodeRefusal,
    scenario, tests,
};
use medchain_vault::{dag::leaf_cid, DagBuilder, RootBlock, LEAF_BYTES};
use serde_json::{json, Value};
use std::{
    fs,
    process::ExitCode,
    thread::sleep,
    time::{Duration, Instant},
};

const MIB: u64 = 1024 * 1024;

fn main() -> ExitCode {
    scenario::run(
        Consortium::make,
        tests![
            a_wrong_ticket_is_refused_by_every_node_by_every_way_with_its_own_error,
            no_refusal_is_logged_with_who_or_what,
            a_reader_whose_grant_was_revoked_or_whose_window_closed_reads_nowhere,
            leaves_go_over_http_and_come_back,
            what_is_wrong_over_http_is_refused_as_over_json_rpc,
            a_connection_with_too_many_calls_is_refused_and_others_are_served,
            clients_that_are_slow_or_vanish_hold_nothing,
        ],
    )
}

/// The validator, the node that it has reserved, and the one that nobody has.
fn nodes(all: &Consortium) -> [&Node; 3] {
    [&all.world.node, &all.clinic, &all.stranger]
}

/// A record that every node knows, and its root block.
fn some_record(all: &Consortium, name: &str, bytes: u64, seed: u64) -> Result<(RecordView, RootBlock)> {
    let record = all.world.upload(&all.world.file(name, bytes, seed)?)?;
    let number = all.world.node.finalized()?;
    for node in nodes(all) {
        node.wait_finalized(number)?;
    }
    let root = RootBlock::parse(&all.on_disk(&all.world.node, &record)?.root)?;
    Ok((record, root))
}

/// Every way in that a ticket for reading has.
fn refusals(node: &Node, ticket: &Value, record: &RecordView) -> Result<Vec<NodeRefusal>> {
    let rpc = node.rpc()?;
    let mut refusals = Vec::new();
    for method in ["vault_root", "vault_envelope", "vault_release"] {
        refusals.push(rpc.refusal(method, vec![ticket.clone(), json!(record.id)])?);
    }
    refusals.push(rpc.refusal("vault_leaf", vec![ticket.clone(), json!(record.id), json!(0)])?);
    refusals.push(over_http(&mut Exchange::get(node.http_port()?, &leaves_of(record), ticket)?)?);
    Ok(refusals)
}

/// A refusal that came by HTTP, in the form that it has over JSON-RPC.
fn over_http(answer: &mut Exchange) -> Result<NodeRefusal> {
    let status = answer.status()?;
    ensure!(status >= 400, "HTTP answers with {status} instead of refusing");
    let error = answer.json()?;
    Ok(NodeRefusal {
        code: error["code"].as_i64().and_then(|code| i32::try_from(code).ok()).context("there is no code")?,
        message: error["message"].as_str().unwrap_or_default().to_owned(),
        data: error["data"].clone(),
    })
}

/// A record's content has no way out without a ticket, nor its envelope any at all, by Bitswap over RPC.
fn bitswap_gives_nothing(node: &Node, record: &RecordView, root: &RootBlock) -> Result<()> {
    let cids =
        [root.root().to_string(), leaf_cid(&root.leaves()[0]).to_string(), leaf_cid(&record.envelope.0).to_string()];
    for cid in cids {
        node.rpc()?.refusal("bitswap_v1_get", vec![json!(cid)])?;
    }
    Ok(())
}

fn a_wrong_ticket_is_refused_by_every_node_by_every_way_with_its_own_error(all: &mut Consortium) -> Result<()> {
    let (record, root) = some_record(all, "ticketed.bin", 2 * MIB, 31)?;
    let (other, _) = some_record(all, "another.bin", 1000, 32)?;
    let patient = all.world.cli.identity(PATIENT)?;
    let mallory = Identity::from_uri("//Mallory")?;
    for (node, elsewhere) in nodes(all).into_iter().zip([&all.clinic, &all.stranger, &all.world.node]) {
        let right = all.right_ticket(node, &record)?;
        let now = right.expires_at.saturating_sub(600_000);
        let mut other_chain = Ticket { genesis: [7; 32], ..right.clone() }.signed(&patient);
        other_chain["genesis"] = json!(format!("0x{}", "07".repeat(32)));
        let wrong = [
            ("forged", right.signed(&mallory)),
            ("forged", Ticket { genesis: [7; 32], ..right.clone() }.signed(&patient)),
            ("expired", Ticket { expires_at: now, ..right.clone() }.signed(&patient)),
            ("lifetimeTooLong", Ticket { expires_at: now + 2 * HOUR, ..right.clone() }.signed(&patient)),
            ("wrongChain", other_chain),
            ("wrongOperation", Ticket { operation: TicketOperation::Store, ..right.clone() }.signed(&patient)),
            // One that is good for another record, and one that was signed for another node, used here.
            ("wrongContent", all.patients_ticket(node, &other)?),
            ("unknownChallenge", all.patients_ticket(elsewhere, &record)?),
            ("malformed", Ticket { account: "5Nonsense".into(), ..right.clone() }.signed(&patient)),
        ];
        for (reason, ticket) in wrong {
            for refusal in refusals(node, &ticket, &record)? {
                ensure!(refusal.code == 7101 && refusal.reason() == reason, "{reason}: {refusal:?}");
                ensure!(refusal.data["hint"].is_string(), "{refusal:?}");
            }
            bitswap_gives_nothing(node, &record, &root)?;
        }
        // The right one is good on the same node, by both ways.
        let ticket = right.signed(&patient);
        node.rpc()?.answer("vault_leaf", vec![ticket.clone(), json!(record.id), json!(1)])?;
        ensure!(Exchange::get(node.http_port()?, &leaves_of(&record), &ticket)?.status()? == 200);
        bitswap_gives_nothing(node, &record, &root)?;
    }
    Ok(())
}

fn no_refusal_is_logged_with_who_or_what(all: &mut Consortium) -> Result<()> {
    let (record, _) = some_record(all, "logged.bin", 1000, 33)?;
    let mallory = Identity::from_uri("//Mallory")?;
    for node in nodes(all) {
        let forged = all.right_ticket(node, &record)?.signed(&mallory);
        node.rpc()?.refusal("vault_root", vec![forged, json!(record.id)])?;
        let log = node.log()?;
        let refused: Vec<&str> = log.lines().filter(|line| line.contains("was refused with 7101")).collect();
        let patient = all.world.cli.identity(PATIENT)?.address();
        let cid = medchain_vault::ContentRoot(record.content.0).to_string();
        ensure!(refused.iter().any(|line| line.contains("the signature is not the account's")), "it is not logged");
        for line in refused {
            ensure!(!line.contains(&patient) && !line.contains(&mallory.address()) && !line.contains(&cid), "{line}");
        }
    }
    Ok(())
}

fn a_reader_whose_grant_was_revoked_or_whose_window_closed_reads_nowhere(all: &mut Consortium) -> Result<()> {
    let cli = &all.world.cli;
    cli.json(None, args!["account", "new", HOSPITAL])?;
    life::register_professional(cli, HOSPITAL, "hospital", all.world.folder())?;
    cli.json(Some(life::ADMINISTRATOR), args!["member", "verify", HOSPITAL])?;
    let (record, root) = some_record(all, "granted.bin", MIB, 34)?;
    let hospital = cli.identity(HOSPITAL)?;
    let id = record.id.to_string();
    let requested = cli.json(Some(HOSPITAL), args!["access", "request", PATIENT, &id])?;
    let request = life::number(&requested, "request")?.to_string();
    cli.json(Some(PATIENT), args!["access", "grant", &request, "--for", "1h", "--openings", "2"])?;
    let ends = [
        (HOSPITAL, args!["access", "close", &id].to_vec(), "NoWindow"),
        (PATIENT, args!["access", "revoke", &id, HOSPITAL].to_vec(), "NoGrant"),
    ];
    for (who, end, error) in ends {
        let folder = all.world.folder().join(format!("opened-before-{error}"));
        cli.json(Some(HOSPITAL), args!["record", "open", &id, "--output", &folder])?;
        let ticket = |node: &Node| -> Result<Value> {
            Ok(Ticket::right(&node.rpc()?, &hospital, TicketOperation::Read, record.content)?.signed(&hospital))
        };
        let number = all.world.node.finalized()?;
        for node in nodes(all) {
            node.wait_finalized(number)?;
            node.rpc()?.answer("vault_leaf", vec![ticket(node)?, json!(record.id), json!(0)])?;
        }
        cli.json(Some(who), end)?;
        let number = all.world.node.finalized()?;
        for node in nodes(all) {
            node.wait_finalized(number)?;
            for refusal in refusals(node, &ticket(node)?, &record)? {
                ensure!(refusal.code == 7103 && refusal.reason() == error, "{error}: {refusal:?}");
            }
            bitswap_gives_nothing(node, &record, &root)?;
        }
    }
    Ok(())
}

/// A content of a doctor's that is begun and has no leaf yet.
fn begun(all: &Consortium, leaves: usize, seed: u8) -> Result<(Vec<u8>, RootBlock, Value)> {
    let bytes: Vec<u8> = (0..leaves * LEAF_BYTES - 5).map(|at| (at / LEAF_BYTES) as u8 ^ seed ^ at as u8).collect();
    let root = DagBuilder::build(&bytes[..])?;
    let doctor = all.world.cli.identity(DOCTOR)?;
    let rpc = all.world.node.rpc()?;
    let ticket = Ticket::right(&rpc, &doctor, TicketOperation::Store, ContentRoot(root.root().0))?.signed(&doctor);
    rpc.answer("vault_begin", vec![ticket.clone(), json!(STANDARD.encode(root.bytes()))])?;
    Ok((bytes, root, ticket))
}

fn missing(all: &Consortium, root: &RootBlock, ticket: &Value) -> Result<Value> {
    let begun =
        all.world.node.rpc()?.answer("vault_begin", vec![ticket.clone(), json!(STANDARD.encode(root.bytes()))])?;
    Ok(begun["missing"].clone())
}

fn leaves_go_over_http_and_come_back(all: &mut Consortium) -> Result<()> {
    let (bytes, root, ticket) = begun(all, 4, 1)?;
    let port = all.world.node.http_port()?;
    // In two requests, the later leaves first.
    let (early, late) = bytes.split_at(2 * LEAF_BYTES);
    for (first, part) in [(2, late), (0, early)] {
        let mut put = Exchange::put(port, &format!("/vault/1/leaves/{first}"), &ticket, part.len())?;
        for piece in part.chunks(100_003) {
            put.send(piece)?;
        }
        ensure!(put.status()? == 204, "{:?}", put.json());
    }
    ensure!(missing(all, &root, &ticket)? == json!([]));
    all.world.node.rpc()?.answer("vault_abort", vec![ticket])?;

    let (record, _) = some_record(all, "fetched.bin", 3 * MIB + 17, 35)?;
    for node in nodes(all) {
        let ticket = all.patients_ticket(node, &record)?;
        let whole = all.read(node, &record)?;
        for first in [0, 2, 9] {
            let path = format!("/vault/1/records/{}/leaves/{first}", record.id);
            let mut answer = Exchange::get(node.http_port()?, &path, &ticket)?;
            ensure!(answer.status()? == 200);
            let mut part = Vec::new();
            std::io::Read::read_to_end(&mut answer.body(), &mut part)?;
            ensure!(part == whole[(first * LEAF_BYTES).min(whole.len())..], "from leaf {first} on");
        }
    }
    Ok(())
}

fn what_is_wrong_over_http_is_refused_as_over_json_rpc(all: &mut Consortium) -> Result<()> {
    let (bytes, root, ticket) = begun(all, 2, 2)?;
    let port = all.world.node.http_port()?;
    let put = |first: u32, part: &[u8]| -> Result<NodeRefusal> {
        let mut put = Exchange::put(port, &format!("/vault/1/leaves/{first}"), &ticket, part.len())?;
        put.send(part)?;
        over_http(&mut put)
    };
    for (first, part, reason) in [
        (1, &bytes[..LEAF_BYTES], "leafLength"),
        (0, &bytes[1..=LEAF_BYTES], "wrongLeaf"),
        (0, &bytes[..100], "leafLength"),
        (2, &bytes[..100], "noSuchLeaf"),
    ] {
        let refusal = put(first, part)?;
        ensure!(refusal.code == 7105 && refusal.reason() == reason, "{reason}: {refusal:?}");
    }
    ensure!(missing(all, &root, &ticket)? == json!([[0, 2]]), "a refused leaf was taken");
    for headers in [vec![], vec![("authorization", "Basic AAAA")], vec![("authorization", "MedChain !")]] {
        let mut answer = Exchange::begin(port, "GET", "/vault/1/records/1/leaves/0", &headers)?;
        ensure!(answer.status()? == 401 && over_http(&mut answer)?.reason() == "malformed");
    }
    all.world.node.rpc()?.answer("vault_abort", vec![ticket.clone()])?;
    let refusal = put(0, &bytes[..LEAF_BYTES])?;
    ensure!(refusal.code == 7106 && refusal.reason() == "unknownUpload", "{refusal:?}");
    let (record, _) = some_record(all, "missing.bin", 1000, 36)?;
    let ticket = all.patients_ticket(&all.world.node, &record)?;
    let refusal = over_http(&mut Exchange::get(port, "/vault/1/records/999999/leaves/0", &ticket)?)?;
    ensure!(refusal.code == 7104, "{refusal:?}");
    Ok(())
}

/// How long a polite client waits for a leaf.
fn served_within(all: &Consortium, record: &RecordView) -> Result<Duration> {
    let ticket = all.patients_ticket(&all.world.node, record)?;
    let rpc = all.world.node.rpc()?;
    let started = Instant::now();
    rpc.answer("vault_leaf", vec![ticket, json!(record.id), json!(0)])?;
    Ok(started.elapsed())
}

fn a_connection_with_too_many_calls_is_refused_and_others_are_served(all: &mut Consortium) -> Result<()> {
    let (record, _) = some_record(all, "wanted.bin", 8 * MIB, 37)?;
    let ticket = all.patients_ticket(&all.world.node, &record)?;
    let url = all.world.node.url();
    // A node that answers as fast as the calls arrive has nothing to refuse.
    for attempt in 1.. {
        let greedy = block_on(async {
            let client = WsClientBuilder::default().max_concurrent_requests(1000).build(&url).await?;
            let calls = (0..300u32).map(|index| {
                let (client, ticket, id) = (&client, ticket.clone(), record.id);
                async move {
                    let parameters = jsonrpsee::rpc_params![ticket, id, index % 8];
                    client.request::<String, _>("vault_leaf", parameters).await
                }
            });
            Ok::<_, anyhow::Error>(futures::future::join_all(calls).await)
        });
        let (mut served, mut refused) = (0, 0);
        for answer in greedy? {
            match answer {
                Ok(_) => served += 1,
                Err(ClientError::Call(error)) if error.code() == 7110 => {
                    ensure!(error.data().is_some_and(|data| data.get().contains("connection")), "{error:?}");
                    refused += 1;
                }
                Err(error) => anyhow::bail!("refused otherwise: {error}"),
            }
        }
        println!("     of 300 calls at once on one connection {served} were served and {refused} refused");
        ensure!(served >= 16);
        if refused > 0 {
            break;
        }
        ensure!(attempt < 10, "300 calls at once on one connection are never refused");
    }
    let waited = served_within(all, &some_record(all, "polite.bin", 1000, 38)?.0)?;
    ensure!(waited < Duration::from_secs(2), "another client waited {waited:?}");
    Ok(())
}

fn clients_that_are_slow_or_vanish_hold_nothing(all: &mut Consortium) -> Result<()> {
    let (record, _) = some_record(all, "heavy.bin", 48 * MIB, 39)?;
    let ticket = all.patients_ticket(&all.world.node, &record)?;
    let (bytes, root, upload) = begun(all, 2, 3)?;
    let pid = all.world.node.pid()?;
    let (port, before) = (all.world.node.http_port()?, resident(pid)?);
    let watch = MemoryWatch::begin(pid);

    // They ask for 48 MiB each and take nothing; they announce leaves and send half of one.
    let mut slow = Vec::new();
    for _ in 0..24 {
        slow.push(Exchange::get(port, &leaves_of(&record), &ticket)?);
        let mut half = Exchange::put(port, "/vault/1/leaves/0", &upload, bytes.len())?;
        half.send(&bytes[..LEAF_BYTES / 2])?;
        slow.push(half);
    }
    sleep(Duration::from_secs(3));
    let waited = served_within(all, &record)?;
    ensure!(waited < Duration::from_secs(2), "another client waited {waited:?}");
    for exchange in slow {
        exchange.vanish()?;
    }
    let grew = watch.end().saturating_sub(before);
    println!("     48 slow clients took {} MiB; another was served in {} ms", grew / MIB, waited.as_millis());
    ensure!(grew < 300 * MIB, "the node grew by {grew} bytes");

    // What they held is free: as many again are served, and nothing of what they sent counts.
    for _ in 0..24 {
        let mut answer = Exchange::get(port, &leaves_of(&record), &ticket)?;
        ensure!(answer.status()? == 200);
    }
    ensure!(missing(all, &root, &upload)? == json!([[0, 2]]), "half a leaf counts");
    all.world.node.rpc()?.answer("vault_abort", vec![upload])?;
    ensure!(fs::read_dir(all.world.node.vault()?.join("staging"))?.count() == 0, "something is left behind");
    Ok(())
}
