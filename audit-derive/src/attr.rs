//! What was written: `#[audit(…)]` by item, each value with the tokens to point at. Nothing here
//! judges what belongs together; that is `check`'s.

use proc_macro2::Ident;
use syn::{Attribute, LitInt, LitStr, Path};

use crate::entry::{Entry, entries};
use crate::errors::Errors;
use crate::keys;
use crate::model::{Class, Level, OutcomeKind, PartKind, Place, Stream};
use crate::symbol::*;

/// A value and the key that it was written with.
pub(crate) struct Keyed<T> {
    pub(crate) key: Ident,
    pub(crate) value: T,
}

/// On an event's struct, enum or variant.
#[derive(Default)]
pub(crate) struct EventAttrs {
    pub(crate) action: Option<ActionAttr>,
    pub(crate) category: Option<LitStr>,
    pub(crate) outcome: Option<Keyed<OutcomeKind>>,
    pub(crate) level: Option<Level>,
    pub(crate) name: Option<Keyed<LitStr>>,
    pub(crate) parts: Vec<PartAttr>,
    pub(crate) object_type: Option<Keyed<LitStr>>,
    pub(crate) stream: Option<Stream>,
    pub(crate) ocsf: Option<OcsfAttr>,
    pub(crate) ecs: Option<EcsAttr>,
    pub(crate) redfish: Option<LitStr>,
    pub(crate) two_phase: Option<Ident>,
    pub(crate) policies: Option<Keyed<Vec<Path>>>,
    pub(crate) krate: Option<Path>,
}

/// `action = "…"` or `action(success = "…", denied = "…", failure = "…")`.
pub(crate) struct ActionAttr {
    pub(crate) key: Ident,
    pub(crate) success: Option<LitStr>,
    pub(crate) denied: Option<LitStr>,
    pub(crate) failure: Option<LitStr>,
}

/// `ocsf(class = 3002, activity = 1)`.
pub(crate) struct OcsfAttr {
    pub(crate) key: Ident,
    pub(crate) class: Option<LitInt>,
    pub(crate) activity: Option<LitInt>,
}

/// `ecs(category = "…", type = "…")`.
pub(crate) struct EcsAttr {
    pub(crate) key: Ident,
    pub(crate) category: Option<LitStr>,
    pub(crate) event_type: Option<LitStr>,
}

/// An actor, source or object that is said on a struct, enum or variant.
pub(crate) struct PartAttr {
    pub(crate) key: Ident,
    pub(crate) kind: PartKind,
    pub(crate) form: PartForm,
}

pub(crate) enum PartForm {
    Always(&'static str, LitStr),
    None(LitStr),
    Context,
}

/// On an event's field; of these, only `disclose` and `class` on a value's.
#[derive(Default)]
pub(crate) struct FieldAttrs {
    pub(crate) roles: Vec<Keyed<Place>>,
    pub(crate) object_type: Option<Keyed<LitStr>>,
    pub(crate) disclose: Option<Keyed<LitStr>>,
    pub(crate) class: Option<Keyed<Class>>,
    pub(crate) absent: Option<Keyed<LitStr>>,
}

/// On a value's enum or struct.
#[derive(Default)]
pub(crate) struct ValueAttrs {
    pub(crate) class: Option<Keyed<Class>>,
    pub(crate) krate: Option<Path>,
}

/// On a variant of a value.
#[derive(Default)]
pub(crate) struct VariantAttrs {
    pub(crate) name: Option<LitStr>,
}

impl EventAttrs {
    pub(crate) fn read(
        attrs: &[Attribute],
        site: &'static keys::Site,
        errors: &mut Errors,
    ) -> EventAttrs {
        let mut this = EventAttrs::default();
        for entry in entries(attrs, site, errors) {
            match entry.word {
                ACTION => this.action = ActionAttr::read(entry, errors),
                CATEGORY => this.category = entry.text(errors),
                OUTCOME => this.outcome = keyed_choice(entry, OutcomeKind::WORDS, errors),
                LEVEL => this.level = entry.choice(Level::WORDS, errors),
                NAME => this.name = keyed_text(entry, errors),
                STREAM => this.stream = entry.choice(Stream::WORDS, errors),
                OCSF => this.ocsf = Some(OcsfAttr::read(entry, errors)),
                ECS => this.ecs = Some(EcsAttr::read(entry, errors)),
                REDFISH => this.redfish = entry.text(errors),
                TWO_PHASE => this.two_phase = entry.bare(errors),
                POLICY => this.policies = keyed_paths(entry, errors),
                OBJECT_TYPE => this.object_type = keyed_text(entry, errors),
                CRATE => this.krate = krate(entry, errors),
                NONE => this.nones(entry, errors),
                FROM_CONTEXT => this.contexts(entry, errors),
                ACTOR => this.constant(entry, PartKind::Actor, &keys::ACTOR_CONSTANT, errors),
                SOURCE => this.constant(entry, PartKind::Source, &keys::SOURCE_CONSTANT, errors),
                OBJECT => this.constant(entry, PartKind::Object, &keys::OBJECT_CONSTANT, errors),
                _ => {}
            }
        }
        this
    }

    fn nones(&mut self, entry: Entry, errors: &mut Errors) {
        for part in entry.list(&keys::NONE_OF, errors) {
            let (key, kind) = (part.key.clone(), part_kind(part.word));
            if let (Some(kind), Some(why)) = (kind, part.text(errors)) {
                self.parts.push(PartAttr { key, kind, form: PartForm::None(why) });
            }
        }
    }

    fn contexts(&mut self, entry: Entry, errors: &mut Errors) {
        for part in entry.list(&keys::CONTEXT_OF, errors) {
            let kind = part_kind(part.word);
            if let (Some(kind), Some(key)) = (kind, part.bare(errors)) {
                self.parts.push(PartAttr { key, kind, form: PartForm::Context });
            }
        }
    }

    fn constant(
        &mut self,
        entry: Entry,
        kind: PartKind,
        site: &'static keys::Site,
        errors: &mut Errors,
    ) {
        for constant in entry.list(site, errors) {
            let (key, what) = (constant.key.clone(), constant.word);
            if let Some(text) = constant.text(errors) {
                self.parts.push(PartAttr { key, kind, form: PartForm::Always(what, text) });
            }
        }
    }
}

fn part_kind(word: &str) -> Option<PartKind> {
    [PartKind::Actor, PartKind::Source, PartKind::Object].into_iter().find(|it| it.name() == word)
}

impl ActionAttr {
    fn read(entry: Entry, errors: &mut Errors) -> Option<ActionAttr> {
        let mut this =
            ActionAttr { key: entry.key.clone(), success: None, denied: None, failure: None };
        if !entry.is_list() {
            this.success = Some(entry.text(errors)?);
            return Some(this);
        }
        for name in entry.list(&keys::ACTION_NAMES, errors) {
            match name.word {
                SUCCESS => this.success = name.text(errors),
                DENIED => this.denied = name.text(errors),
                FAILURE => this.failure = name.text(errors),
                _ => {}
            }
        }
        Some(this)
    }
}

impl OcsfAttr {
    fn read(entry: Entry, errors: &mut Errors) -> OcsfAttr {
        let mut this = OcsfAttr { key: entry.key.clone(), class: None, activity: None };
        for number in entry.list(&keys::OCSF_OF, errors) {
            match number.word {
                CLASS => this.class = number.number(errors),
                ACTIVITY => this.activity = number.number(errors),
                _ => {}
            }
        }
        this
    }
}

impl EcsAttr {
    fn read(entry: Entry, errors: &mut Errors) -> EcsAttr {
        let mut this = EcsAttr { key: entry.key.clone(), category: None, event_type: None };
        for name in entry.list(&keys::ECS_OF, errors) {
            match name.word {
                CATEGORY => this.category = name.text(errors),
                TYPE => this.event_type = name.text(errors),
                _ => {}
            }
        }
        this
    }
}

impl FieldAttrs {
    pub(crate) fn read(
        attrs: &[Attribute],
        site: &'static keys::Site,
        errors: &mut Errors,
    ) -> FieldAttrs {
        let mut this = FieldAttrs::default();
        for entry in entries(attrs, site, errors) {
            match entry.word {
                ACTOR => this.part(entry, &keys::ACTOR_FIELD, errors),
                SOURCE => this.part(entry, &keys::SOURCE_FIELD, errors),
                OBJECT => this.part(entry, &keys::OBJECT_FIELD, errors),
                OUTCOME => this.role(entry, Place::Outcome, errors),
                REASON => this.role(entry, Place::Reason, errors),
                OBJECT_TYPE => this.object_type = keyed_text(entry, errors),
                DISCLOSE => this.disclose = keyed_text(entry, errors),
                CLASS => this.class = keyed_choice(entry, Class::WORDS, errors),
                ABSENT => this.absent = keyed_text(entry, errors),
                _ => {}
            }
        }
        this
    }

    fn part(&mut self, entry: Entry, site: &'static keys::Site, errors: &mut Errors) {
        let part = entry.word;
        for aspect in entry.list(site, errors) {
            let place = match (part, aspect.word) {
                (ACTOR, USER) => Place::ActorUser,
                (ACTOR, SESSION) => Place::ActorSession,
                (SOURCE, ADDRESS) => Place::SourceAddress,
                (OBJECT, ID) => Place::ObjectId,
                (OBJECT, NAME) => Place::ObjectName,
                _ => continue,
            };
            self.role(aspect, place, errors);
        }
    }

    fn role(&mut self, entry: Entry, value: Place, errors: &mut Errors) {
        self.roles.extend(entry.bare(errors).map(|key| Keyed { key, value }));
    }
}

impl ValueAttrs {
    pub(crate) fn read(attrs: &[Attribute], errors: &mut Errors) -> ValueAttrs {
        let mut this = ValueAttrs::default();
        for entry in entries(attrs, &keys::VALUE, errors) {
            match entry.word {
                CLASS => this.class = keyed_choice(entry, Class::WORDS, errors),
                CRATE => this.krate = krate(entry, errors),
                _ => {}
            }
        }
        this
    }
}

impl VariantAttrs {
    pub(crate) fn read(attrs: &[Attribute], errors: &mut Errors) -> VariantAttrs {
        let mut this = VariantAttrs::default();
        for entry in entries(attrs, &keys::VARIANT, errors) {
            if entry.word == NAME {
                this.name = entry.text(errors);
            }
        }
        this
    }
}

fn keyed_text(entry: Entry, errors: &mut Errors) -> Option<Keyed<LitStr>> {
    let key = entry.key.clone();
    entry.text(errors).map(|value| Keyed { key, value })
}

fn keyed_paths(entry: Entry, errors: &mut Errors) -> Option<Keyed<Vec<Path>>> {
    let key = entry.key.clone();
    entry.paths(errors).map(|value| Keyed { key, value })
}

fn keyed_choice<T: Copy>(
    entry: Entry,
    words: &'static [(&'static str, T)],
    errors: &mut Errors,
) -> Option<Keyed<T>> {
    let key = entry.key.clone();
    entry.choice(words, errors).map(|value| Keyed { key, value })
}

fn krate(entry: Entry, errors: &mut Errors) -> Option<Path> {
    let text = entry.text(errors)?;
    let path = text.parse_with(Path::parse_mod_style).ok();
    // A module of the declaring crate could have other things under the names of ours.
    let path = path.filter(|path| path.leading_colon.is_some());
    if path.is_none() {
        let message = "expected the path of audit-core from a crate on, such as `::audit_core` or \
             `::facade::audit_core`";
        errors.push_unread(&text, message);
    }
    path
}
