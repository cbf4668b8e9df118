//! What the microcontroller records; its host knows the same events.

use audit_core::vocab::{Count, Version};
use audit_core::{AuditEvent, AuditValue, Catalog, Outcome, Withheld};

/// Why the bootloader refused an image.
#[derive(AuditValue)]
pub enum ImageFault {
    /// Its signature is not ours.
    Signature,
    /// It is older than what runs.
    Rollback,
}

/// The bootloader looked at an image.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "check_image", category = "boot")]
#[audit(actor(service = "bootloader"), source(local = "flash"))]
#[audit(object(id = "firmware"), object_type = "image")]
pub struct ImageChecked<'a> {
    /// What came of it.
    #[audit(outcome)]
    pub outcome: Outcome<ImageFault>,
    /// What the image says that it is.
    pub version: Version<'a>,
    /// How often it was tried.
    pub attempts: Count,
    /// What unlocks it.
    pub unlock_key: Withheld<[u8; 4]>,
}

/// All of them.
pub const EVENTS: Catalog = audit_core::catalog![ImageChecked<'_>];
