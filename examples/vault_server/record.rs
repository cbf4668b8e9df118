//! What the server records, and when: before anything is done and anybody is answered.

use std::net::SocketAddr;
use std::time::Duration;

use audit_core::vocab::{ClaimedName, KeyFingerprint, ObjectName, UserName};
use audit_core::{AuditEvent, AuditValue, Context, Outcome, Recorder, Withheld};
use audit_events::vault::{CommandRun, Registered, Vault, VaultError, VaultOp};

use crate::log::Failure;
use crate::vault::Command;

/// The longest that a record is waited for. What is not on the disk by then is not done.
const DURABLE_WITHIN: Duration = Duration::from_secs(10);

/// A connection ended before anybody had logged in on it. The catalogue has no such event, so this
/// server declares it itself.
#[must_use]
#[derive(AuditEvent)]
#[audit(name = "connection_turned_away", action = "connect", category = "authentication")]
#[audit(outcome = "denied", object(id = "self"), object_type = "system")]
#[audit(none(actor = "nobody had logged in"))]
pub struct TurnedAway {
    /// From where.
    #[audit(source(address))]
    pub from: SocketAddr,
    /// Why it ended.
    #[audit(reason)]
    pub reason: Away,
}

/// Why a connection ended before anybody had logged in on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
pub enum Away {
    /// There are as many as there may be.
    TooManyConnections,
    /// Logins were refused too often on it.
    TooManyAttempts,
    /// Nothing came for too long.
    TimedOut,
    /// A line was too long.
    LineTooLong,
    /// The client closed it, or it broke.
    HungUp,
}

/// Records a command and, where it is about a vault, what was done to that. Where it changes
/// something, both are on the disk afterwards.
pub fn command(
    log: &dyn Recorder,
    context: &Context<'_>,
    command: &Command<'_>,
    outcome: Outcome<VaultError>,
) -> Result<(), Failure> {
    let Command { op, path, .. } = *command;
    let name = (!path.is_empty()).then(|| ObjectName::new(path)).transpose()?;
    CommandRun { outcome, op, path: name }.within(context).to(log).emit()?;
    let Some(event) = on_vault(command, outcome)? else { return Ok(()) };
    match outcome == Outcome::Success && command.changes() {
        // The line before it is in the same log: where this one is durable, that one is.
        true => {
            event.within(context).to(log).submit_durable()?.wait_for(DURABLE_WITHIN).map(drop)?
        }
        false => event.within(context).to(log).emit()?,
    }
    Ok(())
}

/// Records a command that is none, or that nobody may give.
pub fn refused(
    log: &dyn Recorder,
    context: &Context<'_>,
    op: VaultOp,
    outcome: Outcome<VaultError>,
) -> Result<(), Failure> {
    Ok(CommandRun { outcome, op, path: None }.within(context).to(log).emit()?)
}

/// Records a registration; where it is to be done, it is on the disk afterwards.
#[expect(clippy::too_many_arguments, reason = "a registration has these parts")]
pub fn registration(
    log: &dyn Recorder,
    outcome: Outcome<VaultError>,
    user: &str,
    from: SocketAddr,
    key: KeyFingerprint,
    code: &str,
) -> Result<(), Failure> {
    let user = match outcome {
        Outcome::Denied(_) => ClaimedName::unknown(user),
        _ => ClaimedName::known(user),
    };
    let invite_code = Withheld::new(code);
    let event = Registered { outcome, user, from, key, invite_code };
    match outcome {
        Outcome::Success => event.to(log).submit_durable()?.wait_for(DURABLE_WITHIN).map(drop)?,
        _ => event.to(log).emit()?,
    }
    Ok(())
}

/// What a command does to a vault.
fn on_vault<'a>(
    command: &Command<'a>,
    outcome: Outcome<VaultError>,
) -> Result<Option<Vault<'a>>, Failure> {
    let vault = ObjectName::new(command.vault)?;
    let path = || ObjectName::new(command.path);
    let target = || UserName::new(command.target);
    let value = Withheld::new(command.value);
    Ok(Some(match command.op {
        VaultOp::Get => Vault::Get { outcome, vault, path: path()? },
        VaultOp::Set => Vault::Set { outcome, vault, path: path()?, value },
        VaultOp::Del => Vault::Del { outcome, vault, path: path()? },
        VaultOp::Create => Vault::Create { outcome, vault },
        VaultOp::Invite => Vault::Invite { outcome, vault, target: target()? },
        VaultOp::Accept => Vault::Accept { outcome, vault },
        VaultOp::Promote => Vault::Promote { outcome, vault, target: target()? },
        VaultOp::Demote => Vault::Demote { outcome, vault, target: target()? },
        VaultOp::Revoke => Vault::Revoke { outcome, vault, target: target()? },
        VaultOp::Destroy => Vault::Destroy { outcome, vault },
        _ => return Ok(None),
    }))
}
