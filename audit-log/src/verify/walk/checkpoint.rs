//! What a checkpoint proves.

use super::{NOTICES_MAX, Walk};
use crate::evidence::checkpoint::{Checkpoint, hash_without_note};
use crate::evidence::note::VerifierKey;
use crate::reader::{Json, Line, Position, Raw};
use crate::verify::claims::{Claim, Claimed};
use crate::verify::report::{Finding, FindingKind, Notice, Signed};
use crate::verify::run::Part;

/// A checkpoint that is signed as it should be.
struct Opened {
    checkpoint: Checkpoint,
    note: String,
    key: VerifierKey,
    why: String,
}

impl Walk {
    pub(super) fn checkpoint(&mut self, position: &Position, raw: &Raw, seq: u64) -> Part {
        if seq < self.brought_until || self.unsigned_from.is_some() {
            return Part::Other;
        }
        // It has its number and its end: nothing tore it.
        let line = Line::parse(&raw.bytes).ok();
        let Some(opened) = line.as_ref().and_then(|line| self.opened(raw, line)) else {
            self.does_not_open(position, seq, line.is_some());
            return Part::Other;
        };
        let Opened { checkpoint, note, key, why } = opened;
        self.key = Some(checkpoint.next);
        if checkpoint.size != seq {
            self.findings.push(Finding::at(FindingKind::NotSigned, position, seq));
            return Part::Other;
        }
        self.signed_until = self.signed_until.max(seq + 1);
        if !self.explain(checkpoint.root == self.chain.tree.root(), position, seq) {
            return Part::Other;
        }
        self.origin = Some(checkpoint.origin);
        let anchors = self.anchors.iter_mut().filter(|anchor| anchor.size() == seq);
        anchors.for_each(|anchor| anchor.meet_note(&note, &key));
        self.checkpoints += 1;
        self.last_signed = line.map(|line| Signed { seq, time: line.time });
        let part = Part::Checkpoint { seq, is_last: why == "stop" };
        if why == "stop" {
            self.closed_by = Some(seq);
        }
        part
    }

    /// A checkpoint is not signed as it should be, or no key is known that it could be signed with.
    fn does_not_open(&mut self, position: &Position, seq: u64, is_line: bool) {
        self.is_sound = false;
        let key = self.key.take();
        let Some((header, from)) = self.not_announced.clone().filter(|_| key.is_none()) else {
            let what = if is_line { FindingKind::NotSigned } else { FindingKind::Altered };
            self.findings.push(Finding::at(what, position, seq));
            return;
        };
        if self.announced.as_ref().is_some_and(|announced| from < announced.first_seq()) {
            // Signed by a key that was not given, and before those that were.
            self.earlier_until = Some(seq + 1);
            self.is_sound = true;
            return;
        }
        let is_told = self.findings.as_slice().iter().any(Finding::is_of_new_keys);
        if self.claims.say_new_keys() && !is_told {
            self.findings.push(Finding::at(FindingKind::NewKeys { from }, &header, from));
        } else if !is_told {
            self.findings.push(Finding::at(FindingKind::NotAnnounced, position, seq));
        }
    }

    /// A checkpoint is signed as it should be. Whether it is of the lines that are there; then they are
    /// proved, with what they say.
    fn explain(&mut self, is_same: bool, position: &Position, seq: u64) -> bool {
        if is_same {
            // The log itself signed it so: it went on after a disk had lost something.
            self.findings.open().iter_mut().for_each(Finding::explain);
            self.is_sound = true;
            self.settle();
            self.proven = seq + 1; // Its own line is bound by its note.
        } else {
            if self.is_sound {
                let is_known = self.findings.open().iter().any(|finding| !finding.is_damage());
                if !is_known {
                    let what = FindingKind::AlteredSince { from: self.proven };
                    self.findings.push(Finding::at(what, position, seq));
                }
                self.is_sound = false;
            }
            self.claims.forget();
        }
        self.findings.close();
        is_same
    }

    /// What was said since the last proved checkpoint is proved now.
    fn settle(&mut self) {
        for Claimed { seq, position, claim } in self.claims.settle() {
            match claim {
                Claim::Pruned => self.is_pruned = true,
                Claim::Rollback => {
                    self.findings.push(Finding::at(FindingKind::Rollback, &position, seq));
                }
                Claim::Rekeyed | Claim::Moved => self.notices.push(Notice::Keys { from: seq }),
                Claim::Recovered { from, to } => {
                    // Nobody vouches for them: so they need not be what a run leaves, either.
                    self.findings.drop_where(|finding| finding.is_misplaced_in(from, to));
                    self.notices.push(Notice::Recovered { from, to });
                }
                Claim::EvidenceOff => self.may_be_unsigned_from = Some(seq + 1),
                Claim::EvidenceFrom(seq) => self.may_be_unsigned_until = Some(seq),
            }
        }
        self.notices.truncate(NOTICES_MAX);
    }

    /// What a checkpoint's line says, if it is signed by the key that it should be and nobody else, and
    /// nothing else of the line was changed.
    fn opened(&self, raw: &Raw, line: &Line) -> Option<Opened> {
        let note = line.member("note").and_then(Json::as_str)?;
        let key = self.key.as_ref()?;
        let checkpoint = Checkpoint::parse(key.open_sole(note).ok()?)?;
        let is_ours = self.of.as_ref().is_none_or(|of| *of == checkpoint.origin)
            && checkpoint.origin == key.name();
        let is_bound = hash_without_note(&raw.bytes, note) == Some(checkpoint.line);
        let why = line.member("why").and_then(Json::as_str)?.to_owned();
        (is_ours && is_bound).then(|| Opened {
            checkpoint,
            note: note.to_owned(),
            key: key.clone(),
            why,
        })
    }
}
