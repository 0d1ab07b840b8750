//! CCP, the REST interface of Yuntongxun (容联云通讯): TemplateSMS and GetArrived.
//!
//! From the vendor's pages `doc/rest/sms/3_2_2_2.html` (requests) and `doc/rest/restabout/3_1_1_7.html`
//! (codes), and from public clients where those are silent. Written apart from the sender that it
//! checks: nothing is shared with it.

mod body;
mod sign;
mod wire;

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::{Duration, OffsetDateTime};

use crate::clock;
use crate::inbox::Received;
use crate::number::Number;
use crate::protocol::{Answer, Call, Cause, Order, Protocol, Refusal};
use crate::reports::{Plan, Push};
use crate::request::Request;
use crate::template;
use body::Body;
pub(crate) use wire::pulled;

/// How far a timestamp may be from the clock of the simulator. Its age is documented; one from the
/// future is not taken either.
const VALID: Duration = Duration::hours(24);
/// Recipients of one request.
const MOST_RECIPIENTS: usize = 200;
/// Reports that one pull may ask for.
const MOST_REPORTS: usize = 500;
/// The template that everybody has, for digits only.
const TEST_TEMPLATE: &str = "1";

/// The account at CCP that a client must use.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct CcpAccount {
    /// The account: 32 letters and digits.
    pub account_sid: String,
    /// The secret that signatures are made with.
    pub auth_token: String,
    /// The application.
    pub app_id: String,
    /// Texts by the number of their template, with `{1}`, `{2}` and so on for values.
    pub templates: BTreeMap<String, String>,
    /// The form of reports.
    pub reports: ReportForm,
    /// Milliseconds until a report that was not taken is pushed again; none = never.
    pub retries_ms: Vec<u64>,
}

/// The form of CCP's reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ReportForm {
    /// An object of texts.
    #[default]
    Json,
    /// Elements with text.
    Xml,
}

impl Default for CcpAccount {
    fn default() -> Self {
        let test = "【云通讯】您使用的是云通讯短信模板，您的验证码是{1}，请于{2}分钟内正确输入";
        Self {
            account_sid: "8aaf0708000000000000000000000a01".to_owned(),
            auth_token: "0123456789abcdef0123456789abcdef".to_owned(),
            app_id: "8aaf0708000000000000000000000a02".to_owned(),
            templates: BTreeMap::from([(TEST_TEMPLATE.to_owned(), test.to_owned())]),
            reports: ReportForm::Json,
            // That it is pushed again is told by public receivers; how often is not.
            retries_ms: vec![1000, 5000],
        }
    }
}

fn refuse(code: &'static str, why: &'static str) -> Refusal {
    Refusal::new(200, code, why)
}

impl Protocol for CcpAccount {
    fn check(&self, request: &Request, now: OffsetDateTime) -> Result<Call, Refusal> {
        let (account, action) = check_path(&request.path)?;
        check_head(request)?;
        let timestamp = check_authorization(request, account)?;
        check_age(&timestamp, now)?;
        self.check_sig(request, account, &timestamp)?;
        if account != self.account_sid {
            return Err(refuse("111141", "there is no such account"));
        }
        let body = read_body(request)?;
        self.check_app(&body)?;
        match action {
            Action::Send => self.check_order(&body).map(Call::Send),
            Action::Pull => check_pull(&body).map(Call::Pull),
        }
    }

    fn message_id(&self, unique: u128) -> String {
        format!("{unique:032x}")
    }

    fn shares_id(&self) -> bool {
        true
    }

    fn accepted(&self, request: &Request, messages: &[Received], now: OffsetDateTime) -> Answer {
        wire::accepted(request, &messages[0].provider_id, now)
    }

    fn refused(&self, request: &Request, refusal: &Refusal) -> Answer {
        wire::refused(request, refusal)
    }

    fn refusal(&self, code: &str) -> Refusal {
        Refusal::new(200, code.to_owned(), "refused by the script")
    }

    fn code_of(&self, cause: Cause) -> &'static str {
        match cause {
            Cause::Replayed | Cause::Repeated => "160054",
            Cause::Throttled => "111111",
            Cause::NumberLimit => "160038",
        }
    }

    fn reports(&self, message: &Received, plan: &Plan, at: OffsetDateTime, url: &str) -> Vec<Push> {
        vec![wire::report(self.reports, message, plan, at, url)]
    }

    fn is_taken(&self, status: u16, _: &[u8]) -> bool {
        // No body is documented; public receivers answer with an empty one or a word.
        status == 200
    }
}

enum Action {
    Send,
    Pull,
}

/// The account that the path names, and what is to be done.
fn check_path(path: &str) -> Result<(&str, Action), Refusal> {
    let nowhere = || Refusal::new(404, "", "there is nothing at this path");
    let parts: Vec<_> = path.split('/').collect();
    let ["", version, "Accounts", account, "SMS", action] = parts[..] else {
        return Err(nowhere());
    };
    let action = match action {
        "TemplateSMS" => Action::Send,
        "GetArrived" => Action::Pull,
        _ => return Err(nowhere()),
    };
    if version != "2013-12-26" {
        return Err(refuse("111110", "the version in the path is wrong"));
    }
    if account.len() != 32 || !account.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(refuse(
            "111100",
            "the account in the path is not 32 letters and digits",
        ));
    }
    Ok((account, action))
}

/// What has no code of CCP's is refused by an HTTP status.
fn check_head(request: &Request) -> Result<(), Refusal> {
    let media_type = request.media_type();
    let is_either = |text: &str| matches!(text, "application/json" | "application/xml");
    let accept = request.header("accept").unwrap_or_default();
    let content_type = request.header("content-type").unwrap_or_default();
    let charset = content_type
        .split_once(';')
        .map(|(_, rest)| rest.trim().to_ascii_lowercase());
    let rows = [
        (request.method == "POST", 405, "the method is not POST"),
        (
            is_either(accept),
            406,
            "Accept is neither application/json nor application/xml",
        ),
        (
            request.header("content-length").is_some()
                && request.header("transfer-encoding").is_none(),
            411,
            "there is no Content-Length",
        ),
        (
            is_either(&media_type) && charset.is_none_or(|charset| charset == "charset=utf-8"),
            415,
            "Content-Type is neither application/json;charset=utf-8 nor application/xml;charset=utf-8",
        ),
    ];
    match rows.into_iter().find(|(holds, ..)| !holds) {
        Some((_, status, why)) => Err(Refusal::new(status, "", why)),
        None => Ok(()),
    }
}

/// The timestamp that the header names.
fn check_authorization(request: &Request, account: &str) -> Result<String, Refusal> {
    let header = request
        .header("authorization")
        .filter(|value| !value.is_empty());
    let header = header.ok_or_else(|| refuse("111101", "there is no Authorization"))?;
    let read = sign::read_authorization(header);
    let (named, timestamp) = read.map_err(|code| {
        refuse(
            code,
            "Authorization is not the base64 of an account, a colon and a timestamp",
        )
    })?;
    if named.is_empty() {
        return Err(refuse("111104", "Authorization has no account"));
    }
    if timestamp.is_empty() {
        return Err(refuse("111105", "Authorization has no timestamp"));
    }
    if named != account {
        return Err(refuse(
            "111107",
            "the account in Authorization is not that of the path",
        ));
    }
    Ok(timestamp)
}

fn check_age(timestamp: &str, now: OffsetDateTime) -> Result<(), Refusal> {
    let at = clock::read_compact(timestamp);
    let at = at.ok_or_else(|| refuse("111113", "the timestamp is not yyyyMMddHHmmss"))?;
    if (at - now).abs() > VALID {
        return Err(refuse("111106", "the timestamp is more than 24 hours off"));
    }
    Ok(())
}

fn read_body(request: &Request) -> Result<Body, Refusal> {
    if request.body.is_empty() {
        return Err(refuse("160030", "the body is empty"));
    }
    let body = match request.media_type().as_str() {
        "application/xml" => Body::from_xml(&request.body),
        _ => Body::from_json(&request.body),
    };
    body.ok_or_else(|| refuse("160031", "the body can't be read; all values must be texts"))
}

fn check_pull(body: &Body) -> Result<usize, Refusal> {
    if !matches!(body.text("smsType"), None | Some("0" | "1")) {
        return Err(refuse("160047", "smsType is neither 0 nor 1"));
    }
    match body.text("count").unwrap_or("100").parse() {
        // Nobody writes to the simulator: there are no uplinks.
        Ok(1..=MOST_REPORTS) if body.text("smsType") == Some("0") => Ok(0),
        Ok(count @ 1..=MOST_REPORTS) => Ok(count),
        Ok(0) | Err(_) => Err(refuse("112329", "count is not a number above 0")),
        Ok(_) => Err(refuse("112330", "count is above 500")),
    }
}

impl CcpAccount {
    fn check_sig(&self, request: &Request, account: &str, timestamp: &str) -> Result<(), Refusal> {
        let pairs = request.query_pairs();
        let sig = pairs.iter().find(|(name, _)| name == "sig");
        let sig = sig
            .map(|(_, value)| value.as_str())
            .filter(|sig| !sig.is_empty());
        let sig = sig.ok_or_else(|| refuse("111108", "there is no sig"))?;
        if sig != sign::sig(account, &self.auth_token, timestamp) {
            return Err(refuse(
                "111109",
                "sig is not the upper-case MD5 of account, token and timestamp",
            ));
        }
        Ok(())
    }

    fn check_app(&self, body: &Body) -> Result<(), Refusal> {
        match body.text("appId") {
            Some(app) if app == self.app_id => Ok(()),
            // The first and the last of the codes for an application that is missing or unknown.
            None => Err(refuse("111169", "there is no appId")),
            Some(_) => Err(refuse("111182", "there is no such application")),
        }
    }

    fn check_order(&self, body: &Body) -> Result<Order, Refusal> {
        let to = recipients(body.text("to"))?;
        let text = self.text(body)?;
        let client_id = check_req_id(body)?;
        if let Some(append) = body.text("subAppend")
            && (append.len() > 4 || !append.bytes().all(|byte| byte.is_ascii_digit()))
        {
            return Err(refuse("160065", "subAppend is not 1 to 4 digits"));
        }
        let from = text
            .strip_prefix('【')
            .and_then(|rest| rest.split_once('】'));
        Ok(Order {
            from: from.map(|(name, _)| name.to_owned()).unwrap_or_default(),
            to,
            text,
            nonce: None,
            once: client_id.clone(),
            client_id,
            callback: None,
        })
    }

    /// The template with its values.
    fn text(&self, body: &Body) -> Result<String, Refusal> {
        let id = body.text("templateId");
        let id = id.ok_or_else(|| refuse("112307", "there is no templateId"))?;
        if !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(refuse("160057", "templateId is not digits"));
        }
        let template = self.templates.get(id);
        let template = template.ok_or_else(|| refuse("160032", "there is no such template"))?;
        let is_digits = |text: &String| text.bytes().all(|byte| byte.is_ascii_digit());
        if id == TEST_TEMPLATE && !body.datas.iter().all(is_digits) {
            return Err(refuse(
                "160069",
                "a value for the test template is not digits",
            ));
        }
        let text = template::numbered(template, &body.datas);
        text.ok_or_else(|| refuse("160052", "datas has not one value for each variable"))
    }
}

fn recipients(to: Option<&str>) -> Result<Vec<Number>, Refusal> {
    let to = to.ok_or_else(|| refuse("160044", "there is no recipient"))?;
    let numbers: Vec<_> = to.split(',').collect();
    if numbers.len() > MOST_RECIPIENTS {
        return Err(refuse("160048", "there are more than 200 recipients"));
    }
    if numbers.iter().collect::<HashSet<_>>().len() < numbers.len() {
        return Err(refuse("160045", "a recipient is there twice"));
    }
    let numbers: Option<_> = numbers.into_iter().map(Number::mainland).collect();
    numbers.ok_or_else(|| refuse("160042", "a recipient is not eleven digits of the mainland"))
}

fn check_req_id(body: &Body) -> Result<Option<String>, Refusal> {
    match body.text("reqId") {
        None => Ok(None),
        Some(id) if id.len() > 32 => Err(refuse("160055", "reqId is longer than 32")),
        Some(id) if id.bytes().all(|byte| byte.is_ascii_alphanumeric()) => Ok(Some(id.to_owned())),
        Some(_) => Err(refuse("160031", "reqId is not letters and digits")),
    }
}

/// A report that waits to be pulled.
pub(crate) fn waiting(message: &Received, plan: &Plan, at: OffsetDateTime) -> Value {
    wire::report_item(message, plan, at)
}

#[cfg(test)]
mod tests;
