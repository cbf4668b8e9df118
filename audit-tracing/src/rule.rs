//! Which targets are recorded, and how: a pure decision.

use tracing::Level;

/// What is recorded of which target.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// The most detailed level that is recorded.
    pub(crate) level: Level,
    /// Targets whose texts are recorded, and why.
    pub(crate) allowed: Vec<(String, String)>,
    /// Targets of which nothing is.
    pub(crate) without: Vec<String>,
}

impl Rule {
    /// Whether events of the target are recorded at all.
    pub(crate) fn takes(&self, target: &str, level: Level) -> bool {
        level <= self.level && !self.without.iter().any(|of| is_in(target, of))
    }

    /// Whether its texts are.
    pub(crate) fn allows_texts(&self, target: &str) -> bool {
        self.allowed.iter().any(|(of, _)| is_in(target, of))
    }
}

/// Whether the target is the log's own: what it says of itself must not go into it.
pub(crate) fn is_own(target: &str) -> bool {
    let own = ["audit", "audit_core", "audit_writer", "audit_tracing"];
    own.iter().any(|of| is_in(target, of))
}

/// Whether a target is this module, or one in it.
fn is_in(target: &str, of: &str) -> bool {
    target.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_module_and_those_in_it() {
        let rule = Rule {
            level: Level::INFO,
            allowed: vec![("kvm::net".to_owned(), "why".to_owned())],
            without: vec!["kvm::keys".to_owned()],
        };
        assert!(rule.allows_texts("kvm::net") && rule.allows_texts("kvm::net::tls"));
        for other in ["kvm", "kvm::network", "kvm::ne", "my::kvm::net", ""] {
            assert!(!rule.allows_texts(other), "{other}");
        }
        assert!(rule.takes("kvm::keysmith", Level::WARN) && rule.takes("kvm", Level::INFO));
        assert!(!rule.takes("kvm", Level::DEBUG));
        assert!(!rule.takes("kvm::keys::usb", Level::ERROR));
        assert!(is_own("audit_writer") && is_own("audit") && !is_own("auditor"));
    }
}
