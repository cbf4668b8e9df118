//! Names that say content or credential, and types that carry no text.

use audit_core::vocab::{ByteSize, Count, ObjectName, PasteSize, SizeBucket, UserName};
use audit_core::{AuditEvent, AuditValue, Withheld, vocab::CarriesNoText};

use crate::recorder::{fields, recorded, told};

#[derive(AuditValue)]
enum Layout {
    German,
}

#[derive(AuditValue)]
struct PasteInfo {
    size: PasteSize,
    layout: Option<Layout>,
    text: Withheld<String>,
}

/// Around one that carries none.
#[derive(AuditValue)]
struct Sized(ByteSize);

/// Not one that carries none: it holds a name.
#[derive(AuditValue)]
struct Named<'a, T> {
    name: ObjectName<'a>,
    extra: T,
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "paste", category = "input", outcome = "success")]
#[audit(none(source = "a test", object = "a test"))]
struct PasteUsed<'a, T> {
    #[audit(actor(user))]
    user: UserName<'a>,
    paste: PasteInfo,
    body_size: Sized,
    key_count: Count,
    screen: Option<SizeBucket>,
    password: &'a Withheld<&'a str>,
    r#pin: bool,
    clipboard: T,
    plain: Named<'a, T>,
}

fn carries_no_text<T: CarriesNoText>() {}

#[test]
fn what_carries_no_text_may_have_any_name() {
    carries_no_text::<PasteInfo>();
    let password = Withheld::new("hunter2");
    let event = PasteUsed {
        user: UserName::new("alice").unwrap(),
        paste: PasteInfo {
            size: PasteSize::of("hunter2"),
            layout: Some(Layout::German),
            text: Withheld::new("hunter2".to_owned()),
        },
        body_size: Sized(ByteSize::new(7)),
        key_count: Count::new(3),
        screen: None,
        password: &password,
        r#pin: true,
        clipboard: true,
        plain: Named { name: ObjectName::new("lab").unwrap(), extra: false },
    };
    let record = recorded(|recorder| event.to(recorder).emit());
    assert_eq!(
        told(&record)[2..7],
        [
            "data body_size = Unsigned(7)",
            "data key_count = Unsigned(3)",
            "data screen = Absent",
            "data password = Withheld",
            "data pin = Bool(true)",
        ]
    );
    assert_eq!(
        fields(PasteUsed::<bool>::SCHEMAS[0])[2],
        r#"data body_size: Measure("bytes"), internal, ByType, None"#
    );
}
