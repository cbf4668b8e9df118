//! The words of the `#[audit(…)]` attribute. They are spelled here and nowhere else.

pub(crate) const AUDIT: &str = "audit";
pub(crate) const MUST_USE: &str = "must_use";

// On a struct or an enum.
pub(crate) const ACTION: &str = "action";
pub(crate) const CATEGORY: &str = "category";
pub(crate) const CRATE: &str = "crate";
pub(crate) const ECS: &str = "ecs";
pub(crate) const FROM_CONTEXT: &str = "from_context";
pub(crate) const LEVEL: &str = "level";
pub(crate) const NAME: &str = "name";
pub(crate) const NONE: &str = "none";
pub(crate) const OCSF: &str = "ocsf";
pub(crate) const POLICY: &str = "policy";
pub(crate) const REDFISH: &str = "redfish";
pub(crate) const STREAM: &str = "stream";
pub(crate) const TWO_PHASE: &str = "two_phase";

// On a struct and on a field.
pub(crate) const ACTOR: &str = "actor";
pub(crate) const CLASS: &str = "class";
pub(crate) const OBJECT: &str = "object";
pub(crate) const OBJECT_TYPE: &str = "object_type";
pub(crate) const OUTCOME: &str = "outcome";
pub(crate) const SOURCE: &str = "source";

// On a field.
pub(crate) const ABSENT: &str = "absent";
pub(crate) const DISCLOSE: &str = "disclose";
pub(crate) const REASON: &str = "reason";

// In the parentheses of `action`, `actor`, `source`, `object`, `ocsf` and `ecs`.
pub(crate) const ACTIVITY: &str = "activity";
pub(crate) const ADDRESS: &str = "address";
pub(crate) const DENIED: &str = "denied";
pub(crate) const FAILURE: &str = "failure";
pub(crate) const ID: &str = "id";
pub(crate) const LOCAL: &str = "local";
pub(crate) const SERVICE: &str = "service";
pub(crate) const SESSION: &str = "session";
pub(crate) const SUCCESS: &str = "success";
pub(crate) const TYPE: &str = "type";
pub(crate) const USER: &str = "user";

// As texts.
pub(crate) const ACCESS: &str = "access";
pub(crate) const APPLICATION: &str = "application";
pub(crate) const ERROR: &str = "error";
pub(crate) const INFO: &str = "info";
pub(crate) const INTERNAL: &str = "internal";
pub(crate) const PERSONAL: &str = "personal";
pub(crate) const PUBLIC: &str = "public";
pub(crate) const UNKNOWN: &str = "unknown";
pub(crate) const WARN: &str = "warn";
