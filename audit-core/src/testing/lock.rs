//! Comparing what the events record with a committed file.

use std::ffi::OsStr;
use std::path::Path;

use super::diff::diff;
use super::names::{HEADING, Names};
use crate::Catalog;
use crate::lock::BLESS;

/// Asserts that what the events record is what the file at `path` says: the text of
/// [`Catalog::lock`], committed. So no change of it goes unseen through review.
///
/// ```no_run
/// # use audit_core::{AuditEvent, Catalog};
/// # /// It started.
/// # #[must_use]
/// # #[derive(AuditEvent)]
/// # #[audit(action = "start", category = "life", outcome = "success")]
/// # #[audit(actor(service = "init"), source(local = "boot"), none(object = "itself"))]
/// # struct Started {}
/// # const EVENTS: Catalog = audit_core::catalog![Started];
/// // In a test of the crate that declares the events:
/// audit_core::testing::assert_locked(&EVENTS, concat!(env!("CARGO_MANIFEST_DIR"), "/events.lock"));
/// ```
///
/// Names of fields that no event has any more stay at the file's end, under `retired fields`, with
/// the type of JSON that they had: a log keeps its lines for long, and a key in it has one type. An
/// event that uses such a name, or one of another event, with another type fails the test, and is
/// not blessed.
///
/// With `AUDIT_BLESS=1` in the environment it writes the file instead, and says so on standard
/// error. Where `CI` is set too it refuses: what a build records is decided before it, by whoever
/// commits.
///
/// # Panics
///
/// When the file is missing, differs, or cannot be read or written; when two events have one name,
/// or a field's name has another type than before.
/// The message shows the lines that differ and says what to do.
#[track_caller]
pub fn assert_locked(catalog: &Catalog, path: impl AsRef<Path>) {
    let path = path.as_ref();
    if let Err(message) = check(catalog, path) {
        #[expect(clippy::panic, reason = "an assertion")]
        {
            panic!("{}: {message}", path.display())
        }
    }
}

/// Asks the world, and does to it what was decided.
fn check(catalog: &Catalog, path: &Path) -> Result<(), String> {
    if let Some(name) = catalog.duplicates().next() {
        return Err(format!(
            "the list of events has `{name}` more than once; give one of them another name"
        ));
    }
    let committed = match std::fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(format!("it cannot be read: {error}")),
    };
    let wish = Wish::of(std::env::var_os("AUDIT_BLESS"), std::env::var_os("CI"));
    let actual = catalog.lock().to_string();
    match compare(committed.as_deref(), &actual, wish) {
        Verdict::Equal => Ok(()),
        Verdict::Fails(message) => Err(message),
        Verdict::Bless { changes, text } => {
            std::fs::write(path, text).map_err(|error| format!("it cannot be written: {error}"))?;
            #[expect(clippy::print_stderr, reason = "a test that writes a file says so")]
            {
                eprintln!("{} was written anew:\n{changes}", path.display());
            }
            Ok(())
        }
    }
}

/// What whoever runs the test asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wish {
    Compare,
    Bless,
    /// Blessing, where nobody looks at what is blessed.
    BlessInCi,
}

impl Wish {
    /// By the environment's `AUDIT_BLESS` and `CI`; empty and `0` and `false` are as good as none.
    fn of(bless: Option<impl AsRef<OsStr>>, ci: Option<impl AsRef<OsStr>>) -> Wish {
        fn says_yes(value: Option<impl AsRef<OsStr>>) -> bool {
            value.is_some_and(|value| !["", "0", "false"].map(OsStr::new).contains(&value.as_ref()))
        }
        match (says_yes(bless), says_yes(ci)) {
            (false, _) => Wish::Compare,
            (true, false) => Wish::Bless,
            (true, true) => Wish::BlessInCi,
        }
    }
}

#[derive(Debug, PartialEq)]
enum Verdict {
    Equal,
    /// Not as committed, for this reason and with this way out.
    Fails(String),
    /// This text is to be written, because of these changes.
    Bless {
        changes: String,
        text: String,
    },
}

fn compare(committed: Option<&str>, actual: &str, wish: Wish) -> Verdict {
    // A checkout may end lines in another way.
    let committed = committed.map(|text| text.replace("\r\n", "\n"));
    let before = committed.as_deref().unwrap_or_default();
    let (names, names_before) = (Names::of(actual), Names::of(before));
    let actual = actual.to_owned() + &names.retired_since(&names_before);
    let is_equal = committed.as_ref() == Some(&actual);
    let changes = || diff(before, &actual, is_heading);
    let remedy = format!("If that is meant, run `{BLESS}` and commit the file.");
    match (wish, is_equal, committed.is_none()) {
        (Wish::BlessInCi, ..) => Verdict::Fails(
            "AUDIT_BLESS is set, and so is CI. A build must not bless what it checks: run it \
             without AUDIT_BLESS, bless on your own machine, and commit the file."
                .to_owned(),
        ),
        (_, true, _) => Verdict::Equal,
        _ if let Some(message) = names.clash(&names_before) => Verdict::Fails(message),
        (Wish::Bless, ..) => Verdict::Bless { changes: changes(), text: actual },
        (Wish::Compare, _, true) => Verdict::Fails(format!(
            "there is no such file, and so nothing says what the events may record. {remedy}"
        )),
        (Wish::Compare, _, false) => {
            Verdict::Fails(format!("what the events record has changed. {remedy}\n{}", changes()))
        }
    }
}

fn is_heading(line: &str) -> bool {
    line.starts_with("event ") || line == HEADING
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Field, Treatment};
    use crate::testing::leaky::schema;
    use crate::{
        Class,
        schema::{Place, Schema, Type},
    };

    const COUNT: Field = Field {
        name: "count",
        place: Place::Data,
        ty: Type::Unsigned(8),
        class: Class::Internal,
        treatment: Treatment::ByType,
        absent: None,
    };
    const ONE: Schema = schema("one", &[COUNT]);
    const TWO: Schema = schema("two", &[COUNT]);
    const TWO_WIDER: Schema = schema("two", &[Field { class: Class::Public, ..COUNT }]);

    const BEFORE: Catalog = Catalog::of_schemas(&[&[&ONE], &[&TWO]]);
    const AFTER: Catalog = Catalog::of_schemas(&[&[&ONE], &[&TWO_WIDER]]);

    const NO_FIELDS: Schema = schema("two", &[]);
    const TEXT: Schema = schema("two", &[Field { ty: Type::Unsigned(64), ..COUNT }]);
    const WITHOUT: Catalog = Catalog::of_schemas(&[&[&NO_FIELDS]]);
    const OTHERWISE: Catalog = Catalog::of_schemas(&[&[&TEXT]]);

    fn message(verdict: Verdict) -> String {
        match verdict {
            Verdict::Fails(message) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_changed_schema_fails_until_it_is_blessed() {
        let (before, after) = (BEFORE.lock().to_string(), AFTER.lock().to_string());
        assert_eq!(compare(Some(&before), &before, Wish::Compare), Verdict::Equal);
        let message = message(compare(Some(&before), &after, Wish::Compare));
        let changes =
            "  event two\n-   field count: data, u8, internal\n+   field count: data, u8, public\n";
        assert!(message.ends_with(&format!("\n{changes}")), "{message}");
        assert!(message.contains(BLESS), "{message}");
        let blessed = compare(Some(&before), &after, Wish::Bless);
        assert_eq!(blessed, Verdict::Bless { changes: changes.to_owned(), text: after.clone() });
        assert_eq!(compare(Some(&after), &after, Wish::Compare), Verdict::Equal);
    }

    #[test]
    fn a_field_that_is_gone_is_kept_in_the_file() {
        let (before, without) = (BEFORE.lock().to_string(), WITHOUT.lock().to_string());
        let kept = "\nretired fields\n  count: number\n";
        let message = message(compare(Some(&before), &without, Wish::Compare));
        assert!(message.ends_with("+ \n+ retired fields\n+   count: number\n"), "{message}");
        let Verdict::Bless { text, .. } = compare(Some(&before), &without, Wish::Bless) else {
            panic!()
        };
        assert_eq!(text, without.clone() + kept);
        // And on from there, until it is used once more.
        assert_eq!(compare(Some(&text), &without, Wish::Compare), Verdict::Equal);
        assert_eq!(compare(Some(&text), &without, Wish::Bless), Verdict::Equal);
        let Verdict::Bless { text, .. } = compare(Some(&text), &before, Wish::Bless) else {
            panic!()
        };
        assert_eq!(text, before);
    }

    #[test]
    fn a_name_with_another_type_is_not_even_blessed() {
        let (before, without) = (BEFORE.lock().to_string(), WITHOUT.lock().to_string());
        let other = OTHERWISE.lock().to_string();
        let retired = without + "\nretired fields\n  count: number\n";
        for committed in [&before, &retired] {
            for wish in [Wish::Compare, Wish::Bless] {
                let message = message(compare(Some(committed), &other, wish));
                let words = "the field `count` is a text in `two`, and was a number";
                assert!(message.starts_with(words), "{message}");
            }
        }
        // Without the file, which is then gone for review to see, it can be.
        assert!(matches!(compare(None, &other, Wish::Bless), Verdict::Bless { .. }));
    }

    #[test]
    fn a_missing_file_fails_and_can_be_blessed() {
        let text = BEFORE.lock().to_string();
        let message = message(compare(None, &text, Wish::Compare));
        assert!(message.contains("no such file") && message.contains(BLESS), "{message}");
        let Verdict::Bless { changes, .. } = compare(None, &text, Wish::Bless) else { panic!() };
        assert!(changes.contains("\n+ event two\n"), "{changes}");
    }

    #[test]
    fn a_build_never_blesses_whatever_the_file_says() {
        let text = BEFORE.lock().to_string();
        for committed in [None, Some(""), Some(text.as_str())] {
            let message = message(compare(committed, &text, Wish::BlessInCi));
            assert!(message.contains("AUDIT_BLESS is set, and so is CI"), "{message}");
        }
    }

    #[test]
    fn line_ends_of_a_checkout_are_no_change() {
        let text = BEFORE.lock().to_string();
        let committed = text.replace('\n', "\r\n");
        assert_eq!(compare(Some(&committed), &text, Wish::Compare), Verdict::Equal);
        // An empty line more is one: the file is written by the test and by nobody else.
        assert!(matches!(
            compare(Some(&(text.clone() + "\n")), &text, Wish::Compare),
            Verdict::Fails(_)
        ));
    }

    #[test]
    fn the_environment_is_read_so() {
        let wish = |bless: Option<&str>, ci: Option<&str>| Wish::of(bless, ci);
        assert_eq!(wish(None, None), Wish::Compare);
        assert_eq!(wish(None, Some("true")), Wish::Compare);
        assert_eq!(wish(Some("0"), None), Wish::Compare);
        assert_eq!(wish(Some("1"), None), Wish::Bless);
        assert_eq!(wish(Some("1"), Some("")), Wish::Bless);
        assert_eq!(wish(Some("1"), Some("false")), Wish::Bless);
        assert_eq!(wish(Some("1"), Some("true")), Wish::BlessInCi);
        assert_eq!(wish(Some("1"), Some("1")), Wish::BlessInCi);
    }

    #[test]
    fn a_list_with_a_name_twice_fails() {
        const TWICE: Catalog = Catalog::of_schemas(&[&[&ONE], &[&ONE]]);
        let message = check(&TWICE, Path::new("/nonexistent/events.lock")).unwrap_err();
        assert!(message.contains("`one` more than once"), "{message}");
    }

    #[test]
    fn files_are_read_and_missing_ones_told() {
        // Not blessed here, whatever the environment: the folder does not exist.
        let missing = Path::new("/nonexistent/events.lock");
        assert!(check(&BEFORE, missing).is_err());
        let own = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/testing"));
        assert!(check(&BEFORE, own).unwrap_err().contains("cannot be read"));
    }
}
