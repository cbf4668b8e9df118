//! Who comes and goes, and who may do what: what the manager does, and how it says so.

use std::net::SocketAddr;

use audit_core::vocab::{ClaimedName, Count, ObjectId, ObjectName, UserName};
use audit_core::{Context, Outcome, Source, Withheld};
use audit_events::hypervisor::{
    AccountLocked, Fault, GroupMemberAdded, GroupMemberRemoved, LoggedOut, LoginFailed,
    LoginRefusal, LoginSucceeded, PasswordReset, PermissionGranted, PermissionRevoked, UserCreated,
};

use crate::log::Failure;
use crate::manager::{Account, Caller, FAILURES_MAX, Manager};

impl Manager {
    /// Somebody tries to log in.
    pub fn login(
        &mut self,
        user: &str,
        password: &str,
        from: SocketAddr,
    ) -> Result<Option<Caller>, Failure> {
        let (claimed, reason, failures) = match self.accounts.get_mut(user) {
            None => (ClaimedName::unknown(user), LoginRefusal::UnknownUser, 1),
            Some(account) => {
                let is_locked = account.failures >= FAILURES_MAX;
                if !is_locked && account.password == password {
                    account.failures = 0;
                    let cookie = format!("{:016x}{:016x}", getrandom::u64()?, getrandom::u64()?);
                    let caller = Caller { user: user.to_owned(), cookie, from };
                    LoginSucceeded {}.within(&caller.context()?).emit()?;
                    return Ok(Some(caller));
                }
                account.failures += 1;
                let reason = match is_locked {
                    true => LoginRefusal::AccountLocked,
                    false => LoginRefusal::BadPassword,
                };
                (ClaimedName::known(user), reason, account.failures)
            }
        };
        let (attempt, password) = (Count::new(failures), Some(Withheld::new(password)));
        // Refused in any case, so there is nothing to hold back.
        let nobody = Context::of_nobody(Source::Address(from));
        LoginFailed { user: claimed, reason, attempt: Some(attempt), password }
            .within(&nobody)
            .emit_or_count();
        if failures == FAILURES_MAX && reason == LoginRefusal::BadPassword {
            AccountLocked { user: UserName::new(user)?, failures: attempt }
                .within(&nobody)
                .emit()?;
        }
        Ok(None)
    }

    pub fn logout(&mut self, caller: Caller) -> Result<(), Failure> {
        Ok(LoggedOut {}.within(&caller.context()?).emit()?)
    }

    /// Gives a user another password, and unlocks the account.
    pub fn reset_password(
        &mut self,
        caller: &Caller,
        user: &str,
        new: &str,
    ) -> Result<bool, Failure> {
        let fault = (!self.accounts.contains_key(user)).then_some(Fault::NotFound);
        let outcome = self.judge_account(caller, fault);
        let (name, id, password) = (UserName::new(user)?, self.id_of(user), Withheld::new(new));
        PasswordReset { outcome, user: name, id: id_of(&id), password }
            .within(&caller.context()?)
            .emit()?;
        if let (Outcome::Success, Some(account)) = (outcome, self.accounts.get_mut(user)) {
            account.password = new.to_owned();
            account.failures = 0;
        }
        Ok(outcome == Outcome::Success)
    }

    pub fn create_user(
        &mut self,
        caller: &Caller,
        user: &str,
        password: &str,
    ) -> Result<bool, Failure> {
        let fault = self.accounts.contains_key(user).then_some(Fault::AlreadyExists);
        let outcome = self.judge_account(caller, fault);
        // Who is not created gets no id.
        let next = || format!("user-{}", self.accounts.len() + 1);
        let id = self.id_of(user).or_else(|| (outcome == Outcome::Success).then(next));
        let name = UserName::new(user)?;
        UserCreated { outcome, user: name, id: id_of(&id), role: None }
            .within(&caller.context()?)
            .emit()?;
        if let (Outcome::Success, Some(id)) = (outcome, id) {
            let account = Account { id, password: password.to_owned(), ..Account::default() };
            self.accounts.insert(user.to_owned(), account);
        }
        Ok(outcome == Outcome::Success)
    }

    /// Adds a user to a group, or removes one.
    pub fn change_group(
        &mut self,
        caller: &Caller,
        group: &str,
        user: &str,
        adds: bool,
    ) -> Result<bool, Failure> {
        let members = self.groups.get(group);
        let is_member = members.is_some_and(|members| members.contains(user));
        let fault = match (adds, is_member) {
            _ if !self.accounts.contains_key(user) => Some(Fault::NotFound),
            (true, true) => Some(Fault::AlreadyExists),
            (false, false) => Some(Fault::NotFound),
            _ => None,
        };
        let outcome = self.judge_account(caller, fault);
        let (name, member) = (ObjectName::new(group)?, UserName::new(user)?);
        let context = caller.context()?;
        match adds {
            true => {
                GroupMemberAdded { outcome, group: name, id: None, user: member }
                    .within(&context)
                    .emit()?;
            }
            false => {
                GroupMemberRemoved { outcome, group: name, id: None, user: member }
                    .within(&context)
                    .emit()?;
            }
        }
        if outcome == Outcome::Success {
            let members = self.groups.entry(group.to_owned()).or_default();
            let _changed = match adds {
                true => members.insert(user.to_owned()),
                false => members.remove(user),
            };
        }
        Ok(outcome == Outcome::Success)
    }

    /// Gives a user a permission within a folder, or takes it.
    #[expect(clippy::too_many_arguments, reason = "who gives whom what, where, or takes it")]
    pub fn change_permission(
        &mut self,
        caller: &Caller,
        user: &str,
        permission: &str,
        folder: &str,
        grants: bool,
    ) -> Result<bool, Failure> {
        let fault = (!self.accounts.contains_key(user)).then_some(Fault::NotFound);
        let outcome = self.judge_account(caller, fault);
        let (id, name) = (self.id_of(user), UserName::new(user)?);
        let (what, scope) = (ObjectName::new(permission)?, Some(ObjectName::new(folder)?));
        let (id, context) = (id_of(&id), caller.context()?);
        match grants {
            true => PermissionGranted { outcome, user: name, id, permission: what, scope }
                .within(&context)
                .emit()?,
            false => PermissionRevoked { outcome, user: name, id, permission: what, scope }
                .within(&context)
                .emit()?,
        }
        if let (Outcome::Success, Some(account)) = (outcome, self.accounts.get_mut(user)) {
            let granted = (permission.to_owned(), folder.to_owned());
            let _changed = match grants {
                true => account.permissions.insert(granted),
                false => account.permissions.remove(&granted),
            };
        }
        Ok(outcome == Outcome::Success)
    }

    fn id_of(&self, user: &str) -> Option<String> {
        self.accounts.get(user).map(|account| account.id.clone())
    }
}

fn id_of(id: &Option<String>) -> Option<ObjectId<'_>> {
    id.as_deref().and_then(|id| ObjectId::new(id).ok())
}
