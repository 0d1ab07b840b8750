//! The status callback: an array of objects, times in Beijing
//! (cloud.tencent.com, `document/api/382/59178`).

use serde_json::Value;
use sms_core::DeliveryState;

use super::{DeliveryReport, Reports, UnreadableReport, array, beijing, mobile, plain, text};

/// Reads the reports of a callback. A message from a phone comes alone, as an object.
pub(super) fn read(body: &[u8]) -> Result<Reports, UnreadableReport> {
    if let Ok(Value::Object(_)) = serde_json::from_slice(body) {
        let (reports, ignored) = (Vec::new(), 1);
        return Ok(Reports { reports, ignored });
    }
    Reports::of(array(body)?.iter(), report)
}

fn report(item: &Value) -> Option<DeliveryReport> {
    let state = match &*text(item, "report_status")? {
        "SUCCESS" => DeliveryState::Delivered,
        "FAIL" => DeliveryState::Failed,
        _ => return None,
    };
    let number = text(item, "mobile").unwrap_or_default();
    let number = match text(item, "nationcode") {
        // Without the plus, a number of the USA may look like one of the mainland.
        Some(country) => format!("+{}{number}", country.trim_start_matches('+')),
        None => number,
    };
    Some(DeliveryReport {
        provider_id: text(item, "sid").and_then(plain)?,
        to: mobile(&number),
        state,
        code: text(item, "errmsg").and_then(plain),
        at: text(item, "user_receive_time").and_then(|time| beijing(&time)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sms_core::{Mobile, Timestamp};

    #[test]
    fn a_batch_is_read_item_by_item() {
        let body = r#"[
            {"user_receive_time":"2024-02-29 12:34:56","nationcode":"86","mobile":"13900000001",
             "report_status":"SUCCESS","errmsg":"DELIVRD","description":"用户短信送达成功",
             "sid":"5000:1045710669157053657849499619","ext":"a1"},
            {"user_receive_time":"2024-02-29 12:34:56","nationcode":"33","mobile":"612345678",
             "report_status":"FAIL","errmsg":"MK:0001","sid":"8:1"},
            {"nationcode":"1","mobile":"3105550123","report_status":"SUCCESS","sid":"8:2"},
            {"mobile":"13900000001","report_status":"SUCCESS","sid":"8:3"},
            {"report_status":"SUCCESS"}
        ]"#;
        let read = read(body.as_bytes()).unwrap();
        let at = Some(Timestamp::from_millis(1_709_181_296_000));
        let delivered = DeliveryReport {
            provider_id: "5000:1045710669157053657849499619".to_owned(),
            to: Mobile::parse("13900000001").ok(),
            state: DeliveryState::Delivered,
            code: Some("DELIVRD".to_owned()),
            at,
        };
        let failed = DeliveryReport {
            provider_id: "8:1".to_owned(),
            to: Mobile::parse("+33612345678").ok(),
            state: DeliveryState::Failed,
            code: Some("MK:0001".to_owned()),
            at,
        };
        let numbers: Vec<_> = read.reports[2..].iter().map(|report| report.to).collect();
        let expected = ["+13105550123", "13900000001"].map(|text| Mobile::parse(text).ok());
        assert_eq!(numbers, expected);
        assert_eq!(read.reports[..2], [delivered, failed]);
        assert_eq!(read.ignored, 1);
    }

    #[test]
    fn a_message_from_a_phone_is_ignored() {
        let body =
            r#"{"extend":"1","mobile":"13900000001","nationcode":"86","text":"TD","time":1}"#;
        let read = read(body.as_bytes()).unwrap();
        assert_eq!((read.reports.len(), read.ignored), (0, 1));
    }

    #[test]
    fn anything_else_is_refused() {
        for body in ["", "[", "null", "7", "sid=1"] {
            read(body.as_bytes()).unwrap_err();
        }
    }
}
