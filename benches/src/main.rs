//! Measurements, each by a command that prints its table: `cargo run -p audit-benches -- --help`.

#![forbid(unsafe_code)]

mod compile_cost;

use std::process::ExitCode;

use lexopt::prelude::*;

const HELP: &str = "\
Measures what audit-core costs.

Usage: cargo run -p audit-benches -- COMMAND

Commands:
  compile-cost [--rounds N]  how long a crate of 100 events of 8 fields compiles, beside the same
                             structs with serde's derives; N pairs of each (default 11)

Nothing else should run on the machine meanwhile.
";

type Failure = Box<dyn std::error::Error>;

enum Command {
    Help,
    CompileCost { rounds: usize },
}

fn main() -> ExitCode {
    match parse().and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&*error);
            ExitCode::from(2)
        }
    }
}

fn parse() -> Result<Command, Failure> {
    let mut arguments = lexopt::Parser::from_env();
    let mut command = Command::Help;
    while let Some(argument) = arguments.next()? {
        command = match (command, argument) {
            (Command::Help, Value(name)) if name == "compile-cost" => {
                Command::CompileCost { rounds: 11 }
            }
            (Command::CompileCost { .. }, Long("rounds")) => {
                Command::CompileCost { rounds: arguments.value()?.parse::<usize>()?.max(1) }
            }
            (_, Long("help") | Short('h')) => return Ok(Command::Help),
            (_, argument) => return Err(argument.unexpected().into()),
        };
    }
    Ok(command)
}

#[expect(clippy::print_stdout, reason = "a program that prints a table")]
fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Help => print!("{HELP}"),
        Command::CompileCost { rounds } => print!("{}", compile_cost::measure(rounds)?),
    }
    Ok(())
}

#[expect(clippy::print_stderr, reason = "a program that says why it ends")]
fn complain(error: &dyn std::error::Error) {
    eprintln!("audit-benches: {error}");
}
