//! TCP in front of the vaults: a thread for each connection, and a bound on everything.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use audit_core::{Recorder as _, record::EventRef};
use audit_writer::{ShutdownReport, Writer};

use crate::lines::{Got, Lines};
use crate::log::Failure;
use crate::record::{Away, TurnedAway};
use crate::session::Session;
use crate::vault::Vaults;

/// How much a client may take.
#[derive(Clone, Copy)]
pub struct Limits {
    /// The longest line.
    pub line_bytes: usize,
    /// The most connections at once.
    pub connections: usize,
    /// How long a line may take before somebody has logged in, and how long afterwards.
    pub login_within: Duration,
    pub idle_within: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            line_bytes: 4096,
            connections: 32,
            login_within: Duration::from_secs(10),
            idle_within: Duration::from_secs(300),
        }
    }
}

/// What all connections share.
pub struct Shared {
    pub log: Arc<Writer>,
    pub vaults: Mutex<Vaults>,
    limits: Limits,
    is_stopping: AtomicBool,
    /// The connections that are open, to close them when the server stops.
    open: Mutex<BTreeMap<u64, TcpStream>>,
}

/// A server that runs until it is told to stop.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: JoinHandle<()>,
}

impl Server {
    /// Opens the log in the data directory and serves at an address.
    ///
    /// # Errors
    ///
    /// The log cannot be opened, or the address not be listened on.
    pub fn start(
        dir: &Path,
        address: SocketAddr,
        limits: Limits,
        codes: &[String],
    ) -> Result<Server, Failure> {
        let log = Arc::new(Writer::builder(dir).start()?);
        let vaults = Vaults::new(codes);
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            log,
            vaults: Mutex::new(vaults),
            limits,
            is_stopping: AtomicBool::new(false),
            open: Mutex::default(),
        });
        let theirs = Arc::clone(&shared);
        let acceptor = std::thread::Builder::new().spawn(move || accept(&listener, &theirs))?;
        Ok(Server { address, shared, acceptor })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes all connections, and then the log.
    pub fn stop(self) -> ShutdownReport {
        self.shared.is_stopping.store(true, Ordering::SeqCst);
        for stream in self.shared.open().values() {
            drop(stream.shutdown(Shutdown::Both)); // It may be closed already.
        }
        // The acceptor waits for a connection: here is one.
        drop(TcpStream::connect_timeout(&self.address, Duration::from_secs(1)));
        drop(self.acceptor.join()); // A connection that panicked has nothing to tell us.
        self.shared.log.close_within(Duration::from_secs(5))
    }
}

impl Shared {
    fn open(&self) -> MutexGuard<'_, BTreeMap<u64, TcpStream>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::SeqCst)
    }

    fn turn_away(&self, from: SocketAddr, reason: Away) {
        let event = TurnedAway { from, reason };
        if let Err(why) = event.to(&*self.log).emit() {
            // It is gone in any case, so there is nothing to hold back.
            self.log.count_lost(EventRef::of(&event).schema(), why);
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut threads: Vec<JoinHandle<()>> = Vec::new();
    for id in 0.. {
        let accepted = listener.accept();
        if shared.is_stopping() {
            break;
        }
        threads.retain(|thread| !thread.is_finished());
        let Ok((stream, from)) = accepted else {
            std::thread::sleep(Duration::from_millis(50)); // Such as too many open files.
            continue;
        };
        if threads.len() >= shared.limits.connections {
            shared.turn_away(from, Away::TooManyConnections);
            continue;
        }
        let theirs = Arc::clone(shared);
        let spawned = std::thread::Builder::new().spawn(move || {
            serve(&theirs, id, stream, from);
            theirs.open().remove(&id);
        });
        match spawned {
            Ok(thread) => threads.push(thread),
            Err(_) => shared.turn_away(from, Away::TooManyConnections),
        }
    }
    for thread in threads {
        drop(thread.join());
    }
}

/// Talks to one client until one of both has enough.
fn serve(shared: &Shared, id: u64, mut stream: TcpStream, from: SocketAddr) {
    let (Ok(to_close), Ok(to_read), Ok(nonce)) =
        (stream.try_clone(), stream.try_clone(), getrandom::u64())
    else {
        return shared.turn_away(from, Away::HungUp);
    };
    shared.open().insert(id, to_close);
    let nonce = format!("{nonce:016x}");
    let Limits { line_bytes, login_within, idle_within, .. } = shared.limits;
    let mut session = Session::new(shared, from, nonce.clone());
    let mut lines = Lines::new(to_read, line_bytes);
    let mut answer = format!("VAULT {nonce}");
    let away = loop {
        let is_sent = stream.set_write_timeout(Some(login_within)).is_ok()
            && stream.write_all(format!("{answer}\n").as_bytes()).is_ok();
        // After the connection is among those that are open: whoever stops the server closes it, or
        // this sees it.
        if !is_sent || shared.is_stopping() {
            break Away::HungUp;
        }
        if session.is_over() {
            break Away::TooManyAttempts;
        }
        match lines.next(if session.is_known() { idle_within } else { login_within }) {
            Got::Line(line) if line == "QUIT" => break Away::HungUp,
            Got::Line(line) => answer = session.answer(&line),
            Got::TooLong => break Away::LineTooLong,
            Got::Nothing => break Away::TimedOut,
            Got::End => break Away::HungUp,
        }
    };
    if !session.is_known() {
        shared.turn_away(from, away);
    }
}

#[cfg(test)]
mod tests {
    use audit_core::Outcome;
    use audit_events::vault::VaultError;

    use super::*;
    use crate::client::{Client, User};
    use crate::vault::Command;

    /// No record, no action: here the log takes nothing more.
    #[test]
    fn what_cannot_be_recorded_is_not_done() {
        let dir = tempfile::tempdir().unwrap();
        let (alice, code) = (User::new("alice").unwrap(), ["kh_1".to_owned()]);
        let any_port = ([127, 0, 0, 1], 0).into();
        let server = Server::start(dir.path(), any_port, Limits::default(), &code).unwrap();
        let mut client = Client::connect(server.address()).unwrap();
        assert_eq!(client.register(&alice, "kh_1").unwrap(), "OK");
        assert_eq!(client.login("alice", &alice).unwrap(), "OK");
        assert_eq!(client.ask("CREATE early").unwrap(), "OK");
        assert!(server.shared.log.close_within(Duration::from_secs(60)).is_complete());
        assert_eq!(client.ask("CREATE late").unwrap(), "ERROR unrecorded");
        assert_eq!(client.ask("DESTROY early").unwrap(), "ERROR unrecorded");
        let vaults = server.shared.vaults.lock().unwrap();
        let listed = |line| vaults.judge("alice", &Command::parse(line).ok().unwrap());
        assert_eq!(listed("LIST early"), Outcome::Success);
        assert_eq!(listed("LIST late"), Outcome::Failure(VaultError::VaultNotFound));
        drop(vaults);
        let _of_a_log_that_was_closed = server.stop();
    }
}
