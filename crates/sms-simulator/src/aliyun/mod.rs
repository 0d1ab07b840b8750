//! Aliyun's SendSms of 2017-05-25, signature version 3, and SmsReport.
//!
//! From help.aliyun.com: `sdk/product-overview/v3-request-structure-and-signature`,
//! `sms/developer-reference/api-dysmsapi-2017-05-25-sendsms`, documents 101346 (codes) and 101867
//! (reports). Written apart from the sender that it checks.

mod sign;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::clock;
use crate::inbox::Received;
use crate::number::Number;
use crate::protocol::{Answer, Call, Cause, Order, Protocol, Refusal};
use crate::reports::{Plan, Push};
use crate::request::Request;
use crate::{segments, template};

/// How far `x-acs-date` may be from the clock of the simulator.
const VALID: Duration = Duration::minutes(15);
/// Recipients of one request.
const MOST_RECIPIENTS: usize = 1000;

/// The account at Aliyun that a client must use.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AliyunAccount {
    /// The name of the key.
    pub access_key_id: String,
    /// The secret that signatures are made with.
    pub access_key_secret: String,
    /// Names of signatures that are approved.
    pub sign_names: Vec<String>,
    /// Texts by the code of their template, with `${name}` for values.
    pub templates: BTreeMap<String, String>,
    /// Milliseconds until a report that was not taken is pushed again; none = never.
    pub retries_ms: Vec<u64>,
}

impl Default for AliyunAccount {
    fn default() -> Self {
        let test =
            "您正在使用阿里云短信测试服务，体验验证码是：${code}，如非本人操作，请忽略本短信！";
        let timed = "您的验证码为：${code}，请于${minutes}分钟内输入，请勿泄露于他人！";
        Self {
            access_key_id: "testId".to_owned(),
            access_key_secret: "testSecret".to_owned(),
            sign_names: vec!["阿里云短信测试".to_owned()],
            templates: BTreeMap::from([
                ("SMS_154950909".to_owned(), test.to_owned()),
                ("SMS_100000001".to_owned(), timed.to_owned()),
            ]),
            // After 1, 5 and 10 minutes (document 101867).
            retries_ms: vec![60_000, 300_000, 600_000],
        }
    }
}

/// A refusal of the gateway in front of the service.
fn gateway(code: &'static str, why: &'static str) -> Refusal {
    Refusal::new(status_of(code), code, why)
}

/// A refusal of the service.
fn business(code: &'static str, why: &'static str) -> Refusal {
    Refusal::new(200, code, why)
}

/// The HTTP status that goes with a code.
fn status_of(code: &str) -> u16 {
    match code {
        code if code.starts_with("isv.") || code.starts_with("isp.") => 200,
        code if code.starts_with("InvalidAccessKeyId") => 404,
        "ServiceUnavailable" => 503,
        "InternalError" => 500,
        _ => 400,
    }
}

impl Protocol for AliyunAccount {
    fn check(&self, request: &Request, now: OffsetDateTime) -> Result<Call, Refusal> {
        check_head(request)?;
        check_date(request, now)?;
        self.check_signature(request)?;
        self.check_order(request).map(Call::Send)
    }

    fn message_id(&self, unique: u128) -> String {
        format!("{:018}^0", unique % 1_000_000_000_000_000_000)
    }

    fn shares_id(&self) -> bool {
        true
    }

    fn accepted(&self, _: &Request, messages: &[Received], _: OffsetDateTime) -> Answer {
        let message = &messages[0];
        Answer::json(
            200,
            &json!({
                "Code": "OK",
                "Message": "OK",
                "BizId": message.provider_id,
                "RequestId": request_id(message.id),
            }),
        )
    }

    fn refused(&self, _: &Request, refusal: &Refusal) -> Answer {
        let Refusal { code, status, why } = refusal;
        let body = json!({"Code": code, "Message": why, "RequestId": request_id(0)});
        Answer::json(*status, &body)
    }

    fn refusal(&self, code: &str) -> Refusal {
        Refusal::new(status_of(code), code.to_owned(), "refused by the script")
    }

    fn code_of(&self, cause: Cause) -> &'static str {
        match cause {
            Cause::Replayed | Cause::Repeated => "SignatureNonceUsed",
            Cause::Throttled => "Throttling.User",
            Cause::NumberLimit => "isv.BUSINESS_LIMIT_CONTROL",
        }
    }

    fn reports(&self, message: &Received, plan: &Plan, at: OffsetDateTime, url: &str) -> Vec<Push> {
        let failed = plan.failed.as_deref();
        let item = json!({
            "phone_number": message.to.national(),
            "send_time": clock::spaced(message.at),
            "report_time": clock::spaced(at),
            "success": failed.is_none(),
            "err_code": failed.unwrap_or("DELIVERED"),
            "err_msg": if failed.is_none() { "用户接收成功" } else { "用户接收失败" },
            "sms_size": segments::mainland(&message.text).to_string(),
            "biz_id": message.provider_id,
            "out_id": message.client_id,
        });
        vec![Push {
            url: url.to_owned(),
            content_type: Answer::JSON,
            body: json!([item]).to_string(),
            signature: None,
            says: plan.outcome(),
        }]
    }

    fn is_taken(&self, status: u16, body: &[u8]) -> bool {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        status == 200 && body["code"] == 0
    }
}

/// In the form of a UUID.
fn request_id(number: u64) -> String {
    format!("00000000-0000-4000-8000-{number:012X}")
}

fn check_head(request: &Request) -> Result<(), Refusal> {
    if !matches!(request.method.as_str(), "POST" | "GET") {
        return Err(Refusal::new(
            403,
            "UnsupportedHTTPMethod",
            "the method is neither POST nor GET",
        ));
    }
    let missing = |why| gateway("MissingParameter", why);
    match request.header("x-acs-action") {
        None => return Err(missing("there is no x-acs-action")),
        Some("SendSms") => {}
        Some(_) => {
            return Err(gateway(
                "InvalidAction.NotFound",
                "x-acs-action is not SendSms",
            ));
        }
    }
    match request.header("x-acs-version") {
        None => return Err(missing("there is no x-acs-version")),
        Some("2017-05-25") => {}
        Some(_) => return Err(gateway("InvalidVersion", "x-acs-version is not 2017-05-25")),
    }
    if request
        .header("x-acs-signature-nonce")
        .is_none_or(str::is_empty)
    {
        return Err(missing("there is no x-acs-signature-nonce"));
    }
    Ok(())
}

fn check_date(request: &Request, now: OffsetDateTime) -> Result<(), Refusal> {
    let date = request.header("x-acs-date");
    let date = date.ok_or_else(|| gateway("MissingParameter", "there is no x-acs-date"))?;
    let date = clock::read_zulu(date).ok_or_else(|| {
        gateway(
            "InvalidTimeStamp.Format",
            "x-acs-date is not yyyy-MM-ddTHH:mm:ssZ in UTC",
        )
    })?;
    if (date - now).abs() > VALID {
        return Err(gateway(
            "InvalidTimeStamp.Expired",
            "x-acs-date is more than 15 minutes off",
        ));
    }
    Ok(())
}

impl AliyunAccount {
    fn check_signature(&self, request: &Request) -> Result<(), Refusal> {
        let header = request.header("authorization").unwrap_or_default();
        let authorization = sign::read_authorization(header).ok_or_else(|| {
            gateway(
                "IncompleteSignature",
                "Authorization is not ACS3-HMAC-SHA256 Credential=…,SignedHeaders=…,Signature=…",
            )
        })?;
        if authorization.key_id != self.access_key_id {
            return Err(gateway(
                "InvalidAccessKeyId.NotFound",
                "there is no such key",
            ));
        }
        let wrong = |why| gateway("SignatureDoesNotMatch", why);
        if request.header("x-acs-content-sha256") != Some(&sign::hash(&request.body)) {
            return Err(wrong("x-acs-content-sha256 is not the SHA-256 of the body"));
        }
        let signed = &authorization.signed;
        if !signed.is_sorted() {
            return Err(wrong("SignedHeaders is not in the order of the names"));
        }
        let must = request
            .headers
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| name.starts_with("x-acs-") || matches!(*name, "host" | "content-type"));
        if !must.into_iter().all(|name| signed.contains(&name)) || !signed.contains(&"host") {
            return Err(wrong(
                "host, content-type or an x-acs- header is not signed",
            ));
        }
        if authorization.signature != sign::signature(request, signed, &self.access_key_secret) {
            return Err(wrong(
                "the signature is not that of the request and the secret",
            ));
        }
        Ok(())
    }

    fn check_order(&self, request: &Request) -> Result<Order, Refusal> {
        let pairs: BTreeMap<_, _> = request.query_pairs().into_iter().collect();
        let text = |name: &str| {
            pairs
                .get(name)
                .map(String::as_str)
                .filter(|text| !text.is_empty())
        };
        let missing = |code, why| Refusal::new(400, code, why);
        let to = text("PhoneNumbers")
            .ok_or_else(|| missing("MissingPhoneNumbers", "there is no PhoneNumbers"))?;
        let sign_name =
            text("SignName").ok_or_else(|| missing("MissingSignName", "there is no SignName"))?;
        let code = text("TemplateCode")
            .ok_or_else(|| missing("MissingTemplateCode", "there is no TemplateCode"))?;
        let to = recipients(to)?;
        if !self.sign_names.iter().any(|name| name == sign_name) {
            return Err(business(
                "isv.SMS_SIGNATURE_ILLEGAL",
                "there is no such SignName",
            ));
        }
        let template = self.templates.get(code);
        let template = template
            .ok_or_else(|| business("isv.SMS_TEMPLATE_ILLEGAL", "there is no such TemplateCode"))?;
        let values = values(text("TemplateParam"))?;
        let filled = template::named(template, &values).ok_or_else(|| {
            business(
                "isv.TEMPLATE_MISSING_PARAMETERS",
                "TemplateParam lacks a variable",
            )
        })?;
        Ok(Order {
            to,
            text: format!("【{sign_name}】{filled}"),
            from: sign_name.to_owned(),
            client_id: text("OutId").map(str::to_owned),
            nonce: request.header("x-acs-signature-nonce").map(str::to_owned),
            once: None,
            callback: None,
        })
    }
}

fn recipients(to: &str) -> Result<Vec<Number>, Refusal> {
    let numbers: Vec<_> = to.split(',').collect();
    if numbers.len() > MOST_RECIPIENTS {
        return Err(business(
            "isv.MOBILE_COUNT_OVER_LIMIT",
            "there are more than 1000 recipients",
        ));
    }
    // Elsewhere: the code of the country and the number, without a plus.
    let abroad = |text: &str| Number::e164(&format!("+{text}"));
    let number = |text| Number::prefixed_mainland(text).or_else(|| abroad(text));
    let numbers: Option<_> = numbers.into_iter().map(number).collect();
    numbers.ok_or_else(|| business("isv.MOBILE_NUMBER_ILLEGAL", "a recipient is no number"))
}

/// The values of the template's variables, all of which must be texts.
fn values(param: Option<&str>) -> Result<BTreeMap<String, String>, Refusal> {
    let Some(param) = param else {
        return Ok(BTreeMap::new());
    };
    let Ok(Value::Object(fields)) = serde_json::from_str(param) else {
        return Err(business(
            "isv.INVALID_JSON_PARAM",
            "TemplateParam is no JSON object",
        ));
    };
    let texts = fields.into_iter().map(|(name, value)| match value {
        Value::String(text) => Ok((name, text)),
        _ => Err(business(
            "isv.TEMPLATE_PARAMS_ILLEGAL",
            "a value in TemplateParam is no text",
        )),
    });
    texts.collect()
}

#[cfg(test)]
mod tests;
