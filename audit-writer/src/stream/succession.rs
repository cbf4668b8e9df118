//! What follows a segment that is over, be it full or damaged: another one, which brings the lines
//! again that may not be in it.

use audit_core::{Stream, record::LINE_BYTES_MAX};
use audit_log::line::{
    Body, Continues, Envelope, FORMAT_VERSION, FaultBody, ForeignBody, HeaderBody, Lifecycle,
    Limits, SchemaBody, Supersedes,
};
use audit_log::name::{Kind, Name};

use super::own::key_of;
use super::signing::Signing;
use super::{OpenStream, Past};
use crate::clock::{Stamp, nanos};
use crate::retry::Retry;
use crate::rotation::Filling;
use crate::segment::active::{Fault, Kept, Remains, Trouble, error_code};
use crate::segment::foreign::{Deed, Foreign};
use crate::segment::successor::Successor;

/// So much room must have come beside what a segment takes, for the next attempt to be made at once.
const ROOM_LEFT_BYTES: u64 = 64 * 1024;

impl Remains {
    /// The name of a segment that is over.
    pub(super) fn name(&self, stream: Stream) -> Name {
        Name::new(stream, Kind::Segment, self.filling.opened, self.first_seq)
    }
}

impl OpenStream {
    /// Gives the active segment up. Another one takes its place as soon as that is possible.
    pub(super) fn fail(&mut self, trouble: Trouble) {
        tell(&trouble);
        self.file_bytes_max = self.world.storage.file_bytes_max(); // That may be why.
        let Some(active) = self.active.take() else { return };
        let over = active.into_remains();
        let at = self.world.clock.now();
        let name = over.name(self.world.stream);
        let moved_to = match &trouble {
            Trouble::Foreign(Foreign { what: Deed::Replaced, .. }) => {
                Some(Name::new(self.world.stream, Kind::Foreign, at, over.first_seq))
            }
            _ => None,
        };
        let unsynced_from = over.unsynced_from.unwrap_or(self.next_seq);
        self.hand_over(Some(name), over.kept, moved_to.or(Some(name)));
        self.remember(Past { trouble, at, unsynced_from, segment: Some(name), moved_to });
    }

    /// Makes the successor of a segment, which `moves_aside` under that name.
    pub(super) fn hand_over(
        &mut self,
        previous: Option<Name>,
        kept: Kept,
        moves_aside: Option<Name>,
    ) {
        let opened = self.world.clock.now();
        let over = moves_aside.map(|name| self.opened_synced.then_some(name.unix_s));
        self.opened_synced = self.clock_synced;
        let first_seq = self.next_seq;
        let segment = previous.map(|name| name.to_string());
        let mut bytes = Vec::new();
        self.spell_header(opened, segment.as_deref(), &kept, &mut bytes);
        match kept.from_seq {
            // Lines that come again have their schemas above them as before.
            Some(_) => {
                let mut names = self.key_names.clone();
                for (schema, is_listed) in self.known.standing() {
                    let body = SchemaBody::of(schema, is_listed, &mut names);
                    self.spell(opened, &body, &mut bytes);
                }
            }
            None => self.known.begin_segment(),
        }
        let header_bytes = bytes.len() as u64;
        bytes.extend_from_slice(&kept.bytes);
        let filling = Filling { opened, bytes: bytes.len() as u64, header_bytes };
        let files = self.world.files();
        self.successor = Some(Successor {
            files,
            bytes,
            filling,
            first_seq,
            moves_aside,
            moved_to: None,
            made: None,
            is_placed: false,
        });
        self.over = over;
    }

    fn spell_header(&mut self, at: Stamp, previous: Option<&str>, kept: &Kept, out: &mut Vec<u8>) {
        let segment_bytes = self.world.config.rotation.segment_bytes;
        let supersedes = previous.zip(kept.from_seq);
        let before = kept.from_seq.map(|_| &kept.before);
        let next_seq = self.next_seq;
        let begin = |it: &mut Signing| it.begin_segment(next_seq, segment_bytes, before);
        let continues = self.continues.as_deref().filter(|_| !self.has_begun);
        let (tree, key) = self.signing.as_mut().map(begin).unzip();
        let catalog = self.world.listed.hash();
        let header = HeaderBody {
            version: FORMAT_VERSION,
            log: &self.log,
            stream: self.world.stream.name(),
            machine: self.machine.as_deref(),
            host: self.world.identity.host_name(),
            program: self.world.identity.program_name(),
            boot: &self.boot,
            run: &self.world.run,
            up_us: at.up_ns / 1_000,
            time_synced: self.clock_synced,
            catalog: catalog.as_deref(),
            limits: Limits { line_bytes: LINE_BYTES_MAX, segment_bytes },
            tree,
            key,
            evidence_from: self.signing.as_ref().and_then(Signing::evidence_from),
            previous,
            continues: continues.map(|log| Continues { log }),
            supersedes: supersedes.map(|(segment, from_seq)| Supersedes { segment, from_seq }),
            open: self.operations.listed(),
        };
        self.told_synced = self.clock_synced;
        let envelope = Envelope::new(self.next_seq, at.unix_ns);
        let start = out.len();
        let spelled = audit_log::line::write(&envelope, &header, &mut self.scratch, out);
        self.was_spelled("header", spelled, out, start);
    }

    /// Gives a line that stands before all others of a segment its number.
    fn spell<B: Body>(&mut self, at: Stamp, body: &B, out: &mut Vec<u8>) {
        let envelope = Envelope::new(self.next_seq, at.unix_ns);
        let start = out.len();
        let spelled = audit_log::line::write(&envelope, body, &mut self.scratch, out);
        self.was_spelled(B::KIND, spelled, out, start);
    }

    fn was_spelled(
        &mut self,
        kind: &'static str,
        spelled: serde_json::Result<()>,
        out: &mut Vec<u8>,
        start: usize,
    ) {
        match spelled {
            Ok(()) => {
                self.next_seq += 1;
                self.bind(out, start);
            }
            Err(error) => {
                tracing::error!(target: "audit_writer", kind, %error, "an audit line could not be spelled out");
            }
        }
    }

    /// Tries to put the successor in its place.
    pub(super) fn place(&mut self) {
        let Some(successor) = &mut self.successor else { return };
        let placed = successor.place(self.world.storage.as_ref());
        let moved_to = successor.moved_to;
        match placed {
            Ok(active) => {
                if let Some(name) = moved_to.filter(|name| name.kind.is_segment()) {
                    self.own.insert(key_of(name), self.over.take().flatten());
                }
                self.active = Some(active);
                self.successor = None;
                self.retry = Retry::default();
                self.cut_superseded();
                self.count_written();
                self.compress_later();
            }
            Err(fault) => {
                tell_again(&fault);
                let at = self.world.clock.now();
                let (trouble, unsynced_from) = (Trouble::Fault(fault), self.next_seq);
                self.remember(Past { trouble, at, unsynced_from, segment: None, moved_to: None });
            }
        }
    }

    /// Of troubles that follow from each other the first counts.
    fn remember(&mut self, past: Past) {
        self.past.get_or_insert(past);
    }

    /// Tries to go on after a fault, and records it; or to sign what the start found, where it could not.
    pub(crate) fn reopen(&mut self) {
        if let Some(successor) = &self.successor {
            let (now, bytes) = (self.world.clock.now(), successor.bytes.len() as u64);
            let free_bytes = self.world.storage.free_bytes().unwrap_or(u64::MAX);
            if !self.retry.is_due(now.up_ns, free_bytes, bytes + ROOM_LEFT_BYTES) {
                return;
            }
            self.place();
            if self.is_closed() {
                let first_ns = nanos(self.world.config.retry_after);
                return self.retry.failed(now.up_ns, free_bytes, first_ns);
            }
        }
        if self.is_closed() {
            return;
        }
        if let Some(past) = self.past.take() {
            self.record(life_of(&past));
        }
        if self.is_broken() {
            self.checkpoint("start");
            if self.is_broken() {
                return;
            }
        }
        self.end_evidence();
        tracing::info!(target: "audit_writer", "the audit log can be written again");
        self.want_checkpoint("repair");
        self.gap();
        self.sync();
    }
}

/// A trouble, as its line shows it.
fn life_of(past: &Past) -> Lifecycle<'static> {
    let at = past.at.rfc3339();
    match &past.trouble {
        Trouble::Fault(Fault { doing, error }) => Lifecycle::Fault(FaultBody {
            doing,
            error: error_code(error),
            at,
            unsynced_from: past.unsynced_from,
        }),
        Trouble::Foreign(Foreign { what, bytes, found_bytes }) => Lifecycle::Foreign(ForeignBody {
            tampering: what.name(),
            segment: past.segment.map(|name| name.to_string()).unwrap_or_default(),
            moved_to: past.moved_to.map(|name| name.to_string()),
            bytes: *bytes,
            found_bytes: *found_bytes,
            at,
        }),
    }
}

fn tell(trouble: &Trouble) {
    match trouble {
        Trouble::Fault(Fault { doing, error }) => {
            tracing::error!(target: "audit_writer", doing, %error, "the audit log's segment is given up");
        }
        Trouble::Foreign(Foreign { what, .. }) => {
            tracing::error!(target: "audit_writer", what = what.name(), "somebody was at the audit log's file");
        }
    }
}

fn tell_again(Fault { doing, error }: &Fault) {
    tracing::error!(target: "audit_writer", doing, %error, "the audit log cannot be written; it will be tried again");
}
