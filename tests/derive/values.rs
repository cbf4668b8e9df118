//! Values of the user's own: labels, newtypes, groups, generics, and what is disclosed.

use audit_core::vocab::{Count, ObjectId, Version};
use audit_core::{AuditEvent, AuditValue, Class, Withheld, schema::Type};

use crate::recorder::{fields, recorded, told};

#[derive(AuditValue, Clone, Copy)]
#[audit(class = "public")]
enum Door {
    Front,
    #[audit(name = "loading_dock")]
    Back,
    USBHatch = 7,
}

#[derive(AuditValue)]
struct Serial<'a>(ObjectId<'a>);

#[derive(AuditValue)]
struct Image<'a> {
    version: Version<'a>,
    #[audit(disclose = "numbered by the build", class = "internal")]
    build: u32,
    signature: Withheld<[u8; 4]>,
}

#[derive(AuditValue)]
struct Board<'a, T, const N: usize>
where
    T: Copy + 'a,
{
    serial: Serial<'a>,
    image: Image<'a>,
    extra: T,
    blob: Withheld<[u8; N]>,
}

#[derive(AuditValue)]
struct OnlySecrets<'a> {
    one: Withheld<&'a str>,
    other: Withheld<&'a str>,
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "inspect", category = "hardware", outcome = "success")]
#[audit(none(actor = "a timer", source = "a timer", object = "the device itself"))]
struct Inspected<'a, T, const N: usize>
where
    T: Copy,
{
    board: Board<'a, T, N>,
    door: Door,
    maybe: Option<Door>,
    #[audit(disclose = "printed on the case")]
    label: &'a str,
    #[audit(disclose = "chosen from a list", class = "public")]
    owner: Option<String>,
    #[audit(disclose = "counted by us", class = "internal")]
    offset: i16,
    secrets: OnlySecrets<'a>,
}

fn inspected<'a>(door: Door, maybe: Option<Door>) -> Inspected<'a, Count, 2> {
    Inspected {
        board: Board {
            serial: Serial(ObjectId::new("A7").unwrap()),
            image: Image {
                version: Version::new("1.2").unwrap(),
                build: 88,
                signature: Withheld::new([9; 4]),
            },
            extra: Count::new(5),
            blob: Withheld::new([9; 2]),
        },
        door,
        maybe,
        label: "rack",
        owner: Some("ops".to_owned()),
        offset: -2,
        secrets: OnlySecrets { one: Withheld::new("a"), other: Withheld::new("b") },
    }
}

#[test]
fn values_are_recorded_by_their_types() {
    let event = inspected(Door::Back, Some(Door::USBHatch));
    let record = recorded(|recorder| event.to(recorder).emit());
    let told = told(&record);
    let (board, rest) = told.split_first().unwrap();
    assert!(board.starts_with("data board = Group("));
    assert_eq!(
        rest[..5],
        [
            r#"data door = Label("loading_dock")"#,
            r#"data maybe = Label("usb_hatch")"#,
            r#"data label = Text("rack", 0)"#,
            r#"data owner = Text("ops", 0)"#,
            "data offset = Small(-2)",
        ]
    );
    let absent = inspected(Door::Front, None);
    let record = recorded(|recorder| absent.to(recorder).emit());
    assert_eq!(crate::recorder::told(&record)[2], "data maybe = Absent");
}

#[test]
fn groups_are_recorded_field_by_field() {
    let event = inspected(Door::Front, None);
    let record = recorded(|recorder| event.to(recorder).emit());
    let (_, board) = record.values().next().unwrap().unwrap();
    let audit_core::record::Value::Group(board) = board else { unreachable!("a board is a group") };
    let mut told = Vec::new();
    for value in board {
        match value.unwrap() {
            (field, audit_core::record::Value::Group(inner)) => {
                for (inside, value) in inner.map(|value| value.unwrap()) {
                    told.push(format!("{}.{} = {value:?}", field.name, inside.name));
                }
            }
            (field, value) => told.push(format!("{} = {value:?}", field.name)),
        }
    }
    assert_eq!(
        told,
        [
            r#"serial = Text("A7", 0)"#,
            r#"image.version = Text("1.2", 0)"#,
            "image.build = Small(88)",
            "image.signature = Withheld",
            "extra = Unsigned(5)",
            "blob = Withheld",
        ]
    );
}

#[test]
fn disclosed_fields_have_their_reason_and_class() {
    let fields = fields(Inspected::<Count, 2>::SCHEMAS[0]);
    assert_eq!(
        fields[3..6],
        [
            r#"data label: Text(256), personal, Disclosed("printed on the case"), None"#,
            r#"data owner: Optional(Text(256)), public, Disclosed("chosen from a list"), None"#,
            r#"data offset: Signed(16), internal, Disclosed("counted by us"), None"#,
        ]
    );
}

#[test]
fn classes_follow_from_what_is_inside() {
    assert_eq!(Door::CLASS, Class::Public);
    assert_eq!(Serial::CLASS, Class::Internal);
    assert_eq!(Image::CLASS, Class::Internal, "what is withheld in it does not count");
    assert_eq!(OnlySecrets::CLASS, Class::Withheld);
    assert_eq!(<Board<'_, std::net::IpAddr, 1>>::CLASS, Class::Personal);
}

#[test]
fn a_newtype_is_recorded_as_what_is_in_it() {
    assert!(matches!(Serial::TYPE, Type::Text(ObjectId::LIMIT)));
}
