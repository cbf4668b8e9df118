//! `auditlog export`.

mod text;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use audit_core::Stream;
use audit_log::Log;
use audit_log::Shown;
use audit_log::reader::{LineError, Lines, Position};

use crate::{Failure, Outcome};

/// Write a stream of a log in a form that other programs and people read.
///
/// The format `text` has a row for each event, and for what the log says of itself: events that were
/// counted or lost, starts and stops, faults. The stream `access` has the columns
///
///   Date | IP Address | User | Geo | Action
///
/// and the other streams
///
///   Date | Log Statement
///
/// Dates are in UTC, to the nanosecond. What is absent is `-`. A text with anything but letters, digits
/// and `_.:/@+-` stands in quotation marks, with `|`, newlines and the like as `\u{7c}`; what was not
/// recorded, or stands for something else, in braces. So each row is one line, and no text can look
/// like another column.
///
/// It verifies nothing (`auditlog verify` does), and the rows carry no proof: keep the log itself, too.
/// Lines that cannot be read are left out, counted on standard error, and make the exit status 1. The
/// log may be in use: a last line that is being written is left out.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
#[command(after_help = "Examples:\n  \
    auditlog export /var/log/audit --format text --stream access -o access.txt\n  \
    auditlog export /var/log/audit --format text | tail -20\n\n\
    Exit status: 0 everything was exported, 1 some lines could not be read, 2 it could not be done.")]
pub(crate) struct Arguments {
    /// The log's directory.
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// In which form.
    #[arg(long, value_name = "FORMAT")]
    format: Format,
    /// Which stream: `audit`, `access` or `application`. Each has its own columns, so there is one at a
    /// time.
    #[arg(long, value_name = "STREAM", default_value = "audit", value_parser = crate::stream::parse)]
    stream: Stream,
    /// Write to this file, rather than to standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// A form to export in.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    /// Rows of text.
    Text,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let Arguments { dir, format: Format::Text, stream, output } = arguments;
    if !Log::open(dir)?.streams()?.contains(stream) {
        return Err(format!("{} has no stream {}", Shown(dir), stream.name()).into());
    }
    let lines = Log::open(dir)?.stream(*stream).lines()?;
    let exported = match output {
        None => export(*stream, lines, &mut BufWriter::new(io::stdout().lock())),
        Some(path) => create(path)
            .and_then(|file| export(*stream, lines, &mut BufWriter::new(file)))
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", Shown(path)))),
    };
    let Some(unread) = exported? else { return Ok(Outcome::Well) };
    eprintln!("auditlog: {}: {unread}", stream.name());
    Ok(Outcome::Found)
}

#[expect(clippy::disallowed_methods, reason = "what is exported is no file of the log")]
fn create(path: &PathBuf) -> io::Result<File> {
    File::create(path)
}

/// Lines that could not be read.
struct Unread {
    count: u64,
    /// Where the first of them stands, and why.
    first: (Position, LineError),
}

impl std::fmt::Display for Unread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Position { segment, line, .. }, why) = &self.first;
        let (count, s) = (self.count, if self.count == 1 { "" } else { "s" });
        write!(f, "{count} line{s} could not be read, the first one at {segment}:{line}: {why}")
    }
}

/// Writes a heading and the rows, and gives what could not be read. Whoever reads them may have enough
/// before the end.
fn export(stream: Stream, lines: Lines<'_>, out: &mut impl Write) -> io::Result<Option<Unread>> {
    let mut unread: Option<Unread> = None;
    match write_rows(stream, lines, out, &mut unread) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(unread),
        other => other.map(|()| unread),
    }
}

fn write_rows(
    stream: Stream,
    lines: Lines<'_>,
    out: &mut impl Write,
    unread: &mut Option<Unread>,
) -> io::Result<()> {
    let active = format!("{}.jsonl", stream.name());
    writeln!(out, "{}", text::heading(stream))?;
    for (position, line) in lines {
        match line {
            Ok(line) => {
                if let Some(row) = text::row(stream, &line) {
                    writeln!(out, "{row}")?;
                }
            }
            // Somebody is writing it, or was when the power went.
            Err(LineError::Torn) if position.segment == active => {
                eprintln!("auditlog: warning: {active}: the last line is not whole, and left out");
            }
            Err(why) => match unread {
                Some(unread) => unread.count += 1,
                None => *unread = Some(Unread { count: 1, first: (position, why) }),
            },
        }
    }
    out.flush()
}
