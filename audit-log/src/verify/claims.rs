//! What lines say that would excuse something or tell of it, until it is proved.

use crate::reader::{Json, Line, Position};

/// What a line says that matters to the verdict. It counts only when it is proved: anybody can write
/// a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// The segment before the oldest one that is there was removed by the log itself.
    Pruned,
    /// A start found that the log was not what it had signed last.
    Rollback,
    /// A start drew new keys.
    Rekeyed,
    /// A start found itself on another machine, and began another log.
    Moved,
    /// Lines of a run that crashed were signed as they were found.
    Recovered { from: u64, to: u64 },
    /// The log goes on without evidence.
    EvidenceOff,
    /// Lines below this number were never signed.
    EvidenceFrom(u64),
}

/// Claims of lines that no proved checkpoint is of yet.
#[derive(Debug, Default)]
pub(super) struct Claims {
    pending: Vec<Claimed>,
}

/// A claim, and which line makes it.
#[derive(Debug)]
pub(super) struct Claimed {
    pub(super) seq: u64,
    pub(super) position: Position,
    pub(super) claim: Claim,
}

/// So many are kept: between two checkpoints a writer makes far fewer, and what is not kept excuses
/// nothing.
const PENDING_MAX: usize = 1024;

impl Claims {
    /// Takes in what the line says, if it is one about the log itself; `before` is the name of the
    /// segment before the oldest one that is there.
    pub(super) fn learn(&mut self, line: &Line, position: &Position, before: Option<&str>) {
        if let Some(claim) = claim_of(line, before)
            && self.pending.len() < PENDING_MAX
        {
            let (seq, position) = (line.seq, position.clone());
            self.pending.push(Claimed { seq, position, claim });
        }
    }

    /// Whether the log says of itself, so far without proof, that it went on with other keys.
    pub(super) fn say_new_keys(&self) -> bool {
        self.pending.iter().any(|it| matches!(it.claim, Claim::Rekeyed | Claim::Moved))
    }

    /// What is proved now: not what was only found, and signed as such.
    pub(super) fn settle(&mut self) -> Vec<Claimed> {
        let mut proved = std::mem::take(&mut self.pending);
        let recovered: Vec<(u64, u64)> = proved.iter().filter_map(|it| it.claim.range()).collect();
        let is_found = |seq: u64| recovered.iter().any(|(from, to)| (*from..=*to).contains(&seq));
        proved.retain(|claimed| !is_found(claimed.seq));
        proved
    }

    /// Nothing of what was said can be proved any more.
    pub(super) fn forget(&mut self) {
        self.pending.clear();
    }
}

impl Claim {
    /// Which lines were recovered, if it says that.
    fn range(&self) -> Option<(u64, u64)> {
        match self {
            Claim::Recovered { from, to } => Some((*from, *to)),
            _ => None,
        }
    }
}

fn claim_of(line: &Line, before: Option<&str>) -> Option<Claim> {
    let number = |key: &str| line.member(key).and_then(Json::as_u64);
    let kind = match line.kind.as_str() {
        "header" => return number("evidence_from").map(Claim::EvidenceFrom),
        "lifecycle" => line.member("type").and_then(Json::as_str)?,
        _ => return None,
    };
    Some(match kind {
        "prune" => {
            let names = line.member("segments").and_then(Json::as_list)?;
            let has = |before: &str| names.iter().any(|name| is_of(name.as_str(), before));
            before.filter(|before| has(before)).map(|_| Claim::Pruned)?
        }
        "rollback" => Claim::Rollback,
        "rekeyed" => Claim::Rekeyed,
        "moved" => Claim::Moved,
        "recovered" => Claim::Recovered { from: number("from_seq")?, to: number("to_seq")? },
        "evidence_off" => Claim::EvidenceOff,
        _ => return None,
    })
}

/// Whether this is the file's name, compressed or not.
fn is_of(name: Option<&str>, segment: &str) -> bool {
    name.is_some_and(|name| name == segment || name.strip_suffix(".gz") == Some(segment))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(seq: u64, members: &str) -> Line {
        let line = format!(
            r#"{{"kind":"lifecycle","seq":{seq},"time":"2026-11-20T12:00:00.000000Z","lifecycle":{{{members},"up_us":1}}}}"#
        );
        Line::parse(line.as_bytes()).unwrap()
    }

    const BEFORE: &str = "audit-20261120T000000Z-000000000042.jsonl";

    fn settled(lines: &[Line]) -> Vec<Claim> {
        let mut claims = Claims::default();
        let at = Position { segment: String::new(), line: 1 };
        lines.iter().for_each(|line| claims.learn(line, &at, Some(BEFORE)));
        claims.settle().into_iter().map(|it| it.claim).collect()
    }

    #[test]
    fn what_was_only_found_claims_nothing() {
        let prune = |seq, name: &str| {
            line(seq, &format!(r#""type":"prune","why":"age","segments":["{name}"]"#))
        };
        let recovered = line(9, r#""type":"recovered","from_seq":5,"to_seq":7"#);
        let range = Claim::Recovered { from: 5, to: 7 };
        assert_eq!(settled(&[prune(8, BEFORE)]), [Claim::Pruned]);
        assert_eq!(settled(&[prune(8, &format!("{BEFORE}.gz"))]), [Claim::Pruned]);
        assert_eq!(settled(&[prune(8, "audit-20261120T000000Z-000000000041.jsonl")]), []);
        assert_eq!(settled(&[prune(4, BEFORE), recovered.clone()]), [Claim::Pruned, range.clone()]);
        assert_eq!(settled(&[prune(5, BEFORE), recovered]), [range]);
    }
}
