//! The nine steps and every attack of the demo, with the samples, a document of no bytes, and a file name as long and as
//! foreign as file systems take; then what is left of that life, by the commands that read.

use anyhow::{ensure, Context, Result};
use medchain_tests::{
    args,
    cli::Cli,
    life::{self, number, Narrator, ADMINISTRATOR, DOCTOR, HOSPITAL, PATIENT, STRANGER},
    node::Node,
    samples, scenario, tests,
};
use serde_json::{json, Value};
use std::{ffi::OsString, fs, path::Path, process::ExitCode};

fn main() -> ExitCode {
    scenario::run(|| Ok(()), tests![a_record_lives_its_whole_life_and_what_is_forbidden_is_refused,])
}

/// 255 bytes of UTF-8, the most that Linux takes for a name: Chinese, two emoji, an ending.
fn longest_name() -> String {
    let name = format!("{}🩺🧬.txt", "检".repeat(81));
    assert_eq!(name.len(), 255);
    name
}

fn a_record_lives_its_whole_life_and_what_is_forbidden_is_refused(_: &mut ()) -> Result<()> {
    let folder = tempfile::Builder::new().prefix("medchain-life-").tempdir()?;
    let (empty, named) = (folder.path().join("empty.dcm"), folder.path().join(longest_name()));
    fs::write(&empty, [])?;
    fs::write(&named, "synthetic report under a long name\n")?;
    let mut files = samples();
    files.extend([empty, named]);

    let node = Node::start(&folder.path().join("node"))?;
    let cli = Cli::new(&folder.path().join("keys"), &node.url())?;
    let narrator = Narrator::default();
    life::play(&node, &cli, &files, folder.path(), &narrator)?;
    ensure!(narrator.failed() == 0, "{} attempts were not refused as they should be", narrator.failed());
    ensure!(narrator.refused() >= 12, "only {} attempts were made", narrator.refused());

    let reports = listed(&cli, args!["record", "list", PATIENT, "--kind", "report"])?;
    let (first, last) = (reports.first().context("no report")?, reports.last().context("no report")?);
    a_record_is_proved(&cli, last, &folder.path().join("proof.json"))?;
    decisions_are_told(&cli, first, last)?;
    emergencies_are_decided(&cli, last)?;
    each_thing_is_shown_alone(&cli, last)?;
    listings_are_anybody_s(&cli)?;
    the_log_is_exported(&cli)
}

/// The entries that a listing command prints, without a key.
fn listed<const N: usize>(cli: &Cli, arguments: [OsString; N]) -> Result<Vec<Value>> {
    let page = cli.json(None, arguments)?;
    page["items"].as_array().cloned().with_context(|| format!("no listing: {page}"))
}

fn id(entry: &Value) -> Result<String> {
    Ok(number(entry, "id")?.to_string())
}

fn a_record_is_proved(cli: &Cli, record: &Value, output: &Path) -> Result<()> {
    let prove = args!["record", "proof", id(record)?, "--output", output];
    let proven = cli.json(None, &prove)?;
    for field in ["patient", "author", "kind", "content", "anchoredAt"] {
        ensure!(proven[field] == record[field], "another {field} is proved: {proven}");
    }
    ensure!(proven["finalityChecked"] == true, "the validators' signatures were not checked: {proven}");
    let proof: Value = serde_json::from_slice(&fs::read(output)?)?;
    ensure!(proof["block"] == proven["block"] && proof["finality"].is_string(), "no proof was written");
    ensure!(cli.refused(None, &prove)?.says("already exists"), "a proof was overwritten");
    let unknown = cli.refused(None, args!["record", "proof", "9999"])?;
    ensure!(unknown.says("no final block holds record 9999"), "{unknown:?}");
    Ok(())
}

/// What the chain decides for a member; a refusal is an answer, too.
fn decision<const N: usize>(cli: &Cli, member: &str, arguments: [OsString; N]) -> Result<Value> {
    let mut may = args!["access", "may"].to_vec();
    may.extend(arguments);
    may.extend(args!["--member", member]);
    cli.json(None, may)
}

fn allowed(decision: &Value) -> Result<()> {
    ensure!(decision["allowed"] == true && decision["reason"].is_null(), "{decision}");
    Ok(())
}

fn not_allowed(decision: &Value, error: &str) -> Result<()> {
    ensure!(decision["allowed"] == false && decision["reason"]["error"] == error, "{decision}");
    Ok(())
}

fn decisions_are_told(cli: &Cli, erased: &Value, record: &Value) -> Result<()> {
    let (erased, record) = (id(erased)?, id(record)?);
    ensure!(decision(cli, PATIENT, args!["read", &record])?["permit"] == "owner", "she may not read her record");
    not_allowed(&decision(cli, DOCTOR, args!["read", &record])?, "NoGrant")?;
    not_allowed(&decision(cli, HOSPITAL, args!["open", &erased])?, "NoGrant")?;
    allowed(&decision(cli, DOCTOR, args!["request", PATIENT, &record, "--purpose", "TREAT"])?)?;
    not_allowed(&decision(cli, DOCTOR, args!["request", PATIENT, &erased])?, "RecordErased")?;
    // An address need not be a member's, and without --member the key decides.
    let stranger = cli.identity(STRANGER)?.address();
    not_allowed(&decision(cli, &stranger, args!["open", &record])?, "NotAMember")?;
    let outcome = cli.run(Some(STRANGER), args!["access", "may", "open", &record])?;
    ensure!(outcome.status == Some(0) && outcome.stderr.is_empty(), "{outcome:?}");
    ensure!(outcome.stdout.starts_with(&format!("opening record {record} is not allowed: ")), "{outcome:?}");
    Ok(())
}

fn emergencies_are_decided(cli: &Cli, record: &Value) -> Result<()> {
    let record = id(record)?;
    let (open, lodge) = (|| args!["open-emergency", &record], || args!["lodge-emergency", &record]);
    not_allowed(&decision(cli, DOCTOR, open())?, "NoEmergencyConsent")?;
    not_allowed(&decision(cli, PATIENT, lodge())?, "NoEmergencyConsent")?;
    ensure!(cli.json(None, args!["emergency", "capsule", &record])?.is_null(), "a capsule is lodged");
    cli.json(Some(PATIENT), args!["emergency", "consent", "--all"])?;
    allowed(&decision(cli, PATIENT, lodge())?)?;
    cli.json(Some(PATIENT), args!["emergency", "lodge", &record])?;
    allowed(&decision(cli, DOCTOR, open())?)?;
    let patient = cli.json(None, args!["member", "show", PATIENT])?;
    ensure!(cli.json(None, args!["emergency", "capsule", &record])?["lodgedBy"] == patient["id"]);
    Ok(())
}

fn each_thing_is_shown_alone(cli: &Cli, record: &Value) -> Result<()> {
    let requested = cli.json(Some(DOCTOR), args!["access", "request", PATIENT, id(record)?])?;
    let request = number(&requested, "request")?;
    let shown = cli.json(None, args!["access", "show-request", request.to_string()])?;
    ensure!(shown["id"] == request && shown["records"] == json!([record["id"]]), "{shown}");
    let waiting = listed(cli, args!["access", "requests", "--member", DOCTOR])?;
    ensure!(waiting == [shown], "{waiting:?}");

    ensure!(cli.json(None, args!["access", "show-grant", id(record)?, DOCTOR])?.is_null(), "nothing is granted");
    cli.json(Some(PATIENT), args!["access", "grant", request.to_string()])?;
    let grant = cli.json(None, args!["access", "show-grant", id(record)?, DOCTOR])?;
    ensure!(grant["record"] == record["id"] && grant["openingsLeft"] == 1, "{grant}");
    ensure!(listed(cli, args!["access", "grants", "--reader", DOCTOR])?.contains(&grant), "{grant}");
    allowed(&decision(cli, DOCTOR, args!["open", id(record)?])?)?;
    let gone = cli.refused(None, args!["access", "show-request", request.to_string()])?;
    ensure!(gone.says("there is no request"), "{gone:?}");

    let find = |content: &Value| {
        cli.json(None, args!["record", "find", content.as_str().unwrap_or_default(), "--author", DOCTOR])
    };
    ensure!(find(&record["content"])?["record"] == record["id"], "the record is not found by its content");
    ensure!(find(&record["envelope"])?["record"].is_null(), "a record is found by another digest");
    let recipients = cli.json(None, args!["record", "recipients", PATIENT, "--kind", "report"])?;
    ensure!(recipients == json!([{ "member": record["patient"], "sealedAs": "patient" }]), "{recipients}");
    let administrator = cli.json(None, args!["member", "administrators"])?[0]["account"].clone();
    let keys = listed(cli, args!["member", "keys", "--administrator", administrator.as_str().unwrap_or_default()])?;
    ensure!(keys.len() == 1 && keys[0]["version"] == 1, "{keys:?}");
    ensure!(cli.json(None, args!["member", "copies", PATIENT])? == json!([]), "she has never moved");
    Ok(())
}

fn listings_are_anybody_s(cli: &Cli) -> Result<()> {
    let appointments = listed(cli, args!["appointment", "list", "--member", PATIENT])?;
    let appointment = appointments.first().context("she has no appointment")?;
    let show = args!["appointment", "show", id(appointment)?];
    let (theirs, its_doctor_s) = (cli.json(None, &show)?, cli.json(Some(DOCTOR), &show)?);
    ensure!(theirs["status"] == "accepted" && theirs["text"].is_null(), "{theirs}");
    ensure!(its_doctor_s["text"] == "synthetic: cough for a week", "{its_doctor_s}");
    let unknown = cli.refused(None, args!["appointment", "show", "9999"])?;
    ensure!(unknown.says("there is no appointment 9999"), "{unknown:?}");

    let care = listed(cli, args!["care", "list", "--member", PATIENT])?;
    ensure!(care.len() == 1 && care[0]["doctor"] == appointment["doctor"], "{care:?}");
    ensure!(listed(cli, args!["guardian", "wards", "--member", PATIENT])?.is_empty(), "she is nobody's guardian");
    let status = cli.json(None, args!["status", "--member", HOSPITAL])?;
    ensure!(status["member"]["username"] == HOSPITAL && status["allowance"]["class"] == "professional", "{status}");
    let own = cli.run(Some(ADMINISTRATOR), args!["status"])?;
    ensure!(own.stdout.contains(", administrator\n"), "{own:?}");
    Ok(())
}

/// The patient's log as a FHIR bundle: an entry for each opening, in the order of the listing.
fn the_log_is_exported(cli: &Cli) -> Result<()> {
    let openings = listed(cli, args!["access", "log", "--patient", PATIENT])?;
    let bundle = cli.json(Some(PATIENT), args!["access", "log", "--fhir"])?;
    ensure!(bundle["resourceType"] == "Bundle" && bundle["type"] == "collection", "{bundle}");
    let entries = bundle["entry"].as_array().context("the bundle has no entries")?;
    ensure!(!entries.is_empty() && entries.len() == openings.len(), "{} entries", entries.len());
    for (entry, opening) in entries.iter().zip(&openings) {
        let event = &entry["resource"];
        ensure!(event["resourceType"] == "AuditEvent", "{event}");
        ensure!(event["id"] == format!("reading-{}", opening["id"]), "{event} is not opening {opening}");
        let reader = json!(opening["reader"].to_string());
        ensure!(event["agent"][0]["who"]["identifier"]["value"] == reader, "{event} is not by {reader}");
    }
    Ok(())
}
