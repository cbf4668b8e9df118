//! Files that need each other in a circle cannot be read one after another.
//!
//! The graph is made from the text: every path that begins with `crate`, `super` or `self` leads to
//! the file that has what it names. A `mod` and a `pub use` of a child do not count: so a folder says
//! what is in it. Unit tests do not count.

use std::collections::{BTreeMap, BTreeSet};

use super::sources;

/// A module, by its path from the crate's root.
type Module = Vec<String>;

#[test]
fn no_files_need_each_other_in_a_circle() {
    let mut found = Vec::new();
    for krate in ["audit-log", "audit-writer"] {
        let shown = |module: Module| format!("{krate}: {}", module.join("::"));
        let circles = circles(&graph(&sources(krate)));
        found.extend(
            circles.into_iter().map(|circle| circle.into_iter().map(shown).collect::<Vec<_>>()),
        );
    }
    assert_eq!(found, [[""; 0]; 0], "files that need each other in a circle");
}

fn graph(sources: &BTreeMap<String, String>) -> BTreeMap<Module, BTreeSet<Module>> {
    let modules: BTreeMap<Module, &String> =
        sources.iter().map(|(name, text)| (module_of(name), text)).collect();
    let needs = |(module, text): (&Module, &&String)| {
        let paths = paths(text).into_iter();
        let targets = paths.filter_map(|path| target(module, &path, &modules));
        (module.clone(), targets.filter(|other| other != module).collect())
    };
    modules.iter().map(needs).collect()
}

fn module_of(name: &str) -> Module {
    let parts = name.strip_suffix(".rs").unwrap().split('/').map(str::to_owned);
    let mut parts: Module = parts.collect();
    if parts.last().is_some_and(|last| last == "mod" || last == "lib") {
        parts.pop();
    }
    parts
}

/// A path that a text names, and whether it is offered as the module's own.
#[derive(Debug, PartialEq, Eq)]
struct Named {
    path: Vec<String>,
    is_offered: bool,
}

/// The file that has what a path names: the longest beginning of it that is a module.
fn target(module: &Module, named: &Named, modules: &BTreeMap<Module, &String>) -> Option<Module> {
    let mut full = module.clone();
    for part in &named.path {
        match part.as_str() {
            "crate" => full.clear(),
            "self" => {}
            "super" => drop(full.pop()),
            name => full.push(name.to_owned()),
        }
    }
    let found = (0..=full.len()).rev().map(|len| full[..len].to_vec());
    let found = found.into_iter().find(|it| modules.contains_key(it))?;
    let is_child = found.len() > module.len() && found.starts_with(module);
    (!(named.is_offered && is_child)).then_some(found)
}

/// All paths in a text that begin with `crate`, `super` or `self`; unit tests, comments and strings
/// aside.
fn paths(text: &str) -> Vec<Named> {
    let code = text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let lines = code.lines().map(|line| line.split("//").next().unwrap_or_default());
    let code = without_strings(&lines.collect::<Vec<_>>().join("\n"));
    let mut found = Vec::new();
    for statement in code.split([';', '{', '}']) {
        // The groups of a `use` are taken with it, below.
        if !statement.contains("use ") {
            found.extend(inline(statement));
        }
    }
    for (at, _) in code.match_indices("use ") {
        let is_word = code[..at].ends_with(|c: char| c.is_whitespace()) || at == 0;
        let tree = code[at + 4..].split(';').next().unwrap_or_default();
        if is_word && begins(tree) {
            let line = code[..at].rsplit('\n').next().unwrap_or_default();
            let is_offered = line.trim_start().starts_with("pub");
            let each = expanded(tree).into_iter();
            found.extend(each.map(|path| Named { path, is_offered }));
        }
    }
    found
}

fn begins(path: &str) -> bool {
    ["crate::", "super::", "self::"].iter().any(|front| path.trim_start().starts_with(front))
}

fn without_strings(code: &str) -> String {
    let mut out = String::new();
    let mut rest = code;
    while let Some((before, after)) = rest.split_once('"') {
        out.push_str(before);
        let mut escaped = false;
        let end = after.char_indices().find(|(_, c)| {
            let is_end = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            is_end
        });
        rest = end.and_then(|(at, _)| after.get(at + 1..)).unwrap_or_default();
    }
    out + rest
}

/// Paths in the middle of code.
fn inline(code: &str) -> Vec<Named> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let words = code.split(|c| !is_part(c)).filter(|word| begins(word));
    let path =
        |word: &str| word.split("::").filter(|it| !it.is_empty()).map(str::to_owned).collect();
    words.map(|word| Named { path: path(word), is_offered: false }).collect()
}

/// The single paths of a `use`: `a::{b, c::{d, e}}` is `a::b`, `a::c::d`, `a::c::e`.
fn expanded(tree: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for part in at_top_level(tree) {
        match part.split_once('{') {
            None => {
                let path = part.split(" as ").next().unwrap_or_default();
                found.push(parts(path));
            }
            Some((front, group)) => {
                let group = group.rsplit_once('}').map_or(group, |(group, _)| group);
                let inner = expanded(group).into_iter();
                found.extend(inner.map(|path| [parts(front), path].concat()));
            }
        }
    }
    found
}

fn parts(path: &str) -> Vec<String> {
    path.split("::").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The parts between commas that stand in no braces.
fn at_top_level(tree: &str) -> Vec<&str> {
    let (mut found, mut depth, mut from) = (Vec::new(), 0, 0);
    for (at, c) in tree.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&tree[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    found.push(&tree[from..]);
    found.retain(|part| !part.trim().is_empty());
    found
}

/// The sets of modules of which each leads to each other one.
fn circles(graph: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<Vec<Module>> {
    let reached: BTreeMap<&Module, BTreeSet<&Module>> =
        graph.keys().map(|from| (from, reached_from(graph, from))).collect();
    let mut found: Vec<Vec<Module>> = Vec::new();
    for (from, ahead) in &reached {
        let is_back = |to: &&&Module| reached.get(**to).is_some_and(|back| back.contains(*from));
        let circle: Vec<Module> = ahead.iter().filter(is_back).map(|it| (*it).clone()).collect();
        if circle.len() > 1 && !found.contains(&circle) {
            found.push(circle);
        }
    }
    found
}

/// What can be come to from here, this one only by a circle.
fn reached_from<'g>(
    graph: &'g BTreeMap<Module, BTreeSet<Module>>,
    from: &Module,
) -> BTreeSet<&'g Module> {
    let (mut reached, mut left) = (BTreeSet::new(), vec![from]);
    while let Some(next) = left.pop() {
        for to in graph.get(next).into_iter().flatten() {
            if reached.insert(to) {
                left.push(to);
            }
        }
    }
    reached
}

#[test]
fn a_circle_would_be_found() {
    let crate_of = |files: &[(&str, &str)]| {
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        circles(&graph(&files.collect()))
    };
    let lib = ("lib.rs", "mod a;\nmod b;\npub use self::a::A;\n");
    let circle = [vec!["a".to_owned()], vec!["b".to_owned(), "c".to_owned()]];
    for (a, c) in [
        ("use crate::b::c::C;\n", "use super::super::a::A;\n"),
        ("use crate::b::{\n    c::{C, D},\n};\n", "fn c() { let a = \"use {\"; crate::a::a() }\n"),
    ] {
        let found = crate_of(&[
            lib,
            ("a.rs", a),
            ("b/mod.rs", "mod c;\npub use self::c::C;\n"),
            ("b/c.rs", c),
        ]);
        assert_eq!(found, [circle.to_vec()], "{a} {c}");
    }
    // By a folder that offers what a child has, and a child that needs the folder, there is none.
    let folder = ("b/mod.rs", "mod c;\npub use self::c::C;\npub struct B;\n");
    let none = crate_of(&[
        lib,
        ("a.rs", "use crate::b::B;\n"),
        folder,
        (
            "b/c.rs",
            "use super::B; // crate::a::A\n\n#[cfg(test)]\nmod tests {\n    use crate::a::A;\n}\n",
        ),
    ]);
    assert!(none.is_empty(), "{none:?}");
}
