//! The device: its state, and what each request does to it. Every way through a handler ends in an
//! event.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use audit_core::vocab::{
    ByteSize, ClaimedName, HttpPath, ObjectId, ObjectName, PasteSize, SessionRef, SettingName,
    UserName, Version,
};
use audit_core::{Actor, Awaited, Context, Outcome, Source, Withheld};
use audit_writer::clock::{Clock, SystemClock};
use serde::Deserialize;

use crate::events::{
    FirmwareFault, FirmwareUpdated, KeyboardLayout, LoggedOut, LoginFailed, LoginRefusal,
    LoginSucceeded, MediaMode, MediaMounted, MediaRefusal, MediaUnmounted, PasteUsed, PowerAction,
    PowerSwitch, SessionEnded, SessionStarted, SettingChanged, SettingClass,
};

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
    passwords: HashMap<&'static str, &'static str>,
    state: Mutex<State>,
}

struct State {
    sessions: HashMap<String, Session>,
    failed_logins: u32,
    consoles: u32,
    media: Option<String>,
    settings: HashMap<String, String>,
    version: String,
}

#[derive(Clone)]
struct Session {
    user: &'static str,
    /// The KVM session that it has open, and since when.
    console: Option<(String, u64)>,
}

const OK: Reply = Reply { status: 200, set_cookie: None };

const fn status(status: u16) -> Reply {
    Reply { status, set_cookie: None }
}

impl Device {
    pub fn new(accounts: &[(&'static str, &'static str)]) -> Device {
        let state = State {
            sessions: HashMap::new(),
            failed_logins: 0,
            consoles: 0,
            media: None,
            settings: HashMap::new(),
            version: "2.6.1".to_owned(),
        };
        Device { passwords: accounts.iter().copied().collect(), state: Mutex::new(state) }
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
        let actor = Actor::UserInSession(UserName::new(session.user)?, SessionRef::of(cookie));
        let context = Context::new(actor, Source::Address(request.from));
        match (request.method, request.path) {
            ("POST", "/api/logout") => self.logout(cookie, &context),
            ("POST", "/api/session") => self.open_console(cookie, &context),
            ("DELETE", "/api/session") => self.close_console(cookie, &context),
            ("POST", "/api/paste") => paste(request, &context),
            ("PUT", "/api/media") => self.mount(request, &context),
            ("DELETE", "/api/media") => self.unmount(&context),
            ("POST", "/api/power") => switch_power(request, &context),
            ("PUT", "/api/settings") => self.set(request, &context),
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
        let account = self.passwords.get_key_value(user.as_str());
        if let Some((&name, &right)) = account
            && right == password
        {
            let cookie = format!("{:016x}{:016x}", getrandom::u64()?, getrandom::u64()?);
            LoginSucceeded {
                user: UserName::new(name)?,
                session: SessionRef::of(&cookie),
                from: request.from,
            }
            .emit()?;
            let mut state = self.state();
            state.failed_logins = 0;
            state.sessions.insert(cookie.clone(), Session { user: name, console: None });
            return Ok(Reply { status: 200, set_cookie: Some(cookie) });
        }
        let attempt = {
            let mut state = self.state();
            state.failed_logins += 1;
            state.failed_logins
        };
        let (claimed, reason) = match account {
            Some(_) => (ClaimedName::known(&user), LoginRefusal::BadPassword),
            None => (ClaimedName::unknown(&user), LoginRefusal::UnknownUser),
        };
        LoginFailed {
            user: claimed,
            from: request.from,
            reason,
            attempt,
            password: Withheld::new(&password),
        }
        .emit_or_count(); // Refused in any case, so there is nothing to hold back.
        Ok(status(401))
    }

    fn logout(&self, cookie: &str, context: &Context<'_>) -> Result<Reply, Failure> {
        self.end_console(cookie, context)?;
        LoggedOut {}.emit_in(context)?;
        self.state().sessions.remove(cookie);
        Ok(OK)
    }

    fn open_console(&self, cookie: &str, context: &Context<'_>) -> Result<Reply, Failure> {
        self.end_console(cookie, context)?;
        let mut state = self.state();
        state.consoles += 1;
        let id = format!("console-{}", state.consoles);
        SessionStarted { console: ObjectId::new(&id)? }.emit_in(context)?;
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
        SessionEnded { console: ObjectId::new(&id)?, duration }.emit_in(context)?;
        Ok(true)
    }

    fn mount(&self, request: &Request<'_>, context: &Context<'_>) -> Result<Reply, Failure> {
        #[derive(Deserialize)]
        struct Mount {
            name: String,
            url: String,
            bytes: u64,
            mode: MediaMode,
        }
        let Mount { name, url, bytes, mode } = serde_json::from_str(request.body)?;
        let mut state = self.state();
        let outcome = match (&state.media, url.starts_with("https://")) {
            (Some(_), _) => Outcome::Denied(MediaRefusal::AlreadyMounted),
            (None, false) => Outcome::Failure(MediaRefusal::NotHttps),
            (None, true) => Outcome::Success,
        };
        MediaMounted {
            outcome,
            image: ObjectName::new(&name)?,
            path: HttpPath::of(&url).ok(),
            size: ByteSize::new(bytes),
            mode,
            url: Withheld::new(&url),
        }
        .emit_in(context)?;
        Ok(match outcome {
            Outcome::Success => {
                state.media = Some(name.clone());
                OK
            }
            Outcome::Denied(_) => status(409),
            Outcome::Failure(_) => status(400),
        })
    }

    fn unmount(&self, context: &Context<'_>) -> Result<Reply, Failure> {
        let mut state = self.state();
        let Some(name) = state.media.take() else { return Ok(status(404)) };
        MediaUnmounted { image: ObjectName::new(&name)? }.emit_in(context)?;
        Ok(OK)
    }

    fn set(&self, request: &Request<'_>, context: &Context<'_>) -> Result<Reply, Failure> {
        #[derive(Deserialize)]
        struct Setting {
            name: String,
            value: String,
        }
        let Setting { name, value } = serde_json::from_str(request.body)?;
        let mut state = self.state();
        let old = match state.settings.contains_key(&name) {
            true => SettingClass::Custom,
            false => SettingClass::Factory,
        };
        let setting = SettingName::new(&name)?;
        SettingChanged { setting, old, new: SettingClass::Custom }.emit_in(context)?;
        state.settings.insert(name.clone(), value);
        Ok(OK)
    }

    fn update(&self, request: &Request<'_>, context: &Context<'_>) -> Result<Reply, Failure> {
        #[derive(Deserialize)]
        struct Update {
            version: String,
        }
        let Update { version } = serde_json::from_str(request.body)?;
        let mut state = self.state();
        let old = state.version.clone();
        let (from, to) = (Version::new(&old)?, Version::new(&version)?);
        // No record, no action: that it begins is on the disk before the firmware changes. If the
        // power goes now, the next run of the log says that nobody knows how it ended.
        let begun = FirmwareUpdated { outcome: Awaited::new(), from, to }.begin_in(context)?;
        if version <= old {
            begun.finish(Outcome::Denied(FirmwareFault::Downgrade))?;
            return Ok(status(409));
        }
        state.version.clone_from(&version);
        begun.finish(Outcome::Success)?;
        Ok(OK)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn paste(request: &Request<'_>, context: &Context<'_>) -> Result<Reply, Failure> {
    #[derive(Deserialize)]
    struct Paste {
        text: String,
        layout: KeyboardLayout,
    }
    let Paste { text, layout } = serde_json::from_str(request.body)?;
    PasteUsed { size: PasteSize::of(&text), layout, text: Withheld::new(&text) }
        .emit_in(context)?;
    // Here the text would be typed into the attached machine.
    Ok(OK)
}

fn switch_power(request: &Request<'_>, context: &Context<'_>) -> Result<Reply, Failure> {
    #[derive(Deserialize)]
    struct Power {
        switch: PowerSwitch,
    }
    let Power { switch } = serde_json::from_str(request.body)?;
    PowerAction { switch }.emit_durable_in(context)?;
    Ok(OK)
}
