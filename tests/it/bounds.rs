//! Reading a log takes little memory, few open files and little time, whatever somebody put into its
//! directory and however many segments it has.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use audit_log::Log;
use audit_log::reader::LineError;
use audit_log::storage::{ReadSeek, ReadStorage};
use audit_log::verify::{FindingKind, Report, Trust};
use audit_writer::storage::MemoryStorage;

/// A header that allows such segments, and its newline.
fn header(seq: u64, segment_bytes: u64) -> String {
    format!(
        "{{\"kind\":\"header\",\"seq\":{seq},\"time\":\"2026-11-20T12:00:00.000000Z\",\"header\":{{\
         \"version\":1,\"log\":\"l\",\"time_synced\":true,\
         \"limits\":{{\"line_bytes\":16384,\"segment_bytes\":{segment_bytes}}}}}}}\n"
    )
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn compressed_name(seq: u64) -> String {
    format!("audit-20261120T120000Z-{seq:012}.jsonl.gz")
}

/// What is found in a log of one compressed segment that expands to this; how much memory the thread
/// took that reads it line by line.
fn found(text: &[u8]) -> (Report, u64) {
    let storage = MemoryStorage::new();
    storage.put(&compressed_name(0), &gzip(text));
    let mut report = None;
    let taken = allocation_counter::measure(|| {
        report = Some(Log::on(&storage).verify(&Trust::default()).unwrap());
    });
    (report.unwrap(), taken.bytes_max)
}

const HUGE: u64 = 1 << 60;
const TAKEN_MAX: u64 = 4 * 1024 * 1024;

#[test]
fn files_made_to_take_time_and_memory_are_given_up() {
    let (none, huge) = (String::new(), header(0, HUGE));
    let line = r#"{"kind":"event","seq":1,"time":"2026-11-20T12:00:00.000000Z"}"#.to_owned() + "\n";
    for (front, again) in [
        (&huge, "\n"),
        (&huge, "x"),
        (&huge, "\0"),
        (&huge, "garbage\n"),
        (&huge, line.as_str()),
        (&none, "\n"),
        (&none, "x"),
    ] {
        let text = front.clone() + &again.repeat(32 * 1024 * 1024 / again.len());
        let (report, taken) = found(text.as_bytes());
        assert!(report.findings.len() < 3000, "{again:?}: {report}");
        assert!(taken < TAKEN_MAX, "{again:?}: {taken}");
    }
}

#[test]
fn a_segment_is_given_up_in_words() {
    let storage = MemoryStorage::new();
    storage.put("audit.jsonl", &b"\n".repeat(4 * 1024 * 1024));
    let report = Log::on(&storage).verify(&Trust::default()).unwrap();
    let why = LineError::Hopeless.to_string();
    let last = report.findings.last().map(|finding| finding.what.clone());
    assert_eq!(last, Some(FindingKind::Unreadable { why }), "{report}");
    assert!(!report.is_intact(), "{report}");
}

/// A directory with an active segment that never ends.
struct Endless(u8);

impl ReadStorage for Endless {
    fn list(&self) -> io::Result<Vec<(String, u64)>> {
        Ok(vec![("audit.jsonl".to_owned(), u64::MAX)])
    }

    fn read(&self, name: &str) -> io::Result<Box<dyn ReadSeek>> {
        match name {
            "audit.jsonl" | "audit.keys" | "audit.checkpoint" => Ok(Box::new(Same(self.0))),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

struct Same(u8);

impl Read for Same {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        into.fill(self.0);
        Ok(into.len())
    }
}

impl Seek for Same {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Ok(0)
    }
}

#[test]
fn endless_files_end() {
    for byte in [0, b'\n', b'x', b'"'] {
        let report = Log::on(&Endless(byte)).verify(&Trust::default()).unwrap();
        assert!(!report.is_intact(), "{report}");
    }
}

/// A storage that counts how many files are open at a time.
struct Counted {
    files: MemoryStorage,
    open: Arc<AtomicUsize>,
    most: AtomicUsize,
}

struct CountedFile(Box<dyn ReadSeek>, Arc<AtomicUsize>);

impl ReadStorage for Counted {
    fn list(&self) -> io::Result<Vec<(String, u64)>> {
        self.files.list()
    }

    fn read(&self, name: &str) -> io::Result<Box<dyn ReadSeek>> {
        let file = self.files.read(name)?;
        self.most.fetch_max(self.open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        Ok(Box::new(CountedFile(file, Arc::clone(&self.open))))
    }
}

impl Drop for CountedFile {
    fn drop(&mut self) {
        self.1.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Read for CountedFile {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into)
    }
}

impl Seek for CountedFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

/// A log of so many small segments, compressed but for the active one.
fn log_of(segments: u64) -> Counted {
    let files = MemoryStorage::new();
    for seq in 0..segments - 1 {
        files.put(&compressed_name(seq), &gzip(header(seq, 4096).as_bytes()));
    }
    files.put("audit.jsonl", header(segments - 1, 4096).as_bytes());
    Counted { files, open: Arc::default(), most: AtomicUsize::new(0) }
}

/// How much memory it takes to read a log of so many segments, and how many files are open at a time.
fn taken_by_lines(segments: u64) -> (u64, usize) {
    let log = log_of(segments);
    let taken = allocation_counter::measure(|| {
        assert_eq!(Log::on(&log).lines().unwrap().count() as u64, segments);
    });
    (taken.bytes_max, log.most.into_inner())
}

#[test]
fn neither_memory_nor_open_files_grow_with_the_segments() {
    let (few, many) = (taken_by_lines(50), taken_by_lines(1000));
    // Of those that come next some are open, so that retention cannot take them away meanwhile.
    assert!(few.1 <= 40 && many.1 <= 40, "{few:?} {many:?}");
    // The names themselves are listed.
    assert!(many.0 < few.0 + 950 * 256, "{few:?} {many:?}");
    let log = log_of(1000);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    assert!(Log::on(&log).verify(&Trust::default()).is_ok());
    let most = log.most.into_inner();
    assert!(most <= 2 * threads + 6, "{most} files are open at a time");
}

#[test]
fn a_checkpoint_file_that_is_too_long_is_none() {
    let files = MemoryStorage::new();
    files.put("audit.jsonl", header(0, 4096).as_bytes());
    for bytes in [vec![b'x'; 5000], vec![0xff; 10]] {
        files.put("audit.checkpoint", &bytes);
        let report = Log::on(&files).verify(&Trust::default()).unwrap();
        assert!(report.findings.iter().any(|finding| finding.segment == "audit.checkpoint"));
    }
}
