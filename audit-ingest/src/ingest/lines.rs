//! Takes each line of a log: counts it, and hands on what it says.

use crate::access::{Reader, Reading};
use crate::action::{Address, FileId, Log, Origin, Unconfirmed};
use crate::app::{Became, Records};
use crate::device::kvmd::{Entry, Kvmd};
use crate::device::{Device, messages, single};
use crate::join::Join;
use crate::report::{Place, Report};
use crate::source::{End, Line};

/// Of the lines that mean nothing, each so many-th tells the time.
const TIME_EVERY: u64 = 128;

pub(super) fn read_access(
    (reader, join, report): (&Reader, &mut Join, &mut Report),
    file: FileId,
    line: Line<'_>,
) {
    report.access.read += 1;
    let reading = match line.end {
        End::Whole => reader.read(line.bytes),
        End::Torn | End::TooLong => Reading::Unreadable,
    };
    match reading {
        Reading::Ignored => {
            report.access.ignored += 1;
            if report.access.ignored.is_multiple_of(TIME_EVERY)
                && let Some(at) = reader.time_of(line.bytes)
            {
                join.access_time(at);
            }
        }
        other => take((join, report), file, &line, other),
    }
}

/// Takes what a line of the access log is.
fn take((join, report): (&mut Join, &mut Report), file: FileId, line: &Line<'_>, reading: Reading) {
    match reading {
        Reading::Ignored => report.access.ignored += 1,
        Reading::Unreadable => {
            report.unreadable(Place { log: Log::Access, file, line: line.number });
        }
        Reading::Request(request) => {
            report.access.mapped += 1;
            let is_proxied = request.source == Address::Unknown && !request.is_bare;
            report.unknown_sources += u64::from(is_proxied);
            let origin = Origin { log: Log::Access, file, offset: line.offset };
            join.push_request(request, origin, line.number);
        }
    }
}

/// A line of a log that has requests and messages.
pub(super) fn read_kvmd(
    (kvmd, reader, join, report): (&mut Kvmd, &Reader, &mut Join, &mut Report),
    file: FileId,
    line: Line<'_>,
) {
    report.access.read += 1;
    match kvmd.read(reader, &line) {
        Entry::Foreign => report.access.ignored += 1,
        Entry::Unreadable => take((join, report), file, &line, Reading::Unreadable),
        Entry::Understood(reading, at) => {
            report.app_records += 1;
            join.access_time(at);
            take((join, report), file, &line, reading);
        }
        Entry::Doubtful(claim, claimed_at) => {
            report.access.ignored += 1;
            let origin = Origin { log: Log::Access, file, offset: line.offset };
            let (line, in_sensitive_block) = (line.number, false);
            let out_of_order = false;
            join.doubt(Unconfirmed {
                origin,
                line,
                claim,
                claimed_at,
                out_of_order,
                in_sensitive_block,
            });
        }
    }
}

/// A line of a log that tells of no requests.
pub(super) fn read_single(
    (reader, join, report): (&Reader, &mut Join, &mut Report),
    file: FileId,
    line: Line<'_>,
) {
    report.access.read += 1;
    if line.end != End::Whole {
        return take((join, report), file, &line, Reading::Unreadable);
    }
    let Some((at, said)) = single::read(reader.device, line.bytes) else {
        report.access.ignored += 1;
        return;
    };
    report.app_records += 1;
    join.access_time(at);
    let reading = said.map_or(Reading::Ignored, |it| reader.meaning_of(it));
    take((join, report), file, &line, reading);
}

pub(super) fn read_app(
    (device, reader, records, join, report): (
        Device,
        &Reader,
        &mut Records,
        &mut Join,
        &mut Report,
    ),
    file: FileId,
    line: Line<'_>,
) {
    report.app.read += 1;
    let mut note = |note| join.push_note(note, file);
    let became = match device {
        Device::TinyPilot => records.read(line, &mut note),
        other => messages::read((other, &reader.trusted), line, &mut note),
    };
    match became {
        Became::Understood(moments) => {
            report.app.mapped += 1;
            report.app_records += 1;
            join.app_line(line.bytes.len(), Some(moments));
        }
        Became::Ignored(moments) => {
            report.app.ignored += 1;
            report.app_records += u64::from(moments.is_some());
            join.app_line(line.bytes.len(), moments);
        }
        Became::Unreadable => {
            report.unreadable(Place { log: Log::App, file, line: line.number });
            join.app_line(line.bytes.len(), None);
        }
    }
}
