//! What is logged while something is being recorded. A program of its own, because only a
//! subscriber for the whole of one is asked then.

#![forbid(unsafe_code)]

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::time::Duration;

use audit_core::{Recorder, Stream};
use audit_log::Log;
use audit_log::reader::Line;
use audit_tracing::ApplicationLayer;
use audit_writer::Writer;
use audit_writer::storage::MemoryStorage;
use tracing_subscriber::layer::SubscriberExt as _;

/// A value that logs while it is formatted.
struct Chatty;

impl Debug for Chatty {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        tracing::error!(target: "app", value = ?Chatty, "from inside");
        f.write_str("said")
    }
}

#[test]
fn it_is_counted_and_does_not_go_on_for_ever() {
    let storage = MemoryStorage::new();
    let writer = Writer::builder_on(Arc::new(storage.clone())).streams([Stream::Application]);
    let writer = Arc::new(writer.start().unwrap());
    let layer = ApplicationLayer::new().to(Arc::clone(&writer) as Arc<dyn Recorder>);
    let subscriber = tracing_subscriber::registry().with(layer.allow("app", "a test"));
    tracing::subscriber::set_global_default(subscriber).unwrap();
    tracing::info!(target: "app", value = ?Chatty);
    let report = writer.close_within(Duration::from_secs(60));
    assert!(report.is_complete(), "{report}");
    assert_eq!((report.stats.written, report.stats.lost), (2, 1), "with the reason");
    let lines = Log::on(&storage).stream(Stream::Application).lines().unwrap();
    let lines: Vec<Line> = lines.map(|(_, line)| line.unwrap()).collect();
    assert!(format!("{lines:?}").contains(r#"value=\"said\""#));
    let gaps = lines.iter().filter(|line| line.kind == "gap");
    assert_eq!(gaps.filter_map(|line| line.member("lost")?.as_u64()).sum::<u64>(), 1);
}
