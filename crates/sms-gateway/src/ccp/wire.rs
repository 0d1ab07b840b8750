//! What CCP is told and what it answers, in JSON.

use serde::Serialize;
use serde_json::Value;

use crate::template::Filled;

/// The body of a TemplateSMS request. All values are strings, as in the vendor's SDKs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TemplateSms<'a> {
    /// Eleven digits, without a country code.
    pub(super) to: &'a str,
    pub(super) app_id: &'a str,
    pub(super) template_id: &'a str,
    /// The values of `{1}`, `{2}` and so on.
    pub(super) datas: Filled<'a>,
    /// CCP takes each id once a day and refuses repetitions (Java SDK of the vendor: `reqId`).
    pub(super) req_id: &'a str,
}

/// What matters of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status_code: String,
    pub(super) message_sid: Option<String>,
}

impl Reply {
    /// Reads an answer; `None` if it is not JSON or says nothing about the outcome.
    ///
    /// Only the status code has to be there. The object around the message's id is spelt
    /// `templateSMS` in documented replies, and `TemplateSMS` in their XML form and in some
    /// clients.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let reply: Value = serde_json::from_slice(body).ok()?;
        let status_code = reply.get("statusCode")?.as_str()?;
        if status_code.is_empty() {
            return None;
        }
        let message = reply
            .get("templateSMS")
            .or_else(|| reply.get("TemplateSMS"));
        let message_sid = message
            .and_then(|message| message.get("smsMessageSid")?.as_str())
            .filter(|sid| is_sid(sid));
        Some(Self {
            status_code: status_code.to_owned(),
            message_sid: message_sid.map(str::to_owned),
        })
    }
}

/// Documented ids have 32 hexadecimal digits. The text goes into logs, so nothing that isn't
/// plainly an id may pass as one.
fn is_sid(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Variable;
    use crate::template::Values;

    fn reply(status_code: &str, message_sid: Option<&str>) -> Option<Reply> {
        Some(Reply {
            status_code: status_code.to_owned(),
            message_sid: message_sid.map(str::to_owned),
        })
    }

    #[test]
    fn a_request_has_these_fields_and_no_others() {
        let body = TemplateSms {
            to: "13800000000",
            app_id: "8aaf0708000000000000000000000a02",
            template_id: "1",
            datas: Filled(&Variable::ALL, &Values::new("6532", 5)),
            req_id: "00010f101f7f808f909fa0afb0f0feff",
        };
        assert_eq!(
            serde_json::to_string(&body).unwrap(),
            "{\"to\":\"13800000000\",\"appId\":\"8aaf0708000000000000000000000a02\",\
             \"templateId\":\"1\",\"datas\":[\"6532\",\"5\"],\
             \"reqId\":\"00010f101f7f808f909fa0afb0f0feff\"}"
        );
    }

    #[test]
    fn replies_as_ccp_writes_them_are_read() {
        let accepted = "{\"statusCode\":\"000000\",\"templateSMS\":\
            {\"dateCreated\":\"20180901181353\",\"smsMessageSid\":\"5ba75cbbb746409fade5bbf3b1541b7c\"}}";
        let sid = Some("5ba75cbbb746409fade5bbf3b1541b7c");
        assert_eq!(Reply::read(accepted.as_bytes()), reply("000000", sid));
        let refused = "{\"statusCode\":\"160032\",\"statusMsg\":\"【短信】短信模板无效\"}";
        assert_eq!(Reply::read(refused.as_bytes()), reply("160032", None));
    }

    #[test]
    fn whatever_else_is_odd_the_status_code_counts() {
        let rows = [
            (r#"{"statusCode":"000000"}"#, None),
            (r#"{"statusCode":"000000","templateSMS":null}"#, None),
            (r#"{"statusCode":"000000","templateSMS":[1]}"#, None),
            (r#"{"statusCode":"000000","templateSMS":{}}"#, None),
            (
                r#"{"statusCode":"000000","templateSMS":{"smsMessageSid":7}}"#,
                None,
            ),
            (
                r#"{"statusCode":"000000","templateSMS":{"smsMessageSid":"a b"}}"#,
                None,
            ),
            (
                r#"{"statusCode":"000000","templateSMS":{"smsMessageSid":""}}"#,
                None,
            ),
            (
                r#"{"statusCode":"000000","TemplateSMS":{"smsMessageSid":"a1"}}"#,
                Some("a1"),
            ),
            (r#" {"more":{},"statusCode":"000000"} "#, None),
        ];
        for (body, sid) in rows {
            assert_eq!(Reply::read(body.as_bytes()), reply("000000", sid), "{body}");
        }
    }

    #[test]
    fn without_a_status_code_there_is_no_answer() {
        let rows = [
            "",
            "{}",
            "[]",
            "null",
            "\"000000\"",
            r#"{"statusCode":0}"#,
            r#"{"statusCode":null}"#,
            r#"{"statusCode":""}"#,
            r#"{"statusMsg":"000000"}"#,
            r#"{"statusCode":"000000""#,
            "<html></html>",
        ];
        for body in rows {
            assert_eq!(Reply::read(body.as_bytes()), None, "{body}");
        }
    }
}
