//! Virtual media.

use audit_core::vocab::{ByteSize, HttpPath, ObjectName};
use audit_core::{AuditEvent, AuditValue, Outcome, Withheld};

/// A user mounted virtual media on the attached machine, or tried to.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "media_mount", category = "media", from_context(actor, source))]
#[audit(ocsf(class = 1010, activity = 1), ecs(category = "host", type = "change"))]
pub struct MediaMounted<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<MediaFault>,
    /// Which image.
    #[audit(object(name), object_type = "media")]
    pub image: ObjectName<'a>,
    /// How large it is.
    pub size: ByteSize,
    /// As what it appears.
    pub mode: MediaMode,
}

/// A user unmounted virtual media, or tried to.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "media_unmount", category = "media", from_context(actor, source))]
#[audit(ocsf(class = 1010, activity = 2), ecs(category = "host", type = "change"))]
pub struct MediaUnmounted<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<MediaFault>,
    /// Which image.
    #[audit(object(name), object_type = "media")]
    pub image: ObjectName<'a>,
}

/// A user uploaded an image to the device, or tried to.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "media_upload", category = "media", from_context(actor, source))]
#[audit(ocsf(class = 1001, activity = 1), ecs(category = "file", type = "creation"))]
pub struct MediaUploaded<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<MediaFault>,
    /// Which image.
    #[audit(object(name), object_type = "media")]
    pub image: ObjectName<'a>,
    /// How large it is.
    pub size: ByteSize,
}

/// A user had the device fetch an image from a URL, or tried to.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "media_fetch", category = "media", from_context(actor, source))]
#[audit(ocsf(class = 1001, activity = 1), ecs(category = "file", type = "creation"))]
pub struct MediaFetched<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<MediaFault>,
    /// As which image.
    #[audit(object(name), object_type = "media")]
    pub image: ObjectName<'a>,
    /// How large it is, if it came.
    pub size: Option<ByteSize>,
    /// The URL's path, without userinfo, query and fragment, if it has one.
    pub path: Option<HttpPath<'a>>,
    /// The URL: it can hold a name and a password, or a token.
    pub url: Withheld<&'a str>,
}

/// How virtual media appears to the attached machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
pub enum MediaMode {
    /// A CD-ROM drive, which cannot be written to.
    Cdrom,
    /// A disk.
    Disk,
    /// A disk that cannot be written to.
    DiskReadOnly,
}

/// Why something with virtual media was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
pub enum MediaFault {
    /// Whoever asked may not.
    NotPermitted,
    /// Something is mounted already.
    AlreadyMounted,
    /// Nothing is mounted.
    NotMounted,
    /// There is no such image.
    NotFound,
    /// An image has this name already.
    AlreadyExists,
    /// It is no image.
    BadImage,
    /// The URL is none of `https`.
    NotHttps,
    /// The server did not answer, or not as it should.
    Unreachable,
    /// There is no room for it.
    NoSpace,
    /// The device's disk or its USB port failed.
    Io,
}
