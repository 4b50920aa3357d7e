//! `medchain`: MedChain from the command line.

mod arguments;
mod commands;
mod failure;
mod moments;
mod progress;
mod report;
mod session;

use arguments::Arguments;
use clap::Parser as _;
use failure::Failure;
use std::{io::Write as _, process::ExitCode};

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return failure::of_usage(&error),
    };
    let json = arguments.global.json;
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|_| Failure::new("no thread could be started").hint("close other programs and repeat"))
        .and_then(|runtime| runtime.block_on(commands::run(arguments)));
    match outcome {
        Ok(report) => {
            let text = if json { report.json() } else { report.text() };
            // A reader that has gone away, such as `head`, is no failure of ours.
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(failure) => failure.print(),
    }
}
