//! The manager: its state, and who may do what.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use audit_core::vocab::{SessionRef, UserName};
use audit_core::{Actor, Context, Outcome, Source};
use audit_events::hypervisor::{Fault, HypervisorError};

use crate::log::Failure;

/// So many failed logins in a row lock an account.
pub const FAILURES_MAX: u64 = 3;

/// A miniature manager of virtual machines.
#[derive(Default)]
pub struct Manager {
    pub accounts: BTreeMap<String, Account>,
    pub groups: BTreeMap<String, BTreeSet<String>>,
    pub machines: BTreeMap<String, Machine>,
    /// Ids of bridges, pools and connections.
    pub resources: BTreeSet<String>,
}

/// Somebody's account.
#[derive(Default)]
pub struct Account {
    pub id: String,
    pub password: String,
    pub failures: u64,
    /// What its user may do, and where: in this folder and below.
    pub permissions: BTreeSet<(String, String)>,
}

/// A virtual machine.
pub struct Machine {
    pub name: String,
    pub folder: String,
    pub host: String,
    pub is_running: bool,
    /// Whether its guest does as it is asked.
    pub answers: bool,
}

/// Somebody who is logged in, and from where.
pub struct Caller {
    pub user: String,
    pub cookie: String,
    pub from: SocketAddr,
}

impl Caller {
    /// Who and from where, for every event of what this caller does.
    pub fn context(&self) -> Result<Context<'_>, Failure> {
        let (user, session) = (UserName::new(&self.user)?, SessionRef::of(&self.cookie));
        Ok(Context::new(Actor::UserInSession(user, session), Source::Address(self.from)))
    }
}

impl Manager {
    /// A manager with one account, which may do everything.
    pub fn new(user: &str, password: &str) -> Manager {
        let permissions = BTreeSet::from([("all".to_owned(), "/".to_owned())]);
        let password = password.to_owned();
        let account = Account { id: "user-1".to_owned(), password, failures: 0, permissions };
        let accounts = BTreeMap::from([(user.to_owned(), account)]);
        Manager { accounts, ..Manager::default() }
    }

    /// Whether a user has a permission in a folder.
    pub fn may(&self, user: &str, permission: &str, folder: &str) -> bool {
        let Some(account) = self.accounts.get(user) else { return false };
        account.permissions.iter().any(|(granted, scope)| {
            let is_within = folder.strip_prefix(scope.trim_end_matches('/'));
            let is_there = is_within.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            (granted == permission || granted == "all") && is_there
        })
    }

    /// What becomes of something that a caller wants done to machines, networks or storage.
    pub fn judge(
        &self,
        caller: &Caller,
        permission: &str,
        folder: &str,
        fault: Option<HypervisorError>,
    ) -> Outcome<HypervisorError> {
        match fault {
            _ if !self.may(&caller.user, permission, folder) => {
                Outcome::Denied(HypervisorError::NotPermitted)
            }
            Some(error) => Outcome::Failure(error),
            None => Outcome::Success,
        }
    }

    /// The same of users, groups and permissions, which only who may do everything changes.
    pub fn judge_account(&self, caller: &Caller, fault: Option<Fault>) -> Outcome<Fault> {
        match fault {
            _ if !self.may(&caller.user, "all", "/") => Outcome::Denied(Fault::NotPermitted),
            Some(error) => Outcome::Failure(error),
            None => Outcome::Success,
        }
    }
}
