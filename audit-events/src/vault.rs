//! A vault of secrets that users share, which they reach with keys of their own.
//!
//! What is done to a vault is named by the operation (`vault_get`), and where it is denied by that
//! too (`vault_get_denied`). Logins that fail are those of [`common`](crate::common).

use core::net::SocketAddr;

use audit_core::vocab::{ClaimedName, KeyFingerprint, ObjectName, UserName};
use audit_core::{AuditEvent, AuditValue, Catalog, Outcome, Withheld};

pub use crate::common::{LoginFailed, LoginRefusal};

/// All events of such a vault.
pub const EVENTS: Catalog = audit_core::catalog![
    ClientConnected<'_>,
    LoginFailed<'_>,
    CommandRun<'_>,
    Registered<'_>,
    Vault<'_>,
];

/// A user connected, with a key.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "connect", category = "authentication", outcome = "success")]
#[audit(object(id = "self"), object_type = "system")]
#[audit(ocsf(class = 3002, activity = 1), ecs(category = "authentication", type = "start"))]
pub struct ClientConnected<'a> {
    /// Who.
    #[audit(actor(user))]
    pub user: UserName<'a>,
    /// From where.
    #[audit(source(address))]
    pub from: SocketAddr,
    /// With which key.
    pub key: KeyFingerprint,
}

/// A user's command was carried out, or not.
#[must_use]
#[derive(AuditEvent)]
#[audit(action(success = "command", denied = "command_denied"), category = "command")]
#[audit(from_context(actor, source), ecs(category = "database", type = "access"))]
pub struct CommandRun<'a> {
    /// How it ended.
    #[audit(outcome)]
    pub outcome: Outcome<VaultError>,
    /// What was asked for.
    pub op: VaultOp,
    /// On which secret.
    #[audit(object(name), object_type = "secret", absent = "the command is about no secret")]
    pub path: Option<ObjectName<'a>>,
}

/// What a command asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
#[expect(missing_docs, reason = "they are the commands")]
pub enum VaultOp {
    Get,
    Set,
    Del,
    List,
    Create,
    Invite,
    Accept,
    Promote,
    Demote,
    Revoke,
    Destroy,
    Register,
    /// None of these.
    Other,
}

/// Somebody became a user, with a code that somebody had given out.
#[must_use]
#[derive(AuditEvent)]
#[audit(name = "registration", category = "account")]
#[audit(action(success = "registration", denied = "registration_denied"))]
#[audit(object(id = "self"), object_type = "system")]
#[audit(ocsf(class = 3001, activity = 1), ecs(category = "iam", type = "creation"))]
#[audit(redfish = "AccountSecurity.1.0.AccountCreated")]
pub struct Registered<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<VaultError>,
    /// As whom: whoever gives no good code may have given anything as a name, such as the code.
    #[audit(actor(user))]
    pub user: ClaimedName<'a>,
    /// From where.
    #[audit(source(address))]
    pub from: SocketAddr,
    /// The key that the user will come with.
    pub key: KeyFingerprint,
    /// The code: whoever has it becomes a user.
    pub invite_code: Withheld<&'a str>,
}

/// Something was done to a vault, or was to be.
#[must_use]
#[derive(AuditEvent)]
#[audit(category = "vault", from_context(actor, source), object_type = "vault")]
pub enum Vault<'a> {
    /// A secret was read from a vault.
    #[audit(action(success = "vault_get", denied = "vault_get_denied"))]
    #[audit(ocsf(class = 3004, activity = 2), ecs(category = "database", type = "access"))]
    Get {
        /// Whether it was done.
        #[audit(outcome)]
        outcome: Outcome<VaultError>,
        /// From which.
        #[audit(object(name))]
        vault: ObjectName<'a>,
        /// Which.
        path: ObjectName<'a>,
    },
    /// A secret was written to a vault.
    #[audit(action(success = "vault_set", denied = "vault_set_denied"))]
    #[audit(ocsf(class = 3004, activity = 3), ecs(category = "database", type = "change"))]
    Set {
        /// Whether it was done.
        #[audit(outcome)]
        outcome: Outcome<VaultError>,
        /// To which.
        #[audit(object(name))]
        vault: ObjectName<'a>,
        /// As which.
        path: ObjectName<'a>,
        /// The secret.
        value: Withheld<&'a str>,
    },
    /// A secret was deleted from a vault.
    #[audit(action(success = "vault_del", denied = "vault_del_denied"))]
    #[audit(ocsf(class = 3004, activity = 4), ecs(category = "database", type = "change"))]
    Del {
        /// Whether it was done.
        #[audit(outcome)]
        outcome: Outcome<VaultError>,
        /// From which.
        #[audit(object(name))]
        vault: ObjectName<'a>,
        /// Which.
        path: ObjectName<'a>,
    },
    /// A vault was created.
    #[audit(action(success = "vault_create", denied = "vault_create_denied"))]
    #[audit(ocsf(class = 3004, activity = 1), ecs(category = "database", type = "change"))]
    Create {
        /// Whether it was done.
        #[audit(outcome)]
        outcome: Outcome<VaultError>,
        /// Which.
        #[audit(object(name))]
        vault: ObjectName<'a>,
    },
    /// A user was invited to a vault.
    #[audit(action(success = "vault_invite", denied = "vault_invite_denied"))]
    #[audit(ecs(category = "iam", type = "change"))]
    Invite {
        /// Whether it was done.
        #[audit(outcome)]
        outcome: Outcome<VaultError>,
        /// To which.
        #[audit(object(name))]
        vault: ObjectName<'a>,
        /// Who.
        target: UserName<'a>,
    },
    /// A user accepted the invitation to a vault, and is a member of it.
    #[audit(action(success = "vault_accept", denied = "vault_accept_denied"))]
    #[audit(ocsf(class = 3005, activity = 1), ecs(category = "iam", type = "change"))]
    Accept {
        /// Whether it was done.
        #[audit(outcome)]
        outcome: Outcome<VaultError>,
        /// Of which.
        #[audit(object(name))]
        vault: ObjectName<'a>,
    },
    /// A member of a vault became an administrator of it.
    #[audit(action(success = "vault_promote", denied = "vault_promote_denied"))]
    #[audit(ocsf(class = 3005, activity = 1), ecs(category = "iam", type = "change"))]
    Promote {
        /// Whether it was done.
        #[audit(outcome)]
        outcome: Outcome<VaultError>,
        /// Of which.
        #[audit(object(name))]
        vault: ObjectName<'a>,
        /// Who.
        target: UserName<'a>,
    },
    /// An administrator of a vault became a mere member of it.
    #[audit(action(success = "vault_demote", denied = "vault_demote_denied"))]
    #[audit(ocsf(class = 3005, activity = 2), ecs(category = "iam", type = "change"))]
    Demote {
        /// Whether it was done.
        #[audit(outcome)]
        outcome: Outcome<VaultError>,
        /// Of which.
        #[audit(object(name))]
        vault: ObjectName<'a>,
        /// Who.
        target: UserName<'a>,
    },
    /// A user was put out of a vault.
    #[audit(action(success = "vault_revoke", denied = "vault_revoke_denied"))]
    #[audit(ocsf(class = 3005, activity = 2), ecs(category = "iam", type = "change"))]
    Revoke {
        /// Whether it was done.
        #[audit(outcome)]
        outcome: Outcome<VaultError>,
        /// Out of which.
        #[audit(object(name))]
        vault: ObjectName<'a>,
        /// Who.
        target: UserName<'a>,
    },
    /// A vault was destroyed, with all that was in it.
    #[audit(action(success = "vault_destroy", denied = "vault_destroy_denied"))]
    #[audit(ocsf(class = 3004, activity = 4), ecs(category = "database", type = "change"))]
    Destroy {
        /// Whether it was done.
        #[audit(outcome)]
        outcome: Outcome<VaultError>,
        /// Which.
        #[audit(object(name))]
        vault: ObjectName<'a>,
    },
}

/// Why something was denied or failed.
///
/// What somebody may not do was denied: `not_a_member`, `not_an_admin` and what is wrong with an
/// invitation. All else failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
pub enum VaultError {
    /// The user is no member of the vault.
    NotAMember,
    /// The user is a member of the vault, and no administrator of it.
    NotAnAdmin,
    /// The code is not one that was given out, or was used.
    InviteUnknown,
    /// The code or the invitation is too old.
    InviteExpired,
    /// There is no such vault.
    VaultNotFound,
    /// There is no such secret.
    SecretNotFound,
    /// There is no such user.
    UserNotFound,
    /// It is there already.
    AlreadyExists,
    /// The last administrator of a vault stays one.
    LastAdmin,
    /// The command makes no sense.
    InvalidCommand,
    /// What is stored is damaged, or does not decrypt.
    Corrupt,
    /// A disk or a network failed.
    Io,
}
