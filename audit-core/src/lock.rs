//! What a program's events record, as a text to commit: so that a review sees every change of it.

use core::fmt::{self, Display, Formatter, Write as _};

use crate::{
    Catalog, Stream,
    schema::{ActionNames, Ecs, Field, Mapping, Ocsf, OutcomeRule, Part, Schema, Treatment, Type},
};

/// How to accept a change.
pub(crate) const BLESS: &str = "AUDIT_BLESS=1 cargo test";

impl Catalog {
    /// What the events record, one item a line, sorted by the events' names: a text to commit and
    /// to compare with in a test.
    ///
    /// Everything that decides what a line may hold is in it; what the author only says about an
    /// event is not, for it changes nothing. With the feature `testing`,
    /// `audit_core::testing::assert_locked` compares it with a file, and keeps there the names of
    /// fields that are gone.
    ///
    /// ```
    /// # use audit_core::AuditEvent;
    /// # /// It started.
    /// # #[must_use]
    /// # #[derive(AuditEvent)]
    /// # #[audit(action = "start", category = "life", outcome = "success")]
    /// # #[audit(actor(service = "init"), source(local = "boot"), none(object = "itself"))]
    /// # struct Started {}
    /// let lock = audit_core::catalog![Started].lock().to_string();
    /// assert!(lock.contains("event started\n  category: life\n  action: start\n"));
    /// ```
    pub fn lock(&self) -> impl Display + use<> {
        Lock(*self)
    }
}

struct Lock(Catalog);

impl Display for Lock {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "# What the audit events of this program record, version 1 of this text.")?;
        writeln!(f, "# A change here changes what can be in a log: review it as such.")?;
        writeln!(f, "# Never edit it by hand; to accept a change: {}", BLESS)?;
        // Sorted without memory of its own: each round looks for the next one.
        let mut last = None;
        while let Some((place, schema)) = self.after(last) {
            event(schema, f)?;
            last = Some((schema.event, place));
        }
        Ok(())
    }
}

impl Lock {
    /// The first schema by name, then by its place in the list, that stands behind `last`.
    fn after(&self, last: Option<(&str, usize)>) -> Option<(usize, &'static Schema)> {
        let key = |(place, schema): &(usize, &'static Schema)| (schema.event, *place);
        let behind = self.0.schemas().enumerate().filter(|it| Some(key(it)) > last);
        behind.min_by_key(key)
    }
}

fn event(schema: &Schema, f: &mut Formatter<'_>) -> fmt::Result {
    // Taken apart, so that a part that is added does not compile until it is locked too.
    let Schema {
        event,
        about: _,
        stream,
        category,
        action,
        outcome,
        level,
        actor,
        source,
        object,
        object_type,
        mapping,
        fields,
    } = schema;
    writeln!(f, "\nevent {}", Word(event))?;
    match stream {
        Stream::Audit => {}
        other => writeln!(f, "  stream: {}", other.name())?,
    }
    writeln!(f, "  category: {}", Word(category))?;
    let ActionNames { success, denied, failure } = action;
    if success == denied && success == failure {
        writeln!(f, "  action: {}", Word(success))?;
    } else {
        let (success, denied, failure) = (Word(success), Word(denied), Word(failure));
        writeln!(f, "  action: success {success}, denied {denied}, failure {failure}")?;
    }
    match outcome {
        OutcomeRule::Always(kind) => writeln!(f, "  outcome: {}", kind.name())?,
        OutcomeRule::Field => writeln!(f, "  outcome: by field")?,
    }
    if let Some(level) = level {
        writeln!(f, "  level: {}", level.name())?;
    }
    writeln!(f, "  actor: {}", PartRule(actor))?;
    writeln!(f, "  source: {}", PartRule(source))?;
    writeln!(f, "  object: {}", PartRule(object))?;
    if !object_type.is_empty() {
        writeln!(f, "  object type: {}", Word(object_type))?;
    }
    called_elsewhere(mapping, f)?;
    fields.iter().try_for_each(|it| field(it, 1, f))
}

fn called_elsewhere(mapping: &Mapping, f: &mut Formatter<'_>) -> fmt::Result {
    let Mapping { ocsf, ecs, redfish } = mapping;
    if let Some(Ocsf { class, activity }) = ocsf {
        writeln!(f, "  ocsf: class {class}, activity {activity}")?;
    }
    if let Some(Ecs { category, event_type }) = ecs {
        writeln!(f, "  ecs: category {}, type {}", Word(category), Word(event_type))?;
    }
    if let Some(message) = redfish {
        writeln!(f, "  redfish: {}", Word(message))?;
    }
    Ok(())
}

fn field(field: &Field, depth: usize, f: &mut Formatter<'_>) -> fmt::Result {
    let Field { name, place, ty, class, treatment, absent } = field;
    let indent = Indent(depth);
    let (place, class) = (place.name(), class.name());
    writeln!(f, "{indent}field {}: {place}, {}, {class}", Word(name), TypeName(ty))?;
    match treatment {
        Treatment::ByType => {}
        Treatment::Disclosed(why) => writeln!(f, "{indent}  disclosed: {}", Quoted(why))?,
    }
    if let Some(why) = absent {
        writeln!(f, "{indent}  may be absent: {}", Quoted(why))?;
    }
    members(ty, depth + 1, f)
}

/// What a type's values are made of, below the line of its field.
fn members(ty: &Type, depth: usize, f: &mut Formatter<'_>) -> fmt::Result {
    match ty {
        Type::Enum(labels) => {
            labels.iter().try_for_each(|it| writeln!(f, "{}label {}", Indent(depth), Word(it)))
        }
        Type::Group(fields) => fields.iter().try_for_each(|it| field(it, depth, f)),
        Type::Optional(inner) | Type::Outcome(inner) | Type::Awaited(inner) => {
            members(inner, depth, f)
        }
        Type::Bool | Type::Unsigned(_) | Type::Signed(_) | Type::Measure(_) => Ok(()),
        Type::Text(_) | Type::Ip | Type::Address | Type::Withheld | Type::Keyed => Ok(()),
        Type::Claimed(_) | Type::Actor | Type::Source => Ok(()),
    }
}

struct TypeName<'a>(&'a Type);

impl Display for TypeName<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Type::Bool => f.write_str("bool"),
            Type::Unsigned(bits) => write!(f, "u{bits}"),
            Type::Signed(bits) => write!(f, "i{bits}"),
            Type::Measure("") => f.write_str("count"),
            Type::Measure(unit) => write!(f, "measure in {}", Word(unit)),
            Type::Text(limit) => write!(f, "text of at most {limit}"),
            Type::Ip => f.write_str("ip"),
            Type::Address => f.write_str("address"),
            Type::Enum(_) => f.write_str("enum"),
            Type::Optional(inner) => write!(f, "optional {}", TypeName(inner)),
            Type::Group(_) => f.write_str("group"),
            Type::Withheld => f.write_str("withheld"),
            Type::Keyed => f.write_str("pseudonym"),
            Type::Claimed(limit) => write!(f, "claimed_name of at most {limit}"),
            Type::Outcome(reason) => write!(f, "outcome with {}", TypeName(reason)),
            Type::Awaited(reason) => write!(f, "awaited with {}", TypeName(reason)),
            Type::Actor => f.write_str("actor"),
            Type::Source => f.write_str("source"),
        }
    }
}

struct PartRule<'a>(&'a Part);

impl Display for PartRule<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Part::Fields => f.write_str("by fields"),
            Part::Context => f.write_str("by context"),
            Part::Always(kind, value) => write!(f, "always {} {}", Word(kind), Quoted(value)),
            Part::None(why) => write!(f, "none, because {}", Quoted(why)),
        }
    }
}

/// Two spaces a step.
struct Indent(usize);

impl Display for Indent {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        (0..self.0).try_for_each(|_| f.write_str("  "))
    }
}

/// A name: bare where it is one plain word, else quoted, so that none can imitate the text around
/// it.
struct Word<'a>(&'a str);

impl Display for Word<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        match !self.0.is_empty() && self.0.bytes().all(plain) {
            true => f.write_str(self.0),
            false => Quoted(self.0).fmt(f),
        }
    }
}

/// A text in quotes, on one line and in printable ASCII.
struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for character in self.0.chars() {
            match character {
                '"' | '\\' => write!(f, "\\{character}")?,
                ' '..='~' => f.write_char(character)?,
                other => write!(f, "{}", other.escape_default())?,
            }
        }
        f.write_char('"')
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use crate::{
        Class, Level,
        schema::{OutcomeKind, Place},
    };

    const LABELS: Type = Type::Enum(&["unknown_user", "bad password"]);
    const INNER: &[Field] = &[plain("w", Type::Measure("px")), plain("kind", LABELS)];

    const fn plain(name: &'static str, ty: Type) -> Field {
        let (place, class) = (Place::Data, Class::Internal);
        Field { name, place, ty, class, treatment: Treatment::ByType, absent: None }
    }

    const PLAIN: Schema = Schema {
        event: "b_plain",
        about: "Said, and not locked.",
        stream: Stream::Audit,
        category: "test",
        action: ActionNames::always("act"),
        outcome: OutcomeRule::Always(OutcomeKind::Success),
        level: None,
        actor: Part::Context,
        source: Part::None("a \"test\"\nevent c"),
        object: Part::None("nothing"),
        object_type: "",
        mapping: Mapping::NONE,
        fields: &[],
    };
    const FULL: Schema = Schema {
        event: "a_full",
        stream: Stream::Access,
        action: ActionNames { success: "got", denied: "got_denied", failure: "got" },
        outcome: OutcomeRule::Field,
        level: Some(Level::Error),
        actor: Part::Fields,
        source: Part::Always("local", "front\u{202e}é"),
        object: Part::Fields,
        object_type: "door",
        mapping: Mapping {
            ocsf: Some(Ocsf { class: 3002, activity: 1 }),
            ecs: Some(Ecs { category: "authentication", event_type: "a start" }),
            redfish: Some("Doors.1.0.Got"),
        },
        fields: &[
            Field { place: Place::Outcome, ..plain("outcome", Type::Outcome(&LABELS)) },
            Field {
                place: Place::ActorUser,
                class: Class::Personal,
                absent: Some("nobody was there"),
                ..plain("who", Type::Optional(&Type::Claimed(128)))
            },
            Field {
                treatment: Treatment::Disclosed("it's a count"),
                ..plain("n", Type::Signed(8))
            },
            plain("size", Type::Optional(&Type::Group(INNER))),
        ],
        ..PLAIN
    };

    #[test]
    fn the_text_is_this() {
        let catalog = Catalog::of_schemas(&[&[&PLAIN], &[&FULL]]);
        let text = catalog.lock().to_string();
        let expected = r#"
event a_full
  stream: access
  category: test
  action: success got, denied got_denied, failure got
  outcome: by field
  level: error
  actor: by fields
  source: always local "front\u{202e}\u{e9}"
  object: by fields
  object type: door
  ocsf: class 3002, activity 1
  ecs: category authentication, type "a start"
  redfish: Doors.1.0.Got
  field outcome: outcome, outcome with enum, internal
    label unknown_user
    label "bad password"
  field who: actor.user, optional claimed_name of at most 128, personal
    may be absent: "nobody was there"
  field n: data, i8, internal
    disclosed: "it's a count"
  field size: data, optional group, internal
    field w: data, measure in px, internal
    field kind: data, enum, internal
      label unknown_user
      label "bad password"

event b_plain
  category: test
  action: act
  outcome: success
  actor: by context
  source: none, because "a \"test\"\nevent c"
  object: none, because "nothing"
"#;
        let (header, events) = text.split_at(text.find("\nevent").unwrap());
        assert_eq!(events, expected);
        assert!(header.lines().all(|line| line.starts_with("# ")), "{header}");
        assert!(header.contains(BLESS));
    }

    #[test]
    fn the_order_of_the_list_is_not_in_it() {
        let texts =
            [Catalog::of_schemas(&[&[&PLAIN], &[&FULL]]), Catalog::of_schemas(&[&[&FULL, &PLAIN]])]
                .map(|catalog| catalog.lock().to_string());
        assert_eq!(texts[0], texts[1]);
    }

    #[test]
    fn names_that_stand_twice_are_told_once() {
        const ALL: Catalog = Catalog::of_schemas(&[&[&PLAIN, &FULL], &[&PLAIN], &[&PLAIN]]);
        assert_eq!(ALL.duplicates().collect::<Vec<_>>(), ["b_plain"]);
        assert_eq!(Catalog::of_schemas(&[&[&PLAIN, &FULL]]).duplicates().count(), 0);
    }
}
