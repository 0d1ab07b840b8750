use std::fmt::Write as _;
use std::time::SystemTime;

use log::Record;
use log::kv::{self, Key, Value, VisitSource};
use serde_json::Map;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::config::LogFormat;

/// RFC 3339 in UTC, to the millisecond.
const TIME: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// A record as one line, with its end.
pub(super) fn line(format: LogFormat, record: &Record<'_>) -> String {
    let mut line = match format {
        LogFormat::Text => text(record),
        LogFormat::Json => json(record),
    };
    line.push('\n');
    line
}

fn text(record: &Record<'_>) -> String {
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
    line.replace(['\n', '\r'], " ")
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

fn json(record: &Record<'_>) -> String {
    let mut line = Map::new();
    line.insert("time".into(), now().into());
    line.insert("level".into(), record.level().as_str().into());
    line.insert("target".into(), record.target().into());
    line.insert("message".into(), record.args().to_string().into());
    let _ = record.key_values().visit(&mut JsonPairs(&mut line));
    serde_json::Value::Object(line).to_string()
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
