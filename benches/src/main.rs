//! Measurements, each by a command that prints its table: `cargo run -p audit-benches -- --help`.

#![forbid(unsafe_code)]

mod channel;
mod compare;
mod compile_cost;
mod day;
mod flash;
mod hashing;
mod size;
mod stats;
mod table;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

// The crate that reads logs.
use lexopt::prelude::*;

const HELP: &str = "\
Measures what audit-core and audit-writer cost.

Usage: cargo run --release -p audit-benches -- COMMAND

Commands:
  compare [--quick] [--json FILE] [--dir DIR]
                             the writer beside other loggers that do the same work, and the goals;
                             compare --help says more
  compare --against DIR [--rounds N]
                             this checkout beside another one of the project
  many [--rounds N] [--dir DIR]
                             what is lost where 1 to 1,000 threads emit at once
  channel [--rounds N]       the ways from the emitting threads to the writer thread that were to
                             choose from
  flash --dir DIR            how many bytes a block device is given to write for an event
  verify [--rounds N] [--dir DIR]
                             how fast a log is verified, beside hashing alone
  day                        what evidence writes in a day, on an idle device and a busy one
  size                       how large a program is that logs
  compile-cost [--rounds N]  how long a crate of 100 events of 8 fields compiles, beside the same
                             structs with serde's derives; N pairs of each (default 11)

Nothing else should run on the machine meanwhile.
";

type Failure = Box<dyn std::error::Error>;

#[derive(Debug, PartialEq)]
enum Command {
    Help(&'static str),
    Compare(compare::Options),
    /// Hidden: what `compare` starts this program with.
    CompareChild {
        job: String,
    },
    /// Hidden: what is built for `compare --against`.
    CompareProbe {
        question: String,
    },
    Many {
        rounds: usize,
        dir: Option<PathBuf>,
    },
    Channel {
        rounds: usize,
    },
    Flash {
        dir: PathBuf,
    },
    Verify {
        rounds: usize,
        dir: Option<PathBuf>,
    },
    Day,
    Size,
    CompileCost {
        rounds: usize,
    },
}

impl Command {
    fn help(&self) -> &'static str {
        match self {
            Command::Help(_)
            | Command::CompareChild { .. }
            | Command::CompareProbe { .. }
            | Command::CompileCost { .. } => HELP,
            Command::Compare(_) => compare::HELP,
            Command::Many { .. } => compare::many::HELP,
            Command::Channel { .. } => channel::HELP,
            Command::Flash { .. } => flash::HELP,
            Command::Verify { .. } => verify::HELP,
            Command::Day => day::HELP,
            Command::Size => size::HELP,
        }
    }
}

fn main() -> ExitCode {
    match parse(lexopt::Parser::from_env()).and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&*error);
            ExitCode::from(2)
        }
    }
}

fn parse(mut arguments: lexopt::Parser) -> Result<Command, Failure> {
    let mut command = Command::Help(HELP);
    while let Some(argument) = arguments.next()? {
        command = match (command, argument) {
            (Command::Help(_), Value(name)) if name == "compare" => return comparison(arguments),
            (Command::Help(_), Value(name)) if name == compare::CHILD => {
                Command::CompareChild { job: arguments.value()?.parse()? }
            }
            (Command::Help(_), Value(name)) if name == compare::PROBE => {
                Command::CompareProbe { question: arguments.value()?.parse()? }
            }
            (Command::Help(_), Value(name)) if name == "channel" => Command::Channel { rounds: 5 },
            (Command::Help(_), Value(name)) if name == "flash" => {
                Command::Flash { dir: PathBuf::new() }
            }
            (Command::Flash { .. }, Long("dir")) => {
                Command::Flash { dir: arguments.value()?.into() }
            }
            (Command::Help(_), Value(name)) if name == "verify" => {
                Command::Verify { rounds: 7, dir: None }
            }
            (Command::Verify { dir, .. }, Long("rounds")) => {
                Command::Verify { rounds: arguments.value()?.parse::<usize>()?.max(1), dir }
            }
            (Command::Verify { rounds, .. }, Long("dir")) => {
                Command::Verify { rounds, dir: Some(arguments.value()?.into()) }
            }
            (Command::Help(_), Value(name)) if name == "many" => {
                Command::Many { rounds: 5, dir: None }
            }
            (Command::Many { dir, .. }, Long("rounds")) => {
                Command::Many { rounds: arguments.value()?.parse::<usize>()?.max(1), dir }
            }
            (Command::Many { rounds, .. }, Long("dir")) => {
                Command::Many { rounds, dir: Some(arguments.value()?.into()) }
            }
            (Command::Help(_), Value(name)) if name == "day" => Command::Day,
            (Command::Help(_), Value(name)) if name == "size" => Command::Size,
            (Command::Help(_), Value(name)) if name == "compile-cost" => {
                Command::CompileCost { rounds: 11 }
            }
            (Command::Channel { .. }, Long("rounds")) => {
                Command::Channel { rounds: arguments.value()?.parse::<usize>()?.max(1) }
            }
            (Command::CompileCost { .. }, Long("rounds")) => {
                Command::CompileCost { rounds: arguments.value()?.parse::<usize>()?.max(1) }
            }
            (command, Long("help") | Short('h')) => return Ok(Command::Help(command.help())),
            (_, argument) => return Err(argument.unexpected().into()),
        };
    }
    match command {
        Command::Flash { dir } if dir.as_os_str().is_empty() => {
            Err("flash needs --dir DIR; flash --help says which".into())
        }
        command => Ok(command),
    }
}

/// What follows `compare`.
fn comparison(mut arguments: lexopt::Parser) -> Result<Command, Failure> {
    let mut options = compare::Options::default();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("quick") => options.quick = true,
            Long("rounds") => options.rounds = Some(arguments.value()?.parse::<usize>()?.max(1)),
            Long("against") => options.against = Some(arguments.value()?.into()),
            Long("json") => options.json = Some(arguments.value()?.into()),
            Long("dir") => options.dir = Some(arguments.value()?.into()),
            Long("help") | Short('h') => return Ok(Command::Help(compare::HELP)),
            argument => return Err(argument.unexpected().into()),
        }
    }
    Ok(Command::Compare(options))
}

#[expect(clippy::print_stdout, reason = "a program that prints a table")]
fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Help(text) => print!("{text}"),
        Command::Compare(options) => print!("{}", compare::measure(&options)?),
        Command::CompareChild { job } => compare::run_child(&job)?,
        Command::CompareProbe { question } => compare::run_probe(&question)?,
        Command::Many { rounds, dir } => {
            print!("{}", compare::many::measure(rounds, dir.as_deref())?);
        }
        Command::Channel { rounds } => print!("{}", channel::measure(rounds)?),
        Command::Flash { dir } => print!("{}", flash::measure(&dir)?),
        Command::Verify { rounds, dir } => {
            print!("{}", verify::measure(rounds, dir.as_deref())?);
        }
        Command::Day => print!("{}", day::measure()?),
        Command::Size => print!("{}", size::measure()?),
        Command::CompileCost { rounds } => print!("{}", compile_cost::measure(rounds)?),
    }
    Ok(())
}

#[expect(clippy::print_stderr, reason = "a program that says why it ends")]
fn complain(error: &dyn std::error::Error) {
    eprintln!("audit-benches: {error}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Command, Failure> {
        parse(lexopt::Parser::from_args(arguments))
    }

    #[test]
    fn commands_take_their_options() {
        let all = ["compare", "--quick", "--json", "a.json", "--dir=/b"];
        let options = compare::Options {
            quick: true,
            json: Some("a.json".into()),
            dir: Some("/b".into()),
            ..compare::Options::default()
        };
        assert_eq!(parsed(&all).unwrap(), Command::Compare(options));
        assert_eq!(parsed(&["compare"]).unwrap(), Command::Compare(compare::Options::default()));
        let against = ["compare", "--against", "/c", "--rounds", "7"];
        let options = compare::Options {
            against: Some("/c".into()),
            rounds: Some(7),
            ..compare::Options::default()
        };
        assert_eq!(parsed(&against).unwrap(), Command::Compare(options));
        let rounds = parsed(&["compile-cost", "--rounds", "3"]).unwrap();
        assert_eq!(rounds, Command::CompileCost { rounds: 3 });
        let rounds = parsed(&["channel", "--rounds", "2"]).unwrap();
        assert_eq!(rounds, Command::Channel { rounds: 2 });
        let dir = "/b".into();
        assert_eq!(parsed(&["flash", "--dir=/b"]).unwrap(), Command::Flash { dir });
        assert_eq!(parsed(&["size"]).unwrap(), Command::Size);
        let dir = Some("/b".into());
        let verify = parsed(&["verify", "--dir=/b", "--rounds", "2"]).unwrap();
        assert_eq!(verify, Command::Verify { rounds: 2, dir });
    }

    #[test]
    fn help_is_that_of_the_command() {
        assert_eq!(parsed(&[]).unwrap(), Command::Help(HELP));
        assert_eq!(parsed(&["--help"]).unwrap(), Command::Help(HELP));
        assert_eq!(parsed(&["compare", "-h"]).unwrap(), Command::Help(compare::HELP));
        assert_eq!(parsed(&["channel", "-h"]).unwrap(), Command::Help(channel::HELP));
        assert_eq!(parsed(&["flash", "-h"]).unwrap(), Command::Help(flash::HELP));
        assert_eq!(parsed(&["day", "-h"]).unwrap(), Command::Help(day::HELP));
        assert_eq!(parsed(&["many", "-h"]).unwrap(), Command::Help(compare::many::HELP));
        assert_eq!(parsed(&["verify", "-h"]).unwrap(), Command::Help(verify::HELP));
        assert_eq!(parsed(&["size", "-h"]).unwrap(), Command::Help(size::HELP));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for arguments in [
            &["compare", "--quik"][..],
            &["compare", "--json"],
            &["flash"],
            &["compile-cost", "--quick"],
            &["size", "--rounds", "2"],
            &["faster"],
        ] {
            assert!(parsed(arguments).is_err(), "{arguments:?}");
        }
    }
}
