//! Tencent Cloud's SendSms of 2021-01-11, signature TC3, and its status callback.
//!
//! From cloud.tencent.com: `document/api/382/55981` (SendSms), `/59177` and `/38780` (codes), `/59178`
//! (callback). Written apart from the sender that it checks.

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
use crate::template;

/// How far `X-TC-Timestamp` may be from the clock of the simulator.
const VALID: Duration = Duration::minutes(5);
/// Recipients of one request.
const MOST_RECIPIENTS: usize = 200;

/// The account at Tencent Cloud that a client must use.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TencentAccount {
    /// The name of the key.
    pub secret_id: String,
    /// The secret that signatures are made with.
    pub secret_key: String,
    /// The application.
    pub sdk_app_id: String,
    /// Texts of signatures that are approved.
    pub sign_names: Vec<String>,
    /// Texts by the number of their template, with `{1}`, `{2}` and so on for values.
    pub templates: BTreeMap<String, String>,
    /// Milliseconds until a report that was not taken is pushed again; none = never.
    pub retries_ms: Vec<u64>,
}

impl Default for TencentAccount {
    fn default() -> Self {
        let test = "您的验证码是{1}，请于{2}分钟内填写。如非本人操作，请忽略本短信。";
        Self {
            secret_id: "AKIDEXAMPLE".to_owned(),
            secret_key: "EXAMPLESECRETKEY0000000000000000".to_owned(),
            sdk_app_id: "1400000001".to_owned(),
            sign_names: vec!["腾讯云".to_owned()],
            templates: BTreeMap::from([("1234".to_owned(), test.to_owned())]),
            // Two more times (`/59178`); when is not told.
            retries_ms: vec![1000, 5000],
        }
    }
}

fn refuse(code: &'static str, why: &'static str) -> Refusal {
    Refusal::new(200, code, why)
}

impl Protocol for TencentAccount {
    fn check(&self, request: &Request, now: OffsetDateTime) -> Result<Call, Refusal> {
        check_head(request)?;
        let timestamp = check_timestamp(request, now)?;
        self.check_signature(request, timestamp)?;
        self.check_order(request).map(Call::Send)
    }

    fn message_id(&self, unique: u128) -> String {
        format!("5000:{:028}", unique % 10_u128.pow(28))
    }

    fn shares_id(&self) -> bool {
        false
    }

    fn accepted(&self, _: &Request, messages: &[Received], _: OffsetDateTime) -> Answer {
        let items = messages.iter().map(|message| {
            let context = message.client_id.as_deref();
            status_item(
                message.to.as_str(),
                &message.provider_id,
                context,
                "Ok",
                "send success",
            )
        });
        answer(
            json!({"SendStatusSet": items.collect::<Value>()}),
            messages[0].id,
        )
    }

    /// What the gateway refuses is an error of the whole request; what the service refuses is the
    /// status of each number.
    fn refused(&self, request: &Request, refusal: &Refusal) -> Answer {
        let Refusal { code, status, why } = refusal;
        if *status != 200 {
            return Answer::json(*status, &json!({"message": why}));
        }
        let body = serde_json::from_slice::<SendSms>(&request.body).ok();
        match body.filter(|_| is_of_the_service(code)) {
            None => answer(json!({"Error": {"Code": code, "Message": why}}), 0),
            Some(body) => {
                let context = body.session_context.as_deref();
                let numbers = body.phone_number_set.iter();
                let items = numbers.map(|to| status_item(to, "", context, code, why));
                answer(json!({"SendStatusSet": items.collect::<Value>()}), 0)
            }
        }
    }

    fn refusal(&self, code: &str) -> Refusal {
        Refusal::new(200, code.to_owned(), "refused by the script")
    }

    fn code_of(&self, cause: Cause) -> &'static str {
        match cause {
            Cause::Replayed | Cause::Repeated => "AuthFailure.SignatureFailure",
            Cause::Throttled => "RequestLimitExceeded",
            Cause::NumberLimit => "LimitExceeded.PhoneNumberDailyLimit",
        }
    }

    fn reports(&self, message: &Received, plan: &Plan, at: OffsetDateTime, url: &str) -> Vec<Push> {
        let failed = plan.failed.as_deref();
        let national = message.to.national();
        let nationcode = message
            .to
            .digits()
            .strip_suffix(national)
            .unwrap_or_default();
        let mut item = json!({
            "user_receive_time": clock::spaced(at),
            "nationcode": nationcode,
            "mobile": national,
            "report_status": if failed.is_some() { "FAIL" } else { "SUCCESS" },
            "errmsg": failed.unwrap_or("DELIVRD"),
            "description": if failed.is_some() { "用户短信接收失败" } else { "用户短信送达成功" },
            "sid": message.provider_id,
        });
        if let Some(context) = &message.client_id {
            item["ext"] = json!(context);
        }
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
        status == 200 && body["result"] == 0
    }
}

/// Whether the gateway has let a request pass that gets this code.
fn is_of_the_service(code: &str) -> bool {
    let families = [
        "FailedOperation",
        "LimitExceeded.",
        "UnsupportedOperation",
        "Unauthorized",
    ];
    let is_number = code == "InvalidParameterValue.IncorrectPhoneNumber";
    let is_count = code == "LimitExceeded.PhoneNumberCountLimit";
    !is_count && (is_number || families.iter().any(|family| code.starts_with(family)))
}

fn answer(mut response: Value, number: u64) -> Answer {
    response["RequestId"] = json!(format!("00000000-0000-4000-8000-{number:012x}"));
    Answer::json(200, &json!({ "Response": response }))
}

fn status_item(to: &str, serial: &str, context: Option<&str>, code: &str, why: &str) -> Value {
    let is_mainland = Number::prefixed_mainland(to).is_some();
    json!({
        "SerialNo": serial,
        "PhoneNumber": to,
        "Fee": u8::from(code == "Ok"),
        "SessionContext": context.unwrap_or_default(),
        "Code": code,
        "Message": why,
        "IsoCode": if is_mainland { "CN" } else { "" },
    })
}

fn check_head(request: &Request) -> Result<(), Refusal> {
    if request.method != "POST" || request.media_type() != "application/json" {
        let why = "the request is no POST of application/json";
        return Err(refuse("UnsupportedProtocol", why));
    }
    match request.header("x-tc-action") {
        None => return Err(refuse("MissingParameter", "there is no X-TC-Action")),
        Some("SendSms") => {}
        Some(_) => return Err(refuse("InvalidAction", "X-TC-Action is not SendSms")),
    }
    match request.header("x-tc-version") {
        None => return Err(refuse("MissingParameter", "there is no X-TC-Version")),
        Some("2021-01-11") => {}
        Some(_) => return Err(refuse("NoSuchVersion", "X-TC-Version is not 2021-01-11")),
    }
    if request.header("x-tc-region").is_none_or(str::is_empty) {
        return Err(refuse("MissingParameter", "there is no X-TC-Region"));
    }
    if request.header("x-tc-token").is_some() {
        return Err(refuse(
            "AuthFailure.TokenFailure",
            "there is no such X-TC-Token",
        ));
    }
    Ok(())
}

fn check_timestamp(request: &Request, now: OffsetDateTime) -> Result<OffsetDateTime, Refusal> {
    let header = request.header("x-tc-timestamp");
    let header = header.ok_or_else(|| refuse("MissingParameter", "there is no X-TC-Timestamp"))?;
    let seconds = header.parse().ok();
    let at = seconds.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    let at = at.ok_or_else(|| refuse("InvalidParameter", "X-TC-Timestamp is not Unix seconds"))?;
    if (at - now).abs() > VALID {
        let why = "X-TC-Timestamp is more than 5 minutes off";
        return Err(refuse("AuthFailure.SignatureExpire", why));
    }
    Ok(at)
}

impl TencentAccount {
    fn check_signature(&self, request: &Request, at: OffsetDateTime) -> Result<(), Refusal> {
        let header = request.header("authorization").unwrap_or_default();
        let authorization = sign::read_authorization(header).ok_or_else(|| {
            refuse(
                "AuthFailure.InvalidAuthorization",
                "Authorization is not TC3-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…",
            )
        })?;
        if authorization.secret_id != self.secret_id {
            return Err(refuse(
                "AuthFailure.SecretIdNotFound",
                "there is no such SecretId",
            ));
        }
        let wrong = |why| refuse("AuthFailure.SignatureFailure", why);
        let scope = format!("{}/sms/tc3_request", clock::utc_day(at));
        if authorization.scope != scope {
            return Err(wrong(
                "the Credential is not of the day of X-TC-Timestamp, sms, tc3_request",
            ));
        }
        let signed = &authorization.signed;
        if !signed.contains(&"content-type") || !signed.contains(&"host") || !signed.is_sorted() {
            return Err(wrong(
                "SignedHeaders lacks content-type or host, or is not in order",
            ));
        }
        let seconds = at.unix_timestamp();
        let right = sign::signature(request, signed, seconds, &scope, &self.secret_key);
        if authorization.signature != right {
            return Err(wrong(
                "the signature is not that of the request and the secret",
            ));
        }
        Ok(())
    }

    fn check_order(&self, request: &Request) -> Result<Order, Refusal> {
        let body: SendSms = serde_json::from_slice(&request.body).map_err(|error| {
            let why = format!("the body is not that of a SendSms: {error}");
            Refusal::new(200, "InvalidParameter", why)
        })?;
        let to = recipients(&body.phone_number_set)?;
        Ok(Order {
            text: self.text(&body, to[0].is_mainland())?,
            to,
            from: body.sign_name.unwrap_or_default(),
            client_id: body.session_context.filter(|context| !context.is_empty()),
            nonce: None,
            once: None,
            callback: None,
        })
    }

    /// The template with its values, behind the signature, which messages abroad need not have.
    fn text(&self, body: &SendSms, is_mainland: bool) -> Result<String, Refusal> {
        if body.sms_sdk_app_id != self.sdk_app_id {
            let code = "UnauthorizedOperation.SmsSdkAppIdVerifyFail";
            return Err(refuse(code, "there is no such SmsSdkAppId"));
        }
        let sign_name = body.sign_name.as_deref().unwrap_or_default();
        let has_none = sign_name.is_empty() && !is_mainland;
        if !has_none && !self.sign_names.iter().any(|name| name == sign_name) {
            let code = "FailedOperation.SignatureIncorrectOrUnapproved";
            return Err(refuse(code, "there is no such SignName"));
        }
        if body
            .session_context
            .as_ref()
            .is_some_and(|context| context.len() >= 512)
        {
            let code = "InvalidParameterValue.ContentLengthLimit";
            return Err(refuse(code, "SessionContext is not under 512 bytes"));
        }
        let template = self.templates.get(&body.template_id).ok_or_else(|| {
            let code = "FailedOperation.TemplateIncorrectOrUnapproved";
            refuse(code, "there is no such TemplateId")
        })?;
        let text = template::numbered(template, &body.template_param_set).ok_or_else(|| {
            let code = "FailedOperation.TemplateParamSetNotMatchApprovedTemplate";
            refuse(code, "TemplateParamSet has not one value for each variable")
        })?;
        Ok(match has_none {
            true => text,
            false => format!("【{sign_name}】{text}"),
        })
    }
}

/// The body of a request. Fields that nobody knows are refused, as Tencent does.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct SendSms {
    phone_number_set: Vec<String>,
    sms_sdk_app_id: String,
    template_id: String,
    sign_name: Option<String>,
    #[serde(default)]
    template_param_set: Vec<String>,
    #[serde(rename = "ExtendCode")]
    _extend_code: Option<String>,
    #[serde(rename = "SenderId")]
    _sender_id: Option<String>,
    session_context: Option<String>,
}

fn recipients(numbers: &[String]) -> Result<Vec<Number>, Refusal> {
    if numbers.is_empty() {
        return Err(refuse("MissingParameter", "PhoneNumberSet is empty"));
    }
    if numbers.len() > MOST_RECIPIENTS {
        let code = "LimitExceeded.PhoneNumberCountLimit";
        return Err(refuse(code, "there are more than 200 recipients"));
    }
    let number = |text: &String| Number::prefixed_mainland(text).or_else(|| Number::e164(text));
    let numbers: Option<Vec<_>> = numbers.iter().map(number).collect();
    let numbers = numbers.ok_or_else(|| {
        let code = "InvalidParameterValue.IncorrectPhoneNumber";
        refuse(code, "a recipient is no number in E.164")
    })?;
    let mut mainland = numbers.iter().map(Number::is_mainland);
    let first = mainland.next();
    if mainland.any(|other| Some(other) != first) {
        let code = "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber";
        return Err(refuse(
            code,
            "some recipients are of the mainland and some are not",
        ));
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests;
