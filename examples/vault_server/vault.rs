//! What a command means, and what becomes of it: users, vaults, and who may do what. Nothing here
//! records anything.

use std::collections::{BTreeMap, BTreeSet};

use audit_core::Outcome;
use audit_events::vault::{VaultError, VaultOp};

/// The most vaults that there are, and the most secrets in one.
const VAULTS_MAX: usize = 64;
const SECRETS_MAX: usize = 256;
/// The longest name, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// What a user asks for. What an operation does not have is empty.
#[derive(Clone, Copy)]
pub struct Command<'a> {
    pub op: VaultOp,
    pub vault: &'a str,
    pub path: &'a str,
    pub value: &'a str,
    pub target: &'a str,
}

impl<'a> Command<'a> {
    /// The command that a line is, or only which operation it would have been.
    ///
    /// # Errors
    ///
    /// It is no command, or a name in it is none.
    pub fn parse(line: &'a str) -> Result<Command<'a>, VaultOp> {
        let mut words = line.splitn(4, ' ');
        let verb = words.next().unwrap_or_default();
        let (op, parts) = match verb {
            "LIST" => (VaultOp::List, "v"),
            "GET" => (VaultOp::Get, "vp"),
            "SET" => (VaultOp::Set, "vps"),
            "DEL" => (VaultOp::Del, "vp"),
            "CREATE" => (VaultOp::Create, "v"),
            "INVITE" => (VaultOp::Invite, "vt"),
            "ACCEPT" => (VaultOp::Accept, "v"),
            "PROMOTE" => (VaultOp::Promote, "vt"),
            "DEMOTE" => (VaultOp::Demote, "vt"),
            "REVOKE" => (VaultOp::Revoke, "vt"),
            "DESTROY" => (VaultOp::Destroy, "v"),
            "REGISTER" => return Err(VaultOp::Register),
            _ => return Err(VaultOp::Other),
        };
        let mut command = Command { op, vault: "", path: "", value: "", target: "" };
        for part in parts.chars() {
            let word = words.next().filter(|word| part == 's' || is_name(word)).ok_or(op)?;
            match part {
                'v' => command.vault = word,
                'p' => command.path = word,
                't' => command.target = word,
                _ => command.value = word,
            }
        }
        match words.next() {
            Some(_) => Err(op),
            None => Ok(command),
        }
    }

    /// Whether it changes anything where it is carried out.
    pub fn changes(&self) -> bool {
        !matches!(self.op, VaultOp::Get | VaultOp::List)
    }
}

/// Whether a word may name a user, a vault or a secret.
pub fn is_name(word: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_.-/".contains(c);
    !word.is_empty() && word.len() <= NAME_BYTES_MAX && word.chars().all(is_plain)
}

/// All that the server knows.
#[derive(Default)]
pub struct Vaults {
    /// Users and their public keys.
    pub users: BTreeMap<String, [u8; 32]>,
    /// Codes that are good for a registration.
    pub codes: BTreeSet<String>,
    vaults: BTreeMap<String, Vault>,
}

#[derive(Default)]
struct Vault {
    /// Its members, and whether they are administrators of it.
    members: BTreeMap<String, bool>,
    invited: BTreeSet<String>,
    secrets: BTreeMap<String, String>,
}

impl Vault {
    fn is_last_admin(&self, user: &str) -> bool {
        let mut admins = self.members.iter().filter(|(_, is_admin)| **is_admin);
        admins.next().is_some_and(|(name, _)| name == user) && admins.next().is_none()
    }
}

impl Vaults {
    /// Nothing but codes to register with.
    pub fn new(codes: &[String]) -> Vaults {
        Vaults { codes: codes.iter().cloned().collect(), ..Vaults::default() }
    }

    /// Whether a registration is to be done.
    pub fn judge_registration(&self, user: &str, code: &str) -> Outcome<VaultError> {
        match self.codes.contains(code) {
            false => Outcome::Denied(VaultError::InviteUnknown),
            true if self.users.contains_key(user) => Outcome::Failure(VaultError::AlreadyExists),
            true => Outcome::Success,
        }
    }

    /// Whether a command is to be carried out.
    pub fn judge(&self, user: &str, command: &Command<'_>) -> Outcome<VaultError> {
        use VaultOp::{Accept, Create, Del, Demote, Destroy, Get, Invite, Promote, Revoke, Set};
        let Command { op, target, path, .. } = *command;
        let Some(vault) = self.vaults.get(command.vault) else {
            return match op {
                Create => self.judge_new(user, command.vault),
                _ => Outcome::Failure(VaultError::VaultNotFound),
            };
        };
        let role = vault.members.get(user);
        let target_role = vault.members.get(target);
        match op {
            Create => Outcome::Failure(VaultError::AlreadyExists),
            Accept if role.is_some() => Outcome::Failure(VaultError::AlreadyExists),
            Accept if vault.invited.contains(user) => Outcome::Success,
            Accept => Outcome::Denied(VaultError::InviteUnknown),
            _ if role.is_none() => Outcome::Denied(VaultError::NotAMember),
            Invite | Promote | Demote | Revoke | Destroy if role != Some(&true) => {
                Outcome::Denied(VaultError::NotAnAdmin)
            }
            Get | Del if !vault.secrets.contains_key(path) => {
                Outcome::Failure(VaultError::SecretNotFound)
            }
            // There is no label for a vault that is full.
            Set if vault.secrets.len() >= SECRETS_MAX && !vault.secrets.contains_key(path) => {
                Outcome::Failure(VaultError::Io)
            }
            Invite if !self.users.contains_key(target) => {
                Outcome::Failure(VaultError::UserNotFound)
            }
            Invite if target_role.is_some() => Outcome::Failure(VaultError::AlreadyExists),
            Promote | Demote | Revoke if target_role.is_none() => {
                Outcome::Failure(VaultError::UserNotFound)
            }
            Promote if target_role == Some(&true) => Outcome::Failure(VaultError::AlreadyExists),
            Demote if target_role == Some(&false) => Outcome::Failure(VaultError::InvalidCommand),
            Demote | Revoke if vault.is_last_admin(target) => {
                Outcome::Failure(VaultError::LastAdmin)
            }
            _ => Outcome::Success,
        }
    }

    /// A vault in another one is created by an administrator of that.
    fn judge_new(&self, user: &str, name: &str) -> Outcome<VaultError> {
        let Some((parent, _)) = name.rsplit_once('/') else {
            return match self.vaults.len() < VAULTS_MAX {
                true => Outcome::Success,
                false => Outcome::Failure(VaultError::Io),
            };
        };
        match self.vaults.get(parent).map(|vault| vault.members.get(user)) {
            None => Outcome::Failure(VaultError::VaultNotFound),
            Some(None) => Outcome::Denied(VaultError::NotAMember),
            Some(Some(false)) => Outcome::Denied(VaultError::NotAnAdmin),
            Some(Some(true)) if self.vaults.len() < VAULTS_MAX => Outcome::Success,
            Some(Some(true)) => Outcome::Failure(VaultError::Io),
        }
    }

    /// Carries out a command that was judged so, and gives what there is to answer.
    pub fn carry_out(&mut self, user: &str, command: &Command<'_>) -> String {
        let Command { op, target, path, value, .. } = *command;
        if op == VaultOp::Destroy {
            self.vaults.remove(command.vault);
            return String::new();
        }
        let vault = self.vaults.entry(command.vault.to_owned()).or_default();
        match op {
            VaultOp::Get => return vault.secrets.get(path).cloned().unwrap_or_default(),
            VaultOp::List => {
                return vault.secrets.keys().map(String::as_str).collect::<Vec<_>>().join(" ");
            }
            VaultOp::Set => drop(vault.secrets.insert(path.to_owned(), value.to_owned())),
            VaultOp::Del => drop(vault.secrets.remove(path)),
            VaultOp::Create => drop(vault.members.insert(user.to_owned(), true)),
            VaultOp::Invite => {
                vault.invited.insert(target.to_owned());
            }
            VaultOp::Accept => {
                vault.invited.remove(user);
                vault.members.insert(user.to_owned(), false);
            }
            VaultOp::Promote => drop(vault.members.insert(target.to_owned(), true)),
            VaultOp::Demote => drop(vault.members.insert(target.to_owned(), false)),
            VaultOp::Revoke => {
                vault.members.remove(target);
            }
            _ => {}
        }
        String::new()
    }
}
