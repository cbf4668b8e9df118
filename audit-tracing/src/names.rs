//! What the names of fields say, judged once each.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use audit_names::Carries;

/// Judged names. There are as many as the program has: they stand in its source.
#[derive(Debug, Default)]
pub(crate) struct Names(RwLock<HashMap<&'static str, Carries>>);

impl Names {
    pub(crate) fn judge(&self, name: &'static str) -> Carries {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(name).copied();
        known.unwrap_or_else(|| {
            // `user.otp` is judged by each of its parts.
            let judged = name.split('.').map(audit_names::of_field).max();
            let judged = judged.unwrap_or(Carries::Anything);
            self.0.write().unwrap_or_else(PoisonError::into_inner).insert(name, judged);
            judged
        })
    }
}
