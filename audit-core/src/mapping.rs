//! What an event is called elsewhere.

use crate::escape::escaped_len;

/// What an event is in the vocabularies of others, for programs that read a log in their terms. It
/// changes nothing that is recorded.
///
/// An event says it by `#[audit(ocsf(class = 3002, activity = 1))]`,
/// `#[audit(ecs(category = "authentication", type = "start"))]` and
/// `#[audit(redfish = "Registry.1.0.Message")]`. Where nothing fits it says nothing: a reader then
/// has the event's own names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mapping {
    /// In the Open Cybersecurity Schema Framework.
    pub ocsf: Option<Ocsf>,
    /// In the Elastic Common Schema.
    pub ecs: Option<Ecs>,
    /// In Redfish: a `MessageId`, which is a registry, its version and a message of it, such as
    /// `AccountSecurity.1.0.InsufficientPrivilege`.
    pub redfish: Option<&'static str>,
}

/// An event's class and activity in the Open Cybersecurity Schema Framework.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ocsf {
    /// `class_uid`, such as 3002 for authentication.
    pub class: u32,
    /// `activity_id`: what is done, in terms of the class, such as 1 for a logon; at most 99.
    pub activity: u8,
}

/// An event's categories in the Elastic Common Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ecs {
    /// `event.category`, such as `authentication`.
    pub category: &'static str,
    /// `event.type`, such as `start`.
    pub event_type: &'static str,
}

impl Mapping {
    /// An event that nobody else has a name for.
    pub const NONE: Mapping = Mapping { ocsf: None, ecs: None, redfish: None };

    /// What the derive calls.
    #[doc(hidden)]
    pub const fn __new(
        ocsf: Option<Ocsf>,
        ecs: Option<Ecs>,
        redfish: Option<&'static str>,
    ) -> Mapping {
        Mapping { ocsf, ecs, redfish }
    }

    /// Whether there is nothing in it.
    pub const fn is_empty(&self) -> bool {
        matches!(self, Mapping { ocsf: None, ecs: None, redfish: None })
    }

    /// An upper bound of what it takes in a schema's line, in bytes.
    pub(crate) const fn max_line(&self) -> usize {
        /// Keys, punctuation and numbers.
        const ENVELOPE: usize = 128;
        if self.is_empty() {
            return 0;
        }
        let ecs = match self.ecs {
            Some(Ecs { category, event_type }) => escaped_len(category) + escaped_len(event_type),
            None => 0,
        };
        let redfish = match self.redfish {
            Some(message) => escaped_len(message),
            None => 0,
        };
        ENVELOPE + ecs + redfish
    }
}

impl Ocsf {
    /// `category_uid`: the thousands of the class, without those of an extension.
    pub const fn category(self) -> u32 {
        self.class / 1000 % 100
    }

    /// `type_uid`: the class and the activity in one number.
    ///
    /// ```
    /// assert_eq!(audit_core::schema::Ocsf { class: 3002, activity: 1 }.type_uid(), 300_201);
    /// ```
    pub const fn type_uid(self) -> u64 {
        self.class as u64 * 100 + self.activity as u64
    }
}
