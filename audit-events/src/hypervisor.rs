//! A manager of virtual machines.
//!
//! Each of its records says who and from where (by the caller's context), what was done, to what
//! (id and name) and how it ended: done, denied for lack of a permission, or failed, with a label
//! for the error. Logins, users, groups and permissions are those of [`common`](crate::common).

use audit_core::vocab::{ObjectId, ObjectName};
use audit_core::{AuditEvent, AuditValue, Catalog, Outcome, Withheld};

pub use crate::common::{
    AccountLocked, Fault, GroupMemberAdded, GroupMemberRemoved, LoggedOut, LoginFailed,
    LoginRefusal, LoginSucceeded, PasswordChanged, PasswordReset, PermissionGranted,
    PermissionRevoked, RoleChanged, UserCreated, UserDeleted, UserDisabled, UserReactivated,
    UserUnlocked,
};

/// All events of such a manager.
pub const EVENTS: Catalog = audit_core::catalog![
    LoginSucceeded,
    LoginFailed<'_>,
    AccountLocked<'_>,
    LoggedOut,
    PasswordChanged<'_>,
    PasswordReset<'_>,
    Vm<'_>,
    BridgeCreated<'_>,
    StoragePoolFormatted<'_>,
    StorageConnectionRegistered<'_>,
    UserCreated<'_>,
    UserDeleted<'_>,
    UserDisabled<'_>,
    UserReactivated<'_>,
    UserUnlocked<'_>,
    RoleChanged<'_>,
    GroupMemberAdded<'_>,
    GroupMemberRemoved<'_>,
    PermissionGranted<'_>,
    PermissionRevoked<'_>,
];

/// Something was done to a virtual machine, or was to be.
#[must_use]
#[derive(AuditEvent)]
#[audit(category = "virtual_machine", from_context(actor, source), object_type = "vm")]
#[audit(ecs(category = "host", type = "change"))]
pub enum Vm<'a> {
    /// A virtual machine was created.
    #[audit(action = "vm_create", ocsf(class = 3004, activity = 1))]
    Created {
        /// Whether it was done.
        #[audit(outcome)]
        outcome: Outcome<HypervisorError>,
        /// Which: its id, which stays.
        #[audit(object(id))]
        id: ObjectId<'a>,
        /// And its name, which may change.
        #[audit(object(name))]
        name: ObjectName<'a>,
    },
    /// A virtual machine was deleted.
    #[audit(action = "vm_delete", ocsf(class = 3004, activity = 4))]
    Deleted {
        /// Whether it was done.
        #[audit(outcome)]
        outcome: Outcome<HypervisorError>,
        /// Which: its id.
        #[audit(object(id))]
        id: ObjectId<'a>,
        /// And its name.
        #[audit(object(name))]
        name: ObjectName<'a>,
    },
    /// A virtual machine was started.
    #[audit(action = "vm_power_on", ocsf(class = 3004, activity = 10))]
    #[audit(ecs(category = "host", type = "start"))]
    Started {
        /// Whether it was done.
        #[audit(outcome)]
        outcome: Outcome<HypervisorError>,
        /// Which: its id.
        #[audit(object(id))]
        id: ObjectId<'a>,
        /// And its name.
        #[audit(object(name))]
        name: ObjectName<'a>,
    },
    /// A virtual machine was stopped.
    #[audit(action = "vm_power_off", ocsf(class = 3004, activity = 11))]
    #[audit(ecs(category = "host", type = "end"))]
    Stopped {
        /// Whether it was done.
        #[audit(outcome)]
        outcome: Outcome<HypervisorError>,
        /// Which: its id.
        #[audit(object(id))]
        id: ObjectId<'a>,
        /// And its name.
        #[audit(object(name))]
        name: ObjectName<'a>,
    },
    /// A virtual machine was moved to another host.
    #[audit(action = "vm_migrate", ocsf(class = 3004, activity = 5))]
    Migrated {
        /// Whether it was done.
        #[audit(outcome)]
        outcome: Outcome<HypervisorError>,
        /// Which: its id.
        #[audit(object(id))]
        id: ObjectId<'a>,
        /// And its name.
        #[audit(object(name))]
        name: ObjectName<'a>,
        /// The host that it was on.
        from: ObjectName<'a>,
        /// The host that it is to be on.
        to: ObjectName<'a>,
    },
}

/// A network bridge was created.
#[must_use]
#[derive(AuditEvent)]
#[audit(name = "network_bridge_created", action = "network_bridge_create", category = "network")]
#[audit(from_context(actor, source))]
#[audit(ocsf(class = 3004, activity = 1), ecs(category = "configuration", type = "creation"))]
pub struct BridgeCreated<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<HypervisorError>,
    /// Which: its id.
    #[audit(object(id), object_type = "network_bridge")]
    pub id: ObjectId<'a>,
    /// And its name.
    #[audit(object(name))]
    pub name: ObjectName<'a>,
}

/// A storage pool was formatted: what was on it is gone.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "storage_pool_format", category = "storage", from_context(actor, source))]
#[audit(ocsf(class = 3004, activity = 3), ecs(category = "configuration", type = "change"))]
pub struct StoragePoolFormatted<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<HypervisorError>,
    /// Which: its id.
    #[audit(object(id), object_type = "storage_pool")]
    pub id: ObjectId<'a>,
    /// And its name.
    #[audit(object(name))]
    pub name: ObjectName<'a>,
}

/// A connection to a storage was registered.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "storage_connection_register", category = "storage")]
#[audit(from_context(actor, source))]
#[audit(ocsf(class = 3004, activity = 6), ecs(category = "configuration", type = "creation"))]
pub struct StorageConnectionRegistered<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<HypervisorError>,
    /// Which: its id.
    #[audit(object(id), object_type = "storage_connection")]
    pub id: ObjectId<'a>,
    /// And its name.
    #[audit(object(name))]
    pub name: ObjectName<'a>,
    /// What it speaks.
    pub protocol: StorageProtocol,
    /// Where it leads: it can hold a name and a password.
    pub url: Withheld<&'a str>,
}

/// What a connection to a storage speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
#[expect(missing_docs, reason = "they are what they are called")]
pub enum StorageProtocol {
    Nfs,
    Smb,
    Iscsi,
    #[audit(name = "fibre_channel")]
    FibreChannel,
    #[audit(name = "nvme_of")]
    NvmeOf,
    Ceph,
    S3,
    /// None of these.
    Other,
}

/// Why something was denied or failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
pub enum HypervisorError {
    /// Whoever asked lacks the permission.
    NotPermitted,
    /// It is not there.
    NotFound,
    /// Something has this name or id already.
    AlreadyExists,
    /// It is not in the state for that, such as running.
    WrongState,
    /// Something else holds it.
    Locked,
    /// The host has not enough memory, processors or addresses.
    NoCapacity,
    /// There is no room on the storage.
    NoSpace,
    /// The host or the storage cannot be reached.
    Unreachable,
    /// The guest did not do as it was asked.
    GuestUnresponsive,
    /// It took too long.
    TimedOut,
    /// What runs the machines failed.
    Backend,
}
