//! What a receiver is told and what it may answer, in JSON. The shape around the data is that of
//! Standard Webhooks; the data is ours.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;

use crate::ErrorClass;

/// The body of a request.
#[derive(Serialize)]
pub(super) struct Event<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    /// When the message was made, in RFC 3339.
    pub(super) timestamp: String,
    pub(super) data: Data<'a>,
}

/// One message.
#[derive(Serialize)]
pub(super) struct Data<'a> {
    /// E.164.
    pub(super) to: &'a str,
    pub(super) code: &'a str,
    pub(super) minutes: u32,
    /// A BCP 47 tag.
    pub(super) locale: &'static str,
    /// The whole text, for receivers that don't write their own.
    pub(super) text: String,
}

/// 9999-12-31 23:59:59, in seconds since the Unix epoch: later years have five digits.
const LAST_SECOND: u64 = 253_402_300_799;

/// Seconds since the Unix epoch; 0 before it.
pub(super) fn seconds(now: SystemTime) -> u64 {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    since.as_secs().min(LAST_SECOND)
}

/// Such as `2026-11-22T09:30:00Z`.
pub(super) fn rfc3339(seconds: u64) -> String {
    let utc = OffsetDateTime::UNIX_EPOCH + Duration::from_secs(seconds.min(LAST_SECOND));
    let (year, month, day) = utc.to_calendar_date();
    let (hour, minute, second) = utc.to_hms();
    let month = u8::from(month);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// What matters of an answer; all of it may be missing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Reply {
    /// The receiver's own id of the message.
    pub(super) id: Option<String>,
    /// Why it refuses.
    pub(super) error: Option<ErrorClass>,
}

impl Reply {
    pub(super) fn read(body: &[u8]) -> Self {
        let reply: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |name| reply.get(name).and_then(Value::as_str);
        let error = text("error").and_then(|name| {
            let mut classes = ErrorClass::ALL.into_iter();
            classes.find(|class| class.is_definite() && class.name() == name)
        });
        Self {
            id: text("id").filter(|id| is_id(id)).map(str::to_owned),
            error,
        }
    }
}

/// The text goes into logs, so nothing that isn't plainly an id may pass as one.
fn is_id(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=64).contains(&text.len()) && text.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn times_are_written_in_full() {
        let rows = [
            (0, "1970-01-01T00:00:00Z"),
            (1_709_181_296, "2024-02-29T04:34:56Z"),
            (u64::MAX, "9999-12-31T23:59:59Z"),
        ];
        for (seconds, expected) in rows {
            assert_eq!(rfc3339(seconds), expected);
        }
        assert_eq!(seconds(UNIX_EPOCH - Duration::from_secs(1)), 0);
        assert_eq!(seconds(UNIX_EPOCH + Duration::from_millis(1500)), 1);
    }

    #[test]
    fn an_answer_may_name_an_id_or_a_class() {
        let reply = |body: Value| Reply::read(body.to_string().as_bytes());
        let id = |id: &str| Reply {
            id: Some(id.to_owned()),
            error: None,
        };
        assert_eq!(reply(json!({"id": "a-B_9"})), id("a-B_9"));
        for class in ErrorClass::ALL {
            let expected = class.is_definite().then_some(class);
            assert_eq!(reply(json!({"error": class.name()})).error, expected);
        }
        for body in [
            json!({}),
            json!([]),
            json!({"id": 7, "error": 7}),
            json!({"id": "", "error": ""}),
            json!({"id": "a b", "error": "Blocked"}),
            json!({"id": "a".repeat(65)}),
        ] {
            assert_eq!(reply(body.clone()), Reply::default(), "{body}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_answer(body: Vec<u8>) {
            let _ = Reply::read(&body);
        }

        #[test]
        fn an_id_is_plain(text in "\\PC{0,70}") {
            let id = Reply::read(json!({"id": text}).to_string().as_bytes()).id;
            prop_assert!(id.as_deref().is_none_or(is_id));
            prop_assert!(id.is_none_or(|id| id == text));
        }
    }
}
