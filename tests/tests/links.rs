//! Links, from the patient's command to a stranger's viewer: a real node, a real gateway, HTTP between them.

use anyhow::{bail, ensure, Context, Result};
use medchain_primitives::{LinkId, RecordId};
use medchain_sdk::{
    gateway::Http,
    link::{ContentType, LinkSecret, ManifestRequest, RecipientContext, Shlink},
    Error,
};
use medchain_tests::{
    args, block_on,
    cli::PASSPHRASE,
    gateway::{exchange, Gateway},
    life::{self, number, same_bytes, ADMINISTRATOR, DOCTOR, HOSPITAL, PATIENT},
    samples, scenario, spawn, tests,
    world::World,
};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    thread::sleep,
    time::Duration,
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
            of_a_thousand_guesses_at_once_no_more_are_evaluated_than_allowed,
            of_a_thousand_openings_at_once_of_a_link_with_ten_uses_ten_succeed,
            large_files_are_served_at_locations,
            what_was_served_before_the_gateway_was_killed_is_in_the_log,
            nothing_of_key_plaintext_or_passcode_is_at_gateway_node_or_chain,
            a_gateway_whose_node_is_gone_serves_nothing,
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
        let gateway = start(&world)?;
        Ok(Self { world, gateway, reports })
    }

    /// The patient makes a link to these records; its number and text.
    fn link(&self, records: &[RecordId], options: &[&str]) -> Result<(LinkId, String)> {
        let mut arguments = args!["link", "create", "--gateway", self.gateway.url()].to_vec();
        arguments.extend(records.iter().map(|record| record.to_string().into()));
        arguments.extend(options.iter().map(Into::into));
        let made = self.world.cli.json(Some(PATIENT), arguments)?;
        let text = made.get("link").and_then(Value::as_str).context("no link is shown")?;
        Ok((LinkId(number(&made, "id")?), text.to_owned()))
    }

    /// A file that holds the passcode.
    fn passcode_file(&self) -> Result<PathBuf> {
        let file = self.world.folder().join("passcode-of-links");
        fs::write(&file, PASSCODE)?;
        Ok(file)
    }

    /// A stranger opens a link into a fresh folder.
    fn open(&self, link: &str, more: &[&str]) -> Result<tempfile::TempDir> {
        let folder = tempfile::tempdir_in(self.world.folder())?;
        let mut arguments = args!["link", "open", link, "--recipient", "Dr. Noor, Basel", "--output"].to_vec();
        arguments.push(folder.path().into());
        arguments.extend(more.iter().map(Into::into));
        self.world.cli.json(None, arguments)?;
        Ok(folder)
    }

    /// A stranger tries to; the refusal.
    fn refused(&self, link: &str, more: &[&str]) -> Result<String> {
        let mut arguments = args!["link", "open", link, "--recipient", "Dr. Noor, Basel"].to_vec();
        arguments.extend(more.iter().map(Into::into));
        Ok(self.world.cli.refused(None, arguments)?.error)
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

fn start(world: &World) -> Result<Gateway> {
    let keystore = world.cli.home().join("medchain").join("keys");
    let passphrase = world.cli.home().join("passphrase");
    ensure!(fs::read_to_string(&passphrase)? == PASSPHRASE, "the passphrase is where the command line reads it");
    let text = |path: &Path| path.to_str().map(str::to_owned).context("a path is UTF-8");
    let (keystore, passphrase) = (text(&keystore)?, text(&passphrase)?);
    let options = ["--keystore", &keystore, "--passphrase-file", &passphrase];
    Gateway::start(&world.folder().join("gateway"), &world.node.url(), HOSPITAL, &options)
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
    ensure!(links.refused(&link, &[])?.contains("10 attempts are left"), "a missing passcode was counted");
    for left in (0..ATTEMPTS).rev() {
        let refused = links.refused(&link, &wrong)?;
        ensure!(refused.contains(&format!("{left} attempts are left")), "{refused}");
        // The right one costs nothing.
        if left == 5 {
            links.open(&link, &right)?;
        }
    }
    ensure!(links.refused(&link, &right)?.contains("cannot be opened"), "a locked link was opened");
    let unlock = args!["link", "unlock", id.to_string(), "--gateway", links.gateway.url()];
    let other = links.world.cli.refused(Some(DOCTOR), unlock.clone())?;
    ensure!(other.says("is not the signer's"), "{other:?}");
    links.world.cli.json(Some(PATIENT), unlock)?;
    links.open(&link, &right)?;
    ensure!(links.names(id)?.len() == 2, "an opening was used up for a wrong passcode");
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
    links.gateway = start(&links.world)?;
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
    let (_, text) = links.link(&[record], &[&passcode[..], &["--label", "label that occurs nowhere else"]].concat())?;
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
    let mut read = 0;
    for folder in [links.gateway.folder(), links.world.node.folder()] {
        for path in files_below(folder)? {
            let content = fs::read(&path)?;
            read += content.len();
            for (what, needle) in &needles {
                let found = content.windows(needle.len()).any(|window| window == needle.as_slice());
                ensure!(!found, "{what} is in {}", path.display());
            }
        }
    }
    println!("     {} bytes searched", read);
    ensure!(read > 1_000_000, "the databases are not where they were looked for");
    Ok(())
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
