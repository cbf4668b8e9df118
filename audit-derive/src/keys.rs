//! Which keys may stand where: the one table from which all "belongs elsewhere" and "did you mean"
//! messages are made.

use proc_macro2::Ident;
use syn::ext::IdentExt;

use crate::symbol::*;
use crate::text::{list, nearest};

/// A place where keys stand.
pub(crate) struct Site {
    /// The place in a sentence.
    place: &'static str,
    pub(crate) keys: &'static [&'static str],
    /// Where somebody who errs in the place may have wanted to go.
    others: &'static [&'static Site],
}

pub(crate) static EVENT: Site = Site {
    place: "on an event's struct",
    keys: &[
        ACTION,
        CATEGORY,
        OUTCOME,
        LEVEL,
        NAME,
        ACTOR,
        SOURCE,
        OBJECT,
        OBJECT_TYPE,
        NONE,
        FROM_CONTEXT,
        STREAM,
        OCSF,
        ECS,
        REDFISH,
        TWO_PHASE,
        POLICY,
        CRATE,
    ],
    others: &[&EVENT_FIELD],
};

/// The keys of a struct: `check` has more to say of those that an enum does not take.
pub(crate) static EVENT_ENUM: Site =
    Site { place: "on an event's enum", keys: EVENT.keys, others: &[&EVENT_FIELD] };

pub(crate) static EVENT_VARIANT: Site = Site {
    place: "on an event's variant",
    keys: &[
        ACTION,
        CATEGORY,
        OUTCOME,
        LEVEL,
        NAME,
        ACTOR,
        SOURCE,
        OBJECT,
        OBJECT_TYPE,
        NONE,
        FROM_CONTEXT,
        STREAM,
        OCSF,
        ECS,
        REDFISH,
    ],
    others: &[&EVENT_FIELD, &EVENT_ENUM],
};

pub(crate) static EVENT_FIELD: Site = Site {
    place: "on an event's field",
    keys: &[ACTOR, SOURCE, OBJECT, OBJECT_TYPE, OUTCOME, REASON, DISCLOSE, CLASS, ABSENT],
    others: &[&EVENT],
};

pub(crate) static ACTION_NAMES: Site =
    Site { place: "in `action(…)`", keys: &[SUCCESS, DENIED, FAILURE], others: &[] };

pub(crate) static NONE_OF: Site =
    Site { place: "in `none(…)`", keys: &[ACTOR, SOURCE, OBJECT], others: &[] };

pub(crate) static CONTEXT_OF: Site =
    Site { place: "in `from_context(…)`", keys: &[ACTOR, SOURCE], others: &[] };

pub(crate) static OCSF_OF: Site =
    Site { place: "in `ocsf(…)`", keys: &[CLASS, ACTIVITY], others: &[] };

pub(crate) static ECS_OF: Site =
    Site { place: "in `ecs(…)`", keys: &[CATEGORY, TYPE], others: &[] };

pub(crate) static ACTOR_CONSTANT: Site =
    Site {
        place: "in `actor(…)` on an event's struct", keys: &[SERVICE], others: &[&ACTOR_FIELD]
    };

pub(crate) static ACTOR_FIELD: Site = Site {
    place: "in `actor(…)` on an event's field",
    keys: &[USER, SESSION],
    others: &[&ACTOR_CONSTANT],
};

pub(crate) static SOURCE_CONSTANT: Site =
    Site {
        place: "in `source(…)` on an event's struct", keys: &[LOCAL], others: &[&SOURCE_FIELD]
    };

pub(crate) static SOURCE_FIELD: Site = Site {
    place: "in `source(…)` on an event's field",
    keys: &[ADDRESS],
    others: &[&SOURCE_CONSTANT],
};

pub(crate) static OBJECT_CONSTANT: Site =
    Site { place: "in `object(…)` on an event's struct", keys: &[ID], others: &[&OBJECT_FIELD] };

pub(crate) static OBJECT_FIELD: Site =
    Site { place: "in `object(…)` on an event's field", keys: &[ID, NAME], others: &[] };

pub(crate) static VALUE: Site = Site {
    place: "on a value's enum or struct",
    keys: &[CLASS, CRATE],
    others: &[&VALUE_FIELD, &VARIANT, &EVENT],
};

pub(crate) static VALUE_FIELD: Site = Site {
    place: "on a value's field",
    keys: &[DISCLOSE, CLASS],
    others: &[&VALUE, &VARIANT, &EVENT_FIELD, &EVENT],
};

pub(crate) static VARIANT: Site =
    Site { place: "on a variant", keys: &[NAME], others: &[&VALUE, &VALUE_FIELD] };

/// What a key turned out to be; a text is the message about it.
pub(crate) enum Looked {
    /// One of the place's.
    Up(&'static str),
    /// None of the place's, and near to this one.
    Alike(&'static str, String),
    /// None of the place's.
    Nowhere(String),
}

impl Site {
    /// Looks a key up.
    pub(crate) fn look_up(&self, key: &Ident) -> Looked {
        let word = key.unraw().to_string();
        if let Some(known) = self.keys.iter().find(|known| **known == word) {
            return Looked::Up(known);
        }
        let place = self.place;
        if let Some(other) = self.others.iter().find(|other| other.keys.contains(&word.as_str())) {
            return Looked::Nowhere(format!("`{word}` belongs {}, not {place}", other.place));
        }
        let valid = list(self.keys.iter().copied());
        match nearest(&word, self.keys.iter().copied()) {
            Some(meant) => {
                let message = format!(
                    "unknown `{word}`, did you mean `{meant}`?\n{place} there may be: {valid}"
                );
                Looked::Alike(meant, message)
            }
            None => Looked::Nowhere(format!("unknown `{word}`\n{place} there may be: {valid}")),
        }
    }
}
