//! The drive that the device shows to the attached machine, and the images and files in it.

use audit_core::vocab::{ByteSize, ObjectName};
use audit_core::{AuditEvent, AuditValue, Outcome};

use super::{MediaFault, MediaMode};

/// A user deleted an image from the device, or tried to.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "media_delete", category = "media", from_context(actor, source))]
#[audit(ocsf(class = 1001, activity = 4), ecs(category = "file", type = "deletion"))]
pub struct MediaDeleted<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<MediaFault>,
    /// Which image.
    #[audit(object(name), object_type = "media")]
    pub image: ObjectName<'a>,
}

/// A user had the shared drive wiped, or made anew, or tried to.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "drive_wipe", category = "media", from_context(actor, source))]
#[audit(object(id = "drive"), object_type = "drive")]
#[audit(ocsf(class = 1001, activity = 4), ecs(category = "file", type = "deletion"))]
pub struct DriveWiped {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<MediaFault>,
    /// How large it is, where the device knows.
    pub size: Option<ByteSize>,
}

/// A user put a file into the shared drive, or tried to.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "drive_file_put", category = "media", from_context(actor, source))]
#[audit(ocsf(class = 1001, activity = 1), ecs(category = "file", type = "creation"))]
pub struct DriveFilePut<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<MediaFault>,
    /// Which file.
    #[audit(object(name), object_type = "file")]
    pub file: ObjectName<'a>,
    /// How large it is, where the device knows.
    pub size: Option<ByteSize>,
}

/// A user took a file out of the shared drive, or tried to: it was read, or deleted.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "drive_file_take", category = "media", from_context(actor, source))]
#[audit(ocsf(class = 1001, activity = 2), ecs(category = "file", type = "access"))]
pub struct DriveFileTaken<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<MediaFault>,
    /// Which file.
    #[audit(object(name), object_type = "file")]
    pub file: ObjectName<'a>,
    /// What became of it in the drive.
    pub taking: DriveTaking,
}

/// A user changed as what the shared drive appears to the attached machine, or tried to.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "drive_mode_change", category = "media", from_context(actor, source))]
#[audit(object(id = "drive"), object_type = "drive")]
#[audit(ocsf(class = 5019, activity = 1), ecs(category = "configuration", type = "change"))]
pub struct DriveModeChanged {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<MediaFault>,
    /// As what it appears from here on.
    pub mode: MediaMode,
    /// What the attached machine may do with it.
    pub access: DriveAccess,
}

/// What became of a file that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
pub enum DriveTaking {
    /// It was copied, and is still there.
    Copied,
    /// It was deleted.
    Deleted,
}

/// What the attached machine may do with the shared drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
pub enum DriveAccess {
    /// Read it.
    ReadOnly,
    /// Read it and write to it.
    ReadWrite,
}
