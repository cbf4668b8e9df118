//! Tests: what the machine makes of a few lines.

use super::*;

/// A log as lines, which somebody with its keys writes.
struct Log {
    chain: Chain,
    keys: Keys,
    lines: Vec<Vec<u8>>,
}

impl Log {
    fn begun() -> Log {
        let keys = Keys::drawn("0123456789abcdef/audit".to_owned()).unwrap();
        let mut log = Log { chain: Chain::default(), keys, lines: Vec::new() };
        let key = log.keys.checkpoint_key();
        log.push("header", &format!(r#""version":1,"tree":{{"size":0}},"key":"{key}""#));
        log.push("lifecycle", r#""type":"start""#);
        log.sign("start");
        log
    }

    fn spell(&self, kind: &str, body: &str) -> Vec<u8> {
        let (seq, time) = (self.chain.tree.size(), "2026-11-20T12:00:00.000000Z");
        let body =
            if kind == "event" { body.to_owned() } else { format!(r#""{kind}":{{{body}}}"#) };
        let line = format!(r#"{{"kind":"{kind}","seq":{seq},"time":"{time}",{body}}}"#);
        let mut line = (line + "\n").into_bytes();
        self.chain.clone().bind(&mut line, 0);
        line.pop();
        line
    }

    fn push(&mut self, kind: &str, body: &str) {
        let line = self.spell(kind, body);
        self.chain.take(leaf_hash(&line));
        self.lines.push(line);
    }

    fn sign(&mut self, why: &str) {
        let body = |note: &str| {
            let mut spelled = Vec::new();
            audit_log::line::json::string(note, &mut spelled);
            format!(r#""why":"{why}","note":{}"#, String::from_utf8(spelled).unwrap())
        };
        let signed = Signed { size: self.chain.tree.size(), root: self.chain.tree.root() };
        let bound = leaf_hash(&self.spell("checkpoint", &body("")));
        let note = self.keys.sign_checkpoint(signed, bound);
        self.push("checkpoint", &body(&note));
        self.keys = self.keys.after_checkpoint(signed).unwrap();
    }

    /// What a start that has these keys makes of the lines: how many it takes, and why no more.
    fn judged(&self, keys: &Keys) -> (Judge, usize, Option<Misfit>) {
        let mut judge = Judge::new(Tree::default(), keys, true);
        for (at, line) in self.lines.iter().enumerate() {
            let raw = Ok(Raw { bytes: line.clone() });
            if let Err(misfit) = judge.see(at == 0, &raw, self.lines.len() as u64) {
                return (judge, at, Some(misfit));
            }
        }
        (judge, self.lines.len(), None)
    }
}

const EVENT: &str = r#""event":"x""#;
const STOP: &str = r#""type":"stop""#;
const START: &str = r#""type":"start""#;

#[test]
fn an_open_run_goes_on_with_what_fits() {
    let mut log = Log::begun();
    log.push("event", EVENT);
    let keys = log.keys.clone();
    let (judge, taken, misfit) = log.judged(&keys);
    assert_eq!((judge.proved, taken, misfit), (3, 4, None));
    for other in [&b"{}"[..], b"x", b"\0", b"{\"kind\":\"event\",\"seq\":9,\"time\":"] {
        let mut log =
            Log { chain: log.chain.clone(), keys: keys.clone(), lines: log.lines.clone() };
        log.lines.push(other.to_vec());
        let expected = if other == b"\0" { Misfit::Torn } else { Misfit::Foreign };
        assert_eq!((log.judged(&keys).1, log.judged(&keys).2), (4, Some(expected)));
    }
}

/// A line may be of the right number and say of the one before what it is not.
#[test]
fn a_line_that_follows_another_ends_the_log() {
    let mut log = Log::begun();
    log.push("event", EVENT);
    let (keys, chain) = (log.keys.clone(), log.chain.clone());
    log.push("event", EVENT);
    let follows_it = log.spell("event", EVENT);
    log.lines.pop();
    log.chain = chain;
    log.push("event", r#""event":"y""#);
    log.lines.push(follows_it);
    let (judge, taken, misfit) = log.judged(&keys);
    assert_eq!((judge.proved, taken, misfit), (3, 5, Some(Misfit::Foreign)));
}

#[test]
fn the_keys_may_be_one_checkpoint_behind() {
    let mut log = Log::begun();
    let behind = log.keys.clone();
    log.push("event", EVENT);
    log.sign("time");
    let (judge, _, misfit) = log.judged(&behind);
    assert_eq!((judge.proved, misfit), (5, None));
    assert!(behind.follows(&judge.last_proved.unwrap().next));
}

#[test]
fn a_checkpoint_that_is_not_proved_ends_the_log() {
    let mut log = Log::begun();
    let keys = log.keys.clone();
    log.keys = Keys::drawn("0123456789abcdef/audit".to_owned()).unwrap();
    log.sign("time");
    assert_eq!(log.judged(&keys).2, Some(Misfit::Foreign));
    // Neither is one with a second signature, or whose line says more.
    let whole = Log::begun();
    let witness = format!("\\n\\u2014 witness {}\\n\"}}", data_encoding::BASE64.encode(&[1; 68]));
    for (from, to) in [("\\n\"}", witness.as_str()), ("start\",", "stop\",")] {
        let mut log = Log::begun();
        let (keys, last) = (log.keys.clone(), log.lines.pop().unwrap());
        let changed = String::from_utf8(last).unwrap().replace(from, to);
        log.lines.push(changed.into_bytes());
        let (judge, ..) = log.judged(&keys);
        assert!(!judge.is_confirmed && judge.last_proved.is_none());
    }
    assert!(whole.judged(&whole.keys).0.is_confirmed);
}

/// Where no header tells the key, what was signed last is known by the key that it announces: another's,
/// of the same lines, would lead to whatever he signs.
#[test]
fn without_a_key_the_last_checkpoint_announces_the_one_in_force() {
    let begun = || {
        let keys = Keys::drawn("0123456789abcdef/audit".to_owned()).unwrap();
        let mut log = Log { chain: Chain::default(), keys, lines: Vec::new() };
        log.push("header", r#""version":1,"tree":{"size":0}"#);
        log.push("lifecycle", START);
        log
    };
    let mut log = begun();
    let (chain, lines) = (log.chain.clone(), log.lines.clone());
    log.sign("start");
    assert!(log.judged(&log.keys).0.is_confirmed);
    let stranger = Keys::drawn("0123456789abcdef/audit".to_owned()).unwrap();
    let mut forged = Log { chain, keys: stranger, lines };
    forged.sign("start");
    let (judge, ..) = forged.judged(&log.keys);
    assert!(!judge.is_confirmed && judge.last_proved.is_none());
}

#[test]
fn behind_a_closed_run_only_another_begins() {
    let mut log = Log::begun();
    log.push("lifecycle", STOP);
    log.sign("stop");
    let keys = log.keys.clone();
    let closed = log.lines.len();
    let ends = |kind: &str, body: &str| {
        let mut lines = log.lines.clone();
        lines.push(log.spell(kind, body));
        let log = Log { chain: log.chain.clone(), keys: keys.clone(), lines };
        log.judged(&keys).1 == closed
    };
    assert!(ends("event", EVENT) && ends("lifecycle", r#""type":"prune""#));
    assert!(ends("lifecycle", STOP) && !ends("lifecycle", START));
    log.push("lifecycle", START);
    log.push("lifecycle", r#""type":"repair""#);
    assert_eq!(log.judged(&keys).2, None);
    // What would excuse that lines are gone, and nobody vouches for.
    for removed in ["prune", "compress"] {
        let mut lines = log.lines.clone();
        lines.push(log.spell("lifecycle", &format!(r#""type":"{removed}""#)));
        let log = Log { chain: log.chain.clone(), keys: keys.clone(), lines };
        assert_eq!(log.judged(&keys).2, Some(Misfit::Foreign), "{removed}");
    }
    log.push("event", EVENT);
    assert_eq!(log.judged(&keys).2, Some(Misfit::Foreign), "no event before a checkpoint");
    log.lines.pop();
    log.chain = log.judged(&keys).0.chain;
    log.sign("start");
    log.push("event", EVENT);
    assert_eq!(log.judged(&keys).2, None);
}
