//! Links, from the patient's command to a stranger's viewer: a real node, a real gateway, HTTP between them.

use anyhow::{bail, ensure, Context, Result};
use medchain_primitives::{LinkId, LinkOperation, LinkStatement, LinkStatus, RecordId, MINUTE};
use medchain_sdk::{
    chain::calls,
    client::Wait,
    gateway::Http,
    link::{headers, ContentType, LinkSecret, ManifestRequest, RecipientContext, Shlink},
    Error,
};
use medchain_tests::{
    args, block_on,
    cli::{Cli, PASSPHRASE},
    clock,
    gateway::{exchange, exchange_with, Gateway, LINK_STORE},
    life::{self, number, same_bytes, ADMINISTRATOR, DOCTOR, HOSPITAL, PATIENT},
    samples, scenario, spawn,
    testnet::ledger::snapshot,
    tests,
    world::World,
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeSet,
    env,
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    thread::sleep,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// A passcode that occurs nowhere else.
const PASSCODE: &str = "synthetic-passcode-4711";
/// How many wrong passcodes a link takes here.
const ATTEMPTS: u32 = 10;

struct Links {
    world: World,
    gateway: Gateway,
    /// The laboratory report, and the FHIR bundle.
    reports: [RecordId; 2],
}

fn main() -> ExitCode {
    scenario::run(
        Links::make,
        tests![
            a_stranger_opens_a_link_as_often_as_the_patient_said_and_she_sees_by_whom,
            a_link_of_every_flag_combination_opens,
            a_link_that_is_taken_back_is_like_one_that_never_was,
            an_erased_record_is_shown_no_more,
            a_passcode_is_needed_and_wrong_ones_lock_the_link_until_the_patient_acts,
            what_the_patient_has_asked_once_nobody_asks_again,
            of_a_thousand_guesses_at_once_no_more_are_evaluated_than_allowed,
            of_a_thousand_openings_at_once_of_a_link_with_ten_uses_ten_succeed,
            large_files_are_served_at_locations,
            a_gateway_with_a_certificate_serves_who_trusts_it_and_nobody_in_the_clear,
            a_visitor_who_asks_too_much_waits_and_the_portal_s_hash_can_be_checked,
            what_was_served_before_the_gateway_was_killed_is_in_the_log,
            nothing_of_key_plaintext_or_passcode_is_at_gateway_node_or_chain,
            a_gateway_whose_node_is_gone_serves_nothing,
            // The chain's time does not go back: after this one there is no other.
            a_link_ends_at_its_time,
        ],
    )
}

impl Links {
    fn make() -> Result<Self> {
        let world = World::make()?;
        world.cli.json(None, args!["account", "new", HOSPITAL])?;
        life::register_professional(&world.cli, HOSPITAL, "hospital", world.folder())?;
        world.cli.json(Some(ADMINISTRATOR), args!["member", "verify", HOSPITAL])?;
        let [report, bundle, ..] = &samples()[..] else { bail!("the samples are there") };
        let reports = [world.upload(report)?.id, world.upload(bundle)?.id];
        let gateway = start(&world, "gateway", &[])?;
        Ok(Self { world, gateway, reports })
    }

    /// The patient makes a link to these records; its number and text.
    fn link(&self, records: &[RecordId], options: &[&str]) -> Result<(LinkId, String)> {
        link_at(&self.world.cli, &self.gateway, records, options)
    }

    /// A file that holds the passcode.
    fn passcode_file(&self) -> Result<PathBuf> {
        let file = self.world.folder().join("passcode-of-links");
        fs::write(&file, PASSCODE)?;
        Ok(file)
    }

    /// A stranger opens a link into a fresh folder.
    fn open(&self, link: &str, more: &[&str]) -> Result<tempfile::TempDir> {
        self.open_by(&self.world.cli, link, more)
    }

    /// The same, by this command line.
    fn open_by(&self, cli: &Cli, link: &str, more: &[&str]) -> Result<tempfile::TempDir> {
        let folder = tempfile::tempdir_in(self.world.folder())?;
        let mut arguments = args!["link", "open", link, "--recipient", "Dr. Noor, Basel", "--output"].to_vec();
        arguments.push(folder.path().into());
        arguments.extend(more.iter().map(Into::into));
        cli.json(None, arguments)?;
        Ok(folder)
    }

    /// A stranger tries to; the refusal.
    fn refused(&self, link: &str, more: &[&str]) -> Result<String> {
        Self::refused_by(&self.world.cli, link, more)
    }

    /// The same, by this command line.
    fn refused_by(cli: &Cli, link: &str, more: &[&str]) -> Result<String> {
        let mut arguments = args!["link", "open", link, "--recipient", "Dr. Noor, Basel"].to_vec();
        arguments.extend(more.iter().map(Into::into));
        Ok(cli.refused(None, arguments)?.error)
    }

    /// An asking in the patient's name, good for so long, in milliseconds: headers, to be sent as often as one likes.
    fn asking(
        &self,
        link: LinkId,
        operation: LinkOperation,
        body: &str,
        lasts: u64,
    ) -> Result<[(&'static str, String); 3]> {
        let (client, identity) = (self.world.client()?, self.world.cli.identity(PATIENT)?);
        let now = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
        let (genesis, digest, expires_at) = (client.genesis(), Sha256::digest(body), now + lasts);
        let statement = LinkStatement { genesis: &genesis, operation, link, body: &digest, expires_at };
        let signature = identity.sign(statement.text().as_bytes());
        Ok([
            (headers::LINK, link.to_string()),
            (headers::EXPIRES, expires_at.to_string()),
            (headers::SIGNATURE, format!("0x{}", hex::encode(signature))),
        ])
    }

    /// The names in a link's log, as the patient reads them.
    fn names(&self, link: LinkId) -> Result<Vec<String>> {
        let (client, identity) = (self.world.client()?, self.world.cli.identity(PATIENT)?);
        let view = block_on(client.link(link))?;
        let context = RecipientContext { genesis: client.genesis(), commitment: view.commitment };
        let (mut names, mut after) = (Vec::new(), None);
        loop {
            let page = block_on(client.link_openings(link, after, 100))?;
            for opening in &page.items {
                let name = context.open(&opening.recipient, &identity, opening.key_version);
                names.push(name.context("a name does not open with the patient's key")?);
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(names),
            }
        }
    }
}

/// Starts a gateway of the hospital's in a folder of this name.
fn start(world: &World, name: &str, options: &[&str]) -> Result<Gateway> {
    let keystore = world.cli.home().join("medchain").join("keys");
    let passphrase = world.cli.home().join("passphrase");
    ensure!(fs::read_to_string(&passphrase)? == PASSPHRASE, "the passphrase is where the command line reads it");
    fs::set_permissions(&passphrase, Permissions::from_mode(0o600))?;
    let options = [&["--keystore", text(&keystore)?, "--passphrase-file", text(&passphrase)?], options].concat();
    Gateway::start(&world.folder().join(name), &world.node.url(), HOSPITAL, &options)
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("a path is UTF-8")
}

/// The patient makes a link to these records at this gateway; its number and text.
fn link_at(cli: &Cli, gateway: &Gateway, records: &[RecordId], options: &[&str]) -> Result<(LinkId, String)> {
    let mut arguments = args!["link", "create", "--gateway", gateway.url()].to_vec();
    arguments.extend(records.iter().map(|record| record.to_string().into()));
    arguments.extend(options.iter().map(Into::into));
    let made = cli.json(Some(PATIENT), arguments)?;
    let text = made.get("link").and_then(Value::as_str).context("no link is shown")?;
    Ok((LinkId(number(&made, "id")?), text.to_owned()))
}

fn asked(recipient: String, passcode: Option<&str>) -> ManifestRequest {
    let passcode = passcode.map(|passcode| passcode.to_owned().into());
    ManifestRequest { recipient, passcode, embedded_length_max: None }
}

fn a_stranger_opens_a_link_as_often_as_the_patient_said_and_she_sees_by_whom(links: &mut Links) -> Result<()> {
    let card = links.world.folder().join("card.html");
    let code = links.world.folder().join("code.svg");
    let (card_text, code_text) = (card.to_str().context("UTF-8")?, code.to_str().context("UTF-8")?);
    let options = ["--openings", "2", "--label", "Blood count", "--card", card_text, "--qr", code_text];
    let (id, link) = links.link(&links.reports, &options)?;
    ensure!(fs::read_to_string(&card)?.contains("Blood count") && fs::read_to_string(&code)?.contains("<svg"));
    let payload = Shlink::parse(&link)?;
    ensure!(payload.url.len() <= 128 && payload.label.as_deref() == Some("Blood count") && payload.flag.is_none());

    let folder = links.open(&link, &[])?;
    let samples = samples();
    ensure!(same_bytes(&samples[0], &folder.path().join("laboratory-report.pdf"))?, "the report came out altered");
    ensure!(same_bytes(&samples[1], &folder.path().join("link-1.fhir.json"))?, "the bundle came out altered");
    links.open(&link, &[])?;
    ensure!(links.refused(&link, &[])?.contains("cannot be opened"), "a link opened more often than it was made for");

    ensure!(links.names(id)? == ["Dr. Noor, Basel", "Dr. Noor, Basel"], "the log has other names");
    let log = links.world.cli.json(Some(PATIENT), args!["access", "log", "--patient", PATIENT])?;
    let by_link = log["items"].as_array().context("no log")?.iter().filter(|entry| entry["basis"] == "link").count();
    ensure!(by_link == 4, "the read log has {by_link} openings by link instead of 4");
    let listed = links.world.cli.json(Some(PATIENT), args!["link", "list"])?;
    ensure!(listed["items"][0]["status"] == "exhausted", "{listed}");
    // Another member reads of the opening, not of who it was.
    let others = links.world.cli.json(Some(DOCTOR), args!["link", "log", id.to_string()])?;
    ensure!(others["names"] == serde_json::json!([null, null]), "{others}");
    Ok(())
}

fn a_link_of_every_flag_combination_opens(links: &mut Links) -> Result<()> {
    let file = links.passcode_file()?;
    let passcode = ["--link-passcode-file", file.to_str().context("UTF-8")?];
    for (options, flags, needs_passcode) in [
        (&[][..], "", false),
        (&["--long-term"][..], "L", false),
        (&["--direct"][..], "U", false),
        (&["--long-term", "--direct"][..], "LU", false),
        (&passcode[..], "P", true),
        (&["--long-term", passcode[0], passcode[1]][..], "LP", true),
    ] {
        let (_, link) = links.link(&links.reports, options)?;
        ensure!(String::from(Shlink::parse(&link)?.flags()) == flags, "the flags are others than {flags:?}");
        let more: &[&str] = if needs_passcode { &passcode } else { &[] };
        let folder = links.open(&link, more)?;
        ensure!(same_bytes(&samples()[0], &folder.path().join("laboratory-report.pdf"))?, "{flags}: altered");
    }
    let refused = links.world.cli.refused(
        Some(PATIENT),
        args!["link", "create", links.reports[0].to_string(), "--direct", "--link-passcode-file", &file],
    )?;
    ensure!(refused.status == 2, "a direct link with a passcode was made");
    Ok(())
}

fn a_link_that_is_taken_back_is_like_one_that_never_was(links: &mut Links) -> Result<()> {
    let (id, link) = links.link(&links.reports, &["--openings", "5"])?;
    links.open(&link, &[])?;
    let other = links.world.cli.refused(Some(DOCTOR), args!["link", "revoke", id.to_string()])?;
    ensure!(other.says("Access.NotThePatient"), "{other:?}");
    links.world.cli.json(Some(PATIENT), args!["link", "revoke", id.to_string()])?;
    ensure!(links.refused(&link, &[])?.contains("cannot be opened"));

    let unknown = format!("{}/l/{}", links.gateway.url(), LinkSecret::generate()?.text().as_str());
    let malformed = format!("{}/l/x", links.gateway.url());
    let revoked = Shlink::parse(&link)?.url.clone();
    let answers: Vec<_> = [unknown, malformed, revoked]
        .iter()
        .map(|url| exchange("POST", url, r#"{"recipient":"Dr. Noor"}"#))
        .collect::<Result<_>>()?;
    ensure!(answers[0].starts_with("HTTP/1.1 404"), "{}", answers[0]);
    let without_date =
        |answer: &str| answer.lines().filter(|line| !line.starts_with("date:")).collect::<Vec<_>>().join("\n");
    let answers: BTreeSet<_> = answers.iter().map(|answer| without_date(answer)).collect();
    ensure!(answers.len() == 1, "the answers tell links apart: {answers:?}");
    let answer = answers.first().context("no answer")?;
    for header in ["access-control-allow-origin: *", "referrer-policy: no-referrer", "cache-control: no-store"] {
        ensure!(answer.contains(header), "no {header} in {answer}");
    }
    Ok(())
}

fn an_erased_record_is_shown_no_more(links: &mut Links) -> Result<()> {
    let report = links.world.upload(&samples()[2])?.id;
    let (_, link) = links.link(&[links.reports[1], report], &[])?;
    let folder = links.open(&link, &[])?;
    ensure!(folder.path().join("phantom.png").exists());
    links.world.cli.json(Some(PATIENT), args!["record", "erase", report.to_string()])?;
    let folder = links.open(&link, &[])?;
    ensure!(!folder.path().join("phantom.png").exists(), "an erased record was shown");
    ensure!(folder.path().join("link-1.fhir.json").exists());
    Ok(())
}

fn a_passcode_is_needed_and_wrong_ones_lock_the_link_until_the_patient_acts(links: &mut Links) -> Result<()> {
    let (right, wrong) = (links.passcode_file()?, links.world.folder().join("wrong-passcode"));
    fs::write(&wrong, "not the passcode")?;
    let right = ["--link-passcode-file", right.to_str().context("UTF-8")?];
    let wrong = ["--link-passcode-file", wrong.to_str().context("UTF-8")?];
    let (id, link) = links.link(&links.reports, &right)?;
    let missing = links.world.cli.refused(None, args!["link", "open", &link, "--recipient", "Dr. Noor, Basel"])?;
    ensure!(missing.says("10 attempts are left"), "a missing passcode was counted: {missing:?}");
    ensure!(missing.says("--link-passcode-file"), "the hint names no option of the command: {missing:?}");
    let (url, http) = (Shlink::parse(&link)?.url, Http::new()?);
    for left in (0..ATTEMPTS).rev() {
        if left == ATTEMPTS - 1 {
            let refused = links.refused(&link, &wrong)?;
            ensure!(refused.contains(&format!("{left} attempts are left")), "{refused}");
            continue;
        }
        match block_on(http.manifest(&url, &asked("Dr. Noor, Basel".to_owned(), Some("not the passcode")))) {
            Err(Error::PasscodeRefused { remaining }) if remaining == left => {}
            other => bail!("{left} attempts should be left: {other:?}"),
        }
        // The right one costs nothing.
        if left == 5 {
            links.open(&link, &right)?;
        }
    }
    ensure!(links.refused(&link, &right)?.contains("cannot be opened"), "a locked link was opened");
    let unlock = args!["link", "unlock", id.to_string(), "--gateway", links.gateway.url()];
    let other = links.world.cli.refused(Some(DOCTOR), unlock.clone())?;
    ensure!(other.says("is not the signer's"), "{other:?}");
    links.world.cli.json(Some(PATIENT), unlock.clone())?;
    links.open(&link, &right)?;

    // It may have come to the wrong ears: the patient chooses another.
    let new = links.world.folder().join("new-passcode");
    fs::write(&new, "another passcode")?;
    let new = ["--link-passcode-file", text(&new)?];
    links.world.cli.json(Some(PATIENT), [&unlock[..], &args![new[0], new[1]]].concat())?;
    ensure!(links.refused(&link, &right)?.contains("9 attempts are left"), "the old passcode was taken");
    links.open(&link, &new)?;
    ensure!(links.names(id)?.len() == 3, "an opening was used up for a wrong passcode");
    Ok(())
}

fn what_the_patient_has_asked_once_nobody_asks_again(links: &mut Links) -> Result<()> {
    let file = links.passcode_file()?;
    let (id, link) = links.link(&links.reports[1..], &["--link-passcode-file", text(&file)?])?;
    let (url, http) = (Shlink::parse(&link)?.url, Http::new()?);
    let guess = || block_on(http.manifest(&url, &asked("Mallory".to_owned(), Some("a guess"))));
    ensure!(matches!(guess(), Err(Error::PasscodeRefused { remaining: 9 })));
    let askings = format!("{}/api/links", links.gateway.url());
    let ask = |signed: &[(&str, String)], body: &str| exchange_with("POST", &askings, signed, body);

    let unlock = links.asking(id, LinkOperation::Unlock, "{}", 5 * MINUTE)?;
    ensure!(ask(&unlock, "{}")?.starts_with("HTTP/1.1 204"));
    ensure!(matches!(guess(), Err(Error::PasscodeRefused { remaining: 9 })), "it was not unlocked");
    let again = ask(&unlock, "{}")?;
    ensure!(again.starts_with("HTTP/1.1 403") && again.contains("asked before"), "{again}");
    ensure!(matches!(guess(), Err(Error::PasscodeRefused { remaining: 8 })), "an asking was good twice");

    // Another body, another operation, an end that is past or too far away: none is what was signed, or may be.
    let unlock = links.asking(id, LinkOperation::Unlock, "{}", 5 * MINUTE)?;
    ensure!(ask(&unlock, r#"{"passcode":"mallorys"}"#)?.starts_with("HTTP/1.1 403"));
    ensure!(exchange_with("DELETE", &askings, &unlock, "{}")?.starts_with("HTTP/1.1 403"));
    for lasts in [0, 11 * MINUTE] {
        let unlock = links.asking(id, LinkOperation::Unlock, "{}", lasts)?;
        ensure!(ask(&unlock, "{}")?.starts_with("HTTP/1.1 403"), "good for {lasts} ms");
    }
    ensure!(ask(&unlock, "{}")?.starts_with("HTTP/1.1 204"), "what was refused has used the asking up");
    Ok(())
}

fn of_a_thousand_guesses_at_once_no_more_are_evaluated_than_allowed(links: &mut Links) -> Result<()> {
    let file = links.passcode_file()?;
    let (id, link) = links.link(&links.reports, &["--link-passcode-file", file.to_str().context("UTF-8")?])?;
    let before = wrong_passcodes(links)?;
    let outcomes = a_thousand_times(&Shlink::parse(&link)?.url, |number| {
        asked("Mallory".to_owned(), Some(&format!("guess-{number}")))
    })?;
    let evaluated = wrong_passcodes(links)? - before;
    ensure!(evaluated == ATTEMPTS, "{evaluated} guesses were evaluated");
    for outcome in outcomes {
        match outcome {
            Err(Error::PasscodeRefused { .. } | Error::LinkInactive) => {}
            other => bail!("a guess was answered with {other:?}"),
        }
    }
    ensure!(links.names(id)?.is_empty(), "a guess opened the link");
    Ok(())
}

fn of_a_thousand_openings_at_once_of_a_link_with_ten_uses_ten_succeed(links: &mut Links) -> Result<()> {
    let (id, link) = links.link(&links.reports, &["--openings", "10"])?;
    let outcomes = a_thousand_times(&Shlink::parse(&link)?.url, |number| asked(format!("recipient {number}"), None))?;
    let mut served = BTreeSet::new();
    for (number, outcome) in outcomes.iter().enumerate() {
        match outcome {
            Ok(_) => {
                served.insert(format!("recipient {number}"));
            }
            Err(Error::LinkInactive) => {}
            Err(other) => bail!("an opening was refused with {other}"),
        }
    }
    ensure!(served.len() == 10, "{} of 1000 openings succeeded", served.len());
    let logged: BTreeSet<_> = links.names(id)?.into_iter().collect();
    ensure!(logged == served, "the log has {logged:?}, served were {served:?}");
    Ok(())
}

fn large_files_are_served_at_locations(links: &mut Links) -> Result<()> {
    let file = links.world.file("large-scan.bin", 3 * 1024 * 1024, 5)?;
    let record = links.world.upload(&file)?.id;
    let (_, link) = links.link(&[record], &["--openings", "1"])?;
    let link = Shlink::parse(&link)?;
    let http = Http::new()?;
    let manifest = block_on(http.manifest(&link.url, &asked("Dr. Noor".to_owned(), None)))?;
    let [listed] = &manifest.files[..] else { bail!("there is one file") };
    ensure!(listed.content_type == ContentType::Fhir.name() && listed.embedded.is_none());
    let location = listed.location.clone().context("a large file came with the manifest")?;
    for _ in 0..2 {
        let jwe = block_on(http.file(&location, None))?;
        let opened = medchain_sdk::link::jwe::decrypt(&*link.decryption_key()?, &jwe)?;
        ensure!(opened.content.len() as u64 > 3 * 1024 * 1024);
    }
    links.world.cli.json(Some(PATIENT), args!["record", "erase", record.to_string()])?;
    let gone = block_on(http.file(&location, None));
    ensure!(matches!(gone, Err(Error::LinkInactive)), "an erased record was served at its location");
    Ok(())
}

/// A certificate for 127.0.0.1 and its private key, made here, which nobody trusts who is not told to.
fn certificate(folder: &Path, name: &str) -> Result<(PathBuf, PathBuf)> {
    let (certificate, key) = (folder.join(format!("{name}.pem")), folder.join(format!("{name}.key")));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"])
        .args(["-subj", "/CN=synthetic gateway", "-addext", "subjectAltName=IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout", text(&key)?, "-out", text(&certificate)?])
        .output()
        .context("openssl is installed by scripts/setup.sh")?;
    ensure!(made.status.success(), "no certificate was made: {}", String::from_utf8_lossy(&made.stderr));
    fs::set_permissions(&key, Permissions::from_mode(0o600))?;
    Ok((certificate, key))
}

fn a_gateway_with_a_certificate_serves_who_trusts_it_and_nobody_in_the_clear(links: &mut Links) -> Result<()> {
    let folder = links.world.folder().join("certificates");
    fs::create_dir_all(&folder)?;
    let (chain, key) = certificate(&folder, "gateway")?;
    let (_, other) = certificate(&folder, "other")?;
    let file = |name: &str, content: &[u8], mode| -> Result<PathBuf> {
        let path = folder.join(name);
        fs::write(&path, content)?;
        fs::set_permissions(&path, Permissions::from_mode(mode))?;
        Ok(path)
    };
    let missing = folder.join("missing.pem");
    let broken = file("broken.pem", b"-----BEGIN CERTIFICATE-----\n***\n-----END CERTIFICATE-----\n", 0o644)?;
    let exposed = file("exposed.key", &fs::read(&key)?, 0o644)?;
    let no_key = file("no.key", &fs::read(&chain)?, 0o600)?;
    for (number, (chain, key, says)) in [
        (&missing, &key, "there is no such file"),
        (&broken, &key, "broken.pem holds no certificate"),
        (&exposed, &key, "exposed.key holds no certificate"),
        (&chain, &missing, "there is no such file"),
        (&chain, &exposed, "others may read"),
        (&chain, &no_key, "no.key holds no private key"),
        (&chain, &other, "other.key cannot be used for TLS"),
    ]
    .into_iter()
    .enumerate()
    {
        let options = ["--tls-certificate", text(chain)?, "--tls-key", text(key)?];
        let refused = start(&links.world, &format!("refused-{number}"), &options).err();
        let refused = refused.with_context(|| format!("it starts, and should say: {says}"))?.to_string();
        ensure!(refused.contains("error: ") && refused.contains("hint: ") && refused.contains(says), "{refused}");
    }

    let options = ["--tls-certificate", text(&chain)?, "--tls-key", text(&key)?];
    let gateway = start(&links.world, "tls", &options)?;
    ensure!(gateway.url().starts_with("https://127.0.0.1:"), "{}", gateway.url());
    let trusting = links.world.cli.clone().with_environment("SSL_CERT_FILE", text(&chain)?);
    let (id, link) = link_at(&trusting, &gateway, &links.reports[..1], &["--openings", "1"])?;
    let url = Shlink::parse(&link)?.url;
    ensure!(url.starts_with(gateway.url()), "the link leads elsewhere: {url}");

    // Who does not trust the certificate says nothing to the gateway, and nobody is heard in the clear.
    ensure!(Links::refused_by(&links.world.cli, &link, &[])?.contains("no gateway answers"));
    let clear = url.replacen("https://", "http://", 1);
    let answer = exchange("POST", &clear, r#"{"recipient":"Dr. Noor"}"#);
    ensure!(!answer.as_ref().is_ok_and(|answer| answer.contains("HTTP/")), "{answer:?}");
    ensure!(links.names(id)?.is_empty(), "a link was opened without TLS");

    let opened = links.open_by(&trusting, &link, &[])?;
    ensure!(same_bytes(&samples()[0], &opened.path().join("laboratory-report.pdf"))?, "the report came out altered");
    ensure!(links.names(id)?.len() == 1);
    let trusted = reqwest::Certificate::from_pem(&fs::read(&chain)?)?;
    let client = reqwest::Client::builder().tls_certs_only([trusted]).build()?;
    let health = block_on(client.get(format!("{}/health", gateway.url())).send())?;
    ensure!(health.status() == 200 && health.headers().contains_key("strict-transport-security"), "{health:?}");
    Ok(())
}

fn a_visitor_who_asks_too_much_waits_and_the_portal_s_hash_can_be_checked(links: &mut Links) -> Result<()> {
    let portal = links.world.folder().join("portal");
    fs::create_dir_all(portal.join("assets"))?;
    for (file, content) in [("index.html", "<!doctype html>"), ("assets/x.js", "1"), ("config.json", "{}")] {
        fs::write(portal.join(file), content)?;
    }
    let options = ["--url", "https://gateway.example.org/", "--behind-proxy", "--requests-per-minute", "3"];
    let more = ["--link-bytes-max", "1024", "--portal", text(&portal)?];
    let gateway = start(&links.world, "bounded", &[&options[..], &more[..]].concat())?;
    ensure!(gateway.url() == "https://gateway.example.org", "{}", gateway.url());
    let at = |path: &str| format!("http://{}{path}", gateway.address());

    let ask = |visitor: &str| {
        let from = [("x-forwarded-for", visitor.to_owned())];
        exchange_with("POST", &at("/l/x"), &from, r#"{"recipient":"Dr. Noor"}"#)
    };
    for _ in 0..3 {
        ensure!(ask("192.0.2.1")?.starts_with("HTTP/1.1 404"));
    }
    let waits = ask("192.0.2.1")?;
    ensure!(waits.starts_with("HTTP/1.1 429"), "{waits}");
    for header in ["retry-after: ", "access-control-allow-origin: *", "strict-transport-security: "] {
        ensure!(waits.contains(header), "no {header} in {waits}");
    }
    // Whom the proxy names last counts; what stands before comes from the visitor.
    ensure!(ask("192.0.2.1, 192.0.2.2")?.starts_with("HTTP/1.1 404"), "another visitor waits");
    ensure!(ask("192.0.2.2, 192.0.2.1")?.starts_with("HTTP/1.1 429"), "a visitor chose its own address");

    for (method, path, bytes) in [("POST", "/l/x", 16 * 1024), ("PUT", "/api/links", 65 * 1024)] {
        let answer = exchange(method, &at(path), &"x".repeat(bytes + 1))?;
        ensure!(answer.starts_with("HTTP/1.1 413"), "{bytes} bytes by {method}: {answer}");
    }
    for path in ["/metrics", "/../gateway.db", "/%2e%2e/gateway.db", "/assets/"] {
        ensure!(exchange("GET", &at(path), "")?.starts_with("HTTP/1.1 404"), "{path} is served");
    }

    let served = at("");
    let verify = |more: &[&str]| {
        [&args!["gateway", "verify", &served][..], &more.iter().map(Into::into).collect::<Vec<_>>()].concat()
    };
    let hash = links.world.cli.json(None, verify(&[]))?["hash"].as_str().context("no hash")?.to_owned();
    let same = links.world.cli.json(None, verify(&["--expect", &hash]))?;
    ensure!(same["verified"] == true && same["files"] == 3, "{same}");
    drop(gateway);
    fs::write(portal.join("assets/x.js"), "2")?;
    let gateway = start(&links.world, "altered", &["--portal", text(&portal)?])?;
    let refused = links.world.cli.refused(None, args!["gateway", "verify", gateway.url(), "--expect", &hash])?;
    ensure!(refused.status == 1 && refused.error.contains(&hash), "{refused:?}");
    Ok(())
}

fn what_was_served_before_the_gateway_was_killed_is_in_the_log(links: &mut Links) -> Result<()> {
    let (id, link) = links.link(&links.reports[1..], &["--openings", "500"])?;
    let url = Shlink::parse(&link)?.url;
    let served = std::sync::Arc::new(std::sync::Mutex::new(BTreeSet::new()));
    let http = Http::new()?;
    let visitors: Vec<_> = (0..40)
        .map(|number| {
            let (http, url, served) = (http.clone(), url.clone(), served.clone());
            spawn(async move {
                for round in 0.. {
                    let name = format!("visitor {number}.{round}");
                    match http.manifest(&url, &asked(name.clone(), None)).await {
                        Ok(_) => {
                            if let Ok(mut served) = served.lock() {
                                served.insert(name);
                            }
                        }
                        Err(_) => return,
                    }
                }
            })
        })
        .collect();
    sleep(Duration::from_secs(25));
    links.gateway.kill()?;
    for visitor in visitors {
        block_on(visitor)?;
    }
    let served = served.lock().map_err(|_| anyhow::anyhow!("a visitor panicked"))?.clone();
    ensure!(!served.is_empty(), "nothing was served before the kill");
    links.gateway = start(&links.world, "gateway", &[])?;
    let logged: BTreeSet<_> = links.names(id)?.into_iter().collect();
    let missing: Vec<_> = served.difference(&logged).collect();
    ensure!(missing.is_empty(), "served and not logged: {missing:?}");
    println!("     {} served, {} logged", served.len(), logged.len());
    Ok(())
}

fn nothing_of_key_plaintext_or_passcode_is_at_gateway_node_or_chain(links: &mut Links) -> Result<()> {
    let marked = links.world.folder().join("marked.txt");
    let plaintext = "synthetic plaintext that occurs nowhere else";
    fs::write(&marked, plaintext)?;
    let record = links.world.upload(&marked)?.id;
    let file = links.passcode_file()?;
    let passcode = ["--link-passcode-file", file.to_str().context("UTF-8")?];
    let (id, text) =
        links.link(&[record], &[&passcode[..], &["--label", "label that occurs nowhere else"]].concat())?;
    links.open(&text, &passcode)?;
    let link = Shlink::parse(&text)?;
    let key = link.decryption_key()?;
    let secret = link.url.rsplit('/').next().context("a link has a secret")?.to_owned();
    links.world.node.wait_finalized(links.world.node.finalized()? + 2)?;
    let needles: Vec<(&str, Vec<u8>)> = vec![
        ("the key in base64url", link.key.as_bytes().to_vec()),
        ("the key", key.to_vec()),
        ("the plaintext", plaintext.as_bytes().to_vec()),
        ("the passcode", PASSCODE.as_bytes().to_vec()),
        ("the secret in base64url", secret.into_bytes()),
        ("the label", b"label that occurs nowhere else".to_vec()),
        ("the recipient's name", b"Dr. Noor, Basel".to_vec()),
    ];
    // What must be there, and would not be found if the search were wrong.
    let commitment = block_on(links.world.client()?.link(id))?.commitment.0;
    let (mut read, mut found_at_gateway) = (0, false);
    for folder in [links.gateway.folder(), links.world.node.folder()] {
        for path in files_below(folder)? {
            let content = fs::read(&path)?;
            read += content.len();
            for (what, needle) in &needles {
                ensure!(!holds(&content, needle), "{what} is in {}", path.display());
            }
            found_at_gateway |= folder == links.gateway.folder() && holds(&content, &commitment);
        }
    }
    if let Ok(store) = env::var(LINK_STORE) {
        let dump = Command::new("pg_dump").arg("--dbname").arg(store).output()?.stdout;
        for (what, needle) in &needles {
            let is_there = holds(&dump, needle) || holds(&dump, hex::encode(needle).as_bytes());
            ensure!(!is_there, "{what} is in the link store");
        }
        found_at_gateway = holds(&dump, hex::encode(commitment).as_bytes());
    }
    ensure!(found_at_gateway, "the link store is not where it was looked for");
    ensure!(read > 1_000_000, "the databases are not where they were looked for");

    // The node's database compresses: chain and state are searched as the node gives them.
    let rpc = links.world.node.rpc()?;
    let mut chain = Vec::new();
    for number in 0..=rpc.finalized()? {
        let block = rpc.answer("chain_getBlock", vec![rpc.block_hash(number)?.into()])?;
        chain.extend_from_slice(block.to_string().as_bytes());
    }
    let state: Vec<u8> = snapshot(&rpc)?.top.into_iter().flat_map(|(key, value)| [key, value].concat()).collect();
    for (what, needle) in &needles {
        ensure!(!holds(&chain, hex::encode(needle).as_bytes()), "{what} is in a block");
        ensure!(!holds(&state, needle), "{what} is in the state");
    }
    ensure!(
        holds(&chain, hex::encode(commitment).as_bytes()) && holds(&state, &commitment),
        "the link is not on chain"
    );
    println!("     searched {read} bytes of files, {} of blocks in hexadecimal, {} of state", chain.len(), state.len());
    Ok(())
}

fn holds(content: &[u8], needle: &[u8]) -> bool {
    // There is much to search: most places differ in their first byte.
    content.windows(needle.len()).any(|window| window.first() == needle.first() && window == needle)
}

fn a_gateway_whose_node_is_gone_serves_nothing(links: &mut Links) -> Result<()> {
    let (_, link) = links.link(&links.reports, &[])?;
    let health = format!("{}/health", links.gateway.url());
    ensure!(exchange("GET", &health, "")?.starts_with("HTTP/1.1 200"));
    links.world.node.kill()?;
    let refused = links.refused(&link, &[])?;
    ensure!(refused.contains("the gateway does not do this"), "{refused}");
    ensure!(exchange("GET", &health, "")?.starts_with("HTTP/1.1 503"));
    links.world.node.restart()?;
    links.open(&link, &[])?;
    Ok(())
}

fn a_link_ends_at_its_time(links: &mut Links) -> Result<()> {
    let Some(later) = clock::shifted("+16m") else {
        println!("     left out: libfaketime is not installed (scripts/setup.sh installs it)");
        return Ok(());
    };
    let (id, link) = links.link(&links.reports[1..], &["--for", "15m", "--openings", "5"])?;
    let (payload, http) = (Shlink::parse(&link)?, Http::new()?);
    let by_location = ManifestRequest { embedded_length_max: Some(0), ..asked("Dr. Noor, Basel".to_owned(), None) };
    let manifest = block_on(http.manifest(&payload.url, &by_location))?;
    let location = manifest.files[0].location.clone().context("no location was given")?;
    block_on(http.file(&location, None))?;

    // A client whose clock is past the end that the link states asks nobody.
    let client = links.world.client()?;
    let view = block_on(client.link(id))?;
    ensure!(payload.exp == Some(view.expires_at / 1000) && view.status == LinkStatus::Active);
    let late = later.iter().fold(links.world.cli.clone(), |cli, (name, value)| cli.with_environment(name, value));
    ensure!(Links::refused_by(&late, &link, &[])?.contains("cannot be opened"));
    ensure!(links.names(id)?.len() == 1, "a link was opened that says itself that it has ended");

    // For the chain it is a quarter of an hour later; clients and gateway have not noticed.
    for (name, value) in later {
        links.world.node.set_environment(name, Some(&value));
    }
    links.world.node.restart()?;
    ensure!(links.refused(&link, &[])?.contains("cannot be opened"), "a link opened after its end");
    ensure!(matches!(block_on(http.manifest(&payload.url, &by_location)), Err(Error::LinkInactive)));
    ensure!(matches!(block_on(http.file(&location, None)), Err(Error::LinkInactive)), "a location outlived its link");
    let listed = links.world.cli.json(Some(PATIENT), args!["link", "list"])?;
    ensure!(listed["items"][0]["status"] == "expired" && listed["items"][0]["openingsLeft"] == 4, "{listed}");
    ensure!(links.names(id)?.len() == 1);
    // The hospital itself cannot open it past the gateway.
    let (client, host) = (links.world.client()?, links.world.cli.identity(HOSPITAL)?);
    let patient = block_on(client.proven_member(&links.world.patient.into()))?;
    let context = RecipientContext { genesis: client.genesis(), commitment: view.commitment };
    let call = calls::open_link(id, context.seal("Mallory", &patient.key)?);
    let opened = block_on(client.submit(&call, &host, Wait::InBlock, &|_| ()));
    ensure!(matches!(&opened, Err(Error::Dispatch { error, .. }) if error == "LinkExpired"), "{opened:?}");
    Ok(())
}

/// A thousand requests for a manifest at once.
fn a_thousand_times(
    url: &str,
    asked: impl Fn(usize) -> ManifestRequest,
) -> Result<Vec<std::result::Result<(), Error>>> {
    let http = Http::new()?;
    let requests: Vec<_> = (0..1000)
        .map(|number| {
            let (http, url, asked) = (http.clone(), url.to_owned(), asked(number));
            spawn(async move { http.manifest(&url, &asked).await.map(drop) })
        })
        .collect();
    requests.into_iter().map(|request| Ok(block_on(request)?)).collect()
}

fn wrong_passcodes(links: &Links) -> Result<u32> {
    let text = exchange("GET", &format!("{}/metrics", links.gateway.monitoring()), "")?;
    let line = text.lines().find_map(|line| line.strip_prefix("medchain_gateway_wrong_passcodes "));
    Ok(line.context("no count of wrong passcodes")?.trim().parse()?)
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            match entry.file_type()?.is_dir() {
                true => folders.push(entry.path()),
                false => files.push(entry.path()),
            }
        }
    }
    Ok(files)
}
