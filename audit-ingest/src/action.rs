//! What comes out: actions, each with who did it and how sure that is.

use crate::name::Name;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "docs/ingest.md lists them")]
pub enum Kind {
    Login,
    Logout,
    MediaMount,
    MediaUnmount,
    MediaUpload,
    MediaFetch,
    Paste,
    PowerShutdown,
    PowerRestart,
    FirmwareUpdate,
    UserCreate,
    UserDelete,
    PasswordChange,
    RoleChange,
    SettingChange,
    DebugLogExport,
    ScriptRun,
    SerialConfig,
    MachineStart,
    MachineStop,
    MachineRestart,
    MachinePower,
    MediaDelete,
    MediaDownload,
    KeysSend,
    SessionStart,
    SessionEnd,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Answered with 2xx, or with the status that opens a connection.
    Success,
    /// 401, 403 or 429.
    Denied,
    /// Any other 4xx or 5xx.
    Failure,
    /// The client left before the answer (499, 444, 000): it may have been done.
    Unknown,
}

/// Where a request came from: the peer as nginx writes it, or the address behind proxies that the
/// user trusts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Address {
    /// An address.
    Ip(IpAddr),
    /// A socket of the device itself; nginx writes `unix:`.
    Unix,
    /// The log does not say, or a proxy that is trusted does not, or not so that it can be read. No two requests are known to
    /// come from the same place then.
    Unknown,
}

impl Address {
    pub(crate) fn parse(text: &[u8]) -> Option<Address> {
        match text {
            b"unix:" => return Some(Address::Unix),
            b"unknown" => return Some(Address::Unknown),
            _ => {}
        }
        let text = std::str::from_utf8(text).ok()?;
        let ip: IpAddr = text.parse().ok()?;
        // Two addresses that were glued together may be a third one: nginx writes none that mixes
        // both spellings, but for this one.
        let mixed = text.contains(':') && text.contains('.');
        (!mixed || text.to_ascii_lowercase().starts_with("::ffff:")).then_some(Address::Ip(ip))
    }

    /// The same for every spelling of one address: an IPv4 address in IPv6 is an IPv4 address.
    pub fn canonical(self) -> Address {
        match self {
            Address::Ip(ip) => Address::Ip(ip.to_canonical()),
            Address::Unix | Address::Unknown => self,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Ip(ip) => ip.fmt(f),
            Address::Unix => f.write_str("unix:"),
            Address::Unknown => f.write_str("unknown"),
        }
    }
}

impl Serialize for Address {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Address, D::Error> {
        let text = String::deserialize(deserializer)?;
        Address::parse(text.as_bytes()).ok_or_else(|| serde::de::Error::custom("no address"))
    }
}

/// Which file: what stays the same when it is renamed.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct FileId {
    /// The number of its device.
    pub device: u64,
    /// Its inode.
    pub inode: u64,
    /// Tells files apart that had one inode one after another, as after a deletion or where
    /// rotation copies and truncates: whatever the caller counts or hashes. 0 where that is not
    /// needed.
    pub generation: u64,
}

/// Which of both logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Log {
    /// nginx's access log.
    Access,
    /// TinyPilot's application log.
    App,
}

/// The line that something comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    /// In which log.
    pub log: Log,
    /// In which file.
    pub file: FileId,
    /// Where the line begins, in bytes.
    pub offset: u64,
}

/// The identity of an action: the same line gives the same one, however often it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Id {
    /// The line.
    pub origin: Origin,
    /// One line may tell of two actions: the begin (0) and the end (1) of a connection.
    pub part: u8,
}

/// When it happened, in milliseconds since 1970 in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// As the line says, or a line of the application log that was joined with it. nginx's lines
    /// are exact to the second.
    At(i64),
    /// No line says it: between these two, and most likely at the third.
    Between {
        /// Not before.
        from: i64,
        /// Not after.
        to: i64,
        /// When the page was loaded, most often.
        likely: i64,
    },
}

impl When {
    /// The one moment to sort by, in milliseconds since 1970 in UTC.
    pub fn millis(self) -> i64 {
        match self {
            When::At(at) => at,
            When::Between { likely, .. } => likely,
        }
    }
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// This user.
    Known(Name),
    /// One of these; where `others` is set, or somebody who is not known.
    Candidates {
        /// In alphabetical order.
        users: Vec<Name>,
        /// Whether a session whose user is not known could be it too.
        others: bool,
    },
    /// A name was given and not checked, so it is not told: people type passwords there.
    Claimed,
    /// The logs do not tell.
    Unknown,
}

/// How sure a join is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Both logs tell of it, and nothing else fits.
    Certain,
    /// One explanation, which could be wrong.
    Likely,
    /// Several explanations.
    Ambiguous,
    /// None.
    None,
}

/// Why a join is as sure as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The application log tells of it at that moment, from that address, for one user.
    BothLogs,
    /// The application log tells of it at that moment; the address there is another or none.
    ByTimeAlone,
    /// Several users did the same from one address, one after the other in both logs.
    ByOrder,
    /// Several users did the same from one address, and their order cannot be told; or the
    /// application log has more such messages than there were requests.
    OrderUnknown,
    /// One user had a session at this address.
    OneUserHere,
    /// Several users had sessions at this address.
    SharedAddress,
    /// Nobody is known to have had a session at this address.
    NobodyHere,
    /// nginx answered by itself, or the request named another user: a session at this address says
    /// little.
    NotChecked,
    /// The device refused the name or the password, or never saw it.
    NotAuthenticated,
    /// The application log says nothing of it.
    NothingInAppLog,
    /// The device itself names the user beside the request.
    Named,
}

/// Something that somebody did, as the logs tell it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// The same, however often the line is read.
    pub id: Id,
    /// The number of the line in its file.
    pub line: u64,
    /// What.
    pub kind: Kind,
    /// How it ended.
    pub outcome: Outcome,
    /// When.
    pub occurred: When,
    /// From where.
    pub source: Address,
    /// The method of the request; empty where the log tells of none.
    pub method: String,
    /// The path in its usual spelling, without query; a segment that the client is free to choose
    /// is `*` unless it looks like a name. Empty where the log tells of none.
    pub path: String,
    /// The status of the answer; 0 where the log tells of none.
    pub status: u16,
    /// Who.
    pub actor: Actor,
    /// How sure that is.
    pub confidence: Confidence,
    /// Why it is as sure as that.
    pub why: Why,
    /// Whose account it was about, where the application log tells.
    pub target: Option<Name>,
    /// The line of the application log that bears it out.
    pub proof: Option<Origin>,
}

/// Whether a message of the application log tells of something that the access log does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is named after its message")]
pub enum Claim {
    Login,
    Logout,
    UserCreated,
    UserDeleted,
    UsersDeleted,
    PasswordChanged,
    RoleChanged,
    /// Of a log that has both: that there was a request.
    Request,
}

/// A line of the application log that says that something happened, and that no line of the access
/// log bears out: forged by a client, or the access log lacks something. Not an event. The name
/// is not told, because whoever forged it chose it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unconfirmed {
    /// The line.
    pub origin: Origin,
    /// The number of the line in its file.
    pub line: u64,
    /// What it claims.
    pub claim: Claim,
    /// When it says that it was, in milliseconds since 1970 in UTC.
    pub claimed_at: i64,
    /// Whether its time is out of order among the lines around it.
    pub out_of_order: bool,
    /// Whether it stands in a block that is marked as sensitive.
    pub in_sensitive_block: bool,
}
