//! The gates before the vault, on every node of a consortium and by every way in: tickets, windows, limits for clients that
//! ask for too much, and full or read-only disks.

use anyhow::{anyhow, bail, ensure, Context, Result};
use base64::{engine::general_purpose::STANDARD, Engine};
use jsonrpsee::{
    core::client::{ClientT, Error as ClientError},
    ws_client::WsClientBuilder,
};
use medchain_primitives::{ContentRoot, Moment, TicketOperation, HOUR};
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
    io::Read,
    process::ExitCode,
    thread::sleep,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

const MIB: u64 = 1024 * 1024;

fn main() -> ExitCode {
    scenario::run(
        Consortium::make,
        tests![
            a_wrong_ticket_is_refused_by_every_node_by_every_way_with_its_own_error,
            who_may_not_read_or_store_does_so_on_no_node,
            a_reader_whose_window_was_closed_or_ended_or_whose_grant_was_revoked_reads_nowhere,
            a_suspended_reader_reads_and_stores_nowhere,
            leaves_go_over_http_and_come_back,
            what_is_wrong_over_http_is_refused_as_over_json_rpc,
            a_connection_with_too_many_calls_is_refused_and_others_are_served,
            clients_that_are_slow_or_vanish_hold_nothing,
            no_refusal_is_logged_with_who_or_what,
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

/// Every way in that a ticket for storing has.
fn store_refusals(node: &Node, ticket: &Value, root: &RootBlock, leaf: &[u8]) -> Result<Vec<NodeRefusal>> {
    let rpc = node.rpc()?;
    let (root, bytes) = (json!(STANDARD.encode(root.bytes())), json!(STANDARD.encode(leaf)));
    let mut refusals = Vec::new();
    for (method, more) in [
        ("vault_begin", vec![root]),
        ("vault_putLeaf", vec![json!(0), bytes.clone()]),
        ("vault_finish", vec![bytes]),
        ("vault_abort", vec![]),
        ("vault_copies", vec![]),
    ] {
        refusals.push(rpc.refusal(method, [vec![ticket.clone()], more].concat())?);
    }
    let mut put = Exchange::put(node.http_port()?, "/vault/1/leaves/0", ticket, leaf.len())?;
    put.send(leaf)?;
    refusals.push(over_http(&mut put)?);
    Ok(refusals)
}

/// Tickets of which one thing is wrong, and the reason that the node shall give. `right` is by `signer`, for a node whose
/// challenge `elsewhere` does not know.
fn wrong_tickets(right: &Ticket, elsewhere: &Node, signer: &Identity) -> Result<Vec<(&'static str, Value)>> {
    let mallory = Identity::from_uri("//Mallory")?;
    let now = right.expires_at.saturating_sub(600_000);
    let mut other_chain = Ticket { genesis: [7; 32], ..right.clone() }.signed(signer);
    other_chain["genesis"] = json!(format!("0x{}", "07".repeat(32)));
    let other_operation = match right.operation {
        TicketOperation::Read => TicketOperation::Store,
        TicketOperation::Store => TicketOperation::Read,
    };
    let content: [u8; 32] = medchain_vault::ContentRoot::parse_cid(&right.content)?.0;
    let of_elsewhere = Ticket::right(&elsewhere.rpc()?, signer, right.operation, ContentRoot(content))?;
    Ok(vec![
        ("forged", right.signed(&mallory)),
        ("forged", Ticket { genesis: [7; 32], ..right.clone() }.signed(signer)),
        ("expired", Ticket { expires_at: now, ..right.clone() }.signed(signer)),
        ("lifetimeTooLong", Ticket { expires_at: now + 2 * HOUR, ..right.clone() }.signed(signer)),
        ("wrongChain", other_chain),
        ("wrongOperation", Ticket { operation: other_operation, ..right.clone() }.signed(signer)),
        // One that was signed for another node, used here.
        ("unknownChallenge", of_elsewhere.signed(signer)),
        ("malformed", Ticket { account: "5Nonsense".into(), ..right.clone() }.signed(signer)),
    ])
}

/// The refusals are of tickets, for this reason, with a hint, and in the log.
fn ensure_ticket_refused(node: &Node, refusals: &[NodeRefusal], reason: &str) -> Result<()> {
    for refusal in refusals {
        ensure!(refusal.code == 7101 && refusal.reason() == reason, "{reason}: {refusal:?}");
        ensure!(refusal.data["hint"].is_string(), "{refusal:?}");
        ensure_logged(node, refusal)?;
    }
    Ok(())
}

fn a_wrong_ticket_is_refused_by_every_node_by_every_way_with_its_own_error(all: &mut Consortium) -> Result<()> {
    let (record, root) = some_record(all, "ticketed.bin", 2 * MIB, 31)?;
    let (other, _) = some_record(all, "another.bin", 1000, 32)?;
    let patient = all.world.cli.identity(PATIENT)?;
    let doctor = all.world.cli.identity(DOCTOR)?;
    let leaf = b"synthetic ciphertext";
    let upload = DagBuilder::build(&leaf[..])?;
    for (node, elsewhere) in nodes(all).into_iter().zip([&all.clinic, &all.stranger, &all.world.node]) {
        let right = all.right_ticket(node, &record)?;
        let mut wrong = wrong_tickets(&right, elsewhere, &patient)?;
        // One that is good for another record.
        wrong.push(("wrongContent", all.patients_ticket(node, &other)?));
        for (reason, ticket) in wrong {
            ensure_ticket_refused(node, &refusals(node, &ticket, &record)?, reason)?;
            bitswap_gives_nothing(node, &record, &root)?;
        }
        // The right one is good on the same node, by both ways.
        let ticket = right.signed(&patient);
        node.rpc()?.answer("vault_leaf", vec![ticket.clone(), json!(record.id), json!(1)])?;
        ensure!(Exchange::get(node.http_port()?, &leaves_of(&record), &ticket)?.status()? == 200);
        bitswap_gives_nothing(node, &record, &root)?;

        let right = Ticket::right(&node.rpc()?, &doctor, TicketOperation::Store, ContentRoot(upload.root().0))?;
        for (reason, ticket) in wrong_tickets(&right, elsewhere, &doctor)? {
            ensure_ticket_refused(node, &store_refusals(node, &ticket, &upload, leaf)?, reason)?;
        }
        let begin = |ticket: Value, root: &RootBlock| {
            node.rpc()?.call("vault_begin", vec![ticket, json!(STANDARD.encode(root.bytes()))])
        };
        let Err(refusal) = begin(right.signed(&doctor), &root)? else { bail!("another content is begun") };
        ensure_ticket_refused(node, &[refusal], "wrongContent")?;
        ensure!(begin(right.signed(&doctor), &upload)?.is_ok());
        node.rpc()?.answer("vault_abort", vec![right.signed(&doctor)])?;
    }
    Ok(())
}

fn who_may_not_read_or_store_does_so_on_no_node(all: &mut Consortium) -> Result<()> {
    let (record, root) = some_record(all, "forbidden.bin", MIB, 50)?;
    let (mallory, doctor) = (Identity::from_uri("//Mallory")?, all.world.cli.identity(DOCTOR)?);
    let patient = all.world.cli.identity(PATIENT)?;
    let envelope = json!(STANDARD.encode(fs::read(all.on_disk(&all.world.node, &record)?.envelope)?));
    let small = DagBuilder::build(&b"synthetic ciphertext"[..])?;
    // A patient stores profiles: 32 MiB at most.
    let large = DagBuilder::build(&vec![0; 33 * LEAF_BYTES][..])?;
    for node in nodes(all) {
        // Somebody without a membership, and the author.
        for (who, error) in [(&mallory, "NotAMember"), (&doctor, "NoGrant")] {
            for refusal in refusals(node, &readers_ticket(node, who, &record)?, &record)? {
                ensure!(refusal.code == 7103 && refusal.reason() == error, "{error}: {refusal:?}");
                ensure_logged(node, &refusal)?;
            }
            bitswap_gives_nothing(node, &record, &root)?;
        }
        let rpc = node.rpc()?;
        for (who, root, reason) in [(&mallory, &small, "noAllowance"), (&patient, &large, "overAllowance")] {
            let ticket = Ticket::right(&rpc, who, TicketOperation::Store, ContentRoot(root.root().0))?.signed(who);
            let block = json!(STANDARD.encode(root.bytes()));
            let refusal = rpc.refusal("vault_begin", vec![ticket.clone(), block])?;
            ensure!(refusal.code == 7102 && refusal.reason() == reason, "{reason}: {refusal:?}");
            ensure_logged(node, &refusal)?;
            let refusal = rpc.refusal("vault_finish", vec![ticket, envelope.clone()])?;
            ensure!(matches!(refusal.code, 7102 | 7106), "{refusal:?}");
        }
    }
    Ok(())
}

/// The node's log has the refusal's sentence, or will have it as soon as it is written out.
fn ensure_logged(node: &Node, refusal: &NodeRefusal) -> Result<()> {
    let line = format!("was refused with {}: {}", refusal.code, refusal.message);
    let started = Instant::now();
    while !node.log()?.contains(&line) {
        ensure!(started.elapsed() < Duration::from_secs(10), "this is not logged: {line}");
        sleep(Duration::from_millis(100));
    }
    Ok(())
}

/// Last of all: what the tests before have left in the logs counts too.
fn no_refusal_is_logged_with_who_or_what(all: &mut Consortium) -> Result<()> {
    let (record, _) = some_record(all, "logged.bin", 1000, 33)?;
    let mallory = Identity::from_uri("//Mallory")?;
    let mut secret = vec![mallory.address(), medchain_vault::ContentRoot(record.content.0).to_string()];
    for name in [PATIENT, DOCTOR, HOSPITAL] {
        // The hospital is there if its test was run.
        let Ok(identity) = all.world.cli.identity(name) else { continue };
        secret.extend([identity.address(), hex::encode(identity.account())]);
    }
    secret.extend(["@example.org", "Example Street", "(synthetic)", "SYN-0001", "ticketed.bin"].map(str::to_owned));
    for node in nodes(all) {
        let forged = all.right_ticket(node, &record)?.signed(&mallory);
        let refusal = node.rpc()?.refusal("vault_root", vec![forged, json!(record.id)])?;
        ensure_logged(node, &refusal)?;
        let log = node.log()?;
        for secret in &secret {
            let line = log.lines().find(|line| line.contains(secret));
            ensure!(line.is_none(), "the log says {secret}: {line:?}");
        }
    }
    Ok(())
}

/// Registers and verifies a hospital, unless it is there.
fn hospital(all: &Consortium) -> Result<Identity> {
    let cli = &all.world.cli;
    if cli.identity(HOSPITAL).is_err() {
        cli.json(None, args!["account", "new", HOSPITAL])?;
        life::register_professional(cli, HOSPITAL, "hospital", all.world.folder())?;
        cli.json(Some(life::ADMINISTRATOR), args!["member", "verify", HOSPITAL])?;
    }
    cli.identity(HOSPITAL)
}

/// The hospital requests a record, and the patient grants it for so long, with so many openings.
fn grant(all: &Consortium, record: &RecordView, time: &str, openings: &str) -> Result<()> {
    let cli = &all.world.cli;
    let requested = cli.json(Some(HOSPITAL), args!["access", "request", PATIENT, record.id.to_string()])?;
    let request = life::number(&requested, "request")?.to_string();
    cli.json(Some(PATIENT), args!["access", "grant", &request, "--for", time, "--openings", openings])?;
    Ok(())
}

/// The hospital opens a record that it may open for a minute; when its window ends, on the chain's clock as on the nodes'.
fn opened_for_a_minute(all: &Consortium, record: &RecordView) -> Result<Moment> {
    grant(all, record, "1m", "1")?;
    let opened = all.world.cli.json(Some(HOSPITAL), args!["access", "open", record.id.to_string()])?;
    life::number(&opened, "windowClosesAt")
}

fn a_reader_whose_window_was_closed_or_ended_or_whose_grant_was_revoked_reads_nowhere(
    all: &mut Consortium,
) -> Result<()> {
    let hospital = hospital(all)?;
    let cli = &all.world.cli;
    let (record, root) = some_record(all, "granted.bin", MIB, 34)?;
    let (brief, brief_root) = some_record(all, "granted-for-a-minute.bin", 24 * MIB, 49)?;
    // It ends by itself while the other is closed and revoked.
    let mut ends_at = opened_for_a_minute(all, &brief)?;
    let id = record.id.to_string();
    grant(all, &record, "1h", "2")?;
    let ends = [
        (HOSPITAL, args!["access", "close", &id].to_vec(), "NoWindow"),
        (PATIENT, args!["access", "revoke", &id, HOSPITAL].to_vec(), "NoGrant"),
    ];
    for (who, end, error) in ends {
        let folder = all.world.folder().join(format!("opened-before-{error}"));
        cli.json(Some(HOSPITAL), args!["record", "open", &id, "--output", &folder])?;
        let number = all.world.node.finalized()?;
        for node in nodes(all) {
            node.wait_finalized(number)?;
            let ticket = readers_ticket(node, &hospital, &record)?;
            node.rpc()?.answer("vault_leaf", vec![ticket, json!(record.id), json!(0)])?;
        }
        cli.json(Some(who), end)?;
        let number = all.world.node.finalized()?;
        for node in nodes(all) {
            node.wait_finalized(number)?;
            for refusal in refusals(node, &readers_ticket(node, &hospital, &record)?, &record)? {
                ensure!(refusal.code == 7103 && refusal.reason() == error, "{error}: {refusal:?}");
                ensure_logged(node, &refusal)?;
            }
            bitswap_gives_nothing(node, &record, &root)?;
        }
    }
    if clock()? + 2 * AROUND >= ends_at {
        // All that took longer than a minute.
        ends_at = opened_for_a_minute(all, &brief)?;
    }
    let number = all.world.node.finalized()?;
    for node in nodes(all) {
        node.wait_finalized(number)?;
    }
    std::thread::scope(|scope| {
        let (hospital, brief) = (&hospital, &brief);
        let watch = |node| scope.spawn(move || ends_to_the_millisecond(node, hospital, brief, ends_at));
        let watched = nodes(all).map(watch);
        let node = &all.world.node;
        let stream = scope.spawn(move || a_stream_ends_with_its_window(node, hospital, brief, ends_at));
        let mut threads = watched.into_iter().chain([stream]);
        threads.try_for_each(|thread| thread.join().map_err(|_| anyhow!("a watcher panicked"))?)
    })?;
    for node in nodes(all) {
        for refusal in refusals(node, &readers_ticket(node, &hospital, &brief)?, &brief)? {
            ensure!(refusal.code == 7103 && HAS_ENDED.contains(&refusal.reason()), "{refusal:?}");
            ensure_logged(node, &refusal)?;
        }
        bitswap_gives_nothing(node, &brief, &brief_root)?;
    }
    Ok(())
}

/// How long before the end of a window its reader is served for the last time here, in milliseconds.
const AROUND: Moment = 500;

/// What a reader is told whose window has ended: by the node's clock, and from the next block on by the chain's.
const HAS_ENDED: [&str; 3] = ["windowClosed", "NoWindow", "NoGrant"];

/// This machine's clock, which is the nodes' too, in milliseconds since 1970.
fn clock() -> Result<Moment> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis().try_into()?)
}

fn readers_ticket(node: &Node, reader: &Identity, record: &RecordView) -> Result<Value> {
    Ok(Ticket::right(&node.rpc()?, reader, TicketOperation::Read, record.content)?.signed(reader))
}

/// A reader is served until its window ends, and a call that it begins a millisecond later is refused.
fn ends_to_the_millisecond(node: &Node, reader: &Identity, record: &RecordView, ends_at: Moment) -> Result<()> {
    let (rpc, ticket) = (node.rpc()?, readers_ticket(node, reader, record)?);
    let leaf = || rpc.call("vault_leaf", vec![ticket.clone(), json!(record.id), json!(0)]);
    let mut served_at = 0;
    while clock()? + AROUND < ends_at {
        ensure!(leaf()?.is_ok(), "refused {} ms before the end", ends_at.saturating_sub(clock()?));
        served_at = clock()?;
        sleep(Duration::from_millis(ends_at.saturating_sub(served_at).min(AROUND * 2).saturating_sub(AROUND)));
    }
    ensure!(served_at > 0, "the window had all but ended when the reading began");
    // Up to the last call that is sure to have its answer before the end.
    let mut longest = AROUND / 20;
    while clock()? + 2 * longest < ends_at {
        let (begun, answer) = (clock()?, leaf()?);
        let now = clock()?;
        ensure!(answer.is_ok() || now >= ends_at, "refused {} ms before the end: {answer:?}", ends_at - now);
        (served_at, longest) = (now, longest.max(now - begun));
    }
    while clock()? <= ends_at {
        std::hint::spin_loop();
    }
    let (begun, answer) = (clock()?, leaf()?);
    let Err(refusal) = answer else { bail!("served {} ms after the end", begun - ends_at) };
    ensure!(refusal.code == 7103 && HAS_ENDED.contains(&refusal.reason()), "{refusal:?}");
    println!(
        "     served until {} ms before the end of the window, refused {} ms after it: {}",
        ends_at.saturating_sub(served_at),
        begun - ends_at,
        refusal.reason()
    );
    Ok(())
}

/// What is under way when the window ends is cut off: a client has what the buffers held, and no more.
fn a_stream_ends_with_its_window(node: &Node, reader: &Identity, record: &RecordView, ends_at: Moment) -> Result<()> {
    let (port, ticket) = (node.http_port()?, readers_ticket(node, reader, record)?);
    sleep(Duration::from_millis(ends_at.saturating_sub(clock()?).saturating_sub(AROUND)));
    let mut answer = Exchange::get(port, &leaves_of(record), &ticket)?;
    ensure!(answer.status()? == 200, "refused before the end");
    let mut received = vec![0; LEAF_BYTES];
    answer.body().read_exact(&mut received)?;
    sleep(Duration::from_millis(ends_at.saturating_sub(clock()?) + 1));
    // Cut off, which may show as an error.
    let _ = answer.body().read_to_end(&mut received);
    println!("     a stream that was under way was cut off after {} MiB of 24", received.len() / LEAF_BYTES);
    ensure!(received.len() < 24 * LEAF_BYTES, "the window's end does not end a stream");
    Ok(())
}

fn a_suspended_reader_reads_and_stores_nowhere(all: &mut Consortium) -> Result<()> {
    let hospital = hospital(all)?;
    let cli = &all.world.cli;
    let (record, root) = some_record(all, "open-to-a-hospital.bin", 1000, 51)?;
    let upload = DagBuilder::build(&b"synthetic ciphertext"[..])?;
    grant(all, &record, "1h", "1")?;
    cli.json(Some(HOSPITAL), args!["access", "open", record.id.to_string()])?;
    let number = all.world.node.finalized()?;
    let mut tickets = Vec::new();
    for node in nodes(all) {
        node.wait_finalized(number)?;
        let rpc = node.rpc()?;
        let ticket = readers_ticket(node, &hospital, &record)?;
        rpc.answer("vault_leaf", vec![ticket.clone(), json!(record.id), json!(0)])?;
        let store = Ticket::right(&rpc, &hospital, TicketOperation::Store, ContentRoot(upload.root().0))?;
        tickets.push((node, ticket, store.signed(&hospital)));
    }
    cli.json(Some(life::ADMINISTRATOR), args!["member", "suspend", HOSPITAL, "--reason", "misconduct"])?;
    let number = all.world.node.finalized()?;
    for (node, ticket, store) in tickets {
        node.wait_finalized(number)?;
        for refusal in refusals(node, &ticket, &record)? {
            ensure!(refusal.code == 7103 && refusal.reason() == "NotActive", "{refusal:?}");
            ensure_logged(node, &refusal)?;
        }
        let begin = vec![store, json!(STANDARD.encode(upload.bytes()))];
        let refusal = node.rpc()?.refusal("vault_begin", begin)?;
        ensure!(refusal.code == 7102 && refusal.reason() == "noAllowance", "{refusal:?}");
        bitswap_gives_nothing(node, &record, &root)?;
    }
    cli.json(Some(life::ADMINISTRATOR), args!["member", "reinstate", HOSPITAL]).map(drop)
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
            answer.body().read_to_end(&mut part)?;
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
                Err(error) => bail!("refused otherwise: {error}"),
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
