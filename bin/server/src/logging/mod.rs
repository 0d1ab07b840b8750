//! Log lines: which are written, in which form, and how they get to the standard error.

mod line;
mod panics;
mod queue;

use std::io::Write as _;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use env_logger::{Builder, Target};
use log::{Level, LevelFilter, Record};

use crate::audit;
use crate::config::{LogFormat, LogSettings};

use self::line::line;
pub(crate) use self::queue::dropped_lines;
use self::queue::{Inlet, Queue};

/// Our own crates: only their lines follow `log.level`.
const OURS: [&str; 6] = [
    "sms_captcha",
    "sms_core",
    "sms_gateway",
    "sms_server",
    "sms_service",
    "sms_store",
];

/// How long the end of the program waits for lines to be written.
const FLUSH_LIMIT: Duration = Duration::from_secs(1);

/// What lines wait in, once logging has begun.
static QUEUE: OnceLock<Arc<Queue>> = OnceLock::new();

/// Starts logging to the standard error.
///
/// Libraries are held to warnings whatever the level: at `trace` they would print requests and
/// answers, with numbers and codes in them.
pub(crate) fn start(settings: LogSettings) {
    let level = LevelFilter::from(settings.level);
    let mut builder = Builder::new();
    builder.filter_level(level.min(LevelFilter::Warn));
    // What clients get wrong in HTTP is their error, not one that a person here should look at.
    builder.filter_module("actix_http", LevelFilter::Off);
    for module in OURS {
        builder.filter_module(module, level);
    }
    builder.filter_module(audit::TARGET, settings.audit.into());
    let format = settings.format;
    builder.format(move |out, record| out.write_all(line(format, record).as_bytes()));
    let queue = Arc::new(Queue::new(queue::LIMIT, dropped_lines().clone()));
    // Without a thread of their own lines are written where they are made.
    if queue::write_in_background(&queue, move |count| dropped(format, count)).is_ok() {
        builder.target(Target::Pipe(Box::new(Inlet(Arc::clone(&queue)))));
        let _ = QUEUE.set(queue);
    }
    // A second start, in a test, keeps the first.
    let _ = builder.try_init();
    panics::log_them();
}

/// Waits until everything is written, or for a second: nobody may be reading.
pub(crate) fn flush() {
    if let Some(queue) = QUEUE.get() {
        queue.flush(FLUSH_LIMIT);
    }
}

/// The line that tells of lines which found no room.
fn dropped(format: LogFormat, count: u64) -> String {
    let pairs = [("dropped", count)];
    let mut record = Record::builder();
    record.level(Level::Warn).target(module_path!());
    record.key_values(&pairs);
    let message = "log lines were dropped: nobody read them in time";
    line(format, &record.args(format_args!("{message}")).build())
}
