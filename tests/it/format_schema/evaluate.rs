//! JSON Schema (2020-12), as far as `docs/format.schema.json` uses it; any other word is a fault of
//! the schema. A page of code instead of a crate, because those that there are bring forty more, some
//! under licences and in versions that `deny.toml` does not take.

use std::cell::RefCell;
use std::collections::HashMap;

use regex_lite::Regex;
use serde_json::{Map, Value};

/// A JSON Schema.
pub(super) struct Schema {
    root: Value,
    patterns: RefCell<HashMap<String, Regex>>,
}

/// What is wrong, each with its place.
type Faults = Vec<String>;

impl Schema {
    pub(super) fn new(text: &str) -> Schema {
        Schema { root: serde_json::from_str(text).unwrap(), patterns: RefCell::default() }
    }

    /// What is wrong with a value; nothing if it is what the schema says.
    pub(super) fn faults(&self, value: &Value) -> Faults {
        self.check(&self.root, value, "")
    }

    /// The same by one of the schema's definitions.
    pub(super) fn faults_by(&self, definition: &str, value: &Value) -> Faults {
        self.check(self.definition(definition), value, "")
    }

    pub(super) fn definition(&self, name: &str) -> &Value {
        self.root["$defs"].get(name).unwrap_or_else(|| panic!("no definition is called {name}"))
    }

    /// What a reference leads to; any other schema is itself.
    pub(super) fn resolved<'s>(&'s self, schema: &'s Value) -> &'s Value {
        match schema.get("$ref") {
            None => schema,
            Some(to) => self.definition(to.as_str().unwrap().strip_prefix("#/$defs/").unwrap()),
        }
    }

    fn check(&self, schema: &Value, value: &Value, at: &str) -> Faults {
        let words = match schema {
            Value::Bool(true) => return Faults::new(),
            Value::Bool(false) => return vec![format!("{at}: may not be there")],
            schema => schema.as_object().unwrap(),
        };
        let faults = words.iter().map(|(word, says)| self.word((word, says), words, value, at));
        faults.flatten().collect()
    }

    fn word(
        &self,
        (word, says): (&str, &Value),
        words: &Map<String, Value>,
        value: &Value,
        at: &str,
    ) -> Faults {
        let holds = match word {
            "$schema" | "$defs" | "title" | "description" => true,
            "$ref" => {
                let named = says.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                return self.check(self.definition(named), value, at);
            }
            "allOf" | "anyOf" | "oneOf" => return self.combined(word, says, value, at),
            "not" => !self.check(says, value, at).is_empty(),
            "items" => return self.items(says, value, at),
            "properties" | "patternProperties" | "additionalProperties" => {
                // All three at once, with the first of them.
                let is_first = words.keys().find(|key| key.ends_with("roperties"));
                let is_first = is_first.is_some_and(|first| first == word);
                return if is_first { self.members(words, value, at) } else { Faults::new() };
            }
            "pattern" => value.as_str().is_none_or(|text| self.matches(says, text)),
            _ => holds(word, says, value),
        };
        if holds { Faults::new() } else { vec![format!("{at}: {word} {says}")] }
    }

    fn combined(&self, word: &str, says: &Value, value: &Value, at: &str) -> Faults {
        let each = says.as_array().unwrap().iter().map(|one| self.check(one, value, at));
        let each: Vec<Faults> = each.collect();
        let fitting = each.iter().filter(|faults| faults.is_empty()).count();
        match (word, fitting) {
            ("allOf", _) => each.into_iter().flatten().collect(),
            ("anyOf", 1..) | ("oneOf", 1) => Faults::new(),
            ("oneOf", 2..) => vec![format!("{at}: {fitting} of oneOf fit")],
            // Those of the one that comes nearest say most.
            _ => each.into_iter().min_by_key(Vec::len).unwrap(),
        }
    }

    fn items(&self, says: &Value, value: &Value, at: &str) -> Faults {
        let items = value.as_array().into_iter().flatten();
        items.flat_map(|item| self.check(says, item, &format!("{at}[]"))).collect()
    }

    fn members(&self, words: &Map<String, Value>, value: &Value, at: &str) -> Faults {
        let of = |word: &str| words.get(word).and_then(Value::as_object).into_iter().flatten();
        let mut faults = Faults::new();
        for (key, member) in value.as_object().into_iter().flatten() {
            let at = format!("{at}.{key}");
            let named = of("properties").filter(|(name, _)| *name == key);
            let alike = of("patternProperties")
                .filter(|(pattern, _)| self.matches(&Value::String((*pattern).clone()), key));
            let known: Vec<&Value> = named.chain(alike).map(|(_, says)| says).collect();
            let other = words.get("additionalProperties").filter(|_| known.is_empty());
            let says = known.into_iter().chain(other);
            faults.extend(says.flat_map(|says| self.check(says, member, &at)));
        }
        faults
    }

    fn matches(&self, pattern: &Value, text: &str) -> bool {
        let pattern = pattern.as_str().unwrap();
        let mut patterns = self.patterns.borrow_mut();
        let made = patterns.entry(pattern.to_owned());
        made.or_insert_with(|| Regex::new(pattern).unwrap()).is_match(text)
    }
}

/// Whether a word that looks no deeper holds.
fn holds(word: &str, says: &Value, value: &Value) -> bool {
    let least = says.as_u64().unwrap_or_default() as usize;
    let has = |key: &Value| value.get(key.as_str().unwrap()).is_some();
    match word {
        "type" => is_of(says.as_str().unwrap(), value),
        "const" => value == says,
        "enum" => says.as_array().unwrap().contains(value),
        "required" => !value.is_object() || says.as_array().unwrap().iter().all(has),
        "dependentRequired" => says.as_object().unwrap().iter().all(|(key, others)| {
            value.get(key).is_none() || others.as_array().unwrap().iter().all(has)
        }),
        "minProperties" => value.as_object().is_none_or(|members| members.len() >= least),
        "maxProperties" => value.as_object().is_none_or(|members| members.len() <= least),
        "minItems" => value.as_array().is_none_or(|items| items.len() >= least),
        "maxItems" => value.as_array().is_none_or(|items| items.len() <= least),
        "minLength" => value.as_str().is_none_or(|text| text.chars().count() >= least),
        "minimum" => value.as_i64().is_none_or(|number| number >= says.as_i64().unwrap()),
        "maximum" => value.as_i64().is_none_or(|number| number <= says.as_i64().unwrap()),
        "uniqueItems" => value.as_array().is_none_or(|items| {
            items.iter().enumerate().all(|(at, item)| !items[..at].contains(item))
        }),
        other => panic!("the schema uses `{other}`, which this evaluator does not know"),
    }
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        // Lines hold no other numbers, and none that an i64 does not.
        "integer" => value.as_i64().is_some(),
        other => panic!("the schema uses the type `{other}`"),
    }
}

#[test]
fn each_word_is_kept_to() {
    let check = |schema: &str, good: &[&str], bad: &[&str]| {
        let schema = Schema::new(schema);
        let faults = |text: &str| schema.faults(&serde_json::from_str(text).unwrap());
        for text in good {
            assert_eq!(faults(text), Faults::new(), "{text}");
        }
        for text in bad {
            assert_ne!(faults(text), Faults::new(), "{text}");
        }
    };
    check(r#"{"type":"integer","minimum":0,"maximum":2}"#, &["0", "2"], &["-1", "3", "1.5", "[]"]);
    check(
        r#"{"type":"string","minLength":1,"pattern":"^a+$"}"#,
        &[r#""aa""#],
        &[r#""""#, r#""ab""#],
    );
    check(r#"{"enum":["a"]}"#, &[r#""a""#], &[r#""b""#, "null"]);
    check(r#"{"const":true}"#, &["true"], &["false", "1"]);
    check(
        r#"{"type":"array","minItems":1,"maxItems":2,"uniqueItems":true,"items":{"type":"boolean"}}"#,
        &["[true]", "[true,false]"],
        &["[]", "[1]", "[true,true]", "[true,false,true]", "{}"],
    );
    check(
        r#"{"type":"object","required":["a"],"properties":{"a":{"type":"string"}},
        "patternProperties":{"_n$":{"type":"integer"}},"additionalProperties":false}"#,
        &[r#"{"a":""}"#, r#"{"a":"","x_n":1}"#],
        &["{}", r#"{"a":1}"#, r#"{"a":"","x_n":""}"#, r#"{"a":"","b":1}"#],
    );
    check(
        r##"{"type":"object","minProperties":1,"maxProperties":1,"additionalProperties":{"$ref":"#/$defs/x"},
        "$defs":{"x":{"type":"string"}}}"##,
        &[r#"{"a":""}"#],
        &["{}", r#"{"a":1}"#, r#"{"a":"","b":""}"#],
    );
    check(
        r#"{"dependentRequired":{"a":["b"]}}"#,
        &["{}", r#"{"b":1}"#, r#"{"a":1,"b":1}"#],
        &[r#"{"a":1}"#],
    );
    check(r#"{"allOf":[{"minimum":1},{"not":{"const":2}}]}"#, &["1", "3"], &["0", "2"]);
    check(r#"{"anyOf":[{"const":1},{"minimum":3}]}"#, &["1", "3"], &["2"]);
    check(r#"{"oneOf":[{"minimum":1},{"minimum":3}]}"#, &["1", "2"], &["0", "3"]);
    check(r#"{"properties":{"a":false}}"#, &["{}"], &[r#"{"a":1}"#]);
}
