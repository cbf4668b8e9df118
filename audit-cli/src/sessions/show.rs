//! Sessions as a table for people, and as JSON.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::join::{Actions, Confidence, Count, Ended, Found, Session};
use crate::out::say;
use crate::shown;

/// In seconds: what happened between them is not told in a table.
fn time(ns: i64) -> String {
    match Timestamp::from_nanosecond(i128::from(ns)) {
        Ok(it) => it.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Err(_) => String::new(),
    }
}

fn who(session: &Session) -> String {
    match (&session.user, &session.candidates[..]) {
        (Some(user), _) => shown(user),
        (None, []) if session.confidence == Confidence::Ambiguous => "one of several".to_owned(),
        (None, []) => "unknown".to_owned(),
        (None, names) => {
            let names: Vec<_> = names.iter().map(|it| shown(it)).collect();
            names.join(" or ")
        }
    }
}

fn source(source: Option<&Arc<str>>) -> String {
    source.map_or_else(|| "unknown".to_owned(), |it| shown(it))
}

fn ended(ended: Ended) -> &'static str {
    match ended {
        Ended::Logout => "logout",
        Ended::SessionEnd => "end of the connection",
        Ended::Replaced => "next login",
        Ended::Silence => "last heard of",
    }
}

/// Why it is as sure as it is, in words; a word that is not known stands for itself.
fn why(word: &str) -> String {
    let words = match word {
        "named" => "the lines name the user",
        "same_session" => "the lines are of one session",
        "both_logs" => "both logs tell of it at that moment, for one user, from there",
        "by_time_alone" => "the application log tells of it at that moment; its address is another",
        "by_order" => "several did the same from there, in the same order in both logs",
        "order_unknown" => "several did the same from there, and their order cannot be told",
        "one_user_here" => "one user had a session at this address",
        "shared_address" => "several users had sessions at this address",
        "nobody_here" => "nobody is known to have had a session at this address",
        "not_checked" => "the request was not checked, or named somebody else",
        "not_authenticated" => "the device refused the name or the password",
        "nothing_in_app_log" => "the application log says nothing of it",
        other => return shown(other),
    };
    words.to_owned()
}

fn did(actions: &Actions) -> String {
    let each = actions.iter().map(|(action, count)| {
        let Count { done, not_done, unknown } = *count;
        let mut told = shown(action);
        if done + not_done + unknown != 1 {
            told += &format!(" ×{}", done + not_done + unknown);
        }
        match (not_done, unknown) {
            (0, 0) => {}
            (failed, 0) => told += &format!(" ({failed} not done)"),
            (0, unknown) => told += &format!(" ({unknown} perhaps)"),
            (failed, unknown) => told += &format!(" ({failed} not done, {unknown} perhaps)"),
        }
        told
    });
    each.collect::<Vec<_>>().join(", ")
}

fn row(session: &Session) -> [String; 7] {
    [
        who(session),
        source(session.source.as_ref()),
        time(session.from),
        time(session.to),
        ended(session.ended).to_owned(),
        session.confidence.name().to_owned(),
        did(&session.actions),
    ]
}

/// A table, with the reasons in words below it.
pub(crate) fn table(found: &Found) {
    let heads = ["WHO", "FROM", "BEGAN (UTC)", "TO (UTC)", "UNTIL", "SURE", "DID"];
    // Made twice rather than held: there may be many.
    let rows = || std::iter::once(heads.map(str::to_owned)).chain(found.sessions.iter().map(row));
    let mut widths = [0; 7];
    for row in rows() {
        for (width, cell) in widths.iter_mut().zip(&row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for row in rows() {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        say!("{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    let mut whys = BTreeMap::new();
    for it in &found.sessions {
        *whys.entry((it.confidence, &it.why)).or_insert(0_u64) += 1;
    }
    if !whys.is_empty() {
        say!("\nWhy that is how sure it is:");
    }
    for ((confidence, word), count) in whys {
        say!("  {:9}  {}: {count}", confidence.name(), why(word));
    }
    if !found.refused.is_empty() {
        say!("\nLogins that did not succeed:");
    }
    for (from, it) in &found.refused {
        let (first, last) = (time(it.from), time(it.to));
        say!("  {}: {}, from {first} to {last}", source(from.as_ref()), it.count);
    }
}

/// A line for each session, then one for each place that logins were refused from.
pub(crate) fn json(found: &Found) {
    let stamp = |ns: i64| Timestamp::from_nanosecond(i128::from(ns)).map(|it| it.to_string()).ok();
    for it in &found.sessions {
        let actions: Map<String, Value> = it
            .actions
            .iter()
            .map(|(action, count)| {
                let Count { done, not_done, unknown } = *count;
                let count = json!({ "done": done, "not_done": not_done, "unknown": unknown });
                (action.to_string(), count)
            })
            .collect();
        let ended = match it.ended {
            Ended::Logout => "logout",
            Ended::SessionEnd => "session_end",
            Ended::Replaced => "login",
            Ended::Silence => "silence",
        };
        let candidates: Vec<&str> = it.candidates.iter().map(|it| &**it).collect();
        let line = json!({
            "user": it.user.as_deref(), "candidates": candidates, "from": it.source.as_deref(),
            "began": stamp(it.from), "to": stamp(it.to), "ended": ended,
            "confidence": it.confidence.name(), "why": &*it.why, "why_in_words": why(&it.why),
            "actions": actions,
        });
        say!("{line}");
    }
    for (from, it) in &found.refused {
        let (first, last) = (stamp(it.from), stamp(it.to));
        let line = json!({ "refused_logins": it.count, "from": from.as_deref(), "first": first,
            "last": last });
        say!("{line}");
    }
}
