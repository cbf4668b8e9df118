//! How far a value may travel.

/// How far a value may travel, from the widest to the narrowest.
///
/// The order is the rule: a destination cleared for one class takes that class and everything below
/// it.
///
/// ```
/// use audit_core::Class;
/// assert!(Class::Public < Class::Personal);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Class {
    /// Anybody may read it.
    Public,
    /// The device's operators may read it.
    Internal,
    /// It tells something about a person: a name, an address.
    Personal,
    /// It is never recorded, only that it was there.
    Withheld,
}

impl Class {
    /// The class's name in schemas and attributes.
    pub const fn name(self) -> &'static str {
        match self {
            Class::Public => "public",
            Class::Internal => "internal",
            Class::Personal => "personal",
            Class::Withheld => "withheld",
        }
    }
}
