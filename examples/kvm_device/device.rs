//! The device: its state, and what each request does to it. Every way through a handler ends in an
//! event.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use audit_core::vocab::{ClaimedName, Count, ObjectId, PasteSize, SessionRef, UserName};
use audit_core::{Actor, Context, Source, Withheld};
use audit_events::kvm::{
    KeyboardLayout, LoggedOut, LoginFailed, LoginRefusal, LoginSucceeded, PasteUsed, SessionEnded,
    SessionStarted,
};
use audit_writer::clock::{Clock, SystemClock};
use serde::Deserialize;

use crate::maintenance::{export_debug_logs, run_script, switch_power};

/// A request, without anything of HTTP that the handlers do not need.
pub struct Request<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub from: SocketAddr,
    pub cookie: Option<&'a str>,
    pub body: &'a str,
}

/// An answer: a status and, after a login, a cookie to set.
pub struct Reply {
    pub status: u16,
    pub set_cookie: Option<String>,
}

/// Why a request got no answer of its own: the handlers use `?` for all of it.
pub type Failure = Box<dyn std::error::Error>;

/// A miniature KVM over IP.
pub struct Device {
    state: Mutex<State>,
}

pub struct State {
    accounts: HashMap<String, Account>,
    sessions: HashMap<String, Session>,
    failed_logins: u64,
    consoles: u32,
    /// The images on the device, and how large they are.
    pub images: HashMap<String, u64>,
    /// The one that is mounted.
    pub media: Option<String>,
    pub settings: HashMap<String, String>,
    pub baud_rate: u32,
    pub version: String,
}

struct Account {
    password: String,
    role: String,
}

#[derive(Clone)]
struct Session {
    user: String,
    role: String,
    /// The KVM session that it has open, and since when.
    console: Option<(String, u64)>,
}

pub const OK: Reply = Reply { status: 200, set_cookie: None };

pub const fn status(status: u16) -> Reply {
    Reply { status, set_cookie: None }
}

impl Device {
    /// A device with these accounts: name, password and role.
    pub fn new(accounts: &[[&str; 3]]) -> Device {
        let accounts = accounts.iter().map(|[user, password, role]| {
            let (password, role) = ((*password).to_owned(), (*role).to_owned());
            ((*user).to_owned(), Account { password, role })
        });
        let state = State {
            accounts: accounts.collect(),
            sessions: HashMap::new(),
            failed_logins: 0,
            consoles: 0,
            images: HashMap::new(),
            media: None,
            settings: HashMap::new(),
            baud_rate: 9600,
            version: "2.6.1".to_owned(),
        };
        Device { state: Mutex::new(state) }
    }

    /// Carries out a request.
    ///
    /// # Errors
    ///
    /// The body is not what it should be, or what was to be recorded could not be.
    pub fn handle(&self, request: &Request<'_>) -> Result<Reply, Failure> {
        if (request.method, request.path) == ("POST", "/api/auth") {
            return self.login(request);
        }
        let cookie = request.cookie.unwrap_or_default();
        let Some(session) = self.state().sessions.get(cookie).cloned() else {
            return Ok(status(401));
        };
        let actor = Actor::UserInSession(UserName::new(&session.user)?, SessionRef::of(cookie));
        let context = Context::new(actor, Source::Address(request.from));
        match (request.method, request.path) {
            ("POST", "/api/logout") => self.logout(cookie, &context),
            ("POST", "/api/session") => self.open_console(cookie, &context),
            ("DELETE", "/api/session") => self.close_console(cookie, &context),
            ("POST", "/api/paste") => paste(request, &context),
            ("POST", "/api/media/upload") => self.upload(request, &context),
            ("POST", "/api/media/fetch") => self.fetch(request, &context),
            ("PUT", "/api/media") => self.mount(request, &context),
            ("DELETE", "/api/media") => self.unmount(&context),
            ("POST", "/api/power") => switch_power(request, &context),
            ("PUT", "/api/settings") => self.set(request, &context),
            ("PUT", "/api/serial") => self.set_serial(request, &context),
            ("POST", "/api/users") => self.create_user(request, &context, &session.role),
            ("PUT", "/api/users") => self.change_user(request, &context, &session.role),
            ("POST", "/api/scripts") => run_script(request, &context),
            ("POST", "/api/debug-logs") => export_debug_logs(&context),
            ("POST", "/api/firmware") => self.update(request, &context),
            _ => Ok(status(404)),
        }
    }

    fn login(&self, request: &Request<'_>) -> Result<Reply, Failure> {
        #[derive(Deserialize)]
        struct Login {
            user: String,
            password: String,
        }
        let Login { user, password } = serde_json::from_str(request.body)?;
        let mut state = self.state();
        let account = state.accounts.get(&user);
        if let Some(account) = account
            && account.password == password
        {
            let role = account.role.clone();
            let cookie = format!("{:016x}{:016x}", getrandom::u64()?, getrandom::u64()?);
            let actor = Actor::UserInSession(UserName::new(&user)?, SessionRef::of(&cookie));
            LoginSucceeded {}.within(&Context::new(actor, Source::Address(request.from))).emit()?;
            state.failed_logins = 0;
            state.sessions.insert(cookie.clone(), Session { user, role, console: None });
            return Ok(Reply { status: 200, set_cookie: Some(cookie) });
        }
        let (claimed, reason) = match account {
            Some(_) => (ClaimedName::known(&user), LoginRefusal::BadPassword),
            None => (ClaimedName::unknown(&user), LoginRefusal::UnknownUser),
        };
        state.failed_logins += 1;
        LoginFailed {
            user: claimed,
            reason,
            attempt: Some(Count::new(state.failed_logins)),
            password: Some(Withheld::new(&password)),
        }
        .within(&Context::of_nobody(Source::Address(request.from)))
        .emit_or_count(); // Refused in any case, so there is nothing to hold back.
        Ok(status(401))
    }

    fn logout(&self, cookie: &str, context: &Context<'_>) -> Result<Reply, Failure> {
        self.end_console(cookie, context)?;
        LoggedOut {}.within(context).emit()?;
        self.state().sessions.remove(cookie);
        Ok(OK)
    }

    fn open_console(&self, cookie: &str, context: &Context<'_>) -> Result<Reply, Failure> {
        self.end_console(cookie, context)?;
        let mut state = self.state();
        state.consoles += 1;
        let id = format!("console-{}", state.consoles);
        SessionStarted { console: ObjectId::new(&id)? }.within(context).emit()?;
        if let Some(session) = state.sessions.get_mut(cookie) {
            session.console = Some((id, SystemClock::new().up_ns()));
        }
        Ok(status(201))
    }

    fn close_console(&self, cookie: &str, context: &Context<'_>) -> Result<Reply, Failure> {
        Ok(if self.end_console(cookie, context)? { OK } else { status(404) })
    }

    fn end_console(&self, cookie: &str, context: &Context<'_>) -> Result<bool, Failure> {
        let mut state = self.state();
        let console = state.sessions.get_mut(cookie).and_then(|session| session.console.take());
        let Some((id, since_ns)) = console else { return Ok(false) };
        let open_ns = SystemClock::new().up_ns().saturating_sub(since_ns);
        let duration = std::time::Duration::from_nanos(open_ns).into();
        SessionEnded { console: ObjectId::new(&id)?, duration }.within(context).emit()?;
        Ok(true)
    }

    /// Makes an account, or makes another of it.
    pub fn put_account(&self, user: &str, password: String, role: String) {
        self.state().accounts.insert(user.to_owned(), Account { password, role });
    }

    /// An account's role.
    pub fn role_of(&self, user: &str) -> Option<String> {
        self.state().accounts.get(user).map(|account| account.role.clone())
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn paste(request: &Request<'_>, context: &Context<'_>) -> Result<Reply, Failure> {
    #[derive(Deserialize)]
    struct Paste {
        text: String,
        layout: String,
    }
    let Paste { text, layout } = serde_json::from_str(request.body)?;
    let layout = KeyboardLayout::of(&layout);
    PasteUsed { size_bucket: PasteSize::of(&text), layout, text: Withheld::new(&text) }
        .within(context)
        .emit()?;
    // Here the text would be typed into the attached machine.
    Ok(OK)
}
