//! Users: who comes and goes (`access`), and who changes whom (`audit`).

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use audit_core::vocab::{ClaimedName, GeoLabel, KeyFingerprint, ObjectName, SessionRef, UserName};
use audit_core::{Actor, Context, Outcome, Source, Withheld};
use audit_events::runner::{
    AccessApiKeyGenerated, AccessLogin, AccessLogout, AccessSessionExpired, Fault, LoginRefusal,
    PermissionGranted, RoleChanged, UserDisabled, UserReactivated,
};
use sha2::{Digest as _, Sha256};

use crate::log::Failure;

/// Somebody's account.
pub struct Account {
    pub password: String,
    pub role: &'static str,
    pub is_disabled: bool,
    pub may_use_variables: bool,
}

/// All accounts.
#[derive(Default)]
pub struct People {
    pub accounts: BTreeMap<&'static str, Account>,
}

/// Where somebody is. The country comes from whoever knows it, such as a proxy in front: nothing is
/// looked up.
#[derive(Clone, Copy)]
pub struct Place {
    pub ip: IpAddr,
    pub geo: Option<&'static str>,
}

impl Place {
    fn geo(&self) -> Option<GeoLabel<'static>> {
        self.geo.and_then(|code| GeoLabel::new(code).ok())
    }
}

/// Somebody who is logged in.
pub struct Caller {
    pub user: String,
    pub cookie: String,
    pub at: Place,
    pub is_admin: bool,
    pub may_use_variables: bool,
}

impl Caller {
    /// Who and from where, for every event of what this caller does.
    pub fn context(&self) -> Result<Context<'_>, Failure> {
        let (user, session) = (UserName::new(&self.user)?, SessionRef::of(&self.cookie));
        Ok(Context::new(Actor::UserInSession(user, session), Source::Ip(self.at.ip)))
    }

    /// Draws a key for the API.
    pub fn generate_key(&self) -> Result<String, Failure> {
        let drawn = format!("key_{:016x}{:016x}", getrandom::u64()?, getrandom::u64()?);
        AccessApiKeyGenerated {
            outcome: Outcome::Success,
            user: UserName::new(&self.user)?,
            session: SessionRef::of(&self.cookie),
            from: self.at.ip,
            geo: self.at.geo(),
            fingerprint: Some(KeyFingerprint::from_sha256_digest(Sha256::digest(&drawn).into())),
            api_key: Withheld::new(&drawn),
        }
        .emit()?;
        Ok(drawn)
    }

    /// Nobody used the session for so long that it ended.
    pub fn expire(self, idle: Duration) -> Result<(), Failure> {
        let (user, session) = (UserName::new(&self.user)?, SessionRef::of(&self.cookie));
        let (from, geo, idle) = (self.at.ip, self.at.geo(), idle.into());
        Ok(AccessSessionExpired { user, session, from, geo, idle }.emit()?)
    }

    pub fn logout(self) -> Result<(), Failure> {
        let (user, session) = (UserName::new(&self.user)?, SessionRef::of(&self.cookie));
        Ok(AccessLogout { user, session, from: self.at.ip, geo: self.at.geo() }.emit()?)
    }
}

impl People {
    /// Somebody tries to log in.
    pub fn login(&self, user: &str, password: &str, at: Place) -> Result<Option<Caller>, Failure> {
        let account = self.accounts.get(user);
        let (claimed, outcome) = match account {
            None => (ClaimedName::unknown(user), Outcome::Denied(LoginRefusal::UnknownUser)),
            Some(account) => {
                let outcome = match account {
                    _ if account.password != password => Outcome::Denied(LoginRefusal::BadPassword),
                    _ if account.is_disabled => Outcome::Denied(LoginRefusal::AccountDisabled),
                    _ => Outcome::Success,
                };
                (ClaimedName::known(user), outcome)
            }
        };
        let (from, geo, password) = (at.ip, at.geo(), Some(Withheld::new(password)));
        AccessLogin { outcome, user: claimed, from, geo, password }.emit()?;
        let Some(account) = account.filter(|_| outcome == Outcome::Success) else {
            return Ok(None);
        };
        Ok(Some(Caller {
            user: user.to_owned(),
            cookie: format!("{:016x}{:016x}", getrandom::u64()?, getrandom::u64()?),
            at,
            is_admin: account.role == "tenant_admin",
            may_use_variables: account.may_use_variables,
        }))
    }

    pub fn change_role(
        &mut self,
        caller: &Caller,
        user: &str,
        new: &'static str,
    ) -> Result<bool, Failure> {
        let outcome = self.judge(caller, user);
        let account = self.accounts.get_mut(user);
        let old = account.as_ref().map(|account| ObjectName::new(account.role)).transpose()?;
        let (name, role) = (UserName::new(user)?, ObjectName::new(new)?);
        RoleChanged { outcome, user: name, id: None, old, new: role }
            .within(&caller.context()?)
            .emit()?;
        Ok(done(outcome, account, |account| account.role = new))
    }

    /// Lets a user run requests that use secret variables.
    pub fn grant_variables(&mut self, caller: &Caller, user: &str) -> Result<bool, Failure> {
        let outcome = self.judge(caller, user);
        let (name, permission) = (UserName::new(user)?, ObjectName::new("variables.use")?);
        PermissionGranted { outcome, user: name, id: None, permission, scope: None }
            .within(&caller.context()?)
            .emit()?;
        let account = self.accounts.get_mut(user);
        Ok(done(outcome, account, |account| account.may_use_variables = true))
    }

    pub fn disable(&mut self, caller: &Caller, user: &str) -> Result<bool, Failure> {
        let outcome = self.judge(caller, user);
        let name = UserName::new(user)?;
        UserDisabled { outcome, user: name, id: None }.within(&caller.context()?).emit()?;
        Ok(done(outcome, self.accounts.get_mut(user), |account| account.is_disabled = true))
    }

    pub fn reactivate(&mut self, caller: &Caller, user: &str) -> Result<bool, Failure> {
        let outcome = self.judge(caller, user);
        let name = UserName::new(user)?;
        UserReactivated { outcome, user: name, id: None }.within(&caller.context()?).emit()?;
        Ok(done(outcome, self.accounts.get_mut(user), |account| account.is_disabled = false))
    }

    fn judge(&self, caller: &Caller, user: &str) -> Outcome<Fault> {
        match (caller.is_admin, self.accounts.contains_key(user)) {
            (false, _) => Outcome::Denied(Fault::NotPermitted),
            (true, false) => Outcome::Failure(Fault::NotFound),
            (true, true) => Outcome::Success,
        }
    }
}

/// Does something to an account if it was to be done.
fn done(
    outcome: Outcome<Fault>,
    account: Option<&mut Account>,
    does: impl FnOnce(&mut Account),
) -> bool {
    match account.filter(|_| outcome == Outcome::Success) {
        Some(account) => {
            does(account);
            true
        }
        None => false,
    }
}
