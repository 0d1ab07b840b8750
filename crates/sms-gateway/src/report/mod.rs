//! What providers tell about messages that they accepted before: delivery reports.
//!
//! Reading them is pure. Whoever receives them has to know that they come from the provider: only
//! one of these protocols has a signature.

mod aliyun;
mod ccp;
#[cfg(test)]
mod fuzz;
mod tencent;
mod twilio;
mod xml;

use sms_core::{DeliveryState, Mobile, Timestamp};
use time::{Date, Month, PrimitiveDateTime, Time, UtcOffset};

/// The most reports that are read at once. Tencent sends up to 100, CCP gives up to 500.
const MOST: usize = 1000;

/// What some programs write before a text in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What a provider says of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryReport {
    /// The provider's own id of the message, as [`Receipt::provider_id`](crate::Receipt) had it:
    /// 1 to 128 of `A-Z a-z 0-9 ^ : . _ -`.
    pub provider_id: String,
    /// Whose phone it is about, if that can be read. It masks itself when printed.
    pub to: Option<Mobile>,
    /// Where the message is.
    pub state: DeliveryState,
    /// The provider's or the operator's code for that, such as `DELIVRD`; in the form of the id.
    pub code: Option<String>,
    /// Since when, by the clock of the provider and mostly in whole seconds.
    pub at: Option<Timestamp>,
}

/// What was read of a body.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reports {
    /// The reports in it, in their order.
    pub reports: Vec<DeliveryReport>,
    /// How much else was in it: messages from phones, and reports that name no message.
    pub ignored: usize,
}

/// How a provider writes its reports, and what it wants to hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    /// CCP: one report, JSON or XML.
    Ccp,
    /// Aliyun: a JSON array (help.aliyun.com, `document_detail/101867`).
    Aliyun,
    /// Tencent Cloud: a JSON array of up to 100 (cloud.tencent.com, `document/api/382/59178`).
    Tencent,
    /// Twilio: a form (twilio.com, `docs/messaging/guides/outbound-message-status-in-status-callbacks`).
    Twilio,
}

/// A body that is no report of that provider. It never repeats any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no delivery report can be read: {0}")]
pub struct UnreadableReport(pub(crate) &'static str);

impl ReportFormat {
    /// Reads the body of a request in which the provider reports. The length is the caller's to
    /// limit.
    ///
    /// # Errors
    ///
    /// It is not in the provider's form, or there are more than a thousand reports in it.
    pub fn read(self, body: &[u8]) -> Result<Reports, UnreadableReport> {
        let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
        match self {
            Self::Ccp => ccp::read(body),
            Self::Aliyun => aliyun::read(body),
            Self::Tencent => tencent::read(body),
            Self::Twilio => twilio::read(body),
        }
    }

    /// Reads the answer of CCP to somebody who asked for reports.
    ///
    /// # Errors
    ///
    /// As [`ReportFormat::read`].
    pub(crate) fn read_pulled_by_ccp(body: &[u8]) -> Result<Reports, UnreadableReport> {
        ccp::read_pulled(body)
    }

    /// The body of the answer by which the provider sees that its reports were taken: JSON with HTTP
    /// status 200, or nothing at all with 204. Without it they come again.
    #[must_use]
    pub fn thanks(self) -> &'static str {
        match self {
            // Not documented; the same as its own answers say.
            Self::Ccp => r#"{"statusCode":"000000"}"#,
            Self::Aliyun => r#"{"code":0,"msg":"OK"}"#,
            Self::Tencent => r#"{"result":0,"errmsg":"OK"}"#,
            Self::Twilio => "",
        }
    }
}

impl Reports {
    /// Reads each of `items`; those that are about no message are ignored.
    fn of<T>(
        items: impl ExactSizeIterator<Item = T>,
        read: impl Fn(T) -> Option<DeliveryReport>,
    ) -> Result<Self, UnreadableReport> {
        if items.len() > MOST {
            return Err(UnreadableReport("too many at once"));
        }
        let count = items.len();
        let reports: Vec<_> = items.filter_map(read).collect();
        let ignored = count - reports.len();
        Ok(Self { reports, ignored })
    }
}

/// A JSON array of objects.
fn array(body: &[u8]) -> Result<Vec<serde_json::Value>, UnreadableReport> {
    serde_json::from_slice(body).map_err(|_| UnreadableReport("not a JSON array"))
}

/// A member of a JSON object as text, whichever way it is written.
fn text(item: &serde_json::Value, name: &str) -> Option<String> {
    use serde_json::Value;
    match item.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// A text that may stand in logs and names of keys; `None` if it is anything else, which may be a
/// number or a code.
fn plain(text: String) -> Option<String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"^:._-".contains(&byte);
    let fits = (1..=128).contains(&text.len()) && text.bytes().all(is_plain);
    fits.then_some(text)
}

/// A number with or without its country code and plus.
fn mobile(text: &str) -> Option<Mobile> {
    let mobile = Mobile::parse(text);
    mobile.or_else(|_| Mobile::parse(&format!("+{text}"))).ok()
}

/// A date and a time in Beijing, with or without `-`, `:` and a space between their digits.
fn beijing(text: &str) -> Option<Timestamp> {
    let digits: String = text.chars().filter(|c| !"-: ".contains(*c)).collect();
    if digits.len() != 14 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| digits[from..to].parse::<u8>().ok();
    let month = Month::try_from(part(4, 6)?).ok()?;
    let date = Date::from_calendar_date(digits[..4].parse().ok()?, month, part(6, 8)?).ok()?;
    let time = Time::from_hms(part(8, 10)?, part(10, 12)?, part(12, 14)?).ok()?;
    let beijing = UtcOffset::from_hms(8, 0, 0).ok()?;
    let moment = PrimitiveDateTime::new(date, time).assume_offset(beijing);
    let seconds = u64::try_from(moment.unix_timestamp()).ok()?;
    Some(Timestamp::from_millis(seconds * 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_beijing_is_read_in_both_forms() {
        let leap_day = Some(Timestamp::from_millis(1_709_181_296_000));
        assert_eq!(beijing("20240229123456"), leap_day);
        assert_eq!(beijing("2024-02-29 12:34:56"), leap_day);
        for bad in [
            "",
            "20230229123456",
            "2024022912345",
            "20240229123460",
            "１",
        ] {
            assert_eq!(beijing(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_what_is_plainly_an_id_passes_as_one() {
        for good in ["5ba75c", "900619746936498440^0", "5000:1045", "a_b.c-d"] {
            assert!(plain(good.to_owned()).is_some(), "{good}");
        }
        for bad in ["", "a b", "{a}", "a\n", "码", &"x".repeat(129)] {
            assert!(plain(bad.to_owned()).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_a_report() {
        let rows = [
            (
                ReportFormat::Ccp,
                r#"{"Request":{"smsType":"1","content":"1","status":"0"}}"#,
            ),
            (
                ReportFormat::Ccp,
                "<?xml version='1.0'?><Request><smsType>1</smsType><content>1</content>\
                 <status>0</status></Request>",
            ),
            (ReportFormat::Aliyun, r#"[{"biz_id":"1","success":true}]"#),
            (
                ReportFormat::Tencent,
                r#"[{"sid":"1","report_status":"SUCCESS"}]"#,
            ),
        ];
        for (format, body) in rows {
            let read = format.read(format!("\u{feff}{body}").as_bytes()).unwrap();
            assert_eq!(read.reports.len(), 1, "{body}");
        }
    }

    #[test]
    fn more_than_a_thousand_at_once_are_refused() {
        let item = r#"{"biz_id":"1","phone_number":"13800138000","success":true}"#;
        let body = |count: usize| format!("[{}]", vec![item; count].join(","));
        let read = |count| ReportFormat::Aliyun.read(body(count).as_bytes());
        assert_eq!(read(1000).unwrap().reports.len(), 1000);
        read(1001).unwrap_err();
    }
}
