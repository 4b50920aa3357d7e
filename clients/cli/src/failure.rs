//! Failures as people see them: two lines on stderr, `error: …` and `hint: …`, and an exit code.

use std::process::ExitCode;

/// The exit code of what was refused or failed.
const REFUSED: u8 = 1;
/// The exit code of wrong usage.
const USAGE: u8 = 2;

/// The result of a command.
pub type Result<T> = std::result::Result<T, Failure>;

/// Why a command failed.
#[derive(Debug)]
pub struct Failure {
    message: String,
    hint: Option<String>,
    code: u8,
}

impl Failure {
    /// Something was refused or failed.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, code: REFUSED }
    }

    /// The command was not used as it is meant to be.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, code: USAGE }
    }

    /// What to do about it.
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Prints it and gives the exit code.
    pub fn print(&self) -> ExitCode {
        eprintln!("error: {}", self.message);
        if let Some(hint) = &self.hint {
            eprintln!("hint: {hint}");
        }
        ExitCode::from(self.code)
    }
}

impl From<medchain_sdk::Error> for Failure {
    fn from(error: medchain_sdk::Error) -> Self {
        Self { message: error.to_string(), hint: error.hint(), code: REFUSED }
    }
}

/// Prints help, the version, or what is wrong with the arguments.
pub fn of_usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // Help and version, asked for.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    if error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let _ = error.print();
        return ExitCode::from(USAGE);
    }
    // The first paragraph says what is wrong; the rest, the usage, is what --help is for.
    let text = error.to_string();
    let paragraph: Vec<&str> = text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim).collect();
    let message = paragraph.join(" ");
    let message = message.strip_prefix("error: ").unwrap_or(&message);
    let hint = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("tip: "))
        .map_or_else(|| "see --help of the command".to_owned(), str::to_owned);
    Failure::usage(message).hint(hint).print()
}
