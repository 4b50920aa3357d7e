//! What is wrong is refused with one clear error and leaves nothing behind: every JSON-RPC method and every command.

use anyhow::{ensure, Result};
use base64::{engine::general_purpose::STANDARD, Engine};
use medchain_primitives::{ContentRoot, TicketOperation, HOUR};
use medchain_runtime_api::RecordView;
use medchain_sdk::Identity;
use medchain_tests::{
    args,
    attack::{OnDisk, Ticket},
    cli::{Cli, Refusal},
    life::{self, ADMINISTRATOR, DOCTOR, PATIENT},
    rpc::{NodeRefusal, Rpc},
    scenario, tests,
    world::{upload_of, World},
};
use medchain_vault::{dag::leaf_cid, DagBuilder, RootBlock};
use serde_json::{json, Value};
use std::{ffi::OsString, fs, path::Path, process::ExitCode};

/// JSON-RPC's own code for parameters of the wrong type or number.
const WRONG_PARAMETERS: i32 = -32602;

fn main() -> ExitCode {
    scenario::run(
        World::make,
        tests![
            reads_refuse_bad_parameters,
            reads_give_null_for_what_does_not_exist,
            tickets_that_are_wrong_in_any_part_are_refused,
            storing_is_refused_before_anything_is_written,
            standard_methods_give_no_content,
            a_changed_byte_is_reported_and_never_served,
            commands_refuse_bad_input,
            commands_refuse_a_node_that_is_down_or_of_another_chain,
            a_refused_command_leaves_nothing_behind,
            text_that_is_not_utf_8_is_taken_as_a_name_or_refused_clearly,
        ],
    )
}

// --- JSON-RPC -------------------------------------------------------------------------------------------------------

/// What every refusal must be like, whatever it is about.
fn is_clear(method: &str, refusal: &NodeRefusal) -> Result<()> {
    ensure!(!refusal.message.is_empty(), "{method}: no message");
    for word in ["panicked", "Error(", "Error {", "Some(", "unwrap"] {
        ensure!(!refusal.message.contains(word), "{method} shows its inside: {refusal:?}");
    }
    if refusal.code == 7003 || refusal.code == 7101 {
        ensure!(refusal.data.get("hint").is_some_and(Value::is_string), "{method} gives no hint: {refusal:?}");
    }
    Ok(())
}

fn reads_refuse_bad_parameters(world: &mut World) -> Result<()> {
    let rpc = world.node.rpc()?;
    let cid = |root: [u8; 32]| medchain_vault::ContentRoot(root).to_string();
    let cases: Vec<(&str, Vec<Value>, i32)> = vec![
        ("medchain_member", vec![], WRONG_PARAMETERS),
        ("medchain_member", vec![json!({})], WRONG_PARAMETERS),
        ("medchain_member", vec![json!(-1)], WRONG_PARAMETERS),
        ("medchain_member", vec![json!("Not A Username!")], 7003),
        ("medchain_members", vec![json!("wizard"), json!("active")], 7003),
        ("medchain_members", vec![json!("doctor"), json!("asleep")], 7003),
        ("medchain_members", vec![json!("doctor")], WRONG_PARAMETERS),
        ("medchain_administrators", vec![json!("not a block")], WRONG_PARAMETERS),
        ("medchain_appointment", vec![json!("first")], WRONG_PARAMETERS),
        ("medchain_appointments", vec![json!("nobody-here")], 7003),
        ("medchain_careRelations", vec![json!("nobody-here")], 7003),
        ("medchain_record", vec![json!(1.5)], WRONG_PARAMETERS),
        ("medchain_records", vec![json!("nobody-here")], 7003),
        ("medchain_records", vec![json!(PATIENT), json!("poem")], 7003),
        ("medchain_anchoredBy", vec![json!(DOCTOR), json!("not a cid")], 7003),
        ("medchain_anchoredBy", vec![json!(DOCTOR), json!("QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG")], 7003),
        ("medchain_anchoredBy", vec![json!(DOCTOR), json!(leaf_cid(&[1; 32]).to_string())], 7003),
        ("medchain_anchoredBy", vec![json!("nobody-here"), json!(cid([1; 32]))], 7003),
        ("medchain_request", vec![json!(-1)], WRONG_PARAMETERS),
        ("medchain_inbox", vec![json!("nobody-here")], 7003),
        ("medchain_requestsBy", vec![json!("nobody-here")], 7003),
        ("medchain_grant", vec![json!(1), json!("nobody-here")], 7003),
        ("medchain_grantsOfRecord", vec![json!("first")], WRONG_PARAMETERS),
        ("medchain_grantsOfReader", vec![json!("nobody-here")], 7003),
        ("medchain_readLog", vec![json!({})], 7003),
        ("medchain_readLog", vec![json!({ "record": 1, "patient": PATIENT })], 7003),
        ("medchain_readLog", vec![json!({ "owner": 1 })], WRONG_PARAMETERS),
        ("medchain_mayRequest", vec![json!(DOCTOR), json!(PATIENT), json!([1]), json!("CURIOSITY")], 7003),
        (
            "medchain_mayRequest",
            vec![json!(DOCTOR), json!(PATIENT), json!((1..=33).collect::<Vec<u32>>()), json!("TREAT")],
            7003,
        ),
        ("medchain_mayOpen", vec![json!("nobody-here"), json!(1)], 7003),
        ("medchain_mayRead", vec![json!("nobody-here"), json!(1)], 7003),
        ("medchain_committee", vec![json!(format!("0x{}", "11".repeat(32)))], 7002),
        ("medchain_allowance", vec![json!("nobody-here")], 7003),
        ("vault_begin", vec![json!("no ticket"), json!("")], WRONG_PARAMETERS),
        ("vault_leaf", vec![json!({}), json!(1), json!(0)], WRONG_PARAMETERS),
    ];
    for (method, parameters, code) in cases {
        let shown = json!(parameters).to_string();
        let refusal = rpc.refusal(method, parameters)?;
        ensure!(refusal.code == code, "{method}{shown}: {refusal:?} instead of {code}");
        is_clear(method, &refusal)?;
    }
    Ok(())
}

fn reads_give_null_for_what_does_not_exist(world: &mut World) -> Result<()> {
    let rpc = world.node.rpc()?;
    for (method, parameters) in [
        ("medchain_member", vec![json!(999_999)]),
        ("medchain_member", vec![json!("nobody-here")]),
        ("medchain_appointment", vec![json!(999_999)]),
        ("medchain_record", vec![json!(999_999)]),
        ("medchain_request", vec![json!(999_999)]),
        ("medchain_grant", vec![json!(999_999), json!(DOCTOR)]),
    ] {
        ensure!(rpc.answer(method, parameters)?.is_null(), "{method} gives something that does not exist");
    }
    Ok(())
}

/// A report of the world's doctor, uploaded on demand.
fn some_report(world: &World, seed: u64) -> Result<RecordView> {
    world.upload(&world.file(&format!("report-{seed}.bin"), 5000, seed)?)
}

fn tickets_that_are_wrong_in_any_part_are_refused(world: &mut World) -> Result<()> {
    let rpc = world.node.rpc()?;
    let record = some_report(world, 21)?;
    let patient = world.cli.identity(PATIENT)?;
    let stranger = Identity::from_uri("//Stranger")?;
    let right = Ticket::right(&rpc, &patient, TicketOperation::Read, record.content)?;
    let release = |ticket: Value| vec![ticket, json!(record.id)];
    rpc.answer("vault_release", release(right.signed(&patient)))?;

    let now = right.expires_at.saturating_sub(600_000);
    let wrong: Vec<(&str, Ticket)> = vec![
        ("expired", Ticket { expires_at: now.saturating_sub(1000), ..right.clone() }),
        ("lifetimeTooLong", Ticket { expires_at: now.saturating_add(2 * HOUR), ..right.clone() }),
        ("unknownChallenge", Ticket { challenge: [7; 32], ..right.clone() }),
        ("wrongOperation", Ticket { operation: TicketOperation::Store, ..right.clone() }),
        ("wrongContent", Ticket { content: medchain_vault::ContentRoot([7; 32]).to_string(), ..right.clone() }),
        ("malformed", Ticket { content: "bafybeinonsense".into(), ..right.clone() }),
        ("malformed", Ticket { account: "5Nonsense".into(), ..right.clone() }),
        ("forged", Ticket { genesis: [7; 32], ..right.clone() }),
    ];
    for (reason, ticket) in wrong {
        let refusal = rpc.refusal("vault_release", release(ticket.signed(&patient)))?;
        ensure!(refusal.code == 7101 && refusal.reason() == reason, "{reason}: {refusal:?}");
        is_clear("vault_release", &refusal)?;
    }
    let forged = rpc.refusal("vault_release", release(right.signed(&stranger)))?;
    ensure!(forged.code == 7101 && forged.reason() == "forged", "{forged:?}");
    let mut named = Ticket { genesis: [7; 32], ..right.clone() }.signed(&patient);
    if let Some(fields) = named.as_object_mut() {
        fields.insert("genesis".into(), json!(format!("0x{}", "07".repeat(32))));
    }
    let other_chain = rpc.refusal("vault_release", release(named))?;
    ensure!(other_chain.code == 7101 && other_chain.reason() == "wrongChain", "{other_chain:?}");
    let unknown = rpc.refusal("vault_release", vec![right.signed(&patient), json!(999_999)])?;
    ensure!(unknown.code == 7104, "{unknown:?}");
    Ok(())
}

fn entries(folder: &Path) -> Result<usize> {
    Ok(fs::read_dir(folder)?.count())
}

fn content_of(bytes: &[u8]) -> Result<(RootBlock, ContentRoot)> {
    let block = DagBuilder::build(bytes)?;
    let root = ContentRoot(block.root().0);
    Ok((block, root))
}

fn begin(rpc: &Rpc, by: &Identity, block: &RootBlock, named: ContentRoot) -> Result<NodeRefusal> {
    let ticket = Ticket::right(rpc, by, TicketOperation::Store, named)?.signed(by);
    rpc.refusal("vault_begin", vec![ticket, json!(STANDARD.encode(block.bytes()))])
}

fn storing_is_refused_before_anything_is_written(world: &mut World) -> Result<()> {
    let rpc = world.node.rpc()?;
    let vault = world.node.vault()?;
    let before = (entries(&vault.join("staging"))?, entries(&vault.join("contents"))?);
    let doctor = world.cli.identity(DOCTOR)?;
    let patient = world.cli.identity(PATIENT)?;
    let stranger = Identity::from_uri("//Stranger")?;
    let (small, name) = content_of(b"synthetic ciphertext")?;

    let refused = begin(&rpc, &stranger, &small, name)?;
    ensure!(refused.code == 7102 && refused.reason() == "noAllowance", "a stranger stores: {refused:?}");
    // A patient stores profiles: 32 MiB at most.
    let (large, large_name) = content_of(&vec![0; 33 * 1024 * 1024])?;
    let refused = begin(&rpc, &patient, &large, large_name)?;
    ensure!(refused.code == 7102 && refused.reason() == "overAllowance", "a patient stores too much: {refused:?}");
    let refused = begin(&rpc, &doctor, &small, large_name)?;
    ensure!(refused.code == 7101 && refused.reason() == "wrongContent", "{refused:?}");
    let ticket = Ticket::right(&rpc, &doctor, TicketOperation::Store, name)?.signed(&doctor);
    for (data, reason) in [("not base64!", "base64"), ("AAEC", "rootBlock")] {
        let refused = rpc.refusal("vault_begin", vec![ticket.clone(), json!(data)])?;
        ensure!(refused.code == 7105 && refused.reason() == reason, "{data}: {refused:?}");
        is_clear("vault_begin", &refused)?;
    }
    for (method, more) in [("vault_putLeaf", vec![json!(0), json!("AAEC")]), ("vault_finish", vec![json!("")])] {
        let refused = rpc.refusal(method, [vec![ticket.clone()], more].concat())?;
        ensure!(matches!(refused.code, 7105 | 7106), "{method} without an upload: {refused:?}");
        is_clear(method, &refused)?;
    }
    let after = (entries(&vault.join("staging"))?, entries(&vault.join("contents"))?);
    ensure!(before == after, "a refused upload left something: {before:?} {after:?}");

    rpc.answer("vault_begin", vec![ticket.clone(), json!(STANDARD.encode(small.bytes()))])?;
    let wrong = rpc.refusal("vault_putLeaf", vec![ticket.clone(), json!(0), json!(STANDARD.encode([0; 20]))])?;
    ensure!(wrong.code == 7105 && wrong.reason() == "wrongLeaf", "{wrong:?}");
    let short = rpc.refusal("vault_putLeaf", vec![ticket.clone(), json!(0), json!(STANDARD.encode([0; 3]))])?;
    ensure!(short.code == 7105 && short.reason() == "leafLength", "{short:?}");
    let none = rpc.refusal("vault_putLeaf", vec![ticket.clone(), json!(1), json!("AAEC")])?;
    ensure!(none.code == 7105 && none.reason() == "noSuchLeaf", "{none:?}");
    let envelope = OnDisk::of(&vault, ContentRoot([0; 32]), medchain_primitives::EnvelopeHash([0; 32]));
    ensure!(!envelope.exists(), "an envelope of nothing is there");
    rpc.answer("vault_abort", vec![ticket])?;
    ensure!(entries(&vault.join("staging"))? == before.0, "an aborted upload is still there");
    Ok(())
}

/// Whether an answer holds these bytes, in hexadecimal or base64.
fn holds(answer: &Value, bytes: &[u8]) -> bool {
    let text = answer.to_string();
    text.contains(&hex::encode(bytes)) || text.contains(&STANDARD.encode(&bytes[..bytes.len() / 3 * 3]))
}

fn standard_methods_give_no_content(world: &mut World) -> Result<()> {
    let rpc = world.node.rpc()?;
    let record = some_report(world, 22)?;
    let disk = OnDisk::of(&world.node.vault()?, record.content, record.envelope);
    let ciphertext = fs::read(&disk.data)?;
    let block = RootBlock::parse(&disk.root)?;
    let root = medchain_vault::ContentRoot(record.content.0).to_string();
    let leaf = leaf_cid(&block.leaves()[0]).to_string();

    for cid in [&root, &leaf] {
        if let Ok(answer) = rpc.call("bitswap_v1_get", vec![json!(cid)])? {
            anyhow::bail!("bitswap_v1_get gives {cid} without a ticket: {answer}");
        }
    }
    // Every method that takes nothing, or a hash that could be mistaken for a content's.
    let methods = rpc.answer("rpc_methods", vec![])?;
    let names = methods["methods"].as_array().cloned().unwrap_or_default();
    ensure!(names.len() > 50, "the standard methods are not complete: {}", names.len());
    let hash = |digest: [u8; 32]| json!(format!("0x{}", hex::encode(digest)));
    for name in names.iter().filter_map(Value::as_str) {
        // Those that change the node, stop it, or open a subscription.
        let changing = ["author_", "subscribe", "unsubscribe", "_v1_", "_unstable_", "addReserved", "removeReserved"];
        if changing.iter().any(|word| name.to_lowercase().contains(&word.to_lowercase())) {
            continue;
        }
        for parameters in [vec![], vec![hash(record.content.0)], vec![hash(block.leaves()[0])], vec![json!(root)]] {
            if let Ok(answer) = rpc.call(name, parameters)? {
                ensure!(!holds(&answer, &ciphertext[..96]), "{name} gives content without a ticket");
                ensure!(!holds(&answer, &disk.root), "{name} gives a root block without a ticket");
            }
        }
    }
    Ok(())
}

fn a_changed_byte_is_reported_and_never_served(world: &mut World) -> Result<()> {
    let rpc = world.node.rpc()?;
    let record = some_report(world, 23)?;
    let disk = OnDisk::of(&world.node.vault()?, record.content, record.envelope);
    let patient = world.cli.identity(PATIENT)?;
    let ticket = Ticket::right(&rpc, &patient, TicketOperation::Read, record.content)?.signed(&patient);
    let leaf = vec![ticket.clone(), json!(record.id), json!(0)];
    rpc.answer("vault_leaf", leaf.clone())?;
    disk.flip_byte(100)?;
    let refused = rpc.refusal("vault_leaf", leaf.clone())?;
    ensure!(refused.code == 7107 && refused.reason() == "corruptLeaf", "{refused:?}");
    disk.flip_byte(100)?;
    rpc.answer("vault_leaf", leaf)?;

    let envelope = fs::read(&disk.envelope)?;
    let mut changed = envelope.clone();
    changed[5] ^= 1;
    fs::write(&disk.envelope, changed)?;
    let refused = rpc.refusal("vault_release", vec![ticket, json!(record.id)])?;
    ensure!(refused.code == 7107 && refused.reason() == "corruptEnvelope", "{refused:?}");
    fs::write(&disk.envelope, envelope)?;
    world.open(record.id)?;
    Ok(())
}

// --- the command line -----------------------------------------------------------------------------------------------

struct Case {
    key: Option<&'static str>,
    arguments: Vec<OsString>,
    status: i32,
    /// What the error or the hint must say.
    says: &'static str,
}

fn check(cli: &Cli, case: Case) -> Result<()> {
    let shown: Vec<_> = case.arguments.iter().map(|one| one.to_string_lossy().into_owned()).collect();
    let refusal: Refusal = cli.refused(case.key, &case.arguments)?;
    ensure!(refusal.status == case.status, "{shown:?} ends with {}: {refusal:?}", refusal.status);
    ensure!(refusal.says(case.says), "{shown:?} does not say {:?}: {refusal:?}", case.says);
    ensure!(refusal.status == 2 || refusal.hint.is_some(), "{shown:?} gives no hint: {refusal:?}");
    Ok(())
}

/// The arguments after the first `key` and the status, then what is said.
macro_rules! case {
    ($key:expr, $status:literal, $says:literal, $($argument:expr),+ $(,)?) => {
        Case { key: $key, status: $status, says: $says, arguments: args![$($argument),+].to_vec() }
    };
}

fn commands_refuse_bad_input(world: &mut World) -> Result<()> {
    let folder = world.folder().to_path_buf();
    let file = world.file("document.bin", 100, 31)?;
    let report = some_report(world, 32)?.id.to_string();
    let (not_text, not_phrase, empty) = (folder.join("not-text"), folder.join("not-phrase"), folder.join("nothing"));
    fs::write(&not_text, [0xff, 0xfe, 0xfd])?;
    fs::write(&not_phrase, "one two three\n")?;
    fs::write(&empty, "\n")?;
    let huge = folder.join("huge");
    fs::File::create(&huge)?.set_len(17 * 1024 * 1024 * 1024)?;
    let output = folder.join("refused-output");
    let nowhere = folder.join("nowhere");
    let (patient, doctor, none) = (Some(PATIENT), Some(DOCTOR), None);
    let many: Vec<OsString> = (1..=33).map(|number: u32| number.to_string().into()).collect();
    let too_many = Case {
        key: doctor,
        status: 2,
        says: "",
        arguments: [args!["access", "request", PATIENT].to_vec(), many].concat(),
    };
    let cases = vec![
        // Accounts.
        case!(none, 1, "already has an account", "account", "new", PATIENT),
        case!(none, 1, "is not a name", "account", "new", "../escape"),
        case!(none, 1, "is empty", "account", "new", "fresh", "--passphrase-file", &empty),
        case!(none, 1, "no account", "account", "export", "nobody"),
        case!(none, 1, "does not open", "account", "export", PATIENT, "--passphrase-file", &not_phrase),
        case!(none, 1, "not a recovery phrase", "account", "import", "fresh", "--secret-file", &not_phrase),
        case!(none, 1, "no text", "account", "import", "fresh", "--secret-file", &not_text),
        case!(none, 1, "no such file", "account", "import", "fresh", "--secret-file", &nowhere),
        // Keys.
        case!(none, 2, "no key was named", "record", "list"),
        case!(Some("nobody"), 1, "no account", "record", "list"),
        case!(Some("//Alice/soft"), 1, "softly derived", "record", "list"),
        case!(Some("0x12"), 1, "not a seed", "record", "list"),
        case!(Some("//Stranger"), 1, "not registered", "record", "list"),
        case!(patient, 1, "does not open", "record", "list", "--passphrase-file", &not_phrase),
        // Members.
        case!(none, 2, "wizard", "member", "list", "--role", "wizard"),
        case!(none, 2, "0", "member", "list", "--limit", "0"),
        case!(none, 1, "no member", "member", "show", "nobody-here"),
        case!(
            Some("//Bob"),
            2,
            "licence",
            "member",
            "register",
            "--role",
            "doctor",
            "--username",
            "bob",
            "--name",
            "B"
        ),
        case!(
            patient,
            1,
            "registered already",
            "member",
            "register",
            "--role",
            "patient",
            "--username",
            "x.y",
            "--name",
            "X"
        ),
        case!(Some(ADMINISTRATOR), 1, "no member", "member", "verify", "nobody-here"),
        case!(Some(ADMINISTRATOR), 1, "NotPending", "member", "verify", DOCTOR),
        case!(Some(ADMINISTRATOR), 1, "NotAProfessional", "member", "verify", PATIENT),
        case!(doctor, 1, "may not", "member", "verify", DOCTOR),
        case!(doctor, 1, "not an administrator", "member", "publish-key"),
        case!(Some(ADMINISTRATOR), 2, "reason", "member", "reject", DOCTOR, "--reason", "dislike"),
        // Appointments.
        case!(patient, 2, "zone", "appointment", "request", DOCTOR, "--start", "tomorrow"),
        case!(patient, 1, "in the past", "appointment", "request", DOCTOR, "--start", "2020-01-01T09:00Z"),
        case!(patient, 1, "quarters", "appointment", "request", DOCTOR, "--start", "2100-01-01T09:07Z"),
        case!(patient, 1, "TooFarAhead", "appointment", "request", DOCTOR, "--start", "2100-01-01T09:00Z"),
        case!(patient, 1, "no member", "appointment", "request", "nobody-here", "--start", "2100-01-01T09:00Z"),
        case!(doctor, 1, "UnknownAppointment", "appointment", "accept", "999999"),
        case!(doctor, 2, "", "appointment", "accept", "first"),
        case!(patient, 1, "AlreadyUnderCare", "care", "open", DOCTOR, "--no-profile"),
        // Records.
        case!(doctor, 1, "no such file", "record", "upload", &nowhere, "--patient", PATIENT),
        case!(doctor, 1, "folder", "record", "upload", &folder, "--patient", PATIENT),
        case!(doctor, 1, "no member", "record", "upload", &file, "--patient", "nobody-here"),
        case!(doctor, 2, "poem", "record", "upload", &file, "--patient", PATIENT, "--kind", "poem"),
        case!(doctor, 2, "prescriptions", "record", "upload", &file, "--patient", PATIENT, "--fills", "2"),
        case!(
            doctor,
            2,
            "25",
            "record",
            "upload",
            &file,
            "--patient",
            PATIENT,
            "--kind",
            "prescription",
            "--fills",
            "25"
        ),
        case!(doctor, 1, "at most", "record", "upload", &huge, "--patient", PATIENT),
        case!(doctor, 1, "no interrupted upload", "record", "upload", &file, "--patient", PATIENT, "--resume"),
        case!(doctor, 1, "there is no record", "record", "show", "999999"),
        case!(doctor, 1, "there is no record", "record", "open", "999999", "--output", &output),
        case!(doctor, 1, "not granted", "record", "open", &report, "--output", &output),
        case!(doctor, 1, "not granted", "record", "open", &report, "--output", &output, "--no-open"),
        case!(patient, 1, "already exists", "record", "open", &report, "--output", &file),
        case!(patient, 1, "no such file or folder", "record", "open", &report, "--output", nowhere.join("in")),
        case!(doctor, 1, "NotThePatient", "record", "erase", &report),
        case!(patient, 1, "NotTheAuthor", "record", "retract", &report, "--reason", "wrong-patient"),
        // Access.
        case!(doctor, 1, "UnknownRecord", "access", "request", PATIENT, "999999"),
        case!(doctor, 1, "Emergency", "access", "request", PATIENT, &report, "--purpose", "ETREAT"),
        case!(doctor, 2, "CURIOSITY", "access", "request", PATIENT, &report, "--purpose", "CURIOSITY"),
        case!(patient, 1, "NotAProfessional", "access", "request", PATIENT, &report),
        too_many,
        case!(patient, 1, "no request", "access", "grant", "999999"),
        case!(patient, 2, "15m", "access", "grant", "1", "--for", "forever"),
        case!(patient, 2, "0", "access", "grant", "1", "--openings", "0"),
        case!(patient, 1, "UnknownRequest", "access", "deny", "999999"),
        case!(patient, 1, "no member", "access", "give", "nobody-here", &report),
        case!(doctor, 1, "UnknownRequest", "access", "clear-expired", "999999"),
        case!(doctor, 1, "UnknownRequest", "access", "withdraw", "999999"),
        case!(patient, 1, "NoGrant", "access", "revoke", &report, DOCTOR),
        case!(doctor, 1, "NoGrant", "access", "relinquish", &report),
        case!(doctor, 1, "NoGrant", "access", "open", &report),
        case!(doctor, 1, "NoWindow", "access", "close", &report),
        case!(doctor, 1, "not granted", "access", "share", PATIENT, "nobody-here"),
        case!(none, 1, "no member", "access", "log", "--patient", "nobody-here"),
        // The program.
        case!(none, 2, "unrecognized", "recrod", "list"),
        case!(none, 2, "64 hexadecimal digits", "status", "--genesis", "0x12"),
    ];
    let mut wrong = Vec::new();
    for case in cases {
        if let Err(error) = check(&world.cli, case) {
            wrong.push(format!("{error:#}"));
        }
    }
    ensure!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
    ensure!(!output.exists(), "a refused opening left a file");
    Ok(())
}

fn commands_refuse_a_node_that_is_down_or_of_another_chain(world: &mut World) -> Result<()> {
    for (url, says) in [
        ("ws://127.0.0.1:1", "no node answers"),
        ("http://127.0.0.1:1", "not the address of a node"),
        ("nonsense", "not the address of a node"),
    ] {
        check(&world.cli.at(url), case!(None, 1, "", "status"))?;
        let refusal = world.cli.at(url).refused(None, args!["status"])?;
        ensure!(refusal.says(says), "{url}: {refusal:?}");
    }
    let other = format!("0x{}", "77".repeat(32));
    check(&world.cli, case!(None, 1, "genesis", "status", "--genesis", other))
}

fn a_refused_command_leaves_nothing_behind(world: &mut World) -> Result<()> {
    const PENDING: &str = "dr-pending";
    world.cli.json(None, args!["account", "new", PENDING])?;
    life::register_professional(&world.cli, PENDING, "doctor", world.folder())?;
    let vault = world.node.vault()?;
    let count = || -> Result<(usize, usize, usize)> {
        let uploads = world.cli.home().join("medchain").join("uploads");
        let uploads = if uploads.exists() { entries(&uploads)? } else { 0 };
        Ok((entries(&vault.join("contents"))?, entries(&vault.join("staging"))?, uploads))
    };
    let before = count()?;
    let file = world.file("refused.bin", 3_000_000, 41)?;
    let refusal = world.cli.refused(Some(PENDING), upload_of(&file))?;
    ensure!(refusal.says("NotActive"), "{refusal:?}");
    // A patient may not write reports, not even its own.
    world.cli.refused(Some(PATIENT), upload_of(&file))?;
    let after = count()?;
    ensure!(before == after, "contents, uploads staged, uploads kept: {before:?}, after the refusal {after:?}");

    // A certificate over the limit is refused before its owner is registered.
    const HUGE: &str = "dr-huge";
    world.cli.json(None, args!["account", "new", HUGE])?;
    let certificate = world.folder().join("huge-certificate");
    fs::File::create(&certificate)?.set_len(40 * 1024 * 1024)?;
    let register = args![
        "member",
        "register",
        "--role",
        "doctor",
        "--username",
        HUGE,
        "--name",
        "Huge (synthetic)",
        "--licence",
        "SYN-2",
        "--issuer",
        "Example Chamber",
        "--certificate",
        &certificate,
    ];
    let refusal = world.cli.refused(Some(HUGE), register)?;
    ensure!(refusal.says("at most"), "{refusal:?}");
    ensure!(
        world.node.rpc()?.answer("medchain_member", vec![json!(HUGE)])?.is_null(),
        "a refused registration left a member"
    );
    Ok(())
}

fn text_that_is_not_utf_8_is_taken_as_a_name_or_refused_clearly(world: &mut World) -> Result<()> {
    use std::os::unix::ffi::OsStringExt;
    let bytes = || OsString::from_vec(vec![b'r', 0xff, 0xfe, b'.', b't', b'x', b't']);
    let odd = world.folder().join(bytes());
    fs::write(&odd, "synthetic report under a name that is no text\n")?;
    let record = world.upload(&odd)?;
    ensure!(life::same_bytes(&odd, &world.open(record.id)?)?, "the document changed");
    // As an argument that must be text it is wrong usage.
    let titled = [upload_of(&odd).to_vec(), vec!["--title".into(), bytes()]].concat();
    check(&world.cli, Case { key: Some(DOCTOR), arguments: titled, status: 2, says: "UTF-8" })?;
    check(&world.cli, Case { key: Some(DOCTOR), arguments: vec![bytes()], status: 2, says: "" })
}
