//! What Tencent Cloud is told and what it answers, in JSON.

use serde::Serialize;
use serde_json::Value;

use super::status::ACCEPTED;
use crate::template::Filled;

/// The body of a SendSms request.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SendSms<'a> {
    /// E.164, with its plus.
    pub(super) phone_number_set: [&'a str; 1],
    pub(super) sms_sdk_app_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sign_name: Option<&'a str>,
    pub(super) template_id: &'a str,
    /// The values of `{1}`, `{2}` and so on.
    pub(super) template_param_set: Filled<'a>,
    /// Comes back in the answer and in the report of the delivery. Repetitions are not recognised
    /// by it.
    pub(super) session_context: &'a str,
}

/// What matters of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reply {
    /// That of the message, or of the request as a whole.
    pub(super) code: String,
    pub(super) serial_no: Option<String>,
}

impl Reply {
    /// Reads an answer to a request with one number; `None` if it is not JSON, says nothing about
    /// the outcome, or says two things.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let reply: Value = serde_json::from_slice(body).ok()?;
        let response = reply.get("Response")?;
        let messages = response.get("SendStatusSet").and_then(Value::as_array);
        let messages = messages.map_or(&[][..], Vec::as_slice);
        let (what, may_be_accepted) = match (response.get("Error"), messages) {
            (Some(error), []) => (error, false),
            (None, [message]) => (message, true),
            _ => return None,
        };
        let code = what.get("Code")?.as_str()?;
        if code.is_empty() || (code == ACCEPTED && !may_be_accepted) {
            return None;
        }
        let serial_no = what.get("SerialNo").and_then(Value::as_str);
        Some(Self {
            code: code.to_owned(),
            serial_no: serial_no.filter(|id| is_serial_no(id)).map(str::to_owned),
        })
    }
}

/// Documented ids are digits, a colon and digits. The text goes into logs, so nothing that isn't
/// plainly an id may pass as one.
fn is_serial_no(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b':';
    (1..=64).contains(&text.len()) && text.bytes().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Variable;
    use crate::template::Values;

    fn reply(code: &str, serial_no: Option<&str>) -> Option<Reply> {
        Some(Reply {
            code: code.to_owned(),
            serial_no: serial_no.map(str::to_owned),
        })
    }

    #[test]
    fn a_request_has_these_fields_and_no_others() {
        let values = Values::new("6532", 5);
        let mut body = SendSms {
            phone_number_set: ["+8613800000000"],
            sms_sdk_app_id: "1400000001",
            sign_name: Some("腾讯云"),
            template_id: "1234",
            template_param_set: Filled(&Variable::ALL, &values),
            session_context: "m-1",
        };
        // The body that the vendor's SDK made for a signature that is a test.
        assert_eq!(
            serde_json::to_string(&body).unwrap(),
            "{\"PhoneNumberSet\":[\"+8613800000000\"],\"SmsSdkAppId\":\"1400000001\",\
             \"SignName\":\"腾讯云\",\"TemplateId\":\"1234\",\
             \"TemplateParamSet\":[\"6532\",\"5\"],\"SessionContext\":\"m-1\"}"
        );
        body.sign_name = None;
        let json = serde_json::to_value(&body).unwrap();
        assert_eq!(json.get("SignName"), None);
    }

    #[test]
    fn replies_as_tencent_writes_them_are_read() {
        let accepted = r#"{"Response":{"SendStatusSet":[{"SerialNo":"5000:1045710669157053657849499619","PhoneNumber":"+8618511122233","Fee":1,"SessionContext":"test","Code":"Ok","Message":"send success","IsoCode":"CN"}],"RequestId":"a0aabda6-cf91-4f3e-a81f-9198114a2279"}}"#;
        let id = Some("5000:1045710669157053657849499619");
        assert_eq!(Reply::read(accepted.as_bytes()), reply("Ok", id));
        let refused = r#"{"Response":{"SendStatusSet":[{"SerialNo":"","PhoneNumber":"+8618511122233","Fee":0,"SessionContext":"test","Code":"LimitExceeded.PhoneNumberDailyLimit","Message":"x","IsoCode":"CN"}],"RequestId":"r"}}"#;
        assert_eq!(
            Reply::read(refused.as_bytes()),
            reply("LimitExceeded.PhoneNumberDailyLimit", None)
        );
        let whole = r#"{"Response":{"Error":{"Code":"AuthFailure.SignatureFailure","Message":"x"},"RequestId":"r"}}"#;
        assert_eq!(
            Reply::read(whole.as_bytes()),
            reply("AuthFailure.SignatureFailure", None)
        );
    }

    #[test]
    fn an_answer_that_says_nothing_or_two_things_is_none() {
        for body in [
            "",
            "{}",
            "null",
            r#"{"Response":{}}"#,
            r#"{"Response":null}"#,
            r#"{"Response":{"SendStatusSet":[]}}"#,
            r#"{"Response":{"SendStatusSet":{"Code":"Ok"}}}"#,
            r#"{"Response":{"SendStatusSet":[{"Code":"Ok"},{"Code":"Ok"}]}}"#,
            r#"{"Response":{"SendStatusSet":[{"Code":"Ok"}],"Error":{"Code":"InternalError"}}}"#,
            r#"{"Response":{"SendStatusSet":[{"Code":1}]}}"#,
            r#"{"Response":{"SendStatusSet":[{"Code":""}]}}"#,
            r#"{"Response":{"Error":"AuthFailure"}}"#,
            r#"{"Response":{"Error":{"Code":"Ok"}}}"#,
            r#"{"SendStatusSet":[{"Code":"Ok"}]}"#,
            r#"{"Response":{"SendStatusSet":[{"Code":"Ok"}]}"#,
        ] {
            assert_eq!(Reply::read(body.as_bytes()), None, "{body}");
        }
    }
}
