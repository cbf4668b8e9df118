//! Which events the program said that it has.

use audit_core::schema::Schema;
use audit_core::{Catalog, EmitError};
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

/// The events of the catalogues that the builder was given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listed(Vec<&'static Schema>);

impl Listed {
    pub(crate) fn of(catalogs: &[Catalog]) -> Listed {
        Listed(catalogs.iter().flat_map(Catalog::schemas).collect())
    }

    /// Whether an event is in one of them. All are where none were given.
    pub(crate) fn has(&self, schema: &'static Schema) -> bool {
        // One schema may stand at several addresses.
        let is_it = |it: &&Schema| std::ptr::eq(*it, schema) || **it == *schema;
        self.0.is_empty() || self.0.iter().any(is_it)
    }

    /// # Errors
    ///
    /// `Unlisted`.
    #[cold]
    pub(crate) fn check(&self, schema: &'static Schema) -> Result<(), EmitError> {
        if self.has(schema) { Ok(()) } else { Err(EmitError::Unlisted) }
    }

    /// What tells these events from others; `None` where none were listed.
    pub(crate) fn hash(&self) -> Option<String> {
        let mut fingerprints: Vec<u64> = self.0.iter().map(|it| it.fingerprint()).collect();
        if fingerprints.is_empty() {
            return None;
        }
        fingerprints.sort_unstable();
        fingerprints.dedup();
        let mut hash = Sha256::new();
        for fingerprint in fingerprints {
            hash.update(fingerprint.to_le_bytes());
        }
        hash.finalize().get(..8).map(|short| HEXLOWER.encode(short))
    }
}
