//! `SmsReport`, pushed over HTTP: an array of objects, times in Beijing
//! (help.aliyun.com, `document_detail/101867`).

use serde_json::Value;
use sms_core::DeliveryState;

use super::{DeliveryReport, Reports, UnreadableReport, array, beijing, mobile, plain, text};

pub(super) fn read(body: &[u8]) -> Result<Reports, UnreadableReport> {
    Reports::of(array(body)?.iter(), report)
}

/// One report; `None` if it is anything else, such as a message from a phone (`SmsUp`).
fn report(item: &Value) -> Option<DeliveryReport> {
    let state = match &*text(item, "success")? {
        "true" => DeliveryState::Delivered,
        "false" => DeliveryState::Failed,
        _ => return None,
    };
    Some(DeliveryReport {
        provider_id: text(item, "biz_id").and_then(plain)?,
        to: text(item, "phone_number").and_then(|number| mobile(&number)),
        state,
        code: text(item, "err_code").and_then(plain),
        at: text(item, "report_time").and_then(|time| beijing(&time)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sms_core::{Mobile, Timestamp};

    #[test]
    fn a_batch_is_read_item_by_item() {
        let body = r#"[
            {"phone_number":"13900000001","send_time":"2024-02-29 12:34:50",
             "report_time":"2024-02-29 12:34:56","success":true,"err_code":"DELIVERED",
             "err_msg":"用户接收成功","sms_size":"1","biz_id":"900619746936498440^0","out_id":"a1"},
            {"phone_number":"8613900000002","report_time":"soon","success":false,
             "err_code":"UNKNOWN 1","biz_id":"2^0"},
            {"phone_number":"13900000003","content":"TD","sign_name":"店","dest_code":"1",
             "sequence_id":1},
            {"success":true},
            7
        ]"#;
        let read = read(body.as_bytes()).unwrap();
        let delivered = DeliveryReport {
            provider_id: "900619746936498440^0".to_owned(),
            to: Mobile::parse("13900000001").ok(),
            state: DeliveryState::Delivered,
            code: Some("DELIVERED".to_owned()),
            at: Some(Timestamp::from_millis(1_709_181_296_000)),
        };
        let failed = DeliveryReport {
            provider_id: "2^0".to_owned(),
            to: Mobile::parse("13900000002").ok(),
            state: DeliveryState::Failed,
            code: None,
            at: None,
        };
        assert_eq!(read.reports, [delivered, failed]);
        assert_eq!(read.ignored, 3);
    }

    #[test]
    fn anything_but_an_array_is_refused() {
        for body in ["", "{}", "[", "null", "biz_id=1"] {
            read(body.as_bytes()).unwrap_err();
        }
        assert_eq!(read(b"[]").unwrap(), Reports::default());
    }
}
