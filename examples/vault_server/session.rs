//! One client: who it is, and what becomes of each of its lines.

use std::fmt::Debug;
use std::net::SocketAddr;
use std::sync::PoisonError;

use audit_core::vocab::{ClaimedName, Count, KeyFingerprint, UserName};
use audit_core::{Actor, Context, Outcome, Source, lit};
use audit_events::vault::{ClientConnected, LoginFailed, LoginRefusal, VaultError, VaultOp};
use data_encoding::HEXLOWER;
use ed25519_dalek::{Signature, VerifyingKey};

use crate::client::login_text;
use crate::log::Failure;
use crate::record;
use crate::server::Shared;
use crate::vault::{Command, is_name};

/// So many refused logins end a connection.
const ATTEMPTS_MAX: u64 = 3;

/// A connection's state.
pub struct Session<'s> {
    shared: &'s Shared,
    from: SocketAddr,
    /// What a login on this connection signs, so that no signature is good for another.
    nonce: String,
    user: Option<String>,
    attempts: u64,
}

impl Session<'_> {
    pub fn new(shared: &Shared, from: SocketAddr, nonce: String) -> Session<'_> {
        Session { shared, from, nonce, user: None, attempts: 0 }
    }

    /// Whether somebody has logged in.
    pub fn is_known(&self) -> bool {
        self.user.is_some()
    }

    /// Whether too many logins were refused.
    pub fn is_over(&self) -> bool {
        self.attempts >= ATTEMPTS_MAX
    }

    /// The answer to a line. What could not be recorded was not done.
    pub fn answer(&mut self, line: &str) -> String {
        let words: Vec<&str> = line.split(' ').collect();
        let answered = match words.as_slice() {
            ["REGISTER", user, code, "ed25519", key] if is_name(user) && key_of(key).is_some() => {
                self.register(user, code, key)
            }
            ["AUTH", user, kind, key, signature] => self.login(user, kind, key, signature),
            _ => self.run(line),
        };
        // What went wrong is not told in detail: its text may quote the line.
        answered.unwrap_or_else(|_failure| "ERROR unrecorded".to_owned())
    }

    fn register(&self, user: &str, code: &str, key: &str) -> Result<String, Failure> {
        let Some(key) = key_of(key) else { return Ok("ERROR invalid_command".to_owned()) };
        let mut vaults = self.shared.vaults.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = vaults.judge_registration(user, code);
        let fingerprint = KeyFingerprint::of_public_key(&key);
        let log = &*self.shared.log;
        record::registration(log, outcome, user, self.from, fingerprint, code)?;
        if outcome == Outcome::Success {
            vaults.codes.remove(code);
            vaults.users.insert(user.to_owned(), key);
        }
        Ok(told(outcome, ""))
    }

    fn login(
        &mut self,
        user: &str,
        kind: &str,
        key: &str,
        signature: &str,
    ) -> Result<String, Failure> {
        let vaults = self.shared.vaults.lock().unwrap_or_else(PoisonError::into_inner);
        let own = vaults.users.get(user).copied();
        drop(vaults);
        let refusal = match (kind, own) {
            ("ed25519", None) => LoginRefusal::UnknownUser,
            ("ed25519", Some(own)) if key_of(key) != Some(own) => LoginRefusal::UnknownKey,
            ("ed25519", Some(own)) if is_signed(&own, &self.nonce, user, signature) => {
                let key = KeyFingerprint::of_public_key(&own);
                let connected =
                    ClientConnected { user: UserName::new(user)?, from: self.from, key };
                connected.to(&*self.shared.log).emit()?;
                self.user = Some(user.to_owned());
                return Ok("OK".to_owned());
            }
            ("ed25519", Some(_)) => LoginRefusal::UnknownKey,
            _ => LoginRefusal::KeyTypeRefused,
        };
        self.attempts += 1;
        let user = match own {
            Some(_) => ClaimedName::known(user),
            None => ClaimedName::unknown(user),
        };
        let attempt = Some(Count::new(self.attempts));
        let nobody = Context::of_nobody(Source::Address(self.from));
        LoginFailed { user, reason: refusal, attempt, password: None }
            .within(&nobody)
            .to(&*self.shared.log)
            .emit()?;
        Ok(format!("DENIED {}", label(refusal)))
    }

    fn run(&self, line: &str) -> Result<String, Failure> {
        let log = &*self.shared.log;
        let actor = match &self.user {
            Some(user) => Actor::User(UserName::new(user)?),
            None => Actor::None(lit!("nobody has logged in")),
        };
        let context = Context::new(actor, Source::Address(self.from));
        let parsed = Command::parse(line);
        let Some(user) = &self.user else {
            let op = parsed.map_or_else(|op| op, |command| command.op);
            let outcome = match op {
                VaultOp::Register | VaultOp::Other => Outcome::Failure(VaultError::InvalidCommand),
                _ => Outcome::Denied(VaultError::NotAMember),
            };
            record::refused(log, &context, op, outcome)?;
            return Ok(told(outcome, ""));
        };
        let command = match parsed {
            Ok(command) => command,
            Err(op) => {
                let outcome = Outcome::Failure(VaultError::InvalidCommand);
                record::refused(log, &context, op, outcome)?;
                return Ok(told(outcome, ""));
            }
        };
        // Nothing changes between what is judged, what is recorded and what is done.
        let mut vaults = self.shared.vaults.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = vaults.judge(user, &command);
        record::command(log, &context, &command, outcome)?;
        let answer = match outcome {
            Outcome::Success => vaults.carry_out(user, &command),
            _ => String::new(),
        };
        Ok(told(outcome, &answer))
    }
}

fn told(outcome: Outcome<VaultError>, answer: &str) -> String {
    match outcome {
        Outcome::Success if answer.is_empty() => "OK".to_owned(),
        Outcome::Success => format!("OK {answer}"),
        Outcome::Denied(reason) => format!("DENIED {}", label(reason)),
        Outcome::Failure(error) => format!("ERROR {}", label(error)),
    }
}

/// The label that the log has for a reason: `not_a_member` for `NotAMember`.
fn label(reason: impl Debug) -> String {
    let mut label = String::new();
    for c in format!("{reason:?}").chars() {
        if c.is_ascii_uppercase() && !label.is_empty() {
            label.push('_');
        }
        label.push(c.to_ascii_lowercase());
    }
    label
}

fn key_of(hexadecimal: &str) -> Option<[u8; 32]> {
    HEXLOWER.decode(hexadecimal.as_bytes()).ok()?.try_into().ok()
}

fn is_signed(key: &[u8; 32], nonce: &str, user: &str, signature: &str) -> bool {
    let Ok(key) = VerifyingKey::from_bytes(key) else { return false };
    let bytes = HEXLOWER.decode(signature.as_bytes()).ok();
    let Some(bytes) = bytes.and_then(|bytes| <[u8; 64]>::try_from(bytes).ok()) else {
        return false;
    };
    key.verify_strict(login_text(nonce, user).as_bytes(), &Signature::from_bytes(&bytes)).is_ok()
}
