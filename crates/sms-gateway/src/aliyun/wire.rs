//! What Aliyun is told in a query and answers in JSON.

use serde_json::Value;

use super::sign::canonical_query;

/// The parameters of SendSms.
pub(super) struct SendSms<'a> {
    /// Eleven digits for the mainland; elsewhere the calling code and the number, without a plus.
    pub(super) phone_numbers: &'a str,
    pub(super) sign_name: &'a str,
    pub(super) template_code: &'a str,
    /// The values of the template's variables, a JSON object.
    pub(super) template_param: &'a str,
    /// Comes back in the report of the delivery. Aliyun does not recognise repetitions by it.
    pub(super) out_id: &'a str,
}

impl SendSms<'_> {
    /// The query, as it is signed and sent.
    pub(super) fn query(&self) -> String {
        canonical_query(vec![
            ("PhoneNumbers", self.phone_numbers),
            ("SignName", self.sign_name),
            ("TemplateCode", self.template_code),
            ("TemplateParam", self.template_param),
            ("OutId", self.out_id),
        ])
    }
}

/// What matters of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: String,
    pub(super) biz_id: Option<String>,
}

impl Reply {
    /// Reads an answer; `None` if it is not JSON or says nothing about the outcome.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let reply: Value = serde_json::from_slice(body).ok()?;
        let code = reply.get("Code")?.as_str()?;
        if code.is_empty() {
            return None;
        }
        let biz_id = reply.get("BizId").and_then(Value::as_str);
        Some(Self {
            code: code.to_owned(),
            biz_id: biz_id.filter(|id| is_biz_id(id)).map(str::to_owned),
        })
    }
}

/// Documented ids are digits, a `^` and digits. The text goes into logs, so nothing that isn't
/// plainly an id may pass as one.
fn is_biz_id(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'^';
    (1..=64).contains(&text.len()) && text.bytes().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(code: &str, biz_id: Option<&str>) -> Option<Reply> {
        Some(Reply {
            code: code.to_owned(),
            biz_id: biz_id.map(str::to_owned),
        })
    }

    #[test]
    fn a_request_has_these_parameters_and_no_others() {
        let request = SendSms {
            phone_numbers: "13800000000",
            sign_name: "测试",
            template_code: "SMS_1",
            template_param: r#"{"code":"6532"}"#,
            out_id: "00010f101f7f808f909fa0afb0f0feff",
        };
        assert_eq!(
            request.query(),
            "OutId=00010f101f7f808f909fa0afb0f0feff&PhoneNumbers=13800000000\
             &SignName=%E6%B5%8B%E8%AF%95&TemplateCode=SMS_1\
             &TemplateParam=%7B%22code%22%3A%226532%22%7D"
        );
    }

    #[test]
    fn replies_as_aliyun_writes_them_are_read() {
        let accepted = r#"{"Code":"OK","Message":"OK","RequestId":"F655A8D5-B967-440B-8683-DAD6FF8DE990","BizId":"900619746936498440^0"}"#;
        assert_eq!(
            Reply::read(accepted.as_bytes()),
            reply("OK", Some("900619746936498440^0"))
        );
        let refused = r#"{"Message":"触发天级流控Permits:10","RequestId":"x","Code":"isv.BUSINESS_LIMIT_CONTROL"}"#;
        assert_eq!(
            Reply::read(refused.as_bytes()),
            reply("isv.BUSINESS_LIMIT_CONTROL", None)
        );
    }

    #[test]
    fn whatever_else_is_odd_the_code_counts() {
        let rows = [
            (r#"{"Code":"OK"}"#, None),
            (r#"{"Code":"OK","BizId":null}"#, None),
            (r#"{"Code":"OK","BizId":7}"#, None),
            (r#"{"Code":"OK","BizId":""}"#, None),
            (r#"{"Code":"OK","BizId":"1 2"}"#, None),
            (r#" {"BizId":"1^0","more":[],"Code":"OK"} "#, Some("1^0")),
        ];
        for (body, biz_id) in rows {
            assert_eq!(Reply::read(body.as_bytes()), reply("OK", biz_id), "{body}");
        }
    }

    #[test]
    fn without_a_code_there_is_no_answer() {
        for body in [
            "",
            "{}",
            "[]",
            "null",
            "\"OK\"",
            r#"{"Code":0}"#,
            r#"{"Code":null}"#,
            r#"{"Code":""}"#,
            r#"{"code":"OK"}"#,
            r#"{"Message":"OK"}"#,
            r#"{"Code":"OK""#,
            "<Code>OK</Code>",
        ] {
            assert_eq!(Reply::read(body.as_bytes()), None, "{body}");
        }
    }
}
