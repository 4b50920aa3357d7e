//! What the program prints as help, and how it refuses what needs no node.

#![allow(clippy::unwrap_used, missing_docs)]

use std::{ffi::OsStr, path::Path, process::Command};

/// Where nobody listens: port 1 needs privileges, and no service has it.
const NOWHERE: &str = "ws://127.0.0.1:1";

struct Outcome {
    code: i32,
    stdout: String,
    stderr: String,
}

fn medchain<S: AsRef<OsStr>>(home: &Path, arguments: impl IntoIterator<Item = S>) -> Outcome {
    let output = Command::new(env!("CARGO_BIN_EXE_medchain"))
        .env_clear()
        .env("XDG_DATA_HOME", home)
        .env("COLUMNS", "100")
        .args(arguments)
        .output()
        .unwrap();
    Outcome {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

#[test]
fn help_texts() {
    let home = tempfile::tempdir().unwrap();
    let commands = [
        "",
        "account",
        "account new",
        "account import",
        "account export",
        "account list",
        "member",
        "member register",
        "member update",
        "member verify",
        "member reject",
        "member suspend",
        "member reinstate",
        "member voucher",
        "member rotate-key",
        "member keys",
        "member copies",
        "member accept-move",
        "member move",
        "member guardians",
        "member recoveries",
        "member propose-recovery",
        "member approve-recovery",
        "member complete-recovery",
        "member object-to-recovery",
        "member publish-key",
        "member show",
        "member list",
        "member administrators",
        "appointment",
        "appointment request",
        "appointment accept",
        "appointment decline",
        "appointment cancel",
        "appointment reschedule",
        "appointment schedule",
        "appointment set-schedule",
        "appointment complete",
        "appointment missed",
        "appointment show",
        "appointment list",
        "care",
        "care open",
        "care end",
        "care list",
        "record",
        "record upload",
        "record amend",
        "record retract",
        "record erase",
        "record erasure",
        "record list",
        "record show",
        "record proof",
        "record find",
        "record recipients",
        "record open",
        "access",
        "access request",
        "access inbox",
        "access requests",
        "access show-request",
        "access may",
        "access may request",
        "access may open",
        "access may read",
        "access may open-emergency",
        "access may lodge-emergency",
        "access grant",
        "access deny",
        "access give",
        "access withdraw",
        "access clear-expired",
        "access revoke",
        "access relinquish",
        "access open",
        "access close",
        "access log",
        "access grants",
        "access show-grant",
        "access share",
        "emergency",
        "emergency consent",
        "emergency revoke",
        "emergency lodge",
        "emergency withdraw",
        "emergency show",
        "emergency capsule",
        "emergency open",
        "emergency pending",
        "emergency review",
        "alerts",
        "guardian wards",
        "link create",
        "link list",
        "link show",
        "link revoke",
        "link log",
        "link unlock",
        "link open",
        "gateway verify",
        "status",
    ];
    let mut all = String::new();
    for command in commands {
        let mut arguments = words(command);
        arguments.push("--help");
        let outcome = medchain(home.path(), arguments);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{command}");
        // The options of every command are the same everywhere: shown once.
        let own = match outcome.stdout.split_once("Options of every command:") {
            Some((own, _)) if !command.is_empty() => own.to_owned(),
            _ => outcome.stdout,
        };
        all.push_str(&format!("$ medchain {command} --help\n{}\n\n", own.trim_end()));
    }
    insta::assert_snapshot!("help", all);
}

#[test]
fn refusals() {
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| home.path().join(name).display().to_string();
    std::fs::write(at("right"), "correct horse\n").unwrap();
    std::fs::write(at("wrong"), "battery staple\n").unwrap();
    std::fs::write(at("binary"), [0xff, 0xfe, b'\n']).unwrap();
    std::fs::write(at("document"), "x").unwrap();
    std::fs::File::create(at("large")).unwrap().set_len(40 * 1024 * 1024).unwrap();
    let made =
        medchain(home.path(), ["account", "new", "maria", "--work-factor", "2", "--passphrase-file", &at("right")]);
    assert_eq!(made.code, 0, "{}", made.stderr);

    let cases = [
        "account",
        "account new maria --passphrase-file {right}",
        "account new ../maria --passphrase-file {right}",
        "account new peter",
        "account new peter --passphrase-file {binary}",
        "account new peter --passphrase-file {missing}",
        "account import peter --secret-file {wrong} --passphrase-file {right}",
        "account export maria --passphrase-file {wrong}",
        "account export peter --passphrase-file {right}",
        "status",
        "status --url http://127.0.0.1:9944",
        "status --genesis 0x12",
        "record show 1",
        "record show one",
        "record show -1",
        "record show 99999999999999999999",
        "record upload",
        "record upload {missing} --patient 1001 --key //Alice",
        "record upload {folder} --patient 1001 --key //Alice",
        "record upload {document} --patient 1001 --key //Alice",
        "record upload {document} --patient 1001 --kind profile",
        "record upload {document} --patient 1001 --fills 25",
        "member show",
        "member show --key peter",
        "member show --key maria --passphrase-file {wrong}",
        "member show --key alice//",
        "member show --key 0x12",
        "member register --role nurse --username x",
        "member register --role patient --username maria --key //Alice",
        "member register --role patient --username ab --name M --key //Alice",
        "member register --role doctor --username dr.lind --name L --key //Alice",
        "member register --role doctor --username dr.lind --name L --licence 1 --issuer B --key //Alice",
        "member register --role doctor --username dr.lind --name L --licence 1 --issuer B --certificate {missing} --key //Alice",
        "member register --role doctor --username dr.lind --name L --licence 1 --issuer B --certificate {large} --key //Alice",
        "appointment request 1002 --start 2020-01-01T09:00Z --key //Alice",
        "appointment request 1002 --start tomorrow",
        "appointment request 1002 --start 2999-01-01T09:07Z --key //Alice",
        "appointment request 1002 --start 2999-01-01T09:00Z --length 20m --key //Alice",
        "appointment decline 1 --reason tired",
        "access request 1001",
        "access grant 1 --for 1w",
        "access grant 1 --openings 0",
        "access log --record 1 --reader 2",
        "access grants 1 --reader 2",
        "access may",
        "access may read 1",
        "access may request 1001",
        "record proof",
        "record proof 1",
        "record proof 1 --force",
        "record find blood-count.pdf",
        "member keys maria --administrator 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
        "records",
    ];
    let mut all = String::new();
    for case in cases {
        let arguments: Vec<String> = words(case)
            .into_iter()
            .map(|word| match word.strip_prefix('{').and_then(|word| word.strip_suffix('}')) {
                Some("folder") => home.path().display().to_string(),
                Some(name) => at(name),
                None => word.to_owned(),
            })
            .collect();
        let arguments =
            if case.contains("--url") { arguments } else { [arguments, vec!["--url".into(), NOWHERE.into()]].concat() };
        let outcome = medchain(home.path(), arguments);
        assert_eq!(outcome.stdout, "", "{case}");
        assert!(matches!(outcome.code, 1 | 2), "{case}");
        let said: String = outcome.stderr.replace(&home.path().display().to_string(), "HOME");
        // The start of a bare command's help is enough here.
        let said: Vec<&str> = said.lines().take(2).map(str::trim_end).collect();
        let said = without_clock(&said.join("\n"));
        all.push_str(&format!("$ medchain {case}\n{said}\n[{}]\n\n", outcome.code));
    }
    insta::assert_snapshot!("refusals", all);
    assert!(!home.path().join("medchain/uploads").exists(), "a refusal leaves no upload behind");
}

/// Takes out the time that this machine's clock says.
fn without_clock(text: &str) -> String {
    match text.split_once("clock says ") {
        Some((before, _)) => format!("{before}clock says NOW"),
        None => text.to_owned(),
    }
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_no_text_is_wrong_usage_but_a_file_name_may_be_any_bytes() {
    use std::os::unix::ffi::OsStrExt;
    let home = tempfile::tempdir().unwrap();
    let bytes = OsStr::from_bytes(b"x\xff");
    let refused = medchain(home.path(), [OsStr::new("member"), OsStr::new("show"), bytes]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.starts_with("error: invalid UTF-8 was detected"), "{}", refused.stderr);
    let missing = medchain(
        home.path(),
        [OsStr::new("record"), OsStr::new("upload"), bytes, OsStr::new("--patient"), OsStr::new("1001")],
    );
    assert_eq!(missing.code, 1);
    assert!(missing.stderr.contains("there is no such file or folder"), "{}", missing.stderr);
}

#[test]
fn json_is_one_document_on_stdout_and_errors_stay_on_stderr() {
    let home = tempfile::tempdir().unwrap();
    let listed = medchain(home.path(), ["account", "list", "--json"]);
    assert_eq!((listed.code, listed.stdout.as_str(), listed.stderr.as_str()), (0, "[]\n", ""));
    let refused = medchain(home.path(), ["status", "--json", "--url", NOWHERE]);
    assert_eq!((refused.code, refused.stdout.as_str()), (1, ""));
    assert!(refused.stderr.starts_with("error: no node answers at"));
}

#[test]
fn an_account_survives_export_and_import() {
    let home = tempfile::tempdir().unwrap();
    let passphrase = home.path().join("passphrase");
    std::fs::write(&passphrase, "correct horse\n").unwrap();
    let passphrase = passphrase.display().to_string();
    let common = ["--work-factor", "2", "--passphrase-file", &passphrase, "--json"];
    let run = |arguments: &[&str]| {
        let outcome = medchain(home.path(), [arguments, &common].concat());
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        serde_json::from_str::<serde_json::Value>(&outcome.stdout).unwrap()
    };
    let made = run(&["account", "new", "maria"]);
    let exported = run(&["account", "export", "maria"]);
    assert_eq!(made["phrase"], exported["phrase"]);
    let phrase = home.path().join("phrase");
    std::fs::write(&phrase, made["phrase"].as_str().unwrap()).unwrap();
    let imported = run(&["account", "import", "again", "--secret-file", &phrase.display().to_string()]);
    assert_eq!(made["address"], imported["address"]);
    assert_eq!(run(&["account", "list"]).as_array().unwrap().len(), 2);
}
