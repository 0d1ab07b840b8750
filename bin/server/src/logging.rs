use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::SystemTime;

use env_logger::Builder;
use env_logger::fmt::Formatter;
use log::kv::{self, Key, Value, VisitSource};
use log::{LevelFilter, Record};
use serde_json::Map;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::config::{LogFormat, LogSettings};

/// Our own crates: only their lines follow `log.level`.
const OURS: [&str; 6] = [
    "sms_captcha",
    "sms_core",
    "sms_gateway",
    "sms_server",
    "sms_service",
    "sms_store",
];

/// RFC 3339 in UTC, to the millisecond.
const TIME: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

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
    match settings.format {
        LogFormat::Text => builder.format(write_text),
        LogFormat::Json => builder.format(write_json),
    };
    // A second start, in a test, keeps the first.
    let _ = builder.try_init();
}

fn write_text(out: &mut Formatter, record: &Record<'_>) -> io::Result<()> {
    let mut line = format!(
        "{} {:5} {}: {}",
        now(),
        record.level(),
        record.target(),
        record.args()
    );
    let mut pairs = TextPairs(&mut line);
    let _ = record.key_values().visit(&mut pairs);
    // What came from outside must not begin a line of its own.
    writeln!(out, "{}", line.replace(['\n', '\r'], " "))
}

struct TextPairs<'a>(&'a mut String);

impl<'kvs> VisitSource<'kvs> for TextPairs<'_> {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), kv::Error> {
        match value.to_f64() {
            Some(number) if number.fract() != 0.0 => write!(self.0, " {key}={number:.3}")?,
            _ => write!(self.0, " {key}={value}")?,
        }
        Ok(())
    }
}

fn write_json(out: &mut Formatter, record: &Record<'_>) -> io::Result<()> {
    let mut line = Map::new();
    line.insert("time".into(), now().into());
    line.insert("level".into(), record.level().as_str().into());
    line.insert("target".into(), record.target().into());
    line.insert("message".into(), record.args().to_string().into());
    let _ = record.key_values().visit(&mut JsonPairs(&mut line));
    writeln!(out, "{}", serde_json::Value::Object(line))
}

struct JsonPairs<'a>(&'a mut Map<String, serde_json::Value>);

impl<'kvs> VisitSource<'kvs> for JsonPairs<'_> {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), kv::Error> {
        let json = match (value.to_u64(), value.to_f64()) {
            (Some(number), _) => number.into(),
            (None, Some(number)) => number.into(),
            (None, None) => value.to_string().into(),
        };
        self.0.insert(key.to_string(), json);
        Ok(())
    }
}

fn now() -> String {
    let now = OffsetDateTime::from(SystemTime::now());
    now.format(TIME).unwrap_or_default()
}
