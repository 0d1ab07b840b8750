//! What CCP demands of a request, from the public description of its REST interface
//! (yuntongxun.com, `doc/rest/sms/3_2_2_2.html`) and the code lists in public clients.
//!
//! Written apart from the sender that it tests: nothing is shared with it.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use serde_json::Value;
use time::{Date, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

use super::{CcpStub, HttpRequest};

/// The `reqId` was taken before.
pub(super) const REPEATED: &str = "160054";

/// How far a timestamp may be from the clock of the server. Only its age is documented; the
/// stub does not take one from the future either.
const VALID: Duration = Duration::from_secs(24 * 60 * 60);

/// A message that the stub accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CcpMessage {
    /// The recipient.
    pub to: String,
    /// The values of the template's variables.
    pub datas: Vec<String>,
    /// The caller's own id.
    pub req_id: Option<String>,
}

/// A request that breaks a rule.
#[derive(Debug)]
pub(super) enum Refusal {
    /// With a status code in the body.
    Code(&'static str),
    /// With an HTTP status: there is no documented code for it.
    Http(u16),
}

/// The message of a request that keeps all rules but that of the `reqId`.
pub(super) fn check(request: &HttpRequest, now: SystemTime) -> Result<CcpMessage, Refusal> {
    check_head(request)?;
    let account = check_path(request.path())?;
    let timestamp = check_authorization(request.header("authorization"), account)?;
    check_age(&timestamp, now)?;
    check_sig(request.parameter("sig"), account, &timestamp)?;
    if account != CcpStub::ACCOUNT_SID {
        return Err(Refusal::Code("111141"));
    }
    check_body(&request.body)
}

fn check_head(request: &HttpRequest) -> Result<(), Refusal> {
    let rows = [
        (request.method == "POST", 405),
        (request.header("accept") == Some("application/json"), 406),
        (request.header("content-length").is_some(), 411),
        (request.header("transfer-encoding").is_none(), 411),
        (
            request.header("content-type") == Some("application/json;charset=utf-8"),
            415,
        ),
    ];
    match rows.iter().find(|(holds, _)| !holds) {
        Some((_, status)) => Err(Refusal::Http(*status)),
        None => Ok(()),
    }
}

/// The account that the path names.
fn check_path(path: &str) -> Result<&str, Refusal> {
    let parts: Vec<_> = path.split('/').collect();
    let ["", version, "Accounts", account, "SMS", "TemplateSMS"] = parts[..] else {
        return Err(Refusal::Http(404));
    };
    if version != "2013-12-26" {
        return Err(Refusal::Code("111110"));
    }
    if account.len() != 32 || !account.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Refusal::Code("111100"));
    }
    Ok(account)
}

/// The timestamp that the header names.
fn check_authorization(header: Option<&str>, account: &str) -> Result<String, Refusal> {
    let header = header.ok_or(Refusal::Code("111101"))?;
    let decoded = STANDARD.decode(header).ok();
    let text = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.ok_or(Refusal::Code("111102"))?;
    let (named, timestamp) = text.split_once(':').ok_or(Refusal::Code("111103"))?;
    match (named, timestamp) {
        ("", _) => Err(Refusal::Code("111104")),
        (_, "") => Err(Refusal::Code("111105")),
        _ if named != account => Err(Refusal::Code("111107")),
        _ => Ok(timestamp.to_owned()),
    }
}

fn check_age(timestamp: &str, now: SystemTime) -> Result<(), Refusal> {
    let at = moment(timestamp).ok_or(Refusal::Code("111113"))?;
    let distance = (at - OffsetDateTime::from(now)).unsigned_abs();
    if distance > VALID {
        return Err(Refusal::Code("111106"));
    }
    Ok(())
}

/// Reads `yyyyMMddHHmmss`, in the time of Beijing.
fn moment(timestamp: &str) -> Option<OffsetDateTime> {
    let is_digits = timestamp.len() == 14 && timestamp.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits {
        return None;
    }
    let part = |from: usize, to: usize| timestamp[from..to].parse::<u8>().ok();
    let year = timestamp[..4].parse().ok()?;
    let date = Date::from_calendar_date(year, part(4, 6)?.try_into().ok()?, part(6, 8)?).ok()?;
    let time = Time::from_hms(part(8, 10)?, part(10, 12)?, part(12, 14)?).ok()?;
    let beijing = UtcOffset::from_hms(8, 0, 0).ok()?;
    Some(PrimitiveDateTime::new(date, time).assume_offset(beijing))
}

fn check_sig(sig: Option<&str>, account: &str, timestamp: &str) -> Result<(), Refusal> {
    let sig = sig.ok_or(Refusal::Code("111108"))?;
    let digest = Md5::digest(format!("{account}{}{timestamp}", CcpStub::AUTH_TOKEN));
    let right: String = digest.iter().map(|byte| format!("{byte:02X}")).collect();
    if sig == right {
        Ok(())
    } else {
        Err(Refusal::Code("111109"))
    }
}

fn check_body(body: &[u8]) -> Result<CcpMessage, Refusal> {
    if body.is_empty() {
        return Err(Refusal::Code("160030"));
    }
    let body: Value = serde_json::from_slice(body).map_err(|_| Refusal::Code("160031"))?;
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    match text("appId") {
        Some(CcpStub::APP_ID) => {}
        // The first and the last of the codes for an application that is missing or unknown.
        None | Some("") => return Err(Refusal::Code("111169")),
        Some(_) => return Err(Refusal::Code("111182")),
    }
    match text("templateId") {
        Some(CcpStub::TEMPLATE_ID) => {}
        _ => return Err(Refusal::Code("160032")),
    }
    let to = text("to").ok_or(Refusal::Code("160044"))?;
    if to.len() != 11 || !to.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::Code("160042"));
    }
    Ok(CcpMessage {
        to: to.to_owned(),
        datas: check_datas(&body["datas"])?,
        req_id: check_req_id(&body)?,
    })
}

/// The template is the public test template: two variables, digits only.
fn check_datas(datas: &Value) -> Result<Vec<String>, Refusal> {
    let texts = datas.as_array().map(Vec::as_slice).unwrap_or_default();
    let texts: Option<Vec<_>> = texts.iter().map(Value::as_str).collect();
    let texts = texts.filter(|texts| texts.len() == 2);
    let texts = texts.ok_or(Refusal::Code("160052"))?;
    let is_digits = |text: &&str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !texts.iter().all(is_digits) {
        return Err(Refusal::Code("160069"));
    }
    Ok(texts.into_iter().map(str::to_owned).collect())
}

fn check_req_id(body: &Value) -> Result<Option<String>, Refusal> {
    let Some(id) = body.get("reqId") else {
        return Ok(None);
    };
    match id.as_str() {
        Some(id) if id.len() > 32 => Err(Refusal::Code("160055")),
        Some(id) if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            Ok(Some(id.to_owned()))
        }
        _ => Err(Refusal::Code("160031")),
    }
}
