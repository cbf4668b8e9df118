//! Who changed whom. Nothing is kept of a password, but that there was one.

use audit_core::vocab::{ObjectId, ObjectName, UserName};
use audit_core::{AuditEvent, Outcome, Withheld};

use super::Fault;

/// A user's password was changed, by the user or by somebody else.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "password_change", category = "account", from_context(actor, source))]
#[audit(ocsf(class = 3001, activity = 3), ecs(category = "iam", type = "change"))]
#[audit(redfish = "AccountSecurity.1.0.PasswordModified")]
pub struct PasswordChanged<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// Whose.
    #[audit(object(name), object_type = "user")]
    pub user: UserName<'a>,
    /// The account's id, where it is another than the name.
    #[audit(object(id), absent = "the account's name is its id")]
    pub id: Option<ObjectId<'a>>,
    /// The new one.
    pub password: Withheld<&'a str>,
}

/// A user's password was replaced by another, because it was lost or had to go.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "password_reset", category = "account", from_context(actor, source))]
#[audit(ocsf(class = 3001, activity = 4), ecs(category = "iam", type = "change"))]
#[audit(redfish = "AccountSecurity.1.0.PasswordModified")]
pub struct PasswordReset<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// Whose.
    #[audit(object(name), object_type = "user")]
    pub user: UserName<'a>,
    /// The account's id, where it is another than the name.
    #[audit(object(id), absent = "the account's name is its id")]
    pub id: Option<ObjectId<'a>>,
    /// The new one.
    pub password: Withheld<&'a str>,
}

/// A user was created.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "user_create", category = "account", from_context(actor, source))]
#[audit(ocsf(class = 3001, activity = 1), ecs(category = "iam", type = "creation"))]
#[audit(redfish = "AccountSecurity.1.0.AccountCreated")]
pub struct UserCreated<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// Who.
    #[audit(object(name), object_type = "user")]
    pub user: UserName<'a>,
    /// The account's id, where it is another than the name.
    #[audit(object(id), absent = "the account's name is its id")]
    pub id: Option<ObjectId<'a>>,
    /// As what, where users have a role.
    pub role: Option<ObjectName<'a>>,
}

/// A user was deleted.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "user_delete", category = "account", from_context(actor, source))]
#[audit(ocsf(class = 3001, activity = 6), ecs(category = "iam", type = "deletion"))]
#[audit(redfish = "AccountSecurity.1.0.AccountRemoved")]
pub struct UserDeleted<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// Who.
    #[audit(object(name), object_type = "user")]
    pub user: UserName<'a>,
    /// The account's id, where it is another than the name.
    #[audit(object(id), absent = "the account's name is its id")]
    pub id: Option<ObjectId<'a>>,
}

/// A user was disabled: the account is there and cannot be used.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "user_disable", category = "account", from_context(actor, source))]
#[audit(ocsf(class = 3001, activity = 5), ecs(category = "iam", type = "change"))]
#[audit(redfish = "AccountSecurity.1.0.AccountDisabled")]
pub struct UserDisabled<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// Who.
    #[audit(object(name), object_type = "user")]
    pub user: UserName<'a>,
    /// The account's id, where it is another than the name.
    #[audit(object(id), absent = "the account's name is its id")]
    pub id: Option<ObjectId<'a>>,
}

/// A user who was disabled may log in again.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "user_reactivate", category = "account", from_context(actor, source))]
#[audit(ocsf(class = 3001, activity = 2), ecs(category = "iam", type = "change"))]
#[audit(redfish = "AccountSecurity.1.0.AccountEnabled")]
pub struct UserReactivated<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// Who.
    #[audit(object(name), object_type = "user")]
    pub user: UserName<'a>,
    /// The account's id, where it is another than the name.
    #[audit(object(id), absent = "the account's name is its id")]
    pub id: Option<ObjectId<'a>>,
}

/// An account that was locked after failed logins was unlocked by hand.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "user_unlock", category = "account", from_context(actor, source))]
#[audit(ocsf(class = 3001, activity = 12), ecs(category = "iam", type = "change"))]
#[audit(redfish = "AccountSecurity.1.0.AccountUnlocked")]
pub struct UserUnlocked<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// Whose.
    #[audit(object(name), object_type = "user")]
    pub user: UserName<'a>,
    /// The account's id, where it is another than the name.
    #[audit(object(id), absent = "the account's name is its id")]
    pub id: Option<ObjectId<'a>>,
}

/// A user was given another role.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "role_change", category = "account", from_context(actor, source))]
#[audit(ocsf(class = 3005, activity = 1), ecs(category = "iam", type = "change"))]
#[audit(redfish = "AccountSecurity.1.0.ManagerAccountRoleChanged")]
pub struct RoleChanged<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// Whose.
    #[audit(object(name), object_type = "user")]
    pub user: UserName<'a>,
    /// The account's id, where it is another than the name.
    #[audit(object(id), absent = "the account's name is its id")]
    pub id: Option<ObjectId<'a>>,
    /// The role before, if there was one.
    pub old: Option<ObjectName<'a>>,
    /// The role from now on.
    pub new: ObjectName<'a>,
}

/// A user was given a permission.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "permission_grant", category = "account", from_context(actor, source))]
#[audit(ocsf(class = 3005, activity = 1), ecs(category = "iam", type = "change"))]
pub struct PermissionGranted<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// Who.
    #[audit(object(name), object_type = "user")]
    pub user: UserName<'a>,
    /// The account's id, where it is another than the name.
    #[audit(object(id), absent = "the account's name is its id")]
    pub id: Option<ObjectId<'a>>,
    /// Which.
    pub permission: ObjectName<'a>,
    /// On what alone, such as a folder; everywhere if nothing.
    pub scope: Option<ObjectName<'a>>,
}

/// A permission was taken from a user.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "permission_revoke", category = "account", from_context(actor, source))]
#[audit(ocsf(class = 3005, activity = 2), ecs(category = "iam", type = "change"))]
pub struct PermissionRevoked<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// From whom.
    #[audit(object(name), object_type = "user")]
    pub user: UserName<'a>,
    /// The account's id, where it is another than the name.
    #[audit(object(id), absent = "the account's name is its id")]
    pub id: Option<ObjectId<'a>>,
    /// Which.
    pub permission: ObjectName<'a>,
    /// On what alone, such as a folder; everywhere if nothing.
    pub scope: Option<ObjectName<'a>>,
}

/// A user was added to a group.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "group_member_add", category = "account", from_context(actor, source))]
#[audit(ocsf(class = 3006, activity = 3), ecs(category = "iam", type = "group"))]
pub struct GroupMemberAdded<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// Which group.
    #[audit(object(name), object_type = "group")]
    pub group: ObjectName<'a>,
    /// The group's id, where it is another than the name.
    #[audit(object(id), absent = "the group's name is its id")]
    pub id: Option<ObjectId<'a>>,
    /// Who.
    pub user: UserName<'a>,
}

/// A user was removed from a group.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "group_member_remove", category = "account", from_context(actor, source))]
#[audit(ocsf(class = 3006, activity = 4), ecs(category = "iam", type = "group"))]
pub struct GroupMemberRemoved<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// Which group.
    #[audit(object(name), object_type = "group")]
    pub group: ObjectName<'a>,
    /// The group's id, where it is another than the name.
    #[audit(object(id), absent = "the group's name is its id")]
    pub id: Option<ObjectId<'a>>,
    /// Who.
    pub user: UserName<'a>,
}
