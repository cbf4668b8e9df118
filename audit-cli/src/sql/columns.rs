//! Which columns the events of a log have: those of every log, and those that schemas name.

use std::collections::BTreeMap;

use audit_log::reader::Json;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// At most 2^53.
    Number,
    /// 64 bits, with a sign or without; a text in lines.
    BigNumber,
    Bool,
    Time,
    /// A list of texts.
    Texts,
    /// A part of the line as it is.
    Json,
}

/// A column of a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    /// What it is called: its path, with `_` for a dot.
    pub(super) name: String,
    /// The keys that lead to its value in a line.
    pub(super) path: Vec<String>,
    pub(super) kind: Kind,
    /// The unit that a schema gives, or nothing.
    pub(super) unit: String,
}

impl Column {
    pub(super) fn new(path: &str, kind: Kind) -> Column {
        let path = path.split('.').map(str::to_owned).collect::<Vec<_>>();
        Column { name: path.join("_"), path, kind, unit: String::new() }
    }
}

/// What every log's events have beside `data`, whose fields schemas name.
const OF_EVERY_LOG: [(&str, Kind); 32] = [
    ("time", Kind::Time),
    ("occurred", Kind::Time),
    ("origin", Kind::Json),
    ("event", Kind::Text),
    ("level", Kind::Text),
    ("action", Kind::Text),
    ("outcome", Kind::Text),
    ("reason", Kind::Text),
    ("phase", Kind::Text),
    ("begun", Kind::Number),
    ("actor.user", Kind::Text),
    ("actor.user_pseudonym", Kind::Text),
    ("actor.user_none", Kind::Text),
    ("actor.user_cut", Kind::Number),
    ("actor.session_pseudonym", Kind::Text),
    ("actor.session_none", Kind::Text),
    ("actor.service", Kind::Text),
    ("actor_none", Kind::Text),
    ("source.ip", Kind::Text),
    ("source.port", Kind::Number),
    ("source.local", Kind::Text),
    ("source_none", Kind::Text),
    ("object.type", Kind::Text),
    ("object.id", Kind::Text),
    ("object.id_pseudonym", Kind::Text),
    ("object.id_none", Kind::Text),
    ("object.id_cut", Kind::Number),
    ("object.name", Kind::Text),
    ("object.name_pseudonym", Kind::Text),
    ("object.name_none", Kind::Text),
    ("object.name_cut", Kind::Number),
    ("object_none", Kind::Text),
];

/// The columns of the events that these schemas describe.
pub(super) fn of_schemas(schemas: &[Json]) -> Vec<Column> {
    let fixed = OF_EVERY_LOG.iter().map(|(path, kind)| Column::new(path, *kind));
    let mut columns: Vec<Column> = fixed.collect();
    let mut places = BTreeMap::new();
    for field in schemas.iter().filter_map(|it| it.get("fields")?.as_list()).flatten() {
        for column in of_field(field) {
            match places.get(&column.path) {
                None => {
                    places.insert(column.path.clone(), columns.len());
                    columns.push(column);
                }
                Some(at) => agree(columns.get_mut(*at), &column),
            }
        }
    }
    columns.push(Column::new("withheld", Kind::Texts));
    columns.push(Column::new("data", Kind::Json));
    tell_apart(&mut columns);
    columns
}

/// Two schemas have a field of one name: where they differ its values are taken as texts, which
/// fits all.
fn agree(there: Option<&mut Column>, other: &Column) {
    if let Some(there) = there {
        if there.kind != other.kind {
            there.kind = Kind::Text;
        }
        if there.unit != other.unit {
            there.unit.clear();
        }
    }
}

/// The columns of a field: its value, and the keys that stand beside it or in its place.
fn of_field(field: &Json) -> Vec<Column> {
    let text = |key| field.get(key).and_then(Json::as_str);
    let (Some("data"), Some(name), Some(ty)) = (text("place"), text("name"), text("type")) else {
        return Vec::new();
    };
    let mut columns: Vec<Column> = suffixes(ty)
        .iter()
        .map(|(suffix, kind)| Column::new(&format!("data.{name}{suffix}"), *kind))
        .collect();
    if text("absent").is_some() {
        columns.push(Column::new(&format!("data.{name}_none"), Kind::Text));
    }
    if let (Some(value), Some(unit)) = (columns.first_mut(), text("unit")) {
        unit.clone_into(&mut value.unit);
    }
    columns
}

/// What stands behind a field's name in the keys that a type has. A group's fields are fields of
/// their own, what is withheld has no value, and a type that is not known counts as withheld.
fn suffixes(ty: &str) -> &'static [(&'static str, Kind)] {
    match ty {
        "bool" => &[("", Kind::Bool)],
        "number" => &[("", Kind::Number)],
        "big_number" => &[("", Kind::BigNumber)],
        "text" => &[("", Kind::Text), ("_pseudonym", Kind::Text), ("_cut", Kind::Number)],
        "label" | "ip" => &[("", Kind::Text)],
        "address" => &[(".ip", Kind::Text), (".port", Kind::Number)],
        "pseudonym" => &[("_pseudonym", Kind::Text)],
        "claimed_name" => &[("", Kind::Text), ("_pseudonym", Kind::Text)],
        "list" => &[("", Kind::Json)],
        _ => &[],
    }
}

/// Gives a number to names that a database would take for one that is there already: they do not
/// tell large letters from small ones.
fn tell_apart(columns: &mut [Column]) {
    let mut taken = BTreeMap::from(RESERVED.map(|name| (name.to_owned(), ())));
    for column in columns {
        let plain = column.name.clone();
        let mut copies = 1;
        while taken.insert(column.name.to_lowercase(), ()).is_some() {
            copies += 1;
            column.name = format!("{plain}_{copies}");
        }
    }
}

/// Columns that the views add.
const RESERVED: [&str; 4] = ["log", "stream", "seq", "category"];

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(fields: &str) -> Json {
        serde_json::from_str(&format!(r#"{{"event":"e","fields":[{fields}]}}"#)).unwrap()
    }

    /// The columns that these fields add: `name kind unit`.
    fn added(schemas: &[Json]) -> Vec<String> {
        let told = |it: &Column| format!("{} {:?} {}", it.name, it.kind, it.unit);
        let all = of_schemas(schemas);
        let of_data = |it: &&Column| it.path.first().is_some_and(|it| it == "data");
        let names: Vec<String> = all.iter().filter(of_data).map(told).collect();
        let (last, rest) = names.split_last().unwrap();
        assert_eq!(last, "data Json ");
        rest.iter().map(|it| it.trim_end().to_owned()).collect()
    }

    #[test]
    fn each_type_has_its_columns() {
        let schema = schema(
            r#"{"name":"size","place":"data","type":"number","unit":"bytes"},
            {"name":"id","place":"data","type":"big_number"},
            {"name":"on","place":"data","type":"bool"},
            {"name":"mode","place":"data","type":"label","labels":["a"]},
            {"name":"path","place":"data","type":"text","optional":true},
            {"name":"who","place":"data","type":"claimed_name"},
            {"name":"of","place":"data","type":"pseudonym"},
            {"name":"net","place":"data","type":"group"},
            {"name":"net.peer","place":"data","type":"address"},
            {"name":"net.via","place":"data","type":"ip","absent":"direct"},
            {"name":"hosts","place":"data","type":"list"},
            {"name":"password","place":"data","type":"withheld"},
            {"name":"new","place":"data","type":"of a later version"},
            {"name":"user","place":"actor.user","type":"text"}"#,
        );
        let expected = [
            "data_size Number bytes",
            "data_id BigNumber",
            "data_on Bool",
            "data_mode Text",
            "data_path Text",
            "data_path_pseudonym Text",
            "data_path_cut Number",
            "data_who Text",
            "data_who_pseudonym Text",
            "data_of_pseudonym Text",
            "data_net_peer_ip Text",
            "data_net_peer_port Number",
            "data_net_via Text",
            "data_net_via_none Text",
            "data_hosts Json",
        ];
        assert_eq!(added(&[schema]), expected);
    }

    #[test]
    fn one_name_is_one_column_and_of_two_types_a_text() {
        let number = schema(r#"{"name":"n","place":"data","type":"number","unit":"ms"}"#);
        let label = schema(r#"{"name":"n","place":"data","type":"label"}"#);
        assert_eq!(added(&[number.clone(), number.clone()]), ["data_n Number ms"]);
        assert_eq!(added(&[number, label]), ["data_n Text"]);
    }

    #[test]
    fn names_that_a_database_takes_for_one_get_numbers() {
        let schema = schema(
            r#"{"name":"a.b","place":"data","type":"bool"},
            {"name":"a_b","place":"data","type":"bool"},
            {"name":"A_b","place":"data","type":"bool"}"#,
        );
        assert_eq!(added(&[schema]), ["data_a_b Bool", "data_a_b_2 Bool", "data_A_b_3 Bool"]);
    }
}
