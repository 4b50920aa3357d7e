//! Staff, resealing and dependants through a real node and the command line: who acts for an institution and until when, and
//! how a member keeps its records when its key or its account changes.

use anyhow::{ensure, Context, Result};
use medchain_primitives::{MemberId, RecordId, RecordKind, TicketOperation};
use medchain_sdk::{vault::Tickets, Error};
use medchain_tests::{
    args, block_on,
    cli::Cli,
    clock,
    life::{self, number, ADMINISTRATOR, DOCTOR, HOSPITAL, PATIENT},
    scenario, tests,
    world::World,
};
use medchain_vault::ContentRoot;
use serde_json::{json, Value};
use std::{fs, path::PathBuf, process::ExitCode, time::Duration, time::Instant};

/// A nurse on a ward of the hospital.
const NURSE: &str = "nurse";
/// Front desk of the hospital.
const CLERK: &str = "clerk";
/// The patient's newborn.
const NEWBORN: &str = "newborn";
/// Where the patient has moved to.
const MOVED: &str = "moved";
/// Two patients who may recover the patient's account together.
const GUARDIANS: [&str; 2] = ["sister", "brother"];
/// The account that the patient makes when her key is lost.
const FOUND: &str = "found";
/// How long the nodes may take to delete what was replaced.
const SOON: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    scenario::run(
        make,
        tests![
            a_nurse_opens_for_her_hospital_and_the_log_names_both,
            a_clerk_asks_and_reads_nothing,
            a_hospital_rotates_its_key_and_its_staff_read_on,
            removed_staff_are_refused_at_once,
            a_patient_rotates_her_key_and_her_records_are_resealed,
            an_envelope_of_another_s_making_is_not_taken,
            a_doctor_is_affiliated_by_both,
            a_newborn_is_registered_and_takes_over_its_membership,
            a_patient_moves_and_opens_everything_from_her_new_account,
            a_patient_whose_key_is_lost_is_recovered_by_her_guardians_with_all_her_records,
        ],
    )
}

fn make() -> Result<World> {
    let world = World::make()?;
    for name in [HOSPITAL, NURSE, CLERK, NEWBORN] {
        world.cli.json(None, args!["account", "new", name])?;
    }
    life::register_professional(&world.cli, HOSPITAL, "hospital", world.folder())?;
    world.cli.json(Some(ADMINISTRATOR), args!["member", "verify", HOSPITAL])?;
    for (name, scope) in [(NURSE, "ward"), (CLERK, "front-desk")] {
        let consent = text(&world.cli.json(Some(name), args!["staff", "accept", HOSPITAL])?, "consent")?;
        world.cli.json(Some(HOSPITAL), args!["staff", "add", consent, "--scope", scope])?;
    }
    let file = world.folder().join("report.txt");
    fs::write(&file, "synthetic report\nfor a ward\n")?;
    world.upload(&file)?;
    Ok(world)
}

fn text(answer: &Value, field: &str) -> Result<String> {
    answer[field].as_str().map(str::to_owned).with_context(|| format!("no {field} in {answer}"))
}

fn address(cli: &Cli, name: &str) -> Result<String> {
    Ok(cli.identity(name)?.address())
}

/// The report that the world begins with.
fn report(world: &World) -> Result<RecordId> {
    let reports = block_on(world.client()?.records(world.patient, Some(RecordKind::Report), None, 1))?;
    reports.items.first().map(|record| record.id).context("the patient has no report")
}

/// The patient grants the hospital one opening of the report, which this account asks for.
fn granted(world: &World, asks: &str, report: RecordId) -> Result<()> {
    let asked = args!["access", "request", PATIENT, report.to_string(), "--purpose", "TREAT"];
    let request = number(&world.cli.json(Some(asks), asked)?, "request")?;
    world.cli.json(Some(PATIENT), args!["access", "grant", request.to_string()])?;
    Ok(())
}

/// The account opens the report and reads it; the file that comes out.
fn read(world: &World, who: &str, report: RecordId) -> Result<PathBuf> {
    world.cli.json(Some(who), args!["access", "open", report.to_string()])?;
    let output = world.folder().join(format!("{who}-read"));
    let open = args!["record", "open", report.to_string(), "--output", &output, "--force"];
    world.cli.json(Some(who), open)?;
    Ok(output)
}

fn is_the_report(path: &PathBuf) -> Result<()> {
    ensure!(fs::read_to_string(path)? == "synthetic report\nfor a ward\n", "another document came out");
    Ok(())
}

fn a_nurse_opens_for_her_hospital_and_the_log_names_both(world: &mut World) -> Result<()> {
    let report = report(world)?;
    granted(world, NURSE, report)?;
    is_the_report(&read(world, NURSE, report)?)?;
    let log = world.cli.json(Some(PATIENT), args!["access", "log"])?;
    let hospital = world.cli.json(Some(HOSPITAL), args!["member", "show"])?;
    ensure!(log["items"][0]["reader"] == hospital["id"], "the log does not name the hospital: {log}");
    ensure!(log["items"][0]["staff"] == address(&world.cli, NURSE)?.as_str(), "the log does not name the nurse: {log}");
    // The window is the nurse's alone.
    let output = world.folder().join("never-written");
    let open = args!["record", "open", report.to_string(), "--output", &output];
    let refused = world.cli.refused(Some(HOSPITAL), open)?;
    ensure!(refused.says("open"), "{refused:?}");
    world.cli.json(Some(NURSE), args!["access", "close", report.to_string()])?;
    Ok(())
}

fn a_clerk_asks_and_reads_nothing(world: &mut World) -> Result<()> {
    let report = report(world)?;
    granted(world, CLERK, report)?;
    let refused = world.cli.refused(Some(CLERK), args!["access", "open", report.to_string()])?;
    ensure!(refused.says("other work"), "{refused:?}");
    world.cli.json(Some(HOSPITAL), args!["access", "relinquish", report.to_string()])?;
    Ok(())
}

fn a_hospital_rotates_its_key_and_its_staff_read_on(world: &mut World) -> Result<()> {
    let report = report(world)?;
    let rotated = world.cli.json(Some(HOSPITAL), args!["member", "rotate-key"])?;
    ensure!(rotated["staff"] == 2 && rotated["resealed"] == 1, "{rotated}");
    granted(world, HOSPITAL, report)?;
    is_the_report(&read(world, NURSE, report)?)?;
    who_acts_is_told(world)
}

/// Asks the node itself; the answers can be kept as examples for the documentation.
fn who_acts_is_told(world: &World) -> Result<()> {
    let rpc = world.node.rpc()?;
    let hospital = &world.cli.json(Some(HOSPITAL), args!["member", "show"])?["id"];
    let nurse = address(&world.cli, NURSE)?;
    let acting = rpc.answer("medchain_acting", vec![json!(nurse)])?;
    ensure!(acting["member"]["id"] == *hospital && acting["staff"]["scope"] == "ward", "{acting}");
    let staff = rpc.answer("medchain_staff", vec![hospital.clone(), Value::Null, json!(1)])?;
    ensure!(staff["items"][0]["ofVersion"] == 2 && staff["next"].is_string(), "{staff}");
    if let Some(path) = std::env::var_os("MEDCHAIN_RPC_EXAMPLES") {
        fs::write(path, json!({ "medchain_acting": acting, "medchain_staff": staff }).to_string())?;
    }
    Ok(())
}

fn removed_staff_are_refused_at_once(world: &mut World) -> Result<()> {
    let report = report(world)?;
    world.cli.json(Some(HOSPITAL), args!["staff", "remove", address(&world.cli, NURSE)?])?;
    let client = world.client()?;
    let content = ContentRoot(world.record(report)?.content.0);
    let nurse = world.cli.identity(NURSE)?;
    let tickets = Tickets::new(&client, &nurse, TicketOperation::Read, content);
    let refused = block_on(tickets.call::<Value>("vault_release", [json!(report)]));
    ensure!(matches!(&refused, Err(Error::Dispatch { error, .. }) if error == "NotAMember"), "{refused:?}");
    Ok(())
}

/// How many envelopes the vault holds of a record's content.
fn envelopes(world: &World, record: RecordId) -> Result<usize> {
    let folder = world.node.vault()?.join("envelopes").join(hex::encode(world.record(record)?.content.0));
    Ok(fs::read_dir(folder)?.count())
}

fn a_patient_rotates_her_key_and_her_records_are_resealed(world: &mut World) -> Result<()> {
    let report = report(world)?;
    let before = world.record(report)?;
    let rotated = world.cli.json(Some(PATIENT), args!["member", "rotate-key"])?;
    // The profile and the report.
    ensure!(rotated["resealed"] == 2 && rotated["left"] == json!([]), "{rotated}");
    let after = world.record(report)?;
    ensure!((before.key_version, after.key_version) == (1, 2), "the version is {}", after.key_version);
    ensure!(before.envelope != after.envelope, "the envelope is the one before");
    is_the_report(&world.open(report)?)?;
    let started = Instant::now();
    while envelopes(world, report)? != 1 {
        ensure!(started.elapsed() < SOON, "the vault holds {} envelopes", envelopes(world, report)?);
        std::thread::sleep(Duration::from_millis(200));
    }
    // There is nothing left to do.
    let again = world.cli.json(Some(PATIENT), args!["member", "reseal"])?;
    ensure!(again["resealed"] == 0, "{again}");
    an_envelope_may_be_given_again(world, report)
}

/// The owner gives the envelope that the vault has; the answer is the one to any other of hers.
fn an_envelope_may_be_given_again(world: &World, report: RecordId) -> Result<()> {
    use base64::{engine::general_purpose::STANDARD, Engine};
    let record = world.record(report)?;
    let content = ContentRoot(record.content.0);
    let folder = world.node.vault()?.join("envelopes").join(hex::encode(record.content.0));
    let file = fs::read_dir(folder)?.next().context("the vault has no envelope")??.path();
    let (client, identity) = (world.client()?, world.cli.identity(PATIENT)?);
    let tickets = Tickets::new(&client, &identity, TicketOperation::Store, content);
    let parameters = [json!(report), json!(STANDARD.encode(fs::read(file)?))];
    let answer = block_on(tickets.call::<Value>("vault_reseal", parameters))?;
    ensure!(answer["envelope"] == json!(record.envelope), "{answer}");
    ensure!(answer["content"] == content.to_string(), "{answer}");
    println!("     vault_reseal answers {answer}");
    Ok(())
}

fn an_envelope_of_another_s_making_is_not_taken(world: &mut World) -> Result<()> {
    use base64::{engine::general_purpose::STANDARD, Engine};
    let report = report(world)?;
    let client = world.client()?;
    let content = ContentRoot(world.record(report)?.content.0);
    let reseal = |name: &str, envelope: String| -> Result<(i32, String)> {
        let identity = world.cli.identity(name)?;
        let tickets = Tickets::new(&client, &identity, TicketOperation::Store, content);
        let parameters = [json!(report), json!(envelope)];
        match block_on(tickets.call::<Value>("vault_reseal", parameters)) {
            Err(Error::Node { code, reason, .. }) => Ok((code, reason.unwrap_or_default())),
            Err(Error::Dispatch { error, .. }) => Ok((7103, error)),
            other => anyhow::bail!("not refused: {other:?}"),
        }
    };
    ensure!(reseal(PATIENT, STANDARD.encode([7; 32]))? == (7105, "envelope".to_owned()), "no envelope was taken");
    let by_doctor = reseal(DOCTOR, STANDARD.encode([7; 32]))?;
    ensure!(by_doctor.0 == 7103, "{by_doctor:?}");
    Ok(())
}

fn a_doctor_is_affiliated_by_both(world: &mut World) -> Result<()> {
    world.cli.json(Some(HOSPITAL), args!["affiliation", "offer", DOCTOR])?;
    let listed = world.cli.json(Some(DOCTOR), args!["affiliation", "list"])?;
    ensure!(listed["items"][0]["acceptedAt"].is_null(), "{listed}");
    world.cli.json(Some(DOCTOR), args!["affiliation", "accept", HOSPITAL])?;
    let listed = world.cli.json(Some(HOSPITAL), args!["affiliation", "list"])?;
    ensure!(listed["items"][0]["acceptedAt"].is_u64(), "{listed}");
    println!("medchain_affiliations answers {listed}");
    world.cli.json(Some(DOCTOR), args!["affiliation", "end", HOSPITAL])?;
    let listed = world.cli.json(Some(HOSPITAL), args!["affiliation", "list"])?;
    ensure!(listed["items"] == json!([]), "{listed}");
    Ok(())
}

fn a_newborn_is_registered_and_takes_over_its_membership(world: &mut World) -> Result<()> {
    let cli = &world.cli;
    let voucher = cli.json(Some(HOSPITAL), args!["member", "voucher", address(cli, NEWBORN)?])?;
    let voucher = text(&voucher, "voucher")?;
    let register = args!["dependant", "register", "--account", NEWBORN, "--username", NEWBORN, "--voucher", voucher];
    let dependant = number(&cli.json(Some(PATIENT), register)?, "member")?;
    let wards = cli.json(Some(PATIENT), args!["guardian", "wards"])?;
    ensure!(wards["items"][0]["patient"] == dependant, "the patient is not its guardian: {wards}");
    cli.json(Some(NEWBORN), args!["member", "update", "--name", "Newborn Sample"])?;

    cli.json(None, args!["account", "new", "child"])?;
    let consent = cli.json(Some("child"), args!["member", "accept-move", dependant.to_string()])?;
    let hand_over = args!["dependant", "hand-over", text(&consent, "consent")?, "--account", NEWBORN];
    cli.json(Some(PATIENT), hand_over)?;
    let resealed = cli.json(Some("child"), args!["member", "reseal"])?;
    ensure!(resealed["resealed"] == 1 && resealed["left"] == json!([]), "{resealed}");
    let child = cli.json(Some("child"), args!["member", "show"])?;
    ensure!(child["id"] == dependant, "{child}");
    let profile = child["ownRecord"].as_u64().context("the child has no profile")?;
    let output = world.folder().join("profile-of-child");
    cli.json(Some("child"), args!["record", "open", profile.to_string(), "--output", &output])?;
    Ok(())
}

fn a_patient_moves_and_opens_everything_from_her_new_account(world: &mut World) -> Result<()> {
    let report = report(world)?;
    let cli = &world.cli;
    let member = MemberId(number(&cli.json(Some(PATIENT), args!["member", "show"])?, "id")?);
    cli.json(None, args!["account", "new", MOVED])?;
    let consent = cli.json(Some(MOVED), args!["member", "accept-move", member.to_string()])?;
    cli.json(Some(PATIENT), args!["member", "move", text(&consent, "consent")?])?;
    // What is sealed to the earlier key opens by the copy that came along.
    let copies = world.node.rpc()?.answer("medchain_ownCopies", vec![json!(member)])?;
    ensure!(copies["items"][0]["ofVersion"] == 2 && copies["items"][0]["giver"] == json!(member), "{copies}");
    println!("medchain_ownCopies answers {copies}");
    let output = world.folder().join("after-move");
    cli.json(Some(MOVED), args!["record", "open", report.to_string(), "--output", &output])?;
    is_the_report(&output)?;
    let resealed = cli.json(Some(MOVED), args!["member", "reseal"])?;
    ensure!(resealed["resealed"] == 2 && resealed["left"] == json!([]), "{resealed}");
    ensure!(world.record(report)?.key_version == 3, "the report is sealed to an earlier key");
    Ok(())
}

fn a_patient_whose_key_is_lost_is_recovered_by_her_guardians_with_all_her_records(world: &mut World) -> Result<()> {
    let Some(a_day_later) = clock::shifted("+25h") else {
        println!("     left out: libfaketime is not installed (scripts/setup.sh installs it)");
        return Ok(());
    };
    let (report, cli, folder) = (report(world)?, world.cli.clone(), world.folder().to_owned());
    let member = world.patient.to_string();
    let [sister, brother] = GUARDIANS;
    for name in [sister, brother, FOUND] {
        cli.json(None, args!["account", "new", name])?;
    }
    for name in GUARDIANS {
        life::register_patient(&cli, name)?;
    }
    let named = args!["member", "guardians", sister, brother, "--threshold", "2", "--wait", "1d"];
    cli.json(Some(MOVED), named)?;

    // What the patient objects to ends.
    let consent = text(&cli.json(Some(FOUND), args!["member", "accept-move", &member, "--for", "3d"])?, "consent")?;
    let (account, complete) =
        (address(&cli, FOUND)?, args!["member", "complete-recovery", &member, "--proposer", sister]);
    let propose = || cli.json(Some(sister), args!["member", "propose-recovery", &consent]);
    let approve = args!["member", "approve-recovery", &member, "--proposer", sister, "--to", account];
    propose()?;
    cli.json(Some(MOVED), args!["member", "object-to-recovery"])?;
    ensure!(cli.refused(Some(brother), &approve)?.says("has not proposed"), "a recovery goes on after the objection");

    // Her key is lost: she objects to nothing, and the guardians wait.
    propose()?;
    let refused = cli.refused(Some(sister), &complete)?;
    ensure!(refused.says("TooFewApprovals"), "{refused:?}");
    cli.json(Some(brother), &approve)?;
    let refused = cli.refused(Some(sister), &complete)?;
    ensure!(refused.says("WaitNotOver"), "{refused:?}");
    for (name, value) in &a_day_later {
        world.node.set_environment(name, Some(value));
    }
    world.node.restart()?;
    let cli = a_day_later.iter().fold(cli, |cli, (name, value)| cli.with_environment(name, value));
    cli.json(Some(brother), &complete)?;
    let found = cli.json(Some(FOUND), args!["member", "show"])?;
    ensure!(found["id"] == json!(world.patient), "{found}");
    let refused = cli.refused(Some(MOVED), args!["member", "show"])?;
    ensure!(refused.says("not registered"), "{refused:?}");

    // Her records are sealed to the key that was lost, until a guardian gives its copy back.
    let left = cli.json(Some(FOUND), args!["member", "reseal"])?;
    ensure!(left["resealed"] == 0 && left["left"].as_array().is_some_and(|left| left.len() == 2), "{left}");
    // Until then the guardians' copies are the only ones, and nothing replaces them.
    let anew = args!["member", "guardians", sister, brother, "--threshold", "2", "--wait", "1d"];
    let refused = cli.refused(Some(FOUND), &anew)?;
    ensure!(refused.says("the only copies"), "{refused:?}");
    cli.json(Some(FOUND), args!["member", "rotate-key"])?;
    cli.json(Some(brother), args!["member", "return-copy", &member])?;
    let resealed = cli.json(Some(FOUND), args!["member", "reseal"])?;
    ensure!(resealed["resealed"] == 2 && resealed["left"] == json!([]), "{resealed}");
    cli.json(Some(FOUND), &anew)?;
    // She and whom she gives it to read it from her new account.
    cli.json(Some(FOUND), args!["access", "give", HOSPITAL, report.to_string()])?;
    for reader in [FOUND, HOSPITAL] {
        let output = folder.join(format!("{reader}-after-recovery"));
        cli.json(Some(reader), args!["record", "open", report.to_string(), "--output", &output])?;
        is_the_report(&output)?;
    }
    Ok(())
}
