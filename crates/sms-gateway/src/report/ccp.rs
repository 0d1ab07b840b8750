//! What CCP pushes, one report a request in JSON or XML, and the list that it gives when asked
//! (`GetArrived`). From the public files `MessageController.java` of `com.ifrabbit.nk.message`
//! (meaning of the fields, XML) and, on GitHub, `sender_cloopen.rs` of `shanliu/lsys` (JSON,
//! `GetArrived`).

use std::collections::BTreeMap;

use serde_json::Value;
use sms_core::DeliveryState;

use super::{DeliveryReport, Reports, UnreadableReport, beijing, mobile, plain, text, xml};

/// Reads a push. Its first character tells the form: the header is not to be relied on.
pub(super) fn read(body: &[u8]) -> Result<Reports, UnreadableReport> {
    let report = match body.trim_ascii_start().first() {
        Some(b'{') => {
            let body: Value =
                serde_json::from_slice(body).map_err(|_| UnreadableReport("not JSON"))?;
            let request = body.get("Request").ok_or(NO_REQUEST)?;
            report(|name| text(request, name))
        }
        Some(b'<') => {
            let fields: BTreeMap<_, _> = xml::fields(body, "Request")?;
            report(|name| Some(fields.get(name)?.trim().to_owned()))
        }
        _ => return Err(UnreadableReport("neither JSON nor XML")),
    };
    Ok(Reports {
        ignored: usize::from(report.is_none()),
        reports: report.into_iter().collect(),
    })
}

/// Reads the answer to `GetArrived`; without a list in it, there are none.
pub(super) fn read_pulled(body: &[u8]) -> Result<Reports, UnreadableReport> {
    let body: Value = serde_json::from_slice(body).map_err(|_| UnreadableReport("not JSON"))?;
    let items = body.get("reports").and_then(Value::as_array);
    let items = items.map(Vec::as_slice).unwrap_or_default();
    Reports::of(items.iter(), |item| report(|name| text(item, name)))
}

const NO_REQUEST: UnreadableReport = UnreadableReport("there is no Request in it");

/// The report with these fields; `None` if they are a message from a phone or name no message.
fn report(field: impl Fn(&str) -> Option<String>) -> Option<DeliveryReport> {
    // What is asked for has no smsType of its own.
    if field("smsType").is_some_and(|kind| kind != "1") {
        return None;
    }
    let status = field("status").filter(|status| !status.is_empty())?;
    let state = match &*status {
        "0" => DeliveryState::Delivered,
        _ => DeliveryState::Failed,
    };
    let code = field("deliverCode").filter(|code| !code.is_empty());
    Some(DeliveryReport {
        provider_id: field("content").and_then(plain)?,
        to: field("fromNum").and_then(|number| mobile(&number)),
        state,
        code: code.or(Some(status)).and_then(plain),
        at: field("recvTime").and_then(|time| beijing(&time)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sms_core::{Mobile, Timestamp};

    const SID: &str = "4121908f3d1b4edb9210f0eb4742f62c";

    fn report_of(body: &str) -> DeliveryReport {
        let read = read(body.as_bytes()).unwrap();
        assert_eq!((read.reports.len(), read.ignored), (1, 0), "{body}");
        read.reports.into_iter().next().unwrap()
    }

    #[test]
    fn a_push_in_json_is_read() {
        let body = format!(
            r#"{{"Request":{{"action":"SMSArrived","smsType":"1","apiVersion":"2013-12-26","content":"{SID}","fromNum":"13912345678","dateSent":"20240229123450","deliverCode":"DELIVRD","recvTime":"20240229123456","status":"0","reqId":"123","smsCount":"2","spCode":"10690876"}}}}"#
        );
        let expected = DeliveryReport {
            provider_id: SID.to_owned(),
            to: Mobile::parse("13912345678").ok(),
            state: DeliveryState::Delivered,
            code: Some("DELIVRD".to_owned()),
            at: Some(Timestamp::from_millis(1_709_181_296_000)),
        };
        assert_eq!(report_of(&body), expected);
        assert_eq!(report_of(&format!("\r\n  {body}")), expected);
    }

    #[test]
    fn a_push_in_xml_is_read() {
        let body = format!(
            r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Request><action>SMSArrived</action><smsType>1</smsType><recvTime>20240229123456</recvTime><apiVersion>2013-12-26</apiVersion><fromNum>13912345678</fromNum><content>{SID}</content><status>1</status><deliverCode>MK:0001</deliverCode></Request>"#
        );
        let report = report_of(&body);
        assert_eq!(report.provider_id, SID);
        assert_eq!(report.state, DeliveryState::Failed);
        assert_eq!(report.code.as_deref(), Some("MK:0001"));
        assert!(report.to.is_some() && report.at.is_some());
    }

    #[test]
    fn blanks_around_the_fields_of_xml_are_no_part_of_them() {
        let body = format!(
            "\n<Request>\n  <smsType> 1 </smsType>\n  <content>\n{SID}\n</content>\n  \
             <status> 0 </status>\n</Request>\n"
        );
        let report = report_of(&body);
        assert_eq!(report.provider_id, SID);
        assert_eq!(report.state, DeliveryState::Delivered);
    }

    #[test]
    fn a_status_without_a_code_is_its_own_code() {
        let body = format!(r#"{{"Request":{{"smsType":1,"content":"{SID}","status":2}}}}"#);
        let report = report_of(&body);
        assert_eq!(report.state, DeliveryState::Failed);
        assert_eq!(report.code.as_deref(), Some("2"));
    }

    #[test]
    fn a_message_from_a_phone_is_ignored() {
        let bodies = [
            r#"{"Request":{"action":"SMSArrived","smsType":"0","content":"TD","fromNum":"13912345678"}}"#,
            "<Request><smsType>0</smsType><content>TD</content></Request>",
            r#"{"Request":{"smsType":"1","content":"two words","status":"0"}}"#,
            r#"{"Request":{}}"#,
            r#"{"Request":{"smsType":"1","content":"1","status":""}}"#,
        ];
        for body in bodies {
            let read = read(body.as_bytes()).unwrap();
            assert_eq!((read.reports.len(), read.ignored), (0, 1), "{body}");
        }
    }

    #[test]
    fn what_was_asked_for_is_a_list() {
        let body = format!(
            r#"{{"statusCode":"000000","reports":[{{"content":"{SID}","fromNum":"13912345678","status":"0"}},{{"content":"TD","smsType":"0"}}]}}"#
        );
        let read = read_pulled(body.as_bytes()).unwrap();
        assert_eq!((read.reports.len(), read.ignored), (1, 1));
        assert_eq!(read.reports[0].provider_id, SID);
        let none = read_pulled(br#"{"statusCode":"000000"}"#).unwrap();
        assert_eq!(none, Reports::default());
        read_pulled(b"nonsense").unwrap_err();
    }

    #[test]
    fn anything_else_is_refused() {
        for body in ["", "  ", "{}", "[]", "{", "<", "<a></a>", "Request=1"] {
            read(body.as_bytes()).unwrap_err();
        }
    }
}
