//! Segments of a version of the format that is not known: they cannot be judged, unless it was the
//! version's number that was altered.

/// Whether a segment of an unknown version was met.
pub(super) enum Version {
    Known,
    /// A header that states another was just met: the next line says whether it stands there as it
    /// was written.
    Met(String),
    /// It is another version's: nothing that follows can be judged.
    Confirmed(String),
}

impl Version {
    /// Whether what follows is of an unknown version, where the next line fits the one before or
    /// not.
    pub(super) fn is_unknown(&mut self, fits: bool) -> bool {
        *self = match std::mem::replace(self, Version::Known) {
            Version::Met(segment) if fits => Version::Confirmed(segment),
            Version::Met(_) => Version::Known,
            other => other,
        };
        !matches!(self, Version::Known)
    }
}
