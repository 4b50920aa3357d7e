//! Tests that share one node: run one after the other, in the order given, as a test program without libtest's own
//! harness (`harness = false`). The node ends with the program, whatever happens in it.
//!
//! The program takes what `cargo test` passes on: words that a test's name must contain, `--exact`, `--list`; other
//! options are passed over.

use anyhow::Result;
use std::{
    env,
    panic::{catch_unwind, AssertUnwindSafe},
    process::ExitCode,
    time::Instant,
};

/// A test: its name, a sentence, and what it does in the world that it shares.
pub type Test<W> = (&'static str, fn(&mut W) -> Result<()>);

/// Names tests by their functions.
#[macro_export]
macro_rules! tests {
    ($($test:ident),* $(,)?) => {
        &[$((stringify!($test), $test)),*]
    };
}

/// Runs the tests that the command line asks for, in a world that is made if any is.
pub fn run<W>(make: impl FnOnce() -> Result<W>, tests: &[Test<W>]) -> ExitCode {
    let (options, words) = command_line(env::args().skip(1));
    let exact = options.iter().any(|option| option == "--exact");
    let wanted = |name: &str| {
        words.is_empty() || words.iter().any(|word| if exact { name == word } else { name.contains(word.as_str()) })
    };
    let chosen: Vec<_> = tests.iter().filter(|(name, _)| wanted(name)).collect();
    if options.iter().any(|option| option == "--list") {
        chosen.iter().for_each(|(name, _)| println!("{name}: test"));
        return ExitCode::SUCCESS;
    }
    println!("\nrunning {} tests", chosen.len());
    if chosen.is_empty() || options.iter().any(|option| option == "--ignored") {
        return ExitCode::SUCCESS;
    }
    let started = Instant::now();
    let mut world = match make() {
        Ok(world) => world,
        Err(error) => {
            println!("the world of these tests could not be made: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    println!("the world was made in {} s", started.elapsed().as_secs());
    let mut failed = Vec::new();
    for (name, test) in chosen {
        let begun = Instant::now();
        // A failed assertion must not leave the node behind, nor hide what the tests after it show.
        let outcome = catch_unwind(AssertUnwindSafe(|| test(&mut world)));
        let seconds = begun.elapsed().as_secs();
        match outcome {
            Ok(Ok(())) => println!("test {name} ... ok ({seconds} s)"),
            Ok(Err(error)) => {
                println!("test {name} ... FAILED ({seconds} s)\n{error:#}");
                failed.push(*name);
            }
            Err(_) => {
                println!("test {name} ... FAILED ({seconds} s)");
                failed.push(*name);
            }
        }
    }
    if failed.is_empty() {
        println!("\ntest result: ok, {} s\n", started.elapsed().as_secs());
        ExitCode::SUCCESS
    } else {
        println!("\ntest result: FAILED: {}\n", failed.join(", "));
        ExitCode::FAILURE
    }
}

/// Options of libtest that take a value of their own.
const WITH_VALUE: [&str; 6] = ["--test-threads", "--skip", "--color", "--format", "--logfile", "-Z"];

/// Options, and the words to look for in names.
fn command_line(arguments: impl Iterator<Item = String>) -> (Vec<String>, Vec<String>) {
    let (mut options, mut words) = (Vec::new(), Vec::new());
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        if !argument.starts_with('-') {
            words.push(argument);
            continue;
        }
        if WITH_VALUE.contains(&argument.as_str()) {
            arguments.next();
        }
        options.push(argument);
    }
    (options, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_an_option_is_no_word_to_look_for() {
        let given = ["--test-threads", "1", "--exact", "a_name", "--nocapture"].map(str::to_owned);
        let (options, words) = command_line(given.into_iter());
        assert_eq!(options, ["--test-threads", "--exact", "--nocapture"]);
        assert_eq!(words, ["a_name"]);
    }
}
