//! What goes wrong, and what is done without thinking.

use std::error::Error;
use std::fmt;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use audit_core::testing::CANARY;
use audit_core::vocab::{ClaimedName, HttpPath, PasteSize, SessionRef};
use audit_core::{
    AuditEvent, EmitError, Pending, Recorder, Withheld,
    record::EventRef,
    recorder::{Completer, Domain, Pseudonym, Pseudonyms, pending},
    schema::Schema,
};
use audit_writer::{Overflow, Writer};

/// Text was pasted.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "paste", category = "input", outcome = "success")]
#[audit(none(source = "a test"), object(id = "keyboard"), object_type = "device")]
struct PasteUsed<'a> {
    #[audit(actor(user))]
    user: ClaimedName<'a>,
    #[audit(actor(session))]
    session: SessionRef<'a>,
    path: HttpPath<'a>,
    size: PasteSize,
    text: Withheld<String>,
    password: Option<Withheld<&'a str>>,
}

fn paste_used() -> PasteUsed<'static> {
    // A program leaks nothing by this; it only makes the text live as long as needed.
    let url: &'static str = Box::leak(format!("/api/paste?text={CANARY}").into_boxed_str());
    PasteUsed {
        user: ClaimedName::unknown(CANARY),
        session: SessionRef::of(CANARY),
        path: HttpPath::of(url).unwrap(),
        size: PasteSize::of(CANARY),
        text: Withheld::new(CANARY.to_owned()),
        password: Some(Withheld::new(CANARY)),
    }
}

type Mishap = fn(&Writer) -> Result<(), Box<dyn Error>>;

/// Each by its name.
pub(crate) const MISHAPS: &[(&str, Mishap)] = &[
    ("printed", printed),
    ("debugged", debugged),
    ("panicked", panicked),
    ("unwrapped", unwrapped),
    ("expected", expected),
    ("compared", compared),
    ("returned_in_an_error", returned_in_an_error),
    ("traced", traced),
    ("instrumented", instrumented),
    ("panicked_while_encoding", panicked_while_encoding),
    ("refused_by_a_full_channel", refused_by_a_full_channel),
    ("emitted_after_the_end", emitted_after_the_end),
];

pub(crate) fn run(dir: &Path, mishap: Mishap) -> ExitCode {
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(std::io::stderr)
        .init();
    let writer = Writer::builder(dir).start().unwrap();
    paste_used().to(&writer).emit().unwrap();
    match mishap(&writer) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error} {error:?} {error:#?}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("caused by: {error} {error:?}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn printed(_: &Writer) -> Result<(), Box<dyn Error>> {
    let event = paste_used();
    println!("{event:?} {event:#?} {event:>80?} {event:.3?} {event:x?}");
    println!("{:?} {:#?} {:?}", event.text, event.password, [event.user, event.user]);
    println!("{:?} {:?} {:?}", event.session, event.size, event.path);
    Ok(())
}

fn debugged(_: &Writer) -> Result<(), Box<dyn Error>> {
    let event = dbg!(paste_used());
    dbg!(&event.text, &event.password);
    Ok(())
}

fn panicked(_: &Writer) -> Result<(), Box<dyn Error>> {
    let event = paste_used();
    panic!("cannot go on with {event:?}")
}

/// As a channel that is closed gives back what it was to send.
fn refused<T>(event: T) -> Result<(), T> {
    Err(event)
}

fn unwrapped(_: &Writer) -> Result<(), Box<dyn Error>> {
    refused(paste_used()).unwrap();
    Ok(())
}

fn expected(_: &Writer) -> Result<(), Box<dyn Error>> {
    refused(Some(paste_used())).expect("no event");
    Ok(())
}

fn compared(_: &Writer) -> Result<(), Box<dyn Error>> {
    let events = [paste_used(), paste_used()];
    assert!(format!("{events:?}").is_empty(), "{events:#?}");
    Ok(())
}

/// An error that carries the event, as errors of channels do.
#[derive(Debug)]
struct SendError(PasteUsed<'static>);

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not send {:?}", self.0)
    }
}

impl Error for SendError {}

fn returned_in_an_error(_: &Writer) -> Result<(), Box<dyn Error>> {
    Err(Box::new(std::io::Error::other(SendError(paste_used()))))
}

fn traced(writer: &Writer) -> Result<(), Box<dyn Error>> {
    let event = paste_used();
    tracing::info!(?event, text = ?event.text, "pasted");
    let span = tracing::error_span!("paste", event = ?event, password = ?event.password);
    let _entered = span.enter();
    event.to(writer).emit()?;
    tracing::trace!("{event:?}");
    Ok(())
}

#[tracing::instrument(level = "trace", skip(writer), ret, err)]
fn handle(writer: &Writer, event: PasteUsed<'static>) -> Result<Withheld<String>, EmitError> {
    event.to(writer).emit()?;
    Ok(event.text)
}

fn instrumented(writer: &Writer) -> Result<(), Box<dyn Error>> {
    handle(writer, paste_used())?;
    Ok(())
}

/// A recorder whose key store fails in the middle of an event.
struct Panicking;

impl Pseudonyms for Panicking {
    fn pseudonym(&self, _: Domain, _: &[u8]) -> Pseudonym {
        panic!("the key store is gone")
    }
}

impl Recorder for Panicking {
    fn record(&self, event: EventRef<'_>) -> Result<(), EmitError> {
        let record =
            event.encode([0; 4096], Some(self)).map_err(|_too_small| EmitError::TooLarge)?;
        println!("{record:?}");
        Ok(())
    }

    fn record_durable(&self, event: EventRef<'_>) -> Result<Pending, EmitError> {
        self.record(event)?;
        let (_completer, pending): (Completer, Pending) = pending();
        Ok(pending)
    }

    fn count_lost(&self, _: &'static Schema, _: EmitError) {}
}

fn panicked_while_encoding(writer: &Writer) -> Result<(), Box<dyn Error>> {
    let event = paste_used();
    let caught =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| event.to(&Panicking).emit()));
    println!(
        "{:?}",
        caught.map_err(|payload| payload.downcast_ref::<&str>().copied().map(str::to_owned))
    );
    event.to(writer).emit()?;
    event.to(&Panicking).emit()?;
    Ok(())
}

fn refused_by_a_full_channel(_: &Writer) -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let builder = Writer::builder(dir.path()).capacity_bytes(64 * 1024);
    let writer = builder.overflow(Overflow::Refuse).start()?;
    let event = paste_used();
    let refused = (0..10_000_000).find_map(|_| event.to(&writer).emit().err());
    println!("{event:?} was refused: {refused:?}");
    Err(Box::new(refused.ok_or("the channel never was full")?))
}

fn emitted_after_the_end(_: &Writer) -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let writer = Writer::builder(dir.path()).start()?;
    let event = paste_used();
    let pending = event.to(&writer).submit_durable()?;
    println!("{:?} {pending:?}", pending.wait_for(Duration::from_secs(60)));
    println!("{event:?} {:?}", event.emit());
    Ok(())
}
