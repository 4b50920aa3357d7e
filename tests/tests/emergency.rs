//! Emergency access and alerts through a real node and the command line: what a patient provides, who opens by it and who
//! does not, what is left of it when she withdraws it or erases a record, and what she hears of it all.

use anyhow::{bail, ensure, Context, Result};
use base64::{engine::general_purpose::STANDARD, Engine};
use medchain_primitives::{limits, EmergencyReason, Purpose, RecordId, RequestId, TicketOperation};
use medchain_runtime_api::{AlertView, BlockAlertsView};
use medchain_sdk::{
    chain::calls,
    client::{Alerts, Wait},
    vault::Tickets,
    Client, Identity,
};
use medchain_tests::{
    args, block_on,
    cli::Cli,
    life::{self, number, ADMINISTRATOR, DOCTOR, HOSPITAL, PATIENT},
    scenario, tests,
    world::World,
};
use medchain_vault::ContentRoot;
use serde_json::{json, Value};
use std::{
    fs,
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

/// A doctor of the emergency department, who has nobody under care.
const RESCUER: &str = "dr-rescue";
/// How long alerts and deletions may take.
const SOON: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    scenario::run(
        make,
        tests![
            without_consent_nothing_is_lodged_and_nothing_opens,
            a_consent_for_one_hospital_reaches_none_of_the_doctors_of_another,
            an_affiliated_doctor_opens_until_the_affiliation_ends,
            a_doctor_opens_what_was_lodged_and_the_patient_hears_of_it_at_once,
            a_grant_s_reader_and_a_stranger_get_no_emergency_release,
            a_suspended_doctor_reads_no_further,
            an_administrator_reviews_the_opening,
            a_closed_window_gives_nothing_more,
            a_new_record_is_lodged_by_its_author,
            an_erased_record_is_gone_for_emergencies_too,
            a_withdrawn_consent_ends_windows_and_deletes_capsules,
            alerts_come_once_and_in_order_over_lost_connections,
            a_subscriber_that_does_not_read_is_dropped_and_told_so,
        ],
    )
}

fn make() -> Result<World> {
    let world = World::make()?;
    for (name, role) in [(RESCUER, "doctor"), (HOSPITAL, "hospital")] {
        world.cli.json(None, args!["account", "new", name])?;
        life::register_professional(&world.cli, name, role, world.folder())?;
        world.cli.json(Some(ADMINISTRATOR), args!["member", "verify", name])?;
    }
    let file = world.folder().join("report.txt");
    fs::write(&file, "synthetic report\nfor an emergency\n")?;
    world.upload(&file)?;
    Ok(world)
}

/// The report that the world begins with: after the patient's profile and the three certificates.
fn report(world: &World) -> Result<RecordId> {
    let listed = world.cli.json(Some(PATIENT), args!["record", "list", "--kind", "report"])?;
    listed["items"][0]["id"].as_u64().map(RecordId).context("the patient has no report")
}

fn open_emergency(record: RecordId, output: &Path) -> [std::ffi::OsString; 8] {
    args!["emergency", "open", record.to_string(), "--reason", "unconscious", "--output", output, "--force"]
}

/// The refusal of an emergency opening by this account.
fn refusal(cli: &Cli, who: &str, record: RecordId) -> Result<String> {
    let output = std::env::temp_dir().join("never-written");
    Ok(cli.refused(Some(who), open_emergency(record, &output))?.error)
}

fn ensure_says(text: &str, says: &str) -> Result<()> {
    ensure!(text.contains(says), "{text:?} does not say {says:?}");
    Ok(())
}

/// Asks for the emergency capsule and its release with a ticket of this account; gives the refusals' reasons.
fn ask_for_emergency(world: &World, who: &Identity, record: RecordId) -> Result<Vec<Value>> {
    let client = world.client()?;
    let content = ContentRoot(world.record(record)?.content.0);
    let tickets = Tickets::new(&client, who, TicketOperation::Read, content);
    ["vault_emergencyCapsule", "vault_releaseEmergency"]
        .into_iter()
        .map(|method| match block_on(tickets.call::<Value>(method, [json!(record)])) {
            Err(medchain_sdk::Error::Node { code, reason, .. }) => Ok(json!([code, reason])),
            Err(medchain_sdk::Error::Dispatch { error, .. }) => Ok(json!(error)),
            Err(error) => Err(error.into()),
            Ok(answer) => bail!("{method} was not refused: {answer}"),
        })
        .collect()
}

/// How many emergency capsules the vault holds: they have a length that no envelope has.
fn capsules_in_vault(world: &World) -> Result<usize> {
    let mut folders = vec![world.node.vault()?.join("envelopes")];
    let mut found = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else if entry.metadata()?.len() == medchain_sealing::emergency::EMERGENCY_CAPSULE_BYTES as u64 {
                found += 1;
            }
        }
    }
    Ok(found)
}

fn wait_for_capsules(world: &World, expected: usize) -> Result<()> {
    let started = Instant::now();
    while capsules_in_vault(world)? != expected {
        ensure!(started.elapsed() < SOON, "the vault holds {} capsules", capsules_in_vault(world)?);
        std::thread::sleep(Duration::from_millis(200));
    }
    Ok(())
}

fn without_consent_nothing_is_lodged_and_nothing_opens(world: &mut World) -> Result<()> {
    let report = report(world)?;
    ensure_says(&refusal(&world.cli, RESCUER, report)?, "given no emergency consent")?;
    let refused = world.cli.refused(Some(PATIENT), args!["emergency", "lodge"])?;
    ensure_says(&refused.error, "given no emergency consent")?;
    ensure!(capsules_in_vault(world)? == 0, "a capsule is in the vault");
    // What the chain does not name is not stored.
    let client = world.client()?;
    let content = ContentRoot(world.record(report)?.content.0);
    let patient = world.cli.identity(PATIENT)?;
    let tickets = Tickets::new(&client, &patient, TicketOperation::Store, content);
    let capsule = STANDARD.encode([7; 32]);
    let refused = block_on(tickets.call::<Value>("vault_lodgeEmergency", [json!(report), json!(capsule)]));
    ensure!(matches!(refused, Err(medchain_sdk::Error::Node { code: 7105, .. })), "{refused:?}");
    Ok(())
}

fn a_consent_for_one_hospital_reaches_none_of_the_doctors_of_another(world: &mut World) -> Result<()> {
    let report = report(world)?;
    world.cli.json(Some(PATIENT), args!["emergency", "consent", "--hospital", HOSPITAL])?;
    ensure_says(&refusal(&world.cli, RESCUER, report)?, "for other institutions")?;
    let lodged = world.cli.json(Some(PATIENT), args!["emergency", "lodge"])?;
    ensure!(lodged["records"].as_array().is_some_and(|records| records.len() == 2), "{lodged}");
    wait_for_capsules(world, 2)?;
    ensure_says(&refusal(&world.cli, RESCUER, report)?, "for other institutions")?;
    ensure_says(&refusal(&world.cli, HOSPITAL, report)?, "only a doctor")?;
    ensure_says(&refusal(&world.cli, ADMINISTRATOR, report)?, "belongs to no member")?;
    Ok(())
}

fn an_affiliated_doctor_opens_until_the_affiliation_ends(world: &mut World) -> Result<()> {
    let report = report(world)?;
    world.cli.json(Some(HOSPITAL), args!["affiliation", "offer", DOCTOR])?;
    // An offer alone is no affiliation.
    ensure_says(&refusal(&world.cli, DOCTOR, report)?, "for other institutions")?;
    world.cli.json(Some(DOCTOR), args!["affiliation", "accept", HOSPITAL])?;
    let output = world.folder().join("affiliated.txt");
    world.cli.json(Some(DOCTOR), open_emergency(report, &output))?;
    ensure!(fs::read(&output)? == fs::read(world.folder().join("report.txt"))?, "another document came out");
    world.cli.json(Some(HOSPITAL), args!["affiliation", "end", DOCTOR])?;
    let doctor = world.cli.identity(DOCTOR)?;
    ensure!(ask_for_emergency(world, &doctor, report)? == ["NotAffiliated", "NotAffiliated"]);
    world.cli.json(Some(DOCTOR), args!["access", "close", report.to_string()])?;
    let pending = world.cli.json(Some(ADMINISTRATOR), args!["emergency", "pending"])?;
    let reading = number(&pending["items"][0], "reading")?.to_string();
    world.cli.json(Some(ADMINISTRATOR), args!["emergency", "review", reading, "--outcome", "unjustified"]).map(drop)
}

fn a_doctor_opens_what_was_lodged_and_the_patient_hears_of_it_at_once(world: &mut World) -> Result<()> {
    let report = report(world)?;
    let from = world.node.finalized()?;
    world.cli.json(Some(PATIENT), args!["emergency", "consent", "--all"])?;
    let output = world.folder().join("in-emergency.txt");
    let opened = world.cli.json(Some(RESCUER), open_emergency(report, &output))?;
    ensure!(opened["record"] == json!(report), "{opened}");
    ensure!(fs::read(&output)? == fs::read(world.folder().join("report.txt"))?, "another document came out");
    // The window lives, and reading again takes no other opening.
    world.cli.json(Some(RESCUER), open_emergency(report, &output))?;
    world.cli.json(Some(RESCUER), args!["record", "open", report.to_string(), "--output", &output, "--force"])?;
    the_node_releases_both_halves(world, report)?;
    let log = world.cli.json(Some(PATIENT), args!["access", "log"])?;
    let entries = log["items"].as_array().context("no log")?;
    ensure!(entries.len() == 2, "{log}");
    let entry = &entries[0];
    ensure!((&entry["purpose"], &entry["basis"]) == (&json!("ETREAT"), &json!("emergency")), "{entry}");
    ensure!(entry["emergency"]["reason"] == "unconscious" && entry["emergency"]["outcome"].is_null(), "{entry}");

    let alerts = ["--json", "alerts", "--count", "1", "--from"].map(Into::into);
    let alerted =
        world.cli.run(Some(PATIENT), alerts.into_iter().chain([std::ffi::OsString::from(from.to_string())]))?;
    let block: BlockAlertsView = serde_json::from_str(alerted.stdout.trim())?;
    let expected = |alert: &AlertView| matches!(alert, AlertView::Emergency { record, reason, .. } if *record == report && *reason == EmergencyReason::Unconscious);
    ensure!(block.alerts.iter().any(expected), "{block:?}");
    let text = world.cli.run(Some(PATIENT), args!["alerts", "--count", "1", "--from", from.to_string()])?.stdout;
    ensure_says(&text, "EMERGENCY: doctor")
}

/// Asks the node itself, as the doctor; the answers can be kept as examples for the documentation.
fn the_node_releases_both_halves(world: &World, record: RecordId) -> Result<()> {
    let (client, rescuer) = (world.client()?, world.cli.identity(RESCUER)?);
    let content = ContentRoot(world.record(record)?.content.0);
    let tickets = Tickets::new(&client, &rescuer, TicketOperation::Read, content);
    let ask = |method: &'static str| block_on(tickets.call::<Value>(method, [json!(record)]));
    let capsule = ask("vault_emergencyCapsule")?;
    let bytes = STANDARD.decode(capsule.as_str().unwrap_or_default())?;
    ensure!(bytes.len() == medchain_sealing::emergency::EMERGENCY_CAPSULE_BYTES, "{capsule}");
    let (release, emergency) = (ask("vault_release")?, ask("vault_releaseEmergency")?);
    for releases in [&release, &emergency] {
        ensure!(releases[0]["index"] == 1 && releases[0]["sealed"].is_string(), "{releases}");
    }
    if let Some(path) = std::env::var_os("MEDCHAIN_RPC_EXAMPLES") {
        fs::write(path, json!({ "vault_emergencyCapsule": capsule, "vault_releaseEmergency": emergency }).to_string())?;
    }
    Ok(())
}

fn a_grant_s_reader_and_a_stranger_get_no_emergency_release(world: &mut World) -> Result<()> {
    let report = report(world)?;
    let patient = world.cli.identity(PATIENT)?;
    let no_emergency = json!([7103, "noEmergency"]);
    ensure!(ask_for_emergency(world, &patient, report)? == [no_emergency.clone(), no_emergency.clone()]);
    let hospital = world.cli.identity(HOSPITAL)?;
    ensure!(ask_for_emergency(world, &hospital, report)? == ["NoGrant", "NoGrant"]);
    let asked = world.cli.json(Some(HOSPITAL), args!["access", "request", PATIENT, report.to_string()])?;
    world.cli.json(Some(PATIENT), args!["access", "grant", RequestId(number(&asked, "request")?).to_string()])?;
    world.cli.json(Some(HOSPITAL), args!["access", "open", report.to_string()])?;
    ensure!(ask_for_emergency(world, &hospital, report)? == [no_emergency.clone(), no_emergency]);
    let author = world.cli.identity(DOCTOR)?;
    ensure!(ask_for_emergency(world, &author, report)? == ["NoGrant", "NoGrant"]);
    Ok(())
}

fn a_suspended_doctor_reads_no_further(world: &mut World) -> Result<()> {
    let report = report(world)?;
    world.cli.json(Some(ADMINISTRATOR), args!["member", "suspend", RESCUER, "--reason", "misconduct"])?;
    let rescuer = world.cli.identity(RESCUER)?;
    ensure!(ask_for_emergency(world, &rescuer, report)? == ["NotActive", "NotActive"]);
    ensure_says(&refusal(&world.cli, RESCUER, report)?, "may not act")?;
    world.cli.json(Some(ADMINISTRATOR), args!["member", "reinstate", RESCUER])?;
    let output = world.folder().join("reinstated.txt");
    world.cli.json(Some(RESCUER), open_emergency(report, &output)).map(drop)
}

fn an_administrator_reviews_the_opening(world: &mut World) -> Result<()> {
    let pending = world.cli.json(Some(ADMINISTRATOR), args!["emergency", "pending"])?;
    let items = pending["items"].as_array().context("nothing is pending")?;
    ensure!(items.len() == 1 && items[0]["reason"] == "unconscious", "{pending}");
    let reading = number(&items[0], "reading")?.to_string();
    let review = args!["emergency", "review", &reading, "--outcome", "justified"];
    for other in [RESCUER, PATIENT, HOSPITAL] {
        world.cli.refused(Some(other), review.clone())?;
    }
    world.cli.json(Some(ADMINISTRATOR), review.clone())?;
    ensure_says(&world.cli.refused(Some(ADMINISTRATOR), review)?.error, "waits for a review")?;
    let log = world.cli.json(Some(PATIENT), args!["access", "log"])?;
    let reviewed = |entry: &&Value| entry["emergency"]["outcome"] == "justified";
    ensure!(log["items"].as_array().is_some_and(|items| items.iter().filter(reviewed).count() == 1), "{log}");
    Ok(())
}

fn a_closed_window_gives_nothing_more(world: &mut World) -> Result<()> {
    let report = report(world)?;
    world.cli.json(Some(RESCUER), args!["access", "close", report.to_string()])?;
    let rescuer = world.cli.identity(RESCUER)?;
    ensure!(ask_for_emergency(world, &rescuer, report)? == ["NoGrant", "NoGrant"]);
    let no_open = args!["record", "open", report.to_string(), "--no-open", "--output", world.folder(), "--force"];
    world.cli.refused(Some(RESCUER), no_open).map(drop)
}

fn a_new_record_is_lodged_by_its_author(world: &mut World) -> Result<()> {
    let file = world.folder().join("second.txt");
    fs::write(&file, "another synthetic report\n")?;
    let uploaded = world.cli.json(Some(DOCTOR), medchain_tests::world::upload_of(&file))?;
    ensure!(uploaded["emergency"] == json!(true), "{uploaded}");
    let record = RecordId(number(&uploaded, "record")?);
    let output = world.folder().join("second-in-emergency.txt");
    world.cli.json(Some(RESCUER), open_emergency(record, &output))?;
    ensure!(fs::read(&output)? == fs::read(&file)?, "another document came out");
    wait_for_capsules(world, 3)
}

fn an_erased_record_is_gone_for_emergencies_too(world: &mut World) -> Result<()> {
    let listed = world.cli.json(Some(PATIENT), args!["record", "list", "--kind", "report"])?;
    let last = listed["items"].as_array().and_then(|items| items.last()).context("no reports")?;
    let record = RecordId(number(last, "id")?);
    world.cli.json(Some(PATIENT), args!["record", "erase", record.to_string()])?;
    let rescuer = world.cli.identity(RESCUER)?;
    ensure!(ask_for_emergency(world, &rescuer, record)? == ["RecordErased", "RecordErased"]);
    ensure_says(&refusal(&world.cli, RESCUER, record)?, "erased")?;
    wait_for_capsules(world, 2)
}

fn a_withdrawn_consent_ends_windows_and_deletes_capsules(world: &mut World) -> Result<()> {
    let report = report(world)?;
    let output = world.folder().join("once-more.txt");
    world.cli.json(Some(RESCUER), open_emergency(report, &output))?;
    world.cli.json(Some(PATIENT), args!["emergency", "revoke"])?;
    let rescuer = world.cli.identity(RESCUER)?;
    ensure!(ask_for_emergency(world, &rescuer, report)? == ["NoEmergencyConsent", "NoEmergencyConsent"]);
    wait_for_capsules(world, 0)?;
    // The patient reads on, and may provide anew.
    world.open(report)?;
    world.cli.json(Some(PATIENT), args!["emergency", "consent", "--all"])?;
    ensure!(ask_for_emergency(world, &rescuer, report)? == ["NoEmergencyConsent", "NoEmergencyConsent"]);
    world.cli.json(Some(PATIENT), args!["emergency", "revoke"]).map(drop)
}

fn next(alerts: &mut Alerts) -> Result<BlockAlertsView> {
    block_on(async { tokio::time::timeout(SOON, alerts.next()).await }).context("no alert came")?.map_err(Into::into)
}

/// The hospital asks for a record and takes the request back, which makes one alert for the patient; gives its number.
fn ask_and_withdraw(world: &World, record: RecordId) -> Result<RequestId> {
    let asked = world.cli.json(Some(HOSPITAL), args!["access", "request", PATIENT, record.to_string()])?;
    let request = RequestId(number(&asked, "request")?);
    world.cli.json(Some(HOSPITAL), args!["access", "withdraw", request.to_string()])?;
    Ok(request)
}

/// The requests that blocks of alerts tell of.
fn requests(blocks: &[BlockAlertsView]) -> Vec<RequestId> {
    let alerts = blocks.iter().flat_map(|block| &block.alerts);
    alerts
        .filter_map(|alert| match alert {
            AlertView::Request { request, .. } => Some(*request),
            _ => None,
        })
        .collect()
}

fn alerts_come_once_and_in_order_over_lost_connections(world: &mut World) -> Result<()> {
    let report = report(world)?;
    let mut alerts = block_on(world.client()?.alerts(world.patient, None))?;
    let first = ask_and_withdraw(world, report)?;
    let told = next(&mut alerts)?;
    ensure!(requests(std::slice::from_ref(&told)) == [first], "{told:?}");
    // Only what is final is told.
    ensure!(world.node.finalized()? >= u64::from(told.block), "an alert came before its block was final");

    // The node goes away; what happens after it is back is told once, and nothing twice.
    world.node.kill()?;
    world.node.restart()?;
    let second = ask_and_withdraw(world, report)?;
    let told_later = next(&mut alerts)?;
    ensure!(requests(std::slice::from_ref(&told_later)) == [second], "{told_later:?}");

    // Whoever was away for longer goes on from a block, without gap or repetition.
    let third = ask_and_withdraw(world, report)?;
    let mut resumed = block_on(world.client()?.alerts(world.patient, Some(told.block)))?;
    let mut blocks = Vec::new();
    while requests(&blocks).len() < 3 {
        blocks.push(next(&mut resumed)?);
    }
    ensure!(requests(&blocks) == [first, second, third], "{blocks:?}");
    ensure!(blocks.is_sorted_by(|one, other| one.block < other.block), "{blocks:?}");
    // Others' alerts are not told, and a doctor hears of appointments.
    let start =
        (std::time::SystemTime::now() + Duration::from_secs(2 * 24 * 3600)).duration_since(std::time::UNIX_EPOCH)?;
    let start = chrono::DateTime::from_timestamp((start.as_secs() / 900 * 900) as i64, 0).context("no time")?;
    let mut doctors = block_on(world.client()?.alerts(world.doctor, None))?;
    let time = start.format("%Y-%m-%dT%H:%MZ").to_string();
    world.cli.json(Some(PATIENT), args!["appointment", "request", DOCTOR, "--start", time])?;
    let told = next(&mut doctors)?;
    let [AlertView::Appointment { patient, .. }] = told.alerts.as_slice() else { bail!("{told:?}") };
    ensure!(*patient == world.patient, "{told:?}");
    let day = start.format("%Y-%m-%d").to_string();
    let agenda = world.cli.json(Some(DOCTOR), args!["appointment", "list", "--day", day, "--status", "requested"])?;
    ensure!(agenda["items"].as_array().is_some_and(|items| items.len() == 1), "{agenda}");
    let none = world.cli.json(Some(DOCTOR), args!["appointment", "list", "--status", "accepted"])?;
    ensure!(none["items"].as_array().is_some_and(Vec::is_empty), "{none}");
    Ok(())
}

/// Has the hospital ask as often as it may and withdraw, again and again: more alerts than a connection's buffers hold for
/// all the subscriptions that it may have.
fn make_many_alerts(world: &World) -> Result<()> {
    let (client, hospital, record) = (world.client()?, world.cli.identity(HOSPITAL)?, report(world)?);
    let member = block_on(client.member_of(&hospital.account()))?.id;
    let waiting = |count: usize| -> Result<Vec<RequestId>> {
        let started = Instant::now();
        loop {
            let page = block_on(client.requests_by(member, None, limits::PAGE_MAX))?;
            if page.items.len() == count {
                return Ok(page.items.into_iter().map(|request| request.id).collect());
            }
            ensure!(started.elapsed() < SOON, "{} requests wait instead of {count}", page.items.len());
            std::thread::sleep(Duration::from_millis(200));
        }
    };
    for _ in 0..8 {
        for _ in 0..limits::INBOX_PER_REQUESTER_MAX {
            let call = calls::request_records(world.patient, vec![record], Purpose::Treatment);
            block_on(client.submit(&call, &hospital, Wait::Taken, &|_| ()))?;
        }
        for request in waiting(limits::INBOX_PER_REQUESTER_MAX as usize)? {
            block_on(client.submit(&calls::withdraw_request(request), &hospital, Wait::Taken, &|_| ()))?;
        }
        waiting(0)?;
    }
    world.node.wait_finalized(world.node.finalized()? + 3)
}

/// Opens a WebSocket that subscribes as often as it may and reads nothing; then reads all there is.
fn a_subscriber_that_does_not_read_is_dropped_and_told_so(world: &mut World) -> Result<()> {
    make_many_alerts(world)?;
    let url = world.node.url();
    let mut socket = slow::Socket::open(url.trim_start_matches("ws://"))?;
    for id in 0..slow::SUBSCRIPTIONS {
        let member = world.patient.0;
        let call = json!({ "jsonrpc": "2.0", "id": id, "method": "medchain_subscribeAlerts", "params": [member, 0] });
        socket.send(&call.to_string())?;
    }
    // Longer than the node waits for a message to be taken.
    std::thread::sleep(Duration::from_secs(15));
    let started = Instant::now();
    while started.elapsed() < SOON {
        let message: Value = serde_json::from_str(&socket.receive()?)?;
        if let Some(error) = message["params"].get("error") {
            ensure!(error["code"] == 7005 && error["data"]["next"].is_u64(), "{error}");
            // The node serves everybody else as before.
            let client: Client = world.client()?;
            let mut alerts = block_on(client.alerts(world.patient, Some(0)))?;
            return next(&mut alerts).map(drop);
        }
    }
    bail!("no subscription was dropped")
}

/// A WebSocket client that reads when it is told to, and not before.
mod slow {
    use anyhow::{bail, ensure, Result};
    use std::{
        io::{BufRead, BufReader, Read, Write},
        net::TcpStream,
        time::Duration,
    };

    /// As many as a connection may have by default.
    pub const SUBSCRIPTIONS: u32 = 1024;

    pub struct Socket(BufReader<TcpStream>);

    impl Socket {
        pub fn open(address: &str) -> Result<Self> {
            let mut stream = TcpStream::connect(address)?;
            stream.set_read_timeout(Some(Duration::from_secs(30)))?;
            write!(
                stream,
                "GET / HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                 Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            )?;
            let mut reader = BufReader::new(stream);
            let mut line = String::new();
            reader.read_line(&mut line)?;
            ensure!(line.contains("101"), "{line}");
            while line.trim() != "" {
                line.clear();
                reader.read_line(&mut line)?;
            }
            Ok(Self(reader))
        }

        /// Sends a text in one frame, under the mask of zeros.
        pub fn send(&mut self, text: &str) -> Result<()> {
            let length = u16::try_from(text.len())?;
            let mut frame = vec![0x81, 0x80 | 126];
            frame.extend(length.to_be_bytes());
            frame.extend([0; 4]);
            frame.extend(text.as_bytes());
            Ok(self.0.get_mut().write_all(&frame)?)
        }

        /// The next text; answers to pings are left out.
        pub fn receive(&mut self) -> Result<String> {
            loop {
                let mut head = [0; 2];
                self.0.read_exact(&mut head)?;
                let length = match head[1] & 0x7f {
                    126 => {
                        let mut length = [0; 2];
                        self.0.read_exact(&mut length)?;
                        u64::from(u16::from_be_bytes(length))
                    }
                    127 => {
                        let mut length = [0; 8];
                        self.0.read_exact(&mut length)?;
                        u64::from_be_bytes(length)
                    }
                    short => u64::from(short),
                };
                let mut payload = vec![0; usize::try_from(length)?];
                self.0.read_exact(&mut payload)?;
                match head[0] & 0x0f {
                    1 => return Ok(String::from_utf8(payload)?),
                    8 => bail!("the node closed the connection"),
                    _ => {}
                }
            }
        }
    }
}
